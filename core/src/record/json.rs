//! Input as JSON: one record (an object) or an array of records.

use super::Wrong;
use super::events::EventReader;
use super::row::RowBuilder;
use super::{Admitted, Given, Lookup, RecordEvents, Row};
use crate::error::RecordError;
use crate::json::{Kind, Mistake, Reader};
use crate::limits;
use crate::schema::{EventSchema, Field, FieldType};

/// Rows of the input, each a row or what is wrong with it.
pub(crate) type Rows = Vec<Result<Row, Wrong>>;

/// The event lists of rows, of each or what is wrong with them.
type Lists = Vec<Result<RecordEvents, Wrong>>;

/// Why the whole input is refused.
enum Stop {
    Mistake(Mistake),
    Refused(Wrong),
}

impl From<Mistake> for Stop {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

/// Parses one record or an array of them. `lookup` is that of `fields`. A record that does not fit the fields is an error
/// of that row only.
///
/// Errors: the input is not JSON, of another shape, or over [`limits::RECORD_BYTES`], [`limits::ROWS`] or
/// [`limits::JSON_CELLS`].
pub(crate) fn parse_json(fields: &[Field], lookup: &Lookup, json: &[u8]) -> Result<Rows, Wrong> {
    parse(fields, lookup, json, |input| input.rows())
}

/// Parses the event lists of rows that are given as columns: an array with an object a row. They are not settled yet.
///
/// Errors: as [`parse_json`].
pub(crate) fn parse_events(fields: &[Field], lookup: &Lookup, json: &[u8]) -> Result<Lists, Wrong> {
    parse(fields, lookup, json, |input| input.lists())
}

fn parse<T>(
    fields: &[Field],
    lookup: &Lookup,
    json: &[u8],
    read: impl FnOnce(&mut Input<'_>) -> Result<Result<T, Wrong>, Stop>,
) -> Result<T, Wrong> {
    if json.len() > limits::RECORD_BYTES {
        let (found, limit) = (json.len(), limits::RECORD_BYTES);
        return Err(Wrong::new(RecordError::Limit { what: "bytes of JSON", found, limit }));
    }
    let stopped = |stop: Stop| match stop {
        Stop::Refused(error) => error,
        Stop::Mistake(mistake) => {
            let (line, column) = mistake.place(json);
            Wrong::new(RecordError::Json { what: mistake.what.to_owned(), line, column })
        }
    };
    let read = || -> Result<Result<T, Wrong>, Stop> {
        let reader = Reader::new(json)?;
        let mut input =
            Input { fields, lookup, reader, name: String::new(), text: String::new(), event_cells: 0 };
        let rows = read(&mut input)?;
        input.reader.end()?;
        Ok(rows)
    };
    read().map_err(stopped)?
}

struct Input<'a> {
    fields: &'a [Field],
    lookup: &'a Lookup,
    reader: Reader<'a>,
    name: String,
    text: String,
    /// Values of the events read so far.
    event_cells: usize,
}

impl Input<'_> {
    fn rows(&mut self) -> Result<Result<Rows, Wrong>, Stop> {
        match self.reader.kind()? {
            Kind::Object => Ok(Ok(vec![self.record(0)?])),
            Kind::Array => {
                let mut rows = Vec::new();
                let mut more = self.reader.open();
                let limit = limits::ROWS.min(limits::JSON_CELLS / self.fields.len().max(1));
                while more {
                    if rows.len() == limit {
                        let found = limit + 1;
                        return Err(Stop::Refused(Wrong::new(RecordError::Limit {
                            what: "records",
                            found,
                            limit,
                        })));
                    }
                    let row = match self.reader.kind()? {
                        Kind::Object => self.record(rows.len())?,
                        _ => {
                            self.reader.skip(&mut self.text)?;
                            Err(Wrong::new(RecordError::Shape))
                        }
                    };
                    rows.push(row);
                    more = self.reader.more(b']')?;
                }
                Ok(Ok(rows))
            }
            _ => {
                self.reader.skip(&mut self.text)?;
                Ok(Err(Wrong::new(RecordError::Shape)))
            }
        }
    }

    /// The event lists of each row.
    fn lists(&mut self) -> Result<Result<Lists, Wrong>, Stop> {
        if self.reader.kind()? != Kind::Array {
            self.reader.skip(&mut self.text)?;
            return Ok(Err(Wrong::new(RecordError::Shape)));
        }
        let mut all = Vec::new();
        let mut more = self.reader.open();
        while more {
            if all.len() == limits::ROWS {
                let (found, limit) = (all.len() + 1, limits::ROWS);
                return Err(Stop::Refused(Wrong::new(RecordError::Limit {
                    what: "rows of events",
                    found,
                    limit,
                })));
            }
            let row = match self.reader.kind()? {
                Kind::Object => self.lists_of(all.len())?,
                _ => {
                    self.reader.skip(&mut self.text)?;
                    Err(Wrong::new(RecordError::Shape))
                }
            };
            all.push(row);
            more = self.reader.more(b']')?;
        }
        Ok(Ok(all))
    }

