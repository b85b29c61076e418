//! `var()`, `env()`, `attr()`, `if()` and functions of the page: what is put in their place.
//! Spec: CSS Variables 1 §3, CSS Environment Variables 1, CSS Values 5 §7 (`if()`, `attr()`), CSS Functions and Mixins 1.

use std::rc::Rc;

use cssparser::{Delimiter, ParseError, Parser, Token};

use super::super::budget::Budget;
use super::attribute::{attribute, is_picture};
use super::function::Calling;
use super::value::Values;
use super::{Parsed, query, supports};

/// What is known of the element that a value is for.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// Its variables, without the dashes.
    pub(super) lookup: &'a dyn Fn(&str) -> Option<Rc<str>>,
    pub(super) values: Values<'a>,
    /// What putting in is paid from: what variables hold is copied for each element that needs them.
    pub(super) budget: &'a Budget,
    /// In a function that takes the name of a picture.
    pub(super) image: bool,
    /// The functions that are being called.
    pub(super) calling: Option<&'a Calling<'a>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<Rc<str>>, values: Values<'a>, budget: &'a Budget) -> Self {
        Self { lookup, values, budget, image: false, calling: None }
    }
}

/// Is it the name of a function in whose place something is put?
pub(super) fn substitutes(function: &str) -> bool {
    function.starts_with("--") || ["var", "env", "attr", "if"].iter().any(|f| function.eq_ignore_ascii_case(f))
}

/// Puts the variables in: None when one that is needed is not there (then the declaration is as if unset).
pub(super) fn substitute(text: &str, context: &Context<'_>) -> Option<String> {
    let mut out = String::new();
    substitute_into(&mut Parser::new(text), &mut out, context, 0).ok()?;
    Some(out)
}

/// Most that a value may grow to.
const GROWN: usize = 256 * 1024;

