//! From the process's arguments to what was typed, by curl's rules.
//!
//! A cluster of short options ends with the one that takes a value, which is the rest of it or the next argument (`-fsSLo f`, `-of`).
//! A value may begin with a dash (`-o -`, `-d -x`). The last word counts; `--no-X` undoes `--X`. After `--` all is URLs.
//! Unlike curl 7.88: `--long=value` is read, too.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use super::args::Typed;
use super::table::{self, EXCLUSIVE, Refused, Row, Takes};
use super::usage::UsageError;
use crate::phrase;
use crate::render::visible::visible_bytes;

/// What the arguments ask for.
#[derive(Debug)]
pub enum Asked {
    /// A journey.
    Journey(Box<Typed>),
    /// `-h`, `--help`.
    Help {
        /// `--help`
        long: bool,
        /// That of `jaunt demo`.
        demo: bool,
    },
    /// `-V`, `--version`.
    Version,
}

/// Reads the arguments, the program's name first.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, UsageError> {
    let mut arguments = arguments.into_iter().skip(1);
    let mut typed = Typed::default();
    let (mut options, mut first) = (true, true);
    while let Some(argument) = arguments.next() {
        let bytes = argument.as_bytes();
        let asked = match bytes {
            b"--" if options => {
                options = false;
                None
            }
            [b'-', b'-', long @ ..] if options => self::long(&mut typed, long, &mut arguments)?,
            [b'-', cluster @ ..] if options && !cluster.is_empty() => short(&mut typed, cluster, &mut arguments)?,
            _ => {
                // The little internet's name is a word, not a URL, where the first URL would stand.
                if options && first && bytes == b"demo" {
                    typed.demo = true;
                } else {
                    typed.urls.push(argument);
                }
                first = false;
                None
            }
        };
        if let Some(asked) = asked {
            return Ok(asked);
        }
    }
    if typed.fault.is_some() && !typed.demo {
        return Err(UsageError::DemoOnly { option: "--break" });
    }
    if let Some([(one, _), (other, _)]) = EXCLUSIVE.iter().find(|both| both.iter().all(|(_, given)| given(&typed))) {
        return Err(UsageError::Exclusive { one, other });
    }
    Ok(Asked::Journey(Box::new(typed)))
}

/// `name`, `name=value`, `no-name`: what follows `--`.
fn long(typed: &mut Typed, argument: &[u8], rest: &mut impl Iterator<Item = OsString>) -> Result<Option<Asked>, UsageError> {
    let split = argument.iter().position(|&b| b == b'=');
    let (name, value) = match split {
        Some(at) => (&argument[..at], Some(&argument[at + 1..])),
        None => (argument, None),
    };
    let find =
        |name: &[u8]| table::rows().find(|row| [Some(row.long), row.alias].into_iter().flatten().any(|n| n.as_bytes() == name));
    let no_value = |option: String| match value {
        Some(value) => Err(UsageError::TakesNoValue { option, value: visible_bytes(value) }),
        None => Ok(()),
    };
    if let Some(row) = find(name) {
        match row.takes {
            Takes::Nothing(switch) => {
                no_value(dashed(row))?;
                switch(typed, true);
            }
            Takes::Repeated(count) => {
                no_value(dashed(row))?;
                count(typed);
            }
            Takes::Value { .. } => set(typed, row, value.map(|v| OsStr::from_bytes(v).to_owned()).or_else(|| rest.next()))?,
        }
        return Ok(None);
    }
    if let Some(row) = name.strip_prefix(b"no-").and_then(find)
        && let Takes::Nothing(switch) = row.takes
    {
        no_value(format!("--no-{}", row.long))?;
        switch(typed, false);
        return Ok(None);
    }
    match name {
        b"help" => no_value("--help".to_owned()).map(|()| Some(Asked::Help { long: true, demo: typed.demo })),
        b"version" => no_value("--version".to_owned()).map(|()| Some(Asked::Version)),
        _ => Err(unknown(name)),
    }
}

