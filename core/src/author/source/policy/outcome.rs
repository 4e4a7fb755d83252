//! `[outcome]`: approve, refer or decline, from conditions, bands or a node; and what rules and sources make of it.

use super::super::builder::{Builder, Kind};
use super::super::code;
use super::super::formulas::{Draft, Text, kind_of};
use super::super::report::Name;
use super::super::table::{Item, Table};
use super::rules::{OUTCOMES, RuleDraft};
use crate::author::formula::Register;
use crate::feature::formula::Function;
use crate::policy::{Outcome, RuleKind};

/// Where the outcome of the models comes from.
pub(super) enum OutcomeDraft {
    /// The first condition that holds, else the last outcome.
    Cases(Vec<(Option<Text>, Outcome)>),
    /// A text that is an outcome's name.
    Node(Text),
}

/// Reads `[outcome]`.
pub(super) fn read(root: &Table<'_>) -> Option<OutcomeDraft> {
    let item = root.get("outcome")?;
    if item.is_list() {
        return cases(&item);
    }
    let table = item.table("[outcome]".to_owned())?;
    let node = table.get("value").map(|item| Text::read(&item));
    let listed = table.get("cases").map(|item| cases(&item));
    let span = table.span().clone();
    let report = table.report();
    table.finish();
    match (node, listed) {
        (Some(text), None) => text.map(OutcomeDraft::Node),
        (None, Some(cases)) => cases,
        _ => {
            let mend = "write `value = \"offer.outcome\"`, or `cases = [{ outcome = \"approve\", when = \"…\" }, …]`";
            report.error(
                code::MISSING_KEY,
                &span,
                "[outcome] has neither `value` nor `cases`, or both",
                mend,
            );
            None
        }
    }
}

fn cases(item: &Item<'_>) -> Option<OutcomeDraft> {
    let items = item.list()?;
    let mut cases = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let table = item.table(item.what().to_owned())?;
        let outcome = table.need("outcome", "\"approve\"").and_then(|item| item.choice(OUTCOMES));
        let when = table.get("when").map_or(Some(None), |item| Text::read(&item).map(Some));
        table.finish();
        let (outcome, when) = (outcome?.value, when?);
        if when.is_none() != (at + 1 == items.len()) {
            let message = "every case but the last has a `when`, and the last has none";
            let mend = "end with `{ outcome = \"refer\" }`, which holds if no other does";
            item.report().error(code::VALUE, &item.span(), message, mend);
            return None;
        }
        cases.push((when, outcome));
    }
    if cases.is_empty() {
        item.report().error(code::VALUE, &item.span(), "there are no cases", "add `{ outcome = \"refer\" }`");
        return None;
    }
    Some(OutcomeDraft::Cases(cases))
}

fn code_of(outcome: Outcome) -> f64 {
    f64::from(outcome as u8)
}

/// What the models say: absent if a value that is needed is.
pub(super) fn of_models(
    outcome: &OutcomeDraft,
    draft: &mut Draft,
    builder: &mut Builder<'_>,
) -> Option<Register> {
    match outcome {
        OutcomeDraft::Cases(cases) => {
            let mut found = draft.missing();
            for (when, outcome) in cases.iter().rev() {
                let code = draft.constant(code_of(*outcome));
                found = match when {
                    None => code,
                    Some(when) => {
                        let holds = draft.condition(when, builder)?;
                        draft.apply(Function::Select, &[holds, code, found])
                    }
                };
            }
            Some(found)
        }
        OutcomeDraft::Node(text) => {
            let typed = draft.compile(text, builder)?;
            let code_at = |word: &String| {
                let known = OUTCOMES.iter().find(|(name, _)| *name == word.as_str());
                known.map(|&(_, outcome)| code_of(outcome))
            };
            let codes = match kind_of(&typed) {
                Kind::Category(values) => values.iter().map(code_at).collect::<Option<Vec<f64>>>(),
                _ => None,
            };
            let Some(codes) = codes else {
                let message =
                    "an outcome is one of the texts `approve`, `refer` and `decline`, and nothing else";
                let mend = "name a table's or tree's column of these texts, or write `cases`";
                builder.report.error(code::INPUT, text.span(), message, mend);
                return None;
            };
            Some(draft.formula.table(Function::Lookup, typed.register, &codes))
        }
    }
}

