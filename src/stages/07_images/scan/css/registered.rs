//! `@property`: custom properties that a sheet registers.
//! Spec: CSS Properties and Values 1 §3.

use std::rc::Rc;

use cssparser::{Delimiter, ParseError, Parser};

use super::value::{Values, url};
use super::{Parsed, wrong};

/// What is known of a registered property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registered {
    /// What it is where nothing sets it.
    pub(super) initial: Option<Rc<str>>,
    pub(super) inherits: bool,
    syntax: Syntax,
}

/// What it may be set to, as far as that can name a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Url,
    Image,
    /// Not looked at.
    Other,
}

impl Registered {
    /// Reads the block; without `syntax`, `inherits` or a valid `initial-value` the rule is invalid.
    pub(super) fn read(input: &mut Parser<'_>, values: Values<'_>) -> Parsed<Self> {
        let (mut syntax, mut inherits, mut initial) = (None, None, None);
        while !input.is_exhausted() {
            // A descriptor that cannot be read is left out.
            let _ = input.parse_until_after(Delimiter::Semicolon, |i| {
                let name = i.expect_ident()?.to_ascii_lowercase();
                i.expect_colon()?;
                match name.as_str() {
                    "syntax" => syntax = Some(i.expect_string()?.trim().to_owned()),
                    "inherits" => {
                        inherits = match i.expect_ident()?.to_ascii_lowercase().as_str() {
                            "true" => Some(true),
                            "false" => Some(false),
                            _ => inherits,
                        };
                    }
                    "initial-value" => {
                        let start = i.position();
                        while i.next().is_ok() {}
                        initial = Some(Rc::from(i.slice_from(start).trim()));
                    }
                    _ => while i.next().is_ok() {},
                }
                Ok::<_, ParseError<()>>(())
            });
        }
        let (Some(syntax), Some(inherits)) = (syntax, inherits) else { return wrong() };
        let any = syntax == "*";
        let syntax = match syntax.as_str() {
            "<url>" => Syntax::Url,
            "<image>" => Syntax::Image,
            _ => Syntax::Other,
        };
        let read = Self { initial, inherits, syntax };
        match &read.initial {
            Some(text) if !read.accepts(text, values) => wrong(),
            None if !any => wrong(),
            _ => Ok(read),
        }
    }

    /// May it be set to `text`, in which no variables are?
    pub(super) fn accepts(&self, text: &str, values: Values<'_>) -> bool {
        let mut input = Parser::new(text);
        match self.syntax {
            Syntax::Url => url(&mut input).is_ok() && input.is_exhausted(),
            Syntax::Image => values.image(&mut input).is_ok() && input.is_exhausted(),
            Syntax::Other => true,
        }
    }
}
