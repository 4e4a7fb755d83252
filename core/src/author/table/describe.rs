//! Findings in words.

use super::{Analysis, Bound, HitPolicy, Set};
use crate::author::feel::Kind;
use crate::record::date;

/// Something that was found about a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule that it is about, from 0; the table as a whole if none.
    pub rule: Option<usize>,
    /// Whether the table must not be used so.
    pub error: bool,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

/// An applicant: the columns with their values.
pub fn applicant(columns: &[(String, Kind)], example: &[Option<f64>]) -> String {
    let one = |((name, kind), value): (&(String, Kind), &Option<f64>)| match value {
        None => format!("{name} absent"),
        Some(x) => format!("{name} = {}", written(*x, kind)),
    };
    columns.iter().zip(example).map(one).collect::<Vec<_>>().join(", ")
}

fn written(x: f64, kind: &Kind) -> String {
    match kind {
        Kind::Truth => (x != 0.0).to_string(),
        Kind::Date => date::format(x).unwrap_or_else(|| x.to_string()),
        Kind::Text(list) => list.get(x as usize).map_or_else(|| x.to_string(), |text| format!("\"{text}\"")),
        _ => x.to_string(),
    }
}

/// What an analysis of a bound table found, in words. `complete`: whether a gap is a mistake.
pub fn findings(bound: &Bound, found: &Analysis, complete: bool) -> Vec<Finding> {
    let (table, columns) = (&bound.table, bound.columns.as_slice());
    // Conditions of two rules on other columns may exclude each other.
    let plain = columns.len() - bound.conditions.min(columns.len());
    let certain = |rule: usize| {
        let tests = table.rules.get(rule).map_or(&[][..], |rule| &rule.tests);
        tests.iter().skip(plain).all(|test| *test == Set::any())
    };
    let mut all = Vec::new();
    let warn =
        |rule, message: String, mend: &str| Finding { rule, error: false, message, mend: mend.to_owned() };
    for overlap in &found.overlaps {
        let (a, b) = (overlap.rules.0 + 1, overlap.rules.1 + 1);
        let example = applicant(columns, &overlap.example);
        let what = match table.policy {
            HitPolicy::Unique => "both hold, and the hit policy U allows one rule only",
            _ => "both hold and give something else, which the hit policy A forbids",
        };
        let message = format!("rules {a} and {b} overlap: for an applicant with {example}, {what}");
        if certain(overlap.rules.0) && certain(overlap.rules.1) {
            let mend = "part the rules, or use the hit policy F or P".to_owned();
            all.push(Finding { rule: Some(overlap.rules.1), error: true, message, mend });
        } else {
            let message = format!("{message}, if that applicant can be");
            all.push(warn(Some(overlap.rules.1), message, "see that the conditions exclude each other"));
        }
    }
    if found.overlapping > found.overlaps.len() as u64 {
        let message =
            format!("{} pairs of rules overlap; {} are told", found.overlapping, found.overlaps.len());
        all.push(warn(None, message, "mend those that are told first"));
    }
    if !found.pairs_searched {
        let message = "not fully searched for overlaps: there are too many pairs of rules".to_owned();
        all.push(warn(None, message, "part the table, or look at its traces"));
    }
    for &rule in &found.unreachable {
        let message = format!(
            "rule {} never counts: nobody passes its tests, or earlier rules hold for all who do",
            rule + 1
        );
        all.push(warn(Some(rule), message, "take it out, or move it up"));
    }
    if found.unreachable_unknown > 0 {
        let message = format!(
            "{} rules were not fully searched for whether they ever count",
            found.unreachable_unknown
        );
        all.push(warn(None, message, "part the table, or look at its traces"));
    }
    let defaulted = !table.outputs.is_empty() && table.outputs.iter().all(|output| output.default.is_some());
    match &found.gap {
        Some(example) if !defaulted => all.push(Finding {
            rule: None,
            error: complete,
            message: format!("no rule holds for an applicant with {}", applicant(columns, example)),
            mend: "add a rule, or give the outputs a default".to_owned(),
        }),
        _ if !found.gap_searched && !defaulted => {
            let message = "not fully searched for applicants for whom no rule holds".to_owned();
            all.push(warn(None, message, "give the outputs a default"));
        }
        _ => {}
    }
    all
}
