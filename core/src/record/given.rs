//! A typed value of a record, and what its field makes of it: one rule for JSON, tables and JavaScript objects.

use super::Wrong;
use super::date;
use crate::schema::{Field, FieldType};

/// A value of a record, before its field has looked at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given<'a> {
    /// None, or null.
    Nothing,
    /// A truth value.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// A list.
    List,
    /// An object.
    Object,
    /// A value that JSON does not have: what it is, in words.
    Foreign(&'static str),
}

impl Given<'_> {
    /// What it is, in words.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Nothing => "null",
            Self::Boolean(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Foreign(what) => what,
        }
    }
}

impl Field {
    /// The column value of a typed value; `code` gives that of a category's text (see [`Field::state_of`]).
    ///
    /// Errors: a value of another type than the field's.
    #[inline]
    pub(crate) fn value_of(
        &self,
        given: Given<'_>,
        row: usize,
        code: impl FnOnce(&str) -> f64,
    ) -> Result<f64, Wrong> {
        let found = match (given, &self.kind) {
            (Given::Nothing, _) => return Ok(f64::NAN),
            (Given::Boolean(truth), FieldType::Boolean) => return Ok(f64::from(u8::from(truth))),
            (Given::Number(number), FieldType::Number | FieldType::Integer) => return Ok(number),
            (Given::Text(text), FieldType::Category { .. }) => return Ok(code(text)),
            (Given::Text(text), FieldType::Hash { .. }) => return Ok(self.bucket_of(text)),
            (Given::Text(text), FieldType::Date) => match date::parse(text) {
                Some(days) => return Ok(days),
                None => "a text that is no date",
            },
            _ => given.describe(),
        };
        Err(self.type_error(row, found))
    }

    /// The column value of a category's text, whose index among the known categories is `known`: special codes first.
    pub(crate) fn code_of(&self, text: &str, known: Option<usize>) -> f64 {
        match (self.specials.iter().position(|s| s.text == text), known) {
            (Some(index), _) => -2.0 - index as f64,
            (None, Some(index)) => index as f64,
            (None, None) => UNSEEN_CATEGORY,
        }
    }
}

/// Column value of a category that the bundle does not know (see [`Field::state_of`]).
pub(crate) const UNSEEN_CATEGORY: f64 = -1.0;
