//! Stage 3 in words.

mod messages;

use std::net::IpAddr;

use crate::event::{Detail, Event};
use crate::phrase;
use crate::render::narration::StageStory;
use crate::render::narration::dns::messages::{ask, hex};
use crate::render::narration::walk;
use crate::render::page::{Page, duration};
use crate::stages::connect::ConnectEvent;
use crate::stages::dns::{Configuration, DnsEvent, Held, Ignore, Ordered, Origin, Rule, Special, Transport, WalkStep};
use crate::stages::tls::TlsEvent;
use crate::words::{Phrase, Words};

/// Records of a section that are shown without `-v`.
const MOST_RECORDS: usize = 10;
/// Addresses in the headline.
const MOST_ADDRESSES: usize = 3;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, DnsEvent>) {
    page.stage(Some(3), "DNS", &headline(words, story), Some(story.took));
    let mut teller = Teller { page, words, detail: story.detail, configured: None, server: None, walking: false };
    // What happens to A and AAAA alike is one line.
    for alike in story.events.chunk_by(|(_, a), (_, b)| are_alike(a, b)) {
        match alike {
            [(_, one)] | [(_, one @ (DnsEvent::Truncated { .. } | DnsEvent::WithoutEdns { .. })), ..] => teller.line(one),
            several => teller.no_answer(&several.iter().map(|(_, e)| *e).collect::<Vec<_>>()),
        }
    }
    walk::tree(page, words, story.events.iter().map(|(_, e)| *e));
}

fn headline(words: &Words, story: &StageStory<'_, DnsEvent>) -> String {
    let events = || story.events.iter().map(|(_, e)| *e);
    let answered = events().rev().find_map(|e| match e {
        DnsEvent::Answered { host, addresses, from, .. } => Some((host, addresses, *from)),
        _ => None,
    });
    let Some((host, addresses, from)) = answered else {
        let host = events().find_map(|e| match e {
            DnsEvent::Asking { host, .. } => Some(host.clone()),
            _ => None,
        });
        let further = events().any(|e| matches!(e, DnsEvent::Further { .. }));
        return words.say(&match host {
            Some(host) if further && !story.failed => phrase!("dns-headline-records", host = host),
            Some(host) => phrase!("dns-headline-none", host = host),
            None => phrase!("dns-headline-not-used"),
        });
    };
    let list = list(words, addresses);
    words.say(&match from {
        Origin::Literal => phrase!("dns-headline-literal", host = host),
        Origin::Pinned => phrase!("dns-headline-pinned", host = host, addresses = list),
        Origin::Special => phrase!("dns-headline-localhost", host = host, addresses = list),
        Origin::Hosts => phrase!("dns-headline-hosts", host = host, addresses = list),
        Origin::Cache => phrase!("dns-headline-cache", host = host, addresses = list),
        Origin::System => phrase!("dns-headline-system", host = host, addresses = list),
        Origin::Dns => phrase!("dns-headline", host = host, addresses = list),
    })
}

fn are_alike(a: &DnsEvent, b: &DnsEvent) -> bool {
    match (a, b) {
        (DnsEvent::Truncated { server: s, .. }, DnsEvent::Truncated { server, .. }) => s == server,
        (DnsEvent::WithoutEdns { server: s, rcode: r, .. }, DnsEvent::WithoutEdns { server, rcode, .. }) => {
            s == server && r == rcode
        }
        (DnsEvent::NoAnswer { server: s, why: w, .. }, DnsEvent::NoAnswer { server, why, .. }) => s == server && w.is_alike(why),
        _ => false,
    }
}

fn list(words: &Words, addresses: &[IpAddr]) -> String {
    let shown = addresses.iter().take(MOST_ADDRESSES).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match addresses.len().saturating_sub(MOST_ADDRESSES) {
        0 => shown,
        more => words.say(&phrase!("dns-and-more", shown = shown, more = more)),
    }
}

/// A rule of RFC 6724 §6 in words.
fn why(rule: Rule) -> Phrase {
    match rule {
        Rule::Reachable => phrase!("dns-rule-reachable"),
        Rule::Scope => phrase!("dns-rule-scope"),
        Rule::Label => phrase!("dns-rule-label"),
        Rule::Precedence => phrase!("dns-rule-precedence"),
        Rule::SmallerScope => phrase!("dns-rule-smaller-scope"),
        Rule::LongestPrefix => phrase!("dns-rule-longest-prefix"),
    }
}

