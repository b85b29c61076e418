//! What every stage has in common: a beginning, an end, and how long lay between them.

use std::time::Duration;

use crate::event::Emitter;
use crate::journey::JourneyEvent;
use crate::stages::Stage;

/// A stage with its beginning and its end told.
pub(crate) fn stage<T, E>(out: Emitter<'_>, stage: Stage, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let begun = began(out, stage);
    let result = work();
    ended(out, stage, begun, result.is_ok());
    result
}

/// The beginning of a stage that other work comes between; [`ended`] wants what it gives.
pub(crate) fn began(out: Emitter<'_>, stage: Stage) -> Duration {
    out.emit(|| JourneyEvent::StageBegan { stage });
    if out.heard() { out.clock().now() } else { Duration::ZERO }
}

/// The end of a stage that [`began`] at `begun`.
pub(crate) fn ended(out: Emitter<'_>, stage: Stage, begun: Duration, ok: bool) {
    out.emit(|| JourneyEvent::StageEnded { stage, took_us: (out.clock().now() - begun).into(), ok });
}
