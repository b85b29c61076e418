//! README.md and docs/tour show what the program prints: every ```console block is run and compared.
//!
//! A line `...` in a block stands for parts (set apart by empty lines) that the page leaves out. What differs from run to run (times,
//! ephemeral ports, descriptors, message ids, the length of signatures) and from machine to machine (may port 80 be had? is there
//! IPv6?) is made equal on both sides first; words, order, counts and statuses are compared as they stand, however lines are broken.
//! `JAUNT_UPDATE_DOCS=1 cargo test docs` writes the blocks anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands in a block begin with this.
const PROMPT: &str = "$ jaunt ";

/// On other systems the calls have other arguments, and loopback has one address.
#[cfg(target_os = "linux")]
#[test]
fn what_the_readme_and_the_tour_show_is_what_the_program_prints() {
    let mut files = vec![PathBuf::from("README.md")];
    let mut tour: Vec<_> = std::fs::read_dir("docs/tour").expect("docs/tour").map(|e| e.expect("an entry").path()).collect();
    tour.sort();
    files.extend(tour);
    let update = std::env::var_os("JAUNT_UPDATE_DOCS").is_some();
    let mut wrong = String::new();
    let mut compared = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a page");
        let mut out = String::new();
        let mut block: Option<String> = None;
        for line in text.lines() {
            match &mut block {
                None => {
                    let _ = writeln!(out, "{line}");
                    if line == "```console" {
                        block = Some(String::new());
                    }
                }
                Some(shown) if line == "```" => {
                    let made = run(shown);
                    compared += 1;
                    if level(&made) != level(shown) {
                        let _ = writeln!(wrong, "{}\n{}", file.display(), difference(shown, &made));
                        out.push_str(&made);
                    } else {
                        out.push_str(shown);
                    }
                    out.push_str("```\n");
                    block = None;
                }
                Some(shown) => {
                    let _ = writeln!(shown, "{line}");
                }
            }
        }
        if update && out != text {
            std::fs::write(&file, out).expect("written");
        }
    }
    assert!(compared > 10, "only {compared} blocks found");
    assert!(update || wrong.is_empty(), "{wrong}\nJAUNT_UPDATE_DOCS=1 cargo test docs writes them anew");
}

/// Stands for what the page leaves out.
const LEFT_OUT: &str = "...";

