//! The events of a record: from members of an event to the values of its columns, in order of date.
//!
//! One rule for JSON and JavaScript objects: either reads an event's members into an [`EventReader`].

use std::collections::BinaryHeap;

use super::Wrong;
use super::rules::{Found, RuleBook, Text};
use super::{Given, UNSEEN_CATEGORY, date, hash};
use crate::column::State;
use crate::error::RecordError;
use crate::limits;
use crate::names::Names;
use crate::schema::{After, EventColumn, EventSchema, Field, FieldType, Origin};

/// The events of one list of one record after their checks, ascending by date; those of one date in the order given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowEvents {
    /// Civil date of each event, as days since 1970-01-01.
    pub days: Vec<i32>,
    /// Values and states, event by event, of each column.
    pub cells: Vec<(f64, State)>,
    /// Events after the reference time, which were left out.
    pub ignored: u32,
}

/// The event lists of one record: the column of the list's field, and its events; ascending. A list that is missing has no
/// entry.
pub type RecordEvents = Vec<(u32, RowEvents)>;

/// What reading the events of one field looks things up in.
#[derive(Clone, Debug)]
pub(crate) struct ListShape {
    /// The members of an event: the date, the texts, the columns that have a member.
    members: Names,
    /// What each member is.
    targets: Vec<Member>,
    /// Categories of each column.
    categories: Vec<Names>,
    /// Rules of each column that has some.
    rules: Vec<Option<RuleBook>>,
}

#[derive(Clone, Copy, Debug)]
enum Member {
    Date,
    Text(usize),
    Column(usize),
}

impl ListShape {
    pub(crate) fn new(schema: &EventSchema) -> Self {
        let given = (0..).zip(&schema.columns).filter(|(_, column)| column.origin == Origin::Member);
        let columns = given.clone().map(|(_, column)| column.field.name.as_str());
        let names = core::iter::once(schema.date.as_str()).chain(schema.texts.iter().map(String::as_str));
        let texts = (0..schema.texts.len()).map(Member::Text);
        let of = |column: &EventColumn| match &column.origin {
            Origin::Rules(rules) => Some(RuleBook::new(rules)),
            _ => None,
        };
        Self {
            members: Names::new(names.chain(columns)),
            targets: core::iter::once(Member::Date)
                .chain(texts)
                .chain(given.map(|(index, _)| Member::Column(index)))
                .collect(),
            categories: schema.columns.iter().map(|column| column.field.category_names()).collect(),
            rules: schema.columns.iter().map(of).collect(),
        }
    }
}

/// Reads the events of one list of a record, one after another, member by member.
///
/// Of several mistakes the first event's counts; in it a member that is not known comes first, then the first in the order
/// date, texts, columns: the order of the members makes no difference.
#[derive(Debug)]
pub(crate) struct EventReader<'a> {
    list: &'a Field,
    schema: &'a EventSchema,
    shape: &'a ListShape,
    row: usize,
    found: RowEvents,
    /// Events seen.
    count: usize,
    day: Option<i32>,
    texts: Vec<Text>,
    cells: Vec<Option<(f64, State)>>,
    /// Members that the event has given.
    given: Vec<bool>,
    unknown: Option<Wrong>,
    wrong: Option<(usize, Wrong)>,
    error: Option<Wrong>,
}

impl<'a> EventReader<'a> {
    pub(crate) fn new(list: &'a Field, schema: &'a EventSchema, shape: &'a ListShape, row: usize) -> Self {
        Self {
            list,
            schema,
            shape,
            row,
            found: RowEvents::default(),
            count: 0,
            day: None,
            texts: vec![Text::default(); schema.texts.len()],
            cells: vec![None; schema.columns.len()],
            given: vec![false; shape.targets.len()],
            unknown: None,
            wrong: None,
            error: None,
        }
    }

    /// A member by its name.
    pub(crate) fn member(&self, name: &str) -> Option<usize> {
        self.shape.members.find(name)
    }

    /// How many members an event has.
    #[cfg(feature = "browser")]
    pub(crate) fn members(&self) -> usize {
        self.shape.targets.len()
    }

    /// Whether a member's value may be a number.
    pub(crate) fn takes_number(&self, member: usize) -> bool {
        let Some(Member::Column(index)) = self.shape.targets.get(member) else { return false };
        let kind = self.schema.columns.get(*index).map(|column| &column.field.kind);
        matches!(kind, Some(FieldType::Number | FieldType::Integer))
    }

