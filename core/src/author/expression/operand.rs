//! What a part of an expression is while it is compiled.

use std::rc::Rc;

use super::ast::Expr;
use super::scope::Events;
use super::value::Value;
use super::{Kind, Mistake};
use crate::author::formula::Register;

/// The greatest whole number that no other is rounded to: 2^53 − 1.
pub(super) const EXACT: f64 = 9_007_199_254_740_991.0;

#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// Known now.
    Constant(Value),
    /// Constant, and has no value: `1 / 0`. No mistake yet, for `false && 1 / 0 > 0` is false.
    Failed(Mistake),
    /// Known at run time.
    Scalar(Scalar),
    /// One of a list of texts: which is known at run time.
    Text(Text),
    /// A list of which some elements are known at run time only.
    List(Vec<Self>),
    /// Events, or what is made of them.
    Sequence(Sequence),
    /// The event that a loop stands at.
    Event(Rc<Events>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Int,
    Uint,
    Double,
    Date,
}

#[derive(Clone, Debug)]
pub(super) struct Scalar {
    pub(super) register: Register,
    pub(super) of: Type,
    pub(super) unit: Rc<str>,
    /// No value is greater than this, nor less than its negative.
    pub(super) bound: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Text {
    /// Its index.
    pub(super) register: Register,
    /// The texts that it can be, all different.
    pub(super) values: Rc<Vec<String>>,
    /// The column that it is, if it is one.
    pub(super) column: Option<Rc<str>>,
}

/// Events, filtered and mapped one after another.
#[derive(Clone, Debug)]
pub(super) struct Sequence {
    /// The input that is the list.
    pub(super) list: Register,
    pub(super) events: Rc<Events>,
    pub(super) stages: Vec<Stage>,
    /// One of them is taken: its members can be read.
    pub(super) picked: Option<Pick>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    First,
    Last,
}

/// A body with its variable, and the variables that it was written among.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    /// Whether it filters; else it maps.
    pub(super) filters: bool,
    pub(super) variable: String,
    pub(super) body: Expr,
    pub(super) variables: Vec<(String, Operand)>,
}

impl Type {
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Uint | Self::Double)
    }

    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Int | Self::Uint)
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Uint => "an unsigned whole number",
            Self::Double => "a number",
            Self::Date => "a date",
        }
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Bool => Kind::Flag,
            Self::Int | Self::Uint => Kind::Integer,
            Self::Double => Kind::Number,
            Self::Date => Kind::Date,
        }
    }

    /// The type of a constant that has one of its own at run time.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::Int,
            Value::Uint(_) => Self::Uint,
            Value::Double(_) => Self::Double,
            Value::Date(_) => Self::Date,
            Value::Text(_) | Value::List(_) | Value::Map(_) => return None,
        })
    }
}

impl Operand {
    /// What it is called in messages.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Constant(value) => value.describe(),
            Self::Failed(_) => "no value",
            Self::Scalar(scalar) => scalar.of.describe(),
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Sequence(Sequence { picked: Some(_), .. }) | Self::Event(_) => "an event",
            Self::Sequence(_) => "a list of events",
        }
    }

    /// The type, if it has one at run time.
    pub(super) fn scalar_type(&self) -> Option<Type> {
        match self {
            Self::Constant(value) => Type::of(value),
            Self::Scalar(scalar) => Some(scalar.of),
            _ => None,
        }
    }

    /// A list of operands; one of constants only is a constant.
    pub(super) fn list(items: Vec<Self>) -> Self {
        let constants = items.iter().map(|item| match item {
            Self::Constant(value) => Some(value.clone()),
            _ => None,
        });
        match constants.collect() {
            Some(values) => Self::Constant(Value::List(values)),
            None => Self::List(items),
        }
    }

    /// The elements, if it is a list.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        match self {
            Self::List(items) => Some(items.clone()),
            Self::Constant(Value::List(items)) => Some(items.iter().cloned().map(Self::Constant).collect()),
            _ => None,
        }
    }
}
