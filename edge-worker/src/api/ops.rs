//! Operations: health, version, metrics, the description of the API.

use serde_json::json;

use crate::http::Reply;
use crate::metrics;

/// The description of the API.
pub(super) const OPEN_API: &str = include_str!("../../openapi.json");

pub(super) fn health() -> Reply {
    Reply::json(200, &json!({ "status": "ok" }))
}

pub(super) fn version() -> Reply {
    let build = option_env!("SCORELET_BUILD");
    Reply::json(
        200,
        &json!({
            "name": "scorelet-edge",
            "version": env!("CARGO_PKG_VERSION"),
            "build": build,
            "abi": scorelet_core::abi::raw::ABI_VERSION,
            "receipt": scorelet_core::split::receipt::RECEIPT_VERSION,
        }),
    )
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
