//! The small valid bundle that every case breaks in one place, and a writer that does not check.

use scorelet_core::bundle::wire::{Put, Wire};
use scorelet_core::bundle::{BundleParts, Meta, ScoreKind, ScoreOutput, SelfCheck};
use scorelet_core::feature::StateValues;
use scorelet_core::feature::bins::{Bins, Closed};
use scorelet_core::graph::{Node, Op};
use scorelet_core::model::scorecard::{PointsRange, Scorecard};
use scorelet_core::reason::{ReasonGroup, ReasonMethod, ReasonSpec};
use scorelet_core::rounding::Rounding;
use scorelet_core::schema::{Field, FieldType, Localized, Policies, Policy, Stage};

fn field() -> Field {
    let policy = Policy::OwnBin;
    Field {
        name: "x".into(),
        kind: FieldType::Number,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: true,
        min: 0.0,
        max: 10.0,
        specials: vec![],
        policies: Policies { missing: policy, special: policy, unseen: policy, out_of_range: policy },
        labels: vec![],
    }
}

fn node(name: &str, input: u32, op: Op) -> Node {
    Node { name: name.into(), stage: Stage::Edge, inputs: vec![input], op }
}

/// One field, its bins, a scorecard of them, a score with reasons, a self-check row.
pub(crate) fn parts() -> BundleParts {
    let bins = Bins::new(Closed::Left, vec![5.0], vec![10.0, 20.0], StateValues::default());
    let range = PointsRange { minimum: 10.0, maximum: 20.0, average: None };
    let card = Scorecard::new(0.0, true, Rounding::NONE, vec![range]);
    let reasons = ReasonSpec {
        node: 1,
        output: 0,
        method: ReasonMethod::PointsFromMaximum,
        higher_is_worse: false,
        max: 4,
        groups: vec![0],
        game: None,
    };
    BundleParts {
        meta: Meta {
            name: "hostile".into(),
            version: "1".into(),
            description: String::new(),
            languages: vec!["en".into()],
            built_with: "tests".into(),
        },
        fields: vec![field()],
        nodes: vec![
            node("bins", 0, bins.expect("two bins").into()),
            node("card", 1, card.expect("one characteristic").into()),
        ],
        scores: vec![ScoreOutput {
            name: "score".into(),
            kind: ScoreKind::Credit,
            margin: None,
            pd: None,
            score: Some(2),
            band: None,
            bands: vec![],
            reasons: Some(reasons),
        }],
        groups: vec![ReasonGroup {
            code: "R1".into(),
            texts: vec![Localized { lang: "en".into(), text: "x".into() }],
        }],
        checks: vec![SelfCheck { row: vec![7.0], events: vec![], expected: vec![(2, 20.0)], tolerance: 0.0 }],
        ..BundleParts::default()
    }
}

/// The base with a change that makes it invalid.
pub(crate) fn changed(change: &dyn Fn(&mut BundleParts)) -> BundleParts {
    let mut parts = parts();
    change(&mut parts);
    parts
}

fn bytes(fill: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    fill(&mut out);
    out
}

/// The section of fields with a changed field.
pub(crate) fn fields(change: impl FnOnce(&mut Field)) -> Vec<u8> {
    let mut field = field();
    change(&mut field);
    bytes(|out| out.list(&[field]))
}

/// The section of fields with the only field twice.
pub(crate) fn fields_twice() -> Vec<u8> {
    bytes(|out| out.list(&[field(), field()]))
}

/// The section of fields with the field's bytes changed: name at 0 (five bytes), type at 5.
pub(crate) fn field_bytes(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut one = bytes(|out| field().put(out));
    change(&mut one);
    bytes(|out| {
        out.count(1);
        out.extend_from_slice(&one);
    })
}

/// The section of nodes with one node.
pub(crate) fn node_bytes(code: u16, inputs: &[u32], parameters: &[u8]) -> Vec<u8> {
    bytes(|out| {
        out.count(1);
        one_node(out, "node", code, Stage::Edge, inputs, parameters);
    })
}

fn one_node(out: &mut Vec<u8>, name: &str, code: u16, stage: Stage, inputs: &[u32], parameters: &[u8]) {
    out.text(name);
    Put::u16(out, code);
    stage.put(out);
    out.u32s(inputs);
    out.count(parameters.len());
    out.extend_from_slice(parameters);
}

/// All sections of a bundle, unchecked. The kind table has what the cases use.
pub(crate) fn encode(parts: &BundleParts) -> Vec<(u32, Vec<u8>)> {
    let kinds =
        [(0x0101, "bins"), (0x0105, "arith"), (0x0201, "scorecard"), (0x0202, "linear"), (0x0203, "forest")];
    let of_stages = [(0x0303, "band"), (0x0401, "given")];
    let in_stages = parts.nodes.iter().any(|node| node.stage == Stage::Device);
    let kinds: Vec<_> = kinds.into_iter().chain(of_stages.into_iter().filter(|_| in_stages)).collect();
    let kinds = bytes(|out| {
        out.count(kinds.len());
        for (code, name) in kinds {
            Put::u16(out, code);
            out.text(name);
            out.text("0.1.0");
        }
    });
    let nodes = bytes(|out| {
        out.count(parts.nodes.len());
        for node in &parts.nodes {
            let parameters = bytes(|p| node.op.put(p));
            one_node(out, &node.name, node.op.kind().0, node.stage, &node.inputs, &parameters);
        }
    });
    let cut = parts.cut.as_ref().map(|cut| (CUT, bytes(|out| cut.put(out))));
    let always = vec![
        (1, bytes(|out| parts.meta.put(out))),
        (2, kinds),
        (3, bytes(|out| out.list(&parts.fields))),
        (4, nodes),
        (5, bytes(|out| out.list(&parts.scores))),
        (6, bytes(|out| out.list(&parts.groups))),
        (7, bytes(|out| out.list(&parts.checks))),
    ];
    always.into_iter().chain(cut).collect()
}

/// The section that makes a bundle one of two stages.
pub(crate) const CUT: u32 = 8;
/// The optional section of what a form says.
pub(crate) const FORM: u32 = 0x8000_0001;
/// The optional section of what the edge checks.
pub(crate) const TRUST: u32 = 0x8000_0002;

/// A category field with these texts.
pub(crate) fn categories(texts: &[&str]) -> Vec<u8> {
    let values = texts.iter().map(|&text| text.into()).collect();
    fields(|field| field.kind = FieldType::Category { values })
}
