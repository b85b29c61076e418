//! What lints cannot check: where things live, what is written about them, and that nothing is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jaunt::stages::Stage;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(name: &str) -> String {
    text(&root().join(name))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every file under `folder`, by its path from the root of the repository; what is built or version control's own is not ours.
fn files(folder: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("a folder that can be listed").path();
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_symlink() || matches!(name.as_str(), "target" | ".git") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let short = path.strip_prefix(root()).expect("found under the root").to_string_lossy().replace('\\', "/");
            found.push((short, path));
        }
    }
    found.sort();
    found
}

fn rust(folder: &str) -> Vec<(String, String)> {
    files(folder).into_iter().filter(|(name, _)| name.ends_with(".rs")).map(|(name, path)| (name, text(&path))).collect()
}

/// A file without the unit tests at its foot.
fn without_tests(text: &str) -> &str {
    let is_tests = |at: &usize| {
        let after = text[*at..].lines().skip_while(|line| line.is_empty() || line.starts_with("#["));
        after.map(|line| line.split("mod ").nth(1)).next().flatten().is_some_and(|name| name.starts_with("tests"))
    };
    let end = text.match_indices("\n#[cfg(test)]\n").map(|(at, _)| at).find(is_tests);
    &text[..end.unwrap_or(text.len())]
}

/// The code of a file, without its comments and its unit tests.
fn code(text: &str) -> String {
    without_tests(text).lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn folders_options_and_lessons_are_the_seven_stages() {
    let stages: BTreeSet<String> = Stage::ALL.iter().map(|s| format!("{:02}_{}", s.number(), s.name())).collect();
    let folders = std::fs::read_dir(root().join("src/stages")).expect("it is there");
    let folders: BTreeSet<String> = folders
        .map(|e| e.expect("it can be listed"))
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, stages, "src/stages");

    let help = jaunt::cli::command::command().render_help().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let names: Vec<_> = Stage::ALL.iter().map(|s| s.name()).collect();
    assert!(help.contains(&format!("Stop after a stage: {}", names.join(", "))), "{help}");

    let lessons: BTreeSet<String> = files("docs/tour")
        .into_iter()
        .filter_map(|(name, _)| Some(name.strip_prefix("docs/tour/")?.strip_suffix(".md")?.replace('-', "_")))
        .collect();
    assert_eq!(lessons, stages, "docs/tour");
}

#[test]
fn every_stage_says_what_it_is_for() {
    for stage in Stage::ALL {
        let name = format!("src/stages/{:02}_{}/mod.rs", stage.number(), stage.name());
        let text = text(&root().join(&name));
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(
            header[0].starts_with(&format!("//! Stage {} of 7, `{}`: ", stage.number(), stage.name())),
            "{name}: {}",
            header[0]
        );
        let header = header.join("\n");
        for part in ["//! In: ", "Out: ", "Blocks: ", "Fails with: ", "//! Tells: ", "//! Spec: "] {
            assert!(header.contains(part), "{name}: its header lacks `{part}`");
        }
        let example = format!("examples/{}.rs", stage.name());
        assert!(header.contains(&format!("//! Alone: `{example}`.")), "{name}: its header does not name {example}");
        assert!(text_of(&example).lines().count() <= 25, "{example}: a stage alone is a few lines");
    }
}

#[test]
fn every_file_begins_with_what_it_is() {
    for folder in ["src", "tests", "examples", "benches", "fuzz", "tools"] {
        if !root().join(folder).is_dir() {
            continue;
        }
        for (name, text) in rust(folder) {
            let first = text.lines().find(|line| !line.starts_with("#![")).unwrap_or_default();
            assert!(first.starts_with("//! "), "{name}: begins with {first:?}");
        }
    }
}

#[test]
fn crates_stay_in_their_places() {
    let places: &[(&[&str], &[&str])] = &[
        (&["clap::", "clap_complete", "clap_mangen", "anyhow::", "rpassword::", "signal_hook::"], &["src/cli/"]),
        (&["socket2::"], &["src/stages/03_dns/", "src/stages/04_connect/", "src/demo/"]),
        (&["rustls::"], &["src/stages/05_tls/", "src/demo/"]),
        (&["hickory_proto::"], &["src/stages/03_dns/", "src/demo/", "src/render/narration/dns"]),
        (&["httparse::"], &["src/stages/06_response/", "src/demo/"]),
        (&["html5ever::", "cssparser::", "selectors::"], &["src/stages/07_images/"]),
        (&["fluent_bundle::"], &["src/words.rs"]),
        (&["owo_colors::"], &["src/render/"]),
        (&["cookie_store::"], &["src/journey/cookies"]),
        (&["rcgen::"], &["src/demo/"]),
        (&["image::", "color_quant::"], &["src/render/pictures/"]),
        (&["tokio", "reqwest::", "hyper::"], &[]),
    ];
    for (name, text) in rust("src").into_iter().filter(|(name, _)| !name.ends_with("tests.rs")) {
        let code = code(&text);
        for (crates, allowed) in places {
            for krate in *crates {
                let used = code
                    .match_indices(krate)
                    .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"'));
                assert!(!used || allowed.iter().any(|place| name.starts_with(place)), "{name}: {krate} belongs in {allowed:?}");
            }
        }
    }
}

