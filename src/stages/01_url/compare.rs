//! What was typed beside what it became: the parts with their places, what was supplied, changed, and would be read otherwise.

use std::ops::Range;

use ::url::{Host, Url};

use crate::render::visible::is_unsafe;
use crate::secret::{MASK, Secrets};
use crate::stages::url::split::{Kind, Split};
use crate::stages::url::told::{
    Change, ChangeKind, Decoded, Defaulted, FileName, HostKind, HostPart, Part, PortPart, UrlPart, Violation, Warning,
};

/// Everything that is told of a decoded URL.
pub(super) fn compare(text: &str, typed: &Split, url: &Url, violations: Vec<Violation>, secrets: Secrets) -> Decoded {
    let range = |r: &Option<Range<usize>>| r.clone().map(Into::into);
    let port = url
        .port_or_known_default()
        .map(|number| PortPart { number, typed: typed.port.clone().filter(|p| !p.is_empty()).map(Into::into) });
    let path_typed = Some(typed.path.clone()).filter(|p| !p.is_empty());
    let userinfo = userinfo(url, secrets).map(|value| Part { value, typed: range(&typed.userinfo) });
    Decoded {
        typed: masked(text, typed, secrets),
        url: secrets.url(url),
        scheme: Part { value: url.scheme().to_owned(), typed: range(&typed.scheme) },
        fetched: matches!(url.scheme(), "http" | "https" | "file" | "data"),
        userinfo,
        host: host(typed, url),
        port,
        path: Part { value: path(url, secrets), typed: path_typed.clone().map(Into::into) },
        query: url.query().map(|value| Part { value: value.to_owned(), typed: range(&typed.query) }),
        fragment: url.fragment().map(|value| Part { value: value.to_owned(), typed: range(&typed.fragment) }),
        file_name: file_name(url, secrets),
        defaulted: [
            typed.scheme.is_none().then_some(Defaulted::Scheme),
            port.is_some_and(|p| p.typed.is_none()).then_some(Defaulted::Port),
            (path_typed.is_none() && url.path() == "/").then_some(Defaulted::Path),
        ]
        .into_iter()
        .flatten()
        .collect(),
        changes: changes(text, typed, url, secrets),
        violations,
        warnings: warnings(text, typed, url),
    }
}

/// What was typed, without the password.
fn masked(text: &str, typed: &Split, secrets: Secrets) -> String {
    let password = typed.userinfo.clone().and_then(|u| Some(u.start + text[u.clone()].find(':')? + 1..u.end));
    match password {
        Some(p) if secrets == Secrets::Masked && !p.is_empty() => format!("{}{MASK}{}", &text[..p.start], &text[p.end..]),
        // `htp//user:password@host` has none as far as the standard goes; a person sees one.
        Some(_) | None if text.contains("//") => secrets.text(text),
        Some(_) | None => text.to_owned(),
    }
}

/// `user:*****`
fn userinfo(url: &Url, secrets: Secrets) -> Option<String> {
    match (url.username(), url.password()) {
        ("", None) => None,
        (user, None) => Some(user.to_owned()),
        (user, Some(_)) if secrets == Secrets::Masked => Some(format!("{user}:{MASK}")),
        (user, Some(password)) => Some(format!("{user}:{password}")),
    }
}

fn host(typed: &Split, url: &Url) -> Option<HostPart> {
    let value = url.host_str().filter(|h| !h.is_empty())?.to_owned();
    let kind = match url.host()? {
        Host::Ipv4(_) => HostKind::Ipv4,
        Host::Ipv6(_) => HostKind::Ipv6,
        Host::Domain(_) if typed.kind == Kind::Other => HostKind::Opaque,
        Host::Domain(_) => HostKind::Domain,
    };
    let unicode = Some(value.as_str())
        .filter(|v| kind == HostKind::Domain && v.split('.').any(|label| label.starts_with("xn--")))
        .and_then(|v| unicode(v, url));
    Some(HostPart { value, typed: typed.host.clone().map(Into::into), kind, unicode })
}

/// The name in its own script, if punycode can be undone.
fn unicode(name: &str, url: &Url) -> Option<String> {
    // The crate offers this only through an origin; the scheme of the question does not matter.
    let shown = match url.origin() {
        ::url::Origin::Tuple(_, Host::Domain(_), _) => url.origin().unicode_serialization(),
        ::url::Origin::Tuple(..) | ::url::Origin::Opaque(_) => return None,
    };
    let shown = shown.split_once("://")?.1;
    let shown = shown.split_once(':').map_or(shown, |(host, _)| host);
    (shown != name).then(|| shown.to_owned())
}

