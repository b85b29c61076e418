//! `/etc/resolv.conf` with glibc's meaning (resolv.conf(5), glibc's `res_init.c`).
//!
//! Honoured: nameserver (the first three, scope ids), domain and search (the last of them wins), options ndots, timeout, attempts,
//! rotate, use-vc, edns0, no-aaaa, single-request, single-request-reopen, trust-ad, no-tld-query; the variables LOCALDOMAIN and
//! RES_OPTIONS. Not honoured, and told: sortlist (RFC 6724 decides the order) and every option that is not in this list.
//! EDNS stays off without `options edns0`, as in glibc. Without a nameserver line, or without the file, 127.0.0.1 is asked.

use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::path::Path;

use super::event::Configuration;

/// Where the configuration is.
pub(crate) const PATH: &str = "/etc/resolv.conf";

/// MAXNS of glibc.
const MOST_SERVERS: usize = 3;
/// A file that is longer is no configuration.
const MOST_BYTES: u64 = 1024 * 1024;

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvConf {
    pub(crate) servers: Vec<SocketAddr>,
    pub(crate) search: Vec<String>,
    pub(crate) ndots: u32,
    /// Seconds.
    pub(crate) timeout: u32,
    pub(crate) attempts: u32,
    pub(crate) rotate: bool,
    pub(crate) use_vc: bool,
    pub(crate) edns0: bool,
    pub(crate) no_aaaa: bool,
    pub(crate) single_request: bool,
    /// The second question of a pair on a socket of its own.
    pub(crate) reopen: bool,
    pub(crate) trust_ad: bool,
    pub(crate) no_tld_query: bool,
    pub(crate) not_honoured: Vec<String>,
}

/// What surrounds the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// LOCALDOMAIN
    pub(crate) localdomain: Option<String>,
    /// RES_OPTIONS
    pub(crate) res_options: Option<String>,
    /// gethostname()
    pub(crate) hostname: Option<String>,
}

impl Surroundings {
    /// Those of this process.
    pub(crate) fn real() -> Self {
        let var = |name| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned());
        Self { localdomain: var("LOCALDOMAIN"), res_options: var("RES_OPTIONS"), hostname: dns_lookup::get_hostname().ok() }
    }
}

impl Default for ResolvConf {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
            timeout: 5,
            attempts: 2,
            rotate: false,
            use_vc: false,
            edns0: false,
            no_aaaa: false,
            single_request: false,
            reopen: false,
            trust_ad: false,
            no_tld_query: false,
            not_honoured: Vec::new(),
        }
    }
}

/// Reads `path`; what cannot be read counts as empty, as in glibc.
pub(crate) fn read(path: &Path, around: &Surroundings) -> (ResolvConf, Configuration) {
    let shown = path.display().to_string();
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path).and_then(|f| f.take(MOST_BYTES).read_to_end(&mut bytes));
    let conf = parse(&String::from_utf8_lossy(&bytes), around);
    if conf.servers.is_empty() {
        let servers = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 53))];
        return (ResolvConf { servers, ..conf }, Configuration::Default { path: shown, missing: opened.is_err() });
    }
    (conf, Configuration::File { path: shown })
}

/// Pure: the file's text, decoded.
pub(crate) fn parse(text: &str, around: &Surroundings) -> ResolvConf {
    let mut conf = ResolvConf::default();
    let mut search: Option<Vec<String>> = None;
    for line in text.lines() {
        // The keyword stands at the very start of its line; `#` and `;` there make a comment.
        let Some((keyword, value)) = line.split_once([' ', '\t']) else { continue };
        let value = value.trim();
        match keyword {
            "nameserver" if conf.servers.len() < MOST_SERVERS => {
                let end = value.find([';', '#', ' ', '\t']).unwrap_or(value.len());
                conf.servers.extend(server(&value[..end]));
            }
            "nameserver" => conf.not_honoured.push(line.trim().to_owned()),
            "domain" => search = Some(value.split_ascii_whitespace().take(1).map(suffix).collect()),
            "search" => search = Some(value.split_ascii_whitespace().map(suffix).collect()),
            "options" => options(&mut conf, value),
            "sortlist" => conf.not_honoured.push(line.trim().to_owned()),
            _ => {}
        }
    }
    if let Some(domains) = &around.localdomain {
        search = Some(domains.split_ascii_whitespace().map(suffix).collect());
    }
    conf.search = search.unwrap_or_else(|| {
        let own = around.hostname.as_deref().and_then(|h| h.split_once('.')).map(|(_, domain)| suffix(domain));
        own.into_iter().filter(|d| !d.is_empty()).collect()
    });
    if let Some(text) = &around.res_options {
        options(&mut conf, text);
    }
    conf
}

