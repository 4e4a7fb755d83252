//! `kind = "formula"`: what is written is computed, what is absent, and every mistake with its place.

use super::*;
use crate::error::SourceError;
use crate::schema::Policy;

/// Lines 3 to 14.
const FIELDS: &str = r#"[fields]
applied = "date"
income = { type = "number", unit = "EUR" }
debt = { type = "number", unit = "EUR" }
children = "integer"
housing = ["own", "rent"]
[fields.payments]
type = "events"
as_of = "applied"
[fields.payments.columns]
amount = { type = "number", unit = "EUR" }
late = "integer"
"#;

fn source(nodes: &str, coefficients: &str) -> String {
    format!(
        "{HEAD}{FIELDS}{nodes}\n[nodes.model]\nkind = \"linear\"\ncoefficients = {{ {coefficients} }}\n[scores.credit]\nmodel = \"model\"\n"
    )
}

fn compiled_nodes(nodes: &str, coefficients: &str) -> Compiled {
    compiled(&source(nodes, coefficients), &[])
}

fn mistakes(nodes: &str) -> Vec<SourceError> {
    mistakes_in(&source(nodes, "f = 1"), &[])
}

/// Asserts the only mistake, its code, the text that it stands at, and a word of its mend.
#[track_caller]
fn wrong(nodes: &str, code: &str, at: &str, mend: &str) {
    let text = source(nodes, "f = 1");
    let found = mistakes(nodes);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].code, text.get(found[0].span.clone())), (code, Some(at)), "{found:#?}");
    assert!(found[0].mend.contains(mend), "{found:#?}");
}

#[test]
fn outputs_are_what_they_say() {
    let nodes = r#"[nodes.ratio]
kind = "formula"
expression = 'debt / income'
[nodes.f]
kind = "formula"
outputs.points = '''
ratio > 0.5 ? 10.0                     // the output of another formula
  : {"own": 40.0, "rent": 20.0}[housing]'''
outputs.where = 'housing == "own" ? "A" : "B"'
outputs.children = { expression = "children + 1", unit = "heads" }
[nodes.bins]
kind = "one_hot"
input = "f.where""#;
    let parts = compiled_nodes(nodes, "\"f.points\" = 1, \"f.children\" = 1, \"bins.B\" = 1").parts;
    let bytes = Bundle::encode(parts).unwrap();
    let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap());
    let mut of = |row: [f64; 6], name: &str| value(&mut scorer, &row, name);
    assert_eq!(of([0.0, 100.0, 40.0, 2.0, 1.0, 0.0], "f"), 20.0);
    assert_eq!(of([0.0, 100.0, 60.0, 2.0, 1.0, 0.0], "f"), 10.0);
    assert_eq!(of([0.0, 100.0, 40.0, 2.0, 0.0, 0.0], "f:1"), 0.0);
    assert_eq!(of([0.0, 100.0, 40.0, 2.0, 0.0, 0.0], "f:2"), 3.0);
    assert_eq!(of([0.0, 100.0, 40.0, 2.0, 1.0, 0.0], "bins:1"), 1.0);
    assert!(of([0.0, 0.0, 40.0, 2.0, 1.0, 0.0], "ratio").is_nan());
}

#[test]
fn an_absence_that_is_answered_needs_no_policy() {
    let missing = |expression: &str| {
        let nodes = format!("[nodes.f]\nkind = \"formula\"\nexpression = '{expression}'");
        let fields = compiled_nodes(&nodes, "f = 1").parts.fields;
        fields.iter().find(|field| field.name == "income").unwrap().policies.missing
    };
    assert_eq!(missing("income + 1.0"), Policy::Refuse);
    assert_eq!(missing("income.orValue(0.0)"), Policy::OwnBin);
    assert_eq!(missing("has(income) && income > 3.0 ? 1 : 0"), Policy::OwnBin);
    assert_eq!(missing("has(income) ? 0.0 : income"), Policy::Refuse);
}

#[test]
fn mistakes_stand_where_they_are() {
    let one = |expression: &str| format!("[nodes.f]\nkind = \"formula\"\nexpression = {expression}");
    wrong(&one("'incoem / 2.0'"), code::UNKNOWN_NAME, "incoem", "`income`");
    wrong(&one("'income + '"), code::EXPRESSION, "", "a value");
    wrong(&one("'housing == \"onw\"'"), code::EXPRESSION, "housing == \"onw\"", "`own`");
    wrong(&one("'''\nincome *\n  childern'''"), code::UNKNOWN_NAME, "childern", "`children`");
    wrong(&one("'payments.filter(p, p.amuont > 1.0).size()'"), code::EXPRESSION, "p.amuont", "`amount`");
    wrong(&one("'income + children.year()'"), code::EXPRESSION, "children.year()", "date.year()");
    // Where escapes stand between, the whole text is shown.
    wrong(&one(r#""housing == \"onw\"""#), code::EXPRESSION, r#"housing == \"onw\""#, "`own`");
    wrong("[nodes.f]\nkind = \"formula\"", code::MISSING_KEY, "f", "expression");
    wrong("[nodes.f]\nkind = \"formula\"\noutputs = {}", code::VALUE, "f", "outputs");
    wrong("[nodes.f]\nkind = \"formula\"\noutputs = { a = 3 }", code::TYPE, "3", "text");
    let two = "[nodes.f]\nkind = \"formula\"\noutputs = { a = '1 + \"x\"', b = 'income > \"x\"' }";
    assert_eq!(mistakes(two).len(), 2);
}
