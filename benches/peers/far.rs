//! A server that is far away, on loopback: every connection and every answer takes its round trip, and one page trickles in.
//!
//! ```text
//! accept ──► the handshake would end here, one round trip later ──► a request counts from then on ──► its answer, one round trip later
//! ```
//!
//! The waits are made here and not by the kernel (netem is missing on many machines), so that the same program measures
//! anywhere. What is written down are the times that a client sees: a request from when it could have been sent, an answer from when
//! it is there. Congestion windows and lost packets are left out; all answers are small.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Addresses of this machine that stand for hosts.
const HOSTS: u8 = 5;
/// Bytes that the trickling page gets at a time.
const DRIP: usize = 16 * 1024;

/// What is served.
#[derive(Clone, Copy)]
pub(crate) struct Far {
    /// One round trip.
    pub(crate) round_trip: Duration,
    /// Images of the page, `/i/0.png` and so on.
    pub(crate) images: usize,
    /// Hosts that they are spread over.
    pub(crate) hosts: u8,
    /// Filler behind each image, bytes.
    pub(crate) between: usize,
    /// Bytes a second that the page comes with; none is at once.
    pub(crate) rate: Option<usize>,
}

/// When things happened, as the client sees it.
#[derive(Default, Clone, Copy)]
pub(crate) struct Marks {
    asked: Option<Instant>,
    page_begun: Option<Instant>,
    page_ended: Option<Instant>,
    first_image: Option<Instant>,
    last_image: Option<Instant>,
    /// Images answered.
    pub(crate) images: usize,
}

impl Marks {
    /// From the page's request to the last image.
    pub(crate) fn whole(&self) -> Option<Duration> {
        Some(self.last_image?.saturating_duration_since(self.asked?))
    }

    /// From the page's first bytes, which name an image, to the first image's request.
    pub(crate) fn first_after(&self) -> Option<Duration> {
        Some(self.first_image?.saturating_duration_since(self.page_begun?))
    }

    /// From the page's end to the last image.
    pub(crate) fn after_page(&self) -> Option<Duration> {
        Some(self.last_image?.saturating_duration_since(self.page_ended?))
    }
}

/// Listens until the program ends.
pub(crate) struct FarServer {
    port: u16,
    hosts: u8,
    marks: Arc<Mutex<Marks>>,
}

impl FarServer {
    /// Begins to listen on 127.0.0.1 and as many addresses behind it as there are hosts.
    pub(crate) fn start(far: Far) -> io::Result<Self> {
        let first = TcpListener::bind("127.0.0.1:0")?;
        let port = first.local_addr()?.port();
        let mut listeners = vec![first];
        for host in 2..=far.hosts.min(HOSTS) {
            listeners.push(TcpListener::bind(SocketAddr::from(([127, 0, 0, host], port)))?);
        }
        let marks = Arc::new(Mutex::new(Marks::default()));
        let page: Arc<[u8]> = page(far, port).into();
        for listener in listeners {
            let (marks, page) = (Arc::clone(&marks), Arc::clone(&page));
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let (marks, page) = (Arc::clone(&marks), Arc::clone(&page));
                    let accepted = Instant::now();
                    thread::spawn(move || {
                        // A client that goes away ends its connection, nothing else.
                        let _ = serve(&stream, accepted, far, &page, &marks);
                    });
                }
            });
        }
        Ok(Self { port, hosts: far.hosts, marks })
    }

    /// The page.
    pub(crate) fn page(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// One of its images.
    pub(crate) fn image(&self, n: usize) -> String {
        image(n, self.hosts, self.port)
    }

    /// What happened since the last call.
    pub(crate) fn take(&self) -> Marks {
        std::mem::take(&mut *lock(&self.marks))
    }
}

fn lock(marks: &Mutex<Marks>) -> std::sync::MutexGuard<'_, Marks> {
    marks.lock().unwrap_or_else(PoisonError::into_inner)
}

fn image(n: usize, hosts: u8, port: u16) -> String {
    format!("http://127.0.0.{}:{port}/i/{n}.png", n % usize::from(hosts.max(1)) + 1)
}

fn page(far: Far, port: u16) -> Vec<u8> {
    let mut page = b"<!doctype html><meta charset=utf-8><title>far</title>\n".to_vec();
    for n in 0..far.images {
        page.extend_from_slice(format!("<p>Picture <img src=\"{}\" alt=\"\">\n", image(n, far.hosts, port)).as_bytes());
        page.resize(page.len() + far.between, b'x');
    }
    page
}

const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\xdac\xfc\xff\xff?\0\x05\xfe\x02\xfe\xa3\x9aq\xcd\0\0\0\0IEND\xaeB`\x82";

fn serve(stream: &TcpStream, accepted: Instant, far: Far, page: &[u8], marks: &Mutex<Marks>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::new(stream);
    let connected = accepted + far.round_trip;
    loop {
        let Some(path) = request(&mut requests)? else { return Ok(()) };
        let asked = Instant::now().max(connected);
        let is_image = path.starts_with("/i/");
        if is_image {
            lock(marks).first_image.get_or_insert(asked);
        } else if path == "/" {
            lock(marks).asked.get_or_insert(asked);
        }
        wait_until(asked + far.round_trip);
        if path == "/" {
            send_page(stream, far, page, marks)?;
        } else if is_image {
            answer(stream, "200 OK", "image/png", PIXEL)?;
            let mut marks = lock(marks);
            marks.images += 1;
            marks.last_image = Some(Instant::now());
        } else {
            answer(stream, "404 Not Found", "text/plain", b"")?;
        }
    }
}

/// The path of the next request; none at the end of the connection.
fn request(from: &mut BufReader<&TcpStream>) -> io::Result<Option<String>> {
    let (mut path, mut line) = (None, String::new());
    loop {
        line.clear();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line.trim_end().is_empty() && path.is_some() {
            return Ok(path);
        }
        if path.is_none() {
            path = line.split_whitespace().nth(1).map(str::to_owned);
        }
    }
}

fn answer(mut to: &TcpStream, status: &str, media_type: &str, body: &[u8]) -> io::Result<()> {
    let mut whole =
        format!("HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    whole.extend_from_slice(body);
    to.write_all(&whole)
}

fn send_page(mut to: &TcpStream, far: Far, page: &[u8], marks: &Mutex<Marks>) -> io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", page.len());
    to.write_all(head.as_bytes())?;
    let begun = Instant::now();
    lock(marks).page_begun.get_or_insert(begun);
    match far.rate {
        None => to.write_all(page)?,
        Some(rate) => {
            for (n, drop) in page.chunks(DRIP).enumerate() {
                wait_until(begun + Duration::from_secs_f64((n * DRIP) as f64 / rate as f64));
                to.write_all(drop)?;
            }
        }
    }
    lock(marks).page_ended = Some(Instant::now());
    Ok(())
}

fn wait_until(then: Instant) {
    let now = Instant::now();
    if then > now {
        thread::sleep(then - now);
    }
}
