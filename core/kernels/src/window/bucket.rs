//! Sums by month.

/// The sum of the values of each month: those up to the month's last day that come after the month before. `days` are the days of
/// all events, `at` the places of the values among them, ascending.
pub(super) fn sums(
    days: &[i32],
    at: &[u32],
    values: &[f64],
    month_ends: impl Iterator<Item = i64>,
    sums: &mut Vec<f64>,
) {
    let mut left = at.iter().zip(values).peekable();
    sums.clear();
    sums.extend(month_ends.map(|end| {
        let inside = |(at, _): &(&u32, &f64)| days.get(**at as usize).is_some_and(|&d| i64::from(d) <= end);
        let mut sum = 0.0;
        while let Some((_, value)) = left.next_if(inside) {
            sum += value;
        }
        sum
    }));
}
