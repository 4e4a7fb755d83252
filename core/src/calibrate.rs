//! Calibration: from a margin or score to a PD.
//!
//! Sources: Platt, "Probabilistic outputs for support vector machines" (1999), whose sign scikit-learn's sigmoid
//! calibration keeps; Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates"
//! (2002) for isotonic regression, evaluated as scikit-learn's `IsotonicRegression(out_of_bounds="clip")`.
//!
//! Encoding: `method: u8`; 0 (Platt): `a: f64`, `b: f64`; 1 (isotonic, linear between knots) and 2 (isotonic, steps):
//! `x: counted f64`, `y: counted f64`.

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::{limits, math};

/// Calibration. One input, one output in [0, 1].
#[derive(Clone, Debug, PartialEq)]
pub enum Calibrate {
    /// 1 / (1 + e^(a·x + b)). A PD that rises with x has a negative a.
    Platt {
        /// Slope.
        a: f64,
        /// Intercept.
        b: f64,
    },
    /// A monotone function given by knots.
    Isotonic(Isotonic),
}

/// Knots of a monotone function.
#[derive(Clone, Debug, PartialEq)]
pub struct Isotonic {
    steps: bool,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Isotonic {
    /// `x` finite, strictly ascending, at least one; `y` as many, in [0, 1], nowhere falling or nowhere rising. `steps`:
    /// each knot's y holds up to the next knot, instead of a line between them.
    pub fn new(steps: bool, x: Vec<f64>, y: Vec<f64>) -> Result<Self, &'static str> {
        if x.is_empty() || x.len() != y.len() || x.len() > limits::BINS {
            return Err("there must be as many y as x, at least one knot, and no more than the limit");
        }
        if x.iter().any(|x| !x.is_finite()) || !x.is_sorted_by(|a, b| a < b) {
            return Err("the knots' x are not finite or do not ascend");
        }
        if !y.iter().all(|y| (0.0..=1.0).contains(y)) {
            return Err("a knot's y is not between 0 and 1");
        }
        if !y.is_sorted() && !y.is_sorted_by(|a, b| a >= b) {
            return Err("the knots' y go both up and down");
        }
        Ok(Self { steps, x, y })
    }

    /// Whether each knot's y holds up to the next knot.
    pub fn steps(&self) -> bool {
        self.steps
    }

    /// The knots' x.
    pub fn x(&self) -> &[f64] {
        &self.x
    }

    /// The knots' y.
    pub fn y(&self) -> &[f64] {
        &self.y
    }

    /// The function's value: y of the end knots outside them; between knots j and j + 1
    /// ((y₊ − y) / (x₊ − x_j))·(x − x_j) + y, as `numpy.interp` has it, or y of knot j for steps.
    pub fn at(&self, x: f64) -> f64 {
        let above = self.x.partition_point(|&k| k <= x);
        let knot = |i: usize| self.x.get(i).copied().zip(self.y.get(i).copied());
        match (above.checked_sub(1).and_then(knot), knot(above)) {
            (Some((x0, y0)), Some((x1, y1))) if !self.steps && x != x0 => {
                let y = (y1 - y0) / (x1 - x0) * (x - x0) + y0;
                math::clamp(y, 0.0, 1.0)
            }
            (Some((_, y)), _) | (None, Some((_, y))) => y,
            (None, None) => f64::NAN,
        }
    }
}

impl Wire for Calibrate {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Platt { a, b } => {
                Put::u8(out, 0);
                Put::f64(out, *a);
                Put::f64(out, *b);
            }
            Self::Isotonic(isotonic) => {
                Put::u8(out, if isotonic.steps { 2 } else { 1 });
                out.f64s(&isotonic.x);
                out.f64s(&isotonic.y);
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let steps = match input.u8()? {
            0 => return Ok(Self::Platt { a: input.f64()?, b: input.f64()? }),
            1 => false,
            2 => true,
            _ => return Err(input.malformed("an unknown calibration")),
        };
        let (x, y) = (input.f64s("knots", limits::BINS)?, input.f64s("knots", limits::BINS)?);
        Isotonic::new(steps, x, y).map(Self::Isotonic).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Calibrate {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        match self {
            Self::Platt { a, b } if !(a.is_finite() && b.is_finite()) => {
                Err("a Platt calibration's slope or intercept is not finite")
            }
            _ if inputs == 1 => Ok(()),
            _ => Err("a calibration reads exactly one column"),
        }
    }

    fn width(&self, _inputs: usize) -> usize {
        1
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        let mut out = outputs.column(0);
        match self {
            Self::Platt { a, b } => rows::map(inputs.column(0), &mut out, |x| math::sigmoid(-(a * x + b))),
            Self::Isotonic(isotonic) => rows::map(inputs.column(0), &mut out, |x| isotonic.at(x)),
        }
    }
}
