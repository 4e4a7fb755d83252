//! `[fields]`: the typed inputs of the record.

use super::code;
use super::date;
use super::events;
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
    /// Of an event list: the field that gives its reference time; its column is known when all fields are.
    pub(super) as_of: Option<Name>,
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
            as_of: None,
        }
    }

    /// Whether a value in this state can get past the policy (one that is not written is decided later).
    pub(super) fn lets_through(&self, absence: Absence) -> bool {
        let possible = match absence {
            Absence::Missing => true,
            Absence::OutOfRange => !matches!(self.kind, FieldType::EventList(_)),
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

/// The types by their words.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Word {
    Number,
    Integer,
    Boolean,
    Category,
    Date,
    Hash,
    Events,
    Text,
}

/// The words of a field's type.
const TYPES: &[(&str, Word)] = &[
    ("number", Word::Number),
    ("integer", Word::Integer),
    ("boolean", Word::Boolean),
    ("category", Word::Category),
    ("date", Word::Date),
    ("hash", Word::Hash),
    ("events", Word::Events),
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
    events::resolve(&mut fields, table.report());
    fields
}

fn field(name: Name, item: &Item<'_>, meta: &MetaDraft) -> Option<FieldDraft> {
    if !item.is_table() {
        return Some(FieldDraft::new(name, short(item, TYPES)?, meta.stage));
    }
    let table = item.table(format!("field `{}`", name.value))?.at(name.span.clone());
    let mut draft = declared(name, &table, meta, TYPES);
    form::read(&table, &mut draft, meta);
    table.finish();
    Some(draft)
}

/// Short forms: `age = "integer"`, `housing = ["own", "rent"]`.
pub(super) fn short(item: &Item<'_>, types: &[(&str, Word)]) -> Option<FieldType> {
    if item.is_list() { category(item.texts()?, item) } else { plain(item.choice(types)?, item) }
}

/// A field as its table says, but for what only a form needs. One whose type is wrong is still known by name: what reads
/// it is checked as if it were a number.
pub(super) fn declared(
    name: Name,
    table: &Table<'_>,
    meta: &MetaDraft,
    types: &[(&str, Word)],
) -> FieldDraft {
    let kind = kind(table, types, meta);
    let stage = table.get("stage").and_then(|i| i.choice(STAGES)).map_or(meta.stage, |s| s.value);
    let mut draft = FieldDraft::new(name, kind.unwrap_or(FieldType::Number), stage);
    if matches!(draft.kind, FieldType::EventList(_)) {
        draft.as_of = table.need("as_of", "\"application_date\"").and_then(|item| item.text());
    }
    if let Some(unit) = table.get("unit").and_then(|i| i.text()) {
        draft.unit = unit.value;
    }
    if let Some(leaves) = table.get("leaves_device").and_then(|i| i.flag()) {
        draft.leaves_device = leaves.value;
        events::check_leaves(&draft, &leaves, table);
    }
    bounds(table, &mut draft);
    specials(table, &mut draft);
    draft.policies = policies::read(table, &draft);
    if let Some(item) = table.get("label") {
        draft.labels = meta::localized(&item, table, meta, false);
    }
    draft
}

fn kind(table: &Table<'_>, types: &[(&str, Word)], meta: &MetaDraft) -> Option<FieldType> {
    let categories = table.get("categories");
    let word = match (table.get("type"), &categories) {
        (Some(item), _) => item.choice(types)?,
        (None, Some(item)) => Spanned::new(Word::Category, item.span()),
        (None, None) => table.need("type", "\"number\"").and_then(|i| i.choice(types))?,
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
        (Word::Hash, None) => buckets(&table.need("buckets", "1024")?),
        (Word::Events, None) => {
            events::read(table, meta).map(|events| FieldType::EventList(Box::new(events)))
        }
        (_, None) => plain(word, &table.get("type")?),
    }
}

fn plain(word: Spanned<Word>, item: &Item<'_>) -> Option<FieldType> {
    let needs = |message: &str, mend: &str| {
        item.report().error(code::MISSING_KEY, &word.span, message, mend);
        None
    };
    Some(match word.value {
        Word::Number | Word::Text => FieldType::Number,
        Word::Integer => FieldType::Integer,
        Word::Boolean => FieldType::Boolean,
        Word::Date => FieldType::Date,
        Word::Category => {
            let mend = "write the list itself, `[\"own\", \"rent\"]`, or a table with `categories`";
            return needs("a category field needs its categories", mend);
        }
        Word::Hash => {
            return needs("a hash needs its buckets", "write `{ type = \"hash\", buckets = 1024 }`");
        }
        Word::Events => {
            return needs("an event list needs its columns", "write a table with `as_of` and `columns`");
        }
    })
}

fn buckets(item: &Item<'_>) -> Option<FieldType> {
    let number = item.number()?;
    if number.value.trunc() == number.value && (1.0..=f64::from(limits::HASH_BUCKETS)).contains(&number.value)
    {
        return Some(FieldType::Hash { buckets: number.value as u32 });
    }
    let message = format!("{} must be a whole number from 1 to {}", item.what(), limits::HASH_BUCKETS);
    item.report().error(code::VALUE, &number.span, message, "write how many buckets there are");
    None
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
            FieldType::Boolean | FieldType::EventList { .. } | FieldType::Hash { .. } => {
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