fn path(url: &Url, secrets: Secrets) -> String {
    if url.path().contains("//") { secrets.text(url.path()) } else { url.path().to_owned() }
}

fn file_name(url: &Url, secrets: Secrets) -> Option<FileName> {
    if !matches!(url.scheme(), "http" | "https" | "ftp" | "file") {
        return None;
    }
    Some(match path(url, secrets).rsplit('/').next().unwrap_or_default() {
        "" => FileName::Omitted,
        name if name.contains('.') => FileName::Given(name.to_owned()),
        name => FileName::FileOrDirectory(name.to_owned()),
    })
}

fn changes(text: &str, typed: &Split, url: &Url, secrets: Secrets) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut tell = |kind, from: &str, to: &str| changes.push(Change { kind, from: from.to_owned(), to: to.to_owned() });
    if typed.trimmed != (0..text.len()) {
        let shown = masked(text, typed, secrets);
        tell(ChangeKind::Trimmed, &shown, shown.trim_matches(' '));
    }
    if let Some(scheme) = typed.scheme.clone().map(|s| &text[s]).filter(|s| *s != url.scheme()) {
        tell(ChangeKind::SchemeCase, scheme, url.scheme());
    }
    let slashes = &text[typed.slashes.clone()];
    if typed.kind != Kind::Other && (typed.scheme.is_some() || !slashes.is_empty()) {
        if slashes.contains('\\') {
            tell(ChangeKind::Backslash, slashes, "//");
        }
        if slashes.len() != 2 {
            tell(ChangeKind::Slashes, slashes, "//");
        }
    }
    if let Some(range) = typed.userinfo.clone() {
        let from = &text[range];
        let now = userinfo(url, Secrets::Shown).unwrap_or_default();
        if from.strip_suffix(':').unwrap_or(from) != now {
            let masked = |t: &str| match (secrets, t.split_once(':')) {
                (Secrets::Masked, Some((user, _))) => format!("{user}:{MASK}"),
                (Secrets::Masked, None) | (Secrets::Shown, _) => t.to_owned(),
            };
            tell(ChangeKind::Encoded { part: UrlPart::Userinfo }, &masked(from), &masked(&now));
        }
    }
    if let Some(from) = typed.host.clone().map(|h| &text[h]) {
        match url.host() {
            None => tell(ChangeKind::LocalhostDropped, from, ""),
            Some(host) => {
                let now = url.host_str().unwrap_or_default();
                if from != now {
                    tell(host_change(from, now, &host), from, now);
                }
            }
        }
    }
    if let Some(from) = typed.port.clone().map(|p| &text[p]) {
        match url.port().map(|p| p.to_string()) {
            None if from.is_empty() => tell(ChangeKind::EmptyPortDropped, ":", ""),
            None => tell(ChangeKind::DefaultPortDropped, from, ""),
            Some(now) if now != from => tell(ChangeKind::PortNotation, from, &now),
            Some(_) => {}
        }
    }
    let path = &text[typed.path.clone()];
    if typed.kind != Kind::Other && path.contains('\\') {
        tell(ChangeKind::Backslash, path, &path.replace('\\', "/"));
    }
    if url.path() != path && !path.is_empty() {
        let dots = segments(path, typed.kind).any(is_dots) && !url.cannot_be_a_base();
        let encoded = path.chars().any(|c| !c.is_ascii() || matches!(c, ' ' | '"' | '<' | '>' | '`' | '{' | '}'));
        if dots {
            tell(ChangeKind::DotSegments, path, url.path());
        }
        if encoded {
            tell(ChangeKind::Encoded { part: UrlPart::Path }, path, url.path());
        }
        if !dots && !encoded && path.replace('\\', "/") != url.path() {
            tell(ChangeKind::PathRewritten, path, url.path());
        }
    }
    for (part, range, now) in [(UrlPart::Query, &typed.query, url.query()), (UrlPart::Fragment, &typed.fragment, url.fragment())]
    {
        let from = range.clone().map(|r| &text[r]);
        if let (Some(from), Some(now)) = (from, now)
            && from != now
        {
            tell(ChangeKind::Encoded { part }, from, now);
        }
    }
    changes
}

fn host_change(from: &str, now: &str, host: &Host<&str>) -> ChangeKind {
    match host {
        _ if from.eq_ignore_ascii_case(now) => ChangeKind::HostCase,
        Host::Ipv4(_) => ChangeKind::Ipv4Notation,
        Host::Ipv6(_) => ChangeKind::Ipv6Notation,
        Host::Domain(_) if !from.is_ascii() => ChangeKind::Idn,
        Host::Domain(_) => ChangeKind::HostDecoded,
    }
}

