//! What the connect stage tells.

use std::io;
use std::net::SocketAddr;

use serde::Serialize;

use crate::event::Micros;
use crate::exit;
use crate::words::Phrase;

use super::{AddressFacts, ConnectionId, Identity};

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum ConnectEvent {
    /// Connections for this address go elsewhere: the plan says so (`jaunt demo`).
    Diverted {
        /// What DNS gave.
        asked: SocketAddr,
        /// What connect() is given.
        actual: SocketAddr,
    },
    /// socket() returned a descriptor.
    Socket {
        /// First argument.
        family: SocketFamily,
        /// Second argument, as strace writes it.
        kind: &'static str,
        /// What it returned.
        fd: i32,
    },
    /// socket() failed.
    NoSocket {
        /// First argument.
        family: SocketFamily,
        /// Second argument, as strace writes it.
        kind: &'static str,
        /// Whom the socket was for.
        peer: SocketAddr,
        /// Why.
        error: OsError,
    },
    /// connect() begins.
    Connecting {
        /// The socket.
        fd: i32,
        /// Whom it is given.
        peer: SocketAddr,
    },
    /// connect() returned EINPROGRESS: the SYN is out and no answer is in; poll() waits for it.
    InProgress {
        /// The socket.
        fd: i32,
        /// Whom it was given.
        peer: SocketAddr,
        /// Since connect() began.
        waited_us: Micros,
    },
    /// There is a connection.
    Connected(Identity),
    /// An attempt failed; its socket is closed.
    Failed {
        /// The socket.
        fd: i32,
        /// Whom connect() was given.
        peer: SocketAddr,
        /// Why.
        error: OsError,
        /// Since connect() began.
        took_us: Micros,
    },
    /// An attempt without an outcome was given up (another one won, or the time ran out); its socket is closed.
    Abandoned {
        /// The socket.
        fd: i32,
        /// Whom connect() was given.
        peer: SocketAddr,
        /// Since connect() began.
        waited_us: Micros,
    },
    /// Of several addresses this one is used.
    Chosen {
        /// Of which connection.
        connection: ConnectionId,
        /// How many addresses there were.
        of: usize,
        /// How many were tried.
        tried: usize,
        /// Which of the tried ones, from 1.
        place: usize,
    },
    /// The way that its packets take (`-v`).
    Interface {
        /// Of which connection.
        connection: ConnectionId,
        /// Interface, mask, router.
        #[serde(flatten)]
        facts: Box<AddressFacts>,
    },
    /// A connection made earlier carries one more exchange.
    Reused(Identity),
    /// jaunt called close().
    Closed {
        /// Which connection.
        connection: ConnectionId,
        /// Its descriptor, now free for others.
        fd: i32,
    },
}

/// First argument of socket().
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the constants of <sys/socket.h>")]
pub enum SocketFamily {
    #[serde(rename = "AF_INET")]
    Inet,
    #[serde(rename = "AF_INET6")]
    Inet6,
}

impl SocketFamily {
    /// Of an address.
    pub fn of(address: &SocketAddr) -> Self {
        if address.is_ipv4() { Self::Inet } else { Self::Inet6 }
    }

    /// As C spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inet => "AF_INET",
            Self::Inet6 => "AF_INET6",
        }
    }
}

/// What a system call failed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OsError {
    /// errno; none where the failure is not the system's.
    pub errno: Option<i32>,
    /// `ECONNREFUSED`
    pub name: Option<&'static str>,
    /// `Connection refused`, as the system says it.
    pub words: String,
}

impl OsError {
    /// As a phrase operand: words and name.
    pub fn phrase(&self) -> Phrase {
        exit::os_words(&self.to_io())
    }

    /// Back again.
    pub fn to_io(&self) -> io::Error {
        match self.errno {
            Some(errno) => io::Error::from_raw_os_error(errno),
            None => io::Error::other(self.words.clone()),
        }
    }

    /// What strace writes after the equals sign: `-1 ECONNREFUSED`.
    pub fn result(&self) -> String {
        match (self.name, self.errno) {
            (Some(name), _) => format!("-1 {name}"),
            (None, Some(errno)) => format!("-1 errno {errno}"),
            (None, None) => "-1".to_owned(),
        }
    }
}

impl From<&io::Error> for OsError {
    fn from(error: &io::Error) -> Self {
        let text = error.to_string();
        let words = text.split(" (os error").next().unwrap_or(&text).to_owned();
        let errno = error.raw_os_error();
        Self { errno, name: errno.and_then(exit::errno_name), words }
    }
}