/// What follows a single dash.
fn short(typed: &mut Typed, mut cluster: &[u8], rest: &mut impl Iterator<Item = OsString>) -> Result<Option<Asked>, UsageError> {
    while let [letter, after @ ..] = cluster {
        cluster = after;
        match table::rows().find(|row| row.short == Some(char::from(*letter))) {
            Some(row) => match row.takes {
                Takes::Nothing(switch) => switch(typed, true),
                Takes::Repeated(count) => count(typed),
                Takes::Value { .. } => {
                    let value = if after.is_empty() { rest.next() } else { Some(OsStr::from_bytes(after).to_owned()) };
                    return set(typed, row, value).map(|()| None);
                }
            },
            None if *letter == b'h' => return Ok(Some(Asked::Help { long: false, demo: typed.demo })),
            None if *letter == b'V' => return Ok(Some(Asked::Version)),
            None => return Err(UsageError::UnknownOption { option: format!("-{}", visible_bytes(&[*letter])), similar: None }),
        }
    }
    Ok(None)
}

fn set(typed: &mut Typed, row: &Row, value: Option<OsString>) -> Result<(), UsageError> {
    let Takes::Value { name, set, .. } = row.takes else { return Ok(()) };
    let needed = || UsageError::NeedsValue { option: dashed(row), value: name };
    let value = value.ok_or_else(needed)?;
    let shown = value.clone();
    set(typed, value).map_err(|refused| match refused {
        Refused::Empty => needed(),
        Refused::NotUtf8 => UsageError::BadValue {
            option: dashed(row),
            value: visible_bytes(shown.as_bytes()),
            why: phrase!("cli-expected-utf8"),
        },
        Refused::Because(why) => UsageError::BadValue { option: dashed(row), value: visible_bytes(shown.as_bytes()), why },
    })
}

fn dashed(row: &Row) -> String {
    format!("--{}", row.long)
}

