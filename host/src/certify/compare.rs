//! Engines side by side.

use scorelet_core::bundle::{Bundle, Digest};

use super::rows::Rows;
use crate::error::Result;
use crate::evaluate::Evaluator;

/// Rows of one call.
const CALL: usize = 1024;

/// The first row on which two engines differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Row, from 0.
    pub row: usize,
    /// What differs: a column, the decision, or what a self-check expects.
    pub what: String,
    /// What the reference has.
    pub expected: String,
    /// What the artefact has.
    pub found: String,
}

/// What came of one engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Rows compared.
    pub rows: usize,
    /// Values compared: every column of the graph on every row.
    pub values: usize,
    /// Rows that differ.
    pub differing: usize,
    /// The first of them.
    pub first: Option<Difference>,
    /// SHA-256 over the canonical bytes of all decisions, in order: the digest that two machines compare.
    pub digest: Digest,
}

impl Report {
    fn differs(&mut self, difference: Difference) {
        self.differing += 1;
        self.first.get_or_insert(difference);
    }
}

/// Runs `rows` through `engine`, and compares every column's bits and every decision's canonical bytes with those of the
/// `reference`. Without a reference only the digest is made.
pub fn certify(
    bundle: &Bundle,
    rows: &Rows,
    engine: &mut Evaluator,
    mut reference: Option<&mut Evaluator>,
) -> Result<Report> {
    let columns: Vec<u32> = (0..u32::try_from(bundle.graph.columns()).unwrap_or(u32::MAX)).collect();
    engine.select(&columns)?;
    if let Some(reference) = reference.as_deref_mut() {
        reference.select(&columns)?;
    }
    let mut report = Report { rows: rows.rows, ..Report::default() };
    let (mut digests, mut found, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    // Wide graphs get smaller calls: the engine bounds the cells of one.
    let call = (1 << 20) / columns.len().max(1);
    let call = call.clamp(1, CALL);
    let mut first = 0;
    while first < rows.rows {
        let count = call.min(rows.rows - first);
        let values: Vec<f64> = rows
            .values
            .chunks_exact(rows.rows)
            .flat_map(|column| column.iter().skip(first).take(count).copied())
            .collect();
        let events = rows.events_of(first, count);
        engine.events(&events)?;
        if let Some(reference) = reference.as_deref_mut() {
            reference.events(&events)?;
        }
        let decisions = engine.canonical(count, &values, true)?;
        for decision in &decisions {
            digests.extend_from_slice(&Digest::of(decision).0);
        }
        if let Some(reference) = reference.as_deref_mut() {
            engine.score_columns(count, &values, &mut found)?;
            reference.score_columns(count, &values, &mut expected)?;
            report.values += found.len();
            let theirs = reference.canonical(count, &values, true)?;
            for row in 0..count {
                let column = columns.iter().find(|&&column| {
                    let at = column as usize * count + row;
                    bits(&found, at) != bits(&expected, at)
                });
                if let Some(&column) = column {
                    let at = column as usize * count + row;
                    report.differs(Difference {
                        row: first + row,
                        what: format!("column `{}`", crate::score::column_name(bundle, column)),
                        expected: shown(&expected, at),
                        found: shown(&found, at),
                    });
                } else if decisions.get(row) != theirs.get(row) {
                    let digest = |list: &[Vec<u8>]| {
                        list.get(row).map_or_else(String::new, |bytes| Digest::of(bytes).to_string())
                    };
                    report.differs(Difference {
                        row: first + row,
                        what: "result digest".to_owned(),
                        expected: digest(&theirs),
                        found: digest(&decisions),
                    });
                }
            }
        }
        first += count;
    }
    report.digest = Digest::of(&digests);
    Ok(report)
}

fn bits(values: &[f64], at: usize) -> Option<u64> {
    values.get(at).map(|value| value.to_bits())
}

fn shown(values: &[f64], at: usize) -> String {
    values.get(at).map_or_else(String::new, |value| format!("{value:?} ({:016x})", value.to_bits()))
}

/// Runs the bundle's self-checks: rows with the trainer's own outputs, within their tolerance.
pub fn self_checks(bundle: &Bundle, engine: &mut Evaluator) -> Result<Report> {
    let mut report = Report { rows: bundle.checks.len(), ..Report::default() };
    let mut out = Vec::new();
    for (row, check) in bundle.checks.iter().enumerate() {
        let columns: Vec<u32> = check.expected.iter().map(|&(column, _)| column).collect();
        engine.select(&columns)?;
        engine.events(&check.events_json(&bundle.fields))?;
        engine.score_columns(1, &check.row, &mut out)?;
        report.values += out.len();
        let wrong = check.expected.iter().zip(&out).find(|&(&(_, expected), &found)| {
            let same = expected.to_bits() == found.to_bits();
            !(same || (check.tolerance > 0.0 && (expected - found).abs() <= check.tolerance))
        });
        if let Some((&(column, expected), found)) = wrong {
            report.differs(Difference {
                row,
                what: format!("self-check, column `{}`", crate::score::column_name(bundle, column)),
                expected: format!("{expected:?}"),
                found: format!("{found:?}"),
            });
        }
    }
    Ok(report)
}
