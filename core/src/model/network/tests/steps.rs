//! Random steps of every kind, with random shapes, places and values, against their definition.

use proptest::prelude::*;

use super::{Numbers, naive, outputs, program};
use crate::column::State;
use crate::model::network::step::{Axis, Binary, Cell, Function, Recurrent, Reduction, Source, Step};
use crate::model::network::{Absent, Network, Program};

/// Makes one step: memory grows with what it reads and writes. What is read is given, what is written is put out.
pub(super) struct Maker {
    pub(super) numbers: Numbers,
    given: u32,
    written: u32,
    figures: Vec<f32>,
}

/// Where what a step writes begins: what it reads lies before.
const FIRST_OUTPUT: u32 = 600;

impl Maker {
    /// A place to read `len` values from, now and then with a gap before it.
    fn read(&mut self, len: u32) -> u32 {
        let at = self.given + self.numbers.between(0, 3);
        self.given = at + len;
        at
    }

    fn write(&mut self, len: u32) -> u32 {
        let at = FIRST_OUTPUT + self.written + self.numbers.between(0, 3);
        self.written = at + len - FIRST_OUTPUT;
        at
    }

    fn figures(&mut self, len: u32) -> u32 {
        let gap = self.numbers.between(0, 2);
        let more = self.numbers.values(gap + len);
        self.figures.extend(more);
        self.figures.len() as u32 - len
    }

    fn optional_figures(&mut self, len: u32) -> Option<u32> {
        self.numbers.yes().then(|| self.figures(len))
    }

    fn source(&mut self, len: u32) -> Source {
        if self.numbers.yes() { Source::Memory(self.read(len)) } else { Source::Figures(self.figures(len)) }
    }

    /// A place that is written as it is read, or another one.
    fn in_place(&mut self, len: u32) -> (u32, u32) {
        match self.numbers.yes() {
            true => {
                // Given as an input, so it must lie among those.
                let at = self.read(len);
                (at, at)
            }
            false => (self.read(len), self.write(len)),
        }
    }

    fn extents<const N: usize>(&mut self, most: u32) -> [u32; N] {
        [0; N].map(|_| self.numbers.between(1, most))
    }

    /// Axes whose target has gaps and a random order, and whose inputs are repeated, reversed or permuted.
    /// Also the length of the target, and each input's: before its place, and from it on.
    fn axes(&mut self) -> (Vec<Axis>, u32, [(u32, u32); 3]) {
        let n = self.numbers.between(0, 4) as usize;
        let lens: Vec<u32> = (0..n)
            .map(|_| {
                let most = [0, 150, 10, 5, 3][n];
                self.numbers.between(1, most)
            })
            .collect();
        let mut axes: Vec<Axis> = lens.iter().map(|&len| Axis { len, out: 0, a: 0, b: 0, c: 0 }).collect();
        let mut reach = [(0, 0); 4];
        for (which, reach) in reach.iter_mut().enumerate() {
            let mut order: Vec<usize> = (0..n).rev().collect();
            if self.numbers.between(0, 2) == 0 {
                order.sort_by_key(|_| self.numbers.bits());
            }
            let mut stride = 1;
            for &k in &order {
                let repeat = which > 0 && self.numbers.between(0, 4) == 0;
                let reverse = which > 0 && self.numbers.between(0, 4) == 0;
                let sign = if repeat {
                    0
                } else if reverse {
                    -1
                } else {
                    1
                };
                let axis = &mut axes[k];
                match which {
                    0 => axis.out = stride as u32,
                    1 => axis.a = sign * stride,
                    2 => axis.b = sign * stride,
                    _ => axis.c = sign * stride,
                }
                let length = (stride as u32) * (lens[k] - 1);
                if sign < 0 {
                    reach.0 += length
                } else if sign > 0 {
                    reach.1 += length
                }
                if !repeat {
                    stride *= lens[k] as i32 + i32::from(self.numbers.between(0, 5) == 0);
                }
            }
        }
        let [target, inputs @ ..] = reach;
        (axes, target.1 + 1, inputs.map(|(back, forth)| (back, forth + 1)))
    }

