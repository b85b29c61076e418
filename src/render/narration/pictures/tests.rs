//! `--preview` as it is read.

use std::io::Cursor;

use image::{ImageFormat, RgbaImage};
use insta::assert_snapshot;

use super::*;
use crate::event::Detail;
use crate::render::narration::Look;
use crate::render::palette::Palette;
use crate::render::pictures::Protocol;
use crate::render::visible::visible_bytes;
use crate::stages::images::pixels::Format;
use crate::words::Lang;

fn told(preview: Option<Preview>) -> String {
    let look = Look {
        width: Some(80),
        palette: Palette::plain(),
        plain: false,
        live: false,
        detail: Detail::Normal,
        lang: Lang::En,
        preview,
    };
    let mut narrator = Narrator::new(Vec::new(), &look);
    narrator.tell_pictures("http://www.lab.example/sample1.htm");
    narrator.flush();
    visible_bytes(&narrator.to).replace("\\n", "\n")
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbaImage::from_pixel(20, 30, image::Rgba([9, 8, 7, 255])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn without_the_option_nothing_is_said() {
    assert_eq!(told(None), "");
}

#[test]
fn where_nothing_can_be_shown_one_sentence_says_why() {
    assert_snapshot!(told(Some(Preview::Not(phrase!("cli-preview-no-terminal")))), @"            the pictures are not shown: standard error is no terminal");
    assert_snapshot!(told(Some(Preview::Not(phrase!("cli-preview-cannot")))), @r"
                the pictures are not shown: this terminal has none of the graphics
                  of kitty, iTerm2 and sixel
    ");
}

#[test]
fn each_picture_stands_under_its_number_and_what_is_not_shown_is_told() {
    let shelf = Shelf::default();
    let large = vec![0; shelf::EACH + 1];
    for (number, url, content, format) in [
        (1, "http://www.lab.example/a.png", &png()[..], Format::Png),
        (2, "http://pictures.example/\x1b[2J.jpg", b"\xff\xd8\xff", Format::Jpeg),
        (4, "http://www.lab.example/large.gif", &large, Format::Gif),
        (5, "http://www.lab.example/logo.svg", b"<svg/>", Format::Svg),
    ] {
        shelf.bring(number, url, content, format);
    }
    let screen = Screen { protocol: Protocol::Sixel, columns: 80, rows: 24, cell: (10, 20) };
    assert_snapshot!(told(Some(Preview::Shown(shelf, screen))), @r##"
                #1  /a.png


    \x1b[2A\x1b[12C\x1b7\x1bP0;1;0q"1;1;20;30#0;2;4;3;3#0!20~-#0!20~-#0!20~-#0!20~-#0!20~\x1b\\x1b8\x1b[2B\r            #2  http://pictures.example/\x1b[2J.jpg
                  not shown: its bytes cannot be decoded: Format error decoding
                    Jpeg: I/O errors Not enough bytes, expected 1 but found 0
                #4  /large.gif
                  not shown: it has more than 2,097,152 bytes
                1 picture is not shown: there is no decoder here for svg
    "##);
}

#[test]
fn pictures_beyond_the_first_are_counted() {
    let shelf = Shelf::default();
    for number in 1..=30 {
        shelf.bring(number, "http://www.lab.example/b", b"BM", Format::Bmp);
    }
    let screen = Screen { protocol: Protocol::Kitty, columns: 80, rows: 24, cell: (10, 20) };
    let told = told(Some(Preview::Shown(shelf, screen)));
    assert_eq!(told.matches("not shown: its bytes").count(), 12);
    assert!(told.ends_with("18 more pictures are not shown: the first 12 are\n"), "{told}");
}
