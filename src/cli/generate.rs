//! `--generate`: completions and the manual page, from the same definition that parses.

use std::io::{self, Write as _};

use super::args::Generate;
use super::command::command;
use crate::demo::Break;
use crate::words::english;

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
        // Writing to memory cannot fail.
        Generate::Man => drop(manual(command, &mut out)),
    }
    out
}

/// clap_mangen's page, with what it cannot know in place of its section on subcommands.
fn manual(command: clap::Command, out: &mut Vec<u8>) -> io::Result<()> {
    let man = clap_mangen::Man::new(command);
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    writeln!(out, ".SH DEMO")?;
    writeln!(
        out,
        "\\fBjaunt demo\\fR starts name servers and a web server on loopback and travels among them; all options mean the same there. \
         Without a URL it fetches {}. \\fB\\-\\-break\\fR \\fIKIND\\fR breaks something:",
        crate::demo::URL
    )?;
    for kind in Break::ALL {
        writeln!(out, ".TP\n\\fB{}\\fR\n{}", kind.name().replace('-', "\\-"), english(&kind.phrase()))?;
    }
    writeln!(out, ".SH EXIT STATUS")?;
    writeln!(out, "curl's numbers, of the first URL that failed: see EXIT CODES in \\fBcurl\\fR(1). 130 is Ctrl\\-C.")?;
    writeln!(out, ".SH ENVIRONMENT")?;
    for (name, meaning) in ENVIRONMENT {
        writeln!(out, ".TP\n\\fB{name}\\fR\n{meaning}")?;
    }
    writeln!(out, ".SH SEE ALSO\n\\fBcurl\\fR(1), \\fBdig\\fR(1), \\fBstrace\\fR(1), \\fBtshark\\fR(1)")?;
    man.render_version_section(out)
}

/// The variables that are looked at.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("NO_COLOR", "Not empty: no colours, unless \\-\\-color always."),
    ("CLICOLOR_FORCE", "Neither empty nor 0: colours even into a pipe."),
    ("CLICOLOR", "0: no colours."),
    ("TERM", "dumb: no colours."),
    ("COLUMNS", "Columns that the narration may use."),
    ("SSLKEYLOGFILE", "TLS secrets are appended to this file, for tools that read what was captured."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Word as _;

    #[test]
    fn every_kind_speaks_of_an_option_of_jaunts_own() {
        for (_, kind) in Generate::all() {
            let text = String::from_utf8(text(kind)).expect("text");
            assert!(text.replace("\\-", "-").contains("save-images"), "{kind:?}");
        }
    }
}
