//! Media queries, answered for one screen: `media` attributes, `sizes`, `@media`, `@import`.
//! Spec: Media Queries 4 and 5. What a query asks and we do not know is *unknown*, and unknown is false at the end.

use cssparser::{BasicParseErrorKind, ParseError, Parser, Token};

use super::calc::{Calc, length, math};
use super::css::resolution;

type Parsed<T> = Result<T, ParseError<()>>;

/// The screen that the page is shown on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Screen {
    /// CSS pixels.
    pub(super) width: f64,
    /// CSS pixels.
    pub(super) height: f64,
    /// Device pixels per CSS pixel.
    pub(super) density: f64,
}

/// Three-valued logic (Media Queries 4 §3.1): None is unknown.
type Truth = Option<bool>;

fn negated(t: Truth) -> Truth {
    t.map(|t| !t)
}

impl Screen {
    /// From `--viewport`: width, height, density in thousandths.
    pub(super) fn new((width, height, milli): (u32, u32, u32)) -> Self {
        Self { width: f64::from(width), height: f64::from(height), density: f64::from(milli.max(1)) / 1000.0 }
    }

    /// A media query list; an empty one matches.
    pub(super) fn matches(&self, list: &str) -> bool {
        self.matches_list(&mut Parser::new(list))
    }

    /// The same from a parser that ends with the list.
    pub(super) fn matches_list(&self, input: &mut Parser<'_>) -> bool {
        if input.is_exhausted() {
            return true;
        }
        let mut any = false;
        loop {
            // One that cannot be read is `not all`; the others still count.
            let one = input.parse_until_before(cssparser::Delimiter::Comma, |input| {
                let r = self.query(input)?;
                input.expect_exhausted()?;
                Ok::<_, ParseError<()>>(r)
            });
            any |= one.unwrap_or(false);
            if input.next().is_err() {
                return any;
            }
        }
    }

    fn query(&self, input: &mut Parser<'_>) -> Parsed<bool> {
        if let Ok(t) = input.try_parse(|input| {
            let t = self.condition(input, true)?;
            input.expect_exhausted()?;
            Ok::<_, ParseError<()>>(t)
        }) {
            return Ok(t.unwrap_or(false));
        }
        let mut not = false;
        let mut name = input.expect_ident_cloned()?.to_ascii_lowercase();
        if name == "not" || name == "only" {
            not = name == "not";
            name = input.expect_ident_cloned()?.to_ascii_lowercase();
        }
        if matches!(name.as_str(), "not" | "only" | "and" | "or" | "layer") {
            return Err(ParseError::unexpected_token());
        }
        let mut truth = Some(matches!(name.as_str(), "all" | "screen"));
        if input.try_parse(|i| i.expect_ident_matching("and")).is_ok() {
            let rest = self.condition(input, false)?;
            truth = both(truth, rest);
        }
        Ok((if not { negated(truth) } else { truth }).unwrap_or(false))
    }

    /// `<media-condition>`; `sizes` uses it too.
    pub(super) fn condition(&self, input: &mut Parser<'_>, or_allowed: bool) -> Parsed<Truth> {
        if input.try_parse(|i| i.expect_ident_matching("not")).is_ok() {
            return Ok(negated(self.in_parens(input)?));
        }
        let mut truth = self.in_parens(input)?;
        let word = match input.try_parse(|i| i.expect_ident_cloned()) {
            Ok(w) if w.eq_ignore_ascii_case("and") => "and",
            Ok(w) if or_allowed && w.eq_ignore_ascii_case("or") => "or",
            Ok(_) => return Err(ParseError::unexpected_token()),
            Err(_) => return Ok(truth),
        };
        loop {
            let next = self.in_parens(input)?;
            truth = if word == "and" { both(truth, next) } else { either(truth, next) };
            if input.try_parse(|i| i.expect_ident_matching(word)).is_err() {
                return Ok(truth);
            }
        }
    }

    fn in_parens(&self, input: &mut Parser<'_>) -> Parsed<Truth> {
        let paren = match input.next()? {
            Token::ParenthesisBlock => true,
            Token::Function(_) => false,
            _ => return Err(ParseError::unexpected_token()),
        };
        input.parse_nested_block(|input| {
            if paren {
                if let Ok(t) = input.try_parse(|input| {
                    let t = self.condition(input, true)?;
                    input.expect_exhausted()?;
                    Ok::<_, ParseError<()>>(t)
                }) {
                    return Ok(t);
                }
                if let Ok(t) = input.try_parse(|input| {
                    let t = self.feature(input)?;
                    input.expect_exhausted()?;
                    Ok::<_, ParseError<()>>(t)
                }) {
                    return Ok(t);
                }
            }
            // <general-enclosed>: allowed, and unknown.
            while input.next().is_ok() {}
            Ok(None)
        })
    }

