//! Broken records: the bundle they are given to, and what each comes to.

use std::collections::BTreeMap;

use scorelet_core::bundle::{Bundle, BundleParts, Meta};
use scorelet_core::schema::{Field, FieldType, Policies, Policy, Special, Stage};
use scorelet_tests::hostile::{RecordCase, outcome};
use scorelet_tests::runtime::{Native, Runtime};

use crate::write;

fn field(name: &str, kind: FieldType, policy: Policy) -> Field {
    let open = !matches!(kind, FieldType::Number | FieldType::Integer);
    Field {
        name: name.into(),
        kind,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: true,
        min: if open { f64::NEG_INFINITY } else { -100.0 },
        max: if open { f64::INFINITY } else { 100.0 },
        specials: vec![Special { value: -9.0, text: "none".into(), name: "no file".into() }],
        policies: Policies { missing: policy, special: policy, unseen: policy, out_of_range: policy },
        labels: vec![],
    }
}

fn parts() -> BundleParts {
    let texts = |values: &[&str]| FieldType::Category { values: values.iter().map(|&v| v.into()).collect() };
    let mut since = field("since", FieldType::Date, Policy::OwnBin);
    since.specials.clear();
    let mut owner = field("owner", FieldType::Boolean, Policy::OwnBin);
    owner.specials.clear();
    BundleParts {
        meta: Meta { name: "records".into(), languages: vec!["en".into()], ..Meta::default() },
        fields: vec![
            field("amount", FieldType::Number, Policy::OwnBin),
            field("count", FieldType::Integer, Policy::OwnBin),
            field("purpose", texts(&["car", "house"]), Policy::OwnBin),
            field("kind", texts(&["a", "b"]), Policy::Refuse).missing(Policy::OwnBin),
            owner,
            since,
            field("strict", FieldType::Number, Policy::Refuse),
        ],
        ..BundleParts::default()
    }
}

trait Missing {
    fn missing(self, policy: Policy) -> Self;
}

impl Missing for Field {
    fn missing(mut self, policy: Policy) -> Self {
        self.policies.missing = policy;
        self
    }
}

/// Writes the bundle and the answers to `cases.json`.
pub(crate) fn make() {
    let folder = scorelet_tests::data("hostile/records");
    let bundle = Bundle::encode(parts()).expect("a valid bundle");
    write(&folder.join("bundle.scorelet"), &bundle);
    let mut native = Native::default();
    native.open(&bundle).expect("a valid bundle");
    let cases = RecordCase::all();
    let expected: BTreeMap<_, _> = cases
        .iter()
        .map(|case| (case.name.clone(), outcome(&native.score_json(case.json.as_bytes(), true))))
        .collect();
    let mut text = serde_json::to_string_pretty(&expected).expect("texts and maps");
    text.push('\n');
    write(&folder.join("expected.json"), text.as_bytes());
}
