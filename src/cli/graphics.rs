//! What the terminal on standard error can show: by what it is called, else by asking it.
//!
//! A terminal that nobody knows by name is asked for its attributes (DA1, `ESC [ c`): every terminal answers, and 4 among them is
//! sixel graphics (VT340, xterm's ctlseqs). Before it the size of a cell is asked for (`ESC [ 16 t`), which some leave unanswered.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::Ordering;

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use rustix::termios::{tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr};

use crate::deadline::INTERRUPTED;
use crate::phrase;
use crate::render::pictures::{Protocol, Screen};
use crate::words::Phrase;

/// What is asked of a terminal: cell size, then attributes, whose answer is the last.
const QUESTION: &[u8] = b"\x1b[16t\x1b[c";

/// Tenths of a second without a byte after which no answer is expected any more.
const PATIENCE: u8 = 10;

/// The longest answer that is read.
const ANSWER: usize = 256;

/// Pixels of a cell where the terminal does not say: small, so that a picture covers rather less than it may.
const CELL: (u32, u32) = (8, 16);

/// Environment variables by which terminals are known.
#[derive(Debug, Clone, Default)]
struct Names {
    term: String,
    term_program: String,
    lc_terminal: String,
    kitty_window: bool,
    /// Inside tmux, screen or Zellij: the variables are those of the terminal around it, which is not the one that is written to.
    inside: bool,
}

/// What its name says of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Knows(Protocol),
    /// It takes no escape sequences.
    Dumb,
    Unknown,
}

/// What a terminal answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Answer {
    sixel: bool,
    cell: Option<(u32, u32)>,
}

/// The terminal on standard error, or why pictures cannot be shown there. May wait a second for a terminal that does not answer.
///
/// # Errors
/// One sentence for the narration.
pub fn look(plain: bool) -> Result<Screen, Phrase> {
    if !io::stderr().is_terminal() {
        return Err(phrase!("cli-preview-no-terminal"));
    }
    if plain {
        return Err(phrase!("cli-preview-plain"));
    }
    let size = tcgetwinsize(io::stderr()).ok();
    let said = size.and_then(|s| {
        cell(u32::from(s.ws_xpixel) / u32::from(s.ws_col).max(1), u32::from(s.ws_ypixel) / u32::from(s.ws_row).max(1))
    });
    let (protocol, answered) = match known(&Names::read()) {
        Known::Knows(protocol) => (protocol, None),
        Known::Dumb => return Err(phrase!("cli-preview-cannot")),
        Known::Unknown => {
            // To change the modes of a terminal from its background stops the process.
            if tcgetpgrp(io::stderr()).is_ok_and(|group| group != getpgrp()) {
                return Err(phrase!("cli-preview-background"));
            }
            let answer = answer(&ask().unwrap_or_default());
            if !answer.sixel {
                return Err(phrase!("cli-preview-cannot"));
            }
            (Protocol::Sixel, answer.cell)
        }
    };
    let or = |n: u16, usual: usize| if n == 0 { usual } else { usize::from(n) };
    Ok(Screen {
        protocol,
        columns: or(size.map_or(0, |s| s.ws_col), 80),
        rows: or(size.map_or(0, |s| s.ws_row), 24),
        cell: said.or(answered).unwrap_or(CELL),
    })
}

impl Names {
    fn read() -> Self {
        let text = |name: &str| std::env::var_os(name).unwrap_or_default().to_string_lossy().into_owned();
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        Self {
            term: text("TERM"),
            term_program: text("TERM_PROGRAM"),
            lc_terminal: text("LC_TERMINAL"),
            kitty_window: is_set("KITTY_WINDOW_ID"),
            inside: ["TMUX", "STY", "ZELLIJ"].iter().any(|name| is_set(name)),
        }
    }
}

/// The protocol that a terminal of these names is known for.
fn known(names: &Names) -> Known {
    let Names { term, term_program, lc_terminal, kitty_window, inside } = names;
    match (term.as_str(), term_program.as_str()) {
        ("dumb" | "", _) => Known::Dumb,
        _ if *inside || term.starts_with("tmux") || term.starts_with("screen") => Known::Unknown,
        // What the terminal calls itself counts before what is inherited from one that it was started in.
        (_, "iTerm.app" | "WezTerm" | "mintty") => Known::Knows(Protocol::Iterm),
        (_, "ghostty") | ("xterm-kitty" | "xterm-ghostty", _) => Known::Knows(Protocol::Kitty),
        _ if *kitty_window && term_program.is_empty() => Known::Knows(Protocol::Kitty),
        _ if lc_terminal == "iTerm2" => Known::Knows(Protocol::Iterm),
        _ => Known::Unknown,
    }
}

/// A cell's size, if it is one: what a terminal says is a number like any other.
fn cell(width: u32, height: u32) -> Option<(u32, u32)> {
    ((3..=64).contains(&width) && (6..=128).contains(&height)).then_some((width, height))
}

