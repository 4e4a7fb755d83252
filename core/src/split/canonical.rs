//! The canonical bytes of a record: what the commitment in a receipt binds the client to.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SCLC` |
//! | 2 | version, 1 |
//! | 32 | digest of the device bundle |
//! | 4 | number of fields; then for each, in the bundle's order: |
//! | 1 | the state that the value came in, before any policy |
//! | 8 | the value (f64) as its column has it, if it came present; a negative zero is written as zero |
//! | … | of an event list that came present: see below |
//!
//! An event list, whose value is the number of its events that were not left out:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | number of events that were left out, since they are after the reference time; then for each other event, by date: |
//! | 4 | its date: days since 1970-01-01 (i32); then for each column, in the bundle's order: |
//! | 1 | the state of the value, after its policy |
//! | 8 | the value (f64), if it is present; a negative zero is written as zero |
//!
//! Numbers are little-endian. The engine's results depend on nothing else of a record.

use crate::bundle::Digest;
use crate::bundle::wire::Put;
use crate::column::State;
use crate::record::{Row, RowEvents};

/// Version of the canonical bytes.
pub const CANONICAL_VERSION: u16 = 1;

/// The canonical bytes of a record that its fields have admitted.
pub(crate) fn canonical(bundle: &Digest, row: &Row) -> Vec<u8> {
    let mut out = Vec::with_capacity(42 + 9 * row.cells.len());
    out.extend_from_slice(b"SCLC");
    Put::u16(&mut out, CANONICAL_VERSION);
    out.extend_from_slice(&bundle.0);
    out.count(row.cells.len());
    let mut absent = row.absent.iter().peekable();
    for (&(value, _), field) in row.cells.iter().zip(0..) {
        match absent.next_if(|(at, _)| *at == field) {
            Some((_, state)) => Put::u8(&mut out, state.0),
            None => {
                Put::u8(&mut out, State::PRESENT.0);
                Put::f64(&mut out, value + 0.0);
                let list = row.events.iter().find(|(at, _)| *at == field);
                if let Some((_, events)) = list {
                    put_events(&mut out, events);
                }
            }
        }
    }
    out
}

fn put_events(out: &mut Vec<u8>, events: &RowEvents) {
    Put::u32(out, events.ignored);
    let width = events.cells.len().checked_div(events.days.len()).unwrap_or(0);
    for (event, &day) in events.days.iter().enumerate() {
        out.extend_from_slice(&day.to_le_bytes());
        for &(value, state) in events.cells.iter().skip(event * width).take(width) {
            Put::u8(out, state.0);
            if state.is_present() {
                Put::f64(out, value + 0.0);
            }
        }
    }
}
