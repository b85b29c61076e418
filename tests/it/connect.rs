//! Stage 4 against real sockets: what it tells beside what strace saw, and its failures as a person meets them.

use std::net::TcpListener;

use serde_json::Value;

use crate::support::{code, has, jaunt, run, serving, stderr};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";

/// A port of 127.0.0.1 where nothing listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("loopback has a free port").port()
}

#[test]
fn every_call_that_is_told_is_a_call_that_strace_saw() {
    if !has("strace") {
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let (trace, events) = (dir.path().join("trace"), dir.path().join("events"));
    let (output, _) = serving(&[ANSWER], |address| {
        let mut command = std::process::Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=socket,connect,write,read,close,recvfrom,sendto", "-o"]).arg(&trace);
        command.arg(jaunt().get_program()).args(["--no-images", "--events"]).arg(&events).arg(format!("http://{address}/"));
        command.output().expect("strace runs")
    });
    let trace = std::fs::read_to_string(&trace).unwrap_or_default();
    if trace.is_empty() {
        // Some containers let nobody trace.
        assert!(!output.status.success());
        return;
    }
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let events = std::fs::read_to_string(&events).expect("events");
    let told: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let data = |name: &str| {
        let of = told.iter().find(|e| e["stage"] == "connect" && e["event"] == name);
        of.unwrap_or_else(|| panic!("{name}: {events}"))["data"].clone()
    };
    let socket = data("socket");
    let fd = socket["fd"].as_i64().expect("a number");
    let (family, kind) = (socket["family"].as_str().expect("text"), socket["kind"].as_str().expect("text"));
    assert!(trace.contains(&format!("socket({family}, {kind}, IPPROTO_TCP) = {fd}\n")), "{trace}");
    let peer: std::net::SocketAddr = data("connecting")["peer"].as_str().expect("text").parse().expect("an address");
    let port = format!("htons({})", peer.port());
    let connect = trace.lines().find(|l| l.contains(&format!("connect({fd}, ")) && l.contains(&port));
    assert!(connect.is_some_and(|l| l.ends_with("= 0")), "{trace}");
    assert!(trace.contains(&format!("close({fd})")), "{trace}");
    assert_eq!(data("closed")["fd"], fd);
    // One socket, one connect: nothing is done that is not told.
    assert_eq!(trace.matches("IPPROTO_TCP").count(), 1, "{trace}");
}

#[test]
fn a_refused_connection_is_exit_7_with_address_errno_and_something_to_try() {
    let port = free_port();
    let output = run([format!("http://127.0.0.1:{port}/")]);
    assert_eq!(code(&output), 7);
    let text = stderr(&output);
    assert!(text.contains(&format!("127.0.0.1:{port}")) && text.contains("ECONNREFUSED"), "{text}");
    assert!(text.contains("jaunt: (7)"), "{text}");
}

#[test]
fn connect_to_leads_elsewhere_and_keeps_the_name() {
    let (output, requests) = serving(&[ANSWER], |address| {
        run([
            "-s".to_owned(),
            "--connect-to".to_owned(),
            format!("::127.0.0.1:{}", address.port()),
            "http://www.lab.test/".to_owned(),
        ])
    });
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(output.stdout, b"hi");
    assert!(String::from_utf8_lossy(&requests[0]).contains("Host: www.lab.test\r\n"));
}

#[test]
fn a_connect_to_without_a_port_number_is_curls_49() {
    let output = run(["--connect-to", "::127.0.0.1:http", "http://127.0.0.1:1/"]);
    assert_eq!(code(&output), 49, "{}", stderr(&output));
}

#[test]
fn several_addresses_that_fail_are_each_told() {
    let port = free_port();
    let pin = format!("many.test:{port}:127.0.0.1,127.0.0.2,127.0.0.3");
    let output = run(["--resolve".to_owned(), pin, format!("http://many.test:{port}/")]);
    assert_eq!(code(&output), 7);
    let text = stderr(&output);
    for address in ["127.0.0.1", "127.0.0.2", "127.0.0.3"] {
        assert!(text.contains(&format!("{address}:{port}")), "{text}");
    }
}
