//! OptBinning: `Scorecard.table()` (style `summary` or `detailed`) as `to_csv` or `to_json` writes it.
//!
//! Conventions, from its documentation and `transform`: intervals are `[a, b)`; a category that was not in training takes
//! the row `Missing` (its index is −1, the last row). The table prints edges with `show_digits` decimals; the exact
//! ones are in each variable's own `to_json` file. The intercept of an intercept-based card is in neither.

use std::collections::BTreeMap;

use serde_json::Value;

use super::frame::{Frame, FrameRow};
use super::{CardBin, CardFormat, CardTest, Characteristic, ImportedScorecard, malformed, number};
use crate::Error;
use crate::error::ImportError;

const FORMAT: &str = "a scorecard table of OptBinning";

/// Reads the table; `binning`: variable → its `to_json` file.
pub(super) fn import(bytes: &[u8], binning: &BTreeMap<String, &[u8]>) -> Result<ImportedScorecard, Error> {
    let json = bytes.trim_ascii_start().first().is_some_and(|b| b"[{".contains(b));
    let frame = if json { Frame::json(bytes, FORMAT)? } else { Frame::csv(bytes, FORMAT)? };
    let (variable, bin, points) = (frame.need("Variable")?, frame.need("Bin")?, frame.need("Points")?);
    let (woe, share) = (frame.column("WoE"), frame.column("Count (%)"));
    let mut characteristics: Vec<Characteristic> = Vec::new();
    for row in &frame.rows {
        let name = row.text(variable);
        if name.is_empty() {
            return Err(malformed(FORMAT, "a row has no variable", frame.at(row)));
        }
        let figure = |column: Option<usize>| match column {
            Some(c) if !row.text(c).is_empty() => frame.number(row, c).map(Some),
            _ => Ok(None),
        };
        let own = CardBin {
            line: if frame.unit == "line" { row.line } else { 0 },
            test: test(row.text(bin), &frame, row)?,
            points: frame.number(row, points)?,
            woe: figure(woe)?,
            share: figure(share)?,
        };
        match characteristics.last_mut() {
            Some(last) if last.name == name => last.bins.push(own),
            _ => characteristics.push(Characteristic { name: name.to_owned(), bins: vec![own] }),
        }
    }
    let mut notes = Vec::new();
    let printed_edges = characteristics.iter().any(|c| c.is_numeric() && !binning.contains_key(&c.name));
    for name in binning.keys() {
        if !characteristics.iter().any(|c| c.name == *name) {
            notes.push(format!("The binning file of `{name}` is not used: the card has no such variable."));
        }
    }
    for characteristic in &mut characteristics {
        if let Some(bytes) = binning.get(&characteristic.name) {
            exact_edges(characteristic, bytes)?;
            special_codes(characteristic, bytes)?;
        }
        unseen(characteristic);
    }
    if share.is_none() && !exact_specials(&characteristics) {
        notes.push(
            "The table has no counts, so it does not tell whether there were special codes: if there were, declare them in \
             `specials` of the fields."
                .to_owned(),
        );
    }
    Ok(ImportedScorecard { format: CardFormat::OptBinning, base: 0.0, characteristics, notes, printed_edges })
}

fn test(text: &str, frame: &Frame, row: &FrameRow) -> Result<CardTest, Error> {
    let text = text.trim();
    match text {
        "Special" => return Ok(CardTest::AnySpecial),
        "Missing" => return Ok(CardTest::Missing),
        "" => return Err(malformed(FORMAT, "a row has no bin", frame.at(row))),
        _ => {}
    }
    if let Some(range) = interval(text) {
        return Ok(range);
    }
    // pandas 3 keeps texts in an array type of its own: "<StringArray>\n['a', 'b']\nLength: 2, dtype: str".
    if let Some(rest) = text.strip_prefix("<StringArray>") {
        let list = rest.trim().rsplit_once("\nLength:").map_or(rest.trim(), |(list, _)| list.trim());
        return listed(unescaped(list), list, frame, row);
    }
    let list = text;
    if !list.starts_with('[') {
        return Ok(CardTest::Named(text.to_owned()));
    }
    listed(items(list), list, frame, row)
}

