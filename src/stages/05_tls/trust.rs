//! Whom jaunt trusts: `--cacert`, else the system's roots, and those of the plan.
//!
//! A system has some 145 roots and a chain needs one: the file is read when a certificate must be checked, and only the roots
//! whose subject is the issuer of a certificate in the chain are looked at.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};

use crate::exit::os_words;
use crate::phrase;
use crate::words::Phrase;

use super::event::TrustSource;
use super::{TlsError, TlsPlan};

/// The files in which systems keep their roots as one bundle.
const BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// Systems' bundles have some 200 KB.
const MOST_BYTES: u64 = 8 << 20;

/// Roots by where they are from.
#[derive(Debug)]
pub(super) struct Roots {
    built_in: Vec<CertificateDer<'static>>,
    /// `--cacert`, read at once: a file that cannot be read is an error before any handshake.
    file: Option<(String, Vec<CertificateDer<'static>>)>,
    bundle: OnceLock<Store>,
    whole: OnceLock<Store>,
}

#[derive(Debug, Default)]
struct Store {
    from: String,
    roots: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// Reads `--cacert`, nothing else.
    pub(super) fn open(plan: &TlsPlan) -> Result<Self, TlsError> {
        // With -k nothing is checked, and as in curl the file is not even looked at.
        let file = match &plan.cacert {
            Some(path) if !plan.insecure => Some((path.display().to_string(), read(path)?)),
            _ => None,
        };
        let built_in = plan.extra_roots.iter().map(|der| CertificateDer::from(der.clone())).collect();
        Ok(Self { built_in, file, bundle: OnceLock::new(), whole: OnceLock::new() })
    }

    /// The roots that `wanted` chooses by their DER, from the nearest source that has any.
    pub(super) fn find(&self, wanted: impl Fn(&[u8]) -> bool) -> Vec<(CertificateDer<'static>, TrustSource)> {
        let pick = |roots: &[CertificateDer<'static>], source: &TrustSource| {
            let chosen = roots.iter().filter(|der| wanted(der));
            chosen.map(|der| (der.clone(), source.clone())).collect::<Vec<_>>()
        };
        let found = pick(&self.built_in, &TrustSource::BuiltIn);
        if !found.is_empty() {
            return found;
        }
        if let Some((path, roots)) = &self.file {
            return pick(roots, &TrustSource::CaCert(path.clone()));
        }
        for (cell, load) in [(&self.bundle, bundle as fn() -> Store), (&self.whole, whole)] {
            let store = cell.get_or_init(load);
            let found = pick(&store.roots, &TrustSource::System(store.from.clone()));
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// In words, for an issuer that nobody trusts.
    pub(super) fn described(&self) -> TrustSource {
        match &self.file {
            Some((path, _)) => TrustSource::CaCert(path.clone()),
            None => TrustSource::System(self.bundle.get().map(|s| s.from.clone()).unwrap_or_default()),
        }
    }
}

/// The one file: what SSL_CERT_FILE names, else the system's bundle. Where only SSL_CERT_DIR is set there is no such file; where both
/// are, the folder is for what the file lacks ([`whole`]).
fn bundle() -> Store {
    let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    if named.is_none() && std::env::var_os("SSL_CERT_DIR").is_some() {
        return whole();
    }
    let usual = || BUNDLES.iter().map(PathBuf::from).find(|path| path.is_file());
    let from = named.as_ref().map(|path| format!("SSL_CERT_FILE={}", path.display()));
    let Some(path) = named.or_else(usual) else { return Store::default() };
    let roots = read_file(&path).map(|text| certificates(&text)).unwrap_or_default();
    Store { from: from.unwrap_or_else(|| path.display().to_string()), roots }
}

/// The certificates of a bundle (RFC 7468). Roots are public: the decoder of secrets, which rustls uses for every PEM file and
/// which takes the same time for each byte, would spend more on 145 of them than all the rest of a small fetch costs.
/// What this cannot read, [`whole`] may.
fn certificates(text: &[u8]) -> Vec<CertificateDer<'static>> {
    use base64::Engine as _;
    let mut found = Vec::new();
    let mut base64: Option<Vec<u8>> = None;
    for line in text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii) {
        match &mut base64 {
            None if line == b"-----BEGIN CERTIFICATE-----" => base64 = Some(Vec::with_capacity(4096)),
            None => {}
            Some(body) if line.starts_with(b"-----") => {
                found.extend(base64::engine::general_purpose::STANDARD.decode(body).ok().map(CertificateDer::from));
                base64 = None;
            }
            Some(body) => body.extend_from_slice(line),
        }
    }
    found
}

/// Everything that the system (or SSL_CERT_FILE, SSL_CERT_DIR) offers.
fn whole() -> Store {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .iter()
        .find_map(|name| std::env::var_os(name).map(|value| format!("{name}={}", PathBuf::from(value).display())));
    let from =
        named.unwrap_or_else(|| BUNDLES.iter().find(|p| Path::new(p).is_file()).map_or(String::new(), |p| (*p).to_owned()));
    Store { from, roots: rustls_native_certs::load_native_certs().certs }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bad = |reason: Phrase| TlsError::CaFile { path: path.display().to_string(), reason };
    let text = read_file(path).map_err(|e| bad(os_words(&e)))?;
    let mut roots = Vec::new();
    for item in CertificateDer::pem_slice_iter(&text) {
        roots.push(item.map_err(|e| bad(pem_words(&e)))?);
    }
    if roots.is_empty() {
        return Err(bad(phrase!("tls-file-no-certificate")));
    }
    Ok(roots)
}

/// A file, but no more of it than any file of certificates holds: a device may have no end.
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut text)?;
    Ok(text)
}