    /// Path of the event that is being read: `transactions[17]`.
    fn path(&self) -> String {
        format!("{}[{}]", self.list.name, self.count)
    }

    fn member_path(&self, name: &str) -> String {
        format!("{}[{}].{name}", self.list.name, self.count)
    }

    /// Begins an event.
    pub(crate) fn begin(&mut self) {
        self.day = None;
        self.texts.iter_mut().for_each(Text::clear);
        self.cells.fill(None);
        self.given.fill(false);
        self.unknown = None;
        self.wrong = None;
    }

    /// Notes a member that the events do not have.
    pub(crate) fn unknown(&mut self, name: &str) {
        if self.unknown.is_none() {
            self.unknown =
                Some(Wrong::new(RecordError::UnknownField { row: self.row, field: self.member_path(name) }));
        }
    }

    /// Takes the value of a member.
    pub(crate) fn set(&mut self, member: usize, value: Given<'_>) {
        let (Some(&target), Some(given)) = (self.shape.targets.get(member), self.given.get_mut(member))
        else {
            return;
        };
        let twice = core::mem::replace(given, true);
        let (schema, row) = (self.schema, self.row);
        let (name, outcome) = match target {
            Member::Date => (&schema.date, self.set_date(value)),
            Member::Text(index) => {
                let Some(name) = schema.texts.get(index) else { return };
                (name, self.set_text(index, value))
            }
            Member::Column(index) => {
                let Some(column) = schema.columns.get(index) else { return };
                let names = self.shape.categories.get(index);
                let code = |text: &str| column.field.code_of(text, names.and_then(|names| names.find(text)));
                let admitted =
                    column.field.value_of(value, row, code).and_then(|value| column.field.admit(value, row));
                let kept = admitted.map(|admitted| {
                    if let Some(cell) = self.cells.get_mut(index) {
                        *cell = Some((admitted.value, admitted.state));
                    }
                });
                (&column.field.name, kept)
            }
        };
        let outcome = match twice {
            true => Err(Wrong::new(RecordError::Twice { row, field: String::new() })),
            false => outcome,
        };
        if let Err(error) = outcome
            && self.wrong.as_ref().is_none_or(|(first, _)| member < *first)
        {
            self.wrong = Some((member, Wrong::new(error.of_field(self.member_path(name)))));
        }
    }

    fn type_error(&self, expected: &'static str, given: Given<'_>) -> Wrong {
        let found = given.describe();
        Wrong::new(RecordError::Type { row: self.row, field: String::new(), expected, found })
    }

    fn set_date(&mut self, given: Given<'_>) -> Result<(), Wrong> {
        let day = match given {
            Given::Nothing => return Ok(()),
            Given::Text(text) => date::parse(text),
            _ => return Err(self.type_error(DATE, given)),
        };
        self.day = day.map(|day| day as i32);
        let (row, found) = (self.row, "a text that is no date");
        self.day.map(|_| ()).ok_or(Wrong::new(RecordError::Type {
            row,
            field: String::new(),
            expected: DATE,
            found,
        }))
    }

    fn set_text(&mut self, index: usize, given: Given<'_>) -> Result<(), Wrong> {
        match (given, self.texts.get_mut(index)) {
            (Given::Nothing, _) => Ok(()),
            (Given::Text(text), Some(kept)) => {
                kept.set(text);
                Ok(())
            }
            _ => Err(self.type_error("a text", given)),
        }
    }

    /// Ends the event that is an object: its values are kept, or its mistake is.
    pub(crate) fn end(&mut self) {
        if self.error.is_none()
            && let Err(error) = self.keep()
        {
            self.error = Some(error);
        }
        self.count += 1;
    }

    /// An element of the list that is no object.
    pub(crate) fn no_event(&mut self, given: Given<'_>) {
        if self.error.is_none() {
            let error = self.type_error("an event, an object", given);
            self.error = Some(Wrong::new(error.of_field(self.path())));
        }
        self.count += 1;
    }

