//! Pages that are made from the flags.

use std::path::Path;

use super::sandbox::Sandbox;

/// `docs/cli.md` is what the flags say. `SCORELET_BLESS=1` writes it anew.
#[test]
fn the_reference_is_that_of_the_flags() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let made = scorelet::cli::reference();
    if std::env::var_os("SCORELET_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == made, "docs/cli.md is out of date: run this test with SCORELET_BLESS=1");
}

#[test]
fn completions_and_manual_pages() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(sandbox.run(&["completions", shell]).ok().contains("certify"), "{shell}");
    }
    assert!(sandbox.run(&["man"]).ok().contains(".TH scorelet"));
    sandbox.run(&["man", "-o", "pages"]).ok();
    assert!(sandbox.read("pages/scorelet-score.1").contains("on\\-error"));
    assert!(sandbox.run(&["--help"]).ok().contains("Exit codes:"));
}
