//! Input as JSON: one record (an object) or an array of records.

use core::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Absent, Admitted, date};
use crate::column::State;
use crate::error::RecordError;
use crate::limits;
use crate::names::Names;
use crate::schema::{Field, FieldType};

/// One record after its fields' checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// Value and state of each field.
    pub(crate) cells: Vec<(f64, State)>,
    /// What was absent.
    pub(crate) absent: Vec<Absent>,
}

/// Rows of the input, each a row or what is wrong with it.
pub(crate) type Rows = Vec<Result<Row, RecordError>>;

/// Parses one record or an array of them. A record that does not fit the fields is an error of that row only.
///
/// Errors: the input is not JSON, of another shape, or over [`limits::RECORD_BYTES`] or [`limits::ROWS`].
pub(crate) fn parse_json(fields: &[Field], names: &Names, json: &[u8]) -> Result<Rows, RecordError> {
    if json.len() > limits::RECORD_BYTES {
        let (found, limit) = (json.len(), limits::RECORD_BYTES);
        return Err(RecordError::Limit { what: "bytes of JSON", found, limit });
    }
    let mut input = serde_json::Deserializer::from_slice(json);
    let mut shape =
        Shape { context: Context { fields, names }, wrong: false, too_many: false, rows: Vec::new() };
    let parsed = Input(&mut shape).deserialize(&mut input).and_then(|()| input.end());
    if shape.wrong {
        return Err(RecordError::Shape);
    }
    if shape.too_many {
        let limit = limits::ROWS;
        return Err(RecordError::Limit { what: "records", found: limit + 1, limit });
    }
    match parsed {
        Ok(()) => Ok(shape.rows),
        Err(e) => Err(RecordError::Json { what: message(&e), line: e.line(), column: e.column() }),
    }
}

/// The parser's message without its own line and column.
fn message(e: &serde_json::Error) -> String {
    let text = e.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

#[derive(Clone, Copy)]
struct Context<'a> {
    fields: &'a [Field],
    names: &'a Names,
}

struct Shape<'a> {
    context: Context<'a>,
    wrong: bool,
    too_many: bool,
    rows: Rows,
}

/// The whole input: an object, or an array of objects.
struct Input<'s, 'a>(&'s mut Shape<'a>);

impl<'de> DeserializeSeed<'de> for Input<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

macro_rules! wrong_shape {
    ($($method:ident: $ty:ty),*) => { $(
        fn $method<E: de::Error>(self, _: $ty) -> Result<(), E> {
            self.0.wrong = true;
            Ok(())
        }
    )* };
}

impl<'de> Visitor<'de> for Input<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record or an array of records")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let row = read_record(self.0.context, 0, map)?;
        self.0.rows.push(row);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let context = self.0.context;
        while let Some(row) = seq.next_element_seed(Record { context, row: self.0.rows.len() })? {
            if self.0.rows.len() >= limits::ROWS {
                self.0.too_many = true;
                return Err(de::Error::custom("too many records"));
            }
            self.0.rows.push(row);
        }
        Ok(())
    }

    wrong_shape!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.0.wrong = true;
        Ok(())
    }
}

/// One element of an array: must be an object.
struct Record<'a> {
    context: Context<'a>,
    row: usize,
}

impl<'de> DeserializeSeed<'de> for Record<'_> {
    type Value = Result<Row, RecordError>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

macro_rules! not_a_record {
    ($($method:ident: $ty:ty),*) => { $(
        fn $method<E: de::Error>(self, _: $ty) -> Result<Self::Value, E> {
            Ok(Err(RecordError::Shape))
        }
    )* };
}

impl<'de> Visitor<'de> for Record<'_> {
    type Value = Result<Row, RecordError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        read_record(self.context, self.row, map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Err(RecordError::Shape))
    }

    not_a_record!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Err(RecordError::Shape))
    }
}

/// Reads an object to its end even when a field is wrong, so that the rows after it are still read.
fn read_record<'de, A: MapAccess<'de>>(
    context: Context<'_>,
    row: usize,
    mut map: A,
) -> Result<Result<Row, RecordError>, A::Error> {
    let mut given: Vec<Option<Admitted>> = vec![None; context.fields.len()];
    let mut error = None;
    while let Some(key) = map.next_key_seed(Text)? {
        let found = context.names.find(&key).and_then(|i| Some((context.fields.get(i)?, given.get_mut(i)?)));
        let Some((field, slot)) = found else {
            map.next_value::<IgnoredAny>()?;
            error.get_or_insert(RecordError::UnknownField { row, field: key });
            continue;
        };
        let value = map.next_value_seed(Cell { field, row })?;
        if slot.is_some() {
            error.get_or_insert(RecordError::Twice { row, field: key });
        }
        match value {
            Ok(admitted) => *slot = Some(admitted),
            Err(e) => {
                error.get_or_insert(e);
            }
        }
    }
    if let Some(error) = error {
        return Ok(Err(error));
    }
    let mut out = Row { cells: Vec::with_capacity(given.len()), absent: Vec::new() };
    for (index, (slot, field)) in given.into_iter().zip(context.fields).enumerate() {
        let admitted = match slot.map_or_else(|| field.admit_state(f64::NAN, State::MISSING, row), Ok) {
            Ok(admitted) => admitted,
            Err(e) => return Ok(Err(e)),
        };
        out.cells.push((admitted.value, admitted.state));
        if !admitted.given.is_present() {
            out.absent.push((index as u32, admitted.given));
        }
    }
    Ok(Ok(out))
}

/// A key, owned: JSON escapes may have to be resolved.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = String;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<String, D::Error> {
        serde::Deserialize::deserialize(input)
    }
}

/// The value of one field.
struct Cell<'a> {
    field: &'a Field,
    row: usize,
}

impl Cell<'_> {
    fn wrong<E>(self, found: &'static str) -> Result<Result<Admitted, RecordError>, E> {
        Ok(Err(self.field.type_error(self.row, found)))
    }

    fn number(self, x: f64) -> Result<Admitted, RecordError> {
        match self.field.kind {
            FieldType::Number | FieldType::Integer => self.field.admit(x, self.row),
            _ => Err(self.field.type_error(self.row, "a number")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = Result<Admitted, RecordError>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = Result<Admitted, RecordError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.field.kind.describe())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(self.field.admit_state(f64::NAN, State::MISSING, self.row))
    }

    fn visit_bool<E: de::Error>(self, x: bool) -> Result<Self::Value, E> {
        match self.field.kind {
            FieldType::Boolean => Ok(self.field.admit(f64::from(u8::from(x)), self.row)),
            _ => self.wrong("true or false"),
        }
    }

    fn visit_i64<E: de::Error>(self, x: i64) -> Result<Self::Value, E> {
        Ok(self.number(x as f64))
    }

    fn visit_u64<E: de::Error>(self, x: u64) -> Result<Self::Value, E> {
        Ok(self.number(x as f64))
    }

    fn visit_f64<E: de::Error>(self, x: f64) -> Result<Self::Value, E> {
        Ok(self.number(x))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let field = self.field;
        match &field.kind {
            FieldType::Category { .. } => {
                let (value, state) = field.category(text);
                Ok(field.admit_state(value, state, self.row))
            }
            FieldType::Date => match date::parse(text) {
                Some(days) => Ok(field.admit(days, self.row)),
                None => self.wrong("a text that is no date"),
            },
            _ => self.wrong("a text"),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.wrong("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.wrong("an object")
    }
}
