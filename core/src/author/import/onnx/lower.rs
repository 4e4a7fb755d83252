//! From the nodes of a graph to the engine's own: networks and forests, in the order in which they run.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::graph::{Dim, Graph, Node};
use super::net::Net;
use super::refuse::{GRAPH, shorten};
use super::shape::{Records, Shape};
use super::tensor::{Data, Type};
use super::value::{Home, Value};
use super::{OnnxColumn, OnnxField, OnnxFieldKind, copies};
use crate::Error;
use crate::author::forest::ForestDraft;
use crate::author::import::{check_limit, check_names, check_sets, inconsistent, unsupported};
use crate::limits;
use crate::model::network::step::{Source, Step};

/// Values that are computed or moved while a model is read.
const WORK: usize = 1 << 27;

/// A part of the result that is not finished.
pub(super) enum Draft {
    Network(Net),
    Forest { inputs: Vec<OnnxColumn>, forest: ForestDraft },
}

/// What is known while nodes are lowered.
pub(super) struct Lowering<'g> {
    graph: &'g Graph,
    pub(super) opset: i64,
    values: BTreeMap<&'g str, Value>,
    /// How often each value is read.
    uses: BTreeMap<&'g str, usize>,
    pub(super) parts: Vec<Draft>,
    /// The network that grows: it will be the next part.
    pub(super) net: Net,
    pub(super) fields: Vec<OnnxField>,
    pub(super) notes: BTreeSet<String>,
    /// Whether something looks for NaN: absent numbers are then read as NaN.
    pub(super) reads_nan: bool,
    /// Values that were computed or moved so far: bounds the importer's own work.
    spent: usize,
    /// Categories of all fields so far.
    pub(super) categories: usize,
    /// Figures and tree nodes of the parts before.
    held: (usize, usize),
    /// Names of classes, by the output that has a value for each.
    pub(super) class_names: BTreeMap<String, Vec<String>>,
}

