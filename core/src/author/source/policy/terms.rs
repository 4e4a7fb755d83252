//! `[terms]`: limit, rate, tenor, deposit and others, from nodes and expressions.

use super::super::formulas::Text;
use super::super::meta::{self, MetaDraft};
use super::super::report::Name;
use super::super::table::Table;
use crate::schema::Localized;

/// A term as written.
pub(super) struct TermDraft {
    pub(super) name: Name,
    pub(super) value: Text,
    pub(super) unit: Option<String>,
    pub(super) labels: Vec<Localized>,
}

/// Reads `[terms]`.
pub(super) fn read(root: &Table<'_>, meta: &MetaDraft) -> Vec<TermDraft> {
    let table = root.get("terms").and_then(|item| item.table("[terms]".to_owned()));
    let mut terms = Vec::new();
    for (name, item) in table.iter().flat_map(Table::named) {
        if !item.is_table() {
            terms.extend(Text::value(&item).map(|value| TermDraft {
                name,
                value,
                unit: None,
                labels: Vec::new(),
            }));
            continue;
        }
        let Some(own) = item.table(format!("term `{}`", name.value)) else { continue };
        let own = own.at(name.span.clone());
        let value = own.need("value", "\"offer.limit\"").and_then(|item| Text::value(&item));
        let unit = own.get("unit").map_or(Some(None), |item| item.text().map(|text| Some(text.value)));
        let labels = own.get("label").map_or_else(Vec::new, |item| meta::localized(&item, &own, meta, false));
        own.finish();
        if let (Some(value), Some(unit)) = (value, unit) {
            terms.push(TermDraft { name, value, unit, labels });
        }
    }
    terms
}
