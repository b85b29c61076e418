//! What rustls is told once a run: provider, versions, trust, the client's own certificate, the key log.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::event::Emitter;
use crate::phrase;
use crate::render::visible::visible;
use crate::words::Phrase;

use super::trust::pem_words;
use super::verify::Verifier;
use super::{TlsError, TlsEvent, TlsPlan};

/// Sessions that are kept for being resumed.
const SESSIONS: usize = 256;

/// TLS 1.2 and 1.3 with `ring`. With `certificate` the plan's client certificate is shown to servers that ask for one.
pub(super) fn make(
    plan: &TlsPlan,
    verifier: Arc<Verifier>,
    certificate: bool,
    out: Emitter<'_>,
) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|e| TlsError::protocol("", &e))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match &plan.cert {
        Some(path) if certificate => {
            let (chain, key) = own(path, plan.key.as_deref())?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|e| bad(path, phrase!("tls-file-unusable", words = visible(&e.to_string()).into_owned())))?
        }
        _ => builder.with_no_client_auth(),
    };
    config.resumption = rustls::client::Resumption::in_memory_sessions(SESSIONS);
    if let Some(path) = std::env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty()) {
        config.key_log = Arc::new(rustls::KeyLogFile::new());
        out.emit(|| TlsEvent::KeyLog { path: Path::new(&path).display().to_string() });
    }
    Ok(config)
}

/// The client's certificate with its chain, and its key: from `--key`, else from the same file.
fn own(cert: &Path, key: Option<&Path>) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let text = load(cert)?;
    let chain = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>().map_err(|e| bad(cert, pem_words(&e)))?;
    if chain.is_empty() {
        return Err(bad(cert, phrase!("tls-file-no-certificate")));
    }
    let (path, text) = match key {
        Some(path) => (path, load(path)?),
        None => (cert, text),
    };
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(|e| {
        let has = |mark: &str| text.windows(mark.len()).any(|w| w == mark.as_bytes());
        if has("ENCRYPTED") {
            bad(path, phrase!("tls-file-encrypted-key"))
        } else if has("PRIVATE KEY") {
            bad(path, pem_words(&e))
        } else {
            bad(path, phrase!("tls-file-no-key"))
        }
    })?;
    Ok((chain, key))
}

fn load(path: &Path) -> Result<Vec<u8>, TlsError> {
    super::trust::read_file(path).map_err(|e| bad(path, crate::exit::os_words(&e)))
}

fn bad(path: &Path, reason: Phrase) -> TlsError {
    TlsError::OwnCertificate { path: path.display().to_string(), reason }
}
