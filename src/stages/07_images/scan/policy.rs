//! Who may be asked, and what they are told about the page: Content-Security-Policy, referrer policy, mixed content, ports.
//! Spec: CSP 3 §6.7 (matching), Referrer Policy §8 (what is sent), Mixed Content 2, Fetch §2.9 (blocked ports).

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use ::url::{Host, Origin, Url};
use base64::Engine as _;

use super::origin::{same_origin, without_extras};
use super::reference::SkipReason;
use crate::stages::response::Fields;

/// Ports that Fetch never connects to (Fetch §2.9), in order.
const BLOCKED_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111,
    113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554,
    556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666,
    6667, 6668, 6669, 6679, 6697, 10080,
];

/// What a thing is fetched for; it picks the directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    Image,
    /// `srcset` and `picture`: a secure page may not have them insecurely, they are not upgraded.
    ImageSet,
    Style,
    Object,
    Frame,
    /// What an object shows as a frame does.
    ObjectFrame,
    /// A page in the place of this one: this one's policy has no say.
    Page,
}

/// Referrer Policy §3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ReferrerPolicy {
    NoReferrer,
    NoReferrerWhenDowngrade,
    SameOrigin,
    Origin,
    StrictOrigin,
    OriginWhenCrossOrigin,
    #[default]
    StrictOriginWhenCrossOrigin,
    UnsafeUrl,
}

impl ReferrerPolicy {
    /// A `referrerpolicy` attribute; None for what is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let all = [
            ("no-referrer", Self::NoReferrer),
            ("no-referrer-when-downgrade", Self::NoReferrerWhenDowngrade),
            ("same-origin", Self::SameOrigin),
            ("origin", Self::Origin),
            ("strict-origin", Self::StrictOrigin),
            ("origin-when-cross-origin", Self::OriginWhenCrossOrigin),
            ("strict-origin-when-cross-origin", Self::StrictOriginWhenCrossOrigin),
            ("unsafe-url", Self::UnsafeUrl),
        ];
        all.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, p)| p)
    }

    /// `<meta name=referrer>`, and `referrerpolicy` where Chromium reads it alike: also the words of an older draft
    /// (HTML §4.2.5.1). It is one word, not a list as in the field.
    pub(super) fn parse_legacy(text: &str) -> Option<Self> {
        let all = [
            ("never", Self::NoReferrer),
            ("default", Self::default()),
            ("always", Self::UnsafeUrl),
            ("origin-when-crossorigin", Self::OriginWhenCrossOrigin),
        ];
        Self::parse(text).or_else(|| all.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, p)| p))
    }

    /// `Referrer-Policy` fields: the last word that is known.
    pub(super) fn of_fields(fields: &Fields) -> Option<Self> {
        fields
            .all("referrer-policy")
            .filter_map(|v| String::from_utf8_lossy(v).split(',').filter_map(|t| Self::parse(t.trim())).next_back())
            .next_back()
    }

    /// Referrer Policy §8.3: what is sent with a request for `to` that `from` made.
    pub(super) fn referer<'u>(self, from: Option<&'u Url>, to: &Url) -> Option<Cow<'u, str>> {
        let from = from.filter(|u| matches!(u.scheme(), "http" | "https"))?;
        let same = same_origin(from, to);
        let downgrade = || trustworthy(from) && !trustworthy(to);
        let whole = match self {
            Self::NoReferrer => return None,
            Self::UnsafeUrl => true,
            Self::Origin => false,
            Self::SameOrigin if !same => return None,
            Self::SameOrigin => true,
            Self::OriginWhenCrossOrigin => same,
            Self::StrictOriginWhenCrossOrigin if same => true,
            Self::NoReferrerWhenDowngrade | Self::StrictOrigin | Self::StrictOriginWhenCrossOrigin if downgrade() => return None,
            Self::NoReferrerWhenDowngrade => true,
            Self::StrictOrigin | Self::StrictOriginWhenCrossOrigin => false,
        };
        if whole {
            let full = without_extras(from);
            // Browsers cut down what is too long for a server.
            if full.len() <= 4096 {
                return Some(full);
            }
        }
        Some(format!("{}/", from.origin().ascii_serialization()).into())
    }
}

