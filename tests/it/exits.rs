//! Every way to fail has curl's number, a message that names what failed, and leaves no half file.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, UdpSocket};

use crate::support::{code, run, serving, stderr};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// jaunt against a server that gives `answers`; the exit code and what was said must be these.
fn ends(answers: &[&[u8]], options: &[&str], exit: i32, words: &str) {
    let (output, _) = serving(answers, |at| run(options.iter().copied().map(str::to_owned).chain(plain(at))));
    let said = stderr(&output);
    assert_eq!(code(&output), exit, "{options:?}: {said}");
    assert!(said.starts_with(&format!("jaunt: ({exit}) ")), "{options:?}: {said}");
    assert!(said.contains(words), "{options:?}: {said}");
}

fn plain(at: SocketAddr) -> Vec<String> {
    vec!["-sS".to_owned(), "-m20".to_owned(), format!("http://{at}/page")]
}

#[test]
fn a_whole_answer_is_success() {
    let (output, _) = serving(&[OK], |at| run(plain(at)));
    assert_eq!((code(&output), output.stdout.as_slice(), stderr(&output).as_str()), (0, &b"hello"[..], ""));
}

#[test]
fn a_scheme_that_is_not_fetched_is_1() {
    for url in ["ftp://h.example/", "mailto:a@h.example", "news:x"] {
        assert_eq!(code(&run(["-s", url])), 1, "{url}");
    }
}

#[test]
fn a_url_that_cannot_be_read_is_3() {
    for url in ["http://", "http://h.example:99999/", "http://[::1", "http://h.example/\n", "http://a b/"] {
        assert_eq!(code(&run(["-s", url])), 3, "{url:?}");
    }
}

