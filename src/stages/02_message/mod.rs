//! Stage 2 of 7, `message`: the request message, byte for byte as it will be written.
//! In: [`Target`], [`RequestSpec`]. Out: [`Message`]. Blocks: no. Fails with: [`MessageError`] (exit 2, 3).
//! Tells: `Built`.
//! Spec: RFC 9112 §2–§3 (message, request line), RFC 9110 (fields, methods), RFC 1945 (HTTP/1.0).
//! Not done here: sending; see `06_response/exchange.rs`.
//! Alone: `examples/message.rs`.

use serde::Serialize;

use crate::event::Emitter;
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::stages::url::Target;
use crate::words::Phrase;

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

/// Everything about a request that the command line decides, apart from the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestSpec {
    /// `-X`; without it GET, HEAD with `-I`, POST with a body.
    pub method: Option<String>,
    /// `--http1.0`.
    pub version: Version,
    /// `-H` as typed, in order: `Name: value`, `Name:` (remove), `Name;` (empty value).
    pub fields: Vec<Vec<u8>>,
    /// `-A`; empty removes the field.
    pub user_agent: Option<Vec<u8>>,
    /// `-e`, without `;auto`.
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

/// A request body that is all in memory, as curl's `-d` is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// The bytes.
    pub bytes: std::sync::Arc<[u8]>,
    /// The Content-Type that the option implies.
    pub content_type: Option<&'static str>,
    /// The Accept that the option implies (`--json`).
    pub accept: Option<&'static str>,
}

/// The request message: these bytes and no others are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Request line, fields and the empty line.
    pub head: Vec<u8>,
    /// The body.
    pub body: std::sync::Arc<[u8]>,
    /// The method's token.
    pub method: String,
    /// The version in the request line.
    pub version: Version,
    /// Whether `Expect: 100-continue` is among the fields.
    pub expects_continue: bool,
    /// Whether jaunt itself offers content codings: then stage 6 undoes them. (A typed `-H "Accept-Encoding: …"` asks for the
    /// coded bytes, as with curl.)
    pub decodes: bool,
}

/// Why no message can be built.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum MessageError {
    /// A control character in something that becomes part of the head.
    Control {
        /// The option that it came with (`-H`, `-A`, …).
        option: &'static str,
        /// From 1.
        position: usize,
    },
}

impl MessageError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Control { .. } => Exit::FailedInit,
        }
    }
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Control { option, position } => phrase!("message-control", option = *option, position = *position),
        }
    }
    pub(crate) fn advice(&self) -> Advice {
        Advice::default()
    }
}

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum MessageEvent {
    /// The message is ready.
    Built {
        /// Its method.
        method: String,
        /// Bytes of request line, fields and empty line.
        head_bytes: usize,
        /// Bytes of the body.
        body_bytes: usize,
    },
}

/// Builds the message for `target`.
pub fn build(target: &Target, spec: &RequestSpec, out: Emitter<'_>) -> Result<Message, MessageError> {
    let method = spec.method.clone().unwrap_or_else(|| "GET".to_owned());
    let head = format!("{method} {} HTTP/1.1\r\nHost: {}\r\n\r\n", target.url().path(), target.url().authority()).into_bytes();
    let body = spec.body.clone().unwrap_or_default().bytes;
    out.emit(|| MessageEvent::Built { method: method.clone(), head_bytes: head.len(), body_bytes: body.len() });
    Ok(Message { head, body, method, version: spec.version, expects_continue: false, decodes: spec.compressed })
}
