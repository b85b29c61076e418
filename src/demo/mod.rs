//! A little internet on loopback: name servers for the root, `example`, `test` and the site, a resolver, and a web server.
//!
//! ```text
//! 127.53.0.1      root                     127.53.0.53  resolver: asked by `--resolver stub`, asks the others itself
//! 127.53.0.2      example, test            127.53.0.80  web server: http, and https with a certificate made at start
//! 127.53.0.3, .4  lab.example, shop.test   ::1          the same web server, for both.lab.example
//! ```
//!
//! Every socket, packet and byte is real. The servers ask for ports 53, 80 and 443; where they may not have them, or where the
//! system has only 127.0.0.1, they take others, [`Internet::adjust`] lets the plan find them and [`Internet::tell`] says so.
//! [`Break`] makes the servers misbehave. The integration tests use the same servers, on any ports.

mod bind;
mod certificate;
mod faults;
mod nameserver;
pub mod origin;
mod stop;
mod stream;
mod zone;

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RData, Record, RecordType, rdata};

use crate::clock::{Clock as _, Monotonic};
use crate::deadline::{Bound, Deadline};
use crate::event::{Detail, FetchId, Hub};
use crate::exit::os_words;
use crate::phrase;
use crate::plan::Plan;
use crate::render::page::{Page, pad};
use crate::secret::Secrets;
use crate::stages::dns::{DnsError, Question, ResolverKind, Walk};
use crate::words::{Phrase, Words};

pub use bind::{Place, Ports};
pub use certificate::{Certificates, Flaw, make as make_certificates};
pub use faults::Break;
pub use nameserver::{Answerer, Manner, Nameserver, behaving};
pub use origin::{Act, Origin, Request, Serve};
pub use zone::{Carrier, Zone, Zones};

/// The page that `jaunt demo` fetches when no URL is typed.
pub const URL: &str = "http://www.lab.example/";

/// Where the walk from the root begins, in the form of named.root.
pub const ROOT_HINTS: &str = include_str!("zones/hints.zone");

const ROOT: Ipv4Addr = Ipv4Addr::new(127, 53, 0, 1);
const TLD: Ipv4Addr = Ipv4Addr::new(127, 53, 0, 2);
const LAB: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 53, 0, 3), Ipv4Addr::new(127, 53, 0, 4)];
const DEAD_RESOLVER: Ipv4Addr = Ipv4Addr::new(127, 53, 0, 52);
const RESOLVER: Ipv4Addr = Ipv4Addr::new(127, 53, 0, 53);
const WEB: Ipv4Addr = Ipv4Addr::new(127, 53, 0, 80);

/// What both.lab.example has besides: all of IPv6's loopback.
const WEB_V6: Ipv6Addr = Ipv6Addr::LOCALHOST;

/// Hosts that the site's certificate is for.
const HOSTS: &[&str] = &["www.lab.example", "lab.example", "pictures.lab.example", "both.lab.example", "www.shop.test"];

/// With a fault that is silence, the wait for it is cut to this, unless an option says otherwise.
const SHORT_WAIT: Duration = Duration::from_secs(2);

/// How long the resolver looks for an answer before it says SERVFAIL.
const RESOLVER_PATIENCE: Duration = Duration::from_secs(4);

/// How the demo is to be started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Which ports are asked for.
    pub ports: Ports,
    /// What is broken.
    pub fault: Option<Break>,
    /// Are the web server's requests kept for [`Origin::requests`]?
    pub record: bool,
}

/// A server of the demo, for telling.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What it is.
    pub role: Phrase,
    /// Where it is.
    pub place: Place,
}

/// The running internet; ends when it is dropped.
pub struct Internet {
    fault: Option<Break>,
    /// Ended before the servers that it asks.
    resolver: Nameserver,
    names: Vec<Nameserver>,
    origin: Origin,
    told: Vec<Told>,
    root: Vec<u8>,
    files: tempfile::TempDir,
    /// Sockets that hold a port at which nothing answers.
    _held: Vec<socket2::Socket>,
}

/// Starts the demo's servers and lets `plan` find them: what `jaunt demo [--break KIND]` does before the journey.
///
/// # Errors
/// No sockets or threads are to be had, or no temporary file can be written.
pub fn prepare(plan: &mut Plan, fault: Option<Break>) -> io::Result<Internet> {
    let internet = Internet::start(Options { fault, ..Options::default() })?;
    internet.adjust(plan);
    Ok(internet)
}

