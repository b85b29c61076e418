//! `--generate`: completions and the manual page, from the same definition that parses.

use super::args::{Generate, command};

/// The whole text.
pub fn text(kind: Generate) -> Vec<u8> {
    let mut out = Vec::new();
    let mut command = command();
    let mut complete = |shell: clap_complete::Shell| clap_complete::generate(shell, &mut command, "jaunt", &mut out);
    match kind {
        Generate::CompleteBash => complete(clap_complete::Shell::Bash),
        Generate::CompleteZsh => complete(clap_complete::Shell::Zsh),
        Generate::CompleteFish => complete(clap_complete::Shell::Fish),
        Generate::CompletePowershell => complete(clap_complete::Shell::PowerShell),
        Generate::CompleteElvish => complete(clap_complete::Shell::Elvish),
        Generate::CompleteNushell => {
            clap_complete::generate(clap_complete_nushell::Nushell, &mut command, "jaunt", &mut out);
        }
        Generate::Man => {
            // Writing to memory cannot fail.
            let _ = clap_mangen::Man::new(command.disable_help_subcommand(true)).render(&mut out);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_kind_speaks_of_an_option_of_jaunts_own() {
        for kind in Generate::value_variants() {
            let text = String::from_utf8(text(*kind)).expect("text");
            assert!(text.replace("\\-", "-").contains("save-images"), "{kind:?}");
        }
    }
}
