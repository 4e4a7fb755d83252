//! The record of a self-check: from the source, or from a cell of a table.

use super::date::read as date_item;
use super::fields::FieldDraft;
use super::table::Item;
use crate::record::{bucket, date};
use crate::schema::FieldType;

/// A field's value as its column has it, with the events of an event list as JSON.
pub(super) struct Cell {
    value: f64,
    events: Option<String>,
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self { value, events: None }
    }
}

/// The record of a check; what is not set is missing.
pub(super) struct Record {
    pub(super) values: Vec<f64>,
    pub(super) events: Vec<(u32, String)>,
}

impl Record {
    pub(super) fn new(fields: usize) -> Self {
        Self { values: vec![f64::NAN; fields], events: Vec::new() }
    }

    pub(super) fn set(&mut self, field: usize, cell: Cell) {
        if let Some(slot) = self.values.get_mut(field) {
            *slot = cell.value;
        }
        if let Some(events) = cell.events {
            self.events.push((field as u32, events));
            self.events.sort();
        }
    }
}

/// A field's value as its column has it.
pub(super) fn of_item(field: &FieldDraft, item: &Item<'_>) -> Option<Cell> {
    let value = match &field.kind {
        FieldType::Boolean => item.flag().map(|f| f64::from(u8::from(f.value))),
        FieldType::Date => date_item(item).map(|d| d.value),
        FieldType::Category { .. } => item.text().map(|t| category(field, &t.value)),
        FieldType::Hash { buckets } => item.text().map(|t| f64::from(bucket(&t.value, *buckets))),
        FieldType::EventList(_) => {
            let count = item.list()?.len();
            return Some(Cell { value: count as f64, events: Some(item.json().to_string()) });
        }
        FieldType::Number | FieldType::Integer => item.number_open().map(|x| x.value),
    };
    value.map(Cell::from)
}

fn category(field: &FieldDraft, text: &str) -> f64 {
    if let Some(i) = field.specials.iter().position(|s| s.text == text) {
        return -2.0 - i as f64;
    }
    field.categories().unwrap_or_default().iter().position(|c| c == text).map_or(-1.0, |i| i as f64)
}

/// The value of a cell; an empty one is missing.
pub(super) fn of_text(field: &FieldDraft, text: &str) -> Result<Cell, (String, String)> {
    if text.is_empty() {
        return Ok(Cell::from(f64::NAN));
    }
    let name = &field.name.value;
    let value = match &field.kind {
        FieldType::Category { .. } => Some(category(field, text)),
        FieldType::Boolean => match text {
            "true" | "True" | "1" => Some(1.0),
            "false" | "False" | "0" => Some(0.0),
            _ => None,
        },
        FieldType::Date => date::parse(text),
        FieldType::Hash { buckets } => Some(f64::from(bucket(text, *buckets))),
        FieldType::EventList(_) => {
            if let Ok(serde_json::Value::Array(events)) = serde_json::from_str(text) {
                return Ok(Cell { value: events.len() as f64, events: Some(text.trim().to_owned()) });
            }
            None
        }
        FieldType::Number | FieldType::Integer => text.trim().parse::<f64>().ok(),
    };
    value.map(Cell::from).ok_or_else(|| {
        (format!("`{text}` is not {} (field `{name}`)", field.kind.describe()), "mend the cell".to_owned())
    })
}
