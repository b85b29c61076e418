//! Which animations an element has, and whether they last.
//! Spec: CSS Animations 1 §4.

use cssparser::{ParseError, Parser, Token};

use super::Parsed;
use super::property::{Property as P, Setting, What};

/// `animation` and `animation-name`.
pub(super) fn names(name: &str, input: &mut Parser<'_>, out: &mut Vec<What>) -> Parsed<()> {
    // All words: those that name no keyframes name nothing.
    let mut words = Vec::new();
    let (mut longest, mut timed, mut fills) = (0.0_f64, false, false);
    loop {
        if !timed && let Ok(found) = input.try_parse(seconds) {
            // The second time of an animation is its delay.
            timed = true;
            longest = longest.max(found);
            continue;
        }
        let Ok(token) = input.next() else { break };
        match token.clone() {
            Token::Comma => timed = false,
            Token::Ident(w) if w.eq_ignore_ascii_case("forwards") || w.eq_ignore_ascii_case("both") => fills = true,
            Token::Ident(w) | Token::QuotedString(w) => words.push(w.as_ref().to_owned()),
            Token::Function(_) => input.parse_nested_block(|i| {
                while i.next().is_ok() {}
                Ok::<_, ParseError<()>>(())
            })?,
            _ => {}
        }
    }
    out.push(What::Set(P::Animation, Setting::Word(words.join(" ").into())));
    if !name.ends_with("name") {
        // What takes no time and leaves nothing has no effect (Web Animations 1 §4.6.3).
        out.push(What::Set(P::AnimationDuration, Setting::Pixels(if fills { 1.0 } else { longest })));
    }
    Ok(())
}

/// A time; what is calculated is taken to be one second.
pub(super) fn seconds(input: &mut Parser<'_>) -> Parsed<f64> {
    let state = input.state();
    if let Ok(Token::Dimension { value, unit, .. }) = input.next() {
        match &*unit.to_ascii_lowercase() {
            "s" => return Ok(f64::from(*value)),
            "ms" => return Ok(f64::from(*value) / 1000.0),
            _ => {}
        }
    }
    input.reset(&state);
    if super::math::measure(input)? == super::math::Kind::Time { Ok(1.0) } else { Err(ParseError::unexpected_token()) }
}
