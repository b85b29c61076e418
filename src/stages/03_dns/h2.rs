//! As much HTTP/2 (RFC 9113) as one POST after another needs: what DNS over HTTPS servers speak, some of them nothing else.
//!
//! One stream at a time, no compression context (SETTINGS_HEADER_TABLE_SIZE 0, so that of HPACK only the status need be understood),
//! no push. Whatever does not fit is an error, never a guess.

use std::time::Duration;

use super::failure::Failure;
use super::stream::{Bytes, broken};
use crate::deadline::Deadline;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 0x20;

/// SETTINGS_MAX_FRAME_SIZE as it is unless said otherwise.
const MOST_FRAME: usize = 16_384;
/// A DNS message is not longer.
const MOST_BODY: usize = 65_535;
/// Frames that say nothing about our stream.
const MOST_FRAMES: usize = 1_000;

/// One side of a connection, from its preface on.
#[derive(Debug, Default)]
pub(super) struct Http2 {
    /// Streams used so far; a client's are odd.
    streams: u32,
    /// Received and not yet read.
    buffer: Vec<u8>,
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl Http2 {
    /// POSTs `body`; the status and the content of the answer.
    pub(super) fn post(
        &mut self,
        to: &mut dyn Bytes,
        authority: &str,
        path: &str,
        body: &[u8],
        begun: Duration,
        until: &Deadline<'_>,
    ) -> Result<(u16, Vec<u8>), Failure> {
        let mut bytes = Vec::with_capacity(512 + body.len());
        if self.streams == 0 {
            bytes.extend_from_slice(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            // HEADER_TABLE_SIZE (1) = 0, ENABLE_PUSH (2) = 0.
            frame(&mut bytes, SETTINGS, 0, 0, &[0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
        }
        let stream = self.streams * 2 + 1;
        self.streams += 1;
        frame(&mut bytes, HEADERS, END_HEADERS, stream, &request(authority, path, body.len()));
        frame(&mut bytes, DATA, END_STREAM, stream, body);
        send(to, &bytes, begun, until)?;

        let mut status = None;
        let mut content = Vec::new();
        for _ in 0..MOST_FRAMES {
            let frame = self.next(to, begun, until)?;
            let mine = frame.stream == stream;
            match frame.kind {
                // 1xx answers and trailers come as HEADERS too.
                HEADERS if mine && status.is_none() => {
                    let said = decode_status(unpadded(&frame)?).ok_or_else(|| malformed("status"))?;
                    status = (said >= 200).then_some(said);
                }
                DATA if mine => {
                    content.extend_from_slice(unpadded(&frame)?);
                    if content.len() > MOST_BODY {
                        return Err(malformed("more than 65535 bytes"));
                    }
                    // The stream's own window holds the longest message; the connection's is for all streams together.
                    let taken = u32::try_from(frame.payload.len()).unwrap_or(0);
                    if taken > 0 {
                        let mut update = Vec::new();
                        self::frame(&mut update, WINDOW_UPDATE, 0, 0, &taken.to_be_bytes());
                        send(to, &update, begun, until)?;
                    }
                }
                SETTINGS if frame.flags & ACK == 0 => {
                    let mut ack = Vec::new();
                    self::frame(&mut ack, SETTINGS, ACK, 0, &[]);
                    send(to, &ack, begun, until)?;
                }
                PING if frame.flags & ACK == 0 => {
                    let mut pong = Vec::new();
                    self::frame(&mut pong, PING, ACK, 0, &frame.payload);
                    send(to, &pong, begun, until)?;
                }
                RST_STREAM if mine => return Err(malformed("RST_STREAM")),
                GOAWAY => return Err(Failure::Closed { read: content.len() }),
                _ => {}
            }
            if mine && matches!(frame.kind, HEADERS | DATA) && frame.flags & END_STREAM != 0 {
                return status.map(|status| (status, content)).ok_or_else(|| malformed("status"));
            }
        }
        Err(malformed("frames without end"))
    }

    fn next(&mut self, from: &mut dyn Bytes, begun: Duration, until: &Deadline<'_>) -> Result<Frame, Failure> {
        loop {
            if let Some(header) = self.buffer.get(..9) {
                let length = usize::from(header[0]) << 16 | usize::from(header[1]) << 8 | usize::from(header[2]);
                if length > MOST_FRAME {
                    return Err(malformed("frame size"));
                }
                let (kind, flags) = (header[3], header[4]);
                let stream = u32::from_be_bytes([header[5] & 0x7f, header[6], header[7], header[8]]);
                if let Some(payload) = self.buffer.get(9..9 + length) {
                    let payload = payload.to_vec();
                    self.buffer.drain(..9 + length);
                    return Ok(Frame { kind, flags, stream, payload });
                }
            }
            let mut chunk = [0; 4096];
            match from.read(&mut chunk, until) {
                Ok(0) => return Err(Failure::Closed { read: self.buffer.len() }),
                Ok(n) => self.buffer.extend_from_slice(&chunk[..n]),
                Err(e) => return Err(broken("read", &e, begun, until)),
            }
        }
    }
}

fn malformed(what: &str) -> Failure {
    Failure::Malformed { what: format!("HTTP/2: {what}") }
}

fn send(to: &mut dyn Bytes, mut bytes: &[u8], begun: Duration, until: &Deadline<'_>) -> Result<(), Failure> {
    while !bytes.is_empty() {
        match to.write(bytes, until) {
            Ok(0) => return Err(Failure::Closed { read: 0 }),
            Ok(n) => bytes = &bytes[n..],
            Err(e) => return Err(broken("write", &e, begun, until)),
        }
    }
    Ok(())
}

/// RFC 9113 §4.1
fn frame(to: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    to.extend_from_slice(&length.to_be_bytes()[1..]);
    to.extend_from_slice(&[kind, flags]);
    to.extend_from_slice(&stream.to_be_bytes());
    to.extend_from_slice(payload);
}

/// The header block: literals without indexing, without Huffman coding (RFC 7541 §6.2.2); numbers are places in the static table.
fn request(authority: &str, path: &str, length: usize) -> Vec<u8> {
    // :method POST, :scheme https
    let mut block = vec![0x83, 0x87];
    let length = length.to_string();
    for (index, value) in
        [(1, authority), (4, path), (19, "application/dns-message"), (28, &length), (31, "application/dns-message")]
    {
        integer(&mut block, 0, 4, index);
        integer(&mut block, 0, 7, value.len());
        block.extend_from_slice(value.as_bytes());
    }
    block
}

/// RFC 7541 §5.1
fn integer(to: &mut Vec<u8>, high: u8, bits: u32, value: usize) {
    let most = (1_usize << bits) - 1;
    if value < most {
        to.push(high | value as u8);
        return;
    }
    to.push(high | most as u8);
    let mut rest = value - most;
    while rest >= 128 {
        to.push((rest % 128) as u8 | 0x80);
        rest /= 128;
    }
    to.push(rest as u8);
}

fn unpadded(frame: &Frame) -> Result<&[u8], Failure> {
    let mut payload = &frame.payload[..];
    if frame.flags & PADDED != 0 {
        let (&pad, rest) = payload.split_first().ok_or_else(|| malformed("padding"))?;
        payload = rest.get(..rest.len().saturating_sub(pad.into())).ok_or_else(|| malformed("padding"))?;
    }
    if frame.kind == HEADERS && frame.flags & PRIORITY != 0 {
        payload = payload.get(5..).ok_or_else(|| malformed("priority"))?;
    }
    Ok(payload)
}

/// `:status` is the first field of a response (RFC 9113 §8.3); the others are of no interest here.
fn decode_status(mut block: &[u8]) -> Option<u16> {
    // Dynamic table size updates may stand before it (RFC 7541 §4.2).
    while block.first()? & 0xe0 == 0x20 {
        block = &block[1..];
    }
    let first = *block.first()?;
    if first & 0x80 != 0 {
        // Indexed: 8 to 14 of the static table.
        return [200, 204, 206, 304, 400, 404, 500].get(usize::from(first & 0x7f).checked_sub(8)?).copied();
    }
    // Literal, with or without indexing: the name is one of the same places.
    let index = if first & 0xc0 == 0x40 { first & 0x3f } else { first & 0x0f };
    if !(8..=14).contains(&index) {
        return None;
    }
    let length = *block.get(1)?;
    let value = block.get(2..2 + usize::from(length & 0x7f))?;
    let digits = if length & 0x80 == 0 { value.to_vec() } else { huffman_digits(value)? };
    std::str::from_utf8(&digits).ok()?.parse().ok().filter(|s| (100..=999).contains(s))
}

/// The digits of RFC 7541 Appendix B: `0`, `1`, `2` have five bits (0, 1, 2), the others six (0x19 to 0x1f).
fn huffman_digits(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut digits = Vec::with_capacity(3);
    let (mut window, mut have) = (0_u32, 0_u32);
    let mut input = bytes.iter();
    while digits.len() < 3 {
        while have < 6 {
            match input.next() {
                Some(b) => (window, have) = (window << 8 | u32::from(*b), have + 8),
                None if have == 5 => break,
                None => return None,
            }
        }
        let five = (window >> (have - 5)) & 0x1f;
        if five <= 2 {
            digits.push(b'0' + five as u8);
            have -= 5;
        } else {
            let six = (window >> have.checked_sub(6)?) & 0x3f;
            digits.push(b'3' + u8::try_from(six.checked_sub(0x19)?).ok().filter(|d| *d <= 6)?);
            have -= 6;
        }
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_in_each_way_it_can_be_written() {
        assert_eq!(decode_status(&[0x88]), Some(200));
        assert_eq!(decode_status(&[0x20, 0x8d, 0xff]), Some(404));
        assert_eq!(decode_status(b"\x08\x03415"), Some(415));
        assert_eq!(decode_status(b"\x48\x03503"), Some(503));
        // Examples of RFC 7541 C.6: "302" is 64 02, "307" is 64 0e ff.
        assert_eq!(decode_status(&[0x48, 0x82, 0x64, 0x02]), Some(302));
        assert_eq!(decode_status(&[0x48, 0x83, 0x64, 0x0e, 0xff]), Some(307));
        for wrong in [&[][..], &[0x20], &[0x82], &[0x48, 0x83, 0x64], b"\x08\x0220", b"\x08\x03abc", b"\x0f\x10\x00"] {
            assert_eq!(decode_status(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn long_values_have_long_lengths() {
        // RFC 7541 C.1.2: 1337 with a prefix of five bits.
        let mut bytes = Vec::new();
        integer(&mut bytes, 0, 5, 1337);
        assert_eq!(bytes, [31, 154, 10]);
        let block = request("dns.example", &format!("/{}", "x".repeat(200)), 33);
        assert!(block.windows(3).any(|w| w == [4, 127, 74]));
    }

    proptest::proptest! {
        #[test]
        fn no_header_block_makes_it_panic(block in proptest::collection::vec(proptest::num::u8::ANY, 0..20)) {
            let _ = decode_status(&block);
        }
    }
}
