//! The journey in words, on stderr.
//!
//! Entries of a page's fetch are collected until their stage ends, because a stage's first line says what it came to; then
//! the stage is told as one block with one write. One file a stage, all of one shape:
//! `tell(&mut Page, &Words, &StageStory<'_, XEvent>)`. What lies between stages is told in `between.rs`.

pub mod between;
pub mod connect;
pub mod dns;
pub mod images;
mod live;
pub mod message;
mod pictures;
pub mod response;
pub mod timeline;
pub mod tls;
pub mod url;
mod walk;

use std::io::{self, Write};

use crate::event::{Detail, Entry, Event, FetchId, Micros, Sink};
use crate::journey::{JourneyEvent, Purpose};
use crate::render::page::Page;
use crate::render::palette::Palette;
use crate::stages::Stage;
use crate::stages::connect::ConnectEvent;
use crate::stages::images::ImagesEvent;
use crate::stages::response::ResponseEvent;
use crate::words::{Lang, Words};

use self::live::{Live, Progress};
pub use self::pictures::Preview;

/// Calls of a response that are kept to be told one by one.
const CALLS: usize = 300;

/// What a stage's narration is made from.
#[derive(Debug, Clone)]
pub struct StageStory<'e, E> {
    /// The stage's events with when they happened, in order.
    pub events: Vec<(Micros, &'e E)>,
    /// How long the stage took.
    pub took: Micros,
    /// Did it fail? (The failure itself is told after the block.)
    pub failed: bool,
    /// How much is asked for.
    pub detail: Detail,
    /// Calls of a long body that were counted and not kept.
    pub omitted: Omitted,
}

/// Calls of a long body beyond those that are told one by one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Omitted {
    /// read() calls.
    pub reads: u64,
    /// Bytes that they brought.
    pub read: u64,
    /// splice() calls.
    pub splices: u64,
    /// Bytes that they moved.
    pub spliced: u64,
}

/// How the stream that is narrated to looks.
#[derive(Debug, Clone)]
pub struct Look {
    /// Columns; `None` when nothing limits a line.
    pub width: Option<usize>,
    /// Its colours.
    pub palette: Palette,
    /// `--plain`: no drawing characters, no redraw.
    pub plain: bool,
    /// May a line be overwritten (a terminal, not `--plain`)?
    pub live: bool,
    /// How much is asked for.
    pub detail: Detail,
    /// In which language.
    pub lang: Lang,
    /// `--preview`
    pub preview: Option<Preview>,
}

/// The sink that narrates.
pub struct Narrator<W: Write + Send> {
    to: W,
    page: Page,
    words: Words,
    detail: Detail,
    /// The page's fetch that is being told; entries of images reach the story through the images stage.
    told: Option<FetchId>,
    /// Pages told so far.
    pages: u32,
    held: Vec<Entry>,
    /// Calls of the current response that are held, and those beyond [`CALLS`].
    calls: usize,
    omitted: Omitted,
    timeline: timeline::Collector,
    live: Live,
    progress: Progress,
    tally: images::Tally,
    preview: Option<Preview>,
    /// Descriptors that were closed since the last block.
    closed: Vec<i32>,
    /// Requests for images that were sent a second time, on a new connection.
    repeated: u64,
    /// Why the fetch failed: told after the last close().
    failed: Option<JourneyEvent>,
    /// Standard error took no more.
    silent: bool,
}

impl<W: Write + Send> Narrator<W> {
    /// Writes nothing yet.
    pub fn new(to: W, look: &Look) -> Self {
        Self {
            to,
            page: Page::new(look.width, look.palette, look.plain),
            words: Words::new(look.lang),
            detail: look.detail,
            told: None,
            pages: 0,
            held: Vec::new(),
            calls: 0,
            omitted: Omitted::default(),
            timeline: timeline::Collector::default(),
            live: Live::new(look.live, look.width),
            progress: Progress::default(),
            tally: images::Tally::default(),
            preview: look.preview.clone(),
            closed: Vec::new(),
            repeated: 0,
            failed: None,
            silent: false,
        }
    }

