//! `MiningModel`: every method.

use crate::evaluate::Model;
use crate::write::{fields, file, schema};

/// A tree of one split of `x`: `left` under the threshold, else `right`.
fn stump(x: &str, threshold: f64, left: &str, right: &str, function: &str) -> String {
    let leaf = |score: &str, operator: &str| {
        let shares = match function {
            "classification" => format!(
                "<ScoreDistribution value=\"{score}\" recordCount=\"3\"/><ScoreDistribution value=\"{}\" recordCount=\"1\"/>",
                if score == "a" { "b" } else { "a" }
            ),
            _ => String::new(),
        };
        format!(
            "<Node score=\"{score}\"><SimplePredicate field=\"{x}\" operator=\"{operator}\" value=\"{threshold}\"/>{shares}</Node>"
        )
    };
    format!(
        "<TreeModel functionName=\"{function}\" splitCharacteristic=\"binarySplit\">{}<Node><True/>{}{}</Node></TreeModel>",
        schema(x),
        leaf(left, "lessThan"),
        leaf(right, "greaterOrEqual")
    )
}

/// Segments: predicate, weight, model.
fn mining(function: &str, method: &str, more: &str, segments: &[(&str, f64, String)]) -> String {
    let segment = |(predicate, weight, model): &(&str, f64, String)| {
        format!("<Segment weight=\"{weight}\">{predicate}{model}</Segment>")
    };
    let segments: String = segments.iter().map(segment).collect();
    let schema = schema("x1 x2")
        .replace("</MiningSchema>", "<MiningField name=\"y\" usageType=\"target\"/></MiningSchema>");
    let target = match function {
        "classification" => {
            "<DataField name=\"y\" optype=\"categorical\" dataType=\"string\"><Value value=\"a\"/><Value value=\"b\"/></DataField>"
        }
        _ => "<DataField name=\"y\" optype=\"continuous\" dataType=\"double\"/>",
    };
    let model = format!(
        "<MiningModel functionName=\"{function}\">{schema}<Segmentation multipleModelMethod=\"{method}\" {more}>{segments}</Segmentation></MiningModel>"
    );
    file(&format!("{}{target}", fields("x1 x2")), "", &model)
}

const TRUE: &str = "<True/>";
const OVER: &str = "<SimplePredicate field=\"x2\" operator=\"greaterThan\" value=\"0\"/>";

/// Three trees of numbers with the weights 1, 2, 5; the first may have a predicate.
fn three(first: &str) -> Vec<(&str, f64, String)> {
    vec![
        (first, 1.0, stump("x1", 0.0, "1", "10", "regression")),
        (TRUE, 2.0, stump("x1", 5.0, "2", "20", "regression")),
        (TRUE, 5.0, stump("x2", 0.0, "4", "40", "regression")),
    ]
}

#[test]
fn numbers_of_several_trees() {
    for (method, wanted) in [
        ("sum", 16.0),
        ("average", 16.0 / 3.0),
        ("weightedAverage", (10.0 + 4.0 + 20.0) / 8.0),
        ("weightedSum", 34.0),
        ("median", 4.0),
        ("weightedMedian", 4.0),
        ("max", 10.0),
    ] {
        // As one forest, and where a segment has a condition.
        for (first, parts) in [(TRUE, 1), ("<SimplePredicate field=\"x1\" operator=\"isNotMissing\"/>", 3)] {
            let model = Model::new(&mining("regression", method, "", &three(first)));
            assert_eq!(model.count("forest"), parts, "{method}");
            model.near("y", &[("x1", "1"), ("x2", "-1")], wanted);
        }
    }
}

#[test]
fn segments_count_where_their_predicate_is_true() {
    for (method, with, without) in [
        ("sum", 52.0, 6.0),
        ("average", 52.0 / 3.0, 3.0),
        ("weightedAverage", (10.0 + 4.0 + 200.0) / 8.0, 24.0 / 7.0),
        ("median", 10.0, 3.0),
        ("max", 40.0, 4.0),
    ] {
        let model = Model::new(&mining("regression", method, "", &three(OVER)));
        model.near("y", &[("x1", "1"), ("x2", "1")], with);
        model.near("y", &[("x1", "1"), ("x2", "-1")], without);
    }
}

/// A tree that has no answer of 5 and over.
fn partial() -> String {
    stump("x1", 5.0, "1", "9", "regression").replace("splitCharacteristic=\"binarySplit\"", "").replace(
        "<Node score=\"9\"><SimplePredicate field=\"x1\" operator=\"greaterOrEqual\" value=\"5\"/></Node>",
        "",
    )
}

