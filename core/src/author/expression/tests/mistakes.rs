//! Every mistake: where it is and what mends it.

use proptest::prelude::*;

use super::*;

fn scope() -> Scope {
    let mut scope = Scope::new();
    scope.add("income", input(0, Kind::Number));
    scope.add("age", input(1, Kind::Integer));
    scope.add("young", input(2, Kind::Flag));
    scope.add("housing", input(3, category(&["own", "rent"])));
    scope.add("born", input(4, Kind::Date));
    let column = |name: &str, kind| (name.to_owned(), Some(EventColumn { kind, unit: String::new() }));
    let columns = vec![column("amount", Kind::Number), ("hash".to_owned(), None)];
    scope.add("events", input(5, Kind::Events(Rc::new(Events { date: "date".to_owned(), columns }))));
    scope
}

/// Asserts that the first mistake of a text stands at this part of it and that its message and mend contain the words.
#[track_caller]
fn wrong(text: &str, at: &str, message: &str, mend: &str) {
    let mistakes = compile(text, &scope(), &mut FormulaBuilder::new()).unwrap_err();
    let first = &mistakes[0];
    assert_eq!(text.get(first.span.clone()), Some(at), "{first:?}");
    assert!(first.message.contains(message), "{first:?}");
    assert!(first.mend.contains(mend), "{first:?}");
}

#[test]
fn of_syntax() {
    wrong("income = 3", "=", "`=`", "`==`");
    wrong("income and young", "and", "`and`", "`&&`");
    wrong("(income", "", "ends too early", "`)`");
    wrong("'abc", "'", "does not end", "'");
    wrong("income + * 2", "*", "`*`", "a value");
    wrong("3x", "x", "follows a number", "operator");
    wrong("1e999", "1e999", "too large", "1.8e308");
    wrong("income § 2", "§", "no part", "back-ticks");
    wrong("null == income", "null", "`null`", "has(x)");
    wrong("if", "if", "reserved", "? a : b");
    wrong(r"'\q'", r"\q", "escape", r"\\");
    wrong("99999999999999999999", "99999999999999999999", "whole number", "fraction");
    wrong("b'x'", "b'", "bytes", "text");
    wrong("`a", "`", "does not end", "back-tick");
    wrong("age <> 3", "<>", "`<>`", "`!=`");
}

#[test]
fn of_names_and_types() {
    wrong("incoem > 3.0", "incoem", "no column `incoem`", "`income`");
    wrong("math.ab(income)", "ab", "no function", "`math.abs`");
    wrong("housing == 'onw'", "housing == 'onw'", "never", "`own`");
    wrong("income + 'x'", "income + 'x'", "a number and a text", "number + number");
    wrong("income % 2", "income % 2", "`%`", "int(x)");
    wrong("young + 1", "young + 1", "true or false", "number");
    wrong("income ? 1 : 2", "income", "before `?`", "compare");
    wrong("young ? 1 : 'x'", "young ? 1 : 'x'", "a whole number or a text", "same type");
    wrong("born + 1.5", "born + 1.5", "a date and a number", "whole days");
    wrong("income.startsWith('x')", "income.startsWith('x')", "startsWith", "text.startsWith(text)");
    wrong("age + 1 / 0", "1 / 0", "divides by zero", "another");
    wrong("age + 9007199254740993", "age + 9007199254740993", "2^53", "1.0e16");
    wrong("date('2024-13-01') > born", "date('2024-13-01')", "no date", "YYYY-MM-DD");
    wrong("[1, 2]", "[1, 2]", "one value is wanted", "");
    wrong("housing.matches('(')", "housing.matches('(')", "no pattern", "RE2");
    wrong("income.orValue('x')", "income.orValue('x')", "a number or a text", "same type");
    wrong("[age, 3].filter(x, x > 1).size()", "[age, 3].filter(x, x > 1)", "must not depend", "sum()");
}

#[test]
fn of_events() {
    wrong("events.amount", "events.amount", "there is no column", "");
    wrong("events.filter(e, e.amuont > 1.0).size()", "e.amuont", "no column `amuont`", "`amount`");
    wrong("events.filter(e, e.hash > 1).size()", "e.hash", "hash", "rules");
    wrong("events.filter(e, e.amount).size()", "e.amount", "true or false", "e.amount > 0");
    wrong("events.sum()", "events.sum()", "values", ".map(e, e.amount).sum()");
    wrong("events > 3", "events > 3", "a list of events", "");
    wrong("events.last()", "events.last()", "an event", ".last().x");
    wrong(
        "events.exists(e, events.exists(i, i.amount > e.amount))",
        "events.exists(i, i.amount > e.amount)",
        "loop",
        "node of its own",
    );
    wrong("events.map(e, e).max()", "events.map(e, e).max()", "an event", "numbers");
    wrong("events.all(e.amount, true)", "e.amount", "plain name", "x > 0");
    wrong("income.map(x, x)", "income", "a number", "list");
}

#[test]
fn of_length() {
    let long = format!("income{}", " ".repeat(1 << 16));
    wrong(&long, "", "65542 bytes", "several nodes");
    let deep = format!("{}income{}", "(".repeat(200), ")".repeat(200));
    wrong(&deep, "(", "nested", "node");
    let sum = format!("income{}", " + income".repeat(200));
    assert!(compile(&sum, &Scope::new(), &mut FormulaBuilder::new()).is_err());
    // A long choice is not deep.
    let choice = format!("age == 0{}", " || age == 1".repeat(1000));
    let mut scope = Scope::new();
    scope.add("age", input(0, Kind::Integer));
    assert!(compile(&choice, &scope, &mut FormulaBuilder::new()).is_ok());
    let loops = "[1,2,3,4,5,6,7,8,9,0].map(x, ".repeat(7) + "x" + &")".repeat(7) + ".size()";
    let mistakes = compile(&loops, &scope, &mut FormulaBuilder::new()).unwrap_err();
    assert!(mistakes[0].message.contains("too long"), "{mistakes:?}");
    let double = "cel.bind(x, x + x, ".repeat(30);
    let double = format!("cel.bind(x, [1, 2], {double}size(x){}", ")".repeat(31));
    assert!(compile(&double, &scope, &mut FormulaBuilder::new()).is_err());
}

const WORDS: [&str; 40] = [
    "income",
    "age",
    "young",
    "housing",
    "born",
    "events",
    "e",
    "x",
    "e.amount",
    "3",
    "2.5",
    "7u",
    "'own'",
    "true",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&&",
    "||",
    "!",
    "<",
    "==",
    "in",
    "?",
    ":",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".map(e,",
    ".filter(e,",
    ".size()",
    "has(",
    ".sum()",
    "é",
];

proptest! {
    /// Whatever is written, it compiles or is told what is wrong, at a place of the text.
    #[test]
    fn of_any_text(words in proptest::collection::vec(0..WORDS.len(), 0..24), other in any::<String>()) {
        let soup: Vec<&str> = words.into_iter().map(|word| WORDS[word]).collect();
        for text in [soup.join(" "), soup.concat(), other] {
            if let Err(mistakes) = compile(&text, &scope(), &mut FormulaBuilder::new()) {
                prop_assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    prop_assert!(text.get(mistake.span.clone()).is_some(), "{text:?}: {mistake:?}");
                    prop_assert!(!mistake.message.is_empty() && !mistake.mend.is_empty());
                }
            }
        }
    }
}
