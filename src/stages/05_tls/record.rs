//! The outside of TLS records: type, length, and the handshake messages that are not encrypted (RFC 8446 §5.1, RFC 5246 §6.2).

use super::event::Record;

/// Follows one direction of a handshake, however its bytes are cut.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    header: Vec<u8>,
    /// Of the record that is being read: bytes that are still to come.
    rest: usize,
    /// Does the rest hold handshake messages to be looked at?
    open: bool,
    /// Bytes of the handshake message that is being read, still to come; it may go on in the next record.
    message: usize,
    /// First bytes of a handshake message's header.
    begun: Vec<u8>,
    /// From here on records are encrypted.
    encrypted: bool,
}

impl Tracker {
    /// The next bytes; gives the records that begin in them.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Vec<Record> {
        let mut records = Vec::new();
        while !bytes.is_empty() {
            if self.rest == 0 {
                let (head, after) = bytes.split_at(bytes.len().min(5 - self.header.len()));
                self.header.extend_from_slice(head);
                bytes = after;
                let &[kind, _, _, high, low] = self.header.as_slice() else { break };
                self.header.clear();
                self.rest = usize::from(u16::from_be_bytes([high, low]));
                let content = match kind {
                    20 => "change_cipher_spec",
                    21 => "alert",
                    22 => "handshake",
                    23 => "application_data",
                    _ => "unknown",
                };
                let encrypted = kind == 23 || (self.encrypted && kind != 20);
                self.encrypted |= kind == 20;
                self.open = kind == 22 && !encrypted;
                records.push(Record { content, bytes: self.rest + 5, messages: Vec::new(), encrypted });
                continue;
            }
            let (now, after) = bytes.split_at(bytes.len().min(self.rest));
            self.rest -= now.len();
            bytes = after;
            if self.open {
                let names = self.messages(now);
                match records.last_mut() {
                    Some(record) => record.messages.extend(names),
                    // The rest of a record that an earlier read has begun: it has no bytes of its own to tell.
                    None if names.is_empty() => {}
                    None => records.push(Record { content: "handshake", bytes: 0, messages: names, encrypted: false }),
                }
            }
        }
        records
    }

    fn messages(&mut self, mut bytes: &[u8]) -> Vec<&'static str> {
        let mut names = Vec::new();
        while !bytes.is_empty() {
            if self.message > 0 {
                let skip = self.message.min(bytes.len());
                self.message -= skip;
                bytes = &bytes[skip..];
                continue;
            }
            let (head, after) = bytes.split_at(bytes.len().min(4 - self.begun.len()));
            self.begun.extend_from_slice(head);
            bytes = after;
            if let &[kind, a, b, c] = self.begun.as_slice() {
                self.begun.clear();
                self.message = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
                names.push(message_name(kind));
            }
        }
        names
    }
}

/// RFC 8446 §4, RFC 5246 §7.4
fn message_name(kind: u8) -> &'static str {
    match kind {
        0 => "HelloRequest",
        1 => "ClientHello",
        2 => "ServerHello",
        4 => "NewSessionTicket",
        8 => "EncryptedExtensions",
        11 => "Certificate",
        12 => "ServerKeyExchange",
        13 => "CertificateRequest",
        14 => "ServerHelloDone",
        15 => "CertificateVerify",
        16 => "ClientKeyExchange",
        20 => "Finished",
        22 => "CertificateStatus",
        24 => "KeyUpdate",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ServerHello and Certificate in one record, ChangeCipherSpec, an encrypted record.
    fn flight() -> Vec<u8> {
        let mut bytes = vec![22, 3, 3, 0, 12, 2, 0, 0, 3, 9, 9, 9, 11, 0, 0, 1, 7];
        bytes.extend([20, 3, 3, 0, 1, 1]);
        bytes.extend([22, 3, 3, 0, 2, 1, 2]);
        bytes.extend([23, 3, 3, 0, 3, 1, 2, 3]);
        bytes
    }

    #[test]
    fn records_and_the_messages_in_them_are_named() {
        let told = Tracker::default().feed(&flight());
        let seen: Vec<_> = told.iter().map(|r| (r.content, r.bytes, r.messages.clone(), r.encrypted)).collect();
        assert_eq!(
            seen,
            [
                ("handshake", 17, vec!["ServerHello", "Certificate"], false),
                ("change_cipher_spec", 6, vec![], false),
                ("handshake", 7, vec![], true),
                ("application_data", 8, vec![], true),
            ]
        );
    }

    #[test]
    fn the_same_records_are_seen_at_every_split() {
        let whole = flight();
        for at in 0..=whole.len() {
            let mut tracker = Tracker::default();
            let mut told = tracker.feed(&whole[..at]);
            told.extend(tracker.feed(&whole[at..]));
            let names: Vec<_> = told.iter().flat_map(|r| r.messages.clone()).collect();
            assert_eq!(names, ["ServerHello", "Certificate"], "split at {at}");
            let sizes: Vec<_> = told.iter().map(|r| r.bytes).filter(|&n| n > 0).collect();
            assert_eq!(sizes, [17, 6, 7, 8], "split at {at}");
        }
    }
}
