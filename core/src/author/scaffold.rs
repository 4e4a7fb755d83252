//! The bundle source of a model file: what a person would write to take it in, to be read and changed.

use std::collections::{BTreeMap, BTreeSet};

use super::import::pmml;
use super::import::{Format, dmn, sniff};
use super::{bare, csv};
use crate::Error;
use crate::bundle::BundleParts;
use crate::schema::{Field, FieldType};

/// The text of `bundle.toml` for a model file, or a decision model. `check`: name and bytes of a CSV of rows with the trainer's outputs, which becomes the
/// self-check. Columns that are neither fields nor outputs of the model's node are expected of the model, if it is one column.
///
/// # Errors
/// [`ImportError`](crate::error::ImportError) if the file is no model, or not one that can be imported.
pub fn source_of_model(
    name: &str,
    file: &str,
    bytes: &[u8],
    check: Option<(&str, &[u8])>,
) -> Result<String, Error> {
    if sniff(bytes) == Some(Format::Dmn) {
        let mut text = dmn::source(name, file, &dmn::import(bytes)?, &[])?;
        if let Some((path, _)) = check {
            text.push_str(&format!(
                "\n# What the decisions came to elsewhere.\n[checks]\nfile = {}\ntolerance = 1e-9\n",
                quoted(path)
            ));
        }
        return Ok(text);
    }
    let parts = bare::bundle_from_model(name, bytes)?;
    let kind = bare::kind(bytes);
    // The bare bundle's first node is the model's, or of its inputs, and has a name that no field has.
    let node = parts.nodes.first().map_or(kind, |n| n.name.split('.').next().unwrap_or(kind)).to_owned();
    let mut text = format!(
        "# Imported by `scorelet import`. Try it: scorelet build . -o model.sclb\n\
         # docs/bundle-source.md is the reference of every key.\n\n\
         [bundle]\nname = {}\nversion = \"0.1.0\"\n\n\
         # What the model reads. Give the fields their bounds (min, max), units, and policies for what is missing.\n[fields]\n",
        quoted(name)
    );
    for field in &parts.fields {
        text.push_str(&format!("{} = {}\n", quoted(&field.name), described(field)));
    }
    text.push_str(&format!("\n[nodes.{}]\nkind = \"{kind}\"\nfile = {}\n", quoted(&node), quoted(file)));
    if kind == "pmml" {
        text.push_str(&reasons(&pmml::import(bytes)?));
    }
    if let Some((path, rows)) = check {
        text.push_str(&format!(
            "\n# The trainer's own outputs: `scorelet certify` compares them on every engine.\n[checks]\nfile = {}\n",
            quoted(path)
        ));
        // What a trainer computes in f32 is as good as its size.
        let (mut tolerance, mut expect) = (1e-6, String::new());
        let own = if kind == "pmml" { named(bytes, &node, rows)? } else { Vec::new() };
        if !own.is_empty() {
            let pairs: Vec<String> = own
                .iter()
                .map(|(column, output)| format!("{} = {}", quoted(column), quoted(output)))
                .collect();
            expect = format!("expect = {{ {} }}\n", pairs.join(", "));
        } else if let Some((column, output, greatest)) = expected(&parts, &node, rows) {
            tolerance = if greatest <= 1.0 { 1e-6 } else { 1e-5 * greatest };
            expect = format!("expect = {{ {} = {} }}\n", quoted(&column), quoted(&output));
        }
        text.push_str(&format!("tolerance = {tolerance:.0e}\n{expect}"));
    }
    Ok(text)
}

/// A JSON text is a TOML text.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn described(field: &Field) -> String {
    match &field.kind {
        FieldType::Category { values } => {
            let all: Vec<String> = values.iter().map(|v| quoted(v)).collect();
            format!("[{}]", all.join(", "))
        }
        FieldType::Integer => "\"integer\"".to_owned(),
        FieldType::Boolean => "\"boolean\"".to_owned(),
        FieldType::Date => "\"date\"".to_owned(),
        FieldType::Hash { buckets } => format!("{{ type = \"hash\", buckets = {buckets} }}"),
        // No model file has one.
        FieldType::EventList(_) => "\"events\"".to_owned(),
        FieldType::Number => "\"number\"".to_owned(),
    }
}

/// The reason codes of a PMML scorecard, if each field is of one code and every one has one.
fn reasons(model: &pmml::ImportedPmml) -> String {
    let mut groups: BTreeMap<&str, (&str, BTreeSet<&str>)> = BTreeMap::new();
    let mut grouped = BTreeMap::new();
    for reason in &model.reasons {
        let (_, features) = groups.entry(&reason.code).or_insert((&reason.name, BTreeSet::new()));
        for field in reason.fields.iter().filter_map(|&f| model.fields.get(f as usize)) {
            features.insert(field.name.as_str());
            if *grouped.entry(field.name.as_str()).or_insert(&reason.code) != &reason.code {
                return String::new();
            }
        }
    }
    let mut text = String::new();
    if groups.is_empty() || grouped.len() != model.fields.len() {
        return text;
    }
    text.push_str("\n# The reason codes of the file. Give them texts that an applicant understands.\n");
    for (code, (name, features)) in groups {
        let features: Vec<String> = features.into_iter().map(quoted).collect();
        text.push_str(&format!(
            "[reasons.{}]\nfeatures = [{}]\ntext = {}\n",
            quoted(code),
            features.join(", "),
            quoted(name)
        ));
    }
    text
}

