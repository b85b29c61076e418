//! `srcset` and `sizes`: which of several pictures is taken.
//! Spec: HTML §4.8.4.3.8 (parsing srcset), §4.8.4.3.9 (parsing sizes), §4.8.4.3.10 (normalising). Which candidate fits best the
//! standard leaves open; as in Chromium it is the least dense one that is dense enough, else the densest.

use cssparser::{Delimiter, ParseError, Parser, Token};

use super::calc::calc;
use super::media::Screen;
use super::reference::{Candidate, Why};

/// Most candidates that are looked at.
const MOST: usize = 10_000;

/// One candidate of a `srcset`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item<'s> {
    pub(super) url: &'s str,
    pub(super) width: Option<u32>,
    pub(super) density: Option<f64>,
}

/// The candidates of a `srcset`, those with wrong descriptors dropped.
pub(super) fn parse(text: &str) -> Vec<Item<'_>> {
    let space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\x0C' | '\r');
    let mut items = Vec::new();
    let mut rest = text;
    while items.len() < MOST {
        rest = rest.trim_start_matches(|c| space(c) || c == ',');
        if rest.is_empty() {
            break;
        }
        let end = rest.find(space).unwrap_or(rest.len());
        let word = &rest[..end];
        rest = &rest[end..];
        let url = word.trim_end_matches(',');
        let descriptors = if url.len() < word.len() {
            Vec::new()
        } else {
            let (found, length) = descriptors(rest);
            rest = &rest[length..];
            found
        };
        if let Some(item) = checked(url, &descriptors) {
            items.push(item);
        }
    }
    items
}

/// The descriptor tokenizer: up to the next comma outside parentheses.
fn descriptors(text: &str) -> (Vec<&str>, usize) {
    let mut found = Vec::new();
    let mut start = None;
    let mut parens = false;
    for (i, c) in text.char_indices() {
        match c {
            ')' if parens => parens = false,
            _ if parens => {}
            ',' => {
                found.extend(start.take().map(|s| &text[s..i]));
                return (found, i + 1);
            }
            ' ' | '\t' | '\n' | '\x0C' | '\r' => found.extend(start.take().map(|s: usize| &text[s..i])),
            c => {
                parens = c == '(';
                start.get_or_insert(i);
            }
        }
    }
    found.extend(start.map(|s| &text[s..]));
    (found, text.len())
}

fn checked<'s>(url: &'s str, descriptors: &[&str]) -> Option<Item<'s>> {
    let (mut width, mut density, mut height) = (None, None, None);
    for d in descriptors {
        let number = d.get(..d.len().checked_sub(1)?)?;
        match d.as_bytes().last()? {
            b'w' if width.is_none() && density.is_none() => width = Some(positive(number)?),
            b'x' if width.is_none() && density.is_none() && height.is_none() => {
                density = Some(float(number).filter(|n| *n >= 0.0)?)
            }
            b'h' if height.is_none() && density.is_none() => height = Some(positive(number)?),
            _ => return None,
        }
    }
    (height.is_none() || width.is_some()).then_some(Item { url, width, density })
}

/// "Rules for parsing non-negative integers", and not zero.
fn positive(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Unlike HTML §2.3.4.2, which knows no bound: what is too big for Chromium is wrong.
    text.parse::<i32>().ok().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0)
}

/// "Valid floating-point number": no `+`, digits behind a point.
fn float(text: &str) -> Option<f64> {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(i) => (&body[..i], Some(&body[i + 1..])),
        None => (body, None),
    };
    let (whole, part) = match mantissa.split_once('.') {
        Some((w, p)) => (w, Some(p)),
        None => (mantissa, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let valid = (digits(whole) || (whole.is_empty() && part.is_some()))
        && part.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['-', '+']).unwrap_or(e)));
    valid.then(|| text.parse().ok()).flatten()
}

