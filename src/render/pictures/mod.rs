//! Pictures on a terminal that can show them: `--preview`.
//!
//! ```text
//!  a server's bytes ─► decode (bounded) ─► pixels, as many as fit ─┬─► PNG, made anew ─► kitty, iTerm2
//!                                                                   └─► palette ───────► sixel
//! ```
//!
//! Nothing that a server sent reaches the terminal: what it gets is encoded here from pixels, so that a picture cannot drive it,
//! nor try the decoders that it has.

mod decode;
mod iterm;
mod kitty;
mod sixel;

use crate::phrase;
use crate::stages::images::pixels::Format;
use crate::words::Phrase;

/// Columns that a picture gets at most.
pub const COLUMNS: usize = 40;

/// Lines that a picture gets at most.
pub const ROWS: usize = 12;

/// How a terminal is told to show a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// The kitty graphics protocol: kitty, Ghostty and others.
    Kitty,
    /// `OSC 1337 ; File=`: iTerm2, WezTerm, mintty.
    Iterm,
    /// DEC's sixels: foot, mlterm, xterm where it is a VT340, and others.
    Sixel,
}

/// What a terminal is, as far as pictures go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// What it understands.
    pub protocol: Protocol,
    /// Its columns.
    pub columns: usize,
    /// Its lines.
    pub rows: usize,
    /// Pixels of a character cell: width and height.
    pub cell: (u32, u32),
}

/// A picture that is ready to be sent.
#[derive(Debug)]
struct Drawing {
    /// Columns and lines of the cells that it covers.
    cells: (usize, usize),
    /// What the protocol has for it.
    bytes: Vec<u8>,
}

/// Why a picture is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unshown {
    /// There is no decoder for it.
    Format(Format),
    /// More pixels than are decoded.
    TooManyPixels,
    /// Its bytes are no such picture, or a broken one.
    Broken(String),
}

impl Unshown {
    /// In words.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Format(format) => phrase!("images-preview-format", format = format.media_type()),
            Self::TooManyPixels => phrase!("images-preview-pixels"),
            Self::Broken(error) => phrase!("images-preview-broken", error = error),
        }
    }
}

/// All that is written to show the picture `indent` columns from the left, the cursor being at the start of a line;
/// afterwards it is at the start of the line below the picture.
///
/// # Errors
/// Why there is nothing to show.
pub fn show(bytes: &[u8], format: Format, screen: Screen, indent: usize) -> Result<Vec<u8>, Unshown> {
    let columns = screen.columns.saturating_sub(indent + 1).clamp(1, COLUMNS);
    let rows = screen.rows.saturating_sub(2).clamp(1, ROWS);
    let (width, height) = screen.cell;
    let room = (width * columns as u32, height * rows as u32);
    let picture = decode::decode(bytes, format, room)?;
    let covered = |pixels: u32, cell: u32| pixels.div_ceil(cell).max(1) as usize;
    let cells = (covered(picture.width(), width).min(columns), covered(picture.height(), height).min(rows));
    let bytes = match screen.protocol {
        Protocol::Kitty => kitty::command(&decode::png(&picture)?, cells.1),
        Protocol::Iterm => iterm::command(&decode::png(&picture)?, cells),
        Protocol::Sixel => sixel::command(&picture),
    };
    Ok(boxed(&Drawing { cells, bytes }, indent))
}

/// Terminals differ in where a picture leaves the cursor. So its lines are made first, it is put into them, and the cursor is
/// taken back to where it was and from there below them.
fn boxed(drawing: &Drawing, indent: usize) -> Vec<u8> {
    let rows = drawing.cells.1;
    let mut out = "\n".repeat(rows).into_bytes();
    out.extend(format!("\x1b[{rows}A").bytes());
    if indent > 0 {
        out.extend(format!("\x1b[{indent}C").bytes());
    }
    out.extend(b"\x1b7");
    out.extend(&drawing.bytes);
    out.extend(b"\x1b8");
    out.extend(format!("\x1b[{rows}B\r").bytes());
    out
}

#[cfg(test)]
mod tests;
