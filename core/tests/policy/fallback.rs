//! Re-scoring on exception: every source missing, every model abnormal, in all combinations, against a naive reading.

use scorelet_core::math;
use serde_json::{Value, json};

use super::source::{decide, refused, scorer};

const SOURCE: &str = r#"
[bundle]
name = "chain"
stage = "edge"
[fields]
debt = { type = "number" }
income = { type = "number" }
balance = { type = "number" }
other = { type = "number", missing = "own_bin" }
age = { type = "number", missing = "refuse" }
[sources.bureau]
fields = ["debt"]
need = "required"
[sources.bank]
fields = ["income", "balance"]
present = "all"
need = "required"
[nodes.main]
kind = "linear"
intercept = -1.0
coefficients = { debt = 2.0, income = -1.0, balance = 0.0 }
[nodes.ratio]
kind = "ratio"
numerator = "debt"
denominator = "age"
[nodes.middle]
kind = "linear"
intercept = 0.5
coefficients = { ratio = 1.0 }
[nodes.thin]
kind = "linear"
intercept = 0.25
coefficients = { age = 0.125 }
[scores.credit]
model = "main"
link = "logit"
scale = { pdo = 20, score = 600, odds = 50 }
bounds = { min = -4, max = 4 }
disagree = { with = "other", over = 2.0 }
fallback = [
  { model = "middle", link = "logit", bounds = { of = "pd", max = 0.9 } },
  { model = "thin", link = "logit", when = "age < 60.0", needs = [] },
  "refer",
]
[outcome]
cases = [{ outcome = "approve", when = "credit.pd < 0.5" }, { outcome = "decline" }]
"#;

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + math::exp(-x))
}

/// A model that is passed over, the cause, and the source that is missing.
type Passed = (&'static str, &'static str, Option<&'static str>);

/// Margin, name of the model and the causes of those passed over, as the documentation reads.
fn naive(record: &[Option<f64>; 5]) -> (Option<f64>, Option<&'static str>, Vec<Passed>) {
    let [debt, income, balance, other, age] = *record;
    let age = age.unwrap();
    let mut passed = Vec::new();
    let main = debt.zip(income).zip(balance).map(|((debt, income), _)| -1.0 + 2.0 * debt - income);
    let bank = income.is_some() && balance.is_some();
    match main {
        _ if debt.is_none() => passed.push(("main", "missing_source", Some("bureau"))),
        _ if !bank => passed.push(("main", "missing_source", Some("bank"))),
        Some(x) if !(-4.0..=4.0).contains(&x) => passed.push(("main", "out_of_bounds", None)),
        Some(x) if other.is_some_and(|other| (x - other).abs() > 2.0) => {
            passed.push(("main", "disagreement", None));
        }
        main => return (main, Some("main"), passed),
    }
    match debt {
        None => passed.push(("middle", "missing_source", Some("bureau"))),
        Some(_) if age == 0.0 => passed.push(("middle", "refused", None)),
        Some(debt) if logistic(0.5 + debt / age) > 0.9 => passed.push(("middle", "out_of_bounds", None)),
        Some(debt) => return (Some(0.5 + debt / age), Some("middle"), passed),
    }
    if age < 60.0 {
        return (Some(0.25 + 0.125 * age), Some("thin"), passed);
    }
    passed.push(("thin", "condition", None));
    (None, None, passed)
}

#[test]
fn every_fault_and_all_of_them_together_end_as_declared() {
    let mut scorer = scorer(SOURCE);
    let mut seen = std::collections::BTreeSet::new();
    let values = |list: &[f64]| {
        let mut all: Vec<Option<f64>> = list.iter().copied().map(Some).collect();
        all.push(None);
        all
    };
    for debt in values(&[1.0, 5.0, -3.0]) {
        for income in values(&[1.0, 9.0]) {
            for balance in values(&[2.0]) {
                for other in values(&[0.0, 4.0]) {
                    for age in [0.0, 1.0, 2.0, 59.0, 60.0] {
                        let record = [debt, income, balance, other, Some(age)];
                        let names = ["debt", "income", "balance", "other", "age"];
                        let given = names
                            .iter()
                            .zip(record)
                            .filter_map(|(name, x)| Some(((*name).to_owned(), json!(x?))));
                        let told = decide(&mut scorer, &Value::Object(given.collect()));
                        let (margin, used, passed) = naive(&record);
                        let fallback = &told["fallback"][0];
                        assert_eq!(fallback["used"].as_str(), used, "{record:?} {told}");
                        let expected: Vec<Value> = passed
                            .iter()
                            .map(|&(model, cause, source)| match source {
                                Some(source) => json!({ "model": model, "cause": cause, "source": source }),
                                None => json!({ "model": model, "cause": cause }),
                            })
                            .collect();
                        assert_eq!(fallback["passed"], json!(expected), "{record:?}");
                        let score = &told["scores"][0];
                        assert_eq!(score["margin"].as_f64(), margin, "{record:?}");
                        match margin {
                            Some(margin) => {
                                let pd = score["pd"].as_f64().unwrap();
                                assert!((pd - logistic(margin)).abs() < 1e-12, "{record:?}");
                                assert!(score["score"].is_number());
                                assert_eq!(told["outcome"], if pd < 0.5 { "approve" } else { "decline" });
                            }
                            None => {
                                assert_eq!(told["outcome"], "refer");
                                assert_eq!([&score["pd"], &score["score"]], [&Value::Null, &Value::Null]);
                                assert_eq!(score.get("reasons"), None);
                            }
                        }
                        seen.extend(passed.iter().map(|&(model, cause, source)| (model, cause, source)));
                        seen.insert(("used", used.unwrap_or("none"), None));
                    }
                }
            }
        }
    }
    // Every cause of every model was there, and every model was used.
    assert_eq!(seen.len(), 4 + 4 + 3 + 1, "{seen:?}");
}

#[test]
fn the_reasons_are_those_of_the_model_that_gave_the_score() {
    let mut scorer = scorer(SOURCE);
    let codes = |told: &Value| -> Vec<String> {
        let reasons = told["scores"][0]["reasons"].as_array().unwrap();
        reasons.iter().map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
    };
    let whole = decide(&mut scorer, &json!({ "debt": 1, "income": 1, "balance": 2, "age": 30 }));
    assert_eq!(whole["fallback"][0]["used"], "main");
    assert_eq!(codes(&whole), ["debt"]);
    let thin = decide(&mut scorer, &json!({ "age": 30 }));
    assert_eq!(thin["fallback"][0]["used"], "thin");
    assert_eq!(codes(&thin), ["age"]);
}

#[test]
fn a_fallback_that_is_wrong_is_told_where() {
    for (from, to, told) in [
        ("model = \"thin\"", "model = \"thn\"", "there is no field or node `thn`"),
        ("needs = []", "needs = [\"burea\"]", "burea"),
        ("  \"refer\",\n]", "  \"refr\",\n]", "cannot be `refr`"),
        ("fallback = [", "fallback = [ \"refer\",", "a fallback ends with `\"refer\"`"),
        ("link = \"logit\", bounds", "link = \"none\", bounds", "do not give the same figures"),
        ("bounds = { min = -4, max = 4 }", "bounds = { min = 4, max = -4 }", "are no bounds"),
        ("age < 60.0", "age", "a condition is true or false"),
        ("age < 60.0", "age < ", "the expression ends too early"),
        ("with = \"other\"", "with = \"others\"", "there is no field or node `others`"),
    ] {
        let toml = SOURCE.replacen(from, to, 1);
        assert_ne!(toml, SOURCE, "{from}");
        refused(&toml, told);
    }
}
