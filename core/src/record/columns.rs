//! Input as columns: the fast path.

use super::Absent;
use crate::column::{Block, State};
use crate::error::RecordError;
use crate::schema::{Field, FieldType, Policies, Policy};

/// How a column of a field is checked, where no value of it can be refused or replaced: a loop without calls.
enum Plain {
    /// A number within bounds, which may be open.
    Number { min: f64, max: f64 },
    /// A category by its index.
    Category { count: f64 },
}

impl Plain {
    /// `None` if the field has special codes, may refuse or replace a value, or must look at each one (a whole number, a
    /// date, a boolean).
    fn of(field: &Field) -> Option<Self> {
        let Policies { missing, special: _, unseen, out_of_range } = field.policies;
        let passes = |policy| matches!(policy, Policy::OwnBin | Policy::Native);
        if !field.specials.is_empty() || !passes(missing) {
            return None;
        }
        match &field.kind {
            FieldType::Number if passes(out_of_range) => {
                Some(Self::Number { min: field.min, max: field.max })
            }
            FieldType::Category { values } if passes(unseen) => {
                Some(Self::Category { count: values.len() as f64 })
            }
            _ => None,
        }
    }

    fn state(&self, x: f64) -> State {
        let (usable, otherwise) = match *self {
            Self::Number { min, max } => (x >= min && x <= max, State::OUT_OF_RANGE),
            Self::Category { count } => (x >= 0.0 && x < count && x.trunc() == x, State::UNSEEN),
        };
        if usable {
            State::PRESENT
        } else if x.is_nan() {
            State::MISSING
        } else {
            otherwise
        }
    }
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
        if let Some(plain) = Plain::of(field) {
            for (row, ((&x, value), state)) in cells {
                *state = plain.state(x);
                *value = if state.is_present() { x } else { f64::NAN };
                if !state.is_present()
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
