//! Writes `tests/hostile/bundles/` (one broken bundle a file, and what each must be refused with) and the answers to
//! `tests/hostile/records/cases.json`.
//!
//! `cargo run -p scorelet-tests --example make-hostile`. The files are committed; run this only to add cases.

mod base;
mod cuts;
mod decision_tables;
mod formulas;
mod kinds;
mod models;
mod records;
mod sections;

use std::collections::BTreeMap;
use std::path::Path;

use scorelet_core::bundle::wire::Put;
use scorelet_core::bundle::{Bundle, FieldForm, Trust};
use scorelet_core::schema::Special;
use scorelet_tests::hostile::refusal;
use sections::Sections;

type Cases = BTreeMap<&'static str, Vec<u8>>;

fn main() {
    let mut cases = Cases::new();
    headers(&mut cases);
    tables(&mut cases);
    contents(&mut cases);
    cuts::add(&mut cases);
    kinds::add(&mut cases);
    decision_tables::add(&mut cases);
    formulas::add(&mut cases);
    let folder = scorelet_tests::data("hostile/bundles");
    let mut expected = BTreeMap::new();
    for (name, bytes) in cases {
        let error = Bundle::open(&bytes, Trust::Anyone).expect_err(name);
        expected.insert(format!("{name}.bin"), refusal(&error.into()));
        write(&folder.join(format!("{name}.bin")), &bytes);
    }
    let mut text = serde_json::to_string_pretty(&expected).expect("texts and maps");
    text.push('\n');
    write(&folder.join("expected.json"), text.as_bytes());
    records::make();
    models::make();
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

/// What is wrong before a byte of the content is read.
fn headers(cases: &mut Cases) {
    let whole = Bundle::encode(base::parts()).expect("the base is valid");
    let signed = Bundle::encode_signed(base::parts(), &[7; 32]).expect("the base is valid");
    let changed = |bytes: &[u8], at: usize, value: u8| {
        let mut bytes = bytes.to_vec();
        bytes[at] = value;
        bytes
    };
    cases.insert("header-empty", vec![]);
    cases.insert("header-not-a-bundle", b"PK\x03\x04 a zip file".to_vec());
    cases.insert("header-cut", whole[..50].to_vec());
    cases.insert("header-only", whole[..112].to_vec());
    cases.insert("header-version-2", changed(&whole, 8, 2));
    cases.insert("header-unknown-flag", changed(&whole, 10, 4));
    cases.insert("header-reserved", changed(&whole, 13, 1));
    cases.insert("header-key-without-signature", changed(&whole, 20, 1));
    cases.insert("signature-stripped-flag-kept", {
        let mut bytes = signed.clone();
        bytes[48..112].fill(0);
        bytes
    });
    cases.insert("signature-flag-stripped", changed(&signed, 10, 0));
    cases.insert(
        "signature-of-other-content",
        changed(&signed, signed.len() - 1, signed[signed.len() - 1] ^ 1),
    );
    cases.insert("signature-bit-changed", changed(&signed, 60, signed[60] ^ 1));
    cases.insert("signature-small-order-key", {
        // The neutral element as key, with which a lax verifier accepts one signature for every message.
        let mut bytes = signed.clone();
        bytes[16..112].fill(0);
        bytes[16] = 1;
        bytes[48] = 1;
        bytes
    });
}

/// What is wrong with the table of sections.
fn tables(cases: &mut Cases) {
    let base = Sections::of(&base::parts());
    let mut add = |name, sections: &Sections| cases.insert(name, sections.file());
    let mut missing = base.clone();
    missing.0.retain(|section| section.0 != 4);
    add("sections-no-nodes", &missing);
    let mut twice = base.clone();
    twice.0.insert(3, twice.0[3].clone());
    add("sections-nodes-twice", &twice);
    let mut order = base.clone();
    order.0.swap(2, 3);
    add("sections-out-of-order", &order);
    let mut unknown = base.clone();
    unknown.0.push((99, vec![1, 2, 3]));
    add("sections-unknown", &unknown);
    let mut file = base.file();
    file.push(0);
    cases.insert("sections-trailing-byte", file);
    let mut count = base.file();
    count[112..116].copy_from_slice(&u32::MAX.to_le_bytes());
    cases.insert("sections-count-too-large", count);
    let mut length = base.file();
    length[120..124].copy_from_slice(&u32::MAX.to_le_bytes());
    cases.insert("sections-length-too-large", length);
    let whole = base.file();
    cases.insert("sections-cut", whole[..whole.len() / 2].to_vec());
}

/// What is wrong inside a section.
fn contents(cases: &mut Cases) {
    let mut add = |name, id: u32, bytes: Vec<u8>| {
        cases.insert(name, Sections::of(&base::parts()).with(id, bytes).file());
    };
    let bytes = |fill: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        fill(&mut out);
        out
    };

    add("meta-text-too-long", 1, bytes(&|o| o.count(5000)));
    add("meta-text-cut", 1, bytes(&|o| o.count(40)));
    add("meta-not-utf8", 1, bytes(&|o| [2, 0, 0, 0, 0xc3, 0x28].iter().for_each(|&b| Put::u8(o, b))));

    add("fields-count-too-large", 3, bytes(&|o| o.count(5000)));
    add("fields-count-over-bytes", 3, bytes(&|o| o.count(4000)));
    add("fields-unknown-type", 3, base::field_bytes(|f| f.splice(5..6, [77]).for_each(drop)));
    add(
        "fields-nested-event-list",
        3,
        bytes(&|o| {
            o.count(1);
            o.text("events");
            Put::u8(o, 5);
            o.count(1);
            o.text("inner");
            Put::u8(o, 5);
            o.count(0);
            o.extend([0; 200]);
        }),
    );
    add("fields-least-over-greatest", 3, base::fields(|f| (f.min, f.max) = (2.0, 1.0)));
    add("fields-nan-bound", 3, base::fields(|f| f.min = f64::NAN));
    add("fields-same-name-twice", 3, base::fields_twice());
    add("fields-category-twice", 3, base::categories(&["a", "b", "a"]));
    let code = |value| Special { value, text: "code".into(), name: "no file".into() };
    add("fields-special-twice", 3, base::fields(|f| f.specials = vec![code(-9.0), code(-8.0), code(-9.0)]));
    add("fields-trailing", 3, base::field_bytes(|f| f.push(9)));

    let kind = |o: &mut Vec<u8>| {
        Put::u16(o, 0x0101);
        o.text("bins");
        o.text("0.1.0");
    };
    add(
        "kinds-listed-twice",
        2,
        bytes(&|o| {
            o.count(2);
            kind(o);
            kind(o);
        }),
    );

    let form = |of: &[FieldForm]| bytes(&|o| o.list(of));
    let entry = FieldForm { immutable: true, ..FieldForm::default() };
    add("form-count-over-bytes", base::FORM, bytes(&|o| o.count(4000)));
    add("form-empty", base::FORM, vec![0; 4]);
    add("trust-empty", base::TRUST, vec![0; 8]);
    add("cut-empty", base::CUT, vec![]);
    add("form-trailing", base::FORM, bytes(&|o| o.extend([0; 5])));
    add("form-flag-is-no-flag", base::FORM, {
        let mut bytes = form(std::slice::from_ref(&entry));
        bytes[8] = 7;
        bytes
    });
    add("form-field-beyond", base::FORM, form(&[FieldForm { field: 1, ..entry.clone() }]));
    add("form-field-twice", base::FORM, form(&[entry.clone(), entry.clone()]));
    add(
        "form-labels-of-no-category",
        base::FORM,
        form(&[FieldForm { value_labels: vec![vec![]], ..entry.clone() }]),
    );
    add(
        "form-too-many-languages",
        base::FORM,
        bytes(&|o| {
            o.count(1);
            Put::u32(o, 0);
            Put::u8(o, 0);
            o.count(65);
            o.extend([0; 1000]);
        }),
    );

    add("nodes-count-too-large", 4, bytes(&|o| o.count(1 << 20)));
    let node = |code: u16, inputs: &[u32], parameters: &[u8]| base::node_bytes(code, inputs, parameters);
    add("nodes-kind-not-in-table", 4, node(0x0777, &[0], &[]));
    add("nodes-reads-itself", 4, node(0x0105, &[1], &[5]));
    add("nodes-reads-beyond", 4, node(0x0105, &[4_000_000_000], &[5]));
    add("nodes-parameters-left-over", 4, node(0x0105, &[0], &[5, 0]));
    add("nodes-parameters-cut", 4, node(0x0105, &[0], &[7, 0, 0]));
    add("nodes-unknown-function", 4, node(0x0105, &[0], &[200]));
    add("nodes-too-many-inputs", 4, node(0x0105, &[0, 0], &[5]));
    add("nodes-no-input", 4, node(0x0105, &[], &[5]));
    let bins = |edges: &[f64], values: &[f64]| {
        bytes(&|o| {
            Put::u8(o, 0);
            o.f64s(edges);
            o.f64s(values);
            Put::u8(o, 0);
            o.count(0);
        })
    };
    add("nodes-bins-descend", 4, node(0x0101, &[0], &bins(&[2.0, 1.0], &[0.0; 3])));
    add("nodes-bins-too-few-values", 4, node(0x0101, &[0], &bins(&[1.0, 2.0], &[0.0; 2])));
    add("nodes-bins-nan", 4, node(0x0101, &[0], &bins(&[f64::NAN], &[0.0; 2])));
    add("nodes-bins-infinite-value", 4, node(0x0101, &[0], &bins(&[1.0], &[0.0, f64::INFINITY])));
    add(
        "nodes-linear-wrong-inputs",
        4,
        node(
            0x0202,
            &[0],
            &bytes(&|o| {
                o.f64s(&[0.0]);
                o.f64s(&[1.0, 2.0]);
                Put::u8(o, 0);
            }),
        ),
    );
    add("nodes-forest-cut", 4, node(0x0203, &[0], &[1, 0, 0, 0]));
    add("nodes-forest-nonsense", 4, node(0x0203, &[0], &[0xff; 64]));
    cases.insert("nodes-unknown-kind", {
        // A kind that a later engine has: it must be refused by its name, with the version that it needs.
        let kinds = bytes(&|o| {
            o.count(1);
            Put::u16(o, 0x7777);
            o.text("crystal_ball");
            o.text("9.0.0");
        });
        Sections::of(&base::parts()).with(2, kinds).with(4, node(0x7777, &[0], b"whatever")).file()
    });

    let mut add = |name, change: &dyn Fn(&mut scorelet_core::bundle::BundleParts)| {
        cases.insert(name, Sections::of(&base::changed(change)).file());
    };
    add("scores-column-beyond", &|p| p.scores[0].pd = Some(99));
    add("scores-band-of-no-bands", &|p| p.scores[0].band = Some(1));
    add("scores-same-name-twice", &|p| p.scores.push(p.scores[0].clone()));
    add("scores-reasons-of-no-node", &|p| p.scores[0].reasons.as_mut().unwrap().node = 50);
    add("scores-reasons-of-wrong-kind", &|p| p.scores[0].reasons.as_mut().unwrap().node = 0);
    add("scores-reasons-no-maximum", &|p| p.scores[0].reasons.as_mut().unwrap().max = 0);
    add("scores-group-beyond", &|p| p.scores[0].reasons.as_mut().unwrap().groups = vec![7]);
    add("scores-groups-too-few", &|p| p.scores[0].reasons.as_mut().unwrap().groups.clear());
    add("checks-row-too-short", &|p| p.checks[0].row.clear());
    add("checks-column-beyond", &|p| p.checks[0].expected[0].0 = 77);
    add("nodes-same-name-twice", &|p| p.nodes[1].name = "bins".into());
}
