//! Decimal text to the nearest double, ties to even.
//!
//! Three ways, all exact. Up to 2^53 with a power of ten up to 10^22, one multiplication or division of exactly representable
//! numbers rounds once (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990). Up to 19 digits with a
//! power of ten up to 10^27, which is what a double written in full has: a product or a long division of whole numbers.
//! All else: the decimal digits are shifted by powers of two until 53 bits stand before the point, as in Plan 9's and Go's
//! readers. None needs tables of powers, which would be 10 KB of wasm that does not compress.

/// Exactly representable powers of ten.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Digits of the mantissa: any that many fit u64.
const SHORT: usize = 19;

/// Digits that are kept. A decision between two neighbouring doubles needs at most 767 significant digits; of further
/// ones it matters only whether they are all zero.
const KEPT: usize = 800;

/// Bits of one shift: ten times what is carried still fits u64.
const SHIFT: u32 = 59;

/// Reads a JSON number from the beginning of `text`: its value (infinite if it is beyond the doubles) and its length; or,
/// if it is malformed, where.
#[inline]
pub(crate) fn parse(text: &[u8]) -> Result<(f64, usize), usize> {
    let mut number = Number::default();
    let length = scan(text, &mut number)?;
    let x = number.short().unwrap_or_else(|| number.long());
    Ok((if text.first() == Some(&b'-') { -x } else { x }, length))
}

/// The length of a JSON number at the beginning of `text`, without working out its value; or, if it is malformed, where.
pub(crate) fn skip(text: &[u8]) -> Result<usize, usize> {
    scan(text, &mut Number::default())
}

#[inline]
fn scan(text: &[u8], number: &mut Number) -> Result<usize, usize> {
    let mut at = usize::from(text.first() == Some(&b'-'));
    let start = at;
    while let Some(&digit @ b'0'..=b'9') = text.get(at) {
        number.push(digit - b'0', false);
        at += 1;
    }
    if at == start || (text.get(start) == Some(&b'0') && at > start + 1) {
        return Err(at.min(start + 1));
    }
    if text.get(at) == Some(&b'.') {
        at += 1;
        let start = at;
        while let Some(&digit @ b'0'..=b'9') = text.get(at) {
            number.push(digit - b'0', true);
            at += 1;
        }
        if at == start {
            return Err(at);
        }
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1;
        let down = text.get(at) == Some(&b'-');
        at += usize::from(matches!(text.get(at), Some(b'-' | b'+')));
        let start = at;
        let mut exponent = 0i32;
        while let Some(&digit @ b'0'..=b'9') = text.get(at) {
            exponent = exponent.saturating_mul(10).saturating_add(i32::from(digit - b'0'));
            at += 1;
        }
        if at == start {
            return Err(at);
        }
        number.exponent = number.exponent.saturating_add(if down { -exponent } else { exponent });
    }
    Ok(at)
}

/// What was scanned: value = d1 d2 … × 10^exponent, where d1 d2 … are the mantissa's digits followed by `more`.
#[derive(Default)]
struct Number {
    /// The first [`SHORT`] digits, from the first one that is not zero.
    mantissa: u64,
    /// How many of the mantissa's digits there are.
    digits: usize,
    /// Digits after those.
    more: Vec<u8>,
    exponent: i32,
    /// Whether digits other than zero were dropped.
    dropped: bool,
}

impl Number {
    #[inline]
    fn push(&mut self, digit: u8, fraction: bool) {
        self.exponent -= i32::from(fraction);
        if self.digits < SHORT {
            self.mantissa = self.mantissa * 10 + u64::from(digit);
            self.digits += usize::from(self.mantissa != 0);
        } else {
            self.push_more(digit);
        }
    }

    #[cold]
    fn push_more(&mut self, digit: u8) {
        if self.more.len() < KEPT - SHORT {
            self.more.push(digit);
        } else {
            self.exponent = self.exponent.saturating_add(1);
            self.dropped |= digit != 0;
        }
    }

    /// The value, where one rounding of two exact doubles gives it.
    #[inline]
    fn short(&self) -> Option<f64> {
        if self.mantissa == 0 {
            return Some(0.0);
        }
        let power = *POWERS.get(self.exponent.unsigned_abs() as usize)?;
        if !self.more.is_empty() || self.mantissa > 1 << 53 {
            return None;
        }
        let mantissa = self.mantissa as f64;
        Some(if self.exponent < 0 { mantissa / power } else { mantissa * power })
    }

    #[cold]
    fn long(self) -> f64 {
        self.middle().unwrap_or_else(|| Decimal::from(self).into_f64())
    }

