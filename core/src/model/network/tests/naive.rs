//! What a step does, by its definition: index by index, functions in f64. No speed, no strides but those that the step names.

use crate::math;
use crate::model::network::step::{Axis, Binary, Cell, Function, Recurrent, Reduction, Source, Step};

fn at(source: Source, memory: &[f32], figures: &[f32], offset: i64) -> f32 {
    match source {
        Source::Memory(at) => memory[(i64::from(at) + offset) as usize],
        Source::Figures(at) => figures[(i64::from(at) + offset) as usize],
    }
}

/// Offsets of every position: target, a, b, c.
fn positions(axes: &[Axis]) -> Vec<[i64; 4]> {
    let mut all = vec![[0; 4]];
    for axis in axes {
        let strides = [i64::from(axis.out), axis.a.into(), axis.b.into(), axis.c.into()];
        all = all
            .iter()
            .flat_map(|place| {
                (0..i64::from(axis.len)).map(move |i| [0, 1, 2, 3].map(|k| place[k] + i * strides[k]))
            })
            .collect();
    }
    all
}

fn function(f: Function, alpha: f32, beta: f32, x: f32) -> f64 {
    let (x, a, b) = (f64::from(x), f64::from(alpha), f64::from(beta));
    let erf = |x: f64| 2.0 * math::normal_cdf(x * core::f64::consts::SQRT_2) - 1.0;
    let bit = |yes: bool| f64::from(u8::from(yes));
    match f {
        Function::Relu => x.max(0.0),
        Function::LeakyRelu => {
            if x >= 0.0 {
                x
            } else {
                a * x
            }
        }
        Function::ThresholdedRelu => {
            if x > a {
                x
            } else {
                0.0
            }
        }
        Function::Elu => {
            if x >= 0.0 {
                x
            } else {
                a * math::exp_m1(x)
            }
        }
        Function::Celu => {
            if x >= 0.0 {
                x
            } else {
                a * math::exp_m1(x / a)
            }
        }
        Function::Selu => b * if x > 0.0 { x } else { a * math::exp_m1(x) },
        Function::Gelu => x * math::normal_cdf(x),
        Function::GeluTanh => {
            x / 2.0 * (1.0 + math::tanh((2.0 / core::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x)))
        }
        Function::Silu => x * math::sigmoid(a * x),
        Function::Mish => x * math::tanh(math::log_one_plus_exp(x)),
        Function::Sigmoid => math::sigmoid(x),
        Function::Tanh => math::tanh(x),
        Function::Softplus => math::log_one_plus_exp(x),
        Function::Softsign => x / (1.0 + x.abs()),
        Function::HardSigmoid => (a * x + b).clamp(0.0, 1.0),
        Function::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
        Function::Clip => x.max(a).min(b),
        Function::Affine => a * x + b,
        Function::Abs => x.abs(),
        Function::Negate => -x,
        Function::Exp => math::exp(x),
        Function::Ln => math::ln(x),
        Function::Sqrt => x.sqrt(),
        Function::Reciprocal => 1.0 / x,
        Function::Floor => x.floor(),
        Function::Ceil => x.ceil(),
        Function::Round => x.round_ties_even(),
        Function::Sign => {
            if x == 0.0 {
                0.0
            } else {
                x.signum()
            }
        }
        Function::Erf => erf(x),
        Function::Sin => libm::sin(x),
        Function::Cos => libm::cos(x),
        Function::Not => bit(x == 0.0),
        Function::IsNan => bit(x.is_nan()),
    }
}

fn binary(f: Binary, a: f32, b: f32) -> f32 {
    let bit = |yes: bool| f32::from(u8::from(yes));
    let (left, right) = (a != 0.0, b != 0.0);
    match f {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        Binary::Min => a.min(b),
        Binary::Max => a.max(b),
        Binary::Power => libm::pow(a.into(), b.into()) as f32,
        Binary::Less => bit(a < b),
        Binary::LessEqual => bit(a <= b),
        Binary::Greater => bit(a > b),
        Binary::GreaterEqual => bit(a >= b),
        Binary::Equal => bit(a == b),
        Binary::And => bit(left && right),
        Binary::Or => bit(left || right),
        Binary::Xor => bit(left ^ right),
        Binary::PRelu => {
            if a >= 0.0 {
                a
            } else {
                a * b
            }
        }
        Binary::Modulo => {
            let (x, y) = (f64::from(a), f64::from(b));
            if y < 0.0 { -(-x).rem_euclid(-y) as f32 } else { x.rem_euclid(y) as f32 }
        }
    }
}

