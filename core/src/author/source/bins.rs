//! Rows of bins: what they test and what they give. Shared by `bins` nodes and the characteristics of scorecards.

use super::builder::{Builder, Kind, Live};
use super::code;
use super::policies::Absence;
use super::report::{Name, Spanned};
use super::suggest;
use super::table::{Item, Table};
use crate::feature::StateValues;
use crate::feature::bins::{Bins, Closed};
use crate::feature::lookup::Lookup;
use crate::graph::Op;

/// What a row of bins asks.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// An interval; an open end is `None`.
    Range { from: Option<Spanned<f64>>, to: Option<Spanned<f64>> },
    /// A group of categories.
    In(Vec<Name>),
    /// True or false.
    Flags(Vec<bool>),
    /// Every category that no other row names.
    Other,
    /// A missing state.
    State(Absence),
    /// A special code by the field's name for it.
    Special(String),
    /// A special code by its value (imported tables have no names).
    Code(String),
}

/// A row: test and value.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) test: Spanned<Test>,
    pub(super) value: f64,
}

/// Rows as written.
#[derive(Clone, Debug)]
pub(super) struct BinRows {
    pub(super) closed: Closed,
    pub(super) rows: Vec<Row>,
    pub(super) span: core::ops::Range<usize>,
    /// Whether the rows give WoE.
    pub(super) woe: bool,
}

/// Rows that fit their column.
pub(super) struct Bound {
    pub(super) op: Op,
    /// Absences of the column that no row answers.
    pub(super) open: Live,
    /// Least and greatest value of any row.
    pub(super) range: (f64, f64),
}

const CLOSED: &[(&str, Closed)] = &[("left", Closed::Left), ("right", Closed::Right)];
const STATES: &[(&str, Absence)] = &[
    ("missing", Absence::Missing),
    ("special", Absence::Special),
    ("unseen", Absence::Unseen),
    ("out_of_range", Absence::OutOfRange),
];

/// Reads `bins` and `closed` of a table.
pub(super) fn read(table: &Table<'_>) -> Option<BinRows> {
    let closed = table.get("closed").and_then(|i| i.choice(CLOSED)).map_or(Closed::Left, |c| c.value);
    let item = table.need("bins", "[ { to = 30, points = 10 }, { points = 20 } ]")?;
    let items = item.list()?;
    let mut word = None;
    let n = items.len();
    let rows: Vec<Row> = items.iter().filter_map(|item| row(item, &mut word)).collect();
    let woe = word == Some("woe");
    if n == 0 {
        table.report().error(
            code::BINS,
            &item.span(),
            format!("{} has no bins", table.what()),
            "write at least one row",
        );
    }
    (rows.len() == n && n > 0).then_some(BinRows { closed, rows, span: item.span(), woe })
}

fn row(item: &Item<'_>, word: &mut Option<&'static str>) -> Option<Row> {
    let table = item.table(item.what().to_owned())?;
    let report = table.report();
    let value = value(&table, word);
    let (from, to) = (table.get("from"), table.get("to"));
    let (members, other) = (table.get("in"), table.get("other"));
    let (state, special) = (table.get("state"), table.get("special"));
    let range = from.is_some() || to.is_some();
    let tests = [range, members.is_some(), other.is_some(), state.is_some(), special.is_some()];
    let test = match tests.iter().filter(|&&t| t).count() {
        0 => Some(Test::Range { from: None, to: None }),
        1 if range => {
            let end = |item: Option<Item<'_>>| match item {
                Some(item) => item.number_open().map(|x| x.value.is_finite().then_some(x)),
                None => Some(None),
            };
            let (from, to) = (end(from), end(to));
            from.zip(to).map(|(from, to)| Test::Range { from, to })
        }
        1 => members
            .and_then(|item| in_list(&item))
            .or_else(|| other.and_then(|i| i.flag()).map(|_| Test::Other))
            .or_else(|| state.and_then(|i| i.choice(STATES)).map(|s| Test::State(s.value)))
            .or_else(|| special.and_then(|i| i.text()).map(|s| Test::Special(s.value))),
        _ => {
            let mend = "give a row one of: `from`/`to`, `in`, `other`, `state`, `special`";
            report.error(code::BINS, table.span(), format!("{} has two tests", table.what()), mend);
            None
        }
    };
    let span = table.span().clone();
    table.finish();
    Some(Row { test: Spanned::new(test?, span), value: value? })
}

