//! docs/EVENTS.md is made from the event enums' own docs and from events that the program told: it cannot fall behind.
//!
//! The journeys below are run in the embedded internet with `--events`; of each event the first one told becomes the example. What no
//! journey can bring about on every machine (a full disk, a failing socket()) is made by hand in `rare()` and serialised
//! by the same code. `JAUNT_UPDATE_DOCS=1 cargo test events` writes the page anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{Name, RData, Record};
use jaunt::demo::{Carrier, Nameserver, Ports};
use jaunt::event::{Entry, Event, FetchId, Micros};
use jaunt::exit::os_words;
use jaunt::stages::connect::{ConnectEvent, OsError, SocketFamily};
use jaunt::stages::dns::{DnsEvent, HostsLine, QuestionShown};
use jaunt::stages::images::ImagesEvent;
use jaunt::stages::response::ResponseEvent;
use serde_json::Value;

use super::support;

/// Between this line and the end the page is made; above it stands what a person wrote.
const MARK: &str = "<!-- made from the source: JAUNT_UPDATE_DOCS=1 cargo test events -->";

/// An event as the source declares it.
struct Declared {
    stage: &'static str,
    name: String,
    docs: String,
    fields: Vec<(String, String)>,
}

#[test]
fn the_page_about_events_shows_each_event_as_the_program_tells_it() {
    let declared = declared();
    let told = told();
    let mut made = String::new();
    let mut missing = Vec::new();
    let mut stage = "";
    for event in &declared {
        if event.stage != stage {
            stage = event.stage;
            let _ = writeln!(made, "\n## {stage}");
        }
        let _ = writeln!(made, "\n### {stage}.{}\n\n{}\n", event.name, event.docs);
        for (name, docs) in &event.fields {
            let _ = writeln!(made, "- `{name}`: {docs}");
        }
        match told.get(&(stage.to_owned(), event.name.clone())) {
            Some(example) => {
                let _ = writeln!(made, "\n```json\n{example}\n```");
                let value: Value = serde_json::from_str(example).expect("an event is JSON");
                for key in value["data"].as_object().into_iter().flat_map(|data| data.keys()) {
                    let known = event.fields.is_empty() || event.fields.iter().any(|(name, _)| name == key);
                    assert!(known, "{stage}.{}: the field {key} is told but not declared", event.name);
                }
            }
            None => missing.push(format!("{stage}.{}", event.name)),
        }
    }
    assert!(missing.is_empty(), "no journey of this test tells {}", missing.join(", "));
    let path = Path::new("docs/EVENTS.md");
    let page = std::fs::read_to_string(path).expect("docs/EVENTS.md");
    let (by_hand, shown) = page.split_once(MARK).expect("the page has its mark");
    if std::env::var_os("JAUNT_UPDATE_DOCS").is_some() {
        std::fs::write(path, format!("{by_hand}{MARK}\n{made}")).expect("written");
        return;
    }
    // Values differ from run to run, and which of the optional members there are; names, order and words do not.
    let (made, shown) = (shape(&made), shape(shown));
    for (line, (a, b)) in shown.lines().zip(made.lines()).enumerate() {
        assert_eq!(a, b, "line {line} after the mark; JAUNT_UPDATE_DOCS=1 cargo test events writes the page anew");
    }
    assert_eq!(shown.lines().count(), made.lines().count());
}

