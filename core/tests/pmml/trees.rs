//! `TreeModel` and predicates.

use crate::evaluate::Model;
use crate::write::{fields, file, schema};

const FIELDS: &str = "<DataField name=\"y\" optype=\"categorical\" dataType=\"string\"><Value value=\"no\"/><Value value=\"yes\"/></DataField>";

/// A classification tree over `x1`, `x2`, `s`.
fn tree(attributes: &str, root: &str) -> Model {
    let schema = schema("x1 x2 s")
        .replace("</MiningSchema>", "<MiningField name=\"y\" usageType=\"target\"/></MiningSchema>");
    let model = format!("<TreeModel functionName=\"classification\" {attributes}>{schema}{root}</TreeModel>");
    let texts = "<DataField name=\"s\" optype=\"categorical\" dataType=\"string\"><Value value=\"a\"/><Value value=\"b c\"/><Value value=\"d\"/></DataField>";
    Model::new(&file(&format!("{FIELDS}{}{texts}", fields("x1 x2")), "", &model))
}

/// A root with two leaves, the second with a predicate of its own.
fn split(predicate: &str, other: &str, more: &str) -> String {
    format!(
        "<Node id=\"root\" score=\"no\" {more}><True/><Node id=\"l\" score=\"yes\">{predicate}<ScoreDistribution value=\"yes\" recordCount=\"3\"/>\
         <ScoreDistribution value=\"no\" recordCount=\"1\"/></Node><Node id=\"r\" score=\"no\">{other}<ScoreDistribution value=\"no\" recordCount=\"2\"/></Node></Node>"
    )
}

const LESS: &str = "<SimplePredicate field=\"x1\" operator=\"lessThan\" value=\"5\"/>";
const REST: &str = "<SimplePredicate field=\"x1\" operator=\"greaterOrEqual\" value=\"5\"/>";

/// Labels of records given as `x1`, `x2`, `s`.
#[track_caller]
fn labels(model: &Model, expected: &[(&str, &str, &str, &str)]) {
    for (x1, x2, s, wanted) in expected {
        assert_eq!(model.get("y", &[("x1", x1), ("x2", x2), ("s", s)]), *wanted, "of ({x1}, {x2}, {s})");
    }
}

#[test]
fn leaves_give_labels_and_shares() {
    let model = tree("", &split(LESS, REST, ""));
    labels(&model, &[("4", "", "", "yes"), ("5", "", "", "no"), ("", "", "", "-")]);
    assert_eq!(model.get("probability(yes)", &[("x1", "4")]), "0.75");
    assert_eq!(model.get("probability(yes)", &[("x1", "6")]), "0");
    assert_eq!(model.get("probability(no)", &[("x1", "6")]), "1");
}

#[test]
fn what_is_done_where_a_value_is_missing() {
    let strategy =
        |name: &str, more: &str| tree(&format!("missingValueStrategy=\"{name}\""), &split(LESS, REST, more));
    labels(&strategy("none", ""), &[("", "", "", "-")]);
    labels(&strategy("nullPrediction", ""), &[("", "", "", "-"), ("1", "", "", "yes")]);
    labels(&strategy("lastPrediction", ""), &[("", "", "", "no"), ("1", "", "", "yes")]);
    labels(&strategy("defaultChild", "defaultChild=\"l\""), &[("", "", "", "yes"), ("9", "", "", "no")]);
    labels(&strategy("defaultChild", "defaultChild=\"r\""), &[("", "", "", "no")]);
    let last = tree(
        "noTrueChildStrategy=\"returnLastPrediction\"",
        &split(LESS, "<SimplePredicate field=\"x1\" operator=\"greaterThan\" value=\"8\"/>", ""),
    );
    labels(&last, &[("6", "", "", "no"), ("", "", "", "no"), ("1", "", "", "yes")]);
    let none =
        tree("", &split(LESS, "<SimplePredicate field=\"x1\" operator=\"greaterThan\" value=\"8\"/>", ""));
    labels(&none, &[("6", "", "", "-"), ("9", "", "", "no")]);
    labels(&tree("", &split(LESS, "<True/>", "")), &[("", "", "", "no"), ("1", "", "", "yes")]);
}

