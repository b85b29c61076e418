//! `-C`: what is missing is fetched and added, and nothing else ever gets into the user's file. Beside curl where it is the same.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{code, has, jaunt, serving, stderr};

const WHOLE: &str = "0123456789abcdefghij";
const PART: &[u8] = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-19/20\r\nContent-Length: 15\r\n\r\n56789abcdefghij";
const ALL: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789abcdefghij";
const ENOUGH: &[u8] = b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */5\r\nContent-Length: 4\r\n\r\nnope";

/// How a run ended.
#[derive(Debug, PartialEq)]
struct Run {
    exit: i32,
    stdout: String,
    files: BTreeMap<String, String>,
    ranges: Vec<Option<String>>,
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).expect("it can be listed").map(|entry| entry.expect("an entry").path());
    entries
        .map(|path| {
            let content = std::fs::read(&path).expect("a file");
            let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
            (name, String::from_utf8_lossy(&content).into_owned())
        })
        .collect()
}

/// The values of the requests' Range fields.
fn ranges(requests: &[Vec<u8>]) -> Vec<Option<String>> {
    let range = |request: &Vec<u8>| {
        let head = String::from_utf8_lossy(request).into_owned();
        head.lines().find_map(|line| line.strip_prefix("Range: ").map(str::to_owned))
    };
    requests.iter().map(range).collect()
}

fn run(mut command: Command, there: &[(&str, &str)], answers: &[&[u8]], options: &[&str]) -> (Run, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in there {
        std::fs::write(folder.path().join(name), content).expect("a file in it");
    }
    let (output, requests) = serving(answers, |at| {
        let options = options.iter().map(|o| o.replace("SERVER", &at.to_string()));
        command.arg("-sS").arg("-m20").args(options).stdin(Stdio::null()).current_dir(folder.path()).output().expect("it runs")
    });
    let run = Run {
        exit: code(&output),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        files: files(folder.path()),
        ranges: ranges(&requests),
    };
    (run, stderr(&output))
}

fn run_jaunt(there: &[(&str, &str)], answers: &[&[u8]], options: &[&str]) -> (Run, String) {
    run(jaunt(), there, answers, options)
}

/// Ours; curl's is the same: request, bytes, exit code, files.
fn agree(there: &[(&str, &str)], answers: &[&[u8]], options: &[&str]) -> Run {
    let (ours, said) = run(jaunt(), there, answers, options);
    if has("curl") {
        let mut curl = Command::new("curl");
        curl.arg("-q");
        let (theirs, _) = run(curl, there, answers, options);
        assert_eq!(ours, theirs, "{options:?}: {said}");
    }
    ours
}

fn one(content: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("f".to_owned(), content.to_owned())])
}

#[test]
fn what_is_missing_is_asked_for_and_added() {
    let run = agree(&[("f", "01234")], &[PART], &["-C", "-", "-o", "f", "http://SERVER/"]);
    assert_eq!(run, Run { exit: 0, stdout: String::new(), files: one(WHOLE), ranges: vec![Some("bytes=5-".to_owned())] });
    let run = agree(&[("f", "01234")], &[PART], &["-C", "-", "-O", "http://SERVER/dir/f"]);
    assert_eq!(run.files, one(WHOLE));
    // As in curl a number is believed: the file's own length does not count.
    let run = agree(&[("f", "xy")], &[PART], &["-C", "5", "-o", "f", "http://SERVER/"]);
    assert_eq!(run.files, one("xy56789abcdefghij"));
    let run = agree(&[], &[PART], &["-C", "5", "-o", "f", "http://SERVER/"]);
    assert_eq!(run.files, one("56789abcdefghij"));
    let run = agree(&[], &[PART], &["-C", "5", "http://SERVER/"]);
    assert_eq!(run.stdout, "56789abcdefghij");
}

