//! From the page's bytes to text, as they arrive: which encoding it is, and its decoder.
//! Spec: HTML §13.2.3 (determining the character encoding), Encoding §4. Where a page declares nothing its bytes are
//! looked at, as browsers do.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::kind;

/// Most bytes that are held back until the encoding is known.
const HELD: usize = 64 * 1024;
/// A declaration in the first bytes always counts; after them only while the head lasts.
const UNCONDITIONAL: usize = 1024;

/// Bytes in, text out.
pub(super) struct Decoding {
    held: Vec<u8>,
    prescan: Prescan,
    xml: bool,
    /// Declared outside the document: header, or what contains it.
    outside: Option<&'static Encoding>,
    fallback: Option<&'static Encoding>,
    decoder: Option<Decoder>,
    buffer: String,
}

impl Decoding {
    /// `content_type` may name a charset; `parent` is the encoding of a page of the same origin that contains this one.
    pub(super) fn new(content_type: Option<&[u8]>, xml: bool, parent: Option<&'static Encoding>) -> Self {
        let outside = content_type.and_then(kind::charset).and_then(|label| Encoding::for_label(label.as_bytes()));
        Self {
            held: Vec::new(),
            prescan: Prescan::default(),
            xml,
            outside,
            fallback: parent,
            decoder: None,
            buffer: String::new(),
        }
    }

    /// Text that is known from outside to be in `encoding` (`srcdoc`).
    pub(super) fn known(encoding: &'static Encoding) -> Self {
        let decoder = Some(encoding.new_decoder_without_bom_handling());
        Self {
            held: Vec::new(),
            prescan: Prescan::default(),
            xml: false,
            outside: None,
            fallback: None,
            decoder,
            buffer: String::new(),
        }
    }

    /// What it decodes from, once that is known.
    #[cfg(test)]
    pub(super) fn encoding(&self) -> Option<&'static Encoding> {
        self.decoder.as_ref().map(Decoder::encoding)
    }

    /// Hands the text of `bytes` to `text`, in pieces.
    pub(super) fn feed(&mut self, bytes: &[u8], last: bool, mut text: impl FnMut(&str, &'static Encoding)) {
        if self.decoder.is_some() {
            return self.decode(bytes, last, &mut text);
        }
        self.held.extend_from_slice(bytes);
        let Some(encoding) = self.decide(last) else { return };
        self.decoder = Some(encoding.new_decoder_with_bom_removal());
        let held = std::mem::take(&mut self.held);
        self.decode(&held, last, &mut text);
    }

    fn decode(&mut self, mut bytes: &[u8], last: bool, text: &mut impl FnMut(&str, &'static Encoding)) {
        let Some(decoder) = &mut self.decoder else { return };
        let encoding = decoder.encoding();
        // Room for one piece; the decoder says how far it came.
        self.buffer.reserve(16 * 1024);
        loop {
            self.buffer.clear();
            let (result, read, _) = decoder.decode_to_string(bytes, &mut self.buffer, last);
            bytes = &bytes[read..];
            if !self.buffer.is_empty() {
                text(&self.buffer, encoding);
            }
            if result == CoderResult::InputEmpty {
                break;
            }
        }
    }

    fn decide(&mut self, last: bool) -> Option<&'static Encoding> {
        let held = &self.held;
        if held.len() < 3 && !last {
            return None;
        }
        if let Some((encoding, _)) = Encoding::for_bom(held) {
            return Some(encoding);
        }
        if let Some(encoding) = self.outside {
            return Some(encoding);
        }
        let whole = last || held.len() >= HELD;
        if self.xml {
            return xml_declared(held, whole);
        }
        match self.prescan.run(held, whole) {
            Found::Encoding(e) => return Some(e),
            Found::More if !whole => return None,
            Found::More | Found::Nothing => {}
        }
        if let Some(parent) = self.fallback {
            return Some(parent);
        }
        // Nothing is declared: what is not ASCII decides, as soon as there is enough of it.
        let first = held.iter().position(|b| !b.is_ascii());
        if !whole && (first.is_none() || held.len() < HELD) {
            return None;
        }
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        detector.feed(held, last);
        // Browsers do not guess UTF-8: it would teach authors to leave the label out.
        let guessed = detector.guess(None, chardetng::Utf8Detection::Deny);
        let western = first.is_none() || guessed == UTF_8 || std::str::from_utf8(held).is_ok();
        Some(if western || (other_script(guessed) && too_little(held)) { WINDOWS_1252 } else { guessed })
    }
}

