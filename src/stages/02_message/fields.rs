//! Which fields, in which order.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;

use crate::event::Octets;
use crate::secret::Secrets;
use crate::stages::message::typed::{self, Typed};
use crate::stages::message::{BuiltField, FieldSource, MessageError, MessageWarning, RequestSpec, Version, group};
use crate::stages::url::{Access, Target};

/// From here on a body waits for `100 Continue`, as in curl.
const EXPECT_FROM: usize = 1024 * 1024;

/// The default fields in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Host,
    UserAgent,
    Accept,
    AcceptEncoding,
    Authorization,
    Referer,
    Cookie,
    Range,
    ContentType,
    ContentLength,
    Expect,
    Connection,
}

impl Slot {
    const ALL: [Self; 12] = [
        Self::Host,
        Self::UserAgent,
        Self::Accept,
        Self::AcceptEncoding,
        Self::Authorization,
        Self::Referer,
        Self::Cookie,
        Self::Range,
        Self::ContentType,
        Self::ContentLength,
        Self::Expect,
        Self::Connection,
    ];

    /// As it is spelled.
    fn name(self) -> &'static str {
        match self {
            Self::Host => "Host",
            Self::UserAgent => "User-Agent",
            Self::Accept => "Accept",
            Self::AcceptEncoding => "Accept-Encoding",
            Self::Authorization => "Authorization",
            Self::Referer => "Referer",
            Self::Cookie => "Cookie",
            Self::Range => "Range",
            Self::ContentType => "Content-Type",
            Self::ContentLength => "Content-Length",
            Self::Expect => "Expect",
            Self::Connection => "Connection",
        }
    }
}

/// A line of the head.
struct Line {
    name: Cow<'static, str>,
    /// The default field whose place it has: by this it is found again, and not by its name.
    slot: Option<Slot>,
    /// Where in the head, without its CRLF.
    at: Range<usize>,
    source: FieldSource,
}

/// What was chosen.
pub(super) struct Fields {
    /// The whole head.
    pub(super) head: Vec<u8>,
    lines: Vec<Line>,
    pub(super) removed: Vec<String>,
    pub(super) warnings: Vec<MessageWarning>,
    pub(super) chunked: bool,
}

impl Fields {
    /// Adds `name`, `between` and `value` as a line.
    fn push(&mut self, slot: Option<Slot>, name: Cow<'static, str>, between: &[u8], value: &[u8], source: FieldSource) {
        let begin = self.head.len();
        for part in [name.as_bytes(), between, value] {
            self.head.extend_from_slice(part);
        }
        self.lines.push(Line { name, slot, at: begin..self.head.len(), source });
        self.head.extend_from_slice(b"\r\n");
    }

    fn value(&self, line: &Line) -> &[u8] {
        self.head[line.at.clone()][line.name.len() + 1..].trim_ascii()
    }

    /// The values of the fields in the place of a default one, in order.
    fn all(&self, slot: Slot) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().filter(move |l| l.slot == Some(slot)).map(|l| self.value(l))
    }

    /// Is `option` among those of the connection (RFC 9110 §7.6.1; compared without case)?
    pub(super) fn has_connection_option(&self, option: &str) -> bool {
        let mut options = self.all(Slot::Connection).flat_map(|value| value.split(|&b| b == b','));
        options.any(|o| o.trim_ascii().eq_ignore_ascii_case(option.as_bytes()))
    }

    /// Does it ask for another protocol (RFC 9110 §7.8)?
    pub(super) fn upgrades(&self) -> bool {
        self.lines.iter().any(|l| l.slot.is_none() && l.name.eq_ignore_ascii_case("Upgrade"))
    }

    /// As an event shows them.
    pub(super) fn told(&self, secrets: Secrets) -> Vec<BuiltField> {
        let told = |field: &Line| {
            let plain = self.value(field);
            let value = secrets.field(&field.name, plain);
            let masked = || [field.name.as_bytes(), b": ", &value].concat();
            BuiltField {
                name: field.name.clone().into_owned(),
                line: Octets(if value == plain { self.head[field.at.clone()].to_vec() } else { masked() }),
                value: Octets(value),
                bytes: field.at.len() + 2,
                group: group(&field.name),
                source: field.source,
            }
        };
        self.lines.iter().map(told).collect()
    }

    /// Was it jaunt's own idea, and did `-H` leave it alone?
    pub(super) fn offers_codings(&self) -> bool {
        self.lines.iter().any(|l| l.slot == Some(Slot::AcceptEncoding) && l.source == FieldSource::Default)
    }

    pub(super) fn expects_continue(&self) -> bool {
        self.all(Slot::Expect).any(|v| v.eq_ignore_ascii_case(b"100-continue"))
    }
}

