//! Time of networks as nodes: `cargo bench -p scorelet-core --bench network`.
//!
//! Minimum of several runs, since other work on the machine only ever adds time.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use scorelet_core::column::{Block, Inputs};
use scorelet_core::graph::{Kernel, Scratch};
use scorelet_core::model::network::step::{Cell, Function, Recurrent, Step};
use scorelet_core::model::network::{Absent, Network, Program};
use std::hint::black_box;
use std::time::Instant;

/// Rows of a block, as the engine evaluates them.
const BLOCK: usize = 256;
const ROUNDS: usize = 200;

struct Maker {
    program: Program,
    seed: u64,
}

impl Maker {
    fn new(inputs: u32) -> Self {
        let program = Program {
            inputs: vec![Absent::Propagate; inputs as usize],
            memory: inputs,
            ..Program::default()
        };
        Self { program, seed: 1 }
    }

    fn take(&mut self, len: u32) -> u32 {
        self.program.memory += len;
        self.program.memory - len
    }

    fn figures(&mut self, len: u32) -> u32 {
        let at = self.program.figures.len() as u32;
        for _ in 0..len {
            self.seed =
                self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.program.figures.push(((self.seed >> 40) as f32 / (1 << 24) as f32 - 0.5) * 0.3);
        }
        at
    }

    /// A dense layer with a function; its place.
    fn layer(&mut self, input: u32, inputs: u32, outputs: u32, function: Function) -> u32 {
        let (weights, bias) = (self.figures(inputs * outputs), Some(self.figures(outputs)));
        let output = self.take(outputs);
        let dense = Step::Dense { rows: 1, inputs, outputs, input, output, weights, bias };
        let (alpha, beta, input, len) = (1.0, 0.0, output, outputs);
        self.program.steps.extend([dense, Step::Map { function, alpha, beta, input, output, len }]);
        output
    }

    fn finish(mut self, output: u32) -> Network {
        self.program.outputs = vec![output];
        Network::new(self.program).unwrap()
    }
}

fn dense() -> Network {
    let mut maker = Maker::new(50);
    let first = maker.layer(0, 50, 64, Function::Relu);
    let second = maker.layer(first, 64, 32, Function::Relu);
    let last = maker.layer(second, 32, 1, Function::Sigmoid);
    maker.finish(last)
}

fn gru() -> Network {
    let (length, inputs, units) = (90, 8, 64);
    let mut maker = Maker::new(length * inputs);
    let (weights, recurrent) = (maker.figures(inputs * 3 * units), maker.figures(units * 3 * units));
    let (bias, last) = (maker.figures(6 * units), maker.take(units));
    maker.program.steps.push(Step::Recurrent(Box::new(Recurrent {
        cell: Cell::Gru { reset_after: true },
        functions: vec![Function::Sigmoid, Function::Tanh],
        backward: false,
        length,
        inputs,
        units,
        input: 0,
        input_stride: inputs,
        weights,
        recurrent,
        bias,
        initial: None,
        initial_cell: None,
        steps: None,
        mask: None,
        output: None,
        output_stride: units,
        last: Some(last),
        last_cell: None,
    })));
    let output = maker.layer(last, units, 1, Function::Sigmoid);
    maker.finish(output)
}

fn measure(name: &str, network: &Network) {
    let inputs = network.inputs().len();
    let ids: Vec<u32> = (0..inputs as u32).collect();
    let mut scratch = Scratch::default();
    for rows in [1, BLOCK] {
        let mut block = Block::new(inputs + 1, rows);
        block.set_rows(rows);
        for i in 0..inputs {
            let mut column = block.column_mut(i);
            (0..rows).for_each(|row| column.set(row, ((i * 31 + row * 17) % 97) as f64 / 48.0 - 1.0));
        }
        let repeats = if rows == 1 { 100 } else { 1 };
        let mut least = f64::INFINITY;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for _ in 0..repeats {
                let (columns, mut outputs) = black_box(&mut block).split(inputs);
                network.eval(&Inputs::new(columns, &ids), &mut outputs, &mut scratch);
            }
            least = least.min(start.elapsed().as_secs_f64() / (repeats * rows) as f64);
        }
        println!("{name}, {rows:3} rows: {:.2} µs a row", least * 1e6);
    }
}

fn main() {
    measure("dense 50-64-32-1", &dense());
    measure("GRU 64, 90 steps of 8, dense 1", &gru());
}