    fn strided(&mut self, (back, forth): (u32, u32)) -> Source {
        match self.source(back + forth) {
            Source::Memory(at) => Source::Memory(at + back),
            Source::Figures(at) => Source::Figures(at + back),
        }
    }

    fn step(&mut self, kind: u32) -> Step {
        match kind {
            0 => {
                let [rows, inputs, outputs] = [6, 12, 40].map(|most| self.numbers.between(1, most));
                let (input, output) = (self.read(rows * inputs), self.write(rows * outputs));
                let (weights, bias) = (self.figures(inputs * outputs), self.optional_figures(outputs));
                Step::Dense { rows, inputs, outputs, input, output, weights, bias }
            }
            1 => {
                let [batch, rows, inner, columns] = self.extents(4);
                let one = |maker: &mut Self, size: u32| {
                    let stride = if maker.numbers.yes() { 0 } else { size + maker.numbers.between(0, 2) };
                    (maker.source((batch - 1) * stride + size), stride)
                };
                let ((a, a_stride), (b, b_stride)) = (one(self, rows * inner), one(self, inner * columns));
                let output = self.write(batch * rows * columns);
                Step::MatMul { batch, rows, inner, columns, a, a_stride, b, b_stride, output }
            }
            2 => {
                let function = *self.numbers.pick(&Function::ALL);
                let len = self.numbers.between(1, 40);
                let (input, output) = self.in_place(len);
                let (alpha, beta) = (0.25 + self.numbers.value().abs(), 2.5 + self.numbers.value());
                Step::Map { function, alpha, beta, input, output, len }
            }
            3 => {
                let function = *self.numbers.pick(&Binary::ALL);
                let (axes, written, inputs) = self.axes();
                let (a, b) = (self.strided(inputs[0]), self.strided(inputs[1]));
                Step::Zip { function, a, b, output: self.write(written), axes }
            }
            4 => {
                let (axes, written, inputs) = self.axes();
                let [a, b, condition] = inputs.map(|reach| self.strided(reach));
                Step::Select { condition, a, b, output: self.write(written), axes }
            }
            5 => {
                let (axes, written, inputs) = self.axes();
                Step::Copy { input: self.strided(inputs[0]), output: self.write(written), axes }
            }
            6 => {
                let [outer, len, inner] = self.extents(6);
                let (input, output) = (self.read(outer * len * inner), self.write(outer * inner));
                let reduction = *self.numbers.pick(&Reduction::ALL);
                Step::Reduce { reduction, input, output, outer, len, inner }
            }
            7 => {
                let [outer, len, inner] = self.extents(6);
                let (input, output) = self.in_place(outer * len * inner);
                Step::Softmax { log: self.numbers.yes(), input, output, outer, len, inner }
            }
            8 => {
                let [outer, len] = self.extents(9);
                let (input, output) = self.in_place(outer * len);
                let (scale, shift) = (self.optional_figures(len), self.optional_figures(len));
                Step::Normalise { epsilon: 1e-3, input, output, outer, len, scale, shift }
            }
            9 => {
                let [rows, width] = self.extents(6);
                let [count, input_stride] = self.extents(5);
                let input = self.read((count - 1) * input_stride + 1);
                let (table, output) = (self.source(rows * width), self.write(count * width));
                let (unseen, from_end) = (self.numbers.between(0, rows - 1), self.numbers.yes());
                Step::Lookup { input, input_stride, count, table, rows, width, unseen, from_end, output }
            }
            10 => {
                let [outer, len, inner] = self.extents(6);
                let (input, output) = self.in_place(outer * len * inner);
                Step::CumulativeSum { input, output, outer, len, inner }
            }
            _ => Step::Recurrent(Box::new(self.recurrent())),
        }
    }

