//! Values of the properties that can name a picture: read strictly, because a declaration that is wrong anywhere is dropped whole.
//! Spec: CSS Images 4, CSS Backgrounds 3, CSS Masking 1, CSS Values 4 §4.5 (`url()`).

use cssparser::{ParseError, Parser, Token};

use super::super::elements::is_image_type;
use super::super::media::Screen;
use super::super::tree::{NodeId, Tree};
use super::color::color;
use super::density::{densities, resolution as calculated_resolution};
use super::function::Functions;
use super::gradient::gradient;
use super::math::{Kind, unsigned};
use super::position::{position, size};
use super::{Parsed, wrong};

/// A URL as it is written in a sheet.
pub(super) type Written = String;

/// Reads values for a screen (`image-set()`).
#[derive(Clone, Copy)]
pub(super) struct Values<'s> {
    pub(super) screen: &'s Screen,
    /// The element's colour scheme is a dark one.
    pub(super) dark: bool,
    /// None while sheets are read.
    pub(super) of: Option<Of<'s>>,
}

/// The element that a value is for, and the functions of its page.
#[derive(Clone, Copy)]
pub(super) struct Of<'s> {
    pub(super) tree: &'s Tree,
    pub(super) node: NodeId,
    pub(super) functions: &'s Functions<'s>,
}

/// `url(…)`, quoted or not.
pub(super) fn url(input: &mut Parser<'_>) -> Parsed<Written> {
    match input.next()?.clone() {
        Token::UnquotedUrl(u) => Ok(u.as_ref().to_owned()),
        Token::Function(name) if name.eq_ignore_ascii_case("url") => input.parse_nested_block(|i| {
            let u = i.expect_string()?.as_ref().to_owned();
            while !i.is_exhausted() {
                modifier(i)?;
            }
            Ok(u)
        }),
        _ => wrong(),
    }
}

/// CSS Values 5 §2.3, `<request-url-modifier>`.
fn modifier(input: &mut Parser<'_>) -> Parsed<()> {
    let name = input.expect_function()?.to_ascii_lowercase();
    input.parse_nested_block(|i| {
        match name.as_str() {
            "integrity" => drop(i.expect_string()?),
            "cross-origin" | "referrer-policy" => drop(i.expect_ident()?),
            _ => return wrong(),
        }
        Ok(i.expect_exhausted()?)
    })
}

