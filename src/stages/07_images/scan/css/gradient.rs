//! Gradients: they fetch nothing, but one that is wrong takes the pictures beside it along.
//! Spec: CSS Images 4 §3.

use cssparser::Parser;

use super::color::{anything, color, space};
use super::math::{Kind, angle, length_percentage, measure};
use super::position::position;
use super::{Parsed, wrong};

/// What stands in the parentheses of the gradient called `name` (in lower case). None: that is not a gradient.
pub(super) fn gradient(name: &str, input: &mut Parser<'_>) -> Option<Parsed<()>> {
    let length_stops = |i: &mut Parser<'_>| length_percentage(i).map(|_| ());
    Some(match name {
        "linear-gradient" | "repeating-linear-gradient" => with(input, linear, length_stops),
        "-webkit-linear-gradient" | "-webkit-repeating-linear-gradient" => with(input, old_linear, length_stops),
        "radial-gradient" | "repeating-radial-gradient" => with(input, radial, length_stops),
        "conic-gradient" | "repeating-conic-gradient" => {
            with(input, conic, |i| if i.try_parse(angle).is_ok() || measure(i)? == Kind::Percentage { Ok(()) } else { wrong() })
        }
        // The first forms, as they were: not read closely.
        "-webkit-gradient" | "-webkit-radial-gradient" | "-webkit-repeating-radial-gradient" => anything(input),
        _ => return None,
    })
}

/// A beginning that may be left out, and the stops.
fn with(
    input: &mut Parser<'_>,
    beginning: fn(&mut Parser<'_>) -> Parsed<bool>,
    place: impl Fn(&mut Parser<'_>) -> Parsed<()>,
) -> Parsed<()> {
    if beginning(input)? {
        input.expect_comma()?;
    }
    let mut hint = true;
    loop {
        if input.try_parse(color).is_ok() {
            hint = false;
            if input.try_parse(&place).is_ok() {
                let _ = input.try_parse(&place);
            }
        } else {
            // A hint stands between two colours.
            place(input)?;
            if hint {
                return wrong();
            }
            hint = true;
        }
        if input.is_exhausted() {
            return if hint { wrong() } else { Ok(()) };
        }
        input.expect_comma()?;
    }
}

fn linear(input: &mut Parser<'_>) -> Parsed<bool> {
    let mut any = input.try_parse(space).is_ok();
    if input.try_parse(|i| i.expect_ident_matching("to")).is_ok() {
        corner(input)?;
        any = true;
    } else if input.try_parse(angle).is_ok() {
        any = true;
    }
    Ok(any | input.try_parse(space).is_ok())
}

fn old_linear(input: &mut Parser<'_>) -> Parsed<bool> {
    Ok(input.try_parse(corner).is_ok() || input.try_parse(angle).is_ok())
}

/// A side, or two that meet.
fn corner(input: &mut Parser<'_>) -> Parsed<()> {
    let across = |w: &str| w.eq_ignore_ascii_case("left") || w.eq_ignore_ascii_case("right");
    let down = |w: &str| w.eq_ignore_ascii_case("top") || w.eq_ignore_ascii_case("bottom");
    let first = input.expect_ident_cloned()?;
    if !across(&first) && !down(&first) {
        return wrong();
    }
    let _ = input.try_parse(|i| {
        let second = i.expect_ident()?;
        if (across(&first) && down(second)) || (down(&first) && across(second)) { Ok(()) } else { wrong() }
    });
    Ok(())
}

fn radial(input: &mut Parser<'_>) -> Parsed<bool> {
    let mut any = input.try_parse(space).is_ok();
    let (mut circle, mut ellipse, mut named) = (false, false, false);
    let mut sizes: Vec<Kind> = Vec::new();
    loop {
        let word = input.try_parse(|i| {
            let word = i.expect_ident()?.to_ascii_lowercase();
            match word.as_str() {
                "circle" if !circle && !ellipse => circle = true,
                "ellipse" if !circle && !ellipse => ellipse = true,
                "closest-side" | "closest-corner" | "farthest-side" | "farthest-corner" if !named && sizes.is_empty() => {
                    named = true
                }
                _ => return wrong(),
            }
            Ok(())
        });
        if word.is_err() {
            let size = input.try_parse(|i| if named || sizes.len() > 1 { wrong() } else { length_percentage(i) });
            let Ok(size) = size else { break };
            sizes.push(size);
        }
        any = true;
    }
    let fits = match sizes[..] {
        [] => true,
        [one] => !ellipse && one == Kind::Length,
        _ => !circle,
    };
    if !fits {
        return wrong();
    }
    any |= placed(input)?;
    Ok(any | input.try_parse(space).is_ok())
}

fn conic(input: &mut Parser<'_>) -> Parsed<bool> {
    let mut any = input.try_parse(space).is_ok();
    if input.try_parse(|i| i.expect_ident_matching("from")).is_ok() {
        angle(input)?;
        any = true;
    }
    any |= placed(input)?;
    Ok(any | input.try_parse(space).is_ok())
}

/// `at <position>`
fn placed(input: &mut Parser<'_>) -> Parsed<bool> {
    if input.try_parse(|i| i.expect_ident_matching("at")).is_err() {
        return Ok(false);
    }
    position(input, false)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_right_or_wrong() {
        let is = |name: &str, text: &str| {
            let mut input = Parser::new(text);
            gradient(name, &mut input).is_some_and(|r| r.is_ok()) && input.is_exhausted()
        };
        for (name, text) in [
            ("linear-gradient", "red, blue"),
            ("linear-gradient", "red"),
            ("linear-gradient", "to top left, red 0 10%, 30%, blue"),
            ("linear-gradient", "135deg, rgba(255,255,255,.15) 25%, transparent 25%"),
            ("linear-gradient", "in oklch, red, blue"),
            ("linear-gradient", "0, red, blue"),
            ("linear-gradient", "calc(10deg * 2), red, blue"),
            ("-webkit-linear-gradient", "top, red, blue"),
            ("radial-gradient", "circle at 10px, red, blue 20px"),
            ("radial-gradient", "ellipse closest-side at left 10px top 5%, red, blue"),
            ("radial-gradient", "10px 20px, red, blue"),
            ("conic-gradient", "from 0deg at 50% 50%, red 0 25%, blue 0"),
            ("-webkit-gradient", "linear, 0 0, 0 100%, from(red), to(blue)"),
        ] {
            assert!(is(name, text), "{name}({text})");
        }
        for (name, text) in [
            ("linear-gradient", ""),
            ("linear-gradient", "to foo, red, blue"),
            ("linear-gradient", "top, red, blue"),
            ("linear-gradient", "red, foo"),
            ("linear-gradient", "10%, red"),
            ("linear-gradient", "red, 10%"),
            ("radial-gradient", "foo, red"),
            ("radial-gradient", "circle 10%, red, blue"),
            ("conic-gradient", "red 10px, blue"),
            ("-moz-linear-gradient", "top, red, blue"),
        ] {
            assert!(!is(name, text), "{name}({text})");
        }
    }
}
