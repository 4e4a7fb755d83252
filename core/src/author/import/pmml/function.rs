//! `Apply`: the built-in functions, and those that the file defines.

use std::collections::BTreeMap;

use super::aggregate;
use super::expression::{self, is_expression, or_literal};
use super::graph::Id;
use super::lower::Lowering;
use super::text;
use super::value::{Kind, Value, unified};
use super::xml::{Element, shorten};
use crate::Error;
use crate::feature::formula::Function;
use crate::graph::Op;
use crate::model::link::Link;

pub(super) fn apply<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Value, Error> {
    match here.get("invalidValueTreatment") {
        None | Some("returnInvalid" | "asIs" | "asMissing") => {}
        Some(other) => return Err(here.refuse_value("invalidValueTreatment", other)),
    }
    let name = here.need("function")?;
    let inner: Vec<Element<'a>> = here.children().filter(|e| is_expression(e.name())).collect();
    let mut args = Vec::with_capacity(inner.len());
    for argument in &inner {
        args.push(expression::read(low, *argument)?);
    }
    let value = match low.function(name) {
        Some(function) => defined(low, function, &args, here)?,
        None if name == "isValid" || name == "isNotValid" => validity(low, name, &inner, &args, here)?,
        None => built_in(low, name, &args, here)?,
    };
    let value = or_literal(low, value, "defaultValue", here)?;
    let Some(text) = here.get("mapMissingTo") else { return Ok(value) };
    // Whatever the function makes of missing arguments.
    let mut absent = low.graph.truth(false);
    for arg in &args {
        let is = low.graph.is_absent(arg.id);
        absent = low.graph.or(absent, is);
    }
    let other = expression::like(low, &value.kind, text, here)?;
    let (a, b, kind) = unified(&value, &other, &mut low.graph, here)?;
    Ok(Value { id: low.graph.select(absent, b, a), kind })
}

/// A function of the file, with its arguments in place of its parameters.
fn defined<'a>(
    low: &mut Lowering<'a>,
    function: Element<'a>,
    args: &[Value],
    here: Element<'a>,
) -> Result<Value, Error> {
    let parameters: Vec<Element<'a>> = function.all("ParameterField").collect();
    if parameters.len() != args.len() {
        let what =
            format!("the function has {} parameters and gets {} arguments", parameters.len(), args.len());
        return Err(here.wrong(what));
    }
    let mut arguments = BTreeMap::new();
    for (parameter, arg) in parameters.iter().zip(args) {
        let value = expression::typed(low, arg.clone(), *parameter)?;
        arguments.insert(parameter.need("name")?, value);
    }
    low.enter(here)?;
    let value = low.applied(arguments, expression::inside(function)?);
    low.leave();
    expression::typed(low, value?, function)
}

/// Whether a field has a value, and one that its dictionary allows.
fn validity<'a>(
    low: &mut Lowering<'a>,
    name: &str,
    inner: &[Element<'a>],
    args: &[Value],
    here: Element<'a>,
) -> Result<Value, Error> {
    let ([element], [value]) = (inner, args) else { return Err(arity(name, args, here)) };
    let absent = low.graph.is_absent(value.id);
    let mut valid = low.graph.not(absent);
    let own = element.get("field").and_then(|field| low.validity.get(field).copied());
    if let Some(own) = own {
        let no = low.graph.truth(false);
        let own = low.graph.or_else(own, no);
        valid = low.graph.and(valid, own);
    }
    Ok(Value::boolean(if name == "isValid" { valid } else { low.graph.not(valid) }))
}

pub(super) fn arity(name: &str, args: &[Value], here: Element<'_>) -> Error {
    here.wrong(format!("the function `{}` cannot have {} arguments", shorten(name), args.len()))
}

