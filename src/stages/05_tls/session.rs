//! A TLS session over a [`Transport`]: rustls turns bytes into bytes, every read and write is made and told here.
//!
//! Ciphertext is read into one buffer that grows only when it was filled, decrypted in place, and copied once to whoever reads.
//! The last bytes of the handshake (Finished) are held back until the first request, where nothing has to be waited for:
//! both leave in one write(), one packet. If nothing is ever written, a read or the close sends them.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus};
use rustls::{ClientConfig, Error, HandshakeKind, ProtocolVersion};

use crate::clock::Monotonic;
use crate::deadline::{Bound, Deadline, Expired, IDLE};
use crate::event::{Detail, Emitter};
use crate::exit::os_words;
use crate::render::visible::visible_bytes;
use crate::stages::connect::{Connection, Transport};

use super::event::{Direction, TlsEvent};
use super::record::Tracker;
use super::verify::{self, Verdict};
use super::{Fault, Server, TlsError, certificate};

/// Ciphertext buffer: enough for a record and a half at first …
const SMALL: usize = 24 * 1024;
/// … and for a bulk transfer in the end.
const LARGE: usize = 256 * 1024;
/// Plaintext that one write() takes: four records.
const CHUNK: usize = 64 * 1024;
/// Reads and writes of one handshake; a peer that needs more is not making one (compare RUSTSEC-2024-0336).
const ROUNDS: usize = 256;
/// What is remembered until somebody asks for it with [`Transport::tell`].
const UNTOLD: usize = 64;

/// The handshake, told; then the connection under TLS. A failure closes the socket.
pub(super) fn shake(
    plain: Connection,
    server: &Server,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    insecure: bool,
    by: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<Connection, TlsError> {
    let Connection { id, transport, exchanges, buffer } = plain;
    let client_certificate = server.certificate && config.client_auth_cert_resolver.has_certs();
    let began = by.clock().now();
    out.emit_at(began, || TlsEvent::Handshaking {
        fd: id.fd,
        sni: match &name {
            ServerName::DnsName(name) => Some(name.as_ref().to_owned()),
            _ => None,
        },
        alpn: server.alpn.iter().map(|p| String::from_utf8_lossy(p).into_owned()).collect(),
    });
    let tls = match UnbufferedClientConnection::new_with_alpn(config, name, server.alpn.clone()) {
        Ok(tls) => tls,
        Err(error) => {
            let _ = transport.close(out);
            return Err(TlsError::protocol(&server.host, &error));
        }
    };
    let mut session = Session {
        plain: transport,
        tls,
        inbox: vec![0; SMALL],
        start: 0,
        end: 0,
        outbox: Vec::new(),
        sent: 0,
        plaintext: Vec::new(),
        taken: 0,
        closed: false,
        failed: None,
        tickets: 0,
        listening: out.heard(),
        untold: Vec::new(),
    };
    verify::take_verdict();
    let mut shaking =
        Shaking { fd: id.fd, out, sent: Tracker::default(), received: Tracker::default(), total: 0, first: Vec::new() };
    // An old kernel without the option costs a delay, not the journey.
    let _ = session.plain.no_delay();
    let outcome = session.handshake(&mut shaking, by);
    let verdict = verify::take_verdict();
    tell_chain(verdict.as_ref(), &server.host, insecure, out);
    if let Err(stop) = outcome {
        let alert = match &stop {
            Stop::Tls(Error::InvalidCertificate(error)) => Some(super::error::alert_name(error.clone().into())),
            _ => None,
        };
        let error = shaking.explain(stop, verdict.as_ref(), server, id.peer, by);
        session.alert(alert, out);
        let _ = session.plain.close(out);
        return Err(error);
    }
    let now = by.clock().now();
    out.emit_at(now, || session.secured(client_certificate, now.saturating_sub(began)));
    if !session.outbox.is_empty() {
        out.emit(|| TlsEvent::Held { bytes: session.outbox.len() });
    }
    Ok(Connection { id, transport: Box::new(session), exchanges, buffer })
}

fn tell_chain(verdict: Option<&Verdict>, host: &str, insecure: bool, out: Emitter<'_>) {
    let Some(verdict) = verdict else { return };
    if !out.heard() {
        return;
    }
    let unix = i64::try_from(out.clock().unix().as_secs()).unwrap_or(i64::MAX);
    for (place, der) in verdict.chain.iter().enumerate() {
        out.emit(|| TlsEvent::Certificate(Box::new(certificate::facts(der, place, unix))));
    }
    out.emit(|| match &verdict.outcome {
        Ok(_) if insecure => TlsEvent::Unchecked { fault: None },
        Ok((root, source)) => TlsEvent::Verified { root: root.clone(), source: source.clone() },
        Err(error) if insecure => TlsEvent::Unchecked { fault: Some(Fault::of(error, verdict, host)) },
        Err(error) => TlsEvent::Rejected { fault: Fault::of(error, verdict, host) },
    });
}

/// Why a handshake stopped.
enum Stop {
    Io(io::Error),
    Tls(Error),
    Closed,
    Endless,
}

/// What a handshake is told with.
struct Shaking<'h> {
    fd: i32,
    out: Emitter<'h>,
    sent: Tracker,
    received: Tracker,
    total: u64,
    first: Vec<u8>,
}

