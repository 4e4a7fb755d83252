//! Field values to a column: the states of most values, found without a call for each.

use crate::column::State;

/// What can be said of a field's values at a glance. A value is present if it is within the bounds (and whole, where it has to
/// be); the state of any other stands here, or [`Glance::ASK`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glance {
    /// Least value that is present.
    pub min: f64,
    /// Greatest value that is present.
    pub max: f64,
    /// Whether only whole numbers are present.
    pub whole: bool,
    /// The state of NaN.
    pub missing: State,
    /// The state of all else.
    pub outside: State,
}

impl Glance {
    /// Not a state: the value needs the field's own checks.
    pub const ASK: State = State(u8::MAX);

    /// Nothing can be said at a glance.
    pub const NONE: Self = Self {
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        whole: false,
        missing: Self::ASK,
        outside: Self::ASK,
    };

    #[inline(always)]
    fn state(&self, x: f64, whole: bool) -> State {
        let inside = x >= self.min && x <= self.max && (!whole || x as i64 as f64 == x);
        let otherwise = if x.is_nan() { self.missing } else { self.outside };
        if inside { State::PRESENT } else { otherwise }
    }
}

/// Fills a column with `given` values of one field. The result is the bits of all states together: zero if all are present,
/// [`Glance::ASK`] if one of them is.
pub fn column(glance: &Glance, given: &[f64], values: &mut [f64], states: &mut [State]) -> State {
    if glance.whole {
        return each(given, values, states, |x| glance.state(x, true));
    }
    each(given, values, states, |x| glance.state(x, false))
}

#[inline(always)]
fn each(given: &[f64], values: &mut [f64], states: &mut [State], state: impl Fn(f64) -> State) -> State {
    let mut seen = 0;
    let mut one = |x: f64, value: &mut f64, cell: &mut State| {
        let state = state(x);
        *value = if state.is_present() { x } else { f64::NAN };
        *cell = state;
        seen |= state.0;
    };
    // Four a turn: a turn costs as much as a value.
    let (given, given_rest) = given.as_chunks::<4>();
    let (values, values_rest) = values.as_chunks_mut::<4>();
    let (states, states_rest) = states.as_chunks_mut::<4>();
    for ((given, values), states) in given.iter().zip(values).zip(states) {
        for ((&x, value), state) in given.iter().zip(values).zip(states) {
            one(x, value, state);
        }
    }
    for ((&x, value), state) in given_rest.iter().zip(values_rest).zip(states_rest) {
        one(x, value, state);
    }
    State(seen)
}

/// The same for one row: a value of each field.
pub fn row(glances: &[Glance], given: &[f64], values: &mut [f64], states: &mut [State]) -> State {
    let mut seen = 0;
    for (((&x, value), cell), glance) in given.iter().zip(values).zip(states).zip(glances) {
        let state = glance.state(x, glance.whole);
        *value = if state.is_present() { x } else { f64::NAN };
        *cell = state;
        seen |= state.0;
    }
    State(seen)
}
