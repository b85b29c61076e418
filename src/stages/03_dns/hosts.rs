//! `/etc/hosts` (hosts(5)): read line by line at each lookup, never kept, so that its size does not matter.
//!
//! A line that has the name answers for it whole, both families, as in glibc: a name with only an IPv4 line is not asked for in the DNS.
//! Where `-4` or `-6` leaves nothing of a hit, the DNS is asked after all, as glibc does.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::IpAddr;
use std::path::Path;

use super::Family;
use super::event::HostsLine;

/// Where it is.
pub(crate) const PATH: &str = "/etc/hosts";

/// No line that a person or program writes is longer; the rest of such a line is skipped.
const MOST_LINE: u64 = 64 * 1024;
/// More lines for one name are not collected.
const MOST_HITS: usize = 1_000;

/// The lines that have `host`.
pub(crate) fn find(path: &Path, host: &str) -> Vec<HostsLine> {
    let Ok(file) = File::open(path) else { return Vec::new() };
    search(BufReader::with_capacity(32 * 1024, file), host)
}

fn search(mut from: impl std::io::BufRead, host: &str) -> Vec<HostsLine> {
    let host = host.strip_suffix('.').unwrap_or(host).as_bytes();
    let mut hits = Vec::new();
    let mut line = Vec::new();
    let mut number = 0;
    while hits.len() < MOST_HITS {
        line.clear();
        match from.by_ref().take(MOST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        number += 1;
        if line.len() as u64 == MOST_LINE && line.last() != Some(&b'\n') && from.skip_until(b'\n').is_err() {
            break;
        }
        if let Some(address) = entry(&line, host) {
            hits.push(HostsLine { line: number, address });
        }
    }
    hits
}

/// The address of `line` if one of its names is `host`.
fn entry(line: &[u8], host: &[u8]) -> Option<IpAddr> {
    let end = line.iter().position(|&b| b == b'#').unwrap_or(line.len());
    let mut words = line[..end].split(u8::is_ascii_whitespace).filter(|w| !w.is_empty());
    let address = words.next()?;
    // The name first: it is the rarer hit, and no address need be decoded for the others.
    if !words.any(|w| w.strip_suffix(b".").unwrap_or(w).eq_ignore_ascii_case(host)) {
        return None;
    }
    let text = std::str::from_utf8(address).ok()?;
    text.split('%').next()?.parse().ok()
}

/// Those of the wanted family.
pub(crate) fn of_family(lines: &[HostsLine], family: Family) -> Vec<IpAddr> {
    let mut addresses = Vec::with_capacity(lines.len());
    for line in lines {
        let wanted = match family {
            Family::Any => true,
            Family::V4 => line.address.is_ipv4(),
            Family::V6 => line.address.is_ipv6(),
        };
        if wanted && !addresses.contains(&line.address) {
            addresses.push(line.address);
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(text: &[u8], host: &str) -> Vec<(u64, String)> {
        search(text, host).into_iter().map(|h| (h.line, h.address.to_string())).collect()
    }

    const FILE: &[u8] = b"# www.lab.example\n127.0.0.1 localhost\r\n\n192.0.2.1\tWWW.Lab.Example www # www2\n\
        not-an-address www.lab.example\n2001:db8::1 www.lab.example.\n\xff\xfe www.lab.example\n192.0.2.3 last";

    #[test]
    fn every_line_with_the_name_counts_whatever_its_case() {
        let both = [(4, "192.0.2.1".to_owned()), (6, "2001:db8::1".to_owned())];
        assert_eq!(hits(FILE, "www.lab.example"), both);
        assert_eq!(hits(FILE, "WWW.LAB.example."), both);
        assert_eq!(hits(FILE, "last"), [(8, "192.0.2.3".to_owned())]);
        assert!(hits(FILE, "www2").is_empty());
        assert!(hits(FILE, "192.0.2.1").is_empty());
    }

    #[test]
    fn a_line_without_end_is_skipped_and_counted_as_one() {
        let mut text = b"192.0.2.9 ".to_vec();
        text.extend(std::iter::repeat_n(b'x', 300_000));
        text.extend_from_slice(b" host\n192.0.2.1 host\n");
        assert_eq!(hits(&text, "host"), [(2, "192.0.2.1".to_owned())]);
    }

    #[test]
    fn a_family_is_chosen_and_repeated_addresses_are_told_once() {
        let lines = search(&b"192.0.2.1 a\n2001:db8::1 a\n192.0.2.1 a\n"[..], "a");
        assert_eq!(lines.len(), 3);
        assert_eq!(of_family(&lines, Family::Any).len(), 2);
        assert_eq!(of_family(&lines, Family::V6), ["2001:db8::1".parse::<IpAddr>().expect("an address")]);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = search(&bytes[..], "host");
        }
    }
}
