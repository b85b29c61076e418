//! From the process's arguments to what was typed, in the order in which it was typed where the order counts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, FromArgMatches as _};

use super::args::{self, Options, Typed};
use super::data::{Datum, Kind};
use super::usage::UsageError;
use crate::plan::Output;
use crate::render::visible::visible;

/// What was typed.
#[derive(Debug)]
pub struct Parsed {
    /// Every option.
    pub typed: Typed,
    /// `-d` and its like, in order.
    pub data: Vec<Datum>,
    /// `-o` and `-O`, in order.
    pub outputs: Vec<Output>,
}

/// What the arguments ask for.
#[derive(Debug)]
pub enum Asked {
    /// A journey.
    Journey(Box<Parsed>),
    /// `--help`, `--version`: this text.
    Text(clap::builder::StyledStr),
}

/// Reads the arguments, the program's name first.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, UsageError> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let plain = arguments.iter().skip(1).all(|a| a != "demo" && !a.as_encoded_bytes().starts_with(b"--no-"));
    let quickly = if plain { args::quick().try_get_matches_from(&arguments).ok() } else { None };
    let matches = match quickly.map_or_else(|| args::command().try_get_matches_from(arguments), Ok) {
        Ok(matches) => matches,
        Err(e) if !e.use_stderr() => return Ok(Asked::Text(e.render())),
        Err(e) => return Err(syntax(&e)),
    };
    let mut typed = Typed::from_arg_matches(&matches).map_err(|e| syntax(&e))?;
    // Options are global: after `demo` they are among the subcommand's matches, wherever they were typed.
    let matches = match matches.subcommand() {
        None => &matches,
        Some((_, inner)) => {
            typed.options = Options::from_arg_matches(inner).map_err(|e| syntax(&e))?;
            inner
        }
    };
    typed.options.request.no_compressed = matches.get_flag("no-compressed");
    let (data, outputs) = (data(matches), outputs(matches));
    Ok(Asked::Journey(Box::new(Parsed { typed, data, outputs })))
}

fn data(matches: &ArgMatches) -> Vec<Datum> {
    let kinds = [
        ("data", Kind::Text),
        ("data_binary", Kind::Binary),
        ("data_raw", Kind::Raw),
        ("data_urlencode", Kind::Encoded),
        ("json", Kind::Json),
    ];
    in_order(kinds.into_iter().flat_map(|(id, kind)| {
        placed::<OsString>(matches, id).map(move |(at, value)| (at, Datum { kind, value: value.as_encoded_bytes().to_vec() }))
    }))
}

fn outputs(matches: &ArgMatches) -> Vec<Output> {
    let files = placed::<PathBuf>(matches, "output").map(|(at, path)| {
        let output = if path.as_os_str() == "-" { Output::Stdout } else { Output::File(path.clone()) };
        (at, output)
    });
    let names = placed::<bool>(matches, "remote_name").map(|(at, _)| (at, Output::RemoteName(PathBuf::new())));
    in_order(files.chain(names))
}

/// The values of an option with their places on the command line.
fn placed<'m, T: Clone + Send + Sync + 'static>(matches: &'m ArgMatches, id: &str) -> impl Iterator<Item = (usize, &'m T)> {
    let places = matches.indices_of(id).into_iter().flatten();
    places.zip(matches.get_many::<T>(id).into_iter().flatten())
}

fn in_order<T>(placed: impl Iterator<Item = (usize, T)>) -> Vec<T> {
    let mut all: Vec<_> = placed.collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, item)| item).collect()
}

/// clap's words, without its prefix and its usage block, and with nothing in them that drives a terminal.
fn syntax(error: &clap::Error) -> UsageError {
    let words = error.render().to_string();
    let words = words.strip_prefix("error: ").unwrap_or(&words);
    let lines: Vec<_> = words
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .map(|line| visible(line.trim_end()))
        .filter(|line| !line.is_empty())
        .collect();
    UsageError::Syntax { words: lines.join("\n") }
}
