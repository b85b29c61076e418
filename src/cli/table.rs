//! Every option: its names, its help, what it takes, and where its value goes. This one table is what [`mod@super::parse`] reads
//! arguments by and what [`super::command`] makes `--help`, the completions and the manual page from.
//!
//! Wherever curl has an option, its name and meaning are used; it then needs its row in [`super::curl::TABLE`], too: a test compares
//! the two. The help is short enough for 60 columns; words that a value may be are listed after it.

use std::ffi::OsString;
use std::path::PathBuf;

use super::args::{Typed, Word};
use super::data::{Datum, Kind};
use super::values;
use crate::phrase;
use crate::plan::Output;
use crate::words::Phrase;

use self::Hint::{Path, Text, Words};
use self::Takes::{Nothing, Repeated};

/// One option.
#[derive(Debug)]
pub struct Row {
    /// `-X`
    pub short: Option<char>,
    /// `--long`
    pub long: &'static str,
    /// Another long name for the same.
    pub alias: Option<&'static str>,
    /// What it does, in a few words.
    pub help: &'static str,
    /// What follows it, and what becomes of that.
    pub takes: Takes,
}

/// What an option takes.
#[derive(Debug)]
pub enum Takes {
    /// Nothing: `--long` switches it on, `--no-long` off.
    Nothing(fn(&mut Typed, bool)),
    /// Nothing, and each time counts.
    Repeated(fn(&mut Typed)),
    /// A value, which may begin with a dash.
    Value {
        /// `FILE`, …
        name: &'static str,
        /// What a shell may complete it with.
        hint: Hint,
        /// Is every one kept, and not the last one alone?
        many: bool,
        /// Where it goes.
        set: fn(&mut Typed, OsString) -> Result<(), Refused>,
    },
}

