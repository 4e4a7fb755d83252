//! Every kind of mistake: code, line and mend.

use std::collections::BTreeMap;

use super::{code, compile};
use crate::error::SourceError;

fn mistakes(toml: &str) -> Vec<SourceError> {
    let files = BTreeMap::from([("bundle.toml".to_owned(), toml.as_bytes().to_vec())]);
    compile(&files).err().unwrap_or_default()
}

/// Asserts that the only mistake has this code and line, and that its mend contains the words.
#[track_caller]
fn one(toml: &str, code: &str, line: usize, mend: &str) {
    let found = mistakes(toml);
    assert_eq!(found.len(), 1, "{found:#?}");
    let e = &found[0];
    assert_eq!((e.code, e.line), (code, line), "{e:#?}");
    assert!(e.mend.contains(mend), "{e:#?}");
}

const HEAD: &str = "[bundle]\nname = \"x\"\n";

#[test]
fn a_folder_without_bundle_toml() {
    let found = compile(&BTreeMap::new()).unwrap_err();
    assert_eq!((found[0].code, found[0].line), (code::FILE, 1));
}

#[test]
fn broken_toml_has_its_line() {
    one("[bundle]\nname = \"x\"\nversion = 1.0.0\n", code::SYNTAX, 3, "quotes");
}

#[test]
fn unknown_keys_and_types_are_all_reported() {
    let found = mistakes("[bundle]\nname = 3\nverson = \"1\"\n[fields.age]\ntype = \"intger\"\nmni = 2\n");
    let seen: Vec<_> = found.iter().map(|e| (e.code, e.line)).collect();
    assert_eq!(
        seen,
        [(code::TYPE, 2), (code::UNKNOWN_KEY, 3), (code::VALUE, 5), (code::UNKNOWN_KEY, 6)],
        "{found:#?}"
    );
    assert!(found[1].mend.contains("did you mean `version`?"), "{}", found[1].mend);
    assert!(found[2].mend.contains("did you mean `integer`?"), "{}", found[2].mend);
    assert!(found[3].mend.contains("did you mean `min`?"), "{}", found[3].mend);
}

#[test]
fn bounds_in_the_wrong_order() {
    one(&format!("{HEAD}[fields.age]\ntype = \"integer\"\nmin = 9\nmax = 3\n"), code::VALUE, 5, "lesser");
}
