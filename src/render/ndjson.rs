//! `--events FILE`: every entry as one JSON object a line. The format is described in docs/EVENTS.md.

use std::io::{self, BufWriter, Write};

use crate::event::{Entry, Event, Sink};
use crate::journey::JourneyEvent;

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
        serde_json::to_writer(&mut self.to, entry)?;
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