    /// The value, where it is a mantissa times or over a power of five that fits 63 bits, times a power of two.
    fn middle(&self) -> Option<f64> {
        let power = self.exponent.unsigned_abs();
        if power > 27 || !self.more.is_empty() {
            return None;
        }
        let five = 5_u64.pow(power);
        let (mut bits, scale, inexact);
        if self.exponent >= 0 {
            let product = u128::from(self.mantissa) * u128::from(five);
            let down = 64 - product.leading_zeros().min(64);
            bits = (product >> down) as u64;
            inexact = u128::from(bits) << down != product;
            scale = down as i32;
        } else {
            // A long division, bit by bit until the quotient has 56; the remainder stays under 2^63.
            let up = self.mantissa.leading_zeros() as i32;
            let (mut digits, mut rest, mut taken) = (self.mantissa << up, 0, 0);
            bits = 0;
            while bits >> 55 == 0 {
                rest = rest << 1 | digits >> 63;
                digits <<= 1;
                bits <<= 1;
                taken += 1;
                if rest >= five {
                    rest -= five;
                    bits |= 1;
                }
            }
            inexact = rest != 0 || digits != 0;
            scale = 64 - taken - up;
        }
        // Whatever was lost is less than the last bit here, which is two under the last of a double: it only says that
        // the value is not in the middle. One rounding to 53 bits; a power of two rounds nothing.
        bits |= u64::from(inexact);
        let power_of_two = f64::from_bits(((1023 + scale + self.exponent) as u64) << 52);
        Some(bits as f64 * power_of_two)
    }
}

/// Decimal digits d1 d2 … with the point: value = 0.d1 d2 … × 10^point.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
    /// Whether digits other than zero were dropped.
    more: bool,
}

impl From<Number> for Decimal {
    fn from(number: Number) -> Self {
        let (mut digits, mut rest) = (Vec::with_capacity(KEPT), number.mantissa);
        while rest != 0 {
            digits.push((rest % 10) as u8);
            rest /= 10;
        }
        digits.reverse();
        digits.extend_from_slice(&number.more);
        let point = number.exponent.saturating_add(digits.len() as i32);
        let mut decimal = Self { digits, point, more: number.dropped };
        decimal.trim();
        decimal
    }
}

impl Decimal {
    fn into_f64(mut self) -> f64 {
        if self.point > 310 {
            return f64::INFINITY;
        }
        if self.point < -330 {
            return 0.0;
        }
        // Into [1/2, 1): value = 0.d1 d2 … × 2^exponent, with d1 at least 5.
        let mut exponent = 0i32;
        while self.point > 0 {
            // Never so far that the value falls under 1/2 by more than one step back.
            let bits = (self.point as u32 * 3).min(SHIFT);
            self.shift_right(bits);
            exponent += bits as i32;
        }
        while self.point < 0 || self.digits.first().is_some_and(|&d| d < 5) {
            let bits = if self.point < 0 { (self.point.unsigned_abs() * 3).min(SHIFT) } else { 1 };
            self.shift_left(bits);
            exponent -= bits as i32;
        }
        // [1, 2) × 2^exponent, and further down for a subnormal.
        exponent -= 1;
        let mut lost = 0;
        if exponent < -1022 {
            lost = (-1022 - exponent).unsigned_abs();
            exponent = -1022;
        }
        if lost > 60 {
            return 0.0;
        }
        // 53 bits before the point, less those that a subnormal loses.
        if lost > 53 {
            self.shift_right(lost - 53);
        } else {
            self.shift_left(53 - lost);
        }
        let mut mantissa = self.rounded();
        if mantissa == 1 << 53 {
            mantissa >>= 1;
            exponent += 1;
        }
        if exponent > 1023 {
            return f64::INFINITY;
        }
        let biased = if mantissa & (1 << 52) == 0 { 0 } else { (exponent + 1023) as u64 };
        f64::from_bits(biased << 52 | mantissa & ((1 << 52) - 1))
    }

    /// Divides by 2^bits, bits at most [`SHIFT`].
    fn shift_right(&mut self, bits: u32) {
        let mut out = Vec::with_capacity(KEPT);
        let mask = (1u64 << bits) - 1;
        let mut digits = self.digits.iter();
        let mut rest = 0u64;
        // The first digit of the quotient is where the running number reaches 2^bits.
        while rest >> bits == 0 {
            match digits.next() {
                Some(&digit) => rest = rest * 10 + u64::from(digit),
                None if rest == 0 => break,
                None => rest *= 10,
            }
            self.point -= 1;
        }
        self.point += 1;
        loop {
            let digit = (rest >> bits) as u8;
            if out.len() < KEPT {
                out.push(digit);
            } else {
                self.more |= digit != 0;
            }
            rest = (rest & mask) * 10;
            match digits.next() {
                Some(&digit) => rest += u64::from(digit),
                None if rest == 0 => break,
                None => {}
            }
        }
        self.digits = out;
        self.trim();
    }

    /// Multiplies by 2^bits, bits at most [`SHIFT`].
    fn shift_left(&mut self, bits: u32) {
        let mut carry = 0u64;
        let mut out: Vec<u8> = Vec::with_capacity(self.digits.len() + 18);
        for &digit in self.digits.iter().rev() {
            carry += u64::from(digit) << bits;
            out.push((carry % 10) as u8);
            carry /= 10;
        }
        while carry > 0 {
            out.push((carry % 10) as u8);
            carry /= 10;
            self.point += 1;
        }
        out.reverse();
        self.more |= out.iter().skip(KEPT).any(|&d| d != 0);
        out.truncate(KEPT);
        self.digits = out;
        self.trim();
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
    }

