//! Why a URL cannot be fetched, and where in it the fault is.

use std::ops::Range;

use percent_encoding::percent_decode_str;

use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::stages::url::split::Split;
use crate::words::Phrase;

/// Why a URL cannot be fetched. Positions count bytes of what was typed, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum UrlError {
    /// Nothing was typed.
    Empty,
    /// A control character; none is ever part of a URL, and a line end would become part of the message.
    Control {
        /// Which.
        byte: u8,
        /// Where.
        position: usize,
    },
    /// A scheme that jaunt decodes but does not fetch.
    Unsupported {
        /// `ftp`, `mailto`, …
        scheme: String,
    },
    /// There is no host where the scheme needs one.
    NoHost,
    /// A character that no host name has.
    HostCharacter {
        /// Which.
        character: char,
        /// Where; none when percent-encoding hid it.
        position: Option<usize>,
    },
    /// Not a name by IDNA (UTS #46).
    HostName {
        /// As typed.
        host: String,
        /// Where it begins.
        position: usize,
    },
    /// It ends in a number and so must be an IPv4 address, and is none.
    Ipv4 {
        /// As typed.
        host: String,
        /// Where it begins.
        position: usize,
    },
    /// Brackets without an IPv6 address in them.
    Ipv6 {
        /// As typed.
        host: String,
        /// Where it begins.
        position: usize,
    },
    /// A part between dots that DNS cannot hold: empty, or more than 63 bytes (RFC 1035 §2.3.4).
    Label {
        /// The part.
        label: String,
        /// Its length in bytes.
        length: usize,
    },
    /// A name that DNS cannot hold: more than 253 bytes.
    NameTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Not a number, or beyond 65535.
    Port {
        /// As typed; none where it may be part of a password.
        port: Option<String>,
        /// Where it begins.
        position: usize,
    },
    /// A control character, percent-encoded, in user name or password.
    CredentialsControl {
        /// Which.
        byte: u8,
    },
    /// `file:` names another machine.
    FileHost {
        /// Which.
        host: String,
    },
    /// A `file:` path with a NUL in it.
    FileNul,
    /// More than 4 GB.
    TooLong,
    /// The path ends in `/`, so there is no name for `-O`.
    NoFileName,
    /// What a server sent as the next URL.
    Redirect(RedirectFault),
}

/// What is wrong with a reference that a server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedirectFault {
    /// A control character in it.
    Control {
        /// Which.
        byte: u8,
        /// Where.
        position: usize,
    },
    /// It leads to a scheme that a server may not choose.
    Scheme {
        /// Which.
        scheme: String,
    },
    /// It is no URL.
    Malformed {
        /// Why not.
        fault: Box<UrlError>,
    },
}

/// Schemes with a sentence of their own (`url-unsupported-…`).
fn unsupported(scheme: &str) -> Phrase {
    match scheme {
        "ftp" | "ftps" => phrase!("url-unsupported-ftp", scheme = scheme),
        "mailto" => phrase!("url-unsupported-mailto"),
        "news" | "nntp" | "snews" => phrase!("url-unsupported-news", scheme = scheme),
        "ws" | "wss" => phrase!("url-unsupported-ws", scheme = scheme),
        "javascript" => phrase!("url-unsupported-javascript"),
        _ => phrase!("url-unsupported", scheme = scheme),
    }
}

/// `\r` and friends by name.
fn control(byte: u8) -> String {
    match byte {
        0 => "NUL".to_owned(),
        b'\t' => "TAB (\\t)".to_owned(),
        b'\n' => "LF (\\n)".to_owned(),
        b'\r' => "CR (\\r)".to_owned(),
        0x1b => "ESC".to_owned(),
        0x7f => "DEL".to_owned(),
        other => format!("\\x{other:02x}"),
    }
}

