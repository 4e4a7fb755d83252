//! Forecasts: the source, the section of a bundle, the decision, and what is refused.

#![cfg(feature = "author")]

use scorelet_core::author::cut::cut;
use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, BundleParts, Trust};
use scorelet_core::decision::Decision;
use scorelet_core::error::{BundleError, Error};
use scorelet_core::scorer::{Options, Scorer};

const SOURCE: &str = r#"
[bundle]
name = "ahead"
stage = "edge"
[fields]
as_of = { type = "date", missing = "own_bin" }
[fields.payments]
type = "events"
as_of = "as_of"
missing = "empty"
columns = { amount = { type = "number", missing = "refuse" } }
[nodes.past]
kind = "series"
events = "payments"
months = 3
features = { low = { min = "amount", empty = 0 }, high = { max = "amount", empty = 0 } }
[nodes.next]
kind = "window"
events = "payments"
outputs = { a = { min = "amount" }, b = { max = "amount" }, c = { first = "amount" }, d = { last = "amount" } }
[forecasts.repayments]
node = "next"
levels = [0.1, 0.975]
as_of = "as_of"
unit = "CNY"
"#;

fn made(source: &str) -> Result<BundleParts, Vec<String>> {
    let files = [("bundle.toml".to_owned(), source.as_bytes().to_vec())].into();
    let compiled =
        compile(&files).map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>());
    compiled.map(|compiled| compiled.parts)
}

fn open(parts: BundleParts) -> Result<Bundle, BundleError> {
    match Bundle::encode(parts).and_then(|bytes| Bundle::open(&bytes, Trust::Anyone)) {
        Ok(bundle) => Ok(bundle),
        Err(Error::Bundle(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_decision_tells_the_months_after_the_reference_time() {
    let parts = made(SOURCE).unwrap();
    assert!(parts.scores.is_empty());
    let bundle = open(parts.clone()).unwrap();
    assert_eq!(bundle.clone().into_parts(), parts);
    let mut scorer = Scorer::new(bundle.clone());
    let record = br#"[{"as_of":"2025-11-30","payments":[{"date":"2025-01-01","amount":3},{"date":"2025-02-01","amount":1},{"date":"2025-03-01","amount":2}]},{"as_of":"2025-11-30","payments":[]}]"#;
    let decisions = scorer.score_json(record, Options::default()).unwrap();
    let mut told = Vec::new();
    for decision in &decisions {
        let decision = decision.as_ref().unwrap();
        let (mut bytes, mut json) = (Vec::new(), Vec::new());
        decision.canonical(&mut bytes);
        assert_eq!(Decision::from_canonical(&bytes).as_ref(), Ok(decision));
        decision.write_json(&bundle, "en", &mut json);
        told.push(serde_json::from_slice::<serde_json::Value>(&json).unwrap()["forecasts"].clone());
    }
    let months = serde_json::json!([{ "month": "2025-12", "p10": 1.0, "p97.5": 3.0 }, { "month": "2026-01", "p10": 3.0, "p97.5": 2.0 }]);
    assert_eq!(told[0], serde_json::json!([{ "name": "repayments", "unit": "CNY", "months": months }]));
    assert_eq!(told[1], serde_json::json!([{ "name": "repayments", "unit": "CNY", "months": null }]));
}

#[test]
fn a_forecast_that_lies_is_refused() {
    let parts = made(SOURCE).unwrap();
    let refused = |change: &dyn Fn(&mut BundleParts)| {
        let mut parts = parts.clone();
        change(&mut parts);
        match open(parts) {
            Err(BundleError::Malformed { section: "forecasts", what }) => what,
            other => panic!("{other:?}"),
        }
    };
    let no_column = "a forecast reads a column that does not exist";
    assert_eq!(refused(&|p| p.forecasts[0].first += 1), no_column);
    assert_eq!(refused(&|p| p.forecasts[0].first = u32::MAX), no_column);
    assert_eq!(refused(&|p| p.forecasts[0].months = 3), no_column);
    let months = "a forecast's months are not of 1 to 1200";
    assert_eq!(refused(&|p| p.forecasts[0].months = 0), months);
    assert_eq!(refused(&|p| p.forecasts[0].months = u32::MAX), months);
    let levels = "a forecast's quantile levels are not ascending, from over 0 to under 1";
    for wrong in [vec![], vec![5000, 1000], vec![1000, 1000], vec![0, 1000], vec![1000, 10_000]] {
        assert_eq!(refused(&|p| p.forecasts[0].levels.clone_from(&wrong)), levels);
    }
    let date = "the reference time of a forecast is no date field";
    assert_eq!(refused(&|p| p.forecasts[0].as_of = 1), date);
    assert_eq!(refused(&|p| p.forecasts[0].as_of = u32::MAX), date);
    assert_eq!(refused(&|p| p.forecasts.push(p.forecasts[0].clone())), "two forecasts have the same name");
}

#[test]
fn a_source_that_is_wrong_is_told_where() {
    for (from, to, told) in [
        ("[0.1, 0.975]", "[0.5, 0.1]", "0.1 cannot be the next quantile level"),
        ("[0.1, 0.975]", "[0.1, 1]", "1 cannot be the next quantile level"),
        ("[0.1, 0.975]", "[0.1, 0.5, 0.9]", "`next` has 4 outputs, which are not 3 levels of each month"),
        ("node = \"next\"", "node = \"nex\"", "there is no field or node `nex`"),
        ("as_of = \"as_of\"\nunit", "as_of = \"next.a\"\nunit", "`next.a` is no date field"),
    ] {
        let errors = made(&SOURCE.replace(from, to)).unwrap_err();
        assert!(errors.iter().any(|error| error.contains(told)), "{told} is not in {errors:?}");
    }
}

#[test]
fn the_figures_of_a_forecast_on_the_device_cross() {
    let source = SOURCE.replace("stage = \"edge\"", "stage = \"device\"");
    let errors = made(&source).unwrap_err();
    assert!(errors.iter().any(|e| e.contains("must not leave the device")), "{errors:?}");
    let stages = cut(&made(
        &source.replace("{ type = \"date\",", "{ type = \"date\", leaves_device = true,"),
    )
    .unwrap());
    let stages = stages.unwrap().unwrap();
    let forecast = stages.edge.forecasts[0].clone();
    let crossing = &stages.edge.cut.as_ref().unwrap().crossing;
    assert!(forecast.columns().chain([0]).all(|column| crossing.iter().any(|c| c.column == column)));
    assert_eq!(stages.device.forecasts, stages.edge.forecasts);
    open(stages.device).unwrap();
    open(stages.edge.clone()).unwrap();
    let mut short = stages.edge;
    short.cut.as_mut().unwrap().crossing.pop();
    assert!(open(short).is_err());
}
