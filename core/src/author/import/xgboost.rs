//! XGBoost models: JSON and UBJSON, versions 1.7 to 3.x, boosters gbtree and dart.
//!
//! Margins are bit-equal to XGBoost's `predict(output_margin=True)` on a DMatrix: inputs, thresholds, leaves and sums in
//! f32, the sum starting at the base margin, leaves in tree order. Format: <https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html>;
//! the details that it leaves open are in `docs/importing-xgboost.md`.

mod cats;
mod json;
mod logf;
mod objective;
mod tree;
mod ubjson;
mod value;

use self::objective::Objective;
use self::value::{Object, Value, malformed, shorten};
use super::{
    FEATURES, ImportedForest, MODEL_BYTES, check_limit, check_names, check_sets, inconsistent, unsupported,
};
use crate::Error;
use crate::author::forest::{Feature, FeatureKind, ForestDraft, Test, Tree, TreeNode};
use crate::limits;
use crate::model::forest::Arithmetic;

/// Which boosting rounds to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounds {
    /// All, as `Booster.predict` does.
    #[default]
    All,
    /// Up to the best one of early stopping, as the scikit-learn wrapper's `predict` does. All if the file does not say
    /// which that is.
    Best,
}

/// Reads a model, all rounds of it.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError), with the path in the file.
pub fn import(bytes: &[u8]) -> Result<ImportedForest, Error> {
    import_rounds(bytes, Rounds::All)
}

/// Reads a model.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError), with the path in the file.
pub fn import_rounds(bytes: &[u8], rounds: Rounds) -> Result<ImportedForest, Error> {
    import_leaves(bytes, rounds).map(|(model, _)| model)
}

/// Reads a model, and the numbers that `predict(pred_leaf=True)` gives its leaves: tree after tree, in each from left to right.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError), with the path in the file.
pub fn import_leaves(bytes: &[u8], rounds: Rounds) -> Result<(ImportedForest, Vec<u32>), Error> {
    check_limit("bytes", bytes.len(), MODEL_BYTES)?;
    let file = match is_ubjson(bytes) {
        true => ubjson::parse(bytes)?,
        false => json::parse(bytes)?,
    };
    let top = Object::open(&file, String::new())?;
    if top.find("Model").is_some() && top.find("Config").is_some() {
        return Err(unsupported("a pickled XGBoost booster (save it with save_model)", "Model"));
    }
    let top = Object::new(&file, String::new(), &["learner", "version"])?;
    let clamps = version(&top)?;
    let learner = top.object(
        "learner",
        &[
            "attributes",
            "feature_names",
            "feature_types",
            "gradient_booster",
            "learner_model_param",
            "objective",
        ],
    )?;
    let mut leaves = Vec::new();
    let model = model(&learner, clamps, rounds, &mut leaves)?;
    Ok((model, leaves))
}

/// UBJSON begins with `{` and the length of a key, JSON with `{` and a quote.
pub(super) fn is_ubjson(bytes: &[u8]) -> bool {
    matches!(bytes, [b'{', b'L' | b'i' | b'U' | b'I' | b'l' | b'#', ..])
}

/// Checks the version; whether it is one that clamps base scores.
fn version(top: &Object<'_>) -> Result<bool, Error> {
    let numbers = top.numbers_of("version", 3)?;
    let mut numbers = numbers.iter().map(|n| n.integer().unwrap_or(-1));
    let version = (numbers.next().unwrap_or(-1), numbers.next().unwrap_or(-1));
    if !((1, 7)..(4, 0)).contains(&version) {
        let what = format!("XGBoost {}.{} (versions 1.7 to 3.x are)", version.0, version.1);
        return Err(unsupported(what, top.at("version")));
    }
    Ok(version >= (3, 2))
}

