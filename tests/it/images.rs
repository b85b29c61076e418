//! Stage 7 through the program: a site that answers as a test wants, and what ends up where.

#![allow(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use crate::support::{code, has, jaunt, stderr};

/// What a test's site does with one request.
enum Reply {
    /// An answer with this status, type and content; the connection is kept.
    Whole(u16, &'static str, Vec<u8>),
    /// The same, but the server closes the kept connection afterwards without saying so.
    ThenClosed(u16, &'static str, Vec<u8>),
    /// Announces more than it sends.
    Broken(Vec<u8>),
    /// Closes the connection instead of an answer.
    Closed,
    /// Says nothing more until the client goes away.
    Silent,
    /// So many bytes of an image's answer, head and all; the rest when another path has been asked for.
    Until(usize, &'static str),
    /// Half a page, then the rest when the test's condition holds.
    Page(Vec<u8>, Vec<u8>),
}

/// What a site has seen.
#[derive(Default)]
struct Seen {
    paths: Mutex<Vec<String>>,
    came: Condvar,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Seen {
    fn wait_for(&self, path: &str) {
        let paths = self.paths.lock().unwrap();
        let (_paths, timeout) =
            self.came.wait_timeout_while(paths, Duration::from_secs(20), |paths| !paths.iter().any(|p| p == path)).unwrap();
        assert!(!timeout.timed_out(), "{path} was never asked for");
    }

    fn count(&self, path: &str) -> usize {
        self.paths.lock().unwrap().iter().filter(|p| *p == path).count()
    }
}

/// Serves `reply` on every address of `hosts` (`127.0.0.1` …), all on one port, while `act` runs.
fn site<T>(hosts: &[&str], reply: impl Fn(&str) -> Reply + Sync, act: impl FnOnce(u16, &Seen) -> T) -> T {
    serving(hosts, false, reply, act)
}

/// The same, and `in_turn` no connection before the last one is closed.
fn serving<T>(hosts: &[&str], in_turn: bool, reply: impl Fn(&str) -> Reply + Sync, act: impl FnOnce(u16, &Seen) -> T) -> T {
    let first = TcpListener::bind((hosts[0], 0)).unwrap();
    let port = first.local_addr().unwrap().port();
    let mut listeners = vec![first];
    for host in &hosts[1..] {
        listeners.push(TcpListener::bind((*host, port)).unwrap());
    }
    let (seen, over) = (Seen::default(), AtomicBool::new(false));
    let (reply, seen_, over_) = (&reply, &seen, &over);
    std::thread::scope(|scope| {
        let addresses: Vec<SocketAddr> = listeners.iter().map(|l| l.local_addr().unwrap()).collect();
        for listener in listeners {
            scope.spawn(move || {
                for stream in listener.incoming() {
                    if over_.load(Ordering::SeqCst) {
                        break;
                    }
                    let Ok(stream) = stream else { break };
                    if in_turn {
                        connection(&stream, reply, seen_);
                    } else {
                        scope.spawn(move || connection(&stream, reply, seen_));
                    }
                }
            });
        }
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| act(port, seen_)));
        over.store(true, Ordering::SeqCst);
        for address in addresses {
            #[expect(clippy::disallowed_methods, reason = "the peer's side of a test")]
            let _ = TcpStream::connect(address);
        }
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn connection(stream: &TcpStream, reply: &(impl Fn(&str) -> Reply + Sync), seen: &Seen) {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
    seen.most.fetch_max(now, Ordering::SeqCst);
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(first)) = lines.next() {
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        seen.paths.lock().unwrap().push(path.clone());
        seen.came.notify_all();
        let mut out = stream;
        let head = |status: u16, kind: &str, length: usize| {
            format!("HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n").into_bytes()
        };
        let mut whole = |status, kind, content: Vec<u8>| {
            let mut bytes = head(status, kind, content.len());
            bytes.extend(content);
            out.write_all(&bytes).is_ok()
        };
        let kept = match reply(&path) {
            Reply::Whole(status, kind, content) => whole(status, kind, content),
            Reply::ThenClosed(status, kind, content) => {
                whole(status, kind, content);
                false
            }
            Reply::Broken(content) => {
                let mut bytes = head(200, "image/png", content.len() + 1_000);
                bytes.extend(content);
                let _ = out.write_all(&bytes);
                false
            }
            Reply::Closed => false,
            Reply::Silent => {
                let _ = out.read(&mut [0]);
                false
            }
            Reply::Until(bytes, path) => {
                let mut answer = head(200, "image/png", 5_000);
                answer.extend(png(5_000 - png(0).len()));
                out.write_all(&answer[..bytes]).unwrap();
                seen.wait_for(path);
                out.write_all(&answer[bytes..]).is_ok()
            }
            Reply::Page(half, rest) => {
                let mut bytes = head(200, "text/html; charset=utf-8", half.len() + rest.len());
                bytes.extend(half);
                out.write_all(&bytes).unwrap();
                seen.wait_for("/early.png");
                out.write_all(&rest).is_ok()
            }
        };
        if !kept {
            break;
        }
    }
    seen.now.fetch_sub(1, Ordering::SeqCst);
}

fn png(filler: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x08\x08\x02\0\0\0\0\0\0\0".to_vec();
    bytes.resize(bytes.len() + filler, 0);
    bytes
}

fn page(paths: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<u8> {
    let mut page = b"<!DOCTYPE html><meta charset=utf-8>\n".to_vec();
    for path in paths {
        page.extend(format!("<img src=\"{}\">\n", path.as_ref()).into_bytes());
    }
    page
}

fn saving(port: u16, dir: &Path, more: &[&str]) -> Output {
    let url = format!("http://127.0.0.1:{port}/");
    jaunt().args(["-s", "-o", "/dev/null", "--save-images"]).arg(dir).args(more).arg(url).output().unwrap()
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn html(content: Vec<u8>) -> Reply {
    Reply::Whole(200, "text/html", content)
}

#[test]
fn hostile_names_stay_inside_the_folder_and_nothing_is_overwritten() {
    let top = tempfile::tempdir().unwrap();
    let (dir, outside) = (top.path().join("dir"), top.path().join("outside"));
    fs::create_dir(&dir).unwrap();
    fs::write(&outside, "precious").unwrap();
    fs::write(dir.join("old.png"), "old").unwrap();
    symlink(&outside, dir.join("link.png")).unwrap();
    symlink(top.path().join("nowhere"), dir.join("dangling.png")).unwrap();
    let long = format!("/{}.png", "n".repeat(300));
    let paths = [
        "/%2e%2e%2fescape.png",
        "/..%5c..%5cescape.png",
        "/C:%5cescape.png",
        "/%2fetc%2fescape.png",
        "/nul.png",
        "/a%00b.png",
        "/new%0Aline.png",
        "/old.png",
        "/link.png",
        "/dangling.png",
        "/Case.png",
        "/case.png",
        "/%ff.png",
        "/index.json",
        "/none",
        &long,
    ];
    let reply = |path: &str| if path == "/" { html(page(paths)) } else { Reply::Whole(200, "image/png", png(10)) };
    let output = site(&["127.0.0.1"], reply, |port, _| saving(port, &dir, &[]));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(files(top.path()), ["dir", "outside"]);
    assert_eq!(fs::read(&outside).unwrap(), b"precious");
    assert_eq!(fs::read(dir.join("old.png")).unwrap(), b"old");
    let saved = files(&dir);
    assert_eq!(saved.len(), 3 + paths.len() + 1, "{saved:?}");
    for name in &saved {
        assert!(name.len() <= 200 && !name.contains(['\\', ':', '\n', '\0']) && !name.starts_with('.'), "{name:?}");
    }
    let folded: std::collections::HashSet<_> = saved.iter().map(|n| n.to_lowercase()).collect();
    assert_eq!(folded.len(), saved.len(), "{saved:?}");
    let index: serde_json::Value = serde_json::from_slice(&fs::read(dir.join("index.json")).unwrap()).unwrap();
    assert_eq!(index["complete"], true);
    for image in index["images"].as_array().unwrap() {
        assert_eq!(image["status"], 200);
        assert_eq!((image["width"].as_u64(), image["height"].as_u64()), (Some(16), Some(8)));
        assert_eq!(fs::read(dir.join(image["file"].as_str().unwrap())).unwrap(), png(10));
    }
    assert_eq!(index["images"][15]["file"].as_str().map(|n| n.ends_with(".png")), Some(true));
}

#[test]
fn the_first_image_is_asked_for_before_the_page_has_come() {
    let reply = |path: &str| match path {
        "/" => Reply::Page(page(["/early.png"]), page(["/late.png"])),
        _ => Reply::Whole(200, "image/png", png(0)),
    };
    site(&["127.0.0.1"], reply, |port, seen| {
        let output = jaunt().args(["-o", "/dev/null", &format!("http://127.0.0.1:{port}/")]).output().unwrap();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert_eq!((seen.count("/early.png"), seen.count("/late.png")), (1, 1));
    });
}

#[test]
fn one_slow_image_of_a_near_server_keeps_no_other_waiting() {
    // Nothing, a part of the head, a part of the content: then nothing more before the last image is asked for.
    for bytes in [0, 20, 200] {
        for slow in ["/0.png", "/1.png", "/30.png"] {
            let paths: Vec<_> = (0..60).map(|n| format!("/{n}.png")).collect();
            let reply = |path: &str| match path {
                "/" => html(page(&paths)),
                path if path == slow => Reply::Until(bytes, "/59.png"),
                _ => Reply::Whole(200, "image/png", png(500)),
            };
            site(&["127.0.0.1"], reply, |port, seen| {
                let dir = tempfile::tempdir().unwrap();
                let output = saving(port, dir.path(), &[]);
                assert_eq!(code(&output), 0, "{bytes} {slow} {}", stderr(&output));
                assert_eq!(files(dir.path()).len(), 61, "{bytes} {slow}: 60 pictures and their index");
                assert!(paths.iter().all(|path| seen.count(path) == 1), "{bytes} {slow}");
            });
        }
    }
}

#[test]
fn a_server_that_serves_one_connection_at_a_time_is_waited_for_in_turn() {
    for images in [1, 10, 60] {
        let paths: Vec<_> = (0..images).map(|n| format!("/{n}.png")).collect();
        let reply = |path: &str| match path {
            "/" => html(page(&paths)),
            // Slow enough for lanes.
            _ => {
                std::thread::sleep(Duration::from_millis(2));
                Reply::Whole(200, "image/png", png(500))
            }
        };
        serving(&["127.0.0.1"], true, reply, |port, _| {
            let dir = tempfile::tempdir().unwrap();
            let output = saving(port, dir.path(), &["-m", "30"]);
            assert_eq!(code(&output), 0, "{images} {}", stderr(&output));
            assert_eq!(files(dir.path()).len(), images + 1);
        });
    }
}

#[test]
fn a_server_that_closes_kept_connections_costs_no_image() {
    let paths: Vec<_> = (0..300).map(|n| format!("/{n}.png")).collect();
    let reply = |path: &str| match path {
        "/" => html(page(&paths)),
        path if path.len() % 2 == 0 => Reply::ThenClosed(200, "image/png", png(100)),
        _ => Reply::Whole(200, "image/png", png(100)),
    };
    let top = tempfile::tempdir().unwrap();
    site(&["127.0.0.1"], reply, |port, seen| {
        let output = saving(port, top.path(), &[]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert_eq!(files(top.path()).len(), 301);
        assert!(seen.most.load(Ordering::SeqCst) <= 6 + 6, "connections the server has not noticed the end of included");
    });
}

#[test]
fn a_request_that_is_sent_again_is_told() {
    let dropped = AtomicBool::new(false);
    let reply = |path: &str| match path {
        "/" => html(page(["/1.png", "/2.png"])),
        "/1.png" if !dropped.swap(true, Ordering::SeqCst) => Reply::Closed,
        _ => Reply::Whole(200, "image/png", png(100)),
    };
    site(&["127.0.0.1"], reply, |port, seen| {
        let output = jaunt().args(["--sequential", "-m20", &format!("http://127.0.0.1:{port}/")]).output().unwrap();
        let said = stderr(&output);
        assert_eq!(code(&output), 0, "{said}");
        assert_eq!(seen.count("/1.png"), 2);
        let words = "1 request was sent again on a new connection: the server had closed the kept one";
        assert!(said.contains(words), "{said}");
    });
}

#[test]
fn thirty_two_descriptors_are_enough() {
    if !has("sh") {
        return;
    }
    let hosts: Vec<_> = (1..=12).map(|n| format!("127.0.0.{n}")).collect();
    let hosts: Vec<_> = hosts.iter().map(String::as_str).collect();
    let port = Mutex::new(0);
    let reply = |path: &str| match path {
        "/" => {
            let port = *port.lock().unwrap();
            html(page((0..240).map(|n| format!("http://127.0.0.{}:{port}/{n}.png", n % 12 + 1))))
        }
        _ => Reply::Whole(200, "image/png", png(2_000)),
    };
    let top = tempfile::tempdir().unwrap();
    site(&hosts, reply, |listening, _| {
        *port.lock().unwrap() = listening;
        let script = "ulimit -n 32; exec \"$0\" -s -o /dev/null --save-images \"$1\" \"$2\"";
        let output = std::process::Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_jaunt")])
            .arg(top.path())
            .arg(format!("http://127.0.0.1:{listening}/"))
            .output()
            .unwrap();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert_eq!(files(top.path()).len(), 241);
    });
}

#[test]
fn a_broken_image_fails_alone_and_gives_the_run_its_number() {
    let reply = |path: &str| match path {
        "/" => html(page(["/a.png", "/broken.png", "/gone.png", "/b.png"])),
        "/broken.png" => Reply::Broken(png(100)),
        "/gone.png" => Reply::Whole(404, "text/html", b"no".to_vec()),
        _ => Reply::Whole(200, "image/png", png(100)),
    };
    let top = tempfile::tempdir().unwrap();
    site(&["127.0.0.1"], reply, |port, _| {
        let output = saving(port, &top.path().join("d"), &[]);
        assert_eq!(code(&output), 18, "{}", stderr(&output));
        assert_eq!(files(&top.path().join("d")), ["a.png", "b.png", "index.json"]);
        let index = fs::read(top.path().join("d/index.json")).unwrap();
        let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
        assert_eq!(index["images"][1]["file"], serde_json::Value::Null);
        assert_eq!(index["images"][2]["status"], 404);
        // Without saving, only what broke off counts; a status is told and that is all.
        let url = format!("http://127.0.0.1:{port}/");
        let output = jaunt().args(["-o", "/dev/null", &url]).output().unwrap();
        assert_eq!(code(&output), 18);
        assert!(stderr(&output).contains("404"), "{}", stderr(&output));
    });
}

#[test]
fn a_missing_image_counts_only_where_it_is_asked_for() {
    let reply = |path: &str| match path {
        "/" => html(page(["/gone.png"])),
        _ => Reply::Whole(404, "image/png", png(0)),
    };
    let top = tempfile::tempdir().unwrap();
    site(&["127.0.0.1"], reply, |port, _| {
        let url = format!("http://127.0.0.1:{port}/");
        let run = |more: &[&str]| code(&jaunt().args(["-o", "/dev/null"]).args(more).arg(&url).output().unwrap());
        assert_eq!(run(&[]), 0);
        assert_eq!(run(&["-f"]), 22);
        assert_eq!(code(&saving(port, &top.path().join("d"), &[])), 22);
        assert_eq!(files(&top.path().join("d")), ["index.json"]);
    });
}

/// Of twenty images two come, and the others keep silent when the signals come: how it ended, the files, and the index.
fn stopped_by(signals: &[&str]) -> (ExitStatus, Vec<String>, serde_json::Value) {
    let paths: Vec<_> = (0..20).map(|n| format!("/{n}.png")).collect();
    let reply = |path: &str| match path {
        "/" => html(page(&paths)),
        "/0.png" | "/1.png" => Reply::Whole(200, "image/png", png(100)),
        _ => Reply::Silent,
    };
    let top = tempfile::tempdir().unwrap();
    site(&["127.0.0.1"], reply, |port, seen| {
        let mut child = start(port, top.path());
        seen.wait_for("/7.png");
        for name in signals {
            signal(&child, name);
        }
        let ended = child.wait().unwrap();
        let index = fs::read(top.path().join("index.json")).unwrap_or_default();
        (ended, files(top.path()), serde_json::from_slice(&index).unwrap_or_default())
    })
}

#[test]
fn control_c_ends_at_once_and_leaves_whole_files_only() {
    let (ended, files, index) = stopped_by(&["INT"]);
    assert_eq!(ended.code(), Some(130));
    assert_eq!(files, ["0.png", "1.png", "index.json"]);
    assert_eq!(index["complete"], false);
}

/// `timeout` sends it to the process, and then to all of its group.
#[test]
fn sigterm_that_comes_twice_leaves_whole_files_and_their_index() {
    use std::os::unix::process::ExitStatusExt as _;

    let (ended, files, index) = stopped_by(&["TERM", "TERM"]);
    assert_eq!(ended.signal(), Some(15));
    assert_eq!(files, ["0.png", "1.png", "index.json"]);
    assert_eq!(index["complete"], false);
}

#[test]
fn after_kill_9_the_next_run_is_whole() {
    let paths: Vec<_> = (0..20).map(|n| format!("/{n}.png")).collect();
    let silent = AtomicBool::new(true);
    let reply = |path: &str| match path {
        "/" => html(page(&paths)),
        "/0.png" => Reply::Whole(200, "image/png", png(100)),
        _ if silent.load(Ordering::SeqCst) => Reply::Silent,
        _ => Reply::Whole(200, "image/png", png(100)),
    };
    let top = tempfile::tempdir().unwrap();
    site(&["127.0.0.1"], reply, |port, seen| {
        let mut child = start(port, top.path());
        seen.wait_for("/6.png");
        child.kill().unwrap();
        child.wait().unwrap();
        silent.store(false, Ordering::SeqCst);
        let output = saving(port, top.path(), &["--clobber"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let names: Vec<_> = files(top.path()).into_iter().filter(|n| !n.starts_with(".jaunt-")).collect();
        assert_eq!(names.len(), 21, "{names:?}");
        for name in names.iter().filter(|n| n.ends_with(".png")) {
            assert_eq!(fs::read(top.path().join(name)).unwrap(), png(100), "{name}");
        }
    });
}

#[test]
fn a_full_disk_fails_its_images_with_23_and_leaves_no_half_file() {
    let top = tempfile::tempdir().unwrap();
    let mount = |command: &str, more: &[&str]| {
        let status = std::process::Command::new(command).args(more).arg(top.path()).stderr(Stdio::null()).status();
        status.is_ok_and(|s| s.success())
    };
    if !mount("mount", &["-t", "tmpfs", "-o", "size=256k", "tmpfs"]) {
        let _ = writeln!(std::io::stderr(), "skipped: no small file system can be mounted here");
        return;
    }
    let reply = |path: &str| match path {
        "/" => html(page(["/small.png", "/large.png", "/small2.png"])),
        "/large.png" => Reply::Whole(200, "image/png", png(1_000_000)),
        _ => Reply::Whole(200, "image/png", png(100)),
    };
    let (output, names) = site(&["127.0.0.1"], reply, |port, _| {
        let output = saving(port, top.path(), &["--sequential"]);
        (output, files(top.path()))
    });
    assert!(mount("umount", &[]));
    assert_eq!(code(&output), 23, "{}", stderr(&output));
    assert_eq!(names, ["index.json", "small.png", "small2.png"]);
}

#[test]
fn no_more_than_six_connections_go_to_one_origin() {
    let paths: Vec<_> = (0..200).map(|n| format!("/{n}.png")).collect();
    let reply = |path: &str| if path == "/" { html(page(&paths)) } else { Reply::Whole(200, "image/png", png(5_000)) };
    site(&["127.0.0.1"], reply, |port, seen| {
        let output = jaunt().args(["-s", "--images", "-o", "/dev/null", &format!("http://127.0.0.1:{port}/")]).output().unwrap();
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(seen.most.load(Ordering::SeqCst) <= 6, "{}", seen.most.load(Ordering::SeqCst));
        let mut counts = HashMap::new();
        for path in seen.paths.lock().unwrap().iter() {
            *counts.entry(path.clone()).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 201);
        assert!(counts.values().all(|n| *n == 1));
    });
}

fn start(port: u16, dir: &Path) -> Child {
    let url = format!("http://127.0.0.1:{port}/");
    jaunt().args(["-s", "-o", "/dev/null", "--save-images"]).arg(dir).arg(url).stderr(Stdio::null()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}
