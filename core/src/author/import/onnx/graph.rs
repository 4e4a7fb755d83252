//! The graph of a file: nodes with their attributes, constants, inputs and outputs.

use core::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use prost::Message;

use super::refuse::{GRAPH, malformed, shorten};
use super::tensor::{self, Tensor, Type};
use super::{count, proto};
use crate::Error;
use crate::author::import::{MODEL_BYTES, check_limit, inconsistent, unsupported};
use crate::error::ImportError;

/// Operator sets of the default domain that are read; the newest is that of ONNX 1.20. Before 9 there are attributes that nothing here
/// asks for: they are refused.
const OPSETS: core::ops::RangeInclusive<i64> = 1..=25;
/// Operator sets of `ai.onnx.ml`.
const ML_OPSETS: core::ops::RangeInclusive<i64> = 1..=5;
/// Nodes of a graph.
const NODES: usize = 1 << 16;
/// Inputs and outputs of a graph.
const ENDS: usize = crate::limits::COLUMNS;

/// An attribute's value.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) f: Option<f32>,
    pub(super) i: Option<i64>,
    pub(super) s: Option<String>,
    pub(super) tensor: Option<Rc<Tensor>>,
    pub(super) floats: Vec<f32>,
    pub(super) ints: Vec<i64>,
    pub(super) strings: Vec<String>,
}

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    /// `ai.onnx.ml` or empty.
    pub(super) domain: String,
    pub(super) op: String,
    /// Its name, or its number where it has none.
    pub(super) name: String,
    /// Names of values; empty: not given.
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    attributes: BTreeMap<String, Attribute>,
    /// Attributes that the lowering asked for.
    known: RefCell<BTreeSet<String>>,
}

impl Node {
    /// Where it stands, for an error.
    pub(super) fn place(&self) -> String {
        format!("node `{}` ({})", shorten(&self.name), shorten(&self.op))
    }

    /// Refuses the node's operator, or a part of what it can do.
    pub(super) fn refuse(&self, what: &str) -> Error {
        let of = if what.is_empty() { String::new() } else { format!(" ({what})") };
        unsupported(format!("the ONNX operator {}{of}", shorten(&self.op)), self.place())
    }

    /// Something in the node contradicts the standard.
    pub(super) fn wrong(&self, what: impl Into<String>) -> Error {
        ImportError::Inconsistent { what: what.into(), at: self.place() }.into()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.known.borrow_mut().insert(name.to_owned());
        self.attributes.get(name)
    }

    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).and_then(|a| a.i).unwrap_or(default)
    }

    pub(super) fn float(&self, name: &str, default: f32) -> f32 {
        self.attribute(name).and_then(|a| a.f).unwrap_or(default)
    }

    pub(super) fn text<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.attribute(name).and_then(|a| a.s.as_deref()).unwrap_or(default)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&[i64]> {
        self.attribute(name).map(|a| a.ints.as_slice())
    }

    pub(super) fn floats(&self, name: &str) -> &[f32] {
        self.attribute(name).map_or(&[], |a| &a.floats)
    }

    /// A list of numbers that is an attribute of floats, or a tensor `<name>_as_tensor`.
    pub(super) fn numbers(&self, name: &str) -> Vec<f32> {
        let tensor = self.attribute(&format!("{name}_as_tensor")).and_then(|a| a.tensor.clone());
        match tensor.and_then(|t| t.data.reals()) {
            Some(values) => values,
            None => self.floats(name).to_vec(),
        }
    }

    pub(super) fn strings(&self, name: &str) -> &[String] {
        self.attribute(name).map_or(&[], |a| &a.strings)
    }

    pub(super) fn tensor(&self, name: &str) -> Option<Rc<Tensor>> {
        self.attribute(name).and_then(|a| a.tensor.clone())
    }

    /// Refuses attributes that nothing asked for.
    pub(super) fn check_attributes(&self) -> Result<(), Error> {
        let known = self.known.borrow();
        match self.attributes.keys().find(|name| !known.contains(*name)) {
            Some(name) => Err(self.refuse(&format!("attribute {}", shorten(name)))),
            None => Ok(()),
        }
    }
}

/// A dimension of an input.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Dim {
    Fixed(usize),
    /// A dimension by name, or without one.
    Open(String),
}

/// An input or output.
#[derive(Debug)]
pub(super) struct End {
    pub(super) name: String,
    /// `None` of an output that is a sequence or a map.
    pub(super) kind: Option<Type>,
    pub(super) dims: Option<Vec<Dim>>,
}

