//! The waterfall, and the measurements.

use super::sandbox::Sandbox;

const CSV: &str = "age,income,housing\n45,3200,own\n22,,rent\n9,1,own\n";

#[test]
fn a_waterfall_adds_up_and_names_what_lowered_the_score() {
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", CSV);
    let text = sandbox.run(&["explain", "card.sclb", "in.csv", "--row", "2", "--lang", "zh"]).ok();
    let parts = [
        "score 470",
        "PD 75.11 %",
        "band C",
        "590",
        "−50",
        "−45",
        "−25",
        "missing",
        "R01",
        "信用经历较短",
        "rent",
    ];
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let best = sandbox.run(&["explain", "card.sclb", "in.csv", "--row", "1"]).ok();
    assert!(best.contains("no adverse reason"), "{best}");
}

#[test]
fn a_row_that_is_not_there_or_is_bad() {
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", CSV);
    let run = |row| sandbox.run(&["explain", "card.sclb", "in.csv", "--row", row]);
    run("4").fails(3, &["SCL-0705", "no row 4", "3 rows"]);
    run("3").fails(3, &["SCL-0206", "row 3", "age"]);
    run("0").fails(2, &["--row"]);
}

#[test]
fn bench_gives_figures_of_both_engines() {
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", "age,income,housing\n45,3200,own\n22,,rent\n");
    let text = sandbox.run(&["bench", "card.sclb", "in.csv", "--json", "--time", "20"]).ok();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let engines = json["engines"].as_array().unwrap();
    assert_eq!(engines[0]["engine"], "native");
    assert_eq!(engines[1]["engine"], "wasm");
    for engine in engines {
        for figure in ["row_median_us", "row_p99_us", "batch_rows_per_s", "load_ms"] {
            assert!(engine[figure].as_f64().unwrap() > 0.0, "{figure}: {text}");
        }
    }
    assert!(engines[1]["instantiate_us"].as_f64().unwrap() > 0.0);
    assert!(sandbox.run(&["bench", "card.sclb", "in.csv", "--time", "20"]).ok().contains("rows/s"));
}
