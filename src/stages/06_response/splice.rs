//! A long body from a socket to a pipe or /dev/null without a copy in this program: splice(2).
//!
//! ```text
//! socket ──splice──► stdout's pipe                       stdout is a pipe
//! socket ──splice──► a pipe of our own ──splice──► /dev/null
//! ```

use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
#[cfg(target_os = "linux")]
use rustix::io::Errno;

use super::error::{Phase, ResponseError};
use super::events::ResponseEvent;
use super::reader::ResponseReader;
use super::send::Wire;
use super::sink::BodySink;
use crate::deadline::IDLE;

/// Shorter rests are not worth the calls.
const WORTH: u64 = 64 * 1024;
/// Wanted capacity of a pipe, and the most that one call moves.
const PIPE: usize = 1024 * 1024;
/// Waiting is done in such steps, so that Ctrl-C is noticed whichever thread the signal met.
const STEP: Duration = Duration::from_millis(500);

/// Moves what is left of the body, until it or the stream ends. `false`: not possible or not worth it, read() must do it.
#[cfg(target_os = "linux")]
pub(super) fn pump(wire: &mut Wire<'_>, reader: &mut ResponseReader, sink: &mut dyn BodySink) -> Result<bool, ResponseError> {
    use rustix::pipe::{SpliceFlags, fcntl_setpipe_size, pipe_with, splice};

    if !wire.unread().is_empty() || reader.plain_left().is_none_or(|left| left < WORTH) {
        return Ok(false);
    }
    if wire.conn.transport.plain_fd().is_none() {
        return Ok(false);
    }
    let Some(to) = sink.splice_to() else { return Ok(false) };
    // The sink keeps the descriptor open; a duplicate lets it be told of progress meanwhile.
    let Ok(to) = to.try_clone_to_owned() else { return Ok(false) };
    let direct = rustix::fs::fstat(&to).is_ok_and(|s| rustix::fs::FileType::from_raw_mode(s.st_mode).is_fifo());
    let own: Option<(OwnedFd, OwnedFd)> = if direct {
        let _ = fcntl_setpipe_size(&to, PIPE);
        None
    } else {
        let Ok(pipe) = pipe_with(rustix::pipe::PipeFlags::CLOEXEC) else { return Ok(false) };
        let _ = fcntl_setpipe_size(&pipe.1, PIPE);
        Some(pipe)
    };
    let shown = sink.splice_to().map_or(-1, |fd| fd.as_raw_fd());
    let flags = SpliceFlags::MOVE | SpliceFlags::MORE | SpliceFlags::NONBLOCK;
    let mut moved_any = false;
    while let Some(left) = reader.plain_left() {
        readable(wire, reader.body_bytes())?;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(PIPE);
        let Some(socket) = wire.conn.transport.plain_fd() else { return Ok(false) };
        let target = own.as_ref().map_or(to.as_fd(), |(_, write)| write.as_fd());
        match splice(socket, None, target, None, most, flags) {
            Ok(0) => {
                wire.eof = true;
                told(wire, shown, 0);
                return Ok(true);
            }
            Ok(bytes) => {
                if let Some((read, _)) = &own {
                    drain(read.as_fd(), to.as_fd(), bytes).map_err(|e| sink.splice_failed(e))?;
                }
                moved_any = true;
                wire.received += bytes as u64;
                wire.last_byte = wire.by.clock().now();
                reader.skip(bytes as u64);
                sink.spliced(bytes as u64);
                told(wire, shown, bytes);
            }
            // The socket has data, so it is the pipe that has no room: its reader is slow.
            Err(Errno::AGAIN) => {
                wait(target, PollFlags::OUT, STEP);
            }
            Err(Errno::INTR) => {}
            Err(Errno::PIPE) => return Err(sink.splice_failed(io::ErrorKind::BrokenPipe.into()).into()),
            // Not a pair that this kernel can splice: nothing was moved, read() does it.
            Err(Errno::INVAL | Errno::NOSYS | Errno::BADF) if !moved_any => return Ok(false),
            Err(errno) => return Err(wire.failure(errno.into(), Phase::Body, reader.body_bytes())),
        }
    }
    Ok(true)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn pump(_: &mut Wire<'_>, _: &mut ResponseReader, _: &mut dyn BodySink) -> Result<bool, ResponseError> {
    Ok(false)
}

/// Returns when the socket has bytes or its end to give; bounded like a read().
fn readable(wire: &Wire<'_>, body: u64) -> Result<(), ResponseError> {
    let began = wire.by.clock().now();
    loop {
        let (time, bound) = wire.check(Phase::Body, body)?;
        let Some(socket) = wire.conn.transport.plain_fd() else { return Ok(()) };
        if wait(socket, PollFlags::IN, time.min(STEP)) {
            return Ok(());
        }
        if wire.by.clock().now().saturating_sub(began) >= IDLE {
            return Err(ResponseError::TimedOut { bound, phase: Phase::Body, received: body });
        }
    }
}

/// Moves `bytes` from our own pipe to where they go.
#[cfg(target_os = "linux")]
fn drain(from: BorrowedFd<'_>, to: BorrowedFd<'_>, mut bytes: usize) -> io::Result<()> {
    use rustix::pipe::{SpliceFlags, splice};
    while bytes > 0 {
        match splice(from, None, to, None, bytes, SpliceFlags::MOVE | SpliceFlags::MORE) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(moved) => bytes -= moved,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn told(wire: &Wire<'_>, to: i32, bytes: usize) {
    let fd = wire.fd();
    wire.out.emit(|| ResponseEvent::Spliced { fd, to, bytes });
}

/// Is it ready within `time`? A signal ends the wait early.
fn wait(fd: BorrowedFd<'_>, flags: PollFlags, time: Duration) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(fd, flags)];
    matches!(poll(&mut fds, Some(&timespec(time))), Ok(1..))
}

/// Can the socket be read, can it be written? Waits until one is so, at most `time`.
pub(super) fn ready(socket: BorrowedFd<'_>, time: Duration) -> (bool, bool) {
    let mut fds = [PollFd::from_borrowed_fd(socket, PollFlags::IN | PollFlags::OUT)];
    if !matches!(poll(&mut fds, Some(&timespec(time.min(STEP)))), Ok(1..)) {
        return (false, false);
    }
    let got = fds[0].revents();
    (got.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR), got.contains(PollFlags::OUT))
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX), tv_nsec: time.subsec_nanos().into() }
}
