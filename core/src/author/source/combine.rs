//! `combine`: sub-scores of several sources as one figure, with what happens where one of them is missing.

use super::builder::{Builder, Here, Kind, Live, Output};
use super::code;
use super::formulas::Draft;
use super::gives::Gives;
use super::node::{Parsed, Spec};
use super::policy::source_name;
use super::report::{Name, Spanned};
use super::table::{Item, Table};
use crate::author::formula::Register;
use crate::feature::formula::Function;

/// What happens where a part is missing.
#[derive(Clone)]
enum Missing {
    /// There is no result.
    Require,
    /// The weights of the others take its place.
    Reweight,
    /// Another column stands in.
    Use(Name),
    /// A figure stands in.
    Value(f64),
}

struct Part {
    input: Name,
    weight: f64,
    source: Option<Name>,
    missing: Missing,
}

struct Combine {
    parts: Vec<Part>,
    offset: f64,
    gives: Gives,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let parts =
        table.need("parts", "[{ input = \"bureau_pd\", weight = 0.6 }]").and_then(|item| parts(&item));
    let offset = table.get("offset").map_or(Some(0.0), |item| item.number().map(|x| x.value));
    let gives = Gives::read(table);
    Some(Box::new(Combine { parts: parts?, offset: offset?, gives: gives? }))
}

fn parts(item: &Item<'_>) -> Option<Vec<Part>> {
    let items = item.list()?;
    let parts: Vec<Part> = items.iter().filter_map(part).collect();
    let sound = parts.len() == items.len();
    let total: f64 = parts.iter().map(|part| part.weight).sum();
    if sound && (parts.is_empty() || !(total.is_finite() && total > 0.0)) {
        let mend = "list parts whose weights add up to more than 0, such as 1";
        item.report().error(code::VALUE, &item.span(), "there is nothing to combine", mend);
        return None;
    }
    sound.then_some(parts)
}

fn part(item: &Item<'_>) -> Option<Part> {
    let table = item.table(item.what().to_owned())?;
    let input = table.need("input", "\"bureau_pd\"").and_then(|item| item.text());
    let weight = table.get("weight").map_or(Some(1.0), |item| {
        let weight = item.number()?;
        if weight.value >= 0.0 {
            return Some(weight.value);
        }
        table.report().error(code::VALUE, &weight.span, "a weight is negative", "write a number from 0 on");
        None
    });
    let source = table.get("source").map_or(Some(None), |item| item.text().map(Some));
    let missing = table.get("missing").map_or(Some(Missing::Reweight), |item| missing(&item));
    table.finish();
    Some(Part { input: input?, weight: weight?, source: source?, missing: missing? })
}

fn missing(item: &Item<'_>) -> Option<Missing> {
    if let Some(value) = item.as_number() {
        return Some(Missing::Value(value.value));
    }
    if !item.is_table() {
        let word = item.choice(&[("require", true), ("reweight", false)])?;
        return Some(if word.value { Missing::Require } else { Missing::Reweight });
    }
    let table = item.table(item.what().to_owned())?;
    let name = table.need("use", "\"thin.pd\"").and_then(|item| item.text());
    table.finish();
    name.map(Missing::Use)
}

impl Spec for Combine {
    fn inputs(&self) -> Vec<Name> {
        let source = |name: &Name| Spanned::new(source_name(&name.value), name.span.clone());
        let of = |part: &Part| {
            let other = if let Missing::Use(name) = &part.missing { Some(name.clone()) } else { None };
            [Some(part.input.clone()), part.source.as_ref().map(source), other]
        };
        self.parts.iter().flat_map(of).flatten().collect()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let mut draft = Draft::default();
        let (zero, one) = (draft.constant(0.0), draft.constant(1.0));
        // Sums over the parts that are there, and whether all of them are.
        let (mut sum, mut weights, mut all) = (zero, zero, one);
        let mut total = 0.0;
        for part in &self.parts {
            let (there, value) = part.value(&mut draft, builder)?;
            let weight = draft.constant(part.weight);
            let weighted = draft.apply(Function::Mul, &[weight, value]);
            total += part.weight;
            if matches!(part.missing, Missing::Reweight) {
                let own = draft.apply(Function::Select, &[there, weighted, zero]);
                sum = draft.apply(Function::Add, &[sum, own]);
                let own = draft.apply(Function::Select, &[there, weight, zero]);
                weights = draft.apply(Function::Add, &[weights, own]);
                all = draft.apply(Function::And, &[all, there]);
            } else {
                sum = draft.apply(Function::Add, &[sum, weighted]);
                weights = draft.apply(Function::Add, &[weights, weight]);
            }
        }
        let total = draft.constant(total);
        let mean = draft.apply(Function::Div, &[sum, weights]);
        let reweighted = draft.apply(Function::Mul, &[mean, total]);
        let nothing = draft.missing();
        let some = draft.apply(Function::Less, &[zero, weights]);
        let reweighted = draft.apply(Function::Select, &[some, reweighted, nothing]);
        // With nothing missing there is no division that could round.
        let mut result = draft.apply(Function::Select, &[all, sum, reweighted]);
        if self.offset != 0.0 {
            let offset = draft.constant(self.offset);
            result = draft.apply(Function::Add, &[result, offset]);
        }
        let output = |name: &str, kind| Output { name: name.to_owned(), kind, unit: String::new() };
        let outputs = vec![(output("", Kind::Number), result)];
        draft.push(here, "", outputs, Live::new(), builder)?;
        self.gives.register(here, builder);
        Some(())
    }
}

impl Part {
    /// Whether it is there, and its value or what stands in for it.
    fn value(&self, draft: &mut Draft, builder: &mut Builder<'_>) -> Option<(Register, Register)> {
        let column = builder.quantity(&self.input)?;
        builder.forgiven.insert(column);
        let input = draft.input(column);
        let absent = draft.apply(Function::IsAbsent, &[input]);
        let mut there = draft.apply(Function::Not, &[absent]);
        if let Some(source) = &self.source {
            let name = Spanned::new(source_name(&source.value), source.span.clone());
            let column = builder.one(&name)?;
            let present = draft.input(column);
            there = draft.apply(Function::And, &[there, present]);
        }
        let other = match &self.missing {
            Missing::Require | Missing::Reweight => draft.missing(),
            Missing::Value(value) => draft.constant(*value),
            Missing::Use(name) => {
                let column = builder.quantity(name)?;
                builder.forgiven.insert(column);
                draft.input(column)
            }
        };
        Some((there, draft.apply(Function::Select, &[there, input, other])))
    }
}
