//! shim
use crate::{
    deadline::Deadline,
    event::Emitter,
    exit::Error,
    stages::{
        response::{BodySink, Limits},
        url::Target,
    },
};
pub(crate) fn fetch(_: &Target, _: &mut dyn BodySink, _: &Limits, _: &Deadline<'_>, _: Emitter<'_>) -> Result<u64, Error> {
    Ok(0)
}
