//! The same bits in every runtime: result digests of full decisions and every column of the fast path, over generated
//! models and rows and over the examples.

use scorelet_core::author::cut::cut;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::schema::Stage;
use scorelet_tests::generate;
use scorelet_tests::random::Random;
use scorelet_tests::runtime::{Native, Runtime, Wasmtime, same_bits};

/// Generated bundles, and rows for each.
const BUNDLES: u64 = 160;
const ROWS: usize = 800;
/// Rows of each whose full decisions, reasons included, are compared too.
const DECISIONS: usize = 60;

/// Compares one bundle on some rows; how many rows were compared.
fn compare(
    name: &str,
    bytes: &[u8],
    rows: &generate::Rows,
    native: &mut Native,
    wasm: &mut Wasmtime,
) -> usize {
    let bundle = Bundle::open(bytes, Trust::Anyone).unwrap();
    native.open(bytes).unwrap();
    wasm.open(bytes).unwrap();
    let columns: Vec<u32> = (0..bundle.graph.columns() as u32).collect();
    let mut compared = 0;
    // In pieces, because a policy may refuse a row, and with it the call.
    for from in (0..rows.count).step_by(100) {
        let piece = rows.slice(from, (from + 100).min(rows.count));
        let natively = native.score_columns(piece.count, &piece.values, &columns);
        let in_wasm = wasm.score_columns(piece.count, &piece.values, &columns);
        match (natively, in_wasm) {
            (Ok(a), Ok(b)) => assert!(same_bits(&a, &b), "{name}: columns differ in rows from {from}"),
            (a, b) => assert_eq!(a.map(drop), b.map(drop), "{name}: rows from {from}"),
        }
        compared += piece.count;
    }
    let first = rows.slice(0, DECISIONS.min(rows.count));
    let natively = native.decide_columns(first.count, &first.values, true);
    let in_wasm = wasm.decide_columns(first.count, &first.values, true);
    assert_eq!(natively, in_wasm, "{name}: result digests differ");
    compared
}

#[test]
fn generated_models_give_the_same_bits_natively_and_in_wasm() {
    let (mut native, mut wasm) = (Native::default(), Wasmtime::default());
    let mut compared = 0;
    for seed in 1000..1000 + BUNDLES {
        let bytes = Bundle::encode(generate::bundle(seed)).unwrap();
        let fields = Bundle::open(&bytes, Trust::Anyone).unwrap().fields;
        let rows = generate::rows(&mut Random::new(seed), &fields, ROWS, false);
        compared += compare(&format!("seed {seed}"), &bytes, &rows, &mut native, &mut wasm);
    }
    assert!(compared >= 100_000, "only {compared} rows were compared");
}

#[test]
fn json_records_give_the_same_digests_natively_and_in_wasm() {
    let (mut native, mut wasm) = (Native::default(), Wasmtime::default());
    for seed in 2000..2040 {
        let bytes = Bundle::encode(generate::bundle(seed)).unwrap();
        let fields = Bundle::open(&bytes, Trust::Anyone).unwrap().fields;
        let rows = generate::rows(&mut Random::new(seed), &fields, 40, true);
        let json = serde_json::to_vec(&generate::records(&fields, &rows)).unwrap();
        native.open(&bytes).unwrap();
        wasm.open(&bytes).unwrap();
        assert_eq!(native.score_json(&json, true), wasm.score_json(&json, true), "seed {seed}");
    }
}

#[test]
fn both_stages_give_the_same_bits_natively_and_in_wasm() {
    let (mut native, mut wasm) = (Native::default(), Wasmtime::default());
    let (mut compared, mut refused) = (0, 0);
    for seed in 1000..1000 + BUNDLES / 2 {
        let mut parts = generate::bundle(seed);
        generate::stages(&mut Random::new(seed), &mut parts);
        let Some(stages) = cut(&parts).unwrap() else { continue };
        let rows = generate::rows(&mut Random::new(seed), &parts.fields, 30, true);
        let records = generate::records(&parts.fields, &rows);
        let of = |stage| -> Vec<Vec<u8>> {
            records.iter().map(|r| generate::part(r, &parts.fields, stage).to_string().into_bytes()).collect()
        };
        let device = Bundle::encode(stages.device).unwrap();
        native.open(&device).unwrap();
        wasm.open(&device).unwrap();
        let local: Vec<_> =
            of(Stage::Device).iter().map(|json| (native.local(json), wasm.local(json))).collect();
        let edge = Bundle::encode(stages.edge).unwrap();
        native.open(&edge).unwrap();
        wasm.open(&edge).unwrap();
        for ((a, b), fields) in local.into_iter().zip(of(Stage::Edge)) {
            assert_eq!(a, b, "seed {seed}");
            let Ok(local) = a else {
                refused += 1;
                continue;
            };
            assert_eq!(
                native.finish(&local, &fields, true),
                wasm.finish(&local, &fields, true),
                "seed {seed}"
            );
            compared += 1;
        }
    }
    assert!(compared > 1_000 && refused > 10, "{compared} compared, {refused} refused");
}
