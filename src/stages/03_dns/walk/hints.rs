//! Where the walk begins: the names and addresses of the root servers.

use std::net::IpAddr;
use std::path::Path;

use hickory_proto::rr::{Name, RData, Record};
use hickory_proto::serialize::txt::Parser;

use super::cuts::{Cut, Server};
use crate::stages::dns::wire;

/// Both families of the thirteen, in the form of named.root.
const BUILT_IN: &str = include_str!("root.hints");

/// A file of hints is a few kilobytes.
const MAX_FILE: u64 = 1024 * 1024;

/// The root servers that jaunt was built with.
pub(super) fn built_in() -> Cut {
    // A test makes sure that it parses; without servers the walk would say that there are none.
    parse(BUILT_IN).unwrap_or_else(|_| Cut { zone: Name::root(), servers: Vec::new() })
}

/// Those of a file in the form of named.root (a zone file, RFC 1035 §5).
pub(super) fn read(path: &Path) -> Result<Cut, String> {
    let size = std::fs::metadata(path).map_err(|e| e.to_string())?.len();
    if size > MAX_FILE {
        return Err(format!("{size} bytes are too many for a file of hints"));
    }
    parse(&std::fs::read_to_string(path).map_err(|e| e.to_string())?)
}

fn parse(text: &str) -> Result<Cut, String> {
    // The parser would open any file that is named here.
    if text.lines().any(|l| l.trim_start().to_ascii_uppercase().starts_with("$INCLUDE")) {
        return Err("$INCLUDE is not followed in a file of hints".to_owned());
    }
    let (_, sets) = Parser::new(text, None, Some(Name::root())).parse().map_err(|e| e.to_string())?;
    let records: Vec<Record> =
        sets.into_values().flat_map(|set| set.records_without_rrsigs().cloned().collect::<Vec<_>>()).collect();
    let mut servers: Vec<Server> = records
        .iter()
        .filter(|r| r.name.is_root())
        .filter_map(|r| match &r.data {
            RData::NS(ns) => Some(Server { name: ns.0.to_lowercase(), addresses: addresses(&records, &ns.0) }),
            _ => None,
        })
        .collect();
    servers.sort_by(|a, b| a.name.cmp(&b.name));
    match servers.iter().any(|s| !s.addresses.is_empty()) {
        true => Ok(Cut { zone: Name::root(), servers }),
        false => Err("it names no server of the root with an address".to_owned()),
    }
}

/// The addresses that `records` have for `name`, IPv4 first.
pub(super) fn addresses<'r>(records: impl IntoIterator<Item = &'r Record>, name: &Name) -> Vec<IpAddr> {
    let mut found: Vec<IpAddr> = records.into_iter().filter(|r| r.name == *name).filter_map(|r| wire::address(&r.data)).collect();
    found.sort_by_key(IpAddr::is_ipv6);
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirteen_are_there_with_both_families() {
        let root = built_in();
        assert_eq!(root.servers.len(), 13);
        assert!(root.servers.iter().all(|s| s.addresses.len() == 2 && s.addresses[0].is_ipv4() && s.addresses[1].is_ipv6()));
        assert_eq!(root.servers[1].name.to_ascii(), "b.root-servers.net.");
        assert_eq!(root.servers[1].addresses[0].to_string(), "170.247.170.2");
    }

    #[test]
    fn a_file_without_a_server_or_with_an_include_is_refused() {
        assert!(parse("; nothing\n").is_err());
        assert!(parse(". 60 IN NS a.\n").is_err());
        assert!(parse("$INCLUDE /etc/passwd\n").is_err());
        assert!(parse("a.root. 60 IN A 192.0.2.1\n. 60 IN NS a.root.\n").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn no_file_breaks_the_reader(text in "\\PC{0,200}") {
            let _ = parse(&text);
        }
    }
}
