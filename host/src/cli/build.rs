//! `scorelet build`.

use scorelet_core::bundle::{Bundle, Trust};

use super::args::BuildArgs;
use super::{keys, report, term};
use crate::error::{HostError, Result, exit};
use crate::model;
use crate::runtime::hex;

pub(super) fn run(args: &BuildArgs) -> Result<u8> {
    let key = args.key.as_deref().map(keys::secret).transpose()?;
    let (bytes, warnings) = model::compile(&args.dir, key.as_ref())?;
    report::warn(&warnings);
    let name = args.output.display().to_string();
    // What is written is what will open: nobody should find out later.
    let bundle = Bundle::open(&bytes, Trust::Anyone).map_err(|error| HostError::core(error, name.clone()))?;
    std::fs::write(&args.output, &bytes)
        .map_err(|error| HostError::Write { path: args.output.clone(), error })?;
    let signer = bundle.signer.map_or_else(|| "nobody (--key signs it)".to_owned(), |key| hex(&key));
    term::print(&format!(
        "{name}  {}\n  bundle     {} {}\n  holds      {}, {}, {}\n  digest     {}\n  signed by  {signer}\n",
        super::inspect::size(bytes.len()),
        bundle.meta.name,
        bundle.meta.version,
        counted(bundle.fields.len(), "field"),
        counted(bundle.graph.nodes().len(), "node"),
        counted(bundle.scores.len(), "score"),
        bundle.digest,
    ))?;
    Ok(exit::OK)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
