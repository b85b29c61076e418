//! What an answer of a server of the hierarchy amounts to, and what of it is believed. Pure.
//!
//! A server is believed about the zone that it was asked for and what is below it, and about nothing else (RFC 2181 §5.4.1,
//! "bailiwick"); it is believed at the end of the way only with AA; and a referral has to lead down.

use std::net::IpAddr;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::cuts::{Cut, Server};
use super::hints::addresses;
use crate::stages::dns::failure::Failure;
use crate::stages::dns::wire::{self, Question, presented};

/// The most addresses and servers of one referral that are looked at.
const MOST_SERVERS: usize = 32;
const MOST_ADDRESSES: usize = 8;

/// What it amounts to.
#[derive(Debug)]
pub(super) enum Judged {
    /// The records that were asked for, after the aliases that led to them.
    Answer { aliases: Vec<Record>, records: Vec<Record> },
    /// Aliases that lead to a name about which nothing was said that may be believed.
    Alias { aliases: Vec<Record>, target: Name },
    /// A zone nearer to the name, how long that may be remembered, and addresses that are not believed.
    Referral { cut: Cut, ttl: u32, ignored: Vec<Record> },
    /// There is no such name, or none of that type.
    Denied { aliases: Vec<Record>, exists: bool, soa: Option<Record> },
    /// It is of no use.
    Useless(Failure),
}

/// Judges `message`, which a server of `zone` gave to `question`.
pub(super) fn judge(message: &Message, zone: &Name, question: &Question) -> Judged {
    let code = message.metadata.response_code;
    if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain) {
        return Judged::Useless(Failure::Rcode { rcode: wire::rcode(code) });
    }
    let (aliases, name) = follow(message, zone, question);
    let wanted = |r: &&Record| {
        r.name == name && r.dns_class == DNSClass::IN && (r.record_type() == question.kind || question.kind == RecordType::ANY)
    };
    let records: Vec<Record> = message.answers.iter().filter(wanted).cloned().collect();
    let said = !aliases.is_empty() || !records.is_empty() || code == ResponseCode::NXDomain;
    if said && !message.metadata.authoritative {
        // A resolver that answers from its cache, or a forger: neither is in charge.
        return Judged::Useless(Failure::Unauthoritative { rcode: wire::rcode(code) });
    }
    if !zone.zone_of(&name) || aliases.iter().any(|a| a.name == name) {
        return Judged::Alias { aliases, target: name };
    }
    if !records.is_empty() {
        return Judged::Answer { aliases, records };
    }
    let soa =
        message.authorities.iter().find(|r| matches!(r.data, RData::SOA(_)) && zone.zone_of(&r.name) && r.name.zone_of(&name));
    if code == ResponseCode::NXDomain {
        return Judged::Denied { aliases, exists: false, soa: soa.cloned() };
    }
    if soa.is_none() {
        // Nothing was said about what the alias stands for, or only which zone it is in: it is looked for anew.
        if !aliases.is_empty() {
            return Judged::Alias { aliases, target: name };
        }
        if let Some(judged) = referral(message, zone, &name) {
            return judged;
        }
    }
    if message.metadata.authoritative {
        return Judged::Denied { aliases, exists: true, soa: soa.cloned() };
    }
    Judged::Useless(Failure::Lame)
}

/// The aliases that lead away from the question's name, as far as this server may speak for them, and where they lead.
fn follow(message: &Message, zone: &Name, question: &Question) -> (Vec<Record>, Name) {
    let mut name = question.name.clone();
    let mut aliases: Vec<Record> = Vec::new();
    if matches!(question.kind, RecordType::CNAME | RecordType::ANY) {
        return (aliases, name);
    }
    while zone.zone_of(&name) {
        let next = message.answers.iter().find_map(|r| match &r.data {
            RData::CNAME(target) if r.name == name && r.dns_class == DNSClass::IN => Some((r, &target.0)),
            _ => None,
        });
        let Some((record, target)) = next else { break };
        aliases.push(record.clone());
        name = target.clone();
        // Round and round: whoever goes on from here sees a name again.
        if aliases.iter().any(|a| a.name == name) {
            break;
        }
    }
    (aliases, name)
}

