//! `POST /v1/decisions` and `GET /v1/decisions/{id}`.
//!
//! Everything that can be done without state is done here: the receipt is opened, checked and scored. What needs state
//! (a challenge is used once, an idempotency key has one answer) is one call of the shard that writes the decision.

mod answer;
mod ask;
mod made;
mod receipt;

use super::{Call, ShardAsk, ask_shard, decision_id, no_decision};
use crate::auth::has;
use crate::cache::{Bindings, Known};
use crate::challenge::Whose;
use crate::http::Reply;
use crate::ids::DecisionId;
use crate::metrics;
use crate::problem::{Code, Outcome, Problem};
use crate::route::Scope;
use crate::secrets::{Secrets, random, same};
use crate::settings::Retention;
use crate::store::shard::{Entry, Kept, Written};
use crate::text::hex;
use answer::Assurance;
use ask::{Ask, Source};
use made::Made;

/// Where a decision is written, and what about it is single.
#[derive(Debug)]
struct Place {
    id: DecisionId,
    pseudonym: Option<String>,
    idempotency: Option<(String, String)>,
}

/// Whose decision it is: what leads to its shard.
///
/// Errors: a receipt whose challenge is nobody's and whose idempotency key is not that of the challenge. Its single use and
/// the key's single answer would have to be seen in two shards.
fn whose(
    secrets: &Secrets,
    challenge: Option<Whose>,
    applicant: Option<[u8; 16]>,
    ask: &Ask<'_>,
) -> Outcome<Whose> {
    let order = ask.idempotency.as_deref().map(|key| secrets.order(key));
    let fits = match (challenge, order) {
        (None, order) => {
            return Ok(match (applicant, order) {
                (Some(pseudonym), _) => Whose::Applicant(pseudonym),
                (None, Some(order)) => Whose::Order(order),
                (None, None) => Whose::Nobody,
            });
        }
        (Some(Whose::Applicant(_)), _) | (Some(Whose::Nobody), None) => true,
        (Some(Whose::Order(fetched)), Some(order)) => same(&fetched, &order),
        (Some(Whose::Order(_)), None) | (Some(Whose::Nobody), Some(_)) => false,
    };
    challenge.filter(|_| fits).ok_or_else(|| {
        let detail = "where no applicant is named, the challenge is fetched with the key that the receipt is sent with";
        Problem::value("Idempotency-Key", detail)
    })
}

pub(super) async fn decide(call: &Call<'_>) -> Outcome<Reply> {
    let (known, key) = call.tenant()?;
    let bindings = call.bindings()?;
    let ask = Ask::read(call, key.kind, has(known, key, Scope::Trace))?;
    let applicant = ask.applicant.as_deref().map(|reference| known.secrets.pseudonym(reference));

    // What can be known of a receipt before it is judged: it says where its decision belongs.
    let opened = match &ask.source {
        Source::Receipt(text) => Some(receipt::open(known, text)?),
        Source::Record(_) => None,
    };
    let secrets = &known.secrets;
    let whose = whose(secrets, opened.as_ref().map(|opened| opened.challenge.whose), applicant, &ask)?;
    let unique: [u8; 16] = match &opened {
        Some(opened) => known.secrets.decision(opened.nonce()),
        None if ask.store => random()?,
        None => [0; 16],
    };
    let (pseudonym, of) = match whose {
        Whose::Applicant(pseudonym) => (Some(pseudonym), Some(pseudonym)),
        Whose::Order(order) => (None, Some(order)),
        Whose::Nobody => (None, None),
    };
    let idempotency = ask.idempotency.as_deref().map(|key| {
        let key = secrets.idempotency(ask.key.name(), pseudonym.as_ref(), key);
        (hex(&key), hex(&secrets.request(&call.body)))
    });
    let place = Place {
        id: DecisionId::new(of.map(|of| secrets.place(&of)), &unique),
        pseudonym: pseudonym.map(|pseudonym| hex(&pseudonym)),
        idempotency,
    };

    let made = match &opened {
        Some(opened) => receipt::finish(&bindings, known, call.now, opened, applicant, &ask).await,
        None => made::from_record(&bindings, known, &ask).await,
    };
    let (mut made, assurance) = match made {
        Ok(made) => made,
        // A request that was answered once has that answer, also when it would be refused by now.
        Err(problem) => return repeated(&bindings, known, &place).await?.ok_or(problem),
    };
    let from = if opened.is_some() { "receipt" } else { "record" };
    let retention = known.document.settings.retention;
    if !ask.store {
        metrics::decision(from, assurance.level());
        let body = answer::body(None, call.now, &made, &assurance, retention, &ask);
        return Ok(Reply::bytes(200, "application/json", body));
    }
    let Place { id, pseudonym, idempotency } = place;
    let body = |made: &Made| answer::body(Some(id), call.now, made, &assurance, retention, &ask);
    let told = ask.trace.then(|| body(&made));
    // The trace is told once, to who may see it: a key that reads decisions need not.
    if let Some(policy) = &mut made.decision.policy {
        policy.trace = None;
    }
    let body = body(&made);
    let entry = Entry {
        id: id.to_string(),
        created: call.now,
        pseudonym,
        idempotency,
        limit: known.document.settings.rate.applicant_per_hour,
        kept: kept(retention, &made, &ask),
        about: made.about,
    };
    let ask = ShardAsk::Decide(Box::new(entry));
    let (written, before) = ask_shard::<Written>(&bindings, known, id.shard(), &ask, &body).await?;
    let reply = match written {
        Written::Stored => {
            metrics::decision(from, assurance.level());
            Reply::bytes(201, "application/json", told.unwrap_or(body))
        }
        other => stands(other, before, call.now)?,
    };
    Ok(reply)
}

