//! `jaunt`: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    jaunt::cli::run(std::env::args_os())
}