    pub(super) fn feature(&self, input: &mut Parser<'_>) -> Parsed<Truth> {
        if let Ok(name) = input.try_parse(|i| i.expect_ident_cloned()) {
            let name = name.to_ascii_lowercase();
            if input.is_exhausted() {
                return Ok(self.boolean(&name));
            }
            if input.try_parse(|i| i.expect_colon()).is_ok() {
                let value = Value::parse(input, self)?;
                let (name, order) = match (name.strip_prefix("min-"), name.strip_prefix("max-")) {
                    (Some(n), _) => (n.to_owned(), Some(Compare::AtLeast)),
                    (_, Some(n)) => (n.to_owned(), Some(Compare::AtMost)),
                    _ => match (name.strip_prefix("-webkit-min-"), name.strip_prefix("-webkit-max-")) {
                        (Some(n), _) => (format!("-webkit-{n}"), Some(Compare::AtLeast)),
                        (_, Some(n)) => (format!("-webkit-{n}"), Some(Compare::AtMost)),
                        _ => (name, None),
                    },
                };
                return Ok(match order {
                    Some(order) => self.measure(&name).and_then(|m| m.compare(order, &value)),
                    None => self.equals(&name, &value),
                });
            }
            let order = Compare::parse(input)?;
            let value = Value::parse(input, self)?;
            return Ok(self.measure(&name).and_then(|m| m.compare(order, &value)));
        }
        let left = Value::parse(input, self)?;
        let order = Compare::parse(input)?;
        let name = input.expect_ident_cloned()?.to_ascii_lowercase();
        let Some(measure) = self.measure(&name) else {
            while input.next().is_ok() {}
            return Ok(None);
        };
        let first = measure.compare(order.turned(), &left);
        if input.is_exhausted() {
            return Ok(first);
        }
        let second = Compare::parse(input)?;
        // Media Queries 5 §3: both signs point the same way.
        if !order.goes_with(second) {
            return Err(ParseError::unexpected_token());
        }
        let order = second;
        let right = Value::parse(input, self)?;
        Ok(both(first, measure.compare(order, &right)))
    }

    fn measure(&self, name: &str) -> Option<Measure> {
        Some(match name {
            "width" | "device-width" => Measure::Length(self.width),
            "height" | "device-height" => Measure::Length(self.height),
            "aspect-ratio" | "device-aspect-ratio" => Measure::Number(self.width / self.height.max(1.0)),
            "resolution" => Measure::Density(self.density),
            "-webkit-device-pixel-ratio" => Measure::Number(self.density),
            "color" => Measure::Number(8.0),
            "color-index" | "monochrome" => Measure::Number(0.0),
            "horizontal-viewport-segments" | "vertical-viewport-segments" => Measure::Number(1.0),
            _ => return None,
        })
    }

    fn boolean(&self, name: &str) -> Truth {
        if let Some(measure) = self.measure(name) {
            return Some(!measure.is_zero());
        }
        match name {
            // Nothing points at a headless browser, nor hovers.
            "grid"
            | "prefers-reduced-motion"
            | "prefers-contrast"
            | "forced-colors"
            | "scripting"
            | "prefers-reduced-transparency" => Some(false),
            "hover" | "any-hover" | "pointer" | "any-pointer" | "-webkit-animation" | "-webkit-transition" => Some(false),
            "orientation" | "prefers-color-scheme" | "update" | "overflow-block" | "overflow-inline" | "display-mode" => {
                Some(true)
            }
            "color-gamut" | "dynamic-range" | "device-posture" | "-webkit-transform-3d" => Some(true),
            _ => None,
        }
    }