/// Reads what came: `ESC [ 6 ; HEIGHT ; WIDTH t` and `ESC [ ? CLASS ; ATTRIBUTE ; … c`, between keys that were pressed meanwhile.
fn answer(bytes: &[u8]) -> Answer {
    let mut found = Answer::default();
    let text = String::from_utf8_lossy(bytes);
    for sequence in text.split("\x1b[").skip(1) {
        let Some(end) = sequence.find(|c: char| ('@'..='~').contains(&c)) else { continue };
        let (parameters, last) = (&sequence[..end], sequence.as_bytes()[end]);
        match (parameters.strip_prefix('?'), last) {
            (Some(attributes), b'c') => found.sixel = attributes.split(';').skip(1).any(|a| a == "4"),
            (None, b't') => {
                let numbers: Vec<u32> = parameters.split(';').filter_map(|n| n.parse().ok()).collect();
                if let [6, height, width] = numbers[..] {
                    found.cell = cell(width, height);
                }
            }
            _ => {}
        }
    }
    found
}

/// Is the answer to the second question there?
fn is_whole(bytes: &[u8]) -> bool {
    let Some(start) = bytes.windows(3).position(|w| w == b"\x1b[?") else { return false };
    bytes[start + 3..].iter().find(|b| (0x40..0x7f).contains(*b)) == Some(&b'c')
}

/// The modes of the terminal, as they were.
struct Restored(Termios);

impl Drop for Restored {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stderr(), OptionalActions::Now, &self.0);
    }
}

/// Asks, and reads the answer; unseen, and without waiting for a line. Ctrl-C ends it.
fn ask() -> io::Result<Vec<u8>> {
    let before = tcgetattr(io::stderr())?;
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON);
    // A read ends with a byte, or after a tenth of a second without one.
    modes.special_codes[SpecialCodeIndex::VMIN] = 0;
    modes.special_codes[SpecialCodeIndex::VTIME] = 1;
    let _restored = Restored(before);
    tcsetattr(io::stderr(), OptionalActions::Now, &modes)?;
    io::stderr().write_all(QUESTION)?;
    let (mut answer, mut patience) = (Vec::new(), PATIENCE);
    while patience > 0 && answer.len() < ANSWER && !is_whole(&answer) && !INTERRUPTED.load(Ordering::Relaxed) {
        let mut bytes = [0; 64];
        match rustix::io::read(io::stderr(), &mut bytes)? {
            0 => patience -= 1,
            n => answer.extend_from_slice(&bytes[..n]),
        }
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_known_by_name() {
        use Known::{Dumb, Knows, Unknown};
        use Protocol::{Iterm, Kitty};
        // TERM, TERM_PROGRAM, LC_TERMINAL, KITTY_WINDOW_ID set, inside another
        for (term, program, lc, window, inside, expected) in [
            ("xterm-kitty", "", "", true, false, Knows(Kitty)),
            ("xterm-kitty", "", "", false, false, Knows(Kitty)),
            ("xterm-256color", "", "", true, false, Knows(Kitty)),
            ("xterm-ghostty", "ghostty", "", false, false, Knows(Kitty)),
            ("xterm-256color", "ghostty", "", false, false, Knows(Kitty)),
            ("xterm-256color", "iTerm.app", "iTerm2", false, false, Knows(Iterm)),
            ("xterm-256color", "", "iTerm2", false, false, Knows(Iterm)),
            ("xterm-256color", "WezTerm", "", false, false, Knows(Iterm)),
            ("xterm-256color", "WezTerm", "", true, false, Knows(Iterm)),
            ("xterm", "mintty", "", false, false, Knows(Iterm)),
            ("xterm-256color", "Apple_Terminal", "", true, false, Unknown),
            ("xterm-256color", "vscode", "", false, false, Unknown),
            ("foot", "", "", false, false, Unknown),
            ("screen-256color", "", "iTerm2", true, false, Unknown),
            ("tmux-256color", "tmux", "", true, true, Unknown),
            ("xterm-kitty", "", "", true, true, Unknown),
            ("dumb", "", "", true, false, Dumb),
            ("", "iTerm.app", "", false, false, Dumb),
        ] {
            let names = Names {
                term: term.to_owned(),
                term_program: program.to_owned(),
                lc_terminal: lc.to_owned(),
                kitty_window: window,
                inside,
            };
            assert_eq!(known(&names), expected, "{names:?}");
        }
    }

    #[test]
    fn sixel_is_attribute_4_and_not_class_4() {
        let cell = |cell| Answer { sixel: true, cell };
        for (bytes, expected) in [
            (&b"\x1b[?62;4;22c"[..], cell(None)),
            (b"\x1b[?62;22;4c", cell(None)),
            (b"\x1b[6;20;10t\x1b[?63;1;2;4c", cell(Some((10, 20)))),
            (b"x\x1b[A\x1b[6;20;10ty\x1b[?63;4cz", cell(Some((10, 20)))),
            (b"\x1b[6;0;0t\x1b[?62;4c", cell(None)),
            (b"\x1b[6;99999999999;10t\x1b[?62;4c", cell(None)),
            (b"\x1b[6;60000;60000t\x1b[?62;4c", cell(None)),
            (b"\x1b[?4;6c", Answer::default()),
            (b"\x1b[?62;14;44c", Answer::default()),
            (b"\x1b[?62;4", Answer::default()),
            (b"\x1b[?62;4h", Answer::default()),
            (b"\xff\x1b[", Answer::default()),
            (b"", Answer::default()),
        ] {
            assert_eq!(answer(bytes), expected, "{}", crate::render::visible::visible_bytes(bytes));
        }
    }

    #[test]
    fn an_answer_is_waited_for_until_its_end() {
        let whole = b"q\x1b[6;20;10t\x1b[?62;4;22c";
        for end in 0..whole.len() {
            assert!(!is_whole(&whole[..end]), "{end}");
        }
        assert!(is_whole(whole));
    }
}
