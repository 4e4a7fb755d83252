//! Formulas: steps, states, the wire, and parts that are no formula.

use super::*;
use crate::bundle::wire::Reader;
use crate::column::{Block, State};
use crate::events::Events;

const MISSING: (f64, State) = (f64::NAN, State::MISSING);
const OUT: (f64, State) = (f64::NAN, State::OUT_OF_RANGE);

fn some(x: f64) -> (f64, State) {
    (x, State::PRESENT)
}

fn step(function: Function, args: &[u32]) -> Step {
    let mut all = [0; 3];
    all[..args.len()].copy_from_slice(args);
    Step { function, args: all }
}

/// The outputs of a formula of one row; input 0 may be a list of events with one column.
fn run(formula: &Formula, inputs: &[(f64, State)], events: &[(i32, (f64, State))]) -> Vec<(f64, State)> {
    formula.check(inputs.len()).unwrap();
    let width = formula.outputs().len();
    let mut block = Block::with_events(inputs.len() + width, 1, Events::new([(0, 1)]));
    block.set_rows(1);
    let list = block.events_mut().list_mut(0).unwrap();
    for &(day, cell) in events {
        list.push(day, &[cell]);
    }
    list.end_row(0);
    for (i, &(value, state)) in inputs.iter().enumerate() {
        let mut column = block.column_mut(i);
        if state.is_present() { column.set(0, value) } else { column.set_absent(0, state) }
    }
    let ids: Vec<u32> = (0..inputs.len() as u32).collect();
    let (columns, mut outputs) = block.split(inputs.len());
    formula.eval(&Inputs::new(columns, &ids), &mut outputs, &mut Scratch::default());
    (0..width)
        .map(|i| {
            let column = block.column(inputs.len() + i);
            (column.values[0], column.states[0])
        })
        .collect()
}

#[track_caller]
fn same(found: (f64, State), wanted: (f64, State)) {
    assert_eq!(found.1, wanted.1);
    assert_eq!(found.0.to_bits(), wanted.0.to_bits(), "{} {}", found.0, wanted.0);
}

/// One function of one or two inputs.
#[track_caller]
fn of(function: Function, inputs: &[(f64, State)], wanted: (f64, State)) {
    let args: Vec<u32> = (0..inputs.len() as u32).collect();
    let formula =
        Formula::new(vec![], vec![], vec![step(function, &args)], vec![inputs.len() as u32]).unwrap();
    same(run(&formula, inputs, &[])[0], wanted);
}

#[test]
fn functions_of_numbers() {
    of(Function::Whole, &[some(-0.0)], some(0.0));
    of(Function::Whole, &[some(9_007_199_254_740_991.0)], some(9_007_199_254_740_991.0));
    of(Function::Whole, &[some(9_007_199_254_740_992.0)], OUT);
    of(Function::Ln, &[some(0.0)], OUT);
    of(Function::Sqrt, &[some(-1.0)], OUT);
    of(Function::Quotient, &[some(-7.0), some(2.0)], some(-3.0));
    of(Function::Remainder, &[some(-7.0), some(2.0)], some(-1.0));
    of(Function::Div, &[some(1.0), some(0.0)], OUT);
    of(Function::Mul, &[some(1e300), some(1e300)], OUT);
    of(Function::Greater, &[some(2.0), some(1.0)], some(1.0));
    of(Function::GreaterEqual, &[some(1.0), some(1.0)], some(1.0));
    of(Function::HalfEven, &[some(2.5), some(0.0)], some(2.0));
    of(Function::HalfAway, &[some(2.5), some(0.0)], some(3.0));
    of(Function::HalfAway, &[some(0.125), some(2.0)], some(0.13));
    of(Function::HalfAway, &[some(1.0), some(16.0)], OUT);
    of(Function::HalfAway, &[some(1.0), some(0.5)], OUT);
    of(Function::Add, &[MISSING, OUT], MISSING);
    of(Function::Add, &[some(1.0), OUT], OUT);
}

#[test]
fn functions_of_dates() {
    of(Function::Year, &[some(19_782.0)], some(2024.0));
    of(Function::Day, &[some(19_782.5)], OUT);
    of(Function::Weekday, &[some(0.0)], some(4.0));
    of(Function::DayOfYear, &[some(-719_528.0)], some(1.0));
    of(Function::Year, &[some(2_932_897.0)], OUT);
    of(Function::AddMonths, &[some(19_753.0), some(1.0)], some(19_782.0));
    of(Function::AddMonths, &[some(0.0), some(-9_223_372_036_854_775_808.0)], OUT);
    of(Function::AddMonths, &[some(0.0), some(1e30)], OUT);
    of(Function::MonthsBetween, &[some(19_753.0), some(19_782.0)], some(1.0));
    of(Function::MonthsBetween, &[some(0.0), some(0.5)], OUT);
}

