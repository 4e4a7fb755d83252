//! Functions of each value.

use scorelet_kernels::{activate, binary};

use super::Lowered;
use super::fold::{self, picked, spread};
use crate::Error;
use crate::author::import::onnx::lower::{Call, Lowering, data};
use crate::author::import::onnx::shape::Shape;
use crate::author::import::onnx::tensor::{Data, Type};
use crate::author::import::onnx::value::{Home, Value};
use crate::author::import::{inconsistent, unsupported};
use crate::model::network::step::{Axis, Binary, Function, Source, Step};

/// A function of one value with its parameters.
type Unary = (Function, f32, f32);

/// Lowers an operator of this kind, or refuses what is of no kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>, op: &str) -> Lowered {
    if let Some(function) = unary(call, op)? {
        return one(on, call, op, function);
    }
    if let Some(function) = function(op) {
        return several(on, call, op, function);
    }
    let node = call.node;
    match op {
        "Clip" => clip(on, call),
        "Mean" => {
            let sum = several(on, call, "Sum", Binary::Add)?;
            let scale = 1.0 / call.inputs.len().max(1) as f32;
            sum.into_iter().map(|v| map(on, (Function::Affine, scale, 0.0), &v, v.kind)).collect()
        }
        "Mod" => {
            let (a, b) = (call.input(0)?, call.input(1)?);
            if node.int("fmod", 0) != 0 {
                let quotient = zip(on, call, Binary::Divide, a, b)?;
                let whole = truncate(on, &quotient)?;
                let product = zip(on, call, Binary::Multiply, &whole, b)?;
                return Ok(vec![zip(on, call, Binary::Subtract, a, &product)?.typed(a.kind)]);
            }
            several(on, call, op, Binary::Modulo)
        }
        "Where" => select(on, call).map(|v| vec![v]),
        "IsInf" => {
            let x = call.input(0)?;
            on.reads_nan = true;
            let (up, down) = (node.int("detect_positive", 1) != 0, node.int("detect_negative", 1) != 0);
            let infinite = |sign: f32| {
                Value::constant(Shape::fixed(&[]), Type::Float, Data::Real(vec![sign * f32::INFINITY]))
            };
            let (x, with) = match (up, down) {
                (true, true) => (map(on, (Function::Abs, 0.0, 0.0), x, x.kind)?, infinite(1.0)),
                (true, false) => (x.clone(), infinite(1.0)),
                (false, true) => (x.clone(), infinite(-1.0)),
                (false, false) => return Err(node.refuse("neither sign")),
            };
            Ok(vec![zip(on, call, Binary::Equal, &x, &with)?.typed(Type::Boolean)])
        }
        "Shrink" => shrink(on, call),
        _ => Err(node.refuse("")),
    }
}

/// Operators that are a function of one value.
fn unary(call: &Call<'_>, op: &str) -> Result<Option<Unary>, Error> {
    let node = call.node;
    let plain = |function| Some((function, 0.0, 0.0));
    Ok(match op {
        "Relu" => plain(Function::Relu),
        "LeakyRelu" => Some((Function::LeakyRelu, node.float("alpha", 0.01), 0.0)),
        "ThresholdedRelu" => Some((Function::ThresholdedRelu, node.float("alpha", 1.0), 0.0)),
        "Elu" => Some((Function::Elu, node.float("alpha", 1.0), 0.0)),
        "Celu" => Some((Function::Celu, node.float("alpha", 1.0), 0.0)),
        "Selu" => {
            let alpha = node.float("alpha", 1.673_263_2);
            Some((Function::Selu, alpha, node.float("gamma", 1.050_701)))
        }
        "Gelu" => match node.text("approximate", "none") {
            "none" => plain(Function::Gelu),
            "tanh" => plain(Function::GeluTanh),
            _ => return Err(node.refuse("another approximation")),
        },
        "Swish" => Some((Function::Silu, node.float("alpha", 1.0), 0.0)),
        "Mish" => plain(Function::Mish),
        "Sigmoid" => plain(Function::Sigmoid),
        "Tanh" => plain(Function::Tanh),
        "Softplus" => plain(Function::Softplus),
        "Softsign" => plain(Function::Softsign),
        "HardSigmoid" => Some((Function::HardSigmoid, node.float("alpha", 0.2), node.float("beta", 0.5))),
        "HardSwish" => plain(Function::HardSwish),
        "Abs" => plain(Function::Abs),
        "Neg" => plain(Function::Negate),
        "Exp" => plain(Function::Exp),
        "Log" => plain(Function::Ln),
        "Sqrt" => plain(Function::Sqrt),
        "Reciprocal" => plain(Function::Reciprocal),
        "Floor" => plain(Function::Floor),
        "Ceil" => plain(Function::Ceil),
        "Round" => plain(Function::Round),
        "Sign" => plain(Function::Sign),
        "Erf" => plain(Function::Erf),
        "Sin" => plain(Function::Sin),
        "Cos" => plain(Function::Cos),
        "Not" => plain(Function::Not),
        "IsNaN" => plain(Function::IsNan),
        _ => None,
    })
}

