//! The page's own thread: when the page has come it waits for the lanes, or does their work itself.

use std::sync::PoisonError;
use std::time::Duration;

use super::{Call, Crew, Guard, Job, Work, call};

/// How often the page's thread looks up from waiting, for Ctrl-C.
const LOOK_UP: Duration = Duration::from_millis(50);

/// What the page's thread woke up for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Woken<R> {
    /// Answers to look at; more jobs may follow from them.
    Answers(Vec<R>),
    /// Fewer jobs wait than were said to be few.
    Few,
    /// No job is waiting or running.
    Settled,
    /// Ctrl-C; nothing is running any more.
    Interrupted,
}

impl<'env, J, R, W> Crew<'_, 'env, J, R, W>
where
    J: Job + 'env,
    R: Send + 'env,
    W: Work<J, R>,
{
    /// Waits, or works, until there are answers, fewer than `few` jobs wait, or nothing is left. Only the page's thread calls it.
    pub(crate) fn wait(self, few: usize) -> Woken<R> {
        let mut state = self.lanes.lock();
        state.few = few;
        loop {
            if self.work.interrupted() {
                return self.give_up(state);
            }
            if !state.answers.is_empty() {
                return Woken::Answers(std::mem::take(&mut state.answers));
            }
            if state.queues.waiting < few {
                return Woken::Few;
            }
            if state.queues.waiting == 0 && state.queues.running == 0 {
                return Woken::Settled;
            }
            // What no lane is needed for is done here: everything in sequence, a single job, and all while it goes quickly.
            let nobody_is_at_work = state.queues.running == state.begun.len();
            let single = state.queues.waiting + state.begun.len() == 1;
            if nobody_is_at_work && (self.lanes.sequential || single || state.queues.most == 1 || !state.eager) {
                state = self.alone(state, single);
                continue;
            }
            // A lane that is alone looks itself whether it is slow.
            let call = if state.eager { call(&mut state) } else { Call::Nobody };
            if call != Call::Nobody {
                drop(state);
                self.make(call);
                state = self.lanes.lock();
                if state.threads == 0 {
                    // No thread could be had, so `most` is 1; then this one does the work.
                    continue;
                }
            }
            if state.answers.is_empty() && state.queues.waiting + state.queues.running > 0 {
                state = self.lanes.page.wait_timeout(state, LOOK_UP).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    fn give_up(self, mut state: Guard<'env, J, R, W>) -> Woken<R> {
        state.closed = true;
        state.queues.forget_jobs();
        self.lanes.jobs.notify_all();
        while let Some(begun) = state.begun.pop_front() {
            state = self.finish(state, begun, false);
        }
        while state.queues.running > 0 {
            drop(state);
            self.work.interrupt();
            state = self.lanes.lock();
            if state.queues.running > 0 {
                state = self.lanes.page.wait_timeout(state, LOOK_UP).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        Woken::Interrupted
    }
}
