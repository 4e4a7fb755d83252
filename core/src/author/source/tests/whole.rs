//! Whole sources, evaluated.

use super::*;
use crate::schema::{Localized, Policy};

const NAN: f64 = f64::NAN;

/// Every kind of feature node, and a linear model of them.
const FEATURES: &str = include_str!("../../../../../tests/sources/features.toml");

#[test]
fn a_source_with_every_feature() {
    let compiled = compiled(FEATURES, &[]);
    assert_eq!(compiled.warnings, []);
    let parts = &compiled.parts;
    let policies = &parts.fields[0].policies;
    assert_eq!(policies.missing, Policy::OwnBin, "it has a bin");
    assert_eq!(policies.out_of_range, Policy::Refuse, "it has none");
    assert_eq!(parts.fields[1].policies.special, Policy::OwnBin);
    assert_eq!(parts.fields[4].policies.missing, Policy::Refuse);
    let score = &parts.scores[0];
    let spec = score.reasons.as_ref().unwrap();
    assert_eq!(spec.groups, [0, 1, 2, 2, 2, 1, 2, 2]);
    assert_eq!(score.bands.iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), ["B", "A"]);
    let mut scorer = scorer(FEATURES, &[]);
    let row = [30.0, 500.0, 1000.0, 0.0, 0.0, 10.0];
    let ln = crate::math::ln(500.0);
    let margin = -1.0 + 0.5 * 0.1 + 0.25 * ln + 1.0 + 0.0 + 0.0 + 0.5 + 0.0 + 0.001 * 10.0;
    assert_eq!(value(&mut scorer, &row, "margin"), margin);
    let pd = crate::math::sigmoid(0.9 * margin + 0.1);
    assert!((value(&mut scorer, &row, "credit.pd") - pd).abs() < 1e-15);
    let score =
        600.0 - 20.0 / core::f64::consts::LN_2 * (crate::math::ln(pd / (1.0 - pd)) + crate::math::ln(50.0));
    assert_eq!(value(&mut scorer, &row, "credit.score"), score.round_ties_even());
    let absent = [NAN, -9.0, NAN, NAN, 0.0, 10.0];
    let margin = -1.0 + 0.5 * 0.2 + 0.25 * ln + 0.0 + 0.0 + 3.0 + 0.5 + 0.5 + 0.01;
    assert!((value(&mut scorer, &absent, "margin") - margin).abs() < 1e-12);
}

#[test]
fn points_with_a_scale_give_the_pd() {
    let toml = r#"
[bundle]
name = "points"
[fields]
age = "integer"
[nodes.card]
kind = "scorecard"
base = 500
round = "nearest"
[nodes.card.characteristics.age]
bins = [ { to = 30, points = 80.4 }, { points = 120 }, { state = "missing", points = 0 } ]
average = 100
[scores.credit]
scale = { pdo = 20, score = 600, odds = 50 }
reasons = { method = "points_from_average", max = 1 }
[[check]]
record = { age = 20 }
expect = { card = 580, "credit.score" = 580, "card.age" = 80.4 }
"#;
    let mut scorer = scorer(toml, &[]);
    assert_eq!(value(&mut scorer, &[20.0], "card"), 580.0);
    // 580 is one doubling under 600: odds of 25 to 1.
    assert!((value(&mut scorer, &[20.0], "credit.pd") - 1.0 / 26.0).abs() < 1e-12);
    let json = br#"{"age": 20}"#;
    let results = scorer.score_json(json, crate::scorer::Options { reasons: true, trace: true }).unwrap();
    let decision = results[0].as_ref().unwrap();
    assert_eq!(decision.scores[0].reasons.as_ref().unwrap().len(), 1);
}

