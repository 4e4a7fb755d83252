//! A typed view of a TOML table: every getter notes the key as known and reports a wrong type; [`Table::finish`] reports
//! the keys that nobody asked for.

use core::cell::RefCell;
use core::ops::Range;
use std::collections::BTreeSet;

use toml_span::value::{Key, Value, ValueInner};

use super::code;
use super::report::{Name, Report, Spanned};
use super::suggest;

/// A value with what it is called in messages.
#[derive(Clone)]
pub(super) struct Item<'a> {
    report: &'a Report<'a>,
    value: &'a Value<'a>,
    what: String,
}

impl<'a> Item<'a> {
    pub(super) fn root(report: &'a Report<'a>, value: &'a Value<'a>) -> Self {
        Self { report, value, what: "bundle.toml".to_owned() }
    }

    /// Where it stands.
    pub(super) fn span(&self) -> Range<usize> {
        self.value.span.into()
    }

    /// What it is called in messages.
    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// The report.
    pub(super) fn report(&self) -> &'a Report<'a> {
        self.report
    }

    fn wrong<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value.as_ref() {
            ValueInner::String(_) => "a text",
            ValueInner::Integer(_) => "a whole number",
            ValueInner::Float(_) => "a number",
            ValueInner::Boolean(_) => "true or false",
            ValueInner::Array(_) => "a list",
            ValueInner::Table(_) => "a table",
        };
        let what = &self.what;
        self.report.error(
            code::TYPE,
            &self.span(),
            format!("{what} must be {expected}, not {found}"),
            format!("write {expected}"),
        );
        None
    }

    /// A text.
    pub(super) fn text(&self) -> Option<Name> {
        match self.value.as_ref() {
            ValueInner::String(s) => Some(Spanned::new(s.clone().into_owned(), self.span())),
            _ => self.wrong("a text in quotes"),
        }
    }

    /// A text, if it is one; nothing is reported otherwise.
    pub(super) fn as_text(&self) -> Option<Name> {
        self.value.as_str().map(|s| Spanned::new(s.to_owned(), self.span()))
    }

    /// A finite number.
    pub(super) fn number(&self) -> Option<Spanned<f64>> {
        let x = self.number_open()?;
        if x.value.is_finite() {
            return Some(x);
        }
        self.wrong("a finite number")
    }

    /// A number that may be infinite.
    pub(super) fn number_open(&self) -> Option<Spanned<f64>> {
        match self.value.as_ref() {
            // A whole number over 2^53 is the nearest double, as in JSON.
            ValueInner::Integer(i) => Some(Spanned::new(*i as f64, self.span())),
            ValueInner::Float(x) if !x.is_nan() => Some(Spanned::new(*x, self.span())),
            _ => self.wrong("a number"),
        }
    }

    /// A number, if it is one; nothing is reported otherwise.
    pub(super) fn as_number(&self) -> Option<Spanned<f64>> {
        match self.value.as_ref() {
            ValueInner::Integer(_) | ValueInner::Float(_) => self.number(),
            _ => None,
        }
    }

    /// A flag.
    pub(super) fn flag(&self) -> Option<Spanned<bool>> {
        match self.value.as_ref() {
            ValueInner::Boolean(x) => Some(Spanned::new(*x, self.span())),
            _ => self.wrong("true or false"),
        }
    }

    /// A flag, if it is one; nothing is reported otherwise.
    pub(super) fn as_flag(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// A list.
    pub(super) fn list(&self) -> Option<Vec<Item<'a>>> {
        let Some(items) = self.value.as_array() else { return self.wrong("a list in [ ]") };
        let item =
            |(i, value)| Item { report: self.report, value, what: format!("{}[{}]", self.what, i + 1) };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// Whether it is a list.
    pub(super) fn is_list(&self) -> bool {
        self.value.as_array().is_some()
    }

    /// Whether it is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.as_table().is_some()
    }

    /// A table, called `what` in messages.
    pub(super) fn table(&self, what: String) -> Option<Table<'a>> {
        let Some(inner) = self.value.as_table() else { return self.wrong("a table") };
        Some(Table {
            report: self.report,
            entries: inner.iter().collect(),
            span: self.span(),
            what,
            known: RefCell::default(),
        })
    }

    /// The value as JSON; a date stands in quotes, and there are no numbers that are not finite.
    pub(super) fn json(&self) -> serde_json::Value {
        json(self.value)
    }

    /// A member, if it is a table that has it; the key is not noted as known.
    pub(super) fn as_member(&self, key: &str) -> Option<Item<'a>> {
        let (_, value) = self.value.as_table()?.iter().find(|(name, _)| name.name == key)?;
        Some(Item { report: self.report, value, what: format!("`{key}` of {}", self.what) })
    }

    /// A list of finite numbers.
    pub(super) fn numbers(&self) -> Option<Vec<Spanned<f64>>> {
        let items = self.list()?;
        let n = items.len();
        let numbers: Vec<_> = items.iter().filter_map(Item::number).collect();
        (numbers.len() == n).then_some(numbers)
    }

    /// A list of texts.
    pub(super) fn texts(&self) -> Option<Vec<Name>> {
        let items = self.list()?;
        let n = items.len();
        let texts: Vec<_> = items.iter().filter_map(Item::text).collect();
        (texts.len() == n).then_some(texts)
    }

    /// One of a closed list of words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<Spanned<T>> {
        let word = self.text()?;
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == word.value) {
            return Some(Spanned::new(*value, word.span));
        }
        self.report.error(
            code::VALUE,
            &word.span,
            format!("{} cannot be `{}`", self.what, word.value),
            suggest::mend(&word.value, choices.iter().map(|(name, _)| *name)),
        );
        None
    }
}

