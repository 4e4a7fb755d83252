//! Functions of values that are known at run time.

use super::ast::Expr;
use super::compiler::{Compiler, Found, flag};
use super::constant;
use super::date::{PARTS, Part};
use super::operand::{EXACT, Operand, Scalar, Text, Type};
use super::value::Value;
use crate::author::formula::Register;
use crate::feature::formula::Function;

impl Compiler<'_> {
    /// A function of operands, of which at least one is known at run time only.
    pub(super) fn lower(&mut self, name: &str, args: &[Operand], expr: &Expr) -> Found {
        match (name, args) {
            ("in", [x, list]) => self.is_in(x, list, args, expr),
            ("[]", [of, index]) => self.index_of(of, index, args, expr),
            ("orValue", [a, b]) => self
                .join(a.clone(), b.clone(), expr, |builder, a, b| builder.apply(Function::OrElse, &[a, b])),
            ("==" | "!=", [a, b]) => self.equal(name == "==", a, b, expr),
            ("<" | "<=" | ">" | ">=", [a, b]) => self.order(name, a, b, expr),
            ("+" | "-" | "*" | "/" | "%", [a, b]) => self.arithmetic(name, a, b, args, expr),
            ("math.greatest" | "math.least" | "min" | "max", _) => self.extreme(name, args, expr),
            ("size" | "sum" | "average" | "first" | "last", [Operand::List(items)]) => {
                self.of_list(name, &items.clone(), args, expr)
            }
            ("size" | "sum" | "average" | "first" | "last", [Operand::Sequence(_)]) => {
                self.of_events(name, args, expr)
            }
            ("monthsBetween" | "yearsBetween" | "daysBetween" | "addMonths" | "addYears", [a, b]) => {
                self.dates(name, a, b, args, expr)
            }
            ("math.round" | "math.roundEven" | "math.pow", [x, y]) => self.real_pair(name, x, y, args, expr),
            (_, [x]) => self.one(name, x, args, expr),
            _ => self.no_overload(name, args, expr),
        }
    }

    /// Equality of two values; of texts by a table.
    pub(super) fn equal(&mut self, wanted: bool, a: &Operand, b: &Operand, expr: &Expr) -> Found {
        let name = if wanted { "==" } else { "!=" };
        let args = [a.clone(), b.clone()];
        let text =
            |operand: &Operand| matches!(operand, Operand::Text(_) | Operand::Constant(Value::Text(_)));
        if text(a) && text(b) {
            return self.apply(name, args.to_vec(), expr);
        }
        if !comparable(a, b) {
            return self.no_overload(name, &args, expr);
        }
        let (a, b) = (self.scalar(a, expr)?, self.scalar(b, expr)?);
        self.one_unit(&a, &b, expr)?;
        let function = if wanted { Function::Equal } else { Function::NotEqual };
        Ok(flag(self.builder.apply(function, &[a.register, b.register])))
    }

    fn order(&mut self, name: &str, a: &Operand, b: &Operand, expr: &Expr) -> Found {
        if !comparable(a, b) {
            return self.no_overload(name, &[a.clone(), b.clone()], expr);
        }
        let (a, b) = (self.scalar(a, expr)?, self.scalar(b, expr)?);
        self.one_unit(&a, &b, expr)?;
        let function = match name {
            "<" => Function::Less,
            "<=" => Function::LessEqual,
            ">" => Function::Greater,
            _ => Function::GreaterEqual,
        };
        Ok(flag(self.builder.apply(function, &[a.register, b.register])))
    }

    fn is_in(&mut self, x: &Operand, list: &Operand, args: &[Operand], expr: &Expr) -> Found {
        if let Operand::Constant(Value::Map(entries)) = list {
            let keys = Operand::Constant(Value::List(entries.iter().map(|(key, _)| key.clone()).collect()));
            return self.is_in(x, &keys, args, expr);
        }
        let Some(items) = list.items() else { return self.no_overload("in", args, expr) };
        let constants: Option<Vec<f64>> = items
            .iter()
            .map(|item| match (item, x.scalar_type()?) {
                (Operand::Constant(value), of) => number(value).filter(|_| {
                    Type::of(value).is_some_and(|other| other == of || other.is_number() && of.is_number())
                }),
                _ => None,
            })
            .collect();
        if let (Operand::Scalar(x), Some(mut constants)) = (x, constants) {
            constants.sort_by(f64::total_cmp);
            constants.dedup();
            return Ok(flag(self.builder.table(Function::In, x.register, &constants)));
        }
        let mut found = Operand::Constant(Value::Bool(false));
        for item in &items {
            let same = self.equal(true, x, item, expr)?;
            found = self.logic(true, vec![found, same], expr)?;
        }
        Ok(found)
    }

    fn index_of(&mut self, of: &Operand, index: &Operand, args: &[Operand], expr: &Expr) -> Found {
        match (of, index) {
            (Operand::List(items), Operand::Constant(at)) => {
                let places: Vec<Value> = (0..items.len() as i64).map(Value::Int).collect();
                match constant::apply("[]", &[Value::List(places), at.clone()]) {
                    Ok(Value::Int(at)) => Ok(items.get(at as usize).cloned().unwrap_or(of.clone())),
                    Err(constant::Wrong::Value(message, mend)) => self.mistake(expr, message, mend),
                    _ => self.no_overload("[]", args, expr),
                }
            }
            // By a number from 0: a table. Another number has no value.
            (Operand::Constant(Value::List(values)), Operand::Scalar(index)) if index.of.is_whole() => {
                self.looked_up(index.register, values.clone(), expr)
            }
            (Operand::Constant(Value::Map(entries)), Operand::Scalar(index)) => {
                let keys: Option<Vec<f64>> = entries
                    .iter()
                    .map(|(key, _)| number(key).filter(|_| Type::of(key) == Some(index.of)))
                    .collect();
                let Some(keys) = keys else { return self.no_overload("[]", args, expr) };
                let mut sorted = keys.clone();
                sorted.sort_by(f64::total_cmp);
                let values = sorted.iter().filter_map(|key| keys.iter().position(|k| k == key));
                let values =
                    values.filter_map(|at| entries.get(at)).map(|(_, value)| value.clone()).collect();
                // The place among the keys, if it is one of them: else one that the table does not have.
                let rank = self.builder.table(Function::Rank, index.register, &sorted);
                let known = self.builder.table(Function::In, index.register, &sorted);
                let one = self.builder.constant(1.0);
                let place = self.builder.apply(Function::Sub, &[rank, one]);
                let nowhere = self.builder.constant(-1.0);
                let place = self.builder.apply(Function::Select, &[known, place, nowhere]);
                self.looked_up(place, values, expr)
            }
            _ => self.no_overload("[]", args, expr),
        }
    }

    fn arithmetic(&mut self, name: &str, a: &Operand, b: &Operand, args: &[Operand], expr: &Expr) -> Found {
        if let ("+", Some(mut items), Some(more)) = (name, a.items(), b.items()) {
            items.extend(more);
            return Ok(Operand::list(items));
        }
        let Some((x, y)) = a.scalar_type().zip(b.scalar_type()) else {
            return self.no_overload(name, args, expr);
        };
        if x == Type::Date || y == Type::Date {
            return self.dates(name, a, b, args, expr);
        }
        let of = match (x, y) {
            (x, y) if x == y && x.is_number() => x,
            (Type::Int | Type::Double, Type::Int | Type::Double) => Type::Double,
            _ => return self.no_overload(name, args, expr),
        };
        let whole = of.is_whole();
        let (function, bound) = match (name, whole) {
            ("+", _) => (Function::Add, Bound::Sum),
            ("-", _) => (Function::Sub, Bound::Sum),
            ("*", _) => (Function::Mul, Bound::Product),
            ("/", true) => (Function::Quotient, Bound::First),
            ("/", false) => (Function::Div, Bound::First),
            (_, true) => (Function::Remainder, Bound::First),
            _ => return self.no_overload(name, args, expr),
        };
        let (a, b) = (self.scalar(a, expr)?, self.scalar(b, expr)?);
        let unit = match name {
            "+" | "-" => self.one_unit(&a, &b, expr)?,
            "*" if a.unit.is_empty() => b.unit.clone(),
            "*" | "/" if b.unit.is_empty() => a.unit.clone(),
            "%" => a.unit.clone(),
            _ => "".into(),
        };
        let bound = match bound {
            Bound::Sum => a.bound + b.bound,
            Bound::Product => a.bound * b.bound,
            Bound::First => a.bound,
        };
        let register = self.builder.apply(function, &[a.register, b.register]);
        // The product of 0 and a negative number is −0, which no whole number is.
        let signed = matches!(name, "*" | "/" | "%") && of == Type::Int;
        Ok(self.whole(Scalar { register, of, unit, bound }, signed))
    }

    /// A number of its type: a whole one within 2^53, an unsigned one not below 0.
    fn whole(&mut self, mut scalar: Scalar, signed_zero: bool) -> Operand {
        if scalar.of.is_whole() && (signed_zero || scalar.bound > EXACT) {
            scalar.register = self.builder.apply(Function::Whole, &[scalar.register]);
            scalar.bound = scalar.bound.min(EXACT);
        }
        if scalar.of == Type::Uint {
            let zero = self.builder.constant(0.0);
            let fits = self.builder.apply(Function::LessEqual, &[zero, scalar.register]);
            let none = self.builder.constant(f64::INFINITY);
            scalar.register = self.builder.apply(Function::Select, &[fits, scalar.register, none]);
        }
        Operand::Scalar(scalar)
    }

    fn extreme(&mut self, name: &str, args: &[Operand], expr: &Expr) -> Found {
        let items = match args {
            [Operand::Sequence(_)] => return self.of_events(name, args, expr),
            [Operand::List(items)] => items.clone(),
            _ => args.to_vec(),
        };
        let greatest = name.ends_with("max") || name.ends_with("greatest");
        let function = if greatest { Function::Max } else { Function::Min };
        let Some((first, rest)) = items.split_first() else { return self.no_overload(name, args, expr) };
        let fits =
            |operand: &Operand| operand.scalar_type().is_some_and(|of| of.is_number() || of == Type::Date);
        if !items.iter().all(fits) {
            return self.no_overload(name, args, expr);
        }
        let mut best = first.clone();
        for item in rest {
            best = self.join(best, item.clone(), expr, |builder, a, b| builder.apply(function, &[a, b]))?;
        }
        Ok(best)
    }

    fn of_list(&mut self, name: &str, items: &[Operand], args: &[Operand], expr: &Expr) -> Found {
        let count = items.len();
        match (name, items) {
            ("size", _) => Ok(Operand::Constant(Value::Int(count as i64))),
            ("first", [first, ..]) => Ok(first.clone()),
            ("last", [.., last]) => Ok(last.clone()),
            ("sum" | "average", [first, rest @ ..]) => {
                if !first.scalar_type().is_some_and(Type::is_number) {
                    return self.no_overload(name, args, expr);
                }
                let mut sum = first.clone();
                for item in rest {
                    sum = self.apply("+", vec![sum, item.clone()], expr)?;
                }
                if name == "sum" {
                    return Ok(sum);
                }
                let sum = self.apply("double", vec![sum], expr)?;
                self.apply("/", vec![sum, Operand::Constant(Value::Double(count as f64))], expr)
            }
            _ => self.no_overload(name, args, expr),
        }
    }

    fn dates(&mut self, name: &str, a: &Operand, b: &Operand, args: &[Operand], expr: &Expr) -> Found {
        let types = a.scalar_type().zip(b.scalar_type());
        let (function, negated, of) = match (name, types) {
            ("+", Some((Type::Date, Type::Int) | (Type::Int, Type::Date))) => {
                (Function::Add, false, Type::Date)
            }
            ("-", Some((Type::Date, Type::Int))) => (Function::Sub, false, Type::Date),
            ("-", Some((Type::Date, Type::Date))) => (Function::Sub, false, Type::Int),
            ("daysBetween", Some((Type::Date, Type::Date))) => (Function::Sub, true, Type::Int),
            ("monthsBetween" | "yearsBetween", Some((Type::Date, Type::Date))) => {
                (Function::MonthsBetween, false, Type::Int)
            }
            ("addMonths" | "addYears", Some((Type::Date, Type::Int))) => {
                (Function::AddMonths, false, Type::Date)
            }
            _ => return self.no_overload(name, args, expr),
        };
        let (x, y) = (self.scalar(a, expr)?.register, self.scalar(b, expr)?.register);
        let twelve = self.builder.constant(12.0);
        let y = if name == "addYears" { self.builder.apply(Function::Mul, &[y, twelve]) } else { y };
        let mut register = self.builder.apply(function, &[x, y]);
        if negated {
            let zero = self.builder.constant(0.0);
            register = self.builder.apply(Function::Sub, &[zero, register]);
        }
        if name == "yearsBetween" {
            let years = self.builder.apply(Function::Quotient, &[register, twelve]);
            register = self.builder.apply(Function::Whole, &[years]);
        }
        if of == Type::Date && function != Function::AddMonths {
            // A day outside the years 0000 to 9999 is no date.
            let none = self.builder.constant(0.0);
            register = self.builder.apply(Function::AddMonths, &[register, none]);
        }
        let unit = if matches!(name, "-" | "daysBetween") && of == Type::Int { "days" } else { "" };
        Ok(Operand::Scalar(Scalar { register, of, unit: unit.into(), bound: 4e6 }))
    }

    fn real_pair(&mut self, name: &str, x: &Operand, y: &Operand, args: &[Operand], expr: &Expr) -> Found {
        let number = |operand: &Operand| operand.scalar_type().is_some_and(Type::is_number);
        let decimals = matches!(y, Operand::Constant(Value::Int(0..=15)));
        if !number(x) || !number(y) || name != "math.pow" && !decimals {
            return self.no_overload(name, args, expr);
        }
        let (x, y) = (self.scalar(x, expr)?, self.scalar(y, expr)?);
        let (function, unit) = match name {
            "math.pow" => (Function::Pow, "".into()),
            "math.round" => (Function::HalfAway, x.unit),
            _ => (Function::HalfEven, x.unit),
        };
        let register = self.builder.apply(function, &[x.register, y.register]);
        Ok(Operand::Scalar(Scalar { register, of: Type::Double, unit, bound: f64::INFINITY }))
    }

    /// A function of one value.
    fn one(&mut self, name: &str, x: &Operand, args: &[Operand], expr: &Expr) -> Found {
        let (Operand::Scalar(x), Some(_)) = (x, constant::signature(name)) else {
            return self.no_overload(name, args, expr);
        };
        let make =
            |function: Function, builder: &mut super::FormulaBuilder| builder.apply(function, &[x.register]);
        let scalar = |register, of| Scalar { register, of, unit: x.unit.clone(), bound: x.bound };
        let plain = |register, of| Scalar { unit: "".into(), bound: f64::INFINITY, ..scalar(register, of) };
        let builder = &mut *self.builder;
        if x.of == Type::Date {
            if matches!(name, "date" | "dyn") {
                return Ok(Operand::Scalar(x.clone()));
            }
            let Some(&(_, part, shift)) = PARTS.iter().find(|(known, ..)| *known == name) else {
                return self.no_overload(name, args, expr);
            };
            return Ok(self.part(name, x.register, part, shift));
        }
        let zero = || Register::clone(&x.register);
        let result = match (name, x.of) {
            ("!", Type::Bool) => return Ok(flag(make(Function::Not, builder))),
            ("bool", Type::Bool) | ("dyn", _) => x.clone(),
            (_, Type::Bool) => return self.no_overload(name, args, expr),
            ("-", Type::Int) => {
                let none = builder.constant(0.0);
                scalar(builder.apply(Function::Sub, &[none, zero()]), x.of)
            }
            ("-", Type::Double) => scalar(make(Function::Neg, builder), x.of),
            ("double", _) => scalar(x.register, Type::Double),
            ("int", Type::Int) | ("uint", Type::Uint) => x.clone(),
            ("int", Type::Uint) => scalar(x.register, Type::Int),
            ("int" | "uint", of) => {
                let register = if of == Type::Double { make(Function::Trunc, builder) } else { x.register };
                let of = if name == "int" { Type::Int } else { Type::Uint };
                let bound = if x.of == Type::Double { f64::INFINITY } else { x.bound };
                return Ok(self.whole(Scalar { bound, ..scalar(register, of) }, x.of == Type::Double));
            }
            ("math.abs", _) => scalar(make(Function::Abs, builder), x.of),
            ("math.sign", of) => {
                let none = builder.constant(0.0);
                let over = builder.apply(Function::Less, &[none, x.register]);
                let under = builder.apply(Function::Less, &[x.register, none]);
                plain(builder.apply(Function::Sub, &[over, under]), of)
            }
            ("math.ceil", Type::Double) => scalar(make(Function::Ceil, builder), x.of),
            ("math.floor", Type::Double) => scalar(make(Function::Floor, builder), x.of),
            ("math.trunc", Type::Double) => scalar(make(Function::Trunc, builder), x.of),
            ("math.round" | "math.roundEven", Type::Double) => {
                let none = builder.constant(0.0);
                let function = if name == "math.round" { Function::HalfAway } else { Function::HalfEven };
                scalar(builder.apply(function, &[x.register, none]), x.of)
            }
            ("math.sqrt", _) => plain(make(Function::Sqrt, builder), Type::Double),
            ("math.exp", _) => plain(make(Function::Exp, builder), Type::Double),
            ("math.expm1", _) => plain(make(Function::Expm1, builder), Type::Double),
            ("math.ln", _) => plain(make(Function::Ln, builder), Type::Double),
            ("math.log1p", _) => plain(make(Function::Ln1p, builder), Type::Double),
            ("math.log10", _) => plain(make(Function::Log10, builder), Type::Double),
            _ => return self.no_overload(name, args, expr),
        };
        Ok(Operand::Scalar(result))
    }

    fn part(&mut self, name: &str, date: Register, part: Part, shift: i64) -> Operand {
        let (function, bound) = match part {
            Part::Year => (Function::Year, 1e4),
            Part::Month => (Function::Month, 12.0),
            Part::Day => (Function::Day, 31.0),
            Part::Weekday => (Function::Weekday, 7.0),
            Part::DayOfYear => (Function::DayOfYear, 366.0),
        };
        let mut register = self.builder.apply(function, &[date]);
        if name == "getDayOfWeek" {
            let week = self.builder.constant(7.0);
            register = self.builder.apply(Function::Remainder, &[register, week]);
        } else if shift != 0 {
            let shift = self.builder.constant(shift as f64);
            register = self.builder.apply(Function::Add, &[register, shift]);
        }
        Operand::Scalar(Scalar { register, of: Type::Int, unit: "".into(), bound })
    }

    /// Whether an operand has a value.
    pub(super) fn has(&mut self, operand: Operand, expr: &Expr) -> Found {
        let register = match operand {
            Operand::Scalar(Scalar { register, .. }) | Operand::Text(Text { register, .. }) => register,
            Operand::Sequence(sequence) if sequence.stages.is_empty() && sequence.picked.is_none() => {
                sequence.list
            }
            Operand::Constant(_) => return Ok(Operand::Constant(Value::Bool(true))),
            other => {
                let message =
                    format!("`has` asks whether a column has a value, and this is {}", other.describe());
                return self.mistake(expr, message, "name a column: `has(income)`, `has(e.amount)`");
            }
        };
        let absent = self.builder.apply(Function::IsAbsent, &[register]);
        Ok(flag(self.builder.apply(Function::Not, &[absent])))
    }
}

enum Bound {
    Sum,
    Product,
    First,
}

/// A constant as a register has it.
fn number(value: &Value) -> Option<f64> {
    let x = match value {
        Value::Bool(x) => f64::from(u8::from(*x)),
        Value::Int(x) | Value::Date(x) => *x as f64,
        Value::Uint(x) => *x as f64,
        Value::Double(x) => *x,
        _ => return None,
    };
    let exact = x.is_finite() && (matches!(value, Value::Double(_)) || x.abs() <= EXACT);
    // One zero: a table ascends.
    exact.then_some(x + 0.0)
}

/// Whether two operands are of one type, or are both numbers.
fn comparable(a: &Operand, b: &Operand) -> bool {
    a.scalar_type().zip(b.scalar_type()).is_some_and(|(x, y)| x == y || x.is_number() && y.is_number())
}
