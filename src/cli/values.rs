//! Values of options, read as curl reads them: never a panic, whatever the number.

use std::time::Duration;

use crate::phrase;
use crate::plan::ContinueAt;
use crate::words::Phrase;

/// `--max-redirs`; `None` inside is `-1`, no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxRedirs(pub Option<u32>);

/// `--viewport`: CSS pixels, and device pixels per CSS pixel in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewport(pub (u32, u32, u32));

/// Seconds with an optional fraction, as in `-m 2.5`. 0 is "no limit", as in curl.
pub fn seconds(text: &str) -> Result<Duration, Phrase> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if text.starts_with('-') {
        return Err(phrase!("cli-negative-time"));
    }
    if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
        return Err(phrase!("cli-expected-seconds"));
    }
    // curl counts milliseconds in a C long; a limit that no run will see is as good as none, so only nonsense is refused.
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| too_large())? };
    if whole > i64::MAX as u64 / 1_000 {
        return Err(too_large());
    }
    let mut micros = 0;
    for place in 0..6 {
        micros = micros * 10 + u64::from(fraction.as_bytes().get(place).map_or(0, |b| b - b'0'));
    }
    Ok(Duration::from_secs(whole) + Duration::from_micros(micros))
}

/// `--max-redirs`: -1 or a count.
pub fn max_redirs(text: &str) -> Result<MaxRedirs, Phrase> {
    if text == "-1" {
        return Ok(MaxRedirs(None));
    }
    match text.parse::<u32>() {
        Ok(n) if n <= i32::MAX as u32 && !text.starts_with('+') => Ok(MaxRedirs(Some(n))),
        Ok(_) => Err(too_large()),
        Err(e) if matches!(e.kind(), std::num::IntErrorKind::PosOverflow) => Err(too_large()),
        Err(_) => Err(phrase!("cli-expected-redirects")),
    }
}

/// `--max-filesize`: bytes, or with k, M, G (1024 each).
pub fn size(text: &str) -> Result<u64, Phrase> {
    let split = text.len() - text.chars().next_back().filter(char::is_ascii_alphabetic).map_or(0, char::len_utf8);
    let (digits, unit) = text.split_at(split);
    let shift = match unit {
        "" | "b" | "B" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        _ => return Err(phrase!("cli-expected-bytes")),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(phrase!("cli-expected-bytes"));
    }
    digits.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift)).filter(|n| i64::try_from(*n).is_ok()).ok_or_else(too_large)
}

/// `-C`: a byte's place, or `-` for the end of what is there.
pub fn continue_at(text: &str) -> Result<ContinueAt, Phrase> {
    if text == "-" {
        return Ok(ContinueAt::End);
    }
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(phrase!("cli-expected-offset"));
    }
    text.parse().ok().filter(|n| i64::try_from(*n).is_ok()).map(ContinueAt::Byte).ok_or_else(too_large)
}

/// `--parallel-max`, within curl's bounds.
pub fn parallel_max(text: &str) -> Result<u16, Phrase> {
    digits(text).filter(|n| (1..=300).contains(n)).ok_or_else(|| phrase!("cli-expected-connections"))
}

/// `--max-images`: so many.
pub fn count(text: &str) -> Result<u32, Phrase> {
    digits(text).ok_or_else(|| phrase!("cli-expected-count"))
}

/// Digits alone: `parse` would take a sign.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `--viewport 1280x720`, `390x844@3`, `@1.5`.
pub fn viewport(text: &str) -> Result<Viewport, Phrase> {
    let wrong = || phrase!("cli-expected-viewport");
    let (window, density) = text.split_once('@').unwrap_or((text, "1"));
    let (wide, high) = window.split_once(['x', 'X']).ok_or_else(wrong)?;
    let side = |s: &str| s.parse::<u32>().ok().filter(|n| (1..=100_000).contains(n)).ok_or_else(wrong);
    let density = seconds(density).map_err(|_| wrong())?.as_millis();
    let density = u32::try_from(density).ok().filter(|d| (100..=100_000).contains(d)).ok_or_else(wrong)?;
    Ok(Viewport((side(wide)?, side(high)?, density)))
}

fn too_large() -> Phrase {
    phrase!("cli-too-large")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seconds_may_have_a_fraction() {
        assert_eq!(seconds("2.5"), Ok(Duration::from_millis(2500)));
        assert_eq!(seconds(".25"), Ok(Duration::from_millis(250)));
        assert_eq!(seconds("3."), Ok(Duration::from_secs(3)));
        assert_eq!(seconds("0"), Ok(Duration::ZERO));
        assert_eq!(seconds("0.0000019"), Ok(Duration::from_micros(1)));
    }

    #[test]
    fn seconds_that_are_no_time_are_refused() {
        for text in
            ["-1", "NaN", "inf", "1e3", "", ".", "1,5", "0x10", " 1", "1 ", "99999999999999999999", "9223372036854775807", "١"]
        {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn redirects_are_a_count_or_without_limit() {
        assert_eq!(max_redirs("-1"), Ok(MaxRedirs(None)));
        assert_eq!(max_redirs("0"), Ok(MaxRedirs(Some(0))));
        for text in ["-2", "2147483648", "99999999999999999999", "x", "", "1.5", "+1"] {
            assert!(max_redirs(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("64k"), Ok(65_536));
        assert_eq!(size("1G"), Ok(1 << 30));
        assert_eq!(size("7"), Ok(7));
        for text in ["", "k", "-1", "1T", "1kk", "9223372036854775808", "9999999999G", "1é"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_offset_is_a_number_of_bytes_or_a_dash() {
        assert_eq!(continue_at("-"), Ok(ContinueAt::End));
        assert_eq!(continue_at("0"), Ok(ContinueAt::Byte(0)));
        assert_eq!(continue_at("9223372036854775807"), Ok(ContinueAt::Byte(i64::MAX as u64)));
        for text in ["", "x", "5x", "-5", "--", "1k", "9223372036854775808", "99999999999999999999", "\u{661}"] {
            assert!(continue_at(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_are_digits_within_bounds() {
        assert_eq!((parallel_max("1"), parallel_max("300")), (Ok(1), Ok(300)));
        assert_eq!((count("0"), count("4294967295")), (Ok(0), Ok(u32::MAX)));
        for text in ["", "-1", "+1", "x", "1.5", "99999999999999999999"] {
            assert!(parallel_max(text).is_err() && count(text).is_err(), "{text}");
        }
        assert!(parallel_max("0").is_err() && parallel_max("301").is_err());
    }

    #[test]
    fn a_viewport_has_a_density() {
        assert_eq!(viewport("1280x720"), Ok(Viewport((1280, 720, 1000))));
        assert_eq!(viewport("390x844@3"), Ok(Viewport((390, 844, 3000))));
        assert_eq!(viewport("390x844@1.5"), Ok(Viewport((390, 844, 1500))));
        for text in ["1280", "0x1", "1x0", "1x1@0", "1x1@-1", "x", "1x1@1e9", "999999999999x1"] {
            assert!(viewport(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,20}") {
            let _ = (continue_at(&text), count(&text), max_redirs(&text), parallel_max(&text), seconds(&text), size(&text), viewport(&text));
        }
    }
}
