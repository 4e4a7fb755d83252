//! Fields: the typed inputs of a record.

use crate::bundle::wire::{Put, Reader, Wire};
use crate::column::State;
use crate::error::BundleError;
use crate::limits;

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
    fn get(input: &mut Reader<'_>) -> Result<Self, BundleError> {
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
    /// A list of dated rows. No node reads it yet: its place in the format is kept.
    EventList {
        /// The columns of an event besides its date, with their types.
        columns: Vec<(String, FieldType)>,
    },
}

impl FieldType {
    /// The type in words, for messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::Category { .. } => "a text",
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
            Self::EventList { columns } => {
                Put::u8(out, 5);
                out.count(columns.len());
                for (name, kind) in columns {
                    out.text(name);
                    kind.put(out);
                }
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, BundleError> {
        Self::get_in(input, false)
    }
}

impl FieldType {
    /// Reads a type; inside an event list (`nested`) another one is refused before anything of it is read.
    fn get_in(input: &mut Reader<'_>, nested: bool) -> Result<Self, BundleError> {
        Ok(match input.u8()? {
            0 => Self::Number,
            1 => Self::Integer,
            2 => Self::Boolean,
            3 => Self::Category { values: input.list("categories", limits::CATEGORIES, 4)? },
            4 => Self::Date,
            5 if nested => return Err(input.malformed("an event list inside an event list")),
            5 => {
                let n = input.count("event columns", limits::FIELDS, 5)?;
                let mut columns = Vec::with_capacity(n);
                for _ in 0..n {
                    let name = input.text()?;
                    columns.push((name, Self::get_in(input, true)?));
                }
                Self::EventList { columns }
            }
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
    fn get(input: &mut Reader<'_>) -> Result<Self, BundleError> {
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
    fn get(input: &mut Reader<'_>) -> Result<Self, BundleError> {
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
    fn get(input: &mut Reader<'_>) -> Result<Self, BundleError> {
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
        out.text(&self.name);
        self.kind.put(out);
        out.text(&self.unit);
        self.stage.put(out);
        out.bool(self.leaves_device);
        Put::f64(out, self.min);
        Put::f64(out, self.max);
        out.list(&self.specials);
        self.policies.missing.put(out);
        self.policies.special.put(out);
        self.policies.unseen.put(out);
        self.policies.out_of_range.put(out);
        out.list(&self.labels);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, BundleError> {
        let field = Self {
            name: input.text()?,
            kind: FieldType::get(input)?,
            unit: input.text()?,
            stage: Stage::get(input)?,
            leaves_device: input.bool()?,
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
}
