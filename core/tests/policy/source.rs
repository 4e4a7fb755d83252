//! What the tests of the source have in common.

use scorelet_core::author::source::{Compiled, compile};
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::scorer::{Options, Scorer};
use serde_json::Value;

/// The compiled source, or the messages of its mistakes.
pub(super) fn compiled(toml: &str) -> Result<Compiled, Vec<String>> {
    let files = [("bundle.toml".to_owned(), toml.as_bytes().to_vec())].into();
    compile(&files).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// A scorer of a source without mistakes.
pub(super) fn scorer(toml: &str) -> Scorer {
    let compiled = compiled(toml).unwrap();
    let bytes = Bundle::encode(compiled.parts).unwrap();
    Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap())
}

/// The decision of one record, as JSON, with reasons and trace.
pub(super) fn decide(scorer: &mut Scorer, record: &Value) -> Value {
    let options = Options { reasons: true, trace: true };
    let decision = scorer.score_json(record.to_string().as_bytes(), options).unwrap().pop().unwrap().unwrap();
    let mut out = Vec::new();
    decision.write_json(scorer.bundle(), "en", &mut out);
    serde_json::from_slice(&out).unwrap()
}

/// The values of columns, by name, for one record of numbers; NaN where absent.
pub(super) fn columns(scorer: &mut Scorer, row: &[f64], names: &[&str]) -> Vec<f64> {
    let columns = scorer.bundle().graph.columns() as u32;
    let find = |name: &&str| (0..columns).find(|&id| scorer.bundle().column_name(id) == **name);
    let ids: Vec<u32> =
        names.iter().map(|name| find(name).unwrap_or_else(|| panic!("no column {name}"))).collect();
    let mut out = vec![0.0; ids.len()];
    scorer.score_columns(1, row, &ids, &mut out).unwrap();
    out
}

/// Asserts that one of the mistakes of a source says this.
pub(super) fn refused(toml: &str, told: &str) {
    let errors = compiled(toml).unwrap_err();
    assert!(errors.iter().any(|error| error.contains(told)), "{told} is not in {errors:?}");
}
