//! Between which values an output lies, whatever the inputs are.

use super::Network;
use super::step::{Axis, Binary, Function, Step};

/// Nothing is known.
const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

impl Network {
    /// Least and greatest value that an output can have, as far as the step that writes it last tells; infinite where it does not.
    /// Values that are not finite are absent.
    pub fn bounds(&self, output: usize) -> (f64, f64) {
        let Some(&place) = self.program.outputs.get(output) else { return ANY };
        self.program.steps.iter().rev().find_map(|step| of_step(step, u64::from(place))).unwrap_or(ANY)
    }
}

/// The bounds that a step gives a place; `None` if it does not write it.
fn of_step(step: &Step, place: u64) -> Option<(f64, f64)> {
    let within = |at: u32, len: u64| (u64::from(at)..u64::from(at).saturating_add(len)).contains(&place);
    let product = |extents: &[u32]| extents.iter().fold(1u64, |n, &x| n.saturating_mul(x.into()));
    let reach = |axes: &[Axis]| {
        let reach = |axis: &Axis| (u64::from(axis.len) - 1).saturating_mul(axis.out.into());
        axes.iter().map(reach).fold(1u64, u64::saturating_add)
    };
    let (output, len, bounds) = match step {
        Step::Map { function, alpha, beta, output, len, .. } => {
            (*output, u64::from(*len), of_function(*function, *alpha, *beta))
        }
        Step::Softmax { log, output, outer, len, inner, .. } => {
            let bounds = if *log { (f64::NEG_INFINITY, 0.0) } else { (0.0, 1.0) };
            (*output, product(&[*outer, *len, *inner]), bounds)
        }
        Step::Zip { function, output, axes, .. } => {
            let logical = matches!(
                function,
                Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual | Binary::Equal
            ) || matches!(function, Binary::And | Binary::Or | Binary::Xor);
            // Its places may have gaps, which it does not write.
            let whole = reach(axes) == axes.iter().fold(1, |n: u64, axis| n.saturating_mul(axis.len.into()));
            (*output, reach(axes), if logical && whole { (0.0, 1.0) } else { ANY })
        }
        Step::Select { output, axes, .. } | Step::Copy { output, axes, .. } => (*output, reach(axes), ANY),
        Step::Dense { rows, outputs, output, .. } => (*output, product(&[*rows, *outputs]), ANY),
        Step::MatMul { batch, rows, columns, output, .. } => {
            (*output, product(&[*batch, *rows, *columns]), ANY)
        }
        Step::Reduce { output, outer, inner, .. } => (*output, product(&[*outer, *inner]), ANY),
        Step::Normalise { output, outer, len, .. } => (*output, product(&[*outer, *len]), ANY),
        Step::Lookup { output, count, width, .. } => (*output, product(&[*count, *width]), ANY),
        Step::CumulativeSum { output, outer, len, inner, .. } => {
            (*output, product(&[*outer, *len, *inner]), ANY)
        }
        Step::Recurrent(layer) => {
            let unit = u64::from(layer.units);
            let all = u64::from(layer.length - 1).saturating_mul(layer.output_stride.into()) + unit;
            let written = [(layer.output, all), (layer.last, unit), (layer.last_cell, unit)];
            return written.iter().any(|(at, len)| at.is_some_and(|at| within(at, *len))).then_some(ANY);
        }
    };
    within(output, len).then_some(bounds)
}

fn of_function(function: Function, alpha: f32, beta: f32) -> (f64, f64) {
    match function {
        Function::Sigmoid | Function::HardSigmoid | Function::Not | Function::IsNan => (0.0, 1.0),
        Function::Relu | Function::Softplus | Function::Abs | Function::Exp | Function::Sqrt => {
            (0.0, f64::INFINITY)
        }
        Function::Tanh | Function::Softsign | Function::Sign | Function::Erf => (-1.0, 1.0),
        Function::Sin | Function::Cos => (-1.0, 1.0),
        Function::Clip => (f64::from(alpha.min(beta)), f64::from(beta)),
        _ => ANY,
    }
}
