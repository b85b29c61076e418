//! The demo's site: pages, pictures, and addresses that show one thing each.

use std::time::Duration;

use base64::Engine as _;

use super::{Act, Request};

/// A file of the site.
struct File {
    path: &'static str,
    media: &'static str,
    bytes: &'static [u8],
}

macro_rules! files {
    ($($path:literal $file:literal $media:literal),* $(,)?) => {
        &[$(File { path: $path, media: $media, bytes: include_bytes!(concat!("../site/", $file)) }),*]
    };
}

const FILES: &[File] = files!(
    "/" "index.html" "text/html; charset=utf-8",
    "/index.html" "index.html" "text/html; charset=utf-8",
    "/sample1.htm" "sample1.htm" "text/html",
    "/dir/" "dir.html" "text/html; charset=utf-8",
    "/letter.png" "letter.png" "image/png",
    "/lock.png" "lock.png" "image/png",
    "/signpost.jpg" "signpost.jpg" "image/jpeg",
    "/gazou.jpg" "gazou.jpg" "image/jpeg",
    "/handshake.gif" "handshake.gif" "image/gif",
    "/route.svg" "route.svg" "image/svg+xml",
);

const CHUNKED: &[u8] = include_bytes!("../site/chunked.html");
const CODINGS: &[u8] = include_bytes!("../site/codings.html");
const CODINGS_BR: &[u8] = include_bytes!("../site/codings.html.br");

/// What `Authorization` must hold for `/private`.
const PRIVATE: &str = "jaunt:demo";

/// Parts of `/slow`, and the wait after each.
const SLOW: (usize, Duration) = (10, Duration::from_millis(200));

/// The site's answer to a request. Pages link to `https://` and to other hosts by name, so it needs to know no port.
pub fn answer(request: &Request) -> Vec<Act> {
    let path = request.path();
    match request.method.as_str() {
        // RFC 9110 §9.3.8: the request as it arrived here.
        "TRACE" => return Reply::new(200).field("Content-Type", "message/http").body(&request.bytes).to(request),
        "OPTIONS" => return Reply::new(204).field("Allow", ALLOWED).to(request),
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" => {}
        _ => return Reply::page(501, "This server knows no such method.").to(request),
    }
    match path {
        "/echo" => return Reply::new(200).field("Content-Type", "application/octet-stream").body(&request.bytes).to(request),
        _ if !matches!(request.method.as_str(), "GET" | "HEAD") => {
            return Reply::page(405, "This address can only be read.").field("Allow", ALLOWED).to(request);
        }
        "/old" => return Reply::moved(301, "/").to(request),
        "/old-picture.png" => return Reply::moved(302, "/letter.png").to(request),
        "/dir" => return Reply::moved(301, "/dir/").to(request),
        "/loop" => return Reply::moved(302, "/loop").to(request),
        "/secure" => return Reply::moved(308, "https://www.lab.example/").to(request),
        "/chunked.html" => return chunked(request),
        "/codings.html" => return codings(request),
        "/close.html" => return until_close(request),
        "/slow" => return slow(request),
        "/private" => return private(request),
        "/visits" => return visits(request),
        _ => {}
    }
    if let Some(status) = path.strip_prefix("/status/").and_then(|s| s.parse().ok()).filter(|s| (200..600).contains(s)) {
        return Reply::page(status, "You asked for this status.").to(request);
    }
    match FILES.iter().find(|file| file.path == path) {
        Some(file) => static_file(file, request),
        None => Reply::page(404, "There is nothing at this address.").to(request),
    }
}

const ALLOWED: &str = "GET, HEAD, OPTIONS, TRACE";

/// The answer to what was no request.
pub(crate) fn refusal(status: u16) -> Vec<Act> {
    let request = Request { method: "GET".to_owned(), ..Request::default() };
    Reply::page(status, "What came was not a request that this server takes.").to(&request)
}

/// A response being made.
struct Reply {
    status: u16,
    fields: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn new(status: u16) -> Self {
        Self { status, fields: Vec::new(), body: Vec::new() }
    }

