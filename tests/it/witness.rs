//! An independent witness: strace sees what jaunt does, and `--events` must have told the same.

use std::path::Path;
use std::process::Command;

use crate::support::{code, has, jaunt, run, serving};

/// What strace saw of jaunt: the lines after the program itself was loaded, without those that failed to find a file.
/// None where nothing can be traced (strace absent, or not permitted as in some containers).
fn seen(arguments: &[&str], folder: &Path) -> Option<Vec<String>> {
    if !has("strace") {
        return None;
    }
    let log = folder.join("strace.log");
    let traced = |program: &str, arguments: &[&str]| {
        let mut command = Command::new("strace");
        command
            .args(["-f", "-qq", "-e", "trace=network,openat,open,read,write,writev,close", "-s", "0", "-o"])
            .arg(&log)
            .arg(program);
        command.args(arguments).current_dir(folder).output().expect("strace runs")
    };
    if !traced("true", &[]).status.success() {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: strace is not permitted here\n");
        return None;
    }
    let output = traced(jaunt().get_program().to_str().expect("a UTF-8 path"), arguments);
    assert_eq!(code(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    let log = std::fs::read_to_string(&log).expect("strace has written it");
    // Each line begins with the thread's number; what is opened to load the program and to find its stack is not jaunt's doing.
    let lines = log.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start().to_owned()));
    Some(lines.filter(|line| !line.contains("= -1 ENOENT")).collect())
}

fn opened(lines: &[String]) -> Vec<&str> {
    let names = lines.iter().filter(|line| line.starts_with("open")).filter_map(|line| line.split('"').nth(1));
    names.filter(|name| !name.contains("/lib") && !name.starts_with("/proc/self/maps") && !name.contains("ld.so")).collect()
}

#[test]
fn until_message_opens_no_socket_and_reads_no_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["-s", "--until", "message", "-d", "a=1", "http://www.example.test/form"];
    let Some(lines) = seen(&arguments, folder.path()) else { return };
    assert_eq!(opened(&lines), Vec::<&str>::new());
    let sockets: Vec<_> = lines.iter().filter(|line| line.starts_with("socket(") || line.starts_with("connect(")).collect();
    assert!(sockets.is_empty(), "{sockets:?}");
}

#[test]
fn an_address_needs_no_resolver_and_http_no_trust_roots() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let answer: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let (lines, _) = serving(&[answer], |at| seen(&["-s", "-m20", &format!("http://{at}/")], folder.path()));
    let Some(lines) = lines else { return };
    assert_eq!(opened(&lines), Vec::<&str>::new());
    assert_eq!(lines.iter().filter(|line| line.starts_with("socket(")).count(), 1, "{lines:#?}");
}

#[test]
fn descriptors_and_byte_counts_are_those_that_strace_saw() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let body = vec![b'x'; 200_000];
    let answer = [b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n", body.as_slice()].concat();
    let (result, _) = serving(&[&answer], |at| {
        let url = format!("http://{at}/");
        (seen(&["-s", "-m20", "--events", "events", "-o", "out", &url], folder.path()), at)
    });
    let (Some(lines), address) = result else { return };
    let events = std::fs::read_to_string(folder.path().join("events")).expect("they were written");
    let events: Vec<serde_json::Value> = events.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let data = |stage: &str, event: &str| -> Vec<&serde_json::Value> {
        events.iter().filter(|e| e["stage"] == stage && e["event"] == event).map(|e| &e["data"]).collect()
    };

    // socket() and connect(), with the descriptor that the kernel gave.
    let fd = data("connect", "socket")[0]["fd"].as_i64().expect("a descriptor");
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC") && line.ends_with(&format!("= {fd}")))
    );
    let port = format!("connect({fd}, {{sa_family=AF_INET, sin_port=htons({})", address.port());
    assert!(lines.iter().any(|line| line.starts_with(&port)), "{port}: {lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with(&format!("close({fd})"))));
    assert_eq!(data("connect", "closed").len(), 1);

    // Every write() and read() on it, in order, with its count.
    let from = lines.iter().position(|line| line.starts_with(&port)).expect("seen above");
    let calls = |call: &str| -> Vec<i64> {
        let start = format!("{call}({fd}, ");
        let results = lines[from..]
            .iter()
            .filter(|line| line.starts_with(&start))
            .filter_map(|line| line.rsplit_once("= ")?.1.parse().ok());
        results.collect()
    };
    let told = |event: &str, field: &str| -> Vec<i64> {
        data("response", event).iter().map(|d| d[field].as_i64().expect("a count")).collect()
    };
    assert_eq!(told("wrote", "taken"), calls("write"));
    assert_eq!(told("read", "bytes"), calls("read"));
    assert_eq!(std::fs::read(folder.path().join("out")).expect("it was written"), body);
}

#[test]
fn until_message_writes_the_bytes_that_a_server_receives() {
    let ok: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for options in [
        &[][..],
        &["-I"],
        &["-d", "a=1"],
        &["--json", "{}", "-H", "X: y", "-H", "Accept:"],
        &["-u", "user:secret", "-b", "a=b", "-e", "http://r/"],
        &["-X", "OPTIONS", "-0"],
        &["-r", "1-2", "-A", ""],
    ] {
        let (message, requests) = serving(&[ok], |at| {
            let url = format!("http://{at}/path?query#fragment");
            let output = run(options.iter().copied().chain(["-s", "-m20", &url]));
            assert_eq!(code(&output), 0, "{options:?}");
            run(options.iter().copied().chain(["--until", "message", &url])).stdout
        });
        assert_eq!(String::from_utf8_lossy(&message), String::from_utf8_lossy(&requests[0]), "{options:?}");
    }
}

#[test]
fn what_is_shown_changes_no_byte_of_the_request() {
    let ok: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let ((), requests) = serving(&[ok], |at| {
        let url = format!("http://{at}/");
        for options in
            [&["-s"][..], &[], &["-v"], &["-vv", "--plain"], &["--events", "-"], &["--no-images"], &["--color", "always"]]
        {
            assert_eq!(code(&run(options.iter().copied().chain(["-m20", &url]))), 0, "{options:?}");
        }
    });
    assert_eq!(requests.len(), 7);
    assert!(requests.iter().all(|r| *r == requests[0]));
}
