//! Evaluation of decision tables, a row at a time.

use scorelet_kernels::table::keep;

use super::column::words;
use super::output::Given;
use super::{DecisionTable, Hits};
use crate::column::{Column, Inputs, Outputs, State};

/// A value and its state.
type Cell = (f64, State);

const MISSING: Cell = (f64::NAN, State::MISSING);
const OUT_OF_RANGE: Cell = (f64::NAN, State::OUT_OF_RANGE);

/// Working memory of decision tables: two sets of rules.
#[derive(Debug, Default)]
pub struct TableScratch {
    kept: Vec<u64>,
    room: Vec<u64>,
}

/// The rules that hold in a row, ascending.
struct Holding<'a> {
    words: &'a [u64],
    /// Which word is looked at, and what is left of it.
    at: usize,
    left: u64,
}

impl Iterator for Holding<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            self.at += 1;
            self.left = *self.words.get(self.at)?;
        }
        let rule = self.at * 64 + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(rule)
    }
}

/// Fills the outputs of every row.
pub(super) fn run(
    table: &DecisionTable,
    inputs: &Inputs<'_>,
    outputs: &mut Outputs<'_>,
    scratch: &mut TableScratch,
) {
    for row in 0..inputs.rows() {
        let holding = hold(table, inputs, row, scratch);
        give(table, inputs, row, holding, outputs);
    }
}

fn cell(column: Column<'_>, row: usize) -> Cell {
    match (column.values.get(row), column.states.get(row)) {
        (Some(&value), Some(&state)) => (value, state),
        _ => MISSING,
    }
}

/// The rules all of whose tests hold.
fn hold<'a>(
    table: &DecisionTable,
    inputs: &Inputs<'_>,
    row: usize,
    scratch: &'a mut TableScratch,
) -> Holding<'a> {
    let words = words(table.rules);
    let TableScratch { kept, room } = scratch;
    kept.clear();
    kept.resize(words, u64::MAX);
    room.resize(words, 0);
    let mut range = (0, words);
    for (i, column) in table.columns.iter().enumerate() {
        let (value, state) = cell(inputs.column(i), row);
        let (set, flips) = column.set(value, state);
        range = keep(kept, set, flips, room, range);
        if range.0 == range.1 {
            break;
        }
    }
    let words = kept.get(..range.1).unwrap_or_default();
    Holding { words, at: range.0, left: words.get(range.0).copied().unwrap_or(0) }
}

/// Writes what the rules that hold give.
fn give(
    table: &DecisionTable,
    inputs: &Inputs<'_>,
    row: usize,
    mut holding: Holding<'_>,
    outputs: &mut Outputs<'_>,
) {
    let mut at = 0;
    let mut write = |(value, state): Cell| {
        let mut out = outputs.column(at);
        if state.is_present() {
            out.set(row, value)
        } else {
            out.set_absent(row, state)
        }
        at += 1;
    };
    let number = |rule: Option<usize>| match rule {
        None => 0.0,
        Some(rule) => match table.numbers.get(rule) {
            Some(&number) => f64::from(number) + 1.0,
            None => rule as f64 + 1.0,
        },
    };
    match table.hits {
        Hits::First | Hits::Unique | Hits::Any => {
            let first = holding.next();
            let fits = match table.hits {
                Hits::Unique => holding.next().is_none(),
                Hits::Any => holding.all(|rule| same(table, inputs, row, first, rule)),
                _ => true,
            };
            for i in 0..table.outputs.len() {
                write(if fits { output(table, inputs, row, i, first) } else { OUT_OF_RANGE });
            }
            write(if fits { (number(first), State::PRESENT) } else { OUT_OF_RANGE });
        }
        Hits::List(kept) => {
            let mut count = 0u32;
            for hit in 0..kept {
                let rule = holding.next();
                count += u32::from(rule.is_some());
                let beyond = rule.is_none() && hit > 0;
                for i in 0..table.outputs.len() {
                    write(if beyond { MISSING } else { output(table, inputs, row, i, rule) });
                }
                write(if beyond { MISSING } else { (number(rule), State::PRESENT) });
            }
            write((f64::from(count) + holding.count() as f64, State::PRESENT));
        }
        Hits::Count => write((holding.count() as f64, State::PRESENT)),
        Hits::Sum | Hits::Least | Hits::Greatest => {
            let Holding { words, at, left } = holding;
            for i in 0..table.outputs.len() {
                write(gather(table, inputs, row, i, Holding { words, at, left }));
            }
            write((holding.count() as f64, State::PRESENT));
        }
    }
}

/// What a rule gives for an output; the default of no rule.
fn output(table: &DecisionTable, inputs: &Inputs<'_>, row: usize, i: usize, rule: Option<usize>) -> Cell {
    match table.outputs.get(i).map(|output| output.given(rule)) {
        Some(Given::Value(value)) => (value, State::PRESENT),
        Some(Given::Column(at)) => cell(inputs.column(table.columns.len() + at), row),
        _ => MISSING,
    }
}

/// Whether two rules give the same.
fn same(table: &DecisionTable, inputs: &Inputs<'_>, row: usize, a: Option<usize>, b: usize) -> bool {
    (0..table.outputs.len()).all(|i| {
        let (x, y) = (output(table, inputs, row, i, a), output(table, inputs, row, i, Some(b)));
        x.1 == y.1 && (x.0 == y.0 || !x.1.is_present())
    })
}

/// An output over all rules that hold, in their order; absent as the first that is absent.
fn gather(
    table: &DecisionTable,
    inputs: &Inputs<'_>,
    row: usize,
    i: usize,
    mut holding: Holding<'_>,
) -> Cell {
    let (mut value, mut state) = output(table, inputs, row, i, holding.next());
    for rule in holding {
        let next = output(table, inputs, row, i, Some(rule));
        if !state.is_present() {
            break;
        }
        state = next.1;
        value = match table.hits {
            Hits::Sum => value + next.0,
            Hits::Least if value < next.0 => value,
            Hits::Greatest if value > next.0 => value,
            _ => next.0,
        };
    }
    (value, state)
}
