//! `POST /v1/feedback`: what became of a decision.

use serde::Deserialize;
use serde_json::json;

use super::{Call, ShardAsk, ask_shard, decision_id, no_decision, parse};
use crate::http::Reply;
use crate::problem::{Code, Outcome, Problem};
use crate::store::shard::{self, Reported};
use crate::text::{is_date, rfc3339};

const DAY: u64 = 86_400_000;

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Label {
    Good,
    Bad,
    Indeterminate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    decision: String,
    label: Label,
    date: String,
}

pub(super) async fn feedback(call: &Call<'_>) -> Outcome<Reply> {
    let (known, _) = call.tenant()?;
    let body: Body = parse::object(&call.body)?;
    let label = match body.label {
        Label::Good => "good",
        Label::Bad => "bad",
        Label::Indeterminate => "indeterminate",
    };
    if !is_date(&body.date) {
        return Err(Problem::value("date", "it is no date of the calendar, YYYY-MM-DD"));
    }
    // A day of grace: the lender's calendar may be ahead of this clock's.
    let tomorrow = rfc3339(call.now + DAY);
    if tomorrow.get(..10).is_none_or(|latest| body.date.as_str() > latest) {
        return Err(Problem::value("date", "it is more than a day ahead"));
    }
    let id = decision_id(&body.decision)?;
    let outcome = shard::Outcome {
        decision: body.decision,
        label: label.to_owned(),
        date: body.date,
        created: call.now,
    };
    let answer = json!({ "decision": outcome.decision, "label": label, "date": outcome.date });
    let bindings = call.bindings()?;
    let ask = ShardAsk::Outcome(outcome);
    match ask_shard::<Reported>(&bindings, known, id.shard(), &ask, &[]).await?.0 {
        Reported::New => Ok(Reply::json(201, &answer)),
        Reported::Again => Ok(Reply::json(200, &answer)),
        Reported::Other => Err(Problem::new(Code::OtherOutcome, "label", "that date has another label")),
        Reported::Full => {
            Err(Problem::new(Code::Conflict, "decision", "it has as many outcomes as one may have"))
        }
        Reported::Missing => Err(no_decision()),
    }
}
