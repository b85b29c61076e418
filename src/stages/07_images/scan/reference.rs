//! What a page refers to: one [`Reference`] for each place that names a picture, a style sheet or a frame, and what is to become of it.

use std::sync::Arc;

use ::url::Url;
use serde::Serialize;

use super::policy::Gate;
use crate::event::Octets;
use crate::phrase;
use crate::stages::response::Fields;
use crate::words::Phrase;

/// Where in the document: sorting references by it gives the order in which a reader of the page's source meets them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Order(pub u64);

/// A style sheet whose answer the scanner waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct SheetId(pub u32);

/// An `object` whose fallback content depends on how its fetch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ObjectId(pub u32);

/// An icon on whose answer it depends whether another is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct IconId(pub u32);

/// A frame that can be entered (`--frames`), or the page that a page leads on to (`-L`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct FrameId(pub u32);

/// One reference, fetched or skipped.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reference {
    /// Place in the document.
    pub order: Order,
    /// As the page spells it, at most [`Reference::TYPED`] bytes of it.
    pub typed: String,
    /// What it means: absolute, with the page's base, query encoding and upgrades applied; without fragment.
    /// None when it is not a URL, or not one that is fetched.
    #[serde(serialize_with = "as_text")]
    pub url: Option<Url>,
    /// What kind of place named it.
    pub source: Source,
    /// Which of several candidates it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Candidate>,
    /// What it is fetched as.
    pub kind: Kind,
    /// Whether it is fetched.
    pub verdict: Verdict,
}

impl Reference {
    /// Most bytes of `typed` that are kept.
    pub const TYPED: usize = 2048;

    /// Is it to be fetched?
    pub fn fetched(&self) -> bool {
        matches!(self.verdict, Verdict::Fetch { .. })
    }
}

fn as_text<S: serde::Serializer>(url: &Option<Url>, to: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(Url::as_str).serialize(to)
}

/// The place that named it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// `img src`
    ImgSrc,
    /// `img srcset`
    ImgSrcset,
    /// `picture` > `source srcset`
    PictureSource,
    /// `input type=image src`
    InputImage,
    /// `video poster`
    VideoPoster,
    /// `link rel=icon`
    Icon,
    /// `link rel=apple-touch-icon` (a desktop browser does not ask for it)
    AppleTouchIcon,
    /// `link rel=preload as=image`
    Preload,
    /// SVG `image` and `feImage`
    SvgImage,
    /// `object data`
    Object,
    /// `embed src`
    Embed,
    /// `background` of `body`, `table` and the parts of tables
    BackgroundAttribute,
    /// `style="…"`
    StyleAttribute,
    /// `<style>`
    StyleElement,
    /// a linked or imported style sheet
    LinkedSheet,
    /// `link rel=stylesheet` or `<?xml-stylesheet?>`: the sheet itself
    Stylesheet,
    /// `@import`: the sheet itself
    Import,
    /// a `Link:` field of the response
    LinkHeader,
    /// `iframe`, `frame`, and `object` or `embed` that hold a page
    Frame,
    /// `<meta http-equiv=refresh>` or the Refresh field: the page that this one leads on to
    Refresh,
}

/// Which of several candidates was taken, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// `2x`, `640w`; empty for one without a descriptor.
    pub descriptor: String,
    /// Candidates there were.
    pub of: usize,
    /// Its density: pixels of the picture per CSS pixel, in thousandths (saturating).
    pub density_milli: u32,
    /// The width that `sizes` gave, in CSS pixels; for `w` descriptors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sizes_px: Option<u32>,
    /// Why it was taken.
    pub why: Why,
}

/// Why a candidate was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// There was no other.
    Only,
    /// The smallest of those dense enough for the screen.
    DenseEnough,
    /// None is dense enough: the densest.
    Densest,
    /// An inline candidate costs no request.
    Inline,
}

/// What it is fetched as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "as", content = "id", rename_all = "snake_case")]
pub enum Kind {
    /// A picture.
    Image,
    /// A picture in an `object`: [`super::Scanner::object`] wants to know how it ended.
    Object(ObjectId),
    /// An icon that may not be the last: [`super::Scanner::icon`] wants to know what it holds.
    Icon(IconId),
    /// A style sheet: [`super::Scanner::sheet`] wants its answer.
    Sheet(SheetId),
    /// A page in the page: told, and with `--frames` fetched for [`super::Scanner::frame`].
    Frame(FrameId),
    /// The page that this one leads on to at once: told, and with `-L` fetched for [`super::Scanner::frame`].
    Page(FrameId),
}

