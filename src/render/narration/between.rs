//! What lies between stages: skipped stages, redirects, retries, cookies, failures.

use crate::event::Octets;
use crate::exit::Advice;
use crate::journey::{JourneyEvent, NotFollowed, SkipWhy};
use crate::phrase;
use crate::render::page::Page;
use crate::render::visible::visible_bytes;
use crate::stages::Stage;
use crate::words::{Phrase, Words};

/// The name of a stage as its block begins with it.
pub(crate) fn stage_name(words: &Words, stage: Stage) -> String {
    words.say(&match stage {
        Stage::Url => phrase!("journey-stage-url"),
        Stage::Message => phrase!("journey-stage-message"),
        Stage::Dns => phrase!("journey-stage-dns"),
        Stage::Connect => phrase!("journey-stage-connect"),
        Stage::Tls => phrase!("journey-stage-tls"),
        Stage::Response => phrase!("journey-stage-response"),
        Stage::Images => phrase!("journey-stage-images"),
    })
}

/// Another URL of the command line begins.
pub(crate) fn next_page(page: &mut Page, words: &Words, url: &str) {
    page.blank();
    page.stage(None, &words.say(&phrase!("journey-next")), url, None);
}

/// Descriptors that jaunt closed, a few by number.
pub(crate) fn closed(page: &mut Page, words: &Words, fds: &[i32]) {
    const SHOWN: usize = 8;
    if fds.is_empty() {
        return;
    }
    let calls: Vec<_> = fds.iter().take(SHOWN).map(|fd| format!("close({fd})")).collect();
    let more = fds.len().saturating_sub(SHOWN);
    let remark = if more > 0 { words.say(&phrase!("journey-closed-more", more = more)) } else { String::new() };
    page.call(&calls.join(" "), &remark);
}

/// Requests for images that found a kept connection closed.
pub(crate) fn repeated(page: &mut Page, words: &Words, times: u64) {
    if times > 0 {
        page.text(&words.say(&phrase!("journey-repeated", times = times)));
    }
}

/// Tells one event between stages.
pub(crate) fn tell(page: &mut Page, words: &Words, event: &JourneyEvent) {
    match event {
        JourneyEvent::StageSkipped { stage, why } => skipped(page, words, *stage, *why),
        JourneyEvent::Redirected { status, location, to, method, not_followed } => {
            redirected(page, words, *status, location, to.as_deref(), method, *not_followed);
        }
        JourneyEvent::Withheld { what, given_for, origin } => {
            page.text(&words.say(&phrase!("journey-withheld", what = what.join(", "), from = given_for, to = origin)));
        }
        JourneyEvent::CookiesSent { names } => {
            page.text(&words.say(&phrase!("journey-cookies-sent", names = names.join(", "), count = names.len())));
        }
        JourneyEvent::CookieStored { name, scope, refused: None } => {
            page.text(&words.say(&phrase!("journey-cookie-stored", name = name, scope = scope)));
        }
        JourneyEvent::CookieStored { name, refused: Some(why), .. } => {
            page.warning(&words.say(&phrase!("journey-cookie-refused", name = name, why = why)));
        }
        JourneyEvent::Retrying { connection, error } => {
            page.warning(&words.say(&phrase!("journey-retrying", connection = connection.0.to_string(), error = error)));
        }
        JourneyEvent::Continuing { path, offset } => {
            page.text(&words.say(&match path {
                Some(path) => phrase!("journey-continuing-file", path = path, offset = *offset),
                None => phrase!("journey-continuing", offset = *offset),
            }));
        }
        JourneyEvent::LocalOpened { path, fd, size } => {
            page.blank();
            page.stage(
                None,
                &words.say(&phrase!("journey-local")),
                &words.say(&phrase!("journey-local-file", path = path)),
                None,
            );
            let size =
                size.map_or_else(|| phrase!("journey-local-no-size"), |bytes| phrase!("journey-local-size", bytes = bytes));
            page.call(&format!("openat(AT_FDCWD, {path:?}, O_RDONLY|O_NOCTTY|O_NONBLOCK|O_CLOEXEC) = {fd}"), &words.say(&size));
        }
        JourneyEvent::LocalRead { path, bytes, content_type } => {
            local(page, words, path.as_deref(), *bytes, content_type.as_deref());
        }
        JourneyEvent::Failed { stage, exit, what, tried, advice, .. } => {
            failed(page, words, *stage, *exit, what, tried, advice);
        }
        JourneyEvent::Began { .. }
        | JourneyEvent::FetchBegan { .. }
        | JourneyEvent::StageBegan { .. }
        | JourneyEvent::StageEnded { .. }
        | JourneyEvent::FetchEnded { .. }
        | JourneyEvent::Ended { .. } => {}
    }
}

