//! `DataDictionary` and `MiningSchema`: what is valid, missing, far out.

use scorelet_core::author::import::pmml::PmmlFieldKind;

use crate::evaluate::Model;
use crate::write::{expressions, fields, schema};

/// A model that gives back a field.
fn echo(dictionary: &str, mining: &str, field: &str) -> Model {
    let schema = format!("<MiningSchema>{mining}</MiningSchema>");
    Model::new(&expressions(dictionary, &schema, "", &[("y", &format!("<FieldRef field=\"{field}\"/>"))]))
}

/// A number that is valid from 0 (not 0 itself) to 10, or −1; −9 is missing; 5 is invalid.
const RANGED: &str = "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\">\
    <Interval closure=\"openClosed\" leftMargin=\"0\" rightMargin=\"10\"/><Value value=\"-1\"/>\
    <Value value=\"-9\" property=\"missing\"/><Value value=\"5\" property=\"invalid\"/></DataField>";

const COLOURS: &str = "<DataField name=\"s\" optype=\"categorical\" dataType=\"string\">\
    <Value value=\"red\"/><Value value=\"blue\"/><Value value=\"?\" property=\"missing\"/></DataField>";

#[track_caller]
fn values(model: &Model, field: &str, expected: &[(&str, &str)]) {
    for (given, wanted) in expected {
        assert_eq!(model.get("y", &[(field, given)]), *wanted, "of `{given}`");
    }
}

#[test]
fn invalid_numbers_give_no_result_unless_they_are_treated() {
    let none = echo(RANGED, "<MiningField name=\"x\"/>", "x");
    values(
        &none,
        "x",
        &[("10", "10"), ("0", "-"), ("0.001", "0.001"), ("11", "-"), ("-1", "-1"), ("5", "-")],
    );
    // The other results of the model are invalid too.
    assert_eq!(none.get("prediction", &[("x", "11")]), "-");
    assert_eq!(none.get("prediction", &[("x", "-9")]), "0");
    let missing =
        "<MiningField name=\"x\" invalidValueTreatment=\"asMissing\" missingValueReplacement=\"2\"/>";
    values(&echo(RANGED, missing, "x"), "x", &[("3", "3"), ("11", "2"), ("-9", "2"), ("", "2"), ("5", "2")]);
    let kept = "<MiningField name=\"x\" invalidValueTreatment=\"asIs\"/>";
    values(&echo(RANGED, kept, "x"), "x", &[("3", "3"), ("11", "11"), ("-9", "-")]);
    let replaced =
        "<MiningField name=\"x\" invalidValueTreatment=\"asValue\" invalidValueReplacement=\"7\"/>";
    values(&echo(RANGED, replaced, "x"), "x", &[("3", "3"), ("11", "7"), ("", "-")]);
}

#[test]
fn closures_are_as_they_are_written() {
    for (closure, wanted) in
        [("openOpen", "- 1 -"), ("openClosed", "- 1 2"), ("closedOpen", "0 1 -"), ("closedClosed", "0 1 2")]
    {
        let field = format!(
            "<DataField name=\"x\" optype=\"continuous\" dataType=\"double\">\
             <Interval closure=\"{closure}\" leftMargin=\"0\" rightMargin=\"2\"/></DataField>"
        );
        let model = echo(&field, "<MiningField name=\"x\"/>", "x");
        let found: Vec<String> = ["0", "1", "2"].map(|x| model.get("y", &[("x", x)])).into();
        assert_eq!(found.join(" "), wanted, "{closure}");
    }
}

#[test]
fn texts_are_those_of_the_dictionary() {
    let model = echo(COLOURS, "<MiningField name=\"s\"/>", "s");
    values(&model, "s", &[("red", "red"), ("blue", "blue"), ("?", "-"), ("green", "-")]);
    let field = &model.imported.fields[0];
    assert_eq!(
        field.kind,
        PmmlFieldKind::Category { values: ["red", "blue", "?"].map(str::to_owned).into() }
    );
    // What the dictionary does not list is refused by the field's policy.
    assert!(!field.takes_unseen);
    let missing =
        "<MiningField name=\"s\" invalidValueTreatment=\"asMissing\" missingValueReplacement=\"blue\"/>";
    let model = echo(COLOURS, missing, "s");
    values(&model, "s", &[("red", "red"), ("green", "blue"), ("?", "blue"), ("", "blue")]);
    assert!(model.imported.fields[0].takes_unseen);
    let kept = echo(COLOURS, "<MiningField name=\"s\" invalidValueTreatment=\"asIs\"/>", "s");
    values(&kept, "s", &[("red", "red"), ("green", "(other)"), ("?", "-")]);
    let other = "<MiningField name=\"s\" invalidValueTreatment=\"asValue\" invalidValueReplacement=\"odd\"/>";
    values(&echo(COLOURS, other, "s"), "s", &[("red", "red"), ("green", "odd"), ("", "-")]);
}

