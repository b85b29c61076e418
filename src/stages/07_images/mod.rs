//! Stage 7 of 7, `images`: the pictures that a page asks for, each one request of its own.
//! In: the page's bytes as they arrive. Out: references; then their fetches, on lanes. Blocks: yes (the lanes).
//! Fails with: [`ImagesError`]; a failing image fails only itself.
//! Tells: `Found`* → `Skipped`* → `Fetched`*.
//! Spec: WHATWG HTML (images, `srcset`, `base`), CSS Values 4 (`url()`).

pub mod scan;

use serde::Serialize;

use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::words::Phrase;

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
    /// Most references of a page that are looked at.
    pub most: usize,
    /// `--preview`
    pub preview: bool,
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
            most: 100_000,
            preview: false,
        }
    }
}

/// Why the images stage failed as a whole.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum ImagesError {
    /// Ctrl-C.
    Interrupted,
}

impl ImagesError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted => Exit::Interrupted,
        }
    }
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Interrupted => phrase!("journey-interrupted"),
        }
    }
    pub(crate) fn advice(&self) -> Advice {
        Advice::default()
    }
}

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum ImagesEvent {
    /// A reference was found.
    Found {
        /// Absolute.
        url: String,
    },
}