/// What the retention policy lets stay of a decision's inputs.
fn kept(retention: Retention, made: &Made, ask: &Ask<'_>) -> Kept {
    let features = retention >= Retention::Features;
    Kept {
        local: made.local.as_deref().filter(|_| features).map(crate::text::base64),
        fields: made.fields.clone().filter(|_| features),
        record: match &ask.source {
            Source::Record(record) if retention == Retention::Full => Some((*record).to_owned()),
            _ => None,
        },
    }
}

/// The answer that stands in place of a new one.
///
/// Errors: it is a refusal.
fn stands(written: Written, answer: Vec<u8>, now: u64) -> Outcome<Reply> {
    let refused = |code, place: &'static str, detail: &'static str| Err(Problem::new(code, place, detail));
    match written {
        Written::Repeated => Ok(Reply::bytes(200, "application/json", answer)),
        Written::OtherRequest => {
            refused(Code::OtherRequest, "Idempotency-Key", "its first request had another body")
        }
        Written::Replayed => refused(Code::Replayed, "receipt", "a decision was made with it"),
        Written::Limited(until) => {
            let retry = Some(until.saturating_sub(now).div_ceil(1000).max(1));
            let problem =
                Problem::new(Code::ApplicantRate, "applicant", "as many as the tenant allows in an hour");
            Err(Problem { retry, ..problem })
        }
        Written::Stored => Err(Problem::internal("decision")),
    }
}

/// The answer that an idempotency key already has.
async fn repeated(bindings: &Bindings, known: &Known, place: &Place) -> Outcome<Option<Reply>> {
    let Some((idempotency, request)) = place.idempotency.clone() else { return Ok(None) };
    let ask = ShardAsk::Repeat { idempotency, request };
    match ask_shard::<Written>(bindings, known, place.id.shard(), &ask, &[]).await? {
        (Written::Repeated, answer) => Ok(Some(Reply::bytes(200, "application/json", answer))),
        _ => Ok(None),
    }
}

pub(super) async fn read(call: &Call<'_>) -> Outcome<Reply> {
    let (known, _) = call.tenant()?;
    let id = decision_id(call.first())?;
    let bindings = call.bindings()?;
    let ask = ShardAsk::Read { id: id.to_string() };
    match ask_shard::<bool>(&bindings, known, id.shard(), &ask, &[]).await? {
        (true, answer) => Ok(Reply::bytes(200, "application/json", answer)),
        (false, _) => Err(no_decision()),
    }
}
