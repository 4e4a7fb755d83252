//! Which inputs of a formula can be absent so that a result is.

use std::collections::BTreeSet;

use super::{FormulaBuilder, Register};
use crate::feature::formula::Function;

type Inputs = BTreeSet<u32>;

/// What is known of a register.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Inputs whose absence can make it absent.
    live: Inputs,
    /// Inputs that are there where it is true.
    if_true: Inputs,
    /// Inputs that are there where it is 0.
    if_false: Inputs,
}

impl FormulaBuilder {
    /// The inputs whose absence can reach one of these registers: not through `IsAbsent`, as the first of an `OrElse`, or where a
    /// condition asked before.
    pub fn passing(&self, outputs: &[Register]) -> BTreeSet<u32> {
        let mut steps: Vec<Known> = Vec::with_capacity(self.steps.len());
        let mut list = None;
        for (function, registers, plain) in &self.steps {
            let args = registers.iter().take(function.registers()).map(|&register| of(register, &steps));
            let args: Vec<Known> = args.collect();
            if *function == Function::Each {
                list = plain.first().copied();
            }
            let mut known = step(*function, &args);
            if function.in_loop() && (function.accumulates() || function.registers() == 0)
                || *function == Function::Each
            {
                known.live.extend(list);
            }
            if let (Function::IsAbsent, Some(Register::Input(input))) = (function, registers.first()) {
                known.if_false.insert(*input);
            }
            steps.push(known);
        }
        outputs.iter().flat_map(|&register| of(register, &steps).live).collect()
    }
}

fn of(register: Register, steps: &[Known]) -> Known {
    match register {
        Register::Input(input) => Known { live: Inputs::from([input]), ..Known::default() },
        Register::Constant(_) => Known::default(),
        Register::Step(at) => steps.get(at as usize).cloned().unwrap_or_default(),
    }
}

fn without(from: &Inputs, known: &Inputs) -> Inputs {
    from.difference(known).copied().collect()
}

fn both(a: &Inputs, b: &Inputs) -> Inputs {
    a.union(b).copied().collect()
}

fn step(function: Function, args: &[Known]) -> Known {
    match (function, args) {
        (Function::IsAbsent, _) => Known::default(),
        (Function::Not, [a]) => {
            Known { live: a.live.clone(), if_true: a.if_false.clone(), if_false: a.if_true.clone() }
        }
        (Function::OrElse, [_, b]) => Known { live: b.live.clone(), ..Known::default() },
        // One side is looked at only where the other decides nothing.
        (Function::And, [a, b]) => Known {
            live: both(&without(&a.live, &b.if_true), &without(&b.live, &a.if_true)),
            if_true: both(&a.if_true, &b.if_true),
            ..Known::default()
        },
        (Function::Or, [a, b]) => Known {
            live: both(&without(&a.live, &b.if_false), &without(&b.live, &a.if_false)),
            if_false: both(&a.if_false, &b.if_false),
            ..Known::default()
        },
        (Function::Select, [test, a, b]) => {
            let chosen = both(&without(&a.live, &test.if_true), &without(&b.live, &test.if_false));
            Known { live: both(&test.live, &chosen), ..Known::default() }
        }
        _ => {
            Known { live: args.iter().flat_map(|arg| arg.live.iter().copied()).collect(), ..Known::default() }
        }
    }
}
