//! Lengths and calculations, in CSS pixels of a screen.
//! Spec: CSS Values 4 §6 (units), §10 (`calc()`, `min()`, `max()`, `clamp()`: all that `sizes` and media queries know).

use cssparser::{ParseError, Parser, Token};

use super::media::Screen;

type Parsed<T> = Result<T, ParseError<()>>;

/// A length in CSS pixels; units of the viewport need the screen.
pub(super) fn length(value: f64, unit: &str, screen: Option<&Screen>) -> Option<f64> {
    const FONT: f64 = 16.0;
    Some(match unit {
        "px" => value,
        "em" | "rem" | "ic" | "ric" => value * FONT,
        "ex" | "rex" | "ch" | "rch" => value * FONT / 2.0,
        "cap" | "rcap" => value * FONT * 0.7,
        "lh" | "rlh" => value * FONT * 1.15,
        "pt" => value * 96.0 / 72.0,
        "pc" => value * 16.0,
        "in" => value * 96.0,
        "cm" => value * 96.0 / 2.54,
        "mm" => value * 96.0 / 25.4,
        "q" => value * 96.0 / 101.6,
        "vw" | "svw" | "lvw" | "dvw" | "vi" | "svi" | "lvi" | "dvi" | "cqw" | "cqi" => value * screen?.width / 100.0,
        "vh" | "svh" | "lvh" | "dvh" | "vb" | "svb" | "lvb" | "dvb" | "cqh" | "cqb" => value * screen?.height / 100.0,
        "vmin" | "svmin" | "lvmin" | "dvmin" | "cqmin" => value * screen?.width.min(screen?.height) / 100.0,
        "vmax" | "svmax" | "lvmax" | "dvmax" | "cqmax" => value * screen?.width.max(screen?.height) / 100.0,
        _ => return None,
    })
}

/// What a calculation comes to.
pub(super) struct Calc {
    pub(super) value: f64,
    pub(super) length: bool,
}

/// A length, number, `calc()`, `min()`, `max()` or `clamp()` (CSS Values 4 §10). Recursion is bounded by the parser's nesting limit.
pub(super) fn calc(input: &mut Parser<'_>, screen: Option<&Screen>) -> Parsed<Calc> {
    match input.next()?.clone() {
        Token::Number { value, .. } => Ok(Calc { value: value.into(), length: false }),
        Token::Dimension { value, unit, .. } => {
            let value = length(value.into(), &unit.to_ascii_lowercase(), screen).ok_or(ParseError::unexpected_token())?;
            Ok(Calc { value, length: true })
        }
        Token::ParenthesisBlock => input.parse_nested_block(|i| {
            let sum = sum(i, screen)?;
            i.expect_exhausted()?;
            Ok(sum)
        }),
        Token::Function(name) => {
            let name = name.to_ascii_lowercase();
            input.parse_nested_block(|i| {
                let all = i.parse_comma_separated(|i| sum(i, screen))?;
                let same = all.iter().all(|c| c.length == all[0].length);
                let values = all.iter().map(|c| c.value);
                let value = match (name.as_str(), all.len()) {
                    ("calc" | "-webkit-calc", 1) => all[0].value,
                    ("min", 1..) if same => values.fold(f64::INFINITY, f64::min),
                    ("max", 1..) if same => values.fold(f64::NEG_INFINITY, f64::max),
                    ("clamp", 3) if same => all[0].value.max(all[1].value.min(all[2].value)),
                    _ => return Err(ParseError::unexpected_token()),
                };
                Ok(Calc { value, length: all[0].length })
            })
        }
        _ => Err(ParseError::unexpected_token()),
    }
}

fn sum(input: &mut Parser<'_>, screen: Option<&Screen>) -> Parsed<Calc> {
    let mut left = product(input, screen)?;
    loop {
        // Signs of sums stand between spaces.
        let sign = input.try_parse(|i| {
            i.expect_whitespace()?;
            let sign = match i.next_including_whitespace()? {
                Token::Delim('+') => 1.0,
                Token::Delim('-') => -1.0,
                _ => return Err(ParseError::<()>::unexpected_token()),
            };
            i.expect_whitespace()?;
            Ok(sign)
        });
        let Ok(sign) = sign else { return Ok(left) };
        let right = product(input, screen)?;
        if left.length != right.length {
            return Err(ParseError::unexpected_token());
        }
        left.value += sign * right.value;
    }
}

fn product(input: &mut Parser<'_>, screen: Option<&Screen>) -> Parsed<Calc> {
    let mut left = calc(input, screen)?;
    loop {
        if input.try_parse(|i| i.expect_delim('*')).is_ok() {
            let right = calc(input, screen)?;
            if left.length && right.length {
                return Err(ParseError::unexpected_token());
            }
            left = Calc { value: left.value * right.value, length: left.length || right.length };
        } else if input.try_parse(|i| i.expect_delim('/')).is_ok() {
            let right = calc(input, screen)?;
            if right.length {
                return Err(ParseError::unexpected_token());
            }
            left.value /= right.value;
        } else {
            return Ok(left);
        }
    }
}
