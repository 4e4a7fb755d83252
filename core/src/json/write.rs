//! Writing JSON (RFC 8259) into bytes.
//!
//! Small on purpose: serde's writer, instantiated for every struct, is several times as large. A double is written as the
//! shortest text that reads back as the same double.

/// Writes values into a buffer; puts the commas itself.
#[derive(Debug)]
pub(crate) struct Json<'a>(&'a mut Vec<u8>, usize);

impl<'a> Json<'a> {
    /// Appends to `out`.
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        // What stands before is somebody else's: the first value has no comma.
        let start = out.len();
        Self(out, start)
    }

    fn separate(&mut self) {
        if self.0.len() > self.1 && !matches!(self.0.last(), Some(b'{' | b'[' | b':')) {
            self.0.push(b',');
        }
    }

    /// An object, whose members `fill` writes.
    pub(crate) fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.0.push(b'{');
        fill(self);
        self.0.push(b'}');
    }

    /// An array with one element an item.
    pub(crate) fn array<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut element: impl FnMut(&mut Self, T),
    ) {
        self.separate();
        self.0.push(b'[');
        for item in items {
            element(self, item);
        }
        self.0.push(b']');
    }

    /// The name of the next member.
    pub(crate) fn key(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.0.push(b':');
        self
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, value: &str) {
        self.separate();
        self.0.extend_from_slice(value.as_bytes());
    }

    /// A text.
    pub(crate) fn text(&mut self, text: &str) {
        self.separate();
        self.0.push(b'"');
        for &byte in text.as_bytes() {
            match byte {
                b'"' | b'\\' => self.0.extend_from_slice(&[b'\\', byte]),
                b'\n' => self.0.extend_from_slice(b"\\n"),
                0..0x20 => {
                    let digits =
                        [byte >> 4, byte & 15].map(|d| if d < 10 { b'0' + d } else { b'a' + d - 10 });
                    self.0.extend_from_slice(b"\\u00");
                    self.0.extend(digits);
                }
                _ => self.0.push(byte),
            }
        }
        self.0.push(b'"');
    }

    /// A text, or null.
    pub(crate) fn text_or_null(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// A finite number; null for one that is not, or that is not there.
    pub(crate) fn number(&mut self, x: Option<f64>) {
        match x {
            Some(x) if x.is_finite() => {
                self.separate();
                self.0.extend_from_slice(zmij::Buffer::new().format_finite(x).as_bytes());
            }
            _ => self.null(),
        }
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, n: usize) {
        self.separate();
        self.0.extend_from_slice(n.to_string().as_bytes());
    }

    /// A column id, or null.
    pub(crate) fn column(&mut self, id: Option<u32>) {
        match id {
            Some(id) => self.integer(id as usize),
            None => self.null(),
        }
    }

    /// `true` or `false`.
    pub(crate) fn bool(&mut self, x: bool) {
        self.separate();
        self.0.extend_from_slice(if x { b"true" } else { b"false" });
    }

    /// `null`.
    pub(crate) fn null(&mut self) {
        self.separate();
        self.0.extend_from_slice(b"null");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_by_another() {
        let mut out = Vec::new();
        let text = "quote \" slash \\ line \n bell \u{7} \u{1f} über 数 \u{1f600}";
        let numbers = [0.0, -0.0, 0.1, 1e300, -5e-324, f64::MAX, 123_456_789.25];
        Json::new(&mut out).object(|json| {
            json.key("text").text(text);
            json.key("numbers").array(numbers, |json, x| json.number(Some(x)));
            json.key("none").number(Some(f64::NAN));
            json.key("empty").object(|_| {});
            json.key("flags").array([true, false], Json::bool);
            json.key("n").integer(7);
            json.key("nested").array([1, 2], |json, n| json.array(0..n, Json::integer));
        });
        let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(read["text"], text);
        for (i, x) in numbers.into_iter().enumerate() {
            assert_eq!(read["numbers"][i].as_f64().unwrap().to_bits(), x.to_bits(), "{x}");
        }
        assert!(read["none"].is_null());
        assert_eq!(read["empty"], serde_json::json!({}));
        assert_eq!(read["flags"], serde_json::json!([true, false]));
        assert_eq!(read["n"], 7);
        assert_eq!(read["nested"], serde_json::json!([[0], [0, 1]]));
    }
}
