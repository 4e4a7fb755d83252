//! ONNX models (`.onnx`): operator sets 9 to 25, and `ai.onnx.ml` 1 to 5.
//!
//! A model takes many records at once; the engine takes one. So the dimension of the records (the open one of each input) becomes 1, all
//! shapes are known, and an operator that would mix records is refused. A model without an open dimension is taken as one record as a
//! whole. What is known when the model is imported is computed then; what is left becomes networks and forests.
//! `docs/import-onnx.md` lists the operators.

mod copies;
mod count;
mod graph;
mod lower;
mod net;
mod ops;
mod place;
mod proto;
mod refuse;
mod shape;
mod tensor;
mod value;

use self::graph::{Dim, End, Graph};
use self::lower::{Draft, Lowering};
use self::refuse::shorten;
use super::{ImportedForest, unsupported};
use crate::Error;
use crate::author::forest::ForestDraft;
use crate::model::network::{Absent, Network};

/// A value that a part reads or that is a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnnxColumn {
    /// A field, by its place in [`ImportedOnnx::fields`].
    Field(u32),
    /// An output of a part.
    Part {
        /// Place in [`ImportedOnnx::parts`].
        part: u32,
        /// Which of its outputs.
        output: u32,
    },
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum OnnxFieldKind {
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A text of those that the model knows.
    Category {
        /// Texts in the order of their codes.
        values: Vec<String>,
    },
}

/// A field that the model reads.
#[derive(Clone, Debug, PartialEq)]
pub struct OnnxField {
    /// The input's name; if it has several values, `_` and the place follow.
    pub name: String,
    /// What it holds.
    pub kind: OnnxFieldKind,
    /// Whether the model has an answer for a category that it does not know.
    pub may_be_unknown: bool,
}

/// A part of the model. It reads fields and parts before it.
#[derive(Clone, Debug, PartialEq)]
pub enum OnnxPart {
    /// A network.
    Network {
        /// One an input.
        inputs: Vec<OnnxColumn>,
        /// The network.
        network: Network,
    },
    /// A forest; its outputs are margins.
    Forest {
        /// One a feature.
        inputs: Vec<OnnxColumn>,
        /// The forest.
        forest: ForestDraft,
    },
}

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub struct OnnxOutput {
    /// Name in the file.
    pub name: String,
    /// Its values in row-major order.
    pub columns: Vec<OnnxColumn>,
    /// Dimensions for one record.
    pub dims: Vec<usize>,
    /// Names of the values (of the classes), if the file has them; else none.
    pub labels: Vec<String>,
}

/// A model read from an ONNX file.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedOnnx {
    /// What it reads, in the order of the file's inputs.
    pub fields: Vec<OnnxField>,
    /// What it computes, in order.
    pub parts: Vec<OnnxPart>,
    /// Its results, without labels where there are numbers too.
    pub outputs: Vec<OnnxOutput>,
    /// Who wrote the file.
    pub producer: String,
    /// What the reader of the model should know: in whole sentences.
    pub notes: Vec<String>,
}

