//! [`Target`]: a URL that jaunt can fetch, and what the later stages ask of it.

use std::borrow::Cow;
use std::fmt::Write as _;

use ::url::{Host, Position, Url};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::stages::url::UrlError;
use crate::stages::url::error::{self, RedirectFault};

/// How the thing a URL names is reached. The scheme is an access method, not always a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// HTTP over TCP.
    Http,
    /// HTTP over TLS over TCP.
    Https,
    /// A file of this machine; no network.
    File,
    /// The URL holds the data itself; no network.
    Data,
}

/// Scheme, host and port: what credentials and connections belong to (RFC 6454).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Origin {
    /// `http` or `https`.
    pub access: Access,
    /// Lower-case, punycode; IPv6 in brackets.
    pub host: String,
    /// Always explicit.
    pub port: u16,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = match self.access {
            Access::Http => "http",
            Access::Https => "https",
            Access::File => "file",
            Access::Data => "data",
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

/// A decoded URL that jaunt can fetch.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    access: Access,
    url: Url,
}

impl std::fmt::Debug for Target {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Target({})", crate::secret::Secrets::Masked.url(&self.url))
    }
}

impl Target {
    /// Wraps a URL that was parsed elsewhere (a redirect, an image).
    pub fn of(url: Url) -> Result<Self, UrlError> {
        let access = match url.scheme() {
            "http" => Access::Http,
            "https" => Access::Https,
            "file" => Access::File,
            "data" => Access::Data,
            other => return Err(UrlError::Unsupported { scheme: other.to_owned() }),
        };
        match access {
            Access::Http | Access::Https => {
                if let Some(Host::Domain(name)) = url.host() {
                    error::check_name(name)?;
                }
                // RFC 7617 §2: the user-id and password MUST NOT contain any control characters.
                for text in [url.username(), url.password().unwrap_or_default()] {
                    if let Some(byte) = percent_decode_str(text).find(u8::is_ascii_control) {
                        return Err(UrlError::CredentialsControl { byte });
                    }
                }
            }
            Access::File => {
                // As in curl: these are this machine (the url crate has dropped `localhost` already), any other host is not.
                if let Some(host) = url.host_str().filter(|h| *h != "127.0.0.1") {
                    return Err(UrlError::FileHost { host: host.to_owned() });
                }
                if percent_decode_str(url.path()).any(|b| b == 0) {
                    return Err(UrlError::FileNul);
                }
            }
            Access::Data => {}
        }
        Ok(Self { access, url })
    }

    /// How it is reached.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The whole URL, fragment and userinfo included: never show it without [`crate::secret::Secrets::url`].
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The same, for whoever needs no target any more.
    pub fn into_url(self) -> Url {
        self.url
    }

    /// The host; none for `file:` and `data:`.
    pub fn host(&self) -> Option<Host<&str>> {
        self.url.host()
    }

