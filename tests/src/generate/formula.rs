//! Random formulas: every function, tables, and loops over an event list.

use scorelet_core::author::formula::{FormulaBuilder, Register};
use scorelet_core::feature::formula::{Formula, Function};

use super::grid;
use crate::random::Random;

/// A formula of so many inputs. `list`: its first input is a list whose events have so many columns.
pub(super) fn formula(random: &mut Random, inputs: usize, list: Option<usize>) -> Formula {
    let mut maker = Maker { builder: FormulaBuilder::new(), known: Vec::new() };
    maker.known.extend((0..inputs as u32).map(Register::Input));
    for _ in 0..random.between(1, 3) {
        let constant = maker.builder.constant(constant(random));
        maker.known.push(constant);
    }
    maker.steps(random, 8);
    if let Some(columns) = list {
        for _ in 0..random.between(1, 2) {
            maker.looped(random, columns);
        }
    }
    maker.steps(random, 8);
    let Maker { builder, known } = maker;
    let outputs: Vec<Register> = (0..random.between(1, 6)).map(|_| *random.pick(&known)).collect();
    builder.finish(inputs as u32, &outputs).expect("a generated formula")
}

/// Whole numbers and dates too.
fn constant(random: &mut Random) -> f64 {
    match random.below(4) {
        0 => random.below(20_000) as f64,
        1 => random.normal(),
        2 => *random.pick(&[0.0, -0.0, 1.0, 1e300, -3.0, 9_007_199_254_740_992.0]),
        _ => grid(random),
    }
}

struct Maker {
    builder: FormulaBuilder,
    /// Registers that a step may read here.
    known: Vec<Register>,
}

impl Maker {
    fn steps(&mut self, random: &mut Random, most: usize) {
        for _ in 0..random.between(1, most) {
            let plain: Vec<Function> =
                Function::ALL.iter().copied().filter(|f| f.code() < Function::Each.code()).collect();
            let function = *random.pick(&plain);
            let args = self.args(random, function);
            let register = match (function.arguments() > function.registers(), args.as_slice()) {
                (true, &[x]) => {
                    let mut values: Vec<f64> = (0..random.below(6)).map(|_| grid(random)).collect();
                    if function == Function::Lookup {
                        values.push(f64::NAN);
                    } else {
                        values.sort_by(f64::total_cmp);
                        values.dedup();
                    }
                    self.builder.table(function, x, &values)
                }
                _ => self.builder.apply(function, &args),
            };
            self.known.push(register);
        }
    }

    fn args(&self, random: &mut Random, function: Function) -> Vec<Register> {
        (0..function.registers()).map(|_| *random.pick(&self.known)).collect()
    }

    fn looped(&mut self, random: &mut Random, columns: usize) {
        let outside = self.known.clone();
        let count = self.builder.open(0);
        let day = self.builder.event_day();
        self.known.extend([count, day]);
        for column in 0..columns as u32 {
            let register = self.builder.event_column(column);
            self.known.push(register);
        }
        self.steps(random, 5);
        let gather: Vec<Function> = Function::ALL.iter().copied().filter(|f| f.accumulates()).collect();
        let mut gathered = vec![count];
        for _ in 0..random.between(1, 5) {
            let function = *random.pick(&gather);
            let args = self.args(random, function);
            gathered.push(self.builder.apply(function, &args));
        }
        self.builder.close();
        self.known = outside;
        self.known.extend(gathered);
    }
}
