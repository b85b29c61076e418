//! What stage 3 tells.

use std::net::{IpAddr, SocketAddr};

use serde::Serialize;

use super::failure::Failure;
use super::walk::WalkStep;
use super::wire::{EdnsShown, Flags, Ignore, QuestionShown, RecordShown};
use super::{Family, ResolverKind};
use crate::event::{Event, Micros, Octets};
use crate::words::Phrase;

/// How messages travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// One datagram there, one back.
    Udp,
    /// With a length of two bytes before each message.
    Tcp,
    /// DNS over TLS (RFC 7858): as TCP, inside TLS.
    Tls,
    /// DNS over HTTPS (RFC 8484): the message is the body of a POST.
    Https,
}

impl Transport {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Https => "HTTPS",
        }
    }
}

/// The two ends of an exchange with a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The server that is asked, as configured.
    pub server: String,
    /// Where the packets really go, when that is somewhere else (`jaunt demo` without root).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<SocketAddr>,
    /// Over what.
    pub transport: Transport,
    /// The descriptor.
    pub fd: i32,
    /// As getsockname() gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<SocketAddr>,
}

/// Where the servers' addresses came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Configuration {
    /// nameserver lines of this file.
    File {
        /// `/etc/resolv.conf`
        path: String,
    },
    /// The file has no nameserver line or is not there: 127.0.0.1, as in glibc.
    Default {
        /// The file.
        path: String,
        /// Is it missing?
        missing: bool,
    },
    /// `--dns-servers`
    CommandLine,
}

/// A line of the hosts file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostsLine {
    /// From 1.
    pub line: u64,
    /// The address on it.
    pub address: IpAddr,
}

/// Why a name is answered without asking anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Special {
    /// `localhost` and names under it are this machine (RFC 6761 §6.3).
    Localhost,
}

/// Where the addresses of an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The host is an address.
    Literal,
    /// `--resolve`
    Pinned,
    /// A special name.
    Special,
    /// The hosts file.
    Hosts,
    /// jaunt's cache.
    Cache,
    /// A DNS server.
    Dns,
    /// getaddrinfo.
    System,
}

