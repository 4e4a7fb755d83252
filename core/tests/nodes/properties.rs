use crate::harness::{Cell, assert_bits, run_in_blocks};
use crate::ops::{field_value, op, state};
use proptest::collection::vec;
use proptest::prelude::*;
use scorelet_core::bundle::wire::Reader;
use scorelet_core::graph::Op;

fn cell() -> BoxedStrategy<Cell> {
    prop_oneof![5 => field_value().prop_map(Ok), 1 => state().prop_map(Err)].boxed()
}

/// An op, and columns for it, with or without absent values.
fn case() -> BoxedStrategy<(Op, Vec<Vec<Cell>>)> {
    (op(), 1usize..300, any::<bool>())
        .prop_flat_map(|((op, inputs), rows, absent)| {
            let cells = if absent { cell() } else { field_value().prop_map(Ok).boxed() };
            (Just(op), vec(vec(cells, rows), inputs))
        })
        .boxed()
}

fn bytes(op: &Op) -> Vec<u8> {
    let mut bytes = Vec::new();
    op.put(&mut bytes);
    bytes
}

fn read(code: u16, bytes: &[u8]) -> Option<Op> {
    let mut reader = Reader::new(bytes, "nodes");
    let op = Op::get(code, &mut reader).unwrap().ok()?;
    reader.end().ok()?;
    Some(op)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn block_size_changes_no_bit((op, columns) in case()) {
        let whole = run_in_blocks(&op, &columns, 256);
        for block in [1, 7] {
            let parts = run_in_blocks(&op, &columns, block);
            for (left, right) in whole.iter().zip(&parts) {
                assert_bits(left, right);
            }
        }
    }

    #[test]
    fn order_of_rows_changes_no_bit((op, mut columns) in case()) {
        let forwards = run_in_blocks(&op, &columns, 256);
        columns.iter_mut().for_each(|c| c.reverse());
        let mut backwards = run_in_blocks(&op, &columns, 256);
        backwards.iter_mut().for_each(|c| c.reverse());
        for (left, right) in forwards.iter().zip(&backwards) {
            assert_bits(left, right);
        }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_less((op, inputs) in op()) {
        let bytes = bytes(&op);
        let code = op.kind().0;
        prop_assert_eq!(read(code, &bytes), Some(op.clone()));
        prop_assert!(op.check(inputs).is_ok());
        for end in 0..bytes.len() {
            prop_assert_eq!(read(code, &bytes[..end]), None);
        }
    }

    #[test]
    fn a_mutation_is_refused_or_evaluates(
        (op, columns) in case(),
        at in any::<prop::sample::Index>(),
        to in any::<u8>(),
    ) {
        let mut bytes = bytes(&op);
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        if let Some(other) = read(op.kind().0, &bytes) {
            // A one-hot of thousands of columns is legal, and slow to test.
            if other.check(columns.len()).is_ok() && other.width(columns.len()) < 100 {
                run_in_blocks(&other, &columns, 64);
            }
        }
    }
}
