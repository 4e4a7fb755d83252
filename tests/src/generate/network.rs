//! Random networks: every kind of step, one after another, each reading what any earlier one has made.

use scorelet_core::model::network::step::{Axis, Binary, Cell, Function, Recurrent, Reduction, Source, Step};
use scorelet_core::model::network::{Absent, Network, Program, Quantised};

use crate::random::Random;

/// A network of `inputs` columns with outputs between 0 and 1. Some of its figures are codes with a scale.
pub fn network(random: &mut Random, inputs: usize, outputs: usize) -> Network {
    let policies = [Absent::Propagate, Absent::Nan, Absent::Value(-0.5), Absent::Value(0.0)];
    let policy = (0..inputs).map(|_| *random.pick(&policies)).collect();
    let mut maker = Maker {
        program: Program { inputs: policy, memory: inputs as u32, ..Program::default() },
        values: vec![(0, inputs as u32)],
        random,
    };
    for _ in 0..maker.random.between(0, 9) {
        let kind = maker.random.below(12);
        maker.step(kind);
    }
    maker.head(outputs as u32);
    Network::new(maker.program).expect("a generated network")
}

struct Maker<'a> {
    random: &'a mut Random,
    program: Program,
    /// Place and length of what can be read.
    values: Vec<(u32, u32)>,
}

