//! What must not be shown, and how it is masked.
//!
//! Events are masked where they are made ([`Secrets`] comes with the [`crate::event::Emitter`]), so no renderer ever holds a secret
//! that it was not meant to show. The request's own bytes are never masked on their way to the peer or to `--until message`.

/// `--show-secrets` or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Secrets {
    /// The default: values become [`MASK`].
    #[default]
    Masked,
    /// `--show-secrets`.
    Shown,
}

/// What stands in a secret's place.
pub const MASK: &str = "*****";

/// Header fields whose values are credentials (compared without case).
const FIELDS: [&str; 6] = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token"];

/// Header fields whose values hold URLs, and with them perhaps passwords.
const URL_FIELDS: [&str; 5] = ["location", "referer", "content-location", "refresh", "link"];

impl Secrets {
    /// The value of header field `name` as it may be shown. The scheme of an Authorization value and the names and
    /// attributes of cookies are no secret and help the reader; they stay.
    pub fn field(self, name: &str, value: &[u8]) -> Vec<u8> {
        let name = name.to_ascii_lowercase();
        if self == Self::Shown {
            return value.to_vec();
        }
        if !FIELDS.contains(&name.as_str()) {
            return match name.as_str() {
                name if URL_FIELDS.contains(&name) => self.text(&String::from_utf8_lossy(value)).into_bytes(),
                _ => value.to_vec(),
            };
        }
        match name.as_str() {
            "authorization" | "proxy-authorization" => match value.iter().position(|&b| b == b' ') {
                Some(end) => [&value[..=end], MASK.as_bytes()].concat(),
                None => MASK.as_bytes().to_vec(),
            },
            "cookie" => pairs(value, usize::MAX),
            "set-cookie" => pairs(value, 1),
            _ => MASK.as_bytes().to_vec(),
        }
    }

    /// A URL as it may be shown: a password in it is masked (user names are not secret).
    pub fn url(self, url: &::url::Url) -> String {
        if url.cannot_be_a_base() {
            return url.as_str().to_owned();
        }
        self.text(url.as_str())
    }

    /// Text that may hold a URL as a user typed it, perhaps malformed: whatever stands between `//user:` and `@` is masked, however
    /// many slashes (or backslashes, which are the same to a browser) were typed, and a password that itself holds a slash.
    pub fn text(self, text: &str) -> String {
        if self == Self::Shown {
            return text.to_owned();
        }
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        let mut authority = first_authority(text);
        while let Some(start) = authority {
            shown.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|c: char| matches!(c, '/' | '?' | '#' | '\\') || c.is_whitespace()).unwrap_or(rest.len());
            if let Some((colon, at)) = password(rest, end) {
                shown.push_str(&rest[..=colon]);
                shown.push_str(MASK);
                rest = &rest[at..];
            }
            authority = next_authority(rest);
        }
        shown.push_str(rest);
        shown
    }

    /// `bytes` of a message with its secret header values overwritten, length kept: for hex dumps.
    pub fn octets(self, bytes: &[u8]) -> Vec<u8> {
        let mut shown = bytes.to_vec();
        if self == Self::Shown {
            return shown;
        }
        let mut at = 0;
        while at < shown.len() {
            let end = shown[at..].iter().position(|&b| b == b'\n').map_or(shown.len(), |n| at + n);
            let line = &mut shown[at..end];
            if line.is_empty() || line == b"\r" {
                break;
            }
            if at == 0 {
                cover_passwords(line);
            } else if let Some(colon) = line.iter().position(|&b| b == b':') {
                let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
                if URL_FIELDS.contains(&name.as_str()) {
                    cover_passwords(&mut line[colon + 1..]);
                } else if FIELDS.contains(&name.as_str()) {
                    for b in &mut line[colon + 1..] {
                        if *b != b'\r' && *b != b' ' {
                            *b = b'*';
                        }
                    }
                }
            }
            at = end + 1;
        }
        shown
    }
}

const fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

/// Where the first host of `text` may begin, credentials before it: after the slashes of a scheme, or at the very beginning, since
/// `user:password@host` is typed too. In some schemes without slashes an `@` is part of an address.
fn first_authority(text: &str) -> Option<usize> {
    const WITHOUT_HOST: [&str; 7] = ["mailto:", "news:", "sip:", "sips:", "xmpp:", "acct:", "data:"];
    let begin = text.len() - text.trim_start().len();
    let typed = &text[begin..];
    let is_scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    let after = typed.find(':').filter(|colon| is_scheme(&typed[..*colon])).map_or(0, |colon| colon + 1);
    let slashes = typed[after..].chars().take_while(|c| is_slash(*c)).count();
    if slashes > 0 {
        return Some(begin + after + slashes);
    }
    let hostless = |scheme: &&str| typed.get(..scheme.len()).is_some_and(|t| t.eq_ignore_ascii_case(scheme));
    if WITHOUT_HOST.iter().any(hostless) { next_authority(text) } else { Some(begin) }
}

/// After the next two slashes or more.
fn next_authority(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let at = bytes.windows(2).position(|w| w.iter().all(|b| is_slash(char::from(*b))))?;
    Some(at + bytes[at..].iter().take_while(|b| is_slash(char::from(**b))).count())
}