fn json(value: &Value<'_>) -> serde_json::Value {
    match value.as_ref() {
        ValueInner::String(text) => text.as_ref().into(),
        ValueInner::Integer(number) => (*number).into(),
        ValueInner::Float(number) => (*number).into(),
        ValueInner::Boolean(flag) => (*flag).into(),
        ValueInner::Array(items) => items.iter().map(json).collect(),
        ValueInner::Table(entries) => {
            entries.iter().map(|(key, value)| (key.name.clone().into_owned(), json(value))).collect()
        }
    }
}

/// A table whose keys are read one by one.
pub(super) struct Table<'a> {
    report: &'a Report<'a>,
    entries: Vec<(&'a Key<'a>, &'a Value<'a>)>,
    span: Range<usize>,
    what: String,
    known: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Table<'a> {
    /// Where it stands.
    pub(super) fn span(&self) -> &Range<usize> {
        &self.span
    }

    /// Gives the table another place in messages: that of the key that names it.
    pub(super) fn at(mut self, span: Range<usize>) -> Self {
        self.span = span;
        self
    }

    /// What it is called in messages.
    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// The report.
    pub(super) fn report(&self) -> &'a Report<'a> {
        self.report
    }

    /// A table without keys at the same place.
    pub(super) fn empty(&self, what: &str) -> Self {
        Self {
            report: self.report,
            entries: Vec::new(),
            span: 0..0,
            what: what.to_owned(),
            known: RefCell::default(),
        }
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &'static str) -> Option<Item<'a>> {
        self.known.borrow_mut().insert(key);
        let (_, value) = self.entries.iter().find(|(k, _)| k.name == key)?;
        Some(Item { report: self.report, value, what: format!("`{key}` of {}", self.what) })
    }

    /// Where a key stands, if it is there.
    pub(super) fn key_span(&self, key: &str) -> Option<Range<usize>> {
        self.entries.iter().find(|(k, _)| k.name == key).map(|(k, _)| k.span.into())
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &'static str, example: &str) -> Option<Item<'a>> {
        let found = self.get(key);
        if found.is_none() {
            self.report.error(
                code::MISSING_KEY,
                &self.span,
                format!("{} has no `{key}`", self.what),
                format!("add `{key} = {example}`"),
            );
        }
        found
    }

    /// The entries in the order of the file: for tables whose keys are names.
    pub(super) fn named(&self) -> Vec<(Name, Item<'a>)> {
        let mut entries: Vec<(Name, Item<'a>)> = self
            .entries
            .iter()
            .map(|(key, value)| {
                let name = Spanned::new(key.name.clone().into_owned(), key.span.into());
                let what = format!("`{}` of {}", key.name, self.what);
                (name, Item { report: self.report, value, what })
            })
            .collect();
        entries.sort_by_key(|(name, _)| name.span.start);
        entries
    }

    /// Reports every key that no getter asked for.
    pub(super) fn finish(self) {
        let known = self.known.borrow();
        for (key, _) in &self.entries {
            if !known.contains(key.name.as_ref()) {
                self.report.error(
                    code::UNKNOWN_KEY,
                    &key.span.into(),
                    format!("{} has no key `{}`", self.what, key.name),
                    suggest::mend(&key.name, known.iter().copied()),
                );
            }
        }
    }
}
