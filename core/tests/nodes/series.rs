//! Series of months and of events, against their definitions.

use scorelet_core::bundle::wire::{Reader, Wire as _};
use scorelet_core::column::State;
use scorelet_core::feature::series::{Feature, Sequence, Series, Steps, Take};
use scorelet_core::feature::window::{Span, Unit};
use scorelet_core::graph::Op;
use scorelet_core::limits;

use crate::events::{self, COLUMNS, Event, History, Lot, history};
use crate::harness::{Cell, MISSING, assert_bits};
use crate::window::filters;
use crate::window::naive::{passes, within};

const MONTHLY: [Take; 6] = [Take::Count, Take::Sum, Take::Mean, Take::Min, Take::Max, Take::Last];
const OF_EVENTS: [Take; 3] = [Take::Value, Take::DaysBefore, Take::DaysBetween];

fn random(lot: &mut Lot) -> Sequence {
    let filters = filters(lot);
    let monthly = lot.below(2) == 0;
    let filter = |lot: &mut Lot| Some(lot.below(6) as u32).filter(|&f| f < 4);
    let steps = if monthly {
        Steps::Months { unit: lot.pick(&[Unit::Months, Unit::CalendarMonths]), skip: lot.below(3) as u32 }
    } else {
        Steps::Events { filter: filter(lot) }
    };
    let feature = |_| {
        let take = if monthly { lot.pick(&MONTHLY) } else { lot.pick(&OF_EVENTS) };
        let column = match take {
            Take::Count if lot.below(2) == 0 => None,
            Take::DaysBefore | Take::DaysBetween => None,
            _ => Some(lot.below(COLUMNS as u64) as u32),
        };
        let empty = lot.pick(&[None, None, Some(0.0), Some(-1.0)]);
        Feature { take, filter: if monthly { filter(lot) } else { None }, column, empty }
    };
    let features = (0..5).map(feature).collect();
    Sequence { steps, length: 1 + lot.below(30) as u32, filters, features }
}

fn tests(sequence: &Sequence, filter: Option<u32>) -> &[scorelet_core::feature::window::Test] {
    filter.map_or(&[], |f| &sequence.filters[f as usize])
}

/// Steps with a cell a feature; `None` before the first event.
fn months(sequence: &Sequence, history: &[Event], reference: i64) -> Vec<Option<Vec<Cell>>> {
    let Steps::Months { unit, skip } = sequence.steps else { panic!("no months") };
    let month = |back: u32| Span { unit, from: Some(back + 1), to: back };
    let step = |back: u32| {
        let first = history.first()?;
        // The first event is in this month or in an earlier one.
        let since = Span { unit, from: None, to: back };
        if !within(&since, reference, i64::from(first.0)) {
            return None;
        }
        let of = |feature: &Feature| {
            let taken = history.iter().filter(|e| {
                within(&month(back), reference, i64::from(e.0))
                    && passes(tests(sequence, feature.filter), e)
                    && feature.column.is_none_or(|c| e.1[c as usize].is_ok())
            });
            let values: Vec<f64> =
                taken.map(|e| feature.column.map_or(1.0, |c| e.1[c as usize].unwrap())).collect();
            let sum = values.iter().fold(0.0, |sum, x| sum + x);
            let found = match feature.take {
                Take::Count => Some(values.len() as f64),
                Take::Sum => Some(sum),
                _ if values.is_empty() => None,
                Take::Mean => Some(sum / values.len() as f64),
                Take::Min => values.iter().copied().reduce(|a, b| if b < a { b } else { a }),
                Take::Max => values.iter().copied().reduce(|a, b| if b > a { b } else { a }),
                Take::Last => values.last().copied(),
                take => panic!("{take:?} of months"),
            };
            found.or(feature.empty).map_or(MISSING, Ok)
        };
        Some(sequence.features.iter().map(of).collect())
    };
    (skip..sequence.length + skip).rev().map(step).collect()
}

fn steps(sequence: &Sequence, history: &[Event], reference: i64) -> Vec<Option<Vec<Cell>>> {
    let Steps::Events { filter } = sequence.steps else { panic!("no events") };
    let taken: Vec<&Event> = history.iter().filter(|e| passes(tests(sequence, filter), e)).collect();
    let length = sequence.length as usize;
    let mut out: Vec<Option<Vec<Cell>>> = vec![None; length.saturating_sub(taken.len())];
    for i in taken.len().saturating_sub(length)..taken.len() {
        let of = |feature: &Feature| {
            let found = match feature.take {
                Take::Value => taken[i].1[feature.column.unwrap() as usize],
                Take::DaysBefore => Ok((reference - i64::from(taken[i].0)) as f64),
                Take::DaysBetween if i == 0 => MISSING,
                Take::DaysBetween => Ok(f64::from(taken[i].0 - taken[i - 1].0)),
                take => panic!("{take:?} of events"),
            };
            found.or_else(|state| feature.empty.ok_or(state))
        };
        out.push(Some(sequence.features.iter().map(of).collect()));
    }
    out
}

