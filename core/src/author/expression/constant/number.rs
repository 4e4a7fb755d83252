//! Arithmetic of constants: 64 bits, checked, as the language has it.

use core::cmp::Ordering;

use super::{Got, Wrong, none};
use crate::author::expression::value::Value;
use crate::math;
use crate::rounding::{Rounding, RoundingMode};

/// Numbers of one type.
enum Pair {
    Int(i64, i64),
    Uint(u64, u64),
    Double(f64, f64),
}

fn pair(a: &Value, b: &Value) -> Option<Pair> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Pair::Int(*a, *b),
        (Value::Uint(a), Value::Uint(b)) => Pair::Uint(*a, *b),
        (Value::Int(_) | Value::Double(_), Value::Int(_) | Value::Double(_)) => {
            Pair::Double(double(a)?, double(b)?)
        }
        _ => return None,
    })
}

/// A number as a double.
pub(super) fn double(value: &Value) -> Option<f64> {
    Some(match value {
        Value::Int(x) => *x as f64,
        Value::Uint(x) => *x as f64,
        Value::Double(x) => *x,
        _ => return None,
    })
}

/// The order of two numbers of any types, by their exact values; `None` if one is no number.
pub(super) fn order(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    let whole = |value: &Value| match value {
        Value::Int(x) => Some(i128::from(*x)),
        Value::Uint(x) => Some(i128::from(*x)),
        _ => None,
    };
    Some(match (whole(a), whole(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        (Some(a), None) => against(double(b)?, a).map(Ordering::reverse),
        (None, Some(b)) => against(double(a)?, b),
        (None, None) => double(a)?.partial_cmp(&double(b)?),
    })
}

/// The order of a double and a whole number.
fn against(x: f64, whole: i128) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    // The cast saturates; whole numbers have 65 bits at most.
    let floor = x.floor();
    let order = (floor as i128).cmp(&whole);
    Some(if order.is_eq() && x > floor { Ordering::Greater } else { order })
}

/// A function of numbers.
pub(super) fn apply(name: &str, args: &[Value]) -> Got {
    match (name, args) {
        ("-", [a]) => match a {
            Value::Int(x) => x.checked_neg().map(Value::Int).ok_or_else(overflow),
            Value::Double(x) => Ok(Value::Double(-x)),
            _ => Err(Wrong::Type),
        },
        ("!", [Value::Bool(x)]) => Ok(Value::Bool(!x)),
        ("+" | "-" | "*" | "/" | "%", [a, b]) => arithmetic(name, a, b),
        ("math.greatest" | "math.least" | "min" | "max", _) => extreme(name, args),
        ("math.pow", [a, b]) => {
            real(a).zip(real(b)).map(|(a, b)| Value::Double(math::pow(a, b))).ok_or(Wrong::Type)
        }
        ("math.round" | "math.roundEven", [x, Value::Int(decimals)]) => round(name, x, *decimals),
        (_, [x]) => one(name, x),
        _ => Err(Wrong::Type),
    }
}

fn overflow() -> Wrong {
    none("this whole number does not fit into 64 bits", "calculate with fractions: `1.0`")
}

fn zero() -> Wrong {
    none("this divides by zero", "divide by another number")
}

fn arithmetic(name: &str, a: &Value, b: &Value) -> Got {
    let pair = pair(a, b).ok_or(Wrong::Type)?;
    match pair {
        Pair::Int(a, b) => {
            let result = match name {
                "+" => a.checked_add(b),
                "-" => a.checked_sub(b),
                "*" => a.checked_mul(b),
                _ if b == 0 => return Err(zero()),
                "/" => a.checked_div(b),
                _ => a.checked_rem(b),
            };
            result.map(Value::Int).ok_or_else(overflow)
        }
        Pair::Uint(a, b) => {
            let result = match name {
                "+" => a.checked_add(b),
                "-" => a.checked_sub(b),
                "*" => a.checked_mul(b),
                _ if b == 0 => return Err(zero()),
                "/" => a.checked_div(b),
                _ => a.checked_rem(b),
            };
            result.map(Value::Uint).ok_or_else(overflow)
        }
        Pair::Double(a, b) => Ok(Value::Double(match name {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            _ => return Err(Wrong::Type),
        })),
    }
}

/// The least or greatest of arguments, or of a list.
fn extreme(name: &str, args: &[Value]) -> Got {
    let items = match args {
        [Value::List(items)] => items.as_slice(),
        _ => args,
    };
    let Some((first, rest)) = items.split_first() else { return Err(Wrong::Type) };
    let wanted =
        if name.ends_with("max") || name.ends_with("greatest") { Ordering::Greater } else { Ordering::Less };
    let mut best = first;
    let numeric = |value: &Value| double(value).is_some();
    let dates = |value: &Value| matches!(value, Value::Date(_));
    if !items.iter().all(numeric) && !items.iter().all(dates) {
        return Err(Wrong::Type);
    }
    for item in rest {
        if super::order(item, best).flatten() == Some(wanted) {
            best = item;
        }
    }
    Ok(best.clone())
}

fn real(value: &Value) -> Option<f64> {
    if matches!(value, Value::Uint(_)) { None } else { double(value) }
}

fn one(name: &str, x: &Value) -> Got {
    if let Value::Int(x) = x {
        match name {
            "math.abs" => return x.checked_abs().map(Value::Int).ok_or_else(overflow),
            "math.sign" => return Ok(Value::Int(x.signum())),
            _ => {}
        }
    }
    if let Value::Uint(x) = x {
        match name {
            "math.abs" => return Ok(Value::Uint(*x)),
            "math.sign" => return Ok(Value::Uint((*x).min(1))),
            _ => {}
        }
    }
    let real = double(x).ok_or(Wrong::Type)?;
    let exact = matches!(x, Value::Double(_));
    let value = match name {
        "math.isNaN" if exact => return Ok(Value::Bool(real.is_nan())),
        "math.isInf" if exact => return Ok(Value::Bool(real.is_infinite())),
        "math.isFinite" if exact => return Ok(Value::Bool(real.is_finite())),
        "math.abs" => real.abs(),
        "math.sign" if real.is_nan() || real == 0.0 => real,
        "math.sign" => real.signum(),
        "math.ceil" if exact => real.ceil(),
        "math.floor" if exact => real.floor(),
        "math.trunc" if exact => real.trunc(),
        "math.round" if exact => half_away(real),
        "math.roundEven" if exact => real.round_ties_even(),
        "math.sqrt" => real.sqrt(),
        "math.exp" => math::exp(real),
        "math.expm1" => math::exp_m1(real),
        "math.ln" => math::ln(real),
        "math.log1p" => math::ln_1p(real),
        "math.log10" => math::log10(real),
        _ => return Err(Wrong::Type),
    };
    Ok(Value::Double(value))
}

/// Halves away from zero. (The sum of a number under one half and one half can round up to one.)
fn half_away(x: f64) -> f64 {
    let whole = x.trunc();
    if (x - whole).abs() >= 0.5 { whole + x.signum() } else { whole }
}

fn round(name: &str, x: &Value, decimals: i64) -> Got {
    let x = double(x).ok_or(Wrong::Type)?;
    let mode = if name == "math.round" { RoundingMode::HalfAway } else { RoundingMode::HalfEven };
    let rounding = u8::try_from(decimals).ok().and_then(|decimals| Rounding::new(mode, decimals).ok());
    match rounding {
        Some(rounding) => Ok(Value::Double(rounding.apply(x))),
        None => Err(none("a number has 0 to 15 decimals", "write a number of decimals from 0 to 15")),
    }
}