    fn recurrent(&mut self) -> Recurrent {
        let cells =
            [Cell::Simple, Cell::Gru { reset_after: false }, Cell::Gru { reset_after: true }, Cell::Lstm];
        let cell = *self.numbers.pick(&cells);
        let lstm = cell == Cell::Lstm;
        let functions = match cell {
            Cell::Simple => vec![*self.numbers.pick(&[Function::Tanh, Function::Relu])],
            Cell::Gru { .. } => vec![Function::Sigmoid, Function::Tanh],
            Cell::Lstm => vec![Function::Sigmoid, Function::Tanh, Function::Tanh],
        };
        let [length, inputs, units] = self.extents(6);
        let wide = cell.gates() as u32 * units;
        let [input_gap, output_gap] = [0; 2].map(|_| self.numbers.between(0, 2));
        let (input_stride, output_stride) = (inputs + input_gap, units + output_gap);
        let optional = |maker: &mut Self, len: u32| maker.numbers.yes().then(|| maker.read(len));
        let layer = Recurrent {
            cell,
            functions,
            backward: self.numbers.yes(),
            length,
            inputs,
            units,
            input: self.read((length - 1) * input_stride + inputs),
            input_stride,
            weights: self.figures(inputs * wide),
            recurrent: self.figures(units * wide),
            bias: self.figures(2 * wide),
            initial: optional(self, units),
            initial_cell: if lstm { optional(self, units) } else { None },
            steps: optional(self, 1),
            mask: optional(self, length),
            output: Some(self.write((length - 1) * output_stride + units)),
            output_stride,
            last: Some(self.write(units)),
            last_cell: lstm.then(|| self.write(units)),
        };
        // So that an error does not grow from step to step.
        self.figures.iter_mut().for_each(|x| *x *= 0.25);
        layer
    }
}

/// A step's program, and what it reads as whole numbers.
pub(super) fn made(seed: u64, kind: u32) -> (Program, Maker) {
    let mut maker = Maker { numbers: Numbers(seed), given: 0, written: 0, figures: Vec::new() };
    let step = maker.step(kind);
    assert!(maker.given <= FIRST_OUTPUT, "{step:?}");
    let memory = FIRST_OUTPUT + maker.written.max(1);
    let mut program = program(FIRST_OUTPUT, memory, maker.figures.clone(), vec![step]);
    // All of memory, so that nothing else is written: all outputs in two turns, because there may be no more than 1,024.
    program.outputs = (0..memory.min(1024)).collect();
    (program, maker)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    /// Each step gives what its definition gives, writes nothing else, and the same in a batch as alone.
    #[test]
    fn steps_do_what_they_are_defined_to_do(seed in any::<u64>(), kind in 0u32..12) {
        let (program, mut maker) = made(seed, kind);
        let whole = |step: &Step| match step {
            Step::Lookup { .. } => true,
            Step::Recurrent(layer) => layer.steps.is_some(),
            _ => false,
        };
        let step = program.steps[0].clone();
        let rows: Vec<Vec<f64>> = (0..3).map(|_| {
            let values = maker.numbers.values(FIRST_OUTPUT);
            values.into_iter().map(|x| f64::from(if whole(&step) && x > -1.9 { (x * 2.0).round() } else { x })).collect()
        }).collect();
        let network = Network::new(program.clone()).map_err(|what| TestCaseError::fail(format!("{what}: {step:?}")))?;
        let found = outputs(&network, &rows);
        for (row, found) in rows.iter().zip(&found) {
            prop_assert!(&outputs(&network, std::slice::from_ref(row))[0] == found, "alone: {step:?}");
            let mut memory: Vec<f32> = row.iter().map(|&x| x as f32).collect();
            memory.resize(program.memory as usize, 0.0);
            let wanted = naive::run(&step, &memory, &program.figures);
            for (place, (&wanted, &(found, state))) in wanted.iter().zip(found).enumerate() {
                let wanted = f64::from(wanted);
                if !wanted.is_finite() {
                    prop_assert_eq!(state, State::OUT_OF_RANGE, "{} {:?}", place, step);
                    continue;
                }
                prop_assert!((wanted - found).abs() <= tolerance(&step) * wanted.abs().max(1.0),
                    "{place}: {found}, not {wanted}: {step:?}");
            }
        }
    }
}

