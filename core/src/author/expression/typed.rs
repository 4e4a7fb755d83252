//! Values of one type: choices, registers, and the result.

use std::rc::Rc;

use super::ast::Expr;
use super::compiler::{Compiler, Found, Noted};
use super::operand::{EXACT, Operand, Pick, Scalar, Sequence, Text, Type};
use super::value::Value;
use super::{Kind, Typed};
use crate::author::formula::{FormulaBuilder, Register};
use crate::feature::formula::Function;

impl Compiler<'_> {
    /// One of two operands, by a register that is true or false.
    pub(super) fn choose(&mut self, test: Register, a: Operand, b: Operand, expr: &Expr) -> Found {
        self.join(a, b, expr, |builder, a, b| builder.apply(Function::Select, &[test, a, b]))
    }

    /// Two operands of one type as one, by a function of their registers.
    pub(super) fn join(
        &mut self,
        a: Operand,
        b: Operand,
        expr: &Expr,
        make: impl Fn(&mut FormulaBuilder, Register, Register) -> Register,
    ) -> Found {
        if let (Some(a), Some(b)) = (as_text(&a, self.builder), as_text(&b, self.builder)) {
            let mut values = (*a.values).clone();
            values.extend(b.values.iter().filter(|text| !a.values.contains(text)).cloned());
            let b = self.reindexed(&b, &values);
            let register = make(self.builder, a.register, b);
            return Ok(Operand::Text(Text { register, values: Rc::new(values), column: None }));
        }
        let types = a.scalar_type().zip(b.scalar_type());
        let of = match types {
            Some((x, y)) if x == y => x,
            Some((x, y)) if x.is_number() && y.is_number() => Type::Double,
            _ => {
                if let Operand::Failed(mistake) = if matches!(a, Operand::Failed(_)) { &a } else { &b } {
                    let mistake = mistake.clone();
                    return self.wrong(mistake);
                }
                let message = format!("this is {} or {}", a.describe(), b.describe());
                return self.mistake(expr, message, "give both the same type");
            }
        };
        let (a, b) = (self.scalar(&a, expr)?, self.scalar(&b, expr)?);
        let unit = self.one_unit(&a, &b, expr)?;
        let register = make(self.builder, a.register, b.register);
        Ok(Operand::Scalar(Scalar { register, of, unit, bound: a.bound.max(b.bound) }))
    }

    /// The unit of two values that are put together.
    pub(super) fn one_unit(&mut self, a: &Scalar, b: &Scalar, expr: &Expr) -> Result<Rc<str>, Noted> {
        if !a.unit.is_empty() && !b.unit.is_empty() && a.unit != b.unit {
            let message = format!("one side is in {} and the other in {}", a.unit, b.unit);
            return self.mistake(expr, message, "convert one of them first, or mend the units of the fields");
        }
        Ok(Rc::clone(if a.unit.is_empty() { &b.unit } else { &a.unit }))
    }

    /// An operand as a register with one value.
    pub(super) fn scalar(&mut self, operand: &Operand, expr: &Expr) -> Result<Scalar, Noted> {
        let value = match operand {
            Operand::Scalar(scalar) => return Ok(scalar.clone()),
            Operand::Failed(mistake) => {
                let mistake = mistake.clone();
                return self.wrong(mistake);
            }
            Operand::Constant(value) if !matches!(value, Value::List(_) | Value::Map(_)) => value,
            other => {
                let message = format!("this is {}, and one value is wanted", other.describe());
                let mend = match other {
                    Operand::Sequence(_) => "make a value of the events: `.size()`, `.map(e, e.x).sum()`",
                    Operand::Event(_) => "read a column of the event: `e.x`",
                    _ => "take its `.size()`, `.sum()`, `.max()`",
                };
                return self.mistake(expr, message, mend);
            }
        };
        let Some(of) = Type::of(value) else {
            let message = format!(
                "{} is {}, and a number, a date, or true or false is wanted",
                value.show(),
                value.describe()
            );
            return self.mistake(expr, message, "compare texts with `==`, look in lists with `in`");
        };
        let x = match value {
            Value::Bool(x) => f64::from(u8::from(*x)),
            Value::Int(x) | Value::Date(x) => *x as f64,
            Value::Uint(x) => *x as f64,
            Value::Double(x) => *x,
            _ => f64::NAN,
        };
        if of.is_whole() && x.abs() > EXACT {
            let message = format!(
                "{} is not under 2^53: whole numbers of a formula are exact up to there",
                value.show()
            );
            return self.mistake(expr, message, "write it as a number: `1.0e16`");
        }
        if !x.is_finite() {
            let message = format!("{} is no number that a formula can hold", value.show());
            return self.mistake(expr, message, "a result that is not finite is absent: leave this part out");
        }
        Ok(Scalar { register: self.builder.constant(x), of, unit: "".into(), bound: x.abs() })
    }

    pub(super) fn result(&mut self, operand: Operand, root: &Expr) -> Result<Typed, Noted> {
        let constant = match &operand {
            Operand::Constant(value) => Some(value.clone()),
            _ => None,
        };
        if let Some(text) = as_text(&operand, self.builder) {
            let kind = Kind::Category(text.values);
            return Ok(Typed { register: text.register, kind, unit: String::new(), constant });
        }
        if let Operand::Sequence(Sequence { picked: Some(pick), .. }) = &operand {
            let mend = format!(
                "read a column of it: `.{}().x`",
                if *pick == Pick::First { "first" } else { "last" }
            );
            return self.mistake(root, "the result is an event, and one value is wanted", mend);
        }
        let scalar = self.scalar(&operand, root)?;
        let (register, kind) = (scalar.register, scalar.of.kind());
        Ok(Typed { register, kind, unit: scalar.unit.to_string(), constant })
    }
}

/// A text, also a constant one.
pub(super) fn as_text(operand: &Operand, builder: &mut FormulaBuilder) -> Option<Text> {
    match operand {
        Operand::Text(text) => Some(text.clone()),
        Operand::Constant(Value::Text(text)) => Some(Text {
            register: builder.constant(0.0),
            values: Rc::new(vec![text.to_string()]),
            column: None,
        }),
        _ => None,
    }
}
