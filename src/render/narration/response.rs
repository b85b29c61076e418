//! Stage 6 in words: the calls, the head as it came, how the body ended, who closed.

use crate::event::{Detail, Micros};
use crate::phrase;
use crate::render::narration::{Omitted, StageStory};
use crate::render::page::{Page, duration};
use crate::render::visible::visible_bytes;
use crate::stages::message::Version;
use crate::stages::response::{Closed, Ended, Field, Framing, NoBody, Oddity, ResponseEvent, Side};
use crate::words::{Phrase, Words};

/// Longer lines are cut; `-vv` shows every byte.
const MOST: usize = 400;
/// Calls that are shown one by one with `-v`; what is beyond them is counted.
const CALLS: usize = 200;

/// Reads before the head that are always shown one by one.
const FEW: usize = 10;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, ResponseEvent>) {
    let name = words.say(&phrase!("response-stage"));
    page.stage(Some(6), &name, &words.say(&headline(story)), Some(story.took));
    let verbose = story.detail >= Detail::Verbose;
    let mut teller = Teller {
        page,
        words,
        verbose,
        calls: Calls::default(),
        sent_at: None,
        first_read: true,
        before_head: 0,
        shown: 0,
        body: None,
        saved: None,
    };
    let mut omitted = story.omitted;
    for (at, event) in &story.events {
        if matches!(event, ResponseEvent::Body { .. }) {
            teller.calls.add(std::mem::take(&mut omitted));
        }
        teller.event(*at, event, story.detail);
    }
    teller.calls.add(omitted);
    teller.flush();
    teller.body_line(None);
}

struct Teller<'t> {
    page: &'t mut Page,
    words: &'t Words,
    verbose: bool,
    calls: Calls,
    /// When the last write() was told.
    sent_at: Option<Micros>,
    /// No byte of an answer has been read yet.
    first_read: bool,
    /// Reads that brought no final head yet: each is shown, as long as they are few.
    before_head: usize,
    /// Calls shown one by one.
    shown: usize,
    /// What the body came to; it shares a line with what became of the connection.
    body: Option<Phrase>,
    /// The file that holds the body, said after the body.
    saved: Option<Phrase>,
}

/// Calls that are not shown one by one.
#[derive(Default)]
struct Calls {
    writes: u64,
    written: u64,
    reads: u64,
    read: u64,
    splices: u64,
    spliced: u64,
}

impl Calls {
    fn add(&mut self, omitted: Omitted) {
        self.reads += omitted.reads;
        self.read += omitted.read;
        self.splices += omitted.splices;
        self.spliced += omitted.spliced;
    }
}

