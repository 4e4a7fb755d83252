//! `[fields]`: the typed inputs of the record.

use super::code;
use super::date;
use super::form;
use super::meta::{self, MetaDraft, STAGES};
use super::policies::{self, Absence, PolicyDrafts};
use super::report::{Name, Spanned};
use super::suggest;
use super::table::{Item, Table};
use crate::bundle::FieldForm;
use crate::limits;
use crate::schema::{FieldType, Localized, Policy, Special, Stage};

/// A field as declared, or as derived from an imported model.
#[derive(Clone, Debug)]
pub(super) struct FieldDraft {
    pub(super) name: Name,
    pub(super) kind: FieldType,
    pub(super) unit: String,
    pub(super) stage: Stage,
    pub(super) leaves_device: bool,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) specials: Vec<Special>,
    pub(super) policies: PolicyDrafts,
    pub(super) labels: Vec<Localized>,
    /// What a form says about it; the field's number is not known yet.
    pub(super) form: FieldForm,
    /// Not in `[fields]`: it comes from an imported model.
    pub(super) derived: bool,
}

impl FieldDraft {
    /// A field of which only the name and type are known.
    pub(super) fn new(name: Name, kind: FieldType, stage: Stage) -> Self {
        Self {
            name,
            kind,
            unit: String::new(),
            stage,
            leaves_device: stage == Stage::Edge,
            min: f64::NEG_INFINITY,
            max: f64::INFINITY,
            specials: Vec::new(),
            policies: PolicyDrafts::default(),
            labels: Vec::new(),
            form: FieldForm::default(),
            derived: false,
        }
    }

    /// Whether a value in this state can get past the policy (one that is not written is decided later).
    pub(super) fn lets_through(&self, absence: Absence) -> bool {
        let possible = match absence {
            Absence::Missing | Absence::OutOfRange => true,
            Absence::Special => !self.specials.is_empty(),
            Absence::Unseen => self.categories().is_some(),
        };
        possible
            && !matches!(self.policies.get(absence), Some(p) if matches!(p.value, Policy::Refuse | Policy::Impute(_)))
    }

