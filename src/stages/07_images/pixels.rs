//! What a picture is, from its first bytes: the type they say (whatever the header says) and the size in pixels.

use imagesize::ImageType;
use serde::Serialize;

/// First bytes that are kept for this.
const PREFIX: usize = 64 * 1024;

/// A JPEG's size may stand behind an embedded preview and colour profiles.
const PREFIX_JPEG: usize = 512 * 1024;

/// The picture formats that browsers show, by their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names of the formats")]
pub enum Format {
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/gif")]
    Gif,
    #[serde(rename = "image/webp")]
    Webp,
    #[serde(rename = "image/avif")]
    Avif,
    #[serde(rename = "image/heif")]
    Heif,
    #[serde(rename = "image/svg+xml")]
    Svg,
    #[serde(rename = "image/bmp")]
    Bmp,
    #[serde(rename = "image/x-icon")]
    Ico,
    #[serde(rename = "image/tiff")]
    Tiff,
    #[serde(rename = "image/jxl")]
    Jxl,
}

impl Format {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
            Self::Heif => "image/heif",
            Self::Svg => "image/svg+xml",
            Self::Bmp => "image/bmp",
            Self::Ico => "image/x-icon",
            Self::Tiff => "image/tiff",
            Self::Jxl => "image/jxl",
        }
    }

    /// The extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Avif => "avif",
            Self::Heif => "heif",
            Self::Svg => "svg",
            Self::Bmp => "bmp",
            Self::Ico => "ico",
            Self::Tiff => "tiff",
            Self::Jxl => "jxl",
        }
    }

    /// Does a Content-Type of `essence` (lower case, no parameters) mean this format?
    pub fn is(self, essence: &str) -> bool {
        match self {
            Self::Png => matches!(essence, "image/png" | "image/apng" | "image/x-png" | "image/vnd.mozilla.apng"),
            Self::Jpeg => matches!(essence, "image/jpeg" | "image/jpg" | "image/pjpeg"),
            Self::Bmp => matches!(essence, "image/bmp" | "image/x-bmp" | "image/x-ms-bmp"),
            Self::Ico => matches!(essence, "image/x-icon" | "image/vnd.microsoft.icon" | "image/ico"),
            Self::Heif => matches!(essence, "image/heif" | "image/heic"),
            _ => essence == self.media_type(),
        }
    }
}

/// What the first bytes of a picture tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// The format.
    pub format: Format,
    /// Width and height, where they could be read.
    pub pixels: Option<(u32, u32)>,
}

impl Picture {
    /// The sizes it has as an icon. A drawing is made as big as is wanted.
    fn icons(self) -> Vec<(u32, u32)> {
        match (self.format, self.pixels) {
            (Format::Svg, _) => vec![(32, 32)],
            (_, Some(size)) => vec![size],
            (_, None) => vec![(1, 1)],
        }
    }
}

/// The sizes that the directory of an ICO names, as far as it is there: six bytes, then sixteen for each picture, of which the
/// first two are width and height, 0 for 256.
fn directory(ico: &[u8]) -> Vec<(u32, u32)> {
    let (head, entries) = ico.split_at(ico.len().min(6));
    let count = head.get(4..6).map_or(0, |c| usize::from(u16::from_le_bytes([c[0], c[1]])));
    let side = |byte: u8| if byte == 0 { 256 } else { u32::from(byte) };
    entries.chunks_exact(16).take(count).map(|entry| (side(entry[0]), side(entry[1]))).collect()
}

/// Reads a picture's type and size while its bytes pass; keeps a bounded number of them and lets go once it knows.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    prefix: Vec<u8>,
    next_try: usize,
    found: Option<Picture>,
    /// Of an ICO: the sizes in it.
    sides: Vec<(u32, u32)>,
    done: bool,
}

impl Probe {
    /// The next bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.done {
            return;
        }
        let most = match self.found {
            Some(Picture { format: Format::Jpeg, .. }) => PREFIX_JPEG,
            _ => PREFIX,
        };
        let room = most.saturating_sub(self.prefix.len());
        self.prefix.extend_from_slice(&bytes[..bytes.len().min(room)]);
        // Trying at doubled lengths keeps the work linear.
        if self.prefix.len() >= self.next_try.max(64) {
            self.look();
            self.next_try = self.prefix.len() * 2;
        }
        if self.prefix.len() >= most && !matches!(self.found, Some(Picture { format: Format::Jpeg, .. }) if most < PREFIX_JPEG) {
            self.end();
        }
    }

    /// What is known, now that no more comes or enough has come.
    pub(crate) fn end(&mut self) -> Option<Picture> {
        if !self.done {
            self.look();
            self.done = true;
            self.prefix = Vec::new();
        }
        self.found
    }

    /// The format, if the bytes so far tell it.
    pub(crate) fn format(&mut self) -> Option<Format> {
        if self.found.is_none() && !self.done {
            self.look();
        }
        self.found.map(|p| p.format)
    }

    /// The sizes that it has as an icon, when [`Probe::end`] has seen all of it.
    pub(crate) fn icons(&self) -> Vec<(u32, u32)> {
        if self.sides.is_empty() { self.found.map_or_else(Vec::new, Picture::icons) } else { self.sides.clone() }
    }

    fn look(&mut self) {
        self.found = look(&self.prefix).or(self.found);
        if matches!(self.found, Some(Picture { format: Format::Ico, .. })) {
            self.sides = directory(&self.prefix);
            let whole = self.prefix.get(4..6).map_or(0, |c| usize::from(u16::from_le_bytes([c[0], c[1]])));
            if self.sides.len() < whole {
                return;
            }
        }
        if self.found.is_some_and(|p| p.pixels.is_some()) {
            self.done = true;
            self.prefix = Vec::new();
        }
    }
}

