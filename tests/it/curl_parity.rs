//! jaunt beside curl: the same options against one server. Request, body and exit code agree, or `cli/curl.rs` says "differs".

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};

use jaunt::cli::curl::{Likeness, TABLE};

use crate::support::{has, jaunt, serving};

/// Fields that the two send differently by default, as docs/CURL.md says.
const OWN_DEFAULTS: [&str; 3] = ["accept-encoding", "connection", "user-agent"];

/// A request for comparing: its first line, its fields without order, its body.
#[derive(Debug, PartialEq)]
struct Read {
    line: String,
    fields: BTreeSet<String>,
    body: Vec<u8>,
}

fn read(request: &[u8], address: SocketAddr) -> Read {
    let end = request.windows(4).position(|w| w == b"\r\n\r\n").expect("the head is whole");
    let head = String::from_utf8_lossy(&request[..end]).replace(&address.to_string(), "SERVER");
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap_or_default().to_owned();
    let default = |field: &&str| {
        let (name, value) = field.split_once(':').unwrap_or((field, ""));
        let (name, value) = (name.to_ascii_lowercase(), value.trim());
        OWN_DEFAULTS.contains(&name.as_str())
            && (name != "user-agent" || value.starts_with("curl/") || value.starts_with("jaunt/"))
    };
    let fields = lines.filter(|field| !default(field)).map(str::to_owned).collect();
    Read { line, fields, body: request[end + 4..].to_vec() }
}

/// What jaunt gave, and what curl gave; the server's address, different for each, is made equal.
fn both(answers: &[&[u8]], options: &[&str]) -> [(Output, Vec<Read>); 2] {
    let curl = || {
        let mut command = Command::new("curl");
        // Without ~/.curlrc; the first option or not at all.
        command.arg("-q").stdin(Stdio::null());
        for variable in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(variable);
        }
        command
    };
    [jaunt(), curl()].map(|mut command| {
        let ((mut output, address), requests) = serving(answers, |address| {
            let options = options.iter().map(|o| o.replace("SERVER", &address.to_string()));
            (command.arg("-s").arg("-m20").args(options).output().expect("it runs"), address)
        });
        output.stdout = String::from_utf8_lossy(&output.stdout).replace(&address.to_string(), "SERVER").into_bytes();
        (output, requests.iter().map(|r| read(r, address)).collect())
    })
}

fn agree(answers: &[&[u8]], options: &[&str]) {
    if !has("curl") {
        return;
    }
    let [(jaunt, ours), (curl, theirs)] = both(answers, options);
    let said = format!("{options:?}\njaunt: {}", String::from_utf8_lossy(&jaunt.stderr));
    assert_eq!(ours, theirs, "{said}");
    assert_eq!(jaunt.status.code(), curl.status.code(), "{said}");
    assert_eq!(String::from_utf8_lossy(&jaunt.stdout), String::from_utf8_lossy(&curl.stdout), "{said}");
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-One: 1\r\nContent-Length: 5\r\n\r\nhello";
const URL: &str = "http://SERVER/a/b?c=d#e";

#[test]
fn requests_are_made_alike() {
    for options in [
        &[][..],
        &["-X", "DELETE"],
        &["-X", "PATCH", "-d", "a"],
        &["-I"],
        &["-d", "a=1"],
        &["-d", "a=1", "-d", "b=2"],
        &["-d", ""],
        &["--data-raw", "@x"],
        &["--data-binary", "a\r\nb"],
        &["--data-urlencode", "a=b c&d"],
        &["--data-urlencode", "=x/y~z"],
        &["--json", "{\"a\":1}"],
        &["--json", "{", "--json", "}"],
        &["--json", "{}", "-H", "Content-Type: a/b"],
        &["-G", "-d", "x=1", "-d", "y"],
        &["-G", "-I", "-d", "x=1"],
        &["-H", "X-Two: 2"],
        &["-H", "Accept:"],
        &["-H", "Host: other.example"],
        &["-H", "X-Empty;"],
        &["-H", "User-Agent:"],
        &["-H", "User-Agent: me"],
        &["-d", "x", "-H", "Content-Type: text/plain"],
        &["-d", "x", "-H", "Content-Type:"],
        &["-A", "me/1"],
        &["-A", ""],
        &["-e", "http://from.example/"],
        &["-u", "user:pass word"],
        &["-u", "user:"],
        &["-u", "user:a:b"],
        &["-b", "a=1; b=2"],
        &["-r", "0-3"],
        &["-r", "-3"],
        &["-0"],
        &["--http1.1"],
    ] {
        agree(&[OK], &[options, &[URL]].concat());
    }
}

#[test]
fn urls_ask_for_the_same() {
    for url in [
        "http://SERVER",
        "http://SERVER/",
        "http://SERVER?q",
        "SERVER/x",
        "http://SERVER/a%20b",
        "http://SERVER/%7Euser/",
        "http://user:secret@SERVER/",
        "http://SERVER/a/./b/../c",
    ] {
        agree(&[OK], &[url]);
    }
    agree(&[OK], &["http://SERVER/1", "http://SERVER/2"]);
    agree(&[OK], &["--url", "http://SERVER/1"]);
}

#[test]
fn answers_are_written_alike() {
    let chunked: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let until_close: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nhello";
    let missing: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone";
    let short: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello";
    let interim: &[u8] = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    for answer in [OK, chunked, until_close, missing, short, interim, b"HTTP/1.1 204 No Content\r\n\r\n", b""] {
        for options in [&[][..], &["-f"], &["-I"]] {
            agree(&[answer], &[options, &[URL]].concat());
        }
    }
    for answer in [OK, until_close, missing] {
        agree(&[answer], &["-i", URL]);
    }
}

#[test]
fn redirects_are_followed_alike() {
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        // The server does close, and says so: a POST is not sent again on a connection that has died meanwhile.
        let to = format!("HTTP/1.1 {status}\r\nLocation: ../next?x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        for options in [
            &["-L"][..],
            &[],
            &["-L", "-d", "a=1"],
            &["-L", "-X", "PUT", "-d", "a=1"],
            &["-L", "-X", "POST", "-d", "a=1"],
            &["-L", "-X", "PUT"],
            &["-L", "-X", "DELETE", "--post301", "-d", "a=1"],
            &["-L", "-I"],
            &["-L", "--post301", "--post302", "--post303", "-d", "a"],
            &["-L", "-u", "user:pass"],
            &["-L", "-e", "http://from.example/;auto"],
            &["-L", "-e", ";auto"],
            &["-L", "--max-redirs", "0"],
            &["-L", "-i"],
        ] {
            agree(&[to.as_bytes(), OK], &[options, &["http://SERVER/a/b/c"]].concat());
        }
    }
}

