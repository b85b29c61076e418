//! The connection as the exchange sees it: each read() and write() told, bounded, counted.

use std::io;
use std::time::Duration;

use super::error::{Phase, ResponseError};
use super::events::ResponseEvent;
use crate::deadline::{Bound, Deadline, Expired, IDLE};
use crate::event::Emitter;
use crate::exit::os_words;
use crate::stages::connect::Connection;

/// The first read()s have this much room: a head and a small page, so that a near server's comes in one piece.
const ROOM: usize = 16 * 1024;
/// Long bodies get at most this much.
const LARGE: usize = 256 * 1024;

/// Did the time that a read() was given pass? (The kernel gives up a connection with ETIMEDOUT, which is another thing.)
pub(super) fn nothing_came(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none()
}

/// A connection for the time of one exchange.
pub(super) struct Wire<'x> {
    pub(super) conn: &'x mut Connection,
    pub(super) by: &'x Deadline<'x>,
    pub(super) out: Emitter<'x>,
    buffer: Vec<u8>,
    /// What was read and not yet looked at.
    pub(super) start: usize,
    end: usize,
    /// How much room the next read() should have.
    wanted: usize,
    /// Bytes read in this exchange.
    pub(super) received: u64,
    /// Bytes written in it.
    pub(super) sent: u64,
    /// When the last write() had returned.
    pub(super) sent_at: Duration,
    pub(super) first_byte: Option<Duration>,
    pub(super) last_byte: Duration,
    /// The peer has closed its side.
    pub(super) eof: bool,
}

impl<'x> Wire<'x> {
    pub(super) fn new(conn: &'x mut Connection, by: &'x Deadline<'x>, out: Emitter<'x>) -> Self {
        let buffer = std::mem::take(&mut conn.buffer);
        Self {
            conn,
            by,
            out,
            buffer,
            start: 0,
            end: 0,
            wanted: ROOM,
            received: 0,
            sent: 0,
            sent_at: Duration::ZERO,
            first_byte: None,
            last_byte: Duration::ZERO,
            eof: false,
        }
    }

    /// The buffer stays with the connection, unless it has grown for a long body.
    pub(super) fn give_back(&mut self) {
        if self.buffer.len() == ROOM {
            self.conn.buffer = std::mem::take(&mut self.buffer);
        }
    }

    pub(super) fn fd(&self) -> i32 {
        self.conn.id.fd
    }

    /// Is there TLS between the message and the socket?
    fn is_secured(&self) -> bool {
        self.conn.transport.plain_fd().is_none()
    }

    /// What was read and not yet looked at.
    pub(super) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// So many bytes are to come: as few read()s as can be.
    pub(super) fn expect(&mut self, bytes: u64) {
        let bytes = usize::try_from(bytes).unwrap_or(LARGE).min(LARGE);
        self.wanted = self.wanted.max(bytes.next_multiple_of(ROOM));
    }

    /// One write().
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (fd, secured) = (self.fd(), self.is_secured());
        let at = if self.out.heard() { self.out.clock().now() } else { Duration::ZERO };
        let result = self.conn.transport.write(bytes, self.by);
        self.sent_at = self.by.clock().now();
        match &result {
            Ok(taken) => {
                self.sent += *taken as u64;
                self.out.emit_at(at, || ResponseEvent::Wrote { fd, offered: bytes.len(), taken: *taken, secured });
            }
            Err(error) => {
                self.out.emit(|| ResponseEvent::WriteFailed { fd, offered: bytes.len(), why: os_words(error) });
            }
        }
        match result {
            Ok(0) if !bytes.is_empty() => Err(io::ErrorKind::WriteZero.into()),
            other => other,
        }
    }

    /// As many write()s as it takes.
    pub(super) fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let taken = self.write(bytes)?;
            bytes = &bytes[taken..];
        }
        Ok(())
    }

    /// One read(), when everything read before has been looked at. 0 is the end of the stream.
    pub(super) fn read(&mut self, by: &Deadline<'_>) -> io::Result<usize> {
        debug_assert_eq!(self.start, self.end, "unread bytes would be overwritten");
        if self.buffer.len() < self.wanted {
            self.buffer = vec![0; self.wanted];
        }
        (self.start, self.end) = (0, 0);
        let (fd, secured, room) = (self.fd(), self.is_secured(), self.buffer.len());
        let result = self.conn.transport.read(&mut self.buffer, by);
        let at = self.by.clock().now();
        match &result {
            Ok(bytes) => {
                self.end = *bytes;
                if *bytes == room {
                    self.wanted = self.wanted.max((room * 4).min(LARGE));
                }
                self.received += *bytes as u64;
                if *bytes > 0 {
                    self.first_byte.get_or_insert(at);
                    self.last_byte = at;
                } else {
                    self.eof = true;
                }
                self.out.emit_at(at, || ResponseEvent::Read { fd, room, bytes: *bytes, secured });
            }
            // That nothing came is no failed call: several read()s have waited, and the deadline is the story.
            Err(error) if nothing_came(error) => {}
            Err(error) => {
                self.out.emit_at(at, || ResponseEvent::ReadFailed { fd, why: os_words(error) });
            }
        }
        result
    }

    /// What a failed call means.
    pub(super) fn failure(&self, error: io::Error, phase: Phase, body: u64) -> ResponseError {
        if let Some(stopped) = self.stopped(&error, phase, body) {
            return stopped;
        }
        match phase {
            Phase::Sending => ResponseError::Send { error, sent: self.sent, of: 0 },
            Phase::Waiting | Phase::Head => ResponseError::Recv { error, phase, received: self.received },
            Phase::Body => ResponseError::Recv { error, phase, received: body },
        }
    }

    /// Was it Ctrl-C or a deadline, and not the connection?
    pub(super) fn stopped(&self, error: &io::Error, phase: Phase, body: u64) -> Option<ResponseError> {
        let timed_out = |bound| ResponseError::TimedOut { bound, phase, received: body };
        match error.kind() {
            io::ErrorKind::Interrupted => Some(ResponseError::Interrupted),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Some(match self.by.left(IDLE) {
                Err(Expired::Interrupted) => ResponseError::Interrupted,
                Err(Expired::Reached(bound)) => timed_out(bound),
                Ok((_, bound)) => timed_out(bound),
            }),
            _ => None,
        }
    }

    /// Time, before a call: a peer that always has a little more must not stretch the deadline.
    pub(super) fn check(&self, phase: Phase, body: u64) -> Result<(Duration, Bound), ResponseError> {
        self.by.left(IDLE).map_err(|expired| match expired {
            Expired::Interrupted => ResponseError::Interrupted,
            Expired::Reached(bound) => ResponseError::TimedOut { bound, phase, received: body },
        })
    }
}