/// What a value may be.
#[derive(Debug)]
pub enum Hint {
    /// Anything.
    Text,
    /// A file or a folder.
    Path,
    /// One of these.
    Words(fn() -> Vec<&'static str>),
}

/// Why a value is refused.
#[derive(Debug)]
pub enum Refused {
    /// It is empty.
    Empty,
    /// It is text, and not UTF-8.
    NotUtf8,
    /// It is not what the option reads.
    Because(Phrase),
}

/// An option's long name, and whether it was typed.
pub type Given = (&'static str, fn(&Typed) -> bool);

/// Options that exclude each other.
pub const EXCLUSIVE: &[[Given; 2]] = &[
    [("continue-at", |t| t.request.continue_at.is_some()), ("range", |t| t.request.range.is_some())],
    [("save-images", |t| t.images.save_images.is_some()), ("no-images", |t| t.images.wanted == Some(false))],
    [("preview", |t| t.images.preview), ("no-images", |t| t.images.wanted == Some(false))],
];

/// The option of `jaunt demo` alone, under its heading.
pub const DEMO: (&str, &[Row]) = (
    "The little internet",
    &[row(
        None,
        "break",
        "Something in that internet is broken",
        one("KIND", Words(names::<crate::demo::Break>), |t, v| put(&mut t.fault, word(v))),
    )],
);

/// All others, by the headings of `--help`.
pub const GROUPS: &[(&str, &[Row])] = &[
    (
        "What is shown",
        &[
            row(
                None,
                "until",
                "Stop after a stage",
                one("STAGE", Words(names::<crate::stages::Stage>), |t, v| put(&mut t.see.until, word(v))),
            ),
            row(
                Some('v'),
                "verbose",
                "Tell more; -vv adds hex dumps",
                Repeated(|t| t.see.verbose = t.see.verbose.saturating_add(1)),
            ),
            row(Some('s'), "silent", "No narration and no error messages", Nothing(|t, on| t.see.silent = on)),
            row(Some('S'), "show-error", "With -s, error messages all the same", Nothing(|t, on| t.see.show_error = on)),
            row(
                None,
                "events",
                "Write all events as JSON, one a line (- is stdout)",
                one("FILE", Path, |t, v| put(&mut t.see.events, path(v))),
            ),
            row(
                Some('w'),
                "write-out",
                "Write this after each URL: text, %{variables}, @FILE",
                one("FORMAT", Text, |t, v| put(&mut t.see.write_out, Ok(v))),
            ),
            row(
                None,
                "color",
                "Colours",
                one("WHEN", Words(names::<super::args::ColorWhen>), |t, v| put(&mut t.see.color, word(v))),
            ),
            row(None, "plain", "No drawing characters, nothing redrawn", Nothing(|t, on| t.see.plain = on)),
            row(
                None,
                "show-secrets",
                "Passwords, cookies and tokens are shown, not masked",
                Nothing(|t, on| t.see.show_secrets = on),
            ),
            row(
                None,
                "lang",
                "Language of the narration",
                one("LANG", Words(names::<super::args::LangName>), |t, v| put(&mut t.see.lang, word(v))),
            ),
            row(
                None,
                "generate",
                "Write completions or the manual page to stdout",
                one("KIND", Words(names::<super::args::Generate>), |t, v| put(&mut t.see.generate, word(v))),
            ),
        ],
    ),
    (
        "The request",
        &[
            row(None, "url", "One more URL", many("URL", Text, |t, v| add(&mut t.urls, Ok(v)))),
            row(Some('X'), "request", "The method", one("METHOD", Text, |t, v| put(&mut t.request.method, text(v)))),
            row(
                Some('d'),
                "data",
                "Send this as a form; @FILE, @- for stdin",
                many("DATA", Text, |t, v| datum(t, Kind::Text, v)),
            )
            .or("data-ascii"),
            row(
                None,
                "data-binary",
                "Like -d, but @FILE is sent byte for byte",
                many("DATA", Text, |t, v| datum(t, Kind::Binary, v)),
            ),
            row(None, "data-raw", "Like -d, but @ means nothing", many("DATA", Text, |t, v| datum(t, Kind::Raw, v))),
            row(
                None,
                "data-urlencode",
                "Like -d, percent-encoded: text, name=text, name@FILE",
                many("DATA", Text, |t, v| datum(t, Kind::Encoded, v)),
            ),
            row(None, "json", "Send JSON: -d and the two headers for it", many("DATA", Text, |t, v| datum(t, Kind::Json, v))),
            row(Some('G'), "get", "What -d gives goes into the URL's query", Nothing(|t, on| t.request.get = on)),
            row(
                Some('H'),
                "header",
                "A header: 'Name: value', 'Name:' removes it, 'Name;' sends it empty, @FILE",
                many("HEADER", Text, |t, v| add(&mut t.request.fields, Ok(v))),
            ),
            row(
                Some('A'),
                "user-agent",
                "User-Agent; '' sends none",
                one("NAME", Text, |t, v| put(&mut t.request.user_agent, Ok(v))),
            ),
            row(
                Some('e'),
                "referer",
                "Referer; ';auto' sends it after redirects",
                one("URL", Text, |t, v| put(&mut t.request.referer, Ok(v))),
            ),
            row(
                Some('u'),
                "user",
                "Credentials; without a password jaunt asks for it",
                one("USER[:PASSWORD]", Text, |t, v| put(&mut t.request.user, Ok(v))),
            ),
            row(
                Some('b'),
                "cookie",
                "Cookies: name=value, or a file of them",
                many("DATA|FILE", Text, |t, v| add(&mut t.request.cookie, Ok(v))),
            ),
            row(Some('I'), "head", "Ask for the head only", Nothing(|t, on| t.request.head = on)),
            row(
                Some('r'),
                "range",
                "Ask for these bytes: 0-499, 500-, -200",
                one("RANGE", Text, |t, v| put(&mut t.request.range, text(v))),
            ),
            row(
                Some('C'),
                "continue-at",
                "Fetch what is missing: from this byte on, or after what the file holds (-)",
                one("OFFSET", Text, |t, v| put(&mut t.request.continue_at, read(v, values::continue_at))),
            ),
            row(Some('0'), "http1.0", "HTTP/1.0", Nothing(|t, on| t.request.http10 = on)),
            row(None, "http1.1", "HTTP/1.1 (the default)", Nothing(|t, on| t.request.http10 &= !on)),
            row(
                None,
                "compressed",
                "Offer compression (the default; --no-compressed offers none)",
                Nothing(|t, on| t.request.no_compressed = !on),
            ),
        ],
    ),
    (
        "Where it goes",
        &[
            row(
                Some('o'),
                "output",
                "The content goes to FILE (- is stdout, even binary to a terminal); once a URL",
                many("FILE", Path, |t, v| add(&mut t.output.outputs, output(v))),
            ),
            row(
                Some('O'),
                "remote-name",
                "The content goes to a file named as in the URL; once a URL",
                Repeated(|t| t.output.outputs.push(Output::RemoteName(PathBuf::new()))),
            ),
            row(None, "remote-name-all", "-O for every URL", Nothing(|t, on| t.output.remote_name_all = on)),
            row(
                None,
                "output-dir",
                "Files of -o and -O go there",
                one("DIR", Path, |t, v| put(&mut t.output.output_dir, path(v))),
            ),
            row(None, "create-dirs", "Folders that -o names are made", Nothing(|t, on| t.output.create_dirs = on)),
            row(Some('i'), "include", "The response's head goes before its content", Nothing(|t, on| t.output.include = on)),
            row(Some('f'), "fail", "A status of 400 or more is a failure (22)", Nothing(|t, on| t.output.fail = on)),
            row(
                None,
                "max-filesize",
                "More content than this is a failure (63); k, M, G",
                one("BYTES", Text, |t, v| put(&mut t.output.max_filesize, read(v, values::size))),
            ),
        ],
    ),
    (
        "Redirects",
        &[
            row(Some('L'), "location", "Follow redirects", Nothing(|t, on| t.redirects.location = on)),
            row(
                None,
                "max-redirs",
                "Follow at most so many [default: 50]; -1 is no limit",
                one("N", Text, |t, v| put(&mut t.redirects.max_redirs, read(v, values::max_redirs))),
            ),
            row(
                None,
                "location-trusted",
                "Follow, and give credentials to other hosts too",
                Nothing(|t, on| t.redirects.location_trusted = on),
            ),
            row(None, "post301", "POST stays POST after 301", Nothing(|t, on| t.redirects.post301 = on)),
            row(None, "post302", "POST stays POST after 302", Nothing(|t, on| t.redirects.post302 = on)),
            row(None, "post303", "POST stays POST after 303", Nothing(|t, on| t.redirects.post303 = on)),
        ],
    ),
    (
        "Names",
        &[
            row(
                None,
                "resolver",
                "Who finds addresses",
                one("KIND", Words(names::<super::args::ResolverName>), |t, v| put(&mut t.names.resolver, word(v))),
            ),
            row(
                None,
                "dns-servers",
                "Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…",
                many("LIST", Text, |t, v| list(&mut t.names.dns_servers, v)),
            )
            .or("dns-server"),
            row(
                None,
                "root-hints",
                "Root servers for --resolver iterative",
                one("FILE", Path, |t, v| put(&mut t.names.root_hints, path(v))),
            ),
            row(
                None,
                "dns-type",
                "Ask for these records too: MX,TXT,NS,…",
                many("LIST", Text, |t, v| list(&mut t.names.dns_type, v)),
            ),
            row(
                None,
                "resolve",
                "For host H, port P that address: no DNS",
                many("H:P:ADDR", Text, |t, v| add(&mut t.names.resolve, text(v))),
            ),
            row(
                Some('4'),
                "ipv4",
                "IPv4 addresses only",
                Nothing(|t, on| (t.names.ipv4, t.names.ipv6) = (on, t.names.ipv6 && !on)),
            ),
            row(
                Some('6'),
                "ipv6",
                "IPv6 addresses only",
                Nothing(|t, on| (t.names.ipv6, t.names.ipv4) = (on, t.names.ipv4 && !on)),
            ),
        ],
    ),
    (
        "Connection and time",
        &[
            row(
                None,
                "connect-to",
                "Connect to host H2, port P2 instead of H1, P1; an empty one is any or the same",
                many("H1:P1:H2:P2", Text, |t, v| add(&mut t.connection.connect_to, text(v))),
            ),
            row(
                None,
                "connect-timeout",
                "Seconds until connected, TLS included",
                one("SECS", Text, |t, v| put(&mut t.connection.connect_timeout, read(v, values::seconds))),
            ),
            row(
                Some('m'),
                "max-time",
                "Seconds for each URL in all",
                one("SECS", Text, |t, v| put(&mut t.connection.max_time, read(v, values::seconds))),
            ),
        ],
    ),
    (
        "TLS",
        &[
            row(Some('k'), "insecure", "Certificates are shown, not checked", Nothing(|t, on| t.tls.insecure = on)),
            row(
                None,
                "cacert",
                "Trust these roots and no others (PEM)",
                one("FILE", Path, |t, v| put(&mut t.tls.cacert, path(v))),
            ),
            row(Some('E'), "cert", "Client certificate (PEM)", one("FILE", Path, |t, v| put(&mut t.tls.cert, path(v)))),
            row(
                None,
                "key",
                "Its private key (PEM), unless it is in the same file",
                one("FILE", Path, |t, v| put(&mut t.tls.key, path(v))),
            ),
        ],
    ),
    (
        "Images",
        &[
            row(
                None,
                "images",
                "Fetch the page's images (the default when one URL is narrated)",
                Nothing(|t, on| t.images.wanted = Some(on)),
            ),
            row(None, "no-images", "Do not", Nothing(|t, on| t.images.wanted = Some(!on))),
            row(
                None,
                "save-images",
                "Fetch them and keep them there, with an index.json",
                one("DIR", Path, |t, v| put(&mut t.images.save_images, path(v))),
            ),
            row(None, "clobber", "Files of the same name are replaced", Nothing(|t, on| t.images.clobber = on)),
            row(
                None,
                "parallel-max",
                "Connections at once, in all [default: 32]",
                one("N", Text, |t, v| put(&mut t.images.parallel_max, read(v, values::parallel_max))),
            ),
            row(None, "sequential", "One request at a time, in the page's order", Nothing(|t, on| t.images.sequential = on)),
            row(
                None,
                "viewport",
                "The window that srcset and media queries see [default: 1280x720]",
                one("WxH[@DPR]", Text, |t, v| put(&mut t.images.viewport, read(v, values::viewport))),
            ),
            row(None, "frames", "Images of the pages in iframes too", Nothing(|t, on| t.images.frames = on)),
            row(
                None,
                "preview",
                "Show the pictures themselves on a terminal that can: kitty, iTerm2, sixel",
                Nothing(|t, on| t.images.preview = on),
            ),
            row(
                None,
                "max-images",
                "Look at most at so many references [default: 100000]",
                one("N", Text, |t, v| put(&mut t.images.max_images, read(v, values::count))),
            ),
        ],
    ),
];

/// Every row; `--break` is the last.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    GROUPS.iter().chain([&DEMO]).flat_map(|(_, rows)| *rows)
}

const fn row(short: Option<char>, long: &'static str, help: &'static str, takes: Takes) -> Row {
    Row { short, long, alias: None, help, takes }
}

impl Row {
    const fn or(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }
}

/// A value of which the last one counts.
const fn one(name: &'static str, hint: Hint, set: fn(&mut Typed, OsString) -> Result<(), Refused>) -> Takes {
    Takes::Value { name, hint, many: false, set }
}

/// A value that may be given several times, and every one counts.
const fn many(name: &'static str, hint: Hint, set: fn(&mut Typed, OsString) -> Result<(), Refused>) -> Takes {
    Takes::Value { name, hint, many: true, set }
}

fn names<T: Word>() -> Vec<&'static str> {
    T::all().into_iter().map(|(name, _)| name).collect()
}