impl Teller<'_> {
    fn event(&mut self, at: Micros, event: &ResponseEvent, detail: Detail) {
        match event {
            ResponseEvent::Sending { .. } | ResponseEvent::Awaiting { .. } => {}
            ResponseEvent::Wrote { fd, offered, taken, secured } => {
                if self.one_by_one(self.sent_at.is_none()) {
                    let through = through(*secured, *fd);
                    let short = if taken < offered { self.say(phrase!("response-short-write")) } else { String::new() };
                    self.page.call(&format!("write({through}, {offered} bytes) = {taken}"), &short);
                } else {
                    self.calls.writes += 1;
                    self.calls.written += *taken as u64;
                }
                self.sent_at = Some(at);
            }
            ResponseEvent::WriteFailed { fd, offered, why } => {
                self.flush();
                let call = format!("write({fd}, {offered} bytes) = -1 {}", self.say(why.clone()));
                self.page.call(&call, &self.say(phrase!("response-write-failed")));
            }
            ResponseEvent::AwaitingContinue { at_most_us } => {
                self.flush();
                self.text(phrase!("response-awaiting-continue", time = duration(*at_most_us)));
            }
            ResponseEvent::ContinueUnanswered => self.text(phrase!("response-continue-unanswered")),
            ResponseEvent::Unsent { bytes } => {
                self.flush();
                self.warning(phrase!("response-unsent", bytes = *bytes));
            }
            ResponseEvent::Read { fd, room: _, bytes, secured } => {
                let first = std::mem::take(&mut self.first_read);
                self.before_head = self.before_head.saturating_add(1);
                if self.one_by_one(self.before_head <= FEW || *bytes == 0) {
                    let remark = match (bytes, self.sent_at) {
                        (0, _) => self.say(phrase!("response-end-of-stream")),
                        (_, Some(sent)) if first => {
                            let time = duration(Micros(at.0.saturating_sub(sent.0)));
                            self.say(phrase!("response-first-byte", time = time))
                        }
                        _ => String::new(),
                    };
                    self.page.call(&format!("read({}) = {bytes}", through(*secured, *fd)), &remark);
                } else {
                    self.calls.reads += 1;
                    self.calls.read += *bytes as u64;
                }
            }
            ResponseEvent::ReadFailed { fd, why } => {
                self.flush();
                let call = format!("read({fd}) = -1 {}", self.say(why.clone()));
                self.page.call(&call, "");
            }
            ResponseEvent::Spliced { fd, to, bytes } => {
                if self.one_by_one(*bytes == 0) {
                    self.page.call(&format!("splice({fd}, {to}) = {bytes}"), &self.say(phrase!("response-spliced")));
                } else {
                    self.calls.splices += 1;
                    self.calls.spliced += *bytes as u64;
                }
            }
            ResponseEvent::Interim { version, status, reason, fields, head_bytes: _ } => {
                self.flush();
                self.head(*version, *status, &reason.0, fields, Some(phrase!("response-interim")));
            }
            ResponseEvent::Head { version, status, reason, fields, odd, raw, .. } => {
                self.flush();
                self.before_head = FEW;
                let class = (self.verbose || !(200..300).contains(status)).then(|| class(*status));
                self.head(*version, *status, &reason.0, fields, class);
                for odd in odd {
                    self.warning(oddity(*odd));
                }
                if let Some(raw) = raw.as_ref().filter(|_| detail >= Detail::Hex) {
                    self.page.hex(&raw.0);
                }
            }
            ResponseEvent::Framed { framing, transfer_codings, content_codings, decoded } => {
                if self.verbose {
                    self.text(framing_rule(*framing));
                    if !transfer_codings.is_empty() {
                        self.text(phrase!("response-transfer-codings", codings = transfer_codings.join(", ")));
                    }
                }
                if !content_codings.is_empty() && !matches!(framing, Framing::None { .. }) {
                    let codings = content_codings.join(", ");
                    match decoded {
                        true if self.verbose => self.text(phrase!("response-decoded", codings = codings)),
                        true => {}
                        false => self.warning(phrase!("response-not-decoded", codings = codings)),
                    }
                }
            }
            ResponseEvent::Trailers { fields } => {
                self.flush();
                for (n, field) in fields.iter().enumerate() {
                    let remark =
                        if n == 0 { self.say(phrase!("response-trailers", count = fields.len())) } else { String::new() };
                    self.page.received(&line(field), &remark);
                }
            }
            ResponseEvent::Body { body_bytes, content_bytes, ended, chunks, after_coding, .. } => {
                self.flush();
                let body = match (ended, chunks) {
                    (Ended::NoBody, _) => phrase!("response-body-none"),
                    (Ended::Declined, _) => phrase!("response-body-declined"),
                    (Ended::Length, _) => phrase!("response-body-length", bytes = *body_bytes),
                    (Ended::Close, _) => phrase!("response-body-close", bytes = *body_bytes),
                    (Ended::LastChunk, chunks) => {
                        let chunks = chunks.as_ref().map_or(0, |c| c.chunks);
                        phrase!("response-body-chunked", bytes = *body_bytes, chunks = chunks)
                    }
                };
                self.body = Some(if body_bytes == content_bytes {
                    body
                } else {
                    phrase!("response-body-decoded", body = body, content = *content_bytes)
                });
                if let Some(chunks) = chunks {
                    if let Some(extension) = &chunks.extension {
                        let bytes = chunks.extension_bytes;
                        self.text(phrase!("response-extensions", first = visible_bytes(&extension.0), bytes = bytes));
                    }
                    if self.verbose && chunks.chunks > 0 {
                        self.text(phrase!("response-largest-chunk", bytes = chunks.largest));
                    }
                }
                if *after_coding > 0 {
                    self.warning(phrase!("response-after-coding", bytes = *after_coding));
                }
            }
            ResponseEvent::Cut { body_bytes, missing, content_bytes: _ } => {
                self.flush();
                match missing {
                    Some(missing) => self.warning(phrase!("response-body-cut-of", bytes = *body_bytes, missing = *missing)),
                    None => self.warning(phrase!("response-body-cut", bytes = *body_bytes)),
                }
            }
            ResponseEvent::Surplus { bytes } => self.warning(phrase!("response-surplus", bytes = *bytes)),
            ResponseEvent::Saved { path, bytes, replaced } => {
                self.saved = Some(match replaced {
                    false => phrase!("response-saved", path = path, bytes = *bytes),
                    true => phrase!("response-saved-over", path = path, bytes = *bytes),
                });
            }
            ResponseEvent::Left { path, part, bytes } => {
                self.flush();
                self.warning(match part {
                    Some(part) => phrase!("response-left-part", path = path, part = part, bytes = *bytes),
                    None => phrase!("response-left-nothing", path = path, bytes = *bytes),
                });
            }
            ResponseEvent::Continued { path, first, last, total } => {
                self.flush();
                let range = match total {
                    Some(total) => phrase!("response-continued-of", first = *first, last = *last, total = *total),
                    None => phrase!("response-continued", first = *first, last = *last),
                };
                self.text(match path {
                    Some(path) => phrase!("response-continued-file", range = range, path = path),
                    None => range,
                });
            }
            ResponseEvent::NothingToAdd { offset, whole } => {
                self.flush();
                self.text(match whole {
                    true => phrase!("response-whole-already", bytes = *offset),
                    false => phrase!("response-nothing-after", bytes = *offset),
                });
            }
            ResponseEvent::Appended { path, before, bytes, whole } => {
                self.flush();
                let all = before.saturating_add(*bytes);
                match whole {
                    true => self.text(phrase!("response-appended", path = path, before = *before, bytes = *bytes, all = all)),
                    false => self.warning(phrase!("response-appended-cut", path = path, bytes = *bytes, all = all)),
                }
            }
            ResponseEvent::Previewed { shown, lines, cut } => {
                self.flush();
                if lines > shown {
                    self.text(phrase!("response-previewed", shown = *shown, lines = *lines));
                }
                if *cut > 0 {
                    self.text(phrase!("response-previewed-cut", lines = *cut));
                }
            }
            ResponseEvent::Peeked { fd, closed } => {
                if self.verbose {
                    let result = if *closed { "0" } else { "-1 EAGAIN" };
                    let remark = if *closed { phrase!("response-peek-closed") } else { phrase!("response-peek-open") };
                    self.page.call(&format!("recv({fd}, MSG_PEEK|MSG_DONTWAIT) = {result}"), &self.say(remark));
                }
            }
            ResponseEvent::Kept { exchanges, .. } => self.body_line(Some(phrase!("response-kept", exchanges = *exchanges))),
            ResponseEvent::Closing { first, why, .. } => self.body_line(Some(closing(*first, *why))),
        }
    }

    /// Is this call shown by itself? The first of its kind always is, the others with `-v`, up to a bound.
    fn one_by_one(&mut self, always: bool) -> bool {
        let show = always || self.verbose && self.shown < CALLS;
        if show {
            if always {
                self.flush();
            }
            self.shown += 1;
        }
        show
    }

    /// One line for the calls that were not shown.
    fn flush(&mut self) {
        let calls = std::mem::take(&mut self.calls);
        if calls.writes > 0 {
            self.text(phrase!("response-more-writes", calls = calls.writes, bytes = calls.written));
        }
        if calls.reads > 0 {
            self.text(phrase!("response-more-reads", calls = calls.reads, bytes = calls.read));
        }
        if calls.splices > 0 {
            self.text(phrase!("response-splices", calls = calls.splices, bytes = calls.spliced));
        }
    }

    fn head(&mut self, version: Version, status: u16, reason: &[u8], fields: &[Field], remark: Option<Phrase>) {
        let remark = remark.map(|r| self.say(r)).unwrap_or_default();
        let reason = visible_bytes(reason);
        let status = format!("{} {status} {}", version.token(), clip(&reason));
        self.page.received(status.trim_end(), &remark);
        for field in fields {
            self.page.received(&line(field), "");
        }
        self.page.received("", "");
    }

    fn body_line(&mut self, connection: Option<Phrase>) {
        match (self.body.take(), connection) {
            (Some(body), Some(connection)) => {
                self.text(phrase!("response-body-and-connection", body = body, connection = connection));
            }
            (Some(only), None) | (None, Some(only)) => self.text(only),
            (None, None) => {}
        }
        if let Some(saved) = self.saved.take() {
            self.text(saved);
        }
    }

    fn say(&self, phrase: Phrase) -> String {
        self.words.say(&phrase)
    }

    fn text(&mut self, phrase: Phrase) {
        let text = self.say(phrase);
        self.page.text(&text);
    }

    fn warning(&mut self, phrase: Phrase) {
        let text = self.say(phrase);
        self.page.warning(&text);
    }
}

