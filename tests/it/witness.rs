//! An independent witness: strace sees what jaunt does, and `--events` must have told the same.

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

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

/// Every packet on loopback from or to 127.53.0.0/16, the demo's network, into `file` while this lives.
struct Capture {
    dumpcap: Child,
    probe: UdpSocket,
    file: std::path::PathBuf,
}

impl Capture {
    /// None where nothing can be captured (not installed, or not permitted).
    fn start(folder: &Path) -> Option<Self> {
        if !has("dumpcap") || !has("tshark") {
            return None;
        }
        let file = folder.join("packets");
        let mut dumpcap = Command::new("dumpcap");
        dumpcap.args(["-q", "-i", "lo", "-f", "net 127.53.0.0/16", "-w"]).arg(&file);
        let dumpcap = dumpcap.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let probe = UdpSocket::bind("127.53.0.9:0").ok()?;
        probe.set_read_timeout(Some(Duration::from_millis(50))).expect("not zero");
        let mut capture = Self { dumpcap, probe, file };
        if capture.sees("it has begun") {
            return Some(capture);
        }
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: capturing is not permitted here\n");
        None
    }

    /// Sends `words` until they are in the file, for ten seconds at most.
    fn sees(&mut self, words: &str) -> bool {
        for _ in 0..200 {
            let _ = self.probe.send_to(words.as_bytes(), "127.53.0.9:9");
            // Nobody answers: this only waits.
            let _ = self.probe.recv(&mut [0; 1]);
            let seen = std::fs::read(&self.file).unwrap_or_default();
            if seen.windows(words.len()).any(|w| w == words.as_bytes()) {
                return true;
            }
            if matches!(self.dumpcap.try_wait(), Ok(Some(_)) | Err(_)) {
                return false;
            }
        }
        false
    }

    /// What tshark reads in the packets that `filter` lets through: `fields` of each.
    fn decoded(&self, options: &[String], filter: &str, fields: &[&str]) -> Vec<Vec<String>> {
        let mut tshark = Command::new("tshark");
        tshark.arg("-r").arg(&self.file).args(options).args(["-Y", filter, "-T", "fields"]);
        let output = tshark.args(fields.iter().flat_map(|f| ["-e", f])).output().expect("tshark runs");
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        lines.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.dumpcap.kill();
        let _ = self.dumpcap.wait();
    }
}

#[test]
fn dns_messages_ports_and_bytes_are_those_that_tshark_decodes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(mut capture) = Capture::start(folder.path()) else { return };
    let log = folder.path().join("events");
    let output = run(["demo", "-s", "--no-images", "--events", log.to_str().expect("a UTF-8 path")]);
    assert_eq!(code(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    assert!(capture.sees("that was all"), "packets are missing");

    let events = std::fs::read_to_string(log).expect("they were written");
    let events: Vec<serde_json::Value> = events.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let data = |stage: &str, event: &str| -> Vec<&serde_json::Value> {
        events.iter().filter(|e| e["stage"] == stage && e["event"] == event).map(|e| &e["data"]).collect()
    };
    let port = |local: &serde_json::Value| local.as_str().and_then(|at| at.rsplit_once(':')).expect("ADDRESS:PORT").1.to_owned();

    // Each question and each answer: from which port, its id, its question, its length.
    let mut told = BTreeSet::new();
    for (event, answer) in [("sent", false), ("received", true)] {
        for message in data("dns", event) {
            let question = message["question"]["name"].as_str().expect("a name").trim_end_matches('.').to_owned();
            let (id, bytes) = (message["id"].as_u64().expect("a number"), message["bytes"].as_u64().expect("a number"));
            told.insert((answer, port(&message["local"]), id, question, bytes));
        }
    }
    assert!(told.len() >= 4, "A and AAAA, asked and answered: {told:?}");
    let client = told.first().expect("four at least").1.clone();
    let fields = ["dns.flags.response", "udp.srcport", "udp.dstport", "dns.id", "dns.qry.name", "udp.length"];
    let decode_as = ["-d".to_owned(), format!("udp.port=={client},dns")];
    let mut seen = BTreeSet::new();
    for row in capture.decoded(&decode_as, &format!("dns && udp.port=={client}"), &fields) {
        let [answer, from, to, id, question, length] = row.as_slice() else { panic!("{row:?}") };
        let answer = matches!(answer.as_str(), "1" | "True");
        let id = u64::from_str_radix(id.trim_start_matches("0x"), 16).expect("hexadecimal");
        let bytes = length.parse::<u64>().expect("a number") - 8;
        seen.insert((answer, if answer { to } else { from }.clone(), id, question.clone(), bytes));
    }
    assert_eq!(told, seen);

    // The connection: one SYN from that port, and as many bytes in each direction as write() took and read() gave.
    let local = port(&data("connect", "connected")[0]["local"]);
    let syn = capture.decoded(&[], &format!("tcp.flags.syn==1 && tcp.flags.ack==0 && tcp.srcport=={local}"), &["frame.number"]);
    assert_eq!(syn.len(), 1, "{syn:?}");
    for (direction, event, field) in [("src", "wrote", "taken"), ("dst", "read", "bytes")] {
        let told: u64 = data("response", event).iter().map(|d| d[field].as_u64().expect("a count")).sum();
        let filter = format!("tcp.{direction}port=={local} && !tcp.analysis.retransmission");
        let seen = capture.decoded(&[], &filter, &["tcp.len"]);
        let seen: u64 = seen.iter().map(|row| row[0].parse::<u64>().expect("a number")).sum();
        assert_eq!(told, seen, "{event}");
    }
}
