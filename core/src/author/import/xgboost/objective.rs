//! XGBoost's objectives: the link, and how `base_score` becomes the base margin.

use super::logf::logf;
use crate::author::import::ImportedLink;

/// What the importer must know about an objective.
#[derive(Clone, Copy, Debug)]
pub(super) struct Objective {
    pub(super) link: ImportedLink,
    /// From `base_score` to margin.
    pub(super) base: Base,
    /// Whether it separates classes.
    pub(super) classifies: bool,
}

/// How `base_score` becomes a margin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Base {
    /// It is one.
    Margin,
    /// It is a probability.
    Logit,
    /// It is a positive mean.
    Log,
}

/// The objective of a name; `None` if it is not known.
pub(super) fn find(name: &str) -> Option<Objective> {
    let (link, base, classifies) = match name {
        "reg:squarederror"
        | "reg:linear"
        | "reg:squaredlogerror"
        | "reg:pseudohubererror"
        | "reg:absoluteerror"
        | "reg:quantileerror"
        | "rank:pairwise"
        | "rank:ndcg"
        | "rank:map" => (ImportedLink::Identity, Base::Margin, false),
        // The estimated base_score of binary:logitraw is a probability, and XGBoost still takes it as margin.
        "binary:logitraw" => (ImportedLink::Identity, Base::Margin, true),
        "binary:logistic" => (ImportedLink::Logit { factor: 1.0 }, Base::Logit, true),
        "reg:logistic" => (ImportedLink::Logit { factor: 1.0 }, Base::Logit, false),
        "binary:hinge" => (ImportedLink::Step, Base::Margin, true),
        "count:poisson" | "reg:gamma" | "reg:tweedie" | "survival:cox" | "survival:aft" => {
            (ImportedLink::Exp, Base::Log, false)
        }
        "multi:softprob" => (ImportedLink::Softmax, Base::Margin, true),
        "multi:softmax" => (ImportedLink::Argmax, Base::Margin, true),
        _ => return None,
    };
    Some(Objective { link, base, classifies })
}

impl Base {
    /// Margin of a `base_score`, in the f32 arithmetic of XGBoost. `clamps`: the version is 3.2 or later, which keeps a
    /// probability a millionth away from 0 and 1.
    pub(super) fn margin(self, base_score: f32, clamps: bool) -> f32 {
        match self {
            Self::Margin => base_score,
            Self::Log => logf(base_score),
            Self::Logit => {
                let p = match clamps {
                    true => base_score.clamp(1e-6, 1.0 - 1e-6),
                    false => base_score,
                };
                -logf(1.0 / p - 1.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_scores_become_margins_as_in_xgboost() {
        // Margins that XGBoost 1.7 and 3.2 themselves gave for a model without trees.
        assert_eq!(Base::Logit.margin(1e-7, false), -16.118095);
        assert_eq!(Base::Logit.margin(1e-7, true), -13.81551);
        assert_eq!(Base::Logit.margin(0.5, true), 0.0);
        assert_eq!(Base::Log.margin(1.0, true), 0.0);
        assert_eq!(Base::Margin.margin(0.3, true), 0.3);
    }
}
