//! Who a URL belongs to, and what of it may be shown to others.

use std::borrow::Cow;

use ::url::Url;

/// `a.origin() == b.origin()`, without making them.
pub(super) fn same_origin(a: &Url, b: &Url) -> bool {
    match (a.scheme(), b.scheme()) {
        ("http", "http") | ("https", "https") => {
            a.host_str() == b.host_str() && a.port_or_known_default() == b.port_or_known_default()
        }
        _ => a.origin() == b.origin(),
    }
}

/// An http or https URL without fragment and credentials.
pub(super) fn without_extras(url: &Url) -> Cow<'_, str> {
    if url.fragment().is_none() && url.username().is_empty() && url.password().is_none() {
        return url.as_str().into();
    }
    let mut url = url.clone();
    url.set_fragment(None);
    // Neither can fail on http and https.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    String::from(url).into()
}
