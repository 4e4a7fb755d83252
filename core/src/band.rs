//! Bands: from a score to the index of its band.
//!
//! Encoding: `edges: counted f64`.

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// Bands of a score: k edges make k + 1 bands, each closed on the left: band i holds edge i−1 ≤ x < edge i. One input, one
/// output: the index, 0 = lowest.
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    edges: Vec<f64>,
}

impl Bands {
    /// `edges` finite, strictly ascending.
    pub fn new(edges: Vec<f64>) -> Result<Self, &'static str> {
        if edges.iter().any(|x| !x.is_finite()) || !edges.is_sorted_by(|a, b| a < b) {
            return Err("the edges are not finite or do not ascend");
        }
        if edges.len() >= limits::BINS {
            return Err("there are more bands than the limit");
        }
        Ok(Self { edges })
    }

    /// The edges, ascending.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// How many bands there are.
    pub fn bands(&self) -> usize {
        self.edges.len() + 1
    }
}

impl Wire for Bands {
    fn put(&self, out: &mut Vec<u8>) {
        out.f64s(&self.edges);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let edges = input.f64s("edges", limits::BINS)?;
        Self::new(edges).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Bands {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == 1 { Ok(()) } else { Err("bands read exactly one column") }
    }

    fn width(&self, _inputs: usize) -> usize {
        1
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        rows::map(inputs.column(0), &mut outputs.column(0), |x| {
            self.edges.partition_point(|&e| e <= x) as f64
        });
    }
}
