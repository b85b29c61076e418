//! A name server's sockets: UDP and TCP on one port, a thread that serves both, and a thread for each TCP client.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::NS;
use hickory_proto::rr::{Name, RData, Record};
use rustix::event::PollFlags;

use super::bind::{self, Place, Ports};
use super::stop::{self, Stop, Stopper, Woken};
use super::stream::Stream;
use super::zone::{self, Carrier};

/// How long a TCP client may say nothing (RFC 7766 §6.2.3).
const IDLE: Duration = Duration::from_secs(10);

/// TCP clients served at once; one more is closed at once.
const MAX_CLIENTS: usize = 64;

/// What a server answers to the bytes of a message: any number of messages, none included.
pub type Answerer = dyn Fn(&[u8], Carrier) -> Vec<Vec<u8>> + Send + Sync;

/// A running server; ends when it is dropped.
#[derive(Debug)]
pub struct Nameserver {
    place: Place,
    stopper: Option<Stopper>,
    thread: Option<thread::JoinHandle<()>>,
}

/// How a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    Honest,
    /// Answers every question with SERVFAIL.
    ServFail,
    /// Answers every question with REFUSED.
    Refuse,
    /// Is in charge of nothing, whatever others say, and points back to the root.
    Lame,
    /// Receives and says nothing.
    Silent,
    /// Says over UDP that its answer is too long.
    Truncate,
    /// Another's forged answer, with a wrong id and a wrong address, arrives before its own.
    Spoofed,
}

