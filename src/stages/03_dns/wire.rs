//! DNS messages (RFC 1035 §4.1): a question encoded, an answer decoded and matched, both shown.
//!
//! The wire format itself is hickory-proto's work. What is decided here is what jaunt believes: an answer counts only when its
//! id and its question are those that were sent (RFC 5452 §9.1).

use hickory_proto::op::{Edns, Message, MessageType, Metadata, OpCode, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, RecordType};
use hickory_proto::serialize::binary::{BinDecodable as _, BinDecoder};
use serde::Serialize;

use super::rdata;

/// The UDP size that jaunt announces where it speaks EDNS: what fits a packet on every link (DNS Flag Day 2020).
pub(crate) const EDNS_SIZE: u16 = 1232;

/// What is asked: name and type; the class is always IN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    /// Fully qualified.
    pub(crate) name: Name,
    /// A, AAAA, …
    pub(crate) kind: RecordType,
}

impl Question {
    /// `kind` of `name`.
    pub(crate) fn new(name: Name, kind: RecordType) -> Self {
        Self { name, kind }
    }

    /// As it is shown.
    pub(crate) fn shown(&self) -> QuestionShown {
        QuestionShown { name: presented(&self.name), class: "IN".to_owned(), kind: type_name(self.kind) }
    }
}

/// A question as events show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuestionShown {
    /// Fully qualified, punycode, with the last dot.
    pub name: String,
    /// `IN`
    pub class: String,
    /// `A`, `AAAA`, `MX`, …
    #[serde(rename = "type")]
    pub kind: String,
}

/// The flag bits of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flags {
    /// Authoritative answer: straight from a server in charge of the name.
    pub aa: bool,
    /// Truncated: the rest is to be asked for over TCP.
    pub tc: bool,
    /// Recursion desired.
    pub rd: bool,
    /// Recursion available.
    pub ra: bool,
    /// Authentic data: the server says that it validated DNSSEC.
    pub ad: bool,
    /// Checking disabled.
    pub cd: bool,
}

impl From<&Metadata> for Flags {
    fn from(m: &Metadata) -> Self {
        Self {
            aa: m.authoritative,
            tc: m.truncation,
            rd: m.recursion_desired,
            ra: m.recursion_available,
            ad: m.authentic_data,
            cd: m.checking_disabled,
        }
    }
}

/// The OPT pseudo record (RFC 6891).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EdnsShown {
    /// 0
    pub version: u8,
    /// The UDP payload size that its sender takes.
    pub udp_size: u16,
    /// DNSSEC records wanted.
    pub dnssec_ok: bool,
}

impl From<&Edns> for EdnsShown {
    fn from(e: &Edns) -> Self {
        Self { version: e.version(), udp_size: e.max_payload(), dnssec_ok: e.flags().dnssec_ok }
    }
}

/// A resource record as events show it: the five columns of a zone file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordShown {
    /// Owner, as the server spelled it.
    pub name: String,
    /// Seconds it may be cached.
    pub ttl: u32,
    /// `IN`
    pub class: String,
    /// `A`, `AAAA`, …; `TYPE65280` where it has no name.
    #[serde(rename = "type")]
    pub kind: String,
    /// In the presentation format of the type's RFC; RFC 3597 for unknown types.
    pub data: String,
}

impl From<&hickory_proto::rr::Record> for RecordShown {
    fn from(r: &hickory_proto::rr::Record) -> Self {
        Self {
            name: presented(&r.name),
            ttl: r.ttl,
            class: class(r.dns_class),
            kind: type_name(r.record_type()),
            data: rdata::present(&r.data),
        }
    }
}

/// A section of a message, shown.
pub(crate) fn shown(records: &[hickory_proto::rr::Record]) -> Vec<RecordShown> {
    records.iter().map(RecordShown::from).collect()
}

fn class(class: DNSClass) -> String {
    match class {
        DNSClass::Unknown(n) => format!("CLASS{n}"),
        known => known.to_string(),
    }
}