/// Secure Contexts §3.1 for URLs: https, and this machine.
fn trustworthy(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "wss" | "data") || loopback(url)
}

fn loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(a)) => IpAddr::V4(a).is_loopback(),
        Some(Host::Ipv6(a)) => IpAddr::V6(a).is_loopback(),
        Some(Host::Domain(d)) => d == "localhost" || d.ends_with(".localhost"),
        None => false,
    }
}

/// One policy: its directives, first one of a name counts (CSP 3 §2.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Policy(Vec<(String, Vec<String>)>);

impl Policy {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut directives: Vec<(String, Vec<String>)> = Vec::new();
        for part in text.split(';').take(1000) {
            let mut words = part.split_ascii_whitespace();
            let Some(name) = words.next() else { continue };
            let name = name.to_ascii_lowercase();
            if !directives.iter().any(|(n, _)| *n == name) {
                directives.push((name, words.map(str::to_owned).collect()));
            }
        }
        (!directives.is_empty()).then_some(Self(directives))
    }

    pub(super) fn directive(&self, names: &[&str]) -> Option<(&str, &[String])> {
        names.iter().find_map(|n| self.0.iter().find(|(d, _)| d == n)).map(|(d, s)| (d.as_str(), s.as_slice()))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }
}

/// The rules of one document: what its policies let through.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    pub(super) policies: Vec<Policy>,
    pub(super) page: Url,
    /// The origin that 'self' means.
    origin: Option<Origin>,
    upgrade: bool,
}

/// What becomes of a redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hop {
    /// It is followed, with this `Referer`.
    Go {
        /// None is sent without.
        referer: Option<String>,
    },
    /// It is not.
    Stop(SkipReason),
}

impl Gate {
    pub(crate) fn new(page: &Url, fields: &Fields) -> Self {
        let mut gate = Self { policies: Vec::new(), page: page.clone(), origin: Some(page.origin()), upgrade: false };
        for policy in fields.all("content-security-policy") {
            for text in String::from_utf8_lossy(policy).split(',') {
                gate.add(text);
            }
        }
        gate
    }

    pub(super) fn add(&mut self, text: &str) {
        if let Some(policy) = Policy::parse(text) {
            self.upgrade |= policy.has("upgrade-insecure-requests");
            self.policies.push(policy);
        }
    }

    /// A policy of `<meta>`: some directives do not count there.
    pub(super) fn add_meta(&mut self, text: &str) {
        // Unlike HTML §4.2.5.3: in Chromium commas separate policies here too.
        for mut policy in text.split(',').filter_map(Policy::parse) {
            policy.0.retain(|(n, _)| !matches!(n.as_str(), "sandbox" | "frame-ancestors" | "report-uri"));
            self.upgrade |= policy.has("upgrade-insecure-requests");
            self.policies.push(policy);
        }
    }

    /// `frame-ancestors` and the field it replaces: may `ancestor` show this page in a frame?
    pub(super) fn framed_by(&self, ancestor: &Url, fields: &Fields) -> bool {
        let mut said = false;
        for policy in &self.policies {
            if let Some((_, sources)) = policy.directive(&["frame-ancestors"]) {
                said = true;
                if !self.matches(sources, ancestor, false) {
                    return false;
                }
            }
        }
        if said {
            return true;
        }
        for options in fields.all("x-frame-options") {
            for word in String::from_utf8_lossy(options).split(',') {
                let word = word.trim();
                if word.eq_ignore_ascii_case("deny")
                    || (word.eq_ignore_ascii_case("sameorigin") && ancestor.origin() != self.page.origin())
                {
                    return false;
                }
            }
        }
        true
    }

    /// May a `base` point there?
    pub(super) fn base(&self, url: &Url) -> bool {
        self.policies.iter().all(|p| p.directive(&["base-uri"]).is_none_or(|(_, s)| self.matches(s, url, false)))
    }

