//! The only place that reads the time.
//!
//! Everything else asks a [`Clock`], so that a test can hold time still and a narration can be compared byte for byte.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time since the journey's start, monotonic, and the wall clock for what is dated (certificates, cookies).
pub trait Clock: Send + Sync {
    /// Since the start of the run.
    fn now(&self) -> Duration;
    /// Since 1970-01-01T00:00:00Z, as the system believes.
    fn unix(&self) -> Duration;
}

/// The real clock.
#[derive(Debug, Clone, Copy)]
pub struct Monotonic {
    start: Instant,
}

impl Monotonic {
    /// Starts counting now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for Monotonic {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn unix(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

/// A clock that stands still: what tests use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Still;

impl Clock for Still {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn unix(&self) -> Duration {
        // 2026-01-01T00:00:00Z
        Duration::from_secs(1_767_225_600)
    }
}