/// `sizes`: the width the picture will have, in CSS pixels.
pub(super) fn sizes(text: Option<&str>, screen: &Screen) -> f64 {
    let text = text.unwrap_or("");
    let mut input = Parser::new(text);
    loop {
        let entry = input.parse_until_before(Delimiter::Comma, |input| {
            if let Ok(size) = input.try_parse(|i| one_size(i, screen)) {
                return Ok((None, size));
            }
            let condition = screen.condition(input, true)?;
            let size = one_size(input, screen)?;
            Ok::<_, ParseError<()>>((Some(condition.unwrap_or(false)), size))
        });
        if let Ok((None | Some(true), size)) = entry {
            return size;
        }
        if input.next().is_err() {
            return screen.width;
        }
    }
}

fn one_size(input: &mut Parser<'_>, screen: &Screen) -> Result<f64, ParseError<()>> {
    let state = input.state();
    let size = match input.next()?.clone() {
        // `auto` means the layout's width, which only lazy images know.
        Token::Ident(word) if word.eq_ignore_ascii_case("auto") => screen.width,
        Token::Number { value: 0.0, .. } => 0.0,
        Token::Dimension { .. } | Token::Function(_) => {
            input.reset(&state);
            let calc = calc(input, Some(screen))?;
            if !calc.length {
                return Err(ParseError::unexpected_token());
            }
            // A calculation that comes out negative is clamped; a negative length is no size.
            if calc.value < 0.0 && matches!(text_start(input, &state), Some('-')) {
                return Err(ParseError::unexpected_token());
            }
            calc.value.max(0.0)
        }
        _ => return Err(ParseError::unexpected_token()),
    };
    input.expect_exhausted()?;
    Ok(size)
}

fn text_start(input: &Parser<'_>, state: &cssparser::ParserState) -> Option<char> {
    input.slice_from(state.position()).trim_start().chars().next()
}

/// What [`choose`] takes.
pub(super) struct Chosen<'s> {
    pub(super) url: &'s str,
    /// From `src`, not from `srcset`.
    pub(super) is_src: bool,
    pub(super) candidate: Option<Candidate>,
}

