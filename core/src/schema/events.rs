//! Event lists: a field of a record that is a list of dated events with typed columns.

use super::{Field, FieldType};
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::limits;
use crate::names::Names;
use crate::record::rules;

/// What happens to an event after the reference time. Such an event would not have been known then: a model that sees it
/// is told the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum After {
    /// The record is refused.
    #[default]
    Refuse,
    /// The event is left out; the decision says how many were.
    Ignore,
}

/// How a rule looks at a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleTest {
    /// The text begins with the pattern; case makes no difference ([`rules::lowercase`]).
    Prefix,
    /// The pattern stands in the text as whole words ([`rules::is_word`]); case makes no difference.
    Word,
    /// The text is the pattern, byte by byte: a merchant category code.
    Code,
}

/// A rule that makes a category of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The text that it looks at: index in [`EventSchema::texts`].
    pub text: u32,
    /// How.
    pub test: RuleTest,
    /// What it looks for; in lowercase unless it is a code.
    pub pattern: String,
    /// The category that an event has if the rule holds: index in the column's categories.
    pub category: u32,
}

impl Wire for Rule {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.text);
        Put::u8(out, self.test as u8);
        out.text(&self.pattern);
        Put::u32(out, self.category);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            text: input.u32()?,
            test: match input.u8()? {
                0 => RuleTest::Prefix,
                1 => RuleTest::Word,
                2 => RuleTest::Code,
                _ => return Err(input.malformed("an unknown kind of rule")),
            },
            pattern: input.text()?,
            category: input.u32()?,
        })
    }
}

/// Where the values of an event's column come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The event's member of the column's name.
    Member,
    /// The bucket of a text (index in [`EventSchema::texts`]); the column is of type [`FieldType::Hash`].
    Text(u32),
    /// The first rule that holds; the column is of type [`FieldType::Category`]. If none holds the value is unseen; if
    /// all texts that the rules look at are missing, so is the value.
    Rules(Vec<Rule>),
}

/// A column of the events.
#[derive(Clone, Debug, PartialEq)]
pub struct EventColumn {
    /// Name, type, bounds, special codes and policies of the values. Its stage is that of the list.
    pub field: Field,
    /// Where the values come from.
    pub origin: Origin,
}

impl Wire for EventColumn {
    fn put(&self, out: &mut Vec<u8>) {
        self.field.put_in(out, true);
        match &self.origin {
            Origin::Member => Put::u8(out, 0),
            Origin::Text(text) => {
                Put::u8(out, 1);
                Put::u32(out, *text);
            }
            Origin::Rules(rules) => {
                Put::u8(out, 2);
                out.list(rules);
            }
        }
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            field: Field::get_in(input, true)?,
            origin: match input.u8()? {
                0 => Origin::Member,
                1 => Origin::Text(input.u32()?),
                2 => Origin::Rules(input.list("rules", limits::EVENT_RULES, 13)?),
                _ => return Err(input.malformed("an unknown origin of a column")),
            },
        })
    }
}

/// What the events of a list are. An event is a JSON object with a date, texts and values; texts are read for the columns
/// that are made of them, and are not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct EventSchema {
    /// The member with the event's civil date, `YYYY-MM-DD`. Every event has one.
    pub date: String,
    /// Column of the record's date field with the reference time, which is of the list's own stage. The engine reads no
    /// clock.
    pub as_of: u32,
    /// What happens to an event after the reference time; one of the same day is not after it.
    pub after: After,
    /// Members that are texts, from which columns are made.
    pub texts: Vec<String>,
    /// The columns of the block, in order ([`crate::events::EventRow::column`]).
    pub columns: Vec<EventColumn>,
}

impl Wire for EventSchema {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.date);
        Put::u32(out, self.as_of);
        Put::u8(out, self.after as u8);
        out.list(&self.texts);
        out.list(&self.columns);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            date: input.text()?,
            as_of: input.u32()?,
            after: match input.u8()? {
                0 => After::Refuse,
                1 => After::Ignore,
                _ => return Err(input.malformed("an unknown policy for events after the reference time")),
            },
            texts: input.list("texts of an event", limits::EVENT_COLUMNS, 4)?,
            columns: input.list("columns of an event", limits::EVENT_COLUMNS, 70)?,
        })
    }
}

impl EventSchema {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<(usize, &EventColumn)> {
        self.columns.iter().enumerate().find(|(_, column)| column.field.name == name)
    }

    /// Values that an event takes in memory: its date and its columns.
    pub(crate) fn cells(&self) -> usize {
        self.columns.len() + 1
    }

    /// Checks it as the type of `own`, one of `fields`; what is wrong, in words.
    pub(crate) fn check(&self, own: &Field, fields: &[Field]) -> Result<(), &'static str> {
        let as_of = fields.get(self.as_of as usize).filter(|field| field.kind == FieldType::Date);
        if as_of.is_none_or(|field| field.stage != own.stage) {
            return Err("the reference time of an event list is no date field of its stage");
        }
        let columns = self.columns.iter().map(|column| column.field.name.as_str());
        let texts = self.texts.iter().map(String::as_str);
        if Names::new(columns.chain(texts).chain([self.date.as_str()])).has_duplicates() {
            return Err("two members or columns of an event have the same name");
        }
        let text = |index: u32| (index as usize) < self.texts.len();
        for column in &self.columns {
            column.field.check()?;
            match (&column.origin, &column.field.kind) {
                (_, FieldType::EventList(_)) => return Err("an event list inside an event list"),
                (Origin::Member, _) => {}
                (Origin::Text(of), FieldType::Hash { .. }) if text(*of) => {}
                (Origin::Rules(all), FieldType::Category { values }) => {
                    let fits = |rule: &Rule| {
                        text(rule.text) && (rule.category as usize) < values.len() && rules::is_pattern(rule)
                    };
                    if !all.iter().all(fits) {
                        return Err("a rule of an event list cannot be followed");
                    }
                }
                _ => return Err("a column of an event list cannot be made of what it says"),
            }
        }
        Ok(())
    }
}

impl Field {
    /// The field as it stands among other columns: `own` gives their numbers there.
    pub(crate) fn renumbered(mut self, own: impl Fn(u32) -> Option<u32>) -> Self {
        if let FieldType::EventList(events) = &mut self.kind {
            events.as_of = own(events.as_of).unwrap_or(u32::MAX);
        }
        self
    }
}
