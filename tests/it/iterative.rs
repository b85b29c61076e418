//! The walk from the root: over the demo's servers, whole and broken, and over servers that lie.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use jaunt::clock::Monotonic;
use jaunt::deadline::{Bound, Deadline};
use jaunt::demo::{Break, Internet, Nameserver, Options, Ports};
use jaunt::event::{Detail, Event, FetchId, Hub, Kept};
use jaunt::plan::Plan;
use jaunt::secret::Secrets;
use jaunt::stages::dns::{DnsError, DnsEvent, DnsPlan, Failure, Family, Ignore, Resolve, Resolver, ResolverKind, WalkStep};

/// A resolver with what it has told.
struct Walker {
    resolver: Resolver<'static>,
    kept: Kept,
}

impl Walker {
    fn new(plan: DnsPlan) -> Self {
        Self::by(ResolverKind::Iterative, plan)
    }

    fn by(resolver: ResolverKind, plan: DnsPlan) -> Self {
        // A test's plan lives as long as the test's process.
        let plan = Box::leak(Box::new(DnsPlan { resolver, ..plan }));
        Self { resolver: Resolver::new(plan), kept: Kept::default() }
    }

    fn within<T>(&self, act: impl FnOnce(&Resolver<'_>, &Deadline<'_>, jaunt::event::Emitter<'_>) -> T) -> T {
        let clock = Monotonic::start();
        let hub = Hub::new(&clock, Secrets::default(), Detail::Normal, vec![Box::new(self.kept.clone())]);
        let by = Deadline::never(&clock).within(Some(Duration::from_secs(30)), Bound::MaxTime);
        act(&self.resolver, &by, hub.emitter(FetchId(0)))
    }

    fn lookup(&self, host: &str) -> Result<Vec<IpAddr>, DnsError> {
        self.lookup_of(host, Family::V4)
    }

    fn lookup_of(&self, host: &str, family: Family) -> Result<Vec<IpAddr>, DnsError> {
        let route = self.within(|resolver, by, out| resolver.lookup(host, 80, family, by, out))?;
        Ok(route.addresses.iter().map(SocketAddr::ip).collect())
    }

    fn events(&self) -> Vec<DnsEvent> {
        let entries = self.kept.entries().into_iter();
        entries.filter_map(|e| if let Event::Dns(event) = e.event { Some(event) } else { None }).collect()
    }

    fn steps(&self) -> Vec<WalkStep> {
        self.events().into_iter().filter_map(|e| if let DnsEvent::Walk(step) = e { Some(step) } else { None }).collect()
    }

    fn questions(&self) -> usize {
        self.events().iter().filter(|e| matches!(e, DnsEvent::Sent { .. })).count()
    }

    /// The zones that were referred to, in order.
    fn way(&self) -> Vec<String> {
        self.steps().into_iter().filter_map(|s| if let WalkStep::Referred { to, .. } = s { Some(to) } else { None }).collect()
    }
}

fn demo(fault: Option<Break>) -> (Internet, Walker) {
    let internet = Internet::start(Options { ports: Ports::Any, fault, record: false }).expect("the demo's servers");
    let mut plan = Plan::default();
    internet.adjust(&mut plan);
    (internet, Walker::new(plan.dns))
}

fn web() -> Vec<IpAddr> {
    vec![IpAddr::from([127, 53, 0, 80])]
}

#[test]
fn a_cold_walk_asks_the_root_the_top_level_domain_and_the_server_in_charge() {
    let (_internet, walker) = demo(None);
    assert_eq!(walker.lookup("www.lab.example").expect("an address"), web());
    assert_eq!(walker.way(), ["example.", "lab.example."]);
    assert_eq!(walker.questions(), 3);
    let desired = walker.events().iter().any(|e| matches!(e, DnsEvent::Sent { flags, .. } if flags.rd));
    assert!(!desired, "the servers of the hierarchy are not asked to find out");
    let answered = walker.events().iter().any(|e| matches!(e, DnsEvent::Answered { authoritative: Some(true), .. }));
    assert!(answered);
}

#[test]
fn both_families_share_the_way() {
    let (_internet, walker) = demo(None);
    assert_eq!(walker.lookup_of("www.lab.example", Family::Any).expect("an address"), web());
    assert_eq!((walker.questions(), walker.way().len()), (4, 2));
}

#[test]
fn a_second_name_begins_at_the_zone_that_is_known_and_the_same_name_is_in_the_cache() {
    let (_internet, walker) = demo(None);
    walker.lookup("www.lab.example").expect("an address");
    walker.lookup("lab.example").expect("an address");
    assert_eq!(walker.questions(), 4);
    walker.lookup("www.lab.example").expect("an address");
    assert_eq!(walker.questions(), 4);
}

#[test]
fn servers_without_glue_are_found_by_a_walk_of_their_own() {
    let (_internet, walker) = demo(None);
    assert_eq!(walker.lookup("www.shop.test").expect("an address"), web());
    let steps = walker.steps();
    assert!(steps.iter().any(|s| matches!(s, WalkStep::NeedAddress { depth: 0, name, .. } if name == "ns1.lab.example.")));
    assert!(steps.iter().any(|s| matches!(s, WalkStep::Answered { depth: 1, .. })));
    assert!(steps.iter().any(|s| matches!(s, WalkStep::HaveAddress { depth: 0, addresses, .. } if addresses.len() == 1)));
}

#[test]
fn an_alias_into_another_zone_is_looked_for_there_though_the_server_said_more() {
    let (_internet, walker) = demo(None);
    assert_eq!(walker.lookup("lab.shop.test").expect("an address"), web());
    let steps = walker.steps();
    assert!(steps.iter().any(|s| matches!(s, WalkStep::Alias { target, asked_again: true, .. } if target == "www.lab.example.")));
}

#[test]
fn other_types_are_walked_to_as_well() {
    let (internet, _) = demo(None);
    let mut plan = Plan::default();
    internet.adjust(&mut plan);
    plan.dns.types = ["MX", "SOA", "NS", "CAA", "SRV", "DS"].map(str::to_owned).into();
    let walker = Walker::new(plan.dns);
    assert!(walker.within(|resolver, by, out| resolver.ask_types("lab.example", by, out)).expect("records"));
    let further: Vec<(String, usize)> = walker
        .events()
        .into_iter()
        .filter_map(|e| match e {
            DnsEvent::Further { question, records, .. } => Some((question.kind, records.len())),
            _ => None,
        })
        .collect();
    let expected = [("MX", 1), ("SOA", 1), ("NS", 2), ("CAA", 1), ("SRV", 0), ("DS", 0)];
    assert_eq!(further, expected.map(|(kind, n)| (kind.to_owned(), n)));
}

#[test]
fn what_is_too_long_for_a_datagram_comes_over_tcp() {
    let (internet, _) = demo(None);
    let mut plan = Plan::default();
    internet.adjust(&mut plan);
    plan.dns.types = vec!["TXT".to_owned()];
    let walker = Walker::new(plan.dns);
    walker.within(|resolver, by, out| resolver.ask_types("big.lab.example", by, out)).expect("records");
    let events = walker.events();
    assert!(events.iter().any(|e| matches!(e, DnsEvent::Truncated { .. })));
    assert!(events.iter().any(|e| matches!(e, DnsEvent::Further { records, .. } if records.len() == 40)));
}

#[test]
fn each_broken_zone_ends_the_walk_as_it_should() {
    let broken = |fault| {
        let (_internet, walker) = demo(Some(fault));
        (walker.lookup("www.lab.example"), walker)
    };
    let (result, walker) = broken(Break::DnsNxdomain);
    assert!(matches!(result, Err(DnsError::NotFound { .. })), "{result:?}");
    assert!(walker.steps().iter().any(|s| matches!(s, WalkStep::Denied { rcode, soa: Some(_), .. } if rcode == "NXDOMAIN")));
    assert!(matches!(broken(Break::DnsNodata).0, Err(DnsError::NoAddress { .. })));
    for (fault, why) in [
        (Break::DnsServfail, Failure::Rcode { rcode: "SERVFAIL".into() }),
        (Break::DnsRefused, Failure::Rcode { rcode: "REFUSED".into() }),
        (Break::DnsLame, Failure::NotDown { zone: ".".into() }),
    ] {
        let (result, walker) = broken(fault);
        let Err(DnsError::ZoneUnserved { zone, tried, .. }) = result else { panic!("{fault:?}: {result:?}") };
        assert_eq!((zone.as_str(), tried.len()), ("lab.example.", 2));
        assert!(tried.iter().all(|t| t.why == why), "{tried:?}");
        assert_eq!(walker.steps().iter().filter(|s| matches!(s, WalkStep::Useless { .. })).count(), 2);
    }
    assert!(matches!(broken(Break::DnsCnameLoop).0, Err(DnsError::AliasLoop { chain, .. }) if chain.len() == 3));
    let (result, walker) = broken(Break::DnsMissingGlue);
    assert!(matches!(result, Err(DnsError::ZoneUnserved { missing, tried, .. }) if missing.len() == 2 && tried.is_empty()));
    assert_eq!(walker.questions(), 2);
    let (result, walker) = broken(Break::DnsTruncated);
    assert_eq!(result.expect("an address over TCP"), web());
    assert!(walker.events().iter().any(|e| matches!(e, DnsEvent::Truncated { .. })));
    let (result, walker) = broken(Break::DnsDeadFirstServer);
    assert_eq!(result.expect("an address from the second server"), web());
    assert!(walker.steps().iter().any(|s| matches!(s, WalkStep::Useless { why: Failure::Os { refused: true, .. }, .. })));
    let (result, walker) = broken(Break::DnsSpoofedId);
    assert_eq!(result.expect("the real address"), web());
    assert!(walker.events().iter().any(|e| matches!(e, DnsEvent::Ignored { why: Ignore::WrongId { .. }, .. })));
}

#[test]
fn silent_servers_are_asked_twice_and_told() {
    let (_internet, walker) = demo(Some(Break::DnsTimeout));
    let result = walker.lookup("www.lab.example");
    let Err(DnsError::ZoneUnserved { tried, .. }) = result else { panic!("{result:?}") };
    assert_eq!(tried.iter().map(|t| t.times).sum::<u32>(), 4);
    assert!(tried.iter().all(|t| matches!(t.why, Failure::TimedOut { .. })));
}

#[test]
fn the_resolver_of_the_demo_walks_itself_and_answers_without_authority() {
    let (internet, _) = demo(None);
    let mut plan = Plan::default();
    internet.adjust(&mut plan);
    let walker = Walker::by(ResolverKind::Stub, plan.dns);
    assert_eq!(walker.lookup_of("lab.shop.test", Family::Any).expect("an address"), web());
    let answered = walker.events().iter().any(|e| matches!(e, DnsEvent::Answered { authoritative: Some(false), .. }));
    assert!(answered);
}

/// A root server at 127.53.1.1 that answers with whatever `lie` puts into its reply, and a resolver that begins there.
fn lying(lie: impl Fn(&mut Message, &Name, RecordType) + Send + Sync + 'static) -> (Nameserver, Walker, tempfile::TempDir) {
    let answerer = move |bytes: &[u8], _| {
        let query = Message::from_vec(bytes).expect("jaunt's question");
        let mut reply = Message::new(query.metadata.id, MessageType::Response, OpCode::Query);
        reply.add_query(query.queries[0].clone());
        lie(&mut reply, &query.queries[0].name, query.queries[0].query_type);
        vec![reply.to_vec().expect("a message")]
    };
    let asked = SocketAddr::from(([127, 53, 1, 1], 53));
    let server = Nameserver::start(asked, Ports::Any, Arc::new(answerer)).expect("a server");
    let folder = tempfile::tempdir().expect("a folder");
    let hints = folder.path().join("hints");
    std::fs::write(&hints, ". 60 IN NS ns.root.\nns.root. 60 IN A 127.53.1.1\n").expect("a file");
    let plan = DnsPlan {
        root_hints: Some(hints),
        hosts: Some("/dev/null".into()),
        redirect: vec![(asked, server.place().actual)],
        ..DnsPlan::default()
    };
    (server, Walker::new(plan), folder)
}

fn record(line: &str) -> Record {
    let mut parts = line.splitn(3, ' ');
    let mut part = || parts.next().expect("owner, type, data");
    let (owner, kind, data) = (part(), part(), part());
    let kind: RecordType = kind.parse().expect("a type");
    Record::from_rdata(Name::from_ascii(owner).expect("a name"), 60, RData::try_from_str(kind, data).expect("data"))
}

#[test]
fn hearsay_is_not_believed() {
    let (_server, walker, _folder) = lying(|reply, name, _| {
        reply.add_answer(record(&format!("{name} A 192.0.2.66")));
    });
    let result = walker.lookup("www.bank.example");
    let Err(DnsError::ZoneUnserved { tried, .. }) = result else { panic!("{result:?}") };
    assert!(matches!(tried[0].why, Failure::Unauthoritative { .. }));
    let (_server, walker, _folder) = lying(|reply, _, _| reply.metadata.response_code = ResponseCode::NXDomain);
    assert!(matches!(walker.lookup("www.bank.example"), Err(DnsError::ZoneUnserved { .. })));
}

#[test]
fn glue_of_other_peoples_names_is_told_and_not_believed() {
    let (_server, walker, _folder) = lying(|reply, name, _| {
        if name.to_ascii().ends_with("bank.test.") {
            reply.metadata.authoritative = true;
            reply.add_answer(record(&format!("{name} A 192.0.2.1")));
        } else {
            reply.add_authority(record("bank.test. NS ns.root."));
            reply.add_additional(record("www.bank.test. A 192.0.2.66"));
        }
    });
    // The root may speak for every name, but this address is of no server that it named.
    assert_eq!(walker.lookup("www.bank.test").expect("an address"), ["192.0.2.1".parse::<IpAddr>().expect("an address")]);
    let (_server, walker, _folder) = lying(|reply, name, _| {
        if name.to_ascii() == "other.test." {
            reply.add_authority(record("other.test. NS ns.root."));
            reply.add_additional(record("www.bank.test. A 192.0.2.66"));
        }
    });
    let _ = walker.lookup("other.test");
    assert!(walker.steps().iter().any(|s| matches!(s, WalkStep::Referred { ignored, .. } if ignored.len() == 1)));
}

#[test]
fn a_referral_that_does_not_lead_down_is_refused() {
    for to in [".", "elsewhere.test."] {
        let (_server, walker, _folder) = lying(move |reply, _, _| {
            reply.add_authority(record(&format!("{to} NS ns.root.")));
        });
        let result = walker.lookup("www.lab.example");
        let Err(DnsError::ZoneUnserved { tried, .. }) = result else { panic!("{result:?}") };
        assert_eq!(tried[0].why, Failure::NotDown { zone: to.to_owned() });
        assert_eq!(walker.questions(), 1);
    }
}

#[test]
fn servers_that_name_each_other_end_the_walk() {
    let (_server, walker, _folder) = lying(|reply, name, _| {
        let (zone, server) =
            if name.to_ascii().ends_with("a.test.") { ("a.test.", "ns.b.test.") } else { ("b.test.", "ns.a.test.") };
        reply.add_authority(record(&format!("{zone} NS {server}")));
    });
    let result = walker.lookup("www.a.test");
    assert!(matches!(&result, Err(DnsError::ZoneUnserved { missing, .. }) if missing.len() == 1), "{result:?}");
    assert!(walker.questions() <= 4);
}

#[test]
fn a_hierarchy_without_an_end_is_left_after_a_bounded_number_of_questions() {
    // Every server names five servers without addresses, each in a zone of its own.
    let count = Arc::new(AtomicU32::new(0));
    let (_server, walker, _folder) = lying(move |reply, name, _| {
        let zone = name.trim_to(1);
        for _ in 0..5 {
            let n = count.fetch_add(1, Ordering::Relaxed);
            reply.add_authority(record(&format!("{zone} NS ns.x{n}.")));
        }
    });
    let result = walker.lookup("www.lab");
    assert!(matches!(result, Err(DnsError::WalkTooLong { questions: 60, .. })), "{result:?}");
    assert_eq!(walker.questions(), 60);
}

#[test]
fn a_chain_of_aliases_without_an_end_is_left() {
    let count = Arc::new(AtomicU32::new(0));
    let (_server, walker, _folder) = lying(move |reply, name, _| {
        let n = count.fetch_add(1, Ordering::Relaxed);
        reply.metadata.authoritative = true;
        reply.add_answer(record(&format!("{name} CNAME x{n}.test.")));
    });
    let result = walker.lookup("www.lab.example");
    assert!(matches!(result, Err(DnsError::AliasChain { .. })), "{result:?}");
    assert!(walker.questions() <= 20);
}

#[test]
fn hints_that_cannot_be_read_are_an_error_that_names_the_file() {
    let walker = Walker::new(DnsPlan { root_hints: Some("/nonexistent/hints".into()), ..DnsPlan::default() });
    let error = walker.lookup("www.lab.example").expect_err("no hints");
    assert!(error.to_string().contains("/nonexistent/hints"), "{error}");
}

/// named (BIND) for some zones, on a port of 127.0.0.1.
struct Bind {
    child: std::process::Child,
    at: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Bind {
    fn start(zones: &[(&str, &str)]) -> Self {
        let free = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let at = free.local_addr().expect("its address");
        drop(free);
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path().display();
        let mut conf = format!(
            "options {{ directory \"{here}\"; pid-file none; session-keyfile none; listen-on port {} {{ 127.0.0.1; }};\n\
             listen-on-v6 {{ none; }}; recursion no; dnssec-validation no; notify no; minimal-responses yes; }};\ncontrols {{ }};\n",
            at.port()
        );
        for (n, (zone, text)) in zones.iter().enumerate() {
            std::fs::write(folder.path().join(format!("{n}.zone")), text).expect("a zone file");
            conf.push_str(&format!("zone \"{zone}\" {{ type primary; file \"{n}.zone\"; }};\n"));
        }
        let path = folder.path().join("named.conf");
        std::fs::write(&path, conf).expect("a configuration");
        let child = std::process::Command::new("named")
            .env("PATH", "/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin")
            .args(["-g", "-n", "1", "-c"])
            .arg(&path)
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("named was found");
        let bind = Self { child, at, _folder: folder };
        bind.wait();
        bind
    }

    /// Asks until it answers.
    fn wait(&self) {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.connect(self.at).expect("a connected socket");
        socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
        let query = Message::query().to_vec().expect("a query");
        for _ in 0..200 {
            // Refused at once while nothing listens: the time-out is the pause then too.
            let _ = socket.send(&query);
            match socket.recv(&mut [0; 512]) {
                Ok(_) => return,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    let _ = socket.recv(&mut [0; 512]);
                }
                Err(_) => {}
            }
        }
        panic!("named does not answer at {}", self.at);
    }
}

impl Drop for Bind {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_walk_over_bind_finds_what_a_walk_over_the_demo_finds() {
    if !crate::support::has("named") {
        return;
    }
    macro_rules! zone {
        ($name:literal, $file:literal) => {
            ($name, include_str!(concat!("../../src/demo/zones/", $file)))
        };
    }
    let root = Bind::start(&[zone!(".", "root.zone")]);
    let tld = Bind::start(&[zone!("example", "example.zone"), zone!("test", "test.zone")]);
    let leaf = Bind::start(&[zone!("lab.example", "lab.example.zone"), zone!("shop.test", "shop.test.zone")]);
    let folder = tempfile::tempdir().expect("a folder");
    let hints = folder.path().join("named.root");
    std::fs::write(&hints, jaunt::demo::ROOT_HINTS).expect("a file");
    let redirect = |n: u8, to: &Bind| (SocketAddr::from(([127, 53, 0, n], 53)), to.at);
    let plan = DnsPlan {
        root_hints: Some(hints),
        hosts: Some("/dev/null".into()),
        redirect: vec![redirect(1, &root), redirect(2, &tld), redirect(3, &leaf), redirect(4, &leaf)],
        types: vec!["MX".into(), "TXT".into()],
        ..DnsPlan::default()
    };
    let walker = Walker::new(plan.clone());
    assert_eq!(walker.lookup("www.lab.example").expect("an address"), web());
    assert_eq!(walker.way(), ["example.", "lab.example."]);
    assert_eq!(walker.questions(), 3);
    for host in ["www.shop.test", "lab.shop.test", "pictures.lab.example", "x.any.lab.example"] {
        assert_eq!(Walker::new(plan.clone()).lookup(host).expect("an address"), web(), "{host}");
    }
    assert!(matches!(walker.lookup("nowhere.lab.example"), Err(DnsError::NotFound { .. })));
    assert!(matches!(walker.lookup("nowhere.nowhere"), Err(DnsError::NotFound { .. })));
    assert!(matches!(walker.lookup_of("www.lab.example", Family::V6), Err(DnsError::NoAddress { .. })));
    assert!(walker.within(|resolver, by, out| resolver.ask_types("lab.example", by, out)).expect("records"));
    let walker = Walker::new(plan);
    walker.within(|resolver, by, out| resolver.ask_types("big.lab.example", by, out)).expect("records over TCP");
    assert!(walker.events().iter().any(|e| matches!(e, DnsEvent::Truncated { .. })));
}
