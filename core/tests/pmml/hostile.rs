//! Files that lie, or ask for what is not done: a typed error that names the place, and no panic, hang or memory growth.

use proptest::prelude::*;
use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::author::import::pmml::import;

use crate::evaluate::Model;
use crate::golden::folders;
use crate::write::{expression, expressions, fields, file, schema};

/// The error of a file, as one text: code, message, place.
#[track_caller]
fn check(text: &str, wanted: &[&str]) {
    let found = match import(text.as_bytes()) {
        Ok(model) => panic!("it was taken: {} parts", model.parts.len()),
        Err(error) => {
            assert!(!error.mend().is_empty());
            format!("{} {error} ({})", error.code(), error.place())
        }
    };
    for wanted in wanted {
        assert!(found.contains(wanted), "`{wanted}` is not in: {found}");
    }
}

#[test]
fn what_is_not_supported_is_named_with_its_place() {
    let model =
        |name: &str| file("", "", &format!("<{name} functionName=\"regression\">{}</{name}>", schema("")));
    for name in [
        "ClusteringModel",
        "SupportVectorMachineModel",
        "NearestNeighborModel",
        "AssociationModel",
        "TimeSeriesModel",
        "GaussianProcessModel",
        "BayesianNetworkModel",
        "TextModel",
        "SequenceModel",
        "BaselineModel",
        "AnomalyDetectionModel",
    ] {
        check(&model(name), &["SCL-0502", name, "PMML/", "line 6"]);
    }
    check(
        &file(
            "",
            "",
            "<GeneralRegressionModel functionName=\"regression\" modelType=\"CoxRegression\"><MiningSchema/></GeneralRegressionModel>",
        ),
        &["SCL-0502", "CoxRegression"],
    );
    for (text, name) in [
        ("<Apply function=\"sin\"><FieldRef field=\"x\"/></Apply>", "`sin`"),
        ("<Apply function=\"formatDatetime\"><FieldRef field=\"x\"/></Apply>", "formatDatetime"),
        ("<Lag field=\"x\"/>", "Lag"),
        ("<Aggregate field=\"x\" function=\"sum\"/>", "Aggregate"),
        ("<TextIndex textField=\"x\"><Constant>a</Constant></TextIndex>", "TextIndex"),
        (
            "<MapValues outputColumn=\"o\"><FieldColumnPair field=\"x\" column=\"a\"/><TableLocator/></MapValues>",
            "TableLocator",
        ),
    ] {
        check(&expression("x", text), &["SCL-0502", name]);
    }
    check("<PMML version=\"3.2\"><DataDictionary/></PMML>", &["SCL-0502", "3.2"]);
    let decision = expression("x", "<FieldRef field=\"x\"/>").replace("transformedValue", "decision");
    check(&decision, &["SCL-0502", "decision"]);
    let time = "<DataField name=\"x\" optype=\"continuous\" dataType=\"dateTime\"/>";
    check(
        &file(time, "", "<TreeModel functionName=\"regression\"/>"),
        &["SCL-0502", "dateTime", "DataField"],
    );
}

#[test]
fn lies_are_found() {
    check("", &["SCL-0501"]);
    check("<PMML version=\"4.4\"", &["SCL-0501", "line 1"]);
    check("<html/>", &["SCL-0501", "html"]);
    check("<PMML version=\"4.4\"/>", &["SCL-0503", "model"]);
    check(&expression("x", "<FieldRef field=\"nowhere\"/>"), &["SCL-0503", "`nowhere`", "FieldRef"]);
    check(&expression("x", "<FieldRef/>"), &["SCL-0503", "`field`"]);
    check(&expression("x", "<Constant dataType=\"double\">NaN</Constant>"), &["SCL-0503", "NaN", "Constant"]);
    check(&expression("x", "<Constant dataType=\"double\">1e999</Constant>"), &["SCL-0503", "1e999"]);
    check(&expression("x", "<Apply function=\"+\"/>"), &["`+`"]);
    check(&expression("x", "<Apply function=\"median\"/>"), &["median"]);
    check(
        &expression(
            "x",
            "<NormContinuous field=\"x\"><LinearNorm orig=\"1\" norm=\"0\"/><LinearNorm orig=\"1\" norm=\"1\"/></NormContinuous>",
        ),
        &["ascend"],
    );
    check(
        &expression("x", "<FieldRef field=\"x\"/>").replace("intercept=\"0\"", ""),
        &["`intercept`", "RegressionTable"],
    );
    check(
        &expression("x", "<FieldRef field=\"x\"/>")
            .replace("<MiningField name=\"x\"/>", "<MiningField name=\"q\"/>"),
        &["`q`"],
    );
    let twice = format!("{}{}", fields("x"), fields("x"));
    check(&file(&twice, "", "<TreeModel functionName=\"regression\"/>"), &["two features"]);
    let array = "<TreeModel functionName=\"regression\"><MiningSchema><MiningField name=\"s\"/></MiningSchema><Node score=\"1\"><SimpleSetPredicate field=\"s\" booleanOperator=\"isIn\"><Array n=\"3\" type=\"string\">a b</Array></SimpleSetPredicate></Node></TreeModel>";
    check(&file(&fields("s"), "", array), &["`n`", "Array"]);
}

