//! The walk from the root in words: its steps between the messages, and at the end the way as a tree.

use unicode_width::UnicodeWidthStr as _;

use crate::event::Detail;
use crate::phrase;
use crate::render::page::{INDENT, Page, duration, pad};
use crate::stages::dns::{DnsEvent, QuestionShown, RecordShown, ServerShown, Start, WalkStep};
use crate::words::{Phrase, Words};

/// Servers of a referral, and records of an answer, that are named without `-v`.
const MOST: usize = 4;

/// The widest column of zones in the tree.
const ZONES: usize = 36;

/// Tells one step. Messages stand before and after, told by the stage itself.
pub(super) fn step(page: &mut Page, words: &Words, step: &WalkStep, detail: Detail) {
    let most = if detail >= Detail::Verbose { usize::MAX } else { MOST };
    let indent = "  ".repeat(usize::try_from(step.depth()).unwrap_or(0).min(8));
    let say = |phrase: Phrase| format!("{indent}{}", words.say(&phrase));
    match step {
        WalkStep::Begun { question, zone, servers, start, .. } => {
            let count = servers.len();
            page.text(&say(match start {
                Start::BuiltIn => phrase!("dns-walk-begun", question = ask(question), servers = count),
                Start::Hints { path } => phrase!("dns-walk-begun-hints", question = ask(question), servers = count, path = path),
                Start::Known => phrase!("dns-walk-begun-known", question = ask(question), zone = zone, servers = count),
            }));
        }
        WalkStep::Asking { zone, name, server, actual, .. } => {
            let zone = zone_words(words, zone);
            page.text(&say(match actual {
                Some(actual) => phrase!(
                    "dns-walk-asking-redirected",
                    name = name,
                    server = server.to_string(),
                    zone = zone,
                    actual = actual.to_string()
                ),
                None => phrase!("dns-walk-asking", name = name, server = server.to_string(), zone = zone),
            }));
        }
        WalkStep::Referred { to, servers, ignored, .. } => {
            page.text(&say(phrase!("dns-walk-referred", to = to, servers = named(words, servers, most))));
            for record in ignored.iter().take(most) {
                page.warning(&say(phrase!("dns-walk-ignored", record = line(record))));
            }
        }
        WalkStep::NeedAddress { name, .. } => page.text(&say(phrase!("dns-walk-need-address", name = name))),
        WalkStep::HaveAddress { name, addresses, .. } if addresses.is_empty() => {
            page.warning(&say(phrase!("dns-walk-no-address", name = name)));
        }
        WalkStep::HaveAddress { name, addresses, .. } => {
            let addresses = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            page.text(&say(phrase!("dns-walk-have-address", name = name, addresses = addresses)));
        }
        WalkStep::MissingGlue { name, zone, .. } => {
            page.warning(&say(phrase!("dns-walk-missing-glue", name = name, zone = zone)));
        }
        WalkStep::Useless { name, why, .. } => {
            page.warning(&say(phrase!("dns-walk-useless", name = name, why = why.phrase())));
        }
        WalkStep::Alias { name, target, asked_again, .. } => page.text(&say(match asked_again {
            true => phrase!("dns-alias-asked", name = name, target = target),
            false => phrase!("dns-alias", name = name, target = target),
        })),
        WalkStep::Answered { zone, name, .. } => {
            page.text(&say(phrase!("dns-walk-answered", name = name, zone = zone_words(words, zone))));
        }
        WalkStep::Denied { zone, name, question, rcode, soa, .. } => {
            let zone = zone_words(words, zone);
            page.text(&say(match rcode.as_str() {
                "NXDOMAIN" => phrase!("dns-walk-denied-name", name = name, zone = zone, host = question.name.as_str()),
                _ => phrase!("dns-walk-denied-type", name = name, zone = zone, kind = question.kind.as_str()),
            }));
            if let Some(soa) = soa {
                page.text(&say(phrase!("dns-walk-denied-soa", zone = soa.name.as_str(), ttl = soa.ttl)));
            }
        }
    }
}

/// One line of the tree.
struct Row {
    level: usize,
    zone: String,
    what: String,
    bad: bool,
}

