//! How wide an element is, which is asked of containers: that of blocks in one another, and no other layout.
//! Spec: CSS 2.2 §10.3.3 (blocks in normal flow), §10.4 (least and most), CSS Sizing 3 §3.3 (`box-sizing`), HTML §15.3 (margins).

use cssparser::{Parser, Token};

use super::super::calc::{calc, in_pixels};
use super::super::media::Screen;
use super::super::tree::{NodeId, Space, Tree};
use super::color::color;
use super::math::{Kind, unsigned_length_percentage};
use super::property::{Property, Setting, What};
use super::winners::{Winners, Won};
use super::{Parsed, wrong};

/// Properties that only this module asks about.
pub(super) const LAYOUT: [Property; 10] = [
    Property::MarginLeft,
    Property::MarginRight,
    Property::PaddingLeft,
    Property::PaddingRight,
    Property::BorderLeft,
    Property::BorderRight,
    Property::MinWidth,
    Property::BoxSizing,
    Property::MinHeight,
    Property::MaxHeight,
];

/// A size of an element in what is `around` pixels wide or high, where its style says one.
fn size(won: &Winners, property: Property, around: f64, screen: &Screen) -> Option<f64> {
    match &won.slots[property as usize] {
        Won::Set(Setting::Pixels(pixels), _) => Some(*pixels),
        Won::Set(Setting::Part(part), _) => Some(part * around),
        Won::Set(Setting::Sum(text), _) => with_parts(text, around, screen),
        _ => None,
    }
}

/// The width and the height of the page in a frame (HTML §15.4.3, CSS Sizing 3 §5.1), in what is `around` pixels wide. What is
/// around it is taken to be as high as the screen.
pub(super) fn frame_size(tree: &Tree, node: NodeId, won: &Winners, around: f64, screen: &Screen) -> (f64, f64) {
    use Property as P;
    let said = |p: P, whole: f64| size(won, p, whole, screen);
    // HTML §15.4.3: attributes are style, and the weakest of it.
    let hint = |p: P, name: &str, whole: f64| {
        let silent = matches!(won.slots[p as usize], Won::None);
        let asked = tree.attr(node, name).filter(|_| silent).and_then(dimension)?;
        Some(match asked {
            Dimension::Pixels(pixels) => pixels,
            Dimension::Part(part) => part * whole,
        })
    };
    let whole = matches!(&won.slots[P::BoxSizing as usize], Won::Set(Setting::Word(w), _) if &**w == "border-box");
    let edge = |p: P| if whole { said(p, around).unwrap_or(0.0).max(0.0) } else { 0.0 };
    let borders = edge(P::BorderLeft) + edge(P::BorderRight);
    let inner = borders + edge(P::PaddingLeft) + edge(P::PaddingRight);
    let ratio = said(P::AspectRatio, 1.0);
    let (mut width, mut height) = (
        said(P::Width, around).map(|w| w - inner).or_else(|| hint(P::Width, "width", around)),
        // Its borders are mostly the same all round.
        said(P::Height, screen.height).map(|h| h - borders).or_else(|| hint(P::Height, "height", screen.height)),
    );
    let clamped = |size: f64, least: P, most: P, whole: f64, inner: f64| {
        let most = said(most, whole).map_or(f64::INFINITY, |m| m - inner);
        size.min(most).max(said(least, whole).map_or(0.0, |l| l - inner)).max(0.0)
    };
    if let (None, Some(height), Some(ratio)) = (width, height, ratio) {
        width = Some(height * ratio);
    }
    let width = clamped(width.unwrap_or(300.0), P::MinWidth, P::MaxWidth, around, inner);
    if let (None, Some(ratio)) = (height, ratio.filter(|r| *r > 0.0)) {
        height = Some(width / ratio);
    }
    (width, clamped(height.unwrap_or(150.0), P::MinHeight, P::MaxHeight, screen.height, borders))
}

