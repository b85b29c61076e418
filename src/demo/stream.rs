//! A client's connection on the server's side: reads and writes that end with the demo and after a silence.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd as _;
use std::time::Duration;

use rustix::event::PollFlags;

use super::stop::{Stop, Woken};

/// Blocks like a blocking socket, but not beyond the idle time or the end of the demo.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: TcpStream,
    stop: Stop,
    idle: Duration,
}

impl Stream {
    pub(crate) fn new(socket: TcpStream, stop: Stop, idle: Duration) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, stop, idle })
    }

    pub(crate) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    fn until(&self, flags: PollFlags) -> io::Result<()> {
        match self.stop.wait(&[(self.socket.as_fd(), flags)], Some(self.idle))? {
            Woken::Ready(_) => Ok(()),
            Woken::TimedOut => Err(io::ErrorKind::TimedOut.into()),
            Woken::Stopped => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    fn retried<T>(&self, flags: PollFlags, mut call: impl FnMut(&TcpStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            match call(&self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.until(flags)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.retried(PollFlags::IN, |mut socket| socket.read(buf))
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.retried(PollFlags::OUT, |mut socket| socket.write(buf))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
