//! The stub resolver: candidates from the search list, servers in order, aliases followed; every step told.
//!
//! ```text
//! candidates ─► for each: open questions (A, AAAA) ─► cache? ─► rounds × servers ─► follow CNAME ─┬─► addresses: done
//!                              ▲                                                                  ├─► alias to be asked for ─┐
//!                              └──────────────────────────────────────────────────────────────────┼──────────────────────────┘
//!                                                                                                 └─► none: the next candidate
//! ```
//!
//! As glibc: a server that refuses, fails, is lame or silent is passed over; when one of A and AAAA has brought addresses the other
//! may stay unanswered. Unlike glibc: a TTL-honouring cache, and reasons.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::Family;
use super::cache::{Answer, Cache};
use super::error::{DnsError, Tried};
use super::event::{DnsEvent, Held};
use super::exchange::Reply;
use super::failure::Failure;
use super::resolv_conf::{self, ResolvConf};
use super::servers::Settings;
use super::wire::{self, Question, presented};
use crate::deadline::Deadline;
use crate::event::Emitter;

/// Aliases that are followed one after the other.
const MOST_ALIASES: usize = 16;

/// Addresses, before they are sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) addresses: Vec<IpAddr>,
    /// All from servers in charge of the name?
    pub(crate) authoritative: bool,
    /// Nothing was asked: all from the cache.
    pub(crate) cached: bool,
}

/// What a stub lookup needs.
pub(crate) struct Stub<'r> {
    pub(crate) settings: &'r Settings,
    pub(crate) cache: &'r Cache,
    /// For `rotate`: where the next lookup begins.
    pub(crate) turn: &'r AtomicUsize,
}

/// What came of one type of one candidate.
enum Got {
    Addresses(Vec<IpAddr>),
    NoData,
    NxDomain,
    /// Of no use: the reasons are among what was tried.
    Nothing,
}

/// One type on its way along the aliases.
struct Trail {
    kind: RecordType,
    chain: Vec<Name>,
    got: Option<Got>,
    authoritative: bool,
    server: Option<Arc<str>>,
}

