//! Nodes that replace a value: bins, one-hot, ordinal and target encoders, imputation.

use super::arithmetic::state_values;
use super::bins::{self, BinRows};
use super::builder::{Builder, Column, Here, Kind, Live, Output, Unanswered};
use super::code;
use super::node::{Parsed, Spec};
use super::policies::Absence;
use super::report::{Name, Spanned};
use super::suggest;
use super::table::Table;
use crate::feature::StateValues;
use crate::feature::impute::Impute;
use crate::feature::lookup::Lookup;
use crate::feature::one_hot::{AbsentRule, OneHot};
use crate::graph::Op;

fn input(table: &Table<'_>) -> Option<Name> {
    table.need("input", "\"…\"")?.text()
}

/// The absences that these values do not answer.
fn open(builder: &Builder<'_>, column: u32, states: &StateValues) -> Live {
    let answered = |absence| match absence {
        Absence::Missing => states.missing.is_some(),
        Absence::Special => states.special.is_some(),
        Absence::Unseen => states.unseen.is_some(),
        Absence::OutOfRange => states.out_of_range.is_some(),
    };
    builder.live(&[column]).into_iter().filter(|&(_, absence)| !answered(absence)).collect()
}

/// The categories of a column that must be one.
fn categories(builder: &mut Builder<'_>, name: &Name) -> Option<(u32, Vec<String>)> {
    let id = builder.one(name)?;
    match builder.column(id).map(|c| &c.kind) {
        Some(Kind::Category(values)) => Some((id, values.to_vec())),
        Some(kind) => {
            let message = format!("`{}` is {}, not a category", name.value, kind.describe());
            builder.report.error(code::INPUT, &name.span, message, "encode a field of type `category`");
            None
        }
        None => None,
    }
}

struct BinsSpec {
    input: Name,
    rows: BinRows,
}

pub(super) fn bins(table: &Table<'_>, _: &Name) -> Parsed {
    let (input, rows) = (input(table), bins::read(table));
    Some(Box::new(BinsSpec { input: input?, rows: rows? }))
}

impl Spec for BinsSpec {
    fn inputs(&self) -> Vec<Name> {
        vec![self.input.clone()]
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let column = builder.one(&self.input)?;
        let bound = self.rows.bind(builder, column, 1.0)?;
        builder.push(here, "", vec![column], bound.op, Output::number(), (bound.open, Unanswered::Need));
        Some(())
    }
}

struct OneHotSpec {
    input: Name,
    rules: [AbsentRule; 4],
}

pub(super) fn one_hot(table: &Table<'_>, _: &Name) -> Parsed {
    const RULES: &[(&str, AbsentRule)] = &[
        ("pass_on", AbsentRule::PassOn),
        ("all_zero", AbsentRule::AllZero),
        ("own_column", AbsentRule::OwnColumn),
    ];
    let input = input(table);
    let rule = |absence: Absence| {
        table.get(absence.key()).map_or(Some(AbsentRule::PassOn), |i| i.choice(RULES).map(|r| r.value))
    };
    let [a, b, c, d] = Absence::ALL.map(rule);
    Some(Box::new(OneHotSpec { input: input?, rules: [a?, b?, c?, d?] }))
}

impl Spec for OneHotSpec {
    fn inputs(&self) -> Vec<Name> {
        vec![self.input.clone()]
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let (column, values) = categories(builder, &self.input)?;
        let [missing, special, unseen, out_of_range] = self.rules;
        let mut names = values.clone();
        let mut open = builder.live(&[column]);
        for (absence, rule) in Absence::ALL.into_iter().zip(self.rules) {
            if rule == AbsentRule::OwnColumn {
                names.push(absence.key().to_owned());
            }
            if rule != AbsentRule::PassOn {
                open.retain(|&(_, a)| a != absence);
            }
        }
        let output = |name| Output { name, kind: Kind::Flag, unit: String::new() };
        let outputs: Vec<Output> = names.into_iter().map(output).collect();
        let op = OneHot { categories: values.len() as u32, missing, special, unseen, out_of_range };
        builder.push(here, "", vec![column], Op::OneHot(op), outputs, (open, Unanswered::Pass));
        Some(())
    }
}

