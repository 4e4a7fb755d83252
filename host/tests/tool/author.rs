//! init, keygen, build, inspect.

use super::sandbox::Sandbox;

#[test]
fn what_init_makes_builds_scores_and_certifies() {
    let sandbox = Sandbox::new();
    let said = sandbox.run(&["init", "mine"]).ok();
    assert!(said.contains("scorelet build mine -o model.sclb"), "{said}");
    let built = sandbox.run(&["build", "mine", "-o", "mine.sclb"]);
    assert_eq!(built.err, "", "the template has warnings");
    built.ok();
    let out = sandbox.run(&["score", "mine.sclb", "mine/applicants.csv", "--reasons", "--on-error", "skip"]);
    assert!(out.out.lines().count() > 2, "{}", out.out);
    sandbox.run(&["certify", "mine", "--rows", "500"]).ok();
}

#[test]
fn inspect_shows_fields_graph_and_scores() {
    let sandbox = Sandbox::with_card();
    let text = sandbox.run(&["inspect", "card.sclb"]).ok();
    for part in ["first-card 0.1.0", "signed by  nobody", "category of 3", "scorecard(", "credit"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // A folder is compiled in memory: the same bundle, so the same digest.
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["inspect", "card", "--json"]).ok()).unwrap();
    assert!(text.contains(json["digest"].as_str().unwrap()));
    assert_eq!(json["fields"].as_array().unwrap().len(), 3);
    assert_eq!(json["origin"], "bundle source");
}

#[test]
fn init_does_not_touch_a_folder_in_use() {
    let sandbox = Sandbox::with_card();
    sandbox.run(&["init", "card"]).fails(6, &["SCL-0703", "card", "choose another path"]);
}

#[test]
fn a_signature_is_made_and_checked() {
    let sandbox = Sandbox::with_card();
    sandbox.run(&["keygen", "mine"]).ok();
    sandbox.run(&["keygen", "other"]).ok();
    sandbox.run(&["build", "card", "-o", "signed.sclb", "--key", "mine.key"]).ok();
    sandbox.run(&["inspect", "signed.sclb", "--key", "mine.pub"]).ok();
    sandbox.run(&["inspect", "signed.sclb", "--key", "other.pub"]).fails(4, &["SCL-0108", "signed.sclb"]);
    sandbox.run(&["inspect", "card.sclb", "--key", "mine.pub"]).fails(4, &["SCL-0107", "sign it"]);
    sandbox.run(&["inspect", "signed.sclb", "--key", "mine.key"]).fails(4, &["SCL-0704", ".pub file"]);
    sandbox.run(&["build", "card", "-o", "x.sclb", "--key", "mine.pub"]).fails(4, &["SCL-0704", ".key file"]);
    sandbox.run(&["keygen", "mine"]).fails(6, &["SCL-0703", "mine.pub"]);

    let mut bytes = std::fs::read(sandbox.path("signed.sclb")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(sandbox.path("changed.sclb"), bytes).unwrap();
    sandbox.run(&["inspect", "changed.sclb"]).fails(4, &["SCL-0109", "do not use it"]);
}

#[cfg(unix)]
#[test]
fn a_secret_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    sandbox.run(&["keygen", "mine"]).ok();
    let mode = std::fs::metadata(sandbox.path("mine.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_mistake_in_a_source_is_shown_with_its_line() {
    let sandbox = Sandbox::with_card();
    let source = sandbox.read("card/bundle.toml").replace("type = \"integer\"", "type = \"intger\"");
    sandbox.write("card/bundle.toml", &source);
    let line = source.lines().position(|line| line.contains("intger")).unwrap() + 1;
    let place = format!("card/bundle.toml:{line}");
    sandbox
        .run(&["build", "card", "-o", "x.sclb"])
        .fails(4, &["SCL-06", &place, "intger", "help:", "integer"]);
    assert!(!sandbox.path("x.sclb").exists());
}
