//! The page and its images on one scale of time.
//!
//! ```text
//! Timeline    0         2         4         6         8 ms
//!             page  ╌╌╌╌╌╌──░░░░░░░░░░░█                             8.1 ms
//!             #1                         ░░░░░░░██                   2.2 ms
//!             #2                         ──░░░░░░░                   2.9 ms
//!             ╌ dns  ─ connect  ═ tls  ░ wait  █ body
//! ```
//!
//! [`Collector`] keeps a few numbers of each fetch while the entries pass; [`tell`] draws them. Both are pure.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr as _;

use crate::event::{Detail, Entry, Event, FetchId, Micros};
use crate::journey::{JourneyEvent, Purpose};
use crate::phrase;
use crate::render::page::{INDENT, Page, duration, pad};
use crate::stages::Stage;
use crate::stages::images::ImagesEvent;
use crate::stages::response::ResponseEvent;
use crate::words::Words;

/// Bars that are drawn before the rest is counted.
const BARS: usize = 20;

/// The same at `-v`.
const BARS_VERBOSE: usize = 1_000;

/// Columns of the drawing when nothing limits a line.
const WIDE: usize = 80;

/// What a fetch was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The name was asked for.
    Dns,
    /// SYN to SYN-ACK.
    Connect,
    /// The handshake.
    Tls,
    /// From the request to the first byte of the answer.
    Wait,
    /// From the first byte to the last.
    Body,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Dns, Self::Connect, Self::Tls, Self::Wait, Self::Body];

    fn mark(self, plain: bool) -> char {
        match (self, plain) {
            (Self::Dns, false) => '╌',
            (Self::Connect, false) => '─',
            (Self::Tls, false) => '═',
            (Self::Wait, false) => '░',
            (Self::Body, false) => '█',
            (Self::Dns, true) => '-',
            (Self::Connect, true) => '+',
            (Self::Tls, true) => '%',
            (Self::Wait, true) => '.',
            (Self::Body, true) => '#',
        }
    }

    fn name(self, words: &Words) -> String {
        words.say(&match self {
            Self::Dns => phrase!("journey-phase-dns"),
            Self::Connect => phrase!("journey-phase-connect"),
            Self::Tls => phrase!("journey-phase-tls"),
            Self::Wait => phrase!("journey-phase-wait"),
            Self::Body => phrase!("journey-phase-body"),
        })
    }
}

/// One fetch: what it was doing from when to when, µs since the start of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phases {
    /// `#1`, `#2` …; none for the page itself.
    pub number: Option<u32>,
    /// In order; several of a kind after redirects.
    pub spans: Vec<(Phase, u64, u64)>,
}

impl Phases {
    fn begin(&self) -> u64 {
        self.spans.first().map_or(0, |s| s.1)
    }

    fn end(&self) -> u64 {
        self.spans.iter().map(|s| s.2).max().unwrap_or(0)
    }
}

/// Picks from the entries of a page's fetch and its images what the drawing needs.
#[derive(Debug, Default)]
pub struct Collector {
    fetches: BTreeMap<FetchId, Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    phases: Phases,
    open: Option<(Phase, u64)>,
}

impl Collector {
    /// Looks at an entry of any fetch.
    pub fn receive(&mut self, entry: &Entry) {
        let Micros(at) = entry.at;
        match &entry.event {
            Event::Images(ImagesEvent::Found { image, number, .. }) => {
                self.fetches.entry(*image).or_default().phases.number = Some(*number);
            }
            Event::Journey(JourneyEvent::FetchBegan { purpose: Purpose::Page, .. }) => {
                // The images of the page before have ended with it.
                self.fetches.clear();
                self.fetches.entry(entry.fetch).or_default();
            }
            Event::Journey(JourneyEvent::StageBegan { stage }) => {
                let phase = match stage {
                    Stage::Dns => Phase::Dns,
                    Stage::Connect => Phase::Connect,
                    Stage::Tls => Phase::Tls,
                    Stage::Response => Phase::Wait,
                    Stage::Url | Stage::Message | Stage::Images => return,
                };
                self.fetches.entry(entry.fetch).or_default().open = Some((phase, at));
            }
            Event::Response(ResponseEvent::Read { bytes: 1.., .. } | ResponseEvent::Spliced { .. }) => {
                let progress = self.fetches.entry(entry.fetch).or_default();
                if let Some((Phase::Wait, from)) = progress.open {
                    progress.phases.spans.push((Phase::Wait, from, at));
                    progress.open = Some((Phase::Body, at));
                }
            }
            Event::Journey(JourneyEvent::StageEnded {
                stage: Stage::Dns | Stage::Connect | Stage::Tls | Stage::Response,
                ..
            }) => {
                let progress = self.fetches.entry(entry.fetch).or_default();
                if let Some((phase, from)) = progress.open.take() {
                    progress.phases.spans.push((phase, from, at));
                }
            }
            _ => {}
        }
    }

