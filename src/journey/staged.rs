//! What every stage has in common: a beginning, an end, and how long lay between them.

use crate::event::Emitter;
use crate::journey::JourneyEvent;
use crate::stages::Stage;

/// A stage with its beginning and its end told.
pub(crate) fn stage<T, E>(out: Emitter<'_>, stage: Stage, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    out.emit(|| JourneyEvent::StageBegan { stage });
    let begun = out.clock().now();
    let result = work();
    let ok = result.is_ok();
    out.emit(|| JourneyEvent::StageEnded { stage, took_us: (out.clock().now() - begun).into(), ok });
    result
}
