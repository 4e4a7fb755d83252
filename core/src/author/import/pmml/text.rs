//! Functions of texts: each text that a value can be gets its result when the model is imported.

use regex_lite::{Regex, RegexBuilder};

use super::lower::Lowering;
use super::value::{Kind, Value, distinct, lookup, texts};
use super::xml::{Element, shorten};
use crate::Error;
use crate::limits;

/// A function of texts; `None` if it is none.
pub(super) fn apply<'a>(
    low: &mut Lowering<'a>,
    name: &str,
    args: &[Value],
    here: Element<'a>,
) -> Result<Option<Value>, Error> {
    let graph = &mut low.graph;
    Ok(Some(match (name, args) {
        ("uppercase", [a]) => a.mapped(graph, here, str::to_uppercase)?,
        ("lowercase", [a]) => a.mapped(graph, here, str::to_lowercase)?,
        ("trimBlanks", [a]) => a.mapped(graph, here, |t| t.trim().to_owned())?,
        ("stringLength", [a]) => {
            let length = a.mapped(graph, here, |t| t.chars().count().to_string())?;
            Value::number(length.to_number(graph))
        }
        ("substring", [a, start, length]) => {
            let whole = |v: &Value| graph.value(v.id).filter(|x| x.trunc() == *x && *x >= 0.0);
            let (Some(start), Some(length)) = (whole(start), whole(length)) else {
                return Err(here.refuse("a substring of a place that is no constant"));
            };
            if start < 1.0 {
                return Err(here.wrong("a substring starts at 1 or later"));
            }
            let (start, length) = (start as usize - 1, length as usize);
            a.mapped(graph, here, |t| t.chars().skip(start).take(length).collect())?
        }
        ("concat", [first, rest @ ..]) => {
            let mut all = first.to_text(graph, here)?;
            for next in rest {
                all = concat(low, &all, next, here)?;
            }
            all
        }
        ("matches", [a, pattern]) => {
            let pattern = pattern_of(low, pattern, here)?;
            let found = a.mapped(&mut low.graph, here, |t| pattern.is_match(t).to_string())?;
            Value::boolean(found.is(&mut low.graph, "true", here)?)
        }
        ("replace", [a, pattern, by]) => {
            let pattern = pattern_of(low, pattern, here)?;
            let by = constant(low, by, here)?;
            a.mapped(&mut low.graph, here, |t| pattern.replace_all(t, by.as_str()).into_owned())?
        }
        (
            "uppercase" | "lowercase" | "trimBlanks" | "stringLength" | "substring" | "concat" | "matches"
            | "replace",
            _,
        ) => {
            return Err(super::function::arity(name, args, here));
        }
        _ => return Ok(None),
    }))
}

/// A text that is the same in every record.
fn constant<'a>(low: &mut Lowering<'a>, value: &Value, here: Element<'a>) -> Result<String, Error> {
    let text = value.to_text(&mut low.graph, here)?;
    match (&text.kind, low.graph.value(text.id)) {
        (Kind::Text(vocabulary), Some(at)) => {
            Ok(vocabulary.texts.get(at as usize).cloned().unwrap_or_default())
        }
        _ => Err(here.refuse("a pattern that is no constant")),
    }
}

/// A regular expression, as far as it is one without looking around and back.
fn pattern_of<'a>(low: &mut Lowering<'a>, value: &Value, here: Element<'a>) -> Result<Regex, Error> {
    let pattern = constant(low, value, here)?;
    RegexBuilder::new(&pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|_| here.refuse(format!("the pattern `{}`", shorten(&pattern))))
}

/// Every text of one before every text of the other.
fn concat<'a>(low: &mut Lowering<'a>, a: &Value, b: &Value, here: Element<'a>) -> Result<Value, Error> {
    let b = b.to_text(&mut low.graph, here)?;
    let (Kind::Text(first), Kind::Text(second)) = (&a.kind, &b.kind) else {
        return Err(here.refuse("a number as a text"));
    };
    if first.open || second.open {
        return Err(here.refuse("a function of texts that are not all known"));
    }
    if first.texts.len().saturating_mul(second.texts.len()) > limits::CATEGORIES {
        return Err(here.refuse("a text with more values than a category can have"));
    }
    let both = first.texts.iter().flat_map(|a| second.texts.iter().map(move |b| format!("{a}{b}")));
    let (list, table) = distinct(both);
    let graph = &mut low.graph;
    let row = graph.scaled(a.id, second.texts.len() as f64);
    let index = graph.add(row, b.id);
    Ok(Value { id: lookup(graph, index, &table), kind: texts(list) })
}
