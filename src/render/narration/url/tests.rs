//! Tests of stage 1 in words.

use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::clock::Still;
use crate::event::{Emitter, Event, FetchId, Hub, Kept, Micros};
use crate::render::palette::Palette;
use crate::secret::Secrets;
use crate::stages::url::{decode, follow};
use crate::words::Lang;

fn told(width: Option<usize>, detail: Detail, act: impl FnOnce(Emitter<'_>)) -> String {
    let kept = Kept::default();
    let clock = Still;
    let hub = Hub::new(&clock, Secrets::Masked, detail, vec![Box::new(kept.clone())]);
    act(hub.emitter(FetchId(0)));
    let entries = kept.entries();
    let events = entries.iter().filter_map(|e| match &e.event {
        Event::Url(event) => Some((e.at, event)),
        _ => None,
    });
    let story = StageStory { events: events.collect(), took: Micros(0), failed: false, detail, omitted: Default::default() };
    let mut page = Page::new(width, Palette::plain(), false);
    tell(&mut page, &Words::new(Lang::En), &story);
    page.take()
}

fn decoded(text: &str, width: usize, detail: Detail) -> String {
    told(Some(width), detail, |out| drop(decode(text, out)))
}

#[test]
fn a_plain_url_is_four_facts() {
    insta::assert_snapshot!(decoded("http://www.lab.example/sample1.htm", 80, Detail::Normal), @r"
    1 URL       http://www.lab.example/sample1.htm
                scheme  http                      access method: HTTP over TCP
                host    www.lab.example           whom to reach; DNS will say where
                port    80                        not typed: the default for http
                path    /sample1.htm              what to ask for
    ");
}

#[test]
fn every_liberty_is_told() {
    insta::assert_snapshot!(decoded("HTTP://us er:pw@HOST.example:080\\a/../b c/?q=\u{fc}#f", 80, Detail::Normal), @r"
    1 URL       http://us%20er:*****@host.example/b%20c/?q=%C3%BC#f
                scheme  http                      access method: HTTP over TCP
                user    us%20er:*****             who asks: Basic credentials
                host    host.example              whom to reach; DNS will say where
                port    80                        typed; the default for http
                path    /b%20c/                   file name left to the server
                query   q=%C3%BC                  parameters, sent with the path
                frag    f                         place in the document; never sent
                changed: scheme HTTP is http; case does not matter there
                changed: user name or password percent-encoded: us er:***** is
                  us%20er:*****
                changed: host HOST.example is host.example; case does not matter
                  there
                changed: port 080 is the scheme's own and goes without saying
                changed: \ is / here: \a/../b c/ is /a/../b c/
                changed: . and .. are resolved before anything is sent: \a/../b c/
                  is /b%20c/
                changed: path percent-encoded: \a/../b c/ is /b%20c/
                changed: query percent-encoded: q=ü is q=%C3%BC
                ! \ is / to a browser and an ordinary character to curl
                ! curl refuses a URL with spaces
                ! curl sends these as typed, without percent-encoding: ü
    ");
}

#[test]
fn verbose_adds_the_bytes_and_the_breaches() {
    insta::assert_snapshot!(decoded("http://user:password@www.cyber.example:80/dir/file1.html", 80, Detail::Verbose), @r"
    1 URL       http://user:*****@www.cyber.example/dir/file1.html
                scheme  http                      access method: HTTP over TCP
                user    user:*****                who asks: Basic credentials
                host    www.cyber.example         whom to reach; DNS will say where
                port    80                        typed; the default for http
                path    /dir/file1.html           what to ask for
                changed: port 80 is the scheme's own and goes without saying
                typed   http://user:*****@www.cyber.example:80/dir/file1.html
                bytes 1 to 4 of what was typed: scheme
                bytes 8 to 20 of what was typed: user
                bytes 22 to 38 of what was typed: host
                bytes 40 to 41 of what was typed: port
                bytes 42 to 56 of what was typed: path
                tolerated by the URL standard: credentials in a URL
    ");
}

#[test]
fn a_scheme_that_is_not_fetched_is_explained() {
    insta::assert_snapshot!(decoded("mailto:tone@mail.cyber.example?subject=hello", 60, Detail::Normal), @r"
    1 URL       mailto:tone@mail.cyber.example?subject=hello
                scheme  mailto
                        access method: a mail to a person
                path    tone@mail.cyber.example   to whom
                query   subject=hello
                        header fields for the mail
    ");
}

#[test]
fn what_is_no_url_is_not_shown_as_one() {
    assert_eq!(decoded("http://[zz]/\n", 80, Detail::Normal), "1 URL       what was typed is no URL\n");
}

#[test]
fn a_redirect_shows_what_it_came_from() {
    let shown = told(Some(80), Detail::Normal, |out| {
        let base = decode("http://u:secret@h.example/a/b#frag", out).expect("a URL");
        drop(follow(&base, b"../c d", out));
    });
    insta::assert_snapshot!(shown.split("\n1 ").nth(1).unwrap_or_default(), @r"
    URL       http://u:*****@h.example/c%20d#frag
                to      ../c d
                from    http://u:*****@h.example/a/b#frag
                repaired: spaces or bytes beyond ASCII were percent-encoded
                the fragment is kept from the URL before
                scheme  http                      access method: HTTP over TCP
                user    u:*****                   who asks: Basic credentials
                host    h.example                 whom to reach; DNS will say where
                port    80                        not typed: the default for http
                path    /c%20d                    file or directory: server decides
                frag    frag                      place in the document; never sent
    ");
}

#[test]
fn verbose_only_adds_and_no_line_is_too_wide() {
    for text in [
        "http://u:p@b\u{fc}cher.example:8080/a/%2e%2e/b c?d={e}#f",
        "data:text/plain,hello",
        "ftp.example.com/x",
        "\u{202e}x.example",
        "http:\\\\127.1\\@127.0.0.2/",
        "news:comp.protocols",
    ] {
        for width in [40, 60, 80, 200] {
            let normal = decoded(text, width, Detail::Normal);
            let verbose = decoded(text, width, Detail::Verbose);
            assert!(verbose.starts_with(&normal), "{verbose}");
            for line in verbose.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn megabytes_are_clipped_and_nothing_drives_the_terminal() {
    let shown = decoded(&format!("data:,{}", "x".repeat(1_000_000)), 80, Detail::Hex);
    assert!(shown.len() < 4_000 && shown.contains("1,000,00"), "{} bytes", shown.len());
    let shown = decoded("http://h/\u{202e}\u{9b}31m?\u{200b}", 80, Detail::Hex);
    assert!(!shown.chars().any(|c| c != '\n' && crate::render::visible::is_unsafe(c)), "{shown:?}");
}
