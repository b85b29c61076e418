//! Where a response's body ends: RFC 9112 §6.3, rule by rule.

use serde::Serialize;

use super::coding::Coding;
use super::error::ResponseError;
use super::events::Oddity;
use super::{Head, Limits};
use crate::stages::message::{Message, Version};

/// What must be known of a request to read its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// HEAD: its response has no body.
    pub head: bool,
    /// CONNECT: after a 2xx the connection is a tunnel.
    pub connect: bool,
    /// An Upgrade field was sent: 101 is an answer to it.
    pub upgrade: bool,
    /// Content codings were offered by jaunt itself: they are undone.
    pub decodes: bool,
    /// The request lets the connection be kept.
    pub keeps: bool,
    /// Bounds on the answer.
    pub limits: Limits,
}

impl Asked {
    /// From the request.
    pub fn of(message: &Message, limits: &Limits) -> Self {
        Self {
            head: message.method == "HEAD",
            connect: message.method == "CONNECT",
            upgrade: message.upgrades,
            decodes: message.decodes,
            keeps: !message.asks_to_close,
            limits: *limits,
        }
    }
}

/// How the end of the body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Framing {
    /// There is none, whatever the fields say: rules 1 and 2.
    None {
        /// Why.
        why: NoBody,
    },
    /// Transfer-Encoding: rule 4, first case.
    Chunked,
    /// Content-Length: rule 6.
    Length {
        /// As announced.
        bytes: u64,
    },
    /// Neither: until the peer closes; rules 4 (second case) and 8.
    Close,
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoBody {
    /// The request was HEAD.
    Head,
    /// 204
    NoContent,
    /// 304
    NotModified,
    /// A 2xx to CONNECT.
    Tunnel,
}

/// The framing of `head`, and the transfer codings other than chunked, in the order in which they were applied.
pub(super) fn decide(head: &Head, asked: &Asked, odd: &mut Vec<Oddity>) -> Result<(Framing, Vec<Coding>), ResponseError> {
    // (1) "any response to a HEAD request and any response with a 1xx, 204, or 304 status code"
    let none = match head.status {
        _ if asked.head => Some(NoBody::Head),
        204 => Some(NoBody::NoContent),
        304 => Some(NoBody::NotModified),
        // (2) "any 2xx response to a CONNECT request implies that the connection will become a tunnel"
        200..=299 if asked.connect => Some(NoBody::Tunnel),
        _ => None,
    };
    if let Some(why) = none {
        return Ok((Framing::None { why }, Vec::new()));
    }
    // 101 after an Upgrade that was asked for: what follows is another protocol's, until either side closes.
    if head.status == 101 {
        return Ok((Framing::Close, Vec::new()));
    }
    // (3) "Transfer-Encoding overrides the Content-Length"
    if head.field("transfer-encoding").is_some() {
        if head.field("content-length").is_some() {
            odd.push(Oddity::LengthOverridden);
        }
        if head.version == Version::Http10 {
            odd.push(Oddity::TransferCodingIn10);
        }
        return transfer(head);
    }
    match length(head, odd)? {
        // (6)
        Some(bytes) => Ok((Framing::Length { bytes }, Vec::new())),
        // (8)
        None => Ok((Framing::Close, Vec::new())),
    }
}

/// (4) "If a Transfer-Encoding header field is present and the chunked transfer coding is the final encoding …"
fn transfer(head: &Head) -> Result<(Framing, Vec<Coding>), ResponseError> {
    let bad = || ResponseError::BadTransferCoding {
        value: head.all("transfer-encoding").map(String::from_utf8_lossy).collect::<Vec<_>>().join(", "),
    };
    let mut codings = Vec::new();
    let mut chunked = false;
    for member in head.members("transfer-encoding") {
        // RFC 9112 §6.1: chunked is applied once, and last.
        if chunked {
            return Err(bad());
        }
        let name = member.split(|&b| b == b';').next().unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"chunked") {
            chunked = true;
        } else if let Some(coding) = Coding::named(name) {
            codings.push(coding);
        } else if !name.eq_ignore_ascii_case(b"identity") {
            return Err(ResponseError::UnknownCoding { name: String::from_utf8_lossy(name).into_owned(), transfer: true });
        }
    }
    Ok((if chunked { Framing::Chunked } else { Framing::Close }, codings))
}

