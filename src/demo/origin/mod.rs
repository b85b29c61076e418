//! The demo's web server: HTTP/1.1 and 1.0, plain and under TLS, a thread for each connection.
//!
//! What it answers is a [`Handler`]: the site of the demo, or what a test scripts. An answer is a list of [`Act`]s, so a
//! handler can also stall, drip, stop half way, or reset the connection.

mod request;
pub mod site;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::PollFlags;

use super::bind::{self, Place, Ports};
use super::stop::{self, Stop, Stopper, Woken};
use super::stream::Stream;
use request::Refusal;

pub use request::Request;

/// How long a client may say nothing.
const IDLE: Duration = Duration::from_secs(30);

/// Clients served at once; one more waits in the kernel's queue.
const MAX_CLIENTS: usize = 512;

/// What a client may still send after the server has closed its side, before that is called rude.
const LINGER: usize = 256 * 1024;

/// One thing that the server does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Writes these bytes.
    Send(Vec<u8>),
    /// Writes them in parts of `size` with a pause after each.
    Drip {
        /// All.
        bytes: Vec<u8>,
        /// Of one part.
        size: usize,
        /// After each part.
        pause: Duration,
    },
    /// Does nothing for that long.
    Pause(Duration),
    /// Ends the connection as it should be ended: close_notify under TLS, then FIN.
    Close,
    /// Ends it with FIN alone: under TLS a truncation.
    Cut,
    /// Ends it with RST.
    Reset,
}

/// Decides what is done about a request. After acts that do not end the connection the next request is read.
pub type Handler = dyn Fn(&Request) -> Vec<Act> + Send + Sync;

/// Decides what is done when connection number n (from 1) was accepted, before anything is read.
pub type Greeting = dyn Fn(u32) -> Vec<Act> + Send + Sync;

/// What is to be served, and where.
#[derive(Clone)]
pub struct Serve {
    /// Listens here without TLS.
    pub http: Vec<SocketAddr>,
    /// Listens here with TLS.
    pub https: Option<(Vec<SocketAddr>, Arc<rustls::ServerConfig>)>,
    /// Which ports.
    pub ports: Ports,
    /// What is answered.
    pub handler: Arc<Handler>,
    /// What is done before; usually nothing.
    pub greeting: Option<Arc<Greeting>>,
    /// Are requests kept for [`Origin::requests`]?
    pub record: bool,
}

/// A running server; ends when it is dropped.
pub struct Origin {
    http: Vec<Place>,
    https: Vec<Place>,
    shared: Arc<Shared>,
    stopper: Option<Stopper>,
    threads: Vec<thread::JoinHandle<()>>,
}

struct Shared {
    handler: Arc<Handler>,
    greeting: Option<Arc<Greeting>>,
    record: bool,
    requests: Mutex<Vec<Request>>,
    connections: AtomicU32,
}

impl Origin {
    /// Starts it.
    ///
    /// # Errors
    /// No socket or no thread is to be had.
    pub fn start(serve: Serve) -> io::Result<Self> {
        let (stopper, stop) = stop::pair()?;
        let shared = Arc::new(Shared {
            handler: serve.handler,
            greeting: serve.greeting,
            record: serve.record,
            requests: Mutex::new(Vec::new()),
            connections: AtomicU32::new(0),
        });
        let mut origin = Self { http: Vec::new(), https: Vec::new(), shared, stopper: Some(stopper), threads: Vec::new() };
        for asked in serve.http {
            let place = origin.listen(asked, serve.ports, None, &stop)?;
            origin.http.push(place);
        }
        if let Some((places, tls)) = serve.https {
            for asked in places {
                let place = origin.listen(asked, serve.ports, Some(Arc::clone(&tls)), &stop)?;
                origin.https.push(place);
            }
        }
        Ok(origin)
    }

    /// A server without TLS on any port of 127.0.0.1, whose requests are kept: what most tests need.
    ///
    /// # Errors
    /// No socket or no thread is to be had.
    pub fn scripted(handler: impl Fn(&Request) -> Vec<Act> + Send + Sync + 'static) -> io::Result<Self> {
        Self::start(Serve {
            http: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
            https: None,
            ports: Ports::Any,
            handler: Arc::new(handler),
            greeting: None,
            record: true,
        })
    }

