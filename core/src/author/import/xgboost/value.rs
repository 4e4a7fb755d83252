//! What XGBoost's JSON and UBJSON have in common: a tree of values, read by key with the place kept for errors.

use crate::Error;
use crate::author::import::{inconsistent, unsupported};
use crate::error::ImportError;

/// A number of the file. JSON text is rounded to f32 directly: by way of f64 it could round twice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    /// As f64, for integers.
    pub(super) wide: f64,
    /// As f32, for everything that XGBoost holds in f32.
    pub(super) narrow: f32,
}

impl Number {
    /// From an exact f64.
    pub(super) fn new(wide: f64) -> Self {
        Self { wide, narrow: wide as f32 }
    }

    /// The integer, if it is one that f64 holds exactly.
    pub(super) fn integer(self) -> Option<i64> {
        (self.wide.trunc() == self.wide && self.wide.abs() <= 9_007_199_254_740_992.0)
            .then_some(self.wide as i64)
    }
}

/// A value. An array that begins with a number holds numbers only: trainers write no other kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Numbers(Vec<Number>),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Numbers(_) => "an array of numbers",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Not the format: wrong type, missing key, broken syntax.
pub(super) fn malformed(what: impl Into<String>, at: impl Into<String>) -> Error {
    ImportError::Format { format: "an XGBoost model file", what: what.into(), at: at.into() }.into()
}

/// An object with its place.
#[derive(Debug)]
pub(super) struct Object<'a> {
    fields: &'a [(String, Value)],
    /// Path from the top of the file, for errors.
    pub(super) path: String,
}

impl<'a> Object<'a> {
    /// The value as an object; its keys must be among `known`, each once.
    pub(super) fn new(value: &'a Value, path: String, known: &[&str]) -> Result<Self, Error> {
        let object = Self::open(value, path)?;
        let mut seen = vec![false; known.len()];
        for (key, _) in object.fields {
            let place = known.iter().position(|k| k == key);
            match place.and_then(|p| seen.get_mut(p)) {
                None => {
                    let what = format!("the key `{}` of this XGBoost file", shorten(key));
                    return Err(unsupported(what, object.at(key)));
                }
                Some(true) => return Err(inconsistent("the key is there twice", object.at(key))),
                Some(seen) => *seen = true,
            }
        }
        Ok(object)
    }

    /// The value as an object with keys of any name.
    pub(super) fn open(value: &'a Value, path: String) -> Result<Self, Error> {
        match value {
            Value::Object(fields) => Ok(Self { fields, path }),
            other => {
                let path = if path.is_empty() { "top of the file".to_owned() } else { path };
                Err(malformed(format!("{} stands where an object must be", other.kind()), path))
            }
        }
    }

    /// Path of a key.
    pub(super) fn at(&self, key: &str) -> String {
        match self.path.is_empty() {
            true => shorten(key).to_owned(),
            false => format!("{}.{}", self.path, shorten(key)),
        }
    }

    /// Path of an element.
    pub(super) fn at_index(&self, key: &str, index: usize) -> String {
        format!("{}[{index}]", self.at(key))
    }

    /// The value of a key that may be absent.
    pub(super) fn find(&self, key: &str) -> Option<&'a Value> {
        self.fields.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Result<&'a Value, Error> {
        self.find(key).ok_or_else(|| malformed("the key is missing", self.at(key)))
    }

    /// An object with known keys.
    pub(super) fn object(&self, key: &str, known: &[&str]) -> Result<Object<'a>, Error> {
        Object::new(self.get(key)?, self.at(key), known)
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Result<&'a str, Error> {
        match self.get(key)? {
            Value::Text(text) => Ok(text),
            other => Err(self.wrong(key, other, "a text")),
        }
    }

    /// XGBoost writes its parameters as texts: a count in one of them.
    pub(super) fn count(&self, key: &str) -> Result<usize, Error> {
        let text = self.text(key)?;
        text.parse().map_err(|_| malformed(format!("`{}` is not a count", shorten(text)), self.at(key)))
    }

    /// A count that may be absent.
    pub(super) fn count_or(&self, key: &str, default: usize) -> Result<usize, Error> {
        match self.find(key) {
            None => Ok(default),
            Some(_) => self.count(key),
        }
    }

    /// An array of numbers.
    pub(super) fn numbers(&self, key: &str) -> Result<&'a [Number], Error> {
        match self.get(key)? {
            Value::Numbers(numbers) => Ok(numbers),
            Value::Array(values) if values.is_empty() => Ok(&[]),
            other => Err(self.wrong(key, other, "an array of numbers")),
        }
    }

    /// An array of numbers of a given length.
    pub(super) fn numbers_of(&self, key: &str, length: usize) -> Result<&'a [Number], Error> {
        let numbers = self.numbers(key)?;
        match numbers.len() == length {
            true => Ok(numbers),
            false => {
                let what = format!("{} elements where {length} are declared", numbers.len());
                Err(inconsistent(what, self.at(key)))
            }
        }
    }

    /// An array of anything but numbers.
    pub(super) fn array(&self, key: &str) -> Result<&'a [Value], Error> {
        match self.get(key)? {
            Value::Array(values) => Ok(values),
            Value::Numbers(numbers) if numbers.is_empty() => Ok(&[]),
            other => Err(self.wrong(key, other, "an array")),
        }
    }

    /// An array of texts.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'a str>, Error> {
        let mut texts = Vec::new();
        for (i, value) in self.array(key)?.iter().enumerate() {
            match value {
                Value::Text(text) => texts.push(text.as_str()),
                other => {
                    let what = format!("{} stands where a text must be", other.kind());
                    return Err(malformed(what, self.at_index(key, i)));
                }
            }
        }
        Ok(texts)
    }

    fn wrong(&self, key: &str, found: &Value, wanted: &str) -> Error {
        malformed(format!("{} stands where {wanted} must be", found.kind()), self.at(key))
    }
}

/// Text of the file in a message: not longer than a line.
pub(super) fn shorten(text: &str) -> &str {
    match text.char_indices().nth(60) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}
