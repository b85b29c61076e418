//! `<meta http-equiv=refresh>` and the Refresh field: where a page leads on to, and after how long.

use ::url::Url;

use super::page::{DEEPEST, Framed, Page, same_page};
use super::policy::Destination;
use super::refer::Manner;
use super::reference::{Kind, SkipReason, Source, Verdict};
use super::tree::{NodeId, Tree};

/// Where a page leads on to.
#[derive(Debug)]
pub(super) struct Next {
    seconds: u32,
    /// Empty for the page itself.
    address: String,
    base: Url,
    node: NodeId,
}

impl Page {
    /// Where the page leads on to, by a `meta` element or a field of its answer. Unlike HTML §4.2.5.3: in Chromium the soonest one
    /// counts, and of several the last.
    pub(super) fn refresh(&mut self, node: Option<NodeId>, content: &str) {
        let Some((seconds, address)) = parse(content) else { return };
        if self.next.as_ref().is_none_or(|next| seconds <= next.seconds) {
            let node = node.unwrap_or(Tree::DOCUMENT);
            self.next = Some(Next { seconds, address: address.unwrap_or_default().to_owned(), base: self.base.clone(), node });
        }
    }

    /// The page has come: it leads on.
    pub(super) fn lead_on(&mut self) {
        let Some(Next { seconds, address, base, node }) = self.next.take().filter(|next| !next.address.is_empty()) else {
            return;
        };
        let (order, id) = (self.order(node, 0), self.new_frame());
        // In a frame it is a frame.
        let kind = if self.top { Kind::Page(id) } else { Kind::Frame(id) };
        let reason = match seconds {
            _ if self.top && !self.follow => Some(SkipReason::NotFollowed),
            1.. => Some(SkipReason::Later(seconds)),
            0 if self.around.len() > DEEPEST => Some(SkipReason::TooMany),
            0 => None,
        };
        if let Some(reason) = reason {
            return self.skip(order, &address, Source::Refresh, kind, reason);
        }
        let manner = Manner { what: Destination::Page, kind, base: &base, ..self.manner(Source::Refresh) };
        let mut r = self.refer(order, &address, manner);
        if let Some(url) = r.url.clone() {
            if self.around.iter().chain([&self.url]).any(|a| same_page(a, &url)) {
                r.verdict = Verdict::Skip { reason: SkipReason::Cycle };
            } else {
                // The sandbox of a frame stays, whatever is shown in it.
                let sandbox = self.outer_sandbox;
                self.framed.push(Framed { id, order, url: Some(url), srcdoc: None, sandbox, next: true, node });
            }
        }
        self.push(r);
    }
}

/// The shared declarative refresh steps (HTML §4.2.5.3): whole seconds, and the address unless the page reloads itself.
pub(super) fn parse(content: &str) -> Option<(u32, Option<&str>)> {
    let rest = content.trim_ascii_start();
    let (digits, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
    if digits.is_empty() && !rest.starts_with('.') {
        return None;
    }
    let seconds = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u32::MAX) };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if !rest.is_empty() && !rest.starts_with(|c: char| matches!(c, ';' | ',') || c.is_ascii_whitespace()) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_ascii_start();
    let named = |text: &'_ str| text.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("url"));
    let address = match named(rest).then(|| rest[3..].trim_ascii_start().strip_prefix('=')).flatten() {
        Some(value) => value.trim_ascii_start(),
        None => rest,
    };
    let address = match address.chars().next() {
        Some(quote @ ('"' | '\'')) => address[1..].split(quote).next().unwrap_or_default(),
        _ => address,
    };
    Some((seconds, Some(address).filter(|a| !a.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_named_quoted_or_bare() {
        for content in [
            "0;url=next.html",
            " 0 ; URL = 'next.html' junk",
            "0,next.html",
            "0 \"next.html\"",
            ".9; url=next.html",
            "0.5.5 next.html",
        ] {
            assert_eq!(parse(content), Some((0, Some("next.html"))), "{content}");
        }
        assert_eq!(parse("5; urlish"), Some((5, Some("urlish"))));
        assert_eq!(parse("99999999999;url=x"), Some((u32::MAX, Some("x"))));
    }

    #[test]
    fn without_an_address_the_page_is_loaded_again_and_without_a_time_nothing_is() {
        assert_eq!(parse("30"), Some((30, None)));
        assert_eq!(parse("0; url=''"), Some((0, None)));
        for content in ["", "url=x", "-1;url=x", "0x;url=x", "0!url=x"] {
            assert_eq!(parse(content), None, "{content}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(content in "\\PC{0,20}") {
            let _ = parse(&content);
        }
    }
}