/// Encodings that Chromium does not take a page for on the strength of a word. (Shift_JIS it does, and Latin letters have ASCII ones
/// around them.)
fn other_script(encoding: &'static Encoding) -> bool {
    use encoding_rs::{BIG5, EUC_JP, EUC_KR, GBK, IBM866, ISO_8859_5, KOI8_U, WINDOWS_874, WINDOWS_1251, WINDOWS_1256};
    [BIG5, EUC_JP, EUC_KR, GBK, IBM866, ISO_8859_5, KOI8_U, WINDOWS_874, WINDOWS_1251, WINDOWS_1256].contains(&encoding)
}

/// Not enough to tell a script from, as for Chromium: hardly any text, and the name of a file or two in the tags.
fn too_little(held: &[u8]) -> bool {
    const BETWEEN_TAGS: usize = 4;
    const IN_TAGS: usize = 16;
    let (mut between, mut within, mut in_tag) = (0, 0, false);
    for byte in held {
        match byte {
            b'<' => in_tag = true,
            b'>' => in_tag = false,
            0x80.. if in_tag => within += 1,
            0x80.. => between += 1,
            _ => {}
        }
    }
    between <= BETWEEN_TAGS && within <= IN_TAGS
}

/// XML 1.0 §4.3.3: the encoding in the declaration, else UTF-8.
fn xml_declared(held: &[u8], whole: bool) -> Option<&'static Encoding> {
    match held {
        [0x3C, 0, ..] => return Some(UTF_16LE),
        [0, 0x3C, ..] => return Some(UTF_16BE),
        _ => {}
    }
    if !held.starts_with(b"<?xml") {
        return (whole || held.len() >= 5 || !b"<?xml".starts_with(held)).then_some(UTF_8);
    }
    let end = held.iter().take(UNCONDITIONAL).position(|b| *b == b'>');
    if end.is_none() && !whole && held.len() < UNCONDITIONAL {
        return None;
    }
    let declaration = String::from_utf8_lossy(&held[..end.unwrap_or(held.len().min(UNCONDITIONAL))]).into_owned();
    let label = declaration.split_once("encoding").and_then(|(_, rest)| {
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next()
    });
    let found = label.and_then(|l| Encoding::for_label(l.as_bytes())).unwrap_or(UTF_8);
    Some(if found == UTF_16LE || found == UTF_16BE { UTF_8 } else { found })
}

