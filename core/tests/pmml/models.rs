//! `Scorecard`, `NeuralNetwork`, `NaiveBayesModel`, `RuleSetModel`, and `Targets`.

use scorelet_core::author::import::pmml::PmmlScore;

use crate::evaluate::Model;
use crate::write::{fields, file, schema};

const TEXTS: &str = "<DataField name=\"s\" optype=\"categorical\" dataType=\"string\"><Value value=\"own\"/><Value value=\"rent\"/></DataField>";
const TARGET: &str = "<DataField name=\"y\" optype=\"categorical\" dataType=\"string\"><Value value=\"no\"/><Value value=\"yes\"/></DataField>";

/// A file with fields `x1`, `x2`, `s` and the target `y`.
fn whole(model: &str) -> Model {
    Model::new(&text(model))
}

fn text(model: &str) -> String {
    file(&format!("{}{TEXTS}{TARGET}", fields("x1 x2")), "", model)
}

fn targeted() -> String {
    schema("x1 x2 s")
        .replace("</MiningSchema>", "<MiningField name=\"y\" usageType=\"target\"/></MiningSchema>")
}

fn card(attributes: &str, partial: &str) -> Model {
    Model::new(&card_text(attributes, partial))
}

fn card_text(attributes: &str, partial: &str) -> String {
    let attribute = |points: &str, code: &str, predicate: &str| {
        format!("<Attribute {points} reasonCode=\"{code}\">{predicate}</Attribute>")
    };
    let age = [
        attribute("partialScore=\"-9\"", "A0", "<SimplePredicate field=\"x1\" operator=\"isMissing\"/>"),
        attribute(
            "partialScore=\"10\"",
            "A1",
            "<SimplePredicate field=\"x1\" operator=\"lessThan\" value=\"30\"/>",
        ),
        attribute(
            "partialScore=\"25\"",
            "A2",
            "<SimplePredicate field=\"x1\" operator=\"greaterOrEqual\" value=\"30\"/>",
        ),
    ];
    let housing = [
        attribute(
            "partialScore=\"20\"",
            "H1",
            "<SimplePredicate field=\"s\" operator=\"equal\" value=\"own\"/>",
        ),
        attribute(partial, "H2", "<True/>")
            .replace("<True/></Attribute>", &format!("<True/>{}</Attribute>", complex(partial))),
    ];
    text(&format!(
        "<Scorecard functionName=\"regression\" initialScore=\"100\" {attributes}>{}<Output>\
         <OutputField name=\"total\" feature=\"predictedValue\"/><OutputField name=\"r1\" feature=\"reasonCode\" rank=\"1\"/>\
         <OutputField name=\"r2\" feature=\"reasonCode\" rank=\"2\"/></Output>\
         <Characteristics><Characteristic name=\"age\" baselineScore=\"18\">{}</Characteristic>\
         <Characteristic name=\"housing\" baselineScore=\"15\">{}</Characteristic></Characteristics></Scorecard>",
        schema("x1 x2 s"),
        age.concat(),
        housing.concat()
    ))
}

fn complex(partial: &str) -> &str {
    match partial {
        "" => {
            "<ComplexPartialScore><Apply function=\"*\"><FieldRef field=\"x2\"/><Constant>2</Constant></Apply></ComplexPartialScore>"
        }
        _ => "",
    }
}

#[test]
fn a_scorecard_is_one_with_its_reason_codes() {
    let model = card("reasonCodeAlgorithm=\"pointsBelow\"", "partialScore=\"5\"");
    assert!(matches!(model.imported.score, PmmlScore::Points(_)) && model.count("scorecard") == 1);
    let expected = [
        // Below the baseline: age by 8; housing is over its own, which is no reason.
        ("20", "own", "130", "A1", "-"),
        ("40", "rent", "130", "H2", "-"),
        ("", "rent", "96", "A0", "H2"),
        // A missing text is not `own`.
        ("40", "", "130", "H2", "-"),
    ];
    for (x1, s, total, first, second) in expected {
        let row = [("x1", x1), ("s", s)];
        assert_eq!(
            [model.get("total", &row), model.get("r1", &row), model.get("r2", &row)],
            [total, first, second],
            "{row:?}"
        );
    }
    let above = card("reasonCodeAlgorithm=\"pointsAbove\"", "partialScore=\"5\"");
    assert_eq!(above.get("r1", &[("x1", "20"), ("s", "own")]), "H1");
}

