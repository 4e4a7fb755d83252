//! Decision models of DMN 1.2 to 1.5 (`.dmn`): input data, item definitions, decisions with a decision table or a literal expression,
//! and business knowledge models with an expression. `docs/decision-tables.md` lists what is read.

mod logic;
mod model;
mod scaffold;
mod types;
mod xml;

use std::collections::BTreeMap;

use super::{check_limit, inconsistent, unsupported};
use crate::Error;
use crate::author::feel::Function;
use crate::author::table::{Cell, OutputType, WrittenTable};

pub use model::import;
pub use scaffold::source;

/// What an input is.
#[derive(Clone, Debug, PartialEq)]
pub enum InputType {
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A date.
    Date,
    /// One of these texts.
    Text(Vec<String>),
    /// Something that no field can be, in words.
    Other(String),
}

/// A value that decisions read: an input datum, or a component of one (`loan.rate`).
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name; components after a dot.
    pub name: String,
    /// What it is.
    pub kind: InputType,
}

/// What a decision computes.
#[derive(Clone, Debug, PartialEq)]
pub enum Logic {
    /// A decision table.
    Table(WrittenTable),
    /// An expression, and what the decision says that it gives.
    Expression(Cell, OutputType),
    /// Something that is not supported, in words.
    Other(String),
}

/// A decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Its name.
    pub name: String,
    /// What it computes.
    pub logic: Logic,
    /// Names of the input data and decisions that it requires.
    pub requires: Vec<String>,
}

/// A decision model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The model's name.
    pub name: String,
    /// What it reads, in the order of the file.
    pub inputs: Vec<Input>,
    /// Its decisions, each after those that it requires.
    pub decisions: Vec<Decision>,
    /// Its functions.
    pub functions: BTreeMap<String, Function>,
}

impl Model {
    /// A decision by its name.
    pub fn decision(&self, name: &str) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.name == name)
    }

    /// All names that expressions may use.
    pub fn names(&self) -> Vec<&str> {
        let inputs = self.inputs.iter().map(|input| input.name.as_str());
        let decisions = self.decisions.iter().map(|decision| decision.name.as_str());
        inputs.chain(decisions).chain(self.functions.keys().map(String::as_str)).collect()
    }
}

/// The name of the node that computes a decision: nodes have no dot in their names.
pub fn node_name(decision: &str) -> String {
    decision.replace('.', "_")
}

/// Bytes of a file.
const BYTES: usize = 16 << 20;
/// Elements and texts of a file.
const NODES: u32 = 1 << 20;

fn format(what: impl Into<String>, at: impl Into<String>) -> Error {
    crate::error::ImportError::Format { format: "a DMN model", what: what.into(), at: at.into() }.into()
}

fn check_size(bytes: &[u8]) -> Result<(), Error> {
    check_limit("bytes of a DMN model", bytes.len(), BYTES)
}

fn twice(name: &str) -> Error {
    inconsistent(format!("two inputs, decisions or functions are named `{name}`"), name)
}

fn refuse(what: impl Into<String>, at: impl Into<String>) -> Error {
    unsupported(what, at)
}
