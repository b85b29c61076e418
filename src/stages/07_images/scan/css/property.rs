//! Declarations: the few properties that matter for what is fetched, each reduced to that.

use std::rc::Rc;

use cssparser::{ParseError, Parser, Token};

use super::Parsed;
use super::value::Values;

/// Properties that are followed; shorthands and aliases become these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Property {
    BackgroundImage,
    ListStyleImage,
    BorderImage,
    Mask,
    MaskBox,
    Cursor,
    Content,
    ShapeOutside,
    Filter,
    BackdropFilter,
    ClipPath,
    Reflect,
    Fill,
    Stroke,
    MarkerStart,
    MarkerMid,
    MarkerEnd,
    Display,
    ContentVisibility,
    ContainerType,
    ContainerName,
    Width,
    MaxWidth,
    Height,
    Animation,
    ColorScheme,
    Appearance,
    MarginLeft,
    MarginRight,
    PaddingLeft,
    PaddingRight,
    BorderLeft,
    BorderRight,
    MinWidth,
    BoxSizing,
    AnimationDuration,
    AnimationDelay,
    AnimationCount,
    AnimationDirection,
    AnimationFill,
    AnimationTiming,
    MinHeight,
    MaxHeight,
    AspectRatio,
}

use Property as P;

impl Property {
    /// How many there are.
    pub(super) const COUNT: usize = 44;
    const ALL: [Self; Self::COUNT] = [
        P::BackgroundImage,
        P::ListStyleImage,
        P::BorderImage,
        P::Mask,
        P::MaskBox,
        P::Cursor,
        P::Content,
        P::ShapeOutside,
        P::Filter,
        P::BackdropFilter,
        P::ClipPath,
        P::Reflect,
        P::Fill,
        P::Stroke,
        P::MarkerStart,
        P::MarkerMid,
        P::MarkerEnd,
        P::Display,
        P::ContentVisibility,
        P::ContainerType,
        P::ContainerName,
        P::Width,
        P::MaxWidth,
        P::Height,
        P::Animation,
        P::ColorScheme,
        P::Appearance,
        P::MarginLeft,
        P::MarginRight,
        P::PaddingLeft,
        P::PaddingRight,
        P::BorderLeft,
        P::BorderRight,
        P::MinWidth,
        P::BoxSizing,
        P::AnimationDuration,
        P::AnimationDelay,
        P::AnimationCount,
        P::AnimationDirection,
        P::AnimationFill,
        P::AnimationTiming,
        P::MinHeight,
        P::MaxHeight,
        P::AspectRatio,
    ];
    /// The first ones name pictures.
    pub(super) const PICTURES: usize = 17;
}

/// What a property is set to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Setting {
    /// Pictures.
    Urls(Rc<[String]>),
    /// A word, in lower case; for container names as written.
    Word(Rc<str>),
    /// A length in pixels, or a part of the container's.
    Pixels(f64),
    /// Of the container's.
    Part(f64),
    /// A calculation with parts of the container's.
    Sum(Rc<str>),
    /// `inherit`, `initial`, …
    Wide(Wide),
}

/// CSS-wide keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wide {
    Inherit,
    Initial,
    Unset,
    /// Back to the browser's own style.
    Revert,
    /// Back to the layers before.
    RevertLayer,
}

/// One declaration.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Set(Property, Setting),
    /// A custom property: its text, or a keyword.
    Custom(Rc<str>, Result<Rc<str>, Wide>),
    /// A value with `var()`, `if()` or `light-dark()`: read when the variables and the colour scheme are known.
    Pending {
        name: Rc<str>,
        text: Rc<str>,
    },
}

/// A declaration with its weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declared {
    pub(super) important: bool,
    pub(super) what: What,
}

impl Declared {
    /// Might it change what is shown, if only by showing nothing?
    pub(super) fn shown(&self) -> bool {
        matches!(&self.what, What::Set(_, Setting::Urls(_))) || self.pictures()
    }

