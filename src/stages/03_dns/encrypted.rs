//! DNS over TLS (RFC 7858) and DNS over HTTPS (RFC 8484): the same messages inside a session that is made by the stages that make every
//! other: `connect`, `tls`, and for HTTP/1.1 `message` and `response`. What those tell is told as [`DnsEvent::Session`].
//!
//! A session is kept for the next question; whoever needs one while it is in use makes another. Certificates are checked whatever `-k`
//! says (as curl does without `--doh-insecure`), against the same roots as those of web servers; the client's own is never shown.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use super::event::{DnsEvent, Link, Transport};
use super::exchange::{self, Ask, Reply};
use super::failure::Failure;
use super::h2::Http2;
use super::stream::{self, Bytes};
use super::wire::{self, Question, Verdict};
use super::{DnsPlan, Resolve as _, ResolverKind, Route};
use crate::deadline::{Bound, Deadline, Expired};
use crate::event::{Emitter, Event, Hub, Kept};
use crate::phrase;
use crate::stages::connect::{self, Connection, Connector};
use crate::stages::message::{self, Body, RequestSpec};
use crate::stages::response::{self, BodySink, Head, Limits, SinkError};
use crate::stages::tls::{self, Tls, TlsEvent, TlsPlan};
use crate::stages::url::Target;

/// A server that is asked inside TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    /// `tls://ADDR[:PORT][#NAME]`
    Tls {
        /// Where.
        at: SocketAddr,
        /// What its certificate must say.
        name: String,
    },
    /// `https://HOST[:PORT]/PATH`
    Https(Box<::url::Url>),
}

impl Secret {
    /// From what was typed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("tls://") {
            let (at, name) = match rest.split_once('#') {
                Some((at, name)) if !name.is_empty() => (at, Some(name.to_owned())),
                Some(_) => return None,
                None => (rest, None),
            };
            let at = super::servers::plain(at.strip_suffix('/').unwrap_or(at), 853)?;
            return Some(Self::Tls { at, name: name.unwrap_or_else(|| at.ip().to_string()) });
        }
        let url = ::url::Url::parse(text).ok()?;
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        (url.scheme() == "https" && url.host().is_some() && plain).then(|| Self::Https(Box::new(url)))
    }

    /// As events and errors name it.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Tls { at, name } if *name == at.ip().to_string() => format!("tls://{at}"),
            Self::Tls { at, name } => format!("tls://{at}#{name}"),
            Self::Https(url) => url.to_string(),
        }
    }

    /// Over what.
    pub(crate) fn transport(&self) -> Transport {
        match self {
            Self::Tls { .. } => Transport::Tls,
            Self::Https(_) => Transport::Https,
        }
    }

    fn host(&self) -> String {
        match self {
            Self::Tls { name, .. } => name.clone(),
            Self::Https(url) => url.host().map(|h| super::bare(&h)).unwrap_or_default(),
        }
    }

    fn alpn(&self) -> Vec<Vec<u8>> {
        match self {
            // RFC 7858 names none; "dot" (RFC 7858bis drafts) makes some servers hang up.
            Self::Tls { .. } => Vec::new(),
            Self::Https(_) => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        }
    }
}

/// A session that can carry questions.
struct Session {
    connection: Connection,
    /// HTTP/2 was agreed on.
    http2: Option<Http2>,
    used: bool,
}

/// Makes sessions and keeps them.
pub(crate) struct Sessions {
    connector: Connector,
    tls: Tls,
    idle: Mutex<HashMap<String, Vec<Session>>>,
}

/// What every exchange needs to know.
struct Errand<'e> {
    secret: &'e Secret,
    label: &'e str,
    ask: &'e Ask,
    plan: &'e DnsPlan,
}

impl Sessions {
    /// Nothing is opened or read yet.
    pub(crate) fn new(tls: TlsPlan) -> Self {
        let tls = TlsPlan { insecure: false, cert: None, key: None, ..tls };
        Self { connector: Connector::default(), tls: Tls::new(tls), idle: Mutex::default() }
    }

