//! Record data in the presentation format of its RFC: what `dig` prints.

use std::fmt::Write as _;

use hickory_proto::rr::rdata::svcb::{SVCB, SvcParamValue};
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::binary::{BinDecodable as _, BinDecoder, BinEncodable as _, BinEncoder};

use super::wire::presented;

/// `data` as text.
pub(crate) fn present(data: &RData) -> String {
    match data {
        RData::A(a) => a.0.to_string(),
        RData::AAAA(a) => a.0.to_string(),
        RData::CNAME(n) => presented(&n.0),
        RData::NS(n) => presented(&n.0),
        RData::PTR(n) => presented(&n.0),
        RData::MX(mx) => format!("{} {}", mx.preference, presented(&mx.exchange)),
        RData::TXT(txt) => strings(&txt.txt_data),
        RData::HINFO(h) => strings(&[h.cpu.clone(), h.os.clone()]),
        RData::SOA(s) => format!(
            "{} {} {} {} {} {} {}",
            presented(&s.mname),
            presented(&s.rname),
            s.serial,
            s.refresh,
            s.retry,
            s.expire,
            s.minimum
        ),
        RData::SRV(s) => format!("{} {} {} {}", s.priority, s.weight, s.port, presented(&s.target)),
        RData::CAA(c) => format!("{} {} {}", c.flags(), c.tag, quoted(&c.value)),
        RData::NAPTR(n) => format!(
            "{} {} {} {} {} {}",
            n.order,
            n.preference,
            quoted(&n.flags),
            quoted(&n.services),
            quoted(&n.regexp),
            presented(&n.replacement)
        ),
        RData::SVCB(s) => service(s),
        RData::HTTPS(s) => service(&s.0),
        RData::SSHFP(s) => {
            format!("{} {} {}", u8::from(s.algorithm), u8::from(s.fingerprint_type), hex(&s.fingerprint).to_uppercase())
        }
        RData::TLSA(t) => association(t),
        RData::SMIMEA(s) => association(s),
        RData::NULL(n) => generic(&n.anything),
        RData::Unknown { code, rdata } => undecoded(*code, &rdata.anything).unwrap_or_else(|| generic(&rdata.anything)),
        other => {
            let mut bytes = Vec::new();
            let mut encoder = BinEncoder::new(&mut bytes);
            match other.emit(&mut encoder) {
                Ok(()) => generic(&bytes),
                Err(_) => other.to_string(),
            }
        }
    }
}

fn association(t: &hickory_proto::rr::rdata::TLSA) -> String {
    format!("{} {} {} {}", u8::from(t.cert_usage), u8::from(t.selector), u8::from(t.matching), hex(&t.cert_data).to_uppercase())
}

/// RFC 9460 §2.1
fn service(s: &SVCB) -> String {
    let mut text = format!("{} {}", s.svc_priority, presented(&s.target_name));
    for (key, value) in &s.svc_params {
        let list = |items: Vec<String>| items.join(",");
        let value = match value {
            SvcParamValue::Mandatory(m) => list(m.0.iter().map(ToString::to_string).collect()),
            SvcParamValue::Alpn(a) => quoted(a.0.join(",").as_bytes()),
            SvcParamValue::NoDefaultAlpn => String::new(),
            SvcParamValue::Port(p) => p.to_string(),
            SvcParamValue::Ipv4Hint(h) => list(h.0.iter().map(|a| a.0.to_string()).collect()),
            SvcParamValue::Ipv6Hint(h) => list(h.0.iter().map(|a| a.0.to_string()).collect()),
            SvcParamValue::EchConfigList(e) => {
                use base64::Engine as _;
                base64::engine::general_purpose::STANDARD.encode(&e.0)
            }
            SvcParamValue::Unknown(u) => quoted(&u.0),
        };
        let _ = write!(text, " {key}");
        if !value.is_empty() {
            let _ = write!(text, "={value}");
        }
    }
    text
}

/// Types that hickory-proto leaves alone without its DNSSEC part.
fn undecoded(kind: RecordType, bytes: &[u8]) -> Option<String> {
    match kind {
        // RFC 4034 §5.3
        RecordType::DS | RecordType::CDS => {
            let (&[k0, k1, algorithm, digest_type], digest) = bytes.split_first_chunk()?;
            let tag = u16::from_be_bytes([k0, k1]);
            Some(format!("{tag} {algorithm} {digest_type} {}", hex(digest).to_uppercase()))
        }
        // RFC 4034 §2.2
        RecordType::DNSKEY | RecordType::CDNSKEY => {
            use base64::Engine as _;
            let (&[f0, f1, protocol, algorithm], key) = bytes.split_first_chunk()?;
            let key = base64::engine::general_purpose::STANDARD.encode(key);
            Some(format!("{} {protocol} {algorithm} {key}", u16::from_be_bytes([f0, f1])))
        }
        // RFC 6672 §2.1: never compressed.
        RecordType::DNAME => {
            let mut decoder = BinDecoder::new(bytes);
            let name = Name::read(&mut decoder).ok()?;
            decoder.is_empty().then(|| presented(&name))
        }
        _ => None,
    }
}

/// RFC 3597 §5
fn generic(bytes: &[u8]) -> String {
    format!("\\# {} {}", bytes.len(), hex(bytes).to_uppercase()).trim_end().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        let _ = write!(text, "{b:02x}");
    }
    text
}

fn strings(parts: &[Box<[u8]>]) -> String {
    parts.iter().map(|p| quoted(p)).collect::<Vec<_>>().join(" ")
}

/// RFC 1035 §5.1: a character string in quotes, what is not printable as `\DDD`.
fn quoted(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for &b in bytes {
        match b {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(b as char);
            }
            0x20..0x7f => text.push(b as char),
            _ => {
                let _ = write!(text, "\\{b:03}");
            }
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_proto::rr::rdata::{NULL, TXT};

    #[test]
    fn text_is_quoted_and_its_control_bytes_are_digits() {
        let txt = RData::TXT(TXT::from_bytes(vec![b"v=spf1 \"x\"", b"\x1b[2J\\"]));
        assert_eq!(present(&txt), r#""v=spf1 \"x\"" "\027[2J\\""#);
    }

    #[test]
    fn data_of_an_unknown_type_is_hexadecimal() {
        assert_eq!(present(&RData::NULL(NULL::with(vec![1, 0xab]))), r"\# 2 01AB");
    }
}
