//! A TCP socket: each method is the system call that its name says, and nothing else happens behind it.
//!
//! Reads and writes are read() and write() themselves, so that what is narrated is what strace shows. (The Rust runtime ignores
//! SIGPIPE: a write to a closed connection fails with EPIPE.)
//!
//! No call blocks longer than [`TICK`]. A longer wait is several calls, and between them the deadline and Ctrl-C are looked at: a signal
//! reaches only one thread, and may come just before the call. The socket's time-outs are set once, and again only for the last
//! part of a deadline.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::net::RecvFlags;
use socket2::{Domain, Protocol, SockAddr, Type};

use crate::deadline::{Deadline, Expired, IDLE};
use crate::event::Emitter;

use super::{ConnectEvent, ConnectionId, SocketFamily, Transport};

/// The longest that one call blocks; also RFC 8305's Connection Attempt Delay, which is why a first attempt needs no poll().
pub(super) const TICK: Duration = Duration::from_millis(250);

/// A TCP socket, closed when dropped.
#[derive(Debug)]
pub(super) struct Tcp {
    socket: socket2::Socket,
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
    non_blocking: bool,
}

/// Second argument of socket(), as strace writes it.
pub(super) fn kind(non_blocking: bool) -> &'static str {
    match (non_blocking, cfg!(any(target_os = "linux", target_os = "android", target_os = "freebsd"))) {
        (true, true) => "SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK",
        (false, true) => "SOCK_STREAM|SOCK_CLOEXEC",
        // Elsewhere the flags are set by fcntl() afterwards.
        (_, false) => "SOCK_STREAM",
    }
}

impl Tcp {
    /// socket()
    pub(super) fn open(family: SocketFamily, non_blocking: bool) -> io::Result<Self> {
        let domain = match family {
            SocketFamily::Inet => Domain::IPV4,
            SocketFamily::Inet6 => Domain::IPV6,
        };
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
        let socket = {
            let kind = if non_blocking { Type::STREAM.nonblocking() } else { Type::STREAM };
            socket2::Socket::new(domain, kind, Some(Protocol::TCP))?
        };
        #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
        let socket = {
            let socket = socket2::Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
            socket.set_nonblocking(non_blocking)?;
            socket
        };
        Ok(Self { socket, read_limit: None, write_limit: None, non_blocking })
    }

    pub(super) fn fd(&self) -> i32 {
        self.socket.as_raw_fd()
    }

    /// connect(); a blocking socket waits for at most `limit` and fails with EINPROGRESS when that has passed.
    pub(super) fn connect(&mut self, peer: SocketAddr, limit: Duration) -> io::Result<()> {
        if !self.non_blocking {
            self.limit_writes(limit)?;
        }
        self.socket.connect(&SockAddr::from(peer))
    }

    /// getsockopt(SO_ERROR): how a connect() that was in progress ended.
    pub(super) fn outcome(&self) -> io::Result<()> {
        match self.socket.take_error()? {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// getsockname()
    pub(super) fn local(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()?.as_socket().ok_or_else(|| io::Error::other("getsockname gave no internet address"))
    }

    /// From here on calls block (until their time-out).
    pub(super) fn make_blocking(&mut self) -> io::Result<()> {
        if self.non_blocking {
            rustix::io::ioctl_fionbio(&self.socket, false)?;
            self.non_blocking = false;
        }
        Ok(())
    }

    fn limit_reads(&mut self, limit: Duration) -> io::Result<()> {
        if self.read_limit != Some(limit) {
            self.socket.set_read_timeout(Some(limit))?;
            self.read_limit = Some(limit);
        }
        Ok(())
    }

    fn limit_writes(&mut self, limit: Duration) -> io::Result<()> {
        if self.write_limit != Some(limit) {
            self.socket.set_write_timeout(Some(limit))?;
            self.write_limit = Some(limit);
        }
        Ok(())
    }
}

impl AsFd for Tcp {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// A connected socket as the stages after it use it.
#[derive(Debug)]
pub(super) struct Plain {
    pub(super) tcp: Tcp,
    pub(super) connection: ConnectionId,
}

/// How long the next call may block: whole milliseconds, so that the same limit is not set anew for each call.
fn slice(by: &Deadline<'_>, silence: Duration) -> io::Result<Duration> {
    match by.left(silence) {
        Ok((left, _)) => Ok(Duration::from_millis(left.min(TICK).as_micros().div_ceil(1000).max(1) as u64)),
        Err(Expired::Interrupted) => Err(io::ErrorKind::Interrupted.into()),
        Err(Expired::Reached(_)) => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// Repeats `call` until it has an outcome or the deadline has. `call` blocks for as long as it is given.
fn persist<T>(by: &Deadline<'_>, mut call: impl FnMut(Duration) -> io::Result<T>) -> io::Result<T> {
    let mut silence = IDLE;
    loop {
        let limit = slice(by, silence)?;
        match call(limit) {
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock) => {
                silence = silence.saturating_sub(limit);
                if silence.is_zero() {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
            // Ctrl-C is seen by the next look at the deadline; any other signal changes nothing.
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

impl Transport for Plain {
    fn read(&mut self, buf: &mut [u8], by: &Deadline<'_>) -> io::Result<usize> {
        let tcp = &mut self.tcp;
        persist(by, |limit| {
            tcp.limit_reads(limit)?;
            Ok(rustix::io::read(&tcp.socket, &mut *buf)?)
        })
    }

    fn write(&mut self, buf: &[u8], by: &Deadline<'_>) -> io::Result<usize> {
        let tcp = &mut self.tcp;
        persist(by, |limit| {
            tcp.limit_writes(limit)?;
            Ok(rustix::io::write(&tcp.socket, buf)?)
        })
    }

    fn close(self: Box<Self>, out: Emitter<'_>) -> io::Result<()> {
        let fd = self.tcp.fd();
        let connection = self.connection;
        drop(self);
        out.emit(|| ConnectEvent::Closed { connection, fd });
        Ok(())
    }

    fn is_stale(&mut self) -> bool {
        let mut byte = [0_u8; 1];
        match rustix::net::recv(&self.tcp.socket, &mut byte[..], RecvFlags::PEEK | RecvFlags::DONTWAIT) {
            Err(error) => error != rustix::io::Errno::AGAIN && error != rustix::io::Errno::INTR,
            // The end of the stream, or bytes that nobody asked for.
            Ok(_) => true,
        }
    }

    fn is_readable(&self, limit: Duration) -> bool {
        let limit = rustix::event::Timespec::try_from(limit).ok();
        // A signal ends the wait: Ctrl-C is seen by the read() that follows.
        !matches!(rustix::event::poll(&mut [PollFd::new(&self.tcp.socket, PollFlags::IN)], limit.as_ref()), Ok(0))
    }

    fn plain_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.tcp.as_fd())
    }

    fn no_delay(&mut self) -> io::Result<()> {
        self.tcp.socket.set_tcp_nodelay(true)
    }
}
