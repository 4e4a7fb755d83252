//! `kind = "linear"`: intercept and coefficients by feature.

use super::builder::{Builder, Here, Model, ModelKind, Output, Unanswered, join};
use super::code;
use super::node::{Parsed, Spec};
use super::outcome;
use super::report::{Name, Spanned};
use super::suggest;
use super::table::{Item, Table};
use crate::graph::Op;
use crate::model::linear::Linear;
use crate::model::link::Link;

/// A coefficient, or one for each output of the feature.
#[derive(Clone)]
enum Figures {
    One(f64),
    Each(Vec<(Name, f64)>),
}

struct LinearSpec {
    intercept: f64,
    terms: Vec<(Name, Figures)>,
    means: Vec<(Name, Figures)>,
    link: Option<Link>,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let intercept = table.get("intercept").map_or(Some(0.0), |i| i.number().map(|x| x.value));
    let terms = table.need("coefficients", "{ age = 0.5 }").and_then(|i| figures(&i));
    let means = table.get("means").map(|i| figures(&i));
    let link = table.get("link").map(|i| outcome::link_word(&i));
    if let Some(item) = table.get("coefficients").filter(|_| terms.as_ref().is_some_and(Vec::is_empty)) {
        let message = format!("{} has no coefficients", table.what());
        table.report().error(code::VALUE, &item.span(), message, "list at least one");
        return None;
    }
    let means = match means {
        Some(read) => read?,
        None => Vec::new(),
    };
    let link = match link {
        Some(read) => read?,
        None => None,
    };
    Some(Box::new(LinearSpec { intercept: intercept?, terms: terms?, means, link }))
}

fn figures(item: &Item<'_>) -> Option<Vec<(Name, Figures)>> {
    let entries = item.table(item.what().to_owned())?.named();
    let n = entries.len();
    let read = |(name, item): (Name, Item<'_>)| {
        let figures = if item.is_table() {
            let inner = item.table(item.what().to_owned())?.named();
            let n = inner.len();
            let each: Vec<_> = inner.into_iter().filter_map(|(k, v)| Some((k, v.number()?.value))).collect();
            (each.len() == n).then_some(Figures::Each(each))?
        } else {
            Figures::One(item.number()?.value)
        };
        Some((name, figures))
    };
    let list: Vec<_> = entries.into_iter().filter_map(read).collect();
    (list.len() == n).then_some(list)
}

/// The columns of a feature with their figures.
fn spread(builder: &mut Builder<'_>, name: &Name, figures: &Figures) -> Option<Vec<(u32, f64)>> {
    match figures {
        Figures::One(x) => Some(vec![(builder.quantity(name)?, *x)]),
        Figures::Each(list) => {
            let columns = builder.find(name)?;
            let names: Vec<String> =
                columns.iter().filter_map(|&id| builder.column(id)).map(|c| c.name.clone()).collect();
            let mut sound = true;
            for (Spanned { value: output, span }, _) in list {
                let full = join(&name.value, output);
                if !names.contains(&full) {
                    let known = names.iter().filter_map(|n| n.strip_prefix(&name.value)?.strip_prefix('.'));
                    let message = format!("`{}` has no output `{output}`", name.value);
                    builder.report.error(code::UNKNOWN_NAME, span, message, suggest::mend(output, known));
                    sound = false;
                }
            }
            let figure = |full: &String| {
                list.iter().find(|(o, _)| join(&name.value, &o.value) == *full).map(|&(_, x)| x)
            };
            let left: Vec<&String> = names.iter().filter(|n| figure(n).is_none()).collect();
            if sound && !left.is_empty() {
                let message = format!("without a figure: {}", suggest::quoted(&left));
                builder.report.error(
                    code::MISSING_KEY,
                    &name.span,
                    message,
                    "give each output one; 0 is allowed",
                );
                sound = false;
            }
            sound.then(|| columns.iter().zip(&names).filter_map(|(&id, n)| Some((id, figure(n)?))).collect())
        }
    }
}

impl Spec for LinearSpec {
    fn inputs(&self) -> Vec<Name> {
        self.terms.iter().map(|(name, _)| name.clone()).collect()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let terms: Vec<_> = self.terms.iter().map(|(name, f)| spread(builder, name, f)).collect();
        let terms: Vec<(u32, f64)> =
            terms.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
        let means = means(builder, &self.means, &terms)?;
        let (inputs, coefficients): (Vec<u32>, Vec<f64>) = terms.into_iter().unzip();
        let op = Linear::new(vec![self.intercept], coefficients, Some(means));
        let op = op.map_err(|e| builder.refused(&here.name.span, e, &here.name.value)).ok()?;
        let open = builder.live(&inputs);
        builder.push(here, "", inputs, Op::Linear(op), Output::number(), (open, Unanswered::Need));
        let node = builder.nodes.len() as u32 - 1;
        let model = Model { node, kind: ModelKind::Linear, link: self.link };
        builder.models.insert(here.name.value.clone(), model);
        Some(())
    }
}

/// A mean for each input; those that are not given are 0.
fn means(builder: &mut Builder<'_>, list: &[(Name, Figures)], terms: &[(u32, f64)]) -> Option<Vec<f64>> {
    let mut means = vec![0.0; terms.len()];
    let mut sound = true;
    for (name, figures) in list {
        for (id, mean) in spread(builder, name, figures)? {
            match terms.iter().position(|&(t, _)| t == id).and_then(|i| means.get_mut(i)) {
                Some(slot) => *slot = mean,
                None => {
                    let message = format!("`{}` has a mean but no coefficient", name.value);
                    builder.report.error(code::VALUE, &name.span, message, "take it out of `means`");
                    sound = false;
                }
            }
        }
    }
    sound.then_some(means)
}
