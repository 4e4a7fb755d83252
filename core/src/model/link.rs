//! Link: from margins (linear predictors) to predictions.
//!
//! Everything is computed in f64, also for XGBoost, which computes its f32: a PD of ours differs from
//! XGBoost's own by the rounding of f32, at most 1e-7; the margin under it is equal to the bit.
//!
//! Encoding: `function: u8`, then `sigmoid: f64` for logit (1) and one-vs-rest (6).

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Column, Inputs, Outputs};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::math;

/// The function. Elementwise ones have an output for each input; the others say what they have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// 0. The margin itself.
    Identity,
    /// 1. 1 / (1 + e^(−sigmoid·x)); `sigmoid` is 1, or LightGBM's parameter of that name.
    Logit {
        /// Factor, over 0.
        sigmoid: f64,
    },
    /// 2. Standard normal distribution function.
    Probit,
    /// 3. 1 − e^(−e^x).
    Cloglog,
    /// 4. e^x (log link: Poisson, gamma, Tweedie, Cox).
    Exp,
    /// 5. All inputs together: e^(x_k − m) / Σ e^(x_i − m) with m the greatest; sum in input order.
    Softmax,
    /// 6. All inputs together: p_k / Σ p_i with p = 1 / (1 + e^(−sigmoid·x)); sum in input order.
    OneVsRest {
        /// Factor, over 0.
        sigmoid: f64,
    },
    /// 7. sign(x)·x² (LightGBM `reg_sqrt`).
    SquareSign,
    /// 8. 1 if x > 0, else 0 (XGBoost `binary:hinge`).
    Hinge,
    /// 9. ln(1 + e^x) (LightGBM `cross_entropy_lambda`).
    LogOnePlusExp,
    /// 10. All inputs together, one output: index of the greatest, of equal ones the first (XGBoost `multi:softmax`).
    ArgMax,
}

impl Link {
    /// Checks that a sigmoid factor is finite and over 0.
    pub fn new(self) -> Result<Self, &'static str> {
        match self {
            Self::Logit { sigmoid } | Self::OneVsRest { sigmoid }
                if !(sigmoid.is_finite() && sigmoid > 0.0) =>
            {
                Err("a sigmoid factor must be over 0")
            }
            _ => Ok(self),
        }
    }
}

impl Wire for Link {
    fn put(&self, out: &mut Vec<u8>) {
        let (tag, sigmoid) = match *self {
            Self::Identity => (0, None),
            Self::Logit { sigmoid } => (1, Some(sigmoid)),
            Self::Probit => (2, None),
            Self::Cloglog => (3, None),
            Self::Exp => (4, None),
            Self::Softmax => (5, None),
            Self::OneVsRest { sigmoid } => (6, Some(sigmoid)),
            Self::SquareSign => (7, None),
            Self::Hinge => (8, None),
            Self::LogOnePlusExp => (9, None),
            Self::ArgMax => (10, None),
        };
        Put::u8(out, tag);
        if let Some(sigmoid) = sigmoid {
            Put::f64(out, sigmoid);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let link = match input.u8()? {
            0 => Self::Identity,
            1 => Self::Logit { sigmoid: input.f64()? },
            2 => Self::Probit,
            3 => Self::Cloglog,
            4 => Self::Exp,
            5 => Self::Softmax,
            6 => Self::OneVsRest { sigmoid: input.f64()? },
            7 => Self::SquareSign,
            8 => Self::Hinge,
            9 => Self::LogOnePlusExp,
            10 => Self::ArgMax,
            _ => return Err(input.malformed("an unknown link")),
        };
        link.new().map_err(|what| input.malformed(what))
    }
}

impl Kernel for Link {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        self.new()?;
        let together = matches!(self, Self::Softmax | Self::OneVsRest { .. } | Self::ArgMax);
        match inputs {
            0 => Err("a link needs at least one column"),
            1 if together => Err("a link over several margins needs at least two columns"),
            _ => Ok(()),
        }
    }

    fn width(&self, inputs: usize) -> usize {
        if *self == Self::ArgMax { 1 } else { inputs }
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        match *self {
            Self::Identity => elementwise(inputs, outputs, &|x| x),
            Self::Logit { sigmoid } => elementwise(inputs, outputs, &|x| math::sigmoid(sigmoid * x)),
            Self::Probit => elementwise(inputs, outputs, &math::normal_cdf),
            Self::Cloglog => elementwise(inputs, outputs, &|x| -math::exp_m1(-math::exp(x))),
            Self::Exp => elementwise(inputs, outputs, &math::exp),
            Self::SquareSign => elementwise(inputs, outputs, &|x| if x < 0.0 { -(x * x) } else { x * x }),
            Self::Hinge => elementwise(inputs, outputs, &|x| f64::from(u8::from(x > 0.0))),
            Self::LogOnePlusExp => elementwise(inputs, outputs, &math::log_one_plus_exp),
            Self::Softmax => normalised(inputs, outputs, &|x, m| math::exp(x - m)),
            Self::OneVsRest { sigmoid } => {
                normalised(inputs, outputs, &|x, _| math::sigmoid(sigmoid * x));
            }
            Self::ArgMax => arg_max(inputs, outputs),
        }
    }
}

/// By a function pointer, not a type parameter: the functions cost far more than the call, and one loop is a tenth of ten.
fn elementwise(inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, f: &dyn Fn(f64) -> f64) {
    for (k, column) in inputs.iter().enumerate() {
        rows::map(column, &mut outputs.column(k), f);
    }
}

/// Rows worked on at once where several columns meet: their running figures stay on the stack.
const GROUP: usize = 32;

/// The rows of a group, of one column.
fn group(column: Column<'_>, start: usize) -> &[f64] {
    let end = column.values.len().min(start + GROUP);
    column.values.get(start..end).unwrap_or_default()
}

/// `f(x_k, greatest x)` of each input, divided by their sum in input order.
fn normalised(inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, f: &dyn Fn(f64, f64) -> f64) {
    for start in (0..inputs.rows()).step_by(GROUP) {
        let mut greatest = [f64::NEG_INFINITY; GROUP];
        for column in inputs.iter() {
            for (m, &x) in greatest.iter_mut().zip(group(column, start)) {
                *m = if x > *m { x } else { *m };
            }
        }
        let mut sums = [0.0; GROUP];
        for (k, column) in inputs.iter().enumerate() {
            let out = outputs.column(k);
            let figures = out.values.iter_mut().skip(start);
            for (((o, &x), m), sum) in figures.zip(group(column, start)).zip(greatest).zip(&mut sums) {
                *o = f(x, m);
                *sum += *o;
            }
        }
        for k in 0..inputs.len() {
            for (o, sum) in outputs.column(k).values.iter_mut().skip(start).zip(sums) {
                *o /= sum;
            }
        }
    }
    for k in 0..inputs.len() {
        let mut out = outputs.column(k);
        rows::first_absent(inputs, out.states);
        rows::finish(&mut out);
    }
}

fn arg_max(inputs: &Inputs<'_>, outputs: &mut Outputs<'_>) {
    let mut out = outputs.column(0);
    for start in (0..inputs.rows()).step_by(GROUP) {
        let mut greatest = [f64::NEG_INFINITY; GROUP];
        for (k, column) in inputs.iter().enumerate() {
            let figures = out.values.iter_mut().skip(start);
            for ((o, &x), m) in figures.zip(group(column, start)).zip(&mut greatest) {
                if k == 0 || x > *m {
                    (*o, *m) = (k as f64, x);
                }
            }
        }
    }
    rows::first_absent(inputs, out.states);
    rows::finish(&mut out);
}
