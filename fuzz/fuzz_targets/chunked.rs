//! The chunked coding: a body that was chunked in any way comes out again, and nothing makes the reader panic.
#![no_main]

use jaunt::stages::response::{ChunkReader, Chunked};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut reader = ChunkReader::new(4096);
    let mut rest = data;
    while let Ok((taken, what)) = reader.feed(rest) {
        rest = &rest[taken..];
        if matches!(what, Chunked::More | Chunked::End) {
            break;
        }
    }
    let mut coded = Vec::new();
    for chunk in data.chunks(1 + data.len() / 7) {
        coded.extend_from_slice(format!("{:x};n=v\r\n", chunk.len()).as_bytes());
        coded.extend_from_slice(chunk);
        coded.extend_from_slice(b"\r\n");
    }
    coded.extend_from_slice(b"0\r\n\r\n");
    let (mut reader, mut content) = (ChunkReader::new(4096), Vec::new());
    for part in coded.chunks(1 + data.first().copied().map_or(0, usize::from)) {
        let mut rest = part;
        while !rest.is_empty() {
            let (taken, what) = reader.feed(rest).expect("well formed");
            rest = &rest[taken..];
            if let Chunked::Data(bytes) = what {
                content.extend_from_slice(bytes);
            }
        }
    }
    assert!(reader.is_done());
    assert_eq!(content, data);
});
