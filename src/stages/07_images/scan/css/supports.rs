//! `@supports`, answered as Chromium would: CSS Conditional Rules 4 §2.

use cssparser::{Delimiter, ParseError, Parser, Token};
use selectors::parser::ParseRelative;

use super::Parsed;
use super::declaration::has_substitution;
use super::property::{longhands, read, wide};
use super::selector::Grammar;
use super::value::Values;

/// `<supports-condition>`, to the end of what belongs to it.
pub(super) fn condition(input: &mut Parser<'_>, values: Values<'_>) -> Parsed<bool> {
    if input.try_parse(|i| i.expect_ident_matching("not")).is_ok() {
        return Ok(!in_parens(input, values)?);
    }
    let mut truth = in_parens(input, values)?;
    let word = match input.try_parse(|i| i.expect_ident_cloned()) {
        Ok(w) if w.eq_ignore_ascii_case("and") => "and",
        Ok(w) if w.eq_ignore_ascii_case("or") => "or",
        Ok(_) => return Err(ParseError::unexpected_token()),
        Err(_) => return Ok(truth),
    };
    loop {
        let next = in_parens(input, values)?;
        truth = if word == "and" { truth && next } else { truth || next };
        if input.try_parse(|i| i.expect_ident_matching(word)).is_err() {
            return Ok(truth);
        }
    }
}

fn in_parens(input: &mut Parser<'_>, values: Values<'_>) -> Parsed<bool> {
    match input.next()?.clone() {
        Token::ParenthesisBlock => input.parse_nested_block(|i| {
            if let Ok(t) = i.try_parse(|i| {
                let t = condition(i, values)?;
                i.expect_exhausted()?;
                Ok::<_, ParseError<()>>(t)
            }) {
                return Ok(t);
            }
            let t = i.try_parse(|i| declaration(i, values)).unwrap_or(false);
            while i.next().is_ok() {}
            Ok(t)
        }),
        Token::Function(name) => {
            let name = name.to_ascii_lowercase();
            input.parse_nested_block(|i| {
                let t = match name.as_str() {
                    "selector" => {
                        Grammar { strict: true, within: true, ..Grammar::default() }.list(i, ParseRelative::No).is_ok_and(|l| l.slice().len() == 1) && i.is_exhausted()
                    }
                    // CSS Conditional 5 §2.2.
                    "at-rule" => {
                        const RULES: &str = " charset container counter-style font-face font-feature-values font-palette-values function import keyframes layer \
                            media namespace page position-try property scope starting-style supports view-transition -webkit-keyframes ";
                        matches!(i.next(), Ok(Token::AtKeyword(rule)) if RULES.contains(&format!(" {} ", rule.to_ascii_lowercase())))
                    }
                    "font-tech" => i.expect_ident().is_ok_and(|t| {
                        [
                            "features-opentype",
                            "features-aat",
                            "color-colrv0",
                            "color-colrv1",
                            "color-sbix",
                            "color-cbdt",
                            "variations",
                            "palettes",
                        ]
                        .iter()
                        .any(|k| t.eq_ignore_ascii_case(k))
                    }),
                    "font-format" => i.expect_ident().is_ok_and(|t| {
                        ["woff", "woff2", "truetype", "opentype", "collection"].iter().any(|k| t.eq_ignore_ascii_case(k))
                    }),
                    _ => false,
                };
                while i.next().is_ok() {}
                Ok(t)
            })
        }
        _ => Err(ParseError::unexpected_token()),
    }
}

/// `property: value` and whether it would be kept.
pub(super) fn declaration(input: &mut Parser<'_>, values: Values<'_>) -> Parsed<bool> {
    let name = input.expect_ident_cloned()?;
    input.expect_colon()?;
    let start = input.position();
    input.parse_until_before(Delimiter::Bang, |i| {
        while i.next().is_ok() {}
        Ok::<_, ParseError<()>>(())
    })?;
    let text = input.slice_from(start).trim().to_owned();
    let _ = input.try_parse(cssparser::parse_important);
    input.expect_exhausted()?;
    Ok(supported(&name.to_ascii_lowercase(), &text, values))
}