/// The defaults, with what was typed in the place of those that it replaces and behind them what it adds. `head` holds the request
/// line.
pub(super) fn choose(
    head: Vec<u8>,
    target: &Target,
    spec: &RequestSpec,
    method: &str,
    typed: &[Typed],
) -> Result<Fields, MessageError> {
    let chunked = spec.body.is_some() && sends_chunked(typed);
    let mut fields =
        Fields { head, lines: Vec::with_capacity(Slot::ALL.len()), removed: Vec::new(), warnings: Vec::new(), chunked };
    for slot in Slot::ALL {
        let (name, default) = (slot.name(), default(slot, target, spec, chunked)?);
        let mut given = typed.iter().filter(|t| t.is(name)).peekable();
        if given.peek().is_none() {
            match default {
                Some((value, source)) => fields.push(Some(slot), name.into(), b": ", &value, source),
                None if emptied(slot, spec) => fields.removed.push(name.to_owned()),
                None => {}
            }
            continue;
        }
        if matches!(default, Some((_, FieldSource::Option)))
            && !matches!(slot, Slot::Accept | Slot::ContentType | Slot::ContentLength | Slot::Expect)
        {
            fields.warnings.push(MessageWarning::OptionOverridden { field: name });
        }
        let before = fields.lines.len();
        for (spelled, rest) in given.filter_map(sent) {
            if slot != Slot::Host {
                fields.push(Some(slot), spelled.to_owned().into(), b"", rest, FieldSource::Typed);
            } else if fields.lines.len() > before {
                fields.warnings.push(MessageWarning::HostRepeated);
            } else {
                // curl spells this one itself.
                fields.push(Some(slot), name.into(), b"", rest, FieldSource::Typed);
            }
        }
        if fields.lines.len() == before && default.is_some() {
            fields.removed.push(name.to_owned());
        }
    }
    let added = typed.iter().filter(|t| !Slot::ALL.iter().any(|slot| t.is(slot.name())));
    for (name, rest) in added.filter_map(sent) {
        fields.push(None, name.to_owned().into(), b"", rest, FieldSource::Typed);
    }
    fields.head.extend_from_slice(b"\r\n");
    let warnings = warnings(target, spec, method, typed, &fields);
    fields.warnings.extend(warnings);
    Ok(fields)
}

/// What is sent for one `-H`: the name and the rest of the line.
fn sent(typed: &Typed) -> Option<(&str, &[u8])> {
    let Typed::Field { name, line } = typed else { return None };
    Some((name, &line[name.len()..]))
}

/// A default value and where it comes from.
type Default<'s> = (Cow<'s, [u8]>, FieldSource);

/// The value that a slot has when no `-H` is about it.
fn default<'s>(
    slot: Slot,
    target: &'s Target,
    spec: &'s RequestSpec,
    chunked: bool,
) -> Result<Option<Default<'s>>, MessageError> {
    let body = spec.body.as_ref();
    let option = |option: &'static str, value: &'s Option<Vec<u8>>| {
        let value = value.as_deref();
        value.map_or(Ok(()), |v| typed::text(option, v))?;
        Ok(value.filter(|v| !v.is_empty()).map(|v| (Cow::Borrowed(v), FieldSource::Option)))
    };
    let own = |value: &'static str| Some((Cow::Borrowed(value.as_bytes()), FieldSource::Default));
    let implied = |value: &'static str| Some((Cow::Borrowed(value.as_bytes()), FieldSource::Option));
    let made = |value: String| Some((Cow::Owned(value.into_bytes()), FieldSource::Option));
    Ok(match slot {
        Slot::Host => Some((Cow::Borrowed(target.authority().as_bytes()), FieldSource::Default)),
        Slot::UserAgent if spec.user_agent.is_some() => option("-A", &spec.user_agent)?,
        Slot::UserAgent => own(concat!("jaunt/", env!("CARGO_PKG_VERSION"))),
        Slot::Accept => body.and_then(|b| b.accept).map_or_else(|| own("*/*"), implied),
        Slot::AcceptEncoding if spec.compressed => own("gzip, deflate, br, zstd"),
        Slot::Authorization => basic(target, spec)?.map(|v| (Cow::Owned(v), FieldSource::Option)),
        Slot::Referer => option("-e", &spec.referer)?,
        Slot::Cookie => option("-b", &spec.cookie)?,
        Slot::Range => match &spec.range {
            None => None,
            Some(range) => {
                typed::text("-r", range.as_bytes())?;
                // As in curl: a number alone is where the range begins.
                let open = if range.bytes().all(|b| b.is_ascii_digit()) { "-" } else { "" };
                made(format!("bytes={range}{open}"))
            }
        },
        Slot::ContentType => body.and_then(|b| b.content_type).and_then(implied),
        Slot::ContentLength if !chunked => body.and_then(|b| made(b.bytes.len().to_string())),
        Slot::Expect if spec.version == Version::Http11 && body.is_some_and(|b| b.bytes.len() > EXPECT_FROM) => {
            implied("100-continue")
        }
        Slot::Connection => own(if spec.keep_alive { "keep-alive" } else { "close" }),
        Slot::AcceptEncoding | Slot::ContentLength | Slot::Expect => None,
    })
}

