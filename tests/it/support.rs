//! What several parts of the tests need: jaunt itself, other programs, and a server that says what it is told to.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// The program under test, with nothing of the caller's environment that would change what it shows.
pub(crate) fn jaunt() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jaunt"));
    for variable in [
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "SSLKEYLOGFILE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs jaunt to its end.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Output {
    jaunt().args(arguments).output().expect("jaunt was built and can be run")
}

/// Its exit code.
pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself, not by a signal")
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Is `program` installed? If not the test says that it is skipped; with `JAUNT_REQUIRE_PEERS=1` it fails.
pub(crate) fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into(), "/usr/local/sbin".into()]);
    let found = places.into_iter().any(|dir| dir.join(program).is_file());
    if !found {
        let required = std::env::var_os("JAUNT_REQUIRE_PEERS").is_some_and(|v| v == "1");
        assert!(!required, "{program} is not installed, and JAUNT_REQUIRE_PEERS=1 requires it");
        let _ = writeln!(std::io::stderr(), "skipped: {program} is not installed");
    }
    found
}

/// A server on loopback: the n-th request is kept, and answered with the n-th of `answers` (the last again for those after it);
/// then the connection is closed. Gives what `act` gave and the requests, bytes as received.
pub(crate) fn serving<T>(answers: &[&[u8]], act: impl FnOnce(SocketAddr) -> T) -> (T, Vec<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    let (requests, over, next) = (Mutex::new(Vec::new()), AtomicBool::new(false), AtomicUsize::new(0));
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { break };
                let (requests, next) = (&requests, &next);
                scope.spawn(move || {
                    let Some(request) = read_request(&stream) else { return };
                    let n = next.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
                    requests.lock().expect("nobody panics holding it").push(request);
                    let _ = (&stream).write_all(answers[n]);
                    finish(&stream);
                });
            }
        });
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| act(address)));
        over.store(true, Ordering::SeqCst);
        wake(address);
        result
    });
    let requests = requests.into_inner().expect("nobody panics holding it");
    match result {
        Ok(value) => (value, requests),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// A connection that says nothing: it ends a server's wait.
#[expect(clippy::disallowed_methods, reason = "the peer's side of a test")]
pub(crate) fn wake(address: SocketAddr) {
    let _ = TcpStream::connect(address);
}

/// Head and, as Content-Length says, body. None when the client sends nothing.
fn read_request(mut stream: &TcpStream) -> Option<Vec<u8>> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = request.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|l| l.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            if request.len() >= end + 4 + length.unwrap_or(0) {
                return Some(request);
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return (!request.is_empty()).then_some(request),
            Ok(n) => request.extend_from_slice(&buffer[..n]),
        }
    }
}

/// Ends the answer, then waits for the client's end, so that no reset overtakes the bytes.
fn finish(mut stream: &TcpStream) {
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let mut rest = [0; 1024];
    while matches!(stream.read(&mut rest), Ok(n) if n > 0) {}
}
