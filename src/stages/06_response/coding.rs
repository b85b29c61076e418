//! Content and transfer codings, undone as the bytes arrive: gzip, deflate, br, zstd, several in a row.
//!
//! Memory is bounded by the decoders' windows (32 KiB gzip, up to 16 MiB br as the peer chose, 8 MiB zstd by RFC 9659) and one output
//! window for each coding, however much a body swells. A stream that stops before its own end is an error even when the
//! message around it is whole. Several gzip members or zstd frames in one body are one content. Bytes after the end that do not
//! begin another member are ignored, as browsers and `gzip -d` do, and counted.

use std::fmt;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::{Decompress, FlushDecompress, Status};
use serde::Serialize;
use zstd::stream::raw::{DParameter, InBuffer, Operation as _, OutBuffer};

/// Most codings in a row that are undone (curl's bound too).
pub(super) const MOST: usize = 5;
/// Output windows begin with this many bytes …
const WINDOW_FIRST: usize = 32 * 1024;
/// … and grow to this when one has been filled.
const WINDOW: usize = 256 * 1024;
/// log2 of the largest zstd window: RFC 9659 §3.
const ZSTD_WINDOW_LOG: u32 = 23;

/// A coding by its registered name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the variants are the registered names")]
pub enum Coding {
    Gzip,
    Deflate,
    Br,
    Zstd,
}

impl Coding {
    /// The coding of that name, compared without case; `identity` is none.
    pub fn named(name: &[u8]) -> Option<Self> {
        const NAMES: [(&[u8], Coding); 5] = [
            (b"gzip", Coding::Gzip),
            (b"x-gzip", Coding::Gzip),
            (b"deflate", Coding::Deflate),
            (b"br", Coding::Br),
            (b"zstd", Coding::Zstd),
        ];
        NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, coding)| *coding)
    }

    /// Its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Br => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// What is wrong inside a coded stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodingFault {
    /// It is not what its name says.
    Data,
    /// It wants a larger window than RFC 9659 allows.
    Window,
}

/// Why a body cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodingError {
    /// The stream is broken.
    Corrupt(Coding, CodingFault),
    /// The stream stops before its own end.
    Cut(Coding),
}

/// Undoes codings, however many, in bounded memory.
pub struct Decoder {
    /// The one that was applied last, which is undone first, is first.
    stages: Vec<Stage>,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.stages.iter().map(|s| s.coding)).finish()
    }
}

impl Decoder {
    /// For codings in the order in which they were applied (the order of the field).
    pub fn new(applied: &[Coding]) -> Self {
        Self { stages: applied.iter().rev().map(|&coding| Stage::new(coding)).collect() }
    }

    /// No coding: content passes as it is.
    pub fn is_identity(&self) -> bool {
        self.stages.is_empty()
    }

    /// Decodes `input`, giving content to `take` in pieces of at most 256 KiB.
    pub fn feed<E: From<CodingError>>(&mut self, input: &[u8], take: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        push(&mut self.stages, input, take)
    }

    /// The body has ended: has every stream, too?
    pub fn finish(&mut self) -> Result<(), CodingError> {
        for stage in &self.stages {
            // A lone 1f is the first half of a further gzip member's magic.
            if stage.began && (!stage.whole || stage.held == [0x1f]) {
                return Err(CodingError::Cut(stage.coding));
            }
        }
        Ok(())
    }

    /// Bytes that followed the end of a stream and were ignored.
    pub fn ignored(&self) -> u64 {
        self.stages.iter().map(|s| s.ignored).sum()
    }
}

fn push<E: From<CodingError>>(stages: &mut [Stage], input: &[u8], take: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let Some((stage, inner)) = stages.split_first_mut() else {
        return if input.is_empty() { Ok(()) } else { take(input) };
    };
    let mut rest = input;
    loop {
        let step = stage.step(rest)?;
        rest = &rest[step.taken..];
        push(inner, &stage.window[..step.made], take)?;
        let filled = step.made == stage.window.len();
        if filled && stage.window.len() < WINDOW {
            stage.window = vec![0; WINDOW];
        }
        // A full window may hide more output; an idle step with room left means that more input is needed.
        if !filled && (rest.is_empty() || (step.taken == 0 && step.made == 0)) {
            return Ok(());
        }
    }
}

