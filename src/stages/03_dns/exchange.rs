//! One server is asked: the datagrams (or the stream) of one exchange, each told.
//!
//! ```text
//! ask ─► socket, connect ─► send each question ─► wait ─┬─ right id, right question ─────────► Reply
//!                                                       ├─ anything else: told, ignored, wait on
//!                                                       ├─ TC: the same questions over TCP ───► Reply | Failure::Truncated
//!                                                       ├─ EDNS not understood: once without ─► Reply
//!                                                       └─ ECONNREFUSED, time ───────────────► Failure
//! ```
//!
//! The socket is connected although UDP has no connections: then the kernel drops what others send to it, an ICMP
//! "port unreachable" comes back as ECONNREFUSED at once, and getsockname() names the source. Answers are not judged here beyond
//! that they are answers: REFUSED is a [`Reply`] too.

use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd};
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use socket2::{Protocol, Type};

use super::event::{DnsEvent, Link, Transport};
use super::failure::Failure;
use super::socket;
use super::stream;
use super::wire::{self, Flags, Question, Verdict, Wishes};
use crate::deadline::{Bound, Deadline, Expired, IDLE};
use crate::event::{Emitter, Micros, Octets};

/// A datagram cannot be longer.
const BUFFER: usize = 65_535;

/// Datagrams that are ignored before a try is given up: a flood is not an answer.
const MOST_IGNORED: usize = 1_000;

/// How long the second of a pair is waited for when the first has brought addresses: one dead family must not cost a whole timeout.
const GRACE: Duration = Duration::from_secs(1);

/// Whom to ask, and how.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// The server.
    pub(crate) server: SocketAddr,
    /// Where its packets really go, when that is somewhere else ([`super::DnsPlan::redirect`]).
    pub(crate) actual: Option<SocketAddr>,
    /// UDP (with TCP after truncation) or TCP at once.
    pub(crate) transport: Transport,
    /// RD: a resolver is asked to find out; a server of the hierarchy only for what it knows.
    pub(crate) recursion_desired: bool,
    /// UDP size to announce (EDNS); `None` speaks plain DNS.
    pub(crate) edns: Option<u16>,
    /// AD (`trust-ad`).
    pub(crate) authentic: bool,
    /// For each wait: the datagram, then the TCP exchange if there is one.
    pub(crate) timeout: Duration,
    /// From 1, for the story.
    pub(crate) attempt: u32,
    /// Several questions one after the other instead of at once (`single-request`).
    pub(crate) one_by_one: bool,
}

impl Ask {
    /// A question to a server of the hierarchy or a resolver over UDP, plain, first attempt.
    pub(crate) fn udp(server: SocketAddr, timeout: Duration) -> Self {
        Self {
            server,
            actual: None,
            transport: Transport::Udp,
            recursion_desired: false,
            edns: None,
            authentic: false,
            timeout,
            attempt: 1,
            one_by_one: false,
        }
    }

    fn wishes(&self) -> Wishes {
        Wishes { recursion: self.recursion_desired, authentic: self.authentic, edns: self.edns }
    }

    /// Where its packets go.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.actual.unwrap_or(self.server)
    }

    pub(super) fn link(&self, transport: Transport, fd: i32, local: Option<SocketAddr>) -> Link {
        Link { server: self.server.to_string(), actual: self.actual.filter(|a| *a != self.server), transport, fd, local }
    }
}

/// An answer, whatever it says.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The whole message; EDNS's upper bits are in its response code already.
    pub(crate) message: Message,
    /// How it came in the end.
    pub(crate) transport: Transport,
    /// From question to answer.
    #[allow(dead_code, reason = "for whoever prefers quick servers; the stub resolver keeps the configured order")]
    pub(crate) rtt: Duration,
}

/// A question written down.
pub(super) struct Written<'q> {
    pub(super) at: usize,
    pub(super) question: &'q Question,
    pub(super) id: u16,
    pub(super) bytes: Vec<u8>,
    pub(super) sent: Duration,
}

/// Asks one question; follows truncation to TCP and goes back from EDNS to plain DNS where the server needs it.
pub(crate) fn ask(ask: &Ask, question: &Question, by: &Deadline<'_>, out: Emitter<'_>) -> Result<Reply, Failure> {
    ask_all(ask, std::slice::from_ref(question), by, out).pop().unwrap_or(Err(Failure::Malformed { what: String::new() }))
}

