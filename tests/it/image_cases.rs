//! The 199 pages of tests/image-cases, and those of tests/image-rules: does the scanner ask for what the browser asked for?
//!
//! No network: the pages' server is a table, and the lanes are a queue.

#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use jaunt::event::Octets;
use jaunt::stages::images::scan::{
    FrameAnswer, Gate, Hop, Kind, ObjectAnswer, PageContext, Reference, Scanner, SheetAnswer, SkipReason, Verdict, may_be_page,
};
use jaunt::stages::response::Fields;
use serde_json::Value;
use url::{Position, Url};

const P1: u16 = 18080;
const P2: u16 = 18081;

fn origins() -> [(&'static str, String); 9] {
    [
        ("A", format!("http://127.0.0.1:{P1}")),
        ("A2", format!("http://127.0.0.1:{P2}")),
        ("B", format!("http://127.0.0.2:{P1}")),
        ("B2", format!("http://127.0.0.2:{P2}")),
        ("C", format!("http://127.0.0.3:{P1}")),
        ("V6", format!("http://[::1]:{P1}")),
        ("L", format!("http://localhost:{P1}")),
        ("S", format!("http://sub.localhost:{P1}")),
        ("X", "http://127.0.0.3:6667".to_owned()),
    ]
}

fn replaced(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for (symbol, origin) in origins() {
        let host = origin.trim_start_matches("http://");
        let port = host.rsplit(':').next().unwrap();
        for (from, to) in [
            (format!("{{{{{symbol}}}}}"), origin.as_str()),
            (format!("{{{{{symbol}:host}}}}"), host),
            (format!("{{{{{symbol}:port}}}}"), port),
        ] {
            let mut next = Vec::new();
            let mut rest = out.as_slice();
            while let Some(i) = rest.windows(from.len()).position(|w| w == from.as_bytes()) {
                next.extend_from_slice(&rest[..i]);
                next.extend_from_slice(to.as_bytes());
                rest = &rest[i + from.len()..];
            }
            next.extend_from_slice(rest);
            out = next;
        }
    }
    out
}

/// `A /path?query` to a URL.
fn absolute(text: &str) -> Url {
    let (symbol, path) = text.split_once(' ').unwrap();
    let (_, origin) = origins().into_iter().find(|(s, _)| *s == symbol).unwrap();
    Url::parse(&format!("{origin}{path}")).unwrap()
}

/// A URL as a request line would show it: `A /path?query`.
fn asked(url: &Url) -> String {
    let origin = url.origin().ascii_serialization();
    match origins().into_iter().find(|(_, o)| *o == origin) {
        Some((symbol, _)) => format!("{symbol} {}", &url[Position::BeforePath..Position::AfterQuery]),
        None => url.to_string(),
    }
}

struct Answer {
    status: u16,
    fields: Fields,
    body: Vec<u8>,
}

impl Answer {
    fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields.get(name)
    }
}

/// What the server of a case serves.
struct Web {
    folder: PathBuf,
    case: Value,
}

impl Web {
    fn get(&self, url: &Url) -> Answer {
        let target = &url[Position::BeforePath..Position::AfterQuery];
        let answers = self.case["responses"].as_object().unwrap();
        let Some(found) = answers.get(target).or_else(|| answers.get(url.path())) else { return default_answer(url.path()) };
        let subst = found["subst"].as_bool().unwrap_or(true);
        let mut body = match found["file"].as_str() {
            Some(name) => std::fs::read(self.folder.join(name)).unwrap(),
            None => b"picture".to_vec(),
        };
        if subst {
            body = replaced(&body);
        }
        let fields = found["headers"]
            .as_array()
            .map(|h| h.iter().map(|pair| (pair[0].as_str().unwrap(), replaced(pair[1].as_str().unwrap().as_bytes()))).collect());
        Answer { status: found["status"].as_u64().unwrap_or(200) as u16, fields: fields.unwrap_or_default(), body }
    }
}

fn default_answer(path: &str) -> Answer {
    let extension = path.rsplit('/').next().unwrap().rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    let (status, kind) = match extension.as_str() {
        "html" | "css" | "js" | "woff" | "mp4" | "mp3" | "vtt" | "webm" | "xhtml" | "txt" => (404, "text/html"),
        "svg" => (200, "image/svg+xml"),
        "jpg" | "jpeg" => (200, "image/jpeg"),
        "gif" => (200, "image/gif"),
        _ => (200, "image/png"),
    };
    let fields = [("Content-Type", kind)].into_iter().collect();
    Answer { status, fields, body: b"picture".to_vec() }
}

/// A request, following redirects as the gate lets it. Every URL asked goes to `log`.
fn fetch(
    web: &Web,
    url: &Url,
    kind: Kind,
    referer: Option<String>,
    gate: &Gate,
    log: &mut Vec<(String, Option<String>)>,
) -> Option<(Url, Answer)> {
    let (mut url, mut referer) = (url.clone(), referer);
    for _ in 0..20 {
        log.push((asked(&url), referer.clone()));
        let answer = web.get(&url);
        let location = answer.field("location").map(|l| String::from_utf8_lossy(l).into_owned());
        match (answer.status, location) {
            (301 | 302 | 303 | 307 | 308, Some(location)) => {
                let mut to = url.join(&location).ok()?;
                to.set_fragment(None);
                match gate.redirect(kind, referer.as_deref(), &to, &answer.fields) {
                    Hop::Go { referer: next } => referer = next,
                    Hop::Stop(_) => return None,
                }
                url = to;
            }
            _ => return Some((url, answer)),
        }
    }
    None
}