#[test]
fn logic_of_three_values() {
    let (no, yes) = (some(0.0), some(1.0));
    of(Function::And, &[MISSING, no], no);
    of(Function::And, &[no, MISSING], no);
    of(Function::And, &[MISSING, yes], MISSING);
    of(Function::And, &[some(7.0), yes], yes);
    of(Function::Or, &[OUT, yes], yes);
    of(Function::Or, &[no, OUT], OUT);
    of(Function::OrElse, &[MISSING, OUT], OUT);
    of(Function::OrElse, &[MISSING, yes], yes);
    of(Function::IsAbsent, &[MISSING], yes);
    let select = Formula::new(vec![], vec![], vec![step(Function::Select, &[0, 1, 2])], vec![3]).unwrap();
    same(run(&select, &[yes, some(5.0), MISSING], &[])[0], some(5.0));
    same(run(&select, &[no, some(5.0), MISSING], &[])[0], MISSING);
    same(run(&select, &[OUT, some(5.0), MISSING], &[])[0], OUT);
}

#[test]
fn tables() {
    let tables = vec![1.0, 3.0, 5.0, f64::NAN, 7.0, f64::NEG_INFINITY, 0.0];
    let steps = vec![
        step(Function::In, &[0, 0, 3]),
        step(Function::Rank, &[0, 0, 3]),
        step(Function::Lookup, &[0, 2, 3]),
        step(Function::Rank, &[0, 5, 2]),
        step(Function::In, &[0, 0, 0]),
    ];
    let formula = Formula::new(vec![], tables, steps, vec![1, 2, 3, 4, 5]).unwrap();
    let found = |x| run(&formula, &[some(x)], &[]);
    let wanted = |x, cells: [(f64, State); 5]| found(x).into_iter().zip(cells).for_each(|(a, b)| same(a, b));
    let no = some(0.0);
    wanted(1.0, [some(1.0), some(1.0), MISSING, some(2.0), no]);
    wanted(2.0, [no, some(1.0), some(7.0), some(2.0), no]);
    wanted(-3.0, [no, no, (f64::NAN, State::UNSEEN), some(1.0), no]);
    wanted(5.0, [some(1.0), some(3.0), (f64::NAN, State::UNSEEN), some(2.0), no]);
}

/// A loop over input 0: 1 `each`, then the steps.
fn looped(body: Vec<Step>, outputs: Vec<u32>) -> Formula {
    let mut steps = vec![step(Function::Each, &[0, body.len() as u32])];
    steps.extend(body);
    Formula::new(vec![], vec![], steps, outputs).unwrap()
}

#[test]
fn accumulators() {
    use Function::{All, Any, EventColumn, First, Greatest, Last, Least, Sum};
    let gather = [Sum, Least, Greatest, First, Last].map(|function| step(function, &[2, 2]));
    let mut body = vec![step(EventColumn, &[0])];
    body.extend(gather);
    body.extend([step(Any, &[2]), step(All, &[2])]);
    let formula = looped(body, (1..2).chain(3..10).collect());
    let of = |events: &[(i32, (f64, State))], list, wanted: [(f64, State); 8]| {
        for (found, wanted) in run(&formula, &[list], events).into_iter().zip(wanted) {
            same(found, wanted);
        }
    };
    let five = [(1, some(0.0)), (2, some(-2.0)), (2, some(8.0)), (9, some(4.0)), (9, some(0.0))];
    let numbers = [5.0, 10.0, -2.0, 8.0, -2.0, 4.0, 1.0, 0.0].map(some);
    of(&five, some(5.0), numbers);
    of(&[], some(0.0), [some(0.0), some(0.0), MISSING, MISSING, MISSING, MISSING, some(0.0), some(1.0)]);
    of(&[], OUT, [OUT; 8]);
    // One event without a value spoils every figure, but what is decided is.
    let odd = [(1, some(3.0)), (2, MISSING), (3, OUT)];
    of(&odd, some(3.0), [some(3.0), MISSING, MISSING, MISSING, MISSING, MISSING, some(1.0), MISSING]);
}

#[test]
fn a_loop_may_read_how_many_events_there_are_in_every_row() {
    let body =
        vec![step(Function::EventColumn, &[0]), step(Function::Div, &[2, 1]), step(Function::Sum, &[1, 3])];
    let formula = looped(body, vec![4]);
    for n in [4, 1, 2] {
        let events: Vec<(i32, (f64, State))> = (0..n).map(|day| (day, some(6.0))).collect();
        same(run(&formula, &[some(f64::from(n))], &events)[0], some(6.0));
    }
}

