//! Stage 5 in words.

use crate::event::Detail;
use crate::phrase;
use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::tls::{CertificateFacts, Direction, Record, TlsEvent};
use crate::words::Words;

/// Names of a certificate that are shown without `-v`.
const NAMES: usize = 4;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, TlsEvent>) {
    if story.events.is_empty() && !story.failed {
        page.stage(Some(5), "TLS", &words.say(&phrase!("tls-not-used")), None);
        return;
    }
    page.stage(Some(5), "TLS", &headline(words, story), Some(story.took));
    // First what came of it, then how: the order of the facts does not depend on the order of the packets.
    for (_, event) in &story.events {
        fact(page, words, story.detail, event);
    }
    for (_, event) in &story.events {
        act(page, words, story.detail, event);
    }
}

/// Tells what came later, with an answer.
pub(crate) fn tell_heard(page: &mut Page, words: &Words, detail: Detail, event: &TlsEvent) {
    fact(page, words, detail, event);
    act(page, words, detail, event);
}

fn headline(words: &Words, story: &StageStory<'_, TlsEvent>) -> String {
    let ended = story.events.iter().find_map(|(_, event)| match event {
        TlsEvent::Secured { version, cipher, resumed, .. } => Some((version, cipher, resumed)),
        _ => None,
    });
    let unchecked = story.events.iter().any(|(_, event)| matches!(event, TlsEvent::Unchecked { .. }));
    match ended {
        Some((version, cipher, true)) => words.say(&phrase!("tls-resumed", version = *version, cipher = cipher)),
        Some((version, cipher, false)) if unchecked => {
            words.say(&phrase!("tls-secured-unchecked", version = *version, cipher = cipher))
        }
        Some((version, cipher, false)) => words.say(&phrase!("tls-secured", version = *version, cipher = cipher)),
        None => words.say(&phrase!("tls-none")),
    }
}

/// What is true of the session.
pub(super) fn fact(page: &mut Page, words: &Words, detail: Detail, event: &TlsEvent) {
    let label = |id| words.say(&id);
    match event {
        TlsEvent::Handshaking { sni, alpn, .. } => {
            let (name, note) = match sni {
                Some(name) => (name.clone(), label(phrase!("tls-sni-note"))),
                None => (label(phrase!("tls-sni-none")), label(phrase!("tls-sni-none-note"))),
            };
            page.fact(&label(phrase!("tls-label-name")), &name, &note);
            if detail >= Detail::Verbose && !alpn.is_empty() {
                page.fact(&label(phrase!("tls-label-alpn")), &alpn.join(", "), &label(phrase!("tls-alpn-offered")));
            }
        }
        TlsEvent::KeyLog { path } => page.warning(&words.say(&phrase!("tls-key-log", path = path))),
        TlsEvent::Certificate(facts) => certificate(page, words, detail, facts),
        TlsEvent::Verified { root, source } => {
            let text = phrase!("tls-verified", root = root, source = source.phrase());
            page.fact(&label(phrase!("tls-label-trust")), &words.say(&text), "");
        }
        TlsEvent::Unchecked { fault: None } => page.warning(&words.say(&phrase!("tls-unchecked"))),
        TlsEvent::Unchecked { fault: Some(fault) } => {
            page.warning(&words.say(&phrase!("tls-unchecked-fault", fault = fault.phrase())));
        }
        TlsEvent::Rejected { fault } => page.failure(&words.say(&phrase!("tls-rejected", fault = fault.phrase()))),
        TlsEvent::Secured { group, alpn, retried, client_certificate, .. } => {
            if let Some(group) = group {
                let note = if *retried { phrase!("tls-group-retried") } else { phrase!("tls-group-note") };
                page.fact(&label(phrase!("tls-label-group")), group, &words.say(&note));
            }
            if let Some(alpn) = alpn {
                page.fact(&label(phrase!("tls-label-alpn")), alpn, &label(phrase!("tls-alpn-note")));
            }
            if *client_certificate {
                page.text(&words.say(&phrase!("tls-client-certificate")));
            }
        }
        TlsEvent::Sent { .. }
        | TlsEvent::Received { .. }
        | TlsEvent::Held { .. }
        | TlsEvent::Tickets { .. }
        | TlsEvent::Alert { .. }
        | TlsEvent::CloseNotify { .. } => {}
    }
}