fn one(on: &mut Lowering<'_>, call: &Call<'_>, op: &str, function: Unary) -> Lowered {
    let x = call.input(0)?;
    if let Some(Data::Integer(values)) = x.data()
        && let Some(folded) = values.iter().map(|&v| fold::unary(op, v)).collect()
    {
        return Ok(vec![Value::constant(x.shape.clone(), x.kind, Data::Integer(folded))]);
    }
    on.reads_nan |= op == "IsNaN";
    let kind = if matches!(op, "Not" | "IsNaN") { Type::Boolean } else { x.kind };
    Ok(vec![map(on, function, x, kind)?])
}

/// Operators that are a function of two values.
fn function(op: &str) -> Option<Binary> {
    Some(match op {
        "Add" | "Sum" => Binary::Add,
        "Sub" => Binary::Subtract,
        "Mul" => Binary::Multiply,
        "Div" => Binary::Divide,
        "Min" => Binary::Min,
        "Max" => Binary::Max,
        "Pow" => Binary::Power,
        "Less" => Binary::Less,
        "LessOrEqual" => Binary::LessEqual,
        "Greater" => Binary::Greater,
        "GreaterOrEqual" => Binary::GreaterEqual,
        "Equal" => Binary::Equal,
        "And" => Binary::And,
        "Or" => Binary::Or,
        "Xor" => Binary::Xor,
        "PRelu" => Binary::PRelu,
        _ => return None,
    })
}

fn several(on: &mut Lowering<'_>, call: &Call<'_>, op: &str, function: Binary) -> Lowered {
    let node = call.node;
    let exact = ["Add", "Sub", "Mul", "Div", "Mod", "Pow", "PRelu"].contains(&op);
    let is_test = !exact && !["Sum", "Min", "Max"].contains(&op);
    if call.inputs.is_empty() || ((exact || is_test) && call.inputs.len() != 2) {
        return Err(node.wrong(format!("{} inputs", call.inputs.len())));
    }
    let mut sum = call.input(0)?.clone();
    for i in 1..call.inputs.len() {
        let other = call.input(i)?;
        let kind = if is_test { Type::Boolean } else { sum.kind };
        if let (Some(a), Some(b)) = (sum.whole(), other.whole()) {
            let shape = call.broadcast(&sum.shape, &other.shape)?;
            on.spend(shape.len())?;
            let pairs = spread(&sum.shape, &shape).into_iter().zip(spread(&other.shape, &shape));
            let folded = pairs
                .map(|(x, y)| fold::binary(op, *a.get(x as usize)?, *b.get(y as usize)?))
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| node.wrong("whole numbers overflow, or a division by 0"))?;
            sum = Value::constant(shape, kind, Data::Integer(folded));
            continue;
        }
        if sum.kind == Type::Text || other.kind == Type::Text {
            return texts(on, call, &sum, other);
        }
        if op == "Add"
            && let Some(added) = super::matrix::add_bias(on, call, &sum, other)?
        {
            return Ok(vec![added]);
        }
        let whole = matches!(op, "Div") && !sum.kind.is_real() && !other.kind.is_real();
        sum = zip(on, call, function, &sum, other)?.typed(kind);
        if whole {
            sum = truncate(on, &sum)?;
        }
    }
    Ok(vec![sum])
}

