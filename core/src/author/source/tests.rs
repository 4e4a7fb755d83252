//! Every kind of mistake: code, line and mend. Then whole sources, evaluated.

mod coalitions;
mod decisions;
mod events;
mod formulas;
mod mistakes;
mod models;
mod networks;
mod whole;

use std::collections::BTreeMap;

use super::{Compiled, code, compile};
use crate::bundle::{Bundle, Trust};
use crate::error::SourceError;
use crate::scorer::Scorer;

const HEAD: &str = "[bundle]\nname = \"x\"\n";

fn folder(toml: &str, more: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let main = ("bundle.toml".to_owned(), toml.as_bytes().to_vec());
    let more = more.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    more.chain([main]).collect()
}

fn mistakes_in(toml: &str, more: &[(&str, &str)]) -> Vec<SourceError> {
    compile(&folder(toml, more)).err().unwrap_or_default()
}

/// Asserts that the only mistake has this code and line, and that its mend contains the words.
#[track_caller]
fn one_in(toml: &str, more: &[(&str, &str)], code: &str, line: usize, mend: &str) {
    let found = mistakes_in(toml, more);
    assert_eq!(found.len(), 1, "{found:#?}");
    let e = &found[0];
    assert_eq!((e.code, e.line), (code, line), "{e:#?}");
    assert!(e.mend.contains(mend), "{e:#?}");
    assert!(!e.message.is_empty());
}

#[track_caller]
fn one(toml: &str, code: &str, line: usize, mend: &str) {
    one_in(&format!("{HEAD}{toml}"), &[], code, line, mend);
}

#[track_caller]
fn compiled(toml: &str, more: &[(&str, &str)]) -> Compiled {
    match compile(&folder(toml, more)) {
        Ok(compiled) => compiled,
        Err(mistakes) => panic!("{mistakes:#?}"),
    }
}

#[track_caller]
fn scorer(toml: &str, more: &[(&str, &str)]) -> Scorer {
    let bytes = Bundle::encode(compiled(toml, more).parts).unwrap();
    Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap())
}

/// The value of a column of the bundle by name: a node's output.
#[track_caller]
fn column(scorer: &Scorer, name: &str) -> u32 {
    let graph = &scorer.bundle().graph;
    let (node, output) = match name.rsplit_once(':') {
        Some((node, output)) => (node, output.parse().unwrap()),
        None => (name, 0),
    };
    let at = graph.nodes().iter().position(|n| n.name == node).unwrap_or_else(|| panic!("no node {node}"));
    graph.first_column(at).unwrap() as u32 + output
}

/// Evaluates one row, in the order of the fields, and gives one column; NaN if absent.
#[track_caller]
fn value(scorer: &mut Scorer, row: &[f64], name: &str) -> f64 {
    let id = column(scorer, name);
    let mut out = [0.0];
    scorer.score_columns(1, row, &[id], &mut out).unwrap();
    out[0]
}
