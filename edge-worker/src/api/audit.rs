//! `POST /v1/audits/{id}`: the committed record, computed again and compared. The verdict is kept, the record is not.

use scorelet_core::bundle::Digest;
use scorelet_core::scorer::Options;
use scorelet_core::split::receipt::is_committed;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::{Call, ShardAsk, ask_shard, decision_id, no_decision, parse};
use crate::cache::{self, Bindings, Known};
use crate::http::Reply;
use crate::problem::{Code, Outcome, Problem};
use crate::secrets::same;
use crate::store::shard::{Audited, Entry, Filed};
use crate::text::{hex, rfc3339, unbase64, unhex_array};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    /// The record of the device's fields.
    #[serde(borrow)]
    record: &'a RawValue,
    /// The salt that stayed on the device, base64url.
    salt: String,
    /// The edge's fields, for where they were not kept. Those that were kept count for more.
    #[serde(borrow, default)]
    fields: Option<&'a RawValue>,
}

/// What came of the comparison.
struct Verdict {
    verdict: &'static str,
    compared: Vec<&'static str>,
}

pub(super) async fn audit(call: &Call<'_>) -> Outcome<Reply> {
    let (known, _) = call.tenant()?;
    let id = decision_id(call.first())?;
    let body: Body<'_> = parse::object(&call.body)?;
    let salt: [u8; 32] = unbase64(&body.salt)
        .and_then(|salt| salt.try_into().ok())
        .ok_or_else(|| Problem::value("salt", "it must be 32 bytes in base64url without padding"))?;
    let bindings = call.bindings()?;
    let ask = ShardAsk::Committed { id: id.to_string() };
    let (entry, _): (Option<Entry>, _) = ask_shard(&bindings, known, id.shard(), &ask, &[]).await?;
    let entry = entry.ok_or_else(no_decision)?;
    let verdict = compare(&bindings, known, &entry, &body, &salt).await?;
    let answer = json!({
        "id": entry.id,
        "created": rfc3339(call.now),
        "verdict": verdict.verdict,
        "compared": verdict.compared,
    });
    let request = hex(&known.secrets.request(&call.body));
    let audited = Audited { id: entry.id, created: call.now, request, json: answer.to_string() };
    match ask_shard::<Filed>(&bindings, known, id.shard(), &ShardAsk::Audited(audited), &[]).await? {
        (Filed::New, _) => Ok(Reply::json(200, &answer)),
        (Filed::Again, verdict) => Ok(Reply::bytes(200, "application/json", verdict)),
        (Filed::Missing, _) => Err(no_decision()),
        (Filed::TooMany, _) => {
            Err(Problem::new(Code::Conflict, "id", "the decision has had as many audits as may be"))
        }
    }
}

async fn compare(
    bindings: &Bindings,
    known: &Known,
    entry: &Entry,
    body: &Body<'_>,
    salt: &[u8; 32],
) -> Outcome<Verdict> {
    let about = &entry.about;
    let (Some(device), Some(committed), Some(kept)) = (
        &about.device,
        about.commitment.as_deref().and_then(unhex_array::<32>),
        about.local.as_deref().and_then(unhex_array::<32>),
    ) else {
        return Err(Problem::new(Code::Unaudited, "id", "it was not made from a receipt"));
    };
    let missing = || Problem::internal("bundle");
    let tenant = &known.document.id;
    let device = cache::engine(bindings, tenant, device).await?.ok_or_else(missing)?;
    let edge = cache::engine(bindings, tenant, &about.bundle).await?.ok_or_else(missing)?;
    let (local, canonical) = device.scorer.borrow_mut().local_json(body.record.get().as_bytes())?;
    let mut compared = vec!["commitment"];
    if !is_committed(&canonical, salt, &committed) {
        return Ok(Verdict { verdict: "commitment_mismatch", compared });
    }
    compared.push("local_credit_data");
    let Digest(digest) = device.scorer.borrow().bundle().digest;
    if !same(&known.secrets.local(&digest, &local.encode()), &kept) {
        return Ok(Verdict { verdict: "mismatch", compared });
    }
    // Whoever audits may be wrong about the edge's fields: only those that were kept can tell against the client.
    let kept = entry.kept.fields.as_deref();
    let given = kept.or(body.fields.map(RawValue::get));
    let finished = edge.scorer.borrow_mut().finish_json(
        &local,
        given.unwrap_or("{}").as_bytes(),
        Options { reasons: about.reasons, ..Options::default() },
    );
    // Without the edge's fields the result can be compared only if there were none.
    let equal = match (finished, given) {
        (Ok((decision, _)), _) => decision.digest().to_string() == about.result,
        (Err(error), Some(_)) => return Err(error.into()),
        (Err(_), None) => false,
    };
    match (equal, given) {
        (true, _) => compared.push("result"),
        (false, None) => {}
        (false, Some(_)) => {
            compared.push("result");
            let verdict = if kept.is_some() { "mismatch" } else { "result_differs" };
            return Ok(Verdict { verdict, compared });
        }
    }
    Ok(Verdict { verdict: "match", compared })
}
