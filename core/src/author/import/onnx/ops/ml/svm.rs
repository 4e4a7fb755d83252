//! `SVMRegressor` and `SVMClassifier`: kernels against the support vectors, then sums of coefficients, as LIBSVM's.

use super::super::Lowered;
use super::super::elementwise::{choose, map, number, zip};
use super::super::fold::picked;
use super::super::matrix::{dense, row, scalar};
use super::super::reduce::over;
use super::super::wiring::places;
use super::post::{PostTransform, classes, label, two};
use super::sum::sum;
use crate::Error;
use crate::author::import::check_limit;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::Shape;
use crate::author::import::onnx::tensor::{self, Data, Type};
use crate::author::import::onnx::value::Value;
use crate::limits;
use crate::model::network::step::{Binary, Function, Reduction};

/// Lowers one of them.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let x = number(call, 0)?.typed(Type::Float);
    let x = if x.shape.rank() == 1 { x.shaped(x.shape.padded(2)) } else { x };
    if x.shape.rank() != 2 {
        return Err(node.wrong("the input is no matrix"));
    }
    call.apart(&x.shape, 1)?;
    match node.op.as_str() {
        "SVMRegressor" => regressor(on, call, &x),
        _ => classifier(on, call, &x),
    }
}

fn regressor(on: &mut Lowering<'_>, call: &Call<'_>, x: &Value) -> Lowered {
    let node = call.node;
    let post = PostTransform::of(call)?;
    let coefficients = node.floats("coefficients").to_vec();
    let rho = node.floats("rho").first().copied().unwrap_or(0.0);
    let supports = usize::try_from(node.int("n_supports", 0)).unwrap_or(0);
    let one_class = node.int("one_class", 0) != 0;
    let features = kernels(on, call, x, supports)?;
    let width = features.shape.dims.last().copied().unwrap_or(0);
    if coefficients.len() != width {
        return Err(
            node.wrong(format!("{} coefficients of {width} supports or features", coefficients.len()))
        );
    }
    let score = decisions(on, call, &features, coefficients, &[rho])?;
    if one_class {
        // 1 over 0, else −1.
        let over = zip(on, call, Binary::Greater, &score, &scalar(0.0))?;
        return Ok(vec![map(on, (Function::Affine, 2.0, -1.0), &over, Type::Float)?]);
    }
    Ok(vec![post.apply(on, &score)?])
}

/// The kernel of each support vector, or the features themselves of a linear machine without support vectors.
fn kernels(on: &mut Lowering<'_>, call: &Call<'_>, x: &Value, supports: usize) -> Result<Value, Error> {
    let node = call.node;
    let kind = node.text("kernel_type", "LINEAR").to_owned();
    let parameters = node.floats("kernel_params");
    let parameter = |i: usize, default: f32| parameters.get(i).copied().unwrap_or(default);
    let (gamma, coef0, degree) = (parameter(0, 1.0), parameter(1, 0.0), parameter(2, 3.0));
    let vectors = node.floats("support_vectors").to_vec();
    if supports == 0 {
        return Ok(x.clone());
    }
    let features = x.shape.dim(1);
    if vectors.len() != supports.saturating_mul(features) {
        let what = format!("{} figures of {supports} support vectors of {features}", vectors.len());
        return Err(node.wrong(what));
    }
    check_limit("values in a tensor", vectors.len(), tensor::VALUES)?;
    if kind == "RBF" {
        let mut shape = x.shape.clone();
        shape.dims.insert(1, 1);
        let table = Value::constant(Shape::fixed(&[supports, features]), Type::Float, Data::Real(vectors));
        let apart = zip(on, call, Binary::Subtract, &x.shaped(shape), &table)?;
        let square = over(on, call, &apart, Reduction::SumSquare, &[2], false)?;
        let scaled = map(on, (Function::Affine, -gamma, 0.0), &square, Type::Float)?;
        return map(on, (Function::Exp, 0.0, 0.0), &scaled, Type::Float);
    }
    let turned = picked(&vectors, &places(0, &[features, supports], &[1, features as i64]));
    let dot = dense(on, x, &turned, None, supports)?;
    match kind.as_str() {
        "LINEAR" => Ok(dot),
        "POLY" => {
            let inner = map(on, (Function::Affine, gamma, coef0), &dot, Type::Float)?;
            zip(on, call, Binary::Power, &inner, &scalar(degree))
        }
        "SIGMOID" => {
            let inner = map(on, (Function::Affine, gamma, coef0), &dot, Type::Float)?;
            map(on, (Function::Tanh, 0.0, 0.0), &inner, Type::Float)
        }
        _ => Err(node.wrong("no such kernel")),
    }
}

