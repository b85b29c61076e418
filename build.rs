//! One decision about linking: on Linux with glibc the program has a fixed address.
//!
//! A cold fetch is start-up (docs/PERFORMANCE.md). A position-independent executable of this size has some 17,000 pointers in its
//! constants (names of entities, options, encodings) that the dynamic linker adjusts at every start: a hundred pages are
//! written before `main`, a third of the CPU time of a small fetch. The price is that the program's own code is not moved
//! about in memory; stack, heap and libraries still are, and the code forbids `unsafe`.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |key: &str| std::env::var(key).unwrap_or_default();
    let fixed = target("CARGO_CFG_TARGET_OS") == "linux"
        && target("CARGO_CFG_TARGET_ENV") == "gnu"
        && matches!(target("CARGO_CFG_TARGET_ARCH").as_str(), "x86_64" | "aarch64");
    if fixed {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
