//! Numbers with units, and calculations with them: of what kind is the outcome?
//! Spec: CSS Values 4 §5–§7 (units), §10 (`calc()` and its like, §10.9: types).

use cssparser::{Parser, Token};

use super::{Parsed, wrong};

/// What a value measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Percentage,
    /// Percentages of a length may be in it.
    Length,
    Angle,
    Resolution,
    Time,
}

/// A number, a percentage, a dimension or a calculation.
pub(super) fn measure(input: &mut Parser<'_>) -> Parsed<Kind> {
    match input.next()?.clone() {
        Token::Number { .. } => Ok(Kind::Number),
        Token::Percentage { .. } => Ok(Kind::Percentage),
        Token::Dimension { unit, .. } => of_unit(&unit),
        Token::Function(name) => {
            let name = name.to_ascii_lowercase();
            input.parse_nested_block(|i| function(&name, i))
        }
        _ => wrong(),
    }
}

/// The same of what cannot be less than nothing; what calculations come to is clamped instead.
pub(super) fn unsigned(input: &mut Parser<'_>) -> Parsed<Kind> {
    let state = input.state();
    match input.next()? {
        Token::Number { value, .. } | Token::Dimension { value, .. } if *value < 0.0 => return wrong(),
        Token::Percentage { unit_value, .. } if *unit_value < 0.0 => return wrong(),
        _ => input.reset(&state),
    }
    measure(input)
}

/// `<length-percentage>`: a number is one when it is zero.
pub(super) fn length_percentage(input: &mut Parser<'_>) -> Parsed<Kind> {
    if let Ok(found) = input.try_parse(|i| {
        let zero = i.expect_number()? == 0.0;
        if zero { Ok(Kind::Length) } else { wrong() }
    }) {
        return Ok(found);
    }
    lengthy(measure(input)?)
}

/// `<length-percentage [0,∞]>`
pub(super) fn unsigned_length_percentage(input: &mut Parser<'_>) -> Parsed<Kind> {
    let state = input.state();
    if matches!(input.next(), Ok(Token::Number { value, .. }) if *value == 0.0) {
        return Ok(Kind::Length);
    }
    input.reset(&state);
    lengthy(unsigned(input)?)
}

fn lengthy(found: Kind) -> Parsed<Kind> {
    match found {
        Kind::Length | Kind::Percentage => Ok(found),
        _ => wrong(),
    }
}

/// `<angle>`: a number is one when it is zero.
pub(super) fn angle(input: &mut Parser<'_>) -> Parsed<()> {
    let zero = input.try_parse(|i| if i.expect_number()? == 0.0 { Ok(()) } else { wrong() });
    if zero.is_ok() || measure(input)? == Kind::Angle { Ok(()) } else { wrong() }
}

fn of_unit(unit: &str) -> Parsed<Kind> {
    const LENGTHS: &str = " px cm mm q in pc pt em rem ex rex ch rch cap rcap ic ric lh rlh vw vh vi vb vmin vmax svw svh svi svb svmin svmax lvw lvh \
        lvi lvb lvmin lvmax dvw dvh dvi dvb dvmin dvmax cqw cqh cqi cqb cqmin cqmax ";
    let unit = unit.to_ascii_lowercase();
    match unit.as_str() {
        "deg" | "grad" | "rad" | "turn" => Ok(Kind::Angle),
        "x" | "dppx" | "dpi" | "dpcm" => Ok(Kind::Resolution),
        "s" | "ms" => Ok(Kind::Time),
        _ if LENGTHS.contains(&format!(" {unit} ")) => Ok(Kind::Length),
        _ => wrong(),
    }
}