fn built_in<'a>(
    low: &mut Lowering<'a>,
    name: &str,
    args: &[Value],
    here: Element<'a>,
) -> Result<Value, Error> {
    if let Some(value) = text::apply(low, name, args, here)? {
        return Ok(value);
    }
    let graph = &mut low.graph;
    match name {
        "min" | "max" | "sum" | "avg" | "median" | "product" => {
            let numbers: Vec<Id> = args.iter().map(|a| a.to_number(graph)).collect();
            return aggregate::apply(graph, name, &numbers, here).map(Value::number);
        }
        "and" | "or" if args.len() > 1 => {
            let function = if name == "and" { Function::And } else { Function::Or };
            let all = args.iter().map(|a| a.id).reduce(|a, b| graph.apply(function, &[a, b]));
            return Ok(Value::boolean(all.unwrap_or_else(|| graph.missing())));
        }
        "isIn" | "isNotIn" => {
            let Some((first, rest)) = args.split_first().filter(|(_, rest)| !rest.is_empty()) else {
                return Err(arity(name, args, here));
            };
            let mut any = graph.truth(false);
            for other in rest {
                let is = first.equals(other, graph, here)?;
                any = graph.or(any, is);
            }
            return Ok(Value::boolean(if name == "isIn" { any } else { graph.not(any) }));
        }
        _ => {}
    }
    match args {
        [a] => unary(low, name, a, here),
        [a, b] => binary(low, name, a, b, here),
        [a, b, c] => {
            if name == "if" {
                let (yes, no, kind) = unified(b, c, graph, here)?;
                return Ok(Value { id: graph.select(a.id, yes, no), kind });
            }
            let [x, m, s] = [a, b, c].map(|v| v.to_number(graph));
            let z = graph.sub(x, m);
            let z = graph.div(z, s);
            match name {
                "normalCDF" => Ok(Value::number(graph.op(z, Op::Link(Link::Probit)))),
                "normalPDF" => {
                    let density = density(low, z);
                    Ok(Value::number(low.graph.div(density, s)))
                }
                _ => Err(unknown(name, here)),
            }
        }
        _ => Err(unknown(name, here)),
    }
}

fn unknown(name: &str, here: Element<'_>) -> Error {
    here.refuse(format!("the function `{}` of these arguments", shorten(name)))
}

/// Density of the standard normal distribution.
fn density(low: &mut Lowering<'_>, z: Id) -> Id {
    let graph = &mut low.graph;
    let square = graph.mul(z, z);
    let half = graph.scaled(square, -0.5);
    let e = graph.exp(half);
    graph.scaled(e, 1.0 / core::f64::consts::TAU.sqrt())
}

fn unary<'a>(low: &mut Lowering<'a>, name: &str, a: &Value, here: Element<'a>) -> Result<Value, Error> {
    let graph = &mut low.graph;
    match name {
        "isMissing" => return Ok(Value::boolean(graph.is_absent(a.id))),
        "isNotMissing" => {
            let absent = graph.is_absent(a.id);
            return Ok(Value::boolean(graph.not(absent)));
        }
        "not" => return Ok(Value::boolean(graph.not(a.id))),
        _ => {}
    }
    let x = a.to_number(graph);
    let plain = match name {
        "-" => Some(Function::Neg),
        "+" => return Ok(Value::number(x)),
        "abs" => Some(Function::Abs),
        "exp" => Some(Function::Exp),
        "ln" => Some(Function::Ln),
        "log10" => Some(Function::Log10),
        "ln1p" => Some(Function::Ln1p),
        "expm1" => Some(Function::Expm1),
        "sqrt" => Some(Function::Sqrt),
        "floor" => Some(Function::Floor),
        "ceil" => Some(Function::Ceil),
        _ => None,
    };
    if let Some(function) = plain {
        return Ok(Value::number(graph.apply(function, &[x])));
    }
    Ok(Value::number(match name {
        "round" => {
            let half = graph.constant(0.5);
            let up = graph.add(x, half);
            graph.apply(Function::Floor, &[up])
        }
        "rint" => {
            let zero = graph.constant(0.0);
            graph.apply(Function::HalfEven, &[x, zero])
        }
        "stdNormalCDF" => graph.op(x, Op::Link(Link::Probit)),
        "stdNormalPDF" => density(low, x),
        "erf" => {
            let scaled = graph.scaled(x, core::f64::consts::SQRT_2);
            let phi = graph.op(scaled, Op::Link(Link::Probit));
            let double = graph.scaled(phi, 2.0);
            let one = graph.constant(1.0);
            graph.sub(double, one)
        }
        "tanh" => tanh(low, x),
        "sinh" | "cosh" => {
            let minus = graph.neg(x);
            let (up, down) = (graph.exp(x), graph.exp(minus));
            let both = if name == "sinh" { graph.sub(up, down) } else { graph.add(up, down) };
            graph.scaled(both, 0.5)
        }
        _ => return Err(unknown(name, here)),
    }))
}

