//! What a policy is made of, and how it is written.

use super::read::Outcome;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::limits;
use crate::reason::ReasonSpec;
use crate::schema::Localized;

pub(super) fn put_column(out: &mut Vec<u8>, column: Option<u32>) {
    Put::u32(out, column.unwrap_or(u32::MAX));
}

pub(super) fn get_column(input: &mut Reader<'_>) -> Result<Option<u32>, Refused> {
    let column = input.u32()?;
    Ok((column != u32::MAX).then_some(column))
}

fn get_texts(input: &mut Reader<'_>) -> Result<Vec<Localized>, Refused> {
    input.list("texts of a policy", limits::LANGUAGES, 8)
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal; $( $(#[$inner:meta])* $variant:ident = $code:literal, $word:literal; )*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $name { $( $(#[$inner])* $variant = $code, )* }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];

            /// Its name, as in the decision.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
                match input.u8()? {
                    $( $code => Ok(Self::$variant), )*
                    _ => Err(input.malformed($what)),
                }
            }
        }
    };
}

words! {
    /// What a rule is for.
    RuleKind, "an unknown kind of rule";
    /// Stands before every model: it declines (or refers), whatever they say.
    Hard = 0, "hard";
    /// Sets the outcome whatever the models say, for a reason that somebody answers for.
    Override = 1, "override";
    /// Raises a term, or betters the outcome, to no less than its value.
    Floor = 2, "floor";
    /// Lowers a term, or worsens the outcome, to no more than its value.
    Cap = 3, "cap";
    /// Only tells, and gives other nodes a flag to read.
    Indicator = 4, "indicator";
}

words! {
    /// What a decision needs of a source.
    Need, "an unknown need of a source";
    /// A model that reads it cannot score without it.
    Required = 0, "required";
    /// What reads it does without: the rest is reweighted, or another model stands in.
    Optional = 1, "optional";
    /// Without it the outcome is no better than refer.
    Refer = 2, "refer";
}

words! {
    /// What a trace tells of.
    TraceKind, "an unknown kind of traced node";
    /// A decision tree: its column is the index of the leaf, from 0.
    Tree = 0, "tree";
    /// A decision table: its column is the number of the rule that hit, from 1; 0 if none did.
    Table = 1, "table";
}

/// A term of the offer.
#[derive(Debug, Clone, PartialEq)]
pub struct TermOutput {
    /// Name, unique among the terms: `limit`, `rate`, `tenor`, `deposit`.
    pub name: String,
    /// Unit of its value.
    pub unit: String,
    /// Column of its value.
    pub column: u32,
    /// Names for people, by language.
    pub labels: Vec<Localized>,
}

impl Wire for TermOutput {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.name);
        out.text(&self.unit);
        Put::u32(out, self.column);
        out.list(&self.labels);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { name: input.text()?, unit: input.text()?, column: input.u32()?, labels: get_texts(input)? })
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleOutput {
    /// Id, unique among the rules.
    pub id: String,
    /// What it is for.
    pub kind: RuleKind,
    /// The outcome that it sets, or that it makes the decision no better or no worse than; none if it is about terms only.
    pub outcome: Option<Outcome>,
    /// Column that is 1 if it fires and 0 if it does not; absent if that cannot be told.
    pub column: u32,
    /// What it says, by language.
    pub texts: Vec<Localized>,
    /// Who answers for it; empty if nobody is named.
    pub author: String,
    /// The last day that it holds, in days since 1970-01-01.
    pub expires: Option<i32>,
    /// Reason groups whose codes it gives.
    pub groups: Vec<u32>,
}

