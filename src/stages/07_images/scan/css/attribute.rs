//! `attr()`: an attribute of the element in a value. No picture is fetched from what an attribute says.
//! Spec: CSS Values 5 §7.7 (`attr()`), §7.7.1 (security).

use cssparser::{ParseError, Parser, Token};

use super::registered::Syntax;
use super::substitute::{Context, substitute_into};
use super::{Parsed, math, wrong};

/// What an attribute is read as.
enum Kind {
    /// A string, whatever it holds.
    Raw,
    Number,
    /// A number that gets a unit.
    Unit(String),
    Of(Syntax),
}

/// What stands in the place of a picture that an attribute named: no value of any property.
const TAINTED: &str = "-internal-tainted()";

/// What `attr(…)` comes to, whose inside is `input`.
pub(super) fn attribute(input: &mut Parser<'_>, out: &mut String, context: &Context<'_>, depth: u32) -> Parsed<()> {
    let name = input.expect_ident()?.to_ascii_lowercase();
    let kind = Kind::read(input)?;
    let fallback = !input.is_exhausted();
    if fallback {
        input.expect_comma()?;
    }
    let said = context.values.of.and_then(|of| of.tree.attr(of.node, &name));
    let said = said.filter(|text| context.budget.pay_text(text.len()));
    let found = said.and_then(|text| kind.value(text, context, depth));
    let text = match found {
        Some(text) => {
            while input.next().is_ok() {}
            text
        }
        None if fallback => {
            let mut text = String::new();
            substitute_into(input, &mut text, context, depth)?;
            text
        }
        None if matches!(kind, Kind::Raw) => "\"\"".to_owned(),
        None => return wrong(),
    };
    let tainted = context.image || names_picture(&mut Parser::new(&text), 0);
    out.push_str(if tainted { TAINTED } else { &text });
    Ok(())
}

impl Kind {
    fn read(input: &mut Parser<'_>) -> Parsed<Self> {
        let state = input.state();
        match input.next().ok().cloned() {
            Some(Token::Ident(word)) if word.eq_ignore_ascii_case("raw-string") => Ok(Self::Raw),
            Some(Token::Ident(word)) if word.eq_ignore_ascii_case("number") => Ok(Self::Number),
            Some(Token::Ident(unit)) => Ok(Self::Unit(unit.to_ascii_lowercase())),
            Some(Token::Delim('%')) => Ok(Self::Unit("%".to_owned())),
            Some(Token::Function(f)) if f.eq_ignore_ascii_case("type") => input.parse_nested_block(|i| {
                let start = i.position();
                while i.next().is_ok() {}
                Syntax::read(i.slice_from(start).trim()).map_or_else(wrong, |s| Ok(Self::Of(s)))
            }),
            _ => {
                input.reset(&state);
                Ok(Self::Raw)
            }
        }
    }

    fn value(&self, text: &str, context: &Context<'_>, depth: u32) -> Option<String> {
        let number = || text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        match self {
            Self::Raw => {
                let mut out = String::new();
                cssparser::serialize_string(text, &mut out).ok()?;
                Some(out)
            }
            Self::Number => Some(number()?.to_string()),
            Self::Unit(unit) => {
                let text = format!("{}{unit}", number()?);
                math::measure(&mut Parser::new(&text)).ok()?;
                Some(text)
            }
            Self::Of(syntax) => {
                let mut out = String::new();
                substitute_into(&mut Parser::new(text), &mut out, context, depth + 1).ok()?;
                syntax.accepts(out.trim(), context.values).then_some(out)
            }
        }
    }
}

/// Is there a function in it that takes a picture?
fn names_picture(input: &mut Parser<'_>, depth: u32) -> bool {
    let mut found = false;
    while let Ok(token) = input.next() {
        match token.clone() {
            Token::UnquotedUrl(_) => return true,
            Token::Function(f) if is_picture(&f) => return true,
            Token::Function(_) | Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock if depth < 64 => {
                found |= input.parse_nested_block(|i| Ok::<_, ParseError<()>>(names_picture(i, depth + 1))).unwrap_or(true);
            }
            _ => {}
        }
    }
    found
}

/// Does a string in that function name a picture?
pub(super) fn is_picture(function: &str) -> bool {
    ["url", "src", "image", "image-set", "-webkit-image-set"].iter().any(|f| function.eq_ignore_ascii_case(f))
}