    /// What was collected since the page began: the page first, then its images by number.
    pub fn take(&mut self) -> Vec<Phases> {
        let fetches = std::mem::take(&mut self.fetches);
        let mut all: Vec<_> = fetches.into_values().map(|p| p.phases).filter(|p| !p.spans.is_empty()).collect();
        all.sort_by_key(|p| p.number);
        all
    }
}

/// Draws; nothing when nothing took time on a network.
pub fn tell(page: &mut Page, words: &Words, fetches: &[Phases], detail: Detail) {
    let Some(begin) = fetches.iter().map(Phases::begin).min() else { return };
    let total = fetches.iter().map(Phases::end).max().unwrap_or(begin).saturating_sub(begin).max(1);
    let most = if detail >= Detail::Verbose { BARS_VERBOSE } else { BARS };
    let shown = chosen(fetches, most);
    let label = |phases: &Phases| match phases.number {
        Some(number) => format!("#{number}"),
        None => words.say(&phrase!("journey-timeline-page")),
    };
    let labels = shown.iter().map(|p| label(p).width()).max().unwrap_or(0);
    let took = |phases: &Phases| duration(Micros(phases.end() - phases.begin()));
    let times = shown.iter().map(|p| took(p).width()).max().unwrap_or(0);
    let room = page.width().unwrap_or(WIDE).min(160).saturating_sub(INDENT + labels + 2 + times + 2).max(10);
    let scale = Scale { begin, total, columns: room };
    let palette = *page.palette();
    let plain = page.is_plain();

    page.blank();
    let name = pad(&words.say(&phrase!("journey-timeline")), INDENT);
    let axis = format!("{}{}", " ".repeat(labels + 2), scale.axis());
    page.pieces(&[(palette.stage, &name), (palette.faint, axis.trim_end())]);
    for phases in &shown {
        let start = format!("{}{}  ", " ".repeat(INDENT), pad(&label(phases), labels));
        let cells = scale.cells(phases);
        let mut pieces: Vec<(owo_colors::Style, String)> = vec![(owo_colors::Style::new(), start)];
        let mut at = 0;
        while at < cells.len() {
            let run = cells[at..].iter().take_while(|c| **c == cells[at]).count();
            pieces.push(match cells[at] {
                None => (owo_colors::Style::new(), " ".repeat(run)),
                Some(phase) => {
                    let style = match phase {
                        Phase::Dns => palette.warning,
                        Phase::Connect => palette.call,
                        Phase::Tls => palette.sent,
                        Phase::Wait => palette.faint,
                        Phase::Body => palette.received,
                    };
                    (style, phase.mark(plain).to_string().repeat(run))
                }
            });
            at += run;
        }
        let time = took(phases);
        pieces.push((palette.faint, format!("  {}{time}", " ".repeat(times - time.width()))));
        let pieces: Vec<_> = pieces.iter().map(|(style, text)| (*style, text.as_str())).collect();
        page.pieces(&pieces);
    }
    let seen: Vec<_> = Phase::ALL
        .into_iter()
        .filter(|phase| shown.iter().any(|p| p.spans.iter().any(|s| s.0 == *phase)))
        .map(|phase| format!("{} {}", phase.mark(plain), phase.name(words)))
        .collect();
    page.pieces(&[(palette.faint, &format!("{}{}", " ".repeat(INDENT), seen.join("  ")))]);
    if shown.len() < fetches.len() {
        let rest = fetches.len() - shown.len();
        page.text(&words.say(&phrase!("journey-timeline-rest", rest = rest, shown = shown.len())));
    }
}

/// The page, and of the others those that took longest, in their order.
fn chosen(fetches: &[Phases], most: usize) -> Vec<&Phases> {
    if fetches.len() <= most {
        return fetches.iter().collect();
    }
    let mut by_time: Vec<_> = fetches.iter().collect();
    by_time.sort_by_key(|p| (p.number.is_some(), std::cmp::Reverse(p.end() - p.begin())));
    by_time.truncate(most);
    by_time.sort_by_key(|p| p.number);
    by_time
}

/// From times to columns.
struct Scale {
    begin: u64,
    total: u64,
    columns: usize,
}

impl Scale {
    fn column(&self, at: u64) -> usize {
        let at = u128::from(at.saturating_sub(self.begin));
        let column = at * self.columns as u128 / u128::from(self.total);
        usize::try_from(column).unwrap_or(self.columns).min(self.columns)
    }

