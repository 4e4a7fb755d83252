use super::*;
use crate::random::Random;

/// A layer with room for everything, and a memory of random values with all its places.
struct Case {
    cell: Cell,
    functions: [Activation; 3],
    backward: bool,
    length: usize,
    inputs: usize,
    units: usize,
    input_stride: usize,
    output_stride: usize,
    weights: Vec<f32>,
    recurrent: Vec<f32>,
    bias: Vec<f32>,
    memory: Vec<f32>,
    /// initial, initial cell, steps, mask
    has: [bool; 4],
}

const CELLS: [Cell; 4] =
    [Cell::Simple, Cell::Gru { reset_after: true }, Cell::Gru { reset_after: false }, Cell::Lstm];

impl Case {
    fn new(cell: Cell, random: &mut Random) -> Self {
        let (units, inputs) =
            (random.one_of(&[1, 3, 4, 5, 8, 17, 63, 64, 65]), random.one_of(&[0, 1, 3, 7, 8, 9]));
        let (length, wide) = (random.one_of(&[1, 2, 15, 16, 17, 40]), cell.gates() * units);
        let mut scaled =
            |count: usize, most: f32| random.values(count).into_iter().map(|x| x * most).collect::<Vec<_>>();
        // Not so large that many units make a small error greater with each step.
        let most = 1.0 / (units as f32).sqrt();
        let (weights, recurrent) = (scaled(inputs * wide, 0.5), scaled(units * wide, most));
        let bias = scaled(2 * wide, 0.5);
        let (input_stride, output_stride) = (inputs + random.below(3), units + random.below(3));
        let functions = match cell {
            Cell::Simple => [random.one_of(&[Activation::Tanh, Activation::Relu]); 3],
            _ => [
                random.one_of(&[Activation::Sigmoid, Activation::HardSigmoid]),
                Activation::Tanh,
                Activation::Tanh,
            ],
        };
        let mut memory = random.values(places(length, input_stride, output_stride, units));
        let has = [(); 4].map(|()| random.below(2) == 0);
        memory[STEPS] = random.below(length + 1) as f32;
        memory[MASK..MASK + length].iter_mut().for_each(|mask| *mask = random.below(3).min(1) as f32);
        let backward = random.below(2) == 0;
        Self {
            cell,
            functions,
            backward,
            length,
            inputs,
            units,
            input_stride,
            output_stride,
            weights,
            recurrent,
            bias,
            memory,
            has,
        }
    }

