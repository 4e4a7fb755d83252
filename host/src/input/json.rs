//! Records as JSON, one a line, to columns.

use std::collections::HashMap;
use std::fmt;

use memchr::memchr;
use scorelet_core::error::RecordError;
use scorelet_core::record::text::{FieldReader, Given};
use scorelet_core::schema::{Field, FieldType};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::block::{BadRow, Block};
use super::checker::Checker;
use super::cut::count_lines;

/// Reads chunks of JSON records. One a worker.
pub struct JsonReader<'a> {
    fields: &'a [Field],
    readers: &'a [FieldReader],
    index: HashMap<&'a str, usize>,
    values: Vec<Option<f64>>,
    lists: Vec<(usize, Box<RawValue>)>,
    checker: Option<Checker>,
}

impl<'a> JsonReader<'a> {
    /// A reader of records with these fields; `readers` has one of core's readers a field.
    pub fn new(fields: &'a [Field], readers: &'a [FieldReader], checker: Option<Checker>) -> Self {
        let index = fields.iter().enumerate().map(|(i, field)| (field.name.as_str(), i)).collect();
        Self { fields, readers, index, values: Vec::new(), lists: Vec::new(), checker }
    }

    /// Reads a chunk into `block`.
    pub fn read(&mut self, text: &[u8], block: &mut Block) {
        let lines = count_lines(text);
        block.start(self.fields.len(), lines);
        let mut at = 0;
        for line in 0..lines as u64 {
            let end = memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
            let record = text[at..end].trim_ascii();
            if !record.is_empty() {
                let read = self.record(record).and_then(|()| {
                    for (field, value) in self.values.iter().enumerate() {
                        block.put(field, value.unwrap_or(f64::NAN));
                    }
                    for (field, events) in &self.lists {
                        block.put_events(&self.fields[*field].name, events.get().as_bytes());
                    }
                    self.checker.as_mut().map_or(Ok(()), |checker| checker.check(block))
                });
                match read {
                    Ok(()) => block.accept(at..end),
                    Err(error) => block.refuse(BadRow {
                        row: block.rows_seen,
                        line,
                        column: error.field().map(str::to_owned),
                        code: error.code(),
                        what: error.to_string(),
                        mend: error.mend(),
                    }),
                }
            }
            at = end + 1;
        }
        block.lines_seen = lines as u64;
        block.finish();
    }

    fn record(&mut self, record: &[u8]) -> Result<(), RecordError> {
        self.values.clear();
        self.values.resize(self.fields.len(), None);
        self.lists.clear();
        let mut input = serde_json::Deserializer::from_slice(record);
        let mut error = None;
        let parsed = Record { reader: self, error: &mut error }
            .deserialize(&mut input)
            .and_then(|whole| input.end().map(|()| whole));
        match (parsed, error) {
            (Err(e), _) => {
                let what = e.to_string().split(" at line ").next().unwrap_or_default().to_owned();
                Err(RecordError::Json { what, line: e.line(), column: e.column() })
            }
            (Ok(false), _) => Err(RecordError::Shape),
            (_, Some(error)) => Err(error),
            _ => {
                for (reader, value) in self.readers.iter().zip(&mut self.values) {
                    if value.is_none() {
                        *value = Some(reader.take(Given::Nothing)?);
                    }
                }
                Ok(())
            }
        }
    }
}

/// A record: true if it is an object.
struct Record<'r, 'a> {
    reader: &'r mut JsonReader<'a>,
    error: &'r mut Option<RecordError>,
}

impl<'de> DeserializeSeed<'de> for Record<'_, '_> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<bool, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Record<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        // A key is borrowed from the text unless it has escapes.
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let Some(&field) = self.reader.index.get(&*key) else {
                map.next_value::<IgnoredAny>()?;
                self.error.get_or_insert(RecordError::UnknownField { row: 0, field: key.into_owned() });
                continue;
            };
            let value = if matches!(self.reader.fields[field].kind, FieldType::EventList(_)) {
                let list = map.next_value::<Box<RawValue>>()?;
                let value = list_value(&self.reader.readers[field], list.get());
                self.reader.lists.extend(list.get().starts_with('[').then_some((field, list)));
                value
            } else {
                map.next_value_seed(Value(&self.reader.readers[field]))?
            };
            let slot = &mut self.reader.values[field];
            match value {
                _ if slot.is_some() => {
                    self.error.get_or_insert(RecordError::Twice { row: 0, field: key.into_owned() });
                }
                Ok(value) => *slot = Some(value),
                Err(error) => {
                    self.error.get_or_insert(error);
                }
            }
        }
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// The value of an event list from its JSON: how many events it has.
fn list_value(reader: &FieldReader, json: &str) -> Result<f64, RecordError> {
    match json.as_bytes().first() {
        Some(b'[') => reader.read(json.as_bytes()),
        Some(b'n') => reader.take(Given::Nothing),
        Some(b'"') => reader.take(Given::Text("")),
        Some(b'{') => reader.take(Given::Object),
        Some(b't' | b'f') => reader.take(Given::Boolean(true)),
        _ => reader.take(Given::Number(0.0)),
    }
}

/// The value of one field.
struct Value<'a>(&'a FieldReader);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Result<f64, RecordError>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Result<f64, RecordError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.0.take(Given::Nothing))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.0.take(Given::Boolean(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(self.0.take(Given::Number(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(self.0.take(Given::Number(value as f64)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(self.0.take(Given::Number(value as f64)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.0.take(Given::Text(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.0.take(Given::List))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.0.take(Given::Object))
    }
}
