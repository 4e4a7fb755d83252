//! Formulas: expressions over columns and events, compiled to a list of steps.
//!
//! Encoding: `constants: counted f64`, `tables: counted f64` (NaN: no value there), `steps: counted` of `function: u8` and the
//! arguments that the function has (`u32` each, see [`Function`]), `outputs: counted u32`.

mod check;
mod eval;
mod function;
#[cfg(test)]
mod tests;

pub use eval::FormulaScratch;
pub use function::Function;

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// One step: a function of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub function: Function,
    /// Its arguments, as the function has them; the rest is 0.
    pub args: [u32; 3],
}

/// Expressions over the input columns; one output each.
///
/// **Registers** are numbered: the inputs first, then the constants, then the result of each step in order. A register has a
/// value and a state. A step reads registers before its own.
///
/// **Values** are f64. Integers are exact up to 2^53, a truth is 0 or 1 (whatever is not 0 is true), a date is its days since
/// 1970-01-01, a category its index.
///
/// **Absent values.** A function gives the state of its first absent argument, in the order of the arguments, except where
/// [`Function`] says otherwise; a result that is not finite is [`State::OUT_OF_RANGE`](crate::column::State::OUT_OF_RANGE).
/// So an evaluation cannot fail.
///
/// **Events.** [`Function::Each`] runs the steps after it once for every event of a list. Those steps may read earlier registers,
/// but a step outside of them may read only the accumulators among them. Loops do not nest.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    constants: Vec<f64>,
    tables: Vec<f64>,
    steps: Vec<Step>,
    outputs: Vec<u32>,
}

impl Formula {
    /// Checks all that does not depend on the inputs.
    pub fn new(
        constants: Vec<f64>,
        tables: Vec<f64>,
        steps: Vec<Step>,
        outputs: Vec<u32>,
    ) -> Result<Self, &'static str> {
        let formula = Self { constants, tables, steps, outputs };
        check::parts(&formula)?;
        Ok(formula)
    }

    /// The constants.
    pub fn constants(&self) -> &[f64] {
        &self.constants
    }

    /// The tables of all steps.
    pub fn tables(&self) -> &[f64] {
        &self.tables
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The registers that are given out, in order.
    pub fn outputs(&self) -> &[u32] {
        &self.outputs
    }

    /// Steps that run for every event, and one for each loop.
    pub fn looped_steps(&self) -> u64 {
        let loops = self.steps.iter().filter(|step| step.function == Function::Each);
        loops.map(|step| 1 + u64::from(step.args[1])).sum()
    }

    /// Which inputs must be event-list fields, and how many columns their events must have.
    pub fn event_lists(&self) -> Vec<(u32, u32)> {
        check::event_lists(self)
    }

    /// The columns of events that it reads: input, and column of its events.
    #[cfg(feature = "author")]
    pub fn event_columns(&self) -> Vec<(u32, u32)> {
        check::event_columns(self)
    }
}

impl Wire for Formula {
    fn put(&self, out: &mut Vec<u8>) {
        out.f64s(&self.constants);
        out.f64s(&self.tables);
        out.count(self.steps.len());
        for step in &self.steps {
            Put::u8(out, step.function.code());
            for &arg in step.args.iter().take(step.function.arguments()) {
                Put::u32(out, arg);
            }
        }
        out.u32s(&self.outputs);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let constants = input.f64s("constants of a formula", limits::FORMULA_STEPS)?;
        let n = input.count("table values of a formula", limits::FORMULA_TABLES, 8)?;
        let mut tables = Vec::with_capacity(n);
        for _ in 0..n {
            tables.push(input.f64_any()?);
        }
        let n = input.count("steps of a formula", limits::FORMULA_STEPS, 5)?;
        let mut steps = Vec::with_capacity(n);
        for _ in 0..n {
            let Some(function) = Function::of_code(input.u8()?) else {
                return Err(input.malformed("a formula has a function that this engine does not know"));
            };
            let mut args = [0; 3];
            for arg in args.iter_mut().take(function.arguments()) {
                *arg = input.u32()?;
            }
            steps.push(Step { function, args });
        }
        let outputs = input.u32s("outputs of a formula", limits::FORMULA_OUTPUTS)?;
        Self::new(constants, tables, steps, outputs).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Formula {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        check::registers(self, inputs)
    }

    fn width(&self, _inputs: usize) -> usize {
        self.outputs.len()
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch) {
        eval::run(self, inputs, outputs, &mut scratch.formula);
    }
}
