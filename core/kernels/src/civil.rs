//! Civil dates as days since 1970-01-01, in the proleptic Gregorian calendar.
//!
//! The day count is H. Hinnant's `days_from_civil` ("chrono-Compatible Low-Level Date Algorithms", public domain).

/// The least day that a date can have: 0000-01-01.
pub const FIRST_DAY: i64 = -719_528;
/// The greatest: 9999-12-31.
pub const LAST_DAY: i64 = 2_932_896;

/// Days of a month; `month` from 1 to 12.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day count of a date that exists.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month (1 to 12) and day (1 to 31) of a day count.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * day_of_year + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * mp + 2) / 5 + 1)
}

/// A date taken apart, to count months from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The day itself.
    pub day: i64,
    /// Months since the year 0: 12 · year + month − 1.
    pub month: i64,
    /// Day of the month, from 1.
    pub of_month: i64,
}

impl Anchor {
    /// Takes a day apart.
    pub fn new(day: i64) -> Self {
        let (year, month, of_month) = civil(day);
        Self { day, month: 12 * year + month - 1, of_month }
    }

    /// The same day of the month `months` earlier; the last day of that month if it has no such day (one month before
    /// 31 March is 28 or 29 February).
    pub fn months_before(&self, months: i64) -> i64 {
        let month = self.month - months;
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        days(year, month, self.of_month.min(days_in_month(year, month)))
    }

    /// The first day of the calendar month `months` before this one; a negative number counts forward.
    pub fn month_start(&self, months: i64) -> i64 {
        let month = self.month - months;
        days(month.div_euclid(12), month.rem_euclid(12) + 1, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan as _;
    use jiff::civil::Date;

    fn day_of(date: Date) -> i64 {
        i64::from(date.since(Date::constant(1970, 1, 1)).unwrap().get_days())
    }

    /// Every day of the years 1900 to 2200: there and back, as jiff counts.
    #[test]
    fn every_day_is_as_in_jiff() {
        let mut date = Date::constant(1900, 1, 1);
        let mut day = days(1900, 1, 1);
        while date.year() <= 2200 {
            let (year, month, of_month) = civil(day);
            let found = (year, month, of_month);
            assert_eq!(found, (i64::from(date.year()), i64::from(date.month()), i64::from(date.day())));
            assert_eq!(days(year, month, of_month), day);
            assert_eq!(days_in_month(year, month), i64::from(date.days_in_month()));
            assert_eq!(day_of(date), day);
            (date, day) = (date.tomorrow().unwrap(), day + 1);
        }
    }

    /// Months before a date, at random and at every end of a month.
    #[test]
    fn months_before_are_as_in_jiff() {
        let mut seed = 7u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let mut compared = 0;
        for _ in 0..20_000 {
            let (year, month) = (1900 + next(301) as i16, 1 + next(12) as i8);
            let last = Date::new(year, month, 1).unwrap().last_of_month();
            for date in [last, Date::new(year, month, 1 + next(last.day() as u64) as i8).unwrap()] {
                let anchor = Anchor::new(day_of(date));
                let months = next(600) as i64;
                let before = date.checked_sub(months.months()).unwrap();
                assert_eq!(anchor.months_before(months), day_of(before), "{date} - {months} months");
                assert_eq!(anchor.month_start(months), day_of(before.first_of_month()));
                let after = date.first_of_month().checked_add(months.months()).unwrap();
                assert_eq!(anchor.month_start(-months), day_of(after));
                compared += 1;
            }
        }
        assert_eq!(compared, 40_000);
    }

    #[test]
    fn the_first_and_last_day() {
        assert_eq!(civil(FIRST_DAY), (0, 1, 1));
        assert_eq!(civil(LAST_DAY), (9999, 12, 31));
    }
}
