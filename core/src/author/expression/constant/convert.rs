//! Conversions of constants.

use scorelet_kernels::civil;

use super::{Got, Wrong, none};
use crate::author::expression::value::Value;
use crate::record::date;

pub(super) fn apply(name: &str, args: &[Value]) -> Got {
    if name == "date" {
        return to_date(args);
    }
    let [value] = args else { return Err(Wrong::Type) };
    match name {
        "int" => int(value),
        "uint" => uint(value),
        "double" => match value {
            Value::Text(text) => match text.trim().parse::<f64>() {
                Ok(x) if text.trim() == &**text => Ok(Value::Double(x)),
                _ => Err(no(value, "a number")),
            },
            _ => super::number::double(value).map(Value::Double).ok_or(Wrong::Type),
        },
        "bool" => match value {
            Value::Bool(_) => Ok(value.clone()),
            Value::Text(text) => match &**text {
                "1" | "t" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
                "0" | "f" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
                _ => Err(no(value, "true or false")),
            },
            _ => Err(Wrong::Type),
        },
        _ => string(value),
    }
}

fn no(value: &Value, what: &str) -> Wrong {
    none(format!("{} is not {what}", value.show()), "convert another value")
}

fn int(value: &Value) -> Got {
    let whole = match value {
        Value::Int(x) => Some(*x),
        Value::Uint(x) => i64::try_from(*x).ok(),
        // Both ends are refused: 2^63 is the nearest double of the greatest int, and the least is left out as the language says.
        Value::Double(x) if x.abs() < 9_223_372_036_854_775_807.0 => Some(*x as i64),
        Value::Double(_) => None,
        Value::Text(text) => text.parse().ok(),
        _ => return Err(Wrong::Type),
    };
    whole.map(Value::Int).ok_or_else(|| no(value, "a whole number of 64 bits"))
}

fn uint(value: &Value) -> Got {
    let whole = match value {
        Value::Uint(x) => Some(*x),
        Value::Int(x) => u64::try_from(*x).ok(),
        Value::Double(x) if *x > -1.0 && *x < 18_446_744_073_709_551_615.0 => Some(*x as u64),
        Value::Double(_) => None,
        Value::Text(text) => text.parse().ok(),
        _ => return Err(Wrong::Type),
    };
    whole.map(Value::Uint).ok_or_else(|| no(value, "an unsigned whole number of 64 bits"))
}

fn string(value: &Value) -> Got {
    Ok(Value::text(&match value {
        Value::Text(text) => text.to_string(),
        Value::Bool(x) => x.to_string(),
        Value::Int(x) => x.to_string(),
        Value::Uint(x) => x.to_string(),
        Value::Double(x) => x.to_string(),
        Value::Date(day) => {
            date::format(*day as f64).ok_or_else(|| no(value, "a date of the years 0000 to 9999"))?
        }
        Value::List(_) | Value::Map(_) => return Err(Wrong::Type),
    }))
}

fn to_date(args: &[Value]) -> Got {
    match args {
        [Value::Date(day)] => Ok(Value::Date(*day)),
        [Value::Text(text)] => match date::parse(text) {
            Some(day) => Ok(Value::Date(day as i64)),
            None => Err(none(format!("{text:?} is no date that exists"), "write it as \"YYYY-MM-DD\"")),
        },
        [Value::Int(year), Value::Int(month), Value::Int(day)] => {
            let exists = (0..=9999).contains(year)
                && (1..=12).contains(month)
                && (1..=civil::days_in_month(*year, *month)).contains(day);
            if exists {
                Ok(Value::Date(civil::days(*year, *month, *day)))
            } else {
                Err(none(format!("{year}-{month}-{day} is no date that exists"), "write year, month and day"))
            }
        }
        _ => Err(Wrong::Type),
    }
}