fn naive(sequence: &Sequence, history: &History) -> Vec<Cell> {
    let reference = history.reference.unwrap() as i64;
    let events: Vec<Event> = history.events.iter().filter(|e| i64::from(e.0) <= reference).cloned().collect();
    let steps = match sequence.steps {
        Steps::Months { .. } => months(sequence, &events, reference),
        Steps::Events { .. } => steps(sequence, &events, reference),
    };
    let padding = vec![Ok(0.0); sequence.features.len()];
    let cells = steps.iter().flat_map(|step| step.clone().unwrap_or_else(|| padding.clone()));
    cells.chain(steps.iter().map(|step| Ok(f64::from(u8::from(step.is_some()))))).collect()
}

#[test]
fn random_series_over_random_histories() {
    let (mut inside, mut before) = (0, 0);
    for seed in 0..300 {
        let mut lot = Lot::new(1000 + seed);
        let sequence = random(&mut lot);
        let most = lot.pick(&[0, 3, 20, 150]);
        let histories: Vec<History> = (0..7).map(|_| history(&mut lot, most)).collect();
        let op = Op::from(Series::new(sequence.clone()).unwrap());
        let together = events::run(&op, &histories, 5);
        assert_eq!(together, events::run(&op, &histories, 1));
        for (found, history) in together.iter().zip(&histories) {
            assert_bits(found, &naive(&sequence, history));
            let mask = &found[sequence.features.len() * sequence.length as usize..];
            inside += mask.iter().filter(|m| **m == Ok(1.0)).count();
            before += mask.iter().filter(|m| **m == Ok(0.0)).count();
        }
    }
    assert!(inside > 5_000 && before > 5_000, "{inside} {before}");
}

#[test]
fn the_encoding_round_trips_and_lies_are_refused() {
    for seed in 0..60 {
        let series = Series::new(random(&mut Lot::new(seed))).unwrap();
        let mut bytes = Vec::new();
        series.put(&mut bytes);
        let mut reader = Reader::new(&bytes, "nodes");
        assert_eq!(Series::get(&mut reader).unwrap(), series);
        reader.end().unwrap();
        for n in 0..bytes.len() {
            assert!(Series::get(&mut Reader::new(&bytes[..n], "nodes")).is_err());
            for value in [0, 2, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[n] = value;
                let mut reader = Reader::new(&changed, "nodes");
                if let Ok(read) = Series::get(&mut reader) {
                    let mut again = Vec::new();
                    read.put(&mut again);
                    assert_eq!(again, changed[..changed.len() - reader.left()]);
                }
            }
        }
    }
}

#[test]
fn parameters_that_are_refused() {
    let feature = Feature { take: Take::Sum, filter: None, column: Some(0), empty: None };
    let steps = Steps::Months { unit: Unit::Months, skip: 0 };
    let sound = Sequence { steps, length: 3, filters: vec![], features: vec![feature] };
    assert!(Series::new(sound.clone()).is_ok());
    let of = |feature| Sequence { features: vec![feature], ..sound.clone() };
    let value = Feature { take: Take::Value, ..feature };
    let months = |unit, skip| Steps::Months { unit, skip };
    for (sequence, what) in [
        (Sequence { length: 0, ..sound.clone() }, "no step"),
        (Sequence { features: vec![], ..sound.clone() }, "no step"),
        (Sequence { length: u32::MAX, ..sound.clone() }, "more columns"),
        (Sequence { features: vec![feature; limits::SERIES_FEATURES + 1], ..sound.clone() }, "more features"),
        (Sequence { length: limits::COLUMNS as u32 / 2 + 1, ..sound.clone() }, "more columns"),
        (Sequence { length: 1201, ..sound.clone() }, "more months"),
        (Sequence { steps: months(Unit::Months, u32::MAX), ..sound.clone() }, "further back"),
        (Sequence { steps: months(Unit::Days, 0), ..sound.clone() }, "days"),
        (Sequence { steps: Steps::Events { filter: Some(0) }, ..sound.clone() }, "filter"),
        (Sequence { steps: Steps::Events { filter: None }, ..sound.clone() }, "taken of events"),
        (of(value), "taken of events"),
        (of(Feature { filter: Some(0), ..feature }), "filter"),
        (of(Feature { column: None, ..feature }), "no column"),
        (of(Feature { column: Some(64), ..feature }), "beyond"),
        (of(Feature { empty: Some(f64::NAN), ..feature }), "not finite"),
        (
            Sequence {
                steps: Steps::Events { filter: None },
                ..of(Feature { take: Take::DaysBetween, ..feature })
            },
            "does not read",
        ),
    ] {
        let found = Series::new(sequence).unwrap_err();
        assert!(found.contains(what), "{found}, not {what}");
    }
}

/// A row without a reference date is absent in every column, its mask too.
#[test]
fn rows_that_are_absent() {
    let sequence = random(&mut Lot::new(3));
    let op = Op::from(Series::new(sequence).unwrap());
    let history = History { events: vec![], ignored: 0, reference: Err(State::MISSING) };
    let found = events::run(&op, &[history], 1);
    assert!(!found[0].is_empty() && found[0].iter().all(|cell| *cell == MISSING));
}
