//! Figures as people read them, in the terminal and on the page.

use super::Rate;

/// What stands where there is no figure.
pub const NONE: &str = "–";

/// A share in percent.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), |share| format!("{} %", decimals(share * 100.0, 1)))
}

/// The difference of two shares in percentage points.
pub fn points(from: Option<f64>, to: Option<f64>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{} pp", signed((to - from) * 100.0, 1)),
        _ => NONE.to_owned(),
    }
}

/// A share with its interval.
pub fn with_interval(rate: Option<Rate>) -> String {
    match rate.and_then(|rate| Some((rate.rate?, rate.interval?))) {
        Some((rate, (low, high))) => {
            format!("{} ({} to {})", percent(Some(rate)), decimals(low * 100.0, 1), decimals(high * 100.0, 1))
        }
        None => NONE.to_owned(),
    }
}

/// A figure with that many decimals, its thousands apart.
pub fn decimals(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    // A zero has no sign.
    if value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        out.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !rest.is_empty() {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// A figure with its sign, a plus too.
pub fn signed(value: f64, places: usize) -> String {
    let text = decimals(value, places);
    let zero = text.bytes().all(|byte| !(b'1'..=b'9').contains(&byte));
    if value > 0.0 && !zero { format!("+{text}") } else { text }
}

/// A figure that may not be there.
pub fn figure(value: Option<f64>, places: usize) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| decimals(value, places))
}

/// A count.
pub fn count(count: u64) -> String {
    decimals(count as f64, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_for_reading() {
        assert_eq!(decimals(-1_234_567.891, 1), "−1,234,567.9");
        assert_eq!(
            (decimals(-0.04, 1), signed(0.04, 1), signed(2.0, 1)),
            ("0.0".into(), "0.0".into(), "+2.0".into())
        );
        assert_eq!((percent(Some(0.1234)), percent(None)), ("12.3 %".into(), NONE.into()));
        assert_eq!(points(Some(0.5), Some(0.45)), "−5.0 pp");
        assert_eq!(count(999), "999");
    }
}
