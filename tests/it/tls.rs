//! Stage 5 against servers made here: each kind of certificate, each way for a handshake to go wrong.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use jaunt::clock::Monotonic;
use jaunt::deadline::{Bound, Deadline};
use jaunt::event::{Detail, Event, FetchId, Hub, Kept};
use jaunt::exit::Exit;
use jaunt::secret::Secrets;
use jaunt::stages::connect::{ConnectPlan, Connector, connect};
use jaunt::stages::dns::Route;
use jaunt::stages::tls::{Fault, Tls, TlsError, TlsEvent, TlsPlan, TrustSource};
use jaunt::stages::url::Target;
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate with its key.
struct Made {
    der: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

impl Made {
    fn private(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).expect("rcgen makes PKCS #8")
    }
}

/// A root, and what it signs.
struct Authority {
    root: Made,
    params: CertificateParams,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        let cert = params.self_signed(&key).expect("a root");
        Self { root: Made { der: cert.der().clone(), pem: cert.pem(), key }, params }
    }

    fn issue(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Made {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let cert = params.signed_by(&key, &Issuer::from_params(&self.params, &self.root.key)).expect("a certificate");
        Made { der: cert.der().clone(), pem: cert.pem(), key }
    }

    fn trusted(&self) -> TlsPlan {
        TlsPlan { extra_roots: vec![self.root.der.to_vec()], ..TlsPlan::default() }
    }
}

fn builder(versions: &[&'static rustls::SupportedProtocolVersion]) -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).expect("versions of ring")
}

fn config(made: &Made) -> ServerConfig {
    builder(rustls::ALL_VERSIONS).with_no_client_auth().with_single_cert(vec![made.der.clone()], made.private()).expect("a pair")
}

/// Answers `requests` connections with what was sent to it, then closes as TLS wants it.
fn echo(config: ServerConfig, connections: usize) -> impl FnOnce(TcpListener) + Send {
    move |listener| {
        let config = Arc::new(config);
        for _ in 0..connections {
            let Ok((mut tcp, _)) = listener.accept() else { return };
            let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
            let mut buf = [0; 4096];
            let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
            let Ok(n) = stream.read(&mut buf) else { continue };
            let _ = stream.write_all(&buf[..n]);
            tls.send_close_notify();
            let _ = tls.complete_io(&mut tcp);
            // Until the client has closed, so that nothing is reset.
            let _ = tcp.read(&mut buf);
        }
    }
}

struct Told {
    result: Result<Vec<Vec<u8>>, TlsError>,
    events: Vec<TlsEvent>,
}

impl Told {
    fn fault(&self) -> &Fault {
        match &self.result {
            Err(TlsError::Certificate { fault, .. }) => fault,
            other => panic!("the certificate should be refused: {other:?}"),
        }
    }

    fn error(&self) -> &TlsError {
        self.result.as_ref().expect_err("this handshake should fail")
    }

    fn names(&self) -> Vec<String> {
        let name = |e| serde_json::to_value(e).expect("events become JSON")["event"].as_str().expect("a name").to_owned();
        self.events.iter().map(name).collect()
    }
}

/// `times` connections to `serve` as `https://host/`, each one message there and back.
fn visit(host: &str, plan: TlsPlan, times: usize, limit: Option<Duration>, serve: impl FnOnce(TcpListener) + Send) -> Told {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let address = listener.local_addr().expect("bound");
    std::thread::scope(|scope| {
        let server = scope.spawn(move || serve(listener));
        let told = talk(host, address, &Tls::new(plan), times, limit);
        server.join().expect("the server ends well");
        told
    })
}

fn talk(host: &str, address: SocketAddr, tls: &Tls, times: usize, limit: Option<Duration>) -> Told {
    let clock = Monotonic::start();
    let kept = Kept::default();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![Box::new(kept.clone())]);
    let out = hub.emitter(FetchId(0));
    let by = Deadline::never(&clock).within(limit.or(Some(Duration::from_secs(20))), Bound::MaxTime);
    let connector = Connector::new(ConnectPlan::default());
    let route = Route { host: host.to_owned(), addresses: vec![address] };
    let target = Target::of(url::Url::parse(&format!("https://{host}:{}/", address.port())).expect("a URL")).expect("https");
    tls.admit(&target.origin().expect("https has one"));
    let exchange = || -> Result<Vec<u8>, TlsError> {
        let plain = connect(&route, &connector, &by, out).expect("the server listens");
        let mut conn = tls.secure(plain, &target, &by, out)?;
        let mut got = Vec::new();
        let mut buf = [0; 4096];
        let sent = conn.transport.write(b"GET / HTTP/1.1\r\n\r\n", &by);
        assert_eq!(sent.expect("room"), 18);
        loop {
            match conn.transport.read(&mut buf, &by) {
                Ok(0) => break,
                Ok(n) => got.extend_from_slice(&buf[..n]),
                Err(e) => {
                    got.extend_from_slice(format!("{:?}", e.kind()).as_bytes());
                    break;
                }
            }
        }
        conn.transport.close(out).expect("closing cannot fail");
        Ok(got)
    };
    let result = (0..times).map(|_| exchange()).collect();
    let events = kept.entries().into_iter().filter_map(|e| match e.event {
        Event::Tls(event) => Some(event),
        _ => None,
    });
    Told { result, events: events.collect() }
}

