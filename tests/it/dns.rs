//! Stage 3 against servers that do what they are told: real sockets on loopback, no resolver but jaunt's own.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use jaunt::clock::{Clock as _, Monotonic};
use jaunt::deadline::{Bound, Deadline};
use jaunt::demo::{Act, Carrier, Flaw, Nameserver, Origin as WebServer, Ports, Serve, make_certificates};
use jaunt::event::{Detail, Event, FetchId, Hub, Kept};
use jaunt::secret::Secrets;
use jaunt::stages::dns::{
    DnsError, DnsEvent, DnsPlan, Failure, Family, Held, Ignore, Origin, Resolve as _, Resolver, ResolverKind, Route, Transport,
};

fn name(text: &str) -> Name {
    Name::from_ascii(text).expect("a name")
}

fn a(owner: &str, ttl: u32, last: u8) -> Record {
    Record::from_rdata(name(owner), ttl, RData::A(A::new(192, 0, 2, last)))
}

fn aaaa(owner: &str, ttl: u32, last: u16) -> Record {
    Record::from_rdata(name(owner), ttl, RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last)))
}

fn alias(owner: &str, target: &str) -> Record {
    Record::from_rdata(name(owner), 60, RData::CNAME(CNAME(name(target))))
}

fn soa(zone: &str, minimum: u32) -> Record {
    Record::from_rdata(name(zone), 300, RData::SOA(SOA::new(name("ns.example."), name("root.example."), 1, 2, 3, 4, minimum)))
}

/// An answer with the question's id and question, RD and RA set.
fn reply(query: &Message) -> Message {
    let mut reply = query.clone();
    reply.metadata.message_type = MessageType::Response;
    reply.metadata.recursion_available = true;
    reply.edns = None;
    reply
}

fn asked(query: &Message) -> (String, RecordType) {
    (query.queries[0].name.to_ascii().to_ascii_lowercase(), query.queries[0].query_type)
}

fn bytes(message: &Message) -> Vec<u8> {
    message.to_vec().expect("a message")
}

type Say = dyn Fn(&Message, Carrier) -> Vec<Vec<u8>> + Send + Sync;

/// A server and what it was asked, in order.
struct Peer {
    server: Nameserver,
    asked: Arc<Mutex<Vec<(String, RecordType, Carrier)>>>,
}

impl Peer {
    fn new(say: impl Fn(&Message, Carrier) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        let say: Box<Say> = Box::new(say);
        let kept = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&kept);
        let answerer = Arc::new(move |query: &[u8], carrier: Carrier| {
            let Ok(query) = Message::from_vec(query) else { return Vec::new() };
            let (name, kind) = asked(&query);
            log.lock().expect("nobody panics holding it").push((name, kind, carrier));
            say(&query, carrier)
        });
        let server = Nameserver::start("127.0.0.1:53".parse().expect("an address"), Ports::Any, answerer).expect("a server");
        Self { server, asked: kept }
    }

    /// Answers with what `fill` adds.
    fn honest(fill: impl Fn(&str, RecordType, &mut Message) + Send + Sync + 'static) -> Self {
        Self::new(move |query, _| {
            let mut reply = reply(query);
            let (name, kind) = asked(query);
            fill(&name, kind, &mut reply);
            vec![bytes(&reply)]
        })
    }

    /// Answers every question with an error.
    fn failing(code: ResponseCode) -> Self {
        Self::honest(move |_, _, reply| reply.metadata.response_code = code)
    }

    /// One address of each family for whatever is asked.
    fn good() -> Self {
        Self::honest(|name, kind, reply| {
            reply.add_answer(if kind == RecordType::A { a(name, 300, 226) } else { aaaa(name, 300, 226) });
        })
    }

    fn at(&self) -> SocketAddr {
        self.server.place().actual
    }

    fn count(&self) -> usize {
        self.asked.lock().expect("nobody panics holding it").len()
    }
}

/// A plan whose resolv.conf names 192.0.2.1, .2, … for `servers`, with more lines.
struct Setup {
    plan: DnsPlan,
    dir: tempfile::TempDir,
}