fn headline(story: &StageStory<'_, ResponseEvent>) -> Phrase {
    let head = story.events.iter().rev().find_map(|(_, event)| match event {
        ResponseEvent::Head { status, reason, fields, .. } => Some((*status, visible_bytes(&reason.0), fields)),
        _ => None,
    });
    let Some((status, reason, fields)) = head else {
        let sent = story.events.iter().any(|(_, e)| matches!(e, ResponseEvent::Wrote { .. }));
        return if sent { phrase!("response-headline-none") } else { phrase!("response-headline-unsent") };
    };
    let status = format!("{status} {}", clip(&reason)).trim_end().to_owned();
    let media = fields.iter().find(|f| f.name.eq_ignore_ascii_case("content-type")).map(|f| {
        let value = visible_bytes(&f.value.0);
        value.split(';').next().unwrap_or_default().trim().to_owned()
    });
    let media = media.filter(|m| !m.is_empty());
    let size = story.events.iter().rev().find_map(|(_, event)| match event {
        ResponseEvent::Body { ended: Ended::NoBody, .. } => Some(phrase!("response-size-none")),
        ResponseEvent::Body { ended: Ended::Declined, .. } => Some(phrase!("response-size-declined")),
        ResponseEvent::Body { body_bytes, content_bytes, .. } if body_bytes != content_bytes => {
            Some(phrase!("response-size-decoded", bytes = *content_bytes, wire = *body_bytes))
        }
        ResponseEvent::Body { content_bytes, .. } => Some(phrase!("response-size", bytes = *content_bytes)),
        ResponseEvent::Cut { body_bytes, .. } => Some(phrase!("response-size-cut", bytes = *body_bytes)),
        _ => None,
    });
    match (media, size) {
        (Some(media), Some(size)) => phrase!("response-headline-full", status = status, media = clip(&media), size = size),
        (None, Some(size)) => phrase!("response-headline-size", status = status, size = size),
        (_, None) => phrase!("response-headline-status", status = status),
    }
}

