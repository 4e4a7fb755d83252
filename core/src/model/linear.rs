//! Linear model: intercepts and coefficients.
//!
//! Encoding: `intercepts: counted f64` (one an output), `coefficients: counted f64` (output after output, in each an
//! input after another), `has_means: u8`, and if 1 `means: counted f64` (one an input).

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// Output k = ((intercept_k + c_k0·x₀) + c_k1·x₁) + …, in f64. A row with an absent input is absent in every output.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    intercepts: Vec<f64>,
    coefficients: Vec<f64>,
    means: Option<Vec<f64>>,
}

impl Linear {
    /// `coefficients`: for each output, one an input. `means`: the inputs' means in training, for reason codes.
    pub fn new(
        intercepts: Vec<f64>,
        coefficients: Vec<f64>,
        means: Option<Vec<f64>>,
    ) -> Result<Self, &'static str> {
        if intercepts.is_empty() || intercepts.len() > limits::OUTPUTS {
            return Err("a linear model has no output, or more than the limit");
        }
        let figures = intercepts.iter().chain(&coefficients).chain(means.iter().flatten());
        if figures.into_iter().any(|x| !x.is_finite()) {
            return Err("an intercept, coefficient or mean is not finite");
        }
        if coefficients.is_empty() || !coefficients.len().is_multiple_of(intercepts.len()) {
            return Err("there must be as many coefficients for each output");
        }
        if means.as_ref().is_some_and(|m| m.len() != coefficients.len() / intercepts.len()) {
            return Err("there must be a mean for each input");
        }
        Ok(Self { intercepts, coefficients, means })
    }

    /// One an output.
    pub fn intercepts(&self) -> &[f64] {
        &self.intercepts
    }

    /// Inputs.
    pub fn inputs(&self) -> usize {
        self.coefficients.len() / self.intercepts.len().max(1)
    }

    /// The coefficients of an output, one an input; empty if there is no such output.
    pub fn coefficients(&self, output: usize) -> &[f64] {
        let n = self.inputs();
        self.coefficients.get(output * n..output * n + n).unwrap_or_default()
    }

    /// The inputs' means in training, if known.
    pub fn means(&self) -> Option<&[f64]> {
        self.means.as_deref()
    }
}

impl Wire for Linear {
    fn put(&self, out: &mut Vec<u8>) {
        out.f64s(&self.intercepts);
        out.f64s(&self.coefficients);
        out.bool(self.means.is_some());
        if let Some(means) = &self.means {
            out.f64s(means);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let intercepts = input.f64s("outputs", limits::OUTPUTS)?;
        let coefficients = input.f64s("coefficients", limits::OUTPUTS * limits::COLUMNS)?;
        let means = if input.bool()? { Some(input.f64s("means", limits::COLUMNS)?) } else { None };
        Self::new(intercepts, coefficients, means).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Linear {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == self.inputs() {
            Ok(())
        } else {
            Err("a linear model needs a coefficient for each column")
        }
    }

    fn width(&self, _inputs: usize) -> usize {
        self.intercepts.len()
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        for (k, &intercept) in self.intercepts.iter().enumerate() {
            let mut out = outputs.column(k);
            rows::first_absent(inputs, out.states);
            out.values.fill(intercept);
            for (column, c) in inputs.iter().zip(self.coefficients(k)) {
                for (o, &x) in out.values.iter_mut().zip(column.values) {
                    *o += c * x;
                }
            }
            rows::finish(&mut out);
        }
    }
}
