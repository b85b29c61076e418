//! The one line that is overwritten: which stage is under way, and how far a long body has come.
//!
//! A stage is told when it ends; on a terminal this line says meanwhile where a hang hangs. It is erased before anything else is written.

use std::io::{self, Write};

use indicatif::{BinaryBytes, HumanDuration};
use std::time::Duration;

use crate::event::Micros;
use crate::render::page::wrap;
use crate::render::visible::visible;

/// Redrawn at most this often.
const EVERY: u64 = 100_000;

/// Erases the line that the cursor is on.
const ERASE: &[u8] = b"\r\x1b[K";

/// The line, if it is shown.
#[derive(Debug)]
pub(crate) struct Live {
    columns: usize,
    on: bool,
    shown: bool,
    drawn: Micros,
}

/// How far a body has come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    /// When its first byte came.
    pub begun: Micros,
    /// Bytes so far.
    pub bytes: u64,
    /// Bytes in all, when that was announced.
    pub of: Option<u64>,
}

impl Live {
    /// `on` only for a terminal without `--plain`.
    pub(crate) fn new(on: bool, columns: Option<usize>) -> Self {
        Self { columns: columns.unwrap_or(80).saturating_sub(1), on, shown: false, drawn: Micros(0) }
    }

    /// Shows `text` now.
    pub(crate) fn say(&mut self, to: &mut dyn Write, text: &str, at: Micros) -> io::Result<()> {
        if !self.on {
            return Ok(());
        }
        let text = visible(text);
        let line = wrap(&text, Some(self.columns), "").into_iter().next().unwrap_or_default();
        to.write_all(ERASE)?;
        to.write_all(line.as_bytes())?;
        to.flush()?;
        (self.shown, self.drawn) = (true, at);
        Ok(())
    }

    /// Shows progress, if the last time was long enough ago.
    pub(crate) fn progress(&mut self, to: &mut dyn Write, label: &str, progress: Progress, at: Micros) -> io::Result<()> {
        let running = at.0.saturating_sub(progress.begun.0);
        if !self.on || running < 3 * EVERY || at.0.saturating_sub(self.drawn.0) < EVERY {
            return Ok(());
        }
        let speed = progress.bytes.saturating_mul(1_000_000) / running.max(1);
        let mut text = format!("{label}  {}", BinaryBytes(progress.bytes));
        if let Some(of) = progress.of.filter(|&of| of > 0) {
            text.push_str(&format!(" / {}  {} %", BinaryBytes(of), progress.bytes.min(of) * 100 / of));
        }
        text.push_str(&format!("  {}/s", BinaryBytes(speed)));
        if let Some(left) = progress.of.and_then(|of| of.checked_sub(progress.bytes)).filter(|_| speed > 0) {
            text.push_str(&format!("  {}", HumanDuration(Duration::from_secs(left / speed))));
        }
        self.say(to, &text, at)
    }

    /// Shows how far something has come that began at `begun`, if that and the last time are long enough ago.
    pub(crate) fn tally(
        &mut self,
        to: &mut dyn Write,
        begun: Micros,
        at: Micros,
        text: impl FnOnce() -> String,
    ) -> io::Result<()> {
        if !self.on || at.0.saturating_sub(begun.0) < 3 * EVERY || at.0.saturating_sub(self.drawn.0) < EVERY {
            return Ok(());
        }
        self.say(to, &text(), at)
    }

    /// Takes the line away, if it is there.
    pub(crate) fn erase(&mut self, to: &mut dyn Write) -> io::Result<()> {
        if !std::mem::take(&mut self.shown) {
            return Ok(());
        }
        to.write_all(ERASE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_ever_written_where_lines_cannot_be_overwritten() {
        let mut to = Vec::new();
        let mut live = Live::new(false, None);
        live.say(&mut to, "3 DNS", Micros(0)).expect("memory");
        live.progress(&mut to, "6 Response", Progress { bytes: 5, ..Progress::default() }, Micros(9_000_000)).expect("memory");
        live.erase(&mut to).expect("memory");
        assert!(to.is_empty());
    }

    #[test]
    fn the_line_fits_the_terminal_and_is_taken_away_once() {
        let mut to = Vec::new();
        let mut live = Live::new(true, Some(20));
        live.say(&mut to, "6 Response with a long text that does not fit", Micros(0)).expect("memory");
        assert!(!String::from_utf8_lossy(&to).contains("does not fit"));
        to.clear();
        live.erase(&mut to).expect("memory");
        live.erase(&mut to).expect("memory");
        assert_eq!(to, ERASE);
    }
}
