//! The event lists of a block.

use crate::bundle::Bundle;
use crate::column::Block;
use crate::events::Events;
use crate::record::RowEvents;
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
