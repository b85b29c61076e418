//! The seven stages of a web fetch. The folders are numbered so that they list in the order of the journey.

use std::str::FromStr;

use serde::Serialize;

#[path = "01_url/mod.rs"]
pub mod url;

#[path = "02_message/mod.rs"]
pub mod message;

#[path = "03_dns/mod.rs"]
pub mod dns;

#[path = "04_connect/mod.rs"]
pub mod connect;

#[path = "05_tls/mod.rs"]
pub mod tls;

#[path = "06_response/mod.rs"]
pub mod response;

#[path = "07_images/mod.rs"]
pub mod images;

/// A stage; `Ord` is the journey's order, the names are those of `--until` and of the folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the stages")]
pub enum Stage {
    Url,
    Message,
    Dns,
    Connect,
    Tls,
    Response,
    Images,
}

impl Stage {
    /// All, in order.
    pub const ALL: [Self; 7] = [Self::Url, Self::Message, Self::Dns, Self::Connect, Self::Tls, Self::Response, Self::Images];

    /// As `--until` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Message => "message",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Response => "response",
            Self::Images => "images",
        }
    }

    /// From 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }
}

impl FromStr for Stage {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|s| s.name()).collect();
            format!("expected one of {}", names.join(", "))
        })
    }
}