    fn equals(&self, name: &str, value: &Value) -> Truth {
        if let Some(measure) = self.measure(name) {
            return measure.compare(Compare::Equal, value);
        }
        if name == "grid" || name == "-webkit-transform-3d" {
            return match value {
                Value::Number(n) => Some((*n == 1.0) == (name != "grid") || (*n == 0.0 && name == "grid")),
                _ => None,
            };
        }
        let Value::Word(word) = value else { return None };
        let (known, now): (&[&str], &[&str]) = match name {
            "orientation" => (&["portrait", "landscape"], if self.height >= self.width { &["portrait"] } else { &["landscape"] }),
            "hover" | "any-hover" => (&["none", "hover"], &["none"]),
            "pointer" | "any-pointer" => (&["none", "coarse", "fine"], &["none"]),
            "prefers-color-scheme" => (&["light", "dark"], &["light"]),
            "prefers-reduced-motion" => (&["no-preference", "reduce"], &["no-preference"]),
            "prefers-reduced-transparency" => (&["no-preference", "reduce"], &["no-preference"]),
            "device-posture" => (&["continuous", "folded"], &["continuous"]),
            "prefers-contrast" => (&["no-preference", "more", "less", "custom"], &["no-preference"]),
            "forced-colors" => (&["none", "active"], &["none"]),
            "scripting" => (&["none", "initial-only", "enabled"], &["none"]),
            "update" => (&["none", "slow", "fast"], &["fast"]),
            "overflow-block" => (&["none", "scroll", "paged"], &["scroll"]),
            "overflow-inline" => (&["none", "scroll"], &["scroll"]),
            "scan" => (&["interlace", "progressive"], &[]),
            "display-mode" => (
                &["fullscreen", "standalone", "minimal-ui", "browser", "window-controls-overlay", "picture-in-picture"],
                &["browser"],
            ),
            "color-gamut" => (&["srgb", "p3", "rec2020"], &["srgb"]),
            "dynamic-range" => (&["standard", "high"], &["standard"]),
            _ => return None,
        };
        known.contains(&word.as_str()).then(|| now.contains(&word.as_str()))
    }
}

fn both(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn either(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

#[derive(Clone, Copy)]
enum Compare {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
}

impl Compare {
    fn parse(input: &mut Parser<'_>) -> Parsed<Self> {
        let first = match input.next()? {
            Token::Delim(c @ ('<' | '>' | '=')) => *c,
            _ => return Err(ParseError::unexpected_token()),
        };
        // `<=` is one sign: no space inside.
        let or_equal = first != '='
            && input
                .try_parse(|i| match i.next_including_whitespace() {
                    Ok(Token::Delim('=')) => Ok(()),
                    _ => Err(ParseError::<()>::from_basic_kind(BasicParseErrorKind::UnexpectedToken)),
                })
                .is_ok();
        Ok(match (first, or_equal) {
            ('<', false) => Self::Less,
            ('<', true) => Self::AtMost,
            ('>', false) => Self::Greater,
            ('>', true) => Self::AtLeast,
            _ => Self::Equal,
        })
    }

    /// May both stand in one range?
    fn goes_with(self, other: Self) -> bool {
        use Compare::{AtLeast, AtMost, Greater, Less};
        matches!((self, other), (Less | AtMost, Less | AtMost) | (Greater | AtLeast, Greater | AtLeast))
    }

    /// The same relation with its sides exchanged.
    fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Equal => Self::Equal,
            Self::AtLeast => Self::AtMost,
            Self::Greater => Self::Less,
        }
    }

    fn holds(self, a: f64, b: f64) -> bool {
        // Pixels and densities are compared as browsers do: close enough is equal.
        let near = (a - b).abs() <= 1e-6 * a.abs().max(1.0);
        match self {
            Self::Less => a < b && !near,
            Self::AtMost => a < b || near,
            Self::Equal => near,
            Self::AtLeast => a > b || near,
            Self::Greater => a > b && !near,
        }
    }
}

enum Measure {
    Length(f64),
    Number(f64),
    Density(f64),
}

impl Measure {
    fn is_zero(&self) -> bool {
        match self {
            Self::Length(n) | Self::Number(n) | Self::Density(n) => *n == 0.0,
        }
    }

    fn compare(&self, order: Compare, value: &Value) -> Truth {
        Some(match (self, value) {
            (Self::Length(a), Value::Length(b)) | (Self::Density(a), Value::Density(b)) => order.holds(*a, *b),
            (Self::Number(a), Value::Number(b) | Value::Ratio(b)) => order.holds(*a, *b),
            // A bare zero is a length too.
            (Self::Length(a), Value::Number(0.0)) => order.holds(*a, 0.0),
            _ => return None,
        })
    }
}

enum Value {
    Length(f64),
    Number(f64),
    Ratio(f64),
    Density(f64),
    Word(String),
}

