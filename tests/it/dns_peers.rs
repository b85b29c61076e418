//! Stage 3 beside programs that people trust: bind, unbound and dnsmasq answer, dig reads what jaunt reads.
//!
//! Each server runs in the foreground on loopback with a configuration made here, and ends with its test.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jaunt::clock::{Clock as _, Monotonic};
use jaunt::deadline::{Bound, Deadline};
use jaunt::event::{Detail, Event, FetchId, Hub, Kept};
use jaunt::secret::Secrets;
use jaunt::stages::dns::{DnsEvent, DnsPlan, Family, Flags, RecordShown, Resolve as _, Resolver, Transport};
use jaunt::stages::tls::TlsPlan;

use crate::support::has;

const ZONE: &str = r#"$TTL 300
@       SOA   ns root 1 3600 900 604800 60
@       NS    ns
@       MX    10 mail
@       MX    20 mail2.example.
@       TXT   "v=spf1 -all" "second \"string\""
@       CAA   0 issue "ca.example"
ns      A     192.0.2.53
mail    A     192.0.2.25
www     A     192.0.2.226
www     AAAA  2001:db8::e2
alias   CNAME www
far     CNAME nowhere.other.example.
_web._tcp SRV 5 10 80 www
www     HTTPS 1 . alpn="h2,http/1.1" port=8443 ipv4hint=192.0.2.226
svc     SVCB  1 www alpn="h2"
num     NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@lab.example!" .
_443._tcp.www TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
www     SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
sub     DS    60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
sub     NS    ns
key     DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6zMv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1UaNvv4w==
branch  DNAME www
odd     TYPE65280 \# 3 010203
under_score A 192.0.2.9
"#;

/// A server process; ended when dropped.
struct Daemon {
    child: Child,
    at: SocketAddr,
    _dir: tempfile::TempDir,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free for UDP and TCP.
fn free_port() -> u16 {
    for _ in 0..50 {
        let tcp = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let at = tcp.local_addr().expect("bound");
        if UdpSocket::bind(at).is_ok() {
            return at.port();
        }
    }
    panic!("no port is free for both");
}

/// Where Debian and others put daemons.
fn program(name: &str) -> PathBuf {
    ["/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/bin"]
        .iter()
        .map(|d| Path::new(d).join(name))
        .find(|p| p.is_file())
        .unwrap_or_else(|| name.into())
}

/// Starts it and waits until it answers over UDP.
fn start(command: &mut Command, port: u16, dir: tempfile::TempDir) -> Daemon {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let daemon = Daemon { child, at: SocketAddr::from(([127, 0, 0, 1], port)), _dir: dir };
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.connect(daemon.at).expect("connected");
    socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
    let clock = Monotonic::start();
    // www.lab.example A: every server here has it. REFUSED means that it is still reading its zone.
    let question = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x03www\x03lab\x07example\0\0\x01\0\x01";
    let mut answer = [0; 512];
    while clock.now() < Duration::from_secs(20) {
        let _ = socket.send(question);
        if socket.recv(&mut answer).is_ok() && answer[3] & 0x0f == 0 && answer[7] > 0 {
            return daemon;
        }
        std::thread::yield_now();
    }
    panic!("{command:?} does not answer");
}

fn named() -> Daemon {
    let dir = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut zone = ZONE.to_owned();
    // bind takes up to 100 records of a name and type.
    for n in 0..90 {
        zone.push_str(&format!("many A 10.0.0.{}\n", n + 1));
    }
    std::fs::write(dir.path().join("lab.zone"), zone).expect("written");
    let path = dir.path().display();
    let conf = format!(
        "options {{ directory \"{path}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; pid-file none; \
         session-keyfile \"{path}/key\"; managed-keys-directory \"{path}\"; recursion no; minimal-responses no; dnssec-validation no; check-names primary ignore; }};\n\
         controls {{ }};\nzone \"lab.example\" {{ type primary; file \"lab.zone\"; }};\n"
    );
    let file = dir.path().join("named.conf");
    std::fs::write(&file, conf).expect("written");
    start(Command::new(program("named")).arg("-g").arg("-c").arg(&file), port, dir)
}

struct Asked {
    flags: Flags,
    rcode: String,
    records: Vec<String>,
    transport: Transport,
}

fn line(r: &RecordShown) -> String {
    format!("{} {} {} {} {}", r.name, r.ttl, r.class, r.kind, r.data).to_ascii_lowercase()
}

/// The last message received for a question of `kind` about `name`.
fn jaunt(at: SocketAddr, name: &str, kind: &str) -> Asked {
    let plan = DnsPlan { servers: vec![at.to_string()], types: vec![kind.to_owned()], ..DnsPlan::default() };
    let clock = Monotonic::start();
    let kept = Kept::default();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![Box::new(kept.clone())]);
    let _ = Resolver::new(&plan).ask_types(name, &Deadline::never(&clock), hub.emitter(FetchId(0)));
    kept.entries()
        .into_iter()
        .rev()
        .find_map(|e| match e.event {
            Event::Dns(DnsEvent::Received { flags, rcode, answers, authorities, additionals, link, .. }) => {
                let mut records: Vec<String> = answers.iter().chain(&authorities).chain(&additionals).map(line).collect();
                records.sort();
                Some(Asked { flags, rcode, records, transport: link.transport })
            }
            _ => None,
        })
        .unwrap_or_else(|| panic!("{name} {kind}: no answer"))
}

