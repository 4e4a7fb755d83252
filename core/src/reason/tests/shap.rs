//! Against `shap.ExactExplainer` on an MLP of scikit-learn: `tests/peers/shapley.py` makes the case.

use super::*;

const CASE: &str = include_str!("../../../../tests/golden/shap-0.51.0/mlp.json");

fn rows(case: &serde_json::Value, key: &str) -> Vec<Vec<f64>> {
    serde_json::from_value(case[key].clone()).unwrap()
}

/// Layers of tanh, the last of one output without it.
fn mlp(case: &serde_json::Value) -> Network {
    let weights: Vec<Vec<Vec<f32>>> = serde_json::from_value(case["weights"].clone()).unwrap();
    let biases: Vec<Vec<f32>> = serde_json::from_value(case["biases"].clone()).unwrap();
    let given = weights[0].len();
    let (mut figures, mut steps, mut input, mut memory) = (Vec::new(), Vec::new(), 0, given as u32);
    for (layer, (weights, bias)) in weights.iter().zip(&biases).enumerate() {
        let [inputs, outputs] = [weights.len() as u32, bias.len() as u32];
        let at = figures.len() as u32;
        figures.extend(weights.iter().flatten().chain(bias));
        let (output, bias) = (memory, Some(at + inputs * outputs));
        steps.push(Step::Dense { rows: 1, inputs, outputs, input, output, weights: at, bias });
        if layer + 1 < biases.len() {
            let function = Function::Tanh;
            steps.push(Step::Map { function, alpha: 0.0, beta: 0.0, input: output, output, len: outputs });
        }
        (input, memory) = (output, memory + outputs);
    }
    let inputs = vec![Absent::Propagate; given];
    let outputs = vec![input];
    Network::new(Program { inputs, memory, figures, quantised: Vec::new(), steps, outputs }).unwrap()
}

#[test]
fn exact_values_and_estimates_are_those_of_shap() {
    let case: serde_json::Value = serde_json::from_str(CASE).unwrap();
    let network = mlp(&case);
    let n = network.inputs().len();
    let graph = Graph::new(n, vec![node(0, (0..n as u32).collect(), network)]).unwrap();
    let references = rows(&case, "background").concat().into_iter().map(|x| (x, State::PRESENT)).collect();
    let game = Game { players: (0..n as u32).collect(), permutations: 0, references };
    let exact = ReasonSpec {
        node: 0,
        output: 0,
        method: ReasonMethod::Shapley,
        higher_is_worse: true,
        max: 4,
        groups: (0..n as u32).collect(),
        game: Some(game.clone()),
    };
    let estimated = ReasonSpec {
        method: ReasonMethod::Permutation,
        game: Some(Game { permutations: 200, ..game }),
        ..exact.clone()
    };
    let (given, values) = (rows(&case, "rows"), rows(&case, "values"));
    let baseline = case["baseline"].as_f64().unwrap();
    let mut explainer = Explainer::default();
    let mut block = Block::new(graph.columns(), 1);
    block.set_rows(1);
    assert_eq!(given.len(), 10);
    for (row, wanted) in given.iter().zip(&values) {
        for (field, &value) in row.iter().enumerate() {
            block.column_mut(field).set(0, value);
        }
        graph.evaluate(&mut block, &mut Scratch::default());
        let found = explainer.contributions(&graph, &exact, block.all(), 0).unwrap().clone();
        assert!((found.baseline - baseline).abs() < 2e-6, "{} {baseline}", found.baseline);
        for (found, wanted) in found.values.iter().zip(wanted) {
            assert!((found - wanted).abs() < 2e-6, "{found} {wanted}");
        }
        let found = explainer.contributions(&graph, &estimated, block.all(), 0).unwrap();
        assert!(found.errors.iter().any(|&error| error > 0.0));
        for ((found, error), wanted) in found.values.iter().zip(&found.errors).zip(wanted) {
            assert!((found - wanted).abs() < 5.0 * error + 2e-6, "{found} ± {error}, not {wanted}");
        }
    }
}
