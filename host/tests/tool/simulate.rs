//! `scorelet simulate`: figures against pandas and its friends, pages, and what is refused.

use serde_json::Value;

use super::sandbox::{Ran, Sandbox};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/pandas-3.1.1/simulation");
const ECONOMICS: &str = "currency = \"EUR\"\nexposure = \"amount\"\nlgd = 0.45\nmargin = 0.1\ncost_application = 12\ncost_approved = 30\n";

fn two_cards() -> Sandbox {
    let sandbox = Sandbox::with_card();
    std::fs::create_dir(sandbox.path("second")).unwrap();
    sandbox.write("second/bundle.toml", include_str!("challenger.toml"));
    sandbox.write("money.toml", ECONOMICS);
    sandbox.write("in.csv", &std::fs::read_to_string(format!("{GOLDEN}/applicants.csv")).unwrap());
    sandbox
}

fn simulate(sandbox: &Sandbox, input: &str, more: &[&str]) -> Ran {
    let fixed = ["simulate", "card.sclb", "second", input, "--approve", "credit>=540"];
    sandbox.run(&[&fixed[..], more].concat())
}

const ALL: [&str; 9] = [
    "--outcome-column=default",
    "--economics=money.toml",
    "--segment=region",
    "--segment=age",
    "--fairness=sex=male",
    "--json",
    "--html=out.html",
    "--score",
    "credit",
];

/// Every figure of `expected` is in `found`, to twelve digits.
#[track_caller]
fn holds(expected: &Value, found: &Value, place: &str) {
    match expected {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| holds(value, &found[key], &format!("{place}.{key}")));
        }
        Value::Array(items) => {
            assert_eq!(items.len(), found.as_array().map_or(0, Vec::len), "{place}: {found}");
            items.iter().enumerate().for_each(|(i, value)| holds(value, &found[i], &format!("{place}[{i}]")));
        }
        Value::Number(number) => {
            let (expected, found) = (number.as_f64().unwrap(), found.as_f64().unwrap_or(f64::NAN));
            assert!(
                (expected - found).abs() <= 1e-12 * expected.abs().max(1.0),
                "{place}: {found}, not {expected}"
            );
        }
        other => assert_eq!(other, found, "{place}"),
    }
}

#[test]
fn every_figure_is_that_of_pandas() {
    let sandbox = two_cards();
    let case: Value =
        serde_json::from_str(&std::fs::read_to_string(format!("{GOLDEN}/case.json")).unwrap()).unwrap();
    let found: Value = serde_json::from_str(&simulate(&sandbox, "in.csv", &ALL).ok()).unwrap();
    for part in ["rows", "overall", "quadrants", "performance", "fairness"] {
        let own = if part == "fairness" { &found["fairness"][0]["groups"] } else { &found[part] };
        holds(&case[part], own, part);
    }
    holds(&case["migration"], &found["migration"]["counts"], "migration");
    holds(&case["unchanged"], &found["migration"]["unchanged"], "unchanged");
    holds(&case["region"], &found["segments"][0]["groups"], "region");
    holds(&case["age"], &found["segments"][1]["groups"], "age");
    assert_eq!(found["fairness"][0]["groups"][2]["warning"], "only 19 applicants");
    let spread = found["scores"]["counts"]["b"].as_array().unwrap();
    assert_eq!(spread.iter().map(|n| n.as_u64().unwrap()).sum::<u64>(), 900);

    sandbox.write("money.toml", &format!("{ECONOMICS}pd = \"b\"\n"));
    let found: Value = serde_json::from_str(&simulate(&sandbox, "in.csv", &ALL).ok()).unwrap();
    holds(&case["overall_by_pd_of_b"], &found["overall"], "by the PD of B");
}

