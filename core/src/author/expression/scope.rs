//! What an expression can read.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::formula::Register;

/// What a column is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number: `double`.
    Number,
    /// A whole number: `int`.
    Integer,
    /// 0 or 1: `bool`.
    Flag,
    /// Days since 1970-01-01.
    Date,
    /// An index into these texts; they are `string`.
    Category(Rc<Vec<String>>),
    /// The number of the events of a list.
    Events(Rc<Events>),
}

impl Kind {
    /// What it is called in messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Flag => "true or false",
            Self::Date => "a date",
            Self::Category(_) => "a text",
            Self::Events(_) => "an event list",
        }
    }
}

/// The events of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// The member with their date.
    pub date: String,
    /// Their columns, in order; `None` for one that expressions cannot read (a hash).
    pub columns: Vec<(String, Option<EventColumn>)>,
}

/// A column of events.
#[derive(Clone, Debug, PartialEq)]
pub struct EventColumn {
    /// What it is; no event list.
    pub kind: Kind,
    /// Its unit; empty for none.
    pub unit: String,
}

/// A column as expressions read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Where its value stands; of an event list it is an input.
    pub register: Register,
    /// What it is.
    pub kind: Kind,
    /// Its unit; empty for none.
    pub unit: String,
}

/// Columns by name. A name may have dots, as that of an output of a node (`bureau.pd`).
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub(super) columns: BTreeMap<String, Column>,
}

impl Scope {
    /// A scope without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column, in place of one of the same name.
    pub fn add(&mut self, name: impl Into<String>, column: Column) {
        self.columns.insert(name.into(), column);
    }

    pub(super) fn get(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)
    }
}
