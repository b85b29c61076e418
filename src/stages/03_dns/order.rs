//! RFC 6724: in which order the addresses of a name are tried.
//!
//! What decides is the source address that a packet would leave with. As in glibc it is found by connecting a UDP socket, which
//! sends nothing, and asking for its name. Of §6's rules those about deprecated and home addresses and tunnels (3, 4, 7) need
//! what only the kernel knows; rule 9 (longest prefix) is for IPv6 only, as in other resolvers since RFC 6724 §10.2 was understood:
//! for IPv4 it would undo the turns that a name server deals its addresses in. `/etc/gai.conf` is not read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::Serialize;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// An address, and why it stands where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ordered {
    /// To be connected to.
    pub address: IpAddr,
    /// What a packet to it would leave from; none where there is no route.
    pub source: Option<IpAddr>,
    /// The rule that puts it before the next one; none for the last, and where nothing but the answer's order decides.
    pub before_next: Option<Rule>,
}

/// The rules of RFC 6724 §6 that are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// 1: the other one has no route.
    Reachable,
    /// 2: its scope is that of its source.
    Scope,
    /// 5: its label (kind of address) is that of its source.
    Label,
    /// 6: the policy table prefers its kind: IPv6 to IPv4, native to tunnelled.
    Precedence,
    /// 8: the smaller scope.
    SmallerScope,
    /// 9: it shares more leading bits with its source.
    LongestPrefix,
}

/// Sorts; the order of the answer stays where no rule decides. A lone address is left alone: no socket is opened.
pub(crate) fn sort(addresses: Vec<IpAddr>) -> Vec<Ordered> {
    if addresses.len() < 2 {
        return addresses.into_iter().map(|address| Ordered { address, source: None, before_next: None }).collect();
    }
    let mut probe = Probe::default();
    arrange(addresses.into_iter().map(|address| (address, probe.source(address))).collect())
}

/// One UDP socket for each family.
#[derive(Default)]
struct Probe {
    v4: Option<Socket>,
    v6: Option<Socket>,
}

impl Probe {
    fn source(&mut self, address: IpAddr) -> Option<IpAddr> {
        let (slot, domain) = match address {
            IpAddr::V4(_) => (&mut self.v4, Domain::IPV4),
            IpAddr::V6(_) => (&mut self.v6, Domain::IPV6),
        };
        if slot.is_none() {
            *slot = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP)).ok();
        }
        let socket = slot.as_ref()?;
        // Any port: nothing is sent. 53 is what getaddrinfo shows in strace too.
        socket.connect(&SockAddr::from(SocketAddr::new(address, 53))).ok()?;
        let source = socket.local_addr().ok().and_then(|a| a.as_socket()).map(|a| a.ip());
        // A connected socket keeps its source address; the next destination may need another.
        if rustix::net::connect_unspec(socket).is_err() {
            *slot = None;
        }
        source
    }
}

/// The rules as one key; what is smaller comes first.
type Key = (bool, bool, bool, i32, u8, i32);

fn arrange(pairs: Vec<(IpAddr, Option<IpAddr>)>) -> Vec<Ordered> {
    let mut keyed: Vec<(Key, IpAddr, Option<IpAddr>)> = pairs.into_iter().map(|(d, s)| (key(d, s), d, s)).collect();
    keyed.sort_by_key(|(key, ..)| *key);
    let rules: Vec<Option<Rule>> = keyed.windows(2).map(|w| rule(&w[0].0, &w[1].0)).chain([None]).collect();
    let ordered = keyed.into_iter().zip(rules);
    ordered.map(|((_, address, source), before_next)| Ordered { address, source, before_next }).collect()
}

fn key(destination: IpAddr, source: Option<IpAddr>) -> Key {
    let (d, unreachable) = (mapped(destination), source.is_none());
    let s = source.map(mapped);
    let (precedence, label) = policy(d);
    let prefix = match (destination, s) {
        // Beyond the 64 bits of the network two addresses have nothing in common that a router knows.
        (IpAddr::V6(_), Some(s)) => (u128::from(d) ^ u128::from(s)).leading_zeros().min(64) as i32,
        _ => 0,
    };
    (
        unreachable,
        s.is_some_and(|s| scope(s) != scope(d)),
        s.is_some_and(|s| policy(s).1 != label),
        -precedence,
        scope(d),
        -prefix,
    )
}

fn rule(first: &Key, second: &Key) -> Option<Rule> {
    match (first, second) {
        (a, b) if a.0 != b.0 => Some(Rule::Reachable),
        (a, b) if a.1 != b.1 => Some(Rule::Scope),
        (a, b) if a.2 != b.2 => Some(Rule::Label),
        (a, b) if a.3 != b.3 => Some(Rule::Precedence),
        (a, b) if a.4 != b.4 => Some(Rule::SmallerScope),
        (a, b) if a.5 != b.5 => Some(Rule::LongestPrefix),
        _ => None,
    }
}

/// RFC 6724 works on IPv6 addresses; IPv4 takes part as v4-mapped (§3.2).
fn mapped(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
}

