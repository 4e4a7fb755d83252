//! The example sources compile without a warning, and every applicant gets what the trainer computed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scorelet_core::author::csv;
use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::schema::FieldType;
use scorelet_core::scorer::{Options, Scorer};

fn example(path: &str) -> PathBuf {
    scorelet_tests::data("../host/examples/german-credit").join(path)
}

/// The files of a source folder.
fn folder(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path());
    entries
        .filter(|p| p.is_file())
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&p).unwrap()))
        .collect()
}

fn scorer(name: &str) -> Scorer {
    let compiled = compile(&folder(&example(name))).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(compiled.warnings, []);
    let bytes = Bundle::encode(compiled.parts).unwrap();
    Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap())
}

/// A CSV as header and rows of cells by column.
fn table(path: &str) -> Vec<BTreeMap<String, String>> {
    let rows = csv::parse(&std::fs::read(example(path)).unwrap()).unwrap();
    let (header, rows) = rows.split_first().unwrap();
    rows.iter().map(|r| header.cells.iter().cloned().zip(r.cells.iter().cloned()).collect()).collect()
}

fn row(scorer: &Scorer, applicant: &BTreeMap<String, String>) -> Vec<f64> {
    let value = |f: &scorelet_core::schema::Field| {
        let text = &applicant[&f.name];
        match &f.kind {
            FieldType::Category { values } => {
                values.iter().position(|v| v == text).map_or(-1.0, |i| i as f64)
            }
            _ => text.parse().unwrap(),
        }
    };
    scorer.bundle().fields.iter().map(value).collect()
}

fn self_checks_hold(scorer: &mut Scorer) {
    let checks = scorer.bundle().checks.clone();
    assert!(checks.len() >= 40);
    for check in checks {
        let columns: Vec<u32> = check.expected.iter().map(|&(c, _)| c).collect();
        let mut got = vec![0.0; columns.len()];
        scorer.score_columns(1, &check.row, &columns, &mut got).unwrap();
        for (got, (column, wanted)) in got.iter().zip(&check.expected) {
            assert!((got - wanted).abs() <= check.tolerance, "column {column}: {got} is not {wanted}");
        }
    }
}

#[test]
fn the_scorecard_gives_every_applicant_the_trainers_score() {
    let mut scorer = scorer("scorecard");
    self_checks_hold(&mut scorer);
    let score = scorer.bundle().scores[0].clone();
    let columns = [score.score.unwrap(), score.margin.unwrap(), score.pd.unwrap()];
    for (applicant, wanted) in table("data/german_credit.csv").iter().zip(table("scorecard/expected_all.csv"))
    {
        let mut got = [0.0; 3];
        scorer.score_columns(1, &row(&scorer, applicant), &columns, &mut got).unwrap();
        let number = |key: &str| wanted[key].parse::<f64>().unwrap();
        assert_eq!(got[0], number("score"), "row {}", wanted["row"]);
        assert!(
            (got[1] - number("margin")).abs() < 1e-12 && (got[2] - number("pd")).abs() < 1e-12,
            "{got:?}"
        );
    }
}

#[test]
fn the_trees_give_every_applicant_the_trainers_margin() {
    let mut scorer = scorer("xgboost");
    self_checks_hold(&mut scorer);
    let score = scorer.bundle().scores[0].clone();
    let columns = [score.margin.unwrap(), score.pd.unwrap(), score.score.unwrap()];
    for (applicant, wanted) in table("data/german_credit.csv").iter().zip(table("xgboost/expected_all.csv")) {
        let mut got = [0.0; 3];
        scorer.score_columns(1, &row(&scorer, applicant), &columns, &mut got).unwrap();
        let number = |key: &str| wanted[key].parse::<f64>().unwrap();
        assert_eq!(got[0], f64::from(wanted["margin"].parse::<f32>().unwrap()), "row {}", wanted["row"]);
        assert!((got[1] - number("pd")).abs() < 1e-7, "{got:?}");
        assert_eq!(got[2], number("score").round_ties_even());
    }
}

#[test]
fn a_missing_answer_costs_nothing_in_the_card_and_is_refused_by_the_trees() {
    let applicant = table("data/german_credit.csv").remove(0);
    let mut card = scorer("scorecard");
    let mut values = row(&card, &applicant);
    values[0] = f64::NAN;
    let decisions = card.decide_columns(1, &values, Options { reasons: true, trace: true }).unwrap();
    assert_eq!(decisions.len(), 1);
    let mut trees = scorer("xgboost");
    let mut values = row(&trees, &applicant);
    values[0] = f64::NAN;
    let mut got = [0.0];
    assert!(trees.score_columns(1, &values, &[15], &mut got).is_err());
}

#[test]
fn what_scorelet_init_writes_works() {
    let source = folder(&scorelet_tests::data("../host/src/cli/init"));
    let compiled = compile(&source).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(compiled.warnings, []);
    let bytes = Bundle::encode(compiled.parts).unwrap();
    let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap());
    for check in scorer.bundle().checks.clone() {
        let columns: Vec<u32> = check.expected.iter().map(|&(c, _)| c).collect();
        let mut got = vec![0.0; columns.len()];
        scorer.score_columns(1, &check.row, &columns, &mut got).unwrap();
        assert_eq!(got, check.expected.iter().map(|&(_, x)| x).collect::<Vec<_>>());
    }
}