/// What was done on the socket.
pub(super) fn act(page: &mut Page, words: &Words, detail: Detail, event: &TlsEvent) {
    match event {
        TlsEvent::Sent { fd, bytes, records, octets } => {
            page.sent(&words.say(&phrase!("tls-bytes", bytes = *bytes)), &summary(words, records));
            beneath(page, detail, &format!("write({fd}, {bytes} bytes) = {bytes}"), records, octets.as_ref());
        }
        TlsEvent::Received { fd, bytes, records, octets } => {
            page.received(&words.say(&phrase!("tls-bytes", bytes = *bytes)), &summary(words, records));
            beneath(page, detail, &format!("read({fd}) = {bytes}"), records, octets.as_ref());
        }
        TlsEvent::Held { bytes } => page.text(&words.say(&phrase!("tls-held", bytes = *bytes))),
        TlsEvent::Tickets { total } => page.text(&words.say(&phrase!("tls-tickets", total = *total))),
        TlsEvent::Alert { direction, description } => {
            let text = match description {
                Some(what) => words.say(&phrase!("tls-told-alert", alert = what)),
                None => words.say(&phrase!("tls-told-alert-unnamed")),
            };
            match direction {
                Direction::Sent => page.sent(&text, ""),
                Direction::Received => page.received(&text, ""),
            }
        }
        TlsEvent::CloseNotify { direction: Direction::Sent } => page.sent("close_notify", ""),
        TlsEvent::CloseNotify { direction: Direction::Received } => page.received("close_notify", ""),
        TlsEvent::Handshaking { .. }
        | TlsEvent::KeyLog { .. }
        | TlsEvent::Certificate(_)
        | TlsEvent::Verified { .. }
        | TlsEvent::Unchecked { .. }
        | TlsEvent::Rejected { .. }
        | TlsEvent::Secured { .. } => {}
    }
}

/// `ClientHello` or `ServerHello, 4 encrypted records`.
fn summary(words: &Words, records: &[Record]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for name in records.iter().flat_map(|r| &r.messages) {
        parts.push((*name).to_owned());
    }
    // It changes nothing in TLS 1.3, and is sent for the sake of old boxes on the way (RFC 8446 §D.4).
    parts.extend(records.iter().filter(|r| r.content == "change_cipher_spec").map(|_| "ChangeCipherSpec".to_owned()));
    parts.extend(records.iter().filter(|r| r.content == "alert" && !r.encrypted).map(|_| "alert".to_owned()));
    match records.iter().filter(|r| r.encrypted).count() {
        0 => {}
        n => parts.push(words.say(&phrase!("tls-encrypted-records", records = n))),
    }
    parts.join(", ")
}

fn beneath(page: &mut Page, detail: Detail, call: &str, records: &[Record], octets: Option<&crate::event::Octets>) {
    if detail < Detail::Verbose {
        return;
    }
    page.call(call, "");
    for record in records.iter().filter(|r| r.bytes > 0) {
        let shut = if record.encrypted { " (encrypted)" } else { "" };
        let line = format!("{} {} B {}{shut}", record.content, record.bytes, record.messages.join(", "));
        page.under(line.replace("  ", " ").trim_end());
    }
    if let Some(octets) = octets {
        page.hex(&octets.0);
    }
}