fn reduction(reduction: Reduction, run: &[f32]) -> f64 {
    let wide = || run.iter().map(|&x| f64::from(x));
    let best = |better: fn(f32, f32) -> bool| {
        (0..run.len()).rev().fold(run.len() - 1, |best, i| if better(run[i], run[best]) { i } else { best })
    };
    match reduction {
        Reduction::Sum => wide().sum(),
        Reduction::Mean => wide().sum::<f64>() / run.len() as f64,
        Reduction::Max => wide().fold(f64::NEG_INFINITY, f64::max),
        Reduction::Min => wide().fold(f64::INFINITY, f64::min),
        Reduction::Product => wide().product(),
        Reduction::L1 => wide().map(f64::abs).sum(),
        Reduction::L2 => wide().map(|x| x * x).sum::<f64>().sqrt(),
        Reduction::SumSquare => wide().map(|x| x * x).sum(),
        Reduction::LogSum => math::ln(wide().sum()),
        Reduction::LogSumExp => math::ln(wide().map(math::exp).sum()),
        Reduction::ArgMax => best(|x, best| x >= best) as f64,
        Reduction::ArgMin => best(|x, best| x <= best) as f64,
    }
}

/// Runs a step on a copy of memory.
pub(super) fn run(step: &Step, before: &[f32], figures: &[f32]) -> Vec<f32> {
    let mut memory = before.to_vec();
    match step {
        Step::Dense { rows, inputs, outputs, input, output, weights, bias } => {
            for (row, k) in (0..*rows).flat_map(|row| (0..*outputs).map(move |k| (row, k))) {
                let mut sum = bias.map_or(0.0, |bias| figures[(bias + k) as usize]);
                for i in 0..*inputs {
                    sum += before[(input + row * inputs + i) as usize]
                        * figures[(weights + i * outputs + k) as usize];
                }
                memory[(output + row * outputs + k) as usize] = sum;
            }
        }
        Step::MatMul { batch, rows, inner, columns, a, a_stride, b, b_stride, output } => {
            for (n, i, j) in triples(*batch, *rows, *columns) {
                let mut sum = 0.0;
                for k in 0..*inner {
                    let left = at(*a, before, figures, i64::from(n * a_stride + i * inner + k));
                    sum += left * at(*b, before, figures, i64::from(n * b_stride + k * columns + j));
                }
                memory[(output + (n * rows + i) * columns + j) as usize] = sum;
            }
        }
        Step::Map { function: f, alpha, beta, input, output, len } => {
            for i in 0..*len {
                let x = before[(input + i) as usize];
                memory[(output + i) as usize] = function(*f, *alpha, *beta, x) as f32;
            }
        }
        Step::Zip { function, a, b, output, axes } => {
            for [to, i, j, _] in positions(axes) {
                let (x, y) = (at(*a, before, figures, i), at(*b, before, figures, j));
                memory[(i64::from(*output) + to) as usize] = binary(*function, x, y);
            }
        }
        Step::Select { condition, a, b, output, axes } => {
            for [to, i, j, k] in positions(axes) {
                let holds = at(*condition, before, figures, k) != 0.0;
                let (source, offset) = if holds { (*a, i) } else { (*b, j) };
                memory[(i64::from(*output) + to) as usize] = at(source, before, figures, offset);
            }
        }
        Step::Copy { input, output, axes } => {
            for [to, i, ..] in positions(axes) {
                memory[(i64::from(*output) + to) as usize] = at(*input, before, figures, i);
            }
        }
        Step::Reduce { reduction: how, input, output, outer, len, inner } => {
            for (o, i) in (0..*outer).flat_map(|o| (0..*inner).map(move |i| (o, i))) {
                let run: Vec<f32> =
                    (0..*len).map(|k| before[(input + (o * len + k) * inner + i) as usize]).collect();
                memory[(output + o * inner + i) as usize] = reduction(*how, &run) as f32;
            }
        }
        Step::Softmax { log, input, output, outer, len, inner } => {
            for (o, i) in (0..*outer).flat_map(|o| (0..*inner).map(move |i| (o, i))) {
                let place = |k: u32| (o * len + k) * inner + i;
                let x = |k: u32| f64::from(before[(input + place(k)) as usize]);
                let sum: f64 = (0..*len).map(|k| math::exp(x(k))).sum();
                for k in 0..*len {
                    let y = if *log { x(k) - math::ln(sum) } else { math::exp(x(k)) / sum };
                    memory[(output + place(k)) as usize] = y as f32;
                }
            }
        }
        Step::Normalise { epsilon, input, output, outer, len, scale, shift } => {
            for o in 0..*outer {
                let x = |k: u32| f64::from(before[(input + o * len + k) as usize]);
                let mean = (0..*len).map(x).sum::<f64>() / f64::from(*len);
                let variance =
                    (0..*len).map(|k| (x(k) - mean) * (x(k) - mean)).sum::<f64>() / f64::from(*len);
                for k in 0..*len {
                    let figure = |at: Option<u32>, none: f64| {
                        at.map_or(none, |at| f64::from(figures[(at + k) as usize]))
                    };
                    let y = (x(k) - mean) / (variance + f64::from(*epsilon)).sqrt();
                    memory[(output + o * len + k) as usize] =
                        (y * figure(*scale, 1.0) + figure(*shift, 0.0)) as f32;
                }
            }
        }
        Step::Lookup { input, input_stride, count, table, rows, width, unseen, from_end, output } => {
            for i in 0..*count {
                let index = before[(input + i * input_stride) as usize];
                let named = (0..*rows)
                    .find(|&row| index == row as f32 || (*from_end && index == row as f32 - *rows as f32));
                for k in 0..*width {
                    let offset = i64::from(named.unwrap_or(*unseen) * width + k);
                    memory[(output + i * width + k) as usize] = at(*table, before, figures, offset);
                }
            }
        }
        Step::CumulativeSum { input, output, outer, len, inner } => {
            for (o, k, i) in triples(*outer, *len, *inner) {
                let x = before[(input + (o * len + k) * inner + i) as usize];
                let sum =
                    if k == 0 { 0.0 } else { memory[(output + (o * len + k - 1) * inner + i) as usize] };
                memory[(output + (o * len + k) * inner + i) as usize] = sum + x;
            }
        }
        Step::Recurrent(layer) => recurrent(layer, before, &mut memory, figures),
    }
    memory
}

