//! Scale: from log-odds, a PD or any figure to a presentable score.
//!
//! Source: Siddiqi, "Credit Risk Scorecards": score = offset + factor·ln(odds), factor = PDO / ln 2, offset = target −
//! factor·ln(target odds).
//!
//! Encoding: [`Rounding`], `min: f64`, `max: f64` (may be infinite), `map: u8`; for 0 and 1 (odds): `target: f64`,
//! `odds: f64`, `pdo: f64`, `higher_is_riskier: u8`; for 1 then `pd_min: f64`, `pd_max: f64`; for 2 (linear): `lo: f64`,
//! `hi: f64`, `at_lo: f64`, `at_hi: f64`.

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::math;
use crate::rounding::Rounding;

/// Points to double the odds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OddsScale {
    /// Score at the target odds.
    pub target: f64,
    /// Target odds, good : bad (50 for "50 to 1"), over 0.
    pub odds: f64,
    /// Points that double the odds, over 0.
    pub pdo: f64,
    /// Whether a higher score means a higher risk: every doubling of good : bad then takes `pdo` points away.
    pub higher_is_riskier: bool,
}

impl OddsScale {
    /// Points a unit of ln(good : bad): ±PDO / ln 2.
    pub fn factor(&self) -> f64 {
        let factor = self.pdo / core::f64::consts::LN_2;
        if self.higher_is_riskier { -factor } else { factor }
    }

    /// Points at even odds: target − factor·ln(odds).
    pub fn offset(&self) -> f64 {
        self.target - self.factor() * math::ln(self.odds)
    }

    fn check(&self) -> Result<(), &'static str> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if !(positive(self.odds) && positive(self.pdo)) {
            return Err("the target odds and the points to double them must be over 0");
        }
        if !(self.target.is_finite() && self.factor().is_finite() && self.offset().is_finite()) {
            return Err("the scale's factor or offset is not finite");
        }
        Ok(())
    }
}

/// How an input becomes a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScaleMap {
    /// 0. From log-odds of default x: offset − factor·x.
    LogOdds(OddsScale),
    /// 1. From a PD p: p limited to `[pd_min, pd_max]`, x = ln(p / (1 − p)), then as log-odds.
    Pd {
        /// The scale.
        scale: OddsScale,
        /// Least PD, over 0.
        pd_min: f64,
        /// Greatest PD, under 1.
        pd_max: f64,
    },
    /// 2. at_lo + (x − lo)·((at_hi − at_lo) / (hi − lo)): min-max. `at_lo` over `at_hi` turns the direction.
    Linear {
        /// Input that gives `at_lo`.
        lo: f64,
        /// Input that gives `at_hi`; over `lo`.
        hi: f64,
        /// Score at `lo`.
        at_lo: f64,
        /// Score at `hi`.
        at_hi: f64,
    },
}

/// A score. One input, one output: mapped, then rounded, then limited to `[min, max]`. Never −0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    map: ScaleMap,
    rounding: Rounding,
    min: f64,
    max: f64,
}

impl Scale {
    /// `min` and `max` may be infinite: no bound.
    pub fn new(map: ScaleMap, rounding: Rounding, min: f64, max: f64) -> Result<Self, &'static str> {
        match map {
            ScaleMap::LogOdds(scale) => scale.check()?,
            ScaleMap::Pd { scale, pd_min, pd_max } => {
                scale.check()?;
                if !(pd_min > 0.0 && pd_min <= pd_max && pd_max < 1.0) {
                    return Err("the bounds of the PD must be between 0 and 1, in order");
                }
            }
            ScaleMap::Linear { lo, hi, at_lo, at_hi } => {
                let slope = (at_hi - at_lo) / (hi - lo);
                if !([lo, hi, at_lo, at_hi, slope].iter().all(|x| x.is_finite()) && lo < hi) {
                    return Err("a linear scale needs two inputs in order, and finite figures");
                }
            }
        }
        if !(min <= max && min < f64::INFINITY && max > f64::NEG_INFINITY) {
            return Err("the least score must not be over the greatest");
        }
        Ok(Self { map, rounding, min, max })
    }

    /// How the input becomes a score.
    pub fn map(&self) -> ScaleMap {
        self.map
    }

    /// The score of one input, as the kernel gives it but for the sign of zero.
    #[cfg(feature = "author")]
    pub fn apply(&self, x: f64) -> f64 {
        let mapped = match self.map {
            ScaleMap::LogOdds(scale) => scale.offset() - scale.factor() * x,
            ScaleMap::Pd { scale, pd_min, pd_max } => {
                let p = math::clamp(x, pd_min, pd_max);
                scale.offset() - scale.factor() * math::ln(p / (1.0 - p))
            }
            ScaleMap::Linear { lo, hi, at_lo, at_hi } => at_lo + (x - lo) * ((at_hi - at_lo) / (hi - lo)),
        };
        math::clamp(self.rounding.apply(mapped), self.min, self.max)
    }

    /// Rounding.
    pub fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// Least and greatest score.
    pub fn bounds(&self) -> (f64, f64) {
        (self.min, self.max)
    }
}

