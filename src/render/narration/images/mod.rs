//! Stage 7 in words: a table of what was fetched, in document order; at `-v` also of what was not, and why.
//!
//! ```text
//! 7 Images    4 references: 2 to fetch, 1 inline, 1 repeated
//!             #1  /gazou.jpg   200  image/jpeg  6,419 B  400x300  same connection, fd 5   2.2 ms
//!             #2  /logo.png    404  text/html     153 B           new connection, fd 6    2.9 ms
//! ```
//!
//! A URL too long for its column has a line of its own; on a terminal too narrow for the table every row has two.

mod reasons;
mod table;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::event::{Detail, FetchId, Micros};
use crate::phrase;
use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::render::visible::visible;
use crate::stages::images::scan::{Kind, Reference, SkipReason, Verdict};
use crate::stages::images::{Fetched, ImagesEvent};
use crate::words::{Phrase, Words};
use reasons::reasons;
use table::Table;

/// Rows of the table before the rest is counted.
const ROWS: usize = 20;

/// Failures that are told beyond those rows.
const FAILURES: usize = 1_000;

/// The longest URL that is shown whole.
const URL: usize = 300;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, ImagesEvent>) {
    let seen = Seen::read(story);
    page.stage(Some(7), "Images", &headline(words, &seen), Some(story.took));
    let table = Table::lay(page, words, &seen);
    let verbose = story.detail >= Detail::Verbose;
    let mut told = 0;
    let mut failures = 0;
    let mut rest = Rest::default();
    for row in &seen.rows {
        let number = match row.number {
            Some(number) => number,
            None if verbose => {
                table.skipped(page, words, &seen, row.reference);
                continue;
            }
            None => continue,
        };
        let end = seen.ends.get(&number);
        if verbose || told < ROWS {
            told += 1;
        } else if is_failure(end) && failures < FAILURES {
            failures += 1;
        } else {
            rest.count(end);
            continue;
        }
        table.row(page, words, &seen, number, row.reference, end);
        if verbose {
            reasons(page, words, &table, row, end);
        }
    }
    rest.tell(page, words);
    closing(page, words, &seen);
}

/// How far the images have come, for the line that is overwritten.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    begun: Option<Micros>,
    found: u64,
    ended: u64,
    failed: u64,
    bytes: u64,
}

impl Tally {
    /// Stage 7 begins: the page is there, and what it asks for is waited for.
    pub(crate) fn began(&mut self, at: Micros) {
        self.begun = Some(at);
    }

    /// Counts; since when the images are waited for, if they are.
    pub(crate) fn count(&mut self, event: &ImagesEvent) -> Option<Micros> {
        match event {
            ImagesEvent::Found { .. } => self.found += 1,
            ImagesEvent::Fetched(fetched) => {
                self.ended += 1;
                self.failed += u64::from(fetched.status >= 400);
                self.bytes += fetched.bytes;
            }
            ImagesEvent::Failed { .. } => {
                self.ended += 1;
                self.failed += 1;
            }
            _ => return None,
        }
        self.begun
    }

    /// `7 Images  412 of 1,000, 3 failed, 5,120,331 bytes`
    pub(crate) fn text(&self, words: &Words) -> String {
        let Self { found, ended, failed, bytes, .. } = *self;
        words.say(&phrase!("images-live", found = found, ended = ended, failed = failed, bytes = bytes))
    }
}

/// A reference, in its place in the document.
struct Row<'e> {
    reference: &'e Reference,
    number: Option<u32>,
    fetch: Option<FetchId>,
}

/// How a fetch ended.
enum End<'e> {
    Fetched(&'e Fetched),
    Failed { url: &'e str, exit: u8, what: &'e Phrase, took: Micros },
}

/// The stage's events, sorted out.
struct Seen<'e> {
    page: &'e str,
    rows: Vec<Row<'e>>,
    ends: HashMap<u32, End<'e>>,
    postponed: HashSet<u32>,
    cut: u64,
    styles_given_up: bool,
    indexed: Option<&'e ImagesEvent>,
}

impl<'e> Seen<'e> {
    fn read(story: &StageStory<'e, ImagesEvent>) -> Self {
        let mut seen = Self {
            page: "",
            rows: Vec::new(),
            ends: HashMap::new(),
            postponed: HashSet::new(),
            cut: 0,
            styles_given_up: false,
            indexed: None,
        };
        for (_, event) in &story.events {
            match event {
                ImagesEvent::Scanning { page } => seen.page = page,
                ImagesEvent::Found { image, number, reference } => {
                    seen.rows.push(Row { reference, number: Some(*number), fetch: Some(*image) });
                }
                ImagesEvent::Skipped { reference } => seen.rows.push(Row { reference, number: None, fetch: None }),
                ImagesEvent::Fetching { .. } => {}
                ImagesEvent::Postponed { number, .. } => {
                    seen.postponed.insert(*number);
                }
                ImagesEvent::Fetched(fetched) => {
                    seen.ends.insert(fetched.number, End::Fetched(fetched));
                }
                ImagesEvent::Failed { number, url, exit, what, took_us, .. } => {
                    seen.ends.insert(*number, End::Failed { url, exit: *exit, what, took: *took_us });
                }
                ImagesEvent::Cut { cut, .. } => seen.cut = *cut,
                ImagesEvent::StylesGivenUp { .. } => seen.styles_given_up = true,
                ImagesEvent::Indexed { .. } | ImagesEvent::NotIndexed { .. } => seen.indexed = Some(event),
            }
        }
        seen.rows.sort_by_key(|row| row.reference.order);
        seen
    }

