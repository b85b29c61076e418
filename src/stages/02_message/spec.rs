//! What a request is made from, and the message made from it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::event::Octets;
use crate::secret::Secrets;

/// HTTP/1.1 or HTTP/1.0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Version {
    /// `--http1.0`
    #[serde(rename = "HTTP/1.0")]
    Http10,
    /// The default.
    #[default]
    #[serde(rename = "HTTP/1.1")]
    Http11,
}

impl Version {
    /// As the request line spells it.
    pub fn token(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
        }
    }
}

/// Everything about a request that the command line decides, apart from the URL.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestSpec {
    /// `-X`; without it GET, HEAD with `-I`, POST with a body.
    pub method: Option<String>,
    /// `--http1.0`.
    pub version: Version,
    /// `-H` as typed, in order: `Name: value`, `Name:` (remove), `Name;` (empty value).
    pub fields: Vec<Vec<u8>>,
    /// `-A`; empty removes the field.
    pub user_agent: Option<Vec<u8>>,
    /// `-e`, without `;auto`; empty sends none.
    pub referer: Option<Vec<u8>>,
    /// `-u user:password`; wins over userinfo in the URL.
    pub credentials: Option<(Vec<u8>, Vec<u8>)>,
    /// Value of the Cookie field (from `-b name=value` or the cookie engine).
    pub cookie: Option<Vec<u8>>,
    /// `-d` and its like.
    pub body: Option<Body>,
    /// `-I`.
    pub head: bool,
    /// Offer content codings: the default; not with `--no-compressed`, `-r`, `-C`.
    pub compressed: bool,
    /// `-r`: the Range field's value, without `bytes=`.
    pub range: Option<String>,
    /// Ask for the connection to be kept (images, redirects, several URLs follow) or closed.
    pub keep_alive: bool,
}

impl fmt::Debug for RequestSpec {
    /// Without what may be secret: values of fields, credentials, cookies, the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSpec")
            .field("method", &self.method)
            .field("version", &self.version)
            .field("fields", &self.fields.len())
            .field("credentials", &self.credentials.is_some())
            .field("cookie", &self.cookie.is_some())
            .field("body", &self.body.as_ref().map(|b| b.bytes.len()))
            .field("head", &self.head)
            .field("compressed", &self.compressed)
            .field("range", &self.range)
            .field("keep_alive", &self.keep_alive)
            .finish_non_exhaustive()
    }
}

/// A request body that is all in memory, as curl's `-d` is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// The Content-Type that the option implies.
    pub content_type: Option<&'static str>,
    /// The Accept that the option implies (`--json`).
    pub accept: Option<&'static str>,
}

/// The request message: these bytes and no others are written.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Request line, fields and the empty line.
    pub head: Vec<u8>,
    /// The body as it is written (in chunks where `-H` asks for that).
    pub body: Arc<[u8]>,
    /// The method's token.
    pub method: Cow<'static, str>,
    /// The version in the request line.
    pub version: Version,
    /// Whether `Expect: 100-continue` is among the fields.
    pub expects_continue: bool,
    /// Whether jaunt itself offers content codings: then stage 6 undoes them. (A typed `-H "Accept-Encoding: …"` asks for the
    /// coded bytes, as with curl.)
    pub decodes: bool,
    /// Whether it tells the server to close the connection afterwards (`Connection: close`, RFC 9112 §9.6; HTTP/1.0 without
    /// `keep-alive`, §9.3).
    pub asks_to_close: bool,
    /// Whether it asks for another protocol (Upgrade, RFC 9110 §7.8).
    pub upgrades: bool,
}

impl fmt::Debug for Message {
    /// Credentials masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("head", &Octets(Secrets::Masked.octets(&self.head)))
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}
