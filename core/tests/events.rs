//! Event lists from a bundle source to the decision.
#![cfg(feature = "author")]

use std::collections::BTreeMap;

use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::decision::Decision;
use scorelet_core::error::RecordError;
use scorelet_core::scorer::{Options, Scorer};

const SOURCE: &str = r#"
[bundle]
name = "events"

[fields]
income = "number"
as_of = "date"

[fields.transactions]
type = "events"
as_of = "as_of"
after = "AFTER"
date = "day"

[fields.transactions.columns]
amount = { type = "number", min = -1e6, max = 1e6, out_of_range = "refuse" }
kind = ["card", "transfer"]
cash = "boolean"
description = "text"
mcc = { type = "text" }
merchant = { type = "hash", buckets = 16, of = "description" }
city = { type = "hash", buckets = 4 }
purpose = { categories = ["salary", "rent", "food"], missing = "refuse", rules = [
  { text = "mcc", code = "5411", is = "food" },
  { text = "description", prefix = "Gehalt", is = "salary" },
  { text = "description", word = "RENT", is = "rent" },
] }

[nodes.model]
kind = "linear"
intercept = 0.5
terms = { income = 2.0 }

[scores.credit]
model = "model"
"#;

fn compiled(source: &str) -> Result<Bundle, Vec<String>> {
    let files = BTreeMap::from([("bundle.toml".to_owned(), source.as_bytes().to_vec())]);
    match compile(&files) {
        Ok(compiled) => Ok(Bundle::open(&Bundle::encode(compiled.parts).unwrap(), Trust::Anyone).unwrap()),
        Err(errors) => Err(errors.into_iter().map(|error| error.to_string()).collect()),
    }
}

fn scorer(after: &str) -> Scorer {
    Scorer::new(compiled(&SOURCE.replace("AFTER", after)).unwrap())
}

fn score(scorer: &mut Scorer, json: &str) -> Vec<Result<Decision, RecordError>> {
    scorer.score_json(json.as_bytes(), Options::default()).unwrap()
}

#[test]
fn records_with_events_are_scored() {
    let mut scorer = scorer("ignore");
    let answers = score(&mut scorer, r#"[{"income": 1}, {"as_of": "2024-05-01", "transactions": []}]"#);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}
