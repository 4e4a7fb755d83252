//! Input as JSON: one record (an object) or an array of records.

use super::{Absent, Admitted, Given};
use crate::column::State;
use crate::error::RecordError;
use crate::json::{Kind, Mistake, Reader};
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

impl Row {
    /// A row without values yet.
    pub(crate) fn for_fields(fields: &[Field]) -> Self {
        Self { cells: Vec::with_capacity(fields.len()), absent: Vec::new() }
    }

    /// The value of the next field.
    pub(crate) fn push(&mut self, admitted: Admitted) {
        if !admitted.given.is_present() {
            self.absent.push((self.cells.len() as u32, admitted.given));
        }
        self.cells.push((admitted.value, admitted.state));
    }
}

/// Rows of the input, each a row or what is wrong with it.
pub(crate) type Rows = Vec<Result<Row, RecordError>>;

/// Parses one record or an array of them. `categories` has each field's categories by name (empty for other types). A record that does not fit the fields is an error of that row only.
///
/// Errors: the input is not JSON, of another shape, or over [`limits::RECORD_BYTES`] or [`limits::ROWS`].
pub(crate) fn parse_json(
    fields: &[Field],
    names: &Names,
    categories: &[Names],
    json: &[u8],
) -> Result<Rows, RecordError> {
    if json.len() > limits::RECORD_BYTES {
        let (found, limit) = (json.len(), limits::RECORD_BYTES);
        return Err(RecordError::Limit { what: "bytes of JSON", found, limit });
    }
    let not_json = |mistake: Mistake| {
        let (line, column) = mistake.place(json);
        RecordError::Json { what: mistake.what.to_owned(), line, column }
    };
    let reader = Reader::new(json).map_err(not_json)?;
    let mut input = Input { fields, names, categories, reader, name: String::new(), text: String::new() };
    let rows = input.rows().map_err(not_json)?;
    if !matches!(rows, Err(RecordError::Limit { .. })) {
        input.reader.end().map_err(not_json)?;
    }
    rows
}

struct Input<'a> {
    fields: &'a [Field],
    names: &'a Names,
    categories: &'a [Names],
    reader: Reader<'a>,
    name: String,
    text: String,
}

impl Input<'_> {
    fn rows(&mut self) -> Result<Result<Rows, RecordError>, Mistake> {
        match self.reader.kind()? {
            Kind::Object => Ok(Ok(vec![self.record(0)?])),
            Kind::Array => {
                let mut rows = Vec::new();
                let mut more = self.reader.open();
                let limit = limits::ROWS.min(limits::JSON_CELLS / self.fields.len().max(1));
                while more {
                    if rows.len() == limit {
                        return Ok(Err(RecordError::Limit { what: "records", found: limit + 1, limit }));
                    }
                    let row = match self.reader.kind()? {
                        Kind::Object => self.record(rows.len())?,
                        _ => {
                            self.reader.skip(&mut self.text)?;
                            Err(RecordError::Shape)
                        }
                    };
                    rows.push(row);
                    more = self.reader.more(b']')?;
                }
                Ok(Ok(rows))
            }
            _ => {
                self.reader.skip(&mut self.text)?;
                Ok(Err(RecordError::Shape))
            }
        }
    }

    /// Reads an object to its end even when a field is wrong, so that the rows after it are still read. Of several
    /// mistakes, a member that is no field comes first, then the first in the fields' order: the order of the members
    /// makes no difference.
    fn record(&mut self, row: usize) -> Result<Result<Row, RecordError>, Mistake> {
        let mut given: Vec<Option<Admitted>> = vec![None; self.fields.len()];
        let mut unknown = None;
        let mut wrong: Option<(usize, RecordError)> = None;
        let mut more = self.reader.open();
        while more {
            self.reader.key(&mut self.name)?;
            let found = self.names.find(&self.name);
            if let Some((index, field, slot)) =
                found.and_then(|i| Some((i, self.fields.get(i)?, given.get_mut(i)?)))
            {
                let value = match self.cell(field, index, row)? {
                    Ok(_) if slot.is_some() => Err(RecordError::Twice { row, field: field.name.clone() }),
                    value => value,
                };
                match value {
                    Ok(admitted) => *slot = Some(admitted),
                    Err(e) if wrong.as_ref().is_none_or(|(first, _)| index < *first) => {
                        wrong = Some((index, e));
                    }
                    Err(_) => {}
                }
            } else {
                self.reader.skip(&mut self.text)?;
                unknown.get_or_insert_with(|| RecordError::UnknownField { row, field: self.name.clone() });
            }
            more = self.reader.more(b'}')?;
        }
        Ok(match unknown {
            Some(error) => Err(error),
            None => complete(self.fields, given, wrong, row),
        })
    }

    /// The value of one field.
    fn cell(
        &mut self,
        field: &Field,
        index: usize,
        row: usize,
    ) -> Result<Result<Admitted, RecordError>, Mistake> {
        let given = match self.reader.kind()? {
            Kind::Null => {
                self.reader.word()?;
                Given::Nothing
            }
            Kind::Bool => Given::Boolean(self.reader.word()?),
            Kind::Number if matches!(field.kind, FieldType::Number | FieldType::Integer) => {
                Given::Number(self.reader.number()?)
            }
            Kind::Number => {
                self.reader.skip(&mut self.text)?;
                Given::Number(0.0)
            }
            Kind::Text => {
                self.reader.text(&mut self.text)?;
                Given::Text(&self.text)
            }
            Kind::Array => {
                self.reader.skip(&mut self.text)?;
                Given::List
            }
            Kind::Object => {
                self.reader.skip(&mut self.text)?;
                Given::Object
            }
        };
        let value = field.value_of(given, row, |text| code(self.categories, field, index, text));
        Ok(value.and_then(|value| field.admit(value, row)))
    }
}

/// The column value of a category's text. `categories` has each field's categories by name.
pub(crate) fn code(categories: &[Names], field: &Field, index: usize, text: &str) -> f64 {
    field.code_of(text, categories.get(index).and_then(|names| names.find(text)))
}

/// Fields that the record does not name are missing. `wrong` is the first mistake in what it names, with its field.
fn complete(
    fields: &[Field],
    given: Vec<Option<Admitted>>,
    mut wrong: Option<(usize, RecordError)>,
    row: usize,
) -> Result<Row, RecordError> {
    let mut out = Row::for_fields(fields);
    for (index, (slot, field)) in given.into_iter().zip(fields).enumerate() {
        if let Some((_, error)) = wrong.take_if(|(at, _)| *at == index) {
            return Err(error);
        }
        out.push(slot.map_or_else(|| field.admit_state(f64::NAN, State::MISSING, row), Ok)?);
    }
    Ok(out)
}
