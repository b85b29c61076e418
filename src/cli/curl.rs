//! jaunt beside curl, option by option: what means the same, what less, what something else, and why.
//!
//! `docs/CURL.md` is made from [`TABLE`]; tests compare it with the options that there are, in both directions, and
//! `tests/it/curl_parity.rs` runs both programs against one server. Compared with curl 7.88.

use std::fmt::Write as _;

use Likeness::{Differs, Same, Subset};

/// How much an option is like curl's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Name, meaning and traps.
    Same,
    /// What it does is what curl does; curl does more.
    Subset(&'static str),
    /// Something is different on purpose.
    Differs(&'static str),
}

/// An option that curl has too.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// After one dash.
    pub short: Option<char>,
    /// After two.
    pub long: &'static str,
    /// How much it is like curl's.
    pub likeness: Likeness,
}

const fn row(short: Option<char>, long: &'static str, likeness: Likeness) -> Row {
    Row { short, long, likeness }
}

/// Every option of jaunt's whose name is curl's.
pub const TABLE: &[Row] = &[
    row(None, "cacert", Same),
    row(Some('E'), "cert", Subset("PEM files only; no `:password` after the name, so a colon is part of it")),
    row(None, "clobber", Differs("speaks of --save-images only, where nothing is replaced without it; -o replaces, as in curl")),
    row(
        None,
        "compressed",
        Differs("on by default, as in browsers: gzip, deflate, br and zstd are offered; --no-compressed offers none"),
    ),
    row(None, "connect-timeout", Same),
    row(None, "connect-to", Same),
    row(
        Some('C'),
        "continue-at",
        Differs(
            "without FILE it goes on in FILE.part, which a failed fetch leaves; a part that is cut short ends it (18); so do (33) a 416 that tells another length, and more than Content-Range says; nothing is written before the answer is judged. -r and -d beside it are refused (2); no content coding is offered",
        ),
    ),
    row(
        Some('b'),
        "cookie",
        Differs(
            "several name=value are joined with `; `, as RFC 6265 has it, and stay with scheme, host and port; curl leaves out the space, and looks at the host only",
        ),
    ),
    row(None, "create-dirs", Same),
    row(
        Some('d'),
        "data",
        Differs(
            "a file that cannot be read ends it (26) before anything is sent; curl 7.88 warns and sends nothing in its place",
        ),
    ),
    row(None, "data-binary", Differs("a file that cannot be read ends it (26), as for -d")),
    row(None, "data-raw", Same),
    row(None, "data-urlencode", Differs("a file that cannot be read ends it (26), as for -d")),
    row(
        None,
        "dns-servers",
        Differs("curl needs c-ares for it; jaunt also takes ADDR:PORT, tls:// and https:// servers, and --dns-server for one"),
    ),
    row(Some('f'), "fail", Same),
    row(Some('G'), "get", Same),
    row(Some('I'), "head", Subset("http and https; for file: URLs there is no head")),
    row(
        Some('H'),
        "header",
        Differs(
            "CR, LF and NUL are refused (2); curl sends what it is given. A file of headers that cannot be read ends it (26)",
        ),
    ),
    row(Some('h'), "help", Differs("-h is the short form and --help the long one; there are no categories")),
    row(Some('0'), "http1.0", Same),
    row(None, "http1.1", Same),
    row(Some('i'), "include", Same),
    row(Some('k'), "insecure", Same),
    row(Some('4'), "ipv4", Same),
    row(Some('6'), "ipv6", Same),
    row(None, "json", Differs("a file that cannot be read ends it (26), as for -d")),
    row(None, "key", Subset("PEM files only, without a pass phrase")),
    row(
        Some('L'),
        "location",
        Differs(
            "only http and https are followed; images never take credentials to another origin. Where a page leads on at once by a \
             refresh, the next page's images are fetched, too",
        ),
    ),
    row(None, "location-trusted", Same),
    row(
        None,
        "max-filesize",
        Differs("holds for the bytes that are written, whatever framing or coding; curl 7.88 looks at the announced length only"),
    ),
    row(None, "max-redirs", Same),
    row(Some('m'), "max-time", Differs("each image has the same time again, for itself")),
    row(
        Some('o'),
        "output",
        Differs("content goes to a temporary file beside it, which takes its name when it is whole; no #1 for globs"),
    ),
    row(None, "output-dir", Same),
    row(
        None,
        "parallel-max",
        Differs("bounds the connections for images [default 32; curl 50]; URLs are fetched one after the other"),
    ),
    row(None, "post301", Same),
    row(None, "post302", Same),
    row(None, "post303", Same),
    row(Some('r'), "range", Subset("of http and https; a file: URL is read whole")),
    row(Some('e'), "referer", Differs("`;auto` never names an https URL in a plain http request (RFC 9110 §10.1.3)")),
    row(Some('O'), "remote-name", Same),
    row(None, "remote-name-all", Same),
    row(Some('X'), "request", Differs("-X HEAD does not wait for content that a HEAD does not have")),
    row(None, "resolve", Same),
    row(Some('S'), "show-error", Same),
    row(Some('s'), "silent", Differs("also leaves out the narration and the images; -v tells in spite of it, as in curl")),
    row(None, "url", Same),
    row(Some('u'), "user", Subset("Basic only; the password is asked for on the terminal, as in curl")),
    row(Some('A'), "user-agent", Same),
    row(Some('v'), "verbose", Differs("more of the narration, in its own form; -vv adds hex dumps")),
    row(Some('V'), "version", Differs("one line")),
    row(Some('w'), "write-out", Subset("the variables of HTTP transfers; %{json} names jaunt's version, not curl's")),
];