impl Internet {
    /// Starts all servers.
    ///
    /// # Errors
    /// No sockets or threads are to be had, or no temporary file can be written.
    pub fn start(options: Options) -> io::Result<Self> {
        let Options { ports, fault, record } = options;
        let mut told = Vec::new();
        let mut held = Vec::new();
        let zones = zones(fault)?;
        let [root, example, test, lab, shop] = &zones;
        let mut names = Vec::new();
        let mut serve = |names: &mut Vec<Nameserver>, role: Phrase, at: Ipv4Addr, zones: Vec<Arc<Zone>>, manner| {
            let zones = Zones::new(zones);
            let answerer = behaving(manner, move |bytes, carrier| zones.answer(bytes, carrier));
            let server = Nameserver::start(SocketAddr::from((at, 53)), ports, answerer)?;
            told.push(Told { role, place: server.place().clone() });
            names.push(server);
            io::Result::Ok(())
        };
        serve(&mut names, phrase!("demo-role-root"), ROOT, vec![Arc::clone(root)], Manner::Honest)?;
        serve(&mut names, phrase!("demo-role-tld"), TLD, vec![Arc::clone(example), Arc::clone(test)], Manner::Honest)?;
        let manner = manner(fault);
        for (n, at) in LAB.into_iter().enumerate() {
            if n == 0 && fault == Some(Break::DnsDeadFirstServer) {
                let (udp, tcp, place) = deaf(SocketAddr::from((at, 53)), ports)?;
                held.extend([udp, tcp]);
                told.push(Told { role: phrase!("demo-role-dead"), place });
                continue;
            }
            // (The closure borrows `told`; it is made anew after the push above.)
            let zones = Zones::new(vec![Arc::clone(lab), Arc::clone(shop)]);
            let answerer = behaving(manner, move |bytes, carrier| zones.answer(bytes, carrier));
            let server = Nameserver::start(SocketAddr::from((at, 53)), ports, answerer)?;
            told.push(Told { role: phrase!("demo-role-lab"), place: server.place().clone() });
            names.push(server);
        }
        if fault == Some(Break::DnsDeadFirstServer) {
            let (udp, tcp, place) = deaf(SocketAddr::from((DEAD_RESOLVER, 53)), ports)?;
            held.extend([udp, tcp]);
            told.push(Told { role: phrase!("demo-role-dead"), place });
        }
        let files = files(fault)?;
        let resolver = resolver(&told, files.path().join("named.root"), fault, ports)?;
        told.push(Told { role: phrase!("demo-role-resolver"), place: resolver.place().clone() });
        let (origin, root) = web(fault, ports, record, &mut told, &mut held)?;
        Ok(Self { fault, resolver, names, origin, told, root, files, _held: held })
    }

    /// Lets `plan` find the servers: what was typed is left as it is.
    pub fn adjust(&self, plan: &mut Plan) {
        let own_servers = plan.dns.servers.is_empty() && plan.dns.resolv_conf.is_none();
        if own_servers {
            plan.dns.resolv_conf = Some(self.files.path().join("resolv.conf"));
        }
        plan.dns.hosts.get_or_insert_with(|| self.files.path().join("hosts"));
        plan.dns.root_hints.get_or_insert_with(|| self.files.path().join("named.root"));
        let redirects = |port: fn(u16) -> bool| {
            self.told.iter().filter(move |t| port(t.place.asked.port())).filter_map(|t| t.place.redirect())
        };
        plan.dns.redirect.extend(redirects(|port| port == 53));
        plan.connect.redirect.extend(redirects(|port| port != 53));
        if self.fault != Some(Break::TlsUnknownRoot) {
            plan.tls.extra_roots.push(self.root.clone());
        }
        match self.fault {
            Some(Break::ConnectTimeout) => plan.connect.timeout = plan.connect.timeout.or(Some(SHORT_WAIT)),
            Some(Break::ResponseStall) => plan.max_time = plan.max_time.or(Some(SHORT_WAIT)),
            _ => {}
        }
    }