/// The page with each example replaced by its name. (That its members are declared was checked.)
fn shape(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim().lines() {
        match serde_json::from_str::<Value>(line) {
            Ok(value @ Value::Object(_)) => {
                let _ = writeln!(out, "{} {}", value["stage"], value["event"]);
            }
            _ => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

/// The event enums in the source, in the journey's order.
fn declared() -> Vec<Declared> {
    let enums = [
        ("journey", "JourneyEvent"),
        ("url", "UrlEvent"),
        ("message", "MessageEvent"),
        ("dns", "DnsEvent"),
        ("connect", "ConnectEvent"),
        ("tls", "TlsEvent"),
        ("response", "ResponseEvent"),
        ("images", "ImagesEvent"),
    ];
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let parsed: Vec<syn::File> =
        files.iter().map(|f| syn::parse_file(&std::fs::read_to_string(f).expect("a source file")).expect("Rust")).collect();
    let types: Types<'_> = parsed
        .iter()
        .flat_map(|f| &f.items)
        .filter_map(|item| match item {
            syn::Item::Struct(s) if serialised(&s.attrs) => Some((s.ident.to_string(), item)),
            syn::Item::Enum(e) if serialised(&e.attrs) => Some((e.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let (mut all, mut variants) = (Vec::new(), Vec::new());
    for (stage, name) in enums {
        let Some(syn::Item::Enum(found)) = types.get(name) else { panic!("{name} is in the source") };
        for variant in &found.variants {
            variants.push(variant.ident.to_string());
            all.push(Declared {
                stage,
                name: renamed(&variant.attrs).unwrap_or_else(|| snake(&variant.ident.to_string())),
                docs: docs(&variant.attrs),
                fields: fields(&variant.fields, &types),
            });
        }
    }
    // Docs speak of the enums' variants; who reads the page knows their names in JSON.
    let names: Vec<(String, String)> =
        variants.iter().map(|variant| (format!("`{variant}`"), format!("`{}`", snake(variant)))).collect();
    for docs in all.iter_mut().flat_map(|event| std::iter::once(&mut event.docs).chain(event.fields.iter_mut().map(|f| &mut f.1)))
    {
        for (variant, name) in &names {
            *docs = docs.replace(variant, name);
        }
    }
    all
}

type Types<'s> = BTreeMap<String, &'s syn::Item>;

/// Names and docs of what becomes members of `data`.
fn fields(fields: &syn::Fields, types: &Types<'_>) -> Vec<(String, String)> {
    match fields {
        syn::Fields::Named(named) => named.named.iter().flat_map(|field| member(field, types)).collect(),
        // `Connected(Identity)`, `Certificate(Box<Facts>)`: the struct's fields are the event's.
        syn::Fields::Unnamed(one) => of_type(&one.unnamed[0].ty, types),
        syn::Fields::Unit => Vec::new(),
    }
}

fn member(field: &syn::Field, types: &Types<'_>) -> Vec<(String, String)> {
    if has(&field.attrs, "flatten") {
        return of_type(&field.ty, types);
    }
    let name = field.ident.as_ref().expect("named").to_string();
    vec![(renamed(&field.attrs).unwrap_or(name), docs(&field.attrs))]
}

fn of_type(ty: &syn::Type, types: &Types<'_>) -> Vec<(String, String)> {
    let syn::Type::Path(path) = ty else { return Vec::new() };
    let Some(last) = path.path.segments.last() else { return Vec::new() };
    if let syn::PathArguments::AngleBracketed(inner) = &last.arguments {
        return inner
            .args
            .iter()
            .find_map(|a| if let syn::GenericArgument::Type(t) = a { Some(of_type(t, types)) } else { None })
            .unwrap_or_default();
    }
    match types.get(&last.ident.to_string()) {
        Some(syn::Item::Struct(s)) => fields(&s.fields, types),
        Some(syn::Item::Enum(e)) => {
            let mut all: Vec<(String, String)> =
                ["tag", "content"].iter().filter_map(|key| Some((text(&e.attrs, key)?, docs(&e.attrs)))).collect();
            for (name, docs) in e.variants.iter().flat_map(|v| fields(&v.fields, types)) {
                if all.iter().all(|(known, _)| *known != name) {
                    all.push((name, docs));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

/// The doc comment, as one paragraph; links to items become their last name.
fn docs(attrs: &[syn::Attribute]) -> String {
    let lines = attrs.iter().filter(|a| a.path().is_ident("doc")).filter_map(|a| match &a.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(s), .. }), ..
        }) => Some(s.value().trim().to_owned()),
        _ => None,
    });
    let text = lines.collect::<Vec<_>>().join(" ");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("[`") {
        out.push_str(before);
        let Some((link, after)) = after.split_once("`]") else {
            out.push_str("[`");
            rest = after;
            continue;
        };
        let _ = write!(out, "`{}`", link.rsplit("::").next().unwrap_or(link));
        rest = after;
    }
    out + rest
}

fn renamed(attrs: &[syn::Attribute]) -> Option<String> {
    text(attrs, "rename")
}

/// `#[serde(key = "text")]`
fn text(attrs: &[syn::Attribute], key: &str) -> Option<String> {
    let mut found = None;
    for attr in attrs.iter().filter(|a| a.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                let value = value.parse::<syn::LitStr>()?.value();
                if meta.path.is_ident(key) {
                    found = Some(value);
                }
            }
            Ok(())
        });
    }
    found
}

fn serialised(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().filter(|a| a.path().is_ident("derive")).any(|derive| {
        let mut found = false;
        let _ = derive.parse_nested_meta(|meta| {
            found |= meta.path.segments.last().is_some_and(|s| s.ident == "Serialize");
            Ok(())
        });
        found
    })
}

/// `#[serde(flag)]`
fn has(attrs: &[syn::Attribute], flag: &str) -> bool {
    let mut found = false;
    for attr in attrs.iter().filter(|a| a.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            found |= meta.path.is_ident(flag);
            if let Ok(value) = meta.value() {
                let _ = value.parse::<syn::Lit>();
            }
            Ok(())
        });
    }
    found
}

fn snake(camel: &str) -> String {
    let mut out = String::new();
    for c in camel.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn sources(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// The first telling of each event, over all journeys.
fn told() -> Told {
    let mut told = Told::new();
    for journey in JOURNEYS {
        run(&mut told, journey, &[]);
    }
    run(&mut told, "demo --until tls https://www.lab.example/", &[("SSLKEYLOGFILE", "keys")]);
    run(&mut told, "demo --until dns http://www/", &[("LOCALDOMAIN", "lab.example")]);
    {
        // Whoever gets it: the demo does not.
        let _held = TcpListener::bind("127.53.0.80:80");
        run(&mut told, "demo --until connect", &[]);
    }
    servers(&mut told);
    let rare = rare();
    keep(&mut told, rare.iter().map(String::as_str));
    told
}

type Told = BTreeMap<(String, String), String>;

fn run(told: &mut Told, journey: &str, environment: &[(&str, &str)]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("events.ndjson");
    let output = support::jaunt()
        .args(journey.split_whitespace())
        .arg("--events")
        .arg(&file)
        .envs(environment.iter().copied())
        .current_dir(folder.path())
        .output()
        .expect("jaunt runs");
    let text =
        std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{journey}: {e}: {}", String::from_utf8_lossy(&output.stderr)));
    keep(told, text.lines());
}

/// Journeys to servers that do what no good server does.
fn servers(told: &mut Told) {
    const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    // The kept connection is closed when the next request comes.
    scripted(&[&[OK], &[OK]], |at| run(told, &format!("http://{at}/a http://{at}/b"), &[]));
    scripted(&[&[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"]], |at| run(told, &format!("http://{at}/"), &[]));
    scripted(&[&[b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"]], |at| {
        run(told, &format!("-H Expect:100-continue -d body http://{at}/"), &[]);
    });
    // This one waits for the body and says nothing before.
    let _ = support::serving(&[OK], |at| run(told, &format!("-H Expect:100-continue -d body http://{at}/"), &[]));
    // The same file three times: begun, continued, found whole.
    let rest = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-6/7\r\nContent-Length: 5\r\n\r\n, too";
    let whole = b"HTTP/1.1 416 No\r\nContent-Range: bytes */7\r\nContent-Length: 0\r\n\r\n";
    scripted(&[&[OK, rest, whole]], |at| {
        run(told, &format!("-C - -o f -o f -o f http://{at}/a http://{at}/b http://{at}/c"), &[]);
    });
    let large =
        [&b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4000000\r\n\r\n"[..], &[b'-'; 4_000_000]].concat();
    scripted(&[&[&large]], |at| run(told, &format!("--no-images -o /dev/null http://{at}/"), &[]));
    let server = nameserver();
    run(told, &format!("--until dns -4 --dns-servers {} http://one.example/", server.place().actual), &[]);
}

/// A name server that says more than it was asked.
fn nameserver() -> Nameserver {
    let answerer = |query: &[u8], _: Carrier| {
        let Ok(mut message) = Message::from_vec(query) else { return Vec::new() };
        message.metadata.message_type = MessageType::Response;
        for owner in ["one.example.", "two.example."] {
            let owner = Name::from_ascii(owner).expect("a name");
            message.add_answer(Record::from_rdata(owner, 60, RData::A(A::new(192, 0, 2, 1))));
        }
        vec![message.to_vec().expect("a message")]
    };
    Nameserver::start("127.0.0.1:53".parse().expect("an address"), Ports::Any, Arc::new(answerer)).expect("a server")
}

/// A server on loopback: on the n-th connection it answers each request's head with the next of the n-th answers; after the last it
/// waits for one request more, or the end, and closes.
fn scripted(connections: &[&[&[u8]]], act: impl FnOnce(SocketAddr)) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let at = listener.local_addr().expect("it is bound");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for answers in connections {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
                for answer in *answers {
                    if !head(&mut stream) || stream.write_all(answer).is_err() {
                        break;
                    }
                }
                head(&mut stream);
            }
        });
        act(at);
        // For connections that nobody made.
        connections.iter().for_each(|_| support::wake(at));
    });
}

/// Reads to the end of a head; false when there is none.
fn head(stream: &mut TcpStream) -> bool {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => read.push(byte[0]),
            _ => return false,
        }
    }
    true
}

fn keep<'l>(told: &mut Told, lines: impl Iterator<Item = &'l str>) {
    for line in lines {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let name = |key: &str| value[key].as_str().unwrap_or_else(|| panic!("no {key} in {line}")).to_owned();
        told.entry((name("stage"), name("event"))).or_insert_with(|| line.to_owned());
    }
}

/// Each brings about events that those before it do not.
const JOURNEYS: &[&str] = &[
    "demo",
    "demo -L http://www.lab.example/old",
    "demo https://www.lab.example/",
    "demo -v --resolver compare",
    "demo --resolver system http://localhost/",
    "demo --resolver iterative http://www.lab.example/sample1.htm",
    "demo --resolver iterative --break dns-lame",
    "demo --resolver iterative --break dns-missing-glue",
    "demo --resolver iterative --break dns-nxdomain",
    "demo --until dns --dns-type MX,TXT,NS http://lab.example/",
    "demo --break dns-nxdomain",
    "demo --break dns-truncated",
    "demo --break dns-dead-first-server",
    "demo --break dns-spoofed-id",
    "demo --break dns-cname-loop",
    "demo --break dns-timeout",
    "demo --break dns-refused",
    "demo --resolve www.lab.example:80:127.53.0.80",
    "demo --break connect-refused",
    "demo --break tls-expired https://www.lab.example/",
    "demo -k --break tls-expired https://www.lab.example/",
    "demo --break response-short",
    "demo --break response-reset",
    "demo -b missing http://www.lab.example/visits",
    "demo -L -u me:secret http://www.lab.example/secure",
    "demo -b missing http://www.lab.example/visits http://www.lab.example/visits",
    "demo -k https://127.53.0.80/lock.png",
    "demo --until connect http://both.lab.example/",
    "demo --break connect-timeout --connect-timeout 0.4",
    "demo --until dns http://printer.local/",
    "--until dns --dns-servers tls://127.0.0.1:1 http://one.example/",
    "demo --max-images 1",
    "demo --break response-short -o page",
    "demo http://www.lab.example/close.html",
    "demo -o page http://www.lab.example/chunked.html",
    "demo --save-images pictures",
    "demo -H Expect:100-continue -d 1 http://www.lab.example/echo",
    "demo http://www.lab.example/ http://www.lab.example/dir",
    "data:text/plain,hello",
    "file:///etc/hosts -o page",
    "mailto:someone@lab.example",
];

/// Events that a test cannot make happen everywhere.
fn rare() -> Vec<String> {
    let name = "www.lab.example".to_owned();
    let address = std::net::IpAddr::from([127, 53, 0, 80]);
    let error = std::io::Error::from_raw_os_error(24);
    let events: Vec<Event> = vec![
        // The hosts file is the machine's.
        DnsEvent::Hosts { path: "/etc/hosts".to_owned(), lines: vec![HostsLine { line: 3, address }] }.into(),
        // Only a resolv.conf with `options edns0` asks so.
        DnsEvent::WithoutEdns {
            server: "127.53.0.53:53".to_owned(),
            rcode: "FORMERR".to_owned(),
            question: QuestionShown { name: format!("{name}."), class: "IN".to_owned(), kind: "A".to_owned() },
        }
        .into(),
        // Which names getaddrinfo() knows, the machine decides.
        DnsEvent::SystemAnswered { addresses: vec![address], canonical: Some(name), took_us: Micros(412) }.into(),
        // Two images' lanes that look up one name in the same millisecond.
        DnsEvent::Joined { host: "pictures.lab.example".to_owned() }.into(),
        ConnectEvent::NoSocket {
            family: SocketFamily::Inet,
            kind: "SOCK_STREAM|SOCK_CLOEXEC",
            peer: SocketAddr::new(address, 80),
            error: OsError::from(&error),
        }
        .into(),
        // A peer that resets in the middle of a request: whether write() notices is a matter of microseconds.
        ResponseEvent::WriteFailed { fd: 5, offered: 16_384, why: os_words(&std::io::Error::from_raw_os_error(32)) }.into(),
        // Only Linux has splice().
        ResponseEvent::Spliced { fd: 5, to: 1, bytes: 65_536 }.into(),
        // A page for that takes seconds.
        ImagesEvent::StylesGivenUp { steps: 100_000_000 }.into(),
        // Only a terminal gets a preview.
        ResponseEvent::Previewed { shown: 20, lines: 312, cut: 1 }.into(),
        ImagesEvent::Postponed { image: FetchId(7), number: 7 }.into(),
        ImagesEvent::NotIndexed {
            path: "pictures/index.json".to_owned(),
            error: os_words(&std::io::Error::from_raw_os_error(28)),
        }
        .into(),
    ];
    let entry = |(seq, event)| Entry { seq, at: Micros(1_000 * seq), fetch: FetchId(0), hop: 0, event };
    let entries = (100..).zip(events).map(entry);
    entries.map(|entry| serde_json::to_string(&entry).expect("an entry is JSON")).collect()
}