/// The referral in the authority section, if there is one.
fn referral(message: &Message, zone: &Name, name: &Name) -> Option<Judged> {
    let ns = || message.authorities.iter().filter(|r| matches!(r.data, RData::NS(_)));
    let owner = &ns().next()?.name;
    // Down means: inside what was asked for, nearer to the name, and on the way to it.
    if !(zone.zone_of(owner) && owner != zone && owner.zone_of(name)) {
        let to = presented(owner);
        let upward = message.metadata.authoritative && owner == zone;
        return (!upward).then_some(Judged::Useless(Failure::NotDown { zone: to }));
    }
    let mut servers: Vec<Server> = Vec::new();
    for record in ns().filter(|r| r.name == *owner).take(MOST_SERVERS) {
        let RData::NS(target) = &record.data else { continue };
        if servers.iter().any(|s| s.name == target.0) {
            continue;
        }
        let mut glue: Vec<IpAddr> = match zone.zone_of(&target.0) {
            true => addresses(&message.additionals, &target.0),
            false => Vec::new(),
        };
        glue.truncate(MOST_ADDRESSES);
        servers.push(Server { name: target.0.clone(), addresses: glue });
    }
    let ignored = message
        .additionals
        .iter()
        .filter(|r| wire::address(&r.data).is_some())
        .filter(|r| !zone.zone_of(&r.name) || !servers.iter().any(|s| s.name == r.name))
        .cloned()
        .collect();
    let ttl = ns().map(|r| r.ttl).min().unwrap_or(0);
    Some(Judged::Referral { cut: Cut { zone: owner.clone(), servers }, ttl, ignored })
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::{MessageType, OpCode};
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).expect("a name")
    }

    fn record(line: &str) -> Record {
        let mut parts = line.splitn(3, ' ');
        let mut part = || parts.next().expect("owner, type, data");
        let (owner, kind, data) = (part(), part(), part());
        let kind: RecordType = kind.parse().expect("a type");
        Record::from_rdata(name(owner), 60, RData::try_from_str(kind, data).expect("data"))
    }

    fn message(code: ResponseCode, aa: bool, answers: &[&str], authorities: &[&str], additionals: &[&str]) -> Message {
        let mut message = Message::new(1, MessageType::Response, OpCode::Query);
        message.metadata.response_code = code;
        message.metadata.authoritative = aa;
        message.answers = answers.iter().map(|l| record(l)).collect();
        message.authorities = authorities.iter().map(|l| record(l)).collect();
        message.additionals = additionals.iter().map(|l| record(l)).collect();
        message
    }

    /// What a server of `zone` said to `www.lab.example. A`.
    fn said(zone: &str, message: &Message) -> Judged {
        judge(message, &name(zone), &Question::new(name("www.lab.example."), RecordType::A))
    }

    const OK: ResponseCode = ResponseCode::NoError;
    const SOA: &str = "lab.example. SOA ns. host. 1 2 3 4 5";

    #[test]
    fn a_referral_leads_down_and_brings_glue_from_its_own_zone_only() {
        let reply = message(
            OK,
            false,
            &[],
            &["lab.example. NS ns1.lab.example.", "lab.example. NS ns.elsewhere.test."],
            &["ns1.lab.example. A 192.0.2.1", "ns.elsewhere.test. A 192.0.2.66", "www.bank.example. A 192.0.2.66"],
        );
        let Judged::Referral { cut, ignored, .. } = said("example.", &reply) else { panic!("no referral") };
        assert_eq!(cut.zone, name("lab.example."));
        assert_eq!(cut.servers[0].addresses, ["192.0.2.1".parse::<IpAddr>().expect("an address")]);
        assert!(cut.servers[1].addresses.is_empty());
        assert_eq!(ignored.len(), 2);
    }

    #[test]
    fn a_referral_up_sideways_or_to_itself_is_refused() {
        for owner in [".", "example.", "other.example.", "test."] {
            let reply = message(OK, false, &[], &[&format!("{owner} NS ns.example.")], &[]);
            assert!(matches!(said("example.", &reply), Judged::Useless(Failure::NotDown { .. })), "{owner}");
        }
    }

    #[test]
    fn without_authority_neither_an_answer_nor_a_denial_is_believed() {
        for reply in [
            message(OK, false, &["www.lab.example. A 192.0.2.1"], &[], &[]),
            message(ResponseCode::NXDomain, false, &[], &[SOA], &[]),
        ] {
            assert!(matches!(said("lab.example.", &reply), Judged::Useless(Failure::Unauthoritative { .. })));
        }
        assert!(matches!(said("lab.example.", &message(OK, false, &[], &[], &[])), Judged::Useless(Failure::Lame)));
    }

    #[test]
    fn nodata_and_nxdomain_carry_the_soa_of_their_zone_and_no_other() {
        let Judged::Denied { exists: true, soa: Some(_), .. } = said("lab.example.", &message(OK, true, &[], &[SOA], &[])) else {
            panic!("no denial")
        };
        let foreign = message(ResponseCode::NXDomain, true, &[], &["test. SOA ns. host. 1 2 3 4 5"], &[]);
        assert!(matches!(said("lab.example.", &foreign), Judged::Denied { exists: false, soa: None, .. }));
        let with_ns = message(OK, true, &[], &["lab.example. NS ns1.lab.example."], &[]);
        assert!(matches!(said("lab.example.", &with_ns), Judged::Denied { exists: true, soa: None, .. }));
    }

    #[test]
    fn an_alias_is_followed_inside_the_zone_and_handed_back_at_its_border() {
        let inside = message(OK, true, &["www.lab.example. CNAME a.lab.example.", "a.lab.example. A 192.0.2.1"], &[], &[]);
        assert!(
            matches!(said("lab.example.", &inside), Judged::Answer { aliases, records } if aliases.len() == 1 && records.len() == 1)
        );
        let outside = message(OK, true, &["www.lab.example. CNAME a.test.", "a.test. A 192.0.2.66"], &[], &[]);
        assert!(matches!(said("lab.example.", &outside), Judged::Alias { target, .. } if target == name("a.test.")));
    }

    #[test]
    fn records_of_other_names_are_no_answer() {
        let other = message(OK, true, &["mail.lab.example. A 192.0.2.66"], &[], &[]);
        assert!(matches!(said("lab.example.", &other), Judged::Denied { .. }));
    }

    #[test]
    fn a_loop_of_aliases_in_one_message_ends() {
        let round =
            message(OK, true, &["www.lab.example. CNAME a.lab.example.", "a.lab.example. CNAME www.lab.example."], &[], &[]);
        assert!(
            matches!(said("lab.example.", &round), Judged::Alias { aliases, target } if aliases.len() == 2 && target == name("www.lab.example."))
        );
    }

    proptest! {
        #[test]
        fn what_is_believed_lies_in_the_zone(
            answers in proptest::collection::vec((0..6_usize, 0..6_usize, any::<bool>()), 0..6),
            authorities in proptest::collection::vec((0..6_usize, 0..6_usize), 0..6),
            aa in any::<bool>(),
            zone in 0..6_usize,
        ) {
            const NAMES: [&str; 6] = [".", "example.", "lab.example.", "www.lab.example.", "test.", "a.test."];
            let answers: Vec<String> = answers.into_iter().map(|(n, t, a)| {
                if a { format!("{} A 192.0.2.1", NAMES[n]) } else { format!("{} CNAME {}", NAMES[n], NAMES[t]) }
            }).collect();
            let authorities: Vec<String> = authorities.into_iter().map(|(n, t)| format!("{} NS {}", NAMES[n], NAMES[t])).collect();
            let lines = |all: &[String]| all.iter().map(String::as_str).map(record).collect::<Vec<_>>();
            let mut reply = message(OK, aa, &[], &[], &[]);
            (reply.answers, reply.authorities) = (lines(&answers), lines(&authorities));
            let zone = name(NAMES[zone]);
            match said(&zone.to_ascii(), &reply) {
                Judged::Answer { aliases, records } => {
                    prop_assert!(aa && aliases.iter().chain(&records).all(|r| zone.zone_of(&r.name)));
                }
                Judged::Referral { cut, .. } => prop_assert!(zone.zone_of(&cut.zone) && cut.zone != zone),
                Judged::Alias { aliases, .. } | Judged::Denied { aliases, .. } => prop_assert!(aa || aliases.is_empty()),
                Judged::Useless(_) => {}
            }
        }
    }
}