    fn listen(
        &mut self,
        asked: SocketAddr,
        ports: Ports,
        tls: Option<Arc<rustls::ServerConfig>>,
        stop: &Stop,
    ) -> io::Result<Place> {
        let (listener, place) = bind::tcp(asked, ports)?;
        listener.set_nonblocking(true)?;
        let (shared, stop) = (Arc::clone(&self.shared), stop.clone());
        let thread = thread::Builder::new().name(format!("web {asked}"));
        self.threads.push(thread.spawn(move || accept(&listener, tls.as_ref(), &shared, &stop))?);
        Ok(place)
    }

    /// Where it listens without TLS; the first of several places.
    pub fn http(&self) -> Option<&Place> {
        self.http.first()
    }

    /// Where it listens with TLS; the first of several places.
    pub fn https(&self) -> Option<&Place> {
        self.https.first()
    }

    /// All places, those without TLS first.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.http.iter().chain(&self.https)
    }

    /// The requests so far, in the order in which they came whole.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> u32 {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        drop(self.stopper.take());
        for thread in self.threads.drain(..) {
            // A panic of a handler has already been told by the panic hook.
            let _ = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, tls: Option<&Arc<rustls::ServerConfig>>, shared: &Shared, stop: &Stop) {
    let clients = AtomicUsize::new(0);
    thread::scope(|scope| {
        loop {
            if clients.load(Ordering::Relaxed) >= MAX_CLIENTS {
                if stop.pause(Duration::from_millis(5)) == Woken::Stopped {
                    return;
                }
                continue;
            }
            let Ok(Woken::Ready(_)) = stop.wait(&[(listener.as_fd(), PollFlags::IN)], None) else { return };
            let Ok((socket, _)) = listener.accept() else {
                // Out of descriptors: one that is closed meanwhile is enough.
                if stop.pause(Duration::from_millis(5)) == Woken::Stopped {
                    return;
                }
                continue;
            };
            let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
            clients.fetch_add(1, Ordering::Relaxed);
            let (clients, stop) = (&clients, stop.clone());
            let client = move || {
                // The client's going away, in whatever way, ends only its own service.
                let _ = converse(socket, tls, number, shared, stop);
                clients.fetch_sub(1, Ordering::Relaxed);
            };
            if thread::Builder::new().spawn_scoped(scope, client).is_err() {
                clients.fetch_sub(1, Ordering::Relaxed);
            }
        }
    });
}

/// A connection, with or without TLS.
enum Channel {
    Plain(Stream),
    Tls(Box<rustls::StreamOwned<rustls::ServerConnection, Stream>>),
}

impl Channel {
    fn stream(&self) -> &Stream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(tls) => &tls.sock,
        }
    }
    fn socket(&self) -> &TcpStream {
        self.stream().socket()
    }
}

impl Read for Channel {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buf),
            Self::Tls(tls) => tls.read(buf),
        }
    }
}

impl Write for Channel {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(buf),
            Self::Tls(tls) => tls.write(buf),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}

