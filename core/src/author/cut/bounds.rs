//! The least and the greatest value of any column, whatever its stage.

use super::range::{self, Range};
use crate::bundle::Bundle;
use crate::graph::Op;

/// Bounds of a column, both included; infinite where they are not known. They need not be reached: no applicant may have the
/// fewest points of every characteristic.
pub fn bounds(bundle: &Bundle, column: u32) -> (f64, f64) {
    let mut all: Vec<Range> = bundle.fields.iter().map(range::of_field).collect();
    for node in bundle.graph.nodes() {
        let inputs: Vec<&Range> = node.inputs.iter().filter_map(|&input| all.get(input as usize)).collect();
        let outputs = 0..node.op.width(node.inputs.len());
        let new: Vec<Range> = outputs
            .map(|output| match (&node.op, inputs.first()) {
                (Op::Scale(scale), Some(input)) => {
                    // A scale rises or falls all the way.
                    let ends = (scale.apply(input.min), scale.apply(input.max));
                    Range::between(ends.0.min(ends.1), ends.0.max(ends.1))
                }
                (op, _) => range::of_op(op, output, &inputs),
            })
            .collect();
        all.extend(new);
    }
    all.get(column as usize).map_or((f64::NEG_INFINITY, f64::INFINITY), |range| (range.min, range.max))
}
