//! Reasons by coalitions: their reference rows, and how many of them.

use super::super::builder::Builder;
use super::super::check_cells;
use super::super::code;
use super::super::report::{Name, line_span};
use super::super::scores::ScoreDraft;
use super::super::suggest;
use crate::author::csv;
use crate::bundle::{Bundle, Digest, Meta, SelfCheck};
use crate::column::State;
use crate::graph::Graph;
use crate::limits;
use crate::reason::{Game, ReasonMethod, ReasonSpec};
use crate::schema::Field;
use crate::scorer::{Scorer, Table};
use crate::split::Trusted;

/// What to write where a model has no other way to be explained.
pub(super) const MEND: &str = "any model takes `shapley` or `permutation`; `reasons = false` gives none";
/// Reference rows that are taken of the self-checks at most.
const FROM_CHECKS: usize = 16;
/// What reasons may cost one row that the source does not ask for: some ten milliseconds.
const UNASKED: u64 = 1 << 28;
/// Orders that an estimate looks at, unless the source says otherwise.
const PERMUTATIONS: u32 = 64;

/// A value of each player, with its state.
pub(super) type Row = Vec<(f64, State)>;

/// What reference rows can be computed of.
pub(in super::super) struct Sample<'a> {
    pub(in super::super) fields: &'a [Field],
    pub(in super::super) graph: &'a Graph,
    pub(in super::super) checks: &'a [SelfCheck],
}

/// The reference rows of a score whose explained output is the column `output`; `None` if there are none, which is
/// reported unless the reasons are derived.
pub(super) fn references(
    players: &[u32],
    output: u32,
    score: &ScoreDraft,
    builder: &Builder<'_>,
    sample: &Sample<'_>,
) -> Option<Vec<Row>> {
    if let Some(file) = &score.reasons.reference {
        return from_table(file, players, builder, sample);
    }
    let rows = of_checks(players, output, sample);
    if rows.is_empty() && score.reasons.span.is_some() {
        let what = "there is no self-check to take reference rows from";
        refused(what, score, builder);
    }
    (!rows.is_empty()).then_some(rows)
}

/// The players' values in the self-checks' rows; of rows that the bundle refuses, or that have no output, there are none.
fn of_checks(players: &[u32], output: u32, sample: &Sample<'_>) -> Vec<Row> {
    let mut scorer = Scorer::new(Bundle {
        digest: Digest::default(),
        signer: None,
        meta: Meta::default(),
        fields: sample.fields.to_vec(),
        graph: sample.graph.clone(),
        scores: Vec::new(),
        groups: Vec::new(),
        checks: Vec::new(),
        form: Vec::new(),
        cut: None,
        trusted: Trusted::default(),
        forecasts: Vec::new(),
        policy: None,
        notice: Vec::new(),
        outputs: Vec::new(),
    });
    let columns: Vec<u32> = players.iter().copied().chain([output]).collect();
    let bits = |check: &SelfCheck| check.row.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let mut rows = Vec::new();
    let mut last = None;
    for check in sample.checks {
        // A row with two tolerances is two checks.
        let record = Some((bits(check), check.events.clone()));
        if core::mem::replace(&mut last, record.clone()) == record {
            continue;
        }
        let events = check.events_json(sample.fields);
        let Ok(mut cells) = scorer.cells(&Table { rows: 1, values: &check.row, events: &events }, &columns)
        else {
            continue;
        };
        if cells.pop().is_some_and(|(_, state)| state.is_present()) {
            rows.push(cells.into_iter().map(cell).collect());
        }
    }
    rows
}

/// As a bundle has it: zero where absent.
fn cell((value, state): (f64, State)) -> (f64, State) {
    (if state.is_present() { value } else { 0.0 }, state)
}

