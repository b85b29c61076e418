//! Stage 7 of 7, `images`: the pictures that a page asks for, each one request of its own.
//! In: the page's bytes as they arrive. Out: references; then their fetches, on lanes. Blocks: yes (the lanes).
//! Fails with: [`ImagesError`]; a failing image fails only itself.
//! Tells: `Found`* → `Skipped`* → `Fetched`*.
//! Spec: WHATWG HTML (images, `srcset`, `base`), CSS Values 4 (`url()`).
//! Alone: `examples/images.rs`.

mod event;
mod landing;
mod lanes;
mod names;
mod one;
pub mod pixels;
mod queue;
mod save;
pub mod scan;
pub mod shelf;
mod stage;
mod visit;

use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::words::Phrase;

pub use event::{Fetched, ImagesEvent, NotSaved};
#[cfg(feature = "cli")]
pub(crate) use one::why_not_saved;
pub use stage::{ImagesStage, Summary, alongside};
pub use visit::{ImageJob, Visit, Visited};

/// What the command line decides about images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagesPlan {
    /// `--save-images DIR`
    pub save: Option<std::path::PathBuf>,
    /// `--clobber`: files of the same name are replaced.
    pub clobber: bool,
    /// `--parallel-max`: connections in all.
    pub lanes: usize,
    /// `--sequential`: one request at a time, in document order.
    pub sequential: bool,
    /// `--viewport WxH[@DPR]`: CSS pixels, and device pixels per CSS pixel in thousandths.
    pub viewport: (u32, u32, u32),
    /// `--frames`: iframes are entered.
    pub frames: bool,
    /// `-L`: a page that leads on at once (`<meta http-equiv=refresh>`) is followed.
    pub follow: bool,
    /// Most references of a page that are looked at.
    pub most: usize,
    /// `--preview`: where copies of the pictures go, for whoever holds the other end.
    pub preview: Option<shelf::Shelf>,
}

impl Default for ImagesPlan {
    fn default() -> Self {
        Self {
            save: None,
            clobber: false,
            lanes: 32,
            sequential: false,
            viewport: (1280, 720, 1000),
            frames: false,
            follow: false,
            most: 100_000,
            preview: None,
        }
    }
}

/// Why the images stage failed, or one image where that makes the run fail.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum ImagesError {
    /// Ctrl-C.
    Interrupted,
    /// An image's status, with `-f` or `--save-images`.
    Status {
        /// 400 or above.
        status: u16,
        /// What answered, credentials masked.
        url: String,
    },
    /// What came is no picture, with `--save-images`.
    NoPicture {
        /// What it is instead.
        why: Phrase,
        /// What answered, credentials masked.
        url: String,
    },
    /// A file could not be written.
    Save {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

impl ImagesError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted => Exit::Interrupted,
            Self::Status { .. } => Exit::HttpReturnedError,
            Self::NoPicture { .. } => Exit::WeirdServerReply,
            Self::Save { .. } => Exit::WriteError,
        }
    }
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Interrupted => phrase!("journey-interrupted"),
            Self::Status { status, url } => phrase!("images-error-status", status = status.to_string(), url = url),
            Self::NoPicture { why, url } => phrase!("images-error-no-picture", why = why.clone(), url = url),
            Self::Save { path, error } => phrase!("images-error-save", path = path, error = crate::exit::os_words(error)),
        }
    }
    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::Interrupted => Advice::default(),
            Self::Status { .. } => Advice::hint(phrase!("images-error-status-hint")),
            Self::NoPicture { .. } => Advice::hint(phrase!("images-error-no-picture-hint")),
            Self::Save { .. } => Advice::hint(phrase!("images-error-save-hint")),
        }
    }
}
