//! Scorecard: base points and the points of each characteristic.
//!
//! Source: Siddiqi, "Credit Risk Scorecards", chapter on scaling and reason codes.
//! Encoding: `base: f64`, `base_first: u8`, [`Rounding`], `minima: counted f64`, `maxima: counted f64`,
//! `has_averages: u8`, and if 1 `averages: counted f64`.

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::rows;
use crate::graph::{Kernel, Scratch};
use crate::limits;
use crate::rounding::Rounding;

/// Points of one characteristic over its bins, for reason codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointsRange {
    /// Fewest points that any bin gives.
    pub minimum: f64,
    /// Most points that any bin gives.
    pub maximum: f64,
    /// Points of the population's average applicant (Σ share of bin · points), if known.
    pub average: Option<f64>,
}

/// The total of points. Inputs: the points columns; one output.
///
/// Total = ((base + x₀) + x₁) + … if the base comes first, else ((0 + x₀) + x₁) + … + base; then rounded.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    base: f64,
    base_first: bool,
    rounding: Rounding,
    ranges: Vec<PointsRange>,
}

impl Scorecard {
    /// `ranges`: one an input; either all or none have an average.
    pub fn new(
        base: f64,
        base_first: bool,
        rounding: Rounding,
        ranges: Vec<PointsRange>,
    ) -> Result<Self, &'static str> {
        let points = ranges.iter().flat_map(|r| [r.minimum, r.maximum, r.average.unwrap_or(0.0)]);
        if !base.is_finite() || points.into_iter().any(|x| !x.is_finite()) {
            return Err("points are not finite");
        }
        if ranges.iter().any(|r| r.minimum > r.maximum) {
            return Err("a characteristic's fewest points are over its most");
        }
        if ranges.iter().any(|r| r.average.is_some()) && ranges.iter().any(|r| r.average.is_none()) {
            return Err("some characteristics have average points and some have none");
        }
        Ok(Self { base, base_first, rounding, ranges })
    }

    /// Base points.
    pub fn base(&self) -> f64 {
        self.base
    }

    /// Whether the sum starts at the base (true) or the base is added last.
    pub fn base_first(&self) -> bool {
        self.base_first
    }

    /// Rounding of the total.
    pub fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// The points of each input over its bins.
    pub fn ranges(&self) -> &[PointsRange] {
        &self.ranges
    }
}

impl Wire for Scorecard {
    fn put(&self, out: &mut Vec<u8>) {
        Put::f64(out, self.base);
        out.bool(self.base_first);
        self.rounding.put(out);
        let column = |of: fn(&PointsRange) -> f64| self.ranges.iter().map(of).collect::<Vec<_>>();
        out.f64s(&column(|r| r.minimum));
        out.f64s(&column(|r| r.maximum));
        let averages: Vec<f64> = self.ranges.iter().filter_map(|r| r.average).collect();
        out.bool(!averages.is_empty());
        if !averages.is_empty() {
            out.f64s(&averages);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let (base, base_first, rounding) = (input.f64()?, input.bool()?, Rounding::get(input)?);
        let minima = input.f64s("characteristics", limits::COLUMNS)?;
        let maxima = input.f64s("characteristics", limits::COLUMNS)?;
        let averages =
            if input.bool()? { Some(input.f64s("characteristics", limits::COLUMNS)?) } else { None };
        if maxima.len() != minima.len() || averages.as_ref().is_some_and(|a| a.len() != minima.len()) {
            return Err(input.malformed("the lists of a scorecard differ in length"));
        }
        let ranges = minima.into_iter().zip(maxima).enumerate().map(|(i, (minimum, maximum))| PointsRange {
            minimum,
            maximum,
            average: averages.as_ref().and_then(|a| a.get(i).copied()),
        });
        Self::new(base, base_first, rounding, ranges.collect()).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Scorecard {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if inputs == 0 || inputs != self.ranges.len() {
            return Err("a scorecard needs a range of points for each of its columns, at least one");
        }
        Ok(())
    }

    fn width(&self, _inputs: usize) -> usize {
        1
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, _scratch: &mut Scratch) {
        let mut out = outputs.column(0);
        rows::first_absent(inputs, out.states);
        out.values.fill(if self.base_first { self.base } else { 0.0 });
        for column in inputs.iter() {
            for (o, &x) in out.values.iter_mut().zip(column.values) {
                *o += x;
            }
        }
        if !self.base_first {
            for o in out.values.iter_mut() {
                *o += self.base;
            }
        }
        self.rounding.apply_all(out.values);
        rows::finish(&mut out);
    }
}
