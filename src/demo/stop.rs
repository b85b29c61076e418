//! How the demo's servers wait: for their sockets, and for the end of the demo, whichever comes first.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

/// Ends everything that waits on the other half when it is dropped.
#[derive(Debug)]
pub(crate) struct Stopper {
    _write: PipeWriter,
}

/// What every waiting of a server includes.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    read: Arc<PipeReader>,
}

/// What ended a waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woken {
    /// At least one of the descriptors is ready; bit n is the nth.
    Ready(u64),
    /// Nothing came for that long.
    TimedOut,
    /// The demo is over.
    Stopped,
}

/// Both halves: a pipe that nothing is written to and whose end is the signal.
pub(crate) fn pair() -> io::Result<(Stopper, Stop)> {
    let (read, write) = io::pipe()?;
    Ok((Stopper { _write: write }, Stop { read: Arc::new(read) }))
}

impl Stop {
    /// Waits until one of `fds` (at most 64) is ready for what it is listed with.
    pub(crate) fn wait(&self, fds: &[(BorrowedFd<'_>, PollFlags)], timeout: Option<Duration>) -> io::Result<Woken> {
        let mut polled = Vec::with_capacity(fds.len() + 1);
        polled.push(PollFd::from_borrowed_fd(self.read.as_fd(), PollFlags::IN));
        polled.extend(fds.iter().map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)));
        let timeout = timeout
            .map(|t| Timespec { tv_sec: i64::try_from(t.as_secs()).unwrap_or(i64::MAX), tv_nsec: i64::from(t.subsec_nanos()) });
        loop {
            match rustix::event::poll(&mut polled, timeout.as_ref()) {
                Ok(0) => return Ok(Woken::TimedOut),
                Ok(_) if !polled[0].revents().is_empty() => return Ok(Woken::Stopped),
                Ok(_) => {
                    let ready = polled[1..].iter().enumerate().filter(|(_, fd)| !fd.revents().is_empty());
                    return Ok(Woken::Ready(ready.fold(0, |bits, (n, _)| bits | 1 << n)));
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits for nothing but the end, at most that long.
    pub(crate) fn pause(&self, time: Duration) -> Woken {
        self.wait(&[], Some(time)).unwrap_or(Woken::Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_the_stopper_ends_a_waiting() {
        let (stopper, stop) = pair().expect("a pipe");
        assert_eq!(stop.pause(Duration::ZERO), Woken::TimedOut);
        drop(stopper);
        assert_eq!(stop.pause(Duration::from_secs(60)), Woken::Stopped);
    }
}
