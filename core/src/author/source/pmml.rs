//! `kind = "pmml"`: a model of any kind, with its transformations, from a PMML file.

use std::rc::Rc;

use super::builder::{Builder, Here, Kind, Live, Model, ModelKind, Output, Unanswered, join};
use super::code;
use super::fields::FieldDraft;
use super::imported_card::{check_map, feature_map, file, refused};
use super::node::{Parsed, Spec};
use super::policies::Absence;
use super::report::{Name, Spanned};
use super::table::Table;
use super::trees;
use crate::author::forest::{Feature, FeatureKind};
use crate::author::import::pmml::{
    self, ImportedPmml, PmmlColumn, PmmlField, PmmlFieldKind, PmmlOp, PmmlOutputKind, PmmlScore,
};
use crate::graph::Op;
use crate::model::link::Link;
use crate::schema::{FieldType, Stage};

struct PmmlSpec {
    model: ImportedPmml,
    /// One a field of the model.
    inputs: Vec<Name>,
    file: Name,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    let item = table.need("file", "\"model.pmml\"");
    let map = feature_map(table);
    let (item, map) = (item?, map?);
    let (name, bytes) = file(&item)?;
    let model = match pmml::import(bytes) {
        Ok(model) => model,
        Err(error) => {
            refused(&item, &name, &error);
            return None;
        }
    };
    for note in &model.notes {
        table.report().warn(code::NOTE, &name.span, note.clone(), "see docs/importing-pmml.md");
    }
    check_map(table, &map, &model.fields.iter().map(|f| f.name.as_str()).collect());
    let own = |f: &PmmlField| Spanned::new(f.name.clone(), name.span.clone());
    let inputs = model.fields.iter().map(|f| map.get(&f.name).map_or(own(f), |(_, to)| to.clone())).collect();
    Some(Box::new(PmmlSpec { model, inputs, file: name }))
}

/// The field as a feature of a tree model: what it reads is checked and encoded in the same way.
fn feature(field: &PmmlField) -> Feature {
    let kind = match &field.kind {
        PmmlFieldKind::Category { values } => FeatureKind::Category { values: Some(values.clone()) },
        _ => FeatureKind::Number,
    };
    Feature { name: field.name.clone(), kind }
}

fn field_type(kind: &PmmlFieldKind) -> FieldType {
    match kind {
        PmmlFieldKind::Number => FieldType::Number,
        PmmlFieldKind::Integer => FieldType::Integer,
        PmmlFieldKind::Boolean => FieldType::Boolean,
        PmmlFieldKind::Date => FieldType::Date,
        PmmlFieldKind::Category { values } => FieldType::Category { values: values.clone() },
    }
}

fn output_kind(kind: &PmmlOutputKind) -> Kind {
    match kind {
        PmmlOutputKind::Number | PmmlOutputKind::Probability => Kind::Number,
        PmmlOutputKind::Boolean => Kind::Flag,
        PmmlOutputKind::Date => Kind::Date,
        PmmlOutputKind::Category { values } => Kind::Category(Rc::new(values.clone())),
    }
}

impl Spec for PmmlSpec {
    fn inputs(&self) -> Vec<Name> {
        self.inputs.clone()
    }

    fn fields(&self) -> Vec<FieldDraft> {
        let derive = |(field, input): (&PmmlField, &Name)| {
            let mut draft = FieldDraft::new(input.clone(), field_type(&field.kind), Stage::Edge);
            draft.derived = true;
            draft
        };
        self.model.fields.iter().zip(&self.inputs).map(derive).collect()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let mut fields = Vec::with_capacity(self.inputs.len());
        for (field, input) in self.model.fields.iter().zip(&self.inputs) {
            let column = trees::column(&feature(field), input, here, builder);
            if let Some(column) = column {
                absences(field, column, here, builder);
            }
            fields.push(column);
        }
        let fields: Vec<u32> = fields.into_iter().collect::<Option<_>>()?;
        // First column of each part that is built, and its node.
        let mut parts: Vec<(u32, u32)> = Vec::with_capacity(self.model.parts.len());
        for (i, part) in self.model.parts.iter().enumerate() {
            let inputs: Vec<u32> =
                part.inputs.iter().map(|c| column(*c, &fields, &parts)).collect::<Option<_>>()?;
            let op = match &part.op {
                PmmlOp::Op(op) => op.clone(),
                PmmlOp::Forest(forest) => match forest.compile() {
                    Ok(forest) => Op::Forest(forest),
                    Err(error) => {
                        let what =
                            format!("`{}` cannot be imported: {error} ({})", self.file.value, error.place());
                        builder.report.error(code::IMPORT, &self.file.span, what, error.mend());
                        return None;
                    }
                },
            };
            let width = op.width(inputs.len());
            let name = |i: usize| if width == 1 { String::new() } else { i.to_string() };
            let number = |i| Output { name: name(i), kind: Kind::Number, unit: String::new() };
            let outputs = (0..width).map(number).collect();
            // What may be absent is asked of the fields above.
            let effect = (Live::new(), Unanswered::Pass);
            let first = builder.push(here, &format!("part{i}"), inputs, op, outputs, effect);
            parts.push((first, builder.nodes.len().saturating_sub(1) as u32));
        }
        self.results(&fields, &parts, here, builder)
    }
}