fn value(table: &Table<'_>, word: &mut Option<&'static str>) -> Option<f64> {
    let found: Vec<(&'static str, Item<'_>)> =
        ["woe", "points", "value"].into_iter().filter_map(|w| table.get(w).map(|i| (w, i))).collect();
    match found.as_slice() {
        [(own, item)] => {
            let first = *word.get_or_insert(own);
            if first != *own {
                let message = format!("{} gives `{own}` where the rows before give `{first}`", table.what());
                table.report().error(
                    code::BINS,
                    &item.span(),
                    message,
                    format!("write `{first}` in every row"),
                );
            }
            item.number().map(|x| x.value)
        }
        [] => {
            let message = format!("{} gives no value", table.what());
            table.report().error(
                code::MISSING_KEY,
                table.span(),
                message,
                "add `woe = …`, `points = …` or `value = …`",
            );
            None
        }
        _ => {
            let message = format!("{} gives two values", table.what());
            table.report().error(code::BINS, table.span(), message, "keep one of `woe`, `points`, `value`");
            None
        }
    }
}

fn in_list(item: &Item<'_>) -> Option<Test> {
    let items = item.list()?;
    let flags: Vec<bool> = items.iter().filter_map(Item::as_flag).collect();
    if !flags.is_empty() && flags.len() == items.len() {
        return Some(Test::Flags(flags));
    }
    item.texts().map(Test::In)
}