    /// Asks `questions` one after the other, all in one session.
    pub(crate) fn ask(
        &self,
        secret: &Secret,
        ask: &Ask,
        plan: &DnsPlan,
        questions: &[Question],
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Vec<Result<Reply, Failure>> {
        let label = secret.label();
        let errand = Errand { secret, label: &label, ask, plan };
        let until = by.within(Some(ask.timeout), Bound::Resolver);
        let mut results = Vec::with_capacity(questions.len());
        for question in questions {
            let result = self.one(&errand, question, &until, out);
            if let Err(why) = &result {
                out.emit(|| DnsEvent::NoAnswer {
                    server: label.clone(),
                    transport: secret.transport(),
                    question: question.shown(),
                    why: why.clone(),
                });
            }
            // What stopped one question will stop the others.
            let fatal = result.as_ref().err().cloned();
            results.push(result);
            if let Some(why) = fatal {
                results.resize_with(questions.len(), || Err(why.clone()));
                break;
            }
        }
        results
    }

    fn one(&self, errand: &Errand<'_>, question: &Question, until: &Deadline<'_>, out: Emitter<'_>) -> Result<Reply, Failure> {
        loop {
            let mut session = match self.idle(errand.label) {
                Some(session) => session,
                None => self.open(errand, until, out)?,
            };
            let used = session.used;
            match exchange_one(errand, &mut session, question, until, out) {
                Ok(reply) => {
                    session.used = true;
                    self.keep(errand.label, session);
                    return Ok(reply);
                }
                Err(why) => {
                    close(errand, session, out);
                    // A server may end an idle session at any time; the question is asked again on a new one.
                    if !(used && matches!(why, Failure::Closed { .. } | Failure::Os { .. })) {
                        return Err(why);
                    }
                }
            }
        }
    }

    fn idle(&self, label: &str) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let sessions = idle.get_mut(label)?;
        while let Some(mut session) = sessions.pop() {
            // HTTP/2 servers send frames of their own (SETTINGS acknowledged, PING): those do not end it.
            if session.http2.is_some() || !session.connection.transport.is_stale() {
                return Some(session);
            }
        }
        None
    }

    fn keep(&self, label: &str, session: Session) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).entry(label.to_owned()).or_default().push(session);
    }

    fn open(&self, errand: &Errand<'_>, until: &Deadline<'_>, out: Emitter<'_>) -> Result<Session, Failure> {
        let secret = errand.secret;
        let addresses = match secret {
            Secret::Tls { at, .. } => vec![errand.ask.actual.unwrap_or(*at)],
            Secret::Https(url) => bootstrap(errand.plan, url, until, out)?,
        };
        out.emit(|| DnsEvent::Opening {
            server: errand.label.to_owned(),
            actual: errand.ask.actual,
            transport: secret.transport(),
        });
        let route = Route { host: secret.host(), addresses };
        let plain = nested(errand.label, out, |out| connect::connect(&route, &self.connector, until, out)).0;
        let plain = plain.map_err(|e| stopped(until).unwrap_or_else(|| Failure::Session { error: e.phrase() }))?;
        let server = tls::Server { host: secret.host(), alpn: secret.alpn(), certificate: false };
        let (secured, events) = nested(errand.label, out, |out| self.tls.secure_for(plain, &server, until, out));
        let connection = secured.map_err(|e| stopped(until).unwrap_or_else(|| Failure::Session { error: e.phrase() }))?;
        let h2 = events.iter().any(|e| matches!(e, Event::Tls(TlsEvent::Secured { alpn: Some(alpn), .. }) if alpn == "h2"));
        Ok(Session { connection, http2: h2.then(Http2::default), used: false })
    }
}

