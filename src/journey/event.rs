//! What the journey itself tells: beginnings and ends, and what happens between stages.

use serde::Serialize;

use crate::event::{Micros, Octets};
use crate::exit::Advice;
use crate::stages::Stage;
use crate::stages::connect::ConnectionId;
use crate::words::Phrase;

/// What spans stages.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum JourneyEvent {
    /// The first entry of every stream.
    Began {
        /// Version of this format, [`crate::event::SCHEMA_VERSION`] in the source.
        schema_version: u32,
        /// jaunt's version.
        version: &'static str,
        /// Wall clock at the start, ms since 1970-01-01T00:00:00Z.
        unix_ms: u64,
        /// The process, as strace and ps number it.
        pid: u32,
    },
    /// The first entry of a fetch.
    FetchBegan {
        /// What for.
        purpose: Purpose,
        /// As typed or found, credentials masked.
        url: String,
    },
    /// A stage begins.
    StageBegan {
        /// Which.
        #[serde(rename = "of")]
        stage: Stage,
    },
    /// A stage is over, well or not.
    StageEnded {
        /// Which.
        #[serde(rename = "of")]
        stage: Stage,
        /// How long it took.
        took_us: Micros,
        /// Did it do what it is for?
        ok: bool,
    },
    /// A stage has nothing to do.
    StageSkipped {
        /// Which.
        #[serde(rename = "of")]
        stage: Stage,
        /// Why.
        why: SkipWhy,
    },
    /// Credentials stay behind, because the next request goes to another origin.
    Withheld {
        /// The options or fields that held them.
        what: Vec<String>,
        /// The origin that they were given for.
        given_for: String,
        /// The origin that does not get them.
        origin: String,
    },
    /// Cookies that the jar adds to the request.
    CookiesSent {
        /// Their names; values are secret.
        names: Vec<String>,
    },
    /// Cookies that the answer set and the jar keeps or refuses.
    CookieStored {
        /// Its name.
        name: String,
        /// Its domain and path.
        scope: String,
        /// Why it was refused.
        refused: Option<String>,
    },
    /// An answer redirects.
    Redirected {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// The Location field, credentials masked.
        location: Octets,
        /// The absolute URL, credentials masked; none when Location cannot be read.
        to: Option<String>,
        /// The next request's method.
        method: String,
        /// Why it is not followed; none when it is.
        not_followed: Option<NotFollowed>,
    },
    /// A kept connection turned out to be closed before any byte of an answer; the request is sent again on a new one.
    Retrying {
        /// Which one was closed.
        connection: ConnectionId,
        /// What was seen.
        error: String,
    },
    /// `-C`: the content is asked for from a later byte on.
    Continuing {
        /// The file that holds what is before it, and to which the rest will be added; none where there is no such file.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// The first byte that is asked for, from 0.
        offset: u64,
    },
    /// A `file:` URL's file is open.
    LocalOpened {
        /// Its path.
        path: String,
        /// The descriptor.
        fd: i32,
        /// Its size in bytes; none for FIFOs and devices.
        size: Option<u64>,
    },
    /// `file:` or `data:` was read; no network was used.
    LocalRead {
        /// The path; none for `data:`.
        path: Option<String>,
        /// Bytes read.
        bytes: u64,
        /// The media type that the URL names, for `data:`.
        content_type: Option<String>,
    },
    /// The fetch failed.
    Failed {
        /// In which stage; none for what lies between stages.
        #[serde(rename = "in")]
        stage: Option<Stage>,
        /// The process's exit code for it, curl's number.
        exit: u8,
        /// In English.
        message: String,
        /// The same as catalogue id and operands.
        what: Phrase,
        /// Everything that was tried, one sentence each.
        tried: Vec<Phrase>,
        /// Likeliest cause and one thing to try.
        advice: Advice,
    },
    /// The last entry of a fetch, except for the closing of kept connections.
    FetchEnded {
        /// 0 when it went well.
        exit: u8,
        /// How long it took.
        took_us: Micros,
    },
    /// The last entry of every stream.
    Ended {
        /// The process's exit code.
        exit: u8,
    },
}

/// What a fetch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A URL of the command line.
    Page,
    /// A picture of a page.
    Image,
    /// A style sheet of a page, fetched for the pictures in it.
    StyleSheet,
    /// A frame of a page (`--frames`).
    Frame,
    /// The page that a page leads on to (`-L`).
    NextPage,
}

/// Why a stage has nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipWhy {
    /// `file:` and `data:` need no network.
    NoNetwork,
    /// The scheme is http.
    NotHttps,
    /// A kept connection to this origin is used.
    Kept {
        /// Which.
        connection: ConnectionId,
        /// Its descriptor.
        fd: i32,
    },
    /// The answer is no HTML page.
    NotHtml,
    /// `--no-images`, or a fetch that is only about the body.
    NotAsked,
}

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotFollowed {
    /// `-L` was not given.
    NotAsked,
    /// `--max-redirs` were followed already.
    TooMany,
    /// Neither http nor https (RFC 9110 §10.2.2 leaves it to the client; a server must not choose a local file).
    Scheme,
    /// Location cannot be read as a URL.
    BadLocation,
}
