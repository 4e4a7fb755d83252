//! Bundles outlive releases: every bundle of container version 1 loads, with its digest and its decisions, for ever.

use scorelet_core::bundle::{Bundle, Trust};
use scorelet_tests::compat::{answers, bundles};
use scorelet_tests::runtime::{Native, Runtime, Wasmtime};

#[test]
fn bundles_of_version_1_give_their_decisions() {
    let old = bundles("v1");
    assert!(old.len() >= 10, "old bundles are missing");
    let runtimes: [Box<dyn Runtime>; 2] = [Box::new(Native::default()), Box::new(Wasmtime::default())];
    for mut runtime in runtimes {
        for bundle in &old {
            let found = answers(runtime.as_mut(), &bundle.bytes, &bundle.records);
            assert_eq!(found, bundle.expected, "{} in {}", bundle.name, runtime.name());
        }
    }
}

#[test]
fn signatures_of_version_1_verify() {
    let signers = bundles("v1").into_iter().filter_map(|old| {
        let signer = Bundle::open(&old.bytes, Trust::Anyone).unwrap().signer?;
        Some((old, signer))
    });
    let mut seen = 0;
    for (old, signer) in signers {
        assert!(Bundle::open(&old.bytes, Trust::Key(&signer)).is_ok(), "{}", old.name);
        seen += 1;
    }
    assert!(seen > 0, "no old bundle is signed");
}