/// What was in the cache for a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Records.
    Records,
    /// That the name has none of that type.
    NoData,
    /// That the name does not exist.
    NxDomain,
}

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum DnsEvent {
    /// A name is to be looked up; ends with `Answered` or the stage's failure.
    Asking {
        /// The name.
        host: String,
        /// `-4`, `-6`
        family: Family,
        /// By whom.
        resolver: ResolverKind,
    },
    /// The host is an address already: nothing is asked.
    Literal {
        /// It.
        address: IpAddr,
    },
    /// `--resolve` names its addresses: nothing is asked.
    Pinned {
        /// The entry's host, `*` for any.
        host: String,
        /// The entry's port.
        port: u16,
        /// The addresses.
        addresses: Vec<IpAddr>,
    },
    /// A name that is answered without asking.
    Special {
        /// Which.
        name: Special,
        /// The addresses.
        addresses: Vec<IpAddr>,
    },
    /// The hosts file has the name: nothing is asked.
    Hosts {
        /// The file.
        path: String,
        /// The lines that have the name.
        lines: Vec<HostsLine>,
    },
    /// Something that a reader should know about the name.
    Remark {
        /// What.
        about: Phrase,
    },
    /// Whom to ask, and how.
    Configured {
        /// Where that came from.
        #[serde(flatten)]
        from: Configuration,
        /// The servers, in order.
        servers: Vec<String>,
        /// The search list.
        search: Vec<String>,
        /// Dots that make a name be asked as it is first.
        ndots: u32,
        /// For the first server; the others as glibc computes.
        timeout_ms: u64,
        /// Rounds over all servers.
        attempts: u32,
        /// Other options in force.
        options: Vec<String>,
        /// What the file says and jaunt does not honour.
        not_honoured: Vec<String>,
    },
    /// The next fully qualified name that is asked for.
    Candidate {
        /// It.
        name: String,
        /// The search list's entry that made it; none when asked as typed.
        search: Option<String>,
    },
    /// socket() and connect() are about to be called for a server reached over a stream.
    Opening {
        /// The server.
        server: String,
        /// Where the packets really go, when that is somewhere else.
        #[serde(skip_serializing_if = "Option::is_none")]
        actual: Option<SocketAddr>,
        /// Over what.
        transport: Transport,
    },
    /// socket() and connect() returned.
    Opened {
        /// The two ends.
        #[serde(flatten)]
        link: Link,
        /// Did connect() return EINPROGRESS, so that poll() had to wait for the handshake (TCP)?
        waited: bool,
        /// How long that took.
        took_us: Micros,
    },
    /// What another stage told while it made or used the session that carries the messages (DNS over TLS, over HTTPS).
    Session {
        /// The server.
        server: String,
        /// It.
        of: Box<Event>,
    },
    /// A question left.
    Sent {
        /// The two ends.
        #[serde(flatten)]
        link: Link,
        /// From 1: the how-manieth round over the servers.
        attempt: u32,
        /// Length of the message (TCP and TLS put two bytes before it).
        bytes: usize,
        /// The message's id.
        id: u16,
        /// Flags.
        flags: Flags,
        /// What is asked.
        question: QuestionShown,
        /// The OPT record, when there is one.
        edns: Option<EdnsShown>,
        /// The message.
        raw: Octets,
    },
    /// The answer to a question came.
    Received {
        /// The two ends.
        #[serde(flatten)]
        link: Link,
        /// Length of the message.
        bytes: usize,
        /// The message's id.
        id: u16,
        /// `NOERROR`, `NXDOMAIN`, …
        rcode: String,
        /// Flags.
        flags: Flags,
        /// What was asked.
        question: QuestionShown,
        /// The answer section.
        answers: Vec<RecordShown>,
        /// The authority section.
        authorities: Vec<RecordShown>,
        /// The additional section, without OPT.
        additionals: Vec<RecordShown>,
        /// The OPT record, when there is one.
        edns: Option<EdnsShown>,
        /// Bytes after the end of the message.
        trailing: usize,
        /// Since its question was sent.
        rtt_us: Micros,
        /// The message.
        raw: Octets,
    },
    /// Something came that is not an answer to what was asked; the wait goes on.
    Ignored {
        /// The two ends.
        #[serde(flatten)]
        link: Link,
        /// Why.
        #[serde(flatten)]
        why: Ignore,
        /// Its length.
        bytes: usize,
        /// It.
        raw: Octets,
    },
    /// Records of the answer that belong to other names are not believed.
    Strayed {
        /// The server that sent them.
        server: String,
        /// Them.
        records: Vec<RecordShown>,
    },
    /// The answer did not fit a datagram: the same question goes over TCP.
    Truncated {
        /// The server.
        server: String,
        /// The question.
        question: QuestionShown,
    },
    /// The server does not understand EDNS: the same question goes without.
    WithoutEdns {
        /// The server.
        server: String,
        /// What it said.
        rcode: String,
        /// The question.
        question: QuestionShown,
    },
    /// A question got no usable answer from a server.
    NoAnswer {
        /// The server.
        server: String,
        /// Over what.
        transport: Transport,
        /// The question.
        question: QuestionShown,
        /// Why.
        why: Failure,
    },
    /// The socket was closed.
    Closed {
        /// The descriptor.
        fd: i32,
    },
    /// The name is an alias; the search goes on with the other name.
    Alias {
        /// The name.
        name: String,
        /// What it stands for.
        target: String,
        /// Is the target asked for in a further question? (Else its records were in the same answer.)
        asked_again: bool,
    },
    /// The cache had the answer: no packet.
    FromCache {
        /// The question.
        question: QuestionShown,
        /// What.
        held: Held,
        /// Since it was stored, s.
        age_s: u64,
        /// Until it expires, s.
        ttl_left_s: u64,
        /// With their TTL counted down.
        records: Vec<RecordShown>,
    },
    /// Another fetch was looking up the same name at that moment: its answer was waited for.
    Joined {
        /// The name.
        host: String,
    },
    /// A step of the walk from the root (`--resolver iterative`).
    Walk(WalkStep),
    /// getaddrinfo() is called.
    SystemAsking {
        /// The name.
        host: String,
        /// `AF_UNSPEC`, `AF_INET`, `AF_INET6`
        family: &'static str,
    },
    /// getaddrinfo() returned.
    SystemAnswered {
        /// In its order.
        addresses: Vec<IpAddr>,
        /// The canonical name, if it gave one.
        canonical: Option<String>,
        /// How long it took.
        took_us: Micros,
    },
    /// getaddrinfo() failed.
    SystemFailed {
        /// `EAI_NONAME`, …
        code: String,
        /// What the system says about it.
        text: String,
        /// How long it took.
        took_us: Micros,
    },
    /// jaunt's resolver beside getaddrinfo (`--resolver compare`).
    Compared {
        /// Do they agree on the set of addresses?
        same: bool,
        /// And on their order?
        same_order: bool,
        /// Addresses that only jaunt found.
        only_jaunt: Vec<IpAddr>,
        /// Addresses that only getaddrinfo gave.
        only_system: Vec<IpAddr>,
        /// Where that comes from.
        because: Vec<Phrase>,
    },
    /// The answer to a question of `--dns-type`.
    Further {
        /// The question.
        question: QuestionShown,
        /// `NOERROR`, `NXDOMAIN`, …; none where no server answered.
        rcode: Option<String>,
        /// Straight from a server in charge?
        authoritative: bool,
        /// The records.
        records: Vec<RecordShown>,
    },
    /// Several addresses were put into the order in which they are to be tried (RFC 6724).
    Sorted {
        /// First to last.
        order: Vec<super::Ordered>,
    },
    /// The addresses, in the order in which they are to be tried.
    Answered {
        /// The name.
        host: String,
        /// Them.
        addresses: Vec<IpAddr>,
        /// From where.
        from: Origin,
        /// Straight from a server in charge of the name (AA)? None where no DNS server was asked.
        authoritative: Option<bool>,
        /// Since `Asking`.
        took_us: Micros,
    },
}
