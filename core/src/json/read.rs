//! Reading JSON (RFC 8259), one value after another, from bytes that nobody trusts.
//!
//! Small on purpose: records are flat, so a cursor that is asked for what it should find replaces a general
//! deserializer, which is a fifth of the compressed wasm. Nothing recurses: nesting is counted, and bounded.

use crate::decimal;

/// Nesting of a value that is skipped, at most.
const DEPTH: usize = 128;

/// What is wrong, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// In words.
    pub(crate) what: &'static str,
    /// Offset of the byte.
    pub(crate) at: usize,
}

impl Mistake {
    /// Line and column (in characters), both from 1.
    pub(crate) fn place(self, json: &[u8]) -> (usize, usize) {
        let before = json.get(..self.at).unwrap_or(json);
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        let lines = before.iter().filter(|&&b| b == b'\n').count();
        // A character of UTF-8 has one byte that is not a continuation byte.
        let characters = before.iter().skip(line_start).filter(|&&b| b & 0xc0 != 0x80).count();
        (lines + 1, characters + 1)
    }
}

type Read<T> = Result<T, Mistake>;

/// Kind of the next value, by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Text,
    Number,
    Bool,
    Null,
}

/// A cursor over a JSON text.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte. The whole input must be UTF-8.
    pub(crate) fn new(json: &'a [u8]) -> Read<Self> {
        match core::str::from_utf8(json) {
            Ok(text) => Ok(Self { text, at: 0 }),
            Err(e) => Err(Mistake { what: "it is not UTF-8", at: e.valid_up_to() }),
        }
    }

    fn mistake<T>(&self, what: &'static str) -> Read<T> {
        let what = if self.at >= self.text.len() { "it ends too early" } else { what };
        Err(Mistake { what, at: self.at })
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// Takes the byte if it is the next one after white space.
    fn take(&mut self, wanted: u8) -> bool {
        self.skip_space();
        let there = self.byte() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    /// The kind of the value that comes next.
    pub(crate) fn kind(&mut self) -> Read<Kind> {
        self.skip_space();
        match self.byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            _ => self.mistake("a value is expected"),
        }
    }

    /// Opens an object or an array; whether it has a first element.
    pub(crate) fn open(&mut self) -> bool {
        let close = if self.take(b'{') { b'}' } else { u8::from(self.take(b'[')) * b']' };
        !self.take(close)
    }

    /// After an element of an object (`close` is `}`) or an array (`]`): whether another one follows.
    pub(crate) fn more(&mut self, close: u8) -> Read<bool> {
        if self.take(b',') {
            return Ok(true);
        }
        if self.take(close) { Ok(false) } else { self.mistake("a comma or a closing bracket is expected") }
    }

    /// The name of a member, with its colon, into `name`.
    pub(crate) fn key(&mut self, name: &mut String) -> Read<()> {
        self.skip_space();
        if self.byte() != Some(b'"') {
            return self.mistake("a field's name in quotes is expected");
        }
        self.text(name)?;
        if self.take(b':') { Ok(()) } else { self.mistake("a colon is expected") }
    }

    /// A text, its escapes resolved, into `out`; the next byte is its opening quote.
    pub(crate) fn text(&mut self, out: &mut String) -> Read<()> {
        out.clear();
        self.at += 1;
        let mut start = self.at;
        loop {
            match self.byte() {
                Some(b'"') => {
                    out.push_str(self.text.get(start..self.at).unwrap_or_default());
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    out.push_str(self.text.get(start..self.at).unwrap_or_default());
                    self.at += 1;
                    let character = self.escape()?;
                    out.push(character);
                    start = self.at;
                }
                Some(0..0x20) | None => return self.mistake("a text has a control character"),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let plain = match self.byte() {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex()?;
                let code = match first {
                    0xd800..0xdc00 => {
                        if self.byte() != Some(b'\\') {
                            return self.mistake("half of a surrogate pair stands alone");
                        }
                        self.at += 1;
                        match self.hex()? {
                            second @ 0xdc00..0xe000 => 0x10000 + ((first - 0xd800) << 10 | (second - 0xdc00)),
                            _ => return self.mistake("half of a surrogate pair stands alone"),
                        }
                    }
                    code => code,
                };
                return match char::from_u32(code) {
                    Some(character) => Ok(character),
                    None => self.mistake("half of a surrogate pair stands alone"),
                };
            }
            _ => return self.mistake("an unknown escape"),
        };
        self.at += 1;
        Ok(plain)
    }

    /// `u` and four hexadecimal digits.
    fn hex(&mut self) -> Read<u32> {
        if self.byte() != Some(b'u') {
            return self.mistake("half of a surrogate pair stands alone");
        }
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.byte().and_then(|b| char::from(b).to_digit(16)) else {
                return self.mistake("four hexadecimal digits are expected");
            };
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// A number, correctly rounded. One beyond the doubles is a mistake.
    pub(crate) fn number(&mut self) -> Read<f64> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        match decimal::parse(rest) {
            Ok((x, length)) if x.is_finite() => {
                self.at += length;
                Ok(x)
            }
            Ok(_) => self.mistake("a number is too large"),
            Err(length) => {
                self.at += length;
                self.mistake("a number is malformed")
            }
        }
    }

    /// `true`, `false` or `null`: true only for the first.
    pub(crate) fn word(&mut self) -> Read<bool> {
        for word in ["true", "false", "null"] {
            if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
                self.at += word.len();
                return Ok(word == "true");
            }
        }
        self.mistake("a value is expected")
    }

    /// Skips a value of any kind. `scratch` is overwritten.
    pub(crate) fn skip(&mut self, scratch: &mut String) -> Read<()> {
        // Bit i of the stack says whether the i-th open bracket is an object's.
        let (mut stack, mut depth) = (0u128, 0);
        loop {
            match self.kind()? {
                kind @ (Kind::Object | Kind::Array) => {
                    let object = kind == Kind::Object;
                    if self.open() {
                        if depth == DEPTH {
                            return self.mistake("it is nested too deeply");
                        }
                        depth += 1;
                        stack = stack << 1 | u128::from(object);
                        if object {
                            self.key(scratch)?;
                        }
                        continue;
                    }
                }
                Kind::Text => self.text(scratch)?,
                Kind::Number => {
                    let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
                    match decimal::skip(rest) {
                        Ok(length) => self.at += length,
                        Err(length) => {
                            self.at += length;
                            return self.mistake("a number is malformed");
                        }
                    }
                }
                Kind::Bool | Kind::Null => {
                    self.word()?;
                }
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let object = stack & 1 == 1;
                if self.more(if object { b'}' } else { b']' })? {
                    if object {
                        self.key(scratch)?;
                    }
                    break;
                }
                depth -= 1;
                stack >>= 1;
            }
        }
    }

    /// Refuses anything but white space at the end.
    pub(crate) fn end(&mut self) -> Read<()> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { self.mistake("something follows after the value") }
    }
}