enum Found {
    Encoding(&'static Encoding),
    /// There is none.
    Nothing,
    /// The bytes so far do not tell.
    More,
}

/// HTML §13.2.3.2, "prescan a byte stream to determine its encoding", resumed at the last whole token.
/// As browsers do, it goes on behind the first 1024 bytes as long as the head lasts.
#[derive(Default)]
struct Prescan {
    at: usize,
    /// Text that ends at this end tag only: `script`, `style`, `title`.
    raw: Option<&'static [u8]>,
    /// Where the search for an end goes on.
    searched: usize,
    past_head: bool,
}

impl Prescan {
    fn run(&mut self, held: &[u8], whole: bool) -> Found {
        loop {
            if self.past_head && (self.at >= UNCONDITIONAL || whole) && (self.at >= UNCONDITIONAL || self.at >= held.len()) {
                return Found::Nothing;
            }
            let rest = &held[self.at.min(held.len())..];
            if let Some(name) = self.raw {
                let from = self.searched.saturating_sub(self.at).saturating_sub(name.len() + 2);
                match find_end_tag(&rest[from.min(rest.len())..], name) {
                    Some(i) => {
                        self.at += from + i;
                        self.raw = None;
                    }
                    None => {
                        self.searched = held.len();
                        return Found::More;
                    }
                }
                continue;
            }
            let Some(open) = rest.iter().position(|b| *b == b'<') else {
                self.at = held.len();
                return Found::More;
            };
            // Text in the first bytes does not end the head: browsers look for tags only.
            self.at += open;
            let rest = &rest[open..];
            if rest.starts_with(b"<!--") || (rest.len() < 4 && b"<!--".starts_with(rest)) {
                let from = self.searched.saturating_sub(self.at).max(4).saturating_sub(2);
                // `<!-->` is a whole comment too.
                let start = from.max(2).min(rest.len());
                match rest[start..].windows(3).position(|w| w == b"-->") {
                    Some(i) => self.at += start + i + 3,
                    None => {
                        self.searched = held.len();
                        return Found::More;
                    }
                }
                continue;
            }
            let closing = rest.get(1) == Some(&b'/');
            let name_at = if closing { 2 } else { 1 };
            match rest.get(name_at) {
                None => return Found::More,
                Some(b) if b.is_ascii_alphabetic() => {}
                Some(_) if closing || matches!(rest[1], b'!' | b'?') => {
                    match rest.iter().position(|b| *b == b'>') {
                        Some(i) => self.at += i + 1,
                        None => return Found::More,
                    }
                    continue;
                }
                Some(_) => {
                    self.at += 1;
                    continue;
                }
            }
            let Some(tag) = Tag::read(&rest[name_at..]) else { return Found::More };
            self.at += name_at + tag.length;
            if !closing
                && tag.name == b"meta"
                && let Some(e) = tag.declares()
            {
                return Found::Encoding(e);
            }
            self.raw = match tag.name.as_slice() {
                b"script" if !closing => Some(b"script"),
                b"style" if !closing => Some(b"style"),
                b"title" if !closing => Some(b"title"),
                _ => None,
            };
            self.searched = self.at;
            const HEAD: [&[u8]; 10] =
                [b"script", b"noscript", b"style", b"link", b"meta", b"object", b"title", b"base", b"html", b"head"];
            let in_head = HEAD.contains(&tag.name.as_slice()) && !(closing && tag.name == b"head");
            self.past_head |= !in_head;
        }
    }
}

fn find_end_tag(text: &[u8], name: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(i) = text[from..].windows(2).position(|w| w == b"</") {
        let at = from + i;
        let tail = text.get(at + 2..)?;
        if tail.len() < name.len() {
            return None;
        }
        if tail[..name.len()].eq_ignore_ascii_case(name) {
            return Some(at);
        }
        from = at + 2;
    }
    None
}

/// A tag of the prescan: its name in lower case, its attributes, its length up to and with `>`.
struct Tag {
    name: Vec<u8>,
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
    length: usize,
}

impl Tag {
    /// `text` begins with the name. None: it does not end here.
    fn read(text: &[u8]) -> Option<Self> {
        let space = |b: &u8| matches!(b, b'\t' | b'\n' | 0x0C | b'\r' | b' ');
        let stop = text.iter().position(|b| space(b) || matches!(b, b'/' | b'>'))?;
        let name = text[..stop].to_ascii_lowercase();
        let mut attributes: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        let mut at = stop;
        loop {
            at += text[at..].iter().take_while(|b| space(b) || **b == b'/').count();
            if *text.get(at)? == b'>' {
                return Some(Self { name, attributes, length: at + 1 });
            }
            let start = at;
            // A `=` in the first place belongs to the name.
            at += 1;
            at += text[at..].iter().take_while(|b| !space(b) && !matches!(b, b'/' | b'>' | b'=')).count();
            let key = text[start..at].to_ascii_lowercase();
            at += text[at..].iter().take_while(|b| space(b)).count();
            let mut value = Vec::new();
            if *text.get(at)? == b'=' {
                at += 1;
                at += text[at..].iter().take_while(|b| space(b)).count();
                match *text.get(at)? {
                    quote @ (b'"' | b'\'') => {
                        let end = text[at + 1..].iter().position(|b| *b == quote)?;
                        value = text[at + 1..at + 1 + end].to_vec();
                        at += end + 2;
                    }
                    _ => {
                        let end = text[at..].iter().position(|b| space(b) || *b == b'>')?;
                        value = text[at..at + end].to_vec();
                        at += end;
                    }
                }
            }
            // More than a few attributes are no `meta` worth reading.
            if attributes.len() < 32 && !attributes.iter().any(|(k, _)| *k == key) {
                attributes.push((key, value));
            }
        }
    }

    fn declares(&self) -> Option<&'static Encoding> {
        let get = |name: &[u8]| self.attributes.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_slice());
        let label = match get(b"charset") {
            Some(label) => label.trim_ascii().to_vec(),
            None => {
                get(b"http-equiv").filter(|v| v.eq_ignore_ascii_case(b"content-type"))?;
                label_in(get(b"content")?)?
            }
        };
        let encoding = Encoding::for_label(&label)?;
        // HTML §13.2.3.2: a page that could be read so far is not in UTF-16.
        Some(if encoding == UTF_16LE || encoding == UTF_16BE {
            UTF_8
        } else if encoding == encoding_rs::X_USER_DEFINED {
            WINDOWS_1252
        } else {
            encoding
        })
    }
}