#[test]
fn control_characters_are_refused_before_anything_is_sent() {
    for options in [["-H", "A: b\r\nC: d"], ["-A", "a\nb"], ["-e", "a\rb"], ["-X", "GET / HTTP/1.1\r\nX:"], ["-b", "a=\r\nb"]] {
        let (output, requests) = serving(&[OK], |at| run(options.iter().map(|o| (*o).to_owned()).chain(plain(at))));
        assert!(matches!(code(&output), 2 | 3), "{options:?}: {}", stderr(&output));
        assert!(requests.is_empty(), "{options:?}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_6() {
    let server = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let at = server.local_addr().expect("it is bound");
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut buffer = [0; 1500];
            // Whatever is asked does not exist (RFC 1035 §4.1.1: QR, RD, RA, RCODE 3); an empty datagram ends it.
            while let Ok((size @ 12.., from)) = server.recv_from(&mut buffer) {
                buffer[2] |= 0x80;
                buffer[3] = 0x83;
                let _ = server.send_to(&buffer[..size], from);
            }
        });
        let output = run(["-sS", "-m20", "--dns-servers", &at.to_string(), "http://no-such-name.example/"]);
        let _ = server.send_to(&[], at);
        output
    });
    assert_eq!(code(&output), 6, "{}", stderr(&output));
    assert!(
        stderr(&output).starts_with("jaunt: (6) ") && stderr(&output).contains("no-such-name.example"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn nobody_listening_is_7_and_an_old_file_survives() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let at = listener.local_addr().expect("it is bound");
    drop(listener);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join("page");
    std::fs::write(&file, "old").expect("a file in it");
    let output = run(["-sS", "-o", file.to_str().expect("a UTF-8 path"), &format!("http://{at}/")]);
    assert_eq!(code(&output), 7, "{}", stderr(&output));
    assert!(stderr(&output).contains(&at.ip().to_string()) && stderr(&output).contains("refused"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&file).expect("it is still there"), "old");
    assert_eq!(std::fs::read_dir(dir.path()).expect("it can be listed").count(), 1);
}

#[test]
fn an_answer_that_is_no_http_is_8_or_1() {
    let (output, _) = serving(&[b"SSH-2.0-OpenSSH_9.2\r\n"], |at| run(plain(at)));
    assert!(matches!(code(&output), 1 | 8), "{}", stderr(&output));
}

#[test]
fn a_short_body_is_18_and_leaves_no_file_of_that_name() {
    let short: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello";
    ends(&[short], &[], 18, "");
    ends(&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"], &[], 18, "");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join("page");
    ends(&[short], &["-o", file.to_str().expect("a UTF-8 path")], 18, "");
    assert!(!file.exists());
}

#[test]
fn a_status_is_a_failure_only_with_f() {
    let missing: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone";
    ends(&[missing], &["-f"], 22, "404");
    let (output, _) = serving(&[missing], |at| run(plain(at)));
    assert_eq!((code(&output), output.stdout.as_slice()), (0, &b"gone"[..]));
    let (output, _) = serving(&[missing], |at| run(["-f".to_owned()].into_iter().chain(plain(at))));
    assert_eq!(output.stdout, b"");
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_takes_no_more_is_23() {
    ends(&[OK], &["-o", "/dev/full"], 23, "/dev/full");
    ends(&[OK], &["-o", "/no/such/dir/file"], 23, "/no/such/dir");
    ends(&[OK], &["--events", "/dev/full"], 23, "--events");
}

#[test]
fn time_runs_out_with_28() {
    // It listens, and nobody ever accepts: the connection stands, the answer never comes.
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let at = listener.local_addr().expect("it is bound");
    let output = run(["-sS", "-m", "0.2", &format!("http://{at}/")]);
    assert_eq!(code(&output), 28, "{}", stderr(&output));
    assert!(stderr(&output).contains("-m"), "{}", stderr(&output));
}

#[test]
fn tls_failures_have_their_numbers() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("https://{}/", listener.local_addr().expect("it is bound"));
    // A server that speaks plain HTTP on the port.
    let output = std::thread::scope(|scope| {
        scope.spawn(|| listener.accept().map(|(mut peer, _)| peer.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")));
        run(["-sS", "-m20", "-k", &url])
    });
    assert_eq!(code(&output), 35, "{}", stderr(&output));
    assert_eq!(code(&run(["-s", "-m20", "--cacert", "/no/such/file", &url])), 77);
    assert_eq!(code(&run(["-s", "-m20", "-k", "--cert", "/no/such/file", &url])), 58);
}

#[test]
fn too_many_redirects_are_47() {
    let circle: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Length: 0\r\n\r\n";
    ends(&[circle], &["-L", "--max-redirs", "3"], 47, "3 redirects");
    let (output, requests) = serving(&[circle, OK], |at| run(["-L".to_owned()].into_iter().chain(plain(at))));
    assert_eq!((code(&output), output.stdout.as_slice(), requests.len()), (0, &b"hello"[..], 2));
}

#[test]
fn a_redirect_never_leads_to_a_file() {
    ends(&[b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"], &["-L"], 1, "file:");
}

#[test]
fn an_empty_answer_is_52() {
    ends(&[b""], &[], 52, "");
}

#[test]
fn content_that_cannot_be_decoded_is_61() {
    ends(&[b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"], &[], 61, "gzip");
}

#[test]
fn more_than_max_filesize_is_63() {
    ends(&[OK], &["--max-filesize", "4"], 63, "");
    ends(&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"], &["--max-filesize", "4"], 63, "");
    let (output, _) = serving(&[OK], |at| run(["--max-filesize", "5"].map(str::to_owned).into_iter().chain(plain(at))));
    assert_eq!(code(&output), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_with_130_and_says_so() {
    use std::io::Read as _;

    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let mut child = crate::support::jaunt()
        .args(["-sS", "-m20", &url])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let (mut peer, _) = listener.accept().expect("it connects");
    // Its request has come: from now on it waits for the answer.
    let _ = peer.read(&mut [0; 1024]);
    let kill = format!("kill -INT {}", child.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success());
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    let _ = peer.write_all(b"");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{said}");
    assert!(said.starts_with("jaunt: (130) "), "{said}");
}

#[test]
fn a_redirect_with_a_control_character_is_3() {
    let answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\x1b[31m\r\nContent-Length: 0\r\n\r\n";
    ends(&[answer], &["-L"], 3, "a control character, ESC");
}

#[test]
fn lost_events_are_23_with_their_file_and_the_cause() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    ends(&[OK], &["--events", "/dev/full"], 23, "--events writes /dev/full: no space left on device (ENOSPC)");
}

/// The narration of a fetch that fails, without the times.
fn story(options: &[&str]) -> Vec<String> {
    let output = run(options.iter().copied().chain(["-m20", "--no-images"]));
    stderr(&output).lines().map(str::to_owned).collect()
}

#[test]
fn a_failure_tells_each_address_its_cause_and_a_remedy_and_ends_with_the_number() {
    let free = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port").local_addr().expect("it is bound").port();
    let said = story(&[&format!("http://127.0.0.1:{free}/")]);
    assert_eq!(
        said.last().map(String::as_str),
        Some(&*format!("jaunt: (7) connect to 127.0.0.1:{free}: connection refused (ECONNREFUSED)"))
    );
    let block = said.iter().position(|line| line.starts_with("Failed ")).expect("a block of its own");
    assert!(
        said[block + 1].trim_start().starts_with("likely  ") && said[block + 2].trim_start().starts_with("try     "),
        "{said:#?}"
    );
    let call = format!("connect(3, 127.0.0.1:{free}) = -1 ECONNREFUSED  connection refused after ");
    assert!(said.iter().any(|line| line.trim_start().starts_with(&call)), "{said:#?}");

    let said = story(&["--resolve", &format!("two.test:{free}:127.0.0.1,127.0.0.2"), &format!("http://two.test:{free}/")]);
    let tried: Vec<_> = said.iter().filter(|line| line.trim_start().starts_with("tried ")).collect();
    assert_eq!(tried.len(), 2, "{said:#?}");
    assert!(!tried.iter().any(|line| line.contains(" 0.0 ms")), "{tried:#?}");
}

#[test]
fn what_is_closed_is_told_before_the_failure_is() {
    let answer = b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n";
    let (said, _) = serving(&[answer], |at| story(&["-L", &format!("http://{at}/")]));
    let place = |start: &str| {
        said.iter().position(|line| line.trim_start().starts_with(start)).unwrap_or_else(|| panic!("{start}: {said:#?}"))
    };
    assert!(place("close(3)") < place("Failed "), "{said:#?}");
}

#[test]
fn no_password_is_told_however_its_url_is_mistyped() {
    for url in [
        "http:/user:PASSWD@127.0.0.1:1/",
        "http:///user:PASSWD@127.0.0.1:1/",
        r"http:\\user:PASSWD@127.0.0.1:1/",
        "user:PASSWD@127.0.0.1:1//x",
        "http//user:PASSWD@127.0.0.1:1/",
        "http://user:PAS/SWD@127.0.0.1:1/",
        "http://user:PASSWD@127.0.0.1:1:2/",
        "http://user:PASSWD@[::1/",
        "ftp://user:PASSWD@127.0.0.1/",
    ] {
        let output =
            run(["-vv", "-m20", "--resolve", "http:80:127.0.0.1", "--connect-to", "::127.0.0.1:1", "--events", "-", url]);
        let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), stderr(&output));
        assert_ne!(code(&output), 0, "{url}");
        assert!(!all.contains("SWD"), "{url}: {all}");
    }
}

#[test]
fn a_server_that_says_nothing_is_named_when_the_time_runs_out() {
    let silent = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let server = silent.local_addr().expect("it is bound").to_string();
    let said = story(&["--connect-timeout", "0.3", "--dns-servers", &server, "http://silent.test/"]);
    assert!(said.last().is_some_and(|line| line.starts_with("jaunt: (28) ")), "{said:#?}");
    let line = format!("tried   {server} over UDP, A, AAAA of silent.test: no answer before the time had run out");
    assert!(said.iter().any(|l| l.trim_start() == line), "{said:#?}");
}

#[test]
fn sigterm_leaves_nothing_hidden_behind_and_the_process_dies_of_it() {
    use std::io::Read as _;
    use std::os::unix::process::ExitStatusExt as _;

    let folder = tempfile::tempdir().expect("a temporary folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let mut child = crate::support::jaunt()
        .args(["-s", "-m20", "-o", "out", &url])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let (mut peer, _) = listener.accept().expect("it connects");
    let _ = peer.read(&mut [0; 1024]);
    peer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").expect("it listens");
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(folder.path()).expect("it can be listed");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    };
    // Until what has come is in a file, which takes no more than a few rounds.
    for _ in 0..1_000 {
        if !names().is_empty() {
            break;
        }
        let _ = std::process::Command::new("true").status();
    }
    let kill = format!("kill -TERM {}", child.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success());
    assert_eq!(child.wait().expect("it ends").signal(), Some(15));
    assert!(names().iter().all(|name| name == "out.part"), "{:?}", names());
}

#[test]
fn a_cookie_that_cannot_be_sent_does_not_stop_the_journey() {
    let set: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: a=\x01b\r\nSet-Cookie: c=d\r\nContent-Length: 0\r\n\r\n";
    let (output, requests) = serving(&[set, OK], |at| run(["-L", "-b", ""].map(str::to_owned).into_iter().chain(plain(at))));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&requests[1]).contains("\r\nCookie: c=d\r\n"), "{requests:?}");
}

#[test]
fn a_carriage_return_within_a_location_is_3_like_any_control_character() {
    ends(&[b"HTTP/1.1 302 Found\r\nLocation: /a\rX: b\r\nContent-Length: 0\r\n\r\n"], &["-L"], 3, "CR");
}

#[test]
fn a_redirect_that_cannot_be_followed_leaves_an_old_file_as_it_was() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join("page");
    std::fs::write(&file, "old").expect("a file in it");
    let to = ["-L", "--max-redirs", "2", "-o", file.to_str().expect("a UTF-8 path")];
    let moved = |location: &str| format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 5\r\n\r\nmoved");
    ends(&[moved("/page").as_bytes()], &to, 47, "redirects");
    ends(&[moved("file:///etc/passwd").as_bytes()], &to, 1, "file:");
    ends(&[moved("http://[bad/").as_bytes()], &to, 3, "");
    assert_eq!(std::fs::read_to_string(&file).expect("it is still there"), "old");
    assert_eq!(std::fs::read_dir(dir.path()).expect("it can be listed").count(), 1);
}
