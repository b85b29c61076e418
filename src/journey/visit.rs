//! How the images stage's requests travel: the same stages as the page's, with what a page's resources may carry.

use crate::deadline::{Bound, Deadline};
use crate::event::Emitter;
use crate::exit::Error;
use crate::journey::credentials;
use crate::journey::fetch::{self, Errand, Fetched};
use crate::journey::world::World;
use crate::journey::{JourneyError, JourneyEvent, Outcome};
use crate::plan::Redirects;
use crate::stages::images::scan::Hop;
use crate::stages::images::{ImageJob, Visit, Visited};
use crate::stages::message::RequestSpec;
use crate::stages::response::BodySink;
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

impl Visit for Visitor<'_> {
    fn visit(&self, job: &ImageJob, out: Emitter<'_>, sink: &mut dyn BodySink) -> Result<Visited, Error> {
        let world = self.world;
        let begun = world.clock.now();
        out.emit(|| JourneyEvent::FetchBegan { purpose: job.purpose, url: out.secrets().url(&job.url) });
        let mut outcome = Outcome { begun, ..Outcome::default() };
        let result = self.travel(job, out, sink, &mut outcome);
        let exit = result.as_ref().map_or_else(|error| error.exit().code(), |_| 0);
        out.emit(|| JourneyEvent::FetchEnded { exit, took_us: world.clock.now().saturating_sub(begun).into() });
        result
    }

    fn make_room(&self, out: Emitter<'_>) {
        self.world.pool.close_one(out);
    }
}

impl Visitor<'_> {
    fn travel(&self, job: &ImageJob, out: Emitter<'_>, sink: &mut dyn BodySink, outcome: &mut Outcome) -> Result<Visited, Error> {
        let world = self.world;
        let target = Target::of(job.url.clone())?;
        let origin = target.origin();
        let home = self.home.filter(|_| job.credentials);
        let referer = job.referer.as_deref().filter(|r| credentials::may_refer(r, &job.url));
        let mut spec = credentials::for_resource(self.spec, home, origin.as_ref(), referer);
        if let Some(origin) = &job.origin {
            spec.fields.push(format!("Origin: {origin}").into_bytes());
        }
        let gate = |before: Option<&str>, to: &::url::Url, fields: &[_]| match job.redirected(before, to, fields) {
            Hop::Go { referer } => Ok(referer),
            Hop::Stop(reason) => Err(reason.phrase()),
        };
        let errand = Errand {
            home: origin,
            target,
            spec,
            redirects: Redirects { follow: true, max: Some(REDIRECTS), ..Redirects::default() },
            page: false,
            until: None,
            fail: false,
            at: None,
            gate: Some(&gate),
        };
        let by = Deadline::never(world.clock).within(world.plan.max_time, Bound::MaxTime);
        match fetch::fetch(world, errand, sink, &by, out, outcome)? {
            Fetched::Answered(answer) => Ok(Visited {
                url: answer.target.url().clone(),
                redirects: outcome.redirects,
                connection: answer.connection,
                reused: answer.reused,
                response: answer.response,
            }),
            // Nothing stops an image's journey before its end but Ctrl-C, which is an error.
            Fetched::Stopped(_) => Err(JourneyError::Interrupted.into()),
        }
    }
}
