//! Colours: a declaration with one that is wrong is dropped, and its pictures with it.
//! Spec: CSS Color 4 and 5.

use cssparser::{Parser, Token};

use super::math::{Kind, measure};
use super::{Parsed, wrong};

/// `<color>`
pub(super) fn color(input: &mut Parser<'_>) -> Parsed<()> {
    match input.next()?.clone() {
        Token::Ident(word) if is_color(&word.to_ascii_lowercase()) => Ok(()),
        Token::Hash(h) | Token::IDHash(h) if matches!(h.len(), 3 | 4 | 6 | 8) && h.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Ok(())
        }
        Token::Function(name) => {
            let name = name.to_ascii_lowercase();
            input.parse_nested_block(|i| {
                function(&name, i)?;
                Ok(i.expect_exhausted()?)
            })
        }
        _ => wrong(),
    }
}

fn function(name: &str, input: &mut Parser<'_>) -> Parsed<()> {
    match name {
        "rgb" | "rgba" | "hsl" | "hsla" | "hwb" | "lab" | "lch" | "oklab" | "oklch" | "color" => channels(name, input),
        "color-mix" => {
            space(input)?;
            input.expect_comma()?;
            input.parse_comma_separated(|i| {
                let share = |i: &mut Parser<'_>| i.try_parse(|i| if measure(i)? == Kind::Percentage { Ok(()) } else { wrong() });
                if share(i).is_err() {
                    color(i)?;
                    let _ = share(i);
                    return Ok(());
                }
                color(i)
            })?;
            Ok(())
        }
        "light-dark" => {
            color(input)?;
            input.expect_comma()?;
            color(input)
        }
        "contrast-color" => color(input),
        "alpha" => anything(input),
        _ => wrong(),
    }
}

/// `in <color-space> [<hue> hue]?`
pub(super) fn space(input: &mut Parser<'_>) -> Parsed<()> {
    input.expect_ident_matching("in")?;
    let space = input.expect_ident()?.to_ascii_lowercase();
    const SPACES: &str = " srgb srgb-linear display-p3 display-p3-linear a98-rgb prophoto-rgb rec2020 lab oklab xyz xyz-d50 xyz-d65 hsl hwb lch oklch ";
    if !SPACES.contains(&format!(" {space} ")) {
        return wrong();
    }
    let _ = input.try_parse(|i| {
        let way = i.expect_ident()?.to_ascii_lowercase();
        i.expect_ident_matching("hue")?;
        if matches!(way.as_str(), "shorter" | "longer" | "increasing" | "decreasing") { Ok(()) } else { wrong() }
    });
    Ok(())
}

/// Three channels and an alpha, between commas or spaces.
fn channels(name: &str, input: &mut Parser<'_>) -> Parsed<()> {
    if input.try_parse(|i| i.expect_ident_matching("from")).is_ok() {
        // Relative: the channels may be called by their names.
        color(input)?;
        return anything(input);
    }
    if name == "color" {
        input.expect_ident()?;
    }
    channel(input, true)?;
    let old = matches!(name, "rgb" | "rgba" | "hsl" | "hsla") && input.try_parse(|i| i.expect_comma()).is_ok();
    channel(input, !old)?;
    if old {
        input.expect_comma()?;
    }
    channel(input, !old)?;
    if input.is_exhausted() {
        return Ok(());
    }
    if old {
        input.expect_comma()?
    } else {
        input.expect_delim('/')?
    }
    channel(input, !old)
}

fn channel(input: &mut Parser<'_>, may_be_none: bool) -> Parsed<()> {
    if may_be_none && input.try_parse(|i| i.expect_ident_matching("none")).is_ok() {
        return Ok(());
    }
    match measure(input)? {
        Kind::Number | Kind::Percentage | Kind::Angle => Ok(()),
        Kind::Length | Kind::Resolution | Kind::Time => wrong(),
    }
}

/// At least one thing, and nothing that is wrong everywhere.
pub(super) fn anything(input: &mut Parser<'_>) -> Parsed<()> {
    input.next()?;
    while let Ok(token) = input.next() {
        if token.is_parse_error() || matches!(token, Token::CurlyBracketBlock | Token::Semicolon) {
            return wrong();
        }
    }
    Ok(())
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

    #[test]
    fn colours_are_right_or_wrong() {
        let is = |text: &str| {
            let mut input = Parser::new(text);
            color(&mut input).is_ok() && input.is_exhausted()
        };
        for good in [
            "red",
            "#fff",
            "#12345678",
            "rgb(1,2,3)",
            "rgba(1, 2, 3, .5)",
            "rgb(0 0 0 / 50%)",
            "hsl(120deg 10% 10%)",
            "rgb(1,2,3,4%)",
            "lab(50% 0 none)",
            "color(display-p3 1 0 0)",
            "color-mix(in oklch longer hue, red 10%, blue)",
            "light-dark(red, #000)",
            "rgb(from red r g b / 50%)",
            "rgb(calc(1 + 2) 0 0)",
        ] {
            assert!(is(good), "{good}");
        }
        for bad in ["#ff", "bogus", "rgb(foo)", "rgb()", "rgb(1,2)", "rgb(1 2 3 4)", "rgb(1px 2 3)", "bogus(1)", "color-mix(red)"]
        {
            assert!(!is(bad), "{bad}");
        }
    }
}
