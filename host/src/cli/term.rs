//! Standard output, and what the terminal can do.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use crate::error::{HostError, Result};

/// Writes to standard output in one go.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failed)
}

/// A line on standard error, for people.
pub(super) fn say(line: &str) {
    // Nobody can be told that standard error is gone.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// The error of a failed write to standard output.
pub(super) fn failed(error: std::io::Error) -> HostError {
    HostError::Write { path: PathBuf::from("stdout"), error }
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Columns to fill: `COLUMNS` if it is set, else the terminal's width, within 60 to 160; 100 where there is none.
pub(super) fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || comfy_table::Table::new().width().map(usize::from);
    set.or_else(asked).unwrap_or(100).clamp(60, 160)
}

/// Whether colours are welcome on standard output: a terminal, and `NO_COLOR` is not set.
pub(super) fn colours() -> bool {
    is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