/// How many elements a text has that is one JSON array; `None` if it is none.
pub(crate) fn array_len(text: &[u8]) -> Option<usize> {
    let read = || -> Read<Option<usize>> {
        let mut reader = Reader::new(text)?;
        if reader.kind()? != Kind::Array {
            return Ok(None);
        }
        let (mut count, mut scratch) = (0, String::new());
        let mut more = reader.open();
        while more {
            reader.skip(&mut scratch)?;
            count += 1;
            more = reader.more(b']')?;
        }
        reader.end()?;
        Ok(Some(count))
    };
    read().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(json: &[u8]) -> bool {
        let skip = || -> Read<()> {
            let mut reader = Reader::new(json)?;
            reader.skip(&mut String::new())?;
            reader.end()
        };
        skip().is_ok()
    }

    #[test]
    fn agrees_with_serde_json_on_what_is_json() {
        let texts = [
            "",
            " ",
            "{}",
            "[]",
            "[1,]",
            "[,]",
            "{,}",
            "{\"a\":1,}",
            "{\"a\" : [1, {\"b\":null}] }",
            "[1 2]",
            "tru",
            "true",
            "nulll",
            "\"\\u00e9\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83dx\"",
            "\"\\x\"",
            "\"a",
            "\"\n\"",
            "01",
            "-",
            "-0",
            "1.",
            ".5",
            "1e",
            "1e+",
            "1e5",
            "1E-5",
            "1.5e3",
            "+1",
            "--1",
            "1.2.3",
            "0x1",
            "{1:2}",
            "{\"a\"}",
            "{\"a\":}",
            "[[[[]]]]",
            "]",
            "}",
            "[}",
            "{]",
            "[1,2,3]x",
            "\u{feff}1",
            "NaN",
            "Infinity",
        ];
        for text in texts {
            let theirs = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(valid(text.as_bytes()), theirs, "{text}");
        }
        let seeds = [
            "{\"a\":[1,-2.5e3,\"x\\n\\u00e9\",true,null,{}],\"b\":{\"c\":[[]]}}",
            "[[1.25,false],\"\\ud83d\\ude00\"]",
        ];
        for seed in seeds {
            for at in 0..seed.len() {
                for byte in 0..=255u8 {
                    let mut changed = seed.as_bytes().to_vec();
                    changed[at] = byte;
                    let theirs = serde_json::from_slice::<serde_json::Value>(&changed).is_ok();
                    assert_eq!(valid(&changed), theirs, "{}", String::from_utf8_lossy(&changed));
                }
            }
        }
    }

    /// It is JSON (RFC 8259 sets no range), and a mistake only where its value is wanted.
    #[test]
    fn a_number_beyond_the_doubles() {
        assert!(valid(b"[1e400]"));
        assert!(Reader::new(b"1e400").unwrap().number().is_err());
    }

    #[test]
    fn nesting_is_bounded() {
        assert!(valid(("[".repeat(128) + &"]".repeat(128)).as_bytes()));
        assert!(!valid(("[".repeat(130) + &"]".repeat(130)).as_bytes()));
        assert!(!valid("[".repeat(1_000_000).as_bytes()));
    }

    #[test]
    fn texts_are_unescaped() {
        let mut out = String::new();
        let json = r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00数""#;
        Reader::new(json.as_bytes()).unwrap().text(&mut out).unwrap();
        assert_eq!(out, "a\"\\/\u{8}\u{c}\n\r\té😀数");
    }

    #[test]
    fn the_place_of_a_mistake() {
        let json = "{\n \"é\": x}".as_bytes();
        let mut reader = Reader::new(json).unwrap();
        let mistake = reader.skip(&mut String::new()).unwrap_err();
        assert_eq!((mistake.what, mistake.place(json)), ("a value is expected", (2, 7)));
    }
}
