//! Random histories of events, and evaluation of nodes over them.

use scorelet_core::column::{Block, Inputs, State};
use scorelet_core::events::Events;
use scorelet_core::graph::{Op, Scratch};

use crate::harness::Cell;

/// Numbers that do not change from run to run.
pub(crate) struct Lot(u64);

impl Lot {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }
}

/// An event: its day, and a cell a column.
pub(crate) type Event = (i32, Vec<Cell>);

/// The events of an applicant, ascending by day, and the reference date.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) events: Vec<Event>,
    pub(crate) ignored: u32,
    pub(crate) reference: Cell,
}

/// Columns of random events: category (of 12), amount in cents of either sign, balance, flag.
pub(crate) const COLUMNS: usize = 4;
pub(crate) const CATEGORIES: u32 = 12;

/// Some events of up to four years; reference dates are often ends of months. A few events are after it.
pub(crate) fn history(lot: &mut Lot, most: u64) -> History {
    let years = 365 * 40;
    let mut reference = lot.below(years) as i32 + 10_000;
    if lot.below(3) == 0 {
        // The last of a month, or near it: 31 January 2001 and on.
        reference = 11_353 + 30 * lot.below(40) as i32 + lot.below(3) as i32;
    }
    let reach = lot.pick(&[10, 100, 400, 1500]);
    let n = lot.below(most + 1);
    let mut days: Vec<i32> = (0..n).map(|_| reference - lot.below(reach) as i32).collect();
    if lot.below(5) == 0 {
        days.push(reference + 1 + lot.below(20) as i32);
    }
    days.sort_unstable();
    let absent = [State::MISSING, State::UNSEEN, State::OUT_OF_RANGE, State::special(0)];
    let mut cell = |value: f64, of: u64| match lot.below(of) {
        0 => Err(absent[lot.below(4) as usize]),
        1 => Ok(0.0),
        _ => Ok(value + lot.below(1_000_000) as f64 / 1e9 * f64::from(u8::from(value.fract() != 0.0))),
    };
    let mut spread = Lot::new(n ^ reach);
    let events = days.into_iter().map(|day| {
        let category = spread.below(u64::from(CATEGORIES) + 1) as f64;
        let amount = (spread.below(200_000) as f64 - 120_000.0) / 100.0;
        let balance = spread.below(50) as f64 * 0.1 - 1.0;
        let flag = spread.below(2) as f64;
        (day, vec![cell(category, 15), cell(amount, 12), cell(balance, 30), cell(flag, 40)])
    });
    let events = events.collect();
    History { events, ignored: lot.below(3) as u32, reference: Ok(f64::from(reference)) }
}

/// The op's outputs, a list a history, evaluated in blocks of `block` rows.
pub(crate) fn run(op: &Op, histories: &[History], block: usize) -> Vec<Vec<Cell>> {
    op.check(2).unwrap();
    let width = op.width(2);
    let mut cells = Block::with_events(2 + width, block, Events::new([(0, COLUMNS)]));
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    for here in histories.chunks(block) {
        cells.set_rows(here.len());
        cells.events_mut().clear();
        for (row, history) in here.iter().enumerate() {
            let list = cells.events_mut().list_mut(0).unwrap();
            for (day, of_event) in &history.events {
                let given: Vec<(f64, State)> = of_event
                    .iter()
                    .map(|cell| match *cell {
                        Ok(value) => (value, State::PRESENT),
                        Err(state) => (f64::NAN, state),
                    })
                    .collect();
                list.push(*day, &given);
            }
            list.end_row(history.ignored);
            cells.column_mut(0).set(row, history.events.len() as f64);
            match history.reference {
                Ok(day) => cells.column_mut(1).set(row, day),
                Err(state) => cells.column_mut(1).set_absent(row, state),
            }
        }
        let (columns, mut outputs) = cells.split(2);
        for k in 0..width {
            outputs.column(k).values.fill(f64::from_bits(0x7FF8_0000_0000_0001));
            outputs.column(k).states.fill(State(250));
        }
        op.eval(&Inputs::new(columns, &[0, 1]), &mut outputs, &mut scratch);
        for row in 0..here.len() {
            let cell = |k| {
                let column = cells.column(2 + k);
                let (value, state) = (column.values[row], column.states[row]);
                assert_ne!(state, State(250), "a row was not written");
                if state.is_present() {
                    assert!(value.is_finite());
                    Ok(value)
                } else {
                    assert_eq!(value.to_bits(), f64::NAN.to_bits());
                    Err(state)
                }
            };
            out.push((0..width).map(cell).collect());
        }
    }
    out
}
