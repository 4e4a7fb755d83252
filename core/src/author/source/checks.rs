//! Self-checks: rows with the trainer's own outputs, inline or from a table.

use std::collections::BTreeMap;

use super::builder::Builder;
use super::check_cells::{self as cells, Record};
use super::code;
use super::imported_card::file;
use super::report::{Name, Report, line_span};
use super::suggest;
use super::table::{Item, Table};
use crate::author::csv;
use crate::bundle::{Band, Bundle, ScoreOutput, SelfCheck};
use crate::column::State;
use crate::schema::Policy;
use crate::scorer::{Scorer, Table as Rows};

/// An output that a check can expect.
#[derive(Clone)]
struct Target {
    column: u32,
    /// Of a band: the names, by index.
    bands: Vec<Band>,
}

/// Reads `[[check]]` and `[checks]`.
pub(super) fn read(root: &Table<'_>, scores: &[ScoreOutput], builder: &Builder<'_>) -> Vec<SelfCheck> {
    let targets = targets(scores, builder);
    let mut checks = Vec::new();
    if let Some(items) = root.get("check").and_then(|i| i.list()) {
        for item in items {
            if let Some(table) = item.table("a check".to_owned()) {
                checks.extend(inline(&table, &targets, builder).unwrap_or_default());
                table.finish();
            }
        }
    }
    if let Some(item) = root.get("checks") {
        let short = item.as_text().is_some();
        if short {
            checks.extend(
                from_file(&item, BTreeMap::new(), &[], &Tolerance::default(), &targets, builder)
                    .unwrap_or_default(),
            );
        } else if let Some(table) = item.table("[checks]".to_owned()) {
            let found = read_table(&table, &targets, builder);
            table.finish();
            checks.extend(found.unwrap_or_default());
        }
    }
    checks
}

fn targets(scores: &[ScoreOutput], builder: &Builder<'_>) -> BTreeMap<String, Target> {
    let mut targets = BTreeMap::new();
    for (name, columns) in &builder.names {
        if let [column] = columns.as_slice() {
            targets.insert(name.clone(), Target { column: *column, bands: Vec::new() });
        }
    }
    for score in scores {
        let parts =
            [("margin", score.margin), ("pd", score.pd), ("score", score.score), ("band", score.band)];
        for (part, column) in parts {
            let bands = if part == "band" { score.bands.clone() } else { Vec::new() };
            if let Some(column) = column {
                targets.insert(format!("{}.{part}", score.name), Target { column, bands });
            }
        }
    }
    targets
}

/// Largest allowed differences: one for all outputs, or by output.
#[derive(Default)]
struct Tolerance {
    all: f64,
    each: BTreeMap<u32, f64>,
}

fn tolerance(table: &Table<'_>, targets: &BTreeMap<String, Target>) -> Option<Tolerance> {
    let Some(item) = table.get("tolerance") else { return Some(Tolerance::default()) };
    let figure = |item: &Item<'_>| {
        let x = item.number()?;
        if x.value >= 0.0 {
            return Some(x.value);
        }
        let mend = "write 0 for equal, or a small number";
        item.report().error(code::VALUE, &x.span, "a tolerance cannot be negative", mend);
        None
    };
    if !item.is_table() {
        return Some(Tolerance { all: figure(&item)?, each: BTreeMap::new() });
    }
    let mut tolerance = Tolerance::default();
    for (name, item) in item.table(item.what().to_owned())?.named() {
        tolerance.each.insert(target(&name, targets, table.report())?.column, figure(&item)?);
    }
    Some(tolerance)
}

impl Tolerance {
    /// A check for each tolerance: a check of the bundle has one.
    fn split(&self, row: &Record, expected: &[(u32, f64)], checks: &mut Vec<SelfCheck>) {
        let of = |column: u32| self.each.get(&column).copied().unwrap_or(self.all);
        let mut tolerances: Vec<f64> = expected.iter().map(|&(c, _)| of(c)).collect();
        tolerances.sort_by(f64::total_cmp);
        tolerances.dedup();
        for tolerance in tolerances {
            let own = expected.iter().copied().filter(|&(c, _)| of(c) == tolerance).collect();
            let (row, events) = (row.values.clone(), row.events.clone());
            checks.push(SelfCheck { row, events, expected: own, tolerance });
        }
    }
}

