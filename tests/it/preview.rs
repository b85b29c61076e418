//! `--preview` on a terminal: the test's side of a pseudo-terminal plays it.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::process::Stdio;

use nix::pty::{Winsize, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};

use crate::support::{jaunt, run, stderr};

const URL: &str = "http://www.lab.example/sample1.htm";

/// What a terminal of this name gets that answers the question for its attributes with `answer`.
fn on_a_terminal(arguments: &[&str], variables: &[(&str, &str)], answer: Option<&[u8]>) -> String {
    let size = Winsize { ws_row: 50, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = openpty(Some(&size), None).expect("a pseudo-terminal");
    let watch = pty.slave.try_clone().expect("a descriptor");
    let before = tcgetattr(&watch).expect("a terminal has modes").local_flags;
    let mut command = jaunt();
    for name in ["TERM", "TERM_PROGRAM", "LC_TERMINAL", "KITTY_WINDOW_ID", "TMUX", "STY", "ZELLIJ"] {
        command.env_remove(name);
    }
    command.args(["demo", "--preview"]).args(arguments).arg(URL).envs(variables.iter().copied());
    let mut child = command.stdout(Stdio::null()).stderr(pty.slave).spawn().expect("jaunt runs");
    // Its own copy of the terminal's side would keep the reader below waiting for ever.
    drop(command);
    let mut terminal = File::from(pty.master);
    let mut screen = terminal.try_clone().expect("a descriptor");
    let reader = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let (mut seen, mut bytes, mut answer) = (Vec::new(), [0; 4096], answer);
            loop {
                match screen.read(&mut bytes) {
                    Ok(0) => break,
                    Ok(n) => seen.extend_from_slice(&bytes[..n]),
                    Err(e) if e.kind() == ErrorKind::Interrupted => {}
                    // Linux's word for a terminal that nobody has open any more.
                    Err(_) => break,
                }
                if seen.windows(3).any(|w| w == b"\x1b[c")
                    && let Some(answer) = answer.take()
                {
                    terminal.write_all(answer).expect("a terminal can be typed on");
                }
            }
            seen
        });
        let status = child.wait().expect("jaunt ends");
        assert!(status.success(), "{status}");
        let after = tcgetattr(&watch).expect("a terminal has modes").local_flags;
        assert_eq!(after & (LocalFlags::ECHO | LocalFlags::ICANON), before & (LocalFlags::ECHO | LocalFlags::ICANON));
        drop(watch);
        reader.join().expect("the reader panics never")
    });
    String::from_utf8(reader).expect("all that is written is text")
}

/// Every escape sequence is a colour, the line that is overwritten, or one of the box around a picture.
fn without_pictures(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        let end = match after.as_bytes()[0] {
            b'[' => after[1..].find(|c: char| ('@'..='~').contains(&c)).expect("it ends") + 2,
            b'7' | b'8' => 1,
            b'_' | b'P' => after.find("\x1b\\").expect("it ends") + 2,
            b']' => after.find('\x07').expect("it ends") + 1,
            other => panic!("{other}"),
        };
        rest = &after[end..];
    }
    plain + rest
}

#[test]
fn each_terminal_gets_the_picture_in_its_own_way() {
    let kitty = on_a_terminal(&[], &[("TERM", "xterm-kitty")], None);
    assert_eq!(kitty.matches("\x1b_Ga=T,f=100,r=12,C=1,q=2,").count(), 1);
    let iterm = on_a_terminal(&[], &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], None);
    assert_eq!(iterm.matches("\x1b]1337;File=inline=1;").count(), 1);
    let sixel = on_a_terminal(&[], &[("TERM", "foot")], Some(b"\x1b[6;20;10t\x1b[?62;4;22c"));
    assert_eq!(sixel.matches("\x1bP0;1;0q\"1;1;320;240#").count(), 1);
    for text in [&kitty, &iterm, &sixel] {
        assert!(!text.contains("not shown"));
        let plain = without_pictures(text);
        assert!(plain.contains("#1  /gazou.jpg\r\n") && plain.contains("Timeline"), "{plain}");
    }
}

#[test]
fn a_terminal_that_cannot_gets_a_sentence_and_nothing_odd() {
    for (variables, answer) in [
        (&[("TERM", "xterm")][..], Some(&b"\x1b[?62;22c"[..])),
        (&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux,1,0")], Some(b"\x1b[?1;2c")),
        (&[("TERM", "dumb"), ("KITTY_WINDOW_ID", "1")], None),
    ] {
        let text = on_a_terminal(&[], variables, answer);
        assert!(text.contains("the pictures are not shown: this terminal has none"), "{text}");
        assert!(!text.contains("\x1b_G") && !text.contains("\x1bP") && !text.contains("1337"));
    }
    let text = on_a_terminal(&["--plain"], &[("TERM", "xterm-kitty")], None);
    assert!(text.contains("not shown: --plain draws nothing") && !text.contains("\x1b[16t"), "{text}");
}

#[test]
fn without_a_terminal_one_sentence_says_so_and_s_says_nothing() {
    let output = run(["demo", "--preview", URL]);
    assert!(stderr(&output).contains("the pictures are not shown: standard error is no terminal"));
    assert!(!stderr(&output).contains('\x1b'));
    assert_eq!(stderr(&run(["demo", "-s", "--preview", URL])), "");
    assert!(!stderr(&run(["demo", URL])).contains("not shown"));
}

#[test]
fn no_bytes_of_a_picture_are_in_the_events() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events");
    let name = path.to_str().expect("text");
    let text = on_a_terminal(&["--events", name], &[("TERM", "xterm-kitty")], None);
    assert!(text.contains("\x1b_G"));
    let events = std::fs::read_to_string(&path).expect("events");
    assert!(events.contains("gazou.jpg") && !events.contains("JFIF") && !events.contains("/9j/"));
}