/// Asks several questions at once; the results stand in the questions' order.
pub(crate) fn ask_all(ask: &Ask, questions: &[Question], by: &Deadline<'_>, out: Emitter<'_>) -> Vec<Result<Reply, Failure>> {
    let mut results = once(ask, questions, by, out);
    // RFC 6891 §7: a server that does not know EDNS answers FORMERR (or NOTIMP); one that knows another version BADVERS.
    let again: Vec<usize> = (0..results.len()).filter(|&n| ask.edns.is_some() && needs_plain(&results[n])).collect();
    if !again.is_empty() {
        let plain = Ask { edns: None, ..ask.clone() };
        let mut left = Vec::with_capacity(again.len());
        for &n in &again {
            if let Ok(reply) = &results[n] {
                out.emit(|| DnsEvent::WithoutEdns {
                    server: ask.server.to_string(),
                    rcode: wire::rcode(reply.message.metadata.response_code),
                    question: questions[n].shown(),
                });
            }
            left.push(questions[n].clone());
        }
        for (n, result) in again.into_iter().zip(once(&plain, &left, by, out)) {
            results[n] = result;
        }
    }
    results
}

fn needs_plain(result: &Result<Reply, Failure>) -> bool {
    // hickory has one number, 16, under two names: BADVERS and BADSIG.
    use ResponseCode as R;
    result.as_ref().is_ok_and(|r| matches!(r.message.metadata.response_code, R::FormErr | R::NotImp | R::BADVERS | R::BADSIG))
}

fn once(ask: &Ask, questions: &[Question], by: &Deadline<'_>, out: Emitter<'_>) -> Vec<Result<Reply, Failure>> {
    if ask.transport == Transport::Tcp {
        return stream::over_tcp(ask, questions, by, out);
    }
    let mut results = over_udp(ask, questions, by, out);
    let cut: Vec<usize> = (0..results.len()).filter(|&n| matches!(results[n], Some(Err(Cut)))).collect();
    if !cut.is_empty() {
        let left: Vec<Question> = cut.iter().map(|&n| questions[n].clone()).collect();
        for question in &left {
            out.emit(|| DnsEvent::Truncated { server: ask.server.to_string(), question: question.shown() });
        }
        let mut over_tcp = stream::over_tcp(ask, &left, by, out).into_iter();
        return results
            .iter_mut()
            .map(|slot| match slot.take() {
                Some(Err(Cut)) => over_tcp.next().unwrap_or(Err(Failure::Closed { read: 0 })).map_err(|then| match then {
                    stopped @ Failure::Stopped { .. } => stopped,
                    then => Failure::Truncated { then: Box::new(then) },
                }),
                Some(Ok(result)) => result,
                None => Err(Failure::Closed { read: 0 }),
            })
            .collect();
    }
    results.into_iter().map(|slot| slot.and_then(Result::ok).unwrap_or(Err(Failure::Closed { read: 0 }))).collect()
}

/// The answer was cut to fit a datagram.
struct Cut;

/// `None`: still waited for.
type Slot = Option<Result<Result<Reply, Failure>, Cut>>;

fn over_udp(ask: &Ask, questions: &[Question], by: &Deadline<'_>, out: Emitter<'_>) -> Vec<Slot> {
    let mut slots: Vec<Slot> = questions.iter().map(|_| None).collect();
    let fail = |slots: &mut Vec<Slot>, why: &Failure| {
        for (slot, question) in slots.iter_mut().zip(questions).filter(|(s, _)| s.is_none()) {
            tell_failure(ask, Transport::Udp, question, why, out);
            *slot = Some(Ok(Err(why.clone())));
        }
    };
    let written = match write_down(ask, questions) {
        Ok(written) => written,
        Err(why) => {
            fail(&mut slots, &why);
            return slots;
        }
    };
    let (socket, link) = match open(ask, by, out) {
        Ok(open) => open,
        Err(why) => {
            fail(&mut slots, &why);
            return slots;
        }
    };
    let mut buffer = vec![0; BUFFER];
    let step = if ask.one_by_one { 1 } else { written.len().max(1) };
    let mut written = written;
    for group in written.chunks_mut(step) {
        if let Err(why) = send_and_wait(ask, group, &socket, &link, &mut buffer, &mut slots, by, out) {
            fail(&mut slots, &why);
            break;
        }
    }
    let fd = socket.as_raw_fd();
    drop(socket);
    out.emit(|| DnsEvent::Closed { fd });
    slots
}

