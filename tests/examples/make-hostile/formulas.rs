//! Broken formulas: registers, loops and tables that are not there.

use scorelet_core::bundle::wire::Put;
use scorelet_core::feature::formula::Function;
use scorelet_core::limits;

use crate::base;
use crate::sections::Sections;
use crate::{Cases, kinds};

const FORMULA: u16 = 0x0106;

/// Adds all of them. Register 0 is the input, 1 the constant, 2 the first step.
pub(crate) fn add(cases: &mut Cases) {
    use Function::{Add, Each, EventDay, In, Lookup, Not, Rank, Sum};
    let none: &[f64] = &[];
    let mut add = |name, tables: &[f64], steps: &[(Function, &[u32])], output: u32| {
        cases.insert(name, file(tables, steps, &[output]));
    };
    add("formula-reads-itself", none, &[(Add, &[0, 2])], 2);
    add("formula-register-beyond", none, &[(Not, &[u32::MAX])], 2);
    add("formula-output-beyond", none, &[(Not, &[0])], 3);
    add("formula-event-outside-a-loop", none, &[(EventDay, &[])], 2);
    add("formula-accumulator-outside-a-loop", none, &[(Sum, &[0, 1])], 2);
    add("formula-loop-of-no-input", none, &[(Each, &[1, 0])], 2);
    add("formula-loop-longer-than-it", none, &[(Each, &[0, 1])], 2);
    add("formula-loop-in-a-loop", none, &[(Each, &[0, 2]), (Each, &[0, 0]), (EventDay, &[])], 2);
    add("formula-output-in-a-loop", none, &[(Each, &[0, 1]), (EventDay, &[])], 3);
    add("formula-reads-into-a-loop", none, &[(Each, &[0, 1]), (EventDay, &[]), (Not, &[3])], 4);
    add("formula-reads-its-accumulator", none, &[(Each, &[0, 2]), (Sum, &[0, 1]), (Not, &[3])], 2);
    add("formula-loops-over-the-limit", none, &[(Each, &[0, limits::FORMULA_LOOPED as u32 + 1])], 2);
    add("formula-table-beyond", &[1.0], &[(In, &[0, 0, 2])], 2);
    add("formula-table-around-the-end", &[1.0], &[(In, &[0, u32::MAX, 2])], 2);
    add("formula-table-descends", &[2.0, 1.0], &[(Rank, &[0, 0, 2])], 2);
    add("formula-table-of-no-number", &[f64::NAN], &[(In, &[0, 0, 1])], 2);
    add("formula-table-infinite", &[f64::INFINITY], &[(Lookup, &[0, 0, 1])], 2);
    add("formula-table-of-odd-nan", &[f64::from_bits(0x7ff8_0000_0000_0001)], &[], 0);
    cases.insert("formula-without-output", file(none, &[], &[]));
    let mut unknown = parameters(&[1.0], none, &[(Not, &[0])], &[2]);
    // After one constant, no table value, and the number of steps.
    unknown[4 + 8 + 4 + 4] = 200;
    cases.insert("formula-function-unknown", of(&unknown));
    cases.insert("formula-constant-infinite", of(&parameters(&[f64::INFINITY], none, &[(Not, &[0])], &[2])));
    let mut many = Vec::new();
    Put::f64s(&mut many, &[]);
    Put::f64s(&mut many, &[]);
    many.count(limits::FORMULA_STEPS + 1);
    cases.insert("formula-steps-over-the-limit", of(&many));
}

fn file(tables: &[f64], steps: &[(Function, &[u32])], outputs: &[u32]) -> Vec<u8> {
    of(&parameters(&[1.0], tables, steps, outputs))
}

fn parameters(constants: &[f64], tables: &[f64], steps: &[(Function, &[u32])], outputs: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    out.f64s(constants);
    out.f64s(tables);
    out.count(steps.len());
    for (function, args) in steps {
        Put::u8(&mut out, function.code());
        for &arg in *args {
            Put::u32(&mut out, arg);
        }
    }
    out.u32s(outputs);
    out
}

/// A bundle with a node of these parameters.
fn of(parameters: &[u8]) -> Vec<u8> {
    let table = kinds::table(&[(0x0101, "bins"), (FORMULA, "formula"), (0x0201, "scorecard")]);
    Sections::of(&base::parts()).with(2, table).with(4, base::node_bytes(FORMULA, &[0], parameters)).file()
}