/// The picture for this screen, of a `srcset` and the `src` beside it.
pub(super) fn choose<'s>(
    srcset: Option<&'s str>,
    src: Option<&'s str>,
    size_text: Option<&str>,
    screen: &Screen,
) -> Option<Chosen<'s>> {
    let src = src.filter(|s| !s.trim_matches(|c: char| c.is_ascii_whitespace()).is_empty());
    // As most do; there is nothing to choose from.
    let Some(srcset) = srcset else { return src.map(|url| Chosen { url, is_src: true, candidate: None }) };
    let mut items = parse(srcset);
    let any_width = items.iter().any(|i| i.width.is_some());
    let named = items.len();
    // `src` is the candidate of density 1, unless there is one or widths are given (HTML §4.8.4.3.5).
    if let Some(src) = src {
        let has_one = items.iter().any(|i| i.width.is_none() && i.density.is_none_or(|d| d == 1.0));
        if !any_width && !has_one {
            items.push(Item { url: src, width: None, density: None });
        }
    }
    let width = if any_width { sizes(size_text, screen) } else { 0.0 };
    let mut dense: Vec<(f64, usize)> = items
        .iter()
        .enumerate()
        .map(|(n, i)| match (i.width, i.density) {
            (Some(w), _) => (if width > 0.0 { f64::from(w) / width } else { f64::INFINITY }, n),
            (None, d) => (d.unwrap_or(1.0), n),
        })
        .collect();
    // Stable: of equal densities the first one counts.
    dense.sort_by(|a, b| a.0.total_cmp(&b.0));
    dense.dedup_by(|later, first| later.0 == first.0);
    let inline = |n: usize| items[n].url.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("data:"));
    let fits = dense.iter().find(|(d, _)| *d >= screen.density);
    let &(density, n) = dense.iter().find(|(d, n)| *d >= screen.density && inline(*n)).or(fits).or(dense.last())?;
    let item = &items[n];
    let why = if dense.len() == 1 {
        Why::Only
    } else if fits.is_some_and(|f| f.1 != n) {
        Why::Inline
    } else if density >= screen.density {
        Why::DenseEnough
    } else {
        Why::Densest
    };
    let candidate = (named > 0).then(|| Candidate {
        descriptor: match (item.width, item.density) {
            (Some(w), _) => format!("{w}w"),
            (None, Some(d)) => format!("{d}x"),
            (None, None) => String::new(),
        },
        of: items.len(),
        density_milli: (density * 1000.0) as u32,
        sizes_px: any_width.then_some(width as u32),
        why,
    });
    Some(Chosen { url: item.url, is_src: n >= named, candidate })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { width: 1280.0, height: 720.0, density: 1.0 };

    fn pick<'s>(srcset: &'s str, src: &'s str, sizes: &str) -> &'s str {
        choose(Some(srcset), Some(src), (!sizes.is_empty()).then_some(sizes), &SCREEN).map_or("", |c| c.url)
    }

    #[test]
    fn commas_belong_to_urls_unless_they_end_them() {
        let urls = |text| parse(text).iter().map(|i| i.url.to_owned()).collect::<Vec<_>>();
        assert_eq!(urls("a,b.png 1x,c.png 2x"), ["a,b.png", "c.png"]);
        assert_eq!(urls(" ,, d.png 1x , e.png 2x,"), ["d.png", "e.png"]);
        assert_eq!(urls("f.png,g.png"), ["f.png,g.png"]);
        assert_eq!(urls("h.png, i.png 2x"), ["h.png", "i.png"]);
        assert_eq!(urls("k.png (1x, k2.png 2x) 3x"), [""; 0]);
        assert_eq!(urls(""), [""; 0]);
    }

    #[test]
    fn wrong_descriptors_drop_their_candidate() {
        for bad in
            ["a -1x", "a 0w", "a 100w 1x", "a 50h", "a 1.5w", "a 1x 2x", "a x", "a +1x", "a 1q", "a 300W", "a 1X", "a 1.x", "a w"]
        {
            assert!(parse(bad).is_empty(), "{bad}");
        }
        for good in ["a 100w 50h", "a .5x", "a 1e1x", "a 0x", "a 50h 100w", "a 1e+1x"] {
            assert_eq!(parse(good).len(), 1, "{good}");
        }
    }

    #[test]
    fn the_least_dense_of_those_dense_enough_is_taken() {
        assert_eq!(pick("a 0.9x, b 1.2x", "", ""), "b");
        assert_eq!(pick("a 2x", "s", ""), "s");
        assert_eq!(pick("a 300w, b 1280w, c 2560w", "s", ""), "b");
        assert_eq!(pick("a 300w, b 1280w", "s", "(max-width:600px) 100vw, 290px"), "a");
        assert_eq!(pick("a 100w, b 200w", "s", ""), "b");
        assert_eq!(pick("data:,x 2x, m 1x", "", ""), "data:,x");
        assert_eq!(pick("", "s", ""), "s");
        assert_eq!(pick("", " ", ""), "");
    }

    #[test]
    fn sizes_skip_what_cannot_be_read() {
        let size = |text| sizes(Some(text), &SCREEN);
        assert_eq!(size("50%, 400px"), 400.0);
        assert_eq!(size("-5px, 300px"), 300.0);
        assert_eq!(size("garbage"), 1280.0);
        assert_eq!(size("400"), 1280.0);
        assert_eq!(size("0"), 0.0);
        assert_eq!(size("(max-width: 600px) 100vw,, 400px,"), 400.0);
        assert_eq!(size("auto, 300px"), 1280.0);
        assert_eq!(size("calc(100vw - 80px)"), 1200.0);
        assert_eq!(size("calc(50vw - 2em)"), 608.0);
        assert_eq!(size("not (min-width: 2000px) 260px, 100vw"), 260.0);
        assert_eq!(size("min(100vw, 500px)"), 500.0);
        assert_eq!(size("(min-width: 1px) and (orientation: landscape) 10em"), 160.0);
        assert_eq!(sizes(None, &SCREEN), 1280.0);
    }
}
