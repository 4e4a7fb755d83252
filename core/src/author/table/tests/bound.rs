//! Tables written in S-FEEL.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::{
    Bound, Cell, Domain, HitPolicy, OutputType, Source, Value, WrittenOutput, WrittenRule, WrittenTable, bind,
};
use crate::author::feel::{Kind, Scope};

fn scope() -> Scope {
    let list = |texts: &[&str]| Kind::Text(Rc::new(texts.iter().map(|&t| t.to_owned()).collect()));
    let columns = [
        ("age", Kind::Number),
        ("risk", list(&["high", "low", "very low"])),
        ("since", Kind::Date),
        ("Yearly Income", Kind::Number),
        ("owner", Kind::Truth),
    ];
    let columns = columns.into_iter().zip(10..).map(|((name, kind), id)| (name.to_owned(), (id, kind)));
    Scope { columns: columns.collect(), functions: BTreeMap::new() }
}

fn cell(text: &str) -> Cell {
    Cell { text: text.to_owned(), span: 0..0 }
}

fn written(inputs: &[&str], kind: OutputType, rules: &[(&[&str], &str)]) -> WrittenTable {
    WrittenTable {
        policy: HitPolicy::First,
        hits: 1,
        inputs: inputs.iter().map(|text| cell(text)).collect(),
        outputs: vec![WrittenOutput {
            name: "out".to_owned(),
            kind,
            unit: String::new(),
            default: None,
            order: Vec::new(),
            span: 0..0,
        }],
        rules: rules
            .iter()
            .map(|(tests, output)| WrittenRule {
                tests: tests.iter().map(|text| cell(text)).collect(),
                outputs: vec![cell(output)],
                span: 0..0,
            })
            .collect(),
        bare: true,
    }
}

fn bound(table: &WrittenTable) -> Result<Bound, Vec<String>> {
    bind(table, &scope(), |_| Domain::ANY).map_err(|all| all.into_iter().map(|(_, m)| m.message).collect())
}

fn test_of(input: &str, test: &str) -> super::Set {
    let table = written(&[input], OutputType::Number, &[(&[test], "1")]);
    bound(&table).unwrap_or_else(|e| panic!("{test}: {e:?}")).table.rules[0].tests[0].clone()
}

#[test]
fn unary_tests_hold_for_what_the_standard_says() {
    // Input, test, values for which it holds, values for which it does not.
    let numbers: &[(&str, &[f64], &[f64])] = &[
        ("< 18", &[17.9, -5.0], &[18.0]),
        ("<= 18", &[18.0], &[18.1]),
        ("> -1.5e1", &[-14.0], &[-15.0]),
        ("[18..30]", &[18.0, 30.0], &[17.9, 30.1]),
        ("(18..30)", &[18.1], &[18.0, 30.0]),
        ("]18..30[", &[29.9], &[18.0, 30.0]),
        ("[18..30)", &[18.0], &[30.0]),
        ("(18..30]", &[30.0], &[18.0]),
        ("1, 3, [5..6]", &[1.0, 3.0, 5.5], &[2.0, 4.0]),
        ("not(1, > 5)", &[0.0, 5.0], &[1.0, 6.0]),
        ("not(<0), 7", &[0.0, 7.0], &[-1.0]),
        ("2 * 3 + 1", &[7.0], &[6.0]),
        (".5", &[0.5], &[5.0]),
        ("!= 4", &[3.0], &[4.0]),
        ("= 4", &[4.0], &[3.0]),
        ("[2, 4]", &[2.0, 4.0], &[3.0]),
    ];
    for (test, inside, outside) in numbers {
        let set = test_of("age", test);
        assert!(inside.iter().all(|&x| set.has(Some(x))), "{test}");
        assert!(outside.iter().all(|&x| !set.has(Some(x))), "{test}");
        assert!(!set.has(None), "{test}: an absent value");
    }
    for any in ["-", "", " - "] {
        assert_eq!(test_of("age", any), super::Set::any());
    }
    assert!(test_of("age", "null").has(None) && !test_of("age", "null").has(Some(0.0)));
    assert!(!test_of("age", "not(null)").has(None) && test_of("age", "not(null)").has(Some(0.0)));
    assert!(test_of("age", "null, < 3").has(None) && test_of("age", "null, < 3").has(Some(2.0)));
}

