//! Files that lie, or ask for what is not done: a typed error that names the place, and no panic, hang or memory growth.

use proptest::prelude::*;
use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::author::import::onnx::{import, import_forest};

use crate::case::{Case, folders};
use crate::write::{Message, file, floats, ints, node, tensor};

/// The error of a file, as one text: code, message, place.
fn refused(bytes: &[u8]) -> String {
    match import(bytes) {
        Ok(model) => panic!("it was taken: {} parts, {:?}", model.parts.len(), model.outputs),
        Err(error) => {
            assert!(!error.mend().is_empty());
            format!("{} {error} ({})", error.code(), error.place())
        }
    }
}

#[track_caller]
fn check(bytes: &[u8], wanted: &[&str]) {
    let text = refused(bytes);
    for wanted in wanted {
        assert!(text.contains(wanted), "`{wanted}` is not in: {text}");
    }
}

fn one(op: &str, inputs: &[&str], attributes: &[(&str, i64)], tables: &[Message]) -> Vec<u8> {
    file(&[-1, 3], &[node(op, "here", inputs, &["y"], attributes)], tables)
}

#[test]
fn operators_that_mix_records_are_refused_by_name() {
    let axes = |list: &[i64]| tensor("axes", &[list.len() as i64], 7, &ints(list));
    check(
        &one("ReduceSum", &["x", "axes"], &[], &[axes(&[0])]),
        &["SCL-0502", "ReduceSum", "`here`", "records"],
    );
    check(&one("Softmax", &["x"], &[("axis", 0)], &[]), &["Softmax", "`here`", "records"]);
    check(&one("CumSum", &["x", "axes"], &[], &[axes(&[0])]), &["CumSum", "records"]);
    check(&one("ArgMax", &["x"], &[("axis", 0)], &[]), &["ArgMax", "records"]);
    check(&one("Concat", &["x", "x"], &[("axis", 0)], &[]), &["Concat", "records"]);
    check(
        &one("MatMul", &["axes", "x"], &[], &[tensor("axes", &[2, 1], 1, &floats(&[1.0; 2]))]),
        &["MatMul", "records"],
    );
    check(&one("Reshape", &["x", "axes"], &[], &[axes(&[3, -1])]), &["Reshape", "records"]);
    check(&one("Gather", &["x", "axes"], &[], &[axes(&[0])]), &["Gather", "records"]);
    // [3, n], then as if it were [n, 3].
    let turned = [
        node("Transpose", "turn", &["x"], &["t"], &[]),
        node("Shape", "shape", &["x"], &["s"], &[]),
        node("Reshape", "here", &["t", "s"], &["y"], &[]),
    ];
    check(&file(&[-1, 3], &turned, &[]), &["`here`", "records"]);
}

#[test]
fn what_is_not_supported_is_named() {
    check(&one("Conv", &["x"], &[], &[]), &["SCL-0502", "Conv", "`here`"]);
    check(&one("Relu", &["x"], &[("odd", 1)], &[]), &["Relu", "odd"]);
    check(
        &file(&[-1, -1], &[node("Relu", "here", &["x"], &["y"], &[])], &[]),
        &["open dimension", "input `x`"],
    );
    let outside = Message::default().number(1, 2).number(2, 1).text(8, "w").number(14, 1);
    let outside = outside.message(13, &Message::default().text(1, "location").text(2, "weights.bin"));
    check(&one("Add", &["x", "w"], &[], &[outside]), &["external data", "weights.bin", "initializer `w`"]);
    check(&one("Add", &["x", "w"], &[], &[tensor("w", &[1], 10, &[0; 2])]), &["float16", "initializer `w`"]);
}