fn setup(servers: &[SocketAddr], more: &str) -> Setup {
    let dir = tempfile::tempdir().expect("a folder");
    let mut text = format!("{more}\n");
    let mut redirect = Vec::new();
    for (n, &actual) in servers.iter().enumerate() {
        let listed: SocketAddr = format!("192.0.2.{}:53", n + 1).parse().expect("an address");
        text.push_str(&format!("nameserver {}\n", listed.ip()));
        redirect.push((listed, actual));
    }
    let path = dir.path().join("resolv.conf");
    std::fs::write(&path, text).expect("written");
    let plan =
        DnsPlan { resolv_conf: Some(path), hosts: Some(PathBuf::from("/nonexistent/hosts")), redirect, ..DnsPlan::default() };
    Setup { plan, dir }
}

struct Story {
    outcome: Result<Route, DnsError>,
    events: Vec<DnsEvent>,
}

impl Story {
    fn addresses(&self) -> Vec<String> {
        let route = self.outcome.as_ref().expect("addresses");
        let mut addresses: Vec<String> = route.addresses.iter().map(|a| a.ip().to_string()).collect();
        addresses.sort();
        addresses
    }

    fn error(&self) -> &DnsError {
        self.outcome.as_ref().expect_err("a failure")
    }

    fn count(&self, is: impl Fn(&DnsEvent) -> bool) -> usize {
        self.events.iter().filter(|e| is(e)).count()
    }

    fn sent(&self) -> Vec<(String, String, Transport)> {
        self.events
            .iter()
            .filter_map(|e| match e {
                DnsEvent::Sent { question, link, .. } => Some((question.name.clone(), question.kind.clone(), link.transport)),
                _ => None,
            })
            .collect()
    }
}

fn told(act: impl FnOnce(&Deadline<'_>, jaunt::event::Emitter<'_>) -> Result<Route, DnsError>, limit: Option<Duration>) -> Story {
    let clock = Monotonic::start();
    let kept = Kept::default();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Hex, vec![Box::new(kept.clone())]);
    let by = Deadline::never(&clock).within(limit, Bound::MaxTime);
    let outcome = act(&by, hub.emitter(FetchId(0)));
    let events = kept
        .entries()
        .into_iter()
        .filter_map(|e| match e.event {
            Event::Dns(event) => Some(event),
            _ => None,
        })
        .collect();
    Story { outcome, events }
}

fn look(resolver: &Resolver<'_>, host: &str) -> Story {
    told(|by, out| resolver.lookup(host, 80, Family::Any, by, out), None)
}

fn once(servers: &[SocketAddr], more: &str, host: &str) -> Story {
    let setup = setup(servers, more);
    look(&Resolver::new(&setup.plan), host)
}

#[test]
fn both_families_are_asked_at_once_and_every_datagram_is_told_with_its_bytes() {
    let peer = Peer::good();
    let story = once(&[peer.at()], "", "www.lab.example");
    assert_eq!(story.addresses(), ["192.0.2.226", "2001:db8::e2"]);
    let kinds: Vec<&str> = story
        .events
        .iter()
        .filter_map(|e| match e {
            DnsEvent::Sent { .. } => Some("sent"),
            DnsEvent::Received { .. } => Some("received"),
            _ => None,
        })
        .collect();
    assert_eq!(kinds[0], "sent");
    assert_eq!(kinds.len(), 4);
    for event in &story.events {
        if let DnsEvent::Sent { raw, id, bytes, link, flags, .. } = event {
            assert_eq!((raw.0.len(), u16::from_be_bytes([raw.0[0], raw.0[1]])), (*bytes, *id));
            assert_eq!((link.actual, link.server.as_str(), flags.rd), (Some(peer.at()), "192.0.2.1:53", true));
            assert!(link.local.is_some_and(|l| l.ip().is_loopback() && l.port() != 0));
        }
    }
    assert!(matches!(story.events.last(), Some(DnsEvent::Answered { from: Origin::Dns, authoritative: Some(false), .. })));
}

