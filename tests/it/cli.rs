//! The command line itself: what is accepted, what is refused and how, and streams that cannot be written.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use crate::support::{code, jaunt, run, stderr};

#[test]
fn help_goes_to_stdout_and_names_every_heading() {
    for option in ["-h", "--help"] {
        let output = run([option]);
        let text = String::from_utf8(output.stdout.clone()).expect("help is text");
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
        for heading in
            ["What is shown", "The request", "Where it goes", "Redirects", "Names", "Connection and time", "TLS", "Images"]
        {
            assert!(text.contains(&format!("{heading}:")), "{option}: {heading}");
        }
    }
}

#[test]
fn help_fits_narrow_and_wide_terminals() {
    for columns in ["60", "80", "200"] {
        let output = jaunt().arg("-h").env("COLUMNS", columns).output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("help is text");
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(widest <= columns.parse().expect("a number"), "{columns}: {widest}\n{text}");
    }
}

#[test]
fn help_has_colours_only_when_they_are_asked_for() {
    let plain = run(["--help"]).stdout;
    let coloured = jaunt().arg("--help").env("CLICOLOR_FORCE", "1").output().expect("it runs").stdout;
    assert!(!plain.contains(&0x1b));
    assert!(coloured.contains(&0x1b));
}

#[test]
fn version_is_one_line() {
    let output = run(["-V"]);
    assert_eq!(output.stdout, format!("jaunt {}\n", env!("CARGO_PKG_VERSION")).into_bytes());
}

#[test]
fn a_wrong_command_line_ends_with_curls_number_and_something_to_try() {
    for (arguments, exit, words) in [
        (&[][..], 2, "no URL given"),
        (&["--nonsense"], 2, "--nonsense"),
        (&["-m", "NaN", "u"], 2, "--max-time"),
        (&["--max-redirs", "-7", "u"], 2, "--max-redirs"),
        (&["-I", "-d", "x", "u"], 2, "-I asks for the head only"),
        (&["-d", "@/no/such/file", "u"], 26, "/no/such/file: no such file or directory (ENOENT)"),
        (&["--events", "/no/such/dir/file", "http://127.0.0.1:1/"], 23, "/no/such/dir/file"),
    ] {
        let output = run(arguments);
        let said = stderr(&output);
        assert_eq!(code(&output), exit, "{arguments:?}: {said}");
        assert!(said.starts_with(&format!("jaunt: ({exit}) ")) && said.contains(words), "{arguments:?}: {said}");
        assert!(said.lines().last().is_some_and(|line| line.starts_with("hint: ")), "{arguments:?}: {said}");
    }
}

#[test]
fn arguments_that_are_not_utf8_never_panic() {
    let odd = OsStr::from_bytes(b"x\xff\x1b[2J");
    // Some options write a file of that name.
    let folder = tempfile::tempdir().expect("a temporary folder");
    for option in
        ["", "-H", "-A", "-e", "-b", "-u", "-d", "--json", "-X", "-o", "-w", "--until", "--resolve", "-m", "--cacert", "-r"]
    {
        let mut command = jaunt();
        command.current_dir(folder.path());
        if !option.is_empty() {
            command.arg(option);
        }
        // Nothing listens on port 1 of loopback.
        let output = command.arg(odd).arg("--until").arg("message").arg("http://127.0.0.1:1/").output().expect("it runs");
        let said = stderr(&output);
        assert!(output.status.code().is_some_and(|code| code < 100), "{option}: {said}");
        assert!(!said.contains("panicked") && !said.contains('\x1b'), "{option}: {said}");
    }
}

#[test]
fn what_was_typed_cannot_drive_the_terminal() {
    for arguments in [["--\x1b]0;x\x07", "u"], ["--until", "\x1b[2J\u{202e}"]] {
        let output = run(arguments);
        assert_eq!(code(&output), 2);
        assert!(!stderr(&output).contains(['\x1b', '\x07', '\u{202e}']));
    }
}

/// Runs jaunt under a shell, which can close streams.
fn redirected(arguments: &str) -> i32 {
    let script = format!("exec \"$0\" {arguments}");
    let output = Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_jaunt")]).output().expect("there is a shell");
    assert!(!stderr(&output).contains("panicked"), "{arguments}: {}", stderr(&output));
    code(&output)
}

#[test]
fn closed_streams_never_panic() {
    redirected("--help >&-");
    redirected("--help >&- 2>&- <&-");
    redirected("--generate complete-bash >&-");
    assert_eq!(redirected("--nonsense 2>&-"), 2);
    assert_eq!(redirected("-d @- http://127.0.0.1:1/ --until message -s >/dev/null <&-") % 26, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_a_write_error() {
    assert_eq!(redirected("--help >/dev/full"), 23);
    assert_eq!(redirected("--generate man >/dev/full"), 23);
}