    /// May CSS in the page apply? `attribute` for `style="…"`, else a `<style>` with this text and nonce.
    pub(super) fn inline_style(&self, attribute: bool, text: &str, nonce: &str) -> Result<(), SkipReason> {
        let names: &[&str] = if attribute {
            &["style-src-attr", "style-src", "default-src"]
        } else {
            &["style-src-elem", "style-src", "default-src"]
        };
        for policy in &self.policies {
            let Some((name, sources)) = policy.directive(names) else { continue };
            let hashed = sources.iter().any(|s| hash_matches(s, text));
            let has = |word: &str| sources.iter().any(|s| s.eq_ignore_ascii_case(word));
            let strict = sources.iter().any(|s| is_nonce(s) || is_hash(s));
            let nonced = !attribute && !nonce.is_empty() && sources.iter().any(|s| is_nonce(s) && &s[7..s.len() - 1] == nonce);
            let unsafe_inline = has("'unsafe-inline'") && !strict;
            if !(unsafe_inline || nonced || (hashed && (!attribute || has("'unsafe-hashes'")))) {
                return Err(SkipReason::Csp(name.to_owned()));
            }
        }
        Ok(())
    }

    /// Upgrades that happen before anything is checked: `upgrade-insecure-requests`, and pictures of secure pages.
    pub(super) fn upgraded(&self, mut url: Url, what: Destination) -> Url {
        let picture = what == Destination::Image && self.page.scheme() == "https" && matches!(url.host(), Some(Host::Domain(_)));
        if url.scheme() == "http" && (self.upgrade || picture) && !loopback(&url) {
            // http to https can always be set.
            let _ = url.set_scheme("https");
            if url.port() == Some(80) {
                let _ = url.set_port(None);
            }
        }
        url
    }