/// Whether it is fetched.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Fetch {
        /// The `Referer` field; none is sent without.
        referer: Option<Arc<str>>,
        /// The `Origin` field, for those that ask with CORS (`crossorigin`).
        #[serde(skip_serializing_if = "Option::is_none")]
        origin: Option<String>,
        /// May cookies and credentials of that origin go along?
        #[serde(skip)]
        credentials: bool,
        /// What decides about its redirects.
        #[serde(skip)]
        gate: Arc<Gate>,
    },
    /// It is not.
    Skip {
        /// Why.
        #[serde(flatten)]
        reason: SkipReason,
    },
}

/// Why a reference is not fetched.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "reason", content = "what", rename_all = "snake_case")]
pub enum SkipReason {
    /// Asked for already.
    Repeated,
    /// `data:`; bytes of the URL.
    Inline(u64),
    /// Empty after white space is stripped.
    Empty,
    /// Not a URL.
    BadUrl,
    /// A scheme that is not fetched for pictures.
    Scheme(String),
    /// A port that browsers never connect to.
    BlockedPort(u16),
    /// User name or password in the URL: browsers refuse that in a page's parts.
    Credentials,
    /// Content-Security-Policy; the directive.
    Csp(String),
    /// Insecure content in a secure page.
    MixedContent,
    /// Its media query does not match; the query.
    Media(String),
    /// A type that cannot be shown; the type.
    Type(String),
    /// In a `template`.
    Template,
    /// Its element is not rendered.
    NotRendered,
    /// An alternative style sheet that is not in use; its title.
    Alternate(String),
    /// Another icon is better.
    OtherIcon,
    /// The sheet or the frame contains itself.
    Cycle,
    /// A frame, and frames are not entered.
    FrameNotEntered,
    /// The page leads on, and is not followed.
    NotFollowed,
    /// The page leads on, but not at once; seconds.
    Later(u32),
    /// The page holds more than are looked at.
    TooMany,
}

/// Most characters of what a page wrote that are shown.
const SHOWN: usize = 300;

impl SkipReason {
    /// In words.
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Repeated => phrase!("images-skip-repeated"),
            Self::Inline(bytes) => phrase!("images-skip-inline", bytes = *bytes),
            Self::Empty => phrase!("images-skip-empty"),
            Self::BadUrl => phrase!("images-skip-bad-url"),
            Self::Scheme(scheme) => phrase!("images-skip-scheme", scheme = cut(scheme)),
            Self::BlockedPort(port) => phrase!("images-skip-blocked-port", port = port.to_string()),
            Self::Credentials => phrase!("images-skip-credentials"),
            Self::Csp(directive) => phrase!("images-skip-csp", directive = cut(directive)),
            Self::MixedContent => phrase!("images-skip-mixed"),
            Self::Media(query) => phrase!("images-skip-media", query = cut(query)),
            Self::Type(kind) => phrase!("images-skip-type", type = cut(kind)),
            Self::Template => phrase!("images-skip-template"),
            Self::NotRendered => phrase!("images-skip-not-rendered"),
            Self::Alternate(title) => phrase!("images-skip-alternate", title = cut(title)),
            Self::OtherIcon => phrase!("images-skip-other-icon"),
            Self::Cycle => phrase!("images-skip-cycle"),
            Self::FrameNotEntered => phrase!("images-skip-frame"),
            Self::NotFollowed => phrase!("images-skip-not-followed"),
            Self::Later(seconds) => phrase!("images-skip-later", seconds = *seconds),
            Self::TooMany => phrase!("images-skip-too-many"),
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// The answer of a style sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetAnswer {
    /// After redirects.
    pub url: Url,
    /// Of the final answer.
    pub status: u16,
    /// Of the final answer.
    pub fields: Fields,
    /// Decoded.
    pub body: Octets,
}

/// The answer of a frame's page.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameAnswer {
    /// After redirects.
    pub url: Url,
    /// Of the final answer.
    pub status: u16,
    /// Of the final answer.
    pub fields: Fields,
    /// Decoded.
    pub body: Octets,
}

/// How the fetch of an `object` ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectAnswer {
    /// With something that is not shown, or not at all.
    Nothing,
    /// With a picture.
    Picture,
    /// With what may be a page ([`super::may_be_page`]).
    Page(FrameAnswer),
}
