//! Lanes: a few threads that fetch what the page asks for while the page is still arriving.
//!
//! ```text
//!  page's thread ──enqueue──► queue of each origin ──next──► lane (thread) ──work──► done | starved: back to its queue
//!        ▲                    at most 6 at work each              │
//!        └──────── answers that the page's thread must see ◄──────┘  (style sheets)
//! ```
//!
//! A lane is started only when a job could start and nobody is free for it, and a lane that takes a job wakes the next one if
//! there is more to start: a page without images starts no thread, one with ten starts no thirty.
//!
//! With a neighbour even that is too much: see [`alone`].

mod alone;
mod page;

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, Scope};
use std::time::Duration;

pub(crate) use super::queue::Job;
use super::queue::{Queues, Taken};
pub(crate) use page::Woken;

/// How long an answer may take before more lanes are started. A neighbour on the same machine or network answers sooner; to anyone
/// farther away it is a part of one round trip. (The kernel makes of it what its timer can tell apart, mostly 4 ms.)
pub(super) const PATIENCE: Duration = Duration::from_millis(2);

/// When nothing has come for so long, something may stand in the way. (Less, and connections would be closed for a server that only
/// thinks, which the images of a style sheet that it sends then would have to make anew.)
pub(super) const STANDSTILL: Duration = Duration::from_secs(1);

/// What became of a job.
#[derive(Debug)]
pub(crate) enum Attempt<J, R> {
    /// It is done; an answer goes to the page's thread.
    Done(Option<R>),
    /// The process has no descriptor left for it: to be tried again by fewer lanes.
    Starved(J),
}

/// Does jobs; shared by all lanes.
pub(crate) trait Work<J, R>: Sync {
    /// A job after its first half.
    type Begun: Send;

    /// The first half: everything up to waiting for an answer.
    fn begin(&self, job: J) -> Self::Begun;

    /// Waits for the answer, but for at most `limit`: is there anything to be read?
    fn answered(&self, begun: &Self::Begun, limit: Duration) -> bool;

    /// The second half. With `last`, nobody else holds anything that could be waited for: the job may not be called starved.
    fn end(&self, begun: Self::Begun, last: bool, others: Others<'_>) -> Attempt<J, R>;

    /// Nothing comes, and no job waits: lets go of what is only kept for later jobs.
    fn let_go(&self) {}

    /// Has the user asked to stop?
    fn interrupted(&self) -> bool;

    /// Ends the calls that lanes are blocked in, after an interruption.
    fn interrupt(&self);
}

/// What a job that takes long means for the others.
#[derive(Clone, Copy)]
pub(crate) struct Others<'o> {
    /// They wait for it, until this is called: when nothing has come for [`PATIENCE`], or when there is much to come.
    pub(crate) wait: Option<&'o dyn Fn()>,
    /// Something of theirs may stand in its way; called when nothing has come for [`STANDSTILL`], and again.
    pub(crate) step_aside: &'o dyn Fn(),
}

/// When jobs that are handed over may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// Not before [`Crew::wait`].
    Later,
    /// At once, by one lane; by others too when it proves slow.
    Calmly,
    /// At once, by as many lanes as there is work for.
    AtOnce,
}

/// The queues and those who serve them. Lives outside the scope of the threads.
#[derive(Debug)]
pub(crate) struct Lanes<J, R, B> {
    state: Mutex<State<J, R, B>>,
    /// Lanes without a job wait here.
    jobs: Condvar,
    /// The page's thread waits here.
    page: Condvar,
    sequential: bool,
}

#[derive(Debug)]
struct State<J, R, B> {
    queues: Queues<J>,
    /// Jobs that were begun by a thread that is alone, and that nobody is at.
    begun: VecDeque<Begun<B>>,
    /// Lanes that are alive.
    threads: usize,
    /// Of them without a job.
    idle: usize,
    /// Woken or started, but not yet running.
    called: usize,
    /// Whoever takes a job calls the next lane if there is more to start.
    eager: bool,
    /// So many of the oldest of them are answered.
    answered: usize,
    /// How many requests a thread that is alone sends together: as many as the most jobs that have waited are worth.
    abreast: usize,
    /// Some job stood still until what was kept for later was let go of: a server that serves one connection at a time.
    stood: bool,
    /// The page's thread is called when fewer jobs than these wait.
    few: usize,
    /// No more jobs.
    closed: bool,
    answers: Vec<R>,
}

/// A begun job with its place.
#[derive(Debug)]
struct Begun<B> {
    at: usize,
    rank: u64,
    job: B,
}

