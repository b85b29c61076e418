//! From a server's bytes to pixels, however hostile they are: bounded in width, height and memory, and scaled down to what fits.

use std::io::Cursor;

use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbaImage};

use super::Unshown;
use crate::stages::images::pixels::Format;

/// The widest and highest picture that is decoded.
const SIDE: u32 = 16_384;

/// Memory that a decoder may use for itself, and for the pixels.
const MEMORY: u64 = 128 * 1024 * 1024;

/// Decodes the first picture in `bytes`, upright, at most `room` wide and high and never larger than it is.
pub(super) fn decode(bytes: &[u8], format: Format, room: (u32, u32)) -> Result<RgbaImage, Unshown> {
    let known = match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Gif => ImageFormat::Gif,
        Format::Webp => ImageFormat::WebP,
        Format::Bmp => ImageFormat::Bmp,
        Format::Ico => ImageFormat::Ico,
        Format::Avif | Format::Heif | Format::Svg | Format::Tiff | Format::Jxl => return Err(Unshown::Format(format)),
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), known);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| unshown(&e))?;
    let (width, height) = decoder.dimensions();
    if width > SIDE || height > SIDE || decoder.total_bytes() > MEMORY {
        return Err(Unshown::TooManyPixels);
    }
    if width == 0 || height == 0 {
        return Err(Unshown::Broken("0x0".to_owned()));
    }
    let upright = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| unshown(&e))?;
    // Fewer pixels first: what follows is the cheaper for it. A side may still have to be turned into the other.
    let longest = room.0.max(room.1);
    picture = fitted(picture, (longest, longest));
    if let Some(orientation) = upright {
        picture.apply_orientation(orientation);
    }
    Ok(fitted(picture, room).into_rgba8())
}

/// The picture, scaled down if it has to be; its sides keep their ratio, and each at least a pixel.
fn fitted(picture: DynamicImage, room: (u32, u32)) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    if width <= room.0 && height <= room.1 {
        return picture;
    }
    let (w, h, rw, rh) = (u64::from(width), u64::from(height), u64::from(room.0), u64::from(room.1));
    let (w, h) = if w * rh > h * rw { (rw, (h * rw / w).max(1)) } else { ((w * rh / h).max(1), rh) };
    picture.thumbnail_exact(w as u32, h as u32)
}

/// The pixels as a PNG: what kitty and iTerm2 take.
pub(super) fn png(picture: &RgbaImage) -> Result<Vec<u8>, Unshown> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(|e| unshown(&e))?;
    Ok(bytes.into_inner())
}

fn unshown(error: &ImageError) -> Unshown {
    match error {
        ImageError::Limits(limit) if !matches!(limit.kind(), LimitErrorKind::Unsupported { .. }) => Unshown::TooManyPixels,
        error => Unshown::Broken(error.to_string().trim_end().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn picture(width: u32, height: u32) -> RgbaImage {
        RgbaImage::from_fn(width, height, |x, y| image::Rgba([x as u8, y as u8, 90, 255]))
    }

    fn encoded(format: ImageFormat, picture: &RgbaImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::from(picture.clone());
        let picture = if format == ImageFormat::Jpeg { picture.into_rgb8().into() } else { picture };
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    const ALL: [(Format, ImageFormat); 6] = [
        (Format::Png, ImageFormat::Png),
        (Format::Jpeg, ImageFormat::Jpeg),
        (Format::Gif, ImageFormat::Gif),
        (Format::Webp, ImageFormat::WebP),
        (Format::Bmp, ImageFormat::Bmp),
        (Format::Ico, ImageFormat::Ico),
    ];

    #[test]
    fn pictures_are_scaled_down_with_their_ratio_and_never_up() {
        for (format, encoder) in ALL {
            let bytes = encoded(encoder, &picture(200, 100));
            for (room, size) in [((400, 400), (200, 100)), ((100, 100), (100, 50)), ((100, 10), (20, 10)), ((1, 1), (1, 1))] {
                let decoded = decode(&bytes, format, room).unwrap();
                assert_eq!(decoded.dimensions(), size, "{format:?} in {room:?}");
            }
        }
    }

    #[test]
    fn a_thin_picture_keeps_a_pixel() {
        let bytes = encoded(ImageFormat::Png, &picture(5_000, 1));
        assert_eq!(decode(&bytes, Format::Png, (320, 192)).unwrap().dimensions(), (320, 1));
    }

    #[test]
    fn a_small_file_of_many_pixels_is_refused_before_they_are_made() {
        // Width, height and their checksum are rewritten; what follows would be decoded only then.
        for (width, height) in [(16_000u32, 16_000u32), (70_000, 70_000), (u32::MAX, 1), (0x7fff_ffff, 0x7fff_ffff)] {
            let mut bytes = encoded(ImageFormat::Png, &picture(4, 4));
            bytes[16..20].copy_from_slice(&width.to_be_bytes());
            bytes[20..24].copy_from_slice(&height.to_be_bytes());
            let mut crc = flate2::Crc::new();
            crc.update(&bytes[12..29]);
            let sum = crc.sum().to_be_bytes();
            bytes[29..33].copy_from_slice(&sum);
            assert_eq!(decode(&bytes, Format::Png, (320, 192)).err(), Some(Unshown::TooManyPixels), "{width}x{height}");
        }
    }

    #[test]
    fn what_is_no_such_picture_is_told() {
        assert_eq!(decode(b"<svg/>", Format::Svg, (10, 10)).err(), Some(Unshown::Format(Format::Svg)));
        for (format, _) in ALL {
            assert!(matches!(decode(b"\x1b]0;owned\x07", format, (10, 10)), Err(Unshown::Broken(_))), "{format:?}");
            assert!(matches!(decode(b"", format, (10, 10)), Err(Unshown::Broken(_))), "{format:?}");
        }
    }

    proptest! {
        #[test]
        fn damaged_pictures_never_panic(
            which in 0usize..6,
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let (format, encoder) = ALL[which];
            let mut bytes = encoded(encoder, &picture(9, 7));
            for (at, value) in damage {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            bytes.truncate(cut.index(bytes.len()).max(bytes.len() / 2));
            if let Ok(picture) = decode(&bytes, format, (32, 32)) {
                prop_assert!(picture.width() <= 32 && picture.height() <= 32);
            }
        }
    }
}
