//! Entropy gain and information gain, against the formulas written out.

use scorelet_core::math;
use serde_json::{Value, json};

use super::source::{columns, decide, refused, scorer};

const COLUMNS: &str = r#"
[bundle]
name = "entropy"
[fields]
a1 = { type = "number", missing = "own_bin" }
a2 = { type = "number", missing = "own_bin" }
b1 = { type = "number", missing = "own_bin" }
b2 = { type = "number", missing = "own_bin" }
c1 = { type = "number", missing = "own_bin" }
c2 = { type = "number", missing = "own_bin" }
na = { type = "integer", missing = "own_bin" }
nb = { type = "integer", missing = "own_bin" }
nc = { type = "integer", missing = "own_bin" }
[nodes.g]
kind = "entropy_gain"
features = { applied = ["a1", "a2"], settled = ["b1", "b2"], in_collection = ["c1", "c2"] }
counts = { applied = "na", settled = "nb", in_collection = "nc" }
thresholds = { applied = 2.0, settled = 4.0, in_collection = 0.5 }
coefficients = { applied = 0.5, settled = -0.75, in_collection = 1.5 }
complexity = 0.8
[scores.fraud]
score = "g.x"
"#;

const K: [f64; 3] = [2.0, 4.0, 0.5];
const BETA: [f64; 3] = [0.5, -0.75, 1.5];

fn surprise(f: f64) -> f64 {
    if f == 0.0 { 0.0 } else { -f * math::ln(f) / math::ln(2.0) }
}

/// F of features and numbers of transactions.
fn naive(features: &[[f64; 2]; 3], counts: &[f64; 3]) -> f64 {
    let all: f64 = counts.iter().sum();
    (0..3)
        .map(|k| {
            let gain = 0.8 / 2.0 * features[k].iter().map(|x| BETA[k] * (x - K[k]) / K[k]).sum::<f64>();
            if counts[k] == 0.0 { 0.0 } else { gain * surprise(counts[k] / all) }
        })
        .sum()
}

#[test]
fn columns_give_the_formulas_figures() {
    let mut scorer = scorer(COLUMNS);
    let outputs = ["g.gain_applied", "g.gain_settled", "g.gain_in_collection", "g.f", "g.x", "g.blacklisted"];
    let (mut listed, mut free) = (0, 0);
    for step in 0..500_u32 {
        let x = |i: u32| f64::from((step * 7 + i * 13) % 29) / 4.0;
        let features = [[x(0), x(1)], [x(2), x(3)], [x(4), x(5)]];
        let counts = [f64::from(step % 4), f64::from(step / 4 % 5), f64::from(step / 20 % 3)];
        if counts == [0.0; 3] {
            continue;
        }
        let row: Vec<f64> = features.iter().flatten().copied().chain(counts).collect();
        let found = columns(&mut scorer, &row, &outputs);
        let f = naive(&features, &counts);
        assert!((found[3] - f).abs() < 1e-12, "{row:?}: {} {f}", found[3]);
        assert_eq!(found[4], 1.0 - found[3]);
        assert_eq!(found[5], f64::from(u8::from(found[4] < 1.0)));
        let gain = 0.4 * ((x(0) - 2.0) / 2.0 + (x(1) - 2.0) / 2.0) * 0.5;
        assert!((found[0] - gain).abs() < 1e-12);
        if counts.iter().filter(|&&n| n > 0.0).count() == 1 {
            assert_eq!(found[3], 0.0, "one class has everything");
        }
        if found[5] == 1.0 { listed += 1 } else { free += 1 }
    }
    assert!(listed > 100 && free > 100);
}

#[test]
fn without_transactions_or_with_a_negative_number_there_is_no_figure() {
    let mut scorer = scorer(COLUMNS);
    let none = f64::NAN;
    for counts in [[0.0, 0.0, 0.0], [3.0, -1.0, 1.0], [1.0, none, 1.0]] {
        let row: Vec<f64> = [1.0; 6].into_iter().chain(counts).collect();
        let found = columns(&mut scorer, &row, &["g.f", "g.x", "g.blacklisted"]);
        assert!(found.iter().all(|x| x.is_nan()), "{counts:?} {found:?}");
    }
    // A class without transactions has no features.
    let row = [1.0, 2.0, none, none, 3.0, 1.0, 2.0, 0.0, 2.0];
    let found = columns(&mut scorer, &row, &["g.f"]);
    assert!((found[0] - naive(&[[1.0, 2.0], [0.0; 2], [3.0, 1.0]], &[2.0, 0.0, 2.0])).abs() < 1e-12);
}

