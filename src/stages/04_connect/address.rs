//! What an address is, and where a packet to it goes: interface, mask, network and host number, router (`-v` only: asking is slow).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

/// The way from this machine to a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddressFacts {
    /// Name of the interface that packets leave by.
    pub interface: String,
    /// The largest packet that it takes, bytes.
    pub mtu: Option<u32>,
    /// The interface's address in its notations: alone, with mask, with prefix length, the subnet itself, the broadcast address
    /// (IPv6 has neither masks nor broadcast: three notations).
    pub notations: Vec<String>,
    /// The network number under the mask.
    pub network: IpAddr,
    /// The host number: what the mask leaves.
    pub host: IpAddr,
    /// Leading bits that are the network's.
    pub prefix: u8,
    /// What kind of address the interface's is.
    pub local_kind: AddressKind,
    /// What kind of address the peer's is.
    pub peer_kind: AddressKind,
    /// Who gets the packets first.
    pub delivery: Delivery,
}

/// Who gets the packets first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Delivery {
    /// They do not leave this machine.
    ThisMachine,
    /// The peer itself: it is on the interface's own subnet.
    SameSubnet,
    /// A router.
    Router {
        /// Its address.
        router: IpAddr,
    },
    /// Nobody in between that the routing table names.
    Link,
}

/// Addresses that are special by their number (RFC 6890 and the registries that it made).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// 0.0.0.0, ::
    Unspecified,
    /// 127.0.0.0/8, ::1
    Loopback,
    /// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16
    Private,
    /// fc00::/7
    UniqueLocal,
    /// 100.64.0.0/10
    Shared,
    /// 169.254.0.0/16, fe80::/10
    LinkLocal,
    /// 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32, 3fff::/20
    Documentation,
    /// 198.18.0.0/15, 2001:2::/48
    Benchmarking,
    /// 224.0.0.0/4, ff00::/8
    Multicast,
    /// 255.255.255.255
    Broadcast,
    /// 240.0.0.0/4
    Reserved,
    /// ::ffff:0:0/96
    V4Mapped,
    /// 64:ff9b::/96
    Nat64,
    /// 2002::/16
    SixToFour,
    /// 2001::/32
    Teredo,
    /// Any other: one of the internet's own.
    Global,
}

impl AddressKind {
    /// Of an address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            [0, 0, 0, 0] => Self::Unspecified,
            [255, 255, 255, 255] => Self::Broadcast,
            [127, ..] => Self::Loopback,
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Self::Private,
            [100, 64..=127, ..] => Self::Shared,
            [169, 254, ..] => Self::LinkLocal,
            [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Self::Documentation,
            [198, 18..=19, ..] => Self::Benchmarking,
            [224..=239, ..] => Self::Multicast,
            [240..=255, ..] => Self::Reserved,
            _ => Self::Global,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 0] => Self::Unspecified,
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Loopback,
            [0, 0, 0, 0, 0, 0xffff, ..] => Self::V4Mapped,
            [0x64, 0xff9b, 0, 0, 0, 0, ..] => Self::Nat64,
            [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Self::Documentation,
            [0x2001, 2, 0, ..] => Self::Benchmarking,
            [0x2001, 0, ..] => Self::Teredo,
            [0x2002, ..] => Self::SixToFour,
            [0xfc00..=0xfdff, ..] => Self::UniqueLocal,
            [0xfe80..=0xfebf, ..] => Self::LinkLocal,
            [0xff00..=0xffff, ..] => Self::Multicast,
            _ => Self::Global,
        }
    }
}

/// An address of an interface of this machine.
#[derive(Debug, Clone)]
pub(super) struct Link {
    name: String,
    mtu: Option<u32>,
    address: IpAddr,
    prefix: u8,
    gateway: Option<IpAddr>,
}

/// All of them, as the system has them now.
pub(super) fn links() -> Vec<Link> {
    let mut links = Vec::new();
    for interface in netdev::get_interfaces() {
        let v4 = interface.ipv4.iter().map(|net| (IpAddr::V4(net.addr()), net.prefix_len()));
        let v6 = interface.ipv6.iter().map(|net| (IpAddr::V6(net.addr()), net.prefix_len()));
        let gateway = interface.gateway.as_ref();
        for (address, prefix) in v4.chain(v6) {
            let gateway = gateway.and_then(|g| match address {
                IpAddr::V4(_) => g.ipv4.first().map(|a| IpAddr::V4(*a)),
                IpAddr::V6(_) => g.ipv6.first().map(|a| IpAddr::V6(*a)),
            });
            links.push(Link { name: interface.name.clone(), mtu: interface.mtu, address, prefix, gateway });
        }
    }
    links
}

