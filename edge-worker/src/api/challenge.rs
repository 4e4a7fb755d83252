//! `GET /v1/challenge`: what the device needs to seal a receipt.

use serde_json::json;

use super::{Call, parse};
use crate::challenge::{Challenge, Whose};
use crate::http::Reply;
use crate::problem::{Code, Outcome, Problem};
use crate::secrets::random;
use crate::store::tenant::Kind;
use crate::text::{base64, hex, rfc3339};

pub(super) const SUITE: &str = "DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305";

pub(super) async fn challenge(call: &Call<'_>) -> Outcome<Reply> {
    let (known, key) = call.tenant()?;
    let release = known.document.active();
    let release =
        release.ok_or_else(|| Problem::new(Code::NoBundle, "tenant", "nothing was activated yet"))?;
    let whose = match (call.incoming.query("applicant")?, parse::idempotency(call)?) {
        // A key that stands in a page says nothing of who uses it.
        (Some(_), _) if key.kind == Kind::Publishable => {
            let detail = "only a secret key may name an applicant: the lender's server fetches the challenge";
            return Err(Problem::new(Code::Forbidden, "applicant", detail));
        }
        (Some(reference), _) => {
            parse::reference("applicant", &reference)?;
            Whose::Applicant(known.secrets.pseudonym(&reference))
        }
        (None, Some(key)) => Whose::Order(known.secrets.order(&key)),
        (None, None) => Whose::Nobody,
    };
    let settings = &known.document.settings;
    let challenge =
        Challenge { whose, issued: call.now, seconds: settings.challenge_seconds, random: random()? };
    let epoch = known.document.edge_keys.last().map_or(1, |key| key.epoch);
    let pair = known.secrets.edge_pair(epoch);
    // A whole bundle has no device stage: there is nothing to seal for it.
    let bundle = release.device.as_ref().map(|device| {
        json!({ "digest": device, "whole": release.whole, "name": release.name, "version": release.version })
    });
    Ok(Reply::json(
        200,
        &json!({
            "nonce": base64(&challenge.nonce(&known.secrets)),
            "issued": rfc3339(challenge.issued),
            "expires": rfc3339(challenge.expires()),
            "server_time": rfc3339(call.now),
            "key": { "id": hex(&pair.id()), "public_key": base64(&pair.public_key()), "suite": SUITE },
            "bundle": bundle,
        }),
    ))
}
