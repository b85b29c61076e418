//! The options as clap knows them: `--help`, the completions and the manual page are made from this. No argument is read by it.

use std::ffi::OsString;

use clap::builder::{PossibleValuesParser, StyledStr, ValueParser};
use clap::{Arg, ArgAction, Command, ValueHint};

use super::table::{DEMO, EXCLUSIVE, GROUPS, Hint, Row, Takes};

/// The whole command, made from the table.
pub fn command() -> Command {
    let mut command = Command::new("jaunt")
        .version(env!("CARGO_PKG_VERSION"))
        .about("See a web fetch: every stage of it, as it really happens")
        .long_about(
            "See a web fetch: every stage of it, as it really happens.\n\n\
             The body goes to standard output, the narration to standard error. Options have curl's names and meaning.",
        )
        .override_usage("jaunt [OPTIONS] <URL>...\n       jaunt demo [OPTIONS] [URL]...")
        .disable_help_subcommand(true)
        .max_term_width(100)
        .after_help("Exit codes are curl's; 130 is Ctrl-C. `jaunt demo` needs no network.")
        .arg(urls("What to fetch; http:// may be left out"))
        .subcommand(
            Command::new("demo")
                .about("The same journey inside a little internet on loopback: no network needed")
                .long_about("The same journey inside a little internet on loopback: no network needed")
                .arg(urls("What to fetch there [default: http://www.lab.example/]"))
                .args(DEMO.1.iter().map(|row| option(row, DEMO.0))),
        );
    for (heading, rows) in GROUPS {
        command = command.args(rows.iter().map(|row| option(row, heading).global(true)));
    }
    // `--no-X` of every switch, for completions; `--no-images` has a row of its own.
    let switches = GROUPS.iter().flat_map(|(_, rows)| *rows).filter(|row| matches!(row.takes, Takes::Nothing(_)));
    let undone = switches.map(|row| row.long).filter(|long| !long.ends_with("images"));
    command.args(undone.map(|long| {
        let undo = format!("no-{long}");
        Arg::new(undo.clone()).long(undo).action(ArgAction::SetTrue).hide(true).global(true)
    }))
}

/// The text of `-h` (or `--help`, the long one), of the whole or of `jaunt demo`.
pub fn help(long: bool, demo: bool) -> StyledStr {
    let mut command = command();
    command.build();
    let asked = if demo { command.find_subcommand_mut("demo") } else { None };
    let text = |command: &mut Command| if long { command.render_long_help() } else { command.render_help() };
    match asked {
        Some(demo) => text(demo),
        None => text(&mut command),
    }
}

fn urls(help: &'static str) -> Arg {
    Arg::new("URL").help(help).num_args(0..).value_parser(clap::value_parser!(OsString)).value_hint(ValueHint::Url)
}

fn option(row: &'static Row, heading: &'static str) -> Arg {
    let arg = Arg::new(row.long).long(row.long).help_heading(heading).help(help_of(row));
    let arg = match row.short {
        Some(short) => arg.short(short),
        None => arg,
    };
    let arg = match row.alias {
        Some(alias) => arg.visible_alias(alias),
        None => arg,
    };
    let excluded = EXCLUSIVE.iter().filter(|both| both[0].0 == row.long).map(|both| both[1].0);
    let arg = arg.conflicts_with_all(excluded);
    match &row.takes {
        Takes::Nothing(_) => arg.action(ArgAction::SetTrue),
        Takes::Repeated(_) => arg.action(ArgAction::Count),
        Takes::Value { name, hint, many, .. } => arg
            .value_name(*name)
            .action(if *many { ArgAction::Append } else { ArgAction::Set })
            .hide_possible_values(true)
            .value_parser(match hint {
                Hint::Text => ValueParser::os_string(),
                Hint::Path => ValueParser::path_buf(),
                Hint::Words(words) => ValueParser::new(PossibleValuesParser::new(words())),
            }),
    }
}

/// Its help, and the words that its value may be.
fn help_of(row: &Row) -> String {
    match &row.takes {
        Takes::Value { hint: Hint::Words(words), .. } => format!("{}: {}", row.help, words().join(", ")),
        Takes::Value { .. } | Takes::Nothing(_) | Takes::Repeated(_) => row.help.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_finds_nothing_wrong_with_it() {
        command().debug_assert();
    }
}