#[test]
fn a_trusted_certificate_is_told_with_its_chain_and_why_it_is_trusted() {
    let ca = Authority::new("Test Root");
    let made = ca.issue(&["www.test", "*.lab.test"], |_| {});
    let told = visit("www.test", ca.trusted(), 1, None, echo(config(&made), 1));
    assert_eq!(told.result.as_ref().expect("a good certificate"), &[b"GET / HTTP/1.1\r\n\r\n"]);
    let names = told.names();
    assert_eq!(names[..3], ["handshaking", "sent", "received"], "{names:?}");
    for name in ["certificate", "verified", "secured", "held", "tickets", "close_notify"] {
        assert!(names.iter().any(|n| n == name), "{name}: {names:?}");
    }
    let root = told.events.iter().find_map(|e| match e {
        TlsEvent::Verified { root, source } => Some((root.as_str(), source.clone())),
        _ => None,
    });
    assert_eq!(root, Some(("CN=Test Root", TrustSource::BuiltIn)));
    let certificate = told.events.iter().find_map(|e| match e {
        TlsEvent::Certificate(facts) => Some(facts),
        _ => None,
    });
    assert_eq!(certificate.expect("the chain is told").names, ["www.test", "*.lab.test"]);
    assert!(told.events.iter().any(|e| matches!(e, TlsEvent::Handshaking { sni: Some(name), .. } if name == "www.test")));
    assert!(told.events.iter().any(|e| matches!(e, TlsEvent::Secured { version: "TLS 1.3", resumed: false, .. })));
}

#[test]
fn tls_1_2_is_spoken_where_the_server_has_no_newer() {
    let ca = Authority::new("Test Root");
    let made = ca.issue(&["www.test"], |_| {});
    let old = builder(&[&rustls::version::TLS12])
        .with_no_client_auth()
        .with_single_cert(vec![made.der.clone()], made.private())
        .expect("a pair");
    let told = visit("www.test", ca.trusted(), 1, None, echo(old, 1));
    assert_eq!(told.result.as_ref().expect("a good certificate").len(), 1);
    assert!(told.events.iter().any(|e| matches!(e, TlsEvent::Secured { version: "TLS 1.2", .. })));
    let messages: Vec<_> = told
        .events
        .iter()
        .filter_map(|e| match e {
            TlsEvent::Received { records, .. } | TlsEvent::Sent { records, .. } => Some(records),
            _ => None,
        })
        .flatten()
        .flat_map(|r| r.messages.clone())
        .collect();
    assert_eq!(messages[..3], ["ClientHello", "ServerHello", "Certificate"], "{messages:?}");
    assert!(messages.contains(&"ClientKeyExchange"), "{messages:?}");
}

