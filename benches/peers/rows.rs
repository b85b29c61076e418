//! The rows: one piece of work each, and how each tool is told to do it.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::far::{Far, FarServer};
use crate::server::Server;

/// A tool and its command line.
pub(crate) struct Tool {
    /// `curl`
    pub(crate) name: &'static str,
    /// Program and arguments.
    pub(crate) command: Vec<String>,
    /// What is set in its environment.
    pub(crate) environment: Vec<(&'static str, String)>,
}

/// One piece of work.
pub(crate) struct Row {
    /// What is done.
    pub(crate) name: String,
    /// How often, unless `--runs` says otherwise.
    pub(crate) runs: usize,
    /// By whom.
    pub(crate) tools: Vec<Tool>,
}

struct Tools {
    jaunt: String,
    curl: bool,
    wget: bool,
    xh: bool,
}

/// The row that all others stand on: a small fetch.
pub(crate) fn cold(server: &Server) -> Row {
    let small = server.url("/1k.txt");
    Tools::installed().row(
        "cold, 1 KiB over http",
        41,
        &["-s", &small],
        &["-s", &small],
        Some(&["-qO-", &small]),
        Some(&["--ignore-stdin", "-b", &small]),
    )
}

/// All rows, for the tools that are installed; with `names`, one that looks one up.
pub(crate) fn all(server: &Server, names: bool) -> Vec<Row> {
    let tools = Tools::installed();
    let ca = server.file("ca.pem").display().to_string();
    let sink = server.file("sink").display().to_string();
    let small = server.url("/1k.txt");
    let mut rows = vec![cold(server), tools.same("cold, 1 MiB over http", 31, &["-s", &server.url("/1m.txt")])];
    if names {
        let named = server.named_url("/1k.txt");
        let arguments: &[&str] = &["-s", &named];
        rows.push(tools.row("cold, 1 KiB over http, a name to resolve", 31, arguments, arguments, Some(&["-qO-", &named]), None));
    }
    rows.push(tools.same("cold, 1 KiB over https, --cacert", 31, &["-s", "--cacert", &ca, &server.tls_url("/1k.txt")]));
    if let Some((count, roots)) = server.with_the_systems_roots() {
        let (url, roots) = (server.tls_url("/1k.txt"), roots.display().to_string());
        let wget: &[&str] = &["-qO-", "--ca-certificate", &roots, &url];
        let name = format!("cold, 1 KiB over https, the system's {count} roots and the server's");
        let mut row = tools.row(&name, 31, &["-s", &url], &["-s", &url], Some(wget), None);
        for tool in &mut row.tools {
            tool.environment = vec![("SSL_CERT_FILE", roots.clone()), ("CURL_CA_BUNDLE", roots.clone())];
        }
        rows.push(row);
    }
    rows.extend([
        tools.row(
            "--until message (curl --version)",
            41,
            &["-s", "--until", "message", &small],
            &["--version"],
            Some(&["--version"]),
            None,
        ),
        tools.same("1 GiB to /dev/null", 5, &["-s", "-o", "/dev/null", &server.url("/1g.bin")]),
        tools.piped("1 GiB to a pipe", 5, &["-s", &server.url("/1g.bin")]),
        tools.same("1 GiB to a file", 3, &["-s", "-o", &sink, &server.url("/1g.bin")]),
        tools.same("1 GiB over TLS", 3, &["-sk", "-o", "/dev/null", &server.tls_url("/1g.bin")]),
        tools.row(
            "gzip 64 MiB, dense",
            7,
            &["-s", "-o", "/dev/null", &server.url("/dense.html")],
            &["-s", "--compressed", "-o", "/dev/null", &server.url("/dense.html")],
            None,
            None,
        ),
        tools.row(
            "gzip 64 MiB, ordinary",
            7,
            &["-s", "-o", "/dev/null", &server.url("/text.html")],
            &["-s", "--compressed", "-o", "/dev/null", &server.url("/text.html")],
            None,
            None,
        ),
    ]);
    let hundred: Vec<String> = (0..100).map(|n| server.url(&format!("/i/{n}.png"))).collect();
    let hundred: Vec<&str> = std::iter::once("-s").chain(hundred.iter().map(String::as_str)).collect();
    rows.push(tools.same("100 small URLs", 11, &hundred));
    for (count, runs) in [(10, 21), (100, 15), (1000, 7), (5000, 5)] {
        let page = server.url(&format!("/{count}.html"));
        let list = server.file(&format!("list-{count}"));
        let text: String = std::iter::once(page.clone())
            .chain((0..count).map(|n| server.url(&format!("/i/{n}.png"))))
            .map(|url| format!("url = \"{url}\"\noutput = \"/dev/null\"\n"))
            .collect();
        let _ = std::fs::write(&list, text);
        let list = list.display().to_string();
        let folder = server.file("wget").display().to_string();
        rows.push(tools.row(
            &format!("page and {count} images"),
            runs,
            &["-s", "--images", &page],
            &["-sZ", "--parallel-max", "6", "-K", &list],
            Some(&["-qpP", &folder, &page]),
            None,
        ));
    }
    rows.push(Row {
        name: "narrating, to a file, against -s".to_owned(),
        runs: 31,
        tools: vec![Tool::new("jaunt -s (as curl)", &tools.jaunt, &["-s", &small]), Tool::new("jaunt", &tools.jaunt, &[&small])],
    });
    rows
}

/// A row of the second table.
pub(crate) struct Waiting {
    /// What is done.
    pub(crate) name: &'static str,
    /// How often, unless `--runs` says otherwise.
    pub(crate) runs: usize,
    /// By which server.
    pub(crate) far: Far,
}

/// The rows of the second table.
pub(crate) fn waiting() -> Vec<Waiting> {
    let far = Far { round_trip: Duration::from_millis(20), images: 100, hosts: 1, between: 0, rate: None };
    let near = Far { round_trip: Duration::ZERO, images: 10_000, hosts: 1, between: 2000, rate: Some(2 << 20) };
    vec![
        Waiting { name: "100 images, 20 ms round trip, one host", runs: 5, far },
        Waiting { name: "100 images, 20 ms round trip, five hosts", runs: 5, far: Far { hosts: 5, ..far } },
        Waiting { name: "20 MiB page at 2 MiB/s, 10,000 images", runs: 1, far: near },
    ]
}

impl Waiting {
    /// Who does it, and how. curl is given the list of images, which it could not find.
    pub(crate) fn tools(&self, server: &FarServer) -> io::Result<Vec<Tool>> {
        let page = server.page();
        let folder = std::env::temp_dir().join(format!("peers-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let file = |name: &str| folder.join(name).display().to_string();
        let tool = |name: &'static str, command: &[&str]| Tool::new(name, command[0], &command[1..]);
        let mut tools = vec![tool("jaunt", &[env!("CARGO_BIN_EXE_jaunt"), "-s", "--images", &page])];
        if self.far.rate.is_none() && has("curl") {
            let urls: String = std::iter::once(page.clone())
                .chain((0..self.far.images).map(|n| server.image(n)))
                .map(|url| format!("url = \"{url}\"\noutput = \"/dev/null\"\n"))
                .collect();
            let list = file("list");
            std::fs::write(&list, urls)?;
            let most = (6 * usize::from(self.far.hosts)).to_string();
            tools.push(tool("curl -Z", &["curl", "-sZ", "--parallel-max", &most, "-K", &list]));
        }
        if has("wget") {
            tools.push(tool("wget -p", &["wget", "-qpHP", &file("wget"), &page]));
        }
        if has("chromium") {
            let profile = format!("--user-data-dir={}", file("chromium"));
            tools.push(tool(
                "chromium",
                &["chromium", "--headless", "--no-sandbox", "--disable-gpu", &profile, "--dump-dom", &page],
            ));
        }
        Ok(tools)
    }
}

impl Tool {
    fn new(name: &'static str, program: &str, arguments: &[&str]) -> Self {
        let command = std::iter::once(program).chain(arguments.iter().copied()).map(str::to_owned).collect();
        Self { name, command, environment: Vec::new() }
    }
}

impl Tools {
    fn installed() -> Self {
        Self { jaunt: env!("CARGO_BIN_EXE_jaunt").to_owned(), curl: has("curl"), wget: has("wget"), xh: has("xh") }
    }

    fn row(&self, name: &str, runs: usize, jaunt: &[&str], curl: &[&str], wget: Option<&[&str]>, xh: Option<&[&str]>) -> Row {
        let mut tools = Vec::new();
        if self.curl {
            tools.push(Tool::new("curl", "curl", curl));
        }
        tools.push(Tool::new("jaunt", &self.jaunt, jaunt));
        if let (true, Some(wget)) = (self.wget, wget) {
            tools.push(Tool::new("wget", "wget", wget));
        }
        if let (true, Some(xh)) = (self.xh, xh) {
            tools.push(Tool::new("xh", "xh", xh));
        }
        Row { name: name.to_owned(), runs, tools }
    }

    /// jaunt and curl with the same arguments, into a pipe that is read as fast as it can be.
    fn piped(&self, name: &str, runs: usize, arguments: &[&str]) -> Row {
        let mut row = self.same(name, runs, arguments);
        for tool in &mut row.tools {
            tool.command.insert(0, crate::measure::PIPED.to_owned());
        }
        row
    }

    /// jaunt and curl with the same arguments.
    fn same(&self, name: &str, runs: usize, arguments: &[&str]) -> Row {
        self.row(name, runs, arguments, arguments, None, None)
    }
}

fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder: PathBuf| folder.join(program).is_file())
        && Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}
