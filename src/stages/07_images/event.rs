//! What the images stage tells. All of it belongs to the page's fetch; the stages of an image's own journey are told under
//! that image's fetch.

use serde::Serialize;

use crate::event::{FetchId, Micros};
use crate::journey::Purpose;
use crate::stages::connect::ConnectionId;
use crate::stages::response::Field;
use crate::words::Phrase;

use super::pixels::Format;
use super::scan::Reference;

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum ImagesEvent {
    /// The page is looked through for references from here on.
    Scanning {
        /// The page, credentials masked.
        page: String,
    },
    /// A reference was found that is fetched.
    Found {
        /// As which fetch.
        image: FetchId,
        /// `#1`, `#2` … in the order in which they were found.
        number: u32,
        /// What was found, where, and why this candidate.
        #[serde(flatten)]
        reference: Box<Reference>,
    },
    /// A reference was found that is not fetched.
    Skipped {
        /// What was found, where, and why it is not fetched.
        #[serde(flatten)]
        reference: Box<Reference>,
    },
    /// A lane takes a fetch.
    Fetching {
        /// Which.
        image: FetchId,
        /// Its number.
        number: u32,
    },
    /// No descriptor was left for a fetch; it waits until another one has ended.
    Postponed {
        /// Which.
        image: FetchId,
        /// Its number.
        number: u32,
    },
    /// An answer came, whole.
    Fetched(Box<Fetched>),
    /// A fetch brought no whole answer.
    Failed {
        /// Which.
        image: FetchId,
        /// Its number.
        number: u32,
        /// What it was for.
        purpose: Purpose,
        /// What was asked for, credentials masked.
        url: String,
        /// The number that this failure would end the process with.
        exit: u8,
        /// In English.
        message: String,
        /// The same as catalogue id and operands.
        what: Phrase,
        /// Since the lane took it.
        took_us: Micros,
    },
    /// The page holds more references than are looked at.
    Cut {
        /// So many are.
        most: usize,
        /// So many were passed over.
        cut: u64,
    },
    /// The page's style sheets were too much work: pictures of elements that had not had their turn are not known.
    StylesGivenUp {
        /// So many elements, attributes, rules and values were looked at.
        steps: u64,
    },
    /// `index.json` was written: `--save-images`.
    Indexed {
        /// Where.
        path: String,
        /// Files that it names.
        files: usize,
    },
    /// `index.json` could not be written.
    NotIndexed {
        /// Where.
        path: String,
        /// Why.
        error: Phrase,
    },
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fetched {
    /// Which fetch.
    pub image: FetchId,
    /// Its number.
    pub number: u32,
    /// What it was for.
    pub purpose: Purpose,
    /// What answered, after redirects, credentials masked.
    pub url: String,
    /// Redirects followed.
    pub redirects: u32,
    /// Of the final answer.
    pub status: u16,
    /// The Content-Type field, as received.
    pub content_type: Option<String>,
    /// What the first bytes say, where they are those of a picture.
    pub format: Option<Format>,
    /// In pixels, where the first bytes tell.
    pub width: Option<u32>,
    /// See `width`.
    pub height: Option<u32>,
    /// Of the content, decoded.
    pub bytes: u64,
    /// The connection of the last exchange.
    pub connection: ConnectionId,
    /// Its descriptor.
    pub fd: i32,
    /// Had it carried an exchange before?
    pub reused: bool,
    /// Since the lane took it.
    pub took_us: Micros,
    /// The file in the folder, `--save-images`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Why there is no file, `--save-images`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_saved: Option<NotSaved>,
    /// The final answer's fields, secrets masked; only with `-v`. (In JSON they are in the fetch's own `head` event.)
    #[serde(skip)]
    pub fields: Vec<Field>,
}

/// Why an answer is not kept as an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSaved {
    /// Its status says that it is not what was asked for.
    Status,
    /// Neither its bytes nor its Content-Type are a picture's.
    NoPicture,
    /// It has no content.
    Empty,
}
