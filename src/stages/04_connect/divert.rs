//! `--connect-to HOST1:PORT1:HOST2:PORT2`: where to connect instead, in curl's syntax.
//!
//! An empty HOST1 or PORT1 matches any; an empty HOST2 or PORT2 leaves that part as it is. IPv6 addresses stand in brackets.
//! As in curl the first entry that matches and changes something counts, and what does not match is passed over without a word.

use super::{ConnectError, ConnectPlan};

/// Host and port to connect to instead of these, if an entry says so. `host` is spelled as in the URL (IPv6 in brackets);
/// the host returned has no brackets.
pub fn connect_to(plan: &ConnectPlan, host: &str, port: u16) -> Result<Option<(String, u16)>, ConnectError> {
    for entry in &plan.connect_to {
        let Some(rest) = matching(entry, host, port) else { continue };
        let (to_host, to_port) = target(entry, rest)?;
        if to_host.is_some() || to_port.is_some() {
            let host = to_host.unwrap_or_else(|| bare(host));
            return Ok(Some((host.to_owned(), to_port.unwrap_or(port))));
        }
    }
    Ok(None)
}

/// What follows `HOST1:PORT1:` where those match.
fn matching<'e>(entry: &'e str, host: &str, port: u16) -> Option<&'e str> {
    let rest = match entry.strip_prefix(':') {
        Some(rest) => rest,
        None => {
            let head = entry.get(..host.len())?;
            if !head.eq_ignore_ascii_case(host) {
                return None;
            }
            entry[host.len()..].strip_prefix(':')?
        }
    };
    match rest.strip_prefix(':') {
        Some(rest) => Some(rest),
        None => {
            let (number, rest) = rest.split_once(':')?;
            (number.parse::<u16>().ok()? == port).then_some(rest)
        }
    }
}

/// `HOST2:PORT2`, each part if it is there.
fn target<'e>(entry: &str, text: &'e str) -> Result<(Option<&'e str>, Option<u16>), ConnectError> {
    let (host, port) = if text.starts_with('[') {
        match text.split_once(']') {
            Some((host, after)) => (&host[1..], after.strip_prefix(':').unwrap_or_default()),
            // Unlike curl, which guesses what a missing bracket meant.
            None => return Err(ConnectError::ConnectTo { value: entry.to_owned() }),
        }
    } else {
        text.split_once(':').unwrap_or((text, ""))
    };
    let port = match port {
        "" => None,
        // RFC 9293 knows no port 0 to connect to, but curl takes it and lets connect() say so.
        digits => Some(digits.parse().map_err(|_| ConnectError::ConnectTo { value: entry.to_owned() })?),
    };
    Ok(((!host.is_empty()).then_some(host), port))
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn ask(entry: &str, host: &str, port: u16) -> Option<(String, u16)> {
        let plan = ConnectPlan { connect_to: vec![entry.to_owned()], ..ConnectPlan::default() };
        connect_to(&plan, host, port).expect("a good entry")
    }

    fn to(host: &str, port: u16) -> Option<(String, u16)> {
        Some((host.to_owned(), port))
    }

    #[test]
    fn each_part_may_be_empty_as_in_curl() {
        assert_eq!(ask("a.test:80:b.test:81", "a.test", 80), to("b.test", 81));
        assert_eq!(ask("A.TEST:80:b.test:81", "a.test", 80), to("b.test", 81));
        assert_eq!(ask("::b.test:81", "a.test", 80), to("b.test", 81));
        assert_eq!(ask("a.test::b.test:81", "a.test", 8080), to("b.test", 81));
        assert_eq!(ask(":80::81", "a.test", 80), to("a.test", 81));
        assert_eq!(ask("::127.0.0.1:", "a.test", 80), to("127.0.0.1", 80));
        assert_eq!(ask("::127.0.0.1", "a.test", 80), to("127.0.0.1", 80));
        assert_eq!(ask(":::", "a.test", 80), None);
    }

    #[test]
    fn what_does_not_match_changes_nothing() {
        assert_eq!(ask("b.test:80:c.test:81", "a.test", 80), None);
        assert_eq!(ask("a.test:81:c.test:81", "a.test", 80), None);
        assert_eq!(ask("a.testing:80:c.test:81", "a.test", 80), None);
        assert_eq!(ask("", "a.test", 80), None);
    }

    #[test]
    fn ipv6_stands_in_brackets_on_both_sides() {
        assert_eq!(ask("[::1]:80:[fe80::1]:81", "[::1]", 80), to("fe80::1", 81));
        assert_eq!(ask("a.test:80:[::1]", "a.test", 80), to("::1", 80));
        assert_eq!(ask("[::1]:80::81", "[::1]", 80), to("::1", 81));
    }

    #[test]
    fn a_port_that_is_none_is_curls_option_syntax_error() {
        for entry in ["::b.test:http", "::b.test:70000", "::b.test:-1", "::[::1:80"] {
            let plan = ConnectPlan { connect_to: vec![entry.to_owned()], ..ConnectPlan::default() };
            let error = connect_to(&plan, "a.test", 80).expect_err(entry);
            assert_eq!(error.exit(), Exit::SetoptOptionSyntax, "{entry}");
        }
    }
}