#[test]
fn the_points_of_a_characteristic_come_from_its_own_field() {
    use scorelet_core::author::bare::bundle_from_model;
    use scorelet_core::bundle::{Bundle, Trust};
    let text = card_text("", "partialScore=\"5\"");
    let parts = bundle_from_model("card", text.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    let bundle = Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap();
    let card = bundle.graph.nodes().iter().find(|n| n.op.kind().1 == "scorecard").unwrap();
    assert_eq!(card.inputs.len(), 2);
    for &input in &card.inputs {
        let node = &bundle.graph.nodes()[bundle.graph.node_at(input as usize).unwrap()];
        assert_eq!((node.op.kind().1, node.inputs.len()), ("formula", 1));
    }
    let names: Vec<&str> = bundle.groups.iter().map(|g| g.code.as_str()).collect();
    assert!(bundle.scores[0].reasons.is_some() && names.len() == 2, "{names:?}");
}

#[test]
fn codes_of_characteristics_become_reason_groups() {
    use scorelet_core::author::{scaffold::source_of_model, source::compile};
    let characteristic = |name: &str, field: &str, value: &str| {
        format!(
            "<Characteristic name=\"{name}\" reasonCode=\"R-{name}\" baselineScore=\"9\"><Attribute partialScore=\"3\">\
             <SimplePredicate field=\"{field}\" operator=\"equal\" value=\"{value}\"/></Attribute>\
             <Attribute partialScore=\"8\"><True/></Attribute></Characteristic>"
        )
    };
    let model = format!(
        "<Scorecard functionName=\"regression\">{}<Characteristics>{}{}</Characteristics></Scorecard>",
        schema("x1 s"),
        characteristic("age", "x1", "5"),
        characteristic("housing", "s", "own")
    );
    let bytes = text(&model).into_bytes();
    let source = source_of_model("card", "card.pmml", &bytes, None).unwrap();
    let files = [("bundle.toml", source.clone().into_bytes()), ("card.pmml", bytes)];
    let compiled = compile(&files.map(|(name, bytes)| (name.to_owned(), bytes)).into());
    let parts = compiled.unwrap_or_else(|e| panic!("{source}\n{e:#?}")).parts;
    let codes: Vec<&str> = parts.groups.iter().map(|g| g.code.as_str()).collect();
    assert_eq!(codes, ["R-age", "R-housing"]);
}

#[test]
fn points_may_be_computed() {
    let model = card("", "");
    assert_eq!(model.get("total", &[("x1", "20"), ("s", "rent"), ("x2", "3")]), "116");
    assert_eq!(model.get("total", &[("x1", "20"), ("s", "rent")]), "-");
    assert_eq!(model.get("total", &[("x1", "20"), ("s", "own")]), "130");
}

/// A network: two inputs, a hidden layer with the activation, an output of identity.
fn network(function: &str, activation: &str, output_layer: &str, outputs: &str) -> Model {
    let input = |id: usize, field: &str| {
        format!(
            "<NeuralInput id=\"{id}\"><DerivedField optype=\"continuous\" dataType=\"double\"><FieldRef field=\"{field}\"/></DerivedField></NeuralInput>"
        )
    };
    let neuron = |id: usize, bias: f64, cons: &[(usize, f64)]| {
        let cons: String =
            cons.iter().map(|(from, w)| format!("<Con from=\"{from}\" weight=\"{w}\"/>")).collect();
        format!("<Neuron id=\"{id}\" bias=\"{bias}\">{cons}</Neuron>")
    };
    let hidden = [neuron(2, 0.1, &[(0, 1.0), (1, -0.5)]), neuron(3, -0.2, &[(0, 0.3), (1, 0.7)])].concat();
    let last = [neuron(4, 0.0, &[(2, 1.0), (3, 1.0)]), neuron(5, 0.5, &[(2, -1.0), (3, 2.0)])].concat();
    whole(&format!(
        "<NeuralNetwork functionName=\"{function}\" activationFunction=\"{activation}\">{}<NeuralInputs>{}{}</NeuralInputs>\
         <NeuralLayer threshold=\"0.2\" width=\"2\" altitude=\"1.5\">{hidden}</NeuralLayer><NeuralLayer activationFunction=\"identity\" {output_layer}>{last}</NeuralLayer>\
         <NeuralOutputs>{outputs}</NeuralOutputs></NeuralNetwork>",
        targeted(),
        input(0, "x1"),
        input(1, "x2")
    ))
}

#[test]
fn every_activation() {
    let outputs = "<NeuralOutput outputNeuron=\"4\"><DerivedField optype=\"continuous\" dataType=\"double\"><FieldRef field=\"y\"/></DerivedField></NeuralOutput>";
    let (a, b) = (0.1 + 0.6 - 0.5 * 0.4, -0.2 + 0.3 * 0.6 + 0.7 * 0.4);
    let radial = |w: [f64; 2]| {
        let z = (0.6 - w[0]).powi(2) + (0.4 - w[1]).powi(2);
        (2.0 * 1.5f64.ln() - z / 8.0).exp()
    };
    let check = |name: &str, f: &dyn Fn(f64) -> f64| {
        let model = network("regression", name, "", outputs);
        model.near("y", &[("x1", "0.6"), ("x2", "0.4")], f(a) + f(b));
    };
    check("identity", &|z| z);
    check("logistic", &|z| 1.0 / (1.0 + (-z).exp()));
    check("tanh", &f64::tanh);
    check("threshold", &|z| f64::from(u8::from(z > 0.2)));
    check("exponential", &f64::exp);
    check("reciprocal", &|z| 1.0 / z);
    check("square", &|z| z * z);
    check("Gauss", &|z| (-z * z).exp());
    check("Elliott", &|z| z / (1.0 + z.abs()));
    check("rectifier", &|z| z.max(0.0));
    let model = network("regression", "radialBasis", "", outputs);
    model.near("y", &[("x1", "0.6"), ("x2", "0.4")], radial([1.0, -0.5]) + radial([0.3, 0.7]));
    assert_eq!(network("regression", "tanh", "", outputs).count("linear"), 2);
}

#[test]
fn networks_of_classes_and_of_scaled_numbers() {
    let class = |neuron: usize, value: &str| {
        format!(
            "<NeuralOutput outputNeuron=\"{neuron}\"><DerivedField optype=\"categorical\" dataType=\"string\"><NormDiscrete field=\"y\" value=\"{value}\"/></DerivedField></NeuralOutput>"
        )
    };
    let model = network(
        "classification",
        "identity",
        "normalizationMethod=\"softmax\"",
        &[class(4, "yes"), class(5, "no")].concat(),
    );
    let (a, b) = (0.5f64, 0.26);
    let (yes, no) = ((a + b).exp(), (0.5 - a + 2.0 * b).exp());
    let row = [("x1", "0.6"), ("x2", "0.4")];
    model.near("probability(yes)", &row, yes / (yes + no));
    assert_eq!(model.get("y", &row), if yes > no { "yes" } else { "no" });
    let scaled = "<NeuralOutput outputNeuron=\"4\"><DerivedField optype=\"continuous\" dataType=\"double\"><NormContinuous field=\"y\">\
                  <LinearNorm orig=\"100\" norm=\"0\"/><LinearNorm orig=\"300\" norm=\"1\"/></NormContinuous></DerivedField></NeuralOutput>";
    network("regression", "identity", "", scaled).near("y", &row, 100.0 + 200.0 * (a + b));
}

#[test]
fn naive_bayes_of_counts_and_normals() {
    let counts = |no: u32, yes: u32| {
        format!(
            "<TargetValueCounts><TargetValueCount value=\"no\" count=\"{no}\"/><TargetValueCount value=\"yes\" count=\"{yes}\"/></TargetValueCounts>"
        )
    };
    let normal = |label: &str, mean: f64, variance: f64| {
        format!(
            "<TargetValueStat value=\"{label}\"><GaussianDistribution mean=\"{mean}\" variance=\"{variance}\"/></TargetValueStat>"
        )
    };
    let model = whole(&format!(
        "<NaiveBayesModel functionName=\"classification\" threshold=\"0.001\">{}<BayesInputs>\
         <BayesInput fieldName=\"s\"><PairCounts value=\"own\">{}</PairCounts><PairCounts value=\"rent\">{}</PairCounts></BayesInput>\
         <BayesInput fieldName=\"x1\"><TargetValueStats>{}{}</TargetValueStats></BayesInput></BayesInputs>\
         <BayesOutput fieldName=\"y\">{}</BayesOutput></NaiveBayesModel>",
        targeted(),
        counts(30, 0),
        counts(10, 20),
        normal("no", 1.0, 2.0),
        normal("yes", 3.0, 1.0),
        counts(40, 20)
    ));
    let density =
        |x: f64, m: f64, v: f64| (-(x - m) * (x - m) / (2.0 * v)).exp() / (std::f64::consts::TAU * v).sqrt();
    let (no, yes) = (40.0 * (10.0 / 40.0) * density(2.0, 1.0, 2.0), 20.0 * 1.0 * density(2.0, 3.0, 1.0));
    model.near("probability(yes)", &[("s", "rent"), ("x1", "2")], yes / (yes + no));
    // A count of 0 is the threshold; what is missing says nothing.
    let (no, yes) = (40.0 * 0.75, 20.0 * 0.001);
    model.near("probability(yes)", &[("s", "own")], yes / (yes + no));
    model.near("probability(yes)", &[], 20.0 / 60.0);
}

fn weighted_sum() -> Model {
    whole(&rules_text("weightedSum").replace("<OutputField name=\"rule\" feature=\"entityId\"/>", ""))
}

fn rules(criterion: &str) -> Model {
    whole(&rules_text(criterion))
}

fn rules_text(criterion: &str) -> String {
    let rule = |id: &str, score: &str, weight: f64, confidence: f64, over: f64| {
        format!(
            "<SimpleRule id=\"{id}\" score=\"{score}\" weight=\"{weight}\" confidence=\"{confidence}\"><SimplePredicate field=\"x1\" operator=\"greaterThan\" value=\"{over}\"/></SimpleRule>"
        )
    };
    let inner = rule("c", "yes", 0.7, 0.6, 5.0);
    format!(
        "<RuleSetModel functionName=\"classification\">{}<Output><OutputField name=\"rule\" feature=\"entityId\"/></Output>\
         <RuleSet defaultScore=\"no\" defaultConfidence=\"0.1\"><RuleSelectionMethod criterion=\"{criterion}\"/>{}{}\
         <CompoundRule><SimplePredicate field=\"x2\" operator=\"greaterThan\" value=\"0\"/>{inner}</CompoundRule></RuleSet></RuleSetModel>",
        targeted(),
        rule("a", "no", 0.6, 0.9, 1.0),
        rule("b", "yes", 0.5, 0.8, 3.0)
    )
}

#[test]
fn rules_by_first_hit_and_weight() {
    let first = rules("firstHit");
    for (x1, x2, label, rule) in
        [("0", "", "no", "-"), ("2", "", "no", "a"), ("9", "1", "no", "a"), ("", "", "no", "-")]
    {
        let row = [("x1", x1), ("x2", x2)];
        assert_eq!([first.get("y", &row), first.get("rule", &row)], [label, rule], "{row:?}");
    }
    assert_eq!(first.get("probability(no)", &[("x1", "2")]), "0.9");
    assert_eq!(first.get("probability(no)", &[("x1", "0")]), "0.1");
    let sum = weighted_sum();
    // Weights of `yes`: 0.5 and 0.7, of `no` 0.6, over three rules.
    sum.near("probability(yes)", &[("x1", "9"), ("x2", "1")], 0.4);
    assert_eq!(sum.get("y", &[("x1", "9"), ("x2", "1")]), "yes");
    assert_eq!(sum.get("y", &[("x1", "9")]), "no");
    assert_eq!(sum.get("y", &[("x1", "0")]), "no");
    let most = rules("weightedMax");
    assert_eq!(most.get("y", &[("x1", "9"), ("x2", "1")]), "yes");
    assert_eq!(most.get("rule", &[("x1", "9"), ("x2", "1")]), "c");
    assert_eq!(most.get("y", &[("x1", "9"), ("x2", "0")]), "no");
}

#[test]
fn targets_change_the_prediction() {
    let target = |attributes: &str| {
        let field = "<DataField name=\"z\" optype=\"continuous\" dataType=\"double\"/>";
        let model = format!(
            "<RegressionModel functionName=\"regression\"><MiningSchema><MiningField name=\"x1\"/><MiningField name=\"z\" usageType=\"target\"/></MiningSchema>\
             <Targets><Target field=\"z\" {attributes}</Targets><RegressionTable intercept=\"0\"><NumericPredictor name=\"x1\" coefficient=\"1\"/></RegressionTable></RegressionModel>"
        );
        Model::new(&file(&format!("{}{field}", fields("x1")), "", &model))
    };
    let model = target("min=\"-10\" max=\"10\" rescaleFactor=\"2\" rescaleConstant=\"0.5\"/>");
    assert_eq!(["-20", "3", "20"].map(|x| model.get("z", &[("x1", x)])), ["-19.5", "6.5", "20.5"]);
    for (cast, wanted) in [("round", ["3", "-2"]), ("ceiling", ["3", "-2"]), ("floor", ["2", "-3"])] {
        let model = target(&format!("castInteger=\"{cast}\"/>"));
        assert_eq!(["2.5", "-2.5"].map(|x| model.get("z", &[("x1", x)])), wanted, "{cast}");
    }
    let default = target("><TargetValue defaultValue=\"42\"/></Target>");
    assert_eq!(default.get("z", &[]), "42");
}
