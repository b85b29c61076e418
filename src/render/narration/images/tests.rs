//! The images stage as it is read.

use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::event::Octets;
use crate::journey::Purpose;
use crate::render::narration::Omitted;
use crate::render::palette::Palette;
use crate::stages::connect::ConnectionId;
use crate::stages::images::pixels::Format;
use crate::stages::images::scan::{Candidate, Gate, Order, SheetId, Source, Why};
use crate::stages::images::{ImagesError, NotSaved};
use crate::stages::response::{Field, Fields};
use crate::words::Lang;

fn told(events: &[ImagesEvent], width: Option<usize>, detail: Detail) -> String {
    let events = events.iter().enumerate().map(|(n, e)| (Micros(n as u64), e)).collect();
    let story = StageStory { events, took: Micros(7_300), failed: false, detail, omitted: Omitted::default() };
    let mut page = Page::new(width, Palette::plain(), false);
    tell(&mut page, &Words::new(Lang::En), &story);
    page.take()
}

fn reference(order: u64, url: &str, verdict: Verdict) -> Box<Reference> {
    Box::new(Reference {
        order: Order(order),
        typed: url.to_owned(),
        url: ::url::Url::parse("http://www.lab.example/").unwrap().join(url).ok(),
        source: Source::ImgSrc,
        candidate: None,
        kind: Kind::Image,
        verdict,
    })
}

fn fetch() -> Verdict {
    let page = ::url::Url::parse("http://www.lab.example/").unwrap();
    Verdict::Fetch {
        referer: Some("http://www.lab.example/sample1.htm".into()),
        origin: None,
        credentials: false,
        gate: std::sync::Arc::new(Gate::new(&page, &Fields::default())),
    }
}

fn found(number: u32, url: &str) -> ImagesEvent {
    ImagesEvent::Found { image: FetchId(number), number, reference: reference(u64::from(number) * 10, url, fetch()) }
}

fn skipped(order: u64, url: &str, reason: SkipReason) -> ImagesEvent {
    ImagesEvent::Skipped { reference: reference(order, url, Verdict::Skip { reason }) }
}

fn fetched(number: u32, url: &str) -> Fetched {
    Fetched {
        image: FetchId(number),
        number,
        purpose: Purpose::Image,
        url: format!("http://www.lab.example{url}"),
        redirects: 0,
        status: 200,
        content_type: Some("image/jpeg".to_owned()),
        format: Some(Format::Jpeg),
        width: Some(400),
        height: Some(300),
        bytes: 6_419,
        connection: ConnectionId(1),
        fd: 5,
        reused: true,
        took_us: Micros(2_200),
        file: None,
        not_saved: None,
        fields: Vec::new(),
    }
}

fn missing(number: u32, url: &str) -> Fetched {
    Fetched {
        status: 404,
        content_type: Some("text/html; charset=utf-8".to_owned()),
        format: None,
        width: None,
        height: None,
        bytes: 153,
        connection: ConnectionId(2),
        fd: 6,
        reused: false,
        took_us: Micros(2_900),
        ..fetched(number, url)
    }
}

fn done(fetched: Fetched) -> ImagesEvent {
    ImagesEvent::Fetched(Box::new(fetched))
}

fn failed(number: u32, url: &str) -> ImagesEvent {
    let error = ImagesError::Save { path: "d/x.png".to_owned(), error: std::io::Error::from_raw_os_error(28) };
    ImagesEvent::Failed {
        image: FetchId(number),
        number,
        purpose: Purpose::Image,
        url: format!("http://www.lab.example{url}"),
        exit: 23,
        message: error.to_string(),
        what: error.phrase(),
        took_us: Micros(900),
    }
}

fn sample() -> Vec<ImagesEvent> {
    vec![
        ImagesEvent::Scanning { page: "http://www.lab.example/sample1.htm".to_owned() },
        found(1, "/gazou.jpg"),
        skipped(11, "data:image/gif;base64,R0lGODlhAQABAIAAAMhAOgAAACwAAAAAAQABAAACAkQBADs=", SkipReason::Inline(66)),
        found(2, "/logo.png"),
        skipped(25, "/gazou.jpg", SkipReason::Repeated),
        // Whatever the order of arrival.
        done(missing(2, "/logo.png")),
        done(fetched(1, "/gazou.jpg")),
    ]
}

#[test]
fn a_small_page_reads_like_the_sketch() {
    assert_snapshot!("wide", told(&sample(), None, Detail::Normal));
    assert_snapshot!("80", told(&sample(), Some(80), Detail::Normal));
    assert_snapshot!("60", told(&sample(), Some(60), Detail::Normal));
}

