//! The spine from bytes to decision: container, signature, record, scorer.
#![cfg(feature = "author")]

use scorelet_core::Error;
use scorelet_core::bundle::{Bundle, BundleParts, FieldForm, Meta, SelfCheck, Trust};
use scorelet_core::column::State;
use scorelet_core::error::{BundleError, RecordError};
use scorelet_core::schema::{
    After, EventColumn, EventSchema, Field, FieldType, Localized, Origin, Policies, Policy, Special, Stage,
};
use scorelet_core::scorer::{Options, Scorer};

fn field(name: &str, kind: FieldType, policy: Policy) -> Field {
    Field {
        name: name.into(),
        kind,
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: true,
        min: 0.0,
        max: 100.0,
        specials: vec![Special { value: -9.0, text: "none".into(), name: "no file".into() }],
        policies: Policies { missing: policy, special: policy, unseen: policy, out_of_range: policy },
        labels: vec![],
    }
}

fn parts() -> BundleParts {
    let colours = FieldType::Category { values: vec!["red".into(), "green".into()] };
    let mut day = field("day", FieldType::Date, Policy::OwnBin);
    day.max = f64::INFINITY;
    BundleParts {
        meta: Meta { name: "spine".into(), languages: vec!["en".into()], ..Meta::default() },
        fields: vec![
            field("amount", FieldType::Number, Policy::OwnBin),
            field("count", FieldType::Integer, Policy::Refuse),
            field("colour", colours, Policy::OwnBin),
            field("owner", FieldType::Boolean, Policy::Impute(1.0)),
            day,
        ],
        checks: vec![SelfCheck {
            row: vec![1.0, 2.0, 0.0, 1.0, f64::NAN],
            events: vec![],
            expected: vec![(0, 1.0)],
            tolerance: 0.0,
        }],
        ..BundleParts::default()
    }
}

#[test]
fn signed_and_unsigned() {
    let secret = [7; 32];
    let signed = Bundle::encode_signed(parts(), &secret).unwrap();
    let bundle = Bundle::open(&signed, Trust::Anyone).unwrap();
    let key = bundle.signer.unwrap();
    assert_eq!(Bundle::open(&signed, Trust::Key(&key)).unwrap().digest, bundle.digest);
    let refused = |bytes: &[u8], trust| match Bundle::open(bytes, trust) {
        Err(Error::Bundle(e)) => e,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&signed, Trust::Key(&[1; 32])), BundleError::WrongKey);
    let unsigned = Bundle::encode(parts()).unwrap();
    assert_eq!(Bundle::open(&unsigned, Trust::Anyone).unwrap().digest, bundle.digest);
    assert_eq!(refused(&unsigned, Trust::Key(&key)), BundleError::Unsigned);
    for at in 16..signed.len() {
        let mut changed = signed.clone();
        changed[at] ^= 1;
        assert_eq!(
            refused(&changed, Trust::Anyone),
            BundleError::BadSignature,
            "a changed byte {at} went unnoticed"
        );
    }
    for length in 0..signed.len() {
        assert!(Bundle::open(&signed[..length], Trust::Anyone).is_err());
    }
}

#[test]
fn an_unsigned_bundle_with_any_byte_changed_opens_or_is_refused_by_type() {
    let bytes = Bundle::encode(parts()).unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            if let Err(e) = Bundle::open(&changed, Trust::Anyone) {
                assert!(e.code().starts_with("SCL-01"), "{e}");
                assert!(!e.mend().is_empty() && !e.place().is_empty());
            }
        }
    }
}

