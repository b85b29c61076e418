//! Stage 4 of 7, `connect`: from addresses to one connection.
//! In: [`Route`]. Out: [`Connection`]. Blocks: yes. Fails with: [`ConnectError`] (exit 7, 28).
//! Tells: (`Socket` → `Connecting` → `Connected` | `Refused`)*.
//! Spec: RFC 9293 (TCP), RFC 8305 (Happy Eyeballs).
//! Not done here: TLS, see `05_tls`.
//! Alone: `examples/connect.rs`.

use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use serde::Serialize;

use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::stages::dns::Route;
use crate::words::Phrase;

/// Which connection of this run, from 1: descriptors are reused by the kernel, these numbers are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct ConnectionId(pub u32);

/// What identifies a connection: the descriptor inside this program, the four-tuple outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Number of the connection in this run.
    pub connection: ConnectionId,
    /// The descriptor that socket() returned.
    pub fd: i32,
    /// As getsockname() gave it.
    pub local: SocketAddr,
    /// Whom connect() was given.
    pub peer: SocketAddr,
}

/// Bytes to and from the peer. The socket blocks; each call is bounded by its deadline.
///
/// A call that runs into its deadline fails with [`io::ErrorKind::TimedOut`], one ended by Ctrl-C with
/// [`io::ErrorKind::Interrupted`]; ask the deadline ([`Deadline::left`]) which bound it was.
pub trait Transport: Send {
    /// One read; 0 is the end of the stream.
    fn read(&mut self, buf: &mut [u8], by: &Deadline<'_>) -> io::Result<usize>;
    /// One write; may take fewer bytes than offered.
    fn write(&mut self, buf: &[u8], by: &Deadline<'_>) -> io::Result<usize>;
    /// Ends it: for TLS close_notify, then close().
    fn close(self: Box<Self>, out: Emitter<'_>) -> io::Result<()>;
    /// Has the peer already closed or sent something unasked? Looked at before a kept connection is used again; does not block.
    fn is_stale(&mut self) -> bool;
    /// The socket itself, where its bytes are the message's (not under TLS): for splice().
    fn plain_fd(&self) -> Option<BorrowedFd<'_>>;
}

/// A connection that messages can be exchanged on.
pub struct Connection {
    /// Who.
    pub id: Identity,
    /// How.
    pub transport: Box<dyn Transport>,
    /// Exchanges finished on it.
    pub exchanges: u32,
}

/// What the command line decides about connecting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectPlan {
    /// `--connect-timeout`: for dns, connect and tls together, as in curl.
    pub timeout: Option<Duration>,
    /// `--connect-to HOST1:PORT1:HOST2:PORT2`, as typed.
    pub connect_to: Vec<String>,
    /// Where a connection really goes (`jaunt demo` serves port 80 of 127.x on ports that need no root): asked → actual.
    /// The calls and events tell the actual address.
    pub redirect: Vec<(SocketAddr, SocketAddr)>,
}

/// Connects to the first address that answers.
pub fn connect(route: &Route, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Connection, ConnectError> {
    let _ = (by, out);
    Err(ConnectError::Interrupted { host: route.host.clone() })
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum ConnectError {
    /// Ctrl-C.
    Interrupted {
        /// Whom we were connecting to.
        host: String,
    },
}

impl ConnectError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted { .. } => Exit::Interrupted,
        }
    }
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Interrupted { host } => phrase!("connect-interrupted", host = host),
        }
    }
    pub(crate) fn tried(&self) -> Vec<Phrase> {
        Vec::new()
    }
    pub(crate) fn advice(&self) -> Advice {
        Advice::default()
    }
}

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum ConnectEvent {
    /// There is a connection.
    Connected(Identity),
}
