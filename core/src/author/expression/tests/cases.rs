//! Cases written from the text of the language's definition and of this subset's, with constants and by the engine.

use super::*;

#[track_caller]
fn gives(text: &str, wanted: &str) {
    match constant(text) {
        Ok(found) => assert_eq!(found.show(), wanted, "{text}"),
        Err(mistakes) => panic!("{text}: {mistakes:?}"),
    }
}

/// The results of a text for one row of columns.
#[track_caller]
fn by_columns(text: &str, columns: &[(&str, Kind, Cell)], lists: &[(u32, Vec<Event>)]) -> (Cell, Typed) {
    let mut scope = Scope::new();
    for (at, (name, kind, _)) in columns.iter().enumerate() {
        scope.add(*name, input(at as u32, kind.clone()));
    }
    let mut builder = FormulaBuilder::new();
    let typed = match compile(text, &scope, &mut builder) {
        Ok(typed) => typed,
        Err(mistakes) => panic!("{text}: {mistakes:?}"),
    };
    let formula = builder.finish(columns.len() as u32, &[typed.register]).unwrap();
    let inputs: Vec<Cell> = columns.iter().map(|(_, _, cell)| *cell).collect();
    (run(&formula, &inputs, lists)[0], typed)
}

#[test]
fn operators_bind_as_the_grammar_says() {
    gives("1 + 2 * 3 - 4 / 2", "5");
    gives("-2 * -3", "6");
    gives("1 < 2 == true", "true");
    gives("true || false && false", "true");
    gives("false ? 1 : true ? 2 : 3", "2");
    gives("!true || !false", "true");
    gives("[1, 2, 3,][2]", "3");
    gives("10 - 3 - 2", "5");
    gives("2 in [1, 2] && !(3 in [1, 2])", "true");
    gives("0x10 + 1 // sixteen\n", "17");
}

