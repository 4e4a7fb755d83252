//! Completions, manual pages and the reference, all from the flags themselves.

use std::fmt::Write as _;

use clap::Command;

use super::args::{CompletionsArgs, ManArgs};
use super::term;
use crate::error::{HostError, Result, exit};

/// `scorelet completions`.
pub(super) fn completions(args: &CompletionsArgs) -> Result<u8> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "scorelet", &mut out);
    term::print(&String::from_utf8_lossy(&out))?;
    Ok(exit::OK)
}

/// `scorelet man`.
pub(super) fn man(args: &ManArgs) -> Result<u8> {
    match &args.output {
        Some(folder) => {
            let failed = |error| HostError::Write { path: folder.clone(), error };
            std::fs::create_dir_all(folder).map_err(failed)?;
            clap_mangen::generate_to(super::command(), folder).map_err(failed)?;
        }
        None => {
            let mut out = Vec::new();
            clap_mangen::Man::new(super::command()).render(&mut out).map_err(term::failed)?;
            term::print(&String::from_utf8_lossy(&out))?;
        }
    }
    Ok(exit::OK)
}

/// All commands in Markdown: what each prints for `--help`, at a fixed width.
pub(super) fn reference(command: Command) -> String {
    let mut command = command.term_width(100);
    command.build();
    let mut out = String::from(
        "# The `scorelet` command\n\n\
         This page is made from the flags themselves (`cargo test -p scorelet --test reference` checks it, and writes it anew with\n\
         `SCORELET_BLESS=1`). `scorelet man` prints it as a manual page, `scorelet completions SHELL` prints completions.\n",
    );
    section(&mut out, &mut command, 2);
    out
}

fn section(out: &mut String, command: &mut Command, level: usize) {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let help = command.render_long_help().to_string();
    // Writing into a String cannot fail.
    let _ = write!(out, "\n{} `{name}`\n\n```text\n", "#".repeat(level));
    for line in help.trim_end().lines() {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push_str("```\n");
    for inner in command.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
        section(out, inner, level + 1);
    }
}