/// (5) and (6): digits only; repeated only if all the same.
fn length(head: &Head, odd: &mut Vec<Oddity>) -> Result<Option<u64>, ResponseError> {
    let mut known: Option<u64> = None;
    let mut times = 0;
    for value in head.all("content-length") {
        for member in value.split(|&b| b == b',') {
            let member = member.trim_ascii();
            let bad = || ResponseError::BadLength { value: String::from_utf8_lossy(value).into_owned() };
            if member.is_empty() || !member.iter().all(u8::is_ascii_digit) {
                return Err(bad());
            }
            let bytes =
                member.iter().try_fold(0u64, |n, d| n.checked_mul(10)?.checked_add(u64::from(d - b'0'))).ok_or_else(bad)?;
            if let Some(known) = known.filter(|known| *known != bytes) {
                return Err(ResponseError::DifferingLengths { first: known, other: bytes });
            }
            known = Some(bytes);
            times += 1;
        }
    }
    if times > 1 {
        odd.push(Oddity::RepeatedLength { times });
    }
    Ok(known)
}

/// RFC 9112 §9.3: may the connection carry another request after this response, as far as the fields say?
pub(super) fn persists(head: &Head, framing: Framing, asked: &Asked) -> Result<(), super::Closed> {
    use super::Closed;
    if !asked.keeps {
        return Err(Closed::AskedByUs);
    }
    if framing == Framing::Close {
        return Err(Closed::EndsTheBody);
    }
    if matches!(framing, Framing::None { why: NoBody::Tunnel }) {
        return Err(Closed::Tunnel);
    }
    if head.lists("connection", "close") {
        return Err(Closed::AskedByPeer);
    }
    if head.version == Version::Http10 {
        // RFC 9112 §6.1: the framing of HTTP/1.0 with Transfer-Encoding is not to be trusted.
        if framing == Framing::Chunked || !head.lists("connection", "keep-alive") {
            return Err(Closed::OldVersion);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::response::head::parse;

    pub(super) const GET: Asked = Asked {
        head: false,
        connect: false,
        upgrade: false,
        decodes: true,
        keeps: true,
        limits: Limits { head_bytes: 300 * 1024, content_bytes: None, interim: 100 },
    };

    fn framed(asked: Asked, head: &str) -> Result<(Framing, Vec<Coding>), u8> {
        let (head, mut odd) = parse(head.replace('\n', "\r\n").as_bytes()).expect("a head");
        decide(&head, &asked, &mut odd).map_err(|e| e.exit().code())
    }

    fn get(fields: &str) -> Result<Framing, u8> {
        framed(GET, &format!("HTTP/1.1 200 OK\n{fields}\n")).map(|(framing, _)| framing)
    }

    #[test]
    fn rfc9112_6_3_rules_1_and_2_no_body_whatever_the_fields_say() {
        let fields = "Content-Length: 5\nTransfer-Encoding: chunked\n\n";
        let none = |asked, status: u16| framed(asked, &format!("HTTP/1.1 {status} X\n{fields}")).map(|(framing, _)| framing);
        assert_eq!(none(Asked { head: true, ..GET }, 200), Ok(Framing::None { why: NoBody::Head }));
        assert_eq!(none(GET, 204), Ok(Framing::None { why: NoBody::NoContent }));
        assert_eq!(none(GET, 304), Ok(Framing::None { why: NoBody::NotModified }));
        assert_eq!(none(Asked { connect: true, ..GET }, 200), Ok(Framing::None { why: NoBody::Tunnel }));
        assert_eq!(none(Asked { connect: true, ..GET }, 407), Ok(Framing::Chunked));
    }

    #[test]
    fn rfc9112_6_3_rule_3_length_is_ignored_when_chunked() {
        assert_eq!(get("Content-Length: 5\nTransfer-Encoding: chunked\n"), Ok(Framing::Chunked));
        assert_eq!(get("Content-Length: x\nTransfer-Encoding: chunked\n"), Ok(Framing::Chunked));
    }

    #[test]
    fn rfc9112_6_3_rule_4_chunked_is_last_and_once() {
        assert_eq!(get("Transfer-Encoding: CHUNKED\n"), Ok(Framing::Chunked));
        assert_eq!(get("Transfer-Encoding: identity\n"), Ok(Framing::Close));
        let gzip = framed(GET, "HTTP/1.1 200 OK\nTransfer-Encoding: gzip\nTransfer-Encoding: chunked\n\n");
        assert_eq!(gzip, Ok((Framing::Chunked, vec![Coding::Gzip])));
        assert_eq!(framed(GET, "HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\n"), Ok((Framing::Close, vec![Coding::Gzip])));
        assert_eq!(get("Transfer-Encoding: chunked, chunked\n"), Err(8));
        assert_eq!(get("Transfer-Encoding: chunked, gzip\n"), Err(8));
        assert_eq!(get("Transfer-Encoding: foo, chunked\n"), Err(61));
    }

    #[test]
    fn rfc9112_6_3_rules_5_and_6_lengths() {
        assert_eq!(get("Content-Length: 0\n"), Ok(Framing::Length { bytes: 0 }));
        assert_eq!(get("Content-Length: 18446744073709551615\n"), Ok(Framing::Length { bytes: u64::MAX }));
        assert_eq!(get("Content-Length: 5, 5\nContent-Length: 05\n"), Ok(Framing::Length { bytes: 5 }));
        for bad in ["18446744073709551616", "+5", "-5", "5x", "0x5", "5 5", "", "5,", "5, 6", "5\nContent-Length: 6"] {
            assert_eq!(get(&format!("Content-Length: {bad}\n")), Err(8), "{bad}");
        }
    }

    #[test]
    fn rfc9112_6_3_rule_8_until_close() {
        assert_eq!(get(""), Ok(Framing::Close));
    }

    #[test]
    fn rfc9112_9_3_which_connections_persist() {
        use super::super::Closed;
        let persists = |asked: Asked, head: &str| {
            let (head, mut odd) = parse(head.replace('\n', "\r\n").as_bytes()).expect("a head");
            let (framing, _) = decide(&head, &asked, &mut odd).expect("framed");
            persists(&head, framing, &asked)
        };
        assert_eq!(persists(GET, "HTTP/1.1 200 OK\nContent-Length: 1\n\n"), Ok(()));
        assert_eq!(persists(GET, "HTTP/1.1 200 OK\nContent-Length: 1\nConnection: x, Close\n\n"), Err(Closed::AskedByPeer));
        assert_eq!(persists(GET, "HTTP/1.1 200 OK\n\n"), Err(Closed::EndsTheBody));
        assert_eq!(persists(GET, "HTTP/1.0 200 OK\nContent-Length: 1\n\n"), Err(Closed::OldVersion));
        assert_eq!(persists(GET, "HTTP/1.0 200 OK\nContent-Length: 1\nConnection: keep-alive\n\n"), Ok(()));
        let old = "HTTP/1.0 200 OK\nTransfer-Encoding: chunked\nConnection: keep-alive\n\n";
        assert_eq!(persists(GET, old), Err(Closed::OldVersion));
        let closes = Asked { keeps: false, ..GET };
        assert_eq!(persists(closes, "HTTP/1.1 200 OK\nContent-Length: 1\n\n"), Err(Closed::AskedByUs));
    }
}
