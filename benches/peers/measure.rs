//! One run of one command: CPU time, wall time, peak memory.

use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::rows::Tool;

use nix::sys::resource::{UsageWho, getrusage};

/// Before a command: its output goes through a pipe, not to /dev/null.
pub(crate) const PIPED: &str = "--piped";

/// What one run cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// User and system time, µs.
    pub(crate) cpu_us: u64,
    /// From start to end, µs.
    pub(crate) wall_us: u64,
    /// Largest resident set, KiB.
    pub(crate) peak_kib: u64,
}

/// Runs `command` in a process of its own whose only child it is.
pub(crate) fn run(Tool { command, environment, .. }: &Tool) -> io::Result<Sample> {
    let me = std::env::current_exe()?;
    let environment = environment.iter().map(|(name, value)| (name, value));
    let output = Command::new(me).arg("--measure").args(command).envs(environment).stdin(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<u64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    match numbers[..] {
        [cpu_us, wall_us, peak_kib] if output.status.success() => Ok(Sample { cpu_us, wall_us, peak_kib }),
        _ => Err(io::Error::other(format!(
            "{command:?} ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}

/// System calls of one run, all its threads' and those of its start; strace leaves its count in `file`.
pub(crate) fn calls(Tool { command, .. }: &Tool, file: &Path) -> io::Result<u64> {
    let strace = Command::new("strace").args(["-f", "-c", "-o"]).arg(file).args(command).stdout(Stdio::null()).status()?;
    let text = std::fs::read_to_string(file)?;
    // 100.00    0.000000           0        49         2 total
    let total = text.lines().rev().find(|line| line.ends_with(" total")).and_then(|line| line.split_whitespace().nth(3));
    match total.and_then(|calls| calls.parse().ok()) {
        Some(calls) if strace.success() => Ok(calls),
        _ => Err(io::Error::other(format!("{strace}: {text}"))),
    }
}

/// The other half: `--measure COMMAND…`.
pub(crate) fn child(command: &[String]) -> ExitCode {
    let piped = command.first().is_some_and(|a| a == PIPED);
    let Some((program, arguments)) = command[usize::from(piped)..].split_first() else { return ExitCode::FAILURE };
    let begun = Instant::now();
    let output = if piped { Stdio::piped() } else { Stdio::null() };
    let child = Command::new(program).args(arguments).stdout(output).stderr(Stdio::null()).spawn();
    let status = child.and_then(|mut child| {
        if let Some(mut pipe) = child.stdout.take() {
            let mut room = vec![0; 1 << 20];
            while pipe.read(&mut room)? > 0 {}
        }
        child.wait()
    });
    let wall = begun.elapsed();
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return ExitCode::FAILURE };
    let micros = |t: nix::sys::time::TimeVal| t.tv_sec() as u64 * 1_000_000 + t.tv_usec() as u64;
    println!("{} {} {}", micros(usage.user_time()) + micros(usage.system_time()), wall.as_micros(), usage.max_rss());
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            eprintln!("exit {status}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
