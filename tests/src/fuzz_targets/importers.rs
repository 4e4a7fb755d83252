//! Importers: a trainer's file, and the bundle that is made from it alone.

use std::collections::BTreeMap;
use std::path::Path;

use scorelet_core::Error;
use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::author::card::{self, CardFormat};
use scorelet_core::author::import::{ImportedForest, catboost, dmn, lightgbm, onnx, pmml, xgboost};
use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};

use super::{check_error, engine};
use crate::data;

/// Seeds of a target at most, and their size: a small file is mutated where it matters more often.
const SEEDS: usize = 24;
const SEED_BYTES: u64 = 12_000;

const TABLE: &[u8] = b"Variable,Bin,Points\nage,\"(-inf, 3)\",1\nage,\"[3, inf)\",2\n";

pub(super) fn xgboost(data: &[u8]) {
    imported(data, xgboost::import(data).and_then(evaluate).err());
}

pub(super) fn lightgbm(data: &[u8]) {
    imported(data, lightgbm::import(data).and_then(evaluate).err());
}

pub(super) fn catboost(data: &[u8]) {
    imported(data, catboost::import(data).and_then(evaluate).err());
}

/// A model that came in must evaluate as it is, and compile or say why not.
fn evaluate(model: ImportedForest) -> Result<(), Error> {
    for value in [f64::NAN, 0.0, -1.0, 1e300] {
        model.forest.margins(&vec![value; model.forest.features.len()]);
    }
    model.forest.compile()?;
    Ok(())
}

/// As a whole and as a tree model; a forest in it must compile or say why not.
pub(super) fn onnx(data: &[u8]) {
    onnx::import_forest(data).and_then(evaluate).err().iter().for_each(check_error);
    let forests = |model: onnx::ImportedOnnx| -> Result<(), Error> {
        for part in &model.parts {
            if let onnx::OnnxPart::Forest { forest, .. } = part {
                forest.compile()?;
            }
        }
        Ok(())
    };
    imported(data, onnx::import(data).and_then(forests).err());
}

/// A forest in it must compile or say why not.
pub(super) fn pmml(data: &[u8]) {
    let forests = |model: pmml::ImportedPmml| -> Result<(), Error> {
        for part in &model.parts {
            if let pmml::PmmlOp::Forest(forest) = &part.op {
                forest.compile()?;
            }
        }
        Ok(())
    };
    imported(data, pmml::import(data).and_then(forests).err());
}

/// A decision model whose source is written must compile, or say why not.
pub(super) fn dmn(data: &[u8]) {
    let written = dmn::import(data).and_then(|model| dmn::source("fuzz", "fuzz.dmn", &model, &[]));
    match written {
        Err(error) => check_error(&error),
        Ok(toml) => {
            let files = [("bundle.toml", toml.as_bytes()), ("fuzz.dmn", data)];
            let files = files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
            for error in compile(&BTreeMap::from(files)).err().unwrap_or_default() {
                check_error(&Error::Source(error));
            }
        }
    }
}

pub(super) fn optbinning(data: &[u8]) {
    card(data, CardFormat::OptBinning);
    // As a variable's own binning file, too: both are JSON.
    let binning = BTreeMap::from([("age".to_owned(), data)]);
    card::import(TABLE, Some(CardFormat::OptBinning), &binning).err().iter().for_each(check_error);
}

pub(super) fn scorecardpy(data: &[u8]) {
    card(data, CardFormat::Scorecardpy);
}

pub(super) fn toad(data: &[u8]) {
    card(data, CardFormat::Toad);
}

fn card(data: &[u8], format: CardFormat) {
    imported(data, card::import(data, Some(format), &BTreeMap::new()).err());
}

/// Whatever the importer said, the way from a bare file to a bundle must hold too; a bundle that comes out must open.
fn imported(data: &[u8], refused: Option<Error>) {
    refused.iter().for_each(check_error);
    match bundle_from_model("fuzz", data) {
        Err(error) => check_error(&error),
        Ok(parts) => match Bundle::encode(parts) {
            Err(error) => check_error(&error),
            Ok(bytes) => {
                engine::try_out(Bundle::open(&bytes, Trust::Anyone).expect("what was written can be read"))
            }
        },
    }
}

/// Small golden files of some trainers whose name ends so.
fn golden(trainers: &[&str], ending: &str) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for trainer in std::fs::read_dir(data("golden")).expect("golden cases").flatten() {
        let name = trainer.file_name().to_string_lossy().into_owned();
        if trainers.iter().any(|wanted| name.starts_with(wanted)) {
            collect(&trainer.path(), ending, &mut seeds);
        }
    }
    seeds.sort();
    seeds.sort_by_key(Vec::len);
    seeds.dedup();
    seeds.truncate(SEEDS);
    seeds
}

fn collect(folder: &Path, ending: &str, seeds: &mut Vec<Vec<u8>>) {
    for case in std::fs::read_dir(folder).expect("cases of a trainer").flatten() {
        for file in std::fs::read_dir(case.path()).into_iter().flatten().flatten() {
            let path = file.path();
            let small = path.metadata().is_ok_and(|m| m.is_file() && m.len() <= SEED_BYTES);
            if small && path.to_string_lossy().ends_with(ending) {
                seeds.push(std::fs::read(path).expect("a golden file"));
            }
        }
    }
}

pub(super) fn xgboost_json_seeds() -> Vec<Vec<u8>> {
    golden(&["xgboost"], "model.json")
}

pub(super) fn xgboost_ubjson_seeds() -> Vec<Vec<u8>> {
    golden(&["xgboost"], "model.ubj")
}

pub(super) fn lightgbm_seeds() -> Vec<Vec<u8>> {
    golden(&["lightgbm"], "model.txt")
}

pub(super) fn catboost_seeds() -> Vec<Vec<u8>> {
    golden(&["catboost"], "model.json")
}

pub(super) fn onnx_seeds() -> Vec<Vec<u8>> {
    golden(&["onnx"], "model.onnx")
}

pub(super) fn dmn_seeds() -> Vec<Vec<u8>> {
    vec![std::fs::read(data("corpus/decision-tables/salary.dmn")).expect("a case of the corpus")]
}

pub(super) fn pmml_seeds() -> Vec<Vec<u8>> {
    golden(&["pmml"], "model.pmml")
}

pub(super) fn optbinning_seeds() -> Vec<Vec<u8>> {
    let mut seeds = golden(&["optbinning"], "scorecard.csv");
    seeds.extend(golden(&["optbinning"], "scorecard.json"));
    let binning = "golden/optbinning-0.20.1/special-names/binning/age.json";
    seeds.push(std::fs::read(data(binning)).expect("a golden case"));
    seeds
}

pub(super) fn scorecardpy_seeds() -> Vec<Vec<u8>> {
    golden(&["scorecardpy"], "card.csv")
}

pub(super) fn toad_seeds() -> Vec<Vec<u8>> {
    golden(&["toad"], "card.json")
}
