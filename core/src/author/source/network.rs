//! `kind = "network"`: networks, and what goes with them, from an ONNX file.

use super::builder::{Builder, Here, Kind, Live, Model, ModelKind, Output, Unanswered, join};
use super::code;
use super::coded::Coded;
use super::fields::FieldDraft;
use super::imported_card::{check_map, feature_map, file, refused};
use super::node::{Parsed, Spec};
use super::policies::Absence;
use super::report::{Name, Spanned};
use super::table::{Item, Table};
use super::trees;
use crate::author::forest::{Feature, FeatureKind};
use crate::author::import::onnx::{self, ImportedOnnx, OnnxColumn, OnnxField, OnnxFieldKind, OnnxPart};
use crate::author::quantise::quantise;
use crate::graph::Op;
use crate::model::network::{Absent, Network};
use crate::schema::{FieldType, Stage};

/// What the figures are held as.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Figures {
    F32,
    Int8,
}

const FIGURES: &[(&str, Figures)] = &[("f32", Figures::F32), ("int8", Figures::Int8)];

/// The columns that the model's inputs are.
enum Given {
    /// Of each its own.
    Each(Vec<Name>),
    /// Names of fields and nodes whose columns are, one after another, the model's inputs.
    Row(Vec<Name>),
}

struct NetworkSpec {
    model: ImportedOnnx,
    given: Given,
    figures: Figures,
    file: Name,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let item = table.need("file", "\"model.onnx\"");
    let figures = table.get("figures").map_or(Some(Figures::F32), |i| i.choice(FIGURES).map(|c| c.value));
    let row = table.get("inputs").map(|i| names(&i));
    let map = feature_map(table);
    let (item, figures, map) = (item?, figures?, map?);
    let (name, bytes) = file(&item)?;
    let model = match onnx::import(bytes) {
        Ok(model) => model,
        Err(error) => {
            refused(&item, &name, &error);
            return None;
        }
    };
    for note in &model.notes {
        table.report().warn(code::NOTE, &name.span, note.clone(), "see docs/import-onnx.md");
    }
    check_map(table, &map, &model.fields.iter().map(|f| f.name.as_str()).collect());
    let given = match row {
        Some(_) if !map.is_empty() => {
            let message = format!("{} has `inputs` and `features`", table.what());
            table.report().error(code::VALUE, &name.span, message, "write one of them: both name the inputs");
            return None;
        }
        Some(row) => Given::Row(row?),
        None => {
            let own = |f: &OnnxField| Spanned::new(f.name.clone(), name.span.clone());
            Given::Each(
                model.fields.iter().map(|f| map.get(&f.name).map_or(own(f), |(_, to)| to.clone())).collect(),
            )
        }
    };
    Some(Box::new(NetworkSpec { model, given, figures, file: name }))
}

fn names(item: &Item<'_>) -> Option<Vec<Name>> {
    let items = item.list()?;
    let names: Vec<Name> = items.iter().filter_map(Item::text).collect();
    (names.len() == items.len()).then_some(names)
}

/// The field as a feature of a tree model: what it reads is checked and encoded in the same way.
fn feature(field: &OnnxField) -> Feature {
    let kind = match &field.kind {
        OnnxFieldKind::Category { values } => FeatureKind::Category { values: Some(values.clone()) },
        _ => FeatureKind::Number,
    };
    Feature { name: field.name.clone(), kind }
}

fn field_type(kind: &OnnxFieldKind) -> FieldType {
    match kind {
        OnnxFieldKind::Number => FieldType::Number,
        OnnxFieldKind::Integer => FieldType::Integer,
        OnnxFieldKind::Boolean => FieldType::Boolean,
        OnnxFieldKind::Category { values } => FieldType::Category { values: values.clone() },
    }
}

impl Spec for NetworkSpec {
    fn inputs(&self) -> Vec<Name> {
        match &self.given {
            Given::Each(names) | Given::Row(names) => names.clone(),
        }
    }

