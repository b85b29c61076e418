//! `-H`, read as curl reads it.
//!
//! ```text
//! Name: value     sent as typed, spelling and spaces included
//! Name:           removes the default field of that name
//! Name;           sent with an empty value
//! Name            ignored, as is `Name; more`
//! ```

use crate::stages::message::{MessageError, is_tchar};

/// One `-H`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// To be sent.
    Field {
        /// As spelled.
        name: String,
        /// The line, without CRLF.
        line: Vec<u8>,
    },
    /// Not to be sent.
    Removed {
        /// As spelled.
        name: String,
    },
    /// Neither colon nor semicolon: curl sends nothing for it.
    Ignored {
        /// The how-manieth `-H`, from 1.
        number: usize,
    },
}

impl Typed {
    /// The name, if it has one.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Field { name, .. } | Self::Removed { name } => Some(name),
            Self::Ignored { .. } => None,
        }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name().is_some_and(|n| n.eq_ignore_ascii_case(name))
    }
}

/// Reads them all.
pub(super) fn read(lines: &[Vec<u8>]) -> Result<Vec<Typed>, MessageError> {
    lines.iter().enumerate().map(|(n, line)| one(line, n + 1)).collect()
}

fn one(line: &[u8], number: usize) -> Result<Typed, MessageError> {
    text("-H", line)?;
    if let Some(colon) = line.iter().position(|&b| b == b':') {
        let name = name(&line[..colon], number)?;
        let blank = line[colon + 1..].trim_ascii().is_empty();
        return Ok(if blank { Typed::Removed { name } } else { Typed::Field { name, line: line.to_vec() } });
    }
    match line.iter().position(|&b| b == b';') {
        Some(end) if line[end + 1..].trim_ascii().is_empty() => {
            let name = name(&line[..end], number)?;
            let line = format!("{name}:").into_bytes();
            Ok(Typed::Field { name, line })
        }
        Some(_) | None => Ok(Typed::Ignored { number }),
    }
}

/// ```text
/// field-name = token        RFC 9110 §5.1
/// ```
/// Unlike curl, which sends anything: a space before the colon is how requests are smuggled (RFC 9112 §5.1).
fn name(bytes: &[u8], number: usize) -> Result<String, MessageError> {
    if bytes.is_empty() {
        return Err(MessageError::FieldNameEmpty { number });
    }
    match bytes.iter().position(|&b| !is_tchar(b)) {
        Some(at) => Err(MessageError::FieldName { number, byte: bytes[at], position: at + 1 }),
        None => Ok(bytes.iter().map(|&b| b as char).collect()),
    }
}

/// Refuses what would end a line of the head or is no text: all control characters but the tab (RFC 9110 §5.5).
pub(super) fn text(option: &'static str, bytes: &[u8]) -> Result<(), MessageError> {
    match bytes.iter().position(|b| b.is_ascii_control() && *b != b'\t') {
        Some(at) => Err(MessageError::Control { option, byte: bytes[at], position: at + 1 }),
        None => Ok(()),
    }
}
