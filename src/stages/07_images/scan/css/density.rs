//! Resolutions, plain and calculated.
//! Spec: CSS Values 4 §7.4, §10.

use cssparser::{ParseError, Parser, Token};

use super::super::calc::{calc, in_pixels};
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
    let text = in_pixels(&format!("{function}({inner})"), &|token| match token {
        // With another unit it is no resolution, and what is no number no calculation.
        Token::Dimension { value, unit, .. } => Some(densities(unit).map_or(f64::NAN, |density| f64::from(*value) * density)),
        _ => None,
    });
    let mut input = Parser::new(&text);
    let found = calc(&mut input, None)?;
    // CSS Values 4 §10.12: what comes to less than there is counts as the least.
    if found.length && !found.value.is_nan() && input.is_exhausted() { Ok(found.value.max(0.0)) } else { wrong() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_is_calculated_from_resolutions_alone() {
        let of = |text: &str| calculated("calc", text).ok();
        assert_eq!(of("1x + 96dpi"), Some(2.0));
        assert_eq!(of("2 * (1dppx + 1x)"), Some(4.0));
        assert_eq!(of("1x + 3px"), None);
        assert_eq!(of("2"), None);
        assert_eq!(of("1x - 2x"), Some(0.0));
    }
}
