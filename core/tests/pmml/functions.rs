//! Expressions: constants, normalisation, tables, and every built-in function.

use crate::evaluate::Model;
use crate::write::{expression, expressions, fields, schema};

/// Evaluates an expression over `x1`, `x2`, `x3`, `s`; `-` is missing.
#[track_caller]
fn check(text: &str, rows: &[(&str, &str, &str)]) {
    let model = Model::new(&expression("x1 x2 x3", text));
    for (x1, x2, wanted) in rows {
        let found = model.get("y", &[("x1", x1), ("x2", x2), ("x3", "0.5")]);
        let same = found == *wanted
            || found
                .parse::<f64>()
                .ok()
                .zip(wanted.parse::<f64>().ok())
                .is_some_and(|(a, b)| (a - b).abs() <= 1e-12 * b.abs().max(1.0));
        assert!(same, "{text} of ({x1}, {x2}): `{found}`, not `{wanted}`");
    }
}

fn apply(function: &str) -> String {
    format!("<Apply function=\"{function}\"><FieldRef field=\"x1\"/><FieldRef field=\"x2\"/></Apply>")
}

fn one(function: &str) -> String {
    format!("<Apply function=\"{function}\"><FieldRef field=\"x1\"/></Apply>")
}

#[test]
fn arithmetic() {
    check(&apply("+"), &[("2", "3", "5"), ("2", "", "-")]);
    check(&apply("-"), &[("2", "3", "-1")]);
    check(&apply("*"), &[("2", "3", "6")]);
    check(&apply("/"), &[("3", "2", "1.5"), ("3", "0", "-")]);
    check(&apply("pow"), &[("2", "10", "1024")]);
    check(&apply("modulo"), &[("11", "4", "3"), ("-11", "4", "1"), ("11", "-4", "-1"), ("9.5", "2.5", "2")]);
    check(&apply("threshold"), &[("3", "2", "1"), ("2", "2", "0")]);
    check(&apply("hypot"), &[("3", "4", "5")]);
    check(&one("abs"), &[("-2", "", "2")]);
    check(&one("exp"), &[("1", "", "2.718281828459045")]);
    check(&one("ln"), &[("2.718281828459045", "", "1"), ("0", "", "-")]);
    check(&one("log10"), &[("1000", "", "3")]);
    check(&one("ln1p"), &[("1e-10", "", "9.9999999995e-11")]);
    check(&one("expm1"), &[("1e-10", "", "1.00000000005e-10")]);
    check(&one("sqrt"), &[("9", "", "3"), ("-1", "", "-")]);
    check(&one("floor"), &[("-1.5", "", "-2")]);
    check(&one("ceil"), &[("-1.5", "", "-1")]);
    check(&one("round"), &[("2.5", "", "3"), ("-2.5", "", "-2"), ("2.4", "", "2")]);
    check(&one("rint"), &[("2.5", "", "2"), ("3.5", "", "4")]);
    check(
        &one("tanh"),
        &[("0.5", "", "0.46211715726000973"), ("800", "", "1"), ("-800", "", "-1"), ("1e-9", "", "1e-9")],
    );
    check(&one("sinh"), &[("1", "", "1.1752011936438014")]);
    check(&one("cosh"), &[("1", "", "1.5430806348152437")]);
    check(&one("stdNormalCDF"), &[("1.96", "", "0.9750021048517795"), ("0", "", "0.5")]);
    check(&one("stdNormalPDF"), &[("0", "", "0.3989422804014327")]);
    check(&one("erf"), &[("0.5", "", "0.5204998778130465")]);
    let three = |f: &str| {
        format!(
            "<Apply function=\"{f}\"><FieldRef field=\"x1\"/><FieldRef field=\"x2\"/><FieldRef field=\"x3\"/></Apply>"
        )
    };
    check(&three("normalCDF"), &[("1", "1", "0.5")]);
    check(&three("normalPDF"), &[("1", "1", "0.7978845608028654")]);
}

#[test]
fn figures_of_several_values_leave_missing_ones_out() {
    let all = |f: &str| {
        format!(
            "<Apply function=\"{f}\"><FieldRef field=\"x1\"/><FieldRef field=\"x2\"/><Constant>4</Constant></Apply>"
        )
    };
    check(&all("min"), &[("2", "3", "2"), ("", "3", "3"), ("", "", "4")]);
    check(&all("max"), &[("2", "9", "9"), ("5", "", "5")]);
    check(&all("sum"), &[("2", "3", "9"), ("", "3", "7")]);
    check(&all("avg"), &[("2", "3", "3"), ("", "3", "3.5")]);
    check(&all("product"), &[("2", "3", "24"), ("", "3", "12")]);
    check(&all("median"), &[("2", "3", "3"), ("", "3", "3.5"), ("", "", "4"), ("9", "8", "8")]);
    let two = apply("median");
    check(&two, &[("2", "3", "2.5"), ("", "3", "3"), ("", "", "-")]);
}