/// `A`, `MX`, …; `TYPE65280` where it has no name (RFC 3597 §5).
pub(crate) fn type_name(kind: RecordType) -> String {
    match kind {
        RecordType::Unknown(n) => format!("TYPE{n}"),
        known => known.to_string(),
    }
}

/// The code's mnemonic: `NOERROR`, `NXDOMAIN`, …
pub(crate) fn rcode(code: ResponseCode) -> String {
    let name = match code {
        ResponseCode::NoError => "NOERROR",
        ResponseCode::FormErr => "FORMERR",
        ResponseCode::ServFail => "SERVFAIL",
        ResponseCode::NXDomain => "NXDOMAIN",
        ResponseCode::NotImp => "NOTIMP",
        ResponseCode::Refused => "REFUSED",
        ResponseCode::YXDomain => "YXDOMAIN",
        ResponseCode::YXRRSet => "YXRRSET",
        ResponseCode::NXRRSet => "NXRRSET",
        ResponseCode::NotAuth => "NOTAUTH",
        ResponseCode::NotZone => "NOTZONE",
        ResponseCode::BADVERS | ResponseCode::BADSIG => "BADVERS",
        ResponseCode::BADKEY => "BADKEY",
        ResponseCode::BADTIME => "BADTIME",
        ResponseCode::BADMODE => "BADMODE",
        ResponseCode::BADNAME => "BADNAME",
        ResponseCode::BADALG => "BADALG",
        ResponseCode::BADTRUNC => "BADTRUNC",
        ResponseCode::BADCOOKIE => "BADCOOKIE",
        ResponseCode::Unknown(n) => return format!("RCODE{n}"),
    };
    name.to_owned()
}

/// `host` as a name, fully qualified. A label is 1 to 63 bytes, a name up to 255 (RFC 1035 §2.3.4).
pub(crate) fn name(host: &str) -> Result<Name, String> {
    let plain = host.strip_suffix('.').unwrap_or(host);
    if plain.is_empty() {
        return Ok(Name::root());
    }
    let mut name = Name::from_labels(plain.split('.').map(str::as_bytes)).map_err(|e| e.to_string())?;
    name.set_fqdn(true);
    Ok(name)
}

/// What a question's header says beside its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// RD
    pub(crate) recursion: bool,
    /// AD (`trust-ad`)
    pub(crate) authentic: bool,
    /// Announced UDP size; `None` speaks plain DNS.
    pub(crate) edns: Option<u16>,
}

/// The message that asks `question`.
pub(crate) fn encode(id: u16, question: &Question, wishes: Wishes) -> Result<Vec<u8>, String> {
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = wishes.recursion;
    message.metadata.authentic_data = wishes.authentic;
    message.add_query(Query::query(question.name.clone(), question.kind));
    if let Some(size) = wishes.edns {
        let mut edns = Edns::new();
        edns.set_max_payload(size);
        message.set_edns(edns);
    }
    message.to_vec().map_err(|e| e.to_string())
}

/// A message and how many bytes followed it.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Message, usize), String> {
    let mut decoder = BinDecoder::new(bytes);
    let message = Message::read(&mut decoder).map_err(|e| e.to_string())?;
    Ok((message, decoder.len()))
}

/// Why a datagram is not the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Ignore {
    /// The id is none that was sent.
    WrongId {
        /// What it is.
        got: u16,
    },
    /// The id is right, the question is another.
    WrongQuestion {
        /// What it is; none where there is no question at all.
        got: Option<QuestionShown>,
    },
    /// It is a question itself, or another operation.
    NotAnAnswer,
    /// It cannot be decoded.
    Malformed {
        /// Where decoding stopped.
        what: String,
    },
    /// The question was answered before.
    Repeated,
}

/// What a message that came in is.
pub(crate) enum Verdict {
    /// The answer to the question at this place.
    Answer(usize, Box<Message>, usize),
    /// The same, cut: to be asked for again over TCP. Undecodable beyond its header where there is no message.
    Truncated(usize, Option<Box<Message>>),
    /// None of ours.
    Ignore(Ignore),
}

