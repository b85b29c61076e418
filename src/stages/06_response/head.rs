//! Response heads: found in a stream of bytes, unfolded, parsed by httparse.
//!
//! ```text
//! status-line = HTTP-version SP status-code SP [ reason-phrase ]     RFC 9112 §4
//! field-line  = field-name ":" OWS field-value OWS                   RFC 9112 §5
//! obs-fold    = OWS CRLF RWS                                         RFC 9112 §5.2: accepted, replaced by a space
//! ```
//!
//! As lenient as browsers where nothing can be misread (line ends without CR, several spaces, no reason, white space before a
//! colon, any number of fields); as strict as curl where something can (NUL bytes, lines without a colon).

use super::error::HeadFault;
use super::events::Oddity;
use super::{Fields, Head};
use crate::stages::message::Version;

/// Collects lines up to and with an empty one.
#[derive(Debug)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    /// Where the current line begins.
    line: usize,
    most: usize,
}

/// Few heads are longer.
const USUAL: usize = 1024;

/// More bytes than are accepted.
#[derive(Debug)]
pub(super) struct TooLong;

impl Lines {
    pub(super) fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), line: 0, most }
    }

    /// Takes from the front of `input`: how many bytes, and whether the empty line was among them.
    pub(super) fn feed(&mut self, input: &[u8]) -> Result<(usize, bool), TooLong> {
        // Of the first line here a part may have come before.
        let mut begun: &[u8] = &self.bytes[self.line..];
        let (mut from, mut taken, mut whole) = (0, input.len(), false);
        for newline in memchr::memchr_iter(b'\n', input) {
            whole = matches!((begun, &input[from..newline]), (b"", b"" | b"\r") | (b"\r", b""));
            (begun, from) = (b"", newline + 1);
            if whole {
                taken = from;
                break;
            }
        }
        if self.bytes.len() + taken > self.most {
            return Err(TooLong);
        }
        if self.bytes.is_empty() {
            self.bytes.reserve(taken.min(USUAL));
        }
        if from > 0 {
            self.line = self.bytes.len() + from;
        }
        self.bytes.extend_from_slice(&input[..taken]);
        Ok((taken, whole))
    }

    /// Can what was collected, followed by `next`, still begin with a status line?
    pub(super) fn may_still_be_http(&self, next: &[u8]) -> bool {
        let known = self.bytes.len().min(HTTP.len());
        may_be(&self.bytes[..known], HTTP) && may_be(next, &HTTP[known..])
    }

    /// Bytes collected.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What was collected; it begins anew.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.line = 0;
        std::mem::take(&mut self.bytes)
    }
}

const HTTP: &[u8] = b"HTTP/";

fn may_be(start: &[u8], expected: &[u8]) -> bool {
    start.iter().zip(expected).all(|(b, expected)| b.eq_ignore_ascii_case(expected))
}

/// Reads a head: status line to empty line.
pub(super) fn parse(raw: &[u8]) -> Result<(Head, Vec<Oddity>), HeadFault> {
    match plain(raw) {
        Some(head) => Ok((head, Vec::new())),
        None => forgiving(raw),
    }
}

/// A head in which nothing is odd, as most are: httparse reads its fields where they lie. Whatever it or the status line
/// stumbles over, [`forgiving`] has the word on.
fn plain(raw: &[u8]) -> Option<Head> {
    let (line, rest) = raw.split_at(memchr::memchr(b'\n', raw)? + 1);
    let line = line.strip_suffix(b"\r\n")?;
    if line.iter().any(u8::is_ascii_control) || memchr::memchr_iter(b'\n', rest).any(|at| at == 0 || rest[at - 1] != b'\r') {
        return None;
    }
    let (version, status, reason) = status_line(line).ok()?;
    let mut slots = [httparse::EMPTY_HEADER; 48];
    let Ok(httparse::Status::Complete((_, headers))) = httparse::parse_headers(rest, &mut slots) else { return None };
    let mut fields = Fields::with_capacity(headers.len(), rest.len());
    headers.iter().for_each(|h| fields.push(h.name, h.value.trim_ascii()));
    Some(Head { version, status, reason: reason.to_vec(), fields })
}

/// The same for heads with oddities, and what these were.
fn forgiving(raw: &[u8]) -> Result<(Head, Vec<Oddity>), HeadFault> {
    if raw.contains(&0) {
        return Err(HeadFault::Nul);
    }
    let mut lines = raw.split_inclusive(|&b| b == b'\n');
    let (version, status, reason) = status_line(ended(lines.next().unwrap_or_default()))?;
    let mut odd = Vec::new();
    let fields = fields(lines, raw.len(), &mut odd)?;
    if has_bare_lf(raw) {
        odd.push(Oddity::BareLf);
    }
    Ok((Head { version, status, reason: reason.to_vec(), fields }, odd))
}