#[test]
fn what_is_not_the_answer_is_told_and_ignored_and_the_answer_is_still_waited_for() {
    let peer = Peer::new(|query, _| {
        let right = {
            let mut right = reply(query);
            let (name, kind) = asked(query);
            right.add_answer(if kind == RecordType::A { a(&name, 300, 1) } else { aaaa(&name, 300, 1) });
            right
        };
        let mut wrong_id = right.clone();
        wrong_id.metadata.id = wrong_id.metadata.id.wrapping_add(7);
        wrong_id.answers = vec![a("www.lab.example.", 300, 66)];
        let mut wrong_question = right.clone();
        wrong_question.queries[0].name = name("evil.example.");
        wrong_question.answers = vec![a("www.lab.example.", 300, 66)];
        let mut no_question = wrong_question.clone();
        no_question.queries.clear();
        let mut looping = bytes(&right);
        looping[12..14].copy_from_slice(&[0xc0, 12]);
        vec![
            bytes(&wrong_id),
            bytes(&wrong_question),
            bytes(&no_question),
            bytes(query),
            looping,
            Vec::new(),
            b"\xff".to_vec(),
            bytes(&right),
        ]
    });
    let story = once(&[peer.at()], "options single-request", "www.lab.example");
    assert_eq!(story.addresses(), ["192.0.2.1", "2001:db8::1"]);
    let ignored = |is: fn(&Ignore) -> bool| story.count(|e| matches!(e, DnsEvent::Ignored { why, .. } if is(why)));
    assert_eq!(ignored(|w| matches!(w, Ignore::WrongId { .. })), 2);
    assert_eq!(ignored(|w| matches!(w, Ignore::WrongQuestion { got: Some(_) })), 2);
    assert_eq!(ignored(|w| matches!(w, Ignore::WrongQuestion { got: None })), 2);
    assert_eq!(ignored(|w| matches!(w, Ignore::NotAnAnswer)), 2);
    assert_eq!(ignored(|w| matches!(w, Ignore::Malformed { .. })), 6);
}

#[test]
fn records_of_other_names_are_not_believed() {
    let peer = Peer::honest(|name, kind, reply| {
        reply.add_answer(a("bank.example.", 300, 66));
        if kind == RecordType::A {
            reply.add_answer(a(name, 300, 1));
        }
        reply.add_authority(soa("lab.example.", 60));
    });
    let setup = setup(&[peer.at()], "");
    let resolver = Resolver::new(&setup.plan);
    assert_eq!(look(&resolver, "www.lab.example").addresses(), ["192.0.2.1"]);
    // Nor kept for later.
    let other = look(&resolver, "bank.example");
    assert!(other.count(|e| matches!(e, DnsEvent::Sent { .. })) > 0);
}

#[test]
fn records_of_another_class_are_no_addresses() {
    let peer = Peer::honest(|name, kind, reply| {
        if kind == RecordType::A {
            let mut chaos = a(name, 300, 66);
            chaos.dns_class = hickory_proto::rr::DNSClass::CH;
            reply.add_answer(chaos);
            reply.add_answer(a(name, 300, 1));
        }
        reply.add_authority(soa("lab.example.", 60));
    });
    assert_eq!(once(&[peer.at()], "", "www.lab.example").addresses(), ["192.0.2.1"]);
}

#[test]
fn a_truncated_answer_is_fetched_whole_over_tcp() {
    let peer = Peer::new(|query, carrier| {
        let mut reply = reply(query);
        let (name, kind) = asked(query);
        if carrier == Carrier::Udp {
            reply.metadata.truncation = true;
        } else if kind == RecordType::A {
            for n in 0..500_u32 {
                let [_, _, c, d] = n.to_be_bytes();
                reply.add_answer(Record::from_rdata(name_of(&name), 300, RData::A(A::new(10, 1, c, d))));
            }
        } else {
            reply.add_authority(soa("lab.example.", 60));
        }
        vec![bytes(&reply)]
    });
    fn name_of(text: &str) -> Name {
        Name::from_ascii(text).expect("a name")
    }
    let story = once(&[peer.at()], "", "www.lab.example");
    assert_eq!(story.addresses().len(), 500);
    assert_eq!(story.count(|e| matches!(e, DnsEvent::Truncated { .. })), 2);
    assert_eq!(story.sent().iter().filter(|s| s.2 == Transport::Tcp).count(), 2);
    assert_eq!(story.count(|e| matches!(e, DnsEvent::Opened { link, .. } if link.transport == Transport::Tcp)), 1);
}

