//! The exchange against scripted peers: every framing, every cut, every failure, at every split of the input.

use std::io::{self, ErrorKind, Write as _};

use proptest::prelude::*;

use super::exchange::exchange;
use super::tests::at_every_split;
use super::*;
use crate::clock::Still;
use crate::deadline::Deadline;
use crate::event::{Detail, Event, FetchId, Hub, Kept};
use crate::secret::Secrets;
use crate::stages::connect::scripted::{Scripted, Step};
use crate::stages::message::Message;

/// What a request is, as far as its answer depends on it.
fn request(method: &str, body: &[u8]) -> Message {
    let head = format!("{method} / HTTP/1.1\r\nHost: h\r\n\r\n").into_bytes();
    Message {
        head,
        body: body.into(),
        method: method.to_owned().into(),
        version: Version::Http11,
        expects_continue: false,
        decodes: true,
        asks_to_close: false,
        upgrades: false,
    }
}

fn get() -> Message {
    request("GET", b"")
}

#[derive(Debug, Default)]
struct Memory {
    heads: Vec<u8>,
    content: Vec<u8>,
    ended: bool,
    abandoned: bool,
    room: Option<usize>,
    declines: bool,
}

impl BodySink for Memory {
    fn begin(&mut self, _: &Head, raw: &[u8]) -> Result<(), SinkError> {
        self.heads.extend_from_slice(raw);
        Ok(())
    }
    fn interim(&mut self, raw: &[u8]) -> Result<(), SinkError> {
        self.heads.extend_from_slice(raw);
        Ok(())
    }
    fn declines(&self) -> bool {
        self.declines
    }
    fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
        if self.room.is_some_and(|room| self.content.len() + content.len() > room) {
            return Err(SinkError { path: "f".to_owned(), error: ErrorKind::StorageFull.into() });
        }
        self.content.extend_from_slice(content);
        Ok(())
    }
    fn end(&mut self) -> Result<(), SinkError> {
        self.ended = true;
        Ok(())
    }
    fn abandon(&mut self) {
        self.abandoned = true;
    }
}

/// Plays `peer` to `message`; the result, what the sink has, and what was told.
fn play(
    peer: Scripted,
    message: &Message,
    limits: Limits,
    sink: Memory,
) -> (Result<Response, ResponseError>, Memory, Vec<ResponseEvent>) {
    let kept = Kept::default();
    let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, vec![Box::new(kept.clone())]);
    let mut conn = peer.connection();
    let mut sink = sink;
    let result = exchange(&mut conn, message, None, &mut sink, &limits, &Deadline::never(&Still), hub.emitter(FetchId(0)));
    assert_eq!(sink.abandoned, result.is_err(), "a sink is told of a failure, and only then");
    assert_eq!(sink.ended, result.is_ok());
    let events = kept.entries().into_iter().filter_map(|e| match e.event {
        Event::Response(event) => Some(event),
        _ => None,
    });
    (result, sink, events.collect())
}

fn answer(bytes: &[u8]) -> (Result<Response, ResponseError>, Memory, Vec<ResponseEvent>) {
    play(Scripted::parts([bytes]), &get(), Limits::default(), Memory::default())
}

/// Content and reusability, or curl's exit code, the same at every split.
fn every_split(message: &Message, bytes: &[u8], expected: Result<(&[u8], bool), u8>) {
    at_every_split(bytes, |parts| {
        let (result, sink, _) = play(Scripted::parts(parts), message, Limits::default(), Memory::default());
        let got = result.map(|r| (&sink.content[..], r.reusable)).map_err(|e| e.exit().code());
        assert_eq!(got, expected, "{}", String::from_utf8_lossy(bytes));
    });
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    to.write_all(bytes).expect("memory");
    to.finish().expect("memory")
}