/// `aspect-ratio`, as how often the height goes into the width; without one, a word.
pub(super) fn ratio(input: &mut Parser<'_>) -> Parsed<Setting> {
    let auto = |i: &mut Parser<'_>| i.try_parse(|i| i.expect_ident_matching("auto")).is_ok();
    let before = auto(input);
    let Ok(over) = input.try_parse(|i| i.expect_number()) else {
        input.expect_exhausted()?;
        return if before { Ok(Setting::Word("auto".into())) } else { wrong() };
    };
    let under = if input.try_parse(|i| i.expect_delim('/')).is_ok() { input.expect_number()? } else { 1.0 };
    if !before {
        auto(input);
    }
    input.expect_exhausted()?;
    if over < 0.0 || under < 0.0 {
        return wrong();
    }
    Ok(if over > 0.0 && under > 0.0 { Setting::Pixels(f64::from(over / under)) } else { Setting::Word("auto".into()) })
}

pub(super) enum Dimension {
    Pixels(f64),
    /// Of what is around it.
    Part(f64),
}

/// HTML §2.3.4.4: digits, perhaps with a fraction; what comes behind them counts only if it is `%`.
pub(super) fn dimension(text: &str) -> Option<Dimension> {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    let fraction = text[whole..].strip_prefix('.').map_or(0, |rest| 1 + rest.bytes().take_while(u8::is_ascii_digit).count());
    let (number, rest) = text.split_at(whole + fraction);
    let number: f64 = number.strip_suffix('.').unwrap_or(number).parse().ok().filter(|_| whole > 0)?;
    Some(if rest.starts_with('%') { Dimension::Part(number / 100.0) } else { Dimension::Pixels(number) })
}

/// The width of what an element contains, in what is `around` pixels wide.
pub(super) fn content_width(tree: &Tree, node: NodeId, won: &Winners, around: f64, screen: &Screen) -> f64 {
    use Property as P;
    let of = |p: Property| size(won, p, around, screen);
    // Of what the page says nothing about, the browser's own style does.
    let own = |p: Property, default: f64| if matches!(won.slots[p as usize], Won::None) { default } else { of(p).unwrap_or(0.0) };
    let html = tree.space(node) == Space::Html;
    let (left, right, padding) = match tree.local(node) {
        "body" if html => (8.0, 8.0, 0.0),
        "blockquote" | "figure" if html => (40.0, 40.0, 0.0),
        "dd" if html => (40.0, 0.0, 0.0),
        "ul" | "ol" | "menu" if html => (0.0, 0.0, 40.0),
        _ => (0.0, 0.0, 0.0),
    };
    let inner = own(P::PaddingLeft, padding).max(0.0)
        + own(P::PaddingRight, 0.0).max(0.0)
        + own(P::BorderLeft, 0.0).max(0.0)
        + own(P::BorderRight, 0.0).max(0.0);
    let whole = matches!(&won.slots[P::BoxSizing as usize], Won::Set(Setting::Word(w), _) if &**w == "border-box");
    let content = |width: f64| if whole { width - inner } else { width };
    let margins = own(P::MarginLeft, left) + own(P::MarginRight, right);
    let width = of(P::Width).map_or(around - margins - inner, content);
    let most = of(P::MaxWidth).map_or(f64::INFINITY, content);
    let least = of(P::MinWidth).map_or(0.0, content);
    width.min(most).max(least).max(0.0)
}

/// A calculation in which parts of `whole` stand.
fn with_parts(text: &str, whole: f64, screen: &Screen) -> Option<f64> {
    let text = in_pixels(text, &|token| match token {
        Token::Percentage { unit_value, .. } => Some(f64::from(*unit_value) * whole),
        _ => None,
    });
    calc(&mut Parser::new(&text), Some(screen)).ok().map(|c| c.value)
}

