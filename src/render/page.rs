//! The page that the narration is written on: stages, facts, calls, sent and received lines, in columns that fit the terminal.
//!
//! Everything written on a page is made [`visible`] here, so no renderer can forget it. A page only collects text;
//! whoever owns the stream writes it out, once a stage.
//!
//! ```text
//! 3 DNS       www.lab.example is 192.0.2.226                     1.8 ms     stage(3, "DNS", headline, time)
//!             scheme  http          access method: HTTP over TCP            fact("scheme", "http", "access method: …")
//!             server 127.0.0.53:53 over UDP                                 text("server …")
//!             socket(AF_INET, SOCK_STREAM) = 5                              call("socket(…)", "")
//!             > GET / HTTP/1.1                                              sent("GET / HTTP/1.1", "")
//!             < 49 bytes   id 8f2c                                          received("49 bytes   id 8f2c", "")
//! ```

use unicode_width::UnicodeWidthStr as _;

use crate::event::Micros;
use crate::render::palette::Palette;
use crate::render::visible::visible;

/// Where everything below a stage's name begins.
pub const INDENT: usize = 12;

/// Text in columns; see the module's picture.
#[derive(Debug, Clone)]
pub struct Page {
    width: Option<usize>,
    palette: Palette,
    plain: bool,
    text: String,
    /// Has anything been taken yet, and did it end with an empty line?
    before: Before,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Text,
    Blank,
}

impl Page {
    /// `width` in columns, `None` when nothing limits a line (a pipe, a file).
    pub fn new(width: Option<usize>, palette: Palette, plain: bool) -> Self {
        Self { width, palette, plain, text: String::new(), before: Before::Nothing }
    }

    /// Columns of a line, if it is limited.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// No drawing characters (`--plain`).
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// The colours.
    pub fn palette(&self) -> &Palette {
        &self.palette
    }

    /// What was written since the last call.
    pub fn take(&mut self) -> String {
        if !self.text.is_empty() {
            self.before = if self.text.ends_with("\n\n") || self.text == "\n" { Before::Blank } else { Before::Text };
        }
        std::mem::take(&mut self.text)
    }

    /// An empty line between two pieces of text: never first, never two in a row.
    pub fn blank(&mut self) {
        let wanted =
            if self.text.is_empty() { self.before == Before::Text } else { !self.text.ends_with("\n\n") && self.text != "\n" };
        if wanted {
            self.text.push('\n');
        }
    }

    /// A stage's first line: number, name, what it came to, how long it took.
    pub fn stage(&mut self, number: Option<usize>, name: &str, headline: &str, took: Option<Micros>) {
        let label = match number {
            Some(n) => format!("{n} {name}"),
            None => name.to_owned(),
        };
        let label = format!("{} ", pad(&label, INDENT - 1));
        let label = self.palette.paint(self.palette.stage, &label);
        let took = took.map(duration).unwrap_or_default();
        let room = self.width.map(|w| w.saturating_sub(INDENT).max(20));
        // The time stands at the right edge, of 80 columns where a line has no limit.
        let edge = room.unwrap_or(80 - INDENT).min(100);
        let headline = visible(headline);
        let lines = wrap(&headline, room, "");
        for (n, line) in lines.iter().enumerate() {
            let start = if n == 0 { label.clone() } else { " ".repeat(INDENT) };
            self.text.push_str(&start);
            self.text.push_str(&self.palette.paint(self.palette.headline, line));
            if n + 1 == lines.len() && !took.is_empty() {
                let used = line.width();
                if used + 2 + took.width() <= edge {
                    self.text.push_str(&" ".repeat(edge - used - took.width()));
                } else if room.is_none_or(|room| used + 2 + took.width() <= room) {
                    self.text.push_str("  ");
                } else {
                    self.text.push('\n');
                    self.text.push_str(&" ".repeat(INDENT + edge.saturating_sub(took.width())));
                }
                self.text.push_str(&self.palette.paint(self.palette.faint, &took));
            }
            self.text.push('\n');
        }
    }

