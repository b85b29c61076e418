//! Conditions: `not`, `and` and `or` over tests, and the tests of style that `@container` and `if()` share.
//! Spec: CSS Values 5 (`<boolean-expr>`), CSS Conditional 5 §6 (style queries).

use cssparser::{ParseError, Parser, Token};

use super::super::media::Screen;
use super::substitute::{Context, closing, substitute};
use super::{Parsed, wrong};

/// Three-valued logic (Media Queries 4 §3.1): None is unknown.
type Truth = Option<bool>;

/// Most conditions within one another.
const DEEP: u32 = 32;

/// A condition, up to what does not belong to it. `test` reads what stands in parentheses, behind the name of a function or none.
pub(super) fn condition(
    input: &mut Parser<'_>,
    depth: u32,
    test: &mut dyn FnMut(&str, &mut Parser<'_>) -> Parsed<Truth>,
) -> Parsed<Truth> {
    if input.try_parse(|i| i.expect_ident_matching("not")).is_ok() {
        return Ok(in_parens(input, depth, test)?.map(|t| !t));
    }
    let mut truth = in_parens(input, depth, test)?;
    let Ok(word) = input.try_parse(|i| {
        let word = i.expect_ident()?.to_ascii_lowercase();
        if matches!(&*word, "and" | "or") { Ok(word) } else { Err(ParseError::<()>::unexpected_token()) }
    }) else {
        return Ok(truth);
    };
    loop {
        let next = in_parens(input, depth, test)?;
        // What decides alone; else what is not known decides nothing.
        let decisive = Some(&*word == "or");
        truth = match (truth, next) {
            (a, b) if a == decisive || b == decisive => decisive,
            (None, _) | (_, None) => None,
            (a, _) => a,
        };
        if input.try_parse(|i| i.expect_ident_matching(&word)).is_err() {
            return Ok(truth);
        }
    }
}

fn in_parens(input: &mut Parser<'_>, depth: u32, test: &mut dyn FnMut(&str, &mut Parser<'_>) -> Parsed<Truth>) -> Parsed<Truth> {
    if depth > DEEP {
        return wrong();
    }
    let name = match input.next()?.clone() {
        Token::ParenthesisBlock => None,
        Token::Function(name) => Some(name.to_ascii_lowercase()),
        _ => return wrong(),
    };
    input.parse_nested_block(|i| {
        if name.is_none()
            && let Ok(truth) = i.try_parse(|i| {
                let truth = condition(i, depth + 1, test)?;
                i.expect_exhausted()?;
                Ok::<_, ParseError<()>>(truth)
            })
        {
            return Ok(truth);
        }
        test(name.as_deref().unwrap_or_default(), i)
    })
}

/// What stands in `style(…)`.
pub(super) fn style(input: &mut Parser<'_>, depth: u32, context: &Context<'_>) -> Parsed<Truth> {
    let whole = input.try_parse(|i| {
        let truth = condition(i, depth + 1, &mut |name, i| if name.is_empty() { feature(i, context) } else { wrong() })?;
        i.expect_exhausted()?;
        Ok::<_, ParseError<()>>(truth)
    });
    whole.or_else(|_| feature(input, context))
}

/// `--name`, `--name: value` or `--name > value`. Other properties cannot be asked about.
fn feature(input: &mut Parser<'_>, context: &Context<'_>) -> Parsed<Truth> {
    let name = input.try_parse(|i| i.expect_ident_cloned());
    let Some(name) = name.as_ref().ok().and_then(|n| n.strip_prefix("--")) else {
        while input.next().is_ok() {}
        return Ok(None);
    };
    let own = (context.lookup)(name);
    if input.is_exhausted() {
        return Ok(Some(own.is_some()));
    }
    let sign = match input.next()?.clone() {
        Token::Colon => String::from(":"),
        Token::Delim(first @ ('<' | '>' | '=')) => {
            let equal = first != '='
                && input
                    .try_parse(|i| match i.next_including_whitespace() {
                        Ok(Token::Delim('=')) => Ok(()),
                        _ => Err(ParseError::<()>::unexpected_token()),
                    })
                    .is_ok();
            if equal { format!("{first}=") } else { String::from(first) }
        }
        _ => return wrong(),
    };
    let start = input.position();
    while input.next().is_ok() {}
    let Some(wanted) = substitute(input.slice_from(start), context) else { return Ok(Some(false)) };
    let wanted = plain(&wanted);
    if sign == ":" {
        // What nothing has set has its initial value, which is none.
        return Ok(Some(match own {
            Some(own) => plain(&own) == wanted,
            None => wanted.eq_ignore_ascii_case("initial"),
        }));
    }
    let screen = context.values.screen;
    let (Some(a), Some(b)) = (own.and_then(|own| number(&own, screen)), number(&wanted, screen)) else { return Ok(Some(false)) };
    Ok(Some(match &*sign {
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        ">=" => a >= b,
        _ => (a - b).abs() < 1e-9,
    }))
}

/// A number, or a length in pixels.
fn number(text: &str, screen: &Screen) -> Option<f64> {
    let text = text.trim();
    text.parse().ok().or_else(|| super::super::calc::calc(&mut Parser::new(text), Some(screen)).ok().map(|c| c.value))
}

/// Without comments, and with one space where there are some.
fn plain(text: &str) -> String {
    fn add(input: &mut Parser<'_>, out: &mut String, depth: u32) {
        loop {
            let start = input.position();
            let Ok(token) = input.next_including_whitespace_and_comments() else { return };
            let close = match token {
                Token::WhiteSpace(_) => {
                    if !out.ends_with(' ') {
                        out.push(' ');
                    }
                    continue;
                }
                Token::Comment(_) => continue,
                other => closing(other),
            };
            out.push_str(input.slice_from(start));
            let Some(close) = close else { continue };
            if depth < DEEP {
                let _ = input.parse_nested_block(|i| {
                    add(i, out, depth + 1);
                    Ok::<_, ParseError<()>>(())
                });
            }
            out.push(close);
        }
    }
    let mut out = String::new();
    add(&mut Parser::new(text), &mut out, 0);
    out.trim().to_owned()
}
