//! What needs nobody to be asked: IP literals, `--resolve`, special names (RFC 6761, RFC 7686).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Family;
use super::error::{DnsError, Typed};

/// `--resolve`, in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pins(Vec<Pin>);

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    /// `*` for any host.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) addresses: Vec<IpAddr>,
}

impl Pins {
    /// `HOST:PORT:ADDR[,ADDR]...`, `+` before it as in curl (an entry that may expire: within one run it does not), `-HOST:PORT` removes.
    /// A later entry replaces an earlier one for the same host and port.
    pub(crate) fn parse(typed: &[String]) -> Result<Self, DnsError> {
        let mut pins = Self::default();
        for text in typed {
            let wrong = || DnsError::Usage { option: Typed::Resolve, text: text.clone() };
            // Unlike curl: a removal that cannot be understood is an error too, not silence.
            let (removal, rest) = match text.strip_prefix('-') {
                Some(rest) => (true, rest),
                None => (false, text.strip_prefix('+').unwrap_or(text)),
            };
            let (host, rest) = split_host(rest).ok_or_else(wrong)?;
            let (port, addresses) = if removal { (rest, "") } else { rest.split_once(':').ok_or_else(wrong)? };
            let port: u16 = port.parse().map_err(|_| wrong())?;
            pins.0.retain(|p| !(p.port == port && p.host.eq_ignore_ascii_case(host)));
            if !removal {
                let addresses = addresses.split(',').map(|a| parse_address(a.trim())).collect::<Option<_>>().ok_or_else(wrong)?;
                pins.0.push(Pin { host: host.to_owned(), port, addresses });
            }
        }
        Ok(pins)
    }

    /// The entry for `host` and `port`: by name first, else `*`.
    pub(crate) fn find(&self, host: &str, port: u16) -> Option<&Pin> {
        let host = host.strip_suffix('.').unwrap_or(host);
        let of = |name: &str| self.0.iter().find(|p| p.port == port && p.host.trim_end_matches('.').eq_ignore_ascii_case(name));
        of(host).or_else(|| of("*"))
    }
}

/// `host:rest` or `[v6]:rest`.
fn split_host(text: &str) -> Option<(&str, &str)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(inner) => {
            let (host, rest) = inner.split_once(']')?;
            (host, rest.strip_prefix(':')?)
        }
        None => text.split_once(':')?,
    };
    (!host.is_empty()).then_some((host, rest))
}

fn parse_address(text: &str) -> Option<IpAddr> {
    match text.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// `host` as an address, if it is one; IPv6 with or without brackets.
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    // Most names end in a letter, which no IPv4 address does: then only a colon can make it one.
    match host.as_bytes().last()? {
        b']' => host.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        _ => host.parse().ok(),
    }
}

/// Names with a meaning of their own.
pub(crate) enum Known {
    /// `localhost`, `*.localhost`
    Localhost(Vec<IpAddr>),
    /// `*.invalid`
    Invalid,
    /// `*.onion`
    Onion,
    /// `*.local`
    Local,
}

/// Is `host` one of them?
pub(crate) fn special(host: &str, family: Family) -> Option<Known> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next()?;
    let is = |name| last.eq_ignore_ascii_case(name);
    if is("localhost") {
        let (v6, v4) = (IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST));
        return Some(Known::Localhost(match family {
            // As curl: 127.0.0.1 is tried before ::1.
            Family::Any => vec![v4, v6],
            Family::V4 => vec![v4],
            Family::V6 => vec![v6],
        }));
    }
    if is("invalid") {
        return Some(Known::Invalid);
    }
    if is("onion") {
        return Some(Known::Onion);
    }
    (is("local") && host.contains('.')).then_some(Known::Local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(typed: &[&str]) -> Result<Pins, DnsError> {
        Pins::parse(&typed.iter().map(|&t| t.to_owned()).collect::<Vec<_>>())
    }

    fn found(typed: &[&str], host: &str, port: u16) -> Option<Vec<String>> {
        pins(typed).expect("typed well").find(host, port).map(|p| p.addresses.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_entry_holds_for_its_host_and_port_only() {
        let typed = ["www.lab.example:80:192.0.2.1,[2001:db8::1],2001:db8::2"];
        assert_eq!(found(&typed, "WWW.lab.example", 80).expect("pinned"), ["192.0.2.1", "2001:db8::1", "2001:db8::2"]);
        assert_eq!(found(&typed, "www.lab.example", 443), None);
        assert_eq!(found(&typed, "lab.example", 80), None);
    }

    #[test]
    fn a_name_beats_the_star_and_later_entries_replace_or_remove_earlier_ones() {
        assert_eq!(found(&["*:80:192.0.2.9", "a:80:192.0.2.1"], "a", 80).expect("pinned"), ["192.0.2.1"]);
        assert_eq!(found(&["*:80:192.0.2.9", "a:80:192.0.2.1"], "b", 80).expect("pinned"), ["192.0.2.9"]);
        assert_eq!(found(&["a:80:192.0.2.1", "+a:80:192.0.2.2"], "a", 80).expect("pinned"), ["192.0.2.2"]);
        assert_eq!(found(&["a:80:192.0.2.1", "-a:80"], "a", 80), None);
        assert_eq!(found(&["[::1]:80:192.0.2.1"], "::1", 80).expect("pinned"), ["192.0.2.1"]);
    }

    #[test]
    fn what_curl_refuses_with_49_is_refused() {
        for typed in
            ["x", "x:80", "x:80:zzz", "x:99999:127.0.0.1", "x:80:127.0.0.1,zzz", "x:80:", "x:80:[::1", ":80:127.0.0.1", "-x"]
        {
            let error = pins(&[typed]).expect_err(typed);
            assert_eq!(error.exit().code(), 49, "{typed}");
        }
        assert!(pins(&["x:80:::1"]).is_ok());
    }

    #[test]
    fn special_names_are_told_from_names_that_only_look_alike() {
        assert!(matches!(special("localhost", Family::Any), Some(Known::Localhost(a)) if a.len() == 2));
        assert!(matches!(special("a.LOCALHOST.", Family::V6), Some(Known::Localhost(a)) if a.len() == 1));
        assert!(matches!(special("x.invalid", Family::Any), Some(Known::Invalid)));
        assert!(matches!(special("abc.onion", Family::Any), Some(Known::Onion)));
        assert!(matches!(special("printer.local", Family::Any), Some(Known::Local)));
        for name in ["notlocalhost", "localhost.example", "local", "invalid.example"] {
            assert!(special(name, Family::Any).is_none(), "{name}");
        }
    }

    #[test]
    fn literals_are_found_with_and_without_brackets() {
        for text in ["192.0.2.1", "::1", "[::1]", "2001:db8::192.0.2.1"] {
            assert!(literal(text).is_some(), "{text}");
        }
        for text in ["", "www", "1.2.3", "1.2.3.4.5", "[192.0.2.1]", "a.b.c.d", "]"] {
            assert!(literal(text).is_none(), "{text}");
        }
    }
}
