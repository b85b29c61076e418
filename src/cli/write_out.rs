//! `-w FORMAT`: text with curl's `%{variables}`.
//!
//! Unlike curl: passwords in URLs are masked, unless `--show-secrets`.
//!
//! ```text
//! FORMAT = *( text / "%%" / "%{" variable "}" / "%header{" name "}" / "\n" / "\r" / "\t" )
//! ```

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use crate::exit::Exit;
use crate::journey::Outcome;
use crate::render::visible::{visible, visible_bytes};
use crate::secret::Secrets;
use crate::stages::message::Version;

/// One URL's journey, as `-w` speaks of it.
#[derive(Debug, Clone, Copy)]
pub struct Transfer<'t> {
    /// How it went.
    pub outcome: &'t Outcome,
    /// As typed.
    pub url: &'t str,
    /// Which one on the command line, from 0.
    pub number: usize,
    /// `-e`
    pub referer: Option<&'t [u8]>,
    /// `--show-secrets`
    pub secrets: Secrets,
}

/// A format, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    Variable(Variable),
    Header(String),
    To(Stream),
    OnError,
    Unknown(String),
}

/// Where the text goes: `%{stderr}` and `%{stdout}` switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// The default.
    Stdout,
    /// After `%{stderr}`.
    Stderr,
}

macro_rules! variables {
    ($($name:ident $text:literal),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Variable { $($name),*, Json, HeaderJson }
        /// Those that `%{json}` holds, in its order, which is curl's.
        const VARIABLES: &[(&str, Variable)] = &[$(($text, Variable::$name)),*];
    };
}
variables! {
    ContentType "content_type",
    ErrorMessage "errormsg",
    ExitCode "exitcode",
    FilenameEffective "filename_effective",
    FtpEntryPath "ftp_entry_path",
    HttpCode "http_code",
    HttpConnect "http_connect",
    HttpVersion "http_version",
    LocalIp "local_ip",
    LocalPort "local_port",
    Method "method",
    NumConnects "num_connects",
    NumHeaders "num_headers",
    NumRedirects "num_redirects",
    ProxySslVerifyResult "proxy_ssl_verify_result",
    RedirectUrl "redirect_url",
    Referer "referer",
    RemoteIp "remote_ip",
    RemotePort "remote_port",
    ResponseCode "response_code",
    Scheme "scheme",
    SizeDownload "size_download",
    SizeHeader "size_header",
    SizeRequest "size_request",
    SizeUpload "size_upload",
    SpeedDownload "speed_download",
    SpeedUpload "speed_upload",
    SslVerifyResult "ssl_verify_result",
    TimeAppconnect "time_appconnect",
    TimeConnect "time_connect",
    TimeNamelookup "time_namelookup",
    TimePretransfer "time_pretransfer",
    TimeRedirect "time_redirect",
    TimeStarttransfer "time_starttransfer",
    TimeTotal "time_total",
    Url "url",
    UrlEffective "url_effective",
    UrlNumber "urlnum",
}

impl Template {
    /// Reads a format. As in curl an unknown variable is told of and stands for nothing.
    pub fn parse(format: &[u8]) -> Self {
        let mut pieces = Vec::new();
        let mut text = Vec::new();
        let mut rest = format;
        while let Some((&first, after)) = rest.split_first() {
            let (taken, piece) = match first {
                b'%' => percent(after),
                b'\\' => backslash(after),
                _ => (0, Err(first)),
            };
            rest = &after[taken..];
            match piece {
                Ok(piece) => {
                    if !text.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut text)));
                    }
                    pieces.push(piece);
                }
                Err(byte) => text.push(byte),
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Self { pieces }
    }

    /// Names that are no variables.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|p| if let Piece::Unknown(name) = p { Some(name.as_str()) } else { None })
    }

    /// What it says of `transfer`: pieces of text, each with its stream. What a server chose is made visible on a stream that is a
    /// terminal; what the user wrote, escape sequences too, stays.
    pub fn say(&self, transfer: &Transfer<'_>, is_terminal: impl Fn(Stream) -> bool) -> Vec<(Stream, Vec<u8>)> {
        let mut said = vec![(Stream::Stdout, Vec::new())];
        for piece in &self.pieces {
            let Some((stream, text)) = said.last_mut() else { break };
            match piece {
                Piece::Text(bytes) => text.extend_from_slice(bytes),
                Piece::Variable(variable) => {
                    let value = variable.value(transfer).text();
                    if is_terminal(*stream) {
                        text.extend_from_slice(value.split('\n').map(visible).collect::<Vec<_>>().join("\n").as_bytes());
                    } else {
                        text.extend_from_slice(value.as_bytes());
                    }
                }
                Piece::Header(name) => {
                    if let Some(field) = transfer.outcome.fields.get(name) {
                        if is_terminal(*stream) {
                            text.extend_from_slice(visible_bytes(field).as_bytes());
                        } else {
                            text.extend_from_slice(field);
                        }
                    }
                }
                Piece::To(to) if to == stream => {}
                Piece::To(to) => said.push((*to, Vec::new())),
                Piece::OnError if failed(transfer.outcome) => {}
                Piece::OnError => break,
                Piece::Unknown(_) => {}
            }
        }
        said.retain(|(_, text)| !text.is_empty());
        said
    }
}