/// Reads a model.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError): with the operator and the node's name where one is not supported.
pub fn import(bytes: &[u8]) -> Result<ImportedOnnx, Error> {
    let graph = graph::read(bytes)?;
    let (outputs, notes) = wanted(&graph)?;
    let names: Vec<&str> = outputs.iter().map(|o| o.name.as_str()).collect();
    let mut lowering = Lowering::run(&graph, &names)?;
    lowering.notes.extend(notes);
    let mut results = Vec::with_capacity(outputs.len());
    for output in outputs {
        let Some(value) = lowering.value(&output.name).cloned() else { continue };
        if value.kind == tensor::Type::Text {
            let place = format!("output `{}`", shorten(&output.name));
            return Err(unsupported("an output of texts, without an output of numbers", place));
        }
        if value.data().is_some() {
            let note = format!(
                "The output `{}` is the same for every record and is left out.",
                shorten(&output.name)
            );
            lowering.notes.insert(note);
            continue;
        }
        super::check_limit("values of an output", value.shape.len(), crate::limits::OUTPUTS)?;
        let columns = lowering.columns(&value)?;
        let labels = lowering.class_names.get(&output.name).cloned().unwrap_or_default();
        let labels = if labels.len() == columns.len() { labels } else { Vec::new() };
        results.push(OnnxOutput {
            name: output.name.clone(),
            columns,
            dims: value.shape.dims.clone(),
            labels,
        });
    }
    if results.is_empty() {
        return Err(unsupported("a model without outputs that depend on its inputs", "graph"));
    }
    lowering.close()?;
    let reads_nan = lowering.reads_nan;
    let fields = lowering.fields;
    let absent = |column: OnnxColumn| match column {
        OnnxColumn::Field(i) => match fields.get(i as usize) {
            Some(field) if field.may_be_unknown => Absent::Value(-1.0),
            Some(OnnxField { kind: OnnxFieldKind::Number | OnnxFieldKind::Integer, .. }) if reads_nan => {
                Absent::Nan
            }
            _ => Absent::Propagate,
        },
        OnnxColumn::Part { .. } => {
            if reads_nan {
                Absent::Nan
            } else {
                Absent::Propagate
            }
        }
    };
    let parts = lowering.parts.into_iter().map(|part| match part {
        Draft::Forest { inputs, forest } => Ok(OnnxPart::Forest { inputs, forest }),
        Draft::Network(net) => {
            let (inputs, network) = net.finish(absent)?;
            Ok(OnnxPart::Network { inputs, network })
        }
    });
    let parts = parts.collect::<Result<Vec<_>, Error>>()?;
    let producer = graph.producer.clone();
    Ok(ImportedOnnx {
        fields,
        parts,
        outputs: results,
        producer,
        notes: lowering.notes.into_iter().collect(),
    })
}

/// The outputs to compute: labels are dropped where there are numbers too.
fn wanted(graph: &Graph) -> Result<(Vec<&End>, Vec<String>), Error> {
    if graph.outputs.is_empty() {
        return Err(unsupported("a model without outputs", "graph"));
    }
    let is_number = |end: &&End| end.kind.is_none_or(tensor::Type::is_real);
    let (numbers, labels): (Vec<&End>, Vec<&End>) = graph.outputs.iter().partition(is_number);
    if numbers.is_empty() {
        return Ok((labels, Vec::new()));
    }
    let note = |l: &&End| format!("The output `{}` is a label and is left out.", shorten(&l.name));
    let notes = labels.iter().map(note).collect();
    Ok((numbers, notes))
}

/// Reads a model that is one tree ensemble over one input, as a tree model: its margin is the forest's, and its prediction (of a binary
/// classifier: the probability of the second class) comes by the link.
///
/// # Errors
/// As [`import`]; and a model that is more than that is refused.
pub fn import_forest(bytes: &[u8]) -> Result<ImportedForest, Error> {
    let graph = graph::read(bytes)?;
    let (outputs, mut notes) = wanted(&graph)?;
    let more = || unsupported("more than one tree ensemble over one input (import it as a network)", "graph");
    let [output] = outputs.as_slice() else { return Err(more()) };
    let mut name = output.name.as_str();
    // Back over what changes no number.
    let node = loop {
        let maker = graph.nodes.iter().find(|n| n.outputs.iter().any(|o| o == name)).ok_or_else(more)?;
        match maker.op.as_str() {
            "ZipMap" | "Cast" | "Identity" => name = maker.inputs.first().ok_or_else(more)?,
            op if op.starts_with("TreeEnsemble") => break maker,
            _ => return Err(more()),
        }
        if maker.outputs.iter().any(|o| o == name) {
            return Err(more());
        }
    };
    let from = node.inputs.first().ok_or_else(more)?;
    let input = graph.inputs.iter().find(|i| i.name == *from).ok_or_else(more)?;
    if input.kind != Some(tensor::Type::Float) {
        return Err(node.refuse("of another input than float numbers"));
    }
    let width = match input.dims.as_deref() {
        Some([Dim::Open(_) | Dim::Fixed(1), Dim::Fixed(width)]) => *width,
        _ => return Err(node.refuse("of an input that is no table of a fixed number of columns")),
    };
    super::check_limit("features", width, super::FEATURES)?;
    let names: Vec<String> = match width {
        1 => vec![input.name.clone()],
        _ => (0..width).map(|i| format!("{}_{i}", input.name)).collect(),
    };
    let (forest, link, classes) = ops::alone(node, &names)?;
    notes.push(format!("Trees of the ONNX operator {}, written by {}.", node.op, graph.producer));
    Ok(ImportedForest { forest, link, objective: node.op.clone(), classes, notes })
}
