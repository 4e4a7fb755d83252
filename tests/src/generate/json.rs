//! Rows as the JSON records that mean the same.

use scorelet_core::record::date;
use scorelet_core::schema::{Field, FieldType};
use serde_json::{Map, Value, json};

use super::Rows;
use super::lists::events;
use crate::random::Random;

/// The rows as an array of records. A missing value is null in even rows and left out in odd ones.
pub fn records(fields: &[Field], rows: &Rows) -> Vec<Value> {
    (0..rows.count)
        .map(|row| {
            let mut record = Map::new();
            for (index, field) in fields.iter().enumerate() {
                let value = rows.value(index, row);
                if value.is_nan() {
                    if row % 2 == 0 {
                        record.insert(field.name.clone(), Value::Null);
                    }
                } else if let Some(schema) = field.events() {
                    let as_of = rows.value(schema.as_of as usize, row);
                    let mut random = Random::new((row * fields.len() + index) as u64);
                    let events = events(&mut random, schema, as_of, value as usize);
                    record.insert(field.name.clone(), events);
                } else {
                    record.insert(field.name.clone(), cell(field, value));
                }
            }
            Value::Object(record)
        })
        .collect()
}

pub(super) fn cell(field: &Field, value: f64) -> Value {
    match &field.kind {
        FieldType::Category { values } if value <= -2.0 => {
            debug_assert!(!values.is_empty());
            json!(field.specials[(-2.0 - value) as usize].text)
        }
        FieldType::Category { values } => match values.get(value as usize) {
            Some(text) if value >= 0.0 => json!(text),
            _ => json!("never seen"),
        },
        FieldType::Boolean => json!(value != 0.0),
        FieldType::Date => json!(date::format(value)),
        FieldType::Integer => json!(value as i64),
        FieldType::Hash { .. } => json!(format!("text {value}")),
        FieldType::Number | FieldType::EventList(_) => json!(value),
    }
}