    /// A small page of its own, for what is not a page of the site.
    fn page(status: u16, sentence: &str) -> Self {
        let title = format!("{status} {}", reason(status));
        let page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
             <body>\n<h1>{title}</h1>\n<p>{sentence}</p>\n</body>\n</html>\n"
        );
        Self::new(status).field("Content-Type", "text/html; charset=utf-8").body(page.as_bytes())
    }

    fn moved(status: u16, to: &str) -> Self {
        Self::page(status, &format!("It is at <a href=\"{to}\">{to}</a>.")).field("Location", to)
    }

    fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    fn body(mut self, bytes: &[u8]) -> Self {
        self.body = bytes.to_vec();
        self
    }

    /// Status line and fields; how the body ends is the caller's to say.
    fn head(&self, version: &str, keeps: bool) -> Vec<u8> {
        let mut head = format!("{version} {} {}\r\nServer: jaunt-demo\r\n", self.status, reason(self.status));
        for (name, value) in &self.fields {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(if keeps { "Connection: keep-alive\r\n" } else { "Connection: close\r\n" });
        head.into_bytes()
    }

    /// With Content-Length, in one write.
    fn to(mut self, request: &Request) -> Vec<Act> {
        let keeps = request.keeps();
        let bodiless = matches!(self.status, 204 | 304);
        if !bodiless {
            let after = usize::from(self.fields.first().is_some_and(|(name, _)| *name == "Content-Type"));
            self.fields.insert(after, ("Content-Length", self.body.len().to_string()));
        }
        let mut bytes = self.head("HTTP/1.1", keeps);
        bytes.extend_from_slice(b"\r\n");
        if !bodiless && request.method != "HEAD" {
            bytes.extend_from_slice(&self.body);
        }
        ended(vec![Act::Send(bytes)], keeps)
    }
}

fn ended(mut acts: Vec<Act>, keeps: bool) -> Vec<Act> {
    if !keeps {
        acts.push(Act::Close);
    }
    acts
}

/// RFC 9110 §15: the usual words.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        418 => "I'm a teapot",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Whatever",
    }
}

fn static_file(file: &File, request: &Request) -> Vec<Act> {
    let tag = tag(file.bytes);
    let media = |status| Reply::new(status).field("Content-Type", file.media);
    let marked = |reply: Reply| reply.field("ETag", tag.clone()).field("Accept-Ranges", "bytes");
    if request.field("if-none-match").is_some_and(|tags| tags.split(',').any(|t| t.trim() == tag || t.trim() == "*")) {
        return marked(Reply::new(304)).to(request);
    }
    let asked = request.field("range").filter(|_| request.field("if-range").is_none_or(|t| t == tag));
    match asked.and_then(|range| part(range, file.bytes.len())) {
        None => marked(media(200)).body(file.bytes).to(request),
        Some(Ok((from, to))) => marked(media(206))
            .field("Content-Range", format!("bytes {from}-{}/{}", to - 1, file.bytes.len()))
            .body(&file.bytes[from..to])
            .to(request),
        Some(Err(())) => Reply::page(416, "The file is shorter than that.")
            .field("Content-Range", format!("bytes */{}", file.bytes.len()))
            .to(request),
    }
}

/// One range of `bytes=` (RFC 9110 §14.1.2) as from..to; an error when none of it is there; `None` when it is no such range.
fn part(range: &str, size: usize) -> Option<Result<(usize, usize), ()>> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from.is_empty(), to.is_empty()) {
        (true, _) => (size.saturating_sub(to.parse().ok()?), size),
        (false, true) => (from.parse().ok()?, size),
        (false, false) => {
            let (from, last): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
            if last < from {
                return None;
            }
            (from, last.saturating_add(1).min(size))
        }
    };
    Some(if from < to { Ok((from, to)) } else { Err(()) })
}

/// A validator that changes with the bytes (FNV-1a).
fn tag(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    format!("\"{hash:016x}\"")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing to memory does not fail.
    let _ = coder.write_all(bytes);
    coder.finish().unwrap_or_default()
}

