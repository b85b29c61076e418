//! Tests of stage 2 in words.

use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::clock::Still;
use crate::event::{Event, FetchId, Hub, Kept, Micros};
use crate::render::palette::Palette;
use crate::secret::Secrets;
use crate::stages::message::{Body, RequestSpec, Version, build};
use crate::stages::url::decode;
use crate::words::Lang;

fn told(at: &str, spec: &RequestSpec, width: usize, detail: Detail) -> String {
    let kept = Kept::default();
    let clock = Still;
    let hub = Hub::new(&clock, Secrets::Masked, detail, vec![Box::new(kept.clone())]);
    let out = hub.emitter(FetchId(0));
    let target = decode(at, out).expect("a URL");
    build(&target, spec, out).expect("a message");
    let entries = kept.entries();
    let events = entries.iter().filter_map(|e| match &e.event {
        Event::Message(event) => Some((e.at, event)),
        _ => None,
    });
    let story = StageStory { events: events.collect(), took: Micros(0), failed: false, detail, omitted: Default::default() };
    let mut page = Page::new(Some(width), Palette::plain(), false);
    tell(&mut page, &Words::new(Lang::En), &story);
    page.take()
}

fn spec() -> RequestSpec {
    RequestSpec { user_agent: Some(b"jaunt/0".to_vec()), compressed: true, keep_alive: true, ..RequestSpec::default() }
}

fn posted() -> RequestSpec {
    RequestSpec {
        method: Some("PURGE".into()),
        version: Version::Http10,
        body: Some(Body { bytes: b"hello"[..].into(), content_type: Some("text/plain"), accept: None }),
        credentials: Some((b"user".to_vec(), b"secret".to_vec())),
        fields: vec![
            b"Content-Length: 9".to_vec(),
            b"User-Agent:".to_vec(),
            b"X-Esc: \xff\xc2\x9b31m".to_vec(),
            b"nonsense".to_vec(),
        ],
        ..spec()
    }
}

#[test]
fn the_message_is_told_line_by_line() {
    insta::assert_snapshot!(told("http://www.lab.example/sample1.htm", &spec(), 80, Detail::Normal), @r"
    2 Message   GET, 5 headers, no body: 152 bytes
                > GET /sample1.htm HTTP/1.1
                > Host: www.lab.example
                > User-Agent: jaunt/0
                > Accept: */*
                > Accept-Encoding: gzip, deflate, br, zstd
                > Connection: keep-alive
                >
    ");
}

#[test]
fn verbose_names_each_line_and_makes_line_ends_visible() {
    insta::assert_snapshot!(told("http://www.lab.example/sample1.htm", &spec(), 80, Detail::Verbose), @r"
    2 Message   GET, 5 headers, no body: 152 bytes
                > GET /sample1.htm HTTP/1.1\r\n     request line, 27 bytes
                > Host: www.lab.example\r\n         request, default, 23 bytes
                > User-Agent: jaunt/0\r\n
                  request, from an option, 21 bytes
                > Accept: */*\r\n                   request, default, 13 bytes
                > Accept-Encoding: gzip, deflate, br, zstd\r\n
                  request, default, 42 bytes
                > Connection: keep-alive\r\n        general, default, 24 bytes
                > \r\n                              end of the head, 2 bytes
                GET asks for a resource; HTTP/1.0 has it too
    ");
}

#[test]
fn what_a_server_may_take_otherwise_is_said() {
    insta::assert_snapshot!(told("http://h/", &posted(), 80, Detail::Normal), @r"
    2 Message   PURGE, 8 headers, body of 5 bytes: 212 bytes
                > PURGE / HTTP/1.0
                > Host: h
                > Accept: */*
                > Accept-Encoding: gzip, deflate, br, zstd
                > Authorization: Basic *****
                > Content-Type: text/plain
                > Content-Length: 9
                > Connection: keep-alive
                > X-Esc: \xff\u{9b}31m
                > 
                > (the body: 5 bytes)
                ! User-Agent is given by an option and by -H: -H wins, as in curl
                ! -H number 4 has neither a colon nor a semicolon at its end:
                    nothing is sent for it, as in curl
                ! PURGE is not among the methods of HTTP/1.0 (GET, HEAD, POST)
                ! Content-Length says 9, the body has 5 bytes: the server will read
                    too much or too little
                ! user name and password go in clear: anyone on the way can read
                    them over http
    ");
}

#[test]
fn hex_shows_every_byte_of_the_head_but_secrets() {
    let shown = told("http://h/", &RequestSpec { fields: vec![b"Cookie: a=b".to_vec()], ..spec() }, 100, Detail::Hex);
    assert!(shown.contains("47 45 54 20 2f 20 48 54"), "{shown}");
    assert!(!shown.contains("61 3d 62"), "{shown}");
}

#[test]
fn no_line_is_too_wide_and_nothing_drives_the_terminal() {
    let mut long = posted();
    long.fields.push([b"X-Long: ".to_vec(), vec![b'x'; 5_000]].concat());
    for width in [40, 60, 80, 200] {
        for detail in [Detail::Normal, Detail::Verbose, Detail::Hex] {
            let shown = told("http://h/", &long, width, detail);
            assert!(!shown.contains("secret") && !shown.chars().any(|c| c != '\n' && crate::render::visible::is_unsafe(c)));
            for line in shown.lines().filter(|_| detail < Detail::Hex) {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }
}
