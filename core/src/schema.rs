//! Fields: the typed inputs of a record.

mod events;

pub use events::{After, EventColumn, EventSchema, Origin, Rule, RuleTest};

use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::State;
use crate::limits;
use crate::names::Names;

/// Where a field is read or a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Stage {
    /// On the applicant's own device.
    Device,
    /// In the edge worker (and, for a bundle that is not cut, anywhere).
    #[default]
    Edge,
}

impl Wire for Stage {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, *self as u8);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        match input.u8()? {
            0 => Ok(Self::Device),
            1 => Ok(Self::Edge),
            _ => Err(input.malformed("an unknown stage")),
        }
    }
}

/// The type of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldType {
    /// Any double; JSON number. An infinity, which only columns can give, is within bounds that are open.
    Number,
    /// A whole number up to ±2^53; JSON number.
    Integer,
    /// `true` or `false`; column value 1 or 0.
    Boolean,
    /// One of a closed list of texts; column value is its index in the list.
    Category {
        /// The texts, in order: the index is the code that models see.
        values: Vec<String>,
    },
    /// A civil date `YYYY-MM-DD`; column value is days since 1970-01-01.
    Date,
    /// A list of dated events; column value is their number.
    EventList(Box<EventSchema>),
    /// Any text, of which only its bucket is kept (the hashing trick, Weinberger et al. 2009); column value is
    /// [`bucket`](crate::record::bucket) of the text.
    Hash {
        /// Buckets, at least 1, at most [`limits::HASH_BUCKETS`].
        buckets: u32,
    },
}

impl FieldType {
    /// The type in words, for messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::Category { .. } | Self::Hash { .. } => "a text",
            Self::Date => "a date as YYYY-MM-DD",
            Self::EventList { .. } => "a list of events",
        }
    }
}

impl Wire for FieldType {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Number => Put::u8(out, 0),
            Self::Integer => Put::u8(out, 1),
            Self::Boolean => Put::u8(out, 2),
            Self::Category { values } => {
                Put::u8(out, 3);
                out.list(values);
            }
            Self::Date => Put::u8(out, 4),
            Self::EventList(events) => {
                Put::u8(out, 5);
                events.put(out);
            }
            Self::Hash { buckets } => {
                Put::u8(out, 6);
                Put::u32(out, *buckets);
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Self::get_in(input, false)
    }
}

impl FieldType {
    /// Reads a type; inside an event list (`nested`) another one is refused before anything of it is read.
    fn get_in(input: &mut Reader<'_>, nested: bool) -> Result<Self, Refused> {
        Ok(match input.u8()? {
            0 => Self::Number,
            1 => Self::Integer,
            2 => Self::Boolean,
            3 => Self::Category { values: input.list("categories", limits::CATEGORIES, 4)? },
            4 => Self::Date,
            5 if nested => return Err(input.malformed("an event list inside an event list")),
            5 => Self::EventList(Box::new(EventSchema::get(input)?)),
            6 => match input.u32()? {
                buckets @ 1..=limits::HASH_BUCKETS => Self::Hash { buckets },
                _ => return Err(input.malformed("a hash has no bucket, or too many")),
            },
            _ => return Err(input.malformed("an unknown type of field")),
        })
    }
}

/// What happens to a value in a missing state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Policy {
    /// The record is refused.
    Refuse,
    /// The state goes on to the nodes, which have a bin of their own for it.
    OwnBin,
    /// The state goes on to the nodes, which take the trainer's native missing branch.
    Native,
    /// The value is replaced; the decision still names the state.
    Impute(f64),
}

impl Wire for Policy {
    fn put(&self, out: &mut Vec<u8>) {
        let (code, value) = match *self {
            Self::Refuse => (0, 0.0),
            Self::OwnBin => (1, 0.0),
            Self::Native => (2, 0.0),
            Self::Impute(value) => (3, value),
        };
        Put::u8(out, code);
        Put::f64(out, value);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let (code, value) = (input.u8()?, input.f64()?);
        match code {
            0 => Ok(Self::Refuse),
            1 => Ok(Self::OwnBin),
            2 => Ok(Self::Native),
            3 => Ok(Self::Impute(value)),
            _ => Err(input.malformed("an unknown policy")),
        }
    }
}

/// The four policies of a field, one for each way of being absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policies {
    /// For [`State::MISSING`].
    pub missing: Policy,
    /// For the field's special codes.
    pub special: Policy,
    /// For [`State::UNSEEN`].
    pub unseen: Policy,
    /// For [`State::OUT_OF_RANGE`].
    pub out_of_range: Policy,
}

