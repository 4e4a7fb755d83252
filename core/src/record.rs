//! Records to columns: typed values, bounds, missing states and their policies.

mod columns;
pub mod date;
mod events;
mod given;
mod hash;
mod json;
mod lookup;
mod row;
pub mod rules;
pub mod text;

pub(crate) use columns::{fill_columns, glance};
#[cfg(feature = "browser")]
pub(crate) use events::EventReader;
pub use events::{RecordEvents, RowEvents};
pub use given::Given;
pub(crate) use given::UNSEEN_CATEGORY;
pub use hash::bucket;
pub(crate) use json::{parse_events, parse_json};
pub(crate) use lookup::Lookup;
#[cfg(feature = "browser")]
pub(crate) use row::RowBuilder;
pub(crate) use row::{Row, ignored};

use crate::column::State;
use crate::error::RecordError;
use crate::limits;
use crate::schema::{Field, FieldType, Policy};

/// What is wrong with a record. In a box, so that what is passed on at every step of reading is one word.
pub type Wrong = Box<RecordError>;

impl From<Wrong> for RecordError {
    fn from(wrong: Wrong) -> Self {
        *wrong
    }
}

/// Largest whole number that every double up to it can hold.
const MAX_INTEGER: f64 = 9_007_199_254_740_992.0;

/// An absent value that the decision names: field (column) and state.
pub type Absent = (u32, State);

/// A value after a field's checks: what the column gets, and the state it came in, if that was not present.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Admitted {
    /// Column value; NaN unless `state` is present.
    pub value: f64,
    /// Column state.
    pub state: State,
    /// The state before imputation.
    pub given: State,
}

/// The name of a missing state: `missing`, `special`, `unseen`, `out_of_range`.
pub fn state_name(state: State) -> &'static str {
    match state {
        State::PRESENT => "present",
        State::MISSING => "missing",
        State::UNSEEN => "unseen",
        State::OUT_OF_RANGE => "out_of_range",
        _ => "special",
    }
}

impl Field {
    /// The state of a column value: NaN is missing, then special codes, then unknown categories, then bounds.
    ///
    /// In a category's column, `0..n` are its categories, −1 is unseen and −2 − i is the i-th special code.
    pub fn state_of(&self, value: f64) -> State {
        if value.is_nan() {
            return State::MISSING;
        }
        if !self.specials.is_empty()
            && !matches!(self.kind, FieldType::Category { .. })
            && let Some(index) = self.specials.iter().position(|s| s.value == value)
        {
            return State::special(u8::try_from(index).unwrap_or(u8::MAX));
        }
        match &self.kind {
            FieldType::Category { values } => {
                let whole = value.trunc() == value;
                if whole && value >= 0.0 && value < values.len() as f64 {
                    State::PRESENT
                } else if whole && value <= -2.0 && -2.0 - value < self.specials.len() as f64 {
                    State::special((-2.0 - value) as u8)
                } else {
                    State::UNSEEN
                }
            }
            // The column has the number of events.
            FieldType::EventList(_) if !(0.0..=limits::EVENTS as f64).contains(&value) => State::OUT_OF_RANGE,
            FieldType::Hash { buckets } if value < 0.0 || value >= f64::from(*buckets) => State::OUT_OF_RANGE,
            FieldType::Integer if value.abs() > MAX_INTEGER => State::OUT_OF_RANGE,
            _ if value < self.min || value > self.max => State::OUT_OF_RANGE,
            _ => State::PRESENT,
        }
    }

    /// Applies the field's policy to a value in a state; `None` if the policy is to refuse it.
    pub fn apply_policy(&self, value: f64, given: State) -> Option<Admitted> {
        if given.is_present() {
            return Some(Admitted { value, state: given, given });
        }
        match self.policies.of(given) {
            Policy::Refuse => None,
            Policy::OwnBin | Policy::Native => Some(Admitted { value: f64::NAN, state: given, given }),
            Policy::Impute(value) => Some(Admitted { value, state: State::PRESENT, given }),
        }
    }

    /// Checks a column value that a record gives; `row` is named in the error.
    ///
    /// Errors: [`RecordError::Type`] for a fraction where a whole number is due, [`RecordError::Refused`] by policy.
    pub fn admit(&self, value: f64, row: usize) -> Result<Admitted, Wrong> {
        let whole = matches!(
            self.kind,
            FieldType::Integer
                | FieldType::Boolean
                | FieldType::Date
                | FieldType::Hash { .. }
                | FieldType::EventList(_)
        );
        if whole && value.is_finite() && value.trunc() != value {
            return Err(self.type_error(row, "a fraction"));
        }
        if matches!(self.kind, FieldType::Boolean) && !(value.is_nan() || value == 0.0 || value == 1.0) {
            return Err(self.type_error(row, "a number"));
        }
        self.admit_state(value, self.state_of(value), row)
    }

    /// As [`Field::admit`] with the state already known.
    pub fn admit_state(&self, value: f64, state: State, row: usize) -> Result<Admitted, Wrong> {
        let refused = || RecordError::Refused { row, field: self.name.clone(), state: state_name(state) };
        self.apply_policy(value, state).ok_or_else(|| Box::new(refused()))
    }

    /// The error for a value of the wrong type.
    pub fn type_error(&self, row: usize, found: &'static str) -> Wrong {
        let (field, expected) = (self.name.clone(), self.kind.describe());
        Box::new(RecordError::Type { row, field, expected, found })
    }
}

impl Field {
    /// The categories, by index; none for a field of another type.
    pub(crate) fn categories(&self) -> &[String] {
        match &self.kind {
            FieldType::Category { values } => values,
            _ => &[],
        }
    }
}
