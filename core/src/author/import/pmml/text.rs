//! Functions of texts: each text that a value can be gets its result when the model is imported.

use super::lower::Lowering;
use super::value::{Kind, Value, distinct, lookup, texts};
use super::xml::Element;
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
        ("uppercase" | "lowercase" | "trimBlanks" | "stringLength" | "substring" | "concat", _) => {
            return Err(super::function::arity(name, args, here));
        }
        _ => return Ok(None),
    }))
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