/// Runs the commands of a block, in order, as a terminal of 80 columns without colour would show them.
fn run(block: &str) -> String {
    let mut out = String::new();
    for shown in commands(block) {
        let command = shown.lines().next().expect("it begins with its command");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let bin = Path::new(env!("CARGO_BIN_EXE_jaunt")).parent().map(Path::to_path_buf);
        let path = std::env::join_paths(bin.into_iter().chain(std::env::split_paths(&path))).expect("a PATH");
        let folder = tempfile::tempdir().expect("a folder");
        let made = Command::new("sh")
            .arg("-c")
            .arg(format!("exec 2>&1; {}", &command[2..]))
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", path)
            .env("NO_COLOR", "1")
            .env("COLUMNS", "80")
            .env("LANG", "C.UTF-8")
            .stdin(std::process::Stdio::null())
            .output()
            .expect("sh runs");
        let made = String::from_utf8_lossy(&made.stdout);
        let _ = writeln!(out, "{command}");
        out.push_str(&if shown.lines().any(|line| line == LEFT_OUT) { chosen(&made, shown) } else { made.into_owned() });
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

/// The commands of a block, each with what is shown of its output.
fn commands(block: &str) -> Vec<&str> {
    let starts: Vec<usize> =
        block.match_indices(PROMPT).map(|(at, _)| at).filter(|&at| at == 0 || block[..at].ends_with('\n')).collect();
    let ends = starts.iter().skip(1).copied().chain([block.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &block[start..end]).collect()
}

/// The parts of `made` that the page shows.
fn chosen(made: &str, shown: &str) -> String {
    let shown = shown.split_once('\n').map_or("", |(_, output)| output);
    let wanted: BTreeSet<&str> = parts(shown).into_iter().map(label).collect();
    let mut out: Vec<String> = Vec::new();
    for part in parts(made) {
        if wanted.contains(label(part)) {
            out.push(part.trim_end_matches('\n').to_owned());
        } else if out.last().is_none_or(|last| last != LEFT_OUT) {
            out.push(LEFT_OUT.to_owned());
        }
    }
    out.join("\n\n") + "\n"
}

/// What is set apart by empty lines; the error message at the end is a part too.
fn parts(text: &str) -> Vec<&str> {
    let (story, error) = text.rfind("\njaunt: (").map_or((text, ""), |at| text.split_at(at + 1));
    story.split("\n\n").chain([error]).map(|part| part.trim_start_matches('\n')).filter(|part| !part.trim().is_empty()).collect()
}

/// `3 DNS`, `Timeline`: what stands in a part's first columns.
fn label(part: &str) -> &str {
    let first = part.lines().next().unwrap_or_default();
    let end = first.char_indices().nth(11).map_or(first.len(), |(at, _)| at);
    if first.starts_with("jaunt: ") { "jaunt: " } else { first[..end].trim() }
}

/// Makes equal what may differ: the words, as one line.
fn level(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in text.split("\n\n") {
        // The timeline is drawn to scale: nothing in it is the same twice.
        if let Some(drawing) = part.trim_start_matches('\n').strip_prefix("Timeline") {
            words.push("Timeline".to_owned());
            words.extend(
                drawing.lines().skip(1).filter(|l| !l.starts_with(' ')).flat_map(str::split_whitespace).map(str::to_owned),
            );
        } else {
            // How many reads bring the server's flight, the kernel decides, and so whether jaunt's own leaves in two pieces.
            let is_tls = part.trim_start_matches('\n').starts_with("5 TLS");
            let mut in_records = false;
            let told = part.lines().filter(|line| {
                let begins = line.trim_start().starts_with(['<', '>']);
                in_records = is_tls && (begins || in_records && !line.contains("(Finished)"));
                !in_records
            });
            words.extend(told.flat_map(str::split_whitespace).map(str::to_owned));
        }
    }
    let words = as_if_alone(words);
    let mut out: Vec<String> = Vec::new();
    for (n, it) in words.iter().enumerate() {
        let before = n.checked_sub(1).map_or("", |n| words[n].trim_start_matches('('));
        let after = words.get(n + 1).map_or("", |w| w.trim_end_matches([',', ';', ')']));
        let is_number = it.trim_start_matches('(').chars().all(|c| c.is_ascii_digit() || c == '.');
        let is_new = before == "=" && n > 1 && words[n - 2].starts_with("IPPROTO_");
        let is_held = words.get(n + 2).is_some_and(|w| w == "(Finished)");
        if is_new || is_held || is_number && matches!(after, "ms" | "µs" | "s") || matches!(before, "id" | "fd") {
            out.push("#".to_owned());
        } else if matches!(it.trim_end_matches([',', ';', ')']), "ms" | "µs" | "s") {
            out.push(format!("TIME{}", it.trim_start_matches(char::is_alphabetic)));
        } else {
            out.push(word(it));
        }
    }
    out
}

/// What the demo says where it cannot have its ports or its IPv6, left out: then the rest is what it says elsewhere.
fn as_if_alone(words: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(it) = words.next() {
        let next = words.peek().map_or("", String::as_str);
        match (it.as_str(), next) {
            // `…; really at ADDRESS),`, `…, reached at ADDRESS`
            ("really" | "reached", "at") => {
                words.next();
                let address = words.next().unwrap_or_default();
                let end = address.trim_start_matches(|c: char| !matches!(c, ')' | ',' | ';'));
                if let Some(last) = out.last_mut() {
                    last.truncate(last.trim_end_matches([';', ',']).len());
                    last.push_str(end);
                }
            }
            ("(nameserver", "line") => drop(words.by_ref().take(3).count()),
            ("loopback:", _) => while words.next_if(|w| !w.starts_with("127.53.0.1:")).is_some() {},
            // `[::1]:80 web server with TLS`
            ("[::1]:80" | "[::1]:443", "web") => {
                while words.next_if(|w| matches!(w.trim_end_matches(';'), "web" | "server" | "with" | "TLS")).is_some() {}
                if words.next_if(|w| w == "really").is_some() {
                    words.by_ref().take(2).for_each(drop);
                }
            }
            (_, "is") if is_place(&it) => {
                let rest: Vec<String> = words.by_ref().take(5).collect();
                if !(rest.get(1).is_some_and(|w| w == "served") && rest.last().is_some_and(|w| w == "here")) {
                    out.push(it);
                    out.extend(rest);
                }
            }
            _ => out.push(it),
        }
    }
    out
}

/// `127.53.0.80:80`
fn is_place(word: &str) -> bool {
    word.trim_matches(['(', ')', ',', ';']).parse::<std::net::SocketAddr>().is_ok()
}

/// Numbers that the kernel, the clock or chance chose become `#`; protocol numbers (statuses, byte counts) stay.
fn word(word: &str) -> String {
    // The demo's folder has a name of its own each time.
    if let Some((before, rest)) = word.split_once("/jaunt-demo-") {
        let after = rest.split_once('/').map_or("", |(_, after)| after);
        return format!("{}/{after}", before.rsplit('/').next().unwrap_or_default());
    }
    let bare = word.trim_matches(|c: char| ",.;:()".contains(c));
    let is_decimal = bare.contains('.') && bare.chars().all(|c| c.is_ascii_digit() || c == '.') && bare.matches('.').count() == 1;
    let is_moment =
        |length, mark| bare.len() == length && bare.contains(mark) && bare.chars().all(|c| c.is_ascii_digit() || c == mark);
    if is_decimal || is_moment(10, '-') || is_moment(8, ':') {
        return word.replace(bare, "#");
    }
    // Where a server of the demo is, and whether it could have that port, the machine decides.
    if is_place(word) {
        return word.replace(word.trim_matches(['(', ')', ',', ';']), "#");
    }
    // `connect(5,`, `close(6)`, `127.0.0.1:51234`: what follows `:` or `(` and is no protocol number.
    let mut out = String::new();
    let mut digits = String::new();
    let mut before = ' ';
    for c in word.chars().chain(std::iter::once('\n')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            let number: u64 = digits.parse().unwrap_or(u64::MAX);
            let chosen = before == '(' && number < 1000 || before == ':' && number >= 1024;
            out.push_str(if chosen { "#" } else { &digits });
            digits.clear();
        }
        if c != '\n' {
            out.push(c);
        }
        before = c;
    }
    out
}

fn difference(shown: &str, made: &str) -> String {
    let (shown, made) = (level(shown), level(made));
    let first = shown.iter().zip(&made).take_while(|(a, b)| a == b).count();
    let around = |words: &[String]| words[first.saturating_sub(8).min(words.len())..(first + 8).min(words.len())].join(" ");
    format!("  the page shows\n    {}\n  the program prints\n    {}\n", around(&shown), around(&made))
}

#[test]
fn no_link_in_the_documentation_leads_nowhere() {
    let folders = [".", "docs", "docs/tour"];
    let listed =
        folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()));
    for page in listed.filter(|path| path.extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(&page).expect("a page");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let leads = path.contains("://") || path.is_empty() || page.with_file_name(path).exists();
            assert!(leads, "{}: {link}", page.display());
        }
    }
}