struct Teller<'p, 's> {
    page: &'p mut Page,
    words: &'p Words,
    detail: Detail,
    configured: Option<&'s Configuration>,
    /// The server and transport that the last line was about.
    server: Option<(String, Transport)>,
    /// Is this the walk from the root? Its steps name the server and say what became of it.
    walking: bool,
}

impl<'s> Teller<'_, 's> {
    fn text(&mut self, phrase: &Phrase) {
        let text = self.words.say(phrase);
        self.page.text(&text);
    }

    fn warning(&mut self, phrase: &Phrase) {
        let text = self.words.say(phrase);
        self.page.warning(&text);
    }

    fn no_answer(&mut self, events: &[&DnsEvent]) {
        let kinds: Vec<&str> = events
            .iter()
            .filter_map(|e| match e {
                DnsEvent::NoAnswer { question, .. } => Some(question.kind.as_str()),
                _ => None,
            })
            .collect();
        // The walk's own steps say it.
        if let (Some(DnsEvent::NoAnswer { server, why, .. }), false) = (events.first(), self.walking) {
            self.warning(&phrase!("dns-no-answer", server = server, kind = kinds.join(", "), why = why.phrase()));
        }
    }

    fn verbose(&self) -> bool {
        self.detail >= Detail::Verbose
    }

    /// Which address is tried first, where a rule decides that; all of them with `-v`.
    fn sorted(&mut self, order: &[Ordered]) {
        let at = order.iter().position(|o| o.before_next.is_some());
        if let Some(&Ordered { address, before_next: Some(rule), .. }) = at.and_then(|at| order.get(at)) {
            let next = at.and_then(|at| order.get(at + 1)).map(|o| o.address.to_string()).unwrap_or_default();
            self.text(&phrase!("dns-sorted", address = address.to_string(), next = next, why = why(rule)));
        }
        if self.verbose() {
            for Ordered { address, source, .. } in order.iter().take(self.most()) {
                let text = match source {
                    Some(source) => phrase!("dns-sorted-from", address = address.to_string(), source = source.to_string()),
                    None => phrase!("dns-sorted-no-route", address = address.to_string()),
                };
                let text = self.words.say(&text);
                self.page.under(&text);
            }
        }
    }

    fn line(&mut self, event: &'s DnsEvent) {
        match event {
            DnsEvent::Asking { .. } | DnsEvent::Answered { .. } => {}
            DnsEvent::Sorted { order } => self.sorted(order),
            DnsEvent::Literal { .. } => self.text(&phrase!("dns-literal")),
            DnsEvent::Pinned { host, port, .. } => {
                self.text(&phrase!("dns-pinned", host = host, port = port.to_string()));
            }
            DnsEvent::Special { name: Special::Localhost, .. } => self.text(&phrase!("dns-localhost")),
            DnsEvent::Hosts { path, lines } => {
                self.text(&phrase!("dns-hosts", path = path));
                for line in lines.iter().take(self.most()) {
                    let text = self.words.say(&phrase!(
                        "dns-hosts-line",
                        line = line.line.to_string(),
                        address = line.address.to_string()
                    ));
                    self.page.under(&text);
                }
            }
            DnsEvent::Remark { about } => self.text(about),
            // The questions of --dns-type come after a lookup that has told it.
            DnsEvent::Configured { from, .. } if self.configured == Some(from) => {}
            DnsEvent::Configured { from, search, ndots, timeout_ms, attempts, options, not_honoured, servers } => {
                self.configured = Some(from);
                if let Configuration::Default { path, missing } = from {
                    self.text(&match missing {
                        true => phrase!("dns-configured-missing", path = path),
                        false => phrase!("dns-configured-empty", path = path),
                    });
                }
                if self.verbose() {
                    self.text(&phrase!(
                        "dns-configured",
                        servers = servers.join(", "),
                        search = if search.is_empty() { "-".to_owned() } else { search.join(" ") },
                        ndots = *ndots,
                        timeout = format!("{} s", timeout_ms / 1_000),
                        attempts = *attempts,
                        options = if options.is_empty() { "-".to_owned() } else { options.join(" ") },
                    ));
                }
                for line in not_honoured {
                    self.warning(&phrase!("dns-not-honoured", line = line));
                }
            }
            DnsEvent::Candidate { name, search: Some(domain) } => {
                self.text(&phrase!("dns-candidate-search", name = name, domain = domain));
            }
            DnsEvent::Candidate { name, search: None } => self.text(&phrase!("dns-candidate", name = name)),
            DnsEvent::Opening { .. } => {}
            DnsEvent::Session { of, .. } => self.session(of),
            DnsEvent::Opened { link, waited, took_us } => self.opened(link, *waited, *took_us),
            DnsEvent::Sent { link, attempt, bytes, id, flags, question, edns, raw } => {
                self.server(link, *attempt);
                let text = self.words.say(&phrase!("dns-sent", bytes = *bytes, id = hex(*id), question = ask(question)));
                let remark = self.words.say(&match flags.rd {
                    true => phrase!("dns-rd"),
                    false => phrase!("dns-no-rd"),
                });
                // A walk says it once, at its beginning.
                let remark = if self.walking && !self.verbose() { "" } else { &remark };
                self.page.sent(&text, remark);
                if self.verbose() {
                    self.header(*flags, edns.as_ref());
                }
                self.hex(&raw.0);
            }
            DnsEvent::Received { .. } => self.received(event),
            DnsEvent::Ignored { link, why, bytes, raw } => {
                self.server(link, 1);
                let why = match why {
                    Ignore::WrongId { got } => phrase!("dns-ignored-id", got = hex(*got)),
                    Ignore::WrongQuestion { got: Some(got) } => phrase!("dns-ignored-question", got = ask(got)),
                    Ignore::WrongQuestion { got: None } => phrase!("dns-ignored-no-question"),
                    Ignore::NotAnAnswer => phrase!("dns-ignored-not-an-answer"),
                    Ignore::Malformed { what } => phrase!("dns-ignored-malformed", what = what),
                    Ignore::Repeated => phrase!("dns-ignored-repeated"),
                };
                self.warning(&phrase!("dns-ignored", bytes = *bytes, why = why));
                self.hex(&raw.0);
            }
            DnsEvent::Strayed { server, records } => {
                self.warning(&phrase!("dns-strayed", server = server, records = records.len()));
                self.records(records);
            }
            DnsEvent::Truncated { .. } => self.text(&phrase!("dns-truncated")),
            DnsEvent::WithoutEdns { rcode, .. } => self.text(&phrase!("dns-without-edns", rcode = rcode)),
            DnsEvent::Walk(step) => {
                self.walking = true;
                if let WalkStep::Asking { server, .. } = step {
                    self.server = Some((server.to_string(), Transport::Udp));
                }
                walk::step(self.page, self.words, step, self.detail);
            }
            DnsEvent::NoAnswer { .. } => self.no_answer(&[event]),
            DnsEvent::Closed { fd } => {
                if self.verbose() {
                    self.page.call(&format!("close({fd})"), "");
                }
            }
            DnsEvent::Alias { name, target, asked_again } => self.text(&match asked_again {
                true => phrase!("dns-alias-asked", name = name, target = target),
                false => phrase!("dns-alias", name = name, target = target),
            }),
            DnsEvent::FromCache { question, held, age_s, ttl_left_s, records } => {
                let held = match held {
                    Held::Records => phrase!("dns-cache-records"),
                    Held::NoData => phrase!("dns-cache-nodata"),
                    Held::NxDomain => phrase!("dns-cache-nxdomain"),
                };
                self.text(&phrase!("dns-from-cache", question = ask(question), held = held, age = *age_s, left = *ttl_left_s));
                self.records(records);
            }
            DnsEvent::Joined { host } => self.text(&phrase!("dns-joined", host = host)),
            DnsEvent::SystemAsking { host, family } => {
                self.page.call(&format!("getaddrinfo(\"{host}\", NULL, {{{family}, SOCK_STREAM}})"), "");
            }
            DnsEvent::SystemAnswered { addresses, canonical, took_us } => {
                self.text(&phrase!("dns-system-answered", addresses = addresses.len(), took = duration(*took_us)));
                for address in addresses.iter().take(self.most()) {
                    self.page.under(&address.to_string());
                }
                if let Some(name) = canonical.as_ref().filter(|_| self.verbose()) {
                    self.text(&phrase!("dns-system-canonical", name = name));
                }
                self.text(&phrase!("dns-system-opaque"));
            }
            DnsEvent::SystemFailed { code, text, took_us } => {
                self.warning(&phrase!("dns-system-said", code = code, text = text, took = duration(*took_us)));
            }
            DnsEvent::Compared { same, same_order, only_jaunt, only_system, because } => {
                self.compared(*same, *same_order, only_jaunt, only_system, because);
            }
            DnsEvent::Further { question, rcode: None, .. } => {
                self.warning(&phrase!("dns-further-unanswered", question = ask(question)));
            }
            // The message above shows it, or the cache's line.
            DnsEvent::Further { .. } => {}
        }
    }

    fn most(&self) -> usize {
        if self.verbose() { usize::MAX } else { MOST_RECORDS }
    }

    /// What the connect, tls and other stages told while they carried messages.
    fn session(&mut self, of: &'s Event) {
        match of {
            Event::Connect(ConnectEvent::Connected(id)) => {
                let text = phrase!(
                    "dns-session-connected",
                    peer = id.peer.to_string(),
                    local = id.local.to_string(),
                    fd = id.fd.to_string()
                );
                self.text(&text);
            }
            Event::Tls(TlsEvent::Secured { version, cipher, alpn, .. }) => self.text(&match alpn {
                Some(alpn) => phrase!("dns-session-secured-alpn", version = *version, cipher = cipher, alpn = alpn),
                None => phrase!("dns-session-secured", version = *version, cipher = cipher),
            }),
            // Who the server is.
            Event::Tls(event @ (TlsEvent::Verified { .. } | TlsEvent::Rejected { .. } | TlsEvent::KeyLog { .. })) => {
                super::tls::fact(self.page, self.words, self.detail, event);
            }
            Event::Tls(event) if self.verbose() => {
                super::tls::fact(self.page, self.words, self.detail, event);
                super::tls::act(self.page, self.words, self.detail, event);
            }
            // The address of the server itself, found in plain.
            Event::Dns(event) => self.line(event),
            Event::Connect(_)
            | Event::Tls(_)
            | Event::Journey(_)
            | Event::Url(_)
            | Event::Message(_)
            | Event::Response(_)
            | Event::Images(_) => {}
        }
    }

    fn compared(&mut self, same: bool, same_order: bool, jaunt: &[IpAddr], system: &[IpAddr], because: &[Phrase]) {
        match (same, same_order) {
            (true, true) => self.text(&phrase!("dns-compared-same")),
            (true, false) => self.text(&phrase!("dns-compared-order")),
            (false, _) => self.warning(&phrase!("dns-compared-differ")),
        }
        if !jaunt.is_empty() {
            let text = self.words.say(&phrase!("dns-compared-jaunt", addresses = list(self.words, jaunt)));
            self.page.under(&text);
        }
        if !system.is_empty() {
            let text = self.words.say(&phrase!("dns-compared-system", addresses = list(self.words, system)));
            self.page.under(&text);
        }
        for reason in because {
            let text = self.words.say(reason);
            self.page.under(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Micros, Octets};
    use crate::render::palette::Palette;
    use crate::stages::dns::{
        DnsError, EdnsShown, Failure, Family, Flags, Link, QuestionShown, RecordShown, ResolverKind, Tried,
    };
    use crate::words::Lang;

    fn link(server: &str) -> Link {
        Link {
            server: server.to_owned(),
            actual: None,
            transport: Transport::Udp,
            fd: 5,
            local: Some("192.0.2.10:40112".parse().expect("an address")),
        }
    }

    fn question(kind: &str) -> QuestionShown {
        QuestionShown { name: "www.lab.example.".to_owned(), class: "IN".to_owned(), kind: kind.to_owned() }
    }

    fn flags(aa: bool, response: bool) -> Flags {
        Flags { aa, tc: false, rd: true, ra: response && !aa, ad: false, cd: false }
    }

    fn record(name: &str, ttl: u32, kind: &str, data: &str) -> RecordShown {
        RecordShown { name: name.to_owned(), ttl, class: "IN".to_owned(), kind: kind.to_owned(), data: data.to_owned() }
    }

    fn sent(server: &str, kind: &str) -> DnsEvent {
        DnsEvent::Sent {
            link: link(server),
            attempt: 1,
            bytes: 33,
            id: 0x8f2c,
            flags: flags(false, false),
            question: question(kind),
            edns: Some(EdnsShown { version: 0, udp_size: 1232, dnssec_ok: false }),
            raw: Octets(b"\x8f\x2c\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www".to_vec()),
        }
    }

    fn received(server: &str, kind: &str, rcode: &str, answers: Vec<RecordShown>) -> DnsEvent {
        DnsEvent::Received {
            link: link(server),
            bytes: 49,
            id: 0x8f2c,
            rcode: rcode.to_owned(),
            flags: flags(false, true),
            question: question(kind),
            answers,
            authorities: vec![record("lab.example.", 300, "SOA", "ns.lab.example. root.lab.example. 1 2 3 4 60")],
            additionals: Vec::new(),
            edns: None,
            trailing: 0,
            rtt_us: Micros(1_400),
            raw: Octets(b"\x8f\x2c\x81\x80".to_vec()),
        }
    }

    fn configured() -> DnsEvent {
        DnsEvent::Configured {
            from: Configuration::File { path: "/etc/resolv.conf".to_owned() },
            servers: vec!["127.0.0.53:53".to_owned(), "192.0.2.53:53".to_owned()],
            search: vec!["lab.example".to_owned()],
            ndots: 1,
            timeout_ms: 5_000,
            attempts: 2,
            options: vec!["edns0".to_owned()],
            not_honoured: vec!["sortlist 192.0.2.0".to_owned()],
        }
    }

    fn asking() -> DnsEvent {
        DnsEvent::Asking { host: "www.lab.example".to_owned(), family: Family::Any, resolver: ResolverKind::Stub }
    }

    fn answered(from: Origin, addresses: &[&str]) -> DnsEvent {
        DnsEvent::Answered {
            host: "www.lab.example".to_owned(),
            addresses: addresses.iter().map(|a| a.parse().expect("an address")).collect(),
            from,
            authoritative: None,
            took_us: Micros(1_800),
        }
    }

    fn told(events: &[DnsEvent], width: Option<usize>, detail: Detail) -> String {
        let story = StageStory {
            events: events.iter().map(|e| (Micros(0), e)).collect(),
            took: Micros(1_800),
            failed: !events.iter().any(|e| matches!(e, DnsEvent::Answered { .. })),
            detail,
            omitted: Default::default(),
        };
        let mut page = Page::new(width, Palette::plain(), false);
        tell(&mut page, &Words::new(Lang::En), &story);
        page.take()
    }

    fn usual() -> Vec<DnsEvent> {
        vec![
            asking(),
            configured(),
            DnsEvent::Opened { link: link("127.0.0.53:53"), waited: false, took_us: Micros(20) },
            sent("127.0.0.53:53", "A"),
            sent("127.0.0.53:53", "AAAA"),
            received("127.0.0.53:53", "A", "NOERROR", vec![record("www.lab.example.", 300, "A", "192.0.2.226")]),
            received("127.0.0.53:53", "AAAA", "NOERROR", Vec::new()),
            DnsEvent::Closed { fd: 5 },
            answered(Origin::Dns, &["192.0.2.226"]),
        ]
    }

    #[test]
    fn a_lookup_reads_well_at_every_width_and_detail() {
        for width in [60, 80, 200] {
            insta::assert_snapshot!(format!("dns-lookup-{width}"), told(&usual(), Some(width), Detail::Normal));
        }
        insta::assert_snapshot!("dns-lookup-pipe", told(&usual(), None, Detail::Normal));
        insta::assert_snapshot!("dns-lookup-verbose", told(&usual(), Some(100), Detail::Verbose));
        insta::assert_snapshot!("dns-lookup-hex", told(&usual(), Some(100), Detail::Hex));
    }

    #[test]
    fn more_detail_adds_lines_and_moves_none() {
        let [less, more, most] = [Detail::Normal, Detail::Verbose, Detail::Hex].map(|d| told(&usual(), Some(200), d));
        for (few, many) in [(&less, &more), (&more, &most)] {
            let mut lines = many.lines();
            for line in few.lines() {
                assert!(lines.any(|l| l == line), "{line}\nis missing from, or moved in\n{many}");
            }
        }
    }

    #[test]
    fn what_goes_wrong_on_the_way_is_told() {
        let mut tcp = link("192.0.2.53:53");
        tcp.transport = Transport::Tcp;
        tcp.actual = Some("127.0.0.1:5353".parse().expect("an address"));
        let events = [
            asking(),
            configured(),
            DnsEvent::Candidate { name: "www.lab.example.".to_owned(), search: None },
            sent("127.0.0.53:53", "A"),
            DnsEvent::Ignored {
                link: link("127.0.0.53:53"),
                why: Ignore::WrongId { got: 0x1234 },
                bytes: 49,
                raw: Octets(vec![0x12, 0x34]),
            },
            DnsEvent::NoAnswer {
                server: "127.0.0.53:53".to_owned(),
                transport: Transport::Udp,
                question: question("A"),
                why: Failure::TimedOut { waited_us: Micros(5_000_312) },
            },
            DnsEvent::Candidate { name: "www.lab.example.lab.example.".to_owned(), search: Some("lab.example".to_owned()) },
            sent("192.0.2.53:53", "A"),
            DnsEvent::Truncated { server: "192.0.2.53:53".to_owned(), question: question("A") },
            DnsEvent::Opening { server: "192.0.2.53:53".to_owned(), actual: tcp.actual, transport: Transport::Tcp },
            DnsEvent::Opened { link: tcp, waited: true, took_us: Micros(400) },
            DnsEvent::WithoutEdns { server: "192.0.2.53:53".to_owned(), rcode: "FORMERR".to_owned(), question: question("A") },
            DnsEvent::Strayed {
                server: "192.0.2.53:53".to_owned(),
                records: vec![record("bank.example.", 60, "A", "192.0.2.66")],
            },
            DnsEvent::Alias { name: "www.lab.example.".to_owned(), target: "cdn.example.".to_owned(), asked_again: true },
            received("192.0.2.53:53", "A", "NXDOMAIN", Vec::new()),
        ];
        insta::assert_snapshot!("dns-troubles", told(&events, Some(80), Detail::Normal));
    }

    #[test]
    fn what_needs_nobody_is_told_as_such() {
        let cases = [
            vec![
                DnsEvent::Literal { address: "192.0.2.1".parse().expect("an address") },
                answered(Origin::Literal, &["192.0.2.1"]),
            ],
            vec![
                DnsEvent::Pinned { host: "*".to_owned(), port: 80, addresses: vec!["192.0.2.1".parse().expect("an address")] },
                answered(Origin::Pinned, &["192.0.2.1"]),
            ],
            vec![
                DnsEvent::Special { name: Special::Localhost, addresses: Vec::new() },
                answered(Origin::Special, &["127.0.0.1", "::1"]),
            ],
            vec![
                DnsEvent::Hosts {
                    path: "/etc/hosts".to_owned(),
                    lines: vec![crate::stages::dns::HostsLine { line: 4, address: "192.0.2.1".parse().expect("an address") }],
                },
                answered(Origin::Hosts, &["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"]),
            ],
            vec![
                DnsEvent::FromCache {
                    question: question("A"),
                    held: Held::Records,
                    age_s: 2,
                    ttl_left_s: 298,
                    records: vec![record("www.lab.example.", 298, "A", "192.0.2.226")],
                },
                answered(Origin::Cache, &["192.0.2.226"]),
            ],
            vec![
                DnsEvent::SystemAsking { host: "www.lab.example".to_owned(), family: "AF_UNSPEC" },
                DnsEvent::SystemAnswered {
                    addresses: vec!["192.0.2.226".parse().expect("an address")],
                    canonical: None,
                    took_us: Micros(900),
                },
                DnsEvent::Compared {
                    same: false,
                    same_order: false,
                    only_jaunt: Vec::new(),
                    only_system: vec!["192.0.2.226".parse().expect("an address")],
                    because: vec![phrase!("dns-because-mdns")],
                },
                answered(Origin::System, &["192.0.2.226"]),
            ],
        ];
        let text: Vec<String> = cases.iter().map(|events| told(events, Some(80), Detail::Normal)).collect();
        insta::assert_snapshot!("dns-nobody-asked", text.join("\n"));
    }

    #[test]
    fn what_a_server_sends_cannot_drive_the_terminal() {
        let hostile = "\x1b]0;owned\x07\u{202e}\r\n";
        let events = [
            asking(),
            received("127.0.0.53:53", "TXT", hostile, vec![record(hostile, 1, hostile, hostile)]),
            DnsEvent::Alias { name: hostile.to_owned(), target: hostile.to_owned(), asked_again: false },
            DnsEvent::Ignored {
                link: link("127.0.0.53:53"),
                why: Ignore::Malformed { what: hostile.to_owned() },
                bytes: 1,
                raw: Octets(hostile.into()),
            },
        ];
        for detail in [Detail::Normal, Detail::Verbose, Detail::Hex] {
            let text = told(&events, Some(80), detail);
            assert!(!text.chars().any(|c| c != '\n' && crate::render::visible::is_unsafe(c)), "{text}");
        }
    }

    #[test]
    fn no_sentence_is_missing_from_the_catalogue() {
        let os =
            |refused, unreachable| Failure::Os { call: "connect", error: phrase!("journey-interrupted"), refused, unreachable };
        let rcode = |r: &str| Failure::Rcode { rcode: r.to_owned() };
        let failures = [
            os(true, false),
            os(false, true),
            os(false, false),
            Failure::TimedOut { waited_us: Micros(1) },
            Failure::Closed { read: 0 },
            Failure::Malformed { what: "x".to_owned() },
            Failure::Truncated { then: Box::new(Failure::Lame) },
            rcode("REFUSED"),
            rcode("SERVFAIL"),
            rcode("NOTIMP"),
            rcode("FORMERR"),
            rcode("NOTAUTH"),
            Failure::Lame,
            Failure::Unspeakable { what: "x".to_owned() },
            Failure::Session { error: phrase!("journey-interrupted") },
        ];
        let host = || "host".to_owned();
        let mut errors: Vec<DnsError> = failures
            .into_iter()
            .map(|why| DnsError::Unanswered {
                host: host(),
                tried: vec![Tried { server: "s".to_owned(), transport: Transport::Udp, question: question("A"), why, times: 2 }],
            })
            .collect();
        errors.extend([
            DnsError::BadName { host: host(), what: "x".to_owned() },
            DnsError::Onion { host: host() },
            DnsError::Invalid { host: host() },
            DnsError::NotFound { host: host(), names: vec![host(), host()], server: Some("s".to_owned()) },
            DnsError::NotFound { host: "a.b".to_owned(), names: vec![host(), host()], server: None },
            DnsError::NoAddress { host: host(), family: Family::Any, server: None },
            DnsError::NoAddress { host: host(), family: Family::V4, server: None },
            DnsError::NoAddress { host: host(), family: Family::V6, server: None },
            DnsError::AliasLoop { host: host(), chain: vec![host()] },
            DnsError::AliasChain { host: host(), followed: 16 },
            DnsError::System { host: host(), code: "EAI_AGAIN".to_owned(), text: "x".to_owned() },
            DnsError::TimedOut { host: host(), bound: crate::deadline::Bound::MaxTime, tried: Vec::new() },
            DnsError::TimedOut { host: host(), bound: crate::deadline::Bound::ConnectTimeout, tried: Vec::new() },
            DnsError::TimedOut { host: host(), bound: crate::deadline::Bound::Resolver, tried: Vec::new() },
        ]);
        for error in errors {
            let error = crate::Error::from(error);
            let advice = error.advice();
            let said = [Some(error.phrase()), advice.cause, advice.hint].into_iter().flatten().chain(error.tried());
            for phrase in said {
                let text = crate::words::english(&phrase);
                assert!(!text.contains("dns-failure") && text != phrase.id && !text.contains('{') && !text.is_empty(), "{text}");
            }
        }
    }
}
