//! Nodes over events: `series`, a sequence of months or events.

use super::builder::{self, Builder, Here, Kind, Unanswered};
use super::code;
use super::node::{Parsed, Spec};
use super::report::Name;
use super::suggest;
use super::table::{Item, Table};
use super::window::{Filters, Source, column, is_number, kind_of, whole};
use crate::feature::series::{Feature, Sequence, Series, Steps, Take};
use crate::feature::window::Unit;
use crate::graph::Op;
use crate::limits;
use crate::schema::EventSchema;

const MONTHLY: [(&str, Take); 6] = [
    ("count", Take::Count),
    ("sum", Take::Sum),
    ("mean", Take::Mean),
    ("min", Take::Min),
    ("max", Take::Max),
    ("last", Take::Last),
];

const OF_EVENTS: [(&str, Take); 3] =
    [("value", Take::Value), ("days_before", Take::DaysBefore), ("days_between", Take::DaysBetween)];

struct FeatureDraft {
    name: Name,
    take: Take,
    /// The column; none: the events.
    of: Option<Name>,
    filter: Option<u32>,
    empty: Option<f64>,
}

struct SeriesSpec {
    source: Source,
    steps: Steps,
    length: u32,
    filters: Filters,
    features: Vec<FeatureDraft>,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let (source, mut filters) = (Source::read(table), Filters::read(table));
    let mut unread = Filters::default();
    let steps = steps(table, filters.as_mut().unwrap_or(&mut unread));
    let features = table.need("features", "{ spent = { sum = \"amount\" } }");
    let entries = features?.table(format!("`features` of {}", table.what()))?.named();
    let n = entries.len();
    if n == 0 {
        let message = format!("{} has no features", table.what());
        table.report().error(code::VALUE, table.span(), message, "list at least one in `features`");
    }
    let (steps, length) = steps?;
    let monthly = matches!(steps, Steps::Months { .. });
    let features: Vec<FeatureDraft> = entries
        .into_iter()
        .filter_map(|(name, item)| feature(name, &item, monthly, filters.as_mut().unwrap_or(&mut unread)))
        .collect();
    (n > 0 && features.len() == n).then_some(())?;
    Some(Box::new(SeriesSpec { source: source?, steps, length, filters: filters?, features }))
}

/// `months = 24`, or `last = 50` events.
fn steps(table: &Table<'_>, filters: &mut Filters) -> Option<(Steps, u32)> {
    let months = table.get("months");
    let last = table.get("last");
    match (months, last) {
        (Some(months), None) => {
            let length = whole(&months, limits::WINDOW_MONTHS);
            let calendar =
                table.get("calendar").map_or(Some(true), |item| item.flag().map(|flag| flag.value));
            let skip = table.get("skip").map_or(Some(0), |item| whole(&item, limits::WINDOW_MONTHS));
            let unit = if calendar? { Unit::CalendarMonths } else { Unit::Months };
            Some((Steps::Months { unit, skip: skip? }, length?))
        }
        (None, Some(last)) => {
            let (length, filter) = (whole(&last, limits::COLUMNS), filters.of(table));
            Some((Steps::Events { filter: filter? }, length?))
        }
        _ => {
            let message = format!("{} must say what a step is", table.what());
            let mend = "write either `months = 24`, or `last = 50` for the last 50 events";
            table.report().error(code::MISSING_KEY, table.span(), message, mend);
            None
        }
    }
}

