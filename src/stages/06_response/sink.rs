//! Where content goes: the one trait between the exchange and stdout, files and scanners.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::Head;
use crate::phrase;
use crate::words::Phrase;

/// Where the content goes, as it arrives, decoded.
///
/// For each exchange: `interim`* → `begin` → (`write` | `spliced`)* → `end`, or `abandon` at any point. A sink that outlives
/// several exchanges (redirects) sees that sequence once for each.
pub trait BodySink {
    /// A 1xx answer has come; its raw bytes (status line to empty line) are for `-i`.
    fn interim(&mut self, raw: &[u8]) -> Result<(), SinkError> {
        let _ = raw;
        Ok(())
    }
    /// The final response's head has come; its raw bytes (status line to empty line) are for `-i`.
    fn begin(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError>;
    /// The same for an answer whose content is nobody's (a redirect that is followed, an error status with `-f`): nothing but
    /// `begin`'s raw bytes for `-i` is of interest, and `write` and `end` will not be called.
    fn pass_over(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError> {
        let _ = (head, raw);
        Ok(())
    }
    /// Asked after [`BodySink::begin`]: is the content so unwanted (`-f`) that it need not even be read?
    fn declines(&self) -> bool {
        false
    }
    /// The next bytes of the content.
    fn write(&mut self, content: &[u8]) -> Result<(), SinkError>;
    /// A pipe or /dev/null that takes the bytes as they are: splice() may move them without a copy.
    fn splice_to(&self) -> Option<BorrowedFd<'_>> {
        None
    }
    /// The kernel has moved this many bytes to [`BodySink::splice_to`].
    fn spliced(&mut self, bytes: u64) {
        let _ = bytes;
    }
    /// splice() to it failed with that.
    fn splice_failed(&self, error: io::Error) -> SinkError {
        SinkError { path: String::new(), error }
    }
    /// How long nothing may come before [`BodySink::stalled`] is called; nobody cares without.
    fn patience(&self) -> Option<Duration> {
        None
    }
    /// Nothing has come for as long as [`BodySink::patience`] said; it is asked anew.
    fn stalled(&mut self) {}
    /// Everything came, whole.
    fn end(&mut self) -> Result<(), SinkError>;
    /// The exchange failed: nothing more comes, and what came is not whole.
    fn abandon(&mut self) {}
}

/// Why a sink takes no more.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub struct SinkError {
    /// The file, or `standard output`.
    pub path: String,
    /// Why. A refusal of jaunt's own is a [`Refused`] inside.
    pub error: io::Error,
}

impl SinkError {
    /// A refusal of jaunt's own, not the system's.
    pub fn refused(path: impl Into<String>, why: Refused) -> Self {
        Self { path: path.into(), error: io::Error::new(io::ErrorKind::InvalidInput, why) }
    }

    /// Was it jaunt that refused?
    pub fn refusal(&self) -> Option<Refused> {
        self.error.get_ref()?.downcast_ref::<Refused>().copied()
    }

    /// The cause as an operand of an error's sentence.
    pub fn cause(&self) -> Phrase {
        match self.refusal() {
            Some(why) => why.phrase(),
            None => crate::exit::os_words(&self.error),
        }
    }
}

/// What jaunt itself refuses to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Binary content on a terminal.
    Binary,
    /// `-O` and a URL whose path ends in `/`.
    Nameless,
    /// `-C`, and an answer that does not go on where it should.
    Range(RangeFault),
}

/// Why content cannot be continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeFault {
    /// The first byte that was asked for.
    pub offset: u64,
    /// What is wrong with the answer.
    pub why: RangeWhy,
}

/// What is wrong with an answer to `-C`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the operands that the variant's sentence names")]
pub enum RangeWhy {
    /// 200: the whole content, from its first byte.
    Ignored,
    /// Another answer with content of its own.
    Status { status: u16 },
    /// 206 without a Content-Range that can be read.
    NoRange,
    /// 206 from another byte on.
    Elsewhere { first: u64 },
    /// 416: the content is not as long as what is there, yet has nothing after it.
    Length { total: u64 },
    /// More content than Content-Range says.
    Excess,
    /// A part that ends before the content does.
    Short { upto: u64, of: u64 },
}

impl RangeFault {
    pub(super) fn phrase(self) -> Phrase {
        let offset = self.offset;
        match self.why {
            RangeWhy::Ignored => phrase!("response-range-ignored", offset = offset),
            RangeWhy::Status { status } => phrase!("response-range-status", offset = offset, status = status.to_string()),
            RangeWhy::NoRange => phrase!("response-range-unsaid", offset = offset),
            RangeWhy::Elsewhere { first } => phrase!("response-range-elsewhere", offset = offset, first = first),
            RangeWhy::Length { total } => phrase!("response-range-length", offset = offset, total = total),
            RangeWhy::Excess => phrase!("response-range-excess", offset = offset),
            RangeWhy::Short { upto, of } => phrase!("response-range-short", upto = upto, of = of),
        }
    }
}

impl Refused {
    fn phrase(self) -> Phrase {
        match self {
            Self::Binary => phrase!("response-refused-binary"),
            Self::Nameless => phrase!("response-refused-nameless"),
            Self::Range(fault) => fault.phrase(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::words::english(&self.phrase()))
    }
}

impl std::error::Error for Refused {}

/// Content that nobody wants: a redirect that is followed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl BodySink for Discard {
    fn begin(&mut self, _: &Head, _: &[u8]) -> Result<(), SinkError> {
        Ok(())
    }
    fn write(&mut self, _: &[u8]) -> Result<(), SinkError> {
        Ok(())
    }
    fn end(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}
