//! Every way in which a journey can end, and the number that a script sees: curl's.

use crate::phrase;
use crate::stages::Stage;
use crate::stages::connect::ConnectError;
use crate::stages::dns::DnsError;
use crate::stages::images::ImagesError;
use crate::stages::message::MessageError;
use crate::stages::response::ResponseError;
use crate::stages::tls::TlsError;
use crate::stages::url::UrlError;
use crate::words::Phrase;

/// curl's exit codes, those that jaunt uses, under curl's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "curl's manual, section EXIT CODES, explains each")]
pub enum Exit {
    Ok = 0,
    UnsupportedProtocol = 1,
    FailedInit = 2,
    UrlMalformat = 3,
    CouldntResolveProxy = 5,
    CouldntResolveHost = 6,
    CouldntConnect = 7,
    WeirdServerReply = 8,
    RemoteAccessDenied = 9,
    PartialFile = 18,
    HttpReturnedError = 22,
    WriteError = 23,
    ReadError = 26,
    OperationTimedOut = 28,
    RangeError = 33,
    SslConnectError = 35,
    BadDownloadResume = 36,
    FileCouldntReadFile = 37,
    TooManyRedirects = 47,
    SetoptOptionSyntax = 49,
    GotNothing = 52,
    SendError = 55,
    RecvError = 56,
    SslCertProblem = 58,
    PeerFailedVerification = 60,
    BadContentEncoding = 61,
    FilesizeExceeded = 63,
    SslCacertBadfile = 77,
    /// Ended by Ctrl-C: 128 + SIGINT, as a shell would say.
    Interrupted = 130,
}

/// Whatever ended a journey, with the operands that its message needs.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant is its stage's error")]
pub enum Error {
    #[error(transparent)]
    Url(#[from] UrlError),
    #[error(transparent)]
    Message(#[from] MessageError),
    #[error(transparent)]
    Dns(#[from] DnsError),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Response(#[from] ResponseError),
    #[error(transparent)]
    Images(#[from] ImagesError),
    #[error(transparent)]
    Journey(#[from] crate::journey::JourneyError),
}

impl Error {
    /// The stage that failed; none for what spans stages (a redirect).
    pub fn stage(&self) -> Option<Stage> {
        match self {
            Self::Url(_) => Some(Stage::Url),
            Self::Message(_) => Some(Stage::Message),
            Self::Dns(_) => Some(Stage::Dns),
            Self::Connect(_) => Some(Stage::Connect),
            Self::Tls(_) => Some(Stage::Tls),
            Self::Response(_) => Some(Stage::Response),
            Self::Images(_) => Some(Stage::Images),
            Self::Journey(crate::journey::JourneyError::HttpStatus { .. }) => Some(Stage::Response),
            Self::Journey(_) => None,
        }
    }

    /// The number that the process ends with. Every variant is named: a new one does not compile until it has its number.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Url(e) => e.exit(),
            Self::Message(e) => e.exit(),
            Self::Dns(e) => e.exit(),
            Self::Connect(e) => e.exit(),
            Self::Tls(e) => e.exit(),
            Self::Response(e) => e.exit(),
            Self::Images(e) => e.exit(),
            Self::Journey(e) => e.exit(),
        }
    }

    /// What went wrong, in one sentence with its operands.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Url(e) => e.phrase(),
            Self::Message(e) => e.phrase(),
            Self::Dns(e) => e.phrase(),
            Self::Connect(e) => e.phrase(),
            Self::Tls(e) => e.phrase(),
            Self::Response(e) => e.phrase(),
            Self::Images(e) => e.phrase(),
            Self::Journey(e) => e.phrase(),
        }
    }

    /// Everything that was tried before giving up, one sentence each (servers, addresses); empty where there was one try.
    pub fn tried(&self) -> Vec<Phrase> {
        match self {
            Self::Dns(e) => e.tried(),
            Self::Connect(e) => e.tried(),
            Self::Url(_) | Self::Message(_) | Self::Tls(_) | Self::Response(_) | Self::Images(_) | Self::Journey(_) => Vec::new(),
        }
    }

    /// The likeliest cause, and one thing to try.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Url(e) => e.advice(),
            Self::Message(e) => e.advice(),
            Self::Dns(e) => e.advice(),
            Self::Connect(e) => e.advice(),
            Self::Tls(e) => e.advice(),
            Self::Response(e) => e.advice(),
            Self::Images(e) => e.advice(),
            Self::Journey(e) => e.advice(),
        }
    }
}