impl<J: Job, R, B> Lanes<J, R, B> {
    /// `most` jobs at a time; `sequential`: one at a time in the order they come, on the page's own thread.
    pub(crate) fn new(most: usize, sequential: bool) -> Self {
        Self {
            state: Mutex::new(State {
                queues: Queues::new(if sequential { 1 } else { most }),
                begun: VecDeque::new(),
                threads: 0,
                idle: 0,
                called: 0,
                eager: false,
                answered: 0,
                abreast: 1,
                stood: false,
                few: 0,
                closed: false,
                answers: Vec::new(),
            }),
            jobs: Condvar::new(),
            page: Condvar::new(),
            sequential,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<J, R, B>> {
        // A lane that panics leaves counts behind that its guard repairs; the queues are whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lanes with the scope that their threads live in and the work they do.
pub(crate) struct Crew<'scope, 'env, J, R, W: Work<J, R>> {
    scope: &'scope Scope<'scope, 'env>,
    lanes: &'env Lanes<J, R, W::Begun>,
    work: &'env W,
}

impl<J, R, W: Work<J, R>> Clone for Crew<'_, '_, J, R, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<J, R, W: Work<J, R>> Copy for Crew<'_, '_, J, R, W> {}

type Guard<'l, J, R, W> = MutexGuard<'l, State<J, R, <W as Work<J, R>>::Begun>>;

/// What to do about a job that nobody has taken yet; decided under the lock, done without it.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    Nobody,
    Wake,
    Start,
}

impl<'scope, 'env, J, R, W> Crew<'scope, 'env, J, R, W>
where
    J: Job + 'env,
    R: Send + 'env,
    W: Work<J, R>,
{
    pub(crate) fn new(scope: &'scope Scope<'scope, 'env>, lanes: &'env Lanes<J, R, W::Begun>, work: &'env W) -> Self {
        Self { scope, lanes, work }
    }

    /// Hands over jobs.
    pub(crate) fn enqueue(self, jobs: impl IntoIterator<Item = J>, start: Start) {
        let mut state = self.lanes.lock();
        for job in jobs {
            let urgent = job.is_urgent() && !self.lanes.sequential;
            state.queues.push(job, urgent);
        }
        if start == Start::Later || self.lanes.sequential {
            return;
        }
        state.eager |= start == Start::AtOnce;
        if state.eager || state.threads == state.idle {
            let call = call(&mut state);
            drop(state);
            self.make(call);
        }
    }

    /// From now on there are as many lanes as there is work for.
    pub(crate) fn hurry(self) {
        let mut state = self.lanes.lock();
        state.eager = true;
        let call = call(&mut state);
        drop(state);
        self.make(call);
    }

    /// The page's own connection takes a place at its origin until [`Crew::let_go`].
    pub(crate) fn hold(self, key: &str) {
        self.lanes.lock().queues.hold(key);
    }

    /// The page has come; its connection serves images now.
    pub(crate) fn let_go(self, key: &str) {
        self.lanes.lock().queues.let_go(key);
    }

    /// Answers that have come meanwhile.
    pub(crate) fn answers(self) -> Vec<R> {
        std::mem::take(&mut self.lanes.lock().answers)
    }

    /// Jobs that nobody has taken yet.
    pub(crate) fn waiting(self) -> usize {
        self.lanes.lock().queues.waiting
    }

    /// No more jobs: lanes without one end, and jobs that wait are forgotten.
    pub(crate) fn close(self) {
        let mut state = self.lanes.lock();
        state.closed = true;
        state.queues.forget_jobs();
        drop(state);
        self.lanes.jobs.notify_all();
    }

    fn make(self, call: Call) {
        match call {
            Call::Nobody => {}
            Call::Wake => self.lanes.jobs.notify_one(),
            Call::Start => {
                let started = Builder::new().name("lane".to_owned()).spawn_scoped(self.scope, move || self.lane());
                if started.is_err() {
                    // No more threads for this process: those that are there have to do.
                    let mut state = self.lanes.lock();
                    state.threads -= 1;
                    state.called -= 1;
                    state.queues.most = state.threads.max(1);
                }
            }
        }
    }

    fn lane(self) {
        let mut state = self.lanes.lock();
        state.called = state.called.saturating_sub(1);
        loop {
            let work = state.queues.can_start() || !state.begun.is_empty();
            if work && !state.eager && state.queues.running == state.begun.len() {
                state = self.alone(state, false);
                continue;
            }
            if let Some(begun) = state.begun.pop_front() {
                state = self.help(state);
                state = self.finish(state, begun, false);
                continue;
            }
            // Not `while let Some(…) = state.queues.next()` on a fresh lock: its guard would live as long as the body.
            let Some(taken) = state.queues.next() else {
                if state.closed || state.threads > state.queues.most {
                    state.threads -= 1;
                    return;
                }
                state.idle += 1;
                state = self.lanes.jobs.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
                state.called = state.called.saturating_sub(1);
                continue;
            };
            state = self.help(state);
            state = self.perform(state, taken);
        }
    }

    /// Calls the next lane when one that has taken a job leaves more to start, and the page's thread when it leaves few.
    fn help<'l>(self, mut state: Guard<'l, J, R, W>) -> Guard<'l, J, R, W>
    where
        'env: 'l,
    {
        if state.queues.waiting < state.few {
            self.lanes.page.notify_one();
        }
        let call = if state.eager { call(&mut state) } else { Call::Nobody };
        if call == Call::Nobody {
            return state;
        }
        drop(state);
        self.make(call);
        self.lanes.lock()
    }

    /// Does one job without the lock.
    fn perform<'l>(self, state: Guard<'l, J, R, W>, Taken { at, rank, job }: Taken<J>) -> Guard<'l, J, R, W>
    where
        'env: 'l,
    {
        drop(state);
        let place = Place { lanes: self.lanes, at, left: false };
        let job = self.work.begin(job);
        self.end(place, rank, job, false)
    }

    /// Does the second half of one, without the lock. `alone`: the others wait for it.
    fn finish<'l>(self, state: Guard<'l, J, R, W>, Begun { at, rank, job }: Begun<W::Begun>, alone: bool) -> Guard<'l, J, R, W>
    where
        'env: 'l,
    {
        drop(state);
        self.end(Place { lanes: self.lanes, at, left: false }, rank, job, alone)
    }