/// The registers of rules, in the order of the rules.
pub(super) struct Fired<'a> {
    pub(super) rules: &'a [RuleDraft],
    pub(super) registers: Vec<Register>,
}

impl<'a> Fired<'a> {
    /// The rules of a kind with the registers of whether they fired; undecided ones did not.
    pub(super) fn of(&self, kind: RuleKind, draft: &mut Draft) -> Vec<(&'a RuleDraft, Register)> {
        let zero = draft.constant(0.0);
        let own = self.rules.iter().zip(&self.registers).filter(|(rule, _)| rule.kind == kind);
        own.map(|(rule, &fired)| (rule, draft.apply(Function::OrElse, &[fired, zero]))).collect()
    }
}

/// From what the models say to the outcome: what cannot be told refers, then overrides (the first that fired), floors, caps, and
/// hard rules. `refers` are flags that make the outcome no better than refer before overrides.
pub(super) fn decide(
    models: Register,
    fired: &Fired<'_>,
    refers: &[Register],
    draft: &mut Draft,
) -> Register {
    let refer = draft.constant(code_of(Outcome::Refer));
    let at_least = |draft: &mut Draft, outcome: Register, test: Register| {
        let worse = draft.apply(Function::Max, &[outcome, refer]);
        draft.apply(Function::Select, &[test, worse, outcome])
    };
    let mut outcome = draft.apply(Function::OrElse, &[models, refer]);
    for &test in refers {
        outcome = at_least(draft, outcome, test);
    }
    for (rule, test) in fired.of(RuleKind::Override, draft).into_iter().rev() {
        let Some(set) = rule.outcome else { continue };
        let set = draft.constant(code_of(set));
        outcome = draft.apply(Function::Select, &[test, set, outcome]);
    }
    for (kind, function) in [(RuleKind::Floor, Function::Min), (RuleKind::Cap, Function::Max)] {
        for (rule, test) in fired.of(kind, draft) {
            let Some(bound) = rule.outcome else { continue };
            let bound = draft.constant(code_of(bound));
            let bounded = draft.apply(function, &[outcome, bound]);
            outcome = draft.apply(Function::Select, &[test, bounded, outcome]);
        }
    }
    for &register in &fired.registers {
        let undecided = draft.apply(Function::IsAbsent, &[register]);
        outcome = at_least(draft, outcome, undecided);
    }
    for (rule, test) in fired.of(RuleKind::Hard, draft) {
        let bound = draft.constant(rule.outcome.map_or(code_of(Outcome::Decline), code_of));
        let bounded = draft.apply(Function::Max, &[outcome, bound]);
        outcome = draft.apply(Function::Select, &[test, bounded, outcome]);
    }
    outcome
}

/// A term after the rules: overrides (the first that fired), floors, caps. `None` after a mistake was reported.
pub(super) fn bound_term(
    name: &Name,
    value: Register,
    fired: &Fired<'_>,
    draft: &mut Draft,
    builder: &mut Builder<'_>,
) -> Option<Register> {
    let mut term = value;
    let written = |rule: &RuleDraft| rule.terms.iter().find(|(term, _)| term.value == name.value).cloned();
    for (rule, test) in fired.of(RuleKind::Override, draft).into_iter().rev() {
        let Some((_, text)) = written(rule) else { continue };
        let set = draft.number(&text, builder)?.register;
        term = draft.apply(Function::Select, &[test, set, term]);
    }
    for (kind, function) in [(RuleKind::Floor, Function::Max), (RuleKind::Cap, Function::Min)] {
        for (rule, test) in fired.of(kind, draft) {
            let Some((_, text)) = written(rule) else { continue };
            let bound = draft.number(&text, builder)?.register;
            let bounded = draft.apply(function, &[term, bound]);
            term = draft.apply(Function::Select, &[test, bounded, term]);
        }
    }
    Some(term)
}