fn inline(
    table: &Table<'_>,
    targets: &BTreeMap<String, Target>,
    builder: &Builder<'_>,
) -> Option<Vec<SelfCheck>> {
    let record = table.need("record", "{ age = 40 }").and_then(|i| i.table("`record` of a check".to_owned()));
    let expect = table
        .need("expect", "{ \"credit.score\" = 600 }")
        .and_then(|i| i.table("`expect` of a check".to_owned()));
    let tolerance = tolerance(table, targets);
    let (record, expect) = (record?, expect?);
    let mut row = Record::new(builder.fields.len());
    let mut sound = true;
    for (name, item) in record.named() {
        let found = builder.fields.iter().position(|f| f.name.value == name.value);
        let value = match found.and_then(|i| builder.fields.get(i)) {
            Some(field) => cells::of_item(field, &item),
            None => {
                let mend = suggest::mend(&name.value, builder.fields.iter().map(|f| f.name.value.as_str()));
                table.report().error(
                    code::CHECK,
                    &name.span,
                    format!("there is no field `{}`", name.value),
                    mend,
                );
                None
            }
        };
        match (value, found) {
            (Some(value), Some(field)) => row.set(field, value),
            _ => sound = false,
        }
    }
    let mut expected = Vec::new();
    for (name, item) in expect.named() {
        match target(&name, targets, table.report()).and_then(|t| expected_value(t, &item)) {
            Some(pair) => expected.push(pair),
            None => sound = false,
        }
    }
    let tolerance = tolerance?;
    let mut checks = Vec::new();
    tolerance.split(&row, &expected, &mut checks);
    sound.then_some(checks)
}

fn target<'t>(name: &Name, targets: &'t BTreeMap<String, Target>, report: &Report<'_>) -> Option<&'t Target> {
    let found = targets.get(&name.value);
    if found.is_none() {
        let mend = suggest::mend(&name.value, targets.keys().map(String::as_str));
        report.error(code::CHECK, &name.span, format!("there is no output `{}`", name.value), mend);
    }
    found
}

fn expected_value(target: &Target, item: &Item<'_>) -> Option<(u32, f64)> {
    let value = match item.as_text() {
        Some(text) if !target.bands.is_empty() => {
            let found = target.bands.iter().position(|b| b.name == text.value);
            if found.is_none() {
                let mend = suggest::mend(&text.value, target.bands.iter().map(|b| b.name.as_str()));
                item.report().error(
                    code::CHECK,
                    &text.span,
                    format!("there is no band `{}`", text.value),
                    mend,
                );
            }
            found? as f64
        }
        _ => item.number()?.value,
    };
    Some((target.column, value))
}

fn read_table(
    table: &Table<'_>,
    targets: &BTreeMap<String, Target>,
    builder: &Builder<'_>,
) -> Option<Vec<SelfCheck>> {
    let file = table.need("file", "\"expected.csv\"");
    let tolerance = tolerance(table, targets);
    let ignore = table.get("ignore").map_or(Some(Vec::new()), |i| i.texts());
    let expect = match table.get("expect") {
        None => Some(BTreeMap::new()),
        Some(item) => item.table("`expect` of [checks]".to_owned()).map(|t| {
            t.named().into_iter().filter_map(|(column, item)| Some((column.value, item.text()?))).collect()
        }),
    };
    from_file(&file?, expect?, &ignore?, &tolerance?, targets, builder)
}

/// What a column of the table is.
enum Cell<'t> {
    Field(usize),
    Output(&'t Target),
    Ignored,
}