/// §3.1 and §3.2; the numbers are those of multicast scopes.
fn scope(address: Ipv6Addr) -> u8 {
    const LINK: u8 = 2;
    const SITE: u8 = 5;
    const GLOBAL: u8 = 14;
    if let Some(v4) = address.to_ipv4_mapped() {
        return if v4.is_loopback() || v4.is_link_local() { LINK } else { GLOBAL };
    }
    let first = address.segments()[0];
    match first {
        _ if address == Ipv6Addr::LOCALHOST => LINK,
        0xff00.. => (first & 0xf) as u8,
        0xfe80..=0xfebf => LINK,
        0xfec0..=0xfeff => SITE,
        _ => GLOBAL,
    }
}

/// Precedence and label by the default policy table (§2.1), longest prefix first.
fn policy(address: Ipv6Addr) -> (i32, u8) {
    const TABLE: [(Ipv6Addr, u32, i32, u8); 9] = [
        (Ipv6Addr::LOCALHOST, 128, 50, 0),
        (Ipv4Addr::UNSPECIFIED.to_ipv6_mapped(), 96, 35, 4),
        (Ipv6Addr::UNSPECIFIED, 96, 1, 3),
        (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, 5, 5),
        (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, 30, 2),
        (Ipv6Addr::new(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16, 1, 12),
        (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, 1, 11),
        (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, 3, 13),
        (Ipv6Addr::UNSPECIFIED, 0, 40, 1),
    ];
    let within = |prefix: Ipv6Addr, bits: u32| (u128::from(address) ^ u128::from(prefix)).leading_zeros() >= bits;
    TABLE
        .iter()
        .find(|(prefix, bits, ..)| within(*prefix, *bits))
        .map_or((40, 1), |(.., precedence, label)| (*precedence, *label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(pairs: &[(&str, &str)]) -> (Vec<String>, Option<Rule>) {
        let address = |text: &str| text.parse::<IpAddr>().ok();
        let pairs = pairs.iter().map(|(d, s)| (address(d).expect("a destination"), address(s))).collect();
        let ordered = arrange(pairs);
        (ordered.iter().map(|o| o.address.to_string()).collect(), ordered[0].before_next)
    }

    fn check(pairs: &[(&str, &str)], first: &str, rule: Option<Rule>) {
        let (addresses, decided) = order(pairs);
        assert_eq!(addresses[0], first, "{pairs:?}");
        assert_eq!(decided, rule, "{pairs:?}");
        let turned: Vec<_> = pairs.iter().rev().copied().collect();
        if rule.is_some() {
            assert_eq!(order(&turned).0[0], first, "{turned:?}");
        }
    }

    #[test]
    fn rfc6724_10_2_examples_are_ordered_as_the_rfc_says() {
        use Rule::{Label, LongestPrefix, Precedence, Scope, SmallerScope};
        check(&[("2001:db8:1::1", "2001:db8:1::2"), ("198.51.100.121", "169.254.13.78")], "2001:db8:1::1", Some(Scope));
        check(&[("2001:db8:1::1", "fe80::1"), ("198.51.100.121", "198.51.100.117")], "198.51.100.121", Some(Scope));
        check(&[("2001:db8:1::1", "2001:db8:1::2"), ("10.1.2.3", "10.1.2.4")], "2001:db8:1::1", Some(Precedence));
        check(&[("2001:db8:1::1", "2001:db8:1::2"), ("fe80::1", "fe80::2")], "fe80::1", Some(SmallerScope));
        check(
            &[("2001:db8:3ffe::1", "2001:db8:3f44::2"), ("2001:db8:1::1", "2001:db8:3f44::2")],
            "2001:db8:3ffe::1",
            Some(LongestPrefix),
        );
        check(
            &[("2002:c633:6401::1", "2002:c633:6401::2"), ("2001:db8:1::1", "2002:c633:6401::2")],
            "2002:c633:6401::1",
            Some(Label),
        );
        check(
            &[("2002:c633:6401::1", "2002:c633:6401::2"), ("2001:db8:1::1", "2001:db8:1::2")],
            "2001:db8:1::1",
            Some(Precedence),
        );
    }

    #[test]
    fn what_cannot_be_reached_comes_last() {
        check(&[("2001:db8::1", "-"), ("192.0.2.1", "192.0.2.9")], "192.0.2.1", Some(Rule::Reachable));
    }

    #[test]
    fn ipv4_addresses_stay_in_the_order_of_the_answer() {
        check(&[("203.0.113.5", "10.0.0.1"), ("10.0.0.2", "10.0.0.1")], "203.0.113.5", None);
    }

    #[test]
    fn a_lone_address_needs_no_socket_and_loopback_has_loopback_as_source() {
        assert_eq!(sort(vec!["192.0.2.1".parse().expect("an address")])[0].source, None);
        let two = sort(vec!["127.0.0.2".parse().expect("an address"), "127.0.0.1".parse().expect("an address")]);
        assert_eq!(two[0].address.to_string(), "127.0.0.2");
        assert!(two.iter().all(|o| o.source.is_some_and(|s| s.is_loopback())));
    }
}
