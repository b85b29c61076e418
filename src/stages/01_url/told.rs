//! What the URL stage tells: each part, where it was typed, and every liberty that was taken with it.

use std::ops::Range;

use serde::Serialize;

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum UrlEvent {
    /// What was typed is decoded. Told for schemes too that are not fetched; then the failure follows.
    Decoded(Box<Decoded>),
    /// A reference (the value of Location, of `src`) is resolved.
    Resolved {
        /// The URL that it was found at; password masked.
        base: String,
        /// The reference; password masked.
        reference: String,
        /// It held spaces or bytes beyond ASCII, which were percent-encoded.
        repaired: bool,
        /// It had no fragment and keeps that of the base (RFC 9110 §10.2.2).
        fragment_inherited: bool,
        /// The result; its byte ranges are those in the result itself.
        decoded: Box<Decoded>,
    },
}

/// A URL in its parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decoded {
    /// What was typed; a password masked, so byte ranges are those of the text before masking.
    pub typed: String,
    /// What it means; a password masked.
    pub url: String,
    /// The access method.
    pub scheme: Part,
    /// Does jaunt fetch it?
    pub fetched: bool,
    /// User name and password; the latter masked.
    pub userinfo: Option<Part>,
    /// Whom to reach.
    pub host: Option<HostPart>,
    /// At which port.
    pub port: Option<PortPart>,
    /// What to ask for.
    pub path: Part,
    /// Its parameters, without the `?`.
    pub query: Option<Part>,
    /// The place in the document, without the `#`; never sent.
    pub fragment: Option<Part>,
    /// What the path says about a file name (http, https, ftp, file).
    pub file_name: Option<FileName>,
    /// What was not typed and is supplied.
    pub defaulted: Vec<Defaulted>,
    /// What was typed and is written differently now.
    pub changes: Vec<Change>,
    /// Breaches of the URL standard that its parser tolerates.
    pub violations: Vec<Violation>,
    /// Where tools that go by RFC 3986, such as curl, would read it otherwise.
    pub warnings: Vec<Warning>,
}

/// Bytes `start..end` of what was typed, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "a half-open range")]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// A part of a URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// As the URL standard writes it.
    pub value: String,
    /// Where it was typed; none where it was supplied.
    pub typed: Option<Span>,
}

/// The host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostPart {
    /// Lower-case, punycode; IPv6 in brackets.
    pub value: String,
    /// Where it was typed.
    pub typed: Option<Span>,
    /// A name or an address.
    pub kind: HostKind,
    /// The name in its own script where `value` is punycode.
    pub unicode: Option<String>,
}

/// What a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostKind {
    /// A name: DNS will say where.
    Domain,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Whatever this scheme means by it.
    Opaque,
}

/// The port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PortPart {
    /// 0–65535
    pub number: u16,
    /// Where it was typed; none where it is the scheme's.
    pub typed: Option<Span>,
}

/// What a path says about a file name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileName {
    /// The path ends in `/`: which file that is (`index.html`, …) is left to the server.
    Omitted,
    /// A last part with an extension.
    Given(String),
    /// A last part without one: a file or a directory, the server decides.
    FileOrDirectory(String),
}

/// What was not typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Defaulted {
    /// http
    Scheme,
    /// The scheme's.
    Port,
    /// `/`
    Path,
}

/// The parts by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as in RFC 3986")]
pub enum UrlPart {
    Userinfo,
    Path,
    Query,
    Fragment,
}

/// Something that is written differently now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened to it.
    #[serde(flatten)]
    pub kind: ChangeKind,
    /// As typed.
    pub from: String,
    /// As it is now.
    pub to: String,
}

/// What the URL standard does to what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ChangeKind {
    /// Spaces before or after it are ignored.
    Trimmed,
    /// Schemes are lower-case.
    SchemeCase,
    /// Two slashes stand before the host, however many were typed.
    Slashes,
    /// `\` is `/`.
    Backslash,
    /// Host names are lower-case.
    HostCase,
    /// Names beyond ASCII are written in punycode (IDNA).
    Idn,
    /// Percent-encoding in the host was decoded.
    HostDecoded,
    /// An IPv4 address in another notation (`127.1`, `0x7f.1`, octal, one number).
    Ipv4Notation,
    /// An IPv6 address in its shortest form.
    Ipv6Notation,
    /// `localhost` in a `file:` URL goes without saying.
    LocalhostDropped,
    /// The scheme's own port goes without saying.
    DefaultPortDropped,
    /// A colon without a port.
    EmptyPortDropped,
    /// Zeros in front.
    PortNotation,
    /// `.` and `..` are resolved before anything is sent.
    DotSegments,
    /// Rules for `file:` only: slashes run together, `c|` is `c:`.
    PathRewritten,
    /// Characters that cannot be sent as they are were percent-encoded.
    Encoded {
        /// Where.
        part: UrlPart,
    },
}

/// A breach of the URL standard that its parser tolerates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// `backslash`, `percent-decode`, …
    pub name: &'static str,
    /// How often.
    pub times: u32,
}

/// Where other tools read it otherwise, or a person may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// curl would contact another host: it takes `\` for an ordinary character.
    OtherHost {
        /// The host as browsers and jaunt read it.
        here: String,
        /// The host as RFC 3986 has it.
        there: String,
    },
    /// `\` is `/` to a browser and an ordinary character to curl.
    Backslash,
    /// Not two slashes: RFC 3986 sees no host or an empty one.
    Slashes {
        /// How many were typed.
        typed: usize,
    },
    /// Several `@`: the last one counts here; curl refuses the URL.
    SeveralAts,
    /// An `@` after the host: perhaps of a password that holds `/`, `?` or `#`.
    AtAfterHost,
    /// RFC 3986 sees a name where this is an address.
    OddIpv4 {
        /// As typed.
        typed: String,
        /// The address.
        address: String,
    },
    /// A name beyond ASCII: RFC 3986 has none, and tools differ in how they map it.
    NonAsciiHost,
    /// Characters in the host that nobody can see, or that reorder what is read.
    InvisibleInHost {
        /// `U+202E`, …
        characters: Vec<String>,
    },
    /// Spaces: curl refuses the URL.
    Space,
    /// Characters that curl would send as they were typed.
    SentRaw {
        /// A few of them.
        characters: String,
    },
    /// `%2e` spells a dot here; RFC 3986 leaves it alone.
    EncodedDots,
    /// Without a scheme curl goes by the host name and would use another protocol.
    SchemeGuess {
        /// `ftp`, …
        scheme: &'static str,
    },
    /// curl takes braces and brackets for a list of URLs, unless `-g` is given.
    Glob,
}

/// As the standard and the crate call it.
pub(super) fn violation_name(v: ::url::SyntaxViolation) -> &'static str {
    use ::url::SyntaxViolation as V;
    match v {
        V::Backslash => "backslash",
        V::C0SpaceIgnored => "space-ignored",
        V::EmbeddedCredentials => "embedded-credentials",
        V::ExpectedDoubleSlash => "expected-double-slash",
        V::ExpectedFileDoubleSlash => "expected-file-double-slash",
        V::FileWithHostAndWindowsDrive => "file-with-host-and-drive",
        V::NonUrlCodePoint => "non-url-code-point",
        V::NullInFragment => "null-in-fragment",
        V::PercentDecode => "percent-decode",
        V::TabOrNewlineIgnored => "tab-or-newline-ignored",
        V::UnencodedAtSign => "unencoded-at-sign",
        // The enum may grow.
        _ => "other",
    }
}
