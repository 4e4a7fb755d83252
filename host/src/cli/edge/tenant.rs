//! `scorelet edge tenant`.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::args::{TenantCreateArgs, TenantSetArgs, TenantShowArgs};
use super::{Worker, show};
use crate::cli::keys;
use crate::edge::{Call, Content, Method, Route};
use crate::error::Result;
use crate::runtime::hex;

const TENANTS: [&str; 3] = ["v1", "admin", "tenants"];

pub(super) fn create(worker: &Worker, args: &TenantCreateArgs) -> Result<u8> {
    let name = args.name.as_ref().unwrap_or(&args.tenant);
    let content = Content::Json(json!({"id": args.tenant, "name": name}));
    let made = worker.client.json(&Call::once(Method::Post, Route::new(&TENANTS), content))?;
    worker.show(&made, show::pairs)
}

pub(super) fn list(worker: &Worker) -> Result<u8> {
    let tenants = worker.get(Route::new(&TENANTS))?;
    let columns = [("tenant", "id"), ("name", "name"), ("made", "created")];
    worker.show(&tenants, |value| {
        let none = "no tenants yet: `scorelet edge tenant create` makes one";
        show::table(show::list(value, "tenants"), &columns, none)
    })
}

pub(super) fn show(worker: &Worker, args: &TenantShowArgs) -> Result<u8> {
    let tenant = worker.tenant(args.tenant.as_ref())?;
    let settings = worker.get(Route::new(&[&TENANTS[..], &[tenant]].concat()))?;
    worker.show(&settings, show::pairs)
}

pub(super) fn set(worker: &Worker, args: &TenantSetArgs) -> Result<u8> {
    let tenant = worker.tenant(args.tenant.as_ref())?;
    let route = Route::new(&[&TENANTS[..], &[tenant]].concat());
    let call = Call::idempotent(Method::Patch, route, Content::Json(changes(args)?));
    let settings = worker.client.json(&call)?;
    worker.show(&settings, show::pairs)
}

/// The members that were named, and no others.
fn changes(args: &TenantSetArgs) -> Result<Value> {
    let mut changes = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            changes.insert(name.to_owned(), value);
        }
    };
    put("name", args.name.as_deref().map(Value::from));
    let retention = args.retention.and_then(|retention| retention.to_possible_value());
    put("retention", retention.map(|value| json!(value.get_name())));
    put("retention_days", args.retention_days.map(Value::from));
    put("grace_seconds", args.grace_seconds.map(Value::from));
    put("clock_skew_seconds", args.clock_skew_seconds.map(Value::from));
    put("challenge_seconds", args.challenge_seconds.map(Value::from));
    put("origins", (args.no_origins || !args.origin.is_empty()).then(|| json!(args.origin)));
    if !args.publisher_key.is_empty() {
        let keys: Vec<String> = (args.publisher_key.iter())
            .filter_map(|path| keys::public(Some(path)).transpose())
            .map(|key| key.map(|key| hex(&key)))
            .collect::<Result<_>>()?;
        put("publisher_keys", Some(json!(keys)));
    }
    let mut rate = Map::new();
    for (name, value) in [
        ("key_per_minute", args.key_per_minute),
        ("publishable_per_minute", args.publishable_per_minute),
        ("applicant_per_hour", args.applicant_per_hour),
    ] {
        if let Some(value) = value {
            rate.insert(name.to_owned(), Value::from(value));
        }
    }
    put("rate", (!rate.is_empty()).then_some(Value::Object(rate)));
    Ok(Value::Object(changes))
}
