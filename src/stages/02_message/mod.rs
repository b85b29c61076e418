//! Stage 2 of 7, `message`: the request message, byte for byte as it will be written.
//! In: [`Target`], [`RequestSpec`]. Out: [`Message`]. Blocks: no. Fails with: [`MessageError`] (exit 2).
//! Tells: `Built`.
//! Spec: RFC 9112 §2–§3 (message, request line), RFC 9110 (fields, methods), RFC 1945 (HTTP/1.0).
//! Like curl: `-H` replaces, removes (`Name:`) and sends empty (`Name;`). Unlike curl: in the place of the field replaced.
//! Not done here: sending; see `06_response/exchange.rs`.
//! Alone: `examples/message.rs`.
//!
//! The order of the fields never depends on anything but the options; those that do not apply are left out:
//!
//! ```text
//! GET /path?query HTTP/1.1 CRLF            request line
//! Host                                     first, as RFC 9110 §7.2 asks
//! User-Agent, Accept, Accept-Encoding
//! Authorization, Referer, Cookie, Range
//! Content-Type, Content-Length, Expect
//! Connection
//! what -H adds                             in the order typed
//! CRLF
//! body
//! ```
//!
//! ```
//! use jaunt::{clock::Still, event::{Detail, FetchId, Hub}, secret::Secrets, stages::{message, url}};
//!
//! let clock = Still;
//! let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![]);
//! let out = hub.emitter(FetchId(0));
//! let target = url::decode("http://www.lab.example/sample1.htm", out).unwrap();
//! let spec = message::RequestSpec { user_agent: Some(b"x".to_vec()), keep_alive: true, ..Default::default() };
//! let message = message::build(&target, &spec, out).unwrap();
//! assert_eq!(
//!     message.head,
//!     b"GET /sample1.htm HTTP/1.1\r\nHost: www.lab.example\r\nUser-Agent: x\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n"
//! );
//! ```

mod error;
mod fields;
mod group;
mod spec;
mod told;
mod typed;

use std::borrow::Cow;
use std::sync::Arc;

use crate::event::{Detail, Emitter};
use crate::stages::url::Target;

pub use error::MessageError;
pub use group::{FieldGroup, group};
pub use spec::{Body, Message, RequestSpec, Version};
pub use told::{BuiltField, FieldSource, MessageEvent, MessageWarning};

/// Builds the message for `target`. These bytes are what is written, what `--until message` shows, and what a snapshot holds.
pub fn build(target: &Target, spec: &RequestSpec, out: Emitter<'_>) -> Result<Message, MessageError> {
    let method = method(spec)?;
    let typed = typed::read(&spec.fields)?;

    let asked = target.request_target();
    let mut head = Vec::with_capacity(asked.len() + 512);
    for part in [method.as_bytes(), b" ", asked.as_bytes(), b" ", spec.version.token().as_bytes(), b"\r\n"] {
        head.extend_from_slice(part);
    }
    let fields = fields::choose(head, target, spec, &method, &typed)?;

    let content = spec.body.as_ref().map(|b| Arc::clone(&b.bytes)).unwrap_or_default();
    let body = if fields.chunked { chunked(&content) } else { content };
    out.emit(|| {
        let secrets = out.secrets();
        MessageEvent::Built {
            method: method.clone().into_owned(),
            target: secrets.text(asked),
            version: spec.version,
            fields: fields.told(secrets),
            removed: fields.removed.clone(),
            head_bytes: fields.head.len(),
            body_bytes: body.len(),
            chunked: fields.chunked,
            warnings: fields.warnings.clone(),
            octets: (out.detail() >= Detail::Hex).then(|| secrets.octets(&fields.head).into()),
        }
    });
    let expects_continue = spec.version == Version::Http11 && fields.expects_continue();
    let asks_to_close =
        fields.has_connection_option("close") || (spec.version == Version::Http10 && !fields.has_connection_option("keep-alive"));
    Ok(Message {
        body,
        method,
        version: spec.version,
        expects_continue,
        decodes: fields.offers_codings(),
        asks_to_close,
        upgrades: fields.upgrades(),
        head: fields.head,
    })
}

/// `-X`, else what `-I` and the body imply.
///
/// ```text
/// method = token        RFC 9110 §9.1; any token, its case counts
/// ```
fn method(spec: &RequestSpec) -> Result<Cow<'static, str>, MessageError> {
    let implied = match (spec.head, &spec.body) {
        (true, Some(_)) if spec.method.is_none() => return Err(MessageError::HeadWithBody),
        (true, _) => "HEAD",
        (false, Some(_)) => "POST",
        (false, None) => "GET",
    };
    let Some(method) = &spec.method else { return Ok(implied.into()) };
    if method.is_empty() {
        return Err(MessageError::MethodEmpty);
    }
    // Unlike curl, which sends whatever it is given: a space or a line end here would make it another request.
    match method.bytes().position(|b| !is_tchar(b)) {
        Some(at) => Err(MessageError::Method { byte: method.as_bytes()[at], position: at + 1 }),
        None => Ok(method.clone().into()),
    }
}

/// ```text
/// tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
/// ```
/// RFC 9110 §5.6.2
fn is_tchar(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

/// The body as one chunk: `-H 'Transfer-Encoding: chunked'` asks for it (RFC 9112 §7.1).
fn chunked(content: &[u8]) -> Arc<[u8]> {
    let mut body = Vec::with_capacity(content.len() + 32);
    if !content.is_empty() {
        body.extend_from_slice(format!("{:x}\r\n", content.len()).as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\n\r\n");
    body.into()
}

#[cfg(test)]
mod tests;
