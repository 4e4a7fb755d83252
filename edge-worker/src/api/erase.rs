//! `POST /v1/erasures`: everything of one applicant goes.

use serde::Deserialize;
use serde_json::json;

use super::{Call, ShardAsk, ask_shard, parse};
use crate::http::Reply;
use crate::ids::DecisionId;
use crate::problem::Outcome;
use crate::store::shard::Counts;
use crate::text::hex;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    applicant: String,
}

pub(super) async fn erase(call: &Call<'_>) -> Outcome<Reply> {
    let (known, _) = call.tenant()?;
    let body: Body = parse::object(&call.body)?;
    parse::reference("applicant", &body.applicant)?;
    let pseudonym = known.secrets.pseudonym(&body.applicant);
    let bindings = call.bindings()?;
    let of = DecisionId::new(Some(known.secrets.place(&pseudonym)), &[0; 16]);
    let ask = ShardAsk::Erase { pseudonym: hex(&pseudonym), of: of.to_string(), now: call.now };
    let (counts, _): (Counts, _) = ask_shard(&bindings, known, of.shard(), &ask, &[]).await?;
    Ok(Reply::json(
        200,
        &json!({ "decisions": counts.decisions, "feedback": counts.feedback, "audits": counts.audits }),
    ))
}
