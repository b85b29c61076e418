//! Declarations as they are written: names, values whose text is kept until variables are known, and what makes them invalid.
//! Spec: CSS Syntax 3 §5.5.6 (declarations), CSS Variables 1 §2–§3.

use std::rc::Rc;

use cssparser::{Delimiter, ParseError, Parser, Token};

use super::Parsed;
use super::property::{Declared, What, longhands, read, wide};
use super::value::Values;

/// Reads one declaration up to its end and adds what follows from it; an error drops it.
pub(super) fn declare(name: &str, input: &mut Parser<'_>, values: Values<'_>, out: &mut Vec<Declared>) -> Parsed<()> {
    if let Some(custom) = name.strip_prefix("--").filter(|n| !n.is_empty()) {
        return declare_custom(custom, input, out);
    }
    let name = name.to_ascii_lowercase();
    let properties = longhands(&name);
    if properties.is_empty() {
        return Err(ParseError::unexpected_token());
    }
    let start = input.position();
    let before = input.state();
    let mut found = Vec::new();
    // The text of the value, for `var()`.
    let substituted = {
        let mut any = false;
        input.parse_until_before(Delimiter::Bang | Delimiter::Semicolon, |i| {
            any = has_substitution(i, 0)?;
            Ok::<_, ParseError<()>>(())
        })?;
        any
    };
    if substituted {
        let text: Rc<str> = input.slice_from(start).trim().into();
        found.push(What::Pending { name: name.as_str().into(), text });
    } else {
        input.reset(&before);
        input.parse_until_before(Delimiter::Bang | Delimiter::Semicolon, |i| read(&name, i, values, &mut found))?;
        let text = input.slice_from(start).trim();
        if text.to_ascii_lowercase().contains("light-dark(") {
            found = vec![What::Pending { name: name.as_str().into(), text: text.into() }];
        }
    }
    let important = input.try_parse(cssparser::parse_important).is_ok();
    input.expect_exhausted()?;
    out.extend(found.into_iter().map(|what| Declared { important, what }));
    Ok(())
}

fn declare_custom(name: &str, input: &mut Parser<'_>, out: &mut Vec<Declared>) -> Parsed<()> {
    let start = input.position();
    input.parse_until_before(Delimiter::Bang | Delimiter::Semicolon, |i| whole(i, 0))?;
    let text = input.slice_from(start).trim();
    let important = input.try_parse(cssparser::parse_important).is_ok();
    input.expect_exhausted()?;
    let value = wide(text).map_or_else(|| Ok(text.into()), Err);
    out.push(Declared { important, what: What::Custom(name.into(), value) });
    Ok(())
}

/// All tokens are proper ones.
fn whole(input: &mut Parser<'_>, depth: u32) -> Parsed<()> {
    while let Ok(token) = input.next_including_whitespace_and_comments() {
        match token {
            Token::Function(_) | Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => {
                if depth > 64 {
                    return Err(ParseError::unexpected_token());
                }
                let variable = matches!(token, Token::Function(f) if f.eq_ignore_ascii_case("var"));
                input.parse_nested_block(|i| {
                    if variable {
                        let state = i.state();
                        reference(i, depth + 1)?;
                        i.reset(&state);
                    }
                    whole(i, depth + 1)
                })?;
            }
            Token::BadUrl(_)
            | Token::BadString(_)
            | Token::CloseParenthesis
            | Token::CloseSquareBracket
            | Token::CloseCurlyBracket => {
                return Err(ParseError::unexpected_token());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Is there something in whose place other text is put? An error: it is written as it cannot be.
pub(super) fn has_substitution(input: &mut Parser<'_>, depth: u32) -> Parsed<bool> {
    let mut any = false;
    while let Ok(token) = input.next() {
        match token.clone() {
            Token::Function(f) if f.eq_ignore_ascii_case("var") && depth < 64 => {
                any = true;
                input.parse_nested_block(|i| reference(i, depth + 1))?;
            }
            // Unlike CSS Values 5 §7.7: Chromium knows no namespaces there.
            Token::Function(f) if f.eq_ignore_ascii_case("attr") => {
                any = true;
                input.parse_nested_block(|i| {
                    i.expect_ident()?;
                    let spaced = i.try_parse(|i| i.expect_delim('|')).is_ok();
                    while i.next().is_ok() {}
                    if spaced { Err(ParseError::unexpected_token()) } else { Ok(()) }
                })?;
            }
            Token::Function(f) if super::substitute::substitutes(&f) => any = true,
            Token::Function(_) | Token::ParenthesisBlock if depth < 64 => {
                any |= input.parse_nested_block(|i| has_substitution(i, depth + 1))?;
            }
            _ => {}
        }
    }
    Ok(any)
}

/// What stands in `var()`: a name, and perhaps what there is without it (CSS Variables 1 §3). `--` alone is no name.
fn reference(input: &mut Parser<'_>, depth: u32) -> Parsed<()> {
    let name = input.expect_ident()?;
    if !name.starts_with("--") || name.len() < 3 {
        return Err(ParseError::unexpected_token());
    }
    if !input.is_exhausted() {
        input.expect_comma()?;
        has_substitution(input, depth)?;
    }
    Ok(())
}
