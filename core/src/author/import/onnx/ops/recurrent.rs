//! RNN, GRU and LSTM.

use super::Lowered;
use super::elementwise::number;
use super::fold::picked;
use super::wiring::{places, transpose};
use crate::Error;
use crate::author::import::check_limit;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::{Records, Shape};
use crate::author::import::onnx::tensor::Type;
use crate::author::import::onnx::value::Value;
use crate::model::network::step::{Cell, Function, Recurrent, Step};

/// What all directions share.
struct Layer {
    cell: Cell,
    gates: usize,
    units: usize,
    inputs: usize,
    length: usize,
    /// Sequences beside each other (for one record).
    batch: usize,
    directions: usize,
    records: bool,
}

/// Lowers an operator of this kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let batch_first = match node.int("layout", 0) {
        0 => false,
        1 => true,
        _ => return Err(node.wrong("no such layout")),
    };
    let x = number(call, 0)?;
    if x.shape.rank() != 3 {
        return Err(node.wrong("the input has not three axes"));
    }
    let x = if batch_first { transpose(on, &x, &[1, 0, 2])? } else { x };
    if x.shape.records.is_some_and(|r| r.axis != 1) {
        return Err(node.refuse("a sequence of records: it mixes them"));
    }
    let (cell, gates) = cell(call)?;
    let units = usize::try_from(node.int("hidden_size", 0)).unwrap_or(0);
    check_limit("units of a recurrent layer", units, crate::limits::NETWORK_MEMORY)?;
    let directions = match node.text("direction", "forward") {
        "forward" | "reverse" => 1,
        "bidirectional" => 2,
        _ => return Err(node.wrong("no such direction")),
    };
    let layer = Layer {
        cell,
        gates,
        units,
        inputs: x.shape.dim(2),
        length: x.shape.dim(0),
        batch: x.shape.dim(1),
        directions,
        records: x.shape.records.is_some(),
    };
    let outputs = run(on, call, &layer, &x, batch_first)?;
    if !batch_first {
        return Ok(outputs);
    }
    // [length, directions, batch, units] and [directions, batch, units] with the batch in front.
    let orders: [&[usize]; 3] = [&[2, 0, 1, 3], &[1, 0, 2], &[1, 0, 2]];
    outputs.into_iter().zip(orders).map(|(value, order)| transpose(on, &value, order)).collect()
}

fn cell(call: &Call<'_>) -> Result<(Cell, usize), Error> {
    let node = call.node;
    Ok(match node.op.as_str() {
        "GRU" => (Cell::Gru { reset_after: node.int("linear_before_reset", 0) != 0 }, 3),
        "LSTM" => {
            if call.optional(7).is_some_and(|p| p.reals().is_none_or(|p| p.iter().any(|&x| x != 0.0))) {
                return Err(node.refuse("peepholes"));
            }
            if node.int("input_forget", 0) != 0 {
                return Err(node.refuse("input_forget"));
            }
            (Cell::Lstm, 4)
        }
        _ => (Cell::Simple, 1),
    })
}

/// Activations of one direction.
fn functions(call: &Call<'_>, layer: &Layer, direction: usize) -> Result<Vec<Function>, Error> {
    let node = call.node;
    let defaults: &[&str] = match layer.cell {
        Cell::Simple => &["Tanh"],
        Cell::Gru { .. } => &["Sigmoid", "Tanh"],
        Cell::Lstm => &["Sigmoid", "Tanh", "Tanh"],
    };
    let given = node.strings("activations");
    if node.attribute("clip").is_some() {
        return Err(node.refuse("clip"));
    }
    let count = defaults.len();
    let mut names: Vec<&str> = given.iter().skip(direction * count).take(count).map(String::as_str).collect();
    if given.is_empty() {
        names = defaults.to_vec();
    }
    let (alpha, beta) = (node.floats("activation_alpha"), node.floats("activation_beta"));
    let mut functions = Vec::with_capacity(count);
    for name in &names {
        let function = match name.to_ascii_lowercase().as_str() {
            "relu" => Function::Relu,
            "tanh" => Function::Tanh,
            "sigmoid" => Function::Sigmoid,
            "softsign" => Function::Softsign,
            "softplus" => Function::Softplus,
            "leakyrelu" => Function::LeakyRelu,
            "hardsigmoid" => Function::HardSigmoid,
            "elu" => Function::Elu,
            _ => return Err(node.refuse(&format!("activation {}", super::super::refuse::shorten(name)))),
        };
        functions.push(function);
    }
    if functions.len() != count {
        return Err(node.wrong("not an activation for each that the cell has"));
    }
    // Those of functions that have none are 0 or 1 in some files.
    let usual = |f: &Function| match f {
        Function::LeakyRelu => (0.01, 0.0),
        Function::HardSigmoid => (0.2, 0.5),
        _ => (1.0, 0.0),
    };
    let (usual_alpha, usual_beta): (Vec<f32>, Vec<f32>) = functions.iter().map(usual).unzip();
    let near =
        |given: &[f32], usual: &[f32]| given.iter().all(|g| usual.contains(g) || [0.0, 1.0].contains(g));
    if !near(alpha, &usual_alpha) || !near(beta, &usual_beta) {
        return Err(node.refuse("activation_alpha or activation_beta other than the usual ones"));
    }
    Ok(functions)
}