/// Three chunks with an extension and a trailer; gzip-coded for who offers that. HTTP/1.0 knows no chunks: the end is the close.
fn chunked(request: &Request) -> Vec<Act> {
    let coded = request.lists("accept-encoding", "gzip");
    let content = if coded { gzip(CHUNKED) } else { CHUNKED.to_vec() };
    let mut reply = Reply::new(200).field("Content-Type", "text/html; charset=utf-8").field("Vary", "Accept-Encoding");
    if coded {
        reply = reply.field("Content-Encoding", "gzip");
    }
    if request.minor == 0 {
        let mut bytes = reply.head("HTTP/1.1", false);
        bytes.extend_from_slice(b"\r\n");
        if request.method != "HEAD" {
            bytes.extend_from_slice(&content);
        }
        return vec![Act::Send(bytes), Act::Close];
    }
    let reply = reply.field("Transfer-Encoding", "chunked").field("Trailer", "X-Original-Length");
    let mut head = reply.head("HTTP/1.1", request.keeps());
    head.extend_from_slice(b"\r\n");
    let mut acts = vec![Act::Send(head)];
    if request.method != "HEAD" {
        let third = content.len() / 3;
        for (n, piece) in [&content[..third], &content[third..2 * third], &content[2 * third..]].into_iter().enumerate() {
            let extension = if n == 0 { ";piece=first" } else { "" };
            let mut chunk = format!("{:x}{extension}\r\n", piece.len()).into_bytes();
            chunk.extend_from_slice(piece);
            chunk.extend_from_slice(b"\r\n");
            acts.push(Act::Send(chunk));
        }
        acts.push(Act::Send(format!("0\r\nX-Original-Length: {}\r\n\r\n", CHUNKED.len()).into_bytes()));
    }
    ended(acts, request.keeps())
}

fn codings(request: &Request) -> Vec<Act> {
    let offered = |name| request.lists("accept-encoding", name);
    let (coding, content) = if offered("br") {
        ("br", CODINGS_BR.to_vec())
    } else if offered("zstd") {
        ("zstd", zstd::bulk::compress(CODINGS, 3).unwrap_or_default())
    } else if offered("gzip") {
        ("gzip", gzip(CODINGS))
    } else if offered("deflate") {
        // RFC 9110 §8.4.1.2: "deflate" is the zlib format.
        use std::io::Write as _;
        let mut coder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        let _ = coder.write_all(CODINGS);
        ("deflate", coder.finish().unwrap_or_default())
    } else {
        ("", CODINGS.to_vec())
    };
    let mut reply = Reply::new(200).field("Content-Type", "text/html; charset=utf-8").field("Vary", "Accept-Encoding");
    if !coding.is_empty() {
        reply = reply.field("Content-Encoding", coding);
    }
    reply.body(&content).to(request)
}

/// As servers did before lengths were announced: the page ends where the connection does.
fn until_close(request: &Request) -> Vec<Act> {
    let reply = Reply::page(200, "This page ended when the server closed the connection.");
    let mut bytes = reply.head("HTTP/1.0", false);
    bytes.extend_from_slice(b"\r\n");
    if request.method != "HEAD" {
        bytes.extend_from_slice(&reply.body);
    }
    vec![Act::Send(bytes), Act::Close]
}

fn slow(request: &Request) -> Vec<Act> {
    let (parts, pause) = SLOW;
    let body: String = (1..=parts).map(|n| format!("part {n:2} of {parts}\n")).collect();
    let size = body.len() / parts;
    let reply =
        Reply::new(200).field("Content-Type", "text/plain; charset=utf-8").field("Content-Length", body.len().to_string());
    let mut head = reply.head("HTTP/1.1", request.keeps());
    head.extend_from_slice(b"\r\n");
    let mut acts = vec![Act::Send(head)];
    if request.method != "HEAD" {
        acts.push(Act::Drip { bytes: body.into_bytes(), size, pause });
    }
    ended(acts, request.keeps())
}

fn private(request: &Request) -> Vec<Act> {
    let given = request.field("authorization").and_then(|a| {
        let (scheme, token) = a.split_once(' ')?;
        let token = base64::engine::general_purpose::STANDARD.decode(token.trim()).ok()?;
        scheme.eq_ignore_ascii_case("basic").then_some(token)
    });
    if given.as_deref() == Some(PRIVATE.as_bytes()) {
        return Reply::page(200, "The password was right.").to(request);
    }
    Reply::page(401, "This page wants a password: -u jaunt:demo")
        .field("WWW-Authenticate", "Basic realm=\"the back room\"")
        .to(request)
}