impl Stub<'_> {
    /// The addresses of `host`.
    pub(crate) fn lookup(&self, host: &str, family: Family, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Found, DnsError> {
        let conf = &self.settings.conf;
        let kinds: &[RecordType] = match family {
            Family::V4 => &[RecordType::A],
            Family::V6 if conf.no_aaaa => &[],
            Family::V6 => &[RecordType::AAAA],
            Family::Any if conf.no_aaaa => &[RecordType::A],
            Family::Any => &[RecordType::A, RecordType::AAAA],
        };
        let candidates = resolv_conf::candidates(conf, host);
        let several = candidates.len() > 1;
        let mut tried = Vec::new();
        let mut asked = Vec::new();
        let mut no_data = None;
        let mut denied = None;
        let mut unsaid = false;
        for (candidate, search) in candidates {
            let name = match wire::name(&candidate) {
                Ok(name) => name,
                // A suffix that makes the name too long is passed over; the name itself must be one.
                Err(_) if search.is_some() => continue,
                Err(what) => return Err(DnsError::BadName { host: host.to_owned(), what }),
            };
            if several {
                out.emit(|| DnsEvent::Candidate { name: candidate.clone(), search });
            }
            let trails = self.resolve(host, &name, kinds, &mut tried, by, out)?;
            let server = trails.iter().find_map(|t| t.server.as_deref().map(str::to_owned));
            let authoritative = trails.iter().all(|t| t.authoritative || matches!(t.got, Some(Got::Nothing)));
            let cached = trails.iter().all(|t| t.server.is_none());
            let mut addresses = Vec::new();
            let (mut nx, mut nothing) = (false, !trails.is_empty());
            for trail in trails {
                match trail.got {
                    Some(Got::Addresses(some)) => addresses.extend(some),
                    Some(Got::NxDomain) => (nx, nothing) = (true, false),
                    Some(Got::NoData) => nothing = false,
                    Some(Got::Nothing) | None => {}
                }
            }
            if !addresses.is_empty() {
                let mut seen = std::collections::HashSet::with_capacity(addresses.len());
                addresses.retain(|a| seen.insert(*a));
                return Ok(Found { addresses, authoritative, cached });
            }
            asked.push(candidate);
            if nothing {
                unsaid = true;
                // As glibc: SERVFAIL goes on with the search list, silence does not.
                if tried.iter().all(|t: &Tried| matches!(t.why, Failure::Os { .. } | Failure::TimedOut { .. })) {
                    break;
                }
            } else if nx {
                denied = Some(server);
            } else {
                no_data = Some(server);
            }
        }
        let host = host.to_owned();
        // What was said about the name beats what was not.
        match (no_data, denied) {
            (Some(server), _) => Err(DnsError::NoAddress { host, family, server }),
            (None, _) if unsaid => Err(DnsError::Unanswered { host, tried }),
            (None, Some(server)) => Err(DnsError::NotFound { host, names: asked, server }),
            (None, None) => Err(DnsError::NoAddress { host, family, server: None }),
        }
    }

    /// One candidate, all types, along the aliases.
    fn resolve(
        &self,
        host: &str,
        name: &Name,
        kinds: &[RecordType],
        tried: &mut Vec<Tried>,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Result<Vec<Trail>, DnsError> {
        let mut trails: Vec<Trail> = kinds
            .iter()
            .map(|&kind| Trail { kind, chain: vec![name.clone()], got: None, authoritative: true, server: None })
            .collect();
        while trails.iter().any(|t| t.got.is_none()) {
            let mut ask: Vec<(usize, Question)> = Vec::with_capacity(trails.len());
            for (n, trail) in trails.iter_mut().enumerate().filter(|(_, t)| t.got.is_none()) {
                let question = Question::new(trail.end().clone(), trail.kind);
                match self.cache.find(&question, by.clock().now()) {
                    Some(kept) => {
                        out.emit(|| DnsEvent::FromCache {
                            question: question.shown(),
                            held: kept.held,
                            age_s: kept.age.as_secs(),
                            ttl_left_s: kept.left,
                            records: if kept.held == Held::Records { wire::shown(&kept.answer.records) } else { Vec::new() },
                        });
                        trail.authoritative = false;
                        trail.follow(host, &kept.answer, out)?;
                    }
                    None => ask.push((n, question)),
                }
            }
            if ask.is_empty() {
                continue;
            }
            let questions: Vec<Question> = ask.iter().map(|(_, q)| q.clone()).collect();
            let answers = self.ask(host, &questions, true, tried, by, out)?;
            for ((n, _), answer) in ask.into_iter().zip(answers) {
                let trail = &mut trails[n];
                match answer {
                    Some(answer) => {
                        trail.authoritative &= answer.authoritative;
                        trail.server = Some(Arc::clone(&answer.server));
                        trail.follow(host, &answer, out)?;
                    }
                    None => trail.got = Some(Got::Nothing),
                }
            }
        }
        Ok(trails)
    }

    /// Asks the servers, round after round, until each question has an answer that says something (or, with `enough`, until one has
    /// brought what is needed). `None` where no server was of use; the reasons go to `tried`.
    pub(crate) fn ask(
        &self,
        host: &str,
        questions: &[Question],
        enough: bool,
        tried: &mut Vec<Tried>,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Result<Vec<Option<Answer>>, DnsError> {
        let settings = self.settings;
        let count = settings.servers.len();
        let start = if settings.conf.rotate { self.turn.fetch_add(1, Ordering::Relaxed) } else { 0 };
        let mut answers: Vec<Option<Answer>> = questions.iter().map(|_| None).collect();
        for attempt in 1..=settings.conf.attempts {
            for n in 0..count {
                let open: Vec<usize> = (0..answers.len()).filter(|&i| answers[i].is_none()).collect();
                let left: Vec<Question> = open.iter().map(|&i| questions[i].clone()).collect();
                let server = (start + n) % count;
                let patience = ResolvConf::patience(settings.conf.timeout, n, count);
                let replies = settings.ask(server, attempt, patience, &left, by, out);
                let mut stopped = None;
                for (i, reply) in open.into_iter().zip(replies) {
                    let why = match reply {
                        Ok(reply) => match useless(&reply) {
                            None => {
                                let answer = self.believe(&questions[i], reply, server, out);
                                self.cache.store(&questions[i], &answer, by.clock().now());
                                answers[i] = Some(answer);
                                continue;
                            }
                            Some(why) => {
                                out.emit(|| DnsEvent::NoAnswer {
                                    server: settings.servers[server].1.to_string(),
                                    transport: reply.transport,
                                    question: questions[i].shown(),
                                    why: why.clone(),
                                });
                                why
                            }
                        },
                        Err(why) => why,
                    };
                    if let Failure::Stopped { expired } = why {
                        stopped = Some(expired);
                    }
                    note(tried, settings, server, &questions[i], why);
                }
                if let Some(expired) = stopped {
                    return Err(DnsError::stopped(expired, host, std::mem::take(tried)));
                }
                let conclusive =
                    |a: &Answer| a.rcode == ResponseCode::NXDomain || a.records.iter().any(|r| wire::address(&r.data).is_some());
                if answers.iter().all(Option::is_some) || enough && answers.iter().flatten().any(conclusive) {
                    return Ok(answers);
                }
            }
        }
        Ok(answers)
    }

    /// What of a reply counts: the records of the name that was asked for and of what it stands for.
    fn believe(&self, question: &Question, reply: Reply, server: usize, out: Emitter<'_>) -> Answer {
        let message = reply.message;
        let label = &self.settings.servers[server].1;
        let negative = message.authorities.iter().find_map(|r| match &r.data {
            RData::SOA(soa) => Some(r.ttl.min(soa.minimum)),
            _ => None,
        });
        let (records, strayed) = own(&question.name, message.answers);
        if !strayed.is_empty() {
            out.emit(|| DnsEvent::Strayed { server: label.to_string(), records: wire::shown(&strayed) });
        }
        Answer {
            rcode: message.metadata.response_code,
            records,
            negative,
            authoritative: message.metadata.authoritative,
            server: Arc::clone(label),
        }
    }
}

/// Splits off the records that belong to neither the name nor anything it is an alias of, or to another class than the Internet's.
/// CNAMEs may come in any order.
fn own(name: &Name, answers: Vec<Record>) -> (Vec<Record>, Vec<Record>) {
    let mut names = vec![name.clone()];
    // Bounded: each round finds a name that was not known.
    for _ in 0..=MOST_ALIASES {
        let next = answers.iter().find_map(|r| match &r.data {
            RData::CNAME(target) if is_in(r) && names.contains(&r.name) && !names.contains(&target.0) => Some(target.0.clone()),
            _ => None,
        });
        match next {
            Some(next) => names.push(next),
            None => break,
        }
    }
    // A DNAME is owned by a parent of the name; the CNAME made from it comes with it (RFC 6672 §3.1).
    answers.into_iter().partition(|r| {
        let dname = || r.record_type() == RecordType::DNAME && names.iter().any(|n| r.name.zone_of(n));
        is_in(r) && (names.contains(&r.name) || dname())
    })
}

fn is_in(record: &Record) -> bool {
    record.dns_class == DNSClass::IN
}

impl Trail {
    fn end(&self) -> &Name {
        &self.chain[self.chain.len() - 1]
    }

    /// Goes along `answer`: to addresses, to a dead end, or to a further name (`got` stays open).
    fn follow(&mut self, host: &str, answer: &Answer, out: Emitter<'_>) -> Result<(), DnsError> {
        let mut moved = false;
        loop {
            let end = self.end();
            let addresses: Vec<IpAddr> = answer
                .records
                .iter()
                .filter(|r| r.record_type() == self.kind && r.name == *end)
                .filter_map(|r| wire::address(&r.data))
                .collect();
            if !addresses.is_empty() {
                self.got = Some(Got::Addresses(addresses));
                return Ok(());
            }
            let alias = answer.records.iter().find_map(|r| match &r.data {
                RData::CNAME(target) if r.name == *end => Some(target.0.clone()),
                _ => None,
            });
            let Some(target) = alias else { break };
            let name = end.clone();
            if self.chain.contains(&target) {
                let mut chain: Vec<String> = self.chain.iter().map(presented).collect();
                chain.push(presented(&target));
                return Err(DnsError::AliasLoop { host: host.to_owned(), chain });
            }
            if self.chain.len() > MOST_ALIASES {
                return Err(DnsError::AliasChain { host: host.to_owned(), followed: MOST_ALIASES });
            }
            let here = answer.records.iter().any(|r| r.name == target)
                || answer.rcode == ResponseCode::NXDomain
                || answer.negative.is_some();
            out.emit(|| DnsEvent::Alias { name: presented(&name), target: presented(&target), asked_again: !here });
            self.chain.push(target);
            moved = true;
        }
        if answer.rcode == ResponseCode::NXDomain {
            self.got = Some(Got::NxDomain);
        } else if !moved || answer.negative.is_some() {
            self.got = Some(Got::NoData);
        }
        Ok(())
    }
}

/// Why a reply is passed over, if it is.
fn useless(reply: &Reply) -> Option<Failure> {
    let head = &reply.message.metadata;
    match head.response_code {
        ResponseCode::NXDomain => None,
        // Nothing, not in charge, and nobody else is asked: it does not know, it does not say that there is nothing.
        ResponseCode::NoError if reply.message.answers.is_empty() && !head.authoritative && !head.recursion_available => {
            Some(Failure::Lame)
        }
        ResponseCode::NoError => None,
        other => Some(Failure::Rcode { rcode: wire::rcode(other) }),
    }
}

/// Remembers a failure; the same one again only counts.
fn note(tried: &mut Vec<Tried>, settings: &Settings, server: usize, question: &Question, why: Failure) {
    let label = &*settings.servers[server].1;
    let question = question.shown();
    let same = |t: &&mut Tried| {
        t.server == label && t.question == question && std::mem::discriminant(&t.why) == std::mem::discriminant(&why)
    };
    if let Some(before) = tried.iter_mut().find(same) {
        before.times += 1;
        return;
    }
    tried.push(Tried { server: label.to_owned(), transport: settings.transport(server), question, why, times: 1 });
}
