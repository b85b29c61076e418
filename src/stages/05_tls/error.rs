//! Why there is no secured connection: which check failed, and on what.

use std::net::SocketAddr;

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};
use serde::Serialize;

use crate::deadline::Bound;
use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::render::visible::visible;
use crate::words::Phrase;

use super::certificate;
use super::event::TrustSource;
use super::verify::Verdict;

/// The most names that a sentence repeats.
const NAMES: usize = 5;

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Its time is over.
    Expired {
        /// `2025-01-01 00:00:00 UTC`
        not_after: String,
        /// This machine's clock.
        now: String,
        /// Since then.
        days: u64,
    },
    /// Its time has not come.
    NotYet {
        /// `2027-01-01 00:00:00 UTC`
        not_before: String,
        /// This machine's clock.
        now: String,
    },
    /// It is for other names.
    WrongName {
        /// What was asked for.
        asked: String,
        /// What it is for.
        names: Vec<String>,
        /// It names hosts only where names are no longer looked for (RFC 9525 §2): in the subject's common name.
        subject_only: Option<String>,
    },
    /// It says itself that it is right.
    SelfSigned {
        /// Whose it is.
        subject: String,
    },
    /// Nobody who is trusted has signed it.
    UnknownIssuer {
        /// Who has signed the last certificate of the chain.
        issuer: String,
        /// Who was asked.
        source: TrustSource,
        /// How many certificates the server sent.
        sent: usize,
    },
    /// It is not for servers (extended key usage).
    Purpose,
    /// A signature in the chain is not its issuer's.
    BadSignature,
    /// A signature in the chain is of a kind that proves nothing any more.
    Weak {
        /// Which.
        algorithm: String,
    },
    /// It demands what nobody here understands (critical extension).
    Critical,
    /// It is no well-formed certificate.
    Malformed,
    /// Anything else.
    Other {
        /// As the verifier says it.
        words: String,
    },
}

impl Fault {
    pub(super) fn of(error: &Error, verdict: &Verdict, host: &str) -> Self {
        let Error::InvalidCertificate(error) = error else {
            return Self::Other { words: visible(&error.to_string()).into_owned() };
        };
        let leaf = verdict.chain.first().map(|der| certificate::facts(der, 0, 0)).unwrap_or_default();
        let last = verdict.chain.last().map(|der| certificate::facts(der, 0, 0)).unwrap_or_default();
        let date = |t: &rustls::pki_types::UnixTime| certificate::date(i64::try_from(t.as_secs()).unwrap_or(i64::MAX));
        match error {
            CertificateError::ExpiredContext { time, not_after } => Self::Expired {
                not_after: date(not_after),
                now: date(time),
                days: time.as_secs().saturating_sub(not_after.as_secs()) / 86_400,
            },
            CertificateError::NotValidYetContext { time, not_before } => {
                Self::NotYet { not_before: date(not_before), now: date(time) }
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::WrongName {
                asked: host.to_owned(),
                subject_only: leaf.names.is_empty().then_some(leaf.subject),
                names: leaf.names,
            },
            CertificateError::UnknownIssuer if verdict.chain.len() == 1 && leaf.self_signed => {
                Self::SelfSigned { subject: leaf.subject }
            }
            CertificateError::UnknownIssuer => {
                Self::UnknownIssuer { issuer: last.issuer, source: verdict.asked.clone(), sent: verdict.chain.len() }
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Self::Purpose,
            CertificateError::BadSignature => Self::BadSignature,
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                let kinds: Vec<_> = verdict.chain.iter().map(|der| certificate::signed_with(der)).collect();
                let weak = kinds.iter().find(|k| k.contains("sha1") || k.contains("SHA1") || k.contains("md5"));
                Self::Weak { algorithm: weak.or(kinds.first()).cloned().unwrap_or_default() }
            }
            CertificateError::UnhandledCriticalExtension => Self::Critical,
            CertificateError::BadEncoding => Self::Malformed,
            // A self-signed certificate that calls itself an authority is refused for that before its issuer is looked for.
            _ if verdict.chain.len() == 1 && leaf.self_signed => Self::SelfSigned { subject: leaf.subject },
            other => Self::Other { words: visible(&other.to_string()).into_owned() },
        }
    }

    /// In words.
    pub(crate) fn phrase(&self) -> Phrase {
        let safe = |text: &str| visible(text).into_owned();
        match self {
            Self::Expired { not_after, now, days } => {
                phrase!("tls-fault-expired", end = not_after, now = now, days = *days)
            }
            Self::NotYet { not_before, now } => phrase!("tls-fault-not-yet", start = not_before, now = now),
            Self::WrongName { asked, subject_only: Some(subject), .. } => {
                phrase!("tls-fault-subject-only", asked = safe(asked), subject = safe(subject))
            }
            Self::WrongName { asked, names, .. } => {
                let shown: Vec<_> = names.iter().take(NAMES).map(|n| safe(n)).collect();
                let more = names.len().saturating_sub(NAMES);
                let names = shown.join(", ");
                match more {
                    0 => phrase!("tls-fault-name", asked = safe(asked), names = names),
                    more => phrase!("tls-fault-name-more", asked = safe(asked), names = names, more = more),
                }
            }
            Self::SelfSigned { subject } => phrase!("tls-fault-self-signed", subject = safe(subject)),
            Self::UnknownIssuer { issuer, source, .. } => {
                phrase!("tls-fault-unknown-issuer", issuer = safe(issuer), source = source.phrase())
            }
            Self::Purpose => phrase!("tls-fault-purpose"),
            Self::BadSignature => phrase!("tls-fault-signature"),
            Self::Weak { algorithm } => phrase!("tls-fault-weak", algorithm = safe(algorithm)),
            Self::Critical => phrase!("tls-fault-critical"),
            Self::Malformed => phrase!("tls-fault-malformed"),
            Self::Other { words } => phrase!("tls-fault-other", words = safe(words)),
        }
    }

    fn advice(&self) -> Advice {
        match self {
            Self::Expired { .. } => Advice::new(phrase!("tls-cause-expired"), phrase!("tls-hint-expired")),
            Self::NotYet { .. } => Advice::new(phrase!("tls-cause-not-yet"), phrase!("tls-hint-clock")),
            Self::WrongName { .. } => Advice::new(phrase!("tls-cause-name"), phrase!("tls-hint-name")),
            Self::SelfSigned { .. } => Advice::new(phrase!("tls-cause-self-signed"), phrase!("tls-hint-trust")),
            Self::UnknownIssuer { sent: 1, .. } => Advice::new(phrase!("tls-cause-short-chain"), phrase!("tls-hint-trust")),
            Self::UnknownIssuer { .. } => Advice::new(phrase!("tls-cause-unknown-issuer"), phrase!("tls-hint-trust")),
            Self::Purpose | Self::BadSignature | Self::Weak { .. } | Self::Critical | Self::Malformed | Self::Other { .. } => {
                Advice::hint(phrase!("tls-hint-insecure"))
            }
        }
    }
}

impl TrustSource {
    /// In words.
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::CaCert(path) => phrase!("tls-source-cacert", path = path),
            Self::System(path) if path.is_empty() => phrase!("tls-source-nothing"),
            Self::System(path) => phrase!("tls-source-system", path = path),
            Self::BuiltIn => phrase!("tls-source-built-in"),
        }
    }
}

