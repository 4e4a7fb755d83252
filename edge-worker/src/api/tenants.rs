//! Tenants: made, listed, shown, changed.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, parse};
use crate::auth::Caller;
use crate::cache::{self, Known};
use crate::http::Reply;
use crate::ids::is_tenant;
use crate::problem::{Code, Outcome, Problem};
use crate::settings::{Change, Settings, is_name};
use crate::store::tenant::{Answer, Ask, Document};
use crate::store::{ask, directory};
use crate::text::{hex, rfc3339};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    id: String,
    name: String,
}

/// The tenant in the path.
///
/// Errors: there is none.
pub(super) async fn named(call: &Call<'_>) -> Outcome<Rc<Known>> {
    let none = || Problem::new(Code::NotFound, "tenant", "there is no such tenant");
    let id = call.first();
    if !is_tenant(id) {
        return Err(none());
    }
    let bindings = call.bindings()?;
    if let Some(known) = cache::tenant(&bindings, id, call.now).await? {
        return Ok(known);
    }
    cache::forget_directory();
    cache::tenant(&bindings, id, call.now).await?.ok_or_else(none)
}

/// Changes a tenant; what it is then is known at once in this isolate.
///
/// Errors: what the change meets.
pub(super) async fn change(call: &Call<'_>, id: &str, change: &Ask, bytes: &[u8]) -> Outcome<Rc<Known>> {
    let bindings = call.bindings()?;
    match ask(&bindings.tenants, id, change, bytes).await?.0 {
        Answer::Document { document } => Ok(cache::learn(&bindings, *document, call.now)),
        other => Err(refusal(other)),
    }
}

/// An answer of the store that is no success.
pub(super) fn refusal(answer: Answer) -> Problem {
    match answer {
        Answer::Missing { what } => {
            Problem::new(Code::NotFound, what.clone(), format!("there is no such {what}"))
        }
        Answer::Refused { why } => Problem::new(Code::Conflict, "tenant", why),
        _ => Problem::internal("tenant"),
    }
}

/// A tenant as the API shows it.
pub(super) fn shown(known: &Known) -> Value {
    let Document { id, created, settings, edge_keys, .. } = &known.document;
    let release = known.document.active().map(release);
    let edge_keys = edge_keys.iter().map(|key| {
        json!({
            "id": hex(&known.secrets.edge_pair(key.epoch).id()),
            "created": rfc3339(key.created),
            "ended": key.ended.map(rfc3339),
        })
    });
    json!({
        "id": id,
        "name": settings.name,
        "created": rfc3339(*created),
        "retention": settings.retention,
        "retention_days": settings.retention_days,
        "grace_seconds": settings.grace_seconds,
        "origins": settings.origins,
        "publisher_keys": settings.publisher_keys,
        "rate": settings.rate,
        "clock_skew_seconds": settings.clock_skew_seconds,
        "challenge_seconds": settings.challenge_seconds,
        "active": release,
        "edge_keys": edge_keys.collect::<Vec<_>>(),
    })
}

/// A release as the API shows it.
pub(super) fn release(release: &crate::store::tenant::Release) -> Value {
    json!({
        "digest": release.digest,
        "whole": release.whole,
        "device": release.device,
        "name": release.name,
        "version": release.version,
        "activated": rfc3339(release.activated),
    })
}

pub(super) async fn create(call: &Call<'_>) -> Outcome<Reply> {
    let body: Body = parse::object(&call.body)?;
    if !is_tenant(&body.id) {
        return Err(Problem::value("id", "it must be 1 to 32 of a-z, 0-9 and -"));
    }
    if !is_name(&body.name) {
        return Err(Problem::value("name", "it must have 1 to 200 characters, no control characters"));
    }
    let bindings = call.bindings()?;
    let (id, name) = (body.id.clone(), body.name.clone());
    let entry = directory::Ask::Add(directory::Entry { id, name, created: call.now });
    if !ask::<bool>(&bindings.directory, directory::NAME, &entry, &[]).await?.0 {
        // Made before, perhaps not to the end: what follows then completes it. Who made it learns that it is there.
        let make = Ask::Make { id: body.id.clone(), settings: Settings::new(&body.name), now: call.now };
        change(call, &body.id, &make, &[]).await?;
        return Err(Problem::new(Code::Conflict, "id", "there is a tenant of that id"));
    }
    let make = Ask::Make { id: body.id.clone(), settings: Settings::new(&body.name), now: call.now };
    let known = change(call, &body.id, &make, &[]).await?;
    Ok(Reply::json(201, &shown(&known)))
}

pub(super) async fn all(call: &Call<'_>) -> Outcome<Reply> {
    let bindings = call.bindings()?;
    let all = directory::Ask::All;
    let (entries, _): (Vec<directory::Entry>, _) =
        ask(&bindings.directory, directory::NAME, &all, &[]).await?;
    let tenants = entries
        .iter()
        .map(|entry| json!({ "id": entry.id, "name": entry.name, "created": rfc3339(entry.created) }));
    Ok(Reply::json(200, &json!({ "tenants": tenants.collect::<Vec<_>>() })))
}

pub(super) async fn one(call: &Call<'_>) -> Outcome<Reply> {
    Ok(Reply::json(200, &shown(&*named(call).await?)))
}

pub(super) async fn configure(call: &Call<'_>) -> Outcome<Reply> {
    let body: Change = parse::object(&call.body)?;
    body.check()?;
    // Otherwise a stolen key with the scope admin would be enough to bring in bundles of its own.
    if body.publisher_keys.is_some() && !matches!(call.caller, Caller::Operator) {
        return Err(Problem::new(Code::Forbidden, "publisher_keys", "only the operator's key sets them"));
    }
    let known = named(call).await?;
    let known = change(call, &known.document.id, &Ask::Configure { change: Box::new(body) }, &[]).await?;
    Ok(Reply::json(200, &shown(&known)))
}