    /// The servers, in the order in which a walk meets them.
    pub fn told(&self) -> &[Told] {
        &self.told
    }

    /// The web server.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The resolver.
    pub fn resolver(&self) -> &Nameserver {
        &self.resolver
    }

    /// How many name servers besides the resolver are running.
    pub fn nameservers(&self) -> usize {
        self.names.len()
    }

    /// Says which servers run where, what is broken, and what `plan` asks that the demo cannot show.
    pub fn tell(&self, page: &mut Page, words: &Words, plan: &Plan) {
        let moved: Vec<&Place> = self.told.iter().map(|t| &t.place).filter(|p| !p.is_as_asked()).collect();
        // Usually one reason for all: then it is said once.
        let reason = |place: &Place| place.errno.map(|errno| os_words(&io::Error::from_raw_os_error(errno)));
        let common = moved.first().and_then(|first| reason(first).filter(|_| moved.iter().all(|p| p.errno == first.errno)));
        page.stage(
            None,
            "Demo",
            &words.say(&match (&common, moved.len()) {
                (_, 0) => phrase!("demo-ports-all"),
                (Some(why), moved) => phrase!("demo-ports-other-because", moved = moved, why = why.clone()),
                (None, moved) => phrase!("demo-ports-other", moved = moved),
            }),
            None,
        );
        for server in &self.told {
            let (place, role) = (&server.place, server.role.clone());
            let note = words.say(&match reason(place).filter(|_| common.is_none()) {
                _ if place.is_as_asked() => role,
                Some(why) => phrase!("demo-moved-because", role = role, actual = place.actual.to_string(), why = why),
                None => phrase!("demo-moved", role = role, actual = place.actual.to_string()),
            });
            page.text(&format!("{}  {note}", pad(&place.asked.to_string(), 15)));
        }
        if let Some(fault) = self.fault {
            page.warning(&words.say(&phrase!("demo-broken", kind = fault.name(), what = fault.phrase())));
        }
        let short = match self.fault {
            Some(Break::ConnectTimeout) if plan.connect.timeout == Some(SHORT_WAIT) => Some("--connect-timeout 2"),
            Some(Break::ResponseStall) if plan.max_time == Some(SHORT_WAIT) => Some("-m 2"),
            _ => None,
        };
        if let Some(option) = short {
            page.text(&words.say(&phrase!("demo-short-wait", option = option)));
        }
        if matches!(plan.dns.resolver, ResolverKind::System | ResolverKind::Compare) {
            page.warning(&words.say(&phrase!("demo-system-resolver")));
        }
    }
}

/// How the servers of lab.example and the resolver behave.
fn manner(fault: Option<Break>) -> Manner {
    match fault {
        Some(Break::DnsServfail) => Manner::ServFail,
        Some(Break::DnsRefused) => Manner::Refuse,
        Some(Break::DnsLame) => Manner::Lame,
        Some(Break::DnsTimeout) => Manner::Silent,
        Some(Break::DnsTruncated) => Manner::Truncate,
        Some(Break::DnsSpoofedId) => Manner::Spoofed,
        _ => Manner::Honest,
    }
}

/// root, example, test, lab.example, shop.test; broken as they are to be.
fn zones(fault: Option<Break>) -> io::Result<[Arc<Zone>; 5]> {
    let parse = |text| Zone::parse(text).map_err(io::Error::other);
    let name = |text| Name::from_ascii(text).map_err(io::Error::other);
    let mut example = parse(include_str!("zones/example.zone"))?;
    let mut lab = parse(include_str!("zones/lab.example.zone"))?;
    let www = name("www.lab.example.")?;
    match fault {
        Some(Break::DnsNxdomain) => lab.remove(&www),
        Some(Break::DnsNodata) => {
            lab.remove_type(&www, RecordType::A);
            lab.insert(Record::from_rdata(www, 300, RData::TXT(rdata::TXT::new(vec!["no address".to_owned()]))));
        }
        Some(Break::DnsCnameLoop) => {
            let web = name("web.lab.example.")?;
            lab.remove(&www);
            lab.insert(Record::from_rdata(www.clone(), 300, RData::CNAME(rdata::CNAME(web.clone()))));
            lab.insert(Record::from_rdata(web, 300, RData::CNAME(rdata::CNAME(www))));
        }
        Some(Break::DnsMissingGlue) => {
            for server in ["ns1.lab.example.", "ns2.lab.example."] {
                example.remove(&name(server)?);
            }
        }
        _ => {}
    }
    Ok([
        Arc::new(parse(include_str!("zones/root.zone"))?),
        Arc::new(example),
        Arc::new(parse(include_str!("zones/test.zone"))?),
        Arc::new(lab),
        Arc::new(parse(include_str!("zones/shop.test.zone"))?),
    ])
}

