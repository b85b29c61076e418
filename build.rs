//! Two decisions about linking, both for Linux with glibc: the program has a fixed address, and glibc is inside it.
//!
//! A cold fetch is start-up (docs/PERFORMANCE.md). A position-independent executable of this size has some 17,000 pointers in its
//! constants (names of entities, options, encodings) that are adjusted at every start: a hundred pages are written before `main`.
//! A dynamic one has three libraries looked up, mapped and bound before `main`, forty page faults and as many system calls. Together
//! they are half of a small fetch. The price: the program's own code is not moved about in memory (stack, heap and mappings still are,
//! and the code forbids `unsafe`), and a mended glibc comes in with the next build. getaddrinfo (`--resolver system`) reads the same
//! files and asks the same servers; where nsswitch.conf names a module beyond those of glibc, it is still loaded when it is asked.
//!
//! `-C target-feature=+crt-static` would say the second more shortly, but without `--target` cargo gives it to procedural macros as well,
//! which cannot be linked so. Hence linker scripts: where the link line names a shared library of glibc's, they name its archive.
//! Where the archives are not installed, or with `JAUNT_LINK=dynamic`, the program is linked as usual.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=JAUNT_LINK");
    let variable = |key: &str| std::env::var(key).unwrap_or_default();
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
    let scripts = Path::new(&variable("OUT_DIR")).join("static");
    if write_scripts(&scripts).is_some() {
        println!("cargo:rustc-link-arg-bins=-L{}", scripts.display());
        println!("cargo:rustc-link-arg-bins=-static");
    }
}

/// `libc.so` and its like, as linker scripts that name the archives; `None` when one of these is missing.
fn write_scripts(folder: &Path) -> Option<()> {
    let [libc, gcc, gcc_eh, libm] = ["libc.a", "libgcc.a", "libgcc_eh.a", "libm.a"].map(archive);
    // The archives of glibc and of gcc need each other.
    let core = format!("GROUP ( {} {} {} )\n", libc?.display(), gcc?.display(), gcc_eh?.display());
    let math = format!("INPUT ( {} )\n", libm?.display());
    std::fs::create_dir_all(folder).ok()?;
    for (name, script) in [("libc.so", &core), ("libgcc_s.so", &core), ("libm.so", &math)] {
        std::fs::write(folder.join(name), script).ok()?;
    }
    Some(())
}

/// Where the compiler that links keeps an archive; for one that it does not have it gives back the bare name.
fn archive(name: &str) -> Option<PathBuf> {
    let output = Command::new("cc").arg(format!("-print-file-name={name}")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    (path.is_absolute() && path.is_file()).then_some(path)
}
