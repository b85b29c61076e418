//! The chunked transfer coding, undone as the bytes arrive.
//!
//! ```text
//! chunked-body = *chunk last-chunk trailer-section CRLF          RFC 9112 §7.1
//! chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//! chunk-size   = 1*HEXDIG
//! last-chunk   = 1*("0") [ chunk-ext ] CRLF
//! ```
//!
//! Like curl and browsers a line may end with a bare LF; anything else out of place is a fault. Sizes have no sign and do not
//! overflow; extensions may not outgrow the data that they describe.

use serde::Serialize;

use super::head::Lines;

/// One step's result.
#[derive(Debug, PartialEq, Eq)]
pub enum Chunked<'b> {
    /// Everything given was taken; more is needed.
    More,
    /// Bytes of content.
    Data(&'b [u8]),
    /// The trailer section, line ends included, up to the empty line that closes it.
    Trailers(Vec<u8>),
    /// The end has been reached; nothing is taken any more.
    End,
}

/// What is not as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChunkFault {
    /// No hexadecimal digit where a size must begin.
    NoSize,
    /// A size beyond 2^64 - 1.
    Overflow,
    /// Something other than an extension or a line end after the size.
    AfterSize,
    /// A chunk's data are not followed by a line end.
    AfterData,
    /// More bytes of extensions than `EXTENSIONS` plus the data so far.
    Extensions,
    /// The trailer section is longer than a head may be.
    Trailers,
}

/// What was seen, for telling.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChunkStats {
    /// Chunks with data.
    pub chunks: u64,
    /// The largest, in bytes.
    pub largest: u64,
    /// Bytes of extensions, their semicolons and white space included.
    pub extension_bytes: u64,
    /// The first extension, at most 120 bytes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<crate::event::Octets>,
}

/// Bytes of extensions that are accepted beyond as many as there are data.
const EXTENSIONS: u64 = 16 * 1024;
/// Bytes of the first extension that are kept for telling.
const SAMPLE: usize = 120;

/// Undoes the chunked coding; knows no socket.
#[derive(Debug)]
pub struct ChunkReader {
    state: State,
    size: u64,
    left: u64,
    data: u64,
    trailers: Lines,
    stats: ChunkStats,
    /// The first extension has been kept.
    sampled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size {
        digits: bool,
    },
    /// White space after the size: only an extension or the line's end may follow.
    Gap,
    Extension,
    SizeLf,
    Data,
    DataEnd,
    DataLf,
    Trailers,
    End,
}

impl ChunkReader {
    /// `trailer_bytes` bounds the trailer section.
    pub fn new(trailer_bytes: usize) -> Self {
        Self {
            state: State::Size { digits: false },
            size: 0,
            left: 0,
            data: 0,
            trailers: Lines::new(trailer_bytes),
            stats: ChunkStats::default(),
            sampled: false,
        }
    }