fn listed(items: Option<Vec<String>>, text: &str, frame: &Frame, row: &FrameRow) -> Result<CardTest, Error> {
    match items {
        Some(items) if items.iter().any(|i| i == "...") => Err(ImportError::Unsupported {
            feature: "a list of categories that NumPy shortened with `...`".to_owned(),
            at: frame.at(row),
        }
        .into()),
        Some(items) if !items.is_empty() => Ok(CardTest::Categories(items)),
        _ => Err(malformed(FORMAT, format!("the bin cannot be read: `{text}`"), frame.at(row))),
    }
}

/// The items of a pandas array, whose quotes are not escaped: `['it's', 'b']`.
fn unescaped(text: &str) -> Option<Vec<String>> {
    let mut rest = text.strip_prefix("['")?.strip_suffix("']")?;
    let mut items = Vec::new();
    // An item ends where a quote, a comma, blanks and a quote follow each other.
    let separator = |text: &str| {
        let mut from = 0;
        while let Some(at) = text.get(from..)?.find("',").map(|i| from + i) {
            let after = text.get(at + 2..)?;
            let next = after.trim_start();
            if next.len() < after.len() && next.starts_with('\'') {
                return Some((at, text.len() - next.len() + 1));
            }
            from = at + 2;
        }
        None
    };
    while let Some((end, next)) = separator(rest) {
        items.push(rest.get(..end)?.to_owned());
        rest = rest.get(next..)?;
    }
    items.push(rest.to_owned());
    Some(items)
}

/// `(-inf, 22.50)`, `[22.50, inf)`.
fn interval(text: &str) -> Option<CardTest> {
    let inner = text.strip_prefix(['[', '('])?.strip_suffix(')')?;
    let (from, to) = inner.split_once(',')?;
    Some(CardTest::Range { from: number::parse(from)?, to: number::parse(to)? })
}

/// The items of a list as NumPy, Python or JSON prints it: quoted texts or bare words, with or without commas.
fn items(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    // NumPy 2 inside a Python list: `np.str_('a')`, `np.int64(7)`.
    let wrapped = inner.starts_with("np.");
    let mut items = Vec::new();
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | ',' | '\n' | '\r' | '\t' => {}
            'n' if wrapped => {
                // Over the name of the type, to its parenthesis; a number stands bare inside.
                while chars.next()? != '(' {}
                if chars.peek().is_some_and(|c| *c != '\'' && *c != '"') {
                    let mut item = String::new();
                    while let Some(next) = chars.next_if(|c| *c != ')') {
                        item.push(next);
                    }
                    items.push(item);
                }
            }
            ')' if wrapped => {}
            '\'' | '"' => {
                let mut item = String::new();
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '\\' => item.push(escape(&mut chars)?),
                        other => item.push(other),
                    }
                }
                items.push(item);
            }
            _ => {
                let mut item = String::from(c);
                while let Some(next) = chars.next_if(|c| !c.is_whitespace() && *c != ',') {
                    item.push(next);
                }
                items.push(item);
            }
        }
    }
    Some(items)
}

/// What follows a backslash in Python and JSON.
fn escape(chars: &mut impl Iterator<Item = char>) -> Option<char> {
    let digits = match chars.next()? {
        'n' => return Some('\n'),
        't' => return Some('\t'),
        'r' => return Some('\r'),
        'b' => return Some('\u{8}'),
        'f' => return Some('\u{c}'),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        other => return Some(other),
    };
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + chars.next()?.to_digit(16)?;
    }
    char::from_u32(code)
}