/// The columns that have the name of an output of a PMML file, and that output of its node.
fn named(bytes: &[u8], node: &str, rows: &[u8]) -> Result<Vec<(String, String)>, Error> {
    let model = pmml::import(bytes)?;
    let Ok(rows) = csv::parse(rows) else { return Ok(Vec::new()) };
    let header = rows.first().map_or(&[][..], |row| row.cells.as_slice());
    let is_output = |cell: &&String| model.outputs.iter().any(|o| o.name == **cell);
    Ok(header.iter().filter(is_output).map(|cell| (cell.clone(), format!("{node}.{cell}"))).collect())
}

/// The one column that is no field and no output, and the output that it means: the PD if there is one and its values are between 0 and 1,
/// else what the node gives; and the greatest of its values.
fn expected(parts: &BundleParts, node: &str, rows: &[u8]) -> Option<(String, String, f64)> {
    let rows = csv::parse(rows).ok()?;
    let (header, rows) = rows.split_first()?;
    let fields: BTreeSet<&str> = parts.fields.iter().map(|f| f.name.as_str()).collect();
    let is_output = |name: &str| {
        let score = parts
            .scores
            .iter()
            .any(|s| name.strip_prefix(s.name.as_str()).is_some_and(|r| r.starts_with('.')));
        score || name == node || name.strip_prefix(node).is_some_and(|rest| rest.starts_with('.'))
    };
    let others = header
        .cells
        .iter()
        .enumerate()
        .filter(|(_, name)| !fields.contains(name.as_str()) && !is_output(name));
    let others: Vec<(usize, &String)> = others.collect();
    let &[(place, column)] = others.as_slice() else { return None };
    let values = rows.iter().filter_map(|row| row.cells.get(place)?.parse::<f64>().ok());
    let (least, greatest) =
        values.filter(|x| x.is_finite()).fold((0.0f64, 0.0f64), |(a, b), x| (a.min(x), b.max(x.abs())));
    let shares = least >= 0.0 && greatest <= 1.0;
    let score = parts.scores.first().filter(|s| s.pd.is_some() && shares && column != "margin");
    let output = score.map_or_else(|| node.to_owned(), |s| format!("{}.pd", s.name));
    Some((column.clone(), output, greatest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::source;
    use crate::bundle::{Bundle, Trust};
    use crate::scorer::Scorer;

    const MODEL: &[u8] =
        include_bytes!("../../../tests/golden/onnx-1.17/pipeline-columns-one-hot-logistic/model.onnx");

    #[test]
    fn what_is_written_compiles_and_checks_the_trainers_rows() {
        // The first rows of the golden case, with the second class' share as onnxruntime gave it.
        let input =
            include_str!("../../../tests/golden/onnx-1.17/pipeline-columns-one-hot-logistic/input.csv");
        let expected =
            include_str!("../../../tests/golden/onnx-1.17/pipeline-columns-one-hot-logistic/expected.csv");
        let place =
            expected.lines().next().unwrap().split(',').position(|c| c.ends_with("probability_1")).unwrap();
        let rows: Vec<String> = (input.lines().zip(expected.lines()).enumerate())
            .map(|(i, (a, b))| {
                let cell = b.split(',').nth(place).unwrap();
                format!("{},{}", a.replace("nan", ""), if i == 0 { "network.1" } else { cell })
            })
            .collect();
        let rows = rows.join("\n");
        let text =
            source_of_model("people", "model.onnx", MODEL, Some(("rows.csv", rows.as_bytes()))).unwrap();
        let compiled = source::compile(&BTreeMap::from([
            ("bundle.toml".to_owned(), text.clone().into_bytes()),
            ("model.onnx".to_owned(), MODEL.to_vec()),
            ("rows.csv".to_owned(), rows.into_bytes()),
        ]));
        let compiled = compiled.unwrap_or_else(|e| panic!("{text}\n{e:?}"));
        assert_eq!(compiled.parts.fields.len(), 4);
        assert!(text.contains("\"city\" = ["), "{text}");
        let bytes = Bundle::encode(compiled.parts).unwrap();
        let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap());
        let checks = scorer.bundle().checks.clone();
        assert_eq!(checks.len(), 20);
        for check in checks {
            let &[(column, expected)] = check.expected.as_slice() else { panic!("one output") };
            let mut got = [0.0];
            scorer.score_columns(1, &check.row, &[column], &mut got).unwrap();
            assert!((got[0] - expected).abs() <= check.tolerance, "{got:?} is not {expected}");
        }
    }
}