impl Values<'_> {
    /// `<image>`: the URLs it needs on this screen.
    pub(super) fn image(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        if let Ok(u) = input.try_parse(url) {
            return Ok(vec![u]);
        }
        let Token::Function(name) = input.next()?.clone() else { return wrong() };
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "image-set" | "-webkit-image-set" => input.parse_nested_block(|i| self.image_set(i)),
            "-webkit-cross-fade" => input.parse_nested_block(|i| {
                let mut urls = self.image(i)?;
                i.expect_comma()?;
                urls.extend(self.image(i)?);
                i.expect_comma()?;
                match i.next()? {
                    Token::Percentage { .. } | Token::Number { .. } => {}
                    _ => return wrong(),
                }
                i.expect_exhausted()?;
                Ok(urls)
            }),
            // CSS Color 5 §2.6
            "light-dark" => input.parse_nested_block(|i| {
                let light = self.image_or_none(i)?;
                i.expect_comma()?;
                let dark = self.image_or_none(i)?;
                i.expect_exhausted()?;
                Ok(if self.dark { dark } else { light })
            }),
            // CSS Images 4 §2.5, as far as Chromium has it.
            "image" => input.parse_nested_block(|i| {
                color(i)?;
                i.expect_exhausted()?;
                Ok(Vec::new())
            }),
            "paint" => input.parse_nested_block(|i| {
                i.expect_ident()?;
                while i.next().is_ok() {}
                Ok(Vec::new())
            }),
            _ => input.parse_nested_block(|i| {
                gradient(&name, i).unwrap_or_else(wrong)?;
                i.expect_exhausted()?;
                Ok(Vec::new())
            }),
        }
    }

    /// CSS Images 4 §2.4: one of the options, by type and resolution.
    fn image_set(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let options = input.parse_comma_separated(|i| {
            let urls = match i.try_parse(|i| i.expect_string_cloned()) {
                Ok(s) => vec![s.as_ref().to_owned()],
                Err(_) => {
                    let state = i.state();
                    if matches!(i.next(), Ok(Token::Function(f)) if f.to_ascii_lowercase().ends_with("image-set")) {
                        return wrong();
                    }
                    i.reset(&state);
                    self.image(i)?
                }
            };
            let (mut resolution, mut kind) = (None, None);
            loop {
                let state = i.state();
                match i.next().ok().cloned() {
                    None => break,
                    Some(Token::Dimension { value, unit, .. }) if resolution.is_none() && value >= 0.0 => {
                        let value = f64::from(value);
                        resolution = Some(value * densities(&unit)?);
                    }
                    Some(Token::Function(f)) if resolution.is_none() && !f.eq_ignore_ascii_case("type") => {
                        i.reset(&state);
                        resolution = Some(calculated_resolution(i)?);
                    }
                    Some(Token::Function(f)) if kind.is_none() && f.eq_ignore_ascii_case("type") => {
                        kind = Some(i.parse_nested_block(|i| {
                            let t = i.expect_string()?.to_ascii_lowercase();
                            i.expect_exhausted()?;
                            Ok::<_, ParseError<()>>(t)
                        })?);
                    }
                    Some(_) => return wrong(),
                }
            }
            Ok((urls, resolution.unwrap_or(1.0), kind))
        })?;
        // At a density of nothing an image has no size.
        let fits = |resolution: f64, kind: Option<&str>| resolution > 0.0 && kind.is_none_or(|t| is_image_type(t.trim()));
        let mut usable: Vec<_> = options.into_iter().filter(|(_, density, kind)| fits(*density, kind.as_deref())).collect();
        usable.sort_by(|a, b| a.1.total_cmp(&b.1));
        let best = usable.iter().position(|o| o.1 >= self.screen.density).or(usable.len().checked_sub(1));
        Ok(best.map(|n| usable.swap_remove(n).0).unwrap_or_default())
    }

    /// `<image> | none`
    pub(super) fn image_or_none(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        if input.try_parse(|i| i.expect_ident_matching("none")).is_ok() { Ok(Vec::new()) } else { self.image(input) }
    }

    /// Images and `none` between commas, to the end.
    pub(super) fn images(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        Ok(input.parse_comma_separated(|i| self.image_or_none(i))?.into_iter().flatten().collect())
    }

    /// The `background` shorthand (CSS Backgrounds 3 §2.10), to the end. `mask`: then its words count too.
    pub(super) fn layers(&self, input: &mut Parser<'_>, mask: bool) -> Parsed<Vec<Written>> {
        let mut urls = Vec::new();
        let mut coloured = false;
        loop {
            if coloured {
                // A colour stands in the last layer only.
                return wrong();
            }
            let layer = input.parse_until_before(cssparser::Delimiter::Comma, |i| self.layer(i, mask))?;
            urls.extend(layer.0);
            coloured = layer.1;
            if input.next().is_err() {
                return Ok(urls);
            }
        }
    }

    fn layer(&self, input: &mut Parser<'_>, mask: bool) -> Parsed<(Vec<Written>, bool)> {
        let (mut image, mut positioned, mut repeats, mut attachment, mut boxes, mut colored, mut any) =
            (None, false, 0, false, 0, false, false);
        while !input.is_exhausted() {
            any = true;
            if image.is_none()
                && let Ok(found) = input.try_parse(|i| self.image_or_none(i))
            {
                image = Some(found);
                continue;
            }
            if !positioned && input.try_parse(|i| position(i, true)).is_ok() {
                positioned = true;
                if input.try_parse(|i| i.expect_delim('/')).is_ok() {
                    size(input)?;
                }
                continue;
            }
            if !mask && !colored && input.try_parse(color).is_ok() {
                colored = true;
                continue;
            }
            match input.expect_ident()?.to_ascii_lowercase().as_str() {
                "repeat-x" | "repeat-y" if repeats == 0 => repeats = 2,
                "repeat" | "space" | "round" | "no-repeat" if repeats < 2 => repeats += 1,
                "scroll" | "fixed" | "local" if !attachment && !mask => attachment = true,
                "border-box" | "padding-box" | "content-box" if boxes < 2 => boxes += 1,
                "text" | "border-area" if boxes < 2 && !mask => boxes += 1,
                "fill-box" | "stroke-box" | "view-box" | "no-clip" | "border" | "padding" | "content" if mask => boxes += 1,
                "add" | "subtract" | "intersect" | "exclude" | "alpha" | "luminance" | "match-source" if mask => {}
                _ => return wrong(),
            }
        }
        if any { Ok((image.unwrap_or_default(), colored)) } else { wrong() }
    }

    /// `cursor`: images with hot spots, then a keyword.
    pub(super) fn cursor(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        const WORDS: &str = " auto default none context-menu help pointer progress wait cell crosshair text vertical-text alias copy move no-drop \
            not-allowed grab grabbing e-resize n-resize ne-resize nw-resize s-resize se-resize sw-resize w-resize ew-resize ns-resize nesw-resize \
            nwse-resize col-resize row-resize all-scroll zoom-in zoom-out -webkit-grab -webkit-grabbing -webkit-zoom-in -webkit-zoom-out ";
        let mut urls = Vec::new();
        loop {
            if let Ok(found) = input.try_parse(|i| self.image(i)) {
                urls.extend(found);
                if input.try_parse(|i| i.expect_number()).is_ok() {
                    input.expect_number()?;
                }
                input.expect_comma()?;
                continue;
            }
            let word = input.expect_ident()?.to_ascii_lowercase();
            input.expect_exhausted()?;
            return if WORDS.contains(&format!(" {word} ")) { Ok(urls) } else { wrong() };
        }
    }

    /// `border-image`, `-webkit-border-image`, `-webkit-mask-box-image`: image, slices with widths and outsets, repetition.
    pub(super) fn border_image(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let (mut image, mut sliced, mut repeats, mut any) = (None, false, 0, false);
        while !input.is_exhausted() {
            any = true;
            if image.is_none()
                && let Ok(found) = input.try_parse(|i| self.image_or_none(i))
            {
                image = Some(found);
            } else if !sliced && input.try_parse(slices).is_ok() {
                sliced = true;
            } else {
                repeats += 1;
                let word = input.expect_ident()?.to_ascii_lowercase();
                if repeats > 2 || !matches!(word.as_str(), "stretch" | "repeat" | "round" | "space") {
                    return wrong();
                }
            }
        }
        if any { Ok(image.unwrap_or_default()) } else { wrong() }
    }

    /// `filter`, `backdrop-filter`: functions and references to filters.
    pub(super) fn filter(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        const FUNCTIONS: &str = " blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia ";
        if input.try_parse(|i| i.expect_ident_matching("none")).is_ok() {
            input.expect_exhausted()?;
            return Ok(Vec::new());
        }
        let mut urls = Vec::new();
        loop {
            match input.try_parse(url) {
                Ok(found) => urls.push(found),
                Err(_) => {
                    let name = input.expect_function()?.to_ascii_lowercase();
                    if !FUNCTIONS.contains(&format!(" {name} ")) {
                        return wrong();
                    }
                    input.parse_nested_block(|i| {
                        while i.next().is_ok() {}
                        Ok::<_, ParseError<()>>(())
                    })?;
                }
            }
            if input.is_exhausted() {
                return Ok(urls);
            }
        }
    }

    /// `shape-outside`: a picture alone, or shapes and boxes.
    pub(super) fn shape(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        match input.try_parse(|i| self.image_or_none(i)) {
            Ok(found) => {
                input.expect_exhausted()?;
                Ok(found)
            }
            // Beside shapes there is no picture.
            Err(_) if self.anything(input)?.is_empty() => Ok(Vec::new()),
            Err(_) => wrong(),
        }
    }

    /// `clip-path` and markers: one reference alone, or anything that has none.
    pub(super) fn reference(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        match input.try_parse(url) {
            Ok(found) => {
                input.expect_exhausted()?;
                Ok(vec![found])
            }
            Err(_) if self.anything(input)?.is_empty() => Ok(Vec::new()),
            Err(_) => wrong(),
        }
    }

    /// `fill` and `stroke`: a reference, behind it perhaps a colour in its place (SVG 2 §13.2).
    pub(super) fn paint(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        match input.try_parse(url) {
            Ok(found) => {
                if !input.is_exhausted() && input.try_parse(|i| i.expect_ident_matching("none")).is_err() {
                    color(input)?;
                }
                input.expect_exhausted()?;
                Ok(vec![found])
            }
            Err(_) if self.anything(input)?.is_empty() => Ok(Vec::new()),
            Err(_) => wrong(),
        }
    }

    /// `-webkit-box-reflect`: a side, an offset and a picture over it.
    pub(super) fn reflection(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let side = input.expect_ident()?.to_ascii_lowercase();
        if input.is_exhausted() && matches!(&*side, "none" | "above" | "below" | "left" | "right") {
            return Ok(Vec::new());
        }
        super::math::length_percentage(input)?;
        match &*side {
            "above" | "below" | "left" | "right" if input.is_exhausted() => Ok(Vec::new()),
            "above" | "below" | "left" | "right" => self.border_image(input),
            _ => wrong(),
        }
    }

    /// Any `url()` among anything.
    pub(super) fn anything(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let mut urls = Vec::new();
        let mut any = false;
        while !input.is_exhausted() {
            any = true;
            if let Ok(found) = input.try_parse(|i| self.image(i)) {
                urls.extend(found);
                continue;
            }
            match input.next()?.clone() {
                Token::Function(_) | Token::ParenthesisBlock => input.parse_nested_block(|i| {
                    while i.next().is_ok() {}
                    Ok::<_, ParseError<()>>(())
                })?,
                Token::BadUrl(_)
                | Token::BadString(_)
                | Token::Semicolon
                | Token::CurlyBracketBlock
                | Token::SquareBracketBlock => return wrong(),
                _ => {}
            }
        }
        if any { Ok(urls) } else { wrong() }
    }
}

