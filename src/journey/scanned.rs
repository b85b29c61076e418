//! The page's content on its way to the output, read along by the images stage.

use std::cell::RefCell;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::journey::visit::Visitor;
use crate::stages::images::ImagesStage;
use crate::stages::response::{BodySink, Head, SinkError};

/// Hands every byte of a page to the scanner after the output has taken it.
pub(crate) struct Scanned<'s, 'scope, 'env, 'v> {
    /// Where the content goes.
    pub(crate) inner: &'s mut dyn BodySink,
    /// Who reads along.
    pub(crate) pictures: &'s mut ImagesStage<'scope, 'env, Visitor<'v>>,
    /// The URL that the fetch has come to.
    pub(crate) at: &'s RefCell<Option<::url::Url>>,
    /// Is the content a page?
    pub(crate) on: bool,
}

impl BodySink for Scanned<'_, '_, '_, '_> {
    fn interim(&mut self, raw: &[u8]) -> Result<(), SinkError> {
        self.inner.interim(raw)
    }

    fn begin(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError> {
        self.inner.begin(head, raw)?;
        self.on = self.at.borrow().as_ref().is_some_and(|url| self.pictures.begin(url, head));
        Ok(())
    }

    fn pass_over(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError> {
        self.inner.pass_over(head, raw)
    }

    fn declines(&self) -> bool {
        self.inner.declines()
    }

    fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
        self.inner.write(content)?;
        if self.on {
            self.pictures.feed(content);
        }
        Ok(())
    }

    fn patience(&self) -> Option<Duration> {
        self.inner.patience().or_else(|| self.pictures.patience())
    }

    fn stalled(&mut self) {
        self.inner.stalled();
        self.pictures.catch_up();
    }

    fn splice_to(&self) -> Option<BorrowedFd<'_>> {
        if self.on { None } else { self.inner.splice_to() }
    }

    fn spliced(&mut self, bytes: u64) {
        self.inner.spliced(bytes);
    }

    fn splice_failed(&self, error: io::Error) -> SinkError {
        self.inner.splice_failed(error)
    }

    fn end(&mut self) -> Result<(), SinkError> {
        self.inner.end()
    }

    fn abandon(&mut self) {
        self.inner.abandon();
    }
}
