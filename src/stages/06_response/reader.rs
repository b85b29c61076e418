//! The response reader: bytes in, pieces out. It knows no socket, keeps no more than a head, and gives the same answer however
//! the input is cut.

use super::chunked::{ChunkReader, ChunkStats, Chunked};
use super::coding::Coding;
use super::error::{HeadFault, Phase, ResponseError};
use super::events::{Closed, Oddity};
use super::framing::{Asked, Framing, decide, persists};
use super::head::{Lines, parse, parse_trailers};
use super::{Fields, Head};

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    /// A 1xx answer, and its raw bytes.
    Interim(Head, Vec<u8>),
    /// The final answer's head.
    Head(Box<Announced>),
    /// Bytes of the body, transfer framing removed, codings still in place.
    Body(&'b [u8]),
    /// The fields after a chunked body; may be empty.
    Trailers(Fields),
    /// The answer is whole.
    End,
}

/// A final head and what follows from it.
#[derive(Debug, PartialEq, Eq)]
pub struct Announced {
    /// The head.
    pub head: Head,
    /// Its bytes, status line to empty line.
    pub raw: Vec<u8>,
    /// What was forgiven.
    pub odd: Vec<Oddity>,
    /// Where the body ends.
    pub framing: Framing,
    /// Transfer codings other than chunked, in the order in which they were applied.
    pub codings: Vec<Coding>,
    /// May the connection persist, as far as the head says?
    pub persists: Result<(), Closed>,
}

/// Reads one response: 1xx answers, head, body, trailers.
///
/// ```
/// use jaunt::stages::response::{Asked, Limits, Piece, ResponseReader};
///
/// let asked = Asked { head: false, connect: false, upgrade: false, decodes: false, keeps: true, limits: Limits::default() };
/// let mut reader = ResponseReader::new(asked);
/// let mut input: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
/// let mut body = Vec::new();
/// loop {
///     let (taken, piece) = reader.feed(input)?;
///     input = &input[taken..];
///     match piece {
///         Some(Piece::Body(bytes)) => body.extend_from_slice(bytes),
///         Some(Piece::End) | None => break,
///         Some(_) => {}
///     }
/// }
/// assert_eq!(body, b"hello");
/// # Ok::<(), jaunt::stages::response::ResponseError>(())
/// ```
#[derive(Debug)]
pub struct ResponseReader {
    asked: Asked,
    state: State,
    lines: Lines,
    /// Line ends before the status line that were skipped.
    skipped: u8,
    interim: u32,
    /// Bytes of the body so far, without framing.
    body: u64,
    /// Of a chunked body that has ended.
    chunks: Option<ChunkStats>,
}

#[derive(Debug)]
enum State {
    Head,
    Length {
        left: u64,
        of: u64,
    },
    Chunked(Box<ChunkReader>),
    Close,
    /// [`Piece::End`] is due.
    Ending,
    End,
}

/// Line ends that may stand before a status line: left over from a sloppy earlier answer.
const SKIP: u8 = 4;

impl ResponseReader {
    /// For the answer to a request of which that is known.
    pub fn new(asked: Asked) -> Self {
        Self {
            asked,
            state: State::Head,
            lines: Lines::new(asked.limits.head_bytes),
            skipped: 0,
            interim: 0,
            body: 0,
            chunks: None,
        }
    }

