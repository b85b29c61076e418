//! One image's own journey, as the images stage sees it: who makes it is the journey's business.

use std::sync::Arc;
use std::time::Duration;

use ::url::Url;

use crate::event::{Emitter, FetchId};
use crate::exit::Error;
use crate::journey::Purpose;
use crate::stages::connect::Identity;
use crate::stages::response::{BodySink, Fields, Response};
use crate::words::{Arg, Phrase};

use super::names::Name;
use super::scan::{Gate, Hop, Kind, Order};

/// A request that the page gives rise to.
#[derive(Debug, Clone)]
pub struct ImageJob {
    /// Its number among the fetches of the run; ascending in the order in which the references were found.
    pub fetch: FetchId,
    /// Where in the document it stands.
    pub order: Order,
    /// What it is for.
    pub purpose: Purpose,
    /// What to fetch: http or https, without fragment and without credentials.
    pub url: Url,
    /// The Referer field; none is sent without.
    pub referer: Option<Arc<str>>,
    /// The Origin field, for references that ask with CORS.
    pub origin: Option<String>,
    /// May cookies and credentials of that origin go along?
    pub credentials: bool,
    /// Decides about its redirects.
    pub gate: Arc<Gate>,
    pub(super) kind: Kind,
    pub(super) name: Option<Box<Name>>,
}

impl ImageJob {
    /// What the page's policies say of a redirect to `to`; `before` is the Referer that was sent, `fields` are the redirect's.
    pub fn redirected(&self, before: Option<&str>, to: &Url, fields: &Fields) -> Hop {
        self.gate.redirect(self.kind, before, to, fields)
    }
}

/// How an image's journey ended, when it brought a whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// After redirects.
    pub url: Url,
    /// Redirects followed.
    pub redirects: u32,
    /// The connection of the last exchange.
    pub connection: Identity,
    /// Had it carried an exchange before?
    pub reused: bool,
    /// The final answer; its content went to the sink.
    pub response: Response,
}

/// Goes from an image's URL to its answer: message, dns, connect, tls and response, over redirects, on kept connections where
/// there are any. Called on many threads at once.
///
/// A visit has two halves, so that one thread can send the next request while the answer to the last one is on its way.
pub trait Visit: Sync {
    /// A visit after its first half.
    type Begun: Send;

    /// Sends the request for `job`, telling its stages to `out`. A failure is told by [`Visit::end`].
    fn begin(&self, job: &ImageJob, out: Emitter<'_>) -> Self::Begun;

    /// Waits for the answer, but for at most `limit`: is there anything to be read, if only that there will be none?
    fn answered(&self, begun: &Self::Begun, limit: Duration) -> bool {
        let _ = (begun, limit);
        true
    }

    /// Fetches `job` as it was begun. The content of the final answer goes to `sink`; of answers that are passed over (redirects,
    /// a retry) nothing does.
    ///
    /// # Errors
    /// Whatever ended it; the images stage tells it as this image's failure.
    fn end(&self, job: &ImageJob, begun: Self::Begun, out: Emitter<'_>, sink: &mut dyn BodySink) -> Result<Visited, Error>;

    /// Gives descriptors back that are only kept for later (idle connections), because some fetch found none left.
    fn make_room(&self, out: Emitter<'_>);

    /// Nothing has come for a while, and nothing is left to be asked: connections that are only kept for later are let go of. A
    /// server that serves one connection at a time comes to the others only then.
    fn let_go(&self, out: Emitter<'_>) {
        let _ = out;
    }

    /// The user has pressed Ctrl-C: calls that block ([`Visit::end`] on other threads) are to end soon. May be called often.
    fn interrupt(&self) {}
}

/// Did it fail because this process (EMFILE) or the system (ENFILE) has no descriptor left?
pub(super) fn lacks_descriptors(error: &Error) -> bool {
    // Every error that comes from a system call says which errno, wherever in it that stands.
    names_it(&error.phrase()) || error.tried().iter().any(names_it)
}

fn names_it(phrase: &Phrase) -> bool {
    phrase.args.iter().any(|(_, arg)| match arg {
        Arg::Text(text) => text == "EMFILE" || text == "ENFILE",
        Arg::Phrase(inner) => names_it(inner),
        Arg::Count(_) => false,
    })
}