    fn fields(&self) -> Vec<FieldDraft> {
        let Given::Each(names) = &self.given else { return Vec::new() };
        let derive = |(field, input): (&OnnxField, &Name)| {
            let mut draft = FieldDraft::new(input.clone(), field_type(&field.kind), Stage::Edge);
            draft.derived = true;
            draft
        };
        self.model.fields.iter().zip(names).map(derive).collect()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let fields = self.columns(here, builder)?;
        // First column of each part that is built.
        let mut parts: Vec<u32> = Vec::with_capacity(self.model.parts.len());
        let last = self.model.parts.len().saturating_sub(1);
        for (i, part) in self.model.parts.iter().enumerate() {
            let column = |c: &OnnxColumn| match *c {
                OnnxColumn::Field(f) => fields.get(f as usize).copied(),
                OnnxColumn::Part { part, output } => parts.get(part as usize).map(|first| first + output),
            };
            let suffix = if i == last { String::new() } else { format!("part{i}") };
            let first = match part {
                OnnxPart::Network { inputs, network } => {
                    let inputs: Vec<u32> = inputs.iter().map(column).collect::<Option<_>>()?;
                    self.network(network, inputs, &suffix, here, builder)?
                }
                OnnxPart::Forest { inputs, forest } => {
                    let inputs: Vec<u32> = inputs.iter().map(column).collect::<Option<_>>()?;
                    let forest = match forest.compile() {
                        Ok(forest) => forest,
                        Err(error) => return self.refuse(&error.into(), builder),
                    };
                    let live = builder.live(&inputs);
                    native(&live, here, builder);
                    let outputs = numbers(forest.outputs());
                    let effect = (Live::new(), Unanswered::Pass);
                    builder.push(here, &suffix, inputs, Op::Forest(forest), outputs, effect)
                }
            };
            parts.push(first);
        }
        self.results(&fields, &parts, here, builder);
        Some(())
    }
}

impl NetworkSpec {
    /// The column of each field of the model.
    fn columns(&self, here: &Here, builder: &mut Builder<'_>) -> Option<Vec<u32>> {
        let features: Vec<Feature> = self.model.fields.iter().map(feature).collect();
        match &self.given {
            Given::Each(names) => {
                let each = features.iter().zip(names);
                let columns: Vec<_> = each.map(|(f, name)| trees::column(f, name, here, builder)).collect();
                columns.into_iter().collect()
            }
            Given::Row(names) => {
                let found: Vec<Option<Vec<(u32, Name)>>> = names
                    .iter()
                    .map(|name| Some(builder.find(name)?.into_iter().map(|id| (id, name.clone())).collect()))
                    .collect();
                let row: Vec<(u32, Name)> = found.into_iter().collect::<Option<Vec<_>>>()?.concat();
                if row.len() != features.len() {
                    let message = format!(
                        "the model has {} inputs, and `inputs` of `{}` names {} columns",
                        features.len(),
                        here.name.value,
                        row.len()
                    );
                    let mend = "name as many columns, in the model's order; a node with several outputs stands for all of them";
                    builder.report.error(code::INPUT, &here.name.span, message, mend);
                    return None;
                }
                let each = features.iter().zip(&row);
                let columns: Vec<_> =
                    each.map(|(f, (id, name))| trees::encoded(f, *id, name, here, builder)).collect();
                columns.into_iter().collect()
            }
        }
    }