/// Hyperbolic tangent by e^2x − 1, which is exact near 0; beyond ±22 it is ±1 to the last bit.
pub(super) fn tanh(low: &mut Lowering<'_>, x: Id) -> Id {
    let graph = &mut low.graph;
    let (least, most, two) = (graph.constant(-22.0), graph.constant(22.0), graph.constant(2.0));
    let x = graph.max(x, least);
    let x = graph.min(x, most);
    let double = graph.mul(x, two);
    let e = graph.apply(Function::Expm1, &[double]);
    let under = graph.add(e, two);
    graph.div(e, under)
}

fn binary<'a>(
    low: &mut Lowering<'a>,
    name: &str,
    a: &Value,
    b: &Value,
    here: Element<'a>,
) -> Result<Value, Error> {
    let graph = &mut low.graph;
    match name {
        "if" => {
            let missing = graph.missing();
            return Ok(Value { id: graph.select(a.id, b.id, missing), kind: b.kind.clone() });
        }
        "equal" => return Ok(Value::boolean(a.equals(b, graph, here)?)),
        "notEqual" => {
            let equal = a.equals(b, graph, here)?;
            return Ok(Value::boolean(graph.not(equal)));
        }
        "lessThan" | "lessOrEqual" | "greaterThan" | "greaterOrEqual" => {
            let (x, y) = a.ordered(b, graph, here)?;
            return Ok(Value::boolean(match name {
                "lessThan" => graph.less(x, y),
                "lessOrEqual" => graph.less_equal(x, y),
                "greaterThan" => graph.less(y, x),
                _ => graph.less_equal(y, x),
            }));
        }
        "dateDaysSinceYear" => return since_year(low, a, b, here),
        _ => {}
    }
    let (x, y) = (a.to_number(graph), b.to_number(graph));
    let id = match name {
        "+" => graph.add(x, y),
        "-" => graph.sub(x, y),
        "*" => graph.mul(x, y),
        "/" => graph.div(x, y),
        "pow" => graph.apply(Function::Pow, &[x, y]),
        "threshold" => graph.less(y, x),
        "modulo" => {
            // The remainder with the sign of the divisor.
            let share = graph.div(x, y);
            let whole = graph.apply(Function::Floor, &[share]);
            let part = graph.mul(whole, y);
            graph.sub(x, part)
        }
        "hypot" => {
            let (xx, yy) = (graph.mul(x, x), graph.mul(y, y));
            let sum = graph.add(xx, yy);
            graph.apply(Function::Sqrt, &[sum])
        }
        _ => return Err(unknown(name, here)),
    };
    Ok(Value::number(id))
}

/// Days from the first of January of a year.
fn since_year<'a>(low: &mut Lowering<'a>, a: &Value, b: &Value, here: Element<'a>) -> Result<Value, Error> {
    let date = match &a.kind {
        Kind::Date => a.id,
        Kind::Text(vocabulary) if !vocabulary.open => {
            let days = vocabulary.texts.iter().map(|t| super::value::date(t).unwrap_or(f64::NAN));
            super::value::lookup(&mut low.graph, a.id, &days.collect::<Vec<_>>())
        }
        _ => return Err(here.refuse("days of what is no date")),
    };
    let year = b.to_number(&mut low.graph);
    let year = low.graph.value(year).filter(|y| y.trunc() == *y && (0.0..=9999.0).contains(y));
    let year = year.ok_or_else(|| here.refuse("days since a year that is no constant"))?;
    let start = low.graph.constant(scorelet_kernels::civil::days(year as i64, 1, 1) as f64);
    Ok(Value::number(low.graph.sub(date, start)))
}
