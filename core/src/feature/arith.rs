//! Arithmetic of columns, in f64.
//!
//! Encoding: `function: u8`, then its parameters, as [`Arith`] lists them. The list is closed: a function that comes later is
//! a node kind of its own, so that an older engine can refuse it by name.

use super::Fallback;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{ColumnMut, Inputs, Outputs, State};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::{limits, math};

/// A comparison with a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `x < c`
    Less,
    /// `x <= c`
    LessEqual,
    /// `x > c`
    Greater,
    /// `x >= c`
    GreaterEqual,
    /// `x == c`
    Equal,
    /// `x != c`
    NotEqual,
}

/// A function of one or more columns; one output. A row with an absent input is absent, in the state of the first input
/// that is; a result that is not finite is [`State::OUT_OF_RANGE`].
#[derive(Clone, Debug, PartialEq)]
pub enum Arith {
    /// 0. x limited to `[lo, hi]`; either may be infinite.
    Clip {
        /// Least result.
        lo: f64,
        /// Greatest result.
        hi: f64,
    },
    /// 1. Natural logarithm; `otherwise` where x ≤ 0.
    Ln {
        /// Result outside the domain.
        otherwise: Fallback,
    },
    /// 2. ln(1 + x); `otherwise` where x ≤ −1.
    Ln1p {
        /// Result outside the domain.
        otherwise: Fallback,
    },
    /// 3. e^x.
    Exp,
    /// 4. Square root; `otherwise` where x < 0.
    Sqrt {
        /// Result outside the domain.
        otherwise: Fallback,
    },
    /// 5. |x|.
    Abs,
    /// 6. −x.
    Neg,
    /// 7. (x − mean) / sd.
    Standardise {
        /// Subtracted.
        mean: f64,
        /// Divisor, over 0.
        sd: f64,
    },
    /// 8. scale · x + offset.
    Affine {
        /// Factor.
        scale: f64,
        /// Added after.
        offset: f64,
    },
    /// 9. a / b of two columns; `otherwise` where b is 0.
    Ratio {
        /// Result where the denominator is 0.
        otherwise: Fallback,
    },
    /// 10. a − b of two columns. Of two dates: days from b to a.
    Sub,
    /// 11. Sum of the columns in order.
    Add,
    /// 12. Product of the columns in order.
    Mul,
    /// 13. Least of the columns; of equal ones the first.
    Min,
    /// 14. Greatest of the columns; of equal ones the first.
    Max,
    /// 15. w₀·x₀ + w₁·x₁ + …, products added in order.
    WeightedSum {
        /// A weight a column.
        weights: Vec<f64>,
    },
    /// 16. 1 if x compares so with the constant, else 0.
    Compare {
        /// How.
        how: Comparison,
        /// With what.
        constant: f64,
    },
    /// 17. 1 if the value is absent, else 0. The only function that an absent row does not make absent.
    IsAbsent,
}

impl Arith {
    /// Checks the parameters: finite (bounds of a clip may be infinite), in order, sd over 0.
    pub fn new(self) -> Result<Self, &'static str> {
        self.parameters()?;
        Ok(self)
    }

    fn parameters(&self) -> Result<(), &'static str> {
        let finite = |xs: &[f64]| xs.iter().all(|x| x.is_finite());
        match self {
            Self::Clip { lo, hi } if !(lo <= hi && *lo < f64::INFINITY && *hi > f64::NEG_INFINITY) => {
                Err("a clip's least result must not be over its greatest")
            }
            Self::Ln { otherwise }
            | Self::Ln1p { otherwise }
            | Self::Sqrt { otherwise }
            | Self::Ratio { otherwise } => otherwise.check(),
            Self::Standardise { mean, sd } if !(finite(&[*mean, *sd]) && *sd > 0.0) => {
                Err("standardising needs a finite mean and a standard deviation over 0")
            }
            Self::Affine { scale, offset } if !finite(&[*scale, *offset]) => {
                Err("a scale or an offset is not finite")
            }
            Self::WeightedSum { weights } if !finite(weights) => Err("a weight is not finite"),
            Self::Compare { constant, .. } if !constant.is_finite() => Err("a constant is not finite"),
            _ => Ok(()),
        }
    }

    fn tag(&self) -> u8 {
        match self {
            Self::Clip { .. } => 0,
            Self::Ln { .. } => 1,
            Self::Ln1p { .. } => 2,
            Self::Exp => 3,
            Self::Sqrt { .. } => 4,
            Self::Abs => 5,
            Self::Neg => 6,
            Self::Standardise { .. } => 7,
            Self::Affine { .. } => 8,
            Self::Ratio { .. } => 9,
            Self::Sub => 10,
            Self::Add => 11,
            Self::Mul => 12,
            Self::Min => 13,
            Self::Max => 14,
            Self::WeightedSum { .. } => 15,
            Self::Compare { .. } => 16,
            Self::IsAbsent => 17,
        }
    }
}

