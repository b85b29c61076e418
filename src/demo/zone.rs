//! What an authoritative name server answers: pure, from a message to a message.
//!
//! RFC 1034 §4.3.2 (the algorithm), §4.2.1 (glue), RFC 2308 §2 (negative answers), RFC 4592 (wildcards), RFC 6891 (EDNS).
//! Only the wire format is hickory's; a zone here is a zone file, read at start.

use std::collections::BTreeMap;
use std::sync::Arc;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use hickory_proto::serialize::txt::Parser;

/// The most that is ever sent in one datagram, whatever the client says that it can take.
const MAX_DATAGRAM: u16 = 1232;

/// CNAMEs followed inside one answer.
const MAX_CNAMES: usize = 8;

/// The names under one apex that one server is in charge of.
#[derive(Debug, Clone)]
pub struct Zone {
    origin: Name,
    nodes: BTreeMap<Name, BTreeMap<RecordType, Vec<Record>>>,
}

/// What carried the question, and so bounds the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// One datagram: 512 bytes, or what EDNS says.
    Udp,
    /// Up to 65535 bytes.
    Tcp,
}

impl Zone {
    /// Reads a zone file (RFC 1035 §5).
    ///
    /// # Errors
    /// What is wrong with it, in the parser's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (origin, sets) = Parser::new(text, None, None).parse().map_err(|e| e.to_string())?;
        let mut zone = Self { origin, nodes: BTreeMap::new() };
        for set in sets.into_values() {
            for record in set.records_without_rrsigs() {
                zone.insert(record.clone());
            }
        }
        Ok(zone)
    }

    /// The apex.
    pub fn origin(&self) -> &Name {
        &self.origin
    }

    /// Adds a record.
    pub fn insert(&mut self, record: Record) {
        let node = self.nodes.entry(record.name.to_lowercase()).or_default();
        node.entry(record.record_type()).or_default().push(record);
    }

    /// Removes all records of a name.
    pub fn remove(&mut self, name: &Name) {
        self.nodes.remove(&name.to_lowercase());
    }

    /// Removes what a name has of one type.
    pub fn remove_type(&mut self, name: &Name, rtype: RecordType) {
        if let Some(node) = self.nodes.get_mut(&name.to_lowercase()) {
            node.remove(&rtype);
        }
    }

    fn records(&self, name: &Name, rtype: RecordType) -> &[Record] {
        self.nodes.get(&name.to_lowercase()).and_then(|node| node.get(&rtype)).map_or(&[], Vec::as_slice)
    }

    /// Is there such a name, or one below it (an empty non-terminal)?
    fn exists(&self, name: &Name) -> bool {
        let name = name.to_lowercase();
        self.nodes.contains_key(&name) || self.nodes.keys().any(|other| name.zone_of(other))
    }

    /// The delegation that `name` lies at or below, nearest to the apex.
    fn cut(&self, name: &Name) -> Option<&[Record]> {
        let (top, deep) = (labels(&self.origin), labels(name));
        (top + 1..=deep).map(|n| self.records(&name.trim_to(n), RecordType::NS)).find(|ns| !ns.is_empty())
    }

    /// The wildcard that stands for `name` (RFC 4592 §3.3.1): directly under the closest name that exists.
    fn wildcard(&self, name: &Name) -> Option<&BTreeMap<RecordType, Vec<Record>>> {
        let deep = labels(name);
        let closest = (labels(&self.origin)..deep).rev().map(|n| name.trim_to(n)).find(|n| self.exists(n))?;
        self.nodes.get(&closest.prepend_label("*").ok()?.to_lowercase())
    }
}

/// Labels of a name, a leading `*` counted too.
pub(crate) fn labels(name: &Name) -> usize {
    name.iter().len()
}

/// A server's zones. Names outside all of them are REFUSED.
#[derive(Debug, Clone, Default)]
pub struct Zones {
    zones: Vec<Arc<Zone>>,
}

impl Zones {
    /// In charge of these.
    pub fn new(zones: Vec<Arc<Zone>>) -> Self {
        Self { zones }
    }

    fn of(&self, name: &Name) -> Option<&Zone> {
        self.zones.iter().filter(|z| z.origin.zone_of(name)).max_by_key(|z| labels(&z.origin)).map(Arc::as_ref)
    }