#[test]
fn json_and_the_native_engine_say_the_same_as_csv_and_wasm() {
    let sandbox = two_cards();
    let mut reader =
        csv::Reader::from_reader(std::fs::File::open(format!("{GOLDEN}/applicants.csv")).unwrap());
    let names = reader.headers().unwrap().clone();
    let mut lines = String::new();
    for row in reader.records() {
        let members = names.iter().zip(row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
        let members = members.filter(|(_, text)| !text.is_empty()).map(|(name, text)| {
            let value =
                text.parse::<f64>().map_or_else(|_| Value::from(text.clone()), |_| text.parse().unwrap());
            (name.to_owned(), value)
        });
        lines.push_str(&Value::Object(members.collect()).to_string());
        lines.push('\n');
    }
    sandbox.write("in.ndjson", &lines);
    let plain = |text: String| {
        let mut value: Value = serde_json::from_str(&text).unwrap();
        value.as_object_mut().unwrap().remove("input");
        value
    };
    let csv = plain(simulate(&sandbox, "in.csv", &ALL).ok());
    assert_eq!(csv, plain(simulate(&sandbox, "in.ndjson", &ALL).ok()));
    assert_eq!(csv, plain(simulate(&sandbox, "in.csv", &[&ALL[..], &["--engine", "native"]].concat()).ok()));
}

#[test]
fn a_bundle_against_itself_changes_nothing() {
    let sandbox = two_cards();
    let args = ["simulate", "card.sclb", "card", "in.csv", "--approve", "credit=A,B"];
    let found: Value = serde_json::from_str(&sandbox.run(&[&args[..], &ALL].concat()).ok()).unwrap();
    assert_eq!(found["overall"]["a"], found["overall"]["b"]);
    assert_eq!(
        (&found["quadrants"][1]["share"]["count"], &found["quadrants"][2]["share"]["count"]),
        (&0.into(), &0.into())
    );
    assert_eq!(found["migration"]["unchanged"], 900);
    assert_eq!(found["overall"]["a"]["approved"]["count"].as_u64(), Some(567));
}

#[test]
fn the_terminal_and_the_page_tell_it() {
    let sandbox = two_cards();
    sandbox.write("in.csv", &sandbox.read("in.csv").replace("south", "<b>south"));
    let text = simulate(&sandbox, "in.csv", &[&ALL[..5], &ALL[6..]].concat()).ok();
    for part in [
        "900 applicants of in.csv",
        "approved if credit>=540",
        "51.0 %",
        "swapped out",
        "Migration",
        "expected profit (EUR)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for part in ["Approved by region", "Fairness by sex, compared with `male`", "0.801", "only 19 applicants"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let page = sandbox.read("out.html");
    for part in [
        "&lt;b&gt;south",
        "<svg",
        "role=\"img\"",
        "Swap sets",
        "Fairness: sex",
        "prefers-color-scheme: dark",
        "default-src 'none'",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for part in ["<b>south", "<script", "http://", "https://", "NaN", "src="] {
        assert!(!page.contains(part), "{part}");
    }
    let tags = |open: &str, close: &str| (page.matches(open).count(), page.matches(close).count());
    for (open, close) in
        [("<table", "</table>"), ("<details", "</details>"), ("<div", "</div>"), ("<tr>", "</tr>")]
    {
        let (opened, closed) = tags(open, close);
        assert_eq!(opened, closed, "{open}");
    }
}

#[test]
fn rows_that_cannot_be_scored() {
    let sandbox = two_cards();
    // Housing is the first card's alone; the third row is out of range in both.
    let csv =
        "age,income,housing,default\n45,3200,own,0\n22,1000,rent,1\n9,1,own,1\n30,x,own,0\n33,4000,own,\n";
    sandbox.write("bad.csv", csv);
    simulate(&sandbox, "bad.csv", &[])
        .fails(3, &["SCL-0206", "row 3", "bad.csv:4", "by the first bundle", "--on-error skip"]);
    let ran = simulate(&sandbox, "bad.csv", &["--on-error", "skip", "--json", "--outcome-column", "default"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&found["rows"], &found["left_out"]), (&3.into(), &serde_json::json!([2, 2, 2])));
    assert_eq!(found["overall"]["a"]["bad"]["of"], 1);
    sandbox.write("lines.ndjson", "{\"age\": 45, \"sex\": \"m\"}\nno json\n{\"age\": 9}\n");
    simulate(&sandbox, "lines.ndjson", &[]).fails(3, &["row 2", "lines.ndjson:2"]);
    sandbox.write("none.csv", "age,income,housing\n9,1,own\n");
    simulate(&sandbox, "none.csv", &["--on-error", "skip"]).fails(3, &["none of its 1 rows"]);
}

#[test]
fn inputs_and_flags_that_do_not_fit() {
    let sandbox = two_cards();
    sandbox.write("empty.csv", "age,income,housing\n");
    simulate(&sandbox, "empty.csv", &[]).fails(3, &["SCL-0705", "it has no row"]);
    sandbox.write("empty.ndjson", "");
    simulate(&sandbox, "empty.ndjson", &[]).fails(3, &["it has no row"]);
    sandbox.write("narrow.csv", "age,income\n45,1\n");
    simulate(&sandbox, "narrow.csv", &[]).fails(3, &["no column for field `housing`"]);
    assert!(simulate(&sandbox, "narrow.csv", &["--absent-columns"]).ok().contains("1 applicants"));
    simulate(&sandbox, "in.csv", &["--segment", "regio"]).fails(3, &["column `regio`", "is it `region`?"]);
    simulate(&sandbox, "in.csv", &["--outcome-column", "sex"])
        .fails(3, &["is no outcome", "sex=VALUE", "row 1"]);
    simulate(&sandbox, "in.csv", &["--outcome-column", "sex=x"]).fails(3, &["no value of `sex` is `x`"]);
    simulate(&sandbox, "in.csv", &["--fairness", "sex=man"])
        .fails(3, &["nobody's `sex` is `man`", "female, male"]);
    simulate(&sandbox, "in.csv", &["--fairness", "sex"]).fails(2, &["no reference group"]);
    // A field of one of them alone is scored all the same.
    simulate(&sandbox, "in.csv", &["--fairness", "housing=own"])
        .fails(2, &["SCL-0706", "card.sclb reads `housing`"]);
    simulate(&sandbox, "in.csv", &["--score", "credits"]).fails(2, &["no such score", "is it `credit`?"]);
    sandbox.write("bad.toml", "exposure = 1\nlgd = 2\nmargin = 0\n");
    simulate(&sandbox, "in.csv", &["--economics", "bad.toml"]).fails(4, &["bad.toml", "`lgd` is 2"]);
    let run = |more: &[&str]| sandbox.run(&[&["simulate", "card.sclb", "second", "in.csv"], more].concat());
    run(&[]).fails(2, &["decides no outcome", "--approve"]);
    run(&["--approve", "credit>=600", "--approve-b", "credits>=1"])
        .fails(2, &["second", "no score or column `credits`"]);
    run(&["--approve", "credit=D"]).fails(2, &["no band `D`", "C, B, A"]);
    run(&["--approve", "credit>600x"]).fails(2, &["--approve", "`600x` is not a number"]);
}
