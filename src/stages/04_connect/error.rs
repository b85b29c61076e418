//! Why there is no connection, with every address that was tried.

use std::net::SocketAddr;

use crate::deadline::Bound;
use crate::event::Micros;
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::words::Phrase;

use super::event::OsError;

/// One address that was tried without success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Whom connect() was given.
    pub peer: SocketAddr,
    /// What came of it.
    pub outcome: Outcome,
    /// Since connect() began.
    pub took: Micros,
}

/// What came of an attempt that did not become the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A system call failed.
    Failed(OsError),
    /// No answer until the time had run out.
    Unanswered,
    /// The time ran out before its turn.
    NotTried,
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
    /// The route holds no address.
    NoAddress {
        /// Whom we were connecting to.
        host: String,
    },
    /// Every address failed.
    Failed {
        /// Whom we were connecting to.
        host: String,
        /// Every address, in the order of the attempts.
        attempts: Vec<Attempt>,
    },
    /// The time ran out.
    TimedOut {
        /// Whom we were connecting to.
        host: String,
        /// Which limit.
        bound: Bound,
        /// Every address, in the order of the attempts.
        attempts: Vec<Attempt>,
    },
    /// `--connect-to` whose port is no port.
    ConnectTo {
        /// As typed.
        value: String,
    },
}

impl ConnectError {
    /// curl's number for it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted { .. } => Exit::Interrupted,
            Self::NoAddress { .. } => Exit::CouldntConnect,
            // As in curl: the kernel's own time-out is a time-out too.
            Self::Failed { attempts, .. } if attempts.last().is_some_and(|a| a.is("ETIMEDOUT")) => Exit::OperationTimedOut,
            Self::Failed { .. } => Exit::CouldntConnect,
            Self::TimedOut { .. } => Exit::OperationTimedOut,
            Self::ConnectTo { .. } => Exit::SetoptOptionSyntax,
        }
    }

    /// The failure in one sentence; a single attempt's cause is part of it.
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Interrupted { host } => phrase!("connect-interrupted", host = host),
            Self::NoAddress { host } => phrase!("connect-no-address", host = host),
            Self::Failed { host, attempts } => match attempts.as_slice() {
                [Attempt { peer, outcome: Outcome::Failed(error), .. }] if is_host(peer, host) => {
                    phrase!("connect-failed-address", peer = peer.to_string(), error = error.phrase())
                }
                [Attempt { peer, outcome: Outcome::Failed(error), .. }] => {
                    phrase!("connect-failed-one", peer = peer.to_string(), host = host, error = error.phrase())
                }
                _ => phrase!("connect-failed-all", host = host, addresses = attempts.len()),
            },
            Self::TimedOut { host, bound, attempts } => match attempts.as_slice() {
                [one] if is_host(&one.peer, host) => {
                    phrase!("connect-timed-out-address", peer = one.peer.to_string(), limit = limit(*bound))
                }
                [one] => {
                    phrase!("connect-timed-out-one", peer = one.peer.to_string(), host = host, limit = limit(*bound))
                }
                _ => phrase!("connect-timed-out", host = host, addresses = attempts.len(), limit = limit(*bound)),
            },
            Self::ConnectTo { value } => phrase!("connect-to-port", value = value),
        }
    }

    /// One line for each address, none dropped; nothing where the sentence itself names the only one.
    pub(crate) fn tried(&self) -> Vec<Phrase> {
        let attempts = match self {
            Self::Failed { attempts, .. } | Self::TimedOut { attempts, .. } => attempts,
            Self::Interrupted { .. } | Self::NoAddress { .. } | Self::ConnectTo { .. } => return Vec::new(),
        };
        if attempts.len() < 2 {
            return Vec::new();
        }
        attempts.iter().map(Attempt::phrase).collect()
    }

    /// The likeliest cause, and one thing to try.
    pub(crate) fn advice(&self) -> Advice {
        let attempts = match self {
            Self::Interrupted { .. } | Self::NoAddress { .. } => return Advice::default(),
            Self::ConnectTo { .. } => return Advice::hint(phrase!("connect-hint-connect-to")),
            Self::TimedOut { attempts, .. } if attempts.is_empty() => {
                return Advice::new(phrase!("connect-cause-late"), phrase!("connect-hint-late"));
            }
            Self::TimedOut { bound, .. } if *bound == Bound::Resolver => return Advice::default(),
            Self::TimedOut { .. } => return Advice::new(phrase!("connect-cause-silent"), phrase!("connect-hint-silent")),
            Self::Failed { attempts, .. } => attempts,
        };
        let all = |names: &[&str]| attempts.iter().all(|a| names.iter().any(|name| a.is(name)));
        let any = |names: &[&str]| attempts.iter().any(|a| names.iter().any(|name| a.is(name)));
        let port = attempts.first().map(|a| a.peer.port().to_string()).unwrap_or_default();
        if any(&["EMFILE", "ENFILE"]) {
            return Advice::new(phrase!("connect-cause-descriptors"), phrase!("connect-hint-descriptors"));
        }
        if all(&["ECONNREFUSED"]) {
            return Advice::new(
                phrase!("connect-cause-refused", port = port.as_str()),
                phrase!("connect-hint-refused", port = port),
            );
        }
        if all(&["ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL", "ENETDOWN", "EAFNOSUPPORT"]) {
            // Known at once where there is no route; only after a while where a neighbour was asked for and none answered.
            if all(&["EHOSTUNREACH"]) && attempts.iter().all(|a| a.took >= Micros(100_000)) {
                return Advice::new(phrase!("connect-cause-nobody"), phrase!("connect-hint-nobody"));
            }
            if attempts.iter().all(|a| a.peer.is_ipv6()) {
                return Advice::new(phrase!("connect-cause-no-ipv6"), phrase!("connect-hint-no-ipv6"));
            }
            return Advice::new(phrase!("connect-cause-unreachable"), phrase!("connect-hint-unreachable"));
        }
        if any(&["ECONNREFUSED"]) {
            // Where one family has no route, what the other one met is the cause.
            return Advice::new(
                phrase!("connect-cause-refused", port = port.as_str()),
                phrase!("connect-hint-refused", port = port),
            );
        }
        if any(&["ETIMEDOUT"]) {
            return Advice::new(phrase!("connect-cause-silent"), phrase!("connect-hint-silent"));
        }
        if any(&["EACCES", "EPERM"]) {
            return Advice::new(phrase!("connect-cause-forbidden"), phrase!("connect-hint-forbidden"));
        }
        Advice::default()
    }
}

