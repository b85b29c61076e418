//! The journey in words, on stderr.
//!
//! Entries of a page's fetch are collected until their stage ends, because a stage's first line says what it came to; then
//! the stage is told as one block with one write. One file a stage, all of one shape:
//! `tell(&mut Page, &Words, &StageStory<'_, XEvent>)`. What lies between stages is told in `between.rs`.

pub mod between;
pub mod connect;
pub mod dns;
pub mod images;
pub mod message;
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
use crate::words::{Lang, Words};

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
    /// Descriptors that were closed since the last block.
    closed: Vec<i32>,
    failure: Option<io::Error>,
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
            closed: Vec::new(),
            failure: None,
        }
    }

    fn tell_stage(&mut self, stage: Stage, took: Micros, ok: bool) {
        // Only what this stage told; image references found while the response arrives wait for stage 7.
        let (mine, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.held).into_iter().partition(|e| stage_of(&e.event) == Some(stage));
        self.held = rest;
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
        if matches!(stage, Stage::Response | Stage::Images) {
            between::closed(page, words, &std::mem::take(&mut self.closed));
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
            }
            JourneyEvent::Ended { .. } => {
                between::closed(&mut self.page, &self.words, &std::mem::take(&mut self.closed));
                self.flush();
            }
            _ if self.told != Some(entry.fetch) => {}
            JourneyEvent::StageBegan { .. } | JourneyEvent::Began { .. } | JourneyEvent::FetchBegan { .. } => {}
            JourneyEvent::StageEnded { stage, took_us, ok } => self.tell_stage(*stage, *took_us, *ok),
            JourneyEvent::FetchEnded { .. } => {
                between::closed(&mut self.page, &self.words, &std::mem::take(&mut self.closed));
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
        if text.is_empty() || self.failure.is_some() {
            return;
        }
        if let Err(error) = self.to.write_all(text.as_bytes()).and_then(|()| self.to.flush()) {
            self.failure = Some(error);
        }
    }
}

impl<W: Write + Send> Sink for Narrator<W> {
    fn receive(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Journey(event) => self.tell_journey(entry, event),
            Event::Connect(ConnectEvent::Closed { fd, .. }) => self.closed.push(*fd),
            _ if self.told == Some(entry.fetch) => self.held.push(entry.clone()),
            _ => {}
        }
    }

    // A closed stderr takes the words away, not the fetch: unlike an output file it is no failure of the run.
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
