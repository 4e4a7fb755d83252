//! A decision as it was made, and how one is made from a whole record.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use scorelet_core::bundle::Bundle;
use scorelet_core::decision::Decision;
use scorelet_core::error::RecordError;
use scorelet_core::schema::Stage;
use scorelet_core::scorer::Options;
use scorelet_core::split::Doubt;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Ask, Assurance, Source};
use crate::cache::{self, Bindings, Engine, Known};
use crate::problem::{Code, Outcome, Problem};
use crate::store::shard::Committed;

/// A decision with what is told and kept of it.
#[derive(Debug)]
pub(super) struct Made {
    /// The decision.
    pub(super) decision: Decision,
    /// The bundle that made it, with the names.
    pub(super) engine: Rc<Engine>,
    /// What an audit compares with.
    pub(super) about: Committed,
    /// Encoded local credit data, if the bundle is cut.
    pub(super) local: Option<Vec<u8>>,
    /// The edge's fields, JSON, if the bundle is cut.
    pub(super) fields: Option<String>,
    /// Reference of the applicant's consent, if there is one.
    pub(super) consent: Option<String>,
}

/// A bundle that a release names. It was there when it was activated.
pub(super) async fn engine(bindings: &Bindings, known: &Known, digest: &str) -> Outcome<Rc<Engine>> {
    let found = cache::engine(bindings, &known.document.id, digest).await?;
    found.ok_or_else(|| Problem::internal("bundle"))
}

/// The decision of a whole record, by the active bundle.
///
/// Errors: no bundle; a record that does not fit its fields.
pub(super) async fn from_record(
    bindings: &Bindings,
    known: &Known,
    ask: &Ask<'_>,
) -> Outcome<(Made, Assurance)> {
    let release = known.document.active();
    let release =
        release.ok_or_else(|| Problem::new(Code::NoBundle, "tenant", "nothing was activated yet"))?;
    let Source::Record(record) = ask.source else { return Err(Problem::internal("record")) };
    let options = Options { reasons: ask.reasons, trace: ask.trace };
    let engine_of_edge = engine(bindings, known, &release.digest).await?;
    let about = Committed { bundle: release.digest.clone(), reasons: ask.reasons, ..Committed::default() };
    let consent = ask.consent.as_deref().filter(|reference| !reference.is_empty()).map(str::to_owned);
    let Some(device) = &release.device else {
        // A call takes many records; a decision is about one.
        if !record.trim_start().starts_with('{') {
            return Err(RecordError::Shape.into());
        }
        let decision = engine_of_edge.scorer.borrow_mut().score_json(record.as_bytes(), options)?.pop();
        let decision = decision.ok_or(RecordError::Shape)??;
        let made = Made { decision, engine: engine_of_edge, about, local: None, fields: None, consent };
        return Ok((made, Assurance::full()));
    };
    let device = engine(bindings, known, device).await?;
    let (on_device, on_edge) = parts_of(record, engine_of_edge.scorer.borrow().bundle())?;
    let (local, _) = device.scorer.borrow_mut().local_json(on_device.as_bytes())?;
    let finished = engine_of_edge.scorer.borrow_mut().finish_json(&local, on_edge.as_bytes(), options);
    let (decision, mut doubts) = finished?;
    // What is absent was computed here.
    doubts.retain(|doubt| !matches!(doubt, Doubt::Absent { .. }));
    let mut assurance = Assurance::full();
    assurance.doubt(&doubts);
    let (local, fields) = (Some(local.encode()), Some(on_edge));
    Ok((Made { decision, engine: engine_of_edge, about, local, fields, consent }, assurance))
}

/// A record in its two parts: the device's fields, and the others. What no field is called goes to the edge's part, where
/// the engine says so.
///
/// Errors: no JSON object.
fn parts_of(record: &str, edge: &Bundle) -> Outcome<(String, String)> {
    let Members(members) = serde_json::from_slice(record.as_bytes()).map_err(|_| RecordError::Shape)?;
    let (mut device, mut other) = (String::from("{"), String::from("{"));
    for (name, value) in members {
        let on_device = edge.field(&name).is_some_and(|(_, field)| field.stage == Stage::Device);
        let part = if on_device { &mut device } else { &mut other };
        if part.len() > 1 {
            part.push(',');
        }
        // Names are written anew, values as they stand.
        part.push_str(&serde_json::to_string(&*name).unwrap_or_default());
        part.push(':');
        part.push_str(value.get());
    }
    device.push('}');
    other.push('}');
    Ok((device, other))
}

/// Members of an object in their order, also those that stand twice: the engine refuses them.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
                    members.push((name, map.next_value::<&'de RawValue>()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_their_doubles() {
        let Members(members) = serde_json::from_str(r#"{"b":[1, 2],"a\u0062":null,"b":"x"}"#).unwrap();
        let members: Vec<(&str, &str)> = members.iter().map(|(name, value)| (&**name, value.get())).collect();
        assert_eq!(members, [("b", "[1, 2]"), ("ab", "null"), ("b", "\"x\"")]);
        assert!(serde_json::from_str::<Members<'_>>("[]").is_err());
    }
}
