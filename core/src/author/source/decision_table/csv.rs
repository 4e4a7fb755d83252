//! A decision table as CSV: a header of inputs and outputs, then a line a rule.

use super::super::code;
use super::super::report::{Name, line_span};
use super::super::suggest;
use super::super::table::Table;
use super::keys;
use crate::author::csv;
use crate::author::table::{Cell, WrittenRule, WrittenTable};

/// What a column of the file is.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Input,
    Output(usize),
    Annotation,
}

/// Reads a file. Columns that `outputs` names are outputs, those that `annotations` names are for people, the others are tested.
pub(super) fn read(table: &Table<'_>, name: &Name, bytes: &[u8]) -> Option<WrittenTable> {
    let policy = keys::policy(table);
    let outputs = keys::outputs(table);
    let annotations = match table.get("annotations") {
        Some(item) => item.list()?.iter().map(|item| item.text()).collect::<Option<Vec<_>>>(),
        None => Some(Vec::new()),
    };
    let ((policy, hits), outputs, annotations) = (policy?, outputs?, annotations?);
    let report = table.report();
    let rows = match csv::parse(bytes) {
        Ok(rows) => rows,
        Err(error) => {
            let span = line_span(bytes, error.line);
            report.error_in(&name.value, code::SYNTAX, &span, error.what, "write it as RFC 4180 has it");
            return None;
        }
    };
    let Some((header, rows)) = rows.split_first() else {
        report.error(
            code::FILE,
            &name.span,
            format!("`{}` is empty", name.value),
            "write a header and rules",
        );
        return None;
    };
    let titles: Vec<&str> = header.cells.iter().map(|cell| cell.trim()).collect();
    for wanted in outputs
        .iter()
        .map(|output| (&output.name, &output.span))
        .chain(annotations.iter().map(|a| (&a.value, &a.span)))
    {
        if !titles.contains(&wanted.0.as_str()) {
            let message = format!("`{}` has no column `{}`", name.value, wanted.0);
            report.error(
                code::UNKNOWN_NAME,
                wanted.1,
                message,
                suggest::mend(wanted.0, titles.iter().copied()),
            );
            return None;
        }
    }
    let column = |title: &&str| match outputs.iter().position(|output| output.name == **title) {
        Some(at) => Column::Output(at),
        None if annotations.iter().any(|annotation| annotation.value == **title) => Column::Annotation,
        None => Column::Input,
    };
    let columns: Vec<Column> = titles.iter().map(column).collect();
    let span = line_span(bytes, header.line);
    let all = || columns.iter().zip(&titles);
    let inputs = all().filter(|(column, _)| **column == Column::Input);
    let inputs = inputs.map(|(_, title)| Cell { text: (*title).to_owned(), span: span.clone() }).collect();
    // The lines' places are counted once: a table may be long.
    let starts: Vec<usize> = core::iter::once(0)
        .chain(bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1))
        .collect();
    let mut rules = Vec::with_capacity(rows.len());
    let mut sound = true;
    for row in rows {
        let start = starts.get(row.line.saturating_sub(1)).copied().unwrap_or_default();
        let end = starts.get(row.line).map_or(bytes.len(), |next| next.saturating_sub(1));
        let span = start..end.max(start);
        if row.cells.len() != columns.len() {
            let message = format!("the line has {} cells, and the header {}", row.cells.len(), columns.len());
            report.error_in(&name.value, code::VALUE, &span, message, "write as many; `-` tests nothing");
            sound = false;
            continue;
        }
        let mut outputs = vec![Cell::default(); outputs.len()];
        let mut tests = Vec::with_capacity(columns.len());
        for (column, text) in columns.iter().zip(&row.cells) {
            let cell = Cell { text: text.clone(), span: span.clone() };
            match column {
                Column::Input => tests.push(cell),
                Column::Annotation => {}
                Column::Output(at) => {
                    if let Some(place) = outputs.get_mut(*at) {
                        *place = cell;
                    }
                }
            }
        }
        rules.push(WrittenRule { tests, outputs, span });
    }
    sound.then_some(WrittenTable { policy, hits, inputs, outputs, rules, bare: true })
}