impl Shaking<'_> {
    fn received(&mut self, bytes: &[u8], at: Duration) {
        self.total += bytes.len() as u64;
        if self.first.len() < 64 {
            self.first.extend(bytes.iter().take(64 - self.first.len()));
        }
        if self.out.heard() {
            let records = self.received.feed(bytes);
            let octets = (self.out.detail() >= Detail::Hex).then(|| bytes.into());
            self.out.emit_at(at, || TlsEvent::Received { fd: self.fd, bytes: bytes.len(), records, octets });
        }
    }

    fn sent(&mut self, bytes: &[u8], at: Duration) {
        if self.out.heard() {
            let records = self.sent.feed(bytes);
            let octets = (self.out.detail() >= Detail::Hex).then(|| bytes.into());
            self.out.emit_at(at, || TlsEvent::Sent { fd: self.fd, bytes: bytes.len(), records, octets });
        }
    }

    fn explain(
        &self,
        stop: Stop,
        verdict: Option<&Verdict>,
        server: &Server,
        peer: std::net::SocketAddr,
        by: &Deadline<'_>,
    ) -> TlsError {
        let host = server.host.clone();
        match stop {
            Stop::Io(error) if error.kind() == io::ErrorKind::Interrupted => TlsError::Interrupted,
            Stop::Io(error) if error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none() => {
                let bound = match by.left(IDLE) {
                    Err(Expired::Reached(bound)) => bound,
                    Err(Expired::Interrupted) => return TlsError::Interrupted,
                    Ok(_) => Bound::Idle,
                };
                TlsError::TimedOut { host, bound, received: self.total }
            }
            Stop::Io(error) => TlsError::Io { host, error: os_words(&error) },
            Stop::Closed => TlsError::Closed { host, received: self.total },
            Stop::Endless => TlsError::Protocol { host, words: format!("no end after {ROUNDS} messages") },
            Stop::Tls(error @ Error::InvalidCertificate(_)) => match verdict {
                Some(verdict) => TlsError::Certificate { fault: Fault::of(&error, verdict, &host), host },
                None => TlsError::Certificate { host, fault: Fault::Malformed },
            },
            // Records begin with 20 to 23; text does not.
            Stop::Tls(_) if self.first.first().is_some_and(|b| b.is_ascii_graphic()) => {
                let line = self.first.split(|&b| b == b'\r' || b == b'\n').next().unwrap_or_default();
                TlsError::NotTls { host, peer, said: visible_bytes(line) }
            }
            Stop::Tls(error) => {
                if let Error::AlertReceived(alert) = &error {
                    let description = Some(super::error::alert_name(*alert));
                    self.out.emit(|| TlsEvent::Alert { direction: Direction::Received, description });
                }
                TlsError::protocol(&host, &error)
            }
        }
    }
}

struct Session {
    plain: Box<dyn Transport>,
    tls: UnbufferedClientConnection,
    /// Ciphertext received, in `start..end`.
    inbox: Vec<u8>,
    start: usize,
    end: usize,
    /// Ciphertext to be sent, from `sent` on.
    outbox: Vec<u8>,
    sent: usize,
    /// Plaintext for which a reader had no room, from `taken` on.
    plaintext: Vec<u8>,
    taken: usize,
    /// The peer has sent close_notify.
    closed: bool,
    /// What ended the session; said when everything before it has been read.
    failed: Option<Error>,
    tickets: u32,
    listening: bool,
    untold: Vec<(Duration, TlsEvent)>,
}

/// What rustls needs next.
enum Next {
    /// More ciphertext.
    Read,
    /// The bytes in the outbox sent; at once, unless application data may leave with them.
    Send {
        /// May it?
        flow: bool,
    },
    /// Nothing: application data may flow.
    Flow,
    /// The same question again.
    Again,
    /// Nothing more will come.
    Closed,
}

