//! A PMML file as a bundle: by itself, and as a node of a source.

use std::collections::BTreeMap;

use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::author::scaffold::source_of_model;
use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::graph::Op;
use scorelet_core::scorer::Scorer;

use crate::golden::folders;

/// The rows of a case with its outputs, as a person would hand them to `scorelet import --check`.
fn rows(folder: &std::path::Path) -> String {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (input, expected) = (read("input.csv"), read("expected.csv"));
    input.lines().zip(expected.lines()).map(|(a, b)| format!("{a},{b}\n")).collect()
}

#[test]
fn what_is_written_compiles_and_checks_the_rows_of_the_trainers() {
    let golden = folders().into_iter().filter(|f| !f.to_string_lossy().contains("live"));
    let mut all = 0;
    for folder in golden {
        let bytes = std::fs::read(folder.join("model.pmml")).unwrap();
        let rows = rows(&folder);
        let text =
            source_of_model("people", "model.pmml", &bytes, Some(("rows.csv", rows.as_bytes()))).unwrap();
        let compiled = compile(&BTreeMap::from([
            ("bundle.toml".to_owned(), text.clone().into_bytes()),
            ("model.pmml".to_owned(), bytes),
            ("rows.csv".to_owned(), rows.into_bytes()),
        ]));
        let compiled = compiled.unwrap_or_else(|e| panic!("{}\n{text}\n{e:#?}", folder.display()));
        let bundle = Bundle::encode(compiled.parts).unwrap();
        let mut scorer = Scorer::new(Bundle::open(&bundle, Trust::Anyone).unwrap());
        let checks = scorer.bundle().checks.clone();
        assert_eq!(checks.len(), 40, "{}", folder.display());
        for check in checks {
            for &(column, expected) in &check.expected {
                let mut got = [0.0];
                scorer.score_columns(1, &check.row, &[column], &mut got).unwrap();
                let near = (got[0] - expected).abs() <= 1e-5 * expected.abs().max(1.0);
                assert!(near, "{}: {got:?} is not {expected}", folder.display());
            }
        }
        all += 1;
    }
    assert!(all > 0);
}

#[test]
fn scores_have_margins_where_the_model_has_one() {
    let bundle = |case: &str| {
        let folder = folders().into_iter().find(|f| f.ends_with(case)).unwrap();
        let bytes = std::fs::read(folder.join("model.pmml")).unwrap();
        let parts = bundle_from_model(case, &bytes).unwrap_or_else(|e| panic!("{case}: {e}"));
        Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap()
    };
    let kind = |bundle: &Bundle| {
        let margin = bundle.scores[0].margin.unwrap();
        let node = bundle.graph.node_at(margin as usize).unwrap();
        bundle.graph.nodes()[node].op.kind().1
    };
    for (case, wanted) in
        [("logistic-imputed", "linear"), ("lightgbm", "forest"), ("xgboost", "forest"), ("gbm", "forest")]
    {
        let bundle = bundle(case);
        assert_eq!(kind(&bundle), wanted, "{case}");
        assert!(bundle.scores[0].pd.is_some(), "{case}");
    }
    let linear = bundle("linear");
    assert!(linear.scores[0].pd.is_none() && linear.scores[0].score.is_some());
    assert!(matches!(linear.graph.nodes()[0].op, Op::Formula(_)));
    let classes = bundle("tree");
    assert_eq!(classes.scores.len(), 3);
}

#[test]
fn one_column_of_another_name_is_what_the_score_gives() {
    for (case, column, output) in [
        ("gbm-regression", "predicted_target", "\"answer\" = \"pmml\""),
        ("logistic-imputed", "probability_1", "\"answer\" = \"standard.pd\""),
    ] {
        let folder = folders().into_iter().find(|f| f.ends_with(case)).unwrap();
        let bytes = std::fs::read(folder.join("model.pmml")).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let (input, expected) = (read("input.csv"), read("expected.csv"));
        let place = expected.lines().next().unwrap().split(',').position(|c| c == column).unwrap();
        let joined = input.lines().zip(expected.lines()).enumerate().map(|(i, (a, b))| {
            let answer = if i == 0 { "answer" } else { b.split(',').nth(place).unwrap() };
            format!("{a},{answer}\n")
        });
        let rows: String = joined.collect();
        let text =
            source_of_model("people", "model.pmml", &bytes, Some(("rows.csv", rows.as_bytes()))).unwrap();
        assert!(text.contains(output), "{text}");
        let files =
            [("bundle.toml", text.into_bytes()), ("model.pmml", bytes), ("rows.csv", rows.into_bytes())];
        let compiled = compile(&files.map(|(name, bytes)| (name.to_owned(), bytes)).into());
        assert_eq!(compiled.unwrap_or_else(|e| panic!("{e:#?}")).parts.checks.len(), 40);
    }
}