/// HTTP forgets; the number is kept by the client, in its cookie.
fn visits(request: &Request) -> Vec<Act> {
    let before = request.field("cookie").and_then(|cookies| {
        cookies.split(';').find_map(|c| c.trim().strip_prefix("visits=")).and_then(|n| n.parse::<u32>().ok())
    });
    let now = before.unwrap_or(0).saturating_add(1);
    Reply::page(200, &format!("Visits so far, this one included: {now}"))
        .field("Set-Cookie", format!("visits={now}; Path=/"))
        .to(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, fields: &[(&str, &str)]) -> Request {
        let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec())).collect();
        Request { method: "GET".into(), target: path.into(), minor: 1, fields, ..Request::default() }
    }

    fn bytes(acts: &[Act]) -> Vec<u8> {
        acts.iter()
            .flat_map(|act| match act {
                Act::Send(bytes) | Act::Drip { bytes, .. } => bytes.clone(),
                _ => Vec::new(),
            })
            .collect()
    }
    fn text(request: &Request) -> String {
        String::from_utf8_lossy(&bytes(&answer(request))).into_owned()
    }

    #[test]
    fn every_picture_is_one_and_the_page_says_its_true_size() {
        for (path, width, height) in [
            ("/letter.png", 320, 200),
            ("/lock.png", 96, 128),
            ("/signpost.jpg", 360, 240),
            ("/gazou.jpg", 400, 300),
            ("/handshake.gif", 240, 160),
        ] {
            let file = FILES.iter().find(|f| f.path == path).expect("a picture");
            let size = imagesize::blob_size(file.bytes).expect("a size");
            assert_eq!((size.width, size.height), (width, height), "{path}");
        }
    }

    #[test]
    fn the_committed_brotli_file_is_the_page() {
        let mut page = Vec::new();
        brotli_decompressor::BrotliDecompress(&mut &CODINGS_BR[..], &mut page).expect("brotli");
        assert_eq!(page, CODINGS);
    }

    #[test]
    fn a_page_comes_in_the_coding_that_was_offered() {
        for (offer, expected) in
            [("gzip, deflate, br, zstd", "br"), ("zstd;q=1, gzip", "zstd"), ("gzip", "gzip"), ("deflate", "deflate")]
        {
            assert!(
                text(&get("/codings.html", &[("Accept-Encoding", offer)])).contains(&format!("Content-Encoding: {expected}\r\n"))
            );
        }
        assert!(!text(&get("/codings.html", &[])).contains("Content-Encoding"));
    }

    #[test]
    fn the_chunked_page_has_an_extension_and_a_trailer() {
        let page = text(&get("/chunked.html", &[]));
        assert!(
            page.contains(";piece=first\r\n") && page.ends_with(&format!("0\r\nX-Original-Length: {}\r\n\r\n", CHUNKED.len()))
        );
    }

    #[test]
    fn a_range_is_a_part_of_the_file() {
        let part = |range: &str| text(&get("/route.svg", &[("Range", range)]));
        assert!(part("bytes=1-3").ends_with("\r\n\r\nsvg"));
        assert!(part("bytes=-2").ends_with("\r\n\r\n>\n"));
        assert!(part("bytes=99999-").starts_with("HTTP/1.1 416 "));
        assert!(part("lines=1-2").starts_with("HTTP/1.1 200 "));
    }

    #[test]
    fn echo_returns_the_request_and_head_returns_no_body() {
        let mut request = get("/echo", &[]);
        request.bytes = b"GET /echo HTTP/1.1\r\n\r\n".to_vec();
        assert!(bytes(&answer(&request)).ends_with(b"\r\n\r\nGET /echo HTTP/1.1\r\n\r\n"));
        request.method = "HEAD".into();
        let head = text(&request);
        assert!(head.contains("\r\nContent-Length: 22\r\n") && head.ends_with("\r\n\r\n"));
    }

    #[test]
    fn a_client_that_closes_is_closed_and_one_that_keeps_is_kept() {
        assert_eq!(answer(&get("/", &[("Connection", "close")])).last(), Some(&Act::Close));
        assert_ne!(answer(&get("/", &[])).last(), Some(&Act::Close));
    }

    #[test]
    fn the_password_and_the_cookie_are_read() {
        assert!(text(&get("/private", &[])).starts_with("HTTP/1.1 401 "));
        assert!(text(&get("/private", &[("Authorization", "Basic amF1bnQ6ZGVtbw==")])).starts_with("HTTP/1.1 200 "));
        assert!(text(&get("/visits", &[("Cookie", "a=b; visits=4")])).contains("Set-Cookie: visits=5;"));
    }
}
