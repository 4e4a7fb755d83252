//! Answers of the worker as people read them.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use crate::cli::table::framed;
use crate::edge::clean;

/// A column of a table: its header, and the member that it shows.
pub(super) type Column = (&'static str, &'static str);

/// Digits of a digest in a table; enough to name it.
const SHORT: usize = 16;

/// The list that an answer holds: itself, or its member `name`.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let list = value.as_array().or_else(|| value.get(name).and_then(Value::as_array));
    list.map_or(&[], Vec::as_slice)
}

/// A member's text; empty if it is not there.
pub(super) fn text(value: &Value, name: &str) -> String {
    value.get(name).map(plain).unwrap_or_default()
}

/// A member's text, short enough for a table: the start of a digest, a time to the minute.
fn cell(value: &Value, name: &str) -> String {
    let text = text(value, name);
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return text.get(..SHORT).map_or_else(String::new, |start| format!("{start}…"));
    }
    match (text.get(..10), text.get(10..11), text.get(11..16)) {
        (Some(date), Some("T"), Some(time)) if text.ends_with('Z') => format!("{date} {time}"),
        _ => text,
    }
}

/// A table of `rows`. Columns in which nothing stands are left out.
pub(super) fn table(rows: &[Value], columns: &[Column], nothing: &str) -> String {
    if rows.is_empty() {
        return format!("{nothing}\n");
    }
    let columns: Vec<&Column> =
        columns.iter().filter(|(_, name)| rows.iter().any(|row| !text(row, name).is_empty())).collect();
    let number =
        |name: &str| rows.iter().all(|row| row.get(name).is_none_or(|v| v.is_number() || v.is_null()));
    let align = |name: &str| if number(name) { CellAlignment::Right } else { CellAlignment::Left };
    let mut table = framed();
    table.set_header(columns.iter().map(|(header, name)| Cell::new(header).set_alignment(align(name))));
    for row in rows {
        table.add_row(columns.iter().map(|(_, name)| Cell::new(cell(row, name)).set_alignment(align(name))));
    }
    format!("{table}\n")
}

/// What a reader looks for first; the rest follows by name.
const FIRST: [&str; 4] = ["id", "name", "version", "digest"];

/// All members of an object, a line each; those of an object within it stand below each other.
pub(super) fn pairs(value: &Value) -> String {
    let mut out = String::new();
    let Some(object) = value.as_object() else { return out };
    let wide = object.keys().map(|name| name.width()).max().unwrap_or(0).min(30);
    for (name, value) in ordered(object) {
        let name = clean(name).replace('_', " ");
        let pad = wide.saturating_sub(name.width());
        let lines: Vec<String> = match value {
            Value::Object(inner) => ordered(inner).map(|(name, value)| said(name, value)).collect(),
            Value::Array(values) => values.iter().map(plain).collect(),
            value => vec![plain(value)],
        };
        let text = lines.join(&format!("\n{:indent$}", "", indent = wide + 2));
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{name}{:pad$}  {}", "", if text.is_empty() { "-" } else { &text });
    }
    out
}

/// The members of an object in the order of a reader.
fn ordered(object: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let mut members: Vec<(&String, &Value)> = object.iter().collect();
    members.sort_by_key(|(name, _)| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    members.into_iter()
}

/// A member in a few words.
fn said(name: &str, value: &Value) -> String {
    format!("{} {}", clean(name).replace('_', " "), plain(value))
}

/// A value as a cell has it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => clean(text),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(" "),
        Value::Object(members) => {
            let there = ordered(members).filter(|(_, value)| !value.is_null());
            there.map(|(name, value)| said(name, value)).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_worker_says_cannot_write_over_the_terminal() {
        let rows = [json!({"id": "a\u{1b}[2J", "count": 3, "scopes": ["read", "export"], "ended": null})];
        let columns = [("id", "id"), ("count", "count"), ("scopes", "scopes"), ("ended", "ended")];
        let table = table(&rows, &columns, "none");
        assert!(!table.contains('\u{1b}') && table.contains("read export"), "{table}");
        assert!(!table.contains("ended"), "a column without content: {table}");
        let pairs =
            pairs(&json!({"retention_days": 30, "id": "a", "origins": [], "rate": {"key_per_minute": 5}}));
        assert_eq!(
            pairs,
            "id              a\norigins         -\nrate            key per minute 5\nretention days  30\n"
        );
    }
}