#[test]
fn a_second_connection_resumes_the_session_of_the_first() {
    let ca = Authority::new("Test Root");
    let made = ca.issue(&["www.test"], |_| {});
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let server =
            builder(&[version]).with_no_client_auth().with_single_cert(vec![made.der.clone()], made.private()).expect("a pair");
        let told = visit("www.test", ca.trusted(), 2, None, echo(server, 2));
        assert_eq!(told.result.as_ref().expect("a good certificate").len(), 2);
        let resumed: Vec<_> = told
            .events
            .iter()
            .filter_map(|e| match e {
                TlsEvent::Secured { resumed, .. } => Some(*resumed),
                _ => None,
            })
            .collect();
        assert_eq!(resumed, [false, true], "{version:?}");
    }
}

#[test]
fn an_address_as_host_sends_no_server_name_and_matches_address_names() {
    let ca = Authority::new("Test Root");
    let made = ca.issue(&["127.0.0.1"], |_| {});
    let told = visit("127.0.0.1", ca.trusted(), 1, None, echo(config(&made), 1));
    assert!(told.result.is_ok());
    assert!(told.events.iter().any(|e| matches!(e, TlsEvent::Handshaking { sni: None, .. })));
}

#[test]
fn each_fault_is_named_with_what_it_is_about_and_the_chain_is_told_all_the_same() {
    let ca = Authority::new("Test Root");
    let check = |host: &str, plan: TlsPlan, made: &Made, expected: &dyn Fn(&Fault) -> bool| {
        let told = visit(host, plan, 1, None, echo(config(made), 1));
        assert!(expected(told.fault()), "{:?}", told.fault());
        assert_eq!(told.error().to_string().lines().count(), 1);
        assert!(told.names().contains(&"certificate".to_owned()) && told.names().contains(&"rejected".to_owned()));
        assert!(told.names().contains(&"alert".to_owned()), "the server is told why: {:?}", told.names());
        told
    };
    let expired = ca.issue(&["www.test"], |p| {
        p.not_before = rcgen::date_time_ymd(2020, 1, 1);
        p.not_after = rcgen::date_time_ymd(2021, 1, 1);
    });
    check(
        "www.test",
        ca.trusted(),
        &expired,
        &|f| matches!(f, Fault::Expired { not_after, .. } if not_after == "2021-01-01 00:00:00 UTC"),
    );
    let early = ca.issue(&["www.test"], |p| {
        p.not_before = rcgen::date_time_ymd(2090, 1, 1);
        p.not_after = rcgen::date_time_ymd(2091, 1, 1);
    });
    check("www.test", ca.trusted(), &early, &|f| matches!(f, Fault::NotYet { .. }));
    let other = ca.issue(&["a.test", "b.test"], |_| {});
    check(
        "www.test",
        ca.trusted(),
        &other,
        &|f| matches!(f, Fault::WrongName { asked, names, subject_only: None } if asked == "www.test" && names == &["a.test", "b.test"]),
    );
    let subject = ca.issue(&[], |p| p.distinguished_name.push(DnType::CommonName, "www.test"));
    check(
        "www.test",
        ca.trusted(),
        &subject,
        &|f| matches!(f, Fault::WrongName { subject_only: Some(subject), .. } if subject == "CN=www.test"),
    );
    let good = ca.issue(&["www.test"], |_| {});
    let elsewhere = Authority::new("Another Root");
    check(
        "www.test",
        elsewhere.trusted(),
        &good,
        &|f| matches!(f, Fault::UnknownIssuer { issuer, sent: 1, .. } if issuer == "CN=Test Root"),
    );
    // A root of the same name with another key.
    let twin = Authority::new("Test Root");
    check("www.test", twin.trusted(), &good, &|f| matches!(f, Fault::BadSignature | Fault::UnknownIssuer { .. }));
    let client = ca.issue(&["www.test"], |p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    check("www.test", ca.trusted(), &client, &|f| matches!(f, Fault::Purpose));
    let alone = elsewhere.root;
    check("www.test", ca.trusted(), &alone, &|f| matches!(f, Fault::SelfSigned { .. }));
    let wild = ca.issue(&["*.test"], |_| {});
    check("a.b.test", ca.trusted(), &wild, &|f| matches!(f, Fault::WrongName { .. }));
}

#[test]
fn k_accepts_what_is_wrong_and_says_what_it_would_have_been() {
    let ca = Authority::new("Test Root");
    let made = ca.issue(&["a.test"], |_| {});
    let plan = TlsPlan { insecure: true, ..ca.trusted() };
    let told = visit("www.test", plan, 1, None, echo(config(&made), 1));
    assert!(told.result.is_ok());
    assert!(told.events.iter().any(|e| matches!(e, TlsEvent::Unchecked { fault: Some(Fault::WrongName { .. }) })));
    assert!(!told.names().contains(&"verified".to_owned()));
}

#[test]
fn k_accepts_a_certificate_that_cannot_be_read_too() {
    let ca = Authority::new("Test Root");
    let made = ca.issue(&["www.test"], |params| {
        let mut unknown = rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4, 5], vec![5, 0]);
        unknown.set_criticality(true);
        params.custom_extensions.push(unknown);
    });
    for versions in [&[&rustls::version::TLS12][..], &[&rustls::version::TLS13]] {
        let server = || {
            // A server of rustls would not load it.
            let key = rustls::crypto::ring::sign::any_supported_type(&made.private()).expect("a key");
            let pair = rustls::sign::CertifiedKey::new(vec![made.der.clone()], key);
            let resolver = rustls::sign::SingleCertAndKey::from(pair);
            builder(versions).with_no_client_auth().with_cert_resolver(Arc::new(resolver))
        };
        let told = visit("www.test", TlsPlan { insecure: true, ..ca.trusted() }, 1, None, echo(server(), 1));
        assert!(told.result.is_ok(), "{:?}", told.result);
        let told = visit("www.test", ca.trusted(), 1, None, echo(server(), 1));
        assert!(told.result.is_err());
    }
}

