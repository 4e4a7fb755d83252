//! From written decisions to nodes.

use core::ops::Range;
use std::rc::Rc;

use super::super::builder::{Builder, Column, Here, Kind, Live, Output, Unanswered, join};
use super::super::code;
use super::super::report::Report;
use super::{DecisionSpec, Logic};
use crate::author::feel::{self, Compiler, Mistake, Scope};
use crate::author::table::{self, Bound, Domain, HitPolicy, OutputType, Source, WrittenTable};
use crate::graph::Op;
use crate::policy::{TraceKind, TraceOutput};
use crate::schema::FieldType;

pub(super) fn decision(spec: &DecisionSpec, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
    let scope = scope(spec, builder);
    match &spec.logic {
        Logic::Table(written) => table(spec, written, &scope, here, builder),
        Logic::Expression(cell, declared) => {
            let at = |mistake: Mistake| tell(spec, builder.report, &cell.span, &mistake);
            let node = feel::expression(&cell.text, &scope.known()).map_err(at).ok()?;
            let mut compiler = Compiler::new(&scope);
            let typed = compiler.compile(&node).map_err(at).ok()?;
            let fits = match declared {
                OutputType::Number => typed.kind == feel::Kind::Number,
                OutputType::Truth => typed.kind == feel::Kind::Truth,
                OutputType::Date => typed.kind == feel::Kind::Date,
                OutputType::Text(_) => matches!(typed.kind, feel::Kind::Text(_)),
                OutputType::Found => true,
            };
            if !fits && typed.kind != feel::Kind::Null {
                let message =
                    format!("the expression is {}, and another type is declared", typed.kind.describe());
                at(Mistake::new(0..0, message, "declare what it is"));
                return None;
            }
            let Compiler { builder: formula, inputs, .. } = compiler;
            let formula = match formula.finish(inputs.len() as u32, &[typed.register]) {
                Ok(formula) => formula,
                Err(what) => {
                    builder.refused(&here.name.span, what, &here.name.value);
                    return None;
                }
            };
            let output = output(String::new(), &typed.kind, String::new());
            note(here, &output, builder);
            builder.read.extend(&inputs);
            let open = builder.live(&inputs);
            builder.push(here, "", inputs, Op::Formula(formula), vec![output], (open, Unanswered::Pass));
            Some(())
        }
    }
}

fn tell(spec: &DecisionSpec, report: &Report<'_>, span: &Range<usize>, mistake: &Mistake) {
    report.error_in(&spec.file, code::DECISION, span, mistake.message.clone(), mistake.mend.clone());
}

/// The names of all columns that expressions can read; those of the file stand for what `names` says.
fn scope(spec: &DecisionSpec, builder: &Builder<'_>) -> Scope {
    let mut scope = Scope { functions: spec.functions.clone(), ..Scope::default() };
    let readable = |name: &str| match builder.names.get(name)?.as_slice() {
        &[id] => Some((id, kind(builder.column(id)?)?)),
        _ => None,
    };
    let every = builder.names.keys().filter_map(|name| Some((name.clone(), readable(name)?)));
    scope.columns.extend(every);
    let given = spec.names.iter().filter_map(|(name, here)| Some((name.clone(), readable(&here.value)?)));
    scope.columns.extend(given);
    scope
}

fn kind(column: &Column) -> Option<feel::Kind> {
    Some(match &column.kind {
        Kind::Number => feel::Kind::Number,
        Kind::Flag => feel::Kind::Truth,
        Kind::Category(values) => feel::Kind::Text(Rc::clone(values)),
        Kind::Date => feel::Kind::Date,
        Kind::Hash | Kind::Events => return None,
    })
}

fn output(name: String, kind: &feel::Kind, unit: String) -> Output {
    let (kind, own) = match kind {
        feel::Kind::Truth => (Kind::Flag, ""),
        feel::Kind::Date => (Kind::Date, ""),
        feel::Kind::Text(list) => (Kind::Category(Rc::clone(list)), ""),
        feel::Kind::Days => (Kind::Number, "days"),
        feel::Kind::Months => (Kind::Number, "months"),
        feel::Kind::Number | feel::Kind::Null => (Kind::Number, ""),
    };
    Output { name, kind, unit: if unit.is_empty() { own.to_owned() } else { unit } }
}

/// Notes the texts that an output can be, for those who read its column.
fn note(here: &Here, output: &Output, builder: &Builder<'_>) {
    if let Kind::Category(list) = &output.kind {
        builder.report.note_texts(join(&here.name.value, &output.name), list);
    }
}

/// What values a column can have.
fn domain(id: u32, builder: &Builder<'_>) -> Domain {
    let Some(column) = builder.column(id) else { return Domain::ANY };
    let absent = !column.live.is_empty();
    let field = builder.fields.get(id as usize);
    match &column.kind {
        Kind::Flag => Domain { absent, ..Domain::indices(2) },
        Kind::Category(values) => Domain { absent, ..Domain::indices(values.len()) },
        kind => {
            let (min, max) = field.map_or((f64::NEG_INFINITY, f64::INFINITY), |field| (field.min, field.max));
            let whole = *kind == Kind::Date || field.is_some_and(|field| field.kind == FieldType::Integer);
            Domain { min, max, whole, absent }
        }
    }
}

