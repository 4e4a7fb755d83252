//! Words, numbers, texts and signs.

use core::ops::Range;

use super::ast::Mistake;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// A name or a key word.
    Word(String),
    Sign(&'static str),
    /// `@"2024-01-31"`.
    At(String),
    End,
}

/// Names of functions that have several words.
const PHRASES: [&str; 12] = [
    "date and time",
    "day of week",
    "day of year",
    "years and months duration",
    "round half up",
    "round half down",
    "round up",
    "round down",
    "string length",
    "upper case",
    "lower case",
    "starts with",
];
const MORE_PHRASES: [&str; 4] = ["ends with", "month of year", "week of year", "string join"];

const SIGNS: [&str; 22] = [
    "..", "**", "<=", ">=", "!=", "+", "-", "*", "/", "<", ">", "=", "(", ")", "[", "]", ",", ".", "?", "{",
    "}", ":",
];

/// The pieces with their bytes. `known`: names that may have spaces and signs in them, of which the longest that fits is taken.
pub(super) fn tokens(text: &str, known: &[&str]) -> Result<Vec<(Token, Range<usize>)>, Mistake> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let skipped = rest.len() - rest.trim_start().len();
        at += skipped;
        let rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { break };
        if let Some(comment) = rest.strip_prefix("//") {
            at += 2 + comment.find('\n').unwrap_or(comment.len());
            continue;
        }
        if let Some(comment) = rest.strip_prefix("/*") {
            let Some(end) = comment.find("*/") else {
                return Err(Mistake::new(at..text.len(), "a comment is not closed", "close it with `*/`"));
            };
            at += end + 4;
            continue;
        }
        let (token, length) = match first {
            '"' => quoted(rest, at)?,
            '@' => match quoted(rest.get(1..).unwrap_or_default(), at + 1) {
                Ok((Token::Text(text), length)) => (Token::At(text), length + 1),
                _ => return Err(Mistake::new(at..at + 1, "`@` without a text", "write `@\"2024-01-31\"`")),
            },
            '0'..='9' => number(rest, at)?,
            '.' if rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) => number(rest, at)?,
            c if c.is_alphabetic() || c == '_' => word(rest, known),
            _ => match SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
                Some(sign) => (Token::Sign(sign), sign.len()),
                None => {
                    let span = at..at + first.len_utf8();
                    return Err(Mistake::new(span, format!("`{first}` means nothing here"), "take it out"));
                }
            },
        };
        found.push((token, at..at + length));
        at += length;
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

fn word(rest: &str, known: &[&str]) -> (Token, usize) {
    let own = known.iter().copied().chain(PHRASES).chain(MORE_PHRASES);
    let fits = own.filter_map(|name| Some((spelled(rest, name)?, name)));
    if let Some((length, name)) = fits.max_by_key(|&(length, _)| length) {
        return (Token::Word(name.to_owned()), length);
    }
    let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    (Token::Word(rest.get(..length).unwrap_or_default().to_owned()), length)
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How many bytes of `text` are the name: white space is as good as any other, and after a word no part of one may follow.
fn spelled(text: &str, name: &str) -> Option<usize> {
    let mut left = text;
    for (i, part) in name.split_whitespace().enumerate() {
        let start = left.trim_start();
        if i > 0 && start.len() == left.len() {
            return None;
        }
        left = start.strip_prefix(part)?;
    }
    let ends = !left.starts_with(is_part) || !name.ends_with(is_part);
    (ends && left.len() < text.len()).then_some(text.len() - left.len())
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Mistake> {
    let bytes = rest.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut length = digits(0);
    // A range `1..5` is no fraction.
    if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if let Some(b'e' | b'E') = bytes.get(length) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    match rest.get(..length).and_then(|text| text.parse::<f64>().ok()).filter(|x| x.is_finite()) {
        Some(x) => Ok((Token::Number(x), length)),
        None => Err(Mistake::new(at..at + length, "this is no finite number", "write a smaller number")),
    }
}

fn quoted(rest: &str, at: usize) -> Result<(Token, usize), Mistake> {
    let unclosed = || Mistake::new(at..at + rest.len(), "a text is not closed", "close it with `\"`");
    let mut text = String::new();
    let mut chars = rest.char_indices();
    if !matches!(chars.next(), Some((_, '"'))) {
        return Err(unclosed());
    }
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Ok((Token::Text(text), i + 1)),
            '\\' => {
                let (_, escaped) = chars.next().ok_or_else(unclosed)?;
                let digits = match escaped {
                    'n' => {
                        text.push('\n');
                        continue;
                    }
                    'r' => {
                        text.push('\r');
                        continue;
                    }
                    't' => {
                        text.push('\t');
                        continue;
                    }
                    'u' => 4,
                    'U' => 6,
                    other => {
                        text.push(other);
                        continue;
                    }
                };
                let code: String = (0..digits).filter_map(|_| chars.next()).map(|(_, c)| c).collect();
                let found = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                text.push(found.ok_or_else(|| {
                    let span = at + i..at + i + 2;
                    Mistake::new(span, "this escape is no character", "write the character itself")
                })?);
            }
            c => text.push(c),
        }
    }
    Err(unclosed())
}
