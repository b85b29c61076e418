//! The stage beside the page: references are found while its bytes arrive, and fetched by lanes while more arrive.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::url::{Position, Url};

use crate::deadline::INTERRUPTED;
use crate::event::{Emitter, FetchId};
use crate::exit::{Error, os_words};
use crate::journey::Purpose;
use crate::stages::response::Head;

use super::event::ImagesEvent;
use super::lanes::{Crew, Job, Lanes, Start, Woken};
use super::one::{Answer, Fetching, Numbered, Totals, shown};
use super::save::Saver;
use super::scan::{Kind, PageContext, Reference, Scanner, Verdict, is_no_document};
use super::visit::{ImageJob, Visit};
use super::{ImagesError, ImagesPlan};

/// Runs `page`, the work that brings the page's bytes, with the images stage beside it. No thread is started before there is
/// something to fetch; all have ended when this returns.
///
/// `ids` gives out numbers of fetches; `strict`: an image's status of 400 or above is a failure (`-f`).
pub fn alongside<V: Visit, T>(
    plan: &ImagesPlan,
    strict: bool,
    visit: &V,
    ids: &AtomicU32,
    out: Emitter<'_>,
    page: impl FnOnce(&mut ImagesStage<'_, '_, V>) -> T,
) -> T {
    let lanes = Lanes::new(plan.lanes, plan.sequential);
    let fetching = Fetching {
        visit,
        out,
        saver: plan.save.clone().map(|dir| Saver::new(dir, plan.clobber)),
        shelf: plan.preview.as_ref(),
        strict: strict || plan.save.is_some(),
        totals: Mutex::new(Totals::default()),
    };
    std::thread::scope(|scope| {
        let mut stage = ImagesStage {
            plan,
            crew: Crew::new(scope, &lanes, &fetching),
            fetching: &fetching,
            ids,
            scanner: None,
            page: None,
            whole: None,
            began: out.clock().now(),
            start: Start::AtOnce,
            fed: 0,
            unread: VecDeque::new(),
            found: 0,
            number: 0,
        };
        page(&mut stage)
    })
}

/// A page whose head comes this soon is served by a neighbour.
const NEAR: Duration = Duration::from_millis(3);

/// Bytes of a page that are looked through at a time.
const PIECE: usize = 4 * 1024;

/// While so many jobs wait for their turn the rest of the page is not looked through: a reference takes several times the memory of
/// the bytes it is read from, and could not be fetched yet.
const ENOUGH: usize = 512;

/// When fewer wait, the page is looked through further.
const FEW: usize = ENOUGH / 2;

/// More of the page is not kept for later.
const UNREAD: usize = 512 * 1024;

/// How long the rest of a page may not come before what has come is looked at again.
const PAUSE: Duration = Duration::from_millis(20);

/// The stage of one page.
pub struct ImagesStage<'scope, 'env, V: Visit> {
    plan: &'env ImagesPlan,
    crew: Crew<'scope, 'env, Numbered, Answer, Fetching<'env, V>>,
    fetching: &'env Fetching<'env, V>,
    ids: &'env AtomicU32,
    scanner: Option<Scanner>,
    page: Option<Url>,
    whole: Option<u64>,
    fed: u64,
    /// What has come and was not looked at yet, in pieces.
    unread: VecDeque<Box<[u8]>>,
    /// When the stage was set up: before the page was asked for.
    began: Duration,
    start: Start,
    found: u32,
    number: u32,
}

/// What the stage came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// References, fetched or not.
    pub found: u32,
    /// Whole answers, whatever their status.
    pub fetched: u32,
    /// Fetches without a whole answer.
    pub failed: u32,
    /// Bytes of all contents.
    pub bytes: u64,
    /// What makes the run fail though the page came whole: the failure of the image that was found first.
    pub failure: Option<Error>,
}

