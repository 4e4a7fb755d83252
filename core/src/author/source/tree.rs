//! `tree`: a decision tree that is written: splits with conditions, and leaves with a value, a sub-model or an expression.

mod build;

use core::ops::Range;
use std::collections::BTreeMap;

use super::code;
use super::formulas::Text;
use super::gives::Gives;
use super::meta::{self, Said};
use super::node::Parsed;
use super::report::{Name, Report, Spanned};
use super::suggest;
use super::table::{Item, Table};

/// Levels of a tree.
const DEPTH: usize = 64;

/// What a split leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    Split(usize),
    Leaf(usize),
}

/// What happens where a condition cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
    /// There is no leaf.
    Absent,
    Then,
    Else,
}

struct Split {
    when: Text,
    then: To,
    other: To,
    unknown: Unknown,
}

/// What a leaf gives.
enum Value {
    /// Nothing: the leaf alone.
    None,
    Number(f64),
    Word(String),
    /// A number from other columns.
    Text(Text),
}

struct Leaf {
    id: Name,
    value: Value,
    texts: Vec<Said>,
}

/// The first split is the root; what it leads to comes after it, each once.
struct Tree {
    splits: Vec<Split>,
    leaves: Vec<Leaf>,
    gives: Gives,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let splits =
        table.need("splits", "[{ id = \"young\", when = \"age < 25\", then = \"a\", else = \"b\" }]");
    let leaves = table.need("leaves", "[{ id = \"a\", value = 1 }, { id = \"b\", value = 2 }]");
    let gives = Gives::read(table);
    let (splits, leaves) = (splits?.list()?, leaves?.list()?);
    let drafts: Vec<SplitDraft> = splits.iter().filter_map(split).collect();
    let own: Vec<Leaf> = leaves.iter().filter_map(leaf).collect();
    (drafts.len() == splits.len() && own.len() == leaves.len()).then_some(())?;
    let splits = link(drafts, &own, table)?;
    one_kind(&own, table.report())?;
    Some(Box::new(Tree { splits, leaves: own, gives: gives? }))
}

struct SplitDraft {
    id: Name,
    when: Text,
    then: Name,
    other: Name,
    unknown: Unknown,
}

fn split(item: &Item<'_>) -> Option<SplitDraft> {
    const UNKNOWN: &[(&str, Unknown)] =
        &[("absent", Unknown::Absent), ("then", Unknown::Then), ("else", Unknown::Else)];
    let table = item.table(item.what().to_owned())?;
    let text = |key, example| table.need(key, example).and_then(|item| item.text());
    let (id, then, other) = (text("id", "\"young\""), text("then", "\"a\""), text("else", "\"b\""));
    let when = table.need("when", "\"age < 25\"").and_then(|item| Text::read(&item));
    let unknown = table
        .get("unknown")
        .map_or(Some(Unknown::Absent), |item| item.choice(UNKNOWN).map(|word| word.value));
    table.finish();
    Some(SplitDraft { id: id?, when: when?, then: then?, other: other?, unknown: unknown? })
}

fn leaf(item: &Item<'_>) -> Option<Leaf> {
    let table = item.table(item.what().to_owned())?;
    let id = table.need("id", "\"a\"").and_then(|item| item.text());
    let texts = table.get("text").map_or_else(Vec::new, |item| meta::said(&item));
    let value = table.get("value").map(|item| match (item.as_number(), item.as_text()) {
        (Some(number), _) => Some(Value::Number(number.value)),
        (None, Some(word)) => Some(Value::Word(word.value)),
        (None, None) => item.number().map(|number| Value::Number(number.value)),
    });
    let expression = table.get("expression").map(|item| Text::read(&item).map(Value::Text));
    table.finish();
    let (id, value) = match (value, expression) {
        (Some(_), Some(_)) => {
            let message = format!("{} has a `value` and an `expression`", item.what());
            item.report().error(code::VALUE, &item.span(), message, "keep one of them");
            return None;
        }
        (Some(value), None) | (None, Some(value)) => (id?, value?),
        (None, None) => (id?, Value::None),
    };
    Some(Leaf { id, value, texts })
}

