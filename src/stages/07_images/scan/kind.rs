//! What a response is: a page whose pictures are fetched, or something else (MIME Sniffing §7, as far as pages need it).

use crate::stages::response::Fields;

/// How a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Document {
    /// By the HTML algorithm.
    Html,
    /// As XML: XHTML, SVG.
    Xml,
    /// No page at all.
    Other,
    /// Not said: the first bytes tell.
    Unsaid,
}

/// Bytes that are looked at when no type is said (MIME Sniffing §7, "read the resource header").
pub(super) const SNIFFED: usize = 1445;

/// With these a browser stays where it is, whatever the fields say (HTML §7.4.5).
pub(crate) fn is_no_document(status: u16) -> bool {
    matches!(status, 204 | 205)
}

/// What the response's fields say.
pub(super) fn declared(content_type: Option<&[u8]>, fields: &Fields) -> Document {
    // A download is not shown.
    if fields
        .all("content-disposition")
        .any(|v| trimmed(v).split(|b| *b == b';').next().is_some_and(|t| !is(t, b"inline") && !t.is_empty()))
    {
        return Document::Other;
    }
    let nosniff = fields.all("x-content-type-options").any(|v| is(v.split(|b| *b == b',').next().unwrap_or(v), b"nosniff"));
    let essence = content_type.map(essence).unwrap_or_default();
    match essence.as_str() {
        "text/html" => Document::Html,
        "application/xhtml+xml" | "image/svg+xml" | "text/xml" | "application/xml" => Document::Xml,
        "" | "unknown/unknown" | "application/unknown" if !nosniff => Document::Unsaid,
        other if other.ends_with("+xml") => Document::Xml,
        _ => Document::Other,
    }
}

/// The `Content-Type` of a response: several fields are one with commas (RFC 9110 §5.2).
pub(super) fn content_type(fields: &Fields) -> Option<Vec<u8>> {
    fields.all("content-type").map(<[u8]>::to_vec).reduce(|all, next| [all, next].join(&b','))
}

/// `type/subtype` in lower case; empty when it is not one. Of several the last that is one counts.
pub(super) fn essence(content_type: &[u8]) -> String {
    extracted(content_type).0
}

/// The `charset` parameter.
pub(super) fn charset(content_type: &[u8]) -> Option<String> {
    extracted(content_type).1
}

/// Fetch §2.2.2, "extract a MIME type": the last type counts, `*/*` says nothing, and a charset lasts while the type stays.
fn extracted(content_type: &[u8]) -> (String, Option<String>) {
    let text = String::from_utf8_lossy(content_type);
    let (mut last, mut last_charset) = (String::new(), None);
    for part in text.split(',') {
        let essence = part.trim_start().split([' ', '\t', ';', '(']).next().unwrap_or_default().to_ascii_lowercase();
        let valid = essence.split_once('/').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
        if !valid || essence == "*/*" {
            continue;
        }
        let charset = part.split(';').skip(1).find_map(|p| {
            let (name, value) = p.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
        });
        if charset.is_some() || essence != last {
            last_charset = charset;
        }
        last = essence;
    }
    (last, last_charset)
}

/// MIME Sniffing §7.1, "rules for identifying an unknown MIME type": the patterns that mean markup.
pub(super) fn sniffed(head: &[u8]) -> Document {
    // What begins with a byte order mark is plain text: no pattern begins with one.
    let skip = head.iter().take_while(|b| matches!(b, b'\t' | b'\n' | 0x0C | b'\r' | b' ')).count();
    let text = &head[skip..];
    const TAGS: [&[u8]; 17] = [
        b"<!DOCTYPE HTML",
        b"<HTML",
        b"<HEAD",
        b"<SCRIPT",
        b"<IFRAME",
        b"<H1",
        b"<DIV",
        b"<FONT",
        b"<TABLE",
        b"<A",
        b"<STYLE",
        b"<TITLE",
        b"<B",
        b"<BODY",
        b"<BR",
        b"<P",
        b"<!--",
    ];
    let tagged = |tag: &[u8]| {
        text.len() >= tag.len()
            && text[..tag.len()].eq_ignore_ascii_case(tag)
            && (tag == b"<!--" || text.get(tag.len()).is_some_and(|b| matches!(b, b' ' | b'>')))
    };
    if TAGS.iter().any(|t| tagged(t)) {
        Document::Html
    } else if text.starts_with(b"<?xml") {
        Document::Xml
    } else {
        Document::Other
    }
}

fn trimmed(value: &[u8]) -> &[u8] {
    value.trim_ascii()
}

fn is(value: &[u8], word: &[u8]) -> bool {
    value.trim_ascii().eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> Fields {
        [(name, value)].into_iter().collect()
    }

    #[test]
    fn only_what_a_browser_shows_as_a_page_is_one() {
        assert_eq!(declared(Some(b"text/html; charset=x"), &Fields::default()), Document::Html);
        assert_eq!(declared(Some(b"TEXT/HTML"), &Fields::default()), Document::Html);
        assert_eq!(declared(Some(b"application/xhtml+xml"), &Fields::default()), Document::Xml);
        assert_eq!(declared(Some(b"text/x-html"), &Fields::default()), Document::Other);
        assert_eq!(declared(Some(b"text/plain"), &Fields::default()), Document::Other);
        assert_eq!(declared(None, &Fields::default()), Document::Unsaid);
        assert_eq!(declared(Some(b"*/*"), &Fields::default()), Document::Unsaid);
        assert_eq!(declared(Some(b"text/html foo"), &Fields::default()), Document::Html);
        assert_eq!(declared(Some(b"foo, text/plain; charset=x, text/html"), &Fields::default()), Document::Html);
        assert_eq!(declared(None, &field("X-Content-Type-Options", "nosniff")), Document::Other);
        assert_eq!(declared(Some(b"text/html"), &field("content-disposition", "attachment; filename=a")), Document::Other);
        assert_eq!(declared(Some(b"text/html"), &field("content-disposition", "inline; filename=a")), Document::Html);
    }

    #[test]
    fn of_several_types_the_last_counts_and_keeps_the_charset_of_its_like() {
        let fields = ["text/html; charset=euc-kr", "foo", "text/html"].map(|value| ("Content-Type", value)).into_iter().collect();
        let joined = content_type(&fields).unwrap_or_default();
        assert_eq!((essence(&joined).as_str(), charset(&joined).as_deref()), ("text/html", Some("euc-kr")));
        assert_eq!(extracted(b"text/html; charset=euc-kr, text/plain"), ("text/plain".to_owned(), None));
        assert_eq!(extracted(b"text/html; charset=a, text/html; charset=b").1.as_deref(), Some("b"));
        assert_eq!(content_type(&Fields::default()), None);
    }

    #[test]
    fn an_unlabelled_page_is_known_by_its_first_tag() {
        assert_eq!(sniffed(b"  \n<!doctype html>"), Document::Html);
        assert_eq!(sniffed(b"<p>x"), Document::Html);
        assert_eq!(sniffed(b"<pre>x"), Document::Other);
        assert_eq!(sniffed(b"<!--x"), Document::Html);
        assert_eq!(sniffed(b"\xEF\xBB\xBF<!--x"), Document::Other);
        assert_eq!(sniffed(b"<?xml version='1.0'?>"), Document::Xml);
        assert_eq!(sniffed(b"hello"), Document::Other);
        assert_eq!(sniffed(b""), Document::Other);
    }
}
