//! Event lists through the tool: NDJSON, a cell of CSV, bad rows, the certificate.

use serde_json::Value;

use super::sandbox::Sandbox;

const SOURCE: &str = r#"
[bundle]
name = "events"

[fields]
as_of = { type = "date", missing = "refuse" }

[fields.transactions]
type = "events"
as_of = "as_of"
after = "ignore"
missing = "empty"
columns = { amount = "number", note = "text", kind = { categories = ["rent"], rules = [{ text = "note", word = "rent", is = "rent" }] } }

[nodes.flow]
kind = "window"
events = "transactions"
outputs = { spent = { sum = "amount", in = "30 days" }, rents = { count = true, in = "all", where = { kind = ["rent"] } } }

[nodes.model]
kind = "linear"
intercept = 0
coefficients = { "flow.spent" = 1, "flow.rents" = 1000 }

[scores.credit]
model = "model"
reasons = false

[[check]]
record = { as_of = "2024-06-30", transactions = [{ date = "2024-06-10", amount = 5, note = "Rent" }] }
expect = { "credit.margin" = 1005 }
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("source")).unwrap();
    sandbox.write("source/bundle.toml", SOURCE);
    sandbox.run(&["build", "source", "-o", "b.sclb"]).ok();
    sandbox
}

#[test]
fn lines_of_json_with_events_are_scored_and_bad_ones_left_out() {
    let sandbox = sandbox();
    let lines = r#"{"as_of":"2024-06-30","transactions":[{"date":"2024-07-01","amount":100},{"date":"2024-06-10","amount":5,"note":"the rent"}]}
{"as_of":"2024-06-30","transactions":[{"date":"2024-06-31"}]}
{"transactions":[{"date":"2024-06-30"}]}
{"as_of":"2024-06-30"}
{"as_of":"2024-06-30","transactions":[{"date":"2024-06-01","amount":7,"note":null}]}
"#;
    let args =
        ["score", "b.sclb", "-", "--input-format", "ndjson", "--format", "ndjson", "--on-error", "skip"];
    let ran = sandbox.run_with(&args, lines);
    let told: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let margins: Vec<f64> = told.iter().map(|d| d["scores"][0]["margin"].as_f64().unwrap()).collect();
    assert_eq!(margins, [1005.0, 0.0, 7.0]);
    assert_eq!(told[0]["ignored_events"][0]["events"], 1);
    assert!(told[1].get("ignored_events").is_none());
    ran.fails(1, &["SCL-0205", "transactions[0].date", "SCL-0206", "2 bad rows"]);
}

#[test]
fn a_cell_of_csv_holds_events_as_json() {
    let sandbox = sandbox();
    let csv = "as_of,transactions\n2024-06-30,\"[{\"\"date\"\":\"\"2024-06-10\"\",\"\"amount\"\":5}]\"\n2024-06-30,\n2024-06-30,[\n";
    let args = ["score", "b.sclb", "-", "--format", "ndjson", "--on-error", "skip"];
    let ran = sandbox.run_with(&args, csv);
    let margins: Vec<f64> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["scores"][0]["margin"].as_f64().unwrap())
        .collect();
    assert_eq!(margins, [5.0, 0.0]);
    ran.fails(1, &["SCL-0205", "1 bad row"]);
}

#[test]
fn bundles_with_events_are_certified() {
    let text = sandbox().run(&["certify", "b.sclb", "--rows", "300"]).ok();
    assert!(text.contains("certified"), "{text}");
}
