//! The stage with a visit that needs no network.

use std::collections::HashMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;
use std::sync::mpsc;
use std::time::Duration;

use ::url::Url;

use crate::clock::Still;
use crate::event::{Detail, Emitter, Event, FetchId, Hub, Kept};
use crate::exit::{Error, Exit};
use crate::secret::Secrets;
use crate::stages::connect::{ConnectionId, Identity};
use crate::stages::images::event::{ImagesEvent, NotSaved};
use crate::stages::images::lanes::Start;
use crate::stages::images::pixels::Format;
use crate::stages::images::scan::SkipReason;
use crate::stages::images::stage::{ENOUGH, PIECE, Summary, UNREAD, alongside};
use crate::stages::images::visit::{ImageJob, Visit, Visited};
use crate::stages::images::{ImagesError, ImagesPlan};
use crate::stages::message::Version;
use crate::stages::response::{BodySink, Fields, Head, Response};

/// What a URL's path brings.
#[derive(Clone)]
struct Answered {
    status: u16,
    content_type: &'static str,
    content: Vec<u8>,
    /// Fails after so many bytes.
    breaks: Option<usize>,
}

struct Site {
    answers: HashMap<String, Answered>,
    asked: Mutex<Vec<String>>,
}

impl Site {
    fn new() -> Self {
        Self { answers: HashMap::new(), asked: Mutex::new(Vec::new()) }
    }

    fn with(mut self, path: &str, status: u16, content_type: &'static str, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref().to_vec();
        self.answers.insert(path.to_owned(), Answered { status, content_type, content, breaks: None });
        self
    }

