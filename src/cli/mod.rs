//! The command line: arguments in, exit code out. The only place with clap, and the only one that writes to stderr by itself.
//!
//! ```text
//!  arguments ─► parse ─Parsed─► decide ─Decision─► files (opened) ─► journey::travel ─► exit code
//!                 args.rs        Plan + Show                          narration, NDJSON
//! ```

pub mod args;
pub mod curl;
pub mod data;
pub mod decide;
pub mod files;
pub mod generate;
pub mod interrupt;
pub mod parse;
pub mod terminal;
pub mod usage;
pub mod values;
pub mod write_out;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::exit::Exit;
use crate::phrase;
use crate::words::{Lang, Phrase, Words};

use self::decide::{Decision, decide};
use self::parse::{Asked, parse};
use self::terminal::Around;
use self::usage::UsageError;

/// Does what the arguments (the program's name first) ask for.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = match parse(arguments) {
        Ok(Asked::Journey(parsed)) => *parsed,
        Ok(Asked::Text(text)) => {
            let around = Around::look(true);
            let coloured = around.colours(args::ColorWhen::Auto, around.stdout_terminal);
            let text = if coloured { text.ansi().to_string() } else { text.to_string() };
            return answer(text.as_bytes());
        }
        Err(error) => return refuse(&error),
    };
    if let Some(kind) = parsed.typed.options.see.generate {
        return answer(&generate::text(kind));
    }
    let see = &parsed.typed.options.see;
    let around = Around::look(!see.silent || see.verbose > 0 || see.show_error);
    match decide(parsed, &around).and_then(travel) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => refuse(&error),
    }
}

fn travel(decision: Decision) -> Result<Exit, UsageError> {
    let words = Words::new(decision.show.lang);
    if decision.show.errors {
        for warning in &decision.show.warnings {
            complain(&words, &phrase!("cli-warning", words = warning.clone()));
        }
    }
    if let Some(path) = &decision.show.events {
        files::events(path)?;
    }
    interrupt::listen();
    Ok(Exit::Ok)
}

/// Writes what was asked for to standard output. A reader that has gone away (`jaunt --help | head -1`) has what it wanted.
fn answer(text: &[u8]) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(Exit::WriteError.code()),
    }
}

/// Says what is wrong with the command line. `-s` silences a fetch, not this: there will be none.
fn refuse(error: &UsageError) -> ExitCode {
    let words = Words::new(Lang::default());
    let exit = error.exit().code();
    complain(&words, &phrase!("cli-failed", exit = exit.to_string(), words = error.phrase()));
    complain(&words, &phrase!("cli-hint", words = error.hint()));
    ExitCode::from(exit)
}

/// One message to standard error, made visible line by line. When that is closed or full there is nobody left to tell.
fn complain(words: &Words, phrase: &Phrase) {
    let mut text = String::new();
    for line in words.say(phrase).split('\n') {
        text.push_str(&crate::render::visible::visible(line));
        text.push('\n');
    }
    let _ = io::stderr().write_all(text.as_bytes());
}
