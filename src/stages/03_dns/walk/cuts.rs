//! What walks of this run have learnt: which servers serve which zone, and how quickly each answered.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use hickory_proto::rr::Name;

use super::step::ServerShown;
use crate::stages::dns::wire::presented;

/// Zones that are remembered; a run meets a few dozen.
const MOST_CUTS: usize = 1_000;

/// No referral is believed for longer than this, whatever its TTL.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A zone and the servers that its parent, or the hints, named for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) zone: Name,
    pub(super) servers: Vec<Server>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) name: Name,
    /// Empty when the name came without an address.
    pub(super) addresses: Vec<IpAddr>,
}

impl Cut {
    pub(super) fn shown(&self) -> Vec<ServerShown> {
        self.servers.iter().map(|s| ServerShown { name: presented(&s.name), addresses: s.addresses.clone() }).collect()
    }
}

/// Shared by all walks; locked only to look something up or put it in.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    /// By zone, lower case: the cut and when it expires.
    zones: HashMap<Name, (Cut, Duration)>,
    /// How long the last answer of an address took; `None` when none came.
    times: HashMap<IpAddr, Option<Duration>>,
}

impl Cuts {
    /// The known zone nearest to `name`.
    pub(super) fn nearest(&self, name: &Name, now: Duration) -> Option<Cut> {
        let mut zone = name.to_lowercase();
        loop {
            if let Some((cut, _)) = self.zones.get(&zone).filter(|(_, until)| *until > now) {
                return Some(cut.clone());
            }
            if zone.is_root() {
                return None;
            }
            zone = zone.base_name();
        }
    }

    pub(super) fn learn(&mut self, cut: &Cut, ttl: u32, now: Duration) {
        if self.zones.len() >= MOST_CUTS {
            self.zones.retain(|_, (_, until)| *until > now);
        }
        if self.zones.len() < MOST_CUTS {
            let until = now + Duration::from_secs(ttl.into()).min(LONGEST);
            self.zones.insert(cut.zone.to_lowercase(), (cut.clone(), until));
        }
    }

    /// A server's address was found by a walk of its own.
    pub(super) fn learn_address(&mut self, zone: &Name, server: &Name, addresses: &[IpAddr]) {
        if let Some((cut, _)) = self.zones.get_mut(&zone.to_lowercase()) {
            for known in cut.servers.iter_mut().filter(|s| s.name == *server) {
                known.addresses = addresses.to_vec();
            }
        }
    }

    /// The zone's servers have proved to be of no use: the next walk asks above it again.
    pub(super) fn forget(&mut self, zone: &Name) {
        self.zones.remove(&zone.to_lowercase());
    }

    pub(super) fn timed(&mut self, server: IpAddr, took: Option<Duration>) {
        self.times.insert(server, took);
    }

    /// Sorts: quick ones first, then those never asked in the order in which they were named, then those that did not answer.
    pub(super) fn order(&self, candidates: &mut [(Name, IpAddr)]) {
        candidates.sort_by_key(|(_, address)| match self.times.get(address) {
            Some(Some(took)) => (0, *took),
            None => (1, Duration::ZERO),
            Some(None) => (2, Duration::ZERO),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).expect("a name")
    }
    fn cut(zone: &str) -> Cut {
        Cut { zone: name(zone), servers: vec![Server { name: name("ns."), addresses: vec![] }] }
    }

    #[test]
    fn the_nearest_zone_that_has_not_expired_is_found() {
        let mut cuts = Cuts::default();
        cuts.learn(&cut("example."), 60, Duration::ZERO);
        cuts.learn(&cut("LAB.example."), 30, Duration::ZERO);
        let zone = |host, at| cuts.nearest(&name(host), Duration::from_secs(at)).map(|c| c.zone.to_ascii());
        assert_eq!(zone("www.lab.example.", 10).as_deref(), Some("LAB.example."));
        assert_eq!(zone("www.lab.example.", 40).as_deref(), Some("example."));
        assert_eq!(zone("www.lab.example.", 70), None);
        assert_eq!(zone("other.", 0), None);
    }

    #[test]
    fn quick_servers_come_first_and_silent_ones_last() {
        let mut cuts = Cuts::default();
        let mut servers: Vec<(Name, IpAddr)> = (1..=4).map(|n| (name("ns."), IpAddr::from([192, 0, 2, n]))).collect();
        cuts.timed(servers[0].1, None);
        cuts.timed(servers[2].1, Some(Duration::from_millis(9)));
        cuts.timed(servers[3].1, Some(Duration::from_millis(2)));
        cuts.order(&mut servers);
        let last: Vec<String> = servers.iter().map(|s| s.1.to_string()).collect();
        assert_eq!(last, ["192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"]);
    }
}