impl Attempt {
    fn is(&self, name: &str) -> bool {
        matches!(&self.outcome, Outcome::Failed(error) if error.name == Some(name))
    }

    fn phrase(&self) -> Phrase {
        let peer = self.peer.to_string();
        match &self.outcome {
            Outcome::Failed(error) => {
                phrase!("connect-tried-failed", peer = peer, error = error.phrase(), took = self.took.spoken())
            }
            Outcome::Unanswered => phrase!("connect-tried-unanswered", peer = peer, took = self.took.spoken()),
            Outcome::NotTried => phrase!("connect-tried-not", peer = peer),
        }
    }
}

/// Which option set the limit.
fn limit(bound: Bound) -> Phrase {
    match bound {
        Bound::MaxTime => phrase!("connect-limit-max-time"),
        Bound::ConnectTimeout => phrase!("connect-limit-connect-timeout"),
        Bound::Idle | Bound::Resolver => phrase!("connect-limit-default"),
    }
}

/// Was `peer`'s address typed as the host? Then it needs no second mention.
fn is_host(peer: &SocketAddr, host: &str) -> bool {
    host.trim_start_matches('[').trim_end_matches(']').parse() == Ok(peer.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(peer: &str) -> Attempt {
        let error = OsError::from(&std::io::Error::from_raw_os_error(rustix::io::Errno::CONNREFUSED.raw_os_error()));
        Attempt { peer: peer.parse().expect("an address"), outcome: Outcome::Failed(error), took: Micros(412) }
    }

    #[test]
    fn one_refused_address_is_named_in_the_sentence_itself() {
        let error = ConnectError::Failed { host: "example.test".into(), attempts: vec![refused("[::1]:81")] };
        assert_eq!(error.to_string(), "connect to [::1]:81 for example.test: connection refused (ECONNREFUSED)");
        assert!(error.tried().is_empty());
        assert_eq!(error.exit(), Exit::CouldntConnect);
        assert!(error.advice().cause.is_some());
    }

    #[test]
    fn of_several_addresses_none_is_dropped() {
        let error = ConnectError::Failed { host: "h".into(), attempts: vec![refused("[::1]:81"), refused("127.0.0.1:81")] };
        let tried: Vec<_> = error.tried().iter().map(crate::words::english).collect();
        assert_eq!(
            tried,
            [
                "[::1]:81: connection refused (ECONNREFUSED) after 0.4 ms",
                "127.0.0.1:81: connection refused (ECONNREFUSED) after 0.4 ms"
            ]
        );
    }

    #[test]
    fn what_ran_out_of_time_says_which_limit_it_was() {
        let attempt =
            Attempt { peer: "192.0.2.1:80".parse().expect("an address"), outcome: Outcome::Unanswered, took: Micros(0) };
        let error = ConnectError::TimedOut { host: "h".into(), bound: Bound::ConnectTimeout, attempts: vec![attempt] };
        assert_eq!(error.exit(), Exit::OperationTimedOut);
        assert!(error.to_string().contains("--connect-timeout"), "{error}");
    }
}
