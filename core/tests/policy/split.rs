//! A policy in two stages: the edge decides as the whole bundle would, and the device knows what runs there only.

use scorelet_core::author::cut::{Stages, cut};
use scorelet_core::bundle::{Bundle, BundleParts, Trust};
use scorelet_core::policy::RuleKind;
use scorelet_core::scorer::{Options, Scorer};
use scorelet_core::split::LocalCreditData;
use serde_json::{Value, json};

use super::source::compiled;

const SOURCE: &str = r#"
[bundle]
name = "split"
[fields]
income = { type = "number", stage = "device", missing = "own_bin" }
age = { type = "number", stage = "device", missing = "own_bin" }
debt = { type = "number", missing = "own_bin" }
[sources.own]
fields = ["income", "age"]
[sources.bureau]
fields = ["debt"]
need = "required"
[nodes.thin]
kind = "linear"
stage = "device"
intercept = 1.0
coefficients = { income = -0.001 }
[nodes.main]
kind = "linear"
coefficients = { thin = 1.0, debt = 0.01 }
[nodes.segment]
kind = "tree"
stage = "device"
splits = [{ id = "root", when = "age < 25.0", then = "young", else = "old" }]
leaves = [{ id = "young" }, { id = "old" }]
[nodes.line]
kind = "tree"
splits = [{ id = "root", when = "segment.leaf == \"young\" && credit.pd > 0.3", then = "a", else = "b" }]
leaves = [{ id = "a", value = 100 }, { id = "b", value = 900 }]
[scores.credit]
model = "main"
link = "logit"
reasons = false
fallback = [{ model = "thin", link = "logit" }, "refer"]
[rules.minor]
kind = "hard"
when = "age < 18.0"
text = "Under 18"
[rules.indebted]
kind = "cap"
when = "debt > 500.0"
outcome = "refer"
text = "Much debt"
[outcome]
cases = [{ outcome = "approve", when = "credit.pd < 0.5" }, { outcome = "decline" }]
[terms]
limit = "line.value"
"#;

fn open(parts: &BundleParts) -> Bundle {
    Bundle::open(&Bundle::encode(parts.clone()).unwrap(), Trust::Anyone).unwrap()
}

fn stages() -> (BundleParts, Stages) {
    let parts = compiled(SOURCE).unwrap().parts;
    let stages = cut(&parts).unwrap().unwrap();
    (parts, stages)
}

#[test]
fn the_edge_decides_as_the_whole_does() {
    let (whole, stages) = stages();
    let (mut whole, mut device, mut edge) =
        (Scorer::new(open(&whole)), Scorer::new(open(&stages.device)), Scorer::new(open(&stages.edge)));
    let mut outcomes = std::collections::BTreeSet::new();
    for age in [None, Some(17), Some(20), Some(40)] {
        for income in [None, Some(500), Some(2000)] {
            for debt in [None, Some(10), Some(1000)] {
                let some = |list: &[(&str, Option<i32>)]| -> Value {
                    list.iter()
                        .filter_map(|&(k, v)| Some((k.to_owned(), json!(v?))))
                        .collect::<serde_json::Map<_, _>>()
                        .into()
                };
                let own = some(&[("age", age), ("income", income)]);
                let other = some(&[("debt", debt)]);
                let all = some(&[("age", age), ("income", income), ("debt", debt)]);
                let options = Options { reasons: true, trace: true };
                let expected =
                    whole.score_json(all.to_string().as_bytes(), options).unwrap().pop().unwrap().unwrap();
                let (local, _) = device.local_json(own.to_string().as_bytes()).unwrap();
                let local = LocalCreditData::decode(&local.encode(), edge.bundle()).unwrap();
                let (found, _) = edge.finish_json(&local, other.to_string().as_bytes(), options).unwrap();
                assert_eq!(found, expected, "{all}");
                assert_eq!(found.digest(), expected.digest());
                let policy = found.policy.unwrap();
                assert!(policy.trace.is_some());
                outcomes.insert(format!("{:?}", policy.outcome));
            }
        }
    }
    assert_eq!(outcomes.len(), 3);
}

#[test]
fn the_device_knows_what_runs_there_only() {
    let (whole, stages) = stages();
    let policy = stages.device.policy.as_ref().unwrap();
    assert_eq!(policy.outcome, None);
    assert!(policy.terms.is_empty() && policy.fallbacks.is_empty());
    let rules: Vec<&str> = policy.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(rules, ["minor"]);
    assert_eq!(policy.rules[0].kind, RuleKind::Hard);
    let sources: Vec<&str> = policy.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(sources, ["own"]);
    let traces: Vec<&str> = policy.traces.iter().map(|trace| trace.name.as_str()).collect();
    assert_eq!(traces, ["segment"]);
    let text = String::from_utf8_lossy(&Bundle::encode(stages.device.clone()).unwrap()).into_owned();
    for secret in ["Much debt", "indebted", "bureau", "\u{4}\0\0\0line", "limit"] {
        assert!(!text.contains(secret), "{secret} is in the device bundle");
    }
    assert_eq!(stages.edge.policy, whole.policy);
}

#[test]
fn without_a_node_on_the_device_it_has_no_policy() {
    let toml = SOURCE
        .replace("kind = \"hard\"", "kind = \"indicator\"")
        .replace("when = \"age < 18.0\"", "when = \"debt < 18.0\"")
        .replace("[sources.own]\nfields = [\"income\", \"age\"]\n", "")
        .replace("stage = \"device\"\nsplits", "splits")
        .replace(
            "{ type = \"number\", stage = \"device\"",
            "{ type = \"number\", stage = \"device\", leaves_device = true",
        );
    let stages = cut(&compiled(&toml).unwrap().parts).unwrap().unwrap();
    // A rule or tree of device values alone runs on the device unless told otherwise: the tree here is.
    assert!(
        stages
            .device
            .policy
            .as_ref()
            .is_none_or(|policy| policy.rules.is_empty() && policy.sources.is_empty())
    );
    let edge = toml.replace(
        "kind = \"tree\"\nsplits = [{ id = \"root\", when = \"age",
        "kind = \"tree\"\nstage = \"edge\"\nsplits = [{ id = \"root\", when = \"age",
    );
    let stages = cut(&compiled(&edge).unwrap().parts).unwrap().unwrap();
    assert_eq!(stages.device.policy, None);
}

#[test]
fn an_edge_whose_policy_does_not_cross_is_refused() {
    let (_, stages) = stages();
    let policy = stages.edge.policy.clone().unwrap();
    let mut refused = 0;
    for column in policy.columns() {
        let mut short = stages.edge.clone();
        let crossing = &mut short.cut.as_mut().unwrap().crossing;
        let before = crossing.len();
        crossing.retain(|crossing| crossing.column != column);
        let crosses = crossing.len() < before;
        assert_eq!(Bundle::encode(short).is_err(), crosses, "column {column}");
        refused += usize::from(crosses);
    }
    assert!(refused >= 3);
}
