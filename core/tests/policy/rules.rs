//! Hard rules, overrides, floors, caps, expiry, and what cannot be told: outcome and terms against a naive reading.

use scorelet_core::math;
use serde_json::{Value, json};

use super::source::{compiled, decide, refused, scorer};

const SOURCE: &str = r#"
[bundle]
name = "rules"
languages = ["en", "de"]
stage = "edge"
[policy]
as_of = "as_of"
checked_on = "2026-06-01"
[fields]
as_of = { type = "date", missing = "own_bin" }
age = { type = "number", missing = "own_bin" }
sanctions = { type = "boolean", missing = "own_bin" }
income = { type = "number", unit = "EUR", missing = "refuse" }
vip = { type = "boolean", missing = "own_bin" }
old = { type = "boolean", missing = "own_bin" }
note = { type = "number", missing = "own_bin" }
[sources.notes]
fields = ["note"]
need = "refer"
label = { en = "Notes", de = "Notizen" }
effect = { en = "A person decides", de = "Ein Mensch entscheidet" }
[nodes.margin]
kind = "linear"
intercept = 1.0
coefficients = { income = -0.001 }
[scores.credit]
model = "margin"
link = "logit"
bands = [{ name = "A", from = 0.5 }, { name = "B" }]
[rules.underage]
kind = "hard"
when = "age < 18.0"
text = { en = "Under 18", de = "Unter 18" }
reasons = ["AGE"]
[rules.sanctions]
kind = "hard"
when = "sanctions"
unknown = "ignore"
outcome = "refer"
text = { en = "On a list", de = "Auf einer Liste" }
[rules.vip]
kind = "override"
when = "vip"
outcome = "approve"
terms = { limit = 9000 }
author = "Head of risk"
expires = "2026-12-31"
text = { en = "Known customer", de = "Bekannter Kunde" }
[rules.floor]
kind = "floor"
when = "old"
terms = { limit = "income / 2.0" }
text = { en = "Old customer", de = "Altkunde" }
[rules.cap]
kind = "cap"
when = "rules.young"
outcome = "refer"
terms = { limit = 500 }
text = { en = "Young", de = "Jung" }
[rules.young]
kind = "indicator"
when = "age < 21.0"
text = { en = "Under 21", de = "Unter 21" }
[outcome]
cases = [
  { outcome = "decline", when = "credit.band == \"A\"" },
  { outcome = "approve", when = "credit.pd < 0.4" },
  { outcome = "refer" },
]
[terms]
limit = { value = "income * 2.0", label = { en = "Limit", de = "Limit" } }
rate = { value = "credit.pd > 0.1 ? 0.09 : 0.05", unit = "per year" }
"#;

/// Outcome, limit, and the rules that are told.
fn naive(r: &Value) -> (&'static str, Option<f64>, Vec<&'static str>) {
    let number = |key: &str| r[key].as_f64();
    let flag = |key: &str| r[key].as_bool();
    let income = number("income").unwrap();
    let pd = 1.0 / (1.0 + math::exp(-(1.0 - 0.001 * income)));
    let order = ["approve", "refer", "decline"];
    let mut outcome = if pd >= 0.5 {
        2
    } else if pd < 0.4 {
        0
    } else {
        1
    };
    let mut limit = 2.0 * income;
    if number("note").is_none() {
        outcome = outcome.max(1);
    }
    let mut told = Vec::new();
    match number("age") {
        Some(age) if age < 18.0 => told.push("underage"),
        None => told.push("underage?"),
        _ => {}
    }
    if flag("sanctions") == Some(true) {
        told.push("sanctions");
    }
    let vip = flag("vip") == Some(true) && r["as_of"].as_str().is_some_and(|day| day <= "2026-12-31");
    if vip {
        (outcome, limit) = (0, 9000.0);
        told.push("vip");
    }
    if flag("old") == Some(true) {
        limit = limit.max(income / 2.0);
        told.push("floor");
    }
    if number("age").is_some_and(|age| age < 21.0) {
        (outcome, limit) = (outcome.max(1), limit.min(500.0));
        told.extend(["cap", "young"]);
    }
    if number("age").is_none() {
        outcome = outcome.max(1);
    }
    if flag("sanctions") == Some(true) {
        outcome = outcome.max(1);
    }
    if number("age").is_some_and(|age| age < 18.0) {
        outcome = 2;
    }
    (order[outcome], (outcome < 2).then_some(limit), told)
}

