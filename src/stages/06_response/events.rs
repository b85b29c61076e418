//! What stage 6 tells.

use serde::Serialize;

use super::chunked::ChunkStats;
use super::{Field, Framing};
use crate::event::{Micros, Octets};
use crate::stages::connect::ConnectionId;
use crate::stages::message::Version;
use crate::words::Phrase;

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum ResponseEvent {
    /// The message is about to be written.
    Sending {
        /// The descriptor.
        fd: i32,
        /// Bytes of the request's head.
        head_bytes: usize,
        /// Bytes of its body.
        body_bytes: usize,
    },
    /// One write() returned.
    Wrote {
        /// The descriptor.
        fd: i32,
        /// Bytes offered.
        offered: usize,
        /// Bytes taken.
        taken: usize,
        /// TLS takes the bytes and makes records of them; what the socket gets is its story.
        secured: bool,
    },
    /// One write() failed; an answer may be there all the same.
    WriteFailed {
        /// The descriptor.
        fd: i32,
        /// Bytes offered.
        offered: usize,
        /// Why.
        why: Phrase,
    },
    /// `Expect: 100-continue`: the body waits for the server's word, but not for ever.
    AwaitingContinue {
        /// At most this long.
        at_most_us: Micros,
    },
    /// The server said nothing in that time; the body is sent without its word.
    ContinueUnanswered,
    /// The final answer came before the body was sent whole; the rest stays unsent.
    Unsent {
        /// Bytes of the body that were not written.
        bytes: usize,
    },
    /// The answer is waited for.
    Awaiting {
        /// The descriptor.
        fd: i32,
    },
    /// One read() returned; 0 bytes are the end of the stream: the peer has closed its side.
    Read {
        /// The descriptor.
        fd: i32,
        /// Bytes that there was room for.
        room: usize,
        /// Bytes that came.
        bytes: usize,
        /// TLS gave the bytes, from records that it had read.
        secured: bool,
    },
    /// One read() failed.
    ReadFailed {
        /// The descriptor.
        fd: i32,
        /// Why.
        why: Phrase,
    },
    /// One splice() moved bytes of the body without a copy in this program.
    Spliced {
        /// From this descriptor.
        fd: i32,
        /// To this one.
        to: i32,
        /// So many bytes.
        bytes: usize,
    },
    /// An answer of class 1xx: progress, not the answer itself.
    Interim {
        /// Of the status line.
        version: Version,
        /// 100–199
        status: u16,
        /// May be empty.
        reason: Octets,
        /// Secrets masked.
        fields: Vec<Field>,
        /// On the wire.
        head_bytes: usize,
    },
    /// The final answer's head.
    Head {
        /// Of the status line.
        version: Version,
        /// 200–999
        status: u16,
        /// May be empty.
        reason: Octets,
        /// Secrets masked.
        fields: Vec<Field>,
        /// On the wire.
        head_bytes: usize,
        /// From the last write() of the request to the first byte of any answer.
        first_byte_us: Micros,
        /// What was forgiven.
        odd: Vec<Oddity>,
        /// The bytes, secrets overwritten (`-vv` only).
        #[serde(skip_serializing_if = "Option::is_none")]
        raw: Option<Octets>,
    },
    /// Where the body ends, and which codings it is in.
    Framed {
        /// RFC 9112 §6.3.
        framing: Framing,
        /// Transfer codings other than chunked, in the order in which the peer applied them.
        transfer_codings: Vec<String>,
        /// Content codings, in that order.
        content_codings: Vec<String>,
        /// Are the content codings undone? (Only when jaunt offered them.)
        decoded: bool,
    },
    /// Fields after a chunked body.
    Trailers {
        /// Secrets masked.
        fields: Vec<Field>,
    },
    /// The body came whole.
    Body {
        /// With chunk sizes and trailers.
        wire_bytes: u64,
        /// Without them.
        body_bytes: u64,
        /// Decoded.
        content_bytes: u64,
        /// How its end was known.
        ended: Ended,
        /// Of a chunked body.
        #[serde(skip_serializing_if = "Option::is_none")]
        chunks: Option<ChunkStats>,
        /// From the head to the end.
        took_us: Micros,
        /// Bytes after the end of a compressed stream, inside the body; ignored.
        after_coding: u64,
    },
    /// The body broke off; the journey tells why.
    Cut {
        /// Bytes of the body that came.
        body_bytes: u64,
        /// Bytes that were announced and did not come, where that is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<u64>,
        /// Bytes of content handed on.
        content_bytes: u64,
    },
    /// Bytes came after the end of the answer that no request asked for.
    Surplus {
        /// So many were read; more may follow.
        bytes: usize,
    },
    /// The content is whole in a file.
    Saved {
        /// Its name.
        path: String,
        /// Its bytes.
        bytes: u64,
        /// It replaced an older file.
        replaced: bool,
    },
    /// The content is not whole: what came is kept beside the name that it was meant for, or was removed.
    Left {
        /// The name that it was meant for.
        path: String,
        /// What is kept, where something is.
        #[serde(skip_serializing_if = "Option::is_none")]
        part: Option<String>,
        /// Bytes written.
        bytes: u64,
    },
    /// `-C`: the answer goes on at the byte asked for.
    Continued {
        /// What it is added to; none for standard output.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// The first byte's place, from 0.
        first: u64,
        /// The last one's, as Content-Range announces it.
        last: u64,
        /// The whole content's length, where the server says it.
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<u64>,
    },
    /// `-C`: the server has nothing to add.
    NothingToAdd {
        /// The first byte that was asked for.
        offset: u64,
        /// The server says that the content ends there; otherwise it says nothing about its length.
        whole: bool,
    },
    /// `-C`: what came stands behind what was there, in the same file.
    Appended {
        /// The file.
        path: String,
        /// Bytes that were there before.
        before: u64,
        /// Bytes added.
        bytes: u64,
        /// The content is whole now.
        whole: bool,
    },
    /// A terminal shows only the beginning.
    Previewed {
        /// Lines shown.
        shown: u64,
        /// Lines that there are.
        lines: u64,
        /// Lines that were cut at their end.
        cut: u64,
    },
    /// A look without taking anything: has the peer closed already?
    Peeked {
        /// The descriptor.
        fd: i32,
        /// It has.
        closed: bool,
    },
    /// The connection can carry another exchange.
    Kept {
        /// The descriptor.
        fd: i32,
        /// Number of the connection in this run.
        connection: ConnectionId,
        /// Exchanges finished on it, this one included.
        exchanges: u32,
    },
    /// The connection cannot be used again.
    Closing {
        /// The descriptor.
        fd: i32,
        /// Number of the connection in this run.
        connection: ConnectionId,
        /// Who closed first.
        first: Side,
        /// Why it is not kept.
        why: Closed,
    },
}

