//! The `groupdesk` binary.

use groupdesk::cli::{Cli, output, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::read(std::env::args_os()).unwrap_or_else(|error| error.exit());
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::report(&error, cli.wants_json()).into(),
    }
}
