//! One-hot: a category becomes a column of 0 or 1 for each category.
//!
//! Encoding: `categories: u32`, then the rule (`u8`: 0 pass on, 1 all zero, 2 own column) of missing, special, unseen,
//! out of range.

use super::lookup::index;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs, State};
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// What a row in a missing state gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentRule {
    /// Every column is absent, in the same state.
    PassOn,
    /// Every column is 0 (scikit-learn `handle_unknown="ignore"`).
    AllZero,
    /// A column of its own is 1, the others are 0.
    OwnColumn,
}

impl Wire for AbsentRule {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, *self as u8);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        match input.u8()? {
            0 => Ok(Self::PassOn),
            1 => Ok(Self::AllZero),
            2 => Ok(Self::OwnColumn),
            _ => Err(input.malformed("an unknown rule for absent values")),
        }
    }
}

/// One-hot columns of a category. One input; outputs: a column a category, then the own columns of missing, special,
/// unseen, out of range, as far as they have one. A number that is no category index is [`State::UNSEEN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneHot {
    /// How many categories.
    pub categories: u32,
    /// Rule for [`State::MISSING`].
    pub missing: AbsentRule,
    /// Rule for every special code.
    pub special: AbsentRule,
    /// Rule for [`State::UNSEEN`].
    pub unseen: AbsentRule,
    /// Rule for [`State::OUT_OF_RANGE`].
    pub out_of_range: AbsentRule,
}

impl OneHot {
    fn rules(&self) -> [AbsentRule; 4] {
        [self.missing, self.special, self.unseen, self.out_of_range]
    }

    /// The position of a state's rule in [`Self::rules`].
    fn position(state: State) -> usize {
        match state {
            State::MISSING => 0,
            State::UNSEEN => 2,
            State::OUT_OF_RANGE => 3,
            _ => 1,
        }
    }

    /// The own column of the rule at `position`, if it has one.
    fn own_column(&self, position: usize) -> Option<usize> {
        let rules = self.rules();
        if rules.get(position) != Some(&AbsentRule::OwnColumn) {
            return None;
        }
        let before = rules.iter().take(position).filter(|&&r| r == AbsentRule::OwnColumn).count();
        Some(self.categories as usize + before)
    }
}

impl Wire for OneHot {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.categories);
        for rule in self.rules() {
            rule.put(out);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let one_hot = Self {
            categories: input.u32()?,
            missing: AbsentRule::get(input)?,
            special: AbsentRule::get(input)?,
            unseen: AbsentRule::get(input)?,
            out_of_range: AbsentRule::get(input)?,
        };
        one_hot.check(1).map_err(|what| input.malformed(what))?;
        Ok(one_hot)
    }
}

impl Kernel for OneHot {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if self.categories == 0 || self.categories as usize > limits::COLUMNS {
            return Err("one-hot has no category, or more than the limit of columns");
        }
        if inputs == 1 { Ok(()) } else { Err("one-hot reads exactly one column") }
    }

    fn width(&self, _inputs: usize) -> usize {
        let own = self.rules().iter().filter(|&&r| r == AbsentRule::OwnColumn).count();
        self.categories as usize + own
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        let (x, width, rules) = (inputs.column(0), self.width(1), self.rules());
        for k in 0..width {
            let out = outputs.column(k);
            out.values.fill(0.0);
            out.states.fill(State::PRESENT);
        }
        for (row, (&value, &state)) in x.values.iter().zip(x.states).enumerate() {
            let category = if state.is_present() { index(value, self.categories as usize) } else { None };
            let position = Self::position(if state.is_present() { State::UNSEEN } else { state });
            match (category.or(self.own_column(position)), rules.get(position)) {
                (Some(k), _) => outputs.column(k).set(row, 1.0),
                (None, Some(AbsentRule::AllZero)) => {}
                _ => {
                    let state = if state.is_present() { State::UNSEEN } else { state };
                    for k in 0..width {
                        outputs.column(k).set_absent(row, state);
                    }
                }
            }
        }
    }
}
