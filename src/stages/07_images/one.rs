//! One image on its lane: fetched, looked at, saved, told.

use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::url::Url;

use crate::deadline::INTERRUPTED;
use crate::event::{Emitter, FetchId, Octets};
use crate::exit::{Error, Exit};
use crate::phrase;
use crate::stages::response::{Field, Head};
use crate::words::{Phrase, english};

use super::ImagesError;
use super::event::{Fetched, ImagesEvent, NotSaved};
use super::landing::{Landed, Landing};
use super::lanes::{Attempt, Others, Work};
use super::pixels::Format;
use super::save::{Entry, Saver};
use super::scan::{FrameAnswer, FrameId, IconId, Kind, ObjectAnswer, ObjectId, SheetAnswer, SheetId, may_be_page};
use super::shelf::Shelf;
use super::visit::{ImageJob, Visit, Visited, lacks_descriptors};

/// What all lanes share.
pub(super) struct Fetching<'f, V> {
    pub(super) visit: &'f V,
    /// Tells events of the page's fetch.
    pub(super) out: Emitter<'f>,
    pub(super) saver: Option<Saver>,
    /// `--preview`
    pub(super) shelf: Option<&'f Shelf>,
    /// An image's status of 400 or above is a failure: `-f`, `--save-images`.
    pub(super) strict: bool,
    pub(super) totals: Mutex<Totals>,
}

/// What the fetches came to.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) fetched: u32,
    pub(super) failed: u32,
    pub(super) bytes: u64,
    /// The failure of the image that was found first.
    pub(super) first: Option<(FetchId, Error)>,
}

/// What the scanner waits for.
pub(super) enum Answer {
    Sheet(SheetId, Option<SheetAnswer>),
    Frame(FrameId, Option<FrameAnswer>),
    Object(ObjectId, ObjectAnswer),
    /// The sizes of what it holds.
    Icon(IconId, Vec<(u32, u32)>),
}

/// A job with its number.
pub(super) struct Numbered {
    pub(super) number: u32,
    /// Boxed: a page of thousands has as many of them in its queues.
    pub(super) job: Box<ImageJob>,
}

/// A job whose visit has begun.
pub(super) struct Begun<B> {
    numbered: Numbered,
    visit: B,
    began: Duration,
}

impl<V: Visit> Work<Numbered, Answer> for Fetching<'_, V> {
    type Begun = Begun<V::Begun>;

    fn begin(&self, numbered: Numbered) -> Self::Begun {
        let Numbered { number, job } = &numbered;
        let (image, number) = (job.fetch, *number);
        let began = if self.out.heard() { self.out.clock().now() } else { Duration::ZERO };
        self.out.emit_at(began, || ImagesEvent::Fetching { image, number });
        let visit = self.visit.begin(job, self.out.of(image));
        Begun { numbered, visit, began }
    }

    fn answered(&self, begun: &Self::Begun, limit: Duration) -> bool {
        self.visit.answered(&begun.visit, limit)
    }

    fn end(&self, begun: Self::Begun, last: bool, others: Others<'_>) -> Attempt<Numbered, Answer> {
        let Begun { numbered, visit, began } = begun;
        let Numbered { number, job } = &numbered;
        let image = job.fetch;
        let mut sink = Landing::new(job, self.saver.as_ref(), self.out.heard(), others);
        sink.copying = self
            .shelf
            .filter(|_| matches!(job.kind, Kind::Image | Kind::Icon(_) | Kind::Object(_)))
            .map(|shelf| shelf.copying(*number));
        let result = self.visit.end(job, visit, self.out.of(image), &mut sink);
        match result {
            Ok(visited) => Attempt::Done(self.fetched(*number, job, &visited, sink, began)),
            Err(error) if !last && lacks_descriptors(&error) => {
                drop(sink);
                self.out.emit(|| ImagesEvent::Postponed { image, number: *number });
                self.visit.make_room(self.out);
                Attempt::Starved(numbered)
            }
            Err(error) => {
                self.failed(*number, job, error, began);
                Attempt::Done(match job.kind {
                    Kind::Image => None,
                    Kind::Object(id) => Some(Answer::Object(id, ObjectAnswer::Nothing)),
                    Kind::Icon(id) => Some(Answer::Icon(id, Vec::new())),
                    Kind::Sheet(id) => Some(Answer::Sheet(id, None)),
                    Kind::Frame(id) | Kind::Page(id) => Some(Answer::Frame(id, None)),
                })
            }
        }
    }

    fn let_go(&self) {
        self.visit.let_go(self.out);
    }

    fn interrupted(&self) -> bool {
        INTERRUPTED.load(Ordering::Relaxed)
    }

    fn interrupt(&self) {
        self.visit.interrupt();
    }
}