/// The way from `local` to `peer`; none where no interface has that address.
pub(super) fn facts(links: &[Link], local: IpAddr, peer: IpAddr) -> Option<AddressFacts> {
    // 127.0.0.5 is an address of the interface that has 127.0.0.1/8, though no address of its own.
    let link = links.iter().find(|l| l.address == local).or_else(|| {
        links
            .iter()
            .find(|l| l.address.is_loopback() && local.is_loopback() && masked(local, l.prefix) == masked(l.address, l.prefix))
    })?;
    let here = links.iter().any(|l| l.address == peer) || peer.is_loopback();
    let delivery = if here {
        Delivery::ThisMachine
    } else if local.is_ipv4() == peer.is_ipv4() && masked(peer, link.prefix) == masked(local, link.prefix) {
        Delivery::SameSubnet
    } else {
        match router(peer, link) {
            Some(router) => Delivery::Router { router },
            None => Delivery::Link,
        }
    };
    let (network, host) = (masked(local, link.prefix), left(local, link.prefix));
    Some(AddressFacts {
        interface: link.name.clone(),
        mtu: link.mtu,
        notations: notations(local, link.prefix),
        network,
        host,
        prefix: link.prefix,
        local_kind: AddressKind::of(local),
        peer_kind: AddressKind::of(peer),
        delivery,
    })
}

/// `10.11.12.13`, `10.11.12.13/255.255.255.0`, `10.11.12.13/24`, `10.11.12.0/24`, `10.11.12.255/24`
fn notations(address: IpAddr, prefix: u8) -> Vec<String> {
    let subnet = format!("{}/{prefix}", masked(address, prefix));
    match address {
        IpAddr::V4(v4) => {
            let mask = mask(prefix, 32) as u32;
            let broadcast = Ipv4Addr::from(u32::from(v4) | !mask);
            vec![
                v4.to_string(),
                format!("{v4}/{}", Ipv4Addr::from(mask)),
                format!("{v4}/{prefix}"),
                subnet,
                format!("{broadcast}/{prefix}"),
            ]
        }
        IpAddr::V6(v6) => vec![v6.to_string(), format!("{v6}/{prefix}"), subnet],
    }
}

/// `prefix` ones at the head of `width` bits.
fn mask(prefix: u8, width: u32) -> u128 {
    let all = if width == 128 { u128::MAX } else { (1 << width) - 1 };
    let hosts = width.saturating_sub(u32::from(prefix));
    if hosts >= 128 { 0 } else { all >> hosts << hosts & all }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4) & mask(prefix, 32) as u32).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) & mask(prefix, 128)).into(),
    }
}

fn left(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4) & !mask(prefix, 32) as u32).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) & !mask(prefix, 128)).into(),
    }
}

/// The router for `peer`: on Linux the routing table's most specific entry, elsewhere the interface's gateway.
fn router(peer: IpAddr, link: &Link) -> Option<IpAddr> {
    let table = match peer {
        IpAddr::V4(_) => std::fs::read_to_string("/proc/net/route"),
        IpAddr::V6(_) => std::fs::read_to_string("/proc/net/ipv6_route"),
    };
    match (table, peer) {
        (Ok(table), IpAddr::V4(peer)) => router_v4(&table, peer, &link.name).map(IpAddr::V4),
        (Ok(table), IpAddr::V6(peer)) => router_v6(&table, peer, &link.name).map(IpAddr::V6),
        (Err(_), _) => link.gateway,
    }
}

/// `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, numbers in hexadecimal, addresses in the machine's byte order.
fn router_v4(table: &str, peer: Ipv4Addr, interface: &str) -> Option<Ipv4Addr> {
    // The kernel prints an address, which is in network byte order, as if it were a number of this machine.
    let number = |text: &str| u32::from_str_radix(text, 16).ok().map(|n| u32::from_be_bytes(n.to_ne_bytes()));
    let mut best: Option<(u32, u32)> = None;
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let &[name, to, gateway, _, _, _, _, mask, ..] = columns.as_slice() else { continue };
        let (Some(to), Some(gateway), Some(mask)) = (number(to), number(gateway), number(mask)) else { continue };
        if name == interface && u32::from(peer) & mask == to && best.is_none_or(|(longest, _)| mask > longest) {
            best = Some((mask, gateway));
        }
    }
    best.and_then(|(_, gateway)| (gateway != 0).then(|| Ipv4Addr::from(gateway)))
}

