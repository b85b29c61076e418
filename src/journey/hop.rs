//! Where the content of one hop goes: to the output, or nowhere when the answer redirects and is followed.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::journey::redirect;
use crate::plan::Redirects;
use crate::stages::response::{BodySink, Head, SinkError};
use crate::stages::url::Target;

/// Decides, once the head is there, whether the content behind it is anyone's.
pub(crate) struct Hop<'h> {
    inner: &'h mut dyn BodySink,
    target: &'h Target,
    rules: &'h Redirects,
    fail: bool,
    swallowed: bool,
    failed: bool,
}

impl<'h> Hop<'h> {
    /// For the answer to a request for `target`.
    pub(crate) fn new(inner: &'h mut dyn BodySink, target: &'h Target, rules: &'h Redirects, fail: bool) -> Self {
        Self { inner, target, rules, fail, swallowed: false, failed: false }
    }

    /// With `-L` nobody asked for the text of a redirect, also not of one that cannot be followed: the fetch fails for it.
    fn is_followed(&self, head: &Head) -> bool {
        self.rules.follow && redirect::wanted(self.target, false, head, self.rules).is_some()
    }
}

impl BodySink for Hop<'_> {
    fn interim(&mut self, raw: &[u8]) -> Result<(), SinkError> {
        self.inner.interim(raw)
    }

    fn begin(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError> {
        self.failed = self.fail && head.status >= 400;
        self.swallowed = self.failed || self.is_followed(head);
        if self.swallowed { self.inner.pass_over(head, raw) } else { self.inner.begin(head, raw) }
    }

    fn declines(&self) -> bool {
        self.failed || (!self.swallowed && self.inner.declines())
    }

    fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
        if self.swallowed { Ok(()) } else { self.inner.write(content) }
    }

    fn patience(&self) -> Option<Duration> {
        self.inner.patience()
    }

    fn stalled(&mut self) {
        self.inner.stalled();
    }

    fn splice_to(&self) -> Option<BorrowedFd<'_>> {
        if self.swallowed { None } else { self.inner.splice_to() }
    }

    fn spliced(&mut self, bytes: u64) {
        self.inner.spliced(bytes);
    }

    fn splice_failed(&self, error: std::io::Error) -> SinkError {
        self.inner.splice_failed(error)
    }

    fn end(&mut self) -> Result<(), SinkError> {
        if self.swallowed { Ok(()) } else { self.inner.end() }
    }

    fn abandon(&mut self) {
        self.inner.abandon();
    }
}
