//! `-C`: may what an answer brings be added to what is there? Judged from the head, before anything is written.
//!
//! ```text
//!  206, Content-Range begins at the offset ──► Part     added, no more than the field says
//!  416 or 200, as long as the offset       ──► Nothing  everything is there already
//!  416 without a length                    ──► Nothing  as curl, which asks no further
//!  206 otherwise, 416 of another length    ──► 33
//!  any other answer                        ──► Bodiless: 33 with its first byte of content
//! ```
//!
//! Spec: RFC 9110 §14, §15.3.7, §15.5.17. Unlike curl: a 416 that tells another length is a failure, and so is a part that ends early.

use crate::stages::response::{ContentRange, Head, RangeFault, RangeWhy};

/// What is to be done with an answer's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No head has come yet.
    Unjudged,
    /// It goes on where it should.
    Part {
        /// The last byte's place.
        last: u64,
        /// The whole content's length.
        total: Option<u64>,
    },
    /// There is nothing to add.
    Nothing {
        /// Is that certain, or does the server not say how long the content is?
        whole: bool,
    },
    /// Content, if any comes, is not what was asked for.
    Bodiless(RangeFault),
}

/// Where one URL's content goes on.
#[derive(Debug)]
pub(super) struct Resume {
    /// The first byte asked for; never 0.
    pub(super) offset: u64,
    /// Of the current answer.
    pub(super) verdict: Verdict,
    /// Bytes of it so far.
    pub(super) came: u64,
    /// Heads for `-i` that wait for the verdict.
    pub(super) held: Vec<u8>,
}

impl Resume {
    pub(super) fn new(offset: u64) -> Self {
        Self { offset, verdict: Verdict::Unjudged, came: 0, held: Vec::new() }
    }

    /// Judges an answer by its head.
    pub(super) fn judge(&mut self, head: &Head) -> Result<(), RangeFault> {
        self.came = 0;
        self.verdict = judge(head, self.offset)?;
        Ok(())
    }

    /// How many of so many next bytes may be written; the fault, where that is not all.
    pub(super) fn take(&mut self, bytes: usize) -> (usize, Result<(), RangeFault>) {
        match self.verdict {
            Verdict::Part { last, .. } => {
                let room = (last - self.offset + 1).saturating_sub(self.came);
                let taken = usize::try_from(room).map_or(bytes, |room| room.min(bytes));
                self.came += taken as u64;
                (taken, if taken == bytes { Ok(()) } else { Err(self.fault(RangeWhy::Excess)) })
            }
            Verdict::Bodiless(fault) if bytes > 0 => (0, Err(fault)),
            Verdict::Unjudged | Verdict::Nothing { .. } | Verdict::Bodiless(_) => (0, Ok(())),
        }
    }

    /// The answer is over: is what is there whole now?
    pub(super) fn end(&self) -> Result<(), RangeFault> {
        match self.verdict {
            Verdict::Part { last, total } => {
                let (upto, of) = (self.offset + self.came, total.unwrap_or(last + 1));
                match upto.cmp(&of) {
                    std::cmp::Ordering::Less => Err(self.fault(RangeWhy::Short { upto, of })),
                    std::cmp::Ordering::Equal => Ok(()),
                    std::cmp::Ordering::Greater => Err(self.fault(RangeWhy::Excess)),
                }
            }
            Verdict::Unjudged | Verdict::Nothing { .. } | Verdict::Bodiless(_) => Ok(()),
        }
    }

    /// Is what is there the whole content now, so that it may get its name?
    pub(super) fn completes(&self, continued: bool) -> bool {
        match self.verdict {
            Verdict::Part { .. } => true,
            // The server's word that the content ends here holds for bytes that are here.
            Verdict::Nothing { whole } => whole && continued,
            Verdict::Unjudged | Verdict::Bodiless(_) => false,
        }
    }

    fn fault(&self, why: RangeWhy) -> RangeFault {
        RangeFault { offset: self.offset, why }
    }
}

fn judge(head: &Head, offset: u64) -> Result<Verdict, RangeFault> {
    let fault = |why| RangeFault { offset, why };
    match (head.status, ContentRange::of(head)) {
        (206, Some(ContentRange::Part { first, last, total })) if first == offset => Ok(Verdict::Part { last, total }),
        (206, Some(ContentRange::Part { first, .. })) => Err(fault(RangeWhy::Elsewhere { first })),
        (206, Some(ContentRange::Unsatisfied { .. }) | None) => Err(fault(RangeWhy::NoRange)),
        (416, Some(ContentRange::Unsatisfied { total })) if total != offset => Err(fault(RangeWhy::Length { total })),
        (416, range) => Ok(Verdict::Nothing { whole: matches!(range, Some(ContentRange::Unsatisfied { .. })) }),
        (200, _) if length(head) == Some(offset) => Ok(Verdict::Nothing { whole: true }),
        (200, _) => Ok(Verdict::Bodiless(fault(RangeWhy::Ignored))),
        (status, _) => Ok(Verdict::Bodiless(fault(RangeWhy::Status { status }))),
    }
}

