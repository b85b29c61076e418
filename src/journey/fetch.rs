//! One fetch, with its redirects: the stages in their order. This is the journey itself; read it from the top.

use std::borrow::Cow;
use std::cell::RefCell;
use std::time::Duration;

use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::exit::Error;
use crate::journey::credentials;
use crate::journey::hop::Hop;
use crate::journey::passage::{Exchanged, Passage, Underway};
use crate::journey::redirect;
use crate::journey::staged::stage;
use crate::journey::world::World;
use crate::journey::{JourneyError, JourneyEvent, NotFollowed, Outcome};
use crate::plan::Redirects;
use crate::stages::Stage;
use crate::stages::connect::Identity;
use crate::stages::message::{self, Message, RequestSpec};
use crate::stages::response::{BodySink, Fields, Response};
use crate::stages::url::{self, Origin, Target};
use crate::words::Phrase;

/// What is to be fetched.
pub(crate) struct Errand {
    /// The first URL, without credentials in it.
    pub target: Target,
    /// The request for it.
    pub spec: RequestSpec,
    /// The origin that the spec's credentials were given for.
    pub home: Option<Origin>,
    /// Are redirects followed, and how many? Images follow them whatever `-L` says, as browsers do.
    pub redirects: Redirects,
    /// Does the command line name it (and not a page)? Then `-w` may ask which URL and method came last.
    pub page: bool,
    /// The last stage.
    pub until: Option<Stage>,
    /// `-f`
    pub fail: bool,
}

/// What goes along with an errand.
#[derive(Default)]
pub(crate) struct Company<'c> {
    /// What [`begin`] has done of it.
    pub ahead: Option<Ahead>,
    /// Told the URL before each exchange.
    pub at: Option<&'c RefCell<Option<::url::Url>>>,
    /// What a page's policies say of a redirect of one of its resources: its Referer, or why it is not followed.
    pub gate: Option<&'c RedirectGate<'c>>,
}

/// From the Referer before, the next URL and the redirect's fields to the next Referer, or to why there is no next request.
pub(crate) type RedirectGate<'g> = dyn Fn(Option<&str>, &::url::Url, &Fields) -> Result<Option<String>, Phrase> + 'g;

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
    /// The connection that it came on.
    pub connection: Identity,
    /// Had that carried an exchange before?
    pub reused: bool,
}

/// A first message on its way, its answer not yet looked for.
pub(crate) struct Ahead {
    message: Message,
    /// Nothing was sent where `--until` ends before that.
    underway: Option<Underway>,
}

impl Ahead {
    /// Waits for the answer, but for at most `limit`: is there anything to be read, if only the end?
    pub(crate) fn answered(&self, limit: Duration) -> bool {
        self.underway.as_ref().is_none_or(|underway| underway.answered(limit))
    }
}

/// Sends the first message of an errand, for whoever has other things to do until its answer is there: [`fetch`] goes on with it.
pub(crate) fn begin(
    world: &World<'_>,
    errand: &Errand,
    by: &Deadline<'_>,
    out: Emitter<'_>,
    outcome: &mut Outcome,
) -> Result<Ahead, Error> {
    let Errand { target, spec, home, redirects, page, until, .. } = errand;
    let message = asked(world, target, spec, home.as_ref(), redirects, 0, out)?;
    let passage = Passage { world, target, page: *page, until: *until, by, out };
    let underway = passage.begin(&message, true, outcome)?;
    Ok(Ahead { message, underway })
}

