//! Networks from ONNX files, and leaves of forests.

use super::*;
use crate::graph::Op;

const CLASSES: &[u8] = include_bytes!("../../../../../tests/golden/network-nodes/classes.onnx");
const MARGIN: &[u8] = include_bytes!("../../../../../tests/golden/network-nodes/margin.onnx");
const EXPECTED: &str = include_str!("../../../../../tests/golden/network-nodes/expected.json");

pub(super) fn source(toml: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = folder(&format!("{HEAD}{toml}"), &[]);
    files.insert("classes.onnx".to_owned(), CLASSES.to_vec());
    files.insert("margin.onnx".to_owned(), MARGIN.to_vec());
    files.insert("broken.onnx".to_owned(), MARGIN[..200].to_vec());
    files
}

#[track_caller]
fn built(toml: &str) -> Scorer {
    let parts = compile(&source(toml)).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")).parts;
    Scorer::new(Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap())
}

#[track_caller]
fn mistake(toml: &str, code: &str, mend: &str) {
    let found = compile(&source(toml)).err().unwrap_or_default();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, code, "{found:#?}");
    assert!(found[0].mend.contains(mend), "{found:#?}");
}

/// Rows, and what onnxruntime gives for them.
fn expected(key: &str) -> Vec<(Vec<f64>, Vec<f64>)> {
    let all: serde_json::Value = serde_json::from_str(EXPECTED).unwrap();
    let list = |key: &str| -> Vec<Vec<f64>> { serde_json::from_value(all[key].clone()).unwrap() };
    list("rows").into_iter().zip(list(key)).collect()
}

const ROW: &str = "[fields]\na = \"number\"\nb = \"number\"\nc = \"number\"\n\
                   [nodes.net]\nkind = \"network\"\nfile = \"classes.onnx\"\ninputs = [\"a\", \"b\", \"c\"]\n";

#[test]
fn two_lines_make_a_network() {
    let mut scorer = built("[nodes.net]\nkind = \"network\"\nfile = \"margin.onnx\"\n");
    let names: Vec<&str> = scorer.bundle().fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["age", "income"]);
    assert_eq!(scorer.bundle().scores.len(), 1);
    for (row, wanted) in expected("margin") {
        let found = value(&mut scorer, &row[..2], "net");
        assert!((found - wanted[0]).abs() < 1e-5, "{found}, not {wanted:?}");
    }
}

#[test]
fn one_input_of_several_columns_is_a_row_of_names() {
    let mut scorer = built(&format!("{ROW}[scores.s]\nmodel = \"net.1\"\nreasons = false\n"));
    for (row, wanted) in expected("classes") {
        for (k, wanted) in wanted.iter().enumerate() {
            let found = value(&mut scorer, &row, &format!("net:{k}"));
            assert!((found - wanted).abs() < 1e-6, "{found}, not {wanted}");
        }
    }
    let score = &scorer.bundle().scores[0];
    assert_eq!(score.pd, Some(column(&scorer, "net:1")), "softmax gives probabilities");
    let good = built(&format!("{ROW}[scores.s]\nmodel = \"net.0\"\nevent = \"good\"\nreasons = false\n"));
    assert_eq!(good.bundle().scores[0].pd, Some(column(&good, "s.pd")));
}

#[test]
fn features_name_other_columns() {
    let toml = "[fields]\nyears = \"number\"\nthousands = \"number\"\n[nodes.euros]\nkind = \"affine\"\ninput = \"thousands\"\nscale = 1000\n\
                [nodes.net]\nkind = \"network\"\nfile = \"margin.onnx\"\nfeatures = { age = \"years\", income = \"euros\" }\n";
    let mut scorer = built(toml);
    for (row, wanted) in expected("margin") {
        let found = value(&mut scorer, &[row[0], row[1] / 1000.0], "net");
        assert!((found - wanted[0]).abs() < 1e-5, "{found}, not {wanted:?}");
    }
}