    /// The URL as it stands in the table.
    fn short<'u>(&self, url: &'u str) -> Cow<'u, str> {
        short(self.page, url)
    }
}

/// A URL without the origin of `page`, if it is the same.
pub(super) fn short<'u>(page: &str, url: &'u str) -> Cow<'u, str> {
    let origin = page.match_indices('/').nth(2).map_or(page, |(at, _)| &page[..at]);
    let short = match url.strip_prefix(origin) {
        Some(path) if path.starts_with('/') => path,
        _ => url,
    };
    let short = visible(short);
    match short.char_indices().nth(URL) {
        Some((at, _)) => format!("{}…", &short[..at]).into(),
        None => short,
    }
}

fn is_failure(end: Option<&End<'_>>) -> bool {
    match end {
        Some(End::Fetched(fetched)) => fetched.status >= 400,
        Some(End::Failed { .. }) => true,
        None => false,
    }
}

fn headline(words: &Words, seen: &Seen<'_>) -> String {
    if seen.rows.is_empty() && seen.cut == 0 {
        return words.say(&phrase!("images-none"));
    }
    let mut counts = [0u64; 9];
    for row in &seen.rows {
        let place = match (&row.reference.verdict, row.reference.kind) {
            (Verdict::Fetch { .. }, Kind::Image | Kind::Icon(_) | Kind::Object(_)) => 0,
            (Verdict::Fetch { .. }, Kind::Sheet(_)) => 1,
            (Verdict::Fetch { .. }, Kind::Frame(_)) => 2,
            (Verdict::Fetch { .. }, Kind::Page(_)) => 8,
            (Verdict::Skip { reason }, _) => match reason {
                SkipReason::Inline(_) => 3,
                SkipReason::Repeated => 4,
                SkipReason::FrameNotEntered => 5,
                SkipReason::TooMany => 7,
                _ => 6,
            },
        };
        counts[place] += 1;
    }
    counts[7] += seen.cut;
    let parts = [
        |n| phrase!("images-part-fetch", n = n),
        |n| phrase!("images-part-sheets", n = n),
        |n| phrase!("images-part-frames", n = n),
        |n| phrase!("images-part-inline", n = n),
        |n| phrase!("images-part-repeated", n = n),
        |n| phrase!("images-part-frames-skipped", n = n),
        |n| phrase!("images-part-skipped", n = n),
        |n: u64| phrase!("images-part-cut", n = n),
        |n: u64| phrase!("images-part-next", n = n),
    ];
    let said: Vec<_> = counts
        .iter()
        .zip(parts)
        .enumerate()
        .filter(|(at, (n, _))| **n > 0 || *at == 0)
        .map(|(_, (n, part))| words.say(&part(*n)))
        .collect();
    words.say(&phrase!("images-found", total = seen.rows.len() as u64 + seen.cut, parts = said.join(", ")))
}

/// What is counted and not listed.
#[derive(Default)]
struct Rest {
    statuses: BTreeMap<u16, u64>,
    failed: u64,
    never: u64,
}

impl Rest {
    fn count(&mut self, end: Option<&End<'_>>) {
        match end {
            Some(End::Fetched(fetched)) => *self.statuses.entry(fetched.status).or_default() += 1,
            Some(End::Failed { .. }) => self.failed += 1,
            None => self.never += 1,
        }
    }

    fn tell(&self, page: &mut Page, words: &Words) {
        let rest = self.statuses.values().sum::<u64>() + self.failed + self.never;
        if rest == 0 {
            return;
        }
        let mut parts: Vec<_> = self
            .statuses
            .iter()
            .map(|(status, n)| words.say(&phrase!("images-more-status", n = *n, status = status.to_string())))
            .collect();
        if self.failed > 0 {
            parts.push(words.say(&phrase!("images-more-failed", n = self.failed)));
        }
        if self.never > 0 {
            parts.push(words.say(&phrase!("images-more-never", n = self.never)));
        }
        page.text(&words.say(&phrase!("images-more", rest = rest, parts = parts.join(", "))));
    }
}

fn closing(page: &mut Page, words: &Words, seen: &Seen<'_>) {
    let fetched: Vec<_> = seen.ends.values().filter_map(|e| if let End::Fetched(f) = e { Some(*f) } else { None }).collect();
    if fetched.len() > 1 {
        let connections: HashSet<_> = fetched.iter().map(|f| f.connection).collect();
        let bytes: u64 = fetched.iter().map(|f| f.bytes).sum();
        page.text(&words.say(&phrase!("images-sum", fetched = fetched.len(), bytes = bytes, connections = connections.len())));
    }
    if !seen.postponed.is_empty() {
        page.warning(&words.say(&phrase!("images-postponed", n = seen.postponed.len())));
    }
    if seen.styles_given_up {
        page.warning(&words.say(&phrase!("images-styles-given-up")));
    }
    match seen.indexed {
        Some(ImagesEvent::Indexed { path, files }) => {
            page.text(&words.say(&phrase!("images-indexed", files = *files, path = path)));
        }
        Some(ImagesEvent::NotIndexed { path, error }) => {
            page.failure(&words.say(&phrase!("images-not-indexed", path = path, error = error.clone())));
        }
        _ => {}
    }
}

/// At most `most` characters, the cut made visible.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