/// What is wrong with a PEM file; its bytes are not repeated.
pub(super) fn pem_words(error: &pem::Error) -> Phrase {
    match error {
        pem::Error::MissingSectionEnd { .. } => phrase!("tls-file-no-end"),
        pem::Error::IllegalSectionStart { .. } => phrase!("tls-file-bad-begin"),
        pem::Error::Base64Decode(_) => phrase!("tls-file-not-base64"),
        pem::Error::Io(e) => os_words(e),
        _ => phrase!("tls-file-not-pem"),
    }
}

/// Issuer and subject of a certificate as they stand in its DER, found without reading the rest:
/// `SEQUENCE { SEQUENCE { [0] version?, serial, algorithm, issuer, validity, subject, … } … }` (RFC 5280 §4.1).
pub(super) fn issuer_and_subject(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, cert, _) = element(der)?;
    let (_, tbs, _) = element(cert)?;
    let (tag, _, after) = element(tbs)?;
    // The version is optional; without it the first element is the serial number.
    let rest = if tag == 0xa0 { element(after)?.2 } else { after };
    let (_, _, rest) = element(rest)?;
    let (_, issuer, rest) = element(rest)?;
    let (_, _, rest) = element(rest)?;
    let (_, subject, _) = element(rest)?;
    Some((issuer, subject))
}

/// Tag, content and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |n, &d| n << 8 | usize::from(d)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_read_as_the_library_reads_it_and_what_is_damaged_is_passed_over() {
        let one = rcgen::generate_simple_self_signed(["a.example".to_owned()]).expect("made").cert;
        let two = rcgen::generate_simple_self_signed(["b.example".to_owned()]).expect("made").cert;
        let damaged = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
        let text = format!("# roots\r\n{}\n{damaged}noise\n{}", one.pem().replace('\n', "\r\n"), two.pem());
        assert_eq!(certificates(text.as_bytes()), [one.der().clone(), two.der().clone()]);
        let library: Vec<_> = CertificateDer::pem_slice_iter(two.pem().as_bytes()).map(|c| c.expect("PEM")).collect();
        assert_eq!(certificates(two.pem().as_bytes()), library);
        assert!(certificates(b"-----BEGIN CERTIFICATE-----\nAAAA").is_empty());
    }
}
