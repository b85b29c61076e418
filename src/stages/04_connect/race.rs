//! RFC 8305 (Happy Eyeballs) over a list of addresses, on one thread.
//!
//! On Linux a lone attempt blocks in connect() itself, for at most the 250 ms after which the next address gets its turn: most
//! connections need no poll(). Attempts beside others, and those of other systems, are non-blocking.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use crate::deadline::{Bound, Deadline, Expired, IDLE};
use crate::event::{Detail, Emitter};
use crate::stages::dns::Route;

use super::error::{Attempt, Outcome};
use super::socket::{Plain, TICK, Tcp, kind};
use super::{ConnectError, ConnectEvent, Connection, Connector, Identity, OsError, SocketFamily};

/// Tries the addresses of `route`; the first that answers wins.
pub(super) fn run(route: &Route, connector: &Connector, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Connection, ConnectError> {
    if route.addresses.is_empty() {
        return Err(ConnectError::NoAddress { host: route.host.clone() });
    }
    // As curl: at most 300 s for connecting, whatever else is allowed.
    let by = by.within(Some(IDLE), Bound::Idle);
    let mut race = Race {
        connector,
        by,
        out,
        waiting: interleave(&route.addresses).into(),
        pending: Vec::new(),
        attempts: Vec::new(),
        started: None,
    };
    let (place, entrant) = match race.decide() {
        Ok(winner) => winner,
        Err(expired) => {
            race.abandon();
            return Err(race.error(route, expired));
        }
    };
    race.abandon();
    let tried = race.attempts.len();
    let of = route.addresses.len();
    finish(entrant, connector, out, |connection| ConnectEvent::Chosen { connection, of, tried, place }, of > 1).map_err(
        |(peer, error)| ConnectError::Failed {
            host: route.host.clone(),
            attempts: vec![Attempt { peer, outcome: Outcome::Failed(OsError::from(&error)), took: Default::default() }],
        },
    )
}

/// Families in turns, beginning with that of the first address (RFC 8305 §4).
fn interleave(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let mut same = addresses.iter().filter(|a| a.is_ipv6() == first).copied();
    let mut other = addresses.iter().filter(|a| a.is_ipv6() != first).copied();
    let mut turns = Vec::with_capacity(addresses.len());
    loop {
        let pair = [same.next(), other.next()];
        if pair == [None, None] {
            return turns;
        }
        turns.extend(pair.into_iter().flatten());
    }
}

/// An attempt that has a socket.
struct Entrant {
    tcp: Tcp,
    peer: SocketAddr,
    began: Duration,
    /// Its place in `Race::attempts`.
    at: usize,
}

struct Race<'r> {
    connector: &'r Connector,
    by: Deadline<'r>,
    out: Emitter<'r>,
    waiting: std::collections::VecDeque<SocketAddr>,
    pending: Vec<Entrant>,
    attempts: Vec<Attempt>,
    started: Option<Duration>,
}

