//! ONNX files as bundles of their own, and tree ensembles as tree models.

use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::author::import::onnx::{import, import_forest};
use scorelet_core::author::import::{Format, ImportedLink, sniff};
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::scorer::Scorer;

use crate::case::{Case, folders};
use crate::evaluate::{evaluate, ops};

/// Every golden model makes a bundle that opens.
#[test]
fn every_golden_model_makes_a_bundle() {
    let mut made = 0;
    for folder in folders("onnx-1.17") {
        for (name, bytes) in Case::read(&folder).models() {
            let place = format!("{}/{name}", folder.display());
            assert_eq!(sniff(&bytes), Some(Format::Onnx), "{place}");
            let parts = bundle_from_model("golden", &bytes)
                .unwrap_or_else(|e| panic!("{place}: {e} ({}): {}", e.place(), e.mend()));
            let bundle = Bundle::encode(parts).unwrap();
            Scorer::new(Bundle::open(&bundle, Trust::Anyone).unwrap());
            made += 1;
        }
    }
    assert!(made > 30, "only {made} models");
}

/// The margin and link of a tree model give what the network beside the forest gives.
#[test]
fn a_tree_ensemble_is_a_tree_model() {
    let (mut links, mut rows) = (Vec::new(), 0);
    for folder in folders("onnx-1.17") {
        let case = Case::read(&folder);
        for (name, bytes) in case.models() {
            let Ok(trees) = import_forest(&bytes) else { continue };
            let whole = import(&bytes).unwrap();
            let ops = ops(&whole).unwrap();
            for row in case.input.iter().skip(1) {
                let values: Vec<f64> = row.iter().map(|c| c.parse().unwrap_or(f64::NAN)).collect();
                let margins = trees.forest.margins(&values);
                let wanted = &evaluate(&whole, &ops, &case.input[0], row)[0];
                let got: Vec<f64> = match trees.link {
                    ImportedLink::Logit { .. } => {
                        margins.iter().map(|m| scorelet_core::math::sigmoid(*m)).collect()
                    }
                    ImportedLink::Softmax => {
                        let all: Vec<f64> = margins.iter().map(|m| scorelet_core::math::exp(*m)).collect();
                        all.iter().map(|e| e / all.iter().sum::<f64>()).collect()
                    }
                    _ => margins,
                };
                // Of a binary classifier the network gives both classes.
                let last = &wanted[wanted.len() - got.len()..];
                for (a, b) in got.iter().zip(last) {
                    assert!((a - b).abs() < 1e-6, "{}/{name}: {got:?} is not {wanted:?}", folder.display());
                }
                rows += 1;
            }
            links.push(trees.link);
        }
    }
    assert!(rows > 60 && links.contains(&ImportedLink::Softmax), "{rows} rows, {links:?}");
    assert!(links.contains(&ImportedLink::Logit { factor: 1.0 }), "{links:?}");
}
