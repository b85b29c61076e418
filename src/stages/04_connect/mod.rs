//! Stage 4 of 7, `connect`: from addresses to one connection.
//! In: [`Route`]. Out: [`Connection`]. Blocks: yes. Fails with: [`ConnectError`] (exit 7, 28, 49).
//! Tells: (`Socket` → `Connecting` → `InProgress`? → `Connected` | `Failed` | `Abandoned`)+ → `Chosen`?, later `Reused` and `Closed`.
//! Spec: RFC 9293 (TCP), RFC 8305 (Happy Eyeballs). Like curl: 300 s without `--connect-timeout`, `--connect-to` with its syntax.
//! Not done here: the order of the addresses (RFC 6724), see `03_dns/order.rs`; TLS, see `05_tls`.
//! Alone: `examples/connect.rs`.
//!
//! ```text
//! waiting list ─► socket() ─► connect() ─┬─ 0 ───────────────────────────► Connected (the others: Abandoned)
//!                                        ├─ EINPROGRESS ─► poll() ─┬─ 0 ─► Connected
//!                                        │                         └─ errno ─► Failed ─► the next address at once
//!                                        └─ errno ─► Failed ─► the next address at once
//!                       (250 ms without an outcome: the next address beside it)
//! ```

mod address;
mod divert;
mod error;
mod event;
mod race;
#[cfg(test)]
pub(crate) mod scripted;
mod socket;

use std::io;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde::Serialize;

use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::stages::dns::Route;

pub use address::{AddressFacts, AddressKind, Delivery};
pub use divert::connect_to;
pub use error::{Attempt, ConnectError, Outcome};
pub use event::{ConnectEvent, OsError, SocketFamily};

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
/// [`io::ErrorKind::Interrupted`]; ask the deadline ([`Deadline::left`]) which bound it was. Under TLS an end of the stream
/// without close_notify is [`io::ErrorKind::UnexpectedEof`].
pub trait Transport: Send {
    /// One read; 0 is the end of the stream.
    fn read(&mut self, buf: &mut [u8], by: &Deadline<'_>) -> io::Result<usize>;
    /// One write; may take fewer bytes than offered.
    fn write(&mut self, buf: &[u8], by: &Deadline<'_>) -> io::Result<usize>;
    /// Ends it: for TLS close_notify, then close().
    fn close(self: Box<Self>, out: Emitter<'_>) -> io::Result<()>;
    /// Has the peer already closed or sent something unasked? Looked at before a kept connection is used again; does not block.
    fn is_stale(&mut self) -> bool;
    /// Waits for at most `limit` until something has come that was not read: poll() of one descriptor. Also true where only the end of
    /// the stream has come, or a signal.
    fn is_readable(&self, limit: Duration) -> bool;
    /// The socket itself, where its bytes are the message's (not under TLS): for splice().
    fn plain_fd(&self) -> Option<BorrowedFd<'_>>;
    /// Small writes leave at once (TCP_NODELAY): for TLS, which writes several records before it waits.
    fn no_delay(&mut self) -> io::Result<()> {
        Ok(())
    }
    /// Tells what happened below since the last call (session tickets, alerts, close_notify): reads and writes have nobody to tell it to.
    fn tell(&mut self, out: Emitter<'_>) {
        let _ = out;
    }
}

/// A connection that messages can be exchanged on.
pub struct Connection {
    /// Who.
    pub id: Identity,
    /// How.
    pub transport: Box<dyn Transport>,
    /// Exchanges finished on it.
    pub exchanges: u32,
    /// What reads go into, for whoever makes the next exchange, on this connection or another.
    pub(crate) buffer: Vec<u8>,
}

/// What the command line decides about connecting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectPlan {
    /// `--connect-timeout`: for dns, connect and tls together, as in curl; whoever begins a journey makes it part of the deadline.
    pub timeout: Option<Duration>,
    /// `--connect-to HOST1:PORT1:HOST2:PORT2`, as typed.
    pub connect_to: Vec<String>,
    /// Where a connection really goes (`jaunt demo` serves port 80 of 127.x on ports that need no root): asked → actual.
    /// The calls and events tell the actual address.
    pub redirect: Vec<(SocketAddr, SocketAddr)>,
}

/// The connecting side of a run: the plan, and the numbers of its connections. Shared by all lanes.
#[derive(Debug, Default)]
pub struct Connector {
    plan: ConnectPlan,
    made: AtomicU32,
    /// Asked for once, when a connection's way is told (`-v`).
    links: OnceLock<Vec<address::Link>>,
}

impl Connector {
    /// Opens nothing yet.
    pub fn new(plan: ConnectPlan) -> Self {
        Self { plan, ..Self::default() }
    }

    /// What was decided.
    pub fn plan(&self) -> &ConnectPlan {
        &self.plan
    }

    fn next_id(&self) -> ConnectionId {
        ConnectionId(self.made.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The way that packets of this connection take.
    fn way(&self, id: &Identity) -> Option<AddressFacts> {
        address::facts(self.links.get_or_init(address::links), id.local.ip(), id.peer.ip())
    }

    /// The address that a socket for `asked` is really connected to.
    fn actual(&self, asked: SocketAddr) -> SocketAddr {
        self.plan.redirect.iter().find(|(from, _)| *from == asked).map_or(asked, |(_, to)| *to)
    }
}

/// Connects to the first address that answers (RFC 8305 §5): families in turns, the next address beside the last one after 250 ms
/// or as soon as one has failed.
pub fn connect(route: &Route, connector: &Connector, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Connection, ConnectError> {
    race::run(route, connector, by, out)
}