#[test]
fn figures_as_int8_are_close_and_small() {
    let plain = built(ROW);
    let mut coded = built(&format!("{ROW}figures = \"int8\"\n"));
    let network = |scorer: &Scorer| match &scorer.bundle().graph.nodes()[0].op {
        Op::Network(network) => network.clone(),
        op => panic!("{op:?}"),
    };
    let (before, after) = (network(&plain), network(&coded));
    assert!(before.program().quantised.is_empty());
    assert_eq!(after.program().quantised.len(), 1, "three rows of the first layer are too few");
    for (row, wanted) in expected("classes") {
        let found = value(&mut coded, &row, "net:1");
        assert!(found != wanted[1] && (found - wanted[1]).abs() < 0.01, "{found}, not {wanted:?}");
    }
    let rows: Vec<Vec<f64>> = expected("classes").into_iter().map(|(row, _)| row).collect();
    let greatest = crate::author::quantise::greatest_difference(&before, &after, &rows);
    assert!(greatest.iter().all(|d| (1e-6..0.01).contains(d)), "{greatest:?}");
    // Without rows nothing can be told; with them their greatest difference is.
    let notes = |checks: &str| {
        let toml = format!("{ROW}figures = \"int8\"\n{checks}");
        let compiled = compile(&source(&toml)).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        compiled
            .warnings
            .into_iter()
            .map(|note| note.message)
            .filter(|m| m.contains("int8"))
            .collect::<Vec<_>>()
    };
    assert_eq!(notes(""), ["nothing tells how far results of `net` are off with int8 figures"]);
    let row = &rows[0];
    let check = format!(
        "[[check]]\nrecord = {{ a = {:?}, b = {:?}, c = {:?} }}\nexpect = {{ \"net.1\" = 0.5 }}\ntolerance = 1\n",
        row[0], row[1], row[2]
    );
    let told = notes(&check);
    let one = crate::author::quantise::greatest_difference(&before, &after, &rows[..1]);
    let most = one.iter().copied().fold(0.0, f64::max);
    let wanted =
        format!("with int8 figures, results of `net` are off by up to {most:.2e} over 1 self-check rows");
    assert_eq!(told, [wanted]);
}

#[test]
fn mistakes_of_networks() {
    let node = "[nodes.net]\nkind = \"network\"\n";
    mistake(&format!("{node}file = \"broken.onnx\"\n"), code::IMPORT, "");
    mistake(&format!("{node}file = \"other.onnx\"\n"), code::FILE, "");
    let both = format!("{node}file = \"margin.onnx\"\ninputs = [\"age\"]\nfeatures = {{ age = \"x\" }}\n");
    mistake(&both, code::VALUE, "one of them");
    mistake(&ROW.replace("\"b\", ", ""), code::INPUT, "as many columns");
    let unknown = format!("{node}file = \"margin.onnx\"\nfeatures = {{ ages = \"x\" }}\n");
    mistake(&unknown, code::UNKNOWN_NAME, "age");
    mistake(&ROW.replace("c = \"number\"", "c = [\"x\", \"y\"]"), code::INPUT, "ordinal");
}

const XGBOOST: &str = include_str!("../../../../../tests/golden/leaves/xgboost.json");
const LIGHTGBM: &str = include_str!("../../../../../tests/golden/leaves/lightgbm.txt");
const LEAVES: &str = include_str!("../../../../../tests/golden/leaves/expected.json");

/// The trainer's own numbers, as its `predict(pred_leaf=True)` gives them, and a linear model over one of them.
#[test]
fn leaves_have_their_trainers_numbers() {
    let all: serde_json::Value = serde_json::from_str(LEAVES).unwrap();
    let rows: Vec<Vec<Option<f64>>> = serde_json::from_value(all["rows"].clone()).unwrap();
    for (file, text) in [("xgboost", XGBOOST), ("lightgbm", LIGHTGBM)] {
        let toml = format!(
            "{HEAD}[nodes.leaf]\nkind = \"leaves\"\nfile = \"{file}\"\n[nodes.columns]\nkind = \"one_hot\"\ninput = \"leaf.1\"\n\
             [scores.s]\nscore = \"columns.0\"\n"
        );
        let mut scorer = scorer(&toml, &[(file, text)]);
        let wanted: Vec<Vec<f64>> = serde_json::from_value(all[file].clone()).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for (row, wanted) in rows.iter().zip(&wanted) {
            let row: Vec<f64> = row.iter().map(|x| x.unwrap_or(f64::NAN)).collect();
            for (tree, &leaf) in wanted.iter().enumerate() {
                assert_eq!(value(&mut scorer, &row, &format!("leaf:{tree}")), leaf, "{file} {row:?} {tree}");
                seen.insert((tree, leaf as u32));
            }
            assert_eq!(value(&mut scorer, &row, &format!("columns:{}", wanted[1])), 1.0);
        }
        assert!(seen.len() > 20, "{file}: {seen:?}");
    }
}