/// None where the order of operations is defined; else what rounding of f32 makes.
fn tolerance(step: &Step) -> f64 {
    match step {
        Step::Dense { .. } | Step::MatMul { .. } | Step::Select { .. } | Step::Copy { .. } => 0.0,
        Step::Lookup { .. } | Step::CumulativeSum { .. } => 0.0,
        Step::Zip { function: Binary::Power | Binary::Modulo, .. } => 1e-6,
        Step::Zip { .. } => 0.0,
        _ => 4e-6,
    }
}

/// Networks of one product with a batch of rows: each row's own, bit for bit, whatever the batch's size.
#[test]
fn batches_give_the_bits_of_single_rows() {
    let mut numbers = Numbers(7);
    let (inputs, units) = (50, 64);
    let figures = numbers.values(inputs * units + units + units);
    let steps = vec![
        Step::Dense {
            rows: 1,
            inputs,
            outputs: units,
            input: 0,
            output: inputs,
            weights: 0,
            bias: Some(inputs * units),
        },
        Step::Map {
            function: Function::Tanh,
            alpha: 1.0,
            beta: 0.0,
            input: inputs,
            output: inputs,
            len: units,
        },
        Step::Dense {
            rows: 1,
            inputs: units,
            outputs: 1,
            input: inputs,
            output: inputs + units,
            weights: inputs * units + units,
            bias: None,
        },
    ];
    let mut program = program(inputs, inputs + units + 1, figures, steps);
    program.outputs = vec![inputs + units, inputs];
    let network = Network::new(program).unwrap();
    let rows: Vec<Vec<f64>> =
        (0..700).map(|_| numbers.values(inputs).into_iter().map(f64::from).collect()).collect();
    let all = outputs(&network, &rows);
    for (row, found) in rows.iter().zip(&all) {
        assert_eq!(&outputs(&network, std::slice::from_ref(row))[0], found);
    }
}

/// An absent input makes a row absent, is NaN, or is another value, as its policy says.
#[test]
fn absent_inputs_follow_their_policy() {
    let steps = vec![
        Step::Map { function: Function::IsNan, alpha: 0.0, beta: 0.0, input: 0, output: 3, len: 3 },
        Step::Map { function: Function::Affine, alpha: 2.0, beta: 0.0, input: 2, output: 6, len: 1 },
    ];
    let mut program = program(3, 7, Vec::new(), steps);
    program.inputs = vec![Absent::Propagate, Absent::Nan, Absent::Value(0.25)];
    let network = Network::new(program).unwrap();
    let nan = f64::NAN;
    let rows = [vec![1.0, 2.0, 3.0], vec![1.0, nan, nan], vec![nan, 2.0, 3.0], vec![1.0, nan, 1e300]];
    let found = outputs(&network, &rows);
    let values = |row: usize| found[row].iter().map(|cell| cell.0).collect::<Vec<_>>();
    assert_eq!(values(0), [0.0, 0.0, 0.0, 6.0]);
    assert_eq!(values(1), [0.0, 1.0, 0.0, 0.5]);
    // The test's states are the special code of the column's number.
    assert!(found[2].iter().all(|cell| cell.1 == State::special(0)));
    assert_eq!(found[3][1], (1.0, State::PRESENT));
    assert_eq!(found[3][3].1, State::OUT_OF_RANGE, "an f32 cannot hold it");
}
