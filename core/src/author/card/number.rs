//! Numbers as Python writes them.

/// A finite or infinite number; `None` for anything else, NaN included.
pub(super) fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    match text {
        "inf" | "Inf" | "+inf" | "Infinity" => Some(f64::INFINITY),
        "-inf" | "-Inf" | "-Infinity" => Some(f64::NEG_INFINITY),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            text.parse::<f64>().ok().filter(|x| x.is_finite())
        }
        _ => None,
    }
}