/// Reads a trailer section: field lines and the empty line.
pub(super) fn parse_trailers(raw: &[u8]) -> Result<Fields, HeadFault> {
    if raw.contains(&0) {
        return Err(HeadFault::Nul);
    }
    fields(raw.split_inclusive(|&b| b == b'\n'), raw.len(), &mut Vec::new())
}

fn status_line(line: &[u8]) -> Result<(Version, u16, &[u8]), HeadFault> {
    let rest = line.get(5..).unwrap_or_default();
    let end = rest.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
    let version = match &rest[..end] {
        b"1.0" => Version::Http10,
        // RFC 9110 §2.5: a higher minor version is processed as the highest one known.
        [b'1', b'.', b'1'..=b'9'] => Version::Http11,
        _ => return Err(HeadFault::Version),
    };
    let rest = rest[end..].trim_ascii_start();
    let (digits, reason) = rest.split_at_checked(3).ok_or(HeadFault::Status)?;
    if !digits.iter().all(u8::is_ascii_digit) || !matches!(reason.first(), None | Some(b' ' | b'\t')) {
        return Err(HeadFault::Status);
    }
    let status = digits.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0'));
    if status < 100 {
        return Err(HeadFault::Status);
    }
    Ok((version, status, reason.trim_ascii()))
}

/// The fields of `lines`, which httparse gets unfolded and with a status line of our own.
fn fields<'l>(lines: impl Iterator<Item = &'l [u8]>, room: usize, odd: &mut Vec<Oddity>) -> Result<Fields, HeadFault> {
    const STATUS: &[u8] = b"HTTP/1.1 200\r\n";
    let mut text = Vec::with_capacity(STATUS.len() + room);
    text.extend_from_slice(STATUS);
    let (mut count, mut folded, mut ignored) = (0, 0, 0);
    for line in lines {
        let line = ended(line);
        if line.is_empty() {
            break;
        }
        if matches!(line[0], b' ' | b'\t') {
            if count == 0 {
                // RFC 9112 §2.2: white space between the status line and the first field is consumed without further processing.
                ignored += 1;
                continue;
            }
            folded += 1;
            text.truncate(text.len() - 2);
            text.push(b' ');
            text.extend_from_slice(line.trim_ascii());
            text.extend_from_slice(b"\r\n");
        } else if let Some(colon) = line.iter().position(|&b| b == b':') {
            if line[..colon].contains(&b'\r') {
                ignored += 1;
                continue;
            }
            count += 1;
            text.extend_from_slice(line);
            text.extend_from_slice(b"\r\n");
        } else {
            return Err(HeadFault::NoColon);
        }
    }
    text.extend_from_slice(b"\r\n");
    let legible = legible(&text);
    let mut slots = vec![httparse::EMPTY_HEADER; count];
    let mut response = httparse::Response::new(&mut slots);
    let mut config = httparse::ParserConfig::default();
    config.allow_spaces_after_header_name_in_responses(true).ignore_invalid_headers_in_responses(true);
    match config.parse_response(&mut response, &legible) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) | Err(_) => return Err(HeadFault::Field),
    }
    let mut fields = Fields::default();
    for h in response.headers.iter() {
        let at = h.value.as_ptr().addr() - legible.as_ptr().addr();
        let value = text.get(at..at + h.value.len()).unwrap_or(h.value);
        fields.push(h.name.trim_ascii_end(), value.trim_ascii());
    }
    ignored += count - fields.len();
    if folded > 0 {
        odd.push(Oddity::Folded { lines: folded });
    }
    if ignored > 0 {
        odd.push(Oddity::Ignored { lines: ignored });
    }
    Ok(fields)
}

/// The same with other bytes in the place of control characters within values. RFC 9110 §5.5: they are invalid, and a recipient
/// may keep them; httparse leaves out the whole field, and with it what a redirect or a cookie is to be refused for. The same goes
/// for a CR that ends no line: RFC 9112 §2.2 has the element that holds it be taken as invalid.
fn legible(text: &[u8]) -> Vec<u8> {
    let mut legible = text.to_vec();
    for line in legible.split_mut(|&b| b == b'\n') {
        let colon = line.iter().position(|&b| b == b':').unwrap_or(line.len());
        let end = if line.ends_with(b"\r") { line.len() - 1 } else { line.len() };
        for b in &mut line[colon.min(end)..end] {
            if b.is_ascii_control() && *b != b'\t' {
                *b = b'?';
            }
        }
    }
    legible
}