fn feature(name: Name, item: &Item<'_>, monthly: bool, filters: &mut Filters) -> Option<FeatureDraft> {
    let table = item.table(format!("feature `{}`", name.value))?.at(name.span.clone());
    let words = if monthly { &MONTHLY[..] } else { &OF_EVENTS[..] };
    let found: Vec<(Take, Item<'_>)> =
        words.iter().filter_map(|&(key, take)| Some((take, table.get(key)?))).collect();
    let filter = if monthly { filters.of(&table) } else { Some(None) };
    let empty = table.get("empty").map_or(Some(None), |item| item.number().map(|x| Some(x.value)));
    let of = match found.as_slice() {
        [(take, item)] => match item.as_flag() {
            Some(true) => Some((*take, None)),
            _ => item.text().map(|name| (*take, Some(name))),
        },
        _ => {
            let message = format!("{} asks for {} figures; one is wanted", table.what(), found.len());
            let keys: Vec<&str> = words.iter().map(|(key, _)| *key).collect();
            let mend = format!("write one of {}", suggest::quoted(&keys));
            table.report().error(code::MISSING_KEY, table.span(), message, mend);
            None
        }
    };
    table.finish();
    let (take, of) = of?;
    Some(FeatureDraft { name, take, of, filter: filter?, empty: empty? })
}

impl FeatureDraft {
    /// The feature over the columns of a list, with what its values are.
    fn bind(&self, schema: &EventSchema, builder: &Builder<'_>) -> Option<(Feature, builder::Output)> {
        let of = match &self.of {
            Some(name) => Some((name, column(name, schema, builder)?)),
            None => None,
        };
        let wrong = |name: &Name, message: String, mend: &str| {
            builder.report.error(code::INPUT, &name.span, message, mend);
            None
        };
        let days = matches!(self.take, Take::DaysBefore | Take::DaysBetween);
        let (kind, unit) = match (of, self.take) {
            (None, Take::Count) => (Kind::Number, String::new()),
            (None, _) if days => (Kind::Number, "days".to_owned()),
            (None, _) => {
                let message = format!("`{}` is a figure of values", self.name.value);
                return wrong(&self.name, message, "write the name of a column in place of `true`");
            }
            (Some((name, _)), _) if days => {
                let message = format!("`{}` is a figure of events, not of `{}`", self.name.value, name.value);
                return wrong(name, message, "write `true` in place of the column");
            }
            (Some((_, (_, field))), Take::Last | Take::Value) => (kind_of(field), field.unit.clone()),
            (Some(_), Take::Count) => (Kind::Number, String::new()),
            (Some((name, (_, field))), _) if !is_number(field) => {
                let message = format!("the column `{}` is {}", name.value, field.kind.describe());
                return wrong(name, message, "take this figure of a number; categories can be counted");
            }
            (Some((_, (_, field))), _) => (Kind::Number, field.unit.clone()),
        };
        let column = of.map(|(_, (column, _))| column);
        let feature = Feature { take: self.take, filter: self.filter, column, empty: self.empty };
        Some((feature, builder::Output { name: self.name.value.clone(), kind, unit }))
    }
}

impl Spec for SeriesSpec {
    fn inputs(&self) -> Vec<Name> {
        self.source.names()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let (inputs, schema) = self.source.find(builder)?;
        let filters = self.filters.bind(schema, builder);
        let bound: Vec<_> = self.features.iter().filter_map(|draft| draft.bind(schema, builder)).collect();
        (bound.len() == self.features.len()).then_some(())?;
        let (features, outputs): (Vec<Feature>, Vec<builder::Output>) = bound.into_iter().unzip();
        let sequence = Sequence { steps: self.steps, length: self.length, filters: filters?, features };
        let op = Series::new(sequence);
        let op = op.map_err(|what| builder.refused(&here.name.span, what, &here.name.value)).ok()?;
        let back = |step: u32| self.length - 1 - step;
        let step = |step: u32| {
            outputs.iter().map(move |out| builder::Output {
                name: format!("{}_{}", out.name, back(step)),
                ..out.clone()
            })
        };
        let mask = |step| builder::Output {
            name: format!("mask_{}", back(step)),
            kind: Kind::Flag,
            unit: String::new(),
        };
        let columns = (0..self.length).flat_map(step).chain((0..self.length).map(mask)).collect();
        let open = builder.live(&inputs);
        builder.push(here, "", inputs, Op::Series(op), columns, (open, Unanswered::Pass));
        Some(())
    }
}
