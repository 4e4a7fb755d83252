//! Filters of events: `{ amount = "positive", category = ["food", "rent"] }`, by name or where they are used.

use super::super::builder::Builder;
use super::super::code;
use super::super::report::{Name, Spanned};
use super::super::suggest;
use super::super::table::{Item, Table};
use crate::feature::window::Test;
use crate::limits;
use crate::schema::{EventSchema, Field, FieldType};

/// Filters as written: the named ones first, then those that stand where they are used.
#[derive(Default)]
pub(in super::super) struct Filters {
    names: Vec<Name>,
    drafts: Vec<Vec<(Name, Draft)>>,
}

/// A test of a column, before the column is known.
enum Draft {
    Categories(Vec<Name>),
    Flags(Vec<bool>),
    Between { lo: f64, hi: f64, lo_in: bool, hi_in: bool },
}

impl Filters {
    /// Reads `filters` of a node.
    pub(in super::super) fn read(table: &Table<'_>) -> Option<Self> {
        let mut filters = Self::default();
        let Some(item) = table.get("filters") else { return Some(filters) };
        let entries = item.table(format!("`filters` of {}", table.what()))?.named();
        let mut sound = true;
        for (name, item) in entries {
            match tests(&item) {
                Some(tests) => {
                    filters.names.push(name);
                    filters.drafts.push(tests);
                }
                None => sound = false,
            }
        }
        sound.then_some(filters)
    }

    /// Reads `where` of an output: the index of its filter.
    pub(in super::super) fn of(&mut self, table: &Table<'_>) -> Option<Option<u32>> {
        let Some(item) = table.get("where") else { return Some(None) };
        if item.is_table() {
            self.drafts.push(tests(&item)?);
            return Some(Some(self.drafts.len() as u32 - 1));
        }
        let name = item.text()?;
        let found = self.names.iter().position(|known| known.value == name.value);
        if found.is_none() {
            let message = format!("there is no filter `{}`", name.value);
            let mend = match self.names.as_slice() {
                [] => format!("declare it in `filters`, or write it here: `{}`", EXAMPLE),
                names => suggest::mend(&name.value, names.iter().map(|known| known.value.as_str())),
            };
            item.report().error(code::UNKNOWN_NAME, &name.span, message, mend);
        }
        found.map(|index| Some(index as u32))
    }

    /// The tests of each filter over the columns of a list.
    pub(in super::super) fn bind(
        &self,
        schema: &EventSchema,
        builder: &Builder<'_>,
    ) -> Option<Vec<Vec<Test>>> {
        let mut sound = true;
        let mut bound = Vec::with_capacity(self.drafts.len());
        for draft in &self.drafts {
            let tests: Vec<Test> =
                draft.iter().filter_map(|(name, draft)| bind(name, draft, schema, builder)).collect();
            sound &= tests.len() == draft.len();
            bound.push(tests);
        }
        sound.then_some(bound)
    }
}

const EXAMPLE: &str = "where = { amount = \"positive\" }";

/// The column of a list by its name.
pub(in super::super) fn column<'a>(
    name: &Name,
    schema: &'a EventSchema,
    builder: &Builder<'_>,
) -> Option<(u32, &'a Field)> {
    let mut fields = (0..).zip(schema.columns.iter().map(|column| &column.field));
    let found = fields.find(|(_, field)| field.name == name.value);
    if found.is_none() {
        let message = format!("the events have no column `{}`", name.value);
        let names = schema.columns.iter().map(|column| column.field.name.as_str());
        builder.report.error(code::UNKNOWN_NAME, &name.span, message, suggest::mend(&name.value, names));
    }
    found
}

fn tests(item: &Item<'_>) -> Option<Vec<(Name, Draft)>> {
    let entries = item.table(item.what().to_owned())?.named();
    let n = entries.len();
    if n == 0 || n > limits::FILTER_TESTS {
        let message = format!("{} has {n} tests", item.what());
        let mend = format!("write 1 to {}, as `{EXAMPLE}`", limits::FILTER_TESTS);
        item.report().error(code::VALUE, &item.span(), message, mend);
        return None;
    }
    let tests: Vec<_> = entries.into_iter().filter_map(|(name, item)| Some((name, draft(&item)?))).collect();
    (tests.len() == n).then_some(tests)
}