/// Resolves the names of splits and leaves: each is reached once, from the first split.
fn link(drafts: Vec<SplitDraft>, leaves: &[Leaf], table: &Table<'_>) -> Option<Vec<Split>> {
    let report = table.report();
    let mut places: BTreeMap<String, To> = BTreeMap::new();
    let splits = drafts.iter().enumerate().map(|(at, draft)| (&draft.id, To::Split(at)));
    let all = splits.chain(leaves.iter().enumerate().map(|(at, leaf)| (&leaf.id, To::Leaf(at))));
    for (id, to) in all {
        if places.insert(id.value.clone(), to).is_some() {
            let message = format!("two splits or leaves have the id `{}`", id.value);
            report.error(code::NAME, &id.span, message, "give each its own");
            return None;
        }
    }
    if drafts.is_empty() {
        report.error(
            code::VALUE,
            table.span(),
            format!("{} has no split", table.what()),
            "add one to `splits`",
        );
        return None;
    }
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    let mut linked = Vec::with_capacity(drafts.len());
    for (at, draft) in drafts.iter().enumerate() {
        let to = |name: &Name| -> Option<To> {
            let Some(&to) = places.get(&name.value) else {
                let message = format!("there is no split or leaf `{}`", name.value);
                let mend = suggest::mend(&name.value, places.keys().map(String::as_str));
                report.error(code::UNKNOWN_NAME, &name.span, message, mend);
                return None;
            };
            if matches!(to, To::Split(child) if child <= at) {
                let message = format!("`{}` stands before the split that leads to it", name.value);
                report.error(
                    code::VALUE,
                    &name.span,
                    message,
                    "list each split after the one that leads to it",
                );
                return None;
            }
            Some(to)
        };
        let (then, other) = (to(&draft.then), to(&draft.other));
        for name in [&draft.then, &draft.other] {
            let count = places.get_key_value(&name.value).map(|(key, _)| reached.entry(key).or_default());
            if let Some(count) = count {
                *count += 1;
                if *count == 2 {
                    let message = format!("`{}` is reached twice", name.value);
                    report.error(
                        code::VALUE,
                        &name.span,
                        message,
                        "a tree leads to each split and leaf once",
                    );
                    return None;
                }
            }
        }
        linked.push(Split { when: draft.when.clone(), then: then?, other: other?, unknown: draft.unknown });
    }
    let ids = drafts.iter().skip(1).map(|draft| &draft.id).chain(leaves.iter().map(|leaf| &leaf.id));
    if let Some(id) = ids.into_iter().find(|id| !reached.contains_key(id.value.as_str())) {
        report.error(code::VALUE, &id.span, format!("nothing leads to `{}`", id.value), "take it out");
        return None;
    }
    shallow(&linked, table.span(), report).then_some(linked)
}

fn shallow(splits: &[Split], span: &Range<usize>, report: &Report<'_>) -> bool {
    let mut depth = vec![1; splits.len()];
    for (at, split) in splits.iter().enumerate() {
        let own = depth.get(at).copied().unwrap_or_default();
        if own > DEPTH {
            let message = format!("the tree has more than {DEPTH} levels");
            report.error(code::LIMIT, span, message, "make two trees of it");
            return false;
        }
        for to in [split.then, split.other] {
            if let To::Split(child) = to
                && let Some(depth) = depth.get_mut(child)
            {
                *depth = own + 1;
            }
        }
    }
    true
}

/// All leaves give numbers, all give texts, or none gives anything.
fn one_kind(leaves: &[Leaf], report: &Report<'_>) -> Option<()> {
    let kind = |leaf: &Leaf| match leaf.value {
        Value::None => 0,
        Value::Number(_) | Value::Text(_) => 1,
        Value::Word(_) => 2,
    };
    let first = leaves.first().map(kind);
    let Some(other) = leaves.iter().find(|leaf| Some(kind(leaf)) != first) else { return Some(()) };
    let Spanned { value, span } = &other.id;
    let message = format!("the leaf `{value}` does not give what the others give");
    report.error(
        code::VALUE,
        span,
        message,
        "give every leaf a number or expression, every leaf a text, or none a value",
    );
    None
}