impl Comparison {
    /// Whether `x` compares so with `c`.
    fn holds(self, x: f64, c: f64) -> bool {
        match self {
            Self::Less => x < c,
            Self::LessEqual => x <= c,
            Self::Greater => x > c,
            Self::GreaterEqual => x >= c,
            Self::Equal => x == c,
            Self::NotEqual => x != c,
        }
    }
}

impl Wire for Comparison {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, *self as u8);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(match input.u8()? {
            0 => Self::Less,
            1 => Self::LessEqual,
            2 => Self::Greater,
            3 => Self::GreaterEqual,
            4 => Self::Equal,
            5 => Self::NotEqual,
            _ => return Err(input.malformed("an unknown comparison")),
        })
    }
}

impl Wire for Arith {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, self.tag());
        match self {
            Self::Clip { lo: a, hi: b }
            | Self::Standardise { mean: a, sd: b }
            | Self::Affine { scale: a, offset: b } => {
                Put::f64(out, *a);
                Put::f64(out, *b);
            }
            Self::Ln { otherwise }
            | Self::Ln1p { otherwise }
            | Self::Sqrt { otherwise }
            | Self::Ratio { otherwise } => otherwise.put(out),
            Self::WeightedSum { weights } => out.f64s(weights),
            Self::Compare { how, constant } => {
                how.put(out);
                Put::f64(out, *constant);
            }
            Self::Exp | Self::Abs | Self::Neg | Self::Sub | Self::Add | Self::Mul => {}
            Self::Min | Self::Max | Self::IsAbsent => {}
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let function = match input.u8()? {
            0 => Self::Clip { lo: input.f64_open()?, hi: input.f64_open()? },
            1 => Self::Ln { otherwise: Fallback::get(input)? },
            2 => Self::Ln1p { otherwise: Fallback::get(input)? },
            3 => Self::Exp,
            4 => Self::Sqrt { otherwise: Fallback::get(input)? },
            5 => Self::Abs,
            6 => Self::Neg,
            7 => Self::Standardise { mean: input.f64()?, sd: input.f64()? },
            8 => Self::Affine { scale: input.f64()?, offset: input.f64()? },
            9 => Self::Ratio { otherwise: Fallback::get(input)? },
            10 => Self::Sub,
            11 => Self::Add,
            12 => Self::Mul,
            13 => Self::Min,
            14 => Self::Max,
            15 => Self::WeightedSum { weights: input.f64s("weights", limits::COLUMNS)? },
            16 => Self::Compare { how: Comparison::get(input)?, constant: input.f64()? },
            17 => Self::IsAbsent,
            _ => return Err(input.malformed("an unknown function")),
        };
        function.new().map_err(|what| input.malformed(what))
    }
}

/// `f` of two columns, row by row.
fn zip(inputs: &Inputs<'_>, out: &mut ColumnMut<'_>, f: impl Fn(f64, f64) -> f64) {
    let (a, b) = (inputs.column(0), inputs.column(1));
    for ((o, &a), &b) in out.values.iter_mut().zip(a.values).zip(b.values) {
        *o = f(a, b);
    }
}

