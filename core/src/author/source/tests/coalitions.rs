//! Reasons by coalitions: what is written becomes, where reference rows come from, and every mistake.

use super::networks::source;
use super::*;
use crate::author::cut::cut;
use crate::bundle::BundleParts;
use crate::column::State;
use crate::reason::{Game, ReasonMethod, ReasonSpec};
use crate::scorer::{Options, Table};

const NET: &str = "[nodes.net]\nkind = \"network\"\nfile = \"margin.onnx\"\n";
const CHECKS: &str = "[[check]]\nrecord = { age = 0.5, income = -0.25 }\nexpect = { net = 0 }\ntolerance = 9\n\
                      [[check]]\nrecord = { age = -1.5, income = 2 }\nexpect = { net = 0 }\ntolerance = 9\n";

#[track_caller]
fn parts(toml: &str) -> BundleParts {
    compile(&source(toml)).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")).parts
}

fn open(parts: BundleParts) -> Scorer {
    Scorer::new(Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap())
}

fn spec(parts: &BundleParts) -> (&ReasonSpec, &Game) {
    let spec = parts.scores[0].reasons.as_ref().expect("the score gives reasons");
    (spec, spec.game.as_ref().expect("by coalitions"))
}

fn present(values: &[f64]) -> Vec<(f64, State)> {
    values.iter().map(|&value| (value, State::PRESENT)).collect()
}

#[test]
fn a_network_with_self_checks_gives_exact_reasons() {
    let parts = parts(&format!("{NET}{CHECKS}"));
    let (spec, game) = spec(&parts);
    assert_eq!((spec.method, &game.players[..], game.permutations), (ReasonMethod::Shapley, &[0, 1][..], 0));
    assert_eq!(game.references, present(&[0.5, -0.25, -1.5, 2.0]));
    let codes: Vec<&str> = parts.groups.iter().map(|group| group.code.as_str()).collect();
    assert_eq!(codes, ["age", "income"]);
    let mut scorer = open(parts);
    let row = [1.25, 0.75];
    let found = scorer.contributions(1, &row, 0).unwrap().unwrap();
    let mut at = |age, income| value(&mut scorer, &[age, income], "net");
    let mean = |a: f64, b: f64| (a + b) / 2.0;
    let (all, none) = (at(row[0], row[1]), mean(at(0.5, -0.25), at(-1.5, 2.0)));
    let age = mean(at(row[0], -0.25), at(row[0], 2.0));
    let income = mean(at(0.5, row[1]), at(-1.5, row[1]));
    let wanted = [mean(age - none, all - income), mean(income - none, all - age), none];
    assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {wanted:?}");
}

#[test]
fn without_self_checks_a_network_gives_none() {
    assert_eq!(parts(NET).scores[0].reasons, None);
    assert_eq!(parts(&format!("{NET}[scores.s]\nreasons = false\n{CHECKS}")).scores[0].reasons, None);
}

#[test]
fn an_estimate_has_its_error() {
    let toml =
        format!("{NET}[scores.s]\nreasons = {{ method = \"permutation\", permutations = 8 }}\n{CHECKS}");
    let parts = parts(&toml);
    assert_eq!(spec(&parts).1.permutations, 8);
    // Two groups: an order and its reverse are all there are, so the estimate is exact.
    let mut scorer = open(parts);
    let found = scorer.contributions(1, &[1.25, 0.75], 0).unwrap().unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(found[3..], [0.0, 0.0]);
    let exact =
        open(self::parts(&format!("{NET}{CHECKS}"))).contributions(1, &[1.25, 0.75], 0).unwrap().unwrap();
    assert!(found.iter().zip(&exact).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {exact:?}");
}

#[test]
fn reference_rows_from_a_table() {
    let toml =
        format!("{NET}[scores.s]\nreasons = {{ method = \"shapley\", reference = \"ref.csv\", max = 1 }}\n");
    let mut files = source(&toml);
    files.insert("ref.csv".to_owned(), b"note,income,age\nfirst,1.5,\nsecond,-2,0.25\n".to_vec());
    let parts = compile(&files).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")).parts;
    let wanted =
        [(0.0, State::MISSING), (1.5, State::PRESENT), (0.25, State::PRESENT), (-2.0, State::PRESENT)];
    assert_eq!(spec(&parts).1.references, wanted);
    for (table, mend) in
        [("age\n1\n", "`income`"), ("age,income\n1,x\n", "leave it empty"), ("age,income\n", "from 1 to 64")]
    {
        files.insert("ref.csv".to_owned(), table.into());
        let found = compile(&files).err().unwrap_or_default();
        assert_eq!((found.len(), found[0].code), (1, code::VALUE), "{found:#?}");
        assert!(found[0].mend.contains(mend), "{found:#?}");
    }
}

#[test]
fn players_before_the_model_make_a_graph_of_it() {
    let toml = |reasons: &str| {
        let fields = "[fields]\nage = \"number\"\nincome = \"number\"\nloans = \"number\"\n";
        let nodes = "[nodes.share]\nkind = \"multiply\"\ninputs = [\"loans\", \"income\"]\n";
        let model = "features = { income = \"share\" }\n[nodes.top]\nkind = \"linear\"\n\
                     coefficients = { net = 2, loans = 1 }\n";
        let check =
            "[[check]]\nrecord = { age = 1, income = 2, loans = 3 }\nexpect = { top = 0 }\ntolerance = 1e9\n";
        format!("{fields}{nodes}{NET}{model}[scores.s]\nmodel = \"top\"\nreasons = {{ {reasons} }}\n{check}")
    };
    let deep = parts(&toml("players = [\"loans\", \"age\", \"income\"]"));
    assert_eq!(spec(&deep).1.players, [0, 1, 2]);
    assert_eq!(spec(&deep).1.references, present(&[1.0, 2.0, 3.0]));
    let mut scorer = open(deep);
    let found = scorer.contributions(1, &[0.5, 1.5, -0.5], 0).unwrap().unwrap();
    let total: f64 = found.iter().sum();
    assert!((total - value(&mut scorer, &[0.5, 1.5, -0.5], "top")).abs() < 1e-12);
    assert!((found[3] - value(&mut scorer, &[1.0, 2.0, 3.0], "top")).abs() < 1e-12);
    // Without names: what the explained model reads, the stacked network's output among it.
    let shallow = parts(&toml("method = \"shapley\""));
    assert_eq!(spec(&shallow).1.players.len(), 2);
    let mistake = |reasons: &str, mend: &str| {
        let found = compile(&source(&toml(reasons))).err().unwrap_or_default();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].mend.contains(mend) || found[0].message.contains(mend), "{found:#?}");
    };
    mistake("players = [\"age\", \"income\"]", "no player");
    mistake("players = [\"age\", \"incom\", \"loans\"]", "income");
    mistake("players = [\"net\", \"age\", \"income\", \"loans\"]", "not computed from");
}