fn converse(
    socket: TcpStream,
    tls: Option<&Arc<rustls::ServerConfig>>,
    number: u32,
    shared: &Shared,
    stop: Stop,
) -> io::Result<()> {
    let stream = Stream::new(socket, stop, IDLE)?;
    let mut channel = match tls {
        None => Channel::Plain(stream),
        Some(config) => {
            let server = rustls::ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            Channel::Tls(Box::new(rustls::StreamOwned::new(server, stream)))
        }
    };
    if let Some(greeting) = &shared.greeting
        && !perform(&mut channel, greeting(number))?
    {
        return Ok(());
    }
    let mut held = Vec::new();
    for exchange in 1.. {
        let acts = match request::read(&mut channel, &mut held) {
            Ok(mut request) => {
                (request.connection, request.exchange, request.secure) = (number, exchange, tls.is_some());
                let acts = (shared.handler)(&request);
                if shared.record {
                    shared.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                }
                acts
            }
            Err(Refusal::Status(status)) => site::refusal(status),
            Err(Refusal::Gone) => vec![Act::Close],
        };
        if !perform(&mut channel, acts)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Does it; false when the connection is over.
fn perform(channel: &mut Channel, acts: Vec<Act>) -> io::Result<bool> {
    for act in acts {
        match act {
            Act::Send(bytes) => {
                channel.write_all(&bytes)?;
                channel.flush()?;
            }
            Act::Drip { bytes, size, pause } => {
                for part in bytes.chunks(size.max(1)) {
                    channel.write_all(part)?;
                    channel.flush()?;
                    if channel.stream().stop().pause(pause) == Woken::Stopped {
                        return Ok(false);
                    }
                }
            }
            Act::Pause(time) => {
                if channel.stream().stop().pause(time) == Woken::Stopped {
                    return Ok(false);
                }
            }
            Act::Close => {
                if let Channel::Tls(tls) = channel {
                    tls.conn.send_close_notify();
                    while tls.conn.wants_write() {
                        tls.conn.write_tls(&mut tls.sock)?;
                    }
                }
                return linger(channel).map(|()| false);
            }
            Act::Cut => return linger(channel).map(|()| false),
            Act::Reset => {
                socket2::SockRef::from(channel.socket()).set_linger(Some(Duration::ZERO))?;
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// FIN, then whatever the client still sends: closing with unread bytes would be a reset, and could take the answer with it (RFC 9112 §9.6).
fn linger(channel: &mut Channel) -> io::Result<()> {
    channel.socket().shutdown(Shutdown::Write)?;
    let mut stream = match channel {
        Channel::Plain(stream) => stream,
        Channel::Tls(tls) => &mut tls.sock,
    };
    let mut buffer = [0; 16 * 1024];
    let mut left = LINGER;
    while left > 0 {
        match Read::read(&mut stream, &mut buffer)? {
            0 => return Ok(()),
            size => left = left.saturating_sub(size),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(origin: &Origin, request: &[u8]) -> (Vec<u8>, io::Result<()>) {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        socket.connect(&origin.http().expect("a place").actual.into()).expect("a connection");
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        stream.write_all(request).expect("a request sent");
        let mut answer = Vec::new();
        let end = stream.read_to_end(&mut answer).map(drop);
        (answer, end)
    }

    #[test]
    fn a_script_sends_what_it_says_and_the_request_is_kept_as_it_came() {
        let origin =
            Origin::scripted(|_| vec![Act::Send(b"hel".to_vec()), Act::Send(b"lo".to_vec()), Act::Close]).expect("an origin");
        let request = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
        let (answer, end) = exchange(&origin, request);
        assert_eq!((answer.as_slice(), end.is_ok()), (b"hello".as_slice(), true));
        assert_eq!(origin.requests()[0].bytes, request);
    }

    #[test]
    fn a_reset_is_one() {
        let origin = Origin::scripted(|_| vec![Act::Send(b"x".to_vec()), Act::Pause(Duration::from_millis(20)), Act::Reset])
            .expect("an origin");
        let (_, end) = exchange(&origin, b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(end.expect_err("a reset").kind(), io::ErrorKind::ConnectionReset);
    }

    #[test]
    fn a_connection_is_kept_until_an_act_ends_it() {
        let origin = Origin::scripted(|request| {
            let mut acts = vec![Act::Send(vec![b'0' + request.exchange as u8])];
            acts.extend((request.exchange == 2).then_some(Act::Close));
            acts
        })
        .expect("an origin");
        let (answer, _) = exchange(&origin, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!((answer.as_slice(), origin.connections()), (b"12".as_slice(), 1));
    }

    #[test]
    fn nonsense_gets_an_answer_and_an_end() {
        let origin = Origin::scripted(|_| Vec::new()).expect("an origin");
        let (answer, _) = exchange(&origin, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n");
        assert!(answer.starts_with(b"HTTP/1.1 400 "));
        assert!(origin.requests().is_empty());
    }

    #[test]
    fn the_server_ends_in_the_middle_of_a_pause() {
        let origin = Origin::scripted(|_| vec![Act::Pause(Duration::from_secs(3600))]).expect("an origin");
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        socket.connect(&origin.http().expect("a place").actual.into()).expect("a connection");
        TcpStream::from(socket).write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").expect("a request sent");
        drop(origin);
    }
}