    /// May it be fetched? `redirected`: then paths in the policy are not looked at (CSP 3 §6.7.2.8).
    pub(super) fn allows(&self, url: &Url, what: Destination, redirected: bool, nonce: &str) -> Result<(), SkipReason> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SkipReason::Scheme(url.scheme().to_owned()));
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if BLOCKED_PORTS.binary_search(&port).is_ok() {
            return Err(SkipReason::BlockedPort(port));
        }
        if !redirected && (!url.username().is_empty() || url.password().is_some()) {
            return Err(SkipReason::Credentials);
        }
        self.permits(url, what, redirected, nonce)?;
        let blockable = !matches!(what, Destination::Image | Destination::Object | Destination::ObjectFrame | Destination::Page);
        if self.page.scheme() == "https" && blockable && !trustworthy(url) { Err(SkipReason::MixedContent) } else { Ok(()) }
    }

    /// Do the page's policies let it in, wherever it comes from?
    pub(super) fn permits(&self, url: &Url, what: Destination, redirected: bool, nonce: &str) -> Result<(), SkipReason> {
        const FRAME: &[&str] = &["frame-src", "child-src", "default-src"];
        const OBJECT: &[&str] = &["object-src", "default-src"];
        let asked: &[&[&str]] = match what {
            Destination::Image | Destination::ImageSet => &[&["img-src", "default-src"]],
            Destination::Style => &[&["style-src-elem", "style-src", "default-src"]],
            Destination::Object => &[OBJECT],
            Destination::Frame => &[FRAME],
            Destination::ObjectFrame => &[OBJECT, FRAME],
            Destination::Page => &[],
        };
        for (policy, names) in self.policies.iter().flat_map(|policy| asked.iter().map(move |names| (policy, names))) {
            let Some((name, sources)) = policy.directive(names) else { continue };
            let nonced = what == Destination::Style
                && !nonce.is_empty()
                && sources.iter().any(|s| is_nonce(s) && &s[7..s.len() - 1] == nonce);
            if !nonced && !self.matches(sources, url, redirected) {
                return Err(SkipReason::Csp(name.to_owned()));
            }
        }
        Ok(())
    }

    pub(super) fn matches(&self, sources: &[String], url: &Url, redirected: bool) -> bool {
        sources.iter().any(|s| self.source_matches(s, url, redirected))
    }

    /// CSP 3 §6.7.2.8, one source expression.
    fn source_matches(&self, source: &str, url: &Url, redirected: bool) -> bool {
        let source = source.to_ascii_lowercase_path();
        if source.head == "*" && source.path.is_empty() {
            return matches!(url.scheme(), "http" | "https" | "ws" | "wss") || url.scheme() == self.page.scheme();
        }
        if source.head == "'self'" {
            return self.origin.as_ref().is_some_and(|o| *o == url.origin()) || self.self_upgraded(url);
        }
        if source.head.starts_with('\'') {
            return false;
        }
        if let Some(scheme) = source.head.strip_suffix(':').filter(|s| !s.contains(['/', ':', '.']))
            && source.path.is_empty()
        {
            return scheme_part(scheme, url.scheme());
        }
        self.host_matches(&source, url, redirected)
    }

    /// 'self' also lets a page reach its own host more securely.
    fn self_upgraded(&self, url: &Url) -> bool {
        self.origin.is_some()
            && self.page.host() == url.host()
            && self.page.scheme() == "http"
            && url.scheme() == "https"
            && self.page.port().is_none()
            && url.port().is_none()
    }

    fn host_matches(&self, source: &SourceText, url: &Url, redirected: bool) -> bool {
        let (scheme, rest) = match source.head.split_once("://") {
            Some((s, r)) => (Some(s), r),
            None => (None, source.head.as_str()),
        };
        if !scheme_part(scheme.unwrap_or(self.page.scheme()), url.scheme()) {
            return false;
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((h, p)) if p == "*" || (!p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())) => (h, Some(p)),
            _ => (rest, None),
        };
        let Some(asked) = url.host_str() else { return false };
        let hosts = match host.strip_prefix("*.") {
            Some(suffix) => asked.strip_suffix(suffix).is_some_and(|p| p.ends_with('.')),
            None => host == "*" || host == asked,
        };
        let wanted = url.port_or_known_default();
        let ports = match port {
            Some("*") => true,
            Some(p) => p.parse().ok() == wanted || (p == "80" && url.scheme() == "https" && wanted == Some(443)),
            None => url.port().is_none(),
        };
        let path = &source.path;
        let paths = redirected
            || path.is_empty()
            || if path.ends_with('/') {
                decoded(url.path()).starts_with(&decoded(path))
            } else {
                decoded(url.path()) == decoded(path)
            };
        hosts && ports && paths
    }

    /// A redirect of something the page asked for. `before` is the `Referer` that was sent, `fields` those of the redirect.
    pub fn redirect(&self, kind: super::Kind, before: Option<&str>, to: &Url, fields: &Fields) -> Hop {
        let what = match kind {
            super::Kind::Image | super::Kind::Icon(_) => Destination::Image,
            super::Kind::Object(_) => Destination::Object,
            super::Kind::Sheet(_) => Destination::Style,
            super::Kind::Frame(_) => Destination::Frame,
            super::Kind::Page(_) => Destination::Page,
        };
        if let Err(reason) = self.allows(to, what, true, "") {
            return Hop::Stop(reason);
        }
        let policy = ReferrerPolicy::of_fields(fields);
        // What was cut down stays cut down: the sender only knows what it sent before.
        let from = before.and_then(|b| Url::parse(b).ok());
        let referer = match policy {
            Some(policy) => policy.referer(from.as_ref(), to),
            None => match &from {
                // Without a word from the redirect the request's own policy still holds; what it sent tells which kind it is.
                Some(f) if f.origin() == to.origin() => before.map(Cow::Borrowed),
                Some(_) => ReferrerPolicy::default().referer(from.as_ref(), to),
                None => None,
            },
        };
        Hop::Go { referer: referer.map(Cow::into_owned) }
    }
}

/// A source expression: scheme, host and port compare without case, the path with it.
struct SourceText {
    head: String,
    path: String,
}

trait LowerHead {
    fn to_ascii_lowercase_path(&self) -> SourceText;
}

