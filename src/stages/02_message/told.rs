//! What the message stage tells.

use serde::Serialize;

use crate::event::Octets;
use crate::stages::message::{FieldGroup, Version};

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum MessageEvent {
    /// The message is ready.
    Built {
        /// Of the request line.
        method: String,
        /// Of the request line: what is asked for.
        target: String,
        /// Of the request line.
        version: Version,
        /// In the order in which they are written; secret values masked.
        fields: Vec<BuiltField>,
        /// Default fields that `-H 'Name:'` (or an empty `-A`, `-e`) took out.
        removed: Vec<String>,
        /// Bytes of request line, fields and empty line.
        head_bytes: usize,
        /// Bytes of the body as written.
        body_bytes: usize,
        /// The body is written in chunks.
        chunked: bool,
        /// What a server may take otherwise than it is meant.
        warnings: Vec<MessageWarning>,
        /// With `-vv` the head's bytes; secret values overwritten, length kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        octets: Option<Octets>,
    },
}

/// A field as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuiltField {
    /// As spelled.
    pub name: String,
    /// Masked where it is a secret.
    pub value: Octets,
    /// The line as written, without CRLF, masked likewise.
    pub line: Octets,
    /// Bytes of the line as written, with CRLF.
    pub bytes: usize,
    /// What kind of thing it says.
    pub group: FieldGroup,
    /// Who asked for it.
    pub source: FieldSource,
}

/// Who asked for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldSource {
    /// jaunt, by default.
    Default,
    /// An option of its own (`-A`, `-u`, `-d`, …), or the URL's userinfo.
    Option,
    /// `-H`.
    Typed,
}

/// What a server may take otherwise than it is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum MessageWarning {
    /// This `-H` has neither colon nor semicolon; nothing is sent for it.
    FieldIgnored {
        /// The how-manieth, from 1.
        number: usize,
    },
    /// `-H` and an option both give this field: `-H` wins.
    OptionOverridden {
        /// Which field.
        field: &'static str,
    },
    /// Of several Host fields only the first is sent.
    HostRepeated,
    /// HTTP/1.1 without Host: a server answers 400 (RFC 9112 §3.2).
    HostMissing,
    /// The method gives a body no meaning (RFC 9110 §9.3).
    BodyUnusual {
        /// Which.
        method: String,
    },
    /// Content-Length says something else than what is sent.
    LengthDiffers {
        /// As typed.
        typed: String,
        /// Bytes of the body.
        actual: usize,
    },
    /// A body without Content-Length and not in chunks: the server takes it for no body.
    LengthMissing,
    /// Both Content-Length and chunks (RFC 9112 §6.1: request smuggling looks like this).
    LengthAndChunked,
    /// Transfer-Encoding without a body: the server waits for one.
    ChunkedWithoutBody,
    /// HTTP/1.0 knows no chunks.
    ChunkedInHttp10,
    /// A transfer coding that jaunt does not apply.
    CodingNotApplied,
    /// A method that HTTP/1.0 does not define.
    MethodNotInHttp10 {
        /// Which.
        method: String,
    },
    /// Basic credentials over plain http: everybody on the way can read them.
    CredentialsInClear,
    /// A colon in the user name: the server splits at the first one.
    ColonInUser,
}
