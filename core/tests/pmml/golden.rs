//! Golden and live cases: the files of tools that write PMML, with what the trainers predict.

use std::path::{Path, PathBuf};

use scorelet_core::author::import::pmml::import;

use crate::evaluate::Model;

/// The folders of cases: `tests/golden/pmml-…/CASE`, and those of live runs.
pub(crate) fn folders() -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let live = std::env::var_os("SCORELET_LIVE").map(PathBuf::from);
    let mut found = Vec::new();
    for root in [Some(golden), live].into_iter().flatten() {
        let inside = |p: &Path| -> Vec<PathBuf> {
            std::fs::read_dir(p).into_iter().flatten().map(|e| e.unwrap().path()).collect()
        };
        let tools = inside(&root).into_iter();
        let tools = tools.filter(|p| p.file_name().unwrap().to_string_lossy().starts_with("pmml-"));
        found.extend(tools.flat_map(|p| inside(&p)));
    }
    found.sort();
    found
}

fn table(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|l| l.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn outputs_are_those_of_the_trainers() {
    let (mut values, mut worst, mut failures) = (0, 0.0f64, Vec::new());
    let all = folders();
    assert!(!all.is_empty(), "no golden case found");
    for folder in &all {
        match check(folder) {
            Ok((count, difference)) => {
                values += count;
                worst = worst.max(difference);
            }
            Err(what) => failures.push(format!("{}: {what}", folder.display())),
        }
    }
    eprintln!("pmml: {} cases, {values} values; worst difference {worst}", all.len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// How many values were compared, and the greatest difference (relative over 1).
fn check(folder: &Path) -> Result<(usize, f64), String> {
    let bytes = std::fs::read(folder.join("model.pmml")).map_err(|e| e.to_string())?;
    let about: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("case.json")).unwrap()).unwrap();
    let tolerance = about["tolerance"].as_f64().unwrap();
    let imported = import(&bytes).map_err(|e| format!("{} {e} ({})", e.code(), e.place()))?;
    let model = Model::of(imported)?;
    let (input, expected) = (table(&folder.join("input.csv")), table(&folder.join("expected.csv")));
    let (mut count, mut worst) = (0, 0.0f64);
    for (number, (row, wanted)) in input.iter().zip(&expected).enumerate().skip(1) {
        let cells: Vec<(&str, &str)> =
            input[0].iter().zip(row).map(|(name, cell)| (name.as_str(), cell.as_str())).collect();
        let got = model.row(&cells);
        for (name, wanted) in expected[0].iter().zip(wanted) {
            let found = got.iter().find(|(n, _)| n == name);
            let found = &found.ok_or_else(|| format!("no output `{name}`; there are {got:?}"))?.1;
            count += 1;
            if found == wanted {
                continue;
            }
            let both = found.parse::<f64>().ok().zip(wanted.parse::<f64>().ok());
            let (a, b) = both.ok_or_else(|| format!("row {number}, {name}: `{found}` is not `{wanted}`"))?;
            let difference = (a - b).abs() / b.abs().max(1.0);
            if difference.is_nan() || difference > tolerance {
                return Err(format!("row {number}, {name}: {a} is not {b}"));
            }
            worst = worst.max(difference);
        }
    }
    if count > 0 { Ok((count, worst)) } else { Err("nothing was compared".to_owned()) }
}