impl Race<'_> {
    /// The winner and its place among the tried; `Err(None)` when every address failed.
    fn decide(&mut self) -> Result<(usize, Entrant), Option<Expired>> {
        loop {
            let (left, _) = self.by.left(IDLE).map_err(Some)?;
            let now = self.by.clock().now();
            let next = self.started.map_or(Duration::ZERO, |s| (s + TICK).saturating_sub(now));
            if !self.waiting.is_empty() && (self.pending.is_empty() || next.is_zero()) {
                if let Some(winner) = self.start(left) {
                    return Ok(winner);
                }
                continue;
            }
            if self.pending.is_empty() {
                return Err(None);
            }
            let pause = if self.waiting.is_empty() { TICK } else { next };
            if let Some(winner) = self.wait(pause.min(left)) {
                return Ok(winner);
            }
        }
    }

    /// The next address: socket() and connect().
    fn start(&mut self, left: Duration) -> Option<(usize, Entrant)> {
        let asked = self.waiting.pop_front()?;
        let peer = self.connector.actual(asked);
        if peer != asked {
            self.out.emit(|| ConnectEvent::Diverted { asked, actual: peer });
        }
        let family = SocketFamily::of(&peer);
        let non_blocking = !cfg!(target_os = "linux") || !self.pending.is_empty();
        let mut tcp = match Tcp::open(family, non_blocking) {
            Ok(tcp) => tcp,
            Err(error) => {
                let error = OsError::from(&error);
                self.out.emit(|| ConnectEvent::NoSocket { family, kind: kind(non_blocking), peer, error: error.clone() });
                if matches!(error.name, Some("EMFILE" | "ENFILE")) && !self.pending.is_empty() {
                    // No descriptor now; one of the attempts in progress will free its own.
                    self.waiting.push_front(asked);
                    self.started = Some(self.by.clock().now());
                    return None;
                }
                self.attempts.push(Attempt { peer, outcome: Outcome::Failed(error), took: Default::default() });
                return None;
            }
        };
        let fd = tcp.fd();
        self.out.emit(|| ConnectEvent::Socket { family, kind: kind(non_blocking), fd });
        let began = self.by.clock().now();
        self.started = Some(began);
        self.out.emit_at(began, || ConnectEvent::Connecting { fd, peer });
        let limit = left.min(TICK).max(Duration::from_millis(1));
        let outcome = tcp.connect(peer, limit);
        let now = self.by.clock().now();
        let at = self.attempts.len();
        let took = now.saturating_sub(began).into();
        self.attempts.push(Attempt { peer, outcome: Outcome::Unanswered, took });
        let entrant = Entrant { tcp, peer, began, at };
        match outcome {
            Ok(()) => return Some((at + 1, entrant)),
            // A signal leaves a blocking connect() in progress too.
            Err(e) if in_progress(&e) => {
                self.out.emit_at(now, || ConnectEvent::InProgress { fd, peer, waited_us: took });
                self.pending.push(entrant);
            }
            Err(e) => self.fail(entrant, &e),
        }
        None
    }

    /// poll() over all attempts in progress.
    fn wait(&mut self, pause: Duration) -> Option<(usize, Entrant)> {
        // Rounded up, so that the last fraction of a millisecond is not spent in a loop.
        let pause = Timespec { tv_sec: 0, tv_nsec: i64::from(pause.subsec_nanos().max(1)) };
        let mut fds: Vec<PollFd<'_>> = self.pending.iter().map(|e| PollFd::new(&e.tcp, PollFlags::OUT)).collect();
        // A signal is an error here: the deadline is looked at next, as after a pause.
        let ready = rustix::event::poll(&mut fds, Some(&pause)).unwrap_or_default();
        if ready == 0 {
            return None;
        }
        let ready: Vec<usize> = (0..fds.len()).filter(|&n| !fds[n].revents().is_empty()).collect();
        // In the order of the attempts; what is removed must not move those that follow.
        for (removed, n) in ready.into_iter().enumerate() {
            let entrant = self.pending.remove(n - removed);
            match entrant.tcp.outcome() {
                Ok(()) => return Some((entrant.at + 1, entrant)),
                Err(e) => self.fail(entrant, &e),
            }
        }
        None
    }

    /// Closes and tells an attempt that failed.
    fn fail(&mut self, entrant: Entrant, error: &io::Error) {
        let error = OsError::from(error);
        let (fd, peer) = (entrant.tcp.fd(), entrant.peer);
        let now = self.by.clock().now();
        let took = now.saturating_sub(entrant.began).into();
        let attempt = &mut self.attempts[entrant.at];
        attempt.took = took;
        attempt.outcome = Outcome::Failed(error.clone());
        drop(entrant);
        // RFC 8305 §5: a failure starts the next attempt at once.
        self.started = None;
        self.out.emit_at(now, || ConnectEvent::Failed { fd, peer, error, took_us: took });
    }

    /// Closes and tells every attempt that is still in progress.
    fn abandon(&mut self) {
        let now = self.by.clock().now();
        for entrant in std::mem::take(&mut self.pending) {
            let (fd, peer) = (entrant.tcp.fd(), entrant.peer);
            let waited = now.saturating_sub(entrant.began).into();
            self.attempts[entrant.at].took = waited;
            drop(entrant);
            self.out.emit_at(now, || ConnectEvent::Abandoned { fd, peer, waited_us: waited });
        }
    }

    fn error(self, route: &Route, expired: Option<Expired>) -> ConnectError {
        let host = route.host.clone();
        let mut attempts = self.attempts;
        match expired {
            Some(Expired::Interrupted) => ConnectError::Interrupted { host },
            Some(Expired::Reached(bound)) => {
                let rest = self.waiting.into_iter();
                attempts.extend(rest.map(|peer| Attempt { peer, outcome: Outcome::NotTried, took: Default::default() }));
                ConnectError::TimedOut { host, bound, attempts }
            }
            None => ConnectError::Failed { host, attempts },
        }
    }
}

