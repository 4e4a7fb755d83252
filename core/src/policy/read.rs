//! What a policy came to for one row.

use super::{DecisionPolicy, FallbackOutput};
use crate::column::{Block, State};

/// What is done with an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    /// It is granted.
    Approve = 0,
    /// A person decides.
    Refer = 1,
    /// It is declined.
    Decline = 2,
}

impl Outcome {
    /// Every outcome, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Refer, Self::Decline];

    /// Its name, as in the decision.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refer => "refer",
            Self::Decline => "decline",
        }
    }
}

/// What a rule that is told of did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleState {
    /// It fired.
    Fired,
    /// A value that it needs is absent, and it does not say what then.
    Undecided,
}

/// Why a model of a fallback was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It has no output: a value that it needs is absent.
    NoOutput,
    /// It refused at run time: its output is out of range.
    Refused,
    /// Its output is outside the declared bounds.
    OutOfBounds,
    /// It and another model are further apart than the declared limit.
    Disagreement,
    /// Its condition does not hold.
    Condition,
    /// A source that it requires is not there: the index of the source.
    MissingSource(u32),
}

/// The code of the first source that may be missing.
const FIRST_SOURCE: u32 = 16;

impl Cause {
    /// Its code, as columns and canonical bytes have it; 0 is for a model that is not passed over.
    pub const fn code(self) -> u32 {
        match self {
            Self::NoOutput => 1,
            Self::Refused => 2,
            Self::OutOfBounds => 3,
            Self::Disagreement => 4,
            Self::Condition => 5,
            Self::MissingSource(source) => FIRST_SOURCE.saturating_add(source),
        }
    }

    /// The cause of a code.
    pub const fn of_code(code: u32) -> Option<Self> {
        match code {
            1 => Some(Self::NoOutput),
            2 => Some(Self::Refused),
            3 => Some(Self::OutOfBounds),
            4 => Some(Self::Disagreement),
            5 => Some(Self::Condition),
            FIRST_SOURCE.. => Some(Self::MissingSource(code - FIRST_SOURCE)),
            _ => None,
        }
    }

    /// Its name, as in the decision.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoOutput => "no_output",
            Self::Refused => "refused",
            Self::OutOfBounds => "out_of_bounds",
            Self::Disagreement => "disagreement",
            Self::Condition => "condition",
            Self::MissingSource(_) => "missing_source",
        }
    }
}

/// Which model of a fallback gave the score.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsedStep {
    /// Its index; `None` if none did.
    pub step: Option<u32>,
    /// Why each model before it was passed over, in order.
    pub causes: Vec<Cause>,
}

/// What a policy came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PolicyResult {
    /// The outcome; `None` if the bundle gives none or it cannot be told.
    pub outcome: Option<Outcome>,
    /// One value a term, in the bundle's order; `None` if absent.
    pub terms: Vec<Option<f64>>,
    /// The rules that fired or are undecided, ascending by index.
    pub rules: Vec<(u32, RuleState)>,
    /// Whether each source is present, in the bundle's order.
    pub sources: Vec<bool>,
    /// One entry a fallback, in the bundle's order.
    pub fallbacks: Vec<UsedStep>,
    /// For each traced node what was hit (the index of the leaf, the number of the rule); `None` if it was not asked for. It is no
    /// part of the result digest.
    pub trace: Option<Vec<Option<u32>>>,
}

/// A cell of an evaluated block.
fn cell(block: &Block, row: usize, column: u32) -> (f64, State) {
    let column = block.column(column as usize);
    match (column.values.get(row), column.states.get(row)) {
        (Some(&value), Some(&state)) => (value, state),
        _ => (f64::NAN, State::MISSING),
    }
}

/// A whole number from 0 on that a cell has.
fn index(block: &Block, row: usize, column: u32) -> Option<u32> {
    let (value, state) = cell(block, row, column);
    let whole = state.is_present() && value >= 0.0 && value < f64::from(u32::MAX) && value.trunc() == value;
    whole.then_some(value as u32)
}

impl DecisionPolicy {
    /// What a row of an evaluated block has.
    pub(crate) fn read(&self, block: &Block, row: usize, trace: bool) -> PolicyResult {
        let number = |column: u32| {
            let (value, state) = cell(block, row, column);
            state.is_present().then_some(value)
        };
        let outcome = self.outcome.and_then(|column| index(block, row, column));
        let rule = |(at, column)| match number(column) {
            Some(0.0) => None,
            Some(_) => Some((at, RuleState::Fired)),
            None => Some((at, RuleState::Undecided)),
        };
        let rules = (0..).zip(self.rules.iter().map(|rule| rule.column)).filter_map(rule);
        let there = |column| number(column).is_some_and(|x| x != 0.0);
        let traced = self.traces.iter().map(|node| index(block, row, node.column));
        PolicyResult {
            outcome: outcome.and_then(|code| Outcome::ALL.get(code as usize).copied()),
            terms: self.terms.iter().map(|term| number(term.column)).collect(),
            rules: rules.collect(),
            sources: self.sources.iter().map(|source| there(source.column)).collect(),
            fallbacks: self.fallbacks.iter().map(|fallback| fallback.read(block, row)).collect(),
            trace: trace.then(|| traced.collect()),
        }
    }
}

impl FallbackOutput {
    fn read(&self, block: &Block, row: usize) -> UsedStep {
        let step = index(block, row, self.used).filter(|&step| (step as usize) < self.steps.len());
        let before = self.steps.iter().take(step.map_or(self.steps.len(), |step| step as usize));
        let causes = before.map(|step| {
            let code = index(block, row, step.cause).and_then(Cause::of_code);
            match code.unwrap_or(Cause::NoOutput) {
                // A formula cannot tell one state from another.
                Cause::NoOutput if cell(block, row, step.column).1 == State::OUT_OF_RANGE => Cause::Refused,
                cause => cause,
            }
        });
        UsedStep { step, causes: causes.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_cause_is_its_own() {
        let causes = (0..100).filter_map(|code| Some((code, Cause::of_code(code)?)));
        let known: Vec<u32> =
            causes.inspect(|(code, cause)| assert_eq!(cause.code(), *code)).map(|c| c.0).collect();
        assert_eq!(known, (1..6).chain(16..100).collect::<Vec<_>>());
        assert_eq!(Cause::MissingSource(u32::MAX).code(), u32::MAX);
    }
}
