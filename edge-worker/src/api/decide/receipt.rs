//! A decision from a sealed receipt: everything that can be doubted about it is looked at here.

use scorelet_core::bundle::Digest;
use scorelet_core::schema::Stage;
use scorelet_core::scorer::Options;
use scorelet_core::split::receipt::{self, Receipt};

use super::made::{Made, engine};
use super::{Ask, Assurance};
use crate::cache::{Bindings, Known};
use crate::challenge::{Challenge, Whose};
use crate::problem::{Code, Outcome, Problem};
use crate::store::shard::Committed;
use crate::store::tenant::EdgeKey;
use crate::text::{hex, unbase64};

/// A receipt that was opened. Whether it is accepted is not said yet.
#[derive(Debug)]
pub(super) struct Opened {
    receipt: Receipt,
    /// The challenge that it answers, which this edge issued.
    pub(super) challenge: Challenge,
    key: EdgeKey,
}

impl Opened {
    /// The nonce.
    pub(super) fn nonce(&self) -> &[u8] {
        &self.receipt.nonce
    }
}

/// Opens a receipt with whichever key of the tenant it was sealed for, also one that is no longer accepted: a repeated
/// request still has its answer.
///
/// Errors: broken or foreign.
pub(super) fn open(known: &Known, text: &str) -> Outcome<Opened> {
    let sealed =
        unbase64(text).ok_or_else(|| Problem::value("receipt", "it is not base64url without padding"))?;
    let id = receipt::sealed_for(&sealed)?;
    let mut keys =
        known.document.edge_keys.iter().rev().map(|key| (*key, known.secrets.edge_pair(key.epoch)));
    let found = keys.find(|(_, pair)| pair.id() == id);
    let (key, pair) = found.ok_or_else(|| {
        Problem::new(Code::EdgeKey, "receipt", "it is sealed for a key that this tenant never had")
    })?;
    let receipt = pair.open(&sealed)?;
    let challenge = Challenge::read(&receipt.nonce, &known.secrets);
    let challenge = challenge.ok_or_else(|| {
        Problem::new(Code::Challenge, "receipt, nonce", "this edge did not issue it for this tenant")
    })?;
    Ok(Opened { receipt, challenge, key })
}

/// Finishes the decision of an opened receipt.
///
/// Errors: a challenge that has ended, a bundle or key that is no longer accepted, local credit data that is impossible,
/// fields that do not fit.
pub(super) async fn finish(
    bindings: &Bindings,
    known: &Known,
    now: u64,
    opened: &Opened,
    applicant: Option<[u8; 16]>,
    ask: &Ask<'_>,
) -> Outcome<(Made, Assurance)> {
    let Opened { receipt, challenge, key } = opened;
    let settings = &known.document.settings;
    let mut assurance = Assurance::committed();
    if now > challenge.expires() {
        return Err(Problem::new(Code::Expired, "receipt, nonce", "its time is over"));
    }
    if applicant.is_some_and(|applicant| challenge.whose != Whose::Applicant(applicant)) {
        let detail = "the challenge was fetched for another one";
        return Err(Problem::new(Code::OtherApplicant, "applicant", detail));
    }
    if let Some(ended) = key.ended {
        let grace = u64::from(settings.grace_seconds) * 1000;
        if grace == 0 || now > ended.saturating_add(grace) {
            return Err(Problem::new(
                Code::EdgeKey,
                "receipt",
                "its key was replaced, and its grace period is over",
            ));
        }
        assurance.reduce("grace_key", "sealed for an edge key that was replaced");
    }
    let device = receipt.device.to_string();
    let mut releases = known.document.releases.iter().rev();
    let release = releases
        .find(|release| release.device.as_ref() == Some(&device) && known.document.accepts(release, now))
        .ok_or_else(|| {
            Problem::new(Code::Inactive, "receipt, device bundle", "it is neither active nor in grace")
        })?;
    if release.ended.is_some() {
        assurance.reduce("grace_bundle", "made by a bundle that was replaced");
    }
    let skew = u64::from(settings.clock_skew_seconds) * 1000;
    if receipt.time_ms.saturating_add(skew) < challenge.issued || receipt.time_ms > now.saturating_add(skew) {
        assurance.reduce("clock_skew", "the client's clock is off");
    }
    let consent = ask.consent.as_deref().unwrap_or(&receipt.consent);
    if consent.is_empty() {
        assurance.reduce("no_consent", "no reference of a consent");
    }
    let consent = Some(consent.to_owned()).filter(|reference| !reference.is_empty());

    let engine = engine(bindings, known, &release.digest).await?;
    let (decision, doubts) = {
        let mut scorer = engine.scorer.borrow_mut();
        let edge = scorer.bundle();
        if ask.fields.is_none() && edge.fields.iter().any(|field| field.stage == Stage::Edge) {
            assurance.reduce("no_fields", "the lender's server gave none of the edge's fields");
        }
        let local = receipt.local_for(scorer.bundle())?;
        let fields = ask.fields.unwrap_or("{}").as_bytes();
        scorer.finish_json(&local, fields, Options { reasons: ask.reasons, trace: ask.trace })?
    };
    assurance.doubt(&doubts);
    let Digest(digest) = receipt.device;
    let about = Committed {
        bundle: release.digest.clone(),
        device: Some(device),
        commitment: Some(hex(&receipt.commitment)),
        local: Some(hex(&known.secrets.local(&digest, &receipt.local))),
        result: decision.digest().to_string(),
        reasons: ask.reasons,
    };
    let (local, fields) = (Some(receipt.local.clone()), Some(ask.fields.unwrap_or("{}").to_owned()));
    Ok((Made { decision, engine, about, local, fields, consent }, assurance))
}
