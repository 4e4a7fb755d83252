//! Operations: health, version, metrics, the description of the API.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Call;
use crate::auth::{Caller, KeyOf};
use crate::cache::Known;
use crate::http::Reply;
use crate::metrics;
use crate::problem::Outcome;
use crate::store::tenant::Kind;
use crate::text::rfc3339;

/// The description of the API.
pub(super) const OPEN_API: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// Whether the worker could answer: a binding that is missing or malformed refuses every other request.
pub(super) fn health(call: &Call<'_>) -> Outcome<Reply> {
    call.bindings()?;
    Ok(Reply::json(200, &json!({ "status": "ok" })))
}

/// Which build it is, and to a tenant's key which of its bundles are accepted. `build` is the commit it was built from, as
/// `cargo xtask edge` sets it.
pub(super) fn version(call: &Call<'_>) -> Reply {
    let build = option_env!("SCORELET_BUILD");
    let bundles = match call.caller {
        Caller::Tenant(known, key) => Some(accepted(known, key, call.now)),
        _ => None,
    };
    Reply::json(
        200,
        &json!({
            "name": "scorelet-edge",
            "version": env!("CARGO_PKG_VERSION"),
            "build": build,
            "abi": scorelet_core::abi::raw::ABI_VERSION,
            "receipt": scorelet_core::split::receipt::RECEIPT_VERSION,
            "decision": scorelet_core::decision::DECISION_VERSION,
            "bundles": bundles,
        }),
    )
}

/// The releases whose receipts are accepted, the active one first. A publishable key stands in pages: it learns what a
/// challenge tells too, and not the edge bundle's digest.
fn accepted(known: &Known, key: &KeyOf, now: u64) -> Vec<Value> {
    let document = &known.document;
    let mut releases: Vec<_> = document.releases.iter().rev().filter(|r| document.accepts(r, now)).collect();
    // After a roll-back the active one is not the newest.
    releases.sort_by_key(|release| release.ended.is_some());
    let mut seen = BTreeSet::new();
    releases.retain(|release| seen.insert(&release.digest));
    let grace = u64::from(document.settings.grace_seconds) * 1000;
    let told = |release: &&crate::store::tenant::Release| {
        json!({
            "digest": (key.kind == Kind::Secret).then_some(&release.digest),
            "whole": release.whole,
            "device": release.device,
            "name": release.name,
            "version": release.version,
            "until": release.ended.map(|ended| rfc3339(ended.saturating_add(grace))),
        })
    };
    releases.iter().map(told).collect()
}

pub(super) fn metrics() -> Reply {
    Reply::bytes(200, "text/plain; version=0.0.4; charset=utf-8", metrics::text().into_bytes())
}

pub(super) fn open_api() -> Reply {
    Reply::bytes(200, "application/json", OPEN_API.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::OPEN_API;
    use crate::route::ROUTES;

    #[test]
    fn the_description_has_every_route_and_no_other() {
        let described: serde_json::Value = serde_json::from_str(OPEN_API).unwrap();
        let described: BTreeSet<(String, String)> = described["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys().filter(|key| *key != "parameters");
                methods.map(|method| (path.clone(), method.to_uppercase())).collect::<Vec<_>>()
            })
            .collect();
        let routes = ROUTES.iter().map(|route| (route.path.to_owned(), route.method.to_owned())).collect();
        assert_eq!(described, routes);
    }
}
