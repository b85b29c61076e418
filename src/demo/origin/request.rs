//! A request as the demo's web server reads it: strictly, and with the bytes kept as they came.
//!
//! RFC 9112 §3 (request line), §5 (fields), §6.3 (how long the body is), §7.1 (chunks).

use std::io::{self, Read, Write};

/// The longest head.
const MAX_HEAD: usize = 64 * 1024;

/// The longest body.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// The most fields in a head.
const MAX_FIELDS: usize = 128;

/// What a client asked, with the bytes that it was asked in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The connection it came on, from 1.
    pub connection: u32,
    /// Which request on that connection, from 1.
    pub exchange: u32,
    /// Under TLS?
    pub secure: bool,
    /// The whole message as received: head and body, chunks as they were cut.
    pub bytes: Vec<u8>,
    /// `GET` …
    pub method: String,
    /// As sent: a path with its query, a whole URL, `*`.
    pub target: String,
    /// The minor version: 0 or 1.
    pub minor: u8,
    /// Names as sent, values trimmed.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The content, chunks put together.
    pub body: Vec<u8>,
}

impl Request {
    /// The first field of that name, when it is text.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).and_then(|(_, v)| std::str::from_utf8(v).ok())
    }

    /// The target's path without its query; that of a whole URL too.
    pub fn path(&self) -> &str {
        let path = match self.target.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
            None => &self.target,
        };
        path.split('?').next().unwrap_or(path)
    }

    /// Does `list` of that field name `token`? (Parameters are not looked at.)
    pub fn lists(&self, field: &str, token: &str) -> bool {
        let values = self.fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case(field));
        values
            .flat_map(|(_, v)| v.split(|b| *b == b','))
            .any(|item| item.split(|b| *b == b';').next().is_some_and(|t| t.trim_ascii().eq_ignore_ascii_case(token.as_bytes())))
    }

    /// Does the client want another exchange on this connection (RFC 9112 §9.3)?
    pub fn keeps(&self) -> bool {
        match self.minor {
            0 => self.lists("connection", "keep-alive"),
            _ => !self.lists("connection", "close"),
        }
    }
}

/// Why there is no request.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It is not one, or too much of one: answered with this status, then closed.
    Status(u16),
    /// The connection is of no more use.
    Gone,
}

impl From<io::Error> for Refusal {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// Reads the next request; `held` is what was read of it already, and keeps what was read beyond it.
pub(crate) fn read(stream: &mut (impl Read + Write), held: &mut Vec<u8>) -> Result<Request, Refusal> {
    // RFC 9112 §2.2: an empty line before the request line is ignored.
    let mut request;
    let head = loop {
        let skip = held.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        held.drain(..skip);
        match parse(held)? {
            Some((parsed, size)) => {
                request = parsed;
                break size;
            }
            None if held.len() >= MAX_HEAD => return Err(Refusal::Status(431)),
            None => more(stream, held)?,
        }
    };
    let chunked = request.lists("transfer-encoding", "chunked");
    let length = length(&request)?;
    if (chunked || length > 0) && request.minor > 0 && request.lists("expect", "100-continue") && held.len() == head {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        stream.flush()?;
    }
    let end = if chunked {
        loop {
            match unchunk(&held[head..])? {
                Some((body, size)) => {
                    request.body = body;
                    break head + size;
                }
                None if held.len() > head + MAX_BODY => return Err(Refusal::Status(413)),
                None => more(stream, held)?,
            }
        }
    } else {
        while held.len() < head + length {
            more(stream, held)?;
        }
        request.body = held[head..head + length].to_vec();
        head + length
    };
    let rest = held.split_off(end);
    request.bytes = std::mem::replace(held, rest);
    Ok(request)
}

fn more(stream: &mut impl Read, held: &mut Vec<u8>) -> Result<(), Refusal> {
    let mut buffer = [0; 16 * 1024];
    match stream.read(&mut buffer)? {
        0 => Err(Refusal::Gone),
        size => {
            held.extend_from_slice(&buffer[..size]);
            Ok(())
        }
    }
}

/// The head, when all of it is there, and its size.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, Refusal> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Request::new(&mut fields);
    let size = match head.parse(bytes) {
        Ok(httparse::Status::Complete(size)) => size,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::Status(431)),
        Err(httparse::Error::Version) => return Err(Refusal::Status(505)),
        Err(_) => return Err(Refusal::Status(400)),
    };
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let request = Request {
        method: text(head.method),
        target: text(head.path),
        minor: head.version.unwrap_or(1),
        fields: head.headers.iter().map(|f| (f.name.to_owned(), f.value.to_vec())).collect(),
        ..Request::default()
    };
    // RFC 9112 §3.2: exactly one Host in HTTP/1.1.
    let hosts = request.fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case("host")).count();
    if hosts > 1 || (hosts == 0 && request.minor > 0) {
        return Err(Refusal::Status(400));
    }
    Ok(Some((request, size)))
}

