//! One exchange on a connection: write the message, read the answer, hand its content on, say whether the connection can go on.
//! Where the answer to another message is to be read meanwhile, [`send`] is the first half of it.

use std::io;
use std::time::Duration;

use super::coding::{self, CodingError, Decoder};
use super::error::{Phase, ResponseError};
use super::events::{Closed, Ended, ResponseEvent, Side};
use super::framing::{Asked, Framing};
use super::reader::{Announced, Piece, ResponseReader};
use super::send::{Wire, nothing_came};
use super::sink::BodySink;
use super::{Coding, Fields, Head, Limits, Response};
use crate::deadline::{Bound, Deadline, IDLE};
use crate::event::{Detail, Emitter, Octets};
use crate::stages::connect::Connection;
use crate::stages::message::Message;

/// A request's body up to this size goes out with the head, in one write().
const TOGETHER: usize = 64 * 1024;
/// Pieces of a longer one: small enough that a socket that says it is writable takes one without blocking.
const PIECE: usize = 16 * 1024;
/// How long the server's word is waited for after `Expect: 100-continue`, as curl does.
const CONTINUE: Duration = Duration::from_secs(1);
/// Small pieces of a chunked body are put together up to this size before they are handed on.
const GATHER: usize = 64 * 1024;

/// A message that was written before its answer is waited for: what [`exchange`] has to know of it.
#[derive(Debug)]
pub struct Sent {
    bytes: u64,
    at: Duration,
    unsent: Option<Unsent>,
}

/// Why and how much of the request was not written.
type Unsent = (Option<io::Error>, usize);

/// Writes the head of a message without a body; [`exchange`] with what it gives reads the answer.
///
/// # Errors
/// Only a deadline or Ctrl-C. That the peer takes no more is for [`exchange`] to tell, which looks for an early answer first.
pub fn send(conn: &mut Connection, message: &Message, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Sent, ResponseError> {
    let mut wire = Wire::new(conn, by, out);
    let (fd, bytes) = (wire.fd(), message.head.len());
    out.emit(|| ResponseEvent::Sending { fd, head_bytes: bytes, body_bytes: 0 });
    wire.check(Phase::Sending, 0)?;
    let unsent = write(&mut wire, &message.head, bytes)?;
    wire.give_back();
    Ok(Sent { bytes: wire.sent, at: wire.sent_at, unsent })
}

/// Writes `bytes`, the first of `of` in all.
fn write(wire: &mut Wire<'_>, bytes: &[u8], of: usize) -> Result<Option<Unsent>, ResponseError> {
    let Err(error) = wire.write_all(bytes) else { return Ok(None) };
    let left = of.saturating_sub(usize::try_from(wire.sent).unwrap_or(of));
    not_taken(wire, error, left).map(Some)
}

/// A failed write() is no end: the peer may have answered and closed before it read everything, and the answer is read all the same.
fn not_taken(wire: &Wire<'_>, error: io::Error, left: usize) -> Result<Unsent, ResponseError> {
    wire.stopped(&error, Phase::Sending, 0).map_or(Ok((Some(error), left)), Err)
}

/// Writes `message`, unless [`send`] has, and reads the answer; the content goes to `body`, decoded if jaunt offered codings
/// ([`Message::decodes`]).
///
/// # Errors
/// Any [`ResponseError`]; `body` has then been told to abandon what it had.
pub fn exchange(
    conn: &mut Connection,
    message: &Message,
    sent: Option<Sent>,
    body: &mut dyn BodySink,
    limits: &Limits,
    by: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<Response, ResponseError> {
    let asked = Asked::of(message, limits);
    let mut exchange = Exchange {
        wire: Wire::new(conn, by, out),
        reader: ResponseReader::new(asked),
        asked,
        sink: body,
        content: Content::default(),
        decoder: Decoder::new(&[]),
        refused: None,
        announced: None,
        trailers: Fields::default(),
        head_at: Duration::ZERO,
        wire_before_body: 0,
        unsent: None,
        declined: false,
        done: false,
    };
    let result = exchange.run(message, sent);
    if let Err(error) = &result {
        // What is not taken here was not broken off there.
        if !matches!(error, ResponseError::Sink(_)) {
            exchange.tell_cut();
        }
        exchange.sink.abandon();
    }
    exchange.wire.give_back();
    result
}

struct Exchange<'x> {
    wire: Wire<'x>,
    reader: ResponseReader,
    asked: Asked,
    sink: &'x mut dyn BodySink,
    content: Content,
    decoder: Decoder,
    /// Why the content cannot be decoded; an error once there is content.
    refused: Option<ResponseError>,
    announced: Option<Box<Announced>>,
    trailers: Fields,
    head_at: Duration,
    /// Bytes received up to the end of the head.
    wire_before_body: u64,
    unsent: Option<Unsent>,
    declined: bool,
    done: bool,
}

/// Content on its way to the sink.
#[derive(Default)]
struct Content {
    bytes: u64,
    most: Option<u64>,
    gathered: Vec<u8>,
}

impl Content {
    fn hand(&mut self, sink: &mut dyn BodySink, bytes: &[u8]) -> Result<(), ResponseError> {
        let total = self.bytes.saturating_add(bytes.len() as u64);
        if let Some(limit) = self.most.filter(|most| total > *most) {
            return Err(ResponseError::TooBig { limit, announced: None });
        }
        self.bytes = total;
        Ok(sink.write(bytes)?)
    }

    fn flush(&mut self, sink: &mut dyn BodySink) -> Result<(), ResponseError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let gathered = std::mem::take(&mut self.gathered);
        let result = self.hand(sink, &gathered);
        self.gathered = gathered;
        self.gathered.clear();
        result
    }
}

