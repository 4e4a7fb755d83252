//! `scorelet import`.

use std::path::Path;

use scorelet_core::author::scaffold::source_of_model;
use scorelet_core::bundle::{Bundle, Trust};

use super::args::ImportArgs;
use super::{certify, init, report, term};
use crate::certify::self_checks;
use crate::error::{HostError, Result, exit};
use crate::evaluate::Evaluator;
use crate::model;

/// Name of the rows in the folder.
const ROWS: &str = "rows.csv";

pub(super) fn run(args: &ImportArgs) -> Result<u8> {
    let read =
        |path: &Path| std::fs::read(path).map_err(|error| HostError::Read { path: path.to_owned(), error });
    let bytes = read(&args.file)?;
    let rows = args.check.as_deref().map(read).transpose()?;
    let text = |name: Option<&std::ffi::OsStr>| name.and_then(|n| n.to_str()).map(str::to_owned);
    let stem = text(args.file.file_stem()).unwrap_or_else(|| "model".to_owned());
    let file = text(args.file.file_name()).unwrap_or_else(|| stem.clone());
    let check = rows.as_deref().map(|rows| (ROWS, rows));
    let refused = |error| HostError::core(error, args.file.display().to_string());
    let source = source_of_model(&stem, &file, &bytes, check).map_err(refused)?;
    let dir = args.output.clone().unwrap_or_else(|| args.file.with_file_name(&stem));
    let mut files = vec![("bundle.toml", source.as_bytes()), (file.as_str(), bytes.as_slice())];
    files.extend(check);
    init::write(&dir, &files)?;
    // What was written is what will be built.
    let built = model::build(&dir, None)?;
    report::warn(&built.warnings);
    let differing = check_rows(&built.whole, &dir)?;
    let shown = dir.display();
    term::print(&format!(
        "{shown}/bundle.toml is the bundle source of {}. Next:\n\n  scorelet build {shown} -o model.sclb\n",
        args.file.display()
    ))?;
    Ok(if differing { exit::DIFFERENCE } else { exit::OK })
}

/// Runs the self-check, if there is one; whether a row differs.
fn check_rows(bytes: &[u8], dir: &Path) -> Result<bool> {
    let bundle = Bundle::open(bytes, Trust::Anyone)
        .map_err(|error| HostError::core(error, dir.display().to_string()))?;
    if bundle.checks.is_empty() {
        return Ok(false);
    }
    let checks = self_checks(&bundle, &mut Evaluator::native(bundle.clone()))?;
    term::print(&certify::verdict("self-check", &checks))?;
    Ok(checks.differing > 0)
}
