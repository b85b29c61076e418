//! What came from a server, DNS, a certificate or a URL, made safe to look at.
//!
//! A terminal obeys what it is sent: escape sequences set titles and clipboards, carriage returns overwrite lines, bidirectional
//! overrides reorder what is read. Everything that a peer chose passes through [`visible`] before it is shown.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Control characters, bidi controls, zero-width characters and line separators become `\x1b`, `\u{202e}`; the rest stays.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push(&mut out, c);
    }
    Cow::Owned(out)
}

/// The same for bytes: what is not UTF-8 becomes `\xff`, byte by byte.
pub fn visible_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push(&mut out, c);
        }
        for b in chunk.invalid() {
            let _ = write!(out, "\\x{b:02x}");
        }
    }
    out
}

fn push(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if (c as u32) < 0x20 || c as u32 == 0x7f => {
            let _ = write!(out, "\\x{:02x}", c as u32);
        }
        c if is_unsafe(c) => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
        c => out.push(c),
    }
}

/// Could it change how the text around it is shown, or hide itself?
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'           // C0, DEL, C1
        | '\u{ad}'                                   // soft hyphen
        | '\u{61c}' | '\u{200b}'..='\u{200f}'        // marks and zero-width characters
        | '\u{2028}'..='\u{202e}'                    // line and paragraph separators, embeddings, overrides
        | '\u{2060}'..='\u{206f}'                    // invisible operators, isolates, deprecated controls
        | '\u{180e}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}') // tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_drives_a_terminal_gets_through() {
        assert_eq!(visible("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
        assert_eq!(visible("a\rb\u{202e}c\u{9b}m"), "a\\rb\\u{202e}c\\u{9b}m");
        assert_eq!(visible("zero\u{200b}width\u{feff}"), "zero\\u{200b}width\\u{feff}");
        assert_eq!(visible_bytes(b"\xc2\x9b\xff ok"), "\\u{9b}\\xff ok");
    }

    #[test]
    fn ordinary_text_of_any_language_stays() {
        for text in ["plain", "한국어 네트워크", "Grüße", "日本語"] {
            assert_eq!(visible(text), text);
        }
    }
}
