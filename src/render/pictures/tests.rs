//! What is sent is read back as a terminal would.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, Rgba, RgbaImage};
use insta::assert_snapshot;

use super::*;

fn screen(protocol: Protocol) -> Screen {
    Screen { protocol, columns: 80, rows: 24, cell: (10, 20) }
}

fn encoded(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Red, green; blue, nothing.
fn tiny() -> RgbaImage {
    let colours = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [0, 0, 0, 0]];
    RgbaImage::from_fn(2, 2, |x, y| Rgba(colours[(y * 2 + x) as usize]))
}

/// Colours enough that no palette of 256 holds them.
fn gradient(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        Rgba([(x * 255 / width) as u8, (y * 255 / height) as u8, ((x ^ y) & 255) as u8, 255])
    })
}

fn read(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The payloads of the kitty commands in `text`, put together, and the keys of the first.
fn kitty_payload(text: &str) -> (String, Vec<u8>) {
    let mut payload = String::new();
    let mut first = None;
    let commands: Vec<_> = text.split("\x1b_G").skip(1).collect();
    for (n, command) in commands.iter().enumerate() {
        let (command, _) = command.split_once("\x1b\\").unwrap();
        let (keys, data) = command.split_once(';').unwrap();
        assert!(data.len() <= 4096 && (data.len() % 4 == 0 || n + 1 == commands.len()));
        assert_eq!(keys.contains("m=1"), n + 1 < commands.len(), "{keys}");
        assert!(keys.contains("q=2"), "an answer would be typed into the shell: {keys}");
        payload.push_str(data);
        first.get_or_insert_with(|| keys.to_owned());
    }
    (first.unwrap(), STANDARD.decode(payload).unwrap())
}

/// Pixels of the sixels in `text`, as a terminal paints them.
fn sixels(text: &str) -> RgbaImage {
    let body = text.split_once("\x1bP0;1;0q\"1;1;").unwrap().1.split_once("\x1b\\").unwrap().0;
    let mut rest = body.bytes().peekable();
    let number = |rest: &mut std::iter::Peekable<std::str::Bytes<'_>>| {
        let mut n = 0u32;
        while let Some(d) = rest.next_if(u8::is_ascii_digit) {
            n = n * 10 + u32::from(d - b'0');
        }
        n
    };
    let width = number(&mut rest);
    assert_eq!(rest.next(), Some(b';'));
    let height = number(&mut rest);
    let mut picture = RgbaImage::new(width, height);
    let mut palette = std::collections::HashMap::new();
    let (mut x, mut band, mut colour) = (0, 0, Rgba([0; 4]));
    while let Some(c) = rest.next() {
        let mut times = 1;
        let mut c = c;
        match c {
            b'#' => {
                let register = number(&mut rest);
                if rest.next_if_eq(&b';').is_some() {
                    assert_eq!(number(&mut rest), 2);
                    let mut rgb = [255; 4];
                    for part in &mut rgb[..3] {
                        assert_eq!(rest.next(), Some(b';'));
                        *part = (number(&mut rest) * 255 / 100) as u8;
                    }
                    palette.insert(register, Rgba(rgb));
                } else {
                    colour = palette[&register];
                }
                continue;
            }
            b'$' => {
                x = 0;
                continue;
            }
            b'-' => {
                (x, band) = (0, band + 6);
                continue;
            }
            b'!' => {
                times = number(&mut rest);
                c = rest.next().unwrap();
            }
            _ => {}
        }
        assert!((b'?'..=b'~').contains(&c), "{c}");
        for _ in 0..times {
            for line in (0..6).filter(|line| (c - b'?') >> line & 1 == 1) {
                picture.put_pixel(x, band + line, colour);
            }
            x += 1;
        }
    }
    picture
}