    /// Takes from the front of `input`: how many bytes, and what they came to.
    pub fn feed<'b>(&mut self, input: &'b [u8]) -> Result<(usize, Chunked<'b>), ChunkFault> {
        let mut at = 0;
        while at < input.len() {
            let b = input[at];
            match self.state {
                State::Size { digits } => match (b as char).to_digit(16) {
                    Some(digit) => {
                        if self.size >> 60 != 0 {
                            return Err(ChunkFault::Overflow);
                        }
                        self.size = self.size << 4 | u64::from(digit);
                        self.state = State::Size { digits: true };
                        at += 1;
                    }
                    None if !digits => return Err(ChunkFault::NoSize),
                    None => self.state = State::Gap,
                },
                State::Gap => {
                    at += 1;
                    match b {
                        b' ' | b'\t' => self.extension_byte(None)?,
                        b';' => {
                            self.extension_byte(None)?;
                            self.state = State::Extension;
                        }
                        b'\r' => self.state = State::SizeLf,
                        b'\n' => self.size_ends(),
                        _ => return Err(ChunkFault::AfterSize),
                    }
                }
                State::Extension => {
                    at += 1;
                    match b {
                        b'\r' => self.state = State::SizeLf,
                        b'\n' => self.size_ends(),
                        _ => self.extension_byte(Some(b))?,
                    }
                }
                State::SizeLf => {
                    if b != b'\n' {
                        return Err(ChunkFault::AfterSize);
                    }
                    at += 1;
                    self.size_ends();
                }
                State::Data => {
                    let take = usize::try_from(self.left).unwrap_or(usize::MAX).min(input.len() - at);
                    self.left -= take as u64;
                    self.data = self.data.saturating_add(take as u64);
                    if self.left == 0 {
                        self.state = State::DataEnd;
                    }
                    return Ok((at + take, Chunked::Data(&input[at..at + take])));
                }
                State::DataEnd => {
                    at += 1;
                    match b {
                        b'\r' => self.state = State::DataLf,
                        b'\n' => self.state = State::Size { digits: false },
                        _ => return Err(ChunkFault::AfterData),
                    }
                }
                State::DataLf => {
                    if b != b'\n' {
                        return Err(ChunkFault::AfterData);
                    }
                    at += 1;
                    self.state = State::Size { digits: false };
                }
                State::Trailers => {
                    let (taken, whole) = self.trailers.feed(&input[at..]).map_err(|_| ChunkFault::Trailers)?;
                    at += taken;
                    if whole {
                        self.state = State::End;
                        return Ok((at, Chunked::Trailers(self.trailers.take())));
                    }
                }
                State::End => return Ok((at, Chunked::End)),
            }
        }
        Ok((at, if self.state == State::End { Chunked::End } else { Chunked::More }))
    }

    /// Has the closing line been read?
    pub fn is_done(&self) -> bool {
        self.state == State::End
    }

    /// Have all data come (the last chunk was read), but not yet the end of the trailers?
    pub fn in_trailers(&self) -> bool {
        self.state == State::Trailers
    }

    /// What was seen so far.
    pub fn stats(&self) -> &ChunkStats {
        &self.stats
    }

    fn size_ends(&mut self) {
        self.left = std::mem::take(&mut self.size);
        self.sampled = self.stats.extension.is_some();
        if self.left == 0 {
            self.state = State::Trailers;
        } else {
            self.stats.chunks += 1;
            self.stats.largest = self.stats.largest.max(self.left);
            self.state = State::Data;
        }
    }

    fn extension_byte(&mut self, kept: Option<u8>) -> Result<(), ChunkFault> {
        self.stats.extension_bytes += 1;
        if self.stats.extension_bytes > EXTENSIONS.saturating_add(self.data) {
            return Err(ChunkFault::Extensions);
        }
        if let (Some(b), false) = (kept, self.sampled) {
            let sample = &mut self.stats.extension.get_or_insert_default().0;
            if sample.len() < SAMPLE {
                sample.push(b);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::response::tests::at_every_split;

    type Read = (Vec<u8>, Option<Vec<u8>>, usize);

    /// Content, trailers and how many bytes were left, or the fault.
    fn read(parts: &[&[u8]]) -> Result<Read, ChunkFault> {
        let mut reader = ChunkReader::new(1024);
        let (mut content, mut trailers, mut left) = (Vec::new(), None, 0);
        for part in parts {
            let mut rest = *part;
            loop {
                let (taken, what) = reader.feed(rest)?;
                rest = &rest[taken..];
                match what {
                    Chunked::Data(bytes) => content.extend_from_slice(bytes),
                    Chunked::Trailers(bytes) => trailers = Some(bytes),
                    Chunked::More => break,
                    Chunked::End => {
                        left += rest.len();
                        break;
                    }
                }
            }
        }
        Ok((content, trailers, left))
    }

    #[test]
    fn a_chunked_body_may_be_split_anywhere() {
        at_every_split(b"4;a=b\r\nWiki\r\n0005 ; c=\"d\"\r\npedia\r\nA\n0123456789\n000\r\nX: y\r\n\r\nmore", |parts| {
            let (content, trailers, left) = read(parts).expect("well formed");
            assert_eq!(content, b"Wikipedia0123456789");
            assert_eq!(trailers.as_deref(), Some(&b"X: y\r\n\r\n"[..]));
            assert_eq!(left, 4);
        });
    }

    #[test]
    fn what_is_out_of_place_is_a_fault_at_every_split() {
        let cases: [(&[u8], ChunkFault); 11] = [
            (b"\r\n", ChunkFault::NoSize),
            (b"-5\r\nhello\r\n", ChunkFault::NoSize),
            (b"+5\r\nhello\r\n", ChunkFault::NoSize),
            (b" 5\r\nhello\r\n", ChunkFault::NoSize),
            (b"0x5\r\nhello\r\n", ChunkFault::AfterSize),
            (b"5 5\r\nhello\r\n", ChunkFault::AfterSize),
            (b"5\rhello", ChunkFault::AfterSize),
            (b"10000000000000000\r\n", ChunkFault::Overflow),
            (b"5\r\nhelloX\r\n", ChunkFault::AfterData),
            (b"5\r\nhello\rX", ChunkFault::AfterData),
            (b"5\r\nhello5\r\nworld\r\n0\r\n\r\n", ChunkFault::AfterData),
        ];
        for (bytes, fault) in cases {
            at_every_split(bytes, |parts| assert_eq!(read(parts), Err(fault), "{:?}", String::from_utf8_lossy(bytes)));
        }
    }

    #[test]
    fn the_largest_size_does_not_overflow_and_leading_zeros_do_not_count() {
        let mut reader = ChunkReader::new(10);
        assert_eq!(reader.feed(b"0000000000000000000000ffffffffffffffff\r\nx"), Ok((41, Chunked::Data(&b"x"[..]))));
    }

    #[test]
    fn extensions_and_trailers_are_bounded() {
        let mut long = b"1;".to_vec();
        long.extend(std::iter::repeat_n(b'x', 20_000));
        assert_eq!(read(&[&long]), Err(ChunkFault::Extensions));
        let mut long = b"0\r\n".to_vec();
        long.extend(std::iter::repeat_n(&b"A: b\r\n"[..], 1_000).flatten());
        assert_eq!(read(&[&long]), Err(ChunkFault::Trailers));
    }

    #[test]
    fn the_first_extension_is_kept_for_telling() {
        let mut reader = ChunkReader::new(10);
        let mut input: &[u8] = b"1\r\nx\r\n1;sig=abc\r\ny\r\n1;sig=def\r\n";
        while let (taken, Chunked::Data(_)) = reader.feed(input).expect("well formed") {
            input = &input[taken..];
        }
        assert_eq!(reader.stats().chunks, 3);
        assert_eq!(reader.stats().extension_bytes, 16);
        assert_eq!(reader.stats().extension, Some(b"sig=abc".into()));
    }
}
