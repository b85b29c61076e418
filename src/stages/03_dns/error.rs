//! Why there is no address.

use serde::Serialize;

use super::Family;
use super::event::Transport;
use super::failure::Failure;
use super::wire::QuestionShown;
use crate::deadline::{Bound, Expired};
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::secret::Secrets;
use crate::words::Phrase;

/// One server that gave no usable answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The server, as configured.
    pub server: String,
    /// Over what it was asked.
    pub transport: Transport,
    /// What it was asked.
    pub question: QuestionShown,
    /// Why that came to nothing.
    pub why: Failure,
    /// How often.
    pub times: u32,
}

impl Tried {
    /// All of `tried`, those that failed alike in one sentence.
    fn phrases(tried: &[Self]) -> impl Iterator<Item = Phrase> {
        tried.chunk_by(Self::is_alike).map(|alike| {
            let t = &alike[0];
            phrase!(
                "dns-tried",
                server = t.server.as_str(),
                transport = t.transport.name(),
                kind = alike.iter().map(|t| t.question.kind.as_str()).collect::<Vec<_>>().join(", "),
                name = bare(&t.question.name),
                why = t.why.phrase(),
                times = t.times,
            )
        })
    }

    /// The same but for the type that was asked for? (A and AAAA mostly fail together.)
    fn is_alike(&self, other: &Self) -> bool {
        self.server == other.server
            && self.question.name == other.question.name
            && self.times == other.times
            && self.why.is_alike(&other.why)
    }
}

/// What is wrong with what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// `--resolve`
    Resolve,
    /// `--dns-servers`
    Server,
    /// `--dns-type`
    Type,
}

/// Why there is no address.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum DnsError {
    /// An option that cannot be understood.
    Usage {
        /// Which.
        option: Typed,
        /// What was typed.
        text: String,
    },
    /// The host cannot be a name in the DNS.
    BadName {
        /// It.
        host: String,
        /// Why not.
        what: String,
    },
    /// A name that must never be asked for: `.onion` (RFC 7686).
    Onion {
        /// It.
        host: String,
    },
    /// `.invalid` never exists (RFC 6761 §6.4).
    Invalid {
        /// It.
        host: String,
    },
    /// The name does not exist.
    NotFound {
        /// The name.
        host: String,
        /// All names that were asked for (search list).
        names: Vec<String>,
        /// Who said so.
        server: Option<String>,
    },
    /// The name exists but has no address of the wanted family.
    NoAddress {
        /// The name.
        host: String,
        /// `-4`, `-6`
        family: Family,
        /// Who said so.
        server: Option<String>,
    },
    /// No server gave a usable answer.
    Unanswered {
        /// The name.
        host: String,
        /// Every server and why.
        tried: Vec<Tried>,
    },
    /// On the walk from the root: no server of a zone was of use.
    ZoneUnserved {
        /// The name.
        host: String,
        /// The zone.
        zone: String,
        /// Its servers and why.
        tried: Vec<Tried>,
        /// Those of its servers that have no address that could be found.
        missing: Vec<String>,
    },
    /// The walk from the root took more questions than any name needs.
    WalkTooLong {
        /// The name.
        host: String,
        /// How many were asked.
        questions: u32,
    },
    /// `--root-hints` cannot be read.
    RootHints {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// Aliases lead back to where they came from.
    AliasLoop {
        /// The name.
        host: String,
        /// The way.
        chain: Vec<String>,
    },
    /// More aliases than anyone needs.
    AliasChain {
        /// The name.
        host: String,
        /// How many were followed.
        followed: usize,
    },
    /// getaddrinfo failed.
    System {
        /// The name.
        host: String,
        /// `EAI_NONAME`, …
        code: String,
        /// The system's words.
        text: String,
    },
    /// Time ran out.
    TimedOut {
        /// The name.
        host: String,
        /// Which limit.
        bound: Bound,
        /// What had been tried until then.
        tried: Vec<Tried>,
    },
    /// Ctrl-C.
    Interrupted,
}

