//! A bundle with a device stage: what `build` writes, what `inspect --cut` tells, what the stages can do.

use serde_json::{Value, json};

use super::edge_server::{Server, json as answer};
use super::sandbox::Sandbox;

fn split() -> Sandbox {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("split")).unwrap();
    sandbox.write("split/bundle.toml", include_str!("split.toml"));
    sandbox.run(&["keygen", "mine"]).ok();
    sandbox
}

fn inspect(sandbox: &Sandbox, args: &[&str]) -> Value {
    serde_json::from_str(&sandbox.run(&[&["inspect"], args, &["--json"]].concat()).ok()).unwrap()
}

#[test]
fn the_stages_are_written_beside_the_whole() {
    let sandbox = split();
    let said = sandbox.run(&["build", "split", "-o", "loan.sclb", "--key", "mine.key"]).ok();
    let [whole, device, edge] = ["loan.sclb", "loan.device.sclb", "loan.edge.sclb"].map(|file| {
        let found = inspect(&sandbox, &[file, "--key", "mine.pub"]);
        assert!(said.contains(found["digest"].as_str().unwrap()), "{file}: {said}");
        found
    });
    assert!(whole["cut"].is_null());
    assert_eq!(device["cut"]["stage"], "device");
    assert_eq!(device["cut"]["whole"], whole["digest"]);
    assert_eq!(edge["cut"]["whole"], whole["digest"]);
    assert_eq!(edge["cut"]["device"], device["digest"]);
    let names = |bundle: &Value| -> Vec<String> {
        let nodes = bundle["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(!names(&device).contains(&"total".to_owned()), "what is the lender's does not ship");
    let text = sandbox.run(&["inspect", "loan.edge.sclb"]).ok();
    for part in ["stage      edge, which takes 2 values from the device", whole["digest"].as_str().unwrap()] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Without a device stage there is one file, and it is told if others lie about.
    let source = sandbox.read("split/bundle.toml").replace("stage = \"device\", ", "");
    sandbox.write("split/bundle.toml", &source.replace("stage = \"device\"\n", ""));
    let ran = sandbox.run(&["build", "split", "-o", "loan.sclb"]);
    assert!(ran.err.contains("loan.device.sclb: of an earlier build"), "{}", ran.err);
    sandbox.run(&["inspect", "loan.sclb", "--cut"]).fails(2, &["SCL-0706", "no device stage"]);
}

#[test]
fn a_build_writes_all_or_nothing() {
    let sandbox = split();
    std::fs::create_dir(sandbox.path("loan.edge.sclb")).unwrap();
    sandbox.run(&["build", "split", "-o", "loan.sclb"]).fails(6, &["SCL-0702", "loan.edge.sclb"]);
    let mut left: Vec<_> =
        std::fs::read_dir(sandbox.path("")).unwrap().map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["loan.edge.sclb", "mine.key", "mine.pub", "split"]);
}

#[test]
fn what_leaves_is_the_same_from_every_side() {
    let sandbox = split();
    sandbox.run(&["build", "split", "-o", "loan.sclb"]).ok();
    let whole = inspect(&sandbox, &["loan.sclb", "--cut"]);
    assert_eq!(inspect(&sandbox, &["split", "--cut"]), whole);
    assert_eq!(whole["values"].as_array().unwrap().len(), 2);
    assert_eq!(
        whole["values"][0],
        json!({"name": "clipped", "type": "number", "field": false, "from": ["income", "spent"],
            "min": 0.0, "max": 2.0, "distinct": null, "values": null})
    );
    // The base and the fewest and the most points of every characteristic.
    assert_eq!((&whole["values"][1]["min"], &whole["values"][1]["max"]), (&json!(90.0), &json!(120.0)));
    assert_eq!(whole["reasons"], json!([{"score": "fraud", "max": 1, "codes": ["R03"]}]));
    assert_eq!(whole["stays"], json!(["income", "spent", "housing"]));
    assert_eq!(whole["states"], whole["stays"]);
    for (file, part) in [("loan.device.sclb", "device"), ("loan.edge.sclb", "edge")] {
        let stage = inspect(&sandbox, &[file, "--cut"]);
        assert_eq!((stage["part"].as_str(), &stage["whole"]), (Some(part), &whole["whole"]));
        assert_eq!(stage["device"], whole["device"]);
        assert_eq!(stage["most_bytes"], whole["most_bytes"]);
        for (a, b) in stage["values"].as_array().unwrap().iter().zip(whole["values"].as_array().unwrap()) {
            assert!(
                ["name", "min", "max", "distinct"].iter().all(|member| a[member] == b[member]),
                "{a} {b}"
            );
        }
    }
    let text = sandbox.run(&["inspect", "loan.sclb", "--cut"]).ok();
    for part in
        ["Values (2)", "income, spent", "of 3 fields", "at most 1 reason code", "income, spent, housing"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_stage_does_its_part_only() {
    let sandbox = split();
    sandbox.run(&["build", "split", "-o", "loan.sclb"]).ok();
    sandbox.write("in.csv", "income,spent,housing,bureau\n3000,900,rent,600\n");
    sandbox.write("device.csv", "income,spent,housing\n3000,900,rent\n");
    for command in [&["score"][..], &["explain", "--row", "1"], &["bench"]] {
        sandbox
            .run(&[command, &["loan.edge.sclb", "in.csv"]].concat())
            .fails(3, &["SCL-0210", "loan.edge.sclb"]);
    }
    sandbox.run(&["certify", "loan.edge.sclb"]).fails(3, &["SCL-0210", "the whole bundle"]);
    let ran = sandbox.run(&["score", "loan.device.sclb", "device.csv"]);
    assert!(ran.err.contains("device stage of a bundle"), "{}", ran.err);
    assert_eq!(ran.out, "fraud\n90\n");
    sandbox.run(&["score", "loan.sclb", "in.csv"]).ok();
    // The types of a stage have its own fields only.
    for (file, has, lacks) in
        [("loan.edge.sclb", "bureau", "housing"), ("loan.device.sclb", "housing", "bureau")]
    {
        let types = sandbox.run(&["types", file]).ok();
        assert!(types.contains(&format!("  {has}")) && !types.contains(&format!("  {lacks}")), "{types}");
    }
    sandbox.run(&["certify", "loan.device.sclb", "--rows", "200"]).ok();
}

#[test]
fn stages_are_released_together() {
    let sandbox = split();
    sandbox.run(&["build", "split", "-o", "loan.sclb", "--key", "mine.key"]).ok();
    let server = Server::new(|_, asked| match asked.line.as_str() {
        "POST /v1/admin/tenants/a/bundles" => answer(json!({"part": "device", "digest": "ab".repeat(32)})),
        _ => answer(json!({})),
    });
    let run = |model: &str| server.edge(&sandbox, &["release", "-t", "a", model, "--sign", "mine.key"]);
    run("loan.sclb").ok();
    let asked = server.asked();
    for (asked, file) in asked.iter().zip(["loan.device.sclb", "loan.edge.sclb"]) {
        assert_eq!(asked.body, std::fs::read(sandbox.path(file)).unwrap());
    }
    let edge = inspect(&sandbox, &["loan.edge.sclb"])["digest"].clone();
    assert_eq!(asked[2].json(), json!({"digest": edge}));
    // From the folder: the same bundles, the same calls.
    run("split").ok();
    let again = server.asked().split_off(3);
    assert!(
        again.len() == 3 && again.iter().zip(&asked).all(|(a, b)| (&a.line, &a.body) == (&b.line, &b.body))
    );
    server.edge(&sandbox, &["release", "-t", "a", "split"]).fails(2, &["SCL-0706", "--sign"]);
    run("loan.edge.sclb").fails(4, &["SCL-0704", "the edge stage", "give the whole bundle"]);
    // Stages of another build do not go with this whole.
    let source = sandbox.read("split/bundle.toml").replace("0.1.0", "0.2.0");
    sandbox.write("split/bundle.toml", &source);
    sandbox.run(&["build", "split", "-o", "new.sclb", "--key", "mine.key"]).ok();
    std::fs::copy(sandbox.path("new.edge.sclb"), sandbox.path("loan.edge.sclb")).unwrap();
    run("loan.sclb")
        .fails(4, &["SCL-0704", "loan.edge.sclb is not a stage of this bundle", "build the bundle again"]);
    std::fs::remove_file(sandbox.path("loan.device.sclb")).unwrap();
    run("loan.sclb").fails(6, &["SCL-0701", "loan.device.sclb"]);
    assert_eq!(server.asked().len(), 6);
}
