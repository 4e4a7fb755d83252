//! LightGBM text models, versions v2 to v4 of the format (LightGBM 2.0 to 4.x).
//!
//! Margins are bit-equal to LightGBM's raw scores: everything in f64, the sum starting at 0, leaves in tree order.
//! Random forests are averaged where LightGBM's raw score is the sum. `docs/importing-lightgbm.md` has the details.

mod features;
mod objective;
mod text;
mod tree;

use self::text::{Section, malformed};
use super::{
    FEATURES, ImportedForest, ImportedLink, MODEL_BYTES, check_limit, check_sets, inconsistent, unsupported,
};
use crate::Error;
use crate::author::forest::ForestDraft;
use crate::limits;
use crate::model::forest::Arithmetic;

const SUM_NOTE: &str =
    "Random forest: the margin is the average over the rounds; LightGBM's raw_score is the sum.";
const OLD_FOREST_NOTE: &str = "Random forest of LightGBM 2.0 to 2.2.2: its leaves hold predictions, so the prediction is \
                               the margin.";
const COUNTS_NOTE: &str = "The file has no counts of training rows (internal_count, leaf_count): contributions cannot be \
                           computed.";
const CUSTOM_NOTE: &str = "The model has no objective of LightGBM's own: its prediction is the margin.";

/// Reads a model.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError), with tree and line.
pub fn import(bytes: &[u8]) -> Result<ImportedForest, Error> {
    import_leaves(bytes).map(|(model, _)| model)
}

/// Reads a model, and the numbers that `predict(pred_leaf=True)` gives its leaves: tree after tree, in each from left to right.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError), with tree and line.
pub fn import_leaves(bytes: &[u8]) -> Result<(ImportedForest, Vec<u32>), Error> {
    check_limit("bytes", bytes.len(), MODEL_BYTES)?;
    let document = text::parse(bytes)?;
    let header = &document.header;
    let version = header.get("version")?.trim();
    if !matches!(version, "v2" | "v3" | "v4") {
        return Err(unsupported(
            format!("version `{version:.20}` of LightGBM's format"),
            header.at("version"),
        ));
    }
    let features = header.count("max_feature_idx")?.saturating_add(1);
    check_limit("features", features, FEATURES)?;
    let outputs = header.count("num_tree_per_iteration")?;
    check_limit("outputs", outputs, limits::OUTPUTS)?;
    let rounds = rounds(header, document.trees.len(), outputs)?;
    let (mut notes, mut leaves) = (Vec::new(), Vec::new());
    let (mut trees, mut nodes, mut all_counted) = (Vec::with_capacity(document.trees.len()), 0, true);
    for (i, section) in document.trees.iter().enumerate() {
        let context = tree::Context { features, output: (i % outputs) as u32 };
        let (tree, counted) = tree::read(section, &context, &mut leaves)?;
        nodes += tree.nodes.len();
        check_limit("tree nodes", nodes, limits::TREE_NODES)?;
        all_counted &= counted;
        trees.push(tree);
    }
    check_sets(&trees)?;
    if !all_counted {
        notes.push(COUNTS_NOTE.to_owned());
    }
    let (features, note) = features::read(&document, features, &trees)?;
    notes.extend(note);
    let mut objective = objective::read(header, outputs)?;
    if header.find("objective").is_none() {
        notes.push(CUSTOM_NOTE.to_owned());
    }
    let averaged = header.find("average_output").is_some();
    if averaged {
        notes.push(SUM_NOTE.to_owned());
        // Until LightGBM 2.2.2, which does not write leaf_weight yet.
        if version == "v2" && document.trees.iter().all(|t| t.find("leaf_weight").is_none()) {
            objective.link = ImportedLink::Identity;
            notes.push(OLD_FOREST_NOTE.to_owned());
        }
    }
    let model = ImportedForest {
        forest: ForestDraft {
            features,
            arithmetic: Arithmetic::F64LessEqual,
            base: vec![0.0; outputs],
            base_first: true,
            divisor: if averaged { rounds.max(1) as f64 } else { 1.0 },
            trees,
        },
        link: objective.link,
        classes: match objective.classifies {
            true => outputs.max(2),
            false => 0,
        },
        objective: objective.text,
        notes,
    };
    Ok((model, leaves))
}

/// Number of boosting rounds.
fn rounds(header: &Section<'_>, trees: usize, outputs: usize) -> Result<usize, Error> {
    if outputs == 0 {
        return Err(malformed("no trees a round", header.at("num_tree_per_iteration")));
    }
    let sizes = header.find("tree_sizes").map(|sizes| sizes.split_ascii_whitespace().count());
    if sizes.is_some_and(|sizes| sizes != trees) {
        return Err(inconsistent(format!("{trees} trees are in the file"), header.at("tree_sizes")));
    }
    if !trees.is_multiple_of(outputs) {
        let what = format!("{trees} trees, {outputs} a round");
        return Err(inconsistent(what, header.at("num_tree_per_iteration")));
    }
    Ok(trees / outputs)
}
