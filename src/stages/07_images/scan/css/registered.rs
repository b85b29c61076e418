//! `@property`: custom properties that a sheet registers.
//! Spec: CSS Properties and Values 1 §3.

use std::rc::Rc;

use cssparser::{Delimiter, ParseError, Parser};

use super::color::color;
use super::property::wide;
use super::value::{Values, url};
use super::{Parsed, math, wrong};

/// What is known of a registered property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registered {
    /// What it is where nothing sets it.
    pub(super) initial: Option<Rc<str>>,
    pub(super) inherits: bool,
    syntax: Syntax,
}

/// What it may be set to (CSS Properties and Values 1 §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Syntax {
    /// `*`
    Any,
    /// One of these.
    Of(Vec<Component>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    kind: Kind,
    /// Several of it: `+` between spaces, `#` between commas.
    several: Option<char>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Url,
    Image,
    Color,
    Number,
    Integer,
    Percentage,
    Length,
    LengthPercentage,
    Angle,
    Time,
    Resolution,
    Text,
    Name,
    /// `<transform-function>`, `<transform-list>`
    Transform,
    Word(String),
}

impl Syntax {
    pub(super) fn read(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Any);
        }
        text.split('|').map(|part| Component::read(part.trim())).collect::<Option<Vec<_>>>().map(Self::Of)
    }
}

impl Syntax {
    /// One component, or `type(…)` around several (CSS Functions and Mixins 1 §2.1).
    pub(super) fn of_type(text: &str) -> Option<Self> {
        let inner = text.get(..5).filter(|t| t.eq_ignore_ascii_case("type(")).and_then(|_| text[5..].strip_suffix(')'));
        Self::read(inner.unwrap_or(text).trim())
    }

    pub(super) fn accepts(&self, text: &str, values: Values<'_>) -> bool {
        let Self::Of(components) = self else { return true };
        components.iter().any(|component| component.accepts(&mut Parser::new(text), values))
    }
}

impl Component {
    fn read(text: &str) -> Option<Self> {
        let (name, several) = match text.chars().last()? {
            sign @ ('+' | '#') => (&text[..text.len() - 1], Some(sign)),
            _ => (text, None),
        };
        let kind = match name {
            "<url>" => Kind::Url,
            "<image>" => Kind::Image,
            "<color>" => Kind::Color,
            "<number>" => Kind::Number,
            "<integer>" => Kind::Integer,
            "<percentage>" => Kind::Percentage,
            "<length>" => Kind::Length,
            "<length-percentage>" => Kind::LengthPercentage,
            "<angle>" => Kind::Angle,
            "<time>" => Kind::Time,
            "<resolution>" => Kind::Resolution,
            "<string>" => Kind::Text,
            "<custom-ident>" => Kind::Name,
            "<transform-function>" | "<transform-list>" => Kind::Transform,
            word => {
                let mut input = Parser::new(word);
                let word = input.expect_ident_cloned().ok()?;
                input.expect_exhausted().ok()?;
                Kind::Word(word.as_ref().to_owned())
            }
        };
        let several = if name == "<transform-list>" { Some('+') } else { several };
        Some(Self { kind, several })
    }

    /// All of `input`?
    fn accepts(&self, input: &mut Parser<'_>, values: Values<'_>) -> bool {
        loop {
            if self.kind.read(input, values).is_err() {
                return false;
            }
            if input.is_exhausted() {
                return true;
            }
            match self.several {
                Some('#') if input.expect_comma().is_ok() => {}
                Some('+') => {}
                _ => return false,
            }
        }
    }
}

impl Kind {
    fn read(&self, input: &mut Parser<'_>, values: Values<'_>) -> Parsed<()> {
        let measured = |input: &mut Parser<'_>, kinds: &[math::Kind]| -> Parsed<()> {
            if kinds.contains(&math::measure(input)?) { Ok(()) } else { wrong() }
        };
        match self {
            Self::Url => url(input).map(drop),
            Self::Image => values.image(input).map(drop),
            Self::Color => color(input),
            Self::Integer => match input.try_parse(|i| i.expect_integer()) {
                Ok(_) => Ok(()),
                // A calculation is rounded.
                Err(_) if input.try_parse(|i| i.expect_number()).is_ok() => wrong(),
                Err(_) => measured(input, &[math::Kind::Number]),
            },
            Self::Number => measured(input, &[math::Kind::Number]),
            Self::Percentage => measured(input, &[math::Kind::Percentage]),
            Self::Length => match math::length_percentage(input)? {
                math::Kind::Length => Ok(()),
                _ => wrong(),
            },
            Self::LengthPercentage => math::length_percentage(input).map(drop),
            Self::Angle => math::angle(input),
            Self::Time => measured(input, &[math::Kind::Time]),
            Self::Resolution => measured(input, &[math::Kind::Resolution]),
            Self::Text => input.expect_string().map(drop).map_err(Into::into),
            Self::Name => {
                if wide(input.expect_ident()?).is_none() {
                    Ok(())
                } else {
                    wrong()
                }
            }
            Self::Word(word) => {
                if input.expect_ident()?.as_ref() == word {
                    Ok(())
                } else {
                    wrong()
                }
            }
            Self::Transform => {
                input.expect_function()?;
                input.parse_nested_block(|i| {
                    while i.next().is_ok() {}
                    Ok(())
                })
            }
        }
    }
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
        let Some(syntax) = Syntax::read(&syntax) else { return wrong() };
        let any = syntax == Syntax::Any;
        let read = Self { initial, inherits, syntax };
        match &read.initial {
            Some(text) if !read.accepts(text, values) => wrong(),
            None if !any => wrong(),
            _ => Ok(read),
        }
    }

    /// May it be set to `text`, in which no variables are?
    pub(super) fn accepts(&self, text: &str, values: Values<'_>) -> bool {
        self.syntax.accepts(text, values)
    }
}
