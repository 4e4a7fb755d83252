//! Decision tables as they are written: rules of tests and outputs. Compiled to the engine's form ([`compile`]), analysed for gaps,
//! overlaps and rules that never count ([`analyse`]), and evaluated rule by rule to compare with ([`naive`]).

mod analyse;
mod bind;
mod cell;
mod compile;
mod cover;
mod describe;
mod domain;
pub mod naive;
mod set;
#[cfg(test)]
mod tests;
mod written;

pub use analyse::{Analysis, Overlap, analyse};
pub use bind::{Bound, Placed, Source, bind};
pub use compile::compile;
pub use describe::{Finding, applicant, findings};
pub use domain::Domain;
pub use set::{Cut, Part, Set};
pub use written::{Cell, OutputType, WrittenOutput, WrittenRule, WrittenTable};

/// DMN's hit policies: what becomes of rules that hold at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitPolicy {
    /// U: no two rules may hold.
    Unique,
    /// A: rules that hold at once give the same.
    Any,
    /// P: the rule whose outputs stand first in the lists of outputs.
    Priority,
    /// F: the first rule.
    First,
    /// R: all, in the order of the rules.
    RuleOrder,
    /// O: all, in the order of the lists of outputs.
    OutputOrder,
    /// C: all.
    Collect,
    /// C+: their sum.
    Sum,
    /// C<: the least.
    Least,
    /// C>: the greatest.
    Greatest,
    /// C#: how many.
    Count,
}

impl HitPolicy {
    /// Every policy with its letters.
    pub const ALL: [(&'static str, Self); 11] = [
        ("U", Self::Unique),
        ("A", Self::Any),
        ("P", Self::Priority),
        ("F", Self::First),
        ("R", Self::RuleOrder),
        ("O", Self::OutputOrder),
        ("C", Self::Collect),
        ("C+", Self::Sum),
        ("C<", Self::Least),
        ("C>", Self::Greatest),
        ("C#", Self::Count),
    ];

    /// Whether it gives several hits.
    pub fn lists(self) -> bool {
        matches!(self, Self::RuleOrder | Self::OutputOrder | Self::Collect)
    }

    /// Whether it goes by the lists of outputs.
    pub fn ranks(self) -> bool {
        matches!(self, Self::Priority | Self::OutputOrder)
    }

    /// Whether it calculates with outputs.
    pub fn calculates(self) -> bool {
        matches!(self, Self::Sum | Self::Least | Self::Greatest)
    }
}

/// What a rule gives for an output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Nothing: the output is missing.
    Absent,
    /// A finite number; truths, dates and categories as columns have them.
    Constant(f64),
    /// A column that the node reads after those that it tests, by its place among them.
    Column(u32),
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Of each column for which values the rule holds.
    pub tests: Vec<Set>,
    /// What it gives, one an output.
    pub outputs: Vec<Value>,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Output {
    /// What is given where no rule holds.
    pub default: Option<Value>,
    /// Values in the order of their priority, for P and O; others come after them.
    pub order: Vec<f64>,
}

/// A decision table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What becomes of rules that hold at once.
    pub policy: HitPolicy,
    /// How many hits R, O and C give.
    pub hits: u8,
    /// What values the columns can have.
    pub domains: Vec<Domain>,
    /// The outputs.
    pub outputs: Vec<Output>,
    /// The rules.
    pub rules: Vec<Rule>,
}

impl Table {
    /// The places of the rules in the order in which they are looked at: by priority for P and O.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rules.len()).collect();
        if self.policy.ranks() {
            order.sort_by_cached_key(|&rule| self.rank(rule));
        }
        order
    }

    fn rank(&self, rule: usize) -> Vec<usize> {
        let values = self.rules.get(rule).map_or(&[][..], |rule| &rule.outputs);
        let rank = |(output, value): (&Output, &Value)| match value {
            Value::Constant(x) => output.order.iter().position(|y| y == x).unwrap_or(output.order.len()),
            _ => output.order.len(),
        };
        self.outputs.iter().zip(values).map(rank).collect()
    }
}
