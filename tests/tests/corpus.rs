//! The corpus in every runtime: the same bundle digests and result digests that are written beside the cases.
//!
//! `SCORELET_BLESS=1` writes them instead, from the native engine.

use scorelet_tests::corpus::Case;
use scorelet_tests::runtime::{Native, Runtime, Wasmtime};

#[test]
fn every_case_comes_to_its_digests_in_every_runtime() {
    let bless = std::env::var_os("SCORELET_BLESS").is_some();
    let runtimes: [Box<dyn Runtime>; 2] = [Box::new(Native::default()), Box::new(Wasmtime::default())];
    let cases = Case::all();
    assert!(!cases.is_empty(), "the corpus is empty");
    for mut runtime in runtimes {
        for case in &cases {
            let found = case.run(runtime.as_mut());
            if bless && runtime.name() == "native" {
                case.bless(&found);
            }
            assert_eq!(Some(&found), case.expected().as_ref(), "{} in {}", case.name, runtime.name());
        }
    }
}