#[test]
fn a_self_signed_certificate_is_trusted_when_cacert_holds_it_as_curl_does() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = KeyPair::generate().expect("a key");
    for authority in [false, true] {
        let mut params = CertificateParams::new(vec!["www.test".to_owned()]).expect("a name");
        if authority {
            // What `openssl req -x509` makes.
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let cert = params.self_signed(&key).expect("a certificate");
        let made =
            Made { der: cert.der().clone(), pem: cert.pem(), key: KeyPair::from_pem(&key.serialize_pem()).expect("a key") };
        let file = dir.path().join("root.pem");
        std::fs::write(&file, format!("some words\n{}", made.pem)).expect("room");
        let plan = TlsPlan { cacert: Some(file), ..TlsPlan::default() };
        let told = visit("www.test", plan.clone(), 1, None, echo(config(&made), 1));
        assert!(told.result.is_ok(), "{:?}", told.result);
        let told = visit("other.test", plan, 1, None, echo(config(&made), 1));
        assert!(matches!(told.fault(), Fault::WrongName { .. }), "{:?}", told.fault());
    }
}

#[test]
fn a_cacert_file_that_is_no_use_is_exit_77_with_the_file_and_the_reason() {
    let dir = tempfile::tempdir().expect("a folder");
    let empty = dir.path().join("empty.pem");
    std::fs::write(&empty, "nothing\n").expect("room");
    let broken = dir.path().join("broken.pem");
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n").expect("room");
    for file in [empty, broken, dir.path().join("missing.pem"), dir.path().to_owned(), "/dev/zero".into()] {
        let plan = TlsPlan { cacert: Some(file.clone()), ..TlsPlan::default() };
        let told = visit("www.test", plan, 1, None, |listener| drop(listener.accept()));
        let error = told.error();
        assert!(matches!(error, TlsError::CaFile { .. }), "{error}");
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
        assert_eq!(jaunt::Error::from(told.result.expect_err("seen above")).exit(), Exit::SslCacertBadfile);
    }
}

