//! Stage 1 in words: each part, what it is for, what was done to it, and who would read it otherwise.

use crate::event::Detail;
use crate::phrase;
use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::url::{
    Change, ChangeKind, Decoded, Defaulted, FileName, HostKind, Part, PortPart, Span, UrlEvent, UrlPart, Violation, Warning,
};
use crate::words::{Phrase, Words};

/// Longer values are cut: a `data:` URL may have megabytes.
const MOST: usize = 300;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, UrlEvent>) {
    let name = words.say(&phrase!("url-stage"));
    if story.events.is_empty() {
        page.stage(Some(1), &name, &words.say(&phrase!("url-unread")), None);
    }
    for (_, event) in &story.events {
        match event {
            UrlEvent::Decoded(decoded) => {
                page.stage(Some(1), &name, &clip(words, &decoded.url), None);
                parts(page, words, decoded, story.detail);
            }
            UrlEvent::Resolved { base, reference, repaired, fragment_inherited, decoded } => {
                page.stage(Some(1), &name, &clip(words, &decoded.url), None);
                page.fact(&words.say(&phrase!("url-name-reference")), &clip(words, reference), "");
                page.fact(&words.say(&phrase!("url-name-base")), &clip(words, base), "");
                if *repaired {
                    page.text(&words.say(&phrase!("url-repaired")));
                }
                if *fragment_inherited {
                    page.text(&words.say(&phrase!("url-fragment-inherited")));
                }
                // Its byte ranges are those of the result, not of anything typed.
                parts(page, words, decoded, Detail::Normal);
            }
        }
    }
}

fn parts(page: &mut Page, words: &Words, d: &Decoded, detail: Detail) {
    let mut fact = |name: Phrase, value: &str, note: &Phrase| page.fact(&words.say(&name), &clip(words, value), &words.say(note));
    fact(phrase!("url-name-scheme"), &d.scheme.value, &scheme_note(d));
    if let Some(userinfo) = &d.userinfo {
        let note = if d.scheme.value == "ftp" { phrase!("url-for-userinfo-login") } else { phrase!("url-for-userinfo") };
        fact(phrase!("url-name-userinfo"), &userinfo.value, &note);
    }
    if let Some(host) = &d.host {
        let note = match (host.kind, &host.unicode) {
            _ if d.scheme.value == "file" => phrase!("url-for-host-file"),
            (HostKind::Domain, None) => phrase!("url-for-host"),
            (HostKind::Domain, Some(unicode)) => phrase!("url-for-host-unicode", unicode = unicode),
            (HostKind::Ipv4, _) => phrase!("url-for-host-ipv4"),
            (HostKind::Ipv6, _) => phrase!("url-for-host-ipv6"),
            (HostKind::Opaque, _) => phrase!("url-for-host-opaque"),
        };
        fact(phrase!("url-name-host"), &host.value, &note);
    }
    if let Some(PortPart { number, typed }) = d.port {
        let scheme = d.scheme.value.as_str();
        let dropped = d.changes.iter().any(|c| c.kind == ChangeKind::DefaultPortDropped);
        let note = match typed {
            None => phrase!("url-for-port-default", scheme = scheme),
            Some(_) if dropped => phrase!("url-for-port-dropped", scheme = scheme),
            Some(_) => phrase!("url-for-port-typed"),
        };
        fact(phrase!("url-name-port"), &number.to_string(), &note);
    }
    if !d.path.value.is_empty() {
        fact(phrase!("url-name-path"), &d.path.value, &path_note(d));
    }
    if let Some(query) = &d.query {
        let note = match d.scheme.value.as_str() {
            "http" | "https" => phrase!("url-for-query"),
            "file" => phrase!("url-for-query-file"),
            "mailto" => phrase!("url-for-query-mailto"),
            "data" => phrase!("url-for-path-data"),
            _ => phrase!("url-for-query-other"),
        };
        fact(phrase!("url-name-query"), &query.value, &note);
    }
    if let Some(fragment) = &d.fragment {
        let note = if d.fetched { phrase!("url-for-fragment") } else { phrase!("url-for-fragment-other") };
        fact(phrase!("url-name-fragment"), &fragment.value, &note);
    }
    for change in &d.changes {
        page.text(&words.say(&change_phrase(words, change)));
    }
    for warning in &d.warnings {
        page.warning(&words.say(&warning_phrase(warning)));
    }
    if detail >= Detail::Verbose {
        bytes(page, words, d);
        for violation in &d.violations {
            page.text(&words.say(&violation_phrase(violation)));
        }
    }
}

