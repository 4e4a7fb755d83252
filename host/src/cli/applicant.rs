//! One applicant of an input.

use crate::error::{HostError, Result};
use crate::input::{Chunk, Cutter, Source};
use crate::score::Worker;

/// One row of an input.
pub(super) struct Applicant {
    /// A value a field.
    pub(super) values: Vec<f64>,
    /// Event lists, as the engine takes them.
    pub(super) events: Vec<u8>,
    /// Where the row stands, for messages.
    pub(super) place: String,
}

/// Reads row `row` (from 1) of the input of `name`, with a worker's reader.
///
/// # Errors
/// [`HostError::Row`] if it cannot be scored, [`HostError::Input`] if there is no such row.
pub(super) fn read<R: std::io::Read>(
    worker: &mut Worker<'_>,
    cutter: &mut Cutter<R>,
    name: &str,
    row: u64,
) -> Result<Applicant> {
    let (mut chunk, mut before) = (Chunk::default(), 0);
    let place = format!("{name}, row {row}");
    while cutter.next(&mut chunk).map_err(|error| Source::failed(name, error))? {
        let block = worker.read(&chunk.text);
        let wanted = row - 1 - before;
        if wanted < block.rows_seen {
            if let Some(bad) = block.bad.iter().find(|bad| bad.row == wanted) {
                let (code, what, mend) = (bad.code, bad.what.clone(), bad.mend.clone());
                return Err(HostError::Row { row, place, code, what, mend });
            }
            let Some(at) = block.numbers.iter().position(|&number| number == wanted) else { break };
            let values = block.values.iter().skip(at).step_by(block.rows).copied().collect();
            return Ok(Applicant { values, events: block.events_of(at), place });
        }
        before += block.rows_seen;
    }
    Err(HostError::Input {
        place: name.to_owned(),
        what: format!("there is no row {row}: the input has {before} rows"),
        mend: "count rows from 1, the header not counted".to_owned(),
    })
}