/// `Equal` of a category field and texts.
fn texts(on: &mut Lowering<'_>, call: &Call<'_>, a: &Value, b: &Value) -> Lowered {
    let (column, texts) = match (a.data(), b.data()) {
        (None, Some(Data::Text(texts))) => (a, (b, texts)),
        (Some(Data::Text(texts)), None) => (b, (a, texts)),
        _ => return Err(call.node.refuse("of texts")),
    };
    if call.node.op != "Equal" {
        return Err(call.node.refuse("of texts"));
    }
    let codes = super::ml::codes(on, call, column, texts.1)?;
    let codes = Value::constant(texts.0.shape.clone(), Type::Float, Data::Real(codes));
    let numbers = column.typed(Type::Float);
    Ok(vec![zip(on, call, Binary::Equal, &numbers, &codes)?.typed(Type::Boolean)])
}

/// A function of each value.
pub(super) fn map(on: &mut Lowering<'_>, function: Unary, x: &Value, kind: Type) -> Result<Value, Error> {
    let (function, alpha, beta) = function;
    if x.kind == Type::Text {
        return Err(unsupported("a function of texts", "graph"));
    }
    if let Some(mut values) = x.reals() {
        on.spend(values.len())?;
        activate::map(function, alpha, beta, &mut values);
        return Ok(Value::constant(x.shape.clone(), kind, data(kind, values)));
    }
    let input = on.memory(x)?;
    let (output, value) = on.take(x.shape.clone(), kind)?;
    on.push(Step::Map { function, alpha, beta, input, output, len: x.shape.len() as u32 })?;
    Ok(value)
}

/// Towards zero.
pub(super) fn truncate(on: &mut Lowering<'_>, x: &Value) -> Result<Value, Error> {
    let size = map(on, (Function::Abs, 0.0, 0.0), x, Type::Float)?;
    let size = map(on, (Function::Floor, 0.0, 0.0), &size, Type::Float)?;
    let sign = map(on, (Function::Sign, 0.0, 0.0), x, Type::Float)?;
    zip_shaped(on, Binary::Multiply, &size, &sign, x.shape.clone()).map(|v| v.typed(x.kind))
}

/// A function of two values that broadcast.
pub(super) fn zip(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    function: Binary,
    a: &Value,
    b: &Value,
) -> Result<Value, Error> {
    let shape = call.broadcast(&a.shape, &b.shape)?;
    zip_shaped(on, function, a, b, shape)
}

fn zip_shaped(
    on: &mut Lowering<'_>,
    function: Binary,
    a: &Value,
    b: &Value,
    shape: Shape,
) -> Result<Value, Error> {
    let kind = a.kind;
    if let (Some(x), Some(y)) = (a.reals(), b.reals()) {
        on.spend(shape.len())?;
        let mut values = picked(&x, &spread(&a.shape, &shape));
        binary::apply(function, &mut values, &picked(&y, &spread(&b.shape, &shape)));
        return Ok(Value::constant(shape, kind, data(kind, values)));
    }
    if a.kind == Type::Text || b.kind == Type::Text {
        return Err(unsupported("a function of texts", "graph"));
    }
    let axes = walk(&shape, &[&a.shape, &b.shape])?;
    let (a, b) = (on.source(a)?, on.source(b)?);
    let (output, value) = on.take(shape, kind)?;
    on.push(Step::Zip { function, a, b, output, axes })?;
    Ok(value)
}

/// Axes of a walk over `shape` of values that broadcast to it.
pub(super) fn walk(shape: &Shape, from: &[&Shape]) -> Result<Vec<Axis>, Error> {
    let strides: Vec<Vec<usize>> = from.iter().map(|s| s.strides_in(shape)).collect();
    let mut axes: Vec<Axis> = Vec::new();
    for (axis, (&len, &out)) in shape.dims.iter().zip(&shape.strides()).enumerate() {
        if len == 1 {
            continue;
        }
        let stride = |i: usize| strides.get(i).and_then(|s| s.get(axis)).map_or(0, |&s| s as i32);
        let next = Axis { len: len as u32, out: out as u32, a: stride(0), b: stride(1), c: stride(2) };
        let n = len as i32;
        match axes.last_mut() {
            // The outer axis goes on where the inner one ends: they are one.
            Some(last)
                if last.out == next.out * next.len
                    && (last.a, last.b, last.c) == (next.a * n, next.b * n, next.c * n) =>
            {
                *last = Axis { len: last.len * next.len, ..next };
            }
            _ => axes.push(next),
        }
    }
    if axes.is_empty() {
        axes.push(Axis { len: 1, out: 1, a: 0, b: 0, c: 0 });
    }
    match axes.len() {
        0..=8 => Ok(axes),
        n => Err(inconsistent(format!("values of {n} axes that broadcast; the limit is 8"), "graph")),
    }
}

