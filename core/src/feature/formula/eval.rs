//! Evaluation of formulas, a row at a time.

use scorelet_kernels::civil::{Anchor, FIRST_DAY, LAST_DAY, civil, days, days_in_month};

use super::{Formula, Function, Step};
use crate::column::{Inputs, Outputs, State};
use crate::math;
use crate::rounding::{Rounding, RoundingMode};

/// A value and its state.
type Cell = (f64, State);

const MISSING: Cell = (f64::NAN, State::MISSING);
const OUT_OF_RANGE: Cell = (f64::NAN, State::OUT_OF_RANGE);

/// Working memory of formulas.
#[derive(Debug, Default)]
pub struct FormulaScratch {
    registers: Vec<Cell>,
}

/// Fills the outputs of every row.
pub(super) fn run(
    formula: &Formula,
    inputs: &Inputs<'_>,
    outputs: &mut Outputs<'_>,
    scratch: &mut FormulaScratch,
) {
    let registers = &mut scratch.registers;
    let fixed = inputs.len() + formula.constants.len();
    // What stands there from an earlier formula is written before it is read.
    let all = fixed + formula.steps.len();
    if registers.len() < all {
        registers.resize(all, MISSING);
    }
    let constants = registers.get_mut(inputs.len()..fixed).unwrap_or_default();
    for (cell, &x) in constants.iter_mut().zip(&formula.constants) {
        *cell = (x, State::PRESENT);
    }
    for row in 0..inputs.rows() {
        for (cell, column) in registers.iter_mut().zip(inputs.iter()) {
            *cell = match (column.values.get(row), column.states.get(row)) {
                (Some(&value), Some(&state)) => (value, state),
                _ => MISSING,
            };
        }
        let mut at = 0;
        while let Some(step) = formula.steps.get(at) {
            at += 1;
            if step.function == Function::Each {
                each(formula, step, inputs, row, (at, fixed), registers);
                at += step.args[1] as usize;
            } else {
                let result = plain(step, &formula.tables, registers);
                put(registers, fixed + at - 1, result);
            }
        }
        for (i, &register) in formula.outputs.iter().enumerate() {
            let (value, state) = cell(registers, register);
            let mut out = outputs.column(i);
            if state.is_present() { out.set(row, value) } else { out.set_absent(row, state) }
        }
    }
}

fn cell(registers: &[Cell], register: u32) -> Cell {
    registers.get(register as usize).copied().unwrap_or(MISSING)
}

fn put(registers: &mut [Cell], register: usize, cell: Cell) {
    if let Some(place) = registers.get_mut(register) {
        *place = cell;
    }
}

/// Runs a loop, whose first step is `first`.
#[inline(never)]
fn each(
    formula: &Formula,
    head: &Step,
    inputs: &Inputs<'_>,
    row: usize,
    (first, fixed): (usize, usize),
    registers: &mut [Cell],
) {
    let [list, body, _] = head.args;
    let steps = formula.steps.get(first..first + body as usize).unwrap_or_default();
    let count = cell(registers, list);
    let list_state = count.1;
    // Its steps may read it.
    put(registers, fixed + first - 1, count);
    for (i, step) in steps.iter().enumerate() {
        let start = match step.function {
            _ if !list_state.is_present() => (f64::NAN, list_state),
            Function::Any | Function::Sum => (0.0, State::PRESENT),
            Function::All => (1.0, State::PRESENT),
            _ => MISSING,
        };
        put(registers, fixed + first + i, start);
    }
    if !list_state.is_present() || steps.is_empty() {
        return;
    }
    let Some(list) = inputs.events(list as usize) else { return };
    let events = list.row(row);
    for (event, &day) in events.days().iter().enumerate() {
        for (i, step) in steps.iter().enumerate() {
            let place = fixed + first + i;
            let result = match step.function {
                Function::EventDay => (f64::from(day), State::PRESENT),
                Function::EventColumn => {
                    let (values, states) = events.column(step.args[0] as usize);
                    match (values.get(event), states.get(event)) {
                        (Some(&value), Some(&state)) => (value, state),
                        _ => MISSING,
                    }
                }
                function if function.accumulates() => {
                    let so_far = registers.get(place).copied().unwrap_or(MISSING);
                    let [a, b, _] = step.args.map(|arg| cell(registers, arg));
                    gather(function, so_far, a, b)
                }
                _ => plain(step, &formula.tables, registers),
            };
            put(registers, place, result);
        }
    }
}