impl UrlError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Empty
            | Self::Control { .. }
            | Self::NoHost
            | Self::HostCharacter { .. }
            | Self::HostName { .. }
            | Self::Ipv4 { .. }
            | Self::Ipv6 { .. }
            | Self::Port { .. }
            | Self::CredentialsControl { .. }
            | Self::FileHost { .. }
            | Self::FileNul
            | Self::TooLong => Exit::UrlMalformat,
            // curl asks for such a name and is told that it does not exist.
            Self::Label { .. } | Self::NameTooLong { .. } => Exit::CouldntResolveHost,
            Self::Unsupported { .. } | Self::Redirect(RedirectFault::Scheme { .. }) => Exit::UnsupportedProtocol,
            Self::NoFileName => Exit::WriteError,
            Self::Redirect(RedirectFault::Control { .. }) => Exit::UrlMalformat,
            Self::Redirect(RedirectFault::Malformed { fault }) => fault.exit(),
        }
    }

    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Empty => phrase!("url-empty"),
            Self::Control { byte, position } => phrase!("url-control", character = control(*byte), position = *position),
            Self::Unsupported { scheme } => unsupported(scheme),
            Self::NoHost => phrase!("url-no-host"),
            Self::HostCharacter { character, position: Some(position) } => {
                phrase!("url-host-character", character = shown(*character), position = *position)
            }
            Self::HostCharacter { character, position: None } => {
                phrase!("url-host-character-encoded", character = shown(*character))
            }
            Self::HostName { host, position } => phrase!("url-host-name", host = clip(host), position = *position),
            Self::Ipv4 { host, position } => phrase!("url-host-ipv4", host = clip(host), position = *position),
            Self::Ipv6 { host, position } => phrase!("url-host-ipv6", host = clip(host), position = *position),
            Self::Label { length: 0, .. } => phrase!("url-label-empty"),
            Self::Label { label, length } => phrase!("url-label-long", label = clip(label), length = *length),
            Self::NameTooLong { length } => phrase!("url-name-long", length = *length),
            Self::Port { port: Some(port), position } => phrase!("url-port", port = clip(port), position = *position),
            Self::Port { port: None, position } => phrase!("url-port-hidden", position = *position),
            Self::CredentialsControl { byte } => phrase!("url-credentials-control", character = control(*byte)),
            Self::FileHost { host } => phrase!("url-file-host", host = clip(host)),
            Self::FileNul => phrase!("url-file-nul"),
            Self::TooLong => phrase!("url-too-long"),
            Self::NoFileName => phrase!("url-no-file-name"),
            Self::Redirect(RedirectFault::Control { byte, position }) => {
                phrase!("url-redirect-control", character = control(*byte), position = *position)
            }
            Self::Redirect(RedirectFault::Scheme { scheme }) => phrase!("url-redirect-scheme", scheme = clip(scheme)),
            Self::Redirect(RedirectFault::Malformed { fault }) => phrase!("url-redirect-malformed", fault = fault.phrase()),
        }
    }

    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::Empty | Self::NoHost => Advice::hint(phrase!("url-hint-form")),
            Self::Control { .. } => Advice::hint(phrase!("url-hint-control")),
            Self::Unsupported { scheme } => match scheme.as_str() {
                "ftp" | "ftps" => Advice::hint(phrase!("url-hint-ftp")),
                "mailto" => Advice::hint(phrase!("url-hint-mailto")),
                _ => Advice::hint(phrase!("url-hint-schemes")),
            },
            Self::HostCharacter { .. } | Self::HostName { .. } => Advice::hint(phrase!("url-hint-host")),
            Self::Ipv4 { .. } => Advice::hint(phrase!("url-hint-ipv4")),
            Self::Ipv6 { .. } => Advice::hint(phrase!("url-hint-ipv6")),
            Self::Label { .. } | Self::NameTooLong { .. } => Advice::hint(phrase!("url-hint-label")),
            Self::Port { port: Some(_), .. } => Advice::hint(phrase!("url-hint-port")),
            Self::Port { port: None, .. } => Advice::new(phrase!("url-cause-password"), phrase!("url-hint-password")),
            Self::CredentialsControl { .. } => Advice::default(),
            Self::FileHost { .. } => Advice::hint(phrase!("url-hint-file")),
            Self::FileNul | Self::TooLong => Advice::default(),
            Self::NoFileName => Advice::hint(phrase!("url-hint-file-name")),
            Self::Redirect(_) => Advice::new(phrase!("url-cause-redirect"), phrase!("url-hint-redirect")),
        }
    }
}

/// The start of what is too long to be said whole.
fn clip(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn shown(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        c if c.is_ascii_control() => control(c as u8),
        c => format!("{c:?}").trim_matches('\'').to_owned(),
    }
}

/// The crate's error with the place and the words of what was typed.
pub(super) fn explain(error: ::url::ParseError, text: &str, typed: &Split) -> UrlError {
    use ::url::ParseError;
    let host = typed.host.clone().unwrap_or(typed.trimmed.end..typed.trimmed.end);
    match error {
        ParseError::EmptyHost => UrlError::NoHost,
        ParseError::InvalidPort => port(text, typed.port.clone().unwrap_or(host)),
        ParseError::InvalidIpv4Address => UrlError::Ipv4 { position: host.start + 1, host: text[host].to_owned() },
        ParseError::InvalidIpv6Address => UrlError::Ipv6 { position: host.start + 1, host: text[host].to_owned() },
        ParseError::IdnaError | ParseError::InvalidDomainCharacter => match odd_character(&text[host.clone()]) {
            Some((character, at)) => UrlError::HostCharacter { character, position: at.map(|at| host.start + at + 1) },
            None => UrlError::HostName { position: host.start + 1, host: text[host].to_owned() },
        },
        ParseError::Overflow => UrlError::TooLong,
        ParseError::RelativeUrlWithoutBase
        | ParseError::RelativeUrlWithCannotBeABaseBase
        | ParseError::SetHostOnCannotBeABaseUrl => UrlError::NoHost,
        // The enum may grow.
        _ => UrlError::HostName { position: host.start + 1, host: text[host].to_owned() },
    }
}

/// `http://user:pass/word@host` reads as a port too: what may be a password is not shown.
fn port(text: &str, at: Range<usize>) -> UrlError {
    let shown = if text[at.end..].contains('@') { None } else { Some(text[at.clone()].to_owned()) };
    UrlError::Port { port: shown, position: at.start + 1 }
}

/// The forbidden domain code point in `host`, with its place unless it was percent-encoded.
fn odd_character(host: &str) -> Option<(char, Option<usize>)> {
    let odd = |c: char| {
        c.is_ascii_control() || matches!(c, ' ' | '#' | '/' | ':' | '<' | '>' | '?' | '@' | '[' | '\\' | ']' | '^' | '|')
    };
    if let Some((at, c)) = host.char_indices().find(|&(_, c)| odd(c)) {
        return Some((c, Some(at)));
    }
    let decoded: Vec<u8> = percent_decode_str(host).collect();
    let decoded = String::from_utf8_lossy(&decoded);
    let c = decoded.chars().find(|&c| odd(c) || c == '%')?;
    Some((c, host.find('%').filter(|_| c == '%')))
}

/// RFC 1035 §2.3.4, of the name in ASCII; one dot may end it.
pub(super) fn check_name(name: &str) -> Result<(), UrlError> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() > 253 {
        return Err(UrlError::NameTooLong { length: name.len() });
    }
    match name.split('.').find(|label| label.is_empty() || label.len() > 63) {
        Some(label) => Err(UrlError::Label { label: label.to_owned(), length: label.len() }),
        None => Ok(()),
    }
}
