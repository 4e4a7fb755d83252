//! `kind = "trees"`: a forest from its trainer's own file.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::builder::{Builder, Here, Kind, Live, Model, ModelKind, Output, Unanswered};
use super::code;
use super::fields::FieldDraft;
use super::imported_card::{check_map, feature_map, file, refused};
use super::node::{Parsed, Spec};
use super::policies::Absence;
use super::report::{Name, Spanned};
use super::suggest;
use super::table::Table;
use crate::author::bare;
use crate::author::forest::{Feature, FeatureKind};
use crate::author::import::catboost::category_hash;
use crate::author::import::xgboost::Rounds;
use crate::author::import::{Format, ImportedForest};
use crate::feature::StateValues;
use crate::feature::lookup::Lookup;
use crate::graph::{Kernel, Op};
use crate::model::forest::{Forest, Leaves};
use crate::schema::{FieldType, Stage};

const FORMATS: &[(&str, &[Format])] = &[
    ("xgboost", &[Format::XgboostJson, Format::XgboostUbjson]),
    ("lightgbm", &[Format::LightgbmText]),
    ("catboost", &[Format::CatboostJson]),
    ("onnx", &[Format::Onnx]),
];

const ROUNDS: &[(&str, Rounds)] = &[("all", Rounds::All), ("best", Rounds::Best)];

struct TreesSpec {
    model: ImportedForest,
    /// The input of each feature.
    inputs: Vec<Name>,
    file: Name,
    /// For `leaves`: the trainer's numbers of the leaves.
    leaves: Option<Vec<u32>>,
}

pub(super) fn parse(table: &Table<'_>, _: &Name) -> Parsed {
    read(table, false)
}

/// `kind = "leaves"`: the leaf of each tree as a category.
pub(super) fn leaves(table: &Table<'_>, _: &Name) -> Parsed {
    read(table, true)
}

fn read(table: &Table<'_>, leaves: bool) -> Parsed {
    let item = table.need("file", "\"model.json\"");
    let format = table.get("format").map(|i| i.choice(FORMATS));
    let rounds = table.get("rounds").map_or(Some(Rounds::All), |i| i.choice(ROUNDS).map(|r| r.value));
    let map = feature_map(table);
    let (item, map, rounds) = (item?, map?, rounds?);
    let (name, bytes) = file(&item)?;
    if let Some(format) = format {
        let found = crate::author::import::sniff(bytes);
        if !found.is_some_and(|f| format.clone().is_some_and(|wanted| wanted.value.contains(&f))) {
            let message = format!("`{}` is not of the format that `format` says", name.value);
            table.report().error(code::IMPORT, &name.span, message, "take `format` out: the content tells");
            return None;
        }
    }
    let (model, numbers) = match bare::leaves(bytes, rounds) {
        Ok(read) => read,
        Err(error) => {
            refused(&item, &name, &error);
            return None;
        }
    };
    for note in &model.notes {
        table.report().warn(code::NOTE, &name.span, note.clone(), "see docs/importing.md");
    }
    let features = &model.forest.features;
    check_map(table, &map, &features.iter().map(|f| f.name.as_str()).collect());
    let inputs = features
        .iter()
        .map(|f| match map.get(&f.name) {
            Some((_, to)) => to.clone(),
            None => Spanned::new(f.name.clone(), name.span.clone()),
        })
        .collect();
    Some(Box::new(TreesSpec { model, inputs, file: name, leaves: leaves.then_some(numbers) }))
}

/// The type of field that a feature reads.
pub(in crate::author) fn field_type(kind: &FeatureKind) -> FieldType {
    match kind {
        FeatureKind::Category { values: Some(values) } | FeatureKind::Hashed { texts: Some(values), .. }
            if !values.is_empty() =>
        {
            FieldType::Category { values: values.clone() }
        }
        _ => FieldType::Number,
    }
}

impl Spec for TreesSpec {
    fn inputs(&self) -> Vec<Name> {
        self.inputs.clone()
    }

    fn fields(&self) -> Vec<FieldDraft> {
        let derive = |(feature, input): (&Feature, &Name)| {
            let mut field = FieldDraft::new(input.clone(), field_type(&feature.kind), Stage::Edge);
            field.derived = true;
            field
        };
        self.model.forest.features.iter().zip(&self.inputs).map(derive).collect()
    }

    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()> {
        let features = self.model.forest.features.iter().zip(&self.inputs);
        let columns: Vec<_> =
            features.map(|(feature, input)| column(feature, input, here, builder)).collect();
        let inputs = columns.into_iter().collect::<Option<Vec<u32>>>()?;
        let forest = match self.model.forest.compile() {
            Ok(forest) => forest,
            Err(error) => {
                let message =
                    format!("`{}` cannot be imported: {error} ({})", self.file.value, error.place());
                builder.report.error(code::IMPORT, &self.file.span, message, error.mend());
                return None;
            }
        };
        // Missing and unseen values have their branch. Special codes and values out of range were numbers to the trainer.
        let live = builder.live(&inputs);
        let (own, other): (Live, Live) =
            live.into_iter().partition(|(_, a)| matches!(a, Absence::Missing | Absence::Unseen));
        builder.native.extend(own);
        builder.native.extend(other.iter().copied());
        builder.need(&here.name.value, other, true);
        if let Some(numbers) = &self.leaves {
            return self.push_leaves(forest, numbers.clone(), inputs, here, builder);
        }
        let n = forest.outputs();
        let name = |i: usize| if n == 1 { String::new() } else { i.to_string() };
        let outputs =
            (0..n).map(|i| Output { name: name(i), kind: Kind::Number, unit: String::new() }).collect();
        builder.push(here, "", inputs, Op::Forest(forest), outputs, (Live::new(), Unanswered::Pass));
        let node = builder.nodes.len() as u32 - 1;
        let link = bare::link(&self.model);
        let model = Model { node, kind: ModelKind::Trees, link: Some(link) };
        builder.models.insert(here.name.value.clone(), model);
        Some(())
    }
}

