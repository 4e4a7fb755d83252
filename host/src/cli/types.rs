//! `scorelet types`.

use super::args::TypesArgs;
use super::{resolve, term};
use crate::error::{HostError, Result, exit};
use crate::types::declarations;

pub(super) fn run(args: &TypesArgs) -> Result<u8> {
    let (model, _) = resolve::model(&args.model)?;
    let text = declarations(&model.bundle);
    match &args.output {
        Some(path) => {
            std::fs::write(path, text).map_err(|error| HostError::Write { path: path.clone(), error })?;
        }
        None => term::print(&text)?,
    }
    Ok(exit::OK)
}
