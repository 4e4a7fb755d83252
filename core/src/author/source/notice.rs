//! `[notice]`: what adverse action notices say, and what an applicant can change.

use super::code;
use super::fields::FieldDraft;
use super::meta::{self, MetaDraft};
use super::report::Name;
use super::suggest;
use super::table::{Item, Table};
use crate::bundle::ScoreOutput;
use crate::notice::{Notice, Passage};
use crate::reason::ReasonGroup;
use crate::reason::counterfactual::{Action, Direction};
use crate::schema::FieldType;

const DIRECTIONS: &[(&str, Direction)] =
    &[("up", Direction::Up), ("down", Direction::Down), ("any", Direction::Any)];

/// What the rest of the source has, that a notice names.
pub(super) struct Known<'a> {
    pub(super) meta: &'a MetaDraft,
    pub(super) scores: &'a [ScoreOutput],
    pub(super) groups: &'a [ReasonGroup],
    pub(super) fields: &'a [FieldDraft],
}

/// Reads `[notice]`.
pub(super) fn read(root: &Table<'_>, known: &Known<'_>) -> Notice {
    let mut notice = Notice::default();
    let Some(table) = root.get("notice").and_then(|item| item.table("[notice]".to_owned())) else {
        return notice;
    };
    if let Some(name) = table.get("score").and_then(|item| item.text()) {
        let names = known.scores.iter().map(|score| score.name.as_str());
        notice.score = index(&name, names, "score", &table);
    }
    if let Some(item) = table.get("range") {
        match item.numbers().as_deref() {
            Some([lowest, highest]) if lowest.value < highest.value => {
                notice.range = Some((lowest.value, highest.value));
            }
            Some(_) => {
                let message = "the range of the score must be two numbers, the lesser first";
                table.report().error(code::VALUE, &item.span(), message, "write `[300, 850]`");
            }
            None => {}
        }
    }
    if let Some(item) = table.get("source") {
        notice.source = meta::localized(&item, &table, known.meta, true);
    }
    let codes = |key| {
        let names = table.get(key).and_then(|item| item.texts()).unwrap_or_default();
        let group = |name: &Name| {
            index(name, known.groups.iter().map(|group| group.code.as_str()), "reason code", &table)
        };
        names.iter().filter_map(group).collect::<Vec<u32>>()
    };
    notice.inquiries = codes("inquiries");
    notice.unspecific = codes("unspecific");
    if let Some(texts) = table.get("texts").and_then(|item| item.table("[notice.texts]".to_owned())) {
        for passage in Passage::ALL {
            if let Some(item) = texts.get(passage.key()) {
                notice.passages.push((passage, passage_texts(&item, &texts, known.meta)));
            }
        }
        texts.finish();
    }
    if let Some(changes) = table.get("change").and_then(|item| item.table("[notice.change]".to_owned())) {
        for (name, item) in changes.named() {
            let at =
                index(&name, known.fields.iter().map(|field| field.name.value.as_str()), "field", &table);
            let Some(inner) = item.table(format!("change of `{}`", name.value)) else { continue };
            let inner = inner.at(name.span.clone());
            let action = action(&inner);
            if let Some((at, field)) = at.and_then(|at| Some((at, known.fields.get(at as usize)?))) {
                check(field, &action, &name, &table);
                notice.actions.push((at, action));
            }
            inner.finish();
        }
        notice.actions.sort_by_key(|action| action.0);
    }
    table.finish();
    notice
}

/// Where a name stands among the known ones; a mistake if nowhere.
fn index<'a>(
    name: &Name,
    names: impl Iterator<Item = &'a str> + Clone,
    what: &str,
    table: &Table<'_>,
) -> Option<u32> {
    let at = (0..).zip(names.clone()).find(|(_, known)| *known == name.value).map(|(at, _)| at);
    if at.is_none() {
        let message = format!("there is no {what} `{}`", name.value);
        table.report().error(code::UNKNOWN_NAME, &name.span, message, suggest::mend(&name.value, names));
    }
    at
}

fn passage_texts(item: &Item<'_>, table: &Table<'_>, meta: &MetaDraft) -> Vec<crate::schema::Localized> {
    let texts = meta::localized(item, table, meta, true);
    for text in &texts {
        if let Some(name) = Passage::unknown_placeholder(&text.text) {
            let message = format!("{} has the placeholder `{{{name}}}`, which there is not", item.what());
            let mend = suggest::mend(name, Passage::PLACEHOLDERS);
            table.report().error(code::VALUE, &item.span(), message, mend);
        }
    }
    texts
}

fn action(table: &Table<'_>) -> Action {
    let mut action = Action::default();
    if let Some(direction) = table.get("direction").and_then(|item| item.choice(DIRECTIONS)) {
        action.direction = direction.value;
    }
    let number = |key| table.get(key).and_then(|item| item.number()).map(|number| number.value);
    (action.step, action.min, action.max) = (number("step"), number("min"), number("max"));
    if let Some(cost) = number("cost") {
        action.cost = cost;
    }
    action
}

fn check(field: &FieldDraft, action: &Action, name: &Name, table: &Table<'_>) {
    let positive = action.cost > 0.0 && action.step.is_none_or(|step| step > 0.0);
    let ordered = action.min.zip(action.max).is_none_or(|(min, max)| min < max);
    let (what, mend) = if field.form.immutable {
        ("is immutable: a change of it would be no advice", "take it out, or `immutable` out of the field")
    } else if !positive || !ordered {
        (
            "has a step or a cost that is not over 0, or bounds out of order",
            "write numbers over 0, the lesser bound as `min`",
        )
    } else if matches!(field.kind, FieldType::EventList(_) | FieldType::Hash { .. }) {
        ("cannot be changed in steps", "name a number, integer, date, boolean or category")
    } else {
        return;
    };
    table.report().error(code::VALUE, &name.span, format!("`{}` {what}", name.value), mend);
}
