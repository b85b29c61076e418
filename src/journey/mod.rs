//! The order of the stages, and what spans them: redirects, kept connections, retries, output.

use serde::Serialize;

use crate::event::Micros;
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::stages::Stage;
use crate::words::Phrase;

/// What spans stages.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum JourneyEvent {
    /// The first entry of every stream.
    Began {
        /// [`crate::event::SCHEMA_VERSION`].
        schema_version: u32,
        /// jaunt's version.
        version: &'static str,
        /// Wall clock at the start, ms since 1970.
        unix_ms: u64,
    },
    /// A stage begins for this fetch.
    StageBegan {
        /// Which.
        #[serde(rename = "of")]
        stage: Stage,
    },
    /// The stage is over, well or not.
    StageEnded {
        /// Which.
        #[serde(rename = "of")]
        stage: Stage,
        /// How long it took.
        took_us: Micros,
    },
    /// The journey failed.
    Failed {
        /// In which stage.
        #[serde(rename = "in")]
        stage: Option<Stage>,
        /// The process's exit code for it.
        exit: u8,
        /// In English.
        message: String,
        /// The same as catalogue id and operands.
        what: Phrase,
        /// Everything that was tried.
        tried: Vec<Phrase>,
        /// Cause and hint.
        advice: Advice,
    },
}

/// What goes wrong between stages.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum JourneyError {
    /// Ctrl-C.
    Interrupted,
}

impl JourneyError {
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
