//! Whether an answer redirects, where to, and with which method: a pure decision.
//!
//! Spec: RFC 9110 §15.4 (3xx), §10.2.2 (Location). Methods change as in curl, which does what browsers do:
//! after 301, 302 and 303 a body is left behind, and with it the POST, unless `--post30x` says otherwise; a method that `-X`
//! names stays for every request, which is a trap, and curl's; 307 and 308 keep method and body.

use crate::journey::NotFollowed;
use crate::plan::Redirects;
use crate::stages::response::Head;
use crate::stages::url::{Access, Target, UrlError};

/// A redirect that an answer asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redirect {
    /// Where to.
    pub(crate) to: Target,
    /// Does the next request leave the body behind? Then it is a GET, unless `-X` names a method, which stays for all.
    pub(crate) drops_body: bool,
}

/// The redirect in `head`, the answer to a request for `from`, with a body or without; `None` where there is none.
/// 300, 304, 305 and 306 are no redirects, nor is one without Location.
pub(crate) fn wanted(from: &Target, has_body: bool, head: &Head, rules: &Redirects) -> Option<Result<Redirect, UrlError>> {
    if !matches!(head.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = head.field("location")?;
    if location.is_empty() {
        return None;
    }
    let drops_body = has_body && matches!(head.status, 301..=303) && !rules.keep_post[usize::from(head.status - 301)];
    Some(from.resolve(location).map(|to| Redirect { to, drops_body }))
}

/// May it be followed, after `followed` others?
pub(crate) fn refused(redirect: &Redirect, followed: u32, rules: &Redirects) -> Option<NotFollowed> {
    if !rules.follow {
        return Some(NotFollowed::NotAsked);
    }
    if !matches!(redirect.to.access(), Access::Http | Access::Https) {
        return Some(NotFollowed::Scheme);
    }
    (rules.max.is_some_and(|max| followed >= max)).then_some(NotFollowed::TooMany)
}
