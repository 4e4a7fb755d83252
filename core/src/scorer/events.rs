//! The event lists of a block.

use crate::bundle::Bundle;
use crate::column::{Block, State};
use crate::error::RecordError;
use crate::events::Events;
use crate::record::{RecordEvents, RowEvents};
use crate::schema::Field;

/// The event-list fields: column and schema.
fn lists(fields: &[Field]) -> impl Iterator<Item = (u32, usize)> {
    (0..).zip(fields).filter_map(|(index, field)| Some((index, field.events()?.columns.len())))
}

/// A block for a bundle.
pub(super) fn block(bundle: &Bundle) -> Block {
    let events = Events::new(lists(&bundle.fields));
    Block::with_events(bundle.graph.columns(), bundle.graph.block_rows(), events)
}

/// Fills the event lists of a block; `rows` gives those of each row by column, ascending. A list that a row does not have is
/// empty.
pub(super) fn fill<'a>(
    block: &mut Block,
    fields: &[Field],
    rows: impl Iterator<Item = &'a [(u32, RowEvents)]> + Clone,
) {
    let events = block.events_mut();
    if events.is_empty() {
        return;
    }
    events.clear();
    for (field, width) in lists(fields) {
        let Some(list) = events.list_mut(field) else { continue };
        for row in rows.clone() {
            let Some((_, found)) = row.iter().find(|(at, _)| *at == field) else {
                list.end_row(0);
                continue;
            };
            for (event, &day) in found.days.iter().enumerate() {
                let start = event * width;
                list.push(day, found.cells.get(start..start + width).unwrap_or_default());
            }
            list.end_row(found.ignored);
        }
    }
}

/// Settles the events of rows whose columns are filled, and fills the event lists; `events` has none, or those of each row.
/// `first` is the row of the call that the block begins with.
///
/// Errors: events that are not as many as the list's column says, or that are refused.
pub(super) fn place(
    block: &mut Block,
    fields: &[Field],
    events: &mut [RecordEvents],
    first: usize,
) -> Result<(), RecordError> {
    if block.events_mut().is_empty() {
        return Ok(());
    }
    let rows = block.rows();
    for (index, field) in (0..).zip(fields) {
        let Some(schema) = field.events() else { continue };
        for row in 0..rows {
            let given = events.get_mut(row).and_then(|lists| lists.iter_mut().find(|(at, _)| *at == index));
            let expected = block.column(index as usize).values.get(row).copied().unwrap_or(f64::NAN);
            let found = given.as_ref().map(|(_, events)| events.days.len());
            // A list that is missing has no events, and one that is imputed is empty.
            if found.unwrap_or(0) as f64 != if expected.is_nan() { 0.0 } else { expected } {
                let (what, expected) = ("events of a list", expected as usize);
                return Err(RecordError::Columns { what, expected, found: found.unwrap_or(0) });
            }
            let Some((_, found)) = given else { continue };
            let reference = block.column(schema.as_of as usize);
            let reference = reference.values.get(row).copied().zip(reference.states.get(row).copied());
            let as_of = fields.get(schema.as_of as usize);
            found.settle(
                field,
                schema,
                as_of,
                reference.unwrap_or((f64::NAN, State::MISSING)),
                first + row,
            )?;
            let column = block.column_mut(index as usize);
            if let Some(value) = column.values.get_mut(row).filter(|value| !value.is_nan()) {
                *value = found.days.len() as f64;
            }
        }
    }
    let none = RecordEvents::new();
    fill(block, fields, (0..rows).map(|row| &events.get(row).unwrap_or(&none)[..]));
    Ok(())
}
