//! Stage 3 of 7, `dns`: from a host name to the addresses to try, in order.
//! In: host and port. Out: [`Route`]. Blocks: yes. Fails with: [`DnsError`] (exit 2, 6, 28, 49).
//! Tells: `Asking` → (`Literal` | `Pinned` | `Special` | `Hosts` | `FromCache` | `Configured` → (`Opened` → `Sent`+ → (`Ignored` | `Received` |
//! `NoAnswer`)* → `Closed`)+) → `Sorted`? → `Answered`, then `Further` for each `--dns-type`; after a failure the journey tells `Failed`.
//! Spec: RFC 1035 §4.1 (messages), RFC 6724 §6 (order). Like curl: `--resolve` is looked up before any server is asked.
//! Not done here: which address wins; happy eyeballs (RFC 8305) races them, see `04_connect/race.rs`.
//! Alone: `examples/dns.rs`.

mod cache;
mod encrypted;
mod error;
mod event;
pub(crate) mod exchange;
mod failure;
mod fixed;
mod h2;
mod hosts;
mod order;
mod rdata;
mod resolv_conf;
mod resolver;
mod servers;
mod socket;
mod stream;
mod stub;
mod system;
mod types;
mod walk;
pub(crate) mod wire;

use std::net::{IpAddr, SocketAddr};

use serde::Serialize;

use crate::deadline::Deadline;
use crate::event::Emitter;

pub use error::{DnsError, Tried, Typed};
pub use event::{Configuration, DnsEvent, Held, HostsLine, Link, Origin, Special, Transport};
pub use failure::Failure;
pub use order::{Ordered, Rule};
pub use resolver::Resolver;
#[cfg(feature = "cli")]
pub(crate) use socket::FLAGS as SOCKET_FLAGS;
#[cfg(feature = "cli")]
pub(crate) use walk::Walk;
pub use walk::{ServerShown, Start, WalkStep};
#[cfg(feature = "cli")]
pub(crate) use wire::Question;
pub use wire::{EdnsShown, Flags, Ignore, QuestionShown, RecordShown};

/// `-4`, `-6`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Both.
    #[default]
    Any,
    /// `-4`
    V4,
    /// `-6`
    V6,
}

/// What the command line decides about names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DnsPlan {
    /// `--resolver`
    pub resolver: ResolverKind,
    /// `--dns-servers` as typed, split at commas: `ADDR[:PORT]`, `tls://…`, `https://…`. Empty: the system's configuration.
    pub servers: Vec<String>,
    /// `-4`, `-6`
    pub family: Family,
    /// `--resolve HOST:PORT:ADDR[,ADDR]`, as typed (a leading `+` or `-` as in curl).
    pub pinned: Vec<String>,
    /// `--root-hints FILE`
    pub root_hints: Option<std::path::PathBuf>,
    /// `--dns-type`: further questions, upper case.
    pub types: Vec<String>,
    /// Another file than `/etc/resolv.conf`.
    pub resolv_conf: Option<std::path::PathBuf>,
    /// Another file than `/etc/hosts`.
    pub hosts: Option<std::path::PathBuf>,
    /// Where a server's packets really go (`jaunt demo` serves port 53 of 127.0.0.x on ports that need no root): asked → actual.
    pub redirect: Vec<(SocketAddr, SocketAddr)>,
}

/// `--resolver`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolverKind {
    /// jaunt's own stub resolver: the servers of resolv.conf, asked by jaunt.
    #[default]
    Stub,
    /// getaddrinfo: what most programs get.
    System,
    /// Both, compared.
    Compare,
    /// The walk from the root servers.
    Iterative,
}

/// Where a connection can be made to: what `connect` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The name that was asked for, or the literal.
    pub host: String,
    /// In the order in which they are to be tried (RFC 6724).
    pub addresses: Vec<SocketAddr>,
}

/// Finds addresses. Shared by all lanes, so it locks for itself and never while waiting.
pub trait Resolve: Sync {
    /// All addresses of `host`, best first.
    fn lookup(&self, host: &str, port: u16, family: Family, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Route, DnsError>;

    /// Asks the questions of `--dns-type` about `host` (a name, or an address for PTR) and tells the records. True where any were found.
    fn ask_types(&self, host: &str, by: &Deadline<'_>, out: Emitter<'_>) -> Result<bool, DnsError> {
        let _ = (host, by, out);
        Ok(false)
    }
}

/// The route of an IP literal: nothing is asked.
pub fn literal(address: IpAddr, port: u16) -> Route {
    Route { host: address.to_string(), addresses: vec![SocketAddr::new(address, port)] }
}

/// A URL's host as a name or address to look up: IPv6 without its brackets.
pub fn bare(host: &::url::Host<&str>) -> String {
    match host {
        ::url::Host::Domain(name) => (*name).to_owned(),
        ::url::Host::Ipv4(address) => address.to_string(),
        ::url::Host::Ipv6(address) => address.to_string(),
    }
}