#[test]
fn categories_dates_and_truths_are_tested() {
    let indices =
        |test: &str| (0..3).filter(|&i| test_of("risk", test).has(Some(f64::from(i)))).collect::<Vec<_>>();
    assert_eq!(indices("\"high\",\"low\""), [0, 1]);
    assert_eq!(indices("high, very low"), [0, 2]);
    assert_eq!(indices("not(high)"), [1, 2]);
    assert_eq!(indices("not(\"very low\")"), [0, 1]);
    assert_eq!(indices(">= \"low\""), [1, 2]);
    let day = |text| crate::record::date::parse(text).unwrap();
    let since = test_of("since", "[date(\"2020-01-01\")..@\"2020-12-31\"]");
    assert!(since.has(Some(day("2020-01-01"))) && since.has(Some(day("2020-12-31"))));
    assert!(!since.has(Some(day("2021-01-01"))));
    assert!(test_of("since", "< date(\"2020-01-31\") + duration(\"P1M\")").has(Some(day("2020-02-28"))));
    assert!(!test_of("since", "< date(\"2020-01-31\") + duration(\"P1M\")").has(Some(day("2020-02-29"))));
    assert!(test_of("owner", "true").has(Some(1.0)) && !test_of("owner", "true").has(Some(0.0)));
    assert!(test_of("Yearly Income * 2", "> 5").has(Some(6.0)));
}

#[test]
fn what_depends_on_other_columns_is_computed_before_the_table() {
    let rules: &[(&[&str], &str)] = &[(&["> age * 100", "true"], "age + 1"), (&["-", "-"], "0")];
    let found = bound(&written(&["Yearly Income", "owner"], OutputType::Number, rules)).unwrap();
    assert_eq!(
        found.sources,
        [Source::Column(13), Source::Column(14), Source::Computed(0), Source::Computed(1)]
    );
    assert_eq!(found.table.rules[0].outputs, [Value::Column(0)]);
    assert_eq!(found.table.rules[1].outputs, [Value::Constant(0.0)]);
    assert_eq!(found.table.rules[0].tests.len(), 3);
    let (_, reads) = found.formula.unwrap();
    assert_eq!(reads, [13, 10]);
}

#[test]
fn outputs_are_of_the_declared_type_or_of_what_is_given() {
    let rules: &[(&[&str], &str)] =
        &[(&["<18"], "\"no\""), (&[">=18"], "if owner then \"yes\" else \"ask\"")];
    let found = bound(&written(&["age"], OutputType::Found, rules)).unwrap();
    let Kind::Text(list) = &found.outputs[0] else { panic!("a text") };
    assert_eq!(**list, ["no", "yes", "ask"]);
    let yes = OutputType::Text(vec!["yes".to_owned(), "no".to_owned()]);
    let wrong = bound(&written(&["age"], yes.clone(), &[(&["<18"], "\"maybe\"")])).unwrap_err();
    assert!(wrong[0].contains("maybe"), "{wrong:?}");
    let found = bound(&written(&["age"], yes, &[(&["<18"], "no"), (&["-"], "")])).unwrap();
    assert_eq!(found.table.rules[0].outputs, [Value::Constant(1.0)]);
    assert_eq!(found.table.rules[1].outputs, [Value::Absent]);
    let wrong = bound(&written(&["age"], OutputType::Date, &[(&["<18"], "5")])).unwrap_err();
    assert!(wrong[0].contains("a number, and the output is a date"), "{wrong:?}");
}

#[test]
fn every_mistake_of_a_table_is_told() {
    let rules: &[(&[&str], &str)] = &[
        (&["\"x\"", "true"], "1"),
        (&["[1..", "maybe"], "1"),
        (&["date(\"2020-02-30\")", "-"], "ages"),
        (&["-", "-"], "today()"),
    ];
    let wrong = bound(&written(&["age", "owner"], OutputType::Number, rules)).unwrap_err();
    assert_eq!(wrong.len(), 6, "{wrong:#?}");
    let unknown = bound(&written(&["agee"], OutputType::Number, &[])).unwrap_err();
    assert!(unknown[0].contains("agee"));
}
