//! Reads the text form of protocol buffers: as much of it as test files use.

/// A message: its fields in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Message(pub(super) Vec<(String, Field)>);

#[derive(Clone, Debug)]
pub(super) enum Field {
    Message(Message),
    /// A text, bytes and all.
    Text(Vec<u8>),
    /// A number or a word.
    Word(String),
}

impl Message {
    pub(super) fn parse(text: &str) -> Self {
        let mut parser = Parser { bytes: text.as_bytes(), at: 0 };
        let message = parser.message(None);
        assert_eq!(parser.peek(), None, "at byte {}", parser.at);
        message
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Message> {
        self.0.iter().filter_map(move |(own, field)| match field {
            Field::Message(message) if own == name => Some(message),
            _ => None,
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, field)| field)
    }

    pub(super) fn text(&self, name: &str) -> String {
        match self.get(name) {
            Some(Field::Text(bytes)) => String::from_utf8(bytes.clone()).unwrap(),
            _ => String::new(),
        }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    /// The next byte that is no white space and in no comment.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b'#' => {
                    while self.bytes.get(self.at).is_some_and(|&b| b != b'\n') {
                        self.at += 1
                    }
                }
                b if b.is_ascii_whitespace() || matches!(b, b',' | b';') => self.at += 1,
                &b => return Some(b),
            }
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn message(&mut self, close: Option<u8>) -> Message {
        let mut fields = Vec::new();
        loop {
            match (self.peek(), close) {
                (None, _) => return Message(fields),
                (Some(byte), Some(close)) if byte == close => {
                    self.at += 1;
                    return Message(fields);
                }
                _ => {}
            }
            let name = self.word();
            let colon = self.take(b':');
            if self.take(b'{') {
                fields.push((name, Field::Message(self.message(Some(b'}')))));
            } else if self.take(b'<') {
                fields.push((name, Field::Message(self.message(Some(b'>')))));
            } else if colon && self.take(b'[') {
                while !self.take(b']') {
                    let value = self.value();
                    fields.push((name.clone(), value));
                }
            } else {
                assert!(colon, "`{name}` has no value at byte {}", self.at);
                let value = self.value();
                fields.push((name, value));
            }
        }
    }

    fn value(&mut self) -> Field {
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Field::Message(self.message(Some(b'}')))
            }
            Some(b'"' | b'\'') => {
                let mut text = Vec::new();
                while let Some(quote @ (b'"' | b'\'')) = self.peek() {
                    self.at += 1;
                    self.quoted(quote, &mut text);
                }
                Field::Text(text)
            }
            _ => Field::Word(self.word()),
        }
    }

    /// A name (one in brackets is that of a type), or a number.
    fn word(&mut self) -> String {
        self.peek();
        let start = self.at;
        let bracket = self.bytes.get(self.at) == Some(&b'[');
        while let Some(&byte) = self.bytes.get(self.at) {
            let inside =
                byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte) || bracket && b"[]/".contains(&byte);
            if !inside {
                break;
            }
            self.at += 1;
        }
        assert!(self.at > start, "a word is wanted at byte {start}");
        String::from_utf8(self.bytes[start..self.at].to_vec()).unwrap()
    }

    fn quoted(&mut self, quote: u8, text: &mut Vec<u8>) {
        loop {
            let byte = self.bytes[self.at];
            self.at += 1;
            if byte == quote {
                return;
            }
            if byte != b'\\' {
                text.push(byte);
                continue;
            }
            let escape = self.bytes[self.at];
            self.at += 1;
            let mut digits = |count: usize, radix: u32, first: usize| {
                let mut value = 0u32;
                let mut used = 0;
                self.at -= first;
                while used < count {
                    let Some(digit) = char::from(self.bytes[self.at]).to_digit(radix) else { break };
                    value = value * radix + digit;
                    self.at += 1;
                    used += 1;
                }
                value
            };
            match escape {
                b'n' => text.push(b'\n'),
                b'r' => text.push(b'\r'),
                b't' => text.push(b'\t'),
                b'a' => text.push(7),
                b'b' => text.push(8),
                b'f' => text.push(12),
                b'v' => text.push(11),
                b'x' => text.push(digits(2, 16, 0) as u8),
                b'0'..=b'7' => text.push(digits(3, 8, 1) as u8),
                b'u' | b'U' => {
                    let code = digits(if escape == b'u' { 4 } else { 8 }, 16, 0);
                    let c = char::from_u32(code).unwrap();
                    text.extend(c.to_string().as_bytes());
                }
                other => text.push(other),
            }
        }
    }
}
