//! One step of the score graph.

use super::op::Op;
use crate::error::BundleError;
use crate::schema::Stage;

/// A node: what it computes, from which columns, and where it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Name, unique in the graph.
    pub name: String,
    /// Stage it runs in.
    pub stage: Stage,
    /// Columns it reads.
    pub inputs: Vec<u32>,
    /// What it computes.
    pub op: Op,
}

impl Node {
    /// An error about this node.
    pub fn error(&self, what: &'static str) -> BundleError {
        BundleError::Node { node: self.name.clone(), what }
    }
}
