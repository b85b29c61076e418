//! What is wrong with a command line, in words and as curl's number.

use std::io;

use crate::exit::{Exit, os_words};
use crate::phrase;
use crate::words::Phrase;

/// Why there is no journey.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::words::english(&self.phrase()))]
pub enum UsageError {
    /// No such option.
    UnknownOption {
        /// As typed, visible.
        option: String,
        /// The one that was perhaps meant.
        similar: Option<String>,
    },
    /// The option's value is not there, or empty where it cannot be.
    NeedsValue {
        /// `--output`
        option: String,
        /// `FILE`
        value: &'static str,
    },
    /// A switch was given a value.
    TakesNoValue {
        /// `--silent`
        option: String,
        /// As typed, visible.
        value: String,
    },
    /// The option cannot read its value.
    BadValue {
        /// `--max-time`
        option: String,
        /// As typed, visible.
        value: String,
        /// What it reads.
        why: Phrase,
    },
    /// Two options that exclude each other; without their dashes.
    Exclusive {
        /// `continue-at`
        one: &'static str,
        /// `range`
        other: &'static str,
    },
    /// An option of `jaunt demo`, without `demo`.
    DemoOnly {
        /// `--break`
        option: &'static str,
    },
    /// No URL.
    NoUrl,
    /// A URL is text.
    UrlNotUtf8 {
        /// What was typed, with the offending bytes visible.
        typed: String,
    },
    /// The option's value is text.
    NotUtf8 {
        /// `-u`, …
        option: &'static str,
    },
    /// `-I` asks for no content, the other option sends some.
    TwoMethods {
        /// `-d`, …
        option: &'static str,
    },
    /// `-C` fetches the rest of something, the other option sends something.
    ContinuesData {
        /// `-d`, …
        option: &'static str,
    },
    /// A file that an option names cannot be read.
    CannotRead {
        /// `-d`, `-H`, …
        option: &'static str,
        /// `-` is standard input.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A file that an option names cannot be written.
    CannotWrite {
        /// `--events`
        option: &'static str,
        /// Which.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A password must be asked for, and there is nobody to ask.
    NobodyToAsk {
        /// Whose.
        user: String,
        /// Why.
        error: io::Error,
    },
    /// The demo's servers cannot be started.
    NoDemo {
        /// Why.
        error: io::Error,
    },
}

impl UsageError {
    /// curl's number.
    pub fn exit(&self) -> Exit {
        match self {
            Self::UnknownOption { .. }
            | Self::NeedsValue { .. }
            | Self::TakesNoValue { .. }
            | Self::BadValue { .. }
            | Self::Exclusive { .. }
            | Self::DemoOnly { .. }
            | Self::NoUrl
            | Self::NotUtf8 { .. }
            | Self::TwoMethods { .. }
            | Self::ContinuesData { .. }
            | Self::NobodyToAsk { .. }
            | Self::NoDemo { .. } => Exit::FailedInit,
            Self::UrlNotUtf8 { .. } => Exit::UrlMalformat,
            Self::CannotRead { .. } => Exit::ReadError,
            Self::CannotWrite { .. } => Exit::WriteError,
        }
    }

    /// What is wrong.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::UnknownOption { option, similar: None } => phrase!("cli-unknown-option", option = option),
            Self::UnknownOption { option, similar: Some(similar) } => {
                phrase!("cli-unknown-option-similar", option = option, similar = similar)
            }
            Self::NeedsValue { option, value } => phrase!("cli-needs-value", option = option, value = *value),
            Self::TakesNoValue { option, value } => phrase!("cli-takes-no-value", option = option, value = value),
            Self::BadValue { option, value, why } => {
                phrase!("cli-bad-value", option = option, value = value, why = why.clone())
            }
            Self::Exclusive { one, other } => phrase!("cli-exclusive", one = *one, other = *other),
            Self::DemoOnly { option } => phrase!("cli-demo-only", option = *option),
            Self::NoUrl => phrase!("cli-no-url"),
            Self::UrlNotUtf8 { typed } => phrase!("cli-url-not-utf8", typed = typed),
            Self::NotUtf8 { option } => phrase!("cli-not-utf8", option = *option),
            Self::TwoMethods { option } => phrase!("cli-two-methods", option = *option),
            Self::ContinuesData { option } => phrase!("cli-continues-data", option = *option),
            Self::CannotRead { option, path, error } => {
                phrase!("cli-cannot-read", option = *option, path = path, error = os_words(error))
            }
            Self::CannotWrite { option, path, error } => {
                phrase!("cli-cannot-write", option = *option, path = path, error = os_words(error))
            }
            Self::NobodyToAsk { user, error } => phrase!("cli-nobody-to-ask", user = user, error = os_words(error)),
            Self::NoDemo { error } => phrase!("cli-no-demo", error = os_words(error)),
        }
    }

    /// One thing to try.
    pub fn hint(&self) -> Phrase {
        match self {
            Self::UnknownOption { .. } | Self::NeedsValue { .. } | Self::TakesNoValue { .. } | Self::BadValue { .. } => {
                phrase!("cli-hint-help")
            }
            Self::Exclusive { .. } => phrase!("cli-hint-exclusive"),
            Self::DemoOnly { option } => phrase!("cli-hint-demo-only", option = *option),
            Self::NoUrl => phrase!("cli-hint-url"),
            Self::UrlNotUtf8 { .. } => phrase!("cli-hint-percent"),
            Self::NotUtf8 { .. } => phrase!("cli-hint-utf8"),
            Self::TwoMethods { .. } => phrase!("cli-hint-two-methods"),
            Self::ContinuesData { .. } => phrase!("cli-hint-continues-data"),
            Self::CannotRead { .. } => phrase!("cli-hint-read"),
            Self::CannotWrite { .. } => phrase!("cli-hint-write"),
            Self::NobodyToAsk { user, .. } => phrase!("cli-hint-password", user = user),
            Self::NoDemo { .. } => phrase!("cli-hint-demo"),
        }
    }
}
