//! One fetch, with its redirects: the stages in their order. This is the journey itself; read it from the top.

use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::exit::Error;
use crate::journey::credentials;
use crate::journey::hop::Hop;
use crate::journey::passage::Passage;
use crate::journey::redirect;
use crate::journey::world::World;
use crate::journey::{JourneyError, JourneyEvent, NotFollowed, Outcome};
use crate::stages::Stage;
use crate::stages::message::{self, Message, RequestSpec};
use crate::stages::response::{BodySink, Response};
use crate::stages::url::{Origin, Target};

/// What is to be fetched.
pub(crate) struct Errand {
    /// The first URL, without credentials in it.
    pub target: Target,
    /// The request for it.
    pub spec: RequestSpec,
    /// The origin that the spec's credentials were given for.
    pub home: Option<Origin>,
    /// Are redirects followed, and how many? Images follow them whatever `-L` says, as browsers do.
    pub redirects: crate::plan::Redirects,
    /// Does the command line name it (and not a page)?
    pub page: bool,
    /// The last stage.
    pub until: Option<Stage>,
    /// `-f`
    pub fail: bool,
}

/// How a fetch ended, when it did not fail.
pub(crate) enum Fetched {
    /// After the stage named by `--until`; with the message, when that was the stage.
    Stopped(Option<Message>),
    /// With a whole answer.
    Answered(Box<Answer>),
}

/// A whole answer.
pub(crate) struct Answer {
    /// Whose.
    pub target: Target,
    /// Its head and sizes; the content went to the sink.
    pub response: Response,
}

/// Goes from a target to its answer, over as many redirects as the errand allows.
pub(crate) fn fetch(
    world: &World<'_>,
    errand: Errand,
    sink: &mut dyn BodySink,
    by: &Deadline<'_>,
    mut out: Emitter<'_>,
    outcome: &mut Outcome,
) -> Result<Fetched, Error> {
    let Errand { mut target, mut spec, home, redirects, page, until, fail } = errand;
    let begun = world.clock.now();
    let mut hop = 0;
    let mut first_target = true;
    loop {
        outcome.url_effective = target.url().to_string();
        let origin = target.origin();
        let at_home = home.is_none() || home == origin;
        let mut scoped = spec.clone();
        if let (Some(home), Some(origin)) = (&home, &origin) {
            let (kept, withheld) = credentials::redirected(&spec, home, origin, redirects.trusted);
            scoped = kept;
            if !withheld.is_empty() {
                out.emit(|| JourneyEvent::Withheld { what: withheld, given_for: home.to_string(), origin: origin.to_string() });
            }
        }
        // Credentials in a redirect's own URL are the server's choice for that URL alone.
        if let Some((user, password)) = target.credentials() {
            if scoped.credentials.is_none() || !first_target {
                scoped.credentials = Some((user, password));
            }
        }
        if let Some(jar) = &world.jar {
            if let Some(mut field) = jar.field(target.url(), out) {
                if let Some(typed) = scoped.cookie.take() {
                    field.extend_from_slice(b"; ");
                    field.extend_from_slice(&typed);
                }
                scoped.cookie = Some(field);
            }
        }
        let message = stage(out, Stage::Message, || message::build(&target, &scoped, out))?;
        outcome.method.clone_from(&message.method);
        if until == Some(Stage::Message) {
            return Ok(Fetched::Stopped(Some(message)));
        }
        let mut landing = Hop::new(sink, &target, &redirects, hop, fail);
        let passage = Passage { world, target: &target, certificate: page && at_home, page, until, by, out };
        let Some(response) = passage.exchange(&message, &mut landing, outcome)? else {
            return Ok(Fetched::Stopped(None));
        };
        outcome.status = response.head.status;
        outcome.version = Some(response.head.version);
        outcome.fields.clone_from(&response.head.fields);
        outcome.request_bytes += message.head.len() as u64;
        outcome.upload_bytes = message.body.len() as u64;
        outcome.header_bytes += response.head_bytes;
        outcome.download_bytes = response.body_bytes;
        outcome.content_bytes = response.content_bytes;
        if let Some(jar) = &world.jar {
            jar.keep(target.url(), &response.head, out);
        }

        let Some(wanted) = redirect::wanted(&target, spec.body.is_some(), &response.head, &redirects) else {
            return Ok(Fetched::Answered(Box::new(Answer { target, response })));
        };
        let location = response.head.field("location").unwrap_or_default();
        let shown = out.secrets().field("location", location);
        let status = response.head.status;
        let next = match wanted {
            Ok(next) => next,
            Err(error) => {
                out.emit(|| JourneyEvent::Redirected {
                    status,
                    location: shown.into(),
                    to: None,
                    method: message.method.clone(),
                    not_followed: Some(if redirects.follow { NotFollowed::BadLocation } else { NotFollowed::NotAsked }),
                });
                return if redirects.follow {
                    Err(error.into())
                } else {
                    Ok(Fetched::Answered(Box::new(Answer { target, response })))
                };
            }
        };
        let refused = redirect::refused(&next, hop, &redirects);
        let to = out.secrets().url(next.to.url());
        let method = if next.drops_body && spec.method.is_none() { "GET".to_owned() } else { message.method.clone() };
        out.emit(|| JourneyEvent::Redirected {
            status,
            location: shown.into(),
            to: Some(to.clone()),
            method,
            not_followed: refused,
        });
        match refused {
            None => {}
            Some(NotFollowed::NotAsked | NotFollowed::BadLocation) => {
                outcome.redirect_url = Some(next.to.url().to_string());
                return Ok(Fetched::Answered(Box::new(Answer { target, response })));
            }
            Some(NotFollowed::TooMany) => {
                outcome.redirect_url = Some(next.to.url().to_string());
                return Err(JourneyError::TooManyRedirects { max: redirects.max.unwrap_or_default(), next: to }.into());
            }
            Some(NotFollowed::Scheme) => return Err(JourneyError::RedirectScheme { to }.into()),
        }
        if next.drops_body {
            spec.body = None;
        }
        target = next.to;
        first_target = false;
        hop += 1;
        out = out.next_hop();
        outcome.redirects = hop;
        outcome.redirect = world.clock.now().saturating_sub(begun);
    }
}

/// A stage with its beginning and its end told.
pub(crate) fn stage<T, E>(out: Emitter<'_>, stage: Stage, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    out.emit(|| JourneyEvent::StageBegan { stage });
    let begun = out.clock().now();
    let result = work();
    let ok = result.is_ok();
    out.emit(|| JourneyEvent::StageEnded { stage, took_us: (out.clock().now() - begun).into(), ok });
    result
}
