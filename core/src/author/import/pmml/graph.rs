//! What a model computes: values that are functions of values before them, equal ones once.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::check_limit;
use crate::Error;
use crate::author::forest::ForestDraft;
use crate::feature::formula::Function;
use crate::graph::Op;

/// Values of a model.
const VALUES: usize = 1 << 21;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(pub(super) u32);

/// How a value comes about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// The record's.
    Field(u32),
    /// Bits of a finite number.
    Constant(u64),
    /// Missing, whatever the record.
    Missing,
    /// A number that is not finite.
    Invalid,
    /// A function, by its code.
    Apply(u8, [Id; 3]),
    /// A function of a table: its code, and the bits of the table.
    Table(u8, Id, Rc<[u64]>),
    /// An output of a part.
    Part(u32, u32),
}

/// What is no formula: a node of its own.
#[derive(Clone, Debug)]
pub(super) enum PartOp {
    Forest(ForestDraft),
    Op(Op),
}

/// A part with its inputs.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) inputs: Vec<Id>,
    pub(super) op: PartOp,
}

/// All values.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    known: BTreeMap<Node, Id>,
    /// Whether it is present in every record.
    sure: Vec<bool>,
    parts: Vec<Part>,
}

impl Graph {
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Missing)
    }

    /// Refuses a model of too many values.
    pub(super) fn check(&self) -> Result<(), Error> {
        check_limit("values to compute", self.nodes.len().max(self.parts.len()), VALUES)
    }

    fn push(&mut self, node: Node) -> Id {
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let sure = self.is_sure(&node);
        let id = Id(self.nodes.len() as u32);
        self.known.insert(node.clone(), id);
        self.nodes.push(node);
        self.sure.push(sure);
        id
    }

    fn is_sure(&self, node: &Node) -> bool {
        let sure = |id: &Id| self.sure(*id);
        match node {
            Node::Constant(_) => true,
            Node::Apply(code, [a, b, c]) => match Function::of_code(*code) {
                Some(Function::IsAbsent) => true,
                Some(Function::OrElse) => sure(a) || sure(b),
                Some(Function::Select) => sure(a) && sure(b) && sure(c),
                Some(Function::Not) => sure(a),
                // Of truths and comparisons nothing becomes infinite.
                Some(
                    Function::And
                    | Function::Or
                    | Function::Min
                    | Function::Max
                    | Function::Equal
                    | Function::NotEqual
                    | Function::Less
                    | Function::LessEqual,
                ) => sure(a) && sure(b),
                _ => false,
            },
            Node::Table(code, a, _) => {
                sure(a) && matches!(Function::of_code(*code), Some(Function::In | Function::Rank))
            }
            Node::Part(part, _) => {
                let part = self.parts.get(*part as usize);
                part.is_some_and(|part| matches!(part.op, PartOp::Forest(_)))
            }
            _ => false,
        }
    }

    /// Whether a value is present in every record.
    pub(super) fn sure(&self, id: Id) -> bool {
        self.sure.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The number of a constant.
    pub(super) fn value(&self, id: Id) -> Option<f64> {
        match self.node(id) {
            Node::Constant(bits) => Some(f64::from_bits(*bits)),
            _ => None,
        }
    }

    pub(super) fn field(&mut self, field: u32) -> Id {
        self.push(Node::Field(field))
    }

    pub(super) fn constant(&mut self, x: f64) -> Id {
        self.push(if x.is_finite() { Node::Constant(x.to_bits()) } else { Node::Invalid })
    }

    pub(super) fn truth(&mut self, holds: bool) -> Id {
        self.constant(f64::from(u8::from(holds)))
    }

    pub(super) fn missing(&mut self) -> Id {
        self.push(Node::Missing)
    }

    pub(super) fn invalid(&mut self) -> Id {
        self.push(Node::Invalid)
    }

    fn is_missing(&self, id: Id) -> bool {
        *self.node(id) == Node::Missing
    }

    /// A function of values, as many as it has.
    pub(super) fn apply(&mut self, function: Function, args: &[Id]) -> Id {
        let mut three = [Id(0); 3];
        for (place, arg) in three.iter_mut().zip(args) {
            *place = *arg;
        }
        let [a, b, c] = three;
        let (x, y) = (self.value(a), self.value(b));
        match function {
            Function::Select => match x {
                Some(x) => return if x != 0.0 { b } else { c },
                None if b == c && self.sure(a) => return b,
                None => {}
            },
            Function::IsAbsent if self.sure(a) => return self.truth(false),
            Function::IsAbsent if self.is_missing(a) => return self.truth(true),
            Function::OrElse if self.sure(a) => return a,
            Function::OrElse if self.is_missing(a) => return b,
            Function::And if x == Some(0.0) || y == Some(0.0) => return self.truth(false),
            Function::And if x == Some(1.0) => return b,
            Function::And if y == Some(1.0) => return a,
            Function::Or if x == Some(1.0) || y == Some(1.0) => return self.truth(true),
            Function::Or if x == Some(0.0) => return b,
            Function::Or if y == Some(0.0) => return a,
            Function::Not => {
                if let Some(x) = x {
                    return self.truth(x == 0.0);
                }
            }
            Function::Add if y == Some(0.0) => return a,
            Function::Mul if y == Some(1.0) => return a,
            _ => {}
        }
        self.push(Node::Apply(function.code(), three))
    }

    /// `In`, `Rank` or `Lookup` of a table; NaN in a lookup is missing.
    pub(super) fn table(&mut self, function: Function, x: Id, values: &[f64]) -> Id {
        let bits = values.iter().map(|v| if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() });
        self.push(Node::Table(function.code(), x, bits.collect()))
    }

    /// Whether a value is one of a list.
    pub(super) fn is_in(&mut self, x: Id, mut values: Vec<f64>) -> Id {
        values.sort_unstable_by(f64::total_cmp);
        values.dedup_by(|a, b| *a == *b);
        match values.as_slice() {
            [one] => {
                let one = self.constant(*one);
                self.equal(x, one)
            }
            many => self.table(Function::In, x, many),
        }
    }

    /// A part; its outputs come by [`output`](Self::output).
    pub(super) fn part(&mut self, inputs: Vec<Id>, op: PartOp) -> u32 {
        self.parts.push(Part { inputs, op });
        self.parts.len() as u32 - 1
    }

    pub(super) fn output(&mut self, part: u32, output: u32) -> Id {
        self.push(Node::Part(part, output))
    }

    /// A node of one input and one output.
    pub(super) fn op(&mut self, input: Id, op: Op) -> Id {
        let same = |part: &Part| matches!(&part.op, PartOp::Op(o) if part.inputs == [input] && *o == op);
        let at = self.parts.iter().position(same).map(|at| at as u32);
        let part = at.unwrap_or_else(|| self.part(vec![input], PartOp::Op(op)));
        self.output(part, 0)
    }

    pub(super) fn neg(&mut self, a: Id) -> Id {
        self.apply(Function::Neg, &[a])
    }

    pub(super) fn not(&mut self, a: Id) -> Id {
        self.apply(Function::Not, &[a])
    }

    pub(super) fn exp(&mut self, a: Id) -> Id {
        self.apply(Function::Exp, &[a])
    }

    pub(super) fn add(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Add, &[a, b])
    }

    pub(super) fn sub(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Sub, &[a, b])
    }

    pub(super) fn mul(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Mul, &[a, b])
    }

    pub(super) fn div(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Div, &[a, b])
    }

    pub(super) fn min(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Min, &[a, b])
    }

    pub(super) fn max(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Max, &[a, b])
    }

    pub(super) fn equal(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Equal, &[a, b])
    }

    pub(super) fn less(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Less, &[a, b])
    }

    pub(super) fn less_equal(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::LessEqual, &[a, b])
    }

    pub(super) fn and(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::And, &[a, b])
    }

    pub(super) fn or(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::Or, &[a, b])
    }

    pub(super) fn or_else(&mut self, a: Id, b: Id) -> Id {
        self.apply(Function::OrElse, &[a, b])
    }

    pub(super) fn is_absent(&mut self, a: Id) -> Id {
        self.apply(Function::IsAbsent, &[a])
    }

    /// `a` if the condition is true, `b` if it is false; absent as the condition.
    pub(super) fn select(&mut self, condition: Id, a: Id, b: Id) -> Id {
        self.apply(Function::Select, &[condition, a, b])
    }

    /// `a` if the condition is true; `b` if it is false or unknown.
    pub(super) fn if_true(&mut self, condition: Id, a: Id, b: Id) -> Id {
        let no = self.truth(false);
        let sure = self.or_else(condition, no);
        self.select(sure, a, b)
    }

    /// The sum from left to right; 0 of none.
    pub(super) fn sum(&mut self, terms: &[Id]) -> Id {
        let mut terms = terms.iter().copied();
        let first = terms.next();
        let first = first.unwrap_or_else(|| self.constant(0.0));
        terms.fold(first, |sum, term| self.add(sum, term))
    }

    /// A value times a constant.
    pub(super) fn scaled(&mut self, x: Id, factor: f64) -> Id {
        let factor = self.constant(factor);
        self.mul(x, factor)
    }
}