/// The server that a stub asks: it walks to the others itself, over the same sockets, and answers with what it found.
fn resolver(servers: &[Told], hints: PathBuf, fault: Option<Break>, ports: Ports) -> io::Result<Nameserver> {
    let walk = Walk::new(Some(hints), servers.iter().filter_map(|t| t.place.redirect()).collect());
    let clock = Monotonic::start();
    let answerer = behaving(manner(fault), move |bytes, carrier| {
        let (query, mut reply) = match zone::begin(bytes)? {
            Ok(both) => both,
            Err(refusal) => return Some(refusal),
        };
        let asked = query.queries.first()?;
        let hub = Hub::new(&clock, Secrets::default(), Detail::Normal, Vec::new());
        let by = Deadline::never(&clock).within(Some(RESOLVER_PATIENCE), Bound::Resolver);
        let question = Question::new(asked.name.clone(), asked.query_type);
        let (found, aliases) = walk.find_for_others(&question, &by, hub.emitter(FetchId::default()));
        reply.metadata.recursion_available = true;
        reply.add_answers(aliases);
        match found {
            Ok(found) => {
                reply.add_answers(found.records);
                reply.add_authorities(found.soa);
                if !found.exists {
                    reply.metadata.response_code = ResponseCode::NXDomain;
                }
            }
            // Who asks sees the circle, as from BIND.
            Err(DnsError::AliasLoop { .. }) => {}
            Err(_) => {
                reply.answers.clear();
                reply.metadata.response_code = ResponseCode::ServFail;
            }
        }
        Some(zone::encode(&reply, &query, carrier))
    });
    Nameserver::start(SocketAddr::from((RESOLVER, 53)), ports, answerer)
}

/// The web server and the authority's certificate.
fn web(
    fault: Option<Break>,
    ports: Ports,
    record: bool,
    told: &mut Vec<Told>,
    held: &mut Vec<socket2::Socket>,
) -> io::Result<(Origin, Vec<u8>)> {
    let at = |port| vec![SocketAddr::from((WEB, port)), SocketAddr::from((WEB_V6, port))];
    let (http, https) = (at(80), at(443));
    let role = |place: &Place| if place.asked.port() == 443 { phrase!("demo-role-https") } else { phrase!("demo-role-http") };
    let flaw = match fault {
        Some(Break::TlsExpired) => Flaw::Expired,
        Some(Break::TlsWrongName) => Flaw::WrongName,
        Some(Break::TlsSelfSigned) => Flaw::SelfSigned,
        _ => Flaw::None,
    };
    let made = certificate::make(HOSTS, flaw, Monotonic::start().unix())?;
    let mut serve =
        Serve { http, https: Some((https.clone(), made.server)), ports, handler: handler(fault), greeting: None, record };
    match fault {
        Some(Break::ConnectRefused | Break::ConnectTimeout) => {
            for asked in std::mem::take(&mut serve.http).into_iter().chain(https) {
                let place = if fault == Some(Break::ConnectRefused) {
                    let (socket, place) = unanswered(asked, ports)?;
                    held.push(socket);
                    place
                } else {
                    let (sockets, place) = full(asked, ports)?;
                    held.extend(sockets);
                    place
                };
                told.push(Told { role: role(&place), place });
            }
            serve.https = None;
        }
        // Plain HTTP where TLS is expected.
        Some(Break::TlsPlain) => (serve.http, serve.https) = (https, None),
        _ => {}
    }
    let origin = Origin::start(serve)?;
    told.extend(origin.places().map(|p| Told { role: role(p), place: p.clone() }));
    Ok((origin, made.root))
}