fn run(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    layer: &Layer,
    x: &Value,
    batch_first: bool,
) -> Result<Vec<Value>, Error> {
    let node = call.node;
    let (n, wide) = (layer.units, layer.gates * layer.units);
    let need = |i: usize, len: usize, what: &str| {
        let list = call.reals(i)?.unwrap_or_default();
        if list.len() == len { Ok(list) } else { Err(node.wrong(format!("{what} of {} values", list.len()))) }
    };
    let weights = need(1, layer.directions * wide * layer.inputs, "W")?;
    let recurrent = need(2, layer.directions * wide * n, "R")?;
    let bias = match call.optional(3) {
        Some(_) => need(3, layer.directions * 2 * wide, "B")?,
        None => vec![0.0; layer.directions * 2 * wide],
    };
    if wide == 0 || layer.length == 0 || layer.inputs == 0 {
        return Err(node.wrong("no units, steps or inputs"));
    }
    let at = on.memory(x)?;
    let lengths = lengths(on, call, layer)?;
    let initial = [state(on, call, layer, 5, batch_first)?, state(on, call, layer, 6, batch_first)?];
    let records = |axis: usize| layer.records.then_some(Records { axis, before: 1 });
    let all = Shape { dims: vec![layer.length, layer.directions, layer.batch, n], records: records(2) };
    let one = Shape { dims: vec![layer.directions, layer.batch, n], records: records(1) };
    let mut places = Vec::new();
    let mut values = Vec::new();
    for (i, shape) in [all, one.clone(), one].into_iter().enumerate() {
        let (place, value) = on.take(shape, Type::Float)?;
        places.push(on.is_read(node, i).then_some(place));
        values.push(value);
    }
    let place = |i: usize, offset: usize| places.get(i).copied().flatten().map(|p| p + offset as u32);
    for direction in 0..layer.directions {
        let functions = functions(call, layer, direction)?;
        let backward = direction == 1 || node.text("direction", "forward") == "reverse";
        // The file has [gates·units][inputs].
        let turned = |list: &[f32], width: usize| {
            let own = list.get(direction * wide * width..).unwrap_or_default();
            picked(own, &self::places(0, &[width, wide], &[1, width as i64]))
        };
        let weights = on.net.figures(&turned(&weights, layer.inputs))?;
        let recurrent = on.net.figures(&turned(&recurrent, n))?;
        let own = bias.get(direction * 2 * wide..(direction + 1) * 2 * wide).unwrap_or_default();
        let bias = on.net.figures(own)?;
        for sequence in 0..layer.batch {
            let offset = (direction * layer.batch + sequence) * n;
            let from = |i: usize| initial.get(i).copied().flatten().map(|p| p + offset as u32);
            on.push(Step::Recurrent(Box::new(Recurrent {
                cell: layer.cell,
                functions: functions.clone(),
                backward,
                length: layer.length as u32,
                inputs: layer.inputs as u32,
                units: n as u32,
                input: at + (sequence * layer.inputs) as u32,
                input_stride: (layer.batch * layer.inputs) as u32,
                weights,
                recurrent,
                bias,
                initial: from(0),
                initial_cell: from(1),
                steps: lengths.map(|p| p + sequence as u32),
                mask: None,
                output: place(0, offset),
                output_stride: (layer.directions * layer.batch * n) as u32,
                last: place(1, offset),
                last_cell: if layer.cell == Cell::Lstm { place(2, offset) } else { None },
            })))?;
        }
    }
    values.truncate(if layer.cell == Cell::Lstm { 3 } else { 2 });
    Ok(values)
}

/// Where the lengths of the sequences stand, if they are not all whole.
fn lengths(on: &mut Lowering<'_>, call: &Call<'_>, layer: &Layer) -> Result<Option<u32>, Error> {
    let Some(lengths) = call.optional(4) else { return Ok(None) };
    if lengths.whole().is_some_and(|l| l.iter().all(|&l| l == layer.length as i64)) {
        return Ok(None);
    }
    if lengths.shape.len() != layer.batch {
        return Err(call.node.wrong("not a length for each sequence"));
    }
    on.memory(lengths).map(Some)
}

/// Where the initial states stand, if they are not all 0.
fn state(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    layer: &Layer,
    input: usize,
    batch_first: bool,
) -> Result<Option<u32>, Error> {
    if input == 6 && layer.cell != Cell::Lstm {
        return Ok(None);
    }
    let Some(state) = call.optional(input) else { return Ok(None) };
    if state.reals().is_some_and(|s| s.iter().all(|&x| x == 0.0)) {
        return Ok(None);
    }
    if state.shape.len() != layer.directions * layer.batch * layer.units || state.shape.rank() != 3 {
        return Err(call.node.wrong("an initial state of another size"));
    }
    let state = if batch_first { transpose(on, state, &[1, 0, 2])? } else { state.clone() };
    on.memory(&state).map(Some)
}