/// Of the content itself: not of a coded form of it.
fn length(head: &Head) -> Option<u64> {
    let plain = head.field("content-encoding").is_none() && head.field("transfer-encoding").is_none();
    let mut values = head.members("content-length").map(|v| std::str::from_utf8(v).ok()?.parse().ok());
    let first = values.next()??;
    (plain && values.all(|other| other == Some(first))).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::message::Version;

    fn head(status: u16, fields: &[(&str, &str)]) -> Head {
        Head { version: Version::Http11, status, reason: Vec::new(), fields: fields.iter().copied().collect() }
    }

    fn judged(status: u16, fields: &[(&str, &str)]) -> Result<Verdict, RangeWhy> {
        judge(&head(status, fields), 5).map_err(|fault| fault.why)
    }

    #[test]
    fn only_a_part_that_begins_at_the_offset_is_added() {
        assert_eq!(judged(206, &[("Content-Range", "bytes 5-19/20")]), Ok(Verdict::Part { last: 19, total: Some(20) }));
        assert_eq!(judged(206, &[("Content-Range", "bytes 5-19/*")]), Ok(Verdict::Part { last: 19, total: None }));
        assert_eq!(judged(206, &[("Content-Range", "bytes 4-19/20")]), Err(RangeWhy::Elsewhere { first: 4 }));
        for bad in ["bytes */20", "bytes 5-4/20", "bytes 5-20/20", "5"] {
            assert_eq!(judged(206, &[("Content-Range", bad)]), Err(RangeWhy::NoRange), "{bad}");
        }
        assert_eq!(judged(206, &[("Content-Type", "multipart/byteranges")]), Err(RangeWhy::NoRange));
    }

    #[test]
    fn what_is_there_already_is_not_fetched_again() {
        assert_eq!(judged(416, &[("Content-Range", "bytes */5")]), Ok(Verdict::Nothing { whole: true }));
        assert_eq!(judged(416, &[]), Ok(Verdict::Nothing { whole: false }));
        assert_eq!(judged(416, &[("Content-Range", "bytes */4")]), Err(RangeWhy::Length { total: 4 }));
        assert_eq!(judged(200, &[("Content-Length", "5")]), Ok(Verdict::Nothing { whole: true }));
        for fields in [
            &[("Content-Length", "5"), ("Content-Encoding", "gzip")][..],
            &[("Content-Length", "5"), ("Transfer-Encoding", "chunked")],
            &[("Content-Length", "20")],
            &[],
        ] {
            assert!(
                matches!(judged(200, fields), Ok(Verdict::Bodiless(RangeFault { why: RangeWhy::Ignored, .. }))),
                "{fields:?}"
            );
        }
    }

    #[test]
    fn content_of_any_other_answer_is_refused_with_its_first_byte() {
        let mut resume = Resume::new(5);
        resume.judge(&head(404, &[("Content-Length", "5")])).expect("nothing has come");
        assert_eq!((resume.take(0), resume.end()), ((0, Ok(())), Ok(())));
        let (taken, fault) = resume.take(1);
        assert_eq!((taken, fault.map_err(|f| f.why)), (0, Err(RangeWhy::Status { status: 404 })));
    }

    #[test]
    fn no_more_and_no_less_than_announced_is_taken() {
        let mut resume = Resume::new(5);
        resume.judge(&head(206, &[("Content-Range", "bytes 5-9/10")])).expect("a part");
        assert_eq!(resume.take(3), (3, Ok(())));
        assert_eq!(resume.end().map_err(|f| f.why), Err(RangeWhy::Short { upto: 8, of: 10 }));
        let (taken, fault) = resume.take(3);
        assert_eq!((taken, fault.map_err(|f| f.why)), (2, Err(RangeWhy::Excess)));
        assert_eq!(resume.end(), Ok(()));
        resume.judge(&head(206, &[("Content-Range", "bytes 5-6/10")])).expect("a part");
        assert_eq!(resume.take(2), (2, Ok(())));
        assert_eq!(resume.end().map_err(|f| f.why), Err(RangeWhy::Short { upto: 7, of: 10 }));
    }
}
