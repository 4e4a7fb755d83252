//! Civil dates among constants.

use scorelet_kernels::civil::{Anchor, FIRST_DAY, LAST_DAY, civil, days, days_in_month};

use super::constant::{Got, Wrong, none};
use super::value::Value;

/// Parts of a date: the function, and what is added to the part that counts from 1.
pub(super) const PARTS: [(&str, Part, i64); 11] = [
    ("year", Part::Year, 0),
    ("month", Part::Month, 0),
    ("day", Part::Day, 0),
    ("weekday", Part::Weekday, 0),
    ("dayOfYear", Part::DayOfYear, 0),
    ("getFullYear", Part::Year, 0),
    ("getMonth", Part::Month, -1),
    ("getDate", Part::Day, 0),
    ("getDayOfMonth", Part::Day, -1),
    // Sunday is 0 there, and 7 in ISO 8601.
    ("getDayOfWeek", Part::Weekday, 0),
    ("getDayOfYear", Part::DayOfYear, -1),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Year,
    Month,
    Day,
    Weekday,
    DayOfYear,
}

pub(super) fn apply(name: &str, args: &[Value]) -> Got {
    match (name, args) {
        ("+", [Value::Date(day), Value::Int(days)] | [Value::Int(days), Value::Date(day)]) => {
            date(day.checked_add(*days))
        }
        ("-", [Value::Date(day), Value::Int(days)]) => date(day.checked_sub(*days)),
        ("-", [Value::Date(a), Value::Date(b)]) => Ok(Value::Int(a - b)),
        ("daysBetween", [Value::Date(from), Value::Date(to)]) => Ok(Value::Int(to - from)),
        ("monthsBetween", [Value::Date(from), Value::Date(to)]) => Ok(Value::Int(months(*from, *to))),
        ("yearsBetween", [Value::Date(from), Value::Date(to)]) => Ok(Value::Int(months(*from, *to) / 12)),
        ("addMonths", [Value::Date(day), Value::Int(months)]) => date(later(*day, *months)),
        ("addYears", [Value::Date(day), Value::Int(years)]) => {
            date(years.checked_mul(12).and_then(|months| later(*day, months)))
        }
        (_, [Value::Date(day)]) => {
            let found = PARTS.iter().find(|(known, ..)| *known == name);
            found.map(|&(_, part, shift)| Value::Int(of(name, part, shift, *day))).ok_or(Wrong::Type)
        }
        _ => Err(Wrong::Type),
    }
}

fn date(day: Option<i64>) -> Got {
    let day = day.filter(|day| (FIRST_DAY..=LAST_DAY).contains(day));
    day.map(Value::Date)
        .ok_or_else(|| none("this is no date of the years 0000 to 9999", "calculate within them"))
}

fn later(day: i64, months: i64) -> Option<i64> {
    (months.abs() <= 120_000).then(|| Anchor::new(day).months_before(-months))
}

fn of(name: &str, part: Part, shift: i64, day: i64) -> i64 {
    let (year, month, of_month) = civil(day);
    let value = match part {
        Part::Year => year,
        Part::Month => month,
        Part::Day => of_month,
        Part::Weekday => (day + 3).rem_euclid(7) + 1,
        Part::DayOfYear => day - days(year, 1, 1) + 1,
    };
    if name == "getDayOfWeek" { value % 7 } else { value + shift }
}

/// Whole months from one date to another: how many times a month can be added before the other date is passed.
fn months(from: i64, to: i64) -> i64 {
    let (start, end) = (Anchor::new(from), Anchor::new(to));
    let mut months = end.month - start.month;
    let (year, month) = (end.month.div_euclid(12), end.month.rem_euclid(12) + 1);
    let due = start.of_month.min(days_in_month(year, month));
    if months > 0 && end.of_month < due {
        months -= 1;
    } else if months < 0 && end.of_month > due {
        months += 1;
    }
    months
}
