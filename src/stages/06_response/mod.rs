//! Stage 6 of 7, `response`: the message is written, the answer read, framed, decoded and handed on.
//! In: [`Connection`](crate::stages::connect::Connection), [`Message`](crate::stages::message::Message), a [`BodySink`]. Out: [`Response`]. Blocks: yes. Fails with: [`ResponseError`]
//! (exit 1, 8, 18, 23, 28, 33, 52, 55, 56, 61, 63, 130).
//! Tells: `Sending` → `Wrote`+ → `Awaiting` → (`Read` → `Interim`*)+ → `Head` → `Framed` → (`Read` | `Spliced`)* → `Trailers`? →
//! `Body` → `Surplus`? → `Kept` | `Closing`; a body that breaks off ends with `Cut` instead of `Body`.
//! Spec: RFC 9112 §6 (framing), §7 (chunked), §8 (incomplete), §9 (connections), RFC 9110 §8.4 (codings), §15.2 (1xx).
//! Like curl: content codings are undone only when jaunt itself offered them ([`Message::decodes`](crate::stages::message::Message::decodes)).
//! Not done here: close(); the journey knows whether another request follows.
//! Alone: `examples/response.rs`.
//!
//! ```text
//!                        ┌──── 1xx ────┐
//!                        ▼             │
//!  bytes ──► [head.rs] Head ───────────┴─► [framing.rs] which of RFC 9112 §6.3? ─► no body ─────────────────► End
//!                                                       ├─► length n ─► body ────────────────────────────────► End
//!                                                       ├─► chunked  ─► [chunked.rs] body ─► trailers ───────► End
//!                                                       └─► until the peer closes ─► body ─► end of stream ──► End
//!            (reader.rs turns the crank: bytes in, pieces out, no socket)    body ─► [coding.rs] ─► BodySink
//! ```

use serde::Serialize;

use crate::event::Octets;
use crate::stages::message::Version;

mod chunked;
mod coding;
mod content_range;
mod error;
mod events;
mod exchange;
#[cfg(test)]
mod exchange_tests;
mod fields;
mod framing;
mod head;
mod reader;
mod send;
mod sink;
mod splice;

pub use chunked::{ChunkFault, ChunkReader, ChunkStats, Chunked};
pub use coding::{Coding, CodingError, CodingFault, Decoder};
pub use content_range::ContentRange;
pub use error::{HeadFault, Phase, ResponseError};
pub use events::{Closed, Ended, Oddity, ResponseEvent, Side};
pub use exchange::{Sent, exchange, send};
pub use fields::Fields;
pub use framing::{Asked, Framing, NoBody};
pub use reader::{Piece, ResponseReader};
pub use sink::{BodySink, Discard, RangeFault, RangeWhy, Refused, SinkError};

/// A field of a head or a trailer, as it is told.
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
    pub fields: Fields,
}

impl Head {
    /// The first field of that name (compared without case).
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields.get(name)
    }

    /// All fields of that name, in order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> + 'h {
        self.fields.all(name)
    }

    /// Is `token` a member of the comma-separated list that the fields `name` make together (both compared without case)?
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.members(name).any(|member| member.eq_ignore_ascii_case(token.as_bytes()))
    }

    /// The members of the comma-separated list that all fields `name` make together, trimmed, empty ones left out (RFC 9110 §5.6.1).
    pub fn members<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> + 'h {
        self.all(name).flat_map(|value| value.split(|&b| b == b',')).map(<[u8]>::trim_ascii).filter(|member| !member.is_empty())
    }
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
    pub trailers: Fields,
    /// May the connection carry another exchange (RFC 9112 §9.3)?
    pub reusable: bool,
    /// Since the start of the run: when the first byte came, when the last.
    pub first_byte: std::time::Duration,
    /// See `first_byte`.
    pub last_byte: std::time::Duration,
}

#[cfg(test)]
pub(crate) mod tests {
    /// Gives `bytes` to `run` whole, byte by byte, and cut in two at every place.
    pub(crate) fn at_every_split(bytes: &[u8], mut run: impl FnMut(&[&[u8]])) {
        run(&[bytes]);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        run(&single);
        for at in 1..bytes.len() {
            let (a, b) = bytes.split_at(at);
            run(&[a, b]);
        }
    }
}
