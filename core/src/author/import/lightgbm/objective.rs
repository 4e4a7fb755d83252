//! LightGBM's objectives: from margin to prediction.

use super::text::{Section, malformed};
use crate::Error;
use crate::author::import::{ImportedLink, inconsistent, unsupported};

/// What the importer must know about an objective.
#[derive(Debug)]
pub(super) struct Objective {
    /// As the file has it.
    pub(super) text: String,
    pub(super) link: ImportedLink,
    /// Whether it separates classes.
    pub(super) classifies: bool,
}

/// Reads `objective=`: a name and its parameters.
pub(super) fn read(header: &Section<'_>, outputs: usize) -> Result<Objective, Error> {
    let Some(text) = header.find("objective").filter(|t| !t.trim().is_empty()) else {
        return Ok(Objective { text: "custom".to_owned(), link: ImportedLink::Identity, classifies: false });
    };
    let place = header.at("objective");
    let mut words = text.split_ascii_whitespace();
    let name = words.next().unwrap_or_default();
    let (mut factor, mut sqrt) = (None, false);
    for word in words {
        match word.split_once(':') {
            None if word == "sqrt" => sqrt = true,
            Some(("sigmoid", value)) => {
                let value = value.parse::<f64>().ok().filter(|v| v.is_finite() && *v > 0.0);
                let bad = || malformed("`sigmoid` is not over 0", place.clone());
                factor = Some(value.ok_or_else(bad)?);
            }
            Some(("num_class", value)) => {
                if value.parse() != Ok(outputs) {
                    let what = "`num_class` is not the number of trees a round";
                    return Err(inconsistent(what, place));
                }
            }
            // The quantile: it steered the training only.
            Some(("alpha", _)) if name == "quantile" => {}
            _ => {
                let what = format!("the parameter `{word:.60}` of `{name:.60}`");
                return Err(unsupported(what, place));
            }
        }
    }
    let logit = factor.unwrap_or(1.0);
    let (link, classifies) = match name {
        "regression" | "regression_l2" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" => {
            match sqrt {
                true => (ImportedLink::SignedSquare, false),
                false => (ImportedLink::Identity, false),
            }
        }
        "lambdarank" | "rank_xendcg" | "custom" => (ImportedLink::Identity, false),
        "poisson" | "gamma" | "tweedie" => (ImportedLink::Exp, false),
        "binary" => (ImportedLink::Logit { factor: logit }, true),
        "cross_entropy" | "xentropy" => (ImportedLink::Logit { factor: 1.0 }, false),
        "cross_entropy_lambda" | "xentlambda" => (ImportedLink::Softplus, false),
        "multiclass" => (ImportedLink::Softmax, true),
        "multiclassova" => (ImportedLink::OneVsRest { factor: logit }, true),
        _ => return Err(unsupported(format!("the LightGBM objective `{name:.60}`"), place)),
    };
    let has_factor = matches!(name, "binary" | "multiclassova");
    if (sqrt && link != ImportedLink::SignedSquare) || (factor.is_some() && !has_factor) {
        return Err(unsupported(format!("the objective `{text:.60}`"), place));
    }
    let many = matches!(link, ImportedLink::Softmax | ImportedLink::OneVsRest { .. });
    if outputs > 1 && !many && name != "custom" {
        return Err(inconsistent(format!("`{name}` with {outputs} trees a round"), place));
    }
    Ok(Objective { text: text.to_owned(), link, classifies })
}
