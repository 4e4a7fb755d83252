//! A linear model's terms against the population's means.

use crate::model::linear::Linear;

/// Whether the model has the output and knows its inputs' means.
pub(super) fn check(model: &Linear, output: u32) -> Result<(), &'static str> {
    if output as usize >= model.intercepts().len() {
        return Err("the explained output is not one of the linear model's");
    }
    if model.means().is_none() {
        return Err("reasons of a linear model need its inputs' means, and it has none");
    }
    Ok(())
}

/// β · (x − mean), one an input. They add up to the output minus [`baseline`].
pub(super) fn contributions(model: &Linear, output: u32, values: &[f64], out: &mut [f64]) {
    let coefficients = model.coefficients(output as usize).iter();
    let terms = coefficients.zip(model.means().unwrap_or_default()).zip(values);
    for (o, ((beta, mean), x)) in out.iter_mut().zip(terms) {
        *o = beta * (x - mean);
    }
}

/// The output at the means.
pub(super) fn baseline(model: &Linear, output: u32) -> f64 {
    let intercept = model.intercepts().get(output as usize).copied().unwrap_or(0.0);
    let terms = model.coefficients(output as usize).iter().zip(model.means().unwrap_or_default());
    terms.fold(intercept, |sum, (beta, mean)| sum + beta * mean)
}