impl Wire for RuleOutput {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.id);
        Put::u8(out, self.kind as u8);
        Put::u8(out, self.outcome.map_or(0, |outcome| 1 + outcome as u8));
        Put::u32(out, self.column);
        out.list(&self.texts);
        out.text(&self.author);
        out.bool(self.expires.is_some());
        if let Some(day) = self.expires {
            Put::u32(out, day.cast_unsigned());
        }
        out.u32s(&self.groups);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            id: input.text()?,
            kind: RuleKind::get(input)?,
            outcome: match usize::from(input.u8()?).checked_sub(1) {
                None => None,
                Some(code) => match Outcome::ALL.get(code) {
                    Some(&outcome) => Some(outcome),
                    None => return Err(input.malformed("an unknown outcome of a rule")),
                },
            },
            column: input.u32()?,
            texts: get_texts(input)?,
            author: input.text()?,
            expires: if input.bool()? { Some(input.u32()?.cast_signed()) } else { None },
            groups: input.u32s("reason codes of a rule", limits::REASON_GROUPS)?,
        })
    }
}

/// A source of data: a group of fields that come together, such as a bureau's.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceOutput {
    /// Name, unique among the sources.
    pub name: String,
    /// What a decision needs of it.
    pub need: Need,
    /// Column that is 1 if the source is present, 0 if not.
    pub column: u32,
    /// Columns of its fields.
    pub fields: Vec<u32>,
    /// Names for people, by language.
    pub labels: Vec<Localized>,
    /// What its absence does, by language.
    pub effects: Vec<Localized>,
}

impl Wire for SourceOutput {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.name);
        Put::u8(out, self.need as u8);
        Put::u32(out, self.column);
        out.u32s(&self.fields);
        out.list(&self.labels);
        out.list(&self.effects);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            name: input.text()?,
            need: Need::get(input)?,
            column: input.u32()?,
            fields: input.u32s("fields of a source", limits::FIELDS)?,
            labels: get_texts(input)?,
            effects: get_texts(input)?,
        })
    }
}

/// A score that several models can give: the first that is not passed over does.
#[derive(Debug, Clone, PartialEq)]
pub struct FallbackOutput {
    /// Index of the score.
    pub score: u32,
    /// Column of the index of the step that gave the score; absent if none did.
    pub used: u32,
    /// The models, in the order in which they are tried.
    pub steps: Vec<FallbackStep>,
}

/// A model of a fallback.
#[derive(Debug, Clone, PartialEq)]
pub struct FallbackStep {
    /// Name of the model.
    pub model: String,
    /// Column of the model's output: its state tells a refusal at run time from an output that is merely absent.
    pub column: u32,
    /// Column of the code of why it is passed over ([`Cause`](super::Cause)); 0 if it is not.
    pub cause: u32,
    /// How the reasons of a score that it gave are found; none of the first, whose are the score's own.
    pub reasons: Option<ReasonSpec>,
}

impl Wire for FallbackOutput {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.score);
        Put::u32(out, self.used);
        out.list(&self.steps);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            score: input.u32()?,
            used: input.u32()?,
            steps: input.list("models of a fallback", limits::FALLBACK_STEPS, 13)?,
        })
    }
}

impl Wire for FallbackStep {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.model);
        Put::u32(out, self.column);
        Put::u32(out, self.cause);
        out.bool(self.reasons.is_some());
        if let Some(reasons) = &self.reasons {
            reasons.put(out);
        }
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            model: input.text()?,
            column: input.u32()?,
            cause: input.u32()?,
            reasons: if input.bool()? { Some(ReasonSpec::get(input)?) } else { None },
        })
    }
}

/// A tree or table that a trace tells of.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceOutput {
    /// Name of the node.
    pub name: String,
    /// What it is.
    pub kind: TraceKind,
    /// Column of what was hit.
    pub column: u32,
    /// What can be hit, in order; a table may leave them out.
    pub hits: Vec<TraceHit>,
}

/// A leaf of a tree, or a rule of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceHit {
    /// Its id.
    pub id: String,
    /// What it says, by language.
    pub texts: Vec<Localized>,
}

impl Wire for TraceOutput {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.name);
        Put::u8(out, self.kind as u8);
        Put::u32(out, self.column);
        out.list(&self.hits);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self {
            name: input.text()?,
            kind: TraceKind::get(input)?,
            column: input.u32()?,
            hits: input.list("leaves or rules of a traced node", limits::TRACE_HITS, 8)?,
        })
    }
}

impl Wire for TraceHit {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.id);
        out.list(&self.texts);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { id: input.text()?, texts: get_texts(input)? })
    }
}
