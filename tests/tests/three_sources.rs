//! The example of decisions: every applicant is scored by the model that the sources allow, as its trainer has it, and the decision is
//! what tree, table and rules come to, read naively.

use std::collections::BTreeMap;
use std::fs;

use scorelet_core::author::csv;
use scorelet_core::author::cut::cut;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::scorer::{Options, Scorer};
use scorelet_tests::corpus::Case;
use scorelet_tests::data;
use serde_json::{Value, json};

const EXAMPLE: &str = "../host/examples/three-sources";

fn case() -> Case {
    Case::all().into_iter().find(|case| case.name == "three-sources").expect("the case")
}

/// The decisions of all applicants, with reasons and trace.
fn decisions(case: &Case) -> Vec<Value> {
    let mut scorer = Scorer::new(Bundle::open(&case.bundle, Trust::Anyone).unwrap());
    let records = serde_json::to_vec(&case.records).unwrap();
    let options = Options { reasons: true, trace: true };
    let decided = scorer.score_json(&records, options).unwrap();
    let told = decided.into_iter().map(|decision| {
        let mut out = Vec::new();
        decision.unwrap().write_json(scorer.bundle(), "en", &mut out);
        serde_json::from_slice(&out).unwrap()
    });
    told.collect()
}

/// The rows of `data/expected.csv`, by column.
fn expected() -> Vec<BTreeMap<String, String>> {
    let rows = csv::parse(&fs::read(data(EXAMPLE).join("data/expected.csv")).unwrap()).unwrap();
    let (header, rows) = rows.split_first().unwrap();
    let row = |cells: &[String]| header.cells.iter().cloned().zip(cells.iter().cloned()).collect();
    rows.iter().map(|cells| row(&cells.cells)).collect()
}

#[test]
fn the_standard_score_is_of_the_model_that_the_sources_allow() {
    let case = case();
    let mut used = BTreeMap::new();
    for (told, wanted) in decisions(&case).iter().zip(expected()) {
        let model = format!("{}_model", wanted["used"]);
        assert_eq!(told["fallback"][0]["used"], model, "{told}");
        let margin = told["scores"][0]["margin"].as_f64().unwrap();
        let trained: f64 = wanted["margin"].parse().unwrap();
        assert!((margin - trained).abs() < 1e-12, "{margin} is not {trained}");
        let income = told["scores"][2]["margin"].as_f64().or(told["scores"][2]["score"].as_f64()).unwrap();
        let income_trained: f64 = wanted["income"].parse().unwrap();
        let scaled = ((income_trained - 7.0) / 2.0 * 1000.0).round_ties_even().clamp(0.0, 1000.0);
        assert!((income - income_trained).abs() < 1e-12 || income == scaled, "{income}, {income_trained}");
        let reasons = told["scores"][0]["reasons"].as_array().unwrap();
        assert!(reasons.len() <= 4 && (margin < -3.0 || !reasons.is_empty()), "{told}");
        *used.entry(model).or_insert(0) += 1;
    }
    assert_eq!(used.len(), 4, "{used:?}");
}

/// The table `offer.csv`, row by row: outcome and rate.
fn offer(band: &str, income: &str, file: bool, purpose: &str) -> (&'static str, f64) {
    match (band, income) {
        ("A", _) => ("approve", 0.06),
        ("B", "high") => ("approve", 0.08),
        ("B", _) => ("approve", 0.085),
        ("C", "high") if file => ("approve", 0.1),
        ("C", "low") if file && purpose != "business" => ("approve", 0.11),
        ("C", _) => ("refer", 0.12),
        ("D", _) if file => ("refer", 0.14),
        _ => ("decline", 0.0),
    }
}

#[test]
fn outcome_and_rate_are_those_of_a_naive_reading() {
    let case = case();
    let mut seen = BTreeMap::new();
    for (record, told) in case.records.iter().zip(decisions(&case)) {
        let present = |names: &[&str]| names.iter().any(|name| !record[*name].is_null());
        let file = present(&["credit_history", "other_installment_plans", "existing_credits"]);
        let account = present(&["checking_account", "savings"]);
        let band = told["scores"][0]["band"].as_str().unwrap();
        let purpose = record["purpose"].as_str().unwrap();
        let (mut outcome, mut rate) = offer(band, told["scores"][2]["band"].as_str().unwrap(), file, purpose);
        if record["staff"] == true && ["A", "B", "C"].contains(&band) {
            (outcome, rate) = ("approve", 0.04);
        }
        let better = |a: &'static str, b: &'static str| {
            let order = ["approve", "refer", "decline"];
            let at = |x| order.iter().position(|o| *o == x);
            if at(a) > at(b) { a } else { b }
        };
        if told["scores"][3]["score"].as_f64().unwrap() >= 40.0 {
            outcome = better(outcome, "refer");
        }
        if record["on_sanctions_list"] == true {
            outcome = better(outcome, "refer");
        }
        let fired = |id: &str| told["rules"].as_array().unwrap().iter().any(|rule| rule["id"] == id);
        let loans = record["loans"].as_array().map_or(&[][..], Vec::as_slice);
        let all = !loans.is_empty() && loans.iter().all(|loan| loan["state"] == "in collection");
        assert_eq!(fired("all_in_collection"), all, "{record}");
        if record["on_blacklist"] == true || all || fired("platforms") {
            outcome = "decline";
        }
        assert_eq!(told["outcome"], outcome, "{record}\n{told}");
        let wanted = if outcome == "decline" { Value::Null } else { json!(rate) };
        assert_eq!(told["terms"][1]["value"], wanted, "{record}\n{told}");
        let leaf = match (file, account, record["existing_credits"].as_f64()) {
            (true, _, Some(credits)) if credits >= 2.0 => "returning",
            (true, ..) => "first",
            (false, true, _) => "banked",
            _ => "thin",
        };
        assert_eq!(told["trace"][0]["id"], leaf, "{told}");
        for (name, present) in [("bank", account), ("bureau", file)] {
            let missing = told["sources"]
                .as_array()
                .unwrap()
                .iter()
                .any(|s| s["name"] == name && s["present"] == false);
            assert_eq!(missing, !present, "{told}");
        }
        *seen.entry((outcome, leaf)).or_insert(0) += 1;
    }
    assert!(seen.len() > 8, "{seen:?}");
}

#[test]
fn the_account_stays_on_the_device() {
    let parts = Bundle::open(&case().bundle, Trust::Anyone).unwrap().into_parts();
    let stages = cut(&parts).unwrap().unwrap();
    let edge = Bundle::open(&Bundle::encode(stages.edge).unwrap(), Trust::Anyone).unwrap();
    let crossing: Vec<String> =
        edge.cut.as_ref().unwrap().crossing.iter().map(|value| edge.column_name(value.column)).collect();
    assert_eq!(crossing, ["sources.bank", "bank_model", "rules.platforms", "rules.all_in_collection"]);
    let device = Bundle::open(&Bundle::encode(stages.device).unwrap(), Trust::Anyone).unwrap();
    let fields: Vec<&str> = device.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["checking_account", "savings", "loans", "opened"]);
}