impl Policies {
    /// The policy for a state that is not present.
    pub fn of(&self, state: State) -> Policy {
        match state {
            State::MISSING => self.missing,
            State::UNSEEN => self.unseen,
            State::OUT_OF_RANGE => self.out_of_range,
            _ => self.special,
        }
    }
}

/// A value that is a code, not a quantity (−9 = "no bureau file").
#[derive(Clone, Debug, PartialEq)]
pub struct Special {
    /// The value as it stands in the column: the number itself; for a category field the code is in `text`.
    pub value: f64,
    /// The text of the code, for category fields; empty otherwise.
    pub text: String,
    /// What it means, in words.
    pub name: String,
}

impl Wire for Special {
    fn put(&self, out: &mut Vec<u8>) {
        Put::f64(out, self.value);
        out.text(&self.text);
        out.text(&self.name);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { value: input.f64()?, text: input.text()?, name: input.text()? })
    }
}

/// A text in one language: BCP 47 tag, text.
#[derive(Clone, Debug, PartialEq)]
pub struct Localized {
    /// BCP 47 language tag (`en`, `zh`).
    pub lang: String,
    /// The text.
    pub text: String,
}

impl Wire for Localized {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.lang);
        out.text(&self.text);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { lang: input.text()?, text: input.text()? })
    }
}

/// A typed input of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name, as in the record.
    pub name: String,
    /// Type.
    pub kind: FieldType,
    /// Unit in words or by symbol (`EUR`, `months`); empty if none.
    pub unit: String,
    /// Stage that reads it.
    pub stage: Stage,
    /// Whether its value may cross from the device stage to the edge stage.
    pub leaves_device: bool,
    /// Least allowed value, inclusive; −∞ if open. A value outside is [`State::OUT_OF_RANGE`].
    pub min: f64,
    /// Greatest allowed value, inclusive; +∞ if open.
    pub max: f64,
    /// Values that are codes.
    pub specials: Vec<Special>,
    /// What happens to absent values.
    pub policies: Policies,
    /// Names for people, by language.
    pub labels: Vec<Localized>,
}

impl Wire for Field {
    fn put(&self, out: &mut Vec<u8>) {
        self.put_in(out, false);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Self::get_in(input, false)
    }
}

impl Field {
    /// Writes a field; as a column of an event list (`nested`), which has its list's stage, without one.
    fn put_in(&self, out: &mut Vec<u8>, nested: bool) {
        out.text(&self.name);
        self.kind.put(out);
        out.text(&self.unit);
        if !nested {
            self.stage.put(out);
            out.bool(self.leaves_device);
        }
        Put::f64(out, self.min);
        Put::f64(out, self.max);
        out.list(&self.specials);
        self.policies.missing.put(out);
        self.policies.special.put(out);
        self.policies.unseen.put(out);
        self.policies.out_of_range.put(out);
        out.list(&self.labels);
    }

    /// Reads what [`Field::put_in`] wrote.
    fn get_in(input: &mut Reader<'_>, nested: bool) -> Result<Self, Refused> {
        let field = Self {
            name: input.text()?,
            kind: FieldType::get_in(input, nested)?,
            unit: input.text()?,
            stage: if nested { Stage::default() } else { Stage::get(input)? },
            leaves_device: !nested && input.bool()?,
            min: input.f64_open()?,
            max: input.f64_open()?,
            specials: input.list("special codes", limits::SPECIALS, 16)?,
            policies: Policies {
                missing: Policy::get(input)?,
                special: Policy::get(input)?,
                unseen: Policy::get(input)?,
                out_of_range: Policy::get(input)?,
            },
            labels: input.list("labels", limits::SECTIONS, 8)?,
        };
        if field.min > field.max {
            return Err(input.malformed("a field's least value is over its greatest"));
        }
        Ok(field)
    }

    /// What can be checked of one field by itself; what is wrong, in words.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if Names::new(self.categories().iter().map(String::as_str)).has_duplicates() {
            return Err("a category is listed twice");
        }
        let twin = |(i, a): (usize, &Special)| {
            self.specials.iter().take(i).any(|b| a.value == b.value && a.text == b.text)
        };
        if self.specials.iter().enumerate().any(twin) {
            return Err("a special code is listed twice");
        }
        // What stands in for a list that is missing is the empty one.
        let other = |policy| matches!(policy, Policy::Impute(value) if value != 0.0);
        if matches!(self.kind, FieldType::EventList(_)) && other(self.policies.missing) {
            return Err("an event list is imputed by something else than the empty one");
        }
        Ok(())
    }

    /// The events that it is a list of, if it is one.
    pub fn events(&self) -> Option<&EventSchema> {
        match &self.kind {
            FieldType::EventList(events) => Some(events),
            _ => None,
        }
    }
}
