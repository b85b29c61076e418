//! What may go to which origin: a pure decision.
//!
//! Credentials belong to the origin (scheme, host, port) that they were typed for. They go to no other: not by redirect, not
//! with an image, never from https to http. So do a Host override and whatever else was typed about the body or the range.

use crate::stages::message::RequestSpec;
use crate::stages::url::Origin;

/// Fields of `-H` that an image of the page's own origin does not get: they are about the page's request alone.
const PAGE_ONLY: [&str; 12] = [
    "accept",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "range",
    "transfer-encoding",
];

/// Fields of `-H` that may follow to any origin: they say who asks and in which language, not what may be seen.
const HARMLESS: [&str; 5] = ["accept-language", "dnt", "sec-gpc", "user-agent", "accept-encoding"];

/// Fields of `-H` that never follow a redirect to another origin.
const BOUND: [&str; 6] = ["authorization", "cookie", "host", "proxy-authorization", "x-api-key", "x-auth-token"];

/// `spec` for a redirect from `home` to `next`, and the names of what had to stay behind.
/// `trusted` is `--location-trusted`: then everything goes along but a Host override.
pub(crate) fn redirected(spec: &RequestSpec, home: &Origin, next: &Origin, trusted: bool) -> (RequestSpec, Vec<String>) {
    let mut spec = spec.clone();
    let mut withheld = Vec::new();
    if home == next {
        return (spec, withheld);
    }
    spec.fields.retain(|line| {
        let name = name_of(line);
        let stays = if trusted { name == "host" } else { BOUND.contains(&name.as_str()) };
        if stays {
            withheld.push(format!("-H {}", String::from_utf8_lossy(line_name(line))));
        }
        !stays
    });
    if !trusted {
        if spec.credentials.take().is_some() {
            withheld.push("-u".to_owned());
        }
        if spec.cookie.take().is_some() {
            withheld.push("-b".to_owned());
        }
    }
    (spec, withheld)
}

/// RFC 9110 §10.1.3: a user agent "MUST NOT send a Referer header field in an unsecured HTTP request if the referring resource was
/// accessed with a secure protocol". Unlike browsers: this machine's own addresses are no exception, nor is what a page allows.
pub(crate) fn may_refer(referer: &str, to: &::url::Url) -> bool {
    to.scheme() == "https" || !referer.starts_with("https:")
}

/// The request for an image, style sheet or frame of a page that was asked for with `spec`, at the `same` origin or another.
pub(crate) fn for_resource(spec: &RequestSpec, same: bool, referer: Option<&str>) -> RequestSpec {
    let fields = spec.fields.iter().filter(|line| {
        let name = name_of(line);
        if same { !PAGE_ONLY.contains(&name.as_str()) && name != "referer" } else { HARMLESS.contains(&name.as_str()) }
    });
    RequestSpec {
        method: None,
        version: spec.version,
        fields: fields.cloned().collect(),
        user_agent: spec.user_agent.clone(),
        referer: referer.map(|r| r.as_bytes().to_vec()),
        credentials: if same { spec.credentials.clone() } else { None },
        cookie: if same { spec.cookie.clone() } else { None },
        body: None,
        head: false,
        compressed: spec.compressed,
        range: None,
        keep_alive: true,
    }
}

/// The name of a `-H` line, lower case.
fn name_of(line: &[u8]) -> String {
    String::from_utf8_lossy(line_name(line)).trim().to_ascii_lowercase()
}

fn line_name(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|&b| b == b':' || b == b';').unwrap_or(line.len());
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::url::Access;

    fn origin(access: Access, host: &str, port: u16) -> Origin {
        Origin { access, host: host.to_owned(), port }
    }

    fn spec() -> RequestSpec {
        RequestSpec {
            fields: vec![
                b"Authorization: Bearer t".to_vec(),
                b"X-Trace: 1".to_vec(),
                b"Host: other".to_vec(),
                b"Accept-Language: ko".to_vec(),
            ],
            credentials: Some((b"u".to_vec(), b"p".to_vec())),
            cookie: Some(b"a=b".to_vec()),
            ..RequestSpec::default()
        }
    }

    #[test]
    fn credentials_follow_a_redirect_only_to_the_same_scheme_host_and_port() {
        let home = origin(Access::Https, "a.example", 443);
        assert_eq!(redirected(&spec(), &home, &home, false).0, spec());
        for next in [
            origin(Access::Http, "a.example", 443),
            origin(Access::Https, "b.example", 443),
            origin(Access::Https, "a.example", 8443),
        ] {
            let (scoped, withheld) = redirected(&spec(), &home, &next, false);
            assert_eq!(scoped.fields, [b"X-Trace: 1".to_vec(), b"Accept-Language: ko".to_vec()]);
            assert_eq!((scoped.credentials, scoped.cookie), (None, None));
            assert_eq!(withheld, ["-H Authorization", "-H Host", "-u", "-b"]);
        }
    }

    #[test]
    fn location_trusted_lets_credentials_go_but_not_the_host_override() {
        let (scoped, withheld) = redirected(&spec(), &origin(Access::Http, "a", 80), &origin(Access::Http, "b", 80), true);
        assert!(scoped.credentials.is_some() && scoped.cookie.is_some());
        assert_eq!(withheld, ["-H Host"]);
    }

    #[test]
    fn what_came_over_https_is_no_referer_over_http() {
        let to = |text| ::url::Url::parse(text).expect("a URL");
        assert!(!may_refer("https://a.example/", &to("http://127.0.0.1/")));
        assert!(may_refer("https://a.example/", &to("https://b.example/")));
        assert!(may_refer("http://a.example/", &to("http://b.example/")));
        assert!(may_refer("http://a.example/", &to("https://b.example/")));
    }

    #[test]
    fn an_image_of_another_origin_gets_nothing_that_was_typed_for_the_page() {
        let image = for_resource(&spec(), false, Some("http://a/"));
        assert_eq!(image.fields, [b"Accept-Language: ko".to_vec()]);
        assert_eq!((image.credentials, image.cookie), (None, None));
        let own = for_resource(&spec(), true, None);
        assert!(own.credentials.is_some() && own.cookie.is_some());
        assert_eq!(own.fields.len(), 4);
    }
}
