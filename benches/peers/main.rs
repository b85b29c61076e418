//! jaunt and its peers in turns on the same work: `cargo bench --bench peers [-- ROW …] [--runs N]`.
//!
//! Every run is one process against one nginx on loopback that this program starts. The tools take turns, so that whatever the machine
//! does meanwhile hits all alike; the table shows the median CPU time (user + system, of the process alone), the best wall
//! time, the peak memory, and the ratio of CPU times to curl's. A second table is about waiting: images of a server that is far away or
//! slow, see `far.rs`. It never fails on a time: it is a measurement, not a test.
//!
//! Each run is started by this same program as `peers --measure COMMAND…`, whose only child it is, so that getrusage() speaks of
//! that run alone.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people to read")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod far;
mod measure;
mod names;
mod rows;
mod server;

use std::process::ExitCode;

use measure::Sample;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).filter_map(|a| a.into_string().ok()).filter(|a| a != "--bench").collect();
    if arguments.first().is_some_and(|a| a == "--measure") {
        return measure::child(&arguments[1..]);
    }
    let mut wanted = Vec::new();
    let mut runs = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--runs" => runs = rest.next().and_then(|n| n.parse().ok()),
            other => wanted.push(other.to_owned()),
        }
    }
    let names = names::Names::enter();
    if names.is_none() {
        eprintln!(
            "no namespace with a name server of our own (that needs root, unshare and port 53): the row with a name is left out"
        );
    }
    let server = match server::Server::start() {
        Ok(server) => server,
        Err(error) => {
            eprintln!("nginx is needed for this benchmark: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("| work | tool | CPU ms (median) | to curl | wall ms (best) | peak MiB |");
    println!("|---|---|---:|---:|---:|---:|");
    for row in rows::all(&server, names.is_some()) {
        if !wanted.is_empty() && !wanted.iter().any(|w| row.name.contains(w.as_str())) {
            continue;
        }
        print_row(&row, runs.unwrap_or(row.runs));
    }
    for_waiting(&wanted, runs);
    for_calls(&wanted, &server);
    ExitCode::SUCCESS
}

/// How many system calls a cold fetch takes, as strace counts them.
fn for_calls(wanted: &[String], server: &server::Server) {
    const NAME: &str = "system calls, cold, 1 KiB over http";
    if !wanted.is_empty() && !wanted.iter().any(|w| NAME.contains(w.as_str())) {
        return;
    }
    println!();
    println!("| work | tool | system calls |");
    println!("|---|---|---:|");
    for tool in rows::cold(server).tools {
        match measure::calls(&tool, &server.file("calls")) {
            Ok(calls) => println!("| {NAME} | {} | {calls} |", tool.name),
            Err(error) => eprintln!("{} under strace: {error}", tool.name),
        }
    }
}

/// The rows where time is spent waiting: what counts is when requests are made and answers are there.
fn for_waiting(wanted: &[String], runs: Option<usize>) {
    println!();
    println!(
        "| work | tool | first request to last image, ms | page to first image request, ms | last image after the page, ms | images | peak MiB |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|");
    for row in rows::waiting() {
        if !wanted.is_empty() && !wanted.iter().any(|w| row.name.contains(w.as_str())) {
            continue;
        }
        if let Err(error) = print_waiting(&row, runs.unwrap_or(row.runs)) {
            eprintln!("{}: {error}", row.name);
        }
    }
}

fn print_waiting(row: &rows::Waiting, runs: usize) -> std::io::Result<()> {
    let server = far::FarServer::start(row.far)?;
    let tools = row.tools(&server)?;
    let mut kept: Vec<Vec<(far::Marks, Sample)>> = tools.iter().map(|_| Vec::new()).collect();
    for _ in 0..runs {
        for (tool, kept) in tools.iter().zip(&mut kept) {
            let _ = server.take();
            match measure::run(tool) {
                Ok(sample) => kept.push((server.take(), sample)),
                Err(error) => eprintln!("{} of {:?}: {error}", tool.name, row.name),
            }
        }
    }
    for (tool, kept) in tools.iter().zip(&kept) {
        let of = |what: fn(&far::Marks) -> Option<std::time::Duration>| {
            let mut times: Vec<_> = kept.iter().filter_map(|(marks, _)| what(marks)).collect();
            times.sort_unstable();
            times.get(times.len() / 2).map_or_else(String::new, |t| format!("{:.1}", t.as_secs_f64() * 1000.0))
        };
        let images = kept.iter().map(|(marks, _)| marks.images).min().unwrap_or_default();
        let samples: Vec<Sample> = kept.iter().map(|(_, sample)| *sample).collect();
        // A browser is many processes, of which this would be one.
        let peak = median(&samples, |s| s.peak_kib).filter(|_| tool.name != "chromium");
        let peak = peak.map_or_else(String::new, |kib| format!("{:.1}", kib as f64 / 1024.0));
        println!(
            "| {} | {} | {} | {} | {} | {images} | {peak} |",
            row.name,
            tool.name,
            of(far::Marks::whole),
            of(far::Marks::first_after),
            of(far::Marks::after_page)
        );
    }
    Ok(())
}

fn print_row(row: &rows::Row, runs: usize) {
    let mut samples: Vec<Vec<Sample>> = row.tools.iter().map(|_| Vec::new()).collect();
    for _ in 0..runs {
        for (tool, kept) in row.tools.iter().zip(&mut samples) {
            match measure::run(tool) {
                Ok(sample) => kept.push(sample),
                Err(error) => eprintln!("{} of {:?}: {error}", tool.name, row.name),
            }
        }
    }
    let reference = row.tools.iter().position(|t| t.name == "curl").and_then(|at| median(&samples[at], |s| s.cpu_us));
    for (tool, kept) in row.tools.iter().zip(&samples) {
        let Some(cpu) = median(kept, |s| s.cpu_us) else {
            println!("| {} | {} | failed | | | |", row.name, tool.name);
            continue;
        };
        let wall = kept.iter().map(|s| s.wall_us).min().unwrap_or_default();
        let peak = median(kept, |s| s.peak_kib).unwrap_or_default();
        let ratio = reference.map_or_else(String::new, |r| format!("{:.3}", cpu as f64 / r.max(1) as f64));
        println!(
            "| {} | {} | {:.2} | {} | {:.2} | {:.1} |",
            row.name,
            tool.name,
            cpu as f64 / 1000.0,
            ratio,
            wall as f64 / 1000.0,
            peak as f64 / 1024.0
        );
    }
}

fn median(samples: &[Sample], of: impl Fn(&Sample) -> u64) -> Option<u64> {
    let mut values: Vec<u64> = samples.iter().map(of).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}