/// UDP alone: TCP connections to its port are refused.
fn udp_only(answers: usize, say: impl Fn(&Message) -> Vec<u8> + Send + 'static) -> (SocketAddr, std::thread::JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let at = socket.local_addr().expect("bound");
    let thread = std::thread::Builder::new()
        .spawn(move || {
            let mut buffer = [0; 2048];
            for _ in 0..answers {
                let Ok((size, from)) = socket.recv_from(&mut buffer) else { return };
                let Ok(query) = Message::from_vec(&buffer[..size]) else { return };
                let _ = socket.send_to(&say(&query), from);
            }
        })
        .expect("a thread");
    (at, thread)
}

#[test]
fn truncated_and_refused_over_tcp_goes_to_the_next_server_or_says_so() {
    let truncated = |query: &Message| {
        let mut reply = reply(query);
        reply.metadata.truncation = true;
        bytes(&reply)
    };
    let (at, thread) = udp_only(4, truncated);
    let story = once(&[at], "", "www.lab.example");
    thread.join().expect("ended");
    let DnsError::Unanswered { tried, .. } = story.error() else { panic!("{:?}", story.outcome) };
    assert!(
        tried
            .iter()
            .all(|t| matches!(&t.why, Failure::Truncated { then } if matches!(**then, Failure::Os { refused: true, .. })))
    );

    let (at, thread) = udp_only(2, truncated);
    let good = Peer::good();
    assert_eq!(once(&[at, good.at()], "", "www.lab.example").addresses().len(), 2);
    thread.join().expect("ended");
}

#[test]
fn a_server_that_is_of_no_use_is_passed_over_and_the_reason_told() {
    let good = Peer::good();
    let lame = Peer::honest(|_, _, reply| reply.metadata.recursion_available = false);
    for (bad, reason) in [
        (Peer::failing(ResponseCode::Refused), "REFUSED"),
        (Peer::failing(ResponseCode::ServFail), "SERVFAIL"),
        (Peer::failing(ResponseCode::NotImp), "NOTIMP"),
        (Peer::failing(ResponseCode::FormErr), "FORMERR"),
        (lame, "lame"),
    ] {
        let story = once(&[bad.at(), good.at()], "", "www.lab.example");
        assert_eq!(story.addresses(), ["192.0.2.226", "2001:db8::e2"], "{reason}");
        let said = story.count(|e| match e {
            DnsEvent::NoAnswer { why: Failure::Rcode { rcode }, .. } => rcode == reason,
            DnsEvent::NoAnswer { why: Failure::Lame, .. } => reason == "lame",
            _ => false,
        });
        assert_eq!((said, bad.count()), (2, 2), "{reason}");
    }
}

/// A port on which nothing listens.
fn closed_port() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").and_then(|s| s.local_addr()).expect("a free port")
}

#[test]
fn a_closed_port_costs_no_time_and_a_silent_server_only_its_own() {
    let good = Peer::good();
    let clock = Monotonic::start();
    assert_eq!(once(&[closed_port(), good.at()], "", "www.lab.example").addresses().len(), 2);
    assert!(clock.now() < Duration::from_secs(4));

    let silent = Peer::new(|_, _| Vec::new());
    let story = once(&[silent.at(), good.at()], "options timeout:1", "www.lab.example");
    assert_eq!(story.addresses().len(), 2);
    assert_eq!(story.count(|e| matches!(e, DnsEvent::NoAnswer { why: Failure::TimedOut { .. }, .. })), 2);
    assert!(clock.now() < Duration::from_secs(8));
}

#[test]
fn when_all_servers_fail_each_is_named_with_its_reason() {
    let (refusing, failing) = (Peer::failing(ResponseCode::Refused), Peer::failing(ResponseCode::ServFail));
    let story = once(&[refusing.at(), failing.at(), closed_port()], "options attempts:2", "www.lab.example");
    assert_eq!(refusing.count(), 4);
    let jaunt_error = jaunt::Error::from(story.outcome.expect_err("a failure"));
    assert_eq!(jaunt_error.exit().code(), 6);
    let tried: Vec<String> = jaunt_error.tried().iter().map(jaunt::words::english).collect();
    assert_eq!(tried.len(), 3, "{tried:#?}");
    assert!(
        tried[0].contains("192.0.2.1:53 over UDP") && tried[0].contains("REFUSED") && tried[0].contains("2 times"),
        "{}",
        tried[0]
    );
    assert!(tried.iter().any(|t| t.contains("192.0.2.2:53") && t.contains("SERVFAIL")));
    assert!(tried.iter().any(|t| t.contains("192.0.2.3:53") && t.contains("ECONNREFUSED")));
    assert!(jaunt_error.advice().hint.is_some());
}

