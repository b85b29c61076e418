//! Lengths and calculations, in CSS pixels of a screen.
//! Spec: CSS Values 4 §6 (units), §10 (calculations; `calc()`, `min()`, `max()` and `clamp()` are all that `sizes` knows).

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

/// What stands around a calculation.
#[derive(Clone, Copy)]
struct Around<'s> {
    screen: Option<&'s Screen>,
    /// May it use all functions?
    all: bool,
}

/// The text of a calculation, with pixels in the place of those tokens that `pixels` knows a number for.
pub(super) fn in_pixels(text: &str, pixels: &dyn Fn(&Token<'_>) -> Option<f64>) -> String {
    fn put(input: &mut Parser<'_>, pixels: &dyn Fn(&Token<'_>) -> Option<f64>, out: &mut String, depth: u32) {
        loop {
            let start = input.position();
            let Ok(token) = input.next_including_whitespace() else { return };
            let token = token.clone();
            if let Some(found) = pixels(&token) {
                out.push_str(&format!("{found}px"));
                continue;
            }
            out.push_str(input.slice_from(start));
            if matches!(token, Token::Function(_) | Token::ParenthesisBlock) && depth < 32 {
                // Nothing in it is an error.
                let _ = input.parse_nested_block(|i| {
                    put(i, pixels, out, depth + 1);
                    Ok::<_, ParseError<()>>(())
                });
                out.push(')');
            }
        }
    }
    let mut out = String::new();
    put(&mut Parser::new(text), pixels, &mut out, 0);
    out
}

/// A length, number, `calc()`, `min()`, `max()` or `clamp()` (CSS Values 4 §10). Recursion is bounded by the parser's nesting limit.
pub(super) fn calc(input: &mut Parser<'_>, screen: Option<&Screen>) -> Parsed<Calc> {
    one(input, Around { screen, all: false })
}

/// The same with all functions of CSS Values 4 §10 whose outcome is a length or a number.
pub(super) fn math(input: &mut Parser<'_>, screen: Option<&Screen>) -> Parsed<Calc> {
    one(input, Around { screen, all: true })
}

fn one(input: &mut Parser<'_>, around: Around<'_>) -> Parsed<Calc> {
    match input.next()?.clone() {
        Token::Number { value, .. } => Ok(Calc { value: value.into(), length: false }),
        Token::Dimension { value, unit, .. } => {
            let value = length(value.into(), &unit.to_ascii_lowercase(), around.screen).ok_or(ParseError::unexpected_token())?;
            Ok(Calc { value, length: true })
        }
        Token::Ident(word) if around.all => {
            let value = match &*word.to_ascii_lowercase() {
                "pi" => std::f64::consts::PI,
                "e" => std::f64::consts::E,
                "infinity" => f64::INFINITY,
                "-infinity" => f64::NEG_INFINITY,
                _ => return Err(ParseError::unexpected_token()),
            };
            Ok(Calc { value, length: false })
        }
        Token::ParenthesisBlock => input.parse_nested_block(|i| {
            let sum = sum(i, around)?;
            i.expect_exhausted()?;
            Ok(sum)
        }),
        Token::Function(name) => {
            let name = name.to_ascii_lowercase();
            input.parse_nested_block(|i| {
                let rounding = i.try_parse(|i| {
                    let word = i.expect_ident()?.to_ascii_lowercase();
                    i.expect_comma()?;
                    Ok::<_, ParseError<()>>(word)
                });
                let all = i.parse_comma_separated(|i| sum(i, around))?;
                let same = all.iter().all(|c| c.length == all[0].length);
                let values = all.iter().map(|c| c.value);
                let value = match (name.as_str(), all.len()) {
                    _ if rounding.is_ok() && name != "round" => return Err(ParseError::unexpected_token()),
                    ("calc" | "-webkit-calc", 1) => all[0].value,
                    ("min", 1..) if same => values.fold(f64::INFINITY, f64::min),
                    ("max", 1..) if same => values.fold(f64::NEG_INFINITY, f64::max),
                    ("clamp", 3) if same => all[0].value.max(all[1].value.min(all[2].value)),
                    _ if around.all && same => return function(&name, rounding.ok().as_deref(), &all),
                    _ => return Err(ParseError::unexpected_token()),
                };
                Ok(Calc { value, length: all[0].length })
            })
        }
        _ => Err(ParseError::unexpected_token()),
    }
}

/// The functions that media queries know besides. Angles are in radians.
fn function(name: &str, rounding: Option<&str>, all: &[Calc]) -> Parsed<Calc> {
    let (length, first) = (all[0].length, all[0].value);
    let second = all.get(1).map(|c| c.value);
    let (value, length) = match (name, all.len()) {
        ("abs", 1) => (first.abs(), length),
        ("sign", 1) => (if first == 0.0 { 0.0 } else { first.signum() }, false),
        ("hypot", 1..) => (all.iter().map(|c| c.value * c.value).sum::<f64>().sqrt(), length),
        ("mod", 2) => (first - second.map_or(1.0, |s| s * (first / s).floor()), length),
        ("rem", 2) => (first % second.unwrap_or(1.0), length),
        ("round", 1 | 2) if second.is_some() || !length => {
            let step = second.unwrap_or(1.0);
            let steps = first / step;
            let whole = match rounding.unwrap_or("nearest") {
                "nearest" => (steps + 0.5).floor(),
                "up" => steps.ceil(),
                "down" => steps.floor(),
                "to-zero" => steps.trunc(),
                _ => return Err(ParseError::unexpected_token()),
            };
            (whole * step, length)
        }
        ("sqrt", 1) if !length => (first.sqrt(), false),
        ("exp", 1) if !length => (first.exp(), false),
        ("pow", 2) if !length => (first.powf(second.unwrap_or(1.0)), false),
        ("log", 1 | 2) if !length => (second.map_or(first.ln(), |base| first.log(base)), false),
        ("sin", 1) if !length => (first.sin(), false),
        ("cos", 1) if !length => (first.cos(), false),
        ("tan", 1) if !length => (first.tan(), false),
        _ => return Err(ParseError::unexpected_token()),
    };
    Ok(Calc { value, length })
}

fn sum(input: &mut Parser<'_>, around: Around<'_>) -> Parsed<Calc> {
    let mut left = product(input, around)?;
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
        let right = product(input, around)?;
        if left.length != right.length {
            return Err(ParseError::unexpected_token());
        }
        left.value += sign * right.value;
    }
}

fn product(input: &mut Parser<'_>, around: Around<'_>) -> Parsed<Calc> {
    let mut left = one(input, around)?;
    loop {
        if input.try_parse(|i| i.expect_delim('*')).is_ok() {
            let right = one(input, around)?;
            if left.length && right.length {
                return Err(ParseError::unexpected_token());
            }
            left = Calc { value: left.value * right.value, length: left.length || right.length };
        } else if input.try_parse(|i| i.expect_delim('/')).is_ok() {
            let right = one(input, around)?;
            if right.length && !(around.all && left.length) {
                return Err(ParseError::unexpected_token());
            }
            left = Calc { value: left.value / right.value, length: left.length && !right.length };
        } else {
            return Ok(left);
        }
    }
}
