//! From CatBoost's loss function to the link of its own `predict`.

use serde_json::Value;

use crate::Error;
use crate::author::import::{ImportedLink, inconsistent, unsupported};

/// What the importer must know about a loss function.
pub(super) struct Loss {
    /// As the file names it; `custom` where it does not.
    pub(super) name: String,
    pub(super) link: ImportedLink,
    /// Whether outputs are classes.
    pub(super) classifies: bool,
    pub(super) note: Option<&'static str>,
}

const AT: &str = "model_info.params.loss_function";
const CUSTOM: &str = "The model has no loss function of CatBoost's own: its prediction is the margin.";
const LOGARITHM: &str = "The margin is the logarithm of what the model forecasts: CatBoost's predict gives the margin, and so does this model.";
const RANKING: &str = "The model ranks: its margin orders the rows of a group and says nothing by itself.";

/// Reads the loss function from the training parameters, which are an object or, in older files, the text of one.
pub(super) fn read(params: Option<&Value>, outputs: usize) -> Result<Loss, Error> {
    let parsed = match params {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        other => other.cloned(),
    };
    let name = parsed.as_ref().and_then(|p| p.get("loss_function")).and_then(|l| l.get("type"));
    let name = match name.and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => "custom".to_owned(),
    };
    let logit = ImportedLink::Logit { factor: 1.0 };
    let each = ImportedLink::OneVsRest { factor: 1.0 };
    // Link, outputs that it may have, whether they are classes.
    let (link, fits, classifies, note) = match name.as_str() {
        "Logloss" | "Focal" => (logit, outputs == 1, true, None),
        "CrossEntropy" => (logit, outputs == 1, false, None),
        "MultiClass" => (ImportedLink::Softmax, outputs > 1, true, None),
        "MultiClassOneVsAll" => (each, outputs > 1, true, None),
        "MultiLogloss" | "MultiCrossEntropy" => (each, true, false, None),
        "Poisson" | "Tweedie" => (ImportedLink::Exp, outputs == 1, false, None),
        "RMSE" | "MAE" | "MAPE" | "Quantile" | "Expectile" | "Lq" | "Huber" | "LogCosh" | "RMSPE"
        | "MSLE" => (ImportedLink::Identity, outputs == 1, false, None),
        "MultiRMSE" | "MultiRMSEWithMissingValues" | "MultiQuantile" => {
            (ImportedLink::Identity, true, false, None)
        }
        "LogLinQuantile" | "Cox" | "SurvivalAft" => {
            (ImportedLink::Identity, outputs == 1, false, Some(LOGARITHM))
        }
        "QueryRMSE" | "GroupQuantile" | "QuerySoftMax" | "QueryCrossEntropy" | "PairLogit"
        | "PairLogitPairwise" | "YetiRank" | "YetiRankPairwise" | "LambdaMart" | "StochasticRank"
        | "StochasticFilter" => (ImportedLink::Identity, outputs == 1, false, Some(RANKING)),
        "custom" | "PythonUserDefinedPerObject" | "PythonUserDefinedMultiTarget" => {
            (ImportedLink::Identity, true, false, Some(CUSTOM))
        }
        other => {
            let short: String = other.chars().take(60).collect();
            return Err(unsupported(format!("CatBoost's loss function `{short}`"), format!("{AT}.type")));
        }
    };
    if !fits {
        return Err(inconsistent(format!("`{name}` in a model of {outputs} outputs"), AT));
    }
    Ok(Loss { name, link, classifies, note })
}
