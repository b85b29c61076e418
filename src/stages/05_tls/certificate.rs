//! A certificate in words (RFC 5280 §4.1). Everything in it was chosen by whoever made it: renderers escape it.

use serde::Serialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::X509Name;

/// The most names of one certificate that are told; some have thousands.
const NAMES: usize = 100;

/// What a certificate says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    /// Place in the chain as sent: 0 is the server's own.
    pub place: usize,
    /// Whose it is.
    pub subject: String,
    /// The names it is for: host names, addresses; at most a hundred.
    pub names: Vec<String>,
    /// How many names there are.
    pub names_total: usize,
    /// Who signed it.
    pub issuer: String,
    /// `2026-01-01 00:00:00 UTC`
    pub not_before: String,
    /// `2027-01-01 00:00:00 UTC`
    pub not_after: String,
    /// Until the end of its validity, by this machine's clock; negative once it is over.
    pub days_left: i64,
    /// `RSA`, `ECDSA P-256`, `Ed25519` …
    pub key: String,
    /// Size of the key in bits.
    pub key_bits: Option<usize>,
    /// What it is signed with, `ecdsa-with-SHA256`.
    pub signature: String,
    /// In hexadecimal.
    pub serial: String,
    /// Subject and issuer are one and the same.
    pub self_signed: bool,
    /// May it sign others (basicConstraints)?
    pub authority: bool,
    /// Bytes as DER.
    pub bytes: usize,
}

/// Reads `der`; what cannot be read is told as such and is no error here: the handshake has its own opinion.
pub(super) fn facts(der: &[u8], place: usize, unix: i64) -> CertificateFacts {
    let Ok((_, cert)) = X509Certificate::from_der(der) else {
        return CertificateFacts { place, bytes: der.len(), subject: "?".to_owned(), ..CertificateFacts::default() };
    };
    let (names, names_total) = names(&cert);
    let (key, key_bits) = key(&cert);
    let not_after = cert.validity().not_after.timestamp();
    CertificateFacts {
        place,
        subject: name(cert.subject()),
        names,
        names_total,
        issuer: name(cert.issuer()),
        not_before: date(cert.validity().not_before.timestamp()),
        not_after: date(not_after),
        days_left: not_after.saturating_sub(unix).div_euclid(86_400),
        key,
        key_bits,
        signature: signature(&cert.signature_algorithm.algorithm),
        serial: cert.raw_serial().iter().map(|b| format!("{b:02x}")).collect(),
        self_signed: cert.subject().as_raw() == cert.issuer().as_raw(),
        authority: cert.is_ca(),
        bytes: der.len(),
    }
}

/// A distinguished name as text; an empty one is said to be.
fn name(name: &X509Name<'_>) -> String {
    let text = name.to_string();
    if text.is_empty() { "-".to_owned() } else { text }
}

/// The subject of a root.
pub(super) fn subject(der: &[u8]) -> String {
    X509Certificate::from_der(der).map_or_else(|_| "?".to_owned(), |(_, cert)| name(cert.subject()))
}

/// Validity in seconds since 1970.
pub(super) fn validity(der: &[u8]) -> Option<(i64, i64)> {
    let (_, cert) = X509Certificate::from_der(der).ok()?;
    Some((cert.validity().not_before.timestamp(), cert.validity().not_after.timestamp()))
}

/// May it be a server's certificate, as far as its purposes are named?
pub(super) fn serves(der: &[u8]) -> bool {
    let Ok((_, cert)) = X509Certificate::from_der(der) else { return false };
    match cert.extended_key_usage() {
        Ok(Some(usage)) => usage.value.server_auth || usage.value.any,
        Ok(None) => true,
        Err(_) => false,
    }
}

fn names(cert: &X509Certificate<'_>) -> (Vec<String>, usize) {
    let Ok(Some(san)) = cert.subject_alternative_name() else { return (Vec::new(), 0) };
    let all = &san.value.general_names;
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::IPAddress(bytes) => match (<[u8; 4]>::try_from(*bytes), <[u8; 16]>::try_from(*bytes)) {
            (Ok(v4), _) => std::net::Ipv4Addr::from(v4).to_string(),
            (_, Ok(v6)) => std::net::Ipv6Addr::from(v6).to_string(),
            _ => "?".to_owned(),
        },
        other => other.to_string(),
    };
    (all.iter().take(NAMES).map(text).collect(), all.len())
}

fn key(cert: &X509Certificate<'_>) -> (String, Option<usize>) {
    let info = cert.public_key();
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => ("RSA".to_owned(), Some(key.key_size())),
        Ok(PublicKey::EC(point)) => {
            let curve = info.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok()).map(|oid| oid.to_id_string());
            let (name, bits) = match curve.as_deref() {
                Some("1.2.840.10045.3.1.7") => ("ECDSA P-256".to_owned(), 256),
                Some("1.3.132.0.34") => ("ECDSA P-384".to_owned(), 384),
                Some("1.3.132.0.35") => ("ECDSA P-521".to_owned(), 521),
                Some(other) => (format!("ECDSA {other}"), point.key_size()),
                None => ("ECDSA".to_owned(), point.key_size()),
            };
            (name, Some(bits))
        }
        Ok(PublicKey::DSA(_)) => ("DSA".to_owned(), None),
        _ => match info.algorithm.algorithm.to_id_string().as_str() {
            "1.3.101.112" => ("Ed25519".to_owned(), Some(256)),
            "1.3.101.113" => ("Ed448".to_owned(), Some(456)),
            other => (other.to_owned(), None),
        },
    }
}

/// The name that openssl prints for a signature algorithm.
fn signature(oid: &Oid<'_>) -> String {
    let oid = oid.to_id_string();
    let name = match oid.as_str() {
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "rsassaPss",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "ED25519",
        "1.3.101.113" => "ED448",
        _ => return oid,
    };
    name.to_owned()
}

/// The signature algorithm of a certificate, for a refusal that names it.
pub(super) fn signed_with(der: &[u8]) -> String {
    X509Certificate::from_der(der).map_or_else(|_| "?".to_owned(), |(_, cert)| signature(&cert.signature_algorithm.algorithm))
}

/// `2026-01-01 00:00:00 UTC` from seconds since 1970 (proleptic Gregorian calendar, years 0 to 9999 and beyond).
pub(super) fn date(unix: i64) -> String {
    let (days, seconds) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    // Counted from 0000-03-01, so that a leap day is a year's last.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year) } else { (month - 9, year + 1) };
    let year = year + era * 400;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(date(951_782_399), "2000-02-28 23:59:59 UTC");
        assert_eq!(date(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(date(1_767_225_600), "2026-01-01 00:00:00 UTC");
        assert_eq!(date(-1), "1969-12-31 23:59:59 UTC");
        assert_eq!(date(253_402_300_799), "9999-12-31 23:59:59 UTC");
    }

    #[test]
    fn what_is_no_certificate_is_told_and_not_a_panic() {
        assert_eq!(facts(b"", 0, 0).subject, "?");
        assert_eq!(facts(&[0x30, 0x82, 0xff, 0xff], 0, 0).bytes, 4);
    }
}
