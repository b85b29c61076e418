//! Standard output when it is a terminal: text that cannot drive it, its first lines, and no binary.

use encoding_rs::{CoderResult, Decoder, Encoding};

use super::stdout::Stdout;
use crate::render::visible::visible;
use crate::stages::response::{Head, Refused, SinkError};

/// Characters of a line that are shown where lines are counted.
const LINE: usize = 400;
/// Bytes in which a NUL is looked for (curl looks at as many).
const SNIFF: usize = 2_000;
/// Text is written when so much has gathered.
const FULL: usize = 16 * 1024;

/// What a terminal gets.
pub(super) struct Preview {
    stdout: Stdout,
    /// Lines shown; `None` shows all, as they come.
    most: Option<usize>,
    /// From the charset that the head names; without one it is UTF-8, and what is not is shown as `\xff`.
    decoder: Option<Decoder>,
    /// The first bytes of a character that is not whole yet.
    held: Vec<u8>,
    /// The current line so far, made visible.
    line: String,
    line_chars: usize,
    line_cut: bool,
    /// The current line has anything at all.
    line_begun: bool,
    lines: u64,
    shown: u64,
    cut: u64,
    seen: usize,
    page: String,
}

impl Preview {
    pub(super) fn new(most: Option<usize>) -> Self {
        Self {
            stdout: Stdout::new(),
            most,
            decoder: None,
            held: Vec::new(),
            line: String::new(),
            line_chars: 0,
            line_cut: false,
            line_begun: false,
            lines: 0,
            shown: 0,
            cut: 0,
            seen: 0,
            page: String::new(),
        }
    }

    /// Content follows.
    pub(super) fn begin(&mut self, head: &Head) {
        self.decoder = charset(head).filter(|e| *e != encoding_rs::UTF_8).map(Encoding::new_decoder);
        self.seen = 0;
    }

    /// A head for `-i`: all its lines, never counted.
    pub(super) fn head(&mut self, raw: &[u8]) -> Result<(), SinkError> {
        for line in raw.split_inclusive(|&b| b == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.page.push_str(&crate::render::visible::visible_bytes(line));
            self.page.push('\n');
        }
        self.flush_unless_held()
    }

    pub(super) fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
        let first = &content[..content.len().min(SNIFF.saturating_sub(self.seen))];
        let wide = self.decoder.as_ref().is_some_and(|d| !d.encoding().is_ascii_compatible());
        if !wide && first.contains(&0) {
            return Err(SinkError::refused(super::stdout::error(std::io::ErrorKind::Other.into()).path, Refused::Binary));
        }
        self.seen = self.seen.saturating_add(content.len());
        if self.decoder.is_some() {
            self.decode(content, false)
        } else {
            self.utf8(content)
        }
        self.flush_unless_held()
    }

    /// The content is over, whole or not. Lines shown, lines there were, lines cut: if anything was kept back.
    pub(super) fn end(&mut self) -> Result<Option<(u64, u64, u64)>, SinkError> {
        if self.decoder.is_some() {
            self.decode(b"", true);
        }
        let held = std::mem::take(&mut self.held);
        self.text(&crate::render::visible::visible_bytes(&held));
        if self.line_begun {
            self.line_ends();
        }
        self.flush_unless_held()?;
        let told = (self.lines > self.shown || self.cut > 0).then_some((self.shown, self.lines, self.cut));
        (self.lines, self.shown, self.cut) = (0, 0, 0);
        Ok(told)
    }

    /// Writes what was held for after the story.
    pub(super) fn show(&mut self) -> Result<(), SinkError> {
        let page = std::mem::take(&mut self.page);
        self.stdout.write(page.as_bytes())
    }

    fn flush_unless_held(&mut self) -> Result<(), SinkError> {
        // A few lines wait until the stage has been told; without a limit they are shown as they come.
        if self.most.is_some() {
            return Ok(());
        }
        self.page.push_str(&std::mem::take(&mut self.line));
        self.show()
    }

    fn utf8(&mut self, content: &[u8]) {
        let mut bytes = std::mem::take(&mut self.held);
        bytes.extend_from_slice(content);
        let whole = whole_characters(&bytes);
        for chunk in bytes[..whole].utf8_chunks() {
            self.text(chunk.valid());
            for b in chunk.invalid() {
                self.visible_text(&format!("\\x{b:02x}"));
            }
        }
        self.held = bytes[whole..].to_vec();
    }

    fn decode(&mut self, content: &[u8], last: bool) {
        let Some(mut decoder) = self.decoder.take() else { return };
        let mut buffer = String::with_capacity(FULL);
        let mut rest = content;
        loop {
            let (result, taken, _) = decoder.decode_to_string(rest, &mut buffer, last);
            rest = &rest[taken..];
            self.text(&std::mem::take(&mut buffer));
            buffer.reserve(FULL);
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        if !last {
            self.decoder = Some(decoder);
        }
    }

    fn text(&mut self, text: &str) {
        for piece in text.split_inclusive('\n') {
            let (line, ends) = match piece.strip_suffix('\n') {
                Some(line) => (line.strip_suffix('\r').unwrap_or(line), true),
                None => (piece, false),
            };
            self.line_begun |= !line.is_empty();
            for (n, cell) in line.split('\t').enumerate() {
                if n > 0 {
                    self.visible_text("\t");
                }
                self.visible_text(&visible(cell));
            }
            if ends {
                self.line_ends();
            }
        }
    }

    /// Adds text that is already safe to the current line.
    fn visible_text(&mut self, text: &str) {
        self.line_begun |= !text.is_empty();
        let Some(most) = self.most else {
            self.line.push_str(text);
            return;
        };
        if self.shown >= most as u64 {
            return;
        }
        for c in text.chars() {
            if self.line_chars == LINE {
                self.line_cut = true;
                return;
            }
            self.line.push(c);
            self.line_chars += 1;
        }
    }

    fn line_ends(&mut self) {
        self.lines += 1;
        let line = std::mem::take(&mut self.line);
        if self.most.is_none_or(|most| self.shown < most as u64) {
            self.shown += 1;
            self.page.push_str(&line);
            if self.line_cut {
                self.cut += 1;
                self.page.push('…');
            }
            self.page.push('\n');
        }
        (self.line_chars, self.line_cut, self.line_begun) = (0, false, false);
    }
}