#[test]
fn what_is_no_formula_is_refused() {
    use Function::{Add, Each, EventColumn, EventDay, In, Lookup, Not, Rank, Sum};
    let parts = |constants: &[f64], tables: &[f64], steps: &[Step], outputs: &[u32]| {
        Formula::new(constants.to_vec(), tables.to_vec(), steps.to_vec(), outputs.to_vec())
    };
    let bad = |constants: &[f64], tables: &[f64], steps: &[Step], what: &str| {
        assert!(parts(constants, tables, steps, &[0]).unwrap_err().contains(what));
    };
    bad(&[f64::NAN], &[], &[], "constant");
    bad(&[], &[f64::from_bits(f64::NAN.to_bits() + 1)], &[], "NaN");
    bad(&[], &[1.0], &[step(In, &[0, 0, 2])], "beyond");
    bad(&[], &[1.0], &[step(In, &[0, u32::MAX, u32::MAX])], "beyond");
    bad(&[], &[2.0, 1.0], &[step(Rank, &[0, 0, 2])], "ascend");
    bad(&[], &[f64::NAN], &[step(In, &[0, 0, 1])], "ascend");
    bad(&[], &[f64::INFINITY], &[step(Lookup, &[0, 0, 1])], "ascend");
    bad(&[], &[], &[step(Each, &[0, u32::MAX])], "every event");
    assert!(parts(&[], &[], &[], &[]).is_err());
    let refused = |steps: &[Step], output: u32, what: &str| {
        let found = parts(&[1.0], &[], steps, &[output]).unwrap().check(1).unwrap_err();
        assert!(found.contains(what), "{found}");
    };
    // Registers: 0 the input, 1 the constant, 2 the first step.
    refused(&[step(Add, &[0, 2])], 2, "come before");
    refused(&[step(Not, &[u32::MAX])], 2, "come before");
    refused(&[step(Not, &[0])], 3, "no register");
    refused(&[step(EventDay, &[])], 2, "outside");
    refused(&[step(Sum, &[0, 1])], 2, "outside");
    refused(&[step(Each, &[1, 0])], 2, "does not exist");
    refused(&[step(Each, &[0, 1])], 2, "longer");
    refused(&[step(Each, &[0, 2]), step(Each, &[0, 0]), step(EventDay, &[])], 2, "another");
    refused(&[step(Each, &[0, 1]), step(EventDay, &[])], 3, "output");
    refused(&[step(Each, &[0, 1]), step(EventDay, &[]), step(Not, &[3])], 4, "into a loop");
    refused(&[step(Each, &[0, 2]), step(Sum, &[0, 1]), step(Not, &[3])], 2, "its own loop");
    let columns = parts(&[], &[], &[step(Each, &[0, 1]), step(EventColumn, &[6])], &[1]).unwrap();
    assert_eq!(columns.event_lists(), [(0, 7)]);
}

#[test]
fn the_wire_keeps_a_formula() {
    let steps = vec![
        step(Function::Each, &[0, 2]),
        step(Function::EventColumn, &[3]),
        step(Function::Sum, &[3, 5]),
        step(Function::Lookup, &[1, 0, 2]),
        step(Function::Select, &[4, 6, 7]),
    ];
    let formula = Formula::new(vec![1.5, -0.0], vec![f64::NAN, 2.0], steps, vec![8, 4]).unwrap();
    let mut bytes = Vec::new();
    formula.put(&mut bytes);
    let mut reader = Reader::new(&bytes, "nodes");
    let found = Formula::get(&mut reader).unwrap();
    let mut again = Vec::new();
    found.put(&mut again);
    assert_eq!(again, bytes);
    assert_eq!(found.steps(), formula.steps());
    // Cut off anywhere, or with a function that is none, it is refused.
    for end in 0..bytes.len() {
        assert!(Formula::get(&mut Reader::new(&bytes[..end], "nodes")).is_err());
    }
    let at = bytes.iter().position(|&byte| byte == Function::Each.code()).unwrap();
    bytes[at] = 255;
    assert!(Formula::get(&mut Reader::new(&bytes, "nodes")).is_err());
    let mut codes: Vec<u8> = Function::ALL.iter().map(|function| function.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Function::ALL.len());
}

#[test]
fn what_costs_much_is_refused_or_looked_at_once() {
    let each = Step { function: Function::Each, args: [0, 0, 0] };
    let many = vec![each; limits::FORMULA_LOOPED + 1];
    let refused = Formula::new(Vec::new(), Vec::new(), many, vec![0]);
    assert_eq!(refused, Err("a formula does more for every event than the limit"));
    // As many searches of a table of a million values: step by step this would take a minute.
    let table: Vec<f64> = (0..limits::FORMULA_TABLES).map(|x| x as f64).collect();
    let search = Step { function: Function::In, args: [0, 0, table.len() as u32] };
    let steps = vec![search; limits::FORMULA_STEPS];
    assert!(Formula::new(Vec::new(), table.clone(), steps.clone(), vec![0]).is_ok());
    let mut turned = table;
    turned.swap(70_000, 70_001);
    assert!(Formula::new(Vec::new(), turned, steps, vec![0]).is_err());
}