struct Stage {
    coding: Coding,
    engine: Engine,
    window: Vec<u8>,
    /// Any byte has come.
    began: bool,
    /// At the end of a member or frame.
    whole: bool,
    /// Bytes held back until it is clear what begins here: a zlib header, a further gzip member.
    held: Vec<u8>,
    ignored: u64,
}

enum Engine {
    /// deflate: zlib as the RFC says or raw as some servers send, decided by the first two bytes.
    Sniffing,
    Flate(Decompress),
    Br(Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>),
    Zstd(zstd::stream::raw::Decoder<'static>),
    /// After the end: whatever comes is ignored.
    Ended,
}

#[derive(Default)]
struct Step {
    taken: usize,
    made: usize,
}

impl Stage {
    fn new(coding: Coding) -> Self {
        let engine = match coding {
            Coding::Gzip => Engine::Flate(Decompress::new_gzip(15)),
            Coding::Deflate => Engine::Sniffing,
            Coding::Br => {
                let alloc = StandardAlloc::default;
                Engine::Br(Box::new(BrotliState::new(alloc(), alloc(), alloc())))
            }
            Coding::Zstd => match zstd::stream::raw::Decoder::new() {
                Ok(mut decoder) => {
                    let _ = decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG));
                    Engine::Zstd(decoder)
                }
                // Out of memory: as if the data could not be read.
                Err(_) => Engine::Sniffing,
            },
        };
        Self { coding, engine, window: vec![0; WINDOW_FIRST], began: false, whole: false, held: Vec::new(), ignored: 0 }
    }

    /// Decodes some of `input` into the window.
    fn step(&mut self, input: &[u8]) -> Result<Step, CodingError> {
        if input.is_empty() && !self.began {
            return Ok(Step::default());
        }
        self.began = true;
        let corrupt = CodingError::Corrupt(self.coding, CodingFault::Data);
        match &mut self.engine {
            Engine::Sniffing if self.coding != Coding::Deflate => Err(corrupt),
            Engine::Sniffing => {
                let missing = 2 - self.held.len();
                let taken = missing.min(input.len());
                self.held.extend_from_slice(&input[..taken]);
                let [a, b] = self.held[..] else { return Ok(Step { taken, made: 0 }) };
                // RFC 1950 §2.2: method 8, and the two bytes are a multiple of 31.
                let zlib = a & 0x0f == 8 && (u16::from(a) << 8 | u16::from(b)) % 31 == 0;
                let mut inflate = Decompress::new(zlib);
                let made = flate(&mut inflate, &[a, b], &mut self.window).map_err(|()| corrupt)?;
                self.whole = made.2;
                self.engine = if made.2 { Engine::Ended } else { Engine::Flate(inflate) };
                Ok(Step { taken, made: made.1 })
            }
            Engine::Flate(inflate) if self.whole => {
                // Another member begins with 1f 8b; anything else after the end is ignored.
                let taken = (2 - self.held.len()).min(input.len());
                self.held.extend_from_slice(&input[..taken]);
                match self.held[..] {
                    [] => Ok(Step::default()),
                    [0x1f] => {
                        // The first half of a member's magic: if nothing follows, something is missing.
                        Ok(Step { taken, made: 0 })
                    }
                    [0x1f, 0x8b] => {
                        *inflate = Decompress::new_gzip(15);
                        self.whole = false;
                        self.held.clear();
                        let (_, made, _) = flate(inflate, &[0x1f, 0x8b], &mut self.window).map_err(|()| corrupt)?;
                        Ok(Step { taken, made })
                    }
                    _ => {
                        self.ignored += self.held.len() as u64;
                        self.engine = Engine::Ended;
                        Ok(Step { taken, made: 0 })
                    }
                }
            }
            Engine::Flate(inflate) => {
                let (taken, made, end) = flate(inflate, input, &mut self.window).map_err(|()| corrupt)?;
                if end {
                    self.whole = true;
                    if self.coding == Coding::Deflate {
                        self.engine = Engine::Ended;
                    }
                }
                Ok(Step { taken, made })
            }
            Engine::Br(state) => {
                let (mut room_in, mut taken, mut room, mut made, mut total) = (input.len(), 0, self.window.len(), 0, 0);
                let result = BrotliDecompressStream(
                    &mut room_in,
                    &mut taken,
                    input,
                    &mut room,
                    &mut made,
                    &mut self.window,
                    &mut total,
                    state,
                );
                match result {
                    BrotliResult::ResultFailure => Err(corrupt),
                    BrotliResult::ResultSuccess => {
                        self.whole = true;
                        self.engine = Engine::Ended;
                        Ok(Step { taken, made })
                    }
                    BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => Ok(Step { taken, made }),
                }
            }
            Engine::Zstd(decoder) => {
                let mut from = InBuffer::around(input);
                let mut to = OutBuffer::around(self.window.as_mut_slice());
                match decoder.run(&mut from, &mut to) {
                    Ok(hint) => {
                        let (taken, made) = (from.pos(), to.pos());
                        if taken > 0 || made > 0 {
                            self.whole = hint == 0;
                        }
                        Ok(Step { taken, made })
                    }
                    Err(error) if error.to_string().contains("memory") => {
                        Err(CodingError::Corrupt(self.coding, CodingFault::Window))
                    }
                    Err(_) => Err(corrupt),
                }
            }
            Engine::Ended => {
                self.ignored += input.len() as u64;
                Ok(Step { taken: input.len(), made: 0 })
            }
        }
    }
}

