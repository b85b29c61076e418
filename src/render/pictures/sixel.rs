//! Sixels (DEC STD 070, VT330/VT340 Programmer Reference): bands of six lines, a colour at a time, each character a column of them.
//!
//! `DCS 0;1;0 q`: what is not drawn keeps its background. `"1;1;W;H`: square pixels, the size. `#N;2;R;G;B`: a colour in per cent.
//! `!N c`: N times c. `$`: back to the band's start. `-`: the next band.

use std::collections::HashMap;

use color_quant::NeuQuant;
use image::RgbaImage;

/// Registers of the terminals that have the fewest and are still in use.
const COLOURS: usize = 256;

/// Less than half there is not there.
const OPAQUE: u8 = 128;

/// Every 10th pixel is looked at for the palette, as its author advises.
const SAMPLE: i32 = 10;

pub(super) fn command(picture: &RgbaImage) -> Vec<u8> {
    let (palette, indices) = quantised(picture);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut out = format!("\x1bP0;1;0q\"1;1;{width};{height}").into_bytes();
    for (n, [r, g, b]) in palette.iter().enumerate() {
        let percent = |c: u8| (u32::from(c) * 100 + 127) / 255;
        out.extend(format!("#{n};2;{};{};{}", percent(*r), percent(*g), percent(*b)).bytes());
    }
    for (n, band) in indices.chunks(width * 6).enumerate() {
        if n > 0 {
            out.push(b'-');
        }
        // The columns of each colour in this band.
        let mut columns: Vec<Option<Vec<u8>>> = vec![None; palette.len()];
        for (line, row) in band.chunks(width).enumerate() {
            for (x, index) in row.iter().enumerate() {
                if let Some(index) = index {
                    columns[usize::from(*index)].get_or_insert_with(|| vec![0; width])[x] |= 1 << line;
                }
            }
        }
        let mut first = true;
        for (index, bits) in columns.iter().enumerate().filter_map(|(n, bits)| Some((n, bits.as_ref()?))) {
            if !std::mem::take(&mut first) {
                out.push(b'$');
            }
            out.extend(format!("#{index}").bytes());
            runs(&mut out, bits);
        }
    }
    out.extend(b"\x1b\\");
    out
}

/// The columns of one colour, repeated ones counted, the empty ones at the end left out.
fn runs(out: &mut Vec<u8>, bits: &[u8]) {
    let end = bits.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1);
    for run in bits[..end].chunk_by(|a, b| a == b) {
        let column = b'?' + run[0];
        if run.len() > 3 {
            out.extend(format!("!{}", run.len()).bytes());
            out.push(column);
        } else {
            out.extend(std::iter::repeat_n(column, run.len()));
        }
    }
}

/// At most [`COLOURS`] colours, and which of them each pixel has; `None` is transparent.
fn quantised(picture: &RgbaImage) -> (Vec<[u8; 3]>, Vec<Option<u8>>) {
    let opaque = |p: &[u8; 4]| (p[3] >= OPAQUE).then_some([p[0], p[1], p[2]]);
    let mut palette = Vec::new();
    let mut known: HashMap<[u8; 3], u8> = HashMap::new();
    for pixel in picture.pixels() {
        let Some(colour) = opaque(&pixel.0) else { continue };
        if known.contains_key(&colour) {
            continue;
        }
        let Ok(next) = u8::try_from(palette.len()) else {
            return learnt(picture, opaque);
        };
        known.insert(colour, next);
        palette.push(colour);
    }
    let indices = picture.pixels().map(|p| known.get(&opaque(&p.0)?).copied()).collect();
    (palette, indices)
}

/// More colours than there are registers: the nearest of a palette that is made for this picture.
fn learnt(picture: &RgbaImage, opaque: impl Fn(&[u8; 4]) -> Option<[u8; 3]>) -> (Vec<[u8; 3]>, Vec<Option<u8>>) {
    let solid: Vec<u8> = picture.pixels().filter_map(|p| opaque(&p.0)).flat_map(|[r, g, b]| [r, g, b, 255]).collect();
    let net = NeuQuant::new(SAMPLE, COLOURS, &solid);
    let palette = net.color_map_rgb().chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect();
    let indices = picture.pixels().map(|p| opaque(&p.0).map(|[r, g, b]| net.index_of(&[r, g, b, 255]) as u8)).collect();
    (palette, indices)
}