    /// A phase that took any time at all has at least one column.
    fn cells(&self, phases: &Phases) -> Vec<Option<Phase>> {
        let mut cells = vec![None; self.columns];
        for (phase, from, to) in &phases.spans {
            let from = self.column(*from).min(self.columns - 1);
            let to = self.column(*to).max(from + 1);
            cells[from..to].fill(Some(*phase));
        }
        cells
    }

    /// Numbers at round times, the unit behind the last one.
    fn axis(&self) -> String {
        let (unit, name) = match self.total {
            0..1_000 => (1, "µs"),
            1_000..1_000_000 => (1_000, "ms"),
            _ => (1_000_000, "s"),
        };
        // Seven columns a tick leave room for the number.
        let ticks = (self.columns as u64 / 7).max(1);
        let least = self.total.div_ceil(ticks);
        let step = (0..).map(|k| 10u64.saturating_pow(k)).flat_map(|p| [p, p * 2, p * 5]).find(|s| *s >= least).unwrap_or(least);
        let mut axis = String::new();
        let mut at = 0;
        let mut last = String::new();
        while at <= self.total {
            let column = self.column(self.begin + at);
            let text = number(at, unit);
            if (axis.is_empty() || column > axis.width()) && column + text.len() <= self.columns {
                axis.push_str(&" ".repeat(column - axis.width()));
                axis.push_str(&text);
                last = text;
            }
            at += step;
        }
        if last == "0" && self.columns > 20 {
            // Not one round time fits: the end of the scale is told instead.
            let end = number(self.total, unit);
            axis.push_str(&" ".repeat(self.columns.saturating_sub(axis.width() + end.len())));
            axis.push_str(&end);
        }
        format!("{axis} {name}")
    }
}

/// `at` in `unit`s with as many decimals as it has, up to three.
fn number(at: u64, unit: u64) -> String {
    let (whole, part) = (at / unit, at % unit);
    if part == 0 {
        return whole.to_string();
    }
    let thousandths = part * 1_000 / unit;
    format!("{whole}.{thousandths:03}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::palette::Palette;
    use crate::words::Lang;

    fn drawn(fetches: &[Phases], width: Option<usize>, plain: bool, detail: Detail) -> String {
        let mut page = Page::new(width, Palette::plain(), plain);
        tell(&mut page, &Words::new(Lang::En), fetches, detail);
        page.take()
    }

    fn journey() -> Vec<Phases> {
        use Phase::{Body, Connect, Dns, Wait};
        vec![
            Phases {
                number: None,
                spans: vec![(Dns, 1_000, 2_800), (Connect, 2_800, 3_200), (Wait, 3_200, 6_100), (Body, 6_100, 6_300)],
            },
            Phases { number: Some(1), spans: vec![(Wait, 6_000, 7_800), (Body, 7_800, 8_200)] },
            Phases { number: Some(2), spans: vec![(Connect, 6_050, 6_400), (Wait, 6_400, 8_900), (Body, 8_900, 8_950)] },
        ]
    }

    #[test]
    fn the_page_and_its_images_stand_on_one_scale() {
        insta::assert_snapshot!("timeline_80", drawn(&journey(), Some(80), false, Detail::Normal));
        insta::assert_snapshot!("timeline_60_plain", drawn(&journey(), Some(60), true, Detail::Normal));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_plain_is_ascii() {
        for width in [40, 60, 80, 200] {
            for total in [3, 900, 7_777, 123_456, 98_765_432] {
                let fetches = vec![
                    Phases { number: None, spans: vec![(Phase::Wait, 0, total)] },
                    Phases { number: Some(12), spans: vec![(Phase::Body, total / 2, total)] },
                ];
                let text = drawn(&fetches, Some(width), true, Detail::Normal);
                for line in text.lines() {
                    assert!(line.width() <= width, "{width} {total}: {line}");
                    assert!(line.is_ascii() || line.contains('µ'), "{line}");
                }
            }
        }
    }

    #[test]
    fn of_many_the_slowest_are_drawn_and_the_rest_counted() {
        let mut fetches = journey();
        for n in 3..=1_000 {
            let slow = if n % 100 == 0 { 3_000 } else { 10 };
            fetches.push(Phases { number: Some(n), spans: vec![(Phase::Wait, 6_000, 6_000 + slow)] });
        }
        let text = drawn(&fetches, Some(80), false, Detail::Normal);
        for n in (100..=1_000).step_by(100) {
            assert!(text.contains(&format!("#{n} ")), "{n}\n{text}");
        }
        assert!(text.contains("981"), "{text}");
    }

    #[test]
    fn nothing_is_drawn_without_a_network() {
        assert_eq!(drawn(&[], Some(80), false, Detail::Normal), "");
    }
}
