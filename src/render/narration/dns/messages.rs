//! DNS messages in words: who is talked to, what was sent, what came back, section by section.

use crate::event::{Detail, Micros};
use crate::phrase;
use crate::render::narration::dns::Teller;
use crate::render::page::{duration, pad};
use crate::stages::dns::{self, Configuration, DnsEvent, EdnsShown, Flags, Link, QuestionShown, RecordShown, Transport};

impl Teller<'_, '_> {
    pub(super) fn opened(&mut self, link: &Link, waited: bool, took: Micros) {
        let udp = link.transport == Transport::Udp;
        if udp && !self.verbose() {
            return;
        }
        let peer = link.actual.map_or_else(|| link.server.clone(), |a| a.to_string());
        let family = if peer.starts_with('[') { "AF_INET6" } else { "AF_INET" };
        let (kind, protocol) = if udp { ("SOCK_DGRAM", "IPPROTO_UDP") } else { ("SOCK_STREAM", "IPPROTO_TCP") };
        let fd = link.fd;
        let local = link.local.map(|l| l.to_string()).unwrap_or_default();
        let remark = match udp {
            true => phrase!("dns-opened-udp", local = local),
            false => phrase!("dns-opened-tcp", local = local, took = duration(took)),
        };
        let remark = self.words.say(&remark);
        self.page.call(&format!("socket({family}, {kind}{}, {protocol}) = {fd}", dns::SOCKET_FLAGS), "");
        if waited {
            self.page.call(&format!("connect({fd}, {peer}) = -1 EINPROGRESS"), "");
            self.page.call(&format!("poll({fd}) = POLLOUT"), &remark);
        } else {
            self.page.call(&format!("connect({fd}, {peer}) = 0"), &remark);
        }
    }

    /// Names the server where the story turns to another one.
    pub(super) fn server(&mut self, link: &Link, attempt: u32) {
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

    pub(super) fn received(&mut self, event: &DnsEvent) {
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
            "NOERROR" if answers.is_empty() && is_referral(authorities) => phrase!("dns-says-referral"),
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

    pub(super) fn header(&mut self, flags: Flags, edns: Option<&EdnsShown>) {
        let mut said = Vec::new();
        for (on, phrase) in [
            (flags.aa, phrase!("dns-flag-aa")),
            // RA is set in answers only.
            (!flags.aa && flags.ra, phrase!("dns-flag-no-aa")),
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
    pub(super) fn records(&mut self, records: &[RecordShown]) {
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

    pub(super) fn hex(&mut self, raw: &[u8]) {
        if self.detail >= Detail::Hex {
            self.page.hex(raw);
        }
    }
}

pub(super) fn hex(id: u16) -> String {
    format!("{id:04x}")
}

/// `IN A www.lab.example`
pub(super) fn ask(question: &QuestionShown) -> String {
    let name = match question.name.as_str() {
        "." => ".",
        name => name.strip_suffix('.').unwrap_or(name),
    };
    format!("{} {} {name}", question.class, question.kind)
}

/// Servers are named and no SOA says that this is the end of the way.
pub(super) fn is_referral(authorities: &[RecordShown]) -> bool {
    authorities.iter().any(|r| r.kind == "NS") && !authorities.iter().any(|r| r.kind == "SOA")
}
