//! [`Resolver`]: the least work that answers, in this order: `--resolve`, literal, special name, hosts file, cache, servers.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;

use hickory_proto::rr::RecordType;

use super::cache::{Boarding, Cache, Flights};
use super::error::DnsError;
use super::event::{DnsEvent, Origin, Special};
use super::fixed::{self, Known, Pins};
use super::servers::{Server, Settings};
use super::stub::{Found, Stub};
use super::walk::{Iterative, Walk};
use super::wire::Question;
use super::{DnsPlan, Family, Resolve, ResolverKind, Route, hosts, order, system, types, wire};
use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::phrase;
use crate::stages::tls::TlsPlan;

/// Finds addresses as the plan says. One for a run: its cache is shared by all fetches and threads.
pub struct Resolver<'p> {
    plan: &'p DnsPlan,
    /// For servers that are asked inside TLS.
    tls: TlsPlan,
    options: Result<Options, DnsError>,
    /// Read when the first name has to be asked for.
    settings: OnceLock<Settings>,
    cache: Cache,
    flights: Flights,
    turn: AtomicUsize,
    walk: Walk,
}

/// What was typed, understood.
struct Options {
    pins: Pins,
    servers: Vec<Server>,
    types: Vec<RecordType>,
}

impl Options {
    fn of(plan: &DnsPlan) -> Result<Self, DnsError> {
        Ok(Self {
            pins: Pins::parse(&plan.pinned)?,
            servers: plan.servers.iter().map(|s| Server::parse(s)).collect::<Result<_, _>>()?,
            types: plan.types.iter().map(|t| types::parse(t)).collect::<Result<_, _>>()?,
        })
    }
}

impl std::fmt::Debug for Resolver<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl<'p> Resolver<'p> {
    /// Reads no file and opens no socket. What cannot be understood in `plan` fails the first lookup; [`Resolver::check`] says so earlier.
    pub fn new(plan: &'p DnsPlan) -> Self {
        Self {
            options: Options::of(plan),
            settings: OnceLock::new(),
            cache: Cache::default(),
            flights: Flights::default(),
            turn: AtomicUsize::new(wire::random_id().into()),
            walk: Walk::new(plan.root_hints.clone(), plan.redirect.clone()),
            tls: TlsPlan::default(),
            plan,
        }
    }

    /// Trusts what `tls` says when servers are asked over TLS or HTTPS.
    #[must_use]
    pub fn trusting(self, tls: TlsPlan) -> Self {
        Self { tls, ..self }
    }

    /// Could everything typed be understood?
    pub fn check(&self) -> Result<(), DnsError> {
        self.options().map(|_| ())
    }

    fn options(&self) -> Result<&Options, DnsError> {
        self.options.as_ref().map_err(Clone::clone)
    }

