//! What a node does with absent values: a value of its own per state, or what to give where a function has none.
//!
//! Encoding of [`StateValues`]: `flags: u8` (bit 0 missing, 1 special, 2 unseen, 3 out of range), an f64 for each bit
//! set, in that order, then `count: u32` and for each `index: u8, value: f64`, ascending by index.
//! Encoding of [`Fallback`]: `tag: u8`; 0 = `state: u8`; 1 = `value: f64`.

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{ColumnMut, State};
use crate::limits;

/// A node's own values for absent inputs. A state without a value passes on to the node's output as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateValues {
    /// For [`State::MISSING`].
    pub missing: Option<f64>,
    /// For special codes that have no value of their own in `specials`.
    pub special: Option<f64>,
    /// For [`State::UNSEEN`].
    pub unseen: Option<f64>,
    /// For [`State::OUT_OF_RANGE`].
    pub out_of_range: Option<f64>,
    /// For the field's special codes by index, ascending.
    pub specials: Vec<(u8, f64)>,
}

impl StateValues {
    /// The value of a state that is not present, if it has one.
    pub fn of(&self, state: State) -> Option<f64> {
        match state {
            State::MISSING => self.missing,
            State::UNSEEN => self.unseen,
            State::OUT_OF_RANGE => self.out_of_range,
            _ => {
                let index = state.special_index()?;
                match self.specials.binary_search_by_key(&index, |&(i, _)| i) {
                    Ok(at) => self.specials.get(at).map(|&(_, value)| value),
                    Err(_) => self.special,
                }
            }
        }
    }

    /// Checks that values are finite and special codes ascend and exist.
    pub fn check(&self) -> Result<(), &'static str> {
        let plain = [self.missing, self.special, self.unseen, self.out_of_range];
        if plain.iter().flatten().chain(self.specials.iter().map(|(_, v)| v)).any(|v| !v.is_finite()) {
            return Err("the value of a state is not finite");
        }
        if !self.specials.is_sorted_by(|a, b| a.0 < b.0) {
            return Err("the special codes do not ascend");
        }
        if self.specials.iter().any(|&(i, _)| usize::from(i) >= limits::SPECIALS) {
            return Err("a special code's index is over the limit");
        }
        Ok(())
    }

    /// Replaces absent rows of a column by their state's value. Values of rows that stay absent become NaN.
    pub(crate) fn apply(&self, column: &mut ColumnMut<'_>) {
        // Most blocks have no absent value: one pass over the bytes finds that out.
        if column.states.iter().fold(0, |seen, s| seen | s.0) == 0 {
            return;
        }
        for (value, state) in column.values.iter_mut().zip(column.states.iter_mut()) {
            if !state.is_present() {
                match self.of(*state) {
                    Some(own) => (*value, *state) = (own, State::PRESENT),
                    None => *value = f64::NAN,
                }
            }
        }
    }
}

impl Wire for StateValues {
    fn put(&self, out: &mut Vec<u8>) {
        let plain = [self.missing, self.special, self.unseen, self.out_of_range];
        let flags = plain.iter().enumerate().fold(0, |f, (i, v)| f | (u8::from(v.is_some()) << i));
        Put::u8(out, flags);
        for value in plain.into_iter().flatten() {
            Put::f64(out, value);
        }
        out.count(self.specials.len());
        for &(index, value) in &self.specials {
            Put::u8(out, index);
            Put::f64(out, value);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let flags = input.u8()?;
        if flags > 0b1111 {
            return Err(input.malformed("an unknown state has a value"));
        }
        let mut plain = |bit: u8| if flags & (1 << bit) == 0 { Ok(None) } else { input.f64().map(Some) };
        let [missing, special, unseen, out_of_range] = [plain(0)?, plain(1)?, plain(2)?, plain(3)?];
        let n = input.count("special codes", limits::SPECIALS, 9)?;
        let specials =
            (0..n).map(|_| Ok((input.u8()?, input.f64()?))).collect::<Result<Vec<_>, Refused>>()?;
        let values = Self { missing, special, unseen, out_of_range, specials };
        values.check().map_err(|what| input.malformed(what))?;
        Ok(values)
    }
}

/// What a function gives where it has no value: a state, or a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fallback {
    /// The result is absent, in this state.
    State(State),
    /// The result is this value.
    Value(f64),
}

impl Fallback {
    /// Checks that the state is an absent one that exists, or the value is finite.
    pub fn check(&self) -> Result<(), &'static str> {
        match *self {
            Self::State(State::MISSING | State::UNSEEN | State::OUT_OF_RANGE) => Ok(()),
            Self::State(s) if s.special_index().is_some_and(|i| usize::from(i) < limits::SPECIALS) => Ok(()),
            Self::State(_) => Err("a fallback has an unknown state"),
            Self::Value(v) if v.is_finite() => Ok(()),
            Self::Value(_) => Err("a fallback's value is not finite"),
        }
    }
}

impl Wire for Fallback {
    fn put(&self, out: &mut Vec<u8>) {
        match *self {
            Self::State(state) => out.extend_from_slice(&[0, state.0]),
            Self::Value(value) => {
                Put::u8(out, 1);
                Put::f64(out, value);
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let fallback = match input.u8()? {
            0 => Self::State(State(input.u8()?)),
            1 => Self::Value(input.f64()?),
            _ => return Err(input.malformed("an unknown fallback")),
        };
        fallback.check().map_err(|what| input.malformed(what))?;
        Ok(fallback)
    }
}
