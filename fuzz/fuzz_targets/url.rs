#![no_main]
//! Any text through stage 1, what comes out through stage 2, and the same bytes as a server's Location.
//! `cargo +nightly fuzz run url`

use jaunt::clock::Still;
use jaunt::event::{Detail, Event, FetchId, Hub, Kept};
use jaunt::secret::Secrets;
use jaunt::stages::message::{self, RequestSpec};
use jaunt::stages::url::{self, Access, Span, UrlEvent};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (kept, clock) = (Kept::default(), Still);
    let hub = Hub::new(&clock, Secrets::Shown, Detail::Hex, vec![Box::new(kept.clone())]);
    let out = hub.emitter(FetchId(0));

    if let Ok(text) = std::str::from_utf8(bytes) {
        let decoded = url::decode(text, out);
        for entry in kept.entries() {
            let Event::Url(UrlEvent::Decoded(told)) = entry.event else { continue };
            // Every place lies on character boundaries, and the text there is the part.
            let cut = |span: Option<Span>| span.map(|s| text.get(s.start..s.end).expect("on character boundaries"));
            if let Some(scheme) = cut(told.scheme.typed) {
                assert_eq!(scheme.to_ascii_lowercase(), told.scheme.value);
            }
            if let Some((port, typed)) = told.port.and_then(|p| Some((p.number, cut(p.typed)?))) {
                assert_eq!(typed.trim_start_matches('0').parse().unwrap_or(0), port);
            }
            for part in [&told.userinfo, &told.query, &told.fragment].into_iter().flatten() {
                cut(part.typed);
            }
            cut(told.path.typed);
            cut(told.host.and_then(|h| h.typed));
        }
        match decoded {
            Ok(target) => one_request(&target, out),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }

    let base = url::decode("http://user:password@www.lab.example/a/b?c#d", out).expect("a URL");
    if let Ok(next) = url::follow(&base, bytes, out) {
        one_request(&next, out);
    }
});

/// Whatever the URL: one request line, and one empty line at the end of the head.
fn one_request(target: &url::Target, out: jaunt::event::Emitter<'_>) {
    if !matches!(target.access(), Access::Http | Access::Https) {
        return;
    }
    let message = message::build(target, &RequestSpec::default(), out).expect("a URL alone is never refused here");
    let ends = message.head.windows(4).filter(|w| *w == b"\r\n\r\n").count();
    assert_eq!(ends, 1);
    assert_eq!(message.head.iter().filter(|b| **b == b' ').count() - 2, fields(&message.head));
    let _ = target.remote_name();
}

/// Each field has one space, behind its colon; the request line has two. (`User-Agent` and the others have none in their values
/// but `Accept-Encoding`, which is not offered here, and `Authorization`, which has one.)
fn fields(head: &[u8]) -> usize {
    let lines = head.split(|b| *b == b'\n').skip(1).filter(|line| line.len() > 1);
    lines.map(|line| if line.starts_with(b"Authorization:") { 2 } else { 1 }).sum()
}
