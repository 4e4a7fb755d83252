//! `scorelet init`.

use std::path::Path;

use super::args::InitArgs;
use super::term;
use crate::error::{HostError, Result, exit};

/// The files of a bundle source to start from.
const FILES: [(&str, &str); 3] = [
    ("bundle.toml", include_str!("init/bundle.toml")),
    ("applicants.csv", include_str!("init/applicants.csv")),
    ("README.md", include_str!("init/README.md")),
];

pub(super) fn run(args: &InitArgs) -> Result<u8> {
    let dir = &args.dir;
    write(dir, &FILES.map(|(name, text)| (name, text.as_bytes())))?;
    let shown = dir.display();
    term::print(&format!(
        "{shown}/bundle.toml is a working bundle source with comments. Next:\n\n  \
         scorelet build {shown} -o model.sclb\n  \
         scorelet score model.sclb {shown}/applicants.csv --reasons\n"
    ))?;
    Ok(exit::OK)
}

/// Makes a folder with files; it must not be there yet, or be empty.
pub(super) fn write(dir: &Path, files: &[(&str, &[u8])]) -> Result<()> {
    let failed = |error| HostError::Write { path: dir.to_owned(), error };
    if dir.exists() && std::fs::read_dir(dir).map_err(failed)?.next().is_some() {
        return Err(HostError::Exists { path: dir.to_owned() });
    }
    std::fs::create_dir_all(dir).map_err(failed)?;
    for (name, bytes) in files {
        let path = dir.join(name);
        std::fs::write(&path, bytes).map_err(|error| HostError::Write { path: path.clone(), error })?;
    }
    Ok(())
}