#[test]
fn a_segment_without_a_result() {
    let segments = [(TRUE, 1.0, partial()), (TRUE, 1.0, stump("x1", 0.0, "2", "4", "regression"))];
    let rest = Model::new(&mining("regression", "average", "", &segments));
    assert_eq!(rest.get("y", &[("x1", "9")]), "-");
    assert_eq!(rest.get("y", &[("x1", "1")]), "2.5");
    let skip =
        Model::new(&mining("regression", "average", "missingPredictionTreatment=\"skipSegment\"", &segments));
    assert_eq!(skip.get("y", &[("x1", "9")]), "4");
}

#[test]
fn classes_of_several_trees() {
    let trees = |first| {
        vec![
            (first, 1.0, stump("x1", 0.0, "a", "b", "classification")),
            (TRUE, 2.0, stump("x1", 5.0, "a", "b", "classification")),
            (TRUE, 5.0, stump("x2", 0.0, "a", "b", "classification")),
        ]
    };
    for (method, wanted) in [
        ("majorityVote", 1.0 / 3.0),
        ("weightedMajorityVote", 1.0 / 8.0),
        ("average", (0.75 + 0.25 + 0.25) / 3.0),
        ("weightedAverage", (0.75 + 2.0 * 0.25 + 5.0 * 0.25) / 8.0),
    ] {
        for (first, parts) in [(TRUE, 1), ("<SimplePredicate field=\"x1\" operator=\"isNotMissing\"/>", 0)] {
            let model = Model::new(&mining("classification", method, "", &trees(first)));
            assert_eq!(model.count("forest"), parts, "{method}");
            let row = [("x1", "1"), ("x2", "-1")];
            model.near("probability(b)", &row, wanted);
            assert_eq!(model.get("y", &row), "a", "{method}");
        }
    }
}

#[test]
fn the_first_segment_that_fits() {
    let segments = [
        (OVER, 1.0, stump("x1", 0.0, "1", "10", "regression")),
        (TRUE, 1.0, stump("x1", 0.0, "2", "20", "regression")),
    ];
    let model = Model::new(&mining("regression", "selectFirst", "", &segments));
    assert_eq!(model.get("y", &[("x1", "1"), ("x2", "1")]), "10");
    assert_eq!(model.get("y", &[("x1", "1"), ("x2", "0")]), "20");
    let alone = Model::new(&mining("regression", "selectFirst", "", &segments[..1]));
    assert_eq!(alone.get("y", &[("x1", "1"), ("x2", "0")]), "-");
    let one = Model::new(&mining("regression", "selectAll", "", &segments[1..]));
    assert_eq!(one.get("y", &[("x1", "1")]), "20");
}

#[test]
fn a_chain_reads_what_came_before() {
    let boosted = mining("regression", "sum", "", &three(TRUE));
    let inner = &boosted[boosted.find("<MiningModel").unwrap()..boosted.find("</PMML>").unwrap()];
    let inner = inner
        .replacen("<MiningField name=\"y\" usageType=\"target\"/></MiningSchema>", "</MiningSchema><Output><OutputField name=\"margin\"/></Output><Targets><Target rescaleConstant=\"-15.5\"/></Targets>", 1);
    let logit = "<RegressionModel functionName=\"classification\" normalizationMethod=\"logit\"><MiningSchema><MiningField name=\"margin\"/><MiningField name=\"y\" usageType=\"target\"/></MiningSchema>\
        <RegressionTable targetCategory=\"b\" intercept=\"0\"><NumericPredictor name=\"margin\" coefficient=\"1\"/></RegressionTable>\
        <RegressionTable targetCategory=\"a\" intercept=\"0\"/></RegressionModel>";
    let model = Model::new(&mining(
        "classification",
        "modelChain",
        "",
        &[(TRUE, 1.0, inner), (TRUE, 1.0, logit.to_owned())],
    ));
    let row = [("x1", "1"), ("x2", "-1")];
    model.near("probability(b)", &row, 1.0 / (1.0 + (-0.5f64).exp()));
    assert_eq!(model.get("y", &row), "b");
    // The margin is still the forest's, with its base: its reasons are those of trees.
    assert_eq!((model.count("forest"), model.count("linear")), (1, 0));
    model.near("<score>", &row, 0.5);
}