#[test]
fn a_card_of_woe_is_a_margin() {
    let toml = r#"
[bundle]
name = "woe"
[fields]
age = "integer"
housing = ["own", "rent"]
[nodes.card]
kind = "scorecard"
base = -1.5
[nodes.card.characteristics.age]
coefficient = -0.8
bins = [ { to = 30, woe = -0.5 }, { woe = 0.25 } ]
[nodes.card.characteristics.housing]
coefficient = -0.6
bins = [ { in = ["own"], woe = 0.2 }, { other = true, woe = -0.4 } ]
[scores.credit]
scale = { pdo = 20, score = 600, odds = 50 }
"#;
    let mut scorer = scorer(toml, &[]);
    let margin = -1.5 + -0.8 * -0.5 + -0.6 * -0.4;
    assert_eq!(value(&mut scorer, &[20.0, -1.0], "card"), margin);
    assert_eq!(value(&mut scorer, &[20.0, -1.0], "credit.pd"), crate::math::sigmoid(margin));
    assert_eq!(scorer.bundle().fields[1].policies.unseen, Policy::OwnBin, "`other` covers it");
}

#[test]
fn the_good_event_is_turned() {
    let toml = r#"
[bundle]
name = "good"
[fields]
x = "number"
[nodes.m]
kind = "linear"
coefficients = { x = 2.0 }
link = "logit"
[scores.credit]
event = "good"
scale = { pdo = 20, score = 600, odds = 1, round = "none" }
"#;
    let mut scorer = scorer(toml, &[]);
    assert_eq!(value(&mut scorer, &[1.0], "credit.pd"), crate::math::sigmoid(-2.0));
    assert_eq!(value(&mut scorer, &[1.0], "m"), 2.0);
    assert!(value(&mut scorer, &[1.0], "credit.score") > 600.0);
    assert!(!scorer.bundle().scores[0].reasons.as_ref().unwrap().higher_is_worse);
}

#[test]
fn a_long_chain_of_nodes_needs_no_deep_stack() {
    let mut toml = "[bundle]\nname = \"chain\"\n[fields]\nx = \"number\"\n".to_owned();
    for i in (1..3000).rev() {
        toml += &format!(
            "[nodes.n{i}]\nkind = \"affine\"\noffset = 1\ninput = \"{}\"\n",
            if i == 1 { "x".to_owned() } else { format!("n{}", i - 1) }
        );
    }
    toml += "[scores.s]\nscore = \"n2999\"\n";
    let mut scorer = scorer(&toml, &[]);
    assert_eq!(value(&mut scorer, &[1.0], "n2999"), 3000.0);
}

#[test]
fn a_form_is_what_was_written() {
    let toml = r#"
[bundle]
name = "x"
languages = ["en", "zh"]
[fields.age]
type = "integer"
immutable = true
help = { en = "In full years", zh = "周岁" }
[fields.housing]
categories = ["own", "rent", "free"]
labels = { own = { en = "Owner", zh = "自有" }, free = "Without rent" }
[fields.plain]
type = "number"
immutable = false
[nodes.card]
kind = "scorecard"
[nodes.card.characteristics]
age = { bins = [{ points = 1 }] }
housing = { bins = [{ other = true, points = 1 }] }
plain = { bins = [{ points = 1 }] }
"#;
    let parts = compiled(toml, &[]).parts;
    let bundle = Bundle::open(&Bundle::encode(parts.clone()).unwrap(), Trust::Anyone).unwrap();
    assert_eq!(bundle.form, parts.form);
    let texts =
        |list: &[Localized]| list.iter().map(|t| format!("{} {}", t.lang, t.text)).collect::<Vec<_>>();
    let age = bundle.form_of(0).unwrap();
    assert!(age.immutable && age.value_labels.is_empty());
    assert_eq!(texts(&age.help), ["en In full years", "zh 周岁"]);
    let housing = bundle.form_of(1).unwrap();
    let labels: Vec<_> = housing.value_labels.iter().map(|labels| texts(labels)).collect();
    assert_eq!(labels, [vec!["en Owner", "zh 自有"], vec![], vec!["en Without rent"]]);
    assert!(bundle.form_of(2).is_none(), "it says nothing");
}
