//! From what stands in the page to a reference: its address, and whether the page's policies let it be fetched.

use std::borrow::Cow;

use ::url::Url;
use encoding_rs::{Encoding, UTF_8};

use super::origin::same_origin;
use super::page::Page;
use super::policy::{Destination, ReferrerPolicy};
use super::reference::{Candidate, Kind, Order, Reference, SkipReason, Source, Verdict};

/// How a reference is fetched, apart from where.
pub(super) struct Manner<'m> {
    pub(super) what: Destination,
    pub(super) source: Source,
    pub(super) base: &'m Url,
    pub(super) encoding: &'static Encoding,
    pub(super) candidate: Option<Candidate>,
    pub(super) policy: ReferrerPolicy,
    /// Whose address the Referer tells.
    pub(super) from: Option<&'m Url>,
    /// `crossorigin`: may credentials go to other origins?
    pub(super) cors: Option<bool>,
    pub(super) nonce: &'m str,
    pub(super) kind: Kind,
}

impl Page {
    pub(super) fn skip(&mut self, order: Order, typed: &str, source: Source, kind: Kind, reason: SkipReason) {
        let r =
            Reference { order, typed: cut(typed), url: None, source, candidate: None, kind, verdict: Verdict::Skip { reason } };
        self.push(r);
    }

    /// Tells a reference, or that there are too many.
    pub(super) fn push(&mut self, mut r: Reference) {
        let mut shared = self.shared.borrow_mut();
        shared.told += 1;
        if shared.told > shared.most {
            shared.cut += 1;
            if shared.cut > 1 {
                return;
            }
            r.verdict = Verdict::Skip { reason: SkipReason::TooMany };
        }
        drop(shared);
        self.out.push(r);
    }

    /// Decides about one reference.
    pub(super) fn refer(&self, order: Order, typed: &str, manner: Manner<'_>) -> Reference {
        let Manner { what, source, base, encoding, candidate, policy, from, cors, nonce, kind } = manner;
        let mut r = Reference {
            order,
            typed: cut(typed),
            url: None,
            source,
            candidate,
            kind,
            verdict: Verdict::Skip { reason: SkipReason::Empty },
        };
        let text = typed.trim_matches(|c: char| c.is_ascii_whitespace());
        if text.is_empty() {
            return r;
        }
        let mut refuse = |reason| {
            r.verdict = Verdict::Skip { reason };
            r.clone()
        };
        if text.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("data:")) {
            return refuse(SkipReason::Inline(text.len() as u64));
        }
        let Some(url) = resolve(text, base, encoding) else { return refuse(SkipReason::BadUrl) };
        let mut url = self.gate.upgraded(url, what);
        if let Err(reason) = self.gate.allows(&url, what, false, nonce) {
            return refuse(reason);
        }
        url.set_fragment(None);
        if matches!(kind, Kind::Image | Kind::Icon(_) | Kind::Object(_)) {
            let mut shared = self.shared.borrow_mut();
            let hash = shared.hash(&url);
            if !shared.asked.insert(hash) {
                r.verdict = Verdict::Skip { reason: SkipReason::Repeated };
                r.url = Some(url);
                return r;
            }
            // It depends on this one's sizes too whether another icon is asked for.
            if kind == Kind::Image && source != Source::Icon && shared.icons_named.contains_key(&hash) {
                r.kind = Kind::Icon(shared.icon_asked(hash));
            }
        }
        let cross = self.from.as_ref().is_none_or(|f| !same_origin(f, &url));
        r.verdict = Verdict::Fetch {
            referer: policy.referer(from, &url).map(|text| self.shared.borrow_mut().one_of(text)),
            origin: (cors.is_some() && cross)
                .then(|| self.from.as_ref().map_or("null".to_owned(), |f| f.origin().ascii_serialization())),
            credentials: cors.is_none_or(|c| c || !cross),
            gate: self.gate.clone(),
        };
        r.url = Some(url);
        r
    }
}

/// URL parsing with the query encoding of the document (HTML §2.4.3, URL §4.4).
pub(super) fn resolve(text: &str, base: &Url, encoding: &'static Encoding) -> Option<Url> {
    // URL §4.4, "special authority ignore slashes": behind the base's scheme any number of slashes is two.
    let slashes = text.trim_start_matches(|c: char| c <= ' ').bytes().take_while(|b| matches!(b, b'/' | b'\\')).count();
    let authority;
    let text = if slashes > 2 && matches!(base.scheme(), "http" | "https") {
        authority = format!("//{}", &text.trim_start_matches(|c: char| c <= ' ')[slashes..]);
        &authority
    } else {
        text
    };
    let mut url = parsed(text, base, encoding)?;
    // URL §1.3: `^` belongs to the path percent-encode set; the parser leaves it. Unlike there, in Chromium `|` does too.
    if !url.cannot_be_a_base() && url.path().contains(['^', '|']) {
        let path = url.path().replace('^', "%5E").replace('|', "%7C");
        url.set_path(&path);
    }
    Some(url)
}

fn parsed(text: &str, base: &Url, encoding: &'static Encoding) -> Option<Url> {
    let encoding = encoding.output_encoding();
    if encoding == UTF_8 || text.is_ascii() {
        return Url::options().base_url(Some(base)).parse(text).ok();
    }
    let encode = encoder(move |query| encoded(query, encoding).into());
    Url::options().base_url(Some(base)).encoding_override(Some(&encode)).parse(text).ok()
}

/// Gives a closure the type that the parser asks for.
fn encoder<F: Fn(&str) -> Cow<'_, [u8]>>(f: F) -> F {
    f
}

/// "Percent-encode after encoding": what the encoding lacks becomes `%26%23…%3B`, a numeric reference.
fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut rest = text;
    loop {
        let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(rest.len() * 4 + 16);
        out.reserve(room);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut out, true);
        rest = &rest[read..];
        match result {
            encoding_rs::EncoderResult::InputEmpty => return out,
            encoding_rs::EncoderResult::OutputFull => {}
            encoding_rs::EncoderResult::Unmappable(c) => out.extend_from_slice(format!("%26%23{}%3B", u32::from(c)).as_bytes()),
        }
    }
}

/// `text`, not longer than is kept of it.
pub(super) fn cut(text: &str) -> String {
    upto(text, Reference::TYPED)
}

pub(super) fn short(text: &str) -> String {
    upto(text.trim(), 200)
}

pub(super) fn upto(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    text[..end].to_owned()
}
