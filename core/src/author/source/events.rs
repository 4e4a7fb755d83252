//! `[fields.x] type = "events"`: the columns of an event list, its reference time, and rules that make categories of texts.

use super::code;
use super::fields::{self, FieldDraft, Word};
use super::meta::MetaDraft;
use super::policies::Absence;
use super::report::{Name, Report, Spanned};
use super::suggest;
use super::table::{Item, Table};
use crate::limits;
use crate::record::rules;
use crate::schema::{
    After, EventColumn, EventSchema, Field, FieldType, Origin, Policies, Policy, Rule, RuleTest, Stage,
};

/// The words of a column's type.
const TYPES: &[(&str, Word)] = &[
    ("number", Word::Number),
    ("integer", Word::Integer),
    ("boolean", Word::Boolean),
    ("category", Word::Category),
    ("date", Word::Date),
    ("hash", Word::Hash),
    ("text", Word::Text),
];

const AFTER: &[(&str, After)] = &[("refuse", After::Refuse), ("ignore", After::Ignore)];

/// Reads the keys that make a list of a field. Its reference time is left open.
pub(super) fn read(table: &Table<'_>, meta: &MetaDraft) -> Option<EventSchema> {
    let after =
        table.get("after").and_then(|item| item.choice(AFTER)).map_or(After::Refuse, |after| after.value);
    let date =
        table.get("date").and_then(|item| item.text()).map_or_else(|| "date".to_owned(), |date| date.value);
    let columns = table.need("columns", "{ amount = \"number\" }")?;
    let entries = columns.table(format!("`columns` of {}", table.what()))?.named();
    let mut events = EventSchema { date, as_of: u32::MAX, after, texts: Vec::new(), columns: Vec::new() };
    // Texts first: a column may name one that stands after it.
    let (texts, columns): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, item)| is_text(item));
    for (name, _) in texts.iter().chain(&columns) {
        if name.value == events.date {
            let message = format!("`{}` is the date of the events", name.value);
            table.report().error(
                code::NAME,
                &name.span,
                message,
                "it is there without being declared: take it out",
            );
        }
    }
    for (name, item) in texts {
        if item.is_table()
            && let Some(inner) = item.table(format!("column `{}`", name.value))
        {
            inner.get("type");
            inner.finish();
        }
        events.texts.push(name.value);
    }
    for (name, item) in columns {
        let column = column(name, &item, &events.texts, meta);
        events.columns.extend(column);
    }
    let (found, limit) = (events.columns.len().max(events.texts.len()), limits::EVENT_COLUMNS);
    if found > limit {
        let message = format!("{} has {found} columns; the limit is {limit}", table.what());
        table.report().error(code::LIMIT, table.span(), message, "declare fewer columns");
    }
    Some(events)
}

/// Whether a column is a text, of which others are made.
fn is_text(item: &Item<'_>) -> bool {
    let text = |item: &Item<'_>| item.as_text().is_some_and(|text| text.value == "text");
    text(item) || item.as_member("type").is_some_and(|kind| text(&kind))
}

fn column(name: Name, item: &Item<'_>, texts: &[String], meta: &MetaDraft) -> Option<EventColumn> {
    let mut draft = FieldDraft::new(name.clone(), FieldType::Number, Stage::Edge);
    let mut origin = Origin::Member;
    if item.is_table() {
        let table = item.table(format!("column `{}`", name.value))?.at(name.span.clone());
        if let Some(span) = table.key_span("stage").or_else(|| table.key_span("leaves_device")) {
            let message = format!("{} is of the stage of its list", table.what());
            table.report().error(code::UNKNOWN_KEY, &span, message, "take it out");
        }
        draft = fields::declared(name, &table, meta, TYPES);
        if let Some(of) = table.get("of") {
            origin = Origin::Text(text(&of, texts)?);
            if !matches!(draft.kind, FieldType::Hash { .. }) {
                let message = format!("{} is no hash, so it is not made `of` a text", table.what());
                table.report().error(code::INPUT, &of.span(), message, "write `type = \"hash\"`, or `rules`");
                return None;
            }
        }
        if let Some(list) = table.get("rules") {
            origin = Origin::Rules(read_rules(&list, &table, &draft, texts)?);
        }
        table.finish();
    } else {
        draft.kind = fields::short(item, TYPES)?;
    }
    let policy = |absence| draft.policies.get(absence).map_or(Policy::OwnBin, |policy| policy.value);
    let [missing, special, unseen, out_of_range] = Absence::ALL.map(policy);
    let field = Field {
        name: draft.name.value.clone(),
        kind: draft.kind.clone(),
        unit: draft.unit.clone(),
        stage: Stage::default(),
        leaves_device: false,
        min: draft.min,
        max: draft.max,
        specials: draft.specials.clone(),
        policies: Policies { missing, special, unseen, out_of_range },
        labels: draft.labels,
    };
    Some(EventColumn { field, origin })
}