#[test]
fn mistakes_of_coalitions() {
    let mistake = |reasons: &str, more: &str, mend: &str| {
        let found = compile(&source(&format!("{NET}[scores.s]\nreasons = {reasons}\n{more}"))).err();
        let found = found.unwrap_or_default();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].mend.contains(mend) || found[0].message.contains(mend), "{found:#?}");
    };
    mistake("true", "", "no self-check");
    mistake("{ method = \"tree_shap\" }", CHECKS, "`shapley`");
    mistake("{ method = \"shapley\", permutations = 8 }", CHECKS, "not of permutations");
    mistake("{ permutations = 7 }", CHECKS, "even number");
    mistake("{ method = \"linear\", permutations = 8 }", CHECKS, "leave out");
    mistake("{ reference = \"no.csv\" }", CHECKS, "no file `no.csv`");
}

#[test]
fn references_of_events_come_from_self_checks() {
    let toml = "[fields]\nas_of = \"date\"\nage = \"number\"\n[fields.payments]\ntype = \"events\"\nas_of = \"as_of\"\n\
                [fields.payments.columns]\namount = \"number\"\n\
                [nodes.paid]\nkind = \"window\"\nevents = \"payments\"\noutputs.sum = { sum = \"amount\" }\n\
                [nodes.net]\nkind = \"network\"\nfile = \"margin.onnx\"\nfeatures = { income = \"paid.sum\" }\n\
                [[check]]\nexpect = { net = 0 }\ntolerance = 9\n\
                [check.record]\nas_of = \"2024-06-30\"\nage = 1\n\
                payments = [{ date = \"2024-06-01\", amount = 0.5 }, { date = \"2024-06-02\", amount = 0.25 }]\n";
    let parts = parts(toml);
    assert_eq!(spec(&parts).1.players, [1, 3]);
    assert_eq!(spec(&parts).1.references, present(&[1.0, 0.75]));
    let mut scorer = open(parts);
    let events = br#"[{"payments":[{"date":"2024-06-03","amount":-0.5}]}]"#;
    let days = 19_904.0;
    let table = Table { rows: 1, values: &[days, -1.0, 1.0], events };
    let found = scorer.explain_table(&table, 0).unwrap().unwrap();
    let net = column(&scorer, "net");
    let mut out = [0.0];
    scorer.score_table(&table, &[net], &mut out).unwrap();
    assert!((found.iter().sum::<f64>() - out[0]).abs() < 1e-12, "{found:?} {out:?}");
    assert!(found[1] != 0.0);
}

#[test]
fn what_runs_on_the_device_is_explained_there() {
    let fields = "[fields]\nage = { type = \"number\", stage = \"device\" }\n\
                  income = { type = \"number\", stage = \"device\" }\n";
    let whole = parts(&format!("{fields}{NET}stage = \"device\"\n{CHECKS}"));
    let stages = cut(&whole).unwrap().unwrap();
    let (mut device, mut edge, mut whole) = (open(stages.device), open(stages.edge), open(whole));
    let record = br#"{"age": 1.25, "income": 0.75}"#;
    let options = Options { reasons: true, trace: true };
    let decision = whole.score_json(record, options).unwrap().remove(0).unwrap();
    let (local, _) = device.local_json(record).unwrap();
    let (finished, _) = edge.finish_json(&local, b"{}", options).unwrap();
    assert_eq!(finished, decision);
    assert!(decision.scores[0].reasons.is_some());
}