fn in_progress(error: &io::Error) -> bool {
    let still = [Errno::INPROGRESS, Errno::INTR, Errno::AGAIN];
    error.raw_os_error().is_some_and(|code| still.iter().any(|e| e.raw_os_error() == code))
}

/// The winner becomes a connection.
fn finish(
    mut entrant: Entrant,
    connector: &Connector,
    out: Emitter<'_>,
    chosen: impl FnOnce(super::ConnectionId) -> ConnectEvent,
    several: bool,
) -> Result<Connection, (SocketAddr, io::Error)> {
    let at = out.clock().now();
    let peer = entrant.peer;
    entrant.tcp.make_blocking().map_err(|e| (peer, e))?;
    let local = entrant.tcp.local().map_err(|e| (peer, e))?;
    let id = Identity { connection: connector.next_id(), fd: entrant.tcp.fd(), local, peer };
    out.emit_at(at, || ConnectEvent::Connected(id));
    if several {
        out.emit(|| chosen(id.connection));
    }
    if out.heard()
        && out.detail() >= Detail::Verbose
        && let Some(facts) = connector.way(&id)
    {
        out.emit(|| ConnectEvent::Interface { connection: id.connection, facts: Box::new(facts) });
    }
    let transport = Box::new(Plain { tcp: entrant.tcp, connection: id.connection });
    Ok(Connection { id, transport, exchanges: 0, buffer: Vec::new() })
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;
    use crate::clock::Monotonic;
    use crate::event::{Event, FetchId, Hub, Kept};
    use crate::secret::Secrets;
    use crate::stages::connect::{ConnectPlan, connect};

    fn race(
        addresses: &[SocketAddr],
        plan: ConnectPlan,
        limit: Option<Duration>,
    ) -> (Result<Connection, ConnectError>, Vec<ConnectEvent>) {
        let clock = Monotonic::start();
        let kept = Kept::default();
        let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![Box::new(kept.clone())]);
        let by = Deadline::never(&clock).within(limit, Bound::ConnectTimeout);
        let route = Route { host: "example.test".into(), addresses: addresses.to_vec() };
        let result = connect(&route, &Connector::new(plan), &by, hub.emitter(FetchId(0)));
        let events = kept.entries().into_iter().filter_map(|e| match e.event {
            Event::Connect(event) => Some(event),
            _ => None,
        });
        (result, events.collect())
    }

    fn names(events: &[ConnectEvent]) -> Vec<String> {
        let name = |e| serde_json::to_value(e).expect("events become JSON")["event"].as_str().expect("a name").to_owned();
        events.iter().map(name).collect()
    }

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
        let address = listener.local_addr().expect("bound");
        (listener, address)
    }

    /// An address where nothing listens.
    fn refusing() -> SocketAddr {
        listener().1
    }

    /// An address that takes no SYN any more: a listener whose queue is full.
    fn silent() -> (socket2::Socket, Vec<socket2::Socket>, SocketAddr) {
        let stream = || socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        let listener = stream();
        listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("loopback");
        listener.listen(0).expect("listening");
        let address = listener.local_addr().expect("bound");
        let fillers: Vec<_> = (0..8)
            .map(|_| {
                let socket = stream();
                socket.set_nonblocking(true).expect("a flag");
                let _ = socket.connect(&address);
                socket
            })
            .collect();
        (listener, fillers, address.as_socket().expect("an internet address"))
    }

    #[test]
    fn one_address_that_answers_is_one_socket_and_one_connect() {
        let (_listener, address) = listener();
        let (result, events) = race(&[address], ConnectPlan::default(), None);
        let id = result.expect("somebody listens").id;
        assert_eq!(id.peer, address);
        assert_eq!(id.connection.0, 1);
        assert_eq!(names(&events), ["socket", "connecting", "connected"]);
    }

    #[test]
    fn a_refused_address_is_told_with_errno_and_the_next_one_is_tried_at_once() {
        let (_listener, address) = listener();
        let refusing = refusing();
        let (result, events) = race(&[refusing, address], ConnectPlan::default(), None);
        assert_eq!(result.expect("the second answers").id.peer, address);
        assert_eq!(names(&events), ["socket", "connecting", "failed", "socket", "connecting", "connected", "chosen"]);
        assert!(matches!(&events[2], ConnectEvent::Failed { error, .. } if error.name == Some("ECONNREFUSED")));
        assert!(matches!(&events[6], ConnectEvent::Chosen { of: 2, tried: 2, place: 2, .. }));
    }

    #[test]
    fn when_every_address_fails_each_is_in_the_error() {
        let (a, b) = (refusing(), refusing());
        let (result, _) = race(&[a, b], ConnectPlan::default(), None);
        let error = result.err().expect("nobody listens");
        assert_eq!(error.exit(), crate::Exit::CouldntConnect);
        assert_eq!(error.tried().len(), 2);
    }

    #[test]
    fn a_silent_address_loses_to_one_that_answers_and_is_told_as_abandoned() {
        let (_queue, _fillers, silent) = silent();
        let (_listener, address) = listener();
        let (result, events) = race(&[silent, address], ConnectPlan::default(), None);
        assert_eq!(result.expect("the second answers").id.peer, address);
        let told = names(&events);
        assert_eq!(told[..5], ["socket", "connecting", "in_progress", "socket", "connecting"], "{told:?}");
        assert!(events.iter().any(|e| matches!(e, ConnectEvent::Abandoned { peer, .. } if *peer == silent)), "{told:?}");
    }

    #[test]
    fn a_deadline_ends_a_silent_attempt_and_says_which_addresses_had_no_turn() {
        let (_queue, _fillers, silent) = silent();
        let never = refusing();
        let (result, events) = race(&[silent, never], ConnectPlan::default(), Some(Duration::from_millis(40)));
        let error = result.err().expect("nobody answers");
        assert_eq!(error.exit(), crate::Exit::OperationTimedOut);
        let ConnectError::TimedOut { attempts, bound, .. } = error else { panic!("{error}") };
        assert_eq!(bound, Bound::ConnectTimeout);
        assert_eq!(attempts[0].outcome, Outcome::Unanswered);
        assert_eq!(attempts[1].outcome, Outcome::NotTried);
        assert!(matches!(events.last(), Some(ConnectEvent::Abandoned { .. })));
    }

    #[test]
    fn a_diverted_address_is_told_with_both() {
        let (_listener, actual) = listener();
        let asked: SocketAddr = "192.0.2.226:80".parse().expect("an address");
        let plan = ConnectPlan { redirect: vec![(asked, actual)], ..ConnectPlan::default() };
        let (result, events) = race(&[asked], plan, None);
        assert_eq!(result.expect("somebody listens there").id.peer, actual);
        assert_eq!(events[0], ConnectEvent::Diverted { asked, actual });
    }

    #[test]
    fn families_take_turns_beginning_with_the_first() {
        let list = |text: &str| text.split(' ').map(|a| a.parse().expect("an address")).collect::<Vec<SocketAddr>>();
        let mixed = list("[::1]:1 [::2]:1 [::3]:1 1.1.1.1:1 2.2.2.2:1");
        assert_eq!(interleave(&mixed), list("[::1]:1 1.1.1.1:1 [::2]:1 2.2.2.2:1 [::3]:1"));
        assert_eq!(interleave(&list("1.1.1.1:1 2.2.2.2:1")), list("1.1.1.1:1 2.2.2.2:1"));
    }

    #[test]
    fn a_route_without_an_address_is_an_error_and_not_a_panic() {
        assert!(matches!(race(&[], ConnectPlan::default(), None).0, Err(ConnectError::NoAddress { .. })));
    }

    #[test]
    fn a_read_ends_at_its_deadline_and_a_kept_connection_notices_its_end() {
        use std::io::Write as _;
        let (listener, address) = listener();
        let (result, _) = race(&[address], ConnectPlan::default(), None);
        let mut conn = result.expect("somebody listens");
        let (mut peer, _) = listener.accept().expect("a connection");
        assert!(!conn.transport.is_stale());
        let clock = Monotonic::start();
        let by = Deadline::never(&clock).within(Some(Duration::from_millis(20)), Bound::MaxTime);
        let error = conn.transport.read(&mut [0; 16], &by).expect_err("nothing was sent");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let by = Deadline::never(&clock);
        assert_eq!(conn.transport.write(b"ping", &by).expect("room"), 4);
        peer.write_all(b"pong").expect("room");
        let mut buf = [0; 16];
        assert_eq!(conn.transport.read(&mut buf, &by).expect("four bytes"), 4);
        drop(peer);
        assert_eq!(conn.transport.read(&mut buf, &by).map_err(|e| e.kind()).unwrap_or(0), 0);
        assert!(conn.transport.is_stale());
    }
}
