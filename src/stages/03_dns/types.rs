//! `--dns-type`: further questions, whatever the type; what comes is shown as resource records.

use std::net::IpAddr;
use std::str::FromStr as _;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RecordType};

use super::cache::{Answer, Cache};
use super::error::{DnsError, Typed};
use super::event::{DnsEvent, Held};
use super::fixed;
use super::wire::{self, Question};
use crate::deadline::Deadline;
use crate::event::Emitter;

/// Types that can be asked for by name, in the order in which they are offered.
pub(crate) const NAMES: [&str; 21] = [
    "A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "PTR", "SRV", "CAA", "HTTPS", "SVCB", "NAPTR", "DS", "DNSKEY", "TLSA",
    "SSHFP", "HINFO", "DNAME", "RRSIG", "ANY",
];

/// `A`, `AAAA`, …; `TYPE65` for a type without a name (RFC 3597 §5).
pub(crate) fn parse(text: &str) -> Result<RecordType, DnsError> {
    let upper = text.trim().to_ascii_uppercase();
    if let Some(number) = upper.strip_prefix("TYPE").and_then(|n| n.parse::<u16>().ok()) {
        return Ok(RecordType::from(number));
    }
    NAMES
        .contains(&upper.as_str())
        .then(|| RecordType::from_str(&upper).ok())
        .flatten()
        .ok_or_else(|| DnsError::Usage { option: Typed::Type, text: text.to_owned() })
}

/// Asks for each of `kinds` of `host`, one after the other, with `one` where the cache has nothing; no search list, as dig. True where any record was found.
pub(crate) fn ask(
    cache: &Cache,
    host: &str,
    kinds: &[RecordType],
    one: impl Fn(&Question) -> Result<Answer, DnsError>,
    by: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<bool, DnsError> {
    let name = match fixed::literal(host) {
        Some(address) => reverse(address),
        None => wire::name(host).map_err(|what| DnsError::BadName { host: host.to_owned(), what })?,
    };
    let mut found = false;
    let mut failure = None;
    for &kind in kinds {
        let question = Question::new(name.clone(), kind);
        if let Some(kept) = cache.find(&question, by.clock().now()) {
            found |= kept.held == Held::Records;
            let records = wire::shown(&kept.answer.records);
            out.emit(|| DnsEvent::FromCache {
                question: question.shown(),
                held: kept.held,
                age_s: kept.age.as_secs(),
                ttl_left_s: kept.left,
                records: records.clone(),
            });
            out.emit(|| DnsEvent::Further {
                question: question.shown(),
                rcode: Some(wire::rcode(kept.answer.rcode)),
                authoritative: false,
                records,
            });
            continue;
        }
        let answer = match one(&question) {
            Ok(answer) => Some(answer),
            Err(error @ (DnsError::Interrupted | DnsError::TimedOut { .. } | DnsError::RootHints { .. })) => return Err(error),
            Err(error) => {
                failure = Some(error);
                None
            }
        };
        found |= answer.as_ref().is_some_and(|a| a.rcode == ResponseCode::NoError && !a.records.is_empty());
        out.emit(|| DnsEvent::Further {
            question: question.shown(),
            rcode: answer.as_ref().map(|a| wire::rcode(a.rcode)),
            authoritative: answer.as_ref().is_some_and(|a| a.authoritative),
            records: answer.as_ref().map(|a| wire::shown(&a.records)).unwrap_or_default(),
        });
    }
    match failure {
        Some(error) if !found => Err(error),
        _ => Ok(found),
    }
}

/// The name under in-addr.arpa or ip6.arpa that stands for `address` (RFC 1035 §3.5, RFC 3596 §2.5).
fn reverse(address: IpAddr) -> Name {
    Name::from(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_names_of_their_own() {
        let name = |a: &str| reverse(a.parse().expect("an address")).to_ascii();
        assert_eq!(name("192.0.2.226"), "226.2.0.192.in-addr.arpa.");
        assert_eq!(name("2001:db8::1"), "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
    }

    #[test]
    fn every_offered_name_is_understood_in_either_case_and_no_other() {
        for name in NAMES {
            assert_eq!(parse(&name.to_lowercase()).expect(name).to_string(), name);
        }
        assert_eq!(parse("TYPE65").expect("a number"), RecordType::HTTPS);
        for wrong in ["", "B", "MXX", "TYPE", "TYPE65536", "*", "AXFR"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