    fn end<'l>(self, mut place: Place<'env, J, R, W::Begun>, rank: u64, job: W::Begun, alone: bool) -> Guard<'l, J, R, W>
    where
        'env: 'l,
    {
        let at = place.at;
        let hurry = || self.hurry();
        let wait: Option<&dyn Fn()> = if alone { Some(&hurry) } else { None };
        let step_aside = || {
            let mut state = self.lanes.lock();
            if state.queues.waiting == 0 {
                state.stood = true;
                drop(state);
                self.work.let_go();
            }
        };
        let mut attempt = self.work.end(job, false, Others { wait, step_aside: &step_aside });
        let mut state = self.lanes.lock();
        if matches!(attempt, Attempt::Starved(_)) && state.queues.running == 1 {
            drop(state);
            if let Attempt::Starved(job) = attempt {
                attempt = self.work.end(self.work.begin(job), true, Others { wait: None, step_aside: &step_aside });
            }
            state = self.lanes.lock();
        }
        place.left = true;
        state.queues.release(at);
        match attempt {
            Attempt::Done(Some(answer)) => {
                state.answers.push(answer);
                self.lanes.page.notify_one();
            }
            Attempt::Done(None) => {}
            Attempt::Starved(job) => {
                if !state.closed {
                    state.queues.push_back(Taken { at, rank, job });
                }
                // As many as have what they need go on.
                state.queues.most = state.queues.running.max(1);
            }
        }
        if self.work.interrupted() {
            state.closed = true;
            state.queues.forget_jobs();
        }
        if state.queues.running == 0 && state.queues.waiting == 0 {
            self.lanes.page.notify_one();
        }
        if state.stood && state.queues.waiting == 0 {
            // The next one, too, would wait for the connection that has just become idle.
            drop(state);
            self.work.let_go();
            state = self.lanes.lock();
        }
        state
    }
}

/// Who is to take the next job that could start, besides whoever is on the way already.
fn call<J: Job, R, B>(state: &mut State<J, R, B>) -> Call {
    let work = state.queues.can_start() || !state.begun.is_empty();
    if !work || state.closed || state.called > 0 {
        return Call::Nobody;
    }
    if state.idle > 0 {
        state.called += 1;
        return Call::Wake;
    }
    if state.threads < state.queues.most {
        state.called += 1;
        state.threads += 1;
        return Call::Start;
    }
    Call::Nobody
}

/// A job's place; given back even when the work panics, so that nobody waits for it for ever.
struct Place<'l, J: Job, R, B> {
    lanes: &'l Lanes<J, R, B>,
    at: usize,
    left: bool,
}

impl<J: Job, R, B> Drop for Place<'_, J, R, B> {
    fn drop(&mut self) {
        if !self.left {
            let mut state = self.lanes.lock();
            state.queues.release(self.at);
            state.threads = state.threads.saturating_sub(1);
            state.closed = true;
            state.queues.forget_jobs();
            drop(state);
            self.lanes.jobs.notify_all();
            self.lanes.page.notify_one();
        }
    }
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