/// Bytes taken, bytes made, whether the stream has ended.
fn flate(inflate: &mut Decompress, input: &[u8], window: &mut [u8]) -> Result<(usize, usize, bool), ()> {
    let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
    let status = inflate.decompress(input, window, FlushDecompress::None).map_err(|_| ())?;
    // invariant: both are lengths of slices.
    let fit = |n: u64| usize::try_from(n).expect("no more than the buffers hold");
    let (taken, made) = (fit(inflate.total_in() - before_in), fit(inflate.total_out() - before_out));
    Ok((taken, made, status == Status::StreamEnd))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;
    use crate::stages::response::tests::at_every_split;

    impl From<CodingError> for String {
        fn from(error: CodingError) -> Self {
            format!("{error:?}")
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut to = GzEncoder::new(Vec::new(), Compression::default());
        to.write_all(bytes).expect("memory");
        to.finish().expect("memory")
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut to = ZlibEncoder::new(Vec::new(), Compression::default());
        to.write_all(bytes).expect("memory");
        to.finish().expect("memory")
    }

    fn raw(bytes: &[u8]) -> Vec<u8> {
        let mut to = DeflateEncoder::new(Vec::new(), Compression::default());
        to.write_all(bytes).expect("memory");
        to.finish().expect("memory")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ::zstd::stream::encode_all(bytes, 3).expect("memory")
    }

    /// "hello, hello, hello" by the reference encoder.
    const BR: &[u8] = &[0x8b, 0x09, 0x00, 0xf8];

    fn decode(codings: &[Coding], parts: &[&[u8]]) -> Result<(Vec<u8>, u64), String> {
        let mut decoder = Decoder::new(codings);
        let mut content = Vec::new();
        for part in parts {
            decoder.feed::<String>(part, &mut |bytes| {
                content.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        decoder.finish()?;
        Ok((content, decoder.ignored()))
    }

    const TEXT: &[u8] = b"the quick brown fox jumps over the lazy dog, the quick brown fox jumps over the lazy dog";

    #[test]
    fn each_coding_may_be_split_anywhere() {
        for (coding, bytes) in
            [(Coding::Gzip, gzip(TEXT)), (Coding::Deflate, zlib(TEXT)), (Coding::Deflate, raw(TEXT)), (Coding::Zstd, zstd(TEXT))]
        {
            at_every_split(&bytes, |parts| assert_eq!(decode(&[coding], parts), Ok((TEXT.to_vec(), 0)), "{coding:?}"));
        }
    }

    #[test]
    fn several_members_and_frames_are_one_content() {
        let two = [gzip(b"one "), gzip(b"two")].concat();
        at_every_split(&two, |parts| assert_eq!(decode(&[Coding::Gzip], parts), Ok((b"one two".to_vec(), 0))));
        let two = [zstd(b"one "), zstd(b"two")].concat();
        at_every_split(&two, |parts| assert_eq!(decode(&[Coding::Zstd], parts), Ok((b"one two".to_vec(), 0))));
    }

    #[test]
    fn a_stream_cut_anywhere_is_never_a_success() {
        for (coding, bytes) in
            [(Coding::Gzip, gzip(TEXT)), (Coding::Deflate, zlib(TEXT)), (Coding::Deflate, raw(TEXT)), (Coding::Zstd, zstd(TEXT))]
        {
            for end in 1..bytes.len() {
                assert!(decode(&[coding], &[&bytes[..end]]).is_err(), "{coding:?} cut at {end}");
            }
        }
        let two = [gzip(b"one "), gzip(b"two")].concat();
        let one = gzip(b"one ").len();
        for end in one + 1..two.len() {
            assert!(decode(&[Coding::Gzip], &[&two[..end]]).is_err(), "second member cut at {end}");
        }
    }

    #[test]
    fn nothing_at_all_is_empty_content() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Br, Coding::Zstd] {
            assert_eq!(decode(&[coding], &[]), Ok((Vec::new(), 0)));
            assert_eq!(decode(&[coding], &[b""]), Ok((Vec::new(), 0)));
        }
    }

    #[test]
    fn bytes_after_the_end_are_ignored_and_counted() {
        let padded = [gzip(b"one"), vec![0; 5]].concat();
        at_every_split(&padded, |parts| assert_eq!(decode(&[Coding::Gzip], parts), Ok((b"one".to_vec(), 5))));
        let padded = [zlib(b"one"), b"more".to_vec()].concat();
        at_every_split(&padded, |parts| assert_eq!(decode(&[Coding::Deflate], parts), Ok((b"one".to_vec(), 4))));
    }

    #[test]
    fn what_is_not_in_its_coding_is_corrupt() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
            assert!(decode(&[coding], &[b"<html>plain text, not compressed at all</html>"]).is_err(), "{coding:?}");
        }
        let mut broken = gzip(TEXT);
        let crc = broken.len() - 8;
        broken[crc] ^= 1;
        assert!(decode(&[Coding::Gzip], &[&broken]).is_err(), "the checksum is checked");
    }

    #[test]
    fn several_codings_are_undone_in_order() {
        let bytes = gzip(&zstd(&zlib(TEXT)));
        let applied = [Coding::Deflate, Coding::Zstd, Coding::Gzip];
        at_every_split(&bytes, |parts| assert_eq!(decode(&applied, parts), Ok((TEXT.to_vec(), 0))));
    }

    #[test]
    fn brotli_ends_where_it_says() {
        assert!(decode(&[Coding::Br], &[&BR[..2]]).is_err());
        // An empty last meta-block: the shortest brotli stream.
        assert_eq!(decode(&[Coding::Br], &[&[0x06]]), Ok((Vec::new(), 0)));
        assert_eq!(decode(&[Coding::Br], &[&[0x06, 1, 2]]), Ok((Vec::new(), 2)));
    }

    #[test]
    fn a_bomb_comes_out_in_pieces_of_one_window() {
        let bomb = gzip(&gzip(&vec![0; 64 << 20]));
        let (mut most, mut total) = (0, 0);
        let mut decoder = Decoder::new(&[Coding::Gzip, Coding::Gzip]);
        decoder
            .feed::<String>(&bomb, &mut |bytes| {
                most = most.max(bytes.len());
                total += bytes.len();
                Ok(())
            })
            .expect("well formed");
        decoder.finish().expect("whole");
        assert_eq!((total, most), (64 << 20, WINDOW));
    }

    #[test]
    fn a_zstd_window_beyond_rfc_9659_is_refused() {
        // Magic, a frame header with a window of 2^27 bytes, an empty last block.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
        assert_eq!(decode(&[Coding::Zstd], &[&frame]), Err("Corrupt(Zstd, Window)".to_owned()));
    }

    #[test]
    fn the_taker_can_stop_it() {
        let mut decoder = Decoder::new(&[Coding::Gzip]);
        let result = decoder.feed::<String>(&gzip(TEXT), &mut |_| Err("full".to_owned()));
        assert_eq!(result, Err("full".to_owned()));
    }
}