impl Session {
    /// One step of rustls. Plaintext goes to `buf` from `filled` on, and what has no room there to `self.plaintext`.
    fn step(&mut self, buf: &mut [u8], filled: &mut usize) -> Result<Next, Error> {
        let UnbufferedStatus { discard, state, .. } = self.tls.process_tls_records(&mut self.inbox[self.start..self.end]);
        let next = match state {
            Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                while let Some(record) = traffic.next_record() {
                    let payload = record?.payload;
                    let now = payload.len().min(buf.len() - *filled);
                    buf[*filled..*filled + now].copy_from_slice(&payload[..now]);
                    *filled += now;
                    self.plaintext.extend_from_slice(&payload[now..]);
                }
                Ok(Next::Again)
            }
            Ok(ConnectionState::EncodeTlsData(mut data)) => {
                let at = self.outbox.len();
                if let Err(EncodeError::InsufficientSize(size)) = data.encode(&mut []) {
                    self.outbox.resize(at + size.required_size, 0);
                    let n = data.encode(&mut self.outbox[at..]).unwrap_or(0);
                    self.outbox.truncate(at + n);
                }
                Ok(Next::Again)
            }
            Ok(ConnectionState::TransmitTlsData(mut transmit)) => {
                // Where application data may follow at once, these bytes wait for it; see `shake`.
                let flow = transmit.may_encrypt_app_data().is_some();
                transmit.done();
                Ok(Next::Send { flow })
            }
            Ok(ConnectionState::BlockedHandshake) => Ok(Next::Read),
            Ok(ConnectionState::WriteTraffic(_)) => Ok(Next::Flow),
            Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => Ok(Next::Closed),
            // Early data is the server's; the enum is open for states to come.
            Ok(_) => Ok(Next::Again),
            Err(error) => Err(error),
        };
        self.start += discard;
        if self.start >= self.end {
            self.start = 0;
            self.end = 0;
        }
        next
    }

    fn handshake(&mut self, shaking: &mut Shaking<'_>, by: &Deadline<'_>) -> Result<(), Stop> {
        let mut rounds = 0;
        loop {
            let next = self.step(&mut [], &mut 0).map_err(Stop::Tls)?;
            rounds += usize::from(!matches!(next, Next::Again));
            if rounds > ROUNDS {
                return Err(Stop::Endless);
            }
            match next {
                Next::Again => {}
                Next::Send { flow: true } | Next::Flow => return Ok(()),
                Next::Send { flow: false } => {
                    while self.sent < self.outbox.len() {
                        let n = self.plain.write(&self.outbox[self.sent..], by).map_err(Stop::Io)?;
                        shaking.sent(&self.outbox[self.sent..self.sent + n], by.clock().now());
                        self.sent += n;
                    }
                    self.outbox.clear();
                    self.sent = 0;
                }
                Next::Read => {
                    let n = self.fill(by).map_err(Stop::Io)?;
                    if n == 0 {
                        return Err(Stop::Closed);
                    }
                    shaking.received(&self.inbox[self.end - n..self.end], by.clock().now());
                }
                Next::Closed => return Err(Stop::Closed),
            }
        }
    }

    /// One read of ciphertext.
    fn fill(&mut self, by: &Deadline<'_>) -> io::Result<usize> {
        if self.start > 0 {
            self.inbox.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.inbox.len() {
            // Not even a whole record fits, or a handshake message spans many.
            self.inbox.resize(self.inbox.len() + SMALL, 0);
        }
        let room = self.inbox.len() - self.end;
        let n = self.plain.read(&mut self.inbox[self.end..], by)?;
        self.end += n;
        if n == room && self.inbox.len() < LARGE {
            // More was waiting than there was room for: a bulk transfer.
            self.inbox.resize((self.inbox.len() * 4).min(LARGE), 0);
        }
        Ok(n)
    }

    fn flush(&mut self, by: &Deadline<'_>) -> io::Result<()> {
        while self.sent < self.outbox.len() {
            self.sent += self.plain.write(&self.outbox[self.sent..], by)?;
        }
        self.outbox.clear();
        self.sent = 0;
        Ok(())
    }

    /// Encrypts `data` behind whatever waits in the outbox.
    fn encrypt(&mut self, data: &[u8]) -> Result<(), Error> {
        let at = self.outbox.len();
        let mut room = data.len() + data.len() / 16_384 * 64 + 256;
        loop {
            self.outbox.resize(at + room, 0);
            let UnbufferedStatus { discard, state, .. } = self.tls.process_tls_records(&mut self.inbox[self.start..self.end]);
            self.start += discard;
            let ConnectionState::WriteTraffic(mut traffic) = state? else {
                self.outbox.truncate(at);
                return Err(Error::HandshakeNotComplete);
            };
            match traffic.encrypt(data, &mut self.outbox[at..]) {
                Ok(n) => {
                    self.outbox.truncate(at + n);
                    return Ok(());
                }
                Err(EncryptError::InsufficientSize(size)) if size.required_size > room => room = size.required_size,
                Err(_) => {
                    self.outbox.truncate(at);
                    return Err(Error::EncryptError);
                }
            }
        }
    }

    /// The alert that rustls has ready after a failure; nobody waits for it to arrive.
    fn alert(&mut self, description: Option<String>, out: Emitter<'_>) {
        // Only as long as there is something to be sent: what was not understood must not be looked at again.
        while self.tls.wants_write() {
            let UnbufferedStatus { discard, state, .. } = self.tls.process_tls_records(&mut self.inbox[self.start..self.end]);
            self.start += discard;
            let Ok(ConnectionState::EncodeTlsData(mut data)) = state else { break };
            let at = self.outbox.len();
            let Err(EncodeError::InsufficientSize(size)) = data.encode(&mut []) else { break };
            self.outbox.resize(at + size.required_size, 0);
            if data.encode(&mut self.outbox[at..]).is_err() {
                break;
            }
        }
        let clock = Monotonic::start();
        let by = Deadline::never(&clock).within(Some(Duration::from_millis(50)), Bound::Idle);
        let bytes = self.outbox.len();
        if bytes > 0 && self.flush(&by).is_ok() {
            out.emit(|| TlsEvent::Alert { direction: Direction::Sent, description });
        }
    }

    fn secured(&self, client_certificate: bool, took: Duration) -> TlsEvent {
        let suite = self.tls.negotiated_cipher_suite();
        let kind = self.tls.handshake_kind();
        TlsEvent::Secured {
            version: match self.tls.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
                Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
                _ => "TLS",
            },
            cipher: suite.map(|s| format!("{:?}", s.suite()).replace("TLS13_", "TLS_")).unwrap_or_default(),
            group: self.tls.negotiated_key_exchange_group().map(|g| match format!("{:?}", g.name()).as_str() {
                "secp256r1" => "P-256".to_owned(),
                "secp384r1" => "P-384".to_owned(),
                other => other.to_owned(),
            }),
            alpn: self.tls.alpn_protocol().map(|p| String::from_utf8_lossy(p).into_owned()),
            resumed: kind == Some(HandshakeKind::Resumed),
            retried: kind == Some(HandshakeKind::FullWithHelloRetryRequest),
            client_certificate,
            took_us: took.into(),
        }
    }

    fn remember(&mut self, at: Duration, event: TlsEvent) {
        if self.listening && self.untold.len() < UNTOLD {
            self.untold.push((at, event));
        }
    }

    fn fail(&mut self, error: Error, at: Duration) -> io::Error {
        if self.failed.is_none() {
            if let Error::AlertReceived(alert) = &error {
                let description = Some(super::error::alert_name(*alert));
                self.remember(at, TlsEvent::Alert { direction: Direction::Received, description });
            }
            self.failed = Some(error.clone());
        }
        let words = match &error {
            Error::AlertReceived(alert) => format!("TLS alert {}", super::error::alert_name(*alert)),
            other => crate::render::visible::visible(&other.to_string()).into_owned(),
        };
        io::Error::new(io::ErrorKind::InvalidData, words)
    }
}

