//! `var()` and `env()`: what is put in their place.
//! Spec: CSS Variables 1 §3, CSS Environment Variables 1.

use std::rc::Rc;

use cssparser::{ParseError, Parser, Token};

use super::Parsed;

/// Puts the variables in: None when one that is needed is not there (then the declaration is as if unset).
pub(super) fn substitute(text: &str, lookup: &dyn Fn(&str) -> Option<Rc<str>>) -> Option<String> {
    let mut out = String::new();
    substitute_into(&mut Parser::new(text), &mut out, lookup, 0).ok()?;
    Some(out)
}

/// Most that a value may grow to.
const GROWN: usize = 256 * 1024;

fn substitute_into(input: &mut Parser<'_>, out: &mut String, lookup: &dyn Fn(&str) -> Option<Rc<str>>, depth: u32) -> Parsed<()> {
    loop {
        if out.len() > GROWN || depth > 64 {
            return Err(ParseError::unexpected_token());
        }
        let start = input.position();
        let Ok(token) = input.next_including_whitespace_and_comments() else { return Ok(()) };
        let token = token.clone();
        let close = match &token {
            Token::Function(f) if f.eq_ignore_ascii_case("var") || f.eq_ignore_ascii_case("env") => {
                let environment = f.eq_ignore_ascii_case("env");
                input.parse_nested_block(|i| {
                    let name = i.expect_ident_cloned()?;
                    let found = if environment { None } else { name.strip_prefix("--").and_then(lookup) };
                    if let Some(found) = found {
                        out.push_str(&found);
                        while i.next().is_ok() {}
                        return Ok(());
                    }
                    if environment {
                        while !i.is_exhausted() && i.try_parse(|i| i.expect_integer()).is_ok() {}
                    }
                    if i.expect_comma().is_err() {
                        // The insets of a screen without notches.
                        if environment && name.starts_with("safe-area-inset") {
                            out.push_str("0px");
                            return Ok(());
                        }
                        return Err(ParseError::unexpected_token());
                    }
                    substitute_into(i, out, lookup, depth + 1)
                })?;
                // Two tokens never become one.
                out.push_str("/**/");
                continue;
            }
            Token::Function(_) | Token::ParenthesisBlock => ')',
            Token::SquareBracketBlock => ']',
            Token::CurlyBracketBlock => '}',
            _ => {
                out.push_str(input.slice_from(start));
                continue;
            }
        };
        out.push_str(input.slice_from(start));
        input.parse_nested_block(|i| substitute_into(i, out, lookup, depth + 1))?;
        out.push(close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_with_their_fallbacks() {
        let lookup = |name: &str| (name == "a").then(|| Rc::from("url(x)"));
        assert_eq!(substitute("var(--a) no-repeat", &lookup).as_deref(), Some("url(x)/**/ no-repeat"));
        assert_eq!(substitute("var(--b, var(--a))", &lookup).as_deref(), Some(" url(x)/**//**/"));
        assert_eq!(substitute("f(var( --a ), [1])", &lookup).as_deref(), Some("f(url(x)/**/, [1])"));
        assert_eq!(substitute("var(--b)", &lookup), None);
        assert_eq!(substitute("env(safe-area-inset-top)", &lookup).as_deref(), Some("0px/**/"));
    }
}
