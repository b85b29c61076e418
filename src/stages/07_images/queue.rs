//! The queues behind the lanes: one for each origin, served in document order as far as its places allow.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// Something to be done with the server of one origin.
pub(crate) trait Job: Send {
    /// Scheme, host and port; the same text for the same origin.
    fn origin(&self) -> Cow<'_, str>;
    /// Does it go before others?
    fn is_urgent(&self) -> bool;
}

/// Connections to one origin, as in browsers.
pub(crate) const PER_ORIGIN: usize = 6;

/// Jobs that wait, and how many are at work.
#[derive(Debug)]
pub(crate) struct Queues<J> {
    origins: Vec<Origin<J>>,
    by_key: HashMap<Arc<str>, usize>,
    /// The origin of the last job that came: the next one is mostly the same.
    latest: Option<(Arc<str>, usize)>,
    /// Origins that have a job and a free place, by the rank of their first job.
    ready: BTreeMap<u64, usize>,
    /// Rank of the next job.
    next_rank: u64,
    /// Jobs that wait.
    pub(crate) waiting: usize,
    /// Jobs at work.
    pub(crate) running: usize,
    /// Jobs that were begun so far.
    pub(crate) started: u64,
    /// As many may be at work at once.
    pub(crate) most: usize,
    /// Places that the page's own connection takes.
    held: usize,
    /// The page's own origin.
    home: Option<usize>,
}

/// A job that was handed out, with what is needed to give it back.
pub(crate) struct Taken<J> {
    /// Its origin.
    pub(crate) at: usize,
    /// Its place in the order.
    pub(crate) rank: u64,
    /// Itself.
    pub(crate) job: J,
}

#[derive(Debug)]
struct Origin<J> {
    running: usize,
    /// With their ranks, ascending. Style sheets go first: they lead to more.
    urgent: VecDeque<(u64, J)>,
    usual: VecDeque<(u64, J)>,
}

impl<J> Origin<J> {
    fn first_rank(&self) -> Option<u64> {
        self.urgent.front().or(self.usual.front()).map(|(rank, _)| *rank)
    }

    fn pop(&mut self) -> Option<(u64, J)> {
        self.urgent.pop_front().or_else(|| self.usual.pop_front())
    }
}

/// Ranks of urgent jobs lie below all others.
const USUAL: u64 = 1 << 48;

impl<J: Job> Queues<J> {
    /// Nothing waits.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            origins: Vec::new(),
            by_key: HashMap::new(),
            latest: None,
            ready: BTreeMap::new(),
            next_rank: 0,
            waiting: 0,
            running: 0,
            started: 0,
            most: most.max(1),
            held: 0,
            home: None,
        }
    }

    /// The page's own connection takes a place at its origin.
    pub(crate) fn hold(&mut self, key: &str) {
        let at = self.origin(key);
        self.origins[at].running += 1;
        self.home = Some(at);
        // With one lane in all the page's connection may not keep it from starting.
        self.held = usize::from(self.most > 1);
    }

    /// It gives the place back.
    pub(crate) fn let_go(&mut self, key: &str) {
        let at = self.origin(key);
        let listed = self.origins[at].first_rank();
        self.origins[at].running -= 1;
        self.held = 0;
        self.relist(at, listed);
    }

    fn origin(&mut self, key: &str) -> usize {
        if let Some((latest, at)) = &self.latest
            && &**latest == key
        {
            return *at;
        }
        let (key, at) = match self.by_key.get_key_value(key) {
            Some((key, at)) => (key.clone(), *at),
            None => {
                let (key, at) = (Arc::<str>::from(key), self.origins.len());
                self.origins.push(Origin { running: 0, urgent: VecDeque::new(), usual: VecDeque::new() });
                self.by_key.insert(key.clone(), at);
                (key, at)
            }
        };
        self.latest = Some((key, at));
        at
    }

    /// Keeps `ready` true for an origin whose queue or places have changed; `before` is the rank it was listed under.
    fn relist(&mut self, at: usize, before: Option<u64>) {
        if let Some(rank) = before {
            self.ready.remove(&rank);
        }
        let origin = &self.origins[at];
        if origin.running < PER_ORIGIN
            && let Some(rank) = origin.first_rank()
        {
            self.ready.insert(rank, at);
        }
    }

    /// Adds a job; an urgent one goes before all that are not.
    pub(crate) fn push(&mut self, job: J, urgent: bool) {
        let rank = self.next_rank + if urgent { 0 } else { USUAL };
        self.next_rank += 1;
        let at = self.origin(&job.origin());
        let before = self.origins[at].first_rank();
        let origin = &mut self.origins[at];
        if urgent {
            origin.urgent.push_back((rank, job))
        } else {
            origin.usual.push_back((rank, job))
        }
        self.waiting += 1;
        if before.is_none_or(|before| rank < before) {
            self.relist(at, before);
        }
    }

    /// Back to where it was, without its rank being lost.
    pub(crate) fn push_back(&mut self, Taken { at, rank, job }: Taken<J>) {
        let before = self.origins[at].first_rank();
        let queue = if rank < USUAL { &mut self.origins[at].urgent } else { &mut self.origins[at].usual };
        // Others of the same origin may have been given back before it.
        let place = queue.partition_point(|(other, _)| *other < rank);
        queue.insert(place, (rank, job));
        self.waiting += 1;
        self.relist(at, before);
    }

    /// Is there a job whose origin has a free place, and a place in all?
    pub(crate) fn can_start(&self) -> bool {
        !self.ready.is_empty() && self.running + self.held < self.most
    }

    /// Is the job that [`Queues::next`] would give for the page's own origin? (Or is there none.)
    pub(crate) fn next_is_at_home(&self) -> bool {
        self.ready.first_key_value().is_none_or(|(_, at)| self.home.is_none_or(|home| home == *at))
    }

    /// The first job in document order whose origin has a free place.
    pub(crate) fn next(&mut self) -> Option<Taken<J>> {
        if !self.can_start() {
            return None;
        }
        let (_, at) = self.ready.pop_first()?;
        let (rank, job) = self.origins[at].pop()?;
        self.origins[at].running += 1;
        self.waiting -= 1;
        self.running += 1;
        self.started += 1;
        self.relist(at, None);
        Some(Taken { at, rank, job })
    }

    /// A job is over.
    pub(crate) fn release(&mut self, at: usize) {
        let listed = self.origins[at].first_rank();
        self.origins[at].running -= 1;
        self.running -= 1;
        self.relist(at, listed);
    }

    /// Those that wait will not be done.
    pub(crate) fn forget_jobs(&mut self) {
        for origin in &mut self.origins {
            origin.urgent.clear();
            origin.usual.clear();
        }
        self.ready.clear();
        self.waiting = 0;
    }
}
