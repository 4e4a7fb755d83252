//! What `scorelet edge` does when it must not speak, cannot, or is refused.

use std::time::Instant;

use serde_json::json;

use super::edge_server::{Server, edge, json, problem, reply};
use super::sandbox::Sandbox;

const LIST: [&str; 2] = ["tenant", "list"];
const CREATE: [&str; 3] = ["tenant", "create", "a"];

#[test]
fn a_key_goes_nowhere_in_clear() {
    let sandbox = Sandbox::new();
    let run = |url: &str| edge(&sandbox, &[&["--url", url], &LIST[..]].concat(), "k");
    run("http://edge.example").fails(2, &["SCL-0721", "edge.example", "https://"]);
    run("http://127.0.0.1.edge.example/").fails(2, &["SCL-0721"]);
    run("http://127.0.0.1@edge.example/").fails(2, &["SCL-0720"]);
    run("edge.example").fails(2, &["SCL-0720", "edge.example"]);
    edge(&sandbox, &LIST, "k").fails(2, &["SCL-0720", "SCORELET_EDGE_URL"]);
}

#[test]
fn without_a_key_nothing_is_sent() {
    let (sandbox, server) = (Sandbox::new(), Server::always(json(json!({"tenants": []}))));
    let run =
        |key: &str, more: &[&str]| edge(&sandbox, &[&["--url", &server.url], more, &LIST[..]].concat(), key);
    run("", &[]).fails(2, &["SCL-0722", "SCORELET_EDGE_KEY", "--key-file"]);
    run("a\nb", &[]).fails(2, &["SCL-0723", "SCORELET_EDGE_KEY"]);
    run("k", &["--key-file", "none"]).fails(6, &["SCL-0701", "none"]);
    sandbox.write("empty.key", "\n");
    run("k", &["--key-file", "empty.key"]).fails(2, &["SCL-0723", "empty.key", "empty"]);
    run("k", &["--key", "abc"]).fails(2, &["--key"]);
    assert_eq!(server.asked().len(), 0);
    sandbox.write("my.key", "from-the-file\n");
    run("k", &["--key-file", "my.key"]).ok();
    assert_eq!(server.asked()[0].header("authorization"), "Bearer from-the-file");
}

#[test]
fn a_refusal_is_shown_with_code_place_mend_and_request() {
    let sandbox = Sandbox::new();
    let server = Server::always(problem(
        "403 Forbidden",
        json!({
        "type": "https://scorelet.example/problems/SCL-0755", "title": "Not allowed", "status": 403,
        "detail": "the key has no scope `admin`\u{1b}[2J", "instance": "urn:request:req-0123", "code": "SCL-0755",
        "place": "header authorization", "mend": "use a key with that scope"}),
    ));
    let ran = server.edge(&sandbox, &CREATE);
    assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
    ran.fails(
        7,
        &[
            "SCL-0755",
            "POST /v1/admin/tenants: header authorization",
            "Not allowed: the key has no scope",
            "HTTP 403, request req-0123",
            "help: use a key with that scope",
        ],
    );
}

#[test]
fn what_no_worker_answers() {
    let sandbox = Sandbox::new();
    let html = || reply("404 Not Found", "text/html", "<html>nothing here</html>");
    for (answer, said) in [
        (reply("200 OK", "application/json", "{\"tenants\": [}"), "it is no JSON"),
        (html(), "HTTP 404: <html>nothing here</html>"),
        (reply("500 Internal Server Error", "text/plain", ""), "HTTP 500 with nothing in it"),
        (problem("400 Bad Request", json!({"title": "somebody else's problem"})), "HTTP 400"),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec(), "answer of a Scorelet edge worker"),
    ] {
        let server = Server::always(answer);
        server.edge(&sandbox, &LIST).fails(7, &["SCL-0728", "GET /v1/admin/tenants", said]);
        assert_eq!(server.asked().len(), 1, "{said}");
    }
}

#[test]
fn a_key_does_not_follow_a_redirect() {
    let sandbox = Sandbox::new();
    let other = Server::always(json(json!({"tenants": []})));
    let head =
        format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {}/\r\ncontent-length: 0\r\n\r\n", other.url);
    let server = Server::always(head.into_bytes());
    server.edge(&sandbox, &LIST).fails(7, &["SCL-0728", "HTTP 307", &other.url, "does not follow"]);
    server.edge(&sandbox, &CREATE).fails(7, &["SCL-0728", "HTTP 307"]);
    assert_eq!(other.asked().len(), 0);
}

#[test]
fn an_answer_without_end_is_not_read_to_the_end() {
    let sandbox = Sandbox::new();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n";
    let mut endless = head.as_bytes().to_vec();
    endless.resize(32 << 20, b'[');
    let server = Server::always(endless);
    let begun = Instant::now();
    server.edge(&sandbox, &LIST).fails(7, &["SCL-0728", "more than 8388608 bytes"]);
    assert!(begun.elapsed().as_secs() < 20);
}

#[test]
fn only_what_is_idempotent_is_tried_again() {
    let sandbox = Sandbox::new();
    // Closed without a word, and in the midst of an answer.
    let cut_off = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"tenants\"".to_vec();
    for answer in [Vec::new(), cut_off] {
        let server = Server::always(answer);
        server.edge(&sandbox, &LIST).fails(7, &["SCL-0726", "GET /v1/admin/tenants", "try again"]);
        assert_eq!(server.asked().len(), 3);
        server
            .edge(&sandbox, &CREATE)
            .fails(7, &["SCL-0726", "POST /v1/admin/tenants", "look whether it was done"]);
        assert_eq!(server.asked().len(), 4);
    }
    let busy = || problem("503 Service Unavailable", json!({"code": "SCL-0790", "title": "Busy"}));
    let server = Server::new(move |at, _| if at == 1 { json(json!({"tenants": []})) } else { busy() });
    server.edge(&sandbox, &CREATE).fails(7, &["SCL-0790"]);
    server.edge(&sandbox, &LIST).ok();
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_worker_that_is_busy_says_when_to_come_again() {
    let sandbox = Sandbox::new();
    let server = Server::new(|at, _| {
        match at {
        0 => b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
        _ => json(json!({"tenants": []})),
    }
    });
    let begun = Instant::now();
    server.edge(&sandbox, &LIST).ok();
    assert!(begun.elapsed().as_millis() >= 1000);
}

#[test]
fn nobody_is_there() {
    let sandbox = Sandbox::new();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    edge(&sandbox, &[&["--url", &url], &CREATE[..]].concat(), "k")
        .fails(7, &["SCL-0724", &url, "that the worker runs"]);
    let nowhere = ["--url", "https://edge.invalid", "tenant", "create", "a"];
    edge(&sandbox, &nowhere, "k").fails(7, &["SCL-0724", "edge.invalid"]);
}