    fn layer(&self) -> Layer<'_> {
        let [output, last, last_cell, initial, initial_cell, input] = self.at();
        Layer {
            cell: self.cell,
            functions: self.functions,
            backward: self.backward,
            length: self.length,
            inputs: self.inputs,
            units: self.units,
            input,
            input_stride: self.input_stride,
            weights: &self.weights,
            recurrent: &self.recurrent,
            bias: &self.bias,
            initial: self.has[0].then_some(initial),
            initial_cell: self.has[1].then_some(initial_cell),
            steps: self.has[2].then_some(STEPS),
            mask: self.has[3].then_some(MASK),
            output: Some(output),
            output_stride: self.output_stride,
            last: Some(last),
            last_cell: Some(last_cell),
        }
    }

    /// Where things stand, after the mask.
    fn at(&self) -> [usize; 6] {
        let output = MASK + self.length;
        let after = output + self.length * self.output_stride;
        let [last, cell, initial, initial_cell] = [0, 1, 2, 3].map(|k| after + k * self.units);
        [output, last, cell, initial, initial_cell, after + 4 * self.units]
    }

    /// The definition in f64: outputs, last state, last cell.
    fn naive(&self) -> (Vec<Vec<f64>>, Vec<f64>, Vec<f64>) {
        let l = self.layer();
        let n = self.units;
        let wide = self.cell.gates() * n;
        let read = |at: Option<usize>| {
            (0..n).map(|k| at.map_or(0.0, |at| f64::from(self.memory[at + k]))).collect::<Vec<_>>()
        };
        let (mut h, mut c) = (read(l.initial), read(l.initial_cell));
        let mut outputs = vec![vec![0.0; n]; self.length];
        let count = l.steps.map_or(self.length, |at| self.memory[at] as usize);
        for k in 0..count {
            let t = if self.backward { count - 1 - k } else { k };
            if l.mask.is_none_or(|at| self.memory[at + t] != 0.0) {
                let w = |g: usize, u: usize| {
                    let x = |i: usize| f64::from(self.memory[l.input + t * self.input_stride + i]);
                    (0..self.inputs)
                        .map(|i| x(i) * f64::from(self.weights[i * wide + g * n + u]))
                        .sum::<f64>()
                        + f64::from(self.bias[g * n + u])
                };
                let r = |h: &[f64], g: usize, u: usize| {
                    h.iter()
                        .enumerate()
                        .map(|(i, h)| h * f64::from(self.recurrent[i * wide + g * n + u]))
                        .sum::<f64>()
                        + f64::from(self.bias[wide + g * n + u])
                };
                let [f, g, p] = self.functions.map(|f| move |x: f64| function(f, x));
                let gate = |k: usize, u: usize| w(k, u) + r(&h, k, u);
                match self.cell {
                    Cell::Simple => h = (0..n).map(|u| f(gate(0, u))).collect(),
                    Cell::Gru { reset_after } => {
                        let reset: Vec<f64> = (0..n).map(|u| f(gate(1, u))).collect();
                        let gated: Vec<f64> = h.iter().zip(&reset).map(|(h, r)| h * r).collect();
                        let candidate = |u: usize| match reset_after {
                            true => g(w(2, u) + reset[u] * r(&h, 2, u)),
                            false => g(w(2, u) + r(&gated, 2, u)),
                        };
                        h = (0..n)
                            .map(|u| (1.0 - f(gate(0, u))) * candidate(u) + f(gate(0, u)) * h[u])
                            .collect();
                    }
                    Cell::Lstm => {
                        c = (0..n).map(|u| f(gate(2, u)) * c[u] + f(gate(0, u)) * g(gate(3, u))).collect();
                        h = (0..n).map(|u| f(gate(1, u)) * p(c[u])).collect();
                    }
                }
            }
            outputs[t].clone_from(&h);
        }
        (outputs, h, c)
    }
}

const STEPS: usize = 0;
const MASK: usize = 1;

fn places(length: usize, input_stride: usize, output_stride: usize, units: usize) -> usize {
    MASK + length + length * (input_stride + output_stride) + 4 * units
}

fn function(f: Activation, x: f64) -> f64 {
    match f {
        Activation::Sigmoid => 1.0 / (1.0 + libm::exp(-x)),
        Activation::HardSigmoid => (0.2 * x + 0.5).clamp(0.0, 1.0),
        Activation::Relu => x.max(0.0),
        _ => libm::tanh(x),
    }
}

fn near(ours: &[f32], truth: &[f64]) {
    assert_eq!(ours.len(), truth.len());
    for (ours, truth) in ours.iter().zip(truth) {
        assert!((f64::from(*ours) - truth).abs() <= 1e-5 * truth.abs().max(1.0), "{ours} for {truth}");
    }
}

#[test]
fn cells_are_their_definitions() {
    let mut random = Random(7);
    let mut scratch = RecurrentScratch::default();
    for cell in CELLS {
        for _ in 0..90 {
            let case = Case::new(cell, &mut random);
            let mut memory = case.memory.clone();
            run(&case.layer(), memory.len(), &mut memory, &mut scratch);
            let (outputs, h, c) = case.naive();
            let [output, last, last_cell, ..] = case.at();
            let n = case.units;
            for (t, truth) in outputs.iter().enumerate() {
                near(&memory[output + t * case.output_stride..][..n], truth);
            }
            near(&memory[last..last + n], &h);
            near(&memory[last_cell..last_cell + n], &c);
            // Nothing else was written.
            let mut rest = memory.clone();
            for t in 0..case.length {
                let place = output + t * case.output_stride;
                rest[place..place + n].copy_from_slice(&case.memory[place..place + n]);
            }
            rest[last..last_cell + n].copy_from_slice(&case.memory[last..last_cell + n]);
            assert_eq!(rest, case.memory);
        }
    }
}

