//! Rounding of points and scores, as the trainers' tools do it.
//!
//! Encoding: `mode: u8` (0 none, 1 half_even, 2 half_away, 3 floor, 4 ceil), `decimals: u8` (at most 15).

use crate::bundle::wire::{Put, Reader, Refused, Wire};

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
        let mut one = [x];
        self.apply_all(&mut one);
        let [rounded] = one;
        rounded
    }

    /// Every figure, rounded.
    pub(crate) fn apply_all(self, figures: &mut [f64]) {
        match self.mode {
            RoundingMode::None => each(figures, |x| x),
            RoundingMode::HalfEven => self.round(figures, f64::round_ties_even),
            RoundingMode::HalfAway => self.round(figures, f64::round),
            RoundingMode::Floor => self.round(figures, f64::floor),
            RoundingMode::Ceil => self.round(figures, f64::ceil),
        }
    }

    /// Rounds by `whole`, which is known here at compile time: the loop has no call through a pointer.
    fn round(self, figures: &mut [f64], whole: impl Fn(f64) -> f64) {
        if self.decimals == 0 {
            return each(figures, whole);
        }
        let power = POWERS.get(usize::from(self.decimals)).copied().unwrap_or(1.0);
        each(figures, |x| {
            let scaled = x * power;
            if scaled.is_finite() { whole(scaled) / power } else { x }
        });
    }
}

fn each(figures: &mut [f64], f: impl Fn(f64) -> f64) {
    for x in figures {
        // Adding zero turns −0 into 0 and changes nothing else.
        *x = f(*x) + 0.0;
    }
}

impl Wire for Rounding {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, self.mode as u8);
        Put::u8(out, self.decimals);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
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