/// Nobody types an option that does not exist but by mistake: which one is nearest?
fn unknown(name: &[u8]) -> UsageError {
    let typed = String::from_utf8_lossy(name);
    let near = |long: &'static str| (strsim::jaro(&typed, long), long);
    let nearest = table::rows().map(|row| near(row.long)).chain(["help", "version"].map(near)).max_by(|a, b| a.0.total_cmp(&b.0));
    UsageError::UnknownOption {
        option: format!("--{}", visible_bytes(name)),
        // Below this they have hardly more than their length in common.
        similar: nearest.filter(|(likeness, _)| *likeness > 0.7).map(|(_, long)| format!("--{long}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::Output;

    fn typed(arguments: &[&str]) -> Typed {
        match parse(["jaunt"].iter().chain(arguments).map(OsString::from)) {
            Ok(Asked::Journey(typed)) => *typed,
            other => panic!("{arguments:?}: {other:?}"),
        }
    }

    fn said(arguments: &[&str]) -> String {
        let asked = parse(["jaunt"].iter().chain(arguments).map(OsString::from));
        asked.expect_err("it is refused").to_string()
    }

    #[test]
    fn short_options_stand_together_and_the_rest_of_a_cluster_is_a_value() {
        for arguments in [&["-fsSLo", "f", "u"][..], &["-fsSLof", "u"], &["-f", "-sS", "u", "-L", "-o", "f"]] {
            let typed = typed(arguments);
            assert!(typed.output.fail && typed.see.silent && typed.see.show_error && typed.redirects.location, "{arguments:?}");
            assert_eq!((typed.output.outputs, typed.urls), (vec![Output::File("f".into())], vec!["u".into()]), "{arguments:?}");
        }
        // As in curl, an equals sign after a short option is part of the value.
        assert_eq!(typed(&["-o=f", "u"]).output.outputs, [Output::File("=f".into())]);
    }

    #[test]
    fn a_value_may_begin_with_a_dash_and_long_ones_may_follow_an_equals_sign() {
        assert_eq!(typed(&["-o", "-", "u"]).output.outputs, [Output::Stdout]);
        assert_eq!(typed(&["-X", "--version", "u"]).request.method.as_deref(), Some("--version"));
        assert_eq!(typed(&["--request=PUT=1", "u"]).request.method.as_deref(), Some("PUT=1"));
        assert_eq!(typed(&["--user-agent=", "u"]).request.user_agent, Some(OsString::new()));
    }

    #[test]
    fn the_last_word_counts() {
        assert!(!typed(&["-f", "--no-fail"]).output.fail && typed(&["--no-fail", "-f"]).output.fail);
        assert!(
            typed(&["--no-compressed"]).request.no_compressed
                && !typed(&["--no-compressed", "--compressed"]).request.no_compressed
        );
        assert!(typed(&["--http1.1", "-0"]).request.http10 && !typed(&["-0", "--http1.1"]).request.http10);
        let names = typed(&["-6", "-4"]).names;
        assert!(names.ipv4 && !names.ipv6);
        assert_eq!(typed(&["--images", "--no-images"]).images.wanted, Some(false));
        assert_eq!(typed(&["-X", "A", "-X", "B"]).request.method.as_deref(), Some("B"));
    }

    #[test]
    fn urls_keep_their_order_and_after_two_dashes_all_is_urls() {
        assert_eq!(typed(&["a", "--url", "b", "c", "--", "-d", "--help", "demo"]).urls, ["a", "b", "c", "-d", "--help", "demo"]);
    }

    #[test]
    fn demo_is_a_word_where_the_first_url_would_stand() {
        assert!(typed(&["-s", "demo", "u"]).demo);
        for arguments in [&["u", "demo"][..], &["--", "demo"], &["--url", "demo"]] {
            let typed = typed(arguments);
            assert!(!typed.demo && typed.urls.contains(&"demo".into()), "{arguments:?}");
        }
        assert_eq!(said(&["--break", "tls-expired", "u"]), "--break is an option of jaunt demo");
    }

    #[test]
    fn help_and_version_end_the_reading() {
        let asked = |arguments: &[&str]| parse(["jaunt"].iter().chain(arguments).map(OsString::from));
        assert!(matches!(asked(&["-sh", "--nonsense"]), Ok(Asked::Help { long: false, demo: false })));
        assert!(matches!(asked(&["demo", "--help"]), Ok(Asked::Help { long: true, demo: true })));
        assert!(matches!(asked(&["-V"]), Ok(Asked::Version)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (arguments, words) in [
            (&["--nonsense"][..], "there is no option --nonsense"),
            (&["--sillent"], "there is no option --sillent; a similar one is --silent"),
            (&["-sQ"], "there is no option -Q"),
            (&["-s\u{e9}"], "there is no option -\\xc3"),
            (&["u", "-o"], "--output needs a value: FILE"),
            (&["-o", ""], "--output needs a value: FILE"),
            (&["--silent=1"], "--silent takes no value, and was given 1"),
            (&["--no-silent=1"], "--no-silent takes no value, and was given 1"),
            (&["-m", "x"], "--max-time cannot be x: expected seconds, such as 5 or 2.5"),
            (&["--until", "soup"], "--until cannot be soup: expected one of url, message, dns, connect, tls, response, images"),
            (&["-C", "4", "-r", "1-2"], "--continue-at and --range exclude each other"),
        ] {
            assert_eq!(said(arguments), words, "{arguments:?}");
        }
    }

    proptest! {
        #[test]
        fn no_arguments_panic(arguments in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 0..6)) {
            let arguments = arguments.into_iter().map(|bytes| OsStr::from_bytes(&bytes).to_owned());
            let _ = parse(std::iter::once("jaunt".into()).chain(arguments));
        }

        #[test]
        fn every_option_is_read_wherever_it_stands(picked in proptest::collection::vec(0..table::rows().count(), 0..8)) {
            let mut arguments: Vec<OsString> = vec!["jaunt".into(), "demo".into()];
            for row in picked.iter().filter_map(|n| table::rows().nth(*n)) {
                arguments.push(dashed(row).into());
                if let Takes::Value { .. } = row.takes {
                    arguments.push("-1".into());
                }
            }
            // A value may be refused, an option never.
            let unread = matches!(parse(arguments), Err(UsageError::UnknownOption { .. } | UsageError::NeedsValue { .. }));
            prop_assert!(!unread);
        }
    }
}
