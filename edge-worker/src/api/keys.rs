//! Keys of a tenant, and the edge's key pair.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, parse, tenants};
use crate::auth::new_key;
use crate::http::Reply;
use crate::problem::{Outcome, Problem};
use crate::route::Scope;
use crate::settings::is_name;
use crate::store::tenant::{Ask, Key, Kind};
use crate::text::{hex, rfc3339};

/// Longest time that a replaced key goes on working, seconds.
const OVERLAP: u64 = 30 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    kind: Kind,
    #[serde(default)]
    scopes: Vec<Scope>,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rotation {
    overlap_seconds: u64,
}

/// A key as the API shows it; with its text, once.
fn shown(key: &Key, text: Option<&str>) -> Value {
    let mut value = json!({
        "id": key.id,
        "kind": key.kind,
        "scopes": key.scopes,
        "name": key.name,
        "created": rfc3339(key.created),
        "ends": key.ends.map(rfc3339),
    });
    if let (Some(text), Some(members)) = (text, value.as_object_mut()) {
        members.insert("key".to_owned(), text.into());
    }
    value
}

pub(super) async fn create(call: &Call<'_>) -> Outcome<Reply> {
    let body: Body = parse::object(&call.body)?;
    let mut scopes = Vec::new();
    for scope in body.scopes {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    match (body.kind, scopes.is_empty()) {
        (Kind::Publishable, false) => return Err(Problem::value("scopes", "a publishable key has none")),
        (Kind::Secret, true) => return Err(Problem::value("scopes", "a secret key needs at least one")),
        _ => {}
    }
    let name = body.name.unwrap_or_else(|| "unnamed".to_owned());
    if !is_name(&name) {
        return Err(Problem::value("name", "it must have 1 to 200 characters, no control characters"));
    }
    let known = tenants::named(call).await?;
    let id = &known.document.id;
    let (key, text) = new_key(id, body.kind, scopes, name, call.now)?;
    tenants::change(call, id, &Ask::AddKey { key: key.clone() }, &[]).await?;
    Ok(Reply::json(201, &shown(&key, Some(&text))))
}

pub(super) async fn all(call: &Call<'_>) -> Outcome<Reply> {
    let known = tenants::named(call).await?;
    let keys: Vec<Value> = known.document.keys.iter().map(|key| shown(key, None)).collect();
    Ok(Reply::json(200, &json!({ "keys": keys })))
}

pub(super) async fn rotate(call: &Call<'_>) -> Outcome<Reply> {
    let body: Rotation = if call.body.is_empty() { Rotation::default() } else { parse::object(&call.body)? };
    if body.overlap_seconds > OVERLAP {
        return Err(Problem::value("overlap_seconds", format!("at most {OVERLAP}")));
    }
    let known = tenants::named(call).await?;
    let [_, old] = call.parts;
    let tenant = &known.document.id;
    let kind = known.document.keys.iter().find(|key| key.id == old).map_or(Kind::Secret, |key| key.kind);
    let (new, text) = new_key(tenant, kind, Vec::new(), String::new(), call.now)?;
    let ends = call.now + body.overlap_seconds * 1000;
    let id = new.id.clone();
    let known = tenants::change(call, tenant, &Ask::RotateKey { id: old.to_owned(), new, ends }, &[]).await?;
    let key = known.document.keys.iter().find(|key| key.id == id).ok_or_else(|| Problem::internal("key"))?;
    Ok(Reply::json(201, &shown(key, Some(&text))))
}

pub(super) async fn revoke(call: &Call<'_>) -> Outcome<Reply> {
    let known = tenants::named(call).await?;
    let [_, id] = call.parts;
    let ask = Ask::RevokeKey { id: id.to_owned(), now: call.now };
    let known = tenants::change(call, &known.document.id, &ask, &[]).await?;
    let key = known.document.keys.iter().find(|key| key.id == id).ok_or_else(|| Problem::internal("key"))?;
    Ok(Reply::json(200, &shown(key, None)))
}

pub(super) async fn rotate_edge(call: &Call<'_>) -> Outcome<Reply> {
    let known = tenants::named(call).await?;
    let known = tenants::change(call, &known.document.id, &Ask::RotateEdgeKey { now: call.now }, &[]).await?;
    let key = known.document.edge_keys.last().ok_or_else(|| Problem::internal("edge key"))?;
    let pair = known.secrets.edge_pair(key.epoch);
    Ok(Reply::json(
        201,
        &json!({
            "id": hex(&pair.id()),
            "public_key": crate::text::base64(&pair.public_key()),
            "suite": super::challenge::SUITE,
            "created": rfc3339(key.created),
        }),
    ))
}
