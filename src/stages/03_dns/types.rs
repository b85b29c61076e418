//! `--dns-type`: names of record types.

use std::str::FromStr as _;

use hickory_proto::rr::RecordType;

use super::error::{DnsError, Typed};

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

#[cfg(test)]
mod tests {
    use super::*;

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
