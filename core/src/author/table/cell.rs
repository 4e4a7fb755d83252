//! Cells of tests as sets of values.

use core::ops::Range;

use super::set::{Cut, Set};
use crate::author::feel::{
    Comparison, Compiler, Kind, Mistake, Node, Scope, Test, Tests, Typed, expression, unary_tests,
};
use crate::author::source::suggest;

/// What a cell asks.
pub(super) enum Asked {
    /// These values.
    Set(Set),
    /// Something that depends on other columns.
    Condition(Vec<Test>),
}

/// Reads the cell of a column of `kind`. `bare`: whether a category may stand without quotes.
pub(super) fn read(
    text: &str,
    kind: &Kind,
    scope: &Scope,
    known: &[&str],
    bare: bool,
) -> Result<Asked, Mistake> {
    if let (Kind::Text(list), true) = (kind, bare)
        && let Some(set) = words(text, list)
    {
        return Ok(Asked::Set(set));
    }
    match unary_tests(text, known)? {
        Tests::Any => Ok(Asked::Set(Set::any())),
        Tests::Some(tests) => {
            let mut all = Set::none();
            for test in &tests {
                match set(test, kind, scope)? {
                    Some(set) => all = all.or(&set),
                    None => return Ok(Asked::Condition(tests)),
                }
            }
            Ok(Asked::Set(all))
        }
    }
}

/// Categories without quotes, between commas; or all but those in `not( )`.
fn words(text: &str, list: &[String]) -> Option<Set> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')')) {
        return words(inner, list).map(|set| set.not());
    }
    let place = |word: &str| list.iter().position(|text| text == word.trim());
    if let Some(one) = place(text) {
        return Some(Set::one(one as f64));
    }
    let one = |word: &str| match place(word) {
        None if word.trim() == "null" => Some(Set::null()),
        place => place.map(|place| Set::one(place as f64)),
    };
    text.split(',').try_fold(Set::none(), |set, word| Some(set.or(&one(word)?)))
}

/// A value that does not depend on a column; `None` if it does.
pub(super) fn constant(node: &Node, scope: &Scope) -> Result<Option<(f64, Kind)>, Mistake> {
    let mut compiler = Compiler::new(scope);
    let Ok(Typed { register, kind }) = compiler.compile(node) else {
        // `?` is known only where the column is.
        return Ok(None);
    };
    if kind == Kind::Null {
        return Ok(Some((f64::NAN, kind)));
    }
    match compiler.builder.value(register) {
        Some(value) => Ok(Some((value, kind))),
        None if compiler.inputs.is_empty() => {
            Err(Mistake::new(node.span.clone(), "this has no value", "write a value that exists"))
        }
        None => Ok(None),
    }
}

/// The one text of a constant.
pub(super) fn constant_text(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Text(list) => list.first().map(String::as_str),
        _ => None,
    }
}

fn category(text: &str, list: &[String], span: &Range<usize>) -> Result<f64, Mistake> {
    list.iter().position(|t| t == text).map(|i| i as f64).ok_or_else(|| {
        let mend = suggest::mend(text, list.iter().map(String::as_str));
        Mistake::new(span.clone(), format!("`{text}` is no category of this column"), mend)
    })
}