/// Everything that can stand under a row.
fn rich() -> Vec<ImagesEvent> {
    let mut set = *reference(30, "/small.png", fetch());
    set.source = Source::PictureSource;
    set.candidate = Some(Candidate {
        descriptor: "640w".to_owned(),
        of: 3,
        density_milli: 1_280,
        sizes_px: Some(500),
        why: Why::DenseEnough,
    });
    let mut sheet = *reference(5, "/style.css", fetch());
    (sheet.kind, sheet.source) = (Kind::Sheet(SheetId(1)), Source::Stylesheet);
    let long = format!("/a/very/long/way/{}/photo.jpg", "deep/".repeat(12));
    vec![
        ImagesEvent::Scanning { page: "http://www.lab.example/".to_owned() },
        ImagesEvent::Found { image: FetchId(1), number: 1, reference: Box::new(sheet) },
        found(2, &long),
        ImagesEvent::Found { image: FetchId(3), number: 3, reference: Box::new(set) },
        found(4, "/full.png"),
        found(5, "http://cdn.example/\u{202e}x.png"),
        skipped(55, "ftp://old.example/x.gif", SkipReason::Scheme("ftp".to_owned())),
        skipped(56, "/print.png", SkipReason::Media("print".to_owned())),
        done(Fetched {
            purpose: Purpose::StyleSheet,
            content_type: Some("text/css".to_owned()),
            format: None,
            width: None,
            height: None,
            ..fetched(1, "/style.css")
        }),
        done(Fetched { file: Some("photo.jpg".to_owned()), ..fetched(2, &long) }),
        done(Fetched {
            redirects: 1,
            content_type: Some("image/png".to_owned()),
            fields: vec![
                Field { name: "Content-Type".to_owned(), value: Octets::from("image/png") },
                Field { name: "X-Odd".to_owned(), value: Octets::from("\x1b]0;title\x07") },
            ],
            file: Some("moved.png".to_owned()),
            ..fetched(3, "/moved.png")
        }),
        failed(4, "/full.png"),
        done(Fetched {
            url: "http://cdn.example/%E2%80%AEx.png".to_owned(),
            content_type: Some("text/html".to_owned()),
            format: None,
            width: None,
            height: None,
            not_saved: Some(NotSaved::NoPicture),
            ..fetched(5, "")
        }),
        ImagesEvent::Postponed { image: FetchId(5), number: 5 },
        ImagesEvent::Indexed { path: "pictures/index.json".to_owned(), files: 2 },
    ]
}

#[test]
fn every_note_stands_under_its_row() {
    assert_snapshot!("rich_100", told(&rich(), Some(100), Detail::Normal));
    assert_snapshot!("rich_60", told(&rich(), Some(60), Detail::Normal));
    assert_snapshot!("rich_verbose", told(&rich(), Some(80), Detail::Verbose));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 60, 80, 120, 200] {
        for detail in [Detail::Normal, Detail::Verbose] {
            for events in [sample(), rich()] {
                for line in told(&events, Some(width), detail).lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                }
            }
        }
    }
}

#[test]
fn verbose_adds_lines_and_changes_none() {
    for events in [sample(), rich()] {
        let verbose = told(&events, Some(80), Detail::Verbose);
        let verbose: Vec<_> = verbose.lines().collect();
        let mut rest = verbose.iter();
        for line in told(&events, Some(80), Detail::Normal).lines() {
            assert!(rest.any(|l| *l == line), "{line}\n{}", verbose.join("\n"));
        }
    }
}

#[test]
fn of_a_thousand_the_first_are_told_and_every_failure_and_the_rest_is_counted() {
    let mut events = vec![ImagesEvent::Scanning { page: "http://www.lab.example/".to_owned() }];
    for number in 1..=1_000 {
        let url = format!("/{number}.jpg");
        events.push(found(number, &url));
        events.push(if number % 100 == 0 { failed(number, &url) } else { done(fetched(number, &url)) });
    }
    let text = told(&events, Some(100), Detail::Normal);
    for number in (1..=20).chain((100..=1_000).step_by(100)) {
        assert!(text.contains(&format!("/{number}.jpg")), "{number}\n{text}");
    }
    assert!(text.contains("970 more: 970 with status 200"), "{text}");
    assert!(text.lines().count() < 50);
    assert_eq!(told(&events, Some(100), Detail::Verbose).matches("  #").count(), 1_000);
}

#[test]
fn a_page_without_pictures_says_so() {
    let events = [ImagesEvent::Scanning { page: "http://h/".to_owned() }];
    assert_eq!(told(&events, None, Detail::Normal).lines().count(), 1);
}