/// What of a border image goes where: slices `/` widths `/` outsets (CSS Backgrounds 3 §6).
fn slices(input: &mut Parser<'_>) -> Parsed<()> {
    let upto_four =
        |i: &mut Parser<'_>, one: fn(&mut Parser<'_>) -> Parsed<()>| (0..4).take_while(|_| i.try_parse(one).is_ok()).count();
    let slice: fn(&mut Parser<'_>) -> Parsed<()> =
        |i| if matches!(unsigned(i)?, Kind::Number | Kind::Percentage) { Ok(()) } else { wrong() };
    let width: fn(&mut Parser<'_>) -> Parsed<()> = |i| {
        let auto = i.try_parse(|i| i.expect_ident_matching("auto")).is_ok();
        if auto || matches!(unsigned(i)?, Kind::Number | Kind::Percentage | Kind::Length) { Ok(()) } else { wrong() }
    };
    let outset: fn(&mut Parser<'_>) -> Parsed<()> =
        |i| if matches!(unsigned(i)?, Kind::Number | Kind::Length) { Ok(()) } else { wrong() };
    let fill = |i: &mut Parser<'_>| i.try_parse(|i| i.expect_ident_matching("fill")).is_ok();
    let filled = fill(input);
    if upto_four(input, slice) == 0 {
        return wrong();
    }
    if !filled {
        fill(input);
    }
    let slash = |i: &mut Parser<'_>| i.try_parse(|i| i.expect_delim('/')).is_ok();
    if slash(input) {
        // Before outsets widths may be left out.
        let widths = upto_four(input, width);
        let outsets = if slash(input) { upto_four(input, outset) } else { widths };
        if outsets == 0 {
            return wrong();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { width: 1280.0, height: 720.0, density: 1.0 };

    fn background(text: &str) -> Option<Vec<String>> {
        Values { screen: &SCREEN, dark: false, of: None }.layers(&mut Parser::new(text), false).ok()
    }

    #[test]
    fn a_background_is_right_as_a_whole_or_dropped() {
        let one = |t: &str| assert_eq!(background(t).as_deref(), Some(["a".to_owned()].as_slice()), "{t}");
        for good in [
            "url(a)",
            "#fff url(a) no-repeat 0 0",
            "url('a') center / cover no-repeat",
            "red url(a)",
            "url(a) 50% 10px/auto 20px repeat-x fixed",
            "none, url(a)",
            "url(a) left 10px top 5px",
            "rgb(1,2,3) url(a)",
            "linear-gradient(red,blue), url(a) #123456",
            "url(a) calc(100% - 10px) center",
            "url(a) border-box padding-box",
            "transparent url(a) no-repeat scroll left top",
            "url(a)no-repeat",
            "0 0 url(a)",
            "url(a) 0 0/100% 100%",
        ] {
            one(good);
        }
        for bad in [
            "url(a) bogus",
            "red url(c.png) no-repeat, url(d.png)",
            "",
            "url(a) url(b)",
            "url(a) 5",
            "url(a), ",
            "#ggg url(a)",
            "url(a) 0 0 red 1px",
            "url(\"a\" b)",
        ] {
            assert_eq!(background(bad), None, "{bad}");
        }
    }

    #[test]
    fn image_sets_give_what_fits_the_screen() {
        let images = |t: &str| Values { screen: &SCREEN, dark: false, of: None }.images(&mut Parser::new(t)).ok();
        assert_eq!(images("image-set('a' 1x, 'b' 2x)"), Some(vec!["a".into()]));
        assert_eq!(images("image-set('b' 2x)"), Some(vec!["b".into()]));
        assert_eq!(images("image-set('a' type('image/unknown'), 'b' type('image/png'))"), Some(vec!["b".into()]));
        assert_eq!(images("image-set(linear-gradient(red,blue) 1x, 'h' 2x)"), Some(vec![]));
        assert_eq!(images("image-set('a' 0x)"), Some(vec![]));
        assert_eq!(images("image-set('a' calc(-1x))"), Some(vec![]));
        assert_eq!(images("image-set('a' -1x)"), None);
        assert_eq!(images("image-set(bogus)"), None);
        assert_eq!(images("cross-fade(url(a),url(b),50%)"), None);
    }
}
