//! Functions of constants, as the language defines them.

mod convert;
mod list;
mod number;
mod signature;
mod text;

pub(super) use signature::{names, signature};

use core::cmp::Ordering;

use super::date;
use super::limits;
use super::value::Value;

/// Why a function gives no value.
#[derive(Debug)]
pub(super) enum Wrong {
    /// It does not take these types, or there is no such function.
    Type,
    /// It has no value of these arguments: what is wrong, and the mend.
    Value(String, String),
}

pub(super) type Got = Result<Value, Wrong>;

pub(super) fn none(message: impl Into<String>, mend: impl Into<String>) -> Wrong {
    Wrong::Value(message.into(), mend.into())
}

/// A function of constants, by its name or sign.
pub(super) fn apply(name: &str, args: &[Value]) -> Got {
    let value = match name {
        "==" | "!=" | "<" | "<=" | ">" | ">=" => compare(name, args)?,
        "in" | "[]" | "size" | "sum" | "min" | "max" | "average" | "first" | "last" | "join" | "reverse"
            if list::takes(name, args) =>
        {
            list::apply(name, args)?
        }
        "+" if matches!(args, [Value::List(_), Value::List(_)]) => list::apply(name, args)?,
        "int" | "uint" | "double" | "string" | "bool" | "date" => convert::apply(name, args)?,
        "orValue" => match args {
            [value, other] if value.describe() == other.describe() => value.clone(),
            _ => return Err(Wrong::Type),
        },
        "dyn" => match args {
            [value] => value.clone(),
            _ => return Err(Wrong::Type),
        },
        _ => match (text::apply(name, args), args) {
            (Err(Wrong::Type), _) => match date::apply(name, args) {
                Err(Wrong::Type) => number::apply(name, args)?,
                other => other?,
            },
            (other, _) => other?,
        },
    };
    let size = match &value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.len(),
        _ => 0,
    };
    if size > limits::SIZE {
        return Err(none(
            format!("`{name}` makes a value over the limit of {}", limits::SIZE),
            "make it smaller",
        ));
    }
    Ok(value)
}

/// Whether two values are the same; `None` if their types cannot be compared.
pub(super) fn same(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            let pairs: Option<Vec<bool>> = a.iter().zip(b).map(|(a, b)| same(a, b)).collect();
            Some(pairs?.into_iter().all(|same| same) && a.len() == b.len())
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            let mut equal = true;
            for (key, value) in a {
                match b.iter().find(|(other, _)| same(key, other) == Some(true)) {
                    Some((_, other)) => equal &= same(value, other)?,
                    None => equal = false,
                }
            }
            Some(equal)
        }
        (Value::Double(a), Value::Double(b)) => Some(a == b),
        _ => order(a, b).map(|order| order == Some(Ordering::Equal)),
    }
}

/// The order of two values; `None` if their types cannot be compared, `Some(None)` if one is no number (NaN).
pub(super) fn order(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    Some(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        _ => number::order(a, b)?,
    })
}

fn compare(name: &str, args: &[Value]) -> Got {
    let [a, b] = args else { return Err(Wrong::Type) };
    if let "==" | "!=" = name {
        return same(a, b).map(|same| Value::Bool(same == (name == "=="))).ok_or(Wrong::Type);
    }
    let order = order(a, b).ok_or(Wrong::Type)?;
    Ok(Value::Bool(order.is_some_and(|order| match name {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })))
}
