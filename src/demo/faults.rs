//! What `jaunt demo --break KIND` breaks: each kind is a real misbehaviour of the demo's own servers.

use std::str::FromStr;

use crate::phrase;
use crate::words::Phrase;

macro_rules! breaks {
    ($( $(#[$doc:meta])* $variant:ident $name:literal $phrase:literal ),* $(,)?) => {
        /// A fault of the demo.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Break { $( $(#[$doc])* $variant ),* }

        impl Break {
            /// All, in the order of the journey.
            pub const ALL: &[Self] = &[$( Self::$variant ),*];

            /// As `--break` spells it.
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $name ),* }
            }

            /// What is broken, in one sentence.
            pub fn phrase(self) -> Phrase {
                match self { $( Self::$variant => phrase!($phrase) ),* }
            }
        }
    };
}

breaks! {
    /// The zone has no such name.
    DnsNxdomain "dns-nxdomain" "demo-break-dns-nxdomain",
    /// The name has no address.
    DnsNodata "dns-nodata" "demo-break-dns-nodata",
    /// The servers in charge fail.
    DnsServfail "dns-servfail" "demo-break-dns-servfail",
    /// The servers in charge refuse.
    DnsRefused "dns-refused" "demo-break-dns-refused",
    /// The servers named are not in charge.
    DnsLame "dns-lame" "demo-break-dns-lame",
    /// The servers say nothing.
    DnsTimeout "dns-timeout" "demo-break-dns-timeout",
    /// Answers come only over TCP.
    DnsTruncated "dns-truncated" "demo-break-dns-truncated",
    /// Two names are each other's alias.
    DnsCnameLoop "dns-cname-loop" "demo-break-dns-cname-loop",
    /// The addresses of the servers in charge are behind these servers.
    DnsMissingGlue "dns-missing-glue" "demo-break-dns-missing-glue",
    /// The first server is not running.
    DnsDeadFirstServer "dns-dead-first-server" "demo-break-dns-dead-first-server",
    /// A forged answer comes first.
    DnsSpoofedId "dns-spoofed-id" "demo-break-dns-spoofed-id",
    /// Nothing listens.
    ConnectRefused "connect-refused" "demo-break-connect-refused",
    /// SYNs are dropped.
    ConnectTimeout "connect-timeout" "demo-break-connect-timeout",
    /// The certificate's time is over.
    TlsExpired "tls-expired" "demo-break-tls-expired",
    /// The certificate is for another host.
    TlsWrongName "tls-wrong-name" "demo-break-tls-wrong-name",
    /// The certificate has signed itself.
    TlsSelfSigned "tls-self-signed" "demo-break-tls-self-signed",
    /// Nobody knows the authority.
    TlsUnknownRoot "tls-unknown-root" "demo-break-tls-unknown-root",
    /// The handshake meets a server that does not speak TLS.
    TlsPlain "tls-plain" "demo-break-tls-plain",
    /// The body ends before its announced length.
    ResponseShort "response-short" "demo-break-response-short",
    /// The connection is reset in the middle of the body.
    ResponseReset "response-reset" "demo-break-response-reset",
    /// The connection is closed without a byte.
    ResponseEmpty "response-empty" "demo-break-response-empty",
    /// What comes is not HTTP.
    ResponseGarbage "response-garbage" "demo-break-response-garbage",
    /// Nothing comes.
    ResponseStall "response-stall" "demo-break-response-stall",
}

impl Break {
    /// The URL that meets the fault when none is typed.
    pub fn url(self) -> &'static str {
        match self {
            Self::TlsExpired | Self::TlsWrongName | Self::TlsSelfSigned | Self::TlsUnknownRoot | Self::TlsPlain => {
                "https://www.lab.example/"
            }
            _ => "http://www.lab.example/",
        }
    }
}

impl FromStr for Break {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|b| b.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|b| b.name()).collect();
            format!("expected one of {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_name_and_its_sentence() {
        for kind in Break::ALL {
            assert_eq!(kind.name().parse::<Break>(), Ok(*kind));
            assert_ne!(crate::words::english(&kind.phrase()), kind.phrase().id);
            assert_eq!(kind.phrase().id, format!("demo-break-{}", kind.name()));
        }
        assert!("dns".parse::<Break>().is_err());
    }
}
