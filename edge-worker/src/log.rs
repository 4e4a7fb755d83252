//! The log: one JSON object a line. Never a record, a reference, a key, a body or a query.

use std::cell::Cell;

use worker::{console_error, console_log};

/// What is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Failures of the worker.
    Errors,
    /// Refusals, and what administrators do, too.
    Changes,
    /// Every request.
    Requests,
}

impl Level {
    /// Reads the binding SCORELET_LOG.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "errors" => Some(Self::Errors),
            "changes" => Some(Self::Changes),
            "requests" => Some(Self::Requests),
            _ => None,
        }
    }
}

thread_local! {
    static LEVEL: Cell<Level> = const { Cell::new(Level::Changes) };
}

/// Sets what is logged in this isolate.
pub fn set(level: Level) {
    LEVEL.set(level);
}

/// A request that was answered.
#[derive(Debug)]
pub struct Request<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its method.
    pub method: &'a str,
    /// The route that it found, with braces: what stood in them is not logged.
    pub route: &'a str,
    /// The tenant, if one was recognised.
    pub tenant: Option<&'a str>,
    /// Of administration: id of the key, or `operator`.
    pub key: Option<&'a str>,
    /// HTTP status.
    pub status: u16,
    /// Code of the problem, if it was refused.
    pub code: Option<&'a str>,
    /// How long it took, ms.
    pub ms: u64,
}

/// Logs a request, if its kind is logged.
pub fn request(request: &Request<'_>) {
    let level = LEVEL.get();
    let change = request.status >= 400 || (request.method != "GET" && request.route.starts_with("/v1/admin"));
    let wanted = match level {
        Level::Errors => request.status >= 500,
        Level::Changes => change,
        Level::Requests => true,
    };
    if !wanted {
        return;
    }
    let Request { id, method, route, tenant, key, status, code, ms } = request;
    let line = serde_json::json!({
        "level": if *status >= 500 { "error" } else { "info" },
        "event": "request",
        "request": id,
        "method": method,
        "route": route,
        "tenant": tenant,
        "key": key,
        "status": status,
        "code": code,
        "ms": ms,
    });
    console_log!("{line}");
}

/// Logs a failure of the worker or its runtime.
pub fn failure(place: &str, message: &str) {
    console_error!(
        "{}",
        serde_json::json!({"level": "error", "event": "failure", "place": place, "message": message})
    );
}
