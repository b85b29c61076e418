//! Why there is no whole response: whose fault, how far it got, curl's number.

use std::io;

use serde::Serialize;

use super::chunked::ChunkFault;
use super::coding::{Coding, CodingFault};
use super::sink::{RangeFault, RangeWhy, Refused, SinkError};
use crate::deadline::Bound;
use crate::exit::{Advice, Exit, os_words};
use crate::phrase;
use crate::words::Phrase;

/// What was going on when time ran out or the connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The request was being written.
    Sending,
    /// Nothing of an answer had come.
    Waiting,
    /// Within a head.
    Head,
    /// Within a body, or its trailers.
    Body,
}

/// What is wrong with a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadFault {
    /// A NUL byte in it.
    Nul,
    /// A line that is no field.
    NoColon,
    /// Fields that cannot be read.
    Field,
    /// A version other than HTTP/1.x.
    Version,
    /// No status of three digits from 100.
    Status,
}

/// Why there is no whole response.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
#[expect(missing_docs, reason = "the fields are the operands that the variant's sentence names")]
pub enum ResponseError {
    /// Ctrl-C.
    Interrupted,
    /// A deadline.
    TimedOut { bound: Bound, phase: Phase, received: u64 },
    /// The peer closed before any byte of a final answer; `interim` 1xx answers had come.
    Empty { interim: u32 },
    /// The request could not be written, and there was no answer either.
    Send { error: io::Error, sent: u64, of: u64 },
    /// The connection failed.
    Recv { error: io::Error, phase: Phase, received: u64 },
    /// The peer closed within a head.
    HeadCut { received: u64 },
    /// The head or the trailers are longer than accepted.
    HeadTooLong { limit: usize },
    /// What came is not HTTP/1.
    NotHttp { start: Vec<u8> },
    /// The head cannot be read.
    BadHead { fault: HeadFault, start: Vec<u8> },
    /// More 1xx answers than accepted.
    TooManyInterim { limit: u32 },
    /// 101 although no Upgrade was sent.
    UnaskedSwitch,
    /// A Content-Length that is no number.
    BadLength { value: String },
    /// Two of them.
    DifferingLengths { first: u64, other: u64 },
    /// chunked not last, or twice.
    BadTransferCoding { value: String },
    /// The chunked framing is broken.
    BadChunk { fault: ChunkFault, after: u64 },
    /// The peer closed before as many bytes as announced had come.
    Cut { received: u64, expected: u64 },
    /// The peer closed within a chunked body.
    ChunkedCut { received: u64, in_trailers: bool },
    /// A body that ends with the connection, and the connection ended without TLS's goodbye.
    Unfinished { received: u64 },
    /// A coding that jaunt cannot undo.
    UnknownCoding { name: String, transfer: bool },
    /// More than five.
    TooManyCodings { count: usize },
    /// A coded body that is not what it says.
    Corrupt { coding: Coding, fault: CodingFault, content: u64 },
    /// A coded body that stops before its own end, although the message is whole.
    CodingCut { coding: Coding, content: u64 },
    /// `--max-filesize`.
    TooBig { limit: u64, announced: Option<u64> },
    /// `-C`: what came does not go on where what is there ends.
    NotContinued { path: String, fault: RangeFault },
    /// The content could not be written.
    Sink(SinkError),
}

impl From<SinkError> for ResponseError {
    fn from(error: SinkError) -> Self {
        match error.refusal() {
            Some(Refused::Range(fault)) => Self::NotContinued { path: error.path, fault },
            Some(Refused::Binary | Refused::Nameless) | None => Self::Sink(error),
        }
    }
}

