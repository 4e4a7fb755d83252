//! The policy: what a decision is beside its scores. Outcome and terms, rules, sources, fallbacks of scores, and what a trace tells.
//!
//! Everything here is computed by ordinary nodes; the policy only says which column means what, with texts. So it runs in every
//! stage and runtime like any other figure.

mod canonical;
mod check;
mod json;
mod parts;
mod read;

pub use parts::{
    FallbackOutput, FallbackStep, Need, RuleKind, RuleOutput, SourceOutput, TermOutput, TraceHit, TraceKind,
    TraceOutput,
};
pub use read::{Cause, Outcome, PolicyResult, RuleState, UsedStep};

pub(crate) use check::check;

use crate::bundle::wire::{Reader, Refused, Wire};
use crate::limits;
use parts::{get_column, put_column};

/// The policy of a bundle. Encoding: columns of the outcome and of the reference time (`u32`, 2^32 − 1: none), then the five lists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DecisionPolicy {
    /// Column of the outcome: 0 approve, 1 refer, 2 decline.
    pub outcome: Option<u32>,
    /// The date field that expiry dates of rules are compared with.
    pub as_of: Option<u32>,
    /// Terms of the offer.
    pub terms: Vec<TermOutput>,
    /// Rules, in the order in which they are told.
    pub rules: Vec<RuleOutput>,
    /// Sources of data.
    pub sources: Vec<SourceOutput>,
    /// Scores that several models can give; ascending by score.
    pub fallbacks: Vec<FallbackOutput>,
    /// Trees and tables that a trace tells of.
    pub traces: Vec<TraceOutput>,
}

impl DecisionPolicy {
    /// Whether it says nothing: such a policy is no policy.
    pub fn is_empty(&self) -> bool {
        self.outcome.is_none()
            && self.terms.is_empty()
            && self.rules.is_empty()
            && self.sources.is_empty()
            && self.fallbacks.is_empty()
            && self.traces.is_empty()
    }

    /// Every column that it names.
    pub fn columns(&self) -> Vec<u32> {
        let mut all = self.results();
        all.extend(self.as_of);
        all
    }

    /// The columns that the decision is read from: all but the reference time, which nodes have compared with.
    pub fn results(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.outcome.into_iter().collect();
        all.extend(self.terms.iter().map(|term| term.column));
        all.extend(self.rules.iter().map(|rule| rule.column));
        all.extend(self.sources.iter().map(|source| source.column));
        for fallback in &self.fallbacks {
            all.push(fallback.used);
            for step in &fallback.steps {
                all.extend([step.column, step.cause]);
            }
        }
        all.extend(self.traces.iter().map(|trace| trace.column));
        all
    }

    /// The fallback of a score.
    pub fn fallback_of(&self, score: u32) -> Option<(usize, &FallbackOutput)> {
        self.fallbacks.iter().enumerate().find(|(_, fallback)| fallback.score == score)
    }
}

impl Wire for DecisionPolicy {
    fn put(&self, out: &mut Vec<u8>) {
        use crate::bundle::wire::Put;
        put_column(out, self.outcome);
        put_column(out, self.as_of);
        out.list(&self.terms);
        out.list(&self.rules);
        out.list(&self.sources);
        out.list(&self.fallbacks);
        out.list(&self.traces);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            outcome: get_column(input)?,
            as_of: get_column(input)?,
            terms: input.list("terms", limits::OUTPUTS, 16)?,
            rules: input.list("rules", limits::POLICY_RULES, 26)?,
            sources: input.list("sources", limits::OUTPUTS, 21)?,
            fallbacks: input.list("fallbacks", limits::OUTPUTS, 12)?,
            traces: input.list("traced nodes", limits::OUTPUTS, 13)?,
        })
    }
}