/// What a file holds.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) producer: String,
    pub(super) opset: i64,
    pub(super) nodes: Vec<Node>,
    pub(super) constants: BTreeMap<String, Rc<Tensor>>,
    /// Without those that are constants.
    pub(super) inputs: Vec<End>,
    pub(super) outputs: Vec<End>,
}

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Graph, Error> {
    check_limit("bytes", bytes.len(), MODEL_BYTES)?;
    count::check(bytes)?;
    let model = proto::Model::decode(bytes).map_err(|e| malformed(e.to_string(), "file"))?;
    let (Some(graph), Some(_)) = (model.graph, model.ir_version) else {
        return Err(malformed("it has no graph or no version", "file"));
    };
    if let Some(function) = model.functions.first() {
        let name = shorten(function.name.as_deref().unwrap_or_default());
        return Err(unsupported(format!("the model's own function `{name}`"), "functions"));
    }
    let opset = opset(&model.opset_import)?;
    let producer = [model.producer_name, model.producer_version];
    let producer: Vec<String> = producer.into_iter().flatten().map(|s| shorten(&s)).collect();
    if !graph.sparse_initializer.is_empty() {
        return Err(unsupported("sparse tensors", "sparse_initializer"));
    }
    check_limit("nodes", graph.node.len(), NODES)?;
    check_limit("inputs and outputs", graph.input.len() + graph.output.len(), ENDS)?;
    let mut constants = BTreeMap::new();
    for tensor in graph.initializer {
        let name = tensor.name.clone().unwrap_or_default();
        let read = tensor::read(tensor, &format!("initializer `{}`", shorten(&name)))?;
        constants.insert(name, Rc::new(read));
    }
    let nodes = graph.node.into_iter().enumerate().map(|(i, n)| node(i, n)).collect::<Result<_, _>>()?;
    let inputs = graph.input.into_iter().filter(|i| !constants.contains_key(name(i)));
    let inputs = inputs.map(|i| end(i, "input")).collect::<Result<Vec<_>, _>>()?;
    let outputs = graph.output.into_iter().map(|o| end(o, "output")).collect::<Result<Vec<_>, _>>()?;
    if let Some(input) = inputs.iter().find(|i| i.kind.is_none() || i.dims.is_none()) {
        let place = format!("input `{}`", shorten(&input.name));
        return Err(unsupported("an input without a shape, or that is no tensor", place));
    }
    Ok(Graph { producer: producer.join(" "), opset, nodes, constants, inputs, outputs })
}

fn name(info: &proto::ValueInfo) -> &str {
    info.name.as_deref().unwrap_or_default()
}

fn opset(imports: &[proto::Opset]) -> Result<i64, Error> {
    let mut own = *OPSETS.start();
    for import in imports {
        let (domain, version) = (import.domain.as_deref().unwrap_or_default(), import.version.unwrap_or(0));
        let known = match domain {
            "" | "ai.onnx" => {
                own = version;
                OPSETS
            }
            "ai.onnx.ml" => ML_OPSETS,
            // Its nodes are refused, if it has any.
            _ => i64::MIN..=i64::MAX,
        };
        if !known.contains(&version) {
            let which = if domain.is_empty() { "ai.onnx" } else { domain };
            let feature =
                format!("operator set {version} of {which} ({} to {} are)", known.start(), known.end());
            return Err(unsupported(feature, "opset_import"));
        }
    }
    Ok(own)
}

fn node(index: usize, node: proto::Node) -> Result<Node, Error> {
    let mut attributes = BTreeMap::new();
    let op = node.op_type.unwrap_or_default();
    let name = node.name.filter(|n| !n.is_empty()).unwrap_or_else(|| format!("#{index}"));
    for attribute in node.attribute {
        let key = attribute.name.unwrap_or_default();
        let place = format!("node `{}` ({}), attribute {}", shorten(&name), shorten(&op), shorten(&key));
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        let value = Attribute {
            f: attribute.f,
            i: attribute.i,
            s: attribute.s.as_ref().map(text),
            tensor: attribute.t.map(|t| tensor::read(t, &place).map(Rc::new)).transpose()?,
            floats: attribute.floats,
            ints: attribute.ints,
            strings: attribute.strings.iter().map(text).collect(),
        };
        if attributes.insert(key, value).is_some() {
            return Err(inconsistent("an attribute is given twice", place));
        }
    }
    let domain = match node.domain.unwrap_or_default().as_str() {
        "" | "ai.onnx" => String::new(),
        other => other.to_owned(),
    };
    let known = RefCell::default();
    Ok(Node { domain, op, name, inputs: node.input, outputs: node.output, attributes, known })
}

fn end(info: proto::ValueInfo, what: &str) -> Result<End, Error> {
    let name = info.name.unwrap_or_default();
    let place = format!("{what} `{}`", shorten(&name));
    if name.is_empty() {
        return Err(inconsistent(format!("an {what} has no name"), GRAPH));
    }
    let tensor = info.r#type.and_then(|t| t.tensor_type);
    let kind = match tensor.as_ref().and_then(|t| t.elem_type) {
        Some(code) => Some(Type::new(code, &place)?),
        None => None,
    };
    let dims = match tensor.and_then(|t| t.shape) {
        None => None,
        Some(shape) => {
            check_limit("axes of a tensor", shape.dim.len(), tensor::AXES)?;
            let dim = |d: proto::Dimension| match d.value {
                // Old converters write 0 for an open dimension.
                Some(value) if value > 0 => usize::try_from(value)
                    .map(Dim::Fixed)
                    .map_err(|_| inconsistent(format!("a dimension of {value}"), place.clone())),
                _ => Ok(Dim::Open(d.param.unwrap_or_default())),
            };
            Some(shape.dim.into_iter().map(dim).collect::<Result<Vec<_>, _>>()?)
        }
    };
    Ok(End { name, kind, dims })
}
