//! What was typed: every option, its name, its help. Wherever curl has an option, its name and meaning are used.
//!
//! Guidelines: one struct a heading of `--help`; the first line of a doc comment is the help, short enough for 60 columns;
//! nothing is decided here ([`mod@super::decide`] makes a `Plan` from it), only numbers and words are read; whatever may hold bytes
//! that are not UTF-8 is an `OsString`. An option of curl's needs its row in [`super::curl::TABLE`]: a test compares the two.

#![allow(
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    reason = "doc comments of options are the help, which is plain text"
)]

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::values;
use crate::demo::Break;
use crate::plan::ContinueAt;
use crate::stages::Stage;

/// See a web fetch: every stage of it, as it really happens.
///
/// The body goes to standard output, the narration to standard error. Options have curl's names and meaning.
#[derive(Debug, Parser)]
#[command(
    name = "jaunt",
    version,
    override_usage = "jaunt [OPTIONS] <URL>...\n       jaunt demo [OPTIONS] [URL]...",
    args_override_self = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Exit codes are curl's; 130 is Ctrl-C. `jaunt demo` needs no network."
)]
pub struct Typed {
    /// What to fetch; http:// may be left out
    #[arg(value_name = "URL", value_hint = clap::ValueHint::Url)]
    pub urls: Vec<OsString>,
    #[expect(missing_docs, reason = "its struct says it")]
    #[command(flatten)]
    pub options: Options,
    #[expect(missing_docs, reason = "its enum says it")]
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What is not a fetch from the internet.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The same journey inside a little internet on loopback: no network needed
    Demo(Demo),
}

/// `jaunt demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// What to fetch there [default: http://www.lab.example/]
    #[arg(value_name = "URL")]
    pub urls: Vec<OsString>,
    /// What is broken there.
    #[arg(
        long = "break",
        value_name = "KIND",
        value_parser = breaks(),
        hide_possible_values = true,
        help_heading = "The little internet",
        help = format!("Something in that internet is broken: {}", break_names().join(", "))
    )]
    pub fault: Option<Break>,
}

/// Every option.
#[derive(Debug, Args)]
#[expect(missing_docs, reason = "the structs say it")]
pub struct Options {
    #[command(flatten)]
    pub see: See,
    #[command(flatten)]
    pub request: Request,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub redirects: Redirects,
    #[command(flatten)]
    pub names: Names,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub tls: Tls,
    #[command(flatten)]
    pub images: Images,
}

/// What is shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is shown")]
pub struct See {
    /// Stop after a stage: url, message, dns, connect, tls, response, images
    #[arg(long, value_name = "STAGE", value_parser = stages(), hide_possible_values = true)]
    pub until: Option<Stage>,
    /// Tell more; -vv adds hex dumps
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
    /// No narration and no error messages
    #[arg(short, long)]
    pub silent: bool,
    /// With -s, error messages all the same
    #[arg(short = 'S', long)]
    pub show_error: bool,
    /// Write all events as JSON, one a line (- is stdout)
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Write this after each URL: text, %{variables}, @FILE
    #[arg(short, long, value_name = "FORMAT")]
    pub write_out: Option<OsString>,
    /// Colours: auto, always, never
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_default_value = true, hide_possible_values = true)]
    pub color: ColorWhen,
    /// No drawing characters, nothing redrawn
    #[arg(long)]
    pub plain: bool,
    /// Passwords, cookies and tokens are shown, not masked
    #[arg(long)]
    pub show_secrets: bool,
    /// Language of the narration: en
    #[arg(long, value_name = "LANG", default_value = "en", hide_default_value = true, hide_possible_values = true)]
    pub lang: LangName,
    /// Write completions or the manual page to stdout: complete-bash, complete-zsh, complete-fish, complete-powershell,
    /// complete-elvish, complete-nushell, man
    #[arg(long, value_name = "KIND", hide_possible_values = true)]
    pub generate: Option<Generate>,
}

