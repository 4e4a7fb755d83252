//! The section and the decision, of a bundle made by hand.

use scorelet_core::bundle::{Bundle, BundleParts, Trust};
use scorelet_core::decision::{Audience, Decision};
use scorelet_core::error::{BundleError, Error};
use scorelet_core::policy::DecisionPolicy;
use scorelet_core::scorer::{Options, Scorer};
use serde_json::{Value, json};

use super::parts::parts;

fn open(parts: BundleParts) -> Result<Bundle, BundleError> {
    match Bundle::encode(parts).and_then(|bytes| Bundle::open(&bytes, Trust::Anyone)) {
        Ok(bundle) => Ok(bundle),
        Err(Error::Bundle(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

/// The decision of a record, its canonical bytes and its JSON.
fn decided(record: &Value, trace: bool) -> (Decision, Vec<u8>, Value) {
    let mut scorer = Scorer::new(open(parts()).unwrap());
    let options = Options { reasons: true, trace };
    let mut decisions = scorer.score_json(record.to_string().as_bytes(), options).unwrap();
    let decision = decisions.pop().unwrap().unwrap();
    let (mut bytes, mut out) = (Vec::new(), Vec::new());
    decision.canonical(&mut bytes);
    decision.write_json(scorer.bundle(), "en", &mut out);
    (decision, bytes, serde_json::from_slice(&out).unwrap())
}

#[test]
fn a_decision_tells_all_of_its_policy() {
    let record = json!({ "debt": 3, "income": 2, "outcome": 2, "term": 500, "rule": 1, "leaf": 1, "row": 1 });
    let (decision, bytes, told) = decided(&record, true);
    assert_eq!(Decision::from_canonical(&bytes).as_ref(), Ok(&decision));
    assert_eq!(told["outcome"], "decline");
    assert_eq!(told["terms"], json!([{ "name": "limit", "label": "Limit", "value": 500.0, "unit": "EUR" }]));
    assert_eq!(
        told["rules"],
        json!([{ "id": "age", "kind": "hard", "state": "fired", "outcome": "decline", "text": "Too young", "author": "Risk",
            "expires": "2024-10-04", "reasons": [{ "code": "R1", "text": "Age" }] }])
    );
    assert_eq!(told["sources"], json!([{ "name": "bureau", "need": "required", "present": true }]));
    assert_eq!(told["fallback"], json!([{ "score": "credit", "used": "main", "passed": [] }]));
    assert_eq!(
        told["trace"],
        json!([{ "node": "tree", "kind": "tree", "hit": 1, "id": "b", "text": "B" },
            { "node": "table", "kind": "table", "hit": 1, "id": "first", "text": "One" }])
    );
}

#[test]
fn what_is_absent_or_no_code_is_told_as_nothing() {
    let record = json!({ "income": 2, "outcome": 3, "leaf": 2, "row": 0.5 });
    let (decision, bytes, told) = decided(&record, true);
    assert_eq!(Decision::from_canonical(&bytes).as_ref(), Ok(&decision));
    assert_eq!(told["outcome"], Value::Null);
    assert_eq!(told["terms"][0]["value"], Value::Null);
    assert_eq!(told["rules"][0]["state"], "undecided");
    assert_eq!(told["sources"][0]["effect"], "The thin model scored");
    let passed = json!([{ "model": "main", "cause": "no_output" }, { "model": "thin", "cause": "missing_source", "source": "bureau" }]);
    assert_eq!(told["fallback"], json!([{ "score": "credit", "used": null, "passed": passed }]));
    assert_eq!(
        told["trace"],
        json!([{ "node": "tree", "kind": "tree", "hit": 2 }, { "node": "table", "kind": "table", "hit": null }])
    );
    for outcome in [-1.0, 0.5, 1e300] {
        assert_eq!(decided(&json!({ "outcome": outcome }), false).2["outcome"], Value::Null, "{outcome}");
    }
}

#[test]
fn an_applicant_is_told_reason_codes_and_not_how_it_came_about() {
    let record = json!({ "debt": 3, "income": 2, "outcome": 2, "rule": 1, "leaf": 1 });
    let (decision, _, whole) = decided(&record, true);
    let mut out = Vec::new();
    decision.write_for(Audience::Applicant, &open(parts()).unwrap(), "en", &mut out);
    let told: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(told["rules"], json!([{ "reasons": [{ "code": "R1", "text": "Age" }] }]));
    for member in ["outcome", "terms", "sources", "digest", "scores"] {
        assert_eq!(told[member], whole[member], "{member}");
    }
    for member in ["fallback", "trace"] {
        assert_eq!(told.get(member), None, "{member}");
    }
}

#[test]
fn a_refusal_at_run_time_is_told_from_an_absent_output() {
    let (_, _, told) = decided(&json!({ "debt": 1, "income": 0, "rule": 0 }), false);
    assert_eq!(told["fallback"][0]["used"], "thin");
    assert_eq!(told["fallback"][0]["passed"], json!([{ "model": "main", "cause": "refused" }]));
    assert_eq!(told["rules"], json!([]));
    assert_eq!(told.get("trace"), None);
}

#[test]
fn the_trace_changes_no_digest_and_a_cut_decision_is_refused() {
    let record = json!({ "debt": 3, "outcome": 1, "leaf": 0, "row": 1 });
    let ((with, traced, _), (without, plain, _)) = (decided(&record, true), decided(&record, false));
    assert_eq!(with.digest(), without.digest());
    assert!(traced.starts_with(&plain));
    // Of a bundle without a policy, the decision would end with its absent values.
    let ends = [4 + 2 + 32 + 4 + 1 + 4 + 4 * 5, plain.len()];
    for length in (0..traced.len()).filter(|length| !ends.contains(length)) {
        assert!(Decision::from_canonical(&traced[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_bundle_without_a_policy_is_as_before() {
    let mut bare = parts();
    bare.policy = None;
    let bundle = open(bare.clone()).unwrap();
    let mut scorer = Scorer::new(bundle.clone());
    let decision =
        scorer.score_json(b"{}", Options { reasons: true, trace: true }).unwrap().pop().unwrap().unwrap();
    let (mut bytes, mut out) = (Vec::new(), Vec::new());
    decision.canonical(&mut bytes);
    decision.write_json(&bundle, "en", &mut out);
    let told: Value = serde_json::from_slice(&out).unwrap();
    let keys: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["absent", "bundle", "digest", "scores"]);
    assert_eq!(bytes.len(), 4 + 2 + 32 + 4 + 1 + 4 + 5 * 8);
    assert_eq!(open(parts()).unwrap().into_parts(), parts());
    assert_eq!(bundle.into_parts(), bare);
}

#[test]
fn a_policy_that_lies_is_refused() {
    let refused = |change: &dyn Fn(&mut DecisionPolicy)| {
        let mut parts = parts();
        change(parts.policy.as_mut().unwrap());
        match open(parts) {
            Err(BundleError::Malformed { section: "policy", what }) => what,
            other => panic!("{other:?}"),
        }
    };
    let column = "it reads a column that does not exist";
    assert_eq!(refused(&|p| p.outcome = Some(13)), column);
    assert_eq!(refused(&|p| p.terms[0].column = 13), column);
    assert_eq!(refused(&|p| p.rules[0].column = u32::MAX), column);
    assert_eq!(refused(&|p| p.sources[0].column = 13), column);
    assert_eq!(refused(&|p| p.fallbacks[0].used = 13), column);
    assert_eq!(refused(&|p| p.fallbacks[0].steps[1].column = 13), column);
    assert_eq!(refused(&|p| p.fallbacks[0].steps[0].cause = 13), column);
    assert_eq!(refused(&|p| p.traces[0].column = 13), column);
    assert_eq!(refused(&|p| p.as_of = Some(1)), "its reference time is no date field");
    assert_eq!(refused(&|p| p.as_of = Some(9)), "its reference time is no date field");
    let names = "two terms, rules or sources have the same name";
    assert_eq!(refused(&|p| p.terms.push(p.terms[0].clone())), names);
    assert_eq!(refused(&|p| p.rules.push(p.rules[0].clone())), names);
    assert_eq!(refused(&|p| p.sources.push(p.sources[0].clone())), names);
    assert_eq!(refused(&|p| p.rules[0].groups.push(1)), "a rule gives a reason code that does not exist");
    let expires = "a rule expires at no date, or is compared with none";
    assert_eq!(refused(&|p| p.rules[0].expires = Some(i32::MAX)), expires);
    assert_eq!(refused(&|p| p.as_of = None), expires);
    assert_eq!(refused(&|p| p.sources[0].fields.push(8)), "a source has a field that does not exist");
    let score = "a fallback has no score or no model";
    assert_eq!(refused(&|p| p.fallbacks[0].score = 1), score);
    assert_eq!(refused(&|p| p.fallbacks[0].steps.clear()), score);
    let order = "its fallbacks are not in ascending order of their scores";
    assert_eq!(refused(&|p| p.fallbacks.push(p.fallbacks[0].clone())), order);
    assert_eq!(refused(&|p| *p = DecisionPolicy::default()), "it is empty: then it must be left out");
}

#[test]
fn any_changed_byte_opens_or_is_refused_by_type() {
    let bytes = Bundle::encode(parts()).unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            match Bundle::open(&changed, Trust::Anyone) {
                Ok(bundle) => {
                    let mut scorer = Scorer::new(bundle);
                    let options = Options { reasons: true, trace: true };
                    for decision in scorer
                        .score_json(br#"{"debt":1,"income":2,"outcome":1}"#, options)
                        .into_iter()
                        .flatten()
                        .flatten()
                    {
                        decision.write_json(scorer.bundle(), "en", &mut Vec::new());
                    }
                }
                Err(error) => assert!(error.code().starts_with("SCL-01"), "{error}"),
            }
        }
    }
}
