//! What goes wrong between stages.

use crate::exit::{Advice, Exit};
use crate::journey::local::LocalError;
use crate::phrase;
use crate::words::Phrase;

/// What goes wrong between stages.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum JourneyError {
    /// Ctrl-C.
    Interrupted,
    /// `--max-redirs` was reached.
    TooManyRedirects {
        /// The limit.
        max: u32,
        /// The URL that would have been next, credentials masked.
        next: String,
    },
    /// A redirect to something that is not fetched over the network.
    RedirectScheme {
        /// The URL, credentials masked.
        to: String,
    },
    /// A page's policy forbids where one of its resources is redirected to.
    RedirectForbidden {
        /// The URL, credentials masked.
        to: String,
        /// Which rule.
        why: Phrase,
    },
    /// `-f` and a status of 400 or above.
    HttpStatus {
        /// The status.
        status: u16,
        /// The URL, credentials masked.
        url: String,
    },
    /// `file:` or `data:` could not be read.
    Local(LocalError),
}

impl JourneyError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted => Exit::Interrupted,
            Self::TooManyRedirects { .. } => Exit::TooManyRedirects,
            Self::RedirectScheme { .. } => Exit::UnsupportedProtocol,
            Self::RedirectForbidden { .. } => Exit::RemoteAccessDenied,
            Self::HttpStatus { .. } => Exit::HttpReturnedError,
            Self::Local(e) => e.exit(),
        }
    }

    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Interrupted => phrase!("journey-interrupted"),
            Self::TooManyRedirects { max, next } => phrase!("journey-too-many-redirects", max = *max, next = next),
            Self::RedirectScheme { to } => phrase!("journey-redirect-scheme", to = to),
            Self::RedirectForbidden { to, why } => phrase!("journey-redirect-forbidden", to = to, why = why.clone()),
            Self::HttpStatus { status, url } => phrase!("journey-http-status", status = status.to_string(), url = url),
            Self::Local(e) => e.phrase(),
        }
    }

    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::TooManyRedirects { .. } => {
                Advice::new(phrase!("journey-too-many-redirects-cause"), phrase!("journey-too-many-redirects-hint"))
            }
            Self::RedirectScheme { .. } => Advice::hint(phrase!("journey-redirect-scheme-hint")),
            Self::HttpStatus { .. } => Advice::hint(phrase!("journey-http-status-hint")),
            Self::Local(e) => e.advice(),
            Self::Interrupted | Self::RedirectForbidden { .. } => Advice::default(),
        }
    }
}