#[test]
fn where_nothing_is_there_all_is_asked_for() {
    for there in [&[][..], &[("f", "")]] {
        let run = agree(there, &[ALL], &["-C", "-", "-o", "f", "http://SERVER/"]);
        assert_eq!((run.files, run.ranges), (one(WHOLE), vec![None]));
    }
    let run = agree(&[("f", "old")], &[ALL], &["-C", "0", "-o", "f", "http://SERVER/"]);
    assert_eq!((run.files, run.ranges), (one(WHOLE), vec![None]));
    let run = agree(&[("f", "01234")], &[ALL], &["-C", "-", "http://SERVER/"]);
    assert_eq!((run.stdout.as_str(), run.ranges), (WHOLE, vec![None]));
}

#[test]
fn each_output_has_its_own_offset() {
    let seven = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 7-19/20\r\nContent-Length: 13\r\n\r\n789abcdefghij";
    let there = [("a", "01234"), ("b", "0123456")];
    let run = agree(
        &there,
        &[PART, seven, ALL],
        &["-C", "-", "-o", "a", "-o", "b", "-o", "c", "http://SERVER/1", "http://SERVER/2", "http://SERVER/3"],
    );
    assert!(run.files.values().all(|content| content == WHOLE) && run.files.len() == 3, "{:?}", run.files);
    assert_eq!(run.ranges, [Some("bytes=5-".to_owned()), Some("bytes=7-".to_owned()), None]);
}

#[test]
fn an_answer_that_is_no_continuation_is_33_and_the_file_is_untouched() {
    let other = |status: &str, fields: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    for answer in [
        ALL.to_vec(),
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n01234".to_vec(),
        other("206 Partial Content", "Content-Range: bytes 4-19/20\r\n", "456789abcdefghij"),
        other("206 Partial Content", "Content-Range: bytes 0-19/20\r\n", WHOLE),
        other("206 Partial Content", "", "56789abcdefghij"),
        other("206 Partial Content", "Content-Type: multipart/byteranges; boundary=b\r\n", "--b\r\n\r\n--b--"),
        other("404 Not Found", "", "<h1>no such page</h1>"),
        other("500 Oh", "Content-Range: bytes 4-5/9\r\n", "<h1>broken</h1>"),
        other("302 Found", "Location: /elsewhere\r\n", "<h1>over there</h1>"),
    ] {
        let run = agree(&[("f", "01234")], &[&answer], &["-C", "-", "-o", "f", "http://SERVER/"]);
        assert_eq!((run.exit, &run.files), (33, &one("01234")), "{}", String::from_utf8_lossy(&answer));
        let run = agree(&[], &[&answer], &["-C", "5", "http://SERVER/"]);
        assert_eq!((run.exit, run.stdout.as_str(), run.files.len()), (33, "", 0), "{}", String::from_utf8_lossy(&answer));
    }
    // What -f refuses is refused by -f, and an error without content is none here.
    let missing = other("404 Not Found", "", "<h1>no such page</h1>");
    assert_eq!(agree(&[("f", "01234")], &[&missing], &["-f", "-C", "-", "-o", "f", "http://SERVER/"]).exit, 22);
    let run = agree(&[("f", "01234")], &[&other("404 Not Found", "", "")], &["-C", "-", "-o", "f", "http://SERVER/"]);
    assert_eq!((run.exit, run.files), (0, one("01234")));
}

#[test]
fn a_file_that_is_whole_already_is_left_as_it_is() {
    let as_long: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n01234";
    let unsaid: &[u8] = b"HTTP/1.1 416 X\r\nContent-Length: 4\r\n\r\nnope";
    for answer in [ENOUGH, as_long, unsaid] {
        let run = agree(&[("f", "01234")], &[answer], &["-C", "-", "-o", "f", "http://SERVER/"]);
        assert_eq!((run.exit, run.files), (0, one("01234")));
        let run = agree(&[], &[answer], &["-C", "5", "http://SERVER/"]);
        assert_eq!((run.exit, run.stdout.as_str()), (0, ""));
        // curl makes an empty file; here none is made before there is something to write.
        let (run, said) = run_jaunt(&[], &[answer], &["-C", "5", "-o", "f", "http://SERVER/"]);
        assert_eq!((run.exit, run.files.len()), (0, 0), "{said}");
    }
    assert_eq!(agree(&[("f", "01234")], &[ENOUGH], &["-f", "-C", "-", "-o", "f", "http://SERVER/"]).exit, 22);
}