    /// Might it name a picture?
    pub(super) fn pictures(&self) -> bool {
        match &self.what {
            What::Set(_, Setting::Urls(urls)) => !urls.is_empty(),
            What::Set(..) => false,
            What::Custom(_, text) => text.as_ref().is_ok_and(|t| may_name(t)),
            What::Pending { name, text } => may_name(text) || longhands(name).iter().any(|p| (*p as usize) < Property::PICTURES),
        }
    }
}

/// Could this text name a picture?
pub(super) fn may_name(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("url") || lower.contains("image-set") || lower.contains('\\')
}

/// The followed properties that `name` (in lower case) sets.
pub(super) fn longhands(name: &str) -> &'static [Property] {
    match name {
        "background" | "background-image" => &[P::BackgroundImage],
        "list-style" | "list-style-image" => &[P::ListStyleImage],
        "border" => &[P::BorderImage, P::BorderLeft, P::BorderRight],
        "border-image" | "border-image-source" | "-webkit-border-image" => &[P::BorderImage],
        "mask" | "mask-image" | "-webkit-mask" | "-webkit-mask-image" => &[P::Mask],
        "-webkit-mask-box-image" | "-webkit-mask-box-image-source" => &[P::MaskBox],
        "cursor" => &[P::Cursor],
        "content" => &[P::Content],
        "shape-outside" | "-webkit-shape-outside" => &[P::ShapeOutside],
        "filter" | "-webkit-filter" => &[P::Filter],
        "backdrop-filter" => &[P::BackdropFilter],
        "clip-path" | "-webkit-clip-path" => &[P::ClipPath],
        "-webkit-box-reflect" => &[P::Reflect],
        "fill" => &[P::Fill],
        "stroke" => &[P::Stroke],
        "marker" => &[P::MarkerStart, P::MarkerMid, P::MarkerEnd],
        "marker-start" => &[P::MarkerStart],
        "marker-mid" => &[P::MarkerMid],
        "marker-end" => &[P::MarkerEnd],
        "display" => &[P::Display],
        "content-visibility" => &[P::ContentVisibility],
        "container" => &[P::ContainerType, P::ContainerName],
        "container-type" => &[P::ContainerType],
        "container-name" => &[P::ContainerName],
        "width" => &[P::Width],
        "max-width" => &[P::MaxWidth],
        "height" => &[P::Height],
        "min-width" => &[P::MinWidth],
        "min-height" => &[P::MinHeight],
        "max-height" => &[P::MaxHeight],
        "aspect-ratio" => &[P::AspectRatio],
        "box-sizing" => &[P::BoxSizing],
        "margin" | "margin-inline" => &[P::MarginLeft, P::MarginRight],
        "margin-left" | "margin-inline-start" => &[P::MarginLeft],
        "margin-right" | "margin-inline-end" => &[P::MarginRight],
        "padding" | "padding-inline" => &[P::PaddingLeft, P::PaddingRight],
        "padding-left" | "padding-inline-start" => &[P::PaddingLeft],
        "padding-right" | "padding-inline-end" => &[P::PaddingRight],
        "border-inline" => &[P::BorderLeft, P::BorderRight],
        "border-left" | "border-inline-start" => &[P::BorderLeft],
        "border-right" | "border-inline-end" => &[P::BorderRight],
        "animation" | "-webkit-animation" => &super::animation::LONGHANDS,
        "animation-name" | "-webkit-animation-name" => &[P::Animation],
        "animation-duration" | "-webkit-animation-duration" => &[P::AnimationDuration],
        "animation-delay" | "-webkit-animation-delay" => &[P::AnimationDelay],
        "animation-iteration-count" | "-webkit-animation-iteration-count" => &[P::AnimationCount],
        "animation-direction" | "-webkit-animation-direction" => &[P::AnimationDirection],
        "animation-fill-mode" | "-webkit-animation-fill-mode" => &[P::AnimationFill],
        "animation-timing-function" | "-webkit-animation-timing-function" => &[P::AnimationTiming],
        "color-scheme" => &[P::ColorScheme],
        "appearance" | "-webkit-appearance" => &[P::Appearance],
        "all" => &Property::ALL,
        _ => &[],
    }
}

pub(super) fn wide(text: &str) -> Option<Wide> {
    Some(match text.to_ascii_lowercase().as_str() {
        "inherit" => Wide::Inherit,
        "initial" => Wide::Initial,
        "unset" => Wide::Unset,
        "revert" => Wide::Revert,
        "revert-layer" => Wide::RevertLayer,
        _ => return None,
    })
}