#[test]
fn records_keep_their_missing_states() {
    let bytes = Bundle::encode(parts()).unwrap();
    let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap());
    let json = br#"[
        {"amount": 5, "count": 3, "colour": "green", "owner": true, "day": "2026-11-21"},
        {"amount": 101, "count": 3, "colour": "blue", "owner": null},
        {"amount": -9, "count": 3, "colour": "none", "owner": false},
        {"amount": 5},
        {"amount": "5", "count": 3},
        {"count": 3.5},
        {"count": 3, "nonsense": {"a": [1, {}]}},
        {"count": 3, "count": 4},
        [1, 2],
        {"count": 3, "day": "2026-02-30"}
    ]"#;
    let results = scorer.score_json(json, Options::default()).unwrap();
    let absent = |row: usize| results[row].as_ref().unwrap().absent.clone();
    assert_eq!(absent(0), []);
    let states = [(0, State::OUT_OF_RANGE), (2, State::UNSEEN), (3, State::MISSING), (4, State::MISSING)];
    assert_eq!(absent(1), states);
    assert_eq!(absent(2), [(0, State::special(0)), (2, State::special(0)), (4, State::MISSING)]);
    let error = |row: usize| results[row].as_ref().unwrap_err().code();
    assert_eq!(
        [3, 4, 5, 6, 7, 8, 9].map(error),
        ["SCL-0206", "SCL-0205", "SCL-0205", "SCL-0203", "SCL-0204", "SCL-0202", "SCL-0205"]
    );
    assert_eq!(results[6].as_ref().unwrap_err().place(), "row 6, field `nonsense`");
    for text in ["", "[", "{\"count\": 1e999}", "[{}", "{} x", "nul", "\"\\ud800\""] {
        let e = scorer.score_json(text.as_bytes(), Options::default()).unwrap_err();
        assert!(matches!(e, RecordError::Json { .. }), "{text}: {e}");
    }
    for text in ["1", "null", "\"a\"", "true"] {
        let e = scorer.score_json(text.as_bytes(), Options::default()).unwrap_err();
        assert_eq!(e, RecordError::Shape, "{text}");
    }
    assert_eq!(scorer.score_json(b"[]", Options::default()).unwrap(), []);
}

#[test]
fn columns_and_json_agree() {
    let bytes = Bundle::encode(parts()).unwrap();
    let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap());
    let json = br#"{"amount": 101, "count": 3, "colour": "none", "owner": null}"#;
    let from_json = scorer.score_json(json, Options::default()).unwrap().remove(0).unwrap();
    let row = [101.0, 3.0, -2.0, f64::NAN, f64::NAN];
    let from_columns = scorer.decide_columns(1, &row, Options::default()).unwrap().remove(0);
    assert_eq!(from_json, from_columns);
    assert_eq!(from_json.digest(), from_columns.digest());
    let mut out = [0.0; 2];
    scorer.score_columns(1, &row, &[3, 1], &mut out).unwrap();
    assert_eq!(out, [1.0, 3.0]);
    assert!(scorer.score_columns(1, &row, &[5], &mut [0.0]).is_err());
    assert!(scorer.score_columns(2, &row, &[1], &mut out).is_err());
}

#[test]
fn an_event_list_inside_an_event_list_is_refused_by_its_first_byte() {
    let mut parts = parts();
    let list = |columns: Vec<EventColumn>| {
        let (date, texts) = (String::new(), Vec::new());
        FieldType::EventList(Box::new(EventSchema { date, as_of: 4, after: After::Refuse, texts, columns }))
    };
    let column = |kind| EventColumn { field: field("inner", kind, Policy::OwnBin), origin: Origin::Member };
    parts.fields[0].kind = list(vec![column(list(vec![]))]);
    parts.checks.clear();
    let refused = Bundle::encode(parts.clone()).unwrap_err();
    assert!(matches!(refused, Error::Bundle(BundleError::Malformed { section: "fields", .. })), "{refused}");
    parts.fields[0].kind = list(vec![column(FieldType::Number)]);
    let bytes = Bundle::encode(parts).unwrap();

    // A hundred thousand levels in megabytes: refused at the second, or the stack would end first.
    let at = bytes.windows(6).position(|w| w == b"amount").unwrap() + 6;
    let mut deep = bytes[..at].to_vec();
    let mut level = vec![5];
    level.extend([0; 4 + 4 + 1 + 4]);
    level.extend([1, 0, 0, 0]);
    level.extend([0; 4]);
    (0..100_000).for_each(|_| deep.extend(&level));
    let content = deep.len() - 112;
    let table = 112 + 4;
    // The fields section is the third of the table; the sections after it are cut off, which is found out later.
    let before: usize = (0..2).map(|i| u32_at(&deep, table + 8 * i + 4)).sum();
    let length = content - 4 - 7 * 8 - before;
    deep[table + 20..table + 24].copy_from_slice(&(length as u32).to_le_bytes());
    for i in 3..7 {
        deep[table + 8 * i + 4..table + 8 * i + 8].fill(0);
    }
    let refused = Bundle::open(&deep, Trust::Anyone).unwrap_err();
    assert!(matches!(refused, Error::Bundle(BundleError::Malformed { section: "fields", .. })), "{refused}");
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

#[test]
fn json_with_more_cells_than_a_call_may_have_is_refused() {
    let mut wide = parts();
    wide.fields = (0..1000).map(|i| field(&format!("f{i}"), FieldType::Number, Policy::OwnBin)).collect();
    wide.checks.clear();
    let bytes = Bundle::encode(wide).unwrap();
    let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap());
    let json = format!("[{}{{}}]", "{},".repeat(5000));
    let refused = scorer.score_json(json.as_bytes(), Options::default()).map(drop).unwrap_err();
    assert_eq!(refused.code(), "SCL-0207", "{refused}");
}

