//! The Content-Range field: which part of the content an answer holds.
//!
//! ```text
//! Content-Range     = range-unit SP ( range-resp / unsatisfied-range )     RFC 9110 §14.4
//! range-resp        = first-pos "-" last-pos "/" ( complete-length / "*" )
//! unsatisfied-range = "*/" complete-length
//! ```
//!
//! Unlike curl, which looks for the first digit: a field that cannot be read says nothing, so nothing is written on its word.

use super::Head;

/// What a Content-Range field says, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentRange {
    /// Of a 206: the first byte's place, the last one's, and how long the content is in all.
    Part {
        /// From 0.
        first: u64,
        /// Not before `first`.
        last: u64,
        /// More than `last`; none where the server does not know.
        total: Option<u64>,
    },
    /// Of a 416: how long the content is.
    Unsatisfied {
        /// Bytes.
        total: u64,
    },
}

impl ContentRange {
    /// Of a head; none without the field, with two of them, and where it cannot be read.
    pub fn of(head: &Head) -> Option<Self> {
        let mut fields = head.all("content-range");
        match (fields.next(), fields.next()) {
            (Some(value), None) => Self::parse(value),
            _ => None,
        }
    }

    /// Of a field's value; none where it is not what the grammar above says, counts something other than bytes, or contradicts itself.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let (unit, rest) = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']).split_once(' ')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (range, total) = rest.trim_start_matches(' ').split_once('/')?;
        if range == "*" {
            return Some(Self::Unsatisfied { total: number(total)? });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let total = if total == "*" { None } else { Some(number(total)?) };
        // RFC 9110 §14.4: such a field is invalid, and what came with it must not be put together with what was there.
        let sound = first <= last && last < u64::MAX && total.is_none_or(|total| last < total);
        sound.then_some(Self::Part { first, last, total })
    }
}

fn number(digits: &str) -> Option<u64> {
    // Neither a sign nor nothing at all, which `parse` refuses too, nor more than a u64 holds.
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stages::message::Version;

    fn part(first: u64, last: u64, total: Option<u64>) -> Option<ContentRange> {
        Some(ContentRange::Part { first, last, total })
    }

    #[test]
    fn a_part_has_a_first_and_a_last_byte_and_perhaps_a_whole() {
        assert_eq!(ContentRange::parse(b"bytes 5-19/20"), part(5, 19, Some(20)));
        assert_eq!(ContentRange::parse(b"BYTES 0-0/*"), part(0, 0, None));
        assert_eq!(ContentRange::parse(b" bytes  5-5/18446744073709551615\t"), part(5, 5, Some(u64::MAX)));
    }

    #[test]
    fn a_range_that_cannot_be_given_says_how_long_the_content_is() {
        assert_eq!(ContentRange::parse(b"bytes */20"), Some(ContentRange::Unsatisfied { total: 20 }));
        assert_eq!(ContentRange::parse(b"bytes */0"), Some(ContentRange::Unsatisfied { total: 0 }));
    }

    #[test]
    fn what_the_grammar_does_not_know_says_nothing() {
        for value in [
            &b""[..],
            b"bytes",
            b"bytes ",
            b"5-19/20",
            b"bytes=5-19/20",
            b"bytes: 5-19/20",
            b"bytes 5-/20",
            b"bytes -19/20",
            b"bytes 5-19",
            b"bytes 5-19/",
            b"bytes 5-19/2x",
            b"bytes +5-19/20",
            b"bytes 5-19/+20",
            b"bytes 5 - 19/20",
            b"bytes */*",
            b"bytes */",
            b"pages 5-19/20",
            b"bytes 5-19/20, bytes 5-19/20",
            b"bytes 5-19/20/20",
            b"bytes \xd9\xa1-19/20",
            b"bytes 5-19/\xff",
        ] {
            assert_eq!(ContentRange::parse(value), None, "{}", String::from_utf8_lossy(value));
        }
    }

    #[test]
    fn a_range_that_contradicts_itself_or_overflows_says_nothing() {
        for value in [
            "bytes 19-5/20",
            "bytes 5-20/20",
            "bytes 5-19/10",
            "bytes 0-0/0",
            "bytes 0-18446744073709551615/*",
            "bytes 18446744073709551616-18446744073709551617/*",
            "bytes 0-1/18446744073709551616",
            "bytes */18446744073709551616",
            "bytes */99999999999999999999999999999999999999999",
        ] {
            assert_eq!(ContentRange::parse(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn two_fields_say_nothing() {
        let field = |value: &'static str| ("content-RANGE", value);
        let head = |fields: &[(&str, &str)]| Head {
            version: Version::Http11,
            status: 206,
            reason: Vec::new(),
            fields: fields.iter().copied().collect(),
        };
        assert_eq!(ContentRange::of(&head(&[field("bytes 0-1/2")])), part(0, 1, Some(2)));
        assert_eq!(ContentRange::of(&head(&[field("bytes 0-1/2"), field("bytes 0-1/2")])), None);
        assert_eq!(ContentRange::of(&head(&[])), None);
    }

    proptest! {
        #[test]
        fn no_value_panics_and_what_is_read_is_sound(value in "(bytes )?[0-9*/ -]{0,24}|\\PC{0,20}") {
            if let Some(ContentRange::Part { first, last, total }) = ContentRange::parse(value.as_bytes()) {
                prop_assert!(first <= last && total.is_none_or(|t| last < t));
            }
        }
    }
}