/// The request message.
#[derive(Debug, Args)]
#[command(next_help_heading = "The request")]
pub struct Request {
    /// One more URL
    #[arg(long = "url", value_name = "URL")]
    pub more_urls: Vec<OsString>,
    /// The method
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub request: Option<String>,
    /// Send this as a form; @FILE, @- for stdin
    #[arg(short, long, alias = "data-ascii", value_name = "DATA")]
    pub data: Vec<OsString>,
    /// Like -d, but @FILE is sent byte for byte
    #[arg(long, value_name = "DATA")]
    pub data_binary: Vec<OsString>,
    /// Like -d, but @ means nothing
    #[arg(long, value_name = "DATA")]
    pub data_raw: Vec<OsString>,
    /// Like -d, percent-encoded: text, name=text, name@FILE
    #[arg(long, value_name = "DATA")]
    pub data_urlencode: Vec<OsString>,
    /// Send JSON: -d and the two headers for it
    #[arg(long, value_name = "DATA")]
    pub json: Vec<OsString>,
    /// What -d gives goes into the URL's query
    #[arg(short = 'G', long)]
    pub get: bool,
    /// A header: 'Name: value', 'Name:' removes it, 'Name;' sends it empty, @FILE
    #[arg(short = 'H', long, value_name = "HEADER")]
    pub header: Vec<OsString>,
    /// User-Agent; '' sends none
    #[arg(short = 'A', long, value_name = "NAME")]
    pub user_agent: Option<OsString>,
    /// Referer; ';auto' sends it after redirects
    #[arg(short = 'e', long, value_name = "URL")]
    pub referer: Option<OsString>,
    /// Credentials; without a password jaunt asks for it
    #[arg(short, long, value_name = "USER[:PASSWORD]")]
    pub user: Option<OsString>,
    /// Cookies: name=value, or a file of them
    #[arg(short = 'b', long, value_name = "DATA|FILE")]
    pub cookie: Vec<OsString>,
    /// Ask for the head only
    #[arg(short = 'I', long)]
    pub head: bool,
    /// Ask for these bytes: 0-499, 500-, -200
    #[arg(short, long, value_name = "RANGE")]
    pub range: Option<String>,
    /// Fetch what is missing: from this byte on, or after what the file holds (-)
    #[arg(short = 'C', long, value_name = "OFFSET", value_parser = values::continue_at, conflicts_with = "range")]
    pub continue_at: Option<ContinueAt>,
    /// HTTP/1.0
    #[arg(short = '0', long = "http1.0", overrides_with = "http11")]
    pub http10: bool,
    /// HTTP/1.1 (the default)
    #[arg(long = "http1.1")]
    pub http11: bool,
    /// Offer compression (the default; --no-compressed offers none)
    #[arg(long)]
    pub compressed: bool,
    /// `--no-compressed` was the last word on it; [`mod@super::parse`] knows.
    #[arg(skip)]
    pub no_compressed: bool,
}

/// Where content goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where it goes")]
pub struct Output {
    /// The content goes to FILE (- is stdout, even binary to a terminal); once a URL
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// The content goes to a file named as in the URL; once a URL
    #[arg(short = 'O', long, action = ArgAction::Append, num_args = 0, default_missing_value = "true")]
    pub remote_name: Vec<bool>,
    /// -O for every URL
    #[arg(long)]
    pub remote_name_all: bool,
    /// Files of -o and -O go there
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Folders that -o names are made
    #[arg(long)]
    pub create_dirs: bool,
    /// The response's head goes before its content
    #[arg(short, long)]
    pub include: bool,
    /// A status of 400 or more is a failure (22)
    #[arg(short, long)]
    pub fail: bool,
    /// More content than this is a failure (63); k, M, G
    #[arg(long, value_name = "BYTES", value_parser = values::size)]
    pub max_filesize: Option<u64>,
}

/// Redirects.
#[derive(Debug, Args)]
#[command(next_help_heading = "Redirects")]
pub struct Redirects {
    /// Follow redirects
    #[arg(short = 'L', long)]
    pub location: bool,
    /// Follow at most so many [default: 50]; -1 is no limit
    #[arg(long, value_name = "N", value_parser = values::max_redirs)]
    pub max_redirs: Option<values::MaxRedirs>,
    /// Follow, and give credentials to other hosts too
    #[arg(long)]
    pub location_trusted: bool,
    /// POST stays POST after 301
    #[arg(long)]
    pub post301: bool,
    /// POST stays POST after 302
    #[arg(long)]
    pub post302: bool,
    /// POST stays POST after 303
    #[arg(long)]
    pub post303: bool,
}

/// DNS.
#[derive(Debug, Args)]
#[command(next_help_heading = "Names")]
pub struct Names {
    /// Who finds addresses: stub, system, compare, iterative
    #[arg(long, value_name = "KIND", default_value = "stub", hide_default_value = true, hide_possible_values = true)]
    pub resolver: ResolverName,
    /// Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    #[arg(long, visible_alias = "dns-server", value_name = "LIST", value_delimiter = ',')]
    pub dns_servers: Vec<String>,
    /// Root servers for --resolver iterative
    #[arg(long, value_name = "FILE")]
    pub root_hints: Option<PathBuf>,
    /// Ask for these records too: MX,TXT,NS,…
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub dns_type: Vec<String>,
    /// For host H, port P that address: no DNS
    #[arg(long, value_name = "H:P:ADDR")]
    pub resolve: Vec<String>,
    /// IPv4 addresses only
    #[arg(short = '4', long, overrides_with = "ipv6")]
    pub ipv4: bool,
    /// IPv6 addresses only
    #[arg(short = '6', long)]
    pub ipv6: bool,
}

