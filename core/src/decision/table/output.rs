//! An output of a decision table: what each rule gives.
//!
//! Encoding: `values: counted f64`, `rules: counted u16`, `default: u16`.

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::limits;

/// What each rule gives for one output, as a **place**: 0 is nothing, 1 to n the n values, and what is beyond the columns that the node
/// reads after those that it tests.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputColumn {
    values: Vec<f64>,
    rules: Vec<u16>,
    default: u16,
}

/// What stands at a place.
pub(super) enum Given {
    /// Nothing.
    Absent,
    /// A value.
    Value(f64),
    /// A column, by its number after those that are tested.
    Column(usize),
}

impl OutputColumn {
    /// `values` finite; `rules`: of each rule the place of what it gives; `default`: the same where no rule holds.
    pub fn new(values: Vec<f64>, rules: Vec<u16>, default: u16) -> Result<Self, &'static str> {
        if values.len() > limits::TABLE_RULES {
            return Err("an output of a decision table has more values than the limit");
        }
        if values.iter().any(|x| !x.is_finite()) {
            return Err("a value of a decision table is not finite");
        }
        Ok(Self { values, rules, default })
    }

    pub(super) fn rules(&self) -> usize {
        self.rules.len()
    }

    /// How many columns it may copy from.
    pub(super) fn copied(&self) -> usize {
        let greatest = self.rules.iter().fold(self.default, |greatest, &place| greatest.max(place));
        usize::from(greatest).saturating_sub(self.values.len())
    }

    /// What a rule gives; the default of no rule.
    pub(super) fn given(&self, rule: Option<usize>) -> Given {
        let place = match rule {
            Some(rule) => self.rules.get(rule).copied().unwrap_or(0),
            None => self.default,
        };
        let Some(place) = usize::from(place).checked_sub(1) else { return Given::Absent };
        match self.values.get(place) {
            Some(&value) => Given::Value(value),
            None => Given::Column(place - self.values.len()),
        }
    }
}

impl Wire for OutputColumn {
    fn put(&self, out: &mut Vec<u8>) {
        out.f64s(&self.values);
        out.count(self.rules.len());
        for &place in &self.rules {
            Put::u16(out, place);
        }
        Put::u16(out, self.default);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let values = input.f64s("values of a table's output", limits::TABLE_RULES)?;
        let n = input.count("rules of a table's output", limits::TABLE_RULES, 2)?;
        let mut rules = Vec::with_capacity(n);
        for _ in 0..n {
            rules.push(input.u16()?);
        }
        let default = input.u16()?;
        Self::new(values, rules, default).map_err(|what| input.malformed(what))
    }
}
