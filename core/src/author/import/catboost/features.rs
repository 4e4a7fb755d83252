//! The features of a CatBoost file: those of a pool, in its order, with what splits need to know of each.

use std::collections::BTreeMap;

use super::city::category_hash;
use super::file::{Ctr, Features};
use crate::Error;
use crate::author::forest::{Feature, FeatureKind};
use crate::author::import::{FEATURES, check_limit, check_names, inconsistent, unsupported};

/// Features, by CatBoost's two ways of counting them.
pub(super) struct Known {
    pub(super) features: Vec<Feature>,
    /// By number among the numeric features: feature, and whether NaN is over every border.
    numbers: BTreeMap<usize, (u32, bool)>,
    /// By number among the categorical features.
    categories: BTreeMap<usize, Category>,
    /// By number among the categorical features, whether splits use it or not.
    names: BTreeMap<usize, String>,
    /// Number of the first split over a CTR; then the CTRs' own.
    first_ctr: usize,
    ctrs: Vec<Ctr>,
}

struct Category {
    feature: u32,
    /// Code of each hash.
    codes: BTreeMap<u32, u32>,
}

/// A feature before the order of the pool is known.
enum Part {
    Number { own: usize, nan_over: bool },
    Category { own: usize, hashes: Vec<u32> },
}

impl Known {
    /// Reads the features; `notes` gets what was left out.
    pub(super) fn read(info: Features, notes: &mut Vec<String>) -> Result<Self, Error> {
        for (kind, list) in [("text", &info.text_features), ("embedding", &info.embedding_features)] {
            if let Some(other) = list.first() {
                let name = match (other.feature_id.as_str(), other.flat_feature_index) {
                    ("", Some(flat)) => format!("f{flat}"),
                    (id, _) => id.chars().take(60).collect(),
                };
                let at = format!("features_info.{kind}_features[0]");
                return Err(unsupported(format!("CatBoost's {kind} feature `{name}`"), at));
            }
        }
        check_limit("features", info.float_features.len() + info.categorical_features.len(), FEATURES)?;
        let borders: usize = info.float_features.iter().map(|f| f.borders.len()).sum();
        let first_ctr = borders + info.categorical_features.iter().map(|f| f.values.len()).sum::<usize>();
        let mut parts: BTreeMap<usize, (String, Part)> = BTreeMap::new();
        let (mut names, mut unused) = (BTreeMap::new(), Vec::new());
        for (i, f) in info.float_features.into_iter().enumerate() {
            let at = format!("features_info.float_features[{i}]");
            let nan_over = match f.nan_value_treatment.as_deref() {
                None | Some("AsIs" | "AsFalse") => false,
                Some("AsTrue") => true,
                Some(other) => {
                    let short: String = other.chars().take(60).collect();
                    let what = format!("the treatment of NaN `{short}`");
                    return Err(unsupported(what, format!("{at}.nan_value_treatment")));
                }
            };
            let name = name(f.feature_name, f.feature_id, f.flat_feature_index);
            let part = (name, Part::Number { own: f.feature_index, nan_over });
            if parts.insert(f.flat_feature_index, part).is_some() {
                return Err(inconsistent("two features have one place", at));
            }
        }
        for (i, f) in info.categorical_features.into_iter().enumerate() {
            let at = format!("features_info.categorical_features[{i}]");
            let name = name(f.feature_name, f.feature_id, f.flat_feature_index);
            if names.insert(f.feature_index, name.clone()).is_some() {
                return Err(inconsistent("two features have one number", at));
            }
            if f.values.is_empty() {
                unused.push(name);
                continue;
            }
            let hashes = f.values.iter().map(|&v| hash(v)).collect::<Option<Vec<u32>>>();
            let hashes =
                hashes.ok_or_else(|| inconsistent("a hash is beyond 32 bits", format!("{at}.values")))?;
            let part = (name, Part::Category { own: f.feature_index, hashes });
            if parts.insert(f.flat_feature_index, part).is_some() {
                return Err(inconsistent("two features have one place", at));
            }
        }
        if !unused.is_empty() {
            notes.push(format!(
                "No tree reads these categories; they are not asked for: {}.",
                unused.join(", ")
            ));
        }
        let mut texts = BTreeMap::new();
        for (i, entry) in info.cat_features_hash.into_iter().enumerate() {
            let found = category_hash(&entry.value);
            if hash(entry.hash) != Some(found) {
                let at = format!("features_info.cat_features_hash[{i}]");
                return Err(inconsistent("the hash is not that of its text", at));
            }
            texts.insert(found, entry.value);
        }
        let mut known = Self {
            features: Vec::with_capacity(parts.len()),
            numbers: BTreeMap::new(),
            categories: BTreeMap::new(),
            names,
            first_ctr,
            ctrs: info.ctrs,
        };
        for (name, part) in parts.into_values() {
            known.add(name, part, &texts)?;
        }
        check_names(known.features.iter().map(|f| f.name.as_str()), "features_info")?;
        Ok(known)
    }

    fn add(&mut self, name: String, part: Part, texts: &BTreeMap<u32, String>) -> Result<(), Error> {
        let feature = self.features.len() as u32;
        let twice = || inconsistent(format!("another feature has the number of `{name}`"), "features_info");
        let kind = match part {
            Part::Number { own, nan_over } => {
                if self.numbers.insert(own, (feature, nan_over)).is_some() {
                    return Err(twice());
                }
                FeatureKind::Number
            }
            Part::Category { own, hashes } => {
                let codes: BTreeMap<u32, u32> = hashes.iter().copied().zip(0..).collect();
                if codes.len() != hashes.len()
                    || self.categories.insert(own, Category { feature, codes }).is_some()
                {
                    return Err(twice());
                }
                let texts = hashes.iter().map(|h| texts.get(h).cloned()).collect();
                FeatureKind::Hashed { hashes, texts }
            }
        };
        self.features.push(Feature { name, kind });
        Ok(())
    }

    /// The feature of a numeric split, and whether NaN is over every border.
    pub(super) fn number(&self, own: usize) -> Option<(u32, bool)> {
        self.numbers.get(&own).copied()
    }

    /// The feature of a split on a category, and the category's code.
    pub(super) fn category(&self, own: usize, value: i64) -> Option<(u32, u32)> {
        let category = self.categories.get(&own)?;
        Some((category.feature, *category.codes.get(&hash(value)?)?))
    }

    /// What a split over a CTR is made of, in words.
    pub(super) fn ctr(&self, split_index: Option<usize>) -> String {
        let mut end = self.first_ctr;
        let found = self.ctrs.iter().find(|ctr| {
            end = end.saturating_add(ctr.borders.len());
            split_index.is_some_and(|split| split < end)
        });
        let Some(ctr) = found else { return "statistics of a category over the target (CTR)".to_owned() };
        let mut features = Vec::new();
        for element in &ctr.elements {
            let name = element.cat_feature_index.and_then(|i| self.names.get(&i));
            features.extend(name.map(|name| format!("`{name}`")));
        }
        let kind: String = ctr.ctr_type.chars().take(60).collect();
        format!("the statistic `{kind}` of {} over the target (CTR)", features.join(", "))
    }
}

fn name(name: String, id: String, flat: usize) -> String {
    match (name.is_empty(), id.is_empty()) {
        (false, _) => name,
        (_, false) => id,
        _ => format!("f{flat}"),
    }
}

/// Files hold hashes as signed or as unsigned numbers.
fn hash(value: i64) -> Option<u32> {
    u32::try_from(value).ok().or_else(|| i32::try_from(value).ok().map(|v| v as u32))
}