/// The spine with a form: help for the amount, labels for the colours, an owner who cannot change it.
fn with_form() -> BundleParts {
    let texts = |en: &str, zh: &str| {
        let text = |lang: &str, text: &str| Localized { lang: lang.into(), text: text.into() };
        vec![text("en", en), text("zh", zh)]
    };
    let labels = vec![texts("Red", "红"), vec![]];
    let form = vec![
        FieldForm { field: 0, help: texts("What you ask for", "申请金额"), ..FieldForm::default() },
        FieldForm { field: 2, value_labels: labels, ..FieldForm::default() },
        FieldForm { field: 3, immutable: true, ..FieldForm::default() },
    ];
    BundleParts { form, ..parts() }
}

#[test]
fn a_form_is_read_back_and_nothing_is_written_for_none() {
    let bytes = Bundle::encode(with_form()).unwrap();
    let bundle = Bundle::open(&bytes, Trust::Anyone).unwrap();
    assert_eq!(bundle.form, with_form().form);
    assert_eq!(bundle.form_of(2).map(|form| form.value_labels.len()), Some(2));
    assert!(bundle.form_of(1).is_none());
    let without = Bundle::encode(parts()).unwrap();
    assert_eq!(without[112], 7, "seven sections, as before there were forms");
    assert_eq!(bytes[112], 8);
}

#[test]
fn a_form_is_skipped_by_an_engine_that_does_not_know_it_and_refused_if_malformed() {
    // The last entry of the table of sections: its id, of which bit 31 says that it may be skipped.
    let mut later = Bundle::encode(with_form()).unwrap();
    let id = 116 + 7 * 8;
    assert_eq!(later[id..id + 4], [1, 0, 0, 0x80]);
    later[id] = 99;
    assert!(Bundle::open(&later, Trust::Anyone).unwrap().form.is_empty());
    // Whatever byte of it changes: another form, or a typed error, never a panic.
    let bytes = Bundle::encode(with_form()).unwrap();
    let length = u32::from_le_bytes(bytes[id + 4..id + 8].try_into().unwrap()) as usize;
    for at in bytes.len() - length..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            match Bundle::open(&changed, Trust::Anyone) {
                Ok(other) => assert_ne!(other.form, with_form().form, "byte {at}"),
                Err(error) => assert!(error.code().starts_with("SCL-01"), "{error}"),
            }
        }
    }
}

#[test]
fn a_form_and_samples_are_described() {
    use scorelet_core::abi::raw;
    let mut parts = with_form();
    let infinite = vec![f64::INFINITY, 2.0, 0.0, 1.0, 0.0];
    let unseen = vec![1.0, 2.0, -1.0, 1.0, 0.0];
    let special = vec![-9.0, 2.0, -2.0, 0.0, 19_782.0];
    parts.checks.extend([infinite, unseen, special].map(|row| SelfCheck {
        row,
        events: vec![],
        expected: vec![],
        tolerance: 0.0,
    }));
    let handle = raw::checked::open(&Bundle::encode(parts).unwrap(), None);
    assert_eq!(raw::scl_describe(handle), 0);
    let told: serde_json::Value = serde_json::from_slice(&raw::checked::result()).unwrap();
    raw::scl_close(handle);
    let fields = &told["fields"];
    assert_eq!(fields[0]["help"][1], serde_json::json!({ "lang": "zh", "text": "申请金额" }));
    assert_eq!(fields[2]["value_labels"][0][0]["text"], "Red");
    assert_eq!(fields[2]["value_labels"][1], serde_json::json!([]));
    assert_eq!(fields[3]["immutable"], true);
    assert_eq!(fields[1], {
        let mut plain = fields[1].clone();
        plain["immutable"] = false.into();
        plain["help"] = serde_json::json!([]);
        plain["value_labels"] = serde_json::json!([]);
        plain
    });
    // What no record can say is no sample.
    let samples = serde_json::json!([
        { "amount": 1.0, "count": 2.0, "colour": "red", "owner": true },
        { "amount": -9.0, "count": 2.0, "colour": "none", "owner": false, "day": "2024-02-29" },
    ]);
    assert_eq!(told["samples"], samples);
}
