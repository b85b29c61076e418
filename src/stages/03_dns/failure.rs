//! Why one server gave no usable answer.

use serde::Serialize;

use crate::deadline::Expired;
use crate::event::Micros;
use crate::exit::os_words;
use crate::phrase;
use crate::words::Phrase;

/// Why one server gave no usable answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "failure", rename_all = "snake_case")]
pub enum Failure {
    /// A system call failed.
    Os {
        /// `connect`, `sendto`, `recvfrom`, …
        call: &'static str,
        /// The error.
        error: Phrase,
        /// ECONNREFUSED: nothing listens there.
        refused: bool,
        /// ENETUNREACH, EHOSTUNREACH, ENETDOWN: there is no way to it.
        unreachable: bool,
    },
    /// Nothing came in time.
    TimedOut {
        /// How long was waited.
        waited_us: Micros,
    },
    /// The server ended the stream before the whole answer.
    Closed {
        /// Bytes of the answer that had come.
        read: usize,
    },
    /// What came over a stream is not a DNS message that answers the question.
    Malformed {
        /// What is wrong.
        what: String,
    },
    /// The answer did not fit a datagram, and over TCP it was not to be had.
    Truncated {
        /// Why not.
        then: Box<Failure>,
    },
    /// The server answered with an error.
    Rcode {
        /// `SERVFAIL`, `REFUSED`, …
        rcode: String,
    },
    /// The server knows nothing of the name and asks nobody else: it is not responsible and does not recurse.
    Lame,
    /// A server of the hierarchy answered without being in charge of the name (no AA): that is hearsay.
    Unauthoritative {
        /// What it said.
        rcode: String,
    },
    /// A server of the hierarchy referred to a zone that is not nearer to the name.
    NotDown {
        /// That zone.
        zone: String,
    },
    /// The question cannot be written as a message.
    Unspeakable {
        /// Why.
        what: String,
    },
    /// The TLS or HTTPS session that carries the messages failed.
    Session {
        /// Why.
        error: Phrase,
    },
    /// The run's time is up, or Ctrl-C.
    Stopped {
        /// Which.
        #[serde(skip)]
        expired: Expired,
    },
}

impl Failure {
    /// A system call's error.
    pub(crate) fn os(call: &'static str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        Self::Os {
            call,
            error: os_words(error),
            refused: error.kind() == K::ConnectionRefused,
            unreachable: matches!(
                error.kind(),
                K::NetworkUnreachable | K::HostUnreachable | K::NetworkDown | K::AddrNotAvailable
            ),
        }
    }

    /// The same reason, whatever the microseconds?
    pub(crate) fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::TimedOut { .. }, Self::TimedOut { .. }) => true,
            (one, other) => one == other,
        }
    }

    /// In words.
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Os { call, error, .. } => phrase!("dns-failure-os", call = *call, error = error.clone()),
            Self::TimedOut { waited_us } => phrase!("dns-failure-timeout", waited = seconds(*waited_us)),
            Self::Closed { read } => phrase!("dns-failure-closed", read = *read),
            Self::Malformed { what } => phrase!("dns-failure-malformed", what = what),
            Self::Truncated { then } => phrase!("dns-failure-truncated", then = then.phrase()),
            Self::Rcode { rcode } => match rcode.as_str() {
                "REFUSED" => phrase!("dns-failure-refused"),
                "SERVFAIL" => phrase!("dns-failure-servfail"),
                "NOTIMP" => phrase!("dns-failure-notimp"),
                "FORMERR" => phrase!("dns-failure-formerr"),
                _ => phrase!("dns-failure-rcode", rcode = rcode),
            },
            Self::Lame => phrase!("dns-failure-lame"),
            Self::Unauthoritative { .. } => phrase!("dns-failure-unauthoritative"),
            Self::NotDown { zone } if zone == "." => phrase!("dns-failure-not-down-root"),
            Self::NotDown { zone } => phrase!("dns-failure-not-down", zone = zone),
            Self::Unspeakable { what } => phrase!("dns-failure-unspeakable", what = what),
            Self::Session { error } => phrase!("dns-failure-session", error = error.clone()),
            Self::Stopped { expired: Expired::Interrupted } => phrase!("dns-failure-stopped"),
            Self::Stopped { expired: Expired::Reached(_) } => phrase!("dns-failure-out-of-time"),
        }
    }
}

/// A wait in seconds, without more digits than it has meaning.
fn seconds(waited: Micros) -> String {
    let ms = waited.0 / 1_000;
    match ms % 1_000 {
        0 => format!("{} s", ms / 1_000),
        _ if ms < 1_000 => format!("{ms} ms"),
        rest => format!("{}.{} s", ms / 1_000, rest / 100),
    }
}
