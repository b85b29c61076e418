//! Why no message can be built. Nothing has been sent then.

use crate::exit::{Advice, Exit};
use crate::phrase;
use crate::words::Phrase;

/// Why no message can be built. Positions count bytes of what was typed, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum MessageError {
    /// A control character in something that becomes part of the head: it would end the line and begin another.
    Control {
        /// The option that it came with (`-H`, `-A`, …).
        option: &'static str,
        /// Which.
        byte: u8,
        /// Where.
        position: usize,
    },
    /// `-X ''`
    MethodEmpty,
    /// A character that no method has.
    Method {
        /// Which.
        byte: u8,
        /// Where.
        position: usize,
    },
    /// A character that no field name has.
    FieldName {
        /// The how-manieth `-H`, from 1.
        number: usize,
        /// Which.
        byte: u8,
        /// Where.
        position: usize,
    },
    /// `-H ': value'`
    FieldNameEmpty {
        /// The how-manieth `-H`, from 1.
        number: usize,
    },
    /// `-I` with `-d`: two methods at once.
    HeadWithBody,
}

/// A byte as it can be said.
fn said(byte: u8) -> String {
    match byte {
        0 => "NUL".to_owned(),
        b'\t' => "TAB".to_owned(),
        b'\n' => "LF (\\n)".to_owned(),
        b'\r' => "CR (\\r)".to_owned(),
        b' ' => "a space".to_owned(),
        b if b.is_ascii_graphic() => (b as char).to_string(),
        b => format!("\\x{b:02x}"),
    }
}

impl MessageError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Control { .. }
            | Self::MethodEmpty
            | Self::Method { .. }
            | Self::FieldName { .. }
            | Self::FieldNameEmpty { .. }
            | Self::HeadWithBody => Exit::FailedInit,
        }
    }

    pub(crate) fn phrase(&self) -> Phrase {
        match self {
            Self::Control { option, byte, position } => {
                phrase!("message-control", option = *option, character = said(*byte), position = *position)
            }
            Self::MethodEmpty => phrase!("message-method-empty"),
            Self::Method { byte, position } => phrase!("message-method", character = said(*byte), position = *position),
            Self::FieldName { number, byte, position } => {
                phrase!("message-field-name", number = *number, character = said(*byte), position = *position)
            }
            Self::FieldNameEmpty { number } => phrase!("message-field-name-empty", number = *number),
            Self::HeadWithBody => phrase!("message-head-with-body"),
        }
    }

    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::Control { .. } => Advice::hint(phrase!("message-hint-control")),
            Self::MethodEmpty | Self::Method { .. } => Advice::hint(phrase!("message-hint-method")),
            Self::FieldName { .. } | Self::FieldNameEmpty { .. } => Advice::hint(phrase!("message-hint-field")),
            Self::HeadWithBody => Advice::hint(phrase!("message-hint-head")),
        }
    }
}