#[test]
fn lies_are_found() {
    check(
        &one("Add", &["x", "w"], &[], &[tensor("w", &[4], 1, &floats(&[0.0; 3]))]),
        &["SCL-0503", "4", "3", "`w`"],
    );
    check(&one("Add", &["x", "w"], &[], &[tensor("w", &[-2], 1, &[])]), &["SCL-0503", "-2"]);
    check(&one("Add", &["x", "w"], &[], &[tensor("w", &[1 << 40], 1, &[])]), &["SCL-0504"]);
    check(&one("Add", &["x", "w"], &[], &[tensor("w", &[0, 1 << 20, 1 << 20], 1, &[])]), &["SCL-0504"]);
    check(
        &one("Add", &["x", "w"], &[], &[tensor("w", &[5], 1, &floats(&[0.0; 5]))]),
        &["SCL-0503", "`here`"],
    );
    check(&one("Relu", &["nowhere"], &[], &[]), &["SCL-0503", "nowhere", "`here`"]);
    let circle = [node("Relu", "a", &["b"], &["y"], &[]), node("Relu", "b", &["y"], &["b"], &[])];
    check(&file(&[-1, 3], &circle, &[]), &["SCL-0503", "nothing before it"]);
    let twice = [node("Relu", "a", &["x"], &["y"], &[]), node("Relu", "b", &["x"], &["y"], &[])];
    check(&file(&[-1, 3], &twice, &[]), &["SCL-0503", "made twice"]);
    check(&[0x0a, 0xff, 0xff], &["SCL-0501"]);
    check(b"", &["SCL-0501"]);
    check(
        &one("Split", &["x", "w"], &[("axis", 1)], &[tensor("w", &[1], 7, &ints(&[i64::MAX]))]),
        &["SCL-0503"],
    );
    let slice = one(
        "Slice",
        &["x", "w", "w", "a", "z"],
        &[],
        &[
            tensor("w", &[1], 7, &ints(&[i64::MIN])),
            tensor("a", &[1], 7, &ints(&[1])),
            tensor("z", &[1], 7, &ints(&[i64::MIN])),
        ],
    );
    check(&slice, &["`here`"]);
}

#[test]
fn small_files_do_not_become_large() {
    let sizes = |list: &[i64]| tensor("w", &[list.len() as i64], 7, &ints(list));
    check(&one("Tile", &["x", "w"], &[], &[sizes(&[1, i64::MAX])]), &["SCL-0504"]);
    check(&one("Expand", &["x", "w"], &[], &[sizes(&[1 << 30, 1 << 30, 1 << 30, 1, 3])]), &["`here`"]);
    check(&one("ConstantOfShape", &["w"], &[], &[sizes(&[i64::MAX, i64::MAX])]), &["`here`"]);
    check(&one("Pad", &["x", "w"], &[], &[sizes(&[0, 0, 0, i64::MAX])]), &["SCL-0504"]);
    // A tower of doublings: each is small to write.
    let tower: Vec<Message> = (0..400)
        .map(|i| {
            let (from, to) = (format!("t{i}"), format!("t{}", i + 1));
            let from = if i == 0 { "x" } else { &from };
            node("Concat", "here", &[from, from], &[if i == 399 { "y" } else { &to }], &[("axis", 1)])
        })
        .collect();
    check(&file(&[-1, 3], &tower, &[]), &["SCL-0504"]);
    // Empty messages.
    let many = (0..1_100_000).fold(Message::default(), |m, _| m.bytes(1, b""));
    check(&crate::write::whole(&many), &["SCL-0504"]);
}

#[test]
fn every_cut_of_a_golden_file_is_refused_or_taken() {
    for folder in folders("onnx-1.17") {
        for (_, bytes) in Case::read(&folder).models() {
            for end in (0..bytes.len()).step_by(61) {
                survives(&bytes[..end]);
            }
        }
    }
}

fn survives(bytes: &[u8]) {
    for error in [import(bytes).err(), import_forest(bytes).err(), bundle_from_model("m", bytes).err()]
        .iter()
        .flatten()
    {
        assert!(!error.to_string().is_empty() && !error.place().is_empty() && !error.mend().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_end_in_an_error_or_a_model(which in any::<prop::sample::Index>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let all = folders("onnx-1.17");
        let case = Case::read(&all[which.index(all.len())]);
        let (_, mut bytes) = case.models().remove(0);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        survives(&bytes);
    }
}