fn scheme_note(d: &Decoded) -> Phrase {
    if d.defaulted.contains(&Defaulted::Scheme) { phrase!("url-assumed-access") } else { access(&d.scheme.value) }
}

/// What the scheme says about how the thing is reached.
fn access(scheme: &str) -> Phrase {
    match scheme {
        "http" => phrase!("url-access-http"),
        "https" => phrase!("url-access-https"),
        "file" => phrase!("url-access-file"),
        "data" => phrase!("url-access-data"),
        "ftp" | "ftps" => phrase!("url-access-ftp"),
        "mailto" => phrase!("url-access-mailto"),
        "news" | "nntp" | "snews" => phrase!("url-access-news"),
        "tel" | "sms" | "callto" => phrase!("url-access-tel"),
        "ws" | "wss" => phrase!("url-access-ws"),
        "javascript" => phrase!("url-access-javascript"),
        "about" => phrase!("url-access-about"),
        "urn" | "tag" | "uuid" | "doi" => phrase!("url-access-urn"),
        "ssh" | "sftp" | "scp" => phrase!("url-access-shell"),
        "ldap" | "ldaps" => phrase!("url-access-ldap"),
        "sip" | "sips" | "xmpp" | "irc" | "ircs" | "im" | "skype" => phrase!("url-access-chat"),
        "gopher" | "gophers" => phrase!("url-access-gopher"),
        "blob" => phrase!("url-access-blob"),
        "magnet" => phrase!("url-access-magnet"),
        _ => phrase!("url-access-other"),
    }
}

fn path_note(d: &Decoded) -> Phrase {
    match (d.scheme.value.as_str(), &d.file_name) {
        ("file", _) => phrase!("url-for-path-file"),
        ("mailto", _) => phrase!("url-for-path-mailto"),
        ("news" | "nntp" | "snews", _) => phrase!("url-for-path-news"),
        ("data", _) => phrase!("url-for-path-data"),
        (_, None) => phrase!("url-for-path-other"),
        (_, Some(FileName::Omitted)) if d.defaulted.contains(&Defaulted::Path) => phrase!("url-for-path-default"),
        (_, Some(FileName::Omitted)) => phrase!("url-for-path-omitted"),
        (_, Some(FileName::FileOrDirectory(_))) => phrase!("url-for-path-directory"),
        (_, Some(FileName::Given(_))) => phrase!("url-for-path"),
    }
}

fn change_phrase(words: &Words, Change { kind, from, to }: &Change) -> Phrase {
    let (from, to) = (clip(words, from), clip(words, to));
    match kind {
        ChangeKind::Trimmed => phrase!("url-change-trimmed"),
        ChangeKind::SchemeCase => phrase!("url-change-scheme-case", from = from, to = to),
        ChangeKind::Slashes if from.is_empty() => phrase!("url-change-slashes-none", to = to),
        ChangeKind::Slashes => phrase!("url-change-slashes", from = from, to = to),
        ChangeKind::Backslash => phrase!("url-change-backslash", from = from, to = to),
        ChangeKind::HostCase => phrase!("url-change-host-case", from = from, to = to),
        ChangeKind::Idn => phrase!("url-change-idn", from = from, to = to),
        ChangeKind::HostDecoded => phrase!("url-change-host-decoded", from = from, to = to),
        ChangeKind::Ipv4Notation => phrase!("url-change-ipv4-notation", from = from, to = to),
        ChangeKind::Ipv6Notation => phrase!("url-change-ipv6-notation", from = from, to = to),
        ChangeKind::LocalhostDropped => phrase!("url-change-localhost-dropped", from = from),
        ChangeKind::DefaultPortDropped => phrase!("url-change-default-port-dropped", from = from),
        ChangeKind::EmptyPortDropped => phrase!("url-change-empty-port-dropped"),
        ChangeKind::PortNotation => phrase!("url-change-port-notation", from = from, to = to),
        ChangeKind::DotSegments => phrase!("url-change-dot-segments", from = from, to = to),
        ChangeKind::PathRewritten => phrase!("url-change-path-rewritten", from = from, to = to),
        ChangeKind::Encoded { part: UrlPart::Userinfo } => phrase!("url-change-encoded-userinfo", from = from, to = to),
        ChangeKind::Encoded { part: UrlPart::Path } => phrase!("url-change-encoded-path", from = from, to = to),
        ChangeKind::Encoded { part: UrlPart::Query } => phrase!("url-change-encoded-query", from = from, to = to),
        ChangeKind::Encoded { part: UrlPart::Fragment } => phrase!("url-change-encoded-fragment", from = from, to = to),
    }
}