impl LowerHead for str {
    fn to_ascii_lowercase_path(&self) -> SourceText {
        let from = self.find("://").map_or(0, |i| i + 3);
        let slash = self[from..].find('/').map_or(self.len(), |i| from + i);
        // A path ends before a query; what is behind it counts for nothing.
        let path = self[slash..].split(['?', '#']).next().unwrap_or_default();
        SourceText { head: self[..slash].to_ascii_lowercase(), path: path.to_owned() }
    }
}

fn decoded(path: &str) -> Vec<u8> {
    percent_encoding::percent_decode_str(path).collect()
}

/// CSP 3 §6.7.2.9: a policy for http also means https. Unlike there, in Chromium `ws` never means http.
fn scheme_part(policy: &str, url: &str) -> bool {
    policy == url || matches!((policy, url), ("http", "https") | ("ws", "wss"))
}

fn is_nonce(source: &str) -> bool {
    source.len() > 8 && source.ends_with('\'') && source.get(..7).is_some_and(|p| p.eq_ignore_ascii_case("'nonce-"))
}

fn is_hash(source: &str) -> bool {
    source
        .get(..5)
        .is_some_and(|p| p.eq_ignore_ascii_case("'sha2") || p.eq_ignore_ascii_case("'sha3") || p.eq_ignore_ascii_case("'sha5"))
}

fn hash_matches(source: &str, text: &str) -> bool {
    is_hash(source) && source.ends_with('\'') && digest_matches(&source[1..source.len() - 1], text.as_bytes()).unwrap_or(false)
}

/// `sha256-…` of `bytes`? None when it is no digest that is known (Subresource Integrity §3.2).
pub(super) fn digest_matches(expected: &str, bytes: &[u8]) -> Option<bool> {
    let (name, value) = expected.split_once('-')?;
    let algorithm = match name.to_ascii_lowercase().as_str() {
        "sha256" => &ring::digest::SHA256,
        "sha384" => &ring::digest::SHA384,
        "sha512" => &ring::digest::SHA512,
        _ => return None,
    };
    let value = value.split('?').next().unwrap_or(value).replace('-', "+").replace('_', "/");
    let wanted = base64::engine::general_purpose::STANDARD.decode(value.as_bytes()).ok()?;
    Some(ring::digest::digest(algorithm, bytes).as_ref() == wanted)
}

/// Subresource Integrity §3.3.4: the strongest kind of digest named must match.
pub(super) fn integrity_holds(metadata: &str, bytes: &[u8]) -> bool {
    let strength = |s: &str| match s.split('-').next().unwrap_or("").to_ascii_lowercase().as_str() {
        "sha512" => 3,
        "sha384" => 2,
        "sha256" => 1,
        _ => 0,
    };
    let known: Vec<&str> = metadata.split_ascii_whitespace().filter(|s| strength(s) > 0).collect();
    let Some(best) = known.iter().map(|s| strength(s)).max() else { return true };
    known.iter().filter(|s| strength(s) == best).any(|s| digest_matches(s, bytes).unwrap_or(false))
}

/// A gate that lets everything through, for tests and for what has no page.
impl Default for Gate {
    fn default() -> Self {
        // invariant: a constant that parses
        let page = Url::parse("http://localhost/").unwrap_or_else(|_| unreachable!());
        Self { policies: Vec::new(), page, origin: None, upgrade: false }
    }
}

