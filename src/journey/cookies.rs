//! The cookie engine (`-b FILE`): cookies kept from one answer to the next, and those that a file held.
//!
//! Spec: RFC 6265bis, by the `cookie_store` crate; that no cookie is set for a public suffix (`co.uk`) by `psl`.
//! Like curl: a file that cannot be read holds no cookies, `-b ''` only turns the engine on, and the file may be Netscape's
//! format or lines `Set-Cookie: …` with a Domain. Unlike curl: a cookie of such a line without Domain is not sent anywhere.

use std::cmp::Reverse;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cookie_store::{CookieStore, RawCookie};

use crate::event::Emitter;
use crate::journey::JourneyEvent;
use crate::render::visible::visible_bytes;
use crate::stages::response::Head;

/// No file of cookies is longer; what is beyond is not read.
const MOST_LINES: usize = 100_000;
const MOST_BYTES: u64 = 32 << 20;
/// Name and value together: RFC 6265bis §5.6 (6).
const MOST_PAIR: usize = 4096;

/// The cookies of a run.
pub(crate) struct Jar {
    store: Mutex<CookieStore>,
}

impl Jar {
    /// With the cookies in `files`. `unix` is now, in seconds since 1970: expired ones are left out.
    pub(crate) fn read(files: &[PathBuf], unix: u64) -> Self {
        let mut store = CookieStore::new();
        for path in files {
            let Ok(file) = std::fs::File::open(path) else { continue };
            for line in BufReader::new(file.take(MOST_BYTES)).split(b'\n').take(MOST_LINES).map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line);
                let line = line.trim_end_matches('\r');
                if has_control(line.as_bytes()) {
                    continue;
                }
                let _ = netscape(&mut store, line, unix).or_else(|| header(&mut store, line));
            }
        }
        Self { store: Mutex::new(store) }
    }

    /// The value of the Cookie field for a request to `url`; told by name.
    pub(crate) fn field(&self, url: &::url::Url, out: Emitter<'_>) -> Option<Vec<u8>> {
        let store = self.lock();
        let mut cookies = store.matches(url);
        // RFC 6265bis §5.8.3. Unlike curl and browsers: plain http to this machine is not secure either.
        cookies.retain(|c| is_secure(url) || !c.secure().unwrap_or(false));
        // "Cookies with longer paths SHOULD be listed before cookies with shorter paths"; among them, earlier ones first.
        cookies.sort_by_key(|c| Reverse(c.path.len()));
        let pairs: Vec<_> = cookies.iter().map(|c| (c.name().to_owned(), c.value().to_owned())).collect();
        drop(store);
        if pairs.is_empty() {
            return None;
        }
        out.emit(|| JourneyEvent::CookiesSent { names: pairs.iter().map(|(n, _)| n.clone()).collect() });
        let text: Vec<_> = pairs.iter().map(|(n, v)| if n.is_empty() { v.clone() } else { format!("{n}={v}") }).collect();
        Some(text.join("; ").into_bytes())
    }

    /// Keeps what the answer from `url` sets.
    pub(crate) fn keep(&self, url: &::url::Url, head: &Head, out: Emitter<'_>) {
        for value in head.all("set-cookie") {
            let text = String::from_utf8_lossy(value);
            let Ok(mut cookie) = RawCookie::parse(text.as_ref()) else {
                out.emit(|| refused(&visible_bytes(value), "it cannot be read"));
                continue;
            };
            let name = cookie.name().to_owned();
            if let Some(why) = self.unfit(&cookie, value, url) {
                out.emit(|| refused(&name, why));
                continue;
            }
            let domain = cookie.domain().map(|d| d.trim_start_matches('.').to_ascii_lowercase());
            if let Some(domain) = &domain
                && is_public_suffix(domain)
            {
                if url.host_str() != Some(domain) {
                    out.emit(|| refused(&name, "its domain is a public suffix"));
                    continue;
                }
                // RFC 6265bis §5.7 (9): such a host keeps its cookies for itself.
                cookie.unset_domain();
            }
            let scope = format!(
                "{}{}",
                domain.clone().or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default(),
                cookie.path().unwrap_or("/")
            );
            let kept = self.lock().insert_raw(&cookie.into_owned(), url);
            out.emit(|| match kept {
                Ok(_) => JourneyEvent::CookieStored { name, scope, refused: None },
                Err(error) => refused(&name, &error.to_string()),
            });
        }
    }

    /// Why a cookie is not kept, as far as `cookie_store` does not look.
    fn unfit(&self, cookie: &RawCookie<'_>, value: &[u8], url: &::url::Url) -> Option<&'static str> {
        // RFC 6265bis §5.6 (1)
        if has_control(value) {
            return Some("it holds a control character");
        }
        // §5.6 (6)
        if cookie.name().len() + cookie.value().len() > MOST_PAIR {
            return Some("it is longer than 4096 bytes");
        }
        let secure = cookie.secure().unwrap_or(false);
        // §5.7 (13) and (15)
        if !is_secure(url) {
            if secure {
                return Some("it is for https only, and did not come over https");
            }
            let store = self.lock();
            let mut others = store.iter_unexpired().filter(|c| c.secure().unwrap_or(false) && c.name() == cookie.name());
            if others.any(|c| c.domain.matches(url) && c.path.matches(url)) {
                return Some("one of that name is for https only");
            }
        }
        // §5.7 (20) and (21)
        let named = |prefix: &str| cookie.name().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if (named("__Secure-") || named("__Host-")) && !secure {
            return Some("its name promises Secure, which it is not");
        }
        if named("__Host-") && (cookie.domain().is_some_and(|d| !d.is_empty()) || cookie.path() != Some("/")) {
            return Some("its name promises one host and Path=/, which it is not for");
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, CookieStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused(name: &str, why: &str) -> JourneyEvent {
    JourneyEvent::CookieStored { name: name.to_owned(), scope: String::new(), refused: Some(why.to_owned()) }
}

/// A last label that the list does not know is one, too (its rule `*`).
fn is_public_suffix(domain: &str) -> bool {
    psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.as_bytes() == domain.as_bytes())
}

fn is_secure(url: &::url::Url) -> bool {
    url.scheme() == "https"
}

fn has_control(text: &[u8]) -> bool {
    text.iter().any(|b| b.is_ascii_control() && *b != b'\t')
}

/// `domain, subdomains too, path, secure, expires, name, value`, separated by tabs.
fn netscape(store: &mut CookieStore, line: &str, unix: u64) -> Option<()> {
    let (line, http_only) = match line.strip_prefix("#HttpOnly_") {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    if line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t');
    let (domain, tail, path) = (columns.next()?, columns.next()?, columns.next()?);
    let (secure, expires, name) = (columns.next()?, columns.next()?, columns.next()?);
    let value = columns.next().unwrap_or_default();
    let expires: u64 = expires.parse().ok()?;
    if expires != 0 && expires <= unix {
        return Some(());
    }
    let host = domain.trim_start_matches('.');
    let mut text = format!("{name}={value}; Path={path}");
    if tail.eq_ignore_ascii_case("TRUE") {
        text.push_str(&format!("; Domain={host}"));
    }
    if expires != 0 {
        text.push_str(&format!("; Max-Age={}", expires - unix));
    }
    if http_only {
        text.push_str("; HttpOnly");
    }
    let secure = secure.eq_ignore_ascii_case("TRUE");
    if secure {
        text.push_str("; Secure");
    }
    insert(store, &text, if secure { "https" } else { "http" }, host, path)
}

fn header(store: &mut CookieStore, line: &str) -> Option<()> {
    let (name, value) = line.split_once(':')?;
    if !name.eq_ignore_ascii_case("set-cookie") {
        return None;
    }
    let cookie = RawCookie::parse(value.trim()).ok()?;
    let domain = cookie.domain()?.trim_start_matches('.').to_owned();
    insert(store, value.trim(), "https", &domain, "/")
}

fn insert(store: &mut CookieStore, text: &str, scheme: &str, host: &str, path: &str) -> Option<()> {
    let url = ::url::Url::parse(&format!("{scheme}://{host}{path}")).ok()?;
    let cookie = RawCookie::parse(text.to_owned()).ok()?;
    store.insert_raw(&cookie, &url).ok().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Still;
    use crate::event::{Detail, FetchId, Hub};
    use crate::secret::Secrets;
    use crate::stages::message::Version;

    fn jar(text: &str) -> Jar {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("written");
        Jar::read(&[file.path().to_owned()], 1_000)
    }

    fn sent(jar: &Jar, url: &str) -> Option<String> {
        let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, vec![]);
        let field = jar.field(&::url::Url::parse(url).expect("a URL"), hub.emitter(FetchId(0)));
        field.map(|f| String::from_utf8(f).expect("text"))
    }

    fn answer(jar: &Jar, url: &str, cookie: &str) {
        let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, vec![]);
        let fields = [("Set-Cookie", cookie)].into_iter().collect();
        let head = Head { version: Version::Http11, status: 200, reason: vec![], fields };
        jar.keep(&::url::Url::parse(url).expect("a URL"), &head, hub.emitter(FetchId(0)));
    }

    #[test]
    fn a_netscape_file_is_read_and_each_cookie_goes_where_it_belongs() {
        let jar = jar("# Netscape HTTP Cookie File\n\
                       .lab.test\tTRUE\t/\tFALSE\t0\twide\t1\n\
                       www.lab.test\tFALSE\t/dir\tFALSE\t0\tnarrow\t2\n\
                       #HttpOnly_www.lab.test\tFALSE\t/\tTRUE\t0\tsafe\t3\n\
                       www.lab.test\tFALSE\t/\tFALSE\t999\told\t4\n");
        assert_eq!(sent(&jar, "http://other.lab.test/").as_deref(), Some("wide=1"));
        assert_eq!(sent(&jar, "http://www.lab.test/"), Some("wide=1".into()));
        let mut all: Vec<_> = sent(&jar, "https://www.lab.test/dir/x").expect("three").split("; ").map(str::to_owned).collect();
        all.sort();
        assert_eq!(all, ["narrow=2", "safe=3", "wide=1"]);
        assert_eq!(sent(&jar, "http://lab.test.evil/"), None);
    }

    #[test]
    fn an_answer_sets_cookies_for_its_own_host_but_not_for_a_public_suffix_or_a_stranger() {
        let jar = jar("");
        answer(&jar, "http://www.lab.co.uk/", "a=1; Path=/");
        answer(&jar, "http://www.lab.co.uk/", "b=2; Domain=co.uk");
        answer(&jar, "http://www.lab.co.uk/", "c=3; Domain=other.test");
        answer(&jar, "http://www.lab.test/", "d=4; Domain=test");
        answer(&jar, "http://co.uk/", "e=5; Domain=co.uk");
        assert_eq!(sent(&jar, "http://www.lab.co.uk/").as_deref(), Some("a=1"));
        assert_eq!(sent(&jar, "http://shop.co.uk/"), None);
        assert_eq!(sent(&jar, "http://other.test/"), None);
        assert_eq!(sent(&jar, "http://co.uk/").as_deref(), Some("e=5"));
    }

    #[test]
    fn secure_cookies_neither_come_nor_go_over_plain_http_not_even_on_this_machine() {
        let jar = jar("");
        for host in ["127.0.0.1", "localhost", "[::1]", "lab.example"] {
            answer(&jar, &format!("https://{host}/"), "s=1; Secure");
            answer(&jar, &format!("http://{host}/"), "t=2; Secure");
            assert_eq!(sent(&jar, &format!("http://{host}/")), None, "{host}");
            answer(&jar, &format!("http://{host}/"), "s=overlaid");
            assert_eq!(sent(&jar, &format!("https://{host}/")).as_deref(), Some("s=1"), "{host}");
        }
    }

    #[test]
    fn cookies_that_cannot_be_sent_or_are_not_what_their_names_promise_are_not_kept() {
        let jar = jar("Set-Cookie: a=\x01; domain=lab.example\nlab.example\tFALSE\t/\tFALSE\t0\tb\tv\x07\n");
        answer(&jar, "https://lab.example/", "c=\x01d");
        answer(&jar, "https://lab.example/", &format!("e={}", "x".repeat(4096)));
        answer(&jar, "https://lab.example/", "__Secure-f=1");
        answer(&jar, "https://lab.example/", "__secure-g=1");
        answer(&jar, "https://lab.example/", "__Host-h=1; Secure");
        answer(&jar, "https://lab.example/", "__Host-i=1; Secure; Path=/; Domain=lab.example");
        assert_eq!(sent(&jar, "https://lab.example/"), None);
        answer(&jar, "https://lab.example/", "__Host-j=1; Secure; Path=/");
        answer(&jar, "https://lab.example/", "__Secure-k=1; Secure; Path=/long");
        assert_eq!(sent(&jar, "https://lab.example/long").as_deref(), Some("__Secure-k=1; __Host-j=1"));
    }

    #[test]
    fn cookies_are_sent_in_the_order_in_which_they_came() {
        let jar = jar("");
        let names: Vec<_> = (0..40).map(|n| format!("n{n}=1")).collect();
        names.iter().for_each(|name| answer(&jar, "http://lab.example/", name));
        assert_eq!(sent(&jar, "http://lab.example/"), Some(names.join("; ")));
    }
}