#[test]
fn every_framing_at_every_split() {
    every_split(&get(), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Ok((b"hello", true)));
    every_split(&get(), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Ok((b"", true)));
    every_split(&get(), b"HTTP/1.1 200 OK\r\n\r\nhello", Ok((b"hello", false)));
    every_split(&get(), b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", Ok((b"hello", false)));
    every_split(&get(), b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", Ok((b"", true)));
    every_split(&request("HEAD", b""), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Ok((b"", true)));
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n";
    every_split(&get(), chunked, Ok((b"hello", true)));
    let interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    every_split(&get(), interim, Ok((b"hi", true)));
    every_split(&get(), b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", Ok((b"hi", true)));
    every_split(&get(), b"\r\nHTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", Ok((b"hi", true)));
}

#[test]
fn every_cut_and_fault_at_every_split() {
    every_split(&get(), b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", Err(18));
    every_split(&get(), b"HTTP/1.1 200 OK\r\nContent-Len", Err(56));
    every_split(&get(), b"HT", Err(56));
    every_split(&get(), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", Err(18));
    every_split(&get(), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Err(18));
    every_split(&get(), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", Err(18));
    every_split(&get(), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", Err(56));
    every_split(&get(), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", Err(8));
    every_split(&get(), b"hello there\n", Err(1));
    every_split(&get(), b"HTTP/2 200\r\n\r\n", Err(1));
    every_split(&get(), b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Err(8));
    every_split(&get(), b"HTTP/1.1 100 Continue\r\n\r\n", Err(52));
    let (result, ..) = answer(b"");
    assert!(matches!(&result, Err(e) if e.exit().code() == 52 && e.before_any_answer()));
}

#[test]
fn a_short_body_names_what_is_missing() {
    let (result, sink, events) = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello");
    let said = result.expect_err("cut").to_string();
    assert_eq!(said, "the server closed the connection after 5 of 1,000 bytes of the body: 995 bytes are missing");
    assert_eq!(sink.content, b"hello");
    assert_eq!(events.last(), Some(&ResponseEvent::Cut { body_bytes: 5, missing: Some(995), content_bytes: 5 }));
}

#[test]
fn codings_are_undone_only_when_jaunt_offered_them() {
    let coded = gzip(b"hello");
    let mut bytes = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", coded.len()).into_bytes();
    bytes.extend_from_slice(&coded);
    every_split(&get(), &bytes, Ok((b"hello", true)));
    every_split(&Message { decodes: false, ..get() }, &bytes, Ok((&coded, true)));
}

#[test]
fn transfer_codings_are_always_undone() {
    let coded = gzip(b"hello");
    let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n".to_vec();
    bytes.extend_from_slice(format!("{:x}\r\n", coded.len()).as_bytes());
    bytes.extend_from_slice(&coded);
    bytes.extend_from_slice(b"\r\n0\r\n\r\n");
    every_split(&Message { decodes: false, ..get() }, &bytes, Ok((b"hello", true)));
}

#[test]
fn a_coded_stream_that_stops_early_is_no_success_although_the_message_is_whole() {
    let coded = gzip(b"hello, hello, hello");
    let cut = &coded[..coded.len() - 3];
    let mut bytes = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", cut.len()).into_bytes();
    bytes.extend_from_slice(cut);
    every_split(&get(), &bytes, Err(18));
}

#[test]
fn codings_nobody_knows_and_too_many_of_them_fail_once_there_is_content() {
    for (codings, exit) in [("utf-8", 61), ("gzip, gzip, gzip, gzip, gzip, gzip", 61), ("compress", 61)] {
        every_split(
            &get(),
            format!("HTTP/1.1 200 OK\r\nContent-Encoding: {codings}\r\nContent-Length: 2\r\n\r\nhi").as_bytes(),
            Err(exit),
        );
        let empty = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {codings}\r\nContent-Length: 0\r\n\r\n");
        every_split(&get(), empty.as_bytes(), Ok((b"", true)));
    }
    every_split(&get(), b"HTTP/1.1 200 OK\r\nContent-Encoding: identity, none\r\nContent-Length: 2\r\n\r\nhi", Ok((b"hi", true)));
}

#[test]
fn max_filesize_holds_for_what_is_written_whatever_the_framing() {
    let limits = Limits { content_bytes: Some(1_000), ..Limits::default() };
    let zeros = gzip(&vec![0; 10 << 20]);
    let mut bomb = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", zeros.len()).into_bytes();
    bomb.extend_from_slice(&zeros);
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.extend(vec![b'x'; 20_000]);
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n".to_vec();
    for (bytes, begun) in [(bomb, true), (endless, true), (announced, false)] {
        let (result, sink, _) = play(Scripted::parts([&bytes]), &get(), limits, Memory::default());
        assert_eq!(result.expect_err("too big").exit().code(), 63);
        assert!(sink.content.len() <= 1_000);
        assert_eq!(!sink.heads.is_empty(), begun, "what is announced too big touches no output");
    }
    let fits = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".iter().copied().chain(vec![b'x'; 1_000]).collect::<Vec<_>>();
    assert!(play(Scripted::parts([&fits]), &get(), limits, Memory::default()).0.is_ok());
}

#[test]
fn bytes_after_the_end_are_told_and_the_connection_is_not_kept() {
    let (result, sink, events) = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n");
    assert!(!result.expect("whole").reusable);
    assert_eq!(sink.content, b"hi");
    assert!(events.contains(&ResponseEvent::Surplus { bytes: 19 }));
}

#[test]
fn endless_heads_interims_and_garbage_are_bounded() {
    let limits = Limits { head_bytes: 1_000, interim: 3, ..Limits::default() };
    let exit =
        |bytes: &[u8]| play(Scripted::parts([bytes]), &get(), limits, Memory::default()).0.expect_err("bounded").exit().code();
    let mut head = b"HTTP/1.1 200 OK\r\nA: ".to_vec();
    head.extend(vec![b'x'; 2_000]);
    assert_eq!(exit(&head), 56);
    assert_eq!(exit(&b"HTTP/1.1 102 Processing\r\n\r\n".repeat(4)), 8);
    let mut trailers = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n".to_vec();
    trailers.extend(b"A: b\r\n".repeat(300));
    assert_eq!(exit(&trailers), 56);
}

#[test]
fn failures_of_the_connection_say_how_far_it_was() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel".to_vec();
    let fails = |steps: Vec<Step>| play(Scripted::new(steps), &get(), Limits::default(), Memory::default()).0.expect_err("fails");
    let reset = || Step::Fail(ErrorKind::ConnectionReset);
    let error = fails(vec![reset()]);
    assert_eq!((error.exit().code(), error.before_any_answer()), (56, true));
    let error = fails(vec![Step::Bytes(head.clone()), reset()]);
    assert_eq!((error.exit().code(), error.before_any_answer()), (56, false));
    assert!(error.to_string().contains("after 3 bytes"), "{error}");
    let error = fails(vec![Step::Bytes(head.clone()), Step::Stall]);
    assert_eq!(error.exit().code(), 28);
    assert_eq!(fails(vec![Step::Stall]).exit().code(), 28);
    assert_eq!(fails(vec![Step::Bytes(head), Step::Fail(ErrorKind::Interrupted)]).exit().code(), 130);
}

#[test]
fn tls_without_close_notify_is_fine_only_where_the_end_was_announced() {
    let end = || Step::Fail(ErrorKind::UnexpectedEof);
    let exit = |bytes: &[u8]| {
        let steps = vec![Step::Bytes(bytes.to_vec()), end()];
        play(Scripted::new(steps), &get(), Limits::default(), Memory::default()).0.map(|_| ()).map_err(|e| e.exit().code())
    };
    assert_eq!(exit(b"HTTP/1.1 200 OK\r\n\r\nhello"), Err(56));
    assert_eq!(exit(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), Ok(()));
    assert_eq!(exit(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello"), Err(18));
    assert_eq!(exit(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), Err(18));
}

#[test]
fn a_request_is_written_whole_however_little_a_write_takes() {
    let message = request("POST", b"name=value");
    let peer = Scripted::parts([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]).short_writes(7);
    let written = peer.written();
    let (result, _, events) = play(peer, &message, Limits::default(), Memory::default());
    assert!(result.expect("whole").reusable);
    assert_eq!(*written.lock().expect("not poisoned"), [&message.head[..], b"name=value"].concat());
    let taken: usize = events.iter().map(|e| if let ResponseEvent::Wrote { taken, .. } = e { *taken } else { 0 }).sum();
    assert_eq!(taken, message.head.len() + 10);
}

#[test]
fn a_small_body_goes_out_with_the_head_in_one_write() {
    let (_, _, events) = play(
        Scripted::parts([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]),
        &request("POST", b"x"),
        Limits::default(),
        Memory::default(),
    );
    assert_eq!(events.iter().filter(|e| matches!(e, ResponseEvent::Wrote { .. })).count(), 1);
}

#[test]
fn an_answer_is_read_although_the_request_could_not_be_written_whole() {
    let message = request("POST", &vec![b'x'; 300_000]);
    let peer = Scripted::parts([b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"])
        .failing_writes(100_000, ErrorKind::BrokenPipe);
    let (result, sink, _) = play(peer, &message, Limits::default(), Memory::default());
    let response = result.expect("an answer");
    assert_eq!((response.head.status, response.reusable, &sink.content[..]), (413, false, &b"no"[..]));
    // Without an answer the failed write is the story.
    let peer = Scripted::new([]).failing_writes(10, ErrorKind::ConnectionReset);
    let error = play(peer, &get(), Limits::default(), Memory::default()).0.expect_err("no answer");
    assert_eq!((error.exit().code(), error.before_any_answer()), (55, true));
}

#[test]
fn expect_100_continue_waits_for_the_word_but_not_for_ever() {
    let message = Message { expects_continue: true, ..request("PUT", b"body") };
    let run = |steps: Vec<Step>| {
        let peer = Scripted::new(steps);
        let written = peer.written();
        let (result, _, events) = play(peer, &message, Limits::default(), Memory::default());
        let sent = written.lock().expect("not poisoned").ends_with(b"body");
        (result.map(|r| (r.head.status, r.reusable)).map_err(|e| e.exit().code()), sent, events)
    };
    let done = || Step::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec());
    let (result, sent, _) = run(vec![Step::Bytes(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()), done()]);
    assert_eq!((result, sent), (Ok((200, true)), true));
    let (result, sent, events) = run(vec![Step::Stall, done()]);
    assert_eq!((result, sent), (Ok((200, true)), true));
    assert!(events.contains(&ResponseEvent::ContinueUnanswered));
    let (result, sent, events) = run(vec![Step::Bytes(b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n".to_vec())]);
    assert_eq!((result, sent), (Ok((417, false)), false));
    assert!(events.contains(&ResponseEvent::Unsent { bytes: 4 }));
}

#[test]
fn a_full_disk_and_an_unwanted_body_end_the_reading() {
    let bytes = b"HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\nnot here";
    let (result, ..) = play(Scripted::parts([bytes]), &get(), Limits::default(), Memory { room: Some(3), ..Memory::default() });
    assert_eq!(result.expect_err("full").exit().code(), 23);
    let (result, sink, _) =
        play(Scripted::parts([bytes]), &get(), Limits::default(), Memory { declines: true, ..Memory::default() });
    let response = result.expect("the head is all that is wanted");
    assert_eq!((response.head.status, response.reusable, sink.content.len()), (404, false, 0));
}

#[test]
fn secrets_are_masked_where_events_are_made() {
    let (_, sink, events) = answer(b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=secret; Path=/\r\nContent-Length: 0\r\n\r\n");
    let told = serde_json::to_string(&events).expect("serializable");
    assert!(!told.contains("secret") && told.contains("sid=*****"), "{told}");
    assert!(String::from_utf8_lossy(&sink.heads).contains("secret"), "-i writes the head as it is");
}

#[test]
fn many_small_chunks_become_few_writes() {
    #[derive(Default)]
    struct Count(usize, usize);
    impl BodySink for Count {
        fn begin(&mut self, _: &Head, _: &[u8]) -> Result<(), SinkError> {
            Ok(())
        }
        fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
            self.0 += 1;
            self.1 += content.len();
            Ok(())
        }
        fn end(&mut self) -> Result<(), SinkError> {
            Ok(())
        }
    }
    let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    bytes.extend(b"1\r\nx\r\n".repeat(10_000));
    bytes.extend_from_slice(b"0\r\n\r\n");
    let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, Vec::new());
    let mut conn = Scripted::parts([&bytes]).connection();
    let mut count = Count::default();
    let by = Deadline::never(&Still);
    exchange(&mut conn, &get(), None, &mut count, &Limits::default(), &by, hub.emitter(FetchId(0))).expect("whole");
    assert_eq!(count.1, 10_000);
    assert!(count.0 <= 5, "{} writes", count.0);
}

#[test]
fn every_error_has_a_sentence_without_gaps() {
    let io = || io::Error::from(ErrorKind::ConnectionReset);
    let errors = [
        ResponseError::Empty { interim: 2 },
        ResponseError::Send { error: io(), sent: 1, of: 2 },
        ResponseError::Unfinished { received: 1 },
        ResponseError::HeadTooLong { limit: 5 },
        ResponseError::NotHttp { start: b"\x15\x03\x01\x1b[2J".to_vec() },
        ResponseError::TooManyInterim { limit: 1 },
        ResponseError::BadChunk { fault: ChunkFault::Overflow, after: 1 },
        ResponseError::TooBig { limit: 1, announced: Some(2) },
        ResponseError::UnknownCoding { name: "x\x1b".to_owned(), transfer: false },
        ResponseError::Sink(SinkError::refused("f", Refused::Binary)),
    ];
    for error in errors {
        let advice = error.advice();
        let said = [Some(error.phrase()), advice.cause, advice.hint].into_iter().flatten().map(|p| crate::words::english(&p));
        for sentence in said {
            assert!(!sentence.contains("{") && !sentence.starts_with("response-") && !sentence.contains('\x1b'), "{sentence}");
        }
    }
}

proptest! {
    #[test]
    fn content_survives_any_chunking_and_any_split(
        content in proptest::collection::vec(any::<u8>(), 0..600),
        sizes in proptest::collection::vec(1usize..80, 1..20),
        cuts in proptest::collection::vec(1usize..50, 1..40),
    ) {
        let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        let (mut rest, mut size) = (&content[..], sizes.iter().cycle());
        while !rest.is_empty() {
            let (chunk, next) = rest.split_at((*size.next().expect("endless")).min(rest.len()));
            bytes.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
            rest = next;
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        let (mut parts, mut rest, mut cut) = (Vec::new(), &bytes[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (part, next) = rest.split_at((*cut.next().expect("endless")).min(rest.len()));
            parts.push(part);
            rest = next;
        }
        let (result, sink, _) = play(Scripted::parts(parts), &get(), Limits::default(), Memory::default());
        prop_assert!(result.expect("whole").reusable);
        prop_assert_eq!(sink.content, content);
    }

    #[test]
    fn no_bytes_make_it_panic_or_take_more_than_a_head(bytes in proptest::collection::vec(any::<u8>(), 0..400), tail in "[ -~\r\n]{0,200}") {
        for start in [&b""[..], b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n"] {
            let _ = answer(&[start, &bytes[..], tail.as_bytes()].concat());
            let _ = answer(&[start, tail.as_bytes(), &bytes[..]].concat());
        }
    }
}
