//! Where a picture stands and how big it is.
//! Spec: CSS Values 4 §8.3 (`<position>`), CSS Backgrounds 3 §2.6 (`<bg-position>` and its three values), §2.9 (`<bg-size>`).

use cssparser::Parser;

use super::math::{length_percentage, unsigned_length_percentage};
use super::{Parsed, wrong};

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Across,
    Down,
    Center,
    Length,
}

/// As much as belongs together. `three`: may an offset be left out where there are two sides?
pub(super) fn position(input: &mut Parser<'_>, three: bool) -> Parsed<()> {
    use Part::{Across, Center, Down, Length};
    let mut parts = Vec::new();
    while parts.len() < 5 {
        let word = input.try_parse(|i| {
            let word = i.expect_ident()?.to_ascii_lowercase();
            match word.as_str() {
                "left" | "right" => Ok(Across),
                "top" | "bottom" => Ok(Down),
                "center" => Ok(Center),
                _ => wrong(),
            }
        });
        let part = word.or_else(|_| input.try_parse(|i| length_percentage(i).map(|_| Length)));
        let Ok(part) = part else { break };
        parts.push(part);
    }
    let crossed = |a: Part, b: Part| matches!((a, b), (Across, Down) | (Down, Across));
    let fits = match parts[..] {
        [_] => true,
        [Length, b] => b != Across,
        [a, Length] => a != Down,
        [a, b] => a == Center || b == Center || a != b,
        [a, Length, b] => three && (crossed(a, b) || (a != Center && b == Center)),
        [a, b, Length] => three && (crossed(a, b) || (a == Center && matches!(b, Across | Down))),
        [a, Length, b, Length] => crossed(a, b),
        _ => false,
    };
    if fits { Ok(()) } else { wrong() }
}

/// `cover`, `contain`, or one or two lengths.
pub(super) fn size(input: &mut Parser<'_>) -> Parsed<()> {
    let word = |i: &mut Parser<'_>, word: &str| i.try_parse(|i| i.expect_ident_matching(word)).is_ok();
    if word(input, "cover") || word(input, "contain") {
        return Ok(());
    }
    let one = |i: &mut Parser<'_>| if word(i, "auto") { Ok(()) } else { unsigned_length_percentage(i).map(|_| ()) };
    one(input)?;
    let _ = input.try_parse(one);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_and_offsets_go_together_in_some_ways_only() {
        let is = |text: &str, three| {
            let mut input = Parser::new(text);
            position(&mut input, three).is_ok() && input.is_exhausted()
        };
        for good in
            ["left", "0", "50% 10px", "top left", "left 10px", "5px top", "center center", "right 5px bottom 3em", "center top"]
        {
            assert!(is(good, false), "{good}");
        }
        for good in ["left 10px top", "right 10px center", "center left 5px", "top right 1px"] {
            assert!(is(good, true), "{good}");
            assert!(!is(good, false), "{good}");
        }
        for bad in ["left left", "10px left", "top 5px", "1px 2px 3px", "center 5px left", "5", "left 1px right 1px", ""] {
            assert!(!is(bad, true), "{bad}");
        }
    }
}