fn suffix(domain: &str) -> String {
    match domain.strip_suffix('.') {
        Some("") | None => domain.to_owned(),
        Some(plain) => plain.to_owned(),
    }
}

fn options(conf: &mut ResolvConf, text: &str) {
    // As atoi(): digits up to the first other character.
    let number = |text: &str, most: u32| -> u32 {
        let digits = &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())];
        if digits.is_empty() { 0 } else { digits.parse::<u32>().unwrap_or(most).min(most) }
    };
    for option in text.split_ascii_whitespace() {
        match option.split_once(':') {
            Some(("ndots", n)) => conf.ndots = number(n, 15),
            Some(("timeout", n)) => conf.timeout = number(n, 30).max(1),
            Some(("attempts", n)) => conf.attempts = number(n, 5).max(1),
            _ => match option {
                "rotate" => conf.rotate = true,
                "use-vc" => conf.use_vc = true,
                "edns0" => conf.edns0 = true,
                "no-aaaa" => conf.no_aaaa = true,
                "single-request" => conf.single_request = true,
                "single-request-reopen" => conf.reopen = true,
                "trust-ad" => conf.trust_ad = true,
                "no-tld-query" => conf.no_tld_query = true,
                other => conf.not_honoured.push(format!("options {other}")),
            },
        }
    }
}

/// An address, for IPv6 perhaps with a scope: `fe80::1%eth0`.
fn server(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, 53));
    }
    let (address, scope) = text.split_once('%')?;
    let address: Ipv6Addr = address.parse().ok()?;
    let index = scope.parse().ok().or_else(|| interface(scope))?;
    Some(SocketAddr::V6(SocketAddrV6::new(address, 53, 0, index)))
}

#[cfg(target_os = "linux")]
fn interface(name: &str) -> Option<u32> {
    std::fs::read_to_string(Path::new("/sys/class/net").join(Path::new(name).file_name()?).join("ifindex"))
        .ok()?
        .trim()
        .parse()
        .ok()
}

#[cfg(not(target_os = "linux"))]
fn interface(_name: &str) -> Option<u32> {
    None
}

impl ResolvConf {
    /// How long server `n` of `all` is waited for in each round, as glibc computes it.
    pub(crate) fn patience(timeout_s: u32, n: usize, all: usize) -> std::time::Duration {
        let first = u64::from(timeout_s);
        let seconds = if n == 0 { first } else { (first << n.min(8)) / all.max(1) as u64 };
        std::time::Duration::from_secs(seconds.max(1))
    }

    /// The options in force, as the file spells them.
    pub(crate) fn options(&self) -> Vec<String> {
        [
            (self.rotate, "rotate"),
            (self.use_vc, "use-vc"),
            (self.edns0, "edns0"),
            (self.no_aaaa, "no-aaaa"),
            (self.single_request, "single-request"),
            (self.reopen, "single-request-reopen"),
            (self.trust_ad, "trust-ad"),
            (self.no_tld_query, "no-tld-query"),
        ]
        .into_iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| name.to_owned())
        .collect()
    }
}

