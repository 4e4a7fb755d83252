//! A table as texts in cells, of whatever file it comes.

use core::ops::Range;

use super::HitPolicy;

/// A text and where it stands in its file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// Bytes of the file.
    pub span: Range<usize>,
}

/// What an output is.
#[derive(Clone, Debug, PartialEq)]
pub enum OutputType {
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// A date.
    Date,
    /// A text of this list; of those that rules give if it is empty.
    Text(Vec<String>),
    /// What the first rule gives.
    Found,
}

/// An output.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenOutput {
    /// Its name; empty if there is only this one.
    pub name: String,
    /// What it is.
    pub kind: OutputType,
    /// Unit of a number.
    pub unit: String,
    /// What is given where no rule holds.
    pub default: Option<Cell>,
    /// Values in the order of their priority.
    pub order: Vec<Cell>,
    /// Where it stands.
    pub span: Range<usize>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenRule {
    /// Tests, one an input.
    pub tests: Vec<Cell>,
    /// Expressions, one an output.
    pub outputs: Vec<Cell>,
    /// Where it stands.
    pub span: Range<usize>,
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenTable {
    /// What becomes of rules that hold at once.
    pub policy: HitPolicy,
    /// How many hits R, O and C give.
    pub hits: u8,
    /// Expressions that are tested.
    pub inputs: Vec<Cell>,
    /// Outputs.
    pub outputs: Vec<WrittenOutput>,
    /// Rules.
    pub rules: Vec<WrittenRule>,
    /// Whether a category may stand without quotes.
    pub bare: bool,
}

impl WrittenTable {
    /// All texts that may name fields and nodes.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let rules = self.rules.iter().flat_map(|rule| rule.tests.iter().chain(&rule.outputs));
        let defaults = self.outputs.iter().filter_map(|output| output.default.as_ref());
        self.inputs.iter().chain(rules).chain(defaults).map(|cell| cell.text.as_str())
    }
}
