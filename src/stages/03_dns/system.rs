//! `--resolver system`: getaddrinfo, what most programs get. It reads nsswitch.conf, asks whatever that names (hosts file, DNS, mDNS,
//! a local daemon), and tells nobody what it did: there are no packets of jaunt's own to show.
//!
//! getaddrinfo blocks for as long as it likes and cannot be called off. It runs on a thread of its own; when the deadline passes the
//! thread is left behind, ends when getaddrinfo returns, and its answer is dropped. It holds nothing but the name.

use std::io::BufRead as _;
use std::net::IpAddr;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use dns_lookup::{AddrFamily, AddrInfoHints, LookupErrorKind, SockType};

use super::Family;
use super::error::DnsError;
use super::event::{Configuration, DnsEvent};
use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::phrase;
use crate::words::Phrase;

/// How often a waiting fetch looks whether it is interrupted.
const SLICE: Duration = Duration::from_millis(50);

/// AI_CANONNAME has this value on Linux, the BSDs and macOS.
const CANONNAME: i32 = 2;

struct Outcome {
    addresses: Vec<IpAddr>,
    canonical: Option<String>,
}

/// Calls getaddrinfo.
pub(crate) fn lookup(host: &str, family: Family, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Vec<IpAddr>, DnsError> {
    let begun = by.clock().now();
    let shown = match family {
        Family::Any => "AF_UNSPEC",
        Family::V4 => "AF_INET",
        Family::V6 => "AF_INET6",
    };
    out.emit_at(begun, || DnsEvent::SystemAsking { host: host.to_owned(), family: shown });
    let (tell, told) = mpsc::sync_channel(1);
    let name = host.to_owned();
    let thread = std::thread::Builder::new().name("getaddrinfo".to_owned()).spawn(move || {
        // Nobody listens any more when the deadline has passed.
        let _ = tell.send(call(&name, family));
    });
    let outcome = match thread {
        // No thread to be had: then without a deadline.
        Err(_) => call(host, family),
        Ok(_left_alone) => loop {
            let (slice, _) = by.left(SLICE).map_err(|e| DnsError::stopped(e, host, Vec::new()))?;
            match told.recv_timeout(slice) {
                Ok(outcome) => break outcome,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break Err(("EAI_FAIL".to_owned(), String::new())),
            }
        },
    };
    let took = by.clock().now().saturating_sub(begun);
    match outcome {
        Ok(outcome) => {
            out.emit(|| DnsEvent::SystemAnswered {
                addresses: outcome.addresses.clone(),
                canonical: outcome.canonical,
                took_us: took.into(),
            });
            Ok(outcome.addresses)
        }
        Err((code, text)) => {
            out.emit(|| DnsEvent::SystemFailed { code: code.clone(), text: text.clone(), took_us: took.into() });
            Err(DnsError::System { host: host.to_owned(), code, text })
        }
    }
}

fn call(host: &str, family: Family) -> Result<Outcome, (String, String)> {
    let hints = AddrInfoHints {
        flags: CANONNAME,
        address: match family {
            Family::Any => 0,
            Family::V4 => AddrFamily::Inet.into(),
            Family::V6 => AddrFamily::Inet6.into(),
        },
        socktype: SockType::Stream.into(),
        protocol: 0,
    };
    match dns_lookup::getaddrinfo(Some(host), None, Some(hints)) {
        Ok(list) => {
            let mut outcome = Outcome { addresses: Vec::new(), canonical: None };
            for info in list.flatten() {
                let address = info.sockaddr.ip();
                if !outcome.addresses.contains(&address) {
                    outcome.addresses.push(address);
                }
                outcome.canonical = outcome.canonical.or(info.canonname);
            }
            Ok(outcome)
        }
        Err(error) => {
            let code = name(error.kind(), error.error_num());
            Err((code, words(&std::io::Error::from(error).to_string())))
        }
    }
}

/// The error's symbolic name.
fn name(kind: LookupErrorKind, number: i32) -> String {
    use LookupErrorKind as K;
    match kind {
        K::Again => "EAI_AGAIN",
        K::Badflags => "EAI_BADFLAGS",
        K::NoName => "EAI_NONAME",
        K::NoData => "EAI_NODATA",
        K::Fail => "EAI_FAIL",
        K::Family => "EAI_FAMILY",
        K::Socktype => "EAI_SOCKTYPE",
        K::Service => "EAI_SERVICE",
        K::Memory => "EAI_MEMORY",
        K::System => "EAI_SYSTEM",
        K::Unknown | K::IO => return number.to_string(),
    }
    .to_owned()
}

/// "failed to lookup address information: Name or service not known" without what everyone knows, lower case.
fn words(text: &str) -> String {
    let text = text.rsplit(": ").next().unwrap_or(text);
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Where the two resolvers' answers come apart, and why.
pub(crate) fn compare(
    host: &str,
    ours: &Result<Vec<IpAddr>, DnsError>,
    system: &Result<Vec<IpAddr>, DnsError>,
    from: Option<&Configuration>,
    out: Emitter<'_>,
) {
    out.emit(|| {
        let none = Vec::new();
        let (a, b) = (ours.as_ref().unwrap_or(&none), system.as_ref().unwrap_or(&none));
        let only = |of: &[IpAddr], not: &[IpAddr]| of.iter().copied().filter(|x| !not.contains(x)).collect::<Vec<_>>();
        let (only_jaunt, only_system) = (only(a, b), only(b, a));
        let same = only_jaunt.is_empty() && only_system.is_empty();
        let because =
            if same && a == b { Vec::new() } else { reasons(host, a, b, same, from, nsswitch("/etc/nsswitch.conf").as_deref()) };
        DnsEvent::Compared { same, same_order: a == b, only_jaunt, only_system, because }
    });
}

fn reasons(
    host: &str,
    ours: &[IpAddr],
    system: &[IpAddr],
    same: bool,
    from: Option<&Configuration>,
    sources: Option<&str>,
) -> Vec<Phrase> {
    if same {
        return vec![phrase!("dns-because-order")];
    }
    let mut because = Vec::new();
    match from {
        Some(Configuration::CommandLine) => because.push(phrase!("dns-because-other-servers")),
        Some(Configuration::File { path }) if path != "/etc/resolv.conf" => {
            because.push(phrase!("dns-because-other-file", path = path));
        }
        Some(Configuration::File { .. } | Configuration::Default { .. }) | None => {}
    }
    if host.trim_end_matches('.').to_ascii_lowercase().ends_with(".local") {
        because.push(phrase!("dns-because-mdns"));
    }
    if let Some(sources) = sources {
        let more: Vec<&str> =
            sources.split_whitespace().filter(|s| !s.starts_with('[') && !matches!(*s, "files" | "dns")).collect();
        if !more.is_empty() {
            because.push(phrase!("dns-because-nsswitch", sources = more.join(", ")));
        }
    }
    let family = |of: &[IpAddr], v6: bool| of.iter().any(|a| a.is_ipv6() == v6);
    if !ours.is_empty()
        && !system.is_empty()
        && (family(ours, true) != family(system, true) || family(ours, false) != family(system, false))
    {
        because.push(phrase!("dns-because-family"));
    }
    if because.is_empty() {
        because.push(phrase!("dns-because-changing"));
    }
    because
}

/// The sources of the `hosts:` line.
fn nsswitch(path: &str) -> Option<String> {
    let file = std::io::BufReader::new(std::fs::File::open(path).ok()?);
    file.lines().map_while(Result::ok).take(1_000).find_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        Some(line.trim_start().strip_prefix("hosts:")?.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &[&str]) -> Vec<IpAddr> {
        list.iter().map(|a| a.parse().expect("an address")).collect()
    }

    fn ids(phrases: &[Phrase]) -> Vec<&str> {
        phrases.iter().map(|p| p.id).collect()
    }

    #[test]
    fn differences_have_reasons() {
        let (a, b) = (addresses(&["192.0.2.1", "::1"]), addresses(&["192.0.2.1"]));
        assert_eq!(ids(&reasons("x.example", &a, &b, false, None, Some("files dns"))), ["dns-because-family"]);
        assert_eq!(
            ids(&reasons(
                "x.local",
                &[],
                &b,
                false,
                Some(&Configuration::CommandLine),
                Some("files mdns4_minimal [NOTFOUND=return] dns")
            )),
            ["dns-because-other-servers", "dns-because-mdns", "dns-because-nsswitch"]
        );
        assert_eq!(ids(&reasons("x.example", &a, &a, true, None, None)), ["dns-because-order"]);
        let demo = Configuration::File { path: "/tmp/resolv.conf".to_owned() };
        assert_eq!(ids(&reasons("x.example", &b, &[], false, Some(&demo), None)), ["dns-because-other-file"]);
    }

    #[test]
    fn errors_of_getaddrinfo_lose_their_preamble() {
        assert_eq!(words("failed to lookup address information: Name or service not known"), "name or service not known");
    }
}
