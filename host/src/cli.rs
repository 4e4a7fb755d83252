//! The command line: flags are parsed first (`args`), then each command works out what they mean and calls the library.
//! No command holds domain logic.

mod applicant;
mod args;
mod bench;
mod build;
mod certify;
mod edge;
mod explain;
mod forecast;
mod import;
mod init;
mod inspect;
mod keys;
mod notice;
mod outcome;
mod pages;
mod report;
mod resolve;
mod score;
mod simulate;
mod table;
mod term;
mod types;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub use args::Args;
use args::Command;

use crate::error::{HostError, exit};

/// The whole tool as clap knows it: the one source of help, man page, completions and `docs/cli.md`.
pub fn command() -> clap::Command {
    Args::command()
}

/// The reference of all commands, as `docs/cli.md` has it.
pub fn reference() -> String {
    pages::reference(command())
}

/// Runs the tool on the process's own arguments.
pub fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(code) => ExitCode::from(code),
        // `scorelet score … | head` ends when head has seen enough: that is no mistake.
        Err(HostError::Write { error, .. }) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::from(exit::OK)
        }
        Err(error) => {
            report::show(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(args: &Args) -> crate::error::Result<u8> {
    match &args.command {
        Command::Init(args) => init::run(args),
        Command::Import(args) => import::run(args),
        Command::Keygen(args) => keys::run(args),
        Command::Build(args) => build::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Types(args) => types::run(args),
        Command::Score(args) => score::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Forecast(args) => forecast::run(args),
        Command::Notice(args) => notice::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Certify(args) => certify::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Edge(args) => edge::run(args),
        Command::Completions(args) => pages::completions(args),
        Command::Man(args) => pages::man(args),
    }
}
