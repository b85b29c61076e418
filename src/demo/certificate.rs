//! The demo's certificate authority and the site's certificate, made at start and forgotten at the end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

const DAY: Duration = Duration::from_secs(86_400);
/// An hour more than 90 days: whoever looks a little later is still told of 90.
const LIFE: Duration = Duration::from_secs(90 * 86_400 + 3_600);

/// What is wrong with the site's certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// Its time is over.
    Expired,
    /// It is for other hosts.
    WrongName,
    /// It has signed itself.
    SelfSigned,
}

/// A chain, ready to be served, and the root that vouches for it.
#[derive(Clone)]
pub struct Certificates {
    /// For [`super::origin::Serve::https`].
    pub server: Arc<ServerConfig>,
    /// The authority's certificate, DER: who trusts it trusts the site.
    pub root: Vec<u8>,
}

/// Makes a chain for `names`, valid from a day before `now` (since 1970) for 90 days and an hour.
///
/// # Errors
/// No randomness, or no use of the key: neither happens on a working machine.
pub fn make(names: &[&str], flaw: Flaw, now: Duration) -> io::Result<Certificates> {
    let issued = issue(names, flaw, now).map_err(io::Error::other)?;
    let key = PrivateKeyDer::try_from(issued.key.serialize_der()).map_err(io::Error::other)?;
    let mut server = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![issued.leaf], key))
        .map_err(io::Error::other)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Certificates { server: Arc::new(server), root: issued.root.to_vec() })
}

struct Issued {
    root: CertificateDer<'static>,
    leaf: CertificateDer<'static>,
    key: KeyPair,
}

fn issue(names: &[&str], flaw: Flaw, now: Duration) -> Result<Issued, rcgen::Error> {
    let (root_key, key) = (KeyPair::generate()?, KeyPair::generate()?);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let mut authority = CertificateParams::default();
    authority.distinguished_name = rcgen::DistinguishedName::new();
    authority.distinguished_name.push(DnType::CommonName, "jaunt demo authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.not_before = epoch + now.saturating_sub(DAY);
    authority.not_after = epoch + now + LIFE;
    let root = authority.self_signed(&root_key)?.der().clone();

    let other = ["other.lab.example"];
    let names = if flaw == Flaw::WrongName { &other } else { names };
    let mut leaf = CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())?;
    leaf.distinguished_name = rcgen::DistinguishedName::new();
    leaf.distinguished_name.push(DnType::CommonName, names.first().copied().unwrap_or("lab.example"));
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (leaf.not_before, leaf.not_after) = match flaw {
        Flaw::Expired => (epoch + now.saturating_sub(97 * DAY), epoch + now.saturating_sub(7 * DAY)),
        Flaw::None | Flaw::WrongName | Flaw::SelfSigned => (epoch + now.saturating_sub(DAY), epoch + now + LIFE),
    };
    let leaf = match flaw {
        Flaw::SelfSigned => leaf.self_signed(&key)?,
        Flaw::None | Flaw::Expired | Flaw::WrongName => leaf.signed_by(&key, &Issuer::new(authority, &root_key))?,
    };
    Ok(Issued { root, leaf: leaf.der().clone(), key })
}

#[cfg(test)]
mod tests {
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{CertificateError, Error, RootCertStore};

    use super::*;

    /// What a client that trusts the root finds wrong, asking for www.lab.example.
    fn verdict(flaw: Flaw) -> Result<(), Error> {
        let now = Duration::from_secs(1_800_000_000);
        let issued = issue(&["www.lab.example", "lab.example"], flaw, now).expect("certificates");
        let mut roots = RootCertStore::empty();
        roots.add(issued.root).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("a verifier");
        let name = ServerName::try_from("www.lab.example").expect("a name");
        verifier.verify_server_cert(&issued.leaf, &[], &name, &[], UnixTime::since_unix_epoch(now)).map(drop)
    }

    #[test]
    fn the_authority_vouches_for_the_site_and_each_flaw_is_found() {
        assert_eq!(verdict(Flaw::None), Ok(()));
        let why = |flaw| match verdict(flaw) {
            Err(Error::InvalidCertificate(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(matches!(why(Flaw::Expired), CertificateError::ExpiredContext { .. }));
        assert!(matches!(why(Flaw::WrongName), CertificateError::NotValidForNameContext { .. }));
        assert!(matches!(why(Flaw::SelfSigned), CertificateError::UnknownIssuer));
    }
}
