//! `kind = "formula"`: expressions over fields, nodes and events.

use super::builder::{Builder, Here, Output};
use super::code;
use super::formulas::{Draft, Text, kind_of};
use super::node::{Parsed, Spec};
use super::report::Name;
use super::table::{Item, Table};

/// An output as written.
struct OutputDraft {
    /// Name and place; none for the only output.
    name: Option<Name>,
    unit: Option<Name>,
    text: Text,
}

struct FormulaSpec {
    outputs: Vec<OutputDraft>,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let (one, several) = (table.get("expression"), table.get("outputs"));
    match (one, several) {
        (Some(one), None) => {
            let unit = table.get("unit").map_or(Some(None), |item| item.text().map(Some));
            let text = Text::read(&one);
            Some(Box::new(FormulaSpec {
                outputs: vec![OutputDraft { name: None, unit: unit?, text: text? }],
            }))
        }
        (None, Some(several)) => {
            let entries = several.table(format!("`outputs` of {}", table.what()))?.named();
            let n = entries.len();
            if n == 0 {
                let message = format!("{} has no outputs", table.what());
                table.report().error(code::VALUE, table.span(), message, "list at least one in `outputs`");
            }
            let read = |(name, item): (Name, Item<'_>)| output(name, &item);
            let outputs: Vec<OutputDraft> = entries.into_iter().filter_map(read).collect();
            (n > 0 && outputs.len() == n).then(|| Box::new(FormulaSpec { outputs }) as Box<dyn Spec>)
        }
        (one, _) => {
            let what = if one.is_some() {
                "both `expression` and `outputs`"
            } else {
                "neither `expression` nor `outputs`"
            };
            let message = format!("{} has {what}", table.what());
            let mend = "write `expression = 'income / 12'`, or `outputs = { a = 'income / 12', b = '…' }`";
            table.report().error(code::MISSING_KEY, table.span(), message, mend);
            None
        }
    }
}

/// A text, or a table with `expression` and `unit`.
fn output(name: Name, item: &Item<'_>) -> Option<OutputDraft> {
    if name.value.trim().is_empty() || name.value.contains('.') {
        let message = format!("`{}` cannot be the name of an output", name.value);
        item.report().error(code::NAME, &name.span, message, "use letters, digits, `_` and `-`");
        return None;
    }
    if !item.is_table() {
        return Some(OutputDraft { name: Some(name), unit: None, text: Text::read(item)? });
    }
    let table = item.table(item.what().to_owned())?.at(name.span.clone());
    let unit = table.get("unit").map_or(Some(None), |item| item.text().map(Some));
    let text = table.need("expression", "'income / 12'").and_then(|item| Text::read(&item));
    table.finish();
    Some(OutputDraft { name: Some(name), unit: unit?, text: text? })
}

impl Spec for FormulaSpec {
    fn inputs(&self) -> Vec<Name> {
        self.outputs.iter().flat_map(|output| output.text.inputs()).collect()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let mut draft = Draft::default();
        let typed: Vec<_> = self.outputs.iter().map(|own| draft.compile(&own.text, builder)).collect();
        let mut outputs = Vec::with_capacity(typed.len());
        for (own, typed) in self.outputs.iter().zip(typed) {
            let Some(typed) = typed else { continue };
            let name = own.name.as_ref().map_or_else(String::new, |name| name.value.clone());
            let unit = own.unit.as_ref().map_or_else(|| typed.unit.clone(), |unit| unit.value.clone());
            outputs.push((Output { name, kind: kind_of(&typed), unit }, typed.register));
        }
        // All were compiled first, so that the mistakes of all are told.
        (outputs.len() == self.outputs.len()).then_some(())?;
        let registers: Vec<_> = outputs.iter().map(|(_, register)| *register).collect();
        // Each output lets through what it has no answer for.
        let passing: Vec<_> = registers.iter().map(|&register| draft.passing(&[register], builder)).collect();
        let all = passing.iter().flatten().copied().collect();
        let first = draft.push(here, "", outputs, all, builder)?;
        for (column, own) in builder.columns.iter_mut().skip(first as usize).zip(passing) {
            column.live = own;
        }
        Some(())
    }
}
