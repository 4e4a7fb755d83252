//! `scorelet edge erase` and `scorelet edge purge`.

use std::io::Read;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::args::EraseArgs;
use super::{Worker, show};
use crate::edge::{Call, Content, Method, Route};
use crate::error::{HostError, Result};

/// Most bytes of an applicant's reference on standard input.
const REFERENCE: u64 = 4096;

pub(super) fn erase(worker: &Worker, args: &EraseArgs) -> Result<u8> {
    let applicant = match args.applicant.as_str() {
        "-" => {
            let mut text = String::new();
            (std::io::stdin().lock().take(REFERENCE).read_to_string(&mut text))
                .map_err(|error| HostError::Read { path: PathBuf::from("stdin"), error })?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        text => text.to_owned(),
    };
    if applicant.is_empty() {
        return Err(HostError::Usage {
            what: "there is no applicant".to_owned(),
            mend: "give the reference that decisions were asked for with".to_owned(),
        });
    }
    let content = Content::Json(json!({"applicant": applicant}));
    let call = Call::idempotent(Method::Post, Route::new(&["v1", "erasures"]), content);
    worker.show(&worker.client.json(&call)?, show::pairs)
}

/// Purges every tenant, part by part.
///
/// Errors: of the worker. Tenants that could not be purged are listed, and the exit code is 7.
pub(super) fn purge(worker: &Worker) -> Result<u8> {
    let (mut all, mut after) = (Map::new(), String::new());
    loop {
        let mut route = Route::new(&["v1", "admin", "purge"]);
        if !after.is_empty() {
            route = route.with("after", &after);
        }
        let part = worker.client.json(&Call::idempotent(Method::Post, route, Content::Nothing))?;
        let next = show::text(&part, "next");
        add(&mut all, part);
        // Parts come in the order of ids: a worker that leads in a circle is not followed.
        if next <= after {
            break;
        }
        after = next;
    }
    let failed = all.get("failed").is_some();
    let code = worker.show(&Value::Object(all), show::pairs)?;
    Ok(if failed { 7 } else { code })
}

/// Adds up what the parts tell: numbers are added, lists appended; an empty list is not told.
fn add(all: &mut Map<String, Value>, part: Value) {
    let Value::Object(members) = part else { return };
    for (name, value) in members {
        match (value, all.get_mut(&name)) {
            (Value::Number(more), Some(Value::Number(sum))) => {
                *sum = (sum.as_u64().unwrap_or(0) + more.as_u64().unwrap_or(0)).into();
            }
            (Value::Array(more), Some(Value::Array(list))) => list.extend(more),
            (value @ Value::Number(_), None) => {
                all.insert(name, value);
            }
            (Value::Array(list), None) if !list.is_empty() => {
                all.insert(name, list.into());
            }
            _ => {}
        }
    }
}