fn put<T>(slot: &mut Option<T>, value: Result<T, Refused>) -> Result<(), Refused> {
    *slot = Some(value?);
    Ok(())
}

fn add<T>(slot: &mut Vec<T>, value: Result<T, Refused>) -> Result<(), Refused> {
    slot.push(value?);
    Ok(())
}

fn list(slot: &mut Vec<String>, value: OsString) -> Result<(), Refused> {
    slot.extend(text(value)?.split(',').map(str::to_owned));
    Ok(())
}

fn datum(typed: &mut Typed, kind: Kind, value: OsString) -> Result<(), Refused> {
    add(&mut typed.request.data, Ok(Datum { kind, value: value.into_encoded_bytes() }))
}

fn output(value: OsString) -> Result<Output, Refused> {
    Ok(if value == "-" { Output::Stdout } else { Output::File(path(value)?) })
}

fn path(value: OsString) -> Result<PathBuf, Refused> {
    if value.is_empty() { Err(Refused::Empty) } else { Ok(value.into()) }
}

fn text(value: OsString) -> Result<String, Refused> {
    value.into_string().map_err(|_| Refused::NotUtf8)
}

fn read<T>(value: OsString, by: fn(&str) -> Result<T, Phrase>) -> Result<T, Refused> {
    by(&text(value)?).map_err(Refused::Because)
}

fn word<T: Word>(value: OsString) -> Result<T, Refused> {
    let all = T::all();
    let found = all.iter().find(|(name, _)| value == *name).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        Refused::Because(phrase!("cli-expected-one-of", words = words.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_is_given_twice() {
        let mut seen = BTreeSet::new();
        for row in rows() {
            for name in row.short.map(String::from).into_iter().chain([row.long.to_owned()]).chain(row.alias.map(str::to_owned)) {
                assert!(seen.insert(name.clone()), "{name}");
            }
        }
        for builtin in ["h", "help", "V", "version"] {
            assert!(!seen.contains(builtin), "{builtin}");
        }
    }

    #[test]
    fn what_excludes_each_other_exists() {
        for (long, _) in EXCLUSIVE.iter().flatten() {
            assert!(rows().any(|row| row.long == *long), "{long}");
        }
    }

    #[test]
    fn every_help_begins_with_a_capital_or_an_option_and_has_no_full_stop() {
        for row in rows() {
            assert!(row.help.starts_with(|c: char| c.is_uppercase() || c == '-'), "{}", row.long);
            assert!(!row.help.ends_with('.'), "{}", row.long);
        }
    }
}
