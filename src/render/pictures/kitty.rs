//! The kitty graphics protocol (sw.kovidgoyal.net/kitty/graphics-protocol): APC commands with a payload in base64.
//!
//! `a=T` transmit and show, `f=100` PNG, `r` lines high (the width follows), `C=1` the cursor stays, `q=2` no answer: nobody reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest payload of one command.
const CHUNK: usize = 4096;

pub(super) fn command(png: &[u8], rows: usize) -> Vec<u8> {
    let payload = STANDARD.encode(png);
    let chunks = payload.as_bytes().chunks(CHUNK);
    let last = chunks.len().saturating_sub(1);
    let mut out = Vec::with_capacity(payload.len() + 16 * (last + 1) + 32);
    for (n, chunk) in chunks.enumerate() {
        let more = u8::from(n < last);
        let keys = if n == 0 { format!("a=T,f=100,r={rows},C=1,q=2,m={more}") } else { format!("m={more},q=2") };
        out.extend(b"\x1b_G");
        out.extend(keys.bytes());
        out.push(b';');
        out.extend(chunk);
        out.extend(b"\x1b\\");
    }
    out
}
