//! `RegressionModel` and `GeneralRegressionModel`.

use scorelet_core::author::import::pmml::PmmlScore;
use scorelet_core::model::link::Link;

use crate::evaluate::Model;
use crate::write::{fields, file, schema};

/// A regression of `x1`, `x2`, `s`.
fn regression(norm: &str, table: &str) -> Model {
    let model = format!(
        "<RegressionModel functionName=\"regression\" normalizationMethod=\"{norm}\">{}<RegressionTable intercept=\"0.5\">{table}</RegressionTable></RegressionModel>",
        schema("x1 x2 s")
    );
    let texts = "<DataField name=\"s\" optype=\"categorical\" dataType=\"string\"><Value value=\"a\"/><Value value=\"b\"/></DataField>";
    Model::new(&file(&format!("{}{texts}", fields("x1 x2")), "", &model))
}

const X1: &str = "<NumericPredictor name=\"x1\" coefficient=\"2\"/>";

#[test]
fn terms() {
    let all = "<NumericPredictor name=\"x1\" exponent=\"3\" coefficient=\"2\"/><CategoricalPredictor name=\"s\" value=\"a\" coefficient=\"10\"/>\
               <CategoricalPredictor name=\"s\" value=\"b\" coefficient=\"20\"/>\
               <PredictorTerm coefficient=\"-1\"><FieldRef field=\"x1\"/><FieldRef field=\"x2\"/></PredictorTerm>";
    let model = regression("none", all);
    for (x1, x2, s, wanted) in [
        ("2", "3", "a", "20.5"),
        ("2", "3", "b", "30.5"),
        ("2", "3", "", "10.5"),
        ("", "3", "a", "-"),
        ("2", "", "a", "-"),
    ] {
        assert_eq!(model.get("prediction", &[("x1", x1), ("x2", x2), ("s", s)]), wanted, "({x1}, {x2}, {s})");
    }
    assert_eq!(model.count("linear"), 1);
    assert!(matches!(model.imported.score, PmmlScore::Margin(_, Link::Identity)));
    // A missing category has no coefficient; a missing number no result.
    let missing: Vec<bool> = model.imported.fields.iter().map(|f| f.takes_missing).collect();
    assert_eq!(missing, [false, false, true]);
}

#[test]
fn normalisations_of_a_number() {
    let z: f64 = 2.0 * 0.3 + 0.5;
    for (norm, wanted) in [
        ("none", z),
        ("exp", 3.0041660239464334),
        ("logit", 0.7502601055951177),
        ("softmax", 0.7502601055951177),
        ("probit", 0.864333939053617),
        ("cloglog", 1.0 - (-(z.exp())).exp()),
        ("loglog", (-(-z).exp()).exp()),
    ] {
        let model = regression(norm, X1);
        let got: f64 = model.get("prediction", &[("x1", "0.3")]).parse().unwrap();
        assert!((got - wanted).abs() < 1e-9, "{norm}: {got}, not {wanted}");
    }
}

/// A classification of two or three classes; `tables`: category, intercept, coefficient of `x1`.
fn classes(norm: &str, optype: &str, tables: &[(&str, f64, f64)]) -> Model {
    let values: String = tables.iter().map(|(c, ..)| format!("<Value value=\"{c}\"/>")).collect();
    let target =
        format!("<DataField name=\"y\" optype=\"{optype}\" dataType=\"string\">{values}</DataField>");
    let table = |(category, intercept, c): &(&str, f64, f64)| {
        let term = if *c == 0.0 {
            String::new()
        } else {
            format!("<NumericPredictor name=\"x1\" coefficient=\"{c}\"/>")
        };
        format!(
            "<RegressionTable targetCategory=\"{category}\" intercept=\"{intercept}\">{term}</RegressionTable>"
        )
    };
    let tables: String = tables.iter().rev().map(table).collect();
    let schema = schema("x1")
        .replace("</MiningSchema>", "<MiningField name=\"y\" usageType=\"target\"/></MiningSchema>");
    let model = format!(
        "<RegressionModel functionName=\"classification\" normalizationMethod=\"{norm}\">{schema}{tables}</RegressionModel>"
    );
    Model::new(&file(&format!("{}{target}", fields("x1")), "", &model))
}