/// Connecting, and time.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection and time")]
pub struct Connection {
    /// Connect to host H2, port P2 instead of H1, P1; an empty one is any or the same
    #[arg(long, value_name = "H1:P1:H2:P2")]
    pub connect_to: Vec<String>,
    /// Seconds until connected, TLS included
    #[arg(long, value_name = "SECS", value_parser = values::seconds)]
    pub connect_timeout: Option<Duration>,
    /// Seconds for each URL in all
    #[arg(short, long, value_name = "SECS", value_parser = values::seconds)]
    pub max_time: Option<Duration>,
}

/// TLS.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub struct Tls {
    /// Certificates are shown, not checked
    #[arg(short = 'k', long)]
    pub insecure: bool,
    /// Trust these roots and no others (PEM)
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Client certificate (PEM)
    #[arg(short = 'E', long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// Its private key (PEM), unless it is in the same file
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// Images.
#[derive(Debug, Args)]
#[command(next_help_heading = "Images")]
pub struct Images {
    /// Fetch the page's images (the default when one URL is narrated)
    #[arg(long, overrides_with = "no_images")]
    pub images: bool,
    /// Do not
    #[arg(long)]
    pub no_images: bool,
    /// Fetch them and keep them there, with an index.json
    #[arg(long, value_name = "DIR", conflicts_with = "no_images")]
    pub save_images: Option<PathBuf>,
    /// Files of the same name are replaced
    #[arg(long)]
    pub clobber: bool,
    /// Connections at once, in all [default: 32]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=300))]
    pub parallel_max: Option<u16>,
    /// One request at a time, in the page's order
    #[arg(long)]
    pub sequential: bool,
    /// The window that srcset and media queries see [default: 1280x720]
    #[arg(long, value_name = "WxH[@DPR]", value_parser = values::viewport)]
    pub viewport: Option<values::Viewport>,
    /// Images of the pages in iframes too
    #[arg(long)]
    pub frames: bool,
    /// Show the pictures themselves on a terminal that can: kitty, iTerm2, sixel
    #[arg(long, conflicts_with = "no_images")]
    pub preview: bool,
    /// Look at most at so many references [default: 100000]
    #[arg(long, value_name = "N")]
    pub max_images: Option<u32>,
}

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "words of the command line")]
pub enum ColorWhen {
    Auto,
    Always,
    Never,
}

/// `--lang`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "words of the command line")]
pub enum LangName {
    En,
}

/// `--resolver`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "words of the command line")]
pub enum ResolverName {
    Stub,
    System,
    Compare,
    Iterative,
}

/// `--generate`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "words of the command line")]
pub enum Generate {
    CompleteBash,
    CompleteZsh,
    CompleteFish,
    CompletePowershell,
    CompleteElvish,
    CompleteNushell,
    Man,
}

fn stages() -> impl TypedValueParser<Value = Stage> {
    PossibleValuesParser::new(Stage::ALL.map(Stage::name))
        .map(|name| name.parse::<Stage>().expect("one of the names that the parser lets through"))
}

fn break_names() -> Vec<&'static str> {
    Break::ALL.iter().map(|b| b.name()).collect()
}

fn breaks() -> impl TypedValueParser<Value = Break> {
    PossibleValuesParser::new(break_names())
        .map(|name| name.parse::<Break>().expect("one of the names that the parser lets through"))
}

/// The command as it is parsed and documented: the derived one, with curl's two habits that derive cannot say.
/// A value may begin with a dash (`-o -`, `-d -x`, `--max-redirs -1`), and `--no-X` undoes every switch `--X`.
pub fn command() -> clap::Command {
    let mut command = dashes(true);
    let switches: Vec<(clap::Id, String)> = command
        .get_arguments()
        .filter(|a| matches!(a.get_action(), ArgAction::SetTrue))
        .filter_map(|a| Some((a.get_id().clone(), a.get_long()?.to_owned())))
        .filter(|(_, long)| !matches!(long.as_str(), "images" | "no-images"))
        .collect();
    for (id, long) in switches {
        let undo = format!("no-{long}");
        command = command
            .mut_arg(&id, |a| a.overrides_with(undo.clone()))
            .arg(clap::Arg::new(undo.clone()).long(undo).action(ArgAction::SetTrue).hide(true).global(true).overrides_with(id));
    }
    command
}

/// The same without `--no-X` and without options after `demo`: it parses most command lines, and is made in a third of the time.
/// What it cannot parse is for [`command`], whose words any error has.
pub fn quick() -> clap::Command {
    // `--no-compressed` is asked for by name, like the options that derive knows.
    dashes(false).arg(clap::Arg::new("no-compressed").long("no-compressed").action(ArgAction::SetTrue))
}

fn dashes(global: bool) -> clap::Command {
    use clap::CommandFactory as _;
    Typed::command().mut_args(|arg| {
        if arg.is_positional() {
            return arg;
        }
        let values = arg.get_action().takes_values() && arg.get_num_args().is_none_or(|n| n.takes_values());
        arg.global(global).allow_hyphen_values(values)
    })
}
