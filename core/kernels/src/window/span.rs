//! Spans of time before a reference date.

use crate::civil::Anchor;

/// What a span is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Days,
    /// Months from day to day: 1 month before 31 March is the last of February.
    Months,
    /// Whole months of the calendar; that of the reference date is month 0, and ends with that date.
    CalendarMonths,
}

/// A span before the reference date R. With a unit of days it has the days d with R − from < d ≤ R − to; with months,
/// (R − from months) < d ≤ (R − to months), where months before a date are [`Anchor::months_before`]; with calendar months, the days
/// up to R of the months from `from` − 1 months before R's to `to` months before it. So "the last 30 days" is R − 29 … R, and spans
/// (3 to 0), (6 to 3) neither overlap nor leave a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// What `from` and `to` count.
    pub unit: Unit,
    /// Where it begins, over `to`; none: with the first event.
    pub from: Option<u32>,
    /// Where it ends.
    pub to: u32,
}

impl Span {
    /// Every event up to the reference date.
    pub const ALL: Self = Self { unit: Unit::Days, from: None, to: 0 };

    /// The last day, `units` before the reference date.
    fn end(&self, at: &Anchor, units: u32) -> i64 {
        let units = i64::from(units);
        match self.unit {
            Unit::Days => at.day - units,
            Unit::Months => at.months_before(units),
            Unit::CalendarMonths => (at.month_start(units - 1) - 1).min(at.day),
        }
    }

    /// First and last day, both included; the first is `i64::MIN` if the span is open.
    pub fn days(&self, at: &Anchor) -> (i64, i64) {
        // Where a span `from` units back would end, this one begins.
        let start = self.from.map_or(i64::MIN, |from| self.end(at, from) + 1);
        (start, self.end(at, self.to))
    }

    /// How many months it has, if it has an end and is counted in months.
    pub fn months(&self) -> Option<u32> {
        match self.unit {
            Unit::Days => None,
            _ => self.from?.checked_sub(self.to),
        }
    }

    /// The last day of each of its months, earliest first.
    pub fn month_ends(&self, at: &Anchor) -> impl Iterator<Item = i64> {
        let (span, at, months) = (*self, *at, self.months().unwrap_or(0));
        (0..months).rev().map(move |back| span.end(&at, span.to.saturating_add(back)))
    }
}

/// The events whose days are from `start` to `end`, of ascending days: first index and the one after the last.
pub(super) fn range(days: &[i32], (start, end): (i64, i64)) -> (u32, u32) {
    let first = days.partition_point(|&d| i64::from(d) < start);
    let last = days.partition_point(|&d| i64::from(d) <= end);
    (first.min(last) as u32, last as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::days;

    fn span(unit: Unit, from: u32, to: u32) -> Span {
        Span { unit, from: Some(from), to }
    }

    #[test]
    fn bounds_are_inclusive_and_clamped_at_month_ends() {
        let at = Anchor::new(days(2024, 3, 31));
        assert_eq!(span(Unit::Days, 30, 0).days(&at), (days(2024, 3, 2), days(2024, 3, 31)));
        assert_eq!(span(Unit::Days, 60, 30).days(&at), (days(2024, 2, 1), days(2024, 3, 1)));
        assert_eq!(span(Unit::Months, 1, 0).days(&at), (days(2024, 3, 1), days(2024, 3, 31)));
        assert_eq!(span(Unit::Months, 2, 1).days(&at), (days(2024, 2, 1), days(2024, 2, 29)));
        assert_eq!(span(Unit::CalendarMonths, 1, 0).days(&at), (days(2024, 3, 1), days(2024, 3, 31)));
        let at = Anchor::new(days(2024, 3, 15));
        assert_eq!(span(Unit::Months, 1, 0).days(&at), (days(2024, 2, 16), days(2024, 3, 15)));
        assert_eq!(span(Unit::CalendarMonths, 1, 0).days(&at), (days(2024, 3, 1), days(2024, 3, 15)));
        assert_eq!(span(Unit::CalendarMonths, 4, 1).days(&at), (days(2023, 12, 1), days(2024, 2, 29)));
        assert_eq!(Span::ALL.days(&at), (i64::MIN, days(2024, 3, 15)));
    }

    /// Neighbouring spans share no day and leave none out, on every day of some years.
    #[test]
    fn spans_tile() {
        for day in days(2023, 1, 1)..days(2025, 1, 1) {
            let at = Anchor::new(day);
            for unit in [Unit::Days, Unit::Months, Unit::CalendarMonths] {
                for k in 0..14 {
                    let (late, early) = (span(unit, k + 1, k).days(&at), span(unit, k + 2, k + 1).days(&at));
                    assert_eq!(late.0, early.1 + 1);
                    assert!(late.0 <= late.1);
                }
            }
        }
    }

    #[test]
    fn months_of_a_span() {
        let at = Anchor::new(days(2024, 5, 31));
        let ends: Vec<i64> = span(Unit::Months, 4, 1).month_ends(&at).collect();
        assert_eq!(ends, [days(2024, 2, 29), days(2024, 3, 31), days(2024, 4, 30)]);
        assert_eq!(span(Unit::Days, 4, 1).months(), None);
        assert_eq!(Span::ALL.month_ends(&at).count(), 0);
    }
}