    /// The answer to a message, as bytes; none to what is no query (an answer must never be answered).
    pub fn answer(&self, query: &[u8], carrier: Carrier) -> Option<Vec<u8>> {
        let (query, mut reply) = match begin(query)? {
            Ok(both) => both,
            Err(refusal) => return Some(refusal),
        };
        self.fill(&query, &mut reply);
        Some(encode(&reply, &query, carrier))
    }

    /// Puts the answer to the one question of `query` into `reply`.
    pub(crate) fn fill(&self, query: &Message, reply: &mut Message) {
        let Some(question) = query.queries.first() else { return };
        let Some(mut zone) = self.of(&question.name) else {
            reply.metadata.response_code = ResponseCode::Refused;
            return;
        };
        let (mut name, rtype) = (question.name.clone(), question.query_type);
        for _ in 0..=MAX_CNAMES {
            match step(zone, &name, rtype) {
                Step::Answer(records) => {
                    reply.metadata.authoritative = true;
                    self.add_addresses(&records, reply);
                    reply.add_answers(records);
                    return;
                }
                Step::Alias(alias) => {
                    let (record, target) = *alias;
                    reply.metadata.authoritative = true;
                    let seen = reply.answers.iter().any(|r| r.name == record.name);
                    if !seen {
                        reply.add_answer(record);
                    }
                    // Only what this server is in charge of is followed: the rest is the asker's to ask.
                    let Some(next) = self.of(&target).filter(|_| !seen) else { return };
                    zone = next;
                    name = target;
                }
                Step::Referral(ns) => {
                    for record in &ns {
                        if let RData::NS(target) = &record.data {
                            for glue in [RecordType::A, RecordType::AAAA] {
                                reply.add_additionals(zone.records(&target.0, glue).iter().cloned());
                            }
                        }
                    }
                    reply.metadata.authoritative = !reply.answers.is_empty();
                    reply.add_authorities(ns);
                    return;
                }
                Step::Nothing(code) => {
                    reply.metadata.authoritative = true;
                    reply.metadata.response_code = code;
                    reply.add_authorities(zone.records(&zone.origin, RecordType::SOA).iter().map(|soa| {
                        let mut soa = soa.clone();
                        if let RData::SOA(data) = &soa.data {
                            soa.ttl = soa.ttl.min(data.minimum);
                        }
                        soa
                    }));
                    return;
                }
            }
        }
    }

    /// Addresses of the hosts that the answer names, when this server has them.
    fn add_addresses(&self, records: &[Record], reply: &mut Message) {
        for record in records {
            let target = match &record.data {
                RData::MX(mx) => &mx.exchange,
                RData::SRV(srv) => &srv.target,
                RData::NS(ns) => &ns.0,
                _ => continue,
            };
            if let Some(zone) = self.of(target) {
                reply.add_additionals(zone.records(target, RecordType::A).iter().cloned());
            }
        }
    }
}

enum Step {
    Answer(Vec<Record>),
    Alias(Box<(Record, Name)>),
    Referral(Vec<Record>),
    Nothing(ResponseCode),
}

fn step(zone: &Zone, name: &Name, rtype: RecordType) -> Step {
    if let Some(ns) = zone.cut(name) {
        return Step::Referral(ns.to_vec());
    }
    let (node, wild) = match zone.nodes.get(&name.to_lowercase()) {
        Some(node) => (node, false),
        None if zone.exists(name) => return Step::Nothing(ResponseCode::NoError),
        None => match zone.wildcard(name) {
            Some(node) => (node, true),
            None => return Step::Nothing(ResponseCode::NXDomain),
        },
    };
    let named = |record: &Record| {
        let mut record = record.clone();
        if wild {
            record.name = name.clone();
        }
        record
    };
    if let Some(cname) = node.get(&RecordType::CNAME).and_then(|set| set.first())
        && let RData::CNAME(target) = &cname.data
        && !matches!(rtype, RecordType::CNAME | RecordType::ANY)
    {
        return Step::Alias(Box::new((named(cname), target.0.clone())));
    }
    let records: Vec<Record> = match rtype {
        RecordType::ANY => node.values().flatten().map(named).collect(),
        _ => node.get(&rtype).into_iter().flatten().map(named).collect(),
    };
    if records.is_empty() { Step::Nothing(ResponseCode::NoError) } else { Step::Answer(records) }
}

