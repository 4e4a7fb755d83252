//! Imputation: an absent value is replaced by its state's value; a present one stays, unless
//! it is infinite: then it is out of range, as every result that is not finite.
//!
//! Encoding: [`StateValues`].

use super::StateValues;
use crate::bundle::wire::{Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};

/// Replacement of absent values. One input, one output.
#[derive(Clone, Debug, PartialEq)]
pub struct Impute {
    states: StateValues,
}

impl Impute {
    /// The values that replace absent ones, finite; a state without one passes on.
    pub fn new(states: StateValues) -> Result<Self, &'static str> {
        states.check()?;
        Ok(Self { states })
    }

    /// The values that replace absent ones.
    pub fn states(&self) -> &StateValues {
        &self.states
    }
}

impl Wire for Impute {
    fn put(&self, out: &mut Vec<u8>) {
        self.states.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { states: StateValues::get(input)? })
    }
}

impl Kernel for Impute {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == 1 { Ok(()) } else { Err("imputation reads exactly one column") }
    }

    fn width(&self, _inputs: usize) -> usize {
        1
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        let mut out = outputs.column(0);
        rows::map(inputs.column(0), &mut out, |x| x);
        self.states.apply(&mut out);
    }
}
