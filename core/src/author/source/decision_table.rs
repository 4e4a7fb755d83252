//! `kind = "table"`: decision tables, written here, as CSV, as TOML, or as DMN; and `kind = "decision"`: any decision of a DMN file.

mod build;
mod csv;
mod dmn;
mod keys;

use std::collections::BTreeMap;

use super::builder::{Builder, Here};
use super::imported_card::file;
use super::node::{Parsed, Spec};
use super::report::{MAIN, Name, Spanned};
use super::table::{Item, Table};
use crate::author::feel::{Function, names_in};
use crate::author::table::{Cell, OutputType, WrittenTable};

/// What a decision computes.
enum Logic {
    Table(WrittenTable),
    /// A FEEL expression, and what it must give.
    Expression(Cell, OutputType),
}

/// A decision as written.
struct DecisionSpec {
    logic: Logic,
    /// The file that cells stand in.
    file: String,
    /// Functions that the file defines.
    functions: BTreeMap<String, Function>,
    /// Names in the file that mean others here.
    names: BTreeMap<String, Name>,
    /// Whether an applicant for whom no rule holds is a mistake.
    complete: bool,
    /// Names that it may read.
    reads: Vec<Name>,
}

/// `kind = "table"`.
pub(super) fn table(table: &Table<'_>, node: &Name) -> Parsed {
    read(table, node, true)
}

/// `kind = "decision"`.
pub(super) fn decision(table: &Table<'_>, node: &Name) -> Parsed {
    read(table, node, false)
}

fn read(table: &Table<'_>, node: &Name, tables_only: bool) -> Parsed {
    let complete = table.get("complete").map_or(Some(false), |item| item.flag().map(|flag| flag.value));
    let item = table.get("file");
    let Some(item) = item else {
        let written = keys::read(table);
        return Some(spec(written?, MAIN.to_owned(), complete?, &node.span));
    };
    let (name, bytes) = file(&item)?;
    let is = |ending: &str| name.value.to_ascii_lowercase().ends_with(ending);
    if is(".dmn") || is(".xml") {
        return dmn::read(table, &name, bytes, complete?, tables_only);
    }
    let written = if is(".toml") { keys::file(table, &name, bytes) } else { csv::read(table, &name, bytes) };
    Some(spec(written?, name.value, complete?, &name.span))
}

fn spec(
    written: WrittenTable,
    file: String,
    complete: bool,
    span: &core::ops::Range<usize>,
) -> Box<dyn Spec> {
    let mut reads = std::collections::BTreeSet::new();
    for text in written.texts() {
        reads.extend(names_in(text));
    }
    Box::new(DecisionSpec {
        reads: reads.into_iter().map(|name| Spanned::new(name, span.clone())).collect(),
        logic: Logic::Table(written),
        file,
        functions: BTreeMap::new(),
        names: BTreeMap::new(),
        complete,
    })
}

impl Spec for DecisionSpec {
    fn inputs(&self) -> Vec<Name> {
        self.reads.clone()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        build::decision(self, here, builder)
    }
}

/// A cell of a TOML value: a text as it is, a number or flag as it is written in FEEL.
fn cell(item: &Item<'_>) -> Option<Cell> {
    let text = match (item.as_number(), item.as_flag()) {
        (Some(number), _) => number.value.to_string(),
        (None, Some(flag)) => flag.to_string(),
        (None, None) => item.text()?.value,
    };
    Some(Cell { text, span: item.span() })
}
