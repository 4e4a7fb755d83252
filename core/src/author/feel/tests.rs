//! Expressions by hand, from the text of DMN 1.3, chapter 10.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Compiler, Function, Kind, Scope, expression, names_in};
use crate::column::{Block, Inputs};
use crate::graph::{Kernel as _, Scratch};
use crate::record::date;

fn scope() -> Scope {
    let list = ["low", "high"].map(str::to_owned).to_vec();
    let columns = [
        ("x", Kind::Number),
        ("nothing", Kind::Number),
        ("The Day", Kind::Date),
        ("risk", Kind::Text(Rc::new(list))),
        ("yes", Kind::Truth),
    ];
    let columns =
        columns.into_iter().zip(0..).map(|((name, kind), id)| (name.to_owned(), (id, kind))).collect();
    let body = expression("a / b + 1", &[]).unwrap();
    let function = Function { parameters: vec!["a".to_owned(), "b".to_owned()], body };
    Scope { columns, functions: BTreeMap::from([("share".to_owned(), function)]) }
}

/// The value of an expression with x = 5, The Day = 2024-02-29, risk = "high", yes = true and nothing absent; NaN if it is absent.
fn value(text: &str) -> Result<f64, String> {
    let scope = scope();
    let node = expression(text, &scope.known()).map_err(|mistake| mistake.message)?;
    let mut compiler = Compiler::new(&scope);
    let typed = compiler.compile(&node).map_err(|mistake| mistake.message)?;
    let Compiler { builder, inputs, .. } = compiler;
    let formula = builder.finish(inputs.len() as u32, &[typed.register]).unwrap();
    let given = [5.0, f64::NAN, date::parse("2024-02-29").unwrap(), 1.0, 1.0];
    let mut block = Block::new(given.len() + 1, 1);
    block.set_rows(1);
    for (i, &x) in given.iter().enumerate() {
        let mut column = block.column_mut(i);
        if x.is_nan() { column.set_absent(0, crate::column::State::MISSING) } else { column.set(0, x) }
    }
    let (columns, mut outputs) = block.split(given.len());
    formula.eval(&Inputs::new(columns, &inputs), &mut outputs, &mut Scratch::default());
    let found = block.column(given.len()).values[0];
    Ok(match typed.kind {
        // A text is as long as it is: enough to tell those of a test apart.
        Kind::Text(list) if !found.is_nan() => list[found as usize].len() as f64,
        _ => found,
    })
}

#[track_caller]
fn is(text: &str, wanted: f64) {
    let found = value(text).unwrap_or_else(|what| panic!("{text}: {what}"));
    assert!(found == wanted || (found.is_nan() && wanted.is_nan()), "{text}: {found}, not {wanted}");
}

#[test]
fn numbers_and_order_of_operations() {
    is("10--5", 15.0);
    is("2 + 3 * 4", 14.0);
    is("2 ** 3 ** 2", 64.0);
    is("-2 ** 2", 4.0);
    is("(1 + x) / 4 - .5", 1.0);
    is("1e3", 1000.0);
    is("x / 0", f64::NAN);
    is("share(x, 2)", 3.5);
    is("/* a comment */ x // and another", 5.0);
}

#[test]
fn null_is_as_in_the_standard() {
    for (text, wanted) in [
        ("null = null", 1.0),
        ("nothing = null", 1.0),
        ("nothing != null", 0.0),
        ("x = null", 0.0),
        ("x = nothing", 0.0),
        ("x != nothing", 1.0),
        ("nothing < 1", f64::NAN),
        ("nothing + 1", f64::NAN),
        ("nothing > 1 and false", 0.0),
        ("nothing > 1 or true", 1.0),
        ("nothing > 1 or false", f64::NAN),
        ("not(nothing > 1)", f64::NAN),
        ("if nothing > 1 then 2 else 3", 3.0),
        ("if yes then nothing else 3", f64::NAN),
        ("null between 1 and 10", f64::NAN),
        ("nothing in (1, null)", 1.0),
    ] {
        is(text, wanted);
    }
}

#[test]
fn comparisons_ranges_and_lists() {
    for (text, wanted) in [
        ("x between 1 and 5", 1.0),
        ("x in (5..7]", 0.0),
        ("x in [5..7]", 1.0),
        ("x in (1, < 3, >= 5)", 1.0),
        ("x in [1, 2, 3]", 0.0),
        ("x in [[1..2], [4..6]]", 1.0),
        ("x in not(5)", 0.0),
        ("risk = \"high\"", 1.0),
        ("risk < \"low\"", 1.0),
        ("risk in (\"low\", \"none\")", 0.0),
        ("risk = \"never\"", 0.0),
        ("yes = true and x > 4", 1.0),
    ] {
        is(text, wanted);
    }
}

