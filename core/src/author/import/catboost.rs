//! CatBoost models in JSON (`save_model(…, format="json")`): symmetric trees and trees of any shape (`grow_policy`
//! Depthwise and Lossguide), categories asked for one by one (one-hot).
//!
//! Margins are bit-equal to CatBoost's `RawFormulaVal`: values and borders compared in f32, leaves added in f64 in tree order
//! from 0, the bias added last. A comparison in f32 is here one in f64 with the border moved to the last double that rounds to
//! it, so that these forests have the arithmetic of the others in f64. `docs/importing-catboost.md` has the details.

mod city;
mod features;
mod file;
mod loss;
mod tree;

pub(in crate::author) use self::city::category_hash;

use self::features::Known;
use self::file::{Bias, File, malformed};
use super::{ImportedForest, MODEL_BYTES, check_limit, check_sets, inconsistent, unsupported};
use crate::Error;
use crate::author::forest::{FeatureKind, ForestDraft, Tree, TreeNode};
use crate::limits;
use crate::model::forest::Arithmetic;

const SCALE_NOTE: &str = "The model has a scale: the sum of the leaves is divided by its inverse, which can differ from \
                          CatBoost's product in the last bits.";
const COVER_NOTE: &str = "The file has no weights of leaves: contributions cannot be computed.";

/// Reads a model.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError), with the path in the file.
pub fn import(bytes: &[u8]) -> Result<ImportedForest, Error> {
    import_leaves(bytes).map(|(model, _)| model)
}

/// Reads a model, and the numbers that `calc_leaf_indexes` gives its leaves: tree after tree, in each from left to right. None
/// for trees of any shape, whose numbers the file does not hold.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError), with the path in the file.
pub fn import_leaves(bytes: &[u8]) -> Result<(ImportedForest, Vec<u32>), Error> {
    check_limit("bytes", bytes.len(), MODEL_BYTES)?;
    let file = file::parse(bytes)?;
    let mut notes = Vec::new();
    let File { features_info, model_info, oblivious_trees, trees, scale_and_bias } = file;
    let (scale, base) = match scale_and_bias {
        None => return Err(malformed("the key is missing", "scale_and_bias")),
        Some((scale, Bias::One(bias))) => (scale, vec![bias]),
        Some((scale, Bias::Several(biases))) => (scale, biases),
    };
    let outputs = base.len();
    check_limit("outputs", outputs, limits::OUTPUTS)?;
    if outputs == 0 {
        return Err(inconsistent("the model has no output", "scale_and_bias[1]"));
    }
    if scale != 1.0 {
        if !(scale > 0.0 && (1.0 / scale).is_normal()) {
            return Err(unsupported(format!("a scale of {scale}"), "scale_and_bias[0]"));
        }
        notes.push(SCALE_NOTE.to_owned());
    }
    let loss = loss::read(model_info.params.as_ref(), outputs)?;
    notes.extend(loss.note.map(str::to_owned));
    let known = Known::read(features_info, &mut notes)?;
    let context = tree::Context { known: &known, outputs };
    let (mut forest, mut leaves) = (Forest::default(), Vec::new());
    match (oblivious_trees, trees) {
        (Some(list), None) => {
            check_limit("trees", list.len(), limits::TREES)?;
            for (i, tree) in list.iter().enumerate() {
                forest.push(tree::oblivious(tree, i, &context, &mut leaves)?)?;
            }
        }
        (None, Some(list)) => {
            check_limit("trees", list.len(), limits::TREES)?;
            for (i, tree) in list.iter().enumerate() {
                forest.push(tree::any(tree, i, &context)?)?;
            }
        }
        (None, None) => return Err(malformed("it has no trees", "oblivious_trees")),
        (Some(_), Some(_)) => return Err(inconsistent("it has trees of both kinds", "trees")),
    }
    check_sets(&forest.trees)?;
    if !forest.weighed {
        notes.push(COVER_NOTE.to_owned());
    }
    let unnamed = |f: &&_| matches!(f, FeatureKind::Hashed { texts: None, .. });
    if known.features.iter().map(|f| &f.kind).filter(unnamed).count() > 0 {
        notes.push(
            "The file knows categories by their hashes only: their texts come from the fields' `categories`. \
             `save_model(…, format=\"json\", pool=pool)` writes the texts too."
                .to_owned(),
        );
    }
    let model = ImportedForest {
        forest: ForestDraft {
            features: known.features,
            arithmetic: Arithmetic::F64LessEqual,
            base,
            base_first: false,
            divisor: 1.0 / scale,
            trees: forest.trees,
        },
        link: loss.link,
        classes: if loss.classifies { outputs.max(2) } else { 0 },
        objective: loss.name,
        notes,
    };
    Ok((model, leaves))
}

/// The trees while they are read.
#[derive(Default)]
struct Forest {
    trees: Vec<Tree>,
    nodes: usize,
    weighed: bool,
}

impl Forest {
    fn push(&mut self, tree: Tree) -> Result<(), Error> {
        self.nodes = self.nodes.saturating_add(tree.nodes.len());
        check_limit("tree nodes", self.nodes, limits::TREE_NODES)?;
        self.weighed |= match tree.nodes.first() {
            Some(TreeNode::Split { cover, .. } | TreeNode::Leaf { cover, .. }) => *cover > 0.0,
            None => false,
        };
        self.trees.push(tree);
        Ok(())
    }
}