#[test]
fn a_file_longer_than_the_content_is_told_where_curl_is_silent() {
    let (run, said) = run_jaunt(&[("f", "0123456")], &[ENOUGH], &["-C", "-", "-o", "f", "http://SERVER/"]);
    assert_eq!((run.exit, run.files), (33, one("0123456")));
    assert!(said.contains("byte 7") && said.contains("5 bytes long"), "{said}");
}

#[test]
fn a_body_that_breaks_off_again_is_18_and_what_came_stays_added() {
    let broken = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-19/20\r\nContent-Length: 15\r\n\r\n5678";
    let run = agree(&[("f", "01234")], &[broken], &["-C", "-", "-o", "f", "http://SERVER/"]);
    assert_eq!((run.exit, run.files), (18, one("012345678")));
    // A server may end a part early, and say so; then the content is not whole either.
    let short = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-6/20\r\nContent-Length: 2\r\n\r\n56";
    let (short, said) = run_jaunt(&[("f", "01234")], &[short], &["-C", "-", "-o", "f", "http://SERVER/"]);
    assert_eq!((short.exit, short.files), (18, one("0123456")), "{said}");
    let more = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-6/7\r\nContent-Length: 5\r\n\r\n56XXX";
    let (more, said) = run_jaunt(&[("f", "01234")], &[more], &["-C", "-", "-o", "f", "http://SERVER/"]);
    assert_eq!((more.exit, more.files), (33, one("0123456")), "{said}");
}

#[test]
fn redirects_carry_the_range_and_only_the_last_answer_counts() {
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 5\r\n\r\nmoved";
    let run = agree(&[("f", "01234")], &[redirect, PART], &["-L", "-C", "-", "-o", "f", "http://SERVER/"]);
    assert_eq!((run.exit, run.files), (0, one(WHOLE)));
    assert_eq!(run.ranges, [Some("bytes=5-".to_owned()), Some("bytes=5-".to_owned())]);
}