#[test]
fn functions_texts_and_dates() {
    for (text, wanted) in [
        ("floor(-1.5)", -2.0),
        ("ceiling(1.23, 1)", 1.3),
        ("round up(-5.5)", -6.0),
        ("round down(-5.5)", -5.0),
        ("round half up(-1.126, 2)", -1.13),
        ("round half down(5.5)", 5.0),
        ("round half down(-5.5)", -5.0),
        ("decimal(2.5, 0)", 2.0),
        ("modulo(-12, 5)", 3.0),
        ("modulo(10.1, -4.5)", 10.1 - -4.5 * -3.0),
        ("odd(x)", 1.0),
        ("even(-2)", 1.0),
        ("min(x, 3, 4)", 3.0),
        ("mean(x, 1)", 3.0),
        ("abs(-x)", 5.0),
        ("string length(risk + \"er\")", 6.0),
        ("upper case(risk) = \"HIGH\"", 1.0),
        ("contains(risk, \"ig\")", 1.0),
        ("starts with(\"higher\", risk)", 1.0),
        ("if ends with(risk, \"w\") then \"a\" else \"abc\"", 3.0),
        ("The Day.year", 2024.0),
        ("The Day.weekday", 4.0),
        ("(The Day + duration(\"P1Y\")).day", 28.0),
        ("(The Day - date(\"2024-01-30\")).days", 30.0),
        ("The Day > @\"2024-02-28\"", 1.0),
        ("The Day - duration(\"P29D\") = date(2024, 1, 31)", 1.0),
        ("years and months duration(date(\"2020-03-01\"), The Day).months", 11.0),
        ("day of year(The Day)", 60.0),
    ] {
        is(text, wanted);
    }
}

#[test]
fn mistakes_are_told() {
    for (text, wanted) in [
        ("x +", "the end"),
        ("x = \"a\"", "do not go together"),
        ("y", "no field"),
        ("today()", "clock"),
        ("for i in x return i", "`for`"),
        ("{a: 1}", "context"),
        ("date(\"2023-02-29\")", "no date that exists"),
        ("\"open", "not closed"),
        ("if x then 1 else 2", "true or false"),
        ("share(1)", "2 parameters"),
        ("yes < false", "no order"),
    ] {
        let what = value(text).unwrap_err();
        assert!(what.contains(wanted), "{text}: {what}");
    }
    let deep = format!("{}1{}", "(".repeat(1000), ")".repeat(1000));
    assert!(value(&deep).unwrap_err().contains("deeply"));
    let long = format!("x{}", " + 1".repeat(10_000));
    assert!(value(&long).unwrap_err().contains("128 operations"));
    // What may be several things is read again; the reading is bounded.
    let again = format!("{}x{}", "x in ((".repeat(40), "))".repeat(40));
    assert!(value(&again).is_err());
}

#[test]
fn functions_that_call_each_other_do_not_run_away() {
    let mut scope = scope();
    for i in 0..14 {
        let next = if i == 13 { "a".to_owned() } else { format!("f{0}(a) + f{0}(a) + f{0}(a)", i + 1) };
        let body = expression(&next, &[]).unwrap();
        scope.functions.insert(format!("f{i}"), Function { parameters: vec!["a".to_owned()], body });
    }
    let node = expression("f0(x)", &scope.known()).unwrap();
    let found = Compiler::new(&scope).compile(&node).unwrap_err();
    assert!(found.message.contains("too long"), "{found:?}");
    let body = expression("g(a)", &[]).unwrap();
    scope.functions.insert("g".to_owned(), Function { parameters: vec!["a".to_owned()], body });
    let node = expression("g(x)", &scope.known()).unwrap();
    assert!(Compiler::new(&scope).compile(&node).unwrap_err().message.contains("call it"));
}

#[test]
fn names_in_a_text_are_its_runs_of_words() {
    let names = names_in("[numB..numC] and Monthly Salary * loan.rate = \"in quotes\"");
    for name in ["numB", "numC", "Monthly Salary", "loan.rate"] {
        assert!(names.contains(name), "{name} of {names:?}");
    }
    assert!(!names.contains("quotes"));
}