#[test]
fn one_dead_family_beside_a_live_one_is_no_failure() {
    let silent_for_v6 = Peer::new(|query, _| {
        let (name, kind) = asked(query);
        if kind == RecordType::AAAA {
            return Vec::new();
        }
        let mut reply = reply(query);
        reply.add_answer(a(&name, 300, 1));
        vec![bytes(&reply)]
    });
    let clock = Monotonic::start();
    let story = once(&[silent_for_v6.at()], "", "www.lab.example");
    assert_eq!(story.addresses(), ["192.0.2.1"]);
    assert!(clock.now() < Duration::from_secs(4), "the resolver's 5 s are not waited for");

    let failing_for_v6 = Peer::honest(|name, kind, reply| {
        if kind == RecordType::A {
            reply.add_answer(a(name, 300, 1));
        } else {
            reply.metadata.response_code = ResponseCode::ServFail;
        }
    });
    assert_eq!(once(&[failing_for_v6.at()], "", "www.lab.example").addresses(), ["192.0.2.1"]);
    assert_eq!(failing_for_v6.count(), 2);
}

#[test]
fn aliases_are_followed_within_an_answer_and_by_further_questions() {
    let peer = Peer::honest(|name, kind, reply| match (name, kind) {
        ("www.lab.example.", _) => {
            reply.add_answer(alias("b.example.", "c.example."));
            reply.add_answer(alias("www.lab.example.", "B.example."));
        }
        ("c.example.", RecordType::A) => {
            reply.add_answer(a("c.example.", 300, 3));
        }
        _ => {
            reply.add_authority(soa("example.", 60));
        }
    });
    let story = once(&[peer.at()], "", "www.lab.example");
    assert_eq!(story.addresses(), ["192.0.2.3"]);
    assert!(story.sent().iter().any(|s| s.0 == "c.example." && s.1 == "A"));
    assert_eq!(story.count(|e| matches!(e, DnsEvent::Alias { asked_again: true, .. })), 2);
}

#[test]
fn aliases_in_a_circle_or_without_end_are_refused() {
    let circle = Peer::honest(|name, _, reply| {
        let target = if name == "a.example." { "b.example." } else { "a.example." };
        reply.add_answer(alias(name, target));
    });
    let story = once(&[circle.at()], "", "a.example");
    assert!(matches!(story.error(), DnsError::AliasLoop { chain, .. } if chain.len() == 3), "{:?}", story.outcome);

    let whole_circle = Peer::honest(|_, _, reply| {
        reply.add_answer(alias("a.example.", "b.example."));
        reply.add_answer(alias("b.example.", "a.example."));
    });
    assert!(matches!(once(&[whole_circle.at()], "", "a.example").error(), DnsError::AliasLoop { .. }));

    let endless = Peer::honest(|name, _, reply| {
        let n: u32 = name.trim_start_matches('n').split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        reply.add_answer(alias(name, &format!("n{}.example.", n + 1)));
    });
    let story = once(&[endless.at()], "", "n0.example");
    assert!(matches!(story.error(), DnsError::AliasChain { followed: 16, .. }), "{:?}", story.outcome);
    assert!(endless.count() <= 40);
    let at_once = Peer::honest(|_, _, reply| {
        for n in 0..400 {
            reply.add_answer(alias(&format!("n{n}.example."), &format!("n{}.example.", n + 1)));
        }
    });
    assert!(matches!(once(&[at_once.at()], "", "n0.example").error(), DnsError::AliasChain { .. }));
}

