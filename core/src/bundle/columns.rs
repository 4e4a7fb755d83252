//! Columns of the score graph by the names that people know.

use super::Bundle;
use crate::graph::Node;

impl Bundle {
    /// The node that writes a column, and which of its outputs it is; `None` for a field's column.
    pub fn node_of_column(&self, column: u32) -> Option<(&Node, usize)> {
        let node = self.graph.node_at(column as usize)?;
        Some((self.graph.nodes().get(node)?, column as usize - self.graph.first_column(node)?))
    }

    /// A column's name: the field's, the node's; of a node with several outputs `node.name`, or `node.2` if they have no names.
    pub fn column_name(&self, column: u32) -> String {
        if let Some(field) = self.fields.get(column as usize) {
            return field.name.clone();
        }
        match self.node_of_column(column) {
            Some((node, _)) if node.op.width(node.inputs.len()) == 1 => node.name.clone(),
            Some((node, output)) => match self.output_name(column, output) {
                Some(name) => format!("{}.{name}", node.name),
                None => format!("{}.{output}", node.name),
            },
            None => format!("column {column}"),
        }
    }

    /// The names of a node's outputs, if they have any.
    pub fn output_names(&self, node: usize) -> Option<&[String]> {
        let at = self.outputs.binary_search_by_key(&node, |entry| entry.node as usize).ok()?;
        self.outputs.get(at).map(|entry| entry.names.as_slice())
    }

    fn output_name(&self, column: u32, output: usize) -> Option<&String> {
        self.output_names(self.graph.node_at(column as usize)?)?.get(output)
    }

    /// The field's column that a column is made from alone; the column itself if there are several.
    pub fn origin(&self, column: u32) -> u32 {
        let mut at = column;
        while at as usize >= self.fields.len() {
            match self.node_of_column(at).map(|(node, _)| &node.inputs[..]) {
                Some(&[input]) => at = input,
                _ => return column,
            }
        }
        at
    }
}
