//! Input as columns: the fast path.

use super::Absent;
use crate::column::Block;
use crate::error::RecordError;
use crate::schema::{Field, FieldType, Policies, Policy};

/// Whether each double is a value of the field and no state is refused: then a column is copied without a check.
fn is_open(field: &Field) -> bool {
    let Policies { missing, .. } = field.policies;
    matches!(field.kind, FieldType::Number)
        && field.specials.is_empty()
        && field.min == f64::NEG_INFINITY
        && field.max == f64::INFINITY
        && matches!(missing, Policy::OwnBin | Policy::Native)
}

/// Fills the field columns of `block` (its rows are set) from column-major `values`: field `f` of row `r` of the call
/// stands at `f * stride + first + r`. `absent` has a list for each row of the block and gets every value that was not
/// present.
///
/// Errors: the first value that its field's type or policy refuses, with the row of the call.
pub(crate) fn fill_columns(
    fields: &[Field],
    block: &mut Block,
    values: &[f64],
    stride: usize,
    first: usize,
    mut absent: Option<&mut [Vec<Absent>]>,
) -> Result<(), RecordError> {
    let rows = block.rows();
    for (index, field) in fields.iter().enumerate() {
        let start = index * stride + first;
        let Some(given) = values.get(start..start + rows) else {
            let (expected, found) = (fields.len() * stride, values.len());
            return Err(RecordError::Columns { what: "values", expected, found });
        };
        let column = block.column_mut(index);
        let cells = given.iter().zip(column.values).zip(column.states).enumerate();
        if is_open(field) {
            for (row, ((&x, value), state)) in cells {
                *value = x;
                *state = crate::column::State(u8::from(x.is_nan()));
                if x.is_nan()
                    && let Some(list) = absent.as_mut().and_then(|rows| rows.get_mut(row))
                {
                    list.push((index as u32, *state));
                }
            }
            continue;
        }
        for (row, ((&x, value), state)) in cells {
            let admitted = field.admit(x, first + row)?;
            *value = admitted.value;
            *state = admitted.state;
            if !admitted.given.is_present()
                && let Some(list) = absent.as_mut().and_then(|rows| rows.get_mut(row))
            {
                list.push((index as u32, admitted.given));
            }
        }
    }
    Ok(())
}
