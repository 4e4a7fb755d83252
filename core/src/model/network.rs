//! Networks: dense, recurrent, embeddings, and whatever else an imported graph of f32 tensors is made of.
//!
//! A network is a straight-line [`Program`] over the f32 working memory of one row. Its shapes are static, so [`Network::new`] checks
//! every place once, and evaluation cannot fail. `docs/bundle-format-network.md` has every byte of the encoding.
//!
//! For each row: memory is set to 0; the inputs are put into memory from place 0 on, rounded to f32; the steps run in order; the
//! outputs are read. An output that is not finite is absent as out of range.

mod bounds;
mod check;
mod run;
pub mod step;
#[cfg(test)]
mod tests;
mod wire;

pub use run::NetworkScratch;

use step::{Axis, Step};

/// What becomes of a row in which an input is absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Absent {
    /// All outputs are absent, with the state of the first such input.
    Propagate,
    /// NaN is read: the network itself looks for it ([`step::Function::IsNan`]).
    Nan,
    /// This finite value is read.
    Value(f32),
}

/// A table of the figures that the bundle holds as int8: figure = code · scale of its column, in f32.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantised {
    /// First figure of `[rows][scales.len()]`.
    pub at: u32,
    /// Rows: inputs of a layer, entries of an embedding.
    pub rows: u32,
    /// Positive and normal; one a column.
    pub scales: Vec<f32>,
}

/// What a network is made of, before it is checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// One an input: the inputs stand in memory from place 0 on.
    pub inputs: Vec<Absent>,
    /// Values of the working memory, inputs included.
    pub memory: u32,
    /// Weights, biases, tables, constants: finite or infinite.
    pub figures: Vec<f32>,
    /// Those of the figures that are codes with a scale, ascending, apart from each other.
    pub quantised: Vec<Quantised>,
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// Places in memory.
    pub outputs: Vec<u32>,
}

/// A checked network, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    // Boxed, so that a node of the graph stays small.
    program: Box<Program>,
    work: u64,
}

impl Network {
    /// Checks the program: limits, every place and stride, and that no step reads what it writes except in place.
    ///
    /// Walks are brought to their shortest form: neighbouring axes that are one become one, strides of inputs that a step does not have
    /// become 0.
    pub fn new(mut program: Program) -> Result<Self, &'static str> {
        let work = check::work(&program)?;
        for step in &mut program.steps {
            let (axes, inputs) = match step {
                Step::Copy { axes, .. } => (axes, 1),
                Step::Zip { axes, .. } => (axes, 2),
                Step::Select { axes, .. } => (axes, 3),
                _ => continue,
            };
            for axis in axes.iter_mut() {
                axis.b = if inputs < 2 { 0 } else { axis.b };
                axis.c = if inputs < 3 { 0 } else { axis.c };
            }
            *axes = Axis::merged(axes);
        }
        Ok(Self { program: Box::new(program), work })
    }

    /// What it is made of.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Inputs: what becomes of a row in which one is absent.
    pub fn inputs(&self) -> &[Absent] {
        &self.program.inputs
    }

    /// How many outputs.
    pub fn outputs(&self) -> usize {
        self.program.outputs.len()
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.program.steps
    }

    /// Multiply-adds (and what takes as long) of one row; at most [`crate::limits::NETWORK_WORK`].
    pub fn work(&self) -> u64 {
        self.work
    }
}
