//! A [`Transport`] that plays a script: for the tests of every stage that reads or writes.

#![allow(dead_code, reason = "each stage's tests use a part of it")]

use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::deadline::Deadline;
use crate::event::Emitter;

use super::{ConnectEvent, Connection, ConnectionId, Identity, Transport};

/// What the peer does next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// One read returns these bytes (in several reads where the buffer is smaller).
    Bytes(Vec<u8>),
    /// A read returns 0, and so does every read after it.
    Eof,
    /// A read fails.
    Fail(io::ErrorKind),
    /// A read fails with this errno.
    Errno(i32),
    /// Nothing comes until the deadline: a read fails with `TimedOut`.
    Stall,
}

/// Plays its steps to reads; writes go to [`Scripted::written`].
#[derive(Debug, Default)]
pub(crate) struct Scripted {
    steps: VecDeque<Step>,
    ended: bool,
    /// The most bytes that one write takes.
    take: Option<usize>,
    /// Writes fail with this kind after so many bytes.
    write_fails: Option<(usize, io::ErrorKind)>,
    written: Arc<Mutex<Vec<u8>>>,
    stale: bool,
}

impl Scripted {
    /// Reads give these steps, then the end of the stream.
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), ..Self::default() }
    }

    /// Each part is what one read returns; then the end of the stream.
    pub(crate) fn parts<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Self {
        Self::new(parts.into_iter().map(|p| Step::Bytes(p.as_ref().to_vec())))
    }

    /// A write takes at most `bytes`.
    pub(crate) fn short_writes(mut self, bytes: usize) -> Self {
        self.take = Some(bytes);
        self
    }

    /// Writes fail with `kind` once `after` bytes were taken.
    pub(crate) fn failing_writes(mut self, after: usize, kind: io::ErrorKind) -> Self {
        self.write_fails = Some((after, kind));
        self
    }

    /// [`Transport::is_stale`] says so.
    pub(crate) fn stale(mut self) -> Self {
        self.stale = true;
        self
    }

    /// What is written, as long as this half is kept.
    pub(crate) fn written(&self) -> Arc<Mutex<Vec<u8>>> {
        Arc::clone(&self.written)
    }

    /// As connection 1, fd 5, 127.0.0.1:50000 to 127.0.0.1:80.
    pub(crate) fn connection(self) -> Connection {
        let loopback = |port| (std::net::Ipv4Addr::LOCALHOST, port).into();
        let id = Identity { connection: ConnectionId(1), fd: 5, local: loopback(50000), peer: loopback(80) };
        Connection { id, transport: Box::new(self), exchanges: 0, buffer: Vec::new() }
    }
}

impl Transport for Scripted {
    fn read(&mut self, buf: &mut [u8], _: &Deadline<'_>) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        match self.steps.pop_front() {
            None | Some(Step::Eof) => {
                self.ended = true;
                Ok(0)
            }
            Some(Step::Bytes(mut bytes)) => {
                let n = bytes.len().min(buf.len());
                buf[..n].copy_from_slice(&bytes[..n]);
                if n < bytes.len() {
                    self.steps.push_front(Step::Bytes(bytes.split_off(n)));
                }
                Ok(n)
            }
            Some(Step::Fail(kind)) => Err(kind.into()),
            Some(Step::Errno(code)) => Err(io::Error::from_raw_os_error(code)),
            Some(Step::Stall) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn write(&mut self, buf: &[u8], _: &Deadline<'_>) -> io::Result<usize> {
        let mut written = self.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut n = buf.len().min(self.take.unwrap_or(usize::MAX));
        if let Some((after, kind)) = self.write_fails {
            if written.len() >= after {
                return Err(kind.into());
            }
            n = n.min(after - written.len());
        }
        written.extend_from_slice(&buf[..n]);
        Ok(n)
    }

    fn close(self: Box<Self>, out: Emitter<'_>) -> io::Result<()> {
        out.emit(|| ConnectEvent::Closed { connection: ConnectionId(1), fd: 5 });
        Ok(())
    }

    fn is_stale(&mut self) -> bool {
        self.stale
    }

    fn is_readable(&self, _: Duration) -> bool {
        !matches!(self.steps.front(), Some(Step::Stall))
    }

    fn plain_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}
