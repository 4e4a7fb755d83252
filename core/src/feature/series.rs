//! Series: events as sequences of fixed length for sequence models.
//!
//! Encoding: the steps (`u8` 0 months from day to day, 1 calendar months, 2 events; then `skip: u32`, or of events `filter: u32`),
//! `length: u32`, filters as in windows (see `super::window`), features: a counted list of `take: u8`, `filter: u32`, `column: u32`, and
//! a flag with, if it is 1, what a step has that has nothing to take.

pub use scorelet_kernels::series::{Feature, Sequence, Steps, Take};

pub use scorelet_kernels::series::SeriesScratch;
use scorelet_kernels::series::run;

use super::window::{self, Span, Unit, get_filters, get_optional, put_filters, put_optional};
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// A sequence of months or events. Two inputs: an event-list field, and the reference date; outputs as [`Sequence`] has them. A
/// row whose list or date is absent is absent, as of a [`Window`](super::window::Window).
#[derive(Clone, Debug, PartialEq)]
pub struct Series(Sequence);

impl Series {
    /// Checks the parts: every index and limit.
    pub fn new(sequence: Sequence) -> Result<Self, &'static str> {
        let Sequence { steps, length, ref filters, ref features } = sequence;
        if length == 0 || features.is_empty() {
            return Err("a series has no step, or nothing to take of it");
        }
        if features.len() > limits::SERIES_FEATURES {
            return Err("a series has more features than the limit");
        }
        let width = (features.len() as u64 + 1) * u64::from(length);
        if width > limits::COLUMNS as u64 {
            return Err("a series has more columns than the limit");
        }
        window::check_filters(filters)?;
        let sound = |filter: Option<u32>| filter.is_none_or(|f| (f as usize) < filters.len());
        let monthly = match steps {
            Steps::Months { unit: Unit::Days, .. } => return Err("the steps of a series are days"),
            Steps::Months { unit, skip } => {
                let from = length.checked_add(skip).ok_or("a series reaches further back than the limit")?;
                window::check_span(&Span { unit, from: Some(from), to: skip })?;
                true
            }
            Steps::Events { filter } if sound(filter) => false,
            Steps::Events { .. } => return Err("a series has a filter that is not there"),
        };
        for feature in features {
            if !sound(feature.filter) || (feature.filter.is_some() && !monthly) {
                return Err("a feature of a series has a filter that is not there");
            }
            if feature.take.is_monthly() != monthly {
                return Err("a feature of months is taken of events, or the other way round");
            }
            if feature.column.is_some_and(|column| column as usize >= limits::EVENT_COLUMNS) {
                return Err("a column of the events is beyond the limit");
            }
            let column = match feature.take {
                Take::Count => true,
                Take::DaysBefore | Take::DaysBetween => feature.column.is_none(),
                _ => feature.column.is_some(),
            };
            if !column {
                return Err("a feature of a series has no column, or one that it does not read");
            }
            if feature.empty.is_some_and(|empty| !empty.is_finite()) {
                return Err("a value for what is missing is not finite");
            }
        }
        Ok(Self(sequence))
    }

    /// The parts.
    pub fn sequence(&self) -> &Sequence {
        &self.0
    }

    /// How many columns the events must have.
    pub fn event_columns(&self) -> u32 {
        let features = self.0.features.iter().filter_map(|f| f.column).map(|column| column.saturating_add(1));
        features.max().unwrap_or(0).max(window::columns_of_tests(&self.0.filters))
    }
}

/// What is taken, by its code.
const TAKES: [Take; 9] = [
    Take::Count,
    Take::Sum,
    Take::Mean,
    Take::Min,
    Take::Max,
    Take::Last,
    Take::Value,
    Take::DaysBefore,
    Take::DaysBetween,
];

impl Wire for Feature {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, self.take as u8);
        put_optional(out, self.filter);
        put_optional(out, self.column);
        out.bool(self.empty.is_some());
        if let Some(empty) = self.empty {
            Put::f64(out, empty);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let code = input.u8()?;
        let take = TAKES.get(usize::from(code)).copied();
        Ok(Self {
            take: take.ok_or_else(|| input.malformed("an unknown figure of a series"))?,
            filter: get_optional(input)?,
            column: get_optional(input)?,
            empty: if input.bool()? { Some(input.f64()?) } else { None },
        })
    }
}

impl Wire for Series {
    fn put(&self, out: &mut Vec<u8>) {
        match self.0.steps {
            Steps::Months { unit, skip } => {
                Put::u8(out, u8::from(unit == Unit::CalendarMonths));
                Put::u32(out, skip);
            }
            Steps::Events { filter } => {
                Put::u8(out, 2);
                put_optional(out, filter);
            }
        }
        Put::u32(out, self.0.length);
        put_filters(out, &self.0.filters);
        out.list(&self.0.features);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let steps = match input.u8()? {
            0 => Steps::Months { unit: Unit::Months, skip: input.u32()? },
            1 => Steps::Months { unit: Unit::CalendarMonths, skip: input.u32()? },
            2 => Steps::Events { filter: get_optional(input)? },
            _ => return Err(input.malformed("unknown steps of a series")),
        };
        let sequence = Sequence {
            steps,
            length: input.u32()?,
            filters: get_filters(input)?,
            features: input.list("features of a series", limits::SERIES_FEATURES, 10)?,
        };
        Self::new(sequence).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Series {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == 2 {
            Ok(())
        } else {
            Err("a series reads exactly two columns: events and a reference date")
        }
    }

    fn width(&self, _inputs: usize) -> usize {
        self.0.width()
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch) {
        run(&self.0, inputs, outputs, &mut scratch.series);
    }
}
