//! The response reader and the decoders: whatever a peer sends, however it is cut, they do not panic, and the cuts change nothing.
#![no_main]

use jaunt::stages::response::{Asked, Coding, CodingError, Decoder, Limits, Piece, ResponseError, ResponseReader};
use libfuzzer_sys::fuzz_target;

/// Content and whether the answer was whole.
fn read(asked: Asked, parts: &[&[u8]]) -> (Vec<u8>, Result<bool, ResponseError>) {
    let mut reader = ResponseReader::new(asked);
    let mut content = Vec::new();
    for part in parts {
        let mut rest = *part;
        loop {
            let (taken, piece) = match reader.feed(rest) {
                Ok(step) => step,
                Err(error) => return (content, Err(error)),
            };
            rest = &rest[taken..];
            match piece {
                Some(Piece::Body(bytes)) => content.extend_from_slice(bytes),
                Some(Piece::End) => return (content, Ok(true)),
                Some(_) => {}
                None if rest.is_empty() || taken == 0 => break,
                None => {}
            }
        }
    }
    let end = reader.eof().map(|()| false);
    (content, end)
}

#[derive(Debug)]
struct Stop;
impl From<CodingError> for Stop {
    fn from(_: CodingError) -> Self {
        Self
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&[flags, cut], bytes)) = data.split_at_checked(2).map(|(a, b)| (<&[u8; 2]>::try_from(a).expect("two"), b)) else {
        return;
    };
    let limits = Limits { head_bytes: 4096, content_bytes: None, interim: 10 };
    let asked = Asked {
        head: flags & 1 != 0,
        connect: flags & 2 != 0,
        upgrade: flags & 4 != 0,
        decodes: true,
        keeps: true,
        limits,
    };
    let whole = read(asked, &[bytes]);
    let (a, b) = bytes.split_at(usize::from(cut).min(bytes.len()));
    let halves = read(asked, &[a, b]);
    if let (Ok(x), Ok(y)) = (&whole.1, &halves.1) {
        assert_eq!((&whole.0, x), (&halves.0, y));
    }
    let coding = [Coding::Gzip, Coding::Deflate, Coding::Br, Coding::Zstd][usize::from(flags >> 6)];
    let mut decoder = Decoder::new(&[coding]);
    let mut made = 0usize;
    let _ = decoder.feed::<Stop>(bytes, &mut |content| {
        made += content.len();
        if made > 16 << 20 { Err(Stop) } else { Ok(()) }
    });
    let _ = decoder.finish();
});