/// The picture that begins with `bytes`.
pub fn look(bytes: &[u8]) -> Option<Picture> {
    let format = match imagesize::image_type(bytes) {
        Ok(ImageType::Png) => Format::Png,
        Ok(ImageType::Jpeg) => Format::Jpeg,
        Ok(ImageType::Gif) => Format::Gif,
        Ok(ImageType::Webp) => Format::Webp,
        Ok(ImageType::Heif(imagesize::Compression::Av1)) => Format::Avif,
        Ok(ImageType::Heif(_)) => Format::Heif,
        Ok(ImageType::Bmp) => Format::Bmp,
        Ok(ImageType::Ico) => Format::Ico,
        Ok(ImageType::Tiff) => Format::Tiff,
        Ok(ImageType::Jxl) => Format::Jxl,
        // The library knows game textures and the like too, some by two bytes only; a browser shows none of them.
        _ => return svg(bytes),
    };
    let pixels = imagesize::blob_size(bytes).ok().and_then(|size| {
        let (width, height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
        (width > 0 && height > 0).then_some((width, height))
    });
    Some(Picture { format, pixels })
}

/// SVG is text: its root element may stand behind a declaration, comments and a document type.
fn svg(bytes: &[u8]) -> Option<Picture> {
    let bytes = &bytes[..bytes.len().min(PREFIX)];
    let text = match bytes.utf8_chunks().next() {
        Some(chunk) => chunk.valid(),
        None => return None,
    };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    let tag = loop {
        let after = rest.strip_prefix('<')?;
        let skipped = if let Some(comment) = after.strip_prefix("!--") {
            comment.split_once("-->")?.1
        } else if after.starts_with('?') {
            after.split_once("?>")?.1
        } else if after.starts_with('!') {
            // An internal subset holds declarations of its own.
            match after.find(['[', '>']) {
                Some(at) if after.as_bytes()[at] == b'[' => after.split_once(']')?.1.split_once('>')?.1,
                Some(at) => &after[at + 1..],
                None => return None,
            }
        } else {
            break after;
        };
        rest = skipped.trim_start();
    };
    let name_ends = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(tag.len());
    let name = &tag[..name_ends];
    if name.rsplit(':').next() != Some("svg") {
        return None;
    }
    let mut width = None;
    let mut height = None;
    let mut view = None;
    for (name, value) in Attributes(&tag[name_ends..]) {
        match name {
            "width" => width = length(value),
            "height" => height = length(value),
            "viewBox" => view = view_box(value),
            _ => {}
        }
    }
    let size = match (width, height, view) {
        (Some(w), Some(h), _) => Some((w, h)),
        (Some(w), None, Some((vw, vh))) => Some((w, w * vh / vw)),
        (None, Some(h), Some((vw, vh))) => Some((h * vw / vh, h)),
        (None, None, view) => view,
        _ => None,
    };
    let pixels = size.and_then(|(w, h)| {
        let whole = |n: f64| (n.is_finite() && (0.5..4e9).contains(&n)).then(|| n.round() as u32);
        Some((whole(w)?, whole(h)?))
    });
    Some(Picture { format: Format::Svg, pixels })
}

/// Name and value of each attribute of a tag, up to its end.
struct Attributes<'t>(&'t str);

impl<'t> Iterator for Attributes<'t> {
    type Item = (&'t str, &'t str);
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start();
        if rest.is_empty() || rest.starts_with(['>', '/']) {
            return None;
        }
        let (name, rest) = rest.split_once('=')?;
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, rest) = rest[1..].split_once(quote)?;
        self.0 = rest;
        Some((name.trim(), value))
    }
}

/// A CSS length in pixels; relative ones depend on what is around the picture and say nothing.
fn length(value: &str) -> Option<f64> {
    let value = value.trim();
    let digits = value.find(|c: char| c.is_ascii_alphabetic() && c != 'e' && c != 'E' || c == '%').unwrap_or(value.len());
    // `1em` and `1ex` begin like an exponent.
    let digits = value[..digits].trim_end_matches(['e', 'E']).len();
    let number: f64 = value[..digits].parse().ok()?;
    let factor = match value[digits..].trim() {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        _ => return None,
    };
    (number > 0.0).then_some(number * factor)
}