#[test]
fn two_classes() {
    // The tables stand in the other order than the target's values: `b` first.
    for (norm, wanted) in [
        ("logit", 0.7502601055951177),
        ("softmax", 0.7502601055951177),
        ("probit", 0.864333939053617),
        ("cloglog", 1.0 - (-(1.1f64.exp())).exp()),
    ] {
        let model = classes(norm, "categorical", &[("a", 0.0, 0.0), ("b", 0.5, 2.0)]);
        let row = [("x1", "0.3")];
        let p: f64 = model.get("probability(b)", &row).parse().unwrap();
        assert!((p - wanted).abs() < 1e-9, "{norm}: {p}");
        let rest: f64 = model.get("probability(a)", &row).parse().unwrap();
        assert!((p + rest - 1.0).abs() < 1e-15, "{norm}");
        assert_eq!(model.get("y", &row), "b");
        // The score is the margin of the last class, with its link.
        assert!(matches!(model.imported.score, PmmlScore::Margin(..)), "{norm}");
        assert_eq!(model.get("<score>", &row), "1.1");
    }
    let none = classes("none", "categorical", &[("a", 0.0, 0.0), ("b", 0.1, 2.0)]);
    none.near("probability(a)", &[("x1", "0.3")], 0.3);
}

#[test]
fn several_classes() {
    let tables = [("a", 0.0, 1.0), ("b", 0.5, 2.0), ("c", 1.0, 0.0)];
    let row = [("x1", "0.5")];
    let model = classes("softmax", "categorical", &tables);
    let e: Vec<f64> = [0.5f64, 1.5, 1.0].iter().map(|z| z.exp()).collect();
    for (k, name) in ["a", "b", "c"].iter().enumerate() {
        model.near(&format!("probability({name})"), &row, e[k] / e.iter().sum::<f64>());
    }
    assert_eq!(model.get("y", &row), "b");
    let simple = classes("simplemax", "categorical", &tables);
    simple.near("probability(b)", &row, 0.5);
    let each = classes("logit", "categorical", &tables);
    let p: Vec<f64> = [0.5f64, 1.5, 1.0].iter().map(|z| 1.0 / (1.0 + (-z).exp())).collect();
    each.near("probability(a)", &row, p[0] / p.iter().sum::<f64>());
    // Of ordered classes the tables are cumulative, in the order that they stand in: c, b, a.
    let ordinal = classes("logit", "ordinal", &tables);
    ordinal.near("probability(c)", &row, p[2]);
    ordinal.near("probability(b)", &row, p[1] - p[2]);
    ordinal.near("probability(a)", &row, 1.0 - p[1]);
}

/// A general regression of covariate `x1` (and its square) and factor `s`.
fn general(attributes: &str, function: &str, cells: &str) -> Model {
    let target = "<DataField name=\"y\" optype=\"categorical\" dataType=\"string\"><Value value=\"lo\"/><Value value=\"mid\"/><Value value=\"hi\"/></DataField>\
                  <DataField name=\"s\" optype=\"categorical\" dataType=\"string\"><Value value=\"m\"/><Value value=\"f\"/></DataField>";
    let target = if attributes.contains("binary") {
        target.replace("<Value value=\"mid\"/>", "")
    } else {
        target.to_owned()
    };
    let schema = schema("x1 x2 s")
        .replace("</MiningSchema>", "<MiningField name=\"y\" usageType=\"target\"/></MiningSchema>");
    let model = format!(
        "<GeneralRegressionModel functionName=\"{function}\" {attributes}>{schema}\
         <ParameterList><Parameter name=\"p0\" label=\"Intercept\"/><Parameter name=\"p1\"/><Parameter name=\"p2\"/><Parameter name=\"p3\"/></ParameterList>\
         <FactorList><Predictor name=\"s\"/></FactorList><CovariateList><Predictor name=\"x1\"/></CovariateList>\
         <PPMatrix><PPCell value=\"1\" predictorName=\"x1\" parameterName=\"p1\"/><PPCell value=\"f\" predictorName=\"s\" parameterName=\"p2\"/>\
         <PPCell value=\"2\" predictorName=\"x1\" parameterName=\"p3\"/><PPCell value=\"f\" predictorName=\"s\" parameterName=\"p3\"/></PPMatrix>\
         <ParamMatrix>{cells}</ParamMatrix></GeneralRegressionModel>"
    );
    Model::new(&file(&format!("{}{target}", fields("x1 x2")), "", &model))
}