fn failed(outcome: &Outcome) -> bool {
    outcome.exit.is_some_and(|exit| exit != Exit::Ok)
}

/// A variable's value, in the forms that curl knows.
enum Value {
    /// Nothing in text, null in JSON.
    Text(Option<String>),
    /// As it stands, in JSON too.
    Json(String),
    Number(u64),
    /// Three digits in text.
    Code(u16),
    Seconds(Duration),
}

impl Value {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text.unwrap_or_default(),
            Self::Code(code) => format!("{code:03}"),
            Self::Json(_) | Self::Number(_) | Self::Seconds(_) => self.json(),
        }
    }

    fn json(self) -> String {
        match self {
            Self::Text(None) => "null".to_owned(),
            Self::Text(Some(text)) => quoted(&text),
            Self::Json(json) => json,
            Self::Number(n) => n.to_string(),
            Self::Code(code) => code.to_string(),
            Self::Seconds(d) => format!("{}.{:06}", d.as_secs(), d.subsec_micros()),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Variable {
    fn value(self, transfer: &Transfer<'_>) -> Value {
        let Transfer { outcome, url, number, referer, secrets } = *transfer;
        let bytes = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let ip = |at: Option<SocketAddr>| Value::Text(Some(at.map(|a| a.ip().to_string()).unwrap_or_default()));
        let port = |at: Option<SocketAddr>| Value::Number(at.map_or(0, |a| u64::from(a.port())));
        // In C a speed over no time at all is as meaningless; curl says 0 then.
        let speed = |size: u64| {
            let micros = outcome.total.as_micros();
            let a_second = (u128::from(size) * 1_000_000).checked_div(micros).unwrap_or(0);
            Value::Number(u64::try_from(a_second).unwrap_or(u64::MAX))
        };
        let scheme = || outcome.url_effective.split_once(':').map(|(scheme, _)| scheme.to_ascii_uppercase());
        match self {
            Self::Json => Value::Json(all(transfer)),
            Self::HeaderJson => Value::Json(headers(outcome)),
            Self::ContentType => Value::Text(outcome.fields.all("content-type").next_back().map(bytes)),
            Self::ErrorMessage => Value::Text(outcome.error.clone()),
            Self::ExitCode => Value::Number(u64::from(outcome.exit.unwrap_or(Exit::Ok).code())),
            Self::FilenameEffective => Value::Text(outcome.file.as_ref().map(|f| f.to_string_lossy().into_owned())),
            Self::FtpEntryPath => Value::Text(None),
            Self::HttpCode | Self::ResponseCode => Value::Code(outcome.status),
            Self::HttpConnect => Value::Code(0),
            Self::HttpVersion => Value::Text(Some(
                match outcome.version {
                    None => "0",
                    Some(Version::Http10) => "1",
                    Some(Version::Http11) => "1.1",
                }
                .to_owned(),
            )),
            Self::LocalIp => ip(outcome.local),
            Self::LocalPort => port(outcome.local),
            Self::Method => Value::Text(Some(outcome.method.clone())),
            Self::NumConnects => Value::Number(u64::from(outcome.connects)),
            Self::NumHeaders => Value::Number(outcome.fields.len() as u64),
            Self::NumRedirects => Value::Number(u64::from(outcome.redirects)),
            Self::ProxySslVerifyResult => Value::Number(0),
            Self::RedirectUrl => Value::Text(outcome.redirect_url.as_ref().map(|url| secrets.text(url))),
            Self::Referer => Value::Text(referer.map(|r| secrets.text(&bytes(r)))),
            Self::RemoteIp => ip(outcome.peer),
            Self::RemotePort => port(outcome.peer),
            Self::Scheme => Value::Text(outcome.peer.and_then(|_| scheme())),
            Self::SizeDownload => Value::Number(outcome.download_bytes),
            Self::SizeHeader => Value::Number(outcome.header_bytes),
            Self::SizeRequest => Value::Number(outcome.request_bytes + outcome.upload_bytes),
            Self::SizeUpload => Value::Number(outcome.upload_bytes),
            Self::SpeedDownload => speed(outcome.download_bytes),
            Self::SpeedUpload => speed(outcome.upload_bytes),
            // X509_V_OK, or "unable to get local issuer certificate": the number that OpenSSL has for most of what exit 60 stands for.
            Self::SslVerifyResult => Value::Number(if outcome.exit == Some(Exit::PeerFailedVerification) { 20 } else { 0 }),
            Self::TimeAppconnect => Value::Seconds(outcome.secured),
            Self::TimeConnect => Value::Seconds(outcome.connected),
            Self::TimeNamelookup => Value::Seconds(outcome.name_lookup),
            Self::TimePretransfer => Value::Seconds(outcome.pretransfer),
            Self::TimeRedirect => Value::Seconds(outcome.redirect),
            Self::TimeStarttransfer => Value::Seconds(outcome.first_byte),
            Self::TimeTotal => Value::Seconds(outcome.total),
            Self::Url => Value::Text(Some(secrets.text(url))),
            Self::UrlEffective => Value::Text(Some(secrets.text(&outcome.url_effective))),
            Self::UrlNumber => Value::Number(number as u64),
        }
    }
}

/// `%{json}`
fn all(transfer: &Transfer<'_>) -> String {
    let mut json = String::from("{");
    for (name, variable) in VARIABLES {
        let _ = write!(json, "{}:{},", quoted(name), variable.value(transfer).json());
    }
    let _ = write!(json, "\"jaunt_version\":{}}}", quoted(env!("CARGO_PKG_VERSION")));
    json
}

/// `%{header_json}`: lower-case names, each with the list of its values.
fn headers(outcome: &Outcome) -> String {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in outcome.fields.iter() {
        let name = name.to_ascii_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let lines: Vec<String> = names
        .iter()
        .map(|name| {
            let values: Vec<String> = outcome.fields.all(name).map(|v| quoted(&String::from_utf8_lossy(v))).collect();
            format!("{}:[{}]", quoted(name), values.join(","))
        })
        .collect();
    format!("{{{}\n}}", lines.join(",\n"))
}

/// After a `%`: how many bytes belong to it, and what they are (a byte of text, or something else).
fn percent(after: &[u8]) -> (usize, Result<Piece, u8>) {
    let braced = |from: usize| {
        let inner = after.get(from..)?;
        let end = inner.iter().position(|&b| b == b'}')?;
        Some((from + end + 1, String::from_utf8_lossy(&inner[..end]).into_owned()))
    };
    if after.first() == Some(&b'%') {
        return (1, Err(b'%'));
    }
    if after.starts_with(b"header{")
        && let Some((taken, name)) = braced(7)
    {
        return (taken, Ok(Piece::Header(name)));
    }
    if after.first() == Some(&b'{')
        && let Some((taken, name)) = braced(1)
    {
        let piece = match name.as_str() {
            "json" => Piece::Variable(Variable::Json),
            "header_json" => Piece::Variable(Variable::HeaderJson),
            "onerror" => Piece::OnError,
            "stderr" => Piece::To(Stream::Stderr),
            "stdout" => Piece::To(Stream::Stdout),
            _ => match VARIABLES.iter().find(|(text, _)| *text == name) {
                Some((_, variable)) => Piece::Variable(*variable),
                None => Piece::Unknown(name),
            },
        };
        return (taken, Ok(piece));
    }
    (0, Err(b'%'))
}

/// After a backslash; what is no escape is text, the backslash too.
fn backslash(after: &[u8]) -> (usize, Result<Piece, u8>) {
    match after.first() {
        Some(b'n') => (1, Err(b'\n')),
        Some(b'r') => (1, Err(b'\r')),
        Some(b't') => (1, Err(b'\t')),
        _ => (0, Err(b'\\')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Outcome {
        Outcome {
            url_effective: "http://user:secret@h.example/a".to_owned(),
            method: "GET".to_owned(),
            status: 200,
            version: Some(Version::Http11),
            fields: [("Content-Type", "text/plain"), ("X", "1"), ("x", "\"2\"")].into_iter().collect(),
            download_bytes: 3,
            peer: Some(([192, 0, 2, 1], 80).into()),
            total: Duration::from_micros(1_500_000),
            ..Outcome::default()
        }
    }

    fn said(format: &str, outcome: &Outcome) -> String {
        let url = "h.example/a";
        let transfer = Transfer { outcome, url, number: 0, referer: None, secrets: Secrets::Masked };
        let said = Template::parse(format.as_bytes()).say(&transfer, |_| false);
        said.iter().map(|(stream, text)| format!("{stream:?}:{}", String::from_utf8_lossy(text))).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn variables_stand_for_what_happened() {
        let all = "%{http_code} %{size_download} %{time_total} %{speed_download} %{http_version} %{remote_ip}:%{remote_port}\\n";
        assert_eq!(said(all, &outcome()), "Stdout:200 3 1.500000 2 1.1 192.0.2.1:80\n");
        assert_eq!(said("%header{CONTENT-TYPE};%header{none};%{content_type}", &outcome()), "Stdout:text/plain;;text/plain");
        assert_eq!(said("%{http_code}%{scheme}", &Outcome::default()), "Stdout:000");
    }

    #[test]
    fn what_is_no_variable_is_text() {
        assert_eq!(said("100%% %x \\q \\t| %{num_headers", &outcome()), "Stdout:100% %x \\q \t| %{num_headers");
        assert_eq!(said("%", &outcome()), "Stdout:%");
        assert_eq!(said("\\", &outcome()), "Stdout:\\");
    }

    #[test]
    fn streams_can_be_switched_and_the_rest_kept_for_errors() {
        assert_eq!(said("a%{stderr}b%{stdout}c", &outcome()), "Stdout:a|Stderr:b|Stdout:c");
        assert_eq!(said("a%{onerror}b", &outcome()), "Stdout:a");
        let failed = Outcome { exit: Some(Exit::CouldntConnect), ..outcome() };
        assert_eq!(said("a%{onerror}b%{exitcode}", &failed), "Stdout:ab7");
    }

    #[test]
    fn passwords_are_masked() {
        assert_eq!(said("%{url_effective}", &outcome()), "Stdout:http://user:*****@h.example/a");
        assert!(!said("%{json}", &outcome()).contains("secret"));
    }

    #[test]
    fn json_is_json() {
        let all = said("%{json}", &outcome());
        let all: serde_json::Value = serde_json::from_str(&all["Stdout:".len()..]).expect("JSON");
        assert_eq!(all["http_code"], 200);
        assert_eq!(all["errormsg"], serde_json::Value::Null);
        assert_eq!(all.as_object().map(serde_json::Map::len), Some(VARIABLES.len() + 1));
        let headers = said("%{header_json}", &outcome());
        let headers: serde_json::Value = serde_json::from_str(&headers["Stdout:".len()..]).expect("JSON");
        assert_eq!(headers["x"], serde_json::json!(["1", "\"2\""]));
    }

    #[test]
    fn an_unknown_variable_is_named() {
        let template = Template::parse(b"%{http_code} %{nonsense}\\n");
        assert_eq!(template.unknown().collect::<Vec<_>>(), ["nonsense"]);
    }

    #[test]
    fn on_a_terminal_a_server_s_text_is_made_visible_and_the_user_s_stays() {
        let mut outcome = outcome();
        outcome.fields.push("Evil", "\u{202e}\x1b[31m".as_bytes());
        outcome.url_effective = "http://h/\u{200b}".to_owned();
        let transfer = Transfer { outcome: &outcome, url: "", number: 0, referer: None, secrets: Secrets::Masked };
        let template = Template::parse(b"\x1b[1m%header{evil} %{url_effective}%{stderr}%header{evil}%{header_json}");
        let said = template.say(&transfer, |stream| matches!(stream, Stream::Stdout));
        assert_eq!(String::from_utf8_lossy(&said[0].1), "\x1b[1m\\u{202e}\\x1b[31m http://h/\\u{200b}");
        assert!(String::from_utf8_lossy(&said[1].1).starts_with("\u{202e}\x1b[31m{\"content-type\""));
        let lines = Template::parse(b"%{header_json}").say(&transfer, |_| true);
        assert!(String::from_utf8_lossy(&lines[0].1).contains(",\n\"evil\":[\"\\u{202e}"));
    }

    proptest::proptest! {
        #[test]
        fn no_format_panics(format in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            let outcome = outcome();
            let transfer = Transfer { outcome: &outcome, url: "", number: 0, referer: None, secrets: Secrets::Masked };
            let _ = Template::parse(&format).say(&transfer, |_| true);
        }
    }
}