impl ResponseError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted => Exit::Interrupted,
            Self::TimedOut { .. } => Exit::OperationTimedOut,
            Self::Empty { .. } => Exit::GotNothing,
            Self::Send { .. } => Exit::SendError,
            Self::Recv { .. }
            | Self::HeadCut { .. }
            | Self::HeadTooLong { .. }
            | Self::BadChunk { .. }
            | Self::Unfinished { .. } => Exit::RecvError,
            Self::NotHttp { .. } => Exit::UnsupportedProtocol,
            Self::BadHead { fault, .. } => match fault {
                HeadFault::Version | HeadFault::Status => Exit::UnsupportedProtocol,
                HeadFault::Nul | HeadFault::NoColon | HeadFault::Field => Exit::WeirdServerReply,
            },
            Self::TooManyInterim { .. }
            | Self::UnaskedSwitch
            | Self::BadLength { .. }
            | Self::DifferingLengths { .. }
            | Self::BadTransferCoding { .. } => Exit::WeirdServerReply,
            Self::Cut { .. } | Self::ChunkedCut { .. } | Self::CodingCut { .. } => Exit::PartialFile,
            Self::UnknownCoding { .. } | Self::TooManyCodings { .. } | Self::Corrupt { .. } => Exit::BadContentEncoding,
            Self::TooBig { .. } => Exit::FilesizeExceeded,
            Self::NotContinued { fault, .. } => match fault.why {
                RangeWhy::Short { .. } => Exit::PartialFile,
                RangeWhy::Ignored
                | RangeWhy::Status { .. }
                | RangeWhy::NoRange
                | RangeWhy::Elsewhere { .. }
                | RangeWhy::Length { .. }
                | RangeWhy::Excess => Exit::RangeError,
            },
            Self::Sink(_) => Exit::WriteError,
        }
    }

    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Interrupted => phrase!("journey-interrupted"),
            Self::TimedOut { bound, phase, received } => {
                let what = match phase {
                    Phase::Sending => phrase!("response-while-sending"),
                    Phase::Waiting => phrase!("response-while-waiting"),
                    Phase::Head => phrase!("response-while-head"),
                    Phase::Body => phrase!("response-while-body", received = *received),
                };
                match bound {
                    Bound::MaxTime => phrase!("response-timed-out-max-time", what = what),
                    Bound::ConnectTimeout | Bound::Idle | Bound::Resolver => {
                        let seconds = crate::deadline::IDLE.as_secs();
                        phrase!("response-timed-out-idle", what = what, seconds = seconds)
                    }
                }
            }
            Self::Empty { interim: 0 } => phrase!("response-empty"),
            Self::Empty { interim } => phrase!("response-empty-after-interim", interim = *interim),
            Self::Send { error, sent, of } => {
                phrase!("response-send-failed", sent = *sent, of = *of, why = os_words(error))
            }
            Self::Recv { error, phase, received } => match phase {
                Phase::Sending | Phase::Waiting => phrase!("response-recv-failed-first", why = os_words(error)),
                Phase::Head => phrase!("response-recv-failed-head", why = os_words(error)),
                Phase::Body => phrase!("response-recv-failed", received = *received, why = os_words(error)),
            },
            Self::HeadCut { received } => phrase!("response-head-cut", received = *received),
            Self::HeadTooLong { limit } => phrase!("response-head-too-long", limit = *limit),
            Self::NotHttp { start } => phrase!("response-not-http", start = shown(start)),
            Self::BadHead { fault, start } => {
                let start = shown(start);
                match fault {
                    HeadFault::Nul => phrase!("response-head-nul", start = start),
                    HeadFault::NoColon => phrase!("response-head-no-colon", start = start),
                    HeadFault::Field => phrase!("response-head-field", start = start),
                    HeadFault::Version => phrase!("response-head-version", start = start),
                    HeadFault::Status => phrase!("response-head-status", start = start),
                }
            }
            Self::TooManyInterim { limit } => phrase!("response-too-many-interim", limit = *limit),
            Self::UnaskedSwitch => phrase!("response-unasked-switch"),
            Self::BadLength { value } => phrase!("response-bad-length", value = shown(value.as_bytes())),
            Self::DifferingLengths { first, other } => {
                phrase!("response-differing-lengths", first = *first, other = *other)
            }
            Self::BadTransferCoding { value } => phrase!("response-bad-transfer-coding", value = shown(value.as_bytes())),
            Self::BadChunk { fault, after } => {
                let what = match fault {
                    ChunkFault::NoSize => phrase!("response-chunk-no-size"),
                    ChunkFault::Overflow => phrase!("response-chunk-overflow"),
                    ChunkFault::AfterSize => phrase!("response-chunk-after-size"),
                    ChunkFault::AfterData => phrase!("response-chunk-after-data"),
                    ChunkFault::Extensions => phrase!("response-chunk-extensions"),
                    ChunkFault::Trailers => phrase!("response-chunk-trailers"),
                };
                phrase!("response-bad-chunk", after = *after, what = what)
            }
            Self::Cut { received, expected } => {
                phrase!("response-cut", received = *received, expected = *expected, missing = expected.saturating_sub(*received))
            }
            Self::ChunkedCut { received, in_trailers: false } => phrase!("response-chunked-cut", received = *received),
            Self::ChunkedCut { received, in_trailers: true } => phrase!("response-trailers-cut", received = *received),
            Self::Unfinished { received } => phrase!("response-unfinished", received = *received),
            Self::UnknownCoding { name, transfer: false } => {
                phrase!("response-unknown-content-coding", name = shown(name.as_bytes()))
            }
            Self::UnknownCoding { name, transfer: true } => {
                phrase!("response-unknown-transfer-coding", name = shown(name.as_bytes()))
            }
            Self::TooManyCodings { count } => phrase!("response-too-many-codings", count = *count),
            Self::Corrupt { coding, fault, content } => {
                let what = match fault {
                    CodingFault::Data => phrase!("response-coding-data"),
                    CodingFault::Window => phrase!("response-coding-window"),
                };
                phrase!("response-corrupt", coding = coding.name(), content = *content, what = what)
            }
            Self::CodingCut { coding, content } => phrase!("response-coding-cut", coding = coding.name(), content = *content),
            Self::TooBig { limit, announced: Some(announced) } => {
                phrase!("response-too-big-announced", limit = *limit, announced = *announced)
            }
            Self::TooBig { limit, announced: None } => phrase!("response-too-big", limit = *limit),
            Self::NotContinued { path, fault } => phrase!("response-not-continued", path = path, why = fault.phrase()),
            Self::Sink(sink) => phrase!("response-sink", path = &sink.path, why = sink.cause()),
        }
    }

    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::Interrupted => Advice::default(),
            Self::TimedOut { bound: Bound::MaxTime, .. } => {
                Advice::new(phrase!("response-cause-slow"), phrase!("response-hint-max-time"))
            }
            Self::TimedOut { .. } => Advice::new(phrase!("response-cause-silent"), phrase!("response-hint-later")),
            Self::Empty { .. } => Advice::new(phrase!("response-cause-empty"), phrase!("response-hint-empty")),
            Self::Send { .. } => Advice::new(phrase!("response-cause-send"), phrase!("response-hint-later")),
            Self::Recv { .. } => Advice::new(phrase!("response-cause-reset"), phrase!("response-hint-later")),
            Self::HeadCut { .. } | Self::Cut { .. } | Self::ChunkedCut { .. } | Self::Unfinished { .. } => {
                Advice::new(phrase!("response-cause-cut"), phrase!("response-hint-cut"))
            }
            Self::HeadTooLong { .. } => Advice::new(phrase!("response-cause-broken"), phrase!("response-hint-cookies")),
            Self::NotHttp { start } => not_http(start),
            Self::BadHead { fault: HeadFault::Version, start } if start.starts_with(b"HTTP/2") => {
                Advice::new(phrase!("response-cause-http2"), phrase!("response-hint-http2"))
            }
            Self::BadHead { .. }
            | Self::TooManyInterim { .. }
            | Self::UnaskedSwitch
            | Self::BadLength { .. }
            | Self::DifferingLengths { .. }
            | Self::BadTransferCoding { .. }
            | Self::BadChunk { .. } => Advice::new(phrase!("response-cause-broken"), phrase!("response-hint-broken")),
            Self::UnknownCoding { transfer: true, .. } => Advice::hint(phrase!("response-hint-http10")),
            Self::UnknownCoding { .. } | Self::TooManyCodings { .. } | Self::Corrupt { .. } | Self::CodingCut { .. } => {
                Advice::new(phrase!("response-cause-coding"), phrase!("response-hint-no-compressed"))
            }
            Self::TooBig { .. } => Advice::hint(phrase!("response-hint-max-filesize")),
            Self::NotContinued { fault, .. } => range_advice(fault.why),
            Self::Sink(sink) => sink_advice(sink),
        }
    }

    /// Did the connection die before any byte of an answer? (Then, and on a reused connection only, a safe request may be repeated.)
    pub fn before_any_answer(&self) -> bool {
        match self {
            Self::Empty { interim } => *interim == 0,
            Self::Send { .. } => true,
            Self::Recv { received, phase, .. } => *received == 0 && matches!(phase, Phase::Sending | Phase::Waiting),
            _ => false,
        }
    }
}