impl<V: Visit> ImagesStage<'_, '_, V> {
    /// The final answer's head has come for `url`. Is it a page, that is: does [`ImagesStage::feed`] want its content?
    pub fn begin(&mut self, url: &Url, head: &Head) -> bool {
        if is_no_document(head.status) {
            return false;
        }
        let ImagesPlan { viewport, most, frames, follow, .. } = *self.plan;
        let content_type = head.field("content-type").map(<[u8]>::to_vec);
        let (url_of_page, fields) = (url.clone(), head.fields.clone());
        let given_up = || INTERRUPTED.load(Ordering::Relaxed);
        let context = PageContext { url: url_of_page, content_type, fields, viewport, most, frames, follow, given_up };
        let scanner = Scanner::new(context);
        if !scanner.is_page() {
            return false;
        }
        let out = self.fetching.out;
        out.emit(|| ImagesEvent::Scanning { page: out.secrets().url(url) });
        self.crew.hold(&origin_key(url));
        // Where connecting and a first answer took so little, one lane is done before others have connected.
        if out.clock().now().saturating_sub(self.began) < NEAR {
            self.start = Start::Calmly;
        }
        // With a coding the length says nothing about the content.
        let length = head.field("content-length").filter(|_| head.field("content-encoding").is_none());
        self.whole = length.and_then(|v| std::str::from_utf8(v).ok()?.parse().ok());
        self.page = Some(url.clone());
        self.scanner = Some(scanner);
        true
    }

    /// The next bytes of the page, decoded from its content codings.
    pub fn feed(&mut self, html: &[u8]) {
        if self.scanner.is_none() {
            return;
        }
        // What one piece refers to is on its way before the next is looked at, and is not all held at once.
        self.fed += html.len() as u64;
        for piece in html.chunks(PIECE) {
            self.catch_up();
            if self.unread.is_empty() && self.crew.waiting() < ENOUGH {
                self.scan(piece);
                continue;
            }
            self.unread.push_back(piece.into());
            if self.unread.len() > UNREAD / PIECE
                && let Some(piece) = self.unread.pop_front()
            {
                self.scan(&piece);
            }
        }
        let answers = self.crew.answers();
        if !answers.is_empty() {
            self.take(answers, self.start);
        }
    }

    /// How long nothing of the page may come before [`ImagesStage::catch_up`] is called.
    pub(crate) fn patience(&self) -> Option<Duration> {
        (!self.unread.is_empty()).then_some(PAUSE)
    }

    /// Looks through what has come, until enough waits for its turn.
    pub(crate) fn catch_up(&mut self) {
        while !self.unread.is_empty() && self.crew.waiting() < ENOUGH {
            let Some(piece) = self.unread.pop_front() else { return };
            self.scan(&piece);
        }
    }

    fn scan(&mut self, piece: &[u8]) {
        let Some(scanner) = &mut self.scanner else { return };
        let found = scanner.feed(piece);
        // When the page is complete its own connection is about to be free: nothing is gained by starting sooner.
        let start = if self.whole.is_some_and(|whole| self.fed >= whole) { Start::Later } else { self.start };
        self.hand_over(found, start);
    }

    /// The page has come, as far as it does; waits until everything that it asks for has come too or failed.
    pub fn finish(&mut self) -> Summary {
        let Some(page) = self.page.take() else { return Summary::default() };
        self.crew.let_go(&origin_key(&page));
        if self.start == Start::AtOnce {
            self.crew.hurry();
        }
        let mut ended = false;
        let mut interrupted = false;
        loop {
            self.catch_up();
            if !ended && self.unread.is_empty() {
                ended = true;
                if let Some(scanner) = &mut self.scanner {
                    let found = scanner.end();
                    self.hand_over(found, Start::Later);
                }
            }
            match self.crew.wait(if ended { 0 } else { FEW }) {
                Woken::Answers(answers) => self.take(answers, Start::Later),
                Woken::Few => {}
                Woken::Settled => break,
                Woken::Interrupted => {
                    interrupted = true;
                    break;
                }
            }
        }
        self.crew.close();
        let (cut, spent) = self.scanner.take().map_or((0, None), |s| (s.cut(), s.styles_given_up()));
        if cut > 0 {
            self.fetching.out.emit(|| ImagesEvent::Cut { most: self.plan.most, cut });
        }
        if let Some(steps) = spent.filter(|_| !interrupted) {
            self.fetching.out.emit(|| ImagesEvent::StylesGivenUp { steps });
        }
        let totals = std::mem::take(&mut *self.fetching.totals.lock().unwrap_or_else(PoisonError::into_inner));
        let mut failure = totals.first.map(|(_, error)| error);
        if interrupted {
            failure = Some(ImagesError::Interrupted.into());
        }
        if let Err(error) = self.index(&page, !interrupted) {
            failure.get_or_insert(error.into());
        }
        Summary { found: self.found, fetched: totals.fetched, failed: totals.failed, bytes: totals.bytes, failure }
    }

