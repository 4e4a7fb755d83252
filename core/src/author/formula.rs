//! Building formulas: registers by handle, equal steps once, steps of constants computed at once.

mod absence;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::column::{Block, Inputs, State};
use crate::feature::formula::{Formula, Function, Step};
use crate::graph::{Kernel as _, Scratch};

/// A register of a formula that is being built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// An input.
    Input(u32),
    /// A constant.
    Constant(u32),
    /// The result of a step.
    Step(u32),
}

/// A formula under construction. Steps are added in order; those that are equal are one step, and those of constants only are
/// constants, by the engine's own evaluation.
#[derive(Debug, Default)]
pub struct FormulaBuilder {
    constants: Vec<f64>,
    /// Constants by their bits.
    numbers: BTreeMap<u64, u32>,
    tables: Vec<f64>,
    /// Where the tables stand, by the bits of their values.
    places: BTreeMap<Vec<u64>, u32>,
    steps: Vec<(Function, [Register; 3], [u32; 3])>,
    /// Equal steps outside of loops; a step in a loop is looked up only within its loop.
    known: BTreeMap<(u8, [Register; 3], [u32; 3]), Register>,
    /// Where the open loop starts, and what was known before it.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    head: u32,
    known: BTreeMap<(u8, [Register; 3], [u32; 3]), Register>,
}

/// Stands where a step has no register.
const NONE: Register = Register::Constant(0);

impl FormulaBuilder {
    /// An empty formula.
    pub fn new() -> Self {
        Self::default()
    }

    /// A finite constant; equal ones are one register. What is not finite is a division by zero: out of range wherever it is read.
    pub fn constant(&mut self, x: f64) -> Register {
        if !x.is_finite() {
            let zero = self.constant(0.0);
            return self.push(Function::Div, [zero, zero, NONE], [0; 3]);
        }
        let at = *self.numbers.entry(x.to_bits()).or_insert_with(|| {
            self.constants.push(x);
            self.constants.len() as u32 - 1
        });
        Register::Constant(at)
    }

    /// The value of a constant register.
    pub fn value(&self, register: Register) -> Option<f64> {
        match register {
            Register::Constant(at) => self.constants.get(at as usize).copied(),
            _ => None,
        }
    }

    /// A function of registers: as many as it has.
    pub fn apply(&mut self, function: Function, registers: &[Register]) -> Register {
        let mut args = [NONE; 3];
        for (arg, register) in args.iter_mut().zip(registers) {
            *arg = *register;
        }
        let constants: Option<Vec<f64>> = registers.iter().map(|&r| self.value(r)).collect();
        if let (Some(constants), false) = (constants, function.accumulates())
            && let Some(x) = evaluated(function, &constants)
        {
            return self.constant(x);
        }
        self.push(function, args, [0; 3])
    }

    /// A table function of one register: [`Function::In`], [`Function::Lookup`] or [`Function::Rank`].
    pub fn table(&mut self, function: Function, x: Register, values: &[f64]) -> Register {
        let bits = values.iter().map(|x| x.to_bits()).collect();
        let from = *self.places.entry(bits).or_insert_with(|| {
            self.tables.extend(values);
            (self.tables.len() - values.len()) as u32
        });
        self.push(function, [x, NONE, NONE], [0, from, values.len() as u32])
    }

    /// Opens a loop over the events of input `list`; gives the register of their number. What is added until
    /// [`close`](Self::close) runs for every event.
    pub fn open(&mut self, list: u32) -> Register {
        let head = self.steps.len() as u32;
        self.steps.push((Function::Each, [NONE; 3], [list, 0, 0]));
        self.open = Some(Open { head, known: self.known.clone() });
        Register::Step(head)
    }

    /// Ends the open loop.
    pub fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let body = (self.steps.len() as u32).saturating_sub(open.head + 1);
        if let Some((_, _, plain)) = self.steps.get_mut(open.head as usize) {
            plain[1] = body;
        }
        // What stands in the loop means something else after it.
        self.known = open.known;
    }

    /// Whether a loop is open.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// In a loop: the event's date.
    pub fn event_day(&mut self) -> Register {
        self.push(Function::EventDay, [NONE; 3], [0; 3])
    }

    /// In a loop: a column of the event.
    pub fn event_column(&mut self, column: u32) -> Register {
        self.push(Function::EventColumn, [NONE; 3], [column, 0, 0])
    }

    fn push(&mut self, function: Function, args: [Register; 3], plain: [u32; 3]) -> Register {
        let key = (function.code(), args, plain);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let register = Register::Step(self.steps.len() as u32);
        self.steps.push((function, args, plain));
        self.known.insert(key, register);
        register
    }

    /// The formula, of so many inputs.
    pub fn finish(self, inputs: u32, outputs: &[Register]) -> Result<Formula, &'static str> {
        let constants = self.constants.len() as u32;
        let number = |register: Register| match register {
            Register::Input(i) => i,
            Register::Constant(i) => inputs + i,
            Register::Step(i) => inputs + constants + i,
        };
        let step = |(function, registers, plain): (Function, [Register; 3], [u32; 3])| {
            let mut args = plain;
            for (arg, register) in args.iter_mut().zip(registers).take(function.registers()) {
                *arg = number(register);
            }
            Step { function, args }
        };
        let steps = self.steps.into_iter().map(step).collect();
        let outputs = outputs.iter().map(|&register| number(register)).collect();
        let formula = Formula::new(self.constants, self.tables, steps, outputs)?;
        formula.check(inputs as usize)?;
        Ok(formula)
    }
}

/// The value of a function of constants; `None` if it is absent or reads more than its registers.
fn evaluated(function: Function, constants: &[f64]) -> Option<f64> {
    if function.arguments() != constants.len()
        || function.registers() != constants.len()
        || constants.is_empty()
    {
        return None;
    }
    let registers: Vec<u32> = (0..3).map(|i| if i < constants.len() as u32 { i } else { 0 }).collect();
    let args = <[u32; 3]>::try_from(registers).ok()?;
    let step = Step { function, args };
    let formula =
        Formula::new(constants.to_vec(), Vec::new(), vec![step], vec![constants.len() as u32]).ok()?;
    let mut block = Block::new(1, 1);
    block.set_rows(1);
    let (columns, mut outputs) = block.split(0);
    formula.eval(&Inputs::new(columns, &[]), &mut outputs, &mut Scratch::default());
    let column = block.column(0);
    match (column.values.first(), column.states.first()) {
        (Some(&value), Some(&State::PRESENT)) => Some(value),
        _ => None,
    }
}