/// HTML §2.5.5, "extracting a character encoding from a meta element".
fn label_in(content: &[u8]) -> Option<Vec<u8>> {
    let mut rest = content;
    loop {
        let i = rest.windows(7).position(|w| w.eq_ignore_ascii_case(b"charset"))?;
        rest = rest[i + 7..].trim_ascii_start();
        if let Some(value) = rest.strip_prefix(b"=") {
            let value = value.trim_ascii_start();
            return match value.first()? {
                quote @ (b'"' | b'\'') => value[1..].iter().position(|b| b == quote).map(|end| value[1..1 + end].to_vec()),
                _ => Some(value.split(|b| b.is_ascii_whitespace() || *b == b';').next().unwrap_or_default().to_vec()),
            };
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::type_complexity, reason = "tests")]
mod tests {
    use super::*;

    fn read(bytes: &[u8], content_type: Option<&[u8]>, step: usize) -> (String, &'static str) {
        let mut decoding = Decoding::new(content_type, false, None);
        let mut out = String::new();
        for piece in bytes.chunks(step) {
            decoding.feed(piece, false, |t, _| out.push_str(t));
        }
        decoding.feed(b"", true, |t, _| out.push_str(t));
        (out, decoding.encoding().unwrap().name())
    }

    #[test]
    fn the_encoding_is_the_same_however_the_bytes_arrive() {
        let pages: [(&[u8], Option<&[u8]>, &str); 14] = [
            (b"<meta charset=euc-kr>\xb1\xd7", None, "EUC-KR"),
            (b"<meta charset=euc-kr>\xb1\xd7", Some(b"text/html; charset=utf-8"), "UTF-8"),
            (b"\xEF\xBB\xBF<meta charset=euc-kr>", Some(b"text/html; charset=shift_jis"), "UTF-8"),
            (b"<!-- <meta charset=euc-kr> --><meta charset=windows-1251>", None, "windows-1251"),
            (b"<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=Shift_JIS'>", None, "Shift_JIS"),
            (b"<meta charset=x-nonsense><meta charset=utf-8>", Some(b"text/html; charset=bogus"), "UTF-8"),
            (b"<script>'<meta charset=big5>'</script><meta charset=gbk>", None, "GBK"),
            (b"<meta charset=utf-16le>", None, "UTF-8"),
            (b"\xFF\xFEh\0i\0", None, "UTF-16LE"),
            (b"plain", None, "windows-1252"),
            (b"", None, "windows-1252"),
            (b"<p>caf\xe9 \xe0 la plage", None, "windows-1252"),
            (b"<!", None, "windows-1252"),
            ("<p>그림".as_bytes(), None, "windows-1252"),
        ];
        for (bytes, content_type, name) in pages {
            let whole = read(bytes, content_type, bytes.len().max(1));
            assert_eq!(whole.1, name, "{:?}", String::from_utf8_lossy(bytes));
            for step in 1..bytes.len() {
                assert_eq!(read(bytes, content_type, step), whole);
            }
        }
    }

    #[test]
    fn a_word_does_not_tell_the_script() {
        let encoding = |page: &[u8]| read(page, None, page.len()).1;
        assert_eq!(encoding(b"<img src='\xd6\xd0\xce\xc4.png?\xd6\xd0\xce\xc4'>"), "windows-1252");
        assert_eq!(encoding(b"<p>\xd6\xd0\xce\xc4\xcd\xbc\xc6\xac<img src='\xcd\xbc.png?\xcd\xbc'>"), "GBK");
        assert_eq!(encoding(b"<img src='\x8e\xca\x90^.png?\x8e\xca\x90^'>"), "Shift_JIS");
        assert_eq!(encoding(b"<img src='zdj\xeacie.png?zdj\xeacie'>"), "windows-1250");
    }

    #[test]
    fn a_declaration_counts_late_in_the_head_but_not_late_in_the_body() {
        let pad = " ".repeat(2000);
        assert_eq!(read(format!("<!--{pad}--><meta charset=windows-1251>").as_bytes(), None, 100).1, "windows-1251");
        assert_eq!(read(format!("<p>{pad}<meta charset=windows-1251>").as_bytes(), None, 100).1, "windows-1252");
        assert_eq!(read(b"<p><meta charset=windows-1251>", None, 100).1, "windows-1251");
    }

    #[test]
    fn what_is_held_back_is_bounded() {
        let mut decoding = Decoding::new(None, false, None);
        let mut out = 0;
        for _ in 0..200 {
            decoding.feed(&[b'-'; 1024], false, |t, _| out += t.len());
            assert!(decoding.held.len() <= HELD);
        }
        assert!(out > 100 * 1024);
        let mut decoding = Decoding::new(None, false, None);
        decoding.feed(b"<!--", false, |_, _| {});
        for _ in 0..200 {
            decoding.feed(&[b'x'; 1024], false, |_, _| {});
            assert!(decoding.held.len() <= HELD + 1024);
        }
    }

    #[test]
    fn xml_is_utf_8_unless_it_says_otherwise() {
        let read = |bytes: &[u8]| {
            let mut d = Decoding::new(None, true, None);
            for b in bytes {
                d.feed(&[*b], false, |_, _| {});
            }
            d.feed(b"", true, |_, _| {});
            d.encoding().unwrap().name()
        };
        assert_eq!(read(b"<a/>"), "UTF-8");
        assert_eq!(read(b"<?xml version='1.0' encoding='euc-kr'?><a/>"), "EUC-KR");
        assert_eq!(read(b"<?xml version='1.0'?><a/>"), "UTF-8");
    }
}
