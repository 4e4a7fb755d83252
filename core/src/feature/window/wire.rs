//! The encoding of windows.

use super::{Figure, Kind, Output, Span, Test, Top, Unit};
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::limits;

type Parts = (Vec<Span>, Vec<Vec<Test>>, Vec<Output>);

pub(super) fn put(out: &mut Vec<u8>, spans: &[Span], filters: &[Vec<Test>], outputs: &[Output]) {
    out.list(spans);
    put_filters(out, filters);
    out.list(outputs);
}

pub(super) fn get(input: &mut Reader<'_>) -> Result<Parts, Refused> {
    let spans = input.list("windows of time", limits::WINDOWS, 9)?;
    let filters = get_filters(input)?;
    Ok((spans, filters, input.list("figures", limits::WINDOW_OUTPUTS, 14)?))
}

/// A number, or `u32::MAX` if there is none.
pub(in crate::feature) fn put_optional(out: &mut Vec<u8>, number: Option<u32>) {
    Put::u32(out, number.unwrap_or(u32::MAX));
}

pub(in crate::feature) fn get_optional(input: &mut Reader<'_>) -> Result<Option<u32>, Refused> {
    Ok(Some(input.u32()?).filter(|&number| number != u32::MAX))
}

impl Wire for Span {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, self.unit as u8);
        put_optional(out, self.from);
        Put::u32(out, self.to);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let unit = match input.u8()? {
            0 => Unit::Days,
            1 => Unit::Months,
            2 => Unit::CalendarMonths,
            _ => return Err(input.malformed("an unknown unit of time")),
        };
        Ok(Self { unit, from: get_optional(input)?, to: input.u32()? })
    }
}

pub(in crate::feature) fn put_filters(out: &mut Vec<u8>, filters: &[Vec<Test>]) {
    out.count(filters.len());
    for tests in filters {
        out.list(tests);
    }
}

pub(in crate::feature) fn get_filters(input: &mut Reader<'_>) -> Result<Vec<Vec<Test>>, Refused> {
    let n = input.count("filters", limits::WINDOWS, 4)?;
    (0..n).map(|_| input.list("tests of a filter", limits::FILTER_TESTS, 9)).collect()
}

impl Wire for Test {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.column());
        match self {
            Self::In { set, .. } => {
                Put::u8(out, 0);
                out.count(set.len());
                for &word in set {
                    Put::u64(out, word);
                }
            }
            Self::Between { lo, hi, lo_in, hi_in, .. } => {
                Put::u8(out, 1);
                Put::f64(out, *lo);
                Put::f64(out, *hi);
                out.bool(*lo_in);
                out.bool(*hi_in);
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let column = input.u32()?;
        Ok(match input.u8()? {
            0 => {
                let n = input.count("categories of a set", limits::CATEGORIES / 64, 8)?;
                let set = (0..n).map(|_| input.u64()).collect::<Result<_, _>>()?;
                Self::In { column, set }
            }
            1 => Self::Between {
                column,
                lo: input.f64_open()?,
                hi: input.f64_open()?,
                lo_in: input.bool()?,
                hi_in: input.bool()?,
            },
            _ => return Err(input.malformed("an unknown test of an event")),
        })
    }
}

/// Kinds by their code, except 6: a quantile, which has a parameter.
const KINDS: [(u8, Kind); 18] = [
    (0, Kind::Count),
    (1, Kind::Sum),
    (2, Kind::Mean),
    (3, Kind::Min),
    (4, Kind::Max),
    (5, Kind::Std),
    (7, Kind::Distinct),
    (8, Kind::First),
    (9, Kind::Last),
    (10, Kind::DaysSinceFirst),
    (11, Kind::DaysSinceLast),
    (12, Kind::LongestStreak),
    (13, Kind::CurrentStreak),
    (14, Kind::Trend),
    (15, Kind::Volatility),
    (16, Kind::MonthlyStd),
    (17, Kind::MonthlyTrend),
    (18, Kind::MonthlyVolatility),
];
const QUANTILE: u8 = 6;
const IGNORED: u8 = 19;

impl Wire for Kind {
    fn put(&self, out: &mut Vec<u8>) {
        let code = KINDS.iter().find(|(_, kind)| kind == self).map(|&(code, _)| code);
        match self {
            Self::Quantile(q) => {
                Put::u8(out, QUANTILE);
                Put::f64(out, *q);
            }
            _ => Put::u8(out, code.unwrap_or(IGNORED)),
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        match input.u8()? {
            QUANTILE => Ok(Self::Quantile(input.f64()?)),
            IGNORED => Ok(Self::Ignored),
            code => match KINDS.iter().find(|&&(c, _)| c == code) {
                Some(&(_, kind)) => Ok(kind),
                None => Err(input.malformed("an unknown figure of events")),
            },
        }
    }
}

impl Wire for Figure {
    fn put(&self, out: &mut Vec<u8>) {
        self.kind.put(out);
        Put::u32(out, self.span);
        put_optional(out, self.filter);
        put_optional(out, self.column);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            kind: Kind::get(input)?,
            span: input.u32()?,
            filter: get_optional(input)?,
            column: get_optional(input)?,
        })
    }
}

impl Wire for Top {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.span);
        put_optional(out, self.filter);
        Put::u32(out, self.group);
        Put::u32(out, self.categories);
        put_optional(out, self.column);
        Put::u32(out, self.k);
        out.bool(self.least);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            span: input.u32()?,
            filter: get_optional(input)?,
            group: input.u32()?,
            categories: input.u32()?,
            column: get_optional(input)?,
            k: input.u32()?,
            least: input.bool()?,
        })
    }
}

impl Wire for Output {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Figure(figure) => {
                Put::u8(out, 0);
                figure.put(out);
            }
            Self::Ratio(a, b) => {
                Put::u8(out, 1);
                a.put(out);
                b.put(out);
            }
            Self::Top(top) => {
                Put::u8(out, 2);
                top.put(out);
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(match input.u8()? {
            0 => Self::Figure(Figure::get(input)?),
            1 => Self::Ratio(Figure::get(input)?, Figure::get(input)?),
            2 => Self::Top(Top::get(input)?),
            _ => return Err(input.malformed("an unknown output of a window")),
        })
    }
}