/// Sends `group` and waits for its answers. An error ends all that is still open; a time-out only this group.
#[expect(clippy::too_many_arguments, reason = "the loop's whole state, used once")]
fn send_and_wait(
    ask: &Ask,
    group: &mut [Written<'_>],
    socket: &UdpSocket,
    link: &Link,
    buffer: &mut [u8],
    slots: &mut [Slot],
    by: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<(), Failure> {
    let clock = by.clock();
    let mut until = by.within(Some(ask.timeout), Bound::Resolver);
    let begun = clock.now();
    let mut failed = None;
    let mut gone = 0;
    for w in group.iter_mut() {
        // Before sendto(): on loopback the call itself delivers, and the answer may be there when it returns.
        w.sent = clock.now();
        failed = socket.send(&w.bytes).err();
        if failed.is_some() {
            break;
        }
        gone += 1;
    }
    // Told when both have left: telling takes time, too.
    for w in &group[..gone] {
        tell_sent(ask, link, w, out);
    }
    if let Some(error) = failed {
        return Err(Failure::os("sendto", &error));
    }
    let mut ignored = 0;
    while group.iter().any(|w| slots[w.at].is_none()) {
        let timed_out = match until.left(IDLE) {
            Ok((left, _)) => !readable(socket.as_fd(), left)?,
            Err(Expired::Reached(Bound::Resolver)) => true,
            Err(expired) => return Err(Failure::Stopped { expired }),
        };
        if timed_out {
            // The run's own limit may have been the nearer one.
            if let Err(expired @ (Expired::Interrupted | Expired::Reached(Bound::MaxTime | Bound::ConnectTimeout))) =
                until.left(IDLE)
            {
                return Err(Failure::Stopped { expired });
            }
            let why = Failure::TimedOut { waited_us: clock.now().saturating_sub(begun).into() };
            for w in group.iter().filter(|w| slots[w.at].is_none()).map(|w| (w.at, w.question)).collect::<Vec<_>>() {
                tell_failure(ask, Transport::Udp, w.1, &why, out);
                slots[w.0] = Some(Ok(Err(why.clone())));
            }
            return Ok(());
        }
        let read = match socket.recv(buffer) {
            Ok(read) => read,
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::Interrupted) => continue,
            Err(e) => return Err(Failure::os("recvfrom", &e)),
        };
        let now = clock.now();
        let bytes = &buffer[..read];
        let waiting: Vec<_> = group.iter().map(|w| (w.id, w.question, slots[w.at].is_none())).collect();
        match wire::judge(bytes, &waiting) {
            Verdict::Answer(n, message, trailing) => {
                let w = &group[n];
                let rtt = now.saturating_sub(w.sent);
                tell_received(link, w.question, &message, bytes, trailing, now, rtt, out);
                let addresses = message.answers.iter().any(|r| wire::address(&r.data).is_some());
                slots[w.at] = Some(Ok(Ok(Reply { message: *message, transport: Transport::Udp, rtt })));
                if addresses {
                    until = until.within(Some(GRACE), Bound::Resolver);
                }
            }
            Verdict::Truncated(n, message) => {
                let w = &group[n];
                if let Some(message) = message {
                    tell_received(link, w.question, &message, bytes, 0, now, now.saturating_sub(w.sent), out);
                }
                slots[w.at] = Some(Err(Cut));
            }
            Verdict::Ignore(why) => {
                out.emit_at(now, || DnsEvent::Ignored { link: link.clone(), why, bytes: read, raw: Octets::from(bytes) });
                ignored += 1;
                if ignored == MOST_IGNORED {
                    return Err(Failure::Malformed { what: format!("{MOST_IGNORED} datagrams that answer nothing") });
                }
            }
        }
    }
    Ok(())
}

fn open(ask: &Ask, by: &Deadline<'_>, out: Emitter<'_>) -> Result<(UdpSocket, Link), Failure> {
    let begun = by.clock().now();
    let peer = ask.peer();
    let socket = socket::open(peer, Type::DGRAM, Protocol::UDP).map_err(|e| Failure::os("socket", &e))?;
    socket.connect(&peer.into()).map_err(|e| Failure::os("connect", &e))?;
    let socket: UdpSocket = socket.into();
    let local = if out.heard() { socket.local_addr().ok() } else { None };
    let link = ask.link(Transport::Udp, socket.as_raw_fd(), local);
    out.emit(|| DnsEvent::Opened { link: link.clone(), waited: false, took_us: by.clock().now().saturating_sub(begun).into() });
    Ok((socket, link))
}

/// The questions as messages, each with an id of its own.
pub(super) fn write_down<'q>(ask: &Ask, questions: &'q [Question]) -> Result<Vec<Written<'q>>, Failure> {
    let mut written: Vec<Written<'q>> = Vec::with_capacity(questions.len());
    for (at, question) in questions.iter().enumerate() {
        let mut id = wire::random_id();
        while written.iter().any(|w| w.id == id) {
            id = id.wrapping_add(1);
        }
        let bytes = wire::encode(id, question, ask.wishes()).map_err(|what| Failure::Unspeakable { what })?;
        written.push(Written { at, question, id, bytes, sent: Duration::ZERO });
    }
    Ok(written)
}