/// The same by dig.
fn dig(at: SocketAddr, name: &str, kind: &str) -> Asked {
    let output = Command::new("dig")
        .args([&format!("@{}", at.ip()), "-p", &at.port().to_string(), name, kind])
        .args(["+noedns", "+noadflag", "+nocookie", "+noall", "+comments", "+answer", "+authority", "+additional", "+tries=1"])
        .output()
        .expect("dig runs");
    let text = String::from_utf8(output.stdout).expect("dig prints text");
    let after =
        |mark: &str| text.split(mark).nth(1).and_then(|t| t.split([',', ';', '\n']).next()).unwrap_or_default().trim().to_owned();
    let flags = after("flags: ");
    let has = |flag: &str| flags.split(' ').any(|f| f == flag);
    let mut records: Vec<String> = text
        .lines()
        .filter(|l| !l.starts_with(';') && !l.is_empty())
        .map(|l| {
            let mut words = l.split_whitespace();
            let head: Vec<&str> = words.by_ref().take(4).collect();
            // dig breaks long hexadecimal data with spaces; text keeps its own.
            let kind = head[3];
            let data: Vec<&str> = words.collect();
            let data = match kind {
                "TLSA" => format!("{} {} {} {}", data[0], data[1], data[2], data[3..].concat()),
                "SSHFP" => format!("{} {} {}", data[0], data[1], data[2..].concat()),
                "DS" | "DNSKEY" => format!("{} {} {} {}", data[0], data[1], data[2], data[3..].concat()),
                _ => data.join(" "),
            };
            format!("{} {data}", head.join(" ")).to_ascii_lowercase()
        })
        .collect();
    records.sort();
    let flags = Flags { aa: has("aa"), tc: has("tc"), rd: has("rd"), ra: has("ra"), ad: has("ad"), cd: has("cd") };
    Asked {
        flags,
        rcode: after("status: "),
        records,
        transport: if text.contains("retrying in TCP") { Transport::Tcp } else { Transport::Udp },
    }
}