/// Content-Length, 0 without one. What could be read in two ways is refused (request smuggling, RFC 9112 §11.2).
fn length(request: &Request) -> Result<usize, Refusal> {
    let mut lengths = request.fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case("content-length")).map(|(_, v)| v);
    let coded = request.fields.iter().any(|(n, _)| n.eq_ignore_ascii_case("transfer-encoding"));
    let Some(first) = lengths.next() else {
        let unknown = coded && !request.lists("transfer-encoding", "chunked");
        return if unknown { Err(Refusal::Status(501)) } else { Ok(0) };
    };
    let digits = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
    if coded || !digits || lengths.any(|other| other != first) {
        return Err(Refusal::Status(400));
    }
    let length = std::str::from_utf8(first).ok().and_then(|t| t.parse().ok()).unwrap_or(usize::MAX);
    if length > MAX_BODY { Err(Refusal::Status(413)) } else { Ok(length) }
}

/// The content of a chunked body, when all of it is there, and its size on the wire.
fn unchunk(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, Refusal> {
    let line = |from: usize| bytes[from..].windows(2).position(|w| w == b"\r\n").map(|n| from + n);
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let Some(end) = line(at) else { return Ok(None) };
        let digits = bytes[at..end].split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
        if digits.is_empty() || digits.len() > 8 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(Refusal::Status(400));
        }
        let size = std::str::from_utf8(digits).ok().and_then(|t| usize::from_str_radix(t, 16).ok()).unwrap_or(usize::MAX);
        if size > MAX_BODY - body.len().min(MAX_BODY) {
            return Err(Refusal::Status(413));
        }
        at = end + 2;
        if size == 0 {
            // The trailer: lines up to an empty one.
            loop {
                let Some(end) = line(at) else { return Ok(None) };
                let empty = end == at;
                at = end + 2;
                if empty {
                    return Ok(Some((body, at)));
                }
            }
        }
        let Some(chunk) = bytes.get(at..at + size + 2) else { return Ok(None) };
        if &chunk[size..] != b"\r\n" {
            return Err(Refusal::Status(400));
        }
        body.extend_from_slice(&chunk[..size]);
        at += size + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in pieces of one size and takes whatever is written.
    struct Pieces<'b>(&'b [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let size = self.0.len().min(self.1).min(buf.len());
            buf[..size].copy_from_slice(&self.0[..size]);
            self.0 = &self.0[size..];
            Ok(size)
        }
    }
    impl Write for Pieces<'_> {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            Ok(buf.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn status(bytes: &[u8]) -> u16 {
        match read(&mut Pieces(bytes, usize::MAX), &mut Vec::new()) {
            Err(Refusal::Status(status)) => status,
            Ok(_) => 200,
            Err(Refusal::Gone) => 0,
        }
    }

    #[test]
    fn a_request_is_the_same_however_it_arrives() {
        let bytes = b"\r\nPOST /echo?x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\nGET";
        for size in 1..bytes.len() {
            let mut held = Vec::new();
            let request = read(&mut Pieces(bytes, size), &mut held).expect("a request");
            assert_eq!((request.path(), request.body.as_slice()), ("/echo", b"abcde".as_slice()));
            assert_eq!(request.bytes, &bytes[2..bytes.len() - 3]);
            assert!(b"GET".starts_with(&held));
        }
    }

    #[test]
    fn two_requests_may_come_in_one_segment() {
        let mut held = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nPUT /b HTTP/1.0\r\nContent-Length: 1\r\n\r\nx".to_vec();
        let first = read(&mut Pieces(b"", 1), &mut held).expect("a request");
        let second = read(&mut Pieces(b"", 1), &mut held).expect("another");
        assert!(first.keeps() && !second.keeps());
        assert_eq!((second.method.as_str(), second.body.as_slice()), ("PUT", b"x".as_slice()));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (bad, expected) in [
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: rot13\r\n\r\n", 501),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
            ("GET /\r\n\r\n", 505),
        ] {
            assert!(matches!(status(bad.as_bytes()), s if s == expected || (expected == 505 && s == 400)), "{bad:?}");
        }
        assert_eq!(status(&[b'x'; MAX_HEAD + 1]), 431);
        assert_eq!(status(b"GET / HT"), 0);
    }
}