/// Several memories one after the other, by a scratch memory that other layers have used.
#[test]
fn many_memories_are_as_one_alone() {
    let mut random = Random(10);
    let mut scratch = RecurrentScratch::default();
    for _ in 0..20 {
        for cell in CELLS {
            let mut case = Case::new(cell, &mut random);
            let mut all = Vec::new();
            let mut alone = Vec::new();
            for _ in 0..3 {
                let count = case.length + 1;
                let fresh = random.values(case.memory.len());
                case.memory[count..].copy_from_slice(&fresh[count..]);
                all.extend_from_slice(&case.memory);
                let mut memory = case.memory.clone();
                run(&case.layer(), memory.len(), &mut memory, &mut RecurrentScratch::default());
                alone.extend(memory);
            }
            run(&case.layer(), case.memory.len(), &mut all, &mut scratch);
            assert_eq!(all, alone);
        }
    }
    run(&Case::new(Cell::Simple, &mut random).layer(), 0, &mut [], &mut scratch);
}

#[test]
fn what_is_no_number_of_steps_is_none() {
    let mut case = Case::new(Cell::Lstm, &mut Random(8));
    case.has = [true, true, true, false];
    for (steps, all) in [(f32::NAN, false), (-1.0, false), (0.0, false), (f32::INFINITY, true), (1e30, true)]
    {
        case.memory[STEPS] = steps;
        let mut memory = case.memory.clone();
        run(&case.layer(), memory.len(), &mut memory, &mut RecurrentScratch::default());
        case.memory[STEPS] = if all { case.length as f32 } else { 0.0 };
        let (outputs, h, _) = case.naive();
        let [output, last, ..] = case.at();
        near(&memory[last..last + case.units], &h);
        near(&memory[output..output + case.units], &outputs[0]);
    }
}

#[test]
fn places_outside_are_left_alone() {
    let mut random = Random(9);
    for cell in CELLS {
        let mut case = Case::new(cell, &mut random);
        case.has = [true; 4];
        let end = case.memory.len();
        let spoil: [fn(&mut Layer<'_>, usize); 17] = [
            |l, x| l.input = x,
            |l, x| l.input_stride = x.max(l.input_stride + 1) * 2,
            |l, x| l.inputs = x,
            |l, x| l.units = x,
            |l, x| l.length = x,
            |l, x| l.initial = Some(x),
            |l, x| l.initial_cell = Some(x),
            |l, x| l.steps = Some(x),
            |l, x| l.mask = Some(x),
            |l, x| l.output = Some(x),
            |l, x| l.output_stride = x,
            |l, x| l.last = Some(x),
            |l, x| l.last_cell = Some(x),
            |l, _| l.weights = &l.weights[..l.weights.len().saturating_sub(1)],
            |l, _| l.recurrent = &l.recurrent[1..],
            |l, _| l.bias = &l.bias[1..],
            |l, _| l.units = 0,
        ];
        case.inputs = 1;
        case.input_stride = 1;
        case.length = 2;
        case.weights = random.values(case.cell.gates() * case.units);
        case.memory = random.values(places(2, 1, case.output_stride, case.units));
        let end = end.max(case.memory.len());
        for (k, spoil) in spoil.into_iter().enumerate() {
            for far in [end, usize::MAX / 2, usize::MAX] {
                if far == usize::MAX && k == 1 {
                    continue;
                }
                let mut layer = case.layer();
                spoil(&mut layer, far);
                let mut memory = case.memory.clone();
                run(&layer, memory.len(), &mut memory, &mut RecurrentScratch::default());
                assert_eq!(memory, case.memory, "{cell:?}, {k}");
            }
        }
    }
}