const EVENTS: &str = r#"
[bundle]
name = "entropy"
[fields]
as_of = { type = "date", missing = "own_bin" }
[fields.loans]
type = "events"
as_of = "as_of"
missing = "empty"
[fields.loans.columns]
status = { type = "category", categories = ["applied", "paid", "closed", "collection", "other"], missing = "refuse" }
amount = { type = "number", missing = "refuse" }
late = { type = "number", missing = "refuse" }
channel = { type = "category", categories = ["shop", "web"], missing = "refuse" }
[nodes.g]
kind = "entropy_gain"
events = "loans"
class = "status"
classes = { applied = "applied", settled = ["paid", "closed"], in_collection = "collection" }
features = ["amount", "late"]
thresholds = { applied = 2.0, settled = 4.0, in_collection = 0.5 }
coefficients = { applied = 0.5, settled = -0.75, in_collection = 1.5 }
complexity = 0.8
[nodes.i]
kind = "entropy_gain"
method = "information_gain"
events = "loans"
class = "status"
classes = { applied = "applied", settled = ["paid", "closed"], in_collection = "collection" }
by = "channel"
[scores.fraud]
score = "g.x"
[scores.credit]
score = "i.f"
[rules.blacklist]
kind = "hard"
when = "g.blacklisted"
unknown = "ignore"
text = "Blacklisted"
[outcome]
cases = [{ outcome = "approve" }]
"#;

#[test]
fn events_give_the_formulas_figures() {
    let mut scorer = scorer(EVENTS);
    let words = ["applied", "paid", "closed", "collection", "other"];
    let mut outcomes = std::collections::BTreeSet::new();
    for step in 0..60_usize {
        let mut loans = Vec::new();
        let (mut sums, mut counts, mut parts) = ([[0.0; 2]; 3], [0.0; 3], [[0.0; 3]; 2]);
        for at in 0..step % 9 {
            let word = (step * 3 + at * 7) % 5;
            let (amount, late) = ((at * step % 11) as f64, ((at + step) % 3) as f64);
            let channel = (at + step / 3) % 2;
            let by = ["shop", "web"][channel];
            loans.push(json!({ "date": format!("2025-01-{:02}", at + 1), "status": words[word],
                "amount": amount, "late": late, "channel": by }));
            if let Some(class) = [Some(0), Some(1), Some(1), Some(2), None][word] {
                sums[class][0] += amount;
                sums[class][1] += late;
                counts[class] += 1.0;
                parts[channel][class] += 1.0;
            }
        }
        let told = decide(&mut scorer, &json!({ "as_of": "2025-06-01", "loans": loans }));
        let [x, information] = [&told["scores"][0]["score"], &told["scores"][1]["score"]];
        let all: f64 = counts.iter().sum();
        if all == 0.0 {
            assert_eq!([x, information], [&Value::Null, &Value::Null]);
            continue;
        }
        let mean = |k: usize| sums[k].map(|sum| if counts[k] == 0.0 { 0.0 } else { sum / counts[k] });
        let f = naive(&[mean(0), mean(1), mean(2)], &counts);
        assert!((x.as_f64().unwrap() - (1.0 - f)).abs() < 1e-12, "{loans:?}");
        assert_eq!(told["outcome"], if x.as_f64().unwrap() < 1.0 { "decline" } else { "approve" });
        outcomes.insert(told["outcome"].to_string());
        let entropy = |counts: &[f64; 3]| {
            let all: f64 = counts.iter().sum();
            counts.iter().map(|n| if all == 0.0 { 0.0 } else { surprise(n / all) }).sum::<f64>()
        };
        let rest: f64 = parts.iter().map(|part| part.iter().sum::<f64>() / all * entropy(part)).sum();
        assert!((information.as_f64().unwrap() - (entropy(&counts) - rest)).abs() < 1e-12, "{loans:?}");
    }
    assert_eq!(outcomes.len(), 2);
}

#[test]
fn plain_information_gain_of_columns() {
    let start = COLUMNS.find("counts =").unwrap();
    let end = COLUMNS.find("[scores").unwrap();
    let toml = format!("{}method = \"information_gain\"\n{}", &COLUMNS[..start], &COLUMNS[end..]);
    let mut scorer = scorer(&toml);
    // Two parts that tell the class, and two that tell nothing.
    let found =
        columns(&mut scorer, &[4.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0], &["g.f", "g.blacklisted"]);
    assert_eq!(found, [1.0, 1.0]);
    let found = columns(&mut scorer, &[2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0], &["g.f", "g.x"]);
    assert!(found[0].abs() < 1e-12 && (found[1] - 1.0).abs() < 1e-12);
}

#[test]
fn what_is_wrong_is_told_where() {
    for (from, to, told) in [
        ("settled = 4.0", "settled = 0", "the gain divides by it"),
        ("settled = [\"b1\", \"b2\"]", "settled = [\"b1\"]", "has 2, 1 and 2 features"),
        ("complexity = 0.8", "", "has no `complexity`"),
        ("nc\" }", "nd\" }", "there is no field or node `nd`"),
    ] {
        refused(&COLUMNS.replacen(from, to, 1), told);
    }
    for (from, to, told) in [
        ("\"closed\"]", "\"close\"]", "is no category of `status`"),
        ("features = [\"amount\", \"late\"]", "features = [\"amount\", \"lat\"]", "have no column `lat`"),
        ("features = [\"amount\", \"late\"]", "features = [\"channel\"]", "`channel` is no number"),
        ("by = \"channel\"", "by = \"amount\"", "`amount` is no category"),
        ("events = \"loans\"", "events = \"as_of\"", "is no event list"),
    ] {
        refused(&EVENTS.replacen(from, to, 1), told);
    }
}