    /// The whole part, rounded half to even.
    fn rounded(&self) -> u64 {
        let whole = usize::try_from(self.point).unwrap_or(0);
        let mut n = 0u64;
        for i in 0..whole {
            n = n * 10 + u64::from(self.digits.get(i).copied().unwrap_or(0));
        }
        if self.point < 0 {
            return n;
        }
        let up = match self.digits.get(whole) {
            None | Some(0..5) => false,
            Some(5) if self.digits.len() == whole + 1 && !self.more => n & 1 == 1,
            Some(_) => true,
        };
        n + u64::from(up)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agrees(text: &str) {
        let theirs: f64 = text.parse().unwrap();
        let (ours, length) = parse(text.as_bytes()).unwrap();
        assert_eq!(ours.to_bits(), theirs.to_bits(), "{text}: {ours:e} is not {theirs:e}");
        assert_eq!(length, text.len());
    }

    #[test]
    fn hard_cases() {
        for text in [
            "0",
            "-0",
            "0.0",
            "1",
            "9007199254740993",
            "9007199254740992.5",
            "0.1",
            "0.3",
            "123456789.987654321",
            "1e22",
            "1e23",
            "8.5e22",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "1e-400",
            "1e999999999999",
            "1e-999999999999",
            "0e999999999999",
            "7.2057594037927933e16",
            "6929495644600919.5",
            "3.7455744005952583e15",
            "2.9802322387695312e-8",
            "9214843084008499",
            "12345678901234567",
            "1234567890123456789e27",
            "9999999999999999999e27",
            "1e27",
            "9007199254740993e5",
            "1.2345678901234567e-5",
            "9999999999999999999e-27",
            "1000000000000000000e-27",
            "0.000000000000000000000000001",
            "12345678901234567890",
            "0.12345678901234567890",
            "100000000000000000000000",
            "0.500000000000000166533453693773481063544750213623046875",
            "9355950000000000000.00000000000000000000000000000000001844674407370955161600000184467440737095516161844674407370955161407370955161618446744073709551616000184467440737095516166000001844674407370955161618446744073709551614073709551616184467440737095516160001844674407370955161601844674407370955674451616184467440737095516140737095516161844674407370955161600018446744073709551616018446744073709551611616000184467440737095001844674407370955161600184467440737095516160018446744073709551168164467440737095516160001844073709551616018446744073709551616184467440737095516160001844674407536910751601611616000184467440737095001844674407370955161600184467440737095516160018446744073709551616184467440737095516160001844955161618446744073709551616000184467440753691075160018446744073709",
        ] {
            agrees(text);
        }
        // The exact midpoint between two doubles, and a hair above it, with more digits than are kept.
        let midpoint = "1.00000000000000011102230246251565404236316680908203125";
        agrees(midpoint);
        agrees(&format!("{midpoint}{}1", "0".repeat(1000)));
        agrees(&("0.".to_owned() + &"0".repeat(400) + "123456789e380"));
        agrees(&("123456789".to_owned() + &"0".repeat(400) + "e-380"));
    }

    proptest! {
        #[test]
        fn every_double_reads_back(bits: u64) {
            let x = f64::from_bits(bits);
            prop_assume!(x.is_finite());
            agrees(&format!("{x:e}"));
            agrees(&format!("{x:.17e}"));
            agrees(&format!("{x:.40e}"));
            agrees(&format!("{x}"));
        }

        #[test]
        fn whole_numbers_are_enough(mantissa: u64, exponent in -27i32..=27) {
            agrees(&format!("{}e{exponent}", mantissa % 10_000_000_000_000_000_000));
        }

        #[test]
        fn halves_of_the_last_bit(mantissa in 1u64 << 52..1 << 53, down in 1u32..10) {
            // A midpoint of two doubles, and its neighbours in the last digit.
            let twice = u128::from(mantissa) * 2 + 1;
            let digits = twice * 5u128.pow(down);
            for n in [digits - 1, digits, digits + 1] {
                agrees(&format!("{n}e-{down}"));
            }
        }

        #[test]
        fn any_digits(whole in "0|[1-9][0-9]{0,25}", fraction in "(\\.[0-9]{1,40})?", exponent in -345i32..330) {
            agrees(&format!("{whole}{fraction}e{exponent}"));
            agrees(&format!("-{whole}{fraction}"));
        }

        #[test]
        fn midpoints_of_neighbours(bits in 0u64..0x7fef_ffff_ffff_ffff) {
            // One bit more than a double has: exact in decimal with enough digits.
            let (a, b) = (f64::from_bits(bits), f64::from_bits(bits + 1));
            prop_assume!(a > 1e-290 && b < 1e290);
            let (a, b) = (format!("{a:.800e}"), format!("{b:.800e}"));
            agrees(&a);
            agrees(&b);
        }
    }
}
