//! From what is written to the section of the bundle.

use super::super::builder::{Builder, Here, Kind, Live, Output};
use super::super::code;
use super::super::date;
use super::super::fields::FieldDraft;
use super::super::formulas::Draft;
use super::super::meta::MetaDraft;
use super::super::node::NodeDraft;
use super::super::report::{Name, Spanned};
use super::super::scores::{Chain, ChainLink, ScoreDraft};
use super::super::suggest;
use super::super::table::Table;
use super::outcome::{self, Fired, OutcomeDraft};
use super::rules::{self, RuleDraft, rule_name};
use super::sources::{self, SourceDraft, source_name};
use super::terms::{self, TermDraft};
use crate::author::formula::Register;
use crate::feature::formula::Function;
use crate::policy::{
    DecisionPolicy, FallbackOutput, FallbackStep, Need, Outcome, RuleOutput, SourceOutput, TermOutput,
};
use crate::reason::ReasonGroup;

/// The node of outcome and terms.
const NODE: &str = "policy";

/// `[policy]`.
#[derive(Default)]
pub(super) struct Frame {
    /// The date field that expiry dates are compared with.
    pub(super) as_of: Option<Name>,
    /// The day for which the build warns of rules that have expired.
    pub(super) checked_on: Option<f64>,
}

/// The policy as written.
pub(in super::super) struct Written {
    frame: Frame,
    rules: Vec<RuleDraft>,
    outcome: Option<OutcomeDraft>,
    terms: Vec<TermDraft>,
}

/// Reads it; with it, the sources, and the nodes that sources and rules are.
pub(in super::super) fn read(
    root: &Table<'_>,
    meta: &MetaDraft,
    fields: &[FieldDraft],
) -> (Written, Vec<SourceDraft>, Vec<NodeDraft>, Vec<NodeDraft>) {
    let frame = frame(root);
    let (sources, source_nodes) = sources::read(root, meta, fields);
    let (rules, rule_nodes) = rules::read(root, meta, &frame);
    let outcome = outcome::read(root);
    let terms = terms::read(root, meta);
    (Written { frame, rules, outcome, terms }, sources, source_nodes, rule_nodes)
}

fn frame(root: &Table<'_>) -> Frame {
    let Some(table) = root.get("policy").and_then(|item| item.table("[policy]".to_owned())) else {
        return Frame::default();
    };
    let as_of = table.get("as_of").and_then(|item| item.text());
    let checked_on = table.get("checked_on").and_then(|item| date::read(&item)).map(|day| day.value);
    table.finish();
    Frame { as_of, checked_on }
}

/// Adds the nodes of outcome and terms; gives the policy, whose reason codes and reasons of fallbacks are not known yet.
pub(in super::super) fn finish(
    written: &Written,
    scores: &[ScoreDraft],
    meta: &MetaDraft,
    builder: &mut Builder<'_>,
) -> Option<DecisionPolicy> {
    let Written { frame, rules, outcome, terms } = written;
    let as_of = match &frame.as_of {
        Some(name) => Some(date_field(name, builder)?),
        None => None,
    };
    known_terms(rules, terms, builder)?;
    let mut policy = DecisionPolicy { as_of, ..DecisionPolicy::default() };
    policy.fallbacks = fallbacks(scores);
    for source in &builder.sources {
        let column = builder.names.get(&source_name(&source.name))?.first().copied()?;
        policy.sources.push(SourceOutput {
            name: source.name.clone(),
            need: source.need,
            column,
            fields: source.fields.iter().filter_map(|&field| u32::try_from(field).ok()).collect(),
            labels: source.labels.clone(),
            effects: source.effects.clone(),
        });
    }
    for rule in rules {
        let column = builder.names.get(&rule_name(&rule.id.value))?.first().copied()?;
        policy.rules.push(RuleOutput {
            id: rule.id.value.clone(),
            kind: rule.kind,
            outcome: rule.outcome,
            column,
            texts: rule.texts.clone(),
            author: rule.author.clone(),
            expires: rule.expires,
            groups: Vec::new(),
        });
    }
    nodes(&mut policy, (rules, outcome.as_ref(), terms), scores, meta, builder)?;
    policy.traces = builder.traced.clone();
    builder.read.extend(policy.columns());
    (!policy.is_empty()).then_some(policy)
}

fn date_field(name: &Name, builder: &mut Builder<'_>) -> Option<u32> {
    let column = builder.one(name)?;
    let date = builder.column(column).is_some_and(|column| column.kind == Kind::Date);
    if date && (column as usize) < builder.fields.len() {
        return Some(column);
    }
    let message = format!("`{}` is no date field", name.value);
    builder.report.error(code::INPUT, &name.span, message, "name a field of `type = \"date\"`");
    None
}

/// Terms that rules set must be there.
fn known_terms(rules: &[RuleDraft], terms: &[TermDraft], builder: &Builder<'_>) -> Option<()> {
    let mut sound = Some(());
    for (name, _) in rules.iter().flat_map(|rule| &rule.terms) {
        if !terms.iter().any(|term| term.name.value == name.value) {
            let message = format!("there is no term `{}`", name.value);
            let mend = suggest::mend(&name.value, terms.iter().map(|term| term.name.value.as_str()));
            builder.report.error(code::UNKNOWN_NAME, &name.span, message, mend);
            sound = None;
        }
    }
    sound
}

