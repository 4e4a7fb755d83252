//! Tree ensembles.
//!
//! onnxruntime compares in f32, adds the leaves in f32 and the base values after them. Its order of addition depends on the number of
//! rows and threads; here it is the order of the file.

mod five;
mod read;

use std::rc::Rc;

use super::super::Lowered;
use super::super::elementwise::number;
use super::post::{PostTransform, classes, label, two};
use crate::Error;
use crate::author::forest::{Feature, FeatureKind, ForestDraft};
use crate::author::import::ImportedLink;
use crate::author::import::onnx::graph::Node;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::{Records, Shape};
use crate::author::import::onnx::tensor::Type;
use crate::author::import::onnx::value::{Home, Value};
use crate::limits;
use crate::model::forest::Arithmetic;

/// Rows of a record that has no records' axis: each is a forest of its own.
const ROWS: usize = 64;

/// A tree ensemble as the node has it.
struct Ensemble {
    forest: ForestDraft,
    post: PostTransform,
    /// Of two classes with one score: how the two come from it.
    binary: Option<Binary>,
}

/// How the scores of two classes come from one.
#[derive(Clone, Copy, PartialEq)]
enum Binary {
    /// All leaves are at least 0: it is the probability of the second.
    Share,
    /// A margin.
    Margin,
}

/// Lowers one of them.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let x = number(call, 0)?;
    if x.kind == Type::Double {
        return Err(node.refuse("of double numbers: convert the model with float inputs"));
    }
    let x = if x.shape.rank() == 1 { x.shaped(x.shape.padded(2)) } else { x };
    let (rows, width) = (x.shape.dim(0), x.shape.dim(1));
    if x.shape.rank() != 2 || rows > ROWS {
        return Err(node.refuse("of several rows of one record"));
    }
    call.apart(&x.shape, 1)?;
    let ensemble = ensemble(call, width)?;
    let columns = on.columns(&x)?;
    let count = ensemble.forest.base.len();
    let rows_of_columns = columns.chunks(width.max(1)).map(<[_]>::to_vec);
    let outputs: Vec<_> = rows_of_columns
        .map(|row| on.forest(row, ensemble.forest.clone()))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    let records = Some(Records { axis: 0, before: 1 }).filter(|_| x.shape.records.is_some());
    let shape = Shape { dims: vec![rows, count], records };
    let scores = Value { shape, kind: Type::Float, home: Home::Columns(Rc::new(outputs)) };
    let scores = match ensemble.binary {
        None => ensemble.post.apply(on, &scores)?,
        Some(Binary::Share) => {
            let both = two(on, call, &scores, [-1.0, 1.0], [1.0, 0.0])?;
            ensemble.post.apply(on, &both)?
        }
        Some(Binary::Margin) => {
            let both = two(on, call, &scores, [-1.0, 1.0], [0.0, 0.0])?;
            ensemble.post.apply(on, &both)?
        }
    };
    match node.op.as_str() {
        "TreeEnsembleClassifier" => Ok(vec![label(on, call, &scores)?, scores]),
        _ => Ok(vec![scores]),
    }
}

/// The forest and link of a node that is all of a model; and how many classes it has.
pub(in crate::author::import::onnx) fn alone(
    node: &Node,
    names: &[String],
) -> Result<(ForestDraft, ImportedLink, usize), Error> {
    let call = Call { node, inputs: Vec::new() };
    let Ensemble { mut forest, post, binary } = ensemble(&call, names.len())?;
    for (feature, name) in forest.features.iter_mut().zip(names) {
        feature.name.clone_from(name);
    }
    let link = match (binary, post) {
        (Some(Binary::Share), PostTransform::None) | (None, PostTransform::None) => ImportedLink::Identity,
        (Some(Binary::Margin), PostTransform::Logistic) | (None, PostTransform::Logistic) => {
            ImportedLink::Logit { factor: 1.0 }
        }
        (None, PostTransform::Softmax) if forest.base.len() > 1 => ImportedLink::Softmax,
        _ => return Err(node.refuse("a post_transform of two scores made of one; import it as a network")),
    };
    let classes = if node.op == "TreeEnsembleClassifier" { classes(&call) } else { 0 };
    node.check_attributes()?;
    Ok((forest, link, classes))
}

fn ensemble(call: &Call<'_>, features: usize) -> Result<Ensemble, Error> {
    let node = call.node;
    if node.op == "TreeEnsemble" {
        return five::ensemble(call, features);
    }
    let classifies = node.op == "TreeEnsembleClassifier";
    let tables: Vec<_> = [
        "nodes_values_as_tensor",
        "nodes_hitrates_as_tensor",
        "base_values_as_tensor",
        "class_weights_as_tensor",
        "target_weights_as_tensor",
    ]
    .iter()
    .filter_map(|name| node.tensor(name))
    .collect();
    if tables.iter().any(|t| t.kind == Type::Double) {
        return Err(node.refuse("of double numbers: convert the model with float inputs"));
    }
    let _ = node.numbers("nodes_hitrates");
    let post = PostTransform::of(call)?;
    let aggregate = if classifies { "SUM" } else { node.text("aggregate_function", "SUM") };
    let (prefix, outputs) = match classifies {
        true => ("class", classes(call)),
        false => ("target", usize::try_from(node.int("n_targets", 1)).unwrap_or(0)),
    };
    let _ = (node.strings("classlabels_strings"), node.ints("classlabels_int64s"));
    if outputs == 0 || outputs > limits::OUTPUTS {
        return Err(node.wrong(format!("{outputs} outputs")));
    }
    let leaves = read::leaves(call, prefix, outputs)?;
    // Two classes and all leaves of one: one score.
    let binary =
        (classifies && outputs == 2 && leaves.ids.windows(2).all(|w| w.first() == w.last())).then(|| {
            match leaves.weights.iter().all(|&w| w >= 0.0) {
                true => Binary::Share,
                false => Binary::Margin,
            }
        });
    let width = if binary.is_some() { 1 } else { outputs };
    let trees = read::trees(call, &leaves, width, features)?;
    let base = node.numbers("base_values");
    let (base, binary) = match (binary, base.as_slice()) {
        (None, []) => (vec![0.0; width], None),
        (None, list) if list.len() == width => (list.to_vec(), None),
        (Some(b), []) => (vec![0.0], Some(b)),
        (Some(b), &[one]) => (vec![one], Some(b)),
        // The first is not used.
        (Some(_), &[_, second]) => (vec![second], Some(Binary::Margin)),
        (_, list) => return Err(node.wrong(format!("{} base values of {outputs} outputs", list.len()))),
    };
    let divisor = match aggregate {
        "SUM" => 1.0,
        "AVERAGE" => trees.len().max(1) as f64,
        other => {
            let other = super::super::super::refuse::shorten(other);
            return Err(node.refuse(&format!("aggregate_function {other}")));
        }
    };
    Ok(Ensemble { forest: forest(features, trees, &base, divisor), post, binary })
}

fn forest(
    features: usize,
    trees: Vec<crate::author::forest::Tree>,
    base: &[f32],
    divisor: f64,
) -> ForestDraft {
    let feature = |i| Feature { name: format!("f{i}"), kind: FeatureKind::Number };
    ForestDraft {
        features: (0..features).map(feature).collect(),
        arithmetic: Arithmetic::F32Less,
        base: base.iter().map(|&b| f64::from(b)).collect(),
        base_first: false,
        divisor,
        trees,
    }
}