    fn stub(&self) -> Result<Stub<'_>, DnsError> {
        let options = self.options()?;
        let settings = self.settings.get_or_init(|| Settings::read(self.plan, &options.servers, &self.tls));
        Ok(Stub { settings, cache: &self.cache, turn: &self.turn })
    }

    /// The stage for a page: its addresses, then the questions of `--dns-type`, if there are any. With `--until dns` (`last`) records are
    /// enough: a name without addresses is then no failure.
    pub fn page(&self, host: &str, port: u16, last: bool, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Route, DnsError> {
        let route = self.lookup(host, port, self.plan.family, by, out);
        if self.options()?.types.is_empty() || matches!(route, Err(DnsError::TimedOut { .. } | DnsError::Interrupted)) {
            return route;
        }
        let found = self.ask_types(host, by, out)?;
        match route {
            Err(_) if last && found => Ok(Route { host: host.to_owned(), addresses: Vec::new() }),
            route => route,
        }
    }

    fn iterative(&self) -> Iterative<'_> {
        Iterative { walk: &self.walk, cache: &self.cache }
    }

    /// What needs no name server at all.
    fn without_asking(
        &self,
        host: &str,
        port: u16,
        family: Family,
        out: Emitter<'_>,
    ) -> Result<Option<(Vec<IpAddr>, Origin)>, DnsError> {
        if let Some(pin) = self.options()?.pins.find(host, port) {
            out.emit(|| DnsEvent::Pinned { host: pin.host.clone(), port, addresses: pin.addresses.clone() });
            let wanted = of_family(&pin.addresses, family);
            if wanted.is_empty() {
                return Err(DnsError::NoAddress { host: host.to_owned(), family, server: None });
            }
            return Ok(Some((wanted, Origin::Pinned)));
        }
        // As curl: a literal is itself, whatever -4 and -6 say.
        if let Some(address) = fixed::literal(host) {
            out.emit(|| DnsEvent::Literal { address });
            return Ok(Some((vec![address], Origin::Literal)));
        }
        match fixed::special(host, family) {
            Some(Known::Localhost(addresses)) => {
                out.emit(|| DnsEvent::Special { name: Special::Localhost, addresses: addresses.clone() });
                return Ok(Some((addresses, Origin::Special)));
            }
            Some(Known::Invalid) => return Err(DnsError::Invalid { host: host.to_owned() }),
            Some(Known::Onion) => return Err(DnsError::Onion { host: host.to_owned() }),
            Some(Known::Local) if self.plan.resolver != ResolverKind::System => {
                out.emit(|| DnsEvent::Remark { about: phrase!("dns-remark-local") });
            }
            Some(Known::Local) | None => {}
        }
        Ok(None)
    }

    /// The hosts file.
    fn in_hosts(&self, host: &str, family: Family, out: Emitter<'_>) -> Option<Vec<IpAddr>> {
        let path = self.plan.hosts.as_deref().unwrap_or(Path::new(hosts::PATH));
        let lines = hosts::find(path, host);
        if lines.is_empty() {
            return None;
        }
        let addresses = hosts::of_family(&lines, family);
        out.emit(|| DnsEvent::Hosts { path: path.display().to_string(), lines });
        (!addresses.is_empty()).then_some(addresses)
    }

    /// jaunt's own resolver: hosts file, cache, servers; one thread at a time for each name.
    fn ours(&self, host: &str, family: Family, by: &Deadline<'_>, out: Emitter<'_>) -> Result<(Found, Origin), DnsError> {
        if let Some(addresses) = self.in_hosts(host, family, out) {
            return Ok((Found { addresses, authoritative: false, cached: false }, Origin::Hosts));
        }
        match self.flights.board(host, family, by).map_err(|e| DnsError::stopped(e, host, Vec::new()))? {
            Boarding::Second(outcome) => {
                out.emit(|| DnsEvent::Joined { host: host.to_owned() });
                outcome.map(|found| (found, Origin::Cache))
            }
            Boarding::First(pilot) => {
                let outcome = if self.plan.resolver == ResolverKind::Iterative {
                    self.iterative().lookup(host, family, by, out)
                } else {
                    let stub = self.stub()?;
                    stub.settings.tell(out);
                    stub.lookup(host, family, by, out)
                };
                pilot.land(&outcome);
                outcome.map(|found| {
                    let from = if found.cached { Origin::Cache } else { Origin::Dns };
                    (found, from)
                })
            }
        }
    }

    /// Whoever answers first, from what needs least; the third is whether it came from a server in charge.
    fn find(
        &self,
        host: &str,
        port: u16,
        family: Family,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Result<(Vec<IpAddr>, Origin, Option<bool>), DnsError> {
        if let Some((addresses, from)) = self.without_asking(host, port, family, out)? {
            return Ok((addresses, from, None));
        }
        let resolver = self.plan.resolver;
        match resolver {
            ResolverKind::Stub | ResolverKind::Iterative => {
                let (found, from) = self.ours(host, family, by, out)?;
                Ok((found.addresses, from, (from == Origin::Dns).then_some(found.authoritative)))
            }
            ResolverKind::System => Ok((system::lookup(host, family, by, out)?, Origin::System, None)),
            ResolverKind::Compare => self.both(host, family, by, out),
        }
    }

    /// `--resolver compare`. jaunt's own answer is used where there is one; its failure is the one that is told.
    fn both(
        &self,
        host: &str,
        family: Family,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Result<(Vec<IpAddr>, Origin, Option<bool>), DnsError> {
        let ours = self.ours(host, family, by, out);
        if let Err(stopped @ (DnsError::Interrupted | DnsError::TimedOut { .. })) = ours {
            return Err(stopped);
        }
        let authoritative = match &ours {
            Ok((found, Origin::Dns)) => Some(found.authoritative),
            _ => None,
        };
        let from = ours.as_ref().map_or(Origin::System, |(_, from)| *from);
        let ours = ours.map(|(found, _)| found.addresses);
        let theirs = system::lookup(host, family, by, out);
        system::compare(host, &ours, &theirs, self.settings.get().map(|s| &s.from), out);
        match (ours, theirs) {
            (Ok(addresses), _) | (Err(_), Ok(addresses)) => Ok((addresses, from, authoritative)),
            (Err(error), Err(_)) => Err(error),
        }
    }
}

impl Resolve for Resolver<'_> {
    fn lookup(&self, host: &str, port: u16, family: Family, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Route, DnsError> {
        let begun = by.clock().now();
        let resolver = self.plan.resolver;
        out.emit_at(begun, || DnsEvent::Asking { host: host.to_owned(), family, resolver });
        let (mut addresses, from, authoritative) = self.find(host, port, family, by, out)?;
        // getaddrinfo has sorted already, and what was typed stays as typed.
        if addresses.len() > 1 && matches!(from, Origin::Dns | Origin::Cache | Origin::Hosts) {
            let order = order::sort(addresses);
            addresses = order.iter().map(|o| o.address).collect();
            out.emit(|| DnsEvent::Sorted { order });
        }
        out.emit(|| DnsEvent::Answered {
            host: host.to_owned(),
            addresses: addresses.clone(),
            from,
            authoritative,
            took_us: by.clock().now().saturating_sub(begun).into(),
        });
        Ok(Route { host: host.to_owned(), addresses: addresses.into_iter().map(|a| SocketAddr::new(a, port)).collect() })
    }

    fn ask_types(&self, host: &str, by: &Deadline<'_>, out: Emitter<'_>) -> Result<bool, DnsError> {
        let kinds = &self.options()?.types;
        if kinds.is_empty() {
            return Ok(false);
        }
        if self.plan.resolver == ResolverKind::Iterative {
            let walk = self.iterative();
            return types::ask(&self.cache, host, kinds, |question| walk.ask(host, question, by, out), by, out);
        }
        let stub = self.stub()?;
        stub.settings.tell(out);
        let one = |question: &Question| {
            let mut tried = Vec::new();
            let answer = stub.ask(host, std::slice::from_ref(question), false, &mut tried, by, out)?.pop().flatten();
            answer.ok_or_else(|| DnsError::Unanswered { host: host.to_owned(), tried })
        };
        types::ask(&self.cache, host, kinds, one, by, out)
    }
}

fn of_family(addresses: &[IpAddr], family: Family) -> Vec<IpAddr> {
    addresses
        .iter()
        .copied()
        .filter(|a| match family {
            Family::Any => true,
            Family::V4 => a.is_ipv4(),
            Family::V6 => a.is_ipv6(),
        })
        .collect()
}
