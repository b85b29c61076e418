//! What the TLS stage tells.

use serde::Serialize;

use crate::event::{Micros, Octets};

use super::{CertificateFacts, Fault};

/// What this stage tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum TlsEvent {
    /// The handshake begins.
    Handshaking {
        /// The socket.
        fd: i32,
        /// Server name sent in the ClientHello; none where the host is an address (RFC 6066 §3).
        sni: Option<String>,
        /// Protocols offered by ALPN.
        alpn: Vec<String>,
    },
    /// Secrets are written where SSLKEYLOGFILE says: whoever reads that file can read the traffic.
    KeyLog {
        /// The file.
        path: String,
    },
    /// One write() of the handshake.
    Sent {
        /// The socket.
        fd: i32,
        /// Taken by write().
        bytes: usize,
        /// The records that begin in them.
        records: Vec<Record>,
        /// The bytes (`-vv`).
        octets: Option<Octets>,
    },
    /// One read() of the handshake.
    Received {
        /// The socket.
        fd: i32,
        /// Given by read().
        bytes: usize,
        /// The records that begin in them.
        records: Vec<Record>,
        /// The bytes (`-vv`).
        octets: Option<Octets>,
    },
    /// A certificate that the server sent.
    Certificate(Box<CertificateFacts>),
    /// The chain leads to a root that is trusted, and the name is right.
    Verified {
        /// Subject of that root.
        root: String,
        /// Who trusts it.
        source: TrustSource,
    },
    /// `-k`: nothing was checked.
    Unchecked {
        /// What the check would have found.
        fault: Option<Fault>,
    },
    /// The certificate is refused.
    Rejected {
        /// Which check failed, and on what.
        fault: Fault,
    },
    /// The handshake is over.
    Secured {
        /// `TLS 1.3`
        version: &'static str,
        /// `TLS_AES_256_GCM_SHA384`
        cipher: String,
        /// Key exchange group, `X25519`; none when a TLS 1.2 session was resumed.
        group: Option<String>,
        /// Protocol agreed by ALPN.
        alpn: Option<String>,
        /// An earlier session went on: no certificate was sent this time.
        resumed: bool,
        /// The server asked for another key share first (HelloRetryRequest).
        retried: bool,
        /// The client showed a certificate of its own.
        client_certificate: bool,
        /// Since the handshake began.
        took_us: Micros,
    },
    /// jaunt's last handshake bytes wait for the request, to leave with it in one write().
    Held {
        /// How many.
        bytes: usize,
    },
    /// Session tickets came, for connections to come.
    Tickets {
        /// How many so far.
        total: u32,
    },
    /// An alert ended the session or the handshake.
    Alert {
        /// Who sent it.
        direction: Direction,
        /// `handshake_failure`; none where it is encrypted and jaunt's TLS library does not say.
        description: Option<String>,
    },
    /// The end of the data, as TLS says it.
    CloseNotify {
        /// Who sent it.
        direction: Direction,
    },
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From jaunt.
    Sent,
    /// From the peer.
    Received,
}

/// A TLS record (RFC 8446 §5.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// `handshake`, `alert`, `change_cipher_spec`, `application_data`
    pub content: &'static str,
    /// Bytes, with its header of five; 0 for the rest of a record that an earlier read began.
    pub bytes: usize,
    /// The handshake messages that begin in it, where they can be seen.
    pub messages: Vec<&'static str>,
    /// Only its length can be seen.
    pub encrypted: bool,
}

/// Who trusts a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustSource {
    /// The file given with `--cacert`.
    CaCert(String),
    /// The system's store: this file.
    System(String),
    /// The program itself (`jaunt demo`).
    BuiltIn,
}
