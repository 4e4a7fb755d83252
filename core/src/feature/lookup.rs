//! Lookup: each category has a value. Categorical bins (WoE or points), ordinal and target encoders.
//!
//! Encoding: `values: counted f64`, [`StateValues`].

use super::StateValues;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs, State};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// A value per category index. One input, one output. A number that is no index of the table is
/// [`State::UNSEEN`], and takes that state's value if it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    values: Vec<f64>,
    states: StateValues,
}

impl Lookup {
    /// `values` by category index, finite.
    pub fn new(values: Vec<f64>, states: StateValues) -> Result<Self, &'static str> {
        if values.iter().any(|x| !x.is_finite()) {
            return Err("a category's value is not finite");
        }
        if values.len() > limits::CATEGORIES {
            return Err("there are more categories than the limit");
        }
        states.check()?;
        Ok(Self { values, states })
    }

    /// The values by category index.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values of absent states.
    pub fn states(&self) -> &StateValues {
        &self.states
    }
}

/// The value of `x` as an index of `table`, if it is one: whole, not negative, inside.
pub(super) fn index(x: f64, len: usize) -> Option<usize> {
    // The cast saturates, and takes NaN to 0: comparing back refuses everything that is not an index.
    let i = x as u32;
    (f64::from(i) == x && (i as usize) < len).then_some(i as usize)
}

impl Wire for Lookup {
    fn put(&self, out: &mut Vec<u8>) {
        out.f64s(&self.values);
        self.states.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let values = input.f64s("categories", limits::CATEGORIES)?;
        let states = StateValues::get(input)?;
        Self::new(values, states).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Lookup {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == 1 { Ok(()) } else { Err("a lookup reads exactly one column") }
    }

    fn width(&self, _inputs: usize) -> usize {
        1
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        let (x, mut out) = (inputs.column(0), outputs.column(0));
        rows::copy_states(x, &mut out);
        for ((o, s), &x) in out.values.iter_mut().zip(out.states.iter_mut()).zip(x.values) {
            match index(x, self.values.len()).and_then(|i| self.values.get(i)) {
                Some(&value) => *o = value,
                None if s.is_present() => *s = State::UNSEEN,
                None => {}
            }
        }
        self.states.apply(&mut out);
    }
}
