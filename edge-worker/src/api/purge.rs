//! `POST /v1/admin/purge`, and what the cron does: what its retention has ended is deleted.
//!
//! A request takes a part of the tenants and says where the next one begins. The cron goes through all, notes how far it
//! came, and goes on there the next time if something stopped it.

use serde_json::json;
use worker::Env;

use super::{Call, ShardAsk, ask_shard, parse};
use crate::cache::{self, Bindings};
use crate::http::Reply;
use crate::ids::{SHARDS, is_tenant};
use crate::log;
use crate::problem::{Outcome, Problem};
use crate::settings::Retention;
use crate::store::shard::Counts;
use crate::store::{ask, directory};

const DAY: u64 = 86_400_000;
/// Tenants of a part at most: with a call of each shard they are fewer calls than the thousand that a request may make on Cloudflare.
const MOST: u32 = 50;

/// What became of a part of the tenants.
#[derive(Debug, Default)]
struct Part {
    /// The tenants, in their order, and whether all their shards were purged.
    tenants: Vec<(String, bool)>,
    counts: Counts,
    /// There are as many as were asked for: others may follow.
    full: bool,
}

impl Part {
    /// The last tenant, if others may follow.
    fn next(&self) -> Option<&str> {
        self.tenants.last().filter(|_| self.full).map(|(id, _)| id.as_str())
    }

    fn failed(&self) -> impl Iterator<Item = &str> {
        self.tenants.iter().filter(|(_, done)| !done).map(|(id, _)| id.as_str())
    }

    /// Where to go on after failures: before the first of them, or behind it if it is where this part began, so that one
    /// that always fails does not hold up the others.
    fn resume(&self) -> &str {
        let done = self.tenants.iter().take_while(|(_, done)| *done).last();
        done.or_else(|| self.tenants.first()).map_or("", |(id, _)| id)
    }
}

pub(super) async fn purge(call: &Call<'_>) -> Outcome<Reply> {
    let after = call.incoming.query("after")?.unwrap_or_default();
    if !after.is_empty() && !is_tenant(&after) {
        return Err(Problem::value("after", "it must be `next` of an answer"));
    }
    let limit = parse::limit(call.incoming, MOST)?;
    let part = part(&*call.bindings()?, after, limit, call.now).await?;
    Ok(Reply::json(
        200,
        &json!({
            "tenants": part.tenants.len(),
            "decisions": part.counts.decisions,
            "feedback": part.counts.feedback,
            "audits": part.counts.audits,
            "stripped": part.counts.stripped,
            "failed": part.failed().collect::<Vec<_>>(),
            "next": part.next(),
        }),
    ))
}

/// Purges the tenants from where the last time ended; until something fails, or all were gone through.
///
/// Errors: of the directory, or of the set-up.
pub async fn purge_all(env: &Env, now: u64) -> Outcome<()> {
    let bindings = cache::bindings(env)?;
    let mut after: String = ask(&bindings.directory, directory::NAME, &directory::Ask::Purged, &[]).await?.0;
    loop {
        let part = part(&bindings, after, MOST, now).await?;
        let stopped = part.failed().next().is_some();
        after = if stopped { part.resume() } else { part.next().unwrap_or_default() }.to_owned();
        let note = directory::Ask::Note { id: after.clone() };
        ask::<bool>(&bindings.directory, directory::NAME, &note, &[]).await?;
        if stopped || after.is_empty() {
            return Ok(());
        }
    }
}

async fn part(bindings: &Bindings, after: String, limit: u32, now: u64) -> Outcome<Part> {
    let which = directory::Ask::After { id: after, limit };
    let ids: Vec<String> = ask(&bindings.directory, directory::NAME, &which, &[]).await?.0;
    let mut part = Part { full: ids.len() >= limit as usize, ..Part::default() };
    for id in ids {
        let done = tenant(bindings, &id, now, &mut part.counts).await;
        if !done {
            log::failure("purge", &id);
        }
        part.tenants.push((id, done));
    }
    Ok(part)
}

/// Purges every shard of a tenant that answers; whether all did.
async fn tenant(bindings: &Bindings, id: &str, now: u64, counts: &mut Counts) -> bool {
    let known = match cache::tenant(bindings, id, now).await {
        Ok(Some(known)) => known,
        // It stands in the directory, and was not made to the end: it has nothing.
        Ok(None) => return true,
        Err(_) => return false,
    };
    let settings = &known.document.settings;
    let ask = ShardAsk::Purge {
        before: now.saturating_sub(u64::from(settings.retention_days) * DAY),
        now,
        fields: settings.retention >= Retention::Features,
        record: settings.retention == Retention::Full,
    };
    let mut done = true;
    for shard in 0..SHARDS {
        match ask_shard::<Counts>(bindings, &known, shard, &ask, &[]).await {
            Ok((deleted, _)) => *counts += deleted,
            Err(_) => done = false,
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(tenants: &[(&str, bool)]) -> Part {
        let tenants: Vec<_> = tenants.iter().map(|(id, done)| ((*id).to_owned(), *done)).collect();
        Part { full: tenants.len() == 2, tenants, counts: Counts::default() }
    }

    #[test]
    fn what_failed_is_taken_again_once_and_holds_nobody_up() {
        assert_eq!(part(&[("a", true), ("b", true), ("c", false), ("d", true)]).resume(), "b");
        // The next time it begins with what failed: if it fails again, the others have their turn.
        assert_eq!(part(&[("c", false), ("d", true), ("e", false)]).resume(), "c");
        assert_eq!(part(&[("c", false)]).failed().collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn a_full_part_may_have_others_after_it() {
        assert_eq!(part(&[("a", true)]).next(), None);
        assert_eq!(part(&[("a", true), ("b", false)]).next(), Some("b"));
    }
}
