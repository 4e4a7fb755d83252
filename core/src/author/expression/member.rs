//! Columns, variables, members of events, and maps.

use std::rc::Rc;

use super::ast::{Expr, Node};
use super::compiler::{Compiler, Found};
use super::operand::{EXACT, Operand, Scalar, Sequence, Text, Type};
use super::scope::{EventColumn, Kind};
use super::value::Value;
use super::{Mistake, constant};
use crate::author::formula::Register;
use crate::author::source::suggest;

impl Compiler<'_> {
    /// A column, a member, or a variable.
    pub(super) fn member(&mut self, expr: &Expr) -> Found {
        let root = expr.root();
        let bound = root.and_then(|root| self.variables.iter().rev().find(|(name, _)| name == root));
        match &expr.node {
            Node::Name(_) => {
                if let Some((_, operand)) = bound {
                    return Ok(operand.clone());
                }
            }
            Node::Member(of, member) if bound.is_some() || root.is_none() => {
                let of = self.expr(of)?;
                return self.select(of, &member.text, expr);
            }
            _ => {}
        }
        let path = expr.path().unwrap_or_default();
        self.column(&path, expr)
    }

    fn column(&mut self, name: &str, expr: &Expr) -> Found {
        let Some(column) = self.scope.get(name) else {
            let mut mistake = Mistake::new(
                expr.span.clone(),
                format!("there is no column `{name}`"),
                suggest::mend(name, self.scope.columns.keys().map(String::as_str)),
            );
            mistake.unknown_name = true;
            return self.wrong(mistake);
        };
        let register = column.register;
        if let Kind::Events(events) = &column.kind {
            let events = Rc::clone(events);
            return Ok(Operand::Sequence(Sequence {
                list: register,
                events,
                stages: Vec::new(),
                picked: None,
            }));
        }
        let unit = column.unit.as_str().into();
        Ok(of_kind(register, &column.kind, unit, name))
    }

    /// A member of an event, or of a map.
    pub(super) fn select(&mut self, of: Operand, member: &str, expr: &Expr) -> Found {
        match of {
            Operand::Failed(_) => Ok(of),
            Operand::Event(events) => {
                if events.date == member {
                    let register = self.builder.event_day();
                    return Ok(of_kind(register, &Kind::Date, "".into(), member));
                }
                let found = events.columns.iter().zip(0..).find(|((name, _), _)| name == member);
                match found {
                    Some(((_, Some(EventColumn { kind, unit })), index)) => {
                        let register = self.builder.event_column(index);
                        Ok(of_kind(register, kind, unit.as_str().into(), member))
                    }
                    Some(_) => {
                        let message =
                            format!("the column `{member}` is a hash: an expression cannot read it");
                        self.mistake(expr, message, "make a category of it with `rules`")
                    }
                    None => {
                        let names = events.columns.iter().map(|(name, _)| name.as_str());
                        let mend = suggest::mend(member, names.chain([events.date.as_str()]));
                        let mut mistake = Mistake::new(
                            expr.span.clone(),
                            format!("the events have no column `{member}`"),
                            mend,
                        );
                        mistake.unknown_name = true;
                        self.wrong(mistake)
                    }
                }
            }
            Operand::Sequence(Sequence { picked: Some(_), .. }) => self.select_picked(of, member, expr),
            Operand::Constant(Value::Map(_)) => {
                let key = Operand::Constant(Value::text(member));
                self.apply("[]", vec![of, key], expr)
            }
            Operand::Sequence(_) => {
                let message = format!("`{member}` is a column of each event, not of the list");
                self.mistake(
                    expr,
                    message,
                    format!("write `.map(e, e.{member})` and what to make of them: `.sum()`"),
                )
            }
            other => {
                let message = format!("{} has no member `{member}`", other.describe());
                self.mistake(expr, message, "only events and maps have members")
            }
        }
    }

    pub(super) fn map(&mut self, expr: &Expr, entries: &[(Expr, Expr)]) -> Found {
        let mut values: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let (Operand::Constant(k), Operand::Constant(v)) = (self.expr(key)?, self.expr(value)?) else {
                return self.mistake(
                    expr,
                    "a map has constants only",
                    "write `condition ? a : b`, or a list",
                );
            };
            if !matches!(k, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Text(_)) {
                let message = format!("{} cannot be a key", k.describe());
                return self.mistake(key, message, "keys are whole numbers, texts, true and false");
            }
            if values.iter().any(|(known, _)| constant::same(known, &k) == Some(true)) {
                let mistake = Mistake::new(
                    key.span.clone(),
                    format!("the key {} stands here twice", k.show()),
                    "take one out",
                );
                return Ok(Operand::Failed(mistake));
            }
            values.push((k, v));
        }
        Ok(Operand::Constant(Value::Map(values)))
    }
}

/// What a register of a kind is; no event list.
fn of_kind(register: Register, kind: &Kind, unit: Rc<str>, name: &str) -> Operand {
    let of = match kind {
        Kind::Category(values) => {
            let values = Rc::clone(values);
            return Operand::Text(Text { register, values, column: Some(name.into()) });
        }
        Kind::Number | Kind::Events(_) => Type::Double,
        Kind::Integer => Type::Int,
        Kind::Flag => Type::Bool,
        Kind::Date => Type::Date,
    };
    Operand::Scalar(Scalar { register, of, unit, bound: if of == Type::Bool { 1.0 } else { EXACT } })
}
