//! `scorelet edge export`: page after page, until there is no more.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use super::args::ExportArgs;
use super::{Worker, term};
use crate::cli::table::grouped;
use crate::edge::next_page;
use crate::error::{HostError, Result, exit};

pub(super) fn run(worker: &Worker, args: &ExportArgs) -> Result<u8> {
    let kind = args.kind.to_possible_value();
    let kind = kind.as_ref().map_or("", |kind| kind.get_name());
    let (path, mut out) = open(args)?;
    let failed = |error| HostError::Write { path: path.clone(), error };
    let mut cursor = args.cursor.clone();
    let mut count = 0;
    let ended = loop {
        let page = match next_page(&worker.client, kind, cursor.as_deref(), args.limit) {
            Ok(page) => page,
            Err(error) => break Err(HostError::from(error)),
        };
        // Whole pages only: after a failure the next run goes on with the very next line.
        if let Err(error) = out.write_all(&page.lines).and_then(|()| out.flush()) {
            break Err(failed(error));
        }
        count += page.count;
        let end = page.count == 0 || page.cursor.is_none() || page.cursor == cursor;
        cursor = page.cursor.or(cursor);
        if end {
            break Ok(exit::OK);
        }
    };
    let lines = if count == 1 { "line" } else { "lines" };
    if let Some(cursor) = &cursor {
        term::say(&format!(
            "{} {lines}; to go on from here: --cursor {}",
            grouped(count),
            crate::edge::clean(cursor)
        ));
    } else if ended.is_ok() {
        term::say(&format!("{} {lines}", grouped(count)));
    }
    ended
}

/// The file, or standard output. With a cursor what comes is added to what is there.
fn open(args: &ExportArgs) -> Result<(PathBuf, Box<dyn Write>)> {
    let Some(path) = &args.output else {
        return Ok((PathBuf::from("stdout"), Box::new(std::io::stdout().lock())));
    };
    let mut options = OpenOptions::new();
    options.create(true);
    // Decisions are personal data: the file is for its owner alone.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if args.cursor.is_some() {
        options.append(true);
    } else {
        options.write(true).truncate(true);
    }
    let file = options.open(path).map_err(|error| HostError::Write { path: path.clone(), error })?;
    Ok((path.clone(), Box::new(file)))
}
