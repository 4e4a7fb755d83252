//! From text to tokens.

use core::ops::Range;

use super::{Mistake, escape};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A whole number without its sign.
    Int(u64),
    Uint(u64),
    Double(f64),
    Text(String),
    /// A name; `true` for one that stands in back-ticks.
    Name(String, bool),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

impl Token {
    /// What it is called in messages.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Int(_) | Self::Uint(_) | Self::Double(_) => "a number".to_owned(),
            Self::Text(_) => "a text".to_owned(),
            Self::Name(name, _) => format!("`{name}`"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// The signs, longer ones first.
const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "!", "<", ">", "?", ":", ".", ",", "(", ")",
    "[", "]", "{", "}",
];

/// Signs of other languages, and what stands for them here.
const FOREIGN: [(&str, &str); 6] = [
    ("<>", "write `!=` for \"is not\""),
    ("=", "write `==` to compare"),
    ("&", "write `&&` for \"and\""),
    ("|", "write `||` for \"or\""),
    ("^", "write `math.pow(a, b)` for a power"),
    (";", "an expression has no statements: take it out"),
];

/// The tokens of a text with their places; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Mistake> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = rest(text, at).chars().next() {
        let here = rest(text, at);
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if here.starts_with("//") {
            at += here.find('\n').unwrap_or(here.len());
        } else {
            let (token, length) = token(here, first).map_err(|(mut mistake, range)| {
                mistake.span = at + range.start..at + range.end;
                mistake
            })?;
            found.push((token, at..at + length));
            at += length;
        }
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// A mistake, and where in the token it is.
type Wrong = (Mistake, Range<usize>);

fn wrong(range: Range<usize>, message: impl Into<String>, mend: impl Into<String>) -> Wrong {
    (Mistake::new(0..0, message, mend), range)
}

/// The token that a text begins with, and its length.
fn token(text: &str, first: char) -> Result<(Token, usize), Wrong> {
    let second = text.chars().nth(1);
    if first.is_ascii_digit() || first == '.' && second.is_some_and(|c| c.is_ascii_digit()) {
        return number(text);
    }
    if first == '`' {
        return quoted(text);
    }
    let quote = text.char_indices().take(3).find(|&(_, c)| c == '"' || c == '\'');
    let prefix = quote.and_then(|(at, _)| text.get(..at));
    if let Some(prefix) = prefix.filter(|p| p.len() <= 2 && p.chars().all(|c| "rRbB".contains(c))) {
        return string(text, prefix);
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        return Ok((Token::Name(rest_before(text, end).to_owned(), false), end));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| text.starts_with(**sign) && !text.starts_with("<>")) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let foreign = FOREIGN.iter().find(|(sign, _)| text.starts_with(sign));
    let (length, mend) = match foreign {
        Some((sign, mend)) => (sign.len(), (*mend).to_owned()),
        None => {
            (first.len_utf8(), "put a name with such characters into back-ticks: `` `my name` ``".to_owned())
        }
    };
    Err(wrong(0..length, format!("`{}` is no part of an expression", rest_before(text, length)), mend))
}

fn rest_before(text: &str, end: usize) -> &str {
    text.get(..end).unwrap_or_default()
}

fn number(text: &str) -> Result<(Token, usize), Wrong> {
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let digits = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
        return whole(text, 2 + digits, u64::from_str_radix(rest_before(hex, digits), 16).ok());
    }
    let run = |from: usize| {
        let tail = rest(text, from);
        from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let mut end = run(0);
    let mut real = false;
    if rest(text, end).starts_with('.') && run(end + 1) > end + 1 {
        end = run(end + 1);
        real = true;
    }
    if let Some(tail) = rest(text, end).strip_prefix(['e', 'E']) {
        let signed = usize::from(tail.starts_with(['+', '-']));
        let digits = end + 1 + signed;
        if run(digits) > digits {
            end = run(digits);
            real = true;
        }
    }
    if !real {
        return whole(text, end, rest_before(text, end).parse().ok());
    }
    let value: f64 = rest_before(text, end).parse().unwrap_or(f64::NAN);
    if value.is_finite() {
        return tail(text, end).map(|()| (Token::Double(value), end));
    }
    Err(wrong(0..end, "this number is too large", "the greatest is about 1.8e308"))
}

fn whole(text: &str, end: usize, value: Option<u64>) -> Result<(Token, usize), Wrong> {
    let Some(value) = value else {
        return Err(wrong(
            0..end,
            "this whole number has no digits or too many",
            "write it with a fraction: `1.0e20`",
        ));
    };
    if rest(text, end).starts_with(['u', 'U']) {
        return tail(text, end + 1).map(|()| (Token::Uint(value), end + 1));
    }
    tail(text, end).map(|()| (Token::Int(value), end))
}

/// A number is not followed by a letter.
fn tail(text: &str, end: usize) -> Result<(), Wrong> {
    let word = rest(text, end);
    let length = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
    if length == 0 {
        return Ok(());
    }
    let message = format!("`{}` follows a number", rest_before(word, length));
    Err(wrong(
        end..end + length,
        message,
        "write an operator between them; a name does not begin with a digit",
    ))
}

fn quoted(text: &str) -> Result<(Token, usize), Wrong> {
    let inner = rest(text, 1);
    match inner.find(['`', '\n']) {
        Some(end) if end > 0 && rest(inner, end).starts_with('`') => {
            Ok((Token::Name(rest_before(inner, end).to_owned(), true), end + 2))
        }
        _ => Err(wrong(
            0..1,
            "this name in back-ticks does not end, or is empty",
            "write a second back-tick after it",
        )),
    }
}

fn string(text: &str, prefix: &str) -> Result<(Token, usize), Wrong> {
    if prefix.contains(['b', 'B']) {
        return Err(wrong(
            0..prefix.len() + 1,
            "there are no bytes here",
            "write a text, without `b` before it",
        ));
    }
    let raw = !prefix.is_empty();
    let open = rest(text, prefix.len());
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|q| open.starts_with(q)).unwrap_or("\"");
    let start = prefix.len() + quote.len();
    let mut value = String::new();
    let mut at = start;
    loop {
        let here = rest(text, at);
        if here.starts_with(quote) {
            return Ok((Token::Text(value), at + quote.len()));
        }
        let next = here.chars().next().filter(|&c| quote.len() == 3 || (c != '\n' && c != '\r'));
        let Some(c) = next else {
            let mend = format!("write {quote} at its end; a text of several lines stands in \"\"\"");
            return Err(wrong(0..start, "this text does not end", mend));
        };
        if c == '\\' && !raw {
            let (c, length) = escape::read(here).ok_or_else(|| {
                let length = here.chars().take(2).map(char::len_utf8).sum::<usize>();
                let mend = "write `\\\\` for a backslash, or `r` before the text";
                wrong(at..at + length, "this escape is not known", mend)
            })?;
            value.push(c);
            at += length;
        } else {
            value.push(c);
            at += c.len_utf8();
        }
    }
}
