//! `POST /v1/feedback`: what became of a decision.

use serde::Deserialize;
use serde_json::json;

use super::{Call, ShardAsk, ask_shard, decision_id, no_decision, parse};
use crate::http::Reply;
use crate::problem::{Code, Outcome, Problem};
use crate::store::shard::{self, Reported};
use crate::text::is_date;

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
        Reported::Missing => Err(no_decision()),
    }
}