fn classifier(on: &mut Lowering<'_>, call: &Call<'_>, x: &Value) -> Lowered {
    let node = call.node;
    let post = PostTransform::of(call)?;
    let classes = classes(call);
    check_limit("classes", classes, limits::OUTPUTS)?;
    let per_class = node.ints("vectors_per_class").unwrap_or_default().to_vec();
    let coefficients = node.floats("coefficients").to_vec();
    let rho = node.floats("rho").to_vec();
    let (prob_a, prob_b) = (node.floats("prob_a").to_vec(), node.floats("prob_b").to_vec());
    let counts = per_class.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<_>>>();
    let counts = counts.ok_or_else(|| node.wrong("a negative count of vectors"))?;
    let supports = counts.iter().fold(0usize, |sum, &n| sum.saturating_add(n));
    let features = kernels(on, call, x, supports)?;
    if supports == 0 {
        return Err(node.refuse("a linear machine without support vectors"));
    }
    if classes < 2 || counts.len() != classes || coefficients.len() != supports.saturating_mul(classes - 1) {
        return Err(node.wrong("counts of vectors or coefficients that do not fit the classes"));
    }
    let pairs = classes * (classes - 1) / 2;
    check_limit("pairs of classes", pairs, limits::OUTPUTS)?;
    if rho.len() != pairs {
        return Err(node.wrong("not a rho for each pair of classes"));
    }
    check_limit("values in a tensor", supports.saturating_mul(pairs), tensor::VALUES)?;
    let table = pair_weights(&counts, &coefficients, supports, pairs);
    let scores = decisions(on, call, &features, table, &rho)?;
    if prob_a.is_empty() {
        // One score a pair; of two classes it and its opposite.
        if classes == 2 {
            let both = two(on, call, &scores, [-1.0, 1.0], [0.0, 0.0])?;
            let both = post.apply(on, &both)?;
            return Ok(vec![label(on, call, &both)?, both]);
        }
        if on.is_read(node, 0) {
            return Err(node.refuse("a label by votes of pairs"));
        }
        let scores = post.apply(on, &scores)?;
        return Ok(vec![Value::integers(Vec::new()), scores]);
    }
    if classes != 2 || prob_a.len() != 1 || prob_b.len() != 1 {
        return Err(node.refuse("probabilities of more than two classes, which are coupled by pairs"));
    }
    // Platt: 1/(1 + e^(A·s + B)), kept 1e-7 from 0 and 1.
    let first = |list: &[f32]| list.first().copied().unwrap_or(0.0);
    let inner = map(on, (Function::Affine, -first(&prob_a), -first(&prob_b)), &scores, Type::Float)?;
    let p = map(on, (Function::Sigmoid, 0.0, 0.0), &inner, Type::Float)?;
    let p = map(on, (Function::Clip, 1e-7, 1.0 - 1e-7), &p, Type::Float)?;
    let p = couple(on, call, &p)?;
    let both = zip(on, call, Binary::Multiply, &p, &row(&[1.0, -1.0]))?;
    let both = zip(on, call, Binary::Add, &both, &row(&[0.0, 1.0]))?;
    Ok(vec![label(on, call, &both)?, both])
}

/// LIBSVM's coupling of pairwise probabilities (Wu, Lin and Weng 2004, the second method), which onnxruntime does for two classes, too:
/// from one half each it improves until both errors are under 0.0025. For two classes that are two rounds at most (shown by trying all r).
fn couple(on: &mut Lowering<'_>, call: &Call<'_>, r: &Value) -> Result<Value, Error> {
    let half = zip(on, call, Binary::Multiply, r, &scalar(0.0))?;
    let half = zip(on, call, Binary::Add, &half, &scalar(0.5))?;
    let once = improve(on, call, r, &half)?;
    let twice = improve(on, call, r, &once)?;
    let done = is_near(on, call, r, &once)?;
    let later = choose(on, call, &done, &once, &twice)?;
    let done = is_near(on, call, r, &half)?;
    choose(on, call, &done, &half, &later)
}

