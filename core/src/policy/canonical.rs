//! What a policy came to, in the canonical bytes of a decision.

use super::read::{Cause, Outcome, PolicyResult, RuleState, UsedStep};
use crate::bundle::wire::{Put, Reader, Refused};
use crate::limits;

impl PolicyResult {
    /// Appends all but the trace.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, self.outcome.map_or(u8::MAX, |outcome| outcome as u8));
        out.count(self.terms.len());
        for term in &self.terms {
            out.bool(term.is_some());
            if let Some(value) = term {
                Put::f64(out, value + 0.0);
            }
        }
        out.count(self.rules.len());
        for &(rule, state) in &self.rules {
            Put::u32(out, rule);
            out.bool(state == RuleState::Undecided);
        }
        out.count(self.sources.len());
        for &source in &self.sources {
            out.bool(source);
        }
        out.count(self.fallbacks.len());
        for used in &self.fallbacks {
            Put::u32(out, used.step.unwrap_or(u32::MAX));
            out.count(used.causes.len());
            for cause in &used.causes {
                Put::u32(out, cause.code());
            }
        }
    }

    /// Appends the trace, if there is one.
    pub(crate) fn put_trace(&self, out: &mut Vec<u8>) {
        let Some(trace) = &self.trace else { return };
        out.count(trace.len());
        for hit in trace {
            Put::u32(out, hit.unwrap_or(u32::MAX));
        }
    }

    /// Reads it back, with the trace if bytes are left for one.
    pub(crate) fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let outcome = match input.u8()? {
            u8::MAX => None,
            code => match Outcome::ALL.get(usize::from(code)) {
                Some(&outcome) => Some(outcome),
                None => return Err(input.malformed("an unknown outcome")),
            },
        };
        let count = input.count("terms", limits::OUTPUTS, 1)?;
        let mut terms = Vec::with_capacity(count);
        for _ in 0..count {
            terms.push(if input.bool()? { Some(input.f64()?) } else { None });
        }
        let count = input.count("rules", limits::POLICY_RULES, 5)?;
        let mut rules = Vec::with_capacity(count);
        for _ in 0..count {
            let rule = input.u32()?;
            let state = if input.bool()? { RuleState::Undecided } else { RuleState::Fired };
            rules.push((rule, state));
        }
        let count = input.count("sources", limits::OUTPUTS, 1)?;
        let mut sources = Vec::with_capacity(count);
        for _ in 0..count {
            sources.push(input.bool()?);
        }
        let count = input.count("fallbacks", limits::OUTPUTS, 8)?;
        let mut fallbacks = Vec::with_capacity(count);
        for _ in 0..count {
            fallbacks.push(used(input)?);
        }
        let mut trace = None;
        if input.left() > 0 {
            let hits = input.u32s("traced nodes", limits::OUTPUTS)?;
            trace = Some(hits.into_iter().map(|hit| (hit != u32::MAX).then_some(hit)).collect());
        }
        Ok(Self { outcome, terms, rules, sources, fallbacks, trace })
    }
}

fn used(input: &mut Reader<'_>) -> Result<UsedStep, Refused> {
    let step = input.u32()?;
    let mut causes = Vec::new();
    for code in input.u32s("models passed over", limits::FALLBACK_STEPS)? {
        match Cause::of_code(code) {
            Some(cause) => causes.push(cause),
            None => return Err(input.malformed("an unknown cause")),
        }
    }
    Ok(UsedStep { step: (step != u32::MAX).then_some(step), causes })
}
