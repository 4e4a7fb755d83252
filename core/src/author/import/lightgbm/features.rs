//! Features of a LightGBM model: names, types, names of categories.

use super::text::{Document, malformed};
use crate::Error;
use crate::author::forest::{Feature, FeatureKind, Test, Tree, TreeNode};
use crate::author::import::{check_names, inconsistent};

/// Reads the features; and a note on the names of categories.
pub(super) fn read(
    document: &Document<'_>,
    count: usize,
    trees: &[Tree],
) -> Result<(Vec<Feature>, Option<String>), Error> {
    let header = &document.header;
    let names: Vec<&str> = header.get("feature_names")?.split_ascii_whitespace().collect();
    if names.len() != count {
        let what = format!("{} names of {count} features", names.len());
        return Err(inconsistent(what, header.at("feature_names")));
    }
    check_names(names.iter().copied(), &header.at("feature_names"))?;
    let infos = header.find("feature_infos").unwrap_or_default();
    let infos: Vec<&str> = infos.split_ascii_whitespace().collect();
    if !infos.is_empty() && infos.len() != count {
        let what = format!("{} infos of {count} features", infos.len());
        return Err(inconsistent(what, header.at("feature_infos")));
    }
    let mut categorical = vec![false; count];
    for (info, flag) in infos.iter().zip(&mut categorical) {
        *flag = !info.starts_with('[') && *info != "none";
    }
    let listed = document.categorical_feature.unwrap_or_default().split(',');
    for index in listed.filter_map(|i| i.trim().parse::<usize>().ok()) {
        if let Some(flag) = categorical.get_mut(index) {
            *flag = true;
        }
    }
    for node in trees.iter().flat_map(|t| &t.nodes) {
        let TreeNode::Split { feature, test, .. } = node else { continue };
        let info = infos.get(*feature as usize).copied().unwrap_or("none");
        let by_set = matches!(test, Test::InSet { .. });
        if info != "none" && by_set == info.starts_with('[') {
            let what = format!("a tree splits feature {feature} as another type");
            return Err(inconsistent(what, header.at("feature_infos")));
        }
        if let Some(flag) = categorical.get_mut(*feature as usize) {
            *flag |= by_set;
        }
    }
    let (values, note) = category_names(document, &categorical, &infos)?;
    let mut values = values.into_iter();
    let features = names.iter().zip(&categorical).map(|(name, &categorical)| Feature {
        name: (*name).to_owned(),
        kind: match categorical {
            true => FeatureKind::Category { values: values.next() },
            false => FeatureKind::Number,
        },
    });
    Ok((features.collect(), note))
}

/// The lists of `pandas_categorical`, one a categorical feature in order; none if they cannot be told apart.
///
/// The file has a list for each categorical column of the training data frame, but does not say which columns those
/// were. They are the categorical features unless an ordered column was used as a number or a plain column as a
/// category: then the counts or the codes disagree.
fn category_names(
    document: &Document<'_>,
    categorical: &[bool],
    infos: &[&str],
) -> Result<(Vec<Vec<String>>, Option<String>), Error> {
    let Some((json, line)) = document.pandas_categorical else { return Ok((Vec::new(), None)) };
    let lists: Option<Vec<Vec<serde_json::Value>>> = serde_json::from_str(json.trim()).map_err(|e| {
        let what = format!("`pandas_categorical` is not a list of lists: {e}");
        malformed(what, format!("line {line}"))
    })?;
    let lists = lists.unwrap_or_default();
    if lists.is_empty() {
        return Ok((Vec::new(), None));
    }
    let ours = categorical.iter().enumerate().filter(|(_, c)| **c).map(|(i, _)| i);
    let fits = ours.clone().count() == lists.len()
        && ours.zip(&lists).all(|(feature, list)| {
            let codes = infos.get(feature).copied().unwrap_or("none").split(':');
            codes.filter_map(|c| c.parse::<i64>().ok()).all(|c| c < list.len() as i64)
        });
    if !fits {
        let note = "pandas_categorical does not have a list for each categorical feature, so the names of the \
                    categories are not taken from the file: give them in the order of the training data's codes.";
        return Ok((Vec::new(), Some(note.to_owned())));
    }
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let lists = lists.into_iter().map(|list| list.into_iter().map(text).collect());
    Ok((lists.collect(), None))
}
