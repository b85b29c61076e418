//! The walk from the root: from server to server, each nearer to the name, until one is in charge of it (`--resolver iterative`).
//!
//! ```text
//! question ─► nearest zone known ─► ask its servers in turn ─┬─ Referral ─► the zone named, and on
//!             (the root at first)     │                      ├─ Alias ────► the same for its target
//!                                     │                      ├─ Answer, Denied ─► done
//!                                     │                      └─ Useless ──► the next server; none left: the walk fails
//!                                     └─ a server without an address ─► a side walk for it
//! ```
//!
//! Spec: RFC 1034 §5.3.3 (the algorithm), RFC 2181 §5.4.1 (whom to believe), RFC 2308 (denials). Everything is bounded: questions,
//! depth of side walks, aliases, zones on the way.

mod cuts;
mod hints;
mod judge;
mod lookup;
mod step;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hickory_proto::rr::{Name, Record, RecordType};

use self::cuts::{Cut, Cuts};
use self::judge::{Judged, judge};
use super::error::{DnsError, Tried};
use super::event::{DnsEvent, Transport};
use super::exchange::{self, Ask};
use super::failure::Failure;
use super::wire::{self, EDNS_SIZE, Question, presented};
use crate::deadline::Deadline;
use crate::event::Emitter;

pub(crate) use lookup::Iterative;
pub use step::{ServerShown, Start, WalkStep};

/// Questions of one lookup, side walks included.
const MOST_QUESTIONS: u32 = 60;

/// Side walks inside side walks.
const DEEPEST: u32 = 8;

/// Aliases one after the other.
const MOST_ALIASES: usize = 16;

/// Zones on the way to one name: a name has at most 127 labels, and none in use has so many cuts.
const MOST_ZONES: usize = 32;

/// How long each server is waited for: in the first round, and in the second for those that said nothing in the first.
const PATIENCE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// Port of every server of the hierarchy.
const PORT: u16 = 53;

/// Walks, and what they have learnt. Shared by all lanes.
#[derive(Debug)]
pub(crate) struct Walk {
    hints: Option<PathBuf>,
    redirect: Vec<(SocketAddr, SocketAddr)>,
    root: OnceLock<Result<Cut, String>>,
    cuts: Mutex<Cuts>,
}

/// What a walk found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The aliases that were followed, in order.
    pub(crate) aliases: Vec<Record>,
    /// What was asked for; empty where it was denied.
    pub(crate) records: Vec<Record>,
    /// False: the name (that of the last alias) does not exist at all.
    pub(crate) exists: bool,
    /// For a denial: the SOA that says how long it holds.
    pub(crate) soa: Option<Record>,
    /// Who said so.
    pub(crate) server: SocketAddr,
}

/// What one lookup has used up, and what it has met.
struct Run<'r> {
    host: &'r str,
    by: &'r Deadline<'r>,
    out: Emitter<'r>,
    left: u32,
    tried: Vec<Tried>,
    /// Servers whose addresses are being looked for, outermost first.
    seeking: Vec<Name>,
    /// Aliases of the name itself, in the order in which they were met.
    met: Vec<Record>,
}

/// Why a walk ended without an answer.
enum Stuck {
    /// The lookup is over.
    Over(DnsError),
    /// This walk is; if it was a side walk, others may still succeed.
    Dead(DnsError),
}

impl Walk {
    /// Reads nothing yet.
    pub(crate) fn new(hints: Option<PathBuf>, redirect: Vec<(SocketAddr, SocketAddr)>) -> Self {
        Self { hints, redirect, root: OnceLock::new(), cuts: Mutex::new(Cuts::default()) }
    }