fn table(
    spec: &DecisionSpec,
    written: &WrittenTable,
    scope: &Scope,
    here: &Here,
    builder: &mut Builder<'_>,
) -> Option<()> {
    let bound = match table::bind(written, scope, |id| domain(id, builder)) {
        Ok(bound) => bound,
        Err(mistakes) => {
            for (span, mistake) in mistakes {
                tell(spec, builder.report, &span, &mistake);
            }
            return None;
        }
    };
    if written.policy.calculates() && bound.outputs.iter().any(|kind| matches!(kind, feel::Kind::Text(_))) {
        let mistake = Mistake::new(
            0..0,
            "the hit policy calculates, and an output is a text",
            "use another hit policy",
        );
        let span = written.outputs.first().map_or(0..0, |output| output.span.clone());
        tell(spec, builder.report, &span, &mistake);
        return None;
    }
    report(spec, written, &bound, builder.report);
    let op = match table::compile(&bound.table) {
        Ok(op) => op,
        Err(what) => {
            builder.refused(&here.name.span, what, &here.name.value);
            return None;
        }
    };
    let computed = computed(&bound, here, builder);
    let source = |source: &Source| match *source {
        Source::Column(id) => id,
        Source::Computed(at) => computed + at,
    };
    let inputs: Vec<u32> = bound.sources.iter().map(source).collect();
    builder.read.extend(&inputs);
    // What is tested may be absent; what is copied is absent then.
    let open = builder.live(inputs.get(bound.columns.len()..).unwrap_or_default());
    let outputs = outputs(written, &bound);
    for output in &outputs {
        note(here, output, builder);
    }
    let first = builder.push(here, "", inputs, Op::DecisionTable(op), outputs, (open, Unanswered::Pass));
    if !written.policy.lists() && written.policy != HitPolicy::Count && !written.policy.calculates() {
        // What the rules say stands in the table's file: a bundle of 10,000 rules need not carry it.
        let (name, column) = (here.name.value.clone(), first + written.outputs.len() as u32);
        builder.traced.push(TraceOutput { name, kind: TraceKind::Table, column, hits: Vec::new() });
    }
    if !written.policy.lists() && written.policy != HitPolicy::Count {
        // The node's own name stands for what the rules give, without the rule's number.
        let given = (first..).take(written.outputs.len()).collect();
        builder.names.insert(here.name.value.clone(), given);
    }
    Some(())
}

/// The node of what is computed before the table: its first column.
fn computed(bound: &Bound, here: &Here, builder: &mut Builder<'_>) -> u32 {
    let Some((formula, inputs)) = &bound.formula else { return 0 };
    let number = |i: usize| Output { name: i.to_string(), kind: Kind::Number, unit: String::new() };
    let outputs = (0..formula.outputs().len()).map(number).collect();
    builder.read.extend(inputs);
    let open: Live = builder.live(inputs);
    let op = Op::Formula(formula.clone());
    let first = builder.push(here, "computed", inputs.clone(), op, outputs, (open, Unanswered::Pass));
    builder.names.remove(&join(&here.name.value, "computed"));
    first
}

fn outputs(written: &WrittenTable, bound: &Bound) -> Vec<Output> {
    let each = || written.outputs.iter().zip(&bound.outputs);
    let named = |suffix: &str| {
        let own = each().map(|(written, kind)| {
            let name = if written.name.is_empty() { "result" } else { &written.name };
            output(format!("{name}{suffix}"), kind, written.unit.clone())
        });
        own.collect::<Vec<Output>>()
    };
    let number = |name: String| Output { name, kind: Kind::Number, unit: String::new() };
    let count = || number("count".to_owned());
    match written.policy {
        HitPolicy::Count => vec![count()],
        policy if policy.lists() => {
            let hit = |i: u8| {
                let mut all = named(&format!("_{i}"));
                all.push(number(format!("rule_{i}")));
                all
            };
            (1..=written.hits).flat_map(hit).chain([count()]).collect()
        }
        policy => {
            let last = if policy.calculates() { count() } else { number("rule".to_owned()) };
            named("").into_iter().chain([last]).collect()
        }
    }
}

/// Tells gaps, overlaps and rules that never count.
fn report(spec: &DecisionSpec, written: &WrittenTable, bound: &Bound, report: &Report<'_>) {
    let analysis = table::analyse(&bound.table);
    for found in table::findings(bound, &analysis, spec.complete) {
        let rule = found.rule.and_then(|rule| written.rules.get(rule)).map(|rule| rule.span.clone());
        let whole = || written.inputs.first().map(|input| input.span.clone());
        let span = rule.or_else(whole).unwrap_or(0..0);
        if found.error {
            report.error_in(&spec.file, code::DECISION, &span, found.message, found.mend);
        } else {
            report.warn_in(&spec.file, code::DECISION, &span, found.message, found.mend);
        }
    }
}
