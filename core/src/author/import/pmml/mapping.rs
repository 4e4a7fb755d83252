//! `Discretize` and `MapValues`.

use std::collections::BTreeMap;

use super::super::check_limit;
use super::dictionary::Interval;
use super::expression::{like, or_literal};
use super::graph::Id;
use super::lower::Lowering;
use super::value::{Kind, Value, distinct, literal, texts};
use super::xml::Element;
use crate::Error;
use crate::feature::formula::Function;
use crate::limits;

/// Literals of one type as figures: the type of the element, or of the derived field that it stands in, else texts.
fn figures(here: Element<'_>, values: &[&str]) -> Result<(Kind, Vec<f64>), Error> {
    let outer = here.parent().filter(|p| p.name() == "DerivedField").and_then(|p| p.get("dataType"));
    let kind = match here.get("dataType").or(outer) {
        None | Some("string") => {
            let (list, table) = distinct(values.iter().map(|v| (*v).to_owned()));
            return Ok((texts(list), table));
        }
        Some("integer" | "float" | "double") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("date" | "dateDaysSince[1970]") => Kind::Date,
        Some(other) => return Err(here.refuse_value("dataType", other)),
    };
    let all = values.iter().map(|v| literal(&kind, v, here)).collect::<Result<Vec<_>, Error>>()?;
    Ok((kind, all))
}

/// Missing inputs give `mapMissingTo`; where nothing fits, `defaultValue`.
fn completed<'a>(
    low: &mut Lowering<'a>,
    (kind, id): (Kind, Id),
    absent: Id,
    here: Element<'a>,
) -> Result<Value, Error> {
    let value = or_literal(low, Value { id, kind }, "defaultValue", here)?;
    let missing = low.graph.missing();
    let id = low.graph.select(absent, missing, value.id);
    let value = Value { id, kind: value.kind };
    match here.get("mapMissingTo") {
        Some(text) => {
            let other = like(low, &value.kind, text, here)?;
            let (a, b, kind) = super::value::unified(&value, &other, &mut low.graph, here)?;
            Ok(Value { id: low.graph.select(absent, b, a), kind })
        }
        None => Ok(value),
    }
}

pub(super) fn discretize<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    let value = low.field(here.need("field")?, here)?;
    let x = value.to_number(&mut low.graph);
    let bins: Vec<Element<'a>> = here.all("DiscretizeBin").collect();
    check_limit("bins", bins.len(), limits::BINS)?;
    let values = bins.iter().map(|b| b.need("binValue")).collect::<Result<Vec<_>, Error>>()?;
    let (kind, results) = figures(here, &values)?;
    let mut id = low.graph.missing();
    for (bin, result) in bins.iter().zip(results).rev() {
        let interval = Interval::read(bin.need_child("Interval")?, &value.kind)?;
        let inside = interval.holds(&mut low.graph, x);
        let result = low.graph.constant(result);
        id = low.graph.select(inside, result, id);
    }
    let absent = low.graph.is_absent(x);
    completed(low, (kind, id), absent, here)
}

/// The name of a column without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

pub(super) fn map_values<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    let mut inputs = Vec::new();
    for pair in here.all("FieldColumnPair") {
        inputs.push((low.field(pair.need("field")?, pair)?, local(pair.need("column")?)));
    }
    if inputs.is_empty() {
        return Err(here.wrong("it reads no field"));
    }
    let table = match here.child("TableLocator") {
        Some(locator) => return Err(locator.refused()),
        None => here.need_child("InlineTable")?,
    };
    let output = local(here.need("outputColumn")?);
    let mut rows: Vec<Vec<&str>> = Vec::new();
    let mut results: Vec<&str> = Vec::new();
    for row in table.all("row") {
        let cells: BTreeMap<&str, &str> = row.children().map(|c| (c.name(), c.text())).collect();
        let cell = |column: &str| {
            cells.get(column).copied().ok_or_else(|| row.wrong(format!("the row has no cell `{column}`")))
        };
        rows.push(inputs.iter().map(|(_, column)| cell(column)).collect::<Result<_, Error>>()?);
        results.push(cell(output)?);
    }
    check_limit("rows of a table", rows.len(), limits::CATEGORIES)?;
    let (kind, results) = figures(here, &results)?;
    let mut absent = low.graph.truth(false);
    for (value, _) in &inputs {
        let is = low.graph.is_absent(value.id);
        absent = low.graph.or(absent, is);
    }
    let id = match inputs.as_slice() {
        [(Value { id, kind: Kind::Text(vocabulary) }, _)] => {
            // A table by the index of the text; the first row of equal ones counts.
            let mut figures = vec![f64::NAN; vocabulary.texts.len() + usize::from(vocabulary.open)];
            let places: BTreeMap<&str, usize> =
                vocabulary.texts.iter().map(String::as_str).zip(0..).collect();
            for (row, &result) in rows.iter().zip(&results).rev() {
                let at = row.first().and_then(|cell| places.get(cell));
                if let Some(slot) = at.and_then(|&at| figures.get_mut(at)) {
                    *slot = result;
                }
            }
            low.graph.table(Function::Lookup, *id, &figures)
        }
        _ => {
            let mut id = low.graph.missing();
            for (row, &result) in rows.iter().zip(&results).rev() {
                let mut all = low.graph.truth(true);
                for ((value, _), cell) in inputs.iter().zip(row) {
                    let is = value.is(&mut low.graph, cell, here)?;
                    all = low.graph.and(all, is);
                }
                let result = low.graph.constant(result);
                id = low.graph.if_true(all, result, id);
            }
            id
        }
    };
    completed(low, (kind, id), absent, here)
}
