//! From a tree to steps.

use super::ast::{Binary, Expr, Node, Unary};
use super::constant::{self, Wrong};
use super::operand::{Operand, Scalar, Type};
use super::scope::Scope;
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
}

/// True or false in a register.
pub(super) fn flag(register: Register) -> Operand {
    Operand::Scalar(Scalar { register, of: Type::Bool, unit: "".into(), bound: 1.0 })
}