#[test]
fn a_text_without_a_list_has_the_values_that_the_model_asks_for() {
    let ask = "<Apply function=\"if\"><Apply function=\"equal\"><FieldRef field=\"s\"/><Constant>a</Constant></Apply>\
               <Constant>1</Constant><Constant>2</Constant></Apply>";
    let model = Model::new(&expressions(&fields("s"), &schema("s"), "", &[("y", ask)]));
    values(&model, "s", &[("a", "1"), ("b", "2"), ("", "-")]);
    let PmmlFieldKind::Category { values } = &model.imported.fields[0].kind else { panic!("no category") };
    assert!(values.contains(&"a".to_owned()) && model.imported.fields[0].takes_unseen);
}

#[test]
fn outliers_are_cut_or_missing() {
    let bounds = "lowValue=\"-2\" highValue=\"4\"";
    let cut = format!("<MiningField name=\"x\" outliers=\"asExtremeValues\" {bounds}/>");
    values(&echo(&fields("x"), &cut, "x"), "x", &[("-3", "-2"), ("5", "4"), ("1", "1"), ("", "-")]);
    let gone = format!(
        "<MiningField name=\"x\" outliers=\"asMissingValues\" {bounds} missingValueReplacement=\"0.5\"/>"
    );
    values(&echo(&fields("x"), &gone, "x"), "x", &[("-3", "0.5"), ("4", "4"), ("4.1", "0.5"), ("", "0.5")]);
}

#[test]
fn a_missing_value_may_make_the_model_invalid() {
    let model = echo(&fields("x"), "<MiningField name=\"x\" missingValueTreatment=\"returnInvalid\"/>", "x");
    assert_eq!(model.get("prediction", &[("x", "")]), "-");
    assert_eq!(model.get("prediction", &[("x", "1")]), "0");
}

#[test]
fn dates_and_truths_have_their_types() {
    let text = expressions(
        &fields("d b i"),
        &schema("d b i"),
        "",
        &[
            (
                "days",
                "<Apply function=\"dateDaysSinceYear\"><FieldRef field=\"d\"/><Constant>1960</Constant></Apply>",
            ),
            ("not", "<Apply function=\"not\"><FieldRef field=\"b\"/></Apply>"),
            ("i", "<FieldRef field=\"i\"/>"),
        ],
    );
    let model = Model::new(&text);
    let row = [("d", "1970-01-02"), ("b", "true"), ("i", "3")];
    assert_eq!(model.get("days", &row), "3654");
    assert_eq!(model.get("not", &row), "false");
    assert_eq!(model.imported.fields[0].kind, PmmlFieldKind::Date);
    assert_eq!(model.imported.fields[1].kind, PmmlFieldKind::Boolean);
    assert_eq!(model.imported.fields[2].kind, PmmlFieldKind::Integer);
    let since = "<DataField name=\"d\" optype=\"continuous\" dataType=\"dateDaysSince[1960]\"/>";
    values(
        &echo(since, "<MiningField name=\"d\"/>", "d"),
        "d",
        &[("1970-01-02", "3654"), ("1960-01-01", "0")],
    );
    let since = since.replace("1960", "1980");
    values(&echo(&since, "<MiningField name=\"d\"/>", "d"), "d", &[("1980-01-01", "0")]);
}

#[test]
fn which_fields_may_be_missing_is_known() {
    let both =
        "<Apply function=\"+\"><FieldRef field=\"x1\"/><FieldRef field=\"x2\" mapMissingTo=\"0\"/></Apply>";
    let target = "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"x1\"/><MiningField name=\"x2\"/></MiningSchema>\
                  <LocalTransformations><DerivedField name=\"z\" optype=\"continuous\" dataType=\"double\">EXPRESSION</DerivedField></LocalTransformations>\
                  <RegressionTable intercept=\"1\"><NumericPredictor name=\"z\" coefficient=\"2\"/></RegressionTable></RegressionModel>";
    let model = Model::new(&crate::write::file(&fields("x1 x2"), "", &target.replace("EXPRESSION", both)));
    assert!(!model.imported.fields[0].takes_missing && model.imported.fields[1].takes_missing);
    assert_eq!(model.get("prediction", &[("x1", "3")]), "7");
    assert_eq!(model.get("prediction", &[("x2", "3")]), "-");
}
