//! Self-checks: rows with the trainer's own outputs.

use super::Bundle;
use super::wire::{Put, Reader, Refused, Wire};
use crate::error::BundleError;
use crate::json;
use crate::limits;
use crate::schema::Field;

/// A row with the trainer's own outputs, to check the bundle with.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfCheck {
    /// Field values as columns have them: number, category index (−1: unseen), days, number of events, NaN for missing.
    pub row: Vec<f64>,
    /// The row's event lists: field, and the events as a JSON array; ascending. One that is empty may be left out.
    pub events: Vec<(u32, String)>,
    /// Column and the value expected there.
    pub expected: Vec<(u32, f64)>,
    /// Largest allowed absolute difference; 0 asks for the same bits.
    pub tolerance: f64,
}

impl Wire for SelfCheck {
    fn put(&self, out: &mut Vec<u8>) {
        out.f64s(&self.row);
        out.count(self.expected.len());
        for &(column, value) in &self.expected {
            Put::u32(out, column);
            Put::f64(out, value);
        }
        Put::f64(out, self.tolerance);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let n = input.count("values of a self-check", limits::FIELDS, 8)?;
        let row = (0..n).map(|_| input.f64_any()).collect::<Result<_, Refused>>()?;
        let n = input.count("expected values", limits::COLUMNS, 12)?;
        let expected = (0..n).map(|_| Ok((input.u32()?, input.f64()?))).collect::<Result<_, Refused>>()?;
        Ok(Self { row, events: Vec::new(), expected, tolerance: input.f64()? })
    }
}

impl SelfCheck {
    /// The row's events as a [`Table`](crate::scorer::Table) of this one row has them; nothing if it has none.
    pub fn events_json(&self, fields: &[Field]) -> Vec<u8> {
        let mut out = Vec::new();
        if self.events.is_empty() {
            return out;
        }
        out.push(b'[');
        json::Json::new(&mut out).object(|json| {
            for (field, events) in &self.events {
                json.key(fields.get(*field as usize).map_or("", |field| &field.name)).raw(events);
            }
        });
        out.push(b']');
        out
    }
}

/// An event list of a self-check: index of the check, field, the events as JSON.
pub(super) struct CheckEvents(u32, u32, String);

impl Wire for CheckEvents {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.0);
        Put::u32(out, self.1);
        out.text(&self.2);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let (check, field) = (input.u32()?, input.u32()?);
        let length = input.count("bytes of events", limits::RECORD_BYTES, 1)?;
        match core::str::from_utf8(input.take(length)?) {
            Ok(json) => Ok(Self(check, field, json.to_owned())),
            Err(_) => Err(input.malformed("a text is not UTF-8")),
        }
    }
}

/// Gives the self-checks their event lists.
pub(super) fn give_events(checks: &mut [SelfCheck], input: &mut Reader<'_>) -> Result<(), Refused> {
    let lists: Vec<CheckEvents> = input.list("event lists of self-checks", limits::ROWS, 12)?;
    if !lists.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)) {
        return Err(input.malformed("event lists of self-checks are not in ascending order"));
    }
    for CheckEvents(index, field, json) in lists {
        match checks.get_mut(index as usize) {
            Some(check) => check.events.push((field, json)),
            None => return Err(input.malformed("events of a self-check that is not there")),
        }
    }
    Ok(())
}

/// The event lists of all self-checks.
#[cfg(feature = "author")]
pub(super) fn events_of(checks: &[SelfCheck]) -> Vec<CheckEvents> {
    let of = |(index, check): (u32, &SelfCheck)| {
        let lists = check.events.iter().map(move |(field, json)| CheckEvents(index, *field, json.clone()));
        lists.collect::<Vec<_>>()
    };
    (0..).zip(checks).flat_map(of).collect()
}

/// Checks them against the whole bundle.
pub(super) fn check(bundle: &Bundle) -> Result<(), BundleError> {
    let malformed = |what| Err(BundleError::Malformed { section: "self-checks", what });
    let columns = bundle.graph.columns();
    for check in &bundle.checks {
        if check.row.len() != bundle.fields.len() {
            return malformed("a row does not have a value for each field");
        }
        if !check.expected.iter().all(|&(column, _)| (column as usize) < columns) {
            return malformed("a row expects a column that does not exist");
        }
        let is_list = |field: u32| bundle.fields.get(field as usize).is_some_and(|f| f.events().is_some());
        if !check.events.is_sorted_by(|a, b| a.0 < b.0)
            || !check
                .events
                .iter()
                .all(|(field, events)| is_list(*field) && json::array_len(events.as_bytes()).is_some())
        {
            return malformed("a row has events that are none");
        }
    }
    Ok(())
}
