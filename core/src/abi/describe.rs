//! A bundle's description as JSON: what a form, a table or an inspector needs.

use serde::Serialize;

use crate::bundle::{Bundle, Digest};
use crate::schema::{Field, FieldType, Localized, Policy, Stage};

#[derive(Serialize)]
struct Description<'a> {
    name: &'a str,
    version: &'a str,
    description: &'a str,
    languages: &'a [String],
    built_with: &'a str,
    digest: String,
    signer: Option<String>,
    fields: Vec<FieldJson<'a>>,
    nodes: Vec<NodeJson<'a>>,
    scores: Vec<ScoreJson<'a>>,
    groups: Vec<GroupJson<'a>>,
    columns: usize,
    checks: usize,
}

#[derive(Serialize)]
struct FieldJson<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<&'a [String]>,
    unit: &'a str,
    stage: &'static str,
    leaves_device: bool,
    min: Option<f64>,
    max: Option<f64>,
    specials: Vec<SpecialJson<'a>>,
    policies: PoliciesJson,
    labels: Vec<TextJson<'a>>,
}

#[derive(Serialize)]
struct SpecialJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    name: &'a str,
}

#[derive(Serialize)]
struct PoliciesJson {
    missing: PolicyJson,
    special: PolicyJson,
    unseen: PolicyJson,
    out_of_range: PolicyJson,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum PolicyJson {
    Refuse,
    OwnBin,
    Native,
    Impute(f64),
}

#[derive(Serialize)]
struct NodeJson<'a> {
    name: &'a str,
    kind: &'static str,
    stage: &'static str,
    inputs: &'a [u32],
    first_column: usize,
    outputs: usize,
}

#[derive(Serialize)]
struct ScoreJson<'a> {
    name: &'a str,
    kind: &'static str,
    margin: Option<u32>,
    pd: Option<u32>,
    score: Option<u32>,
    band: Option<u32>,
    bands: Vec<&'a str>,
    explained: Option<&'a str>,
}

#[derive(Serialize)]
struct GroupJson<'a> {
    code: &'a str,
    texts: Vec<TextJson<'a>>,
}

#[derive(Serialize)]
struct TextJson<'a> {
    lang: &'a str,
    text: &'a str,
}

fn texts(list: &[Localized]) -> Vec<TextJson<'_>> {
    list.iter().map(|t| TextJson { lang: &t.lang, text: &t.text }).collect()
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Device => "device",
        Stage::Edge => "edge",
    }
}

fn policy(policy: Policy) -> PolicyJson {
    match policy {
        Policy::Refuse => PolicyJson::Refuse,
        Policy::OwnBin => PolicyJson::OwnBin,
        Policy::Native => PolicyJson::Native,
        Policy::Impute(value) => PolicyJson::Impute(value),
    }
}

fn field(field: &Field) -> FieldJson<'_> {
    let (kind, values) = match &field.kind {
        FieldType::Number => ("number", None),
        FieldType::Integer => ("integer", None),
        FieldType::Boolean => ("boolean", None),
        FieldType::Category { values } => ("category", Some(values.as_slice())),
        FieldType::Date => ("date", None),
        FieldType::EventList { .. } => ("event_list", None),
    };
    let category = values.is_some();
    let specials = field.specials.iter().map(|s| SpecialJson {
        value: (!category).then_some(s.value),
        text: category.then_some(s.text.as_str()),
        name: &s.name,
    });
    FieldJson {
        name: &field.name,
        kind,
        values,
        unit: &field.unit,
        stage: stage(field.stage),
        leaves_device: field.leaves_device,
        min: field.min.is_finite().then_some(field.min),
        max: field.max.is_finite().then_some(field.max),
        specials: specials.collect(),
        policies: PoliciesJson {
            missing: policy(field.policies.missing),
            special: policy(field.policies.special),
            unseen: policy(field.policies.unseen),
            out_of_range: policy(field.policies.out_of_range),
        },
        labels: texts(&field.labels),
    }
}

/// Appends the description of `bundle` as a JSON object.
pub(super) fn write(bundle: &Bundle, out: &mut Vec<u8>) {
    let nodes = bundle.graph.nodes();
    let node_json = nodes.iter().enumerate().map(|(index, node)| NodeJson {
        name: &node.name,
        kind: node.op.kind().1,
        stage: stage(node.stage),
        inputs: &node.inputs,
        first_column: bundle.graph.first_column(index).unwrap_or_default(),
        outputs: node.op.width(node.inputs.len()),
    });
    let score_json = bundle.scores.iter().map(|score| ScoreJson {
        name: &score.name,
        kind: score.kind.name(),
        margin: score.margin,
        pd: score.pd,
        score: score.score,
        band: score.band,
        bands: score.bands.iter().map(|b| b.name.as_str()).collect(),
        explained: score
            .reasons
            .as_ref()
            .and_then(|spec| nodes.get(spec.node as usize))
            .map(|node| node.name.as_str()),
    });
    let description = Description {
        name: &bundle.meta.name,
        version: &bundle.meta.version,
        description: &bundle.meta.description,
        languages: &bundle.meta.languages,
        built_with: &bundle.meta.built_with,
        digest: bundle.digest.to_string(),
        signer: bundle.signer.map(|key| Digest(key).to_string()),
        fields: bundle.fields.iter().map(field).collect(),
        nodes: node_json.collect(),
        scores: score_json.collect(),
        groups: bundle.groups.iter().map(|g| GroupJson { code: &g.code, texts: texts(&g.texts) }).collect(),
        columns: bundle.graph.columns(),
        checks: bundle.checks.len(),
    };
    // Writing into a Vec cannot fail.
    let _ = serde_json::to_writer(out, &description);
}
