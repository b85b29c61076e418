//! The scanner: whatever a page or a sheet says, however it is cut, it does not panic, and the cuts change nothing.
#![no_main]

use jaunt::stages::images::scan::{Kind, ObjectAnswer, PageContext, Reference, Scanner, SheetAnswer};
use jaunt::stages::response::Fields;
use libfuzzer_sys::fuzz_target;

/// All references in document order; every sheet that is asked for is `css`.
fn references(kind: &[u8], parts: &[&[u8]], css: &[u8]) -> Vec<Reference> {
    let mut scanner = Scanner::new(PageContext {
        url: "http://www.lab.example/dir/page".parse().expect("a constant that parses"),
        content_type: Some(kind.to_vec()),
        fields: Fields::default(),
        viewport: (1280, 720, 1000),
        most: 1000,
        frames: true,
        follow: true,
        given_up: || false,
    });
    let mut found = Vec::new();
    for part in parts {
        found.extend(scanner.feed(part));
    }
    found.extend(scanner.end());
    let mut at = 0;
    while at < found.len() && at < 2000 {
        if found[at].fetched() {
            match (found[at].kind, found[at].url.clone()) {
                (Kind::Sheet(id), Some(url)) => {
                    let answer = SheetAnswer { url, status: 200, fields: Fields::default(), body: css.into() };
                    found.extend(scanner.sheet(id, Some(answer)));
                }
                (Kind::Icon(id), _) => found.extend(scanner.icon(id, &[(8, 8)])),
                (Kind::Object(id), _) => {
                    let answer = if at % 2 == 0 { ObjectAnswer::Picture } else { ObjectAnswer::Nothing };
                    found.extend(scanner.object(id, answer));
                }
                (Kind::Frame(id), _) => found.extend(scanner.frame(id, None)),
                _ => {}
            }
        }
        at += 1;
    }
    found.sort_by_key(|r| r.order);
    found
}

fuzz_target!(|data: &[u8]| {
    let (first, rest) = data.split_first().unwrap_or((&0, &[]));
    let kind: &[u8] = match first % 4 {
        0 => b"text/html; charset=utf-8",
        1 => b"text/html; charset=euc-kr",
        2 => b"application/xhtml+xml",
        _ => b"text/html; charset=utf-16le",
    };
    // The page, a NUL, the sheet.
    let (page, css) = rest.split_at(rest.iter().position(|b| *b == 0).unwrap_or(rest.len()));
    let (a, b) = page.split_at(page.len() / 2);
    let key = |found: Vec<Reference>| found.into_iter().map(|r| (r.order, r.typed, r.url)).collect::<Vec<_>>();
    assert_eq!(key(references(kind, &[page], css)), key(references(kind, &[a, b], css)));
});
