//! Bundles, records, columns and bundle sources.

use std::collections::BTreeMap;

use scorelet_core::Error;
use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::scorer::{Options, Scorer};

use super::{check_error, seeds};

/// Rows that a bundle that opened is tried on.
const ROWS: usize = 3;

/// A whole bundle file.
pub(super) fn container(data: &[u8]) {
    for trust in [Trust::Anyone, Trust::Key(&[7; 32])] {
        open(data, trust);
    }
}

/// The content of an unsigned bundle: past the header, so that every mutation reaches the sections.
pub(super) fn plan(data: &[u8]) {
    let mut bytes = seeds::UNSIGNED_HEADER.to_vec();
    bytes.extend_from_slice(data);
    open(&bytes, Trust::Anyone);
}

fn open(bytes: &[u8], trust: Trust<'_>) {
    match Bundle::open(bytes, trust) {
        Err(error) => check_error(&error),
        Ok(bundle) => try_out(bundle),
    }
}

/// A bundle that opened must score whatever it is given.
pub(super) fn try_out(bundle: Bundle) {
    let fields = bundle.fields.len();
    let columns: Vec<u32> = (0..bundle.graph.columns() as u32).collect();
    // Wide graphs are fine, but a thousand of them a second are not.
    if columns.len() > 4096 {
        return;
    }
    let mut scorer = Scorer::new(bundle);
    if let Err(error) = scorer.local_json(b"{}") {
        check_error(&Error::Record(error));
    }
    let mut out = vec![0.0; columns.len() * ROWS];
    for value in [f64::NAN, 0.0, 1.0, -9.0, 1e300] {
        let values = vec![value; fields * ROWS];
        if let Err(error) = scorer.score_columns(ROWS, &values, &columns, &mut out) {
            check_error(&Error::Record(error));
        }
        match scorer.decide_columns(ROWS, &values, Options { reasons: true, trace: true }) {
            Err(error) => check_error(&Error::Record(error)),
            Ok(decisions) => {
                for decision in decisions {
                    let mut json = Vec::new();
                    decision.write_json(scorer.bundle(), "en", &mut json);
                    assert!(
                        serde_json::from_slice::<serde_json::Value>(&json).is_ok(),
                        "a decision that is not JSON"
                    );
                }
            }
        }
    }
}

/// A JSON record or array of records; the first byte chooses the bundle.
pub(super) fn record(data: &[u8]) {
    let Some((&choice, json)) = data.split_first() else { return };
    seeds::with_scorer(choice, |scorer| {
        match scorer.score_json(json, Options { reasons: true, trace: true }) {
            Err(error) => check_error(&Error::Record(error)),
            Ok(answers) => answers.into_iter().for_each(|answer| match answer {
                Err(error) => check_error(&Error::Record(error)),
                Ok(decision) => assert_eq!(decision.digest(), decision.digest()),
            }),
        }
    });
}

/// Field values as doubles; the first byte chooses the bundle.
pub(super) fn columns(data: &[u8]) {
    let Some((&choice, bytes)) = data.split_first() else { return };
    let values: Vec<f64> = bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    seeds::with_scorer(choice, |scorer| {
        let rows = values.len() / scorer.bundle().fields.len().max(1);
        let values = &values[..rows * scorer.bundle().fields.len()];
        if let Err(error) = scorer.decide_columns(rows, values, Options { reasons: true, trace: true }) {
            check_error(&Error::Record(error));
        }
        for score in 0..4 {
            if let Err(error) = scorer.contributions(rows, values, score) {
                check_error(&Error::Record(error));
            }
        }
    });
}

/// `bundle.toml`, with nothing beside it.
pub(super) fn bundle_source(data: &[u8]) {
    let files = BTreeMap::from([("bundle.toml".to_owned(), data.to_vec())]);
    if let Err(errors) = compile(&files) {
        assert!(!errors.is_empty(), "refused without a reason");
        errors.into_iter().for_each(|error| check_error(&Error::Source(error)));
    }
}
