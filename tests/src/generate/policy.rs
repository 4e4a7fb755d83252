//! Random policies over the outputs of nodes: whatever they hold, a decision tells it the same everywhere.

use scorelet_core::policy::{
    DecisionPolicy, FallbackOutput, FallbackStep, Need, Outcome, RuleKind, RuleOutput, SourceOutput,
    TermOutput, TraceHit, TraceKind, TraceOutput,
};
use scorelet_core::schema::{Field, FieldType, Localized};

use crate::random::Random;

fn texts(random: &mut Random, of: &str) -> Vec<Localized> {
    let languages = ["en", "zh"].into_iter().take(random.below(3));
    languages.map(|lang| Localized { lang: lang.into(), text: format!("{of} in {lang}") }).collect()
}

/// A policy for so many columns, scores and reason groups; none if it would say nothing.
pub(super) fn policy(
    random: &mut Random,
    fields: &[Field],
    columns: u32,
    scores: usize,
    groups: usize,
) -> Option<DecisionPolicy> {
    let first = fields.len() as u32;
    if columns == first || random.one_in(4) {
        return None;
    }
    let column = |random: &mut Random| first + random.below((columns - first) as usize) as u32;
    let dates = (0..).zip(fields).filter(|(_, field)| field.kind == FieldType::Date);
    let as_of = dates.map(|(at, _)| at).next().filter(|_| random.one_in(2));
    let term = |random: &mut Random, at: usize| TermOutput {
        name: format!("term {at}"),
        unit: "EUR".into(),
        column: column(random),
        labels: texts(random, "Term"),
    };
    let rule = |random: &mut Random, at: usize| RuleOutput {
        id: format!("rule {at}"),
        kind: *random.pick(RuleKind::ALL),
        outcome: if random.one_in(3) { None } else { Some(*random.pick(&Outcome::ALL)) },
        column: column(random),
        texts: texts(random, "Rule"),
        author: if random.one_in(2) { "Risk".into() } else { String::new() },
        expires: as_of.filter(|_| random.one_in(2)).map(|_| random.below(40_000) as i32 - 10_000),
        groups: (0..random.below(3)).map(|_| random.below(groups) as u32).collect(),
    };
    let source = |random: &mut Random, at: usize| SourceOutput {
        name: format!("source {at}"),
        need: *random.pick(Need::ALL),
        column: column(random),
        fields: (0..random.below(4)).map(|_| random.below(fields.len()) as u32).collect(),
        labels: texts(random, "Source"),
        effects: texts(random, "Effect"),
    };
    let step = |random: &mut Random, at: usize| FallbackStep {
        model: format!("model {at}"),
        column: column(random),
        cause: column(random),
        reasons: None,
    };
    let trace = |random: &mut Random, at: usize| TraceOutput {
        name: format!("node {at}"),
        kind: *random.pick(TraceKind::ALL),
        column: column(random),
        hits: (0..random.below(5))
            .map(|hit| TraceHit { id: hit.to_string(), texts: texts(random, "Hit") })
            .collect(),
    };
    let policy = DecisionPolicy {
        outcome: random.one_in(2).then(|| column(random)),
        as_of,
        terms: (0..random.below(4)).map(|at| term(random, at)).collect(),
        rules: (0..random.below(6)).map(|at| rule(random, at)).collect(),
        sources: (0..random.below(4)).map(|at| source(random, at)).collect(),
        fallbacks: (0..scores as u32)
            .filter(|_| random.one_in(2))
            .collect::<Vec<u32>>()
            .into_iter()
            .map(|score| FallbackOutput {
                score,
                used: column(random),
                steps: (0..random.between(1, 4)).map(|at| step(random, at)).collect(),
            })
            .collect(),
        traces: (0..random.below(4)).map(|at| trace(random, at)).collect(),
    };
    (!policy.is_empty()).then_some(policy)
}

/// Gives every column of a policy its new number.
pub(super) fn renumber(policy: &mut DecisionPolicy, column: &dyn Fn(u32) -> u32) {
    let new = |at: &mut u32| *at = column(*at);
    policy.outcome.iter_mut().chain(&mut policy.as_of).for_each(new);
    policy.terms.iter_mut().for_each(|term| new(&mut term.column));
    policy.rules.iter_mut().for_each(|rule| new(&mut rule.column));
    for source in &mut policy.sources {
        new(&mut source.column);
        source.fields.iter_mut().for_each(new);
    }
    for fallback in &mut policy.fallbacks {
        new(&mut fallback.used);
        fallback.steps.iter_mut().for_each(|step| {
            new(&mut step.column);
            new(&mut step.cause);
        });
    }
    policy.traces.iter_mut().for_each(|trace| new(&mut trace.column));
}
