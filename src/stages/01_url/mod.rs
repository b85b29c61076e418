//! Stage 1 of 7, `url`: from what a person typed to what is to be fetched, and how.
//! In: text. Out: [`Target`]. Blocks: no. Fails with: [`UrlError`] (exit 1, 3).
//! Tells: `Decoded`; after a failure the journey tells `Failed`.
//! Spec: WHATWG URL (the `url` crate), RFC 3986 for what other tools would read.
//! Not done here: fetching `file:` and `data:`, see `journey::local`.
//! Alone: `examples/url.rs`.

use serde::Serialize;

use crate::event::Emitter;
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::words::Phrase;

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

/// A decoded URL that jaunt can fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    access: Access,
    url: ::url::Url,
}

impl Target {
    /// Wraps a URL that was parsed elsewhere (a redirect, an image).
    pub fn of(url: ::url::Url) -> Result<Self, UrlError> {
        let access = match url.scheme() {
            "http" => Access::Http,
            "https" => Access::Https,
            "file" => Access::File,
            "data" => Access::Data,
            other => return Err(UrlError::Unsupported { scheme: other.to_owned() }),
        };
        Ok(Self { access, url })
    }

    /// How it is reached.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The whole URL, fragment and userinfo included: never show it without [`crate::secret::Secrets::url`].
    pub fn url(&self) -> &::url::Url {
        &self.url
    }

    /// The host; none for `file:` and `data:`.
    pub fn host(&self) -> Option<::url::Host<&str>> {
        self.url.host()
    }

    /// The port, typed or the scheme's.
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
}

/// Why a URL cannot be fetched.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum UrlError {
    /// A scheme that jaunt decodes but does not fetch.
    Unsupported {
        /// `ftp`, `mailto`, …
        scheme: String,
    },
}

impl UrlError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Unsupported { .. } => Exit::UnsupportedProtocol,
        }
    }
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Unsupported { scheme } => phrase!("url-unsupported", scheme = scheme),
        }
    }
    pub(crate) fn advice(&self) -> Advice {
        Advice::default()
    }
}

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum UrlEvent {
    /// The URL was decoded.
    Decoded {
        /// Credentials masked.
        url: String,
    },
}

/// Decodes what a person typed.
pub fn decode(text: &str, out: Emitter<'_>) -> Result<Target, UrlError> {
    let url = ::url::Url::parse(text).map_err(|_| UrlError::Unsupported { scheme: String::new() })?;
    out.emit(|| UrlEvent::Decoded { url: out.secrets().url(&url) });
    Target::of(url)
}
