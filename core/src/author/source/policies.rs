//! A field's four policies: what happens to a value that is missing, special, unseen or out of range.

use super::code;
use super::date;
use super::fields::{FieldDraft, category_mend};
use super::report::Spanned;
use super::suggest;
use super::table::Table;
use crate::schema::{FieldType, Policy};

/// A way of being absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Absence {
    Missing,
    Special,
    Unseen,
    OutOfRange,
}

impl Absence {
    /// All four, in the order of the record's policies.
    pub(super) const ALL: [Self; 4] = [Self::Missing, Self::Special, Self::Unseen, Self::OutOfRange];

    /// The key of the policy.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Special => "special",
            Self::Unseen => "unseen",
            Self::OutOfRange => "out_of_range",
        }
    }
}

/// The policies as written; `None` is derived from what reads the field.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyDrafts([Option<Spanned<Policy>>; 4]);

impl PolicyDrafts {
    pub(super) fn get(&self, absence: Absence) -> Option<&Spanned<Policy>> {
        let [missing, special, unseen, out_of_range] = &self.0;
        match absence {
            Absence::Missing => missing,
            Absence::Special => special,
            Absence::Unseen => unseen,
            Absence::OutOfRange => out_of_range,
        }
        .as_ref()
    }
}

const WORDS: &[&str] = &["refuse", "own_bin", "native", "{ impute = … }"];

/// Reads the four keys.
pub(super) fn read(table: &Table<'_>, field: &FieldDraft) -> PolicyDrafts {
    PolicyDrafts(Absence::ALL.map(|absence| policy(table, field, absence.key())))
}

fn policy(table: &Table<'_>, field: &FieldDraft, key: &'static str) -> Option<Spanned<Policy>> {
    let item = table.get(key)?;
    let span = item.span();
    if item.is_table() {
        let inner = item.table(format!("`{key}` of {}", table.what()))?;
        let value = inner.need("impute", "0").and_then(|item| match &field.kind {
            FieldType::Number | FieldType::Integer => item.number().map(|x| x.value),
            FieldType::Boolean => item.flag().map(|x| f64::from(u8::from(x.value))),
            FieldType::Date => date::read(&item).map(|x| x.value),
            FieldType::Category { values } => {
                let text = item.text()?;
                let index = values.iter().position(|v| *v == text.value);
                if index.is_none() {
                    let message = format!("`{}` is no category of {}", text.value, table.what());
                    table.report().error(
                        code::UNKNOWN_NAME,
                        &text.span,
                        message,
                        category_mend(field, &text.value),
                    );
                }
                index.map(|i| i as f64)
            }
            FieldType::EventList(_) | FieldType::Hash { .. } => {
                let message = format!("{} is no value that can be imputed", table.what());
                let mend = "write `missing = \"empty\"` for an empty list, or another policy";
                table.report().error(code::VALUE, &item.span(), message, mend);
                None
            }
        });
        inner.finish();
        return value.map(|x| Spanned::new(Policy::Impute(x), span));
    }
    let word = item.text()?;
    let policy = match word.value.as_str() {
        "refuse" => Policy::Refuse,
        "own_bin" => Policy::OwnBin,
        "native" => Policy::Native,
        // The number of its events is what an event list's column holds.
        "empty" if matches!(field.kind, FieldType::EventList(_)) && key == "missing" => Policy::Impute(0.0),
        "impute" => {
            let message = format!("{} does not say which value to impute", item.what());
            table.report().error(code::VALUE, &span, message, format!("write `{key} = {{ impute = … }}`"));
            return None;
        }
        other => {
            let message = format!("{} cannot be `{other}`", item.what());
            table.report().error(code::VALUE, &span, message, suggest::mend(other, WORDS.iter().copied()));
            return None;
        }
    };
    Some(Spanned::new(policy, span))
}
