//! The table of the images stage: columns as wide as what stands in them, as far as the line allows.

use unicode_width::UnicodeWidthStr as _;

use super::reasons::source;
use super::{End, Seen, URL, cut};
use crate::journey::Purpose;
use crate::phrase;
use crate::render::page::{INDENT, Page, duration, pad, wrap};
use crate::render::visible::visible;
use crate::stages::images::scan::{Kind, Reference, SkipReason, Verdict};
use crate::stages::images::{Fetched, why_not_saved};
use crate::words::{Words, grouped};

/// Columns that a URL gets at least before the table says less, or is folded.
const URL_COLUMN: usize = 11;

/// The cells of a row behind its URL.
struct Cells {
    status: String,
    kind: String,
    bytes: String,
    pixels: String,
    connection: String,
    took: String,
}

impl Cells {
    fn of(words: &Words, fetched: &Fetched, brief: bool) -> Self {
        let kind = match &fetched.content_type {
            Some(text) => text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase(),
            None => words.say(&phrase!("images-no-type")),
        };
        let kind = if brief { kind.strip_prefix("image/").unwrap_or(&kind).to_owned() } else { kind };
        let fd = fetched.fd.to_string();
        Self {
            status: fetched.status.to_string(),
            kind: visible(&cut(&kind, 40)).into_owned(),
            bytes: words.say(&phrase!("images-bytes", n = grouped(fetched.bytes))),
            pixels: fetched.width.zip(fetched.height).map(|(w, h)| format!("{w}x{h}")).unwrap_or_default(),
            connection: words.say(&match (fetched.reused, brief) {
                (true, false) => phrase!("images-connection-same", fd = fd),
                (false, false) => phrase!("images-connection-new", fd = fd),
                (true, true) => phrase!("images-connection-same-brief", fd = fd),
                (false, true) => phrase!("images-connection-new-brief", fd = fd),
            }),
            took: duration(fetched.took_us),
        }
    }
}

/// Widths of the columns.
pub(super) struct Table {
    /// Shorter words, for want of room.
    brief: bool,
    number: usize,
    /// 0: rows are folded.
    url: usize,
    status: usize,
    kind: usize,
    bytes: usize,
    pixels: usize,
    connection: usize,
    took: usize,
}

impl Table {
    pub(super) fn lay(page: &Page, words: &Words, seen: &Seen<'_>) -> Self {
        let full = Self::measured(page, words, seen, false);
        if full.url > 0 { full } else { Self::measured(page, words, seen, true) }
    }

    fn measured(page: &Page, words: &Words, seen: &Seen<'_>, brief: bool) -> Self {
        let mut table = Self { brief, number: 2, url: 0, status: 3, kind: 0, bytes: 0, pixels: 0, connection: 0, took: 0 };
        let mut longest = 0;
        for row in &seen.rows {
            let Some(number) = row.number else { continue };
            table.number = table.number.max(format!("#{number}").len());
            let url = match seen.ends.get(&number) {
                Some(End::Fetched(fetched)) => {
                    let cells = Cells::of(words, fetched, brief);
                    table.kind = table.kind.max(cells.kind.width());
                    table.bytes = table.bytes.max(cells.bytes.width());
                    table.pixels = table.pixels.max(cells.pixels.width());
                    table.connection = table.connection.max(cells.connection.width());
                    table.took = table.took.max(cells.took.width());
                    &fetched.url
                }
                Some(End::Failed { url, .. }) => *url,
                None => row.reference.url.as_ref().map_or(row.reference.typed.as_str(), |u| u.as_str()),
            };
            longest = longest.max(seen.short(url).width());
        }
        let room = page.width().map_or(usize::MAX, |w| w.saturating_sub(INDENT));
        let others = table.number + 2 + 2 + table.behind();
        let free = room.saturating_sub(others);
        // In a pipe nothing limits a line, but a column as wide as the longest URL would push all others out of sight.
        table.url = if free >= URL_COLUMN.min(longest) { longest.min(free).min(60) } else { 0 };
        table
    }

    /// Columns behind the URL.
    fn behind(&self) -> usize {
        let columns = [self.status, self.kind, self.bytes, self.pixels, self.connection, self.took];
        columns.iter().filter(|w| **w > 0).map(|w| w + 2).sum::<usize>().saturating_sub(2)
    }

    fn line(&self, cells: &Cells) -> String {
        let columns = [
            (pad(&cells.status, self.status), self.status),
            (pad(&cells.kind, self.kind), self.kind),
            (left(&cells.bytes, self.bytes), self.bytes),
            (pad(&cells.pixels, self.pixels), self.pixels),
            (pad(&cells.connection, self.connection), self.connection),
            (left(&cells.took, self.took), self.took),
        ];
        columns.into_iter().filter(|(_, width)| *width > 0).map(|(text, _)| text).collect::<Vec<_>>().join("  ")
    }

