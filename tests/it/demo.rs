//! The embedded internet, met over its sockets.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use jaunt::demo::{Break, Internet, Options, Ports};
use jaunt::plan::Plan;

use crate::support;

const PATIENCE: Duration = Duration::from_secs(10);

fn internet(fault: Option<Break>) -> Internet {
    Internet::start(Options { ports: Ports::Any, fault, record: true }).expect("the demo's servers")
}

/// Where the packets for `asked` go.
fn actual(internet: &Internet, asked: &str) -> SocketAddr {
    let asked: SocketAddr = asked.parse().expect("an address");
    internet.told().iter().find(|t| t.place.asked == asked).unwrap_or_else(|| panic!("{asked}")).place.actual
}

fn query(name: &str, rtype: RecordType) -> Vec<u8> {
    let mut query = Message::new(7, MessageType::Query, OpCode::Query);
    query.add_query(Query::query(Name::from_ascii(name).expect("a name"), rtype));
    query.to_vec().expect("a query")
}

fn ask(at: SocketAddr, name: &str, rtype: RecordType, patience: Duration) -> io::Result<Message> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(at)?;
    socket.set_read_timeout(Some(patience))?;
    socket.send(&query(name, rtype))?;
    let mut buffer = [0; 1500];
    let size = socket.recv(&mut buffer)?;
    Message::from_vec(&buffer[..size]).map_err(io::Error::other)
}

fn connect(at: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(at), socket2::Type::STREAM, None)?;
    socket.connect_timeout(&at.into(), patience)?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn page(internet: &Internet, patience: Duration) -> (Vec<u8>, io::Result<()>) {
    let mut stream = connect(actual(internet, "127.53.0.80:80"), PATIENCE).expect("a connection");
    stream.set_read_timeout(Some(patience)).expect("a timeout");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: www.lab.example\r\nConnection: close\r\n\r\n").expect("a request sent");
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer).map(drop);
    (answer, end)
}

#[test]
fn each_name_server_knows_its_part_and_names_the_next() {
    let internet = internet(None);
    let root = ask(actual(&internet, "127.53.0.1:53"), "www.lab.example.", RecordType::A, PATIENCE).expect("an answer");
    assert_eq!(root.authorities[0].to_string(), "example. 86400 IN NS ns.nic.example.");
    let tld = ask(actual(&internet, "127.53.0.2:53"), "www.lab.example.", RecordType::A, PATIENCE).expect("an answer");
    assert_eq!((tld.authorities.len(), tld.additionals.len(), tld.answers.len()), (2, 2, 0));
    for leaf in ["127.53.0.3:53", "127.53.0.4:53"] {
        let leaf = ask(actual(&internet, leaf), "www.lab.example.", RecordType::A, PATIENCE).expect("an answer");
        assert!(leaf.metadata.authoritative);
        assert_eq!(leaf.answers[0].to_string(), "www.lab.example. 300 IN A 127.53.0.80");
    }
    let resolver = ask(actual(&internet, "127.53.0.53:53"), "www.lab.example.", RecordType::A, PATIENCE).expect("an answer");
    assert!(resolver.metadata.recursion_available && !resolver.metadata.authoritative);
    assert_eq!(resolver.answers.len(), 1);
}