struct Outcome {
    images: Vec<(String, Option<String>)>,
    references: Vec<Reference>,
}

fn run(folder: &Path, case: &Value, frames: bool, step: usize) -> Outcome {
    let web = Web { folder: folder.to_path_buf(), case: case.clone() };
    let mut entry = absolute(case["entry"].as_str().unwrap());
    if let Some(fragment) = case["fragment"].as_str().filter(|f| !f.is_empty()) {
        entry.set_fragment(Some(fragment.trim_start_matches('#')));
    }
    let mut page = web.get(&entry);
    for _ in 0..5 {
        let location = page.field("location").map(|l| String::from_utf8_lossy(l).into_owned());
        let Some(location) = location else { break };
        entry = entry.join(&location).unwrap();
        page = web.get(&entry);
    }
    let content_type = page.field("content-type").map(<[u8]>::to_vec);
    let context = PageContext {
        url: entry,
        content_type,
        fields: page.fields.clone(),
        viewport: (1280, 720, 1000),
        most: 100_000,
        frames,
        follow: true,
        given_up: || false,
    };
    let mut scanner = Scanner::new(context);
    let mut images = Vec::new();
    let mut references = Vec::new();
    let mut queue = VecDeque::new();
    for piece in page.body.chunks(step) {
        queue.extend(scanner.feed(piece));
    }
    queue.extend(scanner.end());
    while let Some(r) = queue.pop_front() {
        if let (Verdict::Fetch { referer, gate, .. }, Some(url)) = (&r.verdict, &r.url) {
            let mut log = Vec::new();
            let answer = fetch(&web, url, r.kind, referer.as_deref().map(str::to_owned), gate, &mut log);
            match r.kind {
                Kind::Image => images.append(&mut log),
                Kind::Icon(id) => {
                    images.append(&mut log);
                    let svg = |a: &Answer| a.field("content-type").is_some_and(|t| t.starts_with(b"image/svg"));
                    let shown = answer.as_ref().filter(|(_, a)| a.status == 200);
                    let sizes = shown.map_or_else(Vec::new, |(_, a)| match a.body.as_slice() {
                        [0, 0, 1, 0, count, 0, entries @ ..] => {
                            entries.chunks_exact(16).take((*count).into()).map(|e| (e[0].into(), e[1].into())).collect()
                        }
                        _ if svg(a) => vec![(32, 32)],
                        _ => vec![(4, 4)],
                    });
                    queue.extend(scanner.icon(id, &sizes));
                }
                Kind::Object(id) => {
                    images.append(&mut log);
                    let image = |a: &Answer| a.field("content-type").is_none_or(|t| t.starts_with(b"image/"));
                    let answer = match answer {
                        Some((url, a)) if may_be_page(&a.fields) => {
                            ObjectAnswer::Page(FrameAnswer { url, status: a.status, fields: a.fields, body: Octets(a.body) })
                        }
                        Some((_, a)) if a.status < 400 && image(&a) => ObjectAnswer::Picture,
                        _ => ObjectAnswer::Nothing,
                    };
                    queue.extend(scanner.object(id, answer));
                }
                Kind::Sheet(id) => {
                    let answer =
                        answer.map(|(url, a)| SheetAnswer { url, status: a.status, fields: a.fields, body: Octets(a.body) });
                    queue.extend(scanner.sheet(id, answer));
                }
                Kind::Frame(id) | Kind::Page(id) => {
                    // A frame may show a picture as well as a page.
                    let picture =
                        answer.as_ref().is_some_and(|(_, a)| a.field("content-type").is_some_and(|t| t.starts_with(b"image/")));
                    if picture {
                        images.append(&mut log);
                    }
                    let answer =
                        answer.map(|(url, a)| FrameAnswer { url, status: a.status, fields: a.fields, body: Octets(a.body) });
                    queue.extend(scanner.frame(id, answer));
                }
            }
        }
        references.push(r);
    }
    assert!(!scanner.waits(), "something was asked for and not answered");
    Outcome { images, references }
}