#[test]
fn jaunt_reads_every_field_of_binds_answers_as_dig_does() {
    if !has("named") || !has("dig") {
        return;
    }
    let server = named();
    for (name, kind) in [
        ("www.lab.example", "A"),
        ("www.lab.example", "AAAA"),
        ("www.lab.example", "HTTPS"),
        ("www.lab.example", "SSHFP"),
        ("WWW.Lab.example", "A"),
        ("lab.example", "MX"),
        ("lab.example", "NS"),
        ("lab.example", "TXT"),
        ("lab.example", "SOA"),
        ("lab.example", "CAA"),
        ("lab.example", "ANY"),
        ("alias.lab.example", "A"),
        ("alias.lab.example", "CNAME"),
        ("far.lab.example", "A"),
        ("_web._tcp.lab.example", "SRV"),
        ("svc.lab.example", "SVCB"),
        ("num.lab.example", "NAPTR"),
        ("_443._tcp.www.lab.example", "TLSA"),
        ("odd.lab.example", "TYPE65280"),
        ("sub.lab.example", "DS"),
        ("key.lab.example", "DNSKEY"),
        ("branch.lab.example", "DNAME"),
        ("x.branch.lab.example", "A"),
        ("under_score.lab.example", "A"),
        ("many.lab.example", "A"),
        ("no.lab.example", "A"),
        ("www.lab.example", "MX"),
        ("elsewhere.example", "A"),
    ] {
        let (ours, theirs) = (jaunt(server.at, name, kind), dig(server.at, name, kind));
        assert_eq!(ours.records, theirs.records, "{name} {kind}");
        let known = !name.starts_with("no.") && !name.starts_with("x.") && !name.starts_with("elsewhere") && kind != "MX"
            || name.starts_with("lab");
        assert!(
            !known || (ours.flags.aa && ours.rcode == "NOERROR" && !ours.records.is_empty()),
            "{name} {kind}: the zone is not served"
        );
        assert_eq!((ours.rcode, ours.flags), (theirs.rcode, theirs.flags), "{name} {kind}");
        if name.starts_with("many") {
            assert_eq!(
                (ours.transport, theirs.transport, ours.records.len()),
                (Transport::Tcp, Transport::Tcp, 92),
                "{:?} {:?}",
                ours.flags,
                ours.records
            );
        }
    }
}

/// Addresses of `host` by `servers`, and the transports of its questions.
fn lookup(servers: &[String], tls: TlsPlan, host: &str) -> (Result<Vec<String>, String>, Vec<Transport>, Vec<DnsEvent>) {
    let plan = DnsPlan { servers: servers.to_vec(), ..DnsPlan::default() };
    let clock = Monotonic::start();
    let kept = Kept::default();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![Box::new(kept.clone())]);
    let resolver = Resolver::new(&plan).trusting(tls);
    let by = Deadline::never(&clock).within(Some(Duration::from_secs(30)), Bound::MaxTime);
    let outcome = resolver.lookup(host, 80, Family::Any, &by, hub.emitter(FetchId(0)));
    let outcome = outcome.map_err(|e| {
        let e = jaunt::Error::from(e);
        e.to_string() + &e.tried().iter().map(|t| format!("\n{}", jaunt::words::english(t))).collect::<String>()
    });
    let mut found = outcome.map(|r| r.addresses.iter().map(|a| a.ip().to_string()).collect::<Vec<_>>());
    if let Ok(found) = &mut found {
        found.sort();
    }
    let events: Vec<DnsEvent> = kept
        .entries()
        .into_iter()
        .filter_map(|e| match e.event {
            Event::Dns(event) => Some(event),
            _ => None,
        })
        .collect();
    let transports = events
        .iter()
        .filter_map(|e| match e {
            DnsEvent::Sent { link, .. } => Some(link.transport),
            _ => None,
        })
        .collect();
    (found, transports, events)
}

