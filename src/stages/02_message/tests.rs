//! Tests of stage 2.

use proptest::prelude::*;

use super::*;
use crate::clock::Still;
use crate::event::{Event, FetchId, Hub, Kept};
use crate::secret::Secrets;
use crate::stages::url;

fn with<T>(detail: Detail, secrets: Secrets, run: impl FnOnce(Emitter<'_>) -> T) -> (T, Vec<MessageEvent>) {
    let kept = Kept::default();
    let clock = Still;
    let hub = Hub::new(&clock, secrets, detail, vec![Box::new(kept.clone())]);
    let result = run(hub.emitter(FetchId(0)));
    let events = kept.entries().into_iter().filter_map(|e| match e.event {
        Event::Message(event) => Some(event),
        _ => None,
    });
    (result, events.collect())
}

fn make(at: &str, spec: &RequestSpec) -> (Result<Message, MessageError>, Option<MessageEvent>) {
    let (result, mut events) = with(Detail::Verbose, Secrets::Masked, |out| {
        let target = url::decode(at, out).unwrap_or_else(|e| panic!("{at}: {e}"));
        build(&target, spec, out)
    });
    (result, events.pop())
}

fn head(at: &str, spec: &RequestSpec) -> String {
    let message = make(at, spec).0.unwrap_or_else(|e| panic!("{e}"));
    String::from_utf8(message.head).expect("this test uses text only")
}

fn warned(spec: &RequestSpec) -> Vec<MessageWarning> {
    match make("https://h/", spec).1 {
        Some(MessageEvent::Built { warnings, .. }) => warnings,
        None => panic!("told nothing"),
    }
}

/// What the command line makes of no options.
fn spec() -> RequestSpec {
    RequestSpec { compressed: true, keep_alive: true, user_agent: Some(b"jaunt".to_vec()), ..RequestSpec::default() }
}

fn typed(fields: &[&str]) -> RequestSpec {
    RequestSpec { fields: fields.iter().map(|f| f.as_bytes().to_vec()).collect(), ..spec() }
}

fn posted(bytes: &[u8], fields: &[&str]) -> RequestSpec {
    let body = Body { bytes: bytes.into(), content_type: Some("application/x-www-form-urlencoded"), accept: None };
    RequestSpec { body: Some(body), ..typed(fields) }
}

const H: &str = "http://www.lab.example/p";

#[test]
fn the_default_message_is_this() {
    assert_eq!(
        head("http://www.lab.example/sample1.htm?q=1#f", &RequestSpec { user_agent: None, ..spec() }),
        concat!(
            "GET /sample1.htm?q=1 HTTP/1.1\r\n",
            "Host: www.lab.example\r\n",
            "User-Agent: jaunt/",
            env!("CARGO_PKG_VERSION"),
            "\r\n",
            "Accept: */*\r\n",
            "Accept-Encoding: gzip, deflate, br, zstd\r\n",
            "Connection: keep-alive\r\n",
            "\r\n"
        )
    );
}

#[test]
fn every_option_has_its_place() {
    let all = RequestSpec {
        version: Version::Http10,
        referer: Some(b"http://r/".to_vec()),
        credentials: Some((b"user".to_vec(), b"password".to_vec())),
        cookie: Some(b"a=b".to_vec()),
        range: Some("0-9".into()),
        keep_alive: false,
        ..posted(b"abc", &["X-Mine: 1"])
    };
    assert_eq!(
        head("https://[::1]:8443/", &all),
        concat!(
            "POST / HTTP/1.0\r\n",
            "Host: [::1]:8443\r\n",
            "User-Agent: jaunt\r\n",
            "Accept: */*\r\n",
            "Accept-Encoding: gzip, deflate, br, zstd\r\n",
            "Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n",
            "Referer: http://r/\r\n",
            "Cookie: a=b\r\n",
            "Range: bytes=0-9\r\n",
            "Content-Type: application/x-www-form-urlencoded\r\n",
            "Content-Length: 3\r\n",
            "Connection: close\r\n",
            "X-Mine: 1\r\n",
            "\r\n"
        )
    );
}

#[test]
fn a_typed_field_replaces_removes_or_empties_the_default() {
    let got =
        head(H, &typed(&["accept: text/html", "User-Agent:", "Accept-Encoding;", "X-A;", "X-B:v", "X-B: w", "Connection:  \t"]));
    assert_eq!(
        got,
        "GET /p HTTP/1.1\r\nHost: www.lab.example\r\naccept: text/html\r\nAccept-Encoding:\r\nX-A:\r\nX-B:v\r\nX-B: w\r\n\r\n"
    );
    let (_, event) = make(H, &typed(&["User-Agent:", "X-Unknown:"]));
    let Some(MessageEvent::Built { removed, .. }) = event else { panic!("told nothing") };
    assert_eq!(removed, ["User-Agent"]);
}

#[test]
fn a_default_may_be_typed_twice_and_host_only_once() {
    let got = head(H, &typed(&["Accept: a", "host: first", "accept: b", "Host: second"]));
    assert!(
        got.starts_with("GET /p HTTP/1.1\r\nHost: first\r\nUser-Agent: jaunt\r\nAccept: a\r\naccept: b\r\nAccept-Encoding"),
        "{got}"
    );
    assert!(!got.contains("second"));
    assert_eq!(warned(&typed(&["Host: a", "Host: b"])), [MessageWarning::HostRepeated]);
    assert!(!head(H, &typed(&["Host:"])).contains("Host"));
    assert_eq!(warned(&typed(&["Host:"])), [MessageWarning::HostMissing]);
    assert!(head(H, &typed(&["Host;"])).contains("\r\nHost:\r\n"));
}

#[test]
fn what_has_no_colon_is_ignored_as_in_curl_and_said_so() {
    assert_eq!(head(H, &typed(&["X-B", "X-C; more"])), head(H, &spec()));
    assert_eq!(
        warned(&typed(&["X-B", "X-C; more"])),
        [MessageWarning::FieldIgnored { number: 1 }, MessageWarning::FieldIgnored { number: 2 }]
    );
}

#[test]
fn a_typed_field_wins_over_its_option() {
    let all = RequestSpec {
        credentials: Some((b"a".to_vec(), b"b".to_vec())),
        cookie: Some(b"x=1".to_vec()),
        ..typed(&["Authorization: z", "Cookie: q", "User-Agent: mine"])
    };
    let got = head(H, &all);
    assert!(got.contains("Authorization: z\r\nCookie: q\r\n") && got.contains("User-Agent: mine"), "{got}");
    assert!(!got.contains("Basic") && !got.contains("x=1"));
    assert_eq!(warned(&all), ["User-Agent", "Authorization", "Cookie"].map(|field| MessageWarning::OptionOverridden { field }));
}

#[test]
fn empty_options_take_a_field_out() {
    let got = head(H, &RequestSpec { user_agent: Some(vec![]), referer: Some(vec![]), ..spec() });
    assert!(!got.contains("User-Agent") && !got.contains("Referer"), "{got}");
}

#[test]
fn a_body_has_its_length_unless_it_is_typed_otherwise() {
    let got = head(H, &posted(b"", &[]));
    assert!(got.starts_with("POST ") && got.contains("Content-Length: 0\r\n"), "{got}");
    let lying = posted(b"abc", &["Content-Length: 9"]);
    assert!(head(H, &lying).contains("Content-Length: 9\r\n"));
    assert_eq!(warned(&lying), [MessageWarning::LengthDiffers { typed: "9".into(), actual: 3 }]);
    assert_eq!(warned(&posted(b"abc", &["Content-Length:"])), [MessageWarning::LengthMissing]);
    assert!(!head(H, &RequestSpec { method: Some("POST".into()), ..spec() }).contains("Content-Length"));
}

#[test]
fn chunks_are_made_where_they_are_asked_for() {
    let message = make(H, &posted(b"abc", &["Transfer-Encoding: chunked"])).0.expect("builds");
    assert_eq!(&message.body[..], b"3\r\nabc\r\n0\r\n\r\n");
    let head = String::from_utf8(message.head).expect("text");
    assert!(head.contains("Transfer-Encoding: chunked\r\n") && !head.contains("Content-Length"), "{head}");
    let message = make(H, &posted(b"", &["transfer-encoding:Chunked"])).0.expect("builds");
    assert_eq!(&message.body[..], b"0\r\n\r\n");
    assert_eq!(warned(&typed(&["Transfer-Encoding: chunked"])), [MessageWarning::ChunkedWithoutBody]);
    assert_eq!(warned(&posted(b"a", &["Transfer-Encoding: chunked", "Content-Length: 1"])), [MessageWarning::LengthAndChunked]);
    assert_eq!(warned(&posted(b"a", &["Transfer-Encoding: gzip"])), [MessageWarning::CodingNotApplied]);
}

#[test]
fn json_brings_its_own_accept() {
    let body = Body { bytes: b"{}"[..].into(), content_type: Some("application/json"), accept: Some("application/json") };
    let got = head(H, &RequestSpec { body: Some(body), ..spec() });
    assert!(got.contains("Accept: application/json\r\n") && got.contains("Content-Type: application/json\r\n"), "{got}");
}

#[test]
fn credentials_come_from_the_option_or_else_from_the_url() {
    assert!(head("http://us%40er:p%3Aw@h/", &spec()).contains("Authorization: Basic dXNAZXI6cDp3\r\n"));
    assert!(head("http://user@h/", &spec()).contains("Authorization: Basic dXNlcjo=\r\n"));
    let typed = RequestSpec { credentials: Some((b"a".to_vec(), b"b".to_vec())), ..spec() };
    assert!(head("http://user:pw@h/", &typed).contains("Authorization: Basic YTpi\r\n"));
    let Some(MessageEvent::Built { warnings, .. }) = make("http://user:pw@h/", &spec()).1 else { panic!("told nothing") };
    assert_eq!(warnings, [MessageWarning::CredentialsInClear]);
}

#[test]
fn methods_are_any_token_and_nothing_else() {
    let with = |method: &str| RequestSpec { method: Some(method.into()), ..spec() };
    for method in ["GET", "PURGE", "get", "M-SEARCH", "!#$%&'*+-.^_`|~09AZaz"] {
        assert!(head(H, &with(method)).starts_with(&format!("{method} /p HTTP/1.1\r\n")), "{method}");
    }
    assert_eq!(make(H, &with("")).0, Err(MessageError::MethodEmpty));
    assert_eq!(make(H, &with("GE T")).0, Err(MessageError::Method { byte: b' ', position: 3 }));
    assert_eq!(make(H, &with("GET\r\nX: y")).0, Err(MessageError::Method { byte: b'\r', position: 4 }));
    assert!(head(H, &RequestSpec { head: true, ..spec() }).starts_with("HEAD "));
    assert!(head(H, &RequestSpec { head: true, method: Some("GET".into()), ..spec() }).starts_with("GET "));
    assert_eq!(make(H, &RequestSpec { head: true, ..posted(b"a", &[]) }).0, Err(MessageError::HeadWithBody));
}

#[test]
fn line_ends_and_other_control_characters_are_refused_wherever_they_come_from() {
    let bad = b"a\r\nX-Injected: 1".to_vec();
    let text = "a\r\nX-Injected: 1".to_owned();
    let cases = [
        ("-H", RequestSpec { fields: vec![[b"X: ", &bad[..]].concat()], ..spec() }, 5),
        ("-A", RequestSpec { user_agent: Some(bad.clone()), ..spec() }, 2),
        ("-e", RequestSpec { referer: Some(bad.clone()), ..spec() }, 2),
        ("-b", RequestSpec { cookie: Some(bad.clone()), ..spec() }, 2),
        ("-r", RequestSpec { range: Some(text.clone()), ..spec() }, 2),
        ("-u", RequestSpec { credentials: Some((b"u".to_vec(), text.into_bytes())), ..spec() }, 4),
    ];
    for (option, spec, position) in cases {
        let e = make(H, &spec).0.expect_err(option);
        assert_eq!(e, MessageError::Control { option, byte: b'\r', position });
        assert_eq!(e.exit().code(), 2);
    }
    for byte in (0..32u8).chain([127]).filter(|b| *b != b'\t') {
        let spec = RequestSpec { fields: vec![vec![b'X', b':', byte, b'a']], ..spec() };
        assert!(make(H, &spec).0.is_err(), "{byte}");
    }
    assert!(head(H, &typed(&["X: a\tb"])).contains("X: a\tb\r\n"));
}

#[test]
fn field_names_are_tokens() {
    let bad = |field: &str| make(H, &typed(&[field])).0.expect_err(field);
    assert_eq!(bad(": x"), MessageError::FieldNameEmpty { number: 1 });
    assert_eq!(bad(" X: y"), MessageError::FieldName { number: 1, byte: b' ', position: 1 });
    assert_eq!(bad("X : y"), MessageError::FieldName { number: 1, byte: b' ', position: 2 });
    assert_eq!(bad("X\t: y"), MessageError::FieldName { number: 1, byte: b'\t', position: 2 });
}

#[test]
fn bytes_beyond_ascii_stay_what_they_are() {
    let spec = RequestSpec { fields: vec![b"X-Latin: caf\xe9".to_vec()], ..spec() };
    let message = make(H, &spec).0.expect("builds");
    assert!(message.head.windows(16).any(|w| w == b"X-Latin: caf\xe9\r\n\r"));
}

#[test]
fn a_large_body_waits_for_100_continue() {
    let large = vec![b'x'; 1024 * 1024 + 1];
    let message = make(H, &posted(&large, &[])).0.expect("builds");
    assert!(message.expects_continue);
    assert!(!make(H, &posted(&large, &["Expect:"])).0.expect("builds").expects_continue);
    assert!(!make(H, &posted(&large[1..], &[])).0.expect("builds").expects_continue);
    assert!(!make(H, &RequestSpec { version: Version::Http10, ..posted(&large, &[]) }).0.expect("builds").expects_continue);
    assert!(make(H, &posted(b"a", &["Expect: 100-continue"])).0.expect("builds").expects_continue);
}

#[test]
fn a_range_that_is_a_number_is_where_it_begins() {
    assert!(head(H, &RequestSpec { range: Some("500".into()), ..spec() }).contains("Range: bytes=500-\r\n"));
    assert!(head(H, &RequestSpec { range: Some("-5".into()), ..spec() }).contains("Range: bytes=-5\r\n"));
}

#[test]
fn events_hold_no_secret_and_messages_do() {
    let spec = RequestSpec {
        credentials: Some((b"user".to_vec(), b"hunter2".to_vec())),
        cookie: Some(b"sid=hunter2".to_vec()),
        referer: Some(b"http://u:hunter2@r/".to_vec()),
        ..typed(&["X-Api-Key: hunter2", "Proxy-Authorization: Basic hunter2"])
    };
    let (result, events) = with(Detail::Hex, Secrets::Masked, |out| {
        let target = url::decode("http://h/", out).expect("a URL");
        build(&target, &spec, out)
    });
    let message = result.expect("builds");
    assert!(String::from_utf8_lossy(&message.head).contains("X-Api-Key: hunter2"));
    let json = serde_json::to_string(&events).expect("serializes");
    assert!(!json.contains("hunter2") && !json.contains("aHVudGVy") && !json.contains("dXNlcjpodW50ZXIy"), "{json}");
    assert!(!format!("{message:?} {spec:?}").contains("hunter2"));
    let Some(MessageEvent::Built { octets: Some(octets), .. }) = events.first() else { panic!("no bytes at -vv") };
    assert_eq!(octets.0.len(), message.head.len());
}

#[test]
fn codings_are_undone_only_where_jaunt_offered_them() {
    let decodes = |spec: &RequestSpec| make(H, spec).0.expect("builds").decodes;
    assert!(decodes(&spec()));
    assert!(!decodes(&RequestSpec { compressed: false, ..spec() }));
    assert!(!decodes(&typed(&["Accept-Encoding: gzip"])) && !decodes(&typed(&["Accept-Encoding:"])));
}

#[test]
fn a_message_knows_whether_it_asks_to_close() {
    let asks = |spec: &RequestSpec| make(H, spec).0.expect("builds").asks_to_close;
    assert!(!asks(&spec()));
    assert!(asks(&RequestSpec { keep_alive: false, ..spec() }));
    assert!(asks(&typed(&["Connection: Close"])));
    assert!(asks(&RequestSpec { version: Version::Http10, ..typed(&["Connection:"]) }));
    assert!(!asks(&RequestSpec { version: Version::Http10, ..spec() }));
    assert!(asks(&typed(&["connection: upgrade, close"])));
}

fn any_field() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        Just("Host".to_owned()),
        Just("accept".to_owned()),
        Just("Content-Length".to_owned()),
        Just("Connection".to_owned()),
        "[A-Za-z!#$%&'*+.^_`|~-]{1,12}"
    ];
    (name, "(: ?|;|)", "[ -~\u{e9}]{0,20}").prop_map(|(name, colon, value)| format!("{name}{colon}{value}").into_bytes())
}

