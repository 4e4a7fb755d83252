//! Golden and live cases.

use std::path::{Path, PathBuf};

use scorelet_core::author::import::{
    Format, ImportedForest, ImportedLink, catboost, lightgbm, sniff, xgboost,
};
use scorelet_core::column::{Block, Inputs, State};
use scorelet_core::graph::{Kernel, Scratch};
use scorelet_core::math;
use scorelet_core::model::forest::{Arithmetic, Forest};

use crate::case::{Case, Expected, folders};

fn roots() -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    std::iter::once(golden).chain(std::env::var_os("SCORELET_LIVE").map(PathBuf::from)).collect()
}

#[test]
fn xgboost_margins_are_bit_equal() {
    check_all("xgboost");
}

#[test]
fn lightgbm_margins_are_bit_equal() {
    check_all("lightgbm");
}

#[test]
fn catboost_margins_are_bit_equal() {
    check_all("catboost");
}

fn check_all(trainer: &str) {
    let (mut models, mut rows, mut failures) = (0, 0, Vec::new());
    for folder in roots().iter().flat_map(|root| folders(root, trainer)) {
        let case = Case::read(&folder);
        for (name, bytes) in case.models() {
            let place = format!("{}/{name}", folder.display());
            let format = match name.rsplit('.').next() {
                Some("json") if trainer == "catboost" => Format::CatboostJson,
                Some("json") => Format::XgboostJson,
                Some("ubj") => Format::XgboostUbjson,
                _ => Format::LightgbmText,
            };
            assert_eq!(sniff(&bytes), Some(format), "{place}");
            let model = match trainer {
                "xgboost" => xgboost::import(&bytes),
                "catboost" => catboost::import(&bytes),
                _ => lightgbm::import(&bytes),
            };
            let model = match model {
                Ok(model) => model,
                Err(e) => {
                    failures.push(format!("{place}: {e} ({})", e.place()));
                    continue;
                }
            };
            failures.extend(check(&model, &case, &case.expected).map(|what| format!("{place}: {what}")));
            models += 1;
            rows += case.input.len();
            let best = folder.join("expected_best.csv");
            if best.exists() {
                let shorter = xgboost::import_rounds(&bytes, xgboost::Rounds::Best).unwrap();
                let wrong = check(&shorter, &case, &Expected::read(&best));
                failures.extend(wrong.map(|what| format!("{place}, best rounds: {what}")));
                // The best round may be the last one: then there is nothing to tell.
                let cut = shorter.forest.trees.len() < model.forest.trees.len();
                for notes in [&shorter.notes, &model.notes] {
                    assert_eq!(
                        cut,
                        notes.iter().any(|n| n.contains("early") && n.contains("best")),
                        "{notes:?}"
                    );
                }
            }
        }
    }
    eprintln!("{trainer}: {models} models, {rows} rows");
    assert!(models > if trainer == "catboost" { 25 } else { 50 }, "only {models} models found");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// The first difference.
fn check(model: &ImportedForest, case: &Case, expected: &Expected) -> Option<String> {
    let forest = &model.forest;
    let compiled = match forest.compile() {
        Ok(compiled) => compiled,
        Err(e) => return Some(format!("does not compile: {e}")),
    };
    let engines: Vec<Vec<Vec<f64>>> =
        [1, 50].iter().map(|&size| evaluate(&compiled, &case.input, size)).collect();
    for (i, feature) in case.json["features"].as_array().unwrap().iter().enumerate() {
        if feature["name"].as_str() != forest.features.get(i).map(|f| f.name.as_str()) {
            return Some(format!("feature {i} is {:?}", forest.features.get(i)));
        }
    }
    for (row, values) in case.input.iter().enumerate() {
        let margins = forest.margins(values);
        // LightGBM's raw score of a random forest is the sum.
        let summed = if forest.base_first { forest.divisor } else { 1.0 };
        let raw: Vec<f64> = expected.margins[row].iter().map(|m| m / summed).collect();
        let same = |(a, b): (&f64, &f64)| match forest.arithmetic {
            Arithmetic::F32Less => (*a as f32).to_bits() == (*b as f32).to_bits(),
            Arithmetic::F64LessEqual => a.to_bits() == b.to_bits(),
        };
        if margins.len() != raw.len() || !margins.iter().zip(&raw).all(same) {
            return Some(format!("row {row} {values:?}: margins {margins:?}, trainer {raw:?}"));
        }
        // What ships: the compiled forest, one row at a time and in blocks.
        for engine in &engines {
            if !engine[row].iter().zip(&margins).all(|(a, b)| a.to_bits() == b.to_bits()) {
                return Some(format!("row {row} {values:?}: engine {:?}, trainer {margins:?}", engine[row]));
            }
        }
        let (ours, trainers) = (predict(model.link, &margins), &expected.predictions[row]);
        let tolerance = match forest.arithmetic {
            Arithmetic::F32Less => 4e-6,
            Arithmetic::F64LessEqual => 1e-14,
        };
        let near = |(a, b): (&f64, &f64)| {
            let tiny = f64::from(f32::MIN_POSITIVE);
            a == b || (a - b).abs() <= tolerance * b.abs() + tiny || *a as f32 == *b as f32
        };
        if ours.len() != trainers.len() || !ours.iter().zip(trainers).all(near) {
            return Some(format!("row {row}: predictions {ours:?}, trainer {trainers:?}"));
        }
    }
    None
}

/// Margins by the compiled forest, in blocks of at most `size` rows.
fn evaluate(forest: &Forest, rows: &[Vec<f64>], size: usize) -> Vec<Vec<f64>> {
    let (features, outputs) = (forest.features(), forest.outputs());
    let ids: Vec<u32> = (0..features as u32).collect();
    let mut block = Block::new(features + outputs, size);
    let mut scratch = Scratch::default();
    let mut all = Vec::new();
    for chunk in rows.chunks(size) {
        block.set_rows(chunk.len());
        for f in 0..features {
            let column = block.column_mut(f);
            for (r, row) in chunk.iter().enumerate() {
                column.values[r] = row[f];
                column.states[r] = if row[f].is_nan() { State::MISSING } else { State::PRESENT };
            }
        }
        let (columns, mut out) = block.split(features);
        forest.eval(&Inputs::new(columns, &ids), &mut out, &mut scratch);
        all.extend(
            (0..chunk.len()).map(|r| (0..outputs).map(|k| block.column(features + k).values[r]).collect()),
        );
    }
    all
}

pub(crate) fn predict(link: ImportedLink, margins: &[f64]) -> Vec<f64> {
    let each = |f: &dyn Fn(f64) -> f64| margins.iter().map(|&m| f(m)).collect();
    match link {
        ImportedLink::Identity => margins.to_vec(),
        ImportedLink::Logit { factor } | ImportedLink::OneVsRest { factor } => {
            each(&|m| math::sigmoid(factor * m))
        }
        ImportedLink::Exp => each(&math::exp),
        ImportedLink::Softplus => each(&|m| math::ln_1p(math::exp(m))),
        ImportedLink::SignedSquare => each(&|m| if m < 0.0 { -m * m } else { m * m }),
        ImportedLink::Step => each(&|m| f64::from(m > 0.0)),
        ImportedLink::Softmax => {
            let top = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = margins.iter().map(|&m| math::exp(m - top)).sum();
            each(&|m| math::exp(m - top) / sum)
        }
        ImportedLink::Argmax => {
            let top = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            vec![margins.iter().position(|&m| m == top).unwrap_or(0) as f64]
        }
        other => panic!("no link for {other:?}"),
    }
}