    pub(super) fn row(
        &self,
        page: &mut Page,
        words: &Words,
        seen: &Seen<'_>,
        number: u32,
        reference: &Reference,
        end: Option<&End<'_>>,
    ) {
        let palette = *page.palette();
        let number = pad(&format!("#{number}"), self.number);
        let hang = INDENT + self.number + 2;
        let asked = reference.url.as_ref().map_or(reference.typed.as_str(), |u| u.as_str());
        let (url, text, style) = match end {
            Some(End::Fetched(fetched)) => {
                let style = if fetched.status >= 400 { palette.failure } else { owo_colors::Style::new() };
                (fetched.url.as_str(), self.line(&Cells::of(words, fetched, self.brief)), style)
            }
            Some(End::Failed { url, exit, what, took }) => {
                let what = words.say(&phrase!("images-failed", exit = exit.to_string(), what = (*what).clone()));
                (*url, format!("{what}  {}", duration(*took)), palette.failure)
            }
            None => (asked, words.say(&phrase!("images-never")), palette.warning),
        };
        let url = seen.short(url);
        let start = format!("{}{number}  ", " ".repeat(INDENT));
        let plain = owo_colors::Style::new();
        let room = page.width().map(|w| w.saturating_sub(hang).max(16));
        let failed = matches!(end, Some(End::Failed { .. }));
        let behind = hang + self.url + 2;
        let fits =
            self.url > 0 && url.width() <= self.url && (!failed || page.width().is_none_or(|w| behind + text.width() <= w));
        if fits {
            page.pieces(&[(palette.faint, &start), (plain, &pad(&url, self.url)), (plain, "  "), (style, text.trim_end())]);
        } else {
            for (n, part) in wrap(&url, room, "").iter().enumerate() {
                let start = if n == 0 { start.clone() } else { " ".repeat(hang) };
                page.pieces(&[(palette.faint, &start), (plain, part)]);
            }
            // Aligned with the other rows where there are columns to align with.
            let indent = if self.url > 0 && !failed { behind } else { hang };
            let room = page.width().map(|w| w.saturating_sub(indent).max(16));
            let parts = if self.url > 0 || failed { wrap(text.trim_end(), room, "  ") } else { flow(&text, room) };
            for part in parts {
                page.pieces(&[(plain, &" ".repeat(indent)), (style, &part)]);
            }
        }
        if let Some(End::Fetched(fetched)) = end {
            self.notes(page, words, seen, asked, fetched, reference);
        }
    }

    fn notes(&self, page: &mut Page, words: &Words, seen: &Seen<'_>, asked: &str, fetched: &Fetched, reference: &Reference) {
        let mut notes = Vec::new();
        match reference.kind {
            Kind::Sheet(_) => notes.push((false, phrase!("images-purpose-sheet"))),
            Kind::Frame(_) => notes.push((false, phrase!("images-purpose-frame"))),
            Kind::Page(_) => notes.push((false, phrase!("images-purpose-next-page"))),
            Kind::Image | Kind::Icon(_) | Kind::Object(_) => {}
        }
        if fetched.redirects > 0 {
            notes
                .push((false, phrase!("images-redirected", redirects = fetched.redirects, url = seen.short(asked).into_owned())));
        }
        let essence =
            fetched.content_type.as_deref().map(|t| t.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        if let Some(format) = fetched.format
            && fetched.purpose == Purpose::Image
            && fetched.status < 400
            && !essence.as_deref().is_some_and(|e| format.is(e))
        {
            notes.push((true, phrase!("images-bytes-say", format = format.media_type())));
        }
        if let Some(file) = &fetched.file {
            notes.push((false, phrase!("images-saved-as", file = file)));
        }
        if let Some(why) = fetched.not_saved {
            let why = why_not_saved(why, fetched.status, fetched.content_type.as_deref());
            notes.push((true, phrase!("images-not-saved", why = why)));
        }
        for (odd, note) in notes {
            let style = if odd { page.palette().warning } else { page.palette().faint };
            self.under(page, style, &words.say(&note));
        }
    }

    /// A line under a row.
    pub(super) fn under(&self, page: &mut Page, style: owo_colors::Style, text: &str) {
        let hang = INDENT + self.number + 2;
        let text = visible(text).into_owned();
        for line in wrap(&text, page.width().map(|w| w.saturating_sub(hang).max(16)), "  ") {
            page.pieces(&[(style, &format!("{}{line}", " ".repeat(hang)))]);
        }
    }

    /// A reference that is not fetched, at `-v`.
    pub(super) fn skipped(&self, page: &mut Page, words: &Words, seen: &Seen<'_>, reference: &Reference) {
        let Verdict::Skip { reason } = &reference.verdict else { return };
        let url = match (&reference.url, reason) {
            // The inline bytes themselves tell nobody anything.
            (_, SkipReason::Inline(_)) => visible(&cut(&reference.typed, 40)).into_owned(),
            (Some(url), _) => seen.short(url.as_str()).into_owned(),
            (None, _) => visible(&cut(&reference.typed, URL)).into_owned(),
        };
        let hang = INDENT + self.number + 2;
        let palette = *page.palette();
        let start = format!("{}{}  ", " ".repeat(INDENT), pad("-", self.number));
        for (n, part) in wrap(&url, page.width().map(|w| w.saturating_sub(hang).max(16)), "").iter().enumerate() {
            let start = if n == 0 { start.clone() } else { " ".repeat(hang) };
            page.pieces(&[(palette.faint, &start), (palette.faint, part)]);
        }
        let why = words.say(&reason.phrase());
        let from = words.say(&source(words, reference.source));
        self.under(page, palette.faint, &format!("{}: {why}; {from}", words.say(&phrase!("images-skipped"))));
    }
}

/// `text` at the right edge of `columns`.
fn left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The cells of a row, as many to a line as there is room for; none is broken.
fn flow(row: &str, room: Option<usize>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for cell in row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()) {
        match lines.last_mut() {
            Some(line) if room.is_none_or(|room| line.width() + 2 + cell.width() <= room) => {
                line.push_str("  ");
                line.push_str(cell);
            }
            _ => lines.push(cell.to_owned()),
        }
    }
    // Only a cell that is wider than a line is.
    lines.iter().flat_map(|line| wrap(line, room, "  ")).collect()
}