/// e = (1 − r)·p − r·(1 − p) = p − r.
fn error_of(on: &mut Lowering<'_>, call: &Call<'_>, r: &Value, p: &Value) -> Result<Value, Error> {
    zip(on, call, Binary::Subtract, p, r)
}

/// Whether the greater error, |e|·max(p, 1 − p), is small.
fn is_near(on: &mut Lowering<'_>, call: &Call<'_>, r: &Value, p: &Value) -> Result<Value, Error> {
    let e = error_of(on, call, r, p)?;
    let e = map(on, (Function::Abs, 0.0, 0.0), &e, Type::Float)?;
    let other = map(on, (Function::Affine, -1.0, 1.0), p, Type::Float)?;
    let greater = zip(on, call, Binary::Max, p, &other)?;
    let greatest = zip(on, call, Binary::Multiply, &e, &greater)?;
    zip(on, call, Binary::Less, &greatest, &scalar(0.0025))
}

/// One round: d = −e·(1 − p)/(1 − r)² for the first class, p ← (p + d)/(1 + d); then the same for the second.
fn improve(on: &mut Lowering<'_>, call: &Call<'_>, r: &Value, p: &Value) -> Result<Value, Error> {
    let complement = (Function::Affine, -1.0, 1.0);
    let against = map(on, complement, r, Type::Float)?;
    let q = map(on, complement, p, Type::Float)?;
    let step = |on: &mut Lowering<'_>, e: &Value, share: &Value, by: &Value| {
        let product = zip(on, call, Binary::Multiply, e, share)?;
        let once = zip(on, call, Binary::Divide, &product, by)?;
        zip(on, call, Binary::Divide, &once, by)
    };
    let e = error_of(on, call, r, p)?;
    let d = step(on, &e, &q, &against)?;
    let up = zip(on, call, Binary::Subtract, p, &d)?;
    let whole = map(on, complement, &d, Type::Float)?;
    let p = zip(on, call, Binary::Divide, &up, &whole)?;
    let e = error_of(on, call, r, &p)?;
    let d = step(on, &e, &p, r)?;
    let whole = map(on, (Function::Affine, 1.0, 1.0), &d, Type::Float)?;
    zip(on, call, Binary::Divide, &p, &whole)
}

/// Sums of coefficients (`[sums][features]`) times kernels (or features), and rho.
fn decisions(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    features: &Value,
    coefficients: Vec<f32>,
    rho: &[f32],
) -> Result<Value, Error> {
    let mut shape = features.shape.clone();
    let width = shape.dims.pop().unwrap_or(1);
    let size = shape.len().saturating_mul(coefficients.len());
    check_limit("values in a tensor", size, tensor::VALUES)?;
    shape.dims.extend([1, width]);
    let table = Shape::fixed(&[rho.len(), width]);
    let table = Value::constant(table, Type::Float, Data::Real(coefficients));
    let terms = zip(on, call, Binary::Multiply, &features.shaped(shape), &table)?;
    let sums = sum(on, &terms)?;
    zip(on, call, Binary::Add, &sums, &row(rho))
}

/// `[pairs][supports]`: the coefficient of each support vector in the decision between two classes.
fn pair_weights(counts: &[usize], coefficients: &[f32], supports: usize, pairs: usize) -> Vec<f32> {
    let mut weights = vec![0.0; supports * pairs];
    let mut starts = Vec::with_capacity(counts.len());
    let mut start = 0;
    for count in counts {
        starts.push(start);
        start += count;
    }
    let mut pair = 0;
    for i in 0..counts.len() {
        for j in i + 1..counts.len() {
            // (class whose vectors, row of the coefficients)
            for (class, line) in [(i, j - 1), (j, i)] {
                let from = starts.get(class).copied().unwrap_or(0);
                for v in from..from + counts.get(class).copied().unwrap_or(0) {
                    let slot = weights.get_mut(pair * supports + v);
                    if let (Some(slot), Some(&c)) = (slot, coefficients.get(line * supports + v)) {
                        *slot = c;
                    }
                }
            }
            pair += 1;
        }
    }
    weights
}