/// Was it taken out by an empty option?
fn emptied(slot: Slot, spec: &RequestSpec) -> bool {
    slot == Slot::UserAgent && spec.user_agent.as_ref().is_some_and(Vec::is_empty)
}

/// Basic credentials of `-u`, else of the URL (RFC 7617 §2).
fn basic(target: &Target, spec: &RequestSpec) -> Result<Option<Vec<u8>>, MessageError> {
    let Some((user, password)) = spec.credentials.clone().or_else(|| target.credentials()) else { return Ok(None) };
    let pair = [&user[..], b":", &password].concat();
    // Those of a URL were looked at when it was decoded.
    if let Some(at) = pair.iter().position(u8::is_ascii_control) {
        return Err(MessageError::Control { option: "-u", byte: pair[at], position: at + 1 });
    }
    Ok(Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)).into_bytes()))
}

fn sends_chunked(typed: &[Typed]) -> bool {
    codings(typed).any(|line| line.to_ascii_lowercase().windows(7).any(|w| w == b"chunked"))
}

fn codings(typed: &[Typed]) -> impl Iterator<Item = &[u8]> {
    typed.iter().filter_map(|t| match t {
        Typed::Field { line, name } if t.is("Transfer-Encoding") => Some(&line[name.len() + 1..]),
        Typed::Field { .. } | Typed::Removed { .. } | Typed::Ignored { .. } => None,
    })
}

fn warnings(target: &Target, spec: &RequestSpec, method: &str, typed: &[Typed], fields: &Fields) -> Vec<MessageWarning> {
    let mut warnings = Vec::new();
    let mut warn = |w| warnings.push(w);
    for t in typed {
        if let Typed::Ignored { number } = t {
            warn(MessageWarning::FieldIgnored { number: *number });
        }
    }
    let http10 = spec.version == Version::Http10;
    if !http10 && fields.all(Slot::Host).next().is_none() {
        warn(MessageWarning::HostMissing);
    }
    if http10 && !matches!(method, "GET" | "HEAD" | "POST") {
        warn(MessageWarning::MethodNotInHttp10 { method: method.to_owned() });
    }
    let coded = codings(typed).next().is_some();
    match &spec.body {
        Some(body) => {
            if matches!(method, "GET" | "HEAD" | "DELETE" | "CONNECT" | "TRACE") {
                warn(MessageWarning::BodyUnusual { method: method.to_owned() });
            }
            let lengths: Vec<&[u8]> = fields.all(Slot::ContentLength).collect();
            if fields.chunked {
                if !lengths.is_empty() {
                    warn(MessageWarning::LengthAndChunked);
                }
                if http10 {
                    warn(MessageWarning::ChunkedInHttp10);
                }
            } else {
                let actual = body.bytes.len();
                match lengths.iter().find(|l| **l != actual.to_string().as_bytes()) {
                    Some(typed) => {
                        warn(MessageWarning::LengthDiffers { typed: String::from_utf8_lossy(typed).into_owned(), actual });
                    }
                    None if lengths.is_empty() => warn(MessageWarning::LengthMissing),
                    None => {}
                }
                if coded {
                    warn(MessageWarning::CodingNotApplied);
                }
            }
        }
        None if coded => warn(MessageWarning::ChunkedWithoutBody),
        None => {
            if let Some(typed) = fields.all(Slot::ContentLength).find(|l| *l != b"0") {
                warn(MessageWarning::LengthDiffers { typed: String::from_utf8_lossy(typed).into_owned(), actual: 0 });
            }
        }
    }
    let clear = target.access() == Access::Http;
    if clear && fields.all(Slot::Authorization).any(|v| v.get(..6).is_some_and(|s| s.eq_ignore_ascii_case(b"basic "))) {
        warn(MessageWarning::CredentialsInClear);
    }
    let credentials = spec.credentials.clone().or_else(|| target.credentials());
    if credentials.is_some_and(|(user, _)| user.contains(&b':')) {
        warn(MessageWarning::ColonInUser);
    }
    warnings
}
