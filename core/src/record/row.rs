//! One record after its fields' checks.

use super::Wrong;
use super::{Absent, Admitted, RecordEvents, RowEvents};
use crate::column::State;
use crate::schema::Field;

/// One record after its fields' checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// Value and state of each field.
    pub(crate) cells: Vec<(f64, State)>,
    /// What was absent.
    pub(crate) absent: Vec<Absent>,
    /// Its event lists.
    pub(crate) events: RecordEvents,
}

impl Row {
    /// Events after the reference time, which were left out: field (column) and how many, of each list that had some.
    pub(crate) fn ignored(&self) -> Vec<(u32, u32)> {
        ignored(&self.events)
    }
}

/// Of each list that left events out: its field and how many.
pub(crate) fn ignored(lists: &[(u32, RowEvents)]) -> Vec<(u32, u32)> {
    let lists = lists.iter().map(|(field, events)| (*field, events.ignored));
    lists.filter(|&(_, ignored)| ignored > 0).collect()
}

impl Admitted {
    /// In the place of an event list until its events are settled.
    pub(crate) const UNSETTLED: Self = Self { value: f64::NAN, state: State::PRESENT, given: State::PRESENT };
}

/// A row to which the fields' values are added in order.
#[derive(Debug)]
pub(crate) struct RowBuilder<'a> {
    fields: &'a [Field],
    number: usize,
    out: Row,
}

impl<'a> RowBuilder<'a> {
    /// A row without values yet; `number` is named in errors.
    pub(crate) fn new(fields: &'a [Field], number: usize) -> Self {
        let out = Row { cells: Vec::with_capacity(fields.len()), ..Row::default() };
        Self { fields, number, out }
    }

    /// Adds the value of the next field; missing if there is none.
    ///
    /// Errors: it is missing, and the field's policy is to refuse that.
    pub(crate) fn push(&mut self, admitted: Option<Admitted>) -> Result<(), Wrong> {
        let Some(field) = self.fields.get(self.out.cells.len()) else { return Ok(()) };
        let admitted = match admitted {
            Some(admitted) => admitted,
            None => field.admit_state(f64::NAN, State::MISSING, self.number)?,
        };
        if !admitted.given.is_present() {
            self.out.absent.push((self.out.cells.len() as u32, admitted.given));
        }
        self.out.cells.push((admitted.value, admitted.state));
        Ok(())
    }

    /// The row with its event lists, which are settled by their reference times.
    ///
    /// Errors: as [`RowEvents::settle`], of the first list in the fields' order.
    pub(crate) fn finish(mut self, mut events: RecordEvents) -> Result<Row, Wrong> {
        // In the order of the fields; there are few.
        for end in 1..events.len() {
            for at in (1..=end).rev() {
                if let Some([before, after]) = events.get_mut(at - 1..=at)
                    && before.0 > after.0
                {
                    core::mem::swap(before, after);
                }
            }
        }
        for (index, found) in &mut events {
            let Some((list, schema)) =
                self.fields.get(*index as usize).and_then(|field| Some((field, field.events()?)))
            else {
                continue;
            };
            let as_of = schema.as_of as usize;
            let reference = self.out.cells.get(as_of).copied().unwrap_or((f64::NAN, State::MISSING));
            found.settle(list, schema, self.fields.get(as_of), reference, self.number)?;
            if let Some(cell) = self.out.cells.get_mut(*index as usize) {
                *cell = (found.days.len() as f64, State::PRESENT);
            }
        }
        self.out.events = events;
        Ok(self.out)
    }
}
