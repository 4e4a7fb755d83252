//! Input as columns: the fast path.

use scorelet_kernels::admit::{self, Glance};

use super::Wrong;
use super::{Absent, MAX_INTEGER};
use crate::column::{Block, State};
use crate::error::RecordError;
use crate::limits;
use crate::schema::{Field, FieldType, Policy};

/// What can be said of a field's values without [`Field::admit`]: the same as it says, for those values of which it says
/// anything but [`Glance::ASK`].
pub(crate) fn glance(field: &Field) -> Glance {
    let passes = |policy, state| match policy {
        Policy::OwnBin | Policy::Native => state,
        Policy::Refuse | Policy::Impute(_) => Glance::ASK,
    };
    let whole = !matches!(field.kind, FieldType::Number);
    let (min, max) = match &field.kind {
        FieldType::Category { values } => (0.0, values.len() as f64 - 1.0),
        FieldType::Integer => (field.min.max(-MAX_INTEGER), field.max.min(MAX_INTEGER)),
        FieldType::Boolean => (field.min.max(0.0), field.max.min(1.0)),
        FieldType::Number | FieldType::Date => (field.min, field.max),
        FieldType::Hash { buckets } => (field.min.max(0.0), field.max.min(f64::from(*buckets) - 1.0)),
        FieldType::EventList(_) => (0.0, limits::EVENTS as f64),
    };
    let missing = passes(field.policies.missing, State::MISSING);
    // A fraction where a whole number is due is a mistake, not a state; a category's special codes are beyond its values.
    let outside = match &field.kind {
        _ if !field.specials.is_empty() => Glance::ASK,
        FieldType::Number => passes(field.policies.out_of_range, State::OUT_OF_RANGE),
        FieldType::Category { .. } => passes(field.policies.unseen, State::UNSEEN),
        _ => Glance::ASK,
    };
    let category = matches!(field.kind, FieldType::Category { .. });
    if !category && field.specials.iter().any(|s| s.value >= min && s.value <= max) {
        return Glance { missing, ..Glance::NONE };
    }
    Glance { min, max, whole, missing, outside }
}