proptest! {
    #[test]
    fn what_is_built_reads_back_as_the_same_fields(
        fields in proptest::collection::vec(any_field(), 0..12),
        (method, http10, compressed, keep_alive, is_head) in
            (proptest::option::of("[A-Z!#$%&'*+.^_`|~-]{1,8}"), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        (agent, referer, cookie, credentials, range) in (
            proptest::option::of("[ -~]{0,10}"),
            proptest::option::of("[ -~]{0,10}"),
            proptest::option::of("[ -~]{0,10}"),
            proptest::option::of(("[ -~]{0,10}", "[ -~]{0,10}")),
            proptest::option::of("[0-9]{1,3}-[0-9]{0,3}"),
        ),
        body in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
    ) {
        let spec = RequestSpec {
            method,
            version: if http10 { Version::Http10 } else { Version::Http11 },
            fields,
            user_agent: agent.map(String::into_bytes),
            referer: referer.map(String::into_bytes),
            credentials: credentials.map(|(u, p)| (u.into_bytes(), p.into_bytes())),
            cookie: cookie.map(String::into_bytes),
            body: body.map(|b| Body { bytes: b.into(), content_type: Some("a/b"), accept: None }),
            head: is_head,
            compressed,
            range,
            keep_alive,
        };
        let (result, events) = with(Detail::Hex, Secrets::Shown, |out| {
            let target = url::decode("http://h.example:81/a%20b?c", out).expect("a URL");
            build(&target, &spec, out)
        });
        let Ok(message) = result else { return Ok(()) };
        let mut room = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut room);
        let parsed = request.parse(&message.head);
        prop_assert_eq!(parsed, Ok(httparse::Status::Complete(message.head.len())), "{:?}", message.head);
        prop_assert_eq!(request.method, Some(&*message.method));
        prop_assert_eq!(request.path, Some("/a%20b?c"));
        let Some(MessageEvent::Built { fields, head_bytes, body_bytes, octets, .. }) = events.first() else {
            return Err(TestCaseError::fail("told nothing"));
        };
        prop_assert_eq!((*head_bytes, *body_bytes), (message.head.len(), message.body.len()));
        prop_assert_eq!(octets.as_ref().map(|o| o.0.as_slice()), Some(message.head.as_slice()));
        let seen: Vec<_> = request.headers.iter().map(|h| (h.name, h.value.trim_ascii())).collect();
        let told: Vec<_> = fields.iter().map(|f| (f.name.as_str(), f.value.0.as_slice())).collect();
        prop_assert_eq!(seen, told);
        prop_assert!(fields.iter().filter(|f| f.name == "Host").count() <= 1);
    }

    #[test]
    fn any_bytes_in_any_option_make_one_request_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..30), which in 0..5usize) {
        let mut spec = spec();
        match which {
            0 => spec.fields = vec![bytes],
            1 => spec.user_agent = Some(bytes),
            2 => spec.referer = Some(bytes),
            3 => spec.cookie = Some(bytes),
            _ => spec.method = Some(String::from_utf8_lossy(&bytes).into_owned()),
        }
        if let Ok(message) = make(H, &spec).0 {
            let ends: Vec<_> = message.head.windows(4).enumerate().filter(|(_, w)| w == b"\r\n\r\n").map(|(at, _)| at).collect();
            prop_assert_eq!(ends, [message.head.len() - 4]);
            prop_assert_eq!(message.head.iter().filter(|b| **b == b'\n').count(), message.head.iter().filter(|b| **b == b'\r').count());
        }
    }
}