/// The kind of a function's outcome; `input` is what stands in its parentheses.
fn function(name: &str, input: &mut Parser<'_>) -> Parsed<Kind> {
    if name == "round" {
        let _ = input.try_parse(|i| {
            let word = i.expect_ident()?.to_ascii_lowercase();
            i.expect_comma()?;
            if matches!(word.as_str(), "nearest" | "up" | "down" | "to-zero") { Ok(()) } else { wrong() }
        });
    }
    // CSS Values 5 §8: how many elements there are, and at which of them it stands.
    if matches!(name, "sibling-index" | "sibling-count") {
        return if input.is_exhausted() { Ok(Kind::Number) } else { wrong() };
    }
    // CSS Values 5 §9: a word says which values of that kind are the same.
    if name == "random" {
        let _ = input.try_parse(|i| {
            while i.try_parse(|i| i.expect_ident_cloned()).is_ok() {}
            i.expect_comma()
        });
    }
    if matches!(name, "env" | "-internal-env") {
        while input.next().is_ok() {}
        return Ok(Kind::Length);
    }
    let all = input.parse_comma_separated(|i| {
        // `clamp(none, 1px, 2px)`
        if name == "clamp" && i.try_parse(|i| i.expect_ident_matching("none")).is_ok() { Ok(None) } else { sum(i).map(Some) }
    })?;
    let mut kind = None;
    for one in all.iter().flatten() {
        kind = Some(kind.map_or(Ok(*one), |k| together(k, *one))?);
    }
    let Some(kind) = kind else { return wrong() };
    match (name, all.len()) {
        ("calc" | "-webkit-calc" | "abs", 1) | ("min" | "max" | "hypot", 1..) | ("clamp", 3) => Ok(kind),
        ("mod" | "rem", 2) | ("round", 1 | 2) | ("random", 2 | 3) => Ok(kind),
        ("sign", 1) => Ok(Kind::Number),
        ("sin" | "cos" | "tan", 1) if matches!(kind, Kind::Number | Kind::Angle) => Ok(Kind::Number),
        ("asin" | "acos" | "atan", 1) if kind == Kind::Number => Ok(Kind::Angle),
        ("atan2", 2) => Ok(Kind::Angle),
        ("sqrt" | "exp", 1) | ("pow", 2) | ("log", 1 | 2) if kind == Kind::Number => Ok(Kind::Number),
        _ => wrong(),
    }
}

/// What a sum of both measures.
fn together(a: Kind, b: Kind) -> Parsed<Kind> {
    match (a, b) {
        _ if a == b => Ok(a),
        (Kind::Length, Kind::Percentage) | (Kind::Percentage, Kind::Length) => Ok(Kind::Length),
        _ => wrong(),
    }
}

fn sum(input: &mut Parser<'_>) -> Parsed<Kind> {
    let mut kind = product(input)?;
    loop {
        // Signs of sums stand between spaces.
        let sign = input.try_parse(|i| {
            i.expect_whitespace()?;
            if !matches!(i.next_including_whitespace()?, Token::Delim('+' | '-')) {
                return wrong();
            }
            i.expect_whitespace()?;
            Ok(())
        });
        if sign.is_err() {
            return Ok(kind);
        }
        kind = together(kind, product(input)?)?;
    }
}

fn product(input: &mut Parser<'_>) -> Parsed<Kind> {
    let mut kind = factor(input)?;
    loop {
        if input.try_parse(|i| i.expect_delim('*')).is_ok() {
            kind = match (kind, factor(input)?) {
                (Kind::Number, other) | (other, Kind::Number) => other,
                _ => return wrong(),
            };
        } else if input.try_parse(|i| i.expect_delim('/')).is_ok() {
            let below = factor(input)?;
            kind = match below {
                Kind::Number => kind,
                _ if below == kind => Kind::Number,
                _ => return wrong(),
            };
        } else {
            return Ok(kind);
        }
    }
}

fn factor(input: &mut Parser<'_>) -> Parsed<Kind> {
    let constant = input.try_parse(|i| {
        let word = i.expect_ident()?.to_ascii_lowercase();
        if matches!(word.as_str(), "e" | "pi" | "infinity" | "-infinity" | "nan") { Ok(Kind::Number) } else { wrong() }
    });
    if constant.is_ok() {
        return constant;
    }
    let nested = input.try_parse(|i| {
        i.expect_parenthesis_block()?;
        i.parse_nested_block(|i| {
            let kind = sum(i)?;
            i.expect_exhausted()?;
            Ok(kind)
        })
    });
    if nested.is_ok() { nested } else { measure(input) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<Kind> {
        let mut input = Parser::new(text);
        measure(&mut input).ok().filter(|_| input.is_exhausted())
    }

    #[test]
    fn a_calculation_has_the_kind_of_what_is_in_it() {
        for (text, expected) in [
            ("5", Some(Kind::Number)),
            ("5%", Some(Kind::Percentage)),
            ("5px", Some(Kind::Length)),
            ("5foo", None),
            ("calc(100% - 10px)", Some(Kind::Length)),
            ("calc(100%-10px)", None),
            ("calc(2 * (1em + 3%) / 4)", Some(Kind::Length)),
            ("calc(1px * 1px)", None),
            ("calc(10px / 1em)", Some(Kind::Number)),
            ("calc(1px + 1deg)", None),
            ("min(1px, 2%)", Some(Kind::Length)),
            ("clamp(1px, 2vw, none)", Some(Kind::Length)),
            ("round(up, 1.5px, 1px)", Some(Kind::Length)),
            ("calc(pi * 1rad)", Some(Kind::Angle)),
            ("calc(1x * 2)", Some(Kind::Resolution)),
            ("calc(1px", Some(Kind::Length)),
            ("calc(1px})", None),
            ("calc()", None),
            ("foo(1)", None),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
