//! Values of the properties that can name a picture: read strictly, because a declaration that is wrong anywhere is dropped whole.
//! Spec: CSS Images 4, CSS Backgrounds 3, CSS Masking 1, CSS Values 4 §4.5 (`url()`).

use cssparser::{ParseError, Parser, Token};

use super::super::media::{Screen, calc};
use super::super::page::is_image_type;

type Parsed<T> = Result<T, ParseError<()>>;

/// A URL as it is written in a sheet.
pub(super) type Written = String;

/// Reads values for a screen (`image-set()`).
#[derive(Clone, Copy)]
pub(super) struct Values<'s> {
    pub(super) screen: &'s Screen,
}

fn wrong<T>() -> Parsed<T> {
    Err(ParseError::unexpected_token())
}

/// `url(…)`, quoted or not.
pub(super) fn url(input: &mut Parser<'_>) -> Parsed<Written> {
    match input.next()?.clone() {
        Token::UnquotedUrl(u) => Ok(u.as_ref().to_owned()),
        Token::Function(name) if name.eq_ignore_ascii_case("url") => input.parse_nested_block(|i| {
            let u = i.expect_string()?.as_ref().to_owned();
            i.expect_exhausted()?;
            Ok(u)
        }),
        _ => wrong(),
    }
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
            "paint"
            | "-webkit-gradient"
            | "linear-gradient"
            | "repeating-linear-gradient"
            | "radial-gradient"
            | "repeating-radial-gradient"
            | "conic-gradient"
            | "repeating-conic-gradient"
            | "-webkit-linear-gradient"
            | "-webkit-repeating-linear-gradient"
            | "-webkit-radial-gradient"
            | "-webkit-repeating-radial-gradient" => input.parse_nested_block(|i| {
                let mut any = false;
                while i.next().is_ok() {
                    any = true;
                }
                if any { Ok(Vec::new()) } else { wrong() }
            }),
            _ => wrong(),
        }
    }

    /// CSS Images 4 §2.4: one of the options, by type and resolution.
    fn image_set(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let options = input.parse_comma_separated(|i| {
            let urls = match i.try_parse(|i| i.expect_string_cloned()) {
                Ok(s) => vec![s.as_ref().to_owned()],
                Err(_) => self.image(i)?,
            };
            let (mut resolution, mut kind) = (None, None);
            loop {
                match i.next().ok().cloned() {
                    None => break,
                    Some(Token::Dimension { value, unit, .. }) if resolution.is_none() => {
                        let value = f64::from(value);
                        resolution = Some(match unit.to_ascii_lowercase().as_str() {
                            "x" | "dppx" => value,
                            "dpi" => value / 96.0,
                            "dpcm" => value * 2.54 / 96.0,
                            _ => return wrong(),
                        });
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
        let mut usable: Vec<_> =
            options.into_iter().filter(|(_, _, kind)| kind.as_deref().is_none_or(|t| is_image_type(t.trim()))).collect();
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
        let (mut image, mut position, mut repeats, mut attachment, mut boxes, mut color, mut any) =
            (None, 0, 0, false, 0, false, false);
        let mut positioned_at = None;
        while !input.is_exhausted() {
            let n = if any { 1 } else { 0 };
            any = true;
            if image.is_none()
                && let Ok(found) = input.try_parse(|i| self.image_or_none(i))
            {
                image = Some(found);
                positioned_at = None;
                continue;
            }
            let state = input.state();
            let token = input.next()?.clone();
            match &token {
                Token::Ident(word) => {
                    let word = word.to_ascii_lowercase();
                    match word.as_str() {
                        "left" | "right" | "top" | "bottom" | "center" => {
                            if position > 0 && positioned_at.is_none() {
                                return wrong();
                            }
                            position += 1;
                            positioned_at = Some(n);
                            if position > 4 {
                                return wrong();
                            }
                            continue;
                        }
                        "repeat-x" | "repeat-y" if repeats == 0 => repeats = 2,
                        "repeat" | "space" | "round" | "no-repeat" if repeats < 2 => repeats += 1,
                        "scroll" | "fixed" | "local" if !attachment && !mask => attachment = true,
                        "border-box" | "padding-box" | "content-box" if boxes < 2 => boxes += 1,
                        "text" | "border-area" if boxes < 2 && !mask => boxes += 1,
                        "fill-box" | "stroke-box" | "view-box" | "no-clip" | "border" | "padding" | "content" if mask => {
                            boxes += 1
                        }
                        "add" | "subtract" | "intersect" | "exclude" | "alpha" | "luminance" | "match-source" if mask => {}
                        w if !mask && !color && is_color(w) => color = true,
                        _ => return wrong(),
                    }
                }
                Token::Hash(h) | Token::IDHash(h) if !mask && !color => {
                    if !(matches!(h.len(), 3 | 4 | 6 | 8) && h.bytes().all(|b| b.is_ascii_hexdigit())) {
                        return wrong();
                    }
                    color = true;
                }
                Token::Function(f) if !mask && !color && is_color_function(f) => {
                    input.parse_nested_block(|i| {
                        while i.next().is_ok() {}
                        Ok::<_, ParseError<()>>(())
                    })?;
                    color = true;
                }
                Token::Delim('/') if position > 0 && positioned_at.is_some() => {
                    self.size(input)?;
                    position = 5;
                }
                Token::Dimension { .. } | Token::Percentage { .. } | Token::Number { .. } | Token::Function(_) => {
                    input.reset(&state);
                    self.length_percentage(input)?;
                    if position > 0 && positioned_at.is_none() {
                        return wrong();
                    }
                    position += 1;
                    positioned_at = Some(n);
                    if position > 4 {
                        return wrong();
                    }
                    continue;
                }
                _ => return wrong(),
            }
            positioned_at = None;
        }
        if any { Ok((image.unwrap_or_default(), color)) } else { wrong() }
    }

    fn size(&self, input: &mut Parser<'_>) -> Parsed<()> {
        if input.try_parse(|i| i.expect_ident_matching("cover")).is_ok()
            || input.try_parse(|i| i.expect_ident_matching("contain")).is_ok()
        {
            return Ok(());
        }
        let one = |input: &mut Parser<'_>| {
            if input.try_parse(|i| i.expect_ident_matching("auto")).is_ok() { Ok(()) } else { self.length_percentage(input) }
        };
        one(input)?;
        let _ = input.try_parse(one);
        Ok(())
    }

    pub(super) fn length_percentage(&self, input: &mut Parser<'_>) -> Parsed<()> {
        let state = input.state();
        match input.next()?.clone() {
            Token::Percentage { .. } | Token::Number { value: 0.0, .. } => Ok(()),
            Token::Function(f)
                if ["calc", "min", "max", "clamp", "env", "round", "-webkit-calc"].iter().any(|n| f.eq_ignore_ascii_case(n)) =>
            {
                input.parse_nested_block(|i| {
                    while i.next().is_ok() {}
                    Ok(())
                })
            }
            Token::Dimension { .. } => {
                input.reset(&state);
                calc(input, Some(self.screen)).map(|_| ())
            }
            _ => wrong(),
        }
    }

    /// `content` (CSS Content 3): the URLs.
    pub(super) fn content(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let alone = input.try_parse(|i| {
            let word = i.expect_ident()?.to_ascii_lowercase();
            i.expect_exhausted()?;
            if matches!(word.as_str(), "normal" | "none") { Ok(()) } else { wrong() }
        });
        if alone.is_ok() {
            return Ok(Vec::new());
        }
        let mut urls = Vec::new();
        let mut any = false;
        let mut alternative = false;
        while !input.is_exhausted() {
            if !alternative && let Ok(found) = input.try_parse(|i| self.image(i)) {
                urls.extend(found);
                any = true;
                continue;
            }
            match input.next()?.clone() {
                Token::QuotedString(_) => {}
                Token::Ident(w)
                    if !alternative
                        && matches!(
                            w.to_ascii_lowercase().as_str(),
                            "open-quote" | "close-quote" | "no-open-quote" | "no-close-quote"
                        ) => {}
                Token::Function(f) if matches!(f.to_ascii_lowercase().as_str(), "attr" | "counter" | "counters") => {
                    input.parse_nested_block(|i| {
                        while i.next().is_ok() {}
                        Ok::<_, ParseError<()>>(())
                    })?;
                }
                Token::Delim('/') if any && !alternative => alternative = true,
                _ => return wrong(),
            }
            any = true;
        }
        if any { Ok(urls) } else { wrong() }
    }

    /// `list-style`: type, position and image in any order.
    pub(super) fn list_style(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let mut image = None;
        let mut words = 0;
        while !input.is_exhausted() {
            if image.is_none()
                && let Ok(found) = input.try_parse(|i| self.image(i))
            {
                image = Some(found);
                continue;
            }
            match input.next()?.clone() {
                Token::Ident(_) | Token::QuotedString(_) if words < 3 => words += 1,
                Token::Function(f) if f.eq_ignore_ascii_case("symbols") => {
                    input.parse_nested_block(|i| {
                        while i.next().is_ok() {}
                        Ok::<_, ParseError<()>>(())
                    })?;
                }
                _ => return wrong(),
            }
        }
        if image.is_some() || words > 0 { Ok(image.unwrap_or_default()) } else { wrong() }
    }

    /// `cursor`: images with hot spots, then a keyword.
    pub(super) fn cursor(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
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
            input.expect_ident()?;
            input.expect_exhausted()?;
            return Ok(urls);
        }
    }

    /// `border-image`, `-webkit-border-image`, `mask-border`: an image among numbers and words.
    pub(super) fn border_image(&self, input: &mut Parser<'_>) -> Parsed<Vec<Written>> {
        let mut image = None;
        let mut any = false;
        while !input.is_exhausted() {
            any = true;
            if image.is_none()
                && let Ok(found) = input.try_parse(|i| self.image_or_none(i))
            {
                image = Some(found);
                continue;
            }
            match input.next()?.clone() {
                Token::Number { .. } | Token::Percentage { .. } | Token::Dimension { .. } | Token::Delim('/') => {}
                Token::Ident(w)
                    if matches!(w.to_ascii_lowercase().as_str(), "fill" | "auto" | "stretch" | "repeat" | "round" | "space") => {}
                _ => return wrong(),
            }
        }
        if any { Ok(image.unwrap_or_default()) } else { wrong() }
    }

    /// `filter`, `clip-path`, `fill`, `stroke`, `marker-…`, `shape-outside`, `-webkit-box-reflect`: any `url()` among anything.
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

fn is_color_function(name: &str) -> bool {
    const FUNCTIONS: [&str; 15] = [
        "rgb",
        "rgba",
        "hsl",
        "hsla",
        "hwb",
        "lab",
        "lch",
        "oklab",
        "oklch",
        "color",
        "color-mix",
        "light-dark",
        "device-cmyk",
        "contrast-color",
        "alpha",
    ];
    FUNCTIONS.iter().any(|f| name.eq_ignore_ascii_case(f))
}

pub(super) fn is_color(word: &str) -> bool {
    const WORDS: &str = " transparent currentcolor canvas canvastext linktext visitedtext activetext buttonface buttontext buttonborder field fieldtext \
        highlight highlighttext selecteditem selecteditemtext mark marktext graytext accentcolor accentcolortext activeborder activecaption appworkspace \
        background buttonhighlight buttonshadow captiontext inactiveborder inactivecaption inactivecaptiontext infobackground infotext menu menutext \
        scrollbar threeddarkshadow threedface threedhighlight threedlightshadow threedshadow window windowframe windowtext -webkit-activelink -webkit-link \
        -webkit-focus-ring-color aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood cadetblue \
        chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta \
        darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink \
        deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey \
        honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow \
        lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime \
        limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen \
        mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid \
        palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue \
        saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle \
        tomato turquoise violet wheat white whitesmoke yellow yellowgreen ";
    WORDS.contains(&format!(" {word} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { width: 1280.0, height: 720.0, density: 1.0 };

    fn background(text: &str) -> Option<Vec<String>> {
        Values { screen: &SCREEN }.layers(&mut Parser::new(text), false).ok()
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
        let images = |t: &str| Values { screen: &SCREEN }.images(&mut Parser::new(t)).ok();
        assert_eq!(images("image-set('a' 1x, 'b' 2x)"), Some(vec!["a".into()]));
        assert_eq!(images("image-set('b' 2x)"), Some(vec!["b".into()]));
        assert_eq!(images("image-set('a' type('image/unknown'), 'b' type('image/png'))"), Some(vec!["b".into()]));
        assert_eq!(images("image-set(linear-gradient(red,blue) 1x, 'h' 2x)"), Some(vec![]));
        assert_eq!(images("image-set(bogus)"), None);
        assert_eq!(images("cross-fade(url(a),url(b),50%)"), None);
    }
}
