//! Inputs and outputs of `score`.

use super::sandbox::Sandbox;
use serde_json::Value;

const CSV: &str = "id,age,income,housing\n1,45,3200,own\n\"a \"\"b\"\",\nc\",22,,rent\n3,33,-1,with family\n4,71,1500,castle\n";
const SCORES: &str = "credit\n590\n470\n500\n540\n";

fn scores(csv: &str) -> String {
    csv.lines().map(|line| line.split(',').next().unwrap().to_owned() + "\n").collect()
}

#[test]
fn csv_json_and_ndjson_give_the_same_decisions() {
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", CSV);
    let records = "{\"age\":45,\"income\":3200,\"housing\":\"own\"}\n{\"age\":22,\"housing\":\"rent\",\"income\":null}\n\
                   {\"age\":33,\"income\":-1,\"housing\":\"with family\"}\n{\"age\":71,\"income\":1500,\"housing\":\"castle\"}\n";
    sandbox.write("in.ndjson", records);
    sandbox
        .write("in.json", &format!("[\n{}\n]", records.trim().replace("}\n", "},\n  ").replace(',', ",\n")));
    let csv = sandbox.run(&["score", "card.sclb", "in.csv"]).ok();
    assert_eq!(scores(&csv), SCORES);
    let ndjson = sandbox.run(&["score", "card.sclb", "in.csv", "--format", "ndjson", "--reasons"]).ok();
    for input in ["in.ndjson", "in.json"] {
        assert_eq!(sandbox.run(&["score", "card.sclb", input]).ok(), csv);
        let args = ["score", "card.sclb", input, "--format", "ndjson", "--reasons"];
        assert_eq!(sandbox.run(&args).ok(), ndjson);
    }
    for engine in ["wasm", "native"] {
        let json = sandbox
            .run(&["score", "card", "in.csv", "--format", "json", "--reasons", "--engine", engine])
            .ok();
        let json: Vec<Value> = serde_json::from_str(&json).unwrap();
        let lines: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(json, lines);
    }
    let second: Value = serde_json::from_str(ndjson.lines().nth(1).unwrap()).unwrap();
    assert_eq!(second["scores"][0]["reasons"][0]["code"], "R01");
    assert_eq!(second["absent"][0]["state"], "missing");
}

#[test]
fn standard_input_files_and_line_ends() {
    let sandbox = Sandbox::with_card();
    let windows = format!("\u{feff}{}", CSV.replace('\n', "\r\n"));
    let out = sandbox.run_with(&["score", "card.sclb", "-"], &windows).ok();
    assert_eq!(scores(&out), SCORES);
    let semicolons = CSV.replace("a \"\"b\"\",\nc", "x").replace(',', ";");
    let out =
        sandbox.run_with(&["score", "card.sclb", "-", "--delimiter", ";", "-o", "out.csv"], &semicolons);
    assert!(out.err.contains("4 rows scored"), "{}", out.err);
    assert_eq!(out.ok(), "");
    assert_eq!(scores(&sandbox.read("out.csv")), SCORES);
    sandbox.run_with(&["score", "card.sclb", "-", "-o", "out.json"], CSV).ok();
    let json: Vec<Value> = serde_json::from_str(&sandbox.read("out.json")).unwrap();
    assert_eq!(json.len(), 4);
    let empty =
        sandbox.run_with(&["score", "card.sclb", "-", "--format", "json"], "age,income,housing\n").ok();
    assert_eq!(empty, "[]\n");
}

#[test]
fn kept_columns_come_first_and_unharmed() {
    let sandbox = Sandbox::with_card();
    let out = sandbox.run_with(&["score", "card.sclb", "-", "--keep=id,income"], CSV).ok();
    assert!(out.starts_with("id,income,credit,credit_pd,credit_band\n1,3200,590,"), "{out}");
    assert!(out.contains("\n\"a \"\"b\"\",\nc\",,470,"), "{out}");
    let out = sandbox.run_with(&["score", "card.sclb", "-", "--keep"], CSV).ok();
    assert!(out.starts_with("id,age,income,housing,credit"), "{out}");
    let record = "{\"age\": 45, \"income\": 3200, \"housing\": \"own\"}";
    let out = sandbox.run_with(&["score", "card.sclb", "-", "--keep", "--format", "ndjson"], record).ok();
    assert!(out.contains(&format!("\"record\":{record}")), "{out}");
    sandbox
        .run_with(&["score", "card.sclb", "-", "--keep=idd"], CSV)
        .fails(2, &["SCL-0706", "no column `idd`", "is it `id`?"]);
}

#[test]
fn raw_margins_contributions_and_reasons_in_columns() {
    let sandbox = Sandbox::with_card();
    let out = sandbox.run_with(&["score", "card.sclb", "-", "--raw", "--contribs", "--reasons"], CSV).ok();
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| {
        headers.iter().position(|header| header == name).unwrap_or_else(|| panic!("{name}: {out}"))
    };
    for row in reader.records() {
        let row = row.unwrap();
        let number = |name: &str| row[at(name)].parse::<f64>().unwrap();
        let parts =
            ["age", "income", "housing", "bias"].map(|part| number(&format!("credit_contrib_{part}")));
        assert_eq!(parts.iter().sum::<f64>(), number("credit"));
        // Full precision: PD and log-odds belong together to the last digits.
        let (pd, margin) = (number("credit_pd"), number("credit_margin"));
        assert!((scorelet_core::math::ln(pd / (1.0 - pd)) - margin).abs() < 1e-12);
    }
    assert_eq!(&headers[at("credit_reason_3")], "credit_reason_3");
}

#[test]
fn a_table_fits_its_terminal() {
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", CSV);
    let args = ["score", "card.sclb", "in.csv", "--format", "table", "--reasons", "--keep", "--rows", "3"];
    for width in [60, 80, 140] {
        let mut command = sandbox.command(&args);
        command.env("COLUMNS", width.to_string());
        let ran = super::sandbox::run(command, "");
        assert!(ran.err.contains("4 rows scored"), "{}", ran.err);
        let table = ran.ok();
        assert!(table.lines().all(|line| line.chars().count() <= width), "{table}");
        assert!(table.contains("1 more rows") && table.contains("470") && table.contains("R01"), "{table}");
    }
}

#[test]
fn types_of_a_bundle() {
    let sandbox = Sandbox::with_card();
    let printed = sandbox.run(&["types", "card.sclb"]).ok();
    assert!(printed.contains("export type Record = {\n"), "{printed}");
    assert!(printed.contains("export type ScoreName = \"credit\";"), "{printed}");
    assert_eq!(sandbox.run(&["types", "card", "-o", "card.d.ts"]).ok(), "");
    assert_eq!(sandbox.read("card.d.ts"), printed);
}