    /// Walks to the answer of `question`. `host` is the name as the user knows it, for what is said when it fails.
    pub(crate) fn find(&self, host: &str, question: &Question, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Found, DnsError> {
        let mut run = Run::new(host, by, out);
        self.walk(&mut run, question, 0).map_err(|(Stuck::Over(e) | Stuck::Dead(e))| e)
    }

    /// The same, and every alias that was met on the way, also where it led nowhere: what a resolver passes on.
    #[cfg(feature = "cli")]
    pub(crate) fn find_for_others(
        &self,
        question: &Question,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> (Result<Found, DnsError>, Vec<Record>) {
        let host = presented(&question.name);
        let mut run = Run::new(&host, by, out);
        let found = self.walk(&mut run, question, 0).map_err(|(Stuck::Over(e) | Stuck::Dead(e))| e);
        (found, run.met)
    }

    /// The servers to begin with.
    fn root(&self) -> Result<Cut, DnsError> {
        let read = || match &self.hints {
            None => Ok(hints::built_in()),
            Some(path) => hints::read(path),
        };
        self.root.get_or_init(read).clone().map_err(|what| DnsError::RootHints {
            path: self.hints.as_ref().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default(),
            what,
        })
    }

    fn cuts(&self) -> std::sync::MutexGuard<'_, Cuts> {
        self.cuts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One walk: down to the name, and down again for each alias.
    fn walk(&self, run: &mut Run<'_>, question: &Question, depth: u32) -> Result<Found, Stuck> {
        let mut question = question.clone();
        let mut chain = vec![question.name.to_lowercase()];
        let mut followed: Vec<Record> = Vec::new();
        loop {
            let (judged, server) = self.descend(run, &question, depth)?;
            if depth == 0
                && let Judged::Answer { aliases, .. } | Judged::Denied { aliases, .. } | Judged::Alias { aliases, .. } = &judged
            {
                run.met.extend(aliases.iter().cloned());
            }
            let (aliases, target) = match judged {
                Judged::Answer { aliases, records } => {
                    followed.extend(aliases);
                    return Ok(Found { aliases: followed, records, exists: true, soa: None, server });
                }
                Judged::Denied { aliases, exists, soa } => {
                    followed.extend(aliases);
                    return Ok(Found { aliases: followed, records: Vec::new(), exists, soa, server });
                }
                Judged::Alias { aliases, target } => (aliases, target),
                Judged::Referral { .. } | Judged::Useless(_) => continue,
            };
            let host = || run.host.to_owned();
            for name in aliases.iter().skip(1).map(|a| &a.name).chain([&target]) {
                let name = name.to_lowercase();
                let again = chain.contains(&name);
                chain.push(name);
                if again {
                    let chain = chain.iter().map(presented).collect();
                    return Err(Stuck::Dead(DnsError::AliasLoop { host: host(), chain }));
                }
            }
            if chain.len() > MOST_ALIASES {
                return Err(Stuck::Dead(DnsError::AliasChain { host: host(), followed: MOST_ALIASES }));
            }
            followed.extend(aliases);
            question.name = target;
        }
    }

    /// From the nearest zone known, down to a server that is in charge.
    fn descend(&self, run: &mut Run<'_>, question: &Question, depth: u32) -> Result<(Judged, SocketAddr), Stuck> {
        // RFC 4035 §3.1.4.1: the DS records of a zone are the parent's.
        let from = if question.kind == RecordType::DS { question.name.base_name() } else { question.name.clone() };
        let known = self.cuts().nearest(&from, run.by.clock().now());
        let start = match (&known, &self.hints) {
            (Some(_), _) => Start::Known,
            (None, None) => Start::BuiltIn,
            (None, Some(path)) => Start::Hints { path: path.to_string_lossy().into_owned() },
        };
        let mut cut = match known {
            Some(cut) => cut,
            None => self.root().map_err(Stuck::Over)?,
        };
        run.tell(|| WalkStep::Begun {
            depth,
            question: question.shown(),
            zone: presented(&cut.zone),
            servers: cut.shown(),
            start,
        });
        for _ in 0..MOST_ZONES {
            match self.ask_zone(run, &cut, question, depth)? {
                (Judged::Referral { cut: next, ttl, .. }, _) => {
                    self.cuts().learn(&next, ttl, run.by.clock().now());
                    cut = next;
                }
                done => return Ok(done),
            }
        }
        Err(Stuck::Dead(DnsError::WalkTooLong { host: run.host.to_owned(), questions: MOST_QUESTIONS - run.left }))
    }

    /// Asks the servers of one zone until one is of use.
    fn ask_zone(&self, run: &mut Run<'_>, cut: &Cut, question: &Question, depth: u32) -> Result<(Judged, SocketAddr), Stuck> {
        let before = run.tried.len();
        let mut silent = Vec::new();
        let mut candidates: Vec<(Name, IpAddr)> =
            cut.servers.iter().flat_map(|s| s.addresses.iter().map(|a| (s.name.clone(), *a))).collect();
        // IPv4 of all servers before IPv6 of any: the path that more machines have.
        candidates.sort_by_key(|(_, address)| address.is_ipv6());
        self.cuts().order(&mut candidates);
        for (name, address) in &candidates {
            if let Some(done) = self.ask_server(run, cut, question, depth, (name, *address), PATIENCE[0], &mut silent)? {
                return Ok(done);
            }
        }
        let mut missing = Vec::new();
        for server in cut.servers.iter().filter(|s| s.addresses.is_empty()) {
            for address in self.addresses_of(run, cut, &server.name, depth, &mut missing)? {
                let one = (&server.name, address);
                if let Some(done) = self.ask_server(run, cut, question, depth, one, PATIENCE[0], &mut silent)? {
                    return Ok(done);
                }
            }
        }
        // A datagram may have been lost: who said nothing is asked once more.
        for (name, address) in std::mem::take(&mut silent) {
            if let Some(done) = self.ask_server(run, cut, question, depth, (&name, address), PATIENCE[1], &mut silent)? {
                return Ok(done);
            }
        }
        self.cuts().forget(&cut.zone);
        Err(Stuck::Dead(DnsError::ZoneUnserved {
            host: run.host.to_owned(),
            zone: presented(&cut.zone),
            tried: run.tried[before.min(run.tried.len())..].to_vec(),
            missing,
        }))
    }

    /// Asks one server. `None`: it was of no use.
    #[expect(clippy::too_many_arguments, reason = "one server of one zone in one walk")]
    fn ask_server(
        &self,
        run: &mut Run<'_>,
        cut: &Cut,
        question: &Question,
        depth: u32,
        (name, address): (&Name, IpAddr),
        patience: Duration,
        silent: &mut Vec<(Name, IpAddr)>,
    ) -> Result<Option<(Judged, SocketAddr)>, Stuck> {
        let host = || run.host.to_owned();
        let Some(left) = run.left.checked_sub(1) else {
            return Err(Stuck::Over(DnsError::WalkTooLong { host: host(), questions: MOST_QUESTIONS }));
        };
        if let Err(expired) = run.by.left(patience) {
            return Err(Stuck::Over(DnsError::stopped(expired, run.host, std::mem::take(&mut run.tried))));
        }
        run.left = left;
        let server = SocketAddr::new(address, PORT);
        let actual = self.redirect.iter().find(|(asked, _)| *asked == server).map(|(_, actual)| *actual);
        let (zone, named) = (presented(&cut.zone), presented(name));
        run.tell(|| WalkStep::Asking {
            depth,
            question: question.shown(),
            zone: zone.clone(),
            name: named.clone(),
            server,
            actual: actual.filter(|a| *a != server),
        });
        let ask = Ask { actual, edns: Some(EDNS_SIZE), ..Ask::udp(server, patience) };
        let begun = run.by.clock().now();
        let reply = exchange::ask(&ask, question, run.by, run.out);
        let took = run.by.clock().now().saturating_sub(begun);
        let took_us = took.into();
        self.cuts().timed(address, reply.as_ref().ok().map(|r| r.rtt));
        let (judged, transport) = match reply {
            Ok(reply) => {
                run.strayed(&reply.message.answers, &cut.zone, server);
                (judge(&reply.message, &cut.zone, question), reply.transport)
            }
            Err(Failure::Stopped { expired }) => {
                return Err(Stuck::Over(DnsError::stopped(expired, run.host, std::mem::take(&mut run.tried))));
            }
            Err(why) => (Judged::Useless(why), Transport::Udp),
        };
        match &judged {
            Judged::Useless(why) => {
                run.tell(|| WalkStep::Useless {
                    depth,
                    server,
                    name: named.clone(),
                    zone: zone.clone(),
                    why: why.clone(),
                    took_us,
                });
                if matches!(why, Failure::TimedOut { .. }) && patience == PATIENCE[0] {
                    silent.push((name.clone(), address));
                }
                run.note(server, transport, question, why);
                return Ok(None);
            }
            Judged::Referral { cut: next, ignored, .. } => run.tell(|| WalkStep::Referred {
                depth,
                server,
                zone: zone.clone(),
                to: presented(&next.zone),
                servers: next.shown(),
                ignored: wire::shown(ignored),
                took_us,
            }),
            Judged::Answer { aliases, records } => {
                run.aliases(aliases, depth, None);
                run.tell(|| WalkStep::Answered {
                    depth,
                    server,
                    name: named.clone(),
                    zone: zone.clone(),
                    question: question.shown(),
                    records: wire::shown(records),
                    took_us,
                });
            }
            Judged::Alias { aliases, target } => run.aliases(aliases, depth, Some(target)),
            Judged::Denied { aliases, exists, soa } => {
                run.aliases(aliases, depth, None);
                run.tell(|| WalkStep::Denied {
                    depth,
                    server,
                    name: named.clone(),
                    zone: zone.clone(),
                    question: question.shown(),
                    rcode: if *exists { "NOERROR" } else { "NXDOMAIN" }.to_owned(),
                    soa: soa.as_ref().map(Into::into),
                    took_us,
                });
            }
        }
        Ok(Some((judged, server)))
    }

    /// A side walk for the address of a server that was named without one.
    fn addresses_of(
        &self,
        run: &mut Run<'_>,
        cut: &Cut,
        name: &Name,
        depth: u32,
        missing: &mut Vec<String>,
    ) -> Result<Vec<IpAddr>, Stuck> {
        let zone = presented(&cut.zone);
        // Whose name is in the zone that it serves cannot be found by asking that zone; and a name that is being looked for
        // already is not found by looking for it.
        if cut.zone.zone_of(name) || run.seeking.contains(name) || depth >= DEEPEST {
            run.tell(|| WalkStep::MissingGlue { depth, name: presented(name), zone });
            missing.push(presented(name));
            return Ok(Vec::new());
        }
        run.tell(|| WalkStep::NeedAddress { depth, name: presented(name), zone });
        run.seeking.push(name.clone());
        let mut addresses = Vec::new();
        for kind in [RecordType::A, RecordType::AAAA] {
            // One family is enough; the other is asked for when there is none of the first.
            if addresses.is_empty() {
                match self.walk(run, &Question::new(name.clone(), kind), depth + 1) {
                    Ok(found) => addresses.extend(found.records.iter().filter_map(|r| wire::address(&r.data))),
                    Err(Stuck::Dead(_)) => break,
                    Err(over @ Stuck::Over(_)) => return Err(over),
                }
            }
        }
        run.seeking.pop();
        run.tell(|| WalkStep::HaveAddress { depth, name: presented(name), addresses: addresses.clone() });
        if addresses.is_empty() {
            missing.push(presented(name));
        } else {
            self.cuts().learn_address(&cut.zone, name, &addresses);
        }
        Ok(addresses)
    }
}

impl<'r> Run<'r> {
    fn new(host: &'r str, by: &'r Deadline<'r>, out: Emitter<'r>) -> Self {
        Self { host, by, out, left: MOST_QUESTIONS, tried: Vec::new(), seeking: Vec::new(), met: Vec::new() }
    }

    fn tell(&self, step: impl FnOnce() -> WalkStep) {
        self.out.emit(|| DnsEvent::Walk(step()));
    }

    /// Tells aliases; the last one leads to `onward`, when that is to be looked for.
    fn aliases(&self, aliases: &[Record], depth: u32, onward: Option<&Name>) {
        for (n, alias) in aliases.iter().enumerate() {
            let hickory_proto::rr::RData::CNAME(target) = &alias.data else { continue };
            let asked_again = onward.is_some() && n + 1 == aliases.len();
            self.tell(|| WalkStep::Alias { depth, name: presented(&alias.name), target: presented(&target.0), asked_again });
        }
    }

    /// Tells answers about names that the server may not speak for: they are not believed.
    fn strayed(&self, answers: &[Record], zone: &Name, server: SocketAddr) {
        let strayed = || answers.iter().filter(|r| !zone.zone_of(&r.name));
        if strayed().next().is_some() {
            self.out.emit(|| DnsEvent::Strayed { server: server.to_string(), records: strayed().map(Into::into).collect() });
        }
    }

    fn note(&mut self, server: SocketAddr, transport: Transport, question: &Question, why: &Failure) {
        let (server, question) = (server.to_string(), question.shown());
        match self.tried.iter_mut().find(|t| t.server == server && t.question == question && t.why == *why) {
            Some(again) => again.times += 1,
            None => self.tried.push(Tried { server, transport, question, why: why.clone(), times: 1 }),
        }
    }
}