fn model(
    learner: &Object<'_>,
    clamps: bool,
    rounds: Rounds,
    leaves: &mut Vec<u32>,
) -> Result<ImportedForest, Error> {
    let mut notes = Vec::new();
    let (objective_name, objective) = read_objective(learner)?;
    let param = learner.object(
        "learner_model_param",
        &["base_score", "boost_from_average", "num_class", "num_feature", "num_target"],
    )?;
    let features = param.count("num_feature")?;
    check_limit("features", features, FEATURES)?;
    let classes = param.count_or("num_class", 0)?;
    let targets = param.count_or("num_target", 1)?;
    if classes > 1 && targets > 1 {
        return Err(unsupported("several targets of several classes", param.at("num_target")));
    }
    let outputs = classes.max(targets).max(1);
    check_limit("outputs", outputs, limits::OUTPUTS)?;

    let (booster, weights) = booster(learner)?;
    let known = ["cats", "gbtree_model_param", "iteration_indptr", "tree_info", "trees"];
    let gbtree = booster.object("model", &known)?;
    let mut trees = trees(&gbtree, weights, features, outputs, leaves)?;
    if let Some(best) = best_iteration(learner)? {
        let ends = round_ends(&gbtree, &trees, outputs)?;
        let end = ends.get(best).copied().unwrap_or(trees.len());
        if end < trees.len() && rounds == Rounds::Best {
            trees.truncate(end);
            leaves.truncate(trees.iter().map(|tree| tree.nodes.len().div_ceil(2)).sum());
            notes.push(format!(
                "Rounds 0 to {best} of {}: the best one of early stopping is the last.",
                ends.len()
            ));
        } else if end < trees.len() {
            notes.push(format!(
                "Training stopped early and its best round was {best}; all {} rounds are used, as Booster.predict does. \
                 The scikit-learn wrapper's predict uses the best rounds only: `rounds = \"best\"` takes those.",
                ends.len()
            ));
        }
    } else if rounds == Rounds::Best {
        notes.push("The file does not say which round was the best: all rounds are used.".to_owned());
    }
    let (names, note) = cats::read(&gbtree, features)?;
    notes.extend(note);
    let features = read_features(learner, features, names, &trees)?;
    let base = base(&param, outputs, &objective, clamps)?;
    Ok(ImportedForest {
        forest: ForestDraft {
            features,
            arithmetic: Arithmetic::F32Less,
            base,
            base_first: true,
            divisor: 1.0,
            trees,
        },
        link: objective.link,
        classes: match objective.classifies {
            true => outputs.max(2),
            false => 0,
        },
        objective: objective_name,
        notes,
    })
}

fn read_objective(learner: &Object<'_>) -> Result<(String, Objective), Error> {
    let object = Object::open(learner.get("objective")?, learner.at("objective"))?;
    let name = object.text("name")?;
    match objective::find(name) {
        Some(objective) => Ok((name.to_owned(), objective)),
        None => {
            let what = format!("the XGBoost objective `{}`", shorten(name));
            Err(unsupported(what, object.at("name")))
        }
    }
}

/// The object that holds the trees, and DART's weights.
fn booster<'a>(learner: &Object<'a>) -> Result<(Object<'a>, Option<Vec<f32>>), Error> {
    let value = learner.get("gradient_booster")?;
    let path = learner.at("gradient_booster");
    let name = Object::open(value, path.clone())?;
    match name.text("name")? {
        "gbtree" => Ok((Object::new(value, path, &["model", "name"])?, None)),
        "dart" => {
            let dart = Object::new(value, path, &["gbtree", "name", "weight_drop"])?;
            let weights = dart.numbers("weight_drop")?.iter().map(|n| n.narrow).collect();
            Ok((dart.object("gbtree", &["model", "name"])?, Some(weights)))
        }
        other => {
            let what = format!("the XGBoost booster `{}`", shorten(other));
            Err(unsupported(what, name.at("name")))
        }
    }
}

fn trees(
    gbtree: &Object<'_>,
    weights: Option<Vec<f32>>,
    features: usize,
    outputs: usize,
    leaves: &mut Vec<u32>,
) -> Result<Vec<Tree>, Error> {
    let known = ["num_parallel_tree", "num_trees", "size_leaf_vector"];
    let param = gbtree.object("gbtree_model_param", &known)?;
    let values = gbtree.array("trees")?;
    check_limit("trees", values.len(), limits::TREES)?;
    if param.count("num_trees")? != values.len() {
        let what = format!("{} trees are in the file", values.len());
        return Err(inconsistent(what, param.at("num_trees")));
    }
    let groups = gbtree.numbers_of("tree_info", values.len())?;
    if weights.as_ref().is_some_and(|w| w.len() != values.len()) {
        return Err(inconsistent("not a weight for each tree", "learner.gradient_booster.weight_drop"));
    }
    let mut trees = Vec::with_capacity(values.len());
    let mut nodes = 0;
    for (i, (value, group)) in values.iter().zip(groups).enumerate() {
        let object = Object::new(value, gbtree.at_index("trees", i), &tree::KEYS)?;
        let group = group.integer().unwrap_or(-1);
        let weight = weights.as_ref().and_then(|w| w.get(i)).copied();
        let tree = tree::read(&object, &tree::Context { features, outputs, group, weight }, leaves)?;
        nodes += tree.nodes.len();
        check_limit("tree nodes", nodes, limits::TREE_NODES)?;
        trees.push(tree);
    }
    check_sets(&trees)?;
    Ok(trees)
}

fn best_iteration(learner: &Object<'_>) -> Result<Option<usize>, Error> {
    let Some(attributes) = learner.find("attributes") else { return Ok(None) };
    let attributes = Object::open(attributes, learner.at("attributes"))?;
    match attributes.find("best_iteration") {
        None => Ok(None),
        Some(_) => attributes.count("best_iteration").map(Some),
    }
}

