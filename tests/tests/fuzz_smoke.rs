//! Every fuzz target for a fixed number of seeded mutations, on any toolchain; and every input that was once found.

use std::panic::catch_unwind;
use std::path::PathBuf;

use scorelet_tests::data;
use scorelet_tests::fuzz_targets::{TARGETS, Target};
use scorelet_tests::mutate::mutate;
use scorelet_tests::random::Random;

/// Mutations a target: a few seconds of the dev profile.
const ITERATIONS: u64 = 3000;

fn smoke(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{name} has nothing to start from");
    seeds.iter().for_each(|seed| try_one(target, seed));
    for iteration in 0..ITERATIONS {
        let mut random = Random::new(iteration);
        let mut input = random.pick(&seeds).clone();
        let other = random.pick(&seeds).clone();
        mutate(&mut random, &mut input, &other);
        try_one(target, &input);
    }
}

/// Runs one input; on a panic the input is written down before the test fails.
fn try_one(target: &Target, input: &[u8]) {
    if catch_unwind(|| (target.run)(input)).is_err() {
        let path = std::env::temp_dir().join(format!("scorelet-fuzz-{}", target.name));
        std::fs::write(&path, input).unwrap();
        panic!(
            "{} fails on {}: when it is mended, keep it under tests/fuzz/regressions",
            target.name,
            path.display()
        );
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                smoke(stringify!($name));
            }
        )*

        #[test]
        fn every_target_has_a_smoke_test() {
            let named = [$(stringify!($name)),*];
            assert_eq!(TARGETS.iter().map(|target| target.name).collect::<Vec<_>>(), named);
        }
    };
}

targets! {
    container plan record columns local_data receipt raw_abi bundle_source
    xgboost_json xgboost_ubjson lightgbm catboost optbinning scorecardpy toad onnx dmn pmml
}

#[test]
fn what_was_once_found_stays_mended() {
    for target in TARGETS {
        let folder: PathBuf = data("fuzz/regressions").join(target.name);
        // A target without findings has no folder.
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            try_one(target, &std::fs::read(entry.unwrap().path()).unwrap());
        }
    }
}