#[test]
fn what_was_learnt_is_not_asked_again_not_even_that_there_is_nothing() {
    let peer = Peer::honest(|name, kind, reply| match name {
        "www.lab.example." if kind == RecordType::A => {
            reply.add_answer(a(name, 300, 1));
        }
        "www.lab.example." => {
            reply.add_authority(soa("lab.example.", 60));
        }
        _ => {
            reply.metadata.response_code = ResponseCode::NXDomain;
            reply.add_authority(soa("example.", 60));
        }
    });
    let setup = setup(&[peer.at()], "");
    let resolver = Resolver::new(&setup.plan);
    look(&resolver, "www.lab.example");
    assert_eq!(peer.count(), 2);
    let again = look(&resolver, "WWW.lab.example");
    assert_eq!(again.addresses(), ["192.0.2.1"]);
    let held = |story: &Story, what: Held| story.count(|e| matches!(e, DnsEvent::FromCache { held, .. } if *held == what));
    assert_eq!((held(&again, Held::Records), held(&again, Held::NoData), peer.count()), (1, 1, 2));
    assert!(matches!(again.events.last(), Some(DnsEvent::Answered { from: Origin::Cache, authoritative: None, .. })));

    assert!(matches!(look(&resolver, "no.example").error(), DnsError::NotFound { .. }));
    assert_eq!(peer.count(), 4);
    let again = look(&resolver, "no.example");
    assert_eq!((held(&again, Held::NxDomain), peer.count()), (2, 4));
}

#[test]
fn nothing_is_told_from_nothing_there() {
    let peer = Peer::honest(|_, _, reply| {
        reply.add_authority(soa("example.", 60));
    });
    let setup = setup(&[peer.at()], "");
    let resolver = Resolver::new(&setup.plan);
    assert!(matches!(look(&resolver, "x.example").error(), DnsError::NoAddress { family: Family::Any, .. }));
    let story = told(|by, out| resolver.lookup("y.example", 80, Family::V6, by, out), None);
    assert!(matches!(story.error(), DnsError::NoAddress { family: Family::V6, .. }));
    assert_eq!(story.sent(), [("y.example.".to_owned(), "AAAA".to_owned(), Transport::Udp)]);
}

#[test]
fn a_server_without_edns_is_asked_again_without() {
    let peer = Peer::new(|query, _| {
        let mut reply = reply(query);
        let (name, kind) = asked(query);
        if query.edns.is_some() {
            reply.metadata.response_code = ResponseCode::FormErr;
            reply.queries.clear();
        } else if kind == RecordType::A {
            reply.add_answer(a(&name, 300, 1));
        }
        vec![bytes(&reply)]
    });
    let story = once(&[peer.at()], "options edns0", "www.lab.example");
    assert_eq!(story.addresses(), ["192.0.2.1"]);
    assert_eq!(story.count(|e| matches!(e, DnsEvent::WithoutEdns { .. })), 2);
    let with = story.count(|e| matches!(e, DnsEvent::Sent { edns: Some(edns), .. } if edns.udp_size == 1232));
    assert_eq!((with, story.sent().len()), (2, 4));
}

#[test]
fn the_search_list_and_its_options_are_honoured() {
    let peer = Peer::honest(|name, _, reply| {
        if name == "host.b.example." {
            reply.add_answer(a(name, 300, 1));
        } else {
            reply.metadata.response_code = ResponseCode::NXDomain;
        }
    });
    let story = once(&[peer.at()], "search a.example b.example", "host");
    assert_eq!(story.addresses(), ["192.0.2.1"]);
    let names: Vec<String> = story.sent().into_iter().map(|s| s.0).collect();
    assert_eq!(names, ["host.a.example.", "host.a.example.", "host.b.example.", "host.b.example."]);
    let story = once(&[peer.at()], "search a.example", "nohost");
    assert!(matches!(story.error(), DnsError::NotFound { names, .. } if names == &["nohost.a.example.", "nohost."]));
    let story = once(&[peer.at()], "search b.example\noptions use-vc no-aaaa", "host");
    assert_eq!(story.sent(), [("host.b.example.".to_owned(), "A".to_owned(), Transport::Tcp)]);
}