#[test]
fn the_part_of_a_failed_fetch_is_continued_and_gets_its_name_when_it_is_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fetch = |answer: &[u8]| {
        let (output, requests) = serving(&[answer], |at| {
            let options = ["-sS", "-m20", "-C", "-", "-o", "f"];
            jaunt().args(options).arg(format!("http://{at}/")).current_dir(folder.path()).output().expect("it runs")
        });
        (code(&output), ranges(&requests).remove(0), files(folder.path()))
    };
    let part = |content: &str| BTreeMap::from([("f.part".to_owned(), content.to_owned())]);
    let begun = fetch(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234");
    assert_eq!(begun, (18, None, part("01234")));
    let range = || Some("bytes=5-".to_owned());
    // Neither a server without ranges nor an error page harms it.
    assert_eq!(fetch(ALL), (33, range(), part("01234")));
    assert_eq!(fetch(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"), (0, range(), part("01234")));
    assert_eq!(fetch(PART), (0, range(), one(WHOLE)));
    // What was whole, but had no name yet, gets it.
    std::fs::rename(folder.path().join("f"), folder.path().join("f.part")).expect("ours");
    std::fs::write(folder.path().join("f.part"), "01234").expect("ours");
    assert_eq!(fetch(ENOUGH), (0, range(), one("01234")));
}

#[test]
fn heads_of_i_come_with_the_content_or_not_at_all() {
    let run = agree(&[("f", "01234")], &[PART], &["-i", "-C", "-", "-o", "f", "http://SERVER/"]);
    assert!(run.files["f"].starts_with("01234HTTP/1.1 206 ") && run.files["f"].ends_with("\r\n\r\n56789abcdefghij"));
    let (refused, _) = run_jaunt(&[("f", "01234")], &[ALL], &["-i", "-C", "-", "-o", "f", "http://SERVER/"]);
    assert_eq!((refused.exit, refused.files), (33, one("01234")));
    let run = agree(&[], &[ALL], &["-I", "-C", "5", "http://SERVER/"]);
    assert!(run.exit == 0 && run.stdout.starts_with("HTTP/1.1 200 "), "{run:?}");
}

#[test]
fn files_and_data_are_continued_too() {
    let there = [("f", "0123"), ("src", "0123456789")];
    for (offset, exit, f) in [("-", 0, "0123456789"), ("10", 0, "0123"), ("11", 36, "0123")] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, content) in there {
            std::fs::write(folder.path().join(name), content).expect("a file in it");
        }
        let url = format!("file://{}/src", folder.path().display());
        let output = jaunt().args(["-sS", "-C", offset, "-o", "f", &url]).current_dir(folder.path()).output().expect("it runs");
        assert_eq!((code(&output), files(folder.path())["f"].as_str()), (exit, f), "-C {offset}: {}", stderr(&output));
    }
    let output = jaunt().args(["-s", "-C", "2", "data:,abcd"]).output().expect("it runs");
    assert_eq!((code(&output), &output.stdout[..]), (0, &b"cd"[..]));
}

#[test]
fn bad_offsets_are_refused_before_anything_is_sent_as_in_curl() {
    for offset in ["x", "", "5x", "-5", "9223372036854775808", "99999999999999999999"] {
        let run = agree(&[("f", "01234")], &[PART], &["-C", offset, "-o", "f", "http://SERVER/"]);
        assert_eq!((run.exit, run.ranges.len(), run.files), (2, 0, one("01234")), "{offset}");
    }
    // curl 7.88 takes the first of these two for -C alone and sends the second's data from its middle on.
    for options in [["-r", "1-2"], ["-d", "x"]] {
        let (run, _) =
            run_jaunt(&[("f", "01234")], &[PART], &[&["-C", "-", "-o", "f"][..], &options, &["http://SERVER/"]].concat());
        assert_eq!((run.exit, run.ranges.len()), (2, 0), "{options:?}");
    }
    // What cannot be written to is known before anything is sent.
    let (run, said) = run_jaunt(&[], &[PART], &["-C", "-", "-o", ".", "http://SERVER/"]);
    assert_eq!((run.exit, run.ranges.len()), (23, 0), "{said}");
}

#[test]
fn the_message_alone_shows_the_range_and_leaves_the_file_alone() {
    let (run, said) = run_jaunt(&[("f", "01234")], &[PART], &["--until", "message", "-C", "-", "-o", "f", "http://SERVER/"]);
    assert!(run.exit == 0 && run.stdout.contains("\r\nRange: bytes=5-\r\n"), "{said}");
    assert!(!run.stdout.to_ascii_lowercase().contains("accept-encoding"), "{}", run.stdout);
    assert_eq!((run.files, run.ranges.len()), (one("01234"), 0));
}

#[test]
fn the_narration_tells_what_was_asked_and_where_it_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("f"), "01234").expect("a file in it");
    let (output, _) = serving(&[PART], |at| {
        let options = ["-m20", "--plain", "-C", "-", "-o", "f"];
        jaunt().args(options).arg(format!("http://{at}/")).current_dir(folder.path()).output().expect("it runs")
    });
    let said = stderr(&output);
    for words in [
        "begins at byte 5: the rest of f",
        "Range: bytes=5-",
        "goes on as asked: bytes 5 to 19 of 20, added to f",
        "15 bytes added to f, after the 5 that were there: 20 bytes",
    ] {
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{words}: {said}");
    }
}
