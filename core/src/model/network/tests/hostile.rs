//! Programs that lie about their shapes, reach outside, or never end are refused with the reason.

use super::program;
use crate::limits;
use crate::model::network::step::{Axis, Binary, Cell, Function, Recurrent, Source, Step};
use crate::model::network::{Absent, Network, Program, Quantised};

const OUTSIDE: &str = "a step of a network goes outside its memory";
const FIGURES: &str = "a step of a network goes outside its figures";
const WALK: &str = "a walk of a network goes outside its memory or figures";
const READS: &str = "a step of a network reads what it writes";
const ZERO: &str = "an extent of a network's step is 0";
const STEP_WORK: &str = "a network's step does more for one row than the limit";

fn refused(step: Step) -> &'static str {
    Network::new(program(10, 100, vec![0.5; 50], vec![step])).expect_err("a hostile step")
}

fn dense() -> [u32; 6] {
    [1, 10, 5, 0, 10, 0]
}

fn with_dense([rows, inputs, outputs, input, output, weights]: [u32; 6]) -> Result<Network, &'static str> {
    let step = Step::Dense { rows, inputs, outputs, input, output, weights, bias: None };
    Network::new(program(10, 100, vec![0.5; 50], vec![step]))
}

#[test]
fn a_dense_layer_that_lies() {
    assert!(with_dense(dense()).is_ok());
    let cases = [
        (0, 0, ZERO),
        (1, 0, ZERO),
        (2, 0, ZERO),
        (0, 11, OUTSIDE),
        (0, u32::MAX, STEP_WORK),
        (1, 11, READS),
        (1, u32::MAX, STEP_WORK),
        (2, 6, FIGURES),
        (2, 91, OUTSIDE),
        (3, 6, READS),
        (3, u32::MAX, OUTSIDE),
        (3, 91, OUTSIDE),
        (4, 9, READS),
        (4, 96, OUTSIDE),
        (4, u32::MAX, OUTSIDE),
        (5, 1, FIGURES),
        (5, u32::MAX, FIGURES),
    ];
    for (which, value, why) in cases {
        let mut fields = dense();
        fields[which] = value;
        assert_eq!(with_dense(fields).expect_err("hostile"), why, "field {which} is {value}");
    }
    let bias =
        Step::Dense { rows: 1, inputs: 10, outputs: 5, input: 0, output: 10, weights: 0, bias: Some(46) };
    assert_eq!(refused(bias), FIGURES);
}

#[test]
fn walks_that_leave_their_memory() {
    let copy = |input, output, axes: &[Axis]| refused(Step::Copy { input, output, axes: axes.to_vec() });
    let axis = Axis { len: 10, out: 1, a: 1, b: 0, c: 0 };
    let memory = Source::Memory;
    assert_eq!(copy(memory(91), 0, &[axis]), WALK);
    assert_eq!(copy(Source::Figures(41), 20, &[axis]), WALK);
    assert_eq!(copy(memory(8), 20, &[Axis { a: -1, ..axis }]), WALK);
    assert_eq!(copy(memory(50), 20, &[Axis { a: i32::MAX, ..axis }]), WALK);
    assert_eq!(copy(memory(50), 20, &[Axis { a: i32::MIN, ..axis }]), WALK);
    assert_eq!(copy(memory(0), 91, &[axis]), OUTSIDE);
    assert_eq!(copy(memory(0), 5, &[axis]), READS);
    assert_eq!(copy(memory(0), 0, &[Axis { a: 2, ..axis }]), READS);
    let again = "a walk of a network writes a place again and again";
    assert_eq!(copy(memory(0), 20, &[Axis { out: 0, ..axis }]), again);
    assert_eq!(copy(memory(0), 20, &[Axis { out: u32::MAX, ..axis }]), again);
    let positions = "a walk of a network has no position, or more than the limit";
    assert_eq!(copy(memory(0), 20, &[Axis { len: 0, ..axis }]), positions);
    assert_eq!(copy(memory(0), 20, &[Axis { len: u32::MAX, a: 0, ..axis }; 8]), positions);
    assert_eq!(copy(memory(0), 20, &[Axis { len: u32::MAX, a: 0, ..axis }]), positions);
    assert_eq!(copy(memory(0), 20, &[Axis { len: 1, ..axis }; 9]), "a walk of a network has too many axes");
    // Eight axes whose strides together overflow i32, but whose positions are few.
    let far = Axis { len: 2, out: i32::MAX as u32, a: i32::MAX, b: 0, c: 0 };
    assert_eq!(copy(memory(0), 20, &[far; 8]), OUTSIDE);
    let (a, b) = (memory(0), memory(20));
    let zip = Step::Zip { function: Binary::Add, a, b, output: 22, axes: vec![Axis { b: 1, ..axis }] };
    assert_eq!(refused(zip), READS);
    let select = |condition, a| {
        refused(Step::Select { condition, a, b, output: 0, axes: vec![Axis { b: 1, c: 1, ..axis }] })
    };
    assert_eq!(select(memory(9), memory(50)), READS);
    assert_eq!(select(memory(95), memory(50)), WALK);
    assert_eq!(select(memory(40), Source::Figures(u32::MAX)), WALK);
}