impl DnsError {
    /// What a stopped wait means for the lookup of `host`.
    pub(crate) fn stopped(expired: Expired, host: &str, tried: Vec<Tried>) -> Self {
        match expired {
            Expired::Interrupted => Self::Interrupted,
            Expired::Reached(bound) => Self::TimedOut { host: host.to_owned(), bound, tried },
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage { option: Typed::Resolve, .. } => Exit::SetoptOptionSyntax,
            Self::Usage { option: Typed::Server | Typed::Type, .. } => Exit::FailedInit,
            Self::BadName { .. }
            | Self::Onion { .. }
            | Self::Invalid { .. }
            | Self::NotFound { .. }
            | Self::NoAddress { .. }
            | Self::Unanswered { .. }
            | Self::ZoneUnserved { .. }
            | Self::WalkTooLong { .. }
            | Self::AliasLoop { .. }
            | Self::AliasChain { .. }
            | Self::System { .. } => Exit::CouldntResolveHost,
            Self::RootHints { .. } => Exit::ReadError,
            Self::TimedOut { .. } => Exit::OperationTimedOut,
            Self::Interrupted => Exit::Interrupted,
        }
    }

    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Usage { option: Typed::Resolve, text } => phrase!("dns-usage-resolve", text = text),
            Self::Usage { option: Typed::Server, text } => phrase!("dns-usage-server", text = Secrets::Masked.text(text)),
            Self::Usage { option: Typed::Type, text } => {
                phrase!("dns-usage-type", text = text, types = super::types::NAMES.join(", "))
            }
            Self::BadName { host, what } => phrase!("dns-bad-name", host = host, what = what),
            Self::Onion { host } => phrase!("dns-onion", host = host),
            Self::Invalid { host } => phrase!("dns-invalid", host = host),
            Self::NotFound { host, .. } => phrase!("dns-not-found", host = host),
            Self::NoAddress { host, family: Family::Any, .. } => phrase!("dns-no-address", host = host),
            Self::NoAddress { host, family: Family::V4, .. } => phrase!("dns-no-address-v4", host = host),
            Self::NoAddress { host, family: Family::V6, .. } => phrase!("dns-no-address-v6", host = host),
            Self::Unanswered { host, tried } => match servers(tried) {
                1 => phrase!("dns-unanswered-one", host = host, server = tried[0].server.as_str(), why = tried[0].why.phrase()),
                n => phrase!("dns-unanswered", host = host, servers = n),
            },
            Self::ZoneUnserved { host, zone, tried, missing } => match servers(tried) + missing.len() {
                1 if missing.is_empty() => phrase!(
                    "dns-zone-unserved-one",
                    host = host,
                    zone = bare(zone),
                    server = tried[0].server.as_str(),
                    why = tried[0].why.phrase()
                ),
                n => phrase!("dns-zone-unserved", host = host, zone = bare(zone), servers = n),
            },
            Self::WalkTooLong { host, questions } => phrase!("dns-walk-too-long", host = host, questions = *questions),
            Self::RootHints { path, what } => phrase!("dns-root-hints", path = path, what = what),
            Self::AliasLoop { host, chain } => phrase!("dns-alias-loop", host = host, chain = chain.join(" → ")),
            Self::AliasChain { host, followed } => phrase!("dns-alias-chain", host = host, followed = *followed),
            Self::System { host, code, text } => phrase!("dns-system-failed", host = host, code = code, text = text),
            Self::TimedOut { host, bound, .. } => match bound {
                Bound::MaxTime => phrase!("dns-timed-out-max-time", host = host),
                Bound::ConnectTimeout => phrase!("dns-timed-out-connect-timeout", host = host),
                Bound::Idle | Bound::Resolver => phrase!("dns-timed-out", host = host),
            },
            Self::Interrupted => phrase!("journey-interrupted"),
        }
    }

    pub(crate) fn tried(&self) -> Vec<Phrase> {
        match self {
            Self::Unanswered { tried, .. } | Self::TimedOut { tried, .. } => Tried::phrases(tried).collect(),
            Self::ZoneUnserved { zone, tried, missing, .. } => Tried::phrases(tried)
                .chain(missing.iter().map(|name| phrase!("dns-tried-missing", name = bare(name), zone = bare(zone))))
                .collect(),
            Self::NotFound { names, server, .. } if names.len() > 1 => names
                .iter()
                .map(|n| match server {
                    Some(server) => phrase!("dns-tried-name-at", name = n, server = server),
                    None => phrase!("dns-tried-name", name = n),
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn advice(&self) -> Advice {
        match self {
            // The message itself says what to write: usage errors are told alone.
            Self::Usage { .. } => Advice::default(),
            Self::BadName { .. } => Advice::hint(phrase!("dns-hint-bad-name")),
            Self::Onion { .. } => Advice::new(phrase!("dns-cause-onion"), phrase!("dns-hint-onion")),
            Self::Invalid { .. } => Advice::new(phrase!("dns-cause-invalid"), phrase!("dns-hint-spelling")),
            Self::NotFound { host, server, .. } => {
                let cause = match server {
                    Some(server) => phrase!("dns-cause-nxdomain-at", server = server),
                    None => phrase!("dns-cause-nxdomain"),
                };
                if host.contains('.') {
                    Advice::new(cause, phrase!("dns-hint-spelling"))
                } else {
                    Advice::new(cause, phrase!("dns-hint-single-label", host = host))
                }
            }
            Self::NoAddress { host, family: Family::Any, .. } => {
                Advice::new(phrase!("dns-cause-nodata"), phrase!("dns-hint-nodata", host = host))
            }
            Self::NoAddress { .. } => Advice::new(phrase!("dns-cause-nodata-family"), phrase!("dns-hint-nodata-family")),
            Self::Unanswered { tried, .. } => unanswered(tried),
            Self::ZoneUnserved { host, zone, tried, missing } => zone_unserved(host, zone, tried, missing),
            Self::WalkTooLong { .. } => Advice::new(phrase!("dns-cause-walk-too-long"), phrase!("dns-hint-resolver-plain")),
            Self::RootHints { .. } => Advice::hint(phrase!("dns-hint-root-hints")),
            Self::AliasLoop { .. } | Self::AliasChain { .. } => {
                Advice::new(phrase!("dns-cause-alias"), phrase!("dns-hint-alias"))
            }
            Self::System { code, .. } if code == "EAI_AGAIN" => {
                Advice::new(phrase!("dns-cause-eai-again"), phrase!("dns-hint-resolver-stub"))
            }
            Self::System { .. } => Advice::hint(phrase!("dns-hint-resolver-stub")),
            Self::TimedOut { .. } => Advice::new(phrase!("dns-cause-timeout"), phrase!("dns-hint-timeout")),
            Self::Interrupted => Advice::default(),
        }
    }
}

/// The likeliest cause when a zone's servers were of no use: what is wrong in the zone above, or with them.
fn zone_unserved(host: &str, zone: &str, tried: &[Tried], missing: &[String]) -> Advice {
    let zone = bare(zone);
    let in_charge_of_nothing = |t: &Tried| {
        matches!(&t.why, Failure::Lame | Failure::NotDown { .. } | Failure::Unauthoritative { .. })
            || matches!(&t.why, Failure::Rcode { rcode } if rcode == "REFUSED")
    };
    let cause = if tried.is_empty() && !missing.is_empty() {
        phrase!("dns-cause-missing-glue", zone = zone)
    } else if tried.iter().all(in_charge_of_nothing) {
        phrase!("dns-cause-lame-delegation", zone = zone)
    } else {
        match unanswered(tried) {
            // Who walks has come this far: the machine's own network is not the first suspect.
            Advice { cause: Some(cause), .. } => cause,
            Advice { cause: None, .. } => phrase!("dns-cause-zone-mixed", zone = zone),
        }
    };
    Advice::new(cause, phrase!("dns-hint-zone", zone = zone, host = host))
}

/// A name without its last dot, as people write it; the root keeps its own.
fn bare(name: &str) -> &str {
    name.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// How many different servers there are.
fn servers(tried: &[Tried]) -> usize {
    let mut names: Vec<&str> = tried.iter().map(|t| t.server.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

/// The likeliest cause when no server was of use: what they have in common.
fn unanswered(tried: &[Tried]) -> Advice {
    let all = |f: fn(&Failure) -> bool| !tried.is_empty() && tried.iter().all(|t| f(&t.why));
    if all(|w| matches!(w, Failure::Os { unreachable: true, .. })) {
        return Advice::new(phrase!("dns-cause-no-network"), phrase!("dns-hint-no-network"));
    }
    if all(|w| matches!(w, Failure::Os { refused: true, .. })) {
        return Advice::new(phrase!("dns-cause-port-closed"), phrase!("dns-hint-other-server"));
    }
    if all(|w| matches!(w, Failure::TimedOut { .. })) {
        return Advice::new(phrase!("dns-cause-timeout"), phrase!("dns-hint-timeout"));
    }
    if all(|w| matches!(w, Failure::Rcode { rcode } if rcode == "REFUSED")) {
        return Advice::new(phrase!("dns-cause-refused"), phrase!("dns-hint-other-server"));
    }
    if tried.iter().any(|t| matches!(&t.why, Failure::Rcode { rcode } if rcode == "SERVFAIL")) {
        return Advice::new(phrase!("dns-cause-servfail"), phrase!("dns-hint-servfail"));
    }
    if all(|w| matches!(w, Failure::Lame)) {
        return Advice::new(phrase!("dns-cause-lame"), phrase!("dns-hint-other-server"));
    }
    if all(|w| matches!(w, Failure::Truncated { .. })) {
        return Advice::new(phrase!("dns-cause-truncated"), phrase!("dns-hint-truncated"));
    }
    if all(|w| matches!(w, Failure::Session { .. })) {
        return Advice::new(phrase!("dns-cause-session"), phrase!("dns-hint-session"));
    }
    Advice::hint(phrase!("dns-hint-other-server"))
}