fn from_file(
    item: &Item<'_>,
    expect: BTreeMap<String, Name>,
    ignore: &[Name],
    tolerance: &Tolerance,
    targets: &BTreeMap<String, Target>,
    builder: &Builder<'_>,
) -> Option<Vec<SelfCheck>> {
    let (name, bytes) = file(item)?;
    let report = item.report();
    let wrong = |line: usize, message: String, mend: String| {
        report.error_in(&name.value, code::CHECK, &line_span(bytes, line), message, mend);
    };
    let rows = match csv::parse(bytes) {
        Ok(rows) => rows,
        Err(e) => {
            wrong(
                e.line,
                format!("not a CSV table: {}", e.what),
                "write comma-separated values in UTF-8".to_owned(),
            );
            return None;
        }
    };
    let mut rows = rows.into_iter();
    let Some(header) = rows.next() else {
        wrong(1, "the table is empty".to_owned(), "the first row names the columns".to_owned());
        return None;
    };
    let mut cells = Vec::new();
    for column in &header.cells {
        let field = builder.fields.iter().position(|f| f.name.value == *column);
        let output = expect.get(column).map(|name| target(name, targets, report));
        cells.push(match (output, field, targets.get(column)) {
            (Some(found), ..) => Cell::Output(found?),
            (None, Some(field), _) => Cell::Field(field),
            (None, None, Some(target)) => Cell::Output(target),
            _ if ignore.iter().any(|i| i.value == *column) => Cell::Ignored,
            _ => {
                let names = builder
                    .fields
                    .iter()
                    .map(|f| f.name.value.as_str())
                    .chain(targets.keys().map(String::as_str));
                let mend =
                    format!("map it in `expect`, list it in `ignore`, or {}", suggest::mend(column, names));
                wrong(header.line, format!("the column `{column}` is neither a field nor an output"), mend);
                Cell::Ignored
            }
        });
    }
    for (column, output) in &expect {
        if !header.cells.contains(column) {
            let mend = suggest::mend(column, header.cells.iter().map(String::as_str));
            report.error(
                code::CHECK,
                &output.span,
                format!("`{}` has no column `{column}`", name.value),
                mend,
            );
        }
    }
    let mut checks = Vec::new();
    for row in rows {
        if row.cells.len() != cells.len() {
            let message = format!("this row has {} cells, the first has {}", row.cells.len(), cells.len());
            wrong(row.line, message, "give every row as many".to_owned());
            continue;
        }
        let mut values = Record::new(builder.fields.len());
        let mut expected = Vec::new();
        for (cell, text) in cells.iter().zip(&row.cells) {
            let read = match cell {
                Cell::Ignored => Ok(()),
                Cell::Output(_) if text.is_empty() => Ok(()),
                Cell::Output(target) => output_cell(target, text).map(|x| expected.push((target.column, x))),
                Cell::Field(i) => builder.fields.get(*i).map_or(Ok(()), |field| {
                    values.set(*i, cells::of_text(field, text)?);
                    Ok(())
                }),
            };
            if let Err((message, mend)) = read {
                wrong(row.line, message, mend);
            }
        }
        tolerance.split(&values, &expected, &mut checks);
    }
    Some(checks)
}

fn output_cell(target: &Target, text: &str) -> Result<f64, (String, String)> {
    if let Some(i) = target.bands.iter().position(|b| b.name == text) {
        return Ok(i as f64);
    }
    match text.trim().parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        _ => Err((
            format!("`{text}` is not an expected value"),
            "write a finite number, or leave the cell empty".to_owned(),
        )),
    }
}

/// Checks whose row the bundle would refuse: their outputs can never be compared.
pub(super) fn refused(
    checks: &[SelfCheck],
    fields: &[crate::schema::Field],
    report: &Report<'_>,
    root: &Table<'_>,
) {
    let span = root.key_span("check").or_else(|| root.key_span("checks")).unwrap_or(0..0);
    for (number, check) in checks.iter().enumerate() {
        for (field, &value) in fields.iter().zip(&check.row) {
            let state: State = field.state_of(value);
            if !state.is_present() && field.policies.of(state) == Policy::Refuse {
                let state = crate::record::state_name(state);
                let message = format!(
                    "check {}: `{}` is {state}, and the field's policy is to refuse that",
                    number + 1,
                    field.name
                );
                report.error(code::CHECK, &span, message, "mend the row, or the field's policy");
            }
        }
    }
}

/// Checks whose events the bundle would refuse.
pub(super) fn refused_events(bundle: Bundle, report: &Report<'_>, root: &Table<'_>) {
    let span = root.key_span("check").or_else(|| root.key_span("checks")).unwrap_or(0..0);
    let checks = bundle.checks.clone();
    let mut scorer = Scorer::new(bundle);
    for (number, check) in checks.iter().enumerate().filter(|(_, check)| !check.events.is_empty()) {
        let events = check.events_json(&scorer.bundle().fields);
        if let Err(e) =
            scorer.score_table(&Rows { rows: 1, values: &check.row, events: &events }, &[], &mut [])
        {
            report.error(code::CHECK, &span, format!("check {}: {e}", number + 1), e.mend());
        }
    }
}
