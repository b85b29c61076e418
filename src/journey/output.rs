//! shim
use crate::{
    event::Emitter,
    exit::Error,
    plan::{Job, Plan},
    stages::{
        message::Message,
        response::{BodySink, Head, SinkError},
        url::Target,
    },
};
use std::io::Write as _;
pub(crate) struct Output;
impl Output {
    pub(crate) fn open(_: &Job, _: &Plan, _: &Target, _: Emitter<'_>) -> Result<Self, Error> {
        Ok(Self)
    }
    pub(crate) fn message(&mut self, m: &Message) -> Result<(), Error> {
        let mut o = std::io::stdout();
        let _ = o.write_all(&m.head);
        let _ = o.write_all(&m.body);
        Ok(())
    }
}
impl BodySink for Output {
    fn begin(&mut self, _: &Head, _: &[u8]) -> Result<(), SinkError> {
        Ok(())
    }
    fn write(&mut self, b: &[u8]) -> Result<(), SinkError> {
        let _ = std::io::stdout().write_all(b);
        Ok(())
    }
    fn end(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}
