//! Stage 1 of 7, `url`: from what a person typed to what is to be fetched, and how.
//! In: text. Out: [`Target`]. Blocks: no. Fails with: [`UrlError`] (exit 1, 3, 6, 23).
//! Tells: `Decoded`, or `Resolved` for a reference (a redirect); after a failure the journey tells `Failed`.
//! Spec: WHATWG URL (the `url` crate), RFC 3986 for what other tools would read. Like curl: `host/path` and `host:8080` are http.
//! Not done here: fetching `file:` and `data:`, see `journey::local`.
//! Alone: `examples/url.rs`.
//!
//! ```text
//!  typed text ──► control characters? ──► scheme typed? ──► ::url::Url ──► Target
//!                     refused              no: http://         │
//!                                                              └─ split (byte ranges) ─► compare ─► Decoded
//! ```
//!
//! ```
//! use jaunt::{clock::Still, event::{Detail, FetchId, Hub}, secret::Secrets, stages::url};
//!
//! let clock = Still;
//! let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![]);
//! let target = url::decode("WWW.Lab.example:80/a/../b?q#top", hub.emitter(FetchId(0))).unwrap();
//! assert_eq!(target.url().as_str(), "http://www.lab.example/b?q#top");
//! assert_eq!(target.authority(), "www.lab.example");
//! assert_eq!(target.request_target(), "/b?q");
//! ```

mod compare;
mod error;
mod split;
mod target;
mod told;

use std::cell::RefCell;

use ::url::{SyntaxViolation, Url};

use crate::event::Emitter;

pub use error::{RedirectFault, UrlError};
pub use target::{Access, Origin, Target};
pub use told::{
    Change, ChangeKind, Decoded, Defaulted, FileName, HostKind, HostPart, Part, PortPart, Span, UrlEvent, UrlPart, Violation,
    Warning,
};

/// Decodes what a person typed, as a browser's address line would, and tells every liberty that this takes.
///
/// Text without a scheme is http, as in curl. Control characters are refused, never dropped.
pub fn decode(text: &str, out: Emitter<'_>) -> Result<Target, UrlError> {
    let text = checked(text)?;
    let typed = split::split(text);
    let parseable = typed.parseable(text);
    let seen = RefCell::new(Vec::new());
    let note = |v| violation(&mut seen.borrow_mut(), v);
    let parsed = if out.heard() {
        Url::options().syntax_violation_callback(Some(&note)).parse(&parseable)
    } else {
        Url::parse(&parseable)
    };
    let url = parsed.map_err(|e| error::explain(e, text, &typed))?;
    out.emit(|| UrlEvent::Decoded(Box::new(compare::compare(text, &typed, &url, seen.take(), out.secrets()))));
    Target::of(url)
}

/// Follows `reference` (the value of Location, `src`, …) from `base`: [`Target::resolve`], told.
pub fn follow(base: &Target, reference: &[u8], out: Emitter<'_>) -> Result<Target, UrlError> {
    let joined = target::join(base.url(), reference)?;
    out.emit(|| {
        let secrets = out.secrets();
        let text = joined.url.as_str();
        UrlEvent::Resolved {
            base: secrets.url(base.url()),
            reference: secrets.text(&String::from_utf8_lossy(reference)),
            repaired: joined.repaired,
            fragment_inherited: joined.fragment_inherited,
            decoded: Box::new(compare::compare(text, &split::split(text), &joined.url, Vec::new(), secrets)),
        }
    });
    target::reached(joined.url)
}

/// Refuses what must never become part of a message, and nothing at all.
fn checked(text: &str) -> Result<&str, UrlError> {
    // Unlike the WHATWG standard, which strips tabs and line ends: what was typed and what is sent must not differ unseen.
    if let Some(at) = text.bytes().position(|b| b.is_ascii_control()) {
        return Err(UrlError::Control { byte: text.as_bytes()[at], position: at + 1 });
    }
    if text.bytes().all(|b| b == b' ') { Err(UrlError::Empty) } else { Ok(text) }
}

fn violation(seen: &mut Vec<Violation>, v: SyntaxViolation) {
    let name = told::violation_name(v);
    match seen.iter_mut().find(|known| known.name == name) {
        Some(known) => known.times += 1,
        None => seen.push(Violation { name, times: 1 }),
    }
}

#[cfg(test)]
mod tests;
