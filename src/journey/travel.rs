//! The whole run: each URL of the plan in turn, its images with it.

use std::cell::RefCell;

use crate::clock::Clock;
use crate::deadline::{Bound, Deadline};
use crate::event::{Emitter, FetchId, Hub, SCHEMA_VERSION};
use crate::exit::{Error, Exit};
use crate::journey::fetch::{self, Company, Errand, Fetched};
use crate::journey::output::Output;
use crate::journey::scanned::Scanned;
use crate::journey::staged::stage;
use crate::journey::visit::Visitor;
use crate::journey::world::World;
use crate::journey::{JourneyError, JourneyEvent, Outcome, Purpose, SkipWhy, local};
use crate::plan::{Job, Plan};
use crate::stages::Stage;
use crate::stages::images::{self, Summary};
use crate::stages::url::{self, Access, Target};

/// Travels the whole plan; `finished` sees each URL's outcome as it ends. The first failure's number is the run's.
pub fn travel(plan: &Plan, clock: &dyn Clock, hub: &Hub<'_>, finished: &mut dyn FnMut(&Outcome)) -> Exit {
    let mut exit = Exit::Ok;
    let first = hub.emitter(FetchId(0));
    first.emit(|| JourneyEvent::Began {
        schema_version: SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        unix_ms: u64::try_from(clock.unix().as_millis()).unwrap_or(u64::MAX),
        pid: std::process::id(),
    });
    let world = match World::new(plan, clock) {
        Ok(world) => world,
        Err(error) => {
            let mut outcome = Outcome::default();
            fail(&error, first, &mut outcome);
            finished(&outcome);
            first.emit(|| JourneyEvent::Ended { exit: error.exit().code() });
            return error.exit();
        }
    };
    let last = plan.jobs.len().saturating_sub(1);
    for (n, job) in plan.jobs.iter().enumerate() {
        let out = hub.emitter(world.next_fetch());
        let outcome = one(&world, job, n == last, out);
        let ended = outcome.exit.unwrap_or(Exit::Ok);
        if exit == Exit::Ok {
            exit = ended;
        }
        finished(&outcome);
        if ended == Exit::Interrupted {
            break;
        }
    }
    world.pool.close_all(first);
    if exit == Exit::Ok && hub.failure().is_some() {
        exit = Exit::WriteError;
    }
    first.emit(|| JourneyEvent::Ended { exit: exit.code() });
    exit
}

/// One URL.
fn one(world: &World<'_>, job: &Job, last: bool, out: Emitter<'_>) -> Outcome {
    let begun = world.clock.now();
    let mut outcome = Outcome { begun, ..Outcome::default() };
    out.emit(|| JourneyEvent::FetchBegan { purpose: Purpose::Page, url: out.secrets().text(&job.url) });
    let by = Deadline::never(world.clock).within(world.plan.max_time, Bound::MaxTime);
    let result = page(world, job, &by, out, &mut outcome);
    if let Err(error) = &result {
        fail(error, out, &mut outcome);
    }
    if last {
        world.pool.close_all(out);
    }
    outcome.total = world.clock.now().saturating_sub(begun);
    let exit = outcome.exit.unwrap_or(Exit::Ok).code();
    out.emit(|| JourneyEvent::FetchEnded { exit, took_us: outcome.total.into() });
    outcome
}

/// Tells a failure, once, and makes it the outcome's.
fn fail(error: &Error, out: Emitter<'_>, outcome: &mut Outcome) {
    outcome.exit = Some(error.exit());
    let message = error.to_string();
    out.emit(|| JourneyEvent::Failed {
        stage: error.stage(),
        exit: error.exit().code(),
        message: message.clone(),
        what: error.phrase(),
        tried: error.tried(),
        advice: error.advice(),
    });
    outcome.error = Some(message);
}