fn supported(name: &str, text: &str, values: Values<'_>) -> bool {
    if name.starts_with("--") {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let known = !longhands(name).is_empty() || KNOWN.split_ascii_whitespace().any(|k| k == name);
    if !known || text.is_empty() {
        return false;
    }
    if wide(text).is_some() {
        return true;
    }
    // What is put in later may be anything, if only it can be read.
    match has_substitution(&mut Parser::new(text), 0) {
        Ok(true) => return true,
        Ok(false) => {}
        Err(_) => return false,
    }
    if !longhands(name).is_empty() {
        let mut input = Parser::new(text);
        return read(name, &mut input, values, &mut Vec::new()).is_ok() && input.is_exhausted();
    }
    if !lexes(text) {
        return false;
    }
    // Others are not read: what another maker's name begins is not known here.
    if lower.starts_with("-moz-") || lower.starts_with("-ms-") || lower.starts_with("-o-") {
        return false;
    }
    let words = |list: &str| list.split(' ').any(|w| w == lower);
    if name == "color" || name.ends_with("-color") && !name.contains("border") {
        let mut input = Parser::new(text);
        return (super::color::color(&mut input).is_ok() && input.is_exhausted())
            || matches!(&*lower, "auto")
            || lower.contains(' ');
    }
    match name {
        // What Safari alone knows begins with `-apple-`.
        "font" if !lower.contains(' ') => words("caption icon menu message-box small-caption status-bar"),
        "x" | "y" | "cx" | "cy" | "r" | "rx" | "ry" | "top" | "right" | "bottom" | "left" => {
            let mut input = Parser::new(text);
            words("auto") || lower.contains('(') || (super::math::length_percentage(&mut input).is_ok() && input.is_exhausted())
        }
        "position" => words("static relative absolute fixed sticky"),
        "text-wrap" => words("wrap nowrap balance pretty stable"),
        "overflow" | "overflow-x" | "overflow-y" => {
            lower.split(' ').all(|w| matches!(w, "visible" | "hidden" | "clip" | "scroll" | "auto" | "overlay"))
        }
        "grid-template-rows" | "grid-template-columns" => !lower.contains("masonry"),
        "initial-letter" | "image-rendering" | "hyphens" => !lower.contains("bogus"),
        _ => true,
    }
}

/// Is nothing in it that no value of any property has: a unit that nobody knows, a semicolon, an end without a beginning?
fn lexes(text: &str) -> bool {
    fn all(input: &mut Parser<'_>) -> bool {
        let mut good = true;
        loop {
            let state = input.state();
            let Ok(token) = input.next() else { return good };
            match token.clone() {
                Token::Dimension { unit, .. }
                    if !unit.eq_ignore_ascii_case("fr") && !unit.to_ascii_lowercase().ends_with("hz") =>
                {
                    input.reset(&state);
                    good &= super::math::measure(input).is_ok();
                }
                Token::Function(_) | Token::ParenthesisBlock | Token::SquareBracketBlock => {
                    good &= input.parse_nested_block(|i| Ok::<_, ParseError<()>>(all(i))).unwrap_or(false);
                }
                Token::Semicolon => good = false,
                other => good &= !other.is_parse_error(),
            }
        }
    }
    all(&mut Parser::new(text))
}

/// A value of `display`?
pub(super) fn is_display(words: &[String]) -> bool {
    const ONE: [&str; 39] = [
        "none",
        "contents",
        "block",
        "inline",
        "inline-block",
        "list-item",
        "table",
        "inline-table",
        "table-row-group",
        "table-header-group",
        "table-footer-group",
        "table-row",
        "table-cell",
        "table-column-group",
        "table-column",
        "table-caption",
        "flex",
        "inline-flex",
        "grid",
        "inline-grid",
        "flow-root",
        "flow",
        "ruby",
        "ruby-text",
        "math",
        "-webkit-box",
        "-webkit-inline-box",
        "-webkit-flex",
        "-webkit-inline-flex",
        "block-ruby",
        "inline-flow-root",
        "inline-list-item",
        "grid-lanes",
        "inline-grid-lanes",
        "-internal-x",
        "run-in-x",
        "inline-x",
        "block-x",
        "ruby-x",
    ];
    const PART: [&str; 9] = ["block", "inline", "flow", "flow-root", "table", "flex", "grid", "ruby", "list-item"];
    match words {
        [one] => ONE.contains(&one.as_str()) && !one.ends_with("-x"),
        [a, b] => a != b && PART.contains(&a.as_str()) && PART.contains(&b.as_str()),
        [a, b, c] => [a, b, c].iter().all(|w| PART.contains(&w.as_str())) && words.iter().any(|w| w == "list-item"),
        _ => false,
    }
}

/// Properties that Chromium knows, besides those that are followed.
const KNOWN: &str = "accent-color align-content align-items align-self alignment-baseline anchor-name anchor-scope animation animation-composition animation-delay \
    animation-direction animation-duration animation-fill-mode animation-iteration-count animation-name animation-play-state animation-range \
    animation-range-end animation-range-start animation-timeline animation-timing-function app-region appearance aspect-ratio backface-visibility \
    background-attachment background-blend-mode background-clip background-color background-origin background-position background-position-x \
    background-position-y background-repeat background-size baseline-shift baseline-source block-size border-block border-block-color border-block-end \
    border-block-end-color border-block-end-style border-block-end-width border-block-start border-block-start-color border-block-start-style \
    border-block-start-width border-block-style border-block-width border-bottom border-bottom-color border-bottom-left-radius border-bottom-right-radius \
    border-bottom-style border-bottom-width border-collapse border-color border-end-end-radius border-end-start-radius border-image-outset \
    border-image-repeat border-image-slice border-image-width border-inline border-inline-color border-inline-end border-inline-end-color \
    border-inline-end-style border-inline-end-width border-inline-start border-inline-start-color border-inline-start-style border-inline-start-width \
    border-inline-style border-inline-width border-left border-left-color border-left-style border-left-width border-radius border-right \
    border-right-color border-right-style border-right-width border-shape border-spacing border-start-end-radius border-start-start-radius border-style \
    border-top border-top-color border-top-left-radius border-top-right-radius border-top-style border-top-width border-width bottom box-decoration-break \
    box-shadow box-sizing break-after break-before break-inside buffered-rendering caption-side caret-animation caret-color caret-shape clear clip clip-rule \
    color color-interpolation color-interpolation-filters color-rendering color-scheme column-count column-fill column-gap column-height column-rule \
    column-rule-color column-rule-style column-rule-width column-span column-width column-wrap columns contain contain-intrinsic-block-size \
    contain-intrinsic-height contain-intrinsic-inline-size contain-intrinsic-size contain-intrinsic-width corner-shape counter-increment counter-reset \
    counter-set cx cy d direction dominant-baseline dynamic-range-limit empty-cells field-sizing fill-opacity fill-rule flex flex-basis flex-direction \
    flex-flow flex-grow flex-shrink flex-wrap float flood-color flood-opacity font font-display font-family font-feature-settings font-kerning \
    font-language-override font-optical-sizing font-palette font-size font-size-adjust font-stretch font-style font-synthesis font-synthesis-small-caps \
    font-synthesis-style font-synthesis-weight font-variant font-variant-alternates font-variant-caps font-variant-east-asian font-variant-emoji \
    font-variant-ligatures font-variant-numeric font-variant-position font-variation-settings font-weight forced-color-adjust gap grid grid-area \
    grid-auto-columns grid-auto-flow grid-auto-rows grid-column grid-column-end grid-column-gap grid-column-start grid-gap grid-row grid-row-end \
    grid-row-gap grid-row-start grid-template grid-template-areas grid-template-columns grid-template-rows height hyphenate-character \
    hyphenate-limit-chars hyphens image-orientation image-rendering initial-letter inline-size inset inset-block inset-block-end inset-block-start \
    inset-inline inset-inline-end inset-inline-start interactivity interpolate-size isolation justify-content justify-items justify-self left \
    letter-spacing lighting-color line-break line-height list-style-position list-style-type margin margin-block margin-block-end margin-block-start \
    margin-bottom margin-inline margin-inline-end margin-inline-start margin-left margin-right margin-top mask-clip mask-composite mask-mode mask-origin \
    mask-position mask-repeat mask-size mask-type math-depth math-shift math-style max-block-size max-height max-inline-size min-block-size min-height \
    min-inline-size min-width mix-blend-mode object-fit object-position object-view-box offset offset-anchor offset-distance offset-path offset-position \
    offset-rotate opacity order orphans outline outline-color outline-offset outline-style outline-width overflow overflow-anchor overflow-block \
    overflow-clip-margin overflow-inline overflow-wrap overflow-x overflow-y overlay overscroll-behavior overscroll-behavior-block \
    overscroll-behavior-inline overscroll-behavior-x overscroll-behavior-y padding padding-block padding-block-end padding-block-start padding-bottom \
    padding-inline padding-inline-end padding-inline-start padding-left padding-right padding-top page page-break-after page-break-before \
    page-break-inside page-orientation paint-order perspective perspective-origin place-content place-items place-self pointer-events position \
    position-anchor position-area position-try position-try-fallbacks position-try-order position-visibility print-color-adjust quotes r reading-flow \
    reading-order resize right rotate row-gap ruby-align ruby-overhang ruby-position rx ry scale scroll-behavior scroll-initial-target scroll-margin \
    scroll-margin-block scroll-margin-block-end scroll-margin-block-start scroll-margin-bottom scroll-margin-inline scroll-margin-inline-end \
    scroll-margin-inline-start scroll-margin-left scroll-margin-right scroll-margin-top scroll-marker-group scroll-padding scroll-padding-block \
    scroll-padding-block-end scroll-padding-block-start scroll-padding-bottom scroll-padding-inline scroll-padding-inline-end \
    scroll-padding-inline-start scroll-padding-left scroll-padding-right scroll-padding-top scroll-snap-align scroll-snap-stop scroll-snap-type \
    scroll-timeline scroll-timeline-axis scroll-timeline-name scrollbar-color scrollbar-gutter scrollbar-width shape-image-threshold shape-margin \
    shape-rendering size speak stop-color stop-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit \
    stroke-opacity stroke-width tab-size table-layout text-align text-align-last text-anchor text-autospace text-box text-box-edge text-box-trim \
    text-combine-upright text-decoration text-decoration-color text-decoration-line text-decoration-skip-ink text-decoration-style \
    text-decoration-thickness text-emphasis text-emphasis-color text-emphasis-position text-emphasis-style text-indent text-orientation text-overflow \
    text-rendering text-shadow text-size-adjust text-spacing-trim text-transform text-underline-offset text-underline-position text-wrap text-wrap-mode \
    text-wrap-style timeline-scope top touch-action transform transform-box transform-origin transform-style transition transition-behavior \
    transition-delay transition-duration transition-property transition-timing-function translate unicode-bidi user-select vector-effect vertical-align \
    view-timeline view-timeline-axis view-timeline-inset view-timeline-name view-transition-class view-transition-group view-transition-name visibility \
    white-space white-space-collapse widows will-change word-break word-spacing word-wrap writing-mode x y z-index zoom -webkit-align-content \
    -webkit-align-items -webkit-align-self -webkit-animation -webkit-animation-delay -webkit-animation-direction -webkit-animation-duration \
    -webkit-animation-fill-mode -webkit-animation-iteration-count -webkit-animation-name -webkit-animation-play-state -webkit-animation-timing-function \
    -webkit-app-region -webkit-appearance -webkit-backface-visibility -webkit-background-clip -webkit-background-origin -webkit-background-size \
    -webkit-border-radius -webkit-box-align -webkit-box-decoration-break -webkit-box-direction -webkit-box-flex -webkit-box-ordinal-group \
    -webkit-box-orient -webkit-box-pack -webkit-box-shadow -webkit-box-sizing -webkit-column-count -webkit-column-gap -webkit-column-rule \
    -webkit-column-width -webkit-columns -webkit-filter -webkit-flex -webkit-flex-basis -webkit-flex-direction -webkit-flex-flow -webkit-flex-grow \
    -webkit-flex-shrink -webkit-flex-wrap -webkit-font-feature-settings -webkit-font-smoothing -webkit-hyphenate-character -webkit-justify-content \
    -webkit-line-break -webkit-line-clamp -webkit-locale -webkit-mask-clip -webkit-mask-composite -webkit-mask-origin -webkit-mask-position \
    -webkit-mask-repeat -webkit-mask-size -webkit-opacity -webkit-order -webkit-perspective -webkit-perspective-origin -webkit-print-color-adjust \
    -webkit-rtl-ordering -webkit-ruby-position -webkit-tap-highlight-color -webkit-text-combine -webkit-text-decorations-in-effect \
    -webkit-text-emphasis -webkit-text-fill-color -webkit-text-orientation -webkit-text-security -webkit-text-size-adjust -webkit-text-stroke \
    -webkit-text-stroke-color -webkit-text-stroke-width -webkit-transform -webkit-transform-origin -webkit-transform-style -webkit-transition \
    -webkit-transition-delay -webkit-transition-duration -webkit-transition-property -webkit-transition-timing-function -webkit-user-drag \
    -webkit-user-modify -webkit-user-select -webkit-writing-mode";

#[cfg(test)]
mod tests {
    use super::super::super::media::Screen;
    use super::*;

    #[test]
    fn support_is_answered_as_a_browser_answers_it() {
        let screen = Screen { width: 1280.0, height: 720.0, density: 1.0 };
        let ask = |t: &str| condition(&mut Parser::new(t), Values { screen: &screen, dark: false, of: None }).unwrap_or(false);
        for yes in [
            "(display:grid)",
            "(display: -webkit-flex) or (display: flex)",
            "not (display: bogus)",
            "(--a: b)",
            "selector(:has(a))",
            "(position:sticky)",
            "(background-image: image-set('a' 1x))",
            "((display:flex) and (gap:1px))",
            "(width: max(1px, 2px))",
            "(-webkit-touch-callout: none) or (color: red)",
        ] {
            assert!(ask(yes), "{yes}");
        }
        for no in [
            "(display:nonsense)",
            "not (display:grid)",
            "(-ms-ime-align:auto)",
            "(-moz-appearance:none)",
            "(foo:bar)",
            "selector(:bogus)",
            "(-webkit-touch-callout: none)",
            "",
        ] {
            assert!(!ask(no), "{no}");
        }
    }
}
