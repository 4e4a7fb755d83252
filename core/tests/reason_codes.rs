//! The worked example of `docs/reason-codes.md`, computed.

use scorelet_core::column::{Block, State};
use scorelet_core::graph::{Graph, Node, Scratch};
use scorelet_core::model::scorecard::{PointsRange, Scorecard};
use scorelet_core::reason::{DEFAULT_MAX, Explainer, Reason, ReasonMethod, ReasonSpec};
use scorelet_core::rounding::Rounding;
use scorelet_core::schema::Stage;

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

struct Example {
    names: Vec<String>,
    points: Vec<f64>,
    ranges: Vec<PointsRange>,
    graph: Graph,
    block: Block,
}

fn example() -> Example {
    let folder = "host/examples/german-credit/scorecard";
    let population: serde_json::Value =
        serde_json::from_str(&read(&format!("{folder}/population.json"))).unwrap();
    let table = read(&format!("{folder}/expected_points.csv"));
    let mut lines = table.lines().map(|line| line.split(',').skip(1));
    let names: Vec<String> = lines.next().unwrap().map(str::to_owned).collect();
    let points: Vec<f64> = lines.next().unwrap().map(|cell| cell.parse().unwrap()).collect();
    let range = |name: &String| {
        let figure = |key: &str| population["points"][name][key].as_f64().unwrap();
        PointsRange { minimum: figure("min"), maximum: figure("max"), average: Some(figure("mean")) }
    };
    let ranges: Vec<PointsRange> = names.iter().map(range).collect();
    let card = Scorecard::new(0.0, true, Rounding::NONE, ranges.clone()).unwrap();
    let inputs = (0..names.len() as u32).collect();
    let node = Node { name: "card".into(), stage: Stage::Edge, inputs, op: card.into() };
    let graph = Graph::new(names.len(), vec![node]).unwrap();
    let mut block = Block::new(graph.columns(), 1);
    block.set_rows(1);
    for (i, &x) in points.iter().enumerate() {
        block.column_mut(i).set(0, x);
    }
    graph.evaluate(&mut block, &mut Scratch::default());
    Example { names, points, ranges, graph, block }
}

fn spec(method: ReasonMethod, groups: Vec<u32>) -> ReasonSpec {
    ReasonSpec { node: 0, output: 0, method, higher_is_worse: false, max: DEFAULT_MAX, groups, game: None }
}

/// Whole numbers without decimals, others with two, and a plus where the document has one.
fn figure(x: f64) -> String {
    if x == x.trunc() { format!("{x}") } else { format!("{x:.2}") }
}

fn signed(x: f64) -> String {
    if x > 0.0 { format!("+{}", figure(x)) } else { figure(x) }
}

#[test]
fn the_tables_of_the_worked_example_are_what_the_engine_computes() {
    let doc = read("docs/reason-codes.md");
    let Example { names, points, ranges, graph, block } = example();
    let apart: Vec<u32> = (0..names.len() as u32).collect();
    let mut explainer = Explainer::default();
    let mut of = |method| {
        let spec = spec(method, apart.clone());
        spec.check(&graph, names.len()).unwrap();
        let found = explainer.contributions(&graph, &spec, block.all(), 0).unwrap().clone();
        (found, explainer.reasons(&graph, &spec, block.all(), 0).unwrap())
    };
    let (maximum, by_maximum) = of(ReasonMethod::PointsFromMaximum);
    let (average, by_average) = of(ReasonMethod::PointsFromAverage);
    let mut rows: Vec<String> = (0..names.len())
        .map(|i| {
            format!(
                "| {} | {} | {} | {} | {:.2} | {} |",
                names[i],
                points[i],
                ranges[i].maximum,
                signed(maximum.values[i]),
                ranges[i].average.unwrap(),
                signed(average.values[i])
            )
        })
        .collect();
    let total: f64 = points.iter().sum();
    let (from_maximum, from_average): (f64, f64) = (maximum.values.iter().sum(), average.values.iter().sum());
    rows.push(format!(
        "| total | {total} | {} | {from_maximum} | {:.2} | {from_average:.2} |",
        maximum.baseline, average.baseline
    ));
    let named = |r: &Reason| format!("{} {}", names[r.group as usize], figure(r.contribution));
    for (i, (a, b)) in by_maximum.iter().zip(&by_average).enumerate() {
        rows.push(format!("| {} | {} | {} |", i + 1, named(a), named(b)));
    }
    for row in rows {
        assert!(doc.contains(&row), "docs/reason-codes.md lacks: {row}");
    }
    assert_eq!(maximum.baseline + from_maximum, total);
    assert!((average.baseline + from_average - total).abs() < 1e-9);
}

#[test]
fn inputs_of_one_group_are_ranked_by_their_sum() {
    let doc = read("docs/reason-codes.md");
    let Example { names, graph, block, .. } = example();
    let home = names.iter().position(|n| n == "property").unwrap() as u32;
    let groups: Vec<u32> =
        (0..names.len() as u32).map(|i| if names[i as usize] == "housing" { home } else { i }).collect();
    let mut explainer = Explainer::default();
    let mut rank = |method| {
        let spec = ReasonSpec { max: 99, ..spec(method, groups.clone()) };
        let reasons = explainer.reasons(&graph, &spec, block.all(), 0).unwrap();
        let at = reasons.iter().position(|r| r.group == home).unwrap();
        (at + 1, reasons[at].contribution)
    };
    let (by_maximum, by_average) =
        (rank(ReasonMethod::PointsFromMaximum), rank(ReasonMethod::PointsFromAverage));
    assert_eq!((by_maximum.0, by_average.0), (5, 2));
    let text = format!("{} from maximum and {:.2} from average", by_maximum.1, by_average.1);
    assert!(doc.contains(&text), "docs/reason-codes.md lacks: {text}");
}

#[test]
fn an_absent_output_has_no_reasons() {
    let Example { names, graph, mut block, .. } = example();
    block.column_mut(3).set_absent(0, State::UNSEEN);
    graph.evaluate(&mut block, &mut Scratch::default());
    let spec = spec(ReasonMethod::PointsFromMaximum, vec![0; names.len()]);
    assert_eq!(Explainer::default().reasons(&graph, &spec, block.all(), 0), None);
}
