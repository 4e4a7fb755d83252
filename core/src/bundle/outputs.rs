//! Names of the outputs of nodes that have several: an optional section, since no figure depends on it.

use super::wire::{Put, Reader, Refused, Wire};
use crate::error::BundleError;
use crate::graph::Graph;
use crate::limits;
use crate::names::Names;

/// The names of one node's outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputNames {
    /// The node.
    pub node: u32,
    /// A name an output, each different: `sum_90d`, not `windows.sum_90d`.
    pub names: Vec<String>,
}

impl Wire for OutputNames {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.node);
        out.list(&self.names);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { node: input.u32()?, names: input.list("names of outputs", limits::COLUMNS, 4)? })
    }
}

/// Checks the names against the graph: nodes ascend, each has as many names as outputs, none is empty or there twice.
pub(super) fn check(outputs: &[OutputNames], graph: &Graph) -> Result<(), BundleError> {
    let fits = |entry: &OutputNames| {
        let node = graph.nodes().get(entry.node as usize);
        node.is_some_and(|node| node.op.width(node.inputs.len()) == entry.names.len())
            && !entry.names.iter().any(String::is_empty)
            && !Names::new(entry.names.iter().map(String::as_str)).has_duplicates()
    };
    if outputs.is_sorted_by(|a, b| a.node < b.node) && outputs.iter().all(fits) {
        Ok(())
    } else {
        Err(BundleError::Malformed { section: "output names", what: "they do not fit the nodes" })
    }
}