/// The site, broken as it is to be. Only the page is: what else is asked for comes as it should.
fn handler(fault: Option<Break>) -> Arc<origin::Handler> {
    let page = |request: &Request| matches!(request.path(), "/" | "/index.html");
    Arc::new(move |request| {
        let acts = origin::site::answer(request);
        if !page(request) {
            return acts;
        }
        let half = || match acts.first() {
            Some(Act::Send(bytes)) => Act::Send(bytes[..bytes.len() * 2 / 3].to_vec()),
            _ => Act::Close,
        };
        match fault {
            Some(Break::ResponseShort) => vec![half(), Act::Close],
            // The pause lets what was sent be read before the reset takes the rest.
            Some(Break::ResponseReset) => vec![half(), Act::Pause(Duration::from_millis(50)), Act::Reset],
            Some(Break::ResponseEmpty) => vec![Act::Close],
            Some(Break::ResponseGarbage) => vec![Act::Send(b"220 mail.lab.example ESMTP ready\r\n".to_vec()), Act::Close],
            Some(Break::ResponseStall) => vec![Act::Pause(Duration::from_secs(3_600)), Act::Close],
            _ => acts,
        }
    })
}

/// A socket of that kind, bound. Without SO_REUSEADDR: with it another process could listen at the port that is to stay silent.
fn bound(kind: socket2::Type, at: SocketAddr) -> io::Result<(socket2::Socket, SocketAddr)> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(at), kind, None)?;
    socket.bind(&at.into())?;
    let actual = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((socket, actual))
}

/// A TCP port that is held but not listened at: connecting to it is refused.
fn unanswered(asked: SocketAddr, ports: Ports) -> io::Result<(socket2::Socket, Place)> {
    bind::first(asked, ports, |at| bound(socket2::Type::STREAM, at))
}

/// A port at which no name server runs, held so that nobody else's does.
fn deaf(asked: SocketAddr, ports: Ports) -> io::Result<(socket2::Socket, socket2::Socket, Place)> {
    let mut tries = 0;
    let (tcp, udp, place) = loop {
        let (tcp, place) = unanswered(asked, if tries == 0 { ports } else { Ports::Any })?;
        // A port that was free for TCP may be taken for UDP.
        match bound(socket2::Type::DGRAM, place.actual) {
            Ok((udp, _)) => break (tcp, udp, place),
            Err(error) if tries == 16 => return Err(error),
            Err(_) => tries += 1,
        }
    };
    // A UDP socket connected to itself receives from nobody else: others get "port unreachable", and the port stays taken.
    udp.connect(&place.actual.into())?;
    Ok((udp, tcp, place))
}

/// A listener whose queue is full and stays so: the kernel drops further SYNs.
fn full(asked: SocketAddr, ports: Ports) -> io::Result<(Vec<socket2::Socket>, Place)> {
    let (listener, place) = bind::first(asked, ports, |at| {
        let (socket, actual) = bound(socket2::Type::STREAM, at)?;
        socket.listen(0)?;
        Ok((socket, actual))
    })?;
    let mut sockets = vec![listener];
    for _ in 0..4 {
        let filler = socket2::Socket::new(socket2::Domain::for_address(place.actual), socket2::Type::STREAM, None)?;
        filler.set_nonblocking(true)?;
        // In progress is all that it is to be.
        let _ = filler.connect(&place.actual.into());
        sockets.push(filler);
    }
    Ok((sockets, place))
}

/// resolv.conf, hosts and named.root of the demo, so that nothing of the machine's own configuration shows through.
fn files(fault: Option<Break>) -> io::Result<tempfile::TempDir> {
    let folder = tempfile::Builder::new().prefix("jaunt-demo-").tempdir()?;
    let mut conf = String::from("# the demo's resolver\n");
    if fault == Some(Break::DnsDeadFirstServer) {
        conf.push_str(&format!("nameserver {DEAD_RESOLVER}\n"));
    }
    conf.push_str(&format!("nameserver {RESOLVER}\noptions timeout:1 attempts:2\n"));
    let write = |name: &str, text: &str| std::fs::File::create(folder.path().join(name))?.write_all(text.as_bytes());
    write("resolv.conf", &conf)?;
    write("hosts", "127.0.0.1 localhost\n::1 localhost\n")?;
    write("named.root", ROOT_HINTS)?;
    Ok(folder)
}