#[test]
fn circles_are_found() {
    let derived = |name: &str, from: &str| {
        format!(
            "<DerivedField name=\"{name}\" optype=\"continuous\" dataType=\"double\"><FieldRef field=\"{from}\"/></DerivedField>"
        )
    };
    let circle = [derived("a", "b"), derived("b", "a")].concat();
    check(
        &expressions(&fields("x"), &schema("x"), &circle, &[("y", "<FieldRef field=\"a\"/>")]),
        &["SCL-0503", "reads itself"],
    );
    let own = derived("a", "a");
    check(
        &expressions(&fields("x"), &schema("x"), &own, &[("y", "<FieldRef field=\"a\"/>")]),
        &["reads itself"],
    );
    let function = "<DefineFunction name=\"f\" optype=\"continuous\"><ParameterField name=\"p\"/><Apply function=\"f\"><FieldRef field=\"p\"/></Apply></DefineFunction>";
    check(
        &expressions(
            &fields("x"),
            &schema("x"),
            function,
            &[("y", "<Apply function=\"f\"><FieldRef field=\"x\"/></Apply>")],
        ),
        &["deep"],
    );
    // A chain that is too long, and one that is not.
    let chain = |n: usize| -> String {
        (0..n)
            .map(|i| derived(&format!("d{i}"), &if i == 0 { "x".to_owned() } else { format!("d{}", i - 1) }))
            .collect()
    };
    let read = |n: usize| {
        expressions(
            &fields("x"),
            &schema("x"),
            &chain(n),
            &[("y", &format!("<FieldRef field=\"d{}\"/>", n - 1))],
        )
    };
    check(&read(10_000), &["deep"]);
    assert_eq!(Model::new(&read(40)).get("y", &[("x", "2")]), "2");
}