#[test]
fn texts_and_their_escapes() {
    gives(r#""a\tb" + 'c' + r'\d' + """x"y""""#, r#""a\tbc\\dx\"y""#);
    gives(r"'\u00e9\x41\101\U0001F600'.size()", "4");
    gives("'Kreditkarte'.lowerAscii().contains('karte')", "true");
    gives("'a-b-c'.split('-').join('+')", "\"a+b+c\"");
    gives("'tacocat'.lastIndexOf('c')", "4");
    gives("'abc'.substring(1, 2) + 'abc'.charAt(3)", "\"b\"");
    gives("'abab'.replace('b', 'x', 1)", "\"axab\"");
    gives("'order 17'.matches('^[a-z]+ [0-9]+$')", "true");
}

#[test]
fn whole_numbers_are_checked_and_numbers_are_not() {
    gives("7 / 2", "3");
    gives("-7 / 2", "-3");
    gives("-7 % 2", "-1");
    gives("7.0 / 2", "3.5");
    gives("int(-2.9)", "-2");
    gives("9223372036854775807 == 9223372036854775807.0", "false");
    assert!(constant("9223372036854775807 + 1").is_err());
    assert!(constant("1 / 0").is_err());
    gives("1.0 / 0.0 > 1.0", "true");
}

#[test]
fn what_decides_decides() {
    gives("false && 1 / 0 > 0", "false");
    gives("1 / 0 > 0 || true", "true");
    gives("true ? 1 : 1 / 0", "1");
    gives("[0, 1].exists(x, 1 / x == 1)", "true");
    gives("[0, 2].all(x, 1 / x == 1)", "false");
    assert!(constant("[0, 1].all(x, 1 / x == 1)").is_err());
    assert!(constant("1 / 0 > 0 || false").is_err());
}

#[test]
fn lists_and_maps() {
    gives("[3, 1, 2].filter(x, x > 1).map(x, x * 2)", "[6, 4]");
    gives("[3, 1, 2].map(x, x > 1, x * 2).sum()", "10");
    gives("[1, 2, 2].exists_one(x, x == 1)", "true");
    gives("max([3, 9, 2]) + min(4, 2)", "11");
    gives("{'own': 1, 'rent': 2}['rent']", "2");
    gives("has({'a': 1}.a) && !has({'a': 1}.b)", "true");
    gives("[1, 2, 3, 4].average()", "2.5");
    gives("cel.bind(x, 3, x * x)", "9");
}

#[test]
fn civil_dates() {
    gives("date('2024-01-31').addMonths(1)", "date(\"2024-02-29\")");
    gives("date('2024-03-01') - 1", "date(\"2024-02-29\")");
    gives("date('2024-03-01') - date('2023-03-01')", "366");
    gives("yearsBetween(date('2004-02-29'), date('2025-02-28'))", "21");
    gives("monthsBetween(date('2024-03-31'), date('2024-02-29'))", "-1");
    gives("date(2026, 11, 25).weekday()", "3");
    gives("date(2026, 11, 22).getDayOfWeek()", "0");
    gives("date('2024-12-31').dayOfYear()", "366");
    assert!(constant("date('2023-02-29')").is_err());
}

#[test]
fn categories_become_tables() {
    let housing = || category(&["own", "rent", "with parents"]);
    let at = |x| [("housing", housing(), present(x))];
    let check = |text: &str, x, wanted| {
        let (cell, _) = by_columns(text, &at(x), &[]);
        assert_eq!(cell, wanted, "{text} of {x}");
    };
    check("housing == 'rent'", 1.0, present(1.0));
    check("housing.startsWith('w')", 2.0, present(1.0));
    check("housing in ['own', 'rent']", 2.0, present(0.0));
    check("size(housing)", 2.0, present(12.0));
    check("{'own': 10.5, 'rent': 2.0, 'with parents': 0.0}[housing]", 0.0, present(10.5));
    let (cell, typed) = by_columns("housing == 'own' ? 'A' : housing", &at(2.0), &[]);
    assert_eq!(typed.kind, category(&["A", "own", "rent", "with parents"]));
    assert_eq!(cell, present(3.0));
    let (cell, _) = by_columns("housing != 'own'", &[("housing", housing(), absent(State::UNSEEN))], &[]);
    assert_eq!(cell.1, State::UNSEEN);
}

#[test]
fn names_that_are_no_identifiers() {
    let columns = [("credit-amount", Kind::Number, present(3.0)), ("node.x y", Kind::Number, present(4.0))];
    assert_eq!(by_columns("`credit-amount` * node.`x y`", &columns, &[]).0, present(12.0));
    let parsed = Expression::parse("`a-b` + t.filter(e, e.x > c.d).size() + cel.bind(v, w, v.x)").unwrap();
    let names: Vec<String> = parsed.names().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a-b", "t", "c.d", "w"]);
}

#[test]
fn loops_over_events() {
    let event = |name: &str, kind| (name.to_owned(), Some(EventColumn { kind, unit: String::new() }));
    let list = |date: &str, columns| Kind::Events(Rc::new(Events { date: date.to_owned(), columns }));
    let transactions =
        list("booked", vec![event("amount", Kind::Number), event("kind", category(&["food", "rent"]))]);
    let loans = list("date", vec![event("amount", Kind::Integer)]);
    let columns = [
        ("transactions", transactions, present(3.0)),
        ("loans", loans, present(2.0)),
        ("as_of", Kind::Date, present(19_100.0)),
    ];
    let lists = [
        (
            0,
            vec![
                (19_000, vec![present(-40.0), present(0.0)]),
                (19_050, vec![present(-700.0), present(1.0)]),
                (19_099, vec![present(-720.0), present(1.0)]),
            ],
        ),
        (1, vec![(18_000, vec![present(5000.0)]), (18_500, vec![present(1000.0)])]),
    ];
    let check = |text: &str, wanted: Cell| {
        let (found, _) = by_columns(text, &columns, &lists);
        assert!(found == wanted || found.1 == wanted.1 && !wanted.1.is_present(), "{text}: {found:?}");
    };
    check("transactions.size()", present(3.0));
    check("transactions.filter(e, e.kind == 'rent').size()", present(2.0));
    check("transactions.filter(e, as_of - e.booked <= 30).map(e, -e.amount).sum()", present(720.0));
    check("transactions.map(e, e.amount).average()", present((-40.0 - 700.0 - 720.0) / 3.0));
    check("transactions.last().amount", present(-720.0));
    check("transactions.filter(e, e.kind == 'food').last().booked.year()", present(2022.0));
    check("transactions.first().kind == 'food'", present(1.0));
    check("transactions.exists_one(e, e.amount > -100.0)", present(1.0));
    check("transactions.filter(e, e.amount < -100.0).all(e, e.kind == 'rent')", present(1.0));
    // What does not read the event is computed before the loop, another loop too.
    check(
        "transactions.filter(e, -e.amount * 1.5 > double(loans.map(l, l.amount).min())).size()",
        present(2.0),
    );
    check("transactions.filter(e, e.amount > 0.0).map(e, e.amount).max()", absent(State::MISSING));
    check("transactions.map(e, e.amount).map(x, x * 2.0).filter(x, x < -100.0).size()", present(2.0));
    check("[1, 2].map(n, loans.filter(l, l.amount > n * 900).size())[1]", present(1.0));
}

#[test]
fn units_go_along() {
    let mut scope = Scope::new();
    for (at, (name, unit)) in [("income", "EUR"), ("debt", "EUR"), ("rate", "")].into_iter().enumerate() {
        scope.add(name, Column { unit: unit.to_owned(), ..input(at as u32, Kind::Number) });
    }
    let unit = |text: &str| compile(text, &scope, &mut FormulaBuilder::new()).unwrap().unit;
    assert_eq!(unit("income - debt"), "EUR");
    assert_eq!(unit("income * rate + 100.0"), "EUR");
    assert_eq!(unit("debt / income"), "");
    assert_eq!(unit("date('2024-01-31') - date('2024-01-01')"), "");
    scope.add("cash", Column { unit: "USD".to_owned(), ..input(3, Kind::Number) });
    let mistakes = compile("income > cash", &scope, &mut FormulaBuilder::new()).unwrap_err();
    assert!(mistakes[0].message.contains("EUR") && mistakes[0].message.contains("USD"));
}