/// Reads a query and makes the reply's head, or the refusal that it deserves. `None`: nothing is to be answered.
pub(crate) fn begin(bytes: &[u8]) -> Option<Result<(Message, Message), Vec<u8>>> {
    let id = u16::from_be_bytes([*bytes.first()?, *bytes.get(1)?]);
    let flags = *bytes.get(2)?;
    if bytes.len() < 12 || flags & 0x80 != 0 {
        return None;
    }
    let refuse = |op_code, code| Some(Err(Message::error_msg(id, op_code, code).to_vec().ok()?));
    let Ok(query) = Message::from_vec(bytes) else {
        return refuse(OpCode::Query, ResponseCode::FormErr);
    };
    if query.metadata.op_code != OpCode::Query {
        return refuse(query.metadata.op_code, ResponseCode::NotImp);
    }
    let [question] = query.queries.as_slice() else {
        return refuse(OpCode::Query, ResponseCode::FormErr);
    };
    let mut reply = Message::new(id, MessageType::Response, OpCode::Query);
    reply.metadata.recursion_desired = query.metadata.recursion_desired;
    reply.add_query(question.clone());
    if let Some(asked) = &query.edns {
        let mut edns = Edns::new();
        edns.set_max_payload(MAX_DATAGRAM);
        edns.set_dnssec_ok(asked.flags().dnssec_ok);
        reply.set_edns(edns);
        if asked.version() > 0 {
            reply.metadata.response_code = ResponseCode::BADVERS;
            return Some(Err(reply.to_vec().ok()?));
        }
    }
    let transfer = matches!(question.query_type, RecordType::AXFR | RecordType::IXFR);
    if question.query_class != DNSClass::IN || transfer {
        reply.metadata.response_code = ResponseCode::Refused;
        return Some(Err(reply.to_vec().ok()?));
    }
    Some(Ok((query, reply)))
}

/// `reply` as bytes that the carrier can take: what is too long for a datagram is left out whole, with TC set (RFC 2181 §9).
pub(crate) fn encode(reply: &Message, query: &Message, carrier: Carrier) -> Vec<u8> {
    let room = match (carrier, &query.edns) {
        (Carrier::Tcp, _) => u16::MAX,
        (Carrier::Udp, Some(edns)) => edns.max_payload().clamp(512, MAX_DATAGRAM),
        (Carrier::Udp, None) => 512,
    };
    match reply.to_vec() {
        Ok(bytes) if bytes.len() <= usize::from(room) => bytes,
        _ => truncated(reply),
    }
}