/// The node of the outcome and of the terms, which are absent where it declines.
fn nodes(
    policy: &mut DecisionPolicy,
    (rules, outcome, terms): (&[RuleDraft], Option<&OutcomeDraft>, &[TermDraft]),
    scores: &[ScoreDraft],
    meta: &MetaDraft,
    builder: &mut Builder<'_>,
) -> Option<()> {
    if outcome.is_none() && terms.is_empty() {
        return Some(());
    }
    if builder.names.contains_key(NODE) {
        let message = format!("a field or node is called `{NODE}`, as the node of outcome and terms is");
        builder.report.error(code::NAME, &(0..0), message, "give it another name");
        return None;
    }
    let mut draft = Draft::default();
    let registers = policy.rules.iter().map(|rule| draft.input(rule.column)).collect();
    let fired = Fired { rules, registers };
    let mut outputs = Vec::new();
    let mut declined = None;
    if let Some(outcome) = outcome {
        let models = outcome::of_models(outcome, &mut draft, builder)?;
        let refers = refers(policy, scores, &mut draft);
        let found = outcome::decide(models, &fired, &refers, &mut draft);
        let decline = draft.constant(f64::from(Outcome::Decline as u8));
        declined = Some(draft.apply(Function::Equal, &[found, decline]));
        let values = Outcome::ALL.iter().map(|outcome| outcome.name().to_owned()).collect();
        let kind = Kind::Category(std::rc::Rc::new(values));
        outputs.push((Output { name: "outcome".to_owned(), kind, unit: String::new() }, found));
    }
    for term in terms {
        let typed = draft.number(&term.value, builder)?;
        let mut value = outcome::bound_term(&term.name, typed.register, &fired, &mut draft, builder)?;
        if let Some(declined) = declined {
            let none = draft.missing();
            value = draft.apply(Function::Select, &[declined, none, value]);
        }
        let unit = term.unit.clone().unwrap_or(typed.unit);
        outputs
            .push((Output { name: term.name.value.clone(), kind: Kind::Number, unit: unit.clone() }, value));
        policy.terms.push(TermOutput {
            name: term.name.value.clone(),
            unit,
            column: 0,
            labels: term.labels.clone(),
        });
    }
    let here =
        Here { name: Spanned::new(NODE.to_owned(), 0..0), stage: meta.stage, written: false, feature: true };
    let first = draft.push(&here, "", outputs, Live::new(), builder)?;
    policy.outcome = outcome.map(|_| first);
    for (term, column) in policy.terms.iter_mut().zip(first + u32::from(outcome.is_some())..) {
        term.column = column;
    }
    Some(())
}

/// What makes the outcome no better than refer: a source that asks for it is missing, no model of a fallback gave its score.
fn refers(policy: &DecisionPolicy, scores: &[ScoreDraft], draft: &mut Draft) -> Vec<Register> {
    let mut all = Vec::new();
    for source in policy.sources.iter().filter(|source| source.need == Need::Refer) {
        let there = draft.input(source.column);
        all.push(draft.apply(Function::Not, &[there]));
    }
    for chain in scores.iter().filter_map(|score| score.fallback.as_ref()).filter(|chain| chain.refers) {
        let used = draft.input(chain.used);
        all.push(draft.apply(Function::IsAbsent, &[used]));
    }
    all
}

fn fallbacks(scores: &[ScoreDraft]) -> Vec<FallbackOutput> {
    let step = |chain: &Chain| {
        let step = |link: &ChainLink| FallbackStep {
            model: link.model.clone(),
            column: link.column,
            cause: link.cause,
            reasons: None,
        };
        chain.links.iter().map(step).collect()
    };
    let output = |(score, draft): (u32, &ScoreDraft)| {
        let chain = draft.fallback.as_ref()?;
        Some(FallbackOutput { score, used: chain.used, steps: step(chain) })
    };
    (0..).zip(scores).filter_map(output).collect()
}

/// Gives the rules their reason codes, and the further models of fallbacks their reasons.
pub(in super::super) fn assign(
    policy: &mut DecisionPolicy,
    written: &Written,
    scores: &[ScoreDraft],
    (groups, derived): (&mut Vec<ReasonGroup>, bool),
    builder: &Builder<'_>,
) {
    for (output, rule) in policy.rules.iter_mut().zip(&written.rules) {
        for code in &rule.reasons {
            match groups.iter().position(|group| group.code == code.value) {
                Some(at) => output.groups.extend(u32::try_from(at)),
                // Without [reasons], a code that no feature gives says what its rule says.
                None if derived => {
                    output.groups.extend(u32::try_from(groups.len()));
                    groups.push(ReasonGroup { code: code.value.clone(), texts: rule.texts.clone() });
                }
                None => {
                    let message = format!("there is no reason `{}`", code.value);
                    let mend = suggest::mend(&code.value, groups.iter().map(|group| group.code.as_str()));
                    builder.report.error(code::UNKNOWN_NAME, &code.span, message, mend);
                }
            }
        }
    }
    let chains = scores.iter().filter_map(|score| score.fallback.as_ref());
    for (output, chain) in policy.fallbacks.iter_mut().zip(chains) {
        for (step, link) in output.steps.iter_mut().zip(&chain.links).skip(1) {
            step.reasons.clone_from(&link.alone.output.reasons);
        }
    }
}
