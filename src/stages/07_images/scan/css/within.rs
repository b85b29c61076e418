//! `:host-context()`, put in words that are known.
//! Spec: CSS Scoping 1 §3.3.

use cssparser::{ParseError, Parser as CssParser, Token};

/// What the question of `:host-context()` is called inside.
pub(super) const WITHIN: &str = "-internal-within";

/// CSS Scoping 1 §3.3: `:host-context(a)` as a `:host()` with a question about what is around it, which is how hosts are found.
/// None where there is none, and nothing has been read.
pub(super) fn with_host_context(input: &mut CssParser<'_>) -> Option<String> {
    let (state, start) = (input.state(), input.position());
    while input.next().is_ok() {}
    let text = input.slice_from(start);
    let found = text.to_ascii_lowercase().contains("host-context");
    if !found {
        input.reset(&state);
        return None;
    }
    let (mut out, mut inner) = (String::new(), CssParser::new(text));
    loop {
        let start = inner.position();
        let Ok(token) = inner.next_including_whitespace_and_comments() else { return Some(out) };
        if !matches!(token, Token::Function(name) if name.eq_ignore_ascii_case("host-context")) {
            out.push_str(inner.slice_from(start));
            continue;
        }
        let argument = inner.parse_nested_block(|i| {
            let start = i.position();
            while i.next().is_ok() {}
            Ok::<_, ParseError<()>>(i.slice_from(start).to_owned())
        });
        let argument = argument.unwrap_or_default();
        out.push_str(&format!("host(:{WITHIN}({argument}))"));
    }
}
