//! `scorelet forecast` on the example, against the trainer's own answers.

use serde_json::Value;

use super::sandbox::Sandbox;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/repayment-forecast");

/// The 36 answers of each of the trainer's platforms.
fn answers() -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(format!("{EXAMPLE}/data/expected.csv")).unwrap();
    let row = |line: &str| line.split(',').skip(1).take(36).map(|cell| cell.parse().unwrap()).collect();
    text.lines().skip(1).map(row).collect()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-5 * expected.abs(), "{found} is not {expected}");
}

#[test]
fn the_trainers_numbers_month_by_month() {
    let sandbox = Sandbox::new();
    let records = format!("{EXAMPLE}/data/platforms.ndjson");
    sandbox.run(&["build", EXAMPLE, "-o", "f.sclb"]).ok();
    let out = sandbox.run(&["forecast", "f.sclb", &records, "--format", "json"]).out;
    let told: Vec<Value> = serde_json::from_str(&out).unwrap();
    let answers = answers();
    assert_eq!((told.len(), answers.len()), (40, 40));
    for (row, expected) in told.iter().zip(&answers) {
        let months = row["forecasts"][0]["months"].as_array().unwrap();
        assert_eq!(months.len(), 12);
        for (month, levels) in months.iter().zip(expected.chunks(3)) {
            for (name, &level) in ["p10", "p50", "p90"].iter().zip(levels) {
                near(month[name].as_f64().unwrap(), level);
            }
        }
    }
    let first: Value =
        serde_json::from_str(std::fs::read_to_string(&records).unwrap().lines().next().unwrap()).unwrap();
    assert_eq!(first["as_of"], "2025-10-31");
    assert_eq!(told[0]["forecasts"][0]["months"][0]["month"], "2025-11");

    let csv = sandbox.run(&["forecast", "f.sclb", &records, "--format", "csv", "--months", "2"]).out;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 1 + 40 * 2 * 3);
    assert!(lines[6].starts_with("1,repayments,2025-12,p90,"), "{}", lines[6]);
    near(lines[6].rsplit(',').next().unwrap().parse().unwrap(), answers[0][5]);

    let table = sandbox.run(&["forecast", "f.sclb", &records, "--months", "3"]).out;
    let row: Vec<&str> =
        table.lines().find(|line| line.contains("2026-01")).unwrap().split_whitespace().collect();
    assert_eq!(row[2], format!("{:.4}", answers[0][7]));
    assert!(!table.contains("2026-02"));
}

#[test]
fn a_bundle_without_forecasts_is_told() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "card"]).ok();
    sandbox.run(&["build", "card", "-o", "c.sclb"]).ok();
    sandbox.write("r.ndjson", "{}\n");
    sandbox.run(&["forecast", "c.sclb", "r.ndjson"]).fails(2, &["has no forecast"]);
}