impl<V: Visit> Fetching<'_, V> {
    fn fetched(&self, number: u32, job: &ImageJob, visited: &Visited, sink: Landing<'_>, began: Duration) -> Option<Answer> {
        let head = &visited.response.head;
        let status = head.status;
        let mut landed = match sink.landed() {
            Ok(landed) => landed,
            Err(error) => {
                self.failed(number, job, error.into(), began);
                return None;
            }
        };
        let content_type = || head.field("content-type").map(String::from_utf8_lossy);
        let (width, height) = landed.picture.and_then(|p| p.pixels).unzip();
        let is_picture = matches!(job.kind, Kind::Image | Kind::Icon(_) | Kind::Object(_));
        if let Some(saver) = self.saver.as_ref().filter(|_| is_picture) {
            let seen = landed.picture.map(|p| p.format.media_type().to_owned());
            saver.enter(Entry {
                number,
                url: self.out.secrets().url(&job.url),
                answered_by: (visited.url != job.url).then(|| self.out.secrets().url(&visited.url)),
                file: landed.file.clone(),
                status: Some(status),
                media_type: seen.or_else(|| content_type().as_deref().map(essence)),
                bytes: Some(visited.response.content_bytes),
                width,
                height,
                error: landed.not_saved.map(|why| english(&why_not_saved(why, status, content_type().as_deref()))),
            });
        }
        if let (Some(copying), Some(picture)) = (landed.copying.take(), landed.picture) {
            copying.place(self.out.secrets().url(&visited.url), picture.format);
        }
        self.out.emit(|| {
            ImagesEvent::Fetched(Box::new(Fetched {
                image: job.fetch,
                number,
                purpose: job.purpose,
                url: self.out.secrets().url(&visited.url),
                redirects: visited.redirects,
                status,
                content_type: content_type().map(Cow::into_owned),
                format: landed.picture.map(|p| p.format),
                width,
                height,
                bytes: visited.response.content_bytes,
                connection: visited.connection.connection,
                fd: visited.connection.fd,
                reused: visited.reused,
                took_us: self.out.clock().now().saturating_sub(began).into(),
                file: landed.file.clone(),
                not_saved: landed.not_saved,
                fields: self.shown(head),
            }))
        });
        let failure = (is_picture && self.strict)
            .then(|| match landed.not_saved {
                _ if status >= 400 => Some(ImagesError::Status { status, url: self.out.secrets().url(&visited.url) }),
                Some(why @ (NotSaved::NoPicture | NotSaved::Empty)) => Some(ImagesError::NoPicture {
                    why: why_not_saved(why, status, content_type().as_deref()),
                    url: self.out.secrets().url(&visited.url),
                }),
                Some(NotSaved::Status) | None => None,
            })
            .flatten();
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.fetched += 1;
        totals.bytes += visited.response.content_bytes;
        if let Some(error) = failure {
            totals.note(job.fetch, error.into());
        }
        drop(totals);
        answer(job.kind, visited, landed)
    }

    fn failed(&self, number: u32, job: &ImageJob, error: Error, began: Duration) {
        let url = || self.out.secrets().url(&job.url);
        let exit = error.exit();
        if let Some(saver) = &self.saver
            && matches!(job.kind, Kind::Image | Kind::Icon(_) | Kind::Object(_))
            && exit != Exit::Interrupted
        {
            saver.enter(Entry {
                number,
                url: url(),
                answered_by: None,
                file: None,
                status: None,
                media_type: None,
                bytes: None,
                width: None,
                height: None,
                error: Some(error.to_string()),
            });
        }
        self.out.emit(|| ImagesEvent::Failed {
            image: job.fetch,
            number,
            purpose: job.purpose,
            url: url(),
            exit: exit.code(),
            message: error.to_string(),
            what: error.phrase(),
            took_us: self.out.clock().now().saturating_sub(began).into(),
        });
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.failed += 1;
        totals.note(job.fetch, error);
    }

    fn shown(&self, head: &Head) -> Vec<Field> {
        if self.out.detail() < crate::event::Detail::Verbose {
            return Vec::new();
        }
        head.fields.told(self.out.secrets())
    }
}

impl Totals {
    fn note(&mut self, fetch: FetchId, error: Error) {
        if self.first.as_ref().is_none_or(|(first, _)| fetch < *first) {
            self.first = Some((fetch, error));
        }
    }
}

fn answer(kind: Kind, visited: &Visited, landed: Landed) -> Option<Answer> {
    let head = &visited.response.head;
    let url = || -> Url { visited.url.clone() };
    let frame =
        |landed: Landed| FrameAnswer { url: url(), status: head.status, fields: head.fields.clone(), body: Octets(landed.text) };
    match kind {
        Kind::Image => None,
        Kind::Object(id) => {
            // HTML, `object`: an error status or a type that cannot be shown means its fallback content.
            let is_named =
                || head.field("content-type").is_some_and(|t| essence(&String::from_utf8_lossy(t)).starts_with("image/"));
            let bitmap = landed.picture.is_some_and(|p| p.format != Format::Svg);
            let answer = if !bitmap && may_be_page(&head.fields) {
                ObjectAnswer::Page(frame(landed))
            } else if head.status < 400 && (landed.picture.is_some() || is_named()) {
                ObjectAnswer::Picture
            } else {
                ObjectAnswer::Nothing
            };
            Some(Answer::Object(id, answer))
        }
        Kind::Icon(id) => {
            let good = (200..300).contains(&head.status);
            Some(Answer::Icon(id, if good { landed.icons } else { Vec::new() }))
        }
        Kind::Sheet(id) => {
            let fields = head.fields.clone();
            let answer = SheetAnswer { url: url(), status: head.status, fields, body: Octets(landed.text) };
            Some(Answer::Sheet(id, Some(answer)))
        }
        Kind::Frame(id) | Kind::Page(id) => Some(Answer::Frame(id, Some(frame(landed)))),
    }
}

/// Why an answer is not kept, in words.
pub(crate) fn why_not_saved(why: NotSaved, status: u16, content_type: Option<&str>) -> Phrase {
    match (why, content_type) {
        (NotSaved::Status, _) => phrase!("images-not-saved-status", status = status.to_string()),
        (NotSaved::NoPicture, Some(content_type)) => phrase!("images-not-saved-no-picture", type = content_type),
        (NotSaved::NoPicture, None) => phrase!("images-not-saved-unknown"),
        (NotSaved::Empty, _) => phrase!("images-not-saved-empty"),
    }
}

/// `type/subtype` in lower case.
pub(super) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A path as it may be shown.
pub(super) fn shown(path: &std::path::Path) -> String {
    crate::render::visible::visible_bytes(path.as_os_str().as_encoded_bytes())
}