#[test]
fn what_a_machine_without_port_80_shows_is_taken_for_the_same() {
    let with = "Demo  a little internet on loopback: every server has the port\n  127.53.0.1:53  name server of the root\n\
                127.53.0.80:80  web server\n[::1]:443  web server with TLS\n\n3 DNS  www is 127.53.0.80  1.2 ms\n\
                over UDP (nameserver line of /tmp/jaunt-demo-x/resolv.conf)\nasks ns (127.53.0.1:53), in\n\n\
                4 Connect  127.0.0.1:4000 to 127.53.0.80:80  98 µs\nconnect(5, 127.53.0.80:80) = 0";
    let without = "Demo  a little internet on loopback: 9 servers could not be\n  127.53.0.1:53  name server of the root; really\n at \
                   127.53.0.1:4001\n127.53.0.80:80  web server; really at 127.53.0.80:4002\n[::1]:443  web server with TLS; really at \
                   127.0.0.1:4003\n\n3 DNS  www is 127.53.0.80  980 µs\nover UDP, reached at 127.53.0.53:4004\nasks ns (127.53.0.1:53, \
                   really at 127.53.0.1:4001), in\n\n4 Connect  127.0.0.1:4999 to 127.53.0.80:4002  0.1 ms\n127.53.0.80:80 is served at \
                   127.53.0.80:4002 here\nconnect(30, 127.53.0.80:4002) = 0";
    assert_eq!(level(with), level(without));
    assert_ne!(level(with), level(&with.replace("root", "moon")));
}