fn draft(item: &Item<'_>) -> Option<Draft> {
    let between = |lo, hi, lo_in, hi_in| Draft::Between { lo, hi, lo_in, hi_in };
    if let Some(flag) = item.as_flag() {
        return Some(Draft::Flags(vec![flag]));
    }
    if item.is_list() {
        let items = item.list()?;
        if let Some(flags) = items.iter().map(Item::as_flag).collect::<Option<Vec<bool>>>()
            && !flags.is_empty()
        {
            return Some(Draft::Flags(flags));
        }
        return Some(Draft::Categories(item.texts()?));
    }
    if item.is_table() {
        return range(item);
    }
    let sign = item.choice(&[("positive", 1), ("negative", -1), ("zero", 0)])?;
    Some(match sign.value {
        1 => between(0.0, f64::INFINITY, false, true),
        0 => between(0.0, 0.0, true, true),
        _ => between(f64::NEG_INFINITY, 0.0, true, false),
    })
}

/// `min` and `max` belong to the range, `above` and `below` do not.
fn range(item: &Item<'_>) -> Option<Draft> {
    let table = item.table(item.what().to_owned())?;
    let bound = |key| table.get(key).map_or(Some(None), |item| item.number().map(Some));
    let (min, max, above, below) = (bound("min"), bound("max"), bound("above"), bound("below"));
    table.finish();
    let (min, max, above, below) = (min?, max?, above?, below?);
    let (lo, lo_in) = side(item, min, above, f64::NEG_INFINITY)?;
    let (hi, hi_in) = side(item, max, below, f64::INFINITY)?;
    if lo > hi || (lo, hi) == (f64::NEG_INFINITY, f64::INFINITY) {
        let message = format!("{} holds for no value, or for every one", item.what());
        let mend = "write the lesser bound as `min` or `above`, the greater as `max` or `below`";
        item.report().error(code::VALUE, &item.span(), message, mend);
        return None;
    }
    Some(Draft::Between { lo, hi, lo_in, hi_in })
}

type Bound = Option<Spanned<f64>>;

/// The bound of one side and whether it belongs to the range.
fn side(item: &Item<'_>, included: Bound, left_out: Bound, open: f64) -> Option<(f64, bool)> {
    match (included, left_out) {
        (None, None) => Some((open, true)),
        (Some(bound), None) => Some((bound.value, true)),
        (None, Some(bound)) => Some((bound.value, false)),
        (Some(_), Some(second)) => {
            let message = format!("{} has two bounds of one side", item.what());
            item.report().error(code::VALUE, &second.span, message, "keep one of them");
            None
        }
    }
}

fn bind(name: &Name, draft: &Draft, schema: &EventSchema, builder: &Builder<'_>) -> Option<Test> {
    let (column, field) = column(name, schema, builder)?;
    let wrong = |wanted: &str| {
        let message = format!("the column `{}` is {}", name.value, field.kind.describe());
        builder.report.error(code::INPUT, &name.span, message, format!("{wanted} is tested so"));
    };
    match draft {
        Draft::Categories(words) => {
            let FieldType::Category { values } = &field.kind else {
                wrong("a category");
                return None;
            };
            let find = |word: &Name| {
                let found = values.iter().position(|value| *value == word.value);
                if found.is_none() {
                    let message = format!("`{}` is no category of `{}`", word.value, name.value);
                    let mend = suggest::mend(&word.value, values.iter().map(String::as_str));
                    builder.report.error(code::CATEGORIES, &word.span, message, mend);
                }
                found
            };
            let found: Vec<usize> = words.iter().filter_map(find).collect();
            (found.len() == words.len()).then(|| Test::In { column, set: set(&found) })
        }
        Draft::Flags(flags) => {
            if field.kind != FieldType::Boolean {
                wrong("true or false");
                return None;
            }
            let codes: Vec<usize> = flags.iter().map(|&flag| usize::from(flag)).collect();
            Some(Test::In { column, set: set(&codes) })
        }
        Draft::Between { lo, hi, lo_in, hi_in } => {
            if !matches!(field.kind, FieldType::Number | FieldType::Integer) {
                wrong("a number");
                return None;
            }
            Some(Test::Between { column, lo: *lo, hi: *hi, lo_in: *lo_in, hi_in: *hi_in })
        }
    }
}

/// Bits of the codes, as many words as the greatest needs.
fn set(codes: &[usize]) -> Vec<u64> {
    let mut set = vec![0; codes.iter().max().map_or(0, |most| most / 64 + 1)];
    for code in codes {
        if let Some(word) = set.get_mut(code / 64) {
            *word |= 1 << (code % 64);
        }
    }
    set
}
