//! Stage 6 alone: `printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi' > answer; cargo run --example response answer`

use std::io::Write as _;

use jaunt::stages::response::{Asked, Limits, Piece, ResponseReader};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bytes = std::fs::read(std::env::args_os().nth(1).unwrap_or_else(|| "/dev/stdin".into()))?;
    let asked = Asked { head: false, connect: false, upgrade: false, decodes: false, keeps: true, limits: Limits::default() };
    let (mut reader, mut input) = (ResponseReader::new(asked), &bytes[..]);
    let mut out = std::io::stdout();
    loop {
        let (taken, piece) = reader.feed(input)?;
        input = &input[taken..];
        match piece {
            Some(Piece::Interim(head, _)) => writeln!(out, "interim {}", head.status)?,
            Some(Piece::Head(it)) => writeln!(out, "status {}, {:?}", it.head.status, it.framing)?,
            Some(Piece::Body(bytes)) => writeln!(out, "body, {} bytes", bytes.len())?,
            Some(Piece::Trailers(fields)) => writeln!(out, "trailers, {} fields", fields.len())?,
            Some(Piece::End) => return Ok(writeln!(out, "end; {} bytes follow", input.len())?),
            None if input.is_empty() => return Ok(reader.eof()?),
            None => {}
        }
    }
}