#[test]
fn dnsmasq_is_understood() {
    if !has("dnsmasq") {
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut command = Command::new(program("dnsmasq"));
    command.args([
        "-k",
        "-C",
        "/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        "--listen-address=127.0.0.1",
        "--user=root",
    ]);
    command.args([
        &format!("--port={port}"),
        "--host-record=www.lab.example,192.0.2.226,2001:db8::e2",
        "--cname=alias.lab.example,www.lab.example",
    ]);
    command.args(["--local=/example/", &format!("--pid-file={}", dir.path().join("pid").display())]);
    let server = start(&mut command, port, dir);
    let servers = [server.at.to_string()];
    for host in ["www.lab.example", "alias.lab.example"] {
        assert_eq!(lookup(&servers, TlsPlan::default(), host).0.expect(host), ["192.0.2.226", "2001:db8::e2"]);
    }
    assert!(lookup(&servers, TlsPlan::default(), "no.lab.example").0.expect_err("there is none").contains("does not exist"));
}

#[test]
fn unbound_is_asked_in_plain_over_tls_and_over_https() {
    if !has("unbound") {
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let made =
        rcgen::generate_simple_self_signed(vec!["dns.lab.example".to_owned(), "127.0.0.1".to_owned()]).expect("a certificate");
    let (pem, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    std::fs::write(&pem, made.cert.pem()).expect("written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    let (port, tls, https) = (free_port(), free_port(), free_port());
    let path = dir.path().display();
    let conf = format!(
        "server:\n interface: 127.0.0.1@{port}\n interface: 127.0.0.1@{tls}\n interface: 127.0.0.1@{https}\n tls-port: {tls}\n \
         https-port: {https}\n http-endpoint: \"/dns-query\"\n tls-service-pem: \"{path}/cert.pem\"\n tls-service-key: \"{path}/key.pem\"\n \
         username: \"\"\n chroot: \"\"\n directory: \"{path}\"\n pidfile: \"\"\n use-syslog: no\n do-daemonize: no\n module-config: \"iterator\"\n \
         do-not-query-localhost: no\n local-zone: \"example.\" static\n local-data: \"www.lab.example. 300 A 192.0.2.226\"\n \
         local-data: \"www.lab.example. 300 AAAA 2001:db8::e2\"\nremote-control:\n control-enable: no\n"
    );
    let file = dir.path().join("unbound.conf");
    std::fs::write(&file, conf).expect("written");
    let _server = start(Command::new(program("unbound")).arg("-d").arg("-c").arg(&file), port, dir);
    let trusting = TlsPlan { cacert: Some(pem), ..TlsPlan::default() };
    let both = ["192.0.2.226".to_owned(), "2001:db8::e2".to_owned()];
    for (server, transport) in [
        (format!("127.0.0.1:{port}"), Transport::Udp),
        (format!("tls://127.0.0.1:{tls}"), Transport::Tls),
        (format!("tls://127.0.0.1:{tls}#dns.lab.example"), Transport::Tls),
        (format!("https://127.0.0.1:{https}/dns-query"), Transport::Https),
    ] {
        let (found, transports, events) = lookup(std::slice::from_ref(&server), trusting.clone(), "www.lab.example");
        assert_eq!(found.unwrap_or_else(|e| panic!("{server}: {e}")), both, "{server}");
        assert_eq!(transports, [transport; 2], "{server}");
        // Both questions in one session.
        let opened = events.iter().filter(|e| matches!(e, DnsEvent::Opening { .. })).count();
        assert_eq!(opened, usize::from(transport != Transport::Udp), "{server}");
        let secured = events.iter().any(|e| matches!(e, DnsEvent::Session { of, .. } if matches!(**of, Event::Tls(_))));
        assert_eq!(secured, transport != Transport::Udp, "{server}");
    }
    // A name that the certificate does not have, a root that is not trusted, a path that is not served.
    for (server, tls) in [
        (format!("tls://127.0.0.1:{tls}#other.example"), trusting.clone()),
        (format!("tls://127.0.0.1:{tls}"), TlsPlan { insecure: true, ..TlsPlan::default() }),
        (format!("https://127.0.0.1:{https}/elsewhere"), trusting),
    ] {
        let error = lookup(std::slice::from_ref(&server), tls, "www.lab.example").0.expect_err(&server);
        assert!(
            error.contains("certificate") || error.contains("HTTP status 404") || error.contains("HTTP/2"),
            "{server}: {error}"
        );
    }
}
