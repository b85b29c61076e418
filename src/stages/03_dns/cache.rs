//! What the servers said, kept for as long as they allow, shared by all fetches of a run; and one lookup at a time for each name.
//!
//! Positive answers live for the smallest TTL among their records; "no such name" and "no such type" for the SOA's bound (RFC 2308 §5),
//! and not at all without a SOA. Failures are never kept. No lock is held while anything is waited for on the network.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{RData, Record};

use super::Family;
use super::error::DnsError;
use super::event::Held;
use super::stub::Found;
use super::wire::Question;
use crate::deadline::{Deadline, Expired};

/// Questions whose answers are kept; a run has few names, a hostile page many.
const MOST: usize = 10_000;
/// A negative answer is not believed for longer (RFC 2308 §5).
const LONGEST_NEGATIVE: u32 = 3 * 3600;
/// How often a waiting fetch looks whether it is interrupted.
const SLICE: Duration = Duration::from_millis(50);

/// What one answer says: enough to go on as if it had just come.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) rcode: ResponseCode,
    /// The answer section.
    pub(crate) records: Vec<Record>,
    /// TTL and minimum of the SOA in the authority section, the smaller.
    pub(crate) negative: Option<u32>,
    pub(crate) authoritative: bool,
    /// Who said so.
    pub(crate) server: Arc<str>,
}

/// An answer out of the cache.
pub(crate) struct Kept {
    pub(crate) answer: Answer,
    pub(crate) held: Held,
    /// Since it was stored.
    pub(crate) age: Duration,
    /// Seconds until it expires.
    pub(crate) left: u64,
}

struct Entry {
    answer: Answer,
    held: Held,
    stored: Duration,
    ttl: u32,
}

/// The cache.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<Question, Entry>>);

impl Cache {
    /// Keeps `answer` for as long as it may be kept.
    pub(crate) fn store(&self, question: &Question, answer: &Answer, now: Duration) {
        // RFC 2181 §8: a TTL with the highest bit set counts as 0.
        let sane = |ttl: u32| if ttl > i32::MAX as u32 { 0 } else { ttl };
        let wanted = |r: &Record| r.record_type() == question.kind || matches!(r.data, RData::CNAME(_));
        let smallest = answer.records.iter().filter(|r| wanted(r)).map(|r| sane(r.ttl)).min();
        let has = answer.records.iter().any(|r| r.record_type() == question.kind);
        let negative = answer.negative.map(|n| sane(n).min(LONGEST_NEGATIVE));
        let (held, ttl) = match (answer.rcode, has) {
            (ResponseCode::NXDomain, _) => (Held::NxDomain, negative.min(smallest.or(negative))),
            (_, true) => (Held::Records, smallest),
            (_, false) if negative.is_none() && smallest.is_some() => (Held::NoData, smallest),
            (_, false) => (Held::NoData, negative.min(smallest.or(negative))),
        };
        let Some(ttl) = ttl.filter(|&ttl| ttl > 0) else { return };
        let mut entries = lock(&self.0);
        if entries.len() >= MOST {
            entries.retain(|_, e| e.left(now).is_some());
            if entries.len() >= MOST {
                entries.clear();
            }
        }
        entries.insert(question.clone(), Entry { answer: answer.clone(), held, stored: now, ttl });
    }

    /// What is kept for `question`, its records' TTLs counted down.
    pub(crate) fn find(&self, question: &Question, now: Duration) -> Option<Kept> {
        let entries = lock(&self.0);
        let entry = entries.get(question)?;
        let left = entry.left(now)?;
        let age = now.saturating_sub(entry.stored);
        let mut answer = entry.answer.clone();
        for record in &mut answer.records {
            record.ttl = record.ttl.saturating_sub(u32::try_from(age.as_secs()).unwrap_or(u32::MAX));
        }
        Some(Kept { answer, held: entry.held, age, left })
    }
}

impl Entry {
    /// Seconds until it expires, rounded up; none when it has.
    fn left(&self, now: Duration) -> Option<u64> {
        let left = Duration::from_secs(self.ttl.into()).checked_sub(now.saturating_sub(self.stored))?;
        (left > Duration::ZERO).then(|| left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }
}

type Outcome = Result<Found, DnsError>;

/// Lookups under way: who comes second waits for the first.
#[derive(Default)]
pub(crate) struct Flights(Mutex<HashMap<(String, Family), Arc<Flight>>>);

#[derive(Default)]
struct Flight {
    /// `None` inside: whoever flew gave up without an outcome for others.
    landed: Mutex<Option<Option<Outcome>>>,
    wake: Condvar,
}

/// First or second?
pub(crate) enum Boarding<'f> {
    /// Nobody else is at it: look it up, then [`Pilot::land`].
    First(Pilot<'f>),
    /// Somebody was; this is what came of it.
    Second(Outcome),
}

/// Has to land; does so without an outcome when dropped.
pub(crate) struct Pilot<'f> {
    flights: &'f Flights,
    key: (String, Family),
    flight: Arc<Flight>,
    outcome: Option<Outcome>,
}