/// `destination prefix source prefix next-hop metric refcnt use flags interface`, in hexadecimal.
fn router_v6(table: &str, peer: Ipv6Addr, interface: &str) -> Option<Ipv6Addr> {
    let mut best: Option<(u8, u128)> = None;
    for line in table.lines() {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let &[to, prefix, _, _, gateway, _, _, _, _, name] = columns.as_slice() else { continue };
        let (Ok(to), Ok(prefix), Ok(gateway)) =
            (u128::from_str_radix(to, 16), u8::from_str_radix(prefix, 16), u128::from_str_radix(gateway, 16))
        else {
            continue;
        };
        let mask = mask(prefix, 128);
        if name == interface && u128::from(peer) & mask == to & mask && best.is_none_or(|(longest, _)| prefix > longest) {
            best = Some((prefix, gateway));
        }
    }
    best.and_then(|(_, gateway)| (gateway != 0).then(|| Ipv6Addr::from(gateway)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn link(address: &str, prefix: u8) -> Link {
        Link { name: "eth0".into(), mtu: Some(1500), address: ip(address), prefix, gateway: None }
    }

    #[test]
    fn an_address_has_five_notations() {
        assert_eq!(
            notations(ip("10.11.12.13"), 24),
            ["10.11.12.13", "10.11.12.13/255.255.255.0", "10.11.12.13/24", "10.11.12.0/24", "10.11.12.255/24"]
        );
        assert_eq!(notations(ip("2001:db8::5"), 64), ["2001:db8::5", "2001:db8::5/64", "2001:db8::/64"]);
        assert_eq!(notations(ip("10.0.0.1"), 32)[4], "10.0.0.1/32");
        assert_eq!(notations(ip("10.0.0.1"), 0)[4], "255.255.255.255/0");
    }

    #[test]
    fn the_mask_divides_an_address_into_network_and_host() {
        let facts = facts(&[link("10.11.12.13", 20)], ip("10.11.12.13"), ip("10.11.15.1")).expect("an interface has it");
        assert_eq!((facts.network, facts.host), (ip("10.11.0.0"), ip("0.0.12.13")));
        assert_eq!(facts.delivery, Delivery::SameSubnet);
        assert_eq!(facts.peer_kind, AddressKind::Private);
    }

    #[test]
    fn what_stays_on_this_machine_is_said_to() {
        let links = [link("127.0.0.1", 8), link("10.0.0.1", 24)];
        let facts = |local, peer| facts(&links, ip(local), ip(peer)).expect("an interface has it").delivery;
        assert_eq!(facts("127.0.0.1", "127.0.0.5"), Delivery::ThisMachine);
        assert_eq!(facts("127.0.0.5", "127.0.0.5"), Delivery::ThisMachine);
        assert_eq!(facts("10.0.0.1", "10.0.0.1"), Delivery::ThisMachine);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn the_most_specific_route_names_the_router() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
                     eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
                     eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n\
                     eth0\t0000000A\tFE0200C0\t0003\t0\t0\t0\t000000FF\t0\t0\t0\n\
                     nonsense\n";
        let router = |peer: [u8; 4]| router_v4(table, peer.into(), "eth0").map(|a| a.to_string());
        assert_eq!(router([203, 0, 113, 9]).as_deref(), Some("192.0.2.1"));
        assert_eq!(router([192, 0, 2, 9]), None);
        assert_eq!(router([10, 1, 2, 3]).as_deref(), Some("192.0.2.254"));
    }

    #[test]
    fn special_addresses_are_named() {
        use AddressKind as K;
        for (text, kind) in [
            ("127.8.8.8", K::Loopback),
            ("::1", K::Loopback),
            ("10.1.2.3", K::Private),
            ("172.32.0.1", K::Global),
            ("192.0.2.226", K::Documentation),
            ("2001:db8::1", K::Documentation),
            ("169.254.1.1", K::LinkLocal),
            ("fe80::1", K::LinkLocal),
            ("fd00::1", K::UniqueLocal),
            ("100.64.0.1", K::Shared),
            ("224.0.0.251", K::Multicast),
            ("ff02::1", K::Multicast),
            ("::ffff:192.0.2.1", K::V4Mapped),
            ("2001::1", K::Teredo),
            ("2002:c000:201::1", K::SixToFour),
            ("8.8.8.8", K::Global),
            ("2a00::1", K::Global),
        ] {
            assert_eq!(AddressKind::of(ip(text)), kind, "{text}");
        }
    }
}