/// Goes from a target to its answer, over as many redirects as the errand allows. The fields of the last answer are in the outcome
/// only where the errand ended with a failure after a redirect; else they are the answer's to give.
pub(crate) fn fetch(
    world: &World<'_>,
    errand: Errand,
    Company { mut ahead, at, gate }: Company<'_>,
    sink: &mut dyn BodySink,
    by: &Deadline<'_>,
    mut out: Emitter<'_>,
    outcome: &mut Outcome,
) -> Result<Fetched, Error> {
    let Errand { mut target, mut spec, home, redirects, page, until, fail } = errand;
    let mut hop = 0;
    loop {
        if page {
            outcome.url_effective = target.url().to_string();
        }
        if let Some(at) = at {
            at.replace(Some(target.url().clone()));
        }
        let (message, underway) = match ahead.take() {
            Some(Ahead { message, underway }) => (message, underway),
            None => (asked(world, &target, &spec, home.as_ref(), &redirects, hop, out)?, None),
        };
        if page {
            outcome.method = message.method.clone().into_owned();
        }
        if until == Some(Stage::Message) {
            return Ok(Fetched::Stopped(Some(message)));
        }
        let mut landing = Hop::new(sink, &target, &redirects, fail);
        let passage = Passage { world, target: &target, page, until, by, out };
        let Some(Exchanged { response, connection, reused }) = passage.exchange(&message, underway, &mut landing, outcome)?
        else {
            return Ok(Fetched::Stopped(None));
        };
        outcome.status = response.head.status;
        outcome.version = Some(response.head.version);
        outcome.request_bytes += message.head.len() as u64;
        outcome.upload_bytes = message.body.len() as u64;
        outcome.header_bytes += response.head_bytes;
        outcome.download_bytes = response.body_bytes;
        outcome.content_bytes = response.content_bytes;
        if let Some(jar) = &world.jar {
            jar.keep(target.url(), &response.head, out);
        }

        let Some(wanted) = redirect::wanted(&target, spec.body.is_some(), &response.head, &redirects) else {
            return Ok(Fetched::Answered(Box::new(Answer { target, response, connection, reused })));
        };
        outcome.fields.clone_from(&response.head.fields);
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
                    method: message.method.clone().into_owned(),
                    not_followed: Some(if redirects.follow { NotFollowed::BadLocation } else { NotFollowed::NotAsked }),
                });
                return if redirects.follow {
                    Err(error.into())
                } else {
                    Ok(Fetched::Answered(Box::new(Answer { target, response, connection, reused })))
                };
            }
        };
        let refused = redirect::refused(&next, hop, &redirects);
        let to = out.secrets().url(next.to.url());
        let method =
            if next.drops_body && spec.method.is_none() { "GET".to_owned() } else { message.method.clone().into_owned() };
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
                return Ok(Fetched::Answered(Box::new(Answer { target, response, connection, reused })));
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
        if let Some(gate) = gate {
            let before = spec.referer.as_deref().and_then(|r| std::str::from_utf8(r).ok());
            let referer =
                gate(before, next.to.url(), &response.head.fields).map_err(|why| JourneyError::RedirectForbidden { to, why })?;
            spec.referer = referer.filter(|r| credentials::may_refer(r, next.to.url())).map(String::into_bytes);
        } else if redirects.auto_referer {
            spec.referer = Some(referer(&target)).filter(|r| credentials::may_refer(r, next.to.url())).map(String::into_bytes);
        }
        hop += 1;
        out = out.next_hop();
        // Stage 1 of the next hop: the reference was read to decide; now it is read where it is told.
        target = stage(out, Stage::Url, || url::follow(&target, location, out))?;
        outcome.redirects = hop;
        outcome.redirect = world.clock.now().saturating_sub(outcome.begun);
    }
}

/// The message of a hop: what of the request may go to its target, with the cookies for it.
fn asked(
    world: &World<'_>,
    target: &Target,
    spec: &RequestSpec,
    home: Option<&Origin>,
    redirects: &Redirects,
    hop: u32,
    out: Emitter<'_>,
) -> Result<Message, Error> {
    let mut scoped = Cow::Borrowed(spec);
    if let Some(home) = home.filter(|home| !target.is_of(home))
        && let Some(origin) = target.origin()
    {
        let (kept, withheld) = credentials::redirected(spec, home, &origin, redirects.trusted);
        scoped = Cow::Owned(kept);
        if !withheld.is_empty() {
            out.emit(|| JourneyEvent::Withheld { what: withheld, given_for: home.to_string(), origin: origin.to_string() });
        }
    }
    // Credentials in a redirect's own URL are the server's choice for that URL alone.
    if let Some((user, password)) = target.credentials()
        && (scoped.credentials.is_none() || hop > 0)
    {
        scoped.to_mut().credentials = Some((user, password));
    }
    if let Some(jar) = &world.jar
        && let Some(mut field) = jar.field(target.url(), out)
    {
        let scoped = scoped.to_mut();
        if let Some(typed) = scoped.cookie.take() {
            field.extend_from_slice(b"; ");
            field.extend_from_slice(&typed);
        }
        scoped.cookie = Some(field);
    }
    Ok(stage(out, Stage::Message, || message::build(target, &scoped, out))?)
}

/// A URL as a Referer: without fragment and credentials (RFC 9110 §10.1.3).
fn referer(target: &Target) -> String {
    let mut url = target.without_credentials().url().clone();
    url.set_fragment(None);
    url.to_string()
}