    fn take(&mut self, answers: Vec<Answer>, start: Start) {
        for answer in answers {
            let Some(scanner) = &mut self.scanner else { return };
            let found = match answer {
                Answer::Sheet(id, answer) => scanner.sheet(id, answer),
                Answer::Frame(id, answer) => scanner.frame(id, answer),
                Answer::Object(id, answer) => scanner.object(id, answer),
                Answer::Icon(id, sizes) => scanner.icon(id, &sizes),
            };
            self.hand_over(found, start);
        }
    }

    fn hand_over(&mut self, found: Vec<Reference>, start: Start) {
        let mut jobs = Vec::new();
        for reference in found {
            self.found += 1;
            jobs.extend(self.job(reference));
        }
        if !jobs.is_empty() {
            self.crew.enqueue(jobs, start);
        }
    }

    /// Tells a reference and makes the job of one that is fetched.
    fn job(&mut self, reference: Reference) -> Option<Numbered> {
        let out = self.fetching.out;
        if !reference.fetched() {
            out.emit(|| ImagesEvent::Skipped { reference: Box::new(masked(reference, out)) });
            return None;
        }
        let fetch = FetchId(self.ids.fetch_add(1, Ordering::Relaxed));
        self.number += 1;
        let number = self.number;
        out.emit(|| ImagesEvent::Found { image: fetch, number, reference: Box::new(masked(reference.clone(), out)) });
        let Reference { order, url: Some(url), kind, verdict: Verdict::Fetch { referer, origin, credentials, gate }, .. } =
            reference
        else {
            return None;
        };
        let purpose = match kind {
            Kind::Image | Kind::Icon(_) | Kind::Object(_) => Purpose::Image,
            Kind::Sheet(_) => Purpose::StyleSheet,
            Kind::Frame(_) => Purpose::Frame,
            Kind::Page(_) => Purpose::NextPage,
        };
        let job = ImageJob {
            fetch,
            order,
            purpose,
            referer,
            origin,
            credentials,
            gate,
            kind,
            name: self.fetching.saver.as_ref().filter(|_| purpose == Purpose::Image).map(|s| Box::new(s.name(&url))),
            url,
        };
        Some(Numbered { number, job: Box::new(job) })
    }

    fn index(&self, page: &Url, complete: bool) -> Result<(), ImagesError> {
        let out = self.fetching.out;
        let Some(saver) = &self.fetching.saver else { return Ok(()) };
        match saver.index(&out.secrets().url(page), complete) {
            Ok(None) => Ok(()),
            Ok(Some((path, files))) => {
                out.emit(|| ImagesEvent::Indexed { path: shown(&path), files });
                Ok(())
            }
            Err((path, error)) => {
                out.emit(|| ImagesEvent::NotIndexed { path: shown(&path), error: os_words(&error) });
                Err(ImagesError::Save { path: shown(&path), error })
            }
        }
    }
}

impl<V: Visit> Drop for ImagesStage<'_, '_, V> {
    /// Whoever leaves without [`ImagesStage::finish`] wants nothing more: lanes end after what they are at.
    fn drop(&mut self) {
        self.crew.close();
    }
}

/// Scheme, host and port.
fn origin_key(url: &Url) -> Cow<'_, str> {
    if url.username().is_empty() && url.password().is_none() {
        url[..Position::BeforePath].into()
    } else {
        url.origin().ascii_serialization().into()
    }
}

impl Job for Numbered {
    fn origin(&self) -> Cow<'_, str> {
        origin_key(&self.job.url)
    }

    /// Style sheets and frames lead to more.
    fn is_urgent(&self) -> bool {
        self.job.purpose != Purpose::Image
    }
}

fn masked(mut reference: Reference, out: Emitter<'_>) -> Reference {
    reference.typed = out.secrets().text(&reference.typed);
    if let Some(url) = &mut reference.url
        && url.password().is_some()
        && out.secrets() == crate::secret::Secrets::Masked
    {
        // Only a URL without a host has no place for a password, and then it has none.
        let _ = url.set_password(Some(crate::secret::MASK));
    }
    reference
}

#[cfg(test)]
#[path = "stage_tests.rs"]
mod tests;