/// What a person is told beyond the error itself.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Advice {
    /// The likeliest cause.
    pub cause: Option<Phrase>,
    /// One thing to try.
    pub hint: Option<Phrase>,
}

impl Advice {
    /// Both.
    pub fn new(cause: Phrase, hint: Phrase) -> Self {
        Self { cause: Some(cause), hint: Some(hint) }
    }

    /// Only something to try; the error itself says the cause.
    pub fn hint(hint: Phrase) -> Self {
        Self { cause: None, hint: Some(hint) }
    }
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// An operating system's error as a phrase operand: the words and the symbolic name, `connection refused (ECONNREFUSED)`.
pub fn os_words(error: &std::io::Error) -> Phrase {
    let text = error.to_string();
    // std appends " (os error 111)"; the symbolic name says more.
    let plain = text.split(" (os error").next().unwrap_or(&text).to_owned();
    let mut chars = plain.chars();
    let lower = chars.next().map(|c| c.to_lowercase().chain(chars).collect::<String>()).unwrap_or_default();
    match error.raw_os_error().and_then(errno_name) {
        Some(name) => phrase!("journey-os-error", words = lower, name = name),
        None => phrase!("journey-os-error-unnamed", words = lower),
    }
}

/// The symbolic name of the errno values that a fetch can meet.
pub fn errno_name(code: i32) -> Option<&'static str> {
    use rustix::io::Errno;
    const NAMES: &[(Errno, &str)] = &[
        (Errno::ACCESS, "EACCES"),
        (Errno::ADDRINUSE, "EADDRINUSE"),
        (Errno::ADDRNOTAVAIL, "EADDRNOTAVAIL"),
        (Errno::AFNOSUPPORT, "EAFNOSUPPORT"),
        (Errno::AGAIN, "EAGAIN"),
        (Errno::CONNABORTED, "ECONNABORTED"),
        (Errno::CONNREFUSED, "ECONNREFUSED"),
        (Errno::CONNRESET, "ECONNRESET"),
        (Errno::DQUOT, "EDQUOT"),
        (Errno::EXIST, "EEXIST"),
        (Errno::FBIG, "EFBIG"),
        (Errno::HOSTDOWN, "EHOSTDOWN"),
        (Errno::HOSTUNREACH, "EHOSTUNREACH"),
        (Errno::INPROGRESS, "EINPROGRESS"),
        (Errno::INTR, "EINTR"),
        (Errno::INVAL, "EINVAL"),
        (Errno::IO, "EIO"),
        (Errno::ISDIR, "EISDIR"),
        (Errno::LOOP, "ELOOP"),
        (Errno::MFILE, "EMFILE"),
        (Errno::MSGSIZE, "EMSGSIZE"),
        (Errno::NAMETOOLONG, "ENAMETOOLONG"),
        (Errno::NETDOWN, "ENETDOWN"),
        (Errno::NETUNREACH, "ENETUNREACH"),
        (Errno::NFILE, "ENFILE"),
        (Errno::NOBUFS, "ENOBUFS"),
        (Errno::NODEV, "ENODEV"),
        (Errno::NOENT, "ENOENT"),
        (Errno::NOMEM, "ENOMEM"),
        (Errno::NOSPC, "ENOSPC"),
        (Errno::NOTDIR, "ENOTDIR"),
        (Errno::PERM, "EPERM"),
        (Errno::PIPE, "EPIPE"),
        (Errno::PROTONOSUPPORT, "EPROTONOSUPPORT"),
        (Errno::ROFS, "EROFS"),
        (Errno::TIMEDOUT, "ETIMEDOUT"),
    ];
    NAMES.iter().find(|(errno, _)| errno.raw_os_error() == code).map(|(_, name)| *name)
}
