//! The walk from the root in words: its steps between the messages, and at the end the way as a tree.

use unicode_width::UnicodeWidthStr as _;

use crate::event::Detail;
use crate::phrase;
use crate::render::page::{INDENT, Page, duration, pad, wrap};
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
                Start::Known => {
                    phrase!("dns-walk-begun-known", question = ask(question), zone = zone_words(words, zone), servers = count)
                }
            }));
            if step.depth() == 0 && *start != Start::Known {
                page.text(&words.say(&phrase!("dns-walk-no-recursion")));
            }
        }
        WalkStep::Asking { zone, name, server, actual, .. } => {
            let zone = zone_words(words, zone);
            page.text(&say(match actual {
                Some(actual) => phrase!(
                    "dns-walk-asking-redirected",
                    name = bare(name),
                    server = server.to_string(),
                    zone = zone,
                    actual = actual.to_string()
                ),
                None => phrase!("dns-walk-asking", name = bare(name), server = server.to_string(), zone = zone),
            }));
        }
        WalkStep::Referred { to, servers, ignored, .. } => {
            page.text(&say(phrase!("dns-walk-referred", to = bare(to), servers = named(words, servers, most))));
            for record in ignored.iter().take(most) {
                page.warning(&say(phrase!("dns-walk-ignored", record = line(record))));
            }
        }
        WalkStep::NeedAddress { name, .. } => page.text(&say(phrase!("dns-walk-need-address", name = bare(name)))),
        WalkStep::HaveAddress { name, addresses, .. } if addresses.is_empty() => {
            page.warning(&say(phrase!("dns-walk-no-address", name = bare(name))));
        }
        WalkStep::HaveAddress { name, addresses, .. } => {
            let addresses = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            page.text(&say(phrase!("dns-walk-have-address", name = bare(name), addresses = addresses)));
        }
        WalkStep::MissingGlue { name, zone, .. } => {
            page.warning(&say(phrase!("dns-walk-missing-glue", name = bare(name), zone = bare(zone))));
        }
        WalkStep::Useless { name, why, .. } => {
            page.warning(&say(phrase!("dns-walk-useless", name = bare(name), why = why.phrase())));
        }
        WalkStep::Alias { name, target, asked_again, .. } => page.text(&say(match asked_again {
            true => phrase!("dns-walk-alias", name = bare(name), target = bare(target)),
            false => phrase!("dns-alias", name = bare(name), target = bare(target)),
        })),
        WalkStep::Answered { zone, name, .. } => {
            page.text(&say(phrase!("dns-walk-answered", name = bare(name), zone = zone_words(words, zone))));
        }
        WalkStep::Denied { zone, name, question, rcode, soa, .. } => {
            let zone = zone_words(words, zone);
            page.text(&say(match rcode.as_str() {
                "NXDOMAIN" => phrase!("dns-walk-denied-name", name = bare(name), zone = zone, host = bare(&question.name)),
                _ => phrase!("dns-walk-denied-type", name = bare(name), zone = zone, kind = question.kind.as_str()),
            }));
            if let Some(soa) = soa {
                page.text(&say(phrase!("dns-walk-denied-soa", zone = bare(&soa.name), ttl = soa.ttl)));
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
            let hang = "  ".repeat(row.level + 1);
            for line in wrap(&row.what, room.map(|r| r.saturating_sub(hang.len()).max(16)), "") {
                tell(page, &format!("{hang}{line}"));
            }
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
            rows.push(Row { level, zone: bare(zone).to_owned(), what: format!("{}{took}", words.say(&phrase)), bad });
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
                row(zone, phrase!("dns-tree-referred", server = server.ip().to_string(), to = bare(to)), Some(*took_us), false);
                if let Some(level) = levels.last_mut() {
                    *level += 1;
                }
            }
            WalkStep::NeedAddress { name, zone, .. } => {
                row(zone, phrase!("dns-tree-need-address", name = bare(name)), None, false);
                levels.push(level + 1);
            }
            WalkStep::HaveAddress { .. } => {
                if levels.len() > 1 {
                    levels.pop();
                }
            }
            WalkStep::MissingGlue { name, zone, .. } => row(zone, phrase!("dns-tree-missing", name = bare(name)), None, true),
            WalkStep::Useless { server, zone, why, took_us, .. } => {
                let server = server.ip().to_string();
                row(zone, phrase!("dns-tree-useless", server = server, why = why.phrase()), Some(*took_us), true);
            }
            WalkStep::Alias { name, target, asked_again, .. } => {
                row(name, phrase!("dns-tree-alias", target = bare(target)), None, false);
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
                    "NXDOMAIN" => phrase!("dns-tree-denied-name", server = server, name = bare(&question.name)),
                    _ => phrase!("dns-tree-denied-type", server = server, kind = question.kind.as_str()),
                };
                row(zone, phrase, Some(*took_us), false);
            }
        }
    }
    rows
}

