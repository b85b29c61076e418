//! `--events FILE`: every entry as one JSON object a line. The format is described in docs/EVENTS.md.

use std::io::{self, BufWriter, Write};

use serde::Serialize as _;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::event::{Entry, Event, Sink};
use crate::journey::JourneyEvent;
use crate::render::visible::is_unsafe;

/// Writes entries to `W`, buffered; lines leave the process at the end of each fetch and when the buffer is full.
pub struct Ndjson<W: Write + Send> {
    to: BufWriter<W>,
    failure: Option<io::Error>,
    failed: bool,
}

impl<W: Write + Send> Ndjson<W> {
    /// Nothing is written before the first entry.
    pub fn new(to: W) -> Self {
        Self { to: BufWriter::with_capacity(64 * 1024, to), failure: None, failed: false }
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        entry.serialize(&mut Serializer::with_formatter(&mut self.to, Visible))?;
        self.to.write_all(b"\n")?;
        // Who reads along sees whole stages, at the price of one write for each.
        let boundary = matches!(
            entry.event,
            Event::Journey(
                JourneyEvent::StageEnded { .. }
                    | JourneyEvent::FetchEnded { .. }
                    | JourneyEvent::Failed { .. }
                    | JourneyEvent::Ended { .. }
            )
        );
        if boundary && (entry.fetch.0 == 0 || matches!(entry.event, Event::Journey(JourneyEvent::Ended { .. }))) {
            self.to.flush()?;
        }
        Ok(())
    }
}

/// JSON as serde writes it, but for characters that a terminal obeys or hides: a file of events is looked at with `cat`, too.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|&(_, c)| is_unsafe(c)) {
            to.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(to, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        to.write_all(rest.as_bytes())
    }
}

impl<W: Write + Send> Sink for Ndjson<W> {
    fn receive(&mut self, entry: &Entry) {
        // After the first error the file has a hole; what follows it would pass for a whole story.
        if self.failed {
            return;
        }
        if let Err(error) = self.write(entry) {
            self.failed = true;
            self.failure = Some(error);
        }
    }

    fn failure(&mut self) -> Option<io::Error> {
        if !self.failed
            && let Err(error) = self.to.flush()
        {
            self.failed = true;
            return Some(error);
        }
        self.failure.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_in_the_file_and_nothing_is_lost() {
        let text = "a\x1b[31m\u{7f}\u{9b}b \u{202e}\u{200b}\u{2028}\u{e0041} 한국어 \"\\";
        let mut line = Vec::new();
        text.serialize(&mut Serializer::with_formatter(&mut line, Visible)).expect("memory");
        let line = String::from_utf8(line).expect("text");
        assert!(!line.chars().any(is_unsafe), "{line:?}");
        assert!(line.contains("한국어") && line.contains("\\udb40\\udc41"), "{line}");
        assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), text);
    }
}