#[test]
fn files_have_one_purpose_and_are_as_long_as_it_needs() {
    /// Longer than 500 lines without their tests, and why.
    const LONG: &[(&str, &str)] = &[
        ("src/stages/05_tls/session.rs", "one state machine: what reads, writes and closes share is all of its state"),
        ("src/stages/06_response/exchange.rs", "one exchange from the first write to the last read, with all its ends"),
        (
            "src/stages/07_images/scan/css/cascade.rs",
            "the cascade: which declaration wins for an element, with all that it weighs",
        ),
    ];
    for (name, text) in rust("src").into_iter().filter(|(name, _)| !name.ends_with("tests.rs")) {
        let lines = without_tests(&text).lines().count();
        assert!(
            lines <= 500 || LONG.iter().any(|(long, _)| *long == name),
            "{name}: {lines} lines: one purpose, or a reason here"
        );
    }
    for (name, _) in LONG {
        assert!(root().join(name).is_file(), "{name} is excused and gone");
    }
}

/// A `phrase!` in the sources: its id and the names of its operands.
fn phrases() -> Vec<(String, String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for (name, text) in rust("src") {
        for (at, mark) in text.match_indices("phrase!(") {
            let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
            if text[line..at].trim_start().starts_with("//")
                || name == "src/words.rs" && text[line..].trim_start().starts_with("macro")
            {
                continue;
            }
            let Some(inner) = balanced(&text[at + mark.len()..]) else { continue };
            let Some(id) = inner.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
            found.push((name.clone(), id.to_owned(), operands(inner)));
        }
    }
    found
}

/// Up to the parenthesis that closes.
fn balanced(text: &str) -> Option<&str> {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[..at]);
        }
    }
    None
}

/// `name = …` at the top level of a macro's arguments.
fn operands(inner: &str) -> BTreeSet<String> {
    let (mut depth, mut quoted, mut escaped, mut piece) = (0, false, false, String::new());
    let mut pieces = Vec::new();
    for c in inner.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                pieces.push(std::mem::take(&mut piece));
                continue;
            }
            _ => {}
        }
        piece.push(c);
    }
    pieces.push(piece);
    pieces.iter().skip(1).filter_map(|p| Some(p.split_once('=')?.0.trim().to_owned())).filter(|p| !p.is_empty()).collect()
}

/// Every message of the catalogue: its id, its file, its text.
fn catalogue() -> BTreeMap<String, (String, String)> {
    let mut all: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (name, path) in files("locales/en") {
        let text = text(&path);
        let mut id = String::new();
        for line in text.lines() {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                id = line.split('=').next().unwrap_or_default().trim().to_owned();
                let before = all.insert(id.clone(), (name.clone(), String::new()));
                assert!(before.is_none(), "{name}: {id} is defined twice");
            }
            if !line.starts_with('#')
                && let Some((_, text)) = all.get_mut(&id)
            {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    all
}

#[test]
fn every_sentence_that_is_said_is_in_the_catalogue_and_the_other_way_round() {
    let (said, catalogue) = (phrases(), catalogue());
    let mut wrong = Vec::new();
    for (name, id, operands) in &said {
        match catalogue.get(id) {
            None => wrong.push(format!("{name}: {id} is not in the catalogue")),
            Some((_, text)) => {
                for variable in text
                    .split('$')
                    .skip(1)
                    .map(|t| t.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
                {
                    if !operands.contains(variable) {
                        wrong.push(format!("{name}: {id} is said without ${variable}"));
                    }
                }
            }
        }
    }
    let used: BTreeSet<&String> = said.iter().map(|(_, id, _)| id).collect();
    // A table of ids is code too: whatever stands there as a string is said by it.
    let strings: String = rust("src").into_iter().map(|(_, text)| text).collect();
    for (id, (file, _)) in &catalogue {
        if !used.contains(id) && !strings.contains(&format!("\"{id}\"")) {
            wrong.push(format!("{file}: {id} is never said"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_speaks_of_the_machine_that_it_was_written_on() {
    let marks = ["/ro\u{6f}t/", "/h\u{6f}me/", "/w\u{6f}rk/"];
    for (name, path) in files(".") {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for mark in marks {
            let found = text.match_indices(mark).find(|(at, _)| {
                !text[..*at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}' | '{' | ':'))
            });
            assert!(found.is_none(), "{name}: holds {mark}");
        }
    }
}

#[test]
fn dependencies_come_from_the_registry_and_have_a_reason() {
    let lock = text(&root().join("Cargo.lock"));
    for line in lock.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    }
    let manifest = text(&root().join("Cargo.toml"));
    let section =
        manifest.split("\n[dependencies]\n").nth(1).and_then(|s| s.split("\n[").next()).expect("there are dependencies");
    let mut reasoned = false;
    for line in section.lines() {
        if line.is_empty() || line.starts_with('#') {
            reasoned = line.starts_with('#');
            continue;
        }
        assert!(reasoned, "Cargo.toml: {line}: a reason stands above it, or above the group it is in");
    }
}