fn ask(question: &QuestionShown) -> String {
    format!("{} {}", question.kind, bare(&question.name))
}

/// A name without its last dot, as people write it; the root keeps its own.
fn bare(name: &str) -> &str {
    name.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(name)
}

fn zone_words(words: &Words, zone: &str) -> String {
    if zone == "." { words.say(&phrase!("dns-walk-root")) } else { bare(zone).to_owned() }
}

fn line(record: &RecordShown) -> String {
    format!("{}  {}  {}", record.name, record.kind, record.data)
}

fn named(words: &Words, servers: &[ServerShown], most: usize) -> String {
    let one = |s: &ServerShown| match s.addresses.as_slice() {
        [] => words.say(&phrase!("dns-walk-server-bare", name = bare(&s.name))),
        some => format!("{} ({})", bare(&s.name), some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    };
    let shown = servers.iter().take(most).map(one).collect::<Vec<_>>().join(", ");
    match servers.len().saturating_sub(most) {
        0 => shown,
        more => words.say(&phrase!("dns-and-more", shown = shown, more = more)),
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::clock::Still;
    use crate::deadline::Deadline;
    use crate::demo::{Break, Internet, Options, Ports};
    use crate::event::{Event, FetchId, Hub, Kept, Micros};
    use crate::plan::Plan;
    use crate::render::narration::StageStory;
    use crate::render::palette::Palette;
    use crate::secret::Secrets;
    use crate::stages::dns::{Family, Link, Resolve, Resolver, ResolverKind};
    use crate::words::Lang;

    /// The narration of a real walk through the demo, with what differs from run to run (ports, ids, times) made the same.
    fn told(host: &str, fault: Option<Break>, width: usize, plain: bool) -> String {
        let internet = Internet::start(Options { ports: Ports::Any, fault, record: false }).expect("the demo's servers");
        let mut plan = Plan::default();
        internet.adjust(&mut plan);
        plan.dns.resolver = ResolverKind::Iterative;
        let kept = Kept::default();
        let hub = Hub::new(&Still, Secrets::default(), Detail::Normal, vec![Box::new(kept.clone())]);
        let resolver = Resolver::new(&plan.dns);
        let result = resolver.lookup(host, 80, Family::V4, &Deadline::never(&Still), hub.emitter(FetchId(0)));
        let mut events: Vec<DnsEvent> =
            kept.entries().into_iter().filter_map(|e| if let Event::Dns(event) = e.event { Some(event) } else { None }).collect();
        let same = |link: &mut Link| (link.actual, link.local) = (None, None);
        for event in &mut events {
            match event {
                DnsEvent::Sent { link, id, .. } | DnsEvent::Received { link, id, .. } => {
                    same(link);
                    *id = 0x8f2c;
                }
                DnsEvent::Walk(WalkStep::Asking { actual, .. }) => *actual = None,
                DnsEvent::Walk(WalkStep::Begun { start: Start::Hints { path }, .. }) => *path = "named.root".to_owned(),
                _ => {}
            }
        }
        let story = StageStory {
            events: events.iter().map(|e| (Micros(0), e)).collect(),
            took: Micros(1_800),
            failed: result.is_err(),
            detail: Detail::Normal,
            omitted: Default::default(),
        };
        let mut page = Page::new(Some(width), Palette::plain(), plain);
        crate::render::narration::dns::tell(&mut page, &Words::new(Lang::En), &story);
        page.take()
    }

    #[test]
    fn a_walk_is_told_step_by_step_and_drawn_at_the_end() {
        insta::assert_snapshot!("walk", told("www.lab.example", None, 80, false));
    }

    #[test]
    fn a_side_walk_for_an_address_and_an_alias_across_zones_are_told() {
        insta::assert_snapshot!("walk_with_side_walk", told("lab.shop.test", None, 100, true));
    }

    #[test]
    fn a_lame_delegation_is_told_on_a_narrow_terminal() {
        insta::assert_snapshot!("walk_to_lame_servers", told("www.lab.example", Some(Break::DnsLame), 60, false));
    }
}