#[test]
fn each_protocol_has_its_frame() {
    let shown = |bytes: &[u8]| crate::render::visible::visible_bytes(bytes);
    assert_snapshot!(shown(&kitty::command(b"PNG", 3)), @r"\x1b_Ga=T,f=100,r=3,C=1,q=2,m=0;UE5H\x1b\");
    assert_snapshot!(shown(&iterm::command(b"PNG", (4, 3))), @r"\x1b]1337;File=inline=1;size=3;width=4;height=3;preserveAspectRatio=1:UE5H\x07");
    assert_snapshot!(shown(&sixel::command(&tiny())), @r##"\x1bP0;1;0q"1;1;2;2#0;2;100;0;0#1;2;0;100;0#2;2;0;0;100#0@$#1?@$#2A\x1b\"##);
    let drawing = Drawing { cells: (4, 3), bytes: b"<picture>".to_vec() };
    assert_snapshot!(shown(&boxed(&drawing, 12)), @r"\n\n\n\x1b[3A\x1b[12C\x1b7<picture>\x1b8\x1b[3B\r");
}

#[test]
fn kitty_gets_the_pixels_in_chunks() {
    for picture in [tiny(), gradient(300, 200)] {
        let sent = read(&show(&encoded(&picture), Format::Png, screen(Protocol::Kitty), 12).unwrap());
        let (keys, png) = kitty_payload(&sent);
        assert!(keys.starts_with("a=T,f=100,r="), "{keys}");
        assert_eq!(image::load_from_memory(&png).unwrap().into_rgba8(), picture);
    }
}

#[test]
fn iterm_gets_the_pixels_and_their_cells() {
    let picture = gradient(300, 200);
    let sent = read(&show(&encoded(&picture), Format::Png, screen(Protocol::Iterm), 12).unwrap());
    let (head, data) = sent.split_once("\x1b]1337;File=").unwrap().1.split_once(':').unwrap();
    let png = STANDARD.decode(data.split_once('\x07').unwrap().0).unwrap();
    assert_eq!(head, format!("inline=1;size={};width=30;height=10;preserveAspectRatio=1", png.len()));
    assert_eq!(image::load_from_memory(&png).unwrap().into_rgba8(), picture);
}

#[test]
fn sixels_paint_few_colours_exactly_and_many_nearly() {
    let sent = read(&show(&encoded(&tiny()), Format::Png, screen(Protocol::Sixel), 12).unwrap());
    assert_eq!(sixels(&sent), tiny());
    let picture = gradient(300, 200);
    let sent = read(&show(&encoded(&picture), Format::Png, screen(Protocol::Sixel), 12).unwrap());
    let painted = sixels(&sent);
    assert_eq!(painted.dimensions(), (300, 200));
    let off: u64 =
        painted.pixels().zip(picture.pixels()).flat_map(|(a, b)| (0..3).map(|n| u64::from(a.0[n].abs_diff(b.0[n])))).sum();
    assert!(off / (300 * 200 * 3) < 16, "{off}");
}

#[test]
fn pictures_of_any_shape_stay_in_their_box() {
    for (width, height) in [(1, 1), (16, 16), (700, 500), (2_000, 1), (1, 2_000)] {
        let bytes = encoded(&gradient(width, height));
        for (columns, rows) in [(80, 24), (60, 10), (20, 4), (5, 1)] {
            for cell in [(3, 6), (12, 24)] {
                let screen = Screen { protocol: Protocol::Sixel, columns, rows, cell };
                let sent = read(&show(&bytes, Format::Png, screen, 12).unwrap());
                let painted = sixels(&sent);
                let lines = sent.bytes().take_while(|&b| b == b'\n').count();
                assert!((1..=ROWS).contains(&lines) && lines <= rows.saturating_sub(2).max(1));
                assert!(painted.width() <= cell.0 * columns.saturating_sub(13).clamp(1, COLUMNS) as u32);
                assert!(painted.height() <= cell.1 * lines as u32, "{width}x{height} on {columns}x{rows}");
            }
        }
    }
}

#[test]
fn nothing_of_a_file_reaches_the_terminal_but_its_pixels() {
    // A PNG with a text chunk and with bytes behind its end that are terminal commands.
    let mut bytes = encoded(&tiny());
    let end = bytes.len() - 12;
    let (kind, data) = (b"tEXt", b"Comment\0\x1b]0;owned\x07");
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    let mut crc = flate2::Crc::new();
    crc.update(&chunk[4..]);
    chunk.extend(crc.sum().to_be_bytes());
    bytes.splice(end..end, chunk);
    bytes.extend(b"\x1b]0;owned\x07");
    for protocol in [Protocol::Kitty, Protocol::Iterm, Protocol::Sixel] {
        let sent = show(&bytes, Format::Png, screen(protocol), 12).unwrap();
        assert_eq!(sent, show(&encoded(&tiny()), Format::Png, screen(protocol), 12).unwrap(), "{protocol:?}");
        assert!(sent.iter().all(|b| b.is_ascii()));
    }
}
