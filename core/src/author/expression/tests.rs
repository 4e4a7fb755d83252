//! Expressions against the language's own cases, a naive interpretation, and their mistakes.

mod cases;
mod generated;
mod mistakes;
mod naive;
mod spec;
mod textproto;

use std::rc::Rc;

use super::*;
use crate::column::{Block, Inputs, State};
use crate::events;
use crate::feature::formula::Formula;
use crate::graph::{Kernel as _, Scratch};

/// A value and its state.
type Cell = (f64, State);

/// An event: its day, and a cell for each column.
type Event = (i32, Vec<Cell>);

const fn present(x: f64) -> Cell {
    (x, State::PRESENT)
}

const fn absent(state: State) -> Cell {
    (f64::NAN, state)
}

/// The outputs of a formula for one row. Each list is an input and its events.
fn run(formula: &Formula, inputs: &[Cell], lists: &[(u32, Vec<Event>)]) -> Vec<Cell> {
    let width = formula.outputs().len();
    let columns = |events: &[Event]| events.first().map_or(0, |(_, cells)| cells.len());
    let own = events::Events::new(lists.iter().map(|(field, events)| (*field, columns(events))));
    let mut block = Block::with_events(inputs.len() + width, 1, own);
    block.set_rows(1);
    for (field, events) in lists {
        let list = block.events_mut().list_mut(*field).unwrap();
        for (day, cells) in events {
            list.push(*day, cells);
        }
        list.end_row(0);
    }
    for (i, &(value, state)) in inputs.iter().enumerate() {
        let mut column = block.column_mut(i);
        if state.is_present() { column.set(0, value) } else { column.set_absent(0, state) }
    }
    let ids: Vec<u32> = (0..inputs.len() as u32).collect();
    let (columns, mut outputs) = block.split(inputs.len());
    formula.check(inputs.len()).unwrap();
    formula.eval(&Inputs::new(columns, &ids), &mut outputs, &mut Scratch::default());
    let cell = |i| {
        let column = block.column(inputs.len() + i);
        (column.values[0], column.states[0])
    };
    (0..width).map(cell).collect()
}

/// A column that is input `at`.
fn input(at: u32, kind: Kind) -> Column {
    Column { register: Register::Input(at), kind, unit: String::new() }
}

fn category(values: &[&str]) -> Kind {
    Kind::Category(Rc::new(values.iter().map(|&value| value.to_owned()).collect()))
}
