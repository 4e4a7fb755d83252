//! Constant lists and maps.

use super::{Got, Wrong, apply as function, none, same};
use crate::author::expression::value::Value;

/// Whether the first argument (of `in` the second) is a list or a map.
pub(super) fn takes(name: &str, args: &[Value]) -> bool {
    let of = if name == "in" { args.get(1) } else { args.first() };
    matches!(of, Some(Value::List(_) | Value::Map(_)))
}

pub(super) fn apply(name: &str, args: &[Value]) -> Got {
    match (name, args) {
        ("+", [Value::List(a), Value::List(b)]) => Ok(Value::List(a.iter().chain(b).cloned().collect())),
        ("in", [x, Value::List(items)]) => is_among(x, items.iter()),
        ("in", [x, Value::Map(entries)]) => is_among(x, entries.iter().map(|(key, _)| key)),
        ("size", [Value::List(items)]) => Ok(Value::Int(items.len() as i64)),
        ("size", [Value::Map(entries)]) => Ok(Value::Int(entries.len() as i64)),
        ("[]", [Value::List(items), index]) => at(items, index),
        ("[]", [Value::Map(entries), key]) => {
            if matches!(key, Value::List(_) | Value::Map(_) | Value::Date(_)) {
                return Err(Wrong::Type);
            }
            let found = entries.iter().find(|(known, _)| same(known, key) == Some(true));
            found.map(|(_, value)| value.clone()).ok_or_else(|| {
                none(
                    format!("the map has no key {}", key.show()),
                    "ask with `key in map` before, or add it to the map",
                )
            })
        }
        ("sum", [Value::List(items)]) => {
            let mut sum = items.first().cloned().unwrap_or(Value::Int(0));
            if super::number::double(&sum).is_none() {
                return Err(Wrong::Type);
            }
            for item in items.iter().skip(1) {
                sum = function("+", &[sum, item.clone()])?;
            }
            Ok(sum)
        }
        ("average", [Value::List(items)]) => {
            let sum = super::number::double(&apply("sum", args)?).ok_or(Wrong::Type)?;
            if items.is_empty() { Err(empty(name)) } else { Ok(Value::Double(sum / items.len() as f64)) }
        }
        ("min" | "max", [Value::List(items)]) => {
            if items.is_empty() {
                Err(empty(name))
            } else {
                super::number::apply(name, args)
            }
        }
        ("first", [Value::List(items)]) => items.first().cloned().ok_or_else(|| empty(name)),
        ("last", [Value::List(items)]) => items.last().cloned().ok_or_else(|| empty(name)),
        ("reverse", [Value::List(items)]) => Ok(Value::List(items.iter().rev().cloned().collect())),
        ("join", [Value::List(items)]) => join(items, ""),
        ("join", [Value::List(items), Value::Text(separator)]) => join(items, separator),
        _ => Err(Wrong::Type),
    }
}

fn empty(name: &str) -> Wrong {
    none(format!("`{name}` of an empty list has no value"), "give the list an element")
}

fn is_among<'a>(x: &Value, items: impl Iterator<Item = &'a Value>) -> Got {
    let mut found = false;
    for item in items {
        found |= same(x, item).ok_or(Wrong::Type)?;
    }
    Ok(Value::Bool(found))
}

fn at(items: &[Value], index: &Value) -> Got {
    let place = match index {
        Value::Int(at) => usize::try_from(*at).ok(),
        Value::Uint(at) => usize::try_from(*at).ok(),
        // A whole number, written with a fraction.
        Value::Double(at) if at.trunc() == *at && *at >= 0.0 => Some(*at as usize),
        Value::Double(_) => None,
        _ => return Err(Wrong::Type),
    };
    place.and_then(|place| items.get(place)).cloned().ok_or_else(|| {
        none(
            format!("a list of {} has no element {}", items.len(), index.show()),
            "elements are numbered from 0",
        )
    })
}

fn join(items: &[Value], separator: &str) -> Got {
    let texts: Option<Vec<&str>> = items
        .iter()
        .map(|item| match item {
            Value::Text(text) => Some(&**text),
            _ => None,
        })
        .collect();
    texts.map(|texts| Value::text(&texts.join(separator))).ok_or(Wrong::Type)
}
