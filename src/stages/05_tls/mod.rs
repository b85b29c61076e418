//! Stage 5 of 7, `tls`: what https adds between connect and write.
//! In: [`Connection`], [`Target`]. Out: [`Connection`]. Blocks: yes. Fails with: [`TlsError`] (exit 28, 35, 58, 60, 77).
//! Tells: `Handshaking` → `Record`* → `Secured`.
//! Spec: RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2), RFC 6066 §3 (SNI), RFC 9525 (names), RFC 5280 (chain).
//! Alone: `examples/tls.rs`.

use serde::Serialize;

use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::stages::connect::Connection;
use crate::stages::url::Target;
use crate::words::Phrase;

/// What the command line decides about TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsPlan {
    /// `--cacert FILE`: trusted instead of the system's roots.
    pub cacert: Option<std::path::PathBuf>,
    /// `-k`: the certificate is shown, not checked.
    pub insecure: bool,
    /// `--cert FILE`
    pub cert: Option<std::path::PathBuf>,
    /// `--key FILE`
    pub key: Option<std::path::PathBuf>,
    /// Roots trusted besides the others, each one certificate as DER: that of `jaunt demo` is made at its start and is in no file.
    pub extra_roots: Vec<Vec<u8>>,
}

/// The TLS side of a run: made at the first https URL, shared by all its connections (session tickets too).
pub struct Tls {
    plan: TlsPlan,
}

impl Tls {
    /// Reads nothing yet.
    pub fn new(plan: TlsPlan) -> Self {
        Self { plan }
    }

    /// Performs the handshake on `plain`.
    pub fn secure(
        &self,
        plain: Connection,
        target: &Target,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Result<Connection, TlsError> {
        let _ = (&self.plan, plain, target, by, out);
        Err(TlsError::Interrupted)
    }
}

/// Why there is no secured connection.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum TlsError {
    /// Ctrl-C.
    Interrupted,
}

impl TlsError {
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
pub enum TlsEvent {
    /// The handshake begins.
    Handshaking {
        /// Server name sent in the ClientHello.
        sni: Option<String>,
    },
}
