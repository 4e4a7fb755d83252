//! Every step against an evaluation by its definition; hostile programs; bytes.

mod bytes;
mod hostile;
mod naive;
mod steps;

use super::{Network, Program};
use crate::column::{Block, Inputs, State};
use crate::graph::{Kernel, Scratch};

/// Seeded numbers (SplitMix64).
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    fn between(&mut self, low: u32, high: u32) -> u32 {
        low + (self.bits() % u64::from(high - low + 1)) as u32
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.bits() as usize % of.len()]
    }

    fn yes(&mut self) -> bool {
        self.bits() & 1 == 1
    }

    /// A number between −2 and 2; 0 or a whole one now and then, so that ties and logic are hit.
    fn value(&mut self) -> f32 {
        match self.between(0, 5) {
            0 => *self.pick(&[-2.0, -1.0, 0.0, 1.0, 2.0]),
            _ => ((self.bits() >> 40) as f32 / (1 << 22) as f32) - 2.0,
        }
    }

    fn values(&mut self, n: u32) -> Vec<f32> {
        (0..n).map(|_| self.value()).collect()
    }
}

/// The outputs of each row, and their states; NaN as 0, so that rows can be compared.
pub(super) fn outputs(network: &Network, rows: &[Vec<f64>]) -> Vec<Vec<(f64, State)>> {
    let (inputs, outputs) = (network.inputs().len(), network.outputs());
    network.check(inputs).expect("as many columns as inputs");
    let mut block = Block::new(inputs + outputs, rows.len());
    block.set_rows(rows.len());
    for i in 0..inputs {
        let mut column = block.column_mut(i);
        for (row, values) in rows.iter().enumerate() {
            match values[i].is_nan() {
                true => column.set_absent(row, State::special(i as u8 % 4)),
                false => column.set(row, values[i]),
            }
        }
    }
    let ids: Vec<u32> = (0..inputs as u32).collect();
    let (columns, mut out) = block.split(inputs);
    network.eval(&Inputs::new(columns, &ids), &mut out, &mut Scratch::default());
    let cell = |row: usize, k: usize| {
        let column = block.column(inputs + k);
        assert_eq!(column.values[row].is_nan(), !column.states[row].is_present());
        (if column.values[row].is_nan() { 0.0 } else { column.values[row] }, column.states[row])
    };
    (0..rows.len()).map(|row| (0..outputs).map(|k| cell(row, k)).collect()).collect()
}

/// A program of `steps` whose inputs fill the first `given` places of memory, and whose outputs are the others.
pub(super) fn program(given: u32, memory: u32, figures: Vec<f32>, steps: Vec<super::step::Step>) -> Program {
    Program {
        inputs: vec![super::Absent::Propagate; given as usize],
        memory,
        figures,
        quantised: Vec::new(),
        steps,
        outputs: (given..memory).collect(),
    }
}