fn triples(a: u32, b: u32, c: u32) -> impl Iterator<Item = (u32, u32, u32)> {
    (0..a).flat_map(move |i| (0..b).flat_map(move |j| (0..c).map(move |k| (i, j, k))))
}

fn recurrent(l: &Recurrent, before: &[f32], memory: &mut [f32], figures: &[f32]) {
    let gates = l.cell.gates() as u32;
    let apply = |k: usize, x: f64| {
        let f = l.functions[k];
        let (alpha, beta) = scorelet_kernels::recurrent::parameters(f);
        function(f, alpha, beta, x as f32)
    };
    let figure = |at: u32| f64::from(figures[at as usize]);
    let load = |at: Option<u32>| -> Vec<f64> {
        (0..l.units).map(|k| at.map_or(0.0, |at| before[(at + k) as usize].into())).collect()
    };
    let (mut state, mut cell) = (load(l.initial), load(l.initial_cell));
    let count = l.steps.map_or(l.length, |at| (before[at as usize].max(0.0) as u32).min(l.length));
    for turn in 0..count {
        let t = if l.backward { count - 1 - turn } else { turn };
        if l.mask.is_none_or(|mask| before[(mask + t) as usize] != 0.0) {
            let x = |i: u32| f64::from(before[(l.input + t * l.input_stride + i) as usize]);
            // Gate g of unit k: the input's part, and the state's part with `h` for the state.
            let place = |row: u32, g: u32, k: u32| row * gates * l.units + g * l.units + k;
            let from_input = |g: u32, k: u32| {
                (0..l.inputs).map(|i| x(i) * figure(l.weights + place(i, g, k))).sum::<f64>()
                    + figure(l.bias + place(0, g, k))
            };
            let from_state = |g: u32, k: u32, h: &[f64]| {
                (0..l.units).map(|i| h[i as usize] * figure(l.recurrent + place(i, g, k))).sum::<f64>()
                    + figure(l.bias + place(1, g, k))
            };
            let both = |f: usize, g: u32, k: u32| apply(f, from_input(g, k) + from_state(g, k, &state));
            let units = || 0..l.units;
            match l.cell {
                Cell::Simple => state = units().map(|k| both(0, 0, k)).collect(),
                Cell::Gru { reset_after } => {
                    let z: Vec<f64> = units().map(|k| both(0, 0, k)).collect();
                    let r: Vec<f64> = units().map(|k| both(0, 1, k)).collect();
                    let reset: Vec<f64> = state.iter().zip(&r).map(|(h, r)| h * r).collect();
                    let candidate = |k: u32| match reset_after {
                        true => apply(1, from_input(2, k) + r[k as usize] * from_state(2, k, &state)),
                        false => apply(1, from_input(2, k) + from_state(2, k, &reset)),
                    };
                    let next =
                        |k: u32| (1.0 - z[k as usize]) * candidate(k) + z[k as usize] * state[k as usize];
                    state = units().map(next).collect();
                }
                Cell::Lstm => {
                    let gate = |f: usize, g: u32| units().map(|k| both(f, g, k)).collect::<Vec<f64>>();
                    let (i, o, f, c) = (gate(0, 0), gate(0, 1), gate(0, 2), gate(1, 3));
                    cell = (0..cell.len()).map(|k| f[k] * cell[k] + i[k] * c[k]).collect();
                    state = (0..cell.len()).map(|k| o[k] * apply(2, cell[k])).collect();
                }
            }
        }
        store(memory, l.output.map(|at| at + t * l.output_stride), &state);
    }
    for t in count..l.length {
        store(memory, l.output.map(|at| at + t * l.output_stride), &vec![0.0; l.units as usize]);
    }
    store(memory, l.last, &state);
    store(memory, l.last_cell, &cell);
}

fn store(memory: &mut [f32], at: Option<u32>, state: &[f64]) {
    let Some(at) = at else { return };
    for (place, value) in memory[at as usize..].iter_mut().zip(state) {
        *place = *value as f32;
    }
}
