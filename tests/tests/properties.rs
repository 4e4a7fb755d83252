//! What must hold for every bundle, over generated ones.

use scorelet_core::bundle::{Bundle, Trust};
use scorelet_tests::generate;
use scorelet_tests::random::Random;
use scorelet_tests::runtime::{Native, Runtime, same_bits};

const BUNDLES: u64 = 60;
const ROWS: usize = 300;

/// Calls `check` with each generated bundle whose records are never refused as a whole.
fn each(check: impl Fn(u64, &Bundle, &mut Native, generate::Rows)) {
    for seed in 0..BUNDLES {
        let parts = generate::bundle(seed);
        let bytes = Bundle::encode(parts).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let bundle = Bundle::open(&bytes, Trust::Anyone).unwrap();
        let mut native = Native::default();
        native.open(&bytes).unwrap();
        let rows = generate::rows(&mut Random::new(seed), &bundle.fields, ROWS, false);
        check(seed, &bundle, &mut native, rows);
    }
}

fn all_columns(bundle: &Bundle) -> Vec<u32> {
    (0..bundle.graph.columns() as u32).collect()
}

#[test]
fn the_same_seed_gives_the_same_bundle() {
    for seed in 0..BUNDLES {
        let once = Bundle::encode(generate::bundle(seed)).unwrap();
        assert_eq!(once, Bundle::encode(generate::bundle(seed)).unwrap(), "seed {seed}");
    }
}

#[test]
fn a_bundle_that_was_read_is_written_as_the_same_bytes() {
    for seed in 0..BUNDLES {
        let bytes = Bundle::encode(generate::bundle(seed)).unwrap();
        let parts = Bundle::open(&bytes, Trust::Anyone).unwrap().into_parts();
        assert_eq!(Bundle::encode(parts).unwrap(), bytes, "seed {seed}");
    }
}

#[test]
fn any_size_of_block_gives_the_same_bits() {
    each(|seed, bundle, native, rows| {
        let columns = all_columns(bundle);
        let Ok(whole) = native.score_columns(rows.count, &rows.values, &columns) else { return };
        let whole = generate::Rows { count: rows.count, values: whole };
        for size in [1, 7, 256] {
            for from in (0..rows.count).step_by(size) {
                let to = (from + size).min(rows.count);
                let part = native.score_columns(to - from, &rows.slice(from, to).values, &columns).unwrap();
                assert!(same_bits(&part, &whole.slice(from, to).values), "seed {seed}, rows {from}..{to}");
            }
        }
    });
}

#[test]
fn any_order_of_rows_gives_the_same_bits() {
    each(|seed, bundle, native, rows| {
        let columns = all_columns(bundle);
        let Ok(whole) = native.score_columns(rows.count, &rows.values, &columns) else { return };
        let mut order: Vec<usize> = (0..rows.count).collect();
        let mut random = Random::new(seed);
        (1..order.len()).rev().for_each(|i| order.swap(i, random.below(i + 1)));
        let mixed = native.score_columns(rows.count, &rows.reordered(&order).values, &columns).unwrap();
        let expected = generate::Rows { count: rows.count, values: whole }.reordered(&order);
        assert!(same_bits(&mixed, &expected.values), "seed {seed}");
    });
}

#[test]
fn json_and_columns_come_to_the_same_decisions() {
    for seed in 0..BUNDLES {
        let bytes = Bundle::encode(generate::bundle(seed)).unwrap();
        let bundle = Bundle::open(&bytes, Trust::Anyone).unwrap();
        let mut native = Native::default();
        native.open(&bytes).unwrap();
        let rows = generate::rows(&mut Random::new(seed), &bundle.fields, ROWS, true);
        let json = serde_json::to_vec(&generate::records(&bundle.fields, &rows)).unwrap();
        let from_json = native.score_json(&json, true).unwrap();
        for (row, answer) in from_json.into_iter().enumerate() {
            // A refused row is the error of a whole call with columns, so each row is a call.
            let alone = native.decide_columns(1, &rows.slice(row, row + 1).values, true);
            match (alone, answer) {
                (Ok(alone), answer) => assert_eq!(alone, [answer], "seed {seed}, row {row}"),
                (Err(alone), Err(answer)) => assert_eq!(alone.code, answer.code, "seed {seed}, row {row}"),
                (Err(alone), Ok(_)) => panic!("seed {seed}, row {row}: refused as columns only: {alone:?}"),
            }
        }
    }
}

#[test]
fn no_result_holds_nan_as_a_figure_or_any_other_nan_than_the_one() {
    each(|seed, bundle, native, rows| {
        let fields = bundle.fields.len() as u32;
        let columns: Vec<u32> = (fields..bundle.graph.columns() as u32).collect();
        let Ok(out) = native.score_columns(rows.count, &rows.values, &columns) else { return };
        for (column, values) in columns.iter().zip(out.chunks_exact(rows.count)) {
            let odd =
                values.iter().find(|x| x.is_infinite() || (x.is_nan() && x.to_bits() != f64::NAN.to_bits()));
            let node = bundle.node_of_column(*column);
            assert_eq!(odd, None, "seed {seed}, column {column} of {node:?}");
        }
    });
}