#[test]
fn a_server_that_asks_for_a_certificate_gets_the_one_of_the_command_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let ca = Authority::new("Test Root");
    let server = ca.issue(&["www.test"], |_| {});
    let client = ca.issue(&["me"], |_| {});
    let file = dir.path().join("both.pem");
    std::fs::write(&file, client.key.serialize_pem() + &client.pem).expect("room");
    let strict = || {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(ca.root.der.clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let check = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        builder(rustls::ALL_VERSIONS)
            .with_client_cert_verifier(check.expect("roots"))
            .with_single_cert(vec![server.der.clone()], server.private())
            .expect("a pair")
    };
    let plan = TlsPlan { cert: Some(file.clone()), ..ca.trusted() };
    let told = visit("www.test", plan, 1, None, echo(strict(), 1));
    assert_eq!(told.result.as_ref().expect("both are content"), &[b"GET / HTTP/1.1\r\n\r\n"]);
    assert!(told.events.iter().any(|e| matches!(e, TlsEvent::Secured { client_certificate: true, .. })));
    // Without one the server says so, with TLS 1.3 only when the first answer is read.
    let told = visit("www.test", ca.trusted(), 1, None, echo(strict(), 1));
    let alert = |e: &TlsEvent| matches!(e, TlsEvent::Alert { description: Some(what), .. } if what == "certificate_required");
    assert!(told.events.iter().any(alert), "{:?}", told.events);
    // Neither a key nor a certificate.
    for text in [
        client.pem.clone(),
        client.key.serialize_pem(),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n".to_owned() + &client.pem,
    ] {
        std::fs::write(&file, text).expect("room");
        let plan = TlsPlan { cert: Some(file.clone()), ..ca.trusted() };
        let told = visit("www.test", plan, 1, None, |listener| drop(listener.accept()));
        assert!(matches!(told.error(), TlsError::OwnCertificate { .. }), "{:?}", told.error());
    }
}

/// A peer that says `words` and then waits for the client to leave.
fn says(words: &'static [u8]) -> impl FnOnce(TcpListener) + Send {
    move |listener| {
        let (mut tcp, _) = listener.accept().expect("a client");
        let mut buf = [0; 4096];
        let _ = tcp.read(&mut buf);
        let _ = tcp.write_all(words);
        let _ = tcp.read(&mut buf);
    }
}

#[test]
fn what_is_no_tls_is_quoted_and_cannot_drive_the_terminal() {
    let told = visit("www.test", TlsPlan::default(), 1, None, says(b"HTTP/1.1 400 Bad \x1b[2J Request\r\nServer: x\r\n\r\n"));
    assert!(matches!(told.error(), TlsError::NotTls { .. }), "{:?}", told.error());
    let text = told.error().to_string();
    assert!(text.contains(r"HTTP/1.1 400 Bad \x1b[2J Request") && !text.contains('\x1b'), "{text}");
}

#[test]
fn an_alert_and_an_old_version_are_named() {
    let told = visit("www.test", TlsPlan::default(), 1, None, says(&[21, 3, 3, 0, 2, 2, 40]));
    assert!(matches!(told.error(), TlsError::Alert { description, .. } if description == "handshake_failure"));
    let told = visit("www.test", TlsPlan::default(), 1, None, says(&[21, 3, 1, 0, 2, 2, 70]));
    assert!(matches!(told.error(), TlsError::Version { .. }), "{:?}", told.error());
}

#[test]
fn a_peer_that_closes_or_stalls_or_loops_ends_the_handshake() {
    let told = visit("www.test", TlsPlan::default(), 1, None, |listener| {
        let (mut tcp, _) = listener.accept().expect("a client");
        let _ = tcp.read(&mut [0; 4096]);
    });
    assert!(matches!(told.error(), TlsError::Closed { received: 0, .. }), "{:?}", told.error());
    let limit = Some(Duration::from_millis(60));
    let told = visit("www.test", TlsPlan::default(), 1, limit, says(&[22, 3, 3, 0]));
    assert!(matches!(told.error(), TlsError::TimedOut { bound: Bound::MaxTime, received: 4, .. }), "{:?}", told.error());
    // RUSTSEC-2024-0336: close_notify in the middle of a handshake, again and again.
    const LOOP: [u8; 7 * 8] = {
        let mut bytes = [0; 7 * 8];
        let mut at = 0;
        while at < bytes.len() {
            (bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 4], bytes[at + 5]) = (21, 3, 3, 2, 1);
            at += 7;
        }
        bytes
    };
    let told = visit("www.test", TlsPlan::default(), 1, None, says(&LOOP));
    assert!(matches!(told.error(), TlsError::Protocol { .. }), "{:?}", told.error());
}