    fn tell_stage(&mut self, stage: Stage, took: Micros, ok: bool) {
        // Only what this stage told; image references found while the response arrives wait for stage 7.
        let (mine, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.held).into_iter().partition(|e| stage_of(&e.event) == Some(stage));
        self.held = rest;
        let omitted = if stage == Stage::Response { std::mem::take(&mut self.omitted) } else { Omitted::default() };
        macro_rules! story {
            ($variant:ident) => {
                StageStory {
                    events: mine
                        .iter()
                        .filter_map(|e| match &e.event {
                            Event::$variant(event) => Some((e.at, event)),
                            _ => None,
                        })
                        .collect(),
                    took,
                    failed: !ok,
                    detail: self.detail,
                    omitted,
                }
            };
        }
        let (page, words) = (&mut self.page, &self.words);
        page.blank();
        match stage {
            Stage::Url => url::tell(page, words, &story!(Url)),
            Stage::Message => message::tell(page, words, &story!(Message)),
            Stage::Dns => dns::tell(page, words, &story!(Dns)),
            Stage::Connect => connect::tell(page, words, &story!(Connect)),
            Stage::Tls => tls::tell(page, words, &story!(Tls)),
            Stage::Response => response::tell(page, words, &story!(Response)),
            Stage::Images => images::tell(page, words, &story!(Images)),
        }
        if stage == Stage::Response {
            self.calls = 0;
            // Tickets and alerts that came with the answer.
            let (heard, rest): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.held).into_iter().partition(|e| stage_of(&e.event) == Some(Stage::Tls));
            self.held = rest;
            for entry in &heard {
                if let Event::Tls(event) = &entry.event {
                    tls::tell_heard(page, words, self.detail, event);
                }
            }
        }
        if stage == Stage::Images {
            between::repeated(page, words, std::mem::take(&mut self.repeated));
        }
        if stage == Stage::Images && self.preview.is_some() {
            let site = mine.iter().find_map(|e| match &e.event {
                Event::Images(ImagesEvent::Scanning { page }) => Some(page.as_str()),
                _ => None,
            });
            self.tell_pictures(site.unwrap_or_default());
        }
        if matches!(stage, Stage::Tls | Stage::Response | Stage::Images) {
            between::closed(&mut self.page, &self.words, &std::mem::take(&mut self.closed));
        }
        self.flush();
    }

    fn tell_journey(&mut self, entry: &Entry, event: &JourneyEvent) {
        match event {
            JourneyEvent::FetchBegan { purpose: Purpose::Page, url } => {
                self.told = Some(entry.fetch);
                if self.pages > 0 {
                    between::next_page(&mut self.page, &self.words, url);
                }
                self.pages += 1;
                self.tally = images::Tally::default();
            }
            JourneyEvent::Ended { .. } => {
                between::closed(&mut self.page, &self.words, &std::mem::take(&mut self.closed));
                self.flush();
            }
            JourneyEvent::Retrying { .. } if self.told != Some(entry.fetch) => self.repeated += 1,
            _ if self.told != Some(entry.fetch) => {}
            JourneyEvent::StageBegan { stage } => {
                if *stage == Stage::Images {
                    self.tally.began(entry.at);
                }
                let name = format!("{} {} …", stage.number(), between::stage_name(&self.words, *stage));
                self.draw(|live, to| live.say(to, &name, entry.at));
            }
            JourneyEvent::Began { .. } | JourneyEvent::FetchBegan { .. } => {}
            JourneyEvent::StageEnded { stage, took_us, ok } => self.tell_stage(*stage, *took_us, *ok),
            JourneyEvent::Failed { .. } => self.failed = Some(event.clone()),
            JourneyEvent::FetchEnded { .. } => {
                between::closed(&mut self.page, &self.words, &std::mem::take(&mut self.closed));
                if let Some(failed) = self.failed.take() {
                    between::tell(&mut self.page, &self.words, &failed);
                }
                let phases = self.timeline.take();
                timeline::tell(&mut self.page, &self.words, &phases, self.detail);
                self.flush();
            }
            other => {
                between::tell(&mut self.page, &self.words, other);
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        let text = self.page.take();
        if text.is_empty() {
            return;
        }
        self.draw(|live, to| {
            live.erase(to)?;
            to.write_all(text.as_bytes())?;
            to.flush()
        });
    }

    fn draw(&mut self, with: impl FnOnce(&mut Live, &mut dyn Write) -> io::Result<()>) {
        // A closed stderr takes the words away, not the fetch: unlike an output file it is no failure of the run.
        if !self.silent {
            self.silent = with(&mut self.live, &mut self.to).is_err();
        }
    }

    /// An event of the page's response: how far it has come, and whether its calls are too many to keep.
    fn follow(&mut self, at: Micros, event: &ResponseEvent) -> bool {
        let bytes = match event {
            ResponseEvent::Head { fields, .. } => {
                let length = fields.iter().find(|f| f.name.eq_ignore_ascii_case("content-length"));
                let of = length.and_then(|f| std::str::from_utf8(&f.value.0).ok()?.parse().ok());
                self.progress = Progress { begun: at, bytes: 0, of };
                return true;
            }
            ResponseEvent::Read { bytes, .. } | ResponseEvent::Spliced { bytes, .. } => *bytes as u64,
            _ => return true,
        };
        self.progress.bytes += bytes;
        let progress = self.progress;
        let label = format!("{} {}", Stage::Response.number(), between::stage_name(&self.words, Stage::Response));
        self.draw(|live, to| live.progress(to, &label, progress, at));
        self.calls += 1;
        if self.calls <= CALLS || bytes == 0 {
            return true;
        }
        if matches!(event, ResponseEvent::Spliced { .. }) {
            self.omitted.splices += 1;
            self.omitted.spliced += bytes;
        } else {
            self.omitted.reads += 1;
            self.omitted.read += bytes;
        }
        false
    }
}

impl<W: Write + Send> Sink for Narrator<W> {
    fn receive(&mut self, entry: &Entry) {
        self.timeline.receive(entry);
        match &entry.event {
            Event::Journey(event) => self.tell_journey(entry, event),
            Event::Connect(ConnectEvent::Closed { fd, .. }) => self.closed.push(*fd),
            Event::Response(event) if self.told == Some(entry.fetch) => {
                let keep = self.follow(entry.at, event);
                self.held.extend(keep.then(|| entry.clone()));
            }
            Event::Images(event) if self.told == Some(entry.fetch) => {
                if let Some(begun) = self.tally.count(event) {
                    let (tally, words) = (self.tally, &self.words);
                    let text = || tally.text(words);
                    if !self.silent {
                        self.silent = self.live.tally(&mut self.to, begun, entry.at, text).is_err();
                    }
                }
                // The story needs no word of it: how a fetch ended says that it began.
                if !matches!(event, ImagesEvent::Fetching { .. }) {
                    self.held.push(entry.clone());
                }
            }
            _ if self.told == Some(entry.fetch) => self.held.push(entry.clone()),
            _ => {}
        }
    }
}

fn stage_of(event: &Event) -> Option<Stage> {
    match event {
        Event::Journey(_) => None,
        Event::Url(_) => Some(Stage::Url),
        Event::Message(_) => Some(Stage::Message),
        Event::Dns(_) => Some(Stage::Dns),
        Event::Connect(_) => Some(Stage::Connect),
        Event::Tls(_) => Some(Stage::Tls),
        Event::Response(_) => Some(Stage::Response),
        Event::Images(_) => Some(Stage::Images),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Still;
    use crate::event::Hub;
    use crate::journey::Purpose;
    use crate::secret::Secrets;
    use crate::words::Lang;

    /// Where a test reads what was written.
    #[derive(Clone, Default)]
    struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn calls_that_are_too_many_to_keep_count_once() {
        let look = Look {
            width: None,
            palette: Palette::plain(),
            plain: false,
            live: false,
            detail: Detail::Normal,
            lang: Lang::En,
            preview: None,
        };
        let (written, clock) = (Shared::default(), Still);
        let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![Box::new(Narrator::new(written.clone(), &look))]);
        let out = hub.emitter(FetchId(0));
        out.emit(|| JourneyEvent::FetchBegan { purpose: Purpose::Page, url: "http://h/".to_owned() });
        out.emit(|| JourneyEvent::StageBegan { stage: Stage::Response });
        for _ in 0..3 * CALLS {
            out.emit(|| ResponseEvent::Read { fd: 5, room: 10, bytes: 10, secured: false });
        }
        out.emit(|| JourneyEvent::StageEnded { stage: Stage::Response, took_us: Micros(1), ok: true });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("890 more read()s gave 8,900 bytes"), "{text}");
    }
}
