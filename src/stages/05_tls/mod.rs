//! Stage 5 of 7, `tls`: what https adds between connect and write.
//! In: [`Connection`], [`Target`]. Out: [`Connection`]. Blocks: yes. Fails with: [`TlsError`] (exit 28, 35, 58, 60, 77).
//! Tells: `Handshaking` → (`Sent` | `Received`)* → `Certificate`* → `Verified` | `Unchecked` | `Rejected` → `Secured` → `Held`?,
//! later `Tickets`, `Alert`, `CloseNotify`.
//! Spec: RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2), RFC 6066 §3 (SNI), RFC 9525 (names), RFC 5280 (chain).
//! Alone: `examples/tls.rs`.
//!
//! rustls with `ring`, named explicitly. Offered groups are X25519, P-256 and P-384; X25519MLKEM768, which browsers send too, is
//! not among what `ring` can do, and aws-lc-rs, which can, costs more at start-up than the rest of a fetch.

mod certificate;
mod config;
mod error;
mod event;
mod record;
mod session;
mod trust;
mod verify;

use std::sync::{Arc, Mutex, OnceLock};

use rustls::ClientConfig;
use rustls::pki_types::{DnsName, ServerName};

use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::stages::connect::Connection;
use crate::stages::url::{Origin, Target};

pub use certificate::CertificateFacts;
pub use error::{Fault, TlsError};
pub use event::{Direction, Record, TlsEvent, TrustSource};

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
    plain: OnceLock<Arc<ClientConfig>>,
    with_certificate: OnceLock<Arc<ClientConfig>>,
    trust: OnceLock<Arc<verify::Verifier>>,
    admitted: Mutex<Vec<Origin>>,
}

/// The other end of a session.
#[derive(Debug, Clone)]
pub struct Server {
    /// As a person names it.
    pub host: String,
    /// Protocols offered by ALPN, best first.
    pub alpn: Vec<Vec<u8>>,
    /// May it be shown the client's certificate (`--cert`)?
    pub certificate: bool,
}

impl Tls {
    /// Reads nothing yet.
    pub fn new(plan: TlsPlan) -> Self {
        Self {
            plan,
            plain: OnceLock::new(),
            with_certificate: OnceLock::new(),
            trust: OnceLock::new(),
            admitted: Mutex::new(Vec::new()),
        }
    }

    /// This origin may be shown the client's certificate: the command line names it. Others, reached by redirects or images, may not.
    pub fn admit(&self, origin: &Origin) {
        if self.plan.cert.is_some() {
            self.admitted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(origin.clone());
        }
    }

    /// Performs the handshake with `target`'s host on `plain`, for HTTP/1.1.
    pub fn secure(
        &self,
        plain: Connection,
        target: &Target,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Result<Connection, TlsError> {
        let host = target.url().host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let admitted = self.admitted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let certificate = target.origin().is_some_and(|origin| admitted.contains(&origin));
        drop(admitted);
        self.secure_for(plain, &Server { host, alpn: vec![b"http/1.1".to_vec()], certificate }, by, out)
    }

    /// Performs the handshake with any server (DNS over TLS too). A failure closes the connection.
    pub fn secure_for(
        &self,
        plain: Connection,
        server: &Server,
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Result<Connection, TlsError> {
        match self.prepare(server, out) {
            Ok((config, name)) => session::shake(plain, server, config, name, self.plan.insecure, by, out),
            Err(error) => {
                let _ = plain.transport.close(out);
                Err(error)
            }
        }
    }

    fn prepare(&self, server: &Server, out: Emitter<'_>) -> Result<(Arc<ClientConfig>, ServerName<'static>), TlsError> {
        let trust = match self.trust.get() {
            Some(trust) => Arc::clone(trust),
            None => {
                let made = Arc::new(verify::Verifier::new(trust::Roots::open(&self.plan)?, self.plan.insecure, out.heard()));
                Arc::clone(self.trust.get_or_init(|| made))
            }
        };
        let slot = if server.certificate { &self.with_certificate } else { &self.plain };
        let config = match slot.get() {
            Some(config) => Arc::clone(config),
            None => {
                let made = Arc::new(config::make(&self.plan, trust, server.certificate, out)?);
                Arc::clone(slot.get_or_init(|| made))
            }
        };
        Ok((config, server_name(&server.host)?))
    }
}

/// A host as rustls wants it. The dot at the end of an absolute name is not part of what certificates hold (RFC 6066 §3).
fn server_name(host: &str) -> Result<ServerName<'static>, TlsError> {
    if let Ok(address) = host.parse::<std::net::IpAddr>() {
        return Ok(ServerName::from(address));
    }
    let bare = host.strip_suffix('.').unwrap_or(host);
    DnsName::try_from(bare.to_owned()).map(ServerName::from).map_err(|_| TlsError::Name { host: host.to_owned() })
}
