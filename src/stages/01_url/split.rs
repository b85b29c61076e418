//! Where each part stands in what was typed.
//!
//! The `url` crate gives the parts of its result, not their places in its input, so the places are found here, by the same rules
//! (WHATWG URL §4.4, the states "scheme start" to "fragment"). Only places: what a part means is left to the crate.

use std::borrow::Cow;
use std::ops::Range;

/// Byte ranges in the typed text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Split {
    /// Without the spaces around it.
    pub(super) trimmed: Range<usize>,
    /// Without its colon; none where http is assumed.
    pub(super) scheme: Option<Range<usize>>,
    /// What stands between the scheme's colon and the authority.
    pub(super) slashes: Range<usize>,
    /// Without its `@`.
    pub(super) userinfo: Option<Range<usize>>,
    /// Brackets included.
    pub(super) host: Option<Range<usize>>,
    /// Without its colon; may be empty.
    pub(super) port: Option<Range<usize>>,
    pub(super) path: Range<usize>,
    /// Without its `?`.
    pub(super) query: Option<Range<usize>>,
    /// Without its `#`.
    pub(super) fragment: Option<Range<usize>>,
    pub(super) kind: Kind,
}

/// The three ways in which the standard reads what follows a scheme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// http, https, ws, wss, ftp: always with a host; `\` is `/`.
    #[default]
    Special,
    /// file
    File,
    /// Everything else.
    Other,
}

impl Split {
    /// The text that the `url` crate is given: with the scheme that was not typed.
    pub(super) fn parseable<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let text = &text[self.trimmed.clone()];
        match self.scheme {
            Some(_) => Cow::Borrowed(text),
            None if text.starts_with("//") => Cow::Owned(format!("http:{text}")),
            // `/x`, `?x` and the like name no host: the slashes must not be taken for those of an authority.
            None if text.starts_with(['/', '\\']) => Cow::Borrowed("http://"),
            None => Cow::Owned(format!("http://{text}")),
        }
    }
}

/// Finds the parts. `text` holds no control characters.
pub(super) fn split(text: &str) -> Split {
    let trimmed = text.len() - text.trim_start_matches(' ').len()..text.trim_end_matches(' ').len();
    let trimmed = trimmed.start.min(trimmed.end)..trimmed.end;
    let end = trimmed.end;
    let bytes = text.as_bytes();
    let scheme = scheme(&text[trimmed.clone()]).map(|length| trimmed.start..trimmed.start + length);
    let kind = scheme.clone().map_or(Kind::Special, |s| kind(&text[s]));
    let mut split = Split { trimmed: trimmed.clone(), scheme: scheme.clone(), kind, ..Split::default() };
    let slash = |at: usize| at < end && (bytes[at] == b'/' || (bytes[at] == b'\\' && kind != Kind::Other));
    let run = |at: usize, most: usize| (at..end.min(at.saturating_add(most))).take_while(|&i| slash(i)).count();

    let mut at = scheme.as_ref().map_or(trimmed.start, |s| s.end + 1);
    let slashes = match kind {
        Kind::Special if scheme.is_some() || text[at..end].starts_with("//") => run(at, usize::MAX),
        Kind::Special => 0,
        Kind::Other | Kind::File => Some(run(at, 2)).filter(|&n| n == 2).unwrap_or(0),
    };
    split.slashes = at..at + slashes;
    at += slashes;

    let authority = match kind {
        // Without a scheme the authority begins at once; `/x` has none.
        Kind::Special => scheme.is_some() || slashes > 0 || !slash(at),
        Kind::File | Kind::Other => slashes == 2,
    };
    if authority {
        let stop = (at..end).find(|&i| slash(i) || bytes[i] == b'?' || bytes[i] == b'#').unwrap_or(end);
        if kind == Kind::File {
            let drive = matches!(&bytes[at..stop], [letter, b':' | b'|'] if letter.is_ascii_alphabetic());
            if !drive {
                split.host = Some(at..stop).filter(|h| !h.is_empty());
                at = stop;
            }
        } else {
            let mut host = at..stop;
            if let Some(sign) = text[at..stop].rfind('@') {
                split.userinfo = Some(at..at + sign);
                host.start = at + sign + 1;
            }
            if let Some(colon) = port_colon(&bytes[host.clone()]) {
                split.port = Some(host.start + colon + 1..host.end);
                host.end = host.start + colon;
            }
            split.host = Some(host).filter(|h| !h.is_empty());
            at = stop;
        }
    }

    let hash = text[at..end].find('#').map_or(end, |n| at + n);
    let question = text[at..hash].find('?').map_or(hash, |n| at + n);
    split.path = at..question;
    split.query = (question < hash).then(|| question + 1..hash);
    split.fragment = (hash < end).then(|| hash + 1..end);
    split
}