    /// A named value with a note. On a narrow terminal the note goes on a line of its own.
    pub fn fact(&mut self, name: &str, value: &str, note: &str) {
        let name = visible(name);
        let (value, note) = (visible(value), visible(note));
        let label = format!("{}  ", pad(&name, 6));
        let room = self.width.map(|w| w.saturating_sub(INDENT + label.width()).max(16));
        let indent = " ".repeat(INDENT);
        let hang = " ".repeat(INDENT + label.width());
        let column = 24;
        self.text.push_str(&indent);
        self.text.push_str(&self.palette.paint(self.palette.faint, &label));
        let beside = pad(&value, column).width() + 2 + note.width();
        if note.is_empty() || room.is_none_or(|room| beside <= room) {
            let lines = wrap(&value, room, "");
            for (n, line) in lines.iter().enumerate() {
                if n > 0 {
                    self.text.push_str(&hang);
                }
                if n + 1 == lines.len() && !note.is_empty() {
                    self.text.push_str(&pad(line, column));
                    self.text.push_str("  ");
                    self.text.push_str(&self.palette.paint(self.palette.faint, &note));
                } else {
                    self.text.push_str(line);
                }
                self.text.push('\n');
            }
            return;
        }
        for (n, line) in wrap(&value, room, "").iter().enumerate() {
            if n > 0 {
                self.text.push_str(&hang);
            }
            self.text.push_str(line);
            self.text.push('\n');
        }
        for line in wrap(&note, room, "") {
            self.text.push_str(&hang);
            self.text.push_str(&self.palette.paint(self.palette.faint, &line));
            self.text.push('\n');
        }
    }

    /// A plain line of narration.
    pub fn text(&mut self, text: &str) {
        self.line("", text, "", owo_colors::Style::new());
    }

    /// Something odd or risky.
    pub fn warning(&mut self, text: &str) {
        self.line("! ", text, "", self.palette.warning);
    }

    /// A failure.
    pub fn failure(&mut self, text: &str) {
        self.line("", text, "", self.palette.failure);
    }

    /// A system call and its result, with a remark.
    pub fn call(&mut self, call: &str, remark: &str) {
        self.line("", call, remark, self.palette.call);
    }

    /// A line, datagram or record that was sent.
    pub fn sent(&mut self, text: &str, remark: &str) {
        self.line("> ", text, remark, self.palette.sent);
    }

    /// A line, datagram or record that was received.
    pub fn received(&mut self, text: &str, remark: &str) {
        self.line("< ", text, remark, self.palette.received);
    }

    /// Something that belongs under the line before it.
    pub fn under(&mut self, text: &str) {
        self.line("  ", text, "", owo_colors::Style::new());
    }

    /// A line that is never wrapped and stands at column 0 (drawings that measure themselves with [`Page::width`]).
    pub fn raw(&mut self, text: &str) {
        self.text.push_str(&visible(text));
        self.text.push('\n');
    }

    /// Like [`Page::raw`], from pieces with a style each.
    pub fn pieces(&mut self, pieces: &[(owo_colors::Style, &str)]) {
        for (style, text) in pieces {
            let text = visible(text);
            self.text.push_str(&self.palette.paint(*style, &text));
        }
        self.text.push('\n');
    }

    /// 16 bytes a line: offset, hex, text (`-vv`).
    pub fn hex(&mut self, bytes: &[u8]) {
        let narrow = self.width.is_some_and(|w| w < INDENT + 76);
        let step = if narrow { 8 } else { 16 };
        for (n, row) in bytes.chunks(step).enumerate() {
            let mut hex = String::with_capacity(step * 3);
            for (i, b) in row.iter().enumerate() {
                if i == 8 {
                    hex.push(' ');
                }
                hex.push_str(&format!("{b:02x} "));
            }
            let text: String = row.iter().map(|&b| if (0x20..0x7f).contains(&b) { b as char } else { '.' }).collect();
            let wide = step * 3 + usize::from(step > 8);
            let line = format!("{}{:04x}  {hex:<wide$} {text}", " ".repeat(INDENT + 2), n * step);
            self.text.push_str(&self.palette.paint(self.palette.faint, &line));
            self.text.push('\n');
        }
    }