/// Width and height of a `viewBox`.
fn view_box(value: &str) -> Option<(f64, f64)> {
    let mut numbers = value.split(|c: char| c.is_ascii_whitespace() || c == ',').filter(|n| !n.is_empty());
    let (width, height) = (numbers.nth(2)?.parse::<f64>().ok()?, numbers.next()?.parse::<f64>().ok()?);
    (width > 0.0 && height > 0.0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The smallest PNG head.
    pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x02\0\0\0\0\0\0\0");
        bytes
    }

    fn jpeg_with_exif(exif: usize) -> Vec<u8> {
        let mut bytes = b"\xff\xd8".to_vec();
        for _ in 0..exif {
            bytes.extend(b"\xff\xe1\xff\xff");
            bytes.extend(vec![0; 65_533]);
        }
        bytes.extend(b"\xff\xc0\0\x11\x08\x01\x2c\x01\x90\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9");
        bytes
    }

    fn fed(bytes: &[u8], step: usize) -> Option<Picture> {
        let mut probe = Probe::default();
        for part in bytes.chunks(step) {
            probe.feed(part);
        }
        probe.end()
    }

    /// An ICO of pictures with these sides; only its directory.
    fn ico(sides: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 1, 0, sides.len() as u8, 0];
        for side in sides {
            bytes.extend([*side, *side, 0, 0, 1, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        bytes.extend([0; 64]);
        bytes
    }

    #[test]
    fn an_ico_has_the_sizes_that_its_directory_names_however_it_is_cut() {
        for sides in [&[64, 32, 16][..], &[32], &[24, 32], &[16, 32, 48, 0]] {
            let bytes = ico(sides);
            let wanted: Vec<(u32, u32)> =
                sides.iter().map(|s| if *s == 0 { 256 } else { u32::from(*s) }).map(|s| (s, s)).collect();
            for at in 0..bytes.len() {
                let mut probe = Probe::default();
                probe.feed(&bytes[..at]);
                probe.feed(&bytes[at..]);
                assert_eq!(probe.end().map(|p| p.format), Some(Format::Ico));
                assert_eq!(probe.icons(), wanted, "cut at {at}");
            }
        }
        // A directory that says more than there is.
        let mut cut = ico(&[48, 16]);
        cut.truncate(6 + 16 + 3);
        let mut probe = Probe::default();
        probe.feed(&cut);
        probe.end();
        assert_eq!(probe.icons(), [(48, 48)]);
    }

    #[test]
    fn type_and_size_are_read_however_the_bytes_arrive() {
        let gif = b"GIF89a\x90\x01\x2c\x01\0\0\0;".to_vec();
        for (bytes, format) in [(png(400, 300), Format::Png), (gif, Format::Gif), (jpeg_with_exif(0), Format::Jpeg)] {
            for step in [1, 3, 7, 64, 1_000] {
                assert_eq!(fed(&bytes, step), Some(Picture { format, pixels: Some((400, 300)) }), "{format:?} by {step}");
            }
        }
    }

    #[test]
    fn a_jpeg_size_is_found_behind_a_large_preview_but_not_behind_an_endless_one() {
        assert_eq!(fed(&jpeg_with_exif(5), 16_384).and_then(|p| p.pixels), Some((400, 300)));
        assert_eq!(fed(&jpeg_with_exif(20), 16_384), Some(Picture { format: Format::Jpeg, pixels: None }));
    }

    #[test]
    fn svg_sizes_come_from_its_root() {
        for (text, pixels) in [
            (r#"<svg width="40" height="30"/>"#, Some((40, 30))),
            (
                "\u{feff}<?xml version='1.0'?>\n<!-- <svg width='1'> -->\n<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 12'>",
                Some((24, 12)),
            ),
            ("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg:svg width='1in' height='2.54cm'>", Some((96, 96))),
            (r#"<svg width="100" viewBox="0,0,50,25">"#, Some((100, 50))),
            (r#"<svg width="100%" height="2em">"#, None),
            (r#"<svg width="1e2" height="-4">"#, None),
            ("<svg", None),
        ] {
            assert_eq!(look(text.as_bytes()), Some(Picture { format: Format::Svg, pixels }), "{text}");
        }
    }

    #[test]
    fn a_page_is_no_picture() {
        for text in ["<!DOCTYPE html><html><svg width=1>", "<html><body><svg/></body>", "", "BMW is a car maker", "plain"] {
            assert_eq!(look(text.as_bytes()).filter(|p| p.format != Format::Bmp), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_keep_too_much(head in 0usize..8, tail in proptest::collection::vec(any::<u8>(), 0..400), step in 1usize..50) {
            let heads: [&[u8]; 8] = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 ", b"GIF89a", b"\0\0\0\x18ftypavif", b"II*\0", b"<svg "];
            let mut bytes = heads[head].to_vec();
            bytes.extend(tail);
            let mut probe = Probe::default();
            for part in bytes.chunks(step) {
                probe.feed(part);
                prop_assert!(probe.prefix.len() <= PREFIX_JPEG);
            }
            probe.end();
        }
    }
}
