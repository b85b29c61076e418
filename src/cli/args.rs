//! What was typed: one struct, filled by the rows of [`super::table`]. Nothing is decided here ([`mod@super::decide`] makes a `Plan`
//! from it); only numbers and words are read, and whatever may hold bytes that are not UTF-8 is an `OsString`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::data::Datum;
use super::values::{MaxRedirs, Viewport};
use crate::demo::Break;
use crate::plan::{self, ContinueAt};
use crate::stages::Stage;

/// Everything that was typed.
#[derive(Debug, Default)]
pub struct Typed {
    /// What to fetch, in order; `--url` too.
    pub urls: Vec<OsString>,
    /// `jaunt demo`: in the little internet.
    pub demo: bool,
    /// `--break`: what is broken there.
    pub fault: Option<Break>,
    /// What is shown.
    pub see: See,
    /// The request message.
    pub request: Request,
    /// Where content goes.
    pub output: Output,
    /// Redirects.
    pub redirects: Redirects,
    /// DNS.
    pub names: Names,
    /// Connecting, and time.
    pub connection: Connection,
    /// TLS.
    pub tls: Tls,
    /// Images.
    pub images: Images,
}

/// What is shown.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the table's rows say it")]
pub struct See {
    pub until: Option<Stage>,
    pub verbose: u8,
    pub silent: bool,
    pub show_error: bool,
    pub events: Option<PathBuf>,
    pub write_out: Option<OsString>,
    pub color: Option<ColorWhen>,
    pub plain: bool,
    pub show_secrets: bool,
    pub lang: Option<LangName>,
    pub generate: Option<Generate>,
}

/// The request message.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the table's rows say it")]
pub struct Request {
    pub method: Option<String>,
    /// `-d` and its like, in the order in which they were typed.
    pub data: Vec<Datum>,
    pub get: bool,
    pub fields: Vec<OsString>,
    pub user_agent: Option<OsString>,
    pub referer: Option<OsString>,
    pub user: Option<OsString>,
    pub cookie: Vec<OsString>,
    pub head: bool,
    pub range: Option<String>,
    pub continue_at: Option<ContinueAt>,
    pub http10: bool,
    /// `--no-compressed` was the last word on it.
    pub no_compressed: bool,
}

/// Where content goes.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the table's rows say it")]
pub struct Output {
    /// `-o` and `-O`, in the order in which they were typed.
    pub outputs: Vec<plan::Output>,
    pub remote_name_all: bool,
    pub output_dir: Option<PathBuf>,
    pub create_dirs: bool,
    pub include: bool,
    pub fail: bool,
    pub max_filesize: Option<u64>,
}

/// Redirects.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the table's rows say it")]
pub struct Redirects {
    pub location: bool,
    pub max_redirs: Option<MaxRedirs>,
    pub location_trusted: bool,
    pub post301: bool,
    pub post302: bool,
    pub post303: bool,
}

/// DNS.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the table's rows say it")]
pub struct Names {
    pub resolver: Option<ResolverName>,
    pub dns_servers: Vec<String>,
    pub root_hints: Option<PathBuf>,
    pub dns_type: Vec<String>,
    pub resolve: Vec<String>,
    pub ipv4: bool,
    pub ipv6: bool,
}

/// Connecting, and time.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the table's rows say it")]
pub struct Connection {
    pub connect_to: Vec<String>,
    pub connect_timeout: Option<Duration>,
    pub max_time: Option<Duration>,
}

/// TLS.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the table's rows say it")]
pub struct Tls {
    pub insecure: bool,
    pub cacert: Option<PathBuf>,
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

/// Images.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the table's rows say it")]
pub struct Images {
    /// The last word of `--images` and `--no-images`.
    pub wanted: Option<bool>,
    pub save_images: Option<PathBuf>,
    pub clobber: bool,
    pub parallel_max: Option<u16>,
    pub sequential: bool,
    pub viewport: Option<Viewport>,
    pub frames: bool,
    pub preview: bool,
    pub max_images: Option<u32>,
}

/// A value that is one of some words.
pub trait Word: Copy + 'static {
    /// Every word and what it means.
    fn all() -> Vec<(&'static str, Self)>;
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "words of the command line")]
        pub enum $name { $($variant),* }

        impl Word for $name {
            fn all() -> Vec<(&'static str, Self)> {
                vec![$(($word, Self::$variant)),*]
            }
        }
    };
}

words! {
    /// `--color`
    ColorWhen { Auto = "auto", Always = "always", Never = "never" }
}
words! {
    /// `--lang`
    LangName { En = "en" }
}
words! {
    /// `--resolver`
    ResolverName { Stub = "stub", System = "system", Compare = "compare", Iterative = "iterative" }
}
words! {
    /// `--generate`
    Generate {
        CompleteBash = "complete-bash",
        CompleteZsh = "complete-zsh",
        CompleteFish = "complete-fish",
        CompletePowershell = "complete-powershell",
        CompleteElvish = "complete-elvish",
        CompleteNushell = "complete-nushell",
        Man = "man",
    }
}

impl Word for Stage {
    fn all() -> Vec<(&'static str, Self)> {
        Self::ALL.iter().map(|stage| (stage.name(), *stage)).collect()
    }
}

impl Word for Break {
    fn all() -> Vec<(&'static str, Self)> {
        Self::ALL.iter().map(|fault| (fault.name(), *fault)).collect()
    }
}
