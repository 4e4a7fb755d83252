//! `POST /v1/admin/purge`, and what the cron does: what its retention has ended is deleted.

use serde_json::json;
use worker::Env;

use super::{Call, ShardAsk, ask_shard};
use crate::cache::{self, Bindings};
use crate::http::Reply;
use crate::ids::SHARDS;
use crate::problem::Outcome;
use crate::settings::Retention;
use crate::store::shard::Counts;
use crate::store::{ask, directory};

const DAY: u64 = 86_400_000;

pub(super) async fn purge(call: &Call<'_>) -> Outcome<Reply> {
    let bindings = call.bindings()?;
    let (tenants, counts) = all(&bindings, call.now).await?;
    Ok(Reply::json(
        200,
        &json!({
            "tenants": tenants,
            "decisions": counts.decisions,
            "feedback": counts.feedback,
            "audits": counts.audits,
            "stripped": counts.stripped,
        }),
    ))
}

/// Purges every tenant; how many decisions went.
///
/// Errors: of the store, or of the set-up.
pub async fn purge_all(env: &Env, now: u64) -> Outcome<u64> {
    let bindings = cache::bindings(env)?;
    Ok(all(&bindings, now).await?.1.decisions)
}

async fn all(bindings: &Bindings, now: u64) -> Outcome<(usize, Counts)> {
    let entries: Vec<directory::Entry> =
        ask(&bindings.directory, directory::NAME, &directory::Ask::All, &[]).await?.0;
    let mut counts = Counts::default();
    for entry in &entries {
        let Some(known) = cache::tenant(bindings, &entry.id, now).await? else { continue };
        let settings = &known.document.settings;
        let ask = ShardAsk::Purge {
            before: now.saturating_sub(u64::from(settings.retention_days) * DAY),
            now,
            fields: settings.retention >= Retention::Features,
            record: settings.retention == Retention::Full,
        };
        for shard in 0..SHARDS {
            counts += ask_shard::<Counts>(bindings, &known, shard, &ask, &[]).await?.0;
        }
    }
    Ok((entries.len(), counts))
}