impl Nameserver {
    /// Serves `answerer` at `asked`, or where it can.
    ///
    /// # Errors
    /// No socket or no thread is to be had.
    pub fn start(asked: SocketAddr, ports: Ports, answerer: Arc<Answerer>) -> io::Result<Self> {
        let ((udp, tcp), place) = bind::both(asked, ports)?;
        udp.set_nonblocking(true)?;
        tcp.set_nonblocking(true)?;
        let (stopper, stop) = stop::pair()?;
        let thread = thread::Builder::new().name(format!("dns {asked}")).spawn(move || serve(&udp, &tcp, &stop, &*answerer))?;
        Ok(Self { place, stopper: Some(stopper), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn place(&self) -> &Place {
        &self.place
    }
}

impl Drop for Nameserver {
    fn drop(&mut self) {
        drop(self.stopper.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server has already been told by the panic hook.
            let _ = thread.join();
        }
    }
}

/// `honest` behaving like that.
pub fn behaving(manner: Manner, honest: impl Fn(&[u8], Carrier) -> Option<Vec<u8>> + Send + Sync + 'static) -> Arc<Answerer> {
    Arc::new(move |bytes, carrier| {
        let answer = match manner {
            Manner::Honest => honest(bytes, carrier),
            Manner::Silent => None,
            Manner::ServFail => failing(bytes, ResponseCode::ServFail),
            Manner::Refuse => failing(bytes, ResponseCode::Refused),
            Manner::Lame => lame(bytes),
            Manner::Truncate if carrier == Carrier::Udp => honest(bytes, Carrier::Tcp)
                .and_then(|answer| Message::from_vec(&answer).ok())
                .map(|answer| zone::truncated(&answer)),
            Manner::Truncate => honest(bytes, carrier),
            Manner::Spoofed => {
                let Some(answer) = honest(bytes, carrier) else { return Vec::new() };
                let forged = forged(&answer).filter(|_| carrier == Carrier::Udp);
                return forged.into_iter().chain([answer]).collect();
            }
        };
        answer.into_iter().collect()
    })
}

fn failing(bytes: &[u8], code: ResponseCode) -> Option<Vec<u8>> {
    match zone::begin(bytes)? {
        Ok((_, mut reply)) => {
            reply.metadata.response_code = code;
            reply.to_vec().ok()
        }
        Err(refusal) => Some(refusal),
    }
}

/// What servers that nobody told about a zone used to send: a referral upwards, to the root.
fn lame(bytes: &[u8]) -> Option<Vec<u8>> {
    match zone::begin(bytes)? {
        Ok((_, mut reply)) => {
            let server = Name::from_ascii("a.root-servers.example.").ok()?;
            reply.add_authority(Record::from_rdata(Name::root(), 86_400, RData::NS(NS(server))));
            reply.to_vec().ok()
        }
        Err(refusal) => Some(refusal),
    }
}

/// The answer with the id of another question and, for each address, one that nobody serves.
fn forged(answer: &[u8]) -> Option<Vec<u8>> {
    let mut message = Message::from_vec(answer).ok()?;
    message.metadata.id = !message.metadata.id;
    for record in &mut message.answers {
        if let RData::A(address) = &mut record.data {
            address.0 = std::net::Ipv4Addr::new(127, 53, 0, 66);
        }
    }
    message.to_vec().ok()
}

fn serve(udp: &UdpSocket, tcp: &TcpListener, stop: &Stop, answerer: &Answerer) {
    let clients = AtomicUsize::new(0);
    thread::scope(|scope| {
        let mut buffer = vec![0; 65_535];
        loop {
            let fds = [(udp.as_fd(), PollFlags::IN), (tcp.as_fd(), PollFlags::IN)];
            let Ok(Woken::Ready(ready)) = stop.wait(&fds, None) else { return };
            if ready & 1 != 0 {
                // An ICMP error about an earlier answer comes as an error of this call: it says nothing about the next question.
                if let Ok((size, from)) = udp.recv_from(&mut buffer) {
                    for answer in answerer(&buffer[..size], Carrier::Udp) {
                        let _ = udp.send_to(&answer, from);
                    }
                }
            }
            if ready & 2 != 0 {
                let Ok((socket, _)) = tcp.accept() else { continue };
                if clients.fetch_add(1, Ordering::Relaxed) >= MAX_CLIENTS {
                    clients.fetch_sub(1, Ordering::Relaxed);
                    continue;
                }
                let (clients, stop) = (&clients, stop.clone());
                let client = move || {
                    // The client's going away, in whatever way, ends only its own service.
                    let _ = Stream::new(socket, stop, IDLE).and_then(|stream| converse(stream, answerer));
                    clients.fetch_sub(1, Ordering::Relaxed);
                };
                if thread::Builder::new().spawn_scoped(scope, client).is_err() {
                    clients.fetch_sub(1, Ordering::Relaxed);
                }
            }
        }
    });
}

/// Messages with their length in front (RFC 1035 §4.2.2), until the client closes.
fn converse(mut stream: Stream, answerer: &Answerer) -> io::Result<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut query)?;
        for answer in answerer(&query, Carrier::Tcp) {
            let Ok(length) = u16::try_from(answer.len()) else { continue };
            // One write, so that length and message are not two segments.
            stream.write_all(&[&length.to_be_bytes(), answer.as_slice()].concat())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::{MessageType, OpCode, Query};
    use hickory_proto::rr::RecordType;

    use super::super::zone::{Zone, Zones};
    use super::*;

    fn lab(manner: Manner) -> Nameserver {
        let zone = Zone::parse(include_str!("zones/lab.example.zone")).expect("a zone file");
        let zones = Zones::new(vec![Arc::new(zone)]);
        let answerer = behaving(manner, move |bytes, carrier| zones.answer(bytes, carrier));
        Nameserver::start(SocketAddr::from(([127, 0, 0, 1], 53)), Ports::Any, answerer).expect("a server")
    }
    fn query() -> Vec<u8> {
        let mut query = Message::new(7, MessageType::Query, OpCode::Query);
        query.add_query(Query::query(Name::from_ascii("www.lab.example.").expect("a name"), RecordType::A));
        query.to_vec().expect("a query")
    }
    fn client(server: &Nameserver) -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.connect(server.place().actual).expect("a connected socket");
        socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        socket.send(&query()).expect("a query sent");
        socket
    }
    fn receive(socket: &UdpSocket) -> Message {
        let mut buffer = [0; 1500];
        let size = socket.recv(&mut buffer).expect("an answer");
        Message::from_vec(&buffer[..size]).expect("a message")
    }

    #[test]
    fn both_transports_give_the_same_answer() {
        let server = lab(Manner::Honest);
        let over_udp = receive(&client(&server));
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        socket.connect(&server.place().actual.into()).expect("a connection");
        let mut tcp = std::net::TcpStream::from(socket);
        let query = query();
        let length = u16::try_from(query.len()).expect("a short query").to_be_bytes();
        tcp.write_all(&[&length, query.as_slice()].concat()).expect("a query sent");
        let mut length = [0; 2];
        tcp.read_exact(&mut length).expect("a length");
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        tcp.read_exact(&mut answer).expect("an answer");
        assert_eq!(Message::from_vec(&answer).expect("a message"), over_udp);
    }

    #[test]
    fn a_spoofed_answer_comes_before_the_real_one() {
        let server = lab(Manner::Spoofed);
        let socket = client(&server);
        let (forged, real) = (receive(&socket), receive(&socket));
        assert_eq!((forged.metadata.id, real.metadata.id), (!7, 7));
        assert_ne!(forged.answers[0].data, real.answers[0].data);
    }

    #[test]
    fn every_other_manner_shows_in_the_answer() {
        let told = |manner| receive(&client(&lab(manner)));
        assert_eq!(told(Manner::ServFail).metadata.response_code, ResponseCode::ServFail);
        assert_eq!(told(Manner::Refuse).metadata.response_code, ResponseCode::Refused);
        assert!(told(Manner::Truncate).metadata.truncation);
        let lame = told(Manner::Lame);
        assert!(!lame.metadata.authoritative && lame.answers.is_empty() && lame.authorities[0].name.is_root());
    }

    #[test]
    fn a_server_ends_though_a_client_is_still_connected() {
        let server = lab(Manner::Honest);
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        socket.connect(&server.place().actual.into()).expect("a connection");
        drop(server);
    }
}