/// The names to ask for, in order, each with the entry of the search list that made it (glibc's `res_nsearch`).
pub(crate) fn candidates(conf: &ResolvConf, host: &str) -> Vec<(String, Option<String>)> {
    if host.ends_with('.') {
        return vec![(host.to_owned(), None)];
    }
    let dots = host.bytes().filter(|&b| b == b'.').count();
    let as_is = (format!("{host}."), None);
    let mut names = Vec::with_capacity(conf.search.len() + 1);
    if dots >= conf.ndots as usize {
        names.push(as_is.clone());
    }
    for domain in &conf.search {
        let domain = domain.trim_start_matches('.');
        if domain.is_empty() {
            // The root in the list: as it is, here.
            names.push(as_is.clone());
        } else {
            names.push((format!("{host}.{domain}."), Some(domain.to_owned())));
        }
    }
    if dots > 0 || conf.search.is_empty() || !conf.no_tld_query {
        names.push(as_is);
    }
    let mut seen = std::collections::HashSet::new();
    names.retain(|(name, _)| seen.insert(name.to_ascii_lowercase()));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> ResolvConf {
        parse(text, &Surroundings::default())
    }

    fn names(conf: &str, host: &str) -> Vec<String> {
        candidates(&plain(conf), host).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn the_first_three_servers_count_and_broken_lines_do_not() {
        let conf = plain(
            "# a comment\n; another\nnameserver 192.0.2.1 # trailing\nnameserver not-an-address\n nameserver 192.0.2.9\r\n\
             nameserver\t2001:db8::1\r\nnameserver fe80::1%7\nnameserver 192.0.2.4\n",
        );
        let servers: Vec<String> = conf.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1%7]:53"]);
        assert_eq!(conf.not_honoured, ["nameserver 192.0.2.4"]);
    }

    #[test]
    fn the_last_of_domain_and_search_wins_and_the_environment_beats_both() {
        assert_eq!(plain("search a.example b.example\ndomain c.example d\n").search, ["c.example"]);
        assert_eq!(plain("domain c.example\nsearch a.example. b.example\n").search, ["a.example", "b.example"]);
        let around = Surroundings { localdomain: Some("x.example y.example".into()), ..Surroundings::default() };
        assert_eq!(parse("search a.example\n", &around).search, ["x.example", "y.example"]);
        let around = Surroundings { hostname: Some("pc.lab.example".into()), ..Surroundings::default() };
        assert_eq!(parse("nameserver 127.0.0.1\n", &around).search, ["lab.example"]);
    }

    #[test]
    fn options_are_bounded_as_in_glibc_and_those_of_the_environment_come_last() {
        let around = Surroundings { res_options: Some("timeout:2 rotate".into()), ..Surroundings::default() };
        let conf = parse("options ndots:99 timeout:0 attempts:9 edns0 made-up\noptions no-aaaa\n", &around);
        assert_eq!((conf.ndots, conf.timeout, conf.attempts), (15, 2, 5));
        assert!(conf.rotate && conf.edns0 && conf.no_aaaa && !conf.use_vc);
        assert_eq!(conf.not_honoured, ["options made-up"]);
    }

    #[test]
    fn the_search_list_is_walked_as_glibc_does() {
        let conf = "search a.example b.example\n";
        assert_eq!(names(conf, "host"), ["host.a.example.", "host.b.example.", "host."]);
        assert_eq!(names(conf, "host.sub"), ["host.sub.", "host.sub.a.example.", "host.sub.b.example."]);
        assert_eq!(names(conf, "host.sub."), ["host.sub."]);
        let conf = "search a.example\noptions ndots:2\n";
        assert_eq!(names(conf, "host.sub"), ["host.sub.a.example.", "host.sub."]);
        assert_eq!(names("search .\n", "host"), ["host."]);
        assert_eq!(names("search a.example\noptions no-tld-query\n", "host"), ["host.a.example."]);
    }

    #[test]
    fn later_servers_are_waited_for_as_glibc_does() {
        let waits = |all| (0..all).map(|n| ResolvConf::patience(5, n, all).as_secs()).collect::<Vec<_>>();
        assert_eq!(waits(1), [5]);
        assert_eq!(waits(2), [5, 5]);
        assert_eq!(waits(3), [5, 3, 6]);
        assert_eq!(ResolvConf::patience(1, 1, 3).as_secs(), 1);
    }

    #[test]
    fn a_missing_file_means_this_machine() {
        let (conf, from) = read(Path::new("/nonexistent/resolv.conf"), &Surroundings::default());
        assert_eq!(conf.servers, ["127.0.0.1:53".parse().expect("an address")]);
        assert!(matches!(from, Configuration::Default { missing: true, .. }));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_or_leave_its_bounds(text in "(nameserver|search|options|domain|sortlist|ndots:|[ \t\r\n:%.#;a-z0-9é]){0,60}") {
            let conf = plain(&text);
            proptest::prop_assert!(conf.servers.len() <= 3 && conf.ndots <= 15 && conf.timeout <= 30 && conf.attempts <= 5);
            for host in ["a", "a.b", "a.b."] {
                for (name, _) in candidates(&conf, host) {
                    proptest::prop_assert!(name.ends_with('.'));
                }
            }
        }

        #[test]
        fn line_ends_make_no_difference(lines in proptest::collection::vec("(nameserver 192\\.0\\.2\\.[1-9]|search [a-z]{1,5}|options (rotate|ndots:[0-9]))", 0..6)) {
            proptest::prop_assert_eq!(plain(&lines.join("\n")), plain(&lines.join("\r\n")));
        }
    }
}
