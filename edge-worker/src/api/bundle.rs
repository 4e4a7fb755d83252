//! `GET /v1/bundles/{digest}`: bundles for devices.

use super::Call;
use crate::auth::has;
use crate::cache;
use crate::http::Reply;
use crate::problem::{Code, Outcome, Problem};
use crate::route::Scope;
use crate::store::tenant::Part;
use crate::text::unhex_array;

pub(super) async fn bundle(call: &Call<'_>) -> Outcome<Reply> {
    let (known, key) = call.tenant()?;
    let none = || Problem::new(Code::NotFound, "digest", "there is no such bundle for this key");
    let digest = call.first();
    unhex_array::<32>(digest).ok_or_else(none)?;
    let bindings = call.bindings()?;
    let file = cache::file(&bindings, &known.document.id, digest).await?.ok_or_else(none)?;
    let open = match file.part {
        Part::Device => true,
        // It has the edge's models in it: it goes to those who could have uploaded it.
        Part::Whole => has(known, key, Scope::Admin),
        // It never leaves the edge.
        Part::Edge => false,
    };
    if !open {
        return Err(none());
    }
    let tag = format!("\"{digest}\"");
    let asked = call.incoming.header("if-none-match").unwrap_or_default();
    let same =
        asked.split(',').map(str::trim).any(|given| given == "*" || given.trim_start_matches("W/") == tag);
    let (status, body) = if same { (304, Vec::new()) } else { (200, file.bytes.clone()) };
    Ok(Reply::bytes(status, "application/vnd.scorelet.bundle", body)
        .with("etag", tag)
        // Whose it is depends on the key: no cache between may keep it.
        .with("cache-control", "private, max-age=31536000, immutable"))
}