impl Value {
    fn parse(input: &mut Parser<'_>, screen: &Screen) -> Parsed<Self> {
        let state = input.state();
        let value = match input.next()?.clone() {
            Token::Ident(word) => Self::Word(word.to_ascii_lowercase()),
            Token::Number { value, .. } => Self::ratio(value.into(), input, screen)?,
            Token::Dimension { value, unit, .. } => {
                let value = f64::from(value);
                match unit.to_ascii_lowercase().as_str() {
                    "dpi" | "dpcm" | "dppx" | "x" if value < 0.0 => return Err(ParseError::unexpected_token()),
                    "dpi" => Self::Density(value / 96.0),
                    "dpcm" => Self::Density(value * 2.54 / 96.0),
                    "dppx" | "x" => Self::Density(value),
                    // In media queries `em` is the initial font size.
                    unit => Self::Length(length(value, unit, Some(screen)).ok_or(ParseError::unexpected_token())?),
                }
            }
            Token::Function(_) => {
                input.reset(&state);
                match input.try_parse(|i| math(i, Some(screen))) {
                    Ok(Calc { value, length: true }) => Self::Length(value),
                    Ok(Calc { value, length: false }) => Self::ratio(value, input, screen)?,
                    Err(_) => Self::Density(resolution(input)?),
                }
            }
            _ => return Err(ParseError::unexpected_token()),
        };
        Ok(value)
    }

    /// A number, or two with a stroke between.
    fn ratio(value: f64, input: &mut Parser<'_>, screen: &Screen) -> Parsed<Self> {
        if input.try_parse(|i| i.expect_delim('/')).is_err() {
            return Ok(Self::Number(value));
        }
        match math(input, Some(screen))? {
            Calc { value: 0.0, length: false } => Ok(Self::Ratio(f64::INFINITY)),
            Calc { value: below, length: false } => Ok(Self::Ratio(value / below)),
            _ => Err(ParseError::unexpected_token()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_answered_for_the_screen() {
        let screen = Screen::new((1280, 720, 1000));
        let yes = [
            "",
            " ",
            "all",
            "screen",
            "SCREEN",
            "only screen",
            "not print",
            "print, screen",
            "(min-width:600px)",
            "(width >= 1280px)",
            "(1000px < width <= 1280px)",
            "screen and (min-width: 30em) and (orientation:landscape)",
            "(max-width:600px), (min-height:1px)",
            "not all and (max-width:600px)",
            "not (max-width:600px)",
            "(prefers-color-scheme: light)",
            "(min-resolution:1dppx)",
            "(-webkit-min-device-pixel-ratio:1)",
            "(aspect-ratio: 16/9)",
            "(color)",
            "(hover: none)",
            "(pointer: none)",
            "((min-width:1px) and (max-width:2000px)) or (monochrome)",
            "(min-width: calc(10px + 2em))",
            "(max-aspect-ratio: 16/9)",
            "bogus, screen",
            "(foo:bar) or (color)",
            "(scripting: none)",
            "not (scripting)",
            "(width)",
            "not print and (min-width:1px)",
            "(min-width:0)",
        ];
        for q in yes {
            assert!(screen.matches(q), "{q}");
        }
        let no = [
            "print",
            "not all",
            "not screen",
            "bogus",
            "(max-width:600px)",
            "(width < 1280px)",
            "screen and (max-width: 10em)",
            "(foo)",
            "(foo:bar)",
            "not (foo:bar)",
            "screen and",
            "(prefers-color-scheme: dark)",
            "(min-resolution:2dppx)",
            "(-webkit-min-device-pixel-ratio:1.5)",
            "(prefers-reduced-motion)",
            "and",
            "only",
            "(min-width)",
            "screen or (color)",
            "(color) and (width) or (height)",
            "(min-width:600)",
            "screen (color)",
            "(scripting)",
            "(min-width:1px) bogus",
            "tty",
        ];
        for q in no {
            assert!(!screen.matches(q), "{q}");
        }
    }

    #[test]
    fn a_dense_screen_is_dense() {
        let screen = Screen::new((400, 800, 2000));
        assert!(screen.matches("(min-resolution: 192dpi) and (orientation: portrait) and (-webkit-min-device-pixel-ratio: 2)"));
    }

    #[test]
    fn deep_nesting_ends() {
        let screen = Screen::new((1280, 720, 1000));
        let deep = format!("{}color{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(!screen.matches(&deep));
    }
}
