//! `scorelet edge`: what is sent, and how answers are shown.

use serde_json::json;

use super::edge_server::{Server, edge, edge_with, json, problem, reply};
use super::sandbox::Sandbox;

#[test]
fn a_tenant_is_made_shown_and_set() {
    let sandbox = Sandbox::new();
    let settings = json!({"id": "first-bank", "name": "First Bank", "retention": "none", "origins": [],
        "rate": {"key_per_minute": 0, "publishable_per_minute": 600, "applicant_per_hour": 20}});
    let server = Server::new(move |_, asked| match asked.line.as_str() {
        "GET /v1/admin/tenants" => json(json!({"tenants": [
            {"id": "first-bank", "name": "First Bank", "created": "2026-11-25T10:00:00Z"}]})),
        _ => json(settings.clone()),
    });
    let run = |args: &[&str]| server.edge(&sandbox, args).ok();
    let made = run(&["tenant", "create", "first-bank", "--name", "First Bank"]);
    assert!(made.contains("retention  none") && made.contains("applicant per hour 20"), "{made}");
    let listed = run(&["tenant", "list"]);
    assert!(listed.lines().count() == 3 && listed.contains("First Bank"), "{listed}");
    let shown: serde_json::Value =
        serde_json::from_str(&run(&["tenant", "show", "first-bank", "--json"])).unwrap();
    assert_eq!(shown["id"], "first-bank");
    sandbox.run(&["keygen", "mine"]).ok();
    run(&[
        "tenant",
        "set",
        "first-bank",
        "--retention",
        "features",
        "--retention-days",
        "30",
        "--origin",
        "https://bank.example",
        "--publisher-key",
        "mine.pub",
        "--applicant-per-hour",
        "5",
        "--publishable-per-minute",
        "60",
    ]);

    let asked = server.asked();
    assert_eq!(
        server.lines(),
        [
            "POST /v1/admin/tenants",
            "GET /v1/admin/tenants",
            "GET /v1/admin/tenants/first-bank",
            "PATCH /v1/admin/tenants/first-bank",
        ]
    );
    assert!(asked.iter().all(|asked| asked.header("authorization") == "Bearer scl_op_secret"));
    assert_eq!(asked[0].json(), json!({"id": "first-bank", "name": "First Bank"}));
    let public = sandbox.read("mine.pub").trim().trim_start_matches("scorelet-public-key:").to_owned();
    assert_eq!(
        asked[3].json(),
        json!({"retention": "features", "retention_days": 30,
        "origins": ["https://bank.example"], "publisher_keys": [public], "rate": {"applicant_per_hour": 5, "publishable_per_minute": 60}})
    );
}

