//! Functions of two values.

/// A function of two values. Comparisons and logic give 1 or 0; a comparison with NaN gives 0, and NaN is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// a + b.
    Add,
    /// a − b.
    Subtract,
    /// a·b.
    Multiply,
    /// a/b.
    Divide,
    /// The smaller; NaN if one is.
    Min,
    /// The greater; NaN if one is.
    Max,
    /// a to the power of b.
    Power,
    /// a < b.
    Less,
    /// a ≤ b.
    LessEqual,
    /// a > b.
    Greater,
    /// a ≥ b.
    GreaterEqual,
    /// a = b.
    Equal,
    /// Both are not 0.
    And,
    /// One of them is not 0.
    Or,
    /// Just one of them is not 0.
    Xor,
    /// a if a ≥ 0, else b·a: b is the slope.
    PRelu,
    /// The remainder of a/b with the sign of b (Python's `%`), exact. NaN if b is 0.
    Modulo,
}

impl Binary {
    /// All of them. The place in this list is the function's code in the bundle format: the list only grows at its end.
    pub const ALL: [Self; 17] = [
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Min,
        Self::Max,
        Self::Power,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::Equal,
        Self::And,
        Self::Or,
        Self::Xor,
        Self::PRelu,
        Self::Modulo,
    ];
}

/// a becomes `function` of a and b, value after value.
#[inline(never)]
pub fn apply(function: Binary, a: &mut [f32], b: &[f32]) {
    use Binary::*;
    match function {
        Add => each(a, b, |a, b| a + b),
        Subtract => each(a, b, |a, b| a - b),
        Multiply => each(a, b, |a, b| a * b),
        Divide => each(a, b, |a, b| a / b),
        Min => each(a, b, |a, b| if a < b || a.is_nan() { a } else { b }),
        Max => each(a, b, |a, b| if a > b || a.is_nan() { a } else { b }),
        Power => each(a, b, power),
        Less => each(a, b, |a, b| bit(a < b)),
        LessEqual => each(a, b, |a, b| bit(a <= b)),
        Greater => each(a, b, |a, b| bit(a > b)),
        GreaterEqual => each(a, b, |a, b| bit(a >= b)),
        Equal => each(a, b, |a, b| bit(a == b)),
        And => each(a, b, |a, b| bit(a != 0.0 && b != 0.0)),
        Or => each(a, b, |a, b| bit(a != 0.0 || b != 0.0)),
        Xor => each(a, b, |a, b| bit((a != 0.0) != (b != 0.0))),
        PRelu => each(a, b, |a, b| if a >= 0.0 { a } else { b * a }),
        Modulo => each(a, b, modulo),
    }
}

#[inline(always)]
fn each(a: &mut [f32], b: &[f32], f: impl Fn(f32, f32) -> f32) {
    for (a, b) in a.iter_mut().zip(b) {
        *a = f(*a, *b);
    }
}

fn bit(yes: bool) -> f32 {
    if yes { 1.0 } else { 0.0 }
}

/// Computed in f64. A square is exact there, so it may be taken from f32.
fn power(a: f32, b: f32) -> f32 {
    if b == 2.0 { a * a } else { libm::pow(f64::from(a), f64::from(b)) as f32 }
}

/// The remainder of a division is exact, so it is the same on every machine.
fn modulo(a: f32, b: f32) -> f32 {
    let r = libm::fmodf(a, b);
    if r != 0.0 && (r < 0.0) != (b < 0.0) { r + b } else { r }
}
