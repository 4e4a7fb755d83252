//! What is refused before a row is scored.

use super::sandbox::Sandbox;

#[test]
fn a_header_that_does_not_fit() {
    let sandbox = Sandbox::with_card();
    let csv = "Age,incme,housing\n45,1,own\n";
    let run = |more: &[&str]| sandbox.run_with(&[&["score", "card.sclb", "-"], more].concat(), csv);
    run(&[]).fails(3, &["SCL-0705", "header, line 1", "`age`, `income`", "--absent-columns"]);
    sandbox
        .run_with(&["score", "card.sclb", "-"], "age,incme,housing\n")
        .fails(3, &["no column for field `income`", "is it `incme`?"]);
    sandbox.run_with(&["score", "card.sclb", "-"], "age,age,income,housing\n").fails(3, &["columns 1 and 2"]);
    sandbox.run_with(&["score", "card.sclb", "-"], "").fails(3, &["SCL-0705", "it is empty"]);
    let out = sandbox.run_with(&["score", "card.sclb", "-", "--absent-columns"], "housing\nown\n").ok();
    assert!(out.contains("\n515,"), "{out}");
}

#[test]
fn files_that_are_not_there_or_something_else() {
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", "age,income,housing\n45,1,own\n");
    sandbox.run(&["score", "none.sclb", "in.csv"]).fails(6, &["SCL-0701", "none.sclb"]);
    sandbox.run(&["score", "card.sclb", "none.csv"]).fails(6, &["SCL-0701", "none.csv"]);
    sandbox.run(&["score", "card.sclb", "card"]).fails(6, &["SCL-0701", "card"]);
    sandbox.run(&["score", "in.csv", "in.csv"]).fails(4, &["SCL-05", "in.csv"]);
    sandbox.run(&["score", "card.sclb", "in.csv", "-o", "no/such/folder.csv"]).fails(6, &["SCL-0702"]);
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    sandbox.run(&["score", "empty", "in.csv"]).fails(4, &["SCL-0616", "bundle.toml"]);
    let bytes = std::fs::read(sandbox.path("card.sclb")).unwrap();
    std::fs::write(sandbox.path("cut.sclb"), &bytes[..bytes.len() - 7]).unwrap();
    sandbox.run(&["score", "cut.sclb", "in.csv"]).fails(4, &["SCL-01", "cut.sclb"]);
}

#[test]
fn flags_that_do_not_go_together() {
    let sandbox = Sandbox::with_card();
    sandbox.write("in.csv", "age,income,housing\n45,1,own\n");
    let run = |more: &[&str]| sandbox.run(&[&["score", "card.sclb", "in.csv"], more].concat());
    run(&["--format", "table", "-o", "x"]).fails(2, &["SCL-0706", "table"]);
    run(&["--delimiter", "ab"]).fails(2, &["SCL-0706", "`ab`"]);
    run(&["--threads", "0"]).fails(2, &["--threads"]);
    run(&["--nonsense"]).fails(2, &["--nonsense"]);
    let source = sandbox.read("card/bundle.toml").replace("reasons = { max = 3 }", "reasons = false");
    let source = source.split("# Reason codes").next().unwrap().to_owned();
    sandbox.write("card/bundle.toml", &source);
    let run = |flag| sandbox.run(&["score", "card", "in.csv", flag]);
    run("--reasons").fails(2, &["SCL-0706", "--reasons"]);
    run("--contribs").fails(2, &["SCL-0706", "--contribs"]);
}
