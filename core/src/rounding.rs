//! Rounding of points and scores, as the trainers' tools do it.
//!
//! Encoding: `mode: u8` (0 none, 1 half_even, 2 half_away, 3 floor, 4 ceil), `decimals: u8` (at most 15).

use crate::bundle::wire::{Put, Reader, Wire};
use crate::column::ColumnMut;
use crate::error::BundleError;

/// Where a figure between two roundings goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundingMode {
    /// Figures stay as they are.
    None,
    /// To the nearest; halves to the even neighbour (`numpy.rint`, `numpy.round`, pandas, Python's `round` of a whole-number
    /// result).
    HalfEven,
    /// To the nearest; halves away from zero (Excel `ROUND`, SQL `ROUND`).
    HalfAway,
    /// Down.
    Floor,
    /// Up.
    Ceil,
}

/// A mode and how many decimals are kept. With decimals, x becomes round(x · 10^d) / 10^d in f64 (as numpy does it); an x
/// too large for that stays as it is. The result is never −0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    mode: RoundingMode,
    decimals: u8,
}

/// 10^d, exact in f64.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

impl Rounding {
    /// No rounding.
    pub const NONE: Self = Self { mode: RoundingMode::None, decimals: 0 };

    /// `decimals` at most 15.
    pub fn new(mode: RoundingMode, decimals: u8) -> Result<Self, &'static str> {
        if usize::from(decimals) < POWERS.len() {
            Ok(Self { mode, decimals })
        } else {
            Err("rounding keeps at most 15 decimals")
        }
    }

    /// The mode.
    pub fn mode(self) -> RoundingMode {
        self.mode
    }

    /// Decimals kept.
    pub fn decimals(self) -> u8 {
        self.decimals
    }

    /// One figure, rounded.
    pub fn apply(self, x: f64) -> f64 {
        let whole = match self.mode {
            RoundingMode::None => return x + 0.0,
            RoundingMode::HalfEven => f64::round_ties_even,
            RoundingMode::HalfAway => f64::round,
            RoundingMode::Floor => f64::floor,
            RoundingMode::Ceil => f64::ceil,
        };
        let power = POWERS.get(usize::from(self.decimals)).copied().unwrap_or(1.0);
        let scaled = x * power;
        // Adding zero turns −0 into 0 and changes nothing else.
        if scaled.is_finite() { whole(scaled) / power + 0.0 } else { x }
    }

    /// Every value of a column, rounded.
    pub(crate) fn apply_all(self, column: &mut ColumnMut<'_>) {
        for value in column.values.iter_mut() {
            *value = self.apply(*value);
        }
    }
}

impl Wire for Rounding {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, self.mode as u8);
        Put::u8(out, self.decimals);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, BundleError> {
        let mode = match input.u8()? {
            0 => RoundingMode::None,
            1 => RoundingMode::HalfEven,
            2 => RoundingMode::HalfAway,
            3 => RoundingMode::Floor,
            4 => RoundingMode::Ceil,
            _ => return Err(input.malformed("an unknown rounding")),
        };
        let decimals = input.u8()?;
        Self::new(mode, decimals).map_err(|what| input.malformed(what))
    }
}
