//! What must hold for every bundle over event lists, over generated ones.

use scorelet_core::bundle::{Bundle, Trust};
use scorelet_tests::generate;
use scorelet_tests::mutate::mutate;
use scorelet_tests::random::Random;
use scorelet_tests::runtime::{Native, Runtime};
use serde_json::Value;

const BUNDLES: u64 = 60;

fn bytes(seed: u64) -> Vec<u8> {
    Bundle::encode(generate::event_bundle(seed)).unwrap_or_else(|e| panic!("seed {seed}: {e}"))
}

#[test]
fn a_bundle_that_was_read_is_written_as_the_same_bytes() {
    for seed in 0..BUNDLES {
        let bytes = bytes(seed);
        let parts = Bundle::open(&bytes, Trust::Anyone).unwrap().into_parts();
        assert_eq!(parts, generate::event_bundle(seed), "seed {seed}");
        assert_eq!(Bundle::encode(parts).unwrap(), bytes, "seed {seed}");
    }
}

/// A record's decision does not depend on the records beside it.
#[test]
fn records_together_and_alone() {
    let (mut decided, mut different) = (0, std::collections::BTreeSet::new());
    for seed in 0..BUNDLES {
        let mut native = Native::default();
        native.open(&bytes(seed)).unwrap();
        let records = generate::event_records(&mut Random::new(seed), 40);
        let json = |records: &[Value]| serde_json::to_vec(records).unwrap();
        let together = native.score_json(&json(&records), false).unwrap();
        assert_eq!(together.len(), records.len());
        for (row, (record, wanted)) in records.iter().zip(&together).enumerate() {
            let mut alone = native.score_json(&json(std::slice::from_ref(record)), false).unwrap().remove(0);
            if let Err(refused) = &mut alone {
                refused.place = refused.place.replace("row 0", &format!("row {row}"));
            }
            assert_eq!(&alone, wanted, "seed {seed}: {record}");
            if let Ok(digest) = wanted {
                decided += 1;
                different.insert(*digest);
            }
        }
    }
    assert!(decided > 2000 && different.len() > 1500, "{decided} {}", different.len());
}

/// Changed bundles are refused, or score without harm.
#[test]
fn changed_bundles() {
    let mut random = Random::new(9);
    let (mut opened, mut refused) = (0, 0);
    for round in 0..3000 {
        let (mut changed, other) = (bytes(round % 20), bytes((round + 1) % 20));
        mutate(&mut random, &mut changed, &other);
        let mut native = Native::default();
        match native.open(&changed) {
            Ok(()) => {
                let records = generate::event_records(&mut random, 3);
                let _ = native.score_json(&serde_json::to_vec(&records).unwrap(), false);
                opened += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(opened > 20 && refused > 20, "{opened} {refused}");
}
