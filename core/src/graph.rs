//! The score graph: nodes in topological order, evaluated a block of rows at a time.

mod node;
mod op;
pub(crate) mod rows;

pub use node::Node;
pub use op::{Kernel, Op, Scratch};

use crate::column::{Block, Inputs};
use crate::error::BundleError;
use crate::limits;

/// The checked graph. Columns `0..fields` are the record's fields; each node's outputs follow in node order.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    fields: usize,
    nodes: Vec<Node>,
    first_column: Vec<usize>,
    columns: usize,
}

impl Graph {
    /// Checks the order (a node reads fields and earlier nodes only), every node against its inputs, and the limits.
    pub fn new(fields: usize, nodes: Vec<Node>) -> Result<Self, BundleError> {
        let mut columns = fields;
        let mut first_column = Vec::with_capacity(nodes.len());
        let (mut work, mut looped, mut changes) = (0, 0, 0);
        for node in &nodes {
            if node.inputs.iter().any(|&id| id as usize >= columns) {
                return Err(node.error("it reads a column that does not come before it"));
            }
            node.op.check(node.inputs.len()).map_err(|what| node.error(what))?;
            if let Op::Network(network) = &node.op {
                work += network.work();
                if work > limits::NETWORK_WORK {
                    return Err(node.error("with it, the networks do more for one row than the limit"));
                }
            }
            if let Op::DecisionTable(table) = &node.op {
                changes += table.changes();
                if changes > limits::TABLE_CHANGES as u64 {
                    return Err(
                        node.error("with it, the tests of decision tables change more often than the limit")
                    );
                }
            }
            if let Op::Formula(formula) = &node.op {
                looped += formula.looped_steps();
                if looped > limits::FORMULA_LOOPED as u64 {
                    return Err(node.error("with it, the formulas do more for every event than the limit"));
                }
            }
            first_column.push(columns);
            columns = columns.saturating_add(node.op.width(node.inputs.len()));
            if columns > limits::COLUMNS {
                let (found, limit) = (columns as u64, limits::COLUMNS as u64);
                return Err(BundleError::Limit { section: "nodes", what: "columns", found, limit });
            }
        }
        Ok(Self { fields, nodes, first_column, columns })
    }

    /// Columns in all.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Columns that are fields.
    pub fn fields(&self) -> usize {
        self.fields
    }

    /// The nodes in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The first output column of a node.
    pub fn first_column(&self, node: usize) -> Option<usize> {
        self.first_column.get(node).copied()
    }

    /// The node that writes a column; `None` for a field's.
    pub fn node_at(&self, column: usize) -> Option<usize> {
        self.first_column.partition_point(|&first| first <= column).checked_sub(1)
    }

    /// Rows of a block, so that its cells stay within [`limits::BLOCK_CELLS`].
    pub fn block_rows(&self) -> usize {
        (limits::BLOCK_CELLS / self.columns.max(1)).clamp(1, limits::BLOCK_ROWS)
    }

    /// Evaluates every node on the block, whose field columns are filled.
    pub fn evaluate(&self, block: &mut Block, scratch: &mut Scratch) {
        for (node, &first) in self.nodes.iter().zip(&self.first_column) {
            let (columns, mut outputs) = block.split(first);
            node.op.eval(&Inputs::new(columns, &node.inputs), &mut outputs, scratch);
        }
    }
}