pub(super) fn substitute_into(input: &mut Parser<'_>, out: &mut String, context: &Context<'_>, depth: u32) -> Parsed<()> {
    loop {
        if out.len() > GROWN || depth > 64 {
            return Err(ParseError::unexpected_token());
        }
        let start = input.position();
        let Ok(token) = input.next_including_whitespace_and_comments() else { return Ok(()) };
        let token = token.clone();
        match &token {
            Token::Function(f) if f.eq_ignore_ascii_case("if") => {
                input.parse_nested_block(|i| chosen(i, out, context, depth + 1))?;
                out.push_str("/**/");
                continue;
            }
            Token::Function(f) if f.eq_ignore_ascii_case("attr") => {
                input.parse_nested_block(|i| attribute(i, out, context, depth + 1))?;
                out.push_str("/**/");
                continue;
            }
            Token::Function(f) if f.starts_with("--") => {
                let name = f.trim_start_matches("--");
                let known = context.values.of.and_then(|of| of.functions.known.get(name));
                let Some((_, function)) = known else { return Err(ParseError::unexpected_token()) };
                input.parse_nested_block(|i| function.call(name, i, out, context, depth + 1))?;
                out.push_str("/**/");
                continue;
            }
            Token::Function(f) if f.eq_ignore_ascii_case("var") || f.eq_ignore_ascii_case("env") => {
                let environment = f.eq_ignore_ascii_case("env");
                input.parse_nested_block(|i| {
                    let name = i.expect_ident_cloned()?;
                    let found = if environment { None } else { name.strip_prefix("--").and_then(|n| (context.lookup)(n)) };
                    if let Some(found) = found {
                        if !context.budget.pay_text(found.len()) {
                            return Err(ParseError::unexpected_token());
                        }
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
                    substitute_into(i, out, context, depth + 1)
                })?;
                // Two tokens never become one.
                out.push_str("/**/");
                continue;
            }
            _ => {}
        }
        out.push_str(input.slice_from(start));
        if let Some(close) = closing(&token) {
            let image = context.image || matches!(&token, Token::Function(f) if is_picture(f));
            let context = Context { image, ..*context };
            input.parse_nested_block(|i| substitute_into(i, out, &context, depth + 1))?;
            out.push(close);
        }
    }
}

/// What ends the block that `token` opens, if it opens one.
pub(super) fn closing(token: &Token<'_>) -> Option<char> {
    match token {
        Token::Function(_) | Token::ParenthesisBlock => Some(')'),
        Token::SquareBracketBlock => Some(']'),
        Token::CurlyBracketBlock => Some('}'),
        _ => None,
    }
}

/// The branches of `if()`: the first whose condition holds. Without one there is no value.
fn chosen(input: &mut Parser<'_>, out: &mut String, context: &Context<'_>, depth: u32) -> Parsed<()> {
    let mut found = false;
    while !input.is_exhausted() {
        input.parse_until_after(Delimiter::Semicolon, |i| {
            let holds = if i.try_parse(|i| i.expect_ident_matching("else")).is_ok() {
                Some(true)
            } else {
                query::condition(i, depth, &mut |name, i| test(name, i, context, depth))?
            };
            i.expect_colon()?;
            if found || holds != Some(true) {
                while i.next().is_ok() {}
                return Ok(());
            }
            found = true;
            substitute_into(i, out, context, depth + 1)
        })?;
    }
    if found { Ok(()) } else { Err(ParseError::unexpected_token()) }
}

/// What a condition of `if()` may ask.
fn test(name: &str, input: &mut Parser<'_>, context: &Context<'_>, depth: u32) -> Parsed<Option<bool>> {
    let truth = match name {
        "style" => query::style(input, depth, context)?,
        "media" => {
            let start = input.position();
            while input.next().is_ok() {}
            // A feature stands there without parentheses of its own, a kind of medium not at all.
            let text = format!("({})", input.slice_from(start));
            let mut condition = Parser::new(&text);
            context.values.screen.condition(&mut condition, true).unwrap_or(None).filter(|_| condition.is_exhausted())
        }
        "supports" => Some(match input.try_parse(|i| supports::declaration(i, context.values)) {
            Ok(truth) => truth,
            Err(_) => supports::condition(input, context.values).unwrap_or(false),
        }),
        _ => None,
    };
    while input.next().is_ok() {}
    Ok(truth)
}

#[cfg(test)]
mod tests {
    use super::super::super::media::Screen;
    use super::*;

    const SCREEN: Screen = Screen { width: 1280.0, height: 720.0, density: 1.0 };

    fn substitute(text: &str, lookup: &dyn Fn(&str) -> Option<Rc<str>>) -> Option<String> {
        let budget = Budget::new(|| false);
        super::substitute(text, &Context::new(lookup, Values { screen: &SCREEN, dark: false, of: None }, &budget))
    }

    #[test]
    fn variables_are_put_in_with_their_fallbacks() {
        let lookup = |name: &str| (name == "a").then(|| Rc::from("url(x)"));
        assert_eq!(substitute("var(--a) no-repeat", &lookup).as_deref(), Some("url(x)/**/ no-repeat"));
        assert_eq!(substitute("var(--b, var(--a))", &lookup).as_deref(), Some(" url(x)/**//**/"));
        assert_eq!(substitute("f(var( --a ), [1])", &lookup).as_deref(), Some("f(url(x)/**/, [1])"));
        assert_eq!(substitute("var(--b)", &lookup), None);
        assert_eq!(substitute("env(safe-area-inset-top)", &lookup).as_deref(), Some("0px/**/"));
    }

    #[test]
    fn the_first_branch_that_holds_is_taken() {
        let lookup = |name: &str| (name == "a").then(|| Rc::from("1"));
        let is = |text: &str, wanted: Option<&str>| assert_eq!(substitute(text, &lookup).as_deref(), wanted, "{text}");
        is("if(style(--a:1):x;else:y)", Some("x/**/"));
        is("if(style(--a: 2):x;else:y)", Some("y/**/"));
        is("if(style(--a > 0) and style(--a):x)", Some("x/**/"));
        is("if(style(--a) and not style(--b):x)", None);
        is("if(not media(print):x;else:y)", Some("y/**/"));
        is("if(media(print):x;media(width>100px):y)", Some("y/**/"));
        is("if(supports(display:grid):var(--a))", Some("1/**//**/"));
        is("if(style(--b):x)", None);
        is("if(style(--a)x)", None);
    }
}