/// Only the question, with TC set.
pub(crate) fn truncated(reply: &Message) -> Vec<u8> {
    let mut short = reply.clone();
    short.metadata.truncation = true;
    short.answers.clear();
    short.authorities.clear();
    short.additionals.clear();
    short.to_vec().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::Query;
    use proptest::prelude::*;

    use super::*;

    fn zones(files: &[&str]) -> Zones {
        Zones::new(files.iter().map(|f| Arc::new(Zone::parse(f).expect("a zone file"))).collect())
    }
    fn root() -> Zones {
        zones(&[include_str!("zones/root.zone")])
    }
    fn lab() -> Zones {
        zones(&[include_str!("zones/lab.example.zone"), include_str!("zones/shop.test.zone")])
    }
    fn question(name: &str, rtype: RecordType) -> Message {
        let mut query = Message::new(7, MessageType::Query, OpCode::Query);
        query.add_query(Query::query(Name::from_ascii(name).expect("a name"), rtype));
        query
    }
    fn ask(zones: &Zones, name: &str, rtype: RecordType) -> Message {
        let query = question(name, rtype).to_vec().expect("a query");
        Message::from_vec(&zones.answer(&query, Carrier::Tcp).expect("an answer")).expect("a message")
    }

    #[test]
    fn the_server_in_charge_says_so() {
        let reply = ask(&lab(), "WWW.lab.example.", RecordType::A);
        assert!(reply.metadata.authoritative && !reply.metadata.recursion_available);
        assert_eq!(reply.answers.len(), 1);
        assert_eq!(reply.queries[0].name.to_ascii(), "WWW.lab.example.");
    }

    #[test]
    fn a_server_above_refers_with_glue_and_without_authority() {
        let reply = ask(&root(), "www.lab.example.", RecordType::A);
        assert!(!reply.metadata.authoritative && reply.answers.is_empty());
        assert_eq!(reply.authorities[0].to_string(), "example. 86400 IN NS ns.nic.example.");
        assert_eq!(reply.additionals[0].to_string(), "ns.nic.example. 86400 IN A 127.53.0.2");
    }

    #[test]
    fn servers_with_a_name_elsewhere_come_without_glue() {
        let reply = ask(&zones(&[include_str!("zones/test.zone")]), "www.shop.test.", RecordType::A);
        assert_eq!((reply.authorities.len(), reply.additionals.len()), (2, 0));
    }

    #[test]
    fn a_name_without_that_type_and_a_name_that_does_not_exist_differ() {
        let nodata = ask(&lab(), "www.lab.example.", RecordType::AAAA);
        assert_eq!(nodata.metadata.response_code, ResponseCode::NoError);
        assert_eq!((nodata.answers.len(), nodata.authorities[0].record_type()), (0, RecordType::SOA));
        let nxdomain = ask(&lab(), "ftp.lab.example.", RecordType::A);
        assert_eq!(nxdomain.metadata.response_code, ResponseCode::NXDomain);
        assert_eq!((nxdomain.authorities[0].record_type(), nxdomain.authorities[0].ttl), (RecordType::SOA, 60));
        let between = ask(&lab(), "_tcp.lab.example.", RecordType::A);
        assert_eq!(between.metadata.response_code, ResponseCode::NoError, "an empty non-terminal exists");
    }

    #[test]
    fn an_alias_is_followed_inside_what_the_server_keeps_and_no_further() {
        let inside = ask(&lab(), "lab.shop.test.", RecordType::A);
        assert_eq!(inside.answers.iter().map(Record::record_type).collect::<Vec<_>>(), [RecordType::CNAME, RecordType::A]);
        let outside = ask(&zones(&[include_str!("zones/shop.test.zone")]), "lab.shop.test.", RecordType::A);
        assert_eq!(outside.answers.len(), 1);
    }

    #[test]
    fn a_loop_of_aliases_ends() {
        let looping = "$ORIGIN x.\n@ 60 IN SOA a. b. 1 2 3 4 5\na 60 IN CNAME b\nb 60 IN CNAME a\n";
        let reply = ask(&zones(&[looping]), "a.x.", RecordType::A);
        assert_eq!(reply.answers.len(), 2);
    }

    #[test]
    fn a_wildcard_stands_for_names_that_do_not_exist() {
        let reply = ask(&lab(), "x.y.any.lab.example.", RecordType::A);
        assert_eq!(reply.answers[0].to_string(), "x.y.any.lab.example. 300 IN A 127.53.0.80");
    }

    #[test]
    fn other_peoples_names_are_refused() {
        assert_eq!(ask(&lab(), "www.example.", RecordType::A).metadata.response_code, ResponseCode::Refused);
    }

    #[test]
    fn what_is_too_long_for_a_datagram_is_left_out_and_tcp_carries_it() {
        let query = question("big.lab.example.", RecordType::TXT).to_vec().expect("a query");
        let short = lab().answer(&query, Carrier::Udp).expect("an answer");
        let reply = Message::from_vec(&short).expect("a message");
        assert!(short.len() <= 512 && reply.metadata.truncation && reply.answers.is_empty());
        assert_eq!(ask(&lab(), "big.lab.example.", RecordType::TXT).answers.len(), 40);
    }

    #[test]
    fn what_is_no_query_is_refused_or_ignored() {
        let mut status = question("www.lab.example.", RecordType::A);
        status.metadata.op_code = OpCode::Status;
        let bytes = lab().answer(&status.to_vec().expect("a message"), Carrier::Udp).expect("an answer");
        assert_eq!(Message::from_vec(&bytes).expect("a message").metadata.response_code, ResponseCode::NotImp);
        let mut answer = question("www.lab.example.", RecordType::A);
        answer.metadata.message_type = MessageType::Response;
        assert_eq!(lab().answer(&answer.to_vec().expect("a message"), Carrier::Udp), None);
        let cut = &question("www.lab.example.", RecordType::A).to_vec().expect("a query")[..20];
        let bytes = lab().answer(cut, Carrier::Udp).expect("an answer");
        assert_eq!(Message::from_vec(&bytes).expect("a message").metadata.response_code, ResponseCode::FormErr);
    }

    proptest! {
        #[test]
        fn no_datagram_breaks_the_server(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Some(answer) = lab().answer(&bytes, Carrier::Udp) {
                prop_assert!(answer.len() <= usize::from(MAX_DATAGRAM));
            }
        }
    }
}
