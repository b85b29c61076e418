//! What one URL of the command line came to: what `-w` writes and what the exit code is made from.

use std::net::SocketAddr;
use std::time::Duration;

use crate::exit::Exit;
use crate::stages::message::Version;
use crate::stages::response::Fields;

/// The end of one job. Times are since the job's start, as in curl's `%{time_…}`; a phase that did not happen is zero.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// When the job began, since the start of the run.
    pub begun: Duration,
    /// The URL that was fetched last, after redirects; with its credentials, as curl shows it: mask before showing.
    pub url_effective: String,
    /// The method of the last request.
    pub method: String,
    /// The last status; 0 without an answer.
    pub status: u16,
    /// The version in the last status line.
    pub version: Option<Version>,
    /// The last response's fields.
    pub fields: Fields,
    /// Redirects followed.
    pub redirects: u32,
    /// Where the last answer would have redirected to, absolute, had it been followed.
    pub redirect_url: Option<String>,
    /// Bytes of all request messages' heads.
    pub request_bytes: u64,
    /// Bytes of all response heads.
    pub header_bytes: u64,
    /// Content bytes received by the last exchange, as on the wire.
    pub download_bytes: u64,
    /// Content bytes after decoding.
    pub content_bytes: u64,
    /// Body bytes sent.
    pub upload_bytes: u64,
    /// Connections made for this job (its images not counted).
    pub connects: u32,
    /// Of the last connection.
    pub local: Option<SocketAddr>,
    /// Of the last connection.
    pub peer: Option<SocketAddr>,
    /// The name was resolved.
    pub name_lookup: Duration,
    /// TCP was connected.
    pub connected: Duration,
    /// TLS was up; zero without TLS.
    pub secured: Duration,
    /// The request was about to be sent.
    pub pretransfer: Duration,
    /// The first byte of the last answer came.
    pub first_byte: Duration,
    /// All redirects before the last exchange took.
    pub redirect: Duration,
    /// Everything.
    pub total: Duration,
    /// The file that was written, if one was.
    pub file: Option<std::path::PathBuf>,
    /// How it ended; the first failure's number.
    pub exit: Option<Exit>,
    /// The failure in words.
    pub error: Option<String>,
}