/// The index of the text that an item names.
fn text(item: &Item<'_>, texts: &[String]) -> Option<u32> {
    let name = item.text()?;
    let found = texts.iter().position(|text| *text == name.value);
    if found.is_none() {
        let message = format!("there is no text `{}`", name.value);
        let mend = match texts {
            [] => format!("declare it among the columns: `{} = \"text\"`", name.value),
            _ => suggest::mend(&name.value, texts.iter().map(String::as_str)),
        };
        item.report().error(code::UNKNOWN_NAME, &name.span, message, mend);
    }
    found.map(|index| index as u32)
}

fn read_rules(list: &Item<'_>, table: &Table<'_>, draft: &FieldDraft, texts: &[String]) -> Option<Vec<Rule>> {
    let Some(categories) = draft.categories() else {
        let message = format!("{} has no categories that rules could give", table.what());
        table.report().error(code::INPUT, &list.span(), message, "list them in `categories`");
        return None;
    };
    let items = list.list()?;
    if items.len() > limits::EVENT_RULES {
        let message = format!("there are {} rules; the limit is {}", items.len(), limits::EVENT_RULES);
        table.report().error(code::LIMIT, &list.span(), message, "write fewer rules");
        return None;
    }
    let count = items.len();
    let all: Vec<Rule> = items.iter().filter_map(|item| rule(item, categories, texts)).collect();
    (all.len() == count).then_some(all)
}

fn rule(item: &Item<'_>, categories: &[String], texts: &[String]) -> Option<Rule> {
    let table = item.table("a rule".to_owned())?;
    let text = table.need("text", "\"description\"").and_then(|item| text(&item, texts));
    let tests = [("prefix", RuleTest::Prefix), ("word", RuleTest::Word), ("code", RuleTest::Code)];
    let mut found = tests.iter().filter_map(|&(key, test)| Some((test, table.get(key)?.text()?)));
    let test = match (found.next(), found.next()) {
        (Some(test), None) => Some(test),
        (None, _) => {
            let mend = "add `prefix = \"…\"`, `word = \"…\"` or `code = \"…\"`";
            table.report().error(code::MISSING_KEY, table.span(), "a rule looks for nothing", mend);
            None
        }
        (_, Some((_, second))) => {
            let message = "a rule looks for one thing only";
            table.report().error(code::VALUE, &second.span, message, "write a second rule");
            None
        }
    };
    drop(found);
    let is = table.need("is", "\"salary\"").and_then(|item| item.text());
    table.finish();
    let (text, (test, pattern), is) = (text?, test?, is?);
    let Some(category) = categories.iter().position(|category| *category == is.value) else {
        let message = format!("`{}` is none of the categories", is.value);
        let mend = suggest::mend(&is.value, categories.iter().map(String::as_str));
        item.report().error(code::CATEGORIES, &is.span, message, mend);
        return None;
    };
    let folded = match test {
        RuleTest::Code => pattern.value,
        RuleTest::Prefix | RuleTest::Word => pattern.value.chars().map(rules::lowercase).collect(),
    };
    let rule = Rule { text, test, pattern: folded, category: category as u32 };
    if !rules::is_pattern(&rule) {
        let message = format!("no text can hold `{}` as this rule looks for it", rule.pattern);
        let mend = "a word begins and ends with a letter or a digit; a code is not empty";
        item.report().error(code::VALUE, &pattern.span, message, mend);
        return None;
    }
    Some(rule)
}

/// An event list of the device does not leave it: only what nodes make of it does.
pub(super) fn check_leaves(draft: &FieldDraft, leaves: &Spanned<bool>, table: &Table<'_>) {
    if leaves.value && draft.stage == Stage::Device && matches!(draft.kind, FieldType::EventList(_)) {
        let message = format!("{} is an event list: it cannot leave the device", table.what());
        let mend = "take `leaves_device` out; what device nodes make of the events can leave";
        table.report().error(code::STAGE, &leaves.span, message, mend);
    }
}

/// Finds the columns of reference times, now that all fields are known.
pub(super) fn resolve(fields: &mut [FieldDraft], report: &Report<'_>) {
    let known: Vec<(String, bool, Stage)> = fields
        .iter()
        .map(|field| (field.name.value.clone(), field.kind == FieldType::Date, field.stage))
        .collect();
    for field in fields {
        let (FieldType::EventList(events), Some(name)) = (&mut field.kind, &field.as_of) else { continue };
        let dates = || known.iter().filter(|(_, date, _)| *date).map(|(name, ..)| name.as_str());
        match (0..).zip(&known).find(|(_, (known, ..))| *known == name.value) {
            Some((index, (_, true, stage))) if *stage == field.stage => events.as_of = index,
            Some((_, (_, true, _))) => {
                let message = format!("`{}` is of the other stage than its events", name.value);
                let mend =
                    "events and their reference time are read at the same place: give both the same `stage`";
                report.error(code::STAGE, &name.span, message, mend);
            }
            Some(_) => {
                let message = format!("`{}` is no date", name.value);
                report.error(code::INPUT, &name.span, message, suggest::mend(&name.value, dates()));
            }
            None => {
                let message = format!("there is no field `{}`", name.value);
                report.error(code::UNKNOWN_NAME, &name.span, message, suggest::mend(&name.value, dates()));
            }
        }
    }
}