/// A length, a part of what is around, or `auto`.
pub(super) fn one_size(input: &mut Parser<'_>, screen: &Screen) -> Parsed<Setting> {
    let state = input.state();
    let start = input.position();
    match input.next()?.clone() {
        Token::Percentage { unit_value, .. } => Ok(Setting::Part(unit_value.into())),
        Token::Ident(word) if word.eq_ignore_ascii_case("auto") => Ok(Setting::Word("auto".into())),
        Token::Dimension { .. } | Token::Number { .. } | Token::Function(_) => {
            input.reset(&state);
            match input.try_parse(|i| calc(i, Some(screen))) {
                Ok(c) if c.length || c.value == 0.0 => Ok(Setting::Pixels(c.value)),
                Ok(_) => wrong(),
                Err(_) => {
                    super::property::sized(input)?;
                    Ok(Setting::Sum(input.slice_from(start).into()))
                }
            }
        }
        _ => wrong(),
    }
}

/// `margin` and `padding` in one of their forms.
pub(super) fn edges(name: &str, input: &mut Parser<'_>, screen: &Screen, out: &mut Vec<What>) -> Parsed<()> {
    let properties = super::property::longhands(name);
    let mut sizes = Vec::new();
    while !input.is_exhausted() {
        let size = one_size(input, screen)?;
        if name.starts_with("padding") && matches!(size, Setting::Word(_)) {
            return wrong();
        }
        sizes.push(size);
    }
    let most = match name {
        "margin" | "padding" => 4,
        "margin-inline" | "padding-inline" => 2,
        _ => 1,
    };
    if sizes.is_empty() || sizes.len() > most {
        return wrong();
    }
    // Top, right, bottom and left, or the start and the end of a line.
    let (left, right) = match (most, sizes.len()) {
        (4, 4) => (3, 1),
        (4, 2 | 3) => (1, 1),
        (2, 2) => (0, 1),
        _ => (0, 0),
    };
    for p in properties {
        let n = if matches!(p, Property::MarginLeft | Property::PaddingLeft) { left } else { right };
        out.push(What::Set(*p, sizes[n].clone()));
    }
    Ok(())
}

/// `border` and its sides, to the end: how wide it is, which without a style is not at all (CSS Backgrounds 3 §4.4).
pub(super) fn border(input: &mut Parser<'_>, screen: &Screen) -> Parsed<f64> {
    let (mut width, mut styled, mut coloured) = (None, None, false);
    while !input.is_exhausted() {
        if width.is_none()
            && let Ok(found) = input.try_parse(|i| line_width(i, screen))
        {
            width = Some(found);
        } else if styled.is_none()
            && let Ok(found) = input.try_parse(line_style)
        {
            styled = Some(found);
        } else if coloured {
            return wrong();
        } else {
            color(input)?;
            coloured = true;
        }
    }
    if width.is_none() && styled.is_none() && !coloured {
        return wrong();
    }
    Ok(if styled == Some(true) { width.unwrap_or(3.0) } else { 0.0 })
}

/// `<line-width>`; a width that needs layout to be known is taken to be none.
fn line_width(input: &mut Parser<'_>, screen: &Screen) -> Parsed<f64> {
    let word = input.try_parse(|i| match &*i.expect_ident()?.to_ascii_lowercase() {
        "thin" => Ok(1.0),
        "medium" => Ok(3.0),
        "thick" => Ok(5.0),
        _ => wrong(),
    });
    if word.is_ok() {
        return word;
    }
    let state = input.state();
    if unsigned_length_percentage(input)? != Kind::Length {
        return wrong();
    }
    let end = input.state();
    input.reset(&state);
    let width = calc(input, Some(screen)).map_or(0.0, |c| c.value);
    input.reset(&end);
    Ok(width)
}

/// `<line-style>`: is there a line?
fn line_style(input: &mut Parser<'_>) -> Parsed<bool> {
    match &*input.expect_ident()?.to_ascii_lowercase() {
        "none" | "hidden" => Ok(false),
        "solid" | "dashed" | "dotted" | "double" | "groove" | "ridge" | "inset" | "outset" => Ok(true),
        _ => wrong(),
    }
}
