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
//!
//! Numbers are little-endian. The engine's results depend on nothing else of a record.

use crate::bundle::Digest;
use crate::bundle::wire::Put;
use crate::column::State;
use crate::record::Row;

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
            }
        }
    }
    out
}
