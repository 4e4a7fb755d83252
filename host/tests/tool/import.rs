//! `scorelet import`: the source of a model file, which builds; its self-check is the trainer's own rows.

use std::path::Path;

use super::sandbox::Sandbox;

fn golden(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(file).display().to_string()
}

/// The inputs of a golden case with one of its expected columns beside them.
fn rows(case: &str, column: &str) -> String {
    let read = |name: &str| std::fs::read_to_string(golden(&format!("{case}/{name}"))).unwrap();
    let (input, expected) = (read("input.csv"), read("expected.csv"));
    let place = expected.lines().next().unwrap().split(',').position(|c| c == column).unwrap();
    let joined = input.lines().zip(expected.lines()).enumerate().map(|(i, (a, b))| {
        let answer = if i == 0 { "answer" } else { b.split(',').nth(place).unwrap() };
        format!("{a},{answer}\n")
    });
    joined.collect()
}

#[test]
fn what_is_written_builds_with_the_trainers_rows_as_checks() {
    for (case, model, column) in [
        ("onnx-1.17/net-residual-17", "model.onnx", "p"),
        ("onnx-1.17/pipeline-svr", "model.onnx", "variable"),
        ("xgboost-3.2/names", "model.json", "margin_0"),
        ("lightgbm-4.7/binary", "model.txt", "margin_0"),
        ("pmml-nyoka-5.5.0/gbm-regression", "model.pmml", "predicted_target"),
        ("pmml-nyoka-5.5.0/logistic-imputed", "model.pmml", "probability_1"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("rows.csv", &rows(case, column));
        let file = golden(&format!("{case}/{model}"));
        sandbox.run(&["import", &file, "-o", "made", "--check", "rows.csv"]).ok();
        assert!(sandbox.read("made/bundle.toml").contains("[checks]"), "{case}");
        sandbox.run(&["build", "made", "-o", "model.sclb"]).ok();
        assert!(sandbox.path("model.sclb").exists());
        // Not over a folder that is there.
        sandbox.run(&["import", &file, "-o", "made"]).fails(6, &["there already"]);
    }
}

#[test]
fn a_wrong_answer_is_found() {
    let sandbox = Sandbox::new();
    let text = rows("onnx-1.17/pipeline-svr", "variable");
    let (head, _) = text.trim_end().rsplit_once(',').unwrap();
    sandbox.write("rows.csv", &format!("{head},77\n"));
    let file = golden("onnx-1.17/pipeline-svr/model.onnx");
    let ran = sandbox.run(&["import", &file, "-o", "made", "--check", "rows.csv"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("77"), "{}", ran.out);
    sandbox.write("odd.onnx", "no model");
    sandbox.run(&["import", "odd.onnx"]).fails(4, &["SCL-0501"]);
}
