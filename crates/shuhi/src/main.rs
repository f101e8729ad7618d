//! `shuhi`: the commands. The only crate that prints, reads the clock and chooses exit statuses.

mod args;
mod commands;
mod explain;
mod failure;
mod files;
mod page;
mod secrets;
mod told;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Arguments, Command};
use crate::failure::Failure;

/// Exit status for a finding at or above `--fail-on`.
const FINDINGS: u8 = 1;
/// Exit status for bad usage or input.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FINDINGS),
        Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(arguments.language());
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// Runs a command; `Ok(false)` where it found what it was asked to look for.
fn run(arguments: &Arguments) -> Result<bool, Failure> {
    let common = arguments.common()?;
    match &arguments.command {
        Command::Init(options) => commands::init::run(options, &common),
        Command::Check(options) => commands::check::run(options, &common),
        Command::Ask(options) => commands::ask::run(options, &common),
        Command::Decide(options) => commands::decide::run(options, &common),
        Command::Law(options) => commands::law::run(options, &common),
        Command::Schema(options) => commands::schema::run(options, &common),
        Command::Scan(options) => commands::scan::run(options, &common),
        Command::Vault(options) => commands::vault::run(options, &common),
        Command::Ledger(options) => commands::ledger::run(options, &common),
        Command::Identity(options) => commands::identity::run(options, &common),
        Command::Completions(options) => commands::completions::run(options),
    }
}
