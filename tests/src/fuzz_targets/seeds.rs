//! What the targets start from.

use std::cell::RefCell;

use scorelet_core::author::cut::cut;
use scorelet_core::bundle::{Bundle, BundleParts, Trust};
use scorelet_core::scorer::Scorer;

use crate::generate;
use crate::random::Random;

/// How many generated bundles records and columns are tried on.
const BUNDLES: u64 = 6;

/// Magic, version 1, no flags, no key, no signature: what stands before the content of an unsigned bundle.
pub(super) const UNSIGNED_HEADER: [u8; 112] = {
    let mut header = [0; 112];
    let magic = b"SCORELET";
    let mut i = 0;
    while i < magic.len() {
        header[i] = magic[i];
        i += 1;
    }
    header[8] = 1;
    header
};

/// Every second bundle has event lists.
fn parts(seed: u64) -> BundleParts {
    let mut parts = generate::bundle(seed);
    if seed % 2 == 1 {
        generate::event_lists(&mut Random::new(seed), &mut parts);
    }
    parts
}

fn encoded(seed: u64) -> Vec<u8> {
    Bundle::encode(parts(seed)).expect("generated bundles are valid")
}

/// Whole files, signed and unsigned; small ones, so that a mutation hits something that matters.
pub(super) fn bundles() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = (0..60).map(encoded).filter(|bytes| bytes.len() < 6000).collect();
    seeds.push(Bundle::encode_signed(generate::bundle(1), &[3; 32]).expect("a valid bundle"));
    for seed in 0..20 {
        let mut parts = parts(seed);
        generate::stages(&mut Random::new(seed), &mut parts);
        if let Some(stages) = cut(&parts).expect("a generated cut is valid") {
            let both =
                [stages.device, stages.edge].map(|parts| Bundle::encode(parts).expect("a valid stage"));
            seeds.extend(both.into_iter().filter(|bytes| bytes.len() < 6000));
        }
    }
    seeds
}

/// The content of the unsigned ones.
pub(super) fn contents() -> Vec<Vec<u8>> {
    bundles().iter().filter(|bytes| bytes.starts_with(&UNSIGNED_HEADER)).map(|b| b[112..].to_vec()).collect()
}

/// Records for the bundles that [`with_scorer`] has.
pub(super) fn records() -> Vec<Vec<u8>> {
    let of = |choice: u64| {
        let fields = parts(choice).fields;
        let rows = generate::rows(&mut Random::new(choice), &fields, 3, true);
        let mut seed = vec![choice as u8];
        serde_json::to_writer(&mut seed, &generate::records(&fields, &rows)).expect("writing to a Vec");
        seed
    };
    (0..BUNDLES).map(of).collect()
}

/// Columns for them.
pub(super) fn columns() -> Vec<Vec<u8>> {
    let of = |choice: u64| {
        let rows = generate::rows(&mut Random::new(choice), &parts(choice).fields, 3, false);
        let mut seed = vec![choice as u8];
        seed.extend(rows.values.iter().flat_map(|value| value.to_le_bytes()));
        seed
    };
    (0..BUNDLES).map(of).collect()
}

/// Calls of the raw ABI: every kind once or twice, in several orders.
pub(super) fn calls() -> Vec<Vec<u8>> {
    (0..12)
        .map(|seed| {
            let mut random = Random::new(seed);
            (0..60).map(|i| if i % 3 == 0 { random.below(11) as u8 } else { random.below(6) as u8 }).collect()
        })
        .collect()
}

/// Sources that name most of what the language has.
pub(super) fn bundle_sources() -> Vec<Vec<u8>> {
    let paths = [
        "corpus/every-kind/bundle.toml",
        "sources/features.toml",
        "../host/src/cli/init/bundle.toml",
        "../host/examples/german-credit/scorecard/bundle.toml",
        "../host/examples/german-credit/xgboost/bundle.toml",
    ];
    paths.iter().map(|path| std::fs::read(crate::data(path)).expect("a bundle source")).collect()
}

thread_local! {
    static SCORERS: RefCell<Vec<Scorer>> = RefCell::new(
        (0..BUNDLES)
            .map(|seed| Scorer::new(Bundle::open(&encoded(seed), Trust::Anyone).expect("a valid bundle")))
            .collect(),
    );
}

/// Runs something with one of a few scorers, which are made once a thread.
pub(super) fn with_scorer(choice: u8, run: impl FnOnce(&mut Scorer)) {
    SCORERS.with_borrow_mut(|scorers| {
        let index = usize::from(choice) % scorers.len();
        run(&mut scorers[index]);
    });
}

/// A few bundles as files, the first of them broken.
pub(super) fn few_bundles() -> Vec<Vec<u8>> {
    let mut files = vec![b"SCORELET".to_vec()];
    files.extend((0..4).map(encoded));
    files
}
