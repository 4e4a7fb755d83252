//! Civil dates as days since 1970-01-01, in the proleptic Gregorian calendar.
//!
//! The day count is H. Hinnant's `days_from_civil` ("chrono-Compatible Low-Level Date Algorithms", public domain).

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

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * day_of_year + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * mp + 2) / 5 + 1)
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
}
