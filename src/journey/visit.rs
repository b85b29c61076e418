//! How the images stage's requests travel: the same stages as the page's, with what a page's resources may carry.

use std::time::Duration;

use crate::deadline::{Bound, Deadline};
use crate::event::Emitter;
use crate::exit::Error;
use crate::journey::credentials;
use crate::journey::fetch::{self, Ahead, Company, Errand, Fetched};
use crate::journey::world::World;
use crate::journey::{JourneyError, JourneyEvent, Outcome};
use crate::plan::Redirects;
use crate::stages::images::scan::Hop;
use crate::stages::images::{ImageJob, Visit, Visited};
use crate::stages::message::RequestSpec;
use crate::stages::response::{BodySink, Fields};
use crate::stages::url::{Origin, Target};

/// As many redirects as browsers follow for one resource (WHATWG Fetch, HTTP-redirect fetch).
const REDIRECTS: u32 = 20;

/// Visits for the resources of one page.
pub(crate) struct Visitor<'v> {
    /// What all fetches share.
    pub(crate) world: &'v World<'v>,
    /// The page's own request.
    pub(crate) spec: &'v RequestSpec,
    /// The origin that its credentials were given for.
    pub(crate) home: Option<&'v Origin>,
}

/// A visit whose request is on its way, unless that failed.
pub(crate) struct Begun<'v> {
    by: Deadline<'v>,
    outcome: Outcome,
    /// Boxed: it is large, and goes from hand to hand.
    departed: Result<Box<(Errand, Ahead)>, Error>,
}

impl<'v> Visit for Visitor<'v> {
    type Begun = Begun<'v>;

    fn begin(&self, job: &ImageJob, out: Emitter<'_>) -> Begun<'v> {
        let world = self.world;
        let begun = world.clock.now();
        out.emit(|| JourneyEvent::FetchBegan { purpose: job.purpose, url: out.secrets().url(&job.url) });
        let mut outcome = Outcome { begun, ..Outcome::default() };
        let by = Deadline::never(world.clock).within(world.plan.max_time, Bound::MaxTime);
        let departed = self.errand(job).and_then(|errand| {
            let ahead = fetch::begin(world, &errand, &by, out, &mut outcome)?;
            Ok(Box::new((errand, ahead)))
        });
        Begun { by, outcome, departed }
    }

    fn answered(&self, begun: &Begun<'v>, limit: Duration) -> bool {
        begun.departed.as_ref().map_or(true, |departed| departed.1.answered(limit))
    }

    fn end(&self, job: &ImageJob, begun: Begun<'v>, out: Emitter<'_>, sink: &mut dyn BodySink) -> Result<Visited, Error> {
        let Begun { by, mut outcome, departed } = begun;
        let gate = |before: Option<&str>, to: &::url::Url, fields: &Fields| match job.redirected(before, to, fields) {
            Hop::Go { referer } => Ok(referer),
            Hop::Stop(reason) => Err(reason.phrase()),
        };
        let fetched = departed.and_then(|departed| {
            let (errand, ahead) = *departed;
            let company = Company { ahead: Some(ahead), gate: Some(&gate), at: None };
            fetch::fetch(self.world, errand, company, sink, &by, out, &mut outcome)
        });
        let result = fetched.and_then(|fetched| match fetched {
            Fetched::Answered(answer) => Ok(Visited {
                url: answer.target.into_url(),
                redirects: outcome.redirects,
                connection: answer.connection,
                reused: answer.reused,
                response: answer.response,
            }),
            // Nothing stops an image's journey before its end but Ctrl-C, which is an error.
            Fetched::Stopped(_) => Err(JourneyError::Interrupted.into()),
        });
        let exit = result.as_ref().map_or_else(|error| error.exit().code(), |_| 0);
        let took = || self.world.clock.now().saturating_sub(outcome.begun);
        out.emit(|| JourneyEvent::FetchEnded { exit, took_us: took().into() });
        result
    }

    fn make_room(&self, out: Emitter<'_>) {
        self.world.pool.close_one(out);
    }

    fn let_go(&self, out: Emitter<'_>) {
        self.world.pool.close_all(out);
    }
}

impl Visitor<'_> {
    fn errand(&self, job: &ImageJob) -> Result<Errand, Error> {
        let target = Target::of(job.url.clone())?;
        let same = self.home.is_some_and(|home| job.credentials && target.is_of(home));
        let referer = job.referer.as_deref().filter(|r| credentials::may_refer(r, &job.url));
        let mut spec = credentials::for_resource(self.spec, same, referer);
        if let Some(origin) = &job.origin {
            spec.fields.push(format!("Origin: {origin}").into_bytes());
        }
        Ok(Errand {
            home: target.origin(),
            target,
            spec,
            redirects: Redirects { follow: true, max: Some(REDIRECTS), ..Redirects::default() },
            page: false,
            until: None,
            fail: false,
        })
    }
}
