//! TreeSHAP gives the trainers' own contributions: those that XGBoost's `pred_contribs` and LightGBM's `pred_contrib`
//! wrote into the golden cases, within 1e-5 of the range of the case's margins.
#![cfg(feature = "author")]
#![allow(clippy::print_stderr, reason = "the worst figure is worth saying")]

#[path = "import/case.rs"]
#[allow(dead_code, reason = "shared with the test of the importers, which reads more")]
mod case;

use case::{Case, folders, records};
use scorelet_core::author::import::{catboost, lightgbm, xgboost};
use scorelet_core::reason::TreeShap;
use std::path::{Path, PathBuf};

#[test]
fn xgboost_contributions_are_the_trainers() {
    check_all("xgboost", 100);
}

#[test]
fn lightgbm_contributions_are_the_trainers() {
    check_all("lightgbm", 50);
}

#[test]
fn catboost_contributions_are_the_trainers() {
    check_all("catboost", 25);
}

/// The German credit example: real applicants, categories by their names.
#[test]
fn contributions_of_the_example_are_the_trainers() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/examples/german-credit");
    let read = |name: &str| std::fs::read_to_string(example.join(name)).unwrap();
    let table = |name: &str| {
        let header = read(name).lines().next().unwrap().split(',').map(str::to_owned).collect::<Vec<_>>();
        (header, records(&example.join(name)))
    };
    let categories: serde_json::Value = serde_json::from_str(&read("xgboost/categories.json")).unwrap();
    let ((columns, applicants), (_, trainers)) =
        (table("data/german_credit.csv"), table("xgboost/contribs.csv"));
    let model = xgboost::import(read("xgboost/model.json").as_bytes()).unwrap().forest;
    let value = |feature: &str, row: usize| {
        let cell = &applicants[row][columns.iter().position(|c| c == feature).unwrap()];
        match categories[feature].as_array() {
            Some(names) => names.iter().position(|name| name == cell).unwrap() as f64,
            None => cell.parse().unwrap(),
        }
    };
    let forest = model.compile().unwrap();
    let mut shap = TreeShap::new(&forest, 0).unwrap();
    let mut found = vec![0.0; forest.features()];
    let mut worst = 0.0_f64;
    for record in &trainers {
        let row = record[0].parse::<usize>().unwrap() - 1;
        let values: Vec<f64> = model.features.iter().map(|f| value(&f.name, row)).collect();
        shap.contributions(&forest, &values, &mut found);
        for (a, b) in found.iter().chain([&shap.bias()]).zip(&record[1..]) {
            worst = worst.max((a - b.parse::<f64>().unwrap()).abs());
        }
    }
    eprintln!("example: {} applicants, greatest difference {worst:.1e}", trainers.len());
    assert!(worst < 1e-6 && trainers.len() == 20, "{worst}");
}

fn check_all(trainer: &str, least: usize) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let live = std::env::var_os("SCORELET_LIVE").map(PathBuf::from);
    let roots: Vec<PathBuf> = std::iter::once(golden).chain(live).collect();
    let (mut cases, mut worst, mut failures) = (0, (0.0, PathBuf::new()), Vec::new());
    for folder in roots.iter().flat_map(|root| folders(root, trainer)) {
        let case = Case::read(&folder);
        let (_, bytes) = case.models().remove(0);
        let model = match trainer {
            "xgboost" => xgboost::import(&bytes),
            "catboost" => catboost::import(&bytes),
            _ => lightgbm::import(&bytes),
        };
        let forest = model.unwrap().forest.compile().unwrap();
        if !folder.join("contribs.csv").exists() {
            let refused = (0..forest.outputs()).all(|k| TreeShap::new(&forest, k as u32).is_err());
            assert!(refused || trainer != "lightgbm", "{}: LightGBM refuses it", folder.display());
            continue;
        }
        if trainer == "catboost" && !adds_up(&case, &folder) {
            // CatBoost 1.2.10 gives trees that are not balanced contributions that miss its own margin.
            assert_ne!(case.json["booster"], "SymmetricTree", "{}", folder.display());
            continue;
        }
        let distance = distance(&forest, &case, &folder);
        if distance > 1e-5 {
            failures.push(format!("{}: {distance:e}", folder.display()));
        }
        if distance > worst.0 {
            worst = (distance, folder);
        }
        cases += 1;
    }
    eprintln!("{trainer}: {cases} cases, worst {:.1e} of the range in {}", worst.0, worst.1.display());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= least, "only {cases} cases found");
}

/// Whether the trainer's contributions of each row add up to its margins.
fn adds_up(case: &Case, folder: &Path) -> bool {
    let trainers = records(&folder.join("contribs.csv"));
    trainers.iter().zip(&case.expected.margins).all(|(record, margins)| {
        let width = record.len() / margins.len();
        record.chunks(width).zip(margins).all(|(own, margin)| {
            let sum: f64 = own.iter().map(|text| text.parse::<f64>().unwrap()).sum();
            (sum - margin).abs() <= 1e-6 * margin.abs().max(1.0)
        })
    })
}

/// The greatest difference of a contribution or the bias from the trainer's, over the range of the output's margins.
fn distance(forest: &scorelet_core::model::forest::Forest, case: &Case, folder: &Path) -> f64 {
    let features = forest.features();
    let trainers = records(&folder.join("contribs.csv"));
    let mut worst = 0.0_f64;
    for k in 0..forest.outputs() {
        let margins = case.expected.margins.iter().map(|row| row[k]);
        let (low, high) = margins.clone().fold((f64::MAX, f64::MIN), |(l, h), m| (l.min(m), h.max(m)));
        // A model that gives every row the same margin: its own size is the measure then.
        let range = if high > low { high - low } else { high.abs().max(f64::MIN_POSITIVE) };
        let mut shap = TreeShap::new(forest, k as u32).unwrap();
        let mut found = vec![0.0; features];
        for (record, values) in trainers.iter().zip(&case.input) {
            shap.contributions(forest, values, &mut found);
            let wanted = &record[k * (features + 1)..(k + 1) * (features + 1)];
            for (a, b) in found.iter().chain([&shap.bias()]).zip(wanted) {
                let b: f64 = b.parse().unwrap();
                // LightGBM's contributions to a random forest add up to its raw score, which is the sum of the trees; the
                // forest's margin is their average.
                worst = worst.max((a * forest.divisor() - b).abs() / range);
            }
        }
    }
    worst
}