/// One end of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// jaunt.
    Us,
    /// The server.
    Peer,
}

/// Why a connection is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// Our request said so (`Connection: close`, or HTTP/1.0 without keep-alive).
    AskedByUs,
    /// The answer's `Connection: close`.
    AskedByPeer,
    /// HTTP/1.0 closes unless both sides say otherwise.
    OldVersion,
    /// Its end was the body's end.
    EndsTheBody,
    /// It has become a tunnel.
    Tunnel,
    /// Bytes came after the end.
    Surplus,
    /// The request was not sent whole.
    Unsent,
    /// The content was not wanted (`-f`), so it was not read.
    Declined,
    /// The peer had closed it by then.
    Gone,
}

/// How the end of the body was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// There is none.
    NoBody,
    /// As many bytes as announced have come.
    Length,
    /// The last chunk came.
    LastChunk,
    /// The peer closed.
    Close,
    /// It was not read to its end: nobody wanted it.
    Declined,
}

/// What a strict reader would have refused, or a careless one misread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "odd", rename_all = "kebab-case")]
pub enum Oddity {
    /// Lines end with LF alone.
    BareLf,
    /// Lines that continue the one before (obs-fold): joined with a space.
    Folded {
        /// So many.
        lines: usize,
    },
    /// Lines that are no fields: left out.
    Ignored {
        /// So many.
        lines: usize,
    },
    /// Content-Length beside Transfer-Encoding: ignored.
    LengthOverridden,
    /// Transfer-Encoding in HTTP/1.0: undone, but the connection is not trusted again.
    TransferCodingIn10,
    /// Content-Length several times, always the same.
    RepeatedLength {
        /// So often.
        times: u32,
    },
}
