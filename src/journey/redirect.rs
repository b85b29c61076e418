//! Whether an answer redirects, where to, and with which method: a pure decision.
//!
//! Spec: RFC 9110 §15.4 (3xx), §10.2.2 (Location). Methods change as in curl, which does what browsers do:
//! 301, 302 and 303 turn a POST into a GET unless `--post30x` says otherwise; 303 turns everything but HEAD into a GET;
//! 307 and 308 keep method and body.

use crate::journey::NotFollowed;
use crate::plan::Redirects;
use crate::stages::response::Head;
use crate::stages::url::{Access, Target, UrlError};

/// A redirect that an answer asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Where to.
    pub to: Target,
    /// Does the next request become a GET without a body?
    pub becomes_get: bool,
}

/// The redirect in `head`, the answer to a `method` request for `from`; `None` where there is none.
/// 300, 304, 305 and 306 are no redirects, nor is one without Location.
pub fn wanted(from: &Target, method: &str, head: &Head, rules: &Redirects) -> Option<Result<Redirect, UrlError>> {
    if !matches!(head.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = head.field("location")?;
    if location.is_empty() {
        return None;
    }
    let becomes_get = match head.status {
        301..=303 if method == "POST" => !rules.keep_post[usize::from(head.status - 301)],
        303 => method != "GET" && method != "HEAD",
        _ => false,
    };
    Some(from.resolve(location).map(|to| Redirect { to, becomes_get }))
}

/// May it be followed, after `followed` others?
pub fn refused(redirect: &Redirect, followed: u32, rules: &Redirects) -> Option<NotFollowed> {
    if !rules.follow {
        return Some(NotFollowed::NotAsked);
    }
    if !matches!(redirect.to.access(), Access::Http | Access::Https) {
        return Some(NotFollowed::Scheme);
    }
    (rules.max.is_some_and(|max| followed >= max)).then_some(NotFollowed::TooMany)
}
