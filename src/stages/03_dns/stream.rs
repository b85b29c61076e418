//! DNS over a stream (RFC 1035 §4.2.2, RFC 7766): two bytes of length before each message; the answers may come in any order.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::time::Duration;

use rustix::event::PollFlags;
use socket2::{Protocol, Type};

use super::event::{DnsEvent, Link, Transport};
use super::exchange::{self, Ask, Reply, Written};
use super::failure::Failure;
use super::socket;
use super::wire::{self, Question, Verdict};
use crate::deadline::{Bound, Deadline, Expired, IDLE};
use crate::event::{Emitter, Octets};

/// Messages that answer nothing before a stream is given up.
const MOST_IGNORED: usize = 100;

/// What carries the messages: TCP here, TLS in `encrypted.rs`.
pub(super) trait Bytes {
    /// One read; 0 is the end.
    fn read(&mut self, buf: &mut [u8], by: &Deadline<'_>) -> io::Result<usize>;
    /// One write.
    fn write(&mut self, buf: &[u8], by: &Deadline<'_>) -> io::Result<usize>;
}

/// Asks all `questions` on one connection; the results stand in their order.
pub(super) fn over_tcp(ask: &Ask, questions: &[Question], by: &Deadline<'_>, out: Emitter<'_>) -> Vec<Result<Reply, Failure>> {
    let mut results: Vec<Option<Result<Reply, Failure>>> = questions.iter().map(|_| None).collect();
    // A server may close after its first answer (RFC 7766 §6.2.1 lets it): the rest is asked on one more connection.
    for _ in 0..questions.len().max(1) {
        let open: Vec<usize> = (0..results.len()).filter(|&n| results[n].is_none()).collect();
        if open.is_empty() {
            break;
        }
        let left: Vec<Question> = open.iter().map(|&n| questions[n].clone()).collect();
        let mut some = vec![None; left.len()];
        let failed = one_connection(ask, &left, &mut some, by, out);
        let progress = some.iter().any(Option::is_some);
        for (n, result) in open.into_iter().zip(some) {
            results[n] = result.map(Ok);
        }
        match failed {
            Ok(()) => {}
            Err(Failure::Closed { read: 0 }) if progress => {}
            Err(why) => {
                for (slot, question) in results.iter_mut().zip(questions).filter(|(s, _)| s.is_none()) {
                    exchange::tell_failure(ask, Transport::Tcp, question, &why, out);
                    *slot = Some(Err(why.clone()));
                }
            }
        }
    }
    results.into_iter().map(|r| r.unwrap_or(Err(Failure::Closed { read: 0 }))).collect()
}

fn one_connection(
    ask: &Ask,
    questions: &[Question],
    replies: &mut [Option<Reply>],
    by: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<(), Failure> {
    let mut written = exchange::write_down(ask, questions)?;
    let until = by.within(Some(ask.timeout), Bound::Resolver);
    let mut tcp = connect(ask, &until, out)?;
    let fd = tcp.0.as_raw_fd();
    let local = if out.heard() { tcp.0.local_addr().ok() } else { None };
    let link = ask.link(Transport::Tcp, fd, local);
    let done = converse(ask, &link, &mut written, &mut tcp, replies, &until, out);
    drop(tcp);
    out.emit(|| DnsEvent::Closed { fd });
    done
}

/// Writes the questions and reads until each has its answer.
pub(super) fn converse(
    ask: &Ask,
    link: &Link,
    written: &mut [Written<'_>],
    stream: &mut dyn Bytes,
    replies: &mut [Option<Reply>],
    until: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<(), Failure> {
    let clock = until.clock();
    let begun = clock.now();
    for w in written.iter_mut() {
        // Length and message in one write: two segments would be two packets (RFC 7766 §8).
        let mut framed = Vec::with_capacity(2 + w.bytes.len());
        framed.extend_from_slice(&u16::try_from(w.bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
        framed.extend_from_slice(&w.bytes);
        w.sent = clock.now();
        let mut rest = &framed[..];
        while !rest.is_empty() {
            match stream.write(rest, until) {
                Ok(0) => return Err(Failure::Closed { read: 0 }),
                Ok(n) => rest = &rest[n..],
                Err(e) => return Err(broken("write", &e, begun, until)),
            }
        }
        exchange::tell_sent(ask, link, w, out);
    }
    let mut ignored = 0;
    let mut buffer = Vec::new();
    while written.iter().any(|w| replies[w.at].is_none()) {
        let message = read_message(stream, &mut buffer, begun, until)?;
        let now = clock.now();
        let waiting: Vec<_> = written.iter().map(|w| (w.id, w.question, replies[w.at].is_none())).collect();
        match wire::judge(&message, &waiting) {
            // TC over a stream has no meaning; what did come is a whole message.
            Verdict::Answer(n, answer, _) | Verdict::Truncated(n, Some(answer)) => {
                let w = &written[n];
                let rtt = now.saturating_sub(w.sent);
                exchange::tell_received(link, w.question, &answer, &message, 0, now, rtt, out);
                if answer.metadata.truncation {
                    return Err(Failure::Malformed { what: "TC".to_owned() });
                }
                replies[w.at] = Some(Reply { message: *answer, transport: link.transport, rtt });
            }
            Verdict::Truncated(_, None) => return Err(Failure::Malformed { what: "TC".to_owned() }),
            Verdict::Ignore(why) => {
                let bytes = message.len();
                out.emit_at(now, || DnsEvent::Ignored { link: link.clone(), why, bytes, raw: Octets::from(&message) });
                ignored += 1;
                if ignored == MOST_IGNORED {
                    return Err(Failure::Malformed { what: format!("{MOST_IGNORED} messages that answer nothing") });
                }
            }
        }
    }
    Ok(())
}

/// The next message; `buffer` keeps what came after it.
fn read_message(stream: &mut dyn Bytes, buffer: &mut Vec<u8>, begun: Duration, until: &Deadline<'_>) -> Result<Vec<u8>, Failure> {
    loop {
        if let Some(message) = unframe(buffer) {
            return Ok(message);
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk, until) {
            Ok(0) => return Err(Failure::Closed { read: buffer.len() }),
            Ok(n) => buffer.extend_from_slice(&chunk[..n]),
            Err(e) => return Err(broken("read", &e, begun, until)),
        }
    }
}

/// Takes one whole message off the front.
fn unframe(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = usize::from(u16::from_be_bytes([*buffer.first()?, *buffer.get(1)?]));
    let message = buffer.get(2..2 + length)?.to_vec();
    buffer.drain(..2 + length);
    Some(message)
}

/// What a failed read or write means: time, or the system's error.
pub(super) fn broken(call: &'static str, error: &io::Error, begun: Duration, until: &Deadline<'_>) -> Failure {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => match until.left(IDLE) {
            Err(expired @ (Expired::Interrupted | Expired::Reached(Bound::MaxTime | Bound::ConnectTimeout))) => {
                Failure::Stopped { expired }
            }
            _ => Failure::TimedOut { waited_us: until.clock().now().saturating_sub(begun).into() },
        },
        _ => Failure::os(call, error),
    }
}

struct Tcp(TcpStream);

impl Tcp {
    /// Waits; a time-out and Ctrl-C are errors of those kinds.
    fn ready(&self, flags: PollFlags, by: &Deadline<'_>) -> io::Result<()> {
        let (left, _) = by.left(IDLE).map_err(|e| match e {
            Expired::Interrupted => io::ErrorKind::Interrupted,
            Expired::Reached(_) => io::ErrorKind::TimedOut,
        })?;
        match exchange::poll(self.0.as_fd(), flags, left) {
            Ok(true) => Ok(()),
            Ok(false) => Err(io::ErrorKind::TimedOut.into()),
            Err(_) => Err(io::ErrorKind::Other.into()),
        }
    }
}

impl Bytes for Tcp {
    fn read(&mut self, buf: &mut [u8], by: &Deadline<'_>) -> io::Result<usize> {
        loop {
            self.ready(PollFlags::IN, by)?;
            match self.0.read(buf) {
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                done => return done,
            }
        }
    }

    fn write(&mut self, buf: &[u8], by: &Deadline<'_>) -> io::Result<usize> {
        loop {
            self.ready(PollFlags::OUT, by)?;
            match self.0.write(buf) {
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                done => return done,
            }
        }
    }
}

fn connect(ask: &Ask, until: &Deadline<'_>, out: Emitter<'_>) -> Result<Tcp, Failure> {
    let begun = until.clock().now();
    let peer = ask.peer();
    out.emit_at(begun, || DnsEvent::Opening {
        server: ask.server.to_string(),
        actual: ask.actual.filter(|a| *a != ask.server),
        transport: Transport::Tcp,
    });
    let socket = socket::open(peer, Type::STREAM, Protocol::TCP).map_err(|e| Failure::os("socket", &e))?;
    let waited = match socket.connect(&peer.into()) {
        Ok(()) => false,
        Err(e) if e.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => true,
        Err(e) => return Err(Failure::os("connect", &e)),
    };
    let tcp = Tcp(socket.into());
    tcp.ready(PollFlags::OUT, until).map_err(|e| broken("connect", &e, begun, until))?;
    if let Ok(Some(e)) = tcp.0.take_error() {
        return Err(Failure::os("connect", &e));
    }
    out.emit(|| DnsEvent::Opened {
        link: ask.link(Transport::Tcp, tcp.0.as_raw_fd(), tcp.0.local_addr().ok()),
        waited,
        took_us: until.clock().now().saturating_sub(begun).into(),
    });
    Ok(tcp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_may_be_split_anywhere() {
        let wire = [0, 3, b'a', b'b', b'c', 0, 0, 0, 1, b'd'];
        for cut in 0..=wire.len() {
            let mut buffer = Vec::new();
            let mut messages = Vec::new();
            for part in [&wire[..cut], &wire[cut..]] {
                buffer.extend_from_slice(part);
                while let Some(message) = unframe(&mut buffer) {
                    messages.push(message);
                }
            }
            assert_eq!(messages, [b"abc".to_vec(), Vec::new(), b"d".to_vec()], "cut at {cut}");
        }
    }
}
