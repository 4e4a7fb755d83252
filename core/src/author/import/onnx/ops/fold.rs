//! Whole-number arithmetic of constants: what shapes are computed with. It must be exact beyond f32.

use crate::author::import::onnx::shape::Shape;

/// The function of two whole numbers.
pub(super) fn binary(op: &str, a: i64, b: i64) -> Option<i64> {
    Some(match op {
        "Add" | "Sum" => a.checked_add(b)?,
        "Sub" => a.checked_sub(b)?,
        "Mul" => a.checked_mul(b)?,
        "Div" => a.checked_div(b)?,
        "Mod" => {
            let rest = a.checked_rem(b)?;
            if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
        }
        "Min" => a.min(b),
        "Max" => a.max(b),
        "Pow" => a.checked_pow(u32::try_from(b).ok()?)?,
        "Less" => i64::from(a < b),
        "LessOrEqual" => i64::from(a <= b),
        "Greater" => i64::from(a > b),
        "GreaterOrEqual" => i64::from(a >= b),
        "Equal" => i64::from(a == b),
        "And" => i64::from(a != 0 && b != 0),
        "Or" => i64::from(a != 0 || b != 0),
        "Xor" => i64::from((a != 0) != (b != 0)),
        _ => return None,
    })
}

/// The function of one whole number.
pub(super) fn unary(op: &str, a: i64) -> Option<i64> {
    Some(match op {
        "Neg" => a.checked_neg()?,
        "Abs" => a.checked_abs()?,
        "Sign" => a.signum(),
        "Not" => i64::from(a == 0),
        "Relu" => a.max(0),
        "Floor" | "Ceil" | "Round" => a,
        _ => return None,
    })
}

/// Places in `from` of the values that stand at each place of `target`, by broadcasting.
pub(super) fn spread(from: &Shape, target: &Shape) -> Vec<u32> {
    let strides = from.strides_in(target);
    let mut places = vec![0u32];
    for (&dim, &stride) in target.dims.iter().zip(&strides) {
        let mut next = Vec::with_capacity(places.len() * dim);
        for place in places {
            next.extend((0..dim).map(|i| place + (i * stride) as u32));
        }
        places = next;
    }
    places
}

/// The values at some places.
pub(super) fn picked<T: Clone>(values: &[T], places: &[u32]) -> Vec<T> {
    places.iter().filter_map(|&i| values.get(i as usize)).cloned().collect()
}