/// Shares one gate among references.
pub(super) type SharedGate = Arc<Gate>;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::type_complexity, reason = "tests")]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn gate(page: &str, csp: &str) -> Gate {
        Gate::new(&url(page), &[("Content-Security-Policy", csp)].into_iter().collect())
    }

    fn image(gate: &Gate, to: &str) -> bool {
        gate.allows(&url(to), Destination::Image, false, "").is_ok()
    }

    #[test]
    fn the_blocked_ports_are_in_order_for_the_search() {
        assert!(BLOCKED_PORTS.is_sorted());
        let open = Gate::new(&url("http://a.example/"), &Fields::default());
        assert!(!image(&open, "http://a.example:6667/x"));
        assert!(!image(&open, "http://a.example:0/x"));
        assert!(image(&open, "http://a.example:8080/x"));
    }

    #[test]
    fn sources_are_matched_by_scheme_host_port_and_path() {
        let g = gate("http://a.example/", "img-src 'self' http://b.example/ok/ *.c.example:8000 https:");
        assert!(image(&g, "http://a.example/x"));
        assert!(image(&g, "http://b.example/ok/x"));
        assert!(!image(&g, "http://b.example/no/x"));
        assert!(g.allows(&url("http://b.example/no/x"), Destination::Image, true, "").is_ok());
        assert!(image(&g, "http://x.c.example:8000/"));
        assert!(!image(&g, "http://c.example:8000/"));
        assert!(!image(&g, "http://x.c.example/"));
        assert!(image(&g, "https://anything.example/"));
        assert!(!image(&gate("http://a.example/", "img-src 'none'"), "http://a.example/"));
        assert!(!image(&gate("http://a.example/", "default-src 'none', img-src *"), "http://a.example/"));
    }

    #[test]
    fn inline_styles_need_leave() {
        let text = "p{}";
        assert!(gate("http://a.example/", "img-src *").inline_style(false, text, "").is_ok());
        assert!(gate("http://a.example/", "style-src 'self'").inline_style(false, text, "").is_err());
        assert!(gate("http://a.example/", "style-src 'unsafe-inline'").inline_style(true, text, "").is_ok());
        assert!(gate("http://a.example/", "style-src 'nonce-Abc'").inline_style(false, text, "Abc").is_ok());
        assert!(gate("http://a.example/", "style-src 'nonce-Abc' 'unsafe-inline'").inline_style(false, text, "abc").is_err());
        let hash = "'sha256-1RTTx3t8fPnEXXVe4WaZP1vJOprCD+iswVxsPSBzTUc='";
        assert_eq!(
            gate("http://a.example/", &format!("style-src {hash}")).inline_style(false, text, "").is_ok(),
            digest_matches(&hash[1..52], b"p{}") == Some(true)
        );
    }

    #[test]
    fn the_default_referrer_policy_tells_other_origins_the_origin_only() {
        let policy = ReferrerPolicy::default();
        let page = url("https://u:p@a.example/x?y#z");
        assert_eq!(policy.referer(Some(&page), &url("https://a.example/i")).as_deref(), Some("https://a.example/x?y"));
        assert_eq!(policy.referer(Some(&page), &url("https://b.example/i")).as_deref(), Some("https://a.example/"));
        assert_eq!(policy.referer(Some(&page), &url("http://b.example/i")), None);
        assert_eq!(ReferrerPolicy::parse_legacy("Always"), Some(ReferrerPolicy::UnsafeUrl));
        assert_eq!(ReferrerPolicy::parse("always"), None);
        assert_eq!(ReferrerPolicy::parse_legacy("origin, unsafe-url"), None);
    }

    #[test]
    fn a_redirect_never_tells_more_than_the_request_before_it() {
        let none = Fields::default();
        let g = Gate::new(&url("http://a.example/p"), &none);
        let to = |u: &str, before: Option<&str>, fields: &Fields| g.redirect(super::super::Kind::Image, before, &url(u), fields);
        assert_eq!(
            to("http://a.example/i", Some("http://a.example/p"), &none),
            Hop::Go { referer: Some("http://a.example/p".into()) }
        );
        assert_eq!(
            to("http://b.example/i", Some("http://a.example/p"), &none),
            Hop::Go { referer: Some("http://a.example/".into()) }
        );
        assert_eq!(to("http://a.example/i", None, &none), Hop::Go { referer: None });
        let no = [("referrer-policy", "no-referrer")].into_iter().collect();
        assert_eq!(to("http://b.example/i", Some("http://a.example/p"), &no), Hop::Go { referer: None });
        assert!(matches!(to("ftp://b.example/i", None, &none), Hop::Stop(SkipReason::Scheme(_))));
    }
}