#[test]
fn a_hosts_line_answers_whole_and_literals_and_pins_need_nothing() {
    let peer = Peer::good();
    let mut setup = setup(&[peer.at()], "");
    let hosts = setup.dir.path().join("hosts");
    std::fs::write(&hosts, "# lab\n192.0.2.7 www.lab.example www\n").expect("written");
    setup.plan.hosts = Some(hosts);
    setup.plan.pinned = vec!["pin.example:80:192.0.2.9".to_owned()];
    let resolver = Resolver::new(&setup.plan);
    let story = look(&resolver, "www");
    assert_eq!(story.addresses(), ["192.0.2.7"]);
    assert_eq!(story.count(|e| matches!(e, DnsEvent::Hosts { lines, .. } if lines[0].line == 2)), 1);
    for (host, address) in [("192.0.2.1", "192.0.2.1"), ("[2001:db8::1]", "2001:db8::1"), ("pin.example", "192.0.2.9")] {
        assert_eq!(look(&resolver, host).addresses(), [address]);
    }
    assert_eq!(look(&resolver, "sub.localhost").addresses(), ["127.0.0.1", "::1"]);
    assert!(matches!(look(&resolver, "x.invalid").error(), DnsError::Invalid { .. }));
    assert!(matches!(look(&resolver, "x.onion").error(), DnsError::Onion { .. }));
    assert!(matches!(look(&resolver, "a..b").error(), DnsError::BadName { .. }));
    assert_eq!(peer.count(), 0);
    // With -6 the hosts file's IPv4 line is no answer: the servers are asked, as glibc does.
    let story = told(|by, out| resolver.lookup("www", 80, Family::V6, by, out), None);
    assert_eq!(story.addresses(), ["2001:db8::e2"]);
}

#[test]
fn the_time_that_was_given_is_kept_and_what_was_tried_told() {
    let silent = Peer::new(|_, _| Vec::new());
    let setup = setup(&[silent.at()], "");
    let resolver = Resolver::new(&setup.plan);
    let clock = Monotonic::start();
    let story = told(|by, out| resolver.lookup("x.example", 80, Family::Any, by, out), Some(Duration::from_millis(150)));
    assert!(matches!(story.error(), DnsError::TimedOut { bound: Bound::MaxTime, .. }), "{:?}", story.outcome);
    assert!(clock.now() < Duration::from_secs(3));
    assert_eq!(jaunt::Error::from(story.outcome.expect_err("a failure")).exit().code(), 28);
}

#[test]
fn a_flood_of_forgeries_ends() {
    let peer = Peer::new(|query, _| {
        let mut forged = reply(query);
        forged.metadata.id = forged.metadata.id.wrapping_add(1);
        vec![bytes(&forged); 1_200]
    });
    let story = once(&[peer.at()], "options timeout:1 attempts:1 no-aaaa", "x.example");
    assert!(matches!(story.error(), DnsError::Unanswered { .. }), "{:?}", story.outcome);
}

#[test]
fn many_names_are_looked_up_at_once_and_one_name_by_many_only_once() {
    let peer = Peer::good();
    let setup = setup(&[peer.at()], "");
    let resolver = Resolver::new(&setup.plan);
    let found = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for n in 0..20 {
            let (resolver, found) = (&resolver, &found);
            scope.spawn(move || {
                let story = look(resolver, &format!("h{n}.example"));
                found.fetch_add(story.addresses().len(), Ordering::Relaxed);
            });
        }
    });
    assert_eq!((found.load(Ordering::Relaxed), peer.count()), (40, 40));

    std::thread::scope(|scope| {
        for _ in 0..8 {
            let resolver = &resolver;
            scope.spawn(move || assert_eq!(look(resolver, "same.example").addresses().len(), 2));
        }
    });
    assert_eq!(peer.count(), 42);
}

