//! A written tree as steps of a formula: the index of the leaf, and the leaf's value.

use std::rc::Rc;

use super::super::builder::{Builder, Here, Kind, Live, Output};
use super::super::formulas::{Draft, Text};
use super::super::meta;
use super::super::node::Spec;
use super::super::report::Name;
use super::{Leaf, Split, To, Tree, Unknown, Value};
use crate::author::formula::Register;
use crate::feature::formula::Function;
use crate::policy::{TraceHit, TraceKind, TraceOutput};

impl Spec for Tree {
    fn inputs(&self) -> Vec<Name> {
        let mut all: Vec<Name> = self.splits.iter().flat_map(|split| split.when.inputs()).collect();
        all.extend(self.leaves.iter().filter_map(expression).flat_map(Text::inputs));
        all
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let mut draft = Draft::default();
        let leaf = leaf_of(&self.splits, &mut draft, builder)?;
        let ids = self.leaves.iter().map(|leaf| leaf.id.value.clone()).collect();
        let output = |name: &str, kind| Output { name: name.to_owned(), kind, unit: String::new() };
        let mut outputs = vec![(output("leaf", Kind::Category(Rc::new(ids))), leaf)];
        let value = value_of(&self.leaves, leaf, &mut draft, builder)?;
        let number = matches!(value, Some((Kind::Number, _)));
        if let Some((kind, register)) = value {
            outputs.push((output("value", kind), register));
        }
        let first = draft.push(here, "", outputs, Live::new(), builder)?;
        if number {
            self.gives.register(here, builder);
        }
        let hit = |leaf: &Leaf| TraceHit {
            id: leaf.id.value.clone(),
            texts: meta::spoken(&leaf.texts, &builder.languages, builder.report),
        };
        let hits = self.leaves.iter().map(hit).collect();
        let (name, kind) = (here.name.value.clone(), TraceKind::Tree);
        builder.traced.push(TraceOutput { name, kind, column: first, hits });
        Some(())
    }
}

fn expression(leaf: &Leaf) -> Option<&Text> {
    match &leaf.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The index of the leaf. Splits come after those that lead to them: from the last to the first, both ways of each are known.
fn leaf_of(splits: &[Split], draft: &mut Draft, builder: &mut Builder<'_>) -> Option<Register> {
    let mut found: Vec<Option<Register>> = vec![None; splits.len()];
    for (at, split) in splits.iter().enumerate().rev() {
        let mut test = draft.condition(&split.when, builder)?;
        let unknown = match split.unknown {
            Unknown::Absent => None,
            Unknown::Then => Some(1.0),
            Unknown::Else => Some(0.0),
        };
        if let Some(unknown) = unknown {
            let unknown = draft.constant(unknown);
            test = draft.apply(Function::OrElse, &[test, unknown]);
        }
        let mut way = |to: To| match to {
            To::Leaf(leaf) => Some(draft.constant(leaf as f64)),
            To::Split(child) => found.get(child).copied().flatten(),
        };
        let (then, other) = (way(split.then)?, way(split.other)?);
        let register = draft.apply(Function::Select, &[test, then, other]);
        if let Some(place) = found.get_mut(at) {
            *place = Some(register);
        }
    }
    found.first().copied().flatten()
}

/// The value of the leaf, with its kind; `Some(None)` if leaves have none.
fn value_of(
    leaves: &[Leaf],
    leaf: Register,
    draft: &mut Draft,
    builder: &mut Builder<'_>,
) -> Option<Option<(Kind, Register)>> {
    let mut words: Vec<String> = Vec::new();
    let mut table = Vec::with_capacity(leaves.len());
    for own in leaves {
        table.push(match &own.value {
            Value::None => return Some(None),
            Value::Number(x) => *x,
            Value::Word(word) => words.iter().position(|known| known == word).unwrap_or_else(|| {
                words.push(word.clone());
                words.len() - 1
            }) as f64,
            // Filled below.
            Value::Text(_) => f64::NAN,
        });
    }
    let mut value = draft.formula.table(Function::Lookup, leaf, &table);
    for (at, text) in leaves.iter().enumerate().filter_map(|(at, leaf)| Some((at, expression(leaf)?))) {
        let own = draft.number(text, builder)?.register;
        for name in text.inputs() {
            // What only this leaf reads may be absent where another is reached.
            builder.forgiven.extend(builder.names.get(&name.value).into_iter().flatten().copied());
        }
        let index = draft.constant(at as f64);
        let here = draft.apply(Function::Equal, &[leaf, index]);
        value = draft.apply(Function::Select, &[here, own, value]);
    }
    let kind = if words.is_empty() { Kind::Number } else { Kind::Category(Rc::new(words)) };
    Some(Some((kind, value)))
}
