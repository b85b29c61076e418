//! Everything decided before the first packet. No command-line types here: `cli/decide.rs` makes a [`Plan`] from what was typed,
//! and a test or another program can make one by hand.

use std::path::PathBuf;
use std::time::Duration;

use crate::stages::Stage;
use crate::stages::connect::ConnectPlan;
use crate::stages::dns::DnsPlan;
use crate::stages::images::ImagesPlan;
use crate::stages::message::RequestSpec;
use crate::stages::response::Limits;
use crate::stages::tls::TlsPlan;

/// One run.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The URLs, in order.
    pub jobs: Vec<Job>,
    /// The request for each.
    pub request: RequestSpec,
    /// Name resolution.
    pub dns: DnsPlan,
    /// Connecting.
    pub connect: ConnectPlan,
    /// TLS.
    pub tls: TlsPlan,
    /// Bounds on answers.
    pub limits: Limits,
    /// `-L` and its like.
    pub redirects: Redirects,
    /// Stage 7; `None` leaves the images out.
    pub images: Option<ImagesPlan>,
    /// `-b FILE`: the cookie engine is on, with what these files hold; `None`: it is off (as in curl, `-b name=value` leaves it off).
    pub cookie_files: Option<Vec<PathBuf>>,
    /// `--until`: the last stage.
    pub until: Option<Stage>,
    /// `-m`: for each URL with its redirects, and for each image by itself.
    pub max_time: Option<Duration>,
    /// `-f`: an answer of 400 or above is a failure (22) and its content is not written.
    pub fail: bool,
    /// `-i`: heads are written before the content.
    pub include: bool,
    /// `--create-dirs` for `-o`.
    pub create_dirs: bool,
    /// `-C`: fetch the rest of what is there already.
    pub continue_at: Option<ContinueAt>,
    /// How standard output takes a body.
    pub stdout: StdoutMode,
}

/// One URL of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// As typed.
    pub url: String,
    /// Where its content goes.
    pub output: Output,
}

/// `-C`: the first byte to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContinueAt {
    /// After what the output file holds (`-`); nothing for standard output.
    End,
    /// This one, counted from 0.
    Byte(u64),
}

/// Where a page's content goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Output {
    /// The default.
    #[default]
    Stdout,
    /// `-o FILE`.
    File(PathBuf),
    /// `-O`: the last part of the URL's path, in this folder (`--output-dir`, else the current one).
    RemoteName(PathBuf),
}

/// How standard output takes a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StdoutMode {
    /// Byte for byte: a pipe, a file, `-o -`.
    #[default]
    Exact,
    /// A terminal: control bytes made visible, the first lines only when it is narrated too, binary refused.
    Preview {
        /// Lines shown before the rest is only counted; `None` shows all (`-s`).
        lines: Option<usize>,
    },
}

/// Redirects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirects {
    /// `-L`
    pub follow: bool,
    /// `--max-redirs`; `None` is without limit (`-1`).
    pub max: Option<u32>,
    /// `--location-trusted`: credentials go to other origins too.
    pub trusted: bool,
    /// `--post301`, `--post302`, `--post303`: the method is kept after that status.
    pub keep_post: [bool; 3],
    /// `-e ';auto'`: the next request's Referer is the URL that redirected.
    pub auto_referer: bool,
}

impl Default for Redirects {
    fn default() -> Self {
        Self { follow: false, max: Some(50), trusted: false, keep_post: [false; 3], auto_referer: false }
    }
}