    /// The port, typed or the scheme's; 0 for `file:` and `data:`.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(0)
    }

    /// The origin; none for `file:` and `data:`.
    pub fn origin(&self) -> Option<Origin> {
        match self.access {
            Access::Http | Access::Https => {
                Some(Origin { access: self.access, host: self.url.host_str()?.to_owned(), port: self.port() })
            }
            Access::File | Access::Data => None,
        }
    }

    /// What the Host field says: the host, IPv6 in brackets, with the port only where it is not the scheme's
    /// (RFC 9110 §7.2). Empty for `file:` and `data:`.
    pub fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// Is that its [`Target::origin`]?
    pub fn is_of(&self, origin: &Origin) -> bool {
        self.access == origin.access && self.port() == origin.port && self.url.host_str() == Some(&origin.host)
    }

    /// Host and port, always both: what CONNECT asks a proxy for (authority-form, RFC 9112 §3.2.3).
    pub fn authority_form(&self) -> String {
        format!("{}:{}", self.url.host_str().unwrap_or_default(), self.port())
    }

    /// Path and query, never the fragment: what the request line asks an origin server for (origin-form, RFC 9112 §3.2.1).
    pub fn request_target(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }

    /// The whole URL without userinfo and fragment: what the request line asks a proxy for (absolute-form, RFC 9112 §3.2.2).
    pub fn absolute_form(&self) -> String {
        format!("{}://{}{}", self.url.scheme(), self.authority(), self.request_target())
    }

    /// User name and password of the userinfo, percent-decoded; the password is empty where only a name was given.
    pub fn credentials(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        if self.url.username().is_empty() && self.url.password().is_none() {
            return None;
        }
        let decode = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
        Some((decode(self.url.username()), decode(self.url.password().unwrap_or_default())))
    }

    /// The same without userinfo.
    #[must_use]
    pub fn without_credentials(&self) -> Self {
        let mut url = self.url.clone();
        // These refuse only URLs that can hold no userinfo, which then have none.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Self { access: self.access, url }
    }

    /// What `reference` (the value of a Location field) means here: RFC 9110 §10.2.2, with the fragment of this URL where it has none.
    ///
    /// Spaces and bytes beyond ASCII are repaired by percent-encoding, as every browser does; control characters are refused.
    /// Whether a server may lead to the scheme that comes out (never to `file:`) is for the journey to say.
    pub fn resolve(&self, reference: &[u8]) -> Result<Self, UrlError> {
        reached(join(&self.url, reference)?.url)
    }

    /// The file name that `-O` uses: the last part of the path as it stands there, percent-encoding left alone, as in curl.
    pub fn remote_name(&self) -> Result<&str, UrlError> {
        let name = match self.access {
            Access::Data => "",
            Access::Http | Access::Https | Access::File => self.url.path().rsplit('/').next().unwrap_or_default(),
        };
        // The URL standard has resolved `.` and `..` in each of their spellings; nothing else may name a folder.
        if matches!(name, "" | "." | "..") || name.contains(['/', '\\', '\0']) { Err(UrlError::NoFileName) } else { Ok(name) }
    }
}

/// A target that a reference led to: what is wrong with it is the server's doing.
pub(super) fn reached(url: Url) -> Result<Target, UrlError> {
    Target::of(url).map_err(|fault| {
        UrlError::Redirect(match fault {
            UrlError::Unsupported { scheme } => RedirectFault::Scheme { scheme },
            other => RedirectFault::Malformed { fault: Box::new(other) },
        })
    })
}

/// A resolved reference.
pub(super) struct Joined {
    pub(super) url: Url,
    /// Spaces or bytes beyond ASCII were percent-encoded.
    pub(super) repaired: bool,
    /// The fragment is that of the base.
    pub(super) fragment_inherited: bool,
}

pub(super) fn join(base: &Url, reference: &[u8]) -> Result<Joined, UrlError> {
    // OWS around a field's value is no part of it (RFC 9110 §5.5).
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let start = reference.iter().position(|b| !blank(b)).unwrap_or(reference.len());
    let end = reference.iter().rposition(|b| !blank(b)).map_or(start, |last| last + 1);
    let reference = &reference[start..end];
    if let Some(at) = reference.iter().position(u8::is_ascii_control) {
        return Err(UrlError::Redirect(RedirectFault::Control { byte: reference[at], position: start + at + 1 }));
    }
    let text = readable(reference);
    let mut url = match base.join(&text) {
        Ok(url) => url,
        Err(cause) => {
            let typed = super::split::split(&text);
            let fault = error::explain(cause, &text, &typed);
            return Err(UrlError::Redirect(RedirectFault::Malformed { fault: Box::new(fault) }));
        }
    };
    // RFC 9110 §10.2.2: without a fragment of its own the new URL inherits that of the old one.
    let fragment_inherited = url.fragment().is_none() && base.fragment().is_some();
    if fragment_inherited {
        url.set_fragment(base.fragment());
    }
    let repaired = reference.iter().any(|&b| b == b' ' || !b.is_ascii());
    Ok(Joined { url, repaired, fragment_inherited })
}

/// UTF-8 as it is (the url crate encodes it); a byte that is not part of any is percent-encoded by itself.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for b in chunk.invalid() {
            let _ = write!(text, "%{b:02X}");
        }
    }
    Cow::Owned(text)
}