    /// Takes from the front of `input`: how many bytes, and the piece that they complete. `None` asks for more input; after
    /// [`Piece::End`] nothing is taken.
    pub fn feed<'b>(&mut self, input: &'b [u8]) -> Result<(usize, Option<Piece<'b>>), ResponseError> {
        match &mut self.state {
            State::Head => self.head(input),
            State::Length { left, .. } => {
                let take = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                if take == 0 {
                    return Ok((0, None));
                }
                *left -= take as u64;
                self.body += take as u64;
                if *left == 0 {
                    self.state = State::Ending;
                }
                Ok((take, Some(Piece::Body(&input[..take]))))
            }
            State::Chunked(chunks) => {
                let (taken, what) = chunks.feed(input).map_err(|fault| ResponseError::BadChunk { fault, after: self.body })?;
                let piece = match what {
                    Chunked::More => None,
                    Chunked::Data(bytes) => {
                        self.body = self.body.saturating_add(bytes.len() as u64);
                        Some(Piece::Body(bytes))
                    }
                    Chunked::Trailers(raw) => {
                        let fields = parse_trailers(&raw).map_err(|fault| ResponseError::BadHead { fault, start: raw })?;
                        Some(Piece::Trailers(fields))
                    }
                    Chunked::End => {
                        self.chunks = Some(chunks.stats().clone());
                        self.state = State::End;
                        Some(Piece::End)
                    }
                };
                Ok((taken, piece))
            }
            State::Close if input.is_empty() => Ok((0, None)),
            State::Close => {
                self.body = self.body.saturating_add(input.len() as u64);
                Ok((input.len(), Some(Piece::Body(input))))
            }
            State::Ending => {
                self.state = State::End;
                Ok((0, Some(Piece::End)))
            }
            State::End => Ok((0, None)),
        }
    }

    /// The input has ended. Fine only where that is the body's end, or after [`Piece::End`].
    pub fn eof(&mut self) -> Result<(), ResponseError> {
        match &self.state {
            State::Head if self.lines.len() == 0 => Err(ResponseError::Empty { interim: self.interim }),
            State::Head => Err(ResponseError::HeadCut { received: self.lines.len() as u64 }),
            State::Length { of, .. } => Err(ResponseError::Cut { received: self.body, expected: *of }),
            State::Chunked(chunks) if chunks.is_done() => Ok(()),
            State::Chunked(chunks) => Err(ResponseError::ChunkedCut { received: self.body, in_trailers: chunks.in_trailers() }),
            State::Close | State::Ending | State::End => {
                self.state = State::End;
                Ok(())
            }
        }
    }

    /// In a body without chunks: how many bytes of it are still to come, [`u64::MAX`] when only the end of the stream tells.
    /// They may be moved past the reader, see [`ResponseReader::skip`].
    pub fn plain_left(&self) -> Option<u64> {
        match self.state {
            State::Length { left, .. } => Some(left),
            State::Close => Some(u64::MAX),
            State::Head | State::Chunked(_) | State::Ending | State::End => None,
        }
    }

    /// `bytes` of the body went past the reader.
    pub fn skip(&mut self, bytes: u64) {
        self.body += bytes;
        if let State::Length { left, .. } = &mut self.state {
            *left = left.saturating_sub(bytes);
            if *left == 0 {
                self.state = State::Ending;
            }
        }
    }

    /// Bytes of the body so far, without framing.
    pub fn body_bytes(&self) -> u64 {
        self.body
    }

    /// Bytes of the body that were announced and have not come.
    pub fn missing(&self) -> Option<u64> {
        match self.state {
            State::Length { left, .. } => Some(left),
            _ => None,
        }
    }

    /// 1xx answers so far.
    pub fn interim(&self) -> u32 {
        self.interim
    }

    /// Of a chunked body.
    pub fn chunks(&self) -> Option<&ChunkStats> {
        match &self.state {
            State::Chunked(chunks) => Some(chunks.stats()),
            _ => self.chunks.as_ref(),
        }
    }

    /// Where it is.
    pub fn phase(&self) -> Phase {
        match self.state {
            State::Head if self.lines.len() == 0 => Phase::Waiting,
            State::Head => Phase::Head,
            _ => Phase::Body,
        }
    }

    fn head<'b>(&mut self, input: &'b [u8]) -> Result<(usize, Option<Piece<'b>>), ResponseError> {
        let mut at = 0;
        if self.lines.len() == 0 {
            while self.skipped < SKIP && input.get(at).is_some_and(|b| matches!(b, b'\r' | b'\n')) {
                self.skipped += 1;
                at += 1;
            }
        }
        let rest = &input[at..];
        // Said as soon as it is certain, not after megabytes of something else.
        if !self.lines.may_still_be_http(rest) {
            let mut start = self.lines.take();
            start.extend_from_slice(&rest[..rest.len().min(64)]);
            return Err(ResponseError::NotHttp { start });
        }
        let limit = self.asked.limits.head_bytes;
        let (taken, whole) = self.lines.feed(rest).map_err(|_| ResponseError::HeadTooLong { limit })?;
        if !whole {
            return Ok((at + taken, None));
        }
        let raw = self.lines.take();
        let (head, odd) = parse(&raw).map_err(|fault| ResponseError::BadHead { fault, start: faulty_line(fault, &raw) })?;
        let piece = self.announce(head, raw, odd)?;
        Ok((at + taken, Some(piece)))
    }

    fn announce<'b>(&mut self, head: Head, raw: Vec<u8>, mut odd: Vec<Oddity>) -> Result<Piece<'b>, ResponseError> {
        if head.status == 101 && !self.asked.upgrade {
            return Err(ResponseError::UnaskedSwitch);
        }
        if head.status < 200 && head.status != 101 {
            self.interim += 1;
            if self.interim > self.asked.limits.interim {
                return Err(ResponseError::TooManyInterim { limit: self.asked.limits.interim });
            }
            return Ok(Piece::Interim(head, raw));
        }
        let (framing, codings) = decide(&head, &self.asked, &mut odd)?;
        self.state = match framing {
            Framing::None { .. } | Framing::Length { bytes: 0 } => State::Ending,
            Framing::Length { bytes } => State::Length { left: bytes, of: bytes },
            Framing::Chunked => State::Chunked(Box::new(ChunkReader::new(self.asked.limits.head_bytes))),
            Framing::Close => State::Close,
        };
        let persists = persists(&head, framing, &self.asked);
        Ok(Piece::Head(Box::new(Announced { head, raw, odd, framing, codings, persists })))
    }
}

/// The line that an error shows.
fn faulty_line(fault: HeadFault, raw: &[u8]) -> Vec<u8> {
    let mut lines = raw.split(|&b| b == b'\n');
    let found = match fault {
        HeadFault::Nul => lines.find(|l| l.contains(&0)),
        HeadFault::NoColon => lines.skip(1).find(|l| !l.contains(&b':') && !matches!(l.first(), Some(b' ' | b'\t'))),
        HeadFault::Field => lines.nth(1),
        HeadFault::Version | HeadFault::Status => lines.next(),
    };
    found.unwrap_or_default().to_vec()
}
