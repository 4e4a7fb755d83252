//! `scorelet build`.

use std::path::Path;

use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::schema::Stage;

use super::args::BuildArgs;
use super::{inspect, keys, report, term};
use crate::error::{HostError, Result, exit};
use crate::model;
use crate::runtime::hex;
use crate::stages::{stage_path, write_all};

pub(super) fn run(args: &BuildArgs) -> Result<u8> {
    let key = args.key.as_deref().map(keys::secret).transpose()?;
    let built = model::build(&args.dir, key.as_ref())?;
    report::warn(&built.warnings);
    let (device_path, edge_path) =
        (stage_path(&args.output, Stage::Device), stage_path(&args.output, Stage::Edge));
    // What is written is what will open: nobody should find out later.
    let whole = open(&built.whole, &args.output)?;
    let mut text = about(&whole, built.whole.len(), &args.output);
    // The whole comes last: it names its stages' source, and `edge release` takes no stages of another whole.
    let mut files = Vec::new();
    if let Some((device, edge)) = &built.stages {
        for (path, bytes, role) in [(&device_path, device, "ships to"), (&edge_path, edge, "stays off")] {
            let stage = open(bytes, path)?;
            let size = inspect::size(bytes.len());
            let digest = stage.digest;
            text.push_str(&format!("{}  {size}, {role} the device\n  digest     {digest}\n", path.display()));
            files.push((path.clone(), bytes.as_slice()));
        }
        text.push_str(&format!("what leaves the device: scorelet inspect {} --cut\n", args.output.display()));
    }
    files.push((args.output.clone(), built.whole.as_slice()));
    write_all(&files)?;
    if built.stages.is_none() {
        for path in [&device_path, &edge_path].into_iter().filter(|path| path.exists()) {
            term::say(&format!("{}: of an earlier build; this bundle has no device stage", path.display()));
        }
    }
    term::print(&text)?;
    Ok(exit::OK)
}

fn open(bytes: &[u8], path: &Path) -> Result<Bundle> {
    Bundle::open(bytes, Trust::Anyone).map_err(|error| HostError::core(error, path.display().to_string()))
}

fn about(bundle: &Bundle, bytes: usize, path: &Path) -> String {
    let signer = bundle.signer.map_or_else(|| "nobody (--key signs it)".to_owned(), |key| hex(&key));
    format!(
        "{}  {}\n  bundle     {} {}\n  holds      {}, {}, {}\n  digest     {}\n  signed by  {signer}\n",
        path.display(),
        inspect::size(bytes),
        bundle.meta.name,
        bundle.meta.version,
        counted(bundle.fields.len(), "field"),
        counted(bundle.graph.nodes().len(), "node"),
        counted(bundle.scores.len(), "score"),
        bundle.digest,
    )
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