#[test]
fn small_files_do_not_become_large() {
    // Functions that apply each other twice.
    let tower: String = (1..40)
        .map(|i| format!("<DefineFunction name=\"f{i}\" optype=\"continuous\"><ParameterField name=\"p\"/><Apply function=\"+\"><Apply function=\"f{}\"><FieldRef field=\"p\"/></Apply><Apply function=\"f{}\"><FieldRef field=\"p\"/></Apply></Apply></DefineFunction>", i - 1, i - 1))
        .collect();
    let first = "<DefineFunction name=\"f0\" optype=\"continuous\"><ParameterField name=\"p\"/><FieldRef field=\"p\"/></DefineFunction>";
    let text = expressions(
        &fields("x"),
        &schema("x"),
        &format!("{first}{tower}"),
        &[("y", "<Apply function=\"f39\"><FieldRef field=\"x\"/></Apply>")],
    );
    check(&text, &["SCL-050"]);
    // Texts put together, over and over.
    let texts: String = (0..40).map(|i| format!("<Value value=\"v{i}\"/>")).collect();
    let field =
        format!("<DataField name=\"s\" optype=\"categorical\" dataType=\"string\">{texts}</DataField>");
    let four = "<FieldRef field=\"s\"/>".repeat(4);
    check(
        &expressions(
            &field,
            &schema("s"),
            "",
            &[("y", &format!("<Apply function=\"concat\">{four}</Apply>"))],
        ),
        &["SCL-0502", "more values"],
    );
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE PMML [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><PMML version=\"4.4\">&b;</PMML>";
    check(bomb, &["SCL-0501", "document type"]);
    check("<PMML version=\"4.4\">&b;</PMML>", &["SCL-0501"]);
    assert!(import(b"<PMML version=\"4.4\">\xff</PMML>").is_err());
}

#[test]
fn depth_is_bounded() {
    let deep = |n: usize, open: &str, close: &str| format!("{}{}", open.repeat(n), close.repeat(n));
    check(
        &format!("<PMML version=\"4.4\">{}</PMML>", deep(10_000, "<a>", "</a>")),
        &["SCL-0504", "elements inside each other"],
    );
    // As deep as may be: a tree, an expression, a predicate, models.
    let tree = format!(
        "<TreeModel functionName=\"regression\">{}{}</TreeModel>",
        schema("x"),
        deep(250, "<Node score=\"1\"><True/>", "</Node>")
    );
    survives(file(&fields("x"), "", &tree).as_bytes());
    let split = "<Node score=\"1\"><SimplePredicate field=\"x\" operator=\"lessThan\" value=\"1\"/>";
    let tree = format!(
        "<TreeModel functionName=\"regression\" noTrueChildStrategy=\"returnLastPrediction\">{}<Node score=\"1\"><True/>{}</Node></TreeModel>",
        schema("x"),
        deep(250, split, "</Node>")
    );
    survives(file(&fields("x"), "", &tree).as_bytes());
    let tree =
        tree.replace("noTrueChildStrategy", "missingValueStrategy=\"lastPrediction\" noTrueChildStrategy");
    survives(file(&fields("x"), "", &tree).as_bytes());
    check(&expression("x", &deep(240, "<Apply function=\"-\">", "</Apply>")), &["deep"]);
    let predicate = deep(240, "<CompoundPredicate booleanOperator=\"and\"><True/>", "</CompoundPredicate>");
    check(
        &file(
            &fields("x"),
            "",
            &format!(
                "<TreeModel functionName=\"regression\">{}<Node score=\"1\">{predicate}<Node score=\"1\"><True/></Node></Node></TreeModel>",
                schema("x")
            ),
        ),
        &["deep"],
    );
    let open = "<MiningModel functionName=\"regression\"><MiningSchema/><Segmentation multipleModelMethod=\"modelChain\"><Segment><True/>";
    let models = |n: usize| file("", "", &deep(n, open, "</Segment></Segmentation></MiningModel>"));
    check(&models(80), &["SCL-0503", "a segment has no model"]);
    check(&models(190), &["SCL-0504", "elements inside each other"]);
}

#[test]
fn large_attributes_are_quoted_short() {
    let long = "9".repeat(1 << 20);
    let text = expression("x", &format!("<FieldRef field=\"{long}\"/>"));
    match import(text.as_bytes()) {
        Ok(_) => panic!("it was taken"),
        Err(error) => assert!(error.to_string().len() < 500),
    }
}

#[test]
fn every_cut_of_a_golden_file_is_refused_or_taken() {
    for folder in folders() {
        let bytes = std::fs::read(folder.join("model.pmml")).unwrap();
        for end in (0..bytes.len()).step_by(997) {
            survives(&bytes[..end]);
        }
    }
}

fn survives(bytes: &[u8]) {
    for error in [import(bytes).err(), bundle_from_model("m", bytes).err()].iter().flatten() {
        assert!(!error.to_string().is_empty() && !error.place().is_empty() && !error.mend().is_empty());
    }
}

/// Tokens of a text: words, single signs.
fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '.' && c != '-').unwrap_or(rest.len());
        let end = if word == 0 { first.len_utf8() } else { word };
        out.push(&rest[..end]);
        rest = &rest[end..];
    }
    out
}

const ODD: [&str; 16] = [
    "-1",
    "0",
    "1",
    "1e308",
    "NaN",
    "INF",
    "\"",
    "<",
    "/>",
    "x",
    "isMissing",
    "and",
    "string",
    "integer",
    "average",
    "asIs",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_end_in_an_error_or_a_model(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..5u8), 1..5),
    ) {
        let all = folders();
        let text = std::fs::read_to_string(all[which.index(all.len())].join("model.pmml")).unwrap();
        let mut tokens = tokens(&text);
        for (at, other, how) in changes {
            let at = at.index(tokens.len());
            match how {
                0 | 1 => tokens[at] = ODD[other.index(ODD.len())],
                2 => tokens[at] = tokens[other.index(tokens.len())],
                3 => tokens.swap(at, other.index(at + 1)),
                _ => { tokens.remove(at); }
            }
        }
        survives(tokens.concat().as_bytes());
    }

    #[test]
    fn changed_bytes_end_in_an_error_or_a_model(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let all = folders();
        let mut bytes = std::fs::read(all[which.index(all.len())].join("model.pmml")).unwrap();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        survives(&bytes);
    }
}