/// Why there is no secured connection.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum TlsError {
    /// Ctrl-C.
    Interrupted,
    /// The host cannot be a server name of TLS.
    Name {
        /// It.
        host: String,
    },
    /// `--cacert` cannot be used.
    CaFile {
        /// The file.
        path: String,
        /// Why.
        reason: Phrase,
    },
    /// `--cert` or `--key` cannot be used.
    OwnCertificate {
        /// The file.
        path: String,
        /// Why.
        reason: Phrase,
    },
    /// The server's certificate was refused.
    Certificate {
        /// Whom it should have been for.
        host: String,
        /// What is wrong with it.
        fault: Fault,
    },
    /// What the server said is no TLS.
    NotTls {
        /// Whom we asked.
        host: String,
        /// Where.
        peer: SocketAddr,
        /// Its first words.
        said: String,
    },
    /// The server closed the connection before the end of the handshake.
    Closed {
        /// Whom we asked.
        host: String,
        /// Bytes that came before.
        received: u64,
    },
    /// The server ended the handshake with an alert.
    Alert {
        /// Whom we asked.
        host: String,
        /// `handshake_failure`
        description: String,
    },
    /// The server speaks neither TLS 1.2 nor 1.3.
    Version {
        /// Whom we asked.
        host: String,
    },
    /// The server broke the protocol.
    Protocol {
        /// Whom we asked.
        host: String,
        /// How, in rustls's words.
        words: String,
    },
    /// A system call failed.
    Io {
        /// Whom we asked.
        host: String,
        /// Why.
        error: Phrase,
    },
    /// The time ran out.
    TimedOut {
        /// Whom we asked.
        host: String,
        /// Which limit.
        bound: Bound,
        /// Bytes that came before.
        received: u64,
    },
}

impl TlsError {
    pub(super) fn protocol(host: &str, error: &Error) -> Self {
        let host = host.to_owned();
        match error {
            Error::AlertReceived(AlertDescription::ProtocolVersion) => Self::Version { host },
            Error::AlertReceived(alert) => Self::Alert { host, description: alert_name(*alert) },
            Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => Self::Version { host },
            other => Self::Protocol { host, words: visible(&other.to_string()).into_owned() },
        }
    }