#[test]
fn other_steps_that_lie() {
    let huge = limits::NETWORK_WORK as u32;
    let map = |alpha, input, output, len| {
        refused(Step::Map { function: Function::Clip, alpha, beta: 1.0, input, output, len })
    };
    assert_eq!(map(f32::NAN, 0, 0, 1), "a parameter of a network's function is NaN");
    assert_eq!(map(0.0, 0, 1, 5), READS);
    assert_eq!(map(0.0, 98, 98, 5), OUTSIDE);
    let matmul = |a, a_stride, b_stride, output| {
        let b = Source::Figures(0);
        refused(Step::MatMul { batch: 3, rows: 2, inner: 2, columns: 2, a, a_stride, b, b_stride, output })
    };
    assert_eq!(matmul(Source::Memory(0), 49, 0, 60), OUTSIDE);
    assert_eq!(matmul(Source::Memory(0), 0, 24, 60), FIGURES);
    assert_eq!(matmul(Source::Memory(0), u32::MAX, 0, 60), OUTSIDE);
    assert_eq!(matmul(Source::Memory(8), 0, 0, 10), READS);
    assert_eq!(matmul(Source::Memory(0), 0, 0, 90), OUTSIDE);
    let lookup = |rows, unseen, count| {
        let (table, output) = (Source::Figures(0), 20);
        refused(Step::Lookup {
            input: 0,
            input_stride: 1,
            count,
            table,
            rows,
            width: 10,
            unseen,
            from_end: false,
            output,
        })
    };
    assert_eq!(lookup(5, 5, 1), "the row for unseen indices is outside its table");
    assert_eq!(lookup(6, 0, 1), FIGURES);
    assert_eq!(lookup(5, 0, 9), OUTSIDE);
    assert_eq!(lookup(5, 0, 0), ZERO);
    let softmax =
        |len, inner| refused(Step::Softmax { log: false, input: 0, output: 0, outer: 1, len, inner });
    assert_eq!(softmax(11, 10), OUTSIDE);
    assert_eq!(softmax(huge, huge), STEP_WORK);
    let normalise = |epsilon, scale| {
        refused(Step::Normalise { epsilon, input: 0, output: 0, outer: 1, len: 10, scale, shift: None })
    };
    assert_eq!(normalise(f32::INFINITY, None), "the epsilon of a normalisation is negative or not finite");
    assert_eq!(normalise(1e-5, Some(41)), FIGURES);
}

fn gru() -> Recurrent {
    Recurrent {
        cell: Cell::Gru { reset_after: true },
        functions: vec![Function::Sigmoid, Function::Tanh],
        backward: false,
        length: 4,
        inputs: 2,
        units: 2,
        input: 0,
        input_stride: 2,
        weights: 0,
        recurrent: 12,
        bias: 24,
        initial: Some(8),
        initial_cell: None,
        steps: None,
        mask: None,
        output: Some(10),
        output_stride: 2,
        last: Some(18),
        last_cell: None,
    }
}

