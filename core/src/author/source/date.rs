//! Civil dates in the bundle source: `"YYYY-MM-DD"` as days since 1970-01-01.

use super::code;
use super::report::Spanned;
use super::table::Item;

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
fn days(text: &str) -> Option<f64> {
    let mut parts = text.splitn(3, '-');
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    if y.len() != 4 || m.len() != 2 || d.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
    {
        return None;
    }
    let (y, m, d): (i64, i64, i64) = (y.parse().ok()?, m.parse().ok()?, d.parse().ok()?);
    let leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    let length = match m {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&d) {
        return None;
    }
    // The year begins in March, so that the leap day is its last: then the days before a month are (153 m + 2) / 5.
    let (y, m) = if m > 2 { (y, m - 3) } else { (y - 1, m + 9) };
    let before = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400);
    Some((before + (153 * m + 2) / 5 + d - 1 - 719_468) as f64)
}

/// A date written as text.
pub(super) fn read(item: &Item<'_>, report: &super::report::Report<'_>) -> Option<Spanned<f64>> {
    let text = item.text()?;
    if let Some(days) = days(&text.value) {
        return Some(Spanned::new(days, text.span));
    }
    let message = format!("{} is no date: `{}`", item.what(), text.value);
    report.error(code::VALUE, &text.span, message, "write it as \"YYYY-MM-DD\"");
    None
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn dates_are_days_since_1970() {
        assert_eq!(days("1970-01-01"), Some(0.0));
        assert_eq!(days("2000-02-29"), Some(11_016.0));
        assert_eq!(days("1969-12-31"), Some(-1.0));
        assert_eq!(days("2024-12-31"), Some(20_088.0));
        for bad in ["2001-02-29", "2000-13-01", "2000-1-01", "20000101", "2000-00-10", "+200-01-01"] {
            assert_eq!(days(bad), None, "{bad}");
        }
    }
}