    /// curl's number for it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted => Exit::Interrupted,
            Self::CaFile { .. } => Exit::SslCacertBadfile,
            Self::OwnCertificate { .. } => Exit::SslCertProblem,
            Self::Certificate { .. } => Exit::PeerFailedVerification,
            Self::TimedOut { .. } => Exit::OperationTimedOut,
            Self::Name { .. }
            | Self::NotTls { .. }
            | Self::Closed { .. }
            | Self::Alert { .. }
            | Self::Version { .. }
            | Self::Protocol { .. }
            | Self::Io { .. } => Exit::SslConnectError,
        }
    }

    /// The failure in one sentence.
    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Interrupted => phrase!("journey-interrupted"),
            Self::Name { host } => phrase!("tls-name", host = visible(host).into_owned()),
            Self::CaFile { path, reason } => phrase!("tls-cacert", path = path, reason = reason.clone()),
            Self::OwnCertificate { path, reason } => phrase!("tls-own", path = path, reason = reason.clone()),
            Self::Certificate { host, fault } => phrase!("tls-certificate", host = host, fault = fault.phrase()),
            Self::NotTls { host, peer, said } => phrase!("tls-not-tls", host = host, peer = peer.to_string(), said = said),
            Self::Closed { host, received } => phrase!("tls-closed", host = host, bytes = *received),
            Self::Alert { host, description } => phrase!("tls-alert", host = host, alert = description),
            Self::Version { host } => phrase!("tls-version", host = host),
            Self::Protocol { host, words } => phrase!("tls-protocol", host = host, words = words),
            Self::Io { host, error } => phrase!("tls-io", host = host, error = error.clone()),
            Self::TimedOut { host, bound, received } => {
                let limit = match bound {
                    Bound::MaxTime => phrase!("tls-limit-max-time"),
                    Bound::ConnectTimeout => phrase!("tls-limit-connect-timeout"),
                    Bound::Idle | Bound::Resolver => phrase!("tls-limit-default"),
                };
                phrase!("tls-timed-out", host = host, bytes = *received, limit = limit)
            }
        }
    }

    /// The likeliest cause, and one thing to try.
    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::Interrupted | Self::Name { .. } => Advice::default(),
            Self::CaFile { .. } => Advice::hint(phrase!("tls-hint-cacert")),
            Self::OwnCertificate { .. } => Advice::hint(phrase!("tls-hint-own")),
            Self::Certificate { fault, .. } => fault.advice(),
            Self::NotTls { peer, .. } => {
                Advice::new(phrase!("tls-cause-not-tls", port = peer.port().to_string()), phrase!("tls-hint-not-tls"))
            }
            Self::Closed { .. } | Self::Io { .. } => Advice::new(phrase!("tls-cause-closed"), phrase!("tls-hint-port")),
            Self::Alert { description, .. } if description.contains("certificate") => {
                Advice::new(phrase!("tls-cause-wants-certificate"), phrase!("tls-hint-own"))
            }
            Self::Alert { description, .. } if description == "unrecognized_name" => {
                Advice::hint(phrase!("tls-hint-unrecognized"))
            }
            Self::Alert { .. } => Advice::new(phrase!("tls-cause-alert"), phrase!("tls-hint-openssl")),
            Self::Version { .. } => Advice::new(phrase!("tls-cause-version"), phrase!("tls-hint-version")),
            Self::Protocol { .. } => Advice::hint(phrase!("tls-hint-openssl")),
            Self::TimedOut { .. } => Advice::new(phrase!("tls-cause-stalled"), phrase!("tls-hint-port")),
        }
    }
}

/// As RFC 8446 §6 spells it.
pub(super) fn alert_name(alert: AlertDescription) -> String {
    let AlertDescription::Unknown(number) = alert else {
        let camel = format!("{alert:?}");
        let mut name = String::with_capacity(camel.len() + 4);
        for (at, c) in camel.char_indices() {
            if c.is_ascii_uppercase() && at > 0 && !camel[..at].ends_with(|p: char| p.is_ascii_uppercase()) {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
        }
        return name;
    };
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_named_as_the_rfc_spells_them() {
        assert_eq!(alert_name(AlertDescription::HandshakeFailure), "handshake_failure");
        assert_eq!(alert_name(AlertDescription::UnrecognisedName), "unrecognised_name");
        assert_eq!(alert_name(AlertDescription::UnknownCA), "unknown_ca");
        assert_eq!(alert_name(AlertDescription::Unknown(200)), "200");
    }
}