#[test]
fn settings_that_are_not_named_are_not_sent() {
    let (sandbox, server) = (Sandbox::new(), Server::always(json(json!({"id": "a"}))));
    server.edge(&sandbox, &["tenant", "set", "a", "--no-origins"]).ok();
    assert_eq!(server.asked()[0].json(), json!({"origins": []}));
    server.edge(&sandbox, &["tenant", "set", "a"]).fails(2, &["--retention"]);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn the_key_says_which_tenant() {
    let (sandbox, server) = (Sandbox::new(), Server::always(json(json!({"keys": []}))));
    let url = server.url.as_str();
    let listed = edge(&sandbox, &["--url", url, "key", "list"], "scl_sk_first-bank_k1_s").ok();
    assert!(listed.contains("no keys yet"), "{listed}");
    server.edge(&sandbox, &["key", "list"]).fails(2, &["SCL-0706", "which tenant", "--tenant"]);
    server.edge(&sandbox, &["key", "list", "--tenant", "../b"]).ok();
    assert_eq!(
        server.lines(),
        ["GET /v1/admin/tenants/first-bank/keys", "GET /v1/admin/tenants/..%2Fb/keys"]
    );
}

#[test]
fn a_new_key_stands_alone_on_standard_output_or_in_a_file_of_its_own() {
    let sandbox = Sandbox::new();
    let made = json!({"id": "k1", "kind": "secret", "key": "scl_sk_a_k1_text", "scopes": ["read", "export"]});
    let server = Server::always(json(made));
    let ran =
        server.edge(&sandbox, &["key", "create", "-t", "a", "--scope", "read,export", "--name", "night"]);
    assert_eq!(ran.out, "scl_sk_a_k1_text\n");
    assert!(ran.err.contains("secret key k1: keep its text"), "{}", ran.err);
    assert_eq!(
        server.asked()[0].json(),
        json!({"kind": "secret", "scopes": ["read", "export"], "name": "night"})
    );
    let said = server.edge(&sandbox, &["key", "rotate", "-t", "a", "k0", "-o", "a.key"]).ok();
    assert!(said.contains("secret key k1 is in a.key") && !said.contains("scl_sk"), "{said}");
    assert_eq!(sandbox.read("a.key"), "scl_sk_a_k1_text\n");
    assert_eq!(server.asked()[1].line, "POST /v1/admin/tenants/a/keys/k0/rotate");
    assert_eq!(server.asked()[1].json(), json!({"overlap_seconds": 0}));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(sandbox.path("a.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // A key that could not be written would be lost: nothing is asked for then.
    server
        .edge(&sandbox, &["key", "rotate", "-t", "a", "k0", "-o", "a.key"])
        .fails(6, &["SCL-0703", "a.key"]);
    server.edge(&sandbox, &["key", "create", "-t", "a"]).fails(2, &["SCL-0706", "--scope"]);
    assert_eq!(server.asked().len(), 2);
    let said = server.edge(&sandbox, &["key", "revoke", "-t", "a", "k1"]).ok();
    assert_eq!(
        (said.as_str(), server.lines()[2].as_str()),
        ("key k1 is revoked\n", "DELETE /v1/admin/tenants/a/keys/k1")
    );
}

#[test]
fn a_new_workers_secrets() {
    let sandbox = Sandbox::new();
    let said = edge(&sandbox, &["keygen", "mine"], "").ok();
    assert!(said.contains("mine.env") && said.contains("mine.key"), "{said}");
    let (env, key) = (sandbox.read("mine.env"), sandbox.read("mine.key"));
    let value = |name: &str| env.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    assert_eq!(value("SCORELET_MASTER_KEY=").len(), 64);
    use sha2::Digest;
    let digest = sha2::Sha256::digest(key.trim().as_bytes());
    assert_eq!(value("SCORELET_OPERATOR_KEY_SHA256="), scorelet::runtime::hex(&digest));
    assert!(!said.contains(key.trim()) && !said.contains(&value("SCORELET_MASTER_KEY=")), "{said}");
    #[cfg(unix)]
    for name in ["mine.env", "mine.key"] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(sandbox.path(name)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    edge(&sandbox, &["keygen", "mine"], "").fails(6, &["SCL-0703"]);
}

#[test]
fn bundles_go_up_signed_and_opened() {
    let sandbox = Sandbox::with_card();
    sandbox.run(&["keygen", "mine"]).ok();
    sandbox.run(&["build", "card", "-o", "signed.sclb", "--key", "mine.key"]).ok();
    let server = Server::new(|_, asked| match asked.line.as_str() {
        "POST /v1/admin/tenants/a/bundles" => json(json!({"digest": "ab".repeat(32), "part": "whole"})),
        "GET /v1/admin/tenants/a/bundles" => json(json!({"bundles": [
            {"digest": format!("1234567890{}", "a".repeat(54)), "name": "loan", "part": "whole", "bytes": 123, "active": true,
             "uploaded": "2026-11-25T10:20:30Z"},
            {"digest": format!("1234567891{}", "b".repeat(54)), "name": "loan", "part": "whole", "bytes": 99}]})),
        "POST /v1/admin/tenants/a/activate" => json(asked.json()),
        _ => json(json!({})),
    });
    let run = |args: &[&str]| server.edge(&sandbox, args);
    run(&["bundle", "upload", "-t", "a", "card.sclb"]).fails(4, &["SCL-0704", "nobody has signed", "--key"]);
    run(&["release", "-t", "a", "card.sclb"]).fails(4, &["SCL-0704", "nobody has signed"]);
    sandbox.write("text.sclb", "hello");
    run(&["bundle", "upload", "-t", "a", "signed.sclb", "text.sclb"]).fails(4, &["SCL-01", "text.sclb"]);
    assert_eq!(server.asked().len(), 0, "nothing is sent before all is opened");

    let said = run(&["release", "-t", "a", "signed.sclb"]).ok();
    let json = sandbox.run(&["inspect", "signed.sclb", "--json"]).ok();
    let digest =
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["digest"].as_str().unwrap().to_owned();
    assert!(said.contains(&format!("signed.sclb {digest} decides now")), "{said}");
    let asked = server.asked();
    assert_eq!(asked[0].header("content-type"), "application/vnd.scorelet.bundle");
    assert_eq!(asked[0].body, std::fs::read(sandbox.path("signed.sclb")).unwrap());
    assert_eq!(asked[1].line, "POST /v1/admin/tenants/a/activate");
    assert_eq!(asked[1].json(), json!({"digest": digest}));
    let said = run(&["release", "-t", "a", "signed.sclb", "--no-activate"]).ok();
    assert!(said.contains("what decides stays"), "{said}");
    run(&["bundle", "activate", "-t", "a", "signed.sclb"]).ok();
    run(&["bundle", "activate", "-t", "a", &digest.to_uppercase()]).ok();
    run(&["bundle", "rollback", "-t", "a"]).ok();
    let asked = server.asked();
    assert_eq!(asked.len(), 6);
    assert!(asked[3..5].iter().all(|asked| asked.json()["digest"] == digest.as_str()));
    assert_eq!((asked[5].line.as_str(), asked[5].body.len()), ("POST /v1/admin/tenants/a/rollback", 0));

    let listed = run(&["bundle", "list", "-t", "a"]).ok();
    assert!(listed.contains("1234567891bbbbbb…") && listed.contains("2026-11-25 10:20"), "{listed}");
    run(&["bundle", "activate", "-t", "a", "123456789"]).fails(2, &["more than one uploaded bundle"]);
    run(&["bundle", "activate", "-t", "a", "12345678f"]).fails(2, &["no uploaded bundle", "bundle list"]);
    run(&["bundle", "activate", "-t", "a", "1234567890A"]).ok();
    let digest = server.asked().last().unwrap().json()["digest"].as_str().unwrap().to_owned();
    assert_eq!(digest, format!("1234567890{}", "a".repeat(54)));
}

#[test]
fn a_purge_goes_through_all_parts_and_tells_what_failed() {
    let parts = [(50, vec!["b"], Some("m")), (50, vec![], Some("t")), (3, vec!["z"], None)];
    let (sandbox, server) = (
        Sandbox::new(),
        Server::new(move |at, _| {
            let (tenants, failed, next) = &parts[at];
            json(json!({"tenants": tenants, "decisions": 2, "failed": failed, "next": next}))
        }),
    );
    let said = server.edge(&sandbox, &["purge"]);
    assert_eq!((said.code, said.err.as_str()), (7, ""));
    let words: Vec<&str> = said.out.split_whitespace().collect();
    assert_eq!(words, ["decisions", "6", "failed", "b", "z", "tenants", "103"], "{}", said.out);
    assert_eq!(
        server.lines(),
        ["POST /v1/admin/purge", "POST /v1/admin/purge?after=m", "POST /v1/admin/purge?after=t"]
    );
}

#[test]
fn an_applicant_is_erased_by_what_stands_on_standard_input() {
    let (sandbox, server) = (Sandbox::new(), Server::always(json(json!({"decisions": 3, "feedback": 1}))));
    let said = edge_with(&sandbox, &["--url", &server.url, "erase", "-"], "scl_sk_a_k_s", "AB 123456\n").ok();
    assert_eq!(said, "decisions  3\nfeedback   1\n");
    server.edge(&sandbox, &["purge"]).ok();
    server.edge(&sandbox, &["rotate-key", "-t", "a"]).ok();
    assert_eq!(
        server.lines(),
        ["POST /v1/erasures", "POST /v1/admin/purge", "POST /v1/admin/tenants/a/edge-keys/rotate"]
    );
    assert_eq!(server.asked()[0].json(), json!({"applicant": "AB 123456"}));
    edge(&sandbox, &["--url", &server.url, "erase", "-"], "k").fails(2, &["SCL-0706", "no applicant"]);
}

#[test]
fn outcomes_are_sent_row_by_row() {
    let sandbox = Sandbox::new();
    let server = Server::new(|_, asked| match asked.json()["decision"].as_str() {
        Some("gone") => problem(
            "404 Not Found",
            json!({"code": "SCL-0799", "title": "No such decision",
            "detail": "no decision `gone`", "mend": "check the id"}),
        ),
        _ => json(json!({"accepted": true})),
    });
    sandbox
        .write("f.csv", "decision,label,date\nd1,good,2026-01-31\ngone,bad,2026-02-01\nd2,bad,2026-02-02\n");
    let run = |args: &[&str]| server.edge(&sandbox, &[&["feedback", "f.csv"], args].concat());
    let ran = run(&["--on-error", "skip"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "2 outcomes sent, 1 refused\n"));
    assert!(ran.err.contains("refused: [SCL-0799] f.csv, line 3: No such decision"), "{}", ran.err);
    assert_eq!(server.asked()[0].json(), json!({"decision": "d1", "label": "good", "date": "2026-01-31"}));
    run(&[]).fails(7, &["SCL-0799", "line 3: stopped; 1 rows before it were taken", "check the id"]);
    assert_eq!(server.asked().len(), 5);
    sandbox.write("f.csv", "decision,label,date\nd1,good,2026-01-31\nd2,fine,2026-01-31\n");
    run(&[]).fails(3, &["SCL-0705", "f.csv, line 3", "`fine` is no label"]);
    assert_eq!(server.asked().len(), 5, "nothing is sent of a file with a mistake");
}

#[test]
fn an_export_follows_the_cursor_and_goes_on_from_it() {
    let sandbox = Sandbox::new();
    let page = |lines: &[&str], cursor: &str| {
        reply("200 OK", "application/x-ndjson", format!("{}{{\"cursor\":\"{cursor}\"}}\n", lines.concat()))
    };
    let server =
        Server::new(move |at, asked| match asked.line.rsplit_once("cursor=").map(|(_, cursor)| cursor) {
            None => page(&["{\"id\":1}\n", "{\"id\":2}\n"], "c/1"),
            Some("c%2F1") if at == 1 => reply("200 OK", "application/x-ndjson", "{\"id\":3}\n{\"id\":"),
            Some("c%2F1") if at < 4 => Vec::new(),
            Some("c%2F1") => page(&["{\"id\":3}\n"], "c2"),
            Some(_) => page(&[], "c2"),
        });
    let out = ["export", "-o", "out.ndjson", "--kind", "decisions", "--limit", "2"];
    // A page that was cut off is not taken, and the way on is told.
    server
        .edge(&sandbox, &out)
        .fails(7, &["SCL-0726", "no cursor at its end", "go on from here: --cursor c/1"]);
    assert_eq!(sandbox.read("out.ndjson"), "{\"id\":1}\n{\"id\":2}\n");
    let more = [&out[..], &["--cursor", "c/1"]].concat();
    let ran = server.edge(&sandbox, &more);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("1 line; to go on from here: --cursor c2"), "{}", ran.err);
    assert_eq!(sandbox.read("out.ndjson"), "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
    assert_eq!(server.lines()[0], "GET /v1/export?kind=decisions&limit=2");
    let ran = server.edge(&sandbox, &["export", "--cursor", "c2"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
}