/// The colon before a password and the `@` after it, in text that begins with an authority of `end` bytes.
fn password(text: &str, end: usize) -> Option<(usize, usize)> {
    if let Some(at) = text[..end].rfind('@') {
        return text[..at].find(':').map(|colon| (colon, at));
    }
    // No port: perhaps a password with a slash in it, which ended the authority too early.
    let colon = text[..end].find(':').filter(|_| !text.starts_with('['))?;
    if text[colon + 1..end].bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Bounded, so that text made of slashes and colons takes linear time.
    let word = text.char_indices().take(512).take_while(|(_, c)| !c.is_whitespace());
    Some((colon, word.filter(|(_, c)| *c == '@').last()?.0))
}

/// Overwrites the passwords of URLs in `bytes`, length kept.
fn cover_passwords(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(2).position(|w| w == b"//") {
        let start = at + found + 2;
        let stop = |b: &u8| matches!(b, b'/' | b'?' | b'#' | b'\\') || b.is_ascii_whitespace();
        let end = bytes[start..].iter().position(stop).map_or(bytes.len(), |n| start + n);
        if let Some(sign) = bytes[start..end].iter().rposition(|&b| b == b'@')
            && let Some(colon) = bytes[start..start + sign].iter().position(|&b| b == b':')
        {
            bytes[start + colon + 1..start + sign].fill(b'*');
        }
        at = end;
    }
}

/// `a=b; c=d` with the values of the first `most` pairs masked.
fn pairs(value: &[u8], most: usize) -> Vec<u8> {
    let mut shown = Vec::with_capacity(value.len());
    for (n, pair) in value.split(|&b| b == b';').enumerate() {
        if n > 0 {
            shown.push(b';');
        }
        match pair.iter().position(|&b| b == b'=') {
            Some(eq) if n < most => {
                shown.extend_from_slice(&pair[..=eq]);
                shown.extend_from_slice(MASK.as_bytes());
            }
            _ if n < most => shown.extend_from_slice(MASK.as_bytes()),
            _ => shown.extend_from_slice(pair),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> String {
        String::from_utf8(Secrets::Masked.field(name, value.as_bytes())).expect("ascii in, ascii out")
    }

    #[test]
    fn credentials_are_masked_and_what_helps_the_reader_stays() {
        assert_eq!(field("Authorization", "Basic dXNlcjpwdw=="), "Basic *****");
        assert_eq!(field("AUTHORIZATION", "dXNlcjpwdw=="), "*****");
        assert_eq!(field("Cookie", "a=1; b=2"), "a=*****; b=*****");
        assert_eq!(field("Set-Cookie", "sid=abc; Path=/; HttpOnly"), "sid=*****; Path=/; HttpOnly");
        assert_eq!(field("Location", "http://u:pw@h/x"), "http://u:*****@h/x");
        assert_eq!(field("Accept", "*/*"), "*/*");
    }

    #[test]
    fn a_password_in_a_url_is_masked_even_when_the_url_is_malformed() {
        assert_eq!(Secrets::Masked.text("http://user:p@ss@[::zz]/x"), "http://user:*****@[::zz]/x");
        assert_eq!(Secrets::Masked.text("user:pw@host/p"), "user:*****@host/p");
        assert_eq!(Secrets::Masked.text("http://host/a@b:c"), "http://host/a@b:c");
        assert_eq!(Secrets::Masked.text("mailto:someone@host"), "mailto:someone@host");
        assert_eq!(Secrets::Shown.text("http://u:p@h/"), "http://u:p@h/");
    }

    #[test]
    fn slashes_that_are_missing_or_too_many_or_backslashes_uncover_no_password() {
        for (typed, shown) in [
            ("http:/user:pw@host/", "http:/user:*****@host/"),
            ("http:///user:pw@host/", "http:///user:*****@host/"),
            (r"http:\\user:pw@host\x", r"http:\\user:*****@host\x"),
            (" HTTP:/\\user:pw@host", " HTTP:/\\user:*****@host"),
            ("htp//user:pw@host", "htp//user:*****@host"),
            ("user:pw@host//x", "user:*****@host//x"),
            ("//user:pw@host", "//user:*****@host"),
            ("http://user:p/w@host/", "http://user:*****@host/"),
            ("http://host/?to=https://user:pw@other/", "http://host/?to=https://user:*****@other/"),
            ("<http://user:pw@host/>; rel=x", "<http://user:*****@host/>; rel=x"),
        ] {
            assert_eq!(Secrets::Masked.text(typed), shown);
        }
        for plain in [
            "http://host:80/a@b",
            "http://[::1]:80/a@b",
            "http://host/x//y",
            "mailto:a:b@host",
            "data:text/plain,a:b@c",
            "host:80/a@b",
            "/path/a@b",
        ] {
            assert_eq!(Secrets::Masked.text(plain), plain);
        }
    }

    #[test]
    fn hex_dumps_hide_passwords_in_urls_too() {
        let bytes = b"HTTP/1.1 302 Found\r\nLocation: http://user:secret@h/a@b\r\n\r\n";
        let shown = Secrets::Masked.octets(bytes);
        assert_eq!(shown, b"HTTP/1.1 302 Found\r\nLocation: http://user:******@h/a@b\r\n\r\n");
    }

    #[test]
    fn hex_dumps_keep_their_length() {
        let bytes = b"GET / HTTP/1.1\r\nAuthorization: Basic abc\r\nA: b\r\n\r\nCookie: body";
        let shown = Secrets::Masked.octets(bytes);
        assert_eq!(shown.len(), bytes.len());
        assert!(shown.windows(12).any(|w| w == b": ***** ***\r"));
        assert!(shown.ends_with(b"Cookie: body"));
    }
}
