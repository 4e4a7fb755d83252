//! From a tree to steps.

use std::rc::Rc;

use super::ast::{Binary, Expr, Node, Unary};
use super::constant::{self, Wrong};
use super::operand::{EXACT, Operand, Pick, Scalar, Sequence, Text, Type};
use super::scope::{EventColumn, Kind, Scope};
use super::value::Value;
use super::{Mistake, Typed, limits, macros};
use crate::author::formula::{FormulaBuilder, Register};
use crate::author::source::suggest;
use crate::feature::formula::Function;

/// A mistake was noted.
#[derive(Debug)]
pub(super) struct Noted;

pub(super) type Found = Result<Operand, Noted>;

pub(super) struct Compiler<'a> {
    pub(super) scope: &'a Scope,
    pub(super) builder: &'a mut FormulaBuilder,
    pub(super) mistakes: Vec<Mistake>,
    /// Variables of macros, inner ones last.
    pub(super) variables: Vec<(String, Operand)>,
    /// What was compiled before the open loop, by its place: loops do not nest.
    pub(super) hoisted: Vec<(core::ops::Range<usize>, Operand)>,
    work: usize,
}

/// Compiles a tree to an operand.
pub(super) fn evaluate(
    root: &Expr,
    scope: &Scope,
    builder: &mut FormulaBuilder,
) -> Result<Operand, Vec<Mistake>> {
    let mut compiler = Compiler::new(scope, builder);
    match compiler.expr(root) {
        Ok(Operand::Failed(mistake)) => Err(vec![mistake]),
        Ok(operand) if compiler.mistakes.is_empty() => Ok(operand),
        _ => Err(compiler.mistakes),
    }
}

/// Compiles a tree to a register.
pub(super) fn compile(
    root: &Expr,
    scope: &Scope,
    builder: &mut FormulaBuilder,
) -> Result<Typed, Vec<Mistake>> {
    let operand = evaluate(root, scope, builder)?;
    let mut compiler = Compiler::new(scope, builder);
    compiler.result(operand, root).map_err(|Noted| compiler.mistakes)
}

impl<'a> Compiler<'a> {
    fn new(scope: &'a Scope, builder: &'a mut FormulaBuilder) -> Self {
        Self { scope, builder, mistakes: Vec::new(), variables: Vec::new(), hoisted: Vec::new(), work: 0 }
    }

    /// Notes a mistake, once.
    pub(super) fn wrong<T>(&mut self, mistake: Mistake) -> Result<T, Noted> {
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
        Err(Noted)
    }

