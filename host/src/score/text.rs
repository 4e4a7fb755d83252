//! Numbers and cells as text.

/// A finite number in the fewest digits that read back as the same double; whole numbers without a point. Nothing if it
/// is not finite.
#[inline]
pub fn push_number(out: &mut Vec<u8>, value: f64) {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return push_whole(out, value);
    }
    if value.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    }
}

fn push_whole(out: &mut Vec<u8>, value: f64) {
    // A negative zero reads back as zero, which compares equal; every digest writes it as zero too.
    if value < 0.0 {
        out.push(b'-');
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and under 10^15")]
    let mut rest = value.abs() as u64;
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            return out.extend_from_slice(&digits[at..]);
        }
    }
}

/// A text as a CSV cell, in quotes if it needs them.
pub fn push_cell(out: &mut Vec<u8>, text: &[u8]) {
    if !text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        return out.extend_from_slice(text);
    }
    out.push(b'"');
    for &byte in text {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_reads_back() {
        let text = |value: f64| {
            let mut out = Vec::new();
            push_number(&mut out, value);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(612.0), "612");
        assert_eq!(text(-3.0), "-3");
        assert_eq!(text(0.0), "0");
        assert_eq!(text(0.1), "0.1");
        assert_eq!(text(f64::NAN), "");
        let mut bits = 1_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                assert_eq!(text(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
            }
        }
    }

    #[test]
    fn cells_are_quoted_when_they_must_be() {
        let cell = |text: &str| {
            let mut out = Vec::new();
            push_cell(&mut out, text.as_bytes());
            String::from_utf8(out).unwrap()
        };
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