struct LookupSpec {
    input: Name,
    /// Category, value. `None`: 0, 1, 2, … in the field's order.
    values: Option<Vec<(Name, f64)>>,
    states: StateValues,
}

pub(super) fn ordinal(table: &Table<'_>, _: &Name) -> Parsed {
    let input = input(table);
    let values = table.get("values").map(|_| lookup_values(table));
    let states = state_values(table);
    let values = match values {
        Some(read) => Some(read?),
        None => None,
    };
    Some(Box::new(LookupSpec { input: input?, values, states: states? }))
}

pub(super) fn target(table: &Table<'_>, _: &Name) -> Parsed {
    let (input, values, states) = (input(table), lookup_values(table), state_values(table));
    Some(Box::new(LookupSpec { input: input?, values: Some(values?), states: states? }))
}

fn lookup_values(table: &Table<'_>) -> Option<Vec<(Name, f64)>> {
    let item = table.need("values", "{ A = 1, B = 2 }")?;
    let entries = item.table(format!("`values` of {}", table.what()))?.named();
    let n = entries.len();
    let values: Vec<_> =
        entries.into_iter().filter_map(|(name, item)| Some((name, item.number()?.value))).collect();
    (values.len() == n).then_some(values)
}

impl Spec for LookupSpec {
    fn inputs(&self) -> Vec<Name> {
        vec![self.input.clone()]
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let (column, categories) = categories(builder, &self.input)?;
        let table = match &self.values {
            None => (0..categories.len()).map(|i| i as f64).collect(),
            Some(values) => fill(builder, here, &categories, values)?,
        };
        let open = open(builder, column, &self.states);
        let op = Lookup::new(table, self.states.clone());
        let op = op.map_err(|e| builder.refused(&here.name.span, e, &here.name.value)).ok()?;
        builder.push(here, "", vec![column], Op::Lookup(op), Output::number(), (open, Unanswered::Pass));
        Some(())
    }
}

/// The values in the order of the categories, each there.
fn fill(
    builder: &Builder<'_>,
    here: &Here,
    categories: &[String],
    values: &[(Name, f64)],
) -> Option<Vec<f64>> {
    let mut sound = true;
    for (Spanned { value: name, span }, _) in values {
        if !categories.contains(name) {
            let mend = suggest::mend(name, categories.iter().map(String::as_str));
            builder.report.error(
                code::UNKNOWN_NAME,
                span,
                format!("`{name}` is no category of the input"),
                mend,
            );
            sound = false;
        }
    }
    let find = |category: &String| values.iter().find(|(n, _)| n.value == *category).map(|&(_, x)| x);
    let left: Vec<&String> = categories.iter().filter(|c| find(c).is_none()).collect();
    if sound && !left.is_empty() {
        let message = format!("without a value: {}", suggest::quoted(&left));
        builder.report.error(code::CATEGORIES, &here.name.span, message, "give each category a value");
        sound = false;
    }
    sound.then(|| categories.iter().filter_map(find).collect())
}

struct ImputeSpec {
    input: Name,
    states: StateValues,
}

pub(super) fn impute(table: &Table<'_>, _: &Name) -> Parsed {
    let (input, states) = (input(table), state_values(table));
    let states = states?;
    if states == StateValues::default() {
        let message = format!("{} says for no state what to impute", table.what());
        let mend = "add `missing = …`, `special = …`, `unseen = …` or `out_of_range = …`";
        table.report().error(code::MISSING_KEY, table.span(), message, mend);
        return None;
    }
    Some(Box::new(ImputeSpec { input: input?, states }))
}

impl Spec for ImputeSpec {
    fn inputs(&self) -> Vec<Name> {
        vec![self.input.clone()]
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let column = builder.quantity(&self.input)?;
        let open = open(builder, column, &self.states);
        let Column { kind, unit, .. } = builder.column(column)?.clone();
        let op = Impute::new(self.states.clone());
        let op = op.map_err(|e| builder.refused(&here.name.span, e, &here.name.value)).ok()?;
        let outputs = vec![Output { name: String::new(), kind, unit }];
        builder.push(here, "", vec![column], Op::Impute(op), outputs, (open, Unanswered::Pass));
        Some(())
    }
}
