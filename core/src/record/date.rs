//! Texts of civil dates, which are days since 1970-01-01 in the proleptic Gregorian calendar.

use scorelet_kernels::civil::{civil, days, days_in_month};

/// Reads `YYYY-MM-DD` (ISO 8601 calendar date, years 0000 to 9999); `None` if it is not a date that exists.
pub fn parse(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = bytes else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0i64, |n, d| d.is_ascii_digit().then(|| n * 10 + i64::from(d - b'0')))
    };
    let (year, month, day) = (number(&[y0, y1, y2, y3])?, number(&[m0, m1])?, number(&[d0, d1])?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    Some(days(year, month, day) as f64)
}

/// Writes a day count as `YYYY-MM-DD`; `None` outside years 0000 to 9999.
pub fn format(days: f64) -> Option<String> {
    if !(days.abs() < 4e6 && days.trunc() == days) {
        return None;
    }
    let (year, month, day) = civil(days as i64);
    (0..=9999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates() {
        assert_eq!(parse("1970-01-01"), Some(0.0));
        assert_eq!(parse("2000-03-01"), Some(11_017.0));
        assert_eq!(parse("1969-12-31"), Some(-1.0));
        assert_eq!(parse("2024-02-29"), Some(19_782.0));
    }

    #[test]
    fn dates_that_do_not_exist() {
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-01-00",
            "2024-1-01",
            "",
            "2024-04-31",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_round_trips() {
        let mut previous = parse("1599-12-31").unwrap();
        for day in (previous as i64 + 1)..60_000 {
            let text = format(day as f64).unwrap();
            assert_eq!(parse(&text), Some(day as f64), "{text}");
            assert_eq!(previous + 1.0, day as f64);
            previous = day as f64;
        }
    }

    /// All days of the years 0000 to 9999, a week and a day apart, are those of jiff; the text of each reads as it.
    #[test]
    fn dates_are_those_of_jiff() {
        let (first, epoch) = (jiff::civil::date(0, 1, 1), jiff::civil::date(1970, 1, 1));
        let offset = first.since((jiff::Unit::Day, epoch)).unwrap().get_days();
        let days = first.series(jiff::Span::new().days(8)).take_while(|day| day.year() <= 9999);
        for (day, number) in days.zip((0..).step_by(8)) {
            let count = f64::from(offset + number);
            assert_eq!(format(count), Some(day.to_string()));
            assert_eq!(parse(&day.to_string()), Some(count));
        }
    }
}