impl Drop for Sessions {
    fn drop(&mut self) {
        let idle = std::mem::take(self.idle.get_mut().unwrap_or_else(PoisonError::into_inner));
        // Closing says close_notify; there is nobody left to tell it to.
        let clock = crate::clock::Still;
        let hub = Hub::new(&clock, crate::secret::Secrets::Masked, crate::event::Detail::Normal, Vec::new());
        for session in idle.into_values().flatten() {
            let _ = session.connection.transport.close(hub.emitter(crate::event::FetchId(0)));
        }
    }
}

/// The addresses of a DoH server: from the resolver that the system is configured with, asked in plain.
fn bootstrap(plan: &DnsPlan, url: &::url::Url, until: &Deadline<'_>, out: Emitter<'_>) -> Result<Vec<SocketAddr>, Failure> {
    let plan = DnsPlan { servers: Vec::new(), types: Vec::new(), resolver: ResolverKind::Stub, ..plan.clone() };
    let host = url.host().map(|h| super::bare(&h)).unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    let (found, _) = nested(url.as_str(), out, |out| super::Resolver::new(&plan).lookup(&host, port, plan.family, until, out));
    match found {
        Ok(route) => Ok(route.addresses),
        Err(error) => Err(stopped(until).unwrap_or_else(|| Failure::Session { error: error.phrase() })),
    }
}

/// Runs what other stages do and tells their events as this stage's.
fn nested<T>(server: &str, out: Emitter<'_>, act: impl FnOnce(Emitter<'_>) -> T) -> (T, Vec<Event>) {
    let kept = Kept::default();
    let hub = Hub::new(out.clock(), out.secrets(), out.detail(), vec![Box::new(kept.clone())]);
    let result = act(hub.emitter(out.fetch()));
    let entries = kept.entries();
    for entry in &entries {
        out.emit_at(entry.at.into(), || DnsEvent::Session { server: server.to_owned(), of: Box::new(entry.event.clone()) });
    }
    (result, entries.into_iter().map(|e| e.event).collect())
}

/// Was it the run's own limit, or Ctrl-C, that ended the attempt?
fn stopped(until: &Deadline<'_>) -> Option<Failure> {
    match until.left(crate::deadline::IDLE) {
        Err(expired @ (Expired::Interrupted | Expired::Reached(Bound::MaxTime | Bound::ConnectTimeout))) => {
            Some(Failure::Stopped { expired })
        }
        _ => None,
    }
}

fn close(errand: &Errand<'_>, session: Session, out: Emitter<'_>) {
    let _ = nested(errand.label, out, |out| session.connection.transport.close(out));
}

/// The session's bytes.
struct Carried<'c>(&'c mut Connection);

impl Bytes for Carried<'_> {
    fn read(&mut self, buf: &mut [u8], by: &Deadline<'_>) -> io::Result<usize> {
        self.0.transport.read(buf, by)
    }

    fn write(&mut self, buf: &[u8], by: &Deadline<'_>) -> io::Result<usize> {
        self.0.transport.write(buf, by)
    }
}