/// For each round the number of trees up to its end.
fn round_ends(gbtree: &Object<'_>, trees: &[Tree], outputs: usize) -> Result<Vec<usize>, Error> {
    if gbtree.find("iteration_indptr").is_none() {
        // Before 2.0: the same number of trees each round.
        let known = ["num_parallel_tree", "num_trees", "size_leaf_vector"];
        let param = gbtree.object("gbtree_model_param", &known)?;
        let parallel = param.count_or("num_parallel_tree", 1)?.max(1);
        let step = parallel.saturating_mul(outputs);
        return Ok((1..=trees.len() / step).map(|round| round * step).collect());
    }
    let pointers = gbtree.numbers("iteration_indptr")?;
    let mut ends = Vec::with_capacity(pointers.len());
    let mut last = 0;
    for (i, pointer) in pointers.iter().enumerate() {
        let end = pointer.integer().and_then(|p| usize::try_from(p).ok());
        let end = end.filter(|&e| e >= last && e <= trees.len() && (i > 0 || e == 0));
        last =
            end.ok_or_else(|| inconsistent("not a count of trees", gbtree.at_index("iteration_indptr", i)))?;
        if i > 0 {
            ends.push(last);
        }
    }
    match last == trees.len() {
        true => Ok(ends),
        false => {
            Err(inconsistent("the last round does not end at the last tree", gbtree.at("iteration_indptr")))
        }
    }
}

fn read_features(
    learner: &Object<'_>,
    count: usize,
    names_of_codes: Vec<Option<Vec<String>>>,
    trees: &[Tree],
) -> Result<Vec<Feature>, Error> {
    let optional = |key: &str| match learner.find(key) {
        None => Ok(Vec::new()),
        Some(_) => learner.texts(key),
    };
    let (names, types) = (optional("feature_names")?, optional("feature_types")?);
    for (key, texts) in [("feature_names", &names), ("feature_types", &types)] {
        if !texts.is_empty() && texts.len() != count {
            return Err(inconsistent(format!("{} of {count} features", texts.len()), learner.at(key)));
        }
    }
    check_names(names.iter().copied(), &learner.at("feature_names"))?;
    let splits = splits_by_feature(trees, count);
    let mut features = Vec::with_capacity(count);
    for (i, values) in names_of_codes.into_iter().enumerate() {
        let (numeric, categorical) = splits.get(i).copied().unwrap_or_default();
        let place = || learner.at_index("feature_types", i);
        let by_type = match types.get(i).copied() {
            None => categorical,
            Some("c") => true,
            Some("q" | "int" | "i" | "float" | "indicator") => false,
            Some(other) => {
                return Err(unsupported(format!("the feature type `{}`", shorten(other)), place()));
            }
        };
        if (by_type && numeric) || (!by_type && categorical) {
            return Err(inconsistent("a tree splits the feature as another type", place()));
        }
        features.push(Feature {
            name: names.get(i).map_or_else(|| format!("f{i}"), |&n| n.to_owned()),
            kind: match by_type {
                true => FeatureKind::Category { values },
                false => FeatureKind::Number,
            },
        });
    }
    Ok(features)
}

/// For each feature: whether numeric and whether categorical splits use it.
fn splits_by_feature(trees: &[Tree], count: usize) -> Vec<(bool, bool)> {
    let mut splits = vec![(false, false); count];
    for node in trees.iter().flat_map(|t| &t.nodes) {
        if let TreeNode::Split { feature, test, .. } = node
            && let Some((numeric, categorical)) = splits.get_mut(*feature as usize)
        {
            match test {
                Test::Below { .. } => *numeric = true,
                Test::InSet { .. } => *categorical = true,
            }
        }
    }
    splits
}

/// The base margins: one an output.
fn base(param: &Object<'_>, outputs: usize, objective: &Objective, clamps: bool) -> Result<Vec<f64>, Error> {
    let place = param.at("base_score");
    let text = match param.find("base_score") {
        None => "5E-1",
        Some(Value::Text(text)) if text.is_empty() => "5E-1",
        Some(Value::Text(text)) => text,
        Some(_) => return Err(malformed("not a text", place)),
    };
    // `5E-1` up to 3.0, `[5E-1]` or one an output from 3.1.
    let list = match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').unwrap_or(rest),
        None => text,
    };
    let mut margins = Vec::new();
    for number in list.split(',') {
        let score = number.trim().parse::<f32>();
        let score = score.map_err(|_| malformed(format!("`{}`", shorten(text)), place.clone()))?;
        let margin = objective.base.margin(score, clamps);
        if !margin.is_finite() {
            return Err(inconsistent(format!("the base score {score} has no finite margin"), place));
        }
        margins.push(f64::from(margin));
    }
    match margins.as_slice() {
        &[margin] => Ok(vec![margin; outputs]),
        several if several.len() == outputs => Ok(margins),
        several => Err(inconsistent(format!("{} base scores of {outputs} outputs", several.len()), place)),
    }
}