impl Maker<'_> {
    fn take(&mut self, len: u32) -> u32 {
        let at = self.program.memory;
        self.program.memory += len;
        self.values.push((at, len));
        at
    }

    fn number(&mut self) -> f32 {
        (0.5 * self.random.normal()) as f32
    }

    fn figures(&mut self, len: u32) -> u32 {
        let at = self.program.figures.len() as u32;
        for _ in 0..len {
            let x = self.number();
            self.program.figures.push(x);
        }
        at
    }

    /// Weights, now and then as int8.
    fn table(&mut self, rows: u32, columns: u32) -> u32 {
        let at = self.figures(rows * columns);
        if self.random.one_in(3) {
            let scales: Vec<f32> = (0..columns).map(|_| 0.001 + 0.02 * self.random.unit() as f32).collect();
            let table = self.program.figures[at as usize..].chunks_mut(columns as usize);
            for row in table {
                row.iter_mut().zip(&scales).for_each(|(x, s)| *x = (*x / s).round().clamp(-127.0, 127.0) * s);
            }
            self.program.quantised.push(Quantised { at, rows, scales });
        }
        at
    }

    fn value(&mut self) -> (u32, u32) {
        *self.random.pick(&self.values)
    }

    /// A value's extents as `[outer][len][inner]`.
    fn extents(&mut self, n: u32) -> [u32; 3] {
        let divisors: Vec<u32> = (1..=n).filter(|d| n.is_multiple_of(*d)).collect();
        let outer = *self.random.pick(&divisors);
        let rest: Vec<u32> = divisors.into_iter().filter(|d| (n / outer).is_multiple_of(*d)).collect();
        let len = *self.random.pick(&rest);
        [outer, len, n / outer / len]
    }

    /// The place of a value that is worked on, and where the result goes: the same place or a new one.
    fn places(&mut self, (at, len): (u32, u32)) -> (u32, u32) {
        // Inputs too may be overwritten.
        if self.random.one_in(3) { (at, at) } else { (at, self.take(len)) }
    }

    fn step(&mut self, kind: usize) {
        let value = self.value();
        let (at, n) = value;
        let [outer, len, inner] = self.extents(n);
        let step = match kind {
            0 => {
                let (rows, inputs, outputs) = (outer, len * inner, self.random.between(1, 9) as u32);
                let (weights, bias) = (self.table(inputs, outputs), self.figures(outputs));
                let bias = self.random.one_in(2).then_some(bias);
                let output = self.take(rows * outputs);
                Step::Dense { rows, inputs, outputs, input: at, output, weights, bias }
            }
            1 => {
                let columns = self.random.between(1, 5) as u32;
                let b = Source::Figures(self.figures(inner * columns));
                let (a, a_stride, b_stride) = (Source::Memory(at), len * inner, 0);
                let output = self.take(outer * len * columns);
                Step::MatMul { batch: outer, rows: len, inner, columns, a, a_stride, b, b_stride, output }
            }
            2 => {
                let function = *self.random.pick(&Function::ALL);
                let (alpha, beta) = (0.1 + self.number().abs(), 0.1 + self.number().abs());
                let (input, output) = self.places(value);
                Step::Map { function, alpha, beta, input, output, len: n }
            }
            3 => {
                let function = *self.random.pick(&Binary::ALL);
                let b = Source::Figures(self.figures(len * inner));
                let axes = self.axes([outer, len, inner], 0);
                let (input, output) = self.places(value);
                Step::Zip { function, a: Source::Memory(input), b, output, axes }
            }
            4 => {
                let (a, b) = (Source::Memory(at), Source::Figures(self.figures(len * inner)));
                let axes = self.axes([outer, len, inner], 0);
                Step::Select { condition: Source::Memory(at), a, b, output: self.take(n), axes }
            }
            5 => {
                // Transposed, and backwards along the middle.
                let mut axes = self.axes([outer, len, inner], len - 1);
                axes.reverse();
                let input = Source::Memory(at + (len - 1) * inner);
                let output = self.take(n);
                let mut out = 1;
                for axis in axes.iter_mut().rev() {
                    axis.out = out;
                    out *= axis.len;
                }
                Step::Copy { input, output, axes }
            }
            6 => {
                let reduction = *self.random.pick(&Reduction::ALL);
                let output = self.take(outer * inner);
                Step::Reduce { reduction, input: at, output, outer, len, inner }
            }
            7 => {
                let (input, output) = self.places(value);
                Step::Softmax { log: self.random.one_in(3), input, output, outer, len, inner }
            }
            8 => {
                let (scale, shift) = (self.figures(len * inner), self.figures(len * inner));
                let (scale, shift) = (Some(scale), self.random.one_in(2).then_some(shift));
                let (input, output) = self.places(value);
                Step::Normalise { epsilon: 1e-5, input, output, outer, len: len * inner, scale, shift }
            }
            9 => {
                let (rows, width) = (self.random.between(1, 7) as u32, self.random.between(1, 4) as u32);
                let table = Source::Figures(self.table(rows, width));
                let (unseen, from_end) = (self.random.below(rows as usize) as u32, self.random.one_in(2));
                let output = self.take(n * width);
                Step::Lookup {
                    input: at,
                    input_stride: 1,
                    count: n,
                    table,
                    rows,
                    width,
                    unseen,
                    from_end,
                    output,
                }
            }
            10 => {
                let (input, output) = self.places(value);
                Step::CumulativeSum { input, output, outer, len, inner }
            }
            _ => Step::Recurrent(Box::new(self.recurrent(at, outer, len * inner))),
        };
        self.program.steps.push(step);
    }

    /// A walk in order over `[outer][len][inner]`; the second input is repeated along `outer`. The first is walked backwards along
    /// `len` if it starts at the last of its positions.
    fn axes(&mut self, [outer, len, inner]: [u32; 3], start: u32) -> Vec<Axis> {
        let axis = |len: u32, stride: u32, b: u32| Axis {
            len,
            out: stride,
            a: stride as i32,
            b: b as i32,
            c: stride as i32,
        };
        let mut axes = vec![axis(outer, len * inner, 0), axis(len, inner, inner), axis(inner, 1, 1)];
        if start > 0 {
            axes[1].a = -axes[1].a;
        }
        axes
    }

    fn recurrent(&mut self, input: u32, length: u32, inputs: u32) -> Recurrent {
        let cells =
            [Cell::Simple, Cell::Gru { reset_after: false }, Cell::Gru { reset_after: true }, Cell::Lstm];
        let cell = *self.random.pick(&cells);
        let functions = match cell {
            Cell::Simple => vec![*self.random.pick(&[Function::Tanh, Function::Relu])],
            Cell::Gru { .. } => vec![Function::Sigmoid, Function::Tanh],
            Cell::Lstm => vec![Function::Sigmoid, Function::Tanh, Function::Tanh],
        };
        let units = self.random.between(1, 6) as u32;
        let wide = cell.gates() as u32 * units;
        let mask = self.values.iter().find(|v| v.1 >= length).map(|v| v.0);
        let initial = self.values.iter().find(|v| v.1 >= units).map(|v| v.0);
        Recurrent {
            cell,
            functions,
            backward: self.random.one_in(2),
            length,
            inputs,
            units,
            input,
            input_stride: inputs,
            weights: self.table(inputs, wide),
            recurrent: self.table(units, wide),
            bias: self.figures(2 * wide),
            initial: initial.filter(|_| self.random.one_in(3)),
            initial_cell: None,
            steps: self.random.one_in(3).then_some(input),
            mask: mask.filter(|_| self.random.one_in(3)),
            output: Some(self.take(length * units)),
            output_stride: units,
            last: Some(self.take(units)),
            last_cell: (cell == Cell::Lstm).then(|| self.take(units)),
        }
    }

    /// What was made last, made small, and brought to the outputs.
    fn head(&mut self, outputs: u32) {
        let (at, n) = self.values.last().copied().unwrap_or_default();
        let small = self.take(n);
        let output = self.take(outputs);
        let (weights, bias) = (self.table(n, outputs), Some(self.figures(outputs)));
        let map =
            |function, input, output, len| Step::Map { function, alpha: 1.0, beta: 0.0, input, output, len };
        self.program.steps.push(map(Function::Tanh, at, small, n));
        let dense = Step::Dense { rows: 1, inputs: n, outputs, input: small, output, weights, bias };
        self.program.steps.push(dense);
        self.program.steps.push(map(Function::Sigmoid, output, output, outputs));
        self.program.outputs = (output..output + outputs).collect();
    }
}
