//! What a formula must be, so that its evaluation cannot fail.

use super::{Formula, Function, Step};
use crate::limits;

/// All that does not depend on the number of inputs.
pub(super) fn parts(formula: &Formula) -> Result<(), &'static str> {
    let Formula { constants, tables, steps, outputs } = formula;
    if constants.len().max(steps.len()) > limits::FORMULA_STEPS {
        return Err("a formula has more constants or steps than the limit");
    }
    if tables.len() > limits::FORMULA_TABLES {
        return Err("the tables of a formula are longer than the limit");
    }
    if outputs.is_empty() || outputs.len() > limits::FORMULA_OUTPUTS {
        return Err("a formula has no output, or more than the limit");
    }
    if constants.iter().any(|x| !x.is_finite()) {
        return Err("a constant of a formula is not finite");
    }
    // NaN is "no value", with one pattern of bits; infinities are open ends of ranks.
    if tables.iter().any(|x| x.is_nan() && x.to_bits() != f64::NAN.to_bits()) {
        return Err("a table of a formula has a NaN of unusual bits");
    }
    if formula.looped_steps() > limits::FORMULA_LOOPED as u64 {
        return Err("a formula does more for every event than the limit");
    }
    let reach = Reach::new(tables);
    steps.iter().try_for_each(|step| table(step, tables.len(), &reach))
}

/// How far a table may go from each of the values on: looked at once, since many steps may read the same values.
struct Reach {
    /// As long as the values ascend and none is NaN.
    ascending: Vec<u32>,
    /// Before the next infinite value.
    finite: Vec<u32>,
}

impl Reach {
    fn new(tables: &[f64]) -> Self {
        let end = tables.len() as u32;
        let mut reach = Self { ascending: vec![end; tables.len() + 1], finite: vec![end; tables.len() + 1] };
        // From the last value to the first; what comes after it is known by then.
        let (mut ascending, mut finite, mut next) = (end, end, f64::NAN);
        for (at, &value) in tables.iter().enumerate().rev() {
            let own = at as u32;
            let goes_on = value < next;
            ascending = match () {
                () if value.is_nan() => own,
                () if goes_on => ascending,
                () => own + 1,
            };
            finite = if value.is_infinite() { own } else { finite };
            for (list, end) in [(&mut reach.ascending, ascending), (&mut reach.finite, finite)] {
                if let Some(place) = list.get_mut(at) {
                    *place = end;
                }
            }
            next = value;
        }
        reach
    }
}

/// The table of a step: inside the formula's, ascending where it is searched.
fn table(step: &Step, values: usize, reach: &Reach) -> Result<(), &'static str> {
    let [_, from, count] = step.args.map(|arg| arg as usize);
    let end = from.saturating_add(count);
    let list = match step.function {
        Function::Lookup => &reach.finite,
        Function::In | Function::Rank => &reach.ascending,
        _ => return Ok(()),
    };
    if end > values {
        return Err("a step of a formula reads beyond its tables");
    }
    let fits = count == 0 || list.get(from).is_some_and(|&reaches| end <= reaches as usize);
    if fits { Ok(()) } else { Err("a table of a formula does not ascend, or has an infinite value") }
}

/// Every register that is read, against the number of inputs.
pub(super) fn registers(formula: &Formula, inputs: usize) -> Result<(), &'static str> {
    let fixed = inputs + formula.constants.len();
    // The loop that is open: its first and last step.
    let mut open: Option<(usize, usize)> = None;
    let mut loops = vec![false; formula.steps.len()];
    for (at, step) in formula.steps.iter().enumerate() {
        if open.is_some_and(|(_, last)| at > last) {
            open = None;
        }
        if step.function == Function::Each {
            let last = at.saturating_add(step.args[1] as usize);
            if open.is_some() || last >= formula.steps.len() {
                return Err("a loop of a formula stands in another or is longer than the formula");
            }
            if step.args[0] as usize >= inputs {
                return Err("a loop of a formula reads an input that does not exist");
            }
            open = Some((at + 1, last));
            continue;
        }
        if step.function.in_loop() && open.is_none() {
            return Err("a formula reads an event outside of a loop");
        }
        if let Some(flag) = loops.get_mut(at) {
            *flag = open.is_some();
        }
        for &register in step.args.iter().take(step.function.registers()) {
            let register = register as usize;
            if register >= fixed + at {
                return Err("a step of a formula reads a register that does not come before it");
            }
            let Some(read) = register.checked_sub(fixed) else { continue };
            let here = open.is_some_and(|(first, _)| read >= first);
            if !readable(formula, &loops, read, here) {
                return Err("a step of a formula reads into a loop, or an accumulator of its own loop");
            }
        }
    }
    for &register in &formula.outputs {
        let register = register as usize;
        if register >= fixed + formula.steps.len() {
            return Err("an output of a formula is no register");
        }
        let inside = register.checked_sub(fixed);
        if inside.is_some_and(|step| !readable(formula, &loops, step, false)) {
            return Err("an output of a formula stands in a loop");
        }
    }
    Ok(())
}

/// Whether a step's result may be read, from the same loop (`here`) or from elsewhere.
fn readable(formula: &Formula, loops: &[bool], step: usize, here: bool) -> bool {
    let accumulates = formula.steps.get(step).is_some_and(|s| s.function.accumulates());
    let looped = loops.get(step).copied().unwrap_or_default();
    if here { !accumulates } else { !looped || accumulates }
}

/// The columns of events that are read, each with the input that is its list.
#[cfg(feature = "author")]
pub(super) fn event_columns(formula: &Formula) -> Vec<(u32, u32)> {
    let mut list = 0;
    let mut columns = Vec::new();
    for step in &formula.steps {
        match step.function {
            Function::Each => list = step.args[0],
            Function::EventColumn => columns.push((list, step.args[0])),
            _ => {}
        }
    }
    columns
}

/// The inputs that are event lists, and how many columns are read of each.
pub(super) fn event_lists(formula: &Formula) -> Vec<(u32, u32)> {
    let mut lists = Vec::new();
    for step in &formula.steps {
        match step.function {
            Function::Each => lists.push((step.args[0], 0)),
            Function::EventColumn => {
                if let Some((_, columns)) = lists.last_mut() {
                    *columns = (*columns).max(step.args[0].saturating_add(1));
                }
            }
            _ => {}
        }
    }
    lists
}