impl Flights {
    /// Waits while another thread looks up the same; gives way to `by`.
    pub(crate) fn board(&self, host: &str, family: Family, by: &Deadline<'_>) -> Result<Boarding<'_>, Expired> {
        let key = (host.to_ascii_lowercase(), family);
        loop {
            let flight = {
                let mut flights = lock(&self.0);
                match flights.get(&key) {
                    Some(flight) => Arc::clone(flight),
                    None => {
                        let flight = Arc::<Flight>::default();
                        flights.insert(key.clone(), Arc::clone(&flight));
                        return Ok(Boarding::First(Pilot { flights: self, key, flight, outcome: None }));
                    }
                }
            };
            let mut landed = lock(&flight.landed);
            while landed.is_none() {
                let (slice, _) = by.left(SLICE)?;
                landed = flight.wake.wait_timeout(landed, slice).unwrap_or_else(PoisonError::into_inner).0;
            }
            if let Some(Some(outcome)) = &*landed {
                return Ok(Boarding::Second(outcome.clone()));
            }
        }
    }
}

impl Pilot<'_> {
    /// Tells the outcome to those who wait. What concerns only this fetch (its own limits, Ctrl-C) is kept from them.
    pub(crate) fn land(mut self, outcome: &Outcome) {
        if !matches!(outcome, Err(DnsError::TimedOut { .. } | DnsError::Interrupted)) {
            self.outcome = Some(outcome.clone());
        }
    }
}

impl Drop for Pilot<'_> {
    fn drop(&mut self) {
        lock(&self.flights.0).remove(&self.key);
        *lock(&self.flight.landed) = Some(self.outcome.take());
        self.flight.wake.notify_all();
    }
}

/// A panic elsewhere leaves nothing half-done here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::dns::wire;
    use hickory_proto::rr::rdata::{A, CNAME};
    use hickory_proto::rr::{Name, RecordType};

    fn name(text: &str) -> Name {
        wire::name(text).expect("a name")
    }

    fn question() -> Question {
        Question::new(name("www.lab.example"), RecordType::A)
    }

    fn answer(rcode: ResponseCode, records: Vec<Record>, negative: Option<u32>) -> Answer {
        Answer { rcode, records, negative, authoritative: false, server: "192.0.2.53:53".into() }
    }

    fn a(ttl: u32) -> Record {
        Record::from_rdata(name("www.lab.example"), ttl, RData::A(A::new(192, 0, 2, 226)))
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_answer_lives_for_its_ttl_which_is_counted_down_and_the_key_ignores_case() {
        let cache = Cache::default();
        cache.store(&question(), &answer(ResponseCode::NoError, vec![a(300)], None), s(10));
        let kept = cache.find(&Question::new(name("WWW.lab.EXAMPLE"), RecordType::A), s(12)).expect("kept");
        assert_eq!((kept.held, kept.left, kept.age, kept.answer.records[0].ttl), (Held::Records, 298, s(2), 298));
        assert!(cache.find(&question(), s(310)).is_none());
        assert!(cache.find(&Question::new(name("www.lab.example"), RecordType::AAAA), s(12)).is_none());
    }

    #[test]
    fn the_smallest_ttl_of_a_chain_counts_and_zero_is_not_kept() {
        let cache = Cache::default();
        let alias = Record::from_rdata(name("www.lab.example"), 5, RData::CNAME(CNAME(name("x.example"))));
        cache.store(&question(), &answer(ResponseCode::NoError, vec![alias, a(300)], None), s(0));
        assert_eq!(cache.find(&question(), s(0)).expect("kept").left, 5);
        let cache = Cache::default();
        cache.store(&question(), &answer(ResponseCode::NoError, vec![a(0)], None), s(0));
        cache.store(&question(), &answer(ResponseCode::NoError, vec![a(u32::MAX)], None), s(0));
        assert!(cache.find(&question(), s(0)).is_none());
    }

    #[test]
    fn what_does_not_exist_is_kept_as_long_as_its_soa_says_and_without_one_not_at_all() {
        let cache = Cache::default();
        cache.store(&question(), &answer(ResponseCode::NXDomain, vec![], None), s(0));
        assert!(cache.find(&question(), s(0)).is_none());
        cache.store(&question(), &answer(ResponseCode::NXDomain, vec![], Some(30)), s(0));
        let kept = cache.find(&question(), s(29)).expect("kept");
        assert_eq!((kept.held, kept.left), (Held::NxDomain, 1));
        cache.store(&question(), &answer(ResponseCode::NoError, vec![], Some(60)), s(0));
        assert_eq!(cache.find(&question(), s(0)).expect("kept").held, Held::NoData);
        assert!(cache.find(&question(), s(60)).is_none());
    }

    #[test]
    fn the_cache_does_not_grow_without_bound() {
        let cache = Cache::default();
        for n in 0..=MOST {
            let question = Question::new(name(&format!("n{n}.example")), RecordType::A);
            cache.store(&question, &answer(ResponseCode::NXDomain, vec![], Some(60)), s(0));
        }
        assert!(lock(&cache.0).len() <= MOST);
    }
}
