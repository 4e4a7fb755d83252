//! A decision of a DMN file.

use std::collections::BTreeMap;

use super::super::code;
use super::super::imported_card::refused;
use super::super::node::Parsed;
use super::super::report::{Name, Spanned};
use super::super::suggest;
use super::super::table::Table;
use super::{DecisionSpec, Logic};
use crate::author::import::dmn::{self, Decision, Model};

pub(super) fn read(
    table: &Table<'_>,
    file: &Name,
    bytes: &[u8],
    complete: bool,
    tables_only: bool,
) -> Parsed {
    let wanted = table.get("decision").map(|item| item.text());
    let names = table.get("names").map(|item| names(&item));
    let hits = table.get("hits").map(|item| item.number());
    let report = table.report();
    let model = match dmn::import(bytes) {
        Ok(model) => model,
        Err(error) => {
            if let Some(item) = table.get("file") {
                refused(&item, file, &error);
            }
            return None;
        }
    };
    let names = match names {
        Some(names) => names?,
        None => BTreeMap::new(),
    };
    let decision = match wanted {
        Some(wanted) => decision(table, &model, &wanted?)?,
        None => match model.decisions.as_slice() {
            [one] => one,
            many => {
                let all: Vec<&str> = many.iter().map(|decision| decision.name.as_str()).collect();
                let message = format!("`{}` has {} decisions", file.value, many.len());
                let mend = format!("write `decision = …`: {}", suggest::quoted(&all));
                report.error(code::MISSING_KEY, &file.span, message, mend);
                return None;
            }
        },
    };
    let logic = match &decision.logic {
        dmn::Logic::Table(written) => {
            let mut written = written.clone();
            if let Some(hits) = hits {
                let hits = hits?;
                let fits = written.policy.lists()
                    && (1.0..=64.0).contains(&hits.value)
                    && hits.value.trunc() == hits.value;
                if !fits {
                    let message = "`hits` must be a whole number from 1 to 64, of a table with the hit policy R, O or C";
                    report.error(code::VALUE, &hits.span, message, "take it out, or write `hits = 4`");
                    return None;
                }
                written.hits = hits.value as u8;
            }
            Logic::Table(written)
        }
        dmn::Logic::Expression(cell, kind) if !tables_only => Logic::Expression(cell.clone(), kind.clone()),
        dmn::Logic::Expression(..) => {
            let message = format!("`{}` is an expression and no table", decision.name);
            report.error(code::VALUE, &file.span, message, "write `kind = \"decision\"`");
            return None;
        }
        dmn::Logic::Other(what) => {
            let message = format!("the decision `{}` is {what}, which is not supported", decision.name);
            report.error(code::IMPORT, &file.span, message, "docs/decision-tables.md lists what is");
            return None;
        }
    };
    let at = |name: &str| Spanned::new(name.to_owned(), file.span.clone());
    // Names of the file are those of columns here, unless something is said of them.
    let mut here: BTreeMap<String, Name> = BTreeMap::new();
    for name in model.decisions.iter().map(|decision| &decision.name) {
        here.insert(name.clone(), at(&dmn::node_name(name)));
    }
    here.extend(names);
    let reads =
        decision.requires.iter().map(|name| here.get(name).cloned().unwrap_or_else(|| at(name))).collect();
    Some(Box::new(DecisionSpec {
        logic,
        file: file.value.clone(),
        functions: model.functions.clone(),
        names: here,
        complete,
        reads,
    }))
}

fn decision<'m>(table: &Table<'_>, model: &'m Model, wanted: &Name) -> Option<&'m Decision> {
    let found = model.decision(&wanted.value);
    if found.is_none() {
        let message = format!("the model has no decision `{}`", wanted.value);
        let all = model.decisions.iter().map(|decision| decision.name.as_str());
        table.report().error(code::UNKNOWN_NAME, &wanted.span, message, suggest::mend(&wanted.value, all));
    }
    found
}

fn names(item: &super::Item<'_>) -> Option<BTreeMap<String, Name>> {
    let entries = item.table("`names`".to_owned())?.named();
    let n = entries.len();
    let names: BTreeMap<_, _> =
        entries.into_iter().filter_map(|(name, item)| Some((name.value, item.text()?))).collect();
    (names.len() == n).then_some(names)
}
