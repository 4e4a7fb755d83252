//! Functions of texts: tables over all that the texts can be.

use std::rc::Rc;

use super::ast::Expr;
use super::compiler::{Compiler, Found, Noted};
use super::constant::{self, Wrong};
use super::operand::{Operand, Scalar, Text, Type};
use super::value::Value;
use super::{Mistake, limits};
use crate::author::formula::Register;
use crate::author::source::suggest;
use crate::feature::formula::Function;

impl Compiler<'_> {
    /// A function of texts and constants, for every text that they can be.
    pub(super) fn tabulate(&mut self, name: &str, args: &[Operand], expr: &Expr) -> Found {
        let texts: Vec<&Text> = args
            .iter()
            .filter_map(|arg| match arg {
                Operand::Text(text) => Some(text),
                _ => None,
            })
            .collect();
        let rows = texts.iter().try_fold(1usize, |n, text| n.checked_mul(text.values.len()));
        let Some(rows) = rows.filter(|&rows| rows <= limits::SIZE) else {
            let message =
                format!("`{name}` of so many texts is a table over the limit of {} rows", limits::SIZE);
            return self.mistake(expr, message, "group the categories first");
        };
        let mut results = Vec::with_capacity(rows);
        for row in 0..rows {
            let values = self.row(args, row);
            match constant::apply(name, &values) {
                Ok(value) => results.push(value),
                Err(Wrong::Type) => return self.no_overload(name, args, expr),
                Err(Wrong::Value(message, mend)) => {
                    let shown: Vec<String> = values.iter().map(Value::show).collect();
                    let message = format!("{message}, where this is {}", shown.join(", "));
                    return self.wrong(Mistake::new(expr.span.clone(), message, mend));
                }
            }
        }
        let Some(index) = self.index(&texts) else { return self.no_overload(name, args, expr) };
        self.looked_up(index, results, expr)
    }

    /// The arguments in a row of the table: the last text changes fastest.
    fn row(&self, args: &[Operand], mut row: usize) -> Vec<Value> {
        let mut values = Vec::with_capacity(args.len());
        for arg in args.iter().rev() {
            values.extend(match arg {
                Operand::Text(text) => {
                    let count = text.values.len().max(1);
                    let value = text.values.get(row % count).map(|value| Value::text(value));
                    row /= count;
                    value
                }
                Operand::Constant(value) => Some(value.clone()),
                _ => None,
            });
        }
        values.reverse();
        values
    }

    /// The register with the row of the table.
    fn index(&mut self, texts: &[&Text]) -> Option<Register> {
        let (first, rest) = texts.split_first()?;
        let mut index = first.register;
        for text in rest {
            let count = self.builder.constant(text.values.len() as f64);
            index = self.builder.apply(Function::Mul, &[index, count]);
            index = self.builder.apply(Function::Add, &[index, text.register]);
        }
        Some(index)
    }

    /// The value of each row, by a register with the row.
    pub(super) fn looked_up(&mut self, index: Register, values: Vec<Value>, expr: &Expr) -> Found {
        if values.iter().all(|value| matches!(value, Value::Text(_))) {
            let mut texts: Vec<String> = Vec::new();
            let mut places = Vec::with_capacity(values.len());
            for value in &values {
                let Value::Text(value) = value else { continue };
                let at = texts.iter().position(|text| **text == **value).unwrap_or_else(|| {
                    texts.push(value.to_string());
                    texts.len() - 1
                });
                places.push(at as f64);
            }
            let register = self.table_of(index, &places);
            return Ok(Operand::Text(Text { register, values: Rc::new(texts), column: None }));
        }
        let types: Option<Vec<Type>> = values.iter().map(Type::of).collect();
        let of = types.as_deref().and_then(|types| match types {
            [first, rest @ ..] if rest.iter().all(|of| of == first) => Some(*first),
            all if all.iter().all(|of| of.is_number()) => Some(Type::Double),
            _ => None,
        });
        let Some(of) = of else {
            return self.mistake(expr, "this is not of one type for all texts", "give all values one type");
        };
        let mut cells = Vec::with_capacity(values.len());
        let mut bound = 0f64;
        for value in &values {
            let scalar = self.scalar(&Operand::Constant(value.clone()), expr)?;
            bound = bound.max(scalar.bound);
            cells.extend(self.builder.value(scalar.register));
        }
        let register = self.table_of(index, &cells);
        Ok(Operand::Scalar(Scalar { register, of, unit: "".into(), bound }))
    }

    /// The index of a text in another list that has all of its values.
    pub(super) fn reindexed(&mut self, text: &Text, values: &[String]) -> Register {
        let place = |own: &String| values.iter().position(|value| value == own).unwrap_or_default();
        let places: Vec<usize> = text.values.iter().map(place).collect();
        if let (Some(_), [one]) = (self.builder.value(text.register), places.as_slice()) {
            return self.builder.constant(*one as f64);
        }
        if places.iter().enumerate().all(|(at, place)| at == *place) {
            return text.register;
        }
        let places: Vec<f64> = places.iter().map(|&at| at as f64).collect();
        self.builder.table(Function::Lookup, text.register, &places)
    }

    fn table_of(&mut self, index: Register, cells: &[f64]) -> Register {
        let itself = cells.iter().enumerate().all(|(at, cell)| *cell == at as f64);
        if itself { index } else { self.builder.table(Function::Lookup, index, cells) }
    }

    /// Notes a comparison of a category column with a text that it cannot be.
    pub(super) fn check_category(&mut self, name: &str, args: &[Operand], expr: &Expr) -> Result<(), Noted> {
        let (text, others) = match (name, args) {
            (
                "==" | "!=",
                [Operand::Text(text), Operand::Constant(other)]
                | [Operand::Constant(other), Operand::Text(text)],
            ) => (text, core::slice::from_ref(other)),
            ("in", [Operand::Text(text), Operand::Constant(Value::List(items))]) => (text, items.as_slice()),
            _ => return Ok(()),
        };
        let Some(column) = &text.column else { return Ok(()) };
        for other in others {
            let Value::Text(other) = other else { continue };
            if !text.values.iter().any(|value| **value == **other) {
                let message = format!("`{column}` is never {other:?}");
                let mend = suggest::mend(other, text.values.iter().map(String::as_str));
                return self.mistake(expr, message, mend);
            }
        }
        Ok(())
    }
}