    fn breaking(mut self, path: &str, at: usize) -> Self {
        self.answers.get_mut(path).unwrap().breaks = Some(at);
        self
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

impl Visit for Site {
    type Begun = ();

    fn begin(&self, _: &ImageJob, _: Emitter<'_>) {}

    fn end(&self, job: &ImageJob, (): (), _: Emitter<'_>, sink: &mut dyn BodySink) -> Result<Visited, Error> {
        self.asked.lock().unwrap().push(job.url.path().to_owned());
        let broken = || Error::from(ImagesError::Status { status: 0, url: "broken".to_owned() });
        let Some(answer) = self.answers.get(job.url.path()) else { return Err(broken()) };
        visited(job, answer, sink).ok_or_else(broken)
    }

    fn make_room(&self, _: Emitter<'_>) {}
}

fn visited(job: &ImageJob, answer: &Answered, sink: &mut dyn BodySink) -> Option<Visited> {
    let head = head(answer.status, answer.content_type);
    sink.begin(&head, b"").unwrap();
    for (n, part) in answer.content.chunks(7).enumerate() {
        if answer.breaks.is_some_and(|at| n * 7 >= at) {
            return None;
        }
        sink.write(part).unwrap();
    }
    sink.end().unwrap();
    let bytes = answer.content.len() as u64;
    let address = "127.0.0.1:80".parse().unwrap();
    Some(Visited {
        url: job.url.clone(),
        redirects: 0,
        connection: Identity { connection: ConnectionId(1), fd: 5, local: address, peer: address },
        reused: true,
        response: Response {
            head,
            head_bytes: 100,
            body_bytes: bytes,
            content_bytes: bytes,
            trailers: Fields::default(),
            reusable: true,
            first_byte: Duration::ZERO,
            last_byte: Duration::ZERO,
        },
    })
}

fn head(status: u16, content_type: &str) -> Head {
    let fields = [("Content-Type", content_type)].into_iter().collect();
    Head { version: Version::Http11, status, reason: Vec::new(), fields }
}

fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x90\0\0\x01\x2c\x08\x02\0\0\0\0\0\0\0".to_vec();
    bytes.extend([0; 2_000]);
    bytes
}

/// Runs the stage over `html`, in pieces of `step` bytes.
fn run<V: Visit>(plan: &ImagesPlan, visit: &V, html: &str, step: usize) -> (Summary, Vec<ImagesEvent>) {
    let kept = Kept::default();
    let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, vec![Box::new(kept.clone())]);
    let ids = AtomicU32::new(1);
    let summary = alongside(plan, false, visit, &ids, hub.emitter(FetchId(0)), |stage| {
        assert!(stage.begin(&Url::parse("http://h/dir/page.html").unwrap(), &head(200, "text/html")));
        for part in html.as_bytes().chunks(step) {
            stage.feed(part);
        }
        stage.finish()
    });
    let events = kept.entries().into_iter().filter_map(|e| match e.event {
        Event::Images(event) => Some(event),
        _ => None,
    });
    (summary, events.collect())
}

fn saving(dir: &std::path::Path) -> ImagesPlan {
    ImagesPlan { save: Some(dir.to_owned()), ..ImagesPlan::default() }
}

fn files(dir: &std::path::Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn each_image_is_fetched_once_and_told() {
    let site = Site::new().with("/a.png", 200, "image/png", png()).with("/dir/b.png", 404, "text/html", "<p>no");
    let html = "<img src=/a.png><img src=b.png><img src=/a.png#x><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>";
    for step in [1, 10, 1_000] {
        let (summary, events) = run(&ImagesPlan::default(), &site, html, step);
        assert!(summary.failure.is_none(), "a status of 404 alone is no failure");
        assert_eq!((summary.found, summary.fetched, summary.failed), (4, 2, 0));
        let fetched: HashMap<_, _> =
            events.iter().filter_map(|e| if let ImagesEvent::Fetched(f) = e { Some((f.number, f)) } else { None }).collect();
        assert_eq!(fetched[&1].format, Some(Format::Png));
        assert_eq!((fetched[&1].width, fetched[&1].height), (Some(400), Some(300)));
        assert_eq!(fetched[&1].image, FetchId(1));
        assert_eq!((fetched[&2].status, fetched[&2].bytes), (404, 5));
        let skipped = events.iter().filter(|e| matches!(e, ImagesEvent::Skipped { .. })).count();
        assert_eq!(skipped, 2);
    }
    assert_eq!(site.asked(), ["/a.png", "/a.png", "/a.png", "/dir/b.png", "/dir/b.png", "/dir/b.png"]);
}

#[test]
fn a_style_sheet_leads_to_more_images() {
    let site = Site::new()
        .with("/s.css", 200, "text/css", "p { background: url(deep/bg.png) }")
        .with("/deep/bg.png", 200, "image/png", png())
        .with("/a.png", 200, "image/png", png());
    let (summary, _) = run(&ImagesPlan::default(), &site, "<link rel=stylesheet href=/s.css><p>x</p><img src=/a.png>", 9);
    assert!(summary.failure.is_none());
    assert_eq!(site.asked(), ["/a.png", "/deep/bg.png", "/s.css"]);
}

#[test]
fn images_begin_before_the_page_has_ended() {
    struct Early(Mutex<mpsc::Sender<()>>);
    impl Visit for Early {
        type Begun = ();

        fn begin(&self, _: &ImageJob, _: Emitter<'_>) {}

        fn end(&self, job: &ImageJob, (): (), _: Emitter<'_>, sink: &mut dyn BodySink) -> Result<Visited, Error> {
            self.0.lock().unwrap().send(()).unwrap();
            let answer = Answered { status: 200, content_type: "image/png", content: png(), breaks: None };
            Ok(visited(job, &answer, sink).unwrap())
        }
        fn make_room(&self, _: Emitter<'_>) {}
    }
    let (begun, seen) = mpsc::channel();
    let visit = Early(Mutex::new(begun));
    let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, Vec::new());
    let summary = alongside(&ImagesPlan::default(), false, &visit, &AtomicU32::new(1), hub.emitter(FetchId(0)), |stage| {
        stage.begin(&Url::parse("http://h/").unwrap(), &head(200, "text/html; charset=utf-8"));
        stage.feed(b"<p>first <img src=a.png> ");
        // The rest of the page comes only when the image's request is on its way.
        seen.recv_timeout(Duration::from_secs(10)).unwrap();
        stage.feed(b"<img src=b.png>");
        seen.recv_timeout(Duration::from_secs(10)).unwrap();
        stage.finish()
    });
    assert_eq!(summary.fetched, 2);
}

#[test]
fn every_third_of_a_thousand_fails_and_the_others_are_saved() {
    let mut site = Site::new();
    let mut html = String::new();
    for n in 0..1_000 {
        html.push_str(&format!("<img src=/i{n}.png>"));
        site = site.with(&format!("/i{n}.png"), 200, "image/png", png());
        if n % 3 == 1 {
            site = site.breaking(&format!("/i{n}.png"), 500);
        }
    }
    let top = tempfile::tempdir().unwrap();
    let (summary, events) = run(&saving(top.path()), &site, &html, 4_096);
    assert_eq!((summary.fetched, summary.failed), (667, 333));
    let names = files(top.path());
    assert_eq!(names.len(), 668, "667 images and the index");
    assert!(names.iter().all(|n| !n.starts_with('.')), "no half file is left");
    for name in names.iter().filter(|n| n.ends_with(".png")) {
        assert_eq!(fs::metadata(top.path().join(name)).unwrap().len(), 2_033);
    }
    let found: Vec<_> =
        events.iter().filter_map(|e| if let ImagesEvent::Found { number, .. } = e { Some(*number) } else { None }).collect();
    assert_eq!(found, (1..=1_000).collect::<Vec<_>>());
    let index: serde_json::Value = serde_json::from_slice(&fs::read(top.path().join("index.json")).unwrap()).unwrap();
    assert_eq!(index["images"].as_array().unwrap().len(), 1_000);
    assert_eq!(index["images"][0]["file"], "i0.png");
    assert_eq!(index["images"][1]["file"], serde_json::Value::Null);
    assert_eq!(index["images"][999]["width"], 400);
}

#[test]
fn only_pictures_are_saved() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>";
    let site = Site::new()
        .with("/real", 200, "image/png", png())
        .with("/lying.png", 200, "text/html", png())
        .with("/gone.png", 404, "image/png", png())
        .with("/page.png", 200, "text/html", "<html>".repeat(400))
        .with("/short.png", 200, "text/html", "<html>")
        .with("/empty.png", 200, "image/png", "")
        .with("/unknown", 200, "image/x-new", "something new")
        .with("/v", 200, "image/svg+xml", svg)
        .with("/v2", 200, "text/plain", svg);
    let html: String = ["real", "lying.png", "gone.png", "page.png", "short.png", "empty.png", "unknown", "v", "v2"]
        .iter()
        .map(|p| format!("<img src=/{p}>"))
        .collect();
    let top = tempfile::tempdir().unwrap();
    let (summary, events) = run(&saving(&top.path().join("new")), &site, &html, 50);
    assert_eq!(files(&top.path().join("new")), ["index.json", "lying.png", "real.png", "unknown.new", "v.svg", "v2.svg"]);
    let why: HashMap<_, _> = events
        .iter()
        .filter_map(|e| if let ImagesEvent::Fetched(f) = e { Some((f.number, f.not_saved)) } else { None })
        .collect();
    assert_eq!(why[&3], Some(NotSaved::Status));
    assert_eq!(why[&4], Some(NotSaved::NoPicture));
    assert_eq!(why[&5], Some(NotSaved::NoPicture));
    assert_eq!(why[&6], Some(NotSaved::Empty));
    // The first in document order decides: #3, a 404.
    assert_eq!(summary.failure.map(|e| e.exit()), Some(Exit::HttpReturnedError));
}

#[test]
fn a_folder_that_cannot_be_written_fails_its_images_with_23() {
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("file"), "").unwrap();
    struct Through(Site);
    impl Visit for Through {
        type Begun = ();

        fn begin(&self, _: &ImageJob, _: Emitter<'_>) {}

        fn end(&self, job: &ImageJob, (): (), _: Emitter<'_>, sink: &mut dyn BodySink) -> Result<Visited, Error> {
            let answer = &self.0.answers[job.url.path()];
            sink.begin(&head(answer.status, answer.content_type), b"").unwrap();
            match sink.write(&answer.content) {
                Ok(()) => unreachable!("the folder cannot be made"),
                Err(e) => Err(ImagesError::Save { path: e.path, error: e.error }.into()),
            }
        }
        fn make_room(&self, _: Emitter<'_>) {}
    }
    let site = Through(Site::new().with("/a.png", 200, "image/png", png()).with("/b.png", 200, "image/png", png()));
    let (summary, events) = run(&saving(&top.path().join("file/dir")), &site, "<img src=/a.png><img src=/b.png>", 100);
    assert_eq!(summary.failed, 2);
    assert_eq!(summary.failure.map(|e| e.exit()), Some(Exit::WriteError));
    assert!(events.iter().any(|e| matches!(e, ImagesEvent::NotIndexed { .. })));
}

#[test]
fn a_page_left_early_ends_all_lanes() {
    let site = Site::new().with("/a.png", 200, "image/png", png());
    let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, Vec::new());
    alongside(&ImagesPlan::default(), false, &site, &AtomicU32::new(1), hub.emitter(FetchId(0)), |stage| {
        stage.begin(&Url::parse("http://h/").unwrap(), &head(200, "text/html"));
        stage.feed(b"<img src=a.png><img src=/a.png?2>");
    });
}

#[test]
fn what_is_no_page_is_not_looked_through() {
    let site = Site::new();
    let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, Vec::new());
    let summary = alongside(&ImagesPlan::default(), false, &site, &AtomicU32::new(1), hub.emitter(FetchId(0)), |stage| {
        assert!(!stage.begin(&Url::parse("http://h/").unwrap(), &head(200, "text/plain")));
        stage.feed(b"<img src=a.png>");
        stage.finish()
    });
    assert_eq!((summary.found, summary.fetched), (0, 0));
}

#[test]
fn passwords_in_references_are_masked() {
    let (_, events) = run(&ImagesPlan::default(), &Site::new(), "<img src='http://user:secret@h/x.png'>", 100);
    assert!(events.iter().any(|e| matches!(e, ImagesEvent::Skipped { reference }
        if matches!(&reference.verdict, crate::stages::images::scan::Verdict::Skip { reason: SkipReason::Credentials }))));
    assert!(!format!("{events:?}").contains("secret"));
}

#[test]
fn in_sequence_requests_leave_in_document_order_after_the_page() {
    let mut site = Site::new();
    let html: String = (0..50).map(|n| format!("<img src=/{n}.png>")).collect();
    for n in 0..50 {
        site = site.with(&format!("/{n}.png"), 200, "image/png", png());
    }
    run(&ImagesPlan { sequential: true, ..ImagesPlan::default() }, &site, &html, 10);
    assert_eq!(*site.asked.lock().unwrap(), (0..50).map(|n| format!("/{n}.png")).collect::<Vec<_>>());
}

#[test]
fn a_preview_gets_copies_of_the_pictures_and_of_nothing_else() {
    let site = Site::new()
        .with("/a.png", 200, "image/png", png())
        .with("/b.png", 404, "image/png", png())
        .with("/c.css", 200, "text/css", "a{}")
        .with("/d.png", 200, "image/png", "<!DOCTYPE html>")
        .with("/e.png", 200, "image/png", png())
        .breaking("/e.png", 700);
    let shelf = super::super::shelf::Shelf::default();
    let plan = ImagesPlan { preview: Some(shelf.clone()), ..ImagesPlan::default() };
    let html = "<link rel=stylesheet href=/c.css><img src=/a.png><img src=/b.png><img src=/d.png><img src=/e.png>";
    let (_, events) = run(&plan, &site, html, 10);
    let shelved = shelf.take();
    // A browser shows a picture whatever the status that it comes with.
    assert_eq!(shelved.pictures.keys().copied().collect::<Vec<_>>(), [2, 3]);
    assert!(shelved.pictures.values().all(|p| p.bytes.as_deref() == Ok(&png()[..])));
    let (_, plain) = run(&ImagesPlan::default(), &site, html, 10);
    assert_eq!(events.len(), plain.len(), "the events are the same");
}

#[test]
fn what_cannot_be_fetched_yet_is_not_looked_for_yet() {
    let reference = |n| format!("<p>Picture {n:05}: <img src=/i/{n:05}.png alt='one of a great many pictures'>");
    let (count, each) = (20_000, reference(0).len());
    let page: String = (0..count).map(reference).collect();
    let mut site = Site::new();
    for n in 0..count {
        site = site.with(&format!("/i/{n:05}.png"), 200, "image/png", png());
    }
    let ids = AtomicU32::new(1);
    let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, vec![]);
    for (start, sequential) in [(Start::Later, false), (Start::Later, true), (Start::AtOnce, false)] {
        let plan = ImagesPlan { sequential, ..ImagesPlan::default() };
        let summary = alongside(&plan, false, &site, &ids, hub.emitter(FetchId(0)), |stage| {
            assert!(stage.begin(&Url::parse("http://h/dir/page.html").unwrap(), &head(200, "text/html; charset=utf-8")));
            stage.start = start;
            stage.feed(&page.as_bytes()[..UNREAD]);
            if start == Start::Later {
                assert!((stage.found as usize) < ENOUGH + PIECE / each + 1, "{}", stage.found);
                assert!(stage.patience().is_some());
            }
            stage.feed(&page.as_bytes()[UNREAD..]);
            assert!(stage.unread.len() <= UNREAD / PIECE);
            stage.finish()
        });
        assert_eq!((summary.found, summary.fetched, summary.failed), (count, count, 0));
    }
}
