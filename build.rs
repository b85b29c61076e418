//! The catalogue of sentences as a table, and three decisions about linking.
//!
//! **The catalogue.** `locales/<language>/*.ftl` becomes one sorted table of messages a language: at run time a message is found and parsed
//! when it is first said, and nothing else of the catalogue is looked at.
//!
//! **Linking**, for Linux with glibc: the program has a fixed address, and glibc is inside it. A cold fetch is start-up (docs/PERFORMANCE.md). A position-independent executable of this size has some 17,000 pointers in its
//! constants (names of entities, options, encodings) that are adjusted at every start: a hundred pages are written before `main`.
//! A dynamic one has three libraries looked up, mapped and bound before `main`, forty page faults and as many system calls. Together
//! they are half of a small fetch. The price: the program's own code is not moved about in memory (stack, heap and mappings still are,
//! and the code forbids `unsafe`), and a mended glibc comes in with the next build. getaddrinfo (`--resolver system`) reads the same
//! files and asks the same servers; where nsswitch.conf names a module beyond those of glibc, it is still loaded when it is asked.
//!
//! `-C target-feature=+crt-static` would say the second more shortly, but without `--target` cargo gives it to procedural macros as well,
//! which cannot be linked so. Hence linker scripts: where the link line names a shared library of glibc's, they name its archive.
//! Where the archives are not installed, or with `JAUNT_LINK=dynamic`, the program is linked as usual.
//!
//! **Order.** A fetch executes some 400 of the program's 9,000 functions, and reads a tenth of its constants. The kernel maps what is
//! around each page that is touched, and a page fault costs microseconds: laid side by side (`link-order.txt`, made by
//! `tools/link_order.py`) the functions and constants of an ordinary run need a third fewer faults and half the memory. Names that a later
//! compiler changes are no error: what is not named comes where it would have come anyway.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=link-order.txt");
    println!("cargo:rerun-if-env-changed=JAUNT_LINK");
    fs::write(Path::new(&variable("OUT_DIR")).join("catalogue.rs"), catalogue(Path::new("locales"))?)?;
    link();
    Ok(())
}

fn variable(key: &str) -> String {
    std::env::var(key).unwrap_or_default()
}

/// `static EN: &[(&str, &str)]` and its like: every message's id and text, ascending by id.
fn catalogue(locales: &Path) -> io::Result<String> {
    let mut code = String::new();
    for language in folder(locales)? {
        let mut messages = BTreeMap::new();
        for file in folder(&language)? {
            let text = fs::read_to_string(&file)?;
            let mut rest = text.as_str();
            while let Some(begin) = line(rest, |first| first.is_ascii_lowercase()) {
                let message = &rest[begin..];
                let first_line = message.find('\n').map_or(message.len(), |n| n + 1);
                let end = first_line
                    + line(&message[first_line..], |c| c.is_ascii_lowercase() || c == '#').unwrap_or(message.len() - first_line);
                let id = message.split('=').next().unwrap_or_default().trim();
                messages.insert(id.to_owned(), message[..end].trim_end().to_owned() + "\n");
                rest = &message[end..];
            }
        }
        let name = language.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let messages: Vec<_> = messages.into_iter().collect();
        code.push_str(&format!("static {name}: &[(&str, &str)] = &{messages:?};\n"));
    }
    Ok(code)
}

/// Where the first line begins whose first character is such a one.
fn line(text: &str, is: impl Fn(char) -> bool) -> Option<usize> {
    let begins = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    begins.into_iter().find(|&at| text[at..].starts_with(&is))
}

/// What is in a folder, in order.
fn folder(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

/// What the linker is told.
fn link() {
    let glibc = variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("CARGO_CFG_TARGET_ENV") == "gnu"
        && matches!(variable("CARGO_CFG_TARGET_ARCH").as_str(), "x86_64" | "aarch64");
    if !glibc {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-no-pie");
    // Another machine's archives are not where this machine's compiler looks.
    if variable("HOST") != variable("TARGET") || variable("JAUNT_LINK") == "dynamic" {
        return;
    }
    let out = PathBuf::from(variable("OUT_DIR"));
    let scripts = out.join("static");
    if write_scripts(&scripts).is_some() {
        println!("cargo:rustc-link-arg-bins=-L{}", scripts.display());
        println!("cargo:rustc-link-arg-bins=-static");
    }
    let script = out.join("order.ld");
    if variable("PROFILE") == "release" && reads_linker_scripts() && write_order(Path::new("link-order.txt"), &script).is_ok() {
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{}", script.display());
    }
}

/// GNU ld and LLVM's lld do, which is what a compiler calls unless it is told otherwise.
fn reads_linker_scripts() -> bool {
    let linker = variable("RUSTC_LINKER");
    let compiler = Path::new(&linker).file_name().is_none_or(|name| ["cc", "gcc", "clang"].iter().any(|cc| name == *cc));
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    let chosen = flags.split("-fuse-ld=").skip(1).all(|rest| rest.starts_with("lld") || rest.starts_with("bfd"));
    compiler && chosen && variable("MOLD_PATH").is_empty()
}

/// The functions of `order` as a section before all others, and its constants (`=`) as one before all other constants: one line each,
/// `archive:member` for those that have no section of their own.
fn write_order(order: &Path, script: &Path) -> io::Result<()> {
    let order = fs::read_to_string(order)?;
    // The linker merges these; what a run reads of them is everywhere in them.
    let (mut code, mut constants) = (String::new(), String::from("*(.rodata.cst*)\n*.rcgu.o(.rodata)\n"));
    for line in order.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (constant, name) = line.strip_prefix('=').map_or((false, line), |name| (true, name));
        match (constant, name.ends_with(".o")) {
            (false, true) => code += &format!("*{name}(.text .text.*)\n"),
            (true, true) => constants += &format!("*{name}(.rodata)\n"),
            (true, false) => constants += &format!("*(.rodata.{name} .rodata.unlikely.{name})\n"),
            (false, false) => code += &format!("*(.text.{name} .text.unlikely.{name})\n"),
        }
    }
    // Texts have no names that last; by themselves, without the big tables between them, they are close enough.
    constants += "*(.rodata.str1.1)\n*(.rodata..Lanon.*)\n";
    let section =
        |first: &str, content: &str, of: &str| format!("SECTIONS\n{{\n{first} : {{\n{content}}}\n}}\nINSERT BEFORE {of};\n");
    fs::write(script, section(".text.first", &code, ".text") + &section(".rodata.first", &constants, ".rodata"))
}

/// `libc.so` and its like, as linker scripts that name the archives; `None` when one of these is missing.
fn write_scripts(folder: &Path) -> Option<()> {
    let [libc, gcc, gcc_eh, libm] = ["libc.a", "libgcc.a", "libgcc_eh.a", "libm.a"].map(archive);
    // The archives of glibc and of gcc need each other.
    let core = format!("GROUP ( {} {} {} )\n", libc?.display(), gcc?.display(), gcc_eh?.display());
    let math = format!("INPUT ( {} )\n", libm?.display());
    fs::create_dir_all(folder).ok()?;
    for (name, script) in [("libc.so", &core), ("libgcc_s.so", &core), ("libm.so", &math)] {
        fs::write(folder.join(name), script).ok()?;
    }
    Some(())
}

/// Where the compiler that links keeps an archive; for one that it does not have it gives back the bare name.
fn archive(name: &str) -> Option<PathBuf> {
    let output = Command::new("cc").arg(format!("-print-file-name={name}")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    (path.is_absolute() && path.is_file()).then_some(path)
}