/// Judges what came in while `waiting` (id, question, still open?).
pub(crate) fn judge(bytes: &[u8], waiting: &[(u16, &Question, bool)]) -> Verdict {
    let [i0, i1, f0, ..] = *bytes else {
        return Verdict::Ignore(Ignore::Malformed { what: format!("{} bytes", bytes.len()) });
    };
    let id = u16::from_be_bytes([i0, i1]);
    // Two questions may by chance carry the same id: the question decides.
    if !waiting.iter().any(|w| w.0 == id) {
        return Verdict::Ignore(Ignore::WrongId { got: id });
    }
    if f0 & 0x80 == 0 || f0 & 0x78 != 0 {
        return Verdict::Ignore(Ignore::NotAnAnswer);
    }
    match decode(bytes) {
        Ok((message, trailing)) => {
            let matching = |w: &(u16, &Question, bool)| {
                w.0 == id
                    && match message.queries.as_slice() {
                        [q] => q.query_type == w.1.kind && q.query_class == DNSClass::IN && q.name == w.1.name,
                        // Some servers leave the question out of an error (RFC 1035 does not say that they may).
                        [] => message.metadata.response_code != ResponseCode::NoError,
                        _ => false,
                    }
            };
            match waiting.iter().position(|w| matching(w) && w.2) {
                Some(at) if message.metadata.truncation => Verdict::Truncated(at, Some(Box::new(message))),
                Some(at) => Verdict::Answer(at, Box::new(message), trailing),
                None if waiting.iter().any(matching) => Verdict::Ignore(Ignore::Repeated),
                None => Verdict::Ignore(Ignore::WrongQuestion {
                    got: message.queries.first().map(|q| QuestionShown {
                        name: presented(&q.name),
                        class: class(q.query_class),
                        kind: type_name(q.query_type),
                    }),
                }),
            }
        }
        // A server may cut in the middle of a record; the flag says that it did.
        Err(_) if f0 & 0x02 != 0 => match waiting.iter().position(|w| w.0 == id && w.2) {
            Some(at) => Verdict::Truncated(at, None),
            None => Verdict::Ignore(Ignore::Repeated),
        },
        Err(what) => Verdict::Ignore(Ignore::Malformed { what }),
    }
}

/// The address in an A or AAAA record.
pub(crate) fn address(data: &RData) -> Option<std::net::IpAddr> {
    match data {
        RData::A(a) => Some(std::net::IpAddr::V4(a.0)),
        RData::AAAA(a) => Some(std::net::IpAddr::V6(a.0)),
        _ => None,
    }
}

/// An id that nobody can guess (RFC 5452 §4.3): the hasher's key is from the system's randomness and another one each time, and SipHash
/// does not give away its key. The crate `getrandom` opens /dev/urandom in a program that is linked statically.
pub(crate) fn random_id() -> u16 {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::collections::hash_map::RandomState::new().build_hasher().finish() as u16
}

