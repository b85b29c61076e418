//! Stage 6 over real sockets: the exit codes of broken answers beside curl's, long bodies, servers that answer too early or drip.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{code, has, jaunt, run, serving, stderr};

/// A server for one connection, in the hands of `serve`; what `act` makes of its address.
fn with_server<T>(serve: impl FnOnce(TcpStream) + Send, act: impl FnOnce(SocketAddr) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let (stream, _) = listener.accept().expect("jaunt connects");
            stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a live socket");
            stream.set_write_timeout(Some(Duration::from_secs(20))).expect("a live socket");
            serve(stream);
        });
        act(address)
    })
}

/// Reads a request's head, and whatever came with it.
fn head(stream: &mut TcpStream) {
    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    while !seen.windows(4).any(|w| w == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(n @ 1..) => seen.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
}

#[test]
fn broken_answers_end_with_curls_numbers() {
    if !has("curl") {
        return;
    }
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\ngarbage\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nA: b\0c\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 600 Odd\r\n\r\nhi",
        "hello world\n",
        "ICY 200 OK\r\n\r\nhi",
        "HTTP/1.1 100 Continue\r\n\r\n",
        &format!("{chunked}2\r\nhi\r\n0\r\n\r\n"),
        &format!("{chunked}2\nhi\n0\n\n"),
        &format!("{chunked}5\r\nhi"),
        &format!("{chunked}2\r\nhi\r\n0\r\nA: b"),
        &format!("{chunked}2\r\nhiXX0\r\n\r\n"),
        &format!("{chunked}zz\r\nhi\r\n0\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: foo, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    ] {
        let mut curl = Command::new("curl");
        curl.arg("-q");
        let [ours, theirs] = [jaunt(), curl].map(|mut command| {
            let (output, _) = serving(&[answer.as_bytes()], |at| {
                command.args(["-sS", "-m20"]).arg(format!("http://{at}/")).output().expect("it runs")
            });
            (code(&output), output.stdout.clone(), stderr(&output))
        });
        assert_eq!((ours.0, &ours.1), (theirs.0, &theirs.1), "{answer:?}\n{}{}", ours.2, theirs.2);
    }
}

/// A body whose bytes tell where they belong.
fn long_body(bytes: usize) -> Vec<u8> {
    (0..bytes / 4).flat_map(|n| u32::try_from(n).expect("small").to_le_bytes()).collect()
}

#[test]
fn a_long_body_goes_through_a_pipe_unchanged_whether_spliced_or_read() {
    let body = long_body(6 << 20);
    for framing in ["Content-Length", "close", "chunked"] {
        let serve = |mut stream: TcpStream| {
            head(&mut stream);
            let length = body.len();
            let _ = match framing {
                "Content-Length" => stream
                    .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").as_bytes())
                    .and_then(|()| stream.write_all(&body)),
                "close" => stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").and_then(|()| stream.write_all(&body)),
                _ => stream
                    .write_all(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n").as_bytes())
                    .and_then(|()| stream.write_all(&body))
                    .and_then(|()| stream.write_all(b"\r\n0\r\n\r\n")),
            };
        };
        let output = with_server(serve, |at| run(["-s", "-S", "-m60", &format!("http://{at}/")]));
        assert_eq!(code(&output), 0, "{framing}: {}", stderr(&output));
        assert!(output.stdout == body, "{framing}: {} of {} bytes, or other ones", output.stdout.len(), body.len());
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_with_23() {
    let serve = |mut stream: TcpStream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let piece = [b'x'; 64 * 1024];
        for _ in 0..2_000 {
            if stream.write_all(&piece).is_err() {
                break;
            }
        }
    };
    let status = with_server(serve, |at| {
        let mut child =
            jaunt().args(["-s", "-m60", &format!("http://{at}/")]).stdout(Stdio::piped()).spawn().expect("jaunt can be run");
        let mut pipe = child.stdout.take().expect("it is piped");
        pipe.read_exact(&mut [0; 10]).expect("the first bytes come");
        drop(pipe);
        child.wait().expect("it ends")
    });
    assert_eq!(status.code(), Some(23));
}

#[test]
fn a_full_disk_is_23_and_says_where() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let (output, _) = serving(&[answer], |at| run(["-sS", "-o", "/dev/full", &format!("http://{at}/")]));
    assert_eq!(code(&output), 23);
    assert!(stderr(&output).contains("/dev/full") && stderr(&output).contains("ENOSPC"), "{}", stderr(&output));
}

#[test]
fn an_answer_before_the_end_of_the_request_is_read_and_ends_the_sending() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let upload = folder.path().join("upload");
    std::fs::write(&upload, vec![b'x'; 64 << 20]).expect("room");
    // The server refuses after the head, reads no more, and does not close either until jaunt does.
    let serve = |mut stream: TcpStream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno\n");
        let mut rest = [0; 1];
        let _ = stream.peek(&mut rest);
        std::thread::park_timeout(Duration::from_millis(300));
    };
    let data = format!("@{}", upload.display());
    let output =
        with_server(serve, |at| run(["-sS", "-m20", "-w", "%{http_code}", "--data-binary", &data, &format!("http://{at}/")]));
    assert_eq!((code(&output), &output.stdout[..]), (0, &b"no\n413"[..]), "{}", stderr(&output));
}

#[test]
fn a_dripping_server_cannot_stretch_the_whole() {
    let serve = |mut stream: TcpStream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        for _ in 0..200 {
            if stream.write_all(b"x").is_err() {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
    };
    let output = with_server(serve, |at| run(["-sS", "-m1", &format!("http://{at}/")]));
    assert_eq!(code(&output), 28, "{}", stderr(&output));
}

#[test]
fn an_old_file_survives_and_what_came_is_kept_beside_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("f");
    std::fs::write(&file, "old").expect("room");
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello";
    let (output, _) =
        serving(&[answer], |at| jaunt().args(["-o"]).arg(&file).arg(format!("http://{at}/")).output().expect("jaunt can be run"));
    assert_eq!(code(&output), 18);
    assert_eq!(std::fs::read(&file).expect("it is there"), b"old");
    assert_eq!(std::fs::read(folder.path().join("f.part")).expect("it is kept"), b"hello");
    assert!(stderr(&output).contains("f.part"), "{}", stderr(&output));
}

#[test]
fn a_post_never_goes_out_on_a_connection_that_the_server_may_be_closing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            for answer in [
                "307 Temporary Redirect\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n",
                "200 OK\r\nContent-Length: 2\r\n\r\nhi",
            ] {
                let (mut stream, _) = listener.accept().expect("a connection for each request");
                stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a live socket");
                head(&mut stream);
                let _ = stream.write_all(format!("HTTP/1.1 {answer}").as_bytes());
                // Kept, as far as the answer says; what comes on it is read and never answered.
                scope.spawn(move || head(&mut stream));
            }
        });
        run(["-sS", "-m20", "-L", "-d", "x", &url])
    });
    assert_eq!((code(&output), output.stdout.as_slice()), (0, &b"hi"[..]), "{}", stderr(&output));
}