/// jaunt's own: curl has no option of that name.
pub const OWN: &[&str] = &[
    "break",
    "color",
    "dns-type",
    "events",
    "frames",
    "generate",
    "images",
    "lang",
    "max-images",
    "no-images",
    "plain",
    "preview",
    "resolver",
    "root-hints",
    "save-images",
    "sequential",
    "show-secrets",
    "until",
    "viewport",
];

/// The whole of `docs/CURL.md`.
pub fn document() -> String {
    let mut page = String::from(
        "# jaunt beside curl\n\n\
         Wherever curl has an option jaunt uses its name, meaning and traps, or does not have it. This page is made from the table in \
         `src/cli/curl.rs`\n(`SNAPSHOTS=overwrite cargo test --test it generated`); `tests/it/curl_parity.rs` runs both programs against one server. \
         Compared with curl 7.88.\n\n\
         ## What is not an option\n\n\
         - **Exit codes** are curl's numbers; 130 is Ctrl-C.\n\
         - **URLs** are read as a browser reads them (WHATWG), not as curl does; the narration says where the two differ. There is no globbing: \
         `[1-3]` and `{a,b}` are not expanded, so no `-g` is needed.\n\
         - **Switches** are undone by `--no-NAME`, the last word counts. Long names are written out: curl 7.88 also takes an unambiguous beginning.\n\
         - **No `.curlrc`** is read, so no `-q` is needed.\n\
         - **No proxy** is used: `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are not read, and there is no `-x`. Where the network asks for \
         a proxy, jaunt connects directly all the same, or fails.\n\
         - **The default request** differs: `Accept-Encoding: gzip, deflate, br, zstd` and `Connection: keep-alive` are sent, as browsers do.\n\
         - **Content that cannot be decoded or is cut off** is a failure here in every coding and framing.\n\n\
         ## Options that curl has too\n\n\
         | option | | |\n|---|---|---|\n",
    );
    for row in TABLE {
        let short = row.short.map(|c| format!("`-{c}`, ")).unwrap_or_default();
        let (word, why) = match row.likeness {
            Same => ("same", ""),
            Subset(why) => ("subset", why),
            Differs(why) => ("differs", why),
        };
        let _ = writeln!(page, "| {short}`--{}` | {word} | {why} |", row.long);
    }
    page.push_str("\n## Options that curl does not have\n\n");
    let names: Vec<_> = OWN.iter().map(|name| format!("`--{name}`")).collect();
    let _ = writeln!(page, "{}; see `jaunt --help`.", names.join(", "));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::cli::table;

    /// Every option, with the two that clap adds.
    fn options() -> impl Iterator<Item = (Option<char>, &'static str)> {
        table::rows().map(|row| (row.short, row.long)).chain([(Some('h'), "help"), (Some('V'), "version")])
    }

    #[test]
    fn every_option_is_either_in_curls_table_or_jaunts_own() {
        for (short, long) in options() {
            let row = TABLE.iter().find(|row| row.long == long);
            assert_eq!(row.is_some(), !OWN.contains(&long), "--{long}: in one of the two lists");
            if let Some(row) = row {
                assert_eq!(row.short, short, "--{long}");
            } else {
                assert_eq!(short, None, "--{long}: the short names are curl's");
            }
        }
    }

    #[test]
    fn every_row_is_an_option() {
        for long in TABLE.iter().map(|row| row.long).chain(OWN.iter().copied()) {
            assert!(options().any(|(_, name)| name == long), "--{long}");
        }
    }

    #[test]
    fn rows_are_in_order_and_once() {
        assert!(TABLE.is_sorted_by(|a, b| a.long < b.long));
        assert!(OWN.is_sorted_by(|a, b| a < b));
    }
}