/// Reads a value without `var()`, to the end of `input`.
pub(super) fn read(name: &str, input: &mut Parser<'_>, values: Values<'_>, out: &mut Vec<What>) -> Parsed<()> {
    let keyword = input.try_parse(|i| {
        let word = i.expect_ident_cloned()?;
        i.expect_exhausted()?;
        wide(&word).ok_or(ParseError::<()>::unexpected_token())
    });
    if let Ok(keyword) = keyword {
        out.extend(longhands(name).iter().map(|p| What::Set(*p, Setting::Wide(keyword))));
        return Ok(());
    }
    let mut urls = |properties: &[Property], urls: Vec<String>| {
        let urls: Rc<[String]> = urls.into();
        out.extend(properties.iter().map(|p| What::Set(*p, Setting::Urls(urls.clone()))));
    };
    let properties = longhands(name);
    match name {
        "background" => urls(properties, values.layers(input, false)?),
        "mask" | "-webkit-mask" => urls(properties, values.layers(input, true)?),
        "background-image" | "mask-image" | "-webkit-mask-image" => urls(properties, values.images(input)?),
        "list-style-image" | "border-image-source" | "-webkit-mask-box-image-source" => {
            let found = values.image_or_none(input)?;
            input.expect_exhausted()?;
            urls(properties, found);
        }
        "list-style" => urls(properties, values.list_style(input)?),
        "border-image" | "-webkit-border-image" | "-webkit-mask-box-image" => urls(properties, values.border_image(input)?),
        "border" => {
            // Sets no picture, but takes one away.
            let width = super::boxes::border(input, values.screen)?;
            urls(&[P::BorderImage], Vec::new());
            out.extend([P::BorderLeft, P::BorderRight].map(|p| What::Set(p, Setting::Pixels(width))));
        }
        "border-inline" | "border-left" | "border-right" | "border-inline-start" | "border-inline-end" => {
            let width = super::boxes::border(input, values.screen)?;
            out.extend(properties.iter().map(|p| What::Set(*p, Setting::Pixels(width))));
        }
        "box-sizing" => {
            let word = one_of(input, &["content-box", "border-box"])?;
            out.push(What::Set(P::BoxSizing, Setting::Word(word)));
        }
        _ if properties.first().is_some_and(|p| super::animation::LONGHANDS.contains(p)) => {
            super::animation::declare(name, input, out)?;
        }
        _ if name.starts_with("margin") || name.starts_with("padding") => super::boxes::edges(name, input, values.screen, out)?,
        "cursor" => urls(properties, values.cursor(input)?),
        "filter" | "-webkit-filter" | "backdrop-filter" => urls(properties, values.filter(input)?),
        "shape-outside" | "-webkit-shape-outside" => urls(properties, values.shape(input)?),
        "content" => {
            out.push(What::Set(P::Content, Setting::Urls(values.content(input)?.into())));
        }
        "display" => {
            let mut words = Vec::new();
            while !input.is_exhausted() {
                words.push(input.expect_ident()?.to_ascii_lowercase());
            }
            if !super::supports::is_display(&words) {
                return Err(ParseError::unexpected_token());
            }
            out.push(What::Set(P::Display, Setting::Word(words.join(" ").into())));
        }
        "content-visibility" => {
            let word = one_of(input, &["visible", "auto", "hidden"])?;
            out.push(What::Set(P::ContentVisibility, Setting::Word(word)));
        }
        "container-type" => {
            let word = one_of(input, &["normal", "size", "inline-size", "scroll-state"])?;
            out.push(What::Set(P::ContainerType, Setting::Word(word)));
        }
        "container-name" | "container" => {
            let mut names = Vec::new();
            while let Ok(word) = input.try_parse(|i| i.expect_ident_cloned()) {
                names.push(word.as_ref().to_owned());
            }
            if names.is_empty() {
                return Err(ParseError::unexpected_token());
            }
            let names = names.join(" ");
            out.push(What::Set(P::ContainerName, Setting::Word(if names == "none" { "".into() } else { names.into() })));
            if name == "container" {
                let kind = if input.try_parse(|i| i.expect_delim('/')).is_ok() {
                    one_of(input, &["normal", "size", "inline-size", "scroll-state"])?
                } else {
                    "normal".into()
                };
                out.push(What::Set(P::ContainerType, Setting::Word(kind)));
            }
            input.expect_exhausted()?;
        }
        "aspect-ratio" => out.push(What::Set(P::AspectRatio, super::boxes::ratio(input)?)),
        "width" | "max-width" | "min-width" | "height" | "min-height" | "max-height" => {
            let property = properties[0];
            let state = input.state();
            if super::math::unsigned(input).is_err()
                && let Ok(Token::Dimension { .. } | Token::Percentage { .. } | Token::Number { .. }) = {
                    input.reset(&state);
                    input.next()
                }
            {
                return Err(ParseError::unexpected_token());
            }
            input.reset(&state);
            let start = input.position();
            let setting = match input.next()?.clone() {
                Token::Percentage { unit_value, .. } => Setting::Part(unit_value.into()),
                Token::Ident(w) => {
                    let w = w.to_ascii_lowercase();
                    if !matches!(
                        w.trim_start_matches("-webkit-"),
                        "auto" | "none" | "min-content" | "max-content" | "fit-content" | "stretch" | "fill-available"
                    ) {
                        return Err(ParseError::unexpected_token());
                    }
                    Setting::Word(w.into())
                }
                Token::Dimension { .. } | Token::Number { .. } | Token::Function(_) => {
                    input.reset(&state);
                    match super::super::calc::calc(input, Some(values.screen)) {
                        Ok(c) => Setting::Pixels(c.value),
                        Err(_) => {
                            input.reset(&state);
                            sized(input)?;
                            Setting::Sum(input.slice_from(start).into())
                        }
                    }
                }
                _ => return Err(ParseError::unexpected_token()),
            };
            input.expect_exhausted()?;
            out.push(What::Set(property, setting));
        }
        "color-scheme" => {
            let mut words = Vec::new();
            while !input.is_exhausted() {
                words.push(input.expect_ident()?.to_ascii_lowercase());
            }
            if words.is_empty() || (words.len() > 1 && words.iter().any(|w| w == "normal")) {
                return Err(ParseError::unexpected_token());
            }
            out.push(What::Set(P::ColorScheme, Setting::Word(words.join(" ").into())));
        }
        "appearance" | "-webkit-appearance" => {
            let word = input.expect_ident()?.to_ascii_lowercase();
            input.expect_exhausted()?;
            if word.starts_with('-') {
                return Err(ParseError::unexpected_token());
            }
            out.push(What::Set(P::Appearance, Setting::Word(word.into())));
        }
        "clip-path" | "-webkit-clip-path" | "marker" | "marker-start" | "marker-mid" | "marker-end" => {
            urls(properties, values.reference(input)?);
        }
        "fill" | "stroke" => urls(properties, values.paint(input)?),
        "-webkit-box-reflect" => urls(properties, values.reflection(input)?),
        "all" => return Err(ParseError::unexpected_token()),
        _ => urls(properties, values.anything(input)?),
    }
    Ok(())
}

/// A size that the page's layout alone could tell.
pub(super) fn sized(input: &mut Parser<'_>) -> Parsed<()> {
    const FUNCTIONS: &str = " fit-content calc-size anchor-size ";
    let other = input.try_parse(|i| {
        let known = FUNCTIONS.contains(&format!(" {} ", i.expect_function()?.to_ascii_lowercase()));
        i.parse_nested_block(|i| {
            while i.next().is_ok() {}
            if known { Ok(()) } else { Err(ParseError::<()>::unexpected_token()) }
        })
    });
    if other.is_err() {
        super::math::length_percentage(input)?;
    }
    Ok(())
}

fn one_of(input: &mut Parser<'_>, words: &[&str]) -> Parsed<Rc<str>> {
    let word = input.expect_ident()?.to_ascii_lowercase();
    input.expect_exhausted()?;
    if words.contains(&word.as_str()) { Ok(word.into()) } else { Err(ParseError::unexpected_token()) }
}
