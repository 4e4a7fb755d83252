//! The place of a device-stage node in the edge bundle.

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// Columns that come from the device: nothing is computed, their values are there before the graph is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Output columns, at least 1: as many as the node has in the whole bundle.
    pub width: u32,
    /// Whether they are the columns of a one-hot node: absent together, and at most one of them is 1.
    pub one_hot: bool,
}

impl Wire for Given {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.width);
        out.bool(self.one_hot);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { width: input.u32()?, one_hot: input.bool()? })
    }
}

impl Kernel for Given {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        match (inputs, self.width as usize) {
            (0, 1..=limits::COLUMNS) => Ok(()),
            (0, _) => Err("it gives no column, or too many"),
            _ => Err("what is given reads nothing"),
        }
    }

    fn width(&self, _: usize) -> usize {
        self.width as usize
    }

    fn eval(&self, _: &Inputs<'_>, _: &mut Outputs<'_>, _: &mut Scratch) {}
}
