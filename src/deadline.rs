//! How long something may take, and whether the user has pressed Ctrl-C.
//!
//! A deadline is one point on the clock for the whole of what it bounds (`-m` a journey, `--connect-timeout` everything up to
//! the connection), never a duration per call: a dripping peer cannot stretch it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::clock::Clock;

/// The longest silence that is waited for when no option bounds it. Browsers give up at about the same time.
pub const IDLE: Duration = Duration::from_secs(300);

/// Set by the SIGINT handler; looked at after every call that can block.
pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Until when. Copy it freely; it is two words and a reference.
#[derive(Clone, Copy)]
pub struct Deadline<'c> {
    clock: &'c dyn Clock,
    ends: Option<(Duration, Bound)>,
}

/// What set the limit that ran out: it is named in the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// `-m`, `--max-time`.
    MaxTime,
    /// `--connect-timeout`.
    ConnectTimeout,
    /// [`IDLE`]: nothing at all came for that long.
    Idle,
    /// The resolver's own timeout and attempts.
    Resolver,
}

/// Why waiting stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expired {
    /// Ctrl-C.
    Interrupted,
    /// This bound was reached.
    Reached(Bound),
}

impl<'c> Deadline<'c> {
    /// No end but [`IDLE`].
    pub fn never(clock: &'c dyn Clock) -> Self {
        Self { clock, ends: None }
    }

    /// Ends `limit` from now; of two bounds the earlier one wins.
    #[must_use]
    pub fn within(self, limit: Option<Duration>, bound: Bound) -> Self {
        let Some(limit) = limit else { return self };
        let end = self.clock.now().saturating_add(limit);
        match self.ends {
            Some((sooner, _)) if sooner <= end => self,
            _ => Self { ends: Some((end, bound)), ..self },
        }
    }

    /// How long a call may block now: what is left, but at most `idle`.
    /// The bound is the one that a time-out of that length means.
    pub fn left(&self, idle: Duration) -> Result<(Duration, Bound), Expired> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Expired::Interrupted);
        }
        let Some((end, bound)) = self.ends else { return Ok((idle, Bound::Idle)) };
        match end.checked_sub(self.clock.now()) {
            None | Some(Duration::ZERO) => Err(Expired::Reached(bound)),
            Some(left) if left <= idle => Ok((left, bound)),
            Some(_) => Ok((idle, Bound::Idle)),
        }
    }

    /// Is there an end other than [`IDLE`]? (Without one a socket's time-out need be set only once.)
    pub fn is_bounded(&self) -> bool {
        self.ends.is_some()
    }

    /// The clock that it is measured on.
    pub fn clock(&self) -> &'c dyn Clock {
        self.clock
    }
}
