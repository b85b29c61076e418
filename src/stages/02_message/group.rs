//! Which kind of thing a field says.

use serde::Serialize;

/// The groups that RFC 2616 §4.5, §5.3, §6.2 and §7.1 sorted fields into; later RFCs call "entity" the representation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldGroup {
    /// About the message and the connection, in requests and answers alike.
    General,
    /// About the request and who makes it.
    Request,
    /// About the answer and who gives it.
    Response,
    /// About the body: its type, length, coding, age.
    Representation,
    /// Any other.
    Extension,
}

const GENERAL: &[&str] =
    &["cache-control", "connection", "date", "keep-alive", "pragma", "trailer", "transfer-encoding", "upgrade", "via", "warning"];
const REQUEST: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "authorization",
    "cookie",
    "dnt",
    "expect",
    "forwarded",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "priority",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "referer",
    "te",
    "upgrade-insecure-requests",
    "user-agent",
];
const RESPONSE: &[&str] = &[
    "accept-ranges",
    "age",
    "alt-svc",
    "authentication-info",
    "location",
    "proxy-authenticate",
    "refresh",
    "retry-after",
    "server",
    "server-timing",
    "set-cookie",
    "strict-transport-security",
    "vary",
    "www-authenticate",
];
const REPRESENTATION: &[&str] = &[
    "allow",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-range",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "link",
];

/// The group of field `name` (compared without case).
pub fn group(name: &str) -> FieldGroup {
    let has = |names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    let starts = |prefix: &str| name.get(..prefix.len()).is_some_and(|p| p.eq_ignore_ascii_case(prefix));
    if has(GENERAL) {
        FieldGroup::General
    } else if has(REQUEST) || starts("sec-fetch-") || starts("access-control-request-") {
        FieldGroup::Request
    } else if has(RESPONSE) || starts("access-control-") {
        FieldGroup::Response
    } else if has(REPRESENTATION) {
        FieldGroup::Representation
    } else {
        FieldGroup::Extension
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_grouped_as_the_textbook_does() {
        for name in ["Connection", "via", "Cache-Control"] {
            assert_eq!(group(name), FieldGroup::General, "{name}");
        }
        for name in ["Accept", "Authorization", "User-Agent", "HOST", "Referer", "Sec-Fetch-Mode"] {
            assert_eq!(group(name), FieldGroup::Request, "{name}");
        }
        for name in ["Content-Length", "content-type", "ETag"] {
            assert_eq!(group(name), FieldGroup::Representation, "{name}");
        }
        assert_eq!(group("Server"), FieldGroup::Response);
        assert_eq!(group("X-Anything"), FieldGroup::Extension);
        assert_eq!(group("é"), FieldGroup::Extension);
    }
}
