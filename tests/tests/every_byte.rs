//! Every place of a bundle, changed: the engine opens it or refuses it by a typed error, and what it opens it scores.
//!
//! The bundles are unsigned, so that no digest stands before the parser. (The fuzz targets mutate at random; this goes
//! through every byte of a few small bundles, so that no field of the format is left out by chance.)

use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::error::Error;
use scorelet_core::scorer::{Options, Scorer};
use scorelet_tests::generate;
use scorelet_tests::random::Random;

/// Bytes of the greatest bundle that is gone through.
const SMALL: usize = 6000;
const BUNDLES: usize = 6;

fn small_bundles() -> Vec<(u64, Vec<u8>)> {
    let all = (0..).map(|seed| (seed, Bundle::encode(generate::bundle(seed)).unwrap()));
    all.filter(|(_, bytes)| bytes.len() < SMALL).take(BUNDLES).collect()
}

/// What came of it: the error, if it was refused.
fn try_one(seed: u64, bytes: &[u8]) -> Option<Error> {
    match Bundle::open(bytes, Trust::Anyone) {
        Err(error) => {
            assert!(error.code().starts_with("SCL-01"), "{error}");
            assert!(!error.place().is_empty() && !error.mend().is_empty(), "{error}");
            Some(error)
        }
        Ok(bundle) => {
            let rows = generate::rows(&mut Random::new(seed), &bundle.fields, 2, false);
            let mut scorer = Scorer::new(bundle);
            if let Ok(decisions) =
                scorer.decide_columns(2, &rows.values, Options { reasons: true, trace: true })
            {
                for decision in decisions {
                    let figures = decision.scores.iter().flat_map(|s| {
                        let reasons = s.reasons.iter().flatten().map(|r| Some(r.contribution));
                        [s.score, s.pd, s.margin].into_iter().chain(reasons)
                    });
                    assert!(figures.flatten().all(f64::is_finite), "a result that is not finite");
                }
            }
            None
        }
    }
}

#[test]
fn every_byte_changed() {
    let (mut opened, mut refused) = (0, 0);
    for (seed, bytes) in small_bundles() {
        let mut changed = bytes.clone();
        for at in 0..bytes.len() {
            for new in [bytes[at] ^ 1, bytes[at] ^ 0x80, 0, 0xff] {
                changed[at] = new;
                *(if try_one(seed, &changed).is_some() { &mut refused } else { &mut opened }) += 1;
            }
            changed[at] = bytes[at];
        }
    }
    assert!(opened > 1000 && refused > 1000, "{opened} opened, {refused} refused");
}

#[test]
fn every_number_made_huge() {
    for (seed, bytes) in small_bundles() {
        for at in 0..bytes.len().saturating_sub(8) {
            for huge in [&u32::MAX.to_le_bytes()[..], &i32::MAX.to_le_bytes(), &f64::MAX.to_le_bytes()] {
                let mut changed = bytes.clone();
                changed[at..at + huge.len()].copy_from_slice(huge);
                try_one(seed, &changed);
            }
        }
    }
}

#[test]
fn every_cut_and_every_byte_too_many() {
    for (seed, bytes) in small_bundles() {
        for length in 0..bytes.len() {
            assert!(try_one(seed, &bytes[..length]).is_some(), "seed {seed}: whole after {length} bytes");
            let mut longer = bytes.clone();
            longer.insert(length, 0);
            try_one(seed, &longer);
            longer.remove(length);
            longer.remove(length);
            try_one(seed, &longer);
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(try_one(seed, &longer).is_some());
    }
}

/// A kind that a later engine brings: refused by its name, with the version that has it.
#[test]
fn an_unknown_kind_of_node_is_refused_by_name() {
    let (seed, bytes) = small_bundles().remove(0);
    let name = b"forest";
    let at = bytes.windows(name.len()).position(|w| w == name).expect("the kind table names it");
    let code = 0x0203_u16.to_le_bytes();
    let codes: Vec<usize> = (0..bytes.len() - 1).filter(|&i| bytes[i..i + 2] == code).collect();
    let mut seen = false;
    for pick in 1..1_u32 << codes.len().min(10) {
        let mut changed = bytes.clone();
        changed[at..at + name.len()].copy_from_slice(b"quorum");
        for (bit, &i) in codes.iter().take(10).enumerate() {
            if pick >> bit & 1 == 1 {
                changed[i..i + 2].copy_from_slice(&0x7eee_u16.to_le_bytes());
            }
        }
        if let Some(error) = try_one(seed, &changed)
            && error.code() == "SCL-0110"
        {
            assert!(error.to_string().contains("`quorum`"), "{error}");
            assert!(error.mend().contains("engine version"), "{}", error.mend());
            seen = true;
        }
    }
    assert!(seen, "no change made an unknown kind");
}
