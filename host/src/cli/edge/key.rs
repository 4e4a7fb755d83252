//! `scorelet edge key`. A key's text is seen once: alone on standard output, or in a file for its owner alone.

use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::args::{KeyCreateArgs, KeyKind, KeyRevokeArgs, KeyRotateArgs, TenantFlag};
use super::{Worker, show, term};
use crate::cli::keys;
use crate::edge::{Call, Content, EdgeError, Method};
use crate::error::{HostError, Result, exit};

pub(super) fn create(worker: &Worker, args: &KeyCreateArgs) -> Result<u8> {
    if args.kind == KeyKind::Secret && args.scope.is_empty() {
        return Err(HostError::Usage {
            what: "a secret key without a scope may do nothing".to_owned(),
            mend: "say what it is for: --scope decide,read".to_owned(),
        });
    }
    let kind = args.kind.to_possible_value();
    let kind = kind.as_ref().map_or("", |kind| kind.get_name());
    let mut content = json!({"kind": kind, "scopes": args.scope});
    if let (Some(name), Some(members)) = (&args.name, content.as_object_mut()) {
        members.insert("name".to_owned(), name.as_str().into());
    }
    let content = Content::Json(content);
    make(
        worker,
        &Call::once(Method::Post, worker.route(&args.tenant, &["keys"])?, content),
        args.output.as_deref(),
    )
}

pub(super) fn rotate(worker: &Worker, args: &KeyRotateArgs) -> Result<u8> {
    let route = worker.route(&args.tenant, &["keys", &args.id, "rotate"])?;
    let content = Content::Json(json!({"overlap_seconds": args.overlap_seconds}));
    make(worker, &Call::once(Method::Post, route, content), args.output.as_deref())
}

pub(super) fn list(worker: &Worker, args: &TenantFlag) -> Result<u8> {
    let keys = worker.get(worker.route(args, &["keys"])?)?;
    let columns = [
        ("id", "id"),
        ("kind", "kind"),
        ("name", "name"),
        ("scopes", "scopes"),
        ("made", "created"),
        ("ends", "ends"),
    ];
    worker.show(&keys, |value| {
        let none = "no keys yet: `scorelet edge key create` makes one";
        show::table(show::list(value, "keys"), &columns, none)
    })
}

pub(super) fn revoke(worker: &Worker, args: &KeyRevokeArgs) -> Result<u8> {
    let route = worker.route(&args.tenant, &["keys", &args.id])?;
    let ended = worker.client.json(&Call::idempotent(Method::Delete, route, Content::Nothing))?;
    worker.show(&ended, |_| format!("key {} is revoked\n", args.id))
}

/// Makes the call and gives the new key's text to whom it belongs.
fn make(worker: &Worker, call: &Call<'_>, output: Option<&Path>) -> Result<u8> {
    // The key exists once at the worker and its text is told once: what would lose it is found out before.
    if let Some(path) = output.filter(|path| path.exists()) {
        return Err(HostError::Exists { path: path.to_owned() });
    }
    let mut made = worker.client.json(call)?;
    let Some(text) = made.get("key").and_then(Value::as_str).map(str::to_owned) else {
        return Err(EdgeError::Answer { place: call.place(), what: "it holds no key".to_owned() }.into());
    };
    let what = format!("{} key {}", show::text(&made, "kind"), show::text(&made, "id"));
    if let Some(path) = output {
        keys::write_new(path, &format!("{text}\n"), true)?;
        if let Some(object) = made.as_object_mut() {
            object.remove("key");
        }
        return worker.show(&made, |_| format!("{what} is in {}\n", path.display()));
    }
    if worker.json {
        return worker.show(&made, |_| String::new());
    }
    term::print(&format!("{}\n", crate::edge::clean(&text)))?;
    term::say(&format!("{what}: keep its text, it is not shown again"));
    Ok(exit::OK)
}