/// The charset parameter of Content-Type, if it is one that browsers know.
fn charset(head: &Head) -> Option<&'static Encoding> {
    let value = head.field("content-type")?;
    value.split(|&b| b == b';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_at_checked(parameter.iter().position(|&b| b == b'=')?)?;
        let value = value[1..].trim_ascii();
        let value = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value);
        if name.trim_ascii().eq_ignore_ascii_case(b"charset") { Encoding::for_label(value) } else { None }
    })
}

/// How many bytes from the start hold no character that is cut off at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let at = bytes.len() - back;
        let length = match bytes[at] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => 1,
        };
        return if length > back { at } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::message::Version;

    fn head(content_type: &str) -> Head {
        let fields = [("Content-Type", content_type)].into_iter().collect();
        Head { version: Version::Http11, status: 200, reason: Vec::new(), fields }
    }

    /// The page, and what was kept back.
    fn page(content_type: &str, lines: usize, parts: &[&[u8]]) -> (String, Option<(u64, u64, u64)>) {
        let mut preview = Preview::new(Some(lines));
        preview.begin(&head(content_type));
        for part in parts {
            preview.write(part).expect("held back, not written");
        }
        let told = preview.end().expect("held back, not written");
        (std::mem::take(&mut preview.page), told)
    }

    #[test]
    fn text_is_shown_and_nothing_in_it_can_drive_the_terminal() {
        let (text, told) = page("text/plain", 20, &[b"a\tb\r\n\x1b]0;x\x07\x9b\xff\rover\xe2\x80\xaetxt\n\nlast"]);
        assert_eq!(text, "a\tb\n\\x1b]0;x\\x07\\x9b\\xff\\rover\\u{202e}txt\n\nlast\n");
        assert_eq!(told, None);
    }

    #[test]
    fn characters_may_be_split_anywhere() {
        let bytes = "한국어 네트워크 🛰 Grüße\n둘".as_bytes();
        crate::stages::response::tests::at_every_split(bytes, |parts| {
            assert_eq!(page("text/plain", 20, parts).0, "한국어 네트워크 🛰 Grüße\n둘\n");
        });
    }

    #[test]
    fn legacy_charsets_are_decoded() {
        let bytes: &[u8] = b"\xc7\xd1\xb1\xdb\n";
        crate::stages::response::tests::at_every_split(bytes, |parts| {
            assert_eq!(page("text/html; charset=\"euc-kr\"", 20, parts).0, "한글\n");
        });
        assert_eq!(page("text/plain; charset=utf-16le", 20, &[b"h\0i\0"]).0, "hi\n");
    }

    #[test]
    fn only_the_first_lines_are_shown_and_long_ones_are_cut() {
        let mut text = vec![b'x'; 1_000_000];
        text.extend_from_slice(b"\ntwo\nthree\nfour");
        let (shown, told) = page("text/plain", 2, &[&text]);
        assert_eq!(shown, format!("{}…\ntwo\n", "x".repeat(LINE)));
        assert_eq!(told, Some((2, 4, 1)));
    }

    #[test]
    fn binary_is_refused() {
        let mut preview = Preview::new(Some(20));
        preview.begin(&head("image/png"));
        let refused = preview.write(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").expect_err("binary");
        assert_eq!(refused.refusal(), Some(Refused::Binary));
    }
}