fn certificate(page: &mut Page, words: &Words, detail: Detail, facts: &CertificateFacts) {
    if facts.place > 0 && detail < Detail::Verbose {
        let text = phrase!("tls-chain-next", subject = &facts.subject, issuer = &facts.issuer);
        page.under(&words.say(&text));
        return;
    }
    let label = match facts.place {
        0 => phrase!("tls-label-certificate"),
        place => phrase!("tls-label-chain", place = place),
    };
    page.fact(&words.say(&label), &facts.subject, "");
    if facts.names_total > 0 {
        let shown = if detail >= Detail::Verbose { facts.names.len() } else { NAMES.min(facts.names.len()) };
        let names = facts.names[..shown].join(", ");
        let text = match facts.names_total - shown {
            0 => phrase!("tls-names", names = names),
            more => phrase!("tls-names-more", names = names, more = more),
        };
        page.under(&words.say(&text));
    }
    page.under(&words.say(&phrase!("tls-issuer", issuer = &facts.issuer)));
    let (from, until) = (facts.not_before.as_str(), facts.not_after.as_str());
    let validity = match facts.days_left {
        days @ 0.. => phrase!("tls-validity", from = from, until = until, days = days.unsigned_abs()),
        days => phrase!("tls-validity-over", from = from, until = until, days = days.unsigned_abs()),
    };
    page.under(&words.say(&validity));
    let key = match facts.key_bits {
        Some(bits) => phrase!("tls-key-bits", key = &facts.key, bits = bits.to_string(), signature = &facts.signature),
        None => phrase!("tls-key", key = &facts.key, signature = &facts.signature),
    };
    page.under(&words.say(&key));
    if detail >= Detail::Verbose {
        page.under(&words.say(&phrase!("tls-serial", serial = &facts.serial, bytes = facts.bytes)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Micros;
    use crate::render::palette::Palette;
    use crate::stages::tls::{Fault, TrustSource};
    use crate::words::Lang;

    fn told(width: Option<usize>, detail: Detail, failed: bool, events: &[TlsEvent]) -> String {
        let mut page = Page::new(width, Palette::plain(), false);
        let story = StageStory {
            events: events.iter().map(|e| (Micros(0), e)).collect(),
            took: Micros(4_200),
            failed,
            detail,
            omitted: Default::default(),
        };
        tell(&mut page, &Words::new(Lang::En), &story);
        page.take()
    }

    fn record(content: &'static str, bytes: usize, messages: &[&'static str], encrypted: bool) -> Record {
        Record { content, bytes, messages: messages.to_vec(), encrypted }
    }

    fn certificate(subject: &str, days_left: i64) -> TlsEvent {
        TlsEvent::Certificate(Box::new(CertificateFacts {
            subject: subject.to_owned(),
            names: ["www.lab.example", "lab.example"].map(str::to_owned).to_vec(),
            names_total: 2,
            issuer: "CN=Lab Root".to_owned(),
            not_before: "2026-01-01 00:00:00 UTC".to_owned(),
            not_after: "2026-04-01 00:00:00 UTC".to_owned(),
            days_left,
            key: "ECDSA P-256".to_owned(),
            key_bits: Some(256),
            signature: "ecdsa-with-SHA256".to_owned(),
            serial: "0a0b".to_owned(),
            bytes: 480,
            ..CertificateFacts::default()
        }))
    }

    fn handshake() -> Vec<TlsEvent> {
        vec![
            TlsEvent::Handshaking { fd: 5, sni: Some("www.lab.example".to_owned()), alpn: vec!["http/1.1".to_owned()] },
            TlsEvent::Sent { fd: 5, bytes: 251, records: vec![record("handshake", 251, &["ClientHello"], false)], octets: None },
            TlsEvent::Received {
                fd: 5,
                bytes: 1_365,
                records: vec![record("handshake", 127, &["ServerHello"], false), record("application_data", 1_238, &[], true)],
                octets: None,
            },
            certificate("CN=www.lab.example", 90),
            TlsEvent::Verified { root: "CN=Lab Root".to_owned(), source: TrustSource::CaCert("root.pem".to_owned()) },
            TlsEvent::Secured {
                version: "TLS 1.3",
                cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
                group: Some("X25519".to_owned()),
                alpn: Some("http/1.1".to_owned()),
                resumed: false,
                retried: false,
                client_certificate: false,
                took_us: Micros(4_100),
            },
            TlsEvent::Held { bytes: 74 },
        ]
    }

    #[test]
    fn http_says_in_one_line_that_there_is_no_tls() {
        assert_eq!(told(Some(80), Detail::Normal, false, &[]), "5 TLS       not used: the scheme is http\n");
    }

    #[test]
    fn a_handshake_is_told_with_facts_first_and_flights_after() {
        insta::assert_snapshot!(told(Some(80), Detail::Normal, false, &handshake()));
    }

    #[test]
    fn verbose_adds_calls_and_records() {
        insta::assert_snapshot!(told(Some(100), Detail::Verbose, false, &handshake()));
    }

    #[test]
    fn a_refused_certificate_is_told_whole_and_cannot_drive_the_terminal() {
        let mut events = handshake();
        events.truncate(3);
        events.push(certificate("CN=\x1b[2Jevil\u{202e}", -3));
        events.push(TlsEvent::Rejected {
            fault: Fault::Expired { not_after: "2026-04-01 00:00:00 UTC".into(), now: "2026-04-04 00:00:00 UTC".into(), days: 3 },
        });
        let text = told(Some(60), Detail::Normal, true, &events);
        assert!(!text.contains('\x1b') && !text.contains('\u{202e}'));
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        insta::assert_snapshot!(text);
    }
}