fn warning_phrase(warning: &Warning) -> Phrase {
    match warning {
        Warning::OtherHost { here, there } => phrase!("url-warning-other-host", here = here, there = there),
        Warning::Backslash => phrase!("url-warning-backslash"),
        Warning::Slashes { typed: 0 | 1 } => phrase!("url-warning-slashes-fewer"),
        Warning::Slashes { typed: 3 } => phrase!("url-warning-slashes-three"),
        Warning::Slashes { .. } => phrase!("url-warning-slashes-more"),
        Warning::SeveralAts => phrase!("url-warning-several-ats"),
        Warning::AtAfterHost => phrase!("url-warning-at-after-host"),
        Warning::OddIpv4 { typed, address } => phrase!("url-warning-odd-ipv4", typed = typed, address = address),
        Warning::NonAsciiHost => phrase!("url-warning-non-ascii-host"),
        Warning::InvisibleInHost { characters } => phrase!("url-warning-invisible", characters = characters.join(" ")),
        Warning::Space => phrase!("url-warning-space"),
        Warning::SentRaw { characters } => phrase!("url-warning-sent-raw", characters = characters),
        Warning::EncodedDots => phrase!("url-warning-encoded-dots"),
        Warning::SchemeGuess { scheme } => phrase!("url-warning-scheme-guess", scheme = *scheme),
        Warning::Glob => phrase!("url-warning-glob"),
    }
}

fn violation_phrase(violation: &Violation) -> Phrase {
    let what = match violation.name {
        "backslash" => phrase!("url-violation-backslash"),
        "space-ignored" => phrase!("url-violation-space-ignored"),
        "embedded-credentials" => phrase!("url-violation-embedded-credentials"),
        "expected-double-slash" => phrase!("url-violation-expected-double-slash"),
        "expected-file-double-slash" => phrase!("url-violation-expected-file-double-slash"),
        "file-with-host-and-drive" => phrase!("url-violation-file-with-host-and-drive"),
        "non-url-code-point" => phrase!("url-violation-non-url-code-point"),
        "null-in-fragment" => phrase!("url-violation-null-in-fragment"),
        "percent-decode" => phrase!("url-violation-percent-decode"),
        "tab-or-newline-ignored" => phrase!("url-violation-tab-or-newline-ignored"),
        "unencoded-at-sign" => phrase!("url-violation-unencoded-at-sign"),
        _ => phrase!("url-violation-other"),
    };
    phrase!("url-violation", what = what, times = violation.times)
}

/// Where each part was typed, counted from 1 as in the errors.
fn bytes(page: &mut Page, words: &Words, d: &Decoded) {
    let part = |p: &Part| p.typed;
    let places = [
        (phrase!("url-name-scheme"), Some(part(&d.scheme))),
        (phrase!("url-name-userinfo"), d.userinfo.as_ref().map(part)),
        (phrase!("url-name-host"), d.host.as_ref().map(|h| h.typed)),
        (phrase!("url-name-port"), d.port.map(|p| p.typed)),
        (phrase!("url-name-path"), Some(part(&d.path)).filter(|_| !d.path.value.is_empty())),
        (phrase!("url-name-query"), d.query.as_ref().map(part)),
        (phrase!("url-name-fragment"), d.fragment.as_ref().map(part)),
    ];
    page.fact(&words.say(&phrase!("url-name-typed")), &clip(words, &d.typed), "");
    for (name, typed) in places {
        let said = match typed {
            None => continue,
            Some(None) => phrase!("url-bytes-none", part = name),
            Some(Some(Span { start, end })) => {
                phrase!("url-bytes", part = name, start = (start + 1).to_string(), end = end.to_string())
            }
        };
        page.text(&words.say(&said));
    }
}

/// The start of what is too long, and how long it is.
fn clip(words: &Words, text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((end, _)) => words.say(&phrase!("url-clipped", start = &text[..end], bytes = text.len())),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
