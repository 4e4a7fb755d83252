//! Every fuzz target under libFuzzer: the binary's name says which (`scorelet_tests::fuzz_targets`).

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scorelet_tests::fuzz_targets::run(env!("CARGO_BIN_NAME"), data));
