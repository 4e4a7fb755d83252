//! A reader of the UBJSON (draft 12) that XGBoost writes: big-endian numbers, counted and typed arrays.

use super::value::{Number, Value, malformed};
use crate::Error;

/// Levels of nesting; XGBoost needs seven.
const DEPTH: usize = 32;

/// Reads one document.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Error> {
    let mut parser = Parser { bytes, at: 0 };
    let marker = parser.marker()?;
    let value = parser.value(marker, 0)?;
    match parser.at == bytes.len() {
        true => Ok(value),
        false => Err(parser.fail("something follows the end of the document")),
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn fail(&self, what: impl Into<String>) -> Error {
        malformed(what, format!("byte {}", self.at))
    }

    fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let bytes = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let bytes = *bytes.ok_or_else(|| self.fail("the file ends in the middle of a value"))?;
        self.at += N;
        Ok(bytes)
    }

    /// The next marker; `N` is a no-op that may stand anywhere.
    fn marker(&mut self) -> Result<u8, Error> {
        loop {
            match self.take::<1>()? {
                [b'N'] => {}
                [marker] => return Ok(marker),
            }
        }
    }

    fn peek(&mut self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn integer(&mut self, marker: u8) -> Result<i64, Error> {
        Ok(match marker {
            b'i' => i64::from(i8::from_be_bytes(self.take()?)),
            b'U' => i64::from(u8::from_be_bytes(self.take()?)),
            b'I' => i64::from(i16::from_be_bytes(self.take()?)),
            b'l' => i64::from(i32::from_be_bytes(self.take()?)),
            b'L' => i64::from_be_bytes(self.take()?),
            other => return Err(self.fail(format!("marker 0x{other:02x} is not an integer's"))),
        })
    }

    fn number(&mut self, marker: u8) -> Result<Number, Error> {
        Ok(match marker {
            b'd' => Number::new(f64::from(f32::from_be_bytes(self.take()?))),
            b'D' => Number::new(f64::from_be_bytes(self.take()?)),
            _ => {
                let integer = self.integer(marker)?;
                let wide = integer as f64;
                if wide as i64 != integer || wide.abs() > 9_007_199_254_740_992.0 {
                    return Err(self.fail("an integer over 2^53"));
                }
                Number::new(wide)
            }
        })
    }

    /// A count, which the rest of the file must be long enough for.
    fn count(&mut self, bytes_each: usize) -> Result<usize, Error> {
        let marker = self.marker()?;
        let count = self.integer(marker)?;
        match usize::try_from(count).ok().filter(|c| c.saturating_mul(bytes_each) <= self.left()) {
            Some(count) => Ok(count),
            None => Err(self.fail(format!("a length of {count} in {} bytes", self.left()))),
        }
    }

    fn text(&mut self) -> Result<String, Error> {
        let length = self.count(1)?;
        let bytes = self.bytes.get(self.at..self.at + length).unwrap_or_default();
        let text = core::str::from_utf8(bytes).map_err(|_| self.fail("the text is not UTF-8"))?;
        self.at += length;
        Ok(text.to_owned())
    }

    fn value(&mut self, marker: u8, depth: usize) -> Result<Value, Error> {
        if depth > DEPTH {
            return Err(self.fail("nested too deep"));
        }
        match marker {
            b'Z' => Ok(Value::Null),
            b'T' => Ok(Value::Bool(true)),
            b'F' => Ok(Value::Bool(false)),
            b'S' => Ok(Value::Text(self.text()?)),
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            marker => Ok(Value::Number(self.number(marker)?)),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Error> {
        if self.peek() == Some(b'$') {
            return Err(self.fail("a typed object, which XGBoost does not write"));
        }
        let count = self.counted(1)?;
        let mut fields = Vec::new();
        while count.is_none_or(|c| fields.len() < c) {
            if count.is_none() && self.peek() == Some(b'}') {
                self.at += 1;
                break;
            }
            let key = self.text()?;
            let marker = self.marker()?;
            fields.push((key, self.value(marker, depth + 1)?));
        }
        Ok(Value::Object(fields))
    }

    /// `#` and a count, if they are next.
    fn counted(&mut self, bytes_each: usize) -> Result<Option<usize>, Error> {
        if self.peek() != Some(b'#') {
            return Ok(None);
        }
        self.at += 1;
        self.count(bytes_each).map(Some)
    }

    fn array(&mut self, depth: usize) -> Result<Value, Error> {
        if self.peek() == Some(b'$') {
            self.at += 1;
            let [kind] = self.take()?;
            return self.typed_array(kind);
        }
        let count = self.counted(1)?;
        let (mut numbers, mut values) = (Vec::new(), Vec::new());
        while count.is_none_or(|c| numbers.len() + values.len() < c) {
            let marker = self.marker()?;
            if count.is_none() && marker == b']' {
                break;
            }
            match self.value(marker, depth + 1)? {
                Value::Number(number) => numbers.push(number),
                other => values.push(other),
            }
            if !numbers.is_empty() && !values.is_empty() {
                return Err(self.fail("an array mixes numbers and other values"));
            }
        }
        Ok(if numbers.is_empty() { Value::Array(values) } else { Value::Numbers(numbers) })
    }

    fn typed_array(&mut self, kind: u8) -> Result<Value, Error> {
        let bytes_each = match kind {
            b'i' | b'U' => 1,
            b'I' => 2,
            b'l' | b'd' => 4,
            b'L' | b'D' => 8,
            other => return Err(self.fail(format!("an array of type 0x{other:02x}"))),
        };
        let count = self.counted(bytes_each)?;
        let count = count.ok_or_else(|| self.fail("a typed array without a length"))?;
        let mut numbers = Vec::with_capacity(count);
        for _ in 0..count {
            numbers.push(self.number(kind)?);
        }
        Ok(Value::Numbers(numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_typed_and_plain_arrays() {
        let mut bytes = b"{L\0\0\0\0\0\0\0\x01a[$d#L\0\0\0\0\0\0\0\x02".to_vec();
        bytes.extend(1.5f32.to_be_bytes());
        bytes.extend((-0.0f32).to_be_bytes());
        bytes.extend(b"i\x01b[i\xff]i\x01cSi\x02xyi\x01d[#i\x02TF}");
        let Ok(Value::Object(fields)) = parse(&bytes) else { panic!("an object") };
        let numbers = |n: &[f64]| Value::Numbers(n.iter().map(|&n| Number::new(n)).collect());
        assert_eq!(fields[0].1, numbers(&[1.5, -0.0]));
        assert_eq!(fields[1].1, numbers(&[-1.0]));
        assert_eq!(fields[2].1, Value::Text("xy".to_owned()));
        assert_eq!(fields[3].1, Value::Array(vec![Value::Bool(true), Value::Bool(false)]));
    }

    #[test]
    fn refuses_lengths_that_the_file_cannot_hold() {
        for bytes in [
            b"[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff".as_slice(),
            b"[$d#i\xff",
            b"[#L\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"[$Z#l\x7f\xff\xff\xff",
            b"SL\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"{#i\x05",
            b"[[",
            b"NNNN",
            b"",
        ] {
            assert!(parse(bytes).is_err(), "{bytes:?}");
        }
        assert!(parse(&b"[".repeat(100_000)).is_err());
    }
}