#[test]
fn comparisons_and_logic() {
    check(&apply("equal"), &[("2", "2", "true"), ("2", "3", "false"), ("2", "", "-")]);
    check(&apply("notEqual"), &[("2", "2", "false"), ("2", "3", "true")]);
    check(&apply("lessThan"), &[("2", "3", "true"), ("3", "3", "false")]);
    check(&apply("lessOrEqual"), &[("3", "3", "true"), ("4", "3", "false")]);
    check(&apply("greaterThan"), &[("4", "3", "true"), ("3", "3", "false")]);
    check(&apply("greaterOrEqual"), &[("3", "3", "true"), ("2", "3", "false")]);
    check(&one("isMissing"), &[("", "", "true"), ("0", "", "false")]);
    check(&one("isNotMissing"), &[("", "", "false"), ("0", "", "true")]);
    check(&one("isValid"), &[("", "", "false"), ("0", "", "true")]);
    check(&one("isNotValid"), &[("", "", "true"), ("0", "", "false")]);
    let list = |f: &str| {
        format!(
            "<Apply function=\"{f}\"><FieldRef field=\"x1\"/><Constant>1</Constant><FieldRef field=\"x2\"/></Apply>"
        )
    };
    check(&list("isIn"), &[("1", "9", "true"), ("9", "9", "true"), ("2", "9", "false"), ("", "9", "-")]);
    check(&list("isNotIn"), &[("1", "9", "false"), ("2", "9", "true")]);
    let positive = |x: &str| {
        format!("<Apply function=\"greaterThan\"><FieldRef field=\"{x}\"/><Constant>0</Constant></Apply>")
    };
    let logic = |f: &str| format!("<Apply function=\"{f}\">{}{}</Apply>", positive("x1"), positive("x2"));
    check(&logic("and"), &[("1", "1", "true"), ("1", "0", "false"), ("", "0", "false"), ("", "1", "-")]);
    check(&logic("or"), &[("0", "0", "false"), ("1", "0", "true"), ("", "1", "true"), ("", "0", "-")]);
    let choice = format!(
        "<Apply function=\"if\">{}<Constant>7</Constant><FieldRef field=\"x2\"/></Apply>",
        positive("x1")
    );
    check(&choice, &[("1", "", "7"), ("0", "3", "3"), ("0", "", "-"), ("", "3", "-")]);
    let half = format!("<Apply function=\"if\">{}<Constant>7</Constant></Apply>", positive("x1"));
    check(&half, &[("1", "", "7"), ("0", "", "-")]);
}

#[test]
fn missing_arguments_and_results_are_mapped() {
    let mapped =
        "<Apply function=\"+\" mapMissingTo=\"-1\"><FieldRef field=\"x1\"/><FieldRef field=\"x2\"/></Apply>";
    check(mapped, &[("1", "2", "3"), ("1", "", "-1")]);
    let default =
        "<Apply function=\"/\" defaultValue=\"-2\"><FieldRef field=\"x1\"/><FieldRef field=\"x2\"/></Apply>";
    check(default, &[("1", "2", "0.5"), ("1", "0", "-2")]);
    let both = "<Apply function=\"/\" mapMissingTo=\"-1\" defaultValue=\"-2\"><FieldRef field=\"x1\"/><FieldRef field=\"x2\"/></Apply>";
    check(both, &[("1", "0", "-2"), ("1", "", "-1")]);
    check("<FieldRef field=\"x1\" mapMissingTo=\"4\"/>", &[("1", "", "1"), ("", "", "4")]);
    check("<Constant dataType=\"double\" missing=\"true\"/>", &[("1", "", "-")]);
}

#[test]
fn lines_between_points() {
    let norm = |more: &str| {
        format!(
            "<NormContinuous field=\"x1\" {more}><LinearNorm orig=\"0\" norm=\"0\"/><LinearNorm orig=\"10\" norm=\"1\"/>\
             <LinearNorm orig=\"20\" norm=\"5\"/></NormContinuous>"
        )
    };
    check(
        &norm(""),
        &[
            ("5", "", "0.5"),
            ("10", "", "1"),
            ("15", "", "3"),
            ("30", "", "9"),
            ("-10", "", "-1"),
            ("", "", "-"),
        ],
    );
    check(
        &norm("outliers=\"asMissingValues\""),
        &[("5", "", "0.5"), ("30", "", "-"), ("-1", "", "-"), ("20", "", "5")],
    );
    check(&norm("outliers=\"asExtremeValues\""), &[("15", "", "3"), ("30", "", "5"), ("-1", "", "0")]);
    check(&norm("mapMissingTo=\"0.25\""), &[("", "", "0.25")]);
}

