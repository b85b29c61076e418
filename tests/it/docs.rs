//! README.md and docs/tour show what the program prints: every ```console block is run and compared.
//!
//! What differs from run to run (times, ephemeral ports, descriptors, message ids, certificates' bytes) is made equal on both sides first;
//! words, order, counts and statuses are compared as they stand. `JAUNT_UPDATE_DOCS=1 cargo test docs` writes the blocks anew.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands in a block begin with this.
const PROMPT: &str = "$ jaunt ";

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

/// Runs the commands of a block, in order, as a terminal of 80 columns without colour would show them.
fn run(block: &str) -> String {
    let mut out = String::new();
    for command in block.lines().filter(|l| l.starts_with(PROMPT)) {
        let _ = writeln!(out, "{command}");
        let bin = Path::new(env!("CARGO_BIN_EXE_jaunt"));
        let path = std::env::join_paths(
            bin.parent()
                .into_iter()
                .map(Path::to_path_buf)
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        )
        .expect("a PATH");
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
            .output()
            .expect("sh runs");
        out.push_str(&String::from_utf8_lossy(&made.stdout));
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

/// Makes equal what may differ.
fn level(text: &str) -> String {
    let mut out = String::new();
    let mut drawing = false;
    for line in text.lines() {
        // The timeline and the walk's times are drawn to scale: nothing in them is the same twice.
        drawing = line.starts_with("Timeline") || drawing && line.starts_with(' ');
        if drawing {
            if line.starts_with("Timeline") {
                out.push_str("Timeline\n");
            }
            continue;
        }
        let mut words: Vec<_> = line.split_whitespace().map(word).collect();
        // A message's id may by chance have no letter.
        for n in 1..words.len() {
            if words[n - 1] == "id" {
                words[n] = "#".to_owned();
            }
            // A time in whole units.
            if matches!(words[n].trim_end_matches([';', ',', '.']), "s" | "ms" | "µs") && words[n - 1].bytes().all(|b| b.is_ascii_digit()) {
                words[n - 1] = "#".to_owned();
            }
        }
        let line = words.join(" ");
        // A time alone at a line's end, with its unit.
        out.push_str(
            line.replace("# ms", "TIME").replace("# µs", "TIME").replace("# s", "TIME").trim_end_matches("TIME").trim_end(),
        );
        out.push('\n');
    }
    out
}

/// Numbers that the kernel, the clock or chance chose become `#`; protocol numbers (statuses, well-known ports, byte counts) stay.
fn word(word: &str) -> String {
    // The demo's folder has a name of its own each time.
    if let Some((before, rest)) = word.split_once("/jaunt-demo-") {
        let after = rest.split_once('/').map_or("", |(_, after)| after);
        return format!("{}/{after}", before.rsplit('/').next().unwrap_or_default());
    }
    let bare = word.trim_matches(|c: char| ",.;:()".contains(c));
    let is_decimal = bare.contains('.') && bare.chars().all(|c| c.is_ascii_digit() || c == '.') && bare.matches('.').count() == 1;
    let is_id = bare.len() == 4
        && bare.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase())
        && bare.chars().any(|c| c.is_ascii_alphabetic());
    let is_date = bare.len() == 10 && bare.as_bytes().get(4) == Some(&b'-');
    if is_decimal || is_id || is_date {
        return word.replace(bare, "#");
    }
    // `127.0.0.1:51234`, `read(5)`, `close(6)`: what follows `:` or `(` and is no protocol number.
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
    let first = shown.lines().zip(made.lines()).take_while(|(a, b)| a == b).count();
    let line = |text: &str| text.lines().nth(first).unwrap_or("(nothing)").to_owned();
    format!("  line {} of the block: the page shows\n    {}\n  the program prints\n    {}", first + 1, line(&shown), line(&made))
}