/// The values for which a test of constants holds; `None` if it reads a column.
fn set(test: &Test, kind: &Kind, scope: &Scope) -> Result<Option<Set>, Mistake> {
    let fits = |found: &Kind, node: &Node| {
        let same = match (found, kind) {
            (Kind::Text(_), Kind::Text(_)) | (Kind::Null, _) => true,
            (a, b) => a == b,
        };
        if same {
            return Ok(());
        }
        let message = format!("this is {}, and the column is {}", found.describe(), kind.describe());
        Err(Mistake::new(node.span.clone(), message, format!("write {}", kind.describe())))
    };
    match test {
        Test::Value(node) => {
            let Some((value, found)) = constant(node, scope)? else { return Ok(None) };
            fits(&found, node)?;
            Ok(Some(match (&found, kind) {
                (Kind::Null, _) => Set::null(),
                (Kind::Text(_), Kind::Text(list)) => {
                    Set::one(category(constant_text(&found).unwrap_or_default(), list, &node.span)?)
                }
                _ => Set::one(value),
            }))
        }
        Test::Compare(comparison, node) => {
            let Some((value, found)) = constant(node, scope)? else { return Ok(None) };
            fits(&found, node)?;
            Ok(Some(match (comparison, &found, kind) {
                (Comparison::Equal, Kind::Null, _) => Set::null(),
                (Comparison::NotEqual, Kind::Null, _) => Set::null().not(),
                (_, Kind::Null, _) => Set::none(),
                (_, Kind::Text(_), Kind::Text(list)) => {
                    let text = constant_text(&found).unwrap_or_default();
                    of_texts(list, |other| compare(*comparison, other, text))
                }
                _ => compared(*comparison, value),
            }))
        }
        Test::Interval { from, from_open, to, to_open } => {
            let (Some(low), Some(high)) = (constant(from, scope)?, constant(to, scope)?) else {
                return Ok(None);
            };
            fits(&low.1, from)?;
            fits(&high.1, to)?;
            if low.1 == Kind::Null || high.1 == Kind::Null {
                return Ok(Some(Set::none()));
            }
            if let (Some(a), Some(b), Kind::Text(list)) =
                (constant_text(&low.1), constant_text(&high.1), kind)
            {
                let above = if *from_open { Comparison::Greater } else { Comparison::GreaterEqual };
                let below = if *to_open { Comparison::Less } else { Comparison::LessEqual };
                return Ok(Some(of_texts(list, |text| compare(above, text, a) && compare(below, text, b))));
            }
            let from = if *from_open { Cut::after(low.0) } else { Cut::before(low.0) };
            let to = if *to_open { Cut::before(high.0) } else { Cut::after(high.0) };
            Ok(Some(Set::part(from, to)))
        }
        Test::Not(tests) => Ok(union(tests, kind, scope)?.map(|set| set.not())),
        Test::OneOf(tests) => union(tests, kind, scope),
    }
}

fn union(tests: &[Test], kind: &Kind, scope: &Scope) -> Result<Option<Set>, Mistake> {
    let mut all = Set::none();
    for test in tests {
        let Some(one) = set(test, kind, scope)? else { return Ok(None) };
        all = all.or(&one);
    }
    Ok(Some(all))
}

fn compared(comparison: Comparison, x: f64) -> Set {
    match comparison {
        Comparison::Equal => Set::one(x),
        Comparison::NotEqual => Set::one(x).not(),
        Comparison::Less => Set::part(Cut::FIRST, Cut::before(x)),
        Comparison::LessEqual => Set::part(Cut::FIRST, Cut::after(x)),
        Comparison::Greater => Set::part(Cut::after(x), Cut::LAST),
        Comparison::GreaterEqual => Set::part(Cut::before(x), Cut::LAST),
    }
}

fn compare(comparison: Comparison, a: &str, b: &str) -> bool {
    match comparison {
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::Less => a < b,
        Comparison::LessEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterEqual => a >= b,
    }
}

fn of_texts(list: &[String], holds: impl Fn(&str) -> bool) -> Set {
    let held = list.iter().enumerate().filter(|(_, text)| holds(text.as_str()));
    held.fold(Set::none(), |set, (i, _)| set.or(&Set::one(i as f64)))
}

/// An output cell: nothing, or an expression. A category may stand without quotes if `list` has it.
pub(super) fn output(text: &str, list: Option<&[String]>, known: &[&str]) -> Result<Option<Node>, Mistake> {
    let trimmed = text.trim();
    if matches!(trimmed, "" | "-") {
        return Ok(None);
    }
    if list.is_some_and(|list| list.iter().any(|word| word == trimmed)) {
        let expr = crate::author::feel::Expr::Text(trimmed.to_owned());
        return Ok(Some(Node { span: 0..text.len(), expr }));
    }
    expression(text, known).map(Some)
}