impl Transport for Session {
    fn read(&mut self, buf: &mut [u8], by: &Deadline<'_>) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        if !self.outbox.is_empty() {
            self.flush(by)?;
        }
        let rest = &self.plaintext[self.taken..];
        if !rest.is_empty() {
            let n = rest.len().min(buf.len());
            buf[..n].copy_from_slice(&rest[..n]);
            self.taken += n;
            if self.taken == self.plaintext.len() {
                self.plaintext.clear();
                self.taken = 0;
            }
            return Ok(n);
        }
        if let Some(error) = self.failed.clone() {
            return Err(self.fail(error, Duration::ZERO));
        }
        if self.closed {
            return Ok(0);
        }
        let mut filled = 0;
        loop {
            let next = match self.step(buf, &mut filled) {
                Ok(next) => next,
                Err(error) => {
                    let error = self.fail(error, by.clock().now());
                    return if filled > 0 { Ok(filled) } else { Err(error) };
                }
            };
            if filled == buf.len() {
                return Ok(filled);
            }
            match next {
                Next::Again => {}
                Next::Send { .. } => self.flush(by)?,
                Next::Closed => {
                    self.closed = true;
                    self.remember(by.clock().now(), TlsEvent::CloseNotify { direction: Direction::Received });
                    return Ok(filled);
                }
                Next::Read | Next::Flow => {
                    // A key update that the peer asked for leaves before we wait.
                    self.flush(by)?;
                    let tickets = self.tls.tls13_tickets_received();
                    if tickets != self.tickets {
                        self.tickets = tickets;
                        self.remember(by.clock().now(), TlsEvent::Tickets { total: tickets });
                    }
                    if filled > 0 {
                        return Ok(filled);
                    }
                    if self.fill(by)? == 0 {
                        // RFC 8446 §6.1: without close_notify nobody knows whether this was all.
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
            }
        }
    }

    fn write(&mut self, buf: &[u8], by: &Deadline<'_>) -> io::Result<usize> {
        if let Some(error) = self.failed.clone() {
            return Err(self.fail(error, Duration::ZERO));
        }
        let data = &buf[..buf.len().min(CHUNK)];
        if self.sent > 0 {
            // An earlier write stopped in the middle of a record.
            self.flush(by)?;
        }
        // What has come meanwhile is looked at first: rustls writes only when it has nothing to say itself.
        loop {
            let mut none = 0;
            match self.step(&mut [], &mut none) {
                Ok(Next::Again | Next::Send { flow: true }) => {}
                Ok(Next::Send { flow: false }) => self.flush(by)?,
                Ok(Next::Flow) => break,
                Ok(Next::Read) => return Err(io::Error::other("handshake not complete")),
                Ok(Next::Closed) if self.closed => return Err(io::ErrorKind::BrokenPipe.into()),
                Ok(Next::Closed) => self.closed = true,
                Err(error) => return Err(self.fail(error, by.clock().now())),
            }
        }
        self.encrypt(data).map_err(|e| self.fail(e, by.clock().now()))?;
        self.flush(by)?;
        Ok(data.len())
    }

    fn close(mut self: Box<Self>, out: Emitter<'_>) -> io::Result<()> {
        self.tell(out);
        let clock = Monotonic::start();
        let by = Deadline::never(&clock).within(Some(Duration::from_millis(250)), Bound::Idle);
        if self.failed.is_none() {
            let at = self.outbox.len();
            self.outbox.resize(at + 128, 0);
            let UnbufferedStatus { discard, state, .. } = self.tls.process_tls_records(&mut self.inbox[self.start..self.end]);
            self.start += discard;
            let written = match state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => traffic.queue_close_notify(&mut self.outbox[at..]).unwrap_or(0),
                _ => 0,
            };
            self.outbox.truncate(at + written);
            // The peer may be gone already, and then does not need it.
            if self.flush(&by).is_ok() && written > 0 {
                out.emit(|| TlsEvent::CloseNotify { direction: Direction::Sent });
            }
        }
        let Self { plain, .. } = *self;
        plain.close(out)
    }