    fn keep(&mut self) -> Result<(), Wrong> {
        if let Some(error) = self.unknown.take() {
            return Err(error);
        }
        if let Some((_, error)) = self.wrong.take() {
            return Err(error);
        }
        if self.count >= limits::EVENTS {
            let field = self.list.name.clone();
            return Err(Wrong::new(RecordError::TooManyEvents {
                row: self.row,
                field,
                limit: limits::EVENTS,
            }));
        }
        let Some(day) = self.day else {
            return Err(Wrong::new(RecordError::Undated { row: self.row, field: self.path() }));
        };
        let start = self.found.cells.len();
        for index in 0..self.schema.columns.len() {
            match self.cell(index) {
                Ok(cell) => self.found.cells.push(cell),
                Err(error) => {
                    self.found.cells.truncate(start);
                    return Err(error);
                }
            }
        }
        self.found.days.push(day);
        Ok(())
    }

    /// The value of a column.
    fn cell(&self, index: usize) -> Result<(f64, State), Wrong> {
        let missing = (f64::NAN, State::MISSING);
        let Some(column) = self.schema.columns.get(index) else { return Ok(missing) };
        if let Some(Some(cell)) = self.cells.get(index) {
            return Ok(*cell);
        }
        let text = |index: u32| self.texts.get(index as usize).and_then(Text::get);
        let value = match (&column.origin, self.shape.rules.get(index)) {
            (Origin::Text(of), _) => text(*of).map_or(f64::NAN, |(text, _)| column.field.bucket_of(text)),
            (Origin::Rules(rules), Some(Some(book))) => match book.follow(rules, text) {
                Found::Category(category) => f64::from(category),
                Found::Nothing => UNSEEN_CATEGORY,
                Found::Missing => f64::NAN,
            },
            _ => f64::NAN,
        };
        let admitted = column.field.admit(value, self.row);
        let admitted =
            admitted.map_err(|error| Wrong::new(error.of_field(self.member_path(&column.field.name))))?;
        Ok((admitted.value, admitted.state))
    }

    /// The events, in the order given.
    ///
    /// Errors: the first event's that is wrong.
    pub(crate) fn finish(self) -> Result<RowEvents, Wrong> {
        self.error.map_or(Ok(self.found), Err)
    }
}

const DATE: &str = "a date as YYYY-MM-DD";

impl RowEvents {
    /// Leaves out, or refuses, what is after the reference time, and sorts the rest by date.
    ///
    /// Errors: events without a reference time; the first event after it, if that is refused.
    pub(crate) fn settle(
        &mut self,
        list: &Field,
        schema: &EventSchema,
        as_of: Option<&Field>,
        reference: (f64, State),
        row: usize,
    ) -> Result<(), Wrong> {
        if self.days.is_empty() {
            return Ok(());
        }
        let (day, state) = reference;
        if !state.is_present() {
            let as_of = as_of.map_or_else(String::new, |field| field.name.clone());
            return Err(Wrong::new(RecordError::NoReferenceTime { row, field: list.name.clone(), as_of }));
        }
        let late = |at: i32| f64::from(at) > day;
        if let Some(index) = self.days.iter().position(|&at| late(at)) {
            if schema.after == After::Refuse {
                let field = format!("{}[{index}]", list.name);
                let as_of = date::format(day).unwrap_or_default();
                return Err(Wrong::new(RecordError::AfterReferenceTime { row, field, as_of }));
            }
        } else if self.days.is_sorted() {
            return Ok(());
        }
        // The place in the list stands second, so that events of one day keep their order. A heap sorts: std's general sort
        // is 2 KB of compressed wasm.
        let known = self.days.iter().copied().zip(0..).filter(|&(at, _)| !late(at));
        let order: BinaryHeap<(i32, u32)> = known.collect();
        self.ignored = (self.days.len() - order.len()) as u32;
        let order = order.into_sorted_vec();
        let width = schema.columns.len();
        let mut cells = Vec::with_capacity(order.len() * width);
        for &(_, index) in &order {
            let start = index as usize * width;
            cells.extend_from_slice(self.cells.get(start..start + width).unwrap_or_default());
        }
        self.days = order.into_iter().map(|(at, _)| at).collect();
        self.cells = cells;
        Ok(())
    }
}

impl Field {
    /// The categories by name; none for a field of another type.
    pub(crate) fn category_names(&self) -> Names {
        Names::new(self.categories().iter().map(String::as_str))
    }

    /// The column value of a text in a field of type [`FieldType::Hash`].
    pub(crate) fn bucket_of(&self, text: &str) -> f64 {
        match self.kind {
            FieldType::Hash { buckets } => f64::from(hash::bucket(text, buckets)),
            _ => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests;