impl Wire for OddsScale {
    fn put(&self, out: &mut Vec<u8>) {
        Put::f64(out, self.target);
        Put::f64(out, self.odds);
        Put::f64(out, self.pdo);
        out.bool(self.higher_is_riskier);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            target: input.f64()?,
            odds: input.f64()?,
            pdo: input.f64()?,
            higher_is_riskier: input.bool()?,
        })
    }
}

impl Wire for Scale {
    fn put(&self, out: &mut Vec<u8>) {
        self.rounding.put(out);
        Put::f64(out, self.min);
        Put::f64(out, self.max);
        match self.map {
            ScaleMap::LogOdds(scale) => {
                Put::u8(out, 0);
                scale.put(out);
            }
            ScaleMap::Pd { scale, pd_min, pd_max } => {
                Put::u8(out, 1);
                scale.put(out);
                Put::f64(out, pd_min);
                Put::f64(out, pd_max);
            }
            ScaleMap::Linear { lo, hi, at_lo, at_hi } => {
                Put::u8(out, 2);
                for x in [lo, hi, at_lo, at_hi] {
                    Put::f64(out, x);
                }
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let (rounding, min, max) = (Rounding::get(input)?, input.f64_open()?, input.f64_open()?);
        let map = match input.u8()? {
            0 => ScaleMap::LogOdds(OddsScale::get(input)?),
            1 => ScaleMap::Pd { scale: OddsScale::get(input)?, pd_min: input.f64()?, pd_max: input.f64()? },
            2 => ScaleMap::Linear {
                lo: input.f64()?,
                hi: input.f64()?,
                at_lo: input.f64()?,
                at_hi: input.f64()?,
            },
            _ => return Err(input.malformed("an unknown scale")),
        };
        Self::new(map, rounding, min, max).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Scale {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == 1 { Ok(()) } else { Err("a scale reads exactly one column") }
    }

    fn width(&self, _inputs: usize) -> usize {
        1
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        let (x, mut out) = (inputs.column(0), outputs.column(0));
        match self.map {
            ScaleMap::LogOdds(scale) => {
                let (factor, offset) = (scale.factor(), scale.offset());
                rows::each(x, &mut out, |x| offset - factor * x);
            }
            ScaleMap::Pd { scale, pd_min, pd_max } => {
                let (factor, offset) = (scale.factor(), scale.offset());
                rows::each(x, &mut out, |p| {
                    let p = math::clamp(p, pd_min, pd_max);
                    offset - factor * math::ln(p / (1.0 - p))
                });
            }
            ScaleMap::Linear { lo, hi, at_lo, at_hi } => {
                let slope = (at_hi - at_lo) / (hi - lo);
                rows::each(x, &mut out, |x| at_lo + (x - lo) * slope);
            }
        }
        self.rounding.apply_all(out.values);
        for o in out.values.iter_mut() {
            *o = math::clamp(*o, self.min, self.max) + 0.0;
        }
        rows::copy_states(x, &mut out);
        rows::finish(&mut out);
    }
}