#[test]
fn cookies_come_back_alike() {
    let set: &[u8] = b"HTTP/1.1 302 Found\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Path=/elsewhere\r\n\
        Location: /next\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let jar = folder.path().join("jar");
    let lines =
        "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\told\tkept\n127.0.0.1\tFALSE\t/other\tFALSE\t0\tno\tno\n";
    std::fs::write(&jar, lines).expect("a file in it");
    let jar = jar.to_str().expect("a UTF-8 path");
    for options in [&["-L"][..], &["-L", "-b", ""], &["-b", jar], &["-b", "/no/such/file", "-L"], &["-L", "-b", "x=y"]] {
        agree(&[set, OK], &[options, &["http://SERVER/a"]].concat());
    }
}

#[test]
fn credentials_stay_with_their_origin_as_in_curl() {
    if !has("curl") {
        return;
    }
    for options in [
        &["-u", "user:secret"][..],
        &["-H", "Authorization: Bearer secret"],
        &["-H", "Cookie: a=secret"],
        &["-b", "a=secret"],
        &["-u", "user:secret", "--location-trusted"],
        &["-H", "Authorization: Bearer secret", "--location-trusted"],
    ] {
        let [ours, theirs] = ["jaunt", "curl"].map(|program| {
            let (to, requests) = serving(&[OK], |other| {
                let to =
                    format!("HTTP/1.1 302 Found\r\nLocation: http://{other}/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                serving(&[to.as_bytes()], |at| {
                    let mut command = if program == "jaunt" { jaunt() } else { Command::new("curl") };
                    command.args(["-s", "-m20", "-L"]).args(options).arg(format!("http://{at}/")).output().expect("it runs");
                    other
                })
                .0
            });
            assert_eq!(requests.len(), 1, "{program} {options:?}: the redirect was followed");
            read(&requests[0], to)
        });
        // docs/CURL.md: curl gives -b to another port of the same host.
        if options[0] != "-b" {
            assert_eq!(ours, theirs, "{options:?}");
        }
        let trusted = options.contains(&"--location-trusted");
        let told = ours
            .fields
            .iter()
            .any(|f| f.to_ascii_lowercase().starts_with("authorization:") || f.to_ascii_lowercase().starts_with("cookie:"));
        assert_eq!(told, trusted, "{options:?}: {ours:?}");
    }
}

#[test]
fn write_out_speaks_alike() {
    for format in [
        "%{http_code} %{response_code} %{num_redirects} %{size_download} %{method} %{scheme} %{http_version}\\n",
        "%{content_type}|%header{x-one}|%{num_headers}|%{size_header}|%{url}|%{url_effective}|%{urlnum}",
        "%{remote_ip} %{exitcode} %{errormsg}%{onerror}no",
        "100%% %x %{redirect_url}\\t|",
        "%{header_json}",
    ] {
        agree(&[OK], &["-w", format, URL]);
    }
    let to: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n";
    let url = "http://SERVER/a/b?c=d";
    agree(&[to], &["-w", "%{redirect_url} %{num_redirects}", url]);
    agree(&[to, OK], &["-L", "-w", "%{redirect_url} %{num_redirects} %{url_effective} %{size_header}", url]);
}

#[test]
fn usage_errors_have_the_same_number() {
    for options in [
        &["--no-such-option", URL][..],
        &["-m", "-1", URL],
        &["-m", "x", URL],
        &["--max-redirs", "x", URL],
        &["-I", "-d", "x", URL],
        &["gopherx://SERVER/"],
        &["http://SERVER:99999/"],
        &[],
    ] {
        if !has("curl") {
            return;
        }
        let [(jaunt, _), (curl, _)] = both(&[OK], options);
        assert_eq!(jaunt.status.code(), curl.status.code(), "{options:?}: {}", String::from_utf8_lossy(&jaunt.stderr));
    }
}

#[test]
fn curl_has_every_option_of_the_table() {
    if !has("curl") {
        return;
    }
    let help = Command::new("curl").args(["--help", "all"]).output().expect("it runs").stdout;
    let help = String::from_utf8_lossy(&help).into_owned();
    for row in TABLE {
        let named = |long: &str| help.contains(&format!("--{long} "));
        assert!(named(row.long) || named(&format!("no-{}", row.long)), "--{}", row.long);
        if let (Some(short), Likeness::Same) = (row.short, row.likeness) {
            assert!(help.contains(&format!("-{short}, --{} ", row.long)), "-{short}");
        }
    }
}