fn segments(path: &str, kind: Kind) -> impl Iterator<Item = &str> {
    path.split(move |c| c == '/' || (c == '\\' && kind != Kind::Other))
}

/// `.` and `..`, also with `%2e`.
fn is_dots(segment: &str) -> bool {
    segment.len() <= 6 && matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

fn warnings(text: &str, typed: &Split, url: &Url) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let part = |r: &Option<Range<usize>>| r.clone().map(|r| &text[r]).unwrap_or_default();
    let host = part(&typed.host);
    let network = typed.kind == Kind::Special;
    if typed.kind != Kind::Other && text[typed.trimmed.start..typed.path.end].contains('\\') {
        // A name with such characters in it is refused by curl, so that nobody else is contacted.
        let name = |there: &&str| !there.is_empty() && (there.starts_with('[') || !there.contains(['\\', ':', ' ']));
        match rfc3986_host(text, typed).filter(|there| network && *there != host).filter(name) {
            Some(there) => warnings.push(Warning::OtherHost { here: host.to_owned(), there: there.to_owned() }),
            None => warnings.push(Warning::Backslash),
        }
    }
    if network && typed.scheme.is_some() && typed.slashes.len() != 2 {
        warnings.push(Warning::Slashes { typed: typed.slashes.len() });
    }
    if part(&typed.userinfo).contains('@') {
        warnings.push(Warning::SeveralAts);
    }
    let after = &text[typed.path.start..typed.trimmed.end];
    if network && typed.userinfo.is_none() && typed.port.is_some() && after.contains('@') {
        warnings.push(Warning::AtAfterHost);
    }
    if let Some(Host::Ipv4(address)) = url.host() {
        let address = address.to_string();
        if host != address && !host.is_empty() {
            warnings.push(Warning::OddIpv4 { typed: host.to_owned(), address });
        }
    }
    if network && !host.is_ascii() {
        warnings.push(Warning::NonAsciiHost);
    }
    let mut hidden: Vec<String> = host.chars().filter(|&c| is_unsafe(c)).map(|c| format!("U+{:04X}", c as u32)).collect();
    if !hidden.is_empty() {
        hidden.sort_unstable();
        hidden.dedup();
        warnings.push(Warning::InvisibleInHost { characters: hidden });
    }
    if matches!(url.scheme(), "data" | "mailto" | "javascript") {
        return warnings;
    }
    if text[typed.trimmed.clone()].contains(' ') || typed.trimmed != (0..text.len()) {
        warnings.push(Warning::Space);
    }
    let raw = |c: &char| !c.is_ascii() || matches!(c, '"' | '<' | '>' | '`');
    let mut characters = String::new();
    let path = text[typed.path.clone()].chars().filter(raw);
    for c in path.chain(part(&typed.query).chars().filter(|c| raw(c) || *c == '\'')) {
        if !characters.contains(c) {
            characters.push(c);
        }
        if characters.len() >= 24 {
            break;
        }
    }
    if !characters.is_empty() {
        warnings.push(Warning::SentRaw { characters });
    }
    if segments(&text[typed.path.clone()], typed.kind).any(|s| is_dots(s) && s.contains('%')) {
        warnings.push(Warning::EncodedDots);
    }
    if typed.scheme.is_none() {
        let guesses = ["ftp", "dict", "ldap", "imap", "smtp", "pop3"];
        let first = host.split('.').next().unwrap_or_default().to_ascii_lowercase();
        if let Some(scheme) = guesses.into_iter().find(|g| *g == first && host.contains('.')) {
            warnings.push(Warning::SchemeGuess { scheme });
        }
    }
    let globbed = &text[typed.path.start..typed.trimmed.end];
    if globbed.contains(['{', '[']) && network {
        warnings.push(Warning::Glob);
    }
    warnings
}

/// The host as RFC 3986 §3.2 finds it: the authority ends at `/`, `?` or `#` only.
fn rfc3986_host<'t>(text: &'t str, typed: &Split) -> Option<&'t str> {
    let start = typed.scheme.as_ref().map_or(typed.trimmed.start, |s| s.end + 1);
    let rest = &text[start..typed.trimmed.end];
    let rest = match typed.scheme {
        Some(_) => rest.strip_prefix("//")?,
        None => rest,
    };
    let authority = rest.find(['/', '?', '#']).map_or(rest, |stop| &rest[..stop]);
    let host = authority.rfind('@').map_or(authority, |at| &authority[at + 1..]);
    let port = host.rfind(':').filter(|&colon| host[colon + 1..].bytes().all(|b| b.is_ascii_digit()));
    Some(port.map_or(host, |colon| &host[..colon]))
}
