//! The walk as a resolver: addresses of a host, answers kept in the run's cache.

use std::net::IpAddr;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{RData, RecordType};

use super::Walk;
use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::stages::dns::Family;
use crate::stages::dns::cache::{Answer, Cache};
use crate::stages::dns::error::DnsError;
use crate::stages::dns::event::{DnsEvent, Held};
use crate::stages::dns::stub;
use crate::stages::dns::wire::{self, Question, presented};

/// A walk and where its answers are kept.
pub(crate) struct Iterative<'r> {
    pub(crate) walk: &'r Walk,
    pub(crate) cache: &'r Cache,
}

impl Iterative<'_> {
    /// The addresses of `host`, which is taken as a full name: there is no search list on a walk.
    pub(crate) fn lookup(
        &self,
        host: &str,
        family: Family,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Result<stub::Found, DnsError> {
        let name = wire::name(host).map_err(|what| DnsError::BadName { host: host.to_owned(), what })?;
        let kinds: &[RecordType] = match family {
            Family::V4 => &[RecordType::A],
            Family::V6 => &[RecordType::AAAA],
            Family::Any => &[RecordType::A, RecordType::AAAA],
        };
        let mut addresses: Vec<IpAddr> = Vec::new();
        let (mut authoritative, mut cached, mut server) = (true, true, None);
        for (n, &kind) in kinds.iter().enumerate() {
            let question = Question::new(name.clone(), kind);
            let answer = match self.kept(&question, by, out) {
                Some(answer) => {
                    authoritative = false;
                    answer
                }
                None => match self.ask(host, &question, by, out) {
                    Ok(answer) => {
                        cached = false;
                        answer
                    }
                    // One family is enough; that the other could not be found out has been told.
                    Err(DnsError::ZoneUnserved { .. }) if n > 0 && !addresses.is_empty() => break,
                    Err(error) => return Err(error),
                },
            };
            if answer.rcode == ResponseCode::NXDomain {
                let names = vec![presented(&name)];
                return Err(DnsError::NotFound { host: host.to_owned(), names, server: Some(answer.server.to_string()) });
            }
            server = Some(answer.server.to_string());
            for address in answer.records.iter().filter(|r| r.record_type() == kind).filter_map(|r| wire::address(&r.data)) {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
        if addresses.is_empty() {
            return Err(DnsError::NoAddress { host: host.to_owned(), family, server });
        }
        Ok(stub::Found { addresses, authoritative, cached })
    }

    fn kept(&self, question: &Question, by: &Deadline<'_>, out: Emitter<'_>) -> Option<Answer> {
        let kept = self.cache.find(question, by.clock().now())?;
        out.emit(|| DnsEvent::FromCache {
            question: question.shown(),
            held: kept.held,
            age_s: kept.age.as_secs(),
            ttl_left_s: kept.left,
            records: if kept.held == Held::Records { wire::shown(&kept.answer.records) } else { Vec::new() },
        });
        Some(kept.answer)
    }

    /// Walks to the answer of `question` and keeps it.
    pub(crate) fn ask(&self, host: &str, question: &Question, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Answer, DnsError> {
        let found = self.walk.find(host, question, by, out)?;
        let negative = found.soa.as_ref().and_then(|soa| match &soa.data {
            RData::SOA(data) => Some(soa.ttl.min(data.minimum)),
            _ => None,
        });
        let mut records = found.aliases;
        records.extend(found.records);
        let answer = Answer {
            rcode: if found.exists { ResponseCode::NoError } else { ResponseCode::NXDomain },
            records,
            negative,
            authoritative: true,
            server: found.server.to_string().into(),
        };
        self.cache.store(question, &answer, by.clock().now());
        Ok(answer)
    }
}