    fn network(
        &self,
        network: &Network,
        inputs: Vec<u32>,
        suffix: &str,
        here: &Here,
        builder: &mut Builder<'_>,
    ) -> Option<u32> {
        let (needed, answered): (Vec<_>, Vec<_>) =
            inputs.iter().zip(network.inputs()).partition(|(_, absent)| **absent == Absent::Propagate);
        let ids = |list: &[(&u32, &Absent)]| list.iter().map(|(id, _)| **id).collect::<Vec<u32>>();
        let live = builder.live(&ids(&answered));
        native(&live, here, builder);
        let open = builder.live(&ids(&needed));
        let op = match self.figures {
            Figures::F32 => network.clone(),
            Figures::Int8 => match quantise(network) {
                Ok(network) => network,
                Err(what) => {
                    builder.refused(&self.file.span, what, &self.file.value);
                    return None;
                }
            },
        };
        if self.figures == Figures::Int8 {
            let (node, before) = (builder.nodes.len() as u32, Op::Network(network.clone()));
            builder.coded.push(Coded { node, before, name: here.name.clone() });
        }
        let outputs = numbers(op.outputs());
        Some(builder.push(here, suffix, inputs, Op::Network(op), outputs, (open, Unanswered::Need)))
    }

    /// Gives the results their names: the node's own if there is one, else its name, a dot, and the class or number.
    fn results(&self, fields: &[u32], parts: &[u32], here: &Here, builder: &mut Builder<'_>) {
        let mut results: Vec<(u32, String)> = Vec::new();
        let several = self.model.outputs.len() > 1;
        for output in &self.model.outputs {
            let one = output.columns.len() == 1;
            for (i, column) in output.columns.iter().enumerate() {
                let id = match *column {
                    OnnxColumn::Field(f) => fields.get(f as usize).copied(),
                    OnnxColumn::Part { part, output } => parts.get(part as usize).map(|first| first + output),
                };
                let label = output.labels.get(i).cloned().unwrap_or_else(|| i.to_string());
                let name = match (several, one) {
                    (false, true) => String::new(),
                    (false, false) => label,
                    (true, true) => output.name.clone(),
                    (true, false) => format!("{}_{label}", output.name),
                };
                results.extend(id.map(|id| (id, name)));
            }
        }
        let node = builder.nodes.len().saturating_sub(1) as u32;
        let probability = |id: u32| {
            let part = parts.iter().rposition(|&first| first <= id);
            let bounds = part.and_then(|part| match self.model.parts.get(part)? {
                OnnxPart::Network { network, .. } => Some(network.bounds((id - parts.get(part)?) as usize)),
                OnnxPart::Forest { .. } => None,
            });
            bounds.is_some_and(|(least, most)| least >= 0.0 && most <= 1.0)
        };
        let all = !results.is_empty() && results.iter().all(|&(id, _)| probability(id));
        let kind = if all { ModelKind::Probability } else { ModelKind::Amount };
        let name = &here.name.value;
        for (id, output) in &results {
            let full = join(name, output);
            let computed = *id as usize >= builder.fields.len() && parts.iter().any(|first| first <= id);
            if let Some(column) = builder.columns.get_mut(*id as usize).filter(|_| computed) {
                column.name.clone_from(&full);
            }
            builder.names.insert(full, vec![*id]);
        }
        builder.names.insert(name.clone(), results.iter().map(|&(id, _)| id).collect());
        builder.models.insert(name.clone(), Model { node, kind, link: None });
    }

    fn refuse<T>(&self, error: &crate::Error, builder: &Builder<'_>) -> Option<T> {
        let message = format!("`{}` cannot be imported: {error} ({})", self.file.value, error.place());
        builder.report.error(code::IMPORT, &self.file.span, message, error.mend());
        None
    }
}

/// Missing and unseen values have the model's own answer; of other absent values its trainer knew nothing.
fn native(live: &Live, here: &Here, builder: &mut Builder<'_>) {
    let (own, other): (Live, Live) =
        live.iter().partition(|(_, absence)| matches!(absence, Absence::Missing | Absence::Unseen));
    builder.native.extend(own);
    builder.native.extend(other.iter().copied());
    builder.need(&here.name.value, other, true);
}

/// Outputs by their numbers.
fn numbers(n: usize) -> Vec<Output> {
    let name = |i: usize| if n == 1 { String::new() } else { i.to_string() };
    (0..n).map(|i| Output { name: name(i), kind: Kind::Number, unit: String::new() }).collect()
}