/// Fills the field columns of `block` (its rows are set) from column-major `values`: field `f` of row `r` of the call
/// stands at `f * stride + first + r`. `glances` has one a field. `absent` has a list for each row of the block and gets every
/// value that was not present.
///
/// Errors: the first value that its field's type or policy refuses, with the row of the call.
pub(crate) fn fill_columns(
    fields: &[Field],
    glances: &[Glance],
    block: &mut Block,
    values: &[f64],
    stride: usize,
    first: usize,
    mut absent: Option<&mut [Vec<Absent>]>,
) -> Result<(), Wrong> {
    let rows = block.rows();
    // Fields stand side by side then, in the call and in the block.
    if stride == 1 && rows == 1 && absent.is_none() {
        let (columns, states) = block.first_columns_mut(fields.len());
        if admit::row(glances, values, columns, states) != Glance::ASK {
            return Ok(());
        }
    }
    for (index, (field, glance)) in fields.iter().zip(glances).enumerate() {
        let start = index * stride + first;
        let Some(given) = values.get(start..start + rows) else {
            let (expected, found) = (fields.len() * stride, values.len());
            return Err(Wrong::new(RecordError::Columns { what: "values", expected, found }));
        };
        let column = block.column_mut(index);
        let seen = admit::column(glance, given, column.values, column.states);
        if seen.is_present() || (seen != Glance::ASK && absent.is_none()) {
            continue;
        }
        let cells = given.iter().zip(column.values).zip(column.states).enumerate();
        for (row, ((&x, value), state)) in cells {
            let mut came = *state;
            if came == Glance::ASK {
                let admitted = field.admit(x, first + row)?;
                *value = admitted.value;
                *state = admitted.state;
                came = admitted.given;
            }
            if !came.is_present()
                && let Some(list) = absent.as_mut().and_then(|rows| rows.get_mut(row))
            {
                list.push((index as u32, came));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Policies, Special, Stage};

    fn field(kind: FieldType, policy: Policy, specials: &[f64]) -> Field {
        let special = |&value: &f64| Special { value, text: format!("s{value}"), name: "special".to_owned() };
        Field {
            name: "x".to_owned(),
            kind,
            unit: String::new(),
            stage: Stage::Edge,
            leaves_device: true,
            min: -3.0,
            max: 4.0,
            specials: specials.iter().map(special).collect(),
            policies: Policies { missing: policy, special: policy, unseen: policy, out_of_range: policy },
            labels: Vec::new(),
        }
    }

    /// Every kind of value, in every kind of field under every policy: a glance and the fill say what `admit` says.
    #[test]
    fn a_glance_says_what_admit_says() {
        let category = FieldType::Category { values: vec!["a".to_owned(), "b".to_owned()] };
        let none = FieldType::Category { values: Vec::new() };
        let kinds =
            [FieldType::Number, FieldType::Integer, FieldType::Boolean, FieldType::Date, category, none];
        let given = [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.0,
            -0.0,
            0.5,
            1.0,
            -1.0,
            2.0,
            -2.0,
            -3.0,
            -3.5,
            4.0,
            4.5,
            5.0,
            -9.0,
            1e300,
            9_007_199_254_740_993.0,
            5e-324,
        ];
        let mut compared = 0;
        for kind in kinds {
            for policy in [Policy::Refuse, Policy::OwnBin, Policy::Native, Policy::Impute(2.5)] {
                for specials in [&[][..], &[-9.0], &[-9.0, 1.0]] {
                    for open in [false, true] {
                        let mut field = field(kind.clone(), policy, specials);
                        if open {
                            (field.min, field.max) = (f64::NEG_INFINITY, f64::INFINITY);
                        }
                        compared += given.map(|x| agrees(&field, x)).len();
                    }
                }
            }
        }
        assert_eq!(compared, 6 * 4 * 3 * 2 * given.len());
    }

    /// Fields of all kinds side by side in one row: none gets another one's state.
    #[test]
    fn a_row_of_different_fields_is_each_fields_own() {
        let category = FieldType::Category { values: vec!["a".to_owned(), "b".to_owned()] };
        let kinds = [FieldType::Number, FieldType::Integer, FieldType::Boolean, category, FieldType::Date];
        let policies = [Policy::OwnBin, Policy::Native, Policy::Impute(1.0)];
        let fields: Vec<Field> =
            kinds.iter().flat_map(|kind| policies.map(|policy| field(kind.clone(), policy, &[]))).collect();
        let glances: Vec<Glance> = fields.iter().map(glance).collect();
        // Whole numbers and NaN, so that no type refuses one; each comes to each field.
        let given = [1.0, f64::NAN, 0.0];
        for turn in 0..given.len() {
            let values: Vec<f64> =
                (0..fields.len()).map(|f| given[(f / 3 + f + turn) % given.len()]).collect();
            let mut block = Block::new(fields.len(), 1);
            block.set_rows(1);
            fill_columns(&fields, &glances, &mut block, &values, 1, 0, None).unwrap();
            for (index, (field, &x)) in fields.iter().zip(&values).enumerate() {
                let wanted = field.admit(x, 0).unwrap();
                let column = block.column(index);
                assert_eq!(column.states[0], wanted.state, "{field:?} {x}");
                assert_eq!(column.values[0].to_bits(), wanted.value.to_bits(), "{field:?} {x}");
            }
        }
    }

    fn agrees(field: &Field, x: f64) {
        let fields = [field.clone()];
        let wanted = field.admit(x, 0);
        for rows in [1, 3] {
            let mut block = Block::new(1, 3);
            block.set_rows(rows);
            for listed in [false, true] {
                let mut absent = vec![Vec::new(); rows];
                let list = listed.then_some(&mut absent[..]);
                let filled =
                    fill_columns(&fields, &[glance(field)], &mut block, &vec![x; rows], rows, 0, list);
                let column = block.column(0);
                match &wanted {
                    Err(error) => assert_eq!(filled.unwrap_err(), *error, "{field:?} {x}"),
                    Ok(wanted) => {
                        filled.unwrap();
                        assert_eq!(column.states, vec![wanted.state; rows], "{field:?} {x}");
                        assert!(
                            column.values.iter().all(|v| v.to_bits() == wanted.value.to_bits()),
                            "{field:?} {x}"
                        );
                        let absences = usize::from(listed && !wanted.given.is_present());
                        assert!(!listed || absent.iter().all(|a| a.len() == absences), "{field:?} {x}");
                    }
                }
            }
        }
    }
}