#[test]
fn outcome_and_terms_are_those_of_a_naive_reading() {
    let mut scorer = scorer(SOURCE);
    let mut outcomes = std::collections::BTreeMap::new();
    for age in [None, Some(17.0), Some(20.0), Some(40.0)] {
        for sanctions in [None, Some(false), Some(true)] {
            for vip in [None, Some(false), Some(true)] {
                for day in [None, Some("2026-12-31"), Some("2027-01-01")] {
                    for (old, note) in [(None, Some(1.0)), (Some(true), None), (Some(true), Some(2.0))] {
                        for income in [500.0, 1200.0, 3000.0, 1e6] {
                            let record = json!({ "age": age, "sanctions": sanctions, "vip": vip, "as_of": day,
                                "old": old, "note": note, "income": income });
                            let told = decide(&mut scorer, &record);
                            let (outcome, limit, rules) = naive(&record);
                            assert_eq!(told["outcome"], outcome, "{record}");
                            assert_eq!(told["terms"][0]["value"].as_f64(), limit, "{record}");
                            let found = told["rules"].as_array().unwrap().iter().map(|rule| {
                                let mark = if rule["state"] == "undecided" { "?" } else { "" };
                                format!("{}{mark}", rule["id"].as_str().unwrap())
                            });
                            let found: Vec<String> = found.collect();
                            assert_eq!(found, rules, "{record}");
                            *outcomes.entry(outcome).or_insert(0) += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(outcomes.len(), 3);
}

#[test]
fn rules_and_sources_are_told_with_their_texts() {
    let mut scorer = scorer(SOURCE);
    let told = decide(&mut scorer, &json!({ "age": 17, "income": 3000, "vip": true, "as_of": "2026-01-01" }));
    let rules = told["rules"].as_array().unwrap();
    let reasons = json!([{ "code": "AGE", "text": "Under 18" }]);
    assert_eq!(
        rules[0],
        json!({ "id": "underage", "kind": "hard", "state": "fired", "outcome": "decline", "text": "Under 18", "reasons": reasons })
    );
    assert_eq!(
        rules[1],
        json!({ "id": "vip", "kind": "override", "state": "fired", "outcome": "approve", "text": "Known customer",
            "author": "Head of risk", "expires": "2026-12-31", "reasons": [] })
    );
    let effect = "A person decides";
    assert_eq!(
        told["sources"],
        json!([{ "name": "notes", "label": "Notes", "need": "refer", "present": false, "effect": effect }])
    );
    assert_eq!(told["terms"][1], json!({ "name": "rate", "value": null, "unit": "per year" }));
    assert_eq!(told["terms"][0]["unit"], "EUR");
}

#[test]
fn the_build_warns_of_rules_that_have_expired() {
    assert!(compiled(SOURCE).unwrap().warnings.is_empty());
    let late = SOURCE.replace("2026-06-01", "2027-01-01");
    let warnings = compiled(&late).unwrap().warnings;
    assert!(
        warnings.iter().any(|warning| warning.to_string().contains("rule `vip` has expired")),
        "{warnings:?}"
    );
}

#[test]
fn rules_that_are_wrong_are_told_where() {
    for (from, to, told) in [
        (
            "kind = \"hard\"\nwhen = \"age < 18.0\"",
            "kind = \"hard\"\nwhen = \"credit.pd > 0.9\"",
            "stands before every model",
        ),
        ("outcome = \"refer\"\ntext", "outcome = \"approve\"\ntext", "is a hard rule that approves"),
        ("author = \"Head of risk\"\n", "", "names nobody who answers for it"),
        ("as_of = \"as_of\"\nchecked", "checked", "nothing says what its date is compared with"),
        ("as_of = \"as_of\"\nchecked", "as_of = \"age\"\nchecked", "`age` is no date field"),
        ("limit = 9000", "limits = 9000", "there is no term `limits`"),
        ("when = \"rules.young\"", "when = \"rules.jung\"", "there is no field or node `rules.jung`"),
        ("when = \"age < 21.0\"", "when = \"rules.cap\"", "in a circle"),
        ("  { outcome = \"refer\" },\n", "", "every case but the last has a `when`"),
        (", de = \"Unter 18\"", "", "has no text in `de`"),
        ("need = \"refer\"", "need = \"referr\"", "cannot be `referr`"),
        ("fields = [\"note\"]", "fields = [\"notes\"]", "there is no field `notes`"),
        ("expires = \"2026-12-31\"", "expires = \"2026-02-31\"", "is no date"),
        ("credit.band == \\\"A\\\"", "credit.bnd == \\\"A\\\"", "credit.bnd"),
        ("value = \"income * 2.0\"", "value = \"sanctions\"", "a number is wanted here"),
        ("note = {", "policy = \"number\"\nnote = {", "is called `policy`"),
    ] {
        let toml = SOURCE.replacen(from, to, 1);
        assert_ne!(toml, SOURCE, "{from}");
        refused(&toml, told);
    }
}

#[test]
fn an_outcome_can_be_the_text_of_a_tree() {
    let toml = r#"
[bundle]
name = "tree"
[fields]
x = { type = "number", missing = "own_bin" }
y = { type = "number", missing = { impute = 0 } }
[nodes.t]
kind = "tree"
splits = [{ id = "root", when = "x > 1.0", then = "a", else = "b" }]
leaves = [{ id = "a", value = "decline" }, { id = "b", value = "approve" }]
[nodes.margin]
kind = "linear"
coefficients = { y = 1.0 }
[scores.credit]
model = "margin"
[outcome]
value = "t.value"
"#;
    let mut scorer = scorer(toml);
    let outcome = |scorer: &mut _, record: Value| decide(scorer, &record)["outcome"].clone();
    assert_eq!(outcome(&mut scorer, json!({ "x": 2 })), "decline");
    assert_eq!(outcome(&mut scorer, json!({ "x": 1 })), "approve");
    assert_eq!(outcome(&mut scorer, json!({})), "refer");
    refused(&toml.replace("\"decline\"", "\"deny\""), "one of the texts `approve`, `refer` and `decline`");
}