impl Exchange<'_> {
    fn run(&mut self, message: &Message, sent: Option<Sent>) -> Result<Response, ResponseError> {
        match sent {
            Some(Sent { bytes, at, unsent }) => {
                (self.wire.sent, self.wire.sent_at) = (bytes, at);
                self.unsent = unsent;
            }
            None => self.send(message)?,
        }
        if !self.done {
            let fd = self.wire.fd();
            self.wire.out.emit(|| ResponseEvent::Awaiting { fd });
        }
        while !self.done {
            if !self.pump()? {
                self.step()?;
            }
        }
        self.finish()
    }

    /// Writes the message; stops early when the final answer is there first.
    fn send(&mut self, message: &Message) -> Result<(), ResponseError> {
        let (fd, head, body) = (self.wire.fd(), &message.head, &message.body);
        self.wire.out.emit(|| ResponseEvent::Sending { fd, head_bytes: head.len(), body_bytes: body.len() });
        self.wire.check(Phase::Sending, 0)?;
        if body.is_empty() {
            self.unsent = write(&mut self.wire, head, head.len())?;
            return Ok(());
        }
        let whole = head.len() + body.len();
        if !message.expects_continue && body.len() <= TOGETHER {
            self.unsent = write(&mut self.wire, &[head, &body[..]].concat(), whole)?;
            return Ok(());
        }
        // Otherwise the last piece of the body would wait for the peer to acknowledge the one before.
        let _ = self.wire.conn.transport.no_delay();
        self.unsent = write(&mut self.wire, head, whole)?;
        if message.expects_continue && self.unsent.is_none() {
            self.await_continue()?;
        }
        let mut rest = &body[..];
        while !rest.is_empty() && self.unsent.is_none() && !self.done {
            self.wire.check(Phase::Sending, 0)?;
            if self.overtaken()? {
                break;
            }
            let piece = &rest[..rest.len().min(PIECE)];
            match self.wire.write(piece) {
                Ok(taken) => rest = &rest[taken..],
                Err(error) => self.unsent = Some(not_taken(&self.wire, error, rest.len())?),
            }
        }
        if !rest.is_empty() && self.unsent.is_none() {
            let bytes = rest.len();
            self.wire.out.emit(|| ResponseEvent::Unsent { bytes });
            self.unsent = Some((None, bytes));
        }
        Ok(())
    }

    /// `Expect: 100-continue` (RFC 9110 §10.1.1).
    fn await_continue(&mut self) -> Result<(), ResponseError> {
        self.wire.out.emit(|| ResponseEvent::AwaitingContinue { at_most_us: CONTINUE.into() });
        let short = self.wire.by.within(Some(CONTINUE), Bound::Idle);
        while self.reader.interim() == 0 && self.announced.is_none() && !self.done {
            match self.wire.read(&short) {
                Ok(bytes) => self.took(bytes)?,
                Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {
                    self.wire.check(Phase::Waiting, 0)?;
                    self.wire.out.emit(|| ResponseEvent::ContinueUnanswered);
                    return Ok(());
                }
                Err(error) => return Err(self.read_failed(error)),
            }
        }
        Ok(())
    }

    /// Waits until more of the request can be written, reading what comes meanwhile. Has the final answer made the rest pointless?
    fn overtaken(&mut self) -> Result<bool, ResponseError> {
        loop {
            // Only an answer that is no success, or that is over, ends the sending: servers may stream an answer while they read.
            if self.done || self.announced.as_ref().is_some_and(|a| a.head.status >= 300) {
                return Ok(true);
            }
            let (left, _) = self.wire.check(Phase::Sending, 0)?;
            let Some(socket) = self.wire.conn.transport.plain_fd() else { return Ok(false) };
            let (readable, writable) = super::splice::ready(socket, left);
            if readable {
                self.step()?;
            } else if writable {
                return Ok(false);
            }
        }
    }

    /// One read(), and everything that follows from it.
    fn step(&mut self) -> Result<(), ResponseError> {
        self.wire.check(self.reader.phase(), self.reader.body_bytes())?;
        match self.read() {
            Ok(bytes) => self.took(bytes),
            Err(error) => Err(self.read_failed(error)),
        }
    }

    /// One read(), and while nothing comes the sink is told.
    fn read(&mut self) -> io::Result<usize> {
        let mut silence = Duration::ZERO;
        while let Some(patience) = self.sink.patience() {
            match self.wire.read(&self.wire.by.within(Some(patience), Bound::Idle)) {
                Err(error) if nothing_came(&error) && self.wire.by.left(IDLE).is_ok() && silence < IDLE => {
                    silence += patience;
                    self.sink.stalled();
                }
                other => return other,
            }
        }
        self.wire.read(self.wire.by)
    }

    fn took(&mut self, bytes: usize) -> Result<(), ResponseError> {
        if bytes == 0 { self.ended() } else { self.digest() }
    }

    /// The stream has ended.
    fn ended(&mut self) -> Result<(), ResponseError> {
        match self.reader.eof() {
            Ok(()) => {
                self.done = true;
                Ok(())
            }
            Err(error) => Err(self.blame_write(error)),
        }
    }

    fn read_failed(&mut self, error: io::Error) -> ResponseError {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            // TLS ended without close_notify: RFC 9112 §9.8. Where another end was announced, that is what is missing.
            let body = self.reader.body_bytes();
            return match self.reader.eof() {
                Ok(()) => ResponseError::Unfinished { received: body },
                Err(error) => self.blame_write(error),
            };
        }
        let phase = self.reader.phase();
        let failure = self.wire.failure(error, phase, self.reader.body_bytes());
        self.blame_write(failure)
    }

    /// Without any answer, the failed write() is the story, not the read() after it.
    fn blame_write(&mut self, error: ResponseError) -> ResponseError {
        if self.wire.received == 0
            && error.before_any_answer()
            && let Some((Some(write), left)) = self.unsent.take()
        {
            return ResponseError::Send { error: write, sent: self.wire.sent, of: self.wire.sent + left as u64 };
        }
        error
    }

    /// Gives what was read to the reader, and what it makes of it to the sink.
    fn digest(&mut self) -> Result<(), ResponseError> {
        let read = self.digest_all();
        // What was good before a fault is handed on all the same.
        let handed = self.content.flush(self.sink);
        read.and(handed)
    }

    fn digest_all(&mut self) -> Result<(), ResponseError> {
        loop {
            let Self { wire, reader, sink, content, decoder, refused, .. } = self;
            let input = wire.unread();
            let (taken, piece) = reader.feed(input)?;
            match piece {
                None => {
                    wire.start += taken;
                    if taken == 0 || wire.unread().is_empty() {
                        break;
                    }
                }
                Some(Piece::Body(bytes)) => {
                    if let Some(refused) = refused.take() {
                        return Err(refused);
                    }
                    if !decoder.is_identity() {
                        let result = decoder.feed(bytes, &mut |decoded| content.hand(*sink, decoded));
                        let so_far = content.bytes;
                        result.map_err(|e| e.after(so_far))?;
                    } else if content.gathered.is_empty() && (taken == input.len() || bytes.len() >= GATHER / 4) {
                        content.hand(*sink, bytes)?;
                    } else {
                        content.gathered.extend_from_slice(bytes);
                        if content.gathered.len() >= GATHER {
                            content.flush(*sink)?;
                        }
                    }
                    wire.start += taken;
                }
                Some(Piece::Interim(head, raw)) => {
                    wire.start += taken;
                    self.interim(&head, &raw)?;
                }
                Some(Piece::Head(announced)) => {
                    wire.start += taken;
                    self.head(announced)?;
                    if self.done {
                        break;
                    }
                }
                Some(Piece::Trailers(fields)) => {
                    wire.start += taken;
                    let secrets = wire.out.secrets();
                    if !fields.is_empty() {
                        wire.out.emit(|| ResponseEvent::Trailers { fields: fields.told(secrets) });
                    }
                    self.trailers = fields;
                }
                Some(Piece::End) => {
                    wire.start += taken;
                    self.done = true;
                    break;
                }
            }
        }
        Ok(())
    }

    fn interim(&mut self, head: &Head, raw: &[u8]) -> Result<(), ResponseError> {
        let out = self.wire.out;
        out.emit(|| ResponseEvent::Interim {
            version: head.version,
            status: head.status,
            reason: Octets(head.reason.clone()),
            fields: head.fields.told(out.secrets()),
            head_bytes: raw.len(),
        });
        Ok(self.sink.interim(raw)?)
    }

    fn head(&mut self, announced: Box<Announced>) -> Result<(), ResponseError> {
        let out = self.wire.out;
        let Announced { head, raw, odd, framing, codings, .. } = &*announced;
        self.head_at = self.wire.last_byte;
        self.wire_before_body = self.wire.received - self.wire.unread().len() as u64;
        out.emit_at(self.head_at, || ResponseEvent::Head {
            version: head.version,
            status: head.status,
            reason: Octets(head.reason.clone()),
            fields: head.fields.told(out.secrets()),
            head_bytes: raw.len(),
            first_byte_us: self.wire.first_byte.unwrap_or_default().saturating_sub(self.wire.sent_at).into(),
            odd: odd.clone(),
            raw: (out.detail() >= Detail::Hex).then(|| Octets(out.secrets().octets(raw))),
        });
        let content_codings: Vec<&[u8]> = content_codings(head).collect();
        let decoded = self.asked.decodes && !matches!(framing, Framing::None { .. });
        out.emit_at(self.head_at, || ResponseEvent::Framed {
            framing: *framing,
            transfer_codings: codings.iter().map(|c| c.name().to_owned()).collect(),
            content_codings: content_codings.iter().map(|c| String::from_utf8_lossy(c).to_ascii_lowercase()).collect(),
            decoded: decoded && !content_codings.is_empty(),
        });
        let mut applied = Vec::new();
        if decoded {
            for name in &content_codings {
                match Coding::named(name) {
                    Some(coding) => applied.push(coding),
                    None => {
                        let name = String::from_utf8_lossy(name).into_owned();
                        self.refused.get_or_insert(ResponseError::UnknownCoding { name, transfer: false });
                    }
                }
            }
        }
        applied.extend(codings);
        if applied.len() > coding::MOST {
            self.refused = Some(ResponseError::TooManyCodings { count: applied.len() });
            applied.clear();
        }
        self.decoder = Decoder::new(&applied);
        self.content.most = self.asked.limits.content_bytes;
        if let (Framing::Length { bytes }, Some(limit), true) = (framing, self.content.most, self.decoder.is_identity())
            && *bytes > limit
        {
            return Err(ResponseError::TooBig { limit, announced: Some(*bytes) });
        }
        if let Some(left) = self.reader.plain_left().filter(|left| *left < u64::MAX) {
            self.wire.expect(left.saturating_sub(self.wire.unread().len() as u64));
        }
        self.sink.begin(head, raw)?;
        self.declined = self.sink.declines() && !matches!(framing, Framing::None { .. });
        self.done = self.declined;
        self.announced = Some(announced);
        Ok(())
    }

    /// Moves the rest of the body from socket to pipe inside the kernel, where nothing else wants its bytes.
    fn pump(&mut self) -> Result<bool, ResponseError> {
        let plain = self.announced.is_some() && self.decoder.is_identity() && self.refused.is_none();
        let bounded = self.content.most.is_some() && self.reader.plain_left() == Some(u64::MAX);
        if !plain || bounded {
            return Ok(false);
        }
        let before = self.reader.body_bytes();
        let moved = super::splice::pump(&mut self.wire, &mut self.reader, self.sink);
        self.content.bytes += self.reader.body_bytes() - before;
        if !moved? {
            return Ok(false);
        }
        if self.wire.eof {
            self.ended()?;
        } else {
            // Nothing is left to be read: this only takes the reader to its end.
            self.digest()?;
        }
        Ok(true)
    }

    fn finish(&mut self) -> Result<Response, ResponseError> {
        let Some(announced) = self.announced.take() else {
            // `done` without a head cannot be: the reader ends only after one.
            return Err(ResponseError::Empty { interim: self.reader.interim() });
        };
        if !self.declined {
            let so_far = self.content.bytes;
            self.decoder.finish().map_err(|e| ResponseError::from(e).after(so_far))?;
        }
        let surplus = if self.declined { 0 } else { self.wire.unread().len() };
        let wire_bytes = self.wire.received - self.wire_before_body - surplus as u64;
        let (out, reader) = (self.wire.out, &self.reader);
        out.emit(|| ResponseEvent::Body {
            wire_bytes,
            body_bytes: reader.body_bytes(),
            content_bytes: self.content.bytes,
            ended: match announced.framing {
                _ if self.declined => Ended::Declined,
                Framing::None { .. } => Ended::NoBody,
                Framing::Length { .. } => Ended::Length,
                Framing::Chunked => Ended::LastChunk,
                Framing::Close => Ended::Close,
            },
            chunks: reader.chunks().cloned(),
            took_us: self.wire.last_byte.saturating_sub(self.head_at).into(),
            after_coding: self.decoder.ignored(),
        });
        self.sink.end()?;
        if surplus > 0 {
            out.emit(|| ResponseEvent::Surplus { bytes: surplus });
        }
        let why = match announced.persists {
            _ if self.declined => Err(Closed::Declined),
            _ if self.unsent.is_some() => Err(Closed::Unsent),
            _ if surplus > 0 && announced.persists.is_ok() => Err(Closed::Surplus),
            Ok(()) if self.wire.eof => Err(Closed::Gone),
            other => other,
        };
        self.tell_connection(why);
        Ok(Response {
            head_bytes: announced.raw.len() as u64,
            head: announced.head,
            body_bytes: self.reader.body_bytes(),
            content_bytes: self.content.bytes,
            trailers: std::mem::take(&mut self.trailers),
            reusable: why.is_ok(),
            first_byte: self.wire.first_byte.unwrap_or_default(),
            last_byte: self.wire.last_byte,
        })
    }

    fn tell_connection(&self, why: Result<(), Closed>) {
        let (out, fd, conn) = (self.wire.out, self.wire.fd(), &self.wire.conn);
        if !out.heard() {
            return;
        }
        match why {
            Ok(()) => out.emit(|| ResponseEvent::Kept { fd, connection: conn.id.connection, exchanges: conn.exchanges + 1 }),
            Err(why) => {
                let closed = self.wire.eof || why == Closed::Gone || self.peer_has_closed();
                let first = if closed { Side::Peer } else { Side::Us };
                out.emit(|| ResponseEvent::Closing { fd, connection: conn.id.connection, first, why });
            }
        }
    }

    /// Who closes first is only known by looking.
    fn peer_has_closed(&self) -> bool {
        use rustix::net::{RecvFlags, recv};
        let Some(socket) = self.wire.conn.transport.plain_fd() else { return false };
        let mut byte = [0u8; 1];
        let closed = matches!(recv(socket, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT), Ok((_, 0)));
        let fd = self.wire.fd();
        self.wire.out.emit(|| ResponseEvent::Peeked { fd, closed });
        closed
    }

    fn tell_cut(&self) {
        if self.announced.is_some() {
            let reader = &self.reader;
            self.wire.out.emit(|| ResponseEvent::Cut {
                body_bytes: reader.body_bytes(),
                missing: reader.missing(),
                content_bytes: self.content.bytes,
            });
        }
    }
}

/// The codings that Content-Encoding names, in order; `identity` (and `none`, which some servers say) is no coding.
fn content_codings(head: &Head) -> impl Iterator<Item = &[u8]> {
    let none = |name: &&[u8]| !name.eq_ignore_ascii_case(b"identity") && !name.eq_ignore_ascii_case(b"none");
    head.members("content-encoding").filter(none)
}

impl From<CodingError> for ResponseError {
    fn from(error: CodingError) -> Self {
        match error {
            CodingError::Corrupt(coding, fault) => Self::Corrupt { coding, fault, content: 0 },
            CodingError::Cut(coding) => Self::CodingCut { coding, content: 0 },
        }
    }
}

impl ResponseError {
    /// The same, after so many bytes of content.
    fn after(self, bytes: u64) -> Self {
        match self {
            Self::Corrupt { coding, fault, .. } => Self::Corrupt { coding, fault, content: bytes },
            Self::CodingCut { coding, .. } => Self::CodingCut { coding, content: bytes },
            other => other,
        }
    }
}