fn clip(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let x = call.input(0)?;
    let (min, max) = if on.opset < 11 {
        let node = call.node;
        (Some(vec![node.float("min", f32::MIN)]), Some(vec![node.float("max", f32::MAX)]))
    } else {
        let known = |i: usize| call.optional(i).and_then(Value::reals);
        (known(1), known(2))
    };
    let bound = |list: &Option<Vec<f32>>| list.as_ref().and_then(|v| v.first().copied());
    let dynamic =
        (call.optional(1).is_some() && min.is_none()) || (call.optional(2).is_some() && max.is_none());
    if !dynamic || on.opset < 11 {
        let (min, max) = (bound(&min).unwrap_or(f32::NEG_INFINITY), bound(&max).unwrap_or(f32::INFINITY));
        return Ok(vec![map(on, (Function::Clip, min, max), x, x.kind)?]);
    }
    let mut value = x.clone();
    for (i, function) in [(1, Binary::Max), (2, Binary::Min)] {
        if let Some(bound) = call.optional(i) {
            value = zip(on, call, function, &value, bound)?;
        }
    }
    Ok(vec![value])
}

/// x − bias over lambd, x + bias under −lambd, else 0.
fn shrink(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let x = call.input(0)?;
    let (lambda, bias) = (call.node.float("lambd", 0.5), call.node.float("bias", 0.0));
    let of = |v: f32| Value::constant(Shape::fixed(&[]), Type::Float, Data::Real(vec![v]));
    let over = zip(on, call, Binary::Greater, x, &of(lambda))?;
    let under = zip(on, call, Binary::Less, x, &of(-lambda))?;
    let down = map(on, (Function::Affine, 1.0, -bias), x, x.kind)?;
    let up = map(on, (Function::Affine, 1.0, bias), x, x.kind)?;
    let inner = choose(on, call, &under, &up, &of(0.0))?;
    Ok(vec![choose(on, call, &over, &down, &inner)?])
}

fn select(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let (condition, a, b) = (call.input(0)?, call.input(1)?, call.input(2)?);
    choose(on, call, condition, a, b)
}

/// `a` where the condition holds, else `b`.
pub(super) fn choose(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    condition: &Value,
    a: &Value,
    b: &Value,
) -> Result<Value, Error> {
    let shape = call.broadcast(&a.shape, &b.shape)?;
    let shape = call.broadcast(&shape, &condition.shape)?;
    if let (Some(c), Some(x), Some(y)) = (condition.whole(), a.data(), b.data()) {
        on.spend(shape.len())?;
        let (i, j, k) =
            (spread(&condition.shape, &shape), spread(&a.shape, &shape), spread(&b.shape, &shape));
        let yes: Vec<bool> = picked(c, &i).into_iter().map(|c| c != 0).collect();
        let folded = match (x, y) {
            (Data::Integer(x), Data::Integer(y)) => {
                Some(Data::Integer(pick(&yes, picked(x, &j), picked(y, &k))))
            }
            (Data::Real(x), Data::Real(y)) => Some(Data::Real(pick(&yes, picked(x, &j), picked(y, &k)))),
            _ => None,
        };
        if let Some(folded) = folded {
            return Ok(Value::constant(shape, a.kind, folded));
        }
    }
    let axes = walk(&shape, &[&a.shape, &b.shape, &condition.shape])?;
    let kind = a.kind;
    if kind == Type::Text {
        return Err(call.node.refuse("of texts"));
    }
    let (condition, a, b): (Source, Source, Source) = (on.source(condition)?, on.source(a)?, on.source(b)?);
    let (output, value) = on.take(shape, kind)?;
    on.push(Step::Select { condition, a, b, output, axes })?;
    Ok(value)
}

fn pick<T>(yes: &[bool], a: Vec<T>, b: Vec<T>) -> Vec<T> {
    yes.iter().zip(a).zip(b).map(|((&yes, a), b)| if yes { a } else { b }).collect()
}

/// The value, if it is no text: for operators that compute.
pub(super) fn number(call: &Call<'_>, i: usize) -> Result<Value, Error> {
    let value = call.input(i)?;
    match (value.kind, &value.home) {
        (Type::Text, Home::Columns(_) | Home::Memory { .. }) => Err(call.node.refuse("of texts")),
        _ => Ok(value.clone()),
    }
}