/// The stages for one URL of the command line.
fn page(world: &World<'_>, job: &Job, by: &Deadline<'_>, out: Emitter<'_>, outcome: &mut Outcome) -> Result<(), Error> {
    let plan = world.plan;
    let typed = stage(out, Stage::Url, || url::decode(&job.url, out))?;
    if plan.until == Some(Stage::Url) {
        return Ok(());
    }
    let mut output = Output::open(job, plan, &typed, out)?;
    let offset = output.offset();
    if offset > 0 {
        out.emit(|| JourneyEvent::Continuing { path: output.continues(), offset });
    }
    if matches!(typed.access(), Access::File | Access::Data) {
        return near(world, &typed, &mut output, by, out, outcome);
    }
    let mut spec = plan.request.clone();
    if offset > 0 {
        spec.range = Some(format!("{offset}-"));
    }
    // What was typed with -u wins over what stands in the URL, as in curl; either belongs to this origin.
    if spec.credentials.is_none() {
        spec.credentials = typed.credentials();
    }
    // The client's certificate was given for what the command line names, not for where that leads.
    typed.origin().inspect(|origin| world.tls.admit(origin));
    let (home, at) = (typed.origin(), RefCell::new(None));
    let visitor = Visitor { world, spec: &spec, home: home.as_ref() };
    let errand = Errand {
        home: home.clone(),
        target: typed.without_credentials(),
        spec: spec.clone(),
        redirects: plan.redirects.clone(),
        page: true,
        until: plan.until,
        fail: plan.fail,
    };
    let images = plan.images.as_ref().filter(|_| plan.until.is_none_or(|until| until == Stage::Images));
    let Some(images) = images else {
        let fetched = fetch::fetch(world, errand, Company::default(), &mut output, by, out, outcome)?;
        landed(fetched, &mut output, plan, out, outcome)?;
        if plan.until.is_none() {
            out.emit(|| JourneyEvent::StageSkipped { stage: Stage::Images, why: SkipWhy::NotAsked });
        }
        return Ok(());
    };
    let summary = images::alongside(images, plan.fail, &visitor, &world.fetches, out, |pictures| {
        let mut scanned = Scanned { inner: &mut output, pictures: &mut *pictures, at: &at, on: false };
        let company = Company { at: Some(&at), ..Company::default() };
        let fetched = fetch::fetch(world, errand, company, &mut scanned, by, out, outcome);
        let began = scanned.on;
        let result = fetched.and_then(|fetched| landed(fetched, &mut output, plan, out, outcome));
        if !began {
            if result.is_ok() {
                out.emit(|| JourneyEvent::StageSkipped { stage: Stage::Images, why: SkipWhy::NotHtml });
            }
            return result.map(|()| Summary::default());
        }
        // What a page that broke off has asked for by then comes all the same.
        let summary = stage(out, Stage::Images, || Ok::<_, Error>(pictures.finish()))?;
        result.map(|()| summary)
    })?;
    summary.failure.map_or(Ok(()), Err)
}

/// The answer is there: it is shown, and judged where `-f` asks for it.
fn landed(fetched: Fetched, output: &mut Output<'_>, plan: &Plan, out: Emitter<'_>, outcome: &mut Outcome) -> Result<(), Error> {
    match fetched {
        Fetched::Stopped(None) => Ok(()),
        Fetched::Stopped(Some(message)) => Ok(output.message(&message)?),
        Fetched::Answered(answer) => {
            outcome.fields = answer.response.head.fields;
            output.show()?;
            let status = answer.response.head.status;
            if plan.fail && status >= 400 {
                return Err(JourneyError::HttpStatus { status, url: out.secrets().url(answer.target.url()) }.into());
            }
            Ok(())
        }
    }
}

/// `file:` and `data:`: no network, and the story says so.
fn near(
    world: &World<'_>,
    target: &Target,
    output: &mut Output<'_>,
    by: &Deadline<'_>,
    out: Emitter<'_>,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    for stage in [Stage::Message, Stage::Dns, Stage::Connect, Stage::Tls, Stage::Response] {
        out.emit(|| JourneyEvent::StageSkipped { stage, why: SkipWhy::NoNetwork });
    }
    if world.plan.until.is_some_and(|until| until < Stage::Response) {
        return Ok(());
    }
    let bytes = local::fetch(target, output.offset(), output, &world.plan.limits, by, out)?;
    outcome.url_effective = target.url().to_string();
    outcome.download_bytes = bytes;
    outcome.content_bytes = bytes;
    Ok(())
}