/// Waits until there is something to read (or an error to fetch); false when the time is up. A signal ends the wait early.
pub(super) fn readable(fd: BorrowedFd<'_>, left: Duration) -> Result<bool, Failure> {
    poll(fd, rustix::event::PollFlags::IN, left)
}

/// The same for any readiness.
pub(super) fn poll(fd: BorrowedFd<'_>, flags: rustix::event::PollFlags, left: Duration) -> Result<bool, Failure> {
    use rustix::event::{PollFd, Timespec};
    let left = Timespec { tv_sec: left.as_secs().try_into().unwrap_or(i32::MAX.into()), tv_nsec: left.subsec_nanos().into() };
    let mut fds = [PollFd::from_borrowed_fd(fd, flags)];
    match rustix::event::poll(&mut fds, Some(&left)) {
        Ok(0) => Ok(false),
        // The caller's next look at its deadline says whether it was Ctrl-C.
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(true),
        Err(e) => Err(Failure::os("poll", &e.into())),
    }
}

pub(super) fn tell_failure(ask: &Ask, transport: Transport, question: &Question, why: &Failure, out: Emitter<'_>) {
    out.emit(|| DnsEvent::NoAnswer { server: ask.server.to_string(), transport, question: question.shown(), why: why.clone() });
}

pub(super) fn tell_sent(ask: &Ask, link: &Link, w: &Written<'_>, out: Emitter<'_>) {
    out.emit_at(w.sent, || DnsEvent::Sent {
        link: link.clone(),
        attempt: ask.attempt,
        bytes: w.bytes.len(),
        id: w.id,
        flags: Flags { aa: false, tc: false, rd: ask.recursion_desired, ra: false, ad: ask.authentic, cd: false },
        question: w.question.shown(),
        edns: ask.edns.map(|udp_size| wire::EdnsShown { version: 0, udp_size, dnssec_ok: false }),
        raw: Octets::from(&w.bytes),
    });
}

#[expect(clippy::too_many_arguments, reason = "the event's fields, from three places")]
pub(super) fn tell_received(
    link: &Link,
    question: &Question,
    message: &Message,
    bytes: &[u8],
    trailing: usize,
    at: Duration,
    rtt: Duration,
    out: Emitter<'_>,
) {
    out.emit_at(at, || DnsEvent::Received {
        link: link.clone(),
        bytes: bytes.len(),
        id: message.metadata.id,
        rcode: wire::rcode(message.metadata.response_code),
        flags: Flags::from(&message.metadata),
        question: question.shown(),
        answers: wire::shown(&message.answers),
        authorities: wire::shown(&message.authorities),
        additionals: wire::shown(&message.additionals),
        edns: message.edns.as_ref().map(Into::into),
        trailing,
        rtt_us: Micros::from(rtt),
        raw: Octets::from(bytes),
    });
}
