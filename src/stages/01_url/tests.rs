//! Tests of stage 1.

use proptest::prelude::*;

use super::*;
use crate::clock::Still;
use crate::event::{Detail, Event, FetchId, Hub, Kept};
use crate::secret::Secrets;

fn with<T>(secrets: Secrets, run: impl FnOnce(Emitter<'_>) -> T) -> (T, Vec<UrlEvent>) {
    let kept = Kept::default();
    let clock = Still;
    let hub = Hub::new(&clock, secrets, Detail::Verbose, vec![Box::new(kept.clone())]);
    let result = run(hub.emitter(FetchId(0)));
    let events = kept.entries().into_iter().map(|e| match e.event {
        Event::Url(event) => event,
        other => panic!("{other:?}"),
    });
    (result, events.collect())
}

fn target(text: &str) -> Target {
    with(Secrets::Masked, |out| decode(text, out)).0.unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn told(text: &str) -> Decoded {
    match with(Secrets::Masked, |out| decode(text, out)).1.pop() {
        Some(UrlEvent::Decoded(decoded)) => *decoded,
        other => panic!("{text}: {other:?}"),
    }
}

fn error(text: &str) -> UrlError {
    with(Secrets::Masked, |out| decode(text, out)).0.expect_err(text)
}

fn kinds(text: &str) -> Vec<ChangeKind> {
    told(text).changes.into_iter().map(|c| c.kind).collect()
}

fn at(text: &str, part: Option<Span>) -> &str {
    part.map(|s| &text[s.start..s.end]).unwrap_or_default()
}

#[test]
fn the_textbook_url_is_split_into_its_parts_with_their_places() {
    let text = "http://user:password@www.cyber.example:80/dir/file1.html?a=b#c";
    let d = told(text);
    assert_eq!(d.typed, "http://user:*****@www.cyber.example:80/dir/file1.html?a=b#c");
    assert_eq!((d.scheme.value.as_str(), at(text, d.scheme.typed)), ("http", "http"));
    let userinfo = d.userinfo.expect("typed");
    assert_eq!((userinfo.value.as_str(), at(text, userinfo.typed)), ("user:*****", "user:password"));
    let host = d.host.expect("typed");
    assert_eq!(
        (host.value.as_str(), at(text, host.typed), host.kind),
        ("www.cyber.example", "www.cyber.example", HostKind::Domain)
    );
    let port = d.port.expect("typed");
    assert_eq!((port.number, at(text, port.typed)), (80, "80"));
    assert_eq!((d.path.value.as_str(), at(text, d.path.typed)), ("/dir/file1.html", "/dir/file1.html"));
    assert_eq!(at(text, d.query.expect("typed").typed), "a=b");
    assert_eq!(at(text, d.fragment.expect("typed").typed), "c");
    assert_eq!(d.file_name, Some(FileName::Given("file1.html".into())));
    assert!(d.defaulted.is_empty());
}

#[test]
fn what_was_not_typed_is_said_to_be_supplied() {
    let d = told("www.lab.example");
    assert_eq!(d.url, "http://www.lab.example/");
    assert_eq!(d.defaulted, [Defaulted::Scheme, Defaulted::Port, Defaulted::Path]);
    assert_eq!((d.scheme.typed, d.path.typed), (None, None));
    assert_eq!(d.port, Some(PortPart { number: 80, typed: None }));
    assert_eq!(told("https://h/").port, Some(PortPart { number: 443, typed: None }));
}

#[test]
fn text_without_a_scheme_is_http_as_in_curl() {
    for (text, url) in [
        ("host/path", "http://host/path"),
        ("host:8080/x", "http://host:8080/x"),
        ("localhost:8080", "http://localhost:8080/"),
        ("[::1]:80/", "http://[::1]/"),
        ("127.0.0.1", "http://127.0.0.1/"),
        ("user:pw@host:81/", "http://user:pw@host:81/"),
        ("  host/a  ", "http://host/a"),
        ("//host/x", "http://host/x"),
        ("host?q", "http://host/?q"),
    ] {
        assert_eq!(target(text).url().as_str(), url, "{text}");
    }
    assert_eq!(error("/path"), UrlError::NoHost);
    assert_eq!(error("?q"), UrlError::NoHost);
    assert_eq!(error("   "), UrlError::Empty);
}

#[test]
fn control_characters_are_refused_with_their_place_and_never_dropped() {
    for (text, byte, position) in [
        ("http://h/a\r\nX: y", b'\r', 11),
        ("ht\ttp://h/", b'\t', 3),
        ("http://h/\0", 0, 10),
        ("\nhttp://h/", b'\n', 1),
        ("http://h/\x7f", 0x7f, 10),
        ("h\u{e9}\x1b", 0x1b, 4),
    ] {
        let e = error(text);
        assert_eq!(e, UrlError::Control { byte, position }, "{text:?}");
        assert_eq!(e.exit().code(), 3);
        assert!(!e.to_string().contains(char::is_control), "{e}");
    }
}

#[test]
fn schemes_that_are_not_fetched_are_decoded_first() {
    for (text, scheme, path) in [
        ("ftp://user@ftp.example/dir/file", "ftp", "/dir/file"),
        ("mailto:tone@mail.cyber.example", "mailto", "tone@mail.cyber.example"),
        ("news:comp.protocols.tcp-ip", "news", "comp.protocols.tcp-ip"),
        ("tel:110", "tel", "110"),
        ("foo:bar", "foo", "bar"),
        ("x-thing://a/b", "x-thing", "/b"),
    ] {
        let d = told(text);
        assert_eq!((d.scheme.value.as_str(), d.path.value.as_str(), d.fetched), (scheme, path, false), "{text}");
        let e = error(text);
        assert_eq!(e, UrlError::Unsupported { scheme: scheme.into() });
        assert_eq!(e.exit().code(), 1);
    }
    assert_eq!(told("mailto:a@b").typed, "mailto:a@b");
    assert_eq!(told("ftp://h/").port, Some(PortPart { number: 21, typed: None }));
}

#[test]
fn every_change_is_told() {
    use ChangeKind::*;
    for (text, expected) in [
        ("HTTP://host/", vec![SchemeCase]),
        ("http://HOST/", vec![HostCase]),
        ("http://h\u{e9}.example/", vec![Idn]),
        ("http://ex%61mple/", vec![HostDecoded]),
        ("http:\\\\host\\a", vec![Backslash, Backslash]),
        ("http:host/", vec![Slashes]),
        ("http:///host/", vec![Slashes]),
        ("http://127.1/", vec![Ipv4Notation]),
        ("http://0x7f.1/", vec![Ipv4Notation]),
        ("http://2130706433/", vec![Ipv4Notation]),
        ("http://[0:0:0:0:0:0:0:1]/", vec![Ipv6Notation]),
        ("http://h:80/", vec![DefaultPortDropped]),
        ("https://h:443/", vec![DefaultPortDropped]),
        ("http://h:/", vec![EmptyPortDropped]),
        ("http://h:0081/", vec![PortNotation]),
        ("http://h/a/../b", vec![DotSegments]),
        ("http://h/a/%2e%2E/b", vec![DotSegments]),
        ("http://h/a b", vec![Encoded { part: UrlPart::Path }]),
        ("http://h/?\u{e9}", vec![Encoded { part: UrlPart::Query }]),
        ("http://h/#a b", vec![Encoded { part: UrlPart::Fragment }]),
        ("http://us er@h/", vec![Encoded { part: UrlPart::Userinfo }]),
        (" http://h/ ", vec![Trimmed]),
        ("file://localhost/etc", vec![LocalhostDropped]),
        ("http://h/plain?q=1#f", vec![]),
        ("https://h:80/", vec![]),
    ] {
        assert_eq!(kinds(text), expected, "{text}");
    }
}

#[test]
fn a_reading_by_rfc_3986_that_differs_is_warned_of() {
    let warned = |text: &str| told(text).warnings;
    // curl 7.88 connects to 127.0.0.2 here, a browser to 127.0.0.1.
    assert_eq!(
        warned("http://127.0.0.1\\@127.0.0.2:1/"),
        [Warning::OtherHost { here: "127.0.0.1".into(), there: "127.0.0.2".into() }]
    );
    assert_eq!(warned("http://h/a\\b"), [Warning::Backslash]);
    // curl refuses these two.
    assert_eq!(warned("http://h:80\\a"), [Warning::Backslash]);
    assert_eq!(warned("http://h\\a"), [Warning::Backslash]);
    assert_eq!(warned("http:h/"), [Warning::Slashes { typed: 0 }]);
    assert_eq!(warned("http:///h/"), [Warning::Slashes { typed: 3 }]);
    assert_eq!(warned("http://a@b@h/"), [Warning::SeveralAts]);
    assert_eq!(warned("http://u:1#x@h/"), [Warning::AtAfterHost]);
    assert_eq!(warned("http://127.1/"), [Warning::OddIpv4 { typed: "127.1".into(), address: "127.0.0.1".into() }]);
    assert_eq!(warned("http://h\u{e9}.example/"), [Warning::NonAsciiHost]);
    assert_eq!(warned("http://h/a b"), [Warning::Space]);
    assert_eq!(warned("http://h/\u{e9}"), [Warning::SentRaw { characters: "\u{e9}".into() }]);
    assert_eq!(warned("http://h/a/%2e%2e/b"), [Warning::EncodedDots]);
    assert_eq!(warned("ftp.example.com/x"), [Warning::SchemeGuess { scheme: "ftp" }]);
    assert_eq!(warned("http://h/{a,b}"), [Warning::Glob]);
    assert_eq!(warned("http://h:81/a/../b?q=1#f"), []);
}

#[test]
fn what_nobody_can_see_in_a_host_is_named() {
    let d = told("http://ex\u{200b}ample.test/");
    assert!(d.warnings.contains(&Warning::InvisibleInHost { characters: vec!["U+200B".into()] }), "{:?}", d.warnings);
    assert_eq!(d.host.expect("a host").value, "example.test");
}

#[test]
fn punycode_is_shown_in_its_own_script_too() {
    let host = told("http://B\u{fc}cher.example/").host.expect("a host");
    assert_eq!((host.value.as_str(), host.unicode.as_deref()), ("xn--bcher-kva.example", Some("b\u{fc}cher.example")));
    assert_eq!(told("http://xn--bcher-kva.example/").host.expect("a host").unicode.as_deref(), Some("b\u{fc}cher.example"));
}

#[test]
fn the_file_name_is_omitted_given_or_left_to_the_server() {
    assert_eq!(told("http://h/dir/").file_name, Some(FileName::Omitted));
    assert_eq!(told("http://h").file_name, Some(FileName::Omitted));
    assert_eq!(told("http://h/dir").file_name, Some(FileName::FileOrDirectory("dir".into())));
    assert_eq!(told("http://h/a.htm").file_name, Some(FileName::Given("a.htm".into())));
    assert_eq!(told("data:,x").file_name, None);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (text, message, exit) in [
        ("http://h:65536/", "port 65536 (byte 10 of the URL) is no number from 0 to 65535", 3),
        ("h:8o/", "the scheme h is not one that jaunt fetches", 1),
        ("http://h:8o/", "port 8o (byte 10 of the URL) is no number from 0 to 65535", 3),
        ("http://ex ample/", "a host name cannot hold a space (byte 10 of the URL)", 3),
        ("http://ex<ample/", "a host name cannot hold < (byte 10 of the URL)", 3),
        ("http://ex%00ample/", "a host name cannot hold NUL, percent-encoded or not", 3),
        ("http://256.1.1.1/", "256.1.1.1 (byte 8 of the URL) ends in a number and is no IPv4 address", 3),
        ("http://[::zz]/", "[::zz] (byte 8 of the URL) is no IPv6 address in brackets", 3),
        ("http://[fe80::1%25eth0]/", "[fe80::1%25eth0] (byte 8 of the URL) is no IPv6 address in brackets", 3),
        ("http://", "the URL names no host", 3),
        ("http://user@/", "the URL names no host", 3),
        ("http://:80/", "the URL names no host", 3),
        ("http://a..b/", "the host name has nothing between two of its dots: DNS holds no such name", 6),
        ("file://other/etc", "file: on other: jaunt reads files of this machine only", 3),
        ("file:///a%00b", "the path of the file: URL holds a NUL, which no file name can", 3),
        ("http://u%0a:p@h/", "the user information of the URL holds a control character, LF (\\n)", 3),
    ] {
        let e = error(text);
        assert_eq!((e.to_string().as_str(), e.exit().code()), (message, exit), "{text}");
    }
    let long = format!("http://{}.example/", "a".repeat(64));
    assert!(matches!(error(&long), UrlError::Label { length: 64, .. }));
    assert_eq!(target("http://example.test./").url().host_str(), Some("example.test."));
}

#[test]
fn errors_never_show_a_password() {
    for text in
        ["http://user:sec/ret@host/", "http://user:sec#ret@host/", "user:sec?ret@host.example/", "http://user:secret@[zz]/x"]
    {
        if let Err(e) = with(Secrets::Masked, |out| decode(text, out)).0 {
            assert!(!e.to_string().contains("sec"), "{text}: {e}");
        }
    }
    let (_, events) = with(Secrets::Masked, |out| decode("http://user:secret@h/", out));
    let json = serde_json::to_string(&events).expect("serializes");
    assert!(!json.contains("secret"), "{json}");
    assert!(!format!("{:?}", target("http://user:secret@h/")).contains("secret"));
}

#[test]
fn a_target_knows_what_the_later_stages_ask() {
    let t = target("https://us%40er:p%3Aw@H.example:8443/a/b?c=d#frag");
    assert_eq!(t.access(), Access::Https);
    assert_eq!(t.authority(), "h.example:8443");
    assert_eq!(t.authority_form(), "h.example:8443");
    assert_eq!(t.request_target(), "/a/b?c=d");
    assert_eq!(t.absolute_form(), "https://h.example:8443/a/b?c=d");
    assert_eq!(t.credentials(), Some((b"us@er".to_vec(), b"p:w".to_vec())));
    assert_eq!(t.without_credentials().url().as_str(), "https://h.example:8443/a/b?c=d#frag");
    assert_eq!(t.origin(), Some(Origin { access: Access::Https, host: "h.example".into(), port: 8443 }));
    let t = target("http://[::1]:80");
    assert_eq!((t.authority(), t.authority_form().as_str(), t.request_target()), ("[::1]", "[::1]:80", "/"));
    assert_eq!(t.credentials(), None);
    assert_eq!(target("http://user@h/").credentials(), Some((b"user".to_vec(), vec![])));
}

#[test]
fn the_remote_name_is_the_last_part_of_the_path_as_it_stands() {
    for (url, name) in [
        ("http://h/a/b.png?x=/y.gif", Some("b.png")),
        ("http://h/a%2fb", Some("a%2fb")),
        ("http://h/a/%2e%2e", None),
        ("http://h/", None),
        ("http://h/dir/", None),
        ("http://h/x\\y", Some("y")),
        ("data:,x", None),
    ] {
        assert_eq!(target(url).remote_name().ok(), name, "{url}");
    }
    assert_eq!(UrlError::NoFileName.exit().code(), 23);
}

#[test]
fn a_reference_is_resolved_repaired_and_keeps_the_fragment() {
    let base = target("http://u:p@h.example/a/b?q#frag");
    let go = |r: &[u8]| base.resolve(r).map(|t| t.url().to_string());
    assert_eq!(go(b"../c"), Ok("http://u:p@h.example/c#frag".into()));
    assert_eq!(go(b"//other/x#own"), Ok("http://other/x#own".into()));
    assert_eq!(go(b" /with space "), Ok("http://u:p@h.example/with%20space#frag".into()));
    assert_eq!(go("/\u{e9}".as_bytes()), Ok("http://u:p@h.example/%C3%A9#frag".into()));
    assert_eq!(go(b"/\xe9"), Ok("http://u:p@h.example/%E9#frag".into()));
    assert_eq!(go(b"/a\r\nSet-Cookie: x"), Err(UrlError::Redirect(RedirectFault::Control { byte: b'\r', position: 3 })));
    assert_eq!(go(b"mailto:a@b"), Err(UrlError::Redirect(RedirectFault::Scheme { scheme: "mailto".into() })));
    assert_eq!(base.resolve(b"file:///etc/passwd").map(|t| t.access()), Ok(Access::File));
    assert_eq!(base.resolve(b"ftp://h/").expect_err("not followed").exit().code(), 1);
    assert_eq!(base.resolve(b"http://[zz]/").expect_err("no URL").exit().code(), 3);
    assert_eq!(go(b""), Ok("http://u:p@h.example/a/b?q#frag".into()));
}

#[test]
fn a_followed_reference_is_told_with_its_base() {
    let base = target("http://u:secret@h/a#f");
    let (_, events) = with(Secrets::Masked, |out| follow(&base, b"b c", out));
    let Some(UrlEvent::Resolved { base, reference, repaired, fragment_inherited, decoded }) = events.first() else {
        panic!("{events:?}")
    };
    assert_eq!((base.as_str(), reference.as_str()), ("http://u:*****@h/a#f", "b c"));
    assert!(*repaired && *fragment_inherited);
    assert_eq!(decoded.url, "http://u:*****@h/b%20c#f");
}

#[test]
fn a_url_of_megabytes_takes_linear_time() {
    for unit in ["a", "%", "../", "/./", "'", "\\", "\u{e9}", "@", ":", "?", "[", " "] {
        let text = format!("http://h/{}", unit.repeat(300_000));
        let _ = with(Secrets::Masked, |out| decode(&text, out));
        let text = format!("http://{}", unit.repeat(300_000));
        let _ = with(Secrets::Masked, |out| decode(&text, out));
    }
}

proptest! {
    #[test]
    fn decoding_never_panics_and_every_range_holds_its_part(
        text in "(http:|HTTPS://|ftp://|file:|mailto:|x:)?[/\\\\]{0,4}[ -~é한]{0,40}"
    ) {
        let (_, events) = with(Secrets::Shown, |out| decode(&text, out));
        for event in events {
            let UrlEvent::Decoded(d) = event else { continue };
            let cut = |s: Option<Span>| s.map(|s| text.get(s.start..s.end).expect("on character boundaries"));
            if let Some(scheme) = cut(d.scheme.typed) {
                prop_assert_eq!(scheme.to_ascii_lowercase(), d.scheme.value.as_str());
            }
            let host = d.host.as_ref().filter(|h| h.kind != HostKind::Opaque && d.scheme.value != "file");
            if let Some((host, typed)) = host.and_then(|h| Some((h, cut(h.typed)?))) {
                let alone = Url::parse(&format!("http://{typed}/")).expect("the host alone is a host");
                prop_assert_eq!(alone.host_str().unwrap_or_default(), host.value.as_str());
            }
            if let Some((port, typed)) = d.port.and_then(|p| Some((p, cut(p.typed)?))) {
                prop_assert_eq!(typed.parse::<u64>().expect("digits"), u64::from(port.number));
            }
            if let Some((query, typed)) = d.query.as_ref().and_then(|q| Some((q, cut(q.typed)?))) {
                let special = matches!(d.scheme.value.as_str(), "http" | "https" | "ws" | "wss" | "ftp" | "file");
                let mut again = Url::parse(if special { "http://h/" } else { "x:" }).expect("fixed");
                again.set_query(Some(typed));
                prop_assert_eq!(again.query().unwrap_or_default(), query.value.as_str());
            }
            if let Some(path) = cut(d.path.typed).filter(|_| d.changes.is_empty()) {
                prop_assert_eq!(path, d.path.value.as_str());
            }
        }
    }

    #[test]
    fn resolving_any_bytes_never_panics(reference in proptest::collection::vec(any::<u8>(), 0..60)) {
        let base = target("http://u:p@h/a/b#c");
        if let Ok(next) = base.resolve(&reference) {
            let network = matches!(next.access(), Access::Http | Access::Https);
            prop_assert!(!network || next.request_target().bytes().all(|b| b.is_ascii_graphic()));
        }
    }
}
