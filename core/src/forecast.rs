//! Forecasts: columns that tell an amount month by month, as quantiles.

use scorelet_kernels::civil::civil;

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Block, State};
use crate::graph::Graph;
use crate::limits;
use crate::schema::{Field, FieldType};

/// The quantile level 1, in the unit that [`ForecastOutput::levels`] counts in.
pub const WHOLE: u32 = 10_000;

/// One forecast of the decision: where its figures stand.
///
/// The figure of month `m` (0: the calendar month after that of the reference time) at level `l` is column
/// `first + m · levels + l`.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastOutput {
    /// Name, unique in the bundle.
    pub name: String,
    /// Unit of its figures.
    pub unit: String,
    /// Column of the first figure.
    pub first: u32,
    /// Months that it tells; at least 1.
    pub months: u32,
    /// Quantile levels in ten-thousandths, ascending, each of 1 to 9999: 5000 is the median.
    pub levels: Vec<u32>,
    /// The date field that is the reference time.
    pub as_of: u32,
}

/// What a forecast came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The first month that is told, in months since January 1970.
    pub month: i32,
    /// Figures of each month, at each level: the first month's come first.
    pub values: Vec<f64>,
}

impl Wire for ForecastOutput {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.name);
        out.text(&self.unit);
        for number in [self.first, self.months, self.as_of] {
            Put::u32(out, number);
        }
        out.u32s(&self.levels);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let (name, unit) = (input.text()?, input.text()?);
        let (first, months, as_of) = (input.u32()?, input.u32()?, input.u32()?);
        let levels = input.u32s("quantile levels", limits::FORECAST_LEVELS)?;
        Ok(Self { name, unit, first, months, levels, as_of })
    }
}

impl ForecastOutput {
    /// The name of a level: `p` and its percentage, such as `p10` or `p2.5`.
    pub fn level_name(level: u32) -> String {
        let (percent, rest) = (level / 100, level % 100);
        match rest {
            0 => format!("p{percent}"),
            _ if rest.is_multiple_of(10) => format!("p{percent}.{}", rest / 10),
            _ => format!("p{percent}.{rest:02}"),
        }
    }

    /// The columns of its figures.
    pub fn columns(&self) -> impl Iterator<Item = u32> {
        let figures = u64::from(self.months) * self.levels.len() as u64;
        let end = u64::from(self.first) + figures;
        self.first..u32::try_from(end).unwrap_or(u32::MAX)
    }

    /// Checks it against the graph and the fields; the error says what is wrong.
    pub fn check(&self, graph: &Graph, fields: &[Field]) -> Result<(), &'static str> {
        if self.months == 0 || self.months as usize > limits::WINDOW_MONTHS {
            return Err("a forecast's months are not of 1 to 1200");
        }
        let ascending = self.levels.is_sorted_by(|a, b| a < b);
        if self.levels.is_empty() || !ascending || self.levels.iter().any(|l| !(1..WHOLE).contains(l)) {
            return Err("a forecast's quantile levels are not ascending, from over 0 to under 1");
        }
        let end = u64::from(self.first) + u64::from(self.months) * self.levels.len() as u64;
        if end > graph.columns() as u64 {
            return Err("a forecast reads a column that does not exist");
        }
        match fields.get(self.as_of as usize).map(|field| &field.kind) {
            Some(FieldType::Date) => Ok(()),
            _ => Err("the reference time of a forecast is no date field"),
        }
    }

    /// What a row of an evaluated block has; `None` if the reference time or a figure is absent.
    pub(crate) fn read(&self, block: &Block, row: usize) -> Option<Forecast> {
        let figure = |column: u32| {
            let column = block.column(column as usize);
            let state = column.states.get(row).filter(|state| **state == State::PRESENT);
            state.and_then(|_| column.values.get(row)).copied()
        };
        // Years 0000 to 9999 and some more.
        let day = figure(self.as_of).filter(|day| day.abs() < 4e6)?;
        let (year, month, _) = civil(day as i64);
        let month = i32::try_from((year - 1970) * 12 + month).ok()?;
        let values = self.columns().map(figure).collect::<Option<_>>()?;
        Some(Forecast { month, values })
    }
}

/// Writes a count of months since January 1970 as `YYYY-MM`.
pub fn month_text(month: i32) -> String {
    let (years, month) = (month.div_euclid(12), month.rem_euclid(12));
    format!("{:04}-{:02}", 1970 + years, month + 1)
}

/// Reads what [`month_text`] wrote; `None` if it is no month of the years 0 to 9999.
#[cfg(feature = "author")]
pub fn month_of(text: &str) -> Option<i32> {
    let (year, month) = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
    let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
    (year >= 0 && (1..=12).contains(&month)).then_some((year - 1970) * 12 + month - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_levels_and_months() {
        let names: Vec<_> =
            [1, 250, 505, 1000, 5000, 9990].into_iter().map(ForecastOutput::level_name).collect();
        assert_eq!(names, ["p0.01", "p2.5", "p5.05", "p10", "p50", "p99.9"]);
        assert_eq!([-1, 0, 11, 670].map(month_text), ["1969-12", "1970-01", "1970-12", "2025-11"]);
        #[cfg(feature = "author")]
        assert!([-1, 0, 11, 670].iter().all(|&month| month_of(&month_text(month)) == Some(month)));
        #[cfg(feature = "author")]
        assert!(["2025-13", "2025-00", "2025", "-025-01"].iter().all(|text| month_of(text).is_none()));
    }
}
