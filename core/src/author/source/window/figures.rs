//! The outputs of a window node as written: `{ sum = "amount", in = "3 months", where = "income" }`.

use super::super::code;
use super::super::report::Name;
use super::super::suggest;
use super::super::table::{Item, Table};
use super::filters::Filters;
use super::span::{self, Words};
use crate::feature::window::{Kind, Span};
use crate::limits;

/// What the key of a figure asks for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Word {
    /// A kind of figure.
    Of(Kind),
    Share,
    Top,
}

const WORDS: [(&str, Word); 20] = [
    ("count", Word::Of(Kind::Count)),
    ("sum", Word::Of(Kind::Sum)),
    ("mean", Word::Of(Kind::Mean)),
    ("min", Word::Of(Kind::Min)),
    ("max", Word::Of(Kind::Max)),
    ("std", Word::Of(Kind::Std)),
    ("median", Word::Of(Kind::Quantile(0.5))),
    // The share itself is in `q`.
    ("quantile", Word::Of(Kind::Quantile(f64::NAN))),
    ("distinct", Word::Of(Kind::Distinct)),
    ("first", Word::Of(Kind::First)),
    ("last", Word::Of(Kind::Last)),
    ("days_since_first", Word::Of(Kind::DaysSinceFirst)),
    ("days_since_last", Word::Of(Kind::DaysSinceLast)),
    ("longest_streak", Word::Of(Kind::LongestStreak)),
    ("current_streak", Word::Of(Kind::CurrentStreak)),
    ("trend", Word::Of(Kind::Trend)),
    ("volatility", Word::Of(Kind::Volatility)),
    ("ignored", Word::Of(Kind::Ignored)),
    ("share", Word::Share),
    ("top", Word::Top),
];

/// An output as written.
pub(super) struct Draft {
    pub(super) name: Name,
    pub(super) word: Word,
    /// The column; none: the events.
    pub(super) of: Option<Name>,
    pub(super) windows: Vec<Words>,
    /// Whether the windows stand in a list, so that there is an output for each.
    pub(super) listed: bool,
    /// The window of the denominator.
    pub(super) over: Option<Span>,
    pub(super) filter: Option<u32>,
    pub(super) groups: Groups,
}

/// What only `top` has.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) k: u32,
    pub(super) by: Option<Name>,
    pub(super) least: bool,
}

/// Reads an output.
pub(super) fn read(name: Name, item: &Item<'_>, filters: &mut Filters) -> Option<Draft> {
    let table = item.table(format!("output `{}`", name.value))?.at(name.span.clone());
    let draft = draft(name, &table, filters);
    table.finish();
    draft
}

fn draft(name: Name, table: &Table<'_>, filters: &mut Filters) -> Option<Draft> {
    let found: Vec<(Word, Item<'_>)> =
        WORDS.iter().filter_map(|&(key, word)| Some((word, table.get(key)?))).collect();
    let in_ = table.get("in");
    let listed = in_.as_ref().is_some_and(Item::is_list);
    let all = || Some(vec![Words { span: Span::ALL, name: "all".to_owned() }]);
    let windows = in_.map_or_else(all, |item| span::read(&item));
    let filter = filters.of(table);
    let [(word, item)] = found.as_slice() else {
        let message = format!("{} asks for {} figures; one is wanted", table.what(), found.len());
        let mend = format!("write one of {}", suggest::quoted(&WORDS.map(|(key, _)| key)));
        table.report().error(code::MISSING_KEY, table.span(), message, mend);
        return None;
    };
    let of = of(item);
    let (mut word, mut over, mut groups) = (*word, Some(None), Some(Groups::default()));
    match word {
        Word::Top => groups = self::groups(table),
        Word::Share => {}
        Word::Of(kind) => {
            word = Word::Of(with_parameters(kind, table)?);
            over = table.get("over").map_or(Some(None), |item| one_window(&item).map(Some));
        }
    }
    let (of, windows, over, filter, groups) = (of?, windows?, over?, filter?, groups?);
    Some(Draft { name, word, of, windows, listed, over, filter, groups })
}

/// The column that a figure is of: its name, or `true` for the events themselves.
fn of(item: &Item<'_>) -> Option<Option<Name>> {
    match item.as_flag() {
        None => item.text().map(Some),
        Some(true) => Some(None),
        Some(false) => {
            let message = format!("{} is `false`", item.what());
            let mend = "write the name of a column, or `true` for the events themselves";
            item.report().error(code::VALUE, &item.span(), message, mend);
            None
        }
    }
}

/// `q` of a quantile, `monthly` of figures that can be of the sums of months.
fn with_parameters(kind: Kind, table: &Table<'_>) -> Option<Kind> {
    let monthly = || table.get("monthly").map_or(Some(false), |item| item.flag().map(|flag| flag.value));
    Some(match kind {
        Kind::Quantile(q) if q.is_nan() => {
            let q = table.need("q", "0.9")?.number()?;
            if !(0.0..=1.0).contains(&q.value) {
                let message = format!("{} is {}", "`q`", q.value);
                table.report().error(code::VALUE, &q.span, message, "write a share from 0 to 1");
                return None;
            }
            Kind::Quantile(q.value)
        }
        Kind::Std if monthly()? => Kind::MonthlyStd,
        Kind::Trend if monthly()? => Kind::MonthlyTrend,
        Kind::Volatility if monthly()? => Kind::MonthlyVolatility,
        other => other,
    })
}

fn one_window(item: &Item<'_>) -> Option<Span> {
    if item.is_list() {
        // One text is wanted: says so.
        item.text()?;
    }
    span::read(item)?.first().map(|words| words.span)
}

fn groups(table: &Table<'_>) -> Option<Groups> {
    let k = table.need("k", "3").and_then(|item| whole(&item, limits::TOP_GROUPS));
    let by = table.get("by").map_or(Some(None), |item| item.text().map(Some));
    let least = table.get("least").map_or(Some(false), |item| item.flag().map(|flag| flag.value));
    Some(Groups { k: k?, by: by?, least: least? })
}

/// A whole number from 1 to `most`.
pub(in super::super) fn whole(item: &Item<'_>, most: usize) -> Option<u32> {
    let number = item.number()?;
    if number.value.trunc() == number.value && (1.0..=most as f64).contains(&number.value) {
        return Some(number.value as u32);
    }
    let message = format!("{} is {}", item.what(), number.value);
    item.report().error(code::VALUE, &number.span, message, format!("write a whole number from 1 to {most}"));
    None
}
