//! Functions of texts. Places in a text are counted in characters (code points), from 0.

use super::{Got, Wrong, none};
use crate::author::expression::value::Value;

pub(super) fn apply(name: &str, args: &[Value]) -> Got {
    let (Some(Value::Text(text)), rest) = (args.first(), args.get(1..).unwrap_or_default()) else {
        return Err(Wrong::Type);
    };
    let flag = |holds| Ok(Value::Bool(holds));
    let made = |text: &str| Ok(Value::text(text));
    match (name, rest) {
        ("+", [Value::Text(other)]) => made(&format!("{text}{other}")),
        ("size", []) => Ok(Value::Int(text.chars().count() as i64)),
        ("contains", [Value::Text(part)]) => flag(text.contains(&**part)),
        ("startsWith", [Value::Text(part)]) => flag(text.starts_with(&**part)),
        ("endsWith", [Value::Text(part)]) => flag(text.ends_with(&**part)),
        ("matches", [Value::Text(pattern)]) => matches(text, pattern),
        ("lowerAscii", []) => made(&text.to_ascii_lowercase()),
        ("upperAscii", []) => made(&text.to_ascii_uppercase()),
        ("trim", []) => made(text.trim_matches(char::is_whitespace)),
        ("reverse", []) => made(&text.chars().rev().collect::<String>()),
        ("charAt", [Value::Int(at)]) => {
            let chars: Vec<char> = text.chars().collect();
            let place = within(*at, chars.len())?;
            made(&chars.get(place).map(char::to_string).unwrap_or_default())
        }
        ("indexOf", [Value::Text(part)]) => index(text, part, 0, false),
        ("indexOf", [Value::Text(part), Value::Int(from)]) => index(text, part, *from, false),
        ("lastIndexOf", [Value::Text(part)]) => index(text, part, text.chars().count() as i64, true),
        ("lastIndexOf", [Value::Text(part), Value::Int(from)]) => index(text, part, *from, true),
        ("replace", [Value::Text(old), Value::Text(new)]) => replace(text, old, new, None),
        ("replace", [Value::Text(old), Value::Text(new), Value::Int(times)]) => {
            replace(text, old, new, usize::try_from(*times).ok())
        }
        ("substring", [Value::Int(from)]) => substring(text, *from, text.chars().count() as i64),
        ("substring", [Value::Int(from), Value::Int(end)]) => substring(text, *from, *end),
        ("split", [Value::Text(separator)]) => Ok(split(text, separator, -1)),
        ("split", [Value::Text(separator), Value::Int(limit)]) => Ok(split(text, separator, *limit)),
        _ => Err(Wrong::Type),
    }
}

/// A place in a text of so many characters, its end included.
fn within(at: i64, length: usize) -> Result<usize, Wrong> {
    usize::try_from(at).ok().filter(|&at| at <= length).ok_or_else(|| {
        none(format!("a text of {length} characters has no place {at}"), "places are counted from 0")
    })
}

fn index(text: &str, part: &str, from: i64, last: bool) -> Got {
    let chars: Vec<char> = text.chars().collect();
    let part: Vec<char> = part.chars().collect();
    let from = within(from, chars.len())?;
    if part.is_empty() {
        return Ok(Value::Int(from as i64));
    }
    let mut places = chars.windows(part.len()).enumerate().filter(|(_, window)| *window == part.as_slice());
    let found = match last {
        true => places.take_while(|(at, _)| *at <= from).last(),
        false => places.find(|(at, _)| *at >= from),
    };
    Ok(Value::Int(found.map_or(-1, |(at, _)| at as i64)))
}

fn replace(text: &str, old: &str, new: &str, times: Option<usize>) -> Got {
    let count = text.matches(old).count().min(times.unwrap_or(usize::MAX));
    if count.saturating_mul(new.len()) > super::limits::SIZE {
        return Err(none("this text becomes too long", "replace by a shorter text"));
    }
    Ok(Value::text(&text.replacen(old, new, count)))
}

fn substring(text: &str, from: i64, end: i64) -> Got {
    let chars: Vec<char> = text.chars().collect();
    let (from, end) = (within(from, chars.len())?, within(end, chars.len())?);
    match chars.get(from..end) {
        Some(part) => Ok(Value::text(&part.iter().collect::<String>())),
        None => Err(none(
            format!("a part cannot begin at {from} and end at {end}"),
            "write the lesser place first",
        )),
    }
}

fn split(text: &str, separator: &str, limit: i64) -> Value {
    let parts: Vec<String> = match (usize::try_from(limit), separator) {
        (Ok(0), _) => Vec::new(),
        (Ok(1), _) => vec![text.to_owned()],
        (Err(_), "") => text.chars().map(String::from).collect(),
        (Ok(n), "") => {
            let mut chars = text.chars();
            let mut parts: Vec<String> = chars.by_ref().take(n - 1).map(String::from).collect();
            let rest = chars.as_str();
            if !rest.is_empty() {
                parts.push(rest.to_owned());
            }
            parts
        }
        (Err(_), _) => text.split(separator).map(str::to_owned).collect(),
        (Ok(n), _) => text.splitn(n, separator).map(str::to_owned).collect(),
    };
    Value::List(parts.iter().map(|part| Value::text(part)).collect())
}

fn matches(text: &str, pattern: &str) -> Got {
    match regex_lite::RegexBuilder::new(pattern).size_limit(1 << 20).build() {
        Ok(regex) => Ok(Value::Bool(regex.is_match(text))),
        Err(error) => Err(none(
            format!("{pattern:?} is no pattern: {error}"),
            "write a regular expression of RE2's syntax",
        )),
    }
}