/// The colon that ends the host: the first one outside of brackets.
fn port_colon(host: &[u8]) -> Option<usize> {
    let mut inside = false;
    host.iter().position(|&b| {
        match b {
            b'[' => inside = true,
            b']' => inside = false,
            _ => {}
        }
        b == b':' && !inside
    })
}

fn kind(scheme: &str) -> Kind {
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" | "ws" | "wss" | "ftp" => Kind::Special,
        "file" => Kind::File,
        _ => Kind::Other,
    }
}

/// Schemes that are known for what follows their colon without a slash: there `tel:110` is no host with a port.
const WITHOUT_SLASHES: &[&str] = &[
    "about",
    "acct",
    "bitcoin",
    "blob",
    "callto",
    "chrome",
    "cid",
    "data",
    "dns",
    "doi",
    "facetime",
    "file",
    "ftp",
    "geo",
    "http",
    "https",
    "im",
    "info",
    "intent",
    "javascript",
    "jar",
    "magnet",
    "mailto",
    "maps",
    "market",
    "mid",
    "news",
    "nntp",
    "oid",
    "pres",
    "service",
    "sip",
    "sips",
    "skype",
    "sms",
    "snews",
    "tag",
    "tel",
    "urn",
    "uuid",
    "view-source",
    "whatsapp",
    "ws",
    "wss",
    "xmpp",
];

/// Length of the scheme, if one was typed.
///
/// `localhost:8080` has the form of a scheme and its data, so the rule of curl comes first (`scheme:/`), then what is certain:
/// a known name, digits up to the path (a port), an `@` before it (`user:password@host`), a dot (a host name).
///
/// ```text
/// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )        RFC 3986 §3.1
/// ```
fn scheme(text: &str) -> Option<usize> {
    let colon = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))?;
    let (name, rest) = text.split_at(colon);
    let rest = rest.strip_prefix(':')?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    if rest.starts_with(['/', '\\']) || WITHOUT_SLASHES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Some(colon);
    }
    let authority = rest.find(['/', '\\', '?', '#']).map_or(rest, |stop| &rest[..stop]);
    let port = authority.bytes().all(|b| b.is_ascii_digit());
    if port || authority.contains('@') || name.contains('.') { None } else { Some(colon) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, range: Option<Range<usize>>) -> Option<&str> {
        range.map(|r| &text[r])
    }

    #[test]
    fn every_part_is_found_where_it_was_typed() {
        let text = " http://user:password@www.cyber.example:80/dir/file1.html?q=1#top ";
        let s = split(text);
        assert_eq!(part(text, s.scheme), Some("http"));
        assert_eq!(part(text, s.userinfo), Some("user:password"));
        assert_eq!(part(text, s.host), Some("www.cyber.example"));
        assert_eq!(part(text, s.port), Some("80"));
        assert_eq!(&text[s.path], "/dir/file1.html");
        assert_eq!(part(text, s.query), Some("q=1"));
        assert_eq!(part(text, s.fragment), Some("top"));
    }

    #[test]
    fn a_host_with_a_port_is_no_scheme_and_a_known_scheme_is_no_host() {
        for text in
            ["localhost:8080", "host:8080/x", "user:pw@host/", "www.example.com:x", "localhost:", "[::1]:80/", "127.0.0.1"]
        {
            assert_eq!(scheme(text), None, "{text}");
        }
        for text in ["tel:110", "mailto:a@b", "news:comp.x", "data:,x", "HTTP:host", "foo:bar", "localhost:/x", "x://y", "c:\\x"]
        {
            assert!(scheme(text).is_some(), "{text}");
        }
    }

    #[test]
    fn brackets_hold_colons_and_the_last_at_sign_counts() {
        let text = "a@b:c@[::1]:80";
        let s = split(text);
        assert_eq!(part(text, s.userinfo), Some("a@b:c"));
        assert_eq!(part(text, s.host), Some("[::1]"));
        assert_eq!(part(text, s.port), Some("80"));
    }

    #[test]
    fn a_backslash_ends_the_host_of_http_only() {
        let text = "http://a\\@b/";
        assert_eq!(part(text, split(text).host), Some("a"));
        let text = "other://a\\@b/";
        assert_eq!(part(text, split(text).host), Some("b"));
    }
}
