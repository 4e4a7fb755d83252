//! A reader of the JSON that XGBoost writes.
//!
//! Beyond RFC 8259 it takes `NaN`, `Infinity` and `-Infinity`, which XGBoost writes; numbers are rounded to f32 straight
//! from their text.

use super::value::{Number, Value, malformed};
use crate::Error;

/// Levels of nesting; XGBoost needs seven.
const DEPTH: usize = 32;

/// Reads one document.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Error> {
    let mut parser = Parser { bytes, at: 0 };
    let value = parser.value(0)?;
    parser.space();
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
    fn fail(&self, what: &str) -> Error {
        malformed(what, format!("byte {}", self.at))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    fn word(&mut self, word: &str) -> bool {
        let hit = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        if hit {
            self.at += word.len();
        }
        hit
    }

    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        if depth > DEPTH {
            return Err(self.fail("nested too deep"));
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::Text(self.text()?)),
            Some(b't') if self.word("true") => Ok(Value::Bool(true)),
            Some(b'f') if self.word("false") => Ok(Value::Bool(false)),
            Some(b'n') if self.word("null") => Ok(Value::Null),
            Some(first) if starts_number(first) => Ok(Value::Number(self.number()?)),
            _ => Err(self.fail("a value is expected here")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Error> {
        self.at += 1;
        let mut fields = Vec::new();
        if self.take(b'}') {
            return Ok(Value::Object(fields));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.fail("a key is expected here"));
            }
            let key = self.text()?;
            if !self.take(b':') {
                return Err(self.fail("`:` is expected here"));
            }
            fields.push((key, self.value(depth + 1)?));
            if self.take(b'}') {
                return Ok(Value::Object(fields));
            }
            if !self.take(b',') {
                return Err(self.fail("`,` or `}` is expected here"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Error> {
        self.at += 1;
        if self.take(b']') {
            return Ok(Value::Array(Vec::new()));
        }
        self.space();
        if self.peek().is_some_and(starts_number) {
            let mut numbers = Vec::new();
            loop {
                self.space();
                numbers.push(self.number()?);
                if self.take(b']') {
                    return Ok(Value::Numbers(numbers));
                }
                if !self.take(b',') {
                    return Err(self.fail("`,` or `]` is expected here"));
                }
            }
        }
        let mut values = Vec::new();
        loop {
            values.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::Array(values));
            }
            if !self.take(b',') {
                return Err(self.fail("`,` or `]` is expected here"));
            }
        }
    }

    fn number(&mut self) -> Result<Number, Error> {
        if self.word("NaN") {
            return Ok(Number::new(f64::NAN));
        }
        if self.word("Infinity") {
            return Ok(Number::new(f64::INFINITY));
        }
        if self.word("-Infinity") {
            return Ok(Number::new(f64::NEG_INFINITY));
        }
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let text = self.bytes.get(start..self.at).and_then(|b| core::str::from_utf8(b).ok());
        let text = text.unwrap_or_default();
        let number = match text.parse::<i32>() {
            Ok(integer) => Some(Number::new(f64::from(integer))),
            Err(_) => match (text.parse(), text.parse()) {
                (Ok(wide), Ok(narrow)) => Some(Number { wide, narrow }),
                _ => None,
            },
        };
        number.ok_or_else(|| malformed("a number is expected here", format!("byte {start}")))
    }

    fn text(&mut self) -> Result<String, Error> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let Some(byte) = self.peek() else {
                return Err(self.fail("the text does not end"));
            };
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    let c = self.escape()?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                other => out.push(other),
            }
        }
        String::from_utf8(out).map_err(|_| self.fail("the text is not UTF-8"))
    }

    fn escape(&mut self) -> Result<char, Error> {
        let byte = self.peek().unwrap_or(0);
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let high = self.hex()?;
                let code = match high {
                    0xd800..=0xdbff if self.word("\\u") => match self.hex()? {
                        low @ 0xdc00..=0xdfff => 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00),
                        _ => high,
                    },
                    _ => high,
                };
                char::from_u32(code).ok_or_else(|| self.fail("half of a surrogate pair"))?
            }
            _ => return Err(self.fail("an escape that JSON does not have")),
        })
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let code = digits
            .filter(|d| d.iter().all(u8::is_ascii_hexdigit))
            .and_then(|d| core::str::from_utf8(d).ok())
            .and_then(|d| u32::from_str_radix(d, 16).ok());
        self.at += 4;
        code.ok_or_else(|| self.fail("four hexadecimal digits are expected here"))
    }
}

fn starts_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'N' | b'I')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_xgboost_writes() {
        let value = parse(br#"{"a":[1,-2.5E0,NaN,Infinity,-Infinity],"b":{"c":"x\n\u00e9\ud83d\ude00"},"d":[],"e":[true,null]}"#);
        let Ok(Value::Object(fields)) = value else { panic!("an object") };
        let Value::Numbers(n) = &fields[0].1 else { panic!("numbers") };
        assert_eq!(n.iter().map(|n| n.wide).take(2).collect::<Vec<_>>(), [1.0, -2.5]);
        assert!(n[2].wide.is_nan() && n[3].wide == f64::INFINITY && n[4].narrow == f32::NEG_INFINITY);
        let Value::Object(inner) = &fields[1].1 else { panic!("an object") };
        assert_eq!(inner[0].1, Value::Text("x\né😀".to_owned()));
        assert_eq!(fields[2].1, Value::Array(Vec::new()));
    }

    #[test]
    fn rounds_text_to_f32_once() {
        // 1 + 2^-24 + a little: through f64 the little is lost and the tie goes to even.
        let Ok(Value::Number(n)) = parse(b"1.00000005960464477540") else { panic!("a number") };
        assert_eq!(n.narrow, 1.0 + f32::EPSILON);
        assert_eq!(n.wide as f32, 1.0);
    }

    #[test]
    fn refuses_what_is_broken() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "{",
            "[1",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{a:1}",
            "\"x",
            "1 2",
            "[1,\"a\"]",
            "-",
            "\"\\x\"",
            "\"\\ud800\"",
            &deep,
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text:.20}");
        }
    }
}
