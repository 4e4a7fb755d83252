//! What a client asks for.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::{Call, parse};
use crate::problem::{Code, Outcome, Problem};
use crate::store::tenant::Kind;

/// Longest name of a language.
const LANGUAGE: usize = 35;
/// Longest reference of a consent, in characters.
const CONSENT: usize = 128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow, default)]
    receipt: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    fields: Option<&'a RawValue>,
    #[serde(borrow, default)]
    record: Option<&'a RawValue>,
    #[serde(borrow, default)]
    applicant: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    consent: Option<Cow<'a, str>>,
    #[serde(default)]
    reasons: Option<bool>,
    #[serde(default)]
    trace: Option<bool>,
    #[serde(borrow, default)]
    language: Option<Cow<'a, str>>,
    #[serde(default)]
    store: Option<bool>,
}

/// What a decision is made from.
#[derive(Debug)]
pub(super) enum Source<'a> {
    /// A sealed receipt, base64url.
    Receipt(Cow<'a, str>),
    /// A whole record, JSON.
    Record(&'a str),
}

/// A request for a decision.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) source: Source<'a>,
    /// The edge's fields beside a receipt, JSON.
    pub(super) fields: Option<&'a str>,
    pub(super) applicant: Option<Cow<'a, str>>,
    pub(super) consent: Option<Cow<'a, str>>,
    pub(super) reasons: bool,
    /// What trees and tables hit; of keys with the scope only.
    pub(super) trace: bool,
    pub(super) language: Cow<'a, str>,
    pub(super) store: bool,
    pub(super) idempotency: Option<String>,
    /// Kind of the key that asks.
    pub(super) key: Kind,
}

impl<'a> Ask<'a> {
    /// Reads it.
    ///
    /// Errors: a body that is none, values that do not go together, what the key may not ask.
    pub(super) fn read(call: &'a Call<'_>, kind: Kind, sees_trace: bool) -> Outcome<Self> {
        let body: Body<'_> = parse::object(&call.body)?;
        let store = body.store.unwrap_or(true);
        let secret_only = [
            ("fields", body.fields.is_some()),
            ("record", body.record.is_some()),
            ("applicant", body.applicant.is_some()),
            ("consent", body.consent.is_some()),
            ("store", body.store.is_some()),
        ];
        if let Some((place, _)) =
            secret_only.into_iter().find(|(_, given)| *given && kind == Kind::Publishable)
        {
            let detail = "a publishable key may give a receipt, reasons and language";
            return Err(Problem::new(Code::Forbidden, place, detail));
        }
        let trace = body.trace.unwrap_or_default();
        if trace && !sees_trace {
            return Err(Problem::new(
                Code::Forbidden,
                "trace",
                "a secret key with the scope trace is needed",
            ));
        }
        if let Some(reference) = &body.applicant {
            parse::reference("applicant", reference)?;
        }
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_language = |tag: &str| (1..=LANGUAGE).contains(&tag.len()) && tag.bytes().all(letter);
        if !body.language.as_deref().is_none_or(is_language) {
            return Err(Problem::value("language", "it is no language tag"));
        }
        if body.consent.as_deref().is_some_and(|text| text.chars().count() > CONSENT) {
            return Err(Problem::value("consent", format!("it has more than {CONSENT} characters")));
        }
        let idempotency = parse::idempotency(call)?;
        let together = |detail| Err(Problem::value("body", detail));
        let source = match (body.receipt, body.record, body.fields) {
            (Some(_), Some(_), _) => return together("a receipt and a record do not go together"),
            (None, Some(_), Some(_)) => return together("a record holds the fields already"),
            (Some(receipt), None, _) => Source::Receipt(receipt),
            // Without a device stage the edge's fields are all there are.
            (None, Some(record), None) | (None, None, Some(record)) => Source::Record(record.get()),
            (None, None, None) => {
                return Err(Problem::new(Code::Needed, "body", "a receipt, fields or a record is needed"));
            }
        };
        if !store && (matches!(source, Source::Receipt(_)) || idempotency.is_some()) {
            let detail = "what is not stored can have no receipt and no Idempotency-Key";
            return Err(Problem::new(Code::Malformed, "store", detail));
        }
        let fields = match &source {
            Source::Receipt(_) => body.fields.map(RawValue::get),
            Source::Record(_) => None,
        };
        Ok(Self {
            source,
            fields,
            applicant: body.applicant,
            consent: body.consent,
            reasons: body.reasons.unwrap_or(true),
            trace,
            language: body.language.unwrap_or(Cow::Borrowed("en")),
            store,
            idempotency,
            key: kind,
        })
    }
}