    fn line(&mut self, mark: &str, text: &str, remark: &str, style: owo_colors::Style) {
        let (text, remark) = (visible(text), visible(remark));
        let room = self.width.map(|w| w.saturating_sub(INDENT + mark.width()).max(16));
        let indent = " ".repeat(INDENT);
        let column = 32;
        let lines = wrap(&text, room, "  ");
        let last = lines.len() - 1;
        for (n, line) in lines.iter().enumerate() {
            self.text.push_str(&indent);
            let mark = if n == 0 { mark.to_owned() } else { " ".repeat(mark.width()) };
            self.text.push_str(&self.palette.paint(style, &format!("{mark}{line}")));
            if n == last && !remark.is_empty() {
                let line = pad(line, column);
                if room.is_none_or(|room| line.width() + 2 + remark.width() <= room) {
                    // What was painted is followed by the padding that it lacks.
                    self.text.push_str(&" ".repeat(line.width() - lines[n].width() + 2));
                    self.text.push_str(&self.palette.paint(self.palette.faint, &remark));
                } else {
                    for more in wrap(&remark, room.map(|r| r.saturating_sub(2)), "") {
                        self.text.push('\n');
                        self.text.push_str(&indent);
                        self.text.push_str("  ");
                        self.text.push_str(&self.palette.paint(self.palette.faint, &more));
                    }
                }
            }
            self.text.push('\n');
        }
    }
}

/// `text` filled with spaces to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// Breaks at spaces, and inside words that are longer than a line; lines after the first begin with `hang`.
/// Never empty. Columns are those of a terminal (East Asian wide characters count two).
pub fn wrap(text: &str, room: Option<usize>, hang: &str) -> Vec<String> {
    let Some(room) = room else { return vec![text.to_owned()] };
    if text.width() <= room {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let wide = word.trim_end_matches(' ').width();
        if used + wide > room && !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
            line = hang.to_owned();
            used = hang.width();
        }
        if used + wide <= room {
            line.push_str(word);
            used += word.width();
            continue;
        }
        for c in word.chars() {
            let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
            if used + wide > room && used > hang.width() {
                lines.push(std::mem::replace(&mut line, hang.to_owned()));
                used = hang.width();
            }
            line.push(c);
            used += wide;
        }
    }
    let rest = line.trim_end();
    if !rest.trim().is_empty() || lines.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

/// A duration with three significant digits and its unit: `0.4 ms`, `12.3 ms`, `1.25 s`, `85 µs`.
pub fn duration(took: Micros) -> String {
    took.spoken()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(width: usize) -> Page {
        Page::new(Some(width), Palette::plain(), false)
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [40, 60, 80, 200] {
            let mut page = page(width);
            let long = "한국어 and a fairly long sentence with an-unbreakable-token-of-more-than-sixty-columns-xxxxxxxxxxxxxxxxxxxxxxxxx in it";
            page.stage(Some(3), "DNS", long, Some(Micros(1_800)));
            page.fact("scheme", long, long);
            page.call("socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5", long);
            page.sent(long, "");
            for line in page.take().lines() {
                assert!(line.width() <= width, "{width}: {} columns: {line}", line.width());
            }
        }
    }

    #[test]
    fn what_a_peer_sent_cannot_drive_the_terminal() {
        let mut page = page(80);
        page.received("\x1b]0;owned\x07", "\r\x1b[2J");
        page.raw("\x1b[2J");
        assert!(!page.take().contains('\x1b'));
    }

    #[test]
    fn durations_have_a_unit_that_suits_them() {
        assert_eq!(duration(Micros(85)), "85 µs");
        assert_eq!(duration(Micros(400)), "0.4 ms");
        assert_eq!(duration(Micros(12_345)), "12.3 ms");
        assert_eq!(duration(Micros(250_000)), "250 ms");
        assert_eq!(duration(Micros(1_250_000)), "1.25 s");
    }
}