fn through(secured: bool, fd: i32) -> String {
    if secured { format!("TLS on {fd}") } else { fd.to_string() }
}

fn line(field: &Field) -> String {
    clip(format!("{}: {}", field.name, visible_bytes(&field.value.0)).trim_end())
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// RFC 9110 §15: the first digit says what kind of answer it is.
fn class(status: u16) -> Phrase {
    match status {
        100..=199 => phrase!("response-class-1"),
        200..=299 => phrase!("response-class-2"),
        300..=399 => phrase!("response-class-3"),
        400..=499 => phrase!("response-class-4"),
        500..=599 => phrase!("response-class-5"),
        _ => phrase!("response-class-other"),
    }
}

fn oddity(odd: Oddity) -> Phrase {
    match odd {
        Oddity::BareLf => phrase!("response-odd-bare-lf"),
        Oddity::Folded { lines } => phrase!("response-odd-folded", lines = lines),
        Oddity::Ignored { lines } => phrase!("response-odd-ignored", lines = lines),
        Oddity::LengthOverridden => phrase!("response-odd-length-overridden"),
        Oddity::TransferCodingIn10 => phrase!("response-odd-transfer-coding-in-10"),
        Oddity::RepeatedLength { times } => phrase!("response-odd-repeated-length", times = times),
    }
}

fn framing_rule(framing: Framing) -> Phrase {
    match framing {
        Framing::None { why } => match why {
            NoBody::Head => phrase!("response-framing-head"),
            NoBody::NoContent => phrase!("response-framing-204"),
            NoBody::NotModified => phrase!("response-framing-304"),
            NoBody::Tunnel => phrase!("response-framing-tunnel"),
        },
        Framing::Chunked => phrase!("response-framing-chunked"),
        Framing::Length { bytes } => phrase!("response-framing-length", bytes = bytes),
        Framing::Close => phrase!("response-framing-close"),
    }
}

fn closing(first: Side, why: Closed) -> Phrase {
    let why = match why {
        Closed::AskedByUs => phrase!("response-closed-asked-by-us"),
        Closed::AskedByPeer => phrase!("response-closed-asked-by-peer"),
        Closed::OldVersion => phrase!("response-closed-old-version"),
        Closed::EndsTheBody => phrase!("response-closed-ends-the-body"),
        Closed::Tunnel => phrase!("response-closed-tunnel"),
        Closed::Surplus => phrase!("response-closed-surplus"),
        Closed::Unsent => phrase!("response-closed-unsent"),
        Closed::Declined => phrase!("response-closed-declined"),
        Closed::Gone => phrase!("response-closed-gone"),
    };
    match first {
        Side::Peer => phrase!("response-closing-peer", why = why),
        Side::Us => phrase!("response-closing-us", why = why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Still;
    use crate::deadline::Deadline;
    use crate::event::{Event, FetchId, Hub, Kept};
    use crate::render::palette::Palette;
    use crate::secret::Secrets;
    use crate::stages::connect::scripted::{Scripted, Step};
    use crate::stages::message::Message;
    use crate::stages::response::{Discard, Limits, exchange};
    use crate::words::Lang;

    /// The block that a scripted peer's answer makes; the clock stands still.
    fn told(steps: Vec<Step>, width: Option<usize>, detail: Detail) -> String {
        let kept = Kept::default();
        let hub = Hub::new(&Still, Secrets::Masked, detail, vec![Box::new(kept.clone())]);
        let message = Message {
            head: b"GET / HTTP/1.1\r\nHost: www.lab.example\r\n\r\n".to_vec(),
            body: [].into(),
            method: "GET".into(),
            version: Version::Http11,
            expects_continue: false,
            decodes: true,
            asks_to_close: false,
            upgrades: false,
        };
        let mut conn = Scripted::new(steps).connection();
        let by = Deadline::never(&Still);
        let failed = exchange(&mut conn, &message, None, &mut Discard, &Limits::default(), &by, hub.emitter(FetchId(0))).is_err();
        let entries = kept.entries();
        let events = entries.iter().filter_map(|entry| match &entry.event {
            Event::Response(event) => Some((entry.at, event)),
            _ => None,
        });
        let story = StageStory { events: events.collect(), took: Micros(3_100), failed, detail, omitted: Default::default() };
        let mut page = Page::new(width, Palette::plain(), false);
        tell(&mut page, &Words::new(Lang::En), &story);
        page.take()
    }

    fn parts(parts: &[&[u8]]) -> Vec<Step> {
        parts.iter().map(|p| Step::Bytes(p.to_vec())).collect()
    }

    const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello";

    #[test]
    fn an_ordinary_answer() {
        insta::assert_snapshot!(told(parts(&[PAGE]), Some(80), Detail::Normal));
    }

    #[test]
    fn an_ordinary_answer_verbose() {
        insta::assert_snapshot!(told(parts(&[PAGE]), Some(80), Detail::Verbose));
    }

    #[test]
    fn everything_odd_at_once() {
        let head = b"HTTP/1.0 404 \x1b[2JNot Found\nA: one\n two\nContent-Length: 3\nSet-Cookie: s=secret\n";
        let body = b"Transfer-Encoding: chunked\n\n3;sig=\x1b]0;x\x07\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\nmore";
        let interim = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n";
        let text = told(parts(&[interim, &[&head[..], body].concat()]), Some(60), Detail::Normal);
        assert!(!text.contains('\x1b') && !text.contains("secret"), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_body_that_breaks_off() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello";
        insta::assert_snapshot!(told(parts(&[head, b"more"]), None, Detail::Normal));
    }

    #[test]
    fn no_answer_at_all() {
        insta::assert_snapshot!(told(Vec::new(), Some(80), Detail::Normal));
    }

    #[test]
    fn many_reads_are_counted_and_with_v_shown_up_to_a_bound() {
        let mut steps = parts(&[b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"]);
        steps.extend(vec![Step::Bytes(b"x".to_vec()); 500]);
        let text = told(steps.clone(), Some(80), Detail::Normal);
        assert!(text.contains("500 more read()s gave 500 bytes"), "{text}");
        let text = told(steps, Some(80), Detail::Verbose);
        assert_eq!(text.matches("read(TLS on 5)").count(), CALLS - 1);
        assert!(text.contains("301 more read()s gave 301 bytes") || text.contains("302 more read()s gave 302 bytes"), "{text}");
    }

    #[test]
    fn hex_shows_the_head_with_its_secrets_covered() {
        let text = told(parts(&[b"HTTP/1.1 200 OK\r\nSet-Cookie: s=secret\r\nContent-Length: 0\r\n\r\n"]), None, Detail::Hex);
        assert!(text.contains("48 54 54 50 2f 31 2e 31"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}
