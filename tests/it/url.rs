//! Stage 1 from outside: what is accepted, what is refused with which number, and how that compares with curl.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{code, has, run, stderr};

/// What is typed, curl's exit code, jaunt's where it differs and why.
type Case = (&'static str, i32, Option<(i32, &'static str)>);

/// Nothing listens on port 1, so an accepted URL is a refused connection (7) and never a fetch.
const CASES: &[Case] = &[
    ("http://127.0.0.1:1/", 7, None),
    ("127.0.0.1:1/x", 7, None),
    ("HTTP://127.0.0.1:1/", 7, None),
    ("user:pw@127.0.0.1:1/", 7, None),
    ("http://user:p%40ss@127.0.0.1:1/?q#f", 7, None),
    ("http://127.1:1/", 7, None),
    ("http://0x7f.1:1/", 7, None),
    ("http://2130706433:1/", 7, None),
    ("http:///127.0.0.1:1/", 7, None),
    ("http://127.0.0.1:1/%00", 7, None),
    ("http://127.0.0.1:1?q", 7, None),
    ("http://127.0.0.1:65536/", 3, None),
    ("http://127.0.0.1:-1/", 3, None),
    ("http://127.0.0.1:x/", 3, None),
    ("http://", 3, None),
    ("http://:1/", 3, None),
    ("http://user@/", 3, None),
    ("/path", 3, None),
    ("http://ex ample/", 3, None),
    ("http://ex<ample:1/", 3, None),
    ("http://[::1:1/", 3, None),
    ("http://[zz]:1/", 3, None),
    ("http://a..b.invalid/", 6, None),
    ("localhost:/x", 1, None),
    ("foo://127.0.0.1:1/", 1, None),
    ("http://127.0.0.1:1/\r\nX: y", 3, None),
    ("http://127.0.0.1:1/a\tb", 3, None),
    ("file://other.invalid/etc/hostname", 3, None),
    ("file:///a%00b", 3, None),
    ("file:///nonexistent/jaunt", 37, None),
    // A browser reads these; curl refuses them.
    ("http:127.0.0.1:1/", 3, Some((7, "slashes may be missing"))),
    ("http:////127.0.0.1:1/", 3, Some((7, "slashes may be too many"))),
    ("http://127.0.0.1:1/a b", 3, Some((7, "spaces are percent-encoded"))),
    (" http://127.0.0.1:1/", 3, Some((7, "spaces around it are ignored"))),
    ("http://a@b@127.0.0.1:1/", 3, Some((7, "the last @ counts"))),
    // jaunt knows the scheme; curl takes it for a host.
    ("mailto:a@127.0.0.1:1", 7, Some((1, "a scheme without slashes"))),
    ("foo:bar", 3, Some((1, "a scheme without slashes"))),
    ("http://u%0ab:p@127.0.0.1:1/", 7, Some((3, "a control character in the credentials"))),
];

#[test]
fn the_exit_code_is_curls_or_differs_for_a_reason() {
    for (text, curl, differs) in CASES {
        let expected = differs.map_or(*curl, |(own, _)| own);
        let output = run(["-sS", "-m", "10", text]);
        assert_eq!(code(&output), expected, "{text:?}: {}", stderr(&output));
    }
}

#[test]
fn curl_itself_answers_as_the_table_says() {
    if !has("curl") {
        return;
    }
    for (text, expected, _) in CASES {
        let status = Command::new("curl")
            .args(["-q", "-s", "-m", "10", "--noproxy", "*", "--globoff", "-o", "/dev/null", text])
            .stdin(Stdio::null())
            .status()
            .expect("curl runs");
        // A resolver that answers for names that do not exist makes 7 of 6: that says nothing about URLs.
        if *expected == 6 && status.code() != Some(6) {
            let _ = writeln!(std::io::stderr(), "skipped {text}: this machine's resolver answers for it");
            continue;
        }
        assert_eq!(status.code(), Some(*expected), "{text:?}");
    }
}

#[test]
fn a_backslash_takes_curl_to_another_host_and_jaunt_says_so() {
    let output = run(["--until", "url", "http://127.0.0.1\\@127.0.0.2:1/"]);
    assert_eq!(code(&output), 0);
    let told = stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("host 127.0.0.1 "), "{told}");
    assert!(told.contains("curl would contact 127.0.0.2, not 127.0.0.1"), "{told}");
}

#[test]
fn schemes_that_are_not_fetched_are_decoded_and_explained() {
    for (text, part, why) in [
        ("mailto:tone@mail.cyber.example", "tone@mail.cyber.example", "names a person"),
        ("news:comp.protocols.tcp-ip", "comp.protocols.tcp-ip", "names a newsgroup"),
        ("ftp://ftp.example/dir/file", "ftp.example", "a file on an FTP server"),
    ] {
        let output = run([text]);
        let told = stderr(&output);
        assert_eq!(code(&output), 1, "{told}");
        assert!(told.contains(part) && told.contains(why) && told.contains("(1)"), "{told}");
    }
}

#[test]
fn control_characters_are_refused_with_their_place_and_shown_harmlessly() {
    let output = run(["http://127.0.0.1:1/\x1b]0;title\x07"]);
    let told = stderr(&output);
    assert_eq!(code(&output), 3);
    assert!(told.contains("byte 20") && !told.contains('\x1b') && !told.contains('\x07'), "{told:?}");
}

#[test]
fn a_password_is_never_shown_not_even_in_an_error() {
    for text in
        ["http://user:hunter2@127.0.0.1:1/", "http://user:hunter2@[zz]/", "http://user:hun/ter2@h/", "user:hunter2@127.0.0.1:1"]
    {
        for level in ["-S", "-v", "-vv"] {
            let output = run([level, text]);
            let told = stderr(&output);
            assert!(!told.contains("hunter2") && !told.contains("ter2"), "{told}");
        }
    }
    let output = run(["--show-secrets", "--until", "url", "http://user:hunter2@h/"]);
    assert!(stderr(&output).contains("hunter2"));
}

#[test]
fn the_last_part_of_the_path_is_the_file_name_and_none_is_an_error() {
    let output = run(["-sSO", "http://127.0.0.1:1/"]);
    assert_eq!(code(&output), 23, "{}", stderr(&output));
}
