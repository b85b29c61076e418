//! The check of a certificate chain, with its outcome kept: rustls says only that a handshake failed.

use std::cell::RefCell;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::certificate;
use super::event::TrustSource;
use super::trust::{self, Roots};

/// The most certificates of a chain that are kept and told (rustls itself stops at 64 KiB).
const CHAIN: usize = 32;

/// What a check came to.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    /// As sent, the server's own first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// The root that the chain leads to and who trusts it, or what is wrong.
    pub(super) outcome: Result<(String, TrustSource), Error>,
    /// Who was asked for roots.
    pub(super) asked: TrustSource,
}

thread_local! {
    // The verifier is shared by all connections (sessions are resumed only under the same one) and does not learn which of them
    // asks; but it is called on the thread that drives the handshake, from inside it.
    static VERDICT: RefCell<Option<Verdict>> = const { RefCell::new(None) };
}

/// The verdict of the handshake that this thread drives, once.
pub(super) fn take_verdict() -> Option<Verdict> {
    VERDICT.with(RefCell::take)
}

/// Checks chains against [`Roots`], or (`-k`) only says what it would have found.
#[derive(Debug)]
pub(super) struct Verifier {
    roots: Roots,
    insecure: bool,
    /// With `-k`: does anyone want to know what a check would have found? Reading a system's roots for nobody is a waste.
    curious: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(roots: Roots, insecure: bool, curious: bool) -> Self {
        Self { roots, insecure, curious, algorithms: rustls::crypto::ring::default_provider().signature_verification_algorithms }
    }

    /// With `-k` anybody's certificate will do, so also one that rustls cannot read (X.509 version 1, as `openssl x509` makes it, or
    /// a critical extension that nobody knows); who signs with its key is then of no interest.
    fn illegible(&self, cert: &CertificateDer<'_>) -> Option<HandshakeSignatureValid> {
        (self.insecure && ParsedCertificate::try_from(cert).is_err()).then(HandshakeSignatureValid::assertion)
    }

    fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(String, TrustSource), Error> {
        let parsed = ParsedCertificate::try_from(leaf)?;
        let chain = || std::iter::once(leaf).chain(between).take(CHAIN);
        let issuers: Vec<&[u8]> = chain().filter_map(|c| trust::issuer_and_subject(c)).map(|(issuer, _)| issuer).collect();
        // One look for both: each source that is asked in vain costs the next one's reading.
        let roots = self.roots.find(|root| {
            root == leaf.as_ref() || trust::issuer_and_subject(root).is_some_and(|(_, subject)| issuers.contains(&subject))
        });
        // A certificate that is trusted as itself (`openssl req -x509` and `--cacert`) needs no signature, only the rest.
        if let Some((der, source)) = roots.iter().find(|(der, _)| der.as_ref() == leaf.as_ref()) {
            in_time(der, now)?;
            if !certificate::serves(der) {
                return Err(CertificateError::InvalidPurpose.into());
            }
            verify_server_name(&parsed, name)?;
            return Ok((certificate::subject(der), source.clone()));
        }
        // Without any root the check still finds what is wrong with the certificate itself.
        let check =
            |store: &RootCertStore| verify_server_cert_signed_by_trust_anchor(&parsed, store, between, now, self.algorithms.all);
        let mut failure = None;
        for (der, source) in roots {
            let mut store = RootCertStore::empty();
            if store.add(der.clone()).is_err() {
                continue;
            }
            match check(&store) {
                Ok(()) => {
                    verify_server_name(&parsed, name)?;
                    return Ok((certificate::subject(&der), source));
                }
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) => Err(error),
            None => Err(match check(&RootCertStore::empty()) {
                // An authority's certificate in a server's place is no stranger fault than that nobody trusts it.
                Ok(()) | Err(Error::InvalidCertificate(CertificateError::Other(_))) => CertificateError::UnknownIssuer.into(),
                Err(error) => error,
            }),
        }
    }
}

fn in_time(der: &[u8], now: UnixTime) -> Result<(), Error> {
    let (not_before, not_after) = certificate::validity(der).ok_or(CertificateError::BadEncoding)?;
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let time = |unix: i64| UnixTime::since_unix_epoch(std::time::Duration::from_secs(unix.try_into().unwrap_or(0)));
    if seconds < not_before {
        return Err(CertificateError::NotValidYetContext { time: now, not_before: time(not_before) }.into());
    }
    if seconds > not_after {
        return Err(CertificateError::ExpiredContext { time: now, not_after: time(not_after) }.into());
    }
    Ok(())
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.insecure && !self.curious {
            return Ok(ServerCertVerified::assertion());
        }
        let outcome = self.judge(end_entity, intermediates, server_name, now);
        let chain = std::iter::once(end_entity).chain(intermediates).take(CHAIN).map(|c| c.clone().into_owned()).collect();
        let refusal = outcome.as_ref().err().cloned();
        VERDICT.with(|v| *v.borrow_mut() = Some(Verdict { chain, outcome, asked: self.roots.described() }));
        match refusal {
            Some(error) if !self.insecure => Err(error),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.illegible(cert).map_or_else(|| verify_tls12_signature(message, cert, dss, &self.algorithms), Ok)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.illegible(cert).map_or_else(|| verify_tls13_signature(message, cert, dss, &self.algorithms), Ok)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