    pub(super) fn mistake<T>(
        &mut self,
        expr: &Expr,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Result<T, Noted> {
        self.wrong(Mistake::new(expr.span.clone(), message, mend))
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Found {
        self.work += 1;
        if self.work > limits::WORK {
            let message = "this expression becomes too long: macros repeat their body for every element";
            return self.mistake(expr, message, "use shorter lists, or a table");
        }
        if let Some((_, known)) = self.hoisted.iter().find(|(span, _)| *span == expr.span) {
            return Ok(known.clone());
        }
        match &expr.node {
            Node::Literal(value) => Ok(Operand::Constant(value.clone())),
            Node::Name(_) | Node::Member(..) => self.member(expr),
            Node::List(items) => Ok(Operand::list(self.all(items)?)),
            Node::Map(entries) => self.map(expr, entries),
            Node::Index(of, index) => {
                let args = self.both(of, index)?;
                self.apply("[]", args, expr)
            }
            Node::Unary(op, operand) => {
                let operand = self.expr(operand)?;
                let name = if *op == Unary::Not { "!" } else { "-" };
                self.apply(name, vec![operand], expr)
            }
            Node::Binary(op @ (Binary::And | Binary::Or), left, right) => {
                let args = self.both(left, right)?;
                self.logic(*op == Binary::Or, args, expr)
            }
            Node::Binary(op, left, right) => {
                let args = self.both(left, right)?;
                self.apply(op.sign(), args, expr)
            }
            Node::Ternary(condition, yes, no) => self.ternary(condition, yes, no, expr),
            Node::Call { target, name, args } => {
                if let Some(found) = macros::expand(self, expr) {
                    return found;
                }
                let namespace = macros::namespace(expr);
                let target = target.as_ref().filter(|_| namespace.is_none());
                let full =
                    namespace.map_or_else(|| name.text.clone(), |space| format!("{space}.{}", name.text));
                let operands: Result<Vec<Operand>, Noted> =
                    target.iter().map(|e| &***e).chain(args).map(|arg| self.expr(arg)).collect();
                self.apply(&full, operands?, expr)
            }
        }
    }

    fn both(&mut self, left: &Expr, right: &Expr) -> Result<Vec<Operand>, Noted> {
        // Both, so that mistakes of both are told.
        let (left, right) = (self.expr(left), self.expr(right));
        Ok(vec![left?, right?])
    }

    fn all(&mut self, items: &[Expr]) -> Result<Vec<Operand>, Noted> {
        let items: Vec<Found> = items.iter().map(|item| self.expr(item)).collect();
        items.into_iter().collect()
    }

    /// A function of operands.
    pub(super) fn apply(&mut self, name: &str, args: Vec<Operand>, expr: &Expr) -> Found {
        if let Some(failed) = args.iter().find(|arg| matches!(arg, Operand::Failed(_))) {
            return Ok(failed.clone());
        }
        let constants: Option<Vec<Value>> = args
            .iter()
            .map(|arg| match arg {
                Operand::Constant(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        if let Some(constants) = constants {
            return match constant::apply(name, &constants) {
                Ok(value) => Ok(Operand::Constant(value)),
                Err(Wrong::Value(message, mend)) => {
                    Ok(Operand::Failed(Mistake::new(expr.span.clone(), message, mend)))
                }
                Err(Wrong::Type) => self.no_overload(name, &args, expr),
            };
        }
        self.check_category(name, &args, expr)?;
        let tabled = |arg: &Operand| matches!(arg, Operand::Text(_) | Operand::Constant(_));
        if args.iter().all(tabled) {
            return self.tabulate(name, &args, expr);
        }
        self.lower(name, &args, expr)
    }

    /// Notes that a function does not take these operands, or that there is none of that name.
    pub(super) fn no_overload<T>(&mut self, name: &str, args: &[Operand], expr: &Expr) -> Result<T, Noted> {
        let span = match &expr.node {
            Node::Call { name, .. } => name.span.clone(),
            _ => expr.span.clone(),
        };
        let Some(signature) = constant::signature(name) else {
            let known = constant::names().chain(macros::NAMES);
            let mut mistake =
                Mistake::new(span, format!("there is no function `{name}`"), suggest::mend(name, known));
            mistake.unknown_name = true;
            return self.wrong(mistake);
        };
        let found: Vec<&str> = args.iter().map(Operand::describe).collect();
        let found = match found.as_slice() {
            [] => "nothing".to_owned(),
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        };
        self.wrong(Mistake::new(
            expr.span.clone(),
            format!("`{name}` does not go with {found}"),
            format!("it is written {signature}"),
        ))
    }

    /// A column, a member, or a variable.
    fn member(&mut self, expr: &Expr) -> Found {
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

    fn map(&mut self, expr: &Expr, entries: &[(Expr, Expr)]) -> Found {
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

    /// `&&` and `||`: decided by either side, even where the other has no value.
    pub(super) fn logic(&mut self, or: bool, args: Vec<Operand>, expr: &Expr) -> Found {
        let name = if or { "||" } else { "&&" };
        for arg in &args {
            let fits = matches!(arg, Operand::Failed(_)) || arg.scalar_type() == Some(Type::Bool);
            if !fits {
                return self.no_overload(name, &args, expr);
            }
        }
        let decides = |arg: &Operand| matches!(arg, Operand::Constant(Value::Bool(x)) if *x == or);
        let neutral = |arg: &Operand| matches!(arg, Operand::Constant(Value::Bool(x)) if *x != or);
        if args.iter().any(decides) {
            return Ok(Operand::Constant(Value::Bool(or)));
        }
        let mut rest: Vec<Operand> = args.into_iter().filter(|arg| !neutral(arg)).collect();
        match (rest.pop(), rest.pop()) {
            (None, _) => Ok(Operand::Constant(Value::Bool(!or))),
            (Some(one), None) => Ok(one),
            (Some(Operand::Failed(_)), Some(failed @ Operand::Failed(_))) => Ok(failed),
            (Some(right), Some(left)) => {
                let (left, right) = (self.scalar(&left, expr)?, self.scalar(&right, expr)?);
                let function = if or { Function::Or } else { Function::And };
                let register = self.builder.apply(function, &[left.register, right.register]);
                Ok(flag(register))
            }
        }
    }

    fn ternary(&mut self, condition: &Expr, yes: &Expr, no: &Expr, expr: &Expr) -> Found {
        let (test, a, b) = (self.expr(condition), self.expr(yes), self.expr(no));
        let (test, a, b) = (test?, a?, b?);
        match test {
            Operand::Failed(_) => Ok(test),
            Operand::Constant(Value::Bool(holds)) => Ok(if holds { a } else { b }),
            Operand::Scalar(Scalar { of: Type::Bool, register, .. }) => self.choose(register, a, b, expr),
            other => {
                let message =
                    format!("what stands before `?` is true or false, and this is {}", other.describe());
                self.mistake(condition, message, "compare it: `x > 0 ? a : b`")
            }
        }
    }

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

    fn result(&mut self, operand: Operand, root: &Expr) -> Result<Typed, Noted> {
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

/// True or false in a register.
pub(super) fn flag(register: Register) -> Operand {
    Operand::Scalar(Scalar { register, of: Type::Bool, unit: "".into(), bound: 1.0 })
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
