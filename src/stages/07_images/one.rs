//! One image on its lane: fetched, looked at, saved, told.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::url::Url;
use tempfile::NamedTempFile;

use crate::deadline::INTERRUPTED;
use crate::event::{Emitter, FetchId, Octets};
use crate::exit::{Error, Exit};
use crate::phrase;
use crate::stages::response::{BodySink, Field, Head, SinkError};
use crate::words::{Phrase, english};

use super::ImagesError;
use super::event::{Fetched, ImagesEvent, NotSaved};
use super::lanes::{Attempt, Others, PATIENCE, STANDSTILL, Work};
use super::names::Name;
use super::pixels::{Picture, Probe};
use super::save::{Entry, Saver};
use super::scan::{FrameAnswer, FrameId, IconId, Kind, ObjectId, SheetAnswer, SheetId};
use super::shelf::{Copying, Shelf};
use super::visit::{ImageJob, Visit, Visited, lacks_descriptors};

/// The longest style sheet or frame that is looked at; what comes after is received and left out.
const TEXT: usize = 4 * 1024 * 1024;

/// Nobody else waits while more than this comes.
const MUCH: usize = 256 * 1024;

/// First bytes after which it must be clear whether they are a picture's.
const TELLING: usize = 1024;

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
    /// Did it bring something that can be shown?
    Object(ObjectId, bool),
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
                    Kind::Object(id) => Some(Answer::Object(id, false)),
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
    match kind {
        Kind::Image => None,
        Kind::Object(id) => {
            // HTML, `object`: an error status or a type that cannot be shown means its fallback content.
            let is_named =
                || head.field("content-type").is_some_and(|t| essence(&String::from_utf8_lossy(t)).starts_with("image/"));
            let shows = head.status < 400 && (landed.picture.is_some() || is_named());
            Some(Answer::Object(id, shows))
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
        Kind::Frame(id) | Kind::Page(id) => {
            let fields = head.fields.clone();
            let answer = FrameAnswer { url: url(), status: head.status, fields, body: Octets(landed.text) };
            Some(Answer::Frame(id, Some(answer)))
        }
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

/// What a landed answer came to.
struct Landed {
    picture: Option<Picture>,
    /// Of an icon: the sizes in it.
    icons: Vec<(u32, u32)>,
    file: Option<String>,
    not_saved: Option<NotSaved>,
    text: Vec<u8>,
    copying: Option<Copying>,
}

/// Takes the content of one answer.
struct Landing<'s> {
    kind: Kind,
    saver: Option<(&'s Saver, &'s Name)>,
    status: u16,
    /// The Content-Type is a picture's.
    declared: Option<String>,
    probe: Option<Probe>,
    saving: Saving,
    text: Vec<u8>,
    /// `--preview`
    copying: Option<Copying>,
    /// Content bytes so far.
    bytes: usize,
    others: Others<'s>,
}

enum Saving {
    /// The first bytes, until they tell whether to keep them.
    Deciding(Vec<u8>),
    Into(NamedTempFile),
    Not(NotSaved),
}

impl<'s> Landing<'s> {
    fn new(job: &'s ImageJob, saver: Option<&'s Saver>, heard: bool, others: Others<'s>) -> Self {
        let saver = saver.zip(job.name.as_deref());
        Self {
            kind: job.kind,
            saver,
            status: 0,
            declared: None,
            probe: (heard || saver.is_some() || matches!(job.kind, Kind::Icon(_) | Kind::Object(_))).then(Probe::default),
            saving: Saving::Deciding(Vec::new()),
            text: Vec::new(),
            copying: None,
            bytes: 0,
            others,
        }
    }

    /// Did they wait for this one?
    fn let_others_go_on(&mut self) -> bool {
        self.others.wait.take().inspect(|hurry| hurry()).is_some()
    }

    fn keep(&mut self, content: &[u8]) -> Result<(), SinkError> {
        let Some((saver, name)) = self.saver else { return Ok(()) };
        if let Saving::Deciding(first) = &mut self.saving {
            if !(200..300).contains(&self.status) {
                self.saving = Saving::Not(NotSaved::Status);
                return Ok(());
            }
            first.extend_from_slice(content);
            if self.declared.is_none() && self.probe.as_mut().is_none_or(|p| p.format().is_none()) {
                if first.len() >= TELLING {
                    self.saving = Saving::Not(NotSaved::NoPicture);
                }
                return Ok(());
            }
            let first = std::mem::take(first);
            let mut file = saver.create().map_err(|error| sink_error(saver.path(""), error))?;
            file.write_all(&first).map_err(|error| sink_error(saver.path(&name.file(None)), error))?;
            self.saving = Saving::Into(file);
            return Ok(());
        }
        if let Saving::Into(file) = &mut self.saving {
            file.write_all(content).map_err(|error| sink_error(saver.path(&name.file(None)), error))?;
        }
        Ok(())
    }

    /// Everything has come.
    fn landed(self) -> Result<Landed, ImagesError> {
        let Self { kind, saver, status, declared, mut probe, bytes, saving, text, copying, .. } = self;
        let picture = probe.as_mut().and_then(Probe::end);
        let icons = probe.filter(|_| matches!(kind, Kind::Icon(_))).map_or_else(Vec::new, |p| p.icons());
        let mut landed = Landed { picture, icons, file: None, not_saved: None, text, copying };
        let Some((saver, name)) = saver else { return Ok(landed) };
        match saving {
            Saving::Into(file) => {
                let extension =
                    picture.map_or_else(|| declared_extension(declared.as_deref()), |p| p.format.extension().to_owned());
                let kept = saver.keep(file, name, &extension);
                landed.file = Some(
                    kept.map_err(|error| ImagesError::Save { path: shown(&saver.path(&name.file(Some(&extension)))), error })?,
                );
            }
            Saving::Not(why) => landed.not_saved = Some(why),
            Saving::Deciding(_) if !(200..300).contains(&status) => landed.not_saved = Some(NotSaved::Status),
            Saving::Deciding(_) if bytes == 0 => landed.not_saved = Some(NotSaved::Empty),
            Saving::Deciding(_) => landed.not_saved = Some(NotSaved::NoPicture),
        }
        Ok(landed)
    }
}

impl BodySink for Landing<'_> {
    fn begin(&mut self, head: &Head, _: &[u8]) -> Result<(), SinkError> {
        // An exchange may be made again; nothing of an earlier one counts.
        let declared = self.saver.and_then(|_| head.field("content-type")).map(|v| essence(&String::from_utf8_lossy(v)));
        self.status = head.status;
        self.declared = declared.filter(|t| t.starts_with("image/"));
        self.probe = self.probe.is_some().then(Probe::default);
        self.bytes = 0;
        self.saving = Saving::Deciding(Vec::new());
        self.text = Vec::new();
        if let Some(copying) = &mut self.copying {
            copying.begin();
        }
        Ok(())
    }

    fn pass_over(&mut self, _: &Head, _: &[u8]) -> Result<(), SinkError> {
        // Wherever that leads.
        self.let_others_go_on();
        Ok(())
    }

    fn patience(&self) -> Option<Duration> {
        Some(if self.others.wait.is_some() { PATIENCE } else { STANDSTILL })
    }

    fn stalled(&mut self) {
        if !self.let_others_go_on() {
            (self.others.step_aside)();
        }
    }

    fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
        self.bytes = self.bytes.saturating_add(content.len());
        if self.bytes > MUCH {
            self.let_others_go_on();
        }
        match self.kind {
            Kind::Sheet(_) | Kind::Frame(_) | Kind::Page(_) => {
                let room = TEXT.saturating_sub(self.text.len());
                self.text.extend_from_slice(&content[..content.len().min(room)]);
                Ok(())
            }
            Kind::Image | Kind::Icon(_) | Kind::Object(_) => {
                if let Some(probe) = &mut self.probe {
                    probe.feed(content);
                }
                if let Some(copying) = &mut self.copying {
                    copying.extend(content);
                }
                self.keep(content)
            }
        }
    }

    fn end(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

fn sink_error(path: PathBuf, error: io::Error) -> SinkError {
    SinkError { path: shown(&path), error }
}

/// A path as it may be shown.
pub(super) fn shown(path: &std::path::Path) -> String {
    crate::render::visible::visible_bytes(path.as_os_str().as_encoded_bytes())
}

/// The extension for a Content-Type when the bytes tell nothing.
fn declared_extension(essence: Option<&str>) -> String {
    let subtype = essence.and_then(|t| t.strip_prefix("image/")).unwrap_or_default();
    let plain = subtype.trim_start_matches("x-").split('+').next().unwrap_or_default();
    match plain {
        "jpeg" | "pjpeg" => "jpg".to_owned(),
        "icon" | "vnd.microsoft.icon" => "ico".to_owned(),
        plain if (1..=8).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_alphanumeric()) => plain.to_owned(),
        _ => "img".to_owned(),
    }
}
