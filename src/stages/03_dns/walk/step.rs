//! What the walk from the root tells, step by step.

use std::net::SocketAddr;

use serde::Serialize;

use crate::event::Micros;
use crate::stages::dns::failure::Failure;
use crate::stages::dns::wire::{QuestionShown, RecordShown};

/// A server of a zone, as a referral or the hints name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerShown {
    /// Its name.
    pub name: String,
    /// The addresses that came with the name (glue); none when they are to be asked for.
    pub addresses: Vec<std::net::IpAddr>,
}

/// Where a walk begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Start {
    /// The root servers that jaunt was built with.
    BuiltIn,
    /// The root servers of `--root-hints`.
    Hints {
        /// The file.
        path: String,
    },
    /// A zone whose servers an earlier walk of this run has found.
    Known,
}

/// A step. Those of a side walk, for the address of a server, have a `depth` above 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum WalkStep {
    /// A walk begins at the servers of this zone.
    Begun {
        /// 0, or how many walks this one serves.
        depth: u32,
        /// What is to be found out.
        question: QuestionShown,
        /// `.` or a zone known already.
        zone: String,
        /// Its servers.
        servers: Vec<ServerShown>,
        /// How they are known.
        #[serde(flatten)]
        start: Start,
    },
    /// A server is about to be asked.
    Asking {
        /// 0, or how many walks this one serves.
        depth: u32,
        /// What.
        question: QuestionShown,
        /// The zone that it serves.
        zone: String,
        /// Its name.
        name: String,
        /// Its address.
        server: SocketAddr,
        /// Where the packets really go, when that is somewhere else (`jaunt demo` without root).
        #[serde(skip_serializing_if = "Option::is_none")]
        actual: Option<SocketAddr>,
    },
    /// It did not know, and named servers nearer to the name.
    Referred {
        /// 0, or how many walks this one serves.
        depth: u32,
        /// Who.
        server: SocketAddr,
        /// The zone that it serves.
        zone: String,
        /// The zone that it named.
        to: String,
        /// The servers that it named.
        servers: Vec<ServerShown>,
        /// Addresses that it had no business to give: they are not believed.
        ignored: Vec<RecordShown>,
        /// Since it was asked.
        took_us: Micros,
    },
    /// A server was named without an address: its address has to be found first, by a walk of its own.
    NeedAddress {
        /// Of the walk that needs it.
        depth: u32,
        /// The server.
        name: String,
        /// The zone that it serves.
        zone: String,
    },
    /// What that walk came to.
    HaveAddress {
        /// Of the walk that needed it.
        depth: u32,
        /// The server.
        name: String,
        /// Its addresses; none when they could not be found.
        addresses: Vec<std::net::IpAddr>,
    },
    /// A server without an address whose name is in the very zone that it serves: there is no way to it.
    MissingGlue {
        /// Of the walk that needed it.
        depth: u32,
        /// The server.
        name: String,
        /// The zone that it serves.
        zone: String,
    },
    /// A server was of no use; the next one is asked.
    Useless {
        /// 0, or how many walks this one serves.
        depth: u32,
        /// Who.
        server: SocketAddr,
        /// Its name.
        name: String,
        /// The zone that it should serve.
        zone: String,
        /// Why.
        why: Failure,
        /// Since it was asked.
        took_us: Micros,
    },
    /// The name is an alias; if `asked_again` its target is looked for from the top.
    Alias {
        /// 0, or how many walks this one serves.
        depth: u32,
        /// The name.
        name: String,
        /// What it stands for.
        target: String,
        /// Is it outside what the server may speak for, or did the server not say more?
        asked_again: bool,
    },
    /// A server in charge gave the records.
    Answered {
        /// 0, or how many walks this one serves.
        depth: u32,
        /// Who.
        server: SocketAddr,
        /// Its name.
        name: String,
        /// The zone that it is in charge of.
        zone: String,
        /// What it was asked.
        question: QuestionShown,
        /// What it said.
        records: Vec<RecordShown>,
        /// Since it was asked.
        took_us: Micros,
    },
    /// A server in charge said that there is no such name, or none of that type.
    Denied {
        /// 0, or how many walks this one serves.
        depth: u32,
        /// Who.
        server: SocketAddr,
        /// Its name.
        name: String,
        /// The zone that it is in charge of.
        zone: String,
        /// What it was asked.
        question: QuestionShown,
        /// `NXDOMAIN`: no such name. `NOERROR`: a name without that type.
        rcode: String,
        /// The zone's SOA, whose TTL says how long that may be believed.
        soa: Option<RecordShown>,
        /// Since it was asked.
        took_us: Micros,
    },
}

impl WalkStep {
    /// 0 for the walk that was asked for, more for those that serve it.
    pub fn depth(&self) -> u32 {
        match self {
            Self::Begun { depth, .. }
            | Self::Asking { depth, .. }
            | Self::Referred { depth, .. }
            | Self::NeedAddress { depth, .. }
            | Self::HaveAddress { depth, .. }
            | Self::MissingGlue { depth, .. }
            | Self::Useless { depth, .. }
            | Self::Alias { depth, .. }
            | Self::Answered { depth, .. }
            | Self::Denied { depth, .. } => *depth,
        }
    }
}