#[test]
fn bins_and_tables() {
    let bins = |more: &str| {
        format!(
            "<Discretize field=\"x1\" {more}><DiscretizeBin binValue=\"low\"><Interval closure=\"openClosed\" rightMargin=\"1\"/></DiscretizeBin>\
             <DiscretizeBin binValue=\"middle\"><Interval closure=\"openOpen\" leftMargin=\"1\" rightMargin=\"2\"/></DiscretizeBin></Discretize>"
        )
    };
    check(&bins(""), &[("1", "", "low"), ("1.5", "", "middle"), ("2", "", "-"), ("", "", "-")]);
    check(
        &bins("mapMissingTo=\"none\" defaultValue=\"high\""),
        &[("2", "", "high"), ("", "", "none"), ("0", "", "low")],
    );
    let table = "<MapValues outputColumn=\"out\" dataType=\"double\" defaultValue=\"-1\" mapMissingTo=\"-2\">\
                 <FieldColumnPair field=\"x1\" column=\"a\"/><FieldColumnPair field=\"x2\" column=\"b\"/><InlineTable>\
                 <row><a>1</a><b>1</b><out>11</out></row><row><a>1</a><b>2</b><out>12</out></row></InlineTable></MapValues>";
    check(table, &[("1", "2", "12"), ("1", "1", "11"), ("2", "1", "-1"), ("1", "", "-2")]);
}

const CITY: &str = "<DataField name=\"s\" optype=\"categorical\" dataType=\"string\"><Value value=\"Bonn \"/><Value value=\"Ulm\"/></DataField>";

/// Evaluates an expression of the text `s`.
#[track_caller]
fn text(expression: &str, rows: &[(&str, &str)]) {
    let model = Model::new(&expressions(CITY, &schema("s"), "", &[("y", expression)]));
    for (s, wanted) in rows {
        assert_eq!(model.get("y", &[("s", s)]), *wanted, "{expression} of `{s}`");
    }
}

#[test]
fn functions_of_texts() {
    let one = |f: &str| format!("<Apply function=\"{f}\"><FieldRef field=\"s\"/></Apply>");
    text(&one("uppercase"), &[("Bonn ", "BONN "), ("Ulm", "ULM"), ("", "-")]);
    text(&one("lowercase"), &[("Ulm", "ulm")]);
    text(&one("trimBlanks"), &[("Bonn ", "Bonn")]);
    text(&one("stringLength"), &[("Bonn ", "5"), ("Ulm", "3")]);
    text(
        "<Apply function=\"substring\"><FieldRef field=\"s\"/><Constant>2</Constant><Constant>2</Constant></Apply>",
        &[("Bonn ", "on"), ("Ulm", "lm")],
    );
    text(
        "<Apply function=\"concat\"><FieldRef field=\"s\"/><Constant dataType=\"string\">-</Constant><FieldRef field=\"s\"/></Apply>",
        &[("Ulm", "Ulm-Ulm")],
    );
    let pattern = |f: &str, more: &str| {
        format!(
            "<Apply function=\"{f}\"><FieldRef field=\"s\"/><Constant dataType=\"string\">o(n+)</Constant>{more}</Apply>"
        )
    };
    text(&pattern("matches", ""), &[("Bonn ", "true"), ("Ulm", "false"), ("", "-")]);
    text(
        &pattern("replace", "<Constant dataType=\"string\">[$1]</Constant>"),
        &[("Bonn ", "B[nn] "), ("Ulm", "Ulm")],
    );
    let compare =
        |f: &str| format!("<Apply function=\"{f}\"><FieldRef field=\"s\"/><Constant>Kiel</Constant></Apply>");
    text(&compare("equal"), &[("Ulm", "false")]);
    text(&compare("lessThan"), &[("Ulm", "false"), ("Bonn ", "true")]);
    text(
        "<NormDiscrete field=\"s\" value=\"Ulm\" mapMissingTo=\"0.5\"/>",
        &[("Ulm", "1"), ("Bonn ", "0"), ("", "0.5")],
    );
    let table = "<MapValues outputColumn=\"o\"><FieldColumnPair field=\"s\" column=\"i\"/><InlineTable><row><i>Ulm</i><o>south</o></row></InlineTable></MapValues>";
    text(table, &[("Ulm", "south"), ("Bonn ", "-")]);
    let choice = "<Apply function=\"if\"><Apply function=\"isIn\"><FieldRef field=\"s\"/><Constant>Ulm</Constant></Apply><Constant>yes</Constant><FieldRef field=\"s\"/></Apply>";
    text(choice, &[("Ulm", "yes"), ("Bonn ", "Bonn ")]);
}

#[test]
fn functions_of_the_file_and_derived_fields() {
    let dictionary = "<DefineFunction name=\"twice\" optype=\"continuous\" dataType=\"double\"><ParameterField name=\"a\"/>\
        <Apply function=\"*\"><FieldRef field=\"a\"/><Constant>2</Constant></Apply></DefineFunction>\
        <DefineFunction name=\"four\" optype=\"continuous\"><ParameterField name=\"a\"/>\
        <Apply function=\"twice\"><Apply function=\"twice\"><FieldRef field=\"a\"/></Apply></Apply></DefineFunction>\
        <DerivedField name=\"z\" optype=\"continuous\" dataType=\"double\"><Apply function=\"four\"><FieldRef field=\"x1\"/></Apply></DerivedField>";
    let own = "<Apply function=\"twice\"><FieldRef field=\"z\"/></Apply>";
    let model = Model::new(&expressions(&fields("x1"), &schema("x1"), dictionary, &[("y", own)]));
    assert_eq!(model.get("y", &[("x1", "3")]), "24");
    assert_eq!(model.get("y", &[]), "-");
}