#[test]
fn recurrent_layers_that_lie() {
    let new = |layer| Network::new(program(10, 100, vec![0.5; 50], vec![Step::Recurrent(Box::new(layer))]));
    assert!(new(gru()).is_ok());
    let why = |change: fn(&mut Recurrent)| {
        let mut layer = gru();
        change(&mut layer);
        new(layer).expect_err("hostile")
    };
    assert_eq!(why(|l| l.length = 0), ZERO);
    assert_eq!(why(|l| l.units = 0), ZERO);
    assert_eq!(why(|l| l.units = 4), FIGURES);
    assert_eq!(why(|l| l.length = u32::MAX), STEP_WORK);
    assert_eq!(why(|l| l.input_stride = u32::MAX), OUTSIDE);
    assert_eq!(why(|l| l.weights = 39), FIGURES);
    assert_eq!(why(|l| l.recurrent = 39), FIGURES);
    assert_eq!(why(|l| l.bias = 39), FIGURES);
    assert_eq!(why(|l| l.output = Some(7)), READS);
    assert_eq!(why(|l| l.last = Some(12)), READS);
    assert_eq!(why(|l| l.last = Some(8)), READS);
    assert_eq!(why(|l| l.last = Some(99)), OUTSIDE);
    assert_eq!(why(|l| l.mask = Some(97)), OUTSIDE);
    assert_eq!(why(|l| l.mask = Some(17)), READS);
    assert_eq!(why(|l| l.steps = Some(100)), OUTSIDE);
    assert_eq!(
        why(|l| l.output_stride = 1),
        "a recurrent layer writes the state of a step over that of another"
    );
    assert_eq!(why(|l| l.output_stride = 40), OUTSIDE);
    let cell = "a recurrent layer has a cell state that its cell does not have";
    assert_eq!(why(|l| l.initial_cell = Some(40)), cell);
    assert_eq!(why(|l| l.last_cell = Some(40)), cell);
    let functions = "a recurrent layer must have an activation for each that its cell has";
    assert_eq!(why(|l| l.functions.clear()), functions);
    assert_eq!(why(|l| l.cell = Cell::Lstm), functions);
    // One unit: each gate's weights are rounded up to four.
    let rounded = "a recurrent layer has too many weights once they are rounded up to vectors";
    assert_eq!(
        why(|l| {
            (l.cell, l.units, l.inputs, l.length) = (Cell::Simple, 1, 1 << 22, 1);
            l.functions.pop();
        }),
        rounded
    );
}

#[test]
fn programs_that_lie() {
    let good = || program(10, 100, vec![0.5; 50], Vec::new());
    let why = |change: fn(&mut Program)| {
        let mut program = good();
        change(&mut program);
        Network::new(program).expect_err("hostile")
    };
    assert!(Network::new(good()).is_ok());
    assert_eq!(why(|p| p.inputs.clear()), "a network has no input, or more than the limit");
    assert_eq!(why(|p| p.outputs.clear()), "a network has no output, or more than the limit");
    assert_eq!(why(|p| p.outputs = vec![0; 1025]), "a network has no output, or more than the limit");
    assert_eq!(why(|p| p.outputs = vec![100]), "an output of a network is outside its memory");
    let memory = "a network's memory is over the limit, or too small for its inputs";
    assert_eq!(why(|p| p.memory = 9), memory);
    assert_eq!(why(|p| p.memory = u32::MAX), memory);
    assert_eq!(why(|p| p.figures[3] = f32::NAN), "a figure of a network is NaN");
    let value = "a network's value for an absent input is not finite";
    assert_eq!(why(|p| p.inputs[0] = Absent::Value(f32::INFINITY)), value);
    let table = |at, rows, scale| Quantised { at, rows, scales: vec![scale; 5] };
    let quantised = |tables: &[Quantised]| {
        let mut program = good();
        program.quantised = tables.to_vec();
        Network::new(program).err()
    };
    let outside = "a quantised table is outside a network's figures";
    assert_eq!(quantised(&[table(0, 10, 0.1)]), None);
    assert_eq!(quantised(&[table(1, 10, 0.1)]), Some(outside));
    assert_eq!(quantised(&[table(0, u32::MAX, 0.1)]), Some(outside));
    let order = "the quantised tables of a network are not in order";
    assert_eq!(quantised(&[table(5, 1, 0.1), table(0, 1, 0.1)]), Some(order));
    assert_eq!(quantised(&[table(0, 2, 0.1), table(9, 1, 0.1)]), Some(order));
    assert_eq!(quantised(&[table(0, 0, 0.1)]), Some(order));
    let scale = "a scale of a quantised table is not a positive number";
    for bad in [0.0, -0.1, f32::NAN, f32::INFINITY, f32::MAX, 1e-45] {
        assert_eq!(quantised(&[table(0, 1, bad)]), Some(scale), "{bad}");
    }
}

/// Many steps, each within its limit, are over the limit together.
#[test]
fn work_is_bounded() {
    let step = Step::Dense {
        rows: 1000,
        inputs: 10,
        outputs: 1000,
        input: 0,
        output: 10_000,
        weights: 0,
        bias: None,
    };
    let with = |steps: usize| {
        let figures = vec![0.5; 10_000];
        let mut program = program(10_000, 2_000_000, figures, vec![step.clone(); steps]);
        program.outputs = vec![0];
        Network::new(program)
    };
    let one = with(1).unwrap().work();
    assert!((10_000_000..12_000_000).contains(&one), "{one}");
    assert_eq!(with(7).expect_err("too much"), "a network does more for one row than the limit");
    let few = Step::Map { function: Function::Relu, alpha: 0.0, beta: 0.0, input: 0, output: 0, len: 1 };
    let many = program(10, 100, Vec::new(), vec![few; limits::NETWORK_STEPS + 1]);
    assert_eq!(
        Network::new(many).expect_err("too many"),
        "a network has more figures or steps than the limit"
    );
}