impl BinRows {
    /// Fits the rows to the column that they read; `factor` multiplies every value.
    pub(super) fn bind(&self, builder: &Builder<'_>, column: u32, factor: f64) -> Option<Bound> {
        let kind = builder.column(column)?.kind.clone();
        let states = self.states(builder, column, factor)?;
        let lookup = |values: Option<Vec<f64>>| {
            Lookup::new(values?, states.clone())
                .map(Op::Lookup)
                .map_err(|e| builder.refused(&self.span, e, "bins"))
                .ok()
        };
        let op = match kind {
            Kind::Number | Kind::Date => {
                let (edges, values) = super::intervals::read(self, builder, column, factor)?;
                let bins = Bins::new(self.closed, edges, values, states.clone());
                bins.map(Op::Bins).map_err(|e| builder.refused(&self.span, e, "bins")).ok()?
            }
            Kind::Flag => lookup(self.flags(builder, factor))?,
            Kind::Category(categories) => lookup(self.categories(builder, column, &categories, factor))?,
            Kind::Hash | Kind::Events => {
                let message = format!("{} cannot be put into bins", kind.describe());
                builder.report.error(code::INPUT, &self.span, message, "read a number or a category");
                return None;
            }
        };
        let open = builder
            .live(&[column])
            .into_iter()
            .filter(|&(field, absence)| !self.answers(builder, &states, field, absence))
            .collect();
        let values = self.rows.iter().map(|r| r.value * factor);
        let range = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x), hi.max(x)));
        Some(Bound { op, open, range })
    }

    fn answers(&self, builder: &Builder<'_>, states: &StateValues, field: usize, absence: Absence) -> bool {
        match absence {
            Absence::Missing => states.missing.is_some(),
            Absence::Unseen => states.unseen.is_some(),
            Absence::OutOfRange => states.out_of_range.is_some(),
            Absence::Special => {
                let codes = builder.fields.get(field).map_or(0, |f| f.specials.len());
                states.special.is_some() || states.specials.len() >= codes
            }
        }
    }

    fn states(&self, builder: &Builder<'_>, column: u32, factor: f64) -> Option<StateValues> {
        let mut states = StateValues::default();
        let mut sound = true;
        let mut twice = |old: bool, span: &core::ops::Range<usize>, what: &str| {
            if old {
                sound = false;
                let message = format!("two rows are for {what}");
                builder.report.error(code::BINS, span, message, "keep one of them");
            }
        };
        let mut unknown = false;
        for row in &self.rows {
            let (value, span) = (row.value * factor, &row.test.span);
            match &row.test.value {
                Test::State(absence) => {
                    let slot = match absence {
                        Absence::Missing => &mut states.missing,
                        Absence::Special => &mut states.special,
                        Absence::Unseen => &mut states.unseen,
                        Absence::OutOfRange => &mut states.out_of_range,
                    };
                    twice(slot.replace(value).is_some(), span, &format!("the state `{}`", absence.key()));
                }
                Test::Special(name) | Test::Code(name) => {
                    let by_code = matches!(row.test.value, Test::Code(_));
                    let specials = builder.origin(column).map_or(&[][..], |f| &f.specials);
                    let number = name.parse::<f64>().ok();
                    let index = specials.iter().position(|s| match by_code {
                        true => {
                            s.text == *name && !s.text.is_empty()
                                || s.text.is_empty() && number == Some(s.value)
                        }
                        false => s.name == *name,
                    });
                    let Some(index) = index.and_then(|i| u8::try_from(i).ok()) else {
                        unknown = true;
                        let message = format!("the field has no special code `{name}`");
                        let mend = suggest::mend(name, specials.iter().map(|s| s.name.as_str()));
                        let add = format!("declare it: `specials = {{ \"{name}\" = … }}`; {mend}");
                        builder.report.error(code::UNKNOWN_NAME, span, message, add);
                        continue;
                    };
                    let old = states.specials.iter().any(|&(i, _)| i == index);
                    twice(old, span, &format!("the special code `{name}`"));
                    states.specials.push((index, value));
                }
                _ => {}
            }
        }
        let other = self.rows.iter().find(|r| matches!(r.test.value, Test::Other));
        if let (None, Some(row)) = (states.unseen, other) {
            states.unseen = Some(row.value * factor);
        }
        states.specials.sort_by_key(|&(i, _)| i);
        (sound && !unknown).then_some(states)
    }

    /// Reports rows whose test does not fit the column.
    fn unfit(&self, builder: &Builder<'_>, row: &Row, what: &str, mend: &str) {
        builder.report.error(code::INPUT, &row.test.span, format!("this row does not fit {what}"), mend);
    }

    fn flags(&self, builder: &Builder<'_>, factor: f64) -> Option<Vec<f64>> {
        let mut values = [None, None];
        let mut sound = true;
        for row in &self.rows {
            let members = match &row.test.value {
                Test::Flags(flags) => flags.clone(),
                Test::Range { .. } | Test::In(_) => {
                    self.unfit(
                        builder,
                        row,
                        "a true-or-false input",
                        "write `in = [true]` or `in = [false]`",
                    );
                    sound = false;
                    continue;
                }
                _ => continue,
            };
            for flag in members {
                if let Some(slot) = values.get_mut(usize::from(flag))
                    && slot.replace(row.value * factor).is_some()
                {
                    let message = format!("`{flag}` is in two bins");
                    builder.report.error(code::CATEGORIES, &row.test.span, message, "keep it in one");
                    sound = false;
                }
            }
        }
        let other = self.rows.iter().find(|r| matches!(r.test.value, Test::Other)).map(|r| r.value * factor);
        let [no, yes] = values.map(|v| v.or(other));
        match (no, yes) {
            (Some(no), Some(yes)) if sound => Some(vec![no, yes]),
            (Some(_), Some(_)) => None,
            _ => {
                let message = "`true` or `false` is in no bin";
                builder.report.error(
                    code::CATEGORIES,
                    &self.span,
                    message,
                    "add a row, or `{ other = true, … }`",
                );
                None
            }
        }
    }

    fn categories(
        &self,
        builder: &Builder<'_>,
        column: u32,
        categories: &[String],
        factor: f64,
    ) -> Option<Vec<f64>> {
        let mut values: Vec<Option<f64>> = vec![None; categories.len()];
        let mut sound = true;
        let index: std::collections::BTreeMap<&str, usize> =
            categories.iter().map(String::as_str).zip(0..).collect();
        for row in &self.rows {
            let members = match &row.test.value {
                Test::In(names) => names,
                Test::Range { .. } | Test::Flags(_) => {
                    self.unfit(
                        builder,
                        row,
                        "a category",
                        "write `in = [\"…\"]` with the field's categories",
                    );
                    sound = false;
                    continue;
                }
                _ => continue,
            };
            for name in members {
                let slot = index.get(name.value.as_str()).and_then(|&i| values.get_mut(i));
                let (message, mend, code) = match slot {
                    Some(slot) if slot.is_none() => {
                        *slot = Some(row.value * factor);
                        continue;
                    }
                    Some(_) => (
                        format!("the category `{}` is in two bins", name.value),
                        "keep it in one".to_owned(),
                        code::CATEGORIES,
                    ),
                    None => (
                        format!(
                            "`{}` is no category of `{}`",
                            name.value,
                            builder.column(column).map_or("", |c| &c.name)
                        ),
                        suggest::mend(&name.value, categories.iter().map(String::as_str)),
                        code::UNKNOWN_NAME,
                    ),
                };
                sound = false;
                builder.report.error(code, &name.span, message, mend);
            }
        }
        let other = self.rows.iter().find(|r| matches!(r.test.value, Test::Other)).map(|r| r.value * factor);
        let left: Vec<&str> = categories
            .iter()
            .zip(&values)
            .filter(|(_, v)| v.is_none() && other.is_none())
            .map(|(c, _)| c.as_str())
            .collect();
        if sound && !left.is_empty() {
            let message = format!("in no bin: {}", suggest::quoted(&left));
            let mend = "put each category into a row, or add `{ other = true, … }`";
            builder.report.error(code::CATEGORIES, &self.span, message, mend);
            sound = false;
        }
        sound.then(|| values.into_iter().filter_map(|v| v.or(other)).collect())
    }
}
