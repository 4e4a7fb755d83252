//! The keys of a field that only a form needs: `help`, `labels` of its categories, `immutable`.

use super::code;
use super::fields::{FieldDraft, category_mend};
use super::meta::{self, MetaDraft};
use super::table::{Item, Table};
use crate::bundle::FieldForm;

/// Reads them into `draft`, whose type is known.
pub(super) fn read(table: &Table<'_>, draft: &mut FieldDraft, meta: &MetaDraft) {
    if let Some(item) = table.get("help") {
        draft.form.help = meta::localized(&item, table, meta, false);
    }
    if let Some(flag) = table.get("immutable").and_then(|item| item.flag()) {
        draft.form.immutable = flag.value;
    }
    if let Some(item) = table.get("labels") {
        labels(&item, table, draft, meta);
    }
}

fn labels(item: &Item<'_>, table: &Table<'_>, draft: &mut FieldDraft, meta: &MetaDraft) {
    let Some(categories) = draft.categories() else {
        let message = format!("{} has no categories, so it cannot have `labels` for them", table.what());
        let mend = "take `labels` out; the name of the field itself for people is its `label`";
        table.report().error(code::INPUT, &item.span(), message, mend);
        return;
    };
    let mut labels = vec![Vec::new(); categories.len()];
    let Some(inner) = item.table(item.what().to_owned()) else { return };
    for (name, item) in inner.named() {
        let category = categories.iter().position(|category| *category == name.value);
        match category.and_then(|at| labels.get_mut(at)) {
            Some(own) => *own = meta::localized(&item, table, meta, false),
            None => {
                let message = format!("`{}` is not a category of {}", name.value, table.what());
                let mend = category_mend(draft, &name.value);
                table.report().error(code::CATEGORIES, &name.span, message, mend);
            }
        }
    }
    draft.form.value_labels = labels;
}

/// The form of the bundle: of those fields that have something to say.
pub(super) fn of(fields: &[FieldDraft]) -> Vec<FieldForm> {
    let numbered = (0..).zip(fields).map(|(field, draft)| FieldForm { field, ..draft.form.clone() });
    numbered.filter(|form| !form.is_empty()).collect()
}