#[test]
fn the_page_comes_and_the_request_is_kept_as_it_was_sent() {
    let internet = internet(None);
    let (answer, end) = page(&internet, PATIENCE);
    assert!(end.is_ok() && answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    let requests = internet.origin().requests();
    assert_eq!(requests[0].bytes, b"GET / HTTP/1.1\r\nHost: www.lab.example\r\nConnection: close\r\n\r\n");
}

#[test]
fn a_plan_finds_the_servers_where_they_are_and_keeps_what_was_typed() {
    let internet = internet(None);
    let mut plan = Plan::default();
    internet.adjust(&mut plan);
    assert_eq!(plan.connect.redirect.len(), 4);
    assert_eq!(plan.dns.redirect.len(), internet.nameservers() + 1);
    let conf = std::fs::read_to_string(plan.dns.resolv_conf.expect("a resolv.conf")).expect("a file");
    assert!(conf.contains("nameserver 127.53.0.53\n"));
    let mut typed = Plan::default();
    typed.dns.servers = vec!["192.0.2.1".to_owned()];
    internet.adjust(&mut typed);
    assert_eq!((typed.dns.servers.len(), typed.dns.resolv_conf), (1, None));
}

#[test]
fn broken_names_are_broken_as_they_are_said_to_be() {
    let told = |fault, at: &str| ask(actual(&internet(Some(fault)), at), "www.lab.example.", RecordType::A, PATIENCE);
    for at in ["127.53.0.53:53", "127.53.0.4:53"] {
        let code = |fault| told(fault, at).expect("an answer").metadata.response_code;
        assert_eq!(code(Break::DnsNxdomain), ResponseCode::NXDomain);
        assert_eq!(code(Break::DnsServfail), ResponseCode::ServFail);
        assert_eq!(code(Break::DnsRefused), ResponseCode::Refused);
        let nodata = told(Break::DnsNodata, at).expect("an answer");
        assert_eq!((nodata.metadata.response_code, nodata.answers.len()), (ResponseCode::NoError, 0));
        let lame = told(Break::DnsLame, at).expect("an answer");
        assert!(!lame.metadata.authoritative && !lame.metadata.recursion_available && lame.answers.is_empty());
        assert!(told(Break::DnsTruncated, at).expect("an answer").metadata.truncation);
        assert_eq!(told(Break::DnsCnameLoop, at).expect("an answer").answers.len(), 2);
        assert_eq!(told(Break::DnsSpoofedId, at).expect("an answer").metadata.id, !7);
    }
    let glueless = told(Break::DnsMissingGlue, "127.53.0.2:53").expect("an answer");
    assert_eq!((glueless.authorities.len(), glueless.additionals.len()), (2, 0));
    let silent = internet(Some(Break::DnsTimeout));
    let error = ask(actual(&silent, "127.53.0.53:53"), "www.lab.example.", RecordType::A, Duration::from_millis(50));
    assert_eq!(error.expect_err("silence").kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_dead_name_server_is_dead_for_udp_and_tcp() {
    let internet = internet(Some(Break::DnsDeadFirstServer));
    for at in ["127.53.0.3:53", "127.53.0.52:53"] {
        let at = actual(&internet, at);
        assert_eq!(ask(at, "x.", RecordType::A, PATIENCE).expect_err("dead").kind(), ErrorKind::ConnectionRefused);
        assert_eq!(connect(at, PATIENCE).expect_err("dead").kind(), ErrorKind::ConnectionRefused);
    }
    assert!(ask(actual(&internet, "127.53.0.53:53"), "www.lab.example.", RecordType::A, PATIENCE).is_ok());
}

#[test]
fn connections_are_refused_or_dropped_as_they_are_said_to_be() {
    let refusing = internet(Some(Break::ConnectRefused));
    let error = connect(actual(&refusing, "127.53.0.80:80"), PATIENCE).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let dropping = internet(Some(Break::ConnectTimeout));
    let error = connect(actual(&dropping, "127.53.0.80:443"), Duration::from_millis(200)).expect_err("dropped");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn broken_pages_are_broken_as_they_are_said_to_be() {
    let (whole, _) = page(&internet(None), PATIENCE);
    let (short, end) = page(&internet(Some(Break::ResponseShort)), PATIENCE);
    assert!(end.is_ok() && short.len() < whole.len() && whole.starts_with(&short));
    let (cut, end) = page(&internet(Some(Break::ResponseReset)), PATIENCE);
    assert!(cut.len() < whole.len());
    assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    let (nothing, end) = page(&internet(Some(Break::ResponseEmpty)), PATIENCE);
    assert!(end.is_ok() && nothing.is_empty());
    assert!(page(&internet(Some(Break::ResponseGarbage)), PATIENCE).0.starts_with(b"220 "));
    let (_, end) = page(&internet(Some(Break::ResponseStall)), Duration::from_millis(50));
    assert_eq!(end.expect_err("silence").kind(), ErrorKind::WouldBlock);
}

#[test]
fn every_server_is_told_with_where_it_is() {
    use jaunt::render::page::Page;
    use jaunt::render::palette::Palette;
    use jaunt::words::{Lang, Words};

    let internet = internet(Some(Break::DnsLame));
    let mut page = Page::new(Some(80), Palette::plain(), true);
    internet.tell(&mut page, &Words::new(Lang::En), &Plan::default());
    let text = page.take();
    for told in internet.told() {
        assert!(text.contains(&told.place.asked.to_string()), "{text}");
    }
    assert!(text.contains("broken on purpose (dns-lame)"), "{text}");
    assert!(!text.contains("demo-"), "{text}");
}

/// Each fault with the exit code and the main sentence that it ends with, empty where the journey arrives all the same.
const TABLE: &[(&str, &str, i32, &str)] = &[
    ("dns-nxdomain", "stub", 6, "www.lab.example does not exist"),
    ("dns-nxdomain", "iterative", 6, "www.lab.example does not exist"),
    ("dns-nodata", "stub", 6, "www.lab.example exists but has no address"),
    ("dns-nodata", "iterative", 6, "www.lab.example exists but has no address"),
    ("dns-servfail", "stub", 6, "the server answered SERVFAIL: it could not find out"),
    ("dns-servfail", "iterative", 6, "none of the 2 servers in charge of lab.example could be asked with success"),
    ("dns-refused", "stub", 6, "the server answered REFUSED"),
    ("dns-refused", "iterative", 6, "none of the 2 servers in charge of lab.example could be asked with success"),
    ("dns-lame", "stub", 6, "(lame)"),
    ("dns-lame", "iterative", 6, "names servers for lab.example that are not set up to serve it (lame delegation)"),
    ("dns-timeout", "stub", 6, "of no use: no answer within 1"),
    ("dns-truncated", "stub", 0, ""),
    ("dns-truncated", "iterative", 0, ""),
    ("dns-cname-loop", "stub", 6, "its aliases lead in a circle"),
    ("dns-cname-loop", "iterative", 6, "its aliases lead in a circle"),
    ("dns-missing-glue", "stub", 6, "the server answered SERVFAIL: it could not find out"),
    ("dns-missing-glue", "iterative", 6, "does not give their addresses (glue)"),
    ("dns-dead-first-server", "stub", 0, ""),
    ("dns-dead-first-server", "iterative", 0, ""),
    ("dns-spoofed-id", "stub", 0, ""),
    ("dns-spoofed-id", "iterative", 0, ""),
    ("connect-refused", "stub", 7, "connection refused (ECONNREFUSED)"),
    ("connect-timeout", "stub", 28, "for www.lab.example: no answer within the time allowed for connecting (--connect-timeout)"),
    ("tls-expired", "stub", 60, "the certificate of www.lab.example is refused: it expired"),
    ("tls-wrong-name", "stub", 60, "it is for other.lab.example, not for www.lab.example"),
    ("tls-self-signed", "stub", 60, "it is signed by itself"),
    ("tls-unknown-root", "stub", 60, "is not trusted"),
    ("tls-plain", "stub", 35, "does not speak TLS"),
    ("response-short", "stub", 18, "bytes are missing"),
    ("response-reset", "stub", 56, "connection reset by peer (ECONNRESET)"),
    ("response-empty", "stub", 52, "the server closed the connection without an answer"),
    ("response-garbage", "stub", 1, "the server's answer is not HTTP"),
    ("response-stall", "stub", 28, "while waiting for the answer"),
];

#[test]
fn every_fault_ends_with_its_exit_code_and_its_sentence() {
    for kind in Break::ALL {
        assert!(TABLE.iter().any(|row| row.0 == kind.name()), "{} is not in the table", kind.name());
    }
    let check = |(kind, resolver, exit, sentence): &(&str, &str, i32, &str)| {
        let output = support::run(["demo", "--no-images", "--break", kind, "--resolver", resolver]);
        let told = support::stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        // Standard error is no terminal here: nothing is cut, and wrapped lines are joined above.
        assert_eq!(support::code(&output), *exit, "{kind}, {resolver}: {told}");
        assert!(told.contains(sentence), "{kind}, {resolver}: {told}");
        assert_eq!(told.contains("jaunt: ("), *exit != 0, "{kind}, {resolver}: {told}");
        assert!(told.contains(&format!("broken on purpose ({kind})")), "{told}");
        assert_eq!(output.stdout.ends_with(b"</html>\n"), *exit == 0, "{kind}, {resolver}");
    };
    // Some rows wait for what does not come: not one after the other.
    std::thread::scope(|scope| {
        for part in 0..4 {
            scope.spawn(move || TABLE.iter().skip(part).step_by(4).for_each(check));
        }
    });
}

#[test]
fn a_demo_that_finds_a_port_taken_uses_another_says_so_and_works() {
    // Demos of other tests come and go; this port is taken for all of the time. Who may not have it uses another anyway.
    let _taken = (0..200).find_map(|_| match TcpListener::bind("127.53.0.80:443") {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            std::thread::sleep(Duration::from_millis(100));
            None
        }
        bound => Some(bound),
    });
    let output = support::run(["demo", "--no-images", "https://www.lab.example/sample1.htm"]);
    let told = support::stderr(&output);
    assert_eq!(support::code(&output), 0, "{told}");
    assert!(told.contains("really at 127."), "{told}");
    assert_eq!(output.stdout, include_bytes!("../../src/demo/site/sample1.htm"));
}

#[test]
fn what_the_page_says_in_chunks_and_codings_comes_out_whole() {
    for (path, page) in [
        ("chunked.html", include_bytes!("../../src/demo/site/chunked.html").as_slice()),
        ("codings.html", include_bytes!("../../src/demo/site/codings.html").as_slice()),
        ("letter.png", include_bytes!("../../src/demo/site/letter.png").as_slice()),
    ] {
        let output = support::run(["demo", "-s", &format!("http://www.lab.example/{path}")]);
        assert_eq!((support::code(&output), output.stdout.as_slice()), (0, page), "{path}");
    }
}

#[test]
fn a_name_with_addresses_of_both_families_is_served_over_both() {
    for family in ["-4", "-6"] {
        let output = support::run(["demo", "-s", family, "https://both.lab.example/lock.png"]);
        assert_eq!(support::code(&output), 0, "{family}");
        assert!(output.stdout == include_bytes!("../../src/demo/site/lock.png"), "{family}");
    }
}

#[test]
fn the_pictures_of_the_page_are_fetched_and_are_those_of_the_site() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = support::run([OsStr::new("demo"), OsStr::new("--save-images"), folder.path().as_os_str()]);
    assert_eq!(support::code(&output), 0, "{}", support::stderr(&output));
    for (name, picture) in [
        ("letter.png", include_bytes!("../../src/demo/site/letter.png").as_slice()),
        ("signpost.jpg", include_bytes!("../../src/demo/site/signpost.jpg").as_slice()),
        ("handshake.gif", include_bytes!("../../src/demo/site/handshake.gif").as_slice()),
        ("lock.png", include_bytes!("../../src/demo/site/lock.png").as_slice()),
        ("route.svg", include_bytes!("../../src/demo/site/route.svg").as_slice()),
    ] {
        assert!(std::fs::read(folder.path().join(name)).expect("a saved picture") == picture, "{name}");
    }
}

#[test]
fn the_message_that_is_written_is_the_message_that_arrives() {
    let url = "http://www.lab.example/echo?a=b";
    let typed = ["-d", "x=1", "-H", "X-Note: here", "-A", "me", url];
    let message = support::run(["--until", "message"].iter().chain(&typed));
    let echoed = support::run(["demo", "-s"].iter().chain(&typed));
    assert_eq!(support::code(&echoed), 0);
    assert_eq!(echoed.stdout, message.stdout);
}