/// Draws the way; nothing where there was no walk.
pub(super) fn tree<'e>(page: &mut Page, words: &Words, events: impl Iterator<Item = &'e DnsEvent>) {
    let rows = rows(words, events);
    if rows.is_empty() {
        return;
    }
    page.text(&words.say(&phrase!("dns-walk-tree")));
    let branch = |row: &Row| match (row.level, page.is_plain()) {
        (0, _) => row.zone.clone(),
        (level, true) => format!("{}{}", "  ".repeat(level), row.zone),
        (level, false) => format!("{}└ {}", "  ".repeat(level - 1), row.zone),
    };
    let labels: Vec<String> = rows.iter().map(branch).collect();
    let column = labels.iter().map(|l| l.width()).max().unwrap_or(0).min(ZONES);
    let room = page.width().map(|w| w.saturating_sub(INDENT));
    for (row, label) in rows.iter().zip(labels) {
        let beside = format!("{}  {}", pad(&label, column), row.what);
        let tell = |page: &mut Page, text: &str| if row.bad { page.failure(text) } else { page.text(text) };
        if room.is_none_or(|room| beside.width() <= room) {
            tell(page, beside.trim_end());
        } else {
            tell(page, &label);
            tell(page, &format!("{}{}", "  ".repeat(row.level + 1), row.what));
        }
    }
}

fn rows<'e>(words: &Words, events: impl Iterator<Item = &'e DnsEvent>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    // For each walk that is under way: how far down it is drawn.
    let mut levels = vec![0_usize];
    for event in events {
        let DnsEvent::Walk(step) = event else { continue };
        let level = levels.last().copied().unwrap_or(0);
        let mut row = |zone: &str, phrase: Phrase, took: Option<crate::event::Micros>, bad: bool| {
            let took = took.map(|t| format!("  {}", duration(t))).unwrap_or_default();
            rows.push(Row { level, zone: zone.to_owned(), what: format!("{}{took}", words.say(&phrase)), bad });
        };
        match step {
            WalkStep::Begun { depth, question, .. } => {
                if *depth == 0 {
                    levels = vec![0];
                    rows.push(Row { level: 0, zone: ask(question), what: String::new(), bad: false });
                    levels[0] = 1;
                }
            }
            WalkStep::Asking { .. } => {}
            WalkStep::Referred { server, zone, to, took_us, .. } => {
                row(zone, phrase!("dns-tree-referred", server = server.ip().to_string(), to = to), Some(*took_us), false);
                if let Some(level) = levels.last_mut() {
                    *level += 1;
                }
            }
            WalkStep::NeedAddress { name, zone, .. } => {
                row(zone, phrase!("dns-tree-need-address", name = name), None, false);
                levels.push(level + 1);
            }
            WalkStep::HaveAddress { .. } => {
                if levels.len() > 1 {
                    levels.pop();
                }
            }
            WalkStep::MissingGlue { name, zone, .. } => row(zone, phrase!("dns-tree-missing", name = name), None, true),
            WalkStep::Useless { server, zone, why, took_us, .. } => {
                let server = server.ip().to_string();
                row(zone, phrase!("dns-tree-useless", server = server, why = why.phrase()), Some(*took_us), true);
            }
            WalkStep::Alias { name, target, asked_again, .. } => {
                row(name, phrase!("dns-tree-alias", target = target), None, false);
                if *asked_again {
                    let base = if levels.len() > 1 { levels[levels.len() - 2] + 1 } else { 1 };
                    if let Some(level) = levels.last_mut() {
                        *level = base;
                    }
                }
            }
            WalkStep::Answered { server, zone, records, took_us, .. } => {
                let data = records.iter().take(MOST).map(|r| format!("{} {}", r.kind, r.data)).collect::<Vec<_>>().join(", ");
                let more = records.len().saturating_sub(MOST);
                let data = if more == 0 { data } else { words.say(&phrase!("dns-and-more", shown = data, more = more)) };
                row(zone, phrase!("dns-tree-answered", server = server.ip().to_string(), data = data), Some(*took_us), false);
            }
            WalkStep::Denied { server, zone, question, rcode, took_us, .. } => {
                let server = server.ip().to_string();
                let phrase = match rcode.as_str() {
                    "NXDOMAIN" => phrase!("dns-tree-denied-name", server = server, name = question.name.as_str()),
                    _ => phrase!("dns-tree-denied-type", server = server, kind = question.kind.as_str()),
                };
                row(zone, phrase, Some(*took_us), false);
            }
        }
    }
    rows
}

fn ask(question: &QuestionShown) -> String {
    format!("{} {}", question.kind, question.name)
}

fn zone_words(words: &Words, zone: &str) -> String {
    if zone == "." { words.say(&phrase!("dns-walk-root")) } else { zone.to_owned() }
}

fn line(record: &RecordShown) -> String {
    format!("{}  {}  {}", record.name, record.kind, record.data)
}

fn named(words: &Words, servers: &[ServerShown], most: usize) -> String {
    let one = |s: &ServerShown| match s.addresses.as_slice() {
        [] => words.say(&phrase!("dns-walk-server-bare", name = s.name.as_str())),
        some => format!("{} ({})", s.name, some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    };
    let shown = servers.iter().take(most).map(one).collect::<Vec<_>>().join(", ");
    match servers.len().saturating_sub(most) {
        0 => shown,
        more => words.say(&phrase!("dns-and-more", shown = shown, more = more)),
    }
}