fn not_http(start: &[u8]) -> Advice {
    match start {
        // A TLS alert or handshake record.
        [0x15 | 0x16, 0x03, ..] => Advice::new(phrase!("response-cause-tls"), phrase!("response-hint-https")),
        // An HTTP/2 SETTINGS frame: length, type 4, stream 0.
        [0, _, _, 4, ..] => Advice::new(phrase!("response-cause-http2"), phrase!("response-hint-http2")),
        _ if start.starts_with(b"SSH-")
            || start.starts_with(b"220 ")
            || start.starts_with(b"+OK")
            || start.starts_with(b"* OK") =>
        {
            Advice::new(phrase!("response-cause-other-service"), phrase!("response-hint-port"))
        }
        _ => Advice::new(phrase!("response-cause-not-http"), phrase!("response-hint-port")),
    }
}

fn range_advice(why: RangeWhy) -> Advice {
    match why {
        RangeWhy::Ignored => Advice::new(phrase!("response-cause-no-ranges"), phrase!("response-hint-afresh")),
        RangeWhy::Status { .. } => Advice::hint(phrase!("response-hint-range-status")),
        RangeWhy::Length { .. } => Advice::new(phrase!("response-cause-other-content"), phrase!("response-hint-afresh")),
        RangeWhy::NoRange | RangeWhy::Elsewhere { .. } | RangeWhy::Excess => {
            Advice::new(phrase!("response-cause-broken"), phrase!("response-hint-afresh"))
        }
        RangeWhy::Short { .. } => Advice::hint(phrase!("response-hint-continue")),
    }
}

fn sink_advice(sink: &SinkError) -> Advice {
    match (sink.refusal(), sink.error.kind()) {
        (Some(Refused::Binary), _) => Advice::hint(phrase!("response-hint-binary")),
        (Some(Refused::Nameless), _) => Advice::hint(phrase!("response-hint-nameless")),
        (Some(Refused::Range(fault)), _) => range_advice(fault.why),
        (None, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Advice::hint(phrase!("response-hint-disk")),
        (None, _) if sink.error.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error()) => {
            Advice::hint(phrase!("response-hint-descriptors"))
        }
        (None, io::ErrorKind::BrokenPipe) => Advice::hint(phrase!("response-hint-pipe")),
        (None, io::ErrorKind::NotFound) => Advice::hint(phrase!("response-hint-create-dirs")),
        (None, _) => Advice::hint(phrase!("response-hint-output")),
    }
}

/// What a peer sent, short and harmless.
fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 60;
    let line = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let cut = &line[..line.len().min(MOST)];
    let more = if cut.len() < bytes.trim_ascii_end().len() { "…" } else { "" };
    format!("{}{more}", crate::render::visible::visible_bytes(cut))
}
