//! Which kernel runs: chosen by the forest's shape at load and by the number of rows at run.

use super::engine::{Engine, Work};
use super::walk::Walk;
use super::{Arithmetic, Parts};
use crate::column::{Inputs, Outputs};

/// The layouts compiled from a forest.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// The plain kernel, for what the fast ones do not do.
    Walk(Walk),
    /// Fast kernels in f32.
    Single(Engine<f32>),
    /// Fast kernels in f64.
    Double(Engine<f64>),
}

impl Layout {
    /// Chooses and builds the layout for checked parts.
    #[inline]
    pub fn new(parts: &Parts) -> Self {
        let fast = Engine::new(parts).map(|engine| match parts.arithmetic {
            Arithmetic::F32Less => Kind::Single(engine.narrow()),
            Arithmetic::F64LessEqual => Kind::Double(engine),
        });
        Self(fast.unwrap_or_else(|| Kind::Walk(Walk::new(parts))))
    }

    /// The margins of a block of rows: an input column a feature, an output column an output of `parts`, which are those
    /// that the layout was built from.
    pub fn eval(
        &self,
        parts: &Parts,
        inputs: &Inputs<'_>,
        outputs: &mut Outputs<'_>,
        scratch: &mut ForestScratch,
    ) {
        match &self.0 {
            Kind::Walk(walk) => eval_plainly(walk, parts, inputs, outputs, scratch),
            Kind::Single(engine) => {
                let work = scratch.single.get_or_insert_default();
                engine.eval(inputs, outputs, &mut scratch.values, work);
            }
            Kind::Double(engine) => {
                let work = scratch.double.get_or_insert_default();
                engine.eval(inputs, outputs, &mut scratch.values, work);
            }
        }
    }
}

#[inline(never)]
fn eval_plainly(
    walk: &Walk,
    parts: &Parts,
    inputs: &Inputs<'_>,
    outputs: &mut Outputs<'_>,
    scratch: &mut ForestScratch,
) {
    let ForestScratch { values, left, sums, .. } = scratch;
    for row in 0..inputs.rows() {
        values.clear();
        values.extend(inputs.iter().map(|c| c.values.get(row).copied().unwrap_or(f64::NAN)));
        parts.tests.decide(values, parts.arithmetic, left);
        sums.clear();
        sums.extend(parts.base.iter().map(|&b| if parts.base_first { b } else { 0.0 }));
        let x = |feature: u32| values.get(feature as usize).copied().unwrap_or(f64::NAN);
        walk.add(parts, left, x, sums);
        for (k, (&sum, &base)) in sums.iter().zip(&parts.base).enumerate() {
            outputs.column(k).set(row, finish(parts, sum, base));
        }
    }
}

/// Working memory of forest kernels.
#[derive(Debug, Default)]
pub struct ForestScratch {
    values: Vec<f64>,
    left: Vec<bool>,
    sums: Vec<f64>,
    single: Option<Box<Work<f32>>>,
    double: Option<Box<Work<f64>>>,
}

/// The margin from the sum of the leaves.
fn finish(parts: &Parts, sum: f64, base: f64) -> f64 {
    match parts.arithmetic {
        Arithmetic::F32Less => {
            let sum = sum as f32 / parts.divisor as f32;
            f64::from(if parts.base_first { sum } else { sum + base as f32 })
        }
        Arithmetic::F64LessEqual => {
            let sum = sum / parts.divisor;
            if parts.base_first { sum } else { sum + base }
        }
    }
}