/// A line without its end.
fn ended(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn has_bare_lf(raw: &[u8]) -> bool {
    let ends = raw.iter().filter(|&&b| b == b'\n').count();
    let proper = raw.iter().zip(raw.get(1..).unwrap_or_default()).filter(|&(&a, &b)| a == b'\r' && b == b'\n').count();
    ends != proper
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(raw: &[u8]) -> Head {
        parse(raw).expect("a head").0
    }

    #[test]
    fn an_ordinary_head() {
        let head = head(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX:\r\n\r\n");
        assert_eq!((head.version, head.status, head.reason.as_slice()), (Version::Http11, 200, &b"OK"[..]));
        assert_eq!(head.field("content-TYPE"), Some(&b"text/html"[..]));
        assert_eq!(head.field("x"), Some(&b""[..]));
    }

    #[test]
    fn what_browsers_forgive_is_forgiven_and_told() {
        let (head, odd) = parse(b"http/1.0  404\nA : b  \nLong: one\n  two\r\n\tthree\r\n\r\n").expect("a head");
        assert_eq!((head.version, head.status, head.reason.as_slice()), (Version::Http10, 404, &b""[..]));
        assert_eq!(head.field("a"), Some(&b"b"[..]));
        assert_eq!(head.field("long"), Some(&b"one two three"[..]));
        assert_eq!(odd, [Oddity::Folded { lines: 2 }, Oddity::BareLf]);
        let (head, odd) = parse(b"HTTP/1.1 200 OK\r\n lost\r\nb@d name: x\r\nC\rr: a\r\nGood: 1\r\n\r\n").expect("a head");
        assert_eq!(head.fields.len(), 1, "{:?}", head.fields);
        assert_eq!(odd, [Oddity::Ignored { lines: 3 }]);
    }

    #[test]
    fn control_characters_in_a_value_stay_there() {
        let (head, odd) =
            parse(b"HTTP/1.1 302 Found\r\nLocation : /a\x1b[31m \r\nA: b\r\n\x7fX: y\r\nC:\x01\r\n\r\n").expect("a head");
        assert_eq!(head.field("location"), Some(&b"/a\x1b[31m"[..]));
        assert_eq!(head.field("c"), Some(&b"\x01"[..]));
        assert_eq!(parse(b"HTTP/1.1 302 Found\r\nLocation: /a\rX: b\r\n\r\n").expect("a head").0.fields.len(), 1);
        assert_eq!((head.fields.len(), odd), (3, vec![Oddity::Ignored { lines: 1 }]));
    }

    #[test]
    fn what_can_be_misread_is_refused() {
        for (raw, fault) in [
            (&b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"[..], HeadFault::NoColon),
            (b"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", HeadFault::Nul),
            (b"HTTP/2 200 OK\r\n\r\n", HeadFault::Version),
            (b"HTTP/3.0 200 OK\r\n\r\n", HeadFault::Version),
            (b"HTTP/1.1200 OK\r\n\r\n", HeadFault::Version),
            (b"HTTP/1.1 099 OK\r\n\r\n", HeadFault::Status),
            (b"HTTP/1.1 20\r\n\r\n", HeadFault::Status),
            (b"HTTP/1.1 2000 OK\r\n\r\n", HeadFault::Status),
            (b"HTTP/1.1 +20 OK\r\n\r\n", HeadFault::Status),
            (b"HTTP/1.1\r\n\r\n", HeadFault::Status),
        ] {
            assert_eq!(parse(raw), Err(fault), "{}", String::from_utf8_lossy(raw));
        }
    }

    proptest::proptest! {
        #[test]
        fn a_plain_head_is_read_as_the_forgiving_reader_reads_it(raw in "HTTP/1[.][01 ][ -~\t]{0,6}\r?\n([A-Za-z :\t\r\n\u{1}-\u{7f}é]{0,12}:[ -~\t\u{1}é]{0,8}\r?\n){0,4}\r?\n") {
            if let Some(head) = plain(raw.as_bytes()) {
                proptest::prop_assert_eq!(forgiving(raw.as_bytes()), Ok((head, Vec::new())));
            }
        }

        #[test]
        fn ordinary_heads_are_plain(fields in proptest::collection::vec(("[A-Za-z-]{1,12}", "[ -~]{0,20}"), 0..40)) {
            let lines: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let raw = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
            proptest::prop_assert!(plain(raw.as_bytes()).is_some());
        }
    }

    #[test]
    fn thousands_of_fields_are_fine() {
        let mut raw = b"HTTP/1.1 200 OK\r\n".to_vec();
        for n in 0..5_000 {
            raw.extend_from_slice(format!("X-{n}: {n}\r\n").as_bytes());
        }
        raw.extend_from_slice(b"\r\n");
        assert_eq!(head(&raw).fields.len(), 5_000);
    }

    #[test]
    fn values_keep_bytes_that_are_not_ascii() {
        assert_eq!(head(b"HTTP/1.1 200 \xff\xfe\r\nA: \xec\x9d\xb4\xff\r\n\r\n").field("a"), Some(&b"\xec\x9d\xb4\xff"[..]));
        assert_eq!(head(b"HTTP/1.1 200 \xff\xfe\r\n\r\n").reason, b"\xff\xfe");
    }
}