fn skipped(page: &mut Page, words: &Words, stage: Stage, why: SkipWhy) {
    let headline = words.say(&match why {
        SkipWhy::NoNetwork => phrase!("journey-skip-no-network"),
        SkipWhy::NotHttps => phrase!("journey-skip-not-https"),
        SkipWhy::Kept { connection, fd } => {
            phrase!("journey-skip-kept", connection = connection.0.to_string(), fd = fd.to_string())
        }
        SkipWhy::NotHtml => phrase!("journey-skip-not-html"),
        SkipWhy::NotAsked => phrase!("journey-skip-not-asked"),
    });
    page.blank();
    page.stage(Some(stage.number()), &stage_name(words, stage), &headline, None);
}

fn redirected(
    page: &mut Page,
    words: &Words,
    status: u16,
    location: &Octets,
    to: Option<&str>,
    method: &str,
    not_followed: Option<NotFollowed>,
) {
    page.blank();
    let to = to.map_or_else(|| visible_bytes(&location.0), str::to_owned);
    page.stage(None, &words.say(&phrase!("journey-redirect")), &format!("{status} → {to}"), None);
    page.text(&words.say(&match not_followed {
        None => phrase!("journey-redirect-followed", method = method),
        Some(NotFollowed::NotAsked) => phrase!("journey-redirect-not-asked"),
        Some(NotFollowed::TooMany) => phrase!("journey-redirect-too-many"),
        Some(NotFollowed::Scheme) => phrase!("journey-redirect-not-http"),
        Some(NotFollowed::BadLocation) => phrase!("journey-redirect-bad-location"),
    }));
}

fn local(page: &mut Page, words: &Words, path: Option<&str>, bytes: u64, content_type: Option<&str>) {
    if path.is_some() {
        page.text(&words.say(&phrase!("journey-local-read", bytes = bytes)));
        return;
    }
    page.blank();
    let headline = phrase!("journey-local-data", bytes = bytes, type = content_type.unwrap_or("text/plain"));
    page.stage(None, &words.say(&phrase!("journey-local")), &words.say(&headline), None);
}

fn failed(page: &mut Page, words: &Words, stage: Option<Stage>, exit: u8, what: &Phrase, tried: &[Phrase], advice: &Advice) {
    page.blank();
    let name = stage.map_or_else(
        || words.say(&phrase!("journey-failed")),
        |s| words.say(&phrase!("journey-failed-in", stage = stage_name(words, s))),
    );
    page.stage(None, &words.say(&phrase!("journey-failure")), &name, None);
    for one in tried {
        page.fact(&words.say(&phrase!("journey-failed-tried")), &words.say(one), "");
    }
    if let Some(cause) = &advice.cause {
        page.fact(&words.say(&phrase!("journey-failed-cause")), &words.say(cause), "");
    }
    if let Some(hint) = &advice.hint {
        page.fact(&words.say(&phrase!("journey-failed-hint")), &words.say(hint), "");
    }
    let _ = (exit, what);
}
