//! Stage 6 of 7, `response`: the message is written, the answer read, framed, decoded and handed on.
//! In: [`Connection`], [`Message`], a [`BodySink`]. Out: [`Response`]. Blocks: yes. Fails with: [`ResponseError`]
//! (exit 8, 18, 23, 28, 52, 55, 56, 61, 63).
//! Tells: `Wrote`+ → (`Read` → `Interim`*)+ → `Head` → `Read`* → `Body` → `Trailers`? → `Kept` | `Closed`.
//! Spec: RFC 9112 §6 (framing), §7 (chunked), §8 (incomplete), §9 (connections), RFC 9110 §8.4 (codings), §15.2 (1xx).
//! Alone: `examples/response.rs`.

use std::io;

use serde::Serialize;

use crate::deadline::Deadline;
use crate::event::{Emitter, Octets};
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::stages::connect::Connection;
use crate::stages::message::{Message, Version};
use crate::words::Phrase;

/// A field of a head or a trailer, as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// As spelled by the peer.
    pub name: String,
    /// Without surrounding white space; obs-fold unfolded.
    pub value: Octets,
}

/// A final response's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Of the status line.
    pub version: Version,
    /// 200–999
    pub status: u16,
    /// May be empty, may be any bytes.
    pub reason: Vec<u8>,
    /// In order.
    pub fields: Vec<Field>,
}

impl Head {
    /// The first field of that name (compared without case).
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value.0.as_slice())
    }

    /// All fields of that name, in order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> + 'h {
        self.fields.iter().filter(move |f| f.name.eq_ignore_ascii_case(name)).map(|f| f.value.0.as_slice())
    }
}

/// Where the content goes, as it arrives, decoded.
pub trait BodySink {
    /// The final response's head has come; its raw bytes (status line to empty line) are for `-i`.
    fn begin(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError>;
    /// The same for an answer whose content is nobody's (a redirect that is followed, an error status with `-f`): nothing but
    /// `begin`'s raw bytes for `-i` is of interest, and `write` and `end` will not be called.
    fn pass_over(&mut self, head: &Head, raw: &[u8]) -> Result<(), SinkError> {
        let _ = (head, raw);
        Ok(())
    }
    /// The next bytes of the content.
    fn write(&mut self, content: &[u8]) -> Result<(), SinkError>;
    /// A pipe or /dev/null that takes the bytes as they are: splice() may move them without a copy.
    fn splice_to(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        None
    }
    /// The kernel has moved this many bytes to [`BodySink::splice_to`].
    fn spliced(&mut self, bytes: u64) {
        let _ = bytes;
    }
    /// Everything came, whole.
    fn end(&mut self) -> Result<(), SinkError>;
}

/// Why a sink takes no more.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub struct SinkError {
    /// The file, or `standard output`.
    pub path: String,
    /// Why.
    pub error: io::Error,
}

/// Bounds on what a peer may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Status line and fields, and the trailers, bytes each.
    pub head_bytes: usize,
    /// `--max-filesize`: decoded bytes that may be written.
    pub content_bytes: Option<u64>,
    /// 1xx answers before the final one.
    pub interim: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head_bytes: 300 * 1024, content_bytes: None, interim: 100 }
    }
}

/// A whole response, its content already with the sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The final head.
    pub head: Head,
    /// Bytes of the head on the wire.
    pub head_bytes: u64,
    /// Bytes of the content on the wire, without framing.
    pub body_bytes: u64,
    /// Bytes of the content after decoding.
    pub content_bytes: u64,
    /// After a chunked body.
    pub trailers: Vec<Field>,
    /// May the connection carry another exchange (RFC 9112 §9.3)?
    pub reusable: bool,
    /// Since the start of the run: when the first byte came, when the last.
    pub first_byte: std::time::Duration,
    /// See `first_byte`.
    pub last_byte: std::time::Duration,
}

/// Why there is no whole response.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum ResponseError {
    /// Ctrl-C.
    Interrupted,
}

impl ResponseError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted => Exit::Interrupted,
        }
    }
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Interrupted => phrase!("journey-interrupted"),
        }
    }
    pub(crate) fn advice(&self) -> Advice {
        Advice::default()
    }
    /// Did the connection die before any byte of an answer? (Then, and on a reused connection only, a safe request may be repeated.)
    pub fn before_any_answer(&self) -> bool {
        false
    }
}

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum ResponseEvent {
    /// One write() returned.
    Wrote {
        /// The descriptor.
        fd: i32,
        /// Bytes offered.
        offered: usize,
        /// Bytes taken.
        taken: usize,
    },
}

/// Writes `message` and reads the answer; the content goes to `body`.
pub fn exchange(
    conn: &mut Connection,
    message: &Message,
    body: &mut dyn BodySink,
    limits: &Limits,
    by: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<Response, ResponseError> {
    let _ = (conn, message, body, limits, by, out);
    Err(ResponseError::Interrupted)
}