    /// The categories, if it is a category field.
    pub(super) fn categories(&self) -> Option<&[String]> {
        match &self.kind {
            FieldType::Category { values } => Some(values),
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
enum Word {
    Number,
    Integer,
    Boolean,
    Category,
    Date,
}

const TYPES: &[(&str, Word)] = &[
    ("number", Word::Number),
    ("integer", Word::Integer),
    ("boolean", Word::Boolean),
    ("category", Word::Category),
    ("date", Word::Date),
];

/// Reads `[fields]` in the order of the file.
pub(super) fn read(root: &Table<'_>, meta: &MetaDraft) -> Vec<FieldDraft> {
    let Some(table) = root.get("fields").and_then(|item| item.table("[fields]".into())) else {
        return Vec::new();
    };
    let mut fields = Vec::new();
    for (name, item) in table.named() {
        if name.value.trim().is_empty() {
            let report = table.report();
            report.error(
                code::NAME,
                &name.span,
                "a field has an empty name",
                "give it the record's name for it",
            );
            continue;
        }
        fields.extend(field(name, &item, meta));
    }
    if let (true, Some(extra)) = (fields.len() > limits::FIELDS, fields.get(limits::FIELDS)) {
        let message = format!("there are {} fields; the limit is {}", fields.len(), limits::FIELDS);
        table.report().error(code::LIMIT, &extra.name.span, message, "declare fewer fields");
    }
    fields
}

fn field(name: Name, item: &Item<'_>, meta: &MetaDraft) -> Option<FieldDraft> {
    // Short forms: `age = "integer"`, `housing = ["own", "rent"]`.
    if !item.is_table() {
        let kind =
            if item.is_list() { category(item.texts()?, item)? } else { plain(item.choice(TYPES)?, item)? };
        return Some(FieldDraft::new(name, kind, meta.stage));
    }
    let table = item.table(format!("field `{}`", name.value))?.at(name.span.clone());
    let kind = kind(&table);
    let stage = table.get("stage").and_then(|i| i.choice(STAGES)).map_or(meta.stage, |s| s.value);
    let mut draft = FieldDraft::new(name, kind.clone().unwrap_or(FieldType::Number), stage);
    if let Some(unit) = table.get("unit").and_then(|i| i.text()) {
        draft.unit = unit.value;
    }
    if let Some(leaves) = table.get("leaves_device").and_then(|i| i.flag()) {
        draft.leaves_device = leaves.value;
    }
    bounds(&table, &mut draft);
    specials(&table, &mut draft);
    draft.policies = policies::read(&table, &draft);
    if let Some(item) = table.get("label") {
        draft.labels = meta::localized(&item, &table, meta, false);
    }
    form::read(&table, &mut draft, meta);
    table.finish();
    // A field whose type is wrong is still known by name: what reads it is checked as if it were a number.
    Some(draft)
}

fn kind(table: &Table<'_>) -> Option<FieldType> {
    let categories = table.get("categories");
    let word = match (table.get("type"), &categories) {
        (Some(item), _) => item.choice(TYPES)?,
        (None, Some(item)) => Spanned::new(Word::Category, item.span()),
        (None, None) => table.need("type", "\"number\"").and_then(|i| i.choice(TYPES))?,
    };
    match (word.value, categories) {
        (Word::Category, Some(item)) => category(item.texts()?, &item),
        (Word::Category, None) => {
            table.need("categories", "[\"…\", \"…\"]");
            None
        }
        (_, Some(item)) => {
            let message = format!("{} lists categories but is not of type `category`", table.what());
            table.report().error(
                code::INPUT,
                &item.span(),
                message,
                "write `type = \"category\"`, or take the list out",
            );
            None
        }
        (_, None) => plain(word, &table.get("type")?),
    }
}

fn plain(word: Spanned<Word>, item: &Item<'_>) -> Option<FieldType> {
    Some(match word.value {
        Word::Number => FieldType::Number,
        Word::Integer => FieldType::Integer,
        Word::Boolean => FieldType::Boolean,
        Word::Date => FieldType::Date,
        Word::Category => {
            let mend = "write the list itself, `[\"own\", \"rent\"]`, or a table with `categories`";
            item.report().error(code::MISSING_KEY, &word.span, "a category field needs its categories", mend);
            return None;
        }
    })
}

fn category(texts: Vec<Name>, item: &Item<'_>) -> Option<FieldType> {
    let mut values: Vec<String> = Vec::with_capacity(texts.len());
    let mut seen = std::collections::BTreeSet::new();
    for text in texts {
        if seen.insert(text.value.clone()) {
            values.push(text.value);
        } else {
            let message = format!("the category `{}` is listed twice", text.value);
            item.report().error(code::NAME, &text.span, message, "list each category once");
        }
    }
    if values.is_empty() {
        let mend = "list at least one category: `[\"own\", \"rent\"]`";
        item.report().error(code::VALUE, &item.span(), "the list of categories is empty", mend);
        return None;
    }
    if values.len() > limits::CATEGORIES {
        let message = format!("there are {} categories; the limit is {}", values.len(), limits::CATEGORIES);
        item.report().error(code::LIMIT, &item.span(), message, "group rare categories before");
        return None;
    }
    Some(FieldType::Category { values })
}

fn bounds(table: &Table<'_>, draft: &mut FieldDraft) {
    let read = |key: &'static str| {
        let item = table.get(key)?;
        match draft.kind {
            FieldType::Number | FieldType::Integer => item.number(),
            FieldType::Date => date::read(&item),
            _ => {
                let message = format!("{} has no order, so it cannot have a `{key}`", table.what());
                table.report().error(code::INPUT, &item.span(), message, format!("take `{key}` out"));
                None
            }
        }
    };
    let (min, max) = (read("min"), read("max"));
    if let (Some(low), Some(high)) = (&min, &max)
        && low.value > high.value
    {
        let message = format!("`min` ({}) of {} is over its `max` ({})", low.value, table.what(), high.value);
        table.report().error(code::VALUE, &low.span, message, "write the lesser value as `min`");
        return;
    }
    draft.min = min.map_or(draft.min, |x| x.value);
    draft.max = max.map_or(draft.max, |x| x.value);
}

fn specials(table: &Table<'_>, draft: &mut FieldDraft) {
    let Some(item) = table.get("specials") else { return };
    let Some(list) = item.table(format!("`specials` of {}", table.what())) else { return };
    for (name, item) in list.named() {
        let special = match draft.kind {
            FieldType::Category { .. } => {
                item.text().map(|text| Special { value: 0.0, text: text.value, name: name.value.clone() })
            }
            FieldType::Boolean | FieldType::EventList { .. } => {
                let message = format!("{} cannot have special codes", table.what());
                table.report().error(code::INPUT, &item.span(), message, "take `specials` out");
                return;
            }
            FieldType::Date => date::read(&item).map(|x| Special {
                value: x.value,
                text: String::new(),
                name: name.value.clone(),
            }),
            _ => item.number().map(|x| Special {
                value: x.value,
                text: String::new(),
                name: name.value.clone(),
            }),
        };
        let Some(special) = special else { continue };
        let twin = draft.specials.iter().find(|s| s.value == special.value && s.text == special.text);
        if let Some(twin) = twin {
            let message = format!("`{}` and `{}` are the same special code", twin.name, name.value);
            table.report().error(code::NAME, &item.span(), message, "give each code one name");
        } else if draft.categories().is_some_and(|c| c.contains(&special.text)) {
            let message = format!("`{}` is both a category and a special code", special.text);
            table.report().error(code::CATEGORIES, &item.span(), message, "list it in one of the two");
        } else {
            draft.specials.push(special);
        }
    }
    if draft.specials.len() > limits::SPECIALS {
        let message = format!(
            "{} has {} special codes; the limit is {}",
            table.what(),
            draft.specials.len(),
            limits::SPECIALS
        );
        table.report().error(code::LIMIT, &item.span(), message, "list fewer");
    }
}

/// The mend for a text that is no category of the field.
pub(super) fn category_mend(field: &FieldDraft, found: &str) -> String {
    suggest::mend(found, field.categories().unwrap_or_default().iter().map(String::as_str))
}