    fn is_stale(&mut self) -> bool {
        if self.closed || self.failed.is_some() || self.taken < self.plaintext.len() {
            return true;
        }
        // Session tickets come unasked and make nothing stale; what is there is read without waiting.
        let clock = Monotonic::start();
        for _ in 0..16 {
            let mut none = 0;
            match self.step(&mut [], &mut none) {
                Ok(Next::Again | Next::Send { .. }) => {}
                Ok(Next::Closed) => {
                    self.closed = true;
                    return true;
                }
                Err(error) => {
                    self.failed = Some(error);
                    return true;
                }
                Ok(Next::Read | Next::Flow) => {
                    if !self.plaintext.is_empty() {
                        return true;
                    }
                    if !self.plain.is_stale() {
                        return false;
                    }
                    let by = Deadline::never(&clock).within(Some(Duration::from_millis(20)), Bound::Idle);
                    if !matches!(self.fill(&by), Ok(1..)) {
                        return true;
                    }
                }
            }
        }
        true
    }

    fn is_readable(&self, limit: Duration) -> bool {
        self.closed || self.failed.is_some() || self.taken < self.plaintext.len() || self.plain.is_readable(limit)
    }

    fn plain_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn tell(&mut self, out: Emitter<'_>) {
        for (at, event) in self.untold.drain(..) {
            out.emit_at(at, || event);
        }
    }
}
