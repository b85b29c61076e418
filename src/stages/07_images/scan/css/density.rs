//! Resolutions, plain and calculated.
//! Spec: CSS Values 4 §7.4, §10.

use cssparser::{ParseError, Parser, Token};

use super::super::calc::calc;
use super::{Parsed, wrong};

/// How many pixels for one of CSS a unit is.
pub(super) fn densities(unit: &str) -> Parsed<f64> {
    Ok(match unit.to_ascii_lowercase().as_str() {
        "x" | "dppx" => 1.0,
        "dpi" => 1.0 / 96.0,
        "dpcm" => 2.54 / 96.0,
        _ => return wrong(),
    })
}

/// The next function as a resolution.
pub(in super::super) fn resolution(input: &mut Parser<'_>) -> Parsed<f64> {
    let function = input.expect_function()?.clone();
    let inner = input.parse_nested_block(|i| {
        let start = i.position();
        while i.next().is_ok() {}
        Ok::<_, ParseError<()>>(i.slice_from(start).to_owned())
    })?;
    calculated(&function, &inner)
}

/// A resolution that is calculated: `function(inner)`. The calculation is made with pixels in the place of densities.
pub(super) fn calculated(function: &str, inner: &str) -> Parsed<f64> {
    fn put(input: &mut Parser<'_>, out: &mut String, depth: u32) -> Parsed<()> {
        loop {
            let start = input.position();
            let Ok(token) = input.next_including_whitespace() else { return Ok(()) };
            match token.clone() {
                Token::Dimension { value, unit, .. } => out.push_str(&format!("{}px", f64::from(value) * densities(&unit)?)),
                Token::Function(_) | Token::ParenthesisBlock if depth < 32 => {
                    out.push_str(input.slice_from(start));
                    input.parse_nested_block(|i| put(i, out, depth + 1))?;
                    out.push(')');
                }
                _ => out.push_str(input.slice_from(start)),
            }
        }
    }
    let mut out = format!("{function}(");
    put(&mut Parser::new(inner), &mut out, 0)?;
    out.push(')');
    let mut input = Parser::new(&out);
    let found = calc(&mut input, None)?;
    if found.length && found.value >= 0.0 && input.is_exhausted() { Ok(found.value) } else { wrong() }
}