#[test]
fn predicates() {
    let first = |predicate: &str| tree("", &split(predicate, "<True/>", ""));
    let simple = |operator: &str, value: &str| {
        first(&format!("<SimplePredicate field=\"x1\" operator=\"{operator}\" value=\"{value}\"/>"))
    };
    labels(&simple("equal", "5"), &[("5", "", "", "yes"), ("4", "", "", "no")]);
    labels(&simple("notEqual", "5"), &[("5", "", "", "no"), ("4", "", "", "yes")]);
    labels(&simple("lessOrEqual", "5"), &[("5", "", "", "yes"), ("5.1", "", "", "no")]);
    labels(&simple("greaterThan", "5"), &[("5", "", "", "no"), ("5.1", "", "", "yes")]);
    labels(
        &first("<SimplePredicate field=\"x1\" operator=\"isMissing\"/>"),
        &[("", "", "", "yes"), ("5", "", "", "no")],
    );
    labels(
        &first("<SimplePredicate field=\"x1\" operator=\"isNotMissing\"/>"),
        &[("", "", "", "no"), ("5", "", "", "yes")],
    );
    labels(
        &first("<SimplePredicate field=\"s\" operator=\"equal\" value=\"b c\"/>"),
        &[("", "", "b c", "yes"), ("", "", "a", "no")],
    );
    let set = |operator: &str| {
        first(&format!(
            "<SimpleSetPredicate field=\"s\" booleanOperator=\"{operator}\"><Array n=\"2\" type=\"string\">a \"b c\"</Array></SimpleSetPredicate>"
        ))
    };
    labels(&set("isIn"), &[("", "", "a", "yes"), ("", "", "b c", "yes"), ("", "", "d", "no")]);
    labels(&set("isNotIn"), &[("", "", "a", "no"), ("", "", "d", "yes")]);
    let compound = |operator: &str| {
        first(&format!(
            "<CompoundPredicate booleanOperator=\"{operator}\">{LESS}<SimplePredicate field=\"x2\" operator=\"greaterThan\" value=\"0\"/></CompoundPredicate>"
        ))
    };
    labels(&compound("and"), &[("1", "1", "", "yes"), ("1", "0", "", "no"), ("1", "", "", "no")]);
    labels(&compound("or"), &[("9", "1", "", "yes"), ("9", "0", "", "no"), ("", "1", "", "yes")]);
    labels(&compound("xor"), &[("1", "1", "", "no"), ("1", "0", "", "yes"), ("9", "1", "", "yes")]);
    // The second stands in where the first is unknown.
    labels(
        &compound("surrogate"),
        &[("1", "0", "", "yes"), ("9", "1", "", "no"), ("", "1", "", "yes"), ("", "0", "", "no")],
    );
    labels(&first("<False/>"), &[("1", "", "", "no")]);
}

#[test]
fn the_node_that_decides_is_an_output() {
    let output = "<Output><OutputField name=\"leaf\" feature=\"entityId\"/><OutputField name=\"p\" feature=\"probability\"/>\
                  <OutputField name=\"q\" feature=\"probability\" value=\"no\"/><OutputField name=\"label\" feature=\"predictedValue\"/>\
                  <OutputField name=\"far\" feature=\"residual\" value=\"yes\"/></Output>";
    let model = tree("", &format!("{output}{}", split(LESS, REST, "")));
    let row = [("x1", "1")];
    assert_eq!(model.get("leaf", &row), "l");
    assert_eq!(model.get("p", &row), "0.75");
    assert_eq!(model.get("q", &row), "0.25");
    assert_eq!(model.get("far", &row), "0.25");
    assert_eq!(model.get("label", &row), "yes");
}

/// A regression tree: `x1` under 5 is 1; else `x2` at most 0 is 2, else 3.
fn regression(attributes: &str) -> Model {
    let node = "<Node score=\"0\"><True/><Node id=\"a\" score=\"1\"><SimplePredicate field=\"x1\" operator=\"lessThan\" value=\"5\"/></Node>\
        <Node id=\"b\" score=\"9\"><SimplePredicate field=\"x1\" operator=\"greaterOrEqual\" value=\"5\"/>\
        <Node score=\"2\"><SimplePredicate field=\"x2\" operator=\"lessOrEqual\" value=\"0\"/></Node>\
        <Node score=\"3\"><SimplePredicate field=\"x2\" operator=\"greaterThan\" value=\"0\"/></Node></Node></Node>";
    let model =
        format!("<TreeModel functionName=\"regression\" {attributes}>{}{node}</TreeModel>", schema("x1 x2"));
    Model::new(&file(&fields("x1 x2"), "", &model))
}

#[test]
fn a_tree_of_numbers_is_a_forest() {
    let model = regression("splitCharacteristic=\"binarySplit\"");
    assert_eq!((model.count("forest"), model.count("formula")), (1, 0));
    for (x1, x2, wanted) in [("4.999", "", "1"), ("5", "0", "2"), ("5", "0.1", "3")] {
        assert_eq!(model.get("prediction", &[("x1", x1), ("x2", x2)]), wanted);
    }
    // It has no answer without its fields: they may not be missing.
    assert!(model.imported.fields.iter().all(|f| !f.takes_missing) && model.imported.notes.len() == 1);
    let last = regression("missingValueStrategy=\"lastPrediction\"");
    assert_eq!(last.count("forest"), 1);
    for (x1, x2, wanted) in
        [("4", "", "1"), ("5", "", "9"), ("", "1", "0"), ("6", "-1", "2"), ("6", "1", "3")]
    {
        assert_eq!(last.get("prediction", &[("x1", x1), ("x2", x2)]), wanted, "of ({x1}, {x2})");
    }
    assert!(last.imported.fields.iter().all(|f| f.takes_missing));
}

#[test]
fn thresholds_are_doubles() {
    let model = regression("");
    for (x1, wanted) in [("4.999999999999999", "1"), ("5", "3"), ("5.000000000000001", "3")] {
        assert_eq!(model.get("prediction", &[("x1", x1), ("x2", "1")]), wanted);
    }
}

#[test]
fn trees_of_xgboost_compare_in_f32() {
    // 0.1 as f32 is over the double 0.1: the value is rounded before it is compared.
    let tree = |context: &str| {
        let model = format!(
            "<TreeModel functionName=\"regression\" {context}>{}<Node><True/><Node score=\"1\"><SimplePredicate field=\"x1\" operator=\"lessThan\" value=\"0.1\"/></Node>\
             <Node score=\"2\"><SimplePredicate field=\"x1\" operator=\"greaterOrEqual\" value=\"0.1\"/></Node></Node></TreeModel>",
            schema("x1")
        );
        Model::new(&file(&fields("x1"), "", &model))
    };
    let row = [("x1", "0.0999999999")];
    assert_eq!(tree("").get("prediction", &row), "1");
    assert_eq!(tree("x-mathContext=\"float\"").get("prediction", &row), "2");
}
