//! The command line: arguments in, exit code out. The only place that writes to stderr by itself.
//!
//! ```text
//!  arguments ─► parse ─Typed─► decide ─Decision─► files (opened) ─► journey::travel ─► exit code
//!             table.rs, args.rs    Plan + Show                        narration, NDJSON
//! ```

pub mod args;
pub mod command;
pub mod curl;
pub mod data;
pub mod decide;
pub mod files;
pub mod generate;
pub mod graphics;
pub mod interrupt;
pub mod parse;
pub mod table;
pub mod terminal;
pub mod usage;
pub mod values;
pub mod write_out;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use crate::clock::Monotonic;
use crate::demo;
use crate::event::{Hub, Sink};
use crate::exit::Exit;
use crate::journey::{self, Outcome};
use crate::phrase;
use crate::plan::Plan;
use crate::render::narration::{Narrator, Preview};
use crate::render::ndjson::Ndjson;
use crate::render::page::Page;
use crate::words::{Lang, Phrase, Words};

use self::decide::{Decision, Show, decide};
use self::parse::{Asked, parse};
use self::terminal::Around;
use self::usage::UsageError;
use self::write_out::{Stream, Transfer};

/// Does what the arguments (the program's name first) ask for.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let typed = match parse(arguments) {
        Ok(Asked::Journey(typed)) => *typed,
        Ok(Asked::Help { long, demo }) => {
            let around = Around::look(true);
            let coloured = around.colours(args::ColorWhen::Auto, around.stdout_terminal);
            let text = command::help(long, demo);
            let text = if coloured { text.ansi().to_string() } else { text.to_string() };
            return answer(text.as_bytes());
        }
        Ok(Asked::Version) => return answer(concat!("jaunt ", env!("CARGO_PKG_VERSION"), "\n").as_bytes()),
        Err(error) => return refuse(&error),
    };
    let see = &typed.see;
    if let Some(kind) = see.generate {
        return answer(&generate::text(kind));
    }
    let around = Around::look(!see.silent || see.verbose > 0 || see.show_error);
    match decide(typed, &around).and_then(travel) {
        Ok(exit) => {
            interrupt::end();
            ExitCode::from(exit.code())
        }
        Err(error) => refuse(&error),
    }
}

/// Starts what listens, travels, and says at the end what went wrong.
fn travel(decision: Decision) -> Result<Exit, UsageError> {
    let Decision { mut plan, mut show, demo } = decision;
    let words = Words::new(show.lang);
    if show.errors {
        for warning in &show.warnings {
            complain(&words, &phrase!("cli-warning", words = warning.clone()));
        }
    }
    interrupt::listen();
    if let Some(images) = &mut plan.images
        && let Some(shelf) = images.preview.take()
    {
        show.preview = Some(match graphics::look(show.plain) {
            Ok(screen) => {
                images.preview = Some(shelf.clone());
                Preview::Shown(shelf, screen)
            }
            Err(why) => Preview::Not(why),
        });
    }
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    if let Some(path) = &show.events {
        sinks.push(Box::new(Ndjson::new(files::events(path)?)));
    }
    if let Some(detail) = show.narration {
        sinks.push(Box::new(Narrator::new(io::stderr(), &show.look(detail))));
    }
    // Serves until the end of this function.
    let internet =
        demo.map(|asked| demo::prepare(&mut plan, asked.fault)).transpose().map_err(|error| UsageError::NoDemo { error })?;
    if let (Some(internet), Some(detail)) = (&internet, show.narration) {
        let mut page = Page::new(show.width, show.look(detail).palette, show.plain);
        internet.tell(&mut page, &words, &plan);
        page.blank();
        let _ = io::stderr().write_all(page.take().as_bytes());
    }
    let clock = Monotonic::start();
    let hub = Hub::new(&clock, show.secrets, show.narration.unwrap_or_default(), sinks);
    let (mut number, mut explained) = (0, false);
    let exit = journey::travel(&plan, &clock, &hub, &mut |outcome| {
        finished(outcome, &plan, &show, &words, number);
        number += 1;
        explained |= outcome.error.is_some();
    });
    if let (true, false, Some(path), Some(why)) = (show.errors, explained, &show.events, hub.failure()) {
        let lost = phrase!("cli-cannot-write", option = "--events", path = path.to_string_lossy().into_owned(), error = why);
        complain(&words, &phrase!("cli-failed", exit = exit.code().to_string(), words = lost));
    }
    Ok(exit)
}

/// After each URL: what went wrong, as curl says it, and what `-w` asks for.
fn finished(outcome: &Outcome, plan: &Plan, show: &Show, words: &Words, number: usize) {
    if let (true, Some(exit), Some(error)) = (show.errors, outcome.exit, &outcome.error) {
        complain(words, &phrase!("cli-failed", exit = exit.code().to_string(), words = error));
    }
    let Some(template) = &show.write_out else { return };
    let url = plan.jobs.get(number).map_or("", |job| job.url.as_str());
    let transfer = Transfer { outcome, url, number, referer: plan.request.referer.as_deref(), secrets: show.secrets };
    let is_terminal = |stream| match stream {
        Stream::Stdout => io::stdout().is_terminal(),
        Stream::Stderr => io::stderr().is_terminal(),
    };
    for (stream, text) in template.say(&transfer, is_terminal) {
        // As in curl, text that nobody takes is no failure of the transfer.
        let _ = match stream {
            Stream::Stdout => io::stdout().write_all(&text).and_then(|()| io::stdout().flush()),
            Stream::Stderr => io::stderr().write_all(&text),
        };
    }
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