#[test]
fn further_questions_of_any_type_are_shown_as_records() {
    let peer = Peer::honest(|name, kind, reply| match kind {
        RecordType::MX => {
            reply.add_answer(Record::from_rdata(self::name(name), 60, RData::MX(MX::new(10, self::name("mail.cyber.example.")))));
        }
        RecordType::PTR => {
            assert_eq!(name, "226.2.0.192.in-addr.arpa.");
        }
        _ => {
            reply.add_authority(soa("cyber.example.", 60));
        }
    });
    let mut setup = setup(&[peer.at()], "");
    setup.plan.types = vec!["MX".to_owned(), "TXT".to_owned()];
    let resolver = Resolver::new(&setup.plan);
    let story = told(|by, out| resolver.page("cyber.example", 80, true, by, out), None);
    assert!(story.outcome.as_ref().expect("records are enough").addresses.is_empty());
    let further: Vec<_> = story
        .events
        .iter()
        .filter_map(|e| match e {
            DnsEvent::Further { question, records, .. } => Some((question.kind.as_str(), records.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(further.len(), 2);
    let mx = &further[0].1[0];
    assert_eq!(
        (mx.name.as_str(), mx.ttl, mx.class.as_str(), mx.kind.as_str(), mx.data.as_str()),
        ("cyber.example.", 60, "IN", "MX", "10 mail.cyber.example.")
    );
    // Before stage 4 a name without an address is a failure all the same.
    let story = told(|by, out| resolver.page("cyber.example", 80, false, by, out), None);
    assert!(matches!(story.error(), DnsError::NoAddress { .. }));
}

#[test]
fn what_was_typed_wrongly_fails_before_anything_is_asked() {
    for (plan, exit) in [
        (DnsPlan { pinned: vec!["x".to_owned()], ..DnsPlan::default() }, 49),
        (DnsPlan { servers: vec!["dns.example".to_owned()], ..DnsPlan::default() }, 2),
        (DnsPlan { types: vec!["MXX".to_owned()], ..DnsPlan::default() }, 2),
    ] {
        let resolver = Resolver::new(&plan);
        let error = jaunt::Error::from(resolver.check().expect_err("it is wrong"));
        assert_eq!(error.exit().code(), exit);
        assert!(error.to_string().contains("write "), "{error}");
    }
}

#[test]
fn getaddrinfo_is_called_for_what_it_is_and_compared() {
    let plan = DnsPlan { resolver: ResolverKind::System, ..DnsPlan::default() };
    let story = look(&Resolver::new(&plan), "127.0.0.1");
    assert!(matches!(story.events[1], DnsEvent::Literal { .. }));

    let peer = Peer::good();
    let mut setup = setup(&[peer.at()], "");
    setup.plan.resolver = ResolverKind::Compare;
    setup.plan.hosts = None;
    // A name that every hosts file has, or that getaddrinfo does not find without a network: either way it is told.
    let host = "ip6-localhost";
    let story = told(|by, out| Resolver::new(&setup.plan).lookup(host, 80, Family::Any, by, out), Some(Duration::from_secs(30)));
    let system = story.count(|e| matches!(e, DnsEvent::SystemAnswered { .. } | DnsEvent::SystemFailed { .. }));
    assert_eq!((system, story.count(|e| matches!(e, DnsEvent::Compared { .. }))), (1, 1));
    let addresses: Vec<IpAddr> = story.outcome.expect("either has it").addresses.iter().map(SocketAddr::ip).collect();
    assert!(!addresses.is_empty());
}

#[test]
fn a_server_that_speaks_http_1_only_is_asked_over_https_all_the_same() {
    let clock = Monotonic::start();
    let certificates = make_certificates(&["127.0.0.1"], Flaw::None, clock.unix()).expect("a certificate");
    let server = WebServer::start(Serve {
        http: Vec::new(),
        https: Some((vec!["127.0.0.1:0".parse().expect("an address")], certificates.server)),
        ports: Ports::Any,
        handler: Arc::new(|request| {
            let query = Message::from_vec(&request.body).expect("a question");
            let mut reply = reply(&query);
            let (name, kind) = asked(&query);
            reply.add_answer(if kind == RecordType::A { a(&name, 300, 226) } else { aaaa(&name, 300, 226) });
            let body = bytes(&reply);
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\nContent-Length: {}\r\n\r\n", body.len());
            vec![Act::Send([head.as_bytes(), &body].concat())]
        }),
        greeting: None,
        record: true,
    })
    .expect("a web server");
    let at = server.https().expect("it listens").actual;
    let plan = DnsPlan { servers: vec![format!("https://{at}/dns-query")], ..DnsPlan::default() };
    let tls = jaunt::stages::tls::TlsPlan { extra_roots: vec![certificates.root], ..Default::default() };
    let story = look(&Resolver::new(&plan).trusting(tls), "www.lab.example");
    assert_eq!(story.addresses(), ["192.0.2.226", "2001:db8::e2"]);
    assert!(story.sent().iter().all(|s| s.2 == Transport::Https));
    let requests = server.requests();
    assert_eq!((requests.len(), server.connections()), (2, 1), "one session for both");
    for request in requests {
        assert_eq!((request.method.as_str(), request.target.as_str(), &request.body[..2]), ("POST", "/dns-query", &[0, 0][..]));
        let field = |name: &str| request.fields.iter().find(|f| f.0.eq_ignore_ascii_case(name)).map(|f| f.1.clone());
        assert_eq!(field("content-type").as_deref(), Some(&b"application/dns-message"[..]));
        assert_eq!(field("accept").as_deref(), Some(&b"application/dns-message"[..]));
    }
}
