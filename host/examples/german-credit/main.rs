//! What came of scoring the German credit applicants: the first ten, and how well each model tells the held-out bad
//! applicants from the good ones, beside its trainer's own figures.
//!
//! `german-credit DECISIONS`: the folder with `scorecard.ndjson` and `xgboost.ndjson`, as
//! `scorelet score … --reasons --format ndjson` writes them. `cargo xtask demo` does all of it.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks on its streams")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use scorelet::performance::Performance;
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Applicants that the table shows, and reasons for each.
const SHOWN: usize = 10;
const REASONS: usize = 2;

/// The figure of a score that rises with the risk.
type Risk = fn(&Value) -> Option<f64>;

/// Each model: name, title, and what its trainer ranked the applicants by.
const MODELS: [(&str, &str, Risk); 2] = [
    ("scorecard", "The scorecard (OptBinning, logistic regression)", |score| Some(-score["score"].as_f64()?)),
    ("xgboost", "XGBoost (120 trees, native categories)", |score| score["margin"].as_f64()),
];

fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target/demo"), PathBuf::from);
    match report(&folder) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("the figures are not the trainer's");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints everything; whether all figures are the trainers'.
fn report(folder: &Path) -> Result<bool> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/german-credit");
    let bad = last_column(&example.join("data/german_credit.csv"), "bad")?;
    let held_out = last_column(&example.join("data/split.csv"), "test")?;
    let mut figures = Vec::new();
    for (name, title, risk) in MODELS {
        let scores = scores(&folder.join(format!("{name}.ndjson")))?;
        println!("\n{title}\n");
        table(&scores, &bad);
        let rows = scores.iter().zip(bad.iter().zip(&held_out)).filter(|(_, (_, held_out))| **held_out);
        let rows: Option<Vec<(f64, bool)>> =
            rows.map(|(score, (bad, _))| Some((risk(score)?, *bad))).collect();
        let ours = Performance::of(&rows.ok_or("a held-out applicant was not scored")?);
        let metrics = fs::read(example.join(name).join("metrics.json"))?;
        let theirs: Value = serde_json::from_slice(&metrics)?;
        figures.push((name, ours.ok_or("there are no good, or no bad, applicants")?, theirs["test"].clone()));
    }
    Ok(compare(&figures))
}

/// Whether each row of a table has this word in its last column.
fn last_column(path: &Path, word: &str) -> Result<Vec<bool>> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let rows = text.lines().skip(1).filter(|line| !line.is_empty());
    Ok(rows.map(|line| line.rsplit(',').next() == Some(word)).collect())
}

/// The score of each decision: the bundles have one.
fn scores(path: &Path) -> Result<Vec<Value>> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let scores = text.lines().map(|line| {
        let mut decision: Value = serde_json::from_str(line)?;
        Ok(decision["scores"][0].take())
    });
    scores.collect()
}

fn table(scores: &[Value], bad: &[bool]) {
    println!("  row  score      PD  band  was   what speaks against the applicant most");
    for (index, (score, bad)) in scores.iter().zip(bad).enumerate().take(SHOWN) {
        let points = score["score"].as_f64().unwrap_or(f64::NAN);
        let pd = 100.0 * score["pd"].as_f64().unwrap_or(f64::NAN);
        let band = score["band"].as_str().unwrap_or("–");
        let was = if *bad { "bad" } else { "good" };
        let reasons = score["reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut texts = reasons.iter().take(REASONS).map(reason);
        let first = texts.next().unwrap_or_else(|| "nothing".to_owned());
        println!("{:>5}  {points:>5}  {pd:>4.1} %  {band:<4}  {was:<4}  {first}", index + 1);
        texts.for_each(|text| println!("{:35}{text}", ""));
    }
}

fn reason(reason: &Value) -> String {
    let text = |key: &str| reason[key].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("code"), text("text"))
}

fn compare(figures: &[(&str, Performance, Value)]) -> bool {
    println!("\nHeld-out applicants (300): here, and as the trainer's own tools computed it\n");
    println!("{:<12}{:>22}{:>22}{:>22}", "", "AUC", "Gini", "KS");
    let mut equal = true;
    for (name, ours, theirs) in figures {
        print!("{name:<12}");
        for (key, ours) in [("auc", ours.auc), ("gini", ours.gini), ("ks", ours.ks)] {
            let ours = format!("{ours:.6}");
            let theirs = theirs[key].as_f64().map_or_else(|| "none".to_owned(), |x| format!("{x:.6}"));
            equal &= ours == theirs;
            print!("{:>22}", format!("{ours} {} {theirs}", if ours == theirs { "=" } else { "≠" }));
        }
        println!();
    }
    equal
}
