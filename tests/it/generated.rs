//! What is made from the option definitions and committed: completions, the manual page, docs/CURL.md.
//! `just generate` (`SNAPSHOTS=overwrite cargo test --test it generated`) makes them again.

use snapbox::{assert_data_eq, file};

use crate::support::run;

fn generated(kind: &str) -> String {
    String::from_utf8(run(["--generate", kind]).stdout).expect("text")
}

#[test]
fn completions_are_up_to_date() {
    assert_data_eq!(generated("complete-bash"), file!["../../completions/jaunt.bash": Text].raw());
    assert_data_eq!(generated("complete-zsh"), file!["../../completions/_jaunt": Text].raw());
    assert_data_eq!(generated("complete-fish"), file!["../../completions/jaunt.fish": Text].raw());
    assert_data_eq!(generated("complete-powershell"), file!["../../completions/_jaunt.ps1": Text].raw());
    assert_data_eq!(generated("complete-elvish"), file!["../../completions/jaunt.elv": Text].raw());
    assert_data_eq!(generated("complete-nushell"), file!["../../completions/jaunt.nu": Text].raw());
}

#[test]
fn the_manual_page_is_up_to_date() {
    assert_data_eq!(generated("man"), file!["../../docs/jaunt.1": Text].raw());
}

#[test]
fn the_comparison_with_curl_is_up_to_date() {
    assert_data_eq!(jaunt::cli::curl::document(), file!["../../docs/CURL.md": Text].raw());
}
