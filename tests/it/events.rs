//! docs/EVENTS.md is made from the event enums' own docs and from events that the program told: it cannot fall behind.
//!
//! The journeys below are run in the embedded internet with `--events`; of each event the first one told becomes the example. What no
//! journey can bring about on every machine (a full disk, a failing socket()) is made by hand in `rare()` and serialised
//! by the same code. `JAUNT_UPDATE_DOCS=1 cargo test events` writes the page anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

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
    // Values differ from run to run; names, order, words and the examples' shapes do not.
    let (made, shown) = (shape(&made), shape(shown));
    for (line, (a, b)) in shown.lines().zip(made.lines()).enumerate() {
        assert_eq!(a, b, "line {line} after the mark; JAUNT_UPDATE_DOCS=1 cargo test events writes the page anew");
    }
    assert_eq!(shown.lines().count(), made.lines().count());
}

/// The page with each example replaced by its keys.
fn shape(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim().lines() {
        match serde_json::from_str::<Value>(line) {
            Ok(value @ Value::Object(_)) => {
                let data = value["data"].as_object().map(|d| d.keys().cloned().collect::<Vec<_>>().join(" "));
                let _ = writeln!(out, "{} {} {}", value["stage"], value["event"], data.unwrap_or_default());
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
    let structs: BTreeMap<String, &syn::ItemStruct> = parsed
        .iter()
        .flat_map(|f| &f.items)
        .filter_map(|item| if let syn::Item::Struct(s) = item { Some((s.ident.to_string(), s)) } else { None })
        .collect();
    let mut all = Vec::new();
    for (stage, name) in enums {
        let found = parsed.iter().flat_map(|f| &f.items).find_map(|item| match item {
            syn::Item::Enum(e) if e.ident == name => Some(e),
            _ => None,
        });
        for variant in &found.unwrap_or_else(|| panic!("{name} is in the source")).variants {
            let fields = match &variant.fields {
                syn::Fields::Named(named) => fields(&named.named),
                // `Connected(Identity)`: the struct's fields are the event's.
                syn::Fields::Unnamed(one) => match &one.unnamed[0].ty {
                    syn::Type::Path(path) => path.path.segments.last().and_then(|s| structs.get(&s.ident.to_string())).map_or_else(
                        Vec::new,
                        |s| if let syn::Fields::Named(named) = &s.fields { fields(&named.named) } else { Vec::new() },
                    ),
                    _ => Vec::new(),
                },
                syn::Fields::Unit => Vec::new(),
            };
            all.push(Declared {
                stage,
                name: renamed(&variant.attrs).unwrap_or_else(|| snake(&variant.ident.to_string())),
                docs: docs(&variant.attrs),
                fields,
            });
        }
    }
    all
}

fn fields(named: &syn::punctuated::Punctuated<syn::Field, syn::Token![,]>) -> Vec<(String, String)> {
    named
        .iter()
        .map(|field| {
            let name = field.ident.as_ref().expect("named").to_string();
            (renamed(&field.attrs).unwrap_or(name), docs(&field.attrs))
        })
        .collect()
}

/// The doc comment, as one paragraph; links to items become their last name.
fn docs(attrs: &[syn::Attribute]) -> String {
    let lines = attrs.iter().filter(|a| a.path().is_ident("doc")).filter_map(|a| match &a.meta {
        syn::Meta::NameValue(syn::MetaNameValue { value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(s), .. }), .. }) => {
            Some(s.value().trim().to_owned())
        }
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
    let mut name = None;
    for attr in attrs.iter().filter(|a| a.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            }
            Ok(())
        });
    }
    name
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
fn told() -> BTreeMap<(String, String), String> {
    let mut told = BTreeMap::new();
    for journey in JOURNEYS {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("events.ndjson");
        let status = Command::new(env!("CARGO_BIN_EXE_jaunt"))
            .args(journey.split_whitespace())
            .arg("--events")
            .arg(&file)
            .current_dir(folder.path())
            .output()
            .expect("jaunt runs");
        let text = std::fs::read_to_string(&file)
            .unwrap_or_else(|e| panic!("{journey}: {e}: {}", String::from_utf8_lossy(&status.stderr)));
        keep(&mut told, text.lines());
    }
    let rare = rare();
    keep(&mut told, rare.iter().map(String::as_str));
    told
}

fn keep<'l>(told: &mut BTreeMap<(String, String), String>, lines: impl Iterator<Item = &'l str>) {
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
];

/// Events that a test cannot make happen everywhere.
fn rare() -> Vec<String> {
    Vec::new()
}
