//! Row loops that kernels share.

use crate::column::{Column, ColumnMut, Inputs, State};

/// `f` of every row of one column. An absent row stays absent; a result that is not finite is
/// [`State::OUT_OF_RANGE`]. `f` also sees the values of absent rows (NaN): the loop has no branch.
pub(crate) fn map(input: Column<'_>, out: &mut ColumnMut<'_>, f: impl Fn(f64) -> f64) {
    each(input, out, f);
    copy_states(input, out);
    finish(out);
}

/// `f` of every value, the states left alone.
pub(crate) fn each(input: Column<'_>, out: &mut ColumnMut<'_>, f: impl Fn(f64) -> f64) {
    for (o, &x) in out.values.iter_mut().zip(input.values) {
        *o = f(x);
    }
}

/// Copies the states of a column.
pub(crate) fn copy_states(input: Column<'_>, out: &mut ColumnMut<'_>) {
    for (o, &s) in out.states.iter_mut().zip(input.states) {
        *o = s;
    }
}

/// Each row's state: that of the first input that is absent there, present if none is.
pub(crate) fn first_absent(inputs: &Inputs<'_>, states: &mut [State]) {
    states.fill(State::PRESENT);
    for column in inputs.iter() {
        for (o, s) in states.iter_mut().zip(column.states) {
            *o = if o.is_present() { *s } else { *o };
        }
    }
}

/// Makes a computed column fit to be read: values of absent rows become NaN, values that are not finite become
/// [`State::OUT_OF_RANGE`].
pub(crate) fn finish(out: &mut ColumnMut<'_>) {
    let absent = out.states.iter().fold(0, |seen, s| seen | s.0);
    let finite = out.values.iter().fold(true, |all, v| all & v.is_finite());
    if absent == 0 && finite {
        return;
    }
    for (value, state) in out.values.iter_mut().zip(out.states.iter_mut()) {
        if state.is_present() && !value.is_finite() {
            *state = State::OUT_OF_RANGE;
        }
        if !state.is_present() {
            *value = f64::NAN;
        }
    }
}