fn cell(parameter: &str, beta: f64, category: &str) -> String {
    let category = if category.is_empty() { String::new() } else { format!("targetCategory=\"{category}\"") };
    format!("<PCell parameterName=\"{parameter}\" beta=\"{beta}\" {category}/>")
}

#[test]
fn general_linear_models() {
    let cells = [("p0", 1.0), ("p1", 2.0), ("p2", 4.0), ("p3", 0.5)].map(|(p, b)| cell(p, b, "")).concat();
    let linear = general("modelType=\"generalLinear\"", "regression", &cells);
    assert_eq!(linear.get("y", &[("x1", "3"), ("s", "m")]), "7");
    assert_eq!(linear.get("y", &[("x1", "3"), ("s", "f")]), "15.5");
    assert_eq!(linear.get("y", &[("x1", "3")]), "-");
    let offset = general("modelType=\"regression\" offsetVariable=\"x2\"", "regression", &cells);
    assert_eq!(offset.get("y", &[("x1", "3"), ("s", "m"), ("x2", "100")]), "107");
}

#[test]
fn links_of_generalised_models() {
    let cells = [("p0", 0.25), ("p1", 0.5)].map(|(p, b)| cell(p, b, "")).concat();
    let y: f64 = 0.25 + 0.5 * 0.5;
    let row = [("x1", "0.5"), ("s", "m")];
    for (link, parameter, wanted) in [
        ("identity", "", y),
        ("log", "", y.exp()),
        ("logit", "", 1.0 / (1.0 + (-y).exp())),
        ("cloglog", "", 1.0 - (-y.exp()).exp()),
        ("loglog", "", (-(-y).exp()).exp()),
        ("logc", "", 1.0 - y.exp()),
        ("negbin", "2", 1.0 / (2.0 * ((-y).exp() - 1.0))),
        ("power", "2", y.sqrt()),
        ("power", "0", y.exp()),
        ("oddspower", "0.5", 1.0 / (1.0 + (1.0 + 0.5 * y).powf(-2.0))),
        ("oddspower", "0", 1.0 / (1.0 + (-y).exp())),
    ] {
        let parameter =
            if parameter.is_empty() { String::new() } else { format!("linkParameter=\"{parameter}\"") };
        let attributes = format!("modelType=\"generalizedLinear\" linkFunction=\"{link}\" {parameter}");
        general(&attributes, "regression", &cells).near("y", &row, wanted);
    }
    let trials = general(
        "modelType=\"generalizedLinear\" linkFunction=\"logit\" trialsValue=\"10\"",
        "regression",
        &cells,
    );
    trials.near("y", &row, 10.0 / (1.0 + (-y).exp()));
    let binary = "modelType=\"generalizedLinear\" linkFunction=\"logit\" targetReferenceCategory=\"lo\" modelName=\"binary\"";
    let model = general(binary, "classification", &cells);
    model.near("probability(hi)", &row, 1.0 / (1.0 + (-y).exp()));
    assert_eq!(model.get("y", &row), "hi");
}

#[test]
fn logistic_models_of_several_classes() {
    let cells =
        [cell("p0", 0.5, "lo"), cell("p1", 1.0, "lo"), cell("p0", -0.5, "mid"), cell("p1", 2.0, "mid")]
            .concat();
    let model =
        general("modelType=\"multinomialLogistic\" targetReferenceCategory=\"hi\"", "classification", &cells);
    let e: Vec<f64> = [1.0f64, 0.5, 0.0].iter().map(|z| z.exp()).collect();
    for (k, name) in ["lo", "mid", "hi"].iter().enumerate() {
        model.near(
            &format!("probability({name})"),
            &[("x1", "0.5"), ("s", "m")],
            e[k] / e.iter().sum::<f64>(),
        );
    }
    // A threshold a class, one slope: cumulative.
    let cells = [cell("p0", -1.0, "lo"), cell("p0", 1.0, "mid"), cell("p1", 2.0, "")].concat();
    let model =
        general("modelType=\"ordinalMultinomial\" cumulativeLink=\"logit\"", "classification", &cells);
    let up_to = |z: f64| 1.0 / (1.0 + (-z).exp());
    let row = [("x1", "0.25"), ("s", "m")];
    model.near("probability(lo)", &row, up_to(-0.5));
    model.near("probability(mid)", &row, up_to(1.5) - up_to(-0.5));
    model.near("probability(hi)", &row, 1.0 - up_to(1.5));
}
