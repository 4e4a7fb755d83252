//! Values that are known when the expression is compiled.

use std::rc::Rc;

use crate::record::date;

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that is not negative.
    Uint(u64),
    /// A number.
    Double(f64),
    /// A text.
    Text(Rc<str>),
    /// A civil date: days since 1970-01-01.
    Date(i64),
    /// A list.
    List(Vec<Self>),
    /// Values by keys, in the order of the text.
    Map(Vec<(Self, Self)>),
}

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// What it is called in messages.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Int(_) => "a whole number",
            Self::Uint(_) => "an unsigned whole number",
            Self::Double(_) => "a number",
            Self::Text(_) => "a text",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// As a literal.
    pub(super) fn show(&self) -> String {
        match self {
            Self::Bool(x) => x.to_string(),
            Self::Int(x) => x.to_string(),
            Self::Uint(x) => format!("{x}u"),
            Self::Double(x) => format!("{x:?}"),
            Self::Text(x) => format!("{x:?}"),
            Self::Date(day) => match date::format(*day as f64) {
                Some(text) => format!("date(\"{text}\")"),
                None => format!("date of day {day}"),
            },
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::show).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{}: {}", key.show(), value.show())).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}
