//! Stage 3 in words.

use std::net::IpAddr;

use crate::event::{Detail, Micros};
use crate::phrase;
use crate::render::narration::StageStory;
use crate::render::page::{Page, duration, pad};
use crate::stages::dns::{
    Configuration, DnsEvent, EdnsShown, Flags, Held, Ignore, Link, Origin, QuestionShown, RecordShown, Special, Transport,
};
use crate::words::{Phrase, Words};

/// Records of a section that are shown without `-v`.
const MOST_RECORDS: usize = 10;
/// Addresses in the headline.
const MOST_ADDRESSES: usize = 3;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, DnsEvent>) {
    page.stage(Some(3), "DNS", &headline(words, story), Some(story.took));
    let mut teller = Teller { page, words, detail: story.detail, configured: None, server: None };
    for (_, event) in &story.events {
        teller.line(event);
    }
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

fn list(words: &Words, addresses: &[IpAddr]) -> String {
    let shown = addresses.iter().take(MOST_ADDRESSES).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match addresses.len().saturating_sub(MOST_ADDRESSES) {
        0 => shown,
        more => words.say(&phrase!("dns-and-more", shown = shown, more = more)),
    }
}

struct Teller<'p, 's> {
    page: &'p mut Page,
    words: &'p Words,
    detail: Detail,
    configured: Option<&'s Configuration>,
    /// The server and transport that the last line was about.
    server: Option<(String, Transport)>,
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

    fn verbose(&self) -> bool {
        self.detail >= Detail::Verbose
    }

    fn line(&mut self, event: &'s DnsEvent) {
        match event {
            DnsEvent::Asking { .. } | DnsEvent::Answered { .. } => {}
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
                        timeout = duration(Micros(timeout_ms * 1_000)),
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
            DnsEvent::Opened { link, took_us } => self.opened(link, *took_us),
            DnsEvent::Sent { link, attempt, bytes, id, flags, question, edns, raw } => {
                self.server(link, *attempt);
                let text = self.words.say(&phrase!("dns-sent", bytes = *bytes, id = hex(*id), question = ask(question)));
                let remark = self.words.say(&match flags.rd {
                    true => phrase!("dns-rd"),
                    false => phrase!("dns-no-rd"),
                });
                self.page.sent(&text, &remark);
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
            DnsEvent::NoAnswer { server, question, why, .. } => {
                self.warning(&phrase!("dns-no-answer", server = server, kind = question.kind.as_str(), why = why.phrase()));
            }
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
            DnsEvent::Further { question, rcode, records, .. } => match rcode.as_deref() {
                // The message above shows them.
                Some("NOERROR") if !records.is_empty() => {}
                Some("NXDOMAIN") => self.text(&phrase!("dns-further-nxdomain", name = question.name.as_str())),
                Some(_) => {
                    self.text(&phrase!("dns-further-none", name = question.name.as_str(), kind = question.kind.as_str()));
                }
                None => self.warning(&phrase!("dns-further-unanswered", question = ask(question))),
            },
        }
    }

    fn most(&self) -> usize {
        if self.verbose() { usize::MAX } else { MOST_RECORDS }
    }

    fn opened(&mut self, link: &Link, took: Micros) {
        let udp = link.transport == Transport::Udp;
        if udp && !self.verbose() {
            return;
        }
        let peer = link.actual.map_or_else(|| link.server.clone(), |a| a.to_string());
        let family = if peer.starts_with('[') { "AF_INET6" } else { "AF_INET" };
        let kind = if udp { "SOCK_DGRAM, IPPROTO_UDP" } else { "SOCK_STREAM, IPPROTO_TCP" };
        let fd = link.fd;
        let local = link.local.map(|l| l.to_string()).unwrap_or_default();
        let remark = match udp {
            true => phrase!("dns-opened-udp", local = local),
            false => phrase!("dns-opened-tcp", local = local, took = duration(took)),
        };
        let remark = self.words.say(&remark);
        self.page.call(&format!("socket({family}, {kind}) = {fd}"), "");
        self.page.call(&format!("connect({fd}, {peer}) = 0"), &remark);
    }

    /// Names the server where the story turns to another one.
    fn server(&mut self, link: &Link, attempt: u32) {
        let now = (link.server.clone(), link.transport);
        if self.server.as_ref() == Some(&now) {
            return;
        }
        self.server = Some(now);
        let from = match self.configured {
            Some(Configuration::File { path }) => phrase!("dns-from-file", path = path),
            Some(Configuration::Default { .. }) => phrase!("dns-from-default"),
            Some(Configuration::CommandLine) => phrase!("dns-from-command-line"),
            None => phrase!("dns-from-nowhere"),
        };
        let from = self.words.say(&from);
        let transport = link.transport.name();
        let text = match link.actual {
            Some(actual) => {
                phrase!(
                    "dns-server-redirected",
                    server = link.server.as_str(),
                    transport = transport,
                    actual = actual.to_string()
                )
            }
            None if attempt > 1 => {
                phrase!("dns-server-again", server = link.server.as_str(), transport = transport, attempt = attempt)
            }
            None if link.transport == Transport::Udp => {
                phrase!("dns-server", server = link.server.as_str(), transport = transport, from = from)
            }
            None => phrase!("dns-server-stream", server = link.server.as_str(), transport = transport),
        };
        self.text(&text);
    }

    fn received(&mut self, event: &DnsEvent) {
        let DnsEvent::Received {
            link,
            bytes,
            id,
            rcode,
            flags,
            question,
            answers,
            authorities,
            additionals,
            edns,
            trailing,
            rtt_us,
            raw,
        } = event
        else {
            return;
        };
        self.server(link, 1);
        let kind = question.kind.as_str();
        let says = match rcode.as_str() {
            _ if flags.tc => phrase!("dns-says-truncated", rcode = rcode),
            "NOERROR" if answers.is_empty() => phrase!("dns-says-nodata", kind = kind),
            "NOERROR" if flags.aa => phrase!("dns-says-authoritative"),
            "NOERROR" if flags.ra => phrase!("dns-says-cached"),
            "NOERROR" => phrase!("dns-says-plain"),
            "NXDOMAIN" if flags.aa => phrase!("dns-says-nxdomain-authoritative"),
            "NXDOMAIN" => phrase!("dns-says-nxdomain"),
            other => phrase!("dns-says-error", rcode = other),
        };
        let text = self.words.say(&phrase!("dns-received", bytes = *bytes, id = hex(*id), says = says));
        self.page.received(&text, &duration(*rtt_us));
        if self.verbose() {
            self.header(*flags, edns.as_ref());
            for (title, section) in [
                (phrase!("dns-section-answer", records = answers.len()), answers),
                (phrase!("dns-section-authority", records = authorities.len()), authorities),
                (phrase!("dns-section-additional", records = additionals.len()), additionals),
            ] {
                if !section.is_empty() {
                    let title = self.words.say(&title);
                    self.page.under(&title);
                    self.records(section);
                }
            }
            if *trailing > 0 {
                self.warning(&phrase!("dns-trailing", bytes = *trailing));
            }
        } else {
            self.records(answers);
        }
        self.hex(&raw.0);
    }

    fn header(&mut self, flags: Flags, edns: Option<&EdnsShown>) {
        let mut said = Vec::new();
        for (on, phrase) in [
            (flags.aa, phrase!("dns-flag-aa")),
            (flags.tc, phrase!("dns-flag-tc")),
            (flags.rd, phrase!("dns-flag-rd")),
            (flags.ra, phrase!("dns-flag-ra")),
            (flags.ad, phrase!("dns-flag-ad")),
            (flags.cd, phrase!("dns-flag-cd")),
        ] {
            if on {
                said.push(self.words.say(&phrase));
            }
        }
        if let Some(edns) = edns {
            said.push(self.words.say(&phrase!(
                "dns-edns",
                version = edns.version,
                size = u64::from(edns.udp_size),
                dnssec = if edns.dnssec_ok { "yes" } else { "no" },
            )));
        }
        if !said.is_empty() {
            self.page.under(&said.join(", "));
        }
    }

    /// In the columns of a zone file.
    fn records(&mut self, records: &[RecordShown]) {
        let shown = &records[..records.len().min(self.most())];
        // One hostile name must not push every line out of the window.
        let widest = |column: fn(&RecordShown) -> usize| shown.iter().map(column).max().unwrap_or(0).min(32);
        let names = widest(|r| r.name.len());
        let ttls = widest(|r| r.ttl.to_string().len());
        let kinds = widest(|r| r.kind.len());
        for r in shown {
            let line = format!("{}  {:>ttls$}  {}  {}  {}", pad(&r.name, names), r.ttl, r.class, pad(&r.kind, kinds), r.data);
            self.page.under(&line);
        }
        if shown.len() < records.len() {
            let text = self.words.say(&phrase!("dns-more-records", more = records.len() - shown.len()));
            self.page.under(&text);
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

    fn hex(&mut self, raw: &[u8]) {
        if self.detail >= Detail::Hex {
            self.page.hex(raw);
        }
    }
}

fn hex(id: u16) -> String {
    format!("{id:04x}")
}

/// `IN A www.lab.example`
fn ask(question: &QuestionShown) -> String {
    let name = match question.name.as_str() {
        "." => ".",
        name => name.strip_suffix('.').unwrap_or(name),
    };
    format!("{} {} {name}", question.class, question.kind)
}