/// A name as dig writes it and zone files hold it (RFC 1035 §5.1): other bytes than printable ones in decimal. hickory's own way is
/// octal, which would be read as other bytes.
pub(super) fn presented(name: &Name) -> String {
    let mut text = String::new();
    for label in name.iter() {
        for &b in label {
            match b {
                b'"' | b'(' | b')' | b'.' | b';' | b'\\' | b'@' | b'$' => text.extend(['\\', char::from(b)]),
                0x21..=0x7e => text.push(char::from(b)),
                _ => text.push_str(&format!("\\{b:03}")),
            }
        }
        text.push('.');
    }
    if !name.is_fqdn() {
        text.pop();
    } else if text.is_empty() {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        Question::new(name("www.lab.example").expect("a name"), RecordType::A)
    }

    fn answer(id: u16) -> Vec<u8> {
        let asked = encode(id, &question(), Wishes { recursion: true, authentic: false, edns: None }).expect("encodes");
        let (mut message, _) = decode(&asked).expect("decodes");
        message.metadata.message_type = MessageType::Response;
        message.to_vec().expect("encodes")
    }

    #[test]
    fn a_question_is_33_bytes_and_reads_back_as_itself() {
        let bytes = encode(0x8f2c, &question(), Wishes { recursion: true, authentic: false, edns: None }).expect("encodes");
        assert_eq!(bytes.len(), 33);
        assert_eq!(&bytes[..4], &[0x8f, 0x2c, 0x01, 0x00]);
        let (message, trailing) = decode(&bytes).expect("decodes");
        assert_eq!((message.queries[0].name.to_ascii().as_str(), trailing), ("www.lab.example.", 0));
    }

    #[test]
    fn only_the_right_id_and_question_count() {
        let q = question();
        let other = Question::new(name("other.example").expect("a name"), RecordType::A);
        let bytes = answer(7);
        assert!(matches!(judge(&bytes, &[(7, &q, true)]), Verdict::Answer(0, _, 0)));
        assert!(matches!(judge(&bytes, &[(8, &q, true)]), Verdict::Ignore(Ignore::WrongId { got: 7 })));
        assert!(matches!(judge(&bytes, &[(7, &other, true)]), Verdict::Ignore(Ignore::WrongQuestion { .. })));
        assert!(matches!(judge(&bytes, &[(7, &q, false)]), Verdict::Ignore(Ignore::Repeated)));
        assert!(matches!(judge(&bytes, &[(7, &other, true), (7, &q, true)]), Verdict::Answer(1, _, 0)));
    }

    #[test]
    fn a_message_cut_anywhere_is_ignored_or_taken_for_truncated_and_never_believed() {
        let q = question();
        let whole = answer(7);
        for cut in 0..whole.len() {
            assert!(matches!(judge(&whole[..cut], &[(7, &q, true)]), Verdict::Ignore(_)), "cut at {cut}");
            let mut truncated = whole[..cut].to_vec();
            if cut > 12 {
                truncated[2] |= 0x02;
                assert!(matches!(judge(&truncated, &[(7, &q, true)]), Verdict::Truncated(0, None)), "cut at {cut}");
            }
        }
    }

    #[test]
    fn garbage_after_a_message_is_counted_and_a_question_coming_back_is_no_answer() {
        let q = question();
        let mut bytes = answer(7);
        bytes.extend_from_slice(b"garbage");
        assert!(matches!(judge(&bytes, &[(7, &q, true)]), Verdict::Answer(0, _, 7)));
        bytes[2] &= 0x7f;
        assert!(matches!(judge(&bytes, &[(7, &q, true)]), Verdict::Ignore(Ignore::NotAnAnswer)));
    }

    #[test]
    fn compression_that_loops_is_malformed() {
        let q = question();
        let mut bytes = answer(7);
        bytes[12] = 0xc0;
        bytes[13] = 12;
        assert!(matches!(judge(&bytes, &[(7, &q, true)]), Verdict::Ignore(Ignore::Malformed { .. })));
    }

    #[test]
    fn names_keep_to_their_bounds() {
        assert_eq!(name(".").expect("the root").to_ascii(), ".");
        assert_eq!(name("a_b.example.").expect("underscores are seen").to_ascii(), "a_b.example.");
        assert!(name("a..b").is_err());
        assert!(name(&"a".repeat(64)).is_err());
        assert!(name(&vec!["a".repeat(60); 5].join(".")).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_at_all_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
            let q = question();
            let id = bytes.get(..2).map_or(0, |b| u16::from_be_bytes([b[0], b[1]]));
            let _ = judge(&bytes, &[(id, &q, true)]);
        }
    }

    #[test]
    fn names_are_written_as_dig_writes_them() {
        let odd = Name::from_labels([&b"a\x1b]0;X"[..], "\u{202e}b".as_bytes(), b"te.st\\"]).expect("labels");
        assert_eq!(presented(&odd), r"a\027]0\;X.\226\128\174b.te\.st\\.");
        assert_eq!(presented(&Name::root()), ".");
    }
}