/// The column of a value.
fn column(column: PmmlColumn, fields: &[u32], parts: &[(u32, u32)]) -> Option<u32> {
    match column {
        PmmlColumn::Field(field) => fields.get(field as usize).copied(),
        PmmlColumn::Part { part, output } => parts.get(part as usize).map(|(first, _)| first + output),
    }
}

/// Which absences of a field the model has an answer for; what it never heard of needs a policy that is written.
fn absences(field: &PmmlField, column: u32, here: &Here, builder: &mut Builder<'_>) {
    let (mut needed, mut other) = (Live::new(), Live::new());
    for (at, absence) in builder.live(&[column]) {
        match absence {
            Absence::Missing if field.takes_missing => drop(builder.native.insert((at, absence))),
            Absence::Unseen if field.takes_unseen => drop(builder.native.insert((at, absence))),
            Absence::Missing | Absence::Unseen => drop(needed.insert((at, absence))),
            Absence::Special | Absence::OutOfRange if field.takes_missing => {
                builder.native.insert((at, absence));
                other.insert((at, absence));
            }
            Absence::Special | Absence::OutOfRange => drop(needed.insert((at, absence))),
        }
    }
    builder.need(&here.name.value, needed, false);
    builder.need(&here.name.value, other, true);
}

impl PmmlSpec {
    /// Gives the results their names: the node's, a dot, and their own. The node's name itself is what its score is made of.
    fn results(
        &self,
        fields: &[u32],
        parts: &[(u32, u32)],
        here: &Here,
        builder: &mut Builder<'_>,
    ) -> Option<()> {
        let name = &here.name.value;
        let mut ids = Vec::with_capacity(self.model.outputs.len());
        for output in &self.model.outputs {
            let id = column(output.column, fields, parts)?;
            let full = join(name, &output.name);
            let computed = matches!(output.column, PmmlColumn::Part { .. });
            if let Some(column) = builder.columns.get_mut(id as usize).filter(|_| computed) {
                column.name.clone_from(&full);
                column.kind = output_kind(&output.kind);
            }
            builder.names.insert(full, vec![id]);
            ids.push(id);
        }
        let (mains, kind, link) = match &self.model.score {
            PmmlScore::Probabilities(list) => {
                let all: Vec<u32> = list.iter().filter_map(|&at| ids.get(at).copied()).collect();
                let mains = match all.as_slice() {
                    [_, last] => vec![*last],
                    _ => all,
                };
                (mains, ModelKind::Probability, None)
            }
            PmmlScore::Amount(at) => (vec![ids.get(*at).copied()?], ModelKind::Amount, None),
            PmmlScore::Points(id) => (vec![column(*id, fields, parts)?], ModelKind::Points, None),
            PmmlScore::Margin(id, link) => {
                (vec![column(*id, fields, parts)?], ModelKind::Amount, Some(*link))
            }
        };
        let first = mains.first().copied()?;
        let node = parts.iter().rev().find(|(column, _)| *column <= first).map(|(_, node)| *node)?;
        let op = builder.nodes.get(node as usize).map(|n| &n.op);
        // Reasons are of what the node is; a figure computed from points is no card.
        let kind = match (kind, op) {
            (ModelKind::Points, Some(Op::Scorecard(_))) => ModelKind::Points,
            (ModelKind::Points, _) => ModelKind::Amount,
            (ModelKind::Amount, Some(Op::Forest(_))) => ModelKind::Trees,
            (ModelKind::Amount, Some(Op::Linear(_))) => ModelKind::Linear,
            (other, _) => other,
        };
        let link = link.filter(|link| *link != Link::Identity || kind != ModelKind::Amount);
        if mains.len() > 1 {
            for (k, &id) in mains.iter().enumerate() {
                builder.names.insert(join(name, &k.to_string()), vec![id]);
            }
        }
        builder.names.insert(name.clone(), mains);
        builder.models.insert(name.clone(), Model { node, kind, link });
        Some(())
    }
}