impl TreesSpec {
    fn push_leaves(
        &self,
        forest: Forest,
        numbers: Vec<u32>,
        inputs: Vec<u32>,
        here: &Here,
        builder: &mut Builder<'_>,
    ) -> Option<()> {
        let leaves = Leaves::new(forest, numbers).and_then(|op| op.check(inputs.len()).map(|()| op));
        let op = leaves.map_err(|what| builder.refused(&self.file.span, what, &self.file.value)).ok()?;
        let output = |tree: usize| {
            let numbers = 0..=op.greatest(tree);
            let kind = Kind::Category(Rc::new(numbers.map(|number| number.to_string()).collect()));
            Output { name: tree.to_string(), kind, unit: String::new() }
        };
        let outputs = (0..op.width(inputs.len())).map(output).collect();
        builder.push(here, "", inputs, Op::Leaves(op), outputs, (Live::new(), Unanswered::Pass));
        Some(())
    }
}

/// The column of a feature; a category whose list is not the model's goes through a table of codes.
pub(super) fn column(feature: &Feature, input: &Name, here: &Here, builder: &mut Builder<'_>) -> Option<u32> {
    let id = builder.one(input)?;
    encoded(feature, id, input, here, builder)
}

/// A column as a feature reads it. `input` is what the source calls it.
pub(super) fn encoded(
    feature: &Feature,
    id: u32,
    input: &Name,
    here: &Here,
    builder: &mut Builder<'_>,
) -> Option<u32> {
    let kind = builder.column(id)?.kind.clone();
    let wrong = |what: String, mend: &str| {
        builder.report.error(code::INPUT, &input.span, what, mend);
        None
    };
    match (&feature.kind, kind) {
        (FeatureKind::Number, Kind::Category(_)) => wrong(
            format!(
                "the model's feature `{}` is a number, and `{}` is a category",
                feature.name, input.value
            ),
            "encode it as in training (`ordinal`, `target`, `one_hot`), and map the feature to that node",
        ),
        (FeatureKind::Category { values: Some(known) }, Kind::Category(own)) if !known.is_empty() => {
            if own.as_slice() == known.as_slice() {
                return Some(id);
            }
            recode(feature, known, &own, id, input, here, builder)
        }
        (FeatureKind::Hashed { hashes, .. }, Kind::Category(own)) => {
            let code = |text: &String| {
                let hash = category_hash(text);
                hashes.iter().position(|&h| h == hash).unwrap_or(hashes.len()) as f64
            };
            translate(feature, own.iter().map(code).collect(), id, input, here, builder)
        }
        (FeatureKind::Hashed { .. }, _) => wrong(
            format!(
                "the model's feature `{}` is a category of which the file has hashes only, and `{}` has no texts",
                feature.name, input.value
            ),
            "declare the field with `categories` (all that training saw), or save the model with `pool=`",
        ),
        (FeatureKind::Category { values: Some(known) }, _) if !known.is_empty() => wrong(
            format!(
                "the model's feature `{}` is a category with names, and `{}` is not",
                feature.name, input.value
            ),
            "declare the field with `categories`",
        ),
        _ => Some(id),
    }
}

#[allow(clippy::too_many_arguments, reason = "one step of `encoded`, which has them all")]
fn recode(
    feature: &Feature,
    known: &[String],
    own: &Rc<Vec<String>>,
    id: u32,
    input: &Name,
    here: &Here,
    builder: &mut Builder<'_>,
) -> Option<u32> {
    let codes: BTreeMap<&str, usize> = known.iter().map(String::as_str).zip(0..).collect();
    let unknown: Vec<&String> = own.iter().filter(|c| !codes.contains_key(c.as_str())).collect();
    if !unknown.is_empty() {
        let message = format!(
            "the model does not know these categories of `{}`: {}",
            input.value,
            suggest::quoted(&unknown)
        );
        let mend = "take them out of `categories`: such values are then unseen";
        builder.report.error(code::CATEGORIES, &input.span, message, mend);
        return None;
    }
    let values = own.iter().filter_map(|c| codes.get(c.as_str())).map(|&i| i as f64).collect();
    translate(feature, values, id, input, here, builder)
}

/// A column of codes by a table: for each of its categories, the code that the model has for it.
fn translate(
    feature: &Feature,
    values: Vec<f64>,
    id: u32,
    input: &Name,
    here: &Here,
    builder: &mut Builder<'_>,
) -> Option<u32> {
    let op = Lookup::new(values, StateValues::default());
    let op = op.map_err(|e| builder.refused(&input.span, e, &input.value)).ok()?;
    let open = builder.live(&[id]);
    Some(builder.push(
        here,
        &feature.name,
        vec![id],
        Op::Lookup(op),
        Output::number(),
        (open, Unanswered::Pass),
    ))
}
