//! Values of `content` and `list-style`.
//! Spec: CSS Content 3 §1, CSS Lists 3 §3.5 and §4.7.

use cssparser::{ParseError, Parser, Token};

use super::value::{Values, Written};
use super::{Parsed, wrong};

impl Values<'_> {
    /// `content` (CSS Content 3): the URLs.
    pub(super) fn content(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let alone = input.try_parse(|i| {
            let word = i.expect_ident()?.to_ascii_lowercase();
            i.expect_exhausted()?;
            if matches!(word.as_str(), "normal" | "none") { Ok(()) } else { wrong() }
        });
        if alone.is_ok() {
            return Ok(Vec::new());
        }
        let mut urls = Vec::new();
        let mut any = false;
        let mut alternative = false;
        while !input.is_exhausted() {
            if !alternative && let Ok(found) = input.try_parse(|i| self.image(i)) {
                urls.extend(found);
                any = true;
                continue;
            }
            match input.next()?.clone() {
                Token::QuotedString(_) => {}
                Token::Ident(w)
                    if !alternative
                        && matches!(
                            w.to_ascii_lowercase().as_str(),
                            "open-quote" | "close-quote" | "no-open-quote" | "no-close-quote"
                        ) => {}
                Token::Function(f) if f.eq_ignore_ascii_case("attr") => {
                    input.parse_nested_block(|i| {
                        while i.next().is_ok() {}
                        Ok::<_, ParseError<()>>(())
                    })?;
                }
                Token::Function(f) if f.eq_ignore_ascii_case("counter") => input.parse_nested_block(counter)?,
                Token::Function(f) if f.eq_ignore_ascii_case("counters") => input.parse_nested_block(counters)?,
                Token::Delim('/') if any && !alternative => {
                    alternative = true;
                    any = false;
                    continue;
                }
                _ => return wrong(),
            }
            any = true;
        }
        if any { Ok(urls) } else { wrong() }
    }

    /// `list-style`: type, position and image in any order; `none` is for whichever of type and image is not said.
    pub(super) fn list_style(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let mut image = None;
        let (mut kind, mut nones, mut placed) = (false, 0, false);
        while !input.is_exhausted() {
            if image.is_none()
                && let Ok(found) = input.try_parse(|i| self.image(i))
            {
                image = Some(found);
                continue;
            }
            match input.next()?.clone() {
                Token::Ident(w) if w.eq_ignore_ascii_case("none") => nones += 1,
                // The second of them is the name of a counter style.
                Token::Ident(w) if !placed && (w.eq_ignore_ascii_case("inside") || w.eq_ignore_ascii_case("outside")) => {
                    placed = true;
                }
                Token::Ident(_) | Token::QuotedString(_) if !kind => kind = true,
                Token::Function(f) if !kind && f.eq_ignore_ascii_case("symbols") => {
                    kind = true;
                    input.parse_nested_block(|i| {
                        while i.next().is_ok() {}
                        Ok::<_, ParseError<()>>(())
                    })?;
                }
                _ => return wrong(),
            }
        }
        let said = usize::from(kind) + usize::from(image.is_some());
        if nones + said > 2 || (nones + said == 0 && !placed) { wrong() } else { Ok(image.unwrap_or_default()) }
    }
}

/// `counter(name)`, `counter(name, style)`: what stands in the parentheses.
fn counter(input: &mut Parser<'_>) -> Parsed<()> {
    input.expect_ident()?;
    counter_style(input)
}

/// `counters(name, "between")`, `counters(name, "between", style)`.
fn counters(input: &mut Parser<'_>) -> Parsed<()> {
    input.expect_ident()?;
    input.expect_comma()?;
    input.expect_string()?;
    counter_style(input)
}

fn counter_style(input: &mut Parser<'_>) -> Parsed<()> {
    if input.try_parse(|i| i.expect_comma()).is_ok() && input.try_parse(|i| i.expect_ident().map(drop)).is_err() {
        let symbols = input.expect_function()?.eq_ignore_ascii_case("symbols");
        input.parse_nested_block(|i| {
            while i.next().is_ok() {}
            if symbols { Ok(()) } else { wrong() }
        })?;
    }
    Ok(input.expect_exhausted()?)
}
