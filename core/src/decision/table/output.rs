//! An output of a decision table: what each rule gives.
//!
//! Encoding: `values: counted f64` (NaN: absent), `rules: counted u16`, `default: u32` (its place among the values, plus 1; 0 if there is
//! none).

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::limits;

/// What each rule gives for one output: a value of a list, or a column of the row.
///
/// A place less than the number of values means that value; what is beyond means the columns that the node reads after those that it
/// tests.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputColumn {
    values: Vec<f64>,
    rules: Vec<u16>,
    default: Option<u32>,
}

impl OutputColumn {
    /// `values` finite, or NaN for an output that is missing; `rules`: of each rule the place of what it gives; `default`: the same where
    /// no rule holds.
    pub fn new(values: Vec<f64>, rules: Vec<u16>, default: Option<u32>) -> Result<Self, &'static str> {
        if values.len() > limits::TABLE_RULES {
            return Err("an output of a decision table has more values than the limit");
        }
        if values.iter().any(|x| !x.is_finite() && x.to_bits() != f64::NAN.to_bits()) {
            return Err("an output of a decision table is infinite, or a NaN of unusual bits");
        }
        if default.is_some_and(|place| place as usize > limits::TABLE_RULES) {
            return Err("a default of a decision table is no place of a value");
        }
        Ok(Self { values, rules, default })
    }

    pub(super) fn rules(&self) -> usize {
        self.rules.len()
    }

    /// How many columns it may copy from.
    pub(super) fn copied(&self) -> usize {
        let greatest = self.rules.iter().map(|&place| usize::from(place)).max();
        let default = self.default.map(|place| place as usize);
        let beyond =
            |place: Option<usize>| place.map_or(0, |place| (place + 1).saturating_sub(self.values.len()));
        beyond(greatest).max(beyond(default))
    }

    /// Where what a rule gives stands; the default's of no rule.
    pub(super) fn place(&self, rule: Option<usize>) -> Option<usize> {
        match rule {
            Some(rule) => self.rules.get(rule).map(|&place| usize::from(place)),
            None => self.default.map(|place| place as usize),
        }
    }

    /// The value at a place, or how far beyond the values it is.
    pub(super) fn value(&self, place: usize) -> Result<f64, usize> {
        self.values.get(place).copied().ok_or(place.saturating_sub(self.values.len()))
    }
}

impl Wire for OutputColumn {
    fn put(&self, out: &mut Vec<u8>) {
        out.f64s(&self.values);
        out.count(self.rules.len());
        for &place in &self.rules {
            Put::u16(out, place);
        }
        Put::u32(out, self.default.map_or(0, |place| place.saturating_add(1)));
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let n = input.count("values of a table's output", limits::TABLE_RULES, 8)?;
        let mut values = Vec::with_capacity(n);
        for _ in 0..n {
            values.push(input.f64_any()?);
        }
        let n = input.count("rules of a table's output", limits::TABLE_RULES, 2)?;
        let mut rules = Vec::with_capacity(n);
        for _ in 0..n {
            rules.push(input.u16()?);
        }
        let default = input.u32()?.checked_sub(1);
        Self::new(values, rules, default).map_err(|what| input.malformed(what))
    }
}