#[test]
fn an_end_without_close_notify_is_not_taken_for_the_end_of_the_data() {
    let ca = Authority::new("Test Root");
    let made = ca.issue(&["www.test"], |_| {});
    let cut = |listener: TcpListener| {
        let (mut tcp, _): (TcpStream, _) = listener.accept().expect("a client");
        let mut tls = rustls::ServerConnection::new(Arc::new(config(&made))).expect("a session");
        let mut buf = [0; 4096];
        let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
        let _ = stream.read(&mut buf);
        let _ = stream.write_all(b"half");
        // The socket is closed here, and TLS has not said so.
    };
    let told = visit("www.test", ca.trusted(), 1, None, cut);
    assert_eq!(told.result.expect("the handshake was good"), [b"halfUnexpectedEof"]);
}

#[test]
fn a_large_body_arrives_whole_through_small_and_large_reads() {
    let ca = Authority::new("Test Root");
    let made = ca.issue(&["www.test"], |_| {});
    let body: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sent = body.clone();
    let serve = |listener: TcpListener| {
        let (mut tcp, _) = listener.accept().expect("a client");
        let mut tls = rustls::ServerConnection::new(Arc::new(config(&made))).expect("a session");
        let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
        let _ = stream.read(&mut [0; 64]);
        stream.write_all(&sent).expect("the client reads");
        tls.send_close_notify();
        let _ = tls.complete_io(&mut tcp);
        let _ = tcp.read(&mut [0; 64]);
    };
    let told = visit("www.test", ca.trusted(), 1, None, serve);
    assert!(told.result.expect("the handshake was good") == [body]);
}

/// A certificate for localhost, made by openssl; none where there is no openssl.
fn made_by_openssl(dir: &std::path::Path) -> bool {
    let arguments = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 -subj \
                     /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1";
    let made = std::process::Command::new("openssl").args(arguments.split_whitespace()).current_dir(dir).output();
    made.is_ok_and(|o| o.status.success())
}

#[test]
fn openssl_sees_the_same_session_and_the_same_certificate() {
    if !crate::support::has("openssl") {
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    assert!(made_by_openssl(dir.path()), "openssl makes a certificate");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    for (option, version) in [("-tls1_3", "TLS 1.3"), ("-tls1_2", "TLS 1.2")] {
        let mut server = std::process::Command::new("openssl")
            .args(["s_server", "-quiet", "-www", option, "-key", "key.pem", "-cert", "cert.pem", "-accept"])
            .arg(port.to_string())
            .current_dir(dir.path())
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("openssl runs");
        // s_server says nothing when it is ready: it is, when it can be connected to.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let tls = Tls::new(TlsPlan { cacert: Some(dir.path().join("cert.pem")), ..TlsPlan::default() });
        let ready = (0..2_000).any(|_| {
            std::thread::yield_now();
            let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
            let open = socket.connect(&address.into()).is_ok();
            if !open {
                let pause = Duration::from_millis(5);
                let _ = rustix::event::poll(&mut [], Some(&rustix::event::Timespec::try_from(pause).expect("short")));
            }
            open
        });
        let told = ready.then(|| talk("localhost", address, &tls, 1, None));
        let _ = server.kill();
        let _ = server.wait();
        let told = told.expect("s_server listens");
        let body = told.result.as_ref().expect("a good certificate");
        let page = String::from_utf8_lossy(&body[0]).into_owned();
        assert!(told.events.iter().any(|e| matches!(e, TlsEvent::Secured { version: v, .. } if *v == version)));
        // Its status page names the cipher that it agreed to.
        let cipher = told.events.iter().find_map(|e| match e {
            TlsEvent::Secured { cipher, .. } => Some(cipher.clone()),
            _ => None,
        });
        if version == "TLS 1.3" {
            let cipher = cipher.expect("told above");
            assert!(page.contains(&cipher), "{cipher}: {page}");
        }
        assert!(
            told.events.iter().any(|e| matches!(e, TlsEvent::Certificate(c) if c.subject == "CN=localhost" && c.days_left <= 2))
        );
    }
}
