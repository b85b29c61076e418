//! One thread for all jobs, as long as a neighbour answers: there more threads and connections cost more than the answers.
//!
//! It is the page's own when the whole page has come. Where there are many jobs it sends a few requests, each on a connection of its
//! own, waits for the answer to the last of them, and finds the others there too: waiting is what an answer costs most. As soon as it
//! would have to wait long (the server, or a picture of it, is slow after all, or is another one) lanes are started, which take over
//! what it has begun and is not at.

use super::{Begun, Crew, Guard, Job, PATIENCE, Place, Taken, Work};

/// So many jobs are worth one more connection even with a neighbour, so that one wait serves for more answers.
const WORTH: usize = 12;

/// Requests of one thread that are under way together at most. (With more, a wait saves too little to pay for a connection.)
pub(super) const ABREAST: usize = 4;

impl<'env, J, R, W> Crew<'_, 'env, J, R, W>
where
    J: Job + 'env,
    R: Send + 'env,
    W: Work<J, R>,
{
    /// One thread gets on with the jobs, by one answer. With `last` there is nobody to be called for help, or
    /// nothing that they could do.
    pub(super) fn alone<'l>(self, mut state: Guard<'l, J, R, W>, last: bool) -> Guard<'l, J, R, W>
    where
        'env: 'l,
    {
        let last = last || state.queues.most == 1;
        if !last && !state.queues.next_is_at_home() {
            // Another server's name is not resolved, nor a connection made, while the neighbour's answers wait.
            state.eager = true;
            return state;
        }
        state = self.set_out(state, last);
        if state.eager && !last {
            return state;
        }
        state.answered = state.answered.saturating_sub(1);
        let Some(begun) = state.begun.pop_front() else { return state };
        self.finish(state, begun, !last)
    }

    /// Begins jobs until a few are under way. When none of them is known to be answered it waits for the newest: a neighbour answers one
    /// after the other, so the older ones are there then, and one wait has served for all. (The next requests leave while these answers
    /// are looked at: the neighbour is kept at work.)
    fn set_out<'l>(self, mut state: Guard<'l, J, R, W>, last: bool) -> Guard<'l, J, R, W>
    where
        'env: 'l,
    {
        let abreast = if self.lanes.sequential { 1 } else { (state.queues.waiting / WORTH).min(ABREAST) };
        state.abreast = state.abreast.max(abreast);
        while state.begun.len() < state.abreast
            && (last || state.queues.next_is_at_home())
            && let Some(Taken { at, rank, job }) = state.queues.next()
        {
            drop(state);
            let mut place = Place { lanes: self.lanes, at, left: false };
            let job = self.work.begin(job);
            place.left = true;
            state = self.lanes.lock();
            state.begun.push_back(Begun { at, rank, job });
        }
        let under_way = state.begun.len() as u32;
        if state.answered == 0
            && under_way > 1
            && let Some(Begun { at, rank, job }) = state.begun.pop_back()
        {
            drop(state);
            let mut place = Place { lanes: self.lanes, at, left: false };
            let answered = self.work.answered(&job, PATIENCE * under_way);
            place.left = true;
            state = self.lanes.lock();
            state.begun.push_back(Begun { at, rank, job });
            state.eager |= !answered;
            state.answered = state.begun.len();
        }
        state
    }
}
