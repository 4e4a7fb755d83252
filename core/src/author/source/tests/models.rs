//! Sources with imported models.

use super::*;

const OPTBINNING: &str = "Variable,Bin,Points\nage,\"(-inf, 26.00)\",10\nage,\"[26.00, inf)\",20.5\nage,Special,3\nage,Missing,5\n\
                          housing,\"['own' 'for free']\",7\nhousing,['rent'],1\nhousing,Special,0\nhousing,Missing,-2\n";

#[test]
fn three_lines_make_a_scorecard() {
    let toml = "[bundle]\nname = \"c\"\n[nodes.card]\nkind = \"scorecard\"\nfile = \"card.csv\"\n";
    let files = [("card.csv", OPTBINNING)];
    let warnings = compiled(toml, &files).warnings;
    assert!(warnings.iter().all(|w| w.code == code::NOTE), "{warnings:#?}");
    let mut scorer = scorer(toml, &files);
    let row = |age, housing| [age, housing];
    assert_eq!(value(&mut scorer, &row(25.9, 0.0), "card"), 17.0);
    assert_eq!(value(&mut scorer, &row(26.0, 2.0), "card"), 21.5);
    assert_eq!(value(&mut scorer, &row(f64::NAN, -1.0), "card"), 3.0, "unseen takes the row Missing");
    assert_eq!(value(&mut scorer, &row(f64::NAN, f64::NAN), "card.housing"), -2.0);
}

#[test]
fn declared_fields_rule_over_derived_ones() {
    let toml = "[bundle]\nname = \"c\"\n[fields]\nyears = { type = \"integer\", min = 18, specials = { refused = -1 } }\n\
                housing = [\"rent\", \"own\", \"for free\", \"tent\"]\n\
                [nodes.card]\nkind = \"scorecard\"\nfile = \"card.csv\"\nbase = 100\nfeatures = { age = \"years\" }\n";
    let mut scorer = scorer(toml, &[("card.csv", OPTBINNING)]);
    assert_eq!(scorer.bundle().fields.len(), 2);
    assert_eq!(value(&mut scorer, &[-1.0, 1.0], "card"), 110.0, "special code and `own`");
    assert_eq!(
        value(&mut scorer, &[20.0, 3.0], "card"),
        108.0,
        "a category that the card does not have is like an unseen one"
    );
    let unknown = toml.replace("age = \"years\"", "aeg = \"years\"");
    let found = mistakes_in(&unknown, &[("card.csv", OPTBINNING)]);
    assert_eq!((found[0].code, found[0].line), (code::UNKNOWN_NAME, 10), "{found:#?}");
    let wrong = toml.replace("housing = [\"rent\", \"own\", \"for free\", \"tent\"]", "housing = \"number\"");
    assert!(mistakes_in(&wrong, &[("card.csv", OPTBINNING)]).iter().all(|e| e.code == code::INPUT));
}

const XGBOOST: &str = include_str!("../../../../../tests/golden/xgboost-3.2/binary-logistic/model.json");

#[test]
fn three_lines_make_a_forest() {
    let toml = "[bundle]\nname = \"t\"\n[nodes.trees]\nkind = \"trees\"\nfile = \"model.json\"\n";
    let scorer = scorer(toml, &[("model.json", XGBOOST)]);
    let score = &scorer.bundle().scores[0];
    assert!(score.margin.is_some() && score.pd.is_some() && score.reasons.is_some());
    let bare = crate::author::bare::bundle_from_model("t", XGBOOST.as_bytes()).unwrap();
    assert_eq!(bare.scores, scorer.bundle().scores);
    let lying = toml.to_owned() + "format = \"lightgbm\"\n";
    one_in(&lying, &[("model.json", XGBOOST)], code::IMPORT, 5, "format");
}

#[test]
fn bare_refusals_are_the_importers_own() {
    let refused = |bytes: &[u8]| crate::author::bare::bundle_from_model("t", bytes).unwrap_err();
    assert_eq!(refused(b"what").code(), "SCL-0501");
    assert_eq!(refused(b"").code(), "SCL-0501");
    assert_eq!(refused(b"Variable,Bin,Points\nage,\"(-inf, 3)\",1\n").code(), "SCL-0503");
}

#[test]
fn features_with_the_names_that_nodes_would_have() {
    for name in ["scorecard", "scorecard.x", "a.b", "a b", "scorecard_"] {
        let csv = format!("Variable,Bin,Points\n{name},\"(-inf, 3)\",1\n{name},\"[3, inf)\",2\n");
        let parts = crate::author::bare::bundle_from_model("t", csv.as_bytes()).unwrap();
        let mut scorer = Scorer::new(Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap());
        let column = scorer.bundle().scores[0].score.unwrap();
        let mut out = [0.0];
        scorer.score_columns(1, &[3.0], &[column], &mut out).unwrap();
        assert_eq!(out, [2.0], "{name}");
    }
}

#[test]
fn rounds_up_to_the_best_one() {
    const STOPPED: &str = include_str!("../../../../../tests/golden/xgboost-3.2/early-stopped/model.json");
    let trees = |toml: &str, model: &str| {
        let compiled = compiled(toml, &[("model.json", model)]);
        let mut forest = Vec::new();
        compiled.parts.nodes.iter().for_each(|node| node.op.put(&mut forest));
        (forest.len(), compiled.warnings.iter().map(|w| w.message.clone()).collect::<String>())
    };
    let toml = "[bundle]\nname = \"t\"\n[nodes.trees]\nkind = \"trees\"\nfile = \"model.json\"\n";
    let best = toml.to_owned() + "rounds = \"best\"\n";
    let ((all, note), (fewer, _)) = (trees(toml, STOPPED), trees(&best, STOPPED));
    assert!(fewer < all, "{fewer} of {all}");
    assert!(note.contains("`rounds = \"best\"`"), "{note}");
    assert_eq!(trees(&(toml.to_owned() + "rounds = \"all\"\n"), STOPPED).0, all);
    let (_, note) = trees(&best, XGBOOST);
    assert!(note.contains("does not say which round"), "{note}");
    one_in(&best.replace("best", "bset"), &[("model.json", STOPPED)], code::VALUE, 6, "best");
}

/// As docs/bundle-source.md says of `[reasons]`.
#[test]
fn a_group_that_names_a_card_takes_its_characteristics() {
    let groups = |second: &str| {
        let text = "text = { en = \"x\" }";
        let toml = format!(
            "[bundle]\nname = \"c\"\n[nodes.card]\nkind = \"scorecard\"\nfile = \"card.csv\"\n\
             [reasons.R1]\nfeatures = [\"card\"]\n{text}\n[reasons.R2]\nfeatures = [\"{second}\"]\n{text}\n"
        );
        let parts = compiled(&toml, &[("card.csv", OPTBINNING)]).parts;
        parts.scores[0].reasons.clone().unwrap().groups
    };
    assert_eq!(groups("housing"), [0, 0], "its field stands in the other group");
    assert_eq!(groups("card.housing"), [0, 1], "named itself");
}