/// Folds the columns from the first on.
fn fold(inputs: &Inputs<'_>, out: &mut ColumnMut<'_>, f: impl Fn(f64, f64) -> f64) {
    rows::each(inputs.column(0), out, |x| x);
    for column in inputs.iter().skip(1) {
        for (o, &x) in out.values.iter_mut().zip(column.values) {
            *o = f(*o, x);
        }
    }
}

/// `f` where the row's `test` value is in the domain, the fallback elsewhere; only rows that are present so far.
fn guard(out: &mut ColumnMut<'_>, test: &[f64], domain: impl Fn(f64) -> bool, otherwise: Fallback) {
    for ((value, state), &x) in out.values.iter_mut().zip(out.states.iter_mut()).zip(test) {
        if state.is_present() && !domain(x) {
            match otherwise {
                Fallback::State(s) => *state = s,
                Fallback::Value(v) => *value = v,
            }
        }
    }
}

impl Kernel for Arith {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        self.parameters()?;
        match self {
            Self::Add | Self::Mul | Self::Min | Self::Max if inputs == 0 => {
                Err("it needs at least one column")
            }
            Self::Add | Self::Mul | Self::Min | Self::Max => Ok(()),
            Self::WeightedSum { weights } if inputs == 0 || weights.len() != inputs => {
                Err("a weighted sum needs a weight for each of its columns, at least one")
            }
            Self::WeightedSum { .. } => Ok(()),
            Self::Ratio { .. } | Self::Sub if inputs == 2 => Ok(()),
            Self::Ratio { .. } | Self::Sub => Err("it reads exactly two columns"),
            _ if inputs == 1 => Ok(()),
            _ => Err("it reads exactly one column"),
        }
    }

    fn width(&self, _inputs: usize) -> usize {
        1
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        let (x, mut out) = (inputs.column(0), outputs.column(0));
        let out = &mut out;
        rows::first_absent(inputs, out.states);
        match self {
            Self::Clip { lo, hi } => rows::each(x, out, |x| math::clamp(x, *lo, *hi)),
            Self::Ln { otherwise } => {
                rows::each(x, out, math::ln);
                guard(out, x.values, |x| x > 0.0, *otherwise);
            }
            Self::Ln1p { otherwise } => {
                rows::each(x, out, math::ln_1p);
                guard(out, x.values, |x| x > -1.0, *otherwise);
            }
            Self::Exp => rows::each(x, out, math::exp),
            Self::Sqrt { otherwise } => {
                rows::each(x, out, f64::sqrt);
                guard(out, x.values, |x| x >= 0.0, *otherwise);
            }
            Self::Abs => rows::each(x, out, f64::abs),
            Self::Neg => rows::each(x, out, |x| -x),
            Self::Standardise { mean, sd } => rows::each(x, out, |x| (x - mean) / sd),
            Self::Affine { scale, offset } => rows::each(x, out, |x| scale * x + offset),
            Self::Ratio { otherwise } => {
                zip(inputs, out, |a, b| a / b);
                guard(out, inputs.column(1).values, |b| b != 0.0, *otherwise);
            }
            Self::Sub => zip(inputs, out, |a, b| a - b),
            Self::Add => fold(inputs, out, |a, b| a + b),
            Self::Mul => fold(inputs, out, |a, b| a * b),
            Self::Min => fold(inputs, out, |a, b| if b < a { b } else { a }),
            Self::Max => fold(inputs, out, |a, b| if b > a { b } else { a }),
            Self::WeightedSum { weights } => {
                out.values.fill(-0.0);
                for (column, w) in inputs.iter().zip(weights) {
                    for (o, &x) in out.values.iter_mut().zip(column.values) {
                        *o += w * x;
                    }
                }
            }
            Self::Compare { how, constant } => {
                rows::each(x, out, |x| f64::from(u8::from(how.holds(x, *constant))));
            }
            Self::IsAbsent => {
                for (o, s) in out.values.iter_mut().zip(out.states.iter_mut()) {
                    *o = f64::from(u8::from(!s.is_present()));
                    *s = State::PRESENT;
                }
            }
        }
        rows::finish(out);
    }
}
