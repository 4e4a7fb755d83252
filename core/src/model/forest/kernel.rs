//! A forest as a node of the score graph.

use super::Forest;
use crate::column::{Inputs, Outputs};
use crate::graph::{Kernel, Scratch};

impl Kernel for Forest {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == self.features() { Ok(()) } else { Err("a forest must have as many inputs as features") }
    }

    fn width(&self, _inputs: usize) -> usize {
        self.outputs()
    }

    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch) {
        self.layout.eval(&self.parts, inputs, outputs, &mut scratch.forest);
    }
}