/// Rows of a table whose columns are called as the players are.
fn from_table(name: &Name, players: &[u32], builder: &Builder<'_>, sample: &Sample<'_>) -> Option<Vec<Row>> {
    let report = builder.report;
    let bytes = report.files().get(&name.value)?;
    let wrong = |line: usize, message: String, mend: &str| {
        report.error_in(&name.value, code::VALUE, &line_span(bytes, line), message, mend);
    };
    let rows = match csv::parse(bytes) {
        Ok(rows) => rows,
        Err(e) => {
            let message = format!("not a CSV table: {}", e.what);
            wrong(e.line, message, "write comma-separated values in UTF-8");
            return None;
        }
    };
    let mut rows = rows.iter();
    let header = rows.next().map(|row| row.cells.as_slice()).unwrap_or_default();
    let names: Vec<&str> =
        players.iter().filter_map(|&id| builder.column(id)).map(|c| c.name.as_str()).collect();
    let place = |name: &&str| header.iter().position(|cell| cell == name);
    if let Some(lacking) = names.iter().find(|name| place(name).is_none()) {
        let mend = format!("name its columns {}", suggest::quoted(&names));
        wrong(1, format!("the table has no column `{lacking}`"), &mend);
        return None;
    }
    let mut all = Vec::new();
    for row in rows {
        let read = |(name, &id): (&&str, &u32)| {
            let text = row.cells.get(place(name)?).map(String::as_str).unwrap_or_default();
            match read_cell(text, id, builder, sample) {
                Some(cell) => Some(cell),
                None => {
                    wrong(
                        row.line,
                        format!("`{text}` is no value of `{name}`"),
                        "mend the cell, or leave it empty",
                    );
                    None
                }
            }
        };
        all.push(names.iter().zip(players).map(read).collect::<Option<Row>>()?);
    }
    if all.is_empty() || all.len() > limits::REFERENCE_ROWS {
        let message = format!("the table has {} reference rows", all.len());
        wrong(1, message, "give it from 1 to 64");
        return None;
    }
    Some(all)
}

fn read_cell(text: &str, id: u32, builder: &Builder<'_>, sample: &Sample<'_>) -> Option<(f64, State)> {
    if text.is_empty() {
        return Some((0.0, State::MISSING));
    }
    match (builder.fields.get(id as usize), sample.fields.get(id as usize)) {
        (Some(draft), Some(field)) => {
            let mut record = check_cells::Record::new(1);
            record.set(0, check_cells::of_text(draft, text).ok()?);
            let value = record.values.first().copied()?;
            Some(cell((value, field.state_of(value))))
        }
        _ => text.trim().parse().ok().filter(|x: &f64| x.is_finite()).map(|x| (x, State::PRESENT)),
    }
}

/// Gives a spec its game. Rows of self-checks are as many as the limit allows, evenly taken; those of a table are all
/// taken. Returns what it costs.
pub(super) fn fit(
    spec: &mut ReasonSpec,
    players: &[u32],
    rows: &[Row],
    groups: usize,
    (score, graph): (&ScoreDraft, &Graph),
    budget: u64,
) -> Result<u64, &'static str> {
    let draft = &score.reasons;
    if draft.method.is_none() {
        let mut own = spec.groups.clone();
        own.sort_unstable();
        own.dedup();
        let exact = own.len() <= limits::EXACT_GROUPS && draft.permutations.is_none();
        spec.method = if exact { ReasonMethod::Shapley } else { ReasonMethod::Permutation };
    }
    let permutations = match spec.method {
        ReasonMethod::Permutation => draft.permutations.unwrap_or(PERMUTATIONS),
        _ => draft.permutations.unwrap_or(0),
    };
    let budget = if draft.span.is_some() { budget } else { budget.min(UNASKED) };
    let mut count = if draft.reference.is_some() { rows.len() } else { rows.len().min(FROM_CHECKS) };
    loop {
        let some = (0..count).filter_map(|i| rows.get(i * rows.len() / count));
        let references = some.flatten().copied().collect();
        spec.game = Some(Game { players: players.to_vec(), permutations, references });
        let what = match spec.check(graph, groups) {
            Ok(work) if work <= budget => return Ok(work),
            Ok(_) => "its reasons, or those of all scores together, would cost more than the limit",
            Err(what) => what,
        };
        count /= 2;
        if count == 0 || draft.reference.is_some() {
            return Err(what);
        }
    }
}

/// Reports that a score cannot give reasons: a mistake if it was asked to.
pub(super) fn refused(what: &str, score: &ScoreDraft, builder: &Builder<'_>) {
    let message = format!("score `{}` cannot give reasons: {what}", score.name.value);
    match score.reasons.method.as_ref().map(|m| m.span.clone()).or(score.reasons.span.clone()) {
        Some(span) => builder.report.error(
            code::VALUE,
            &span,
            message,
            "change `method`, `players`, `permutations` or `reference` of it accordingly; `reasons = false` gives none",
        ),
        None => {
            builder.report.warn(code::NOTE, &score.name.span, message, "write `reasons = false` to say so");
        }
    }
}
