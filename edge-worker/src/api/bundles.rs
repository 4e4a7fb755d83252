//! Bundles of a tenant: uploaded, listed, activated, rolled back.

use scorelet_core::bundle::{Bundle, Trust};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, parse, tenants};
use crate::http::Reply;
use crate::problem::{Code, Outcome, Problem};
use crate::store::ask;
use crate::store::tenant::{Answer, Ask, Part, Uploaded};
use crate::text::{hex, rfc3339, unhex_array};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    digest: String,
}

fn shown(bundle: &Uploaded) -> Value {
    json!({
        "digest": bundle.digest,
        "part": bundle.part,
        "whole": bundle.whole,
        "device": bundle.device,
        "name": bundle.name,
        "version": bundle.version,
        "bytes": bundle.bytes,
        "uploaded": rfc3339(bundle.uploaded),
        "signer": bundle.signer,
    })
}

/// What is told and kept of a bundle, if one of the publishers has signed it.
fn checked(bytes: &[u8], publishers: &[String], now: u64) -> Outcome<Uploaded> {
    let bundle = Bundle::open(bytes, Trust::Anyone)?;
    let signer = bundle.signer.map(|key| hex(&key)).filter(|signer| publishers.contains(signer));
    let signer = signer.ok_or_else(|| {
        let detail = "it is not signed, or by a key that is not one of the tenant's publisher_keys";
        Problem::new(Code::Publisher, "bundle, signature", detail)
    })?;
    let part = match (bundle.is_device(), bundle.is_edge()) {
        (true, _) => Part::Device,
        (_, true) => Part::Edge,
        _ => Part::Whole,
    };
    let whole = bundle.cut.as_ref().map_or(bundle.digest, |cut| cut.whole).to_string();
    let device = bundle.cut.as_ref().filter(|_| part == Part::Edge).map(|cut| cut.device.to_string());
    let (name, version) = (bundle.meta.name.clone(), bundle.meta.version.clone());
    let digest = bundle.digest.to_string();
    let (bytes, uploaded) = (bytes.len() as u64, now);
    Ok(Uploaded { digest, part, whole, device, name, version, bytes, uploaded, signer })
}

pub(super) async fn upload(call: &Call<'_>) -> Outcome<Reply> {
    let known = tenants::named(call).await?;
    let bundle = checked(&call.body, &known.document.settings.publisher_keys, call.now)?;
    let bindings = call.bindings()?;
    match ask(&bindings.tenants, &known.document.id, &Ask::Upload { bundle }, &call.body).await?.0 {
        Answer::Uploaded { bundle, new } => Ok(Reply::json(if new { 201 } else { 200 }, &shown(&bundle))),
        other => Err(tenants::refusal(other)),
    }
}

pub(super) async fn all(call: &Call<'_>) -> Outcome<Reply> {
    let known = tenants::named(call).await?;
    let bindings = call.bindings()?;
    let Answer::Bundles { bundles } = ask(&bindings.tenants, &known.document.id, &Ask::Bundles, &[]).await?.0
    else {
        return Err(Problem::internal("bundles"));
    };
    let active = known.document.active().map(|release| &release.digest);
    let bundles: Vec<Value> = bundles
        .iter()
        .map(|bundle| {
            let mut value = shown(bundle);
            if let Some(members) = value.as_object_mut() {
                members.insert("active".to_owned(), (active == Some(&bundle.digest)).into());
            }
            value
        })
        .collect();
    Ok(Reply::json(200, &json!({ "bundles": bundles })))
}

pub(super) async fn activate(call: &Call<'_>) -> Outcome<Reply> {
    let body: Body = parse::object(&call.body)?;
    let digest = unhex_array::<32>(&body.digest);
    let digest = digest.ok_or_else(|| Problem::value("digest", "it must be 64 hexadecimal digits"))?;
    let known = tenants::named(call).await?;
    let ask = Ask::Activate { digest: hex(&digest), now: call.now };
    decides(&*tenants::change(call, &known.document.id, &ask, &[]).await?)
}

pub(super) async fn roll_back(call: &Call<'_>) -> Outcome<Reply> {
    let known = tenants::named(call).await?;
    decides(&*tenants::change(call, &known.document.id, &Ask::RollBack { now: call.now }, &[]).await?)
}

fn decides(known: &crate::cache::Known) -> Outcome<Reply> {
    let active = known.document.active().ok_or_else(|| Problem::internal("release"))?;
    Ok(Reply::json(200, &tenants::release(active)))
}