impl<'g> Lowering<'g> {
    /// Lowers the nodes that the outputs need.
    pub(super) fn run(graph: &'g Graph, outputs: &[&'g str]) -> Result<Self, Error> {
        let mut lowering = Self {
            graph,
            opset: graph.opset,
            values: BTreeMap::new(),
            uses: BTreeMap::new(),
            parts: Vec::new(),
            net: Net::default(),
            fields: Vec::new(),
            notes: BTreeSet::new(),
            reads_nan: false,
            spent: 0,
            categories: 0,
            held: (0, 0),
            class_names: BTreeMap::new(),
        };
        for (name, tensor) in &graph.constants {
            lowering.values.insert(name, Value::tensor(tensor));
        }
        let needed = lowering.needed(outputs)?;
        lowering.inputs()?;
        for &index in &needed {
            if let Some(node) = graph.nodes.get(index) {
                lowering.node(node)?;
            }
        }
        Ok(lowering)
    }

    /// The nodes that the outputs need, each after those that it reads; counts how often values are read.
    fn needed(&mut self, outputs: &[&'g str]) -> Result<Vec<usize>, Error> {
        let mut makers: BTreeMap<&'g str, usize> = BTreeMap::new();
        for (index, node) in self.graph.nodes.iter().enumerate() {
            for output in node.outputs.iter().filter(|o| !o.is_empty()) {
                if makers.insert(output, index).is_some() || self.graph.constants.contains_key(output) {
                    return Err(node.wrong(format!("the value `{}` is made twice", shorten(output))));
                }
            }
        }
        let mut needed = BTreeSet::new();
        let mut open: Vec<&'g str> = outputs.to_vec();
        while let Some(name) = open.pop() {
            *self.uses.entry(name).or_default() += 1;
            if let Some(&index) = makers.get(name)
                && needed.insert(index)
                && let Some(node) = self.graph.nodes.get(index)
            {
                open.extend(node.inputs.iter().filter(|i| !i.is_empty()).map(String::as_str));
            }
        }
        // The standard demands that a node stands after those that it reads.
        let mut made: BTreeSet<&str> = self.graph.inputs.iter().map(|i| i.name.as_str()).collect();
        made.extend(self.graph.constants.keys().map(String::as_str));
        for node in needed.iter().filter_map(|&i| self.graph.nodes.get(i)) {
            if let Some(input) = node.inputs.iter().find(|i| !i.is_empty() && !made.contains(i.as_str())) {
                let what = format!("it reads `{}`, which nothing before it makes", shorten(input));
                return Err(node.wrong(what));
            }
            made.extend(node.outputs.iter().map(String::as_str));
        }
        if let Some(output) = outputs.iter().find(|o| !made.contains(**o)) {
            return Err(inconsistent(format!("nothing makes the output `{}`", shorten(output)), GRAPH));
        }
        Ok(needed.into_iter().collect())
    }

    /// Makes fields of the inputs that are read.
    fn inputs(&mut self) -> Result<(), Error> {
        let graph = self.graph;
        for input in &graph.inputs {
            if !self.uses.contains_key(input.name.as_str()) {
                self.notes.insert(format!("Nothing reads the input `{}`.", shorten(&input.name)));
                continue;
            }
            let place = format!("input `{}`", shorten(&input.name));
            let (Some(kind), Some(dims)) = (input.kind, input.dims.as_ref()) else { continue };
            let mut shape = Shape::default();
            for (axis, dim) in dims.iter().enumerate() {
                match dim {
                    Dim::Fixed(size) => shape.dims.push(*size),
                    Dim::Open(_) if shape.records.is_none() => {
                        shape.records = Some(Records { axis, before: 1 });
                        shape.dims.push(1);
                    }
                    Dim::Open(name) => {
                        let name = if name.is_empty() { "?" } else { name };
                        let feature = format!(
                            "an open dimension `{}` besides the records (export it with a fixed size)",
                            shorten(name)
                        );
                        return Err(unsupported(feature, place));
                    }
                }
            }
            let count = shape.dims.iter().fold(1usize, |p, &d| p.saturating_mul(d));
            check_limit("fields", self.fields.len().saturating_add(count), limits::FIELDS)?;
            if kind == Type::Double {
                self.notes.insert("Double numbers are computed in f32.".to_owned());
            }
            let mut columns = Vec::with_capacity(count);
            for i in 0..count {
                columns.push(OnnxColumn::Field(self.fields.len() as u32));
                let name = if count == 1 { input.name.clone() } else { format!("{}_{i}", input.name) };
                let kind = match kind {
                    Type::Text => OnnxFieldKind::Category { values: Vec::new() },
                    Type::Integer => OnnxFieldKind::Integer,
                    Type::Boolean => OnnxFieldKind::Boolean,
                    Type::Float | Type::Double => OnnxFieldKind::Number,
                };
                self.fields.push(OnnxField { name, kind, may_be_unknown: false });
            }
            let value = Value { shape, kind, home: Home::Columns(Rc::new(columns)) };
            self.values.insert(&input.name, value);
        }
        check_names(self.fields.iter().map(|f| f.name.as_str()), "inputs")
    }

    fn node(&mut self, node: &'g Node) -> Result<(), Error> {
        let mut inputs = Vec::with_capacity(node.inputs.len());
        for name in &node.inputs {
            inputs.push(match name.as_str() {
                "" => None,
                name => match self.values.get(name) {
                    Some(value) => Some(value.clone()),
                    None => return Err(node.wrong(format!("`{}` is not known here", shorten(name)))),
                },
            });
        }
        let call = Call { node, inputs };
        let outputs = super::ops::lower(self, &call)?;
        node.check_attributes()?;
        for (i, name) in node.outputs.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            match outputs.get(i) {
                Some(value) => {
                    if value.shape.len() == 0 && value.data().is_none() {
                        return Err(node.refuse("a result without values"));
                    }
                    self.spend(value.shape.len())?;
                    self.values.insert(name, value.clone());
                }
                None if self.uses.contains_key(name.as_str()) => {
                    return Err(node.refuse(&format!("output {i}")));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// A value by name, when all nodes are lowered.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Whether one node alone reads the value.
    pub(super) fn is_read_once(&self, name: &str) -> bool {
        self.uses.get(name) == Some(&1)
    }

    /// Whether anything reads an output of a node.
    pub(super) fn is_read(&self, node: &Node, output: usize) -> bool {
        node.outputs.get(output).is_some_and(|o| self.uses.contains_key(o.as_str()))
    }

    /// Adds a forest; its outputs.
    pub(super) fn forest(
        &mut self,
        inputs: Vec<OnnxColumn>,
        forest: ForestDraft,
    ) -> Result<Vec<OnnxColumn>, Error> {
        self.close()?;
        self.held.1 += forest.trees.iter().map(|t| t.nodes.len()).sum::<usize>();
        check_limit("tree nodes", self.held.1, limits::TREE_NODES)?;
        check_sets(&forest.trees)?;
        let part = self.parts.len() as u32;
        let outputs = forest.base.len() as u32;
        self.parts.push(Draft::Forest { inputs, forest });
        Ok((0..outputs).map(|output| OnnxColumn::Part { part, output }).collect())
    }

    /// Counts values that are computed or moved.
    pub(super) fn spend(&mut self, values: usize) -> Result<(), Error> {
        self.spent = self.spent.saturating_add(values);
        check_limit("values to compute while it is read", self.spent, WORK)
    }

    /// Ends the network that grows, if it does anything.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        let net = core::mem::take(&mut self.net);
        self.held.0 += net.figures.len();
        check_limit("figures", self.held.0, limits::NETWORK_FIGURES)?;
        if !net.steps.is_empty() {
            self.parts.push(Draft::Network(net));
        }
        Ok(())
    }

    /// Room for a result in memory.
    pub(super) fn take(&mut self, shape: Shape, kind: Type) -> Result<(u32, Value), Error> {
        let part = self.parts.len();
        let at = self.net.take(shape.len())?;
        Ok((at, Value { shape, kind, home: Home::Memory { part, at } }))
    }

    pub(super) fn push(&mut self, step: Step) -> Result<(), Error> {
        self.net.push(step)
    }

    /// The columns of a value's elements.
    pub(super) fn columns(&mut self, value: &Value) -> Result<Vec<OnnxColumn>, Error> {
        match &value.home {
            Home::Columns(columns) => Ok(columns.to_vec()),
            Home::Memory { part, at } => {
                let net = match self.parts.get_mut(*part) {
                    Some(Draft::Network(net)) => net,
                    _ => &mut self.net,
                };
                let outputs = (0..value.shape.len() as u32).map(|i| {
                    let output = net.output(at + i)?;
                    Ok(OnnxColumn::Part { part: *part as u32, output })
                });
                outputs.collect()
            }
            Home::Constant(_) => {
                let at = self.memory(value)?;
                let part = self.parts.len();
                let home = Home::Memory { part, at };
                self.columns(&Value { home, ..value.clone() })
            }
        }
    }

    /// The place of a value in the memory of the network that grows.
    pub(super) fn memory(&mut self, value: &Value) -> Result<u32, Error> {
        let len = value.shape.len();
        match &value.home {
            Home::Memory { part, at } if *part == self.parts.len() => Ok(*at),
            Home::Constant(data) => {
                let figures = data.reals().ok_or_else(|| inconsistent(NO_REALS, GRAPH))?;
                let net = &mut self.net;
                let from = net.figures(&figures)?;
                let at = net.take(len)?;
                for step in copies::of(&copies::identity(len), Source::Figures(from), at) {
                    net.push(step)?;
                }
                Ok(at)
            }
            _ => {
                let columns = self.columns(value)?;
                let net = &mut self.net;
                let slots = columns.iter().map(|&c| net.input(c)).collect::<Result<Vec<_>, _>>()?;
                let first = slots.first().copied().unwrap_or(0);
                if slots.iter().zip(first..).all(|(&slot, wanted)| slot == wanted) {
                    return Ok(first);
                }
                let at = net.take(len)?;
                for step in copies::of(&slots, Source::Memory(0), at) {
                    net.push(step)?;
                }
                Ok(at)
            }
        }
    }

    /// Where a step can read a value: figures if it is known, else memory.
    pub(super) fn source(&mut self, value: &Value) -> Result<Source, Error> {
        match &value.home {
            Home::Constant(data) => {
                let figures = data.reals().ok_or_else(|| inconsistent(NO_REALS, GRAPH))?;
                Ok(Source::Figures(self.net.figures(&figures)?))
            }
            _ => self.memory(value).map(Source::Memory),
        }
    }
}

const NO_REALS: &str = "texts, or whole numbers beyond 2^24, where f32 numbers are computed with";

/// A node with its inputs.
pub(super) struct Call<'a> {
    pub(super) node: &'a Node,
    pub(super) inputs: Vec<Option<Value>>,
}

impl Call<'_> {
    /// Input `i`, if it is given.
    pub(super) fn optional(&self, i: usize) -> Option<&Value> {
        self.inputs.get(i).and_then(Option::as_ref)
    }

    /// Input `i`.
    pub(super) fn input(&self, i: usize) -> Result<&Value, Error> {
        self.optional(i).ok_or_else(|| self.node.wrong(format!("input {i} is not given")))
    }

    /// Input `i`, which must be known, as whole numbers.
    pub(super) fn whole(&self, i: usize) -> Result<Option<Vec<i64>>, Error> {
        match self.optional(i) {
            None => Ok(None),
            Some(value) => match value.whole() {
                Some(values) => Ok(Some(values.to_vec())),
                None => Err(self.node.refuse(&format!("input {i} computed from the record"))),
            },
        }
    }

    /// Input `i`, which must be known, as numbers; `None` if it is not given.
    pub(super) fn reals(&self, i: usize) -> Result<Option<Vec<f32>>, Error> {
        match self.optional(i) {
            None => Ok(None),
            Some(value) => match value.reals() {
                Some(values) => Ok(Some(values)),
                None => Err(self.node.refuse(&format!("input {i} computed from the record"))),
            },
        }
    }

    /// An axis of a value.
    pub(super) fn axis(&self, value: &Value, axis: i64) -> Result<usize, Error> {
        let rank = value.shape.rank();
        value.shape.axis(axis).ok_or_else(|| self.node.wrong(format!("axis {axis} of {rank}")))
    }

    /// Refuses work along the records' axis.
    pub(super) fn apart(&self, shape: &Shape, axis: usize) -> Result<(), Error> {
        match shape.is_records(axis) {
            true => Err(self.node.refuse("along the records: it mixes them")),
            false => Ok(()),
        }
    }

    /// The shape that inputs broadcast to.
    pub(super) fn broadcast(&self, a: &Shape, b: &Shape) -> Result<Shape, Error> {
        a.broadcast(b).ok_or_else(|| {
            self.node
                .wrong(format!("shapes {:?} and {:?} do not go together, or mix records", a.dims, b.dims))
        })
    }
}

/// Data of numbers.
pub(super) fn data(kind: Type, values: Vec<f32>) -> Data {
    match kind {
        Type::Integer | Type::Boolean => Data::Integer(values.iter().map(|&x| x as i64).collect()),
        _ => Data::Real(values),
    }
}
