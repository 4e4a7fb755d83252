//! An imported model by the engine's own nodes.

use scorelet_core::author::import::onnx::{ImportedOnnx, OnnxColumn, OnnxFieldKind, OnnxPart};
use scorelet_core::column::{Block, Inputs, State};
use scorelet_core::graph::{Op, Scratch};

/// The outputs of one record, given by name; NaN where one is absent.
pub(crate) fn evaluate(model: &ImportedOnnx, ops: &[Op], header: &[String], row: &[String]) -> Vec<Vec<f64>> {
    let (mut widths, mut first) = (Vec::new(), model.fields.len());
    for (part, op) in model.parts.iter().zip(ops) {
        widths.push(first);
        first += op.width(inputs(part).len());
    }
    let place = |c: &OnnxColumn| match *c {
        OnnxColumn::Field(i) => i,
        OnnxColumn::Part { part, output } => widths[part as usize] as u32 + output,
    };
    let mut block = Block::new(first, 1);
    block.set_rows(1);
    for (i, field) in model.fields.iter().enumerate() {
        let text = header.iter().position(|h| *h == field.name).map(|c| row[c].as_str());
        let text = text.unwrap_or_else(|| panic!("no column `{}`", field.name));
        let (value, state) = match &field.kind {
            OnnxFieldKind::Category { values } => match values.iter().position(|v| v == text) {
                Some(code) => (code as f64, State::PRESENT),
                None => (f64::NAN, State::UNSEEN),
            },
            _ => match text.parse::<f64>() {
                Ok(x) if !x.is_nan() => (x, State::PRESENT),
                _ => (f64::NAN, State::MISSING),
            },
        };
        let column = block.column_mut(i);
        (column.values[0], column.states[0]) = (value, state);
    }
    let mut scratch = Scratch::default();
    for ((part, op), &first) in model.parts.iter().zip(ops).zip(&widths) {
        let ids: Vec<u32> = inputs(part).iter().map(place).collect();
        op.check(ids.len()).unwrap();
        let (read, mut write) = block.split(first);
        op.eval(&Inputs::new(read, &ids), &mut write, &mut scratch);
    }
    let value = |c: &OnnxColumn| {
        let column = block.column(place(c) as usize);
        if column.states[0].is_present() { column.values[0] } else { f64::NAN }
    };
    model.outputs.iter().map(|o| o.columns.iter().map(value).collect()).collect()
}

fn inputs(part: &OnnxPart) -> &[OnnxColumn] {
    match part {
        OnnxPart::Network { inputs, .. } | OnnxPart::Forest { inputs, .. } => inputs,
    }
}

/// The parts as nodes of the engine.
pub(crate) fn ops(model: &ImportedOnnx) -> Result<Vec<Op>, scorelet_core::error::ImportError> {
    let op = |part: &OnnxPart| {
        Ok(match part {
            OnnxPart::Network { network, .. } => Op::Network(network.clone()),
            OnnxPart::Forest { forest, .. } => Op::Forest(forest.compile()?),
        })
    };
    model.parts.iter().map(op).collect()
}