/// What differs between what was asked for and what should have been; empty: nothing.
fn compare(case: &Value, expected: &Value, outcome: &Outcome, frames: bool) -> Vec<String> {
    let list = |key: &str| -> BTreeSet<String> {
        let items = expected[key].as_array().into_iter().flatten();
        items.map(|v| v.as_str().or_else(|| v["url"].as_str()).unwrap().to_owned()).collect()
    };
    let mut ignored = list("free");
    ignored.extend(list("support"));
    let mut got: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    for (url, referer) in &outcome.images {
        let ends = url.split_once(' ').map_or("", |(_, path)| path);
        if !ignored.contains(url) && ends != "/favicon.ico" {
            got.entry(url.clone()).or_default().insert(referer.as_ref().map(|r| asked(&Url::parse(r).unwrap())));
        }
    }
    let mut wrong = Vec::new();
    for image in expected["images"].as_array().unwrap() {
        if !frames && image["class"] == "frame" {
            continue;
        }
        let url = image["url"].as_str().unwrap();
        let alternatives = image["alt"].as_array().into_iter().flatten().map(|a| a.as_str().unwrap());
        let found = std::iter::once(url).chain(alternatives).find_map(|u| got.remove(u));
        let Some(referers) = found else {
            wrong.push(format!("missing {url}"));
            continue;
        };
        if let Some(allowed) = image["referer"].as_array() {
            for referer in referers {
                let fits = allowed.iter().any(|a| a.as_str() == referer.as_deref());
                if !fits {
                    wrong.push(format!("referer of {url}: {referer:?}, not {allowed:?}"));
                }
            }
        }
    }
    wrong.extend(got.keys().map(|u| format!("extra {u}")));
    let _ = case;
    wrong
}

fn read(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// `name = "reason"` lines.
fn differences(root: &Path) -> BTreeMap<String, String> {
    let Ok(text) = std::fs::read_to_string(root.join("differences.toml")) else { return BTreeMap::new() };
    text.lines()
        .filter(|l| !l.trim_start().starts_with('#'))
        .filter_map(|l| l.split_once('='))
        .map(|(name, reason)| (name.trim().to_owned(), reason.trim().trim_matches('"').to_owned()))
        .collect()
}

fn check_all(folder: &str, pages: usize, frames: bool) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let differences = differences(&root);
    let mut names: Vec<_> =
        std::fs::read_dir(root.join("cases")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.len(), pages);
    let only = std::env::var("JAUNT_CASE").unwrap_or_default();
    let mut right: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut report = String::new();
    for name in names.iter().filter(|n| only.is_empty() || **n == only) {
        let folder = root.join("cases").join(name);
        let case = read(folder.join("case.json"));
        let expected = read(root.join("expected").join(format!("{name}.json")));
        let class = case["class"].as_str().unwrap().to_owned();
        let mut wrong = BTreeSet::new();
        let mut told = Vec::new();
        for step in [1, 7, 61, 1 << 20] {
            let outcome = run(&folder, &case, frames, step);
            wrong.extend(compare(&case, &expected, &outcome, frames));
            told = outcome.references;
        }
        let of = right.entry(class.clone()).or_default();
        of.1 += 1;
        match (wrong.is_empty(), differences.get(name)) {
            (true, None) => of.0 += 1,
            (true, Some(_)) => report.push_str(&format!("{name}: is listed as a difference, but there is none\n")),
            (false, Some(_)) => {}
            (false, None) => {
                report.push_str(&format!("{name} [{class}]\n"));
                for w in wrong {
                    report.push_str(&format!("    {}\n", w.chars().take(200).collect::<String>()));
                }
            }
        }
        if !only.is_empty() {
            for r in told {
                let what = match &r.verdict {
                    Verdict::Fetch { referer, .. } => format!("fetch, referer {referer:?}"),
                    Verdict::Skip { reason } => format!("skip {reason:?}"),
                };
                report.push_str(&format!("    . {:?} {} {what}\n", r.source, r.typed));
            }
        }
    }
    let summary: Vec<_> = right.iter().map(|(class, (good, all))| format!("{class} {good}/{all}")).collect();
    let summary = format!("frames {frames}: {}", summary.join(", "));
    assert!(report.is_empty(), "{summary}\n{report}");
}

#[test]
fn every_page_asks_for_what_a_browser_asks_for() {
    check_all("image-cases", 199, false);
}

#[test]
fn with_frames_entered_every_page_asks_for_what_a_browser_asks_for() {
    check_all("image-cases", 199, true);
}

#[test]
fn every_page_of_our_own_asks_for_what_a_browser_asks_for() {
    check_all("image-rules", 144, false);
}

#[test]
fn with_frames_entered_every_page_of_our_own_asks_for_what_a_browser_asks_for() {
    check_all("image-rules", 144, true);
}

#[test]
fn a_reference_cut_off_by_the_limit_is_told_once() {
    let context = PageContext {
        url: Url::parse("http://127.0.0.1/").unwrap(),
        content_type: Some(b"text/html".to_vec()),
        fields: Fields::default(),
        viewport: (1280, 720, 1000),
        most: 3,
        frames: false,
        follow: true,
        given_up: || false,
    };
    let mut scanner = Scanner::new(context);
    let mut found = scanner.feed(b"<meta charset=utf-8><img src=1><img src=2><img src=3><img src=4><img src=5><p>");
    found.extend(scanner.end());
    assert_eq!(found.iter().filter(|r| r.fetched()).count(), 3);
    let cut: Vec<_> = found.iter().filter(|r| matches!(r.verdict, Verdict::Skip { reason: SkipReason::TooMany })).collect();
    assert_eq!(cut.len(), 1);
    assert_eq!(scanner.cut(), 2);
}
