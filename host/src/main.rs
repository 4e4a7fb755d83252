//! The `scorelet` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    scorelet::cli::main()
}