/// An accumulator after one more event.
fn gather(function: Function, so_far: Cell, a: Cell, b: Cell) -> Cell {
    match function {
        Function::Any => return logic(so_far, a, 1.0),
        Function::All => return logic(so_far, a, 0.0),
        _ => {}
    }
    // Absent for good, unless it is only that no event was found yet.
    let found = so_far.1.is_present();
    if !found && (so_far.1 != State::MISSING || function == Function::Sum || !so_far.0.is_nan()) {
        return so_far;
    }
    if !a.1.is_present() {
        return spoilt(a.1);
    }
    if a.0 == 0.0 {
        return so_far;
    }
    if !b.1.is_present() {
        return spoilt(b.1);
    }
    let (old, new) = (so_far.0, b.0);
    let value = match function {
        Function::Sum => old + new,
        _ if !found => new,
        Function::Least if old < new => old,
        Function::Greatest if old > new => old,
        Function::First => old,
        _ => new,
    };
    finite(value)
}

/// An accumulator that is absent for good: one that is missing must differ from one that has found nothing yet.
fn spoilt(state: State) -> Cell {
    (0.0, state)
}

fn finite(value: f64) -> Cell {
    if value.is_finite() { (value, State::PRESENT) } else { OUT_OF_RANGE }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// Kleene's and (`decides` 0) or or (`decides` 1).
fn logic(a: Cell, b: Cell, decides: f64) -> Cell {
    let decided = |x: Cell| x.1.is_present() && truth(x.0 != 0.0) == decides;
    if decided(a) || decided(b) {
        (decides, State::PRESENT)
    } else if !a.1.is_present() {
        a
    } else if !b.1.is_present() {
        b
    } else {
        (1.0 - decides, State::PRESENT)
    }
}

/// A step that is no loop and no part of one.
fn plain(step: &Step, tables: &[f64], registers: &[Cell]) -> Cell {
    let [a, b, c] = step.args;
    // Of a function of one register the second is any cell, and not looked at.
    let (x, y) = (cell(registers, a), cell(registers, b));
    // What is frequent comes to its end in this one match.
    match step.function {
        Function::Add => both(x, y, x.0 + y.0),
        Function::Sub => both(x, y, x.0 - y.0),
        Function::Mul => both(x, y, x.0 * y.0),
        Function::Div => both(x, y, x.0 / y.0),
        Function::Equal => both(x, y, truth(x.0 == y.0)),
        Function::NotEqual => both(x, y, truth(x.0 != y.0)),
        Function::Less => both(x, y, truth(x.0 < y.0)),
        Function::LessEqual => both(x, y, truth(x.0 <= y.0)),
        Function::Greater => both(x, y, truth(x.0 > y.0)),
        Function::GreaterEqual => both(x, y, truth(x.0 >= y.0)),
        Function::And => logic(x, y, 0.0),
        Function::Or => logic(x, y, 1.0),
        Function::IsAbsent => (truth(!x.1.is_present()), State::PRESENT),
        Function::OrElse => {
            if x.1.is_present() {
                x
            } else {
                y
            }
        }
        _ if !x.1.is_present() => x,
        Function::Select => {
            if x.0 != 0.0 {
                y
            } else {
                cell(registers, c)
            }
        }
        Function::In | Function::Rank | Function::Lookup => {
            let values = tables.get(b as usize..b as usize + c as usize).unwrap_or_default();
            table(step.function, x.0, values)
        }
        function if function.registers() == 1 => unary(function, x.0),
        _ if !y.1.is_present() => y,
        function => binary(function, x.0, y.0),
    }
}

/// A value of two arguments, in the state of the first of them that is absent.
fn both(x: Cell, y: Cell, value: f64) -> Cell {
    if !x.1.is_present() {
        x
    } else if !y.1.is_present() {
        y
    } else {
        finite(value)
    }
}

fn table(function: Function, x: f64, values: &[f64]) -> Cell {
    match function {
        Function::In => {
            let at = values.partition_point(|&v| v < x);
            finite(truth(values.get(at) == Some(&x)))
        }
        Function::Rank => finite(values.partition_point(|&v| v <= x) as f64),
        _ => match super::super::lookup::index(x, values.len()) {
            None => (f64::NAN, State::UNSEEN),
            Some(i) => match values.get(i) {
                Some(value) if !value.is_nan() => (*value, State::PRESENT),
                _ => MISSING,
            },
        },
    }
}

fn unary(function: Function, x: f64) -> Cell {
    let value = match function {
        Function::Neg => -x,
        Function::Not => truth(x == 0.0),
        Function::Abs => x.abs(),
        Function::Exp => math::exp(x),
        Function::Ln => math::ln(x),
        Function::Log10 => math::log10(x),
        Function::Ln1p => math::ln_1p(x),
        Function::Expm1 => math::exp_m1(x),
        Function::Sqrt => x.sqrt(),
        Function::Floor => x.floor(),
        Function::Ceil => x.ceil(),
        Function::Trunc => x.trunc(),
        // No whole number is −0.
        Function::Whole if x.abs() < 9_007_199_254_740_992.0 => x + 0.0,
        Function::Year | Function::Month | Function::Day | Function::Weekday | Function::DayOfYear => {
            return date_part(function, x);
        }
        _ => f64::NAN,
    };
    finite(value)
}

fn binary(function: Function, x: f64, y: f64) -> Cell {
    let value = match function {
        Function::Quotient => (x / y).trunc(),
        Function::Remainder => x % y,
        Function::Pow => math::pow(x, y),
        Function::Min => {
            if y < x {
                y
            } else {
                x
            }
        }
        Function::Max => {
            if y > x {
                y
            } else {
                x
            }
        }
        Function::HalfEven => round(RoundingMode::HalfEven, x, y),
        Function::HalfAway => round(RoundingMode::HalfAway, x, y),
        Function::AddMonths | Function::MonthsBetween => return months(function, x, y),
        _ => f64::NAN,
    };
    finite(value)
}

fn round(mode: RoundingMode, x: f64, decimals: f64) -> f64 {
    // The cast saturates, and takes NaN to 0: comparing back refuses what is no whole number of 0 to 15.
    let whole = decimals as u8;
    match Rounding::new(mode, whole) {
        Ok(rounding) if f64::from(whole) == decimals => rounding.apply(x),
        _ => f64::NAN,
    }
}

/// A date's day, if it is one: whole, of the years 0000 to 9999.
fn day(x: f64) -> Option<i64> {
    let day = x as i64;
    (day as f64 == x && (FIRST_DAY..=LAST_DAY).contains(&day)).then_some(day)
}

fn date_part(function: Function, x: f64) -> Cell {
    let Some(date) = day(x) else { return OUT_OF_RANGE };
    let (year, month, of_month) = civil(date);
    let part = match function {
        Function::Year => year,
        Function::Month => month,
        Function::Day => of_month,
        // 1970-01-01 was a Thursday.
        Function::Weekday => (date + 3).rem_euclid(7) + 1,
        _ => date - days(year, 1, 1) + 1,
    };
    (part as f64, State::PRESENT)
}

fn months(function: Function, x: f64, y: f64) -> Cell {
    let Some(from) = day(x) else { return OUT_OF_RANGE };
    let anchor = Anchor::new(from);
    if function == Function::AddMonths {
        let months = y as i64;
        if months as f64 != y || !(-120_000..=120_000).contains(&months) {
            return OUT_OF_RANGE;
        }
        return day(anchor.months_before(-months) as f64).map_or(OUT_OF_RANGE, |d| finite(d as f64));
    }
    let Some(to) = day(y) else { return OUT_OF_RANGE };
    let end = Anchor::new(to);
    let mut months = end.month - anchor.month;
    // A month is whole when its day is reached, or when the month has no such day and its last is.
    let (year, month) = (end.month.div_euclid(12), end.month.rem_euclid(12) + 1);
    let due = anchor.of_month.min(days_in_month(year, month));
    if months > 0 && end.of_month < due {
        months -= 1;
    } else if months < 0 && end.of_month > anchor.of_month {
        months += 1;
    }
    (months as f64, State::PRESENT)
}