/// Puts the exact splits of the variable's own file in place of the printed edges.
fn exact_edges(characteristic: &mut Characteristic, bytes: &[u8]) -> Result<(), Error> {
    let name = characteristic.name.clone();
    let place = || format!("binning of `{name}`");
    let format = "a binning file of OptBinning";
    let value: Value =
        serde_json::from_slice(bytes).map_err(|e| malformed(format, e.to_string(), place()))?;
    if !characteristic.is_numeric() {
        return Ok(());
    }
    let splits = value.get("splits").and_then(Value::as_array);
    let splits: Option<Vec<f64>> = splits.and_then(|s| s.iter().map(Value::as_f64).collect());
    let Some(splits) = splits else {
        return Err(malformed(format, "there is no list `splits` of numbers", place()));
    };
    let ranges: Vec<&mut CardBin> =
        characteristic.bins.iter_mut().filter(|b| matches!(b.test, CardTest::Range { .. })).collect();
    if ranges.len() != splits.len() + 1 {
        let what = format!("the table has {} intervals, the file {} splits", ranges.len(), splits.len());
        return Err(ImportError::Inconsistent { what, at: place() }.into());
    }
    let starts = [f64::NEG_INFINITY].into_iter().chain(splits.iter().copied());
    let ends = splits.iter().copied().chain([f64::INFINITY]);
    for (bin, (start, end)) in ranges.into_iter().zip(starts.zip(ends)) {
        if let CardTest::Range { from, to } = &mut bin.test {
            // Eight decimals are the most that the table prints, none the fewest: half a unit of the coarsest.
            let near = |a: f64, b: f64| a == b || (a - b).abs() <= 0.5;
            if !(near(*from, start) && near(*to, end)) {
                let what = format!("the interval [{from}, {to}) is not [{start}, {end}) rounded");
                return Err(ImportError::Inconsistent { what, at: place() }.into());
            }
            (*from, *to) = (start, end);
        }
    }
    Ok(())
}

/// Puts the special codes of the variable's own file in place of their names.
fn special_codes(characteristic: &mut Characteristic, bytes: &[u8]) -> Result<(), Error> {
    let place = || format!("binning of `{}`", characteristic.name);
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|e| malformed("a binning file of OptBinning", e.to_string(), place()))?;
    let Some(codes) = value.get("special_codes") else { return Ok(()) };
    let list = |value: &Value| match value {
        Value::Array(items) => items.iter().map(code).collect::<Vec<_>>(),
        one => vec![code(one)],
    };
    for bin in &mut characteristic.bins {
        let found = match (&bin.test, codes) {
            (CardTest::AnySpecial, Value::Array(_)) => list(codes),
            (CardTest::Named(name), Value::Object(map)) => map.get(name).map_or(Vec::new(), list),
            _ => Vec::new(),
        };
        if !found.is_empty() {
            bin.test = CardTest::Codes(found);
        }
    }
    Ok(())
}

fn code(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether no row stands for special codes that the file does not name.
fn exact_specials(characteristics: &[Characteristic]) -> bool {
    characteristics.iter().flat_map(|c| &c.bins).all(|b| b.test != CardTest::AnySpecial)
}

/// A category that was not in training takes the last row, which is `Missing`.
fn unseen(characteristic: &mut Characteristic) {
    let missing = characteristic.bins.iter().find(|b| b.test == CardTest::Missing).cloned();
    if let (false, Some(missing)) = (characteristic.is_numeric(), missing) {
        characteristic.bins.push(CardBin { test: CardTest::Other, share: None, ..missing });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_as_numpy_python_and_json_print_them() {
        let is = |text: &str, wanted: &[&str]| assert_eq!(items(text).unwrap(), wanted, "{text}");
        is(
            "['clerk' \"it's complicated\" 'teacher, part-time']",
            &["clerk", "it's complicated", "teacher, part-time"],
        );
        is("['a', 'b']", &["a", "b"]);
        is("[\"a\\u00fc\",\"b\\\"c\"]", &["aü", "b\"c"]);
        is("['a'\n 'b' ... 'z']", &["a", "b", "...", "z"]);
        is("[1.0 2.0]", &["1.0", "2.0"]);
        is("[np.str_('a b'), np.str_(\"it's\")]", &["a b", "it's"]);
        is("[np.int64(7), np.int64(8)]", &["7", "8"]);
        assert_eq!(unescaped("['it's', 'a, b',\n 'c']").unwrap(), ["it's", "a, b", "c"]);
        assert_eq!(unescaped("['']").unwrap(), [""]);
        assert_eq!(unescaped("[a]"), None);
        assert_eq!(items("['a"), None);
        assert_eq!(items("['a\\x0']"), None);
    }

    #[test]
    fn a_shortened_list_is_refused_by_name() {
        let csv = b"Variable,Bin,Points\njob,['a' ... 'z'],3\n";
        let error = import(csv, &BTreeMap::new()).unwrap_err();
        assert_eq!((error.code(), error.place().as_str()), ("SCL-0502", "line 2"));
    }
}