fn exchange_one(
    errand: &Errand<'_>,
    session: &mut Session,
    question: &Question,
    until: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<Reply, Failure> {
    let id = session.connection.id;
    let transport = errand.secret.transport();
    let link = Link { server: errand.label.to_owned(), actual: errand.ask.actual, transport, fd: id.fd, local: Some(id.local) };
    let mut written = exchange::write_down(errand.ask, std::slice::from_ref(question))?;
    let url = match errand.secret {
        Secret::Tls { .. } => {
            let mut replies = [None];
            stream::converse(errand.ask, &link, &mut written, &mut Carried(&mut session.connection), &mut replies, until, out)?;
            let [reply] = replies;
            return reply.ok_or(Failure::Closed { read: 0 });
        }
        Secret::Https(url) => url,
    };
    let clock = until.clock();
    let mut written = written.pop().ok_or(Failure::Closed { read: 0 })?;
    // RFC 8484 §4.1: id 0, so that equal questions are equal messages for HTTP's caches.
    written.id = 0;
    written.bytes[..2].copy_from_slice(&[0, 0]);
    written.sent = clock.now();
    exchange::tell_sent(errand.ask, &link, &written, out);
    let (status, content) = match &mut session.http2 {
        Some(http2) => {
            let authority = &url[::url::Position::BeforeHost..::url::Position::AfterPort];
            let path = &url[::url::Position::BeforePath..::url::Position::AfterQuery];
            http2.post(&mut Carried(&mut session.connection), authority, path, &written.bytes, written.sent, until)?
        }
        None => post(errand.label, &mut session.connection, url, &written.bytes, until, out)?,
    };
    let now = clock.now();
    if status != 200 {
        return Err(Failure::Session { error: phrase!("dns-failure-http", status = status.to_string()) });
    }
    let rtt = now.saturating_sub(written.sent);
    match wire::judge(&content, &[(0, question, true)]) {
        Verdict::Answer(_, message, trailing) => {
            exchange::tell_received(&link, question, &message, &content, trailing, now, rtt, out);
            Ok(Reply { message: *message, transport, rtt })
        }
        Verdict::Truncated(..) => Err(Failure::Malformed { what: "TC".to_owned() }),
        Verdict::Ignore(why) => {
            let bytes = content.len();
            out.emit_at(now, || DnsEvent::Ignored { link, why, bytes, raw: content.into() });
            Err(Failure::Malformed { what: format!("{bytes} bytes") })
        }
    }
}

/// HTTP/1.1, by the stages that do it for every other message.
fn post(
    label: &str,
    connection: &mut Connection,
    url: &::url::Url,
    body: &[u8],
    until: &Deadline<'_>,
    out: Emitter<'_>,
) -> Result<(u16, Vec<u8>), Failure> {
    let target = Target::of(url.clone()).map_err(|e| Failure::Session { error: e.phrase() })?;
    let spec = RequestSpec {
        body: Some(Body {
            bytes: body.into(),
            content_type: Some("application/dns-message"),
            accept: Some("application/dns-message"),
        }),
        keep_alive: true,
        ..RequestSpec::default()
    };
    let mut content = Content(Vec::new());
    let (status, _) = nested(label, out, |out| {
        let message = message::build(&target, &spec, out).map_err(|e| Failure::Session { error: e.phrase() })?;
        let limits = Limits { content_bytes: Some(65_535), ..Limits::default() };
        response::exchange(connection, &message, None, &mut content, &limits, until, out)
            .map(|response| response.head.status)
            .map_err(|e| stopped(until).unwrap_or_else(|| Failure::Session { error: e.phrase() }))
    });
    Ok((status?, content.0))
}

/// Collects a message.
struct Content(Vec<u8>);

impl BodySink for Content {
    fn begin(&mut self, _head: &Head, _raw: &[u8]) -> Result<(), SinkError> {
        Ok(())
    }

    fn write(&mut self, content: &[u8]) -> Result<(), SinkError> {
        self.0.extend_from_slice(content);
        Ok(())
    }

    fn end(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_with_their_defaults_and_named_in_full() {
        for (typed, means) in [
            ("tls://192.0.2.1", "tls://192.0.2.1:853"),
            ("tls://192.0.2.1:8853#dns.example", "tls://192.0.2.1:8853#dns.example"),
            ("tls://[2001:db8::1]#dns.example", "tls://[2001:db8::1]:853#dns.example"),
            ("https://dns.example/dns-query", "https://dns.example/dns-query"),
            ("https://192.0.2.1:8443/q", "https://192.0.2.1:8443/q"),
        ] {
            assert_eq!(Secret::parse(typed).expect(typed).label(), means);
        }
        for wrong in
            ["tls://", "tls://dns.example", "tls://192.0.2.1#", "http://192.0.2.1/q", "https://", "https://u:p@dns.example/q"]
        {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
    }
}