    fn lists_of(&mut self, row: usize) -> Result<Result<RecordEvents, Wrong>, Stop> {
        let mut lists = RecordEvents::new();
        let mut wrong = None;
        let mut more = self.reader.open();
        while more {
            self.reader.key(&mut self.name)?;
            let found =
                self.lookup.field(&self.name).and_then(|index| Some((index, self.fields.get(index)?)));
            let read = match found {
                Some((index, field)) if field.events().is_some() => {
                    let twice = lists.iter().any(|(at, _)| *at as usize == index);
                    match self.value(field, index, row, &mut lists)? {
                        Ok(_) if twice => {
                            Err(Wrong::new(RecordError::Twice { row, field: field.name.clone() }))
                        }
                        Ok(_) => Ok(()),
                        Err(error) => Err(error),
                    }
                }
                _ => {
                    self.reader.skip(&mut self.text)?;
                    Err(Wrong::new(RecordError::UnknownField { row, field: self.name.clone() }))
                }
            };
            if let Err(error) = read {
                wrong.get_or_insert(error);
            }
            more = self.reader.more(b'}')?;
        }
        Ok(wrong.map_or(Ok(lists), Err))
    }

    /// Reads an object to its end even when a field is wrong, so that the rows after it are still read. Of several
    /// mistakes, a member that is no field comes first, then the first in the fields' order: the order of the members
    /// makes no difference.
    fn record(&mut self, row: usize) -> Result<Result<Row, Wrong>, Stop> {
        let mut given: Vec<Option<Admitted>> = vec![None; self.fields.len()];
        let mut events = Vec::new();
        let mut unknown = None;
        let mut wrong: Option<(usize, Wrong)> = None;
        let mut more = self.reader.open();
        while more {
            self.reader.key(&mut self.name)?;
            let found = self.lookup.field(&self.name);
            if let Some((index, field, slot)) =
                found.and_then(|i| Some((i, self.fields.get(i)?, given.get_mut(i)?)))
            {
                let value = match self.value(field, index, row, &mut events)? {
                    Ok(_) if slot.is_some() => {
                        Err(Wrong::new(RecordError::Twice { row, field: field.name.clone() }))
                    }
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
                unknown.get_or_insert_with(|| {
                    Wrong::new(RecordError::UnknownField { row, field: self.name.clone() })
                });
            }
            more = self.reader.more(b'}')?;
        }
        Ok(match unknown {
            Some(error) => Err(error),
            None => complete(self.fields, given, wrong, events, row),
        })
    }

    /// The value of one field; its events are added to `events`.
    fn value(
        &mut self,
        field: &Field,
        index: usize,
        row: usize,
        events: &mut RecordEvents,
    ) -> Result<Result<Admitted, Wrong>, Stop> {
        let list = field.events().filter(|_| matches!(self.reader.kind(), Ok(Kind::Array)));
        if let Some(schema) = list {
            let found = self.events(field, schema, index, row)?;
            return Ok(found.map(|found| {
                events.push((index as u32, found));
                Admitted::UNSETTLED
            }));
        }
        let lookup = self.lookup;
        let given = self.given(matches!(field.kind, FieldType::Number | FieldType::Integer))?;
        let value = field.value_of(given, row, |text| lookup.code(field, index, text));
        Ok(value.and_then(|value| field.admit(value, row)))
    }

    /// The next value; of a list and an object nothing but that it is one, and of a number too if none is wanted.
    fn given(&mut self, number: bool) -> Result<Given<'_>, Mistake> {
        Ok(match self.reader.kind()? {
            Kind::Null => {
                self.reader.word()?;
                Given::Nothing
            }
            Kind::Bool => Given::Boolean(self.reader.word()?),
            Kind::Number if number => Given::Number(self.reader.number()?),
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
        })
    }

    /// The events of a list, whose opening bracket comes next. It is read to its end even when an event is wrong.
    fn events(
        &mut self,
        field: &Field,
        schema: &EventSchema,
        index: usize,
        row: usize,
    ) -> Result<Result<super::RowEvents, Wrong>, Stop> {
        let lookup = self.lookup;
        let Some(shape) = lookup.list(index) else { return Ok(Ok(super::RowEvents::default())) };
        let mut events = EventReader::new(field, schema, shape, row);
        let mut more = self.reader.open();
        while more {
            self.event_cells += schema.cells();
            if self.event_cells > limits::JSON_CELLS {
                let (found, limit) = (self.event_cells, limits::JSON_CELLS);
                return Err(Stop::Refused(Wrong::new(RecordError::Limit {
                    what: "values of events",
                    found,
                    limit,
                })));
            }
            match self.reader.kind()? {
                Kind::Object => self.event(&mut events)?,
                _ => events.no_event(self.given(false)?),
            }
            more = self.reader.more(b']')?;
        }
        Ok(events.finish())
    }

    fn event(&mut self, events: &mut EventReader<'_>) -> Result<(), Mistake> {
        events.begin();
        let mut more = self.reader.open();
        while more {
            self.reader.key(&mut self.name)?;
            match events.member(&self.name) {
                Some(member) => {
                    let number = events.takes_number(member);
                    events.set(member, self.given(number)?);
                }
                None => {
                    events.unknown(&self.name);
                    self.reader.skip(&mut self.text)?;
                }
            }
            more = self.reader.more(b'}')?;
        }
        events.end();
        Ok(())
    }
}

/// Fields that the record does not name are missing. `wrong` is the first mistake in what it names, with its field.
fn complete(
    fields: &[Field],
    given: Vec<Option<Admitted>>,
    mut wrong: Option<(usize, Wrong)>,
    events: RecordEvents,
    row: usize,
) -> Result<Row, Wrong> {
    let mut out = RowBuilder::new(fields, row);
    for (index, slot) in given.into_iter().enumerate() {
        if let Some((_, error)) = wrong.take_if(|(at, _)| *at == index) {
            return Err(error);
        }
        out.push(slot)?;
    }
    out.finish(events)
}
