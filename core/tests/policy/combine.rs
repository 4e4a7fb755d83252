//! Sub-scores of several sources as one figure.

use super::source::{columns, decide, refused, scorer};
use serde_json::json;

const SOURCE: &str = r#"
[bundle]
name = "combine"
[fields]
bureau = { type = "number", missing = "own_bin" }
bank = { type = "number", missing = "own_bin" }
form = { type = "number", missing = "own_bin" }
thin = { type = "number", missing = "own_bin" }
[sources.bureau_file]
fields = ["bureau"]
[nodes.all]
kind = "combine"
gives = "probability"
parts = [
  { input = "bureau", weight = 0.5, source = "bureau_file" },
  { input = "bank", weight = 0.25 },
  { input = "form", weight = 0.25, missing = { use = "thin" } },
]
[nodes.strict]
kind = "combine"
offset = 1.0
parts = [{ input = "bureau", missing = "require" }, { input = "bank", weight = 2.0, missing = 4.0 }]
[scores.standard]
model = "all"
[scores.other]
model = "strict"
"#;

#[test]
fn a_missing_part_is_reweighted_required_or_replaced() {
    let mut scorer = scorer(SOURCE);
    let none = f64::NAN;
    for (row, all, strict) in [
        ([0.1, 0.2, 0.3, none], Some(0.5 * 0.1 + 0.25 * 0.2 + 0.25 * 0.3), Some(1.5)),
        ([none, 0.2, 0.3, none], Some((0.25 * 0.2 + 0.25 * 0.3) / 0.5), None),
        ([0.1, none, none, 0.4], Some((0.5 * 0.1 + 0.25 * 0.4) / 0.75), Some(9.1)),
        ([none, none, 0.3, 0.9], Some(0.25 * 0.3 / 0.25), None),
        ([0.1, 0.2, none, none], None, Some(1.5)),
    ] {
        let found = columns(&mut scorer, &row, &["all", "strict"]);
        for (found, wanted) in found.into_iter().zip([all, strict]) {
            match wanted {
                Some(wanted) => assert!((found - wanted).abs() < 1e-12, "{row:?} {found} {wanted}"),
                None => assert!(found.is_nan(), "{row:?} {found}"),
            }
        }
    }
    let told = decide(&mut scorer, &json!({ "bureau": 0.1, "bank": 0.2, "form": 0.3 }));
    assert_eq!(told["scores"][0]["pd"], 0.5 * 0.1 + 0.25 * 0.2 + 0.25 * 0.3);
    assert_eq!(told["scores"][1]["score"], 1.5);
}

#[test]
fn a_score_can_be_made_of_scores() {
    let toml = r#"
[bundle]
name = "chained"
[fields]
x = { type = "number", missing = "refuse" }
y = { type = "number", missing = "refuse" }
[nodes.first]
kind = "linear"
coefficients = { x = 1.0 }
[nodes.second]
kind = "linear"
coefficients = { "credit.pd" = 2.0, y = 1.0 }
[nodes.both]
kind = "combine"
gives = "probability"
parts = [{ input = "credit.pd", weight = 0.5 }, { input = "income.pd", weight = 0.5 }]
[scores.standard]
model = "both"
[scores.credit]
model = "first"
link = "logit"
[scores.income]
model = "second"
link = "logit"
"#;
    let mut scorer = scorer(toml);
    let told = decide(&mut scorer, &json!({ "x": 0, "y": -1 }));
    let pds: Vec<f64> =
        told["scores"].as_array().unwrap().iter().map(|s| s["pd"].as_f64().unwrap()).collect();
    assert_eq!(pds, [0.5, 0.5, 0.5]);
    refused(
        &toml.replace("coefficients = { x = 1.0 }", "coefficients = { \"income.pd\" = 1.0 }"),
        "in a circle",
    );
}

#[test]
fn parts_that_are_none_are_told_where() {
    for (from, to, told) in [
        ("source = \"bureau_file\"", "source = \"bureau\"", "there is no field or node `sources.bureau`"),
        ("weight = 2.0", "weight = -2.0", "a weight is negative"),
        ("missing = \"require\"", "missing = \"required\"", "cannot be `required`"),
        ("use = \"thin\"", "use = \"thn\"", "there is no field or node `thn`"),
        ("gives = \"probability\"", "gives = \"pd\"", "cannot be `pd`"),
    ] {
        let toml = SOURCE.replacen(from, to, 1);
        assert_ne!(toml, SOURCE, "{from}");
        refused(&toml, told);
    }
}
